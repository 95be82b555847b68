"""Turns what student code made into plain data that can cross the wire: bounded, never by the value's own methods.

An object that claims to equal everything, an array subclass or a `__repr__` that raises has no say here: arrays are
read as bytes, numbers and texts by exact conversion, everything else is a type name and a bounded text.
"""

import inspect
import linecache
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

ITEM_LIMIT = 2_000
"""Items of all lists and dicts of one observation: `label_names` is asked for at most 300."""

TEXT_LIMIT = 2_000
"""Characters of one text."""

ARRAY_BYTES = 32 * 2**20
"""Bytes of one array: the largest asked for, the activations of 8 images, has 3 MB."""

FRAME_LIMIT = 8
"""Lines of student code in a traceback: the last ones, which a beginner reads."""


def observe(value: Any, budget: list[int] | None = None) -> dict[str, Any]:
    """Describe `value` as plain data: a dict with `kind`, `type` and what belongs to the kind."""
    left = [ITEM_LIMIT] if budget is None else budget
    left[0] -= 1
    kind = type(value)
    name = type_name(value)
    if value is None:
        return {"kind": "none", "type": name}
    if kind is bool or isinstance(value, np.bool_):
        return {"kind": "bool", "type": name, "value": bool(value)}
    if kind is int or isinstance(value, np.integer):
        return {"kind": "int", "type": name, "value": _bounded_int(value)}
    if kind is float or isinstance(value, np.floating):
        return {"kind": "float", "type": name, "value": float(value)}
    if issubclass(kind, str):
        return {"kind": "text", "type": name, "value": str.__str__(value)[:TEXT_LIMIT]}
    if issubclass(kind, np.ndarray):
        return _array(np.ndarray.view(value, np.ndarray), name, left)
    if kind in (list, tuple):
        items = []
        for item in value:
            if left[0] <= 0:
                break
            items.append(observe(item, left))
        return {"kind": kind.__name__, "type": name, "length": len(value), "items": items}
    if issubclass(kind, dict):
        pairs = []
        for key, item in dict.items(value):
            if left[0] <= 0:
                break
            pairs.append([observe(key, left), observe(item, left)])
        return {"kind": "dict", "type": name, "length": dict.__len__(value), "items": pairs}
    if _is_tensor(value):
        return {"kind": "tensor", "type": "TensorFlow tensor", "shape": [int(size) for size in value.shape]}
    return {"kind": "other", "type": name, "text": text_of(value)}


def _bounded_int(value: Any) -> int | str:
    number = int(value)
    return number if abs(number) < 2**63 else "a number beyond 64 bits"


def _array(value: np.ndarray[Any, Any], name: str, left: list[int]) -> dict[str, Any]:
    shape = [int(size) for size in value.shape]
    description: dict[str, Any] = {"kind": "array", "type": name, "shape": shape, "dtype": str(value.dtype)[:80]}
    if value.dtype.kind in "biufc" and value.nbytes <= ARRAY_BYTES:
        description["array"] = np.ascontiguousarray(value).reshape(value.shape)
    elif value.dtype.kind in "UO" and value.ndim == 1 and value.size <= left[0]:  # an array of names
        description["items"] = [observe(item, left) for item in value.tolist()]
    return description


def _is_tensor(value: Any) -> bool:
    tensorflow = sys.modules.get("tensorflow")
    kinds = tuple(kind for kind in (getattr(tensorflow, "Tensor", None), getattr(tensorflow, "Variable", None)) if kind)
    return bool(kinds) and isinstance(value, kinds)


def type_name(value: Any) -> str:
    """The class name of `value`, without its module for builtins and numpy."""
    return str(type(value).__name__)[:80]


def text_of(value: Any) -> str:
    """A bounded `repr`; a `__repr__` that raises gives the type's name."""
    try:
        return str(repr(value))[:TEXT_LIMIT]
    except BaseException:
        return f"<{type_name(value)}>"


def observe_exception(error: BaseException, folder: Path) -> dict[str, Any]:
    """Describe an exception: its type, its text, and the student's lines of its traceback, the innermost last."""
    description: dict[str, Any] = {
        "type": type_name(error),
        "message": message_of(error),
        "frames": frames(error.__traceback__, folder),
        "unfinished": isinstance(error, NotImplementedError),
        "exit": isinstance(error, SystemExit),
    }
    if isinstance(error, SyntaxError):
        description["syntax"] = syntax_of(error)
    if isinstance(error, ImportError):
        description["import_name"] = str(error.name)[:80] if isinstance(error.name, str) else ""
    return description


def syntax_of(error: SyntaxError) -> dict[str, Any]:
    """Where a syntax error lies: file name, line, column (1-based) and the source line."""
    line, column = error.lineno, error.offset
    return {
        "file": Path(str(error.filename)).name[:80],
        "line": line if type(line) is int else 0,
        "column": column if type(column) is int else 0,
        "text": error.text.rstrip("\r\n")[:200] if isinstance(error.text, str) else "",
        "message": str(error.msg)[:300],
    }


def message_of(error: BaseException) -> str:
    """The exception's text, bounded; empty where even that raises."""
    try:
        return str(error)[:TEXT_LIMIT]
    except BaseException:
        return ""


def frames(traceback: TracebackType | None, folder: Path) -> list[dict[str, Any]]:
    """The student's own lines of a traceback: file, line number, function and source."""
    found: list[dict[str, Any]] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        path = Path(code.co_filename)
        if path.parent == folder:
            source = linecache.getline(code.co_filename, traceback.tb_lineno).strip()
            line = {
                "file": path.name,
                "line": traceback.tb_lineno,
                "function": code.co_name[:80],
                "source": source[:200],
            }
            found = [*found[-FRAME_LIMIT + 1 :], line]
        traceback = traceback.tb_next
    return found


def signature_of(function: Any) -> str:
    """The parameters of a function as Python writes them; empty where it has none that can be read."""
    try:
        return str(inspect.signature(function))[:200]
    except (TypeError, ValueError):
        return ""
