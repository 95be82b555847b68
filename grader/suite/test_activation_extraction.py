"""Checks of `activation_extraction`: layer outputs against the numpy oracle, shared weights, arrays by name."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps

import numpy as np
import pytest

from grader.course.settings import MANY_IMAGES
from grader.judging.architecture import Conv2D, Layer, MaxPooling2D
from grader.judging.diagnosis import Array, with_article
from grader.judging.verdict import Failed, NotStarted, Verdict
from grader.suite.compared_activations import (
    PREDICTED,
    PREDICTIONS_HINT,
    WEIGHTS_HINT,
    expect_each,
    expect_shapes,
    expect_values,
    shape_hint,
)
from grader.suite.extracted_activations import (
    BUILD,
    EXTRACT,
    HARM_HINT,
    Built,
    Found,
    activation_model,
    array_of,
    as_float,
    expect_found,
    extract_mixed,
    extract_standard,
    extracted,
    images_of,
    outputs_of,
    standard_activation_model,
    standard_kind,
)
from grader.suite.given_models import (
    LOOKALIKES,
    MIXED,
    OTHER_IMAGE,
    UNCALLED,
    Given,
    blocks,
    deep,
    drawn_for,
    given_model,
    images_for,
    mixed_model,
    set_weights,
)
from grader.suite.raised_hints import INPUT_HINT
from grader.suite.session import TaskSession

AGAIN_HINT = (
    "As many as the model of the call before had: is their number fixed, as in model.layers[:4], or is what an earlier "
    "call made kept?"
)
KEPT_HINT = "The first call was right: ask the model anew each time, and keep nothing of an earlier call."
NAME_HINT = "It has more layers, named {names}: find them by their class, isinstance(layer, ...), not by name or place."


@pytest.mark.points(1)
def test_build_returns_a_model(task: TaskSession) -> None:
    """The function returns a Keras model."""
    standard_activation_model(task)


@pytest.mark.points(3)
def test_build_has_one_output_a_layer(task: TaskSession) -> None:
    """There is one output for each Conv2D and MaxPooling2D layer, in order; for one layer too, and for three blocks."""
    single: tuple[Layer, ...] = (Conv2D(3, activation="relu"),)
    models = ((blocks(2, 4), True), (deep(), False), (single, True), ((MaxPooling2D(),), True))
    for layers, plain_names in models:
        given = given_model(task, layers, plain_names=plain_names)
        shown = f"{BUILD}(Functional model with {len(layers)} such layer{'' if len(layers) == 1 else 's'})"
        images = images_for(task, 2)
        try:
            got = outputs_of(task, activation_model(task, given, shown), images, shown)
            expect_shapes(got, given.expected(images), shown)
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
        expect_shapes(got, given.expected(images), shown)
    except Failed as failure:
        failure.hint = "It takes what the model takes, whatever that is: keras.Input(shape=model.input_shape[1:])."
        raise


@pytest.mark.points(3)
def test_build_gives_the_activations(task: TaskSession) -> None:
    """Each output is what its layer computes; the model that was given is left as it was."""
    built = standard_activation_model(task)
    if isinstance(built.first, Verdict):
        raise built.first
    try:
        expect_values(built.first, built.given.expected(built.images), built.shown)
    except Failed as failure:
        if failure.hint == WEIGHTS_HINT and not has_the_weights(task, built):
            failure.hint = "The weights are others: take the layers of the model themselves, no new ones and no clones."
        raise
    if built.harm:
        raise Failed(f"{built.shown} {built.harm}.", HARM_HINT)
    if len(built.first) != len(built.given.places):
        return  # that there are too many, or too few, is another check's matter
    expect_mixed_built(task)


def builds(task: TaskSession) -> bool:
    """Whether `build_activation_model` is right, as far as `extract_activations` may build on it."""
    try:
        built = standard_activation_model(task)
        if isinstance(built.first, Verdict) or built.harm:
            return False
        expect_shapes(built.first, built.given.expected(built.images), built.shown)
        expect_values(built.first, built.given.expected(built.images), built.shown)
        expect_mixed_built(task)
        got, given, asked, images = built_of_sequential(task)
        expect_values(got, given.expected(images), asked)
        named = given_model(task, deep(), plain_names=False)
        got = outputs_of(task, activation_model(task, named, BUILD), images, BUILD)
        expect_shapes(got, named.expected(images), BUILD)
    except (Failed, NotStarted):
        return False
    return True


def extraction(check: Callable[[TaskSession], None]) -> Callable[[TaskSession], None]:
    """A check of `extract_activations`, to which a slip in `build_activation_model` costs nothing.

    Where that is wrong, the check is made once more with a right one in its place, and one of the two is enough.
    """

    @wraps(check)
    def checked(task: TaskSession) -> None:
        try:
            check(task)
        except (Failed, NotStarted):
            if builds(task):
                raise
            try:
                check(task.lent(BUILD))
            except (Failed, NotStarted):
                pass
            else:
                return
            raise

    return checked


def has_the_weights(task: TaskSession, built: Built) -> bool:
    """Whether the first weights of the model that was given are among those of the activation model."""
    weights = task.value("weights", f"Looking at the model of {built.shown}", handle=built.handle)
    return any(np.array_equal(built.given.weights[0], array) for array in weights)


def expect_mixed_built(task: TaskSession) -> None:
    """See that the activation model shows the right layers of a model that has others too.

    Raises:
        Failed: it shows others, or not what they compute.
    """
    given, images = mixed_model(task, standard_kind(task))
    shown = f"{BUILD}({MIXED})"
    expected = given.expected(images)
    got = task.once(shown, lambda: outputs_of(task, activation_model(task, given, shown), images, shown))
    if len(got) != len(expected.arrays):
        outputs = f"{len(got)} output{'' if len(got) == 1 else 's'}"
        message = f"The model of {shown} has {outputs}; {len(expected.arrays)} expected, for "
        hint = f"Conv2D and MaxPooling2D layers count, by their class alone; others look like them: {LOOKALIKES}."
        if len(got) < len(expected.arrays):
            hint = "Some are missing: does the loop end at the first layer of another kind, or count places?"
        raise Failed(f"{message}{', '.join(given.shown_names)}.", hint)
    expect_each(got, expected, shown)


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
    expect_values(got, changed.expected(images), f"{shown} after training", hint if same else "")


@pytest.mark.points(2)
def test_sequential_models(task: TaskSession) -> None:
    """A Sequential model that was never called works as well."""
    got, given, asked, images = built_of_sequential(task)
    if len(got) != len(given.places) and _counts_functional(task):
        outputs = f"{len(got)} output{'' if len(got) == 1 else 's'}"
        message = f"The model of {asked} has {outputs}; {len(given.places)} expected, for "
        hint = "A Sequential has no Input among its layers, a Functional model has: skip it by its class, InputLayer."
        raise Failed(f"{message}{', '.join(given.shown_names)}.", hint)
    expect_values(got, given.expected(images), asked)


def built_of_sequential(task: TaskSession) -> tuple[list[Array], Given, str, Array]:
    """What the activation model of a Sequential that was never called gives for some images."""
    given = task.once(UNCALLED, lambda: given_model(task, blocks(2, 3), "sequential", drawn_for(task, UNCALLED)))
    images, asked = images_for(task, 2), f"{BUILD}({UNCALLED})"
    handle = task.once(asked, lambda: activation_model(task, given, asked))
    return outputs_of(task, handle, images, asked), given, asked, images


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


@pytest.mark.points(2)
@extraction
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
        array = found.values[names[0]].get("array")
        if array is not None and array.shape[1:] == PREDICTED:
            hint = PREDICTIONS_HINT
    if not found.named:
        hint = "The keys are texts: layer.name of each Conv2D and MaxPooling2D layer."
    elif set(given.shown_names) < set(names):
        hint = "There are names of other layers, or of an earlier call's: make the dict anew, of this model's alone."
    elif sorted(names) == sorted(given.shown_names):
        hint = "The names are right, their order is not: it is that of the layers."
    raise Failed(f"{shown} has the keys {names}; {given.shown_names} were expected.", hint)


def _names_the_layers(found: Found, given: Given) -> bool:
    return list(found.values) == given.shown_names[: len(found.values)] and found.length == len(given.shown_names)


@pytest.mark.points(2)
@extraction
def test_extract_from_sequential_models(task: TaskSession) -> None:
    """A Sequential model that was never called works as well."""
    given, images = given_model(task, blocks(2, 3), "sequential"), images_for(task, 2)
    asked = f"{EXTRACT}({UNCALLED}, images)"
    expect_found(extracted(task, given, images, asked), given.expected(images), asked)


@pytest.mark.points(2)
@extraction
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
            raise Failed(f"{shown}[{name!r}] has shape {array.shape}; {asked} was expected.", shape_hint(array, asked))
        if array.ndim != 4 or array.shape[0] != len(images):
            asked = f"(n, height, width, channels), n={len(images)},"
            hint = shape_hint(array, wanted or shapes[place]) if place < len(shapes) else ""
            raise Failed(f"{shown}[{name!r}] has shape {array.shape}; {asked} was expected.", hint)


@pytest.mark.points(3)
@extraction
def test_extract_gives_the_activations(task: TaskSession) -> None:
    """Each value is what its layer computes for the images; the model that was given is left as it was."""
    given, images, found, shown = extract_standard(task)
    expect_found(found, given.expected(images), shown)
    if not found.kept:
        raise Failed(f"{shown} changed the weights of the model that it was given.", "Only look at the model.")
    if found.harm:
        raise Failed(f"{shown} {found.harm}.", HARM_HINT)
    mixed, images, found, shown = extract_mixed(task)
    if _names_the_layers(found, mixed):  # otherwise that is said above
        arrays = [as_float(value, f"{shown}[{name!r}]") for name, value in found.values.items()]
        try:
            expect_each(arrays, mixed.expected(images), shown)
        except Failed as failure:
            if [array.shape[1:] for array in arrays] == [array.shape[1:] for array in given.activations(images)]:
                failure.hint = KEPT_HINT  # they are those of the model before
            raise
    expect_asked_anew(task, given)
    many, images = given_model(task, deep(), standard_kind(task), plain_names=False), images_for(task, 2)
    shown = f"{EXTRACT}(model with {len(many.places)} such layers, images)"
    found = extracted(task, many, images, shown)
    named = _names_the_layers(extract_standard(task)[2], given)
    if named and not found.values:
        raise Failed(f"{shown} returned an empty dict.", NAME_HINT.format(names=", ".join(many.shown_names)))
    expect_found(found, many.expected(images), shown)
    if named and not _names_the_layers(found, many):
        message = f"{shown} has the keys {list(found.values)}; {many.shown_names} were expected."
        raise Failed(message, "Go over all layers of the model that is given, however many there are.")


def expect_asked_anew(task: TaskSession, given: Given) -> None:
    """See that other weights and other images, as many as before, have other activations.

    Raises:
        Failed: what an earlier call gave comes back.
    """
    changed = replace(given, weights=[np.ascontiguousarray(array[..., ::-1]) for array in given.weights])
    set_weights(task, changed, changed.weights)
    for images, which in ((images_of(task, 3), "the same images"), (images_for(task, 3), "other images")):
        shown = f"{EXTRACT}(model, {which}), once the model has learned"
        try:
            expect_found(extracted(task, changed, images, shown), changed.expected(images), shown)
        except Failed as failure:
            failure.hint = KEPT_HINT
            raise


@pytest.mark.points(1)
@extraction
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
        expect_found(found, given.expected(images), shown)
    except Failed:
        return False
    return True


@pytest.mark.points(1)
@extraction
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
    expected = given.expected(images)
    if found.length != 1 or not found.values:
        hint = hint if found.length < 2 else "Only Conv2D and MaxPooling2D layers belong into the dict."
        raise Failed(f"{shown} has {found.length} entries; one was expected.", hint)
    array = as_float(next(iter(found.values.values())), shown)
    shape = expected.arrays[0].shape
    if array.shape != shape:
        hint = "With one output, Keras gives the array itself, not a list of one: array[0] is the first image."
        hint = hint if array.shape == shape[1:] else shape_hint(array, shape)
        raise Failed(f"{shown} gives shape {array.shape}; {shape} was expected.", hint)
    expect_values([array], expected, shown)
