"""Checks of `convolution`: the valid cross-correlation and the pooling, in numpy alone, against the oracle."""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from grader.judging import oracle
from grader.judging.convolution_mistakes import convolution_mistakes, overflow_mistakes, pooling_mistakes
from grader.judging.diagnosis import Array, Mistake, as_array, differences, expect_array, with_article
from grader.judging.verdict import Failed, NotStarted, clean
from grader.suite.properties import for_all
from grader.suite.raised_hints import CONVOLVING, POOLING, known_hint
from grader.suite.session import Called, TaskSession

CONVOLVE, POOL = "convolve2d", "max_pool2d"

FLOATS = ("float32", "float64")

RELATIVE_TOLERANCE = 1e-5
"""Largest difference, relative to the largest sum of absolute products: float32 sums of 30 products round by 2e-6, an
accumulation in float16 by 1e-3."""

HALF_TOLERANCE = 5e-3
"""The same where the result is a float16, whose dtype is another check's matter."""

HALF_HINT = "Are the sums added up in float16, which keeps three digits? Use float32 or float64 all the way."

CONVOLUTIONS = (
    *(((5, 5), (3, 3)), ((6, 6), (2, 2)), ((5, 7), (3, 3)), ((7, 5), (2, 2)), ((6, 7), (2, 3)), ((7, 6), (4, 2))),
    *(((5, 6), (1, 3)), ((6, 5), (3, 1)), ((4, 4), (4, 4)), ((3, 5), (3, 2)), ((4, 3), (1, 1)), ((1, 1), (1, 1))),
    *(((8, 9), (5, 4)), ((1, 6), (1, 2)), ((28, 28), (3, 3)), ((45, 52), (7, 6))),
)
"""Shapes of image and kernel, the plainest first: what fails on several is shown on the first."""

POOLINGS = (
    *(
        ((4, 4), 2),
        ((4, 6), 2),
        ((5, 7), 2),
        ((6, 6), 3),
        ((7, 8), 3),
        ((9, 5), 4),
        ((3, 4), 1),
        ((5, 5), 5),
        ((6, 2), 2),
        ((28, 28), 2),
        ((52, 45), 3),
    ),
)
"""Shapes of image, and sizes of window, the plainest first."""


@dataclass(frozen=True)
class Scene:
    """An image with a kernel."""

    image: Array
    kernel: Array

    @property
    def shown(self) -> str:
        """The call as a message shows it."""
        return f"{CONVOLVE}(image of shape {self.image.shape}, kernel of shape {self.kernel.shape})"

    def right(self) -> Array:
        """What is right."""
        return oracle.convolve2d(self.image, self.kernel)

    def tolerance(self, array: Array | None) -> float:
        """How far `array` may be from it."""
        share = HALF_TOLERANCE if array is not None and array.dtype == np.float16 else RELATIVE_TOLERANCE
        sizes = np.abs(self.image.astype(np.float64)), np.abs(self.kernel.astype(np.float64))
        return share * max(1.0, float(oracle.convolve2d(*sizes).max()))


def scenes() -> "st.SearchStrategy[Scene]":
    """Images of floats with kernels of quarters, negative ones too, which rounding and a wrong turn both show."""
    return st.builds(_scene, st.sampled_from(CONVOLUTIONS), st.sampled_from(range(100)))


def _scene(shapes: tuple[tuple[int, int], tuple[int, int]], number: int) -> Scene:
    generator = np.random.default_rng(number)
    dtype = (np.float64, np.float32)[number % 2]
    return Scene(
        (generator.integers(-8, 40, shapes[0]) / 4).astype(dtype),
        (generator.integers(-9, 10, shapes[1]) / 4).astype(dtype),
    )


def convolve(task: TaskSession, scene: Scene) -> Called:
    """Call `convolve2d`."""
    try:
        return task.call(CONVOLVE, scene.image, scene.kernel, shown=scene.shown, after=True)
    except Failed as failure:
        own = "raised ValueError" in failure.message and "raise ValueError" in failure.message
        if own and not failure.hint:
            touches = any(map(int.__eq__, scene.image.shape, scene.kernel.shape))
            even = all(length % 2 == 0 for length in scene.kernel.shape)  # odd ones come first, and passed
            failure.hint = EQUAL_HINT if touches else EVEN_HINT if even else FITS_HINT
        failure.hint = failure.hint or known_hint(failure.message, CONVOLVING)
        raise


def pool(task: TaskSession, image: Array, size: int | None = None) -> Called:
    """Call `max_pool2d`, with the default size where there is none."""
    shown = f"{POOL}(image of shape {image.shape}{'' if size is None else f', size={size}'})"
    try:
        return task.call(POOL, image, shown=shown, keywords={} if size is None else {"size": size}, after=True)
    except Failed as failure:
        if "raised ValueError" in failure.message and "raise ValueError" in failure.message:
            fits = (2 if size is None else size) == min(image.shape)
            rest = "A rest that fills no window is no error: it is dropped, h // size and w // size."
            failure.hint = "A window as large as the image fits: refuse a larger one, >, not >=." if fits else rest
            if size == 1:
                failure.hint = "size may be 1: each pixel is then a window of its own."
        if "could not be broadcast" in failure.message:
            failure.hint = (
                "All places of a window are looked at, whatever size is: image[i * size:(i + 1) * size, ...]."
            )
        failure.hint = failure.hint or known_hint(failure.message, POOLING) or known_hint(failure.message, CONVOLVING)
        raise


def expect_shape(called: Called, expected: Array, mistakes: list[Mistake]) -> None:
    """See that an array of the right shape came back, whatever its values.

    Raises:
        Failed: something else did.
    """
    if as_array(called.result, called.shown).shape != expected.shape:
        expect_array(called.result, called.shown, expected, FLOATS, 0.0, mistakes)


def expect_values(called: Called, expected: Array, tolerance: float, mistakes: list[Mistake]) -> None:
    """See that the right values came back, of whatever dtype: that is another check's matter.

    Raises:
        Failed: others did.
    """
    array = as_array(called.result, called.shown)
    if array.shape == expected.shape and not np.any(differences(array, expected, tolerance)):
        return  # before the catalogue, which is dearer than all else
    if array.dtype.kind in "iubf":
        floats = {**called.result, "array": array.astype(np.float64)}
        expect_array(floats, called.shown, expected, FLOATS, tolerance, mistakes)
    else:
        expect_array(called.result, called.shown, expected, FLOATS, tolerance, mistakes)


@pytest.mark.points(1)
def test_convolve2d_gives_the_valid_shape(task: TaskSession) -> None:
    """The result has one value for each place where the kernel lies within the image."""
    for number, shapes in enumerate(CONVOLUTIONS):
        scene = _scene(shapes, number)
        expect_shape(convolve(task, scene), scene.right(), convolution_mistakes(scene.image, scene.kernel))


@pytest.mark.points(2)
def test_convolve2d_multiplies_and_adds_up(task: TaskSession) -> None:
    """Each value is the sum of the products of window and kernel."""

    def holds(scene: Scene) -> None:
        called = convolve(task, scene)
        tolerance = scene.tolerance(called.result.get("array"))
        expect_values(called, scene.right(), tolerance, convolution_mistakes(scene.image, scene.kernel))

    for_all(scenes(), task, holds, always=[_scene(shapes, number) for number, shapes in enumerate(CONVOLUTIONS)])


@pytest.mark.points(1)
def test_convolve2d_computes_in_floats(task: TaskSession) -> None:
    """Integers are computed in `float32` or `float64`, and so is everything else: no sum overflows."""
    generator = task.generator()
    image = generator.integers(100, 256, (6, 7), dtype=np.uint8)
    kernels: list[Array] = [
        generator.integers(1, 9, (3, 3), dtype=np.uint8),
        generator.integers(-9, 0, (3, 2)).astype(np.int8),
        generator.integers(-9, 9, (2, 2)) / 4,
        generator.integers(2**20, 2**24, (2, 3)).astype(np.int32),
    ]
    negative = Scene(generator.integers(-300, 0, (6, 7)).astype(np.int16), kernels[1])
    fine = generator.normal(size=(6, 7)), generator.normal(size=(3, 3))
    plain = _scene(CONVOLUTIONS[0], 0)
    half = Scene(plain.image.astype(np.float16), plain.kernel)
    cases = [*(Scene(image, kernel) for kernel in kernels), negative, half, Scene(*fine)]
    cases += [Scene(plain.image.astype(dtype), plain.kernel.astype(dtype)) for dtype in FLOATS]
    for scene in cases:
        called = convolve(task, scene)
        shown = f"{CONVOLVE}({scene.image.dtype} image, {scene.kernel.dtype} kernel)"
        mistakes = [*overflow_mistakes(scene.image, scene.kernel), *convolution_mistakes(scene.image, scene.kernel)]
        if called.result.get("dtype") in FLOATS:
            try:
                expect_values(called, scene.right(), scene.tolerance(None), mistakes)
            except Failed as failure:
                array = called.result.get("array")  # there is none where it is too large to be looked at
                close = (
                    array is not None
                    and array.shape == scene.right().shape
                    and np.allclose(array, scene.right(), rtol=HALF_TOLERANCE)
                )
                failure.hint = failure.hint or (HALF_HINT if close else "")
                raise
            continue
        try:
            expect_array(called.result, shown, scene.right(), FLOATS, scene.tolerance(None), mistakes)
        except Failed as failure:
            if scene.right().shape == getattr(called.result.get("array"), "shape", None):
                failure.hint = failure.hint or "np.zeros(shape) makes float64; image.astype('float64') does too."
            raise


@pytest.mark.points(1)
def test_convolve2d_refuses_a_larger_kernel(task: TaskSession) -> None:
    """A kernel that is higher or wider than the image raises ValueError."""
    expect_accepted(task, _scene(CONVOLUTIONS[0], 0))
    for shape, larger in (
        ((3, 5), (4, 2)),
        ((3, 5), (2, 6)),
        ((4, 4), (5, 5)),
        ((3, 6), (5, 3)),
        ((6, 3), (2, 9)),
        ((3, 5), (1, 6)),
        ((5, 3), (6, 1)),
    ):
        scene = Scene(np.ones(shape), np.ones(larger))
        try:
            called = task.call(CONVOLVE, scene.image, scene.kernel, shown=scene.shown, raises=ValueError)
        except Failed as failure:
            failure.hint = (
                failure.hint or known_hint(failure.message, CONVOLVING) or f"ValueError was expected: {REFUSE_HINT}"
            )
            raise
        if called.result["kind"] != "raised":
            raise Failed(f"{scene.shown} returned {_returned(called)}; ValueError was expected.", _accepted(called))


def expect_accepted(task: TaskSession, scene: Scene) -> None:
    """See that a kernel that fits raises no ValueError: who raises one for every kernel refuses none.

    Raises:
        Failed: it does.
    """
    try:
        convolve(task, scene)
    except Failed as failure:  # what else is wrong, numpy's own ValueError too, is another check's matter
        if "raised ValueError" in failure.message and "raise ValueError" in failure.message:
            message = f"{scene.shown} raised ValueError too, and this kernel fits."
            raise Failed(message, f"C{REFUSE_HINT[1:]}") from None


FITS_HINT = "This kernel fits: is the comparison the other way round, or are image and kernel exchanged?"
EVEN_HINT = "Kernels of even height and width are allowed too: refuse only one that is larger than the image."
EQUAL_HINT = (
    "A kernel as high or wide as the image fits: refuse one that is larger, >, not >=, comparing height with height."
)
REFUSE_HINT = "compare both axes of the kernel with those of the image, and `raise ValueError(...)`."


def _returned(called: Called) -> str:
    """What came back, as it stands in a sentence."""
    array = called.result.get("array")
    return f"an array of shape {array.shape}" if array is not None else with_article(called.result["type"])


def _accepted(called: Called) -> str:
    """What helps where a kernel that is too large raised nothing."""
    if called.result["kind"] == "other" and called.result["type"].endswith("Error"):
        return "The exception is returned; `raise` it."
    if called.output.strip():
        return f"Printing does not tell the caller: {REFUSE_HINT}"
    return f"It fits nowhere: {REFUSE_HINT}"


def pooled_images() -> "st.SearchStrategy[tuple[Array, int]]":
    """Images of floats and integers, all negative, mixed, far below zero, of 8 bits, each with the size of a window."""
    return st.builds(_pooled, st.sampled_from(POOLINGS), st.sampled_from(range(60)))


def _pooled(pooling: tuple[tuple[int, int], int], number: int) -> tuple[Array, int]:
    shape, size = pooling
    generator = np.random.default_rng(number)
    match number % 5:
        case 0:
            return generator.permutation(np.prod(shape)).reshape(shape) / 4 - 2.0, size
        case 1:
            return -(generator.permutation(np.prod(shape)).reshape(shape) + 2) / np.float32(4), size
        case 4:
            return generator.permutation(np.prod(shape)).reshape(shape) / 4 - 5e4, size
        case 3:
            return (1000 * generator.permutation(np.prod(shape)).reshape(shape) - 2000).astype(np.int32), size
    return (generator.permutation(np.prod(shape)) % 256).reshape(shape).astype(np.uint8), size


def default_size(size: int, number: int) -> int | None:
    """None for every second window of 2, so that the default is asked for too."""
    return None if size == 2 and number % 2 else size


@pytest.mark.points(1)
def test_max_pool2d_gives_the_shape(task: TaskSession) -> None:
    """`(h, w)` becomes `(h // size, w // size)`; a rest that fills no window is dropped."""
    for number, pooling in enumerate(POOLINGS):
        image, size = _pooled(pooling, 0)
        called = pool(task, image, default_size(size, number))
        expect_shape(called, oracle.max_pool2d(image, size), pooling_mistakes(image, size))


@pytest.mark.points(2)
def test_max_pool2d_takes_the_maximum(task: TaskSession) -> None:
    """Each value is the largest of its window, where all are negative too."""

    def holds(drawn: tuple[Array, int]) -> None:
        image, size = drawn
        called = pool(task, image, default_size(size, int(image.shape[0])))
        expect_values(called, oracle.max_pool2d(image, size), 1e-6, pooling_mistakes(image, size))

    for_all(pooled_images(), task, holds, always=[_pooled(pooling, number) for number, pooling in enumerate(POOLINGS)])


@pytest.mark.points(1)
def test_arguments_are_left_alone(task: TaskSession) -> None:
    """Image and kernel are the same afterwards."""
    for scene in (_scene(CONVOLUTIONS[0], 0), Scene(np.full((5, 5), 9, np.uint8), np.full((3, 3), 3, np.uint8))):
        called = convolve(task, scene)
        expect_unchanged(called, (scene.image, scene.kernel))
        convolve(task, Scene(scene.image[::-1].copy(), -scene.kernel))
        task.expect_kept(called)
    image, size = _pooled(POOLINGS[0], 0)
    called = pool(task, image, size)
    expect_unchanged(called, (image,))
    pool(task, -image, size)
    task.expect_kept(called)


def expect_unchanged(called: Called, given: tuple[Array, ...]) -> None:
    """See that the arguments of a call are what they were, and that it gave something else than the first of them.

    Raises:
        Failed: one is not, or nothing was computed.
    """
    if not _computes(called, given[0]):
        as_array(called.result, called.shown)
        raise Failed(f"{called.shown} returned the image as it was given.", "Nothing is computed yet.")
    for name, before, observed in zip(("image", "kernel"), given, called.after, strict=False):
        after = observed.get("array")
        if after is None or after.dtype != before.dtype or not np.array_equal(after, before):
            raise Failed(
                f"{called.shown} changed the {name} that it was given.",
                "+=, *= and [...] = change an array in place: work on a new one, such as np.zeros(...) or a copy.",
            )


@pytest.mark.points(1)
def test_numpy_is_enough(task: TaskSession) -> None:
    """Neither TensorFlow nor any other library is imported."""
    imported = [clean(str(name), 40) for name in task.value("imported", "Importing the module")]
    if imported:
        raise Failed(
            f"{task.task.file_name} imports {' and '.join(imported)}; numpy alone was asked for.",
            "Remove the import: what is imported there is empty here, and can compute nothing.",
        )
    scene, (image, size) = _scene(CONVOLUTIONS[0], 0), _pooled(POOLINGS[0], 0)
    with suppress(Failed, NotStarted):  # which other checks say
        if _computes(convolve(task, scene), scene.image):
            return
    if not _computes(pool(task, image, size), image):
        raise Failed(f"Neither function of {task.task.file_name} computes anything yet.")


def _computes(called: Called, given: Array) -> bool:
    """Whether anything came back, and something else than was given."""
    array = called.result.get("array")
    same = array is not None and array.shape == given.shape and np.array_equal(array, given)
    return called.result["kind"] != "none" and not same
