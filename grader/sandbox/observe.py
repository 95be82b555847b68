"""Turns what student code made into plain data that can cross the wire: bounded, never by the value's own methods.

An object that claims to equal everything, an array subclass or a `__repr__` that raises has no say here: arrays are
read as bytes, numbers and texts by exact conversion, everything else is a type name and a bounded text.
"""

import builtins
import collections
import inspect
import linecache
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from grader.sandbox.wire import crosses

ITEM_LIMIT = 2_000
"""Items of all lists and dicts of one observation: `label_names` is asked for at most 300."""

TEXT_LIMIT = 2_000
"""Characters of one text."""

CHARACTER_LIMIT = 200_000
"""Characters of all texts of one observation."""

ARRAY_BYTES = 20 * 2**20
"""Bytes of all arrays of one observation: the largest asked for, the activations of 8 images, have 3 MB."""

DEPTH_LIMIT = 20
"""Lists in lists: a list may hold itself, and what is asked for is a list, or a dict of arrays."""

NAME_LIMIT = 200
"""Names of a module or a class that are reported, to find one that is misspelt."""

LISTED_CALLBACKS = 40
"""Callbacks of one list that are described: five are asked for."""

WATCHED_ROWS = 200
"""Images that a watching model keeps of what it is trained on, and of what it is evaluated on."""

NOTED_FIGURES = 1_000
"""Steps and evaluations of which a watching model keeps the figures."""

FRAME_LIMIT = 8
"""Lines of student code in a traceback: the last ones, which a beginner reads."""

_MRO = vars(type)["__mro__"].__get__
"""The classes of a class, also where a metaclass of the student's tells others."""

CONTAINERS = (np.ndarray, list, tuple, dict)
"""What is read by the methods of these classes."""

READING = frozenset(
    (
        *("__getitem__", "__iter__", "__len__", "__contains__", "__reversed__", "__array__", "__array_ufunc__"),
        *("__array_function__", "__array_interface__", "__array_priority__", "__getattribute__", "__eq__"),
        *("items", "keys", "values", "get", "index", "count"),
        *("astype", "tolist", "view", "copy", "shape", "dtype", "mask"),
    )
)
"""Members by which others read a container: a class that has its own shows something else than it holds."""

KNOWN_CONTAINERS = frozenset((collections.OrderedDict, collections.defaultdict, np.memmap, np.ma.MaskedArray))
"""Classes of Python's and numpy's that show what they hold; a masked array, where nothing is masked."""

EXCEPTIONS = frozenset(kind for kind in vars(builtins).values() if type(kind) is type and BaseException in kind.__mro__)
"""Python's own exceptions, by identity: a class of the student's may bear the same name."""


@dataclass
class Budget:
    """What one observation may still hold, and how deep it is nested."""

    items: int = ITEM_LIMIT
    characters: int = CHARACTER_LIMIT
    array_bytes: int = ARRAY_BYTES
    depth: int = 0

    def cut(self, text: str) -> str:
        """As much of a text as there is room for."""
        kept = str.__str__(text)[: min(TEXT_LIMIT, max(self.characters, 0))]
        self.characters -= len(kept)
        return kept

    def has_room_for(self, array: "np.ndarray[Any, Any]") -> bool:
        """Whether there is room for an array, which then is taken."""
        fits = array.nbytes <= self.array_bytes
        self.array_bytes -= array.nbytes if fits else 0
        return fits


def observe(value: Any) -> dict[str, Any]:
    """Describe `value` as plain data: a dict with `kind`, `type` and what belongs to the kind."""
    return _observe(value, Budget())


def _observe(value: Any, left: Budget) -> dict[str, Any]:
    left.items -= 1
    kind = type(value)
    name = type_name(value)
    if value is None:
        return {"kind": "none", "type": name}
    if kind is bool or issubclass(kind, np.bool_):
        return {"kind": "bool", "type": name, "value": bool(value)}
    if kind is int or issubclass(kind, np.integer):
        if not -(2**63) <= int(value) < 2**63:
            return {"kind": "other", "type": name, "text": "a number beyond 64 bits"}
        return {"kind": "int", "type": name, "value": int(value)}
    if kind is float or issubclass(kind, np.floating):
        return {"kind": "float", "type": name, "value": float(value)}
    if issubclass(kind, str):
        return {"kind": "text", "type": name, "value": left.cut(value)}
    if any(issubclass(kind, base) and _reads_otherwise(value, base) for base in CONTAINERS):
        return {"kind": "other", "type": name, "text": left.cut(text_of(value))}
    if issubclass(kind, np.ndarray):
        return _array(np.ndarray.view(value, np.ndarray), name, left)
    if left.depth < DEPTH_LIMIT:
        left.depth += 1
        try:
            if issubclass(kind, list):
                return {"kind": "list", "type": name, "length": list.__len__(value), "items": _items(value, left)}
            if issubclass(kind, tuple):  # a named tuple too
                return {"kind": "tuple", "type": name, "length": tuple.__len__(value), "items": _items(value, left)}
            if issubclass(kind, dict):
                return {"kind": "dict", "type": name, "length": dict.__len__(value), "items": _pairs(value, left)}
        finally:
            left.depth -= 1
    if _is_tensor(value):
        return {"kind": "tensor", "type": "TensorFlow tensor", "shape": [int(size) for size in value.shape]}
    return {"kind": "other", "type": name, "text": left.cut(text_of(value))}


def _reads_otherwise(value: Any, base: type) -> bool:
    """Whether a value of a class derived from `base` is read by members of its own."""
    kind = type(value)
    own = [part for part in _MRO(kind) if part not in KNOWN_CONTAINERS and not issubclass(base, part)]
    if any(name in READING for part in own for name in vars(part) if isinstance(name, str)):
        return True
    return issubclass(kind, np.ma.MaskedArray) and bool(np.ma.getmaskarray(value).any())


def _items(values: list[Any] | tuple[Any, ...], left: Budget) -> list[Any]:
    items = []
    for item in list.__iter__(values) if isinstance(values, list) else tuple.__iter__(values):
        if left.items <= 0:
            break
        items.append(_observe(item, left))
    return items


def _pairs(value: dict[Any, Any], left: Budget) -> list[Any]:
    pairs = []
    for key, item in dict.items(value):
        if left.items <= 1:
            break
        pairs.append([_observe(key, left), _observe(item, left)])
    return pairs


def _array(value: np.ndarray[Any, Any], name: str, left: Budget) -> dict[str, Any]:
    shape = [int(size) for size in value.shape]
    description: dict[str, Any] = {"kind": "array", "type": name, "shape": shape, "dtype": str(value.dtype)[:80]}
    if value.dtype.kind in "biufc" and crosses(value.shape) and left.has_room_for(value):
        description["array"] = np.ascontiguousarray(value).reshape(value.shape)
    elif value.dtype.kind in "UO" and value.ndim == 1 and value.size <= left.items:  # an array of names
        description["items"] = _items(value.tolist(), left)
    return description


def _is_tensor(value: Any) -> bool:
    tensorflow = sys.modules.get("tensorflow")
    kinds = tuple(kind for kind in (getattr(tensorflow, "Tensor", None), getattr(tensorflow, "Variable", None)) if kind)
    return bool(kinds) and isinstance(value, kinds)


def type_name(value: Any) -> str:
    """The class name of `value`, without its module for builtins and numpy."""
    return str.__str__(type(value).__name__)[:80]


def text_of(value: Any) -> str:
    """A bounded `repr`; a `__repr__` that raises gives the type's name."""
    try:
        return str.__str__(repr(value))[:TEXT_LIMIT]
    except BaseException:
        return f"<{type_name(value)}>"


def observe_exception(error: BaseException, folder: Path) -> dict[str, Any]:
    """Describe an exception: its type, its text, and the student's lines of its traceback, the innermost last.

    Where its class is made so that it cannot be looked at, its type's name is all that is said.
    """
    try:
        return _observe_exception(error, folder)
    except BaseException:
        nothing: dict[str, Any] = {"bases": [], "message": "", "frames": [], "unfinished": False, "exit": False}
        return {"type": type_name(error), **nothing}


def _observe_exception(error: BaseException, folder: Path) -> dict[str, Any]:
    description: dict[str, Any] = {
        "type": type_name(error),
        "bases": [kind.__name__ for kind in _MRO(type(error)) if any(kind is known for known in EXCEPTIONS)],
        "message": message_of(error),
        "frames": frames(error.__traceback__, folder),
        "unfinished": isinstance(error, NotImplementedError) and _is_raised_in(folder, error.__traceback__),
        "exit": isinstance(error, SystemExit),
    }
    if isinstance(error, SyntaxError):
        description["syntax"] = syntax_of(error)
    if isinstance(error, ImportError):
        description["import_name"] = str(error.name)[:80] if isinstance(error.name, str) else ""
    return description


def _is_raised_in(folder: Path, traceback: TracebackType | None) -> bool:
    """Whether it is a line of the student's own that raised: Keras raises NotImplementedError too."""
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback is not None and Path(traceback.tb_frame.f_code.co_filename).parent == folder


def syntax_of(error: SyntaxError) -> dict[str, Any]:
    """Where a syntax error lies: file name, line, column (1-based) and the source line."""
    line, column = error.lineno, error.offset
    return {
        "file": Path(str(error.filename)).name[:80],
        "line": line if type(line) is int and line > 0 else 0,
        "column": column if type(column) is int and column > 0 else 0,
        "text": error.text.rstrip("\r\n")[:200] if isinstance(error.text, str) else "",
        "message": str(error.msg)[:300],
    }


def message_of(error: BaseException) -> str:
    """The exception's text, bounded; empty where even that raises."""
    try:
        return str.__str__(str(error))[:TEXT_LIMIT]
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
