"""The form that each answer of a guest must have, checked before anything reads it.

A guest that is honest always keeps to it. One in which student code writes to the wire itself may send anything, and
must not get further than here: what is not of the form is no answer.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.sandbox.observe import (
    FRAME_LIMIT,
    ITEM_LIMIT,
    LISTED_CALLBACKS,
    NAME_LIMIT,
    NOTED_FIGURES,
    TEXT_LIMIT,
    WATCHED_ROWS,
)

Form = Callable[[Any], bool]

NO_SYNTAX_ERROR = {"file": "", "line": 0, "column": 0, "text": "", "message": ""}


def is_answer(probe: str, value: Any) -> bool:
    """Whether `value` has the form of an answer to this probe."""
    return FORMS[probe](value)


def is_exception(value: Any) -> bool:
    """Whether `value` has the form in which `observe_exception` describes an exception."""
    needed = _has(
        value,
        type=_is_text,
        bases=_list_of(_is_text, 50),
        message=_is_text,
        frames=_list_of(_is_frame, FRAME_LIMIT),
        unfinished=_is_bool,
        exit=_is_bool,
    )
    return needed and _is_syntax(value.get("syntax", NO_SYNTAX_ERROR)) and _is_text(value.get("import_name", ""))


def is_observation(value: Any) -> bool:
    """Whether `value` has the form in which `observe` describes a value."""
    return _is_observation(value, [ITEM_LIMIT + 1])


PARTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("bool", "int", "float", "text"), ("value",)),
    "array": ("shape", "dtype", "array", "items"),
    **dict.fromkeys(("list", "tuple", "dict"), ("length", "items")),
    "tensor": ("shape",),
    "other": ("text",),
}
"""Per kind of value, what an observation holds beside `kind` and `type`."""


def _is_observation(value: Any, left: list[int]) -> bool:
    left[0] -= 1
    if left[0] < 0 or not _has(value, kind=_is_text, type=_is_text):
        return False
    if not value.keys() <= {"kind", "type", *PARTS.get(value["kind"], ())}:
        return False

    def inner(items: Any) -> bool:
        return isinstance(items, list) and all(_is_observation(item, left) for item in items)

    def pairs(items: Any) -> bool:
        return isinstance(items, list) and all(inner(pair) and len(pair) == 2 for pair in items)

    match value["kind"]:
        case "none":
            return True
        case "bool":
            return _has(value, value=_is_bool)
        case "int":
            return _has(value, value=lambda number: type(number) is int and -(2**63) <= number < 2**63)
        case "float":
            return _has(value, value=_is_float)
        case "text":
            return _has(value, value=_is_text)
        case "array":
            array = value.get("array")
            described = _has(value, shape=_is_shape, dtype=_is_text) and inner(value.get("items", []))
            return described and (array is None or (_is_array(array) and list(array.shape) == value["shape"]))
        case "list" | "tuple":
            return _has(value, length=_is_count, items=inner)
        case "dict":
            return _has(value, length=_is_count, items=pairs)
        case "tensor":
            return _has(value, shape=_is_shape)
        case "other":
            return _has(value, text=_is_text)
    return False


def _has(value: Any, /, **forms: Form) -> bool:
    """Whether it is a dict that has at least these keys, each with a value of that form."""
    return isinstance(value, dict) and all(name in value and form(value[name]) for name, form in forms.items())


def _list_of(form: Form, most: int) -> Form:
    return lambda value: isinstance(value, list) and len(value) <= most and all(form(item) for item in value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= TEXT_LIMIT


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _is_float(value: Any) -> bool:
    return isinstance(value, float)


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _are_figures(value: Any) -> bool:
    return isinstance(value, dict) and len(value) <= NAME_LIMIT and all(map(_is_float, value.values()))


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray)


def _is_nothing(value: Any) -> bool:
    return value is None


_is_shape = _list_of(_is_count, 64)
_are_counts = _list_of(_is_count, NAME_LIMIT)
_are_texts = _list_of(_is_text, NAME_LIMIT)
_are_arrays = _list_of(lambda value: _is_array(value) and value.dtype.kind == "f", 10_000)


def _is_frame(value: Any) -> bool:
    return _has(value, file=_is_text, line=_is_count, function=_is_text, source=_is_text)


def _is_syntax(value: Any) -> bool:
    return _has(value, file=_is_text, line=_is_count, column=_is_count, text=_is_text, message=_is_text)


def _is_dict(value: Any) -> bool:
    return isinstance(value, dict)


def _is_inspection(value: Any) -> bool:
    return _has(value, syntax=lambda error: error is None or _is_syntax(error), untouched=_is_bool)


def _is_call(value: Any) -> bool:
    return _has(value, result=is_observation, handle=_is_count) and _list_of(is_observation, 10)(value.get("after", []))


def _is_callback(value: Any) -> bool:
    described = _has(value, kind=_is_text, callback=_is_bool, settings=_is_dict) and _is_text(value.get("class"))
    return described and all(is_observation(setting) for setting in value["settings"].values())


def _are_rows(value: Any) -> bool:
    described = _has(value, count=_is_count, images=_is_array, labels=_is_array, weighted=_is_bool)
    if not described or value["images"].ndim == 0 or value["labels"].ndim != 1:
        return False
    kept: int = min(value["count"], WATCHED_ROWS)
    whole = len(value["images"]) == kept and len(value["labels"]) == kept
    return whole and _list_of(_is_count, WATCHED_ROWS)(value.get("batches"))


def _by_file(form: Form) -> Form:
    """Whether it is a dict of values of that form, one for each of a folder's files."""
    return lambda value: isinstance(value, dict) and len(value) <= NAME_LIMIT and all(map(form, value.values()))


def _is_model(value: Any) -> bool:
    if not _has(value, model=_is_bool):
        return False
    if not value["model"]:
        return is_observation(value.get("observed"))
    return _has(value, accepted=_is_bool) and _is_text(value.get("class"))


FORMS: dict[str, Form] = {
    "inspect": _is_inspection,
    "import": lambda value: _has(value, names=_are_texts),
    "lend": _is_nothing,
    "find": lambda value: _has(value, kind=_is_text, type=_is_text, signature=_is_text),
    "call": _is_call,
    "observed": is_observation,
    "describe": _is_model,  # the rest is read part by part by `judging.model_report`
    "model_class": _is_model,
    "shares": _is_bool,
    "weights": _are_arrays,
    "set_weights": _is_nothing,
    "state": lambda value: _has(value, layers=_is_count, marks=_are_texts, trainable=_is_bool),
    "rate": _is_float,
    "forward": lambda value: _has(value, single=_is_bool, outputs=_are_arrays, steps=_are_texts),
    "train_step": lambda value: _has(
        value,
        logs=is_observation,
        weights=_are_arrays,
        own=_are_arrays,
        own_raised=_is_text,
        metrics_raised=_is_text,
        drawn=_list_of(_is_float, 10),
    ),
    "twin_step": _are_arrays,
    "loss": lambda value: _has(
        value, values=_list_of(_is_float, 2), penalties=_is_count, outputs=_are_arrays, drawn=_list_of(_is_float, 1)
    ),
    "reference": _is_count,
    "callback_model": _is_count,
    "is_callback": lambda value: _has(value, callback=_is_bool, acts=_is_bool, methods=_are_texts),
    "event": lambda value: _has(value, stop=_is_bool, logs=is_observation),
    "request_stop": _is_nothing,
    "fit": lambda value: _has(value, accuracy=is_observation),
    "imported": _are_texts,
    "callbacks": _list_of(_is_callback, LISTED_CALLBACKS),
    "rates": _list_of(_is_float, 20),
    "fit_with": lambda value: _has(value, took=_is_float, history=is_observation),
    "fit_writing": lambda value: _has(
        value, files=_are_texts, models=_by_file(_are_arrays), losses=_by_file(_list_of(_is_float, NAME_LIMIT))
    ),
    "watching_model": _is_count,
    "counting_model": lambda value: _list_of(_is_count, 3)(value) and len(value) == 3,
    "counted_by": lambda value: _has(
        value,
        images=_are_counts,
        validation=_are_counts,
        epochs=_are_counts,
        added=_are_texts,
        missing=_is_count,
    ),
    "watched": lambda value: _has(
        value,
        trained=_are_rows,
        tested=_are_rows,
        weights=_are_arrays,
        compiled_anew=_is_bool,
        frozen=_is_bool,
        learning_rate=_is_float,
        figures=_list_of(_are_figures, NOTED_FIGURES),
        misled=_is_bool,
    ),
    "history": lambda value: _has(value, history=_is_bool, figures=is_observation),
    "epoch_counter": _is_count,
    "counted": _is_count,
}
"""Per probe, what its answer looks like."""
