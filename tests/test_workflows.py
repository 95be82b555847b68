"""GitHub's workflows, ours and those that are handed out, as actionlint reads them."""

import json
import subprocess

import pytest

from grader.course.settings import REPOSITORY
from tests.tools import node_package, program

WORKFLOWS = (
    ".github/workflows/ci.yml",
    "grader/course/packaged/grade.yml",
    "grader/course/packaged/student.yml",
)

LINT = """
const [package, file] = process.argv.slice(1);
const { readFileSync } = require("node:fs");
require(package).createLinter().then((lint) => {
  console.log(JSON.stringify(lint(readFileSync(file, "utf8"), ".github/workflows/grade.yml")));
  process.exit(0);
});
"""


def complaints(text: str, tmp_path) -> list[str]:
    """What actionlint says of a workflow."""
    (tmp_path / "workflow.yml").write_text(text, encoding="utf-8")
    command = [program("node", "nodejs"), "-e", LINT, str(node_package("actionlint")), str(tmp_path / "workflow.yml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return [complaint["message"] for complaint in json.loads(done.stdout)]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_is_right(name, tmp_path):
    assert complaints((REPOSITORY / name).read_text(encoding="utf-8"), tmp_path) == []


def test_a_wrong_workflow_is_seen(tmp_path):
    text = (REPOSITORY / "grader/course/packaged/grade.yml").read_text(encoding="utf-8")
    assert complaints(text.replace("inputs.ref }}", "inputs.branch }}"), tmp_path)
