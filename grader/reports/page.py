"""`feedback.html`: the results as one page that needs nothing else, for a browser, a phone or a printer.

No script, no network: a Content-Security-Policy allows the page's own style and nothing more. Every value goes through
jinja2's autoescaping.
"""

from base64 import b64encode
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from grader.course.tasks import Task, task_named
from grader.reports.templates import template
from grader.reports.wording import next_step, selected, summary, told, word
from grader.results import Results, Status, TaskResult

if TYPE_CHECKING:
    from grader.lab.portrait import Picture

STATES = {Status.PASSED: "good", Status.NOT_STARTED: "open", Status.NOT_RUN: "open"}
"""How a status is coloured; others are `bad`."""


def render(results: Results, pictures: "Sequence[Picture]" = ()) -> str:
    """The text of the page, with pictures where they were asked for; they stand in the page itself."""
    isolation = results.environment.get("isolation", {})
    text: str = (
        template("grader.reports", "feedback.html.j2").render(
            results=results,
            summary=summary(results),
            share=round(100 * results.score / max(results.max_score, 1)),
            debugging=isolation.get("verdict") is False,
            next_step=next_step(results, selected(results)),
            tasks=[_task(result, task_named(result.name), pictures) for result in results.tasks],
            versions={name: value for name, value in results.environment.items() if isinstance(value, str)},
        )
        + "\n"
    )
    return text


def _task(result: TaskResult, task: Task, pictures: "Sequence[Picture]") -> dict[str, Any]:
    shown = told(result)
    return {
        "name": task.name,
        "title": task.title,
        "file_name": task.file_name,
        "hint": task.hint,
        "result": result,
        "word": word(result.status),
        "state": STATES.get(result.status, "bad"),
        "begun": result.status not in (Status.NOT_STARTED, Status.NOT_RUN),
        "failures": [record for record in shown if result.status is not Status.NOT_STARTED],
        "waiting": len(result.failures) - len(shown) if result.status is not Status.NOT_STARTED else 0,
        "layers": _beside(result.details.get("layers", []), result.details.get("expected", [])),
        "pictures": [(picture.text, _address(picture.png)) for picture in pictures if picture.task == task.name],
        "passed": [record for record in result.records if record.score],
    }


def _beside(found: Sequence[str], expected: Sequence[str]) -> list[tuple[str, str, bool]]:
    """Rows of a table: a layer that is there, the one that was asked for, and whether they are the same."""
    rows: list[tuple[str, str, bool]] = []
    for kind, start, end, first, last in SequenceMatcher(None, found, expected, autojunk=False).get_opcodes():
        pairs = zip_longest(found[start:end], expected[first:last], fillvalue="")
        rows += [(here, asked, kind == "equal") for here, asked in pairs]
    return rows


def _address(png: bytes) -> str:
    """A picture as an address that needs no network."""
    return f"data:image/png;base64,{b64encode(png).decode()}"
