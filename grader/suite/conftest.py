"""Fixtures of the checks: the task's session, and the run behind it."""

from collections.abc import Generator

import pytest

from grader.course.tasks import TASKS
from grader.judging.verdict import Failed
from grader.suite.run import RUN, Run
from grader.suite.session import TaskSession


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """What several checks of a task fail for is said in full once."""
    try:
        return (yield)
    except Failed as failure:
        session = getattr(item, "funcargs", {}).get("task")
        raise (session.said_once(failure) if session else failure) from None


@pytest.fixture
def run(request: pytest.FixtureRequest) -> Run:
    """The run of the suite."""
    return request.config.stash[RUN]


@pytest.fixture
def task(request: pytest.FixtureRequest, run: Run) -> TaskSession:
    """The session of the task whose file the check stands in; `test_cnn.py` holds the checks of `cnn`."""
    name = request.path.stem.removeprefix("test_")
    run.close_sessions(but={name, *run.busy})
    session = run.session(next(task for task in TASKS if task.name == name))
    session.check = request.node.name
    return session
