"""Checks of `training`: the callbacks by their settings, the timer by what it measures, `train` by what a model sees.

The student's threshold callback is not looked at here: in its place stands one of the grader's own, which keeps the
threshold that it was given.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from time import perf_counter, sleep
from typing import Any

import numpy as np
import pytest

from grader.course.settings import MANY_IMAGES, PREDICTION_TOLERANCE
from grader.judging import oracle
from grader.judging.architecture import Architecture, Dense, Flatten
from grader.judging.diagnosis import TENSOR_HINT, Array, Mistake, expect_array, with_article
from grader.judging.verdict import Failed, clean
from grader.suite.session import Called, TaskSession

BUILD, TIMER, TRAIN, PREDICT = "build_callbacks", "EpochTimer", "train", "predict_labels"

THRESHOLD = "AccuracyThresholdCallback"
CHECKPOINT, PLATEAU, BOARD = "ModelCheckpoint", "ReduceLROnPlateau", "TensorBoard"
KINDS = (THRESHOLD, CHECKPOINT, PLATEAU, BOARD, TIMER)

FIGURES = ("val_loss", "val_accuracy")
"""What the best model may be told by."""

WATCHED = (*FIGURES, "loss", "accuracy")
"""What the learning rate may depend on."""

PAUSES = (0.06, 0.03, 0.09)
"""Seconds that the epochs of the driven timer last, in an order drawn for each submission: each differs from the sum of
those before it, and from one another, by more than `SLACK`."""

LOGS = {"loss": 0.5137, "accuracy": 0.7482}
"""The other figures of those epochs: rounding shows."""

RATE = 0.01
"""The learning rate of the model that is trained: Keras's default for SGD."""

FIRST_RATE = 0.001
"""The learning rate at which the driven plateau begins: Keras's default for Adam, which `min_lr` may well be."""

SLACK = 0.02
"""Seconds by which a measured epoch may differ: the coarsest clock, on Windows, ticks every 0.016."""

IMAGES = 6
"""Images that `train` gets: a step costs 40 ms whatever it computes, and who takes batches of one makes thirty of them
in five epochs, on a loaded machine too."""

SOME = 41
"""Images that it gets once, for two epochs, and images of the validation: more than one batch as Keras makes them, and
odd, which shows a rest, a cut and a half."""

TOLD_TOLERANCE = 1e-5
"""How far a figure of the History may be from what a metric said: it is that very number."""

REPLAYED_TOLERANCE = 1e-4
"""How far a weight may be from where the steps of a training lead, which rounding moves by less than a tenth of it."""

LEAST_GAIN = 1e-3
"""Loss that two epochs take off at least: 0.2 is what they do; rounding errors are below 1e-6."""

BEST_FILE = "best.keras"

DIAGONALS, BEST_EPOCH = ((0.6, 0.6, 0.6, -0.6), (0.9, 0.9, 0.9, 0.9), (-0.9, -0.9, -0.9, 0.9)), 1
"""What a model that learns to copy multiplies its inputs by after each of three epochs, and which of them is best: loss
and accuracy agree."""

CLASSIFIER = Architecture((28, 28), (Flatten(), Dense(10, "softmax")))
"""The model that is trained, and the one that predicts."""


# The list of callbacks


@dataclass(frozen=True)
class Listed:
    """The callbacks that `build_callbacks` made.

    Attributes:
        shown: the call.
        handle: the list.
        directory: the folder they were made for.
        entries: each as plain data.
    """

    shown: str
    handle: int
    directory: str
    entries: list[dict[str, Any]]

    def place(self, kind: str) -> int:
        """Where the one callback of a kind stands.

        Raises:
            Failed: there is none, or more than one.
        """
        places = [place for place, entry in enumerate(self.entries) if entry["kind"] == kind]
        if len(places) != 1:
            there = "no" if not places else f"{len(places)} callbacks"
            of_kind = f"{kind}" if not places else f"of the kind {kind}"
            classes = ", ".join(clean(entry["class"], 40) for entry in self.entries) or "nothing"
            hint = self._hint(kind) if not places else "One of each kind was asked for."
            raise Failed(f"{self.shown} holds {there} {of_kind}; it holds {classes}.", hint)
        return places[0]

    def settings(self, kind: str) -> dict[str, Any]:
        """The settings of the one callback of a kind, as plain values; None for those that are not there.

        Raises:
            Failed: there is none, or more than one.
        """
        observed = self.entries[self.place(kind)]["settings"]
        found = {name: setting.get("value", setting.get("type")) for name, setting in observed.items()}
        return defaultdict(lambda: None, found)

    def _hint(self, kind: str) -> str:
        """What helps where a kind is missing."""
        if any(entry["class"] == "type" for entry in self.entries):
            return "A class stands in the list: put brackets behind it, which make a callback of it."
        if any(entry["class"] == kind for entry in self.entries):
            origin = "from threshold_callback import it" if kind == THRESHOLD else "take the one of keras.callbacks"
            return f"The {kind} in the list is another class of that name: {origin}."
        if kind == THRESHOLD:
            return f"Write: from threshold_callback import {THRESHOLD}."
        return "" if kind == TIMER else f"Keras has it: keras.callbacks.{kind}."


def listed(task: TaskSession, directory: str, as_path: bool = False, threshold: float | None = None) -> Listed:
    """Call `build_callbacks` for a folder, given as a text or as a Path."""
    given: Any = {"path": directory} if as_path else directory
    keywords = {} if threshold is None else {"threshold": threshold}
    named = f", threshold={threshold}" if keywords else ""
    shown = f"{BUILD}({f'Path({directory!r})' if as_path else repr(directory)}{named})"

    def made() -> Listed:
        try:
            called = task.call(BUILD, given, shown=shown, keywords=keywords)
        except Failed as failure:
            failure.hint = failure.hint or _directory_hint(failure.message, as_path)
            raise
        expect_list(called)
        entries = task.value("callbacks", shown, handle=called.handle, directory=directory)
        return Listed(shown, called.handle, directory, entries)

    return task.once(shown, made)


def _directory_hint(message: str, as_path: bool) -> str:
    """What helps where `build_callbacks` raised."""
    if "unexpected keyword argument" in message or "required positional argument" in message:
        return f"{THRESHOLD} takes its threshold by place or as threshold=, as the hand-out says."
    if "object is not callable" in message:
        return "A callback is made by calling its class: keras.callbacks.ModelCheckpoint(...)."
    if "FileNotFoundError" in message:
        return "The folder need not exist yet, nor those above it: Keras makes them, or Path.mkdir(parents=True)."
    if "TypeError" not in message and "AttributeError" not in message:
        return ""  # what Keras says of it
    given = "a Path" if as_path else "a text"
    return f"The folder is {given} here: Path(directory) / 'logs' and os.path.join(directory, 'logs') take both."


def expect_list(called: Called) -> None:
    """See that a list came back.

    Raises:
        Failed: something else did.
    """
    kind = called.result["kind"]
    if kind == "none":
        raise Failed(f"{called.shown} returned None; a list of callbacks was expected.", "Is the `return` missing?")
    if kind != "list":
        hint = "Callbacks stand in square brackets: [first, second]."
        raise Failed(f"{called.shown} returned {with_article(called.result['type'])}; a list was expected.", hint)


@pytest.mark.points(1)
def test_build_callbacks_makes_all_five(task: TaskSession) -> None:
    """A list holds one callback of each kind, for a folder given as a text or as a Path."""
    for made in (listed(task, "runs/first"), listed(task, "runs/second", as_path=True)):
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
                    f"The {named} of {made.shown} is no keras.callbacks.Callback.", "Derive its class from it."
                )


@pytest.mark.points(1)
def test_build_callbacks_passes_the_threshold_on(task: TaskSession) -> None:
    """The threshold callback gets the threshold, 0.98 where there is none."""
    drawn = round(float(task.generator().choice(np.arange(550, 960))) / 1000, 3)
    for threshold in (drawn, None):
        made = listed(task, "runs/first", threshold=threshold)
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
    expect_best(written(task))


def expect_best(made: "Written") -> None:
    """See that `best.keras` holds the model as it was after the best epoch.

    Raises:
        Failed: it is not there, is no model, or holds another.
    """
    hint = "Leave out all settings that were not asked for."
    if BEST_FILE not in made.files:
        message = f"After {made.asked} there is no {BEST_FILE}"
        raise Failed(f"{message}; in the folder are {_listing(made.files)}.", hint)
    kept, hint = made.models.get(BEST_FILE) or [], f"Take keras.callbacks.{CHECKPOINT} as it is. {hint}"
    if not kept:
        raise Failed(f"After {made.asked} {BEST_FILE} is no model that Keras can load.", hint)
    same = [epoch for epoch, weights in enumerate(made.weights) if _are_close(kept, weights, TOLD_TOLERANCE)]
    if same != [BEST_EPOCH]:
        there = f"the model of epoch {same[0]}" if same else "the model of no epoch"
        message = f"After {made.asked} {BEST_FILE} holds {there}"
        raise Failed(f"{message}; the best, by every figure, was that of epoch {BEST_EPOCH}.", hint)


def _listing(files: list[str]) -> str:
    """The files of a folder; those of TensorBoard have names of their own in every run."""
    return ", ".join(dict.fromkeys("logs/..." if name.startswith("logs/") else name for name in files)) or "no files"


@dataclass(frozen=True)
class Written:
    """What the two callbacks that write made of a training whose epochs are known.

    Attributes:
        asked: the training, in words.
        files: names of all files in the folder.
        models: the weights in those that are models.
        losses: what those of TensorBoard tell of the loss, epoch by epoch.
        weights: what the model had at the end of each epoch.
        validation: the loss of the validation that these weights have.
    """

    asked: str
    files: list[str]
    models: dict[str, list[Array]]
    losses: dict[str, list[float]]
    weights: list[list[Array]]
    validation: list[float]


def written(task: TaskSession) -> Written:
    """A real fit with the callbacks that write, of a model of ours that is best after the second of three epochs."""

    def fit() -> Written:
        made = listed(task, "runs/first")
        places = [place for place, entry in enumerate(made.entries) if entry["kind"] in (CHECKPOINT, BOARD)]
        asked = f"model.fit(..., epochs=3, callbacks=...) with the {CHECKPOINT} and the {BOARD} of {made.shown}"
        rows = np.eye(4, dtype=np.float32)
        generator = task.generator()
        kernels = [np.diag(sizes) + generator.uniform(-0.02, 0.02, (4, 4)) for sizes in DIAGONALS]
        weights = [[kernel.astype(np.float32), np.zeros(4, dtype=np.float32)] for kernel in kernels]
        value = task.value(
            "fit_writing",
            asked,
            handle=made.handle,
            places=places,
            rows=rows,
            weights=weights,
            directory=made.directory,
        )
        files = [clean(str(name), 200) for name in value["files"]]
        losses = [float(np.mean((kernel - rows) ** 2)) for kernel in kernels]
        return Written(asked, files, value["models"], value["losses"], weights, losses)

    return task.once("fit with those that write", fit)


def _are_close(found: list[Array], expected: list[Array], tolerance: float) -> bool:
    """Whether weights have the shapes of others, and are as near."""
    same = [weight.shape for weight in found] == [weight.shape for weight in expected]
    return same and all(
        np.allclose(one, other, rtol=0, atol=tolerance) for one, other in zip(found, expected, strict=True)
    )


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
    expect_logged(written(task))


def expect_logged(made: Written) -> None:
    """See that `logs` tells of the loss of the validation in each epoch.

    Raises:
        Failed: it does not.
    """
    if not any(name.startswith("logs/") for name in made.files):
        raise Failed(f"{made.asked} wrote no logs; in the folder are {_listing(made.files)}.")
    told = [losses for name, losses in made.losses.items() if name.startswith("logs/")]
    if not any(len(losses) == 3 and np.allclose(losses, made.validation, atol=TOLD_TOLERANCE) for losses in told):
        message = f"{made.asked} wrote logs that do not tell of the loss of the validation in each epoch."
        raise Failed(message, f"Take keras.callbacks.{BOARD} as it is, with the folder alone.")


def expect_halved(task: TaskSession, made: Listed) -> None:
    """See what the callback does: nothing while all figures get better, and half the rate after three that do not.

    Raises:
        Failed: it does something else.
    """
    better = [
        dict(zip(WATCHED, (2 - place / 4, place / 5, 2 - place / 4, place / 5), strict=True)) for place in range(5)
    ]
    for figures, rates, why in (
        (better, [1.0] * 5, "while every figure gets better"),
        (better[:1] * 5, [1.0, 1.0, 1.0, 0.5, 0.5], "while no figure gets better"),
    ):
        asked = f"The {PLATEAU} of {made.shown}"
        found = task.value(
            "rates", asked, handle=made.handle, place=made.place(PLATEAU), rate=FIRST_RATE, epochs=figures
        )
        shares = [round(rate / FIRST_RATE, 3) for rate in found]
        if shares != rates:
            message = (
                f"{asked} leaves {', '.join(f'{share:g}' for share in shares)} of the learning rate after five epochs"
            )
            wanted = ", ".join(f"{share:g}" for share in rates)
            raise Failed(f"{message} {why}; {wanted} was expected.", "Leave out all settings that were not asked for.")


def expect_path(made: Listed, kind: str, found: Any, expected: str) -> None:
    """See that a callback writes to a place in the folder.

    Raises:
        Failed: it writes to another.
    """
    if found != expected:
        place = clean(f"{made.directory}/{found}" if not str(found).startswith("..") else str(found), 160)
        hint = f"It belongs into the folder: Path(directory) / {expected!r}."
        if str(found).startswith("../"):
            hint = f"That is not in the folder that was given. {hint}"
            place = clean(f"{found}, as seen from {made.directory}", 160)
        raise Failed(f"The {kind} of {made.shown} writes to {place}; {made.directory}/{expected} was expected.", hint)


def expect_monitor(made: Listed, kind: str, found: dict[str, Any], figures: tuple[str, ...]) -> None:
    """See that a callback goes by one of some figures, and the right way.

    Raises:
        Failed: it goes by another, or the wrong way.
    """
    monitor, direction = found["monitor"], found["direction"]
    if monitor not in figures:
        message = f"The {kind} of {made.shown} goes by {clean(str(monitor), 60)!r}"
        hint = "The keys are those of the History: a metric named accuracy gives accuracy and val_accuracy."
        if monitor in WATCHED:
            hint = "A figure of the training rises when a model only learns by heart: take one of the validation."
        raise Failed(f"{message}; {' or '.join(figures)} was expected.", hint)
    wrong = "max" if str(monitor).endswith("loss") else "min"
    if direction == wrong:
        best = "lowest" if wrong == "max" else "highest"
        message = f"The {kind} of {made.shown} goes by {monitor} with mode {wrong!r}"
        raise Failed(f"{message}: it takes the worst for the best.", f"The best is the {best}: leave mode out.")


# The timer


def timer(task: TaskSession) -> Called:
    """Make an `EpochTimer`."""
    shown = f"{TIMER}()"

    def made() -> Called:
        called = task.call(TIMER, shown=shown)
        if not task.value("is_callback", shown, handle=called.handle).get("callback"):
            message = f"{shown} is no keras.callbacks.Callback."
            raise Failed(message, f"Write: class {TIMER}(keras.callbacks.Callback).")
        return called

    return task.once(shown, made)


@pytest.mark.points(1)
def test_epoch_timer_adds_the_seconds(task: TaskSession) -> None:
    """Each epoch's logs get `epoch_seconds`, the time since that epoch began, and keep the rest."""
    shown = timer(task).shown
    asked = f"A training of {len(PAUSES)} epochs with {shown}"
    pauses = [PAUSES[place] for place in task.generator().permutation(len(PAUSES))]
    epochs = driven(task, timer(task), asked, pauses)
    seconds = [_seconds(shown, place, logs) for place, (_, logs) in enumerate(epochs)]
    for place, (found, pause, (took, logs)) in enumerate(zip(seconds, pauses, epochs, strict=True)):
        if not pause - SLACK <= found <= took + SLACK:
            message = f"In epoch {place}, which took {pause:g} seconds, {shown} gave epoch_seconds of "
            raise Failed(f"{message}{_measured(found)}.", _time_hint(place, found, pauses))
        others = {name: value for name, value in _pairs(logs).items() if name != "epoch_seconds"}
        if others != LOGS:
            message = f"{shown} changed the other figures of the logs, loss and accuracy."
            raise Failed(message, "Add one key: logs['epoch_seconds'] = seconds.")


def driven(task: TaskSession, made: Called, asked: str, pauses: list[float]) -> list[tuple[float, dict[str, Any]]]:
    """Drive a callback through epochs of two batches that last as long as `pauses` say, in seconds.

    The time passes here, and no question says how much of it will.

    Returns:
        For each epoch, how long it took in all, the callback's own methods included, and its logs afterwards.
    """
    model = task.value("callback_model", asked, handle=made.handle)

    def event(name: str, number: int | None, logs: dict[str, float]) -> Any:
        return task.value("event", asked, handle=made.handle, model=model, event=name, number=number, logs=dict(logs))

    event("on_train_begin", None, {})
    epochs = []
    for number, pause in enumerate(pauses):
        began = perf_counter()
        event("on_epoch_begin", number, {})
        for batch in range(2):
            event("on_train_batch_begin", batch, {})
            sleep(pause / 2)
            event("on_train_batch_end", batch, {"loss": 0.5})
        logs = event("on_epoch_end", number, LOGS)["logs"]
        epochs.append((perf_counter() - began, logs))
    event("on_train_end", None, LOGS)
    return epochs


def _figures(observed: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The figures of an observed History: by name, one for each epoch."""
    pairs = observed["items"] if observed.get("kind") == "dict" else []
    return {str(key.get("value")): item["items"] for key, item in pairs if item["kind"] in ("list", "tuple")}


def _measured(seconds: float) -> str:
    """A time that is another in every run, in words that are not."""
    if np.isnan(seconds):
        return "NaN, which is no number"
    for limit, words in ((-1e-9, "less than 0"), (1e-3, "about 0"), (1.0, "a fraction of a second that is wrong")):
        if seconds < limit:
            return words
    return "less than 1000" if seconds < 1000 else "more than 1000"


def _time_hint(place: int, found: float, pauses: list[float]) -> str:
    """What helps where a time is wrong."""
    before = sum(pauses[:place])
    if found < -SLACK:
        return "The end minus the beginning: time.perf_counter() - self.began."
    if place and abs(found - before - pauses[place]) < SLACK * (place + 1):
        return "It adds up over the epochs: note the time anew in on_epoch_begin."
    for times, unit in ((1e3, "milliseconds"), (1e6, "microseconds"), (1e9, "nanoseconds"), (1 / 60, "minutes")):
        if abs(found / times - pauses[place]) < SLACK:
            return f"Those are {unit}: seconds were asked."
    if abs(found - pauses[place] / 2) < SLACK / 2:
        return "That is one batch of the epoch: take the time in on_epoch_begin, and again in on_epoch_end."
    if found.is_integer() and found < 2:
        return "That is a whole number: are the seconds rounded, or converted by int()?"
    if found > 1e6:
        return "That is a time of day: subtract the time at which the epoch began."
    if found < SLACK:
        return "The time is taken when an epoch begins, in on_epoch_begin, and again when it ends."
    return "The time from on_epoch_begin to on_epoch_end of the same epoch was asked."


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
        added = [clean(str(name), 40) for name in found if name not in ("loss", "accuracy")]
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
    made = timer(task)
    asked = f"model.fit(..., epochs=2, callbacks=[{made.shown}])"
    rows = np.eye(4, dtype=np.float32)
    value = task.value("fit_with", asked, handle=made.handle, rows=rows, epochs=2)
    kept = _figures(value["history"]).get("epoch_seconds", [])
    seconds = [float(item["value"]) for item in kept if item.get("kind") in ("float", "int")]
    if len(seconds) != 2:
        message = f"The History of {asked} holds {len(seconds)} epoch_seconds; one for each of 2 epochs was expected."
        raise Failed(message, "Put it into the dict logs itself, in on_epoch_end: Keras copies it into the History.")
    if not all(figure >= 0 for figure in seconds) or sum(seconds) > value["took"] + SLACK:
        message = f"The epoch_seconds in the History of {asked} are not the seconds that the epochs took"
        raise Failed(f"{message}: none is below 0, and together they are no more than the whole fit.")


# Training


@dataclass(frozen=True)
class Trained:
    """A call of `train` on a model that watches.

    Attributes:
        shown: the call.
        images: what it was given, and `labels` with them.
        labels: integers.
        before: the model's weights before.
        seen: what the model was given, and its weights afterwards.
        figures: the History's, where a History came back.
    """

    shown: str
    images: Array
    labels: Array
    before: list[Array]
    seen: dict[str, Any]
    figures: dict[str, list[float]]


def trained(task: TaskSession, shown: str, keywords: dict[str, Any], count: int = IMAGES) -> Trained:
    """Call `train` with a model that watches, `count` images, and with more arguments by keyword."""
    generator = task.generator()
    labels = generator.permutation(count) % 10
    images = _learnable(generator, labels)
    weights = [
        generator.normal(0, 0.05, (784, 10)).astype(np.float32),
        generator.normal(0, 0.05, (10,)).astype(np.float32),
    ]
    model = task.value("watching_model", "Building a model for the check", weights=weights)
    try:
        called = task.call(TRAIN, {"object": model}, images, labels, shown=shown, keywords=keywords)
    except Failed as failure:
        failure.hint = failure.hint or _train_hint(failure.message)
        raise
    history = task.value("history", shown, handle=called.handle)
    if not history["history"]:
        returned = "None" if called.result["kind"] == "none" else with_article(called.result["type"])
        raise Failed(f"{shown} returned {returned}; the History was expected.", _history_hint(called.result))
    figures = {
        name: [float(item["value"]) for item in items if item.get("kind") in ("float", "int")]
        for name, items in _figures(history["figures"]).items()
    }
    seen = task.value("watched", shown, handle=model)
    return Trained(shown, images, labels, weights, seen, figures)


def _learnable(generator: np.random.Generator, labels: Array) -> Array:
    """Images in which each class lights up rows of its own, so that every step of a training helps."""
    images = generator.random((len(labels), 28, 28), dtype=np.float32) / 16
    for image, label in zip(images, labels, strict=True):
        image[2 * label + 4 : 2 * label + 6] += np.float32(0.8)
    return images


def _loss(weights: list[Array], images: Array, labels: Array) -> float:
    """The crossentropy of the model's own predictions, by the oracle; infinite where the weights do not fit."""
    try:
        return oracle.cross_entropy(oracle.forward(CLASSIFIER, weights, images)[-1], labels)
    except ValueError:
        return float("inf")


def _history_hint(result: dict[str, Any]) -> str:
    """What helps where no History came back."""
    if result["kind"] == "none":
        return "model.fit(...) returns the History: return it in turn."
    if result["kind"] == "dict":
        return "That is history.history: return the History itself."
    return "The History is what model.fit(...) returns."


def _train_hint(message: str) -> str:
    """What helps where `train` raised."""
    if "has no attribute" in message and "shape" in message:
        return "Images and labels are numpy arrays."
    if "rank" in message or "Argument `output` must have" in message:
        return "The labels are integers, and stay so: the model was compiled with a sparse crossentropy."
    return ""


def plainly_trained(task: TaskSession) -> Trained:
    """A call of `train` with as little as it takes, on more images than one batch holds; made once."""
    shown = f"{TRAIN}(model, images, labels, epochs=2)"
    return task.once(shown, lambda: trained(task, shown, {"epochs": 2}, SOME))


@pytest.mark.points(1)
def test_train_fits_the_model(task: TaskSession) -> None:
    """The model that is given is trained, as it was compiled, on all images and labels; the History comes back."""
    made = plainly_trained(task)
    rows = made.seen["trained"]
    if not rows["count"]:
        raise Failed(
            f"{made.shown} did not train the model that it was given.", "Call model.fit(...) on that model, not a copy."
        )
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
    if rows["weighted"]:
        message = f"{made.shown} gave some images more weight than others."
        raise Failed(message, "Leave class_weight and sample_weight out: nothing of the kind was asked for.")
    if abs(made.seen["learning_rate"] - RATE) > 1e-6:
        message = f"{made.shown} set the learning rate to {made.seen['learning_rate']:g}; the model came with {RATE:g}."
        raise Failed(message, "The model comes compiled: only call model.fit(...).")
    after = made.seen["weights"]
    if len(after) == len(made.before) and all(map(np.array_equal, after, made.before)):
        raise Failed(f"{made.shown} left the weights of the model as they were.", "Is model.trainable switched off?")
    before, loss = (_loss(weights, made.images, made.labels) for weights in (made.before, after))
    if not loss < before - LEAST_GAIN:
        message = f"After {made.shown} the loss on the same images is not below what it was before."
        raise Failed(message, "Only call model.fit(...) with them, and leave the weights to it.")
    if "loss" not in made.figures:
        raise Failed(f"The History of {made.shown} has no loss.", "Return what model.fit(...) returned.")
    expect_told(made, "")
    expect_replayed(made)


def expect_replayed(made: Trained) -> None:
    """See that the model has the weights to which the steps of its training lead, by the oracle's own steps.

    Raises:
        Failed: it has others.
    """
    rows = made.seen["trained"]
    if rows["count"] > len(rows["images"]) or sum(rows["batches"]) != rows["count"]:
        return  # it was trained more often than was asked for, which is said elsewhere
    weights: list[Array] = [weight.astype(np.float64) for weight in made.before]
    place = 0
    for size in rows["batches"]:
        batch = slice(place, place + size)
        labels = rows["labels"][batch].astype(np.int64)
        slopes = oracle.first_step_gradients(CLASSIFIER, weights, rows["images"][batch], labels)
        weights = [weight - RATE * slope for weight, slope in zip(weights, slopes, strict=True)]
        place += size
    if not _are_close(made.seen["weights"], weights, REPLAYED_TOLERANCE):
        message = f"After {made.shown} the weights of the model are not those to which the steps of its training lead."
        raise Failed(message, "Only call model.fit(...), and leave the weights to it.")


def _is_replayed(task: TaskSession) -> bool:
    try:
        expect_replayed(plainly_trained(task))
    except Failed:
        return False
    return True


def expect_told(made: Trained, prefix: str) -> None:
    """See that the History tells what the model's own metrics said; `prefix` is `val_` for those of the validation.

    Raises:
        Failed: it tells something else.
    """
    noted = made.seen["figures"]
    for name, told in made.figures.items():
        seen = [figures[name] for figures in noted if name in figures]
        if not seen or not name.startswith(prefix):
            continue  # a callback's
        for epoch, figure in enumerate(told):
            if not any(figure == known or abs(figure - known) < TOLD_TOLERANCE for known in seen):
                message = (
                    f"The History of {made.shown} says that {name} was {figure:.4f} in epoch {epoch}: it never was."
                )
                raise Failed(message, "Return what model.fit(...) returned, as it is.")


def expect_rows(made: Trained, rows: dict[str, Any], images: Array, labels: Array, did: str) -> None:
    """See that the model was given these images with these labels, in any order.

    Raises:
        Failed: it was given fewer, or others.
    """
    count, found, known = rows["count"], rows["images"], rows["labels"]
    if count % len(images) or found.shape[1:] != images.shape[1:]:
        plural = "s" if count != 1 else ""
        message = f"{made.shown} {did} the model on {count} image{plural} in all, over its epochs"
        if did == "evaluated":
            hint = "Pass validation_data on as it is, all of it: is there a validation_steps, or a part of it?"
            raise Failed(f"{message}; a multiple of {len(images)} was expected.", hint)
        hint = f"All {len(images)} images that were given are used in every epoch: is there a validation_split?"
        raise Failed(f"{message}; a multiple of {len(images)} was expected.", hint)
    found, known = found[: len(images)].astype(np.float64), known[: len(images)]
    ours, theirs = np.argsort(images[:, 0, 0]), np.argsort(found[:, 0, 0])
    if not np.allclose(found[theirs], images[ours], atol=1e-6):
        scaled = np.allclose(found[theirs], images[ours] / 255, atol=1e-6)
        hint = "They were divided by 255 once more." if scaled else "Pass images and labels on as they are."
        raise Failed(f"{made.shown} {did} the model on other images than it was given.", hint)
    if not np.array_equal(known[theirs], labels[ours]):
        hint = "Labels and images belong together: pass both on as they are."
        raise Failed(f"{made.shown} {did} the model with other labels than it was given.", hint)


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
    loss = _loss(made.seen["weights"], images, labels)
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
        raise Failed(message, "What one argument is must not depend on whether another one is given.")
    if made.seen["trained"]["count"] % IMAGES and not alone.seen["trained"]["count"] % IMAGES:
        message = f"With validation_data, {TRAIN} trained the model on {made.seen['trained']['count']} images in all"
        raise Failed(
            f"{message}: a multiple of {IMAGES} was expected.", "Validation data is for looking, not for training."
        )
    if alone.seen["tested"]["count"]:
        message = f"{alone.shown} evaluated the model, although there is no validation_data."
        raise Failed(message, "Pass validation_data on as it is, None too.")
    if _is_replayed(task):  # otherwise that is said above
        expect_replayed(made)
        expect_replayed(alone)


def expect_epochs(made: Trained, epochs: int) -> None:
    """See that the model was trained that often.

    Raises:
        Failed: it was trained more often, or less.
    """
    if made.seen["trained"]["count"] % IMAGES:
        return  # not all images are used, which is another check's matter
    found, told = made.seen["trained"]["count"] // IMAGES, len(made.figures.get("loss", []))
    times = f"{found} times" if found != 1 else "once"
    if found != epochs:
        hint = "Pass it on: model.fit(..., epochs=epochs)."
        if found == 2 * epochs:
            hint = "Is model.fit called twice?"
        if epochs == 5:
            hint = "Where there is none, it is 5: def train(model, images, labels, epochs=5, ...)."
        raise Failed(f"{made.shown} went {times} over the images; {epochs} was expected.", hint)
    if told != epochs:
        message = f"{made.shown} went {times} over the images, and the History that it returned tells of {told}."
        raise Failed(message, "Call model.fit once, with epochs=epochs, and return what it returned.")


# Prediction


@dataclass(frozen=True)
class Predicted:
    """A call of `predict_labels`, and what is right.

    Attributes:
        called: the call.
        probabilities: `(n, 10)`, by the oracle.
        faint: the same of images that were divided by 255 once more.
        parts: the two results as they were observed.
    """

    called: Called
    probabilities: Array
    faint: Array
    parts: list[dict[str, Any]]


def predicted(task: TaskSession, count: int) -> Predicted:
    """Call `predict_labels` for some images, with a small model whose weights the host knows."""
    generator = task.generator()
    weights = [
        generator.normal(0, 0.12, (784, 10)).astype(np.float32),
        generator.normal(0, 0.5, (10,)).astype(np.float32),
    ]
    asked = "Building a model for the check"
    model = task.once("model for predictions", partial(task.value, "watching_model", asked, weights=weights))
    task.value("set_weights", asked, handle=model, weights=weights)
    images = generator.random((count, 28, 28), dtype=np.float32)
    shown = f"{PREDICT}(model, images of shape {images.shape})"
    called = task.call(PREDICT, {"object": model}, images, shown=shown)
    probabilities, faint = (oracle.forward(CLASSIFIER, weights, given)[-1] for given in (images, images / 255))
    return Predicted(called, probabilities, faint, _parts(called))


def _parts(called: Called) -> list[dict[str, Any]]:
    """The two parts of a result.

    Raises:
        Failed: it does not have two.
    """
    result = called.result
    if result["kind"] == "none":
        message = f"{called.shown} returned None; labels and confidences were expected."
        raise Failed(message, "Is the `return` missing?")
    parts = result.get("items", [])
    if result["kind"] not in ("tuple", "list") or len(parts) != 2:
        returned = with_article(result["type"])
        returned += f" of {result['length']}" if result["kind"] in ("tuple", "list") else ""
        message = f"{called.shown} returned {returned}; two arrays, labels and confidences, were expected."
        raise Failed(message, "Two values behind `return`, with a comma between them: return labels, confidences.")
    return [dict(part) for part in parts]


SCALED_HINT = "Were the images divided by 255 once more? They come in 0 to 1."


def label_mistakes(probabilities: Array, faint: Array) -> list[Mistake]:
    """What the labels are when a known mistake is made; `faint` is of images divided by 255 once more."""
    ordered = np.argsort(probabilities, axis=1)
    return [
        Mistake("Those are the confidences: labels come first.", lambda: probabilities.max(axis=1)),
        Mistake(SCALED_HINT, lambda: faint.argmax(axis=1)),
        Mistake("The least probable class was taken: use argmax.", lambda: ordered[:, 0]),
        Mistake("The second class was taken: use argmax.", lambda: ordered[:, -2]),
        Mistake("Labels are counted from 1; the first class is 0.", lambda: ordered[:, -1] + 1),
        Mistake("The probabilities were rounded: use argmax.", lambda: np.round(probabilities).argmax(axis=1)),
        Mistake("Only the first label is right: argmax needs axis=1.", lambda: np.full(len(ordered), ordered[0, -1])),
    ]


def confidence_mistakes(probabilities: Array, faint: Array) -> list[Mistake]:
    """What the confidences are when a known mistake is made; `faint` is of images divided by 255 once more."""
    shares = np.exp(probabilities) / np.exp(probabilities).sum(axis=1, keepdims=True)
    ordered = np.sort(probabilities, axis=1)
    top = ordered[:, -1]
    return [
        Mistake("Those are the labels: confidences come second.", lambda: probabilities.argmax(axis=1)),
        Mistake(SCALED_HINT, lambda: faint.max(axis=1)),
        Mistake("Those are percent: a probability is 0 to 1.", lambda: 100 * top),
        Mistake("The softmax was taken once more: the model gives probabilities.", lambda: shares.max(axis=1)),
        Mistake("The least probability was taken.", lambda: ordered[:, 0]),
        Mistake("The mean over the classes was taken: use max.", lambda: probabilities.mean(axis=1)),
        Mistake("The sum over the classes was taken: use max.", lambda: probabilities.sum(axis=1)),
        Mistake("The lead over the second class was taken: use max.", lambda: top - ordered[:, -2]),
        Mistake("The probabilities were rounded.", lambda: np.round(top)),
        Mistake("The probabilities were rounded.", lambda: np.round(top, 1)),
        Mistake("The probabilities were rounded.", lambda: np.round(top, 2)),
        Mistake("The logarithm was taken.", lambda: np.log(top)),
        Mistake("The first image's stands everywhere: max needs axis=1.", lambda: np.full(len(top), top[0])),
        Mistake("The largest of all stands everywhere: max needs axis=1.", lambda: np.full(len(top), top.max())),
        Mistake("Confidence is the probability itself, not what is missing to 1.", lambda: 1 - top),
    ]


@pytest.mark.points(1)
def test_predict_labels_gives_two_arrays(task: TaskSession) -> None:
    """Integers and floats come back as numpy arrays of shape `(n,)`, for one image too."""
    for count in (MANY_IMAGES, 1):
        made = predicted(task, count)
        for name, part, kinds in (("labels", made.parts[0], "iu"), ("confidences", made.parts[1], "f")):
            expect_flat(f"The {name} of {made.called.shown}", part, kinds, made.probabilities)


def expect_flat(what: str, part: dict[str, Any], kinds: str, probabilities: Array) -> None:
    """See that one part of the result is a numpy array of shape `(n,)` with numbers of the right kind.

    Raises:
        Failed: it is something else.
    """
    expected = {"iu": "integers", "f": "floats"}.get(kinds, "numbers")
    array = part.get("array")
    if array is None:
        named = "a TensorFlow tensor" if part["kind"] == "tensor" else with_article(part["type"])
        hint = TENSOR_HINT if part["kind"] == "tensor" else "np.array(...) makes an array of a list or a number."
        if part["kind"] in ("int", "float"):
            hint = "That is one number for all images: argmax and max need axis=1."
        if part["kind"] == "array":
            named, hint = f"an array of {clean(str(part.get('dtype')), 40)}", "The classes are told by their numbers."
        raise Failed(f"{what} are {named}; a numpy array of {expected} was expected.", hint)
    if array.shape != (len(probabilities),):
        hint = "It holds one number for each image: argmax(axis=1) and max(axis=1), without keepdims."
        if array.shape == () or (array.shape == (1,) and len(probabilities) > 1):
            hint = "That is one number for all images: argmax and max need axis=1."
        if array.shape == (10,):
            hint = "That is one number for each class: axis=1 goes over the classes, axis=0 over the images."
        if array.shape == () and len(probabilities) == 1:
            hint = "One image, too, gives an array of one number: leave np.squeeze out."
        if array.shape == (1,):
            hint = "Every image is predicted, however many there are: is only the first one taken?"
        if array.shape == probabilities.shape:
            hint = "Those are all probabilities: take the class of the largest, and the largest itself."
            if set(np.unique(array)) <= {0, 1}:
                hint = "That is one-hot; the label is the number of the class: argmax(axis=1)."
        raise Failed(f"{what} have shape {array.shape}; {(len(probabilities),)} was expected.", hint)
    if array.dtype.kind not in kinds:
        hint = "argmax gives integers, max gives floats: are the two exchanged, or was one converted?"
        raise Failed(f"{what} are {clean(str(array.dtype), 40)} values; {expected} were expected.", hint)


@pytest.mark.points(1)
def test_predict_labels_gives_the_most_probable(task: TaskSession) -> None:
    """The labels are the most probable classes, the confidences their probabilities."""
    made = predicted(task, MANY_IMAGES)
    probabilities = made.probabilities
    labels = _numbers(made.parts[0], f"The labels of {made.called.shown}", probabilities)
    confidences = _numbers(made.parts[1], f"The confidences of {made.called.shown}", probabilities)
    what = f"{made.called.shown}: the array of labels"
    expect_array(
        labels, what, probabilities.argmax(axis=1), ("float64",), 0.0, label_mistakes(probabilities, made.faint)
    )
    what = f"{made.called.shown}: the array of confidences"
    mistakes = confidence_mistakes(probabilities, made.faint)
    expect_array(confidences, what, probabilities.max(axis=1), ("float64",), PREDICTION_TOLERANCE, mistakes)


def _numbers(part: dict[str, Any], what: str, probabilities: Array) -> dict[str, Any]:
    """One part of the result as floats of one axis, whatever it is: that is another check's matter."""
    array = part.get("array")
    if array is None and part["kind"] in ("list", "tuple"):
        values = [item.get("value", np.asarray(item.get("array")).item()) for item in part["items"] if _is_number(item)]
        array = np.array(values, dtype=np.float64)
    if array is None or array.dtype.kind not in "iuf" or array.size != len(probabilities):
        expect_flat(what, part, "iuf", probabilities)
        raise Failed(f"{what} are no numbers, one for each image.")
    return {"kind": "array", "type": "ndarray", "array": array.astype(np.float64).ravel()}


def _is_number(item: dict[str, Any]) -> bool:
    array = item.get("array")
    return item["kind"] in ("int", "float") or (array is not None and array.size == 1 and array.dtype.kind in "iuf")
