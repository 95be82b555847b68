"""`feedback.md`: the results in short, for a pull request or a CI step summary.

What students wrote stands in fenced code, whose fence is longer than any row of backquotes in it: no markup of theirs
takes effect, and nobody is mentioned.
"""

import re

from grader.course.tasks import task_named
from grader.reports.wording import next_step, points, selected, summary, told, word
from grader.results import Record, Results, Status, TaskResult

MARKS = {Status.PASSED: "✅", Status.NOT_STARTED: "⬜", Status.NOT_RUN: "⬜"}


def render(results: Results) -> str:
    """The text of the file."""
    lines = [f"# {summary(results)}", ""]
    if results.environment.get("isolation", {}).get("verdict") is False:
        lines += ["This ran without the sandbox, for debugging: it is no verdict.", ""]
    lines += ["| | task | status | points |", "|---|---|---|---:|"]
    for result in results.tasks:
        bonus = " (bonus)" if result.bonus else ""
        mark = MARKS.get(result.status, "❌")
        title = task_named(result.name).title
        lines.append(f"| {mark} | {title}{bonus} | {word(result.status)} | {result.score} / {result.points} |")
    for result in results.tasks:
        if result.status not in (Status.PASSED, Status.NOT_STARTED, Status.NOT_RUN):
            lines += _task(result)
    lines += ["", "**Next:**", "", *fenced(next_step(results, selected(results))), ""]
    return "\n".join(lines)


def _task(result: TaskResult) -> list[str]:
    lines = ["", f"## {task_named(result.name).title}"]
    for record in told(result):
        lines += ["", f"**{record.name.replace('_', ' ')}** ({points(record.points)})", "", *fenced(_said(record))]
    silent = len(result.failures) - len(told(result))
    if silent:
        lines += ["", f"{silent} more check{'s wait' if silent > 1 else ' waits'} for this."]
    return lines


def _said(record: Record) -> str:
    message = record.message or "Not passed."
    return f"{message}\nHint: {record.hint}" if record.hint else message


def fenced(text: str) -> list[str]:
    """Lines of a code block that shows the text as it is, whatever backquotes it holds."""
    longest = max((len(row) for row in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *text.splitlines(), fence]
