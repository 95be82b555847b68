"""Looking inside: see what each convolution and pooling layer makes of an image.

You learn that a model is a chain of layers, and that a second model can share them and show what happens in between.
"""

import keras
import numpy as np
from keras import layers


def build_activation_model(model: keras.Model) -> keras.Model:
    """Build a model that shows the output of every Conv2D and MaxPooling2D layer of another.

    Args:
        model: a chain of layers, Sequential or Functional without branches, that knows its input shape. It may be
            trained or not, and it may never have been called.

    Returns:
        A model that takes what `model` takes and gives the `float32` output, of shape `(n, height, width, channels)`,
        of each Conv2D and MaxPooling2D layer of `model`, in their order. It shares its weights with `model`: when
        `model` is trained further, its outputs change too.

    Raises:
        ValueError: `model` has neither a Conv2D nor a MaxPooling2D layer.

    Example:
        >>> len(build_activation_model(build_cnn(conv_layers=2)).outputs)
        4
    """
    raise NotImplementedError("activation_extraction: build_activation_model is not written yet")


def extract_activations(model: keras.Model, images: np.ndarray) -> dict[str, np.ndarray]:
    """Compute what every Conv2D and MaxPooling2D layer of a model makes of some images.

    Args:
        model: as for `build_activation_model`, with an input of shape `(28, 28, 1)`.
        images: float array of shape `(n, 28, 28, 1)`, values 0 to 1, `n` at least 1.

    Returns:
        A dict, in the order of the layers, from each layer's name to its activations: a numpy float array of shape
        `(n, height, width, channels)`.

    Raises:
        ValueError: `model` has neither a Conv2D nor a MaxPooling2D layer.

    Example:
        >>> [array.shape for array in extract_activations(build_cnn(conv_layers=1), images[:3]).values()]
        [(3, 26, 26, 64), (3, 13, 13, 64)]
    """
    raise NotImplementedError("activation_extraction: extract_activations is not written yet")
