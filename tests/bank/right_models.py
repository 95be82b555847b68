"""Right ways to write `build_dense_model` and `build_cnn`: each gets full marks.

Trainings are few: cases that train in another way than the reference (learning rate, initialiser, Adam's settings) are
ten dense models and two CNNs; all others find the reference's result in the store.
"""

from textwrap import indent

from tests.bank.cases import Case

IMPORTS = "import keras\nimport numpy as np\nimport tensorflow as tf\nfrom keras import layers\n"
COMPILE = "model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])"
REFUSE = "if conv_layers not in (1, 2, 3):\n    raise ValueError('conv_layers must be 1, 2 or 3')\n"

DENSE_STACK = """\
model = keras.Sequential([
    keras.Input(shape=(28, 28)),
    layers.Flatten(),
    layers.Dense(hidden_units, activation='relu'),
    layers.Dense(10, activation='softmax'),
])
"""

CNN_STACK = """\
model = keras.Sequential()
model.add(keras.Input(shape=(28, 28, 1)))
for _ in range(conv_layers):
    model.add(layers.Conv2D(filters, (3, 3), activation='relu'))
    model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Flatten())
model.add(layers.Dense(128, activation='relu'))
model.add(layers.Dense(10, activation='softmax'))
"""


def dense_source(body: str, top: str = "", imports: str = IMPORTS, end: str = "return model") -> str:
    """A `dense_model.py` whose function has this body; it returns `model`."""
    return _module("build_dense_model(hidden_units=128)", body, top, imports, end)


def cnn_source(body: str, top: str = "", imports: str = IMPORTS, end: str = "return model") -> str:
    """A `cnn.py` whose function has this body; it returns `model`."""
    return _module("build_cnn(filters=64, conv_layers=2)", body, top, imports, end)


def _module(signature: str, body: str, top: str, imports: str, end: str) -> str:
    lines = indent("\n".join((body.rstrip(), end)).rstrip(), "    ")
    return f"{imports}\n{top}\n\ndef {signature}:\n{lines}\n"


def stacked(
    hidden: str, output: str = "layers.Dense(10, activation='softmax'),", first: str = "layers.Flatten(),"
) -> str:
    """A body that stacks these layers between the input and the compilation."""
    return f"model = keras.Sequential([keras.Input((28, 28)), {first} {hidden} {output}])\n{COMPILE}"


def dense(name: str, body: str, top: str = "", imports: str = IMPORTS, end: str = "return model") -> Case:
    """A right dense model, by the body of its function."""
    return Case(name, "dense_model", source=dense_source(body, top, imports, end))


def activated(name: str, activation: str, top: str = "") -> Case:
    """A right dense model whose hidden layer has this activation."""
    return dense(f"dense_{name}", stacked(f"layers.Dense(hidden_units, activation={activation}),"), top)


def compiled(name: str, arguments: str, before: str = "", top: str = "") -> Case:
    """A right dense model, compiled in another way."""
    return dense(f"dense_{name}", f"{DENSE_STACK}{before}\nmodel.compile({arguments})", top)


def cnn(name: str, body: str, top: str = "", imports: str = IMPORTS, end: str = "return model") -> Case:
    """A right CNN, by the body of its function; the numbers of blocks are checked before it."""
    return Case(name, "cnn", source=cnn_source(REFUSE + body, top, imports, end))


LOSS = "loss='sparse_categorical_crossentropy', metrics=['accuracy']"
ADAM_AND_LOSS = "optimizer='adam', loss='sparse_categorical_crossentropy'"

TF_IMPORTS = """\
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense, Flatten, Input, Conv2D, MaxPooling2D
from tensorflow.keras.optimizers import Adam
"""

NET = """
class Net(keras.Sequential):
    def __init__(self, units):
        super().__init__([
            keras.Input((28, 28)), layers.Flatten(), layers.Dense(units, 'relu'), layers.Dense(10, 'softmax')
        ])

    def size(self):
        return self.count_params()
"""

FUNCTIONAL_NET = """
class Net(keras.Model):
    def __init__(self, units):
        image = keras.Input((28, 28))
        hidden = layers.Dense(units, 'relu')(layers.Flatten()(image))
        super().__init__(inputs=image, outputs=layers.Dense(10, 'softmax')(hidden))
"""

CASES: tuple[Case, ...] = (
    # dense_model: ways to stack layers
    dense(
        "dense_add",
        "model = keras.Sequential()\nmodel.add(keras.Input(shape=(28, 28)))\nmodel.add(layers.Flatten())\n"
        f"model.add(layers.Dense(hidden_units, activation='relu'))\nmodel.add(layers.Dense(10, activation='softmax'))\n{COMPILE}",
    ),
    dense(
        "dense_functional",
        "inputs = keras.Input(shape=(28, 28), name='image', dtype='float32')\nx = layers.Flatten()(inputs)\n"
        "x = layers.Dense(hidden_units, activation='relu')(x)\noutputs = layers.Dense(10, activation='softmax')(x)\n"
        f"model = keras.Model(inputs=inputs, outputs=outputs, name='dense')\n{COMPILE}",
    ),
    dense(
        "dense_functional_holding_a_sequential",
        "inputs = keras.Input((28, 28))\n"
        "body = keras.Sequential([layers.Flatten(), layers.Dense(hidden_units, activation='relu')])\n"
        f"outputs = layers.Dense(10, activation='softmax')(body(inputs))\nmodel = keras.Model(inputs, outputs)\n{COMPILE}",
    ),
    dense(
        "dense_sequential_in_sequential",
        "hidden = keras.Sequential([layers.Dense(hidden_units), layers.ReLU()])\n"
        "model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), hidden,\n"
        f"    keras.Sequential([layers.Dense(10), layers.Softmax()])])\n{COMPILE}",
    ),
    dense(
        "dense_functional_in_sequential",
        "inputs = keras.Input((784,))\ncore = keras.Model(inputs, layers.Dense(hidden_units, activation='relu')(inputs))\n"
        "model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), core, layers.Dense(10, activation='softmax')])\n"
        f"{COMPILE}",
    ),
    dense(
        "dense_functional_with_lists",
        "inputs = keras.Input((28, 28))\nx = layers.Dense(hidden_units, 'relu')(layers.Flatten()(inputs))\n"
        f"model = keras.Model(inputs=[inputs], outputs=[layers.Dense(10, 'softmax')(x)])\n{COMPILE}",
    ),
    dense(
        "dense_outer_functional_around_inner",
        "inner_in = keras.Input((28, 28))\nx = layers.Flatten()(inner_in)\nx = layers.Dense(hidden_units, 'relu')(x)\n"
        "inner = keras.Model(inner_in, layers.Dense(10)(x))\ninputs = keras.Input((28, 28))\n"
        f"model = keras.Model(inputs, layers.Activation('softmax')(inner(inputs)))\n{COMPILE}",
    ),
    dense(
        "dense_list_of_layers",
        "stack = [keras.Input((28, 28)), layers.Flatten()]\nstack += [layers.Dense(n, a) for n, a in ((hidden_units, 'relu'), (10, 'softmax'))]\n"
        f"model = keras.Sequential(stack)\n{COMPILE}",
    ),
    dense(
        "dense_helper",
        f"model = keras.Sequential(_stack(hidden_units))\n{COMPILE}",
        top="""\
def _stack(units):
    return [keras.Input((28, 28)), layers.Flatten(), layers.Dense(units, 'relu'), layers.Dense(10, 'softmax')]
""",
    ),
    dense(
        "dense_settings_in_dicts",
        f"{DENSE_STACK}model.compile(**SETTINGS)",
        top="""\
SETTINGS = {'optimizer': 'adam', 'loss': 'sparse_categorical_crossentropy', 'metrics': ['accuracy']}
""",
    ),
    dense(
        "dense_built_from_config",
        f"model = keras.Sequential.from_config(_model(hidden_units).get_config())\n{COMPILE}",
        top="""\
def _model(units):
    return keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(units, 'relu'), layers.Dense(10, 'softmax')])
""",
    ),
    dense(
        "dense_method_chain_of_a_class",
        "return Builder(hidden_units).stack().compiled()",
        top="""\
class Builder:
    def __init__(self, units):
        self.units, self.model = units, keras.Sequential([keras.Input((28, 28))])

    def stack(self):
        for layer in (layers.Flatten(), layers.Dense(self.units, activation='relu'), layers.Dense(10, activation='softmax')):
            self.model.add(layer)
        return self

    def compiled(self):
        self.model.compile('adam', 'sparse_categorical_crossentropy', None, ['accuracy'])
        return self.model
""",
        end="",
    ),
    dense(
        "dense_popped_layer",
        f"{DENSE_STACK}model.pop()\nmodel.add(layers.Dense(10, activation='softmax'))\n{COMPILE}",
    ),
    dense("dense_type_hints", "units: int = int(hidden_units)\nhidden_units = units\n" + DENSE_STACK + COMPILE),
    # dense_model: the input
    dense(
        "dense_input_layer",
        stacked("layers.Dense(hidden_units, 'relu'),").replace(
            "keras.Input((28, 28))", "layers.InputLayer(shape=(28, 28))"
        ),
    ),
    dense(
        "dense_old_input_layer",
        stacked("layers.Dense(hidden_units, 'relu'),").replace(
            "keras.Input((28, 28))", "layers.InputLayer(input_shape=(28, 28))"
        ),
    ),
    dense(
        "dense_input_shape",
        f"model = keras.Sequential([layers.Flatten(input_shape=(28, 28)), layers.Dense(hidden_units, 'relu'), layers.Dense(10, 'softmax')])\n{COMPILE}",
    ),
    dense(
        "dense_input_shape_list",
        "model = tf.keras.models.Sequential([tf.keras.layers.Flatten(input_shape=[28, 28]), tf.keras.layers.Dense(hidden_units, activation=tf.nn.relu), tf.keras.layers.Dense(10, activation=tf.nn.softmax)])\nmodel.compile(optimizer=tf.keras.optimizers.Adam(), loss='sparse_categorical_crossentropy', metrics=['accuracy'])",
    ),
    dense(
        "dense_input_batch_shape",
        stacked("layers.Dense(hidden_units, 'relu'),").replace(
            "keras.Input((28, 28))", "keras.Input(batch_shape=(None, 28, 28))"
        ),
    ),
    dense(
        "dense_built_for_its_shape",
        f"model = keras.Sequential([layers.Flatten(), layers.Dense(hidden_units, 'relu'), layers.Dense(10, 'softmax')])\nmodel.build((None, 28, 28))\n{COMPILE}",
    ),
    dense(
        "dense_called_once",
        f"model = keras.Sequential([layers.Flatten(), layers.Dense(hidden_units, 'relu'), layers.Dense(10, 'softmax')])\n{COMPILE}\nmodel(np.zeros((1, 28, 28)))",
    ),
    dense(
        "dense_from_tensor",
        "inputs = keras.Input(tensor=keras.KerasTensor((None, 28, 28)))\nx = layers.Flatten()(inputs)\nx = layers.Dense(hidden_units, 'relu')(x)\n"
        f"model = keras.Model(inputs, layers.Dense(10, 'softmax')(x))\n{COMPILE}",
    ),
    # dense_model: flattening
    dense("dense_reshape_784", stacked("layers.Dense(hidden_units, 'relu'),", first="layers.Reshape((784,)),")),
    dense(
        "dense_reshape_28_times_28",
        stacked("layers.Dense(hidden_units, 'relu'),", first="layers.Reshape(target_shape=(28 * 28,)),"),
    ),
    dense("dense_reshape_open", stacked("layers.Dense(hidden_units, 'relu'),", first="layers.Reshape((-1,)),")),
    dense(
        "dense_ops_reshape",
        f"inputs = keras.Input((28, 28))\nx = keras.ops.reshape(inputs, (-1, 784))\nx = layers.Dense(hidden_units, 'relu')(x)\nmodel = keras.Model(inputs, layers.Dense(10, 'softmax')(x))\n{COMPILE}",
    ),
    dense(
        "dense_flatten_twice",
        stacked(
            "layers.Dense(hidden_units, 'relu'),",
            first="layers.Reshape((28, 28, 1)), layers.Flatten(), layers.Flatten(),",
        ),
    ),
    # dense_model: activations
    activated("relu_object", "keras.activations.relu"),
    activated("relu_got_by_name", "keras.activations.get('relu')"),
    activated("relu_layer_as_activation", "layers.ReLU()"),
    activated("keras_ops_relu", "keras.ops.relu"),
    activated("relu_by_maximum", "lambda x: tf.maximum(x, 0.0)"),
    activated("relu_by_product", "lambda x: x * tf.cast(x > 0, x.dtype)"),
    activated("relu_partial", "functools.partial(keras.activations.relu, negative_slope=0.0)", "import functools"),
    dense(
        "dense_separate_activation_objects",
        stacked(
            "layers.Dense(hidden_units), layers.Activation(tf.nn.relu),",
            "layers.Dense(10), layers.Activation(keras.activations.softmax),",
        ),
    ),
    dense(
        "dense_relu_layer_spelt_out",
        stacked(
            "layers.Dense(hidden_units, activation=None), layers.ReLU(max_value=None, negative_slope=0.0, threshold=0.0),"
        ),
    ),
    dense(
        "dense_linear_layers",
        stacked(
            "layers.Dense(hidden_units, activation='linear'), layers.Activation('linear'), layers.ReLU(), layers.Identity(),"
        ),
    ),
    dense(
        "dense_activation_functions_in_functional",
        "inputs = keras.Input((28, 28))\nx = keras.activations.relu(layers.Dense(hidden_units)(layers.Flatten()(inputs)))\n"
        f"model = keras.Model(inputs, keras.activations.softmax(layers.Dense(10)(x)))\n{COMPILE}",
    ),
    dense(
        "dense_softmax_lambda",
        stacked(
            "layers.Dense(hidden_units, 'relu'),", "layers.Dense(10, activation=lambda x: tf.nn.softmax(x, axis=-1)),"
        ),
    ),
    # dense_model: everything spelt out
    dense(
        "dense_defaults_spelt_out",
        stacked(
            "layers.Dense(units=hidden_units, activation='relu', use_bias=True, kernel_initializer='glorot_uniform', bias_initializer='zeros',"
            " kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, name='hidden'),",
            "layers.Dense(units=10, activation='softmax', kernel_initializer=keras.initializers.GlorotUniform(seed=None), dtype='float32', name='output'),",
            "layers.Flatten(data_format='channels_last', name='flat'),",
        ),
    ),
    dense(
        "dense_seeded_initialiser",
        stacked("layers.Dense(hidden_units, 'relu', kernel_initializer=keras.initializers.GlorotUniform(seed=7)),"),
    ),
    Case(
        "dense_demo_under_main",
        "dense_model",
        source=dense_source(DENSE_STACK + COMPILE)
        + "\n\nif __name__ == '__main__':\n    build_dense_model().fit(*keras.datasets.fashion_mnist.load_data()[0])\n",
    ),
    # dense_model: compiling
    compiled(
        "compile_with_objects",
        "optimizer=keras.optimizers.Adam(), loss=keras.losses.SparseCategoricalCrossentropy(), metrics=[keras.metrics.SparseCategoricalAccuracy(name='accuracy')]",
    ),
    compiled(
        "compile_with_old_tf_names",
        "optimizer=tf.optimizers.Adam(), loss=tf.losses.sparse_categorical_crossentropy, metrics=['accuracy']",
    ),
    compiled(
        "compile_with_functions",
        "optimizer=keras.optimizers.get('adam'), loss=keras.losses.get('sparse_categorical_crossentropy'), metrics=['accuracy']",
    ),
    compiled("compile_metrics_dict_of_output", f"{ADAM_AND_LOSS}, metrics=[['accuracy']]"),
    compiled("compile_without_jit", f"optimizer='adam', {LOSS}, jit_compile=False"),
    compiled(
        "compile_more_metrics",
        f"{ADAM_AND_LOSS}, metrics=['accuracy', 'sparse_categorical_crossentropy', keras.metrics.SparseTopKCategoricalAccuracy(3)]",
    ),
    compiled(
        "compile_own_metric_named_accuracy",
        f"{ADAM_AND_LOSS}, metrics=[accuracy]",
        top="def accuracy(y_true, y_pred):\n    return keras.metrics.sparse_categorical_accuracy(y_true, y_pred)",
    ),
    compiled("compile_twice_alike", f"optimizer='adam', {LOSS}", before=COMPILE),
    compiled(
        "compile_loss_lambda",
        "optimizer='adam', loss=lambda t, p: tf.keras.losses.sparse_categorical_crossentropy(t, p), metrics=['accuracy']",
    ),
    compiled(
        "compile_spelt_out_adam",
        f"optimizer=keras.optimizers.Adam(learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False, weight_decay=None, clipnorm=None, use_ema=False, name='adam'), {LOSS}",
    ),
    compiled(
        "adam_by_a_class_of_its_own",
        f"optimizer=Usual(), {LOSS}",
        top="class Usual(keras.optimizers.Adam):\n    def __init__(self, learning_rate=0.001, **named):\n"
        "        super().__init__(learning_rate=learning_rate, **named)",
    ),
    # dense_model: each of these is trained once
    compiled(
        "schedule_that_tells_no_settings",
        f"optimizer=keras.optimizers.Adam(Slower()), {LOSS}",
        top="class Slower(keras.optimizers.schedules.LearningRateSchedule):\n    def __call__(self, step):\n"
        "        return 0.001 / (1 + 0.0001 * tf.cast(step, tf.float32))",
    ),
    compiled(
        "adam_that_warms_up",
        "optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.0, 100000, warmup_target=1e-3, "
        f"warmup_steps=50)), {LOSS}",
    ),
    compiled("faster_adam", f"optimizer=keras.optimizers.Adam(0.002, beta_1=0.85, epsilon=1e-6), {LOSS}"),
    compiled(
        "scheduled_adam",
        f"optimizer=keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(1e-3, decay_steps=1000, decay_rate=0.9)), {LOSS}",
    ),
    dense("dense_he_normal", stacked("layers.Dense(hidden_units, 'relu', kernel_initializer='he_normal'),")),
    dense(
        "dense_own_initialiser",
        stacked("layers.Dense(hidden_units, 'relu', kernel_initializer=small),"),
        top="def small(shape, dtype=None):\n    return keras.random.normal(shape, stddev=0.05, dtype=dtype)",
    ),
    # dense_model: imports
    dense(
        "dense_tf_imports",
        "model = Sequential([Input(shape=(28, 28)), Flatten(), Dense(hidden_units, activation='relu'), Dense(10, activation='softmax')])\n"
        "model.compile(optimizer=Adam(), loss='sparse_categorical_crossentropy', metrics=['accuracy'])",
        imports=TF_IMPORTS,
    ),
    dense(
        "dense_keras_of_tensorflow",
        DENSE_STACK + COMPILE,
        imports="from tensorflow import keras\nfrom tensorflow.keras import layers\n",
    ),
    dense("dense_imports_inside", "import keras\nfrom keras import layers\n" + DENSE_STACK + COMPILE, imports=""),
    # cnn
    cnn("cnn_add", CNN_STACK + COMPILE),
    cnn(
        "cnn_pooling_operation",
        "x = inputs = keras.Input((28, 28, 1))\nfor _ in range(conv_layers):\n    x = keras.ops.max_pool(layers.Conv2D(filters, 3, activation='relu')(x), 2)\n"
        f"x = layers.Dense(128, 'relu')(layers.Flatten()(x))\nmodel = keras.Model(inputs, layers.Dense(10, 'softmax')(x))\n{COMPILE}",
    ),
    dense(
        "dense_axis_added_by_index",
        "inputs = keras.Input((28, 28))\nx = layers.Flatten()(keras.ops.expand_dims(inputs[..., None], 1))\n"
        f"model = keras.Model(inputs, layers.Dense(10, 'softmax')(layers.Dense(hidden_units, 'relu')(x)))\n{COMPILE}",
    ),
    cnn(
        "cnn_functional",
        "inputs = keras.Input(shape=(28, 28, 1))\nx = inputs\nfor block in range(1, conv_layers + 1):\n"
        "    x = layers.Conv2D(filters, 3, activation='relu', name=f'conv_{block}')(x)\n    x = layers.MaxPool2D(name=f'pool_{block}')(x)\n"
        f"x = layers.Flatten()(x)\nx = layers.Dense(128, activation='relu')(x)\nmodel = keras.Model(inputs, layers.Dense(10, activation='softmax')(x))\n{COMPILE}",
    ),
    cnn(
        "cnn_list_comprehension",
        "blocks = [layer for _ in range(conv_layers) for layer in (layers.Conv2D(filters, 3, activation='relu'), layers.MaxPooling2D(2))]\n"
        f"model = keras.Sequential([keras.Input((28, 28, 1)), *blocks, layers.Flatten(), layers.Dense(128, 'relu'), layers.Dense(10, 'softmax')])\n{COMPILE}",
    ),
    cnn(
        "cnn_nested_blocks",
        "model = keras.Sequential([keras.Input((28, 28, 1))])\nfor number in range(conv_layers):\n"
        "    model.add(keras.Sequential([layers.Conv2D(filters, 3, activation='relu'), layers.MaxPooling2D()], name=f'block_{number}'))\n"
        f"model.add(keras.Sequential([layers.Flatten(), layers.Dense(128, 'relu'), layers.Dense(10, 'softmax')], name='head'))\n{COMPILE}",
    ),
    cnn(
        "cnn_input_shape_on_the_first",
        "model = keras.models.Sequential()\nmodel.add(layers.Conv2D(filters, (3, 3), activation='relu', input_shape=(28, 28, 1)))\nmodel.add(layers.MaxPooling2D((2, 2)))\n"
        "for _ in range(conv_layers - 1):\n    model.add(layers.Conv2D(filters, (3, 3), activation='relu'))\n    model.add(layers.MaxPooling2D((2, 2)))\n"
        f"model.add(layers.Flatten())\nmodel.add(layers.Dense(128, activation='relu'))\nmodel.add(layers.Dense(10, activation='softmax'))\n{COMPILE}",
    ),
    cnn(
        "cnn_relu_after_the_pooling",
        CNN_STACK.replace("(3, 3), activation='relu'))", "3))").replace(
            "layers.MaxPooling2D((2, 2)))", "layers.MaxPooling2D((2, 2)))\n    model.add(layers.ReLU())"
        )
        + COMPILE,
    ),
    cnn(
        "cnn_separate_relu",
        CNN_STACK.replace("(3, 3), activation='relu'))", "3))\n    model.add(layers.Activation('relu'))") + COMPILE,
    ),
    cnn(
        "cnn_ops_relu",
        "inputs = x = keras.Input((28, 28, 1))\nfor _ in range(conv_layers):\n    x = keras.ops.relu(layers.MaxPooling2D()(layers.Conv2D(filters, 3)(x)))\n"
        f"x = keras.ops.relu(layers.Dense(128)(layers.Flatten()(x)))\nmodel = keras.Model(inputs, keras.ops.softmax(layers.Dense(10)(x)))\n{COMPILE}",
    ),
    cnn(
        "cnn_defaults_spelt_out",
        CNN_STACK.replace(
            "(3, 3), activation='relu'",
            "kernel_size=(3, 3), strides=(1, 1), padding='valid', data_format='channels_last', dilation_rate=(1, 1), groups=1, activation='relu', use_bias=True, kernel_initializer='glorot_uniform', bias_initializer='zeros', kernel_regularizer=None",
        ).replace("((2, 2))", "(pool_size=(2, 2), strides=(2, 2), padding='valid')")
        + COMPILE,
    ),
    cnn("cnn_pool_strides_given", CNN_STACK.replace("((2, 2))", "(2, strides=2)") + COMPILE),
    cnn("cnn_reshape", CNN_STACK.replace("layers.Flatten()", "layers.Reshape((-1,))") + COMPILE),
    cnn("cnn_tf_nn_relu", CNN_STACK.replace("'relu'", "tf.nn.relu").replace("'softmax'", "tf.nn.softmax") + COMPILE),
    cnn(
        "cnn_convolution2d", CNN_STACK.replace("Conv2D", "Convolution2D").replace("MaxPooling2D", "MaxPool2D") + COMPILE
    ),
    cnn(
        "cnn_helper_that_compiles",
        "return _compiled("
        "keras.Sequential([keras.Input((28, 28, 1)), *_blocks(filters, conv_layers), layers.Flatten(), layers.Dense(128, 'relu'), layers.Dense(10, 'softmax')]))",
        end="",
        top="""\
def _blocks(filters, count):
    if count == 0:
        return []
    return [layers.Conv2D(filters, 3, activation='relu'), layers.MaxPooling2D(2)] + _blocks(filters, count - 1)


def _compiled(model):
    model.compile(optimizer=keras.optimizers.Adam(), loss=keras.losses.SparseCategoricalCrossentropy(), metrics=['accuracy'])
    return model
""",
    ),
    cnn(
        "cnn_while_loop",
        CNN_STACK.replace("for _ in range(conv_layers):\n", "made = 0\nwhile made < conv_layers:\n    made += 1\n")
        + COMPILE,
    ),
    cnn(
        "cnn_from_logits_on_softmax",
        CNN_STACK
        + "model.compile(optimizer='adam', loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=['accuracy'])",
    ),
    Case(
        "cnn_subclass_of_value_error",
        "cnn",
        source=cnn_source(
            "if conv_layers < 1 or conv_layers > 3:\n    raise BadDepth(conv_layers)\n" + CNN_STACK + COMPILE,
            top="class BadDepth(ValueError):\n    pass\n",
        ),
    ),
    cnn(
        "cnn_value_error_from_a_dict_of_builders",
        "return {1: _one, 2: _two, 3: _three}[conv_layers](filters)",
        end="",
        top="""\
def _finish(model):
    for layer in (layers.Flatten(), layers.Dense(128, 'relu'), layers.Dense(10, 'softmax')):
        model.add(layer)
    model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
    return model


def _block(filters):
    return [layers.Conv2D(filters, 3, activation='relu'), layers.MaxPooling2D(2)]


def _one(filters):
    return _finish(keras.Sequential([keras.Input((28, 28, 1))] + _block(filters)))


def _two(filters):
    return _finish(keras.Sequential([keras.Input((28, 28, 1))] + _block(filters) + _block(filters)))


def _three(filters):
    return _finish(keras.Sequential([keras.Input((28, 28, 1))] + _block(filters) + _block(filters) + _block(filters)))
""",
    ),
    cnn(
        "cnn_tf_imports",
        "model = Sequential([Input(shape=(28, 28, 1))])\nfor _ in range(conv_layers):\n    model.add(Conv2D(filters, kernel_size=(3, 3), activation='relu'))\n    model.add(MaxPooling2D(pool_size=(2, 2)))\n"
        "model.add(Flatten())\nmodel.add(Dense(128, activation='relu'))\nmodel.add(Dense(10, activation='softmax'))\nmodel.compile(optimizer=Adam(), loss='sparse_categorical_crossentropy', metrics=['accuracy'])",
        imports=TF_IMPORTS,
    ),
    cnn(
        "cnn_own_copy_of_each_layer",
        "shared = dict(kernel_size=3, activation='relu')\nmodel = keras.Sequential([keras.Input((28, 28, 1))])\nfor _ in range(conv_layers):\n    model.add(layers.Conv2D(filters, **shared))\n    model.add(layers.MaxPooling2D())\n"
        f"model.add(layers.Flatten())\nmodel.add(layers.Dense(128, activation='relu'))\nmodel.add(layers.Dense(10, activation='softmax'))\n{COMPILE}",
    ),
    # cnn: each of these is trained once
    Case(
        "cnn_too_many_blocks_left_to_keras",
        "cnn",
        source=cnn_source("if conv_layers < 1:\n    raise ValueError('at least one block')\n" + CNN_STACK + COMPILE),
    ),
    cnn(
        "cnn_slower_adam",
        CNN_STACK
        + "model.compile(optimizer=keras.optimizers.Adam(5e-4), loss='sparse_categorical_crossentropy', metrics=['accuracy'])",
    ),
    cnn(
        "cnn_he_uniform",
        CNN_STACK.replace(
            "(3, 3), activation='relu'", "3, activation='relu', kernel_initializer='he_uniform', padding='VALID'"
        )
        + COMPILE,
    ),
    # sizes that numpy computed, classes that only add to Keras's, a rate that is a function
    dense(
        "reshaped_by_a_product",
        stacked("layers.Dense(hidden_units, 'relu'),", first="layers.Reshape((np.prod((28, 28)),)),"),
    ),
    cnn(
        "filters_from_an_array",
        REFUSE
        + CNN_STACK.replace("for _ in range(conv_layers)", "for filters in np.repeat(filters, conv_layers)")
        + COMPILE,
    ),
    dense("class_of_sequential", f"model = Net(hidden_units)\n{COMPILE}", top=NET),
    dense("class_of_functional", f"model = Net(hidden_units)\n{COMPILE}", top=FUNCTIONAL_NET),
    dense(
        "zeros_of_the_width",
        stacked("layers.Dense(hidden_units, lambda x: keras.ops.maximum(x, keras.ops.zeros((hidden_units,)))),"),
    ),
    dense(
        "rate_is_a_function",
        stacked("layers.Dense(hidden_units, 'relu'),").replace(
            "optimizer='adam'", "optimizer=keras.optimizers.Adam(lambda: 0.001)"
        ),
    ),
    dense(
        "dense_softmax_of_tensorflow_from_logits",
        stacked(
            "layers.Dense(hidden_units, activation='relu'),", "layers.Dense(10, activation=tf.nn.softmax),"
        ).replace(
            "loss='sparse_categorical_crossentropy'",
            "loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
        ),
    ),
    cnn(
        "cnn_softmax_of_tensorflow_from_logits",
        CNN_STACK.replace("activation='softmax'", "activation=tf.nn.softmax")
        + COMPILE.replace(
            "loss='sparse_categorical_crossentropy'",
            "loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
        ),
    ),
    dense(
        "dense_sets_the_number_of_threads",
        f"{DENSE_STACK}{COMPILE}",
        "tf.config.threading.set_intra_op_parallelism_threads(2)\n",
    ),
)
