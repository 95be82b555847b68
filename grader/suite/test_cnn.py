"""Checks of `cnn`: blocks of convolution and pooling, the head, the compile settings, and that it learns."""

import re

import pytest

from grader.course.settings import CNN_TRAINING
from grader.judging.architecture import MaxPooling2D, expected_cnn
from grader.judging.diagnosis import with_article
from grader.judging.model_diagnosis import (
    KIND_HINTS,
    convolutions,
    expect_activation,
    expect_bias,
    expect_convolutions,
    expect_filters,
    expect_hidden_units,
    expect_layers,
    expect_output_layer,
    expect_pooling,
    without_convolutions,
)
from grader.judging.verdict import Failed
from grader.suite.built_models import (
    BuiltModel,
    counting,
    described,
    expect_as_many,
    expect_defaults,
    expect_input,
    expect_new,
    has_structure,
    obtain,
    obtain_default,
)
from grader.suite.model_accuracy import expect_accuracy, prepare_accuracy
from grader.suite.model_training import (
    expect_adam,
    expect_learning,
    expect_loss,
    expect_metric,
    expect_otherwise_alike,
    expect_same_step,
)
from grader.suite.run import Run
from grader.suite.session import TaskSession

FUNCTION = "build_cnn"

TWO = re.compile(r"conv_layers\b[^,)]*=\s*2\b")
"""How a signature says that there are two blocks by default."""

FEW = 8
"""Filters of the models with another number of blocks."""


def default(task: TaskSession) -> BuiltModel:
    """`build_cnn()`."""
    return obtain_default(task, FUNCTION, expected_cnn(64, 2), filters=64, conv_layers=2)


@pytest.mark.points(1)
def test_returns_a_model(task: TaskSession) -> None:
    """The function returns a Keras model."""
    default(task)


@pytest.mark.points(1)
def test_input_is_an_image_with_a_channel(task: TaskSession) -> None:
    """The model takes arrays of shape `(n, 28, 28, 1)`."""
    expect_input(task, default(task), (28, 28, 1))


@pytest.mark.points(3)
def test_layers(task: TaskSession) -> None:
    """Two blocks of Conv2D and MaxPooling2D, then Flatten, Dense and Dense, and nothing else."""
    model = default(task)
    try:
        expect_layers(model.report, expected_cnn(64, 2), model.called)
    except Failed as failure:
        if any(has_structure(model, expected_cnn(64, count)) for count in (1, 3)):
            blocks = len(convolutions(model.report))
            if not TWO.search(task.signature(FUNCTION)):
                failure.hint = f"By default there are two blocks: def {FUNCTION}(filters=64, conv_layers=2)."
            else:
                failure.hint = loop_hint(model, blocks, 2, _blocks_of(task, 4 - blocks))
        raise


def few(task: TaskSession, blocks: int) -> BuiltModel:
    """The model with few filters and so many blocks."""
    return obtain(task, FUNCTION, expected_cnn(FEW, blocks), filters=FEW, conv_layers=blocks)


def _blocks_of(task: TaskSession, blocks: int) -> int | None:
    """How many blocks there are where so many are asked for; None where there is no such model."""
    try:
        return len(convolutions(few(task, blocks).report))
    except Failed:
        return None


def loop_hint(model: BuiltModel, blocks: int, asked: int, others: int | None) -> str:
    """What helps where there are so many blocks, another number was asked for, and `others` for yet another."""
    if blocks == 0:
        return KIND_HINTS["Conv2D"]
    if sum(isinstance(layer, MaxPooling2D) for layer in model.report.architecture.layers) == asked:
        return "The poolings are as many as was asked for: each stands behind one Conv2D, no more and no less."
    if blocks != others and abs(blocks - asked) == 1:
        more = "more" if blocks > asked else "fewer"
        return f"There is one block {more} than conv_layers says: range(conv_layers) runs that often, no other range."
    hint = "Add the blocks in a loop that runs conv_layers times"
    if blocks > 1:
        return f"{hint}."
    if model.report.functional:
        return f"{hint}: each takes what the one before gives, x = layers.Conv2D(...)(x), not the input again."
    return f"{hint}. Does a `return` end it in its first turn, or does each turn begin the model, or its list, anew?"


@pytest.mark.points(2)
def test_convolutions(task: TaskSession) -> None:
    """Each Conv2D has 64 filters of 3x3, without padding."""
    model = default(task)
    expect_defaults(task, FUNCTION, filters=64, conv_layers=2)
    with counting(model, expected_cnn(64, 2)):
        sizes = {layer.filters for layer in convolutions(model.report)}
        if sizes and len(sizes) == 1 and sizes != {64} and takes_filters(task):
            message = f"Each Conv2D layer of {model.called} has {sizes.pop()} filters; 64 were expected."
            raise Failed(message, f"By default, filters is 64: def {FUNCTION}(filters=64, conv_layers=2).")
        expect_convolutions(model.report, 64, model.called)


@pytest.mark.points(1)
def test_convolutions_use_relu(task: TaskSession) -> None:
    """Each Conv2D's activation is ReLU."""
    model = default(task)
    found = convolutions(model.report)
    if not found:
        raise without_convolutions(model.report, model.called)
    for place, layer in enumerate(found, start=1):
        expect_activation(layer.activation, "relu", f"Conv2D layer {place} of {model.called}")


@pytest.mark.points(1)
def test_pooling(task: TaskSession) -> None:
    """Each pooling takes the maximum of 2x2 pixels."""
    model = default(task)
    expect_pooling(model.report, model.called)


@pytest.mark.points(1)
def test_hidden_layer(task: TaskSession) -> None:
    """After Flatten comes a Dense layer of 128 units with ReLU."""
    model = default(task)
    with counting(model, expected_cnn(64, 2)):
        hidden = expect_hidden_units(model.report, 128, model.called, "It is Dense(128), whatever filters is.")
        expect_bias(hidden, "hidden Dense layer", model.called)
    expect_activation(hidden.activation, "relu", f"hidden Dense layer of {model.called}")


@pytest.mark.points(1)
def test_output_layer(task: TaskSession) -> None:
    """The last layer has 10 units and softmax."""
    model = default(task)
    expect_output_layer(model.report, model.called)
    expect_as_many(model)


@pytest.mark.points(1)
def test_filters_argument(task: TaskSession) -> None:
    """`filters` sets the number of filters, and with it the number of parameters."""
    first = default(task)
    drawn = 2 * int(task.generator().integers(33, 49)) + 1  # odd, and more than there are by default
    expect_asked(task, obtain(task, FUNCTION, expected_cnn(32, 2), filters=32), 32)
    expect_asked(task, described(task, FUNCTION, expected_cnn(drawn, 2), drawn), drawn)
    one = described(task, FUNCTION, expected_cnn(1, 2), filters=1)
    expect_asked(task, one, 1)
    expect_new(task, first, FUNCTION)


def expect_asked(task: TaskSession, model: BuiltModel, filters: int) -> None:
    """See that a model has so many filters, and is otherwise like the one without arguments.

    Raises:
        Failed: it is not.
    """
    first, expected = default(task), expected_cnn(filters, 2)
    with counting(model, expected):
        expect_filters(model.report, filters, model.called)
        if has_structure(first, expected_cnn(64, 2)):  # otherwise what differs is said above
            expect_otherwise_alike(task, model, expected, first, "filters")


def takes_filters(task: TaskSession) -> bool:
    """Whether `filters` works for two blocks."""
    try:
        expect_filters(obtain(task, FUNCTION, expected_cnn(32, 2), filters=32).report, 32, FUNCTION)
    except Failed:
        return False
    return True


@pytest.mark.points(2)
def test_conv_layers_argument(task: TaskSession) -> None:
    """`conv_layers` sets the number of blocks, from 1 to 3."""
    first = default(task)
    right = has_structure(first, expected_cnn(64, 2))
    for count in (1, 3):
        try:
            model = few(task, count)
        except Failed as failure:
            if not right and count == 3 and "zero or negative" in failure.message:
                continue  # with other blocks than those that were asked for, there is no room for three
            failure.hint = failure.hint or "conv_layers may be 1, 2 or 3."
            raise
        found = len(convolutions(model.report))
        if not found and not convolutions(first.report):
            raise without_convolutions(model.report, model.called)
        if found != count:
            message = f"{model.called} has {found} Conv2D layer{'' if found == 1 else 's'}; {count} expected."
            raise Failed(message, loop_hint(model, found, count, _blocks_of(task, 4 - count)))
        if right and takes_filters(task):  # otherwise what differs is said above
            expect_filters(model.report, FEW, model.called)
            with counting(model, expected_cnn(FEW, count)):
                expect_otherwise_alike(task, model, expected_cnn(FEW, count), first, "conv_layers")


@pytest.mark.points(1)
def test_conv_layers_outside_1_to_3(task: TaskSession) -> None:
    """`conv_layers` of 0 or 4 raises ValueError."""
    default(task)
    for given in ({"conv_layers": 0}, {"conv_layers": 4}, {"conv_layers": -1}, {"filters": 2, "conv_layers": 0}):
        count = given["conv_layers"]
        shown = f"{FUNCTION}({', '.join(f'{name}={value}' for name, value in given.items())})"
        hint = "Look at conv_layers first: if it is not 1, 2 or 3, raise ValueError(...)."
        try:
            called = task.call(FUNCTION, shown=shown, keywords=dict(given), raises=ValueError)
        except Failed as failure:
            raise Failed(f"{failure.message}\nValueError was expected.", failure.hint or hint) from None
        if called.result["kind"] != "raised":
            returned = "None" if called.result["kind"] == "none" else with_article(str(called.result["type"]))
            if task.mentions("ValueError"):
                hint = f"Is the condition true for {count}, and the error raised? No number is below 1 and above 3."
            if "filters" in given:
                hint = f"conv_layers alone decides, whatever filters is: {FUNCTION}(conv_layers=0) does raise it."
            if returned == "None" or "Error" in returned:
                hint = "An error is raised, neither printed nor returned: raise ValueError(...)."
            raise Failed(f"{shown} returned {returned}; ValueError was expected, for conv_layers is 1 to 3.", hint)


@pytest.mark.points(1)
def test_optimizer_is_adam(task: TaskSession) -> None:
    """The model is compiled with Adam."""
    expect_adam(task, default(task))


@pytest.mark.points(1)
def test_loss(task: TaskSession) -> None:
    """The model is compiled with sparse categorical crossentropy."""
    expect_loss(task, default(task))


@pytest.mark.points(1)
def test_metric_is_accuracy(task: TaskSession) -> None:
    """Training reports the accuracy, under that name."""
    expect_metric(task, default(task))


@pytest.mark.points(1)
def test_every_layer_learns(task: TaskSession, run: Run) -> None:
    """Weights start at random and move when the model trains."""
    model = default(task)
    prepare_accuracy(task, run, model, expected_cnn(64, 2), CNN_TRAINING[run.profile])
    expect_learning(task, model)
    expect_same_step(task, model)


@pytest.mark.points(1)
def test_reaches_the_accuracy(task: TaskSession, run: Run) -> None:
    """Trained by the grader, the architecture reaches the accuracy floor."""
    expect_accuracy(task, run, lambda: default(task), expected_cnn(64, 2), CNN_TRAINING[run.profile])
