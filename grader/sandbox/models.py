"""The guest's Keras side: what a student's model does with images, in a training step, and as an argument of functions.

Keras's classes and functions are bound before student code is imported. What a model says of itself is the describer's
matter (`description.py`).
"""

import functools
import re
import types
import warnings
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from grader.sandbox.compiled import SCHEDULE, loss_of, optimizer_config
from grader.sandbox.description import LAYERS, Describer
from grader.sandbox.genuine import replaced
from grader.sandbox.observe import NAME_LIMIT, message_of, observe, type_name

OTHERS = (
    *("AveragePooling2D", "BatchNormalization", "Conv2DTranspose", "DepthwiseConv2D", "GlobalMaxPooling2D"),
    *("SeparableConv2D", "SpatialDropout2D", "UpSampling2D", "ZeroPadding2D"),
)

BUILT = {**LAYERS, **{kind: getattr(keras.layers, kind) for kind in OTHERS}}
"""The classes of which the grader's own models are made."""

ONE_NAME = "model"
"""Of all models of the grader's own: a name says nothing of which model it is."""

SMALL_RATE = 0.0103
"""The learning rate of the small model: nearly Keras's default, and none that anybody would set."""

UNNEEDED = re.compile(r"PyFunc|PyCall|^Assign|Timestamp|Random|Multinomial|^Print|File")
"""Kinds of TensorFlow's operations that call Python, look at the clock, draw numbers, count, or read and write."""


class Models:
    """What a guest does with Keras models."""

    def __init__(self) -> None:
        self.describer = Describer()
        self._callback = keras.callbacks.Callback
        self._loss_class = keras.losses.SparseCategoricalCrossentropy
        self._loss_function = keras.losses.sparse_categorical_crossentropy
        self._traced = tf.function
        self._shown = (keras.layers.Conv2D, keras.layers.MaxPooling2D)
        self._compiled_metrics = type(_compiled()._compile_metrics)
        self._adam = keras.optimizers.Adam

    def shares(self, model: Any, other: Any) -> bool:
        """Whether two models are one, or have a weight in common."""
        own, others = (list(getattr(each, "weights", [])) for each in (model, other))
        return model is other or any(one is two for one in own for two in others)

    def weights(self, model: Any) -> list[Any]:
        """All weights, float32, in the order of the layers of the chain."""
        return [np.asarray(weight, dtype=np.float32) for weight in self._variables(model)]

    def _variables(self, model: Any) -> list[Any]:
        _, layers = self.describer.chain(model)
        return [weight for layer, _ in layers for weight in getattr(layer, "weights", [])]

    def set_weights(self, model: Any, weights: list[Any]) -> None:
        """Assign all weights, in the order in which `weights` gives them, and have all of them learn.

        A model that student code took its last layers from has fewer.
        """
        model.trainable = True
        for variable, value in zip(model.weights, weights, strict=False):
            variable.assign(value)

    def state(self, model: Any) -> dict[str, Any]:
        """What student code may have changed of a model that it was given: its layers, and whether they learn."""
        layers = [layer for layer, _ in self.describer.chain(model)[1]]
        return {
            "layers": len(layers),
            "marks": [f"{layer.name} {id(getattr(layer, 'activation', None))}"[:80] for layer in layers],
            "trainable": all(bool(part.trainable) for part in (model, *layers, *model.weights)),
        }

    def rate(self, model: Any) -> float:
        """The learning rate that a compiled model has."""
        return float(model.optimizer.learning_rate)

    def forward(self, model: Any, images: Any, traced: bool = False) -> dict[str, Any]:
        """The model's outputs for images, in inference mode; a structure of outputs in its own order.

        Where `traced`, in a graph, with the `steps` in it that no model needs: Python, clocks, chance, and counters.
        """
        call: Any = functools.partial(model, training=False)
        given, steps = keras.ops.convert_to_tensor(images), []
        if traced:
            call = self._traced(call, autograph=False).get_concrete_function(given)
            steps = _unneeded_steps(call.graph)
        outputs = call(given)
        single = not isinstance(outputs, list | tuple | dict)
        values = [outputs] if single else list(outputs.values() if isinstance(outputs, dict) else outputs)
        arrays = [np.asarray(value, dtype=np.float32) for value in values[:40]]
        return {"single": single, "outputs": arrays, "steps": steps}

    def loss(self, model: Any, images: Any, labels: Any, drawn: list[Any], traced: bool = False) -> dict[str, Any]:
        """What the loss that the model was compiled with gives for its own predictions, without penalties.

        Twice: as Keras trains, where it finds the logits behind a softmax, and of the probabilities alone. With it,
        how many penalties Keras would add; where `traced`, also what the model gives in a graph. A loss that is not
        Keras's own is also asked of `drawn` predictions, labels `(m,)` and probabilities `(m, 10)`.
        """
        penalties = 0

        def values(given: Any, targets: Any) -> tuple[Any, Any, Any]:
            nonlocal penalties
            predictions = model(given, training=False)
            penalties, penalty = len(model.losses), sum(model.losses)
            trained = model.compute_loss(y=targets, y_pred=predictions, training=False)
            other = model.compute_loss(y=targets, y_pred=tf.identity(predictions), training=False)
            return predictions, trained - penalty, other - penalty

        found, *losses = self._prepared(model, values, images, labels, traced)()
        outputs = [np.asarray(found, dtype=np.float32)] if traced else []
        answer = {"values": [float(value) for value in losses], "penalties": penalties, "outputs": outputs, "drawn": []}
        if not (self._is_known_loss(loss_of(model)) or penalties):
            targets, predictions = (keras.ops.convert_to_tensor(array) for array in drawn)
            answer["drawn"] = [float(model.compute_loss(y=targets, y_pred=predictions, training=False))]
        return answer

    def _prepared(self, model: Any, function: Any, images: Any, labels: Any, traced: bool) -> Any:
        """A function of images and labels, ready to run; where `traced`, in a graph, if the model is trained in one."""
        batch = keras.ops.convert_to_tensor(images), keras.ops.convert_to_tensor(labels)
        graph = traced and not model.run_eagerly
        return functools.partial(self._traced(function, autograph=False) if graph else function, *batch)

    def train_step(
        self, model: Any, images: Any, labels: Any, drawn: list[list[Any]], traced: bool = False
    ) -> dict[str, Any]:
        """What the model's metrics say of one batch, and its weights after a step of its optimizer on that batch.

        Loss and metrics are kept apart, so that a wrong one costs its own check only: the loss is set to the right one,
        and the step is made without metrics. A loss of the student's own then makes the same step once more. Eager,
        which saves tracing a graph and computes the same; `traced`, as `fit` does, it shows code that asks for it.
        Metrics that are not told by name are also asked of `drawn` predictions, pairs of labels and probabilities.
        """
        loss = loss_of(model)
        own = None if self._is_known_loss(loss) else loss
        before = self.weights(model)
        metrics = getattr(model, "_compile_metrics", None)
        user = getattr(metrics, "_user_metrics", None), getattr(metrics, "_user_weighted_metrics", None)
        user = user if type(metrics) is self._compiled_metrics else (None, None)
        traced = traced and not model.run_eagerly
        settings: dict[str, Any] = {"optimizer": model.optimizer, "loss": "sparse_categorical_crossentropy"}
        settings["run_eagerly"] = not traced
        answer: dict[str, Any] = {"logs": observe({}), "metrics_raised": "", "drawn": []}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                model.compile(metrics=user[0] or [], weighted_metrics=user[1], **settings)
                graph = traced and not _are_names(user)  # names are Keras's own, and the same in a graph
                test = self._prepared(model, lambda *batch: model.test_step(batch), images, labels, graph)
                for _ in range(1 if _are_names(user) else 2):  # one of the student's own is asked again, after a batch
                    model.reset_metrics()
                    logs = test()
                answer["logs"] = observe({name: np.asarray(value).item() for name, value in logs.items()})
                if not _are_names(user) and "accuracy" in logs:
                    answer["drawn"] = self._accuracies(model, images, drawn)
            except Exception as error:
                answer["metrics_raised"] = _in_short(error)
            model.compile(metrics=[], **settings)  # without any, Keras would keep those there are
            if not model.optimizer.built:
                model.optimizer.build(model.trainable_variables)
            self._prepared(model, lambda *batch: model.train_step(batch), images, labels, traced)()
            answer["weights"] = self.weights(model)
            answer.update(own=[], own_raised="")
            try:
                answer["own"] = [] if own is None else self._own_step(model, own, before, images, labels)
            except Exception as error:
                answer["own_raised"] = _in_short(error)
        return answer

    def _accuracies(self, model: Any, images: Any, drawn: list[list[Any]]) -> list[float]:
        """What the model's metric says of each of some predictions alone, and at last of all together."""
        found = []
        for pairs in (*([pair] for pair in drawn), drawn):
            model.reset_metrics()
            for labels, probabilities in pairs:
                y, y_pred = (keras.ops.convert_to_tensor(array) for array in (labels, probabilities))
                logs = model.compute_metrics(images, y, y_pred, None)
            found.append(float(logs["accuracy"]))
        return found

    def _is_known_loss(self, loss: Any) -> bool:
        """Whether a loss is a name, or the very class or function of Keras's: one that cannot be otherwise inside."""
        if type(loss) is self._loss_class:
            return loss.fn is self._loss_function and not replaced(loss)
        return isinstance(loss, str) or loss is self._loss_function

    def _own_step(self, model: Any, loss: Any, weights: list[Any], images: Any, labels: Any) -> list[Any]:
        """The weights after a first training step with the student's own loss, on the same batch."""
        for variable, value in zip(self._variables(model), weights, strict=True):
            variable.assign(value)
        for variable in model.optimizer.variables:
            if variable is not getattr(model.optimizer, "_learning_rate", None):
                variable.assign(np.zeros(variable.shape))
        model.compile(optimizer=model.optimizer, loss=loss, metrics=[], run_eagerly=True)
        model.train_on_batch(images, labels)
        return self.weights(model)

    def twin_step(
        self, model: Any, architecture: dict[str, Any], weights: list[Any], images: Any, labels: Any
    ) -> list[Any]:
        """The weights after a first training step of a model of the grader's own, with a like optimizer.

        Eager, where the student's own is made in a graph: they differ by rounding, which the judgement allows for.

        Args:
            model: the student's, whose optimizer is Keras's Adam.
            architecture: what the student's model is, as for `reference`.
            weights: what it begins with, in the order of the layers.
            images: one batch.
            labels: integers, one for each image.
        """
        config = optimizer_config(model.optimizer)
        rate = model.optimizer._learning_rate
        config["learning_rate"] = float(rate(0) if isinstance(rate, SCHEDULE) else rate)
        names = [f"layer_{place}" for place, _ in enumerate(architecture["layers"])]
        twin = self.reference(architecture, names, "functional")
        for variable, value in zip(self._variables(twin), weights, strict=True):
            variable.assign(value)
        loss = "sparse_categorical_crossentropy"
        twin.compile(optimizer=self._adam.from_config(config), loss=loss, metrics=[], run_eagerly=True)
        twin.train_on_batch(images, labels)
        return self.weights(twin)

    def reference(self, architecture: dict[str, Any], names: list[str], kind: str) -> Any:
        """A model of the grader's own: layers as `Architecture.to_json` describes them, each under its name.

        Its `kind` is `functional`, `sequential`, or `called`: a Sequential that was called, so that it has an `input`.
        """
        inputs = keras.Input(tuple(architecture["input_shape"]))
        layers = [_build(entry, name) for entry, name in zip(architecture["layers"], names, strict=True)]
        if kind == "functional":
            tensor = inputs
            for layer in layers:
                tensor = layer(tensor)
            return keras.Model(inputs, tensor, name=ONE_NAME)
        model = keras.Sequential([inputs, *layers], name=ONE_NAME)
        if kind == "called":
            model(model.inputs[0])
        return model

    def is_callback(self, value: Any) -> bool:
        """Whether `value` is an instance of the `Callback` class that Keras had before student code ran."""
        return issubclass(type(value), self._callback)

    def acts(self, value: Any) -> bool:
        """Whether a callback may do anything: it, or a class of it that is not Keras's `Callback`, has code to run."""
        if any(name.startswith("on_") for name in getattr(value, "__dict__", {})):
            return True  # as in keras.callbacks.LambdaCallback
        own = [kind for kind in type(value).__mro__ if not issubclass(self._callback, kind)]
        return any(_has_code(name, member) for kind in own for name, member in vars(kind).items())

    def small_model(self) -> Any:
        """A compiled model of 20 parameters that copies what it is given: of all that `fit` takes, the least work.

        Eager, which saves tracing a graph.
        """
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4)])
        model.compile(keras.optimizers.SGD(SMALL_RATE), loss="mse", metrics=["accuracy"], run_eagerly=True)
        model.history = keras.callbacks.History()  # as in a fit
        self.begin_anew(model)
        return model

    def begin_anew(self, model: Any) -> None:
        """Take back what a callback may have done to a small model: a stop, other weights, another learning rate."""
        model.stop_training, model.optimizer.learning_rate = False, SMALL_RATE
        model.trainable = True
        for number, variable in enumerate(model.weights, start=1):
            value = np.full(variable.shape, number / 8, dtype=np.float32)
            if not np.array_equal(variable.numpy(), value):  # to look first halves the time of all this
                variable.assign(value)

    def fit(self, callback: Any, rows: Any, epochs: int) -> dict[str, Any]:
        """A real `fit` with one callback, and the training accuracy of each epoch that was trained.

        The model learns to copy one-hot rows; all are one batch, for a step costs far more than what it computes.
        """
        model = self.small_model()
        model.set_weights([np.zeros(weight.shape, dtype=np.float32) for weight in model.weights])
        history = model.fit(
            rows, rows, batch_size=len(rows), epochs=epochs, shuffle=False, verbose=0, callbacks=[callback]
        )
        return {"accuracy": observe([float(value) for value in history.history["accuracy"]])}


def _are_names(metrics: tuple[Any, Any]) -> bool:
    """Whether metrics and weighted metrics, as `compile` was given them, are a list of names and nothing."""
    given, weighted = metrics
    return weighted is None and isinstance(given, list | tuple) and all(type(metric) is str for metric in given)


def _unneeded_steps(graph: Any) -> list[str]:
    """The kinds of steps in a graph that compute no output of a layer, or not the same one every time."""
    definition = graph.as_graph_def()
    nodes = [*definition.node, *(node for function in definition.library.function for node in function.node_def)]
    return sorted({node.op[:40] for node in nodes if UNNEEDED.search(node.op)})[:NAME_LIMIT]


def _in_short(error: Exception) -> str:
    return f"{type_name(error)}: {message_of(error)}"[:400]


def _compiled() -> Any:
    """A model with a metric, of which Keras's own class for what `compile` was given is learned."""
    model = keras.Sequential([keras.Input((1,))])
    model.compile(metrics=["accuracy"])
    return model


def _build(entry: dict[str, Any], name: str) -> Any:
    plain = {key: value for key, value in entry.items() if key != "kind" and not key.endswith("_initializer")}
    return BUILT[entry["kind"]](name=name, **plain)


def _has_code(name: str, member: Any) -> bool:
    """Whether a class's member does anything when Keras calls it; where that cannot be told, it may."""
    if not isinstance(member, types.FunctionType):
        return callable(member) or isinstance(member, staticmethod | classmethod)
    if name == "__init__":  # it may put functions into the object
        return any(isinstance(constant, types.CodeType) for constant in member.__code__.co_consts)
    used = {*member.__code__.co_names, *member.__code__.co_freevars}  # the latter in what a decorator returns
    return bool(used - {"super", "__class__", name})
