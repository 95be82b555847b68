"""How much of the results a student sees: everything, hints alone, or points alone; for all tasks or for one.

What is hidden is taken out of the results before anything is rendered. A task that is not at full marks always shows
that it is not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from grader.course.tasks import task_named
from grader.results import Outcome, Record, Results, Status, TaskResult

HIDDEN = "Your instructor shows the points of this task, and not what each check found."


class Level(StrEnum):
    """How much is shown of a task."""

    FULL = "full"
    HINTS = "hints"
    SCORES = "scores"


@dataclass(frozen=True)
class Feedback:
    """What an instructor chose.

    Attributes:
        level: for every task that is not named.
        tasks: for single tasks, by name.
    """

    level: Level = Level.FULL
    tasks: Mapping[str, Level] = field(default_factory=dict)

    def of(self, task: str) -> Level:
        """What is shown of a task."""
        return self.tasks.get(task, self.level)


def feedback_from(choices: Sequence[str]) -> Feedback:
    """Read choices as they are given on a command line: `hints`, or `cnn=scores` for one task; the last one counts.

    Raises:
        ValueError: there is no such level or task; the message says which there are.
    """
    feedback = Feedback()
    for choice in choices:
        task, equals, level = choice.rpartition("=")
        if level not in list(Level):
            raise ValueError(f"there is no feedback {level!r}; there are {', '.join(Level)}")
        if equals:
            feedback = replace(feedback, tasks={**feedback.tasks, task_named(task).name: Level(level)})
        else:
            feedback = replace(feedback, level=Level(level))
    return feedback


def shown(results: Results, feedback: Feedback) -> Results:
    """The results as a student may see them."""
    return replace(results, tasks=tuple(_task(task, feedback.of(task.name)) for task in results.tasks))


def shown_record(record: Record, level: Level) -> Record:
    """What a student may see of one check."""
    if record.outcome in (Outcome.PASSED, Outcome.NOT_RUN, Outcome.NOT_STARTED) or level is Level.FULL:
        return record
    return replace(record, message="", hint=record.hint if level is Level.HINTS else "")


def _task(task: TaskResult, level: Level) -> TaskResult:
    if level is not Level.FULL:
        task = replace(task, details={})
    if level is not Level.SCORES or task.status in (Status.NOT_STARTED, Status.NOT_RUN):
        return replace(task, records=tuple(shown_record(record, level) for record in task.records))
    missing = task.points - task.score
    records = [Record("points_earned", task.score, Outcome.PASSED)] if task.score else []
    if missing:
        outcome = Outcome(task.status.value)
        records.append(Record("points_missing", missing, outcome, HIDDEN))
    return replace(task, records=tuple(records))
