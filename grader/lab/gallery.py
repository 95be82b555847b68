"""`python -m grader figures`: train what the figures need, and draw all of them from somebody's code."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from rich.console import Console
from rich.text import Text

from grader.course.dataset import CLASS_NAMES, DataError, Dataset, load_full, load_subset
from grader.course.settings import Profile
from grader.judging.jobs import Job
from grader.judging.trained_model import TrainedModel
from grader.lab import figures, plots
from grader.lab.experiments import DATA, IMAGES, job, long_job
from grader.lab.explore import GOES_ON, INTERRUPTED, CodeOf
from grader.lab.models import Array, Code, LabError, Recipe, Reference, cnn
from grader.lab.prediction import predict
from grader.lab.training import Trainer
from grader.sandbox.host import Sandbox, SandboxError

BOOT, SNEAKER = CLASS_NAMES.index("Ankle boot"), CLASS_NAMES.index("Sneaker")

LOADERS: dict[str, Callable[[], Dataset]] = {"subset": load_subset, "full": load_full}


@dataclass
class Scene:
    """What the figures are drawn from; each part is made when the first figure asks for it.

    Attributes:
        code: whose code is drawn.
        profile: how much is trained.
        dataset: the images.
        sandbox: where models predict.
        trainer: what trains them.
    """

    code: Code
    profile: Profile
    dataset: Dataset
    sandbox: Sandbox
    trainer: Trainer

    @cached_property
    def images(self) -> Array:
        """All test images in 0 to 1, `(n, 28, 28)`."""
        return Reference().scaled(self.dataset.test_images)

    @cached_property
    def cnn_job(self) -> Job:
        """The training of the default CNN."""
        return job(self.code.recipe(cnn()), self.profile)

    @cached_property
    def cnn_model(self) -> TrainedModel:
        """The default CNN, trained."""
        return self.trainer.train_model(cnn().called, self.cnn_job)

    @cached_property
    def probabilities(self) -> Array:
        """What it makes of all test images, `(n, 10)`."""
        return predict(self.sandbox, self._cnn, self.cnn_model.weights, self.images)

    @property
    def _cnn(self) -> Recipe:
        return Recipe(self.cnn_job.architecture, self.cnn_job.optimizer)

    def first(self, label: int, count: int = 1) -> list[int]:
        """Where the first test images with this label are."""
        return [int(place) for place in np.flatnonzero(self.dataset.test_labels == label)[:count]]

    def samples(self) -> Figure:
        """One training image of each class."""
        labels = self.dataset.train_labels
        places = [int(np.flatnonzero(labels == label)[0]) for label in range(len(CLASS_NAMES))]
        return figures.sample_images(self.dataset.train_images[places], self.code.names(labels[places]))

    def training_curve(self) -> Figure:
        """Training and test accuracy of the dense model."""
        (trained,) = self.trainer.train([("Dense 128", long_job(self.code, self.profile))])
        title = f"The dense model learns, epoch by epoch ({IMAGES[self.profile]} images)"
        return plots.curves(title, trained.train_accuracy, trained.validation_accuracy)

    def ankle_boot(self) -> Figure:
        """An ankle boot and its ten probabilities."""
        (place,) = self.first(BOOT)
        image = self.code.scaled(self.dataset.test_images[[place]])
        (probabilities,) = predict(self.sandbox, self._cnn, self.cnn_model.weights, image)
        return figures.class_probabilities(image[0], probabilities, CLASS_NAMES, BOOT)

    def convolution(self) -> Figure:
        """A hand-written kernel on that ankle boot."""
        (place,) = self.first(BOOT)
        return figures.convolution_step_by_step(self.images[place])

    def activations(self) -> Figure:
        """Two ankle boots and a sneaker through every layer."""
        places = [*self.first(BOOT, 2), *self.first(SNEAKER)]
        images = self.images[places]
        layers = self.code.activations(self._cnn, self.cnn_model.weights, images[..., None])
        names = [CLASS_NAMES[self.dataset.test_labels[place]] for place in places]
        return figures.activations(images, names, layers, figures.liveliest_filter(layers))

    def confusion(self) -> Figure:
        """What the CNN takes for what."""
        predicted = np.argmax(self.probabilities, axis=1)
        return figures.confusion_matrix(self.dataset.test_labels, predicted, CLASS_NAMES)

    def mistakes(self) -> Figure:
        """Where it is sure and wrong."""
        labels = self.dataset.test_labels
        return figures.surest_mistakes(self.images, labels, self.probabilities, CLASS_NAMES)


GALLERY: dict[str, Callable[[Scene], Figure]] = {
    "samples": Scene.samples,
    "training-curve": Scene.training_curve,
    "ankle-boot": Scene.ankle_boot,
    "convolution": Scene.convolution,
    "activations": Scene.activations,
    "confusion": Scene.confusion,
    "mistakes": Scene.mistakes,
}
"""Each figure by the name of its file, in the order of the unit."""


def main(code_of: CodeOf, out: Path, profile: Profile, store: Path | None = None) -> int:
    """Draw all figures that can be drawn, and say of the others what is missing.

    Args:
        code_of: whose code is drawn.
        out: the folder for the PNG files.
        profile: how much is trained.
        store: where trained results are kept, if not in the usual place.

    Returns:
        The exit status: 0 where all were drawn, 1 where some were not, 130 when interrupted.
    """
    console = Console(highlight=False, emoji=False, markup=False)
    sandbox = Sandbox()
    try:
        out.mkdir(parents=True, exist_ok=True)
        dataset = LOADERS[DATA[profile]]()
        with Trainer(sandbox, store, console) as trainer:
            scene = Scene(code_of(sandbox), profile, dataset, sandbox, trainer)
            missing = draw(scene, out, console)
            for problem in trainer.problems:
                console.print(Text(problem), soft_wrap=True)
    except (LabError, DataError, SandboxError) as error:
        console.print(Text(f"{str(error).rstrip('.')}."), soft_wrap=True)
        return 1
    except OSError as error:
        console.print(Text(f"{error.filename or out} cannot be written: {error.strerror}."), soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print(GOES_ON, soft_wrap=True)
        return INTERRUPTED
    finally:
        sandbox.close()
    return 1 if missing else 0


def draw(scene: Scene, out: Path, console: Console) -> list[str]:
    """Draw what can be drawn into `out`; the sentences that say why the others cannot, each said once.

    Raises:
        OSError: a file cannot be written.
    """
    missing: list[str] = []
    for name, make in GALLERY.items():
        try:
            figure = make(scene)
        except LabError as error:
            sentence = str(error)
            again = " (said above)" if sentence in missing else f": {sentence}"
            console.print(Text(f"Not drawn: {name}{again}"), soft_wrap=True)
            missing.append(sentence)
        else:
            figure.savefig(out / f"{name}.png")
            console.print(Text(f"Written: {out / name}.png"), soft_wrap=True)
    return missing
