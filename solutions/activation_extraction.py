"""Looking inside: see what each convolution and pooling layer makes of an image.

You learn that a model is a chain of layers, and that a second model can share them and show what happens in between.
"""

import keras
import numpy as np
from keras import layers

# SOLUTION BEGIN
_SHOWN = (layers.Conv2D, layers.MaxPooling2D)
# SOLUTION END


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
    # SOLUTION BEGIN
    inputs = keras.Input(shape=model.input_shape[1:])
    tensor, activations = inputs, []
    for layer in model.layers:
        if isinstance(layer, layers.InputLayer):  # a Functional model lists its Input, a Sequential does not
            continue
        tensor = layer(tensor)  # calling a layer again shares its weights
        if isinstance(layer, _SHOWN):
            activations.append(tensor)
    if not activations:
        raise ValueError("the model has neither a Conv2D nor a MaxPooling2D layer")
    return keras.Model(inputs, activations)
    # SOLUTION END


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
    # SOLUTION BEGIN
    activations = build_activation_model(model).predict(images, verbose=0)
    if isinstance(activations, np.ndarray):  # with one output, Keras gives the array without a list around it
        activations = [activations]
    names = [layer.name for layer in model.layers if isinstance(layer, _SHOWN)]
    return dict(zip(names, activations, strict=True))
    # SOLUTION END
