"""The board: what a student sees on the terminal. One screen: tasks, points, what failed and why, what to do next."""

import io

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from grader.course.tasks import Task, task_named
from grader.results import Outcome, Record, Results, Status, TaskResult

SHOWN_FAILURES = 3
"""Failed checks shown of one task when several are graded, so that all fits one screen."""

STYLES = {
    Status.PASSED: "green",
    Status.FAILED: "red",
    Status.NOT_STARTED: "dim",
    Status.TIMEOUT: "red",
    Status.CRASHED: "red",
    Status.MISSING: "red",
    Status.NOT_RUN: "dim",
    Status.ERROR: "magenta",
}

WORDS = {
    Status.NOT_STARTED: "not started",
    Status.NOT_RUN: "not run",
    Status.ERROR: "error of the grader",
}

SAID_ABOVE = "Said in full above."


def render(results: Results, selected: list[str], colour: bool, width: int) -> str:
    """The board as text.

    Args:
        results: what became of the submission.
        selected: names of the tasks that were to be graded.
        colour: whether the text may hold colours, which a terminal understands and a file does not.
        width: columns.
    """
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        force_terminal=colour,
        color_system="standard" if colour else None,
        width=max(width, 60),
        highlight=False,
        emoji=False,
        markup=False,
        legacy_windows=False,
    )
    console.print()
    for result in results.tasks:
        if result.name in selected:
            _task(console, result, all_failures=len(selected) == 1)
    console.print()
    total = Text.assemble(("Total", "bold"), f"  {results.score} of {results.max_score} points")
    if results.bonus:
        total.append(f", {results.bonus} bonus")
    not_selected = [result.name for result in results.tasks if result.name not in selected]
    if not_selected:
        total.append(f"   (not graded this time: {', '.join(not_selected)})")
    console.print(total)
    if results.environment.get("isolation", {}).get("verdict") is False:
        console.print(Text("This ran without the sandbox, for debugging: it is no verdict.", style="yellow"))
    console.print(Text(f"Next   {next_step(results, selected)}"))
    return buffer.getvalue()


def _task(console: Console, result: TaskResult, all_failures: bool) -> None:
    task = task_named(result.name)
    word = WORDS.get(result.status, result.status.value)
    line = Text.assemble(
        (f"{task.title:<28}", "bold"),
        (f"{word:<20}", STYLES[result.status]),
        f"{result.score:>3} / {result.points}",
        "  bonus" if result.bonus else "",
    )
    console.print(line)
    if result.status in (Status.NOT_STARTED, Status.NOT_RUN):
        return
    told = [record for record in result.failures if record.hint != SAID_ABOVE]
    silent = len(result.failures) - len(told)
    for record in told if all_failures else told[:SHOWN_FAILURES]:
        _failure(console, record)
    more = 0 if all_failures else len(told) - SHOWN_FAILURES
    if more > 0:
        _indented(console, Text(f"and {more} more: pytest grader --task {task.name}", style="dim"), 4)
    if silent:
        checks = "check waits" if silent == 1 else "checks wait"
        _indented(console, Text(f"{silent} more {checks} for this", style="dim"), 4)


def _failure(console: Console, record: Record) -> None:
    points = "point" if record.points == 1 else "points"
    title = Text.assemble((record.name.replace("_", " "), "red"), (f"  ({record.points} {points})", "dim"))
    if record.outcome is Outcome.NOT_STARTED:
        title.append("  not written yet", style="dim")
        _indented(console, title, 4)
        return
    _indented(console, title, 4)
    _indented(console, Text(record.message), 6)
    if record.hint:
        _indented(console, Text.assemble(("Hint: ", "cyan"), record.hint), 6)


def _indented(console: Console, text: Text, columns: int) -> None:
    console.print(Padding(text, (0, 0, 0, columns)))


def next_step(results: Results, selected: list[str]) -> str:
    """The command to run next, and where to look."""
    chosen = [result for result in results.tasks if result.name in selected]
    if any(result.status is Status.ERROR for result in chosen):
        return "the grader itself failed (see above); this costs you nothing. Run it again, or tell your instructor."
    for status in (Status.MISSING, Status.CRASHED, Status.TIMEOUT, Status.FAILED, Status.NOT_STARTED):
        for result in chosen:
            if result.status is status and not result.bonus:
                return _advice(task_named(result.name), status)
    if len(selected) < len(results.tasks):
        return "pytest grader"
    return "all done. Hand in your modules."


def _advice(task: Task, status: Status) -> str:
    if status is Status.NOT_STARTED:
        return f"open assignments/{task.file_name}. {task.hint} Then: pytest grader --task {task.name}"
    return f"pytest grader --task {task.name}"
