"""When a verdict on a task can be taken over: the key of what it depends on, and nothing more.

A verdict depends on the modules that the guest saw, on the profile, on the libraries and the data, and on those files
of the grader that its checks use. So equal modules are judged once for the whole class, and after a change of the
grader only the tasks that it can affect are judged again. Modules that differ in comments and layout alone are equal,
unless the verdict names a line.
"""

import ast
import hashlib
import json
import platform
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from grader.course.dataset import DataError, full_digest, subset_digest
from grader.course.settings import REPOSITORY, Profile
from grader.course.tasks import Task
from grader.judging.jobs import library_versions
from grader.results import TaskResult
from grader.sandbox.essence import essence
from grader.sandbox.submission import Submission

LINE = re.compile(r"\bline \d")
"""What stands in every message that says where in the source something lies."""

ROOTS = ("grader.suite.conftest", "grader.suite.run", "grader.plugin")
"""What every check needs, besides its own file and the sandbox."""

WITHOUT = ("grader.reports", "grader.lab", "grader.classroom", "grader.course.tasks", "grader.suite.student_code")
"""What no verdict depends on; the task table counts by the task's own row."""


@dataclass(frozen=True)
class Key:
    """Under what the verdict on one task of one submission is kept.

    Attributes:
        exact: of the very sources; empty where the verdict holds for this submission alone, since the module is missing
            or cannot be read, and the message names the submission.
        common: of what the sources say, their comments and layout left out; for verdicts that name no line.
    """

    exact: str
    common: str

    def of(self, result: TaskResult) -> str:
        """The one under which this result is kept."""
        return self.exact if any(LINE.search(record.message) for record in result.records) else self.common


def task_key(task: Task, submission: Submission, profile: Profile) -> Key:
    """The key of a task's verdict."""
    if task.file_name not in submission.sources or task.file_name in submission.problems:
        return Key("", "")
    needed = submission.needed(task.file_name, task.stand_ins)
    text = b"\n".join(needed.values())
    described = {
        "others": sorted(name for name in submission.other_files if name.removesuffix(".py").encode() in text),
        "profile": profile.value,
        "grader": fingerprint(task),
        "libraries": {**library_versions(), "python": platform.python_version()},
        "data": _data(profile),
    }
    exact = {name: hashlib.sha256(source).hexdigest() for name, source in sorted(needed.items())}
    common = {name: hashlib.sha256(essence(source)).hexdigest() for name, source in sorted(needed.items())}
    return Key(_digest({**described, "exact": exact}), _digest({**described, "common": common}))


def _digest(described: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()


@cache
def _data(profile: Profile) -> str:
    try:
        return subset_digest() if profile is Profile.QUICK else full_digest()
    except DataError as error:
        return str(error)


@cache
def fingerprint(task: Task) -> str:
    """A digest of all of the grader that a verdict on this task depends on, the task's row in the table included."""
    return digest_of(files_of(task), repr(task))


def files_of(task: Task, root: Path = REPOSITORY) -> list[Path]:
    """The grader's files that the checks of a task import, directly or not, and everything that runs in the sandbox."""
    sandbox = [f"grader.sandbox.{path.stem}" for path in sorted((root / "grader" / "sandbox").glob("*.py"))]
    waiting = [f"grader.suite.test_{task.name}", *ROOTS, *sandbox]
    found: dict[str, Path] = {}
    while waiting:
        module = waiting.pop()
        path = root.joinpath(*module.split(".")).with_suffix(".py")
        if module in found or module.startswith(WITHOUT) or not path.is_file():
            continue
        found[module] = path
        waiting += _imports(path)
    return sorted(found.values())


def _imports(path: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return [name for name in names if name.startswith("grader.")]


def digest_of(files: list[Path], *more: Any) -> str:
    """A digest of some files' contents, and of further text."""
    digest = hashlib.sha256("\n".join(map(str, more)).encode())
    for path in files:
        digest.update(f"\n{path.name}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
