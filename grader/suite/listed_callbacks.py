"""The callbacks that `build_callbacks` makes: by their settings, and by what they do and write in a training."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.judging.diagnosis import Array, with_article
from grader.judging.verdict import Failed, clean
from grader.suite.session import TaskSession
from grader.suite.watched_training import TOLD_TOLERANCE, are_close

BUILD, TIMER, THRESHOLD = "build_callbacks", "EpochTimer", "AccuracyThresholdCallback"
CHECKPOINT, PLATEAU, BOARD = "ModelCheckpoint", "ReduceLROnPlateau", "TensorBoard"
TIMER_HINT = f"{TIMER} takes no argument: {TIMER}()."
KINDS = (THRESHOLD, CHECKPOINT, PLATEAU, BOARD, TIMER)

FIGURES = ("val_loss", "val_accuracy")
"""What the best model may be told by."""

WATCHED = (*FIGURES, "loss", "accuracy")
"""What the learning rate may depend on."""

FIRST_RATE = 0.001
"""The learning rate at which the driven plateau begins: Keras's default for Adam, which `min_lr` may well be."""

LONG = 11
"""Epochs in which a rate is halved twice, also where the callback rests for a few in between."""

BEST_FILE = "best.keras"

BEST_DIAGONAL = (2.5, 2.5, 2.5, -1.5)
OTHER_DIAGONALS = ((3, 3, -2, -2), (-3, -3, -3, 3), (-2, -2, -2, -2))
"""What a model that learns to copy multiplies its inputs by after each of four epochs: loss and accuracy agree on which
is best, and neither is good. Their order is drawn; the best is neither first nor last."""


@dataclass(frozen=True)
class Listed:
    """The callbacks that `build_callbacks` made.

    Attributes:
        shown: the call.
        handle: the list.
        directory: the folder they were made for.
        entries: each as plain data.
        result: what came back, as it was observed.
    """

    shown: str
    handle: int
    directory: str
    entries: list[dict[str, Any]]
    result: dict[str, Any]

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
            hint = (
                self._hint(kind)
                if not places
                else "One of each kind was asked for; and the list is made anew in every call."
            )
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
        if any(entry["class"] in ("list", "tuple") for entry in self.entries):
            return "A list stands in the list: the callbacks themselves belong there, five of them."
        if any(entry["class"] == "type" for entry in self.entries):
            return "A class stands in the list: put brackets behind it, which make a callback of it."
        if any(entry["class"] == kind for entry in self.entries):
            origin = "from threshold_callback import it" if kind == THRESHOLD else "take the one of keras.callbacks"
            return f"The {kind} in the list is another class of that name: {origin}."
        if kind == THRESHOLD and any(entry["class"] == "EarlyStopping" for entry in self.entries):
            return f"EarlyStopping ends at what gets no better, yours at an accuracy: {THRESHOLD}(threshold)."
        if kind == THRESHOLD:
            return f"from threshold_callback import {THRESHOLD}, and put {THRESHOLD}(threshold) into the list."
        if kind == TIMER:
            return f"Put {TIMER}() into the list: the class of this module, made by its brackets."
        return f"Keras has it: keras.callbacks.{kind}."


def listed(
    task: TaskSession,
    directory: str,
    as_path: bool = False,
    threshold: float | None = None,
    strict: bool = False,
) -> Listed:
    """Call `build_callbacks` for a folder, given as a text or as a Path."""
    given: Any = {"path": directory} if as_path else directory
    keywords = {} if threshold is None else {"threshold": threshold}
    named = f", threshold={threshold}" if keywords else ""
    shown = f"{BUILD}({f'Path({directory!r})' if as_path else repr(directory)}{named})"

    def made() -> Listed:
        try:
            called = task.call(BUILD, given, shown=shown, keywords=keywords)
        except Failed as failure:
            if threshold is None and not strict and "required positional argument: 'threshold'" in failure.message:
                return listed(task, directory, as_path, 0.98)  # that it has no default is one check's matter
            failure.hint = failure.hint or _directory_hint(failure.message, as_path)
            raise
        if called.result["kind"] != "tuple":  # which is said by the check of the list alone
            expect_list(shown, called.result)
        entries = task.value("callbacks", shown, handle=called.handle, directory=directory)
        return Listed(shown, called.handle, directory, entries, called.result)

    return task.once(f"{shown}{' as it is' if strict else ''}", made)


def _directory_hint(message: str, as_path: bool) -> str:
    """What helps where `build_callbacks` raised."""
    if "TensorBoard.__init__() got an unexpected" in message:
        return "TensorBoard takes the folder as log_dir."
    if "does not support a factor" in message:
        return "factor is what the rate is multiplied by, 0.5; patience is how many epochs it waits, 3."
    if ".weights.h5" in message:
        return "The whole model is kept, not its weights alone: leave save_weights_only out."
    if f"{TIMER}.__init__()" in message:
        return TIMER_HINT
    if THRESHOLD not in message and "unexpected keyword argument" in message:
        return "Is the argument's name misspelt?"
    if "unexpected keyword argument" in message or "required positional argument" in message:
        return f"{THRESHOLD} takes its threshold by place or as threshold=, as the hand-out says."
    if TIMER in message and "TypeError" in message:
        return TIMER_HINT
    if "object is not callable" in message:
        return "A callback is made by calling its class: keras.callbacks.ModelCheckpoint(...)."
    if "FileExistsError" in message:
        return "The folder may exist already: Path.mkdir(parents=True, exist_ok=True) takes both."
    if "FileNotFoundError" in message:
        return "The folder need not exist yet, nor those above it: Keras makes them, or Path.mkdir(parents=True)."
    if "TypeError" not in message and "AttributeError" not in message:
        return ""  # what Keras says of it
    given = "a Path" if as_path else "a text"
    return f"The folder is {given} here: Path(directory) / 'logs' and os.path.join(directory, 'logs') take both."


def expect_list(shown: str, result: dict[str, Any]) -> None:
    """See that a list came back.

    Raises:
        Failed: something else did.
    """
    kind = result["kind"]
    if kind == "none":
        raise Failed(
            f"{shown} returned None; a list of callbacks was expected.",
            "Is the `return` missing? append returns None, too.",
        )
    if kind != "list":
        hint = "Callbacks stand in square brackets: [first, second]."
        raise Failed(f"{shown} returned {with_article(result['type'])}; a list was expected.", hint)


def expect_best(task: TaskSession) -> None:
    """See that `best.keras` holds the model as it was after the best epoch.

    Raises:
        Failed: it is not there, is no model, or holds another.
    """
    made = written_by(task, CHECKPOINT)
    hint = "Leave out all settings that were not asked for."
    if BEST_FILE not in made.files:
        message = f"After {made.asked} there is no {BEST_FILE}"
        raise Failed(f"{message}; in the folder are {_listing(made.files)}.", hint)
    kept, hint = made.models.get(BEST_FILE) or [], f"Take keras.callbacks.{CHECKPOINT} as it is. {hint}"
    if not kept:
        raise Failed(f"After {made.asked} {BEST_FILE} is no model that Keras can load.", hint)
    same = [epoch for epoch, weights in enumerate(made.weights) if are_close(kept, weights, TOLD_TOLERANCE)]
    best = int(np.argmin(made.validation))
    if same != [best]:
        there = f"the model of epoch {same[0]}" if same else "the model of no epoch"
        message = f"After {made.asked} {BEST_FILE} holds {there}"
        raise Failed(f"{message}; the best, by every figure, was that of epoch {best}.", hint)


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


def written_by(task: TaskSession, kind: str) -> Written:
    """What both callbacks that write made; where that fails, maybe by the other's fault, what this kind made alone."""
    try:
        return written(task, CHECKPOINT, BOARD)
    except Failed:
        return written(task, kind)


def written(task: TaskSession, *kinds: str) -> Written:
    """A real fit with callbacks that write, of a model of ours that is best after one of the inner of four epochs."""

    def fit() -> Written:
        made = listed(task, "runs/first")
        places = [place for place, entry in enumerate(made.entries) if entry["kind"] in kinds]
        generator = task.generator()
        diagonals: list[tuple[float, ...]] = [
            OTHER_DIAGONALS[place] for place in generator.permutation(len(OTHER_DIAGONALS))
        ]
        diagonals.insert(int(generator.integers(1, len(diagonals))), BEST_DIAGONAL)
        given = f"the {' and the '.join(kinds)} of {made.shown}"
        asked = f"model.fit(..., epochs={len(diagonals)}, callbacks=...) with {given}"
        rows = np.eye(4, dtype=np.float32)
        kernels = [np.diag(sizes) + generator.uniform(-0.02, 0.02, (4, 4)) for sizes in diagonals]
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

    return task.once(f"fit with {kinds}", fit)


def expect_logged(task: TaskSession) -> None:
    """See that `logs` tells of the loss of the validation in each epoch.

    Raises:
        Failed: it does not.
    """
    made = written_by(task, BOARD)
    if not any(name.startswith("logs/") for name in made.files):
        raise Failed(f"{made.asked} wrote no logs; in the folder are {_listing(made.files)}.")
    if isinstance(listed(task, "runs/first").settings(BOARD)["update_freq"], int):
        return  # then Keras logs each so many steps, of which a small training has too few
    told = [losses for name, losses in made.losses.items() if name.startswith("logs/")]
    if not any(_are_told(losses, made.validation) for losses in told):
        message = f"{made.asked} wrote logs that do not tell of the loss of the validation in each epoch."
        raise Failed(message, f"Take keras.callbacks.{BOARD} as it is, with the folder alone.")


def _are_told(losses: list[float], validation: list[float]) -> bool:
    return len(losses) == len(validation) and np.allclose(losses, validation, atol=TOLD_TOLERANCE)


def expect_halved(task: TaskSession, made: Listed) -> None:
    """See what the callback does: nothing while all figures get better, and half the rate after three that do not.

    How many epochs get better before that, and by how much, is drawn.

    Raises:
        Failed: it does something else.
    """
    generator = task.generator()
    rising, step = int(generator.integers(1, 4)), float(generator.uniform(0.1, 0.2))
    better = _improving(5, step)
    stuck = better[:rising] + better[rising - 1 : rising] * 4
    asked, hint = f"The {PLATEAU} of {made.shown}", "Leave out all settings that were not asked for."

    def driven(figures: list[dict[str, float]], rate: float) -> list[float]:
        place = made.place(PLATEAU)
        found: list[float] = task.value("rates", asked, handle=made.handle, place=place, rate=rate, epochs=figures)
        return found

    for figures, rates, why in (
        (better, [1.0] * 5, "while every figure gets better"),
        (better[:1] * 5, [1.0, 1.0, 1.0, 0.5, 0.5], "while no figure gets better"),
        (stuck, [1.0] * (rising + 2) + [0.5] * 2, f"of which the last {len(stuck) - rising} bring nothing better"),
        (_improving(5, step / 10), [1.0] * 5, "while every figure gets a little better"),
    ):
        found = driven(figures, FIRST_RATE)
        shares = [round(rate / FIRST_RATE, 3) for rate in found]
        if shares != rates:
            got, wanted = (", ".join(f"{share:g}" for share in each) for each in (shares, rates))
            message = f"{asked} leaves {got} of the learning rate after {len(figures)} epochs {why}"
            raise Failed(f"{message}; {wanted} was expected.", hint)
    left = driven(better[:1] * LONG, 1.0)[-1]
    if left > 0.25 + 1e-6:
        message = f"{asked} leaves {left:g} of the learning rate after {LONG} epochs while no figure gets better"
        raise Failed(f"{message}; at most 0.25 was expected.", hint)


def _improving(epochs: int, step: float) -> list[dict[str, float]]:
    """Logs of epochs in which every figure gets better by a step."""
    return [dict(zip(WATCHED, (2 - place * step, place * step) * 2, strict=True)) for place in range(epochs)]


def expect_path(made: Listed, kind: str, found: Any, expected: str) -> None:
    """See that a callback writes to a place in the folder.

    Raises:
        Failed: it writes to another.
    """
    if found != expected:
        place = clean(f"{made.directory}/{found}" if not str(found).startswith("..") else str(found), 160)
        hint = f"It belongs in the folder: Path(directory) / {expected!r}."
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
