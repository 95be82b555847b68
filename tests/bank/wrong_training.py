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
    "training_helper_file": "the module cannot be imported",
    "training_other_name_of_the_callback": "the module cannot be imported",
    "training_trains_at_import": "the module cannot be imported",
    "training_exits": "it ends the process, and no check can be made afterwards",
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
HALVING = "ReduceLROnPlateau(factor=0.5, patience=3)"
LOGGING = 'TensorBoard(folder / "logs")'
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
    changed(
        "no_plateau",
        "        keras.callbacks." + HALVING + ",\n",
        "",
        FIVE,
        "Keras has it: keras.callbacks.ReduceLROnPlateau",
        RATE,
    ),
    changed("no_tensorboard", "        keras.callbacks." + LOGGING + ",\n", "", FIVE, "holds no TensorBoard", RATE),
    changed(
        "no_threshold_callback",
        "        " + PASSING + ",\n",
        "",
        FIVE,
        "Write: from threshold_callback import AccuracyThresholdCallback",
        PASSED_ON,
    ),
    changed(
        "early_stopping_instead",
        PASSING,
        "keras.callbacks.EarlyStopping(patience=3)",
        FIVE,
        "holds no AccuracyThresholdCallback",
        PASSED_ON,
    ),
    changed(
        "early_stopping_too",
        "        EpochTimer(),\n",
        "        EpochTimer(),\n        keras.callbacks.EarlyStopping(),\n",
        FIVE,
        "EarlyStopping was not asked for",
    ),
    changed(
        "two_timers",
        "        EpochTimer(),\n",
        "        EpochTimer(),\n        EpochTimer(),\n",
        FIVE,
        "One of each kind was asked for",
    ),
    changed(
        "own_threshold_class",
        IMPORT,
        "class AccuracyThresholdCallback(keras.callbacks.Callback):\n    def __init__(self, threshold=0.98):\n        super().__init__()\n        self.threshold = threshold\n",
        FIVE,
        "another class of that name: from threshold_callback import it",
        PASSED_ON,
    ),
    changed(
        "text_directory_only",
        "folder = Path(directory)",
        "folder = Path(directory + '/')",
        FIVE,
        "Path(directory) / 'logs' and os.path.join(directory, 'logs') take both",
        BEST,
        RATE,
    ),
    changed("path_directory_only", "folder = Path(directory)", "folder = directory", FIVE, "take both", *BUILDING),
    # build_callbacks: the settings
    changed("threshold_forgotten", PASSING, "AccuracyThresholdCallback()", PASSED_ON, "The default was taken"),
    changed("threshold_fixed", PASSING, "AccuracyThresholdCallback(0.98)", PASSED_ON, "The default was taken"),
    changed(
        "threshold_in_percent",
        PASSING,
        "AccuracyThresholdCallback(100 * threshold)",
        PASSED_ON,
        "Pass the argument on as it is",
    ),
    changed(
        "threshold_as_text",
        PASSING,
        "AccuracyThresholdCallback(str(threshold))",
        PASSED_ON,
        "Pass the argument on as it is",
    ),
    changed(
        "default_of_95", "threshold: float = 0.98", "threshold: float = 0.95", PASSED_ON, "0.95; 0.98 was expected"
    ),
    changed(
        "threshold_by_another_name",
        PASSING,
        "AccuracyThresholdCallback(target=threshold)",
        FIVE,
        "takes its threshold by place or as threshold=",
        *BUILDING,
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
        "file_in_a_fixed_folder",
        'folder / "best.keras"',
        '"runs/first/best.keras"',
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
    changed(
        "joined_without_a_slash",
        'folder / "best.keras"',
        'str(folder) + "best.keras"',
        BEST,
        "That is not in the folder that was given",
    ),
    changed(
        "best_by_the_loss",
        "save_best_only=True",
        "monitor='loss', save_best_only=True",
        BEST,
        "when a model only learns by heart",
    ),
    changed(
        "best_by_accuracy",
        "save_best_only=True",
        "monitor='accuracy', save_best_only=True",
        BEST,
        "when a model only learns by heart",
    ),
    changed(
        "best_by_an_old_name",
        "save_best_only=True",
        "monitor='val_acc', mode='max', save_best_only=True",
        BEST,
        "a metric named accuracy gives",
    ),
    changed(
        "highest_loss",
        "save_best_only=True",
        "mode='max', save_best_only=True",
        BEST,
        "it takes the worst for the best",
    ),
    changed(
        "lowest_accuracy",
        "save_best_only=True",
        "monitor='val_accuracy', mode='min', save_best_only=True",
        BEST,
        "it takes the worst for the best",
    ),
    changed(
        "saves_by_batches", "save_best_only=True", "save_best_only=True, save_freq=100", BEST, "Leave save_freq out"
    ),
    changed(
        "weights_only",
        "save_best_only=True",
        "save_best_only=True, save_weights_only=True",
        FIVE,
        ".weights.h5",
        *BUILDING,
    ),
    changed("factor_of_a_tenth", "factor=0.5", "factor=0.1", RATE, "has factor 0.1; 0.5 was expected"),
    changed("factor_left_out", "factor=0.5, ", "", RATE, "Set factor=0.5"),
    changed("patience_of_five", "patience=3", "patience=5", RATE, "has patience 5; 3 was expected"),
    changed("patience_left_out", ", patience=3", "", RATE, "Set patience=3"),
    changed(
        "plateau_of_a_figure_that_is_none",
        "factor=0.5",
        "monitor='val_acc', factor=0.5",
        RATE,
        "a metric named accuracy gives",
    ),
    changed("plateau_the_wrong_way", "factor=0.5", "mode='max', factor=0.5", RATE, "it takes the worst for the best"),
    changed("logs_in_the_folder_itself", LOGGING, "TensorBoard(folder)", RATE, "runs/first/logs was expected"),
    changed("logs_in_the_current_folder", LOGGING, "TensorBoard()", RATE, "That is not in the folder that was given"),
    changed(
        "logs_misspelt", LOGGING, "TensorBoard(folder / 'log')", RATE, "runs/first/log; runs/first/logs was expected"
    ),
    changed(
        "build_not_written", BUILD, "raise NotImplementedError", FIVE, "build_callbacks is not written yet", *BUILDING
    ),
    # EpochTimer
    timing(
        "not_added",
        "self.seconds = time.perf_counter() - self._began",
        ADDS,
        "has not put epoch_seconds into the logs",
        *TIMING,
    ),
    timing(
        "logs_bound_anew",
        f"logs = {{**logs, 'epoch_seconds': {SECONDS}}}",
        ADDS,
        "has not put epoch_seconds into the logs",
        *TIMING,
    ),
    timing(
        "logs_returned",
        f"return {{**logs, 'epoch_seconds': {SECONDS}}}",
        ADDS,
        "has not put epoch_seconds into the logs",
        *TIMING,
    ),
    timing("printed", f"print('epoch_seconds', {SECONDS})", ADDS, "has not put epoch_seconds into the logs", *TIMING),
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
    timing("whole_seconds", f"logs['epoch_seconds'] = int({SECONDS})", ADDS, "and again when it ends", *TIMING),
    timing(
        "text",
        f"logs['epoch_seconds'] = f'{{{SECONDS}:.2f}} s'",
        ADDS,
        "epoch_seconds as a string; a float was expected",
        *TIMING,
    ),
    timing(
        "list_of_all",
        f"self.all = getattr(self, 'all', []) + [{SECONDS}]\nlogs['epoch_seconds'] = self.all",
        ADDS,
        "epoch_seconds as a list; a float was expected",
        *TIMING,
    ),
    timing(
        "logs_cleared",
        f"seconds = {SECONDS}\nlogs.clear()\nlogs['epoch_seconds'] = seconds",
        ADDS,
        "changed the other figures of the logs",
    ),
    timing(
        "added_up",
        f"self.total = getattr(self, 'total', 0) + {SECONDS}\nlogs['epoch_seconds'] = self.total",
        ADDS,
        "It adds up over the epochs",
        *TIMING,
    ),
    timing(
        "mean_so_far",
        f"self.all = getattr(self, 'all', []) + [{SECONDS}]\nlogs['epoch_seconds'] = float(np.mean(self.all))",
        ADDS,
        "of the same epoch was asked",
    ),
    changed(
        "began_once",
        "def on_epoch_begin(self, epoch: int,",
        "def on_train_begin(self,",
        ADDS,
        "It adds up over the epochs",
        *TIMING,
    ),
    changed(
        "at_the_end_of_batches",
        "def on_epoch_end(self, epoch: int,",
        "def on_train_batch_end(self, batch: int,",
        ADDS,
        "has not put epoch_seconds into the logs",
        *TIMING,
    ),
    changed("began_at_the_end", "self._began = time.perf_counter()", "pass", ADDS, "_began", *TIMING),
    changed(
        "no_callback",
        "class EpochTimer(keras.callbacks.Callback)",
        "class EpochTimer",
        FIVE,
        "is no keras.callbacks.Callback",
        *TIMING,
    ),
    changed(
        "timer_needs_an_argument",
        "    def on_epoch_begin(",
        "    def __init__(self, verbose):\n        super().__init__()\n\n    def on_epoch_begin(",
        FIVE,
        "missing 1 required positional argument",
        *BUILDING,
        *TIMING,
    ),
    changed(
        "epoch_missing",
        "def on_epoch_begin(self, epoch: int, logs",
        "def on_epoch_begin(self, logs",
        ADDS,
        "on_epoch_begin",
        *TIMING,
    ),
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
    training(
        "not_trained",
        "history = keras.callbacks.History()\nhistory.history = {'loss': [1.0] * epochs}\nreturn history",
        FITS,
        "did not train the model that it was given",
        *TRAINING,
    ),
    training(
        "divided_again", FIT.replace("images,", "images / 255,") + ")", FITS, "divided by 255 once more", *TRAINING
    ),
    training(
        "labels_shuffled",
        FIT.replace("labels,", "np.random.permutation(labels),") + ")",
        FITS,
        "other labels than it was given",
        *TRAINING,
    ),
    training(
        "labels_reversed",
        FIT.replace("labels,", "labels[::-1],") + ")",
        FITS,
        "Labels and images belong together",
        *TRAINING,
    ),
    training(
        "first_ten_only",
        FIT.replace("images, labels,", "images[:10], labels[:10],") + ")",
        FITS,
        "is there a validation_split?",
        *TRAINING,
    ),
    training(
        "one_hot",
        FIT.replace("labels,", "keras.utils.to_categorical(labels, 10),") + ")",
        FITS,
        "The labels are integers, and stay so",
        *TRAINING,
    ),
    training("validation_split", FIT + ", validation_split=0.25)", FITS, "is there a validation_split?", *TRAINING),
    training(
        "evaluated_instead",
        "model.evaluate(images, labels)\nreturn keras.callbacks.History()",
        FITS,
        "did not train the model that it was given",
        *TRAINING,
    ),
    changed(
        "five_epochs_always", "epochs=epochs", "epochs=5", ARGUMENTS, "went 5 times over the images; 1 was expected"
    ),
    changed("one_epoch_always", "epochs=epochs", "epochs=1", ARGUMENTS, "Where there is none, it is 5"),
    changed("epochs_forgotten", "epochs=epochs, ", "", ARGUMENTS, "Where there is none, it is 5"),
    changed(
        "default_of_ten",
        "epochs: int = 5",
        "epochs: int = 10",
        ARGUMENTS,
        "went 10 times over the images; 5 was expected",
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
    changed("callbacks_forgotten", ", callbacks=list(callbacks))", ")", ARGUMENTS, "did not call the callback"),
    changed(
        "only_own_callbacks",
        "callbacks=list(callbacks)",
        "callbacks=[EpochTimer()]",
        ARGUMENTS,
        "did not call the callback",
    ),
    changed(
        "epochs_renamed",
        "    epochs: int = 5,\n",
        "    number: int = 5,\n",
        FITS,
        "unexpected keyword argument 'epochs'",
        *TRAINING,
    ),
    changed("train_not_written", TRAIN, "raise NotImplementedError", FITS, "train is not written yet", *TRAINING),
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
        "returned a list of 40",
        *PREDICTING,
    ),
    predicting(
        "lists",
        PROBABILITIES + "return probabilities.argmax(axis=1).tolist(), probabilities.max(axis=1).tolist()",
        ARRAYS,
        "are a list; a numpy array of integers was expected",
    ),
    predicting(
        "tensors",
        "import tensorflow as tf\nprobabilities = model(images)\nreturn tf.argmax(probabilities, axis=1), tf.reduce_max(probabilities, axis=1)",
        ARRAYS,
        "are a TensorFlow tensor",
        *PREDICTING,
    ),
    predicting(
        "whole_argmax",
        PROBABILITIES + "return probabilities.argmax(), probabilities.max()",
        ARRAYS,
        "a numpy array of integers was expected",
        *PREDICTING,
    ),
    predicting(
        "axis_of_the_images",
        PROBABILITIES + "return probabilities.argmax(axis=0), probabilities.max(axis=0)",
        ARRAYS,
        "axis=1 goes over the classes",
        *PREDICTING,
    ),
    predicting(
        "keepdims",
        PROBABILITIES + "return probabilities.argmax(axis=1, keepdims=True), probabilities.max(axis=1, keepdims=True)",
        ARRAYS,
        "without keepdims",
    ),
    predicting(
        "squeezed",
        PROBABILITIES + "return np.squeeze(probabilities.argmax(axis=1)), np.squeeze(probabilities.max(axis=1))",
        ARRAYS,
        "have shape (); (1,) was expected",
    ),
    predicting(
        "all_probabilities",
        PROBABILITIES + "return probabilities.argmax(axis=1), probabilities",
        ARRAYS,
        "take the class of the largest, and the largest itself",
        *PREDICTING,
    ),
    predicting(
        "float_labels",
        PROBABILITIES + "return probabilities.argmax(axis=1).astype(float), probabilities.max(axis=1)",
        ARRAYS,
        "float64 values; integers were expected",
    ),
    predicting(
        "class_names",
        "from preprocessing import label_names\n"
        + PROBABILITIES
        + "return np.array(label_names(probabilities.argmax(axis=1))), probabilities.max(axis=1)",
        ARRAYS,
        "integers",
        *PREDICTING,
    ),
    predicting(
        "percent",
        PROBABILITIES + "return probabilities.argmax(axis=1), 100 * probabilities.max(axis=1)",
        PROBABLE,
        "Those are percent",
    ),
    predicting(
        "whole_percent",
        PROBABILITIES + "return probabilities.argmax(axis=1), (100 * probabilities.max(axis=1)).astype(int)",
        ARRAYS,
        "floats were expected",
        *PREDICTING,
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
    predicting(
        "mean_confidence",
        PROBABILITIES + "return probabilities.argmax(axis=1), probabilities.mean(axis=1)",
        PROBABLE,
        "The mean over the classes was taken",
    ),
    predicting(
        "margin",
        PROBABILITIES
        + "ordered = np.sort(probabilities, axis=1)\nreturn probabilities.argmax(axis=1), ordered[:, -1] - ordered[:, -2]",
        PROBABLE,
        "The lead over the second class",
    ),
    predicting(
        "divided_before",
        "probabilities = model.predict(images / 255)\nreturn probabilities.argmax(axis=1), probabilities.max(axis=1)",
        PROBABLE,
        "array of labels",
    ),
    predicting(
        "old_predict_classes",
        "return model.predict_classes(images), model.predict(images).max(axis=1)",
        ARRAYS,
        "predict_classes",
        *PREDICTING,
    ),
    predicting(
        "predict_not_written", "raise NotImplementedError", ARRAYS, "predict_labels is not written yet", *PREDICTING
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
    changed(
        "trains_at_import",
        IMPORT,
        IMPORT + "(images, labels), _ = keras.datasets.fashion_mnist.load_data()\n",
        FIVE,
        "put what you try out under `if __name__",
        *BUILDING,
        *TIMING,
        *TRAINING,
        *PREDICTING,
        status="missing",
    ),
    changed(
        "exits",
        "folder = Path(directory)",
        "exit()",
        FIVE,
        "ended the program",
        *BUILDING,
        *TIMING,
        *TRAINING,
        *PREDICTING,
        status="crashed",
    ),
)
