# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The whynan authors
"""whynan probe for JAX: finds the first array that is NaN or inf, and the operation that made it.

Copy this file beside the training script as whynan_probe.py and add:

    from whynan_probe import Probe
    probe = Probe(loss_fn)                   # loss_fn(params, batch, ...) -> loss, or (loss, aux) with has_aux=True
    ...
        loss, grads = jax.value_and_grad(loss_fn)(params, batch)
        probe.check(step, params, batch, loss=loss, grads=grads)               # before the update
        ... update ...
        probe.check_state(step, params, opt_state)                             # after it

At the first non-finite value it prints one JSON line, appends it to probe.jsonl and raises. Then: whynan probe.jsonl

What it does. One jitted call takes the largest absolute value of every array, and one transfer per call reads them: one
reduction per array. Only at a failure is value_and_grad of loss_fn traced once more for the failing batch and computed
operation by operation. The first operation whose inputs are finite and whose output is not is the producer; the record says
which it is, where it stands in your code, and whether its argument was 0 or negative.

Limits. A train step that is one jitted function must return loss and grads. Arguments must be fully on this host. Loops
(scan, while) and conditionals are one operation each in the replay: it names the loop, not the line in it.
Python 3.8 or newer, any JAX since 0.4, nothing else.
"""
import json
import math

import jax
import jax.numpy as jnp
import numpy as np

try:
    from jax.extend.core import Literal
except ImportError:                                    # older versions
    from jax.core import Literal

# Which operation of whynan's vocabulary a primitive is. Arithmetic such as mul and sub has no name there.
OPERATIONS = {
    "sqrt-norm": ("sqrt", "rsqrt", "cbrt"),
    "log": ("log", "log1p"),
    "division": ("div", "rem"),
    "exp-softmax": ("exp", "exp2", "expm1", "logistic", "sinh", "cosh"),
    "power-trig": ("pow", "integer_pow", "acos", "asin", "atan2", "atanh", "acosh", "tan"),
    "linear-conv": ("dot_general", "conv_general_dilated"),
    "indexing": ("gather", "scatter", "scatter-add", "scatter_add", "dynamic_slice"),
    "reduction": ("reduce_sum", "cumsum", "reduce_prod"),
    "pooling": ("reduce_window", "reduce_window_sum", "reduce_window_max"),
    "linear-algebra": ("eigh", "svd", "cholesky", "lu", "triangular_solve", "qr", "eig"),
}
TRANSPARENT = ("pjit", "jit", "closed_call", "core_call", "remat", "remat2", "checkpoint",
               "custom_jvp_call", "custom_vjp_call", "custom_vjp_call_jaxpr")    # the replay looks inside
ARGUMENT = {"log": 0, "log1p": 0, "sqrt": 0, "rsqrt": 0, "pow": 0, "div": 1, "rem": 1}    # the argument that must not be 0


def show(value):
    return "NaN" if math.isnan(value) else "inf" if math.isinf(value) else "%.3g" % value


def median(values):
    return sorted(values)[len(values) // 2]


class Record:
    """Collects findings of one step; the first answer to a symptom counts. Writes them as one JSON line."""

    def __init__(self, path):
        self.path, self.losses, self.norms, self.looks = path, [], [], 0
        self.failed, self.bad_losses, self.found = None, 0, []     # failed: step of the report; -1: all said

    def say(self, symptom, answer, detail):
        if answer is not None and not any(f["symptom"] == symptom for f in self.found):
            self.found.append({"symptom": symptom, "answer": answer, "detail": detail})

    def healthy(self, loss, norm):
        """One more step without a failure."""
        self.looks += 1
        self.losses = (self.losses + [loss])[-200:] if loss is not None else self.losses
        self.norms = (self.norms + [norm])[-200:] if norm is not None else self.norms

    def afterwards(self, step, loss):
        """After the report: does the loss become finite again?"""
        self.bad_losses += 0 if math.isfinite(loss) else 1
        if math.isfinite(loss) or self.bad_losses >= 20:
            answer = "recovers" if math.isfinite(loss) else "stays"
            self.say("after-nan", answer, "loss %s, %d looks after the first report" % (show(loss), self.bad_losses + 1))
            self.write(step)
            self.failed = -1

    def trends(self, step, loss, norm):
        """What loss and gradient norm did before the failure."""
        if step <= 1:                                  # step 1 is the first to see updated weights
            self.say("onset", "first-step", "step %d" % step)
        elif step < 300:
            self.say("onset", "early", "step %d" % step)
        elif step > 3000:
            self.say("onset", "late", "step %d" % step)
        if loss is not None:
            window = (self.losses + ([loss] if math.isfinite(loss) else []))[-50:]
            usual = median(window[: max(1, len(window) // 2)]) if window else 0.0
            if not window:
                self.say("loss-trend", "from-start", "the first loss is %s" % show(loss))
            elif len(window) >= 2 and window[-1] < -10 * max(1.0, abs(usual)) and window[-1] <= window[-2]:
                self.say("loss-trend", "collapsing", "fell from %.3g to %.3g" % (usual, window[-1]))
            elif len(window) >= 2 and window[-1] > 10 * abs(usual) and window[-1] >= window[-2]:
                self.say("loss-trend", "growing", "rose from %.3g to %.3g" % (usual, window[-1]))
            elif len(window) >= 10 and 0 <= max(window[-3:]) < 1e-3 * usual:
                self.say("loss-trend", "collapsing", "fell from %.3g to %.3g" % (usual, window[-1]))
            elif len(window) >= 10 and abs(window[-1]) < 3 * abs(usual):
                self.say("loss-trend", "sudden", "was %.3g just before" % window[-1])
            if window and self.looks == len(self.losses):
                first = window[0] if len(self.losses) < 50 else self.losses[0]
                size = "huge" if first > 1000 else "ordinary" if 0 < first < 15 else None
                self.say("first-loss", size, "%.3g" % first)
        if norm is not None:
            window = self.norms[-50:]
            usual = median(window[: max(1, len(window) // 2)]) if window else None
            if len(window) >= 2 and window[-1] > 10 * usual:
                self.say("grad-norm", "growing", "rose from %.3g to %.3g" % (usual, window[-1]))
            elif not math.isfinite(norm):
                before = "%.3g" % window[-1] if window else "unknown"
                self.say("grad-norm", "sudden-nonfinite", "%s, one step before %s" % (show(norm), before))
            elif norm < 1e-7:
                self.say("grad-norm", "tiny", "%.3g" % norm)
            elif usual is not None and norm <= 10 * usual:
                self.say("grad-norm", "bounded", "%.3g, usually %.3g" % (norm, usual))

    def scale(self, symptom, size):
        if size is not None and math.isfinite(size):
            answer = "raw" if size >= 100 else "normalized" if size <= 10 else None
            self.say(symptom, answer, "largest value %.3g" % size)

    def write(self, step):
        line = json.dumps({"whynan": "probe@1", "step": step, "findings": self.found})
        print(line, flush=True)
        if self.path:
            with open(self.path, "a") as file:
                file.write(line + "\n")
        found, self.found = self.found, []
        return "; ".join(f["detail"] for f in found if f["symptom"] == "first-bad-tensor") or "non-finite"


def is_float(leaf):
    return hasattr(leaf, "dtype") and jnp.issubdtype(leaf.dtype, jnp.inexact) and leaf.size > 0


@jax.jit
def _sizes(leaves):
    wide = [leaf if leaf.dtype == jnp.float64 else leaf.astype(jnp.float32) for leaf in map(jnp.abs, leaves)]
    return jnp.stack([jnp.max(leaf).astype(jnp.float32) for leaf in wide])    # jnp.max keeps NaN


@jax.jit
def _norm(leaves):
    return jnp.sqrt(sum(jnp.sum(jnp.square(leaf.astype(jnp.float32))) for leaf in leaves))


def sizes(tree, kind):
    """Largest absolute value of each floating-point array of a tree: [(kind, path, value)]."""
    leaves = [(jax.tree_util.keystr(path), leaf) for path, leaf in jax.tree_util.tree_flatten_with_path(tree)[0] if is_float(leaf)]
    values = np.asarray(_sizes([leaf for _, leaf in leaves])).tolist() if leaves else []
    return [(kind, path, value) for (path, _), value in zip(leaves, values)]


class Probe:
    """See the head of this file.

    path     where the record is appended; None: printed only
    stop     raise FloatingPointError at the first non-finite value (True), or go on and report whether the loss recovers
    has_aux  loss_fn returns (loss, aux)
    """

    def __init__(self, loss_fn=None, path="probe.jsonl", stop=True, has_aux=False):
        self.loss_fn, self.stop, self.has_aux = loss_fn, stop, has_aux
        self.record = Record(path)

    def check(self, step, params, batch, *args, loss=None, grads=None, lr=None):
        """Before the update: parameters, batch, loss, gradients. args: what loss_fn takes after the batch."""
        inputs, targets = batch if isinstance(batch, (tuple, list)) and len(batch) == 2 else (batch, None)
        noted = sizes(params, "parameter") + sizes(inputs, "input") + sizes(targets, "target") + sizes(grads, "gradient")
        value = float(loss) if loss is not None else None
        leaves = [leaf for leaf in jax.tree_util.tree_leaves(grads) if is_float(leaf)]
        norm = float(_norm(leaves)) if leaves else None
        rate = float(lr) if lr is not None else None
        bad = [entry for entry in noted if not math.isfinite(entry[2])]
        harm = [entry for entry in bad if entry[0] in ("parameter", "gradient")]
        record = self.record
        if not harm and (value is None or math.isfinite(value)) and (rate is None or math.isfinite(rate)):
            if record.failed is not None and record.failed >= 0 and value is not None:
                record.afterwards(step, value)
            else:
                record.healthy(value, norm)
            return
        if record.failed is not None:
            if record.failed >= 0 and value is not None:
                record.afterwards(step, value)
            return
        first = next((entry for kind in ("parameter", "input", "target") for entry in bad if entry[0] == kind), None)
        clean = not any(entry[0] in ("input", "target") for entry in bad)
        record.say("inputs-finite", "finite" if clean else "nonfinite", "the batch is finite" if clean else "the batch is not finite")
        if rate is not None and not math.isfinite(rate):
            record.say("first-bad-tensor", "learning-rate", "learning rate %s" % show(rate))
            record.say("lr-value", "non-finite", "learning rate %s" % show(rate))
        elif first is not None:
            record.say("first-bad-tensor", first[0], "%s%s is %s before the update" % (first[0], first[1], show(first[2])))
        else:
            self._locate(params, batch, args, value)
            if value is not None and math.isfinite(value):
                entry = next((e for e in bad if e[0] == "gradient"), None)
                record.say("first-bad-tensor", "gradient", "gradient%s is %s although the loss is finite" % (entry[1], show(entry[2])))
                record.say("forward-value", "finite", "the loss is finite")
            else:
                record.say("first-bad-tensor", "loss", "loss %s from finite parameters and inputs" % show(value if value is not None else math.nan))
        record.trends(step, value, norm)
        if rate is not None:
            record.say("lr-value", float("%.6g" % rate), "given to the probe")
        self._context(params, noted)
        self._stop(step)

    def check_state(self, step, params, opt_state=None, batch_stats=None):
        """After the update: parameters, optimizer state, running statistics."""
        noted = sizes(params, "parameter") + sizes(batch_stats, "buffer") + sizes(opt_state, "optimizer-state")
        bad = [entry for entry in noted if not math.isfinite(entry[2])]
        if bad and self.record.failed is None:
            kind, path, value = bad[0]
            self.record.say("first-bad-tensor", kind, "%s%s is %s after the update; loss and gradients were finite" % (kind, path, show(value)))
            self.record.trends(step, self.record.losses[-1] if self.record.losses else None, self.record.norms[-1] if self.record.norms else None)
            self._context(params, noted)
            self._stop(step)

    def _stop(self, step):
        self.record.failed = step
        told = self.record.write(step)
        if self.stop:
            raise FloatingPointError("whynan probe, step %d: %s" % (step, told))

    def _context(self, params, noted):
        record = self.record
        record.say("framework", "jax", "JAX %s" % jax.__version__)
        types = {str(leaf.dtype) for leaf in jax.tree_util.tree_leaves(params) if is_float(leaf)}
        if len(types) == 1 and types & {"float16", "bfloat16", "float64"}:    # float32 parameters may be cast for the computation
            record.say("dtype", next(iter(types)), "parameters")
        for kind in ("input", "target"):
            values = [value for k, _, value in noted if k == kind]
            record.scale(kind + "-scale", max(values) if values else None)
        record.say("devices", "several" if jax.device_count() > 1 else "one", "%d devices" % jax.device_count())

    # The replay

    def _locate(self, params, batch, args, loss):
        """Computes loss and gradient operation by operation and names the first that makes a non-finite value."""
        if self.loss_fn is None:
            return
        try:
            function = jax.value_and_grad(self.loss_fn, has_aux=self.has_aux)
            closed = jax.make_jaxpr(function)(params, batch, *args)
            found, self.roots = [], []
            self._run(closed.jaxpr, closed.consts, jax.tree_util.tree_leaves((params, batch) + args), found)
        except Exception as error:                     # the record must come out even if the replay cannot
            self.record.say("first-bad-tensor", None, "")
            print("whynan probe: the replay failed: %s" % error)
            return
        if not found:
            self.record.say("bad-op", "none-named", "the batch is finite when computed operation by operation: suspect the compiler or a kernel")
            return
        # inf from finite inputs may be meant (a mask); the first NaN never is. Take the inf if the NaN grew out of one.
        name, where, value, argument, clean = found[0]
        nan = next((entry for entry in found if math.isnan(entry[2])), found[0])
        detail = "%s at %s: inputs %s, output %s" % (name, where, "finite" if clean else "infinite", show(value))
        if nan is not found[0]:
            detail += "; the first NaN comes from %s at %s" % nan[:2]
        if not (name in OPERATIONS["reduction"] and math.isinf(value)):    # a sum that overflows is not at fault
            self.record.say("bad-op", next((op for op, names in OPERATIONS.items() if name.split()[-1] in names), None), detail)
        finite_loss = loss is not None and math.isfinite(loss)
        if finite_loss:
            self.record.say("first-bad-tensor", "gradient", "the loss is finite; in the backward pass " + detail)
            self.record.say("forward-value", "finite", "the loss is finite")
        else:
            self.record.say("first-bad-tensor", "activation", detail)
            self.record.say("forward-value", argument or ("infinite" if math.isinf(value) else None), detail)

    def _run(self, jaxpr, consts, inputs, found):
        values = dict(zip(jaxpr.constvars, consts))
        values.update(zip(jaxpr.invars, inputs))
        read = lambda variable: variable.val if isinstance(variable, Literal) else values[variable]
        for equation in jaxpr.eqns:
            arguments = [read(variable) for variable in equation.invars]
            inner = next((equation.params[key] for key in ("jaxpr", "call_jaxpr", "fun_jaxpr") if key in equation.params), None)
            if equation.primitive.name in TRANSPARENT and inner is not None:
                body, constants = (inner.jaxpr, inner.consts) if hasattr(inner, "consts") else (inner, [])
                results = self._run(body, constants, arguments, found)
            else:
                bound = equation.primitive.get_bind_params(equation.params)
                subfuns, parameters = bound if isinstance(bound, tuple) else ([], bound)    # newer versions: one dict
                results = equation.primitive.bind(*subfuns, *arguments, **parameters)
                results = list(results) if equation.primitive.multiple_results else [results]
                if equation.primitive.name in ("sqrt", "log"):
                    self.roots.append((equation.primitive.name, results[0] if equation.primitive.name == "sqrt" else arguments[0]))
                if len(found) < 50:
                    self._judge(equation, arguments, results, found)
            values.update(zip(equation.outvars, results))
        return [read(variable) for variable in jaxpr.outvars]

    def _judge(self, equation, arguments, results, found):
        largest = lambda leaf: float(jnp.max(jnp.abs(leaf.astype(jnp.float32)))) if is_float(leaf) else 0.0
        out = max((largest(result) for result in results), key=lambda v: (math.isnan(v), v), default=0.0)
        if math.isfinite(out):
            return
        into = [largest(jnp.asarray(argument)) for argument in arguments]
        clean = all(math.isfinite(value) for value in into)
        born = clean or (math.isnan(out) and not any(math.isnan(value) for value in into))
        if not born:
            return                                     # merely passed on
        argument, name = None, equation.primitive.name
        if name == "div":                              # the derivative of sqrt divides by its result, that of log by its argument
            name = next((op for op, array in self.roots if array is arguments[1]), name)
            if name != "div":
                found.append(("derivative of " + name, self._where(equation), out, argument, clean))
                return
        if name in ARGUMENT and clean:
            value = jnp.asarray(arguments[ARGUMENT[name]])
            lowest = float(jnp.min(value.astype(jnp.float32))) + (1.0 if name == "log1p" else 0.0)
            if bool(jnp.any(value == (-1 if name == "log1p" else 0))):
                argument = "zero-argument"
            elif lowest < 0 and name != "div":
                argument = "negative-argument"
        found.append((name, self._where(equation), out, argument, clean))

    @staticmethod
    def _where(equation):
        try:
            from jax._src import source_info_util
            return source_info_util.summarize(equation.source_info) or "a line inside JAX"
        except Exception:                              # not a public interface
            return "an unknown line"
