"""What a worker does: judge some tasks of one submission, or draw its figures, in servers that it keeps.

It takes and gives plain data, so that the same function runs in a process pool and on a cluster, where workers need
nothing but the installed grader and the data.
"""

import atexit
import multiprocessing
import os
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.course.settings import Profile
from grader.plugin import grade
from grader.results import TaskResult
from grader.sandbox.host import TENSORFLOW_MODULES, Sandbox
from grader.sandbox.scratch import remove
from grader.sandbox.submission import Submission

if TYPE_CHECKING:
    from grader.lab.portrait import Picture


@dataclass(frozen=True)
class Unit:
    """Work for a worker.

    Attributes:
        submission: the modules.
        tasks: names of the tasks that are to be judged; none where figures are to be drawn.
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
    """The servers of this process, and where submissions write; None for where temporary files belong."""

    sandbox: Sandbox | None = None
    scratch: Path | None = None
    pid = 0


def begin(scratch: str) -> None:
    """Prepare a worker process of this machine, which lives as long as who started it.

    Args:
        scratch: a folder for what submissions write.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started it
    Kept.scratch = Path(scratch)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _sandbox()


def _end_with_parent() -> None:
    """When the class run is gone, however it ended, leave no process and no file behind."""
    parent = multiprocessing.parent_process()
    if parent is not None and Kept.scratch is not None:
        parent.join()
        remove(Kept.scratch)
        os._exit(1)  # servers and guests end with their host


def _sandbox() -> Sandbox:
    if Kept.sandbox is None or Kept.pid != os.getpid():
        Kept.sandbox, Kept.pid = Sandbox(Kept.scratch), os.getpid()
        Kept.sandbox.warm(TENSORFLOW_MODULES)
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
        _sandbox().end_trainers()
    tasks = tuple(result for result in results.tasks if result.name in unit.tasks)
    return Judged(tasks, results.environment, time.monotonic() - began)


def draw(unit: Unit) -> "list[Picture]":
    """Draw the figures of a submission, as far as it is right."""
    from grader.suite.student_code import pictures_of  # matplotlib: only where it is asked for

    with ONE_AT_A_TIME:
        found = pictures_of(unit.submission, unit.profile, _sandbox(), Path(unit.store) if unit.store else None)
        _sandbox().end_trainers()
    return found
