"""What the student's two functions make of a model that they are given, as far as it can be observed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from grader.judging.diagnosis import Array, as_array, with_article
from grader.judging.model_report import expect_model_class
from grader.judging.verdict import Failed, NotStarted, Verdict, clean
from grader.suite.compared_activations import expect_activation, expect_shapes, expect_values, place_of
from grader.suite.drawn_images import drawn_images
from grader.suite.given_models import BRIGHTEST, MIXED, STANDARD, Expected, Given, mixed_model, standard
from grader.suite.raised_hints import EXTRACTING, known_hint
from grader.suite.session import Called, TaskSession

T = TypeVar("T")

BUILD, EXTRACT = "build_activation_model", "extract_activations"

OWN_ERROR_HINT = (
    "The model does have such layers: isinstance(layer, (keras.layers.Conv2D, keras.layers.MaxPooling2D)) finds them, "
    "and only where the loop has found none is the error raised."
)
HARM_HINT = "Only look at the model and the images: leave them as they are, the layers and trainable too."


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


def standard_kind(task: TaskSession) -> str:
    """What the checks are asked with that are not about the kind of a model: a Sequential that was called.

    Where the student's function fails for it, and is right for Functional models, it is those: what it makes of a
    Sequential is then said, and paid for, in the checks that are about Sequential models.
    """

    def choose() -> str:
        for kind in ("called", "functional"):
            try:
                built = _built(task, kind)
                if isinstance(built.first, Verdict):
                    raise built.first
                expect_shapes(built.first, built.given.expected(built.images), built.shown)
            except (Failed, NotStarted):
                continue
            return kind
        return "called"

    return task.once("the kind of the standard model", choose)


def standard_activation_model(task: TaskSession) -> Built:
    """The activation model that the student's function makes of the standard model, asked for once.

    Raises:
        Failed: it returned no model.
    """
    return _built(task, standard_kind(task))


def _built(task: TaskSession, kind: str) -> Built:
    given, shown = standard(task, kind), f"{BUILD}(model)"

    def build() -> Built:
        handle, done = harm(task, given, lambda: activation_model(task, given, shown))
        images = BRIGHTEST * drawn_images(np.random.default_rng([task.seed, len(BUILD)]), (3, 28, 28, 1))
        first: list[Array] | Verdict
        try:
            first = outputs_of(task, handle, images, shown, traced=True)
        except Verdict as verdict:
            first = verdict
        return Built(given, handle, shown, images, first, done)

    return task.once(f"{BUILD} {STANDARD}, {kind}", build)


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
        failure.hint = failure.hint or (OWN_ERROR_HINT if own else known_hint(failure.message, EXTRACTING))
        raise


def outputs_of(task: TaskSession, handle: int, images: Array, shown: str, traced: bool = False) -> list[Array]:
    """What the student's activation model gives for images; where `traced`, in a graph, as `predict` asks it."""
    value = task.value("forward", f"Calling the model of {shown}", handle=handle, images=images, traced=traced)
    outputs = value.get("outputs") if isinstance(value, dict) else None
    if not isinstance(outputs, list) or not all(isinstance(array, np.ndarray) for array in outputs):
        raise Failed(f"What the model of {shown} gives cannot be read.")
    return outputs


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
    if after["marks"] != before["marks"]:
        return result, "changed names or activations in the model that it was given"
    return result, "froze the model that it was given" if before["trainable"] and not after["trainable"] else ""


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
            failure.hint = "Is that the shape? The activations themselves were asked for, one array for each layer."
        if observed.get("kind") == "other" and not failure.hint:
            symbolic = observed.get("type") == "KerasTensor"
            what = "layer.output stands for values, it has none" if symbolic else "That is not what a layer gives"
            failure.hint = f"{what}: put the images through the activation model, with predict."
        if observed.get("kind") == "dict":
            failure.hint = "One array for each layer, no dict in the dict: its keys are the names of the layers."
        items = observed.get("items", []) if observed.get("kind") == "list" else []
        if len(items) == 2 and all(item.get("kind") == "array" for item in items):
            failure.hint = "Are those the layer's weights? Its activations were asked for: what it makes of the images."
        raise


def expect_found(found: Found, expected: Expected, shown: str) -> None:
    """Each value is what the layer of its name computes; where the name is none of the layers', what some layer does.

    Raises:
        Failed: a value is no array, or not right.
    """
    if not found.values:
        raise Failed(f"{shown} returned an empty dict; {len(expected.arrays)} layers were expected.")
    others, fitting = [], 0
    arrays = {name: as_float(value, f"{shown}[{name!r}]") for name, value in found.values.items()}
    for name, array in arrays.items():
        if name not in expected.names:
            others.append(array)
            continue
        place = expected.names.index(name)
        other = place_of(array, expected.arrays)
        if array.shape == expected.arrays[place].shape:
            expect_activation(array, expected, place, shown)
            fitting += 1
        elif other is not None:
            message = f"{shown}[{name!r}] has shape {array.shape}, which is that of {expected.names[other]}."
            raise Failed(message, "Names and arrays go together, each array under its own layer's name.")
    if not fitting:  # a shape that no layer has is said elsewhere, and so is what else is among them
        expect_values(others or list(arrays.values()), expected, shown)


def images_of(task: TaskSession, count: int) -> Array:
    """The images that the standard model is asked about, in whatever check."""
    return BRIGHTEST * drawn_images(np.random.default_rng([task.seed, count]), (count, 28, 28, 1))


def extract_standard(task: TaskSession, count: int = 3) -> tuple[Given, Array, Found, str]:
    """`extract_activations` of the standard model on some images: called once for each number of images."""
    given = standard(task, standard_kind(task))
    images = images_of(task, count)
    shown = f"{EXTRACT}(model, images of shape {images.shape})"
    found = task.once(f"{EXTRACT} {count}", lambda: extracted(task, given, images, shown))
    return given, images, found, shown


def extract_mixed(task: TaskSession) -> tuple[Given, Array, Found, str]:
    """`extract_activations` of a model that has other layers too."""
    given, images = mixed_model(task, standard_kind(task))
    shown = f"{EXTRACT}({MIXED}, images)"
    return given, images, extracted(task, given, images, shown), shown
