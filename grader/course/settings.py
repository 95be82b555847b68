"""Every number of the grader that is not a task's points, each with its reason."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
"""Where the assignment lies: the folder that holds `grader/`, `assignments/` and `data_cache/`."""

IMPORT_SECONDS = 20.0
"""Deadline for importing a module. A TensorFlow import inside a guest, on a slow loaded laptop, takes 9 s."""

CALL_SECONDS = 10.0
"""Deadline for one question. The longest honest one, a training step of a new model, takes below 2 s on one core."""

TASK_SECONDS = 22.0
"""What all questions of one task may take together; all honest ones take below 2 s. Without it, calls that each take a
little less than their deadline could go on for hours; with it, seven such tasks end within 180 s."""

READ_SECONDS = 3.0
"""Deadline for compiling a module without running it: 5 ms for the longest honest one."""

START_SECONDS = 90.0
"""Deadline for the server to have imported TensorFlow: 3 s on an idle machine, 9 s from a cold disk, 30 s with a virus
scanner; without fork every guest pays it."""

TRAINING_SECONDS = 1800.0
"""Deadline for one trusted training: the full profile's CNN takes 2 minutes on 2 cores, 5 on an old laptop."""

MEMORY_BYTES = 3 * 2**30
"""Address space a guest may add to what its server has mapped: TensorFlow imported from nothing and a CNN's training
step map 2.8 GB, most of which is never touched."""

FILE_BYTES = 64 * 2**20
"""The largest file a guest may write: honest student code writes none, a saved model would have 3 MB."""

SCRATCH_BYTES, SCRATCH_FILES = 4 * FILE_BYTES, 1_000
"""What a guest may have written in all: no limit of the system counts several files together, so the host looks."""

WATCH_SECONDS = 0.5
"""How often the host looks: half a second fills a fast disk with 1 GB at most."""

OPEN_FILES = 256
"""Files a guest may hold open; Python and TensorFlow hold about 20."""

OUTPUT_BYTES = 16 * 1024
"""Captured output kept of one question; the callback task prints one line."""

SOURCE_BYTES = 512 * 1024
"""The largest module that is read: the longest honest solution has 5 kB."""

ZIP_BYTES = 64 * 2**20
"""The largest zip that is opened; seven modules need 100 kB, a forgotten model or virtual environment some MB more."""

ZIP_ENTRIES = 20_000
"""Entries a zip may list: a forgotten virtual environment has a few thousand."""

HYPOTHESIS_EXAMPLES = 12
"""Inputs drawn for one property of an array function: each costs below 1 ms, and every mistake in the bank shows
within the first five."""

PREDICTION_TOLERANCE = 1e-4
"""Largest difference between a model's probabilities and the oracle's. float32 rounding through the deepest model
reaches 2e-6; a wrong activation or a lie differs by more than 1e-2."""

ACTIVATION_TOLERANCE = 1e-3
"""Largest difference between an activation and the oracle's, relative to the largest activation of that layer.
float32 rounding reaches 5e-6; the wrong layer or a copied weight differs by more than 1e-1."""


class Profile(StrEnum):
    """How much is trained for the accuracy checks."""

    QUICK = "quick"
    FULL = "full"


@dataclass(frozen=True)
class Training:
    """How a model is trained for its accuracy check.

    Attributes:
        data: `subset` (10,000 training and 2,000 test images) or `full` (60,000 and 10,000).
        epochs: how many times over the training images.
        floor: the test accuracy, 0 to 1, that a right model reaches.
    """

    data: str
    epochs: int
    floor: float


DENSE_TRAINING = {
    Profile.QUICK: Training("subset", 3, 0.75),
    Profile.FULL: Training("full", 5, 0.83),
}
"""Quick: 30 seeds of the reference reach 82.0 % with a standard deviation of 1.0 %, a learning rate of 1.0 reaches
10 %; the floor lies 7 standard deviations below the mean (`judging/calibration/calibration.md`). Full: 10 seeds
reach 87.0 % with 0.4 %; the floor lies 11 below, since 10 seeds say less of the spread."""

CNN_TRAINING = {
    Profile.QUICK: Training("subset", 2, 0.78),
    Profile.FULL: Training("full", 5, 0.87),
}
"""Quick: 30 seeds of the reference reach 83.4 % with a standard deviation of 0.8 %; the floor lies 7 standard
deviations below. Full: 5 seeds reach 90.2 % with 0.2 %; the floor lies 13 below, since 5 seeds say little of the
spread."""

LATE_PERCENT_PER_DAY = 0.0
"""What a report for Gradescope takes off for each day after the due date that has begun; 0: nothing, but it says so."""

TRAINING_SEED = 20261122
"""The seed of every trusted training: equal models give equal results."""

MANY_IMAGES = 330
"""Images of the checks that ask for many: more than the hundreds to which code that was tried out on few may be cut."""
