"""A dense network: build and compile your first classifier.

You learn the Sequential API, what ReLU and softmax are for, and what a model needs to know before it can be trained.
"""

import keras
from keras import layers


def build_dense_model(hidden_units: int = 128) -> keras.Model:
    """Build and compile a network with one hidden layer that sorts images into ten classes.

    The layers, in order: flatten the image; a Dense layer of `hidden_units` with ReLU; a Dense layer of 10 with
    softmax. It is compiled with the Adam optimizer, sparse categorical crossentropy as its loss, and the metric
    accuracy.

    Args:
        hidden_units: width of the hidden layer, at least 1.

    Returns:
        A compiled, untrained model. It takes `float32` images of shape `(n, 28, 28)` in 0-1 and gives `float32`
        probabilities of shape `(n, 10)`, which sum to 1 in each row. At 128 units it has 101,770 parameters, at 512
        units 407,050.

    Example:
        >>> build_dense_model().count_params()
        101770
    """
    # SOLUTION BEGIN
    model = keras.Sequential(
        [
            keras.Input(shape=(28, 28)),
            layers.Flatten(),
            layers.Dense(hidden_units, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
    # SOLUTION END
