"""A student's model, read: what the guest says of it, checked for form, as typed layers and compile settings.

Only layer kinds and plain settings that are known become layers of an `Architecture`; everything else becomes `Other`,
which has a name for the message and is never trained. An activation is what it computes on the host's numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np

from grader.judging import architecture as known
from grader.judging.activations import ACTIVATIONS, recognise_activation
from grader.judging.architecture import Architecture, Initializer, Layer
from grader.judging.diagnosis import Array, with_article
from grader.judging.verdict import Failed, clean, quoted

PARAMETER_LIMIT = 5_000_000
"""Parameters up to which weights are asked for: three times those of the largest model of the assignment."""

ACCEPTED_HINT = "Use keras.Sequential([...]) or the functional keras.Model(inputs, outputs) with Keras's own layers."

OWN_CLASS = " (a class of your own)"

OF_YOUR_OWN = "a function of your own"
"""How a message ends that tells of a method that was replaced."""

NO_MODEL_HINTS = {
    "list": "keras.Sequential([...]) makes a model of layers, keras.Model(inputs, outputs) one of tensors.",
    "tuple": "Return the model alone: two values after `return`, with a comma between them, make a tuple.",
    "dict": "Return one model itself: no description of it, and no dict of models.",
    "type": "That is a class, not a model: call it, with its layers in parentheses.",
    "KerasTensor": "That is the output of the last layer: keras.Model(inputs, outputs) makes a model of it.",
    "History": "model.fit(...) returns a History; return the model itself, not trained yet.",
    "function": "That is a function: is it called, with parentheses? keras.Model(inputs, outputs) makes a model.",
    "Sequential": "That is a model of another Keras, as tensorflow.python.keras and tf_keras are: say import keras.",
    "Functional": "That is a model of another Keras, as tensorflow.python.keras and tf_keras are: say import keras.",
}
"""What helps where something else than a model came back, by its type."""

MOST_PIXELS = 10**7
"""No input holds more numbers: as many as 12,000 images."""

FULL_PRECISION = ("float32", "float64")

MOST_AXES = 8
"""No input has more."""

SPREAD_DIGITS = 2
"""Significant digits kept of the measured spread of an initializer of the student's own."""


@dataclass(frozen=True)
class LayerReport:
    """One layer of a student's model.

    Attributes:
        layer: what it is.
        name: the name it has in the student's model.
        class_name: its class, or the operation's.
        trainable: whether it learns.
        extras: what it has that was not asked for, such as `kernel_regularizer=L2`.
        weights: shapes of its weights.
        activation_name: what the student's code calls its activation.
        exact: whether the activation is one that the oracle computes: a leaky ReLU is known at one slope only.
    """

    layer: Layer
    name: str
    class_name: str
    trainable: bool
    extras: tuple[str, ...]
    weights: tuple[tuple[int, ...], ...]
    activation_name: str = ""
    exact: bool = True


@dataclass(frozen=True)
class CompileReport:
    """How a student's model was compiled.

    Attributes:
        optimizer: the class name; `builtin` says whether it is Keras's own.
        settings: its plain settings, as Keras configures it.
        loss: its name.
        loss_weights: what stands for the argument of that name, as text; empty where nothing does.
        from_logits: whether it was told to expect logits.
        steps: how many training steps its optimizer has made.
        shared: whether an earlier model has the very same optimizer.
    """

    optimizer: str
    builtin: bool
    settings: dict[str, Any]
    loss: str
    loss_weights: str
    from_logits: bool
    steps: int = 0
    shared: bool = False


@dataclass(frozen=True)
class ModelReport:
    """A student's model as data.

    Attributes:
        built: whether it knew its input shape by itself.
        input_shape: without the batch axis; None for several inputs.
        batch_size: a fixed batch size, None where it is open as it should be.
        chain: whether its layers form one chain.
        layers: in order, nested models opened.
        parameters: how many numbers it holds.
        compiled: how it was compiled; None where it was not.
        seen_before: whether the very same model was described before.
        input_dtype: what its input holds.
        replaced: methods in whose place a function of the student's stands, as in `model.fit = ...`.
        detached: whether it computes with other layers than those that it lists.
        repeated: names of layers with weights that are used more than once.
        floatx: what Keras computes in where nothing is said.
        functional: whether it was made of tensors, as `keras.Model(inputs, outputs)` does.
    """

    built: bool
    input_shape: tuple[int | None, ...] | None
    batch_size: int | None
    chain: bool
    layers: tuple[LayerReport, ...]
    parameters: int
    compiled: CompileReport | None
    seen_before: bool = False
    input_dtype: str = "float32"
    replaced: tuple[str, ...] = ()
    detached: bool = False
    repeated: tuple[str, ...] = ()
    floatx: str = "float32"
    functional: bool = False

    @property
    def takes_fractions(self) -> bool:
        """Whether its input holds floats."""
        return not self.input_dtype.startswith(("int", "uint", "bool"))

    @property
    def architecture(self) -> Architecture:
        """The layers in canonical form, on the input shape (0 where an axis is open)."""
        shape = tuple(size or 0 for size in self.input_shape or ())
        return known.canonical(Architecture(shape, tuple(report.layer for report in self.layers)))

    @property
    def extras(self) -> list[str]:
        """What layers, model and optimizer have that was not asked for, in words."""
        of_layers = [f"layer {entry.name} has {extra}" for entry in self.layers for extra in entry.extras]
        again = [f"layer {name} is used once more" for name in self.repeated]
        coarse = [f"Keras computes in {self.floatx}, by set_floatx"] if self.floatx not in FULL_PRECISION else []
        return [*of_layers, *again, *coarse, *self.replaced]

    @property
    def raw(self) -> Architecture:
        """The layers as the student wrote them, one for each of `layers`."""
        shape = tuple(size or 0 for size in self.input_shape or ())
        return Architecture(shape, tuple(report.layer for report in self.layers))


def activation_inputs(generator: np.random.Generator) -> Array:
    """What activations are evaluated on: `(8, 10)` float32, small and large, of both signs."""
    scales = np.array([0.1, 0.5, 1, 2, 3, 5, 8, 25])[:, None]
    return (scales * generator.normal(size=(8, 10))).astype(np.float32)


def read_model(value: Any, called: str, inputs: Array) -> ModelReport:
    """Read the answer of the `describe` probe.

    Args:
        value: the answer.
        called: the call that gave the model, for the message.
        inputs: what activations were evaluated on.

    Raises:
        Failed: what came back is no model of Keras's own classes, or the answer has not the form it should have.
    """
    try:
        expect_model_class(value, called)
        layers = tuple(_read_layer(entry, inputs) for entry in value["layers"])
        shape = value["input_shape"]
        if shape is not None and not all(
            size is None or (type(size) is int and 0 < size <= MOST_PIXELS) for size in shape
        ):
            raise ValueError("the sizes of an input are whole numbers above 0")
        if shape is not None and (len(shape) > MOST_AXES or prod(size or 1 for size in shape) > MOST_PIXELS):
            raise Failed(f"The input of the model of {called} is far too large.", "It is that of one image.")
        return ModelReport(
            built=bool(value["built"]),
            input_shape=None if shape is None else tuple(shape[1:]),
            batch_size=None if shape is None else shape[0],
            chain=bool(value["chain"]) and value["layer_count"] == len(layers),
            layers=layers,
            parameters=int(value["parameters"]),
            compiled=_read_compile(value["compile"]) if value["compiled"] else None,
            seen_before=bool(value["seen_before"]),
            input_dtype=clean(str(value["input_dtype"]), 20),
            replaced=tuple(
                f"the {clean(str(what), 40)} has {clean(str(name), 80)}={OF_YOUR_OWN}"
                for what, name in value["replaced"][:40]
            ),
            detached=bool(value["detached"]),
            repeated=tuple(clean(str(name), 80) for name in value["repeated"][:40]),
            floatx=clean(str(value["floatx"]), 20),
            functional=value["class"] == "Functional",
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        raise Failed(
            f"{called} returned a model that cannot be read ({type(error).__name__}).", ACCEPTED_HINT
        ) from None


def expect_model_class(value: Any, called: str) -> None:
    """See that the answer of the `model_class` or `describe` probe speaks of a model of Keras's own classes.

    Raises:
        Failed: it is no model, or of a class of the student's own.
        KeyError, TypeError: the answer has not the form it should have.
    """
    if not value["model"]:
        raise _no_model(value["observed"], called)
    if not value["accepted"]:
        name = quoted(value["class"])[1:-1]
        raise Failed(
            f"{called} returned {with_article(name)}, a class of your own, which is not accepted.", ACCEPTED_HINT
        )


def _no_model(observed: dict[str, Any], called: str) -> Failed:
    if observed["kind"] == "none":
        hint = "Is the `return model` missing? (model.compile() and model.summary() return None.)"
        return Failed(f"{called} returned None; a Keras model was expected.", hint)
    kind = clean(str(observed["type"]), 80)
    hint = NO_MODEL_HINTS.get(kind, "Return the model itself: `return model`.")
    return Failed(f"{called} returned {with_article(kind)}; a Keras model was expected.", hint)


def _read_layer(entry: dict[str, Any], inputs: Array) -> LayerReport:
    kind, settings = entry["kind"], entry["settings"]
    shapes = tuple(tuple(int(size) for size in shape) for shape in entry["weight_shapes"])
    extras = [f"{clean(str(name), 40)}={clean(str(value), 40)}" for name, value in entry["extras"]]
    activation, exact = "", True
    if entry.get("activation_name") is not None:
        outputs = entry["activation"]
        valid = isinstance(outputs, np.ndarray) and outputs.shape == inputs.shape
        activation = recognise_activation(inputs, outputs) if valid else "unknown"
        exact = activation in ACTIVATIONS and np.allclose(
            ACTIVATIONS[activation](inputs.astype(np.float64)), outputs, rtol=1e-4, atol=1e-5
        )
    layer = _layer(kind, settings, activation, entry)
    trainable = bool(entry["trainable"])
    if isinstance(layer, known.Dense | known.Conv2D):  # others, such as BatchNormalization, have weights that do not
        trainable = trainable and entry["trainable_weights"] == len(shapes)
    return LayerReport(
        layer=layer,
        name=clean(str(entry["name"]), 80),
        class_name=clean(str(entry["class"]), 80),
        trainable=trainable,
        extras=tuple(extras),
        weights=shapes,
        activation_name=clean(str(entry.get("activation_name") or ""), 80),
        exact=bool(exact),
    )


def _layer(kind: str, settings: dict[str, Any], activation: str, entry: dict[str, Any]) -> Layer:
    class_name = clean(str(entry["class"]), 80)
    if not kind and class_name in known.LAYER_KINDS and class_name != known.AveragePooling2D.__name__:
        class_name = f"{class_name}{OWN_CLASS}"  # so that it is not taken for Keras's
    other = known.Other(class_name, parameters=_count(entry["weight_shapes"]))
    if settings.get("data_format", "channels_last") != "channels_last":
        return replace(other, kind=f"{other.kind}(data_format={settings['data_format']!r})")
    match kind:
        case "Dense":
            return known.Dense(
                units=_integer(settings["units"]),
                activation=activation,
                use_bias=bool(settings["use_bias"]),
                kernel_initializer=_initializer(entry["kernel_initializer"]),
                bias_initializer=_initializer(entry["bias_initializer"]),
            )
        case "Conv2D":
            return known.Conv2D(
                filters=_integer(settings["filters"]),
                kernel_size=_pair(settings["kernel_size"]),
                strides=_pair(settings["strides"]),
                padding=str(settings["padding"])[:20],
                dilation_rate=_pair(settings["dilation_rate"]),
                groups=_positive(settings["groups"]),
                activation=activation,
                use_bias=bool(settings["use_bias"]),
                kernel_initializer=_initializer(entry["kernel_initializer"]),
                bias_initializer=_initializer(entry["bias_initializer"]),
            )
        case "MaxPooling2D":
            padding = str(settings["padding"])[:20]
            return known.MaxPooling2D(_pair(settings["pool_size"]), _pair(settings["strides"]), padding)
        case "Flatten":
            return known.Flatten()
        case "Reshape":
            return known.Reshape(tuple(_integer(size) for size in settings["target_shape"]))
        case "Activation" | "ReLU" | "Softmax" | "LeakyReLU" | "ELU":
            return known.Activation(activation)
        case "Operation" if activation != "unknown":
            return known.Activation(activation)
        case "Identity":
            return known.Activation("linear")
        case "Dropout" if settings["rate"] == 0:
            return known.Activation("linear")
        case "Dropout":
            return replace(other, kind=f"Dropout({settings['rate']!r})")
        case _:
            return other


def _count(shapes: Sequence[Sequence[int]]) -> int:
    return sum(int(np.prod(shape)) for shape in shapes)


def _integer(value: Any) -> int:
    if type(value) is not int or not -1 <= value <= 10**9:
        raise ValueError("no count")
    return value


def _positive(value: Any) -> int:
    if _integer(value) < 1:
        raise ValueError("no size")
    return int(value)


def _pair(value: Any) -> tuple[int, int]:
    first, second = value
    return _positive(first), _positive(second)


def _initializer(entry: dict[str, Any]) -> Initializer:
    """A built-in initializer by name; one of the student's own has an empty name, and is measured later."""
    settings = {str(key): value for key, value in entry["settings"].items() if key not in ("seed", "dtype", "name")}
    plain = tuple(
        (key, value) for key, value in sorted(settings.items()) if isinstance(value, bool | int | float | str)
    )
    return Initializer(clean(str(entry["class"]), 80), plain)


def measured_initializer(weights: Array) -> Initializer:
    """A stand-in for an initializer that has no name: a normal distribution of the same mean and spread."""
    mean, spread = (float(f"{value:.{SPREAD_DIGITS}g}") for value in (np.mean(weights), np.std(weights)))
    return Initializer("RandomNormal", (("mean", mean), ("stddev", spread)))


def _read_compile(entry: dict[str, Any]) -> CompileReport:
    return CompileReport(
        optimizer=clean(str(entry["optimizer"]), 80),
        builtin=bool(entry["optimizer_known"]),
        settings=dict(entry["optimizer_settings"]),
        loss=clean(str(entry["loss"]), 80),
        loss_weights=clean(str(entry["loss_weights"]), 80),
        from_logits=bool(entry["loss_settings"]["from_logits"]),
        steps=int(entry["steps"]),
        shared=bool(entry["optimizer_shared"]),
    )
