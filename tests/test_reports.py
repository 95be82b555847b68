"""The reports: from `Results` alone, in the formats of those who read them, and no markup of a student takes effect."""

import json
import re

import pytest

from grader.course.tasks import TASKS
from grader.reports import github
from grader.reports.write import REPORTS, write_reports
from grader.results import Outcome, Record, Results, TaskResult

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
    first, *_, last = github.shielded("::add-mask::0").strip().splitlines()
    token = first.removeprefix("::stop-commands::")
    assert len(token) == 32 and last == f"::{token}::"
    assert github.shielded("") != github.shielded("")


def test_github_gets_a_summary(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    github.append_summary(results())
    github.append_summary(results("no"))
    text = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert text.startswith(REPORTS["feedback.md"](results())) and text.endswith(
        REPORTS["feedback.md"](results("no")) + "\n"
    )
