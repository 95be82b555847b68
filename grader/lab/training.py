"""Trains what the lab needs: one model at a time, so that seconds can be compared, through the store, with a bar."""

from collections.abc import Sequence
from functools import partial
from math import prod
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from grader.course.dataset import DataError
from grader.judging import oracle
from grader.judging.architecture import Architecture
from grader.judging.jobs import Job, Trained
from grader.judging.store import Store
from grader.judging.trained_model import TrainedModel
from grader.judging.trainings import Trainings
from grader.lab.models import LabError
from grader.sandbox.host import Sandbox, SandboxError

STEP_WORK = 1_000_000
"""What an image costs besides its multiplications, in multiplications: the dense model has 0.1 million of them and
takes a fifth of the time of the CNN, which has 5 million."""


class Trainer:
    """Trains jobs for the lab.

    Attributes:
        console: where the bar is shown.
    """

    def __init__(self, sandbox: Sandbox, store: Path | None, console: Console) -> None:
        self.console = console
        self._store = Store(store)
        self._trainings = Trainings(sandbox, self._store, at_once=1)

    def __enter__(self) -> "Trainer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._trainings.close()

    @property
    def problems(self) -> list[str]:
        """Sentences about what did not work with the store but costs no result."""
        return self._store.problems

    def train(self, named: Sequence[tuple[str, Job]]) -> list[Trained]:
        """What became of each job, in order.

        Raises:
            LabError: the data is not there, or a training could not be done.
        """
        keys = self._begin(named, weights=False)
        return [self._trainings.wait(key, lambda line: None) for key in keys]

    def train_model(self, name: str, job: Job) -> TrainedModel:
        """A trained model with its weights.

        Raises:
            LabError: the data is not there, or the training could not be done.
        """
        (key,) = self._begin([(name, job)], weights=True)
        return self._trainings.wait_for_model(key, lambda line: None)

    def _begin(self, named: Sequence[tuple[str, Job]], weights: bool) -> list[str]:
        """Train what the store does not have, and show how far it is; the keys."""
        try:
            keys = [self._trainings.key(job, weights) for _, job in named]
            missing = {
                key: (name, job)
                for key, (name, job) in zip(keys, named, strict=True)
                if not self._trainings.is_kept(key)
            }
            for _, job in named:
                self._trainings.begin(job, weights)
            if missing:
                self._show(missing)
        except (DataError, SandboxError) as error:
            raise LabError(str(error)) from None
        return keys

    def _show(self, missing: dict[str, tuple[str, Job]]) -> None:
        """Wait for trainings one by one; the bar counts multiplications, so that the time left is about right."""
        columns = (BarColumn(), TaskProgressColumn(), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
        works = {key: work(job) for key, (_, job) in missing.items()}
        with Progress(
            TextColumn("{task.description}"),
            *columns,
            console=self.console,
            speed_estimate_period=60,
            disable=not self.console.is_terminal,
        ) as progress:
            shown = progress.add_task("", total=sum(works.values()))
            before = 0.0
            for number, (key, (name, _)) in enumerate(missing.items(), start=1):
                progress.update(shown, description=f"{number} of {len(missing)}  {name}")
                follow = partial(self._follow, progress, shown, key, before, works[key])
                self._trainings.wait_for_end(key, follow)
                before += works[key]
                progress.update(shown, completed=before)

    def _follow(self, progress: Progress, shown: TaskID, key: str, before: float, size: float, line: str) -> None:
        progress.update(shown, completed=before + size * self._trainings.fraction(key))


def work(job: Job) -> float:
    """Roughly what a training costs, in multiplications."""
    return job.epochs * (STEP_WORK + multiplications(job.architecture)) * (1 if job.data == "subset" else 6)


def multiplications(architecture: Architecture) -> int:
    """Of one image's way forward through the model."""
    total = 0
    shapes = [architecture.input_shape, *architecture.shapes()]
    for layer, before, after in zip(architecture.layers, shapes, shapes[1:], strict=False):
        if before is None or after is None:
            break
        kernel = next(iter(oracle.weight_shapes(layer, before)), None)
        if kernel is not None:
            total += prod(kernel) * prod(after[:-1])
    return total
