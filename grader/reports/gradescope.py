"""`gradescope.json`: the results as Gradescope's autograder reads them from `/autograder/results/results.json`.

The fields are those of https://gradescope-autograders.readthedocs.io/en/latest/specs/ (top level and `tests`).
"""

import json
from typing import Any

from grader.course.tasks import task_named
from grader.reports.wording import next_step, selected, summary, word
from grader.results import Outcome, Record, Results, TaskResult

FIELD_CHARACTERS = 100_000
"""The longest text that Gradescope takes in one field."""


def render(results: Results) -> str:
    """The text of the file: one test for each check, numbered by task and check; all text is plain."""
    tests = [
        _test(result, record, f"{place}.{number}")
        for place, result in enumerate(results.tasks, start=1)
        for number, record in enumerate(result.records, start=1)
    ]
    data = {
        "score": float(results.score + results.bonus),
        "execution_time": round(results.seconds, 3),
        "output": f"{summary(results)}\nNext: {next_step(results, selected(results))}",
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {
            "schema": "fashion-grader/1",
            "submission": results.submission,
            "profile": results.profile,
            "environment": results.environment,
            "tasks": {result.name: result.status.value for result in results.tasks},
        },
    }
    return json.dumps(data, indent=1, ensure_ascii=True) + "\n"


def _test(result: TaskResult, record: Record, number: str) -> dict[str, Any]:
    passed = record.outcome is Outcome.PASSED
    said = [record.message, record.hint and f"Hint: {record.hint}"]
    if not passed and not any(said):
        said = [f"{word(result.status).capitalize()}."]
    return {
        "name": f"{task_named(result.name).title}: {record.name.replace('_', ' ')}",
        "number": number,
        "score": float(record.score),
        "max_score": float(record.points),
        "status": "passed" if passed else "failed",
        "output": "\n".join(part for part in said if part)[:FIELD_CHARACTERS],
        "tags": [result.name, *(["bonus"] if result.bonus else [])],
    }
