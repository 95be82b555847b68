"""Right ways of writing `threshold_callback`: each gets full marks."""

from textwrap import indent

from grader.course.settings import REPOSITORY
from tests.bank.cases import Case

INIT = """\
super().__init__()
        self.threshold = threshold"""
END = """\
accuracy = (logs or {}).get("accuracy")
        if accuracy is not None and accuracy >= self.threshold:
            self.model.stop_training = True
            print(f"\\nReached {100 * self.threshold:g}% accuracy, stopping training.")  # :g writes 98 and 98.5"""
PRINT = 'print(f"\\nReached {100 * self.threshold:g}% accuracy, stopping training.")'
"""The bodies of the reference, and its print, which most cases replace."""

HEADER = "from typing import Any\n"
"""Where a case adds an import."""

DEFINITION = "    def __init__(self, threshold: float = 0.98) -> None:\n"
"""Where a case adds a method or changes the parameter."""


def body(old: str, new: str) -> tuple[str, str]:
    """A pair that puts a new body, written without indentation, in the place of an old one."""
    return old, indent(new.strip("\n"), 8 * " ").removeprefix(8 * " ")


def case(name: str, *bodies: tuple[str, str], top: str = "") -> Case:
    """A right case: the reference with other bodies, and more at its top."""
    header = ((HEADER, HEADER + top + "\n"),) if top else ()
    return Case(name, "threshold_callback", replace=(*header, *(body(old, new) for old, new in bodies)))


def method(name: str, new: str) -> Case:
    """A right case: the reference with one method more."""
    added = (DEFINITION, indent(new.strip("\n"), "    ") + "\n\n" + DEFINITION)
    return Case(name, "threshold_callback", replace=(added,))


METHOD = "    def on_epoch_end("
DECORATED = "    @where_there_is_accuracy\n"
DECORATOR = """
import functools

def where_there_is_accuracy(method):
    @functools.wraps(method)
    def wrapper(self, epoch, logs=None):
        if logs and "accuracy" in logs:
            return method(self, epoch, logs)
    return wrapper

"""

TUTORIAL = """\
import tensorflow as tf

class AccuracyThresholdCallback(tf.keras.callbacks.Callback):
    def __init__(self, threshold=0.98):
        super(AccuracyThresholdCallback, self).__init__()
        self.threshold = threshold

    def on_epoch_end(self, epoch, logs={}):
        logs = logs or {}
        if logs.get('accuracy', 0) >= self.threshold:
            print("\\nReached %g%% accuracy so cancelling training!" % (self.threshold * 100))
            self.model.stop_training = True
"""

IMPORTED_BY_NAME = """\
import logging
import sys
from decimal import Decimal

from keras.callbacks import Callback


class AccuracyThresholdCallback(Callback):
    def __init__(self, threshold=0.98):
        super().__init__()
        self._percent = Decimal(str(threshold)) * 100

    def on_epoch_end(self, epoch, logs=None):
        try:
            accuracy = logs["accuracy"]
        except (KeyError, TypeError):
            return
        if Decimal(str(accuracy)) * 100 >= self._percent:
            logging.warning("Reached %s%%", f"{self._percent.normalize():f}")
            self.model.stop_training = True
"""

FROM_TENSORFLOW = """\
from tensorflow import keras
from tensorflow.keras.callbacks import Callback as Base

class Reporter:
    def say(self, percent):
        print("Reached {}% accuracy".format(percent))

class AccuracyThresholdCallback(Base, Reporter):
    threshold = 0.98
    def __init__(self, *args, **kwargs):
        super().__init__()
        if args:
            self.threshold, = args
        self.threshold = kwargs.get("threshold", self.threshold)
        self.reached_at = None

    def on_train_begin(self, logs=None):
        self.reached_at = None
        self.history = []

    def on_epoch_begin(self, epoch, logs=None):
        self.current = epoch

    def on_epoch_end(self, epoch, logs=None):
        self.history.append(dict(logs or {}))
        if "accuracy" in self.history[-1] and not self.history[-1]["accuracy"] < self.threshold:
            assert epoch == self.current
            self.reached_at = epoch
            self.say(round(self.threshold * 100, 1))
            self.model.stop_training = True
"""

GENERAL = """\
import keras

class _Watch(keras.callbacks.Callback):
    def __init__(self, monitor, target):
        super().__init__()
        self.monitor, self.target = monitor, target

    def on_epoch_end(self, epoch, logs=None):
        if (value := (logs or {}).get(self.monitor)) is not None and value >= self.target:
            self.reached(epoch, value)

    def reached(self, epoch, value):
        raise NotImplementedError

class AccuracyThresholdCallback(_Watch):
    def __init__(self, threshold=0.98):
        super().__init__(monitor="accuracy", target=threshold)

    def reached(self, epoch, value):
        print(f"Epoch {epoch + 1}: accuracy {value:.4f} has reached the target of {self.target:.1%}")
        self.model.stop_training = True
"""

PLAIN_IF = """\
if logs is None:
    return
if "accuracy" not in logs:
    return
if logs["accuracy"] >= self.threshold:
    print("Reached", f"{self.threshold:.2%}", "accuracy")
    self.model.stop_training = True"""

TRY = """\
try:
    reached = logs["accuracy"] >= self.threshold
except (KeyError, TypeError):
    reached = False
if reached:
    sys.stdout.write("Reached " + str(round(100 * self.threshold, 1)) + " %\\n")
    setattr(self.model, "stop_training", True)"""

OR = """\
reached = bool(logs) and logs.get("accuracy", -1.0) >= self.threshold
self.model.stop_training = self.model.stop_training or reached
print(f"Stopped at {self.threshold * 100}%\\n" if reached else "", end="")"""

CLOSE = """\
accuracy = float(np.asarray((logs or {}).get("accuracy", np.nan)))
if accuracy > self.threshold or math.isclose(accuracy, self.threshold, abs_tol=1e-9):
    self.model.stop_training |= True
    print(f"{np.float64(self.threshold) * 100:.1f} % reached", file=sys.stderr)"""

SUPER = """\
super().on_epoch_end(epoch, logs)
logs = logs if logs is not None else {}
self.accuracies = [*getattr(self, "accuracies", []), logs.get("accuracy")]
if self.accuracies[-1] and self.accuracies[-1] >= self.threshold:
    tf.print("Reached", f"{self.threshold * 100:g}%")
    self.model.stop_training = True"""

WITHOUT_REPEAT = """\
if not logs or self.model.stop_training:
    return
if logs.get("accuracy", 0.0) >= self.threshold:
    self.model.stop_training = True
    print(f"\\rReached {self.threshold:.1%}!", flush=True)"""

INTEGERS = """\
thousandths = lambda value: int(round(value * 1000))
if logs and "accuracy" in logs and logs["accuracy"] * 1000 >= thousandths(self.threshold) - 1e-9:
    self.model.stop_training = True
    whole, rest = divmod(thousandths(self.threshold), 10)
    print(f"Reached {whole}.{rest}%" if rest else f"Reached {whole}%")"""

MATCH = """\
match logs:
    case {"accuracy": accuracy} if accuracy >= self.threshold:
        self.model.stop_training = True
        print("\\x1b[32m" + f"Reached {100 * self.threshold:.4g}% accuracy" + "\\x1b[0m")"""

GETTER = """\
get = getattr(logs, "get", lambda *_: None)
accuracy = get("accuracy")
if accuracy is None or accuracy < self.threshold: return
self.model.stop_training = True; print("Accuracy", accuracy, "reached threshold", str(round(self.threshold * 100, 2)) + "%")"""

STUB = (REPOSITORY / "assignments" / "threshold_callback.py").read_text(encoding="utf-8")
OVERRIDDEN = """
class Stopping(keras.callbacks.Callback):
    def __init__(self, threshold=0.98):
        super().__init__()
        self.threshold = threshold

    def on_epoch_end(self, epoch, logs=None):
        if (logs or {}).get("accuracy", 0) >= self.threshold:
            self.model.stop_training = True
            print(f"Reached {100 * self.threshold:g}%")


AccuracyThresholdCallback = Stopping
"""

CASES: tuple[Case, ...] = (
    Case("tutorial_callback", "threshold_callback", TUTORIAL),
    Case("imported_by_name_with_decimal_and_logging", "threshold_callback", IMPORTED_BY_NAME),
    Case("from_tensorflow_with_state", "threshold_callback", FROM_TENSORFLOW),
    Case("general_base_class", "threshold_callback", GENERAL),
    Case("callback_with_windows_line_ends", "threshold_callback", TUTORIAL.replace("\n", "\r\n").encode()),
    Case("callback_with_byte_order_mark", "threshold_callback", b"\xef\xbb\xbf" + GENERAL.encode()),
    case("plain_ifs", (END, PLAIN_IF)),
    case("try_and_write", (END, TRY), top="import sys"),
    case("or_of_both", (END, OR)),
    case("is_close", (END, CLOSE), top="import math\nimport sys\nimport numpy as np"),
    case("super_and_tf_print", (END, SUPER), top="import tensorflow as tf"),
    case("says_nothing_when_stopped_already", (END, WITHOUT_REPEAT)),
    case("whole_numbers", (END, INTEGERS)),
    case("match_in_colour", (END, MATCH)),
    case(
        "colour_ends_on_a_line_of_its_own",
        (
            END,
            "if logs and logs.get('accuracy', 0) >= self.threshold:\n    self.model.stop_training = True\n"
            "    print(f'\\x1b[1m\\nReached {self.threshold:.1%}\\n\\x1b[0m')",
        ),
    ),
    case("getattr_get", (END, GETTER)),
    case("no_super_init", (INIT, "self.threshold = threshold")),
    case("base_named_in_init", (INIT, "keras.callbacks.Callback.__init__(self)\nself.threshold = float(threshold)")),
    case(
        "threshold_checked",
        (
            INIT,
            "super().__init__()\nif not 0 < threshold <= 1:\n    raise ValueError(threshold)\nself.limit = threshold\nself.threshold = self.limit",
        ),
    ),
    Case(
        "keyword_only",
        "threshold_callback",
        replace=(("def __init__(self, threshold: float = 0.98)", "def __init__(self, *, threshold: float = 0.98)"),),
    ),
    Case(
        "default_none",
        "threshold_callback",
        replace=(
            ("threshold: float = 0.98) -> None", "threshold=None) -> None"),
            ("self.threshold = threshold", "self.threshold = 0.98 if threshold is None else threshold"),
        ),
    ),
    Case(
        "further_parameters_of_the_class",
        "threshold_callback",
        replace=(("threshold: float = 0.98) -> None", "threshold=49 / 50, verbose=True) -> None"),),
    ),
    method("resets_its_own_state", "def on_train_begin(self, logs=None):\n    self.reached = False"),
    method("silent_train_end", "def on_train_end(self, logs=None):\n    self.done = True"),
    method("counts_batches", "batches = 0\ndef on_train_batch_end(self, batch, logs=None):\n    self.batches += 1"),
    method(
        "has_a_repr_and_a_config",
        "def __repr__(self):\n    return 'callback'\n\ndef get_config(self):\n    return {'threshold': self.threshold}",
    ),
    case("printed_by_format", (PRINT, "print('Reached {0:.1f}% accuracy'.format(self.threshold * 100))")),
    case("printed_by_percent", (PRINT, "print('Reached %.1f%% accuracy' % (100.0 * self.threshold))")),
    case("printed_unrounded", (PRINT, "print('Reached ' + str(self.threshold * 100) + '%')")),
    case("printed_with_a_blank", (PRINT, "print(f'\\n\\n{self.threshold * 100:.2f} % reached\\n')")),
    case("printed_without_a_line_end", (PRINT, "print(f'Reached {self.threshold:.1%}', end='')")),
    case(
        "printed_in_another_language",
        (PRINT, "print(f'Genauigkeit erreicht: {100 * self.threshold:g}\u00a0% \U0001f389')"),
    ),
    case(
        "printed_with_the_accuracy",
        (PRINT, "print(f'accuracy {accuracy:.2%} >= threshold {self.threshold:.2%} (epoch {epoch + 1})')"),
    ),
    case(
        "printed_by_logger",
        (PRINT, "logging.getLogger(__name__).error('reached %s%%', f'{self.threshold * 100:g}')"),
        top="import logging",
    ),
    case("printed_by_warning", (PRINT, "os.write(2, f'{self.threshold * 100:g}%\\n'.encode())"), top="import os"),
    Case("decorated", "threshold_callback", replace=((HEADER, HEADER + DECORATOR), (METHOD, DECORATED + METHOD))),
    case(
        "printed_with_a_separator",
        (PRINT, "print('Reached', '{:n}%'.format(100 * self.threshold), sep=' -> ', file=sys.stderr)"),
        top="import sys",
    ),
    case(
        "says_which_epoch", (PRINT, "print(f\"{self.threshold:.1%} in epoch {epoch + 1} of {self.params['epochs']}\")")
    ),
    Case("stub_left_and_overridden", "threshold_callback", source=STUB + OVERRIDDEN),
)
