"""How well the checks judge: every small change of the reference must cost points. `tox -e mutation`.

cosmic-ray makes the mutants of `solutions/`; each is graded by `pytest grader`, in this process and with servers that
all share, so that TensorFlow is imported once. Prints killed / all and every survivor that is not known to compute the
same as the reference; exits with 1 where there is one.
"""

import argparse
import difflib
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cosmic_ray.plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from grader.course.tasks import TASKS, Task, task_named
from grader.plugin import grade
from grader.results import Status
from grader.sandbox.host import Sandbox
from tests.bank.cases import SOLUTIONS

PREDICT = "activations = build_activation_model(model).predict(images, verbose={})"
REMAINDER = 'logs["epoch_seconds"] = time.perf_counter() % self._began'

EQUIVALENT: dict[tuple[str, str], str] = {
    ("cnn", "if not 1 <= conv_layers <= 4:"): "a fourth block does not fit a 1x1 image: Keras raises ValueError itself",
    ("activation_extraction", "return dict(zip(names, activations, strict=False))"): "both have one entry a layer",
    ("activation_extraction", PREDICT.format(" 1")): "a progress bar is printed; the result is the same",
    ("activation_extraction", PREDICT.format(" -1")): "a progress bar is printed; the result is the same",
    ("training", REMAINDER): "the clock counts from the start of the machine: no epoch lasts as long as it has run",
}
"""Changed lines, by task and new line, that compute the same as the reference, with the reason."""


@dataclass(frozen=True)
class Mutant:
    """The reference of one task with one small change."""

    task: Task
    operator: str
    source: str
    change: tuple[str, ...]

    @property
    def reason(self) -> str:
        """Why it computes the same as the reference; empty where it does not."""
        added = [line[1:].strip() for line in self.change if line.startswith("+")]
        return next((reason for line in added if (reason := EQUIVALENT.get((self.task.name, line)))), "")


def mutants(task: Task) -> Iterator[Mutant]:
    """Every mutant of one module that differs from all others."""
    reference = (SOLUTIONS / task.file_name).read_text(encoding="utf-8")
    seen = {reference}
    for name in cosmic_ray.plugins.operator_names():
        kind = cosmic_ray.plugins.get_operator(name)
        if kind.arguments():
            continue  # needs to be told which names to replace
        operator = kind()
        count = sum(1 for node in ast_nodes(get_ast(reference)) for _ in operator.mutation_positions(node))
        for occurrence in range(count):
            source = mutate_code(reference, operator, occurrence)
            if source is not None and source not in seen:
                seen.add(source)
                yield Mutant(task, name.removeprefix("core/"), source, changed(reference, source))


def changed(before: str, after: str) -> tuple[str, ...]:
    """The lines that differ."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return tuple(line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---"))


def survives(mutant: Mutant, folder: Path, sandbox: Sandbox) -> bool:
    """Whether the mutant gets full marks in its task."""
    shutil.copytree(SOLUTIONS, folder, dirs_exist_ok=True)
    (folder / mutant.task.file_name).write_text(mutant.source, encoding="utf-8")
    results = grade(folder, [mutant.task.name], sandbox=sandbox)
    result = next(result for result in results.tasks if result.name == mutant.task.name)
    if result.status is Status.ERROR:
        raise RuntimeError(f"a fault of the grader: {result.failures[0].message}")
    return result.score == result.points


def main() -> int:
    """Grade every mutant, print the score and the survivors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", nargs="*", help="names of tasks (default: all)")
    tasks = [task_named(name) for name in parser.parse_args().tasks] or list(TASKS)
    begun, sandbox = time.monotonic(), Sandbox()
    scratch = Path(tempfile.mkdtemp(prefix="mutation-"))
    killed = equivalent = 0
    survivors: list[Mutant] = []
    try:
        for task in tasks:
            for mutant in mutants(task):
                if not survives(mutant, scratch / "submission", sandbox):
                    killed += 1
                elif mutant.reason:
                    equivalent += 1
                else:
                    survivors.append(mutant)
                    print(f"survived: {task.name}, {mutant.operator}", *mutant.change, sep="\n    ", flush=True)
    finally:
        sandbox.close()
        shutil.rmtree(scratch, ignore_errors=True)
    total = killed + len(survivors)
    print(f"killed {killed} of {total} ({100 * killed / total:.1f} %); {equivalent} more compute the same")
    print(f"{time.monotonic() - begun:.0f} seconds, {(time.monotonic() - begun) / (total + equivalent):.2f} for each")
    return 1 if survivors else 0


if __name__ == "__main__":
    raise SystemExit(main())
