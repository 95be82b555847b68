"""Checks of `threshold_callback`: scripted logs, one epoch at a time, every answer seen; and one real `fit`."""

import math
import re
from contextlib import suppress
from functools import partial

import numpy as np
import pytest

from grader.judging.verdict import Failed, clean
from grader.suite.driven_callback import (
    BASE,
    CLASS,
    DEFAULT,
    FRESH_HINT,
    OTHER_FIGURES,
    THOUSANDTHS,
    Driver,
    by_default,
    by_name,
    driver,
    looks_of,
    make,
)
from grader.suite.session import TaskSession

FIT_EPOCHS = 4
"""Most epochs of the `fit` check: its tiny model reaches the threshold in the second, and each costs up to a second on
a busy machine."""

LATE_EPOCHS, LATE_BATCH = (60, 400), 1400
"""Between which an epoch is drawn, and a batch: a real training reaches both, and nothing depends on them."""

STEADY_EPOCHS = 12
"""Epochs in which nothing changes: patience is none of this callback's virtues."""

ROUND_EPOCHS = (9, 10, 19, 20, 24, 25, 49, 50, 99, 100)
"""Epochs at whose end a line may be printed as if something had happened."""

ODD_THRESHOLDS = (0.565, 0.57, 0.58)
"""Thresholds that a hundred times or a thousand times is not quite what it seems: 100 * 0.57 is 56.99999999999999."""

LOW_THRESHOLD = 0.125
"""A threshold that one would hardly ask for: what is asked for counts."""

OTHER_THRESHOLD = 0.999
"""The threshold of a second callback, which is none of the first's business."""

PERCENT = re.compile(r"(?<!\d)(\d{1,20}(?:\.\d{0,40})?)\s{0,3}%")
"""A number in percent, with or without a blank before the sign; bounded, so that a flood of digits takes no time."""

LONGEST_LINE = 10_000
"""Characters of a line: more would be a flood. All percentages in one, which is another check's matter, are 6,000."""

MOST_NUMBERS = 4
"""Numbers in percent that a line may hold: the threshold, the accuracy, and what else one might tell."""

CONTROLS = re.compile(r"\x1b\[[0-9;]{0,20}[mKG]")
"""What colours text on a terminal, clears a line or goes to its beginning."""


def thresholds(task: TaskSession) -> list[float]:
    """Three thresholds of at most three decimals, drawn for this check."""
    return [round(float(value), 3) for value in task.generator().choice(THOUSANDTHS, size=3, replace=False) / 1000]


def lines(text: str) -> list[str]:
    """The lines that say something, without what only colours or clears a line."""
    return [line for line in CONTROLS.sub("", text).splitlines() if line.strip()]


@pytest.mark.points(1)
def test_is_a_callback(task: TaskSession) -> None:
    """The class derives from `keras.callbacks.Callback`."""
    called = make(task)
    if not task.value("is_callback", called.shown, handle=called.handle).get("callback"):
        raise Failed(f"{called.shown} is no {BASE}.", f"Write: class {CLASS}({BASE}).")


@pytest.mark.points(2)
def test_stops_above_the_threshold(task: TaskSession) -> None:
    """The first epoch whose accuracy lies above the threshold stops the training, in every training anew."""
    made = driver(task)
    for below, accuracy in ((0, 0.992), (0, 0.985), (1, 1.0), (2, 0.985), (5, 0.981)):
        for number in range(below):
            made.epoch_end({"accuracy": 0.9 - 0.05 * number, "loss": 0.3})
        made.request_stop(False)  # where one of these stopped it, which is another check's matter
        logs = {"accuracy": accuracy, "loss": 0.02}
        made.expect(logs, True, "the accuracy is above the threshold")
        made.train_again()
    late = driver(task)
    late.epoch = int(task.generator().integers(*LATE_EPOCHS))
    late.expect({"accuracy": 0.99, "loss": 0.02}, True, "the accuracy is above the threshold, however late")


@pytest.mark.points(2)
def test_stops_at_the_threshold(task: TaskSession) -> None:
    """An accuracy that equals the threshold stops the training too, whatever the threshold is."""
    why = "the accuracy equals the threshold, which is enough"
    driver(task).expect({"accuracy": DEFAULT, "loss": 0.02}, True, why)
    for threshold in ODD_THRESHOLDS:
        if not takes_threshold(task, threshold):
            return  # which is another check's matter
        driver(task, threshold).expect({"accuracy": threshold, "loss": 0.1}, True, why)
    driver(task, 1.0).expect({"accuracy": 1.0, "loss": 0.0}, True, why)


def takes_threshold(task: TaskSession, threshold: float) -> bool:
    """Whether a callback with this threshold can be made, and stops a little above it."""
    try:
        return driver(task, threshold).reaches({"accuracy": round(threshold + 0.004, 3), "loss": 0.1})
    except Failed:
        return False


@pytest.mark.points(2)
def test_goes_on_below_the_threshold(task: TaskSession) -> None:
    """Below the threshold the training goes on, however long, and whatever an earlier training reached."""
    made = driver(task)
    for accuracy in (*np.round(task.generator().uniform(0.1, 0.9, size=7), 4).tolist(), 0.9):
        logs = {"accuracy": accuracy, "loss": round(1 - accuracy, 4)}
        made.expect(logs, False, "the accuracy is below the threshold")
    for _ in range(STEADY_EPOCHS):
        made.expect({"accuracy": 0.7, "loss": 0.5}, False, "the accuracy is below the threshold, and stays so")
    made.epoch = int(task.generator().integers(*LATE_EPOCHS))
    made.expect({"accuracy": 0.9, "loss": 0.1}, False, "the accuracy is below the threshold, however late it is")
    made.reaches({"accuracy": 1.0, "loss": 0.0})
    made.train_again()
    for accuracy in (0.5, 0.9):
        why = "this is a second training, and the accuracy is below"
        made.expect({"accuracy": accuracy, "loss": 1 - accuracy}, False, why)


@pytest.mark.points(1)
def test_default_threshold_is_98_percent(task: TaskSession) -> None:
    """Without an argument, the threshold is 0.98."""
    for accuracy, stop in ((0.9795, False), (0.97996, False), (0.9805, True)):
        made = driver(task, how=lambda: by_default(task))
        made.expect({"accuracy": accuracy, "loss": 0.1}, stop, "without an argument the threshold is 0.98")


@pytest.mark.points(2)
def test_threshold_argument(task: TaskSession) -> None:
    """The argument sets the threshold."""
    for threshold in (*thresholds(task), *ODD_THRESHOLDS[:1], LOW_THRESHOLD):
        made = driver(task, threshold, partial(by_name, task, threshold))
        by_name(task, OTHER_THRESHOLD)  # each callback has a threshold of its own
        below, above = round(threshold - 0.0005, 4), round(threshold + 0.0005, 4)
        try:
            loss = min(0.3, threshold / 2)
            made.expect({"accuracy": below, "loss": loss}, False, f"the threshold is {threshold}")
            made.expect({"accuracy": above, "loss": loss}, True, f"the threshold is {threshold}")
        except Failed as failure:
            fresh = (FRESH_HINT.format("stops"), FRESH_HINT.format("goes on"))
            if failure.hint in fresh and shares_its_threshold(task, threshold, above):
                failure.hint = "Two callbacks share one threshold: keep it as self.threshold, in each of them."
            raise
    whole = driver(task, 1.0, partial(by_name, task, 1.0))
    whole.expect({"accuracy": 0.62, "loss": 0.3}, False, "the threshold is 1.0, which is 100%")


def shares_its_threshold(task: TaskSession, threshold: float, above: float) -> bool:
    """Whether a callback no longer stops at an accuracy above its threshold once another, with another one, is made."""
    made = driver(task, threshold, partial(by_name, task, threshold))
    by_name(task, OTHER_THRESHOLD)
    return not made.reaches({"accuracy": above, "loss": 0.3})


@pytest.mark.points(2)
def test_only_training_accuracy_counts(task: TaskSession) -> None:
    """Neither `val_accuracy` nor any other figure stops the training, or keeps it from stopping."""
    made = driver(task)
    why = "only the training accuracy counts, and it is {} the threshold"
    for others in (
        {"loss": 0.9, "val_accuracy": 0.995, "val_loss": 0.1},
        {"loss": 1.3, "top_accuracy": 1.0},
        {"loss": 0.0001, "learning_rate": 0.99, "f1": 1.0},
        {"accuracy": 0.9, "loss": 0.001, "val_accuracy": 1.0, "val_loss": 0.001},
    ):
        made.expect({"accuracy": 0.62, **others}, False, why.format("below"))
    if driver(task).reaches({"accuracy": 0.995, "loss": 0.1}):  # whether it does is another check's matter
        for loss in (0.1, 2.3):
            logs = {"accuracy": 0.995, "loss": loss, "val_accuracy": 0.62, "val_loss": 0.9}
            driver(task).expect(logs, True, why.format("above"))


@pytest.mark.points(2)
def test_logs_without_accuracy(task: TaskSession) -> None:
    """Logs that are `None`, empty or lack `accuracy` are no reason to stop, or to fail."""
    made = driver(task)
    why = "there is no training accuracy"
    for logs in (None, {}, {"loss": 0.01}, {"loss": 0.01, "val_loss": 0.02}, {"loss": 2.3}):
        made.expect(logs, False, why)
    if driver(task).reaches({"accuracy": 0.99, "loss": 0.1}):  # otherwise it goes by another figure anyway
        driver(task).expect({"loss": 2.3, **dict.fromkeys(OTHER_FIGURES, 1.0)}, False, why)
        made.reaches({"accuracy": 0.99, "loss": 0.1})
        made.request_stop(False)
        for logs in (None, {}, {"loss": 0.1}):
            made.expect(logs, False, f"{why}, whatever an earlier epoch reached")


@pytest.mark.points(1)
def test_acts_only_at_the_end_of_an_epoch(task: TaskSession) -> None:
    """Batches, the beginning of an epoch, validation and prediction do not stop the training."""
    made = driver(task)
    high = {"accuracy": 0.995, "loss": 0.02}
    for name, number in (
        ("on_train_begin", None),
        ("on_epoch_begin", 0),
        ("on_train_batch_begin", 0),
        ("on_train_batch_end", 0),
        ("on_train_batch_end", LATE_BATCH),
        ("on_batch_end", 1),
        ("on_test_begin", None),
        ("on_test_batch_begin", 0),
        ("on_test_batch_end", 0),
        ("on_test_end", None),
        ("on_predict_begin", None),
        ("on_predict_batch_end", 0),
        ("on_predict_end", None),
    ):
        stop, printed = made.event(name, number, high)
        if stop or lines(printed):
            did = "stopped the training" if stop else "printed a line"
            raise Failed(f"{made.shown} {did} in {name}.", "Only the end of an epoch counts: use on_epoch_end.")


@pytest.mark.points(1)
def test_leaves_the_logs_alone(task: TaskSession) -> None:
    """The logs, which other callbacks read too, stay as they are; and so does the model."""
    for accuracy in (0.5, 0.99):
        made = driver(task)
        made.model = int(task.value("callback_model", made.shown, handle=made.handle))  # as before a training
        before = looks_of(task, made.shown, made.model)
        made.passes("on_train_begin", None, {})
        for batch in range(2):
            made.passes("on_train_batch_begin", batch, {})
            made.passes("on_train_batch_end", batch, {"accuracy": accuracy, "loss": 0.3})
        made.reaches({"accuracy": accuracy, "loss": 0.3, "val_accuracy": 0.4})
        made.reaches({"loss": 0.3})
        made.passes("on_train_end", None, {"accuracy": accuracy, "loss": 0.3})
        if made.changed:
            hint = "Other callbacks, and the History, read the logs too: only look at them."
            raise Failed(f"{made.changed} changed the logs.", hint)
        if looks_of(task, made.shown, made.model) != before:
            message = f"{made.shown} changed the model: its weights, its learning rate, or whether it learns."
            raise Failed(message, "A callback that stops a training leaves all else to it.")


@pytest.mark.points(1)
def test_keeps_the_stop_of_another_callback(task: TaskSession) -> None:
    """Where another callback asked for a stop, it is not taken back."""
    made = driver(task)
    low = {"accuracy": 0.5, "loss": 1.0}
    for name, number, logs in (
        ("on_train_begin", None, {}),
        ("on_epoch_begin", 0, {}),
        ("on_train_batch_begin", 0, {}),
        ("on_train_batch_end", 0, low),
        ("on_train_batch_begin", 7, {}),
        ("on_train_batch_end", 7, {"accuracy": 0.03, "loss": 3.0}),
        ("on_test_begin", None, {}),
        ("on_test_batch_end", 0, low),
        ("on_test_end", None, low),
        ("on_epoch_end", 0, low),
        ("on_epoch_end", 0, {"accuracy": 0.03, "loss": 3.0}),
        ("on_epoch_end", 1, None),
        ("on_epoch_end", 2, {"loss": 0.5}),
        ("on_epoch_begin", 7, {}),
        ("on_epoch_end", 7, low),
        ("on_epoch_begin", 30, {}),
        ("on_epoch_end", 30, low),
        ("on_epoch_end", 30, {"accuracy": 0.99, "loss": 0.1}),
        ("on_train_end", None, low),
    ):
        made.request_stop(True)
        try:
            stop, _ = made.event(name, number, logs)
        except Failed:
            if logs == low:
                raise
            continue  # that there may be no accuracy, or one that is reached, is another check's matter
        if not stop:
            shown = f"{name}({'' if number is None else f'{number}, '}{logs})"
            hint = "Never set self.model.stop_training to False: only to True, inside the if."
            raise Failed(f"{made.shown} took back, in {shown}, a stop that another callback had asked for.", hint)


@pytest.mark.points(1)
def test_prints_one_line(task: TaskSession) -> None:
    """One line is printed when the threshold is reached, none before, and none after."""
    made = driver(task)
    expect_silence(made, made.printed, "before the training began")
    at_a_stop = ""  # a wrong one, which is another check's matter
    for accuracy in (0.4, 0.9, 0.975):
        stopped, printed = made.epoch_end({"accuracy": accuracy, "loss": 0.5})
        at_a_stop = at_a_stop or (printed if stopped else "")
        if not stopped:
            expect_silence(made, printed, f"at an accuracy of {accuracy}, below the threshold")
    for logs in (None, {"loss": 0.5}):
        printed = ""
        with suppress(Failed):  # that there may be no accuracy is another check's matter
            stopped, printed = made.epoch_end(logs)
            printed = "" if stopped else printed
        expect_silence(made, printed, f"with logs {logs}")
    for epoch in ROUND_EPOCHS:
        made.epoch = epoch
        stopped, printed = made.epoch_end({"accuracy": 0.5, "loss": 0.9})
        expect_silence(made, "" if stopped else printed, f"in epoch {epoch}, below the threshold")
    made.request_stop(True)
    _, printed = made.event("on_epoch_end", 4, {"accuracy": 0.4, "loss": 0.5})
    printed = "" if at_a_stop else printed
    expect_silence(made, printed, "at an accuracy of 0.4, where another callback had asked for a stop")
    made.epoch = 5  # which epoch stops it is another check's matter
    made.request_stop(False)
    stopped, printed = made.epoch_end({"accuracy": 0.99, "loss": 0.1})
    if not stopped and not lines(printed):  # which figure it goes by is another check's matter
        stopped, printed = made.epoch_end(reached_by_all(0.99))
    if not stopped:
        printed = printed or at_a_stop
    _, at_the_end = made.event("on_train_end", None, {"accuracy": 0.99, "loss": 0.1})
    if len(lines(printed)) != 1:
        what = f"{len(lines(printed))} lines" if lines(printed) else "nothing"
        shown = f": {clean(' | '.join(lines(printed)), 160)!r}" if lines(printed) else ""
        hint = "One line in all: what is to be said goes into one print(...), and that is called once."
        hint = hint if lines(printed) else "Write print(...) in on_epoch_end, next to the line that stops the training."
        if task.mentions(f"{CLASS}.") and not lines(printed):
            hint = "Did it print for an earlier callback? Keep on self what is kept, not on the class."
        if not stopped and not lines(printed):
            hint = "It does not stop the training there either: mend that first, and print in the same place."
        if lines(at_the_end) and not lines(printed):
            hint = "The line is printed in on_train_end: print it in on_epoch_end, where the training is stopped."
        raise Failed(f"{made.shown} printed {what} at an accuracy of 0.99; one line was expected{shown}.", hint)
    if len(lines(printed)[0]) > LONGEST_LINE:
        message = f"{made.shown} printed a line of more than {LONGEST_LINE:,} characters at an accuracy of 0.99."
        raise Failed(message, "One short line is enough: it names the threshold.")
    expect_silence(made, at_the_end, "again in on_train_end")
    made.train_again()
    stopped, again = made.epoch_end(reached_by_all(0.99))
    if stopped and not lines(again):
        message = f"{made.shown} printed nothing in a second training, at an accuracy of 0.99."
        raise Failed(message, "Print in every training that reaches the threshold, not in the first alone.")


def reached_by_all(accuracy: float) -> dict[str, float]:
    """Logs in which all that may be mistaken for the training accuracy has reached it too."""
    return {"accuracy": accuracy, "loss": 0.1, **dict.fromkeys(OTHER_FIGURES, accuracy)}


def expect_silence(made: Driver, printed: str, when: str) -> None:
    """See that nothing was printed.

    Raises:
        Failed: something was.
    """
    if lines(printed):
        shown = clean(repr(lines(printed)[0]), 120)
        hint = "Print one line, in on_epoch_end, and only where the threshold is reached."
        raise Failed(f"{made.shown} printed {shown} {when}.", hint)


@pytest.mark.points(1)
def test_names_the_threshold_in_percent(task: TaskSession) -> None:
    """The line names the threshold in percent: `98%` for 0.98, `98.5%` for 0.985."""
    for threshold in (DEFAULT, 0.9, 0.985, *ODD_THRESHOLDS, *thresholds(task), 1.0):
        made = driver(task, threshold)
        accuracy = min(1.0, round(threshold + 0.0135, 4))
        _, printed = made.epoch_end({"accuracy": accuracy, "loss": 0.1})
        if not lines(printed):  # which figure it goes by is another check's matter
            _, printed = made.epoch_end(reached_by_all(accuracy))
        if not lines(printed):  # at which accuracy it stops, likewise
            stopped, printed = made.epoch_end({"accuracy": 0.02, "loss": 0.1})
            printed = printed if stopped else ""
        named = [float(number) for number in PERCENT.findall(" ".join(lines(printed)))]
        if len(named) <= MOST_NUMBERS and any(abs(number - 100 * threshold) < 1e-6 for number in named):
            continue
        shown = clean(repr(" ".join(lines(printed))), 160)
        if not lines(printed):
            if threshold == 1.0:  # only reached exactly, which is another check's matter
                continue
            raise Failed(f"{made.shown} printed nothing; a line with {100 * threshold:g}% was expected.")
        hint = _percent_hint(" ".join(lines(printed)), named, threshold, accuracy)
        raise Failed(f"{made.shown} printed {shown}; {100 * threshold:g}% was expected in it.", hint)


def _percent_hint(printed: str, named: list[float], threshold: float, accuracy: float) -> str:
    """What helps where the printed line does not name the threshold."""
    percent = 100 * threshold
    write = "f'{100 * self.threshold:g}%' gives 98% and 98.5%."
    if "{" in printed and "}" in printed:
        return f"Is the f in front of the text missing? {write}"
    if re.search(r"\d,\d+\s?%", printed):
        return f"Decimals stand behind a point, not a comma. {write}"
    if threshold in named or (not named and str(threshold) in printed):
        return f"The threshold is a fraction: multiply it by 100. {write}"
    if {math.floor(percent), math.ceil(percent)} & set(named) and percent % 1:
        return f"The threshold is rounded to a whole number; one decimal must show. {write}"
    if threshold != DEFAULT and 100 * DEFAULT in named:
        return f"98% is written into the text; take it from self.threshold. {write}"
    if len(named) > MOST_NUMBERS:
        return f"Name the threshold alone, and at most the accuracy beside it. {write}"
    if any(abs(number - 100 * accuracy) < 0.6 for number in named):
        return f"That is the accuracy of this epoch; the line names the threshold. {write}"
    if re.search(rf"(?<![\d.]){re.escape(f'{percent:g}')}(?:\.0+)?(?![\d.]*\d)", printed):
        return f"The sign % after the number is missing. {write}"
    return write


@pytest.mark.points(1)
def test_stops_a_real_training(task: TaskSession) -> None:
    """In a `fit` of Keras, training ends after the first epoch that reaches the threshold."""
    threshold = 0.9
    called = make(task, threshold)
    rows = np.eye(4, dtype=np.float32)[np.tile(np.arange(4), 8)]  # one-hot: learnt in one step
    asked = f"model.fit(..., callbacks=[{called.shown}])"
    value = task.value("fit", asked, handle=called.handle, rows=rows, epochs=FIT_EPOCHS)
    try:
        reached = [float(item["value"]) for item in value["accuracy"]["items"]]
    except (KeyError, TypeError, ValueError):
        raise Failed(f"{asked} gave an answer that cannot be read.") from None
    first = next((epoch for epoch, accuracy in enumerate(reached) if accuracy >= threshold), None)
    if first is None or first != len(reached) - 1:
        shown_accuracies = ", ".join(f"{accuracy:.3f}" for accuracy in reached)
        ended = f"trained {len(reached)} epoch{'' if len(reached) == 1 else 's'} with the accuracies {shown_accuracies}"
        raise Failed(f"{asked} {ended}; it should end with the first that is at least {threshold}.")
