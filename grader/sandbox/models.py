"""The guest's Keras side: a student's model as plain data, and what it does with images.

The classes are bound before student code is imported, and compared by identity: a subclass, or a layer that only bears
a built-in name, is reported as what it is. Settings are read as attributes, not through `get_config`, which a lambda
cannot pass. What is claimed here is checked by the host against weights, predictions and a training step.
"""

import functools
import types
import warnings
from itertools import product
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from grader.sandbox.genuine import Genuine, replaced
from grader.sandbox.observe import NAME_LIMIT, message_of, observe, text_of, type_name

SETTINGS: dict[str, tuple[str, ...]] = {
    "Dense": ("units", "use_bias"),
    "Conv2D": ("filters", "kernel_size", "strides", "padding", "dilation_rate", "groups", "use_bias", "data_format"),
    "MaxPooling2D": ("pool_size", "strides", "padding", "data_format"),
    "Flatten": ("data_format",),
    "Reshape": ("target_shape",),
    "Dropout": ("rate",),
}
"""Per layer kind, the settings that make it what it is."""

EXTRAS = ("kernel_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint", "bias_constraint")
"""Settings that change how a layer trains; the assignment asks for none of them."""

INITIALIZERS = ("kernel_initializer", "bias_initializer")

WEIGHT_EXTRAS = ("regularizer", "constraint")
"""The same, where they are set on the weights of a layer that has been built."""

LAYERS = {
    kind: getattr(keras.layers, kind)
    for kind in (
        *("Dense", "Conv2D", "MaxPooling2D", "Flatten", "Reshape", "Activation", "InputLayer", "Dropout", "Identity"),
        *("ReLU", "Softmax", "LeakyReLU", "ELU"),
    )
}
BUILT = {**LAYERS, "AveragePooling2D": keras.layers.AveragePooling2D}
"""The classes of which the grader's own models are made."""

ACTIVATION_LAYERS = ("ReLU", "Softmax", "LeakyReLU", "ELU")

FULL_PRECISION = ("float32", "float64")


def _classes(module: Any, base: type) -> frozenset[type]:
    return frozenset(value for value in vars(module).values() if isinstance(value, type) and issubclass(value, base))


OPTIMIZERS = _classes(keras.optimizers, keras.optimizers.Optimizer)
SCHEDULE = keras.optimizers.schedules.LearningRateSchedule
SCHEDULES = _classes(keras.optimizers.schedules, SCHEDULE) - {SCHEDULE}
INITIALIZER_CLASSES = _classes(keras.initializers, keras.initializers.Initializer)
"""Keras's own, by identity: a class of the student's may bear the same name, and claim the same module."""


class Models:
    """What a guest does with Keras models."""

    def __init__(self) -> None:
        self._kinds = {LAYERS[kind]: kind for kind in LAYERS}
        self._sequential = keras.Sequential
        self._functional = type(keras.Model(*[keras.Input((1,))] * 2))
        self._base = keras.Model
        kinds = [*LAYERS.values(), self._sequential, self._functional, keras.optimizers.Adam, tf.GradientTape]
        self._genuine = Genuine(kinds)
        self._seen: list[Any] = []
        self._callback = keras.callbacks.Callback
        self._layer_base = keras.layers.Layer
        self._loss_class = keras.losses.SparseCategoricalCrossentropy
        self._loss_function = keras.losses.sparse_categorical_crossentropy
        self._traced = tf.function
        self._shown = (keras.layers.Conv2D, keras.layers.MaxPooling2D)
        self._compiled_metrics = type(_compiled()._compile_metrics)
        self._adam = keras.optimizers.Adam
        tensor = keras.Input((2, 2, 1))
        self._reshape: Any = _operation_of(keras.ops.reshape(tensor, (-1, 4)))
        self._max_pool: Any = _operation_of(keras.ops.max_pool(tensor, 2))
        shaping = (keras.ops.expand_dims(tensor, 1), keras.ops.squeeze(tensor, 3), tensor[..., None])
        self._shaping = tuple(_operation_of(result) for result in shaping)

    def describe(self, model: Any, input_shape: tuple[int, ...], inputs: Any) -> dict[str, Any]:
        """The model as plain data.

        Args:
            model: whatever the student's function returned.
            input_shape: what an unbuilt model is built for, without the batch axis.
            inputs: `(n, 10)` float32, what each activation is evaluated on.
        """
        description = self.model_class(model)
        if not (description["model"] and description["accepted"]):
            return description
        description["seen_before"] = any(model is other for other in self._seen)
        self._seen.append(model)
        description["built"] = True
        if not model.built or getattr(model, "input_shape", None) is None:
            description["built"] = False
            model.build((None, *input_shape))
        description["input_shape"] = _shape(model.input_shape)
        description["input_dtype"] = str(model.inputs[0].dtype)[:20]
        description["output_shape"] = _shape(model.output_shape)
        description["chain"], layers = self._chain(model)
        description["layers"] = [self._described(layer, node, inputs) for layer, node in layers[:60]]
        description["layer_count"] = len(layers)
        description["detached"] = any(_is_detached(part) for part in self._models_in(model))
        description["repeated"] = _repeated([layer for layer, _ in layers])
        description["floatx"] = str(keras.config.floatx())[:20]
        description["trainable"] = bool(model.trainable)
        description["parameters"] = sum(int(np.prod(weight.shape)) for weight in model.weights)
        description["compiled"] = bool(model.compiled)
        description["replaced"] = [["model", name] for part in self._models_in(model) for name in replaced(part)]
        description["replaced"] += [[f"class {kind}", name] for kind, name in self._genuine.changed()]
        if model.compiled:
            description["replaced"] += [["optimizer", name] for name in replaced(model.optimizer)]
            for name in ("train_function", "test_function", "predict_function"):  # which Keras makes when it needs them
                if not str(getattr(getattr(model, name, None), "__module__", "keras")).startswith("keras"):
                    description["replaced"].append(["model", name])
            shared = any(model.optimizer is other.optimizer for other in self._seen[:-1] if other is not model)
            description["compile"] = {**_compile_settings(model), "optimizer_shared": shared}
        return description

    def model_class(self, value: Any) -> dict[str, Any]:
        """Whether `value` is a model, and of one of Keras's own two classes."""
        if not isinstance(value, self._base):
            return {"model": False, "observed": observe(value)}
        own = self._is_plain(value)
        return {"model": True, "class": type_name(value), "accepted": own}

    def _is_plain(self, value: Any) -> bool:
        """Whether a model is Sequential or Functional, or of a class of the student's that only adds to one.

        Such a class may have an `__init__` and methods of its own, and none that Keras has or Python asks for.
        """
        kind = type(value)
        if type(kind) is not type(self._sequential):
            return False
        for base in (self._sequential, self._functional):
            if any(base is known for known in kind.__mro__):
                own = [part for part in kind.__mro__ if not any(part is known for known in base.__mro__)]
                return all(_is_new(name, base) for part in own for name in vars(part))
        return False

    def _chain(self, model: Any) -> tuple[bool, list[tuple[Any, Any]]]:
        """Whether a model is one chain; its layers and operations in the order of the data, nested models opened.

        With each goes the node of its call, which holds an operation's arguments; None in a Sequential.
        """
        found: list[tuple[Any, Any]] = []
        if isinstance(model, self._sequential):
            members, straight = [(layer, None) for layer in model.layers], True
        else:
            depths = model._operations_by_depth
            members = [(operation, None) for depth in sorted(depths, reverse=True) for operation in depths[depth]]
            nodes = [model._nodes_by_depth[depth] for depth in sorted(model._nodes_by_depth, reverse=True)]
            straight = all(len(row) == 1 for row in nodes) and len(model.inputs) == len(model.outputs) == 1
            if straight:  # a layer that is called twice stands in the chain twice
                members = [(row[0].operation, row[0]) for row in nodes]
        for member, node in members:
            if self._is_plain(member):
                inner_straight, inner = self._chain(member)
                straight = straight and inner_straight
                found.extend(inner)
            elif type(member) is not LAYERS["InputLayer"]:
                found.append((member, node))
        return straight, found

    def _models_in(self, model: Any) -> list[Any]:
        """A model, and all models nested in it."""
        inner = [part for layer in model.layers if self._is_plain(layer) for part in self._models_in(layer)]
        return [model, *inner]

    def _described(self, layer: Any, node: Any, inputs: Any) -> dict[str, Any]:
        if isinstance(layer, self._layer_base) or node is None:
            return self._layer(layer, inputs)
        return self._operation(layer, node, inputs)

    def _operation(self, operation: Any, node: Any, inputs: Any) -> dict[str, Any]:
        """An operation of `keras.ops` or `keras.activations` on one tensor: what it makes of `inputs`."""
        description: dict[str, Any] = {"kind": "Operation", "class": type_name(operation), "settings": {}}
        description.update(name=str(operation.name)[:80], extras=[], trainable=True)
        description.update(weight_shapes=[], trainable_weights=0)
        if type(operation) is self._reshape:
            batch, *rest = operation.newshape if isinstance(operation.newshape, list | tuple) else (0,)
            if batch in (-1, None):
                return {**description, "kind": "Reshape", "settings": {"target_shape": _plain(rest)}}
        if type(operation) is self._max_pool:
            size, steps = (_pair(value) for value in (operation.pool_size, operation.strides or operation.pool_size))
            settings = {"pool_size": size, "strides": steps, "padding": _plain(operation.padding)}
            settings["data_format"] = _plain(operation.data_format or "channels_last")
            return {**description, "kind": "MaxPooling2D", "settings": settings}

        def function(values: Any) -> Any:
            args, named = node.arguments.fill_in({id(tensor): values for tensor in node.arguments.keras_tensors})
            return operation(*args, **named)

        if type(operation) in self._shaping:
            before, after = (tensors[0].shape[1:] for tensors in (node.arguments.keras_tensors, node.outputs))
            if None not in (*before, *after) and _keeps_the_order(function, before, after):
                return {**description, "kind": "Reshape", "settings": {"target_shape": _plain(list(after))}}

        return {**description, "activation": _evaluate(function, inputs), "activation_name": type_name(operation)}

    def _layer(self, layer: Any, inputs: Any) -> dict[str, Any]:
        kind = next((kind for known, kind in self._kinds.items() if type(layer) is known), "")
        description: dict[str, Any] = {"kind": kind, "class": type_name(layer), "settings": {}, "extras": []}
        description["name"] = str(getattr(layer, "name", ""))[:80]
        description["trainable"] = bool(getattr(layer, "trainable", True))
        weights = getattr(layer, "weights", [])
        description["weight_shapes"] = [[int(size) for size in weight.shape] for weight in weights]
        description["trainable_weights"] = len(getattr(layer, "trainable_weights", []))
        if not kind:
            return description
        for name in SETTINGS.get(kind, ()):
            description["settings"][name] = _plain(getattr(layer, name))
        for name in EXTRAS:
            value = getattr(layer, name, None)
            if value is not None:
                description["extras"].append([name, type_name(value)])
        told = [name for name, _ in description["extras"]]
        for weight, part in product(weights, WEIGHT_EXTRAS):
            value, name = getattr(weight, part, None), f"{weight.name}_{part}"[:80]
            if value is not None and name not in told:
                description["extras"].append([name, type_name(value)])
        description["extras"] += [[name, "a function of your own"] for name in replaced(layer)]
        if any(getattr(weight, "overwrite_with_gradient", False) for weight in weights):
            description["extras"].append(["overwrite_with_gradient", "True"])
        if layer.compute_dtype not in FULL_PRECISION:
            description["extras"].append(["dtype", str(layer.compute_dtype)])
        if kind in ("Dense", "Conv2D"):
            for name in INITIALIZERS:
                description[name] = _initializer(getattr(layer, name))
        if kind in ("Dense", "Conv2D", "Activation"):
            description["activation"] = _evaluate(layer.activation, inputs)
            if description["activation"] is None and kind != "Activation":
                description["activation"] = _evaluate_wide(layer.activation, inputs, kind, weights[0].shape[-1])
            name = str(getattr(layer.activation, "__name__", type_name(layer.activation)))[:80]
            description["activation_name"] = f"the class {name}" if isinstance(layer.activation, type) else name
        elif kind in ACTIVATION_LAYERS:
            description["activation"] = _evaluate(layer, inputs)
            description["activation_name"] = kind
        return description

    def shares(self, model: Any, other: Any) -> bool:
        """Whether two models are one, or have a weight in common."""
        own, others = (list(getattr(each, "weights", [])) for each in (model, other))
        return model is other or any(one is two for one in own for two in others)

    def weights(self, model: Any) -> list[Any]:
        """All weights, float32, in the order of the layers of the chain."""
        return [np.asarray(weight, dtype=np.float32) for weight in self._variables(model)]

    def _variables(self, model: Any) -> list[Any]:
        _, layers = self._chain(model)
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
        layers = [layer for layer, _ in self._chain(model)[1]]
        return {
            "layers": len(layers),
            "marks": [f"{layer.name} {id(getattr(layer, 'activation', None))}"[:80] for layer in layers],
            "trainable": all(bool(part.trainable) for part in (model, *layers, *model.weights)),
        }

    def build_activation_model(self, model: Any) -> Any:
        """What `build_activation_model` is to do, for a module that asks it for more."""
        found = [layer for layer in model.layers if isinstance(layer, self._shown)]
        if not found:
            raise ValueError("the model has no Conv2D and no MaxPooling2D layer")
        return keras.Model(model.inputs, [layer.output for layer in found])

    def rate(self, model: Any) -> float:
        """The learning rate that a compiled model has."""
        return float(model.optimizer.learning_rate)

    def forward(self, model: Any, images: Any, traced: bool = False) -> dict[str, Any]:
        """The model's outputs for images, in inference mode; a structure of outputs in its own order."""
        call = functools.partial(model, training=False)
        outputs = (self._traced(call, autograph=False) if traced else call)(keras.ops.convert_to_tensor(images))
        single = not isinstance(outputs, list | tuple | dict)
        values = [outputs] if single else list(outputs.values() if isinstance(outputs, dict) else outputs)
        return {"single": single, "outputs": [np.asarray(value, dtype=np.float32) for value in values[:40]]}

    def loss(self, model: Any, images: Any, labels: Any, traced: bool = False) -> dict[str, Any]:
        """What the loss that the model was compiled with gives for its own predictions, without penalties.

        Twice: as Keras trains, where it finds the logits behind a softmax, and of the probabilities alone. With it,
        how many penalties Keras would add; where `traced`, also what the model gives in a graph.
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
        return {"values": [float(value) for value in losses], "penalties": penalties, "outputs": outputs}

    def _prepared(self, model: Any, function: Any, images: Any, labels: Any, traced: bool) -> Any:
        """A function of images and labels, ready to run; where `traced`, in a graph, if the model is trained in one."""
        batch = keras.ops.convert_to_tensor(images), keras.ops.convert_to_tensor(labels)
        graph = traced and not model.run_eagerly
        return functools.partial(self._traced(function, autograph=False) if graph else function, *batch)

    def train_step(self, model: Any, images: Any, labels: Any, traced: bool = False) -> dict[str, Any]:
        """What the model's metrics say of one batch, and its weights after a step of its optimizer on that batch.

        Loss and metrics are kept apart, so that a wrong one costs its own check only: the loss is set to the right one,
        and the step is made without metrics. A loss of the student's own then makes the same step once more. Eager,
        which saves tracing a graph and computes the same; `traced`, as `fit` does, it shows code that asks for it.
        """
        loss = _loss_of(model)
        own = None if self._is_known_loss(loss) else loss
        before = self.weights(model)
        metrics = getattr(model, "_compile_metrics", None)
        user = getattr(metrics, "_user_metrics", None), getattr(metrics, "_user_weighted_metrics", None)
        user = user if type(metrics) is self._compiled_metrics else (None, None)
        traced = traced and not model.run_eagerly
        settings: dict[str, Any] = {"optimizer": model.optimizer, "loss": "sparse_categorical_crossentropy"}
        settings["run_eagerly"] = not traced
        answer: dict[str, Any] = {"logs": observe({}), "metrics_raised": ""}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                model.compile(metrics=user[0] or [], weighted_metrics=user[1], **settings)
                test = self._prepared(model, lambda *batch: model.test_step(batch), images, labels, traced)
                for _ in range(2):  # a metric is asked again after each batch
                    model.reset_metrics()
                    logs = test()
                answer["logs"] = observe({name: np.asarray(value).item() for name, value in logs.items()})
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

        Args:
            model: the student's, whose optimizer is Keras's Adam.
            architecture: what the student's model is, as for `reference`.
            weights: what it begins with, in the order of the layers.
            images: one batch.
            labels: integers, one for each image.
        """
        config = model.optimizer.get_config()
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
            return keras.Model(inputs, tensor)
        model = keras.Sequential([inputs, *layers])
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
        model.compile(optimizer="sgd", loss="mse", metrics=["accuracy"], run_eagerly=True)
        model.stop_training = False
        return model

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


CLASS_PARTS = frozenset(
    (
        *("__init__", "__module__", "__doc__", "__qualname__", "__annotations__", "__dict__", "__weakref__"),
        *("__firstlineno__", "__static_attributes__", "__annotate_func__", "__annotations_cache__"),
    )
)
"""What every class has, by itself, and `__init__`."""


def _is_new(name: str, base: type) -> bool:
    """Whether a name in a class changes nothing of what `base` does."""
    return name in CLASS_PARTS or not (hasattr(base, name) or (name.startswith("__") and name.endswith("__")))


def _is_detached(model: Any) -> bool:
    """Whether a Sequential has built itself of other layers than those that it lists."""
    inner = getattr(model, "_functional", None)
    return inner is not None and not _same(model.layers, inner.layers)


def _same(layers: list[Any], others: list[Any]) -> bool:
    """Whether two lists hold the very same layers, Inputs aside, and each one once, however often it is called."""
    kinds = [
        {id(layer): layer for layer in each if type(layer) is not LAYERS["InputLayer"]} for each in (layers, others)
    ]
    one, other = (list(kind.values()) for kind in kinds)
    return len(one) == len(other) and all(layer is known for layer, known in zip(one, other, strict=True))


def _repeated(layers: list[Any]) -> list[str]:
    """Names of the layers with weights that stand in a chain more than once."""
    with_weights = [layer for layer in layers if getattr(layer, "weights", [])]
    again = [layer for place, layer in enumerate(with_weights) if any(layer is known for known in with_weights[:place])]
    return [str(layer.name)[:80] for layer in again][:NAME_LIMIT]


def _in_short(error: Exception) -> str:
    return f"{type_name(error)}: {message_of(error)}"[:400]


def _shape(shape: Any) -> list[int | None] | None:
    if not isinstance(shape, list | tuple):
        return None
    if shape and isinstance(shape[0], list | tuple):
        return None  # several inputs
    return [None if size is None else int(size) for size in shape]


STEPS = tuple(round(10 * 1.19**number) for number in range(40))
"""Steps at which a schedule of the student's own is looked at: up to 9,000, what the full profile trains."""

SETTING_LENGTH = 100
"""Numbers of one setting: a piecewise constant learning rate has two for each step."""


def _compiled() -> Any:
    """A model with a metric, of which Keras's own class for what `compile` was given is learned."""
    model = keras.Sequential([keras.Input((1,))])
    model.compile(metrics=["accuracy"])
    return model


def _operation_of(tensor: Any) -> type:
    """The class of the operation that made a symbolic tensor."""
    return type(tensor._keras_history.operation)


def _pair(value: Any) -> Any:
    return _plain([value, value] if isinstance(value, int) else value)


def _keeps_the_order(function: Any, before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    """Whether a function only gives the values of one image another shape."""
    values = np.arange(np.prod(before), dtype=np.float32).reshape(1, *before)
    got = np.asarray(function(keras.ops.convert_to_tensor(values)))
    return got.shape == (1, *after) and np.array_equal(got.ravel(), values.ravel())


def _is_of(value: Any, kinds: frozenset[type]) -> bool:
    """Whether a value is of one of these very classes; `in` would ask a metaclass of the student's."""
    return any(type(value) is known for known in kinds)


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value[:SETTING_LENGTH]]
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)[:80]


def _initializer(value: Any) -> dict[str, Any]:
    """An initializer's class and plain settings; a function of the student's own has a name only."""
    builtin = _is_of(value, INITIALIZER_CLASSES)
    config = value.get_config() if builtin else {}
    config = {key: item.item() if isinstance(item, np.generic) else item for key, item in config.items()}
    settings = {str(key): item for key, item in config.items() if isinstance(item, bool | int | float | str)}
    return {"class": type_name(value) if builtin else "", "settings": {key: settings[key] for key in sorted(settings)}}


def _evaluate(function: Any, inputs: Any) -> Any:
    """What an activation makes of `inputs`; None where it gives no array of their shape, or takes no such inputs."""
    try:
        outputs = np.asarray(function(keras.ops.convert_to_tensor(inputs)), dtype=np.float32)
    except Exception:
        return None
    return outputs if outputs.shape == inputs.shape else None


def _evaluate_wide(function: Any, inputs: Any, kind: str, width: int) -> Any:
    """The same of an activation that takes values of its layer's width alone, `(n, width)` or `(n, 1, 1, width)`."""
    rows = -(-inputs.size // width)
    values = np.resize(inputs, (rows, width) if kind == "Dense" else (rows, 1, 1, width))
    outputs = _evaluate(function, values)
    return None if outputs is None else outputs.ravel()[: inputs.size].reshape(inputs.shape)


def _compile_settings(model: Any) -> dict[str, Any]:
    """Optimizer, loss and metrics: names for the diagnosis, plain settings for the trainer."""
    optimizer = model.optimizer
    settings: dict[str, Any] = {"optimizer": type_name(optimizer), "optimizer_known": False, "optimizer_settings": {}}
    if _is_of(optimizer, OPTIMIZERS):
        settings["optimizer_known"] = True
        config = optimizer.get_config()
        config = {key: item.item() if isinstance(item, np.generic) else item for key, item in config.items()}
        settings["optimizer_settings"] = {
            str(key): value for key, value in config.items() if value is None or isinstance(value, bool | int | float)
        }
        rate = config.get("learning_rate")
        if isinstance(rate, dict):
            plain = {str(key): _plain(value) for key, value in rate.get("config", {}).items()}
            schedule = {"class_name": str(rate.get("class_name"))[:80], "config": plain}
            if not _is_of(optimizer._learning_rate, SCHEDULES):
                schedule = _tabulated(optimizer._learning_rate)
            settings["optimizer_settings"]["learning_rate"] = schedule
    settings["steps"] = int(getattr(optimizer, "iterations", 0))
    settings["loss"] = _named(_loss_of(model))
    weights = getattr(getattr(model, "_compile_loss", None), "_user_loss_weights", None)
    settings["loss_weights"] = "" if weights is None else text_of(weights)[:80]
    settings["loss_settings"] = {"from_logits": bool(getattr(model.loss, "_fn_kwargs", {}).get("from_logits", False))}
    return settings


def _tabulated(rate: Any) -> dict[str, Any]:
    """A schedule of the student's own, or a function, as a table of its values at some steps."""
    values = [float(_rate_at(rate, step) if isinstance(rate, SCHEDULE) else rate()) for step in (0, *STEPS)]
    return {"class_name": "PiecewiseConstantDecay", "config": {"boundaries": list(STEPS), "values": values}}


def _rate_at(schedule: Any, step: int) -> Any:
    """What a schedule gives for a step, which Keras counts in a tensor."""
    return schedule(keras.ops.convert_to_tensor(step, dtype="int64"))


def _loss_of(model: Any) -> Any:
    """The loss that the model was compiled with: its attribute `loss` may have been set afterwards."""
    return getattr(getattr(model, "_compile_loss", None), "_user_loss", model.loss)


def _named(value: Any) -> str:
    if isinstance(value, str):
        return value[:80]
    return str(getattr(value, "__name__", None) or type_name(value))[:80] if value is not None else text_of(value)


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
