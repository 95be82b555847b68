"""The reports: from `Results` alone, in the formats of those who read them, and no markup of a student takes effect."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from grader.course.tasks import TASKS
from grader.lab.portrait import Picture
from grader.reports import classroom50, github, page
from grader.reports.visibility import HIDDEN, Feedback, Level, feedback_from, shown
from grader.reports.write import REPORTS, write_reports
from grader.results import Outcome, Record, Results, Status, TaskResult, results_from_json

EVIL = (
    "</pre><script>alert(1)</script><img src=x onerror=alert(2)>",
    "{{ 7 * 7 }}{% for x in y %}",
    "```\n# not a heading\n<b>bold</b> @everyone [x](javascript:alert(1))",
    "=HYPERLINK(1)",
)

FIELDS = {
    **dict.fromkeys(("score", "execution_time"), float),
    **dict.fromkeys(("output", "output_format", "test_output_format", "test_name_format", "visibility"), str),
    **dict.fromkeys(("stdout_visibility",), str),
    "extra_data": dict,
    "tests": list,
}
TEST_FIELDS = {
    **dict.fromkeys(("score", "max_score"), float),
    **dict.fromkeys(("name", "number", "output", "status"), str),
    "tags": list,
}
"""Gradescope's fields that are written, with their types."""


def results(message: str = "", submission: str = "assignments") -> Results:
    """Of each task the first check passed; the second failed with `message`, where there is one."""
    outcome = Outcome.FAILED if message else Outcome.PASSED
    tasks = tuple(
        TaskResult(
            task.name,
            task.points,
            task.bonus,
            (Record("first", 1, Outcome.PASSED), Record("second", task.points - 1, outcome, message, message)),
        )
        for task in TASKS
    )
    return Results(submission, "quick", tasks, {"python": "3.11", "isolation": {"verdict": True}}, 1.5)


def test_each_report_is_written_whole(tmp_path):
    write_reports(results(), tmp_path / "new" / "folder")
    assert {path.name for path in (tmp_path / "new" / "folder").iterdir()} == set(REPORTS)


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_depends_on_the_results_alone(name):
    assert REPORTS[name](results("no")) == REPORTS[name](results("no"))
    assert REPORTS[name](results("no")) != REPORTS[name](results())


def test_gradescope_gets_its_fields():
    data = json.loads(REPORTS["gradescope.json"](results("one\ntwo")))
    assert {name: type(value) for name, value in data.items()} == FIELDS
    for test in data["tests"]:
        assert {name: type(value) for name, value in test.items()} == TEST_FIELDS
        assert test["status"] in ("passed", "failed")
        assert test["score"] in (0.0, test["max_score"])
    assert data["score"] == sum(test["score"] for test in data["tests"])
    assert data["visibility"] == "visible" and data["stdout_visibility"] == "hidden"
    assert data["tests"][1]["output"] == "one\ntwo\nHint: one\ntwo"


def test_gradescope_gets_no_field_that_is_too_long():
    data = json.loads(REPORTS["gradescope.json"](results("x" * 300_000)))
    assert max(len(test["output"]) for test in data["tests"]) == 100_000


@pytest.mark.parametrize("evil", EVIL)
def test_the_page_shows_a_students_text_as_text(evil):
    page = REPORTS["feedback.html"](results(evil, submission=evil))
    tags = re.findall(r"<(/?[a-z0-9]+)", page)
    assert not {"script", "img", "b"} & set(tags)
    assert not re.search(r"<[^>]*\son\w+=", page)
    assert ("7 * 7" in page) == ("7 * 7" in evil)
    assert "Content-Security-Policy" in page and "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.parametrize("evil", EVIL)
def test_the_markdown_shows_a_students_text_as_code(evil):
    lines = REPORTS["feedback.md"](results(evil)).splitlines()
    fence, outside = "", []
    for line in lines:
        if fence:
            fence = "" if line == fence else fence
        elif line.startswith("```"):
            fence = line.removesuffix("text")
        else:
            outside.append(line)
    assert not fence
    for line in evil.splitlines():
        assert all(line not in text for text in outside if line.strip("`"))


def test_the_page_says_points_status_and_what_to_do():
    page = REPORTS["feedback.html"](results("It returned None."))
    assert all(task.title in page for task in TASKS)
    assert "It returned None." in page
    assert "pytest grader --task preprocessing" in page
    assert page.count("<section") == len(TASKS)


def test_what_ran_without_the_sandbox_is_no_verdict():
    made = results()
    debugging = Results(made.submission, made.profile, made.tasks, {"isolation": {"verdict": False}}, 1.0)
    assert "no verdict" in REPORTS["feedback.html"](debugging)
    assert "no verdict" in REPORTS["feedback.md"](debugging)


def test_github_shows_each_failure_beside_its_file():
    lines = github.annotations(results("100 % wrong,\nsee: here"))
    assert len(lines) == len(TASKS)
    said = "100 %25 wrong,%0Asee: here%0AHint: 100 %25 wrong,%0Asee: here"
    assert lines[0] == f"::error file=assignments/preprocessing.py,title=Preprocessing%3A second::{said}"
    assert github.annotations(results()) == []


def test_github_takes_no_command_from_a_student():
    begin, end = github.shield()
    token = begin.removeprefix("::stop-commands::")
    assert len(token) == 32 and end == f"::{token}::"
    assert github.shield() != github.shield()


def test_github_gets_a_summary(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    github.append_summary(results())
    github.append_summary(results("no"))
    text = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert text.startswith(REPORTS["feedback.md"](results())) and text.endswith(
        REPORTS["feedback.md"](results("no")) + "\n"
    )


# The page's table and pictures


def test_the_page_shows_layers_side_by_side():
    details = {"layers": ["Flatten", "Dropout", "<b>Dense</b>"], "expected": ["Flatten", "Dense(10), softmax"]}
    made = results("no")
    with_layers = replace(made, tasks=tuple(replace(task, details=details) for task in made.tasks))
    text = page.render(with_layers)
    rows = re.findall(r"<td>([^<]*)</td><td>([^<]*)</td><td>(same|differs)</td>", text)
    assert rows[:3] == [
        ("Flatten", "Flatten", "same"),
        ("Dropout", "Dense(10), softmax", "differs"),
        ("&lt;b&gt;Dense&lt;/b&gt;", "—", "differs"),
    ]
    assert results_from_json(with_layers.to_json()) == with_layers
    assert "layers" not in page.render(shown(with_layers, Feedback(Level.HINTS))).split("</style>")[1]


def test_the_page_holds_its_pictures():
    text = page.render(results(), [Picture("cnn", '"><script>', b"PNG")])
    assert '<img src="data:image/png;base64,UE5H" alt="&#34;&gt;&lt;script&gt;">' in text


# How much is shown


def test_hints_alone_and_scores_alone():
    made = replace(results("what came back"), seconds=1.0)
    hints = shown(made, Feedback(Level.HINTS))
    assert {record.message for task in hints.tasks for record in task.records} == {""}
    assert hints.tasks[0].records[1].hint == "what came back"
    scores = shown(made, feedback_from(["full", "cnn=scores"]))
    assert [task.records for task in scores.tasks if task.name != "cnn"] == [
        task.records for task in made.tasks if task.name != "cnn"
    ]
    (cnn,) = [task for task in scores.tasks if task.name == "cnn"]
    assert [(record.name, record.score, record.message) for record in cnn.records] == [
        ("points_earned", 1, ""),
        ("points_missing", 0, HIDDEN),
    ]
    assert (scores.score, scores.max_score, scores.bonus) == (made.score, made.max_score, made.bonus)


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("outcome", Outcome)
def test_whatever_is_hidden_the_status_and_the_points_stay(level, outcome):
    records = (Record("a", 3, Outcome.PASSED), Record("b", 17, outcome, "secret", "secret"))
    both = [TaskResult("cnn", 20, False, records), TaskResult("dense_model", 17, False, records[1:])]
    for task, seen in zip(both, shown(replace(results(), tasks=tuple(both)), Feedback(level)).tasks, strict=True):
        assert (seen.status, seen.score, seen.points) == (task.status, task.score, task.points)
        if level is Level.SCORES and outcome is not Outcome.NOT_STARTED and task.status is not Status.NOT_RUN:
            assert "secret" not in str(seen)


@pytest.mark.parametrize("name", [name for name in REPORTS if name != "results.json"])
def test_what_is_hidden_is_in_no_report(name, tmp_path):
    write_reports(results("what came back"), tmp_path, Feedback(Level.SCORES))
    assert "what came back" not in (tmp_path / name).read_text(encoding="utf-8")
    assert "what came back" in (tmp_path / "results.json").read_text(encoding="utf-8")


def test_feedback_that_is_none_is_refused():
    with pytest.raises(ValueError, match="full, hints, scores"):
        feedback_from(["everything"])
    with pytest.raises(ValueError, match="no task named 'piano'"):
        feedback_from(["piano=full"])


# Classroom 50

RUNNER = {
    "CLASSROOM": "deep-learning",
    "ASSIGNMENT": "fashion",
    "ASSIGNMENT_TYPE": "individual",
    "OWNER": "alice",
    "SUBMISSION_TAG": "submit/2026-11-22T12-00-00Z-a1b2c3d",
    "COMMIT_URL": "https://github.com/o/r/commit/1",
    "RELEASE_URL": "https://github.com/o/r/releases/tag/submit%2F2026",
}
STRINGS = {
    *("schema", "classroom", "assignment", "assignment_type", "owner", "submission", "commit", "release", "review"),
    *("datetime", "graded_at"),
}


def test_classroom_50_gets_its_fields(tmp_path, monkeypatch):
    data = json.loads(classroom50.render(results("no"), RUNNER, datetime(2026, 11, 22, 12, tzinfo=UTC)))
    assert data.keys() == STRINGS | {"score", "max-score", "tests"}
    assert all(type(data[name]) is str and data[name] for name in STRINGS)
    assert data["schema"] == "classroom50/result/v1" and data["submission"].startswith("submit/")
    assert data["datetime"] == "2026-11-22T12:00:00Z" and data["review"] == RUNNER["COMMIT_URL"]
    for test in data["tests"]:
        assert {name: type(value) for name, value in test.items()} == {
            "test-name": str,
            "passed": bool,
            "score": int,
            "max-score": int,
        }
        assert 0 <= test["score"] <= test["max-score"]
    assert type(data["score"]) is int and data["score"] == sum(test["score"] for test in data["tests"])
    assert type(data["max-score"]) is int and data["max-score"] == 102  # the core's 100, and two bonus points earned
    for name, value in RUNNER.items():
        monkeypatch.setenv(name, value)
    write_reports(results(), tmp_path)
    assert json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))["max-score"] == 120


@pytest.mark.parametrize(("name", "value"), [("SUBMISSION_TAG", "main"), ("ASSIGNMENT_TYPE", "choir")])
def test_classroom_50_gets_nothing_that_it_would_refuse(name, value):
    with pytest.raises(ValueError, match=name):
        classroom50.render(results(), {**RUNNER, name: value})
