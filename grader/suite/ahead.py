"""Runs the checks of two tasks at a time, before pytest comes to them, so that both cores have work.

A check is a function of its task's session and of the run, and each task has a session of its own: what it finds does
not depend on when it runs. Pytest comes to the checks in its own order, and is given what became of them.
"""

import inspect
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from pathlib import Path
from typing import Any

import pytest

from grader.course.tasks import TASKS, Task
from grader.sandbox.cores import usable_cores
from grader.suite.run import Run

AT_A_TIME = 2
"""Tasks, at most: each has a guest of 100 MB beside the server, and one guest keeps little more than a core busy."""

FIRST = ("cnn", "dense_model", "training")
"""Tasks to begin with: those that take longest, so that neither worker is left with one of them at the end; and the
models before them all, whose trainings go on meanwhile."""

LOOK_SECONDS = 0.2
"""How often one who waits can be interrupted: on Windows, Ctrl-C does not end a wait."""

SUITE = Path(__file__).resolve().parent

Outcomes = dict[str, BaseException | None]
"""Per check, by its item's id, what it raised."""


class Ahead:
    """What has been begun of one run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._begun: dict[str, Future[Outcomes]] = {}
        self._workers = ThreadPoolExecutor(min(AT_A_TIME, usable_cores()), thread_name_prefix="ahead")
        self._closed = False

    def begin(self, items: Sequence[pytest.Item]) -> None:
        """Begin with the tasks of these checks that need TensorFlow; the others are done while it is imported."""
        for task in sorted(TASKS, key=lambda task: FIRST.index(task.name) if task.name in FIRST else len(FIRST)):
            own = [item for item in items if item.path == SUITE / f"test_{task.name}.py"]
            if own and task.needs_tensorflow and all(_is_plain(item) for item in own):
                self._run.busy.add(task.name)
                self._begun[task.name] = self._workers.submit(self._outcomes, task, own)

    def outcome(self, item: pytest.Item) -> tuple[bool, BaseException | None]:
        """Whether a check has been run ahead, and what it raised; waits where its task is at work."""
        task = item.path.stem.removeprefix("test_") if item.path.parent == SUITE else ""
        while task in self._begun:
            try:
                outcomes = self._begun[task].result(timeout=LOOK_SECONDS)
            except NotYet:
                continue
            except CancelledError:
                break
            return item.nodeid in outcomes, outcomes.get(item.nodeid)
        return False, None

    def _outcomes(self, task: Task, items: Sequence[pytest.Item]) -> Outcomes:
        """Run the checks of one task, in order, and end its guest."""
        outcomes: Outcomes = {}
        session = self._run.session(task)
        given = {"task": session, "run": self._run}
        for item in items:
            session.check = item.name
            function: Any = getattr(item, "function")  # noqa: B009 - an item is a function here
            try:
                function(**{name: given[name] for name in inspect.signature(function).parameters})
                outcomes[item.nodeid] = None
            except BaseException as error:  # pytest's own are no Exceptions; whoever asks for the outcome raises it
                outcomes[item.nodeid] = error
            if self._closed:
                break
        session.close()
        self._run.busy.discard(task.name)
        return outcomes

    def close(self) -> None:
        """Begin nothing more, and let what is at work end with its guest."""
        self._closed = True
        self._workers.shutdown(wait=False, cancel_futures=True)
        self._run.end()
        self._workers.shutdown(wait=True)


def _is_plain(item: pytest.Item) -> bool:
    """Whether a check is a plain function of the task's session and the run, and nothing else is asked of it."""
    marked = any(item.get_closest_marker(name) for name in ("skip", "skipif", "xfail", "usefixtures"))
    return not marked and set(getattr(item, "fixturenames", ("",))) <= {"task", "run", "request"}
