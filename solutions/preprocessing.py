"""Preprocessing: turn raw pixels and class numbers into what a network, and a reader, can use.

You learn why pixels are scaled before training, why convolutions want a channel axis, and how a label becomes a word.
"""

from collections.abc import Sequence

import numpy as np

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
"""The ten classes of Fashion-MNIST: the name of class 0 comes first, that of class 9 last."""


def normalize_images(images: np.ndarray) -> np.ndarray:
    """Scale pixels from 0-255 to 0-1.

    Args:
        images: `uint8` array of any shape ending in `(28, 28)`, such as `(n, 28, 28)`; values 0 to 255; `n` may be 0.
            It is left as it was.

    Returns:
        A new `float32` or `float64` array of the same shape: each pixel divided by 255, so 0.0 to 1.0.

    Example:
        >>> normalize_images(np.full((1, 28, 28), 51, dtype="uint8"))[0, 0, 0]  # about 0.2
    """
    # SOLUTION BEGIN
    return images.astype("float32") / 255
    # SOLUTION END


def add_channel_axis(images: np.ndarray) -> np.ndarray:
    """Give grey images the axis of length 1 in which convolutions expect the colour channels.

    Args:
        images: array of shape `(n, 28, 28)`, any dtype and range.

    Returns:
        An array of shape `(n, 28, 28, 1)` with the same dtype and the same values.

    Example:
        >>> add_channel_axis(np.zeros((5, 28, 28))).shape
        (5, 28, 28, 1)
    """
    # SOLUTION BEGIN
    return images[..., np.newaxis]
    # SOLUTION END


def label_names(labels: Sequence[int] | np.ndarray) -> list[str]:
    """Translate class numbers into class names.

    Args:
        labels: `n` integers from 0 to 9: a list, a tuple or an array of shape `(n,)` and any integer dtype.

    Returns:
        A list of `n` strings, the name of each label in `CLASS_NAMES`.

    Raises:
        ValueError: a label is less than 0 or greater than 9.

    Example:
        >>> label_names([9, 0])
        ['Ankle boot', 'T-shirt/top']
    """
    # SOLUTION BEGIN
    names = []
    for label in labels:
        if not 0 <= label < len(CLASS_NAMES):  # a negative index would count from the end
            raise ValueError(f"labels are 0 to 9, but one is {label}")
        names.append(CLASS_NAMES[label])
    return names
    # SOLUTION END
