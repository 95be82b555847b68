"""The hand-outs: what is in them, that they work where they are unpacked, and that no solution is in any."""

import json
import os
import re
import shutil
import subprocess
import sysconfig
import venv
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.__main__ import app
from grader.classroom import late
from grader.classroom.gradescope import handed_in, jobs
from grader.classroom.late import Handed
from grader.course import packages, settings
from grader.course.settings import REPOSITORY
from grader.course.tasks import TASKS
from grader.judging.store import Store
from grader.judging.trainings import Trainings
from grader.results import Status
from tests.bank.cases import SOLUTIONS, Case

STORE = REPOSITORY / "data_cache" / "store"


@pytest.fixture
def unpacked(tmp_path):
    """Makes a package, unpacks it, and gives the folder."""

    def unpack(name: str, *feedback: str) -> Path:
        assert packages.main(name, tmp_path / "made", feedback) == 0
        folder = tmp_path / name / "source"
        folder.mkdir(parents=True)
        with zipfile.ZipFile(tmp_path / "made" / f"{name}.zip") as archive:
            for entry in archive.infolist():
                path = Path(archive.extract(entry, folder))
                path.chmod(entry.external_attr >> 16)
        return folder

    return unpack


def fresh_environment(folder: Path, source: Path) -> Path:
    """A new virtual environment, in which what lies in `source` is installed; its Python.

    Libraries are those of this environment, which pip finds there and does not fetch again.
    """
    venv.create(folder)
    python = next(path for path in (folder / "bin" / "python", folder / "Scripts" / "python.exe") if path.exists())
    where = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = Path(subprocess.run(where, capture_output=True, text=True, check=True).stdout.strip())
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    install = [str(python), "-m", "pip", "install", "--quiet", "--no-build-isolation", "--no-index", "-e", str(source)]
    subprocess.run(install, check=True, capture_output=True, timeout=300)
    return python


def run(command: list, folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a program with a time limit; what it prints is kept."""
    known = {**os.environ, "GRADER_STORE": str(STORE), **environment}
    return subprocess.run(
        list(map(str, command)), cwd=folder, env=known, capture_output=True, text=True, timeout=300, check=False
    )


# What is in them


@pytest.mark.parametrize("name", packages.PACKAGES)
def test_no_package_holds_a_solution(unpacked, name):
    folder = unpacked(name)
    text = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    regions = 0
    for module in SOLUTIONS.glob("*.py"):
        source = module.read_text(encoding="utf-8")
        for region in re.findall(r"# SOLUTION BEGIN\n(.*?)\n *# SOLUTION END", source, flags=re.DOTALL):
            regions += 1
            lines = [line.strip() for line in region.splitlines()]
            telling = [line for line in lines if len(line) > 40 and not line.startswith(("#", "from ", "import "))]
            assert not [line for line in telling if line in text], f"{module.name} in {name}"
            assert region not in text or len(region) < 100
    assert regions > 15
    assert not list(folder.rglob("solutions")) and not list(folder.rglob("tests"))


@pytest.mark.parametrize("name", packages.PACKAGES)
def test_a_package_is_the_same_each_time(name, tmp_path):
    for place in ("one", "two"):
        assert packages.main(name, tmp_path / place, ()) == 0
    one, two = (tmp_path / place / f"{name}.zip" for place in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_what_is_no_package_is_said(tmp_path, capsys):
    assert packages.main("canvas", tmp_path, ()) == 2
    for choice in ("loud", "piano=full"):
        done = CliRunner().invoke(app, ["package", "student", "--out", str(tmp_path), "--feedback", choice])
        assert done.exit_code == 2
        print(done.output)
    said = capsys.readouterr().out.split("\n")
    assert said[0] == "There is no package 'canvas'; there are gradescope, student, github."
    assert said[1].startswith("--feedback: there is no feedback 'loud'")
    assert said[3].startswith("--feedback: there is no task named 'piano'")
    assert list(tmp_path.iterdir()) == []


# Students


def test_the_students_package_grades_its_stubs(unpacked, tmp_path):
    folder = unpacked("student")
    python = fresh_environment(tmp_path / "venv", folder)
    done = run([python, "-m", "pytest", "grader"], folder)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "0 of 100 points" in done.stdout and done.stdout.count("not started") == len(TASKS)
    shutil.copy(SOLUTIONS / "preprocessing.py", folder / "assignments")
    done = run([python, "-m", "pytest", "grader", "--task", "preprocessing"], folder)
    assert done.returncode == 0, done.stdout + done.stderr


# Gradescope

HOSTILE = "import os, sys\nprint('\\x1b[2J{\"score\": 100}')\nsys.stdout.flush()\nos._exit(0)\n"


def test_gradescope_runs_the_package(unpacked, tmp_path):
    """As Gradescope does: the zip in `source`, `run_autograder` beside it, one submission after the other."""
    source = unpacked("gradescope", "hints", "cnn=scores")
    root = source.parent
    shutil.copy(source / "run_autograder", root)
    fresh_environment(root / "venv", source)
    cases = {
        "right": Case("right", "preprocessing"),
        "wrong": Case(
            "wrong",
            "dense_model",
            source=HOSTILE,
            files={"conftest.py": HOSTILE, "pytest.ini": "[pytest]", "cnn.py": "def build_cnn(): pass\n"},
        ),
    }
    metadata = {
        "created_at": "2026-11-22T12:30:00.000000-08:00",
        "assignment": {"due_date": "2026-11-22T09:00:00.000000-08:00", "total_points": "100.0"},
        "users": [{"email": "a@example.org", "id": 1, "name": "=cmd()"}],
        "previous_submissions": [{"submission_time": "2026-11-21T12:00:00-08:00", "score": 3.0, "results": {}}],
    }
    (root / "submission_metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    found = {}
    for name, case in cases.items():
        shutil.rmtree(root / "submission", ignore_errors=True)
        shutil.rmtree(root / "results", ignore_errors=True)
        (root / "results").mkdir()
        case.write(root / "submission")
        done = run([root / "run_autograder"], tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        found[name] = json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))
    assert found["right"]["score"] == 120.0
    assert found["right"]["output"].startswith(
        "This is attempt 2.\nHanded in 3 hours and 30 minutes after the due date.\nNothing was taken off"
    )
    assert found["wrong"]["score"] == 80.0
    cnn = [test for test in found["wrong"]["tests"] if "cnn" in test["tags"]]
    assert [test["name"].split(": ")[1] for test in cnn] == ["points missing"]
    assert "None" not in cnn[0]["output"]
    said = [test["output"] for test in found["wrong"]["tests"] if "dense_model" in test["tags"]]
    assert said and not [text for text in said if "\x1b" in text or "score" in text]


def test_what_gradescope_prepares_is_what_is_asked_for(graded, sandbox):
    """The store holds the trainings of a right submission under the keys of those that are prepared."""
    trained = {result.name: result.status for result in graded(SOLUTIONS, "dense_model", "cnn").tasks}
    assert trained["dense_model"] is trained["cnn"] is Status.PASSED
    trainings = Trainings(sandbox, Store(STORE))
    assert all(trainings.is_kept(trainings.key(job)) for job in jobs())
    trainings.close()


@pytest.mark.parametrize("name", ["setup.sh", "run_autograder"])
def test_shell_scripts_are_read_by_bash(unpacked, name):
    path = unpacked("gradescope") / name
    assert os.access(path, os.X_OK)
    subprocess.run(["bash", "-n", str(path)], check=True)


@pytest.mark.parametrize(
    ("text", "handed"),
    [
        ("", Handed()),
        ("[1, 2]", Handed()),
        ("[" * 100_000, Handed()),
        ('{"created_at": 5, "assignment": [], "previous_submissions": 3}', Handed()),
        (
            '{"created_at": "2026-01-02T00:00:00", "assignment": {"due_date": "2026-01-01T00:00:00Z"}, '
            '"previous_submissions": []}',
            Handed(datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), 1),
        ),
    ],
)
def test_metadata_that_says_nothing_says_nothing(tmp_path, text, handed):
    (tmp_path / "metadata.json").write_text(text, encoding="utf-8")
    assert handed_in(tmp_path / "metadata.json") == handed
    assert handed_in(tmp_path / "missing.json") == Handed()


DUE = datetime(2026, 1, 1, tzinfo=UTC)


def test_nothing_is_taken_off_unless_the_course_says_so(monkeypatch):
    handed = Handed(DUE + timedelta(days=1, minutes=1), DUE, 1)
    assert late.reduced(80.0, handed) == 80.0
    assert late.note(handed, 80.0) == [
        "Handed in 1 day and 1 minute after the due date.",
        "Nothing was taken off: what that means, the course decides.",
    ]
    monkeypatch.setattr(settings, "LATE_PERCENT_PER_DAY", 10.0)
    assert late.reduced(80.0, handed) == 64.0
    assert late.note(handed, 64.0)[1] == "The course takes off 20 % for that, which leaves 64 points."
    assert late.reduced(80.0, Handed(DUE + timedelta(days=30), DUE)) == 0.0
    assert late.note(Handed(DUE, DUE, 1), 80.0) == []
    assert late.reduced(80.0, Handed(DUE, DUE)) == 80.0


# GitHub and Classroom 50

RUNNER = {
    "CLASSROOM": "deep-learning",
    "ASSIGNMENT": "fashion",
    "SUBMISSION_TAG": "submit/2026-11-22T12-00-00Z-a1b2c3d",
    "COMMIT_URL": "https://github.com/o/r/commit/1",
    "RELEASE_URL": "https://github.com/o/r/releases/tag/submit%2F2026",
    "OWNER": "alice",
}


def test_github_grades_with_the_instructors_grader(unpacked, tmp_path):
    """The workflow's own commands, with a student whose copy of the grader gives everybody full marks."""
    instructor = unpacked("github", "scores")
    work = tmp_path / "work"
    shutil.copytree(instructor, work / "grader")
    Case("wrong", "preprocessing", source="def normalize_images(images):\n    return images\n").write(
        work / "student" / "assignments"
    )
    (work / "student" / "grader").mkdir()
    (work / "student" / "grader" / "plugin.py").write_text("raise SystemExit(0)", encoding="utf-8")
    (work / "student" / "tox.ini").write_text("[pytest]\naddopts = --collect-only\n", encoding="utf-8")
    python = fresh_environment(tmp_path / "venv", work / "grader")
    workflow = (work / "grader" / ".github" / "workflows" / "grade.yml").read_text(encoding="utf-8")
    (command,) = re.findall(r"run: pytest (grader .*)", workflow)
    done = run([python, "-m", "pytest", *command.split(), "--task=preprocessing"], work / "grader")
    assert done.returncode == 1, done.stdout + done.stderr
    results = json.loads((work / "reports" / "results.json").read_text(encoding="utf-8"))
    assert results["tasks"][0]["score"] < 15
    feedback = (work / "reports" / "feedback.md").read_text(encoding="utf-8")
    assert "Your instructor shows the points" in feedback
    assert "255" not in done.stdout + feedback


def test_classroom_50_gets_its_result(unpacked, tmp_path):
    """`autograder.py` of the bundle, started in a student's checkout as its runner does."""
    bundle = unpacked("github")
    python = fresh_environment(tmp_path / "venv", bundle)
    checkout = tmp_path / "checkout"
    Case("right", "preprocessing").write(checkout / "assignments")
    for task in TASKS[1:]:
        (checkout / "assignments" / task.file_name).unlink()
    done = run([python, bundle / "autograder.py"], checkout, PIP_NO_INDEX="1", PIP_NO_BUILD_ISOLATION="0", **RUNNER)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads((checkout / "result.json").read_text(encoding="utf-8"))
    assert (result["score"], result["max-score"]) == (15, 100)
    assert (checkout / "release-body.md").read_text(encoding="utf-8").startswith("# 15 of 100 points")
