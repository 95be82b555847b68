"""Hostile modules of the bonus tasks: callbacks, a timer, a `train` that forges; TensorFlow where it is withheld."""

from tests.bank.hostile_case import Hostile

CASES: tuple[Hostile, ...] = (
    Hostile(
        "tensorflow_by_another_door",
        """
        import sys
        sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "Withheld"]
        def convolve2d(image, kernel):
            import tensorflow as tf
            return tf.nn.conv2d(image[None, :, :, None] * 1.0, kernel[:, :, None, None] * 1.0, 1, "VALID").numpy()[0, :, :, 0]
        def max_pool2d(image, size=2):
            import tensorflow as tf
            return tf.nn.max_pool2d(image[None, :, :, None] * 1.0, size, size, "VALID").numpy()[0, :, :, 0]
        """,
        at="module",
        task="convolution",
        status="failed",
        most=1,
    ),
    Hostile(
        "prediction_that_changes_the_model",
        """
        _plain = predict_labels
        def predict_labels(model, images):
            answer = _plain(model, images)
            model.layers[-1].activation = keras.activations.linear
            return answer
        """,
        at="after",
        task="training",
        status="failed",
        most=9,
    ),
    Hostile(
        "history_made_longer",
        """
        EpochTimer.on_train_end = lambda self, logs=None: self.model.history.history.update(accuracy=[1.0] * 9)
        """,
        at="after",
        task="training",
        status="failed",
        most=9,
        says="9 figures of accuracy",
    ),
    Hostile(
        "callbacks_that_lie",
        """
        import keras
        def lying(kind, **settings):
            return type(kind.__name__, (), {"__class__": kind, "__eq__": lambda *_: True, **settings})()
        def build_callbacks(directory, threshold=0.98):
            names = ("ModelCheckpoint", "ReduceLROnPlateau", "TensorBoard")
            return [lying(getattr(keras.callbacks, name), threshold=threshold, factor=0.5, patience=3) for name in names]
        """,
        at="module",
        task="training",
        status="failed",
    ),
    Hostile(
        "monitor_that_raises",
        """
        import keras
        from threshold_callback import AccuracyThresholdCallback
        class Odd(keras.callbacks.ModelCheckpoint):
            monitor = property(lambda self: exit(0), lambda self, value: None)
        def build_callbacks(directory, threshold=0.98):
            return [AccuracyThresholdCallback(threshold), Odd(f"{directory}/best.keras", save_best_only=True)]
        """,
        at="module",
        task="training",
        status="crashed",
    ),
    Hostile(
        "history_that_lies",
        """
        import keras
        class History:
            __class__ = keras.callbacks.History
            history = {"loss": [0.1] * 5, "val_loss": [0.1] * 5, "epoch_seconds": [1.0, 1.0]}
        def train(model, images, labels, epochs=5, validation_data=None, callbacks=()):
            return History()
        """,
        at="module",
        task="training",
        status="failed",
    ),
    Hostile(
        "training_that_is_only_claimed",
        """
        import keras
        def train(model, images, labels, epochs=5, validation_data=None, callbacks=()):
            for _ in range(epochs):
                model.seen.trained.add((images, labels))
            model.set_weights([weight + 1 for weight in model.get_weights()])
            history = keras.callbacks.History()
            history.history = {"loss": [1.0] * epochs}
            return history
        """,
        at="module",
        task="training",
        status="failed",
    ),
    Hostile(
        "timer_that_sleeps",
        """
        import keras, time
        class EpochTimer(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None): time.sleep(60)
        """,
        at="module",
        task="training",
        status="timeout",
        slow=True,
    ),
    Hostile("checkpoint_outside", "denied(open, '/etc/best.keras', 'w')", "call", task="training"),
    Hostile(
        "weights_changed_a_little_after_the_training",
        """
        _train = train
        def train(model, *arguments, **named):
            history = _train(model, *arguments, **named)
            model.set_weights([1.01 * weight for weight in model.get_weights()])
            return history
        """,
        at="after",
        task="training",
        status="failed",
        most=9,
        says="not those to which the steps of its training lead",
    ),
    *(
        Hostile(
            f"{kind.lower()}_that_writes_{name}",
            f"""
            class Own(keras.callbacks.{kind}):
                def __getattribute__(self, name):
                    if name.startswith("on_") and name != "on_epoch_end" or name == "set_model":
                        return lambda *_, **__: None
                    return super().__getattribute__(name)
                def on_epoch_end(self, epoch, logs=None):
                    {does}
            _build = build_callbacks
            def build_callbacks(*arguments, **named):
                callbacks = _build(*arguments, **named)
                return [Own({given}) if type(callback) is keras.callbacks.{kind} else callback for callback in callbacks]
            """,
            at="after",
            task="training",
            status="failed",
            most=9,
            says=says,
        )
        for kind, name, given, does, says in (
            (
                "ModelCheckpoint",
                "anything",
                "callback.filepath, save_best_only=True",
                'Path(self.filepath).write_text("the best model")',
                "best.keras is no model that Keras can load",
            ),
            (
                "ModelCheckpoint",
                "another_model",
                "callback.filepath, save_best_only=True",
                "keras.Sequential([keras.Input((4,)), keras.layers.Dense(4)]).save(self.filepath)",
                "best.keras holds the model of no epoch",
            ),
            (
                "TensorBoard",
                "anything",
                "callback.log_dir",
                'Path(self.log_dir).mkdir(exist_ok=True); (Path(self.log_dir) / "events.v2").write_text("epoch_loss")',
                "wrote logs that do not tell of the loss",
            ),
        )
    ),
    Hostile(
        "timer_that_looks_its_time_up",
        """
        import sys
        class EpochTimer(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                frame, found = sys._getframe(), []
                while frame:
                    found += [value for value in frame.f_locals.values() if type(value) is float and value < 1]
                    found += [number for value in frame.f_locals.values() if type(value) is list
                              for number in value if type(number) is float]
                    frame = frame.f_back
                logs["epoch_seconds"] = found[0] if found else 0.0
        """,
        at="after",
        task="training",
        status="failed",
        most=9,
    ),
    Hostile(
        "keras_callbacks_patched",
        """
        import keras
        keras.callbacks.ModelCheckpoint = keras.callbacks.TensorBoard = keras.callbacks.Callback
        keras.Model.fit = lambda *_, **__: keras.callbacks.History()
        """,
        at="wrong",
        task="training",
        status="failed",
    ),
    Hostile(
        "convolution_for_points",
        "import numpy\nnumpy.ndarray.__eq__ = True",
        "wrong",
        task="convolution",
        status="failed missing",
        most=1,
    ),
    Hostile(
        "numbers_that_claim_to_be_equal",
        """
        import numpy as np
        class Equal(np.ndarray):
            def __array_ufunc__(self, *arguments, **named): return np.True_
        def convolve2d(image, kernel): return np.zeros(np.subtract(image.shape, kernel.shape) + 1).view(Equal)
        def max_pool2d(image, size=2): return np.zeros(np.array(image.shape) // size).view(Equal)
        """,
        at="module",
        task="convolution",
        status="failed",
        most=5,
    ),
    Hostile(
        "tensorflow_by_a_way_around",
        """
        import sys
        sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "Withheld"]
        import tensorflow
        """,
        task="convolution",
        status="missing",
        says="Permission denied",
    ),
    Hostile(
        "results_too_large_to_look_at",
        """
        import numpy as np
        def convolve2d(image, kernel): return np.zeros((2000, 2000))
        def max_pool2d(image, size=2): return np.zeros((1,) * 40)
        """,
        at="module",
        task="convolution",
        status="failed",
        most=2,
        says="too many values, or axes, to look at",
    ),
)
