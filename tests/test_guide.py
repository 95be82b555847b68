"""The instructor's guide, followed: its code is put where it says, into a copy, and its commands are run there."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.course.settings import REPOSITORY

GUIDE = (REPOSITORY / "grader" / "GUIDE.md").read_text(encoding="utf-8")

RUN_ELSEWHERE = {
    "pip install -e . && pytest grader --submission solutions": "test_packages.py, test_reference.py",
    "tox": "CI",
    "python -m grader package student --out packages": "below",
    "python -m grader package gradescope --out packages": "below",
    "python -m grader package github --out packages": "below",
    "python -m grader package gradescope --out packages --feedback hints --feedback cnn=scores": "below",
    "pytest grader -c tox.ini --submission=DIR --report=OUT": "tests/test_readme.py, in another order",
    "pytest grader": "tests/test_readme.py",
    "python -m grader batch CLASS --out OUT": "tests/test_class_run.py, by tox -e class",
    'pip install -e ".[similarity]"': "tox.ini: the extra dev holds the extra similarity",
    'pip install -e ".[cluster]"': "tox.ini: the extra dev holds the extra cluster",
    "python -m grader calibrate": "by hand when the trainer changes: it takes twenty minutes",
    "python -m grader stubs": "below",
    "python -m pytest grader -c tox.ini --submission=solutions --task brightness": "below",
}


def run(command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a command of the guide with this Python."""
    arguments = command.split()[1:]
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture
def copy(tmp_path):
    """A copy of the repository, without what was fetched or trained."""
    ignored = shutil.ignore_patterns("__pycache__", "full", "store", ".*", "*.egg-info", "tests", "lab", "packages")
    return Path(shutil.copytree(REPOSITORY, tmp_path / "course", ignore=ignored))


def blocks() -> list[tuple[str, str]]:
    """The guide's code: where each piece belongs, as its first line says, and the rest."""
    found = []
    for block in re.findall(r"```python\n# (.*?)```", GUIDE, flags=re.DOTALL):
        place, _, code = block.partition("\n")
        found.append((place, code))
    return found


def apply(place: str, code: str, folder: Path) -> None:
    """Put a piece of code where the guide says."""
    name, _, where = place.partition(", ")
    path = folder / name
    if where == "":
        path.write_text(code, encoding="utf-8")
        return
    text = path.read_text(encoding="utf-8")
    if where == "at the end":
        changed = text + code
    elif where == "before the end of TASKS":
        changed = text.replace('\n)\n"""All tasks', f'\n{code})\n"""All tasks')
    else:
        old, new = code.split("# put\n")
        changed = text.replace(old, new)
    assert changed != text, place
    path.write_text(changed, encoding="utf-8")


def test_every_command_of_the_guide_is_run_somewhere():
    indented = re.findall(
        r"^    ((?:pip|pytest|tox|python)\b.*)$", re.sub(r"```.*?```", "", GUIDE, flags=re.DOTALL), flags=re.M
    )
    quoted = re.findall(r"`((?:pip|pytest|tox|python) [^`]*)`", GUIDE)
    assert set(indented + quoted) <= RUN_ELSEWHERE.keys()
    assert len(indented) > 5


def test_the_packages_of_the_guide_are_made(copy):
    for command in [command for command in RUN_ELSEWHERE if " package " in command]:
        done = run(command, copy)
        assert done.returncode == 0, done.stdout + done.stderr
    assert {path.name for path in (copy / "packages").iterdir()} == {"student.zip", "gradescope.zip", "github.zip"}


def test_a_check_and_a_task_are_added_by_the_guide_alone(copy, tmp_path):
    for place, code in blocks():
        apply(place, code, copy)
    done = run("python -m grader stubs", copy)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "NotImplementedError" in (copy / "assignments" / "brightness.py").read_text(encoding="utf-8")
    done = run("python -m pytest grader -c tox.ini --submission=solutions --task brightness", copy)
    assert "5 / 5" in done.stdout, done.stdout + done.stderr
    done = run(
        f"python -m pytest grader -c tox.ini --submission=solutions --task preprocessing --report={tmp_path}", copy
    )
    assert done.returncode == 0 and "16 / 16" in done.stdout, done.stdout + done.stderr
    assert json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["max_score"] == 101.0
    solution = copy / "solutions" / "brightness.py"
    solution.write_text(solution.read_text(encoding="utf-8").replace("images > ", "images >= "), encoding="utf-8")
    done = run("python -m pytest grader -c tox.ini --submission=solutions --task brightness", copy)
    assert "Pixels of exactly the threshold are not brighter." in done.stdout
