"""The class run: which tasks of which submissions are to be judged, by whom, and what is finished with each answer.

A verdict that the gradebook knows is taken over; one that another submission waits for is judged once. What a worker
gives back goes into the gradebook before it is announced, and into the reports after that; reports that are missing
there are written again by the next run.
"""

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from grader.classroom.crew import Crew, Piece, again
from grader.classroom.gradebook import Gradebook, Row
from grader.classroom.intake import Handed
from grader.classroom.judge import Judged, Unit, judge
from grader.classroom.keys import Key, fingerprint, task_key
from grader.course.settings import Profile
from grader.course.tasks import TASKS
from grader.judging.verdict import clean
from grader.plugin import FAULT_HINT, environment
from grader.results import Outcome, Record, Results, Status, TaskResult
from grader.suite.declared import declared_checks

Verdict = tuple[TaskResult, dict[str, Any], float]


@dataclass
class Planned:
    """One submission on its way.

    Attributes:
        handed: where it is.
        keys: per task the key of its verdict.
        digest: of all that the grading depends on.
        missing: names of the tasks whose verdict is not there yet.
    """

    handed: Handed
    keys: Mapping[str, Key]
    digest: str
    missing: set[str]


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
        if not keys[task.name].exact
    }
    exact = {name: key.exact for name, key in keys.items()}
    described = json.dumps([profile.value, exact, own], sort_keys=True)
    return Planned(handed, keys, hashlib.sha256(described.encode()).hexdigest(), set(keys))


class ClassRun:
    """Grades a class, once."""

    def __init__(self, book: Gradebook, profile: Profile, store: Path | None, crew: Crew, keep: bool = True) -> None:
        """Prepare.

        Args:
            book: what is known, and where what is found out is kept.
            profile: how much is trained.
            store: where trained results are kept.
            crew: who judges.
            keep: whether finished submissions are kept in the gradebook; verdicts always are.
        """
        self._book = book
        self._profile = profile
        self._store = str(store) if store else None
        self._crew = crew
        self._keep = keep
        self._pieces: deque[Piece[Any]] = deque()
        self._waiting: dict[str, Planned] = {}
        self._claimed: set[str] = set()
        self._own: dict[str, dict[str, Verdict]] = {}

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
        self._finished = finished
        self._progress = progress = Progress(len(handed))
        known = self._book.current()
        for one in handed:
            planned = plan(one, self._profile)
            if one.name in known and known[one.name][0] == planned.digest:
                self._finish(planned, known[one.name][1], new=False)
            else:
                self._waiting[one.name] = planned
                self._claim(planned)
            tell(progress)
        known.clear()
        self._complete(list(self._waiting.values()), {})

        def told(names: Sequence[str]) -> None:
            progress.judging = list(names)
            tell(progress)

        self._crew.work(self._pieces, told)
        for planned in self._waiting.values():
            why = progress.failed.setdefault(
                planned.handed.name, "a verdict that it shares with another submission could not be found"
            )
            self._finish(planned, self._unfinished(planned, clean(why, 800)), new=True)
        told([])
        return progress

    def _claim(self, planned: Planned) -> None:
        """Give out those tasks of a submission that nobody has judged and no other piece will."""
        kept = self._book.kept({key for pair in planned.keys.values() for key in (pair.exact, pair.common) if key})
        missing = []
        for name, key in planned.keys.items():
            known = {key.exact, key.common} - {""}
            if known & kept:
                planned.missing.discard(name)
            elif not known & self._claimed:
                missing.append(name)
                self._claimed |= known
        if missing:
            self._pieces.append(self._piece(planned, missing))

    def _piece(self, planned: Planned, tasks: Sequence[str], attempts: int = 0) -> Piece[Judged]:
        """Work for a worker: some tasks of a submission."""

        def given() -> Unit:
            return Unit(planned.handed.read(), tuple(tasks), self._profile, self._store)

        def done(judged: Judged) -> None:
            self._take(planned, judged, piece.attempts)

        def failed(error: str) -> None:
            self._progress.failed[planned.handed.name] = error

        piece = Piece(planned.handed.name, judge, given, done, failed, attempts)
        return piece

    def _take(self, planned: Planned, judged: Judged, attempts: int) -> None:
        """Keep what a worker gave back, and finish what can be finished with it."""
        faults = [result for result in judged.tasks if result.status is Status.ERROR]
        if faults:
            piece = self._piece(planned, [result.name for result in faults], attempts)
            said = [record.message for record in faults[0].records if record.outcome is Outcome.ERROR]
            again(piece, said[0], self._pieces)
        share = judged.seconds / max(len(judged.tasks), 1)
        verdicts: dict[str, Verdict] = {}
        for result in judged.tasks:
            if result.status is Status.ERROR:
                continue
            verdict, key = (result, judged.environment, share), planned.keys[result.name]
            planned.missing.discard(result.name)
            if kept := key.of(result):
                verdicts[kept] = verdict
            else:
                self._own.setdefault(planned.handed.name, {})[result.name] = verdict
            if kept != key.common:
                self._release(result.name, key.common)
        self._progress.judged += len(judged.tasks)
        for one in self._waiting.values():
            for name in tuple(one.missing):
                if {one.keys[name].exact, one.keys[name].common} & verdicts.keys():
                    one.missing.discard(name)
        self._complete(list(self._waiting.values()), verdicts)

    def _release(self, task: str, common: str) -> None:
        """Have a task judged for each source that waited for a verdict which turned out to name lines."""
        for other in self._waiting.values():
            key = other.keys[task]
            if task in other.missing and key.common == common and key.exact not in self._claimed:
                self._claimed.add(key.exact)
                self._pieces.append(self._piece(other, (task,)))

    def _complete(self, concerned: Iterable[Planned], verdicts: Mapping[str, Verdict]) -> None:
        """Keep verdicts, and finish those submissions that miss none, in one transaction."""
        complete: list[tuple[Planned, Results]] = []
        for planned in concerned:
            if not planned.missing:
                parts = self._parts(planned, verdicts)
                complete.append((planned, _merged(planned.handed.name, self._profile, parts)))
        rows: list[Row] = [
            (planned.handed.name, planned.handed.student, planned.digest, results) for planned, results in complete
        ]
        self._book.keep(verdicts, rows if self._keep else [])
        for planned, results in complete:
            del self._waiting[planned.handed.name]
            self._own.pop(planned.handed.name, None)
            self._finish(planned, results, new=True)

    def _parts(self, planned: Planned, verdicts: Mapping[str, Verdict]) -> list[Verdict]:
        """The verdicts of a submission that misses none, in the order of the tasks."""
        mine = self._own.get(planned.handed.name, {})
        keys = {key for pair in planned.keys.values() for key in (pair.exact, pair.common)}
        found = {**self._book.verdicts(keys - verdicts.keys() - {""}), **verdicts}
        return [found.get(key.exact) or found.get(key.common) or mine[name] for name, key in planned.keys.items()]

    def _unfinished(self, planned: Planned, why: str) -> Results:
        """What is known of a submission that could not be graded; it is not kept, so that it is tried again."""
        for task in TASKS:
            if task.name in planned.missing:
                checks = declared_checks(task)
                faults = tuple(Record(name, points, Outcome.ERROR, why, FAULT_HINT) for name, points in checks)
                verdict = (TaskResult(task.name, task.points, task.bonus, faults), environment(), 0.0)
                self._own.setdefault(planned.handed.name, {})[task.name] = verdict
        return _merged(planned.handed.name, self._profile, self._parts(planned, {}))

    def _finish(self, planned: Planned, results: Results, new: bool) -> None:
        self._finished(planned, results, new)
        self._progress.done += 1
        self._progress.scores.append(float(results.score))


def _merged(name: str, profile: Profile, parts: Sequence[Verdict]) -> Results:
    """The results of one submission, put together from verdicts that may be of several gradings."""
    environment: dict[str, Any] = {}
    for _, found, _ in parts:
        before = environment.get("isolation", {})
        isolation = {name: before.get(name, force) and force for name, force in found.get("isolation", {}).items()}
        environment = {**found, "isolation": {**before, **isolation}}  # a protection counts where it held for all
    results = Results(name, profile.value, tuple(result for result, _, _ in parts), environment)
    return replace(results, seconds=round(sum(seconds for _, _, seconds in parts), 3))
