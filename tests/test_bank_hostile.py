"""Every hostile submission of the bank is graded for real: it gains nothing, harms nobody and leaves nothing behind."""

import hashlib
import json
import sys
import tempfile
import time
from contextlib import suppress

import pytest

from grader.course import settings
from grader.course.settings import REPOSITORY
from grader.results import Outcome, Results, Status
from tests.bank.cases import SOLUTIONS
from tests.bank.hostile import CASES
from tests.bank.hostile_case import Hostile

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux shuts hostile code in")

SECONDS = {"IMPORT_SECONDS": 2.0, "CALL_SECONDS": 2.0, "TASK_SECONDS": 5.0}
"""Deadlines of the cases that miss one."""

WHOLE = ("os_exit_at_import", "another_module_ends_the_program", "writes_outside")
"""Cases of which all tasks are graded."""


def protected() -> dict[str, str]:
    """The content of all files of the repository that hostile code could want to change, as digests."""
    found = {}
    for name in ("solutions", "assignments", "data_cache"):
        for path in (REPOSITORY / name).rglob("*"):
            with suppress(FileNotFoundError):  # another grader's lock
                if (
                    path.is_file()
                    and "__pycache__" not in path.parts
                    and path.suffix in (".py", ".json", ".npz", ".md")
                ):
                    found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left():
    before = protected()
    yield
    after = protected()  # the store may have grown: others may train
    assert not {path for path in before if after.get(path) != before[path]}
    assert not {path for path in after.keys() - before.keys() if "evil" in path or "/store/" not in path}


def texts(results: Results, task: str) -> list[str]:
    """All that a student would read of a task."""
    result = next(result for result in results.tasks if result.name == task)
    return [part for record in result.records for part in (record.message, record.hint)]


def expect_clean(results: Results) -> None:
    """No control characters, no surrogates, nothing that turns text around, bounded; and `results.json` can be read."""
    text = results.to_json()
    assert len(text) < 200_000 and json.loads(text)["max_score"] == 100.0
    for result in results.tasks:
        assert sum(record.points for record in result.records) == result.points
        for record in result.records:
            for part in (record.message, record.hint):
                assert len(part) <= 1_500
                odd = {character for character in part if character != "\n" and not character.isprintable()}
                assert not odd, f"{record.name}: {odd!r} in {part!r}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_gains_nothing(case: Hostile, graded, sandbox, tmp_path, monkeypatch):
    number = CASES.index(case)
    if case.slow:
        for name, seconds in SECONDS.items():
            monkeypatch.setattr(settings, name, seconds)
    control = "preprocessing" if case.task != "preprocessing" else "threshold_callback"
    with_control = not case.slow and (case.task != "preprocessing" or number % 8 == 0)
    tasks = () if case.name in WHOLE else (case.task, control) if with_control else (case.task,)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # where the folders of guests are made
    began = time.monotonic()
    results = graded(case.write(tmp_path / "submission"), *tasks)
    took = time.monotonic() - began

    result = next(result for result in results.tasks if result.name == case.task)
    told = "\n".join(dict.fromkeys(texts(results, case.task)))
    assert result.status.value in case.status.split(), told
    assert result.score <= case.points, f"{[record.name for record in result.records if record.score]}"
    assert not any(record.outcome is Outcome.ERROR for task in results.tasks for record in task.records), told
    assert case.says in told, told
    expect_clean(results)
    for task in results.tasks:
        others = [control] if with_control else []
        if case.name in WHOLE:
            others = [other.name for other in results.tasks if f"{other.name}.py" not in case.files]
        if task.name in others and task.name != case.task:
            assert (task.status, task.score) == (Status.PASSED, task.points), task.failures
    assert took < (60 if not tasks else 30), f"{took:.0f} s"
    assert not list(tmp_path.glob("grader-*")), "a folder of a guest is left"


def test_the_bank_is_large_and_its_names_unique():
    assert len({case.name for case in CASES}) == len(CASES) >= 60


def test_the_sandbox_still_works_afterwards(graded):
    both_servers = ("preprocessing", "activation_extraction")
    passed = [task.name for task in graded(SOLUTIONS, *both_servers).tasks if task.status is Status.PASSED]
    assert passed == list(both_servers)


def test_the_real_deadline_of_a_call(graded, tmp_path):
    case = next(case for case in CASES if case.name == "sleep_at_call")
    began = time.monotonic()
    results = graded(case.write(tmp_path / "submission"), case.task)
    result = next(result for result in results.tasks if result.name == case.task)
    assert result.status is Status.TIMEOUT
    assert settings.CALL_SECONDS <= time.monotonic() - began < settings.CALL_SECONDS + 5
    assert "did not finish within 10 seconds" in result.records[0].message
