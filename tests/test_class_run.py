"""A class run: every submission gets what it must, equal work is done once, and what is killed goes on."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from grader.classroom.gradebook import Gradebook, GradebookError
from grader.classroom.intake import Handed
from grader.classroom.judge import Judged
from grader.classroom.keys import Key, files_of, task_key
from grader.classroom.runner import ClassRun
from grader.course.settings import REPOSITORY, Profile
from grader.course.tasks import TASKS, task_named
from grader.results import Outcome, Record, Status, TaskResult, results_from_json
from grader.sandbox.submission import Submission, read_submission
from grader.suite.declared import declared_checks
from tests.bank.cases import SOLUTIONS, Case
from tests.class_runs import assert_all_gone, command, gradings, processes, run, scores, wait_for
from tests.classroom import Made, make

SIZE = 10


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Path, list[Made]]:
    """A small class, of all kinds."""
    folder = tmp_path_factory.mktemp("made") / "class"
    return folder, make(folder, SIZE, seed=3)


@pytest.fixture(scope="module")
def first(made, tmp_path_factory) -> Path:
    """The output of its first run."""
    out = tmp_path_factory.mktemp("first") / "out"
    done = run(made[0], out)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def test_every_submission_gets_what_it_must(made, first):
    expected = {one.name: (one.score, one.bonus) for one in made[1]}
    assert scores(first) == expected
    assert {one.kind for one in made[1]} == {"right", "mistakes", "half done", "broken"}
    assert gradings(first) == dict.fromkeys(expected, 1)
    for name in expected:
        assert {path.name for path in (first / name).iterdir()} >= {"results.json", "feedback.html", "feedback.md"}
    assert {"grades.csv", "class.html", "gradebook.sqlite"} <= {path.name for path in first.iterdir()}


def test_a_second_run_judges_nothing_and_mends_what_is_missing(made, first, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(first, out)
    gone = out / made[1][0].name / "feedback.html"
    gone.unlink()
    done = run(made[0], out)
    assert f"{SIZE} of {SIZE} submissions graded" in done.stdout and "0 tasks judged" in done.stdout
    assert gone.exists() and gradings(out) == dict.fromkeys(gradings(first), 1)


def test_a_submission_alone_gets_the_same(made, first, graded):
    name = next(one.name for one in made[1] if one.kind == "mistakes")
    alone = json.loads(graded(made[0] / name).to_json())
    in_class = json.loads((first / name / "results.json").read_text(encoding="utf-8"))
    for results in (alone, in_class):
        del results["seconds"]
    assert alone == in_class


def test_one_changed_module_is_judged_alone_and_the_earlier_grading_stays(made, first, tmp_path):
    folder, out = tmp_path / "class", tmp_path / "out"
    shutil.copytree(made[0], folder)
    shutil.copytree(first, out)
    name = next(one.name for one in made[1] if one.kind == "half done")
    (folder / name / "convolution.py").write_bytes((SOLUTIONS / "convolution.py").read_bytes() + b"# mine\n")
    changes = run(folder, out, "--diff")
    assert f"{name}: " in changes.stdout and "convolution, convolve2d_gives_the_valid_shape: 0 -> " in changes.stdout
    assert f"1 of {SIZE} would change. Nothing was written" in changes.stdout
    assert scores(out) == scores(first) and gradings(out) == gradings(first)
    done = run(folder, out)
    assert "0 tasks judged" in done.stdout  # --diff has judged it, and its verdict is kept
    assert gradings(out)[name] == 2
    assert scores(out)[name][1] == scores(first)[name][1] + 10


def test_killed_anywhere_the_next_run_goes_on(made, tmp_path):
    """The run, a worker and a server are killed at random moments; in the end each is graded once, as it must be."""
    out, chance = tmp_path / "out", random.Random(5)
    for victim in ("worker", "server", "run"):
        with started(made[0], out) as process:
            deadline = time.monotonic() + chance.uniform(7, 11)
            while time.monotonic() < deadline and process.poll() is None:
                time.sleep(0.1)
            left = processes(process.pid)
            target = {"run": process.pid, **dict(left)}.get(victim)
            if target and process.poll() is None:
                os.kill(target, signal.SIGKILL)
            process.wait(timeout=300)
            if victim == "run":
                assert_all_gone([pid for _, pid in left])
    done = run(made[0], out)
    assert done.returncode == 0, done.stdout + done.stderr
    assert scores(out) == {one.name: (one.score, one.bonus) for one in made[1]}
    assert set(gradings(out).values()) == {1}


@contextmanager
def started(folder: Path, out: Path) -> Iterator["subprocess.Popen[str]"]:
    """A run in a session of its own, as on a terminal of its own, with temporary files of its own, which it removes."""
    scratch = out.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    process = subprocess.Popen(
        command(folder, out),
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(scratch)},
    )
    try:
        yield process
        assert not list(scratch.glob("grader-*"))
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("at_work", ["worker", "server", "guest"])
def test_ctrl_c_ends_it_tidily(made, tmp_path, at_work):
    """While workers start, while their servers import, and while student code runs."""
    with started(made[0], tmp_path / "out") as process:
        left = wait_for(at_work, process.pid)
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=30)
        assert process.returncode == 130, said
        assert "goes on from there" in said and "Traceback" not in said
        assert_all_gone(left)


def test_figures_are_drawn_once_for_equal_modules(tmp_path):
    """Two of one source and different comments, a stub and a half: figures where there is something to see."""
    for number in range(2):
        shutil.copytree(SOLUTIONS, tmp_path / "class" / f"right {number}")
        with (tmp_path / "class" / f"right {number}" / "cnn.py").open("a", encoding="utf-8") as file:
            file.write(f"# {number}\n")
    shutil.copytree(REPOSITORY / "assignments", tmp_path / "class" / "stubs")
    half = tmp_path / "class" / "half"
    half.mkdir()
    (half / "dense_model.py").write_bytes((SOLUTIONS / "dense_model.py").read_bytes())
    first = run(tmp_path / "class", tmp_path / "out", "--figures")
    assert first.returncode == 0 and "Figures drawn into 3 reports." in first.stdout, first.stdout
    pages = {path.parent.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("out/*/feedback.html")}
    pictures = {name: page.count('src="data:image/png;base64,') for name, page in pages.items()}
    assert pictures == {"right 0": 3, "right 1": 3, "half": 1, "stubs": 0}
    again = run(tmp_path / "class", tmp_path / "out", "--figures")
    assert "Figures drawn into 0 reports." in again.stdout and "0 tasks judged" in again.stdout


def test_garbage_stops_nothing(tmp_path):
    """Bytes, cut zips, mutated sources: all have a result."""
    chance = random.Random(7)
    folder, out = tmp_path / "class", tmp_path / "out"
    folder.mkdir()
    whole = shutil.make_archive(str(tmp_path / "whole"), "zip", SOLUTIONS)
    for number in range(10):
        content = Path(whole).read_bytes()
        if number % 2:
            content = content[: chance.randrange(len(content))]
        (folder / f"z{number}.zip").write_bytes(content if number % 3 else chance.randbytes(500))
    for number in range(10):
        source = bytearray((SOLUTIONS / "preprocessing.py").read_bytes())
        for _ in range(chance.randint(1, 40)):
            source[chance.randrange(len(source))] = chance.randrange(256)
        (folder / f"m{number}").mkdir()
        (folder / f"m{number}" / "preprocessing.py").write_bytes(bytes(source))
    done = run(folder, out)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(scores(out)) == 20 and "Traceback" not in done.stdout + done.stderr


# Keys


def test_a_key_depends_on_what_the_verdict_depends_on(tmp_path):
    names = [task.file_name for task in TASKS]
    cnn, training = task_named("cnn"), task_named("training")
    reference = read_submission(SOLUTIONS, names)
    other = read_submission(Case("other", "dense_model", source="x = 1\n").write(tmp_path / "a"), names)
    assert task_key(cnn, reference, Profile.QUICK) == task_key(cnn, other, Profile.QUICK)
    assert task_key(cnn, reference, Profile.QUICK) != task_key(cnn, reference, Profile.FULL)
    changed = Case("changed", "threshold_callback", source="x = 1\n").write(tmp_path / "b")
    callback = read_submission(changed, names)
    assert task_key(training, reference, Profile.QUICK) == task_key(training, callback, Profile.QUICK)
    importing = Case("importing", "cnn", source="import dense_model\nx = 1\n").write(tmp_path / "c")
    one = task_key(cnn, read_submission(importing, names), Profile.QUICK)
    (importing / "dense_model.py").write_text("y = 2\n", encoding="utf-8")
    assert task_key(cnn, read_submission(importing, names), Profile.QUICK) != one
    (importing / "cnn.py").unlink()
    assert task_key(cnn, read_submission(importing, names), Profile.QUICK) == Key("", "")


def test_comments_count_where_the_verdict_names_a_line():
    def key(source: bytes, *others: str) -> Key:
        return task_key(task_named("cnn"), Submission("", Path(), {"cnn.py": source}, {}, others), Profile.QUICK)

    one, other = key(b"import helper\n"), key(b"# mine\nimport helper\n")
    assert one.common == other.common and one.exact != other.exact
    assert key(b"import helper\n", "notes.py") == one != key(b"import helper\n", "helper.py")
    failed = Record("builds", 3, Outcome.FAILED, "build_cnn() raised ValueError\n  cnn.py, line 2, in build_cnn")
    passed = Record("builds", 3, Outcome.PASSED)
    assert one.of(TaskResult("cnn", 20, False, (passed, failed))) == one.exact
    assert one.of(TaskResult("cnn", 20, False, (passed,))) == one.common


def test_one_source_with_different_comments_is_judged_once_but_for_lines(tmp_path):
    """Eight submissions of two modules: the right one is judged once, the one that raises for each place it raises."""
    right = (SOLUTIONS / "convolution.py").read_text(encoding="utf-8")
    wrong = right.replace("def convolve2d", "1 / 0\n\n\ndef convolve2d", 1)
    for number in range(4):
        for kind, source in (("right", right), ("wrong", wrong)):
            folder = tmp_path / "class" / f"{kind} {number}"
            folder.mkdir(parents=True)
            (folder / "convolution.py").write_text("# mine\n" * min(number, 2) + source, encoding="utf-8")
    done = run(tmp_path / "class", tmp_path / "out")
    others = (len(TASKS) - 1) * 8  # modules that are not there
    assert f"{others + 1 + 3} tasks judged" in done.stdout
    for number in range(4):
        results = json.loads((tmp_path / "out" / f"wrong {number}" / "results.json").read_text(encoding="utf-8"))
        said = json.dumps([task for task in results["tasks"] if task["name"] == "convolution"])
        place = wrong.split("1 / 0")[0].count("\n") + 1 + min(number, 2)
        assert f"convolution.py, line {place}," in said, said


def test_a_change_of_the_grader_reaches_the_tasks_that_it_can_affect():
    names = {task.name: {path.name for path in files_of(task)} for task in TASKS}
    assert "test_convolution.py" in names["convolution"] and "test_convolution.py" not in names["cnn"]
    assert "built_models.py" in names["cnn"] and "built_models.py" not in names["preprocessing"]
    for found in names.values():
        assert {"session.py", "guest.py", "probes.py", "settings.py", "plugin.py"} <= found
        assert not found & {"page.py", "batch.py", "gallery.py", "student_code.py"}


# The gradebook


def test_a_gradebook_keeps_all_or_nothing(tmp_path):
    from tests.test_reports import results

    made = results("no")
    with Gradebook(tmp_path / "book.sqlite") as book:
        book.keep({"k": (made.tasks[0], {"python": "3"}, 1.0)}, [("alice", "Alice", "digest", made)])
        with pytest.raises(GradebookError):
            book.keep({"other": (made.tasks[1], {}, 1.0)}, [("bob", cast(Any, None), "digest", made)])
        assert book.verdicts(["k", "other"]) == {"k": (made.tasks[0], {"python": "3"}, 1.0)}
        assert book.current() == {"alice": ("digest", results_from_json(made.to_json()))}
        book.keep({}, [("alice", "Alice", "new", results())])
        assert book.current()["alice"] == ("new", results_from_json(results().to_json()))


def test_what_is_no_gradebook_is_refused(tmp_path):
    (tmp_path / "book.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(GradebookError, match="cannot be used as a gradebook"):
        Gradebook(tmp_path / "book.sqlite")
    with sqlite3.connect(tmp_path / "other.sqlite") as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(GradebookError, match="version 99"):
        Gradebook(tmp_path / "other.sqlite")


class Faulty:
    """Hands of which every task but preprocessing meets a fault of the grader."""

    def work(self, pieces, told):
        told([])
        while pieces:
            piece = pieces.popleft()
            piece.done(Judged(tuple(self.result(task_named(name)) for name in piece.given().tasks), {}, 1.0))

    def result(self, task):
        checks = declared_checks(task)
        outcome = Outcome.PASSED if task.name == "preprocessing" else Outcome.ERROR
        first = Record(checks[0][0], checks[0][1], Outcome.FAILED, "a slip of the student's")
        rest = tuple(Record(name, points, outcome, "KeyError: a fault") for name, points in checks[1:])
        return TaskResult(task.name, task.points, task.bonus, (first, *rest))


def test_what_cannot_be_graded_has_results_that_say_so_and_is_tried_again(tmp_path):
    handed = [Handed("alice", "Alice", (Case("right", "cnn").write(tmp_path / "alice"),))]
    given = []
    for _ in range(2):
        with Gradebook(tmp_path / "gradebook.sqlite") as book:
            progress = ClassRun(book, Profile.QUICK, None, cast(Any, Faulty())).run(
                handed, lambda planned, results, new: given.append((results, new)), lambda _: None
            )
            assert progress.failed == {"alice": "KeyError: a fault"} and not book.current()
        results, new = given.pop()
        assert new and [result.status for result in results.tasks] == [Status.FAILED] + 6 * [Status.ERROR]


def test_a_change_of_feedback_writes_the_reports_anew(made, first, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(first, out)
    before = {path.parent.name: path.read_text(encoding="utf-8") for path in out.glob("*/feedback.md")}
    assert run(made[0], out, "--feedback", "scores").returncode == 0
    after = {path.parent.name: path.read_text(encoding="utf-8") for path in out.glob("*/feedback.md")}
    assert before.keys() == after.keys() and any(before[name] != after[name] for name in before)
    assert not any("Hint" in text for text in after.values())
    assert run(made[0], out).returncode == 0
    assert before == {path.parent.name: path.read_text(encoding="utf-8") for path in out.glob("*/feedback.md")}
