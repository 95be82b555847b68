"""A class to test with: submissions put together from the bank in a realistic mix, with the points that each must get.

Of a hundred, sixty are right in various writing, twenty-five have one to three mistakes, ten are half done and five
broken or hostile. Every module that was begun has comments of its student's own, so that no two submissions are equal
byte by byte. The same seed makes the same class.

    python -m tests.classroom 1000 /tmp/class
"""

import argparse
import json
import random
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grader.course.settings import REPOSITORY
from grader.course.tasks import TASKS, task_named
from grader.sandbox.submission import Submission
from tests.bank.cases import SOLUTIONS, Case
from tests.bank.golden import VAGUE, WRONG, rows
from tests.repeat import RIGHT

MIX = (("right", 60), ("mistakes", 25), ("half done", 10), ("broken", 5))

BROKEN: tuple[tuple[str, str, int], ...] = (
    ("preprocessing", "def normalize_images(images:\n    return images\n", 0),
    ("preprocessing", "import os\nos._exit(0)\n", 0),
    ("dense_model", "raise SystemExit('100 points')\n", 0),
    ("dense_model", "import numpy_of_nobody\n", 0),
    ("cnn", "def build_cnn(filters=64, conv_layers=2):\n    import os, signal\n    os.kill(os.getpid(), 9)\n", 0),
    ("threshold_callback", "class AccuracyThresholdCallback:\n    pass\n", 0),
    ("activation_extraction", "from .cnn import build_cnn\n", 0),
    ("convolution", "print('\\x1b[2J' * 1000)\n1/0\n", 0),
    ("training", "\x00", 0),
    ("cnn", "=cmd|' /C calc'!A0\n", 0),
)
"""Modules that are no solutions, and the points of their task; none waits for a deadline."""

NAMES = ("Zoë", "=SUM(A1)", "O'Brien", "李雷", "müller", "&lt;Bo", "anna maria", "Ødegård", "d.smith", "x_y")


@dataclass(frozen=True)
class Module:
    """A module of the bank: its source, and the points that its task gets."""

    source: bytes
    points: int


@dataclass(frozen=True)
class Made:
    """A submission that was made.

    Attributes:
        name: of its folder.
        kind: of the mix.
        score: the points of the core tasks.
        bonus: those of the bonus tasks.
    """

    name: str
    kind: str
    score: int
    bonus: int


@cache
def right_modules() -> dict[str, list[Module]]:
    """Per task, right modules that need no other, the reference's first."""
    found: dict[str, list[Module]] = {}
    for task in TASKS:
        reference = (SOLUTIONS / task.file_name).read_bytes()
        cases = [case for case in RIGHT if case.task == task.name and not case.files]
        sources = [reference, *(_source(case) for case in cases)]
        found[task.name] = [Module(source, task.points) for source in sources if _alone(task.name, source)]
    return found


@cache
def wrong_modules() -> dict[str, list[Module]]:
    """Per task, modules with one mistake, and what is left of the task's points."""
    found: dict[str, list[Module]] = {task.name: [] for task in TASKS}
    for case in WRONG:
        row = rows().get(case.name)
        source = _source(case)
        if row is None or case.name in VAGUE or case.files or case.status or not _alone(case.task, source):
            continue
        _, _, lost, points, *_ = (cell.strip() for cell in row.strip("| ").split("|"))
        found[case.task].append(Module(source, int(points) - int(lost)))
    return found


def _source(case: Case) -> bytes:
    reference = (SOLUTIONS / f"{case.task}.py").read_text(encoding="utf-8")
    changed = case._changed(reference)
    return changed if isinstance(changed, bytes) else changed.encode()


def _alone(task: str, source: bytes) -> bool:
    """Whether a module needs no other of its submission."""
    known = task_named(task)
    sources = {other.file_name: b"" for other in TASKS} | {known.file_name: source}
    return len(Submission("", Path(), sources, {}).needed(known.file_name, known.stand_ins)) == 1


def make(folder: Path, count: int, seed: int = 1) -> list[Made]:
    """Write a class into `folder`; what each submission must get."""
    chance = random.Random(seed)
    kinds = [kind for kind, share in MIX for _ in range(share)]
    return [_make(folder, number, kinds[number * 37 % 100], chance) for number in range(count)]


def _make(folder: Path, number: int, kind: str, chance: random.Random) -> Made:
    name = f"{NAMES[number % len(NAMES)]}_{number:04}"
    modules = {task.name: chance.choice(right_modules()[task.name]) for task in TASKS}
    if kind == "mistakes":
        for task in chance.sample([task.name for task in TASKS], chance.randint(1, 3)):
            modules[task] = chance.choice(wrong_modules()[task])
    if kind == "half done":
        for task in TASKS[chance.randint(1, 5) :]:
            modules[task.name] = Module((REPOSITORY / "assignments" / task.file_name).read_bytes(), 0)
    if kind == "broken":
        task_name, source, points = chance.choice(BROKEN)
        modules[task_name] = Module(source.encode(), points)
    submission = folder / name.replace("/", "_")
    submission.mkdir(parents=True)
    for task_name, module in modules.items():
        (submission / f"{task_name}.py").write_bytes(_signed(module, number, chance))
    bonus = {task.name for task in TASKS if task.bonus}
    return Made(
        submission.name,
        kind,
        sum(module.points for task_name, module in modules.items() if task_name not in bonus),
        sum(module.points for task_name, module in modules.items() if task_name in bonus),
    )


def _signed(module: Module, number: int, chance: random.Random) -> bytes:
    """The module with its student's comments: at the end, and at the beginning where it has none that counts there."""
    if module.source in stubs():
        return module.source
    head = f"# {NAMES[number % len(NAMES)]}, student {number}\n" * chance.randint(1, 3)
    first = module.source[:1]
    return (head.encode() if first not in (b"#", b"\xef", b"") else b"") + module.source + f"\n# {number}\n".encode()


@cache
def stubs() -> frozenset[bytes]:
    """What is handed out."""
    return frozenset((REPOSITORY / "assignments" / task.file_name).read_bytes() for task in TASKS)


def main() -> int:
    """Make a class, and a list of what each must get beside it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    made = make(options.folder, options.count, options.seed)
    expected = {one.name: [one.score, one.bonus, one.kind] for one in made}
    options.folder.with_suffix(".json").write_text(json.dumps(expected, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
