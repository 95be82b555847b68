"""What became of a submission: typed results, to and from the JSON that CONTRACT.md fixes.

A *record* is what became of one check. The status of a task follows from its records, and the score from both; nothing
here counts what happened to run: the maximum is what the task table declares.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

SCHEMA = 1
"""The version of the JSON; a reader refuses another one."""


class Status(StrEnum):
    """The status of a task, in the words of CONTRACT.md; `error` is added for a fault of the grader itself."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_STARTED = "not_started"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    MISSING = "missing"
    NOT_RUN = "not_run"
    ERROR = "error"


class Outcome(StrEnum):
    """What became of one check: finer than its status in the JSON, and what the task's status is drawn from."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_STARTED = "not_started"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    MISSING = "missing"
    NOT_RUN = "not_run"
    ERROR = "error"

    @property
    def status(self) -> str:
        """The check's status in the JSON: passed, failed, error, timeout or not_run."""
        named = (Outcome.PASSED, Outcome.ERROR, Outcome.TIMEOUT, Outcome.NOT_RUN)
        return self.value if self in named else "failed"


@dataclass(frozen=True)
class Record:
    """What became of one check.

    Attributes:
        name: the check's name, unique in its task.
        points: what it is worth.
        outcome: what became of it.
        message: what was asked and what came back; empty where it passed.
        hint: what to look at, where the mistake is recognised.
    """

    name: str
    points: int
    outcome: Outcome = Outcome.NOT_RUN
    message: str = ""
    hint: str = ""

    @property
    def score(self) -> int:
        """The points it earned: all or none."""
        return self.points if self.outcome is Outcome.PASSED else 0


@dataclass(frozen=True)
class TaskResult:
    """The records of one task, one for every check that it declares, in the order of the suite.

    Attributes:
        name: of the task.
        points: what it is worth.
        bonus: whether they come on top.
        records: the records.
        details: what a report can show beside: of a model, its `layers` and those that were `expected`, in words.
    """

    name: str
    points: int
    bonus: bool
    records: tuple[Record, ...]
    details: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def score(self) -> int:
        """The points earned."""
        return sum(record.score for record in self.records)

    @property
    def status(self) -> Status:
        """The task's status; where two apply, timeout goes before crashed and crashed before failed."""
        outcomes = {record.outcome for record in self.records}
        for outcome in (Outcome.ERROR, Outcome.TIMEOUT, Outcome.CRASHED):
            if outcome in outcomes:
                return Status(outcome.value)
        run = outcomes - {Outcome.NOT_RUN}
        if run in ({Outcome.NOT_STARTED}, {Outcome.MISSING}):
            return Status(run.pop().value)
        if run - {Outcome.PASSED}:
            return Status.FAILED
        return Status.PASSED if outcomes == {Outcome.PASSED} else Status.NOT_RUN

    @property
    def failures(self) -> tuple[Record, ...]:
        """The records of checks that ran and did not pass."""
        return tuple(record for record in self.records if record.outcome not in (Outcome.PASSED, Outcome.NOT_RUN))


@dataclass(frozen=True)
class Results:
    """Everything that a report, a gradebook or an LMS is told about one submission.

    Attributes:
        submission: the name of its folder or zip.
        profile: `quick` or `full`.
        tasks: one a task, in the order of the task table, selected or not.
        environment: versions, and under `isolation` the protections that were in force.
        seconds: how long grading took, in wall-clock seconds.
    """

    submission: str
    profile: str
    tasks: tuple[TaskResult, ...]
    environment: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def score(self) -> int:
        """The core tasks' sum."""
        return sum(task.score for task in self.tasks if not task.bonus)

    @property
    def bonus(self) -> int:
        """What the bonus tasks add."""
        return sum(task.score for task in self.tasks if task.bonus)

    @property
    def max_score(self) -> int:
        """What the core tasks are worth."""
        return sum(task.points for task in self.tasks if not task.bonus)

    def to_json(self) -> str:
        """The text of `results.json`."""
        data = {
            "schema": SCHEMA,
            "submission": self.submission,
            "profile": self.profile,
            "score": float(self.score),
            "max_score": float(self.max_score),
            "bonus": float(self.bonus),
            "tasks": [_task_json(task) for task in self.tasks],
            "environment": self.environment,
            "seconds": round(self.seconds, 3),
        }
        return json.dumps(data, indent=1, ensure_ascii=True) + "\n"


def _task_json(task: TaskResult) -> dict[str, Any]:
    details = {"details": dict(task.details)} if task.details else {}
    return {
        "name": task.name,
        "status": task.status.value,
        "score": float(task.score),
        "max_score": float(task.points),
        "bonus": task.bonus,
        "tests": [
            {
                "name": record.name,
                "status": record.outcome.status,
                "outcome": record.outcome.value,
                "score": float(record.score),
                "max_score": float(record.points),
                "message": record.message,
                "hint": record.hint,
            }
            for record in task.records
        ],
        **details,
    }


def results_from_json(text: str) -> Results:
    """Read what `Results.to_json` wrote.

    Raises:
        ValueError: the text is no `results.json` of this schema.
    """
    try:
        data = json.loads(text)
        if data["schema"] != SCHEMA:
            raise ValueError(f"results.json of schema {data['schema']}; this grader reads schema {SCHEMA}")
        tasks = tuple(
            TaskResult(
                task["name"],
                int(task["max_score"]),
                bool(task["bonus"]),
                _records(task["tests"]),
                {str(name): list(map(str, words)) for name, words in task.get("details", {}).items()},
            )
            for task in data["tasks"]
        )
        return Results(data["submission"], data["profile"], tasks, data["environment"], data["seconds"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"this is no results.json: {error}") from None


def _records(tests: Sequence[dict[str, Any]]) -> tuple[Record, ...]:
    return tuple(
        Record(test["name"], int(test["max_score"]), Outcome(test["outcome"]), test["message"], test["hint"])
        for test in tests
    )
