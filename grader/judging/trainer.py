"""Trusted training: a process of our own that builds a model afresh from its architecture, trains it, and ends.

It has seen no student code. The same job gives the same numbers wherever and however often it runs: they depend on the
libraries and the number of threads, but not on how many cores there are, on the process being a fork or a fresh one,
or on Python's hash seed.
"""

import math
import os
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.course.dataset import DataError, Dataset, load_full, load_subset
from grader.judging.architecture import Architecture, Conv2D, Dense, Initializer, Layer
from grader.judging.jobs import THREADS, Job, Trained, job_from_json
from grader.judging.recipe import RANDOM_INITIALIZERS, Schedule
from grader.sandbox.wire import Channel

PROGRESS_SECONDS = 0.3
"""Progress is told three times a second at most: more than that no terminal shows."""

EVALUATION_BATCH = 250
"""Test images at a time: a CNN's activations for 250 of them take 50 MB."""

LOADERS: dict[str, Callable[[], Dataset]] = {"subset": load_subset, "full": load_full}

Arrays = tuple[NDArray[np.float32], NDArray[np.uint8], NDArray[np.float32], NDArray[np.uint8]]
"""Training images and labels, test images and labels, as the model takes them."""


class RefusedError(ValueError):
    """Keras makes no model of a job's settings; the text is the first line of what it says."""


def main(channel: Channel) -> None:
    """Train one job and end.

    Receives `{"job": ...}`, with `"weights": true` where the trained weights are wanted too; sends
    `{"progress": {"epoch", "epochs", "fraction"}}` now and then (the epoch begins at 1, the fraction is of the whole
    training), and at last `{"trained": ...}`, with the weights as arrays if asked, or `{"failed": "one sentence"}`,
    or `{"refused": "one sentence"}` where Keras makes no model of the job's settings.
    """
    try:
        request = channel.receive()
        job = job_from_json(request["job"])
        dataset = LOADERS[job.data]()
        trained, model = train(job, dataset, lambda progress: channel.send({"progress": progress}))
    except RefusedError as error:
        channel.send({"refused": str(error)})
    except (DataError, ValueError) as error:
        channel.send({"failed": str(error)})
    else:
        weights = {"weights": model.get_weights()} if request.get("weights") else {}
        channel.send({"trained": trained.to_json(), **weights})


def train(job: Job, dataset: Dataset, tell: Callable[[dict[str, Any]], None]) -> tuple[Trained, Any]:
    """Build and train; the result and the model. Only for a process that has computed nothing with TensorFlow yet."""
    configure(job.seed)
    try:
        model = build(job)
    except (ValueError, TypeError) as error:
        raise RefusedError(str(error).split("\n", 1)[0]) from error
    return fit(model, job, model_arrays(dataset, job.architecture), tell), model


def configure(seed: int) -> None:
    """Fix everything outside the job that could change a number: threads, devices, determinism, defaults, seeds."""
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    import keras
    import tensorflow

    tensorflow.config.threading.set_intra_op_parallelism_threads(THREADS)
    tensorflow.config.threading.set_inter_op_parallelism_threads(THREADS)
    tensorflow.config.set_visible_devices([], "GPU")
    tensorflow.config.experimental.enable_op_determinism()
    keras.config.set_floatx("float32")  # ~/.keras/keras.json may say otherwise
    keras.config.set_image_data_format("channels_last")
    keras.utils.set_random_seed(seed)


def build(job: Job) -> Any:
    """The job's Keras model, freshly initialised from the job's seed and compiled."""
    import keras

    layers = [_keras_layer(layer, job.seed, place) for place, layer in enumerate(job.architecture.layers)]
    model = keras.Sequential([keras.Input(job.architecture.input_shape), *layers])
    settings = asdict(job.optimizer)
    if isinstance(job.optimizer.learning_rate, Schedule):
        schedule = job.optimizer.learning_rate
        settings["learning_rate"] = getattr(keras.optimizers.schedules, schedule.kind)(**dict(schedule.settings))
    compile_model(model, keras.optimizers.Adam(**settings))
    return model


def compile_model(model: Any, optimizer: Any) -> None:
    """Compile as the course does; without XLA, which Keras would choose or not by what machine it is on."""
    model.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"], jit_compile=False)


def _keras_layer(layer: Layer, seed: int, place: int) -> Any:
    import keras

    settings = asdict(layer)
    if isinstance(layer, Dense | Conv2D):
        settings["kernel_initializer"] = _keras_initializer(layer.kernel_initializer, (seed, place, 0))
        settings["bias_initializer"] = _keras_initializer(layer.bias_initializer, (seed, place, 1))
    return getattr(keras.layers, type(layer).__name__)(**settings)


def _keras_initializer(initializer: Initializer, entropy: tuple[int, ...]) -> Any:
    import keras

    settings: dict[str, Any] = dict(initializer.settings)
    if initializer.kind in RANDOM_INITIALIZERS:
        settings["seed"] = int(np.random.SeedSequence(entropy).generate_state(1)[0] >> 1)  # 31 bits fit anywhere
    return getattr(keras.initializers, initializer.kind)(**settings)


def model_arrays(dataset: Dataset, architecture: Architecture) -> Arrays:
    """The data as the model takes it: images `(n, 28, 28)` or `(n, 28, 28, 1)`, float32 in 0 to 1; labels `(n,)`."""
    shape = (-1, *architecture.input_shape)
    train_images, test_images = (
        (images.astype(np.float32) / np.float32(255)).reshape(shape)
        for images in (dataset.train_images, dataset.test_images)
    )
    return train_images, dataset.train_labels, test_images, dataset.test_labels


def fit(model: Any, job: Job, arrays: Arrays, tell: Callable[[dict[str, Any]], None]) -> Trained:
    """Train a compiled model as the job says, and evaluate it."""
    import keras

    train_images, train_labels, test_images, test_labels = arrays
    steps = math.ceil(len(train_images) / job.batch_size)
    epoch_now, told, begun = 0, time.monotonic(), 0.0
    seconds: list[float] = []

    def epoch_begins(epoch: int, logs: Any) -> None:
        nonlocal epoch_now, begun
        epoch_now, begun = epoch, time.perf_counter()

    def epoch_ends(epoch: int, logs: Any) -> None:
        seconds.append(time.perf_counter() - begun)

    def batch_ends(batch: int, logs: Any) -> None:
        nonlocal told
        if time.monotonic() - told >= PROGRESS_SECONDS:
            told = time.monotonic()
            done = (epoch_now * steps + batch + 1) / (job.epochs * steps)
            tell({"epoch": epoch_now + 1, "epochs": job.epochs, "fraction": done})

    history = model.fit(
        train_images,
        train_labels,
        batch_size=job.batch_size,
        epochs=job.epochs,
        verbose=0,
        validation_data=(test_images, test_labels) if job.validate else None,
        validation_batch_size=EVALUATION_BATCH,
        callbacks=[
            keras.callbacks.LambdaCallback(
                on_epoch_begin=epoch_begins, on_epoch_end=epoch_ends, on_train_batch_end=batch_ends
            )
        ],
    ).history
    result = model.evaluate(test_images, test_labels, batch_size=EVALUATION_BATCH, verbose=0, return_dict=True)
    return Trained(
        accuracy=_share(result["accuracy"], len(test_labels)),
        loss=_finite(result["loss"]),
        train_accuracy=tuple(_share(value, len(train_labels)) for value in history["accuracy"]),
        train_loss=tuple(_finite(value) for value in history["loss"]),
        validation_accuracy=tuple(_share(value, len(test_labels)) for value in history.get("val_accuracy", ())),
        validation_loss=tuple(_finite(value) for value in history.get("val_loss", ())),
        seconds=tuple(seconds),
    )


def _share(value: Any, count: int) -> float:
    """Keras's float32 mean as the exact share that was meant: 0.76, not 0.7599999904, which would miss a floor."""
    return round(float(value) * count) / count


def _finite(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None
