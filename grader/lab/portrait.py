"""A submission's own pictures for its report: how its dense model learned, what its CNN sees and what it confuses."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from grader.course.dataset import CLASS_NAMES
from grader.course.settings import DENSE_TRAINING, TRAINING_SEED
from grader.judging.calibration import band
from grader.judging.jobs import Job
from grader.lab import plots
from grader.lab.gallery import Scene
from grader.lab.models import LabError, dense_model

DENSE = "dense, 128 units"
"""What the calibration calls the reference."""


@dataclass(frozen=True)
class Picture:
    """A picture of a report.

    Attributes:
        task: the task it belongs to.
        text: what it shows, for who cannot see it.
        png: the file.
    """

    task: str
    text: str
    png: bytes


def portrait(scene: Scene) -> list[Picture]:
    """Every picture for which the submission is right enough."""
    found = []
    for draw in PICTURES:
        try:
            task, text, figure = draw(scene)
        except LabError:
            continue  # what is missing, the report says in its checks
        file = io.BytesIO()
        figure.savefig(file, format="png", metadata={"Software": None})
        found.append(Picture(task, text, file.getvalue()))
    return found


Drawn = tuple[str, str, Figure]


def learning(scene: Scene) -> Drawn:
    """The training of the dense model, as the accuracy check trained it, in the band of the reference."""
    recipe, training = scene.code.recipe(dense_model()), DENSE_TRAINING[scene.profile]
    job = Job(recipe.architecture, recipe.optimizer, training.epochs, TRAINING_SEED, training.data)
    (trained,) = scene.trainer.train([(dense_model().called, job)])
    figure = plots.banded(
        "Your dense model learns", trained.train_accuracy, band(DENSE, scene.profile), trained.accuracy
    )
    reached = ", ".join(f"{accuracy:.1%}" for accuracy in trained.train_accuracy)
    text = f"Training accuracy epoch by epoch: {reached}. Test accuracy at the end: {trained.accuracy:.1%}."
    return "dense_model", text, figure


def confusion(scene: Scene) -> Drawn:
    """What the CNN takes for what."""
    labels, predicted = scene.dataset.test_labels, np.argmax(scene.probabilities, axis=1)
    counts = np.zeros((len(CLASS_NAMES), len(CLASS_NAMES)), dtype=np.int64)
    np.add.at(counts, (labels, predicted), 1)
    np.fill_diagonal(counts, 0)
    true, taken = np.unravel_index(int(np.argmax(counts)), counts.shape)
    text = (
        f"Your CNN names {np.mean(labels == predicted):.1%} of the test images rightly. Its most frequent mistake: "
        f"{counts[true, taken]} times it took {CLASS_NAMES[true]} for {CLASS_NAMES[taken]}."
    )
    return "cnn", text, scene.confusion()


def activations(scene: Scene) -> Drawn:
    """Three shoes through every layer of the CNN, extracted by the submission's own code."""
    text = "What each convolution and pooling layer of your CNN makes of two ankle boots and a sneaker."
    return "activation_extraction", text, scene.activations()


PICTURES: Sequence[Callable[[Scene], Drawn]] = (learning, confusion, activations)
"""In the order of the tasks."""
