"""A student's code for the lab: asked through a guest as in grading, so that the lab looks at what is graded.

Models cross as architectures, and only those that are right are trained. Everything else that student code answers is
checked for what it should be before it is drawn.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from rich.console import Console

from grader.course.dataset import CLASS_NAMES, DataError
from grader.course.settings import CNN_TRAINING, DENSE_TRAINING, Profile
from grader.course.tasks import TASKS, task_named
from grader.judging.architecture import expected_cnn, expected_dense
from grader.judging.recipe import adam_from_config
from grader.judging.verdict import Failed, Missing, NotStarted, Verdict, clean
from grader.lab.experiments import DATA
from grader.lab.gallery import LOADERS, Scene
from grader.lab.models import Array, Code, LabError, Recipe, Reference, Wanted, layer_names
from grader.lab.portrait import Picture, portrait
from grader.lab.training import Trainer
from grader.sandbox.host import Sandbox, SandboxError
from grader.sandbox.submission import Submission, SubmissionError, read_submission
from grader.suite.built_models import has_structure, obtain
from grader.suite.model_accuracy import WAITS, job_of, without_private_initializers
from grader.suite.session import TaskSession

SHAPES_PER_MODEL = 20
"""Layers of a model that is looked into; three blocks have six."""

Obtained = TypeVar("Obtained")

DEFAULTS = {
    "dense_model": (expected_dense(128), DENSE_TRAINING[Profile.QUICK]),
    "cnn": (expected_cnn(64, 2), CNN_TRAINING[Profile.QUICK]),
}
"""What each builder builds without arguments, and a training of it, which is asked for but never done."""


def code_of(submission: Path | None, sandbox: Sandbox) -> Code:
    """The code of a submission; the reference where there is none.

    Raises:
        LabError: the submission cannot be read.
    """
    if submission is None:
        return Reference()
    try:
        return StudentCode(read_submission(submission, [task.file_name for task in TASKS]), sandbox)
    except SubmissionError as error:
        raise LabError(f"{clean(str(error), 400)}.") from None


def pictures_of(submission: Submission, profile: Profile, sandbox: Sandbox, store: Path | None) -> list[Picture]:
    """The figures for a submission's report, as far as it is right; none where the data or the sandbox fails."""
    quiet = Console(file=io.StringIO())
    try:
        with Trainer(sandbox, store, quiet) as trainer, closing(StudentCode(submission, sandbox)) as code:
            return portrait(Scene(code, profile, LOADERS[DATA[profile]](), sandbox, trainer))
    except (DataError, SandboxError):
        return []


class StudentCode:
    """The code of one submission, each task in a guest of its own."""

    def __init__(self, submission: Submission, sandbox: Sandbox) -> None:
        self._submission = submission
        self._sandbox = sandbox
        self._sessions: dict[str, TaskSession] = {}

    def recipe(self, wanted: Wanted) -> Recipe:
        """What the student's builder builds, if it is what the task asks for."""
        return self._asked(wanted.task, lambda task: _recipe(task, wanted))

    def names(self, labels: Array) -> list[str]:
        """What `label_names` says."""
        return self._asked("preprocessing", lambda task: _names(task, labels))

    def scaled(self, images: Array) -> Array:
        """What `normalize_images` gives."""
        return self._asked("preprocessing", lambda task: _scaled(task, images))

    def activations(self, recipe: Recipe, weights: tuple[Array, ...], images: Array) -> dict[str, Array]:
        """What `extract_activations` gives for a model of the recipe with these weights."""
        return self._asked("activation_extraction", lambda task: _activations(task, recipe, weights, images))

    def _asked(self, name: str, question: Callable[[TaskSession], Obtained]) -> Obtained:
        """The answer to a question.

        Raises:
            LabError: what is wrong with the student's code, and which command says more.
        """
        task = task_named(name)
        if name not in self._sessions:
            self.close()  # one guest at a time: each holds memory
            self._sessions = {name: TaskSession(task, self._submission, self._start)}
        try:
            return question(self._sessions[name])
        except NotStarted:
            raise LabError(
                f"{task.file_name} of {self._submission.name} is not written yet, and the lab needs it. {task.hint}"
            ) from None
        except Missing as verdict:
            raise LabError(" ".join(verdict.message.split())) from None
        except Verdict as verdict:
            first = verdict.message.split("\n", 1)[0].rstrip(".")
            raise LabError(
                f"{task.file_name} of {self._submission.name} is not right yet: {first}. "
                f"`pytest grader --task {name}` says more."
            ) from None

    def close(self) -> None:
        """End the guest that was asked last."""
        for session in self._sessions.values():
            session.close()

    def _start(self, sources: Mapping[str, bytes], seed: int, tensorflow: bool, without: Sequence[str]) -> Any:
        return self._sandbox.guest(sources, seed, tensorflow, without)


def _recipe(task: TaskSession, wanted: Wanted) -> Recipe:
    """The recipe of a model, and for other arguments than the defaults its structure with the default's optimizer.

    Raises:
        Verdict: the builder is not right.
    """
    expected, training = DEFAULTS[wanted.task]
    default = obtain(task, wanted.function, expected)
    if not has_structure(default, expected):
        raise Failed(f"{default.called} has not the layers that the task asks for.")
    try:
        job = job_of(task, default, expected, training)
    except Failed as failure:
        raise Failed(failure.message.removeprefix(f"{WAITS}. ")) from None
    if not wanted.arguments:
        return Recipe(job.architecture, job.optimizer)
    model = obtain(task, wanted.function, wanted.expected, **dict(wanted.arguments))
    if not has_structure(model, wanted.expected):
        raise Failed(f"{model.called} has not the layers that the task asks for.")
    compiled = model.report.compiled
    optimizer = job.optimizer if compiled is None else adam_from_config(compiled.settings)
    return Recipe(without_private_initializers(model), optimizer)


def _names(task: TaskSession, labels: Array) -> list[str]:
    shown = f"label_names of {len(labels)} labels"
    result = task.call("label_names", labels.astype(np.int64), shown=shown).result
    items = result.get("items", []) if result["kind"] == "list" else []
    names = [clean(item["value"], 40) for item in items if item["kind"] == "text"]
    if len(names) != len(labels) or names != [CLASS_NAMES[label] for label in labels]:
        raise Failed(f"{shown} did not give their class names.")
    return names


def _scaled(task: TaskSession, images: Array) -> Array:
    shown = f"normalize_images(images of shape {images.shape})"
    array = task.call("normalize_images", images, shown=shown).result.get("array")
    if array is None or array.shape != images.shape or not np.allclose(array, images / 255, atol=1e-6):
        raise Failed(f"{shown} did not give pixels from 0 to 1.")
    scaled: Array = array
    return scaled


def _activations(task: TaskSession, recipe: Recipe, weights: tuple[Array, ...], images: Array) -> dict[str, Array]:
    names = layer_names(recipe.architecture)
    building = "Building the trained model"
    handle = task.value(
        "reference",
        building,
        architecture=recipe.architecture.to_json(),
        names=names,
        kind="functional",
    )
    task.value("set_weights", building, handle=handle, weights=list(weights))
    shown = f"extract_activations(model, images of shape {images.shape})"
    result = task.call("extract_activations", {"object": int(handle)}, images, shown=shown).result
    expected = Reference().activations(recipe, weights, images)
    pairs = result.get("items", []) if result["kind"] == "dict" else []
    found = {clean(str(key.get("value")), 40): value.get("array") for key, value in pairs[:SHAPES_PER_MODEL]}
    if len(found) != len(expected):
        raise Failed(f"{shown} gave {len(found)} arrays by name; {len(expected)} expected.")
    for (name, array), right in zip(found.items(), expected.values(), strict=True):
        if array is None or array.shape != right.shape or array.dtype.kind != "f":
            raise Failed(f"{shown} gave for {name} no float array of shape {right.shape}.")
    return {name: array for name, array in found.items() if array is not None}
