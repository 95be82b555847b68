"""How a student's model trains, for the checks of `dense_model` and `cnn`: one step, loss, metric and optimizer."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from grader.judging import oracle
from grader.judging.architecture import Architecture, Conv2D, Dense, Other
from grader.judging.diagnosis import Array
from grader.judging.model_diagnosis import LOSS_HINT, expect_optimizer, layers_in_words, not_compiled
from grader.judging.recipe import adam_from_config
from grader.judging.verdict import Failed, Verdict, clean
from grader.suite.built_models import (
    CHANGED_HINT,
    BuiltModel,
    arrays_of,
    drawn_predictions,
    has_structure,
    labels_for,
    training_of,
)
from grader.suite.raised_hints import BUILDING, known_hint
from grader.suite.session import TaskSession

ALIKE = 1e-6
"""Difference up to which weights at the start are the same: Keras's own initializers spread them by 1e-2 and more."""

LOSS_NAMES = ("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy")

OWN_LOSS_HINT = (
    "Are there arguments as reduction or ignore_class, or is it a function of your own of that name? Say "
    "loss='sparse_categorical_crossentropy'."
)
PENALTY_HINT = "Leave regularizers and add_loss out: nothing of the kind was asked for."
METRIC_HINT = "Say metrics=['accuracy']: Keras then takes the one that fits the labels."
ONE_LOSS_HINT = "The model has one output, which needs no name: loss='sparse_categorical_crossentropy'."

LOSS_WEIGHTS_HINT = "The third argument of compile is loss_weights: say metrics=['accuracy'], with its name."

STEP_TOLERANCE = 0.02
"""Largest deviation from Adam's first step, relative to it: float32 rounding of gradients reaches 2e-3 where they are
tiny; SGD and RMSprop differ by factors."""

STEP_APART, MOST_APART = 0.1, 0.05
"""Share of the longest move by which a weight must differ for two training steps to be apart, and the share of weights
that may: Adam turns around where a gradient is next to nothing, and rounding has its sign."""


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
        drawn: what a metric that is not told by name says of drawn predictions, one by one and all together.
    """

    labels: Array
    logs: dict[str, float]
    metrics_raised: str
    weights: list[Array]
    own: list[Array]
    own_raised: str
    drawn: list[float]


def train_step(task: TaskSession, model: BuiltModel) -> TrainStep:
    """What one training step, made when the model was obtained, came to.

    Raises:
        Failed: the model is not compiled, or training raises.
    """
    if model.report.compiled is None:
        raise not_compiled(model.called)
    if not model.weights:
        many = model.report.parameters
        what = f"has {many:,} parameters, too many to try it" if many else "has no weights that could be trained"
        raise Failed(f"The model of {model.called} {what}.", "Mend its layers first, as the checks above say.")
    labels, asked, answer = labels_for(model), training_of(model), model.step
    if answer is None:
        raise Failed(f"{asked} was not tried.")
    if answer.raised is not None:
        raise _training_raised(task, model, answer.raised)
    value = answer.value
    try:
        pairs = value["logs"]["items"]
        logs = {str(key["value"]): float(item["value"]) for key, item in pairs if item["kind"] in ("float", "int")}
        error, own_error = (clean(value[name].split("\n")[0], 200) for name in ("metrics_raised", "own_raised"))
        weights, own = arrays_of(value["weights"], model.called), arrays_of(value["own"], model.called)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise Failed(f"{asked} gave an answer that cannot be read.") from None
    for found in (weights, own or weights):
        if [weight.shape for weight in found] != [weight.shape for weight in model.weights]:
            raise Failed(f"{asked} changes the shapes of its weights.", CHANGED_HINT)
    return TrainStep(labels, logs, error, weights, own, own_error, value["drawn"])


def _training_raised(task: TaskSession, model: BuiltModel, error: dict[str, Any]) -> Verdict:
    """That training raised, with what helps."""
    failure = task.exception(training_of(model), error)
    failure.hint = failure.hint or known_hint(failure.message, BUILDING).format(shape=model.images.shape[1:])
    return failure


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
        if "Exception encountered when calling" in text:
            raise _training_raised(task, model, answer.raised)
        if "Could not interpret loss" in text:
            raise Failed(f"{named}, which Keras does not know.", LOSS_HINT)
        if compiled.loss in LOSS_NAMES:
            raise Failed(f"{named}, which gives no single number ({text}).", f"Leave reduction out. {OWN_LOSS_HINT}")
        if compiled.loss == "dict":
            raise Failed(f"{model.called} is compiled with a dict of losses, by the names of outputs.", ONE_LOSS_HINT)
        raise Failed(f"{named}, which does not take integer labels ({text}).", LOSS_HINT)
    expected = oracle.cross_entropy(outputs, labels)
    values = answer.value["values"]
    if any(abs(value - expected) <= 1e-3 * max(1.0, expected) for value in values):
        if answer.value["penalties"] and not model.report.extras:
            raise Failed(f"Training the model of {model.called} adds a penalty to the loss.", PENALTY_HINT)
        _expect_loss_of_others(task, model, named)
        _expect_slope(task, model, named)
        return
    shown = f"{values[0]:.4f}" if values else "no number"
    hint = LOSS_HINT
    if compiled.loss_weights:
        hint = f"Leave loss_weights={compiled.loss_weights} out."
    elif compiled.loss in LOSS_NAMES:
        hint = "The output is softmax: leave from_logits out." if compiled.from_logits else OWN_LOSS_HINT
    raise Failed(f"{named}: it gives {shown} where sparse_categorical_crossentropy gives {expected:.4f}.", hint)


def _expect_loss_of_others(task: TaskSession, model: BuiltModel, named: str) -> None:
    """See that a loss of the student's own is right for predictions that no untrained model gives, too.

    Raises:
        Failed: it is not.
    """
    labels, probabilities = drawn_predictions(task)[-1]
    again = np.exp(probabilities) / np.exp(probabilities).sum(axis=1, keepdims=True)  # where logits are expected
    allowed = [oracle.cross_entropy(each, labels) for each in (probabilities, again)]
    for found in model.loss.value["drawn"] if model.loss is not None else ():
        if not any(abs(found - value) <= 1e-2 * value for value in allowed):
            message = f"{named}: for predictions that are wrong and sure it gives {found:.4f}, not {allowed[0]:.4f}."
            raise Failed(message, OWN_LOSS_HINT)


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
        near = np.abs(one.astype(np.float64) - other) <= STEP_APART * max(float(moved.max(initial=0.0)), 1e-9)
        if near.size and np.mean(~near) > MOST_APART:  # NaN is not near
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
    if not abs(step.logs["accuracy"] - expected) <= 1e-3:
        got = f"{step.logs['accuracy']:.4f} where {expected:.4f} of the labels are predicted right"
        raise Failed(
            f"The metric accuracy of {model.called} is {got}.",
            METRIC_HINT,
        )
    pairs = drawn_predictions(task)
    right = [oracle.accuracy(probabilities, labels) for labels, probabilities in pairs]
    for told, wanted in zip(step.drawn, [*right, float(np.mean(right))], strict=False):
        if not abs(told - wanted) <= 1e-3:
            got = f"{told:.4f} for predictions of which {wanted:.4f} are right"
            raise Failed(f"The metric accuracy of {model.called} is {got}.", METRIC_HINT)


def expect_adam(task: TaskSession, model: BuiltModel) -> None:
    """Adam: by name, and by what one training step does to the last layer.

    Raises:
        Failed: not compiled, another optimizer, or one that is Adam in name only.
    """
    expect_optimizer(model.report, model.called)
    _expect_kept(model)
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
    given = (model.report.architecture, model.weights, model.images, step.labels)
    gradient = task.once(f"gradient of {model.called}", lambda: oracle.first_step_gradients(*given)[0])
    place = -1 - int(last.use_bias)
    if step.weights[place].shape != gradient.shape:
        raise Failed(f"Training changes the shapes of the weights of {model.called}.")
    moved = step.weights[place].astype(np.float64) - model.weights[place]
    expected = oracle.adam_first_step(gradient, adam.learning_rate, adam.epsilon, adam.beta_1, adam.beta_2)
    clear = np.abs(gradient) > 1e-4  # where rounding cannot turn the step around
    scale = np.maximum(np.abs(model.weights[place]) * 1e-6, STEP_TOLERANCE * np.abs(expected))
    if np.any(clear) and np.mean(~(np.abs(moved - expected) <= scale)[clear]) > 0.02:
        raise Failed(other, "Use Keras's own Adam.")


def _twin_step(task: TaskSession, model: BuiltModel, step: TrainStep) -> list[Array]:
    """What a model of the grader's own becomes in the same step: what clipping or a schedule does is Keras's matter."""
    key = f"twin of {model.called}"
    return task.once(key, lambda: _made_twin_step(task, model, step))


def _made_twin_step(task: TaskSession, model: BuiltModel, step: TrainStep) -> list[Array]:
    asked = f"A training step like that of {model.called}"
    given: dict[str, Any] = {"weights": model.weights, "images": model.images, "labels": step.labels}
    answer = task.ask("twin_step", asked, handle=model.handle, architecture=model.report.raw.to_json(), **given)
    found = [] if answer.raised is not None else arrays_of(answer.value, model.called)
    same = [weight.shape for weight in found] == [weight.shape for weight in model.weights]
    return found if same else []


def _is_known(model: BuiltModel) -> bool:
    """Whether the oracle has confirmed what the model computes, so that gradients can be computed too."""
    known = all(entry.exact for entry in model.report.layers) and model.report.chain and model.outputs is not None
    return known and oracle.is_within_reach(model.report.raw, len(model.images))


def _expect_kept(model: BuiltModel) -> None:
    """See that Keras's own methods train the model.

    Raises:
        Failed: some have been replaced, so that nobody knows what a training does.
    """
    if model.report.replaced:
        raise Failed(
            f"In {model.called}, {model.report.replaced[0]}: nobody knows what its training does.", CHANGED_HINT
        )


def expect_learning(task: TaskSession, model: BuiltModel) -> None:
    """Every layer with weights starts from random ones and moves in a training step.

    Raises:
        Failed: naming the layer that is frozen, or starts with all weights equal.
    """
    for entry in model.report.layers:
        if entry.weights and not entry.trainable:
            hint = "Leave out trainable=False: a layer that is frozen learns nothing."
            raise Failed(f"The layer {entry.name} of {model.called} is frozen.", hint)
    _expect_kept(model)
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
            stays = step is not None and learns and np.array_equal(kernel, step.weights[place])
            if stays and not _begins_slowly(model):
                raise Failed(f"A training step leaves the weights of {where} as they were.", _unmoved_hint(model))
        place += len(entry.weights)


def _begins_slowly(model: BuiltModel) -> bool:
    """Whether the optimizer may well leave the weights alone at first: a schedule that begins at 0, or gathering."""
    settings = model.report.compiled.settings if model.report.compiled is not None else {}
    rate = settings.get("learning_rate")
    return not isinstance(rate, int | float) or bool(settings.get("gradient_accumulation_steps"))


def expect_same_step(task: TaskSession, model: BuiltModel) -> None:
    """See that a training step makes of every layer what it makes of the same model without code of the student's.

    Asked where all else is right: the step is Adam's, by the last layer, and the model computes what its layers say.

    Raises:
        Failed: naming the layer whose weights move otherwise.
    """
    compiled = model.report.compiled
    if compiled is None or compiled.optimizer != "Adam" or not compiled.builtin or model.report.extras:
        return
    if any(isinstance(entry.layer, Other) for entry in model.report.layers) or not _is_known(model):
        return
    gathers = compiled.settings.get("gradient_accumulation_steps")
    if compiled.steps or gathers or not all(entry.trainable for entry in model.report.layers):
        return
    if model.outputs is None or not _probabilities(model.outputs):
        return  # the output is another check's matter
    step = train_step(task, model)
    twin = _twin_step(task, model, step)
    names = [entry.name for entry in model.report.layers for _ in entry.weights]
    for name, found, expected, before in zip(names, step.weights, twin, model.weights, strict=False):
        if _apart([found], [expected], [before]):
            where = f"the weights of the layer {name} of {model.called}"
            message = f"A training step moves {where} otherwise than Keras's own layers and Adam would."
            raise Failed(message, "Is an activation a function of your own, or did the optimizer make steps before?")


def _unmoved_hint(model: BuiltModel) -> str:
    compiled = model.report.compiled
    if compiled is not None and compiled.settings.get("learning_rate") == 0:
        return "The learning rate is 0: 0.001, Adam's default, is a good start."
    return "Are its outputs, or what it is given, 0 for every image? Leave the initializers out."


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
    hint = (
        f"Without arguments it is right: see what depends on {argument} that should not, or comes from an earlier call."
    )
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
