"""The bank of the bonus tasks, `training` and `convolution`: right ways get full marks, slips fail their check."""

from pathlib import Path

import pytest

from grader.results import Outcome, Status, TaskResult
from tests.bank import golden, right_convolution, right_training, wrong_convolution, wrong_training
from tests.bank.cases import Case

RIGHT = (*right_training.CASES, *right_convolution.CASES)
WRONG = (*wrong_training.CASES, *wrong_convolution.CASES)
MISSED = {**wrong_training.MISSED, **wrong_convolution.MISSED}

MOST_LOST = 0.6
"""The largest part of a task's points that one slip costs, where the task's point is not missed altogether."""

OURS = ("Traceback", "site-packages", "/grader/", "session.py", "probes.py", "withheld.py", "hypothesis")
"""What only a traceback of the grader would say."""


def graded_task(case: Case, graded, folder: Path) -> TaskResult:
    """The result of the task whose module the case changes."""
    results = graded(case.write(folder / "submission"), case.task)
    return next(result for result in results.tasks if result.name == case.task)


@pytest.mark.parametrize("case", RIGHT, ids=lambda case: case.name)
def test_right(case: Case, graded, tmp_path):
    result = graded_task(case, graded, tmp_path)
    assert [(record.name, record.message) for record in result.failures] == []
    assert (result.status, result.score) == (Status.PASSED, result.points)


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.name)
def test_wrong(case: Case, graded, tmp_path):
    result = graded_task(case, graded, tmp_path)
    failed = {record.name: record for record in result.failures}
    told = {name: f"{record.message} | {record.hint}" for name, record in failed.items()}
    assert case.check in failed, told
    assert case.says in told[case.check], told
    assert failed.keys() <= {case.check, *case.also}, told
    assert not any(record.outcome is Outcome.ERROR for record in failed.values()), told
    assert result.status == (case.status or Status.FAILED), told
    assert result.points - result.score <= MOST_LOST * result.points or case.name in MISSED, told
    assert golden.row(case, result) == golden.rows()[case.name]
    for text in told.values():
        assert all(character == "\n" or character.isprintable() for character in text)
        assert not any(word in text for word in OURS)


def test_the_bank_is_large_and_its_names_unique():
    names = [case.name for case in (*RIGHT, *WRONG)]
    assert len(set(names)) == len(names)
    assert set(MISSED) <= set(names)
    assert all(case.check and case.says for case in WRONG)
    for task in ("training", "convolution"):
        assert sum(case.task == task for case in RIGHT) >= 8
        assert sum(case.task == task for case in WRONG) >= 20
