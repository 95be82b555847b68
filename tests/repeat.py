"""Whether anything in a verdict is a matter of chance: right submissions, graded again and again. `tox -e repeat`.

The reference is graded 50 times and every right case of the bank 3 times, in a shuffled order and with the checks of
each task shuffled, by more processes than there are cores. Every time must give full marks and, but for times, the same
results as the first; what does not is printed, and the exit status is 1.
"""

import argparse
import hashlib
import os
import random
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from grader import plugin
from grader.sandbox.host import Sandbox
from tests.bank import (
    right_activation_extraction,
    right_convolution,
    right_models,
    right_preprocessing,
    right_threshold_callback,
    right_training,
)
from tests.bank.cases import SOLUTIONS, Case

RIGHT: tuple[Case, ...] = (
    *right_preprocessing.CASES,
    *right_models.CASES,
    *right_threshold_callback.CASES,
    *right_activation_extraction.CASES,
    *right_training.CASES,
    *right_convolution.CASES,
)

REFERENCE = "the reference"


@dataclass(frozen=True)
class Graded:
    """What came of one grading.

    Attributes:
        name: the case.
        full: whether it got full marks.
        digest: of everything in the results but times, the same for the same results.
        failures: the messages of the checks that failed.
    """

    name: str
    full: bool
    digest: str
    failures: tuple[str, ...]


class Worker:
    """One process's servers, started once."""

    sandbox: Sandbox | None = None


def begin() -> None:
    """Prepare a worker."""
    Worker.sandbox = Sandbox()


def graded(name: str, seed: int) -> Graded:
    """Grade one case, its checks in an order drawn from `seed`."""
    chance = random.Random(seed)

    def shuffled(item: Any) -> tuple[bool, float]:
        return "accuracy" in item.name, chance.random()  # what waits for a training stays last

    plugin._place = shuffled  # type: ignore[assignment]
    with tempfile.TemporaryDirectory(prefix="repeat-") as scratch:
        case = next((case for case in RIGHT if case.name == name), None)
        folder = case.write(Path(scratch) / "submission") if case else SOLUTIONS
        results = plugin.grade(folder, [case.task] if case else [], sandbox=Worker.sandbox)
    tasks = [task for task in results.tasks if case is None or task.name == case.task]
    failures = tuple(f"{record.name}: {record.message}" for task in tasks for record in task.failures)
    text = replace(results, seconds=0.0).to_json()
    return Graded(name, not failures, hashlib.sha256(text.encode()).hexdigest(), failures)


def main() -> int:
    """Grade all, print what differs and the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", type=int, default=50, metavar="N", help="times the reference (default: 50)")
    parser.add_argument("--cases", type=int, default=3, metavar="N", help="times each right case (default: 3)")
    options = parser.parse_args()
    names = [REFERENCE] * options.reference + [case.name for case in RIGHT] * options.cases
    random.Random(1).shuffle(names)
    workers, begun = (os.cpu_count() or 1) + 1, time.monotonic()
    first: dict[str, Graded] = {}
    failed = different = 0
    with ProcessPoolExecutor(workers, initializer=begin) as pool:
        for result in pool.map(graded, names, range(len(names))):
            if not result.full:
                failed += 1
                print(f"{result.name} failed", *result.failures, sep="\n    ", flush=True)
            elif first.setdefault(result.name, result).digest != result.digest:
                different += 1
                print(f"{result.name} gave other results than before", flush=True)
    print(
        f"{options.reference} times the reference and {options.cases} times each of {len(RIGHT)} right cases by "
        f"{workers} processes: {failed} failed, {different} differed; {time.monotonic() - begun:.0f} seconds"
    )
    return 1 if failed or different else 0


if __name__ == "__main__":
    raise SystemExit(main())
