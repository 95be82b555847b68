"""The guest's Keras side: a student's model as plain data, and what it does with images.

The classes are bound before student code is imported, and compared by identity: a subclass, or a layer that only bears
a built-in name, is reported as what it is. Settings are read as attributes, not through `get_config`, which a lambda
cannot pass. What is claimed here is checked by the host against weights, predictions and a training step.
"""

import warnings
from typing import Any

import keras
import numpy as np

from grader.sandbox.observe import observe, text_of, type_name

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

LAYERS = {
    kind: getattr(keras.layers, kind)
    for kind in (
        *("Dense", "Conv2D", "MaxPooling2D", "Flatten", "Reshape", "Activation", "InputLayer", "Dropout", "Identity"),
        *("ReLU", "Softmax", "LeakyReLU", "ELU"),
    )
}
ACTIVATION_LAYERS = ("ReLU", "Softmax", "LeakyReLU", "ELU")
OPERATIONS = {"Relu": keras.ops.relu, "Softmax": keras.ops.softmax}


class Models:
    """What a guest does with Keras models."""

    def __init__(self) -> None:
        self._kinds = {LAYERS[kind]: kind for kind in LAYERS}
        self._sequential = keras.Sequential
        self._functional = type(keras.Model(*[keras.Input((1,))] * 2))
        self._base = keras.Model
        self._callback = keras.callbacks.Callback
        self._operations = _operation_kinds()

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
        description["built"] = True
        if not model.built or getattr(model, "input_shape", None) is None:
            description["built"] = False
            model.build((None, *input_shape))
        description["input_shape"] = _shape(model.input_shape)
        description["output_shape"] = _shape(model.output_shape)
        description["chain"], layers = self._chain(model)
        description["layers"] = [self._layer(layer, inputs) for layer in layers[:60]]
        description["layer_count"] = len(layers)
        description["trainable"] = bool(model.trainable)
        description["parameters"] = sum(int(np.prod(weight.shape)) for weight in model.weights)
        description["compiled"] = bool(model.compiled)
        if model.compiled:
            description["compile"] = _compile_settings(model)
        return description

    def model_class(self, value: Any) -> dict[str, Any]:
        """Whether `value` is a model, and of one of Keras's own two classes."""
        if not isinstance(value, self._base):
            return {"model": False, "observed": observe(value)}
        own = type(value) in (self._sequential, self._functional)
        return {"model": True, "class": type_name(value), "accepted": own}

    def _chain(self, model: Any) -> tuple[bool, list[Any]]:
        """The layers and operations in the order of the data, nested models opened; whether they form one chain."""
        found: list[Any] = []
        if type(model) is self._sequential:
            members, straight = list(model.layers), True
        else:
            depths = model._operations_by_depth
            members = [operation for depth in sorted(depths, reverse=True) for operation in depths[depth]]
            counts = [len(model._nodes_by_depth[depth]) for depth in model._nodes_by_depth]
            straight = all(count == 1 for count in counts) and len(model.inputs) == len(model.outputs) == 1
            if straight:  # a layer that is called twice stands in the chain twice
                members = [model._nodes_by_depth[depth][0].operation for depth in sorted(model._nodes_by_depth)[::-1]]
        for member in members:
            if type(member) in (self._sequential, self._functional):
                inner_straight, inner = self._chain(member)
                straight = straight and inner_straight
                found.extend(inner)
            elif type(member) is not LAYERS["InputLayer"]:
                found.append(member)
        return straight, found

    def _layer(self, layer: Any, inputs: Any) -> dict[str, Any]:
        kind = self._kinds.get(type(layer)) or self._operations.get(type(layer), "")
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
        if kind in ("Dense", "Conv2D"):
            for name in INITIALIZERS:
                description[name] = _initializer(getattr(layer, name))
        if kind in ("Dense", "Conv2D", "Activation"):
            description["activation"] = _evaluate(layer.activation, inputs)
            description["activation_name"] = str(getattr(layer.activation, "__name__", type_name(layer.activation)))[
                :80
            ]
        elif kind in ACTIVATION_LAYERS or kind in OPERATIONS:
            description["activation"] = _evaluate(layer, inputs)
            description["activation_name"] = kind
        return description

    def weights(self, model: Any) -> list[Any]:
        """All weights, float32, in the order of the layers of the chain."""
        _, layers = self._chain(model)
        return [np.asarray(weight, dtype=np.float32) for layer in layers for weight in getattr(layer, "weights", [])]

    def set_weights(self, model: Any, weights: list[Any]) -> None:
        """Assign all weights, in the order in which `weights` gives them."""
        for variable, value in zip(model.weights, weights, strict=True):
            variable.assign(value)

    def forward(self, model: Any, images: Any) -> dict[str, Any]:
        """The model's outputs for images, in inference mode; a structure of outputs in its own order."""
        outputs = model(keras.ops.convert_to_tensor(images), training=False)
        single = not isinstance(outputs, list | tuple | dict)
        values = [outputs] if single else list(outputs.values() if isinstance(outputs, dict) else outputs)
        return {"single": single, "outputs": [np.asarray(value, dtype=np.float32) for value in values[:40]]}

    def loss(self, model: Any, images: Any, labels: Any) -> float:
        """What the loss that the model was compiled with gives for its own predictions."""
        predictions = model(keras.ops.convert_to_tensor(images), training=False)
        targets = keras.ops.convert_to_tensor(labels)
        return float(model.compute_loss(y=targets, y_pred=predictions, training=False))

    def train_step(self, model: Any, images: Any, labels: Any) -> dict[str, Any]:
        """One step on one batch with the model's own optimizer and metrics: the logs, and the weights afterwards.

        The loss is set to the right one, so that a wrong one costs its own check only. Eager, which saves tracing a
        graph and computes the same.
        """
        compiled = getattr(model, "_compile_metrics", None)
        model.compile(
            optimizer=model.optimizer,
            loss="sparse_categorical_crossentropy",
            metrics=getattr(compiled, "_user_metrics", None),
            weighted_metrics=getattr(compiled, "_user_weighted_metrics", None),
            run_eagerly=True,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            logs = model.train_on_batch(images, labels, return_dict=True)
        return {"logs": observe(dict(logs)), "weights": self.weights(model)}

    def reference(self, architecture: dict[str, Any], names: list[str], functional: bool, called: bool) -> Any:
        """A model of the grader's own: layers as `Architecture.to_json` describes them, each under its name."""
        inputs = keras.Input(tuple(architecture["input_shape"]))
        layers = [_build(entry, name) for entry, name in zip(architecture["layers"], names, strict=True)]
        if functional:
            tensor = inputs
            for layer in layers:
                tensor = layer(tensor)
            model = keras.Model(inputs, tensor)
        else:
            model = keras.Sequential([inputs, *layers])
        if called:
            model(np.zeros((1, *architecture["input_shape"]), dtype=np.float32))
        return model

    def is_callback(self, value: Any) -> bool:
        """Whether `value` is an instance of the `Callback` class that Keras had before student code ran."""
        return issubclass(type(value), self._callback)

    def small_model(self) -> Any:
        """A compiled model of 20 parameters, the least that `fit` takes; eager, which saves tracing a graph."""
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, activation="softmax")])
        loss = "sparse_categorical_crossentropy"
        model.compile(optimizer="adam", loss=loss, metrics=["accuracy"], run_eagerly=True)
        model.stop_training = False
        return model

    def fit(self, callback: Any, images: Any, labels: Any, epochs: int) -> dict[str, Any]:
        """A real `fit` with one callback, and the training accuracy of each epoch that was trained."""
        model = self.small_model()
        model.set_weights([np.zeros(weight.shape, dtype=np.float32) for weight in model.weights])
        model.optimizer.learning_rate = 0.05
        history = model.fit(images, labels, batch_size=8, epochs=epochs, shuffle=False, verbose=0, callbacks=[callback])
        return {"accuracy": observe([float(value) for value in history.history["accuracy"]])}


def _operation_kinds() -> dict[type, str]:
    """The classes of the operations that `keras.ops.relu` and `keras.ops.softmax` put into a Functional model."""
    inputs = keras.Input((1,))
    return {type(function(inputs)._keras_history.operation): kind for kind, function in OPERATIONS.items()}


def _shape(shape: Any) -> list[int | None] | None:
    if not isinstance(shape, list | tuple):
        return None
    if shape and isinstance(shape[0], list | tuple):
        return None  # several inputs
    return [None if size is None else int(size) for size in shape]


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value[:8]]
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)[:80]


def _initializer(value: Any) -> dict[str, Any]:
    """An initializer's class and plain settings; a function of the student's own has a name only."""
    builtin = type(value).__module__.startswith("keras.") and hasattr(value, "get_config")
    config = value.get_config() if builtin else {}
    settings = {str(key): item for key, item in config.items() if isinstance(item, bool | int | float | str)}
    return {"class": type_name(value) if builtin else "", "settings": {key: settings[key] for key in sorted(settings)}}


def _evaluate(function: Any, inputs: Any) -> Any:
    """What an activation makes of `inputs`; None where it gives no array of their shape."""
    outputs = np.asarray(function(keras.ops.convert_to_tensor(inputs)), dtype=np.float32)
    return outputs if outputs.shape == inputs.shape else None


def _compile_settings(model: Any) -> dict[str, Any]:
    """Optimizer, loss and metrics: names for the diagnosis, plain settings for the trainer."""
    optimizer = model.optimizer
    settings: dict[str, Any] = {"optimizer": type_name(optimizer), "optimizer_known": False, "optimizer_settings": {}}
    module = type(optimizer).__module__
    if module.startswith("keras."):
        settings["optimizer_known"] = True
        config = optimizer.get_config()
        settings["optimizer_settings"] = {
            str(key): value for key, value in config.items() if value is None or isinstance(value, bool | int | float)
        }
        rate = config.get("learning_rate")
        if isinstance(rate, dict):
            plain = {str(key): _plain(value) for key, value in rate.get("config", {}).items()}
            schedule = {"class_name": str(rate.get("class_name"))[:80], "config": plain}
            settings["optimizer_settings"]["learning_rate"] = schedule
    settings["loss"] = _named(model.loss)
    settings["loss_settings"] = {"from_logits": bool(getattr(model.loss, "_fn_kwargs", {}).get("from_logits", False))}
    return settings


def _named(value: Any) -> str:
    if isinstance(value, str):
        return value[:80]
    return str(getattr(value, "__name__", None) or type_name(value))[:80] if value is not None else text_of(value)


def _build(entry: dict[str, Any], name: str) -> Any:
    plain = {key: value for key, value in entry.items() if key != "kind" and not key.endswith("_initializer")}
    return LAYERS[entry["kind"]](name=name, **plain)
