"""Stopping at an accuracy: end a training as soon as it is good enough.

You learn how Keras calls your code while it trains, what it tells you in `logs`, and how a callback stops a training.
"""

from typing import Any

import keras


class AccuracyThresholdCallback(keras.callbacks.Callback):
    """Stop training at the end of the first epoch whose training accuracy reaches a threshold.

    Args:
        threshold: the accuracy to reach, above 0 and at most 1, with at most three decimals.

    Example:
        >>> model.fit(images, labels, epochs=20, callbacks=[AccuracyThresholdCallback(0.85)])
    """

    def __init__(self, threshold: float = 0.98) -> None:
        """Remember the threshold.

        Args:
            threshold: the accuracy to reach, above 0 and at most 1, with at most three decimals.
        """
        raise NotImplementedError("threshold_callback: AccuracyThresholdCallback.__init__ is not written yet")

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Stop the training, and say so, if this epoch's training accuracy is at least the threshold.

        To stop, set `self.model.stop_training` to `True` and print one line that names the threshold in percent: `98%`
        for 0.98, `98.5%` for 0.985. Otherwise print nothing and leave `self.model.stop_training` as it is: another
        callback may have asked for a stop.

        Args:
            epoch: number of the epoch that has just ended, from 0.
            logs: this epoch's figures by name. Only `accuracy` counts (a float, 0 to 1), not `val_accuracy`. It may be
                absent, and `logs` may be `None`: then nothing happens.

        Returns:
            Nothing.

        Example:
            >>> callback.on_epoch_end(3, {"accuracy": 0.984, "loss": 0.05})
            Reached 98% accuracy, stopping training.
        """
        raise NotImplementedError("threshold_callback: AccuracyThresholdCallback.on_epoch_end is not written yet")
