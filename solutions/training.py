"""Training with callbacks: watch a training, keep the best model, and ask it what it sees.

You learn what Keras's own callbacks do for a training, how to write one that measures, and how probabilities become
an answer with a confidence.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

# SOLUTION BEGIN
from threshold_callback import AccuracyThresholdCallback

# SOLUTION END


class EpochTimer(keras.callbacks.Callback):
    """Measure how long each epoch takes, and add it to the epoch's logs, so that it stands in the History.

    Args:
        It takes none: `EpochTimer()`.

    Example:
        >>> model.fit(images, labels, epochs=2, callbacks=[EpochTimer()]).history["epoch_seconds"]
        [3.91, 3.72]
    """

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Remember when this epoch began.

        Args:
            epoch: number of the epoch that begins, from 0.
            logs: nothing of use here.

        Returns:
            Nothing.

        Example:
            >>> timer.on_epoch_begin(0, {})
        """
        # SOLUTION BEGIN
        self._began = time.perf_counter()
        # SOLUTION END

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Add `epoch_seconds` to this epoch's logs: the seconds since it began, a float.

        Args:
            epoch: number of the epoch that has just ended, from 0.
            logs: this epoch's figures by name, such as `loss`. The dict itself is changed, and what stands in it
                already is left as it is.

        Returns:
            Nothing.

        Example:
            >>> logs = {"loss": 0.5}
            >>> timer.on_epoch_end(0, logs)
            >>> sorted(logs)
            ['epoch_seconds', 'loss']
        """
        # SOLUTION BEGIN
        logs["epoch_seconds"] = time.perf_counter() - self._began
        # SOLUTION END


def build_callbacks(directory: str | Path, threshold: float = 0.98) -> list[keras.callbacks.Callback]:
    """Make the callbacks of a training that writes into one folder.

    Args:
        directory: the folder, a text or a Path; it need not exist yet.
        threshold: the training accuracy to stop at, above 0 and at most 1.

    Returns:
        A list of five callbacks, in any order: your `AccuracyThresholdCallback`, imported from `threshold_callback`,
        with this threshold; a `ModelCheckpoint` that keeps only the best model, by `val_loss` or `val_accuracy`, in
        the file `best.keras` of the folder; a `ReduceLROnPlateau` with factor 0.5 and patience 3, watching a loss or
        an accuracy; a `TensorBoard` that logs into the folder `logs` of the folder; and an `EpochTimer`.

    Example:
        >>> [type(callback).__name__ for callback in build_callbacks("run")][1:3]
        ['ModelCheckpoint', 'ReduceLROnPlateau']
    """
    # SOLUTION BEGIN
    folder = Path(directory)
    return [
        AccuracyThresholdCallback(threshold),
        keras.callbacks.ModelCheckpoint(folder / "best.keras", save_best_only=True),
        keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=3),
        keras.callbacks.TensorBoard(folder / "logs"),
        EpochTimer(),
    ]
    # SOLUTION END


def train(
    model: keras.Model,
    images: np.ndarray,
    labels: np.ndarray,
    epochs: int = 5,
    validation_data: tuple[np.ndarray, np.ndarray] | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> keras.callbacks.History:
    """Train a model.

    Args:
        model: a compiled model, which is trained itself, as it was compiled.
        images: float array of the shape that the model takes, values 0 to 1; all of them are trained on, as they are.
        labels: as many integers, 0 to 9.
        epochs: how many times over the images.
        validation_data: images and labels that the model is evaluated on after each epoch; None for no evaluation.
        callbacks: called by Keras while it trains.

    Returns:
        The `History` that Keras's `fit` gives. Any batch size will do.

    Example:
        >>> train(model, images, labels, epochs=2).history["accuracy"]
        [0.78, 0.84]
    """
    # SOLUTION BEGIN
    return model.fit(images, labels, epochs=epochs, validation_data=validation_data, callbacks=list(callbacks))
    # SOLUTION END


def predict_labels(model: keras.Model, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Say what a model takes each image for, and how sure it is.

    Args:
        model: a model that gives probabilities of shape `(n, 10)`.
        images: float array of `n` images, of the shape that the model takes; `n` at least 1.

    Returns:
        Two numpy arrays of shape `(n,)`: the most probable class of each image, an integer 0 to 9, and its
        probability, a float 0 to 1.

    Example:
        >>> predict_labels(model, images[:2])
        (array([9, 2]), array([0.537, 0.981], dtype=float32))
    """
    # SOLUTION BEGIN
    probabilities = model.predict(images)
    return probabilities.argmax(axis=1), probabilities.max(axis=1)
    # SOLUTION END
