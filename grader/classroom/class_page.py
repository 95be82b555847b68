"""`class.html`: how the class did, on one page that needs nothing else: marks, checks, diagnoses, and every submission.

The table is sorted and filtered by a script of our own, which the Content-Security-Policy allows by its digest and no
other. Every value goes through jinja2's autoescaping.
"""

import hashlib
import statistics
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from grader.classroom.intake import Handed
from grader.course.tasks import TASKS, task_named
from grader.reports.templates import source, template
from grader.reports.wording import told, word
from grader.results import Results, Status

BINS = 10
"""Columns of the distribution: every tenth of the points."""

DIAGNOSES, SLOWEST = 25, 10
"""How many are shown."""


@dataclass(frozen=True)
class ClassRecord:
    """What the page shows besides the results.

    Attributes:
        remarks: sentences about what was left out.
        failed: per submission that could not be graded as a whole, why.
        absent: who handed in nothing.
    """

    remarks: Sequence[str] = ()
    failed: Mapping[str, str] | None = None
    absent: Sequence[str] = ()


def render(graded: Sequence[tuple[Handed, Results]], record: ClassRecord) -> str:
    """The text of the page."""
    script = source("grader.classroom", "class.js")
    failed = dict(record.failed or {})
    scores = [results.score for handed, results in graded if handed.name not in failed]
    most = max((results.max_score for _, results in graded), default=100)
    text: str = template("grader.classroom", "class.html.j2").render(
        script=script,
        policy=f"sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}",
        count=len(graded),
        most=most,
        mean=statistics.mean(scores) if scores else 0.0,
        median=statistics.median(scores) if scores else 0.0,
        bars=_bars(scores, most),
        tasks=[_task(task.name, graded) for task in TASKS],
        diagnoses=_diagnoses(graded),
        slowest=sorted(graded, key=lambda pair: -pair[1].seconds)[:SLOWEST],
        rows=[_row(handed, results) for handed, results in graded],
        titles=[task.title for task in TASKS],
        record=record,
        failed=failed,
    )
    return text + "\n"


def _bars(scores: Sequence[int], most: int) -> list[dict[str, Any]]:
    """The distribution: how many have 0 to 9, 10 to 19 and so on percent, and how many have all."""
    counts = Counter(min(BINS * score // max(most, 1), BINS) for score in scores)
    highest = max(counts.values(), default=1)
    names = [f"{place * most // BINS} to {(place + 1) * most // BINS - 1}" for place in range(BINS)] + [f"all {most}"]
    return [
        {"name": name, "count": counts.get(place, 0), "height": round(100 * counts.get(place, 0) / highest)}
        for place, name in enumerate(names)
    ]


def _task(name: str, graded: Sequence[tuple[Handed, Results]]) -> dict[str, Any]:
    """A task's and its checks' pass rates among those who began it."""
    results = [result for _, found in graded for result in found.tasks if result.name == name]
    begun = [result for result in results if result.status not in (Status.NOT_STARTED, Status.NOT_RUN)]
    passed: Counter[str] = Counter()
    checks: dict[str, None] = {}
    for result in begun:
        for record in result.records:
            checks.setdefault(record.name)
            passed[record.name] += bool(record.score)
    return {
        "title": task_named(name).title,
        "bonus": task_named(name).bonus,
        "begun": len(begun),
        "full": sum(result.status is Status.PASSED for result in begun),
        "mean": statistics.mean(result.score for result in begun) if begun else 0.0,
        "points": task_named(name).points,
        "checks": [(check.replace("_", " "), passed[check], len(begun)) for check in checks],
    }


def _diagnoses(graded: Sequence[tuple[Handed, Results]]) -> list[tuple[int, str, str, str]]:
    """What was most often said: how many students, of which task and check, and in which words."""
    said: Counter[tuple[str, str, str]] = Counter()
    for _, results in graded:
        for result in results.tasks:
            if result.status is Status.NOT_STARTED:
                continue
            said.update(
                {
                    (task_named(result.name).title, record.name.replace("_", " "), _words(record.hint, record.message))
                    for record in told(result)
                }
            )
    return [(count, *what) for what, count in said.most_common(DIAGNOSES)]


def _words(hint: str, message: str) -> str:
    """A diagnosis in words that are the same for all who have it: the hint, or the first line of the message."""
    return hint or (message.splitlines() or ["no message"])[0][:200]


def _row(handed: Handed, results: Results) -> dict[str, Any]:
    return {
        "name": handed.name,
        "student": handed.student,
        "address": f"{quote(handed.name)}/feedback.html",
        "score": results.score,
        "bonus": results.bonus,
        "late": handed.late,
        "tasks": [(result.score, result.points, word(result.status)) for result in results.tasks],
    }
