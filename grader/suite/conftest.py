"""Fixtures of the checks: the task's session, and the run behind it."""

import pytest

from grader.course.tasks import TASKS
from grader.suite.run import RUN, Run
from grader.suite.session import TaskSession


@pytest.fixture
def run(request: pytest.FixtureRequest) -> Run:
    """The run of the suite."""
    return request.config.stash[RUN]


@pytest.fixture
def task(request: pytest.FixtureRequest, run: Run) -> TaskSession:
    """The session of the task whose file the check stands in; `test_cnn.py` holds the checks of `cnn`."""
    name = request.path.stem.removeprefix("test_")
    run.close_sessions(but=name)
    session = run.session(next(task for task in TASKS if task.name == name))
    session.check = request.node.name
    return session
