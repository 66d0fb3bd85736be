# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The whynan authors
"""whynan probe for Caffe: finds the first blob that holds NaN or inf.

Copy this file beside the training script as whynan_probe.py and step the solver through it:

    import caffe
    from whynan_probe import Probe
    solver = caffe.get_solver("solver.prototxt")
    Probe(solver, solver_file="solver.prototxt").run(10000)     # instead of solver.step(10000)

At the first non-finite value it prints one JSON line, appends it to probe.jsonl and raises. Then: whynan probe.jsonl

What it does. It makes one iteration at a time and looks, in the order of computation, at the blobs of the forward pass, their
gradients in the backward pass, and the parameters. A layer whose bottoms are finite and whose top is not is the producer.
Each look copies the blobs from the GPU to the host once per iteration: use every=100, or a snapshot from shortly before the
failure, for a long run. No layer has to be added and Caffe need not be built with WITH_PYTHON_LAYER.

Limits. A layer that works in place overwrites the blob of the layer before it, so the two are told apart by the gradient only:
give the top another name to see both. pycaffe does not show the learning rate: solver_file lets the probe compute it.
With a solver that a snapshot was restored into, the iteration is read from it. Works on one GPU or the CPU.
Python 3.8 or newer (2.7 works too), pycaffe and NumPy, nothing else. Written from Caffe's source, tested against a model of it.
"""
from __future__ import division, print_function

import json
import math
import re

import numpy as np

# Which operation of whynan's vocabulary a layer type is
OPERATIONS = {
    "linear-conv": ("Convolution", "Deconvolution", "InnerProduct"),
    "pooling": ("Pooling", "SPP"),
    "normalization-layer": ("BatchNorm", "LRN", "MVN"),
    "exp-softmax": ("Softmax", "SoftmaxWithLoss", "Exp", "BNLL"),
    "log": ("Log", "InfogainLoss", "MultinomialLogisticLoss"),
    "power-trig": ("Power",),
    "embedding": ("Embed",),
    "reduction": ("Reduction",),
    "indexing": ("BatchReindex",),
}
DATA = ("Data", "ImageData", "HDF5Data", "MemoryData", "WindowData", "DummyData", "Input", "Python")
TARGETS = ("label", "labels", "target", "targets", "gt")


def finite(value):
    return not (math.isnan(value) or math.isinf(value))


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
        self.bad_losses += 0 if finite(loss) else 1
        if finite(loss) or self.bad_losses >= 20:
            answer = "recovers" if finite(loss) else "stays"
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
            window = (self.losses + ([loss] if finite(loss) else []))[-50:]
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
            elif not finite(norm):
                before = "%.3g" % window[-1] if window else "unknown"
                self.say("grad-norm", "sudden-nonfinite", "%s, one step before %s" % (show(norm), before))
            elif norm < 1e-7:
                self.say("grad-norm", "tiny", "%.3g" % norm)
            elif usual is not None and norm <= 10 * usual:
                self.say("grad-norm", "bounded", "%.3g, usually %.3g" % (norm, usual))

    def scale(self, symptom, size):
        if size is not None and finite(size):
            answer = "raw" if size >= 100 else "normalized" if size <= 10 else None
            self.say(symptom, answer, "largest value %.3g" % size)

    def write(self, step):
        line = json.dumps({"whynan": "probe@1", "step": step, "findings": self.found})
        print(line)
        if self.path:
            with open(self.path, "a") as file:
                file.write(line + "\n")
        found, self.found = self.found, []
        return "; ".join(f["detail"] for f in found if f["symptom"] == "first-bad-tensor") or "non-finite"


def largest(array):
    """Largest absolute value; NaN if one is NaN."""
    array = np.asarray(array)
    return float(np.max(np.abs(array))) if array.size else 0.0    # np.max keeps NaN


def setting(text, name):
    """A field of a prototxt, without comments."""
    found = re.search(r"(?m)^[^#]*?\b%s\s*:\s*\"?([^\s\"#]+)" % name, text)
    return found.group(1) if found else None


def learning_rate(text, iteration):
    """The learning rate of Caffe's policies at an iteration; None where it is not known."""
    base, policy = setting(text, "base_lr"), setting(text, "lr_policy")
    if base is None or policy is None:
        return None
    base = float(base)
    gamma, power = float(setting(text, "gamma") or 0), float(setting(text, "power") or 0)
    size, most = int(setting(text, "stepsize") or 0), int(setting(text, "max_iter") or 0)
    try:
        if policy == "fixed":
            return base
        if policy == "step":
            return base * gamma ** (iteration // size)
        if policy == "exp":
            return base * gamma ** iteration
        if policy == "inv":
            return base * (1 + gamma * iteration) ** -power
        if policy == "poly":
            rate = base * (1 - iteration / most) ** power
            return float("nan") if isinstance(rate, complex) else rate
        if policy == "sigmoid":
            return base / (1 + math.exp(-gamma * (iteration - size)))
    except ZeroDivisionError:
        return float("nan")                            # as in Caffe: 0/0
    except OverflowError:
        return float("inf")
    return None


class Probe(object):
    """See the head of this file.

    path         where the record is appended; None: printed only
    stop         raise at the first non-finite value (True), or go on and report whether the loss recovers
    every        look at every n-th iteration only
    solver_file  solver.prototxt, for learning rate, solver type and clipping
    """

    def __init__(self, solver, path="probe.jsonl", stop=True, every=1, solver_file=None):
        self.solver, self.net, self.stop, self.every = solver, solver.net, stop, max(1, every)
        self.record = Record(path)
        self.text = ""
        if solver_file:
            with open(solver_file) as file:
                self.text = file.read()
        self.layers = list(zip(self.net._layer_names, self.net.layers))
        bad = self._bad_parameters()
        if bad:                                        # initialization, or a snapshot with NaN
            self.record.say("first-bad-tensor", "parameter", "%s is %s before the first iteration" % bad[0])
            self._context(None)
            self._stop(self._iteration())

    def run(self, iterations):
        """solver.step(iterations), with a look at every n-th iteration."""
        done = 0
        while done < iterations:
            self.solver.step(1)
            done += 1
            if done % self.every == 0:
                self.look()

    def look(self):
        """Looks at the iteration just made."""
        iteration, net, record = max(0, self._iteration() - 1), self.net, self.record
        blobs = dict((name, (largest(blob.data), largest(blob.diff))) for name, blob in net.blobs.items())
        loss = self._loss(blobs)
        norm = math.sqrt(sum(value * value for value in self._norms())) if self.net.params else None
        bad_blobs = [name for name, (data, _) in blobs.items() if not finite(data)]
        bad_diffs = [name for name, (_, diff) in blobs.items() if not finite(diff)]
        bad_parameters = self._bad_parameters()
        lost = loss is not None and not finite(loss)
        if record.failed is not None:
            if record.failed >= 0 and loss is not None:
                record.afterwards(iteration, loss)
            return
        if not (lost or bad_parameters or bad_diffs):  # a blob of -inf alone may be a mask
            record.healthy(loss, norm)
            return
        rate = learning_rate(self.text, iteration)
        inputs = [top for name, layer in self.layers if layer.type in DATA for top in self._tops(name)]
        self._inputs(inputs, bad_blobs, blobs)
        if bad_blobs and not any(name in bad_blobs for name in inputs):
            self._forward(blobs, inputs)
        if not bad_blobs and rate is not None and not finite(rate):
            record.say("first-bad-tensor", "learning-rate", "learning rate %s at iteration %d" % (show(rate), iteration))
        if not bad_blobs and bad_diffs:
            self._backward(blobs, bad_diffs)
        if bad_parameters and not bad_blobs and not bad_diffs:
            record.say("first-bad-tensor", "parameter", "%s is %s after the update; blobs and gradients were finite" % bad_parameters[0])
        if lost:
            record.say("first-bad-tensor", "loss", "the loss is %s" % show(loss))
        record.trends(iteration, loss, norm)
        if rate is not None:
            record.say("lr-value", float("%.6g" % rate) if finite(rate) else "non-finite", "computed from the solver file")
        self._context(blobs)
        self._stop(iteration)

    # In the order of computation

    def _inputs(self, inputs, bad_blobs, blobs):
        bad = [name for name in inputs if name in bad_blobs]
        if inputs:
            self.record.say("inputs-finite", "nonfinite" if bad else "finite", "blob %s" % (bad[0] if bad else ", ".join(inputs)))
        if bad:
            kind = "target" if bad[0] in TARGETS else "input"
            self.record.say("first-bad-tensor", kind, "%s is %s" % (bad[0], show(blobs[bad[0]][0])))
        for name in inputs:
            if name not in TARGETS and self.net.blobs[name].data.ndim > 1:
                self.record.scale("input-scale", blobs[name][0])

    def _forward(self, blobs, inputs):
        for name, layer in self.layers:
            tops, bottoms = self._tops(name), self._bottoms(name)
            if tops and not finite(max((blobs[top][0] for top in tops), key=lambda v: (v != v, v))):
                top = next(top for top in tops if not finite(blobs[top][0]))
                value, kind = blobs[top][0], layer.type
                shared = [other for other, o in self.layers if top in self._tops(other)]
                before = [bottom for bottom in bottoms if bottom != top]
                clean = all(finite(blobs[bottom][0]) for bottom in before)
                detail = "%s %s: inputs %s, output %s is %s" % (name, kind, "finite" if clean else "not finite", top, show(value))
                last = shared[-1] == name or len(shared) == 1
                if not last:
                    detail += "; %s work in place on it" % ", ".join(shared[1:])
                is_loss = not any(top in self._bottoms(other) for other, _ in self.layers)
                self.record.say("first-bad-tensor", "loss" if is_loss else "activation", detail)
                if clean and len(shared) == 1:
                    self.record.say("bad-op", next((op for op, types in OPERATIONS.items() if kind in types), None), detail)
                self.record.say("forward-value", "infinite" if math.isinf(value) else None, detail)
                return

    def _backward(self, blobs, bad_diffs):
        for name, layer in reversed(self.layers):
            tops, bottoms = self._tops(name), self._bottoms(name)
            bad = next((bottom for bottom in bottoms if bottom in bad_diffs), None)
            if bad is not None:
                clean = all(finite(blobs[top][1]) for top in tops if top != bad)
                detail = "%s %s: gradient of its top %s, of its bottom %s %s" % (name, layer.type, "finite" if clean else "not finite", bad, show(blobs[bad][1]))
                self.record.say("first-bad-tensor", "gradient", detail)
                writers = [other for other, _ in self.layers if bad in self._tops(other)]
                if clean and len(writers) < 2:         # a layer that works in place may have made it as well
                    self.record.say("bad-op", next((op for op, types in OPERATIONS.items() if layer.type in types), None), detail)
                self.record.say("forward-value", "finite", "all blobs are finite")
                return

    # Reading Caffe

    def _tops(self, name):
        return list(self.net.top_names[name])

    def _bottoms(self, name):
        return list(self.net.bottom_names[name])

    def _iteration(self):
        return int(self.solver.iter)

    def _bad_parameters(self):
        values = [("%s[%d]" % (name, i), largest(blob.data)) for name, blobs in self.net.params.items() for i, blob in enumerate(blobs)]
        return [(name, show(value)) for name, value in values if not finite(value)]

    def _norms(self):
        """Gradient norms of the blobs that parameters see: after a step the diffs of parameters are updates, not gradients."""
        return [float(np.linalg.norm(np.asarray(blob.diff, dtype=np.float64))) for blob in self.net.blobs.values()]

    def _loss(self, blobs):
        """The sum of the scalar outputs of the loss layers."""
        names = [top for name, layer in self.layers if layer.type.endswith("Loss") for top in self._tops(name)]
        values = [float(np.asarray(self.net.blobs[name].data).reshape(-1)[0]) for name in names if np.asarray(self.net.blobs[name].data).size == 1]
        if len(values) > 1:
            self.record.terms = dict(zip(names, values))
        return sum(values) if values else None

    def _context(self, blobs):
        record, kinds = self.record, [layer.type for _, layer in self.layers]
        terms = getattr(record, "terms", {})
        if terms:
            record.say("loss-terms", "several", ", ".join("%s %s" % (name, show(value)) for name, value in terms.items()))
        record.say("framework", "caffe", "pycaffe")
        record.say("dtype", "float32", "Caffe computes in float32")
        if "BatchNorm" in kinds:
            record.say("normalization-layer", "batchnorm", "the net has BatchNorm")
        elif "LRN" not in kinds and "MVN" not in kinds:
            record.say("normalization-layer", "none", "no normalization layer in the net")
        activations = {"ReLU": "relu", "PReLU": "relu", "Sigmoid": "saturating", "TanH": "saturating", "ELU": "exp-or-custom", "LSTM": "saturating"}
        used = set(activations[kind] for kind in kinds if kind in activations)
        if len(used) == 1:
            record.say("activation", used.pop(), "of the activation layers")
        if self.text:
            solver = (setting(self.text, "type") or "SGD").lower()
            record.say("optimizer", solver if solver in ("sgd", "adam", "rmsprop", "adagrad") else "sgd" if solver == "nesterov" else "other", "solver type %s" % solver)
            policy = setting(self.text, "lr_policy")
            known = {"fixed": "constant", "step": "decay", "multistep": "decay", "exp": "decay", "inv": "decay", "poly": "decay", "sigmoid": "decay"}
            answer = known.get(policy)
            if policy == "poly" and not int(setting(self.text, "max_iter") or 0):
                answer = "zero-length"
            record.say("lr-schedule", answer, "lr_policy %s" % policy)
            clip = float(setting(self.text, "clip_gradients") or -1)
            record.say("grad-clipping", "by-norm" if clip > 0 else "none", "clip_gradients %g" % clip)

    def _stop(self, iteration):
        self.record.failed = iteration
        told = self.record.write(iteration)
        if self.stop:
            raise FloatingPointError("whynan probe, iteration %d: %s" % (iteration, told))
