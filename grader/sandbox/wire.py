"""Messages between processes: JSON with numpy arrays in it, and nothing else.

A message is a frame: the length of a JSON text (4 bytes, big-endian), the text, then the raw bytes of each array, in
order. The text says each array's dtype and shape, so its length is known, and checked against the limit, before a byte
of it is read. Raw bytes rather than `.npy`: the same data without a header parser that hostile bytes could reach.

Nothing that arrives can do more than be wrong: no pickle, no object arrays, bounded sizes, and any malformed frame is
a `WireError`.
"""

import json
import math
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, BinaryIO

import numpy as np

JSON_LIMIT = 8 * 2**20
"""Bytes of JSON in one message: the longest honest one, a traceback with captured output, is below 200 kB."""

MESSAGE_LIMIT = 48 * 2**20
"""Bytes of all arrays of one message: the largest honest one, the weights of a 1.4-million-parameter model, is 6 MB."""

AXES_LIMIT = 32
"""Axes of an array: what numpy 1 takes."""

KINDS = "biufc"
"""Array kinds that may cross: booleans, integers, floats and complex numbers (numpy's `dtype.kind`)."""

DTYPE = re.compile(f"[<>|=][{KINDS}][0-9]{{1,2}}")
"""How numpy writes the dtypes that may cross; it would understand much more."""


MARK = "\0answered {}\0"
"""Written by a guest to its captured output after each question, so that the host knows where its output ends."""


class WireError(Exception):
    """A message that cannot be read or written."""


class Channel:
    """Sends and receives messages over a pair of binary streams; blocking, and not safe for two threads a direction."""

    def __init__(self, reader: BinaryIO, writer: BinaryIO) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, value: Any) -> None:
        """Write one message: None, booleans, numbers, strings, lists, tuples, dicts with string keys, and arrays.

        Raises:
            WireError: the value holds something else.
            OSError: the other end is gone.
        """
        for part in encode(value):
            self._writer.write(part)
        self._writer.flush()

    def receive(self) -> Any:
        """Read one message.

        Raises:
            EOFError: the other end has closed.
            WireError: what came is no message.
        """
        length = int.from_bytes(self._read(4), "big")
        if length > JSON_LIMIT:
            raise WireError(f"a message of {length:,} bytes of text")
        try:
            header = json.loads(self._read(length))
            specifications = [(_dtype(text), _shape(shape)) for text, shape in header["arrays"]]
            value = header["value"]
        except (ValueError, KeyError, TypeError, RecursionError, SyntaxError) as error:
            raise WireError(f"a message that is no JSON of ours ({type(error).__name__})") from None
        sizes = [dtype.itemsize * math.prod(shape) for dtype, shape in specifications]
        if sum(sizes) > MESSAGE_LIMIT:
            raise WireError("arrays that are too large")
        arrays = [
            np.frombuffer(self._read(size), dtype=dtype).reshape(shape)
            for size, (dtype, shape) in zip(sizes, specifications, strict=True)
        ]
        try:
            return _decode(value, arrays)
        except (IndexError, TypeError, ValueError, RecursionError) as error:
            raise WireError(f"a message that does not decode ({type(error).__name__})") from None

    def close_reader(self) -> None:
        """Close the receiving direction."""
        with suppress(OSError):
            self._reader.close()

    def close_writer(self) -> None:
        """Close the sending direction; the other end receives EOFError."""
        with suppress(OSError):  # what was still to be written has nobody to read it
            self._writer.close()

    def _read(self, count: int) -> bytes:
        data = self._reader.read(count)
        if data is None or len(data) < count:
            raise EOFError
        return data


def _dtype(text: Any) -> np.dtype[Any]:
    if not isinstance(text, str) or not DTYPE.fullmatch(text):
        raise ValueError("no dtype that crosses")
    return np.dtype(text)


def crosses(shape: Sequence[int]) -> bool:
    """Whether an array of this shape may cross: few axes, and not too many values."""
    if len(shape) > AXES_LIMIT or not all(type(size) is int and 0 <= size <= MESSAGE_LIMIT for size in shape):
        return False
    return math.prod(size for size in shape if size) <= MESSAGE_LIMIT  # numpy counts so, though another is 0


def _shape(shape: Any) -> tuple[int, ...]:
    if not isinstance(shape, list) or not crosses(shape):
        raise ValueError("no shape")
    return tuple(shape)


def encode(value: Any) -> list[bytes]:
    """The parts of the frame that carries `value`.

    Raises:
        WireError: the value holds something that does not cross.
    """
    arrays: list[np.ndarray[Any, Any]] = []
    plain = _encode(value, arrays)
    header = {"value": plain, "arrays": [[array.dtype.str, list(array.shape)] for array in arrays]}
    text = json.dumps(header).encode()
    if len(text) > JSON_LIMIT or sum(array.nbytes for array in arrays) > MESSAGE_LIMIT:
        raise WireError("the message is too large")
    return [len(text).to_bytes(4, "big"), text, *(array.tobytes() for array in arrays)]


def _encode(value: Any, arrays: list[np.ndarray[Any, Any]]) -> Any:
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in KINDS:
            raise WireError(f"an array of dtype {value.dtype} does not cross")
        arrays.append(value)
        return {"$array": len(arrays) - 1}
    if isinstance(value, dict):
        if any(not isinstance(key, str) or key.startswith("$") for key in value):
            raise WireError("a dict crosses only with string keys that do not begin with $")
        return {key: _encode(item, arrays) for key, item in value.items()}
    if isinstance(value, tuple):
        return {"$tuple": [_encode(item, arrays) for item in value]}
    if isinstance(value, list):
        return [_encode(item, arrays) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise WireError(f"a {type(value).__name__} does not cross")


def _decode(value: Any, arrays: list[np.ndarray[Any, Any]]) -> Any:
    if isinstance(value, dict):
        if "$array" in value:
            return arrays[value["$array"]]
        if "$tuple" in value:
            return tuple(_decode(item, arrays) for item in value["$tuple"])
        return {key: _decode(item, arrays) for key, item in value.items()}
    if isinstance(value, list):
        return [_decode(item, arrays) for item in value]
    return value
