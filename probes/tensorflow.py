# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The whynan authors
"""whynan probe for TensorFlow and Keras: finds the first tensor that is NaN or inf.

Copy this file beside the training script as whynan_probe.py. With a loop of your own (eager, outside tf.function):

    from whynan_probe import Probe
    probe = Probe(model, optimizer)
    ...
        probe.check(step, x, y, loss, grads)           # after tape.gradient, before apply_gradients
        probe.check_state(step)                        # after apply_gradients

With model.fit, which shows the loss but neither batch nor gradients:

    model.fit(ds, callbacks=[Probe(model).callback()])

At the first non-finite value it prints one JSON line, appends it to probe.jsonl and raises. Then: whynan probe.jsonl

What it does. One compiled call takes the largest absolute value of every tensor given to it, and one transfer reads them: one
reduction per tensor and one synchronization per call. Only at a failure is the batch run through the model once more, layer
by layer: the first layer whose inputs are finite and whose output is not is the producer. Moving statistics are put back.

Limits. Operations between layers have no name of their own. Under model.fit the record says less, for the weights are already
spoilt when the callback is called; tf.debugging.enable_check_numerics() before the model is built names the operation there.
Python 3.8 or newer, TensorFlow 2.13 or newer with its Keras 2 or 3, nothing else.
"""
import json
import math

import tensorflow as tf

keras = tf.keras

# Which operation of whynan's vocabulary a layer computes, by words in the name of its class
OPERATIONS = (
    ("attention", ("Attention",)),
    ("normalization-layer", ("BatchNormalization", "LayerNormalization", "GroupNormalization", "UnitNormalization")),
    ("linear-conv", ("Dense", "Conv")),
    ("embedding", ("Embedding",)),
    ("pooling", ("Pooling",)),
    ("exp-softmax", ("Softmax",)),
)


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


@tf.function(reduce_retracing=True)
def _sizes(values):
    found = []
    for value in values:                               # tf.reduce_max alone does not keep NaN on every device
        value = tf.abs(tf.cast(value, tf.float64 if value.dtype == tf.float64 else tf.float32))
        largest = tf.cast(tf.reduce_max(tf.where(tf.math.is_nan(value), tf.zeros_like(value), value)), tf.float32)
        found.append(tf.where(tf.reduce_any(tf.math.is_nan(value)), math.nan, largest))
    return tf.stack(found)


def leaves(value):
    """Floating-point tensors of nested structures; of sparse gradients their values."""
    for leaf in tf.nest.flatten(value):
        leaf = leaf.values if isinstance(leaf, tf.IndexedSlices) else leaf
        if hasattr(leaf, "dtype") and not isinstance(leaf, tf.RaggedTensor):
            leaf = tf.convert_to_tensor(leaf)
            if leaf.dtype.is_floating and (leaf.shape.num_elements() or 0) > 0:
                yield leaf


def sizes(entries):
    """[(kind, name, tensor)] to [(kind, name, largest absolute value)] with one transfer."""
    return [entry[:2] + (value,) for entry, value in zip(entries, _sizes([e[2] for e in entries]).numpy().tolist())] if entries else []


def path(variable):
    return getattr(variable, "path", None) or variable.name


class Probe:
    """See the head of this file.

    path  where the record is appended; None: printed only
    stop  raise FloatingPointError at the first non-finite value (True), or go on and report whether the loss recovers
    """

    def __init__(self, model, optimizer=None, path="probe.jsonl", stop=True):
        self.model, self.optimizer, self.stop = model, optimizer, stop
        self.record = Record(path)

    def check(self, step, x, y, loss, grads):
        """Before the update: batch, loss and gradients (in the order of model.trainable_variables)."""
        names = [path(variable) for variable in self.model.trainable_variables]
        entries = [("parameter", path(v), v) for v in self.model.trainable_variables]
        entries += [("input", "input %d" % i, leaf) for i, leaf in enumerate(leaves(x))]
        entries += [("target", "target %d" % i, leaf) for i, leaf in enumerate(leaves(y))]
        entries += [("gradient", name, leaf) for name, grad in zip(names, grads) if grad is not None for leaf in leaves(grad)]
        noted = sizes([(kind, name, tf.convert_to_tensor(value)) for kind, name, value in entries])
        present = [leaf for grad in grads if grad is not None for leaf in leaves(grad)]
        norm = float(tf.linalg.global_norm([tf.cast(leaf, tf.float32) for leaf in present])) if present else None
        value, record = float(loss), self.record
        bad = [entry for entry in noted if not math.isfinite(entry[2])]
        if math.isfinite(value) and not any(entry[0] in ("parameter", "gradient") for entry in bad):
            if record.failed is None or record.failed < 0:
                record.healthy(value, norm)
            else:
                record.afterwards(step, value)
            return
        if record.failed is not None:
            if record.failed >= 0:
                record.afterwards(step, value)
            return
        first = next((entry for kind in ("parameter", "input", "target") for entry in bad if entry[0] == kind), None)
        clean = not any(entry[0] in ("input", "target") for entry in bad)
        record.say("inputs-finite", "finite" if clean else "nonfinite", "the batch is %sfinite" % ("" if clean else "not "))
        if first is not None:
            record.say("first-bad-tensor", first[0], "%s is %s before the update" % (first[1], show(first[2])))
        else:
            self._locate(x)
            if math.isfinite(value):
                entry = next(e for e in bad if e[0] == "gradient")
                record.say("first-bad-tensor", "gradient", "%s: gradient %s although the loss is finite" % (entry[1], show(entry[2])))
                record.say("forward-value", "finite", "the loss is finite, all layer outputs are finite")
            else:
                record.say("first-bad-tensor", "loss", "the loss is %s, all layer outputs are finite" % show(value))
                record.say("forward-value", "infinite" if math.isinf(value) else None, "the loss is infinite, not NaN")
        record.trends(step, value, norm)
        self._labels(y)
        self._context(noted, x)
        self._stop(step)

    def check_state(self, step, loss=None):
        """After the update: weights, moving statistics, optimizer state."""
        trainable = {id(variable) for variable in self.model.trainable_variables}
        entries = [("parameter" if id(v) in trainable else "buffer", path(v), v) for v in self.model.weights]
        state = getattr(self.optimizer, "variables", None) or []
        state = state() if callable(state) else state
        entries += [("optimizer-state", path(v), v) for v in state]
        noted = sizes([(kind, name, tf.convert_to_tensor(v)) for kind, name, v in entries if tf.as_dtype(v.dtype).is_floating])
        bad = [entry for entry in noted if not math.isfinite(entry[2])]
        if not bad or self.record.failed is not None:
            return
        kind, name, value = bad[0]
        rate = self._rate()
        if rate is not None and not math.isfinite(rate):
            self.record.say("first-bad-tensor", "learning-rate", "learning rate %s" % show(rate))
        elif loss is None:
            self.record.say("first-bad-tensor", kind, "%s is %s after the update; loss and gradients were finite" % (name, show(value)))
        else:                                          # model.fit: what came first is not known
            answer = "all-at-once" if len(bad) > len(noted) / 2 else None
            self.record.say("first-bad-tensor", answer, "%d of %d variables are non-finite, first %s" % (len(bad), len(noted), name))
        last = lambda values: values[-1] if values else None
        self.record.trends(step, last(self.record.losses) if loss is None else loss, last(self.record.norms))
        self._context(noted, None)
        self._stop(step)

    def callback(self):
        """A Keras callback for model.fit."""
        probe = self

        class Callback(keras.callbacks.Callback):
            step = 0

            def on_train_batch_end(self, batch, logs=None):
                probe.optimizer = probe.optimizer or self.model.optimizer
                loss = (logs or {}).get("loss")        # the mean over the epoch so far
                if loss is not None:
                    loss = float(loss)
                    if probe.record.failed is not None and probe.record.failed >= 0:
                        probe.record.afterwards(self.step, loss)
                    else:
                        probe.check_state(self.step, loss)
                        if probe.record.failed is None and math.isfinite(loss):
                            probe.record.healthy(loss, None)
                        elif probe.record.failed is None:
                            probe.record.say("first-bad-tensor", "loss", "the loss is %s, all variables are finite" % show(loss))
                            probe.record.trends(self.step, loss, None)
                            probe._context([], None)
                            probe._stop(self.step)
                self.step += 1

        return Callback()

    def _stop(self, step):
        self.record.failed = step
        told = self.record.write(step)
        if self.stop:
            raise FloatingPointError("whynan probe, step %d: %s" % (step, told))

    def _locate(self, x):
        """Runs the batch through the model layer by layer and names the first that makes a non-finite value."""
        if hasattr(self.model, "_flatten_layers"):
            layers = [layer for layer in self.model._flatten_layers(include_self=False, recursive=True)]
        else:
            layers = list(self.model.layers)
        kept = [(v, tf.identity(tf.convert_to_tensor(v))) for v in self.model.non_trainable_variables]
        noted, originals = [], []

        def watch(layer, call):
            def watched(*args, **kwargs):
                out = call(*args, **kwargs)
                noted.append((layer, list(leaves((args, kwargs))), list(leaves(out))))
                return out
            return watched

        try:
            for layer in layers:
                originals.append((layer, layer.call))
                object.__setattr__(layer, "call", watch(layer, layer.call))
            self.model(x, training=True)
        except Exception as error:                     # the record must come out even if the replay cannot
            print("whynan probe: the replay failed: %s" % error)
        finally:
            for layer, _ in originals:
                object.__delattr__(layer, "call")
            for variable, value in kept:
                variable.assign(value)
        earlier = None
        for layer, inputs, outputs in noted:
            values = [entry[2] for entry in sizes([("", "", leaf) for leaf in inputs + outputs])]
            into, out = values[: len(inputs)], values[len(inputs):]
            worst = next((value for value in out if not math.isfinite(value)), None)
            if worst is not None:
                kind, clean = type(layer).__name__, all(math.isfinite(value) for value in into)
                seen = "no floating-point inputs" if not into else "inputs finite" if clean else "inputs not finite"
                detail = "%s %s: %s, output %s" % (layer.name, kind, seen, show(worst))
                if not clean:
                    detail += "; look at the code between %s and it" % (earlier or "the batch")
                elif math.isinf(worst):
                    self.record.say("forward-value", "infinite", "%s is infinite, not NaN" % layer.name)
                self.record.say("first-bad-tensor", "activation", detail)
                activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
                named = next((op for op, words in OPERATIONS if any(word in kind for word in words)), None)
                if clean and activation in ("linear", "relu"):
                    self.record.say("bad-op", named, detail)
                return
            earlier = layer.name

    def _rate(self):
        rate = getattr(self.optimizer, "learning_rate", None)
        try:
            return float(rate) if rate is not None and not callable(rate) else None
        except (TypeError, ValueError):
            return None

    def _labels(self, y):
        labels = [leaf for leaf in tf.nest.flatten(y) if hasattr(leaf, "dtype") and tf.as_dtype(leaf.dtype).is_integer]
        shape = getattr(self.model, "output_shape", None)
        classes = shape[-1] if isinstance(shape, tuple) and len(shape) > 1 else None
        if len(labels) == 1 and classes and classes > 1 and len(labels[0].shape) < len(shape):
            low, high = int(tf.reduce_min(labels[0])), int(tf.reduce_max(labels[0]))
            valid = 0 <= low and high < classes
            self.record.say("labels-valid", "valid" if valid else "invalid", "labels %d to %d, %d outputs" % (low, high, classes))

    def _context(self, noted, x):
        record = self.record
        record.say("framework", "tensorflow", "TensorFlow %s, Keras %s" % (tf.__version__, keras.__version__))
        policy = getattr(self.model, "dtype_policy", None)
        name = getattr(policy, "name", None)
        mixed = {"mixed_float16": "mixed-float16", "mixed_bfloat16": "bfloat16"}
        plain = name if name in ("float16", "bfloat16", "float32", "float64") else None
        record.say("dtype", mixed.get(name, plain), "policy %s" % name)
        if self.optimizer is not None:
            inner = getattr(self.optimizer, "inner_optimizer", self.optimizer)
            kind = type(inner).__name__.lower()
            words = (("adagrad", "adagrad"), ("adam", "adam"), ("rmsprop", "rmsprop"), ("sgd", "sgd"))
            record.say("optimizer", next((answer for word, answer in words if word in kind), "other"), type(inner).__name__)
            rate = self._rate()
            if rate is not None:
                record.say("lr-value", float("%.6g" % rate) if math.isfinite(rate) else "non-finite", "learning rate of the optimizer")
            scale = getattr(self.optimizer, "dynamic_scale", None)
            if scale is not None:
                record.say("loss-scale", "falling" if float(scale) < 32 else "stable", "%g" % float(scale))
            elif name in ("mixed_float16", "float16"):
                record.say("loss-scale", "no-scaler", "the optimizer is no LossScaleOptimizer")
        kinds = [type(layer).__name__ for layer in self.model.layers]
        if any("BatchNormalization" in kind for kind in kinds):
            record.say("normalization-layer", "batchnorm", "the model has batch normalization")
        elif any("LayerNormalization" in kind for kind in kinds):
            record.say("normalization-layer", "layernorm", "the model has layer normalization")
        for kind in ("input", "target"):
            values = [value for k, _, value in noted if k == kind]
            record.scale(kind + "-scale", max(values) if values else None)
        first = next(iter(leaves(x)), None) if x is not None else None
        if first is not None and first.shape.rank and first.shape[0] is not None and first.shape[0] <= 2:
            record.say("batch-content", "tiny", "%d samples in the batch" % first.shape[0])
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        if replicas > 1:
            record.say("devices", "several", "%d replicas" % replicas)
