"""Checks of `preprocessing`: pixels to 0-1, the channel axis, label names."""

import difflib
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from grader.course.dataset import CLASS_NAMES
from grader.course.settings import MANY_IMAGES
from grader.judging.diagnosis import NOTHING_HINT, Array, Mistake, as_array, expect_array, shape_hint, with_article
from grader.judging.pixel_mistakes import add_axis_mistakes, normalize_mistakes, normalized, same_size_mistakes
from grader.judging.verdict import Failed, clean
from grader.suite.properties import filled_arrays, for_all, image_arrays, steadily
from grader.suite.session import Called, TaskSession

FLOATS = ("float32", "float64")
SHAPES = ((2,), (1,), (), (3,), (2, 3))
"""Leading shapes of arrays of images: `(n, 28, 28)`, one image alone, two leading axes. What fails on several of the
first two is shown on the first."""

NORMALIZE_TOLERANCE = 1e-6
"""float32 rounding of pixel / 255 is below 6e-8; dividing by 256 differs by 4e-3 at 255."""


def normalize(task: TaskSession, images: Array) -> Called:
    """Call `normalize_images`."""
    shown = f"normalize_images(images of shape {images.shape})"
    try:
        return task.call("normalize_images", images, shown=shown, after=True)
    except Failed as failure:
        failure.hint = failure.hint or _normalize_hint(failure.message, images.shape)
        raise


def _normalize_hint(message: str, shape: tuple[int, ...]) -> str:
    """What helps where `normalize_images` raised."""
    if "Cannot cast ufunc" in message:
        return "A uint8 array cannot hold fractions: images / 255.0 makes a new array of floats."
    if shape[0] == 0:
        return "Zero images are a valid input: the result has shape (0, 28, 28)."
    if len(shape) != 3:
        return "Any shape that ends in (28, 28) is allowed: one image alone, or more axes in front."
    return ""


COPY_HINT = "images / 255.0 makes a new array; images /= 255 and images[...] = change the old one."

DTYPE_HINTS = {
    "f": "float16 is too coarse for 256 shades, and longer floats are not needed: use astype('float32').",
    "c": "These are complex numbers: divide by 255.0.",
}
"""What helps where the result has numbers of another kind."""


@pytest.mark.points(2)
def test_normalize_images_divides_by_255(task: TaskSession) -> None:
    """Every pixel is divided by 255."""

    def holds(images: Array) -> None:
        called = normalize(task, images)
        array = called.result.get("array")
        floats = dict(called.result)
        if array is not None and array.dtype.kind in "iubf":
            floats["array"] = array.astype(np.float64)  # the dtype is another check's matter
        tolerance = 2e-3 if array is not None and array.dtype == np.float16 else NORMALIZE_TOLERANCE
        is_complex = array is not None and array.dtype.kind == "c"
        mistakes = normalize_mistakes(images, None if is_complex else floats.get("array"))
        try:
            expect_array(floats, called.shown, normalized(images), FLOATS, tolerance, mistakes)
        except Failed as failure:
            if called.has_changed(0, images):
                failure.hint = "The array that was given was changed first: divide it as it is, images / 255.0."
                if array is not None and array.dtype.kind in "iu":
                    failure.hint = "The result was written into the uint8 array that was given: no fractions fit in."
            raise

    for_all(image_arrays(SHAPES[:2]), task, holds, always=filled_arrays(SHAPES[0]))
    holds(task.generator().integers(0, 256, size=(MANY_IMAGES, 28, 28), dtype=np.uint8))


@pytest.mark.points(1)
def test_normalize_images_gives_floats(task: TaskSession) -> None:
    """The result is `float32` or `float64`."""
    images = task.generator().integers(0, 256, size=(2, 28, 28), dtype=np.uint8)
    called = normalize(task, images)
    result = called.result
    if result.get("kind") != "array" or "array" not in result:
        expect_array(result, called.shown, normalized(images), FLOATS, NORMALIZE_TOLERANCE)
    if result["array"].dtype.name not in FLOATS:  # in whatever order of bytes
        hint = DTYPE_HINTS.get(
            result["array"].dtype.kind, "Dividing by 255.0 gives floats; do not convert back to integers."
        )
        shown = clean(result["dtype"], 40)
        raise Failed(f"{called.shown} returned {shown} values; float32 or float64 was expected.", hint)


@pytest.mark.points(1)
def test_normalize_images_keeps_any_shape(task: TaskSession) -> None:
    """Any shape that ends in `(28, 28)` stays as it is, zero images too."""
    for leading in (*SHAPES, (MANY_IMAGES,), (0,), (0, 3)):
        images = task.generator().integers(0, 256, size=(*leading, 28, 28), dtype=np.uint8)
        called = normalize(task, images)
        array = called.result.get("array")
        if array is not None and images.size:
            expect_computed(called, images, array)
        if array is None:
            try:
                expect_array(called.result, called.shown, normalized(images), FLOATS)
            except Failed as failure:
                if not images.size:
                    failure.hint = "Zero images are a valid input: a `return` inside a loop is never reached then."
                raise
        elif array.shape != images.shape:
            hint = shape_hint(array, images) or _normalize_hint("", images.shape)
            raise Failed(f"{called.shown} returned shape {array.shape}; {images.shape} was expected.", hint)
        elif array.ndim > 3:
            stack = images.reshape(-1, 28, 28)  # where that is wrong too, it is another check's matter
            right = [_is_right(normalize(task, stack).result.get("array"), stack) for _ in range(2)]  # or wavers
            if all(right) and not _is_right(array, images):
                message = f"{called.shown} gave other values than the same images of shape {stack.shape} did."
                raise Failed(message, "Every pixel is divided by 255, whatever the shape of the array.")


def expect_computed(called: Called, images: Array, array: Array) -> None:
    """See that something else came back than the very array that was given.

    Raises:
        Failed: nothing was computed.
    """
    if array.dtype == images.dtype and np.array_equal(array, images):
        raise Failed(f"{called.shown} returned the images as they were given.", "Nothing is computed yet.")


def _is_right(array: Array | None, images: Array) -> bool:
    """Whether the pixels are divided by 255, in any precision."""
    expected = normalized(images)
    return array is not None and array.shape == expected.shape and np.allclose(array, expected, atol=2e-3)


@pytest.mark.points(1)
def test_normalize_images_leaves_its_input(task: TaskSession) -> None:
    """The array that is passed in is the same afterwards."""
    images = task.generator().integers(0, 256, size=(2, 28, 28), dtype=np.uint8)
    called = normalize(task, images)
    if called.result["kind"] in ("none", "other"):  # who does nothing has left everything alone
        as_array(called.result, called.shown)
    if called.result.get("array") is not None:
        expect_computed(called, images, called.result["array"])
    if called.has_changed(0, images):
        raise Failed(f"{called.shown} changed the array that it was given.", COPY_HINT)
    bright = 9 + images[::-1] // 2
    again = normalize(task, bright)
    if again.has_changed(0, bright):
        raise Failed(f"{again.shown} changed the array that it was given.", COPY_HINT)
    task.expect_kept(called)


def _reshaped(mistake: Mistake, shape: tuple[int, ...]) -> Callable[[], Array]:
    return lambda: mistake.make().reshape(shape)


def add_axis(task: TaskSession, images: Array) -> Called:
    """Call `add_channel_axis`."""
    shown = f"add_channel_axis(images of shape {images.shape}, {images.dtype})"
    try:
        return task.call("add_channel_axis", images, shown=shown, after=True)
    except Failed as failure:
        if "cannot reshape" in failure.message:
            failure.hint = "The number of images may be any: images.shape[0], or -1 in reshape, stands for it."
        elif "same number of dimensions" in failure.message:
            failure.hint = "Nothing is joined to the images: np.expand_dims(images, axis=-1) adds an axis."
        elif "expand_dims() missing" in failure.message:
            failure.hint = "np.expand_dims(images, axis=-1) says where the new axis goes: to the end."
        elif "AxisError" in failure.message:
            failure.hint = "The new axis is the last one: axis=-1."
        raise


@pytest.mark.points(2)
def test_add_channel_axis_adds_the_last_axis(task: TaskSession) -> None:
    """`(n, 28, 28)` becomes `(n, 28, 28, 1)`."""
    for count in (3, 1, 4, MANY_IMAGES):
        images = task.generator().integers(0, 256, size=(count, 28, 28), dtype=np.uint8)
        called = add_axis(task, images)
        array = called.result.get("array")
        expected = images[..., None]
        if array is None or array.shape != expected.shape:
            expect_array(called.result, called.shown, expected, ("uint8",), 0, add_axis_mistakes(images))


@pytest.mark.points(2)
def test_add_channel_axis_keeps_the_values(task: TaskSession) -> None:
    """Every value stays where it was."""

    def holds(images: Array) -> None:
        called = add_axis(task, images)
        array = called.result.get("array")
        if array is not None:
            expect_computed(called, images, array)
        if array is not None and array.size == images.size:  # the shape is another check's matter
            same = {**called.result, "array": array.astype(np.float64).reshape(images.shape)}
            mistakes = [Mistake(known.says, _reshaped(known, images.shape)) for known in same_size_mistakes(images)]
            expect_array(same, called.shown, images.astype(np.float64), ("float64",), 0, mistakes)
        else:
            expect_array(called.result, called.shown, images[..., None], ("uint8",), 0, add_axis_mistakes(images))

    for_all(image_arrays(((2,), (3,))), task, holds, always=filled_arrays((2,)))
    generator = task.generator()
    many = generator.integers(0, 256, size=(MANY_IMAGES, 28, 28), dtype=np.uint8)
    array = add_axis(task, many).result.get("array")
    if array is not None and array.size == many.size:  # that all are there is another check's matter
        holds(many)
    fractions = generator.random((2, 28, 28), dtype=np.float32)
    wide = np.round(generator.normal(0, 300, (2, 28, 28)), 2)
    for images in (fractions, wide, (1000 * wide).astype(np.int64)):
        called = add_axis(task, images)
        array = called.result.get("array")
        if array is not None and array.size == images.size and array.dtype == images.dtype:
            kept = {**called.result, "array": array.reshape(images.shape)}
            lost = [Mistake("The fractions are cut off: is there a conversion to integers?", partial(np.trunc, images))]
            lost += [Mistake(known.says, _reshaped(known, images.shape)) for known in same_size_mistakes(images)]
            expect_array(kept, called.shown, images, (str(images.dtype),), 0, lost)


@pytest.mark.points(1)
def test_add_channel_axis_keeps_the_dtype(task: TaskSession) -> None:
    """`uint8` stays `uint8`, `float32` stays `float32`."""
    for dtype in (np.uint8, np.float32, np.float64):
        images = task.generator().integers(0, 2, size=(2, 28, 28)).astype(dtype)
        called = add_axis(task, images)
        got = called.result.get("dtype")
        if got is None:
            expect_array(called.result, called.shown, images[..., None], (str(images.dtype),))
        elif called.result.get("array") is not None:
            expect_computed(called, images, called.result["array"])
        if got is not None and got != str(images.dtype):
            message = f"{called.shown} returned {clean(str(got), 40)} values; {images.dtype} was expected."
            raise Failed(message, "The dtype should stay as it is: only an axis is added, nothing is converted.")


def names_of(labels: Any) -> list[str]:
    """What is right."""
    return [CLASS_NAMES[int(label)] for label in labels]


LIST_HINTS = {
    "array": "A numpy array becomes a list by .tolist().",
    "tuple": "A tuple becomes a list by list(...); square brackets make a list at once.",
    "generator": "What is in round brackets is made one by one, and so is what yield gives: use [...], or list(...).",
    "map": "What map gives becomes a list by list(...).",
    "dict": "One name for each label was asked for, in their order: [CLASS_NAMES[label] for label in labels].",
    "set": "A set has no order and holds each name once: use square brackets.",
    "text": "Even for one label a list of names is returned: collect the names in a list, and return that.",
}
"""What helps where something else than a list came back, by its kind or type."""

ITEM_HINTS = {
    "int": "That is the label itself: CLASS_NAMES[label] is its name.",
    "float": "That is the label itself: CLASS_NAMES[label] is its name.",
    "list": "Each item is one name, not a list of names: append(name), without brackets around it.",
    "tuple": "Each item is one name: leave out what else is in the tuple.",
    "bytes": "A name is a text: no b in front, no .encode().",
    "bytes_": "A name is a text: no b in front, no .encode().",
    "none": "Does the function that gives one name lack its `return`?",
}
"""What helps where an item of the list is no string, by its kind."""


def expect_names(called: Called, expected: list[str], result: dict[str, Any] | None = None) -> None:
    """Check an observed list of names.

    Raises:
        Failed: at the first rung that is broken: returned, type, length, type of items, names.
    """
    result, shown = result or called.result, called.shown
    if result["kind"] == "none":
        raise Failed(f"{shown} returned None; a list of strings was expected.", NOTHING_HINT)
    if result["kind"] != "list":
        hint = LIST_HINTS.get(result["kind"]) or LIST_HINTS.get(result["type"], "")
        raise Failed(f"{shown} returned {with_article(result['type'])}; a list was expected.", hint)
    items = result["items"]
    if len(items) != len(expected):
        count = f"{len(items)} name{'' if len(items) == 1 else 's'}"
        hint = _length_hint([item.get("value") for item in items], expected)
        labels = f"{len(expected)} label{'' if len(expected) == 1 else 's'}"
        raise Failed(f"{shown} returned {count} for {labels}; one for each was expected.", hint)
    for place, (item, name) in enumerate(zip(items, expected, strict=True)):
        if item["kind"] != "text":
            hint = ITEM_HINTS.get(item["kind"]) or ITEM_HINTS.get(item["type"], "")
            raise Failed(f"{shown} has {with_article(item['type'])} at place {place}; a string was expected.", hint)
        if item["value"] != name:
            got = clean(repr(item["value"]), 80)
            names = [str(other.get("value")) for other in items]
            raise Failed(
                f"{shown} has {got} at place {place}; {name!r} was expected.", _name_hint(names, expected, place)
            )


def _length_hint(got: list[Any], expected: list[str]) -> str:
    """What another number of names suggests."""
    if got == list(CLASS_NAMES):
        return "These are all names; only those of the labels were asked for, in the order of the labels."
    if len(got) > len(expected) and all(isinstance(name, str) and len(name) == 1 for name in got):
        return "extend and += take a text apart, letter by letter: append(name) adds it as a whole."
    if got == expected[-1:]:
        return "Only the last name is there: is the list made anew in each turn, or append called after the loop?"
    if len(got) == 1:
        return "Is the `return` inside the loop? It ends the function at the first label."
    if len(got) > len(expected):
        return "Is the list kept from an earlier call? Make a new one inside the function: names = []."
    if not got:
        return "The list is empty: are the names appended to it?"
    if len(got) < len(expected) and len(got) == len(set(expected)):
        return "One name for each label, also where one comes again: no set, and no np.unique."
    if got in (expected[:-1], expected[1:]):
        missing = "last" if got == expected[:-1] else "first"
        return f"The {missing} label has no name: go over all of them, for label in labels."
    return ""


def _name_hint(got: list[str], expected: list[str], place: int) -> str:
    """What a wrong name suggests, seen together with the others."""
    wrong, name = got[place], expected[place]
    if wrong.strip().lower() == name.lower():
        return "Spelling counts: capitals, spaces and hyphens as in the hand-out."
    rest = wrong.removeprefix(name).removesuffix(name).strip()
    if rest != wrong and len(rest) > 2 and any(other.startswith(rest) or other.endswith(rest) for other in CLASS_NAMES):
        return "Two names run together: is a comma missing between them, or an end of a loop?"
    if set(got) <= set(CLASS_NAMES):
        shifts = {
            (CLASS_NAMES.index(one) - CLASS_NAMES.index(other)) % 10 for one, other in zip(got, expected, strict=True)
        }
        if shifts in ({1}, {9}):
            return f"Every name is one too {'late' if shifts == {1} else 'early'}: labels begin at 0."
    if len(got) == 10 and got == list(CLASS_NAMES):
        return "Those are the names in their order: take each label as it comes, neither its place nor a set."
    if got == expected[::-1]:
        return "The names come in reverse order."
    if sorted(got) == sorted(expected):
        return (
            "The names are those of the labels, their order is not: is the list of names in another order, or sorted?"
        )
    if wrong.strip().lstrip("-").isdigit():
        return "That is the label as a text: CLASS_NAMES[label] is its name."
    if wrong in CLASS_NAMES:
        return f"That is the name of another label, {CLASS_NAMES.index(wrong)}: is each label looked at, as it is?"
    if difflib.SequenceMatcher(None, wrong.lower(), name.lower()).ratio() > 0.6:
        return "The name is misspelt: copy it from the hand-out."
    return "That is no name of this data set: take the ten names from the hand-out."


def listed(labels: Any) -> str:
    """The labels as the message shows them."""
    return str([int(label) for label in labels])


def label_names(task: TaskSession, labels: Any, kind: str = "") -> Called:
    """Call `label_names` with labels that are right; `kind` says what holds them, where it is no list."""
    shown = f"label_names({kind and kind + ': '}{listed(labels)})"
    try:
        return task.call("label_names", labels, shown=shown)
    except Failed as failure:
        failure.hint = failure.hint or _raised_hint(failure.message, kind)
        if kind and "raised ValueError" in failure.message and task.mentions("isinstance"):
            failure.hint = "The integers of numpy are no int: look at the number, 0 to 9, and not at its type."
        raise


def _raised_hint(message: str, kind: str) -> str:
    """What helps where `label_names` raised for right labels."""
    at_once = "truth value of an array" in message or "instances of 'list' and 'int'" in message
    if at_once and re.search(r"labels\b.* [<>]", message):
        return "Compare each label, inside the loop, not all of them at once."
    if "truth value of an array" in message:
        return "`if labels:` does not work with an array: test len(labels) instead."
    if "'NoneType' object has no attribute 'append'" in message:
        return "append changes the list and returns None: write names.append(...), without `names =` before it."
    if "'list'" in message and not kind:
        return "Labels may come as a plain list: look at them only by `for label in labels`."
    if kind and "of type" not in message and "IndexError" not in message:
        return f"Labels may come as {kind} too: look at them only by `for label in labels`."
    if "KeyError" in message:
        return "Are the keys the numbers 0 to 9, all ten of them, and no texts? A comma stands between any two entries."
    if "IndexError" in message:
        return "Are there ten names, with a comma between any two? And is each label from 0 to 9 accepted?"
    if "ValueError" in message:
        return "Labels begin at 0 and end at 9: is one of them refused? Is a comma missing between two names?"
    return ""


@pytest.mark.points(2)
def test_label_names_gives_the_names(task: TaskSession) -> None:
    """Each of the ten labels gets its name, in any order and number."""
    generator = task.generator()
    for labels in (list(range(10)), [0], generator.permutation(10).tolist(), generator.integers(0, 10, 120).tolist()):

        def holds(labels: list[int] = labels) -> None:
            called = label_names(task, labels)
            is_sequence = called.result["kind"] in ("list", "tuple", "array") and "items" in called.result
            # whether it is a list is another check's matter
            expect_names(called, names_of(labels), {**called.result, "kind": "list"} if is_sequence else None)

        steadily(holds)


@pytest.mark.points(1)
def test_label_names_gives_a_list(task: TaskSession) -> None:
    """The result is a list of Python strings."""
    for labels in ([3, 7], [5]):
        called = label_names(task, labels)
        result = called.result
        if result["kind"] != "list" or len(result["items"]) != len(labels):
            expect_names(called, names_of(labels))
        if any(item["kind"] != "text" for item in result["items"]):
            expect_names(called, names_of(labels))


@pytest.mark.points(1)
def test_label_names_takes_arrays_and_sequences(task: TaskSession) -> None:
    """Lists, tuples and numpy arrays of any integer dtype are accepted."""
    labels = task.generator().permutation(np.arange(1, 9))[[0, 1, 2, 1, 3, 4]]  # 0 and 9 are another check's matter
    given: list[tuple[str, Any]] = [
        ("an array of uint8", labels.astype(np.uint8)),
        ("an array of int64", labels.astype(np.int64)),
        ("an array of int8", labels.astype(np.int8)),
        ("an array of int32", labels.astype(np.int32)),
        ("an array of uint64", labels.astype(np.uint64)),
        ("a tuple", tuple(labels.tolist())),
    ]
    answers = []
    for kind, argument in given:
        called = label_names(task, argument, kind)
        if called.result["kind"] == "dict" or len(called.result.get("items", [])) != len(argument):
            expect_names(called, names_of(argument))
        answers.append(called)
    of_a_list = _texts(label_names(task, labels.tolist()))  # whether those are right is another check's matter
    for called in answers:
        if of_a_list and _texts(called) != of_a_list:
            raise Failed(
                f"{called.shown} returned other names than label_names({listed(labels)}) did.",
                "The same labels have the same names, whatever holds them.",
            )


def _texts(called: Called) -> list[str]:
    """The strings of a result; none where anything else is among them."""
    items = called.result.get("items", [])
    return [item["value"] for item in items] if all(item["kind"] == "text" for item in items) else []


@pytest.mark.points(1)
def test_label_names_refuses_other_labels(task: TaskSession) -> None:
    """A label outside 0-9 raises ValueError, a negative one too."""
    expect_accepted(task, [3, 5])
    generator = task.generator()
    far, in_8_bits, in_32_bits = (
        int(generator.integers(*ends)) for ends in ((11, 200), (256, 266), (2**32, 2**32 + 10))
    )
    given: list[Any] = [
        [10],
        [-1],
        [3, far, 2],
        [0, -far],
        [-10],
        [1, in_8_bits],
        [4, in_8_bits - 512],
        [in_32_bits, 0],
    ]
    given += [np.array([3, 10, 2], dtype=np.uint8), np.array([5, -1]), np.array([7, in_8_bits]), np.array([in_32_bits])]
    for labels in given:
        kind = f"an array of {labels.dtype}: " if isinstance(labels, np.ndarray) else ""
        shown = f"label_names({kind}{listed(labels)})"
        called = label_names_or_error(task, labels, shown)
        if called.result["kind"] != "raised":
            message = f"{shown} returned {_returned(called.result)}; ValueError was expected, for labels are 0 to 9."
            raise Failed(message, _accepted_hint(called, [int(label) for label in labels]))


def expect_accepted(task: TaskSession, labels: list[int]) -> None:
    """See that right labels raise no ValueError: who raises one for all labels refuses none.

    Raises:
        Failed: they do.
    """
    try:
        called = label_names_or_error(task, labels)
    except Failed:
        return  # what else is wrong is another check's matter
    if called.result["kind"] == "raised":
        raise Failed(f"{called.shown} raised ValueError too, and these labels are right.", f"T{REFUSE_HINT[1:]}")


def label_names_or_error(task: TaskSession, labels: Any, shown: str = "") -> Called:
    """Call `label_names` where a ValueError may be right: its result is a `raised` then."""
    try:
        shown = shown or f"label_names({listed(labels)})"
        return task.call("label_names", labels, shown=shown, raises=ValueError)
    except Failed as failure:
        failure.hint = failure.hint or f"ValueError was expected: {REFUSE_HINT}"
        raise


REFUSE_HINT = "test each label, and `raise ValueError(...)` where it is not 0 to 9."


def _returned(result: dict[str, Any]) -> str:
    """What came back, as it stands in a sentence."""
    items = result.get("items", [])
    if result["kind"] in ("list", "tuple") and all(item["kind"] == "text" for item in items):
        return clean(str([item["value"] for item in items[:4]]), 120)
    return with_article(result["type"])


def _accepted_hint(called: Called, labels: list[int]) -> str:
    """What helps where a label outside 0-9 raised nothing."""
    wrong = next(label for label in labels if not 0 <= label <= 9)
    if called.result["kind"] == "other" and called.result["type"].endswith("Error"):
        return "The exception is returned; `raise` it."
    if called.output.strip():
        return f"Printing does not tell the caller: {REFUSE_HINT}"
    if wrong in range(-10, 0) and called.result.get("items"):
        if called.result["items"][-1].get("value") == CLASS_NAMES[-wrong % 10]:
            return "The sign is lost, as by abs(): test first that no label is below 0."
        return "Python takes a negative index from the end of the list: test that no label is below 0."
    if abs(wrong) > 255 and called.result.get("items"):
        return "A conversion (to uint8 or int32?) made another number of it: test the labels before converting them."
    return f"T{REFUSE_HINT[1:]}"
