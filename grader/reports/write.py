"""All reports of one run, written into a folder: each from `Results` alone, each complete or not at all."""

import os
from collections.abc import Callable
from pathlib import Path

from grader.reports import gradescope, markdown, page
from grader.results import Results

REPORTS: dict[str, Callable[[Results], str]] = {
    "results.json": Results.to_json,
    "gradescope.json": gradescope.render,
    "feedback.md": markdown.render,
    "feedback.html": page.render,
}
"""The files, and what writes their text."""


def write_reports(results: Results, folder: Path) -> None:
    """Write every report into `folder`, which is made where it is missing.

    Raises:
        OSError: a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, render in REPORTS.items():
        unfinished = folder / f".{name}.{os.getpid()}.part"
        try:
            unfinished.write_text(render(results), encoding="utf-8", newline="\n")
            unfinished.replace(folder / name)
        finally:
            unfinished.unlink(missing_ok=True)
