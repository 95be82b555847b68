"""What a worker does: judge some tasks of one submission, in servers that it starts once and keeps.

It takes and gives plain data, so that the same function runs in a process pool and on a cluster, where workers need
nothing but the installed grader and the data.
"""

import atexit
import os
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course.settings import Profile
from grader.plugin import grade
from grader.results import TaskResult
from grader.sandbox.host import Sandbox
from grader.sandbox.submission import Submission


@dataclass(frozen=True)
class Unit:
    """Work for a worker.

    Attributes:
        submission: the modules.
        tasks: names of the tasks that are to be judged.
        profile: how much is trained.
        store: where trained results are kept; None for the usual place.
    """

    submission: Submission
    tasks: tuple[str, ...]
    profile: Profile
    store: str | None = None


@dataclass(frozen=True)
class Judged:
    """What a worker gives back.

    Attributes:
        tasks: one result for each task of the unit.
        environment: versions, and the protections that were in force.
        seconds: wall-clock time.
    """

    tasks: tuple[TaskResult, ...]
    environment: dict[str, Any]
    seconds: float


ONE_AT_A_TIME = threading.Lock()
"""pytest runs once at a time in a process; a worker of Dask may have several threads."""


class Kept:
    """The servers of this process."""

    sandbox: Sandbox | None = None
    pid = 0


def begin() -> None:
    """Prepare a worker process: Ctrl-C is for who started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _sandbox()


def _sandbox() -> Sandbox:
    if Kept.sandbox is None or Kept.pid != os.getpid():
        Kept.sandbox, Kept.pid = Sandbox(), os.getpid()
        Kept.sandbox.warm(tensorflow=True)
        atexit.register(Kept.sandbox.close)
    return Kept.sandbox


def judge(unit: Unit) -> Judged:
    """Judge the tasks of a unit.

    Raises:
        RuntimeError: grading ended without results, which is a fault of the grader.
    """
    store = Path(unit.store) if unit.store else None
    with ONE_AT_A_TIME:
        began = time.monotonic()
        results = grade(unit.submission, unit.tasks, unit.profile, store, _sandbox())
    tasks = tuple(result for result in results.tasks if result.name in unit.tasks)
    return Judged(tasks, results.environment, time.monotonic() - began)
