"""Bad submissions: each gets its clear word, costs its own task only, and there are results."""

import os
import shutil
import stat
import time
import zipfile
from pathlib import Path

import pytest

from grader.course.tasks import TASKS
from grader.plugin import grade
from grader.results import Results, Status, results_from_json
from grader.sandbox.submission import Submission, SubmissionError, read_submission
from tests.bank.cases import SOLUTIONS, Case

NAMES = tuple(task.file_name for task in TASKS)
CHEAP = ("preprocessing", "dense_model")
"""The task that is spoilt, and one that must not suffer."""


@pytest.fixture
def reference(tmp_path):
    """A copy of the reference that a test can spoil."""
    folder = tmp_path / "submission"
    shutil.copytree(SOLUTIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def told(results: Results, task: str = "preprocessing") -> str:
    """Message and hint of the first check of a task that did not pass."""
    result = next(result for result in results.tasks if result.name == task)
    record = result.failures[0]
    return f"{record.message}\n{record.hint}"


def status(results: Results, task: str = "preprocessing") -> Status:
    return next(result.status for result in results.tasks if result.name == task)


def problem(submission: Submission, name: str = "preprocessing.py") -> str:
    assert name not in submission.sources
    return submission.problems[name]


# Modules

SPOILT = (
    Case("syntax_error", "preprocessing", "import numpy\n\ndef f(:\n    pass\n", says="preprocessing.py, line 3"),
    Case("caret", "preprocessing", "x = (1 +\n\n    2 3)\n", says="    x = (1 +\n         ^"),
    Case("caret_behind_a_tab", "preprocessing", "if 1:\n\tx = 5 $ 3\n", says="    x = 5 $ 3\n          ^"),
    Case("return_outside", "preprocessing", "x = 1\nreturn x\n", says="preprocessing.py, line 2: 'return' outside"),
    Case("python_2", "preprocessing", "print 'x'\n", says="Missing parentheses"),
    Case("mixed_tabs", "preprocessing", "if 1:\n        x = 1\n\ty = 2\n", says="inconsistent use of tabs"),
    Case("import_fails", "preprocessing", "import pandas_of_nobody\n", says="No module named 'pandas_of_nobody'"),
    Case("library_hint", "preprocessing", "import pandas_of_nobody\n", says="Only numpy, tensorflow, keras"),
    Case(
        "helper_file", "preprocessing", "import helpers\n", says="helpers.py is not part", files={"helpers.py": "x = 1"}
    ),
    Case("relative_import", "preprocessing", "from .cnn import build_cnn\n", says="without a dot"),
    Case("raises_on_import", "preprocessing", "x = {}['shape']\n", says="preprocessing.py, line 1, in <module>"),
    Case(
        "not_utf8",
        "preprocessing",
        "# caf\u00e9\n".encode("latin-1"),
        says="is not UTF-8 text and names no other coding",
    ),
    Case("utf16", "preprocessing", "import numpy as np\n".encode("utf-16"), says="is not UTF-8 text"),
    Case("unknown_coding", "preprocessing", "# -*- coding: klingon -*-\n", says="klingon"),
    Case("coding_of_no_text", "preprocessing", "# -*- coding: hex -*-\nx = 1\n", says="preprocessing.py"),
    Case("null_bytes", "preprocessing", b"x = 1\n\0\0\0", says="null bytes"),
    Case("nested_brackets", "preprocessing", "x = " + "(" * 5000 + ")" * 5000, says="too many nested parentheses"),
    Case("nested_minus", "preprocessing", "x = " + "-" * 100_000 + "1", says="preprocessing.py"),
    Case("long_sum", "preprocessing", "x = 1" + "+1" * 100_000, says="nested too deeply"),
    Case("long_chain", "preprocessing", "x = a" + ".b" * 100_000, says="nested too deeply"),
    Case("number_too_long", "preprocessing", "x = " + "9" * 100_000, says="integer"),
    Case("ten_megabytes", "preprocessing", "x = 1\n" * 1_700_000, says="it is larger than 512 kB"),
    Case("empty_module", "preprocessing", "", says="does not define normalize_images"),
    Case("odd_line_of_error", "preprocessing", b"x = '\x1b[31m\xe2\x80\xae' +* 1\n", says=r"\u202e"),
)


@pytest.mark.parametrize("case", SPOILT, ids=lambda case: case.name)
def test_spoilt_modules(case, graded, tmp_path):
    results = graded(case.write(tmp_path / "submission"), *CHEAP[: 1 + (case.name in ("syntax_error", "not_utf8"))])
    assert case.says in told(results)
    assert "error" not in (status(results), *(record.outcome for record in results.tasks[0].records))
    assert results.tasks[0].score == 0
    if case.name in ("syntax_error", "not_utf8"):
        assert results.score == 20
    assert results_from_json(results.to_json()).score == results.score


FUNCTIONS = (
    Case("misspelt", "preprocessing", replace=(("def label_names", "def label_name"),), says="There is label_name: is"),
    Case("renamed", "preprocessing", replace=(("def label_names", "def xyz"),), says="Did you rename or delete it"),
    Case(
        "no_function",
        "preprocessing",
        replace=(("def add_channel_axis", "add_channel_axis = 5\ndef other"),),
        says="add_channel_axis in preprocessing.py is an int; a function was expected",
    ),
    Case(
        "signature",
        "preprocessing",
        replace=(("def label_names(labels: Sequence[int] | np.ndarray)", "def label_names()"),),
        says="Your function is label_names()",
    ),
    Case(
        "too_many_parameters",
        "preprocessing",
        replace=(("def add_channel_axis(images: np.ndarray)", "def add_channel_axis(images, axis)"),),
        says="Your function is add_channel_axis(images, axis)",
    ),
)


@pytest.mark.parametrize("case", FUNCTIONS, ids=lambda case: case.name)
def test_a_spoilt_function_costs_its_own_checks_only(case, graded, tmp_path):
    results = graded(case.write(tmp_path / "submission"), "preprocessing")
    assert case.says in told(results) and status(results) is Status.FAILED
    assert results.tasks[0].score >= 8


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
        lambda text: ("# -*- coding: latin-1 -*-\n# caf\u00e9\n" + text).encode("latin-1"),
        lambda text: ("# vim: set fileencoding=cp1252 :\n# \u20ac\n" + text).encode("cp1252"),
        lambda text: ("# \u65e5\u672c\u8a9e \U0001f600 \u202e\n" + text).encode(),
        lambda text: text.rstrip("\n").encode(),
    ],
    ids=["bom", "crlf", "bom_and_crlf", "latin_1", "cp1252", "utf_8", "no_last_line_break"],
)
def test_codings_that_are_fine(encode, graded, reference):
    module = reference / "preprocessing.py"
    module.write_bytes(encode(module.read_text(encoding="utf-8")))
    assert graded(reference, "preprocessing").score == 15


def test_modules_may_import_each_other(graded, reference):
    module = reference / "preprocessing.py"
    module.write_text("import cnn\nfrom threshold_callback import *\n" + module.read_text())
    assert graded(reference, "preprocessing").score == 15


# Folders


def test_an_empty_folder_and_one_with_a_module_missing(graded, tmp_path, reference):
    (tmp_path / "empty").mkdir()
    results = graded(tmp_path / "empty")
    assert {task.status for task in results.tasks} == {Status.MISSING} and results.score == 0
    assert "There is no preprocessing.py in empty." in told(results)
    (reference / "preprocessing.py").rename(reference / "Preprocessing.py")
    results = graded(reference, *CHEAP)
    assert status(results) is Status.MISSING and results.score == 20
    assert "There is Preprocessing.py: rename it." in told(results)


def test_neither_folder_nor_zip(graded, tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("I could not do it")
    os.mkfifo(tmp_path / "pipe")
    for path, says in ((text, "is no zip that can be read"), (tmp_path / "pipe", "neither a folder nor a zip")):
        results = graded(path)
        assert {task.status for task in results.tasks} == {Status.MISSING} and says in told(results)
    for path in (tmp_path / "nothing", tmp_path / ("n" * 300)):
        with pytest.raises((ValueError, RuntimeError, OSError)):
            grade(path)


def test_configuration_in_the_submission_is_ignored(graded, reference, tmp_path):
    evil = f"import pathlib\npathlib.Path({str(tmp_path / 'evil')!r}).touch()\n"
    for name in ("conftest.py", "sitecustomize.py", "numpy.py", "test_preprocessing.py", "__init__.py"):
        (reference / name).write_text(evil)
    (reference / "pytest.ini").write_text("[pytest]\naddopts = -p conftest --maxfail=1\n")
    (reference / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '-k nothing'\n")
    assert graded(reference, "preprocessing").score == 15
    assert not (tmp_path / "evil").exists()


def test_links_pipes_and_folders_named_like_a_module(graded, reference, tmp_path):
    secret = tmp_path / "secret.py"
    secret.write_text("x = 1")
    for name in NAMES:
        (reference / name).unlink()
    (reference / "preprocessing.py").symlink_to(secret)
    (reference / "cnn.py").symlink_to("/dev/zero")
    (reference / "dense_model.py").symlink_to(reference / "dense_model.py")
    (reference / "threshold_callback.py").mkdir()
    os.mkfifo(reference / "activation_extraction.py")
    submission = read_submission(reference, NAMES)
    assert not submission.sources
    assert "leads out of the submission" in problem(submission)
    assert "leads out of the submission" in problem(submission, "cnn.py")
    assert "link" in problem(submission, "dense_model.py")
    assert "no regular file" in problem(submission, "threshold_callback.py")
    assert "no regular file" in problem(submission, "activation_extraction.py")
    results = graded(reference)
    assert results.score == 0 and "leads out of the submission" in told(results)
    assert {task.status for task in results.tasks} == {Status.MISSING}


def test_a_link_inside_and_a_link_to_the_folder_are_fine(reference, tmp_path):
    (reference / "preprocessing.py").rename(reference / "mine.py")
    (reference / "preprocessing.py").symlink_to("mine.py")
    (tmp_path / "link").symlink_to(reference)
    submission = read_submission(tmp_path / "link", NAMES)
    assert set(submission.sources) == set(NAMES) and submission.name == "link"


def test_dangling_links_and_devices(reference):
    (reference / "preprocessing.py").unlink()
    (reference / "preprocessing.py").symlink_to("nowhere.py")
    assert "No such file" in problem(read_submission(reference, NAMES))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads everything")
def test_unreadable(reference):
    (reference / "preprocessing.py").chmod(0)
    assert "Permission denied" in problem(read_submission(reference, NAMES))
    reference.chmod(0)
    with pytest.raises(SubmissionError, match="cannot be read"):
        read_submission(reference, NAMES)
    reference.chmod(0o700)


# Zips


def packed(path: Path, prefix: str = "", extra: dict[str, bytes] | None = None, **options: int) -> Path:
    """The reference as a zip, each name behind a prefix."""
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name in NAMES:
            archive.writestr(prefix + name, (SOLUTIONS / name).read_bytes())
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("prefix", "extra"),
    [
        ("", {}),
        ("alice/", {"__MACOSX/alice/._cnn.py": b"\0\5\x16\7", "alice/.DS_Store": b"x"}),
        ("__MACOSX_is_my_name/", {}),
        ("a/b/c/d/", {"a/cnn.py": b"exit()", "a/b/preprocessing.py": b"exit()"}),
        ("alice\\homework\\", {}),
        ("./alice/", {"../cnn.py": b"exit()", "/cnn.py": b"exit()", "C:\\cnn.py": b"exit()"}),
        ("\u65e5\u672c\u8a9e \U0001f600/", {".": b"x", "/": b"x", "..": b"x", "//": b"", "a//b": b"", "./": b""}),
        ("alice/", {f"alice/venv/lib/{number}.py": b"" for number in range(3000)}),
    ],
    ids=["flat", "one_folder", "named_like_macos", "nested", "backslashes", "odd_paths", "unicode", "environment"],
)
def test_zips_that_are_fine(prefix, extra, tmp_path):
    submission = read_submission(packed(tmp_path / "work.zip", prefix, extra), NAMES)
    assert submission.sources == {name: (SOLUTIONS / name).read_bytes() for name in NAMES}
    assert not submission.problems and submission.name == "work.zip"
    assert not [path for path in tmp_path.iterdir() if path.name != "work.zip"], "something was unpacked"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_is_graded_and_a_damaged_one_costs_what_is_damaged(method, graded, tmp_path):
    path = packed(tmp_path / "work.zip", compression=method)
    if method == zipfile.ZIP_DEFLATED:
        assert graded(path, *CHEAP).score == 35
    with zipfile.ZipFile(path) as archive:
        place = archive.getinfo("preprocessing.py").header_offset
    data = bytearray(path.read_bytes())
    data[place + 60 : place + 160] = bytes(range(100, 200))
    path.write_bytes(data)
    submission = read_submission(path, NAMES)
    assert "damaged or encrypted" in problem(submission) and len(submission.sources) == len(NAMES) - 1


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_would_unpack_without_bound_is_not_unpacked(method, tmp_path):
    with zipfile.ZipFile(tmp_path / "work.zip", "w", method) as archive:
        archive.writestr("preprocessing.py", b" " * 50_000_000)
    submission = read_submission(tmp_path / "work.zip", NAMES)
    assert problem(submission).endswith("make a plain zip") and not submission.sources


def test_only_absolute_or_outer_paths_are_no_modules(tmp_path):
    for number, prefix in enumerate(("/", "../", "/etc/", "a/../")):
        submission = read_submission(packed(tmp_path / f"{number}.zip", prefix), NAMES)
        assert not submission.sources


def test_links_and_folders_in_a_zip(tmp_path):
    with zipfile.ZipFile(tmp_path / "work.zip", "w") as archive:
        for name, mode in (
            ("preprocessing.py", stat.S_IFLNK),
            ("cnn.py", stat.S_IFIFO),
            ("dense_model.py", stat.S_IFCHR),
        ):
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (mode | 0o777) << 16
            archive.writestr(entry, "/etc/passwd")
        archive.writestr("threshold_callback.py/", "")
    submission = read_submission(tmp_path / "work.zip", NAMES)
    assert not submission.sources
    for name in NAMES[:4]:
        assert "a link or another special file" in problem(submission, name)


def test_an_encrypted_zip(tmp_path, graded):
    path = packed(tmp_path / "work.zip")
    data = bytearray(path.read_bytes())
    place = -1
    for signature, offset in ((b"PK\1\2", 8), (b"PK\3\4", 6)):  # the flag that says encrypted, in both headers
        while (place := data.find(signature, place + 1)) >= 0:
            data[place + offset] |= 1
    path.write_bytes(data)
    results = graded(path)
    assert {task.status for task in results.tasks} == {Status.MISSING} and "encrypted" in told(results)


@pytest.mark.parametrize("kept", [0, 10, 500, -30, -1])
def test_a_truncated_zip(kept, tmp_path):
    path = packed(tmp_path / "work.zip")
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(SubmissionError, match="no zip that can be read"):
        read_submission(path, NAMES)


def test_random_damage_to_a_zip_is_never_a_crash(tmp_path):
    import random

    path = packed(tmp_path / "work.zip", compression=zipfile.ZIP_LZMA)
    whole, generator = path.read_bytes(), random.Random(1)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(generator.randint(1, 20)):
            place = generator.randrange(len(data)) if generator.random() < 0.5 else -generator.randint(1, 400)
            data[place] = generator.randrange(256)
        path.write_bytes(data)
        try:
            read_submission(path, NAMES)
        except SubmissionError:
            continue


def test_a_bomb_and_duplicates_are_read_once_and_bounded(tmp_path):
    bomb = bytes(50 * 2**20)
    with zipfile.ZipFile(tmp_path / "work.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("preprocessing.py", bomb)
        archive.writestr("cnn.py", "first = 1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("cnn.py", "second = 2")
    began = time.monotonic()
    submission = read_submission(tmp_path / "work.zip", NAMES)
    assert "larger than 512 kB" in problem(submission) and submission.sources == {"cnn.py": b"second = 2"}
    assert time.monotonic() - began < 2


def test_a_zip_of_too_many_entries_and_one_too_large(tmp_path, graded):
    path = packed(tmp_path / "work.zip", extra={f"{number}.txt": b"" for number in range(30_000)})
    results = graded(path)
    assert "lists more than 20,000 files" in told(results)
    with (tmp_path / "large.zip").open("wb") as file:
        file.truncate(65 * 2**20)
    with pytest.raises(SubmissionError, match="larger than 64 MB"):
        read_submission(tmp_path / "large.zip", NAMES)


def test_a_zip_in_a_zip_has_no_modules(tmp_path, graded):
    inner = packed(tmp_path / "inner.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "work.zip", "w") as archive:
        archive.writestr("inner.zip", inner)
    results = graded(tmp_path / "work.zip")
    assert "There is no preprocessing.py in work.zip." in told(results)
