"""The bank of `dense_model`, `cnn` and `activation_extraction`: right ways get full marks, slips fail their check."""

from pathlib import Path

import pytest

from grader.results import Outcome, Status, TaskResult
from tests.bank import golden, right_activation_extraction, right_models, wrong_activation_extraction, wrong_models
from tests.bank.cases import Case

RIGHT = (*right_models.CASES, *right_activation_extraction.CASES)
WRONG = (*wrong_models.CASES, *wrong_activation_extraction.CASES)
MISSED = wrong_models.MISSED

WAITS = "reaches_the_accuracy"
"""A check that any slip may cost: the accuracy is measured only where structure, loss and optimizer are right."""

MOST_LOST = 0.6
"""The largest part of a task's points that one slip costs, where the task's point is not missed altogether."""


def graded_task(case: Case, graded, folder: Path) -> TaskResult:
    """The result of the task whose module the case changes."""
    results = graded(case.write(folder / "submission"), case.task)
    return next(result for result in results.tasks if result.name == case.task)


@pytest.mark.parametrize("case", RIGHT, ids=lambda case: case.name)
def test_right(case: Case, graded, tmp_path):
    result = graded_task(case, graded, tmp_path)
    assert [(record.name, record.message) for record in result.failures] == []
    assert result.score == result.points


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.name)
def test_wrong(case: Case, graded, tmp_path):
    result = graded_task(case, graded, tmp_path)
    failed = {record.name.removeprefix("test_"): record for record in result.failures}
    told = {name: f"{record.message} | {record.hint}" for name, record in failed.items()}
    assert case.check in failed, told
    assert case.says in told[case.check]
    assert failed.keys() <= {case.check, *case.also, WAITS}, told
    assert not any(record.outcome is Outcome.ERROR for record in failed.values()), told
    assert result.status == (case.status or Status.FAILED), told
    assert result.points - result.score <= MOST_LOST * result.points or case.name in MISSED, told
    assert golden.row(case, result) == golden.rows()[case.name]


def test_the_bank_is_large_and_its_names_unique():
    names = [case.name for case in (*RIGHT, *WRONG)]
    assert len(set(names)) == len(names)
    assert len(RIGHT) >= 40 and len(WRONG) >= 70
    assert set(MISSED) <= set(names)
    assert all(case.check and case.says for case in WRONG)


def test_nine_in_ten_messages_name_the_mistake():
    names = {case.name for case in golden.WRONG}
    assert golden.VAGUE.keys() <= names == golden.rows().keys()
    assert len(golden.VAGUE) <= len(names) / 10, f"not named: {', '.join(golden.VAGUE)}"
