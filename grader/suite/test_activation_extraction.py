"""Checks of `activation_extraction`: layer outputs against the numpy oracle, shared weights, arrays by name."""

from dataclasses import dataclass, replace
from math import prod, sqrt
from typing import Any

import numpy as np
import pytest

from grader.course.settings import ACTIVATION_TOLERANCE
from grader.judging import oracle
from grader.judging.architecture import Architecture, Conv2D, Dense, Flatten, Layer, MaxPooling2D
from grader.judging.diagnosis import Array, as_array
from grader.judging.model_report import expect_model_class
from grader.judging.verdict import Failed, clean
from grader.suite.session import TaskSession

BUILD, EXTRACT = "build_activation_model", "extract_activations"

WORDS = ("edges", "sieve", "mosaic", "lens", "prism", "grain", "ridge", "weave")
"""Names for layers that no student expects."""


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

    def activations(self, images: Array) -> list[Array]:
        """What is right for `(n, 28, 28, 1)` images, by the oracle."""
        outputs = oracle.forward(self.architecture, self.weights, images)
        return [outputs[place] for place in self.places]


def blocks(count: int, filters: int) -> tuple[Layer, ...]:
    """Convolution and pooling, `count` times."""
    return (Conv2D(filters, activation="relu"), MaxPooling2D()) * count


def given_model(task: TaskSession, layers: tuple[Layer, ...], functional: bool = True, called: bool = True) -> Given:
    """Build a model in the guest, with names and weights drawn for this check."""
    generator = task.generator()
    architecture = Architecture((28, 28, 1), (*layers, Flatten(), Dense(10, "softmax")))
    names = tuple(f"{word}_{place}" for place, word in enumerate(generator.permutation(WORDS)[: len(layers) + 2]))
    asked = "Building a model for the check"
    handle = task.value(
        "reference", asked, architecture=architecture.to_json(), names=list(names), functional=functional, called=called
    )
    made = Given(int(handle), architecture, names, _drawn(architecture, generator))
    task.value("set_weights", asked, handle=made.handle, weights=made.weights)
    return made


def _drawn(architecture: Architecture, generator: np.random.Generator) -> list[Array]:
    """Weights of the architecture, biases too, of a size that keeps activations around 1."""
    shapes = [architecture.input_shape, *architecture.shapes()]
    weights = []
    for layer, shape in zip(architecture.layers, shapes, strict=False):
        for size in oracle.weight_shapes(layer, shape or ()):
            spread = 2 / sqrt(max(prod(size[:-1]), 4))
            weights.append((spread * generator.normal(size=size)).astype(np.float32))
    return weights


def images_for(task: TaskSession, count: int) -> Array:
    """Images `(count, 28, 28, 1)`, float32, 0 to 1."""
    return task.generator().random((count, 28, 28, 1), dtype=np.float32)


def standard(task: TaskSession) -> Given:
    """A Functional model of two blocks that has been called: every way of asking for outputs works on it."""
    return given_model(task, blocks(2, 4))


def activation_model(task: TaskSession, given: Given, shown: str) -> int:
    """Call the student's `build_activation_model`; the handle of what it returned.

    Raises:
        Failed: it returned no model.
    """
    called = task.call(BUILD, {"object": given.handle}, shown=shown)
    answer = task.value("model_class", shown, handle=called.handle)
    try:
        expect_model_class(answer, shown)
    except (KeyError, TypeError):
        raise Failed(f"{shown} gave an answer that cannot be read.") from None
    return called.handle


def outputs_of(task: TaskSession, handle: int, images: Array, shown: str) -> list[Array]:
    """What the student's activation model gives for images."""
    value = task.value("forward", f"Calling the model of {shown}", handle=handle, images=images)
    outputs = value.get("outputs") if isinstance(value, dict) else None
    if not isinstance(outputs, list) or not all(isinstance(array, np.ndarray) for array in outputs):
        raise Failed(f"What the model of {shown} gives cannot be read.")
    return outputs


def expect_shapes(got: list[Array], given: Given, expected: list[Array], shown: str) -> None:
    """One output for each layer, in order, of its shape.

    Raises:
        Failed: another number of outputs, or another order.
    """
    wanted = [array.shape for array in expected]
    shapes = [array.shape for array in got]
    if shapes == wanted:
        return
    names = ", ".join(given.shown_names)
    if len(got) != len(expected):
        raise Failed(
            f"The model of {shown} has {len(got)} outputs; {len(expected)} were expected, for {names}.",
            _count_hint(shapes, given),
        )
    place = next(place for place, pair in enumerate(zip(shapes, wanted, strict=True)) if pair[0] != pair[1])
    order = "The order is that of the layers." if sorted(shapes) == sorted(wanted) else ""
    raise Failed(
        f"Output {place + 1} of the model of {shown} has shape {shapes[place]}; "
        f"{wanted[place]} was expected, of the layer {given.shown_names[place]}.",
        order,
    )


def _count_hint(shapes: list[tuple[int, ...]], given: Given) -> str:
    count = len(shapes)
    if any(len(shape) != 4 for shape in shapes):
        return "Only Conv2D and MaxPooling2D layers: Flatten and Dense do not belong there."
    layers = [given.architecture.layers[place] for place in given.places]
    if count == sum(isinstance(layer, Conv2D) for layer in layers):
        return "Are the pooling layers (or the convolutions) left out?"
    if count == 1:
        return "Is only the last one returned? keras.Model takes a list of outputs."
    return ""


def expect_values(got: list[Array], given: Given, expected: list[Array], shown: str, hint: str = "") -> None:
    """Every activation as the oracle computes it.

    Raises:
        Failed: naming the first layer that differs, and where.
    """
    for place, (array, wanted) in enumerate(zip(got, expected, strict=False)):
        if array.shape != wanted.shape:
            continue  # the shape is another check's matter
        scale = max(1e-3, float(np.max(np.abs(wanted))))
        wrong = ~(np.abs(array - wanted) <= ACTIVATION_TOLERANCE * scale)
        if np.any(wrong):
            index = tuple(int(position) for position in np.argwhere(wrong)[0])
            raise Failed(
                f"{shown}: the activation of {given.shown_names[place]} is {array[index]:.4f} at {list(index)}; "
                f"{wanted[index]:.4f} was expected ({int(wrong.sum())} of {wrong.size} values differ).",
                hint or _value_hint(array, given, expected, place),
            )
    if not any(array.shape == wanted.shape for array, wanted in zip(got, expected, strict=False)):
        raise Failed(f"{shown}: none of the activations has the shape of its layer.")


def _value_hint(array: Array, given: Given, expected: list[Array], place: int) -> str:
    for other, wanted in enumerate(expected):
        if other != place and wanted.shape == array.shape and np.allclose(wanted, array, atol=1e-3):
            return f"These are the activations of {given.shown_names[other]}."
    layer = given.architecture.layers[given.places[place]]
    if isinstance(layer, Conv2D) and np.any(array < 0):
        return "There are negative values: this is the convolution before its ReLU."
    return "Are the weights those of the model, and the images passed through as they are?"


@pytest.mark.points(1)
def test_build_returns_a_model(task: TaskSession) -> None:
    """The function returns a Keras model."""
    activation_model(task, standard(task), f"{BUILD}(model)")


@pytest.mark.points(3)
def test_build_has_one_output_a_layer(task: TaskSession) -> None:
    """There is one output for each Conv2D and MaxPooling2D layer, in order; for one layer too, and for three blocks."""
    for layers in (blocks(2, 4), blocks(3, 2), (Conv2D(3, activation="relu"),)):
        given = given_model(task, layers)
        shown = f"{BUILD}(model with {len(layers)} such layers)"
        images = images_for(task, 2)
        got = outputs_of(task, activation_model(task, given, shown), images, shown)
        expect_shapes(got, given, given.activations(images), shown)


@pytest.mark.points(3)
def test_build_gives_the_activations(task: TaskSession) -> None:
    """Each output is what its layer computes."""
    given, images, shown = standard(task), images_for(task, 3), f"{BUILD}(model)"
    got = outputs_of(task, activation_model(task, given, shown), images, shown)
    expect_values(got, given, given.activations(images), shown)


@pytest.mark.points(3)
def test_build_shares_the_weights(task: TaskSession) -> None:
    """When the weights of the model change, so do the activations."""
    given, images, shown = standard(task), images_for(task, 2), f"{BUILD}(model)"
    handle = activation_model(task, given, shown)
    before = outputs_of(task, handle, images, shown)
    changed = replace(given, weights=[array[..., ::-1] * np.float32(1.5) for array in given.weights])
    task.value("set_weights", shown, handle=given.handle, weights=[np.ascontiguousarray(w) for w in changed.weights])
    got = outputs_of(task, handle, images, shown)
    same = all(np.array_equal(array, other) for array, other in zip(before, got, strict=False))
    hint = "The layers must be those of the model, not copies: use layer.output, or call the layers themselves."
    expect_values(got, changed, changed.activations(images), f"{shown} after training", hint if same else "")


@pytest.mark.points(4)
def test_sequential_models(task: TaskSession) -> None:
    """A Sequential model that was never called works as well, in both functions."""
    hint = "A Sequential that was never called has no model.input: use model.inputs, or a keras.Input of your own."
    given = given_model(task, blocks(2, 3), functional=False, called=False)
    images, shown = images_for(task, 2), "the Sequential model, never called"
    try:
        asked = f"{BUILD}({shown})"
        got = outputs_of(task, activation_model(task, given, asked), images, asked)
        expect_values(got, given, given.activations(images), asked)
        again = given_model(task, blocks(2, 3), functional=False, called=False)
        arrays = extracted(task, again, images, f"{EXTRACT}({shown}, images)")
        expect_values([as_float(item, shown) for item in arrays.values()], again, again.activations(images), EXTRACT)
    except Failed as failure:
        failure.hint = failure.hint or hint
        if "has never been called" in failure.message:
            failure.hint = hint
        raise


@pytest.mark.points(2)
def test_build_refuses_a_model_without_such_layers(task: TaskSession) -> None:
    """A model with neither Conv2D nor MaxPooling2D raises ValueError."""
    given = given_model(task, ())
    shown = f"{BUILD}(model of Flatten and Dense alone)"
    called = task.call(BUILD, {"object": given.handle}, shown=shown, raises=ValueError)
    if called.result["kind"] != "raised":
        raise Failed(f"{shown} returned something; ValueError was expected, for there is nothing to show.")


def extracted(task: TaskSession, given: Given, images: Array, shown: str) -> dict[str, dict[str, Any]]:
    """Call the student's `extract_activations`; what is observed under each name.

    Raises:
        Failed: it returned no dict with names for keys.
    """
    result = task.call(EXTRACT, {"object": given.handle}, images, shown=shown).result
    if result["kind"] == "none":
        raise Failed(f"{shown} returned None; a dict was expected.", "Is the `return` missing?")
    if result["kind"] != "dict":
        kind = clean(str(result["type"]), 80)
        raise Failed(f"{shown} returned a {kind}; a dict from layer name to activations was expected.")
    found = {}
    for key, value in result["items"]:
        name = key["value"] if key["kind"] == "text" else f"<{clean(str(key['type']), 40)}>"
        found[clean(str(name), 80)] = value
    return found


def as_float(observed: dict[str, Any], shown: str) -> Array:
    """The array of an observation, as float64."""
    return as_array(observed, shown).astype(np.float64)


def extract_standard(task: TaskSession, count: int = 3) -> tuple[Given, Array, dict[str, dict[str, Any]], str]:
    """`extract_activations` of the standard model on some images."""
    given, images = standard(task), images_for(task, count)
    shown = f"{EXTRACT}(model, images of shape {images.shape})"
    return given, images, extracted(task, given, images, shown), shown


@pytest.mark.points(2)
def test_extract_names_the_layers(task: TaskSession) -> None:
    """The keys are the names of the layers, in order."""
    given, _, found, shown = extract_standard(task)
    names = list(found)
    if names != given.shown_names:
        order = "The names are right, their order is not." if sorted(names) == sorted(given.shown_names) else ""
        hint = order or "Take layer.name of each Conv2D and MaxPooling2D layer of the model that was given."
        raise Failed(f"{shown} has the keys {names}; {given.shown_names} were expected.", hint)


@pytest.mark.points(2)
def test_extract_gives_numpy_arrays(task: TaskSession) -> None:
    """Each value is a numpy array of floats, of shape `(n, height, width, channels)`."""
    given, images, found, shown = extract_standard(task)
    if not found:
        raise Failed(f"{shown} returned an empty dict.")
    expected = given.activations(images)
    for (name, value), wanted in zip(found.items(), expected, strict=False):
        array = as_array(value, f"{shown}[{name!r}]")
        if array.dtype.kind != "f":
            raise Failed(f"{shown}[{name!r}] has {array.dtype} values; floats were expected.")
        if (
            array.ndim != 4
            or array.shape[0] != len(images)
            or (len(found) == len(expected) and array.shape != wanted.shape)
        ):
            raise Failed(f"{shown}[{name!r}] has shape {array.shape}; {wanted.shape} was expected.")


@pytest.mark.points(3)
def test_extract_gives_the_activations(task: TaskSession) -> None:
    """Each value is what its layer computes for the images."""
    given, images, found, shown = extract_standard(task)
    got = [_numbers(value) for value in found.values()]
    expect_values(got, given, given.activations(images), shown)


def _numbers(observed: dict[str, Any]) -> Array:
    """The array of an observation; an empty one where it is none, which is another check's matter."""
    array = observed.get("array")
    return array.astype(np.float64) if isinstance(array, np.ndarray) else np.zeros(0)


@pytest.mark.points(1)
def test_extract_takes_any_number_of_images(task: TaskSession) -> None:
    """One image works, and forty."""
    for count in (1, 40):
        given, _, found, shown = extract_standard(task, count)
        for name, value in found.items():
            shape = value.get("shape") or []
            if not shape or shape[0] != count:
                raise Failed(f"{shown}[{name!r}] has shape {tuple(shape)}; the first axis should be {count}.")
        if not found:
            raise Failed(f"{shown} returned an empty dict; {len(given.places)} layers were expected.")


@pytest.mark.points(1)
def test_extract_from_a_single_layer(task: TaskSession) -> None:
    """A model with one Conv2D alone gives a dict with one entry."""
    given, images = given_model(task, (Conv2D(3, activation="relu"),)), images_for(task, 2)
    shown = f"{EXTRACT}(model with one Conv2D, images)"
    found = extracted(task, given, images, shown)
    if len(found) != 1:
        hint = "With one output, Keras gives the array itself, not a list of one: do not iterate over it."
        raise Failed(f"{shown} has {len(found)} entries; one was expected.", hint)
    expected = given.activations(images)
    array = as_float(next(iter(found.values())), shown)
    if array.shape != expected[0].shape:
        hint = "With one output, Keras gives the array itself, not a list of one: array[0] is the first image."
        raise Failed(f"{shown} gives shape {array.shape}; {expected[0].shape} was expected.", hint)
    expect_values([array], given, expected, shown)
