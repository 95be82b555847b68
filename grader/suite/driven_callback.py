"""A callback driven as `fit` would drive it, one event at a time, and what is said when it does not act as it should.

Where it stops wrongly, or does not stop, a fresh callback is tried on other logs until what it goes by is found: so
the hint can say "it goes by val_accuracy" instead of "it did not stop".
"""

import difflib
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.judging.verdict import Crashed, Failed, Verdict, clean
from grader.suite.raised_hints import CALLING_BACK, known_hint
from grader.suite.session import Called, TaskSession

CLASS = "AccuracyThresholdCallback"
BASE = "keras.callbacks.Callback"
DEFAULT = 0.98

THOUSANDTHS = np.array([number for number in range(551, 960) if number % 10])
"""What thresholds are drawn from: none that rounding to two decimals leaves as it is."""

Logs = dict[str, float] | None

OTHER_FIGURES = ("acc", "val_accuracy", "val_acc", "sparse_categorical_accuracy", "categorical_accuracy")
"""What is mistaken for the training accuracy: the key of old tutorials, figures of the validation, names of metrics."""

LATE_EPOCH = 100
"""Who waits for some epochs, whatever their accuracy, hardly waits for so many."""

STOP_HINT = "To stop, set self.model.stop_training = True in on_epoch_end."


@dataclass
class Driver:
    """Drives one callback as `fit` would, and watches it.

    Attributes:
        task: where questions are put.
        shown: how it was made.
        threshold: the threshold that it should have.
        handle: the callback.
        model: the small model that it is attached to.
        make: makes another one like it.
        printed: what was printed when it was made.
        epoch: the number of the next epoch.
        changed: the first call that changed the logs that it was given; empty where none did.
    """

    task: TaskSession
    shown: str
    threshold: float
    handle: int
    model: int
    make: Callable[[], Called]
    printed: str = ""
    epoch: int = 0
    changed: str = ""

    def event(self, name: str, number: int | None, logs: Logs) -> tuple[bool, str]:
        """Call one method; whether the model is to stop afterwards, and what was printed.

        Raises:
            Failed: it raised.
        """
        asked = f"{self.shown}.{name}({'' if number is None else f'{number}, '}{logs})"
        given: dict[str, Any] = {
            "handle": self.handle,
            "model": self.model,
            "event": name,
            "number": number,
            "logs": logs,
        }
        try:
            answer = self.task.ask("event", asked, **given)
        except Crashed as crash:
            crash.hint = f"{crash.hint} {STOP_HINT}".strip()
            raise
        if answer.raised is not None:
            failure = self.task.exception(asked, answer.raised)
            failure.hint = failure.hint or _raised_hint(name, logs, answer.raised)
            raise failure
        self.changed = self.changed or (asked if _plain(answer.value["logs"]) != logs else "")
        return answer.value["stop"] is True, answer.output

    def epoch_end(self, logs: Logs) -> tuple[bool, str]:
        """The next epoch begins, and ends with these logs; what is printed at its end."""
        self.epoch += 1
        self.event("on_epoch_begin", self.epoch - 1, {})
        return self.event("on_epoch_end", self.epoch - 1, logs)

    def reaches(self, logs: Logs) -> bool:
        """Whether it stops at the next epoch; where it raises, which is another check's matter, it does not."""
        with suppress(Failed):
            return self.epoch_end(logs)[0]
        return False

    def passes(self, name: str, number: int | None, logs: Logs) -> None:
        """Call one method, of which nothing is asked: that it raises is another check's matter."""
        with suppress(Failed):
            self.event(name, number, logs)

    def request_stop(self, stop: bool) -> None:
        """Set `stop_training` as another callback does, or as the next `fit` does when it begins."""
        self.task.value("request_stop", self.shown, model=self.model, stop=stop)

    def train_again(self) -> None:
        """A second `fit` begins."""
        self.event("on_train_end", None, {})
        self.request_stop(False)
        self.epoch = 0
        self.event("on_train_begin", None, {})

    def expect(self, logs: Logs, stop: bool, why: str) -> str:
        """See that the next epoch ends as it should; what was printed.

        Raises:
            Failed: it stopped, or did not, at this epoch.
        """
        number = self.epoch
        stopped, printed = self.epoch_end(logs)
        if stopped != stop:
            did = "stopped the training" if stopped else "did not stop the training"
            hint = self._why(stopped, logs, number) if stopped or not printed.strip() else PRINTED_HINT
            raise Failed(f"{self.shown} {did} at the end of epoch {number} with logs {logs}: {why}.", hint)
        return printed

    # Finding out what it goes by

    def _why(self, stopped: bool, logs: Logs, number: int) -> str:
        """What the callback goes by. Why it went on is found out once: it fails several checks for one reason."""
        if stopped:
            return self._why_it_stopped(logs, number)
        key = "why it went on"
        if logs is not None and logs.get("accuracy") == self.threshold and not self.task.knows(key):
            key += " at the threshold"
        return self.task.once(key, lambda: self._why_it_went_on(logs, number))

    def _tried(self, logs: Logs, first: int = 0, epochs: int = 1) -> int | None:
        """After how many epochs with these logs a fresh callback stops; None where it does not, or raises."""
        with suppress(Failed):
            fresh = driver(self.task, self.threshold, self.make)
            fresh.epoch = first
            for count in range(1, epochs + 1):
                if fresh.epoch_end(logs)[0]:
                    return count
        return None

    def _why_it_went_on(self, logs: Logs, number: int) -> str:
        """What the callback goes by, where these logs should have stopped it."""
        methods = self.task.value("is_callback", self.shown, handle=self.handle).get("methods", [])
        if "on_epoch_end" not in methods:
            if self.task.mentions("EarlyStopping"):
                return f"EarlyStopping ends where a figure gets no better: derive the class from {BASE}."
            near = difflib.get_close_matches("on_epoch_end", [str(name) for name in methods], n=1, cutoff=0.5)
            found = f": there is {clean(near[0], 80)}, which Keras calls at another time or never" if near else ""
            return f"Keras calls on_epoch_end(epoch, logs), which the class does not define{found}."
        logs = logs or {}
        accuracy = logs.get("accuracy", 0.0)
        count = self._tried(logs, epochs=4)
        if count == 1 and not self._tried(logs, first=number):
            return "The number of the epoch does not count: the first epoch that reaches the threshold is enough."
        if count == 1:
            return FRESH_HINT.format("stops")
        if not count and self._tried(logs, first=LATE_EPOCH):
            return "It stops in later epochs alone: the first one that reaches the threshold is enough, epoch 0 too."
        if count and self._tried({**logs, "accuracy": 0.0}, epochs=4) == count:
            return "It goes by the number of the epoch: only logs['accuracy'] counts."
        if count:
            late = f"{count - 1} epoch{'s' if count > 2 else ''}"
            return f"It stops {late} later: the first epoch that reaches the threshold is enough, epoch 0 too."
        for name in logs:
            if name != "accuracy" and self._tried({key: value for key, value in logs.items() if key != name}):
                return f"It goes by logs[{name!r}] too: only logs['accuracy'] counts."
        for name in OTHER_FIGURES:
            if self._tried({"accuracy": accuracy, "loss": 0.5, name: 1.0}):
                return f"It goes by logs[{name!r}]: the training accuracy is logs['accuracy']."
        if self._tried({**logs, "accuracy": 0.1}):
            return TURNED_HINT
        if self._tried({**logs, "loss": 0.0}):
            return "It goes by the loss: only logs['accuracy'] counts."
        if accuracy == self.threshold and self._tried({**logs, "accuracy": accuracy + 0.0005}):
            if self.threshold != DEFAULT and driver(self.task).reaches({**logs, "accuracy": DEFAULT}):
                return NEARLY_HINT
            return "An accuracy that equals the threshold is enough: write >= instead of >."
        if self._tried({**logs, "accuracy": self.threshold + 0.004}):
            return BAND_HINT
        if self._tried({**logs, "accuracy": self.threshold}):
            return "It stops only where the accuracy equals the threshold: write >= instead of ==."
        if found := self._found_threshold(logs):
            return found
        if self._tried({**logs, "accuracy": 100 * accuracy}):
            return PERCENT_HINT
        if self.task.mentions("model.metrics") or self.task.mentions("model.history"):
            return "Only logs count: what self.model keeps of metrics and history need not be of this epoch."
        return (
            f"{STOP_HINT} The key in logs is 'accuracy', and the method on_epoch_end(self, epoch, logs), in this order."
        )

    def _why_it_stopped(self, logs: Logs, number: int) -> str:
        """What the callback goes by, where these logs should not have stopped it."""
        if logs and "accuracy" not in logs and self._tried({"f1": 0.5}):
            return DEFAULT_HINT
        for name in logs or {}:
            others = {key: value for key, value in (logs or {}).items() if key != name}
            if name != "accuracy" and self._tried(logs) and not self._tried(others):
                return f"It goes by logs[{name!r}]: only logs['accuracy'] counts."
        if logs is None or "accuracy" not in logs:
            for name in logs or {}:
                if name != "loss" and self._tried({"loss": 2.3, name: 1.0}) and not self._tried({"loss": 2.3}):
                    return f"It goes by logs[{name!r}]: only logs['accuracy'] counts."
            if not self._tried(logs):
                return FRESH_HINT.format("goes on")
            return "Without an accuracy nothing happens: test `accuracy is not None` before comparing it."
        if not self._tried({**logs, "accuracy": 1.0}, first=number):
            if self._tried({**logs, "accuracy": 0.0}):
                return TURNED_HINT
            return BAND_HINT if self._tried(logs) else FRESH_HINT.format("goes on")
        if self._tried({**logs, "accuracy": 0.0}):
            return (
                "It stops whatever the accuracy is: compare logs['accuracy'] with self.threshold, kept as it was given."
            )
        if self._tried({**logs, "accuracy": 0.0}, first=number):
            return f"It stops at epoch {number} whatever the accuracy is: the number of the epoch does not count."
        if not self._tried(logs):
            return FRESH_HINT.format("goes on")
        return self._found_threshold(logs) or NEARLY_HINT

    def _found_threshold(self, logs: dict[str, float]) -> str:
        """From which accuracy on it stops, to three decimals; empty where no accuracy does."""

        def stops(thousandths: int) -> bool:
            return self._tried({**logs, "accuracy": thousandths / 1000}) is not None

        low, high = -1, 1000
        if not stops(high):
            return ""
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if stops(middle) else (middle, high)
        found = high / 1000
        if found == self.threshold:
            return NEARLY_HINT
        if found <= self.threshold / 50:
            return PERCENT_HINT
        if self.threshold == DEFAULT:
            return f"It stops from an accuracy of {found:g} on; {DEFAULT} was expected."
        return (
            f"It stops from {found:g} on, not from {self.threshold:g}: compare the accuracy as it is with "
            "self.threshold, the argument."
        )


DEFAULT_HINT = (
    "Without an accuracy nothing happens: a default, as in logs.get('accuracy', 1), must not look like one that is "
    "reached."
)

PERCENT_HINT = "accuracy is 0 to 1, and so is the threshold: compare them as they are, neither of them in percent."

NEARLY_HINT = "Compare the accuracy with the threshold as both are, without rounding: just below it is not enough."

BAND_HINT = "Every accuracy from the threshold up to 1 stops the training, and none below it does."

TURNED_HINT = "It stops where the accuracy is low: the comparison is the wrong way round."

FRESH_HINT = "A fresh callback {} here: what happened in earlier epochs, or in an earlier fit, does not count."

PRINTED_HINT = (
    "It printed a line, but self.model.stop_training is not True: is the name spelt right, does self.model stand in "
    "front of it, and one = behind it?"
)


def _plain(observed: dict[str, Any]) -> dict[Any, Any] | None:
    """Observed logs as they were sent, where they are unchanged."""
    if observed["kind"] != "dict":
        return None
    return {key.get("value"): value.get("value") for key, value in observed["items"]}


def _raised_hint(name: str, logs: Logs, error: dict[str, object]) -> str:
    """What helps where a method of the callback raised."""
    if error.get("type") == "TypeError" and not error.get("frames"):
        arguments = "epoch, logs" if "epoch" in name else "batch, logs" if "batch" in name else "logs"
        return f"Keras calls {name}({arguments}): write def {name}(self, {arguments}=None)."
    if known := known_hint(str(error.get("message")), CALLING_BACK):
        return known
    key = str(error.get("message")).strip("'").lower()
    if error.get("type") == "KeyError" and key.startswith("val_"):
        return f"There is a {key} with validation data alone; the training accuracy is logs['accuracy']."
    near = key in OTHER_FIGURES or difflib.get_close_matches(key, ["accuracy"])
    if error.get("type") == "KeyError" and key != "accuracy" and near:
        return "The key of the training accuracy is 'accuracy'."
    unset = re.search(rf"'{CLASS}' object has no attribute '(\w+)'", str(error.get("message")))
    if unset:
        return f"self.{unset[1]} is not set: does __init__ keep it, under the same name?"
    if name != "on_epoch_end":
        return f"Keras calls {name} too, without an accuracy; only on_epoch_end is needed."
    missing = "None" in str(error.get("message")) or error.get("type") == "KeyError"
    if missing and (logs is None or "accuracy" not in logs):
        return "logs may be None, and may lack accuracy: logs.get('accuracy') is None then."
    if error.get("type") in ("StopIteration", "KeyboardInterrupt", "GeneratorExit", "Exception", "RuntimeError"):
        return f"Nothing is raised to end a training. {STOP_HINT}"
    return ""


def make(task: TaskSession, threshold: float = DEFAULT) -> Called:
    """Make a callback with a threshold, by any way that it takes one: that the argument works is one check's matter.

    Raises:
        Verdict: it cannot be made.
    """
    task.require(CLASS)
    ways = (by_name, _by_place, by_default) if threshold == DEFAULT else (by_name, _by_place)
    way: Callable[[TaskSession, float], Called] = task.once(f"making {len(ways)}", lambda: _way(task, ways))
    return way(task, threshold)


def _way(
    task: TaskSession, ways: tuple[Callable[[TaskSession, float], Called], ...]
) -> Callable[[TaskSession, float], Called]:
    """The first way that works; where none does, what the first raised."""
    first: Verdict | None = None
    for way in ways:
        try:
            way(task, DEFAULT)
            return way
        except Failed as failure:
            first = first or failure
    raise first or Failed(f"{CLASS} cannot be made.")


def by_name(task: TaskSession, threshold: float) -> Called:
    """Make a callback with `threshold=` in front of its argument."""
    return _made(task, f"{CLASS}(threshold={threshold})", threshold=threshold)


def _by_place(task: TaskSession, threshold: float) -> Called:
    return _made(task, f"{CLASS}({threshold})", threshold)


def by_default(task: TaskSession, _: float = DEFAULT) -> Called:
    """Make a callback without an argument."""
    return _made(task, f"{CLASS}()")


def _made(task: TaskSession, shown: str, *args: float, **keywords: float) -> Called:
    if task.once("the class's kind", lambda: task.kind(CLASS)) == "function":
        raise Failed(f"{CLASS} is a function; a class was expected.", f"Write: class {CLASS}({BASE}).")
    try:
        called = task.call(CLASS, *args, shown=shown, keywords=keywords, seed=task.seed)
    except Failed as failure:
        if "super()" in failure.message and "Callback.__init__()" in failure.message:
            failure.hint = "super().__init__() takes no threshold: call it without, and keep it: self.threshold = ..."
        elif "super" in failure.message and "__init__" in failure.message and not failure.hint:
            failure.hint = "Write: super().__init__(), with both pairs of brackets and nothing in them."
        elif " Callback.__init__() got an unexpected" in failure.message:
            failure.hint = "The class has no __init__ of its own: it has two underscores in front and two behind."
        elif "raise ValueError" in failure.message or "assert " in failure.message:
            failure.hint = "Every threshold above 0 and up to 1 is allowed, 0.125 and 1 too."
        elif "required positional argument" in failure.message:
            failure.hint = f"The argument has a default: def __init__(self, threshold={DEFAULT})."
        raise
    if called.result["kind"] == "none":
        raise Failed(f"{shown} returned None; a callback was expected.", f"Write: class {CLASS}({BASE}).")
    return called


def driver(task: TaskSession, threshold: float = DEFAULT, how: Callable[[], Called] | None = None) -> Driver:
    """A new callback with a threshold, made as `how` says, on a small model, in a training that has begun."""
    how = how or (lambda: make(task, threshold))
    called = how()
    task.once("acts", lambda: _acts(task, called))
    model = task.value("callback_model", f"{called.shown}.set_model(model)", handle=called.handle)
    made = Driver(task, called.shown, threshold, called.handle, int(model), how)
    made.event("on_train_begin", None, {})
    made.printed = called.output
    return made


def looks_of(task: TaskSession, shown: str, model: int) -> tuple[bytes, float, bool]:
    """The weights of the model that a callback is attached to, its learning rate, and whether all of it learns."""
    weights = task.value("weights", shown, handle=model)
    rate, state = (task.value(probe, shown, handle=model) for probe in ("rate", "state"))
    return b"".join(np.asarray(weight).tobytes() for weight in weights), float(rate), bool(state["trainable"])


def _acts(task: TaskSession, called: Called) -> bool:
    """See that the class has code that Keras could run: one that does nothing does nothing wrong either.

    Raises:
        Failed: it has none.
    """
    told = task.value("is_callback", called.shown, handle=called.handle)
    if told.get("acts") is False:
        outside = [name for name in task.names if name.startswith("on_")]
        hint = f"{outside[0]} stands outside the class: indent it, as __init__ is." if outside else STOP_HINT
        message = f"{called.shown} does nothing in a training: no method that Keras calls has any code."
        raise Failed(message, hint)
    tries = task.mentions("stop_training") or "on_epoch_end" not in told.get("methods", [])
    if not tries and not _does_anything(task, called):
        message = f"{called.shown} neither stops nor prints at the end of an epoch, whatever the logs say."
        raise Failed(message, STOP_HINT)
    return True


def _does_anything(task: TaskSession, called: Called) -> bool:
    """Whether the callback does anything in an epoch that reaches everything, or nothing: stops, prints, or raises."""
    for figure in (1.0, 0.0, 100.0):
        model = task.value("callback_model", f"{called.shown}.set_model(model)", handle=called.handle)
        made = Driver(task, called.shown, DEFAULT, called.handle, int(model), lambda: called)
        logs = {**dict.fromkeys(("accuracy", *OTHER_FIGURES), figure), "loss": figure, "val_loss": figure}
        try:
            for event, number in (("on_train_begin", None), ("on_epoch_begin", 0), ("on_train_batch_end", 0)):
                if any(made.event(event, number, logs)):
                    return True
            for _ in range(4):
                if any(made.epoch_end(logs)):
                    return True
            if any(made.event("on_train_end", None, logs)) or made.changed:
                return True
        except Failed:
            return True
    return False
