# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The whynan authors
"""Repeats the measurements that whynan's knowledge base cites as "measured-pytorch".

    python3 probes/measurements.py > probes/measurements.txt

Prints a table: what the knowledge base claims, what this machine measures, and whether they agree. Needs PyTorch on the CPU
and NumPy; a minute or two. Numbers that depend on a random start are compared by size, not digit by digit.
"""
import math
import sys
import warnings

import numpy as np
import torch
from torch import nn
import torch.nn.functional as F

warnings.simplefilter("ignore")
torch.manual_seed(0)
INF, NAN = float("inf"), float("nan")
rows, failures = [], 0


def show(value):
    if isinstance(value, (list, tuple)):
        return ", ".join(show(v) for v in value)
    if torch.is_tensor(value):
        return show(value.tolist())
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    return "%.6g" % value if abs(value) < 1e6 and value == round(value) else "%.4g" % value


def same(a, b, tolerance):
    if isinstance(a, (list, tuple)) or isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(same(x, y, tolerance) for x, y in zip(a, b))
    if isinstance(a, str) or isinstance(b, str) or isinstance(a, bool):
        return a == b
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    if math.isinf(a) or math.isinf(b):
        return a == b
    return abs(a - b) <= tolerance * max(abs(a), abs(b), 1e-30)


def claim(text, expected, measured, tolerance=0.02):
    """One row; a size within a factor is compared with tolerance, for example 0.9 for "about"."""
    global failures
    if torch.is_tensor(measured):
        measured = measured.tolist()
    agrees = same(expected, measured, tolerance)
    failures += not agrees
    rows.append((text, show(expected), show(measured), "ok" if agrees else "DIFFERS"))


def head(text):
    rows.append((text,))


def grad(function, *values, dtype=torch.float32):
    """Value and gradients of a function at leaves."""
    leaves = [torch.tensor(v, dtype=dtype, requires_grad=True) for v in values]
    out = function(*leaves)
    out.sum().backward()
    return out.detach(), [leaf.grad for leaf in leaves]


def name_of_exception(function):
    try:
        function()
    except Exception as error:
        return type(error).__name__
    return "none"


def anomaly(function, *values):
    """The function that anomaly mode names."""
    leaves = [torch.tensor(v, requires_grad=True) for v in values]
    try:
        with torch.autograd.set_detect_anomaly(True):
            function(*leaves).sum().backward()
    except RuntimeError as error:
        words = str(error).split("'")
        return words[1] if len(words) > 1 else str(error)[:40]
    return "none"


# Number formats

head("Number formats")
half = lambda v: float(np.float16(v))
claim("float16: largest finite value", 65504.0, torch.finfo(torch.float16).max)
claim("float16: 65519 and 65520 become", [65504.0, INF], [half(65519), half(65520)])
claim("float16: 255^2 and 256^2", [65024.0, INF], [half(np.float16(255) * np.float16(255)), half(np.float16(256) * np.float16(256))], 1e-3)
claim("float16: 2.9e-8 and 3.0e-8 become", [0.0, 5.96e-8], [half(2.9e-8), half(3.0e-8)])
claim("float16: 1e-8, 1e-12 become", [0.0, 0.0], [half(1e-8), half(1e-12)])
claim("float16: 1e-7 becomes", 1.19e-7, half(1e-7))
claim("float16: 1 - 1e-7 is 1", True, half(1 - 1e-7) == 1)
claim("float16: largest value below 1", 0.9995, float(np.nextafter(np.float16(1), np.float16(0))), 1e-4)
claim("float16: exp(11.08), exp(11.09) finite", [True, False], [bool(np.isfinite(np.exp(np.float16(11.08)))), bool(np.isfinite(np.exp(np.float16(11.09))))])
claim("bfloat16: 1 - 1e-3 is 1, 1 - 4e-3 is not", [True, True], [float(torch.tensor(1 - 1e-3).bfloat16()) == 1, float(torch.tensor(1 - 4e-3).bfloat16()) < 1])
claim("bfloat16 holds 1e-12", True, float(torch.tensor(1e-12).bfloat16()) > 0)
claim("float32: exp(88.7), exp(88.8)", [True, False], [bool(torch.tensor(88.7).exp().isfinite()), bool(torch.tensor(88.8).exp().isfinite())])
claim("float32: sigmoid(16.7) is 1, sigmoid(16.5) is not", [True, True], [float(torch.tensor(16.7).sigmoid()) == 1, float(torch.tensor(16.5).sigmoid()) < 1])
claim("float32: softmax is 0 at a gap of 104, not at 100", [True, True], [float(torch.tensor([104., 0.]).softmax(0)[1]) == 0, float(torch.tensor([100., 0.]).softmax(0)[1]) > 0])
word = lambda bits: float(np.array([bits], dtype=np.uint32).view(np.float32)[0])
claim("1.0 with bit 30 flipped", INF, word(0x3F800000 ^ (1 << 30)))
words = np.random.default_rng(0).integers(0, 2 ** 32, 2_000_000, dtype=np.uint32).view(np.float32)
claim("share of random float32 words that are NaN or inf", 1 / 256, float((~np.isfinite(words)).mean()), 0.05)
words = np.random.default_rng(0).integers(0, 2 ** 16, 2_000_000, dtype=np.uint16).view(np.float16)
claim("share of random float16 words that are NaN or inf", 1 / 32, float((~np.isfinite(words)).mean()), 0.05)
claim("nan_to_num turns inf into", 3.4028e38, float(torch.nan_to_num(torch.tensor(INF))), 1e-3)

# Divergence of SGD

head("Step size")


def quadratic(rate):
    """Steps until the loss of w^2/2, curvature 1, overflows in float32."""
    w = torch.tensor(1.0)
    for step in range(1, 5000):
        w = w - rate * w
        if not torch.isfinite(0.5 * w * w):
            return step
    return 0


claim("SGD on curvature 1: overflow at rate 3 after step", 65, quadratic(3.0), 0.03)
claim("... at rate 10 after step", 21, quadratic(10.0), 0.06)
claim("... at rate 2.05 after step", 917, quadratic(2.05), 0.03)
claim("... at rate 1.9", 0, quadratic(1.9))


def mlp(optimizer, rate, steps=300, inputs=1.0, targets=1.0, loss_function=F.mse_loss, classes=1, seed=0):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, classes))
    step_of = optimizer(net.parameters(), lr=rate)
    x = torch.randn(128, 20) * inputs
    y = torch.randn(128, 1) * targets if classes == 1 else (x @ torch.randn(20, classes)).argmax(1)
    for step in range(steps):
        loss = loss_function(net(x), y)
        if not torch.isfinite(loss):
            return step
        step_of.zero_grad()
        loss.backward()
        step_of.step()
    return -1


claim("MLP, squared error, SGD: non-finite at rate 10 within 10 steps", True, 0 <= mlp(torch.optim.SGD, 10.0) <= 10)
ce = lambda rate, seed: mlp(torch.optim.SGD, rate, loss_function=F.cross_entropy, classes=10, seed=seed) >= 0
claim("MLP, cross entropy, SGD, 4 seeds: non-finite at rate 1; at 100 at least once", [0, True], [sum(ce(1.0, seed) for seed in range(4)), sum(ce(100.0, seed) for seed in range(4)) > 0])
claim("MLP, Adam in float32: non-finite at rate 0.1, 1, 10", [False, False, False], [mlp(torch.optim.Adam, rate) >= 0 for rate in (0.1, 1.0, 10.0)])
claim("inputs times 255, SGD 0.01: non-finite within 6 steps; unit inputs", [True, False], [0 <= mlp(torch.optim.SGD, 0.01, inputs=255.0) <= 6, mlp(torch.optim.SGD, 0.01) >= 0])
claim("targets of 1e5, SGD 0.01: non-finite within 6 steps", True, 0 <= mlp(torch.optim.SGD, 0.01, targets=1e5) <= 6)

head("Rate 0 and the optimizer")
for kind in ("SGD", "Adam", "AdamW", "RMSprop"):
    w = nn.Parameter(torch.ones(2))
    w.grad = torch.tensor([INF, 1.0])
    getattr(torch.optim, kind)([w], lr=0.0).step()
    claim("%s at rate 0, gradient inf: weight" % kind, NAN, w.detach()[0])
w = nn.Parameter(torch.ones(1)); w.grad = torch.zeros(1)
torch.optim.Adam([w], lr=1e-3, eps=0).step()
claim("Adam with eps 0, gradient 0: weight", NAN, w.detach()[0])
w = nn.Parameter(torch.tensor([0.0, 0.0])); w.grad = torch.tensor([1e-3, 1e6])
torch.optim.Adam([w], lr=1e-3).step()
claim("Adam's first step for gradients 1e-3 and 1e6", [-1e-3, -1e-3], w.detach(), 0.01)
w = nn.Parameter(torch.ones(1)); adam = torch.optim.Adam([w], lr=1e-3)
w.grad = torch.tensor([1e21]); adam.step(); before = w.item()
w.grad = torch.tensor([1.0]); adam.step()
claim("Adam after a gradient of 1e21: the weight is frozen", True, w.item() == before and math.isfinite(before))
w = nn.Parameter(torch.ones(1)); adam = torch.optim.Adam([w], lr=1e-3)
w.grad = torch.tensor([NAN]); adam.step()
with torch.no_grad():
    w.fill_(1.0)
w.grad = torch.tensor([1.0]); adam.step()
claim("weight restored after NaN, Adam's state kept: next step", NAN, w.detach()[0])
w = nn.Parameter(torch.ones(1))
claim("SGD accepts a learning rate of NaN", "none", name_of_exception(lambda: torch.optim.SGD([w], lr=NAN)))
claim("CosineAnnealingLR with T_max=0, second step", "ZeroDivisionError", name_of_exception(lambda: [cosine.step() for cosine in [torch.optim.lr_scheduler.CosineAnnealingLR(torch.optim.SGD([w], lr=1.0), 0)] for _ in range(2)]))


def half_adam(g):
    """First Adam step with state and arithmetic in float16; 0.1*g is m, 1e-3*g^2 is v, bias corrected."""
    f = np.float16
    m, v = f(f(0.1) * f(g)), f(f(f(1e-3) * f(g)) * f(g))
    with np.errstate(all="ignore"):
        return float(f(m / f(0.1)) / f(np.sqrt(f(v / f(1e-3))) + f(1e-8)))


claim("Adam in float16: step for gradient 0, 1e-4, 1e-3, 1e-2", [NAN, INF, INF, 1.0], [half_adam(g) for g in (0, 1e-4, 1e-3, 1e-2)], 0.1)

# Clipping

head("Clipping")


def clipped(values, how):
    ws = [nn.Parameter(torch.ones(1)) for _ in values]
    for w, value in zip(ws, values):
        w.grad = torch.tensor([value])
    how(ws)
    return [w.grad.item() for w in ws]


by_norm = lambda ws: nn.utils.clip_grad_norm_(ws, 1.0)
claim("clip_grad_norm_ of (inf, 1)", [NAN, 0.0], clipped([INF, 1.0], by_norm))
claim("clip_grad_norm_ of (nan, 1)", [NAN, NAN], clipped([NAN, 1.0], by_norm))
claim("clip_grad_norm_ of (1e20, 1)", [0.0, 0.0], clipped([1e20, 1.0], by_norm))
claim("clip_grad_value_ 0.5 of (inf, nan)", [0.5, NAN], clipped([INF, NAN], lambda ws: nn.utils.clip_grad_value_(ws, 0.5)))

# Derivatives at the boundary

head("Roots, norms, angles")
claim("sqrt(x^2) at -3, 0, 3: gradient", [-1.0, NAN, 1.0], grad(lambda x: (x ** 2).sqrt(), [-3.0, 0.0, 3.0])[1][0])
claim("sqrt(u) at 0: gradient", INF, grad(torch.sqrt, [0.0])[1][0][0])
claim("hand-written norm of zeros: gradient", NAN, grad(lambda x: (x ** 2).sum().sqrt(), [0.0, 0.0])[1][0][0])
claim("torch norm, vector_norm, std of equal values: gradient", [0.0, 0.0, 0.0], [grad(f, [0.0, 0.0])[1][0][0].item() for f in (torch.norm, torch.linalg.vector_norm, torch.std)])
claim("x.var().sqrt() of equal values: gradient", NAN, grad(lambda x: x.var().sqrt(), [1.0, 1.0])[1][0][0])
claim("epsilon inside the root, outside it: gradient", [0.0, NAN], [grad(lambda x: ((x ** 2).sum() + 1e-12).sqrt(), [0.0])[1][0][0].item(), grad(lambda x: (x ** 2).sum().sqrt() + 1e-12, [0.0])[1][0][0].item()])
claim("acos at 1: value, gradient", [0.0, -INF], [grad(torch.acos, [1.0])[0][0].item(), grad(torch.acos, [1.0])[1][0][0].item()])
claim("acos at 1 - 1e-6: size of the gradient", 707.0, -grad(torch.acos, [1 - 1e-6])[1][0][0].item(), 0.05)
claim("x^0.3, x^1.5 at 0: gradient", [INF, 0.0], [grad(lambda x: x ** p, [0.0])[1][0][0].item() for p in (0.3, 1.5)])
claim("atan2(0, 0): gradient (0 since some release of PyTorch 2)", NAN if torch.__version__ < "2" else 0.0, grad(torch.atan2, [0.0], [0.0])[1][0][0])
claim("log(-1), (-1)^0.5, acos(1.0000001)", [NAN, NAN, NAN], [torch.tensor(-1.0).log().item(), (torch.tensor(-1.0) ** 0.5).item(), torch.tensor(1.0000001).acos().item()])
claim("where(x > 0, log(x), 0) at 0: gradient", NAN, grad(lambda x: torch.where(x > 0, x.log(), torch.zeros_like(x)), [0.0])[1][0][0])
claim("the same with a second where: gradient", 0.0, grad(lambda x: torch.where(x > 0, torch.where(x > 0, x, torch.ones_like(x)).log(), torch.zeros_like(x)), [0.0])[1][0][0])

# Losses

head("Losses")
two = [200.0, 0.0]
claim("-log(softmax) at a gap of 200: loss, gradients finite", [INF, False], [grad(lambda z: -z.softmax(0).log()[1:], two)[0].item(), bool(grad(lambda z: -z.softmax(0).log()[1:], two)[1][0].isfinite().all())])
claim("cross_entropy at a gap of 200: loss, gradient", [200.0, 1.0, -1.0], [grad(lambda z: F.cross_entropy(z[None], torch.tensor([1])), two)[0].item()] + grad(lambda z: F.cross_entropy(z[None], torch.tensor([1])), two)[1][0].tolist())
claim("BCELoss at p = 0, y = 1: loss, gradient", [100.0, -1e12], [grad(lambda p: F.binary_cross_entropy(p, torch.ones(1)), [0.0])[0].item(), grad(lambda p: F.binary_cross_entropy(p, torch.ones(1)), [0.0])[1][0].item()])
claim("BCE with logits 200, target 255", -50800.0, F.binary_cross_entropy_with_logits(torch.tensor([200.0]), torch.tensor([255.0])))
claim("naive softmax of (100, 0)", NAN, (torch.tensor([100.0, 0.0]).exp() / torch.tensor([100.0, 0.0]).exp().sum())[0])
claim("xlogy(0, 0): value, gradient of the second argument", [0.0, NAN], [torch.special.xlogy(torch.zeros(1), torch.zeros(1)).item(), grad(lambda y: torch.special.xlogy(torch.zeros(1), y), [0.0])[1][0].item()])
logits = torch.zeros(2, 3, requires_grad=True)
loss = F.cross_entropy(logits, torch.tensor([-100, -100])); loss.backward()
claim("cross entropy, all labels ignored: loss, largest gradient", [NAN, 0.0], [loss.item(), logits.grad.abs().max().item()])
claim("(l * m).sum() / m.sum() with an empty mask: gradient", NAN, grad(lambda x: (x * torch.zeros(2)).sum() / torch.zeros(2).sum(), [1.0, 1.0])[1][0][0])


def ctc(frames, target, zero=False):
    logp = torch.randn(frames, 1, 5).log_softmax(-1).requires_grad_()
    loss = F.ctc_loss(logp, torch.tensor([target]), torch.tensor([frames]), torch.tensor([len(target)]), zero_infinity=zero)
    loss.backward()
    return loss.item(), bool(logp.grad.isfinite().all())


claim("CTC, 2 frames for 3 labels: loss, gradients finite", [INF, False], list(ctc(2, [1, 2, 3])))
claim("CTC, target (1, 1): 2 frames, 3 frames finite", [False, True], [math.isfinite(ctc(2, [1, 1])[0]), math.isfinite(ctc(3, [1, 1])[0])])
claim("CTC, zero_infinity: loss, gradients finite", [0.0, True], list(ctc(2, [1, 2, 3], True)))
claim("Gaussian NLL, log variance -90, error 1: loss, gradient", [INF, -INF], [grad(lambda s: 0.5 * (s + torch.exp(-s)), [-90.0])[0].item(), grad(lambda s: 0.5 * (s + torch.exp(-s)), [-90.0])[1][0].item()])
claim("log(1 - sigmoid(17)): value, gradient; softplus form at 30", [-INF, NAN, 30.0], [grad(lambda d: (1 - d.sigmoid()).log(), [17.0])[0].item(), grad(lambda d: (1 - d.sigmoid()).log(), [17.0])[1][0].item(), F.softplus(torch.tensor(30.0)).item()])

head("Statistics and attention")
claim("std of one value, population std of one value", [NAN, 0.0], [torch.ones(1).std().item(), torch.ones(1).std(unbiased=False).item()])
one = torch.ones(1)
claim("(a - mean) / (std + 1e-8) of one value; population form", [NAN, 0.0], [((one - one.mean()) / (one.std() + 1e-8)).item(), ((one - one.mean()) / (one.std(unbiased=False) + 1e-8)).item()])
claim("BatchNorm1d on a batch of one", "ValueError", name_of_exception(lambda: nn.BatchNorm1d(3)(torch.ones(1, 3))))
norm = nn.BatchNorm1d(1); norm(torch.tensor([[INF], [1.0]]))
for _ in range(1000):
    norm(torch.randn(16, 1))
train = bool(norm(torch.randn(16, 1)).isfinite().all()); norm.eval()
claim("BatchNorm, 1000 clean batches after an infinite one: train, eval finite", [True, False], [train, bool(norm(torch.randn(16, 1)).isfinite().all())])
masked = lambda s: (s + torch.full((2,), -INF)).softmax(0)
claim("softmax over only -inf: value, gradient", [NAN, NAN], [grad(masked, [0.0, 0.0])[0][0].item(), grad(lambda s: masked(s) * torch.tensor([1.0, 2.0]), [0.0, 0.0])[1][0][0].item()])
claim("(1 - mask) * -inf at kept positions", NAN, ((1 - torch.ones(1)) * -INF)[0])
attention = nn.MultiheadAttention(8, 2, batch_first=True)
x = torch.randn(2, 4, 8); padding = torch.tensor([[True] * 4, [False] * 4])
attention(x, x, x, key_padding_mask=padding)[0][1].sum().backward()
bad = sum(not bool(p.grad.isfinite().all()) for p in attention.parameters())
claim("MultiheadAttention, one sample all padding, loss on the other: bad gradients", True, bad > 0)
dead = torch.tensor([[True], [False]]); allowed = torch.tensor([[False, False], [True, False]])
guarded = lambda s: s.masked_fill(~allowed & ~dead, -INF).softmax(-1).masked_fill(dead, 0.0) ** 2
claim("guarded mask with a dead row: gradients finite", True, bool(grad(guarded, [[0.0, 0.0], [0.0, 0.0]])[1][0].isfinite().all()))
claim("F.normalize of zeros: gradient", 1e12, grad(lambda v: F.normalize(v, dim=0), [0.0, 0.0])[1][0][0])

head("What anomaly mode names")
for text, function, values, expected in (
        ("sqrt(x^2) at 0", lambda x: (x ** 2).sqrt(), [[0.0]], "PowBackward0"),
        ("sqrt((x*x).sum()) at 0", lambda x: (x * x).sum().sqrt(), [[0.0, 0.0]], "MulBackward0"),
        ("x.var().sqrt() of equal values", lambda x: x.var().sqrt(), [[1.0, 1.0]], "VarBackward0"),
        ("log(sigmoid(-200))", lambda x: x.sigmoid().log(), [[-200.0]], "SigmoidBackward0"),
        ("log(softmax) at a gap of 200", lambda x: x.softmax(0).log(), [[200.0, 0.0]], "SoftmaxBackward0"),
        ("inf only: sqrt(x) at 0", lambda x: x.sqrt(), [[0.0]], "none")):
    claim(text, expected, anomaly(function, *values))

# Growth through depth and time

head("Growth through depth (width 512) and time")


def depth(sigma, limit, most=400):
    torch.manual_seed(0)
    x = torch.randn(8, 512)
    for layer in range(1, most):
        x = torch.relu(x @ (torch.randn(512, 512) * sigma))
        if not bool(torch.isfinite(x).all()) or x.abs().max() > limit:
            return layer
    return 0


BIG = 3.4e38
claim("N(0, 1), ReLU: past 65504 at layer, float32 inf at layer", [4, 32], [depth(1.0, 65504), depth(1.0, BIG)], 0.26)
claim("N(0, 0.1): past 65504, float32 inf at layer", [21, 186], [depth(0.1, 65504), depth(0.1, BIG)], 0.15)
claim("He, sqrt(2/n): past 65504 in 399 layers", 0, depth(math.sqrt(2 / 512), 65504))
claim("twice He: past 65504, float32 inf at layer", [14, 126], [depth(2 * math.sqrt(2 / 512), 65504), depth(2 * math.sqrt(2 / 512), BIG)], 0.15)


def rms(sigma, layers):
    torch.manual_seed(0)
    x = torch.randn(64, 512)
    for _ in range(layers):
        x = torch.relu(x @ (torch.randn(512, 512) * sigma))
    return x.pow(2).mean().sqrt().item()


claim("rms with He after 1, 10, 50 layers: about", [0.98, 0.95, 0.67], [rms(math.sqrt(2 / 512), n) for n in (1, 10, 50)], 0.5)
claim("rms with N(0, 0.01) after 10 layers: about", 1e-8, rms(0.01, 10), 0.6)


def first_loss(sigma):
    torch.manual_seed(0)
    x = torch.randn(256, 512)
    for _ in range(3):
        x = torch.relu(x @ (torch.randn(512, 512) * sigma))
    return F.cross_entropy(x @ (torch.randn(512, 10) * sigma), torch.randint(0, 10, (256,))).item()


claim("first loss, 10 classes, sigma 0.02 (ln 10 = 2.30): about", 2.30, first_loss(0.02), 0.1)
claim("... sigma 0.1, sigma 1: about", [17.5, 1.6e5], [first_loss(0.1), first_loss(1.0)], 0.5)


def residual(blocks):
    torch.manual_seed(0)
    x = torch.randn(8, 512)
    for _ in range(blocks):
        x = x + torch.relu(x @ (torch.randn(512, 512) * math.sqrt(2 / 512)))
    return x.pow(2).mean().sqrt().item()


claim("residual blocks without normalization, rms grows per block by a factor above 1.4", True, (residual(20) / residual(10)) ** 0.1 > 1.4)
for rho, expected in ((1.1, [117, 931]), (1.5, [28, 219])):
    claim("gain %g per step: past 65504, past float32 after steps" % rho, expected, [math.ceil(math.log(limit) / math.log(rho)) for limit in (65504, 3.4028e38)], 0.01)


def recurrent(kind, gain, steps=1000):
    torch.manual_seed(0)
    cell = nn.RNN(16, 128, nonlinearity=kind)
    nn.init.normal_(cell.weight_hh_l0, std=gain * math.sqrt(2 / 128))
    with torch.no_grad():
        states = cell(torch.randn(steps, 4, 16))[0]
    bad = (~torch.isfinite(states).flatten(1).all(1)).nonzero()
    return int(bad[0]) if len(bad) else 0


claim("nn.RNN, recurrent weights 1.3 times He: ReLU non-finite within 1000 steps, tanh", [True, 0], [recurrent("relu", 1.3) > 0, recurrent("tanh", 1.3)])
claim("an all-zero column: (x - mean)/std", NAN, ((torch.zeros(3) - 0) / torch.zeros(3).std())[0])
claim("0 * NaN: masking a loss afterwards", NAN, (torch.zeros(1) * NAN)[0])
pool = F.avg_pool2d(torch.ones(1, 1, 5, 5), 3, stride=5, ceil_mode=True)
claim("average pooling, kernel 3, stride 5, ceil, 5x5: finite in PyTorch", True, bool(pool.isfinite().all()))

width = max(len(row[0]) for row in rows if len(row) > 1)
print("PyTorch %s, NumPy %s, Python %s, CPU" % (torch.__version__, np.__version__, sys.version.split()[0]))
for row in rows:
    if len(row) == 1:
        print("\n%s\n%s" % (row[0], "-" * len(row[0])))
    else:
        text, expected, measured, verdict = row
        print("%-*s  claimed %-22s measured %-26s %s" % (width, text, expected, measured, verdict))
print("\n%d claims, %d differ" % (sum(len(row) > 1 for row in rows), failures))
