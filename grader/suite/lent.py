"""Right functions that stand for a student's wrong ones, where other functions of the module build on them.

The guest of such a session gets this source when it is asked to lend one, and no other guest has it.
"""

from typing import Any


def build_activation_model(model: Any) -> Any:
    """A Keras model that takes what `model` takes, and gives the output of each Conv2D and MaxPooling2D layer.

    Raises:
        ValueError: there is no such layer.
    """
    import keras  # in the guest: the process that judges never imports it

    found = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D | keras.layers.MaxPooling2D)]
    if not found:
        raise ValueError("the model has no Conv2D and no MaxPooling2D layer")
    return keras.Model(model.inputs, [layer.output for layer in found])
