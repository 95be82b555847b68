"""`feedback.html`: the results as one page that needs nothing else, for a browser, a phone or a printer.

No script, no network: a Content-Security-Policy allows the page's own style and nothing more. Every value goes through
jinja2's autoescaping.
"""

from importlib.resources import files
from typing import Any

from grader.course.tasks import Task, task_named
from grader.reports.wording import next_step, selected, summary, told, word
from grader.results import Results, Status, TaskResult

STATES = {Status.PASSED: "good", Status.NOT_STARTED: "open", Status.NOT_RUN: "open"}
"""How a status is coloured; others are `bad`."""


def render(results: Results) -> str:
    """The text of the page."""
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    template = environment.from_string(files("grader.reports").joinpath("feedback.html.j2").read_text(encoding="utf-8"))
    isolation = results.environment.get("isolation", {})
    return (
        template.render(
            results=results,
            summary=summary(results),
            share=round(100 * results.score / max(results.max_score, 1)),
            debugging=isolation.get("verdict") is False,
            next_step=next_step(results, selected(results)),
            tasks=[_task(result, task_named(result.name)) for result in results.tasks],
            versions={name: value for name, value in results.environment.items() if isinstance(value, str)},
        )
        + "\n"
    )


def _task(result: TaskResult, task: Task) -> dict[str, Any]:
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
        "passed": [record for record in result.records if record.score],
    }
