"""What a model computes, worked out a second time: in numpy, from its architecture and weights, without Keras.

Everything is computed in float64, so that a difference from a model's own float32 answers is the model's rounding.
Arrays are laid out as Keras does: images `(n, height, width, channels)`, convolution kernels
`(height, width, channels / groups, filters)`, dense kernels `(inputs, units)`.
"""

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from grader.judging.activations import ACTIVATIONS, recognise_activation
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
    Other,
    Reshape,
    named,
    output_shape,
)

__all__ = [
    "ACTIVATIONS",
    "accuracy",
    "adam_first_step",
    "convolution",
    "convolve2d",
    "cross_entropy",
    "first_step_gradients",
    "forward",
    "is_within_reach",
    "max_pool2d",
    "max_pooling",
    "recognise_activation",
    "weight_shapes",
]

Floats = NDArray[np.float64]
Pair = tuple[int, int]

SMALLEST_PROBABILITY = 1e-7
"""Where Keras cuts probabilities off before it takes their logarithm (`keras.config.epsilon()`)."""

MOST_NUMBERS = 4_000_000
"""Values of one layer for all images, margins included, that are: 32 MB. The largest model asked for has a quarter."""

MOST_WORK = 5_000_000_000
"""Multiplications or comparisons that are: some seconds. The largest model asked for takes 0.2 G for one batch."""

TURN_WORK = 100_000
"""What one turn of a loop in numpy costs beside, in the same measure."""


def is_within_reach(architecture: Architecture, count: int) -> bool:
    """Whether `forward` computes a model for `count` images in little time and memory, whoever made it up."""
    shape, work = architecture.input_shape, 0
    for layer in architecture.layers:
        after = output_shape(layer, shape)
        if after is None:
            return True  # which `forward` says at once
        numbers = count * max(prod(shape), prod(after))
        if isinstance(layer, Dense):
            work += count * prod(shape) * layer.units
        elif isinstance(layer, Conv2D | MaxPooling2D):
            size = layer.kernel_size if isinstance(layer, Conv2D) else layer.pool_size
            extent = _extent(size, layer.dilation_rate) if isinstance(layer, Conv2D) else size
            _, margins = _windows((shape[0], shape[1]), extent, layer.strides, layer.padding)
            numbers = max(numbers, count * shape[2] * prod(s + m for s, m in zip(shape[:2], margins, strict=True)))
            groups, inputs = (layer.groups, shape[2] // layer.groups) if isinstance(layer, Conv2D) else (1, 1)
            work += prod(size) * (groups * TURN_WORK + count * prod(after) * inputs)
        if numbers > MOST_NUMBERS or work > MOST_WORK:
            return False
        shape = after
    return True


def forward(architecture: Architecture, weights: Sequence[NDArray[Any]], images: NDArray[Any]) -> list[Floats]:
    """Each layer's output, in order, as float64 with the batch axis first.

    Args:
        architecture: any chain of known layers.
        weights: of each layer that has some, in order: the kernel, then the bias if it uses one.
        images: `(n, *architecture.input_shape)`, any real dtype.

    Raises:
        ValueError: images, weights or a layer do not fit. The message is a sentence.
    """
    if images.shape[1:] != architecture.input_shape:
        raise ValueError(f"The model takes inputs of {architecture.input_shape}, not of {images.shape[1:]}.")
    values = np.asarray(images, dtype=np.float64)
    rest, outputs = list(weights), []
    for layer in architecture.layers:
        if isinstance(layer, Other) or output_shape(layer, values.shape[1:]) is None:
            raise ValueError(f"The layer {named(layer)} cannot be computed on values of {values.shape[1:]}.")
        shapes = weight_shapes(layer, values.shape[1:])
        taken, rest = rest[: len(shapes)], rest[len(shapes) :]
        if [array.shape for array in taken] != shapes:
            found = [array.shape for array in taken] or "none"
            raise ValueError(f"The layer {named(layer)} has weights of shapes {shapes}, not {found}.")
        with np.errstate(all="ignore"):  # weights that overflow, or are not finite, are no fault of ours
            values = _layer(layer, [np.asarray(array, dtype=np.float64) for array in taken], values)
        outputs.append(values)
    if rest:
        raise ValueError(f"The model has {len(weights) - len(rest)} arrays of weights, not {len(weights)}.")
    return outputs


def weight_shapes(layer: Layer, shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The shapes of a layer's weights, in Keras's order, on an input of `shape` (without the batch axis)."""
    match layer:
        case Dense():
            return [(shape[-1], layer.units), (layer.units,)][: 1 + layer.use_bias]
        case Conv2D():
            kernel = (*layer.kernel_size, shape[-1] // layer.groups, layer.filters)
            return [kernel, (layer.filters,)][: 1 + layer.use_bias]
        case _:
            return []


def _layer(layer: Layer, weights: list[Floats], values: Floats) -> Floats:
    match layer:
        case Dense():
            return ACTIVATIONS[layer.activation](_biased(values @ weights[0], weights))
        case Conv2D():
            result = convolution(values, weights[0], layer.strides, layer.padding, layer.dilation_rate, layer.groups)
            return ACTIVATIONS[layer.activation](_biased(result, weights))
        case MaxPooling2D():
            return max_pooling(values, layer.pool_size, layer.strides, layer.padding)
        case AveragePooling2D():
            height, width = (length // size for length, size in zip(values.shape[1:3], layer.pool_size, strict=True))
            rows, columns = layer.pool_size
            windows = values[:, : height * rows, : width * columns]
            return np.asarray(windows.reshape(len(values), height, rows, width, columns, -1).mean(axis=(2, 4)))
        case Dropout():
            return values
        case Activation():
            return ACTIVATIONS[layer.activation](values)
        case Flatten():
            return values.reshape(len(values), -1)
        case Reshape():
            return values.reshape(len(values), *layer.target_shape)
        case Other():
            raise ValueError(f"The layer {layer.kind} is not known.")


def _biased(values: Floats, weights: list[Floats]) -> Floats:
    return values + weights[1] if len(weights) > 1 else values


def convolution(
    images: Floats,
    kernel: Floats,
    strides: Pair = (1, 1),
    padding: str = "valid",
    dilation: Pair = (1, 1),
    groups: int = 1,
) -> Floats:
    """The cross-correlation that Conv2D computes, without bias.

    `(n, h, w, channels)` with `(kh, kw, channels / groups, filters)` gives `(n, h', w', filters)`. Each pixel of the
    kernel takes part once, for all images and places together: a matrix product of the channels under it.
    """
    size = kernel.shape[0], kernel.shape[1]
    padded, (height, width) = _padded(images, _extent(size, dilation), strides, padding, 0.0)
    inputs, filters = kernel.shape[2], kernel.shape[3] // groups
    result = np.zeros((len(images), height, width, kernel.shape[3]))
    for row, column in product(range(size[0]), range(size[1])):
        under = _shifted(padded, (row * dilation[0], column * dilation[1]), strides, (height, width))
        for group in range(groups):
            into = slice(group * filters, (group + 1) * filters)
            result[..., into] += under[..., group * inputs : (group + 1) * inputs] @ kernel[row, column, :, into]
    return result


def max_pooling(images: Floats, size: Pair = (2, 2), strides: Pair = (2, 2), padding: str = "valid") -> Floats:
    """The maximum of each window of each channel: `(n, h, w, channels)` to `(n, h', w', channels)`."""
    padded, (height, width) = _padded(images, size, strides, padding, -np.inf)
    result = np.full((len(images), height, width, images.shape[3]), -np.inf)
    for offset in product(range(size[0]), range(size[1])):
        np.maximum(result, _shifted(padded, offset, strides, (height, width)), out=result)
    return result


def _extent(size: Pair, dilation: Pair) -> Pair:
    return (size[0] - 1) * dilation[0] + 1, (size[1] - 1) * dilation[1] + 1


def _windows(lengths: Pair, extent: Pair, strides: Pair, padding: str) -> tuple[Pair, Pair]:
    """How many windows there are along both axes, and how many pixels padding `same` adds to each for them."""
    if padding == "valid":
        height, width = (
            (length - size) // step + 1 for length, size, step in zip(lengths, extent, strides, strict=True)
        )
        return (height, width), (0, 0)
    height, width = (-(-length // step) for length, step in zip(lengths, strides, strict=True))
    rows, columns = (
        max((count - 1) * step + size - length, 0)
        for count, step, size, length in zip((height, width), strides, extent, lengths, strict=True)
    )
    return (height, width), (rows, columns)


def _padded(images: Floats, extent: Pair, strides: Pair, padding: str, filler: float) -> tuple[Floats, Pair]:
    """The images with what padding `same` adds (TensorFlow puts the odd pixel below and right); the result's size."""
    count, missing = _windows((images.shape[1], images.shape[2]), extent, strides, padding)
    if missing == (0, 0):
        return images, count
    margins = [(0, 0), *((total // 2, total - total // 2) for total in missing), (0, 0)]
    return np.pad(images, margins, constant_values=filler), count


def _shifted(images: Floats, offset: Pair, strides: Pair, size: Pair) -> Floats:
    """The pixel at `offset` of every window: `(n, *size, channels)`, a view."""
    rows, columns = (
        slice(begin, begin + (count - 1) * step + 1, step)
        for begin, count, step in zip(offset, size, strides, strict=True)
    )
    return images[:, rows, columns]


def convolve2d(image: ArrayLike, kernel: ArrayLike) -> Floats:
    """The 'valid' cross-correlation of one channel: `(h, w)` with `(kh, kw)` to `(h-kh+1, w-kw+1)`.

    Raises:
        ValueError: the kernel is larger than the image, or one of them has not two axes.
    """
    pixels, weights = np.asarray(image, dtype=np.float64), np.asarray(kernel, dtype=np.float64)
    if pixels.ndim != 2 or weights.ndim != 2 or any(np.greater(weights.shape, pixels.shape)):
        raise ValueError(f"A kernel of shape {weights.shape} does not fit in an image of shape {pixels.shape}.")
    return convolution(pixels[None, :, :, None], weights[:, :, None, None])[0, :, :, 0]


def max_pool2d(image: ArrayLike, size: int = 2) -> Floats:
    """The maximum of each `size` x `size` window: `(h, w)` to `(h//size, w//size)`; a rest that fills none is left."""
    pixels = np.asarray(image, dtype=np.float64)
    height, width = pixels.shape[0] // size, pixels.shape[1] // size
    return np.asarray(pixels[: height * size, : width * size].reshape(height, size, width, size).max(axis=(1, 3)))


def cross_entropy(probabilities: ArrayLike, labels: ArrayLike) -> float:
    """Keras's mean sparse categorical crossentropy of `(n, classes)` probabilities and `(n,)` integer labels."""
    given, classes = np.asarray(probabilities, dtype=np.float64), np.asarray(labels)
    shares = given / given.sum(axis=-1, keepdims=True)
    right = np.clip(shares, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)[np.arange(len(classes)), classes]
    return float(-np.log(right).mean())


def accuracy(probabilities: ArrayLike, labels: ArrayLike) -> float:
    """The share of rows of `(n, classes)` whose largest entry is at the label, 0 to 1."""
    return float(np.mean(np.argmax(np.asarray(probabilities), axis=-1) == np.asarray(labels)))


def first_step_gradients(
    architecture: Architecture, weights: Sequence[NDArray[Any]], images: NDArray[Any], labels: ArrayLike
) -> list[Floats]:
    """The gradients of the mean crossentropy for the last layer's kernel `(inputs, classes)` and, if it has one, bias.

    For softmax and crossentropy together, the gradient for the logits is probability minus one-hot label (Bridle,
    1990), so nothing has to be differentiated.

    Raises:
        ValueError: the last layer is no Dense with softmax, or something does not fit (see `forward`).
    """
    last = architecture.layers[-1] if architecture.layers else None
    if not isinstance(last, Dense) or last.activation != "softmax":
        raise ValueError("The gradient is known only where the last layer is a Dense layer with softmax.")
    outputs = [np.asarray(images, dtype=np.float64), *forward(architecture, weights, images)]
    classes = np.asarray(labels)
    slopes = outputs[-1].copy()
    slopes[np.arange(len(classes)), classes] -= 1
    slopes /= len(classes)
    if slopes.ndim != 2:
        raise ValueError("The gradient is known only where the last layer gives one row of numbers for each image.")
    return [outputs[-2].T @ slopes, slopes.sum(axis=0)][: 1 + last.use_bias]


def adam_first_step(
    gradient: NDArray[Any],
    learning_rate: float = 0.001,
    epsilon: float = 1e-7,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
) -> NDArray[np.float32]:
    """What Adam's first step adds to the weights: about `-learning_rate * g / (|g| + epsilon)`.

    The moments begin at zero. The operations, their order and float32 are those of Keras 3 (`optimizers/adam.py`),
    which differ from the formula of Kingma and Ba, 2015, in where epsilon stands: here it counts 1 / sqrt(1 - beta_2)
    times as much.
    """
    single = np.float32
    slope = np.asarray(gradient, dtype=single)
    rate = single(learning_rate) * np.sqrt(single(1) - single(beta_2)) / (single(1) - single(beta_1))
    momentum = slope * single(1 - beta_1)
    velocity = slope * slope * single(1 - beta_2)
    return np.asarray(-(momentum * rate) / (np.sqrt(velocity) + single(epsilon)), dtype=single)
