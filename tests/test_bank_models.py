"""Models of the bank, graded for real: right ones get full marks; wrong ones cost what the golden file says.

`tests/bank/golden_models.json` holds, for each wrong case that has been read by a person, its score and the first line
of each failed check's message. Cases without an entry are drafts, and are not graded yet.
"""

import json
import re
from pathlib import Path

import pytest

from grader.results import TaskResult
from tests.bank import right_models, wrong_activation_extraction, wrong_models
from tests.bank.cases import Case

GOLDEN = json.loads((Path(__file__).parent / "bank" / "golden_models.json").read_text(encoding="utf-8"))

RIGHT = right_models.CASES
WRONG = tuple(
    case for case in (*wrong_models.CASES, *wrong_activation_extraction.CASES) if f"{case.task}/{case.name}" in GOLDEN
)


def graded_task(case: Case, graded, folder: Path) -> TaskResult:
    results = graded(case.write(folder / "submission"), case.task)
    return next(result for result in results.tasks if result.name == case.task)


def label(case: Case) -> str:
    return f"{case.task}/{case.name}"


def first_line(message: str) -> str:
    """The first line, without the figures whose last digits depend on the processor."""
    return re.sub(r"-?\d+\.\d+|\(\d+ of \d+", "#", message.splitlines()[0])


def test_every_golden_entry_has_its_case():
    assert {label(case) for case in WRONG} == set(GOLDEN)


@pytest.mark.parametrize("case", RIGHT, ids=label)
def test_right(case, graded, tmp_path):
    result = graded_task(case, graded, tmp_path)
    assert [(record.name, record.message) for record in result.failures] == []
    assert result.score == result.points


@pytest.mark.parametrize("case", WRONG, ids=label)
def test_wrong(case, graded, tmp_path):
    result = graded_task(case, graded, tmp_path)
    failed = {record.name: first_line(record.message) for record in result.failures}
    assert case.check in failed
    assert failed.keys() <= {case.check, *case.also, "reaches_the_accuracy"}
    assert {"score": result.score, "failed": failed} == GOLDEN[label(case)]
