"""Makes `assignments/README.md`, the hand-out: the text of `handout.md`, filled from the task table."""

import re
from itertools import count
from pathlib import Path

from grader.course.tasks import CORE_POINTS, TASKS

TEMPLATE = Path(__file__).with_name("handout.md")


def make_handout(lessons: dict[str, str], template: Path = TEMPLATE) -> str:
    """Return the hand-out.

    Args:
        lessons: what one learns in a task, by the task's name.
        template: the text, with placeholders in double braces.

    Raises:
        ValueError: the template has a placeholder that nothing fills; the message names file and line.
    """
    text = template.read_text(encoding="utf-8")
    values = {
        "{{table}}": _table(lessons),
        "{{points}}": str(CORE_POINTS),
        "{{first_task}}": TASKS[0].name,
        "{{first_file}}": TASKS[0].file_name,
    }
    for number, line in enumerate(text.splitlines(), start=1):
        for placeholder in re.findall("{{.*?(?:}}|$)", line):
            if placeholder not in values:
                raise ValueError(f"{template.name}, line {number}: nothing fills the placeholder {placeholder}")
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    return text


def _table(lessons: dict[str, str]) -> str:
    """Return the tasks as a Markdown table, in the order in which to do them."""
    rows = ["| | task | file | points | you learn |", "|---|---|---|---|---|"]
    numbers = count(1)
    for task in TASKS:
        number, points = ("bonus", f"+{task.points}") if task.bonus else (str(next(numbers)), f"{task.points}")
        rows.append(f"| {number} | {task.title} | `{task.file_name}` | {points} | {lessons[task.name]} |")
    return "\n".join(rows)
