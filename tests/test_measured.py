"""The README's figures are those that the benchmarks printed, as kept in `tests/measured/`."""

import csv
import re
from pathlib import Path

import pytest

from grader.course.settings import REPOSITORY
from tests.bank.golden import VAGUE, WRONG

MEASURED = Path(__file__).with_name("measured")
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")

FIGURES = {
    "cold run / floor": ("bench.txt", r"cold / floor +([\d.]+)", r"cold +([\d.]+) s", r"floor +([\d.]+) s"),
    "warm run / floor": ("bench.txt", r"warm / floor +([\d.]+)", r"warm +([\d.]+) s"),
    "`--task preprocessing`, no TensorFlow": ("bench.txt", r"preprocessing, seconds +([\d.]+)"),
    "memory of all processes (PSS), of the host": (
        "bench.txt",
        r"all processes, MB +([\d.]+)",
        r"of the host, MB +([\d.]+)",
    ),
    "mutants of `solutions/` killed": ("mutation.txt", r"killed (\d+)", r"of (\d+)", r"(\d+) seconds", r"(\d+) more"),
    "right submissions that failed, or differed when graded again": (
        "repeat.txt",
        r"of (\d+) right cases",
        r"(\d+) failed",
        r"^(\d+) times the reference",
    ),
    "a class of 1,000": ("class.txt", r"seconds for 1,000 +([\d.]+)", r"1000 submissions.*host (\d+) MB"),
    "one submission more": ("class.txt", r"seconds for one more +([\d.]+)"),
    "throughput / plain pytest, one process a submission": (
        "class.txt",
        r"throughput / plain pytest +([\d.]+)",
        r"one process a submission: ([\d.]+) s",
    ),
    "two Dask workers / two processes": ("class.txt", r"speed of Dask / of processes +([\d.]+)"),
    "class of 60, killed 20 times": ("class.txt", r"^kills +(\d+)"),
    "garbage that has a result": ("class.txt", r"results for garbage +(\d+)", r"results for garbage .*asked (\d+)"),
}
"""Rows of the README by their first cell: the file, and what finds each figure of it there."""


@pytest.mark.parametrize("row", FIGURES)
def test_a_row_of_the_readme_says_what_was_measured(row):
    name, *patterns = FIGURES[row]
    said = next(line for line in README.splitlines() if line.startswith(f"| {row} |"))
    text = (MEASURED / name).read_text(encoding="utf-8")
    for pattern in patterns:
        found = re.search(pattern, text, re.MULTILINE)
        assert found, f"{name} has no {pattern}"
        value = float(found[1])
        shown = {f"{value:.0f}", f"{value:.1f}", f"{value:.2f}"}
        assert any(re.search(rf"(?<![\d.]){re.escape(text)}(?![\d]|\.\d)", said) for text in shown), (said, found[0])


def test_every_claim_held_when_it_was_measured():
    for path in MEASURED.glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert not [word for word in ("unexpected", "survived", "DOES NOT HOLD") if word in text], path.name


def test_the_slips_are_counted():
    assert f"| {len(WRONG)} and {len(WRONG) - len(VAGUE)} of {len(WRONG)} |" in README


def table(name: str) -> list[dict[str, str]]:
    """A table that an experiment of the lab wrote."""
    return list(csv.DictReader((MEASURED / "lab" / f"{name}.csv").read_text(encoding="utf-8").splitlines()))


def test_the_lab_s_tables_are_those_that_were_written():
    for line in table("architectures"):
        row = next(text for text in README.splitlines() if text.startswith(f"| {line['model']}"))
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert cells[2] == f"{float(line['accuracy']):.1%}".replace("%", " %")
        assert cells[4] == f"{float(line['loss']):.3f}"
        assert cells[6] == f"{int(line['parameters']):,}"
        assert cells[8] == f"{float(line['seconds']):.1f}"
    for line in table("neurons"):
        row = next(text for text in README.splitlines() if text.startswith("| `neurons`"))
        assert f"{float(line['accuracy']):.1%}".replace("%", " %") in row and f"{float(line['seconds']):.1f}" in row
    for line in table("layers"):
        row = next(text for text in README.splitlines() if text.startswith("| `layers`"))
        assert f"{float(line['accuracy']):.1%}".replace("%", " %") in row
