"""Models that are fed arrays as one batch: as Keras's own `fit` and `predict` do, they give the same."""

import keras
import numpy as np
import pytest

from grader.sandbox import fed

IMAGES = np.random.default_rng(0).random((12, 28, 28), dtype=np.float32)
LABELS = np.arange(12) % 10


@pytest.fixture
def plain(monkeypatch):
    """Keras's own `fit` and `predict`, which are back after the test."""
    own = keras.Model.fit, keras.Model.predict
    monkeypatch.setattr(keras.Model, "fit", own[0])
    monkeypatch.setattr(keras.Model, "predict", own[1])
    fed.install()
    return own


def small_model():
    """A compiled model whose weights are the same each time."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=True)
    return model


def test_fit_trains_the_same(plain):
    fit, _ = plain
    ours, keras_own = small_model(), small_model()
    arguments = {"epochs": 3, "validation_data": (IMAGES, LABELS), "verbose": 0}
    found = ours.fit(IMAGES, LABELS, **arguments).history
    right = fit(keras_own, IMAGES, LABELS, **arguments).history
    assert found.keys() == right.keys()
    for name, figures in right.items():
        np.testing.assert_allclose(found[name], figures, rtol=1e-4)
    for weights, others in zip(ours.get_weights(), keras_own.get_weights(), strict=True):
        np.testing.assert_allclose(weights, others, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "steps"),
    [
        ({}, 1),
        ({"batch_size": 12}, 1),
        ({"batch_size": 4}, 3),
        ({"batch_size": 4, "epochs": 2}, 6),
        ({"validation_split": 0.5, "batch_size": 2}, 3),
        ({"steps_per_epoch": 1}, 1),
        ({"sample_weight": np.ones(12)}, 1),
        ({"x": IMAGES.astype(np.float64), "y": LABELS[:, None]}, 1),
        ({"x": np.concatenate([IMAGES] * 3), "y": np.concatenate([LABELS] * 3)}, 2),
    ],
)
def test_fit_takes_as_many_steps(plain, arguments, steps):
    model = small_model()
    model.fit(**{"x": IMAGES, "y": LABELS, "verbose": 0, **arguments})
    assert int(model.optimizer.iterations) == steps


def test_fit_refuses_what_keras_refuses(plain):
    model = small_model()
    with pytest.raises(ValueError, match="cardinality"):
        model.fit(IMAGES, LABELS[:5], verbose=0)
    with pytest.raises(TypeError, match="epoch"):
        model.fit(IMAGES, LABELS, epoch=2)
    with pytest.raises(KeyError, match="empty"):
        model.fit()


@pytest.mark.parametrize("count", [1, 12, 40])
@pytest.mark.parametrize("arguments", [{}, {"batch_size": 3}, {"steps": 1}])
def test_predict_gives_the_same(plain, count, arguments):
    _, predict = plain
    model = small_model()
    images = np.random.default_rng(count).random((count, 28, 28), dtype=np.float32)
    right = predict(model, images, verbose=0, **arguments)
    np.testing.assert_allclose(model.predict(images, verbose=0, **arguments), right, atol=1e-6)
    assert model.run_eagerly  # as it was compiled


def test_predict_gives_every_output(plain):
    model = small_model()
    several = keras.Model(model.inputs, {layer.name: layer.output for layer in model.layers})
    found = several.predict(IMAGES, verbose=0)
    assert [array.shape for array in found.values()] == [(12, 784), (12, 10)]
    assert not several.run_eagerly
