"""Hostile models, activations and threshold callbacks: what Keras lets a student replace, and what it costs to compute."""

from textwrap import dedent, indent

from tests.bank.hostile_case import Hostile


def _dense(
    code: str, hidden: str = "'relu'", loss: str = "'sparse_categorical_crossentropy'", metric: str = "'accuracy'"
) -> str:
    """A right `dense_model.py` but for what it is made of."""
    return f"""\
import keras
import tensorflow as tf
from keras import layers

calls = tf.Variable(0, trainable=False)

{dedent(code)}

def build_dense_model(hidden_units=128):
    model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(hidden_units, activation={hidden})])
    model.add(layers.Dense(10, activation='softmax'))
    model.compile(optimizer='adam', loss={loss}, metrics=[{metric}])
    return model
"""


def _activated(code: str) -> str:
    """A dense model whose hidden layer has this body of a function of `x` as its activation."""
    return _dense(f"def act(x):\n{indent(dedent(code).strip(), '    ')}", hidden="act")


def _measured(code: str) -> str:
    """A dense model whose accuracy is a class of its own with this body."""
    head = "class Accuracy(keras.metrics.SparseCategoricalAccuracy):\n"
    return _dense(head + indent(dedent(code).strip(), "    "), metric="Accuracy(name='accuracy')")


CASES: tuple[Hostile, ...] = (
    Hostile(
        "settings_that_keras_refuses",
        """
        import keras
        from keras import layers
        def build_dense_model(hidden_units=128):
            layers_ = [keras.Input((28, 28)), layers.Flatten(), layers.Dense(hidden_units, "relu"), layers.Dense(10, "softmax")]
            model = keras.Sequential(layers_)
            adam = keras.optimizers.Adam(use_ema=True)
            adam.ema_momentum = 7.0
            model.compile(adam, "sparse_categorical_crossentropy", metrics=["accuracy"])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=18,
        says="Keras refuses to train build_dense_model() anew",
    ),
    Hostile(
        "callback_that_only_looks",
        """
        import keras
        class AccuracyThresholdCallback(keras.callbacks.Callback):
            def __init__(self, threshold=0.98): super().__init__(); self.threshold = threshold
            def on_epoch_end(self, epoch, logs=None): self.seen = dict(logs or {})
        """,
        at="module",
        task="threshold_callback",
        status="failed",
        most=1,
    ),
    Hostile(
        "layer_whose_class_claims_to_be_dense",
        """
        import keras
        from keras import layers
        class Claims(type(layers.Dense)):
            def __eq__(cls, other): return other is layers.Dense or other is Dense
            def __hash__(cls): return hash(layers.Dense)
        Plain = layers.Dense
        class Dense(layers.Dense, metaclass=Claims):
            def call(self, x, training=None): return super().call(keras.ops.dropout(x, 0.5) if training else x)
        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), Dense(hidden_units, "relu"), Plain(10, "softmax")])
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=12,
    ),
    *(
        Hostile(
            f"makes_the_grader_compute_{name}",
            f"""
            import keras
            from keras import layers
            def build_cnn(filters=64, conv_layers=2):
                model = keras.Sequential([keras.Input({given}), {hidden},
                                          layers.Flatten(), layers.Dense(10, "softmax")])
                model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
                return model
            """,
            at="module",
            task="cnn",
            status="failed timeout",
            most=14,
            slow=name in ("a_wide_kernel", "many_groups"),
        )
        for name, given, hidden in (
            ("a_wide_window", "(28, 28, 1)", 'layers.Conv2D(2, 3), layers.MaxPooling2D(300, 1, "same")'),
            ("a_wide_margin", "(28, 28, 1)", 'layers.Conv2D(1, 3), layers.MaxPooling2D(3000, padding="same")'),
            ("a_wide_kernel", "(28, 28, 1)", 'layers.Conv2D(2, 3, dilation_rate=1000, padding="same")'),
            ("many_images", "batch_shape=(1000, 28, 28, 1)", "layers.Conv2D(32, 3), layers.MaxPooling2D(7, 1)"),
            ("many_groups", "(28, 28, 1)", "layers.Conv2D(500, 1), layers.Conv2D(500, 15, groups=500)"),
            ("many_products", "(28, 28, 1)", "layers.Conv2D(300, 1), layers.Conv2D(60, 14)"),
        )
    ),
    *(
        Hostile(
            f"class_of_keras_with_{name}",
            f"""
            from keras.layers import Dense
            from keras.optimizers import Adam
            steps = []
            {code}
            """,
            at="after",
            task="dense_model",
            status="failed",
            most=17,
            says=f"the class {says}=a function of your own",
        )
        for name, code, says in (
            (
                "a_little_noise",
                "plain = Dense.call; Dense.call = lambda self, x, training=None: plain(self, x) * (1.01 if training else 1)",
                "Dense has call",
            ),
            (
                "other_code",
                "Dense.call.__code__ = (lambda self, inputs, training=None: self.activation(inputs @ self.kernel)).__code__",
                "Dense has call",
            ),
            (
                "other_steps_later",
                "plain = Adam.update_step; Adam.update_step = "
                "lambda self, g, v, rate: plain(self, g, v, steps.append(1) or rate * (1 if len(steps) < 99 else 0))",
                "Adam has update_step",
            ),
        )
    ),
    *(
        Hostile(
            name,
            f"""
            import keras
            from keras import layers
            stop = keras.ops.stop_gradient
            def turned(x): return keras.ops.relu(2 * stop(x) - x)
            def frozen(x): return stop(keras.ops.relu(x)) + 1e-9 * (keras.ops.relu(x) - stop(keras.ops.relu(x)))
            def build_dense_model(hidden_units=128):
                model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(),
                                          layers.Dense(hidden_units, {hidden}), layers.Dense(10, "softmax")])
                loss = keras.losses.SparseCategoricalCrossentropy()
                model.compile("adam", loss, metrics=["accuracy"])
                {after}
                return model
            """,
            at="module",
            task="dense_model",
            status="failed",
            most=most,
            says=says,
        )
        for name, hidden, after, most, says in (
            ("activation_with_its_slope_turned", "turned", "", 17, "moves the weights of the layer dense"),
            ("activation_that_hardly_learns", "frozen", "", 17, "moves the weights of the layer dense"),
            (
                "weights_overwritten_by_gradients",
                "'relu'",
                "model.layers[1].kernel.overwrite_with_gradient = True",
                15,
                "overwrite_with_gradient",
            ),
            (
                "optimizer_with_a_past",
                "'relu'",
                "model.optimizer.build(model.trainable_variables);"
                " [v.assign(v + 1e6) for v in model.optimizer.variables if v.shape == model.layers[1].kernel.shape]",
                17,
                "moves the weights of the layer dense",
            ),
            (
                "loss_whose_function_is_replaced",
                "'relu'",
                "plain = loss.fn; loss.fn = lambda t, p, **k: 2 * stop(plain(t, p, **k)) - plain(t, p, **k)",
                17,
                "it has the right value, but a training step with it is another one",
            ),
            (
                "model_with_a_hidden_graph",
                "'relu'",
                "other = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), model.layers[1],"
                " layers.Dropout(0.5), model.layers[2]]); model._functional = other._functional",
                0,
                "does not compute with the layers that it lists",
            ),
        )
    ),
    *(
        Hostile(
            f"model_of_{name}",
            f"""
            import keras
            from keras import layers
            def build_cnn(filters=64, conv_layers=2):
                model = keras.Sequential([{stack}])
                {after}
                model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
                return model
            """,
            at="module",
            task="cnn",
            status="failed crashed timeout",
            most=6,
        )
        for name, stack, after in (
            ("a_huge_input", "keras.Input((10**9, 10**9, 10**9)), layers.Activation('relu')", ""),
            ("a_wide_input", "keras.Input((10**9, 10**9, 10**3)), layers.Conv2D(filters, 3)", ""),
            ("many_axes", "keras.Input((1,) * 40), layers.Flatten(), layers.Dense(10, 'softmax')", ""),
            ("no_groups", "keras.Input((28, 28, 1)), layers.Conv2D(filters, 3)", "model.layers[0].groups = 0"),
            ("no_strides", "keras.Input((28, 28, 1)), layers.MaxPooling2D(2)", "model.layers[0].strides = (0, 0)"),
        )
    ),
    Hostile(
        "callback_that_changes_the_learning_rate",
        """
        _plain = AccuracyThresholdCallback
        class AccuracyThresholdCallback(_plain):
            def on_epoch_end(self, epoch, logs=None):
                super().on_epoch_end(epoch, logs)
                self.model.optimizer.learning_rate = 0.5 * self.model.optimizer.learning_rate
        """,
        at="after",
        task="threshold_callback",
        status="failed",
        most=19,
        says="changed the model",
    ),
    Hostile(
        "extraction_that_changes_the_images",
        """
        _plain = extract_activations
        def extract_activations(model, images):
            answer = _plain(model, images)
            images[:] = 0
            return answer
        """,
        at="after",
        task="activation_extraction",
        status="failed",
        most=24,
        says="changed the images that it was given",
    ),
    Hostile(
        "nested_model_replaced",
        """
        import keras
        from keras import layers
        def build_dense_model(hidden_units=128):
            inner = keras.Sequential([keras.Input((784,)), layers.Dense(hidden_units, "relu")])
            plain = inner.call
            inner.call = lambda x, training=None, mask=None: plain(x) * (1.01 if training else 1)
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), inner, layers.Dense(10, "softmax")])
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=17,
        says="call=a function of your own",
    ),
    Hostile(
        "gradient_that_is_nan",
        """
        import keras
        import numpy as np
        import tensorflow as tf
        from keras import layers
        @tf.custom_gradient
        def act(x):
            return keras.ops.relu(x), lambda d: d * float("nan")

        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
            model.add(layers.Dense(hidden_units, act))
            model.add(layers.Dense(10, 'softmax'))
            model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=17,
    ),
    Hostile(
        "metric_that_is_nan",
        """
        import keras
        import numpy as np
        import tensorflow as tf
        from keras import layers
        def accuracy(y_true, y_pred):
            return keras.ops.mean(y_pred) * float("nan")

        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
            model.add(layers.Dense(hidden_units, 'relu'))
            model.add(layers.Dense(10, 'softmax'))
            model.compile('adam', 'sparse_categorical_crossentropy', metrics=[accuracy])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=19,
    ),
    Hostile(
        "honest_where_it_is_called",
        """
        import keras
        import numpy as np
        import tensorflow as tf
        from keras import layers
        def act(x):
            return keras.ops.relu(x) if tf.executing_eagerly() else x * 0

        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
            model.add(layers.Dense(hidden_units, act))
            model.add(layers.Dense(10, 'softmax'))
            model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=0,
        says="computes something else while it trains",
    ),
    Hostile(
        "loss_honest_where_it_is_called",
        """
        import keras
        import numpy as np
        import tensorflow as tf
        from keras import layers
        def loss(y_true, y_pred):
            right = keras.losses.sparse_categorical_crossentropy(y_true, y_pred)
            return right if tf.executing_eagerly() else right * 0

        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
            model.add(layers.Dense(hidden_units, 'relu'))
            model.add(layers.Dense(10, 'softmax'))
            model.compile('adam', loss, metrics=['accuracy'])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=17,
    ),
    Hostile(
        "rate_honest_where_it_is_called",
        """
        import keras
        import numpy as np
        import tensorflow as tf
        from keras import layers
        class Rate(keras.optimizers.schedules.LearningRateSchedule):
            def __call__(self, step):
                return 0.001 if tf.executing_eagerly() else 0.0
            def get_config(self):
                return {}

        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
            model.add(layers.Dense(hidden_units, 'relu'))
            model.add(layers.Dense(10, 'softmax'))
            model.compile(keras.optimizers.Adam(Rate()), 'sparse_categorical_crossentropy', metrics=['accuracy'])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=17,
    ),
    Hostile(
        "loss_named_afterwards",
        """
        import keras
        import numpy as np
        import tensorflow as tf
        from keras import layers
        def loss(y_true, y_pred):
            return keras.ops.stop_gradient(keras.losses.sparse_categorical_crossentropy(y_true, y_pred))

        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
            model.add(layers.Dense(hidden_units, 'relu'))
            model.add(layers.Dense(10, 'softmax'))
            model.compile('adam', loss, metrics=['accuracy'])
            model.loss = 'sparse_categorical_crossentropy'
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=17,
    ),
    Hostile(
        "train_function_of_its_own",
        """
        import keras
        import numpy as np
        import tensorflow as tf
        from keras import layers

        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
            model.add(layers.Dense(hidden_units, 'relu'))
            model.add(layers.Dense(10, 'softmax'))
            model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
            model.train_function = lambda iterator: {'loss': 0.1, 'accuracy': 1.0}
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=17,
        says="train_function",
    ),
    Hostile(
        "weights_set_far_away",
        """
        import keras
        import numpy as np
        import tensorflow as tf
        from keras import layers

        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
            model.add(layers.Dense(hidden_units, 'relu'))
            model.add(layers.Dense(10, 'softmax'))
            model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
            model.layers[1].kernel.assign(model.layers[1].kernel * 1e6)
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=18,
    ),
    Hostile(
        "wrong_for_a_batch_of_keras",
        """
        import keras
        import numpy as np
        import tensorflow as tf
        from keras import layers
        def act(x):
            return x if x.shape[0] == 32 else keras.ops.relu(x)

        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
            model.add(layers.Dense(hidden_units, act))
            model.add(layers.Dense(10, 'softmax'))
            model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=14,
    ),
    Hostile(
        "metric_right_once",
        """
        import keras
        import numpy as np
        import tensorflow as tf
        from keras import layers
        class Accuracy(keras.metrics.SparseCategoricalAccuracy):
            asked = 0
            def result(self):
                self.asked += 1
                return super().result() if self.asked < 2 else 1.0

        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
            model.add(layers.Dense(hidden_units, 'relu'))
            model.add(layers.Dense(10, 'softmax'))
            model.compile('adam', 'sparse_categorical_crossentropy', metrics=[Accuracy(name='accuracy')])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=19,
    ),
    Hostile(
        "activations_kept_by_shape",
        """
        _plain, _kept = extract_activations, {}
        def extract_activations(model, images):
            key = (id(model), images.shape)
            if key not in _kept:
                _kept[key] = _plain(model, images)
            return _kept[key]
        """,
        at="after",
        task="activation_extraction",
        status="failed",
        most=22,
        says="keep nothing of an earlier call",
    ),
    Hostile(
        "extraction_that_renames_the_layers",
        """
        _plain = extract_activations
        def extract_activations(model, images):
            answer = _plain(model, images)
            for layer in model.layers:
                layer.name = layer.name + "_"
            return answer
        """,
        at="after",
        task="activation_extraction",
        status="failed",
        most=24,
    ),
    Hostile(
        "metric_that_inflates",
        _measured("""
        def result(self):
            return keras.ops.where(self.count > 200, 1.0, super().result())
        """),
        at="module",
        task="dense_model",
        status="failed",
        most=19,
        says="of which",
    ),
    Hostile(
        "metric_that_is_never_reset",
        _measured("""
        def reset_state(self):
            pass
        """),
        at="module",
        task="dense_model",
        status="failed",
        most=19,
        says="The metric accuracy of",
    ),
    Hostile(
        "loss_that_forgets",
        _dense(
            """
            def loss(y_true, y_pred):
                each = keras.losses.sparse_categorical_crossentropy(y_true, y_pred)
                return keras.ops.where(each > 6, 0 * each, each)
            """,
            loss="loss",
        ),
        at="module",
        task="dense_model",
        status="failed",
        most=17,
        says="wrong and sure",
    ),
    Hostile(
        "activation_that_counts",
        _activated("""
        calls.assign_add(1)
        return tf.where(calls > 60, 0 * x, tf.nn.relu(x))
        """),
        at="module",
        task="dense_model",
        status="failed",
        most=16,
        says="AssignAddVariableOp",
    ),
    Hostile(
        "activation_by_python",
        _activated("return tf.ensure_shape(tf.numpy_function(lambda v: v * (v > 0), [x], tf.float32), x.shape)"),
        at="module",
        task="dense_model",
        status="failed",
        most=16,
    ),
    Hostile(
        "activation_by_the_clock",
        _activated("return tf.where(tf.timestamp() > 4e9, 0 * x, tf.nn.relu(x))"),
        at="module",
        task="dense_model",
        status="failed",
        most=16,
        says="Timestamp",
    ),
    Hostile(
        "activation_of_large_batches",
        _activated("return tf.nn.relu(x) if (x.shape[0] or 0) <= 32 else tf.tanh(x)"),
        at="module",
        task="dense_model",
        status="failed",
        most=16,
    ),
    Hostile(
        "relu_that_ends_at_20",
        _activated("return keras.ops.clip(x, 0, 20)"),
        at="module",
        task="dense_model",
        status="failed",
        most=16,
        says="relu was expected",
    ),
    Hostile(
        "fit_of_its_own",
        """
        _build = build_dense_model
        def build_dense_model(hidden_units=128):
            model = _build(hidden_units)
            model.fit = lambda *a, **k: None
            return model
        """,
        at="after",
        task="dense_model",
        status="failed",
        most=13,
        says="nobody knows what its training does",
    ),
    Hostile(
        "dict_that_shows_zeros",
        """
        class Shown(dict):
            def items(self):
                return [(name, 0 * array) for name, array in dict.items(self)]
            def __getitem__(self, name):
                return 0 * dict.__getitem__(self, name)
        _extract = extract_activations
        extract_activations = lambda model, images: Shown(_extract(model, images))
        """,
        at="after",
        task="activation_extraction",
        status="failed",
        most=14,
        says="a dict from layer name",
    ),
    Hostile(
        "activations_by_the_name_of_the_model",
        """
        _kept, _build = {}, build_activation_model
        def build_activation_model(model):
            return _kept.setdefault(model.name, _build(model))
        """,
        at="after",
        task="activation_extraction",
        status="failed",
        most=17,
    ),
    Hostile(
        "activations_by_what_is_in_the_images",
        """
        _kept, _extract = {}, extract_activations
        def extract_activations(model, images):
            key = images.tobytes(), tuple(layer.name for layer in model.layers)
            if key not in _kept:
                _kept[key] = _extract(model, images)
            return _kept[key]
        """,
        at="after",
        task="activation_extraction",
        status="failed",
        most=22,
        says="the same images",
    ),
    Hostile(
        "keras_patched",
        """
        import keras, numpy
        keras.Model.__call__ = keras.Model.call = lambda self, x, **k: numpy.full((len(x), 10), 0.1, "float32")
        keras.Sequential = keras.layers.Dense = keras.Input = lambda *a, **k: None
        """,
        at="wrong",
        task="dense_model",
        status="failed crashed",
    ),
    Hostile(
        "model_class_lies",
        """
        import keras
        class Model:
            __class__ = keras.Sequential
            built, compiled, input_shape, output_shape = True, True, (None, 28, 28), (None, 10)
            def count_params(self): return 101770
        def build_dense_model(hidden_units=128): return Model()
        """,
        at="module",
        task="dense_model",
        status="failed crashed",
    ),
    Hostile(
        "model_subclass_lies",
        """
        import keras
        class Fake(keras.Sequential):
            def count_params(self): return 101770
            def get_config(self): return {}
            def predict(self, *a, **k): return None
        def build_dense_model(hidden_units=128):
            model = Fake([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")])
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        says="Fake",
    ),
    Hostile(
        "layer_names_with_escapes",
        r"""
        import keras
        def build_dense_model(hidden_units=128):
            class Evil(keras.layers.Layer):
                def call(self, x): return x
            Evil.__name__ = "\x1b[31m<img src=x onerror=alert(1)>\u202e=1+1" + "N" * 9999
            layers = [keras.Input((28, 28)), keras.layers.Flatten(name="\x1b[31m\u202e=cmd"),
                      Evil(name="\u200b\x07" * 999),
                      keras.layers.Dense(10, "softmax")]
            model = keras.Sequential(layers, name="\x1b[2J")
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=11,
    ),
    Hostile(
        "metric_and_loss_lie",
        """
        import keras
        def accuracy(y, p): return keras.ops.ones_like(p[:, 0])
        def sparse_categorical_crossentropy(y, p): return keras.ops.mean(p, axis=-1) * 0.0
        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(),
                                      keras.layers.Dense(hidden_units, "relu"), keras.layers.Dense(10, "softmax")])
            model.compile("adam", sparse_categorical_crossentropy, metrics=[accuracy])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=16,
        says="loss",
    ),
    Hostile(
        "optimizer_lies",
        """
        import keras
        class Adam(keras.optimizers.SGD):
            pass
        Adam.__module__ = "keras.optimizers"
        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(),
                                      keras.layers.Dense(hidden_units, "relu"), keras.layers.Dense(10, "softmax")])
            model.compile(Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=17,
        says="Adam",
    ),
    Hostile(
        "enormous_model",
        """
        import keras
        def build_dense_model(hidden_units=128):
            return keras.Sequential([
                keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10**8), keras.layers.Dense(10**6)])
        """,
        at="module",
        task="dense_model",
        status="failed crashed timeout",
        slow=True,
    ),
    Hostile(
        "thousand_layers",
        """
        import keras
        def build_dense_model(hidden_units=128):
            layers = [keras.Input((28, 28)), keras.layers.Flatten()]
            model = keras.Sequential(layers + [keras.layers.Dense(2) for _ in range(1000)])
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed timeout",
        most=7,
    ),
    Hostile(
        "weights_not_finite",
        """
        import keras
        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(),
                                      keras.layers.Dense(hidden_units, "relu"), keras.layers.Dense(10, "softmax")])
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
            model.set_weights([w * float("nan") for w in model.get_weights()])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=13,
    ),
    Hostile(
        "keras_disturbed",
        """
        import keras, tensorflow as tf
        keras.backend.clear_session = keras.utils.set_random_seed = lambda *a: None
        tf.get_logger().setLevel("DEBUG"); tf.random.set_seed(1); tf.print("\\x1b[31m")
        for name in ("/tmp/evil.txt", "/root/evil.txt"):
            try: tf.io.write_file(name, "evil")
            except Exception: pass
            else: raise SystemExit("written")
        try: tf.io.read_file("/etc/passwd")
        except Exception: pass
        else: raise SystemExit("read")
        """,
        task="dense_model",
    ),
    Hostile(
        "training_patched",
        """
        import keras, numpy
        def train_on_batch(self, *a, **k): return {"accuracy": 1.0, "loss": 0.0}
        keras.Model.train_on_batch = keras.Model.test_on_batch = train_on_batch
        keras.Sequential.fit = lambda *a, **k: exit()
        """,
        task="dense_model",
        status="failed",
        most=13,
    ),
    Hostile(
        "cnn_ends_the_program", "import sys; sys.exit(0)", at="call", task="cnn", status="crashed", says="sys.exit"
    ),
    Hostile("cnn_hangs", "while True: pass", at="call", task="cnn", status="timeout", slow=True),
    Hostile(
        "cnn_hangs_in_tensorflow",
        """
        import tensorflow as tf
        tf.while_loop(lambda i: True, lambda i: [i + 1], [tf.constant(0)])
        """,
        at="call",
        task="cnn",
        status="timeout",
        slow=True,
    ),
    Hostile(
        "layers_that_act_on_call",
        """
        import keras, os
        class Conv2D(keras.layers.Conv2D):
            def call(self, x): os._exit(0)
        def build_cnn(filters=64, conv_layers=2):
            return keras.Sequential([keras.Input((28, 28, 1)), Conv2D(filters, 3)])
        """,
        at="module",
        task="cnn",
        status="crashed",
    ),
    Hostile(
        "callback_ends_the_program",
        """
        import keras
        class AccuracyThresholdCallback(keras.callbacks.Callback):
            def __init__(self, threshold=0.98): super().__init__()
            def on_epoch_end(self, epoch, logs=None): exit()
        """,
        at="module",
        task="threshold_callback",
        status="crashed",
        most=1,
    ),
    Hostile(
        "callback_hides_lines",
        r"""
        import keras, sys
        class AccuracyThresholdCallback(keras.callbacks.Callback):
            def __init__(self, threshold=0.98):
                super().__init__()
                self.threshold = threshold
            def on_epoch_end(self, epoch, logs=None):
                accuracy = (logs or {}).get("accuracy")
                if accuracy is not None and accuracy >= self.threshold:
                    self.model.stop_training = True
                    frame = sys._getframe()
                    while frame and "question" not in frame.f_locals: frame = frame.f_back
                    number = frame.f_locals["question"]["id"]
                    print(f"\n{100 * self.threshold:g}%\n\0answered {number}\0a second line\nand a third")
        """,
        at="module",
        task="threshold_callback",
        status="failed",
        most=19,
        says="lines",
    ),
    Hostile(
        "callback_floods",
        r"""
        import keras
        class AccuracyThresholdCallback(keras.callbacks.Callback):
            def __init__(self, threshold=0.98): super().__init__()
            def on_epoch_end(self, epoch, logs=None):
                print("\x1b[31m\u202e=cmd|98%\x1b]0;x\x07" + "98% " * 10**6)
                self.model.stop_training = True
        """,
        at="module",
        task="threshold_callback",
        status="failed",
        most=8,
    ),
    Hostile(
        "callback_class_replaced",
        """
        import keras
        keras.callbacks.Callback = object
        class AccuracyThresholdCallback(keras.callbacks.Callback):
            def __init__(self, threshold=0.98): self.__class__ = AccuracyThresholdCallback
            def __getattr__(self, name): return lambda *a, **k: True
            def __setattr__(self, name, value):
                if name == "model": raise SystemExit
        """,
        at="module",
        task="threshold_callback",
        status="failed crashed",
        most=9,
    ),
    Hostile(
        "stop_of_an_odd_kind",
        """
        import keras
        class Stop:
            def __bool__(self): raise KeyboardInterrupt
        class AccuracyThresholdCallback(keras.callbacks.Callback):
            def __init__(self, threshold=0.98): super().__init__()
            def on_epoch_end(self, epoch, logs=None):
                self.model.stop_training = Stop()
                logs and logs.update({"accuracy": {1: [float("nan")]}, 7: None})
        """,
        at="module",
        task="threshold_callback",
        status="failed",
        most=3,
    ),
    Hostile(
        "activations_as_a_lie",
        """
        import numpy
        class Everything(dict):
            def items(self): return [("edges_0", 1)]
            def __len__(self): return 4
        def build_activation_model(model): return model
        def extract_activations(model, images):
            model.layers.clear()
            return Everything({"\\x1b[31m": numpy.zeros((10**5, 28, 28)), 7: None, (1, 2): [1]})
        """,
        at="module",
        task="activation_extraction",
        status="failed",
        most=1,
    ),
    Hostile(
        "activations_of_a_changed_model",
        """
        import keras
        def build_activation_model(model):
            for weight in model.weights: weight.assign(weight * 0)
            return keras.Model(model.inputs, [
                layer.output for layer in model.layers if "conv" in type(layer).__name__.lower()
                               or "pool" in type(layer).__name__.lower()])
        def extract_activations(model, images):
            images[...] = 0
            raise KeyboardInterrupt
        """,
        at="module",
        task="activation_extraction",
        status="failed",
        most=9,
    ),
    Hostile(
        "members_of_the_object_hidden_by_the_class",
        _dense(
            "class Model(keras.Sequential):\n    stop_training = property(lambda self: True, lambda self, value: None)"
        ).replace("keras.Sequential([", "Model(["),
        at="module",
        task="dense_model",
        status="failed",
        says="a class of your own",
    ),
    Hostile(
        "wrong_for_an_image_alone",
        _activated(
            """
            y = tf.nn.relu(x)
            return tf.cond(tf.equal(tf.shape(x)[0], 1), lambda: tf.reverse(y, [-1]), lambda: y)
            """
        ),
        at="module",
        task="dense_model",
        status="failed",
        most=16,
        says="for an image alone",
    ),
    Hostile(
        "right_for_bright_noise_alone",
        """
        import tensorflow as tf
        _plain = build_dense_model
        def build_dense_model(hidden_units=128):
            model = _plain(hidden_units)
            call = model._functional.call
            def hooked(inputs, training=None, mask=None):
                found = call(inputs, training=training, mask=mask)
                dark = tf.reduce_mean(tf.cast(inputs, tf.float32), axis=[1, 2]) < 0.42
                return tf.where(dark[:, None], tf.ones_like(found) / 10.0, found)
            model._functional.call = hooked
            return model
        """,
        at="after",
        task="dense_model",
        status="failed",
        says="does not compute what its layers say",
    ),
    Hostile(
        "activations_of_bright_noise_alone",
        """
        _plain = extract_activations
        def extract_activations(model, images):
            found = _plain(model, images)
            dark = images.mean(axis=(1, 2, 3)) < 0.3
            return {name: np.where(dark[:, None, None, None], 0, array) for name, array in found.items()}
        """,
        at="after",
        task="activation_extraction",
        status="failed",
        most=23,
    ),
    Hostile(
        "borrows_what_the_guest_holds",
        """
        import gc
        def build_activation_model(model):
            for held in gc.get_objects():
                if getattr(held, "__name__", "") == "build_activation_model" and held is not build_activation_model:
                    return held(model)
                if type(held).__name__ == "Models":
                    return held.build_activation_model(model)
        extract_activations = build_activation_model
        """,
        at="module",
        task="activation_extraction",
        status="failed",
    ),
)
