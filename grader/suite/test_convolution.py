"""Checks of `convolution`: the valid cross-correlation and the pooling, in numpy alone, against the oracle."""

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from grader.judging import oracle
from grader.judging.diagnosis import Array, Mistake, as_array, differences, expect_array, with_article
from grader.judging.verdict import Failed, NotStarted, clean
from grader.sandbox.withheld import REFUSAL
from grader.suite.properties import for_all
from grader.suite.session import Called, TaskSession

CONVOLVE, POOL = "convolve2d", "max_pool2d"

FLOATS = ("float32", "float64")

RELATIVE_TOLERANCE = 1e-5
"""Largest difference, relative to the largest sum of absolute products: float32 sums of 30 products round by 2e-6, an
accumulation in float16 by 1e-3."""

HALF_TOLERANCE = 5e-3
"""The same where the result is a float16, whose dtype is another check's matter."""

CONVOLUTIONS = (
    *(((5, 5), (3, 3)), ((6, 6), (2, 2)), ((5, 7), (3, 3)), ((7, 5), (2, 2)), ((6, 7), (2, 3)), ((7, 6), (4, 2))),
    *(((5, 6), (1, 3)), ((6, 5), (3, 1)), ((4, 4), (4, 4)), ((3, 5), (3, 2)), ((4, 3), (1, 1)), ((1, 1), (1, 1))),
    *(((8, 9), (5, 4)), ((1, 6), (1, 2)), ((28, 28), (3, 3))),
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


def convolution_mistakes(scene: Scene) -> list[Mistake]:
    """What `convolve2d` returns when a known mistake is made."""
    image, kernel = scene.image.astype(np.float64), scene.kernel.astype(np.float64)
    height, width = kernel.shape
    right = scene.right()
    turned = "The kernel was turned by 180 degrees, a convolution in the mathematician's sense; use it as it is."
    padded = "Zeros were put around the image ('same' padding): use only windows that lie within it."
    strided = "The window moves by more than one pixel at a time: every place counts."
    short = "The last row or column is missing: there are h - kh + 1 places below each other, w - kw + 1 side by side."
    unfinished = "Rows or columns at the end are 0: does a loop end too early, or the `return` stand inside one?"
    surrounded = (
        "The result has the image's shape, with zeros where no sum belongs: (h - kh + 1, w - kw + 1) was asked."
    )
    corners = ((0, 0), (height // 2, width // 2), (height - 1, width - 1))
    integer = "The sums were cut to whole numbers: np.zeros(shape) makes floats, dtype=int would not."
    return [
        Mistake(turned, lambda: oracle.convolve2d(image, kernel[::-1, ::-1])),
        Mistake("The kernel was turned upside down; use it as it is.", lambda: oracle.convolve2d(image, kernel[::-1])),
        Mistake("The kernel was mirrored; use it as it is.", lambda: oracle.convolve2d(image, kernel[:, ::-1])),
        Mistake("Rows and columns of the kernel are exchanged.", lambda: _swapped(image, kernel)),
        Mistake("Rows and columns of the result are exchanged.", lambda: right.T),
        Mistake("Rows and columns of the image are exchanged.", lambda: _valid(image.T, kernel)),
        Mistake(padded, lambda: _padded(image, kernel, (height - 1) // 2, height // 2, (width - 1) // 2, width // 2)),
        Mistake(padded, lambda: _padded(image, kernel, height // 2, (height - 1) // 2, width // 2, (width - 1) // 2)),
        Mistake(
            "Zeros were put around the image ('full' padding): use only windows that lie within it.",
            lambda: _padded(image, kernel, height - 1, height - 1, width - 1, width - 1),
        ),
        Mistake(
            "The 'full' convolution was computed: the kernel turned, and zeros around the image.",
            lambda: _padded(image, kernel[::-1, ::-1], height - 1, height - 1, width - 1, width - 1),
        ),
        Mistake(strided, lambda: right[::2, ::2]),
        Mistake(strided, lambda: right[::height, ::width]),
        Mistake(short, lambda: right[:-1, :-1]),
        Mistake(short, lambda: right[:-1]),
        Mistake(short, lambda: right[:, :-1]),
        Mistake("The first row and column are missing: places are counted from 0.", lambda: right[1:, 1:]),
        Mistake("The sums are divided by the size of the kernel: add up only.", lambda: right / kernel.size),
        Mistake("The kernel was scaled so that it sums to 1; use it as it is.", lambda: right / (kernel.sum() or 1)),
        Mistake(
            "The windows were added up without the kernel.", lambda: oracle.convolve2d(image, np.ones_like(kernel))
        ),
        Mistake("Window and kernel were multiplied by @, a matrix product; use *.", lambda: _matrix(image, kernel)),
        Mistake("The largest product was taken: add the products up.", lambda: _largest(image, kernel)),
        Mistake("Only the last product is there: write += instead of =.", lambda: _one_product(image, kernel, -1)),
        Mistake("Only the first product is there: add up all of them.", lambda: _one_product(image, kernel, 0)),
        Mistake(
            "Window and kernel were added instead of multiplied.", lambda: _ones(image, kernel.shape) + kernel.sum()
        ),
        Mistake("Negative sums were set to 0: that is ReLU, which is no part of it.", lambda: np.maximum(right, 0)),
        Mistake("The signs are lost: do not take absolute values.", lambda: np.abs(right)),
        Mistake("The sign is turned.", lambda: -right),
        Mistake(integer, lambda: np.trunc(right)),
        Mistake("The sums were rounded: do not round.", lambda: np.round(right)),
        Mistake("The sums were rounded: do not round.", lambda: np.round(right, 1)),
        Mistake("All values are 0: the sums were not written into the result.", lambda: 0 * right),
        Mistake("The kernel was cut to whole numbers.", lambda: oracle.convolve2d(image, np.trunc(kernel))),
        Mistake("The image was cut to whole numbers.", lambda: oracle.convolve2d(np.trunc(image), kernel)),
        Mistake("The image was divided by 255: use it as it is.", lambda: right / 255),
        Mistake(
            "Each sum begins with the one before it: begin at 0 for every window, inside the loops.",
            lambda: np.cumsum(right).reshape(right.shape),
        ),
        Mistake(
            "The windows are one row and column too small: image[i:i + kh, j:j + kw].",
            lambda: _left_out(image, kernel, -1, None) - _corner(image, kernel),
        ),
        Mistake("The kernel was turned by 90 degrees.", lambda: _valid(image, np.rot90(kernel))),
        Mistake("The kernel was turned by 90 degrees.", lambda: _valid(image, np.rot90(kernel, -1))),
        *(
            Mistake(f"The sums begin at {begin:g}: begin at 0.", partial(np.add, right, begin))
            for begin in (1, 0.5, -1)
        ),
        *(
            Mistake(f"The {which} of the kernel is left out.", partial(_left_out, image, kernel, *place))
            for which, place in KERNEL_PARTS.items()
        ),
        Mistake(
            "The window does not move: it begins at the place of each sum.", lambda: np.full_like(right, right[0, 0])
        ),
        *(Mistake(unfinished, partial(_begun, right, *kept)) for kept in ((-1, None), (None, -1), (-1, -1), (1, None))),
        *(Mistake(surrounded, partial(_surrounded, right, image.shape, *corner)) for corner in corners),
    ]


KERNEL_PARTS = {"first row": (0, None), "last row": (-1, None), "first column": (None, 0), "last column": (None, -1)}
"""What a loop over a kernel may leave out: a row, or a column."""


def _left_out(image: Array, kernel: Array, row: int | None, column: int | None) -> Array:
    """The sums without one row or column of the kernel."""
    rest = kernel.copy()
    rest[slice(None) if row is None else row, slice(None) if column is None else column] = 0
    return oracle.convolve2d(image, rest)


def _corner(image: Array, kernel: Array) -> Array:
    """What the last column adds to the sums, its last row aside."""
    rest = np.zeros_like(kernel)
    rest[:-1, -1] = kernel[:-1, -1]
    return oracle.convolve2d(image, rest)


def _begun(right: Array, rows: int | None, columns: int | None) -> Array:
    """The right result as far as some row and column, and zeros behind."""
    result = np.zeros_like(right)
    result[:rows, :columns] = right[:rows, :columns]
    return result


def _surrounded(right: Array, shape: tuple[int, int], top: int, left: int) -> Array:
    """The right result in an array of another shape, with zeros around it."""
    result = np.zeros(shape)
    result[top : top + right.shape[0], left : left + right.shape[1]] = right
    return result


def _valid(image: Array, kernel: Array) -> Array:
    fits = all(np.less_equal(kernel.shape, image.shape))
    return oracle.convolve2d(image, kernel) if fits else np.zeros((0, 0))


def _swapped(image: Array, kernel: Array) -> Array:
    return _valid(image, kernel.T)


def _padded(image: Array, kernel: Array, top: int, bottom: int, left: int, right: int) -> Array:
    return oracle.convolve2d(np.pad(image, ((top, bottom), (left, right))), kernel)


def _windows(image: Array, shape: tuple[int, ...]) -> Array:
    return np.lib.stride_tricks.sliding_window_view(image, shape)


def _ones(image: Array, shape: tuple[int, ...]) -> Array:
    return oracle.convolve2d(image, np.ones(shape))


def _matrix(image: Array, kernel: Array) -> Array:
    if kernel.shape[0] != kernel.shape[1]:
        return np.zeros((0, 0))
    return np.asarray((_windows(image, kernel.shape) @ kernel).sum(axis=(2, 3)))


def _largest(image: Array, kernel: Array) -> Array:
    return np.asarray((_windows(image, kernel.shape) * kernel).max(axis=(2, 3)))


def _one_product(image: Array, kernel: Array, place: int) -> Array:
    return np.asarray(_windows(image, kernel.shape)[:, :, place, place] * kernel[place, place])


def pooling_mistakes(image: Array, size: int) -> list[Mistake]:
    """What `max_pool2d` returns when a known mistake is made."""
    floats = image.astype(np.float64)
    right = oracle.max_pool2d(floats, size)
    rows, columns = right.shape
    kept = floats[: rows * size, : columns * size]
    blocks = kept.reshape(rows, size, columns, size)
    rest = "The rest that fills no window was pooled too: drop it."
    mixed = "The pixels were mixed by reshape or max: of (rows, size, columns, size), a window has the axes 1 and 3."
    return [
        Mistake("The mean of each window was taken; the maximum was asked.", lambda: blocks.mean(axis=(1, 3))),
        Mistake("The smallest value of each window was taken.", lambda: blocks.min(axis=(1, 3))),
        Mistake("The values of each window were added up.", lambda: blocks.sum(axis=(1, 3))),
        Mistake("The median of each window was taken.", lambda: np.median(blocks, axis=(1, 3))),
        Mistake(
            "The search for the maximum begins at 0: begin at the window's first value, or use np.max.",
            lambda: np.maximum(right, 0),
        ),
        Mistake("The signs are lost: do not take absolute values.", lambda: np.abs(blocks).max(axis=(1, 3))),
        Mistake(
            "The windows overlap: they stand side by side, and begin at every size-th pixel.",
            lambda: _windows(floats, (size, size)).max(axis=(2, 3)),
        ),
        Mistake(rest, lambda: _pooled_whole(floats, size, -np.inf)),
        Mistake(rest, lambda: _pooled_whole(floats, size, 0.0)),
        Mistake("One value of each window was taken, whichever is larger.", lambda: floats[::size, ::size]),
        Mistake("One value of each window was taken, whichever is larger.", lambda: kept[::size, ::size]),
        Mistake("The windows are 2 x 2 whatever size is.", lambda: oracle.max_pool2d(floats)),
        Mistake(
            "The windows are 3 x 3: where no size is given, it is 2.",
            lambda: oracle.max_pool2d(floats, 3) if min(floats.shape) > 2 else right * 0 - 1,
        ),
        Mistake(
            "The windows begin at row i, column j: at i * size and j * size they stand side by side.",
            lambda: _windows(floats, (size, size)).max(axis=(2, 3))[:rows, :columns],
        ),
        *(
            Mistake(
                f"The search for the maximum begins at {begin}: begin at the window's first value, or use np.max.",
                partial(np.maximum, right, begin),
            )
            for begin in (-1, -255, -999, -1000)
        ),
        Mistake("Only rows are pooled: a window has columns too.", lambda: kept.reshape(rows, size, -1).max(axis=1)),
        Mistake("Only columns are pooled: a window has rows too.", lambda: blocks.max(axis=3).reshape(-1, columns)),
        Mistake("Rows and columns are exchanged.", lambda: right.T),
        Mistake(
            "The windows begin at the last row and column: begin at the first.", lambda: _from_the_end(floats, size)
        ),
        *(Mistake(mixed, partial(_over, blocks, axes)) for axes in ((2, 3), (1, 2), (0, 2), (0, 3))),
        Mistake(mixed, lambda: _mixed(kept, rows, size)),
        Mistake("The place of the maximum came back, argmax; its value was asked, max.", lambda: _places(blocks)),
        Mistake("The maxima were cut to whole numbers: np.zeros(shape) makes floats.", lambda: np.trunc(right)),
        Mistake("All values are 0: the maxima were not written into the result.", lambda: 0 * right),
        Mistake("The image came back as it was.", lambda: floats),
        Mistake("The largest value of the whole image came back.", lambda: np.full(right.shape, floats.max())),
    ]


def _pooled_whole(floats: Array, size: int, filler: float) -> Array:
    height, width = floats.shape
    padding = ((0, -height % size), (0, -width % size))
    return oracle.max_pool2d(np.pad(floats, padding, constant_values=filler), size)


def _from_the_end(floats: Array, size: int) -> Array:
    height, width = floats.shape
    return oracle.max_pool2d(floats[height % size :, width % size :], size)


def _over(blocks: Array, axes: tuple[int, int]) -> Array:
    return np.asarray(blocks.max(axis=axes))


def _places(blocks: Array) -> Array:
    rows, size, columns, _ = blocks.shape
    return np.asarray(blocks.swapaxes(1, 2).reshape(rows, columns, size * size).argmax(axis=2))


def _mixed(kept: Array, rows: int, size: int) -> Array:
    return np.asarray(kept.reshape(rows, kept.shape[1] // size, size, size).max(axis=(2, 3)))


def convolve(task: TaskSession, scene: Scene) -> Called:
    """Call `convolve2d`."""
    try:
        return task.call(CONVOLVE, scene.image, scene.kernel, shown=scene.shown, after=True)
    except Failed as failure:
        failure.hint = failure.hint or _raised_hint(failure.message)
        raise


def pool(task: TaskSession, image: Array, size: int | None = None) -> Called:
    """Call `max_pool2d`, with the default size where there is none."""
    shown = f"{POOL}(image of shape {image.shape}{'' if size is None else f', size={size}'})"
    try:
        return task.call(POOL, image, shown=shown, keywords={} if size is None else {"size": size}, after=True)
    except Failed as failure:
        failure.hint = failure.hint or _raised_hint(failure.message)
        raise


RAISED_HINTS = {
    "setting an array element with a sequence": "Window times kernel is an array: add its numbers up, np.sum(...).",
    REFUSAL: "Compute it with numpy alone: two loops, or np.lib.stride_tricks.sliding_window_view.",
    "could not be broadcast": "Each window is as large as the kernel: does one hang over the edge, or is a size fixed?",
    "out of bounds": "A place beyond the edge was asked for: count to h - kh + 1 and w - kw + 1, in this order.",
    "matmul": "Window and kernel are multiplied value by value: use *, not @.",
    "not aligned": "Window and kernel are multiplied value by value: use *, not np.dot.",
    "cannot reshape": "Cut the rest off first: image[:rows * size, :columns * size], rows before columns.",
    "zero-size array": "A window is empty: it begins at row * size, and lies within the image.",
    "not enough values to unpack": "Image and kernel have two axes, (h, w): there is no channel axis here.",
    "Cannot cast ufunc": "A sum of floats does not fit into an array of integers: begin with np.zeros(shape).",
}
"""What exceptions of numpy say, and what helps."""


def _raised_hint(message: str) -> str:
    """What helps where a function raised."""
    return next((hint for part, hint in RAISED_HINTS.items() if part in message), "")


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
        expect_shape(convolve(task, scene), scene.right(), convolution_mistakes(scene))


@pytest.mark.points(2)
def test_convolve2d_multiplies_and_adds_up(task: TaskSession) -> None:
    """Each value is the sum of the products of window and kernel."""

    def holds(scene: Scene) -> None:
        called = convolve(task, scene)
        tolerance = scene.tolerance(called.result.get("array"))
        expect_values(called, scene.right(), tolerance, convolution_mistakes(scene))

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
        mistakes = [*overflow_mistakes(scene), *convolution_mistakes(scene)]
        if called.result.get("dtype") in FLOATS:
            expect_values(called, scene.right(), scene.tolerance(None), mistakes)
            continue
        try:
            expect_array(called.result, shown, scene.right(), FLOATS, scene.tolerance(None), mistakes)
        except Failed as failure:
            failure.hint = failure.hint or "np.zeros(shape) makes float64; image.astype('float64') does too."
            raise


def overflow_mistakes(scene: Scene) -> list[Mistake]:
    """What comes back where integers are computed in too few bits."""
    kinds = {scene.image.dtype, scene.kernel.dtype, np.result_type(scene.image, scene.kernel)}
    says = "The sums overflow: so few bits do not hold them. Make floats first: image.astype('float64')."
    if scene.kernel.dtype.kind == "f":
        return [Mistake(says, lambda: scene.right().astype(np.int64).astype(np.uint8))]
    ways = [(kind, each) for kind in sorted(kinds, key=str) for each in (False, True)]
    return [Mistake(says, partial(_overflowed, scene, kind, each)) for kind, each in ways]


def _overflowed(scene: Scene, kind: np.dtype[Any], each: bool) -> Array:
    """The sums in this kind of integers, or where `each`, the products in it and their sums in a wider one."""
    products = _windows(scene.image.astype(np.int64), scene.kernel.shape) * scene.kernel.astype(np.int64)
    if each:
        return np.asarray(products.astype(kind).sum(axis=(2, 3)))
    return np.asarray(products.sum(axis=(2, 3)).astype(kind))


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
            failure.hint = failure.hint or _raised_hint(failure.message) or f"ValueError was expected: {REFUSE_HINT}"
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
        expect_unchanged(convolve(task, scene), (scene.image, scene.kernel))
    image, size = _pooled(POOLINGS[0], 0)
    expect_unchanged(pool(task, image, size), (image,))


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
            f"{task.task.file_name} imports {' and '.join(imported)}; numpy alone was asked.",
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
