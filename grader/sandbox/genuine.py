"""Which methods of Keras's classes, and of an object of theirs, student code has put a function of its own in place of.

A model whose layers compute a little more than they say is no other by its weights, and hardly by its predictions: that
a method is not Keras's own says so at once.
"""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from grader.sandbox.observe import NAME_LIMIT

KEPT_BY_OBJECTS = ("build", "quantize", "loss")
"""Names of methods that every model or layer of Keras keeps in the object too: one that decorates, and `loss`."""

METHODS = (property, classmethod, staticmethod)
"""What in a class is code, and yet is not callable."""


CLASS_PARTS = frozenset(
    (
        *("__init__", "__module__", "__doc__", "__qualname__", "__annotations__", "__dict__", "__weakref__"),
        *("__firstlineno__", "__static_attributes__", "__annotate_func__", "__annotations_cache__"),
    )
)
"""What every class has, by itself, and `__init__`."""


class Genuine:
    """Some classes, with all that they inherit from, as they are now."""

    def __init__(self, kinds: Iterable[type]) -> None:
        """Note all members, and the code of those that are functions."""
        every = dict.fromkeys(chain.from_iterable(kind.__mro__[:-1] for kind in kinds))
        self._members = {kind: _members(kind) for kind in every}

    def changed(self) -> list[tuple[str, str]]:
        """Class and name of each method that is not what it was."""
        found = []
        for kind, before in self._members.items():
            now = _members(kind)
            for name in [name for name in {**before, **now} if isinstance(name, str)]:
                one, other = before.get(name, _NOTHING), now.get(name, _NOTHING)
                same = all(part is known for part, known in zip(one, other, strict=True))
                if not same and (_is_code(one[0]) or _is_code(other[0])):
                    found.append((kind.__name__, name[:80]))
        return found[:NAME_LIMIT]


_NOTHING = (None, None)


def _members(kind: type) -> dict[Any, tuple[Any, Any]]:
    return {name: (value, getattr(value, "__code__", None)) for name, value in vars(kind).items()}


def _is_code(value: Any) -> bool:
    return callable(value) or isinstance(value, METHODS)


def derived_from(value: Any, bases: Iterable[type]) -> type | None:
    """The first of some classes that an object is of, itself or by a class of the student's that only adds to it.

    Such a class may have an `__init__` and methods of its own, and none that Keras has or Python asks for. None where
    it is of no such class.
    """
    kind = type(value)
    for base in bases:
        if type(kind) is type(base) and any(base is known for known in kind.__mro__):
            own = [part for part in kind.__mro__ if not any(part is known for known in base.__mro__)]
            if all(_is_new(name, member, base) for part in own for name, member in vars(part).items()):
                return base
    return None


def _is_new(name: str, value: Any, base: type) -> bool:
    """Whether a member of a class changes nothing of what `base` does, nor of what its objects hold."""
    if name in CLASS_PARTS:
        return True
    special = name.startswith("__") and name.endswith("__")
    return not (special or hasattr(base, name) or hasattr(type(value), "__set__"))


def replaced(value: Any) -> list[str]:
    """Names of an object's methods in whose place a function has been put, in the object itself."""
    own = [name for name in getattr(value, "__dict__", {}) if isinstance(name, str) and name not in KEPT_BY_OBJECTS]
    return sorted(name[:80] for name in own if callable(getattr(type(value), name, None)))[:NAME_LIMIT]
