"""All reports of one run, written into a folder: each from `Results` alone, each complete or not at all.

`results.json` is the record, for whoever keeps the marks, and always whole; the others show what a student may see.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.reports import classroom50, gradescope, markdown, page
from grader.reports.visibility import Feedback, shown
from grader.results import Results

if TYPE_CHECKING:
    from grader.lab.portrait import Picture

RECORD, PAGE = "results.json", "feedback.html"

REPORTS: dict[str, Callable[[Results], str]] = {
    RECORD: Results.to_json,
    "gradescope.json": gradescope.render,
    "feedback.md": markdown.render,
    PAGE: page.render,
}
"""The files, and what writes their text."""


def write_reports(
    results: Results, folder: Path, feedback: Feedback | None = None, pictures: "Sequence[Picture]" = ()
) -> None:
    """Write every report into `folder`, which is made where it is missing; in Classroom 50's runner, its own as well.

    Raises:
        OSError: a file cannot be written.
        ValueError: Classroom 50's runner tells of no submission.
    """
    folder.mkdir(parents=True, exist_ok=True)
    seen = shown(results, feedback or Feedback())
    texts = {name: render(results if name == RECORD else seen) for name, render in REPORTS.items()}
    if pictures:
        texts[PAGE] = page.render(seen, pictures)
    if classroom50.is_here(os.environ):
        texts["result.json"] = classroom50.render(seen, os.environ)
    for name, text in texts.items():
        unfinished = folder / f".{name}.{os.getpid()}.part"
        try:
            unfinished.write_text(text, encoding="utf-8", newline="\n")
            unfinished.replace(folder / name)
        finally:
            unfinished.unlink(missing_ok=True)
