"""Checks of `activation_extraction`: layer outputs against the numpy oracle, shared weights, arrays by name."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import prod, sqrt
from typing import Any, TypeVar

import numpy as np
import pytest

from grader.course.settings import ACTIVATION_TOLERANCE, MANY_IMAGES
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
from grader.judging.diagnosis import Array, as_array, with_article
from grader.judging.model_report import expect_model_class
from grader.judging.verdict import Failed, Verdict, clean
from grader.suite.session import Called, TaskSession

T = TypeVar("T")

BUILD, EXTRACT = "build_activation_model", "extract_activations"

STANDARD = "the standard model"

IMAGE, OTHER_IMAGE = (28, 28, 1), (20, 24, 3)
"""Shapes of what a model takes: an activation model takes what the model does."""

AGAIN_HINT = (
    "As many as the model of the call before had: is their number fixed, as in model.layers[:4], or is what an earlier "
    "call made kept?"
)
OWN_ERROR_HINT = (
    "The model does have such layers: isinstance(layer, (keras.layers.Conv2D, keras.layers.MaxPooling2D)) finds them, "
    "and only where the loop has found none is the error raised."
)
INPUT_HINT = "A Functional model lists its Input among its layers, a Sequential does not: skip keras.layers.InputLayer."
NAME_HINT = "It has more layers, named {names}: find them by their class, isinstance(layer, ...), not by name or place."

WORDS = ("edges", "sieve", "mosaic", "lens", "prism", "grain", "ridge", "weave", "facet")
"""Names that say nothing of a layer's kind: who looks for `conv` in a name finds none."""

ROUNDED = 0.06
"""Difference up to which an activation is taken for a rounded one: one decimal is kept."""

STRAIGHT = 1 - 1e-6
"""Correlation above which activations are right but for one shift and one factor."""

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

HARM_HINT = "Only look at the model and the images: leave them as they are, the layers and trainable too."

RAISED_HINTS = {
    "never been called": "A Sequential that was never called has no model.input: use model.inputs, or a keras.Input.",
    "is not connected to": "keras.Model(inputs, outputs): the inputs come first, and the outputs are made of them. Use "
    "model.inputs, or call each layer anew; and make the list of outputs inside the function, empty for every model.",
    "must be KerasTensors": "The outputs are tensors, neither layers nor weights: layer.output, or layer(tensor).",
    "expected min_ndim=4, found ndim=3": "An image has a channel axis too: keras.Input(shape=model.input_shape[1:]).",
    "found ndim=5": "The shape is that of one image, without the first axis: keras.Input(shape=model.input_shape[1:]).",
    "argument cannot be empty": "The first layer may be an Input, which has no input: use model.inputs.",
    "expected shape=(None, 28, 28, 1)": "The images go in as they are, (n, 28, 28, 1): no axis more or less.",
    "incompatible with the layer": "Each layer takes what the one before it gives, not the image again, and none is "
    "left out: a Sequential has no Input among its layers.",
    "has no attribute 'input_shape'": "Keras 3 layers have no input_shape; a model has: model.input_shape.",
    "'numpy.ndarray' object has no": "The model is the first argument, the images are the second.",
    "Iterating over a symbolic KerasTensor": "layer.output is one tensor: outputs.append(layer.output) puts "
    "it into the list, extend would take it apart.",
    "InputLayer.call()": INPUT_HINT,
    "Computed output size would be negative": "The images go in all at once, as one array of shape (n, 28, 28, 1): a "
    "single image has lost its first axis.",
    "inhomogeneous shape": "The arrays have different shapes: keep them apart, in a list or a dict.",
    "unhashable type: 'numpy.ndarray'": "The names are the keys, the arrays the values: dict(zip(names, arrays)).",
    "'NoneType' object has no attribute 'append'": "append changes the list and returns None: write "
    "outputs.append(...) without an = in front.",
    "has no attribute 'append'": "Begin with an empty list before the loop, outputs = [], and append to it.",
    "has no attribute 'outputs'": "A layer has one output: layer.output.",
    "has no attribute 'get_output_at'": "That is an old Keras: layer.output is what a layer gives.",
    "has no attribute 'function'": "That is an old Keras: keras.Model(model.inputs, outputs) does it now.",
}
"""What exceptions of Keras say, and what helps."""


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


def mixed() -> tuple[Layer, ...]:
    """Convolutions whose ReLU is a layer of its own, poolings, and others in between that have four axes too."""
    others: tuple[Layer, ...] = (Activation("relu"), AveragePooling2D(), Dropout(0.5))
    return (Conv2D(3), *others, MaxPooling2D(), Conv2D(2), Activation("relu"), MaxPooling2D())


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
) -> Given:
    """Build a model in the guest, with names and weights drawn for this check, or from `generator`.

    It is `functional`, `sequential`, which is never called, or `called`: a Sequential that was called on its own input.
    Its layers have names as Keras gives them (`conv2d_7`), or where `plain_names` is false, names that say nothing.
    """
    generator = generator or task.generator()
    architecture = Architecture(shape, (*layers, Flatten(), Dense(6, "relu"), Dense(10, "softmax")))
    words, first = generator.permutation(WORDS), int(generator.integers(2, 90))
    kinds = [KERAS_NAMES[type(layer)] for layer in architecture.layers] if plain_names else list(words)
    names = tuple(f"{kinds[place]}_{first + place}" for place in range(len(architecture.layers)))
    asked = "Building a model for the check"
    handle = task.value("reference", asked, architecture=architecture.to_json(), names=list(names), kind=kind)
    made = Given(int(handle), architecture, names, _drawn(architecture, generator))
    set_weights(task, made, made.weights)
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


def images_for(task: TaskSession, count: int, shape: tuple[int, int, int] = IMAGE) -> Array:
    """Images `(count, *shape)`, float32, 0 to 1."""
    return BRIGHTEST * task.generator().random((count, *shape), dtype=np.float32)


def standard(task: TaskSession) -> Given:
    """A Sequential of two blocks that has been called: every way of asking for outputs works on it.

    It is built once and gets its weights anew for each check, whatever order they run in.
    """

    def build() -> Given:
        return given_model(task, blocks(2, 4), "called", np.random.default_rng([task.seed, len(STANDARD)]))

    given = task.once(STANDARD, build)
    set_weights(task, given, given.weights)
    return given


def set_weights(task: TaskSession, given: Given, weights: list[Array]) -> None:
    """Give the model of the check these weights."""
    task.value("set_weights", "Building a model for the check", handle=given.handle, weights=weights)


@dataclass(frozen=True)
class Built:
    """What the student's `build_activation_model` made of the standard model.

    Attributes:
        given: the standard model.
        handle: the guest's number for the activation model.
        shown: the call.
        images: `(3, 28, 28, 1)`, on which it was tried at once, before anything sets the weights of `given` again.
        first: its outputs, or what came instead.
        harm: what the function did to the model that it was given, as it stands in a sentence; empty where nothing.
    """

    given: Given
    handle: int
    shown: str
    images: Array
    first: list[Array] | Verdict
    harm: str


def standard_activation_model(task: TaskSession) -> Built:
    """The activation model that the student's function makes of the standard model, asked for once.

    Raises:
        Failed: it returned no model.
    """
    given, shown = standard(task), f"{BUILD}(model)"

    def build() -> Built:
        handle, done = harm(task, given, lambda: activation_model(task, given, shown))
        images = BRIGHTEST * np.random.default_rng([task.seed, len(BUILD)]).random((3, 28, 28, 1), dtype=np.float32)
        first: list[Array] | Verdict
        try:
            first = outputs_of(task, handle, images, shown)
        except Verdict as verdict:
            first = verdict
        return Built(given, handle, shown, images, first, done)

    return task.once(f"{BUILD} {STANDARD}", build)


def built_harm(task: TaskSession) -> str:
    """What the student's `build_activation_model` does to the model that it is given."""
    try:
        return standard_activation_model(task).harm
    except Failed:
        return ""


def is_whole(task: TaskSession) -> bool:
    """Whether the student's activation model has as many outputs as it should."""
    try:
        built = standard_activation_model(task)
    except Failed:
        return True
    return not isinstance(built.first, list) or len(built.first) == len(built.given.places)


def activation_model(task: TaskSession, given: Given, shown: str) -> int:
    """Call the student's `build_activation_model`; the handle of what it returned.

    Raises:
        Failed: it returned no model.
    """
    called = student_call(task, BUILD, {"object": given.handle}, shown=shown)
    answer = task.value("model_class", shown, handle=called.handle)
    try:
        expect_model_class(answer, shown)
    except (KeyError, TypeError):
        raise Failed(f"{shown} gave an answer that cannot be read.") from None
    return called.handle


def student_call(task: TaskSession, name: str, *args: Any, shown: str, after: bool = False) -> Called:
    """Call one of the student's functions, with a hint where Keras refuses what it does.

    Raises:
        Failed: it raised.
    """
    try:
        return task.call(name, *args, shown=shown, after=after)
    except Failed as failure:
        own = "raised ValueError" in failure.message and "raise ValueError" in failure.message
        failure.hint = failure.hint or (OWN_ERROR_HINT if own else hint_for(failure.message))
        raise


def hint_for(message: str) -> str:
    """What helps against an exception of Keras that beginners meet; empty where it is not one of them."""
    return next((hint for phrase, hint in RAISED_HINTS.items() if phrase in message), "")


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
            f"The model of {shown} has {len(got)} output{'' if len(got) == 1 else 's'}; {len(expected)} expected, "
            f"for {names}.",
            _count_hint(shapes, given),
        )
    place = next(place for place, pair in enumerate(zip(shapes, wanted, strict=True)) if pair[0] != pair[1])
    order = "Is the Input, or another layer, among them?"
    if shapes[place][1:-1] == wanted[place][1:-1]:
        order = "Is it made of the model that was given, not of another one?"
    if sorted(shapes) == sorted(wanted):
        order = "The outputs are right, their order is not: it is that of the layers."
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
        return "Is only one of them returned, or is the `return` inside the loop? keras.Model takes a list of outputs."
    if count == len(layers) + 1 and shapes[0][1:] == given.architecture.input_shape:
        return "The Input is among them: only Conv2D and MaxPooling2D layers belong there."
    return "Is it made of the model that was given, in this very call?"


def expect_values(got: list[Array], given: Given, expected: list[Array], shown: str, hint: str = "") -> None:
    """Every activation as the oracle computes it.

    Raises:
        Failed: naming the first layer that differs, and where.
    """
    places = [_place_of(array, expected) for array in got]  # of which layer it is, whatever its place
    for array, place in zip(got, places, strict=True):
        if place is not None:
            expect_activation(array, given, expected, place, shown, hint)
    if all(place is None for place in places):
        shapes = " and ".join(str(array.shape) for array in got[:4]) or "nothing"
        wanted = " and ".join(str(array.shape) for array in expected[:4])
        hint = _shape_hint(got[0], expected[0].shape) if len(got) == len(expected) else ""
        raise Failed(f"{shown} gives arrays of shape {shapes}; {wanted} were expected.", hint)


def _place_of(array: Array, expected: list[Array]) -> int | None:
    """Which layer's activation this is, by its values or else by its shape; None where the shape is none of them."""
    alike = [place for place, wanted in enumerate(expected) if array.shape == wanted.shape]
    right = [place for place in alike if not np.any(_wrong(array, expected[place]))]
    return next(iter(right or alike), None)


def _wrong(array: Array, wanted: Array) -> Array:
    scale = max(1e-3, float(np.max(np.abs(wanted))))
    return np.asarray(~(np.abs(array - wanted) <= ACTIVATION_TOLERANCE * scale))


def expect_activation(
    array: Array, given: Given, expected: list[Array], place: int, shown: str, hint: str = ""
) -> None:
    """The activation of one layer, of the right shape, as the oracle computes it.

    Raises:
        Failed: naming the layer, and where it differs.
    """
    wanted = expected[place]
    wrong = _wrong(array, wanted)
    if np.any(wrong):
        index = tuple(int(position) for position in np.argwhere(wrong)[0])
        raise Failed(
            f"{shown}: the activation of {given.shown_names[place]} is {array[index]:.4f} at {list(index)}; "
            f"{wanted[index]:.4f} was expected ({int(wrong.sum())} of {wrong.size} values differ).",
            hint or _value_hint(array, given, wanted, place),
        )


def _value_hint(array: Array, given: Given, wanted: Array, place: int) -> str:
    if array.shape[1] == array.shape[2] and not np.any(_wrong(array.swapaxes(1, 2), wanted)):
        return "Rows and columns are exchanged."
    if np.max(np.abs(array - wanted)) <= ROUNDED:
        return "Nearly right: are the values rounded, or kept with few digits?"
    share = float(np.sum(array) / np.sum(wanted)) if np.sum(wanted) else 0.0
    if share and not np.any(_wrong(array / share, wanted)):
        return f"Every value is {share:.4g} times what it should be: return the activations as they are."
    if np.ptp(array) and np.ptp(wanted) and np.corrcoef(array.ravel(), wanted.ravel())[0, 1] > STRAIGHT:
        return "The values were shifted and scaled, as in a standardisation: return the activations as they are."
    layer = given.architecture.layers[given.places[place]]
    if isinstance(layer, Conv2D) and np.any(array < 0):
        return "There are negative values: this is the convolution before its ReLU."
    if np.any(array) and np.array_equal(array, np.floor(array)):
        return "Only whole numbers are left: keep the floats."
    if not np.any(_wrong(array[::-1], wanted)):
        return "The order of the images is reversed."
    return "Are the weights those of the model, and are the images passed on as they are, not divided by 255 again?"


@pytest.mark.points(1)
def test_build_returns_a_model(task: TaskSession) -> None:
    """The function returns a Keras model."""
    standard_activation_model(task)


@pytest.mark.points(3)
def test_build_has_one_output_a_layer(task: TaskSession) -> None:
    """There is one output for each Conv2D and MaxPooling2D layer, in order; for one layer too, and for three blocks."""
    single: tuple[Layer, ...] = (Conv2D(3, activation="relu"),)
    models = ((blocks(2, 4), True), (blocks(3, 2), False), (single, True), ((MaxPooling2D(),), True))
    for layers, plain_names in models:
        given = given_model(task, layers, plain_names=plain_names)
        shown = f"{BUILD}(Functional model with {len(layers)} such layer{'' if len(layers) == 1 else 's'})"
        images = images_for(task, 2)
        try:
            got = outputs_of(task, activation_model(task, given, shown), images, shown)
            expect_shapes(got, given, given.activations(images), shown)
        except Failed as failure:
            if "positional argument" in failure.message:
                failure.hint = failure.hint or INPUT_HINT
            if not plain_names:  # the model before was right: the names make the difference, or it is given again
                again = f" {len(models[0][0])} outputs" in failure.message
                failure.hint = AGAIN_HINT if again else NAME_HINT.format(names=", ".join(given.shown_names))
            raise
    given, images = given_model(task, blocks(1, 2), shape=OTHER_IMAGE), images_for(task, 2, OTHER_IMAGE)
    shown = f"{BUILD}(model of images of shape {OTHER_IMAGE})"
    try:
        got = outputs_of(task, activation_model(task, given, shown), images, shown)
        expect_shapes(got, given, given.activations(images), shown)
    except Failed as failure:
        failure.hint = "It takes what the model takes, whatever that is: keras.Input(shape=model.input_shape[1:])."
        raise


@pytest.mark.points(3)
def test_build_gives_the_activations(task: TaskSession) -> None:
    """Each output is what its layer computes; the model that was given is left as it was."""
    built = standard_activation_model(task)
    if isinstance(built.first, Verdict):
        raise built.first
    expect_values(built.first, built.given, built.given.activations(built.images), built.shown)
    if built.harm:
        raise Failed(f"{built.shown} {built.harm}.", HARM_HINT)
    if len(built.first) != len(built.given.places):
        return  # that there are too many, or too few, is another check's matter
    expect_mixed_built(task)


def expect_mixed_built(task: TaskSession) -> None:
    """See that the activation model shows the right layers of a model that has others too.

    Raises:
        Failed: it shows others, or not what they compute.
    """
    given, images = mixed_model(task)
    shown = f"{BUILD}(model with Activation, AveragePooling2D and Dropout layers too)"
    expected = given.activations(images)
    got = task.once(shown, lambda: outputs_of(task, activation_model(task, given, shown), images, shown))
    if len(got) != len(expected):
        message = f"The model of {shown} has {len(got)} outputs; {len(expected)} expected, for "
        hint = "Conv2D and MaxPooling2D layers count, by their class alone: others give four axes too."
        raise Failed(f"{message}{', '.join(given.shown_names)}.", hint)
    expect_each(got, given, expected, shown)


def expect_each(got: list[Array], given: Given, expected: list[Array], shown: str) -> None:
    """Every activation has its layer's shape, and is what the oracle computes.

    Raises:
        Failed: naming the first that is not.
    """
    places = [_place_of(array, expected) for array in got]
    if all(
        place is not None and not np.any(_wrong(array, expected[place]))
        for array, place in zip(got, places, strict=True)
    ):
        return  # that their order may be another is another check's matter
    hint = "Each layer takes what the one before it gives, whatever its kind."
    for place, (array, wanted) in enumerate(zip(got, expected, strict=True)):
        if array.shape != wanted.shape:
            message = f"{shown}: the activation of {given.shown_names[place]} has shape {array.shape}"
            raise Failed(f"{message}; {wanted.shape} was expected.", hint)
        expect_activation(array, given, expected, place, shown, hint)


def mixed_model(task: TaskSession) -> tuple[Given, Array]:
    """A Sequential with other layers between those that are shown, which has been called, and images for it."""
    generator = np.random.default_rng([task.seed, len("mixed")])
    given = task.once("the mixed model", lambda: given_model(task, mixed(), "called", generator))
    return given, BRIGHTEST * np.random.default_rng(task.seed).random((2, *IMAGE), dtype=np.float32)


def _shows_the_mixed(task: TaskSession) -> bool:
    """Whether the activation model of the mixed model is right: what is built on it cannot be otherwise."""
    try:
        expect_mixed_built(task)
    except Failed:
        return False
    return True


def harm(task: TaskSession, given: Given, call: Callable[[], T]) -> tuple[T, str]:
    """What a call of the student's gives, and what it did to the model that it was given; empty where it left it alone.

    Raises:
        Failed: what the call raises.
    """
    asked = "Looking at the model of the check"
    before = task.value("state", asked, handle=given.handle)
    result = call()
    after = task.value("state", asked, handle=given.handle)
    if after["layers"] != before["layers"]:
        return result, f"left the model that it was given with {after['layers']} layers; it had {before['layers']}"
    return result, "froze the model that it was given" if before["trainable"] and not after["trainable"] else ""


@pytest.mark.points(3)
def test_build_shares_the_weights(task: TaskSession) -> None:
    """When the weights of the model change, so do the activations."""
    built = standard_activation_model(task)
    given, handle, shown, images = built.given, built.handle, built.shown, images_for(task, 2)
    before = outputs_of(task, handle, images, shown)
    weights = [np.ascontiguousarray(array[..., ::-1] * np.float32(1.5)) for array in given.weights]
    changed = replace(given, weights=weights)
    set_weights(task, changed, weights)
    got = outputs_of(task, handle, images, shown)
    same = all(np.array_equal(array, other) for array, other in zip(before, got, strict=False))
    hint = "The layers must be those of the model, not copies: use layer.output, or call the layers themselves."
    expect_values(got, changed, changed.activations(images), f"{shown} after training", hint if same else "")


@pytest.mark.points(4)
def test_sequential_models(task: TaskSession) -> None:
    """A Sequential model that was never called works as well, in both functions."""
    given = given_model(task, blocks(2, 3), "sequential")
    images, shown = images_for(task, 2), "the Sequential model, never called"
    asked = f"{BUILD}({shown})"
    got = outputs_of(task, activation_model(task, given, asked), images, asked)
    if len(got) != len(given.places) and _counts_functional(task):
        message = f"The model of {asked} has {len(got)} outputs; {len(given.places)} expected, for "
        hint = "A Sequential has no Input among its layers, a Functional model has: skip it by its class, InputLayer."
        raise Failed(f"{message}{', '.join(given.shown_names)}.", hint)
    expect_values(got, given, given.activations(images), asked)
    again = given_model(task, blocks(2, 3), "sequential")
    asked = f"{EXTRACT}({shown}, images)"
    expect_found(extracted(task, again, images, asked), again, again.activations(images), asked, is_whole(task))


def _counts_functional(task: TaskSession) -> bool:
    """Whether there are as many outputs as there should be for a Functional model."""
    given, images, asked = given_model(task, blocks(2, 3)), images_for(task, 2), f"{BUILD}(Functional model)"
    try:
        return len(outputs_of(task, activation_model(task, given, asked), images, asked)) == len(given.places)
    except Failed:
        return False


@pytest.mark.points(2)
def test_build_refuses_a_model_without_such_layers(task: TaskSession) -> None:
    """A model with neither Conv2D nor MaxPooling2D raises ValueError."""
    try:
        standard_activation_model(task)
    except Failed as failure:  # which another check says; a ValueError for every model is none for this one
        if "raised ValueError" in failure.message:
            raise
    given = given_model(task, (), "called")
    shown = f"{BUILD}(model of Flatten and Dense alone)"
    hint = "Where no layer is found, raise ValueError(...)."
    try:
        called = task.call(BUILD, {"object": given.handle}, shown=shown, raises=ValueError)
    except Failed as failure:
        raise Failed(f"{failure.message}\nValueError was expected.", failure.hint or hint) from None
    if called.result["kind"] != "raised":
        returned = with_article(str(called.result["type"]))
        raise Failed(f"{shown} returned {returned}; ValueError was expected, for there is nothing to show.", hint)


@dataclass(frozen=True)
class Found:
    """What `extract_activations` returned, as far as it could be observed: long lists are cut.

    Attributes:
        values: the observed values by their keys; a key that is no text is shown in angle brackets.
        length: how many there are.
        named: whether all keys are texts.
        kept: whether the model had the same weights afterwards.
        harm: what else was done to it, as it stands in a sentence; empty where nothing.
    """

    values: dict[str, dict[str, Any]]
    length: int
    named: bool
    kept: bool
    harm: str


def extracted(task: TaskSession, given: Given, images: Array, shown: str) -> Found:
    """Call the student's `extract_activations`; what is observed under each key.

    Raises:
        Failed: it returned no dict.
    """
    model = {"object": given.handle}
    called, done = harm(task, given, lambda: student_call(task, EXTRACT, model, images, shown=shown, after=True))
    if called.has_changed(1, images):
        done = done or "changed the images that it was given"
    result = called.result
    if result["kind"] == "none":
        raise Failed(f"{shown} returned None; a dict was expected.", "Is the `return` missing?")
    if result["kind"] != "dict":
        kind = with_article(str(result["type"]))
        hint = "dict(zip(names, arrays)) makes a dict of names and arrays."
        raise Failed(f"{shown} returned {kind}; a dict from layer name to activations was expected.", hint)
    values: dict[str, dict[str, Any]] = {}
    for place, (key, value) in enumerate(result["items"]):
        label = str(key["value"]) if key["kind"] == "text" else f"<{key['type']} {key.get('value', place)}>"
        values[clean(label, 80)] = value
    arrays = [value.get("array") for value in values.values()]
    if arrays and all(array is not None and np.array_equal(array, images) for array in arrays):
        message = f"{shown} returned the images as they were given."
        raise Failed(message, "Put them through the activation model, with predict: nothing is computed yet.")
    named = all(key["kind"] == "text" for key, _ in result["items"])
    weights = task.value("weights", "Building a model for the check", handle=given.handle)
    kept = len(weights) == len(given.weights) and all(map(np.array_equal, weights, given.weights))
    return Found(values, int(result["length"]), named, kept, done)


def as_float(observed: dict[str, Any], shown: str) -> Array:
    """The array of an observation, as float64."""
    return array_of(observed, shown).astype(np.float64)


def array_of(observed: dict[str, Any], shown: str) -> Array:
    """The array of an observation.

    Raises:
        Failed: it is none; a layer, or its symbolic output, is recognised.
    """
    try:
        return as_array(observed, shown)
    except Failed as failure:
        if observed.get("kind") == "tuple":
            failure.hint = "Is that the shape? The activations themselves were asked, one array for each layer."
        if observed.get("kind") == "other":
            symbolic = observed.get("type") == "KerasTensor"
            what = "layer.output stands for values, it has none" if symbolic else "That is not what a layer gives"
            failure.hint = f"{what}: put the images through the activation model, with predict."
        raise


def expect_found(found: Found, given: Given, expected: list[Array], shown: str, whole: bool) -> None:
    """Each value is what the layer of its name computes; where the name is none of the layers', what some layer does.

    Where the activation model is not `whole`, arrays go astray; that is said of it, and what is there is looked at.

    Raises:
        Failed: a value is no array, or not right.
    """
    if not found.values:
        raise Failed(f"{shown} returned an empty dict; {len(expected)} layers were expected.")
    others, fitting = [], 0
    arrays = {name: as_float(value, f"{shown}[{name!r}]") for name, value in found.values.items()}
    for name, array in arrays.items():
        if name not in given.shown_names:
            others.append(array)
            continue
        place = given.shown_names.index(name)
        other = _place_of(array, expected)
        if array.shape == expected[place].shape:
            expect_activation(array, given, expected, place, shown)
            fitting += 1
        elif other is not None and whole:
            message = f"{shown}[{name!r}] has shape {array.shape}, which is that of {given.shown_names[other]}."
            raise Failed(message, "Names and arrays go together, each array under its own layer's name.")
    if not fitting:  # a shape that no layer has is said elsewhere, and so is what else is among them
        expect_values(others or list(arrays.values()), given, expected, shown)


def extract_standard(task: TaskSession, count: int = 3) -> tuple[Given, Array, Found, str]:
    """`extract_activations` of the standard model on some images: called once for each number of images."""
    given = standard(task)
    images = BRIGHTEST * np.random.default_rng([task.seed, count]).random((count, 28, 28, 1), dtype=np.float32)
    shown = f"{EXTRACT}(model, images of shape {images.shape})"
    found = task.once(f"{EXTRACT} {count}", lambda: extracted(task, given, images, shown))
    return given, images, found, shown


def extract_mixed(task: TaskSession) -> tuple[Given, Array, Found, str]:
    """`extract_activations` of a model that has other layers too."""
    given, images = mixed_model(task)
    shown = f"{EXTRACT}(model with Activation, AveragePooling2D and Dropout layers too, images)"
    return given, images, extracted(task, given, images, shown), shown


@pytest.mark.points(2)
def test_extract_names_the_layers(task: TaskSession) -> None:
    """The keys are the names of the layers, in order."""
    given, _, found, shown = extract_standard(task)
    if _names_the_layers(found, given):
        try:
            given, _, found, shown = extract_mixed(task)
        except Failed:
            return  # that it fails there is another check's matter
        if _names_the_layers(found, given):
            return
    names = list(found.values)
    hint = "Take layer.name of each Conv2D and MaxPooling2D layer of the model that was given."
    if len(names) == 1 and names[0] in given.shown_names:
        hint = "Only one is there: is the `return` inside the loop, or the dict made anew in every turn?"
    if not found.named:
        hint = "The keys are texts: layer.name of each Conv2D and MaxPooling2D layer."
    elif sorted(names) == sorted(given.shown_names):
        hint = "The names are right, their order is not: it is that of the layers."
    raise Failed(f"{shown} has the keys {names}; {given.shown_names} were expected.", hint)


def _names_the_layers(found: Found, given: Given) -> bool:
    return list(found.values) == given.shown_names[: len(found.values)] and found.length == len(given.shown_names)


@pytest.mark.points(2)
def test_extract_gives_numpy_arrays(task: TaskSession) -> None:
    """Each value is a numpy array of floats, of shape `(n, height, width, channels)`."""
    given, images, found, shown = extract_standard(task)
    if not found.values:
        raise Failed(f"{shown} returned an empty dict; {len(given.places)} layers were expected.")
    shapes = [array.shape for array in given.activations(images)]
    for place, (name, value) in enumerate(found.values.items()):
        array = array_of(value, f"{shown}[{name!r}]")
        if array.dtype.kind != "f":
            hint = "Return the values as they are: they are no pixels."
            raise Failed(f"{shown}[{name!r}] has {array.dtype} values; floats were expected.", hint)
        if name not in given.shown_names and any(name in found.values for name in given.shown_names):
            continue  # one too many, which is said above
        wanted = shapes[given.shown_names.index(name)] if name in given.shown_names else None
        elsewhere = array.shape in shapes or array.shape == images.shape  # under another name, which is said below
        if not elsewhere and found.length == len(shapes):
            asked = wanted or shapes[place]
            raise Failed(f"{shown}[{name!r}] has shape {array.shape}; {asked} was expected.", _shape_hint(array, asked))
        if array.ndim != 4 or array.shape[0] != len(images):
            asked = f"(n, height, width, channels), n={len(images)},"
            raise Failed(f"{shown}[{name!r}] has shape {array.shape}; {asked} was expected.")


def _shape_hint(array: Array, wanted: tuple[int, ...]) -> str:
    if array.shape == wanted[1:]:
        return "That is the first image alone: return all of them."
    if array.shape in (wanted[:-1], (*wanted[:-1], 1)):
        return "The channels are missing: were they averaged, or only the first one taken?"
    if array.shape == (wanted[0], wanted[-1]):
        return "Rows and columns are missing: were they averaged, or pooled once more? Return each map as it is."
    if sorted(array.shape) == sorted(wanted):
        return "The axes are in another order: images, height, width, channels."
    if array.ndim == 4 and array.shape[0] == 1 and array.shape[1:] == wanted[1:]:
        return "Only one image went through the model."
    if array.ndim == 2 and array.size == np.prod(wanted):
        return "The axes were joined: leave the arrays in their shape."
    return "Do names and arrays go together, in the order of the layers?"


@pytest.mark.points(3)
def test_extract_gives_the_activations(task: TaskSession) -> None:
    """Each value is what its layer computes for the images; the model that was given is left as it was."""
    given, images, found, shown = extract_standard(task)
    expect_found(found, given, given.activations(images), shown, is_whole(task))
    if not found.kept:
        raise Failed(f"{shown} changed the weights of the model that it was given.", "Only look at the model.")
    if found.harm and not built_harm(task):  # which is said above
        raise Failed(f"{shown} {found.harm}.", HARM_HINT)
    if _shows_the_mixed(task):  # otherwise that is said above
        given, images, found, shown = extract_mixed(task)
        if _names_the_layers(found, given):  # likewise
            arrays = [as_float(value, f"{shown}[{name!r}]") for name, value in found.values.items()]
            expect_each(arrays, given, given.activations(images), shown)


@pytest.mark.points(1)
def test_extract_takes_any_number_of_images(task: TaskSession) -> None:
    """One image works, and many do."""
    for count in (1, MANY_IMAGES):
        given, _, found, shown = extract_standard(task, count)
        for name, value in found.values.items():
            shape = array_of(value, f"{shown}[{name!r}]").shape if value.get("kind") != "tensor" else value["shape"]
            if not shape or shape[0] != count:
                hint = "All images are to be put through the model, however many there are."
                if count == 1 and len(shape) < 4:
                    hint = "np.squeeze removes every axis of length 1, that of a single image too."
                raise Failed(f"{shown}[{name!r}] has shape {tuple(shape)}; the first axis should be {count}.", hint)
        if not found.values:
            raise Failed(f"{shown} returned an empty dict; {len(given.places)} layers were expected.")
        if count > 1 and _are_right(*extract_standard(task)) and not _are_right(*extract_standard(task, count)):
            message = f"{shown} gives other activations than they are, and for three images it gave the right ones."
            raise Failed(message, "Every image goes through the model as it is, however many there are.")


def _are_right(given: Given, images: Array, found: Found, shown: str) -> bool:
    """Whether the activations that were found are right."""
    try:
        expect_found(found, given, given.activations(images), shown, whole=True)
    except Failed:
        return False
    return True


@pytest.mark.points(1)
def test_extract_from_a_single_layer(task: TaskSession) -> None:
    """A Functional model with one Conv2D alone gives a dict with one entry."""
    given, images = given_model(task, (Conv2D(3, activation="relu"),)), images_for(task, 2)
    shown = f"{EXTRACT}(model with one Conv2D, images)"
    hint = "With one output, Keras gives the array itself, not a list of one: do not iterate over it."
    try:
        found = extracted(task, given, images, shown)
    except Failed as failure:
        if any(part in failure.message for part in ("zip()", "index", "unpack", "has no attribute")):
            failure.hint = failure.hint or hint
        raise
    expected = given.activations(images)
    if found.length != 1 or not found.values:
        hint = hint if found.length < 2 else "Only Conv2D and MaxPooling2D layers belong into the dict."
        raise Failed(f"{shown} has {found.length} entries; one was expected.", hint)
    array = as_float(next(iter(found.values.values())), shown)
    if array.shape != expected[0].shape:
        hint = "With one output, Keras gives the array itself, not a list of one: array[0] is the first image."
        hint = hint if array.shape == expected[0].shape[1:] else _shape_hint(array, expected[0].shape)
        raise Failed(f"{shown} gives shape {array.shape}; {expected[0].shape} was expected.", hint)
    expect_values([array], given, expected, shown)
