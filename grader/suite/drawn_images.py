"""Images that models are asked about: noise, and every other one as dark as those of Fashion-MNIST mostly are."""

import numpy as np

from grader.judging.diagnosis import Array

DARK = np.float32(0.5)
"""Every second image is darkened by this, and so much of it is black: what is right for noise alone shows there."""


def drawn_images(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Images of a `shape` that begins with their number, float32, 0 to 1."""
    images = generator.random(shape, dtype=np.float32)
    images[1::2] *= DARK * (generator.random(images[1::2].shape, dtype=np.float32) < DARK)
    return images
