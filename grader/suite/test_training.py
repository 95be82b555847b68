"""Checks of `training`: the callbacks by their settings, the timer by what it measures, `train` by what a model sees.

The student's threshold callback is not looked at here: in its place stands one of the grader's own, which keeps the
threshold that it was given.
"""

from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter, sleep
from typing import Any

import numpy as np
import pytest

from grader.course.settings import MANY_IMAGES, PREDICTION_TOLERANCE
from grader.judging.diagnosis import expect_array, with_article
from grader.judging.verdict import Failed, clean
from grader.suite.driven_callback import THOUSANDTHS, looks_of
from grader.suite.listed_callbacks import (
    BEST_FILE,
    BOARD,
    BUILD,
    CHECKPOINT,
    FIGURES,
    KINDS,
    PLATEAU,
    THRESHOLD,
    TIMER,
    WATCHED,
    expect_best,
    expect_halved,
    expect_list,
    expect_logged,
    expect_monitor,
    expect_path,
    listed,
)
from grader.suite.predicted_labels import confidence_mistakes, expect_flat, label_mistakes, numbers_of, predicted
from grader.suite.session import Called, TaskSession
from grader.suite.watched_training import (
    IMAGES,
    RATE,
    SOME,
    TRAIN,
    expect_epochs,
    expect_everything_given,
    expect_replayed,
    expect_rows,
    expect_told,
    figures_in,
    is_replayed,
    loss_of,
    plainly_trained,
    trained,
)

PAUSES = (0.06, 0.03, 0.16)
"""Seconds that the epochs of the driven timer last, in an order drawn for each submission: each differs from the sum of
those before it, and from one another, by more than `SLACK`."""

LONG_PAUSE = 1.25
"""One more, for who asks a timedelta for its microseconds, which begin anew every second; others need not wait."""

LOGS = {"loss": 0.5137, "accuracy": 0.7482, "val_loss": 0.6231, "val_accuracy": 0.7014}
"""The other figures of those epochs: rounding shows."""

SHORT_EPOCHS = 12
"""Epochs in all, most of which last no time: whether the training is stopped is none of the timer's business."""

SLACK = 0.02
"""Seconds by which a measured epoch may differ: the coarsest clock, on Windows, ticks every 0.016."""

PART_SLACK = 0.003
"""The same where it is asked which part of an epoch was measured: less than half of the 0.0075 seconds by which the
parts of an epoch of 0.06 differ, the shortest in which one is wrong by more than `SLACK`."""

LEAST_GAIN = 1e-3
"""Loss that two epochs take off at least: 0.2 is what they do; rounding errors are below 1e-6."""

WORK_HINT = "process_time() counts the work of this program, not the time that passes: take time.perf_counter()."

KEPT_WEIGHTS_HINT = "Is model.trainable switched off, or are the weights of before set again?"

MEAN_HINT = "That is the mean of the epochs so far: the seconds of this one alone were asked for."

# The list of callbacks


@pytest.mark.points(1)
def test_build_callbacks_makes_all_five(task: TaskSession) -> None:
    """A list holds one callback of each kind, for a folder given as a text or as a Path."""
    first, second = listed(task, "runs/first"), listed(task, "runs/second", as_path=True)
    others = [(second.shown, second.handle)]
    with suppress(Failed):  # that it has no default is another check's matter
        again = task.call(BUILD, first.directory, shown=first.shown)
        others.append((f"{first.shown}, called again,", again.handle))
    for shown, handle in others:
        if task.value("shares", shown, handle=first.handle, other=handle):
            message = f"{shown} returned the very list that {first.shown} had returned."
            raise Failed(message, "Make the list, and all callbacks in it, anew in every call.")
    for made in (first, second):
        expect_list(made.shown, made.result)
        for kind in KINDS:
            made.place(kind)
        if len(made.entries) != len(KINDS):
            other = next((entry for entry in made.entries if entry["kind"] not in KINDS), {"class": "one more"})
            raise Failed(
                f"{made.shown} holds {len(made.entries)} callbacks; five were expected.",
                f"{clean(other['class'], 60)} was not asked for.",
            )
        for entry in made.entries:
            if not entry["callback"]:
                named = clean(entry["class"], 60)
                raise Failed(
                    f"The {named} of {made.shown} is not a keras.callbacks.Callback.", "Derive its class from it."
                )


@pytest.mark.points(1)
def test_build_callbacks_passes_the_threshold_on(task: TaskSession) -> None:
    """The threshold callback gets the threshold, 0.98 where there is none."""
    drawn = round(float(task.generator().choice(THOUSANDTHS)) / 1000, 3)
    for threshold in (drawn, None):
        made = listed(task, "runs/first", threshold=threshold, strict=True)
        expected = 0.98 if threshold is None else threshold
        found = made.settings(THRESHOLD)["threshold"]
        if found != expected:
            hint = "Pass the argument on as it is: AccuracyThresholdCallback(threshold)."
            if threshold is None:
                hint = "Where there is none, it is 0.98: def build_callbacks(directory, threshold=0.98)."
            elif found == 0.98:
                hint = f"The default was taken. {hint}"
            raise Failed(
                f"{made.shown} made the {THRESHOLD} with {clean(str(found), 60)}; {expected} was expected.", hint
            )


@pytest.mark.points(1)
def test_build_callbacks_keeps_the_best_model(task: TaskSession) -> None:
    """The checkpoint keeps the best model, by a figure of the validation, in `best.keras` of the folder."""
    for made in (listed(task, "runs/first"), listed(task, "runs/second", as_path=True)):
        found = made.settings(CHECKPOINT)
        expect_path(made, CHECKPOINT, found["filepath"], BEST_FILE)
        expect_monitor(made, CHECKPOINT, found, FIGURES)
        if found["save_best_only"] != 1:  # True, or as good as it
            shown = f"The {CHECKPOINT} of {made.shown}"
            raise Failed(f"{shown} keeps every epoch's model; the best was asked for.", "Set save_best_only=True.")
        if found["save_freq"] != "epoch":
            shown = f"The {CHECKPOINT} of {made.shown} saves every {clean(str(found['save_freq']), 40)} batches"
            raise Failed(f"{shown}; once an epoch was expected.", "Leave save_freq out.")
    expect_best(task)


@pytest.mark.points(1)
def test_build_callbacks_lowers_the_rate_and_logs(task: TaskSession) -> None:
    """The learning rate is halved after three epochs without progress; TensorBoard logs into `logs` of the folder."""
    for made in (listed(task, "runs/first"), listed(task, "runs/second", as_path=True)):
        found = made.settings(PLATEAU)
        for name, expected in (("factor", 0.5), ("patience", 3)):
            if found[name] != expected:
                message = f"The {PLATEAU} of {made.shown} has {name} {clean(str(found[name]), 40)}"
                raise Failed(f"{message}; {expected} was expected.", f"Set {name}={expected}.")
        expect_monitor(made, PLATEAU, found, WATCHED)
        expect_path(made, BOARD, made.settings(BOARD)["log_dir"], "logs")
    expect_halved(task, listed(task, "runs/first"))
    expect_logged(task)


# The timer


def timer(task: TaskSession, purpose: str) -> Called:
    """Make an `EpochTimer`, one for each purpose: what one has seen is none of another's business."""
    shown = f"{TIMER}()"

    def made() -> Called:
        called = task.call(TIMER, shown=shown)
        if not task.value("is_callback", shown, handle=called.handle).get("callback"):
            message = f"{shown} is not a keras.callbacks.Callback."
            raise Failed(message, f"Write: class {TIMER}(keras.callbacks.Callback).")
        return called

    return task.once(f"{shown} {purpose}", made)


@pytest.mark.points(1)
def test_epoch_timer_adds_the_seconds(task: TaskSession) -> None:
    """Each epoch's logs get `epoch_seconds`, the time since that epoch began, and keep the rest."""
    made = timer(task, "driven")
    shown = made.shown
    asked = f"A training of some epochs with {shown}"
    pauses = [PAUSES[place] for place in task.generator().permutation(len(PAUSES))]
    if task.mentions("microseconds"):
        pauses.append(LONG_PAUSE)
    epochs = driven(task, made, asked, pauses)
    seconds = [_seconds(shown, place, epoch.logs) for place, epoch in enumerate(epochs)]
    least = [epoch.whole.least for epoch in epochs]
    for place, (found, pause, epoch) in enumerate(zip(seconds, pauses, epochs, strict=True)):
        if not epoch.whole.holds(found, SLACK):
            message = f"In epoch {place}, which took {pause:g} seconds, {shown} gave epoch_seconds of "
            works = task.mentions("process_time") or task.mentions("thread_time")
            hint = WORK_HINT if works else _time_hint(place, seconds, epochs)
            means = [sum(least[: count + 1]) / (count + 1) for count in range(len(least))]
            if place and all(abs(one - mean) < SLACK / 2 for one, mean in zip(seconds, means, strict=True)):
                hint = MEAN_HINT
            raise Failed(f"{message}{_measured(found)}.", hint)
        found_logs = _pairs(epoch.logs)
        if any(found_logs.get(name) != value for name, value in LOGS.items()):
            message = f"{shown} changed the other figures of the logs, as loss and accuracy."
            raise Failed(message, "Add one key: logs['epoch_seconds'] = seconds.")


@dataclass(frozen=True)
class Span:
    """How long something lasted for a callback, in seconds: between two of its calls, and with both of them included.

    A callback takes the time somewhere within its calls, which last long where the machine is busy.
    """

    least: float
    most: float

    def holds(self, seconds: float, slack: float) -> bool:
        """Whether a callback may have measured this."""
        return self.least - slack <= seconds <= self.most + slack


@dataclass(frozen=True)
class Event:
    """One call of a callback: when it began and ended, and what came of it."""

    began: float
    ended: float
    answer: Any

    def since(self, first: "Event") -> Span:
        """What has passed since an earlier call."""
        return Span(self.began - first.ended, self.ended - first.began)


@dataclass(frozen=True)
class DrivenEpoch:
    """One epoch that a timer was driven through.

    Attributes:
        whole: from on_epoch_begin to on_epoch_end.
        trained: from on_epoch_begin to on_test_begin.
        batches: of each batch, from its beginning to its end; and from the last one's beginning to the epoch's end.
        logs: the epoch's, afterwards.
    """

    whole: Span
    trained: Span
    batches: list[Span]
    logs: dict[str, Any]


def driven(task: TaskSession, made: Called, asked: str, pauses: list[float]) -> list[DrivenEpoch]:
    """Drive a callback through epochs that last as long as `pauses` say, in seconds: two batches, and a validation.

    The time passes here, and no question says how much of it will.

    Raises:
        Failed: it changed the model.
    """
    model = task.value("callback_model", asked, handle=made.handle)
    before = looks_of(task, asked, model)

    def event(name: str, number: int | None, logs: dict[str, float]) -> Event:
        began = perf_counter()
        answer = task.value("event", asked, handle=made.handle, model=model, event=name, number=number, logs=dict(logs))
        return Event(began, perf_counter(), answer)

    event("on_train_begin", None, {})
    epochs = []
    for number, pause in enumerate(pauses):
        begin = event("on_epoch_begin", number, {})
        batches = []
        for batch in range(2):
            first = event("on_train_batch_begin", batch, {})
            sleep(3 / 8 * pause)
            batches.append(event("on_train_batch_end", batch, {"loss": 0.5}).since(first))
        trained = event("on_test_begin", None, {}).since(begin)
        sleep(pause / 4)
        event("on_test_end", None, {"loss": 0.5})
        end = event("on_epoch_end", number, LOGS)
        epochs.append(DrivenEpoch(end.since(begin), trained, [*batches, end.since(first)], end.answer["logs"]))
    for number in range(len(pauses), SHORT_EPOCHS):
        task.value("request_stop", asked, model=model, stop=bool(number % 2))
        event("on_epoch_begin", number, {})
        end = event("on_epoch_end", number, LOGS)
        if end.answer["stop"] is not bool(number % 2):
            did = "took back a stop that another callback had asked for" if number % 2 else "stopped the training"
            raise Failed(f"{made.shown} {did}.", "It measures the time: leave self.model.stop_training alone.")
    event("on_train_end", None, LOGS)
    if looks_of(task, asked, model) != before:
        message = f"{made.shown} changed the model: its weights, its learning rate, or whether it learns."
        raise Failed(message, "It measures the time: leave the model alone.")
    return epochs


def _measured(seconds: float) -> str:
    """A time that is another in every run, in words that are not."""
    if np.isnan(seconds):
        return "NaN, which is no number"
    for limit, words in ((-1e-9, "less than 0"), (1e-3, "about 0"), (1.0, "another fraction of a second")):
        if seconds < limit:
            return words
    return "less than 1000" if seconds < 1000 else "more than 1000"


EARLIER_HINT = "That is the time of an earlier epoch: note the time anew in every on_epoch_begin."
DIVIDED_HINT = "Are the seconds divided by the number of epochs? This epoch's alone were asked for."
TRAINED_HINT = "The validation belongs to the epoch: take the time in on_epoch_begin, and again in on_epoch_end."
BATCH_HINT = "That is one batch of the epoch: take the time in on_epoch_begin, and again in on_epoch_end."


def _told_by_all(seconds: list[float], epochs: list[DrivenEpoch]) -> str:
    """What helps, where one mistake explains the times of all epochs; empty where none does.

    A single time may be several things at once, or nearly: a half of 0.06 seconds is an earlier epoch of 0.03.
    """
    wholes = [epoch.whole for epoch in epochs]
    divided = [one * number for number, one in enumerate(seconds, start=1)]
    explanations = (
        (EARLIER_HINT, seconds, [wholes[: number + 1] for number in range(len(wholes))]),
        (DIVIDED_HINT, divided, [[whole] for whole in wholes]),
        (TRAINED_HINT, seconds, [[epoch.trained] for epoch in epochs]),
        (BATCH_HINT, seconds, [epoch.batches for epoch in epochs]),
    )
    for hint, times, spans in explanations:
        if all(any(span.holds(one, PART_SLACK) for span in may) for one, may in zip(times, spans, strict=True)):
            return hint
    return ""


def _time_hint(place: int, seconds: list[float], epochs: list[DrivenEpoch]) -> str:
    """What helps where the time of one epoch is wrong."""
    found, epoch, passed = seconds[place], epochs[place], [epoch.whole.least for epoch in epochs]
    before = sum(passed[:place])
    if hint := _told_by_all(seconds, epochs):
        return hint
    if found < -SLACK:
        return "The end minus the beginning: time.perf_counter() - self.began."
    if place and abs(found - before - passed[place]) < SLACK * (place + 1):
        return "It adds up over the epochs: note the time anew in on_epoch_begin."
    for times, unit in ((1e3, "milliseconds"), (1e6, "microseconds"), (1e9, "nanoseconds"), (1 / 60, "minutes")):
        if abs(found / times - passed[place]) < SLACK:
            return f"Those are {unit}: seconds were asked for."
    if passed[place] > 1 and abs(found + 1 - passed[place]) < SLACK:
        return "A whole second is missing: total_seconds() gives all of a timedelta, .microseconds only its last part."
    if any(abs(found - earlier) < SLACK / 2 for earlier in passed[:place]):
        return EARLIER_HINT
    if place and abs(found * (place + 1) - passed[place]) < SLACK:
        return DIVIDED_HINT
    if epoch.trained.holds(found, PART_SLACK):
        return TRAINED_HINT
    if any(batch.holds(found, PART_SLACK) for batch in epoch.batches):
        return BATCH_HINT
    if 0.3 < found / passed[place] < 0.9:
        return "That is a part of the epoch: take the time in on_epoch_begin, and again in on_epoch_end."
    if found == 0 and not place:
        return (
            "That is 0: are the seconds rounded, or converted by int()? Or does on_epoch_end alone note the beginning?"
        )
    if found.is_integer() and found < 2:
        return "That is a whole number: are the seconds rounded, or converted by int()?"
    if found > 1e6 or (found > 10 and not place):
        return (
            "That is a time of day: subtract the time at which the epoch began, which on_epoch_begin, spelt so, keeps "
            "in self."
        )
    if np.isfinite(found) and abs(100 * found - round(100 * found)) < 1e-7:
        return "Are the seconds rounded? Keep them as they are."
    if found < SLACK:
        return "The time is taken when an epoch begins, in on_epoch_begin, and again when it ends."
    return "The time from on_epoch_begin to on_epoch_end of the same epoch was asked for."


def _pairs(observed: dict[str, Any]) -> dict[Any, Any]:
    """The plain values of observed logs."""
    return {key.get("value"): value.get("value") for key, value in observed.get("items", [])}


def _seconds(shown: str, place: int, logs: dict[str, Any]) -> float:
    """`epoch_seconds` of one epoch's logs.

    Raises:
        Failed: it is not there, or is no number.
    """
    found = {key.get("value"): value for key, value in logs.get("items", [])}
    if "epoch_seconds" not in found:
        added = [clean(str(name), 40) for name in found if name not in LOGS]
        hint = f"There is {added[0]}: is that it, misspelt?" if added else ""
        hint = (
            hint
            or "on_epoch_end(self, epoch, logs=None) puts it into the dict that it gets: logs['epoch_seconds'] = ..."
        )
        raise Failed(f"After epoch {place}, {shown} has not put epoch_seconds into the logs.", hint)
    value = found["epoch_seconds"]
    array = value.get("array")
    seconds = array.item() if array is not None and array.size == 1 else value.get("value")
    if value["kind"] not in ("float", "int") or not isinstance(seconds, int | float):
        hint = "A difference of two time.perf_counter() is a float."
        raise Failed(f"{shown} gave epoch_seconds as {with_article(value['type'])}; a float was expected.", hint)
    return float(seconds)


@pytest.mark.points(1)
def test_epoch_seconds_stand_in_the_history(task: TaskSession) -> None:
    """After a `fit` of Keras, the History holds the seconds of each epoch."""
    made = timer(task, "in a fit")
    asked = f"model.fit(..., epochs=2, callbacks=[{made.shown}])"
    rows = np.eye(4, dtype=np.float32)
    value = task.value("fit_with", asked, handle=made.handle, rows=rows, epochs=2)
    kept = figures_in(value["history"]).get("epoch_seconds", [])
    seconds = [float(item["value"]) for item in kept if item.get("kind") in ("float", "int")]
    if kept and len(kept) != len(seconds):
        return  # that they are no numbers is another check's matter
    if len(seconds) != 2:
        message = f"The History of {asked} holds {len(seconds)} epoch_seconds; one for each of 2 epochs was expected."
        raise Failed(message, "Put it into the dict logs itself, in on_epoch_end: Keras copies it into the History.")
    other = {name: len(items) for name, items in figures_in(value["history"]).items() if len(items) != 2}
    if other:
        name, count = clean(next(iter(other)), 40), next(iter(other.values()))
        message = f"The History of {asked} holds {count} figures of {name}; one for each of 2 epochs was expected."
        raise Failed(message, "Add one key to the logs, in on_epoch_end, and leave the History to Keras.")
    if not all(0 <= figure <= value["took"] + SLACK for figure in seconds):  # each alone: their sum is a matter of luck
        message = f"The epoch_seconds in the History of {asked} are not the seconds that the epochs took"
        hint = "The seconds since on_epoch_begin: time.perf_counter() - self.began."
        raise Failed(f"{message}: one is below 0, or more than the whole fit took.", hint)


# Training


@pytest.mark.points(1)
def test_train_fits_the_model(task: TaskSession) -> None:
    """The model that is given is trained, as it was compiled, on all images and labels; the History comes back."""
    made = plainly_trained(task)
    rows = made.seen["trained"]
    if not rows["count"]:
        raise Failed(
            f"{made.shown} did not train the model that it was given.", "Call model.fit(...) on that model, not a copy."
        )
    if made.seen["frozen"] and not all(map(np.array_equal, made.seen["weights"], made.before)):
        message = f"{made.shown} froze layers of the model that it was given."
        raise Failed(message, "It is trained as it was compiled: leave trainable alone.")
    if made.seen["compiled_anew"]:
        message = f"{made.shown} compiled the model anew, which replaces the optimizer that it came with."
        raise Failed(message, "The model comes compiled: only call model.fit(...).")
    expect_rows(made, rows, made.images, made.labels, "trained")
    epochs = len(made.figures.get("loss", []))
    if rows["count"] < SOME * epochs:
        message = (
            f"{made.shown} trained the model on {rows['count']} images in all, in {epochs} epochs of {SOME} images."
        )
        raise Failed(message, "All images are used in every epoch: leave steps_per_epoch out.")
    if made.changed:
        message = f"{made.shown} changed the {' and '.join(made.changed)} that it was given."
        raise Failed(message, "Work on a copy, or pass them on as they are.")
    if rows["weighted"]:
        message = f"{made.shown} gave some images more weight than others."
        raise Failed(message, "Leave class_weight and sample_weight out: nothing of the kind was asked for.")
    if abs(made.seen["learning_rate"] - RATE) > 1e-6:
        message = f"{made.shown} set the learning rate to {made.seen['learning_rate']:g}; the model came with {RATE:g}."
        raise Failed(message, "The model comes compiled: only call model.fit(...).")
    after = made.seen["weights"]
    if len(after) == len(made.before) and all(map(np.array_equal, after, made.before)):
        raise Failed(f"{made.shown} left the weights of the model as they were.", KEPT_WEIGHTS_HINT)
    before, loss = (loss_of(weights, made.images, made.labels) for weights in (made.before, after))
    if not loss < before - LEAST_GAIN:
        message = f"After {made.shown} the loss on the same images is not below what it was before."
        raise Failed(message, "Only call model.fit(...) with them, and leave the weights to it.")
    if "loss" not in made.figures:
        raise Failed(f"The History of {made.shown} has no loss.", "Return what model.fit(...) returned.")
    expect_told(made, "")
    expect_replayed(made)


@pytest.mark.points(1)
def test_train_passes_its_arguments_on(task: TaskSession) -> None:
    """`epochs` (5 where there is none), `validation_data` and `callbacks` reach Keras."""
    generator = task.generator()
    images = generator.random((SOME, 28, 28), dtype=np.float32)
    labels = generator.permutation(SOME) % 10
    counter = task.value("epoch_counter", "Making a callback for the check")
    keywords = {"epochs": 2, "validation_data": (images, labels), "callbacks": [{"object": counter}]}
    shown = f"{TRAIN}(model, images, labels, epochs=2, validation_data=(more, their_labels), callbacks=[callback])"
    made = trained(task, shown, keywords)
    expect_epochs(made, 2)
    if not made.seen["tested"]["count"] or "val_loss" not in made.figures:
        message = f"{shown} did not evaluate the model on the validation data: there is no val_loss in the History."
        raise Failed(message, "Pass it on: model.fit(..., validation_data=validation_data).")
    expect_rows(made, made.seen["tested"], images, labels, "evaluated")
    expect_told(made, "val_")
    loss = loss_of(made.seen["weights"], images, labels)
    if not any(abs(figure - loss) < 1e-2 for figure in made.figures["val_loss"][-1:]):
        message = f"The History of {shown} does not say what the loss on the validation data is afterwards, {loss:.4f}."
        raise Failed(message, "Return what model.fit(...) returned, and leave the weights to it.")
    if task.value("counted", shown, handle=counter) != 2:
        message = f"{shown} did not call the callback at the end of each epoch."
        raise Failed(message, "Pass them on: model.fit(..., callbacks=list(callbacks)).")
    if len(made.figures["val_loss"]) != len(made.figures.get("loss", [])):
        message = f"{shown} evaluated the model on the validation data after some epochs only."
        raise Failed(message, "Leave validation_freq out: after each epoch is what was asked for.")
    counter = task.value("epoch_counter", "Making a callback for the check")
    shown = f"{TRAIN}(model, images, labels, callbacks=(callback,))"
    alone = trained(task, shown, {"callbacks": ({"object": counter},)})
    expect_epochs(alone, 5)
    if task.value("counted", shown, handle=counter) != 5:
        message = f"{shown} did not call the callback at the end of each epoch, as it does with validation_data."
        raise Failed(
            message, "callbacks may be a tuple, and what it holds does not depend on other arguments: list(callbacks)."
        )
    if made.seen["trained"]["count"] % IMAGES and not alone.seen["trained"]["count"] % IMAGES:
        message = f"With validation_data, {TRAIN} trained the model on {made.seen['trained']['count']} images in all"
        raise Failed(
            f"{message}: a multiple of {IMAGES} was expected.", "Validation data is for looking, not for training."
        )
    if alone.seen["tested"]["count"]:
        message = f"{alone.shown} evaluated the model, although there is no validation_data."
        raise Failed(message, "Pass validation_data on as it is, None too.")
    expect_everything_given(task)
    if is_replayed(task):  # otherwise that is said above
        expect_replayed(made)
        expect_replayed(alone)


# Prediction


@pytest.mark.points(1)
def test_predict_labels_gives_two_arrays(task: TaskSession) -> None:
    """Integers and floats come back as numpy arrays of shape `(n,)`, for one image too."""
    for count in (MANY_IMAGES, 1):
        made = predicted(task, count)
        for name, part, kinds in (("labels", made.parts[0], "iu"), ("confidences", made.parts[1], "f")):
            expect_flat(f"The {name} of {made.called.shown}", part, kinds, made.probabilities)


@pytest.mark.points(1)
def test_predict_labels_gives_the_most_probable(task: TaskSession) -> None:
    """The labels are the most probable classes, the confidences their probabilities."""
    made = predicted(task, MANY_IMAGES)
    if made.harm:
        raise Failed(f"{made.called.shown} changed {made.harm} that it was given.", "Only look at them.")
    probabilities = made.probabilities
    labels = numbers_of(made.parts[0], f"The labels of {made.called.shown}", probabilities)
    confidences = numbers_of(made.parts[1], f"The confidences of {made.called.shown}", probabilities)
    what = f"{made.called.shown}: the array of labels"
    expect_array(
        labels, what, probabilities.argmax(axis=1), ("float64",), 0.0, label_mistakes(probabilities, made.faint)
    )
    what = f"{made.called.shown}: the array of confidences"
    mistakes = confidence_mistakes(probabilities, made.faint)
    expect_array(confidences, what, probabilities.max(axis=1), ("float64",), PREDICTION_TOLERANCE, mistakes)
    if made.misled:
        message = (
            f"{made.called.shown} calls the model with training=True, as if it learned: Dropout would draw numbers."
        )
        raise Failed(message, "Leave training out, or take model.predict(images).")
