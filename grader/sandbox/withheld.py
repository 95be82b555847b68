"""Libraries that a task is to be solved without: a guest finds hollow modules in their place.

An import is noticed and costs its own check; to call what such a module seems to hold raises, in the student's own
line. So a needless `import tensorflow` costs little, an answer that comes from there everything, and nobody waits for
an import of seconds.
"""

import sys
from collections.abc import Iterable, MutableSequence, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

REFUSAL = "is not to be used in this task"
"""What the error says of a library that was called."""


class Hollow(ModuleType):
    """Stands for a library, a module of it or anything in it; to call it is an ImportError."""

    __path__: MutableSequence[str] = []  # noqa: RUF012 - a package to Python: modules of it can be asked for

    def __getattr__(self, name: str) -> "Hollow":
        if name.startswith("__"):
            raise AttributeError(name)
        return Hollow(f"{self.__name__}.{name}")

    def __call__(self, *_: Any, **__: Any) -> Any:
        """Refuse: this would be a use."""
        raise ImportError(f"{self.__name__} {REFUSAL}")

    def __mro_entries__(self, _: tuple[Any, ...]) -> tuple[type, ...]:
        return (object,)  # a class may be derived from it: that uses nothing yet


class Withheld(MetaPathFinder, Loader):
    """Finds hollow modules for the libraries withheld, and remembers which were imported."""

    def __init__(self, names: Iterable[str]) -> None:
        """Withhold the libraries of these names from now on."""
        self._names = frozenset(names)
        self._found: list[str] = []
        if self._names:
            sys.meta_path.insert(0, self)

    def imported(self) -> list[str]:
        """The libraries that were imported, from here or by a way around."""
        others = sorted(name for name in self._names if name in sys.modules and name not in self._found)
        return [*self._found, *others]

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        """How Python asks for a module."""
        library = name.partition(".")[0]
        if library not in self._names:
            return None
        if library not in self._found:
            self._found.append(library)
        return ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """A hollow module."""
        return Hollow(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is in it."""
