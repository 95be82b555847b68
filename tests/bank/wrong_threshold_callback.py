"""Slips in `threshold_callback`, each with the check that it must fail and the words that name it."""

from textwrap import indent

from tests.bank.cases import Case
from tests.bank.right_threshold_callback import DEFINITION, END, HEADER, INIT, PRINT, body

IS = "is_a_callback"
ABOVE = "stops_above_the_threshold"
AT = "stops_at_the_threshold"
BELOW = "goes_on_below_the_threshold"
DEFAULT = "default_threshold_is_98_percent"
ARGUMENT = "threshold_argument"
ONLY = "only_training_accuracy_counts"
LOGS = "logs_without_accuracy"
END_ONLY = "acts_only_at_the_end_of_an_epoch"
KEEPS = "keeps_the_stop_of_another_callback"
ONE_LINE = "prints_one_line"
ALONE = "leaves_the_logs_alone"
PERCENT = "names_the_threshold_in_percent"
FIT = "stops_a_real_training"

NEVER = (ABOVE, AT, DEFAULT, ARGUMENT, ONE_LINE, PERCENT, FIT)
"""What a callback fails that never stops, and prints nothing."""

SILENT_NEVER = (ABOVE, AT, DEFAULT, ARGUMENT, FIT)
"""What one fails that prints, but never stops."""

EVERYTHING = (IS, ABOVE, AT, BELOW, DEFAULT, ARGUMENT, ONLY, LOGS, END_ONLY, ALONE, KEEPS, ONE_LINE, PERCENT, FIT)
RAISES = tuple(check for check in EVERYTHING if check not in (IS, END_ONLY, ALONE))
"""What one fails whose on_epoch_end always raises."""

STOP = "self.model.stop_training = True"


def slip(name: str, old: str, new: str, check: str, says: str, *also: str, top: str = "", status: str = "") -> Case:
    """A wrong case: one text of the reference changed, a body or a piece of a line."""
    header = ((HEADER, HEADER + top + "\n"),) if top else ()
    others = tuple(other for other in also if other != check)
    return Case(name, "threshold_callback", None, (*header, body(old, new)), check, says, others, status)


def ends(name: str, new: str, check: str, says: str, *also: str, top: str = "", status: str = "") -> Case:
    """A slip in the body of on_epoch_end."""
    return slip(name, END, new, check, says, *also, top=top, status=status)


def added(name: str, method: str, check: str, says: str, *also: str) -> Case:
    """A wrong case: the reference with one method more."""
    pair = (DEFINITION, f"{indent(method, '    ')}\n\n{DEFINITION}")
    return Case(name, "threshold_callback", None, (pair,), check, says, also)


def acting(condition: str, line: str = PRINT) -> str:
    """A body that stops and prints where a condition holds."""
    return f"logs = logs or {{}}\nif {condition}:\n    {STOP}\n    {line}"


REACHED = 'logs.get("accuracy", 0) >= self.threshold'

CASES: tuple[Case, ...] = (
    # nothing at all
    ends("does_nothing", "pass", ABOVE, "does nothing in a training", *EVERYTHING[1:]),
    ends("calls_its_base_alone", "super().on_epoch_end(epoch, logs)", ABOVE, "does nothing", *EVERYTHING[1:]),
    # when it stops
    slip("greater_than", "accuracy >= self", "accuracy > self", AT, "An accuracy that equals the threshold is enough"),
    slip("less_than", "accuracy >= self", "accuracy < self", ABOVE, "It stops where the accuracy is low", *RAISES),
    slip(
        "less_or_equal",
        "accuracy >= self",
        "accuracy <= self",
        ABOVE,
        "It stops where the accuracy is low",
        *NEVER,
        BELOW,
        ONLY,
    ),
    slip(
        "equals",
        "accuracy >= self",
        "accuracy == self",
        ABOVE,
        "It stops only where the accuracy equals the threshold",
        *NEVER,
    ),
    slip("val_accuracy", '.get("accuracy")', '.get("val_accuracy")', ONLY, "It goes by logs['val_accuracy']", *NEVER),
    slip("acc", '.get("accuracy")', '.get("acc")', ABOVE, "It goes by logs['acc']", *NEVER),
    slip(
        "capital_accuracy",
        '.get("accuracy")',
        '.get("Accuracy")',
        ABOVE,
        "To stop, set self.model.stop_training = True in on_epoch_end",
        *NEVER,
    ),
    slip(
        "accuracy_misspelt",
        '.get("accuracy")',
        '.get("accurracy")',
        ABOVE,
        "To stop, set self.model.stop_training = True in on_epoch_end",
        *NEVER,
    ),
    slip(
        "sparse_categorical",
        '.get("accuracy")',
        '.get("sparse_categorical_accuracy")',
        ABOVE,
        "It goes by logs['sparse_categorical_accuracy']",
        *NEVER,
    ),
    ends(
        "either_accuracy",
        acting('max(logs.get("accuracy", 0), logs.get("val_accuracy", 0)) >= self.threshold'),
        ONLY,
        "It goes by logs['val_accuracy']",
        LOGS,
    ),
    ends(
        "both_accuracies",
        acting('min(logs.get("accuracy", 0), logs.get("val_accuracy", 1)) >= self.threshold'),
        ONLY,
        "It goes by logs['val_accuracy'] too",
    ),
    ends(
        "any_figure",
        acting("any(value >= self.threshold for value in logs.values())"),
        ONLY,
        "It goes by logs['val_accuracy']",
        BELOW,
        FIT,
        LOGS,
    ),
    ends("on_loss", acting('logs.get("loss", 1) <= 1 - self.threshold'), ONLY, "It goes by logs['loss']", *NEVER, LOGS),
    ends("on_small_loss", acting('logs.get("loss", 1) < 0.05'), ONLY, "It goes by logs['loss']", *NEVER, LOGS),
    ends(
        "loss_too", acting(f'{REACHED} and logs.get("loss", 0) < 0.05'), DEFAULT, "It goes by logs['loss'] too", *NEVER
    ),
    ends(
        "rounded_accuracy",
        acting('round(logs.get("accuracy", 0), 2) >= self.threshold'),
        DEFAULT,
        "It stops from an accuracy of 0.976 on",
        ARGUMENT,
        AT,
    ),
    ends(
        "percent_against_fraction",
        acting('logs.get("accuracy", 0) * 100 >= self.threshold'),
        BELOW,
        "accuracy is 0 to 1, and so is the threshold",
        DEFAULT,
        ARGUMENT,
        ONLY,
        ONE_LINE,
        FIT,
    ),
    ends("hard_coded", acting('logs.get("accuracy", 0) >= 0.98'), ARGUMENT, "It stops from 0.98 on", PERCENT),
    ends(
        "hard_coded_95",
        acting('logs.get("accuracy", 0) > 0.95'),
        DEFAULT,
        "It stops from an accuracy of 0.951 on",
        BELOW,
        ARGUMENT,
        PERCENT,
    ),
    ends(
        "always",
        acting("True"),
        BELOW,
        "It stops whatever the accuracy is",
        DEFAULT,
        ARGUMENT,
        ONLY,
        LOGS,
        ONE_LINE,
        FIT,
    ),
    ends(
        "best_so_far",
        "self.best = max(getattr(self, 'best', 0), (logs or {}).get('accuracy', 0))\nif self.best >= self.threshold:\n"
        + f"    {STOP}\n    {PRINT}",
        BELOW,
        "A fresh callback goes on here",
        LOGS,
    ),
    ends(
        "key_error_without_accuracy",
        acting('logs["accuracy"] >= self.threshold'),
        LOGS,
        "logs may be None, and may lack accuracy",
    ),
    ends(
        "compares_none",
        acting('logs.get("accuracy") >= self.threshold'),
        LOGS,
        "logs may be None, and may lack accuracy",
    ),
    ends(
        "logs_none",
        f'if logs.get("accuracy", 0) >= self.threshold:\n    {STOP}\n    {PRINT}',
        LOGS,
        "logs may be None, and may lack accuracy",
    ),
    ends(
        "missing_counts_as_reached",
        acting('logs.get("accuracy", 1) >= self.threshold'),
        LOGS,
        "Without an accuracy nothing happens",
    ),
    ends(
        "tutorial_logs",
        'if(logs.get("accuracy")>0.95):\n    print("\\nReached 95% accuracy so cancelling training!")\n    self.model.stop_training = True',
        LOGS,
        "logs may be None, and may lack accuracy",
        DEFAULT,
        ARGUMENT,
        PERCENT,
    ),
    # how it stops
    ends(
        "else_false",
        f"{acting(REACHED)}\nelse:\n    self.model.stop_training = False",
        KEEPS,
        "Never set self.model.stop_training to False",
    ),
    ends(
        "assigns_the_comparison",
        f"self.model.stop_training = {REACHED.replace('logs', '(logs or {})')}\nif self.model.stop_training:\n    {PRINT}",
        KEEPS,
        "Never set self.model.stop_training to False",
    ),
    added(
        "false_at_train_begin",
        "def on_train_begin(self, logs=None):\n    self.model.stop_training = False",
        KEEPS,
        "Never set self.model.stop_training to False",
    ),
    added(
        "false_at_epoch_begin",
        "def on_epoch_begin(self, epoch, logs=None):\n    self.model.stop_training = False",
        KEEPS,
        "Never set self.model.stop_training to False",
    ),
    ends(
        "pops_accuracy",
        acting('logs.pop("accuracy", 0) >= self.threshold').replace(
            "logs = logs or {}", "logs = {} if logs is None else logs"
        ),
        ALONE,
        "Other callbacks, and the History",
        FIT,
    ),
    ends(
        "adds_to_logs",
        "logs = {} if logs is None else logs\nlogs['stopped'] = 0.0\n" + acting(REACHED),
        ALONE,
        "Other callbacks, and the History",
    ),
    ends(
        "text_into_logs",
        "if logs:\n    logs['note'] = 'seen'\n" + acting(REACHED),
        ALONE,
        "Other callbacks, and the History",
    ),
    # when it is called
    added(
        "batches_too",
        "def on_train_batch_end(self, batch, logs=None):\n    self.on_epoch_end(0, logs)",
        END_ONLY,
        "Only the end of an epoch counts",
    ),
    added(
        "validation_too",
        "def on_test_end(self, logs=None):\n    self.on_epoch_end(0, logs)",
        END_ONLY,
        "Only the end of an epoch counts",
    ),
    # how it is made
    slip(
        "no_base_class",
        "(keras.callbacks.Callback)",
        "",
        IS,
        "Write: class AccuracyThresholdCallback(keras.callbacks.Callback)",
        FIT,
    ),
    slip(
        "base_is_object",
        "(keras.callbacks.Callback)",
        "(object)",
        IS,
        "Write: class AccuracyThresholdCallback(keras.callbacks.Callback)",
        FIT,
    ),
    slip(
        "base_is_model",
        "(keras.callbacks.Callback)",
        "(keras.Model)",
        IS,
        "Write: class AccuracyThresholdCallback(keras.callbacks.Callback)",
        FIT,
    ),
    slip(
        "base_is_module",
        "(keras.callbacks.Callback)",
        "(keras.callbacks)",
        IS,
        "Code outside of functions runs on import",
        *EVERYTHING,
        status="missing",
    ),
    slip(
        "class_misspelt",
        "class AccuracyThresholdCallback",
        "class AccuracyTresholdCallback",
        IS,
        "There is AccuracyTresholdCallback",
        *EVERYTHING,
    ),
    slip(
        "class_is_a_function",
        "class AccuracyThresholdCallback(keras.callbacks.Callback):",
        "def AccuracyThresholdCallback(threshold=0.98):",
        IS,
        "Write: class AccuracyThresholdCallback(keras.callbacks.Callback)",
        *EVERYTHING,
    ),
    slip(
        "default_95",
        "threshold: float = 0.98",
        "threshold: float = 0.95",
        DEFAULT,
        "It stops from an accuracy of 0.95 on",
    ),
    slip(
        "default_90",
        "threshold: float = 0.98",
        "threshold: float = 0.9",
        DEFAULT,
        "It stops from an accuracy of 0.9 on",
    ),
    slip(
        "default_98",
        "threshold: float = 0.98",
        "threshold: float = 98",
        DEFAULT,
        "accuracy is 0 to 1, and so is the threshold",
    ),
    slip(
        "threshold_renamed",
        "threshold: float = 0.98) -> None",
        "target: float = 0.98) -> None",
        IS,
        "Your function is AccuracyThresholdCallback(target",
        *EVERYTHING,
    ),
    Case(
        "parameter_renamed",
        "threshold_callback",
        replace=(
            ("threshold: float = 0.98) -> None", "target: float = 0.98) -> None"),
            ("self.threshold = threshold", "self.threshold = target"),
        ),
        check=ARGUMENT,
        says="Your function is AccuracyThresholdCallback(target",
    ),
    Case(
        "no_parameter",
        "threshold_callback",
        replace=(
            ("self, threshold: float = 0.98) -> None", "self) -> None"),
            ("self.threshold = threshold", "self.threshold = 0.98"),
        ),
        check=ARGUMENT,
        says="Your function is AccuracyThresholdCallback() -> None",
        also=(
            PERCENT,
            FIT,
        ),
    ),
    slip(
        "threshold_ignored",
        "self.threshold = threshold",
        "self.threshold = 0.98",
        ARGUMENT,
        "It stops from 0.98 on",
        PERCENT,
    ),
    slip(
        "threshold_divided",
        "self.threshold = threshold",
        "self.threshold = threshold / 100",
        BELOW,
        "accuracy is 0 to 1, and so is the threshold",
        *NEVER,
        ONLY,
    ),
    slip(
        "model_set_to_none",
        INIT,
        "super().__init__()\nself.threshold = threshold\nself.model = None",
        IS,
        "raised AttributeError",
        *EVERYTHING,
    ),
    slip(
        "class_attribute_shared",
        INIT,
        "super().__init__()\ntype(self).threshold = max(threshold, getattr(type(self), 'threshold', 0))",
        ARGUMENT,
        "It stops from 0.999 on",
        PERCENT,
        ONE_LINE,
    ),
    # what it prints
    slip("prints_nothing", PRINT, "pass", ONE_LINE, "Write print(...) in on_epoch_end", PERCENT),
    slip(
        "logs_at_info",
        PRINT,
        "logging.info(f'{100 * self.threshold:g}%')",
        ONE_LINE,
        "Write print(...) in on_epoch_end",
        PERCENT,
        top="import logging",
    ),
    ends(
        "prints_every_epoch",
        "print('Epoch', epoch, logs)\n" + acting(REACHED),
        ONE_LINE,
        "Print one line, in on_epoch_end",
    ),
    ends(
        "prints_below_too",
        f"{acting(REACHED)}\nelse:\n    print('not yet')",
        ONE_LINE,
        "Print one line, in on_epoch_end",
    ),
    ends(
        "prints_outside_of_the_if", f"{acting(REACHED, 'pass')}\n{PRINT}", ONE_LINE, "Print one line, in on_epoch_end"
    ),
    slip(
        "two_lines",
        PRINT,
        "print(f'Reached {100 * self.threshold:g}% accuracy')\n    print('Stopping training.')",
        ONE_LINE,
        "printed 2 lines at an accuracy of 0.99; one line was expected",
    ),
    slip(
        "line_break_inside",
        PRINT,
        "print(f'Reached {100 * self.threshold:g}%\\naccuracy')",
        ONE_LINE,
        "printed 2 lines at an accuracy of 0.99; one line was expected",
    ),
    added(
        "prints_when_made",
        "def set_params(self, params):\n    super().set_params(params)\n\ndef on_train_begin(self, logs=None):\n    print(f'Stopping at {100 * self.threshold:g}%')",
        END_ONLY,
        "printed a line in on_train_begin",
    ),
    slip(
        "prints_in_init",
        INIT,
        "super().__init__()\nself.threshold = threshold\nprint(f'threshold {threshold}')",
        ONE_LINE,
        "Print one line, in on_epoch_end",
    ),
    slip(
        "prints_the_accuracy",
        PRINT,
        "print(f'Reached {accuracy:.1%} accuracy')",
        PERCENT,
        "That is the accuracy of this epoch",
    ),
    slip(
        "prints_the_fraction",
        PRINT,
        "print(f'Reached {self.threshold} accuracy')",
        PERCENT,
        "The threshold is a fraction",
    ),
    slip(
        "prints_the_fraction_with_a_sign",
        PRINT,
        "print(f'Reached {self.threshold}% accuracy')",
        PERCENT,
        "The threshold is a fraction",
    ),
    slip(
        "prints_without_a_sign",
        PRINT,
        "print(f'Reached {100 * self.threshold:g} accuracy')",
        PERCENT,
        "The sign % after the number is missing",
    ),
    slip(
        "prints_percent_as_a_word",
        PRINT,
        "print(f'Reached {100 * self.threshold:g} percent accuracy')",
        PERCENT,
        "The sign % after the number is missing",
    ),
    slip("prints_no_number", PRINT, "print('Reached the threshold.')", PERCENT, "gives 98% and 98.5%"),
    slip("prints_a_fixed_text", PRINT, "print('Reached 98% accuracy')", PERCENT, "98% is written into the text"),
    slip(
        "forgets_the_f",
        PRINT,
        "print('Reached {100 * self.threshold:g}% accuracy')",
        PERCENT,
        "Is the f in front of the text missing",
    ),
    ends(
        "only_looks",
        "accuracy = (logs or {}).get('accuracy')\nself.seen = accuracy",
        ABOVE,
        "neither stops nor prints at the end of an epoch",
        *EVERYTHING[2:],
    ),
    ends("rounded_to_four", acting("round(logs.get('accuracy', 0), 4) >= self.threshold"), DEFAULT, "without rounding"),
    ends("stops_late_anyway", acting(f"{REACHED} or epoch >= 50"), BELOW, "the number of the epoch does not count"),
    ends("first_epochs_only", acting(f"{REACHED} and epoch < 20"), ABOVE, "The number of the epoch does not count"),
    ends(
        "warns_without_accuracy",
        "if not logs or 'accuracy' not in logs:\n    print('no accuracy yet')\n" + acting(REACHED),
        ONE_LINE,
        "no accuracy yet",
    ),
    ends(
        "every_tenth_epoch",
        "if epoch % 10 == 9:\n    print(f'epoch {epoch + 1} done')\n" + acting(REACHED),
        ONE_LINE,
        "'epoch 10 done' in epoch 9",
    ),
    # what the hints of exceptions and of a stop that is none name
    Case(
        "parameters_exchanged",
        "threshold_callback",
        replace=(("self, epoch: int, logs: dict[str, Any] | None = None", "self, logs, epoch=None"),),
        check=ABOVE,
        says="on_epoch_end(self, epoch, logs), in this order",
        also=RAISES,
    ),
    ends(
        "attribute_of_the_logs",
        "if logs and logs.accuracy >= self.threshold:\n    " + STOP + "\n    " + PRINT,
        ABOVE,
        "logs is a dict: logs.get('accuracy')",
        *RAISES,
    ),
    ends(
        "stop_is_called",
        acting(REACHED).replace(STOP, "self.model.stop_training()"),
        ABOVE,
        "stop_training is no method",
        *NEVER,
    ),
    ends(
        "stop_is_compared",
        acting(REACHED).replace(STOP, "self.model.stop_training == True"),
        ABOVE,
        "and one = behind it",
        *SILENT_NEVER,
    ),
    ends("a_low_loss_too", acting(f"{REACHED} and logs['loss'] < 0.4"), ONLY, "logs['accuracy'] counts"),
    ends(
        "accuracy_remembered",
        "if logs and 'accuracy' in logs:\n    self.reached = logs['accuracy']\n"
        "if getattr(self, 'reached', 0) >= self.threshold:\n    " + STOP + "\n    " + PRINT,
        LOGS,
        "what happened in earlier epochs",
    ),
    ends(
        "stop_is_toggled",
        acting(REACHED).replace(STOP, "self.model.stop_training = not self.model.stop_training"),
        KEEPS,
        "took back",
    ),
    ends(
        "val_accuracy_nearly",
        acting(f"{REACHED} or logs.get('val_accuracy', 0) >= self.threshold and logs.get('accuracy', 0) > 0.7"),
        ONLY,
        "It goes by logs['val_accuracy']",
    ),
    ends(
        "default_that_is_reached",
        "if logs and logs.get('accuracy', 1) >= self.threshold:\n    " + STOP + "\n    " + PRINT,
        LOGS,
        "a default, as in logs.get('accuracy', 1)",
    ),
    slip(
        "threshold_given_to_the_base",
        INIT,
        "super().__init__(threshold)\nself.threshold = threshold",
        IS,
        "super().__init__() takes no threshold",
        *EVERYTHING,
    ),
    slip(
        "threshold_of_the_class",
        "self.threshold = threshold",
        "type(self).threshold = threshold",
        ARGUMENT,
        "Two callbacks share one threshold",
    ),
    ends(
        "prints_when_another_stops",
        "if (logs or {}).get('accuracy', 0) >= self.threshold:\n    "
        + STOP
        + "\nif self.model.stop_training:\n    "
        + PRINT,
        ONE_LINE,
        "where another callback had asked for a stop",
    ),
    ends(
        "all_percents_in_a_line",
        "if (logs or {}).get('accuracy', 0) >= self.threshold:\n    "
        + STOP
        + "\n    print(*(f'{n / 10:g}%' for n in range(1001)))",
        PERCENT,
        "98% was expected in it",
    ),
    slip(
        "never_below_a_half",
        "self.threshold = threshold",
        "self.threshold = max(threshold, 0.5)",
        ARGUMENT,
        "It stops from 0.5 on",
    ),
    added(
        "forgets_what_was_learnt",
        "def on_train_end(self, logs=None):\n"
        "    self.model.set_weights([0 * weight for weight in self.model.get_weights()])",
        ALONE,
        "changed the model",
    ),
    added(
        "takes_a_stop_back_in_a_batch",
        "def on_train_batch_begin(self, batch, logs=None):\n    self.model.stop_training = False",
        KEEPS,
        "took back",
    ),
    added(
        "sets_the_learning_rate",
        "def on_train_begin(self, logs=None):\n    self.model.optimizer.learning_rate = 0.01",
        ALONE,
        "changed the model",
    ),
    slip(
        "forgets_self",
        "accuracy >= self.threshold",
        "accuracy >= threshold",
        ABOVE,
        "Write self.threshold",
        *NEVER,
        BELOW,
        ONLY,
        KEEPS,
    ),
    ends(
        "reads_the_history",
        "if self.model.history.history.get('accuracy', [0])[-1] >= self.threshold:\n    " + STOP + "\n    " + PRINT,
        ABOVE,
        "Only logs count",
        *NEVER,
    ),
    slip(
        "from_epoch_5_on",
        "accuracy >= self.threshold",
        "accuracy >= self.threshold and epoch >= 5",
        ABOVE,
        "stops in later epochs alone",
        *NEVER,
    ),
    slip(
        "any_key_with_accuracy",
        '(logs or {}).get("accuracy")',
        "next((value for key, value in (logs or {}).items() if 'accuracy' in key), None)",
        LOGS,
        "It goes by logs['val_accuracy']",
    ),
    slip(
        "epoch_for_accuracy",
        "accuracy >= self.threshold",
        "epoch >= self.threshold",
        ABOVE,
        "goes by the number of the epoch",
        *NEVER,
        BELOW,
        ONLY,
    ),
    slip(
        "one_taken_for_one_percent",
        "self.threshold = threshold",
        "self.threshold = threshold / 100 if threshold >= 1 else threshold",
        ARGUMENT,
        "neither of them in percent",
        PERCENT,
    ),
    slip(
        "average_of_the_epochs",
        END,
        "self.seen = [*getattr(self, 'seen', []), (logs or {}).get('accuracy', 0)]\n"
        "if sum(self.seen) / len(self.seen) >= self.threshold:\n    " + STOP + "\n    " + PRINT,
        ABOVE,
        "A fresh callback stops here",
        *NEVER,
        BELOW,
        ONLY,
    ),
    Case(
        "early_stopping_for_a_threshold",
        "threshold_callback",
        "import keras\n\n\nclass AccuracyThresholdCallback(keras.callbacks.EarlyStopping):\n"
        "    def __init__(self, threshold=0.98):\n"
        "        super().__init__(monitor='accuracy', baseline=threshold, patience=0, mode='max')\n",
        check=ABOVE,
        says="EarlyStopping ends where",
        also=(*NEVER, BELOW, ONLY),
    ),
)
