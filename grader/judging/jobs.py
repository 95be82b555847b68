"""Trusted trainings as data: a job, its result, and the key under which the store keeps the one for the other."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from typing import Any

from grader.judging.activations import ACTIVATIONS
from grader.judging.architecture import (
    Activation,
    Architecture,
    Conv2D,
    Dense,
    Layer,
    Other,
    architecture_from_json,
    canonical,
)
from grader.judging.recipe import Adam, adam_from_config, plain_initializer

TRAINER_VERSION = 1
"""Counted up whenever a change of the trainer changes a result, so that results of other versions are trained again."""

THREADS = 2
"""Threads of TensorFlow, whatever the machine has: with another number, sums are added in another order."""

DATA = ("subset", "full")
INPUT_SHAPES = ((28, 28), (28, 28, 1))
OUTPUT_SHAPE = (10,)


@dataclass(frozen=True)
class Job:
    """One training, with all that determines its result but the data's content and the libraries.

    A job brings its architecture into canonical form by itself, so that jobs of equal models are equal.

    Attributes:
        architecture: a chain of layers from an image to ten probabilities.
        epochs: how many times over the training images.
        seed: 0 to 2**32 - 1; of the initial weights and the shuffling.
        data: `subset` or `full`.
        validate: evaluate the test images after every epoch too, which takes about a fifth longer.

    Raises:
        ValueError: it cannot be trained. The message is a sentence.
    """

    architecture: Architecture
    optimizer: Adam
    epochs: int
    seed: int
    data: str = "subset"
    batch_size: int = 32
    validate: bool = False

    def __post_init__(self) -> None:
        if self.data not in DATA:
            raise ValueError(f"There is no data {self.data!r}.")
        if min(self.epochs, self.batch_size) < 1 or not 0 <= self.seed < 2**32:
            raise ValueError("Epochs and batch size begin at 1, seeds at 0.")
        object.__setattr__(self, "architecture", _trainable(self.architecture))

    @property
    def title(self) -> str:
        """What is trained, in a few words."""
        sizes = [getattr(layer, "filters", getattr(layer, "units", "")) for layer in self.architecture.layers]
        kinds = [type(layer).__name__ for layer in self.architecture.layers]
        return ", ".join(f"{kind} {size}".rstrip() for kind, size in zip(kinds, sizes, strict=True))

    def to_json(self) -> dict[str, Any]:
        """Plain data; the same for equal jobs."""
        return {
            "architecture": self.architecture.to_json(),
            "optimizer": self.optimizer.to_json(),
            "epochs": self.epochs,
            "seed": self.seed,
            "data": self.data,
            "batch_size": self.batch_size,
            "validate": self.validate,
        }


@dataclass(frozen=True)
class Trained:
    """What a training came to. Accuracies are 0 to 1; a loss is None where it was not finite.

    Attributes:
        accuracy: on the test images, after the last epoch.
        loss: likewise.
        train_accuracy: epoch by epoch, as Keras reports it: the average while the weights still change.
        train_loss: likewise.
        validation_accuracy: on the test images, epoch by epoch, where the job asks for it; otherwise empty.
        validation_loss: likewise.
        seconds: epoch by epoch, with validation. No part of what must be equal.
    """

    accuracy: float
    loss: float | None
    train_accuracy: tuple[float, ...]
    train_loss: tuple[float | None, ...]
    validation_accuracy: tuple[float, ...] = ()
    validation_loss: tuple[float | None, ...] = ()
    seconds: tuple[float, ...] = field(default=(), compare=False)

    def to_json(self) -> dict[str, Any]:
        """Plain data, as the store keeps it: lists for tuples."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


def job_from_json(data: Mapping[str, Any]) -> Job:
    """The inverse of `Job.to_json`.

    Raises:
        ValueError: it is no job.
    """
    try:
        settings = dict(data)
        architecture = architecture_from_json(settings.pop("architecture"))
        return Job(architecture, adam_from_config(settings.pop("optimizer")), **settings)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"This is no job: {error}.") from None


def trained_from_json(data: Mapping[str, Any]) -> Trained:
    """The inverse of `Trained.to_json`.

    Raises:
        ValueError: it is no result of a training.
    """
    try:
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
        }
        return Trained(**values)
    except TypeError as error:
        raise ValueError(f"This is no result of a training: {error}.") from None


def library_versions() -> dict[str, str]:
    """The versions of what computes, read without importing any of it."""
    return {name: version(name) for name in ("tensorflow", "keras", "numpy")}


def job_key(job: Job, versions: Mapping[str, str], data_digest: str) -> str:
    """The SHA-256, in hex, of everything that determines the result: the name under which the store keeps it.

    Processors differ in the last bits of a sum; that is left out, so a store that moves to another machine stays good.
    """
    content = {
        "trainer": TRAINER_VERSION,
        "threads": THREADS,
        "versions": dict(versions),
        "data_digest": data_digest,
        "job": job.to_json(),
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _trainable(architecture: Architecture) -> Architecture:
    """The architecture in canonical form, if it can be trained."""
    plain = canonical(replace(architecture, layers=tuple(_plain_layer(layer) for layer in architecture.layers)))
    if plain.input_shape not in INPUT_SHAPES or not plain.layers or plain.shapes()[-1] != OUTPUT_SHAPE:
        raise ValueError("A model to be trained takes images of 28 x 28 and gives ten numbers.")
    return plain


def _plain_layer(layer: Layer) -> Layer:
    if isinstance(layer, Other):
        raise ValueError(f"A model with the layer {layer.kind} cannot be trained here.")
    if isinstance(layer, Dense | Conv2D | Activation) and layer.activation not in ACTIVATIONS:
        raise ValueError(f"A model with the activation {layer.activation!r} cannot be trained here.")
    if isinstance(layer, Dense | Conv2D):
        kernel, bias = layer.kernel_initializer, layer.bias_initializer
        return replace(
            layer,
            kernel_initializer=plain_initializer(kernel.kind, dict(kernel.settings)),
            bias_initializer=plain_initializer(bias.kind, dict(bias.settings)),
        )
    return layer
