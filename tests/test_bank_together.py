"""Mistakes in every task at once: each costs what it costs alone, in the same checks, and nothing in another task."""

import random

import pytest

from grader.course.tasks import TASKS
from grader.results import Outcome
from tests.bank import golden
from tests.bank.cases import Case


def mix(number: int) -> list[Case]:
    """One slip of each task, drawn; none that brings files of its own, which might be another's module."""
    alone = [case for case in golden.WRONG if not case.files]
    generator = random.Random(f"mix {number}")
    return [generator.choice([case for case in alone if case.task == task.name]) for task in TASKS]


@pytest.mark.parametrize("number", range(4))
def test_each_slip_costs_what_it_costs_alone(number, graded, tmp_path):
    cases = mix(number)
    for case in cases:
        case.write(tmp_path / case.name)
    together = tmp_path / "submission"
    together.mkdir()
    for case in cases:
        name = f"{case.task}.py"
        (together / name).write_bytes((tmp_path / case.name / name).read_bytes())
    results = graded(together)
    made = {result.name: result for result in results.tasks}
    assert [golden.row(case, made[case.task]) for case in cases] == [golden.rows()[case.name] for case in cases]
    assert not any(record.outcome is Outcome.ERROR for result in results.tasks for record in result.records)
