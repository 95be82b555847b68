"""Slips in `training`, each with the check that it must fail and the words that name it."""

from tests.bank.cases import Case
from tests.bank.right_preprocessing import body
from tests.bank.right_training import BUILD, END, IMPORT, PREDICT, TRAIN, method

FIVE, PASSED_ON, BEST, RATE = (
    "build_callbacks_makes_all_five",
    "build_callbacks_passes_the_threshold_on",
    "build_callbacks_keeps_the_best_model",
    "build_callbacks_lowers_the_rate_and_logs",
)
ADDS, HISTORY = "epoch_timer_adds_the_seconds", "epoch_seconds_stand_in_the_history"
FITS, ARGUMENTS = "train_fits_the_model", "train_passes_its_arguments_on"
ARRAYS, PROBABLE = "predict_labels_gives_two_arrays", "predict_labels_gives_the_most_probable"

BUILDING, TIMING = (FIVE, PASSED_ON, BEST, RATE), (ADDS, HISTORY)
TRAINING, PREDICTING = (FITS, ARGUMENTS), (ARRAYS, PROBABLE)

MISSED = {
    "training_relative_import": "the module cannot be imported",
    "training_imports_from_solutions": "the module cannot be imported",
    "training_helper_file": "the module cannot be imported",
    "training_other_name_of_the_callback": "the module cannot be imported",
}
"""Cases that miss the point of the task altogether, and may cost more, with the reason."""


def changed(name: str, old: str, new: str, check: str, says: str, *also: str, status: str = "") -> Case:
    """A wrong case: one text of the reference changed."""
    changes = ((old, new),)
    return Case(f"training_{name}", "training", replace=changes, check=check, says=says, also=also, status=status)


def building(name: str, new: str, check: str, says: str, *also: str) -> Case:
    """Another body of `build_callbacks`."""
    return changed(name, *body(BUILD, new), check, says, *also)


def timing(name: str, new: str, check: str, says: str, *also: str) -> Case:
    """Another end of an epoch."""
    return changed(name, *method(END, new), check, says, *also)


def training(name: str, new: str, check: str, says: str, *also: str) -> Case:
    """Another body of `train`."""
    return changed(name, *body(TRAIN, new), check, says, *also)


def predicting(name: str, new: str, check: str, says: str, *also: str) -> Case:
    """Another body of `predict_labels`."""
    return changed(name, *body(PREDICT, new), check, says, *also)


FIT = "return model.fit(images, labels, epochs=epochs, validation_data=validation_data, callbacks=list(callbacks)"
PROBABILITIES = "probabilities = model.predict(images, verbose=0)\n"
PASSING = "AccuracyThresholdCallback(threshold)"
THE_BEST = 'ModelCheckpoint(folder / "best.keras", save_best_only=True)'
SECONDS = "time.perf_counter() - self._began"

CASES: tuple[Case, ...] = (
    # build_callbacks: the list
    building(
        "returns_a_tuple",
        BUILD.replace("\n    ", "\n").replace("[", "(").replace("]", ")"),
        FIVE,
        "returned a tuple; a list was expected",
        *BUILDING,
    ),
    building(
        "returns_nothing",
        BUILD.replace("\n    ", "\n").replace("return [", "callbacks = ["),
        FIVE,
        "Is the `return` missing?",
        *BUILDING,
    ),
    building(
        "returns_a_callback_list",
        BUILD.replace("\n    ", "\n").replace("return [", "return keras.callbacks.CallbackList([") + ")",
        FIVE,
        "a CallbackList; a list was expected",
        *BUILDING,
    ),
    changed("no_timer_in_the_list", "        EpochTimer(),\n", "", FIVE, "holds no EpochTimer"),
    changed("timer_not_called", "        EpochTimer(),\n", "        EpochTimer,\n", FIVE, "A class stands in the list"),
    changed("no_checkpoint", "        keras.callbacks." + THE_BEST + ",\n", "", FIVE, "holds no ModelCheckpoint", BEST),
    # build_callbacks: the settings
    changed("threshold_forgotten", PASSING, "AccuracyThresholdCallback()", PASSED_ON, "The default was taken"),
    changed(
        "threshold_in_percent",
        PASSING,
        "AccuracyThresholdCallback(100 * threshold)",
        PASSED_ON,
        "Pass the argument on as it is",
    ),
    changed(
        "default_of_95", "threshold: float = 0.98", "threshold: float = 0.95", PASSED_ON, "0.95; 0.98 was expected"
    ),
    changed(
        "threshold_without_default",
        "threshold: float = 0.98",
        "threshold: float",
        PASSED_ON,
        "missing 1 required positional argument: 'threshold'",
    ),
    changed("keeps_all_models", ", save_best_only=True", "", BEST, "Set save_best_only=True"),
    changed(
        "another_file",
        '/ "best.keras"',
        '/ "model.keras"',
        BEST,
        "runs/first/model.keras; runs/first/best.keras was expected",
    ),
    changed(
        "old_format", '/ "best.keras"', '/ "best.h5"', BEST, "runs/first/best.h5; runs/first/best.keras was expected"
    ),
    changed(
        "name_with_the_epoch",
        '/ "best.keras"',
        '/ "best-{epoch}.keras"',
        BEST,
        "best-{epoch}.keras; runs/first/best.keras was expected",
    ),
    changed(
        "file_in_the_current_folder",
        'folder / "best.keras"',
        '"best.keras"',
        BEST,
        "That is not in the folder that was given",
    ),
    changed(
        "file_in_a_folder_below",
        'folder / "best.keras"',
        'folder / "models" / "best.keras"',
        BEST,
        "runs/first/models/best.keras; runs/first/best.keras was expected",
    ),
    changed("factor_of_a_tenth", "factor=0.5", "factor=0.1", RATE, "has factor 0.1; 0.5 was expected"),
    changed("factor_left_out", "factor=0.5, ", "", RATE, "Set factor=0.5"),
    changed("patience_of_five", "patience=3", "patience=5", RATE, "has patience 5; 3 was expected"),
    changed("rate_never_below_one", "patience=3", "patience=3, min_lr=1.0", RATE, "1, 1, 1, 0.5, 0.5 was expected"),
    changed("no_progress_is_enough", "patience=3", "patience=3, min_delta=10", RATE, "while every figure gets better"),
    changed("patience_left_out", ", patience=3", "", RATE, "Set patience=3"),
    changed(
        "plateau_of_a_figure_that_is_none",
        "factor=0.5",
        "monitor='val_acc', factor=0.5",
        RATE,
        "a metric named accuracy gives",
    ),
    changed("plateau_the_wrong_way", "factor=0.5", "mode='max', factor=0.5", RATE, "it takes the worst for the best"),
    # EpochTimer
    timing(
        "not_added",
        "self.seconds = time.perf_counter() - self._began",
        ADDS,
        "has not put epoch_seconds into the logs",
        *TIMING,
    ),
    timing(
        "another_key", f"logs['epoch_time'] = {SECONDS}", ADDS, "There is epoch_time: is that it, misspelt?", *TIMING
    ),
    timing("milliseconds", f"logs['epoch_seconds'] = 1000 * ({SECONDS})", ADDS, "Those are milliseconds", *TIMING),
    timing("time_of_day", "logs['epoch_seconds'] = time.time()", ADDS, "That is a time of day", *TIMING),
    timing(
        "turned",
        "logs['epoch_seconds'] = self._began - time.perf_counter()",
        ADDS,
        "The end minus the beginning",
        *TIMING,
    ),
    timing(
        "whole_seconds",
        f"logs['epoch_seconds'] = int({SECONDS})",
        ADDS,
        "are the seconds rounded, or converted by int()",
        *TIMING,
    ),
    timing(
        "seconds_are_nan",
        "logs['epoch_seconds'] = float('nan')",
        ADDS,
        "gave epoch_seconds of NaN, which is no number",
        *TIMING,
    ),
    timing("seconds_without_end", "logs['epoch_seconds'] = float('inf')", ADDS, "That is a time of day", *TIMING),
    # train
    training(
        "fit_not_returned", FIT[7:] + ")", FITS, "model.fit(...) returns the History: return it in turn", *TRAINING
    ),
    training("dict_returned", FIT + ").history", FITS, "That is history.history: return the History itself", *TRAINING),
    training(
        "model_returned", FIT[7:] + ")\nreturn model", FITS, "The History is what model.fit(...) returns", *TRAINING
    ),
    training(
        "copy_trained",
        "copy = keras.models.clone_model(model)\ncopy.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])\n"
        + FIT.replace("model.fit", "copy.fit")
        + ")",
        FITS,
        "did not train the model that it was given",
        *TRAINING,
    ),
    training(
        "compiled_anew",
        "model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])\n" + FIT + ")",
        FITS,
        "The model comes compiled",
        *TRAINING,
    ),
    training(
        "frozen", "model.trainable = False\n" + FIT + ")", FITS, "left the weights of the model as they were", *TRAINING
    ),
    changed(
        "five_epochs_always", "epochs=epochs", "epochs=5", ARGUMENTS, "went 5 times over the images; 2 were expected"
    ),
    changed("one_epoch_always", "epochs=epochs", "epochs=1", ARGUMENTS, "Pass it on: model.fit(..., epochs=epochs)"),
    changed(
        "default_of_ten",
        "epochs: int = 5",
        "epochs: int = 10",
        ARGUMENTS,
        "went 10 times over the images; 5 were expected",
    ),
    changed("no_default", "epochs: int = 5,", "epochs: int,", ARGUMENTS, "epochs"),
    changed(
        "validation_forgotten",
        "validation_data=validation_data, ",
        "",
        ARGUMENTS,
        "there is no val_loss in the History",
    ),
    changed(
        "validation_on_the_training_data",
        "validation_data=validation_data",
        "validation_data=(images, labels)",
        ARGUMENTS,
        "evaluated the model on",
    ),
    # predict_labels
    predicting(
        "labels_only",
        PROBABILITIES + "return probabilities.argmax(axis=1)",
        ARRAYS,
        "two arrays, labels and confidences, were expected",
        *PREDICTING,
    ),
    predicting("nothing", PROBABILITIES, ARRAYS, "Is the `return` missing?", *PREDICTING),
    predicting(
        "three_results",
        PROBABILITIES + "return probabilities.argmax(axis=1), probabilities.max(axis=1), probabilities",
        ARRAYS,
        "returned a tuple of 3",
        *PREDICTING,
    ),
    predicting(
        "exchanged",
        PROBABILITIES + "return probabilities.max(axis=1), probabilities.argmax(axis=1)",
        PROBABLE,
        "labels come first",
        *PREDICTING,
    ),
    predicting(
        "a_dict",
        PROBABILITIES + "return {'labels': probabilities.argmax(axis=1), 'confidences': probabilities.max(axis=1)}",
        ARRAYS,
        "returned a dict; two arrays",
        *PREDICTING,
    ),
    predicting(
        "pairs",
        PROBABILITIES + "return list(zip(probabilities.argmax(axis=1), probabilities.max(axis=1)))",
        ARRAYS,
        "returned a list of 330",
        *PREDICTING,
    ),
    predicting(
        "lists",
        PROBABILITIES + "return probabilities.argmax(axis=1).tolist(), probabilities.max(axis=1).tolist()",
        ARRAYS,
        "are a list; a numpy array of integers was expected",
    ),
    predicting(
        "percent",
        PROBABILITIES + "return probabilities.argmax(axis=1), 100 * probabilities.max(axis=1)",
        PROBABLE,
        "Those are percent",
    ),
    predicting(
        "rounded",
        PROBABILITIES + "return probabilities.argmax(axis=1), probabilities.max(axis=1).round(2)",
        PROBABLE,
        "The probabilities were rounded",
    ),
    predicting(
        "argmin",
        PROBABILITIES + "return probabilities.argmin(axis=1), probabilities.max(axis=1)",
        PROBABLE,
        "The least probable class was taken",
    ),
    predicting(
        "divided_again",
        PROBABILITIES.replace("(images", "(images / 255")
        + "return probabilities.argmax(axis=1), probabilities.max(axis=1)",
        PROBABLE,
        "divided by 255 once more",
    ),
    predicting(
        "from_one",
        PROBABILITIES + "return probabilities.argmax(axis=1) + 1, probabilities.max(axis=1)",
        PROBABLE,
        "Labels are counted from 1",
    ),
    predicting(
        "softmax_again",
        PROBABILITIES
        + "probabilities = keras.ops.convert_to_numpy(keras.ops.softmax(probabilities))\nreturn probabilities.argmax(axis=1), probabilities.max(axis=1)",
        PROBABLE,
        "The softmax was taken once more",
    ),
    # the module
    changed(
        "relative_import",
        IMPORT,
        IMPORT.replace("from ", "from ."),
        FIVE,
        "without a dot",
        *BUILDING,
        *TIMING,
        *TRAINING,
        *PREDICTING,
        status="missing",
    ),
    Case(
        "training_helper_file",
        "training",
        replace=((IMPORT, IMPORT + "from my_helpers import folder\n"),),
        files={"my_helpers.py": "folder = 'runs'\n"},
        check=FIVE,
        says="my_helpers.py is not part of a submission",
        also=(*BUILDING, *TIMING, *TRAINING, *PREDICTING),
        status="missing",
    ),
    changed(
        "other_name_of_the_callback",
        IMPORT,
        "from threshold_callback import ThresholdCallback as AccuracyThresholdCallback\n",
        FIVE,
        "cannot import name 'ThresholdCallback'",
        *BUILDING,
        *TIMING,
        *TRAINING,
        *PREDICTING,
        status="missing",
    ),
    # what stands in the logs, and how the model is trained
    changed(
        "times_the_last_batch",
        "def on_epoch_begin(self, epoch: int,",
        "def on_train_batch_begin(self, epoch: int,",
        ADDS,
        "That is one batch of the epoch",
    ),
    timing("minutes", f"logs['epoch_seconds'] = ({SECONDS}) / 60", ADDS, "Those are minutes", *TIMING),
    timing(
        "rounds_the_loss",
        f"logs['epoch_seconds'] = {SECONDS}\nlogs['loss'] = round(logs['loss'], 1)",
        ADDS,
        "changed the other figures",
    ),
    training(
        "other_learning_rate", "model.optimizer.learning_rate = 0.1\n" + FIT + ")", FITS, "set the learning rate to 0.1"
    ),
    training(
        "class_weights",
        FIT + ", class_weight={label: 1.0 + 9.0 * (label == 0) for label in range(10)})",
        FITS,
        "more weight than others",
    ),
    training(
        "history_made_up",
        FIT.replace("return", "history =") + ")\nhistory.history['loss'] = [0.0] * epochs\nreturn history",
        FITS,
        "says that loss was 0.0000 in epoch 0: it never was",
    ),
    training(
        "one_epoch_many_times",
        "for _ in range(epochs):\n    history = "
        + FIT.replace("return ", "").replace("epochs=epochs", "epochs=1")
        + ")\nreturn history",
        ARGUMENTS,
        "Call model.fit once",
    ),
    predicting(
        "one_hot",
        PROBABILITIES
        + "return (probabilities == probabilities.max(axis=1, keepdims=True)).astype(int), probabilities.max(axis=1)",
        ARRAYS,
        "That is one-hot",
        PROBABLE,
    ),
    training(
        "perfect_history",
        FIT.replace("return", "history =") + ")\nhistory.history['accuracy'] = [1.0] * epochs\nreturn history",
        FITS,
        "says that accuracy was 1.0000 in epoch 0: it never was",
    ),
    training(
        "trained_on_the_validation_data",
        "if validation_data is not None:\n    model.fit(*validation_data, epochs=1)\n" + FIT + ")",
        ARGUMENTS,
        "Validation data is for looking, not for training",
    ),
    training(
        "validated_now_and_then",
        FIT + ", validation_freq=2)",
        ARGUMENTS,
        "Leave validation_freq out",
    ),
    training(
        "validated_on_one_batch",
        FIT + ", batch_size=32, validation_steps=1)",
        ARGUMENTS,
        "is there a validation_steps, or a part of it?",
    ),
    training(
        "callbacks_with_validation_only",
        "if validation_data is None:\n    return model.fit(images, labels, epochs=epochs)\n" + FIT + ")",
        ARGUMENTS,
        "as it does with validation_data",
    ),
    training(
        "callbacks_added_to_a_list",
        FIT.replace("list(callbacks)", "callbacks + [keras.callbacks.TerminateOnNaN()]") + ")",
        ARGUMENTS,
        "can only concatenate",
        FITS,
    ),
    training(
        "first_batch_only", FIT.replace("(images, labels", "(images[:32], labels[:32]") + ")", FITS, "multiple of 41"
    ),
    training(
        "a_half",
        FIT.replace("(images, labels", "(images[: len(images) // 2], labels[: len(images) // 2]") + ")",
        FITS,
        "multiple of 41",
        ARGUMENTS,
    ),
    training(
        "fitted_twice",
        "model.fit(images, labels, epochs=epochs)\n" + FIT + ")",
        ARGUMENTS,
        "Is model.fit called twice?",
    ),
    changed("rate_never_below_adams", "patience=3", "patience=3, min_lr=0.001", RATE, "1, 1, 1, 0.5, 0.5 was expected"),
    Case(
        "training_own_checkpoint_of_the_last_model",
        "training",
        replace=(
            (
                "def build_callbacks",
                "class Last(keras.callbacks.ModelCheckpoint):\n    def on_epoch_end(self, epoch, logs=None):\n"
                "        self.model.save(self.filepath)\n\n\ndef build_callbacks",
            ),
            ("keras.callbacks.ModelCheckpoint(", "Last("),
        ),
        check=BEST,
        says="best.keras holds the model of epoch 3; the best, by every figure, was that of epoch",
    ),
    predicting(
        "first_hundred",
        PROBABILITIES.replace("images", "images[:100]")
        + "return probabilities.argmax(axis=1), probabilities.max(axis=1)",
        ARRAYS,
        "have shape (100,); (330,) was expected",
        PROBABLE,
    ),
    training(
        "one_batch_an_epoch",
        FIT + ", batch_size=32, steps_per_epoch=1)",
        FITS,
        "leave steps_per_epoch out",
    ),
    training(
        "first_thousand",
        FIT.replace("(images, labels", "(images[:1000], labels[:1000]") + ")",
        ARGUMENTS,
        "gave model.fit 1000 images; 60001 were given",
    ),
    training("ten_steps", FIT + ", steps_per_epoch=10)", ARGUMENTS, "no steps_per_epoch"),
    training("ten_steps_of_validation", FIT + ", validation_steps=10)", ARGUMENTS, "no validation_steps"),
    training(
        "first_50000",
        FIT.replace("(images, labels", "(images[:50000], labels[:50000]") + ")",
        ARGUMENTS,
        "gave model.fit 50000 images; 60001 were given",
    ),
    training(
        "stops_early",
        FIT.replace("list(callbacks)", "[*callbacks, keras.callbacks.EarlyStopping(monitor='loss', patience=2)]") + ")",
        ARGUMENTS,
        "an EarlyStopping that nobody asked for",
    ),
    training(
        "its_own_callbacks_too",
        FIT.replace("list(callbacks)", "[*callbacks, *build_callbacks('runs')]") + ")",
        ARGUMENTS,
        "that nobody asked for",
    ),
    training(
        "first_callback_only",
        FIT.replace("list(callbacks)", "list(callbacks)[:1]") + ")",
        ARGUMENTS,
        "gave model.fit 1 of 7 callbacks",
    ),
    training(
        "at_most_five_epochs", FIT.replace("epochs=epochs", "epochs=min(epochs, 5)") + ")", ARGUMENTS, "7 were expected"
    ),
    training(
        "learning_rate_of_old",
        "model.optimizer.learning_rate = 0.01\n" + FIT + ")",
        FITS,
        "set the learning rate to 0.01",
    ),
    training(
        "first_layers_frozen",
        "for layer in model.layers[:-1]:\n    layer.trainable = False\n" + FIT + ")",
        FITS,
        "froze layers of the model",
    ),
    changed(
        "arguments_in_another_order",
        "    epochs: int = 5,\n    validation_data: tuple[np.ndarray, np.ndarray] | None = None,\n",
        "    validation_data: tuple[np.ndarray, np.ndarray] | None = None,\n    epochs: int = 5,\n",
        ARGUMENTS,
        "raised",
    ),
    changed(
        "keeps_only_what_is_very_good",
        "save_best_only=True",
        "save_best_only=True, initial_value_threshold=0.1",
        BEST,
        "there is no best.keras",
    ),
    Case(
        "training_time_without_the_validation",
        "training",
        replace=(
            (END, 'logs["epoch_seconds"] = getattr(self, "_trained", time.perf_counter() - self._began)'),
            (
                "    def on_epoch_begin(",
                "    def on_test_begin(self, logs=None):\n"
                "        self._trained = time.perf_counter() - self._began\n\n    def on_epoch_begin(",
            ),
        ),
        check=ADDS,
        says="The validation belongs to the epoch",
    ),
    changed(
        "threshold_callback_that_does_nothing",
        PASSING,
        "type('Quiet', (AccuracyThresholdCallback,), {'on_epoch_end': lambda *_: None})(threshold)",
        FIVE,
        "holds no AccuracyThresholdCallback; it holds Quiet",
        PASSED_ON,
    ),
    Case(
        "training_timer_forgets_what_was_learnt",
        "training",
        replace=(
            (
                "    def on_epoch_begin(",
                "    def on_train_end(self, logs=None):\n"
                "        self.model.set_weights([0 * weight for weight in self.model.get_weights()])\n\n"
                "    def on_epoch_begin(",
            ),
        ),
        check=ADDS,
        says="changed the model",
    ),
    changed(
        "keeps_the_list",
        "def build_callbacks(",
        "@__import__('functools').lru_cache\ndef build_callbacks(",
        FIVE,
        "returned the very list",
    ),
    changed("plateau_of_much", "patience=3)", "patience=3, min_delta=0.5)", RATE, "while every figure gets better"),
    changed("plateau_that_rests", "patience=3)", "patience=3, cooldown=10)", RATE, "after 11 epochs"),
    timing(
        "stops_the_training", END + "\nif epoch > 4:\n    self.model.stop_training = True", ADDS, "stopped the training"
    ),
    timing("takes_a_stop_back", END + "\nself.model.stop_training = False", ADDS, "took back a stop"),
    timing("drops_a_figure", END + "\nlogs.pop('val_accuracy', None)", ADDS, "changed the other figures"),
    Case(
        "training_mean_of_the_epochs",
        "training",
        replace=(
            method(
                END,
                "self._times = [*getattr(self, '_times', []), " + SECONDS + "]\n"
                "logs['epoch_seconds'] = sum(self._times) / len(self._times)",
            ),
        ),
        check=ADDS,
        says="the mean of the epochs so far",
    ),
    training(
        "adds_to_the_callbacks", "callbacks.append(EpochTimer())\n" + FIT + ")", FITS, "make a list of them", ARGUMENTS
    ),
    training(
        "callbacks_in_lists_alone",
        FIT.replace("list(callbacks)", "callbacks if isinstance(callbacks, list) else []") + ")",
        ARGUMENTS,
        "callbacks may be a tuple",
    ),
    training(
        "five_callbacks", FIT.replace("list(callbacks)", "list(callbacks)[:5]") + ")", ARGUMENTS, "5 of 7 callbacks"
    ),
    training("takes_the_validation_apart", "x, y = validation_data\n" + FIT + ")", FITS, "may be None", ARGUMENTS),
    predicting(
        "predicts_as_if_it_learned",
        "probabilities = model(images, training=True).numpy()\n"
        "return probabilities.argmax(axis=1), probabilities.max(axis=1)",
        PROBABLE,
        "calls the model with training=True",
    ),
    predicting(
        "sorts_the_confidences",
        PROBABILITIES + "return probabilities.argmax(axis=1), np.sort(probabilities.max(axis=1))[::-1]",
        PROBABLE,
        "The confidences are sorted",
    ),
    predicting(
        "three_hundred_images",
        "probabilities = model.predict(images[:300], verbose=0)\n"
        "probabilities = np.concatenate([probabilities, np.full((len(images) - len(probabilities), 10), 0.1)])\n"
        "return probabilities.argmax(axis=1), probabilities.max(axis=1)",
        PROBABLE,
        "at index [300]",
    ),
    training(
        "callbacks_where_none_are_given",
        FIT.replace("list(callbacks)", "list(callbacks) or build_callbacks('runs')") + ")",
        ARGUMENTS,
        "nobody asked for",
    ),
    changed(
        "threshold_of_two_decimals",
        PASSING,
        "AccuracyThresholdCallback(round(threshold, 2))",
        PASSED_ON,
        "Pass the argument on as it is",
    ),
    changed(
        "imports_from_solutions",
        "from threshold_callback import",
        "from solutions.threshold_callback import",
        FIVE,
        "The modules lie side by side",
        *(PASSED_ON, BEST, RATE, *TIMING, *TRAINING, *PREDICTING),
        status="missing",
    ),
    timing(
        "microseconds_of_a_timedelta",
        "import datetime\n"
        "logs['epoch_seconds'] = datetime.timedelta(seconds=time.perf_counter() - self._began).microseconds / 1e6",
        ADDS,
        "A whole second is missing",
    ),
    timing(
        "divided_by_the_epochs",
        f"logs['epoch_seconds'] = ({SECONDS}) / (epoch + 1)",
        ADDS,
        "divided by the number of epochs",
    ),
    timing(
        "shortest_so_far",
        f"self.best = min(getattr(self, 'best', 1e9), {SECONDS})\nlogs['epoch_seconds'] = self.best",
        ADDS,
        "time of an earlier epoch",
    ),
    changed(
        "no_timer",
        "        EpochTimer(),\n",
        "",
        FIVE,
        "Put EpochTimer() into the list",
    ),
    changed(
        "no_threshold_callback",
        f"        {PASSING},\n",
        "",
        FIVE,
        "and put AccuracyThresholdCallback(threshold) into the list",
        PASSED_ON,
    ),
    changed(
        "mkdir_where_it_exists",
        "    folder = Path(directory)\n",
        "    folder = Path(directory)\n    folder.mkdir(parents=True)\n",
        PASSED_ON,
        "exist_ok=True",
        FIVE,
    ),
    training(
        "stops_early_by_the_loss",
        f"{FIT} + [keras.callbacks.EarlyStopping('loss', patience=0, min_delta=1)])",
        ARGUMENTS,
        "such as EarlyStopping",
        FITS,
    ),
    changed(
        "callbacks_grow_by_a_list",
        "    return model.fit(",
        "    callbacks += [EpochTimer()]\n    return model.fit(",
        FITS,
        "A tuple grows by no list",
        ARGUMENTS,
    ),
    changed(
        "validation_images_alone",
        "validation_data=validation_data, callbacks",
        "validation_data=validation_data[0] if validation_data else None, callbacks",
        ARGUMENTS,
        "validation_data is passed on whole",
    ),
)
