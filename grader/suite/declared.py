"""The checks of a task and their points, as its file in the suite declares them: read from its source, not run."""

import ast
from functools import cache
from pathlib import Path

import pytest

from grader.course.tasks import Task

SUITE = Path(__file__).resolve().parent


@cache
def declared_checks(task: Task, suite: Path = SUITE) -> tuple[tuple[str, int], ...]:
    """Name and points of every check of a task.

    Raises:
        UsageError: a marker is missing or wrong, or the checks do not add up to what the task table says.
    """
    file = suite / f"test_{task.name}.py"
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    checks = tuple((function.name.removeprefix("test_"), _points(function, file.name)) for function in functions)
    total = sum(points for _, points in checks)
    if total != task.points or len(checks) != task.checks or len(dict(checks)) != len(checks):
        raise pytest.UsageError(
            f"{file.name} has {len(checks)} checks of {total} points together; "
            f"the task table says {task.checks} checks and {task.points} points for {task.name}"
        )
    return checks


def _points(function: ast.FunctionDef, file_name: str) -> int:
    """What the one `@pytest.mark.points(2)` of a check says."""
    marks = [mark for mark in function.decorator_list if ast.unparse(mark).startswith("pytest.mark.points")]
    where = f"{file_name}::{function.name}"
    if len(marks) != 1:
        raise pytest.UsageError(f"{where} has {len(marks)} points markers; a check has exactly one")
    match marks[0]:
        case ast.Call(args=[ast.Constant(value=int(points))], keywords=[]) if type(points) is int and points > 0:
            return points
    raise pytest.UsageError(f"{where} is marked {ast.unparse(marks[0])}; @pytest.mark.points(2) would be right")
