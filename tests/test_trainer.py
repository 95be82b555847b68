"""Trusted training: equal jobs give equal numbers in every process, and nothing but a plain job is trained."""

import json
import math
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.course.dataset import Dataset
from grader.judging.architecture import (
    GLOROT,
    Activation,
    Architecture,
    Conv2D,
    Dense,
    Flatten,
    Initializer,
    MaxPooling2D,
    Other,
    Reshape,
    expected_cnn,
    expected_dense,
)
from grader.judging.floors import chi_square_quantile, spread
from grader.judging.jobs import Job, Trained, job_from_json, job_key, library_versions, trained_from_json
from grader.judging.recipe import INITIALIZERS, Adam, Schedule, adam_from_config, plain_initializer
from grader.judging.trainer import build, model_arrays
from grader.sandbox.wire import Channel

TINY = Architecture(
    (28, 28, 1), (MaxPooling2D((4, 4), (4, 4)), Conv2D(2, activation="relu"), Flatten(), Dense(10, "softmax"))
)
JOB = Job(TINY, Adam(0.01), epochs=2, seed=11, batch_size=500)

PROCESS = """
import os, sys
from pathlib import Path
from grader.sandbox.wire import Channel

mode = sys.argv[1]
wire_in, wire_out = os.dup(0), os.dup(1)
os.dup2(2, 1)
if "one core" in mode:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
if "fork" in mode:
    import keras, tensorflow
    child = os.fork()
    if child:
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
from grader.judging.trainer import main
main(Channel(os.fdopen(wire_in, "rb"), os.fdopen(wire_out, "wb")))
"""


def run(job: dict[str, Any], mode: str = "fresh", **environment: str) -> list[dict[str, Any]]:
    """All that a trainer's process says to this job."""
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    with subprocess.Popen(
        [sys.executable, "-c", PROCESS, mode],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **quiet, **environment},
    ) as process:
        channel = Channel(process.stdout, process.stdin)
        channel.send({"job": job})
        messages = []
        while True:
            try:
                messages.append(channel.receive())
            except EOFError:
                break
    assert process.returncode == 0
    return messages


def test_equal_jobs_give_equal_numbers_in_every_process() -> None:
    other = "fork, one core" if sys.platform == "linux" else "fresh"
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(lambda how: run(JOB.to_json(), how[0], PYTHONHASHSEED=how[1]), (("fresh", "0"), (other, "1")))
        )
    results = [trained_from_json(answer[-1]["trained"]) for answer in answers]
    first, second = results
    assert first == second
    assert first.accuracy > 0.3
    assert first.accuracy * 2000 == pytest.approx(round(first.accuracy * 2000), abs=1e-9)
    assert [len(values) for values in (first.train_accuracy, first.train_loss, first.seconds)] == [2, 2, 2]
    assert first.validation_accuracy == ()
    for answer in answers:
        told = [message["progress"] for message in answer[:-1]]
        assert all(entry["epochs"] == 2 and entry["epoch"] in (1, 2) for entry in told)
        fractions = [entry["fraction"] for entry in told]
        assert fractions == sorted(fractions)
        assert all(0 < fraction <= 1 for fraction in fractions)


def test_a_diverging_training_has_no_loss_and_validation_is_an_option() -> None:
    job = replace(JOB, optimizer=Adam(1e30), validate=True)
    trained = trained_from_json(run(job.to_json())[-1]["trained"])
    assert trained.loss is None
    assert trained.train_loss[-1] is None
    assert trained.accuracy < 0.2
    assert len(trained.validation_accuracy) == len(trained.validation_loss) == 2
    assert trained_from_json(json.loads(json.dumps(trained.to_json(), allow_nan=False))) == trained


def test_what_cannot_be_trained_is_a_sentence(tmp_path: Path) -> None:
    (answer,) = run(JOB.to_json(), GRADER_DATA_CACHE=str(tmp_path))
    assert "missing" in answer["failed"]
    (answer,) = run({**JOB.to_json(), "architecture": {"input_shape": [28, 28], "layers": []}})
    assert answer["failed"] == "A model to be trained takes images of 28 x 28 and gives ten numbers."


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"data": "secret"}, "no data 'secret'"),
        ({"epochs": 0}, "begin at 1"),
        ({"epochs": "3"}, "no job"),
        ({"batch_size": 0}, "begin at 1"),
        ({"seed": -1}, "begin at 1"),
        ({"seed": 2**32}, "begin at 1"),
        ({"secret": 1}, "no job"),
        ({"architecture": {}}, "no job"),
        ({"optimizer": {"weight_decay": 0.1}}, "AdamW"),
    ],
)
def test_anything_else_is_no_job(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        job_from_json({**JOB.to_json(), **change})


@pytest.mark.parametrize(
    ("layers", "sentence"),
    [
        ((Flatten(), Other("Dropout"), Dense(10)), "layer Dropout"),
        ((Flatten(), Dense(10, "wiggle")), "activation 'wiggle'"),
        ((Flatten(), Dense(10, kernel_initializer=Initializer("Identity"))), "'Identity' is no initializer"),
        ((Flatten(), Dense(10, bias_initializer=Initializer("Constant", (("value", "x"),)))), "no plain setting"),
        ((Flatten(), Dense(9)), "ten numbers"),
        ((Dense(10),), "ten numbers"),
        ((Conv2D(10), Flatten()), "ten numbers"),
    ],
)
def test_only_what_is_plain_is_trained(layers: tuple[Any, ...], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Job(Architecture((28, 28), layers), Adam(), 1, 0)


def test_equal_models_are_equal_jobs() -> None:
    written_out = Architecture(
        (28, 28),
        (
            Reshape((784,)),
            Dense(128, kernel_initializer=Initializer("GlorotUniform", (("seed", 5.0),))),
            Activation("relu"),
            Dense(10, bias_initializer=Initializer("Zeros")),
            Activation("softmax"),
        ),
    )
    plain, job = Job(expected_dense(128), Adam(), 3, 1), Job(written_out, Adam(), 3, 1)
    assert job == plain
    assert job_from_json(json.loads(json.dumps(job.to_json()))) == plain
    assert job_key(job, library_versions(), "data") == job_key(plain, library_versions(), "data")


def test_the_key_changes_with_all_that_determines_the_result() -> None:
    versions = library_versions()
    assert versions.keys() == {"tensorflow", "keras", "numpy"}
    others = [
        replace(JOB, seed=12),
        replace(JOB, epochs=3),
        replace(JOB, batch_size=32),
        replace(JOB, data="full"),
        replace(JOB, validate=True),
        replace(JOB, optimizer=Adam()),
        replace(JOB, optimizer=Adam(0.01, amsgrad=True)),
        replace(JOB, architecture=expected_cnn(64, 2)),
    ]
    keys = [job_key(job, versions, "data") for job in (JOB, *others)]
    keys += [job_key(JOB, {**versions, "keras": "0"}, "data"), job_key(JOB, versions, "other data")]
    assert len(set(keys)) == len(keys)
    assert all(len(key) == 64 for key in keys)


def test_the_host_half_loads_no_keras() -> None:
    code = "import sys, grader.judging.trainer; sys.exit('keras' in sys.modules or 'tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_results_that_are_none_are_refused() -> None:
    assert trained_from_json({"accuracy": 0.5, "loss": 1.0, "train_accuracy": [], "train_loss": []}) == Trained(
        0.5, 1.0, (), ()
    )
    for data in ({}, {"accuracy": 0.5, "unknown": 1}):
        with pytest.raises(ValueError, match="no result"):
            trained_from_json(data)


def schedules() -> list[Any]:
    from keras.optimizers import schedules

    return [
        schedules.ExponentialDecay(0.01, 100, 0.9, staircase=True),
        schedules.InverseTimeDecay(0.01, 100, 0.9),
        schedules.PolynomialDecay(0.01, 100, power=2),
        schedules.CosineDecay(0.01, 100, warmup_target=0.02, warmup_steps=10),
        schedules.CosineDecayRestarts(0.01, 100),
        schedules.PiecewiseConstantDecay([10, 20], [0.1, 0.2, 0.3]),
    ]


@pytest.mark.parametrize("place", range(6))
def test_every_schedule_of_keras_is_read_and_built_again(place: int) -> None:
    import keras

    schedule = schedules()[place]
    adam = adam_from_config(keras.optimizers.Adam(schedule, clipnorm=1).get_config())
    assert isinstance(adam.learning_rate, Schedule)
    job = replace(JOB, optimizer=adam)
    assert job_from_json(json.loads(json.dumps(job.to_json()))) == job
    built = build(job).optimizer
    assert built.clipnorm == 1.0
    for step in (0, 5, 15, 50, 99, 250):
        assert float(built._learning_rate(step)) == pytest.approx(float(schedule(step)), rel=1e-6)


def test_adam_is_read_as_it_was_meant() -> None:
    import keras

    assert adam_from_config(keras.optimizers.Adam().get_config()) == Adam() == adam_from_config({})
    given = {"learning_rate": 0.002, "beta_1": 0.5, "amsgrad": True, "global_clipnorm": 2.0, "use_ema": True}
    adam = adam_from_config(keras.optimizers.Adam(**given).get_config())
    assert adam == Adam(**given)
    built = build(replace(JOB, optimizer=adam)).optimizer.get_config()
    assert adam_from_config(built) == adam
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 1, 1).get_config()
    for config in (
        {"weight_decay": 0.004},
        {"nesterov": True},
        {"learning_rate": float("nan")},
        {"learning_rate": None},
        {"beta_1": 10**400},
        {"epsilon": True},
        {"amsgrad": 1},
        {"ema_overwrite_frequency": 1.5},
        {"learning_rate": {"class_name": "Mine", "config": {}}},
        {"learning_rate": {"class_name": ["ExponentialDecay"], "config": {}}},
        {"learning_rate": {"class_name": "ExponentialDecay", "config": {**schedule, "more": 1}}},
        {"learning_rate": {"class_name": "ExponentialDecay", "config": {**schedule, "decay_rate": "fast"}}},
    ):
        with pytest.raises(ValueError, match=r"\.$"):
            adam_from_config(config)


@pytest.mark.parametrize("kind", INITIALIZERS)
def test_every_initializer_of_keras_is_read_and_built_again(kind: str) -> None:
    import keras

    config = getattr(keras.initializers, kind)().get_config()
    assert plain_initializer(kind, {**config, "seed": 7}) == Initializer(kind)
    changed = {name: 0.25 for name, value in INITIALIZERS[kind].items() if isinstance(value, float)}
    initializer = plain_initializer(kind, {**config, **changed})
    assert dict(initializer.settings) == changed
    layers = (Flatten(), Dense(10, kernel_initializer=initializer))
    job = Job(Architecture((28, 28), layers), Adam(), 1, 3)
    built = build(job)
    again = getattr(keras.initializers, kind)
    assert type(built.layers[-1].kernel_initializer) is again
    assert built.layers[-1].kernel_initializer.get_config() | {"seed": None} == {"seed": None, **config, **changed}
    for mine, theirs in zip(built.get_weights(), build(job).get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_the_model_is_built_as_the_architecture_says() -> None:
    for architecture in (expected_dense(128), expected_cnn(64, 3), TINY):
        model = build(Job(architecture, Adam(), 1, 0))
        assert model.count_params() == architecture.parameters()
        assert [tuple(layer.output.shape[1:]) for layer in model.layers] == architecture.shapes()
        assert model.optimizer.get_config()["learning_rate"] == pytest.approx(0.001)
    square = Architecture((28, 28), (Flatten(), Dense(10), Dense(10), Dense(10, bias_initializer=GLOROT)))
    weights, others = (build(Job(square, Adam(), 1, seed)).get_weights() for seed in (0, 1))
    assert not np.array_equal(weights[2], weights[4])  # a seed of its own for each layer
    assert not any(np.array_equal(weights[place], others[place]) for place in (0, 2, 4, 5))
    assert not weights[1].any()


def test_images_are_scaled_and_have_the_axes_that_the_model_takes() -> None:
    images = np.arange(2 * 784).astype(np.uint8).reshape(2, 28, 28)
    dataset = Dataset(images, np.array([1, 2], np.uint8), images[:1], np.array([3], np.uint8), "")
    flat, labels, test, test_labels = model_arrays(dataset, expected_dense(4))
    assert flat.dtype == test.dtype == np.float32
    assert (flat.shape, test.shape, labels.tolist(), test_labels.tolist()) == ((2, 28, 28), (1, 28, 28), [1, 2], [3])
    np.testing.assert_array_equal(flat, images.astype(np.float32) / np.float32(255))
    assert model_arrays(dataset, TINY)[0].shape == (2, 28, 28, 1)


@pytest.mark.parametrize(("degrees", "quantile"), [(4, 0.711), (9, 3.325), (29, 17.708), (99, 77.046)])
def test_the_chi_square_quantile_is_that_of_the_tables(degrees: int, quantile: float) -> None:
    ours = chi_square_quantile(0.05, degrees)
    assert ours == pytest.approx(quantile, rel=0.01 if degrees > 4 else 0.03)
    assert chi_square_quantile(0.5, degrees) == pytest.approx(degrees * (1 - 2 / (9 * degrees)) ** 3)


def test_a_floor_lies_below_the_mean_by_the_bound_and_on_a_whole_percent() -> None:
    accuracies = np.random.default_rng(0).normal(0.83, 0.005, 30).tolist()
    found = spread(accuracies)
    assert found.floor == math.floor(100 * (found.mean - 4.9 * found.bound)) / 100
    assert 1.25 < found.bound / found.deviation < 1.35
    assert found.failure < 1e-6
    assert found.margin == pytest.approx((found.mean - found.floor) / found.deviation)
    assert spread([0.9, 0.9, 0.9]).floor == 0.9
    with pytest.raises(ValueError, match="at least two"):
        spread([0.9])
    assert set(asdict(found)) == {"mean", "deviation", "bound", "floor", "margin", "failure"}
