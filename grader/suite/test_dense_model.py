"""Checks of `dense_model`: the architecture, the compile settings, and that it learns."""

import pytest

from grader.course.settings import DENSE_TRAINING
from grader.judging.architecture import expected_dense
from grader.judging.model_diagnosis import (
    expect_activation,
    expect_bias,
    expect_hidden_units,
    expect_layers,
    expect_output_layer,
    hidden_layers,
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

FUNCTION = "build_dense_model"

UNITS_HINT = "Give the Dense layer hidden_units as it is."


def default(task: TaskSession) -> BuiltModel:
    """`build_dense_model()`."""
    return obtain_default(task, FUNCTION, expected_dense(128), hidden_units=128)


@pytest.mark.points(1)
def test_returns_a_model(task: TaskSession) -> None:
    """The function returns a Keras model."""
    default(task)


@pytest.mark.points(2)
def test_input_is_an_image(task: TaskSession) -> None:
    """The model takes arrays of shape `(n, 28, 28)`."""
    expect_input(task, default(task), (28, 28))


@pytest.mark.points(3)
def test_layers(task: TaskSession) -> None:
    """The layers are Flatten, Dense and Dense, and nothing else."""
    model = default(task)
    expect_layers(model.report, expected_dense(128), model.called)


@pytest.mark.points(2)
def test_hidden_layer_has_128_units(task: TaskSession) -> None:
    """By default, the hidden layer has 128 units."""
    model = default(task)
    expect_defaults(task, FUNCTION, hidden_units=128)
    with counting(model, expected_dense(128)):
        hint = "Its units are hidden_units, which is 128 by default."
        hidden = expect_hidden_units(model.report, 128, model.called, hint)
        expect_bias(hidden, "hidden Dense layer", model.called)


@pytest.mark.points(2)
def test_hidden_layer_uses_relu(task: TaskSession) -> None:
    """The hidden layer's activation is ReLU."""
    model = default(task)
    hidden = hidden_layers(model.report)
    if not hidden:
        raise Failed(f"{model.called} has no hidden Dense layer that could use ReLU.")
    for layer in hidden:
        hint = "Without it, two Dense layers compute no more than one." if layer.activation == "linear" else ""
        expect_activation(layer.activation, "relu", f"hidden Dense layer of {model.called}", hint)


@pytest.mark.points(2)
def test_output_layer(task: TaskSession) -> None:
    """The last layer has 10 units and softmax."""
    model = default(task)
    expect_output_layer(model.report, model.called)
    expect_as_many(model)


@pytest.mark.points(2)
def test_hidden_units_argument(task: TaskSession) -> None:
    """`hidden_units` sets the size of the hidden layer, and with it the number of parameters."""
    first = default(task)
    drawn = 2 * int(task.generator().integers(257, 500)) + 1  # odd, and more than anybody writes down
    expect_asked(task, obtain(task, FUNCTION, expected_dense(512), hidden_units=512), 512)
    expect_asked(task, described(task, FUNCTION, expected_dense(drawn), drawn), drawn)
    one = described(task, FUNCTION, expected_dense(1), hidden_units=1)
    expect_asked(task, one, 1)
    expect_new(task, first, FUNCTION)


def expect_asked(task: TaskSession, model: BuiltModel, units: int) -> None:
    """See that a model has so many hidden units, and is otherwise like the one without arguments.

    Raises:
        Failed: it is not.
    """
    first, expected = default(task), expected_dense(units)
    with counting(model, expected):
        expect_hidden_units(model.report, units, model.called, UNITS_HINT)
        if has_structure(first, expected_dense(128)):  # otherwise what differs is said above
            expect_otherwise_alike(task, model, expected, first, "hidden_units")


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
    prepare_accuracy(task, run, model, expected_dense(128), DENSE_TRAINING[run.profile])
    expect_learning(task, model)
    expect_same_step(task, model)


@pytest.mark.points(2)
def test_reaches_the_accuracy(task: TaskSession, run: Run) -> None:
    """Trained by the grader, the architecture reaches the accuracy floor."""
    expect_accuracy(task, run, lambda: default(task), expected_dense(128), DENSE_TRAINING[run.profile])
