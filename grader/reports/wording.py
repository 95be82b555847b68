"""Words that all reports share: a status as a student reads it, which failures are told, what to do next."""

from grader.course.tasks import Task, task_named
from grader.results import Record, Results, Status, TaskResult

WORDS = {
    Status.NOT_STARTED: "not started",
    Status.NOT_RUN: "not run",
    Status.ERROR: "error of the grader",
}

SAID_ABOVE = "Said in full above."


def word(status: Status) -> str:
    """A status as a student reads it."""
    return WORDS.get(status, status.value)


def points(number: int) -> str:
    """A number of points, as in "1 point" and "2 points"."""
    return f"{number} point{'' if number == 1 else 's'}"


def told(result: TaskResult) -> list[Record]:
    """The failures that have something to say; others fail for a reason that one of these has given."""
    return [record for record in result.failures if record.hint != SAID_ABOVE]


def selected(results: Results) -> list[str]:
    """The names of the tasks that were graded."""
    return [result.name for result in results.tasks if result.status is not Status.NOT_RUN]


def summary(results: Results) -> str:
    """The score in one line."""
    text = f"{results.score} of {results.max_score} points"
    return text + (f", {results.bonus} bonus" if results.bonus else "")


def next_step(results: Results, selected: list[str]) -> str:
    """The command to run next, and where to look."""
    chosen = [result for result in results.tasks if result.name in selected]
    if any(result.status is Status.ERROR for result in chosen):
        return "the grader itself failed (see above); this costs you nothing. Run it again, or tell your instructor."
    for status in (Status.MISSING, Status.CRASHED, Status.TIMEOUT, Status.FAILED, Status.NOT_STARTED):
        for result in chosen:
            if result.status is status and not result.bonus:
                return _advice(task_named(result.name), status)
    if len(selected) < len(results.tasks) or any(result.status is Status.NOT_RUN for result in chosen):
        return "pytest grader"
    return "all done. Hand in your modules."


def _advice(task: Task, status: Status) -> str:
    if status is Status.NOT_STARTED:
        return f"open assignments/{task.file_name}. {task.hint} Then: pytest grader --task {task.name}"
    return f"pytest grader --task {task.name}"
