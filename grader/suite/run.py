"""One run of the suite: the submission, the sandbox, the store, and what the checks of all tasks share."""

import shutil
import tempfile
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from weakref import WeakSet

import pytest

from grader.course.dataset import DataError
from grader.course.settings import Profile
from grader.course.tasks import Task
from grader.judging.jobs import Job, Trained
from grader.judging.store import Store
from grader.judging.trainings import Trainings
from grader.judging.verdict import Verdict
from grader.sandbox.host import ENDED, GUEST_MODULES, TENSORFLOW_MODULES, Guest, Sandbox, SandboxError
from grader.sandbox.submission import Submission
from grader.suite.in_process import InProcess
from grader.suite.session import Asked, TaskSession

RUN: "pytest.StashKey[Run]" = pytest.StashKey()
"""Where the plugin leaves the run for the fixtures."""

UNFINISHED = b"NotImplementedError"
"""What every function of a stub raises."""


class Run:
    """Grades one submission.

    Attributes:
        submission: what is graded.
        profile: how much is trained.
        isolation: the protections that were in force, as the guests report them.
        store: the folder of trained results; None for the usual one.
        progress: told a line while something trains, and an empty one when it is done.
        busy: names of the tasks that other threads are at work on.
    """

    def __init__(
        self,
        submission: Submission,
        profile: Profile,
        store: Path | None,
        in_process: bool = False,
        sandbox: Sandbox | None = None,
    ) -> None:
        self.submission = submission
        self.profile = profile
        self.isolation: dict[str, Any] = {"mode": "in-process", "verdict": False} if in_process else {}
        self.progress: Callable[[str], None] = lambda line: None
        self.busy: set[str] = set()
        self.sandbox = sandbox or Sandbox()
        self._own_sandbox = sandbox is None
        self.store = store
        self._store = Store(store)
        self._trainings = Trainings(self.sandbox, self._store)
        self._prepared: dict[str, Job | Verdict] = {}
        self._in_process = in_process
        self._scratch: Path | None = None
        self._sessions: dict[str, TaskSession] = {}
        self._lock = threading.Lock()
        self._guests: WeakSet[Guest] = WeakSet()
        self._ended = False

    @property
    def problems(self) -> list[str]:
        """Sentences about what did not work but costs nobody points."""
        return self._store.problems

    def session(self, task: Task) -> TaskSession:
        """The session of one task, opened at the first question."""
        if task.name not in self._sessions:
            self._sessions[task.name] = TaskSession(task, self.submission, self._start)
        return self._sessions[task.name]

    def close_sessions(self, but: Collection[str] = ()) -> None:
        """End the guests of all tasks but some: they are not needed again, and hold memory."""
        for name, session in list(self._sessions.items()):
            if name not in but:
                session.close()

    def begin(self, tasks: Collection[Task]) -> None:
        """Start the servers, which import while pytest collects the checks.

        Args:
            tasks: those that are certain to be graded; TensorFlow is imported where one of them surely needs it.
        """
        if self.submission.sources and not self._in_process:
            self.sandbox.warm(GUEST_MODULES)
            if any(task.needs_tensorflow and self._is_written(task) for task in tasks):
                self.sandbox.warm(TENSORFLOW_MODULES)

    def _is_written(self, task: Task) -> bool:
        """Whether a module is there and surely more than the stub, told by its text alone."""
        return UNFINISHED not in self.submission.sources.get(task.file_name, UNFINISHED)

    def warm(self, tasks: Collection[Task]) -> None:
        """Have TensorFlow imported, if one of these tasks needs it and is more than a stub, while others are graded."""
        need = [task for task in tasks if task.needs_tensorflow and not self._in_process]
        if any(self._is_written(task) or self.session(task).is_worth_a_guest() for task in need):
            self.sandbox.warm(TENSORFLOW_MODULES)

    def _start(self, sources: Mapping[str, bytes], seed: int, tensorflow: bool, without: Sequence[str]) -> Asked:
        if self._in_process:
            return InProcess(self._folder(), seed, tensorflow)
        guest = self.sandbox.guest(sources, seed, tensorflow, without)
        mode = "process" if self.sandbox.portable else "fork"
        with self._lock:
            if self._ended:
                guest.close()
                raise SandboxError(ENDED)
            self._guests.add(guest)
            in_force = {name: force and self.isolation.get(name, True) for name, force in guest.isolation.items()}
            self.isolation = {"mode": mode, "verdict": True, **in_force}  # what holds for every guest so far
        return guest

    def _folder(self) -> Path:
        if self.submission.folder is not None:
            return self.submission.folder
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="grader-")).resolve()
            for name, content in self.submission.sources.items():
                (self._scratch / name).write_bytes(content)
        return self._scratch

    def prepare(self, task: Task, job: Callable[[], Job]) -> None:
        """Begin the training that an accuracy check will ask for; `job` raises a verdict where there is none to do."""
        try:
            made = job()
        except Verdict as verdict:
            self._prepared[task.name] = verdict
        else:
            self._prepared[task.name] = made
            with suppress(DataError):  # the accuracy check will say so
                self._trainings.begin(made)

    def prepared(self, task: Task, job: Callable[[], Job]) -> Job:
        """The job of an accuracy check, prepared before or now.

        Raises:
            Verdict: what `job` raised.
        """
        if task.name not in self._prepared:
            self.prepare(task, job)
        found = self._prepared[task.name]
        if isinstance(found, Verdict):
            raise found
        return found

    def train(self, job: Job, title: str) -> Trained:
        """The result of a trusted training: from the store, or trained by a process that saw no student code.

        Raises:
            SandboxError: it could not be trained.
            DataError: the data set is not there or damaged.
        """
        key = self._trainings.begin(job)
        return self._trainings.wait(key, lambda line: self.progress(line and f"{title}: {line}"))

    def end(self) -> None:
        """End all guests, and start no other; whoever waits for one in another thread goes on with an error."""
        with self._lock:
            self._ended = True
            guests = list(self._guests)
        for guest in guests:
            guest.close()
        if self._own_sandbox:
            self.sandbox.close()

    def close(self) -> None:
        """End everything and remove what was written."""
        self.end()
        self._trainings.close()
        if self._scratch is not None:
            with suppress(OSError):
                shutil.rmtree(self._scratch)
