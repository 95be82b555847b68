"""The two ends of the scale: the reference earns all points, the stubs none."""

import pytest

from grader.course.settings import REPOSITORY
from grader.course.tasks import CORE_POINTS, TASKS
from grader.results import Outcome, Status
from grader.suite.declared import declared_checks


def test_the_reference_gets_full_marks(graded):
    results = graded(REPOSITORY / "solutions")
    assert [(task.name, task.status, [record.message for record in task.failures]) for task in results.tasks] == [
        (task.name, Status.PASSED, []) for task in TASKS
    ]
    assert results.score == results.max_score == CORE_POINTS == 100
    assert results.bonus == 20


def test_the_stubs_get_nothing_and_are_not_started(graded):
    results = graded(REPOSITORY / "assignments")
    assert results.score == results.bonus == 0
    assert [task.status for task in results.tasks] == [Status.NOT_STARTED] * len(TASKS)
    assert {record.outcome for task in results.tasks for record in task.records} == {Outcome.NOT_STARTED}


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_every_declared_check_has_one_record(task, graded):
    results = graded(REPOSITORY / "assignments", task.name)
    made = next(result for result in results.tasks if result.name == task.name)
    assert [(record.name, record.points) for record in made.records] == list(declared_checks(task))
    others = {record.outcome for result in results.tasks if result.name != task.name for record in result.records}
    assert others == {Outcome.NOT_RUN}
