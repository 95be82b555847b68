"""Right ways of writing `training`: each gets full marks."""

from tests.bank.cases import Case
from tests.bank.right_preprocessing import body

BEGIN = "self._began = time.perf_counter()"
END = 'logs["epoch_seconds"] = time.perf_counter() - self._began'
BUILD = """\
folder = Path(directory)
    return [
        AccuracyThresholdCallback(threshold),
        keras.callbacks.ModelCheckpoint(folder / "best.keras", save_best_only=True),
        keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=3),
        keras.callbacks.TensorBoard(folder / "logs"),
        EpochTimer(),
    ]"""
TRAIN = "return model.fit(images, labels, epochs=epochs, validation_data=validation_data, callbacks=list(callbacks))"
PREDICT = """\
probabilities = model.predict(images)
    return probabilities.argmax(axis=1), probabilities.max(axis=1)"""
"""The bodies of the reference, which most cases replace."""

IMPORT = "from threshold_callback import AccuracyThresholdCallback\n"
"""Where a case changes the import, or adds a helper."""


def method(old: str, new: str) -> tuple[str, str]:
    """A pair that puts a new body of a method, written without indentation, in the place of an old one."""
    return old, body(old, new)[1].replace("\n", "\n    ")


def case(name: str, *changes: tuple[str, str]) -> Case:
    """A right case: the reference with other texts."""
    return Case(f"training_{name}", "training", replace=changes)


TUTORIAL = """\
import os
import time
import numpy as np
import tensorflow as tf
from threshold_callback import AccuracyThresholdCallback


class EpochTimer(tf.keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.time()

    def on_epoch_end(self, epoch, logs=None):
        logs['epoch_seconds'] = time.time() - self.start


def build_callbacks(directory, threshold=0.98):
    checkpoint = tf.keras.callbacks.ModelCheckpoint(
        filepath=os.path.join(directory, 'best.keras'),
        monitor='val_accuracy',
        mode='max',
        save_best_only=True,
        verbose=1)
    reduce_lr = tf.keras.callbacks.ReduceLROnPlateau(monitor='val_loss', factor=0.5, patience=3, min_lr=1e-6, verbose=1)
    tensorboard = tf.keras.callbacks.TensorBoard(log_dir=os.path.join(directory, 'logs'), histogram_freq=1)
    return [tensorboard, AccuracyThresholdCallback(threshold=threshold), checkpoint, reduce_lr, EpochTimer()]


def train(model, images, labels, epochs=5, validation_data=None, callbacks=()):
    history = model.fit(images, labels, epochs=epochs, batch_size=64, validation_data=validation_data,
                        callbacks=list(callbacks), verbose=2)
    return history


def predict_labels(model, images):
    predictions = model.predict(images, verbose=0)
    labels = np.argmax(predictions, axis=-1)
    confidences = np.array([predictions[i][label] for i, label in enumerate(labels)])
    return labels, confidences


if __name__ == '__main__':
    from cnn import build_cnn
    print(train(build_cnn(), np.zeros((10, 28, 28, 1)), np.zeros(10)))
"""

TIMER = """\
from datetime import datetime


class EpochTimer(keras.callbacks.Callback):
    def __init__(self, name="epoch_seconds"):
        super().__init__()
        self.name = name
        self.times = []

    def on_train_begin(self, logs=None):
        self.times = []

    def on_epoch_begin(self, epoch, logs={}):
        self.started = datetime.now()

    def on_epoch_end(self, epoch, logs={}):
        self.times.append((datetime.now() - self.started).total_seconds())
        logs.update({self.name: self.times[-1]})


class Unused("""

CASES: tuple[Case, ...] = (
    Case("training_tutorial", "training", source=TUTORIAL),
    case(
        "module_imported",
        (IMPORT, "import threshold_callback\n"),
        ("AccuracyThresholdCallback(threshold)", "threshold_callback.AccuracyThresholdCallback(threshold)"),
    ),
    case("star_import", (IMPORT, "from threshold_callback import *  # noqa: F403\n")),
    case(
        "import_with_another_name",
        (IMPORT, "from threshold_callback import AccuracyThresholdCallback as Stop\n"),
        ("AccuracyThresholdCallback(threshold)", "Stop(threshold=threshold)"),
    ),
    case(
        "lazy_import",
        (IMPORT, ""),
        body(BUILD, "from threshold_callback import AccuracyThresholdCallback\n" + BUILD.replace("\n    ", "\n")),
    ),
    case(
        "dynamic_import",
        (
            IMPORT,
            "import importlib\nAccuracyThresholdCallback = importlib.import_module('threshold_callback').AccuracyThresholdCallback\n",
        ),
    ),
    case(
        "other_modules_of_the_submission",
        (IMPORT, IMPORT + "from cnn import build_cnn\nfrom preprocessing import CLASS_NAMES, normalize_images\n"),
    ),
    case(
        "appended",
        body(
            BUILD,
            "callbacks = []\ncallbacks.append(EpochTimer())\ncallbacks += [AccuracyThresholdCallback(threshold)]\ncallbacks.append(keras.callbacks.ModelCheckpoint(f'{directory}/best.keras', 'val_accuracy', save_best_only=True))\ncallbacks.append(keras.callbacks.ReduceLROnPlateau('val_accuracy', 0.5, 3))\ncallbacks.append(keras.callbacks.TensorBoard(f'{directory}/logs'))\nreturn callbacks",
        ),
    ),
    case(
        "folders_made",
        body(
            BUILD,
            "folder = Path(directory).resolve()\n(folder / 'logs').mkdir(parents=True, exist_ok=True)\n"
            + "\n".join(BUILD.replace("\n    ", "\n").splitlines()[1:]),
        ),
    ),
    case(
        "plateau_of_the_loss",
        ("factor=0.5, patience=3", "monitor='loss', mode='min', factor=1 / 2, patience=3, min_delta=0.001"),
    ),
    case("board_every_hundred_steps", ('folder / "logs")', 'folder / "logs", update_freq=100)')),
    case(
        "own_checkpoint_class",
        (
            "def build_callbacks",
            "class Best(keras.callbacks.ModelCheckpoint):\n    '''A checkpoint of the best.'''\n\n\ndef build_callbacks",
        ),
        ("keras.callbacks.ModelCheckpoint(", "Best("),
    ),
    case(
        "clock_of_the_day",
        ("self._began = time.perf_counter()", "self._began = time.time()"),
        ("time.perf_counter() - self._began", "time.time() - self._began"),
    ),
    case(
        "monotonic_nanoseconds",
        ("self._began = time.perf_counter()", "self._began = time.monotonic_ns()"),
        ("time.perf_counter() - self._began", "(time.monotonic_ns() - self._began) / 1e9"),
    ),
    case(
        "seconds_of_tensorflow",
        (IMPORT, IMPORT + "import tensorflow as tf\n"),
        ("self._began = time.perf_counter()", "self._began = tf.timestamp()"),
        ("time.perf_counter() - self._began", "float(tf.timestamp() - self._began)"),
    ),
    case("numpy_seconds", ("time.perf_counter() - self._began", "np.float64(time.perf_counter() - self._began)")),
    case("rounded_to_hundredths", ("time.perf_counter() - self._began", "round(time.perf_counter() - self._began, 2)")),
    case("timer_that_keeps_all", ("class EpochTimer(", TIMER)),
    case("batch_of_one", (", epochs=epochs,", ", batch_size=1, epochs=epochs,")),
    case("batch_of_five", (", epochs=epochs,", ", batch_size=5, epochs=epochs,")),
    case("silent_and_in_order", (", epochs=epochs,", ", verbose=0, shuffle=False, epochs=epochs,")),
    case("more_callbacks", ("list(callbacks))", "[*callbacks, keras.callbacks.TerminateOnNaN()])")),
    case("channel_axis_added", body(TRAIN, TRAIN.replace("(images,", "(images.reshape(-1, 28, 28, 1),"))),
    case("images_not_copied", body(TRAIN, TRAIN.replace("(images,", "(np.asarray(images, dtype='float32'),"))),
    case(
        "callback_list",
        body(
            TRAIN,
            "every = keras.callbacks.CallbackList(list(callbacks), add_history=True, model=model)\n"
            "return model.fit(images, labels, epochs=epochs, validation_data=validation_data, callbacks=every)",
        ),
    ),
    case(
        "data_sets",
        body(
            TRAIN,
            "import tensorflow as tf\ndata = tf.data.Dataset.from_tensor_slices((images, labels)).batch(32)\n"
            "if validation_data is not None:\n"
            "    validation_data = tf.data.Dataset.from_tensor_slices(validation_data).batch(32)\n"
            "return model.fit(data, epochs=epochs, validation_data=validation_data, callbacks=list(callbacks))",
        ),
    ),
    case("callbacks_or_none", ("list(callbacks))", "callbacks or None)")),
    case(
        "tensors",
        body(
            PREDICT,
            "import tensorflow as tf\nprobabilities = model(images, training=False)\nreturn tf.argmax(probabilities, axis=1).numpy(), tf.reduce_max(probabilities, axis=1).numpy()",
        ),
    ),
    case(
        "ops",
        body(
            PREDICT,
            "probabilities = keras.ops.convert_to_numpy(model(images))\nreturn np.argmax(probabilities, 1).astype('int32'), np.amax(probabilities, 1).astype('float64')",
        ),
    ),
    case(
        "one_by_one",
        body(
            PREDICT,
            "probabilities = model.predict_on_batch(images)\nlabels = np.array([int(np.argmax(row)) for row in probabilities])\nreturn [labels, probabilities[np.arange(len(labels)), labels]]",
        ),
    ),
    case(
        "named_tuple",
        body(
            PREDICT,
            "import collections\nresult = collections.namedtuple('Prediction', 'labels confidences')\nprobabilities = model.predict(images, verbose=0)\nreturn result(probabilities.argmax(axis=1), probabilities.max(axis=1))",
        ),
    ),
    case(
        "sorted_probabilities",
        body(
            PREDICT,
            "probabilities = model.predict(images, verbose=0, batch_size=7)\norder = np.argsort(probabilities, axis=1)[:, ::-1]\nreturn order[:, 0], np.take_along_axis(probabilities, order, axis=1)[:, 0]",
        ),
    ),
    case(
        "evaluates_too",
        body(
            TRAIN,
            "history = model.fit(images, labels, epochs=epochs, validation_data=validation_data, callbacks=list(callbacks))\nprint(model.evaluate(images, labels, verbose=0))\nreturn history",
        ),
    ),
    case(
        "timer_that_names_the_model",
        ('logs["epoch_seconds"] =', 'print(self.model.name, self.params["epochs"])\n        logs["epoch_seconds"] ='),
    ),
    case("rate_that_stops_falling", ("patience=3", "patience=3, min_lr=1e-6, cooldown=4, verbose=1")),
    Case(
        "training_constant_of_another_module",
        "training",
        replace=(
            (IMPORT, "from threshold_callback import (\n    AccuracyThresholdCallback,\n    DEFAULT,\n)\n"),
            ("threshold: float = 0.98", "threshold: float = DEFAULT"),
        ),
        files={"threshold_callback.py": "DEFAULT = 0.98\n\n\nclass AccuracyThresholdCallback:\n    pass\n"},
    ),
    Case(
        "training_helper_of_another_module",
        "training",
        replace=(
            (IMPORT, "import threshold_callback\n"),
            ("AccuracyThresholdCallback(threshold)", "threshold_callback.stopping_at(threshold)"),
        ),
        files={
            "threshold_callback.py": "class AccuracyThresholdCallback:\n    pass\n\n\ndef stopping_at(threshold):\n"
            "    return AccuracyThresholdCallback(threshold)\n"
        },
    ),
    Case(
        "training_everything_of_another_module",
        "training",
        replace=(
            (IMPORT, "from threshold_callback import *\n"),
            ("threshold: float = 0.98", "threshold: float = DEFAULT"),
        ),
        files={"threshold_callback.py": "DEFAULT = 0.98\n\n\nclass AccuracyThresholdCallback:\n    pass\n"},
    ),
    Case(
        "training_settings_of_another_module",
        "training",
        replace=(
            (IMPORT, "import threshold_callback as other\n"),
            ("AccuracyThresholdCallback(threshold)", "other.AccuracyThresholdCallback(threshold)"),
            ("threshold: float = 0.98", "threshold: float = other.Settings().threshold"),
        ),
        files={
            "threshold_callback.py": "from __future__ import annotations\nfrom dataclasses import dataclass\n\n\n"
            "@dataclass\nclass Settings:\n    threshold: float = 0.98\n\n\nclass AccuracyThresholdCallback:\n    pass\n"
        },
    ),
    case("timer_adds_another_key", method(END, END + '\nlogs["epoch_number"] = epoch')),
    case("rests_for_an_epoch", ("patience=3)", "patience=3, cooldown=1, min_delta=1e-4)")),
    case(
        "weighs_all_classes_alike",
        ("callbacks=list(callbacks)", "callbacks=list(callbacks), class_weight=dict.fromkeys(range(10), 1.0)"),
    ),
)
