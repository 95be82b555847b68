"""The guest's side of the task `training`: callbacks as plain data, epochs of known length, and models that watch.

Nothing is judged here. Keras's classes are bound before student code is imported; what a model was trained on is seen
by the model itself, whatever `train` says of it.
"""

import functools
import importlib.util
import inspect
import os
import sys
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from grader.sandbox.fed import BATCH
from grader.sandbox.genuine import replaced
from grader.sandbox.observe import (
    LISTED_CALLBACKS,
    NAME_LIMIT,
    NOTED_FIGURES,
    WATCHED_ROWS,
    observe,
    text_of,
    type_name,
)

SETTINGS: dict[str, tuple[str, ...]] = {
    "ModelCheckpoint": ("filepath", "monitor", "save_best_only", "save_freq"),
    "ReduceLROnPlateau": ("monitor", "factor", "patience"),
    "TensorBoard": ("log_dir", "update_freq"),
    "AccuracyThresholdCallback": ("threshold",),
}
"""Per kind of callback, the settings that the task asks for."""

PATHS = ("filepath", "log_dir")

COUNTED_ROWS = 8
"""Images of those that it counts on which a counting model trains."""


class AccuracyThresholdCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """Stands in for the student's: keeps its threshold, and never stops a training."""

    def __init__(self, threshold: Any = 0.98, **_: Any) -> None:
        """Keep the threshold; the student's may have further settings."""
        super().__init__()
        self.threshold = threshold


KINDS: dict[str, type] = {
    "AccuracyThresholdCallback": AccuracyThresholdCallback,
    "ModelCheckpoint": keras.callbacks.ModelCheckpoint,
    "ReduceLROnPlateau": keras.callbacks.ReduceLROnPlateau,
    "TensorBoard": keras.callbacks.TensorBoard,
}

STAND_INS = {"threshold_callback.AccuracyThresholdCallback": AccuracyThresholdCallback}
"""What stands in for something of a submission's modules."""


class StandIn(ModuleType):
    """Stands for a student's module: one name in it is ours, others are looked up in the module that was written."""

    def __init__(self, name: str, held: str, value: Any, folder: Path) -> None:
        """Hold `value` as `held`; the module lies in `folder`, where it is needed at all."""
        super().__init__(name)
        setattr(self, held, value)
        self._written = functools.cache(lambda: _written(folder / f"{name}.py", held, value))

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":  # what `import *` brings
            with suppress(Exception):  # a module that does not work costs nothing here
                names = [other for other in vars(self._written() or self) if not other.startswith("_")]
                return list(getattr(self._written(), "__all__", names))
        written = None if name.startswith("__") else self._written()
        if written is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return getattr(written, name)


def _written(file: Path, held: str, value: Any) -> ModuleType | None:
    """The module of a file, but for one name in it; None where there is no file."""
    spec = importlib.util.spec_from_file_location(f"{file.stem} (as written)", file)
    if not file.is_file() or spec is None or spec.loader is None:
        return None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except AttributeError as error:  # which would be taken for a name that is not there
        raise ImportError(f"{file.name} raised AttributeError: {error}") from error
    setattr(module, held, value)
    return module


def _is_other(callback: Any, base: type) -> bool:
    """Whether a callback of a class that is derived from `base` does something else where Keras calls it."""
    own = [part for part in type(callback).__mro__ if not issubclass(base, part)]
    return bool(replaced(callback)) or any(str(name).startswith(("on_", "set_")) for part in own for name in vars(part))


class EpochCounter(keras.callbacks.Callback):  # type: ignore[misc]
    """Counts the epochs that end."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self.epochs = 0

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Count one."""
        self.epochs += 1


class Setting(keras.callbacks.Callback):  # type: ignore[misc]
    """Gives a model other weights at the end of each epoch of one batch, before it is evaluated."""

    def __init__(self, weights: list[list[Any]]) -> None:
        """Keep the weights, for each epoch those of all layers."""
        super().__init__()
        self._left = list(weights)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Give the next ones."""
        self.model.set_weights(self._left.pop(0))


class Rows:
    """Images and labels that went by: the first `WATCHED_ROWS`, and how many there were in each batch."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.images: list[Any] = []
        self.labels: list[Any] = []
        self.count = 0
        self.weighted = False

    def add(self, data: Any) -> None:
        """One batch, as Keras gives it to a training or test step."""
        images, labels = np.asarray(data[0]), np.asarray(data[1]).ravel()
        weights = data[2] if len(data) > 2 else None
        self.weighted = self.weighted or (weights is not None and bool(np.any(np.asarray(weights) != 1)))
        if self.count < WATCHED_ROWS:
            self.images.append(images)
            self.labels.append(labels)
            self.batches.append(len(images))
        self.count += len(images)

    def observed(self) -> dict[str, Any]:
        """As plain data."""
        images = np.concatenate(self.images)[:WATCHED_ROWS] if self.images else np.zeros((0,))
        labels = np.concatenate(self.labels)[:WATCHED_ROWS] if self.labels else np.zeros((0,))
        described = {"count": self.count, "images": images, "labels": labels, "weighted": self.weighted}
        return {**described, "batches": self.batches[:WATCHED_ROWS]}


@keras.saving.register_keras_serializable("watching")
class Watching(keras.Sequential):  # type: ignore[misc]
    """A model that notes what it is trained and evaluated on, and otherwise does what Keras does.

    Always eager, where each step is seen, however it is compiled.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        """Begin with nothing seen, in a copy too."""
        super().__init__(*arguments, **named)
        self.seen = Seen(None)

    def compile(self, *arguments: Any, **named: Any) -> None:
        """Compile it, eager."""
        super().compile(*arguments, **{**named, "run_eagerly": True})

    def train_step(self, data: Any) -> Any:
        """Note the batch, and train on it."""
        self.seen.trained.add(data)
        self.seen.training = True
        try:
            return self.seen.noted(super().train_step(data))
        finally:
            self.seen.training = False

    def call(self, inputs: Any, training: Any = None, mask: Any = None, **named: Any) -> Any:
        """Compute, and note whether it is asked to do so as if it learned, while it does not."""
        self.seen.misled = self.seen.misled or (bool(training) and not self.seen.training)
        return super().call(inputs, training=training, mask=mask, **named)

    def evaluate(self, *arguments: Any, **named: Any) -> Any:
        """Evaluate, and note whether it is `fit` that asks, for the validation at the end of an epoch."""
        self.seen.validating = bool(named.get("_use_cached_eval_dataset"))
        figures = super().evaluate(*arguments, **named)
        if self.seen.validating:
            self.seen.noted({f"val_{name}": figures[name] for name in figures})
        return figures

    def test_step(self, data: Any) -> Any:
        """Evaluate the batch, and note it where it is one of the validation."""
        if self.seen.validating:
            self.seen.tested.add(data)
        return super().test_step(data)


Watching.__name__ = Watching.__qualname__ = "Sequential"  # what a student's code, and a message, may say of it


class Given:
    """What the `fit` of a counting model was given."""

    def __init__(self) -> None:
        self.images: list[int] = []
        self.validation: list[int] = []
        self.epochs: list[int] = []
        self.callbacks: list[Any] = []


class Counting(keras.Sequential):  # type: ignore[misc]
    """A model that counts the images that `fit` is given, and trains on the first few of them."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        """Begin with nothing given."""
        super().__init__(*arguments, **named)
        self.given = Given()

    def fit(self, *arguments: Any, **named: Any) -> Any:
        """Count, and train on one batch."""
        given = inspect.signature(super().fit).bind(*arguments, **named).arguments
        given.update(given.pop("kwargs", {}))
        validation = given.get("validation_data")
        size = given.get("batch_size") or BATCH
        self.given.images.append(_used(_count(given.get("x")), given.get("steps_per_epoch"), size))
        tested = _count(validation[0]) if isinstance(validation, tuple | list) else 0
        test_size = given.get("validation_batch_size") or size
        self.given.validation.append(_used(tested, given.get("validation_steps"), test_size))
        epochs = given.get("epochs", 1)
        self.given.epochs.append(epochs if type(epochs) is int and epochs >= 0 else 0)
        given["epochs"] = 1
        self.given.callbacks.extend(_flat(given.get("callbacks") or []))
        if _count(given.get("x")) and _count(given.get("y")):
            given["x"], given["y"] = _few(given["x"]), _few(given["y"])
        else:
            given["steps_per_epoch"] = 1
        if isinstance(validation, tuple | list):
            given["validation_data"] = tuple(_few(part) for part in validation[:2])
        elif validation is not None:
            given["validation_steps"] = 1
        return super().fit(**given)

    def evaluate(self, x: Any = None, y: Any = None, *arguments: Any, **named: Any) -> Any:
        """Evaluate on the first few: nobody asks what comes of it."""
        x, y, named = _few(x), _few(y), named if _count(x) else {"steps": 1, **named}
        return super().evaluate(x, y, *arguments, **named)

    def predict(self, x: Any, *arguments: Any, **named: Any) -> Any:
        """Predict the first few."""
        return super().predict(_few(x), *arguments, **(named if _count(x) else {"steps": 1, **named}))


Counting.__name__ = Counting.__qualname__ = "Sequential"


def _used(count: int, steps: Any, size: Any) -> int:
    """How many of so many images are used in an epoch of so many steps; all where no steps are told."""
    return min(count, steps * size) if type(steps) is int and type(size) is int and steps > 0 < size else count


def _count(value: Any) -> int:
    """How many images an array holds; 0 where it is none."""
    return len(value) if isinstance(value, np.ndarray) and value.ndim else 0


def _few(value: Any) -> Any:
    """The first images of an array; anything else as it is."""
    return value[:COUNTED_ROWS] if _count(value) else value


def _flat(callbacks: Any) -> list[Any]:
    """All callbacks of a list, of lists in it, or of a CallbackList: Keras takes them all."""
    if isinstance(callbacks, keras.callbacks.CallbackList):
        return list(callbacks.callbacks)
    if isinstance(callbacks, list | tuple):
        return [value for part in callbacks for value in _flat(part)]
    return [callbacks]


def _keras_class(value: Any) -> str:
    """The nearest class of Keras's own that a callback is of, or of ours that stands in for the student's."""
    if isinstance(value, AccuracyThresholdCallback):
        return "AccuracyThresholdCallback"
    names = [kind.__name__ for kind in type(value).__mro__ if kind.__module__.startswith("keras.")]
    return names[0][:80] if names else type_name(value)


class Seen:
    """What a watching model was given, and the optimizer that it had at first."""

    def __init__(self, optimizer: Any) -> None:
        self.trained, self.tested, self.optimizer = Rows(), Rows(), optimizer
        self.validating = self.training = self.misled = False
        self.figures: list[dict[str, float]] = []

    def noted(self, figures: Any) -> Any:
        """Note what Keras makes of its metrics after a step, or an evaluation; the same figures."""
        if len(self.figures) < NOTED_FIGURES:
            with suppress(Exception):  # a metric of the student's own may give anything
                self.figures.append({str(name): float(figures[name]) for name in figures})
        return figures


class Trainings:
    """What a guest does with callbacks and with what trains."""

    def __init__(self) -> None:
        self._history = keras.callbacks.History
        self._base = keras.callbacks.Callback
        self._load = keras.saving.load_model

    def stand_in(self, name: str, folder: Path) -> ModuleType:
        """A module of ours in the place of the student's in `folder`; `name` is `module.name`."""
        module, _, held = name.partition(".")
        return StandIn(module, held, STAND_INS[name], folder)

    def counter(self) -> EpochCounter:
        """A callback that counts epochs."""
        return EpochCounter()

    def callbacks(self, value: Any, directory: str, timer: Any) -> list[dict[str, Any]]:
        """Each callback of a list as plain data; paths are told as seen from `directory`.

        Args:
            value: what `build_callbacks` returned.
            directory: what it was called with.
            timer: the module's own `EpochTimer`.
        """
        return [self._callback(entry, directory, timer) for entry in _entries(value)]

    def _callback(self, value: Any, directory: str, timer: Any) -> dict[str, Any]:
        kinds = KINDS | ({"EpochTimer": timer} if isinstance(timer, type) else {})
        kind = next((name for name, base in kinds.items() if issubclass(type(value), base)), "")
        if kind == "AccuracyThresholdCallback" and _is_other(value, AccuracyThresholdCallback):
            kind = ""
        settings = {name: _setting(value, name, directory) for name in SETTINGS.get(kind, ())}
        if "monitor" in settings:
            settings["direction"] = observe(_direction(value))
        is_callback = issubclass(type(value), self._base)
        return {"class": type_name(value), "kind": kind, "callback": is_callback, "settings": settings}

    def fit(self, model: Any, callback: Any, rows: Any, epochs: int) -> dict[str, Any]:
        """A real `fit` of a tiny model with one callback: the figures of its History, and the seconds it took."""
        began = perf_counter()
        history = model.fit(rows, rows, epochs=epochs, verbose=0, callbacks=[callback])
        return {"took": perf_counter() - began, "history": observe(dict(history.history))}

    def fit_writing(
        self, model: Any, callbacks: list[Any], rows: Any, weights: list[list[Any]], directory: str
    ) -> dict[str, Any]:
        """A real `fit` of a tiny model with callbacks that write into a folder, validated on what it learns.

        Args:
            model: compiled, with a metric.
            callbacks: called after one of ours, which gives the model its weights.
            rows: one batch, inputs and targets at once.
            weights: what the model has at the end of each epoch.
            directory: the folder.

        Returns:
            The `files` that are there afterwards; of each, where it is a model, the weights it has (`models`), and
            where it is TensorBoard's, the losses it tells of (`losses`), epoch by epoch.
        """
        validation = rows, rows
        given = [Setting(weights), *callbacks]
        model.fit(rows, rows, epochs=len(weights), validation_data=validation, verbose=0, callbacks=given)
        files = sorted(path for path in Path(directory).rglob("*") if path.is_file())[:NAME_LIMIT]
        names = [path.relative_to(directory).as_posix()[:200] for path in files]
        named = list(zip(names, files, strict=True))
        models = {name: self._weights_of(path) for name, path in named if path.suffix == ".keras"}
        losses = {name: _losses_in(path) for name, path in named if ".tfevents." in path.name}
        return {"files": names, "models": models, "losses": losses}

    def _weights_of(self, path: Path) -> list[Any]:
        """The weights of a model in a file; none where it holds no model."""
        try:
            return [np.asarray(weight, dtype=np.float32) for weight in self._load(path).weights]
        except Exception:
            return []

    def rates(self, model: Any, callback: Any, rate: float, epochs: list[dict[str, float]]) -> list[float]:
        """The learning rate, `rate` at first, after each of some epochs that end with these logs, with one callback."""
        if not model._compile_metrics.built:  # as in fit, its metrics are made
            model.test_on_batch(np.eye(4, dtype=np.float32), np.eye(4, dtype=np.float32))
        model.optimizer.learning_rate = rate
        callback.set_model(model)
        callback.set_params({"epochs": len(epochs), "steps": 1, "verbose": 0})
        callback.on_train_begin({})
        rates = []
        for number, logs in enumerate(epochs):
            callback.on_epoch_begin(number, {})
            callback.on_epoch_end(number, dict(logs))
            rates.append(float(model.optimizer.learning_rate))
        return rates

    def watching(self, weights: list[Any], rate: float) -> Any:
        """A compiled model of `(28, 28)` images that notes what it is trained on; `rate` is its learning rate."""
        layers = [keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")]
        model = Watching(layers)
        model.compile(keras.optimizers.SGD(rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        model.set_weights(weights)
        model.seen = Seen(model.optimizer)
        return model

    def counting(self, rate: float) -> Any:
        """A model like it that counts what `fit` is given, and trains on a part of that."""
        model = Counting([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
        sgd, loss = keras.optimizers.SGD(rate), "sparse_categorical_crossentropy"
        model.compile(sgd, loss=loss, metrics=["accuracy"], run_eagerly=True)
        return model

    def zeros(self, count: int) -> tuple[Any, Any]:
        """Black images and labels 0, which take no memory until they are read."""
        return np.zeros((count, 28, 28), dtype=np.float32), np.zeros(count, dtype=np.int64)

    def counted(self, model: Any, callbacks: list[Any]) -> dict[str, Any]:
        """What a counting model was given: for each `fit`, how many images, and which callbacks beside these."""
        given = model.given
        added = [value for value in given.callbacks if not any(value is known for known in callbacks)]
        missing = [value for value in callbacks if not any(value is known for known in given.callbacks)]
        return {
            "images": given.images[:NAME_LIMIT],
            "validation": given.validation[:NAME_LIMIT],
            "epochs": given.epochs[:NAME_LIMIT],
            "added": [_keras_class(value) for value in added[:NAME_LIMIT]],
            "missing": len(missing),
        }

    def watched(self, model: Any) -> dict[str, Any]:
        """What a watching model has been given, its weights, and whether it was compiled anew."""
        seen = model.seen
        return {
            "trained": seen.trained.observed(),
            "tested": seen.tested.observed(),
            "weights": [np.asarray(weight, dtype=np.float32) for weight in model.weights],
            "compiled_anew": model.optimizer is not seen.optimizer,
            "frozen": not all(part.trainable for part in (model, *model.layers, *model.weights)),
            "learning_rate": float(model.optimizer.learning_rate),
            "figures": seen.figures,
            "misled": seen.misled,
        }

    def history(self, value: Any) -> dict[str, Any]:
        """Whether `value` is a History of Keras's, and its figures by name."""
        is_history = issubclass(type(value), self._history)
        return {"history": is_history, "figures": observe(value.history if is_history else None)}


def _losses_in(path: Path) -> list[float]:
    """The losses at the end of each epoch that a file of TensorBoard tells of; none where it is no such file."""
    found: dict[int, float] = {}
    try:
        for record in tf.data.TFRecordDataset(str(path)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            for value in event.summary.value:
                if value.tag == "epoch_loss":
                    found[int(event.step)] = float(tf.make_ndarray(value.tensor))
    except Exception:
        return []
    return [found[step] for step in sorted(found)][:NAME_LIMIT]


def _entries(value: Any) -> list[Any]:
    if issubclass(type(value), list):
        return list.__getitem__(value, slice(LISTED_CALLBACKS))
    return list(value[:LISTED_CALLBACKS]) if type(value) is tuple else []


def _setting(callback: Any, name: str, directory: str) -> dict[str, Any]:
    value = getattr(callback, name, None)
    if name in PATHS and issubclass(type(value), str | Path):
        value = _from(directory, str.__str__(str(value)))
    return observe(value)


def _from(directory: str, path: str) -> str:
    """A path as seen from a folder, with slashes; as it is where it cannot be seen from there."""
    try:
        return Path(os.path.relpath(os.path.realpath(path), os.path.realpath(directory))).as_posix()
    except (OSError, ValueError):  # on Windows, another drive
        return path


def _direction(callback: Any) -> str:
    """Which way a monitored figure should go: `min`, `max` or `auto`."""
    words = {"less": "min", "greater": "max"}
    operation = getattr(getattr(callback, "monitor_op", None), "__name__", "")
    return words.get(operation) or text_of(getattr(callback, "mode", "auto")).strip("'")
