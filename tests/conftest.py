"""Fixtures that the tests share: one sandbox, so that TensorFlow is imported once, and one store of trained results."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from grader.course.tasks import TASKS
from grader.plugin import grade
from grader.results import Results
from grader.sandbox.host import Sandbox
from grader.sandbox.submission import read_submission
from grader.suite.student_code import StudentCode
from tests.bench import descendants

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


@pytest.fixture
def student_code(sandbox: Sandbox) -> Iterator[Callable[[Path], StudentCode]]:
    """The code of a folder, asked in guests of the shared servers."""
    with ExitStack() as asked:
        names = [task.file_name for task in TASKS]
        yield lambda folder: asked.enter_context(closing(StudentCode(read_submission(folder, names), sandbox)))


@pytest.fixture(autouse=True)
def no_guest_lives_on(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whoever used the shared servers has ended every guest: a class of a thousand would leave a thousand."""
    before = guests()
    yield
    if "sandbox" in request.fixturenames:
        left, until = guests() - before, time.monotonic() + 2
        while left and time.monotonic() < until:  # a server that still imports may have started a program
            time.sleep(0.05)
            left &= guests()
        assert not left, "a guest lives on"


def guests() -> set[int]:
    """All processes that servers below this one have started; none where there is no Linux."""
    servers = [pid for pid in descendants(os.getpid()) if "grader.sandbox.server" in command_line(pid)]
    return {pid for server in servers for pid in descendants(server) if pid != server}


def command_line(pid: int) -> str:
    """How a process was started; empty where it has ended."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""
