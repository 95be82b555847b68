"""The bank of `preprocessing` and `threshold_callback`: right ways get full marks, slips fail the named check."""

import dataclasses

import pytest

from grader.results import Results, Status, TaskResult
from tests.bank import (
    golden,
    right_preprocessing,
    right_threshold_callback,
    wrong_preprocessing,
    wrong_threshold_callback,
)
from tests.bank.cases import Case

RIGHT = (*right_preprocessing.CASES, *right_threshold_callback.CASES)
WRONG = (*wrong_preprocessing.CASES, *wrong_threshold_callback.CASES)

MOST_LOST = 0.6
"""The largest part of a task's points that one slip costs."""

MISSED = {
    "threshold_renamed": "the callback cannot be made",
    "model_set_to_none": "the callback cannot be made",
    "base_is_module": "the module cannot be imported",
    "class_misspelt": "there is no such class",
    "class_is_a_function": "there is no such class",
    "does_nothing": "nothing was written but the constructor",
    "calls_its_base_alone": "the same",
    "attribute_of_the_logs": "it raises at the end of every epoch that has logs",
    "forgets_self": "it raises at the end of every epoch that has an accuracy",
    "parameters_exchanged": "it raises at the end of every epoch but the first, and looks at no accuracy",
    "early_stopping_for_a_threshold": "another callback of Keras's under the name",
    "only_looks": "it looks at the accuracy, and does nothing",
    "threshold_given_to_the_base": "the callback cannot be made",
}
"""Cases that miss the point of the task altogether, and may cost more, with the reason."""

REPEATED = ("random_result", "stateful_maximum", "list_grows_from_call_to_call", "tutorial_callback")
"""Cases that are graded twice: the results must be equal."""

OURS = ("Traceback", "site-packages", "/grader/", "session.py", "probes.py", "test_preprocessing.py", "hypothesis")
"""What only a traceback of the grader would say."""


def named(case: Case) -> str:
    """The name of a case, for the parameters."""
    return case.name


def grade_case(graded, case: Case, folder) -> TaskResult:
    """Grade one case; what became of its task."""
    return result_of(graded(case.write(folder / "submission"), case.task), case)


def result_of(results: Results, case: Case) -> TaskResult:
    """What became of the task of a case."""
    return next(task for task in results.tasks if task.name == case.task)


@pytest.mark.parametrize("case", RIGHT, ids=named)
def test_right_case_gets_full_marks(case, graded, tmp_path):
    result = grade_case(graded, case, tmp_path)
    assert [(record.name, record.message) for record in result.failures] == []
    assert (result.status, result.score) == (Status.PASSED, result.points)


@pytest.mark.parametrize("case", WRONG, ids=named)
def test_wrong_case_fails_the_check_that_names_it(case, graded, tmp_path):
    result = grade_case(graded, case, tmp_path)
    failed = {record.name: record for record in result.failures}
    assert case.check in failed
    assert case.says in f"{failed[case.check].message}\n{failed[case.check].hint}"
    assert set(failed) <= {case.check, *case.also}
    assert result.status == (case.status or Status.FAILED)
    if case.name not in MISSED:
        assert result.points - result.score <= MOST_LOST * result.points
    assert golden.row(case, result) == golden.rows()[case.name]
    for record in result.failures:
        for text in (record.message, record.hint):
            assert all(character == "\n" or character.isprintable() for character in text)
            assert not any(word in text for word in OURS)


@pytest.mark.parametrize("name", REPEATED)
def test_grading_twice_gives_equal_results(name, graded, tmp_path):
    case = next(case for case in (*RIGHT, *WRONG) if case.name == name)
    folder = case.write(tmp_path / "submission")
    first, second = (dataclasses.replace(graded(folder, case.task), seconds=0.0) for _ in range(2))
    assert first == second


def test_the_bank_is_in_order():
    names = [case.name for case in (*RIGHT, *WRONG)]
    assert len(set(names)) == len(names)
    assert {case.name for case in RIGHT if case.check or case.says} == set()
    assert {case.name for case in WRONG if not (case.check and case.says)} == set()
    assert set(MISSED) | set(REPEATED) <= set(names)
    for task, right, wrong in (("preprocessing", 15, 35), ("threshold_callback", 15, 30)):
        assert sum(case.task == task for case in RIGHT) >= right
        assert sum(case.task == task for case in WRONG) >= wrong
