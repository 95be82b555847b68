"""Checks of `preprocessing`: pixels to 0-1, the channel axis, label names."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.course.dataset import CLASS_NAMES
from grader.judging.diagnosis import Array, Mistake, expect_array
from grader.judging.verdict import Failed, clean
from grader.suite.properties import for_all, image_arrays
from grader.suite.session import TaskSession

FLOATS = ("float32", "float64")
SHAPES = ((1,), (2,), (), (3,), (2, 3))
"""Leading shapes of arrays of images: `(n, 28, 28)`, one image alone, two leading axes."""

NORMALIZE_TOLERANCE = 1e-6
"""float32 rounding of pixel / 255 is below 6e-8; dividing by 256 differs by 4e-3 at 255."""


def normalized(images: Array) -> Array:
    """What is right: float64, 0 to 1."""
    return np.asarray(images.astype(np.float64) / 255)


def normalize_mistakes(images: Array) -> list[Mistake]:
    """What `normalize_images` returns when a known mistake is made."""
    floats = images.astype(np.float64)
    return [
        Mistake("The pixels came back as they were: divide by 255.", lambda: floats),
        Mistake("This is the scaling done twice: divide by 255 once.", lambda: floats / 255 / 255),
        Mistake("This is pixel / 256: the largest pixel is 255, and 255 / 255 is 1.", lambda: floats / 256),
        Mistake("This is pixel / 254; divide by 255.", lambda: floats / 254),
        Mistake("This is integer division, which gives only 0 and 1: use / instead of //.", lambda: floats // 255),
        Mistake("This is -1 to 1: pixel / 127.5 - 1 was computed, pixel / 255 was asked.", lambda: floats / 127.5 - 1),
        Mistake("The images are inverted: 1 - pixel / 255.", lambda: 1 - floats / 255),
        Mistake("The mean was subtracted: only divide by 255.", lambda: floats / 255 - np.mean(floats / 255)),
        Mistake("The images were standardised (mean 0, spread 1): only divide by 255.", lambda: _standardised(floats)),
        Mistake("The division is by the largest pixel of the array, not by 255.", lambda: floats / _top(floats)),
        Mistake("The smallest and largest pixel of the array set the scale; use 0 and 255.", lambda: _min_max(floats)),
        Mistake("This is pixel / 255 rounded to whole numbers.", lambda: np.round(floats / 255)),
        Mistake("This is pixel * 255 in 8 bits: divide by 255.", lambda: (images * np.uint8(255)).astype(np.float64)),
        Mistake("This is pixel / 100; divide by 255.", lambda: floats / 100),
        Mistake("Rows and columns are exchanged.", lambda: np.swapaxes(floats / 255, -1, -2)),
    ]


def _standardised(floats: Array) -> Array:
    spread = float(np.std(floats))
    return np.asarray((floats - np.mean(floats)) / (spread or 1.0))


def _top(floats: Array) -> float:
    return float(np.max(floats, initial=0)) or 1.0


def _min_max(floats: Array) -> Array:
    low = float(np.min(floats, initial=255))
    return (floats - low) / ((_top(floats) - low) or 1.0)


def normalize(task: TaskSession, images: Array) -> Any:
    """Call `normalize_images`."""
    shown = f"normalize_images(images of shape {images.shape})"
    return task.call("normalize_images", images, shown=shown, after=True)


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
        expect_array(floats, called.shown, normalized(images), FLOATS, tolerance, normalize_mistakes(images))

    for_all(image_arrays(SHAPES[:2]), task, holds)


@pytest.mark.points(1)
def test_normalize_images_gives_floats(task: TaskSession) -> None:
    """The result is `float32` or `float64`."""
    images = task.generator().integers(0, 256, size=(2, 28, 28), dtype=np.uint8)
    called = normalize(task, images)
    result = called.result
    if result.get("kind") != "array" or "array" not in result:
        expect_array(result, called.shown, normalized(images), FLOATS, NORMALIZE_TOLERANCE)
    if result["dtype"] not in FLOATS:
        raise Failed(
            f"{called.shown} returned {clean(result['dtype'], 40)} values; float32 or float64 was expected.",
            "Dividing by 255.0 gives floats; do not convert back to integers.",
        )


@pytest.mark.points(1)
def test_normalize_images_keeps_any_shape(task: TaskSession) -> None:
    """Any shape that ends in `(28, 28)` stays as it is, zero images too."""
    for leading in ((0,), *SHAPES):
        images = task.generator().integers(0, 256, size=(*leading, 28, 28), dtype=np.uint8)
        called = normalize(task, images)
        array = called.result.get("array")
        if array is None:
            expect_array(called.result, called.shown, normalized(images), FLOATS)
        elif array.shape != images.shape:
            hint = "Zero images are a valid input: the result has shape (0, 28, 28)." if leading == (0,) else ""
            raise Failed(f"{called.shown} returned shape {array.shape}; {images.shape} was expected.", hint)


@pytest.mark.points(1)
def test_normalize_images_leaves_its_input(task: TaskSession) -> None:
    """The array that is passed in is the same afterwards."""
    images = task.generator().integers(0, 256, size=(2, 28, 28), dtype=np.uint8)
    called = normalize(task, images)
    after = called.after[0].get("array") if called.after else None
    if after is None or after.dtype != images.dtype or not np.array_equal(after, images):
        raise Failed(
            f"{called.shown} changed the array that it was given.",
            "images / 255.0 makes a new array; images /= 255 and images[...] = change the old one.",
        )


def add_axis_mistakes(images: Array) -> list[Mistake]:
    """What `add_channel_axis` returns when a known mistake is made."""
    return [
        Mistake("The array came back as it was: the new axis goes at the end.", lambda: images),
        Mistake("The new axis is in front; it goes at the end, for the channel.", lambda: images[None]),
        Mistake("The channel axis is second (channels first); it goes at the end.", lambda: images[:, None]),
        Mistake("The new axis is third; it goes at the end.", lambda: images[:, :, None]),
        Mistake("There are three channels; one was asked.", lambda: np.repeat(images[..., None], 3, axis=-1)),
        Mistake("The images are flattened.", lambda: images.reshape(len(images), -1)),
        Mistake("Only the first image came back.", lambda: images[0]),
        Mistake("Only the first image came back.", lambda: images[0][..., None]),
        Mistake("Only the first image came back.", lambda: images[:1][..., None]),
        Mistake("Rows and columns are exchanged.", lambda: np.swapaxes(images, 1, 2)[..., None]),
        Mistake(
            "The pixels are divided by 255 here, which is normalize_images's work.", lambda: images[..., None] / 255
        ),
        Mistake("The order of the images is reversed.", lambda: images[::-1][..., None]),
    ]


def same_size_mistakes(images: Array) -> list[Mistake]:
    """Those that keep the number of values but not the values' places."""
    kept = ("Rows and", "The pixels", "The order")
    return [mistake for mistake in add_axis_mistakes(images) if mistake.says.startswith(kept)]


def _reshaped(mistake: Mistake, shape: tuple[int, ...]) -> Callable[[], Array]:
    return lambda: mistake.make().reshape(shape)


def add_axis(task: TaskSession, images: Array) -> Any:
    """Call `add_channel_axis`."""
    shown = f"add_channel_axis(images of shape {images.shape}, {images.dtype})"
    return task.call("add_channel_axis", images, shown=shown, after=True)


@pytest.mark.points(2)
def test_add_channel_axis_adds_the_last_axis(task: TaskSession) -> None:
    """`(n, 28, 28)` becomes `(n, 28, 28, 1)`."""
    for count in (1, 3, 0):
        images = task.generator().integers(0, 256, size=(count, 28, 28), dtype=np.uint8)
        called = add_axis(task, images)
        array = called.result.get("array")
        expected = images[..., None]
        if array is None or array.shape != expected.shape:
            expect_array(
                called.result, called.shown, expected, ("uint8",), 0, add_axis_mistakes(images) if count else ()
            )


@pytest.mark.points(2)
def test_add_channel_axis_keeps_the_values(task: TaskSession) -> None:
    """Every value stays where it was."""

    def holds(images: Array) -> None:
        called = add_axis(task, images)
        array = called.result.get("array")
        if array is not None and array.size == images.size:  # the shape is another check's matter
            same = {**called.result, "array": array.astype(np.float64).reshape(images.shape)}
            mistakes = [Mistake(known.says, _reshaped(known, images.shape)) for known in same_size_mistakes(images)]
            expect_array(same, called.shown, images.astype(np.float64), ("float64",), 0, mistakes)
        else:
            expect_array(called.result, called.shown, images[..., None], ("uint8",), 0, add_axis_mistakes(images))

    for_all(image_arrays(((2,), (3,))), task, holds)


@pytest.mark.points(1)
def test_add_channel_axis_keeps_the_dtype(task: TaskSession) -> None:
    """`uint8` stays `uint8`, `float32` stays `float32`."""
    for dtype in (np.uint8, np.float32, np.float64):
        images = task.generator().integers(0, 2, size=(2, 28, 28)).astype(dtype)
        called = add_axis(task, images)
        got = called.result.get("dtype")
        if got is None:
            expect_array(called.result, called.shown, images[..., None], (str(images.dtype),))
        elif got != str(images.dtype):
            raise Failed(f"{called.shown} returned {clean(str(got), 40)} values; the dtype should stay as it is.")


def names_of(labels: Any) -> list[str]:
    """What is right."""
    return [CLASS_NAMES[int(label)] for label in labels]


def expect_names(result: dict[str, Any], shown: str, expected: list[str]) -> None:
    """Check an observed list of names.

    Raises:
        Failed: at the first rung that is broken: returned, type, length, type of items, names.
    """
    if result["kind"] == "none":
        raise Failed(f"{shown} returned None; a list of strings was expected.", "Is the `return` missing?")
    if result["kind"] != "list":
        kind = clean(str(result["type"]), 80)
        hint = "A numpy array becomes a list by .tolist(), a tuple or a generator by list(...)."
        raise Failed(f"{shown} returned a {kind}; a list was expected.", hint)
    if len(result["items"]) != len(expected):
        raise Failed(f"{shown} returned {len(result['items'])} names; {len(expected)} were expected, one a label.")
    for place, (item, name) in enumerate(zip(result["items"], expected, strict=True)):
        if item["kind"] != "text":
            raise Failed(f"{shown} has a {clean(str(item['type']), 80)} at place {place}; a string was expected.")
        if item["value"] != name:
            got = clean(repr(item["value"]), 80)
            raise Failed(f"{shown} has {got} at place {place}; {name!r} was expected.", _name_hint(item["value"], name))


def _name_hint(got: str, name: str) -> str:
    if got.strip().lower() == name.lower():
        return "Spelling counts: capitals, spaces and hyphens as in the hand-out."
    if got in CLASS_NAMES:
        shift = (CLASS_NAMES.index(got) - CLASS_NAMES.index(name)) % 10
        return {1: "Every name is one too late: labels begin at 0.", 9: "Every name is one too early."}.get(shift, "")
    return ""


def listed(labels: Any) -> str:
    """The labels as the message shows them."""
    return str([int(label) for label in labels])


@pytest.mark.points(2)
def test_label_names_gives_the_names(task: TaskSession) -> None:
    """Each of the ten labels gets its name, in any order and number."""
    generator = task.generator()
    for labels in ([0], list(range(10)), generator.permutation(10).tolist(), generator.integers(0, 10, 25).tolist()):
        called = task.call("label_names", labels, shown=f"label_names({listed(labels)})")
        texts = {**called.result, "kind": "list"} if "items" in called.result else called.result
        expect_names(texts, called.shown, names_of(labels))


@pytest.mark.points(1)
def test_label_names_gives_a_list(task: TaskSession) -> None:
    """The result is a list of Python strings; of no labels, an empty one."""
    for labels in ([3, 7], []):
        called = task.call("label_names", labels, shown=f"label_names({labels})")
        result = called.result
        if result["kind"] != "list" or len(result["items"]) != len(labels):
            expect_names(result, called.shown, names_of(labels))
        for item in result["items"]:
            if item["kind"] != "text":
                expect_names(result, called.shown, names_of(labels))


@pytest.mark.points(1)
def test_label_names_takes_arrays_and_sequences(task: TaskSession) -> None:
    """Lists, tuples and numpy arrays of any integer dtype are accepted."""
    labels = task.generator().integers(0, 10, 6)
    given: list[tuple[str, Any]] = [
        ("an array of uint8", labels.astype(np.uint8)),
        ("an array of int64", labels.astype(np.int64)),
        ("a tuple", tuple(labels.tolist())),
        ("an empty array", np.array([], dtype=np.uint8)),
    ]
    for name, argument in given:
        called = task.call("label_names", argument, shown=f"label_names({name}: {listed(argument)})")
        if len(called.result.get("items", [])) != len(argument) or called.result["kind"] == "dict":
            expect_names(called.result, called.shown, names_of(argument))


@pytest.mark.points(1)
def test_label_names_refuses_other_labels(task: TaskSession) -> None:
    """A label outside 0-9 raises ValueError, a negative one too."""
    far = int(task.generator().integers(11, 200))
    for labels in ([10], [-1], [3, far, 2], [0, -far]):
        shown = f"label_names({labels})"
        called = task.call("label_names", labels, shown=shown, raises=ValueError)
        if called.result["kind"] != "raised":
            hint = "Python takes a negative index from the end of the list: test it." if min(labels) < 0 else ""
            raise Failed(f"{shown} returned something; ValueError was expected, for labels are 0 to 9.", hint)
