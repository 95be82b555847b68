"""Tasks that are graded side by side: the same verdicts as one after the other, and an end that leaves nothing."""

import json
import subprocess
import time

from grader.course import settings
from grader.sandbox import cores
from grader.sandbox.host import TENSORFLOW_MODULES, Sandbox
from tests.bank.cases import SOLUTIONS, Case
from tests.test_plugin import results_in, run

BROKEN = {
    "dense_model.py": "import os\nos._exit(3)\n",
    "threshold_callback.py": "class AccuracyThresholdCallback:\n    pass\n",
    "activation_extraction.py": "def build_activation_model(model):\n    while True:\n        pass\n",
    "training.py": "def build_callbacks(directory):\n    raise NotImplementedError\n",
}
"""By file: it ends itself, is wrong, hangs, and is not finished."""


def verdicts(results):
    return [{name: value for name, value in task.items() if name != "seconds"} for task in results["tasks"]]


def test_side_by_side_is_as_one_after_the_other(tmp_path, graded):
    folder = Case(
        "mixed", "convolution", source="def convolve2d(image, kernel):\n    return image\n", files=BROKEN
    ).write(tmp_path / "mixed")
    done = run("grader", "--submission", folder, "--report", tmp_path / "out", "-c", "tox.ini")
    assert done.returncode == 1, done.stdout + done.stderr
    by_turns = json.loads(graded(folder).to_json())
    assert verdicts(results_in(tmp_path / "out")) == verdicts(by_turns)
    statuses = {task["name"]: task["status"] for task in by_turns["tasks"]}
    assert statuses == {
        "preprocessing": "passed",
        "dense_model": "crashed",
        "threshold_callback": "failed",
        "cnn": "passed",
        "activation_extraction": "timeout",
        "training": "failed",
        "convolution": "failed",
    }


def test_a_stop_at_the_first_failure_ends_what_runs_ahead(tmp_path):
    hanging = "import time\ntime.sleep(1000)\n"
    wrong = "def label_names(labels):\n    return []\n"
    files = dict.fromkeys(("dense_model.py", "cnn.py", "training.py"), hanging)
    folder = Case("stopped", "preprocessing", source=wrong, files=files).write(tmp_path / "stopped")
    begun = time.monotonic()
    done = run("grader", "-x", "--submission", folder, "-c", "tox.ini", TMPDIR=str(tmp_path))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "error" not in done.stdout
    assert time.monotonic() - begun < settings.IMPORT_SECONDS, "it waited for a module that sleeps"
    assert not list(tmp_path.glob("grader-*"))
    assert str(tmp_path) not in subprocess.run(["ps", "axeww"], capture_output=True, text=True).stdout


def test_what_is_no_check_of_ours_runs_as_pytest_runs_it(tmp_path):
    mine = "import pytest\n\n\n@pytest.fixture\ndef given(tmp_path):\n    return tmp_path\n\n\n"
    mine += "def test_every_check(given):\n    assert given is None, 'mine'\n"
    (tmp_path / "test_cnn.py").write_text(mine, encoding="utf-8")
    own = (
        "--submission",
        SOLUTIONS,
        "--task",
        "cnn",
        "--report",
        tmp_path / "out",
        "--junit-xml",
        tmp_path / "junit.xml",
    )
    done = run("grader", tmp_path / "test_cnn.py", *own)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "AssertionError: mine" in (tmp_path / "junit.xml").read_text(encoding="utf-8")
    assert {task["score"] for task in results_in(tmp_path / "out")["tasks"] if task["name"] == "cnn"} == {20.0}


def test_a_share_of_a_core_is_one_worker(tmp_path, monkeypatch):
    for text, usable in (("50000 100000", 1), ("150000 100000", 1), ("max 100000", cores.usable_cores())):
        (tmp_path / "cpu.max").write_text(text, encoding="ascii")
        monkeypatch.setattr(cores, "QUOTA", tmp_path / "cpu.max")
        assert cores.usable_cores() == usable


def test_a_server_that_still_imports_is_ended_at_once():
    sandbox = Sandbox()
    sandbox.warm(TENSORFLOW_MODULES)
    begun = time.monotonic()
    sandbox.close()
    assert time.monotonic() - begun < 1
