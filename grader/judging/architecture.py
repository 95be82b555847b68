"""A model as data: typed layers, shapes, parameter counts, and one canonical form for all ways to write the same model.

The canonical form makes models equal that compute the same function with the same parameters: a separate activation
joins the layer before it (ReLU also moves ahead of a pooling or a flattening, with which it commutes), Reshape to one
axis is Flatten, explicit defaults are defaults, and a layer that does nothing is no layer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from math import prod
from typing import Any, get_args

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Initializer:
    """How a weight is drawn: a Keras initializer's class name and its plain settings, sorted by name."""

    kind: str
    settings: tuple[tuple[str, float | str], ...] = ()


GLOROT = Initializer("GlorotUniform")
ZEROS = Initializer("Zeros")


@dataclass(frozen=True)
class Dense:
    """A fully connected layer on the last axis: `(..., inputs)` to `(..., units)`."""

    units: int
    activation: str = "linear"
    use_bias: bool = True
    kernel_initializer: Initializer = GLOROT
    bias_initializer: Initializer = ZEROS


@dataclass(frozen=True)
class Conv2D:
    """A convolution: `(height, width, channels)` to `(height', width', filters)`."""

    filters: int
    kernel_size: tuple[int, int] = (3, 3)
    strides: tuple[int, int] = (1, 1)
    padding: str = "valid"
    dilation_rate: tuple[int, int] = (1, 1)
    groups: int = 1
    activation: str = "linear"
    use_bias: bool = True
    kernel_initializer: Initializer = GLOROT
    bias_initializer: Initializer = ZEROS


@dataclass(frozen=True)
class MaxPooling2D:
    """The maximum of each window of `pool_size` pixels, channel by channel."""

    pool_size: tuple[int, int] = (2, 2)
    strides: tuple[int, int] = (2, 2)
    padding: str = "valid"


@dataclass(frozen=True)
class AveragePooling2D:
    """The mean of each window of `pool_size` pixels, side by side; in models of the grader's own alone."""

    pool_size: tuple[int, int] = (2, 2)


@dataclass(frozen=True)
class Dropout:
    """Does nothing but in a training; in models of the grader's own alone."""

    rate: float


@dataclass(frozen=True)
class Flatten:
    """All axes in one, in row-major order."""


@dataclass(frozen=True)
class Reshape:
    """The same numbers in another shape."""

    target_shape: Shape


@dataclass(frozen=True)
class Activation:
    """A function of the values alone: `relu`, `softmax`, `linear`, or the name of another one."""

    activation: str


@dataclass(frozen=True)
class Other:
    """A layer that is no part of this assignment: named, and never trained.

    Attributes:
        kind: its class name.
        output_shape: the shape it gives, where known.
        parameters: how many it has.
    """

    kind: str
    output_shape: Shape | None = None
    parameters: int = 0


Layer = Dense | Conv2D | MaxPooling2D | AveragePooling2D | Dropout | Flatten | Reshape | Activation | Other
LAYER_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(Layer)}


@dataclass(frozen=True)
class Architecture:
    """A chain of layers on an input of `input_shape` (without the batch axis)."""

    input_shape: Shape
    layers: tuple[Layer, ...]

    def shapes(self) -> list[Shape | None]:
        """The output shape of each layer; None from the first layer on that does not fit its input."""
        shapes: list[Shape | None] = []
        shape: Shape | None = self.input_shape
        for layer in self.layers:
            shape = None if shape is None else output_shape(layer, shape)
            shapes.append(shape)
        return shapes

    def parameters(self) -> int | None:
        """How many numbers the model learns; None where a layer does not fit its input."""
        total = 0
        shape: Shape | None = self.input_shape
        for layer in self.layers:
            if shape is None:
                return None
            total += layer_parameters(layer, shape)
            shape = output_shape(layer, shape)
        return total

    def to_json(self) -> dict[str, Any]:
        """Plain data; the same for equal architectures."""
        return {
            "input_shape": list(self.input_shape),
            "layers": [{"kind": type(layer).__name__, **asdict(layer)} for layer in self.layers],
        }


def architecture_from_json(data: dict[str, Any]) -> Architecture:
    """The inverse of `Architecture.to_json`, for data of our own (tuples come back from lists)."""
    layers = []
    for entry in data["layers"]:
        settings = {name: _from_json(name, value) for name, value in entry.items() if name != "kind"}
        layers.append(LAYER_KINDS[entry["kind"]](**settings))
    return Architecture(tuple(data["input_shape"]), tuple(layers))


def _from_json(name: str, value: Any) -> Any:
    if name.endswith("_initializer"):
        return Initializer(value["kind"], tuple((key, number) for key, number in value["settings"]))
    return tuple(value) if isinstance(value, list) else value


def expected_dense(hidden_units: int) -> Architecture:
    """What `build_dense_model(hidden_units)` is asked to build."""
    return Architecture((28, 28), (Flatten(), Dense(hidden_units, "relu"), Dense(10, "softmax")))


def expected_cnn(filters: int, conv_layers: int) -> Architecture:
    """What `build_cnn(filters, conv_layers)` is asked to build."""
    block: tuple[Layer, ...] = (Conv2D(filters, activation="relu"), MaxPooling2D())
    head: tuple[Layer, ...] = (Flatten(), Dense(128, "relu"), Dense(10, "softmax"))
    return Architecture((28, 28, 1), block * conv_layers + head)


def output_shape(layer: Layer, shape: Shape) -> Shape | None:
    """The shape that `layer` gives for an input of `shape`, both without the batch axis; None where it does not fit."""
    match layer:
        case Dense(units=units):
            return (*shape[:-1], units) if shape else None
        case Conv2D(filters=filters):
            extent = tuple(
                (size - 1) * rate + 1 for size, rate in zip(layer.kernel_size, layer.dilation_rate, strict=True)
            )
            return _windowed(shape, extent, layer.strides, layer.padding, filters)
        case MaxPooling2D():
            channels = shape[-1] if shape else 0
            return _windowed(shape, layer.pool_size, layer.strides, layer.padding, channels)
        case AveragePooling2D(pool_size=size):
            return _windowed(shape, size, size, "valid", shape[-1] if shape else 0)
        case Flatten():
            return (prod(shape),)
        case Reshape(target_shape=target):
            return _reshaped(shape, target)
        case Activation() | Dropout():
            return shape
        case Other(output_shape=known):
            return known


def _windowed(shape: Shape, window: Sequence[int], strides: Sequence[int], padding: str, channels: int) -> Shape | None:
    if len(shape) != 3:
        return None
    sizes = []
    for length, size, step in zip(shape[:2], window, strides, strict=True):
        sizes.append(-(-length // step) if padding == "same" else (length - size) // step + 1)
    return (*sizes, channels) if min(sizes) > 0 else None


def _reshaped(shape: Shape, target: Shape) -> Shape | None:
    total, known = prod(shape), prod(size for size in target if size != -1)
    if -1 in target:
        if known <= 0 or total % known:
            return None
        return tuple(total // known if size == -1 else size for size in target)
    return target if known == total else None


def layer_parameters(layer: Layer, shape: Shape) -> int:
    """How many numbers `layer` learns on an input of `shape`."""
    match layer:
        case Dense(units=units):
            return (shape[-1] if shape else 0) * units + units * layer.use_bias
        case Conv2D(filters=filters):
            channels = (shape[-1] if shape else 0) // max(layer.groups, 1)
            return prod(layer.kernel_size) * channels * filters + filters * layer.use_bias
        case Other(parameters=parameters):
            return parameters
        case _:
            return 0


def canonical(architecture: Architecture) -> Architecture:
    """The form in which architectures that compute the same function with the same parameters are equal."""
    layers: list[Layer] = []
    shape: Shape | None = architecture.input_shape
    for layer in architecture.layers:
        before = shape
        shape = None if before is None else output_shape(layer, before)
        _append(layers, _plainest(layer, before, shape))
    return Architecture(architecture.input_shape, tuple(layers))


def _plainest(layer: Layer, before: Shape | None, after: Shape | None) -> Layer | None:
    """The layer in its plainest writing, or None where it does nothing."""
    match layer:
        case Activation(activation="linear"):
            return None
        case Flatten() | Reshape() if before is not None and before == after:
            return None
        case Reshape() if after is not None and len(after) == 1:
            return Flatten()
        case Reshape() if after is not None:
            return Reshape(after)
        case MaxPooling2D(padding="same") if before is not None and len(before) == 3:
            fits = layer.strides == layer.pool_size and not any(
                length % size for length, size in zip(before[:2], layer.pool_size, strict=True)
            )
            return replace(layer, padding="valid") if fits else layer
        case _:
            return layer


def _append(layers: list[Layer], layer: Layer | None) -> None:
    """Append `layer`, letting an activation join the layer that it acts on and reshapings join each other."""
    if layer is None:
        return
    if isinstance(layer, Flatten | Reshape) and layers and isinstance(layers[-1], Flatten | Reshape):
        layers[-1] = layer  # row-major order is kept, so only the last shape matters
        return
    if isinstance(layer, Activation):
        place = len(layers) - 1
        if layer.activation == "relu":  # relu(max(x)) = max(relu(x)), and reshaping changes no value
            while place >= 0 and isinstance(layers[place], MaxPooling2D | Flatten | Reshape):
                place -= 1
        target = layers[place] if place >= 0 else None
        if isinstance(target, Dense | Conv2D) and target.activation == "linear":
            layers[place] = replace(target, activation=layer.activation)
            return
        if layer.activation == "relu" and isinstance(target, Dense | Conv2D) and target.activation == "relu":
            return  # relu(relu(x)) = relu(x)
    layers.append(layer)


def without_initializers(architecture: Architecture) -> Architecture:
    """The structure alone: every initializer at its default."""
    layers = tuple(
        replace(layer, kernel_initializer=GLOROT, bias_initializer=ZEROS)
        if isinstance(layer, Dense | Conv2D)
        else layer
        for layer in architecture.layers
    )
    return Architecture(architecture.input_shape, layers)


def named(layer: Layer) -> str:
    """The layer as a student would write it, for example `Dense(128, activation='relu')`."""
    match layer:
        case Dense():
            settings = [str(layer.units), *_activation(layer.activation), *_differences(layer, ("use_bias",))]
        case Conv2D():
            size = layer.kernel_size
            shown = str(size[0]) if size[0] == size[1] else str(size)
            names = ("strides", "padding", "dilation_rate", "groups", "use_bias")
            settings = [str(layer.filters), shown, *_activation(layer.activation), *_differences(layer, names)]
        case MaxPooling2D():
            size = layer.pool_size
            settings = [str(size[0]) if size[0] == size[1] else str(size), *_differences(layer, ("padding",))]
            if layer.strides != layer.pool_size:
                settings.append(f"strides={layer.strides}")
        case AveragePooling2D():
            settings = [str(layer.pool_size)]
        case Dropout():
            settings = [str(layer.rate)]
        case Reshape():
            settings = [str(layer.target_shape)]
        case Activation():
            settings = [repr(layer.activation)]
        case Other():
            return layer.kind
        case Flatten():
            settings = []
    return f"{type(layer).__name__}({', '.join(settings)})"


def _activation(name: str) -> Iterable[str]:
    return () if name == "linear" else (f"activation={name!r}",)


def _differences(layer: Dense | Conv2D | MaxPooling2D, names: Iterable[str]) -> list[str]:
    """Those settings that are not what Keras would take when nothing is said."""
    defaults = {"use_bias": True, "strides": (1, 1), "padding": "valid", "dilation_rate": (1, 1), "groups": 1}
    return [f"{name}={getattr(layer, name)!r}" for name in names if getattr(layer, name) != defaults[name]]
