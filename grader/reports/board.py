"""The board: what a student sees on the terminal. One screen: tasks, points, what failed and why, what to do next."""

import io

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from grader.course.tasks import task_named
from grader.reports.wording import next_step, points, summary, told, word
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
    total = Text.assemble(("Total", "bold"), f"  {summary(results)}")
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
    line = Text.assemble(
        (f"{task.title:<28}", "bold"),
        (f"{word(result.status):<20}", STYLES[result.status]),
        f"{result.score:>3} / {result.points}",
        "  bonus" if result.bonus else "",
    )
    console.print(line)
    if result.status in (Status.NOT_STARTED, Status.NOT_RUN):
        return
    shown = told(result)
    silent = len(result.failures) - len(shown)
    for record in shown if all_failures else shown[:SHOWN_FAILURES]:
        _failure(console, record)
    more = 0 if all_failures else len(shown) - SHOWN_FAILURES
    if more > 0:
        _indented(console, Text(f"and {more} more: pytest grader --task {task.name}", style="dim"), 4)
    if silent:
        checks = "check waits" if silent == 1 else "checks wait"
        _indented(console, Text(f"{silent} more {checks} for this", style="dim"), 4)


def _failure(console: Console, record: Record) -> None:
    title = Text.assemble((record.name.replace("_", " "), "red"), (f"  ({points(record.points)})", "dim"))
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
