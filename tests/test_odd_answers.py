"""Answers that a guest's own code would never give, though each has the form that is asked: none is a fault of ours."""

import copy
import random

import numpy as np
import pytest

from grader.results import Status
from grader.sandbox import host
from grader.sandbox.answers import is_answer
from tests.bank.cases import SOLUTIONS

ODD = (
    *(None, -1, 0, 2**62, 1.5, float("nan"), float("inf"), "x", "", [], {}, True, [[]], [1], ["a"]),
    *(np.zeros((0,), np.float32), np.full((3,), np.nan), np.zeros((2, 2), np.int64), np.array("text")),
    *(np.zeros((), np.bool_), np.full((24, 10), np.nan, np.float32), {"kind": "none", "type": "x"}),
)

ASKED = (
    *(("dense_model", probe) for probe in ("describe", "weights", "forward", "loss", "train_step")),
    *(("activation_extraction", probe) for probe in ("call", "model_class", "forward")),
    *(("threshold_callback", probe) for probe in ("event", "fit", "is_callback")),
    *(
        ("training", probe)
        for probe in ("call", "callbacks", "fit_with", "fit_writing", "history", "rates", "event", "watched")
    ),
)
"""Per case, the task, and the question whose answer is changed."""

OFTEN = ("call", "event")
"""Questions that a task asks many times."""


def places(value, path=()):
    """The paths to everything in an answer."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def changed(value, path, new):
    if not path:
        return new
    whole = copy.copy(value)
    whole[path[0]] = changed(value[path[0]], path[1:], new)
    return whole


def is_accepted(probe, value):
    try:
        return is_answer(probe, value)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError):
        return False  # as in `host`, which ends such a guest


@pytest.mark.parametrize("seed", (1, 2))
@pytest.mark.parametrize(("task", "probe"), ASKED)
def test_an_odd_answer_is_no_fault_of_the_grader(task, probe, seed, graded, monkeypatch):
    chance, ask, done = random.Random(f"{task} {probe} {seed}"), host.Guest.ask, []

    def asked(self, question, seconds=None, **arguments):
        answer = ask(self, question, seconds, **arguments)
        later = question in OFTEN and chance.random() < 0.5
        if question != probe or answer.raised is not None or done or later:
            return answer
        paths = list(places(answer.value))
        odd = (changed(answer.value, chance.choice(paths), chance.choice(ODD)) for _ in range(100))
        value = next((value for value in odd if is_accepted(probe, value)), answer.value)
        done.append(value)
        return host.Answer(value, None, answer.output)

    monkeypatch.setattr(host.Guest, "ask", asked)
    results = graded(SOLUTIONS, task)
    assert done
    assert {result.status for result in results.tasks if result.name == task} <= {Status.PASSED, Status.FAILED}
