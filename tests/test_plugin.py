"""The command line as a student uses it: whole runs in their own processes, exit statuses, reports, no surprise."""

import json
import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree
from pathlib import Path

import pytest

from grader.course.settings import REPOSITORY
from grader.course.tasks import TASKS, Task
from grader.suite.declared import declared_checks
from tests.bank.cases import SOLUTIONS, Case

PYTEST = [sys.executable, "-m", "pytest"]

EVIL = "import pathlib\npathlib.Path({!r}).write_text('run')\n"

SCORES = {
    "preprocessing": 15.0,
    "dense_model": 20.0,
    "threshold_callback": 20.0,
    "cnn": 20.0,
    "activation_extraction": 25.0,
    "training": 10.0,
    "convolution": 10.0,
}


def run(*arguments, command=PYTEST, cwd=REPOSITORY, **variables):
    """Run pytest as a student does; what it printed is text."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV", "GITHUB"))
    }
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", *map(str, arguments)],
        cwd=cwd,
        env={**environment, "COLUMNS": "100", **variables},
        capture_output=True,
        text=True,
        timeout=300,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def wrong(tmp_path):
    """A submission with one mistake in preprocessing."""
    case = Case(
        "wrong", "preprocessing", replace=(('images.astype("float32") / 255', 'images.astype("float32") / 256'),)
    )
    return case.write(tmp_path / "wrong")


def results_in(folder: Path) -> dict:
    return json.loads((folder / "results.json").read_text(encoding="utf-8"))


def test_all_tasks_right(tmp_path):
    console = [str(Path(sys.executable).with_name("pytest"))]
    done = run("grader", "--submission", SOLUTIONS, "--report", tmp_path / "out", command=console)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Total  100 of 100 points, 20 bonus" in done.stdout and "\x1b" not in done.stdout and not done.stderr
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]
    results = results_in(tmp_path / "out")
    assert list(results) == [
        *("schema", "submission", "profile", "score", "max_score", "bonus", "tasks", "environment", "seconds"),
    ]
    assert results["schema"] == 1 and results["submission"] == "solutions" and results["profile"] == "quick"
    assert (results["score"], results["max_score"], results["bonus"]) == (100.0, 100.0, 20.0)
    assert {task["name"]: task["max_score"] for task in results["tasks"]} == SCORES
    assert results["environment"]["python"] and results["environment"]["tensorflow"] and results["seconds"] > 0
    assert results["environment"]["isolation"]["seccomp"] in (True, False)
    for task in results["tasks"]:
        assert {"name", "status", "score", "max_score", "bonus", "tests"} <= set(task)
        bonus = task["name"] in ("training", "convolution")
        assert (task["status"], task["bonus"], task["score"]) == ("passed", bonus, task["max_score"])
        assert sum(test["max_score"] for test in task["tests"]) == task["max_score"]
        for test in task["tests"]:
            assert {"name", "status", "score", "max_score", "message", "hint"} <= set(test)
            assert test["status"] == "passed" and float(test["max_score"]).is_integer()


def test_bonus_tasks_never_change_the_exit_status(tmp_path):
    case = Case("no_maximum", "convolution", replace=(("windows.max(axis", "windows.min(axis"),))
    folder = case.write(tmp_path / "no_maximum")
    (folder / "training.py").unlink()
    done = run("grader", "--submission", folder, "--report", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The smallest value of each window was taken." in done.stdout and "There is no training.py" in done.stdout
    assert "Total  100 of 100 points, 8 bonus" in done.stdout
    assert "Next   all done" in done.stdout
    results = results_in(tmp_path)
    assert (results["score"], results["max_score"], results["bonus"]) == (100.0, 100.0, 8.0)
    assert [task["status"] for task in results["tasks"][-2:]] == ["missing", "failed"]


def test_bonus_points_replace_no_others(tmp_path):
    case = Case("by_256", "preprocessing", replace=(('images.astype("float32") / 255', "images / 256"),))
    done = run("grader", "--submission", case.write(tmp_path / "by_256"), "--report", tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    results = results_in(tmp_path)
    assert (results["score"], results["bonus"]) == (98.0, 20.0) and "Total  98 of 100 points, 20 bonus" in done.stdout
    for name, status in (("convolution", 0), ("training", 0)):
        assert run("grader", "--task", name, "--submission", SOLUTIONS).returncode == status
    assert run("grader", "--task", "training").returncode == 0  # the stubs: only core tasks count


def test_untouched_stubs_are_one_line_a_task():
    done = run("grader")
    assert done.returncode == 1 and "Traceback" not in done.stdout and not done.stderr
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    assert len(lines) <= len(TASKS) + 3 and sum("not started" in line for line in lines) == len(TASKS)
    assert lines[len(TASKS) + 1].startswith("Next   open assignments/preprocessing.py")


def test_a_selection_declares_the_whole_maximum(wrong, tmp_path):
    for number, (arguments, status, run_checks) in enumerate(
        (
            (("--task", "preprocessing", "-k", "divides_by_255"), 1, 1),
            (("--task", "preprocessing", "-k", "label_names", "-v"), 0, 4),
            (("--task", "preprocessing", "-x"), 1, 1),
        )
    ):
        done = run("grader", "--submission", wrong, "--report", tmp_path / str(number), *arguments)
        assert done.returncode == status, done.stdout + done.stderr
        results = results_in(tmp_path / str(number))
        assert results["max_score"] == 100 and [task["max_score"] for task in results["tasks"]] == list(SCORES.values())
        tests = [test for task in results["tasks"] for test in task["tests"]]
        assert sum(test["max_score"] for test in tests) == 120
        assert sum(test["status"] != "not_run" for test in tests) == run_checks
        assert {task["status"] for task in results["tasks"][1:]} == {"not_run"}
    assert "Traceback" not in done.stdout and "This is pixel / 256" in done.stdout


def test_node_id_junit_and_verbose(wrong, tmp_path):
    node = "grader/suite/test_preprocessing.py::test_normalize_images_divides_by_255"
    done = run(node, f"--submission={wrong}", "--junitxml", tmp_path / "junit.xml", "-v")
    assert done.returncode == 1 and "FAILED" in done.stdout and "This is pixel / 256" in done.stdout
    case = xml.etree.ElementTree.parse(tmp_path / "junit.xml").getroot().find(".//testcase")
    assert case.get("name") == "test_normalize_images_divides_by_255"
    assert "This is pixel / 256" in case.find("failure").text
    points = {entry.get("name"): entry.get("value") for entry in case.iter("property")}
    assert points == {"task": "preprocessing", "score": "0", "max_score": "2"}


def test_in_a_workflow_of_github(wrong, tmp_path):
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    done = run("grader", f"--submission={wrong}", "--task", "preprocessing", **variables)
    lines = done.stdout.splitlines()
    stopped = next(number for number, line in enumerate(lines) if line.startswith("::stop-commands::"))
    begun = lines.index(f"::{lines[stopped].removeprefix('::stop-commands::')}::")
    assert any("Total" in line for line in lines[stopped:begun])
    assert [line[:7] for line in lines[begun + 1 :] if line] == ["::error"]
    assert "This is pixel / 256" in (tmp_path / "summary.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("option", ["-q", "-v", "-rA", "--tb=long"])
def test_in_a_workflow_no_student_is_heard(tmp_path, option):
    forged = (SOLUTIONS / "preprocessing.py").read_text(encoding="utf-8")
    forged += "def label_names(labels):\n    raise Exception('x\\n::error::forged\\n::add-mask::a')\n"
    case = Case("forged", "preprocessing", source=forged)
    done = run(
        *("grader", "--submission", case.write(tmp_path / "forged"), "--task", "preprocessing", option),
        GITHUB_ACTIONS="true",
    )
    before, _, rest = done.stdout.partition("::stop-commands::")
    shielded, _, after = rest.partition("\n::" + rest[:32])
    assert "::error::forged" in shielded and "::" not in before.replace(".py::", "")
    assert {line[:8] for line in after.splitlines()[1:] if line and line[:3] != "==="} == {"::error "}


def test_last_failed(wrong):
    for status, expected in ((1, "13 / 15"), (1, "0 / 15")):
        done = subprocess.run(
            [
                *PYTEST,
                "grader",
                "--submission",
                wrong,
                "--task",
                "preprocessing",
                "--lf",
                "-o",
                f"cache_dir={wrong}/cache",
            ],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == status and "Preprocessing" in done.stdout and not done.stderr
        assert f" {expected}" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("--task", "cnm"), 4, "there is no such task; the tasks are preprocessing, dense_model"),
        (("--profile", "fast"), 4, "there are quick and full"),
        (("--submission", "no/such/folder"), 4, "check the path after --submission"),
        (("--submission", "n" * 300), 4, "n" * 300),
        (("-k", "matches_nothing_at_all"), 4, "No check matches what was selected"),
        (("--task",), 4, "expected one argument"),
        (("--no-such-option",), 4, "no-such-option"),
        (("-n", "2"), 4, "leave out -n of pytest-xdist"),
    ],
)
def test_usage_errors(arguments, status, says, tmp_path):
    done = run("grader", *arguments, "--report", tmp_path / "out")
    assert done.returncode == status, done.stdout + done.stderr
    assert says in done.stdout + done.stderr and "Traceback" not in done.stdout + done.stderr


def test_reports_that_cannot_be_written_cost_no_verdict(wrong, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    arguments = ("--submission", wrong, "--task", "preprocessing", "--report", tmp_path / "file" / "reports")
    done = run("grader", *arguments)
    assert done.returncode == 3 and "Traceback" not in done.stdout + done.stderr
    assert "13 / 15" in done.stdout and "The reports could not be written into" in done.stdout


def test_what_a_terminal_cannot_show_costs_its_character_alone(tmp_path):
    case = Case("odd", "preprocessing", replace=(("def normalize_images(", "def normalise_\u0142mages("),))
    folder = case.write(tmp_path / "odd")
    done = run("grader", "--submission", folder, "--task", "preprocessing", PYTHONIOENCODING="cp1252:strict")
    assert done.returncode == 1 and "normalise_?mages" in done.stdout and len(done.stdout.splitlines()) > 5


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
def test_a_run_that_is_told_to_end_leaves_nothing(tmp_path):
    case = Case("hangs", "preprocessing", source="open('begun', 'w').close()\nwhile True: pass\n")
    command = [*PYTEST, "grader", "-c", "tox.ini", f"--submission={case.write(tmp_path / 'hangs')}"]
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    variables = {**os.environ, "TMPDIR": str(scratch)}
    with subprocess.Popen(
        [*command, "--task=preprocessing"], cwd=REPOSITORY, env=variables, stdout=subprocess.DEVNULL
    ) as process:
        until = time.monotonic() + 60
        while not list(scratch.glob("grader-*/scratch/begun")) and time.monotonic() < until:
            time.sleep(0.05)
        process.terminate()
        time.sleep(0.02)
        process.terminate()  # while it clears away
        assert process.wait(60) == pytest.ExitCode.INTERRUPTED
    assert not list(scratch.glob("grader-*"))


def test_a_part_of_the_checks_is_not_all(tmp_path):
    done = run("grader", "--submission", SOLUTIONS, "-k", "normalize_images")
    assert done.returncode == 0 and "hand in" not in done.stdout.lower()


@pytest.mark.parametrize("option", ["--collect-only", "--setup-plan", "--setup-only"])
def test_a_dry_run_grades_nothing(wrong, tmp_path, option):
    done = run("grader", "--submission", wrong, option, "-q", "--report", tmp_path / "out")
    assert done.returncode == 0 and not (tmp_path / "out").exists()


def test_without_a_terminal_plugin(wrong, tmp_path):
    done = run("grader", "--submission", wrong, "--task", "preprocessing", "--report", tmp_path, "-p", "no:terminal")
    assert done.returncode == 1 and done.stdout == "" and results_in(tmp_path)["score"] < 15


def test_a_fault_of_the_grader_has_a_status_of_its_own(tmp_path):
    broken = "import sys\nimport grader.suite.test_preprocessing as checks\nimport pytest\n"
    broken += "def fault(*arguments): raise ValueError('fault\\n::error::forged')\n"
    broken += "checks.expect_array = checks.normalize = fault\n"
    broken += "sys.exit(pytest.main(sys.argv[1:]))\n"
    done = run(
        "grader",
        f"--submission={SOLUTIONS}",
        "--task=preprocessing",
        f"--report={tmp_path}",
        command=[sys.executable, "-c", broken],
        GITHUB_ACTIONS="true",
    )
    assert done.returncode == 3, done.stdout + done.stderr
    before, _, shielded = done.stdout.partition("::stop-commands::")
    assert "::error::forged" not in before and "\n::error::forged" in shielded.partition("\n::" + shielded[:32])[0]
    task = results_in(tmp_path)["tasks"][0]
    assert task["status"] == "error" and "error of the grader" in done.stdout
    assert "error" in {test["status"] for test in task["tests"]}


# Configuration that comes from a submission


@pytest.fixture
def hostile(tmp_path):
    """A submission whose configuration would run code in the host; the file that then appears."""
    folder, mark = tmp_path / "hostile" / "submission", tmp_path / "mark"
    shutil.copytree(SOLUTIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conftest.py", "sitecustomize.py", "evil.py", "pytest.py", "numpy.py"):
        (folder / name).write_text(EVIL.format(str(mark)))
    (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\naddopts = --maxfail=1\n")
    return folder, mark


@pytest.mark.parametrize("command", [PYTEST, [str(Path(sys.executable).with_name("pytest"))]], ids=["module", "script"])
def test_configuration_of_a_submission_never_runs(hostile, command):
    folder, mark = hostile
    right = ("--task", "preprocessing")
    for arguments, status in (
        (("--submission", folder, "grader", *right), 4),
        (("grader", "--submission", folder, *right), 0),
        ((f"--submission={folder}", "grader", *right), 0),
        (("-c", "tox.ini", "--submission", folder, "grader", *right), 0),
        (("-c", folder / "pytest.ini", "grader", "--submission", folder, *right), 4),
    ):
        done = run(*arguments, command=command)
        assert done.returncode == status or (done.returncode == 4 and arguments[0] == "grader"), (
            done.stdout + done.stderr
        )
        assert not mark.exists()
        if done.returncode == 4:
            assert "pytest.ini of the submission would configure pytest" in done.stdout + done.stderr


def test_configuration_around_a_submission_is_refused(hostile):
    folder, mark = hostile
    (folder / "pytest.ini").rename(folder.parent / "pytest.ini")
    (folder / "conftest.py").rename(folder.parent / "conftest.py")
    done = run("--submission", folder, "grader", "--task", "preprocessing")
    assert done.returncode == 4 and not mark.exists() and "would configure pytest" in done.stdout + done.stderr


def test_a_conftest_alone_never_runs(hostile):
    folder, mark = hostile
    (folder / "pytest.ini").unlink()
    for arguments in (("--submission", folder, "grader"), ("grader", "--submission", folder)):
        done = run(*arguments, "--task", "preprocessing")
        assert done.returncode == 0 and not mark.exists(), done.stdout + done.stderr


# In process, colour, other projects


def test_in_process_leaves_no_file_where_the_student_stands(tmp_path):
    """The training's callbacks write into folders that are named relative to the working directory."""
    options = ("-c", REPOSITORY / "tox.ini", "--submission", SOLUTIONS, "--task", "training", "--in-process")
    done = run(REPOSITORY / "grader", *options, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert list(tmp_path.iterdir()) == []


def test_in_process_is_no_verdict(wrong, tmp_path):
    module = wrong / "preprocessing.py"
    module.write_text(
        module.read_text().replace("    return images[", "    print('seen', images.shape)\n    return images[")
    )
    done = run("grader", "--submission", wrong, "--task", "preprocessing", "--in-process", "--report", tmp_path)
    assert done.returncode == 1 and "it is no verdict" in done.stdout and "seen (1, 28, 28)" in done.stdout
    isolation = results_in(tmp_path)["environment"]["isolation"]
    assert isolation["mode"] == "in-process" and isolation["verdict"] is False


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo terminals")
def test_colour_on_a_terminal_only():
    import pty

    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "CI", "PY_COLORS")}
    process = subprocess.Popen(
        [*PYTEST, "grader", "--task", "preprocessing", "-p", "no:cacheprovider"],
        cwd=REPOSITORY,
        env={**environment, "TERM": "xterm-256color"},
        stdout=theirs,
        stderr=theirs,
        stdin=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while data := os.read(ours, 65536):
            shown += data
    except OSError:  # how Linux tells that the other end is closed
        pass
    assert process.wait(timeout=60) == 1
    os.close(ours)
    assert b"\x1b[" in shown and b"not started" in shown
    assert "\x1b" not in run("grader", "--task", "preprocessing").stdout


def test_the_plugin_is_inert_in_another_project(tmp_path):
    (tmp_path / "test_own.py").write_text("import sys\ndef test_own():\n    assert 'numpy' not in sys.modules\n")
    (tmp_path / "conftest.py").write_text(
        "def pytest_addoption(parser):\n    parser.addoption('--points', action='store_true')\n"
        "    parser.addoption('--submit', action='store_true')\n"
    )
    for arguments in ((), ("test_own.py", "--points"), (str(tmp_path), "-v")):
        done = run(*arguments, cwd=tmp_path)
        assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout + done.stderr
        assert "points" not in done.stdout and "Total" not in done.stdout and "Next" not in done.stdout
    assert "points(number)" in run("--markers", cwd=tmp_path).stdout
    assert run("--help", "grader").returncode == 0


# Markers


@pytest.mark.parametrize(
    ("marks", "says"),
    [
        (["", "@pytest.mark.points(15)"], "test_fake.py::test_0 has 0 points markers"),
        (["@pytest.mark.points(1)\n@pytest.mark.points(2)"], "test_0 has 2 points markers"),
        (["@pytest.mark.points"], "is marked pytest.mark.points"),
        (["@pytest.mark.points('2')"], "is marked pytest.mark.points('2')"),
        (["@pytest.mark.points(2.5)"], "@pytest.mark.points(2) would be right"),
        (["@pytest.mark.points(True)"], "is marked pytest.mark.points(True)"),
        (["@pytest.mark.points(0)"], "is marked pytest.mark.points(0)"),
        (["@pytest.mark.points(-1)"], "is marked pytest.mark.points(-1)"),
        (["@pytest.mark.points()"], "is marked pytest.mark.points()"),
        (["@pytest.mark.points(1, 2)"], "is marked pytest.mark.points(1, 2)"),
        (["@pytest.mark.points(number=2)"], "is marked pytest.mark.points(number=2)"),
        (["@pytest.mark.points(1, x=2)"], "is marked pytest.mark.points(1, x=2)"),
        (["@pytest.mark.points(15)"], "the task table says 2 checks and 15 points for fake"),
        (["@pytest.mark.points(7)"] * 2, "2 checks of 14 points together"),
        (["@pytest.mark.points(5)"] * 3, "3 checks of 15 points together"),
    ],
)
def test_markers_are_validated(marks, says, tmp_path):
    checks = [f"{mark}\ndef test_{number}(task): pass\n" for number, mark in enumerate(marks)]
    (tmp_path / "test_fake.py").write_text("import pytest\n" + "\n".join(checks))
    with pytest.raises(pytest.UsageError) as raised:
        declared_checks(Task("fake", "Fake", 15, 2, (), ""), tmp_path)
    assert says in str(raised.value)


def test_the_declared_checks_add_up():
    for task in TASKS:
        checks = declared_checks(task)
        assert (len(checks), sum(points for _, points in checks)) == (task.checks, task.points)
        assert len({name for name, _ in checks}) == len(checks)
