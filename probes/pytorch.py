# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The whynan authors
"""whynan probe for PyTorch: finds the first tensor that is NaN or inf.

Copy this file beside the training script as whynan_probe.py and add:

    from whynan_probe import Probe
    probe = Probe(model, optimizer)          # before the loop; scaler=scaler if there is one
    ...
        probe.batch(x, y)                    # first thing in the loop
        loss.backward(); probe.after_backward(loss)     # after scaler.unscale_(optimizer), if it is called
        optimizer.step(); probe.after_step()

At the first non-finite value it prints one JSON line, appends it to probe.jsonl and raises. Then: whynan probe.jsonl

What it does. Hooks take the largest absolute value of every module output, and of the gradient arriving there; the two calls
do so for the loss, the gradients, and after the step for parameters, buffers and optimizer state. These numbers stay on the
device and are read once per step, so the cost is one reduction per tensor and one synchronization per step: little beside
large layers, up to the time of the step itself for small ones (then every=10). A module whose inputs are finite and whose
output is not is the producer; the others merely pass the value on.

Limits. Hooks do not run inside torch.compile or TorchScript: switch these off for the search. Operations between modules
have no name of their own; the record then says between which modules they lie. On several ranks each writes its own line.
Python 3.8 or newer, PyTorch 1.9 or newer, nothing else.
"""
import json
import math
import os
import warnings
import weakref

import torch
from torch import nn

# Which operation of whynan's vocabulary a module computes. A class is matched by name, so that third-party modules count too.
OPERATIONS = (
    ("linear-conv", ("Linear", "Conv", "Bilinear", "Dense")),
    ("embedding", ("Embedding",)),
    ("pooling", ("Pool",)),
    ("normalization-layer", ("BatchNorm", "LayerNorm", "GroupNorm", "InstanceNorm", "RMSNorm", "ResponseNorm")),
    ("attention", ("Attention",)),
    ("ctc", ("CTCLoss",)),
    ("sqrt-norm", ("CosineSimilarity", "PairwiseDistance", "CosineEmbedding", "TripletMargin")),
    ("log", ("BCELoss", "KLDivLoss", "LogSigmoid")),
    ("exp-softmax", ("Softmax", "Softmin", "Softplus", "PoissonNLL", "ELU")),
)
NOT_THE_OPERATION = ("BCEWithLogits", "GELU", "RELU")
ACTIVATIONS = (
    ("relu", ("ReLU", "Hardtanh", "Threshold")),
    ("saturating", ("Tanh", "Sigmoid", "LSTM", "GRU", "Softsign")),
    ("smooth", ("GELU", "SiLU", "Mish", "Softplus", "Hardswish")),
    ("exp-or-custom", ("ELU",)),
)
TERMS = (                                              # words in the names given to after_backward(loss, name=term)
    ("classification", ("cls", "class", "ce", "bce", "nll", "obj", "objectness", "seg", "mask")),
    ("regression", ("box", "bbox", "reg", "mse", "l1", "huber", "iou", "giou", "dfl", "depth", "offset")),
    ("regularizer", ("kl", "kld", "penalty", "gp", "decay", "l2", "entropy")),
)

# What is noted only to explain, and what must be non-finite before anything is reported
EXPLAIN = ("between", "arriving")
SIGNED = ("loss", "term", "label-min", "label-max")    # of everything else the size is enough
HARM = ("loss", "term", "gradient", "parameter", "buffer", "optimizer-state")


def named(kind, table):
    """The first entry of a table one of whose words is in a class name."""
    if any(word in kind for word in NOT_THE_OPERATION) and table is OPERATIONS:
        return None
    for answer, words in table:
        if any(word in kind for word in words):
            return answer
    return None


def tensors(value, depth=0):
    """All floating-point tensors in nested tuples, lists, dicts and model outputs."""
    if torch.is_tensor(value):
        if value.is_floating_point() and value.layout == torch.strided and value.numel() > 0:
            yield value
    elif depth < 4:
        items = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
        for item in items:
            yield from tensors(item, depth + 1)


def largest(tensor):
    """Largest absolute value as a tensor of one element: NaN if one is NaN, else inf if one is. Does not synchronize."""
    tensor = tensor.detach()
    if tensor.element_size() == 1:                     # float8
        tensor = tensor.float()
    dtype = torch.float64 if tensor.dtype == torch.float64 else torch.float32
    return torch.linalg.vector_norm(tensor, ord=float("inf"), dtype=dtype)


def autocast_dtype():
    """The half type that autocast computes in at this moment, or None."""
    for device, is_on in (("cuda", torch.is_autocast_enabled), ("cpu", getattr(torch, "is_autocast_cpu_enabled", lambda: False))):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if is_on():
                if hasattr(torch, "get_autocast_dtype"):
                    return torch.get_autocast_dtype(device)
                return torch.get_autocast_gpu_dtype() if device == "cuda" else torch.get_autocast_cpu_dtype()
    return None


def show(value):
    return "NaN" if math.isnan(value) else "inf" if math.isinf(value) else "%.3g" % value


def median(values):
    return sorted(values)[len(values) // 2]


class Probe:
    """See the head of this file.

    path    where the record is appended; None: printed only
    stop    raise FloatingPointError at the first non-finite value (True), or go on and report whether the loss recovers
    every   look only at every n-th step; the step of the failure may then be missed by up to n
    scaler  the GradScaler, if there is one: gradients that are inf while it searches its scale are not reported
    """

    def __init__(self, model, optimizer=None, path="probe.jsonl", stop=True, every=1, scaler=None):
        self.model, self.optimizer, self.path, self.stop, self.every, self.scaler = model, optimizer, path, stop, max(1, every), scaler
        self.step, self.failed, self.bad_losses, self.skips = 0, None, 0, 0    # failed: step of the report; -1: all said
        self.losses, self.norms, self.first_scale, self.low_precision = [], [], None, None
        self.looks = 0
        self.batch_size = None
        self.clear()
        self.names = {id(module): name or "model" for name, module in model.named_modules()}
        try:                                           # PyTorch 2.0: keyword arguments are seen as well
            self.handles = [m.register_forward_hook(self._forward_all, with_kwargs=True) for m in model.modules()]
        except TypeError:
            self.handles = [m.register_forward_hook(self._forward) for m in model.modules()]
        self.handles.append(model.register_forward_pre_hook(self._enter))
        for what, kind, tensor in self._state():       # a checkpoint or an initialization may be bad from the start
            self._note(what, kind, tensor)
        self._flush(before=True)

    # What the training loop calls

    def batch(self, inputs=None, targets=None):
        """Notes the batch, so that bad data are told from bad computation."""
        if not self._active():
            return
        for kind, value in (("input", inputs), ("target", targets)):
            for i, tensor in enumerate(tensors(value)):
                self._note("%s %d of shape %s" % (kind, i, tuple(tensor.shape)), kind, tensor)
        if torch.is_tensor(targets) and targets.dtype in (torch.int64, torch.int32) and targets.numel() > 0:
            for kind, value in (("label-min", targets.min()), ("label-max", targets.max())):
                self._note("labels", kind, value.float())
        first = next((t for t in tensors(inputs)), inputs if torch.is_tensor(inputs) else None)
        if first is not None and first.dim() > 0:
            self.batch_size = first.shape[0]

    def after_backward(self, loss, **terms):
        """Notes the loss, its terms if named (cls=..., box=...), and the gradients. Call it before the optimizer's step."""
        if not self._active():
            return
        for name, term in terms.items():
            if torch.is_tensor(term):
                self._note(name, "term", term)
        self._note("loss", "loss", loss)
        norms = []
        for name, parameter in self.model.named_parameters():
            if parameter.grad is not None and parameter.grad.layout == torch.strided and parameter.grad.numel() > 0:
                self._note(name, "gradient", parameter.grad)
                norms.append(torch.linalg.vector_norm(parameter.grad.detach().float()))
        if norms:
            self._note("gradient norm", "norm", torch.linalg.vector_norm(torch.stack([n.to(norms[0].device) for n in norms])))
        scale = getattr(self.scaler, "_scale", None)   # get_scale() would synchronize
        if scale is not None:
            self._note("loss scale", "scale", scale)

    def after_step(self):
        """Notes parameters, buffers and optimizer state, reads everything at once and reports."""
        if self._active():
            for what, kind, tensor in self._state():
                self._note(what, kind, tensor)
            self._flush()
        self.step += 1

    def remove(self):
        """Takes the hooks off again."""
        for handle in self.handles:
            handle.remove()

    # Collecting

    def _active(self):
        return self.step % self.every == 0

    def clear(self):
        self.records, self.values, self.seen = [], [], {}

    def _note(self, what, kind, tensor, module=None, inputs=()):
        if not torch.is_tensor(tensor) or not tensor.is_floating_point() or tensor.numel() == 0:
            return None
        self.records.append((what, kind, module, inputs))
        self.values.append(tensor.detach().reshape(()) if kind in SIGNED and tensor.numel() == 1 else largest(tensor))
        return len(self.records) - 1

    def _seen(self, tensor):
        """The record of this very tensor, unless it was changed in place since."""
        entry = self.seen.get(id(tensor))
        return entry[1] if entry and entry[0]() is tensor and entry[2] == self._version(tensor) else None

    def _remember(self, tensor, index):
        self.seen[id(tensor)] = (weakref.ref(tensor), index, self._version(tensor))

    @staticmethod
    def _version(tensor):
        try:
            return tensor._version
        except RuntimeError:                           # inference tensors keep no version
            return 0

    @staticmethod
    def _tracing():
        compiling = getattr(getattr(torch, "compiler", None), "is_compiling", None)
        return bool(compiling and compiling()) or torch.jit.is_scripting() or torch.jit.is_tracing()

    def _enter(self, module, args):
        """Inputs of the whole model, for those who do not call batch()."""
        if not self._tracing() and self._active() and module.training and not any(r[1] == "input" for r in self.records):
            for i, tensor in enumerate(tensors(args)):
                self._remember(tensor, self._note("input %d of shape %s" % (i, tuple(tensor.shape)), "input", tensor))

    def _forward_all(self, module, args, kwargs, output):
        if not self._tracing():
            self._forward(module, (args, kwargs), output)

    def _forward(self, module, args, output):
        if self._tracing() or not self._active() or not self.model.training:
            return
        self.low_precision = self.low_precision or autocast_dtype()
        name = "%s %s" % (self.names.get(id(module), "?"), type(module).__name__)
        inputs = []
        for tensor in tensors(args):
            index = self._seen(tensor)
            if index is None:
                index = self._note("input of " + name, "between", tensor, module)
                self._remember(tensor, index)
            inputs.append(index)
        for tensor in tensors(output):
            if self._seen(tensor) is None:             # a container returns what its last child returned
                index = self._note(name, "activation", tensor, module, tuple(inputs))
                self._remember(tensor, index)
                if tensor.requires_grad:
                    tensor.register_hook(lambda grad, n=name, m=module: self._backward(grad, n, m))

    def _backward(self, grad, name, module):
        if grad is not None and self._active():
            self._note(name, "arriving", grad, module)

    def _state(self):
        for name, parameter in self.model.named_parameters():
            yield name, "parameter", parameter
        for name, buffer in self.model.named_buffers():
            yield name, "buffer", buffer
        if self.optimizer is not None:
            for state in list(self.optimizer.state.values()):
                for key, tensor in state.items() if isinstance(state, dict) else ():
                    if torch.is_tensor(tensor) and tensor.dim() > 0:
                        yield key, "optimizer-state", tensor

    # Reading and judging

    def _flush(self, before=False):
        records, values = self.records, self.values
        devices = {}
        for i, value in enumerate(values):
            devices.setdefault(value.device, []).append(i)
        numbers = [0.0] * len(values)
        for device, indices in devices.items():        # one transfer per device
            wide = torch.float64 if any(values[i].dtype == torch.float64 for i in indices) else torch.float32
            for i, number in zip(indices, torch.stack([values[i].reshape(()).to(wide) for i in indices]).tolist()):
                numbers[i] = number
        self.clear()
        numbered = [(*record, number) for record, number in zip(records, numbers)]
        losses = [r[4] for r in numbered if r[1] == "loss"]    # several with gradient accumulation
        loss = next((n for n in losses if not math.isfinite(n)), losses[-1] if losses else None)
        norm = next((n for _, kind, _, _, n in numbered if kind == "norm"), None)
        scale = next((n for _, kind, _, _, n in numbered if kind == "scale"), None)
        if scale is not None and self.first_scale is None:
            self.first_scale = scale
        rates = [group["lr"] for group in self.optimizer.param_groups] if self.optimizer is not None else []
        rates = [float(rate) for rate in rates]
        bad_rate = next((rate for rate in rates if not math.isfinite(rate)), None)
        bad = [i for i, record in enumerate(numbered) if self._is_bad(record)]
        hard = [i for i in bad if numbered[i][1] not in EXPLAIN]
        # Infinite masks and missing targets can be meant: without harm to these nothing has failed.
        failed = bad_rate is not None or any(numbered[i][1] in HARM for i in hard)
        if failed and self.scaler is not None and bad_rate is None and (scale is None or scale >= 1):
            if all(numbered[i][1] in ("gradient", "input", "target") for i in hard) and self.skips < 30:
                self.skips += 1                        # the scaler skips this step and halves its scale
                return
        self.skips = 0 if not failed else self.skips
        if self.failed is None and failed:
            self.failed = self.step
            findings = self._findings(numbered, bad, hard, rates, bad_rate, loss, norm, scale, before)
            self._write(findings)
            if self.stop:
                told = [detail for symptom, _, detail in findings if symptom == "first-bad-tensor"]
                raise FloatingPointError("whynan probe, step %d: %s" % (self.step, "; ".join(told) or "non-finite"))
        elif self.failed is not None and self.failed >= 0 and loss is not None:
            self.bad_losses += 0 if math.isfinite(loss) else 1
            if math.isfinite(loss) or self.bad_losses >= 20:
                answer = "recovers" if math.isfinite(loss) else "stays"
                self._write([("after-nan", answer, "loss %s, %d looks after the first report" % (show(loss), self.bad_losses + 1))])
                self.failed = -1
        elif not failed and not before:
            self.losses = (self.losses + [loss])[-200:] if loss is not None else self.losses
            self.norms = (self.norms + [norm])[-200:] if norm is not None else self.norms
            self.looks += 1

    @staticmethod
    def _is_bad(record):
        what, kind, _, _, value = record
        if math.isfinite(value) or kind in ("norm", "scale"):
            return False
        return not (kind == "buffer" and math.isinf(value) and "running" not in what)    # a buffer that holds a mask of -inf

    def _findings(self, numbered, bad, hard, rates, bad_rate, loss, norm, scale, before):
        found = []

        def say(symptom, answer, detail):
            if answer is not None and not any(f[0] == symptom for f in found):
                found.append((symptom, answer, detail))

        kinds = {kind: [r for r in numbered if r[1] == kind] for kind in ("input", "target", "activation", "term")}
        if kinds["input"]:
            ok = all(math.isfinite(r[4]) for r in kinds["input"] + kinds["target"])
            worst = next((r for r in kinds["input"] + kinds["target"] if not math.isfinite(r[4])), None)
            say("inputs-finite", "finite" if ok else "nonfinite", "the batch is finite" if ok else "%s: %s" % (worst[0], show(worst[4])))

        outputs = "all module outputs are finite" if kinds["activation"] else "no module output was seen (compiled?)"
        # The first bad tensor, in the order of time. "arriving" gradients and inputs between modules only explain.
        order = ("input", "target", "activation", "term", "loss", "gradient", "parameter", "buffer", "optimizer-state")
        start = min(hard, key=lambda i: (order.index(numbered[i][1]), i)) if hard else None
        if bad_rate is not None and (start is None or order.index(numbered[start][1]) >= order.index("parameter")):
            say("first-bad-tensor", "learning-rate", "learning rate %s before the step" % show(bad_rate))
        elif start is not None:
            what, kind, module, inputs, value = numbered[start]
            if kind == "activation":
                before_it = [numbered[i][4] for i in inputs if i is not None]
                clean = all(math.isfinite(v) for v in before_it)
                seen = "inputs finite" if before_it and clean else "inputs not finite" if before_it else "no floating-point inputs"
                detail = "%s: %s, output %s" % (what, seen, show(value))
                if not clean:
                    earlier = [r[0] for r in numbered[:start] if r[1] == "activation"]
                    source = "%s, whose output is finite," % earlier[-1] if earlier else "the batch"
                    detail += "; look at the code between %s and it" % source
                say("first-bad-tensor", "activation", detail)
                if clean:
                    if module is not None and not list(module.children()) or named(type(module).__name__, OPERATIONS) == "attention":
                        say("bad-op", named(type(module).__name__, OPERATIONS), detail)
                    if math.isinf(value):
                        say("forward-value", "infinite", "%s is infinite, not NaN" % what)
            elif kind == "gradient":
                detail = "%s: gradient %s although the loss is finite" % (what, show(value))
                arriving = [i for i in bad if numbered[i][1] == "arriving"]
                if arriving:
                    first = numbered[arriving[0]]      # backward visits the modules in reverse
                    later = [r for r in numbered[: arriving[0]] if r[1] == "arriving"]
                    if later:
                        detail += "; going back, it is finite at the output of %s and %s at that of %s" % (later[-1][0], show(first[4]), first[0])
                        if self._feeds(numbered, first, later[-1]):
                            say("bad-op", named(type(later[-1][2]).__name__, OPERATIONS), "backward of %s" % later[-1][0])
                    else:
                        detail += "; it is %s already at the output of %s, so the loss function made it" % (show(first[4]), first[0])
                say("first-bad-tensor", "gradient", detail)
                say("forward-value", "finite", "the loss is finite, %s" % outputs)
            elif kind in ("loss", "term"):
                say("first-bad-tensor", "loss", "%s is %s, %s" % (what, show(value), outputs))
                if math.isinf(value):
                    say("forward-value", "infinite", "%s is infinite, not NaN" % what)
            elif kind in ("parameter", "buffer", "optimizer-state"):
                names = [numbered[i][0] for i in hard if numbered[i][1] == kind]
                when = "before the first step" if before else "after the step; loss and gradients were finite"
                say("first-bad-tensor", kind, "%s is %s %s (%d such tensors)" % (what, show(value), when, len(names)))
            else:
                say("first-bad-tensor", kind, "%s: %s" % (what, show(value)))

        if kinds["term"]:
            say("loss-terms", "several" if len(kinds["term"]) > 1 else "single", "%d terms were named" % len(kinds["term"]))
            term = next((r for r in kinds["term"] if not math.isfinite(r[4])), None)
            if term is not None:
                words = term[0].lower().replace("-", "_").split("_")
                answer = next((answer for answer, names in TERMS if any(w in names for w in words)), "auxiliary")
                say("bad-term", answer, "%s is %s" % (term[0], show(term[4])))
        self._trends(say, loss, norm, before)
        if bad_rate is not None:
            say("lr-value", "non-finite", "learning rate %s" % show(bad_rate))
        elif rates:
            say("lr-value", max(rates), "largest learning rate of the parameter groups")
        if self.scaler is not None and scale is not None:
            falling = scale < 1 or scale <= (self.first_scale or scale) / 1024
            say("loss-scale", "falling" if falling else "stable", "%g, at the start %g" % (scale, self.first_scale or scale))
        self._context(say, kinds, numbered)
        return found

    @staticmethod
    def _feeds(numbered, source, sink):
        """Is the output of one module, unchanged, the input of the other?"""
        outputs = [i for i, r in enumerate(numbered) if r[1] == "activation" and r[2] is source[2]]
        return any(r[1] == "activation" and r[2] is sink[2] and set(r[3]) & set(outputs) for r in numbered)

    def _trends(self, say, loss, norm, before):
        if not before:
            if self.step <= 1:                         # step 1 is the first to see updated weights
                say("onset", "first-step", "step %d" % self.step)
            elif self.step < 300:
                say("onset", "early", "step %d" % self.step)
            elif self.step > 3000:
                say("onset", "late", "step %d" % self.step)
        if loss is not None:
            window = (self.losses + ([loss] if math.isfinite(loss) else []))[-50:]
            if not window:
                say("loss-trend", "from-start", "the first loss is %s" % show(loss))
            elif len(window) >= 2:
                usual = median(window[: max(1, len(window) // 2)])
                if window[-1] < -10 * max(1.0, abs(usual)) and window[-1] <= window[-2]:
                    say("loss-trend", "collapsing", "fell from %.3g to %.3g" % (usual, window[-1]))
                elif window[-1] > 10 * usual and window[-1] >= window[-2]:
                    say("loss-trend", "growing", "rose from %.3g to %.3g" % (usual, window[-1]))
                elif len(window) >= 10 and 0 <= max(window[-3:]) < 1e-3 * usual:
                    say("loss-trend", "collapsing", "fell from %.3g to %.3g" % (usual, window[-1]))
                elif len(window) >= 10 and abs(window[-1]) < 3 * abs(usual):
                    say("loss-trend", "sudden", "was %.3g just before" % window[-1])
        if self.losses or loss is not None:
            first = self.losses[0] if self.losses and self.looks == len(self.losses) else loss if not self.losses else None
            if first is not None and 1000 < first < math.inf:
                say("first-loss", "huge", "%.3g" % first)
            elif first is not None and 0 < first < 15:
                say("first-loss", "ordinary", "%.3g" % first)
        if norm is not None:
            window = self.norms[-50:]
            usual = median(window[: max(1, len(window) // 2)]) if window else None
            last = window[-1] if window else None
            if usual is not None and len(window) >= 2 and last > 10 * usual:
                say("grad-norm", "growing", "rose from %.3g to %.3g" % (usual, last))
            elif not math.isfinite(norm):
                say("grad-norm", "sudden-nonfinite", "%s, one step before %s" % (show(norm), "%.3g" % last if last is not None else "unknown"))
            elif norm < 1e-7:
                say("grad-norm", "tiny", "%.3g" % norm)
            elif usual is not None and norm <= 10 * usual:
                say("grad-norm", "bounded", "%.3g, usually %.3g" % (norm, usual))

    def _context(self, say, kinds, numbered):
        """What can be read off the run without a doubt."""
        modules = [type(m).__name__ for m in self.model.modules()]
        say("framework", "pytorch", "PyTorch %s" % torch.__version__)
        types = {p.dtype for p in self.model.parameters() if p.is_floating_point()}
        dtype = None
        if self.low_precision == torch.float16 or (self.scaler is not None and getattr(self.scaler, "_enabled", True)):
            dtype = "mixed-float16"
        elif self.low_precision == torch.bfloat16 or torch.bfloat16 in types:
            dtype = "bfloat16"
        elif torch.float16 in types:
            dtype = "float16"
        elif types == {torch.float32} or types == {torch.float64}:
            dtype = "float32" if torch.float32 in types else "float64"
        say("dtype", dtype, "parameters %s%s" % (", ".join(sorted(str(t)[6:] for t in types)), ", autocast" if self.low_precision else ""))
        if dtype in ("float16", "mixed-float16") and self.scaler is None:
            say("loss-scale", "no-scaler", "no GradScaler was given to the probe")
        if self.optimizer is not None:
            kind = type(self.optimizer).__name__.lower()
            names = (("adagrad", "adagrad"), ("adam", "adam"), ("rmsprop", "rmsprop"), ("lbfgs", "lbfgs"), ("sgd", "sgd"))
            say("optimizer", next((answer for word, answer in names if word in kind), "other"), type(self.optimizer).__name__)
        if any("BatchNorm" in m for m in modules):
            say("normalization-layer", "batchnorm", "the model has batch normalization")
        elif any("LayerNorm" in m or "RMSNorm" in m for m in modules):
            say("normalization-layer", "layernorm", "the model has layer normalization")
        counts = {}
        for m in modules:
            answer = named(m, ACTIVATIONS)
            if answer:
                counts[answer] = counts.get(answer, 0) + 1
        for m in self.model.modules():
            if isinstance(m, nn.RNN) and m.nonlinearity == "relu":
                counts["relu"] = counts.get("relu", 0) + 1
        if len(counts) == 1:                           # with several kinds none is the answer
            say("activation", next(iter(counts)), "of the activation modules")
        sizes = [r[4] for r in kinds["input"] if math.isfinite(r[4])]
        if sizes:
            say("input-scale", "raw" if max(sizes) >= 100 else "normalized" if max(sizes) <= 10 else None, "largest input %.3g" % max(sizes))
        sizes = [r[4] for r in kinds["target"] if math.isfinite(r[4])]
        if sizes:
            say("target-scale", "raw" if max(sizes) >= 100 else "normalized" if max(sizes) <= 10 else None, "largest target %.3g" % max(sizes))
        low, high = (next((r[4] for r in numbered if r[1] == kind), None) for kind in ("label-min", "label-max"))
        if high is not None and high < 0:
            say("batch-content", "may-be-empty", "no label of the batch counts: the largest is %d" % high)
        if low is not None and low < 0 and low not in (-1, -100):
            say("labels-valid", "invalid", "the smallest label is %d" % low)
        if self.batch_size is not None:
            say("batch-content", "tiny" if self.batch_size <= 2 else None, "%d samples in the batch" % self.batch_size)
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            several = torch.distributed.get_world_size() > 1
            say("devices", "several" if several else "one", "rank %d of %d" % (torch.distributed.get_rank(), torch.distributed.get_world_size()))

    def _write(self, findings):
        line = json.dumps({"whynan": "probe@1", "step": self.step, "findings": [{"symptom": s, "answer": a, "detail": d} for s, a, d in findings]})
        print(line, flush=True)
        if self.path:
            path = self.path
            if torch.distributed.is_available() and torch.distributed.is_initialized() and torch.distributed.get_rank() > 0:
                root, extension = os.path.splitext(path)
                path = "%s.rank%d%s" % (root, torch.distributed.get_rank(), extension)
            with open(path, "a") as file:
                file.write(line + "\n")
