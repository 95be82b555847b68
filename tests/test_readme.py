"""Every command in the README is run: here, or by CI as the list says."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from grader.course.settings import REPOSITORY

RUN_BY_CI = {
    "pip install -e . && pytest grader": "tox installs the same way; `pytest grader` is run below",
    "pip install tox && tox": ".ci/run",
    'pip install -e ".[dev]"': "tox.ini: package = editable, extras = dev",
    "pytest grader --submission solutions": "tox",
    "tox -e tests": "tox",
    "tox -e lint": "tox",
    "tox -e types": "tox",
    "tox -e stubs": "tox",
    "tox -e bench": "by hand before a release: it takes ten minutes and wants an idle machine",
    "tox -e mutation": "by hand before a release: it takes four minutes",
    "tox -e class": "by hand when the class run changes: it takes six minutes",
    "tox -e bench-class": "by hand before a release: it takes 45 minutes",
    "tox -e repeat": "by hand before a release: it takes half an hour",
    "python -m tests.bank.golden --salt TEXT": "by hand when a check draws other inputs: it takes ten minutes",
    "python -m tests.bank.golden": "by hand when a slip's cost changes: it takes ten minutes",
    "python -m grader data": "tests/test_fetching.py",
    "python -m grader data --subset": "tests/test_fetching.py and tests/test_dataset.py",
    "python -m grader calibrate": "by hand when the trainer changes: it takes twenty minutes",
    "pytest grader --profile full": "by hand when the trainer changes: it takes ten minutes",
    'pip install -e ".[lab]"': "tox.ini: the extra dev holds the extra lab",
    "python -m grader explore architectures": "tests/test_lab_explore.py",
    "python -m grader explore architectures --profile full": "by hand when the trainer changes: it takes ten minutes",
    "python -m grader batch CLASS --out OUT": "tests/test_class.py",
    "pytest grader": "below, as `pytest grader` without arguments",
}

EXPECTED_STATUS = {
    "pytest grader": 1,
    "pytest grader --task preprocessing": 1,
    "pytest grader --in-process --task preprocessing": 1,
    "pytest grader --report reports": 1,
    "pytest grader --report reports --figures": 1,
    "python -m grader package student --out OUT": 0,
    "python -m grader package gradescope --out OUT": 0,
    "python -m grader package github --out OUT": 0,
    "pytest grader --submission DIR -c tox.ini --report OUT": 0,
    "python -m grader stubs": 0,
    "python -m grader explore epochs --submission DIR --out OUT": 0,
    "python -m grader figures --submission DIR --out OUT": 0,
}
"""The stubs are untouched, so grading them fails; the rest succeeds."""


def commands() -> list[str]:
    """What the README asks people to type: indented lines and what stands in backquotes and begins like a command."""
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    indented = re.findall(r"^    ((?:pip|pytest|tox|python) .*)$", text, flags=re.MULTILINE)
    quoted = re.findall(r"`((?:pip|pytest|tox|python) [^`]*)`", text)
    return list(dict.fromkeys([*indented, *quoted]))


def test_every_command_is_run_somewhere():
    assert set(commands()) <= RUN_BY_CI.keys() | EXPECTED_STATUS.keys()
    assert len(commands()) > 10


@pytest.mark.parametrize("command", EXPECTED_STATUS)
def test_the_command_does_what_the_readme_says(command: str, tmp_path: Path):
    arguments = shlex.split(command.replace("DIR", "solutions").replace("OUT", str(tmp_path)))
    arguments = [str(tmp_path) if argument == "reports" else argument for argument in arguments]
    program = {"pytest": [sys.executable, "-m", "pytest"], "python": [sys.executable]}[arguments[0]]
    done = subprocess.run(
        [*program, *arguments[1:]], cwd=REPOSITORY, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == EXPECTED_STATUS[command], done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    if "--report" in command:
        assert (tmp_path / "results.json").exists()
