"""Which models the lab works with: the reference's as data, or a submission's, which whoever calls the lab provides."""

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from grader.course.dataset import CLASS_NAMES
from grader.judging import oracle
from grader.judging.architecture import (
    Architecture,
    Conv2D,
    Dense,
    MaxPooling2D,
    canonical,
    expected_cnn,
    expected_dense,
)
from grader.judging.recipe import Adam

Array = NDArray[Any]

KERAS_NAMES: dict[type, str] = {Conv2D: "conv2d", MaxPooling2D: "max_pooling2d"}
"""What Keras calls the layers that are looked into."""

REFERENCE_RATE = 0.001
"""Adam's learning rate where nothing is said, as Keras chooses it."""


class LabError(Exception):
    """The lab cannot go on; the text is one clear sentence, for who typed the command."""


@dataclass(frozen=True)
class Wanted:
    """A model that is asked for: a call of one of the builders.

    Attributes:
        task: the task whose module has the builder.
        function: the builder.
        arguments: its arguments that are not defaults, by name.
        expected: what the builder is asked to build.
    """

    task: str
    function: str
    arguments: tuple[tuple[str, int], ...]
    expected: Architecture

    @property
    def called(self) -> str:
        """The call as one would write it, for example `build_cnn(filters=32)`."""
        return f"{self.function}({', '.join(f'{name}={value}' for name, value in self.arguments)})"


def dense_model(hidden_units: int = 128) -> Wanted:
    """`build_dense_model`."""
    arguments = (("hidden_units", hidden_units),) if hidden_units != 128 else ()
    return Wanted("dense_model", "build_dense_model", arguments, expected_dense(hidden_units))


def cnn(filters: int = 64, conv_layers: int = 2) -> Wanted:
    """`build_cnn`."""
    given = {"filters": (filters, 64), "conv_layers": (conv_layers, 2)}
    arguments = tuple((name, value) for name, (value, default) in given.items() if value != default)
    return Wanted("cnn", "build_cnn", arguments, expected_cnn(filters, conv_layers))


@dataclass(frozen=True)
class Recipe:
    """A model that can be trained: its layers and its optimizer."""

    architecture: Architecture
    optimizer: Adam


class Code(Protocol):
    """Whose code is looked at. Every method may raise LabError where that code is not there or not right yet."""

    def recipe(self, wanted: Wanted) -> Recipe:
        """What a builder builds, as data."""

    def names(self, labels: Array) -> list[str]:
        """The class names of `(n,)` labels."""

    def scaled(self, images: Array) -> Array:
        """`(n, 28, 28)` uint8 images in 0 to 1."""

    def activations(self, recipe: Recipe, weights: tuple[Array, ...], images: Array) -> dict[str, Array]:
        """What each convolution and pooling layer, by name, makes of `(n, 28, 28, 1)` images in 0 to 1.

        Each array is `(n, height, width, channels)`; the model is the recipe's, with these trained weights.
        """


class Reference:
    """What is asked of the builders and functions, worked out by the grader's own means."""

    def recipe(self, wanted: Wanted) -> Recipe:
        """Exactly what is asked for."""
        return Recipe(wanted.expected, Adam(REFERENCE_RATE))

    def names(self, labels: Array) -> list[str]:
        """From the course's own list."""
        return [CLASS_NAMES[label] for label in labels]

    def scaled(self, images: Array) -> Array:
        """Each pixel divided by 255."""
        return images.astype(np.float32) / np.float32(255)

    def activations(self, recipe: Recipe, weights: tuple[Array, ...], images: Array) -> dict[str, Array]:
        """By the oracle's forward pass, under the names that Keras would give."""
        architecture = canonical(recipe.architecture)
        outputs = oracle.forward(architecture, weights, images)
        named = zip(architecture.layers, layer_names(architecture), outputs, strict=True)
        return {name: output for layer, name, output in named if isinstance(layer, Conv2D | MaxPooling2D)}


def layer_names(architecture: Architecture) -> list[str]:
    """A name for each layer as Keras gives them, but counted from 1: `conv2d_1`, `max_pooling2d_1`, `conv2d_2`."""
    found: list[str] = []
    for layer in architecture.layers:
        kind = KERAS_NAMES.get(type(layer), type(layer).__name__.lower())
        found.append(f"{kind}_{1 + sum(name.startswith(f'{kind}_') for name in found)}")
    return found


def with_second_hidden_layer(recipe: Recipe) -> Recipe:
    """The dense model with its hidden layer twice, one after the other."""
    layers = canonical(recipe.architecture).layers
    hidden = next(place for place, layer in enumerate(layers) if isinstance(layer, Dense))
    twice = (*layers[: hidden + 1], *layers[hidden:])
    return replace(recipe, architecture=Architecture(recipe.architecture.input_shape, twice))
