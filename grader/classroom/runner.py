"""The class run: which tasks of which submissions are to be judged, by whom, and what is finished with each answer.

A verdict that the gradebook knows is taken over; one that another submission waits for is judged once. What a worker
gives back goes into the gradebook before it is announced, and into the reports after that; reports that are missing
there are written again by the next run.
"""

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from grader.classroom.gradebook import Gradebook, Row
from grader.classroom.intake import Handed
from grader.classroom.judge import Judged, Unit, judge
from grader.classroom.keys import fingerprint, task_key
from grader.course.settings import Profile
from grader.course.tasks import TASKS
from grader.results import Results, Status, TaskResult

ATTEMPTS = 5
"""How often a unit is given out: its worker may die, or one that works beside it and takes the pool with it."""

AHEAD = 2
"""Units given out for each worker: the next one is there when a worker becomes free."""

Verdict = tuple[TaskResult, dict[str, Any], float]


@dataclass(frozen=True)
class Planned:
    """One submission on its way.

    Attributes:
        handed: where it is.
        keys: per task the key of its verdict; empty where the verdict is this submission's alone.
        digest: of all that the grading depends on.
    """

    handed: Handed
    keys: Mapping[str, str]
    digest: str


@dataclass
class Progress:
    """What there is to tell while a class is graded.

    Attributes:
        total: submissions.
        done: of these, finished.
        scores: of the finished.
        judging: names of those that workers have.
        judged: verdicts that workers gave.
        failed: per name, why it could not be graded; no fault of a student's.
    """

    total: int
    done: int = 0
    scores: list[float] = field(default_factory=list)
    judging: list[str] = field(default_factory=list)
    judged: int = 0
    failed: dict[str, str] = field(default_factory=dict)


Finished = Callable[[Planned, Results, bool], None]
"""Told of each finished submission; the last argument says whether it is new to the gradebook."""


def plan(handed: Handed, profile: Profile) -> Planned:
    """Read a submission and find what its verdicts depend on."""
    submission = handed.read()
    keys = {task.name: task_key(task, submission, profile) for task in TASKS}
    own = {
        task.name: [fingerprint(task), handed.name, submission.problems, sorted(submission.other_files)]
        for task in TASKS
        if not keys[task.name]
    }
    described = json.dumps([profile.value, keys, own], sort_keys=True)
    return Planned(handed, keys, hashlib.sha256(described.encode()).hexdigest())


class ClassRun:
    """Grades a class."""

    def __init__(
        self,
        book: Gradebook,
        profile: Profile,
        store: Path | None,
        executors: Callable[[], Executor],
        workers: int,
        keep: bool = True,
    ) -> None:
        """Prepare.

        Args:
            book: what is known, and where what is found out is kept.
            profile: how much is trained.
            store: where trained results are kept.
            executors: makes an executor, anew where one has broken.
            workers: how many units it works on at a time.
            keep: whether finished submissions are kept in the gradebook; verdicts always are.
        """
        self._book = book
        self._profile = profile
        self._store = str(store) if store else None
        self._executors = executors
        self._at_once = AHEAD * workers
        self._keep = keep

    def run(self, handed: Sequence[Handed], finished: Finished, tell: Callable[[Progress], None]) -> Progress:
        """Grade all submissions.

        Args:
            handed: the submissions.
            finished: told of each.
            tell: told of the progress, about twice a second.

        Raises:
            GradebookError: the gradebook cannot be written; what is in it stays.
            KeyboardInterrupt: it was stopped; what workers have not given back is not graded.
        """
        progress = Progress(len(handed))
        known = self._book.current()
        waiting: dict[str, Planned] = {}
        own: dict[str, dict[str, Verdict]] = {}
        claimed: set[str] = set()
        units: deque[tuple[Planned, tuple[str, ...]]] = deque()
        for planned in self._plans(handed, progress, tell):
            name = planned.handed.name
            if name in known and known[name][0] == planned.digest:
                self._finish(planned, known[name][1], False, progress, finished)
                continue
            missing = self._claim(planned, claimed)
            waiting[name] = planned
            if missing:
                units.append((planned, missing))
        known.clear()
        self._complete(list(waiting.values()), waiting, own, {}, progress, finished)
        executor = self._executors()
        running: dict[Future[Judged], tuple[Planned, tuple[str, ...]]] = {}
        attempts: dict[str, int] = {}
        try:
            while units or running:
                while units and len(running) < self._at_once:
                    planned, tasks = units.popleft()
                    unit = Unit(planned.handed.read(), tasks, self._profile, self._store)
                    try:
                        running[executor.submit(judge, unit)] = (planned, tasks)
                    except Exception:  # it broke since the last answer
                        units.appendleft((planned, tasks))
                        executor = self._replaced(executor)
                progress.judging = [planned.handed.name for planned, _ in running.values()]
                tell(progress)
                done, _ = wait(running, timeout=0.5, return_when=FIRST_COMPLETED)
                broken = False
                for future in done:
                    planned, tasks = running.pop(future)
                    try:
                        judged = future.result()
                    except Exception as error:  # a worker died, or a fault of the grader
                        broken = True
                        self._again(planned, tasks, f"{type(error).__name__}: {error}", attempts, units, progress)
                        continue
                    self._take(planned, judged, waiting, own, attempts, units, progress, finished)
                if broken:
                    for planned, tasks in running.values():
                        units.appendleft((planned, tasks))
                    running.clear()
                    executor = self._replaced(executor)
            for name in waiting:
                progress.failed.setdefault(name, "a verdict that it shares with another submission could not be found")
        finally:
            _shut(executor)
        tell(progress)
        return progress

    def _plans(
        self, handed: Iterable[Handed], progress: Progress, tell: Callable[[Progress], None]
    ) -> Iterator[Planned]:
        for one in handed:
            yield plan(one, self._profile)
            tell(progress)

    def _claim(self, planned: Planned, claimed: set[str]) -> tuple[str, ...]:
        """The tasks that have to be judged for this submission, since nobody has and no other unit will."""
        known = self._book.verdicts(key for key in planned.keys.values() if key)
        missing = [name for name, key in planned.keys.items() if not key or (key not in known and key not in claimed)]
        claimed.update(key for key in planned.keys.values() if key)
        return tuple(missing)

    def _replaced(self, executor: Executor) -> Executor:
        _shut(executor)
        return self._executors()

    def _again(
        self,
        planned: Planned,
        tasks: tuple[str, ...],
        error: str,
        attempts: dict[str, int],
        units: "deque[tuple[Planned, tuple[str, ...]]]",
        progress: Progress,
    ) -> None:
        """Give a unit out once more, or give it up."""
        name = planned.handed.name
        attempts[name] = attempts.get(name, 0) + 1
        if attempts[name] < ATTEMPTS:
            units.append((planned, tasks))
        else:
            progress.failed[name] = error

    def _take(
        self,
        planned: Planned,
        judged: Judged,
        waiting: dict[str, Planned],
        own: dict[str, dict[str, Verdict]],
        attempts: dict[str, int],
        units: "deque[tuple[Planned, tuple[str, ...]]]",
        progress: Progress,
        finished: Finished,
    ) -> None:
        """Keep what a worker gave back, and finish what can be finished with it."""
        name = planned.handed.name
        faults = tuple(result.name for result in judged.tasks if result.status is Status.ERROR)
        if faults:
            first = next(result for result in judged.tasks if result.status is Status.ERROR)
            self._again(planned, faults, first.failures[0].message, attempts, units, progress)
        share = judged.seconds / max(len(judged.tasks), 1)
        verdicts: dict[str, Verdict] = {}
        for result in judged.tasks:
            if result.status is Status.ERROR:
                continue
            verdict = (result, judged.environment, share)
            if key := planned.keys[result.name]:
                verdicts[key] = verdict
            else:
                own.setdefault(name, {})[result.name] = verdict
        progress.judged += len(judged.tasks)
        concerned = [one for one in waiting.values() if one is planned or set(one.keys.values()) & verdicts.keys()]
        self._complete(concerned, waiting, own, verdicts, progress, finished)

    def _complete(
        self,
        concerned: Sequence[Planned],
        waiting: dict[str, Planned],
        own: dict[str, dict[str, Verdict]],
        verdicts: Mapping[str, Verdict],
        progress: Progress,
        finished: Finished,
    ) -> None:
        """Keep verdicts, and finish those submissions all of whose verdicts are there, in one transaction."""
        complete: list[tuple[Planned, Results]] = []
        for planned in concerned:
            keys = [key for key in planned.keys.values() if key and key not in verdicts]
            found = {**self._book.verdicts(keys), **verdicts}
            mine = own.get(planned.handed.name, {})
            parts = [found.get(key) if key else mine.get(task) for task, key in planned.keys.items()]
            there = [part for part in parts if part is not None]
            if len(there) == len(parts):
                complete.append((planned, _merged(planned.handed.name, self._profile, there)))
        rows: list[Row] = [
            (planned.handed.name, planned.handed.student, planned.digest, results) for planned, results in complete
        ]
        self._book.keep(verdicts, rows if self._keep else [])
        for planned, results in complete:
            del waiting[planned.handed.name]
            own.pop(planned.handed.name, None)
            self._finish(planned, results, True, progress, finished)

    def _finish(self, planned: Planned, results: Results, new: bool, progress: Progress, finished: Finished) -> None:
        finished(planned, results, new)
        progress.done += 1
        progress.scores.append(float(results.score))


def _shut(executor: Executor) -> None:
    """End an executor without waiting; Dask's knows no `cancel_futures`, and a broken one may raise anything."""
    with suppress(Exception):
        try:
            executor.shutdown(wait=False, cancel_futures=True)
        except TypeError:
            executor.shutdown(wait=False)


def _merged(name: str, profile: Profile, parts: Sequence[Verdict]) -> Results:
    """The results of one submission, put together from verdicts that may be of several gradings."""
    environment: dict[str, Any] = {}
    for _, found, _ in parts:
        before = environment.get("isolation", {})
        isolation = {name: before.get(name, force) and force for name, force in found.get("isolation", {}).items()}
        environment = {**found, "isolation": {**before, **isolation}}  # a protection counts where it held for all
    results = Results(name, profile.value, tuple(result for result, _, _ in parts), environment)
    return replace(results, seconds=round(sum(seconds for _, _, seconds in parts), 3))
