"""The board: one line a task, failures with hints, the total, the next command; colour only on a terminal."""

import re

import pytest

from grader.course.tasks import TASKS
from grader.reports import board
from grader.results import Outcome, Record, Results, TaskResult

NAMES = [task.name for task in TASKS]


def results(**outcomes: Outcome) -> Results:
    """Every task with two checks; those named get that outcome for the first."""
    tasks = []
    for task in TASKS:
        first = outcomes.get(task.name, Outcome.PASSED)
        message = "" if first is Outcome.PASSED else f"{task.name}() returned None."
        records = (
            Record("returns_a_model", 2, first, message, "Is the `return` missing?"),
            Record(
                "learns",
                task.points - 2,
                Outcome.PASSED if first is Outcome.PASSED else first,
                "again",
                "Said in full above.",
            ),
        )
        tasks.append(TaskResult(task.name, task.points, task.bonus, records))
    return Results("assignments", "quick", tuple(tasks), {"isolation": {"verdict": True}})


def shown(made: Results, selected: list[str] = NAMES, colour: bool = False, width: int = 100) -> list[str]:
    return board.render(made, selected, colour, width).splitlines()


def test_full_marks():
    lines = shown(results())
    assert [line for line in lines if "passed" in line and " / " in line].__len__() == len(TASKS)
    assert "Total  100 of 100 points, 20 bonus" in lines
    assert sum(line.endswith("/ 10  bonus") for line in lines) == 2
    assert lines[-1] == "Next   all done. Hand in your modules."


def test_tasks_stand_in_the_order_of_the_table():
    text = "\n".join(shown(results()))
    places = [text.index(task.title) for task in TASKS]
    assert places == sorted(places)


def test_a_failure_shows_message_hint_and_the_next_command():
    text = "\n".join(shown(results(cnn=Outcome.FAILED)))
    assert "returns a model  (2 points)" in text
    assert "cnn() returned None." in text
    assert "Hint: Is the `return` missing?" in text
    assert "1 more check waits for this" in text
    assert "Next   pytest grader --task cnn" in text


def test_a_bonus_task_is_no_next_step_and_no_bonus_is_not_mentioned():
    lines = shown(results(training=Outcome.FAILED, convolution=Outcome.NOT_STARTED))
    assert "Total  100 of 100 points" in lines
    assert lines[-1] == "Next   all done. Hand in your modules."
    assert any("training() returned None." in line for line in lines)


def test_an_untouched_stub_is_one_line():
    lines = shown(results(**dict.fromkeys(NAMES, Outcome.NOT_STARTED)))
    assert sum("not started" in line for line in lines) == len(TASKS)
    assert not any("returned None" in line for line in lines)
    assert any("open assignments/preprocessing.py" in line for line in lines)


def test_only_selected_tasks_are_shown():
    text = "\n".join(shown(results(), ["cnn"]))
    assert "A convolutional network" in text and "Preprocessing" not in text
    assert "not graded this time: preprocessing" in text


@pytest.mark.parametrize("colour", [True, False])
def test_colour_only_where_it_is_asked_for(colour):
    assert ("\x1b[" in "\n".join(shown(results(cnn=Outcome.FAILED), colour=colour))) == colour


@pytest.mark.parametrize("width", [20, 60, 200])
def test_no_line_is_wider_than_the_terminal(width):
    lines = shown(results(cnn=Outcome.FAILED, dense_model=Outcome.CRASHED), width=width)
    assert max(len(line) for line in lines) <= max(width, 60)


def test_markup_in_a_message_is_text():
    made = results()
    record = Record("values", 2, Outcome.FAILED, "[bold]x[/bold] :smile: [link=evil]", "[red]")
    hostile = TaskResult("cnn", 20, False, (record,))
    text = "\n".join(shown(Results("s", "quick", (*made.tasks[:3], hostile, made.tasks[4]), made.environment)))
    assert "[bold]x[/bold] :smile: [link=evil]" in text


def test_in_process_is_no_verdict():
    made = results()
    text = "\n".join(shown(Results("s", "quick", made.tasks, {"isolation": {"verdict": False}})))
    assert re.search("no verdict", text)
