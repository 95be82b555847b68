"""`result.json` for Classroom 50, by its schema `classroom50/result/v1`.

Who handed in what is told by its runner, in environment variables; it stamps owner and time once more itself. Its
collector refuses a score above the maximum, so that a bonus task adds what it earned to both.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from grader.results import Outcome, Results

SCHEMA = "classroom50/result/v1"

NEEDED = ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL")
"""Variables that the runner sets; besides, REVIEW_URL, OWNER and ASSIGNMENT_TYPE."""

TYPES = ("individual", "group", "team")


def is_here(environment: Mapping[str, str]) -> bool:
    """Whether this runs in Classroom 50's runner."""
    return all(environment.get(name) for name in NEEDED)


def render(results: Results, environment: Mapping[str, str], now: datetime | None = None) -> str:
    """The text of the file.

    Args:
        results: of the submission.
        environment: the variables of the runner.
        now: the time that is written down, with its zone; the present where it is left out.

    Raises:
        ValueError: the variables are no submission's.
    """
    submission = environment["SUBMISSION_TAG"]
    if not re.fullmatch(r"submit/[!-~]{1,200}", submission):
        raise ValueError(f"SUBMISSION_TAG is {submission[:80]!r}; a tag that begins with submit/ was expected")
    kind = environment.get("ASSIGNMENT_TYPE") or TYPES[0]
    if kind not in TYPES:
        raise ValueError(f"ASSIGNMENT_TYPE is {kind[:80]!r}; {' or '.join(TYPES)} was expected")
    tests = [
        _test(f"{task.name}: {record.name}", record.score, 0 if task.bonus else record.points, record.outcome)
        for task in results.tasks
        for record in task.records
    ]
    stamp = (now or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    data = {
        "schema": SCHEMA,
        "classroom": environment["CLASSROOM"],
        "assignment": environment["ASSIGNMENT"],
        "assignment_type": kind,
        "owner": environment.get("OWNER")
        or environment.get("USERNAME")
        or environment.get("GITHUB_REPOSITORY_OWNER", ""),
        "submission": submission,
        "commit": environment["COMMIT_URL"],
        "release": environment["RELEASE_URL"],
        "review": environment.get("REVIEW_URL") or environment["COMMIT_URL"],
        "datetime": stamp,
        "graded_at": stamp,
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }
    return json.dumps(data, indent=1, ensure_ascii=True) + "\n"


def _test(name: str, score: int, points: int, outcome: Outcome) -> dict[str, Any]:
    return {
        "test-name": name,
        "passed": outcome is Outcome.PASSED,
        "score": score,
        "max-score": max(points, score),
    }
