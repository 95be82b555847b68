"""Fixtures that the tests share: one sandbox, so that TensorFlow is imported once, and one store of trained results."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.plugin import grade
from grader.results import Results
from grader.sandbox.host import Sandbox

Grade = Callable[..., Results]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """Servers for all tests of the session."""
    shared = Sandbox()
    yield shared
    shared.close()


@pytest.fixture(scope="session")
def graded(sandbox: Sandbox) -> Grade:
    """Grades a folder or zip: `graded(path, "cnn")` grades one task, `graded(path)` all."""

    def graded(path: Path, *tasks: str) -> Results:
        return grade(path, tasks, sandbox=sandbox)

    return graded
