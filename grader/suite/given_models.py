"""Models of the grader's own that the activations are asked of: built in the guest, computed by the oracle."""

import re
from dataclasses import dataclass
from math import prod, sqrt
from typing import Any

import numpy as np

from grader.judging import oracle
from grader.judging.architecture import (
    Activation,
    Architecture,
    AveragePooling2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPooling2D,
)
from grader.judging.diagnosis import Array
from grader.suite.drawn_images import drawn_images
from grader.suite.session import TaskSession

STANDARD, UNCALLED = "the standard model", "the Sequential model, never called"

MIXED, LOOKALIKES = "model with layers of other kinds too", "AveragePooling2D, Conv2DTranspose and more"
"""What the mixed model is called, and some of its layers that are not shown."""

IMAGE, OTHER_IMAGE = (28, 28, 1), (20, 24, 3)
"""Shapes of what a model takes: an activation model takes what the model does."""

WORDS = ("edges", "sieve", "mosaic", "lens", "prism", "grain", "ridge", "weave", "facet", "loom")
"""Names that say nothing of a layer's kind: who looks for `conv` in a name finds none."""

BRIGHTEST = np.float32(0.8)
"""The largest pixel that is drawn: dividing by the largest of all is no way of passing images on."""

KERAS_NAMES = {
    Activation: "activation",
    AveragePooling2D: "average_pooling2d",
    Conv2D: "conv2d",
    Dense: "dense",
    Dropout: "dropout",
    Flatten: "flatten",
    MaxPooling2D: "max_pooling2d",
}


TAIL: tuple[dict[str, Any], ...] = (
    {"kind": "ZeroPadding2D"},
    {"kind": "SeparableConv2D", "filters": 2, "kernel_size": 3},
    {"kind": "Conv2DTranspose", "filters": 2, "kernel_size": 3},
    {"kind": "DepthwiseConv2D", "kernel_size": 3},
    {"kind": "BatchNormalization"},
    {"kind": "SpatialDropout2D", "rate": 0.5},
    {"kind": "UpSampling2D"},
    {"kind": "GlobalMaxPooling2D"},
)
"""Layers that are none of those that are shown, though their names and classes look like it. What comes behind the last
layer that is shown needs no oracle."""


@dataclass(frozen=True)
class Given:
    """A model of the grader's own, living in the guest.

    Attributes:
        handle: the guest's number for it.
        architecture: its layers.
        names: their names.
        weights: all its weights.
    """

    handle: int
    architecture: Architecture
    names: tuple[str, ...]
    weights: list[Array]

    @property
    def places(self) -> list[int]:
        """Where its Conv2D and MaxPooling2D layers stand."""
        return [
            place for place, layer in enumerate(self.architecture.layers) if isinstance(layer, Conv2D | MaxPooling2D)
        ]

    @property
    def shown_names(self) -> list[str]:
        """The names of those layers, in order."""
        return [self.names[place] for place in self.places]

    def expected(self, images: Array) -> "Expected":
        """What is right for `(n, 28, 28, 1)` images."""
        return Expected(self, images, self.activations(images))

    def activations(self, images: Array) -> list[Array]:
        """What those layers give, by the oracle."""
        outputs = oracle.forward(self.architecture, self.weights, images)
        return [outputs[place] for place in self.places]

    def activations_before(self, images: Array) -> list[Array]:
        """What goes into those layers, by the oracle."""
        outputs = [images, *oracle.forward(self.architecture, self.weights, images)]
        return [outputs[place] for place in self.places]


@dataclass(frozen=True)
class Expected:
    """The activations that are right.

    Attributes:
        given: the model that they are of.
        images: `(n, 28, 28, 1)`, what they are for.
        arrays: one for each layer that is shown, in order.
    """

    given: Given
    images: Array
    arrays: list[Array]

    @property
    def names(self) -> list[str]:
        """The names of those layers."""
        return self.given.shown_names


def mixed() -> tuple[Layer, ...]:
    """Convolutions whose ReLU is a layer of its own, poolings, and others in between that have four axes too.

    One has more filters than anybody would show.
    """
    others: tuple[Layer, ...] = (Activation("relu"), AveragePooling2D(), Dropout(0.5))
    return (Conv2D(40), *others, MaxPooling2D(), Conv2D(2), Activation("relu"), MaxPooling2D())


def deep() -> tuple[Layer, ...]:
    """Three blocks behind a first convolution: more layers than any other model of the checks has."""
    return (Conv2D(2, (1, 1)), *blocks(3, 2))


def blocks(count: int, filters: int) -> tuple[Layer, ...]:
    """Convolution and pooling, `count` times."""
    return (Conv2D(filters, activation="relu"), MaxPooling2D()) * count


def given_model(
    task: TaskSession,
    layers: tuple[Layer, ...],
    kind: str = "functional",
    generator: np.random.Generator | None = None,
    plain_names: bool = True,
    shape: tuple[int, int, int] = IMAGE,
    tail: tuple[dict[str, Any], ...] = (),
) -> Given:
    """Build a model in the guest, with names and weights drawn for this check, or from `generator`.

    It is `functional`, `sequential`, which is never called, or `called`: a Sequential that was called on its own input.
    Its layers have names as Keras gives them (`conv2d_7`), or where `plain_names` is false, names that say nothing.
    With a `tail` it ends with that, by Keras's names and settings, in place of its Dense layers.
    """
    generator = generator or task.generator()
    head: tuple[Layer, ...] = () if tail else (Flatten(), Dense(6, "relu"), Dense(10, "softmax"))
    architecture = Architecture(shape, (*layers, *head))
    words, first = generator.permutation(WORDS), int(generator.integers(2, 90))
    kinds = [KERAS_NAMES[type(layer)] for layer in architecture.layers] if plain_names else list(words)
    kinds += [_snake_case(entry["kind"]) for entry in tail]
    told = architecture.to_json()
    told["layers"] += tail
    names = tuple(f"{kinds[place]}_{first + place}" for place in range(len(told["layers"])))
    asked = "Building a model for the check"
    handle = task.value("reference", asked, architecture=told, names=list(names), kind=kind)
    made = Given(int(handle), architecture, names, _drawn(architecture, generator))
    set_weights(task, made, made.weights)
    return made


def _snake_case(kind: str) -> str:
    """A class's name as Keras makes a layer's name of it: `Conv2DTranspose` is `conv2d_transpose`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=\dD)(?=[A-Z])", "_", kind).lower()


def _drawn(architecture: Architecture, generator: np.random.Generator) -> list[Array]:
    """Weights of the architecture, biases too, of a size that keeps activations around 1."""
    shapes = [architecture.input_shape, *architecture.shapes()]
    weights = []
    for layer, shape in zip(architecture.layers, shapes, strict=False):
        for size in oracle.weight_shapes(layer, shape or ()):
            spread = 2 / sqrt(max(prod(size[:-1]), 4))
            weights.append((spread * generator.normal(size=size)).astype(np.float32))
    return weights


def images_for(task: TaskSession, count: int, shape: tuple[int, int, int] = IMAGE) -> Array:
    """Images `(count, *shape)`, float32, 0 to 1."""
    return BRIGHTEST * drawn_images(task.generator(), (count, *shape))


def drawn_for(task: TaskSession, what: str) -> np.random.Generator:
    """Random numbers for what is made once, and asked about by more than one check."""
    return np.random.default_rng([task.seed, len(what)])


def standard(task: TaskSession, kind: str = "called") -> Given:
    """Two blocks; by default a Sequential that has been called: every way of asking for outputs works on it.

    It is built once and gets its weights anew for each check, whatever order they run in.
    """

    def build() -> Given:
        return given_model(task, blocks(2, 4), kind, drawn_for(task, STANDARD))

    given = task.once(f"{STANDARD}, {kind}", build)
    set_weights(task, given, given.weights)
    return given


def set_weights(task: TaskSession, given: Given, weights: list[Array]) -> None:
    """Give the model of the check these weights."""
    task.value("set_weights", "Building a model for the check", handle=given.handle, weights=weights)


def mixed_model(task: TaskSession, kind: str = "called") -> tuple[Given, Array]:
    """A model of a kind, with other layers between those that are shown, and images for it."""
    generator = np.random.default_rng([task.seed, len("mixed")])
    given = task.once("the mixed model", lambda: given_model(task, mixed(), kind, generator, tail=TAIL))
    return given, BRIGHTEST * drawn_images(np.random.default_rng(task.seed), (2, *IMAGE))
