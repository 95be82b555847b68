"""A student's model, obtained for the checks of `dense_model` and `cnn`, and seen to compute what its layers say."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np

from grader.course.settings import PREDICTION_TOLERANCE
from grader.judging import oracle
from grader.judging.architecture import Architecture, Other, canonical, without_initializers
from grader.judging.diagnosis import Array
from grader.judging.model_diagnosis import layers_in_words, parameter_difference
from grader.judging.model_report import PARAMETER_LIMIT, ModelReport, activation_inputs, read_model
from grader.judging.verdict import Failed, clean
from grader.sandbox.host import Answer
from grader.suite.drawn_images import drawn_images
from grader.suite.raised_hints import BUILDING, known_hint
from grader.suite.session import TaskSession

BATCH, MORE = 24, 6
"""Images of the one training step, at least, and below how many more are drawn: enough for every unit of a right model
to get a gradient, and for every class."""

KERAS_BATCH = 32
"""Images of that step of the model without arguments, which is made as `fit` makes it: in a graph, so many at once."""

DRAWN_PREDICTIONS, DRAWN_RIGHT = 2200, (0.63, 0.02)
"""Predictions of which a loss and a metric of the student's own are asked, and the shares of them that are right: more
than are counted while one tries things out, and fewer than by chance."""

TIMES = 5
"""How many times as many images the model must treat alike: nothing depends on how many there are."""

RIGHT_LABELS = (8, 9, 10, 11, 13)
"""How many of them are labelled as the model predicts: never half, which a metric that is none may well report."""

OTHER_BATCH = 1000
"""The largest fixed number of images for which one more is tried, 3 MB of them; more than that is refused untried."""
CHANGED_HINT = "Does it change layers after they were built, or Keras's classes? Use them as they are."

HALF_PRECISION_TOLERANCE = 0.02
"""Largest difference of the probabilities of a model that computes in float16, which has three digits."""


@dataclass(frozen=True)
class BuiltModel:
    """A student's model, obtained and checked for consistency.

    Attributes:
        called: the call that gave it, as messages show it.
        handle: the guest's number for it.
        report: what it is.
        weights: all its weights, in order; empty where it is too large to cross.
        images: `(n, *input_shape)` float32, what it was tried on.
        outputs: what it gave for them, None where it was not or could not be tried.
        loss: what its own loss gives for them, or the exception; None where it was not asked.
        step: what one training step on them made of it, or the exception; None where it was not made.
        many: what it gave for them `TIMES` times, before that step; None where it was not asked, or raised.
        one: what it gave for the first alone; likewise.
        steps: kinds of steps in its graph that no model needs.
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
    one: Array | None = None
    steps: tuple[str, ...] = ()


def obtain(task: TaskSession, function: str, expected: Architecture, **arguments: int) -> BuiltModel:
    """The model that the student's function builds for these arguments, built once, and tried.

    Raises:
        Failed: there is no model, or it does not compute what its layers say.
    """
    return task.once(f"model {arguments}", lambda: _obtain(task, function, expected, arguments))


def obtain_default(task: TaskSession, function: str, expected: Architecture, **defaults: int) -> BuiltModel:
    """The model that the function builds without arguments.

    Where it demands some, the one for these: that there is no default is one check's matter (`expect_defaults`).

    Raises:
        Failed: as `obtain` does.
    """
    return obtain(task, function, expected, **({} if _has_defaults(task, function) else defaults))


def expect_defaults(task: TaskSession, function: str, **defaults: int) -> None:
    """See that the function can be called without arguments.

    Raises:
        Failed: it cannot.
    """
    if not _has_defaults(task, function):
        shown = ", ".join(f"{name}={value}" for name, value in defaults.items())
        try:
            task.call(function, shown=f"{function}()", seed=task.seed)
        except Failed as failure:
            raise Failed(failure.message, f"Every argument has a default: def {function}({shown}).") from None


def _has_defaults(task: TaskSession, function: str) -> bool:
    """Whether every parameter of the function has a default, as far as its signature tells."""
    inside = task.signature(function).partition("(")[2].rpartition(")")[0]
    parts = [part.strip() for part in inside.split(",")]
    return all("=" in part or part.startswith("*") or part in ("", "/") for part in parts)


def described(
    task: TaskSession, function: str, expected: Architecture, *positional: int, **arguments: int
) -> BuiltModel:
    """The model for some arguments, and what it says of itself. It is not tried, which takes much longer.

    Raises:
        Failed: there is no model, or none of its own.
    """
    named = [f"{name}={value}" for name, value in arguments.items()]
    shown = f"{function}({', '.join([*map(str, positional), *named])})"
    try:
        called = task.call(function, *positional, shown=shown, keywords=arguments, seed=task.seed)
    except Failed as failure:
        failure.hint = failure.hint or _raised_hint(failure.message, expected)
        failure.hint = failure.hint or _own_error_hint(function, failure.message, positional, arguments)
        raise
    inputs = activation_inputs(np.random.default_rng(task.seed))
    asked: dict[str, Any] = {"handle": called.handle, "input_shape": list(expected.input_shape), "inputs": inputs}
    try:
        value = task.value("describe", shown, **asked)
    except Failed as failure:
        failure.hint = failure.hint or _raised_hint(failure.message, expected)
        raise
    report = read_model(value, shown, inputs)
    if report.detached:
        raise Failed(f"The model of {shown} does not compute with the layers that it lists.", CHANGED_HINT)
    if report.seen_before:
        raise Failed(
            f"{shown} returned the very model that an earlier call had returned.",
            "Make a new model in every call, inside the function.",
        )
    shape = tuple(size or 0 for size in report.input_shape or expected.input_shape)
    return BuiltModel(shown, called.handle, report, [], np.zeros((0, *shape), dtype=np.float32), None)


def _obtain(task: TaskSession, function: str, expected: Architecture, arguments: dict[str, int]) -> BuiltModel:
    built = described(task, function, expected, **arguments)
    report, shown, shape = built.report, built.called, built.images.shape[1:]
    if not arguments:
        task.details = {"layers": layers_in_words(report.raw), "expected": layers_in_words(expected)}
    generator = np.random.default_rng(task.seed)
    count = report.batch_size or (BATCH + int(generator.integers(MORE)) if arguments else KERAS_BATCH)
    if report.parameters > PARAMETER_LIMIT or report.input_shape is None or count * prod(shape) > 10**6:
        return built
    images = drawn_images(generator, (count, *shape))
    if not report.takes_fractions:  # which is said where the input is looked at
        images = np.round(images)
    weights = task.value("weights", shown, handle=built.handle)
    try:
        outputs = task.value("forward", f"Calling the model of {shown}", handle=built.handle, images=images)
    except Failed as failure:
        classes = [entry.activation_name for entry in report.layers if entry.activation_name.startswith("the class ")]
        name = classes[0].removeprefix("the class ") if classes else ""
        failure.hint = f"An activation is {classes[0]} itself: say activation='relu', or {name}()." if classes else ""
        raise
    built = replace(built, weights=arrays_of(weights, shown), images=images, outputs=_single(outputs))
    shapes = [shape for entry in report.layers for shape in entry.weights]
    if report.chain and [weight.shape for weight in built.weights] != shapes:
        raise Failed(f"The layers and weights of {shown} do not fit together.", CHANGED_HINT)
    _expect_consistent(built)
    if not arguments and report.batch_size is None and oracle.is_within_reach(report.raw, count):
        calling = f"Calling the model of {shown} on {TIMES * count} images"
        given: dict[str, Any] = {"handle": built.handle, "images": np.concatenate([images] * TIMES)}
        many = task.ask("forward", calling, **given, traced=True)  # as `predict` and `fit` do
        one = task.ask("forward", f"Calling the model of {shown} on one image", handle=built.handle, images=images[:1])
        if many.raised is None:
            built = replace(
                built,
                many=_single(many.value),
                one=_single(one.value) if one.raised is None else None,
                steps=tuple(clean(text, 40) for text in many.value["steps"]),
            )
    if report.compiled is None:
        return built
    labels = labels_for(built)
    asked: dict[str, Any] = {"handle": built.handle, "images": images, "labels": labels, "traced": not arguments}
    in_graph = not arguments or report.compiled.from_logits  # Keras sees some softmax in a graph alone
    loss = task.ask(
        "loss", f"The loss of {shown}", drawn=list(drawn_predictions(task)[-1]), **{**asked, "traced": in_graph}
    )  # before the step, which sets one
    if loss.raised is None and built.outputs is not None:
        for found in loss.value["outputs"]:
            if found.shape != built.outputs.shape or not np.allclose(found, built.outputs, atol=_tolerance(report)):
                message = (
                    f"The model of {shown} computes something else while it trains, in a graph, than when it is called."
                )
                raise Failed(message, CHANGED_HINT)
    asked["drawn"] = [list(pair) for pair in drawn_predictions(task)]
    step = task.ask("train_step", training_of(built), **asked) if built.weights else None
    return replace(built, loss=loss, step=step)


def _raised_hint(message: str, expected: Architecture) -> str:
    """What helps against an exception of Keras that beginners meet; empty where it is not one of them."""
    return known_hint(message, BUILDING).format(shape=expected.input_shape)


def drawn_predictions(task: TaskSession) -> list[tuple[Array, Array]]:
    """Labels `(m,)` and probabilities `(m, 10)` of two sure models: one often right, one hardly ever.

    What a loss and a metric say of them does not depend on the student's model.
    """

    def drawn() -> list[tuple[Array, Array]]:
        generator = np.random.default_rng([task.seed, DRAWN_PREDICTIONS])
        pairs = []
        for right in DRAWN_RIGHT:
            labels = generator.integers(0, 10, DRAWN_PREDICTIONS)
            hits = generator.random(DRAWN_PREDICTIONS) < right
            found = np.where(hits, labels, (labels + generator.integers(1, 10, DRAWN_PREDICTIONS)) % 10)
            probabilities = generator.uniform(1e-4, 1e-3, (DRAWN_PREDICTIONS, 10))
            probabilities[np.arange(DRAWN_PREDICTIONS), found] = 1
            pairs.append((labels, (probabilities / probabilities.sum(axis=1, keepdims=True)).astype(np.float32)))
        return pairs

    return task.once("drawn predictions", drawn)


def _own_error_hint(function: str, message: str, positional: tuple[int, ...], arguments: dict[str, int]) -> str:
    """What helps where it is the student's own code that refused."""
    if f"{function}() missing" in message:
        return "Every argument has a default, as in the hand-out: def f(number=128)."
    if "raise ValueError" in message and positional:
        return "Any number from 1 on is allowed. Arguments without a name are taken in the order of the hand-out."
    if "raise ValueError" in message and not arguments:
        return "The defaults are allowed: is the condition always true, or about another argument? conv_layers not in "
        "(1, 2, 3) says what is meant."
    if "raise ValueError" in message and arguments:
        blocks = "conv_layers may be 1, 2 or 3, and " if "conv_layers" in arguments else ""
        return f"These arguments are allowed: {blocks}units and filters any number from 1 on."
    return "Arguments without a name are taken in the order of the hand-out." if positional else ""


def expect_new(task: TaskSession, model: BuiltModel, function: str) -> None:
    """See that a second call for the same arguments makes another model, which shares no weights with the first.

    Raises:
        Failed: it is the same, or shares some.
    """
    if not _has_defaults(task, function):
        return  # which is said elsewhere
    shown = f"{function}()"
    once, twice = (task.call(function, shown=shown, seed=task.seed).handle for _ in range(2))
    if any(
        task.value("shares", shown, handle=one, other=other) for one, other in ((model.handle, once), (once, twice))
    ):
        message = f"{function}(), called twice, gives the same model, or one with the same weights."
        raise Failed(message, "Make model and layers anew in every call: what was trained must not come back.")


def arrays_of(value: Any, shown: str) -> list[Array]:
    """The weights that a guest answered with, of the model of the call `shown`.

    Raises:
        Failed: they are no arrays.
    """
    if not isinstance(value, list) or not all(isinstance(array, np.ndarray) for array in value):
        raise Failed(f"The weights of {shown} cannot be read.")
    return value


def _tolerance(report: ModelReport) -> float:
    """How far a model's probabilities may be from what they should be, by the precision of its layers."""
    imprecise = any(extra.startswith("dtype=") for entry in report.layers for extra in entry.extras)
    return HALF_PRECISION_TOLERANCE if imprecise else PREDICTION_TOLERANCE


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
    tolerance = _tolerance(model.report)
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
    if model.steps:
        message = f"The model of {model.called} takes steps as {', '.join(model.steps)} while it computes."
        raise Failed(message, "It multiplies and adds, and nothing in it calls Python, counts, or draws numbers.")
    if _differs_alone(model):
        message = f"The model of {model.called} gives another answer for an image alone than among others."
        raise Failed(message, "Is an axis named that goes over the images, or an activation a function of yours?")
    if model.many is None or model.outputs is None or not model.outputs.ndim:
        return  # it was not tried, or does not work
    expected = np.concatenate([model.outputs] * TIMES)
    if model.many.shape != expected.shape or not np.allclose(model.many, expected, atol=_tolerance(model.report)):
        count = len(model.images)
        message = (
            f"The model of {model.called} gives other answers for {TIMES * count} images than for {count} of them."
        )
        raise Failed(
            message, "Nothing in it depends on how many images there are: is an activation a function of yours?"
        )


def _differs_alone(model: BuiltModel) -> bool:
    if model.one is None or model.outputs is None or not model.outputs.ndim:
        return False  # it was not tried, or does not work
    first = model.outputs[:1]
    return model.one.shape != first.shape or not np.allclose(model.one, first, atol=_tolerance(model.report))


def has_structure(model: BuiltModel, expected: Architecture) -> bool:
    """Whether the layers are those that were asked for, initializers aside."""
    return without_initializers(model.report.architecture) == canonical(expected)


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


def training_of(model: BuiltModel) -> str:
    """The training step that is made of it, as messages show it."""
    return f"Training the model of {model.called} on {len(model.images)} images"
