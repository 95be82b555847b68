"""Arrays against what was expected: a ladder that stops at its first broken rung, and names the mistake it recognises.

The rungs are: something returned, its type, shape, dtype, finite values, values. Each gives its own sentence; at the
last one a catalogue of known mistakes is compared with what came back, so that the message can say "not divided by 255"
instead of "0.5 expected".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.judging.verdict import Failed, clean

Array = np.ndarray[Any, Any]

NOTHING_HINT = "Is the `return` missing? Printing a result does not return it."

TENSOR_HINT = "A TensorFlow tensor becomes a numpy array by np.asarray(tensor)."

TOO_LARGE_HINT = "A result has about as many values as what it is made of: is an array repeated, or stacked too often?"

ARRAY_HINTS = {
    "array": "Is there something in it that is no number, or are the rows of different length?",
    "list": "np.array(...) makes an array of a list; .tolist() does the opposite.",
    "tuple": "Two values after `return`, with a comma between them, make a tuple: return the array alone.",
    "float": "That is one number for all images; one for each pixel was asked for.",
    "int": "That is one number for all images; one for each pixel was asked for.",
    "text": "Return the array itself, not a text that shows it.",
}
"""What helps where something else than an array came back, by the kind that was observed."""


@dataclass(frozen=True)
class Mistake:
    """A known mistake: what the array would be if it had been made.

    Attributes:
        says: one sentence that names it to the student.
        make: computes the wrong array, of any shape and dtype; called only when the right one did not come back.
    """

    says: str
    make: Callable[[], Array]


def expect_array(
    observed: dict[str, Any],
    called: str,
    expected: Array,
    dtypes: Sequence[str],
    tolerance: float = 0.0,
    mistakes: Sequence[Mistake] = (),
) -> Array:
    """Check an observed value against the expected array, rung by rung; the array where all is right.

    Args:
        observed: an observation as `grader.sandbox.observe` describes it.
        called: the call, for the message: `normalize_images(images)`.
        expected: what is right.
        dtypes: names of the dtypes that are accepted; the first is named in messages.
        tolerance: largest absolute difference that is still right.
        mistakes: the catalogue for this call.

    Raises:
        Failed: at the first rung that is broken.
    """
    array = as_array(observed, called)
    if array.shape != expected.shape:
        raise Failed(
            f"{called} returned an array of shape {array.shape}; {expected.shape} was expected.",
            recognised(array, mistakes, expected) or shape_hint(array, expected),
        )
    wrong = differences(array, expected, tolerance)
    hint = recognised(array, mistakes, expected) if np.any(wrong) else ""
    if str(array.dtype) not in dtypes:
        raise Failed(f"{called} returned {array.dtype} values; {' or '.join(dtypes)} was expected.", hint)
    if array.size and not np.all(np.isfinite(array)):
        place = first_index(~np.isfinite(array))
        hint = hint or "Does a helper lack its `return`, or is something divided by 0, or never filled?"
        raise Failed(f"{called} has {array[place]} at index {list(place)}; finite numbers were expected.", hint)
    if np.any(wrong):
        raise Failed(f"{called} {value_difference(array, expected, wrong)}", hint)
    return array


def as_array(observed: dict[str, Any], called: str) -> Array:
    """The array of an observation.

    Raises:
        Failed: nothing was returned, or something that is no numeric numpy array.
    """
    kind = observed.get("kind")
    if kind == "none":
        raise Failed(f"{called} returned None; an array was expected.", NOTHING_HINT)
    if kind == "tensor":
        raise Failed(f"{called} returned a TensorFlow tensor; a numpy array was expected.", TENSOR_HINT)
    array = observed.get("array")
    if kind != "array" or not isinstance(array, np.ndarray):
        if kind == "array":
            if str(observed.get("dtype")).startswith(("float", "int", "uint", "bool", "complex")):
                shape = clean(str(tuple(observed.get("shape", ()))), 80)
                message = f"{called} returned an array of shape {shape}: too many values, or axes, to look at."
                raise Failed(message, TOO_LARGE_HINT)
            shown = f"an array of dtype {clean(str(observed.get('dtype')), 40)}"
            raise Failed(f"{called} returned {shown}; an array of numbers was expected.", ARRAY_HINTS["array"])
        shown = with_article(str(observed.get("type")))
        hint = ARRAY_HINTS.get(str(kind), "")
        if observed.get("type") in ("method", "builtin_function_or_method", "function"):
            hint = "A function was not called: put brackets behind its name."
        raise Failed(f"{called} returned {shown}; a numpy array was expected.", hint)
    return array


def with_article(kind: str) -> str:
    """The name of a type as it stands in a sentence: `a list`, `an int`, `a numpy array`."""
    named = {"str": "string", "ndarray": "numpy array", "NoneType": "None"}.get(kind, clean(kind, 80))
    return f"{'an' if named[:1].lower() in 'aeio' else 'a'} {named}" if named != "None" else named


def differences(array: Array, expected: Array, tolerance: float) -> Array:
    """Where two arrays of one shape differ by more than `tolerance`, as an array of booleans."""
    with np.errstate(invalid="ignore", over="ignore"):
        distance = np.abs(_wide(array) - _wide(expected))
    wrong: Array = ~(distance <= tolerance)
    return wrong


def _wide(array: Array) -> Array:
    """The numbers in the widest kind, so that differences neither wrap nor lose an imaginary part."""
    wide: Array = array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
    return wide


def value_difference(array: Array, expected: Array, wrong: Array) -> str:
    """The first wrong value, how many there are, and the largest difference."""
    place = first_index(wrong)
    distance = np.abs(_wide(array) - _wide(expected))
    return (
        f"has {number(array[place])} at index {list(place)}; {number(expected[place])} was expected "
        f"({int(np.sum(wrong))} of {wrong.size} values differ, by up to {number(np.max(distance[wrong]))})."
    )


def first_index(where: Array) -> tuple[int, ...]:
    """The first index at which `where` is true, in row-major order."""
    return tuple(int(position) for position in np.argwhere(where)[0])


def number(value: Any) -> str:
    """A number as a student reads it: six significant digits."""
    return f"{complex(value) if np.iscomplexobj(value) else float(value):.6g}"


def recognised(array: Array, mistakes: Sequence[Mistake], expected: Array) -> str:
    """The sentence of the first mistake in the catalogue that explains the array; empty where none does.

    A mistake that makes no difference here, so that what it gives is what is `expected`, explains nothing.
    """
    for mistake in mistakes:
        wrong = mistake.make()
        if wrong.shape == array.shape and array.size and not np.array_equal(wrong, expected):
            # 1e-4 of the scale: a mistake computed in float32 or float64 is the same mistake
            scale = max(1e-6, float(np.max(np.abs(_wide(wrong)))))
            if not np.any(differences(array, wrong, 1e-4 * scale)):
                return mistake.says
    return ""


def shape_hint(array: Array, expected: Array) -> str:
    """What a wrong shape suggests; empty where nothing is recognised."""
    shape, wanted = array.shape, expected.shape
    if wanted and shape == wanted[1:]:
        return "The first axis is missing: was only the first image returned, or an axis of length 1 removed?"
    if len(shape) == len(wanted) and shape[1:] == wanted[1:] and shape[0] == 1 < wanted[0]:
        return "Only one image came back: is the `return` inside the loop?"
    if len(shape) == len(wanted) + 1 and shape[-1] == 1 and shape[:-1] == wanted:
        return "There is one axis too many at the end."
    if len(shape) == len(wanted) + 1 and shape[0] == 1 and shape[1:] == wanted:
        return "There is one axis too many in front."
    if len(wanted) == len(shape) + 1 and wanted[-1] == 1 and wanted[:-1] == shape:
        return "The last axis, of length 1, was not added."
    if array.size == expected.size and len(shape) < len(wanted) and max(shape, default=0) > max(wanted):
        return "Axes were joined: the images were flattened."
    if array.size and sorted(shape) == sorted(wanted):
        return "The axes are in another order."
    if array.size and array.size == expected.size:
        return "The number of values is right, their arrangement is not."
    return ""
