"""`python -m grader package NAME`: hand-outs as zips. What is packed is listed here; everything else stays out.

- `student`: the assignment as students get it. It grades with `pytest grader`, and holds no solution and no test of
  the grader.
- `gradescope`: the zip that Gradescope takes as an autograder.
- `github`: the instructor's repository for GitHub, with a workflow that students' repositories call, and what Classroom
  50 takes.

Zips are the same for the same sources: entries in order, without times.
"""

import configparser
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path, PurePosixPath

from grader.course.settings import REPOSITORY

GRADER = ("grader/**/*",)
DATA = ("data_cache/LICENSE", "data_cache/README.md", "data_cache/manifest.json", "data_cache/subset.npz")
PROJECT = ("pyproject.toml", "LICENSE")
HANDED_OUT = ("assignments/*.py", "assignments/README.md", "assignments/lab.ipynb")

NOT_PACKED = ("__pycache__", "packaged", "GUIDE.md")
"""What a hand-out does without of `grader/`: folders, and the instructor's guide."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every entry: the first that a zip can hold."""


@dataclass(frozen=True)
class Entry:
    """A file of a package.

    Attributes:
        name: its path in the zip, with slashes.
        content: its bytes.
        executable: whether it is a program.
    """

    name: str
    content: bytes
    executable: bool = False


def main(name: str, out: Path, feedback: Sequence[str]) -> int:
    """Write one package into a folder and say what to do with it.

    Args:
        name: of the package.
        out: the folder for `NAME.zip`.
        feedback: levels that its grader shows students, as `grader.reports.visibility.feedback_from` takes them.

    Returns:
        The exit status: 0, or 2 where the name is none.
    """
    if name not in PACKAGES:
        print(f"There is no package {name!r}; there are {', '.join(PACKAGES)}.")
        return 2
    chosen = " ".join(f"--feedback={choice}" for choice in feedback)
    make, advice = PACKAGES[name]
    path = out / f"{name}.zip"
    out.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    try:
        unfinished.write_bytes(zipped(make(chosen)))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    print(f"Written: {path}. {advice}")
    return 0


def student(feedback: str) -> list[Entry]:
    """The assignment as students get it."""
    return [
        *_found(GRADER + DATA + PROJECT + HANDED_OUT),
        _pytest_settings(),
        _text("README.md", _packaged("student.md")),
    ]


def gradescope(feedback: str) -> list[Entry]:
    """What Gradescope takes."""
    return [
        *_found(GRADER + DATA + PROJECT),
        _pytest_settings(),
        _text("README.md", "The autograder of the Fashion-MNIST assignment, for Gradescope.\n"),
        _text("setup.sh", _packaged("setup.sh"), executable=True),
        _text("run_autograder", _packaged("run_autograder", feedback), executable=True),
    ]


def github(feedback: str) -> list[Entry]:
    """The instructor's repository, the workflow that students' repositories call, and Classroom 50's script."""
    return [
        *_found(GRADER + DATA + PROJECT),
        _pytest_settings(),
        _text("README.md", _packaged("github.md")),
        _text(".github/workflows/grade.yml", _packaged("grade.yml", feedback)),
        _text("students/.github/workflows/grade.yml", _packaged("student.yml")),
        _text("autograder.py", _packaged("autograder.py", feedback)),
    ]


Make = Callable[[str], list[Entry]]

PACKAGES: dict[str, tuple[Make, str]] = {
    "gradescope": (gradescope, "Upload it under Configure Autograder."),
    "student": (
        student,
        "Hand it out: it is unzipped, installed with `pip install -e .` and graded with `pytest grader`.",
    ),
    "github": (github, "Unzip it into a repository of yours; its README.md says what to put where."),
}
"""Per name, what makes the package, and what to do with it."""


def _found(patterns: Sequence[str]) -> list[Entry]:
    """Files of this repository.

    Raises:
        FileNotFoundError: a pattern matches none.
    """
    entries: dict[str, bytes] = {}
    for pattern in patterns:
        paths = [path for path in REPOSITORY.glob(pattern) if path.is_file() and not _is_left_out(path)]
        if not paths:
            raise FileNotFoundError(f"there is no {pattern} in {REPOSITORY}")
        entries |= {path.relative_to(REPOSITORY).as_posix(): path.read_bytes() for path in paths}
    return [Entry(name, content) for name, content in sorted(entries.items())]


def _is_left_out(path: Path) -> bool:
    return bool(set(path.relative_to(REPOSITORY).parts) & set(NOT_PACKED))


def _packaged(name: str, feedback: str = "") -> str:
    text = files("grader.course").joinpath("packaged", name).read_text(encoding="utf-8")
    return "\n".join(line.replace("@FEEDBACK@", feedback).rstrip() for line in text.split("\n"))


def _text(name: str, text: str, executable: bool = False) -> Entry:
    return Entry(name, text.encode(), executable)


def _pytest_settings() -> Entry:
    """`tox.ini` with pytest's own section alone: there is nothing to run tox on."""
    parser = configparser.ConfigParser()
    parser.read(REPOSITORY / "tox.ini", encoding="utf-8")
    lines = [f"{key} = {value}" for key, value in parser["pytest"].items() if key != "testpaths"]
    return _text("tox.ini", "\n".join(["[pytest]", *lines, ""]))


def zipped(entries: Sequence[Entry]) -> bytes:
    """A zip of the entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in sorted(entries, key=lambda entry: PurePosixPath(entry.name)):
            info = zipfile.ZipInfo(entry.name, EPOCH)
            info.create_system = 3  # so that the permissions below are read as those of Unix
            info.external_attr = (0o100755 if entry.executable else 0o100644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, entry.content)
    return buffer.getvalue()
