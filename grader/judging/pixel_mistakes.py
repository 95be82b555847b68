"""What `normalize_images` and `add_channel_axis` return when a known mistake is made: the catalogue that names it."""

import numpy as np

from grader.judging.diagnosis import Array, Mistake

FEWEST_SHADES = 20
"""Different pixels from which a curve can be told from chance."""


def normalized(images: Array) -> Array:
    """What is right: float64, 0 to 1."""
    return np.asarray(images.astype(np.float64) / 255)


def normalize_mistakes(images: Array, array: Array | None = None) -> list[Mistake]:
    """What `normalize_images` returns when a known mistake is made; `array` is what it did return."""
    floats = images.astype(np.float64)
    scaled = floats / 255
    return [
        Mistake("The pixels came back as they were: divide by 255, dark images too.", lambda: floats),
        Mistake("This is the scaling done twice: divide by 255 once.", lambda: scaled / 255),
        Mistake("This is pixel / 256: the largest pixel is 255, and 255 / 255 is 1.", lambda: floats / 256),
        Mistake(
            "Only whole numbers are left, here 0: use / instead of //, and no array of integers, as zeros_like gives.",
            lambda: floats // 255,
        ),
        Mistake(
            "This is -1 to 1: pixel / 127.5 - 1 was computed, pixel / 255 was asked for.", lambda: floats / 127.5 - 1
        ),
        Mistake("The images are inverted: 1 - pixel / 255.", lambda: 1 - scaled),
        Mistake("The mean was subtracted: only divide by 255.", lambda: scaled - np.mean(scaled)),
        Mistake("The mean was subtracted: only divide by 255.", lambda: floats - np.mean(floats)),
        Mistake("The images were standardised (mean 0, spread 1): only divide by 255.", lambda: _standardised(floats)),
        Mistake("Each pixel was standardised over the images: only divide by 255.", lambda: _standardised(floats, 0)),
        Mistake("The division is by the largest pixel of the array, not by 255.", lambda: floats / _top(floats)),
        Mistake("The smallest and largest pixel of the array set the scale; use 0 and 255.", lambda: _min_max(floats)),
        Mistake("The division is by the sum of all pixels; divide by 255.", lambda: floats / (np.sum(floats) or 1)),
        Mistake("The division is by the norm of the array; divide by 255.", lambda: floats / (_norm(floats) or 1)),
        Mistake("This is pixel / 255 rounded to whole numbers: do not round.", lambda: np.round(scaled)),
        Mistake("This is pixel / 255 rounded to one decimal: do not round.", lambda: np.round(scaled, 1)),
        Mistake("This is pixel / 255 rounded to two decimals: do not round.", lambda: np.round(scaled, 2)),
        Mistake("This is pixel / 255 rounded to three decimals: do not round.", lambda: np.round(scaled, 3)),
        Mistake("This is pixel * 255 in 8 bits: divide by 255.", lambda: (images * np.uint8(255)).astype(np.float64)),
        Mistake("The pixels were cut to 0 to 1, np.clip: divide by 255.", lambda: np.clip(floats, 0, 1)),
        Mistake("int8 holds -128 to 127 only: divide the pixels as they are.", lambda: images.astype(np.int8) / 255),
        Mistake("Each row was divided by its own norm; divide by 255.", lambda: floats / _norms(floats, -1)),
        Mistake("Each column was divided by its own norm; divide by 255.", lambda: floats / _norms(floats, -2)),
        Mistake("This is 255 / pixel; pixel / 255 was asked for.", lambda: 255 / np.where(floats == 0, 255e9, floats)),
        Mistake("Rows and columns are exchanged.", lambda: np.swapaxes(scaled, -1, -2)),
        Mistake("The order of the images is reversed.", lambda: scaled[::-1]),
        Mistake("The images are mirrored.", lambda: scaled[..., ::-1]),
        Mistake("The images stand on their heads.", lambda: scaled[..., ::-1, :]),
        Mistake(
            "Only the first image is there, the others are 0: does a `return` end the loop in its first turn?",
            lambda: np.concatenate([scaled[:1], 0 * scaled[1:]]),
        ),
        Mistake(
            "The first image is 0, the others are right: places are counted from 0.",
            lambda: np.concatenate([0 * scaled[:1], scaled[1:]]),
        ),
        Mistake(
            "The last image is 0, the others are right: go over all of them.",
            lambda: np.concatenate([scaled[:-1], 0 * scaled[-1:]]),
        ),
        *_linear_mistakes(floats, array),
        *_curve_mistakes(images, array),
    ]


def _linear_mistakes(floats: Array, array: Array | None) -> list[Mistake]:
    """What is another multiple of the pixel, plus a number: estimated from the darkest and the brightest pixel."""
    if array is None or array.shape != floats.shape or array.size == 0:
        return []
    low, high = np.argmin(floats), np.argmax(floats)
    run = float(floats.flat[high] - floats.flat[low])
    slope = float(array.flat[high] - array.flat[low]) / run if run else 0.0
    if not np.isfinite(slope) or abs(slope) < 1e-9:
        return []
    offset = float(array.flat[high]) - slope * float(floats.flat[high])
    if abs(offset) < 1e-4 * abs(slope):
        if abs(255 * slope - 1) < 1e-3:
            shown = f"This is pixel / {1 / slope:.6g}: divide by 255 itself, and add nothing to it."
            return [Mistake(shown, lambda: slope * floats)]
        shown = f"pixel / {1 / slope:.5g}" if abs(slope) < 1 else f"pixel * {slope:.5g}"
        return [Mistake(f"This is {shown}; divide by 255.", lambda: slope * floats)]
    scaled = "pixel" if abs(slope - 1) < 1e-6 else f"pixel / {1 / slope:.5g}"
    shown = f"{scaled} {'+' if offset > 0 else '-'} {abs(offset):.4g}"
    return [Mistake(f"This is {shown}: divide by 255, and add nothing.", lambda: slope * floats + offset)]


def _curve_mistakes(images: Array, array: Array | None) -> list[Mistake]:
    """What rises with the pixel, whatever the curve: straight ones are found before."""
    if array is None or array.shape != images.shape:
        return []
    _, first, places = np.unique(images, return_index=True, return_inverse=True)
    curve = array.ravel()[first]
    if len(first) < FEWEST_SHADES or not np.all(np.diff(curve) > 0):
        return []
    says = (
        "The values rise with the pixels, but not in proportion to them: no logarithm, root or power, only pixel / 255."
    )
    return [Mistake(says, lambda: curve[places].reshape(images.shape))]


def _standardised(floats: Array, axis: int | None = None) -> Array:
    spread = np.std(floats, axis=axis, keepdims=True)
    return np.asarray((floats - np.mean(floats, axis=axis, keepdims=True)) / np.where(spread == 0, 1.0, spread))


def _norm(floats: Array) -> float:
    return float(np.linalg.norm(floats.ravel()))


def _norms(floats: Array, axis: int) -> Array:
    norms = np.linalg.norm(floats, axis=axis, keepdims=True)
    return np.asarray(np.where(norms == 0, 1.0, norms))


def _top(floats: Array) -> float:
    return float(np.max(floats, initial=0)) or 1.0


def _min_max(floats: Array) -> Array:
    low = float(np.min(floats, initial=255))
    return (floats - low) / ((_top(floats) - low) or 1.0)


def add_axis_mistakes(images: Array) -> list[Mistake]:
    """What `add_channel_axis` returns when a known mistake is made."""
    only_first = "Only the first image came back."
    if len(images) == 1:
        only_first = (
            "One image has lost its axis: np.squeeze takes out every axis of length 1, and images[0] the first one."
        )
    return [
        Mistake("The array came back as it was: the new axis goes at the end.", lambda: images),
        Mistake("The new axis is in front; it goes at the end, for the channel.", lambda: images[None]),
        Mistake("The channel axis is second (channels first); it goes at the end.", lambda: images[:, None]),
        Mistake("The images were repeated to fill three channels; one was asked for.", lambda: _repeated(images)),
        Mistake("The new axis is third; it goes at the end.", lambda: images[:, :, None]),
        Mistake("There are two new axes; one was asked for.", lambda: images[..., None, None]),
        Mistake("There are three channels; one was asked for.", lambda: np.repeat(images[..., None], 3, axis=-1)),
        Mistake("The images are flattened.", lambda: images.reshape(len(images), -1)),
        Mistake("The images are flattened.", lambda: images.reshape(len(images), -1, 1)),
        Mistake(only_first, lambda: images[0]),
        Mistake(only_first, lambda: images[0][..., None]),
        Mistake(only_first, lambda: images[:1][..., None]),
        Mistake("Rows and columns are exchanged.", lambda: np.swapaxes(images, 1, 2)[..., None]),
        Mistake(
            "The pixels are divided by 255 here, which is normalize_images's work.", lambda: images[..., None] / 255
        ),
        Mistake("The order of the images is reversed.", lambda: images[::-1][..., None]),
        Mistake("The pixels were cut to 0 to 1, np.clip: only an axis is added.", lambda: _clipped(images, 0, 1)),
        Mistake("The pixels were cut to 0 to 255, np.clip: only an axis is added.", lambda: _clipped(images, 0, 255)),
        Mistake(
            "The pixels were read column by column, order='F': leave order out.",
            lambda: images.ravel(order="F").reshape(*images.shape, 1),
        ),
        Mistake(
            "The axes were moved by reshape, which mixes the pixels: use np.expand_dims or images[..., np.newaxis].",
            lambda: np.moveaxis(images.reshape(*images.shape[1:], len(images)), -1, 0)[..., None],
        ),
        Mistake(
            "All values are 0: the images were not copied into the result, or divided.", lambda: 0 * images[..., None]
        ),
        Mistake(
            "Only the first image was copied into the result, the others are 0.",
            lambda: np.concatenate([images[:1], 0 * images[1:]])[..., None],
        ),
    ]


def _clipped(images: Array, low: int, high: int) -> Array:
    return np.clip(images, low, high)[..., None]


def _repeated(images: Array) -> Array:
    return np.resize(images, (*images.shape, 3))


def same_size_mistakes(images: Array) -> list[Mistake]:
    """Those that keep the number of values but not the values, or not their places."""
    kept = ("Rows and", "The pixels", "The order", "The axes", "All values", "Only the first image was")
    return [mistake for mistake in add_axis_mistakes(images) if mistake.says.startswith(kept)]
