"""Activations that came back, compared with the oracle's, and what is said where they differ."""

from collections.abc import Callable
from math import prod

import numpy as np

from grader.course.settings import ACTIVATION_TOLERANCE
from grader.judging.architecture import Conv2D
from grader.judging.diagnosis import Array
from grader.judging.verdict import Failed
from grader.suite.given_models import Expected

CHANGES: dict[str, Callable[[Array], Array]] = {
    "divided by 255 again": lambda images: images / 255,
    "multiplied by 255": lambda images: images * 255,
    "inverted": lambda images: 1 - images,
    "brought to -1 to 1": lambda images: 2 * images - 1,
}
"""What may be done to images that need nothing done."""

WEIGHTS_HINT = "Are the weights those of the model, and do the images go in as they are?"

PREDICTIONS_HINT = "Those are the model's own predictions: put the images through build_activation_model(model)."

PREDICTED = (10,)
"""The shape of what a model of ten classes says of one image."""

ROUNDED = 0.06
"""Difference up to which an activation is taken for a rounded one: one decimal is kept."""

STRAIGHT = 1 - 1e-6
"""Correlation above which activations are right but for one shift and one factor."""


def expect_shapes(got: list[Array], expected: Expected, shown: str) -> None:
    """One output for each layer, in order, of its shape.

    Raises:
        Failed: another number of outputs, or another order.
    """
    wanted = [array.shape for array in expected.arrays]
    shapes = [array.shape for array in got]
    if shapes == wanted:
        return
    if len(got) != len(wanted):
        raise Failed(
            f"The model of {shown} has {len(got)} output{'' if len(got) == 1 else 's'}; {len(wanted)} expected, "
            f"for {', '.join(expected.names)}.",
            _count_hint(shapes, expected),
        )
    place = next(place for place, pair in enumerate(zip(shapes, wanted, strict=True)) if pair[0] != pair[1])
    order = "Is the Input, or another layer, among them?"
    if shapes[place] == expected.images.shape:
        order = (
            "That is the shape of the images: a Functional model's first layer is its Input, which is skipped, and "
            "layer.input is what a layer takes, not what it gives."
        )
    if shapes[place][1:-1] == wanted[place][1:-1]:
        order = "Is it made of the model that was given, not of another one?"
    if sorted(shapes) == sorted(wanted):
        order = "The outputs are right, their order is not: it is that of the layers."
    raise Failed(
        f"Output {place + 1} of the model of {shown} has shape {shapes[place]}; "
        f"{wanted[place]} was expected, of the layer {expected.names[place]}.",
        order,
    )


JOINED_HINT = "They are joined in one array: keras.Model takes a list of outputs, each in its own shape."


def _are_joined(shapes: list[tuple[int, ...]], expected: Expected) -> bool:
    """Whether all activations stand in one array."""
    sizes = [prod(array.shape[1:]) for array in expected.arrays]
    return len(shapes) == 1 and len(sizes) > 1 and prod(shapes[0][1:]) == sum(sizes)


def _count_hint(shapes: list[tuple[int, ...]], expected: Expected) -> str:
    count, given = len(shapes), expected.given
    if _are_joined(shapes, expected):
        return JOINED_HINT
    if any(len(shape) != 4 for shape in shapes):
        return "Only Conv2D and MaxPooling2D layers: Flatten and Dense do not belong there."
    layers = [given.architecture.layers[place] for place in given.places]
    if count == sum(isinstance(layer, Conv2D) for layer in layers):
        return "Are the pooling layers (or the convolutions) left out?"
    if count == 1:
        return "Is only one of them returned, or is the `return` inside the loop? keras.Model takes a list of outputs."
    if count == len(layers) + 1 and shapes[0][1:] == given.architecture.input_shape:
        return "The Input is among them: only Conv2D and MaxPooling2D layers belong there."
    return "Is it made of the model that was given, in this very call?"


def expect_values(got: list[Array], expected: Expected, shown: str, hint: str = "") -> None:
    """Every activation as the oracle computes it.

    Raises:
        Failed: naming the first layer that differs, and where.
    """
    arrays = expected.arrays
    places = [place_of(array, arrays) for array in got]  # of which layer it is, whatever its place
    for array, place in zip(got, places, strict=True):
        if place is not None:
            expect_activation(array, expected, place, shown, hint)
    if all(place is None for place in places):
        shapes = " and ".join(str(array.shape) for array in got[:4]) or "nothing"
        wanted = " and ".join(str(array.shape) for array in arrays[:4])
        hint = JOINED_HINT if _are_joined([array.shape for array in got], expected) else ""
        if len(got) == len(arrays) or (got and got[0].shape[1:] == PREDICTED):
            hint = shape_hint(got[0], arrays[0].shape)
        raise Failed(f"{shown} gives arrays of shape {shapes}; {wanted} were expected.", hint)


def place_of(array: Array, expected: list[Array]) -> int | None:
    """Which layer's activation this is, by its values or else by its shape; None where the shape is none of them."""
    alike = [place for place, wanted in enumerate(expected) if array.shape == wanted.shape]
    right = [place for place in alike if not np.any(_wrong(array, expected[place]))]
    return next(iter(right or alike), None)


def _wrong(array: Array, wanted: Array) -> Array:
    scale = max(1e-3, float(np.max(np.abs(wanted))))
    return np.asarray(~(np.abs(array - wanted) <= ACTIVATION_TOLERANCE * scale))


def expect_activation(array: Array, expected: Expected, place: int, shown: str, hint: str = "") -> None:
    """The activation of one layer, of the right shape, as the oracle computes it.

    Raises:
        Failed: naming the layer, and where it differs.
    """
    wanted = expected.arrays[place]
    wrong = _wrong(array, wanted)
    if np.any(wrong):
        index = tuple(int(position) for position in np.argwhere(wrong)[0])
        raise Failed(
            f"{shown}: the activation of {expected.names[place]} is {array[index]:.4f} at {list(index)}; "
            f"{wanted[index]:.4f} was expected ({int(wrong.sum())} of {wrong.size} values differ).",
            hint or _value_hint(array, expected, place),
        )


def _value_hint(array: Array, expected: Expected, place: int) -> str:
    given, wanted = expected.given, expected.arrays[place]
    if array.shape[1] == array.shape[2] and not np.any(_wrong(array.swapaxes(1, 2), wanted)):
        return "Rows and columns are exchanged."
    if np.max(np.abs(array - wanted)) <= ROUNDED:
        return "Nearly right: are the values rounded, or kept with few digits?"
    share = float(np.sum(array) / np.sum(wanted)) if np.sum(wanted) else 0.0
    if share and not np.any(_wrong(array / share, wanted)):
        return f"Every value is {share:.4g} times what it should be: return the activations as they are."
    if np.ptp(array) and np.ptp(wanted) and np.corrcoef(array.ravel(), wanted.ravel())[0, 1] > STRAIGHT:
        return "The values were shifted and scaled, as in a standardisation: return the activations as they are."
    for done, change in CHANGES.items():
        if not np.any(_wrong(array, given.activations(change(expected.images))[place])):
            return f"This is what the layer gives for images that were {done}: they go in as they are, 0 to 1."
    layer = given.architecture.layers[given.places[place]]
    if isinstance(layer, Conv2D) and np.any(array < 0):
        return "There are negative values: this is the convolution before its ReLU."
    if np.any(array) and np.array_equal(array, np.floor(array)):
        return "Only whole numbers are left: keep the floats."
    if not np.any(_wrong(array[::-1], wanted)):
        return "The order of the images is reversed."
    return WEIGHTS_HINT


def expect_each(got: list[Array], expected: Expected, shown: str) -> None:
    """Every activation has its layer's shape, and is what the oracle computes.

    Raises:
        Failed: naming the first that is not.
    """
    given, arrays = expected.given, expected.arrays
    places = [place_of(array, arrays) for array in got]
    if all(
        place is not None and not np.any(_wrong(array, arrays[place])) for array, place in zip(got, places, strict=True)
    ):
        return  # that their order may be another is another check's matter
    hint = "Each layer takes what the one before it gives, whatever its kind, and without training=True."
    for place, (array, wanted) in enumerate(zip(got, arrays, strict=True)):
        if array.shape != wanted.shape:
            message = f"{shown}: the activation of {expected.names[place]} has shape {array.shape}"
            was = given.activations_before(expected.images)[place]
            if array.shape == was.shape and not np.any(_wrong(array, was)):
                hint = "That is what goes into the layer; what comes out of it was asked for: layer.output."
            elif array.shape[:-1] == wanted.shape[:-1]:
                hint = shape_hint(array, wanted.shape)
            raise Failed(f"{message}; {wanted.shape} was expected.", hint)
        cut = not np.any(_wrong(array, np.maximum(wanted, 0)))
        expect_activation(array, expected, place, shown, "Negative values were cut off: leave them." if cut else hint)


def shape_hint(array: Array, wanted: tuple[int, ...]) -> str:
    """What an array of another shape seems to be."""
    if array.shape == wanted[1:]:
        return "That is the first image alone: return all of them."
    if array.ndim == 4 and array.shape[:3] == wanted[:3] and 1 < array.shape[3] < wanted[3]:
        return f"Only {array.shape[3]} of {wanted[3]} channels are there: return all of them."
    if array.shape in (wanted[:-1], (*wanted[:-1], 1)):
        return "The channels are missing: were they averaged, or only the first one taken?"
    if array.shape == (wanted[0], wanted[-1]):
        return "Rows and columns are missing: were they averaged, or pooled once more? Return each map as it is."
    if sorted(array.shape) == sorted(wanted):
        return "The axes are in another order: images, height, width, channels."
    if array.ndim == 4 and 1 < array.shape[0] < wanted[0] and array.shape[1:] == wanted[1:]:
        return f"Only {array.shape[0]} of {wanted[0]} images came back: all of them go through the model."
    if array.ndim == 4 and array.shape[0] == 1 and array.shape[1:] == wanted[1:]:
        return "Only one image went through the model."
    if array.ndim == 5 and array.size == np.prod(wanted):
        return "There is one axis too many: join the images by np.concatenate, or predict them all at once."
    if array.shape[1:] == PREDICTED:
        return PREDICTIONS_HINT
    if array.ndim == 2 and array.size == np.prod(wanted):
        return "The axes were joined: leave the arrays in their shape."
    return "Do names and arrays go together, in the order of the layers?"
