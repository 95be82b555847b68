"""A student's model as plain data: its class, its layers and what it was compiled with.

The classes are bound before student code is imported, and compared by identity: a subclass, or a layer that only bears
a built-in name, is reported as what it is. Settings are read as attributes, not through `get_config`, which a lambda
cannot pass. What is claimed here is checked by the host against weights, predictions and a training step.
"""

from itertools import product
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from grader.sandbox.compiled import compile_settings, initializer, plain
from grader.sandbox.genuine import Genuine, derived_from, replaced
from grader.sandbox.observe import NAME_LIMIT, observe, type_name

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

ACTIVATION_LAYERS = ("ReLU", "Softmax", "LeakyReLU", "ELU")

FULL_PRECISION = ("float32", "float64")


class Describer:
    """Describes models, and remembers which it has seen."""

    def __init__(self) -> None:
        self._kinds = {LAYERS[kind]: kind for kind in LAYERS}
        self._sequential = keras.Sequential
        self._functional = type(keras.Model(*[keras.Input((1,))] * 2))
        self._base = keras.Model
        kinds = [*LAYERS.values(), self._sequential, self._functional, keras.optimizers.Adam, tf.GradientTape]
        self._genuine = Genuine(kinds)
        self._seen: list[Any] = []
        self._layer_base = keras.layers.Layer
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
        description["chain"], layers = self.chain(model)
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
            description["compile"] = {**compile_settings(model), "optimizer_shared": shared}
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
        return derived_from(value, (self._sequential, self._functional)) is not None

    def chain(self, model: Any) -> tuple[bool, list[tuple[Any, Any]]]:
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
                inner_straight, inner = self.chain(member)
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
                return {**description, "kind": "Reshape", "settings": {"target_shape": plain(rest)}}
        if type(operation) is self._max_pool:
            size, steps = (_pair(value) for value in (operation.pool_size, operation.strides or operation.pool_size))
            settings = {"pool_size": size, "strides": steps, "padding": plain(operation.padding)}
            settings["data_format"] = plain(operation.data_format or "channels_last")
            return {**description, "kind": "MaxPooling2D", "settings": settings}

        def function(values: Any) -> Any:
            args, named = node.arguments.fill_in({id(tensor): values for tensor in node.arguments.keras_tensors})
            return operation(*args, **named)

        if type(operation) in self._shaping:
            before, after = (tensors[0].shape[1:] for tensors in (node.arguments.keras_tensors, node.outputs))
            if None not in (*before, *after) and _keeps_the_order(function, before, after):
                return {**description, "kind": "Reshape", "settings": {"target_shape": plain(list(after))}}

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
            description["settings"][name] = plain(getattr(layer, name))
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
                description[name] = initializer(getattr(layer, name))
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


def _shape(shape: Any) -> list[int | None] | None:
    if not isinstance(shape, list | tuple):
        return None
    if shape and isinstance(shape[0], list | tuple):
        return None  # several inputs
    return [None if size is None else int(size) for size in shape]


def _operation_of(tensor: Any) -> type:
    """The class of the operation that made a symbolic tensor."""
    return type(tensor._keras_history.operation)


def _pair(value: Any) -> Any:
    return plain([value, value] if isinstance(value, int) else value)


def _keeps_the_order(function: Any, before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    """Whether a function only gives the values of one image another shape."""
    values = np.arange(np.prod(before), dtype=np.float32).reshape(1, *before)
    got = np.asarray(function(keras.ops.convert_to_tensor(values)))
    return got.shape == (1, *after) and np.array_equal(got.ravel(), values.ravel())


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
