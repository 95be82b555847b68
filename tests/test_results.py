"""Results: statuses that follow from records, scores, and the JSON of the contract there and back."""

import json

import pytest

from grader.results import Outcome, Record, Results, Status, TaskResult, results_from_json

P, F, T, C, M, N, E, S = (
    Outcome.PASSED,
    Outcome.FAILED,
    Outcome.TIMEOUT,
    Outcome.CRASHED,
    Outcome.MISSING,
    Outcome.NOT_RUN,
    Outcome.ERROR,
    Outcome.NOT_STARTED,
)


def task(*outcomes: Outcome, bonus: bool = False) -> TaskResult:
    records = tuple(Record(f"check_{place}", 5, outcome, "said", "hint") for place, outcome in enumerate(outcomes))
    return TaskResult("cnn", 5 * len(records), bonus, records)


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ((P, P), Status.PASSED),
        ((P, F), Status.FAILED),
        ((S, S), Status.NOT_STARTED),
        ((P, S), Status.FAILED),
        ((M, M), Status.MISSING),
        ((N, N), Status.NOT_RUN),
        ((P, N), Status.NOT_RUN),
        ((F, N), Status.FAILED),
        ((S, N), Status.NOT_STARTED),
        ((P, T, C, F), Status.TIMEOUT),
        ((P, C, F), Status.CRASHED),
        ((E, T), Status.ERROR),
    ],
)
def test_status_of_a_task(outcomes, status):
    assert task(*outcomes).status is status


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (P, "passed"),
        (F, "failed"),
        (T, "timeout"),
        (C, "failed"),
        (M, "failed"),
        (N, "not_run"),
        (E, "error"),
        (S, "failed"),
    ],
)
def test_status_of_a_check_is_one_of_five(outcome, status):
    assert outcome.status == status


def test_only_passed_checks_score():
    assert [task(outcome).score for outcome in Outcome] == [5 if outcome is P else 0 for outcome in Outcome]


def test_bonus_points_stand_apart():
    results = Results("s", "quick", (task(P, F), task(P, bonus=True)))
    assert (results.score, results.max_score, results.bonus) == (5, 10, 5)


def test_json_there_and_back():
    results = Results("sübmission", "quick", (task(*Outcome), task(P, bonus=True)), {"python": "3.11"}, 1.25)
    text = results.to_json()
    assert text.isascii()
    assert results_from_json(text) == results
    data = json.loads(text)
    assert data["schema"] == 1
    assert data["tasks"][0]["tests"][0].keys() >= {"name", "status", "score", "max_score", "message", "hint"}


@pytest.mark.parametrize("text", ["{}", '{"schema": 2}', "[]", "nonsense", '{"schema": 1, "tasks": 3}'])
def test_what_is_no_results_json_is_refused(text):
    with pytest.raises(ValueError):
        results_from_json(text)
