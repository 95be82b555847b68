"""GitHub Actions: an annotation for each failed check, the step's summary, and no commands from students.

Commands and files are those of "Workflow commands for GitHub Actions" in GitHub's documentation.
"""

import os
import secrets
from pathlib import Path

from grader.course.tasks import task_named
from grader.reports import markdown
from grader.reports.wording import told
from grader.results import Results, Status

SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"

SILENT = (Status.PASSED, Status.NOT_STARTED, Status.NOT_RUN)
"""Tasks of which nothing is annotated."""


def annotations(results: Results) -> list[str]:
    """One line for each failure that has something to say, which GitHub shows beside the student's file."""
    lines = []
    for result in results.tasks:
        if result.status not in SILENT:
            task = task_named(result.name)
            for record in told(result):
                title = _property(f"{task.title}: {record.name.replace('_', ' ')}")
                text = "\n".join(part for part in (record.message, record.hint and f"Hint: {record.hint}") if part)
                text = text or "Not passed."
                lines.append(f"::error file=assignments/{task.file_name},title={title}::{_data(text)}")
    return lines


def is_here() -> bool:
    """Whether this runs in a workflow."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def shield() -> tuple[str, str]:
    """Two lines between which GitHub takes nothing for a command, whatever students wrote: none can be guessed."""
    token = secrets.token_hex(16)
    return f"::stop-commands::{token}", f"::{token}::"


def append_summary(results: Results) -> None:
    """Append the results in short to the step's summary, where there is one.

    Raises:
        OSError: the file cannot be written.
    """
    path = os.environ.get(SUMMARY_VARIABLE)
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(markdown.render(results) + "\n")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
