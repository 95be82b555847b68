"""Checks of `threshold_callback`: scripted logs, one epoch at a time, every answer seen; and one real `fit`."""

import difflib
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from grader.judging.verdict import Failed, clean
from grader.suite.session import TaskSession

CLASS = "AccuracyThresholdCallback"

Logs = dict[str, float] | None

FIT_EPOCHS = 12
"""Epochs after which the tiny model of the `fit` check has long reached its threshold: it does in the third."""


@dataclass
class Driver:
    """Drives one callback as `fit` would, and watches it.

    Attributes:
        task: where questions are put.
        shown: how it was made.
        handle: the callback.
        model: the small model that it is attached to.
        epoch: the number of the next epoch.
    """

    task: TaskSession
    shown: str
    handle: int
    model: int
    epoch: int = 0

    def event(self, name: str, number: int | None, logs: Logs) -> tuple[bool, str]:
        """Call one method; whether the model is to stop afterwards, and what was printed.

        Raises:
            Failed: it raised, or changed the logs.
        """
        asked = f"{self.shown}.{name}({'' if number is None else f'{number}, '}{logs})"
        answer = self.task.ask(
            "event", asked, handle=self.handle, model=self.model, event=name, number=number, logs=logs
        )
        if answer.raised is not None:
            failure = self.task.exception(asked, answer.raised)
            if logs is None or "accuracy" not in logs:
                failure.hint = (
                    failure.hint or "logs may be None, and may lack accuracy: logs.get('accuracy') is None then."
                )
            raise failure
        try:
            after = _plain_logs(answer.value["logs"])
            stop = answer.value["stop"] is True
        except (KeyError, TypeError, ValueError):
            raise Failed(f"{asked} gave an answer that cannot be read.") from None
        if after != logs:
            raise Failed(f"{asked} changed the logs.", "Other callbacks read them too: only look at them.")
        return stop, answer.output

    def epoch_end(self, logs: Logs) -> tuple[bool, str]:
        """The next epoch ends with these logs."""
        self.epoch += 1
        return self.event("on_epoch_end", self.epoch - 1, logs)

    def expect(self, logs: Logs, stop: bool, why: str) -> str:
        """See that the next epoch ends as it should; what was printed.

        Raises:
            Failed: it stopped, or did not, at this epoch.
        """
        number = self.epoch
        stopped, printed = self.epoch_end(logs)
        if stopped != stop:
            did = "stopped the training" if stopped else "did not stop the training"
            hint = "" if stopped else self._hint()
            raise Failed(f"{self.shown} {did} at the end of epoch {number} with logs {logs}: {why}.", hint)
        return printed

    def _hint(self) -> str:
        methods = self.task.value("is_callback", self.shown, handle=self.handle).get("methods", [])
        if "on_epoch_end" in methods:
            return "To stop, set self.model.stop_training = True."
        near = difflib.get_close_matches("on_epoch_end", [str(name) for name in methods], n=1, cutoff=0.5)
        found = f": there is {clean(near[0], 80)}, which Keras calls at another time or never" if near else ""
        return f"Keras calls on_epoch_end(epoch, logs), which the class does not define{found}."


def _plain_logs(observed: dict[str, Any]) -> Logs:
    if observed["kind"] == "none":
        return None
    return {str(key["value"]): float(value["value"]) for key, value in observed["items"]}


def driver(task: TaskSession, threshold: float | None = None) -> Driver:
    """A new callback, attached to a small model, in a training that has begun."""
    shown = f"{CLASS}({'' if threshold is None else threshold})"
    keywords = {} if threshold is None else {"threshold": threshold}
    called = task.call(CLASS, shown=shown, keywords=keywords, seed=task.seed)
    model = task.value("callback_model", f"{shown}.set_model(model)", handle=called.handle)
    made = Driver(task, shown, called.handle, int(model))
    made.event("on_train_begin", None, None)
    return made


def thresholds(task: TaskSession) -> list[float]:
    """Three thresholds of at most three decimals, drawn for this check."""
    return [
        round(float(value), 3) for value in task.generator().choice(np.arange(550, 960), size=3, replace=False) / 1000
    ]


def lines(text: str) -> list[str]:
    """The lines that say something."""
    return [line for line in text.splitlines() if line.strip()]


@pytest.mark.points(1)
def test_is_a_callback(task: TaskSession) -> None:
    """The class derives from `keras.callbacks.Callback`."""
    called = task.call(CLASS, shown=f"{CLASS}()")
    if not task.value("is_callback", f"{CLASS}()", handle=called.handle).get("callback"):
        hint = f"Write: class {CLASS}(keras.callbacks.Callback)."
        raise Failed(f"{CLASS}() is no keras.callbacks.Callback.", hint)


@pytest.mark.points(2)
def test_stops_above_the_threshold(task: TaskSession) -> None:
    """An epoch whose accuracy lies above the threshold stops the training."""
    for accuracy in (0.992, 1.0):
        driver(task, 0.98).expect({"accuracy": accuracy, "loss": 0.02}, True, "the accuracy is above the threshold")


@pytest.mark.points(2)
def test_stops_at_the_threshold(task: TaskSession) -> None:
    """An accuracy that equals the threshold stops the training too."""
    logs = {"accuracy": 0.98, "loss": 0.02}
    driver(task, 0.98).expect(logs, True, "the accuracy equals the threshold, which is enough")


@pytest.mark.points(2)
def test_goes_on_below_the_threshold(task: TaskSession) -> None:
    """Below the threshold the training goes on, however long and whatever the other figures say."""
    made = driver(task, 0.98)
    for accuracy in np.round(task.generator().uniform(0.1, 0.96, size=8), 4).tolist():
        logs = {"accuracy": accuracy, "loss": round(1 - accuracy, 4)}
        made.expect(logs, False, "the accuracy is below the threshold")


@pytest.mark.points(2)
def test_default_threshold_is_98_percent(task: TaskSession) -> None:
    """Without an argument, the threshold is 0.98."""
    made = driver(task)
    made.expect({"accuracy": 0.9795, "loss": 0.1}, False, "without an argument the threshold is 0.98")
    made.expect({"accuracy": 0.9805, "loss": 0.1}, True, "without an argument the threshold is 0.98")


@pytest.mark.points(2)
def test_threshold_argument(task: TaskSession) -> None:
    """The argument sets the threshold."""
    for threshold in thresholds(task):
        made = driver(task, threshold)
        below, above = round(threshold - 0.0005, 4), round(threshold + 0.0005, 4)
        made.expect({"accuracy": below, "loss": 0.3}, False, f"the threshold is {threshold}")
        made.expect({"accuracy": above, "loss": 0.3}, True, f"the threshold is {threshold}")


@pytest.mark.points(2)
def test_only_training_accuracy_counts(task: TaskSession) -> None:
    """Neither `val_accuracy` nor any other figure stops the training, or keeps it from stopping."""
    made = driver(task, 0.98)
    why = "only the training accuracy counts, and it is {} the threshold"
    made.expect({"accuracy": 0.62, "loss": 0.9, "val_accuracy": 0.995, "val_loss": 0.1}, False, why.format("below"))
    made.expect({"loss": 1.3, "accuracy": 0.7, "top_accuracy": 1.0}, False, why.format("below"))
    made.expect({"accuracy": 0.995, "loss": 0.1, "val_accuracy": 0.62, "val_loss": 0.9}, True, why.format("above"))


@pytest.mark.points(2)
def test_logs_without_accuracy(task: TaskSession) -> None:
    """Logs that are `None`, empty or lack `accuracy` are no reason to stop, or to fail."""
    made = driver(task, 0.98)
    for logs in (None, {}, {"loss": 0.01}, {"loss": 0.01, "val_accuracy": 0.999}):
        made.expect(logs, False, "there is no training accuracy")


@pytest.mark.points(1)
def test_acts_only_at_the_end_of_an_epoch(task: TaskSession) -> None:
    """Batches, the beginning of an epoch, validation and prediction do not stop the training."""
    made = driver(task, 0.98)
    high = {"accuracy": 1.0, "loss": 0.0}
    for name, number in (
        ("on_epoch_begin", 0),
        ("on_train_batch_begin", 0),
        ("on_train_batch_end", 0),
        ("on_batch_end", 1),
        ("on_test_begin", None),
        ("on_test_batch_end", 0),
        ("on_test_end", None),
        ("on_predict_end", None),
    ):
        stop, printed = made.event(name, number, high)
        if stop or lines(printed):
            did = "stopped the training" if stop else "printed a line"
            raise Failed(f"{made.shown} {did} in {name}.", "Only the end of an epoch counts: use on_epoch_end.")


@pytest.mark.points(1)
def test_keeps_the_stop_of_another_callback(task: TaskSession) -> None:
    """Where another callback asked for a stop, it is not taken back; a second training starts afresh."""
    made = driver(task, 0.98)
    task.value("request_stop", made.shown, model=made.model, stop=True)
    stop, _ = made.event("on_epoch_begin", 0, None)
    if stop:
        stop, _ = made.epoch_end({"accuracy": 0.5, "loss": 1.0})
    if not stop:
        hint = "Never set self.model.stop_training to False: only to True, inside the if."
        raise Failed(f"{made.shown} took back a stop that another callback had asked for.", hint)
    task.value("request_stop", made.shown, model=made.model, stop=False)  # as the next fit does
    made.event("on_train_begin", None, None)
    made.epoch = 0
    made.expect({"accuracy": 0.5, "loss": 1.0}, False, "this is a second training, below the threshold")


@pytest.mark.points(1)
def test_prints_one_line(task: TaskSession) -> None:
    """One line is printed when the threshold is reached, none before."""
    made = driver(task, 0.98)
    for accuracy in (0.4, 0.9):
        _, printed = made.epoch_end({"accuracy": accuracy, "loss": 0.5})
        if lines(printed):
            shown = clean(lines(printed)[0], 120)
            raise Failed(f"{made.shown} printed {shown!r} at an accuracy of {accuracy}, below the threshold.")
    _, printed = made.epoch_end({"accuracy": 0.99, "loss": 0.1})
    count = len(lines(printed))
    if count != 1:
        what = "nothing" if count == 0 else f"{count} lines"
        raise Failed(f"{made.shown} printed {what} at an accuracy of 0.99; one line was expected.")


@pytest.mark.points(1)
def test_names_the_threshold_in_percent(task: TaskSession) -> None:
    """The line names the threshold in percent: `98%` for 0.98, `98.5%` for 0.985."""
    for threshold in (0.98, 0.985, *thresholds(task)):
        made = driver(task, threshold)
        _, printed = made.epoch_end({"accuracy": 1.0, "loss": 0.0})
        named = [float(number) for number in re.findall(r"(\d+(?:\.\d+)?)\s?%", printed)]
        if not any(abs(number - 100 * threshold) < 1e-6 for number in named):
            shown = clean(" ".join(lines(printed)), 160)
            hint = "f'{100 * self.threshold:g}%' gives 98% and 98.5%."
            if not shown:
                raise Failed(f"{made.shown} printed nothing; a line with {100 * threshold:g}% was expected.")
            raise Failed(f"{made.shown} printed {shown!r}; {100 * threshold:g}% was expected in it.", hint)


@pytest.mark.points(1)
def test_stops_a_real_training(task: TaskSession) -> None:
    """In a `fit` of Keras, training ends after the first epoch that reaches the threshold."""
    threshold = 0.9
    shown = f"{CLASS}({threshold})"
    called = task.call(CLASS, shown=shown, keywords={"threshold": threshold}, seed=task.seed)
    labels = np.tile(np.arange(4), 8)
    images = np.eye(4, dtype=np.float32)[labels]  # one-hot: learnt within a few epochs
    asked = f"model.fit(..., callbacks=[{shown}])"
    value = task.value("fit", asked, handle=called.handle, images=images, labels=labels, epochs=FIT_EPOCHS)
    try:
        reached = [float(item["value"]) for item in value["accuracy"]["items"]]
    except (KeyError, TypeError, ValueError):
        raise Failed(f"{asked} gave an answer that cannot be read.") from None
    first = next((epoch for epoch, accuracy in enumerate(reached) if accuracy >= threshold), None)
    if first is None or first != len(reached) - 1:
        shown_accuracies = ", ".join(f"{accuracy:.3f}" for accuracy in reached)
        ended = f"trained {len(reached)} epochs with the accuracies {shown_accuracies}"
        raise Failed(f"{asked} {ended}; it should end with the first that is at least {threshold}.")
