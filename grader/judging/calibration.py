"""Where the accuracy floors come from: what right models reach over many seeds, and what common mistakes reach.

`python -m grader calibrate` trains the reference models, freshly initialised each time, and each mistake, one after the
other; every result goes through the store, so that an interrupted run goes on where it was. It writes all accuracies
(`calibration.json`) and the table that they come to (`calibration.md`). The floors chosen stand in
`grader/course/settings.py`.
"""

import hashlib
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any

from grader.course.dataset import DataError, full_digest, load_full, subset_digest
from grader.course.settings import CNN_TRAINING, DENSE_TRAINING, Profile, Training
from grader.judging import trainer
from grader.judging.architecture import ZEROS, Architecture, Conv2D, Dense, Layer, expected_cnn, expected_dense
from grader.judging.floors import CONFIDENCE, NORMAL_QUANTILE, Spread, spread
from grader.judging.jobs import THREADS, Job, Trained, job_key, library_versions, trained_from_json
from grader.judging.recipe import Adam
from grader.judging.store import Store

MISTAKE_SEEDS = 5
"""Seeds for each mistake: enough to see whether it lies near the floor."""

FULL_SHARE = {"dense, 128 units": 3, "CNN, 2 x 64 filters": 6}
"""The full profile is measured with a third and a sixth of the seeds: one of its trainings takes 20 seconds and two
minutes, ten times as long as a quick one."""

JSON_FILE = "calibration.json"
TABLE_FILE = "calibration.md"


class Mistake(StrEnum):
    """A common mistake, as the table names it."""

    NO_RELU = "no ReLU in the hidden layers"
    FAST = "Adam, learning rate 1.0"
    SLOW = "Adam, learning rate 1e-6"
    ZERO = "every weight initialised to zero"
    FROZEN = "all layers but the last frozen"
    ALL_FROZEN = "all layers frozen"
    UNSCALED = "pixels of 0-255, not scaled"
    SGD = "SGD at Keras's default learning rate"


CAUGHT_OTHERWISE = {
    Mistake.NO_RELU: "the comparison of structure",
    Mistake.ZERO: "the comparison of structure",
    Mistake.FROZEN: "the comparison of structure",
    Mistake.ALL_FROZEN: "the comparison of structure",
    Mistake.UNSCALED: "the task `preprocessing` (the grader's own training scales)",
    Mistake.SGD: "the comparison of the optimizer",
}
"""What catches a mistake whatever accuracy it reaches."""

BEYOND_JOBS = (Mistake.FROZEN, Mistake.ALL_FROZEN, Mistake.UNSCALED, Mistake.SGD)
"""Mistakes that no job can describe, because nothing with them is ever trained for a student."""

LEARNING_RATES: dict[Mistake | None, float] = {Mistake.FAST: 1.0, Mistake.SLOW: 1e-6}


@dataclass(frozen=True)
class Subject:
    """What is measured: a reference model at a profile, right or with one mistake, over seeds 0 to `seeds` - 1."""

    model: str
    architecture: Architecture
    profile: Profile
    training: Training
    seeds: int
    mistake: Mistake | None = None

    @property
    def name(self) -> str:
        """For the terminal."""
        return f"{self.model}, {self.profile}" + (f", {self.mistake}" if self.mistake else "")


Measured = list[tuple[Subject, list[Trained]]]


def main(out: Path, seeds: int) -> int:
    """Measure, say how it goes, and write both files into `out`; the exit status."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's notes on the processor, one for each training
    right = references(Profile.QUICK, seeds)
    subjects = right + [
        replace(subject, mistake=mistake, seeds=min(MISTAKE_SEEDS, seeds)) for subject in right for mistake in Mistake
    ]
    try:
        load_full()
    except DataError as error:
        print(f"The full profile is left out: {error}.")
    else:
        full = references(Profile.FULL, seeds)
        subjects += [replace(subject, seeds=max(2, seeds // FULL_SHARE[subject.model])) for subject in full]
    out.mkdir(parents=True, exist_ok=True)
    store = Store()
    measured: Measured = []
    with trainings() as pool:
        for subject in subjects:
            measured.append((subject, [measure(subject, seed, store, pool) for seed in range(subject.seeds)]))
            (out / JSON_FILE).write_text(json.dumps(report(measured), indent=1) + "\n", encoding="utf-8")
            (out / TABLE_FILE).write_text(table(measured), encoding="utf-8")
    for problem in store.problems:
        print(problem)
    print(f"Written: {out / JSON_FILE} and {out / TABLE_FILE}.")
    return 0


def references(profile: Profile, seeds: int) -> list[Subject]:
    """The reference models."""
    return [
        Subject("dense, 128 units", expected_dense(128), profile, DENSE_TRAINING[profile], seeds),
        Subject("CNN, 2 x 64 filters", expected_cnn(64, 2), profile, CNN_TRAINING[profile], seeds),
    ]


def trainings() -> ProcessPoolExecutor:
    """Runs one training at a time, each in a process of its own; on Linux forked after the import."""
    if sys.platform != "linux":  # macOS's own libraries do not survive a fork
        return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["keras", "tensorflow"])
    return ProcessPoolExecutor(1, context, max_tasks_per_child=1)


def measure(subject: Subject, seed: int, store: Store, pool: ProcessPoolExecutor) -> Trained:
    """One training of a subject, from the store or the pool."""
    job = Job(
        mistaken(subject.architecture, subject.mistake),
        Adam(LEARNING_RATES.get(subject.mistake, 0.001)),
        epochs=subject.training.epochs,
        seed=seed,
        data=subject.training.data,
    )
    beyond = subject.mistake if subject.mistake in BEYOND_JOBS else None
    key = job_key(job, library_versions(), full_digest() if job.data == "full" else subset_digest())
    if beyond is not None:
        key = hashlib.sha256(f"{key} {beyond.name}".encode()).hexdigest()
    begun = time.monotonic()
    trained = trained_from_json(store.get_or_train(key, lambda: pool.submit(train, job, beyond).result().to_json()))
    print(f"{subject.name}, seed {seed}: {trained.accuracy:.2%} ({time.monotonic() - begun:.0f} s)", flush=True)
    return trained


def mistaken(architecture: Architecture, mistake: Mistake | None) -> Architecture:
    """The architecture with the mistake, where it is one of architecture."""

    def change(layer: Layer, last: bool) -> Layer:
        if isinstance(layer, Dense | Conv2D) and mistake is Mistake.ZERO:
            return replace(layer, kernel_initializer=ZEROS)
        if isinstance(layer, Dense | Conv2D) and mistake is Mistake.NO_RELU and not last:
            return replace(layer, activation="linear")
        return layer

    last = len(architecture.layers) - 1
    layers = tuple(change(layer, place == last) for place, layer in enumerate(architecture.layers))
    return replace(architecture, layers=layers)


def train(job: Job, mistake: Mistake | None) -> Trained:
    """In a process of its own: train a job as the grader does, with a mistake that no job can describe."""
    dataset = trainer.LOADERS[job.data]()
    trainer.configure(job.seed)
    model, arrays = trainer.build(job), trainer.model_arrays(dataset, job.architecture)
    if mistake is Mistake.SGD:
        trainer.compile_model(model, "sgd")
    if mistake in (Mistake.FROZEN, Mistake.ALL_FROZEN):
        for layer in model.layers if mistake is Mistake.ALL_FROZEN else model.layers[:-1]:
            layer.trainable = False
        trainer.compile_model(model, "adam")
    if mistake is Mistake.UNSCALED:
        arrays = (arrays[0] * 255, arrays[1], arrays[2] * 255, arrays[3])
    return trainer.fit(model, job, arrays, lambda progress: None)


def report(measured: Measured) -> dict[str, Any]:
    """All that was measured, as JSON. Times are left out: the same measurement gives the same file."""
    subjects = [
        {
            "model": subject.model,
            "profile": subject.profile,
            "data": subject.training.data,
            "epochs": subject.training.epochs,
            "mistake": subject.mistake,
            "accuracies": [trained.accuracy for trained in results],
            "losses": [trained.loss for trained in results],
            "training": [list(map(_rounded, epoch)) for epoch in zip(*(t.train_accuracy for t in results), strict=True)]
            if subject.mistake is None
            else [],
        }
        for subject, results in measured
    ]
    digests = {"subset": subset_digest(), "full": full_digest()}
    return {"versions": library_versions(), "threads": THREADS, "data": digests, "subjects": subjects}


def _rounded(accuracy: float) -> float:
    return round(accuracy, 5)


def band(model: str, profile: Profile) -> list[tuple[float, float]]:
    """The lowest and the highest training accuracy that right models reached in each epoch, as measured and committed.

    Args:
        model: as the table names it.
        profile: how much was trained.
    """
    measured = json.loads(files("grader.judging").joinpath("calibration", JSON_FILE).read_text(encoding="utf-8"))
    for subject in measured["subjects"]:
        if (subject["model"], subject["profile"], subject["mistake"]) == (model, profile.value, None):
            return [(min(epoch), max(epoch)) for epoch in subject.get("training", [])]
    return []


def table(measured: Measured) -> str:
    """What was measured, as Markdown: right models with their floors, then what mistakes reach beside them."""
    floors: dict[tuple[str, Profile], Spread] = {}
    right, wrong = [], []
    for subject, results in measured:
        accuracies = [trained.accuracy for trained in results]
        if subject.mistake is None:
            floors[subject.model, subject.profile] = spread(accuracies)
            right.append(_right_row(subject, accuracies, floors[subject.model, subject.profile]))
        else:
            wrong.append(_wrong_row(subject, accuracies, floors[subject.model, subject.profile].floor))
    versions = ", ".join(f"{name} {number}" for name, number in library_versions().items())
    return "\n".join([_RIGHT_HEAD.format(versions=versions), *right, "", _WRONG_HEAD, *wrong, ""])


_RIGHT_HEAD = f"""# Accuracy floors

Written by `python -m grader calibrate`; measured with {{versions}}, {THREADS} threads, batches of 32.

## Right models

Each seed draws its own initial weights and its own order of the images. The floor lies {NORMAL_QUANTILE} standard
deviations below the mean, with the upper {CONFIDENCE:.0%} confidence bound for the standard deviation (chi-square, by
Wilson and Hilferty) and an allowance for the uncertainty of the mean, rounded down to a whole percent. The last column
is the probability that a right model fails at that floor, by the same bound and a normal tail.

| model | profile | images | epochs | seeds | mean | sd | min | max | floor | margin | a right model fails |
|---|---|---|---|---|---|---|---|---|---|---|---|"""

_WRONG_HEAD = """## Mistakes

A floor is there for what no look at the model shows: a learning rate or an initialisation that does not learn. Mistakes
that reach it are caught without it, as the last column says.

| model | profile | mistake | seeds | mean | min | max | floor | caught by |
|---|---|---|---|---|---|---|---|---|"""


def _right_row(subject: Subject, accuracies: Sequence[float], found: Spread) -> str:
    images = "10,000" if subject.training.data == "subset" else "60,000"
    cells = (subject.model, subject.profile, images, subject.training.epochs, len(accuracies))
    figures = f"{found.mean:.2%} | {found.deviation:.2%} | {min(accuracies):.2%} | {max(accuracies):.2%}"
    reason = f"{found.floor:.0%} | {found.margin:.1f} sd | {found.failure:.0e}"
    return f"| {' | '.join(map(str, cells))} | {figures} | {reason} |"


def _wrong_row(subject: Subject, accuracies: Sequence[float], floor: float) -> str:
    ways = ["the floor"] if max(accuracies) < floor else []
    if subject.mistake in CAUGHT_OTHERWISE:
        ways.append(CAUGHT_OTHERWISE[subject.mistake])
    mean = sum(accuracies) / len(accuracies)
    figures = f"{mean:.2%} | {min(accuracies):.2%} | {max(accuracies):.2%} | {floor:.0%}"
    caught = " and ".join(ways) or "nothing"
    return f"| {subject.model} | {subject.profile} | {subject.mistake} | {len(accuracies)} | {figures} | {caught} |"
