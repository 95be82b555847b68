"""The oracle against Keras itself: random architectures, activations, losses, gradients and Adam's first step."""

import os

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import random
import subprocess
import sys

import keras
import numpy as np
import pytest

from grader.judging import oracle
from grader.judging.activations import ACTIVATIONS, recognise_activation
from grader.judging.architecture import (
    Activation,
    Architecture,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    MaxPooling2D,
    Other,
    Reshape,
    expected_cnn,
    expected_dense,
    output_shape,
)

INPUTS = np.random.default_rng(5).normal(scale=4.0, size=(64, 10))
COMMON = ("linear", "relu", "softmax", "sigmoid", "tanh", "elu", "gelu")


def keras_model(architecture: Architecture, seed: int) -> keras.Model:
    """The same model in Keras, written out here once more, with random weights everywhere."""
    layers = []
    for layer in architecture.layers:
        match layer:
            case Dense():
                made = keras.layers.Dense(layer.units, activation=layer.activation, use_bias=layer.use_bias)
            case Conv2D():
                made = keras.layers.Conv2D(
                    layer.filters,
                    layer.kernel_size,
                    strides=layer.strides,
                    padding=layer.padding,
                    dilation_rate=layer.dilation_rate,
                    groups=layer.groups,
                    activation=layer.activation,
                    use_bias=layer.use_bias,
                )
            case MaxPooling2D():
                made = keras.layers.MaxPooling2D(layer.pool_size, strides=layer.strides, padding=layer.padding)
            case Flatten():
                made = keras.layers.Flatten()
            case Reshape():
                made = keras.layers.Reshape(layer.target_shape)
            case Activation():
                made = keras.layers.Activation(layer.activation)
        layers.append(made)
    model = keras.Sequential([keras.Input(architecture.input_shape), *layers])
    generator = np.random.default_rng(seed)
    model.set_weights([generator.normal(scale=0.3, size=array.shape) for array in model.get_weights()])
    return model


def random_architecture(seed: int) -> Architecture:
    """A chain of two to five layers that fit each other, on a small image of one to three channels."""
    draw = random.Random(seed)
    shape = (draw.randint(5, 14), draw.randint(5, 14), draw.randint(1, 3))
    start, layers = shape, []
    while len(layers) < draw.randint(2, 5):
        layer = random_layer(draw, shape)
        after = output_shape(layer, shape)
        if after is None:
            continue
        layers.append(layer)
        shape = after
    return Architecture(start, tuple(layers))


def random_layer(draw: random.Random, shape: tuple[int, ...]) -> Layer:
    kind = draw.choice(
        ["dense", "activation", "flatten"] + (["conv", "pool", "reshape"] * 2 if len(shape) == 3 else [])
    )
    pair = draw.randint(1, 3), draw.randint(1, 3)
    padding = draw.choice(["valid", "same"])
    if kind == "conv":
        groups = draw.choice([size for size in range(1, shape[-1] + 1) if shape[-1] % size == 0])
        strides, dilation = draw.choice([((1, 1), (1, 1)), ((2, 2), (1, 1)), ((2, 1), (1, 1)), ((1, 1), (2, 2))])
        filters = groups * draw.randint(1, 3) + (groups == 1)  # a softmax of one number alone makes Keras warn
        bias = draw.random() < 0.7
        return Conv2D(filters, pair, strides, padding, dilation, groups, draw.choice(COMMON), bias)
    if kind == "pool":
        return MaxPooling2D(pair, draw.choice([pair, (1, 1), (2, 2)]), padding)
    if kind == "reshape":
        return Reshape((shape[1], -1, shape[2]))
    if kind == "dense":
        return Dense(draw.randint(2, 12), draw.choice(COMMON), draw.random() < 0.7)
    return Activation(draw.choice(COMMON)) if kind == "activation" and shape[-1] > 1 else Flatten()


def keras_outputs(model: keras.Model, images: np.ndarray) -> list[np.ndarray]:
    values, outputs = images, []
    for layer in model.layers:
        values = layer(values)
        outputs.append(np.asarray(values))
    return outputs


def agree(architecture: Architecture, seed: int) -> None:
    model = keras_model(architecture, seed)
    images = np.random.default_rng(seed).random((3, *architecture.input_shape), dtype=np.float32)
    ours = oracle.forward(architecture, model.get_weights(), images)
    assert len(ours) == len(architecture.layers)
    for layer, mine, theirs in zip(architecture.layers, ours, keras_outputs(model, images), strict=True):
        assert mine.shape == theirs.shape, layer
        np.testing.assert_allclose(
            mine, theirs, rtol=1e-4, atol=1e-4 * max(1, np.abs(theirs).max()), err_msg=str(layer)
        )


@pytest.mark.parametrize("seed", range(40))
def test_forward_agrees_with_keras_on_random_architectures(seed: int) -> None:
    agree(random_architecture(seed), seed)


@pytest.mark.parametrize(
    "architecture",
    [
        expected_dense(128),
        expected_cnn(64, 2),
        expected_cnn(8, 3),
        Architecture((9, 8, 4), (Conv2D(6, (3, 2), groups=2, padding="same"), MaxPooling2D((3, 3), (2, 2), "same"))),
        Architecture(
            (11, 11, 2), (Conv2D(3, (3, 3), dilation_rate=(3, 2), padding="same"), Reshape((3, -1)), Dense(4))
        ),
    ],
)
def test_forward_agrees_with_keras_on_these(architecture: Architecture) -> None:
    agree(architecture, 3)


@pytest.mark.parametrize(
    "architecture", [expected_dense(128), expected_dense(4096), *(expected_cnn(64, count) for count in (1, 2, 3))]
)
def test_what_is_asked_for_is_within_reach(architecture: Architecture) -> None:
    assert oracle.is_within_reach(architecture, 64)


@pytest.mark.parametrize(
    "layer",
    [
        MaxPooling2D((3000, 3000), (3000, 3000), "same"),
        MaxPooling2D((200, 200), (1, 1), "same"),
        Conv2D(4, (3, 3), dilation_rate=(900, 900), padding="same"),
        Conv2D(512, (15, 15)),
        Conv2D(100_000, (1, 1)),
        Dense(10_000_000),
    ],
)
def test_what_takes_much_work_is_not(layer: Layer) -> None:
    assert not oracle.is_within_reach(Architecture((28, 28, 64), (layer,)), 24)


def test_what_does_not_fit_is_said_at_once() -> None:
    assert oracle.is_within_reach(Architecture((28, 28, 1), (Conv2D(10_000, (40, 40)),)), 24)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_is_that_of_keras_and_is_recognised(name: str) -> None:
    function = getattr(keras.activations, name, None)
    if function is None:
        pytest.skip(f"this Keras has no {name}")
    theirs = np.asarray(function(keras.ops.convert_to_tensor(INPUTS.astype(np.float32))))
    np.testing.assert_allclose(ACTIVATIONS[name](INPUTS), theirs, rtol=1e-4, atol=1e-5)
    assert recognise_activation(INPUTS.astype(np.float32), theirs) == name


@pytest.mark.parametrize("slope", [0.01, 0.1, 0.3])
def test_a_leaky_relu_is_recognised_at_any_slope(slope: float) -> None:
    theirs = np.asarray(keras.activations.leaky_relu(keras.ops.convert_to_tensor(INPUTS), negative_slope=slope))
    assert recognise_activation(INPUTS, theirs) == "leaky_relu"


def test_what_is_no_known_function_is_unknown() -> None:
    assert recognise_activation(INPUTS, np.asarray(keras.activations.gelu(INPUTS, approximate=True))) == "gelu"
    swapped = np.asarray(keras.ops.softmax(INPUTS, axis=0))
    assert recognise_activation(INPUTS, swapped) == "a softmax over the images, axis 0"
    nothing = (
        np.full_like(INPUTS, np.nan),
        INPUTS[:, :9],
        INPUTS * 2,
        INPUTS.astype(complex),
        np.zeros((0, 10)),
    )
    for outputs in (*nothing, np.array([["a"] * 10] * 64), np.maximum(INPUTS, 0) * 1.01):
        assert recognise_activation(INPUTS, outputs) == "unknown"
    assert recognise_activation(np.zeros((0, 10)), np.zeros((0, 10))) == "unknown"


def test_what_does_not_fit_is_a_sentence() -> None:
    architecture = Architecture((4, 4, 1), (Conv2D(2), Flatten(), Dense(3)))
    images = np.zeros((2, 4, 4, 1))
    weights = [np.zeros((3, 3, 1, 2)), np.zeros(2), np.zeros((8, 3)), np.zeros(3)]
    assert oracle.forward(architecture, weights, images)[-1].shape == (2, 3)
    with pytest.raises(ValueError, match=r"takes inputs of \(4, 4, 1\), not of \(4, 4\)\."):
        oracle.forward(architecture, weights, images[..., 0])
    with pytest.raises(ValueError, match=r"Dense\(3\) has weights of shapes .* not none"):
        oracle.forward(architecture, weights[:2], images)
    with pytest.raises(ValueError, match=r"Conv2D\(2, 3\) has weights"):
        oracle.forward(architecture, weights[2:], images)
    with pytest.raises(ValueError, match="4 arrays of weights, not 5"):
        oracle.forward(architecture, [*weights, np.zeros(1)], images)
    for layers in ((Other("LSTM"),), (Conv2D(1, (9, 9)),), (Flatten(), MaxPooling2D()), (Reshape((5, 5)),)):
        with pytest.raises(ValueError, match="cannot be computed"):
            oracle.forward(Architecture((4, 4, 1), layers), [], images)


def test_weights_that_overflow_warn_nobody() -> None:
    architecture = Architecture((2,), (Dense(2, "exponential"), Dense(2, "softmax")))
    weights = [np.full((2, 2), 1e308), np.ones(2), np.ones((2, 2)), np.ones(2)]
    outputs = oracle.forward(architecture, weights, np.ones((1, 2)))
    assert not np.isfinite(outputs[-1]).all()


def test_loss_and_accuracy_are_those_of_keras() -> None:
    generator = np.random.default_rng(0)
    logits, labels = generator.normal(scale=3, size=(50, 10)), generator.integers(0, 10, 50)
    probabilities = ACTIVATIONS["softmax"](logits)
    probabilities[0] = np.eye(10)[(labels[0] + 1) % 10]  # wrong, and certain of it
    theirs = keras.losses.SparseCategoricalCrossentropy()(labels, probabilities)
    assert oracle.cross_entropy(probabilities, labels) == pytest.approx(float(theirs), rel=1e-5)
    metric = keras.metrics.SparseCategoricalAccuracy()
    metric.update_state(labels, probabilities)
    assert oracle.accuracy(probabilities, labels) == pytest.approx(float(metric.result()))


@pytest.mark.parametrize("learning_rate", [0.001, 0.05])
@pytest.mark.parametrize("architecture", [expected_dense(16), expected_cnn(4, 2)])
def test_one_training_step_moves_the_last_layer_as_foretold(architecture: Architecture, learning_rate: float) -> None:
    model = keras_model(architecture, 1)
    model.compile(keras.optimizers.Adam(learning_rate), loss="sparse_categorical_crossentropy")
    generator = np.random.default_rng(2)
    images = generator.random((32, *architecture.input_shape), dtype=np.float32)
    labels = generator.integers(0, 10, 32)
    before = model.get_weights()
    model.train_on_batch(images, labels)
    after = model.get_weights()
    gradients = oracle.first_step_gradients(architecture, before, images, labels)
    assert len(gradients) == 2
    for gradient, old, new in zip(gradients, before[-2:], after[-2:], strict=True):
        sure = np.abs(gradient) > 1e-5  # below, rounding decides the sign
        assert sure.mean() > 0.2
        step = oracle.adam_first_step(gradient, learning_rate)
        np.testing.assert_allclose((new - old)[sure], step[sure], rtol=2e-3, atol=1e-6)


@pytest.mark.parametrize("settings", [{}, {"learning_rate": 0.3, "epsilon": 1e-3, "beta_1": 0.8, "beta_2": 0.9}])
def test_adams_first_step_is_that_of_keras_to_the_last_bits(settings: dict[str, float]) -> None:
    gradient = np.random.default_rng(0).normal(size=200).astype(np.float32) * 10.0 ** np.arange(-9, 1).repeat(20)
    gradient[0] = 0
    variable = keras.Variable(np.zeros(200, dtype=np.float32))
    keras.optimizers.Adam(**settings).apply_gradients([(keras.ops.convert_to_tensor(gradient, "float32"), variable)])
    np.testing.assert_allclose(oracle.adam_first_step(gradient, **settings), np.asarray(variable), rtol=5e-7, atol=0)


def test_the_gradient_is_refused_where_it_is_not_known() -> None:
    for layers in ((), (Flatten(), Dense(10)), (Dense(10, "softmax"), Flatten())):
        with pytest.raises(ValueError, match="known only where"):
            oracle.first_step_gradients(Architecture((28, 28), layers), [], np.zeros((1, 28, 28)), [0])
    rows = Architecture((2, 3), (Dense(10, "softmax", use_bias=False),))
    with pytest.raises(ValueError, match="one row of numbers"):
        oracle.first_step_gradients(rows, [np.zeros((3, 10))], np.zeros((1, 2, 3)), [0])


def test_one_channel_at_a_time() -> None:
    image, kernel = np.random.default_rng(0).random((9, 7)), np.random.default_rng(1).random((3, 2))
    layer = keras.layers.Conv2D(1, (3, 2), use_bias=False)
    layer.build((None, 9, 7, 1))
    layer.set_weights([kernel[:, :, None, None]])
    theirs = np.asarray(layer(image[None, :, :, None]))[0, :, :, 0]
    np.testing.assert_allclose(oracle.convolve2d(image, kernel), theirs, rtol=1e-5)
    assert oracle.convolve2d(image.tolist(), [[1]]).tolist() == image.tolist()
    for size in (1, 2, 3, 7):
        theirs = np.asarray(keras.layers.MaxPooling2D(size)(image[None, :, :, None]))[0, :, :, 0]
        np.testing.assert_allclose(oracle.max_pool2d(image, size), theirs, rtol=1e-6)
    for wrong in (np.ones((10, 1)), np.ones((1, 8)), np.ones(3)):
        with pytest.raises(ValueError, match="does not fit"):
            oracle.convolve2d(image, wrong)


def test_the_oracle_loads_no_keras() -> None:
    code = "import sys, grader.judging.oracle; sys.exit('keras' in sys.modules or 'tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
