"""What the checks of `dense_model` and `cnn` share: obtaining a student's model, its training step, its accuracy."""

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from math import prod
from typing import Any

import numpy as np

from grader.course.settings import PREDICTION_TOLERANCE, TRAINING_SEED, Training
from grader.judging import oracle
from grader.judging.architecture import (
    ZEROS,
    Architecture,
    Conv2D,
    Dense,
    Initializer,
    Layer,
    Other,
    canonical,
    without_initializers,
)
from grader.judging.diagnosis import Array
from grader.judging.jobs import Job
from grader.judging.model_diagnosis import (
    LOSS_HINT,
    expect_optimizer,
    layers_in_words,
    not_compiled,
    parameter_difference,
)
from grader.judging.model_report import (
    PARAMETER_LIMIT,
    ModelReport,
    activation_inputs,
    measured_initializer,
    read_model,
)
from grader.judging.recipe import adam_from_config, plain_initializer
from grader.judging.trainings import RefusedTraining
from grader.judging.verdict import Failed, Verdict, clean
from grader.sandbox.host import Answer
from grader.suite.run import Run
from grader.suite.session import TaskSession

BATCH, MORE = 24, 6
"""Images of the one training step, at least, and below how many more are drawn: enough for every unit of a right model
to get a gradient, and for every class."""

TIMES = 5
"""How many times as many images the model must treat alike: nothing depends on how many there are."""

RIGHT_LABELS = (8, 9, 10, 11, 13)
"""How many of them are labelled as the model predicts: never half, which a metric that is none may well report."""

OTHER_BATCH = 1000
"""The largest fixed number of images for which one more is tried, 3 MB of them; more than that is refused untried."""

ALIKE = 1e-6
"""Difference up to which weights at the start are the same: Keras's own initializers spread them by 1e-2 and more."""

LOSS_NAMES = ("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy")

RAISED_HINTS = {
    "Could not interpret activation": "Is its name misspelt? Say activation='relu' or activation='softmax'.",
    "Could not interpret optimizer": "Say optimizer='adam', or keras.optimizers.Adam() with its parentheses.",
    "not recognized: {'lr'": "The argument lr is called learning_rate now.",
    "Expected `metrics` argument": "metrics takes a list: metrics=['accuracy'].",
    "must be fully-defined": "Say keras.Input(shape={shape}): the shape of one image, without None.",
    "to a shape": "Say keras.Input(shape={shape}): the shape of one image, a tuple.",
    "has no attribute 'placeholder'": "That is TensorFlow 1: build the model with keras.Sequential([...]).",
    "has no attribute 'Session'": "That is TensorFlow 1: build the model with keras.Sequential([...]).",
    "Unrecognized keyword arguments": "Is the argument's name misspelt?",
    "No module named": "Only numpy, tensorflow, keras and the standard library can be imported.",
    "/datasets": "Nothing can be downloaded here: the function builds and compiles a model, it does not train it.",
    "URL fetch failure": "Nothing can be downloaded here: the function builds and compiles a model, no more.",
    "incompatible with the layer": "Do the layers fit each other, and the input of shape {shape}?",
    "must have the same length as input": "Do the layers fit each other, and the input of shape {shape}?",
    "zero or negative": "The image has become too small: look at the input's shape, kernels, strides, pooling and "
    "data_format.",
    "Incompatible type conversion requested": "Leave dtype out of keras.Input: it takes floats.",
    "NameError": "Is it imported, and spelt as it was there?",
}
"""What exceptions of Keras say, and what helps."""

OWN_LOSS_HINT = "Is it a function of your own of that name? Say loss='sparse_categorical_crossentropy'."
CHANGED_HINT = "Does it change layers after they were built, or Keras's classes? Use them as they are."
PENALTY_HINT = "Leave regularizers and add_loss out: nothing of the kind was asked for."
METRIC_HINT = "Say metrics=['accuracy']: Keras then takes the one that fits the labels."
LOSS_WEIGHTS_HINT = "The third argument of compile is loss_weights: say metrics=['accuracy'], with its name."

HALF_PRECISION_TOLERANCE = 0.02
"""Largest difference of the probabilities of a model that computes in float16, which has three digits."""

STEP_TOLERANCE = 0.02
"""Largest deviation from Adam's first step, relative to it: float32 rounding of gradients reaches 2e-3 where they are
tiny; SGD and RMSprop differ by factors."""


STEP_APART, MOST_APART = 0.1, 0.05
"""Share of the longest move by which a weight must differ for two training steps to be apart, and the share of weights
that may: Adam turns around where a gradient is next to nothing, and rounding has its sign."""


@dataclass(frozen=True)
class BuiltModel:
    """A student's model, obtained and checked for consistency.

    Attributes:
        called: the call that gave it, as messages show it.
        handle: the guest's number for it.
        report: what it is.
        weights: all its weights, in order; empty where it is too large to cross.
        images: `(n, *input_shape)` float32, what it was tried on.
        outputs: what it gave for them, None where it could not be tried.
        loss: what its own loss gives for them, or the exception; None where it was not asked.
        step: what one training step on them made of it, or the exception; None where it was not made.
        many: what it gave for them `TIMES` times, before that step; None where it was not asked, or raised.
    """

    called: str
    handle: int
    report: ModelReport
    weights: list[Array]
    images: Array
    outputs: Array | None
    loss: Answer | None = None
    step: Answer | None = None
    many: Array | None = None


WAITS = "The accuracy is measured when structure, loss and optimizer are right"
"""How a message begins where the accuracy is not measured; what has to be mended follows."""


def obtain(task: TaskSession, function: str, expected: Architecture, *positional: int, **arguments: int) -> BuiltModel:
    """The model that the student's function builds for these arguments, built once.

    Raises:
        Failed: there is no model, or it does not compute what its layers say.
    """
    key = f"model {positional} {arguments}"
    return task.once(key, lambda: _obtain(task, function, expected, positional, arguments))


def _obtain(
    task: TaskSession, function: str, expected: Architecture, positional: tuple[int, ...], arguments: dict[str, int]
) -> BuiltModel:
    shown_arguments = [str(value) for value in positional] + [f"{name}={value}" for name, value in arguments.items()]
    shown = f"{function}({', '.join(shown_arguments)})"
    try:
        called = task.call(function, *positional, shown=shown, keywords=arguments, seed=task.seed)
    except Failed as failure:
        failure.hint = failure.hint or hint_for(failure.message, expected)
        if positional and not failure.hint:
            failure.hint = "Arguments without a name are taken in the order of the hand-out."
        raise
    generator = np.random.default_rng(task.seed)
    inputs = activation_inputs(generator)
    described = task.value(
        "describe", shown, handle=called.handle, input_shape=list(expected.input_shape), inputs=inputs
    )
    report = read_model(described, shown, inputs)
    if not (positional or arguments):
        task.details = {"layers": layers_in_words(report.raw), "expected": layers_in_words(expected)}
    if report.seen_before:
        raise Failed(
            f"{shown} returned the very model that an earlier call had returned.",
            "Make a new model in every call, inside the function.",
        )
    shape = tuple(size or 0 for size in report.input_shape or expected.input_shape)
    count = report.batch_size or BATCH + int(generator.integers(MORE))
    if report.parameters > PARAMETER_LIMIT or report.input_shape is None or count * prod(shape) > 10**6:
        return BuiltModel(shown, called.handle, report, [], np.zeros((0, *shape), dtype=np.float32), None)
    images = generator.random((count, *shape), dtype=np.float32)
    if not report.takes_fractions:  # which is said where the input is looked at
        images = np.round(images)
    weights = task.value("weights", shown, handle=called.handle)
    try:
        outputs = task.value("forward", f"Calling the model of {shown}", handle=called.handle, images=images)
    except Failed as failure:
        classes = [entry.activation_name for entry in report.layers if entry.activation_name.startswith("the class ")]
        name = classes[0].removeprefix("the class ") if classes else ""
        failure.hint = f"An activation is {classes[0]} itself: say activation='relu', or {name}()." if classes else ""
        raise
    built = BuiltModel(shown, called.handle, report, _arrays(weights, shown), images, _single(outputs))
    shapes = [shape for entry in report.layers for shape in entry.weights]
    if report.chain and [weight.shape for weight in built.weights] != shapes:
        raise Failed(f"The layers and weights of {shown} do not fit together.", CHANGED_HINT)
    _expect_consistent(built)
    if not (positional or arguments) and report.batch_size is None and oracle.is_within_reach(report.raw, count):
        calling = f"Calling the model of {shown} on {TIMES * count} images"
        many = task.ask("forward", calling, handle=called.handle, images=np.concatenate([images] * TIMES))
        built = replace(built, many=_single(many.value) if many.raised is None else None)
    if report.compiled is None:
        return built
    labels = labels_for(built)
    asked: dict[str, Any] = {"handle": built.handle, "images": images, "labels": labels}
    loss = task.ask("loss", f"The loss of {shown}", **asked)  # before the training step, which sets the right one
    step = task.ask("train_step", _training(built), **asked) if built.weights else None
    return replace(built, loss=loss, step=step)


def hint_for(message: str, expected: Architecture) -> str:
    """What helps against an exception of Keras that beginners meet; empty where it is not one of them."""
    hint = next((hint for phrase, hint in RAISED_HINTS.items() if phrase in message), "")
    return hint.format(shape=expected.input_shape)


def _arrays(value: Any, shown: str) -> list[Array]:
    if not isinstance(value, list) or not all(isinstance(array, np.ndarray) for array in value):
        raise Failed(f"The weights of {shown} cannot be read.")
    return value


def _single(value: Any) -> Array | None:
    outputs = value.get("outputs") if isinstance(value, dict) else None
    return outputs[0] if isinstance(outputs, list) and len(outputs) == 1 else None


def _expect_consistent(model: BuiltModel) -> None:
    """See that the model computes what its layers and weights say, by the oracle's own forward pass.

    One that would take far more work than those that are asked for is not of their structure, which is said elsewhere.
    """
    layers = model.report.raw.layers
    known = all(not isinstance(entry.layer, Other) and entry.exact for entry in model.report.layers)
    images = model.images[:BATCH]
    if not known or not model.report.chain or not oracle.is_within_reach(model.report.raw, len(images)):
        return
    imprecise = any(extra.startswith("dtype=") for entry in model.report.layers for extra in entry.extras)
    tolerance = HALF_PRECISION_TOLERANCE if imprecise else PREDICTION_TOLERANCE
    try:
        expected = oracle.forward(model.report.raw, model.weights, images)[-1] if layers else images
    except (ValueError, ZeroDivisionError) as error:
        raise Failed(f"The layers and weights of {model.called} do not fit together. {error}", CHANGED_HINT) from None
    got = model.outputs
    if got is not None and got.shape[:1] == (len(model.images),):
        got = got[:BATCH]
    if got is None or got.shape != expected.shape or not np.allclose(got, expected, atol=tolerance, rtol=1e-3):
        raise Failed(
            f"The model of {model.called} does not compute what its layers say.",
            CHANGED_HINT,
        )


def expect_as_many(model: BuiltModel) -> None:
    """See that the model gives the same for each image among many.

    Raises:
        Failed: it gives something else.
    """
    if model.many is None or model.outputs is None or not model.outputs.ndim:
        return  # it was not tried, or does not work
    expected = np.concatenate([model.outputs] * TIMES)
    if model.many.shape != expected.shape or not np.allclose(model.many, expected, atol=HALF_PRECISION_TOLERANCE):
        count = len(model.images)
        message = (
            f"The model of {model.called} gives other answers for {TIMES * count} images than for {count} of them."
        )
        raise Failed(
            message, "Nothing in it depends on how many images there are: is an activation a function of yours?"
        )


def has_structure(model: BuiltModel, expected: Architecture) -> bool:
    """Whether the layers are those that were asked for, initializers aside."""
    return without_initializers(model.report.architecture) == canonical(expected)


def expect_otherwise_alike(
    task: TaskSession, model: BuiltModel, expected: Architecture, default: BuiltModel, argument: str
) -> None:
    """Where the default model has the right structure, so has one for other arguments; and it trains likewise.

    Args:
        task: the task's session.
        model: the model for other arguments.
        expected: what it should be.
        default: the model without arguments, of which everything else is asked.
        argument: the name of what was given, for the hint.

    Raises:
        Failed: naming the first layer that differs, or what differs in how it is compiled.
    """
    hint = f"Without arguments it is right: see what depends on {argument} that should not."
    if model.report.extras and not default.report.extras:
        raise Failed(f"In {model.called}, {model.report.extras[0]}, which was not asked for.", hint)
    if not has_structure(model, expected):
        got, wanted = (layers_in_words(here) for here in (model.report.architecture, expected))
        pairs = zip([*got, *["nothing"] * len(wanted)], [*wanted, *["nothing"] * len(got)], strict=False)
        here, asked = next(((here, asked) for here, asked in pairs if here != asked), (", ".join(got), "one chain"))
        raise Failed(f"In {model.called}, {here} stands where {asked} was expected.", hint)
    compiled, first = model.report.compiled, default.report.compiled
    if first is None:
        return  # said of the default model
    if compiled is None:
        raise not_compiled(model.called)
    for what, here, asked in (("optimizer", compiled.optimizer, first.optimizer), ("loss", compiled.loss, first.loss)):
        if here != asked:
            raise Failed(f"{model.called} is compiled with the {what} {here}, and {default.called} with {asked}.", hint)
    if compiled.shared:
        shared = (
            "An optimizer belongs to one model: make it inside the function, keras.optimizers.Adam(), or say 'adam'."
        )
        raise Failed(f"{model.called} has the very optimizer of a model that was built before.", shared)
    for check in (expect_adam, expect_loss, expect_metric, expect_learning) if model.step is not None else ():
        if not task.once(f"{check.__name__} by default", partial(_passes, check, task, default)):
            continue  # which is said of the default model
        try:
            check(task, model)
        except Failed as failure:
            raise Failed(failure.message, hint) from None


def _passes(check: Callable[[TaskSession, BuiltModel], None], task: TaskSession, model: BuiltModel) -> bool:
    try:
        check(task, model)
    except Failed:
        return False
    return True


@contextmanager
def counting(model: BuiltModel, expected: Architecture) -> Iterator[None]:
    """Add to the hint of a failure what the number of the model's parameters says."""
    try:
        yield
    except Failed as failure:
        failure.hint = f"{failure.hint} {parameter_difference(model.report, expected)}".strip()
        raise


def expect_input(task: TaskSession, model: BuiltModel, shape: tuple[int, ...]) -> None:
    """The model knows its input shape, and it is `shape`, for any number of images.

    Raises:
        Failed: it does not, or it is another one.
    """
    report = model.report
    if not report.built:
        hint = f"Begin with keras.Input(shape={shape}), then the layers."
        raise Failed(f"The model of {model.called} does not know its input shape.", hint)
    if report.input_shape != shape:
        got = "several inputs" if report.input_shape is None else f"input of shape {report.input_shape}"
        hint = f"Begin with keras.Input(shape={shape})."
        raise Failed(f"The model of {model.called} takes {got}; {shape} was expected.", hint)
    if not report.takes_fractions:
        hint = f"Leave dtype out: keras.Input(shape={shape}) takes floats, and the images come in 0 to 1."
        raise Failed(f"The model of {model.called} takes {report.input_dtype} images; floats were expected.", hint)
    if report.batch_size is None:
        return
    count = report.batch_size + 1
    other = np.zeros((min(count, OTHER_BATCH), *shape), dtype=np.float32)  # most layers do take another number
    asked = f"Calling the model of {model.called}"
    if count > OTHER_BATCH or task.ask("forward", asked, handle=model.handle, images=other).raised:
        hint = f"Say keras.Input(shape={shape}), without the number of images."
        raise Failed(f"The model of {model.called} takes {report.batch_size} images at a time, no other number.", hint)


@dataclass(frozen=True)
class TrainStep:
    """One training step of a student's model on one batch.

    Attributes:
        labels: `(n,)` int64; some of them what the model predicted.
        logs: what Keras reported, numbers only.
        metrics_raised: the exception of a metric, in one line; empty where all metrics work.
        weights: all weights afterwards.
        own: all weights after the same step with a loss of the student's own; empty where it is Keras's, or raised.
        own_raised: the exception of that loss in one line; empty where there was none.
    """

    labels: Array
    logs: dict[str, float]
    metrics_raised: str
    weights: list[Array]
    own: list[Array]
    own_raised: str


def labels_for(model: BuiltModel) -> Array:
    """Labels for the model's batch: some right, some wrong, at places drawn from the images; every class is among them.

    The first wrong one is the second most probable class, so that a top-k accuracy differs from the accuracy.
    """
    count = len(model.images)
    if model.outputs is None or model.outputs.ndim < 2 or len(model.outputs) != count:
        return np.arange(count) % 10
    shape = model.outputs.shape
    if len(shape) != 2 or shape[1] != 10:  # labels that such a model can be trained with, for what else it is
        places: Array = np.arange(int(np.prod(shape[:-1]))).reshape(shape[:-1])
        return np.asarray(places % min(shape[-1], 10))
    ordered = np.argsort(model.outputs, axis=1)
    labels: Array = ordered[:, -1].copy()
    generator = np.random.default_rng(zlib.crc32(model.images.tobytes()))
    right = int(generator.choice(RIGHT_LABELS)) * count // BATCH
    first, *others = generator.permutation(count)[right:]
    labels[first] = ordered[first, -2]
    for number, place in enumerate(others):
        labels[place] = number % 10 if number % 10 != labels[place] else (number + 1) % 10
    return labels


def train_step(task: TaskSession, model: BuiltModel) -> TrainStep:
    """What one training step, made when the model was obtained, came to.

    Raises:
        Failed: the model is not compiled, or training raises.
    """
    if model.report.compiled is None:
        raise not_compiled(model.called)
    if not model.weights:
        raise Failed(f"The model of {model.called} cannot be trained: it has no weights, or far too many.")
    labels, asked, answer = labels_for(model), _training(model), model.step
    if answer is None:
        raise Failed(f"{asked} was not tried.")
    if answer.raised is not None:
        raise task.exception(asked, answer.raised)
    value = answer.value
    try:
        pairs = value["logs"]["items"]
        logs = {str(key["value"]): float(item["value"]) for key, item in pairs if item["kind"] in ("float", "int")}
        error, own_error = (clean(value[name].split("\n")[0], 200) for name in ("metrics_raised", "own_raised"))
        weights, own = _arrays(value["weights"], model.called), _arrays(value["own"], model.called)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise Failed(f"{asked} gave an answer that cannot be read.") from None
    for found in (weights, own or weights):
        if [weight.shape for weight in found] != [weight.shape for weight in model.weights]:
            raise Failed(f"{asked} changes the shapes of its weights.", CHANGED_HINT)
    return TrainStep(labels, logs, error, weights, own, own_error)


def _training(model: BuiltModel) -> str:
    return f"Training the model of {model.called} on {len(model.images)} images"


def expect_loss(task: TaskSession, model: BuiltModel) -> None:
    """Sparse categorical crossentropy: by its value for the model's predictions, by name where that is unclear.

    Raises:
        Failed: not compiled, or another loss.
    """
    compiled = model.report.compiled
    if compiled is None:
        raise not_compiled(model.called)
    if compiled.loss in ("None", ""):
        raise Failed(f"{model.called} is compiled without a loss.", LOSS_HINT)
    if model.loss is not None and model.loss.raised is not None and compiled.loss_weights:
        raise Failed(f"{model.called} is compiled with loss_weights={compiled.loss_weights}.", LOSS_WEIGHTS_HINT)
    named = f"{model.called} is compiled with the loss {compiled.loss}"
    outputs, labels = model.outputs, labels_for(model)
    answer = model.loss
    if answer is None or outputs is None or not _probabilities(outputs):
        if compiled.loss not in LOSS_NAMES:  # the output is another check's matter
            raise Failed(f"{named}; sparse_categorical_crossentropy was expected.", LOSS_HINT)
        return
    if answer.raised is not None:
        text = clean(str(answer.raised.get("message", "")).split("\n")[0], 200)
        if "Could not interpret loss" in text:
            raise Failed(f"{named}, which Keras does not know.", LOSS_HINT)
        raise Failed(f"{named}, which does not take integer labels ({text}).", LOSS_HINT)
    expected = oracle.cross_entropy(outputs, labels)
    values = answer.value["values"]
    if any(abs(value - expected) <= 1e-3 * max(1.0, expected) for value in values):
        if answer.value["penalties"] and not model.report.extras:
            raise Failed(f"Training the model of {model.called} adds a penalty to the loss.", PENALTY_HINT)
        _expect_slope(task, model, named)
        return
    shown = f"{values[0]:.4f}" if values else "no number"
    hint = LOSS_HINT
    if compiled.loss_weights:
        hint = f"Leave loss_weights={compiled.loss_weights} out."
    elif compiled.loss in LOSS_NAMES:
        hint = "The output is softmax: leave from_logits out." if compiled.from_logits else OWN_LOSS_HINT
    raise Failed(f"{named}: it gives {shown} where sparse_categorical_crossentropy gives {expected:.4f}.", hint)


def _expect_slope(task: TaskSession, model: BuiltModel, named: str) -> None:
    """See that a loss of the student's own, right for one batch, also trains as the right one does.

    Raises:
        Failed: it does not.
    """
    if any(isinstance(entry.layer, Other) for entry in model.report.layers) or not _is_known(model):
        return  # with Dropout, no two steps are the same
    try:
        step = train_step(task, model)
    except Verdict:
        return  # that training raises is another check's matter
    if step.own_raised:
        raise Failed(f"{named}: a training step with it raises {step.own_raised}", OWN_LOSS_HINT)
    if _apart(step.own or step.weights, step.weights, model.weights):
        message = f"{named}: it has the right value, but a training step with it is another one."
        raise Failed(message, OWN_LOSS_HINT)


def _apart(found: list[Array], expected: list[Array], before: list[Array]) -> bool:
    """Whether one training step is another than the other, by more weights than rounding can turn around."""
    for one, other, start in zip(found, expected, before, strict=True):
        moved = np.abs(other.astype(np.float64) - start)
        far = np.abs(one.astype(np.float64) - other) > STEP_APART * max(float(moved.max(initial=0.0)), 1e-9)
        if far.size and np.mean(far) > MOST_APART:
            return True
    return False


def _probabilities(outputs: Array) -> bool:
    ten = outputs.ndim == 2 and outputs.shape[1] == 10
    return ten and bool(np.all(outputs >= 0) and np.allclose(outputs.sum(axis=1), 1, atol=1e-3))


def expect_metric(task: TaskSession, model: BuiltModel) -> None:
    """Accuracy, under the name `accuracy` in the logs.

    Raises:
        Failed: it is not there, or not the accuracy.
    """
    step = train_step(task, model)
    if step.metrics_raised:
        raise Failed(f"Training {model.called} with its metric raises {step.metrics_raised}", METRIC_HINT)
    others = [name for name in step.logs if name != "loss"]
    if "accuracy" not in step.logs:
        found = f"the logs have {clean(', '.join(others), 120)}" if others else "it is compiled without metrics"
        misplaced = model.report.compiled is not None and "accuracy" in model.report.compiled.loss_weights
        hint = LOSS_WEIGHTS_HINT if misplaced else METRIC_HINT
        raise Failed(f"Training {model.called} reports no metric named accuracy: {found}.", hint)
    outputs = model.outputs
    if outputs is None or outputs.ndim != 2 or outputs.shape[1] != 10:
        return  # the output is another check's matter
    expected = oracle.accuracy(outputs, step.labels)
    if abs(step.logs["accuracy"] - expected) > 1e-3:
        got = f"{step.logs['accuracy']:.4f} where {expected:.4f} of the labels are predicted right"
        raise Failed(
            f"The metric accuracy of {model.called} is {got}.",
            METRIC_HINT,
        )


def expect_adam(task: TaskSession, model: BuiltModel) -> None:
    """Adam: by name, and by what one training step does to the last layer.

    Raises:
        Failed: not compiled, another optimizer, or one that is Adam in name only.
    """
    expect_optimizer(model.report, model.called)
    compiled, layers = model.report.compiled, model.report.architecture.layers
    if compiled is not None and compiled.steps:
        times = "once" if compiled.steps == 1 else f"for {compiled.steps} steps"
        hint = "The function builds and compiles the model: train it elsewhere, with model.fit, once it is returned."
        raise Failed(f"{model.called} returned a model that has been trained already, {times}.", hint)
    last = layers[-1] if layers else None
    if compiled is None or not isinstance(last, Dense) or last.activation != "softmax" or last.units != 10:
        return
    try:
        adam = adam_from_config(compiled.settings)
    except ValueError as error:
        raise Failed(f"The settings of Adam in {model.called} cannot be read: {clean(str(error), 200)}") from None
    if model.outputs is None or not _probabilities(model.outputs):
        return  # the output is another check's matter
    if any(isinstance(layer, Other) for layer in layers) or not _is_known(model):
        return
    if not all(entry.trainable for entry in model.report.layers) or adam.gradient_accumulation_steps:
        return  # what does not learn is another check's matter
    try:
        step = train_step(task, model)
    except Verdict:
        return  # that training raises is another check's matter: nothing was asked
    other = f"{model.called} names Adam, but a training step is not Adam's."
    if not isinstance(adam.learning_rate, float) or adam.clipnorm or adam.clipvalue or adam.global_clipnorm:
        twin = _twin_step(task, model, step)
        if twin and _apart(step.weights, twin, model.weights):
            raise Failed(other, "Use Keras's own Adam.")
        return
    gradient = oracle.first_step_gradients(model.report.architecture, model.weights, model.images, step.labels)[0]
    place = -1 - int(last.use_bias)
    if step.weights[place].shape != gradient.shape:
        raise Failed(f"Training changes the shapes of the weights of {model.called}.")
    moved = step.weights[place].astype(np.float64) - model.weights[place]
    expected = oracle.adam_first_step(gradient, adam.learning_rate, adam.epsilon, adam.beta_1, adam.beta_2)
    clear = np.abs(gradient) > 1e-4  # where rounding cannot turn the step around
    scale = np.maximum(np.abs(model.weights[place]) * 1e-6, STEP_TOLERANCE * np.abs(expected))
    if np.any(clear) and np.mean(np.abs(moved - expected)[clear] > scale[clear]) > 0.02:
        raise Failed(other, "Use Keras's own Adam.")


def _twin_step(task: TaskSession, model: BuiltModel, step: TrainStep) -> list[Array]:
    """What a model of the grader's own becomes in the same step: what clipping or a schedule does is Keras's matter."""
    asked = f"A training step like that of {model.called}"
    given: dict[str, Any] = {"weights": model.weights, "images": model.images, "labels": step.labels}
    answer = task.ask("twin_step", asked, handle=model.handle, architecture=model.report.raw.to_json(), **given)
    found = [] if answer.raised is not None else _arrays(answer.value, model.called)
    same = [weight.shape for weight in found] == [weight.shape for weight in model.weights]
    return found if same else []


def _is_known(model: BuiltModel) -> bool:
    """Whether the oracle has confirmed what the model computes, so that gradients can be computed too."""
    known = all(entry.exact for entry in model.report.layers) and model.report.chain and model.outputs is not None
    return known and oracle.is_within_reach(model.report.raw, len(model.images))


def expect_learning(task: TaskSession, model: BuiltModel) -> None:
    """Every layer with weights starts from random ones and moves in a training step.

    Raises:
        Failed: naming the layer that is frozen, or starts with all weights equal.
    """
    for entry in model.report.layers:
        if entry.weights and not entry.trainable:
            hint = "Leave out trainable=False: a layer that is frozen learns nothing."
            raise Failed(f"The layer {entry.name} of {model.called} is frozen.", hint)
    step = train_step(task, model) if model.report.compiled is not None else None  # which is said elsewhere
    place = 0
    learns = step and model.outputs is not None and _probabilities(model.outputs)  # of others crossentropy has no slope
    for entry in model.report.layers:
        if isinstance(entry.layer, Dense | Conv2D) and entry.weights:
            kernel = model.weights[place]
            where = f"the layer {entry.name} of {model.called}"
            columns = kernel.reshape(-1, kernel.shape[-1])  # (inputs, units)
            hint = "All units of the layer then learn the same: leave the initializer out."
            if kernel.size > 1 and np.ptp(kernel) < ALIKE:
                raise Failed(f"The weights of {where} are all {float(kernel.flat[0]):g} at the start.", hint)
            if columns.shape[1] > 1 and np.max(np.ptp(columns, axis=1)) < ALIKE:
                raise Failed(f"The units of {where} all have the same weights at the start.", hint)
            if step is not None and learns and np.array_equal(kernel, step.weights[place]):
                raise Failed(f"A training step leaves the weights of {where} as they were.", _unmoved_hint(model))
        place += len(entry.weights)


def _unmoved_hint(model: BuiltModel) -> str:
    compiled = model.report.compiled
    if compiled is not None and compiled.settings.get("learning_rate") == 0:
        return "The learning rate is 0: 0.001, Adam's default, is a good start."
    return "Are its outputs, or what it is given, 0 for every image? Leave the initializers out."


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
            _accuracy_hint(job.optimizer.learning_rate),
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
    checks = (partial(expect_adam, task), partial(expect_loss, task), partial(expect_learning, task), expect_as_many)
    for check in checks:
        try:
            check(model)
        except Failed as failure:
            raise Failed(f"{WAITS}. {failure.message}", "Mend what the checks above say first.") from None
    compiled = model.report.compiled
    if compiled is None:
        raise not_compiled(model.called)
    architecture = without_private_initializers(model)
    return Job(architecture, adam_from_config(compiled.settings), training.epochs, TRAINING_SEED, training.data)


def _accuracy_hint(rate: Any) -> str:
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
    try:
        return plain_initializer(initializer.kind, dict(initializer.settings))
    except ValueError:
        return measured_initializer(weights)
