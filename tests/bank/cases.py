"""What a case of the bank is, and how it becomes a submission: the reference with one module changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.course.settings import REPOSITORY

SOLUTIONS = REPOSITORY / "solutions"


@dataclass(frozen=True)
class Case:
    """One submission of the bank: the reference, but for one module.

    Attributes:
        name: unique in the bank, a few words with underscores.
        task: the task whose module is changed, and which is graded.
        source: the module's whole source; None to take the reference's, changed by `replace`.
        replace: pairs (old, new) applied to the reference's source; each old text must occur exactly once.
        check: of a wrong case, the check that must fail (without `test_`); empty for a right one.
        says: of a wrong case, a phrase that message or hint of that check must hold.
        also: further checks that may fail for the same slip.
        status: the task's status that is expected, where it is not passed or failed.
        files: further files of the submission, by name.
    """

    name: str
    task: str
    source: str | bytes | None = None
    replace: tuple[tuple[str, str], ...] = ()
    check: str = ""
    says: str = ""
    also: tuple[str, ...] = ()
    status: str = ""
    files: Mapping[str, str | bytes] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        """Write the submission into `folder` and return it."""
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(SOLUTIONS.glob("*.py")):
            (folder / path.name).write_bytes(path.read_bytes())
        module = folder / f"{self.task}.py"
        module.write_bytes(_bytes(self._changed(module.read_text(encoding="utf-8"))))
        for name, content in self.files.items():
            (folder / name).write_bytes(_bytes(content))
        return folder

    def _changed(self, reference: str) -> str | bytes:
        if self.source is not None:
            return self.source
        for old, new in self.replace:
            if reference.count(old) != 1:
                raise ValueError(f"case {self.name}: {old!r} occurs {reference.count(old)} times in {self.task}.py")
            reference = reference.replace(old, new)
        return reference


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode()
