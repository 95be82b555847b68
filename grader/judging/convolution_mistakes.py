"""What `convolve2d` and `max_pool2d` return when a known mistake is made: the catalogue that names it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from grader.judging import oracle
from grader.judging.diagnosis import Array, Mistake


def convolution_mistakes(image: Array, kernel: Array) -> list[Mistake]:
    """What `convolve2d` returns when a known mistake is made."""
    image, kernel = image.astype(np.float64), kernel.astype(np.float64)
    height, width = kernel.shape
    right = oracle.convolve2d(image, kernel)
    turned = "The kernel was turned by 180 degrees, a convolution in the mathematician's sense; use it as it is."
    padded = "Zeros were put around the image ('same' padding): use only windows that lie within it."
    strided = "The window moves by more than one pixel at a time: every place counts."
    short = "The last row or column is missing: there are h - kh + 1 places below each other, w - kw + 1 side by side."
    unfinished = "Rows or columns at the end are 0: does a loop end too early, or the `return` stand inside one?"
    surrounded = (
        "The result has the image's shape, with zeros where no sum belongs: (h - kh + 1, w - kw + 1) was asked for."
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
        Mistake("h and w are two numbers: image.shape[0] and image.shape[1].", lambda: _square(right)),
        Mistake("The result is flat: give it the shape (h - kh + 1, w - kw + 1), by reshape.", lambda: right.ravel()),
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
        Mistake("Window and kernel were multiplied by @, a matrix product; use *.", lambda: _matrix(image, kernel.T)),
        Mistake("** is a power: window and kernel are multiplied by *.", lambda: _powers(image, kernel)),
        Mistake(
            "The products were added up over one axis, or over other axes: a window has two, the last ones.",
            lambda: (_windows(image, kernel.shape) * kernel).sum(axis=2),
        ),
        Mistake(
            "The products were added up over one axis, or over other axes: a window has two, the last ones.",
            lambda: (_windows(image, kernel.shape) * kernel).sum(axis=3),
        ),
        *(
            Mistake(
                "The products were added up over the places: axis=(2, 3) are those of a window.",
                partial(_summed, image, kernel, axes),
            )
            for axes in ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3))
        ),
        Mistake(
            "np.tensordot(windows, kernel, axes=2) adds up over both axes of a window, axes=1 over one.",
            lambda: _matrices(image, kernel),
        ),
        Mistake("The largest product was taken: add the products up.", lambda: _largest(image, kernel)),
        Mistake("Only the last product is there: write += instead of =.", lambda: _one_product(image, kernel, -1)),
        Mistake(
            "Of each window only the last row of products is there: write += instead of =.",
            lambda: oracle.convolve2d(image, _only(kernel, -1, None)),
        ),
        Mistake(
            "Of each window only the last column of products is there: write += instead of =.",
            lambda: oracle.convolve2d(image, _only(kernel, None, -1)),
        ),
        Mistake(
            "Only one row of each window was taken: image[i:i + kh, j:j + kw] holds all of them.",
            lambda: oracle.convolve2d(image, kernel.sum(axis=0, keepdims=True))[: right.shape[0]],
        ),
        Mistake(
            "Only one column of each window was taken: image[i:i + kh, j:j + kw] holds all of them.",
            lambda: oracle.convolve2d(image, kernel.sum(axis=1, keepdims=True))[:, : right.shape[1]],
        ),
        Mistake("Only the first product is there: add up all of them.", lambda: _one_product(image, kernel, 0)),
        Mistake(
            "Window and kernel were added instead of multiplied.", lambda: _ones(image, kernel.shape) + kernel.sum()
        ),
        Mistake(
            "Negative sums were set to 0, by ReLU, np.maximum or np.clip: that is no part of it.",
            lambda: np.maximum(right, 0),
        ),
        Mistake("The signs are lost: do not take absolute values.", lambda: np.abs(right)),
        Mistake("The sign is turned.", lambda: -right),
        Mistake(integer, lambda: np.trunc(right)),
        Mistake("The sums were rounded: do not round.", lambda: np.round(right)),
        Mistake("The sums were rounded: do not round.", lambda: np.round(right, 1)),
        Mistake("All values are 0: the sums were not written into the result.", lambda: 0 * right),
        Mistake("The kernel was cut to whole numbers.", lambda: oracle.convolve2d(image, np.trunc(kernel))),
        Mistake("The image was cut to whole numbers.", lambda: oracle.convolve2d(np.trunc(image), kernel)),
        *(
            Mistake("Image and kernel were cut to whole numbers.", partial(_whole, image, kernel, to_whole))
            for to_whole in (np.trunc, np.round)
        ),
        Mistake(
            "The image was converted to whole numbers of 8 bits, which hold 0 to 255: make floats of it.",
            lambda: oracle.convolve2d(np.trunc(image).astype(np.int64).astype(np.uint8), kernel),
        ),
        Mistake("The image was divided by 255: use it as it is.", lambda: right / 255),
        Mistake("The image was divided by its largest value: use it as it is.", lambda: right / (image.max() or 1)),
        Mistake(
            "Each sum begins with the one before it: begin at 0 for every window, inside the loops.",
            lambda: np.cumsum(right).reshape(right.shape),
        ),
        Mistake(
            "Each sum begins with the one before it in its row: begin at 0 for every window, in the inner loop.",
            lambda: np.cumsum(right, axis=1),
        ),
        Mistake(
            "The windows are one row and column too small: image[i:i + kh, j:j + kw].",
            lambda: _left_out(image, kernel, -1, None) - _corner(image, kernel),
        ),
        Mistake(
            "Only the kernel's first row is there: does the `return` stand inside a loop?",
            lambda: oracle.convolve2d(image, _only(kernel, 0, None)),
        ),
        Mistake(
            "Within a window rows and columns are counted apart: image[i + m, j + n].",
            lambda: _diagonal(image, kernel),
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
    return oracle.convolve2d(image, kernel - _only(kernel, row, column))


def _only(kernel: Array, row: int | None, column: int | None) -> Array:
    """The kernel with zeros but for one row or column."""
    place = slice(None) if row is None else row, slice(None) if column is None else column
    kept = np.zeros_like(kernel)
    kept[place] = kernel[place]
    return kept


def _diagonal(image: Array, kernel: Array) -> Array:
    """The sums where a window's row is taken for its column too."""
    windows = _windows(image, kernel.shape)
    return np.asarray(sum(windows[:, :, row, row] * kernel[row].sum() for row in range(min(kernel.shape))))


def _whole(image: Array, kernel: Array, to_whole: Callable[[Array], Array]) -> Array:
    """The sums of whole numbers: the kernel's, rounded or cut, and the image's."""
    return oracle.convolve2d(np.trunc(image), to_whole(kernel))


def _summed(image: Array, kernel: Array, axes: tuple[int, ...]) -> Array:
    """The products of all windows, added up over other axes."""
    return np.asarray((_windows(image, kernel.shape) * kernel).sum(axis=axes))


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


def _square(right: Array) -> Array:
    """As much of the result as has as many rows as columns."""
    return right[: min(right.shape), : min(right.shape)]


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


def _matrices(image: Array, kernel: Array) -> Array:
    if kernel.shape[0] != kernel.shape[1]:
        return np.zeros((0, 0))
    return np.asarray(_windows(image, kernel.shape) @ kernel)


def _powers(image: Array, kernel: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.asarray((_windows(image, kernel.shape) ** kernel).sum(axis=(2, 3)))


def _largest(image: Array, kernel: Array) -> Array:
    return np.asarray((_windows(image, kernel.shape) * kernel).max(axis=(2, 3)))


def _one_product(image: Array, kernel: Array, place: int) -> Array:
    return np.asarray(_windows(image, kernel.shape)[:, :, place, place] * kernel[place, place])


def overflow_mistakes(image: Array, kernel: Array) -> list[Mistake]:
    """What comes back where integers are computed in too few bits."""
    says = "The sums overflow: so few bits do not hold them. Make floats first: image.astype('float64')."
    if kernel.dtype.kind == "f":
        return [Mistake(says, lambda: oracle.convolve2d(image, kernel).astype(np.int64).astype(np.uint8))]
    cast = "The kernel was converted to the image's dtype, which does not hold all of its numbers: make floats of both."
    other = [Mistake(cast, lambda: oracle.convolve2d(image, kernel.astype(image.dtype)))]
    kinds = {image.dtype, kernel.dtype, np.result_type(image, kernel)}
    ways = [(kind, each) for kind in sorted(kinds, key=str) for each in (False, True)]
    return other + [Mistake(says, partial(_overflowed, image, kernel, kind, each)) for kind, each in ways]


def _overflowed(image: Array, kernel: Array, kind: np.dtype[Any], each: bool) -> Array:
    """The sums in this kind of integers, or where `each`, the products in it and their sums in a wider one."""
    products = _windows(image.astype(np.int64), kernel.shape) * kernel.astype(np.int64)
    if each:
        return np.asarray(products.astype(kind).sum(axis=(2, 3)))
    return np.asarray(products.sum(axis=(2, 3)).astype(kind))


def pooling_mistakes(image: Array, size: int) -> list[Mistake]:
    """What `max_pool2d` returns when a known mistake is made."""
    floats = image.astype(np.float64)
    right = oracle.max_pool2d(floats, size)
    rows, columns = right.shape
    kept = floats[: rows * size, : columns * size]
    blocks = kept.reshape(rows, size, columns, size)
    rest = "The rest that fills no window was pooled too: drop it."
    mixed = "The pixels were mixed by reshape or max: of (rows, size, columns, size), a window has the axes 1 and 3."
    unfinished = "Rows or columns at the end are 0: does a loop end too early, or the `return` stand inside one?"
    halfway = "The maximum was taken over one axis: of (rows, size, columns, size), a window has two, axis=(1, 3)."
    whole = "The largest value of the whole image came back"
    alone = f"{whole}: with size=1 each pixel is a window of its own, and nothing changes."
    return [
        Mistake(alone if size == 1 else f"{whole}.", lambda: floats.max(keepdims=True)),
        Mistake("The mean of each window was taken; the maximum was asked for.", lambda: blocks.mean(axis=(1, 3))),
        Mistake("The smallest value of each window was taken.", lambda: blocks.min(axis=(1, 3))),
        Mistake("The values of each window were added up.", lambda: blocks.sum(axis=(1, 3))),
        Mistake("The median of each window was taken.", lambda: np.median(blocks, axis=(1, 3))),
        Mistake(
            "The search for the maximum begins at 0, or ReLU follows: begin at the first value, or use np.max.",
            lambda: np.maximum(right, 0),
        ),
        Mistake("The signs are lost: do not take absolute values.", lambda: np.abs(blocks).max(axis=(1, 3))),
        Mistake(
            "The windows overlap: they stand side by side, and begin at every size-th pixel.",
            lambda: _windows(floats, (size, size)).max(axis=(2, 3)),
        ),
        Mistake(
            "Only the first value is there: does a `return` end the loop in its first turn, or do loops end too early?",
            lambda: np.where(np.arange(right.size).reshape(right.shape) == 0, right, 0),
        ),
        Mistake("The last windows are missing: count to h // size and w // size.", lambda: _less(right)),
        Mistake("The last windows are missing: count to h // size and w // size.", lambda: right[:-1]),
        Mistake("Axes of length 1 are left: leave keepdims out.", lambda: blocks.max(axis=(1, 3), keepdims=True)),
        Mistake("h and w are two numbers: image.shape[0] // size, image.shape[1] // size.", lambda: _square(right)),
        *(Mistake(unfinished, partial(_begun, right, *kept)) for kept in ((1, None), (-1, None), (None, -1), (-1, -1))),
        Mistake(
            "The windows begin at every second pixel, whatever size is.",
            lambda: _windows(floats, (size, size))[::2, ::2].max(axis=(2, 3)),
        ),
        Mistake(rest, lambda: _pooled_whole(floats, size, -np.inf)),
        Mistake(rest, lambda: _pooled_whole(floats, size, 0.0)),
        Mistake(rest, lambda: _pooled_whole(floats[: rows * size], size, -np.inf)),
        Mistake(rest, lambda: _pooled_whole(floats[:, : columns * size], size, -np.inf)),
        Mistake("One value of each window was taken, whichever is larger.", lambda: floats[::size, ::size]),
        Mistake("One value of each window was taken, whichever is larger.", lambda: kept[::size, ::size]),
        Mistake(
            "Each window lacks its last row and column: [i * size:(i + 1) * size] holds all. Is 2 written for size?",
            lambda: blocks[:, : max(size - 1, 1), :, : max(size - 1, 1)].max(axis=(1, 3)),
        ),
        Mistake("The windows are 2 x 2 whatever size is.", lambda: oracle.max_pool2d(floats)),
        Mistake("The windows are 2 x 2 whatever size is.", lambda: oracle.max_pool2d(floats)[:rows, :columns]),
        Mistake(
            "The windows are 3 x 3: where no size is given, it is 2.",
            lambda: oracle.max_pool2d(floats, 3) if min(floats.shape) > 2 else right * 0 - 1,
        ),
        Mistake("The windows are one pixel too large.", lambda: _larger(floats, size)),
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
        *(Mistake(halfway, partial(_over, blocks, (axis,))) for axis in range(4)),
        Mistake(mixed, lambda: _mixed(kept, rows, size)),
        *(Mistake(f"Only {part} of each window was looked at.", partial(_part, blocks, part)) for part in PARTS),
        Mistake("The place of the maximum came back, argmax; its value was asked for, max.", lambda: _places(blocks)),
        Mistake("The maxima were cut to whole numbers: np.zeros(shape) makes floats.", lambda: np.trunc(right)),
        Mistake("All values are 0: the maxima were not written into the result.", lambda: 0 * right),
        Mistake("The image came back as it was.", lambda: floats),
        Mistake(f"{whole}.", lambda: np.full(right.shape, floats.max())),
    ]


PARTS = ("the first row", "the last row", "the first column", "the last column", "the diagonal")
"""What a search for a maximum may confine itself to."""


def _part(blocks: Array, part: str) -> Array:
    """The largest value in a part of each window."""
    size = blocks.shape[1]
    if part == "the diagonal":
        return np.asarray(np.max([blocks[:, place, :, place] for place in range(size)], axis=0))
    place = 0 if "first" in part else -1
    return np.asarray((blocks[:, place] if "row" in part else blocks[..., place]).max(axis=-1 if "row" in part else 1))


def _larger(floats: Array, size: int) -> Array:
    """The maxima of windows that are one pixel larger, where such fit."""
    return oracle.max_pool2d(floats, size + 1) if size < min(floats.shape) else floats * 0 - 1


def _less(right: Array) -> Array:
    return right[:-1, :-1]


def _pooled_whole(floats: Array, size: int, filler: float) -> Array:
    height, width = floats.shape
    padding = ((0, -height % size), (0, -width % size))
    return oracle.max_pool2d(np.pad(floats, padding, constant_values=filler), size)


def _from_the_end(floats: Array, size: int) -> Array:
    height, width = floats.shape
    return oracle.max_pool2d(floats[height % size :, width % size :], size)


def _over(blocks: Array, axes: tuple[int, ...]) -> Array:
    return np.asarray(blocks.max(axis=axes))


def _places(blocks: Array) -> Array:
    rows, size, columns, _ = blocks.shape
    return np.asarray(blocks.swapaxes(1, 2).reshape(rows, columns, size * size).argmax(axis=2))


def _mixed(kept: Array, rows: int, size: int) -> Array:
    return np.asarray(kept.reshape(rows, kept.shape[1] // size, size, size).max(axis=(2, 3)))
