"""All reports of one run, written into a folder: each from `Results` alone, each complete or not at all.

`results.json` is the record, for whoever keeps the marks, and always whole; the others show what a student may see.
"""

import os
from collections.abc import Callable
from pathlib import Path

from grader.reports import classroom50, gradescope, markdown, page
from grader.reports.visibility import Feedback, shown
from grader.results import Results

RECORD = "results.json"

REPORTS: dict[str, Callable[[Results], str]] = {
    RECORD: Results.to_json,
    "gradescope.json": gradescope.render,
    "feedback.md": markdown.render,
    "feedback.html": page.render,
}
"""The files, and what writes their text."""


def write_reports(results: Results, folder: Path, feedback: Feedback | None = None) -> None:
    """Write every report into `folder`, which is made where it is missing; in Classroom 50's runner, its own as well.

    Raises:
        OSError: a file cannot be written.
        ValueError: Classroom 50's runner tells of no submission.
    """
    folder.mkdir(parents=True, exist_ok=True)
    seen = shown(results, feedback or Feedback())
    texts = {name: render(results if name == RECORD else seen) for name, render in REPORTS.items()}
    if classroom50.is_here(os.environ):
        texts["result.json"] = classroom50.render(seen, os.environ)
    for name, text in texts.items():
        unfinished = folder / f".{name}.{os.getpid()}.part"
        try:
            unfinished.write_text(text, encoding="utf-8", newline="\n")
            unfinished.replace(folder / name)
        finally:
            unfinished.unlink(missing_ok=True)
