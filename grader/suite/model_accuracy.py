"""The accuracy of a student's model, trained afresh by the grader, for the checks of `dense_model` and `cnn`."""

from collections.abc import Callable
from dataclasses import replace
from math import sqrt

import numpy as np

from grader.course.settings import TRAINING_SEED, Training
from grader.judging.architecture import ZEROS, Architecture, Conv2D, Dense, Initializer, Layer
from grader.judging.diagnosis import Array
from grader.judging.jobs import Job
from grader.judging.model_diagnosis import not_compiled
from grader.judging.model_report import measured_initializer
from grader.judging.recipe import Adam, adam_from_config, plain_initializer
from grader.judging.trainings import RefusedTraining
from grader.judging.verdict import Failed, clean
from grader.suite.built_models import BuiltModel, expect_as_many, has_structure
from grader.suite.model_training import expect_adam, expect_learning, expect_loss, expect_same_step
from grader.suite.run import Run
from grader.suite.session import TaskSession

WAITS = "The accuracy is measured when structure, loss and optimizer are right"
"""How a message begins where the accuracy is not measured; what has to be mended follows."""


def prepare_accuracy(
    task: TaskSession, run: Run, model: BuiltModel, expected: Architecture, training: Training
) -> None:
    """Begin to train the model in the background, if it is right; never fails."""
    run.prepare(task.task, lambda: job_of(task, model, expected, training))


def expect_accuracy(
    task: TaskSession, run: Run, model: Callable[[], BuiltModel], expected: Architecture, training: Training
) -> None:
    """The accuracy that the architecture reaches when the grader trains it afresh; `model` is asked for if needed.

    Raises:
        Failed: something else has to be mended first, or it stays below the floor.
    """
    job = run.prepared(task.task, lambda: job_of(task, model(), expected, training))
    try:
        trained = run.train(job, f"Training the {task.task.name} model")
    except RefusedTraining as refusal:
        message = f"Keras refuses to train {model().called} anew with its settings: {clean(str(refusal), 200)}"
        raise Failed(message, "Leave the optimizer and the initializers as Keras makes them.") from None
    if not trained.accuracy >= training.floor:
        raise Failed(
            f"Trained for {training.epochs} epochs, {model().called} reaches a test accuracy of "
            f"{100 * trained.accuracy:.1f}%; at least {100 * training.floor:.0f}% was expected.",
            _accuracy_hint(job.optimizer),
        )


def job_of(task: TaskSession, model: BuiltModel, expected: Architecture, training: Training) -> Job:
    """The training that measures the model's accuracy.

    Raises:
        Failed: structure, loss, optimizer or learning are not right yet; such a model is not trained.
    """
    if not has_structure(model, expected):
        raise Failed(f"{WAITS}: the structure is not yet.", "Mend what the checks above say first.")
    if any(entry.extras or not entry.trainable for entry in model.report.layers):
        raise Failed(f"{WAITS}: a layer trains in another way.", "Mend what the checks above say first.")
    try:
        for check in (expect_adam, expect_loss, expect_learning, expect_same_step):
            check(task, model)
        expect_as_many(model)
    except Failed as failure:
        raise Failed(f"{WAITS}. {failure.message}", "Mend what the checks above say first.") from None
    compiled = model.report.compiled
    if compiled is None:
        raise not_compiled(model.called)
    architecture = without_private_initializers(model)
    return Job(architecture, adam_from_config(compiled.settings), training.epochs, TRAINING_SEED, training.data)


def _accuracy_hint(adam: Adam) -> str:
    """What helps where a right model learns too little: settings of the optimizer that are far off."""
    rate, plain = adam.learning_rate, Adam()
    for name in ("epsilon", "beta_1", "beta_2", "clipnorm", "clipvalue", "global_clipnorm"):
        found, usual = getattr(adam, name), getattr(plain, name)
        if found != usual:
            return f"Adam's {name} is {found}; by default it is {usual}: leave it out."
    if isinstance(rate, float) and rate < 0:
        return f"A learning rate of {rate:g} is below 0: the model learns to be wrong. 0.001 is a good start."
    if not isinstance(rate, float):
        return "Is the learning rate, over all those steps, near 0.001? That is a good start."
    if isinstance(rate, float) and rate > 0.01:
        return f"A learning rate of {rate:g} is too high for Adam: 0.001, its default, is a good start."
    if isinstance(rate, float) and rate < 0.0001:
        return f"A learning rate of {rate:g} is too low to learn in so few epochs: 0.001 is a good start."
    return "Is the initialisation far from Keras's default?"


def without_private_initializers(model: BuiltModel) -> Architecture:
    """The raw architecture for the trainer: an initializer of the student's own is replaced by its measured spread."""
    layers: list[Layer] = []
    place = 0
    for entry in model.report.layers:
        layer, weights = entry.layer, model.weights[place : place + len(entry.weights)]
        if isinstance(layer, Dense | Conv2D):
            kernel = _trainable_initializer(layer.kernel_initializer, weights[0])
            bias = _trainable_initializer(layer.bias_initializer, weights[1]) if layer.use_bias else ZEROS
            layer = replace(layer, kernel_initializer=kernel, bias_initializer=bias)
        layers.append(layer)
        place += len(entry.weights)
    return Architecture(model.report.raw.input_shape, tuple(layers))


def _trainable_initializer(initializer: Initializer, weights: Array) -> Initializer:
    if not _may_have_given(initializer, weights):
        return measured_initializer(weights)
    try:
        return plain_initializer(initializer.kind, dict(initializer.settings))
    except ValueError:
        return measured_initializer(weights)


def _may_have_given(initializer: Initializer, weights: Array) -> bool:
    """Whether weights may come from the initializer that a layer names, where that is one of Keras's defaults.

    Glorot's uniform distribution ends at sqrt(6 / (inputs + outputs)): https://keras.io/api/layers/initializers.
    """
    if initializer.kind == "Zeros":
        return not np.any(weights)
    if initializer.kind == "GlorotUniform" and weights.ndim > 1:
        limit = sqrt(6 / (weights.size / weights.shape[-1] + weights.size / weights.shape[-2]))
        return bool(np.max(np.abs(weights), initial=0) <= 1.0001 * limit)
    return True
