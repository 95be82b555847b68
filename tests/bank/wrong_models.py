"""Slips in `build_dense_model` and `build_cnn`, each with the check that it must fail and the words that name it."""

from tests.bank.cases import Case
from tests.bank.right_models import CNN_STACK, COMPILE, DENSE_STACK, REFUSE, cnn_source, dense_source

MODEL, LAYERS, OUTPUT, LEARNS = "returns_a_model", "layers", "output_layer", "every_layer_learns"
ADAM, LOSS, METRIC, ACCURACY = "optimizer_is_adam", "loss", "metric_is_accuracy", "reaches_the_accuracy"
INPUT, UNITS, RELU, ARGUMENT = (
    "input_is_an_image",
    "hidden_layer_has_128_units",
    "hidden_layer_uses_relu",
    "hidden_units_argument",
)
CNN_INPUT, CONVOLUTIONS, CONV_RELU, POOLING = (
    "input_is_an_image_with_a_channel",
    "convolutions",
    "convolutions_use_relu",
    "pooling",
)
HEAD, FILTERS, BLOCKS, OUTSIDE = (
    "hidden_layer",
    "filters_argument",
    "conv_layers_argument",
    "conv_layers_outside_1_to_3",
)

DENSE_ALL = (MODEL, INPUT, LAYERS, UNITS, RELU, OUTPUT, ARGUMENT, ADAM, LOSS, METRIC, LEARNS, ACCURACY)
CNN_ALL = (
    MODEL,
    CNN_INPUT,
    LAYERS,
    CONVOLUTIONS,
    CONV_RELU,
    POOLING,
    HEAD,
    OUTPUT,
    FILTERS,
    BLOCKS,
    OUTSIDE,
    ADAM,
    LOSS,
    METRIC,
    LEARNS,
    ACCURACY,
)

FLATTEN = "            layers.Flatten(),\n"
HIDDEN = 'layers.Dense(hidden_units, activation="relu"),'
LAST = 'layers.Dense(10, activation="softmax"),'
GIVEN = "keras.Input(shape=(28, 28)),"
OPTIMIZER = 'optimizer="adam"'
LOSS_TEXT = 'loss="sparse_categorical_crossentropy"'
METRICS = 'metrics=["accuracy"]'
COMPILED = '    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])\n'
HEADER = "import keras\nfrom keras import layers\n"
CNN_GIVEN = "keras.Input(shape=(28, 28, 1))"
CONV = 'layers.Conv2D(filters, kernel_size=3, activation="relu")'
POOL = "layers.MaxPooling2D(pool_size=2)"
CNN_HIDDEN = 'layers.Dense(128, activation="relu")'
CNN_LAST = 'layers.Dense(10, activation="softmax")'
CHECKED = '    if not 1 <= conv_layers <= 3:\n        raise ValueError(f"conv_layers is 1 to 3, not {conv_layers}")\n'
LOOP = "for _ in range(conv_layers):"


def dense(name: str, old: str, new: str, check: str, says: str, *also: str, top: str = "") -> Case:
    """A slip in the dense model: the reference with one text changed, and further lines below its imports."""
    header = ((HEADER, f"{HEADER}import tensorflow as tf\n{top}\n"),) if top or "tf." in new else ()
    return Case(f"dense_{name}", "dense_model", replace=(*header, (old, new)), check=check, says=says, also=also)


def cnn(name: str, old: str, new: str, check: str, says: str, *also: str, top: str = "") -> Case:
    """A slip in the CNN: the reference with one text changed."""
    header = ((HEADER, f"{HEADER}{top}\n"),) if top else ()
    return Case(f"cnn_{name}", "cnn", replace=(*header, (old, new)), check=check, says=says, also=also)


def dense_body(
    name: str, body: str, check: str, says: str, *also: str, top: str = "", end: str = "return model"
) -> Case:
    """A wrong dense model by the body of its function."""
    return Case(
        f"dense_{name}", "dense_model", source=dense_source(body, top, end=end), check=check, says=says, also=also
    )


def cnn_body(name: str, body: str, check: str, says: str, *also: str, top: str = "", end: str = "return model") -> Case:
    """A wrong CNN by the body of its function."""
    return Case(f"cnn_{name}", "cnn", source=cnn_source(body, top, end=end), check=check, says=says, also=also)


CASES: tuple[Case, ...] = (
    # dense_model: the hidden layer
    dense("units_fixed", "Dense(hidden_units,", "Dense(128,", ARGUMENT, "X"),
    dense("units_fixed_at_512", "Dense(hidden_units,", "Dense(512,", UNITS, "X", ARGUMENT),
    dense("units_default_64", "hidden_units: int = 128", "hidden_units: int = 64", UNITS, "X"),
    dense("units_without_default", "hidden_units: int = 128", "hidden_units: int", MODEL, "X", *DENSE_ALL),
    dense("units_halved", "Dense(hidden_units,", "Dense(hidden_units // 2,", UNITS, "X", ARGUMENT),
    dense("units_plus_one", "Dense(hidden_units,", "Dense(hidden_units + 1,", UNITS, "X", ARGUMENT),
    dense(
        "units_overwritten",
        "    model = keras.Sequential(",
        "    hidden_units = 128\n    model = keras.Sequential(",
        ARGUMENT,
        "X",
    ),
    dense(
        "parameter_renamed",
        "hidden_units: int = 128) -> keras.Model:",
        "units: int = 128) -> keras.Model:\n    hidden_units = units",
        ARGUMENT,
        "X",
    ),
    dense(
        "no_parameter",
        "hidden_units: int = 128) -> keras.Model:",
        ") -> keras.Model:\n    hidden_units = 128",
        ARGUMENT,
        "X",
    ),
    dense("no_hidden_activation", HIDDEN, "layers.Dense(hidden_units),", RELU, "X"),
    dense("sigmoid", HIDDEN, "layers.Dense(hidden_units, activation='sigmoid'),", RELU, "X"),
    dense("tanh", HIDDEN, "layers.Dense(hidden_units, activation='tanh'),", RELU, "X"),
    dense("elu", HIDDEN, "layers.Dense(hidden_units, activation='elu'),", RELU, "X"),
    dense("gelu", HIDDEN, "layers.Dense(hidden_units, activation=tf.nn.gelu),", RELU, "X"),
    dense("swish", HIDDEN, "layers.Dense(hidden_units, activation='swish'),", RELU, "X"),
    dense("relu6", HIDDEN, "layers.Dense(hidden_units), layers.ReLU(max_value=6),", RELU, "X"),
    dense("leaky_relu", HIDDEN, "layers.Dense(hidden_units, activation='leaky_relu'),", RELU, "X"),
    dense("leaky_relu_layer", HIDDEN, "layers.Dense(hidden_units), layers.LeakyReLU(0.1),", RELU, "X"),
    dense("prelu", HIDDEN, "layers.Dense(hidden_units), layers.PReLU(),", LAYERS, "X", RELU),
    dense("softmax_on_hidden", HIDDEN, "layers.Dense(hidden_units, activation='softmax'),", RELU, "X"),
    dense("square", HIDDEN, "layers.Dense(hidden_units, activation=lambda x: x * x),", RELU, "X"),
    dense("negated_relu", HIDDEN, "layers.Dense(hidden_units, activation=lambda x: tf.nn.relu(-x)),", RELU, "X"),
    dense("relu_not_called", HIDDEN, "layers.Dense(hidden_units, activation=layers.ReLU),", MODEL, "X", *DENSE_ALL),
    dense("relu_misspelt", HIDDEN, "layers.Dense(hidden_units, activation='Relu6x'),", MODEL, "X", *DENSE_ALL),
    dense(
        "activations_swapped",
        HIDDEN + "\n            " + LAST,
        "layers.Dense(hidden_units, activation='softmax'), layers.Dense(10, activation='relu'),",
        OUTPUT,
        "X",
        RELU,
    ),
    dense("no_hidden_layer", HIDDEN, "", LAYERS, "X", UNITS, RELU, ARGUMENT),
    dense("two_hidden_layers", HIDDEN, HIDDEN * 2, LAYERS, "X", ARGUMENT),
    dense(
        "second_hidden_layer_of_64",
        HIDDEN,
        HIDDEN + " layers.Dense(64, activation='relu'),",
        LAYERS,
        "X",
        UNITS,
        ARGUMENT,
    ),
    dense("dense_before_flatten", FLATTEN + "            " + HIDDEN, HIDDEN + "\n" + FLATTEN, LAYERS, "X", ARGUMENT),
    dense("order_swapped", HIDDEN + "\n            " + LAST, LAST + HIDDEN, OUTPUT, "X", UNITS, RELU, ARGUMENT),
    dense("no_bias", HIDDEN, "layers.Dense(hidden_units, activation='relu', use_bias=False),", UNITS, "X", ARGUMENT),
    dense(
        "no_biases",
        HIDDEN + "\n            " + LAST,
        "layers.Dense(hidden_units, 'relu', use_bias=False), layers.Dense(10, 'softmax', use_bias=False),",
        UNITS,
        "X",
        OUTPUT,
        ARGUMENT,
    ),
    # dense_model: the output
    dense("no_softmax", LAST, "layers.Dense(10),", OUTPUT, "X"),
    dense("sigmoid_output", LAST, "layers.Dense(10, activation='sigmoid'),", OUTPUT, "X"),
    dense("relu_output", LAST, "layers.Dense(10, activation='relu'),", OUTPUT, "X"),
    dense("log_softmax_output", LAST, "layers.Dense(10, activation='log_softmax'),", OUTPUT, "X"),
    dense("softmax_over_the_batch", LAST, "layers.Dense(10), layers.Softmax(axis=0),", OUTPUT, "X"),
    dense("softmax_twice", LAST, LAST + " layers.Softmax(),", OUTPUT, "X"),
    dense("relu_before_softmax", LAST, "layers.Dense(10, activation='relu'), layers.Softmax(),", OUTPUT, "X"),
    dense("softmax_divided", LAST, "layers.Dense(10, activation=lambda x: tf.nn.softmax(x / 2)),", OUTPUT, "X"),
    dense("nine_units", LAST, "layers.Dense(9, activation='softmax'),", OUTPUT, "X"),
    dense("eleven_units", LAST, "layers.Dense(11, activation='softmax'),", OUTPUT, "X"),
    dense("one_unit", LAST, "layers.Dense(1, activation='sigmoid'),", OUTPUT, "X"),
    dense("hundred_units", LAST, "layers.Dense(100, activation='softmax'),", OUTPUT, "X"),
    dense(
        "linear_output_from_logits",
        LAST + "\n        ]\n    )\n" + COMPILED,
        "layers.Dense(10)])\n    model.compile(optimizer='adam', loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=['accuracy'])\n",
        OUTPUT,
        "X",
    ),
    dense("no_output_layer", LAST, "", LAYERS, "X", UNITS, RELU, OUTPUT, ARGUMENT),
    dense(
        "argmax_output", LAST, LAST + " layers.Lambda(lambda x: tf.argmax(x, axis=-1)),", LAYERS, "X", METRIC, LEARNS
    ),
    # dense_model: the other layers
    dense("no_flatten", FLATTEN, "", LAYERS, "X", ARGUMENT, OUTPUT, METRIC, LEARNS),
    dense("global_pooling", "layers.Flatten(),", "layers.GlobalAveragePooling1D(),", LAYERS, "X", ARGUMENT),
    dense("dropout", HIDDEN, HIDDEN + " layers.Dropout(0.2),", LAYERS, "X"),
    dense("batch_normalization", HIDDEN, HIDDEN + " layers.BatchNormalization(),", LAYERS, "X", ARGUMENT),
    dense("layer_normalization", FLATTEN, FLATTEN + "layers.LayerNormalization(),", LAYERS, "X", ARGUMENT),
    dense("gaussian_noise", FLATTEN, FLATTEN + "layers.GaussianNoise(0.1),", LAYERS, "X"),
    dense("l2", HIDDEN, "layers.Dense(hidden_units, activation='relu', kernel_regularizer='l2'),", LAYERS, "X"),
    dense(
        "max_norm", HIDDEN, "layers.Dense(hidden_units, activation='relu', kernel_constraint='max_norm'),", LAYERS, "X"
    ),
    dense("rescaling", FLATTEN, "layers.Rescaling(1 / 255),\n" + FLATTEN, LAYERS, "X"),
    dense(
        "convolution",
        FLATTEN,
        "layers.Reshape((28, 28, 1)), layers.Conv2D(8, 3, activation='relu'),\n" + FLATTEN,
        LAYERS,
        "X",
        ARGUMENT,
    ),
    dense(
        "lambda_flatten",
        "layers.Flatten(),",
        "layers.Lambda(lambda x: tf.reshape(x, (-1, 784)), output_shape=(784,)),",
        LAYERS,
        "X",
    ),
    dense("lambda_division", FLATTEN, FLATTEN + "layers.Lambda(lambda x: x / 255),", LAYERS, "X"),
    dense(
        "reshape_to_a_column",
        "layers.Flatten(),",
        "layers.Reshape((784, 1)),",
        LAYERS,
        "X",
        ARGUMENT,
        OUTPUT,
        METRIC,
        LEARNS,
    ),
    dense(
        "own_dense",
        HIDDEN,
        "Dense(hidden_units, activation='relu'),",
        LAYERS,
        "X",
        UNITS,
        RELU,
        ARGUMENT,
        top="class Dense(layers.Dense):\n    pass",
    ),
    dense(
        "half_precision", HIDDEN, "layers.Dense(hidden_units, activation='relu', dtype='mixed_float16'),", LAYERS, "X"
    ),
    dense_body(
        "branches",
        "inputs = keras.Input((28, 28))\nflat = layers.Flatten()(inputs)\nboth = layers.Concatenate()([layers.Dense(hidden_units // 2, 'relu')(flat), layers.Dense(hidden_units // 2, 'relu')(flat)])\n"
        f"model = keras.Model(inputs, layers.Dense(10, 'softmax')(both))\n{COMPILE}",
        LAYERS,
        "X",
        UNITS,
        ARGUMENT,
    ),
    dense_body(
        "residual",
        "inputs = keras.Input((28, 28))\nflat = layers.Flatten()(inputs)\nx = layers.Dense(hidden_units, 'relu')(flat)\nx = layers.Add()([x, layers.Dense(hidden_units)(flat)])\n"
        f"model = keras.Model(inputs, layers.Dense(10, 'softmax')(x))\n{COMPILE}",
        LAYERS,
        "X",
        UNITS,
        RELU,
        ARGUMENT,
    ),
    dense_body(
        "two_outputs",
        "inputs = keras.Input((28, 28))\nx = layers.Dense(hidden_units, 'relu')(layers.Flatten()(inputs))\n"
        "model = keras.Model(inputs, [layers.Dense(10, 'softmax')(x), x])\nmodel.compile('adam', 'sparse_categorical_crossentropy')",
        LAYERS,
        "X",
        UNITS,
        ARGUMENT,
        METRIC,
        LEARNS,
        LOSS,
        OUTPUT,
        ADAM,
    ),
    dense_body(
        "same_layer_twice",
        "hidden = layers.Dense(784, 'relu')\ninputs = keras.Input((28, 28))\nx = hidden(hidden(layers.Flatten()(inputs)))\n"
        f"model = keras.Model(inputs, layers.Dense(10, 'softmax')(x))\n{COMPILE}",
        LAYERS,
        "X",
        UNITS,
        ARGUMENT,
        MODEL,
        *DENSE_ALL,
    ),
    # dense_model: the input
    dense("input_784", GIVEN, "keras.Input(shape=(784,)),", INPUT, "X", LAYERS),
    dense("input_with_channel", GIVEN, "keras.Input(shape=(28, 28, 1)),", INPUT, "X"),
    dense("input_28", GIVEN, "keras.Input(shape=(28,)),", INPUT, "X", ARGUMENT, LAYERS),
    dense("input_32_by_32", GIVEN, "keras.Input(shape=(32, 32)),", INPUT, "X", ARGUMENT),
    dense("input_open", GIVEN, "keras.Input(shape=(None, 28)),", MODEL, "X", *DENSE_ALL),
    dense("no_input", GIVEN, "", INPUT, "X"),
    dense("input_with_batch", GIVEN, "keras.Input(shape=(None, 28, 28)),", MODEL, "X", *DENSE_ALL),
    dense(
        "input_as_input_dim",
        GIVEN + "\n" + FLATTEN,
        "layers.Dense(hidden_units, input_dim=784, activation='relu'),",
        INPUT,
        "X",
        LAYERS,
        ARGUMENT,
    ),
    dense("input_not_a_tuple", GIVEN, "keras.Input(shape=28),", MODEL, "X", *DENSE_ALL),
    dense("input_without_shape", GIVEN, "keras.Input((28, 28), (28, 28)),", MODEL, "X", *DENSE_ALL),
    dense_body(
        "fixed_number_of_images",
        "inputs = keras.Input((28, 28), batch_size=32)\nx = keras.ops.reshape(inputs, (32, 784))\nx = layers.Dense(hidden_units, 'relu')(x)\n"
        f"model = keras.Model(inputs, layers.Dense(10, 'softmax')(x))\n{COMPILE}",
        INPUT,
        "X",
        LAYERS,
    ),
    # dense_model: how it learns
    dense("sgd", OPTIMIZER, "optimizer='sgd'", ADAM, "X"),
    dense("sgd_with_momentum", OPTIMIZER, "optimizer=keras.optimizers.SGD(0.01, momentum=0.9)", ADAM, "X"),
    dense("rmsprop", OPTIMIZER, "optimizer='rmsprop'", ADAM, "X"),
    dense("adamw", OPTIMIZER, "optimizer='adamw'", ADAM, "X"),
    dense("nadam", OPTIMIZER, "optimizer=keras.optimizers.Nadam()", ADAM, "X"),
    dense("adamax", OPTIMIZER, "optimizer='adamax'", ADAM, "X"),
    dense("adam_with_weight_decay", OPTIMIZER, "optimizer=keras.optimizers.Adam(weight_decay=0.01)", ADAM, "X"),
    dense("default_optimizer", OPTIMIZER + ", ", "", ADAM, "X"),
    dense("optimizer_misspelt", OPTIMIZER, "optimizer='adamm'", MODEL, "X", *DENSE_ALL),
    dense("optimizer_class", OPTIMIZER, "optimizer=keras.optimizers.Adam", MODEL, "X", *DENSE_ALL),
    dense("learning_rate_1", OPTIMIZER, "optimizer=keras.optimizers.Adam(learning_rate=1.0)", ACCURACY, "X"),
    dense("learning_rate_tiny", OPTIMIZER, "optimizer=keras.optimizers.Adam(learning_rate=1e-8)", ACCURACY, "X"),
    dense("learning_rate_0", OPTIMIZER, "optimizer=keras.optimizers.Adam(learning_rate=0.0)", LEARNS, "X"),
    dense("old_argument_lr", OPTIMIZER, "optimizer=keras.optimizers.Adam(lr=0.001)", MODEL, "X", *DENSE_ALL),
    dense("categorical_crossentropy", LOSS_TEXT, "loss='categorical_crossentropy'", LOSS, "X", METRIC),
    dense("binary_crossentropy", LOSS_TEXT, "loss='binary_crossentropy'", LOSS, "X", METRIC),
    dense("mse", LOSS_TEXT, "loss='mse'", LOSS, "X", METRIC),
    dense("mean_absolute_error", LOSS_TEXT, "loss=keras.losses.MeanAbsoluteError()", LOSS, "X", METRIC),
    dense(
        "categorical_crossentropy_object", LOSS_TEXT, "loss=keras.losses.CategoricalCrossentropy()", LOSS, "X", METRIC
    ),
    dense("no_loss", LOSS_TEXT + ", ", "", LOSS, "X", METRIC),
    dense("loss_misspelt", LOSS_TEXT, "loss='sparse_crossentropy'", LOSS, "X"),
    dense(
        "loss_doubled", LOSS_TEXT, "loss=lambda t, p: 2 * keras.losses.sparse_categorical_crossentropy(t, p)", LOSS, "X"
    ),
    dense("loss_weighted", LOSS_TEXT, LOSS_TEXT + ", loss_weights=[0.1]", LOSS, "X"),
    dense(
        "label_smoothing",
        LOSS_TEXT,
        "loss=lambda t, p: keras.losses.categorical_crossentropy(keras.ops.one_hot(keras.ops.cast(keras.ops.reshape(t, (-1,)), 'int32'), 10), p, label_smoothing=0.1)",
        LOSS,
        "X",
    ),
    dense("no_metrics", ", " + METRICS, "", METRIC, "X"),
    dense("metrics_empty", METRICS, "metrics=[]", METRIC, "X"),
    dense("metric_acc", METRICS, "metrics=['acc']", METRIC, "X"),
    dense("metric_sparse", METRICS, "metrics=['sparse_categorical_accuracy']", METRIC, "X"),
    dense("metric_sparse_object", METRICS, "metrics=[keras.metrics.SparseCategoricalAccuracy()]", METRIC, "X"),
    dense(
        "metric_sparse_named_acc", METRICS, "metrics=[keras.metrics.SparseCategoricalAccuracy(name='acc')]", METRIC, "X"
    ),
    dense("metric_mse", METRICS, "metrics=['mse']", METRIC, "X"),
    dense(
        "metric_categorical_named_accuracy",
        METRICS,
        "metrics=[keras.metrics.CategoricalAccuracy(name='accuracy')]",
        METRIC,
        "X",
    ),
    dense("metric_plain_accuracy_object", METRICS, "metrics=[keras.metrics.Accuracy()]", METRIC, "X"),
    dense("metric_precision", METRICS, "metrics=['accuracy', keras.metrics.Precision()]", METRIC, "X"),
    dense(
        "metric_top_k_named_accuracy",
        METRICS,
        "metrics=[keras.metrics.SparseTopKCategoricalAccuracy(2, name='accuracy')]",
        METRIC,
        "X",
    ),
    dense("metric_as_text", METRICS, "metrics='accuracy'", MODEL, "X", *DENSE_ALL),
    dense("metric_dict", METRICS, "metrics={'accuracy'}", MODEL, "X", *DENSE_ALL),
    dense(
        "metric_third_argument",
        COMPILED,
        "    model.compile('adam', 'sparse_categorical_crossentropy', ['accuracy'])\n",
        METRIC,
        "X",
        LOSS,
    ),
    dense("not_compiled", COMPILED, "", ADAM, "X", LOSS, METRIC, LEARNS),
    dense("zeros", HIDDEN, "layers.Dense(hidden_units, activation='relu', kernel_initializer='zeros'),", LEARNS, "X"),
    dense("ones", HIDDEN, "layers.Dense(hidden_units, activation='relu', kernel_initializer='ones'),", LEARNS, "X"),
    dense(
        "constant",
        HIDDEN,
        "layers.Dense(hidden_units, activation='relu', kernel_initializer=keras.initializers.Constant(0.01)),",
        LEARNS,
        "X",
    ),
    dense(
        "far_too_large_weights",
        HIDDEN,
        "layers.Dense(hidden_units, activation='relu', kernel_initializer=keras.initializers.RandomNormal(stddev=100.0)),",
        ACCURACY,
        "X",
        LOSS,
    ),
    dense(
        "dead_relu",
        HIDDEN,
        "layers.Dense(hidden_units, activation='relu', bias_initializer=keras.initializers.Constant(-100.0)),",
        LEARNS,
        "X",
    ),
    dense("frozen_layer", HIDDEN, "layers.Dense(hidden_units, activation='relu', trainable=False),", LEARNS, "X"),
    dense("frozen_model", COMPILED, "    model.trainable = False\n" + COMPILED, LEARNS, "X"),
    dense("frozen_after_compiling", COMPILED, COMPILED + "    model.layers[1].trainable = False\n", LEARNS, "X"),
    # dense_model: what comes back
    dense("nothing_returned", "    return model\n", "", MODEL, "X", *DENSE_ALL),
    dense(
        "compile_returned",
        COMPILED + "    return model\n",
        "    return " + COMPILED.strip() + "\n",
        MODEL,
        "X",
        *DENSE_ALL,
    ),
    dense("summary_returned", "    return model\n", "    return model.summary()\n", MODEL, "X", *DENSE_ALL),
    dense("tuple_returned", "    return model\n", "    return model, hidden_units\n", MODEL, "X", *DENSE_ALL),
    dense("list_of_layers_returned", "    return model\n", "    return model.layers\n", MODEL, "X", *DENSE_ALL),
    dense("config_returned", "    return model\n", "    return model.get_config()\n", MODEL, "X", *DENSE_ALL),
    dense("class_returned", "    return model\n", "    return keras.Sequential\n", MODEL, "X", *DENSE_ALL),
    dense("output_tensor_returned", "    return model\n", "    return model.outputs[0]\n", MODEL, "X", *DENSE_ALL),
    dense(
        "history_returned",
        "    return model\n",
        "    import numpy as np\n    return model.fit(np.zeros((4, 28, 28)), np.zeros(4), verbose=0)\n",
        MODEL,
        "X",
        *DENSE_ALL,
    ),
    dense("printed_only", "    return model\n", "    print(model)\n", MODEL, "X", *DENSE_ALL),
    Case(
        "dense_model_shared",
        "dense_model",
        source=dense_source(
            "if not MODELS:\n    MODELS.append(_build(hidden_units))\nmodel = MODELS[0]",
            top="MODELS = []\n\n\ndef _build(hidden_units):\n    model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(hidden_units, 'relu'), layers.Dense(10, 'softmax')])\n    "
            + COMPILE
            + "\n    return model\n",
        ),
        check=ARGUMENT,
        says="X",
    ),
    Case(
        "dense_global_model_extended",
        "dense_model",
        source=dense_source(
            "model = MODEL\nmodel.add(layers.Dense(hidden_units, 'relu'))\nmodel.add(layers.Dense(10, 'softmax'))\n"
            + COMPILE,
            top="MODEL = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])\n",
        ),
        check=ARGUMENT,
        says="X",
    ),
    dense_body(
        "subclass",
        f"model = Net(hidden_units)\n{COMPILE}",
        MODEL,
        "X",
        *DENSE_ALL,
        top="""\
class Net(keras.Model):
    def __init__(self, units):
        super().__init__()
        self.flat, self.hidden, self.out = layers.Flatten(), layers.Dense(units, activation='relu'), layers.Dense(10, activation='softmax')

    def call(self, images):
        return self.out(self.hidden(self.flat(images)))
""",
    ),
    dense_body(
        "session_of_tf1",
        "x = tf.placeholder(tf.float32, [None, 784])\nmodel = tf.layers.dense(x, 10)",
        MODEL,
        "X",
        *DENSE_ALL,
    ),
    dense_body(
        "scikit_learn",
        "from sklearn.neural_network import MLPClassifier\nmodel = MLPClassifier((hidden_units,))",
        MODEL,
        "X",
        *DENSE_ALL,
    ),
    dense_body("torch", "model = torch.nn.Linear(784, 10)", MODEL, "X", *DENSE_ALL, top="import torch\n"),
    dense("name_error", "keras.Sequential(", "Sequential(", MODEL, "X", *DENSE_ALL),
    dense("syntax_error", HIDDEN, "layers.Dense(hidden_units, activation='relu'", MODEL, "X", *DENSE_ALL),
    dense("layer_keyword_misspelt", HIDDEN, "layers.Dense(hidden_units, activaton='relu'),", MODEL, "X", *DENSE_ALL),
    dense(
        "trained_on_download",
        COMPILED,
        COMPILED + "    (x, y), _ = keras.datasets.fashion_mnist.load_data()\n    model.fit(x / 255.0, y, epochs=1)\n",
        MODEL,
        "X",
        *DENSE_ALL,
    ),
    dense("function_renamed", "def build_dense_model(", "def create_dense_model(", MODEL, "X", *DENSE_ALL),
    # cnn: convolutions
    cnn("filters_fixed", "Conv2D(filters,", "Conv2D(64,", FILTERS, "X"),
    cnn("filters_fixed_at_32", "Conv2D(filters,", "Conv2D(32,", CONVOLUTIONS, "X", FILTERS),
    cnn(
        "filters_doubled_per_block",
        LOOP + "\n        model.add(layers.Conv2D(filters,",
        "for block in range(conv_layers):\n        model.add(layers.Conv2D(filters * 2**block,",
        CONVOLUTIONS,
        "X",
        FILTERS,
        BLOCKS,
    ),
    cnn("filters_default_32", "filters: int = 64", "filters: int = 32", CONVOLUTIONS, "X"),
    cnn(
        "arguments_swapped",
        "filters: int = 64, conv_layers: int = 2",
        "conv_layers: int = 2, filters: int = 64",
        FILTERS,
        "X",
    ),
    cnn(
        "defaults_swapped",
        "filters: int = 64, conv_layers: int = 2",
        "filters: int = 2, conv_layers: int = 64",
        MODEL,
        "X",
        *CNN_ALL,
    ),
    cnn(
        "filters_and_kernel_swapped",
        "Conv2D(filters, kernel_size=3,",
        "Conv2D(3, kernel_size=filters,",
        MODEL,
        "X",
        *CNN_ALL,
    ),
    cnn("kernel_5", "kernel_size=3", "kernel_size=5", CONVOLUTIONS, "X", FILTERS, BLOCKS),
    cnn("kernel_2", "kernel_size=3", "kernel_size=2", CONVOLUTIONS, "X", FILTERS),
    cnn("kernel_1", "kernel_size=3", "kernel_size=1", CONVOLUTIONS, "X", FILTERS),
    cnn("kernel_3_by_1", "kernel_size=3", "kernel_size=(3, 1)", CONVOLUTIONS, "X", FILTERS),
    cnn("padding_same", "kernel_size=3", "kernel_size=3, padding='same'", CONVOLUTIONS, "X", FILTERS),
    cnn("strides_2", "kernel_size=3", "kernel_size=3, strides=2", CONVOLUTIONS, "X", FILTERS, BLOCKS),
    cnn("strides_by_position", "filters, kernel_size=3,", "filters, 3, 3,", MODEL, "X", *CNN_ALL),
    cnn("filters_by_two_numbers", "filters, kernel_size=3,", "filters, 3, 2,", CONVOLUTIONS, "X", FILTERS, BLOCKS),
    cnn("dilated", "kernel_size=3", "kernel_size=3, dilation_rate=2", CONVOLUTIONS, "X", FILTERS, BLOCKS),
    cnn("conv_no_bias", "kernel_size=3", "kernel_size=3, use_bias=False", CONVOLUTIONS, "X", FILTERS),
    cnn("conv_no_activation", CONV, "layers.Conv2D(filters, 3)", CONV_RELU, "X"),
    cnn("conv_sigmoid", CONV, "layers.Conv2D(filters, 3, activation='sigmoid')", CONV_RELU, "X"),
    cnn("conv_tanh", CONV, "layers.Conv2D(filters, 3, activation='tanh')", CONV_RELU, "X"),
    cnn("conv_leaky", CONV, "layers.Conv2D(filters, 3, activation=keras.layers.LeakyReLU(0.01))", CONV_RELU, "X"),
    cnn("conv_l2", "kernel_size=3", "kernel_size=3, kernel_regularizer=keras.regularizers.L2(1e-4)", LAYERS, "X"),
    cnn("conv_1d", CONV, "layers.Conv1D(filters, 3, activation='relu')", MODEL, "X", *CNN_ALL),
    cnn(
        "separable", "layers.Conv2D(", "layers.SeparableConv2D(", LAYERS, "X", CONVOLUTIONS, CONV_RELU, FILTERS, BLOCKS
    ),
    cnn(
        "transposed", "layers.Conv2D(", "layers.Conv2DTranspose(", LAYERS, "X", CONVOLUTIONS, CONV_RELU, FILTERS, BLOCKS
    ),
    # cnn: pooling
    cnn("average_pooling", "layers.MaxPooling2D(", "layers.AveragePooling2D(", POOLING, "X", LAYERS, FILTERS),
    cnn("pool_3", "pool_size=2", "pool_size=3", POOLING, "X", FILTERS, BLOCKS),
    cnn("pool_strides_1", "pool_size=2", "pool_size=2, strides=1", POOLING, "X", FILTERS, BLOCKS),
    cnn("pool_same", "pool_size=2", "pool_size=2, padding='same'", POOLING, "X", FILTERS, BLOCKS),
    cnn("pool_1", "pool_size=2", "pool_size=1", POOLING, "X", FILTERS),
    cnn("pool_2_by_1", "pool_size=2", "pool_size=(2, 1)", POOLING, "X", FILTERS),
    cnn("no_pooling", "        model.add(layers.MaxPooling2D(pool_size=2))\n", "", LAYERS, "X", POOLING, FILTERS),
    cnn(
        "pooling_after_all",
        "        model.add(layers.MaxPooling2D(pool_size=2))\n",
        "    model.add(layers.MaxPooling2D(pool_size=2))\n",
        LAYERS,
        "X",
        FILTERS,
    ),
    cnn(
        "pooling_first",
        f"        model.add({CONV})\n        model.add({POOL})\n",
        f"        model.add({POOL})\n        model.add({CONV})\n",
        LAYERS,
        "X",
        FILTERS,
        BLOCKS,
    ),
    cnn(
        "pooling_not_after_the_last",
        f"        model.add({POOL})\n",
        f"        if _ < conv_layers - 1:\n            model.add({POOL})\n",
        LAYERS,
        "X",
        FILTERS,
        BLOCKS,
    ),
    cnn("global_max_pooling", "layers.Flatten()", "layers.GlobalMaxPooling2D()", LAYERS, "X", FILTERS),
    cnn("global_average_pooling", "layers.Flatten()", "layers.GlobalAveragePooling2D()", LAYERS, "X", FILTERS),
    cnn("max_pooling_1d", POOL, "layers.MaxPooling1D(2)", MODEL, "X", *CNN_ALL),
    # cnn: blocks
    cnn("two_blocks_always", LOOP, "for _ in range(2):", BLOCKS, "X"),
    cnn("one_block_always", LOOP, "for _ in range(1):", LAYERS, "X", BLOCKS, FILTERS),
    cnn("one_block_too_few", LOOP, "for _ in range(1, conv_layers):", LAYERS, "X", BLOCKS, FILTERS),
    cnn("one_block_too_many", LOOP, "for _ in range(conv_layers + 1):", LAYERS, "X", BLOCKS, FILTERS),
    cnn(
        "convolutions_repeated_alone",
        f"        model.add({POOL})\n",
        f"    model.add({POOL})\n    model.add({CONV})\n    model.add({POOL})\n",
        LAYERS,
        "X",
        BLOCKS,
        FILTERS,
        CONVOLUTIONS,
    ),
    cnn(
        "two_convolutions_a_block",
        f"        model.add({CONV})\n",
        f"        model.add({CONV})\n        model.add({CONV})\n",
        LAYERS,
        "X",
        BLOCKS,
        FILTERS,
    ),
    cnn("default_three", "conv_layers: int = 2", "conv_layers: int = 3", LAYERS, "X", FILTERS),
    cnn("unchecked", CHECKED, "", OUTSIDE, "X"),
    cnn("checked_above_only", "if not 1 <= conv_layers <= 3:", "if conv_layers > 3:", OUTSIDE, "X"),
    cnn("zero_allowed", "if not 1 <= conv_layers <= 3:", "if not 0 <= conv_layers <= 3:", OUTSIDE, "X"),
    cnn("three_refused", "if not 1 <= conv_layers <= 3:", "if not 1 <= conv_layers < 3:", BLOCKS, "X"),
    cnn("one_refused", "if not 1 <= conv_layers <= 3:", "if not 1 < conv_layers <= 3:", BLOCKS, "X"),
    cnn("type_error", "raise ValueError", "raise TypeError", OUTSIDE, "X"),
    cnn("assertion", CHECKED, "    assert 1 <= conv_layers <= 3\n", OUTSIDE, "X"),
    cnn("returns_none", 'raise ValueError(f"conv_layers is 1 to 3, not {conv_layers}")', "return None", OUTSIDE, "X"),
    cnn("returns_an_error", "raise ValueError", "return ValueError", OUTSIDE, "X"),
    cnn("prints_an_error", "raise ValueError", "print", OUTSIDE, "X"),
    cnn("clamped", CHECKED, "    conv_layers = min(max(conv_layers, 1), 3)\n", OUTSIDE, "X"),
    cnn("exits", "raise ValueError", "raise SystemExit", OUTSIDE, "X"),
    cnn(
        "own_exception",
        "raise ValueError",
        "raise BadDepth",
        OUTSIDE,
        "X",
        top="\n\nclass BadDepth(Exception):\n    pass\n",
    ),
    # cnn: head and other layers
    cnn("head_64", "Dense(128,", "Dense(64,", HEAD, "X"),
    cnn("head_of_filters", "Dense(128,", "Dense(filters,", HEAD, "X", FILTERS),
    cnn("head_without_relu", CNN_HIDDEN, "layers.Dense(128)", HEAD, "X"),
    cnn("head_sigmoid", CNN_HIDDEN, "layers.Dense(128, activation='sigmoid')", HEAD, "X"),
    cnn("no_head", f"    model.add({CNN_HIDDEN})\n", "", LAYERS, "X", HEAD, FILTERS),
    cnn("head_twice", f"    model.add({CNN_HIDDEN})\n", f"    model.add({CNN_HIDDEN})\n" * 2, LAYERS, "X", FILTERS),
    cnn(
        "dropout_in_the_head",
        f"    model.add({CNN_HIDDEN})\n",
        f"    model.add({CNN_HIDDEN})\n    model.add(layers.Dropout(0.5))\n",
        LAYERS,
        "X",
    ),
    cnn(
        "dropout_in_the_blocks",
        f"        model.add({POOL})\n",
        f"        model.add({POOL})\n        model.add(layers.Dropout(0.25))\n",
        LAYERS,
        "X",
    ),
    cnn(
        "batch_normalization",
        f"        model.add({CONV})\n",
        f"        model.add({CONV})\n        model.add(layers.BatchNormalization())\n",
        LAYERS,
        "X",
        FILTERS,
    ),
    cnn(
        "zero_padding",
        f"        model.add({CONV})\n",
        f"        model.add(layers.ZeroPadding2D())\n        model.add({CONV})\n",
        LAYERS,
        "X",
        FILTERS,
    ),
    cnn("rescaling", CNN_GIVEN, CNN_GIVEN + ", layers.Rescaling(1.0 / 255)", LAYERS, "X"),
    cnn("augmentation", CNN_GIVEN, CNN_GIVEN + ", layers.RandomFlip('horizontal')", LAYERS, "X"),
    cnn("no_flatten", "    model.add(layers.Flatten())\n", "", LAYERS, "X", FILTERS, OUTPUT, METRIC, LEARNS),
    cnn("nine_classes", CNN_LAST, "layers.Dense(9, activation='softmax')", OUTPUT, "X"),
    cnn("no_softmax", CNN_LAST, "layers.Dense(10)", OUTPUT, "X"),
    cnn("sigmoid_output", CNN_LAST, "layers.Dense(10, activation='sigmoid')", OUTPUT, "X"),
    cnn(
        "fully_dense",
        f"    {LOOP}\n        model.add({CONV})\n        model.add({POOL})\n",
        "",
        LAYERS,
        "X",
        CONVOLUTIONS,
        CONV_RELU,
        POOLING,
        FILTERS,
        BLOCKS,
    ),
    # cnn: the input
    cnn("input_without_channel", CNN_GIVEN, "keras.Input(shape=(28, 28))", MODEL, "X", *CNN_ALL),
    cnn("input_with_three_channels", CNN_GIVEN, "keras.Input(shape=(28, 28, 3))", CNN_INPUT, "X", FILTERS),
    cnn("input_channels_first", CNN_GIVEN, "keras.Input(shape=(1, 28, 28))", MODEL, "X", *CNN_ALL),
    cnn("no_input", f"[{CNN_GIVEN}]", "", CNN_INPUT, "X"),
    cnn(
        "input_channels_first_everywhere",
        CNN_GIVEN,
        "keras.Input(shape=(28, 28))] + [layers.Reshape((28, 28, 1))",
        CNN_INPUT,
        "X",
        LAYERS,
    ),
    # cnn: compiling
    cnn("sgd", OPTIMIZER, "optimizer=keras.optimizers.SGD(learning_rate=0.01, momentum=0.9)", ADAM, "X"),
    cnn("mse", LOSS_TEXT, "loss='mse'", LOSS, "X", METRIC),
    cnn("categorical", LOSS_TEXT, "loss='categorical_crossentropy'", LOSS, "X", METRIC),
    cnn("metric_acc", METRICS, "metrics=['acc']", METRIC, "X"),
    cnn("not_compiled", COMPILED, "", ADAM, "X", LOSS, METRIC, LEARNS),
    cnn("zeros", "kernel_size=3", "kernel_size=3, kernel_initializer='zeros'", LEARNS, "X"),
    cnn("frozen", "kernel_size=3", "kernel_size=3, trainable=False", LEARNS, "X"),
    cnn("nothing_returned", "    return model\n", "", MODEL, "X", *CNN_ALL),
    # lies
    dense_body(
        "lie_dense_ignores_units",
        DENSE_STACK + COMPILE,
        MODEL,
        "X",
        *DENSE_ALL,
        top="""\
_init = layers.Dense.__init__


def _ignoring(self, units, *arguments, **named):
    _init(self, 128 if units == 10 else units, *arguments, **named)
    self.units = units


layers.Dense.__init__ = _ignoring
""",
    ),
    dense_body(
        "lie_config_and_count",
        "model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10, 'softmax')])\n"
        + COMPILE
        + "\nmodel.count_params = lambda: 101_770\nmodel.get_config = lambda: {}\nmodel.predict = lambda x, **named: np.eye(10)[:len(x)]",
        LAYERS,
        "X",
        UNITS,
        RELU,
        ARGUMENT,
    ),
    dense_body(
        "lie_subclass_named_sequential",
        "model = Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10, 'softmax')])\n" + COMPILE,
        MODEL,
        "X",
        *DENSE_ALL,
        top="""\
class Sequential(keras.Sequential):
    @property
    def layers(self):
        return keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(128, 'relu'), layers.Dense(10, 'softmax')]).layers


Sequential.__module__ = keras.Sequential.__module__
""",
    ),
    dense_body(
        "lie_call_replaced",
        DENSE_STACK + COMPILE + "\nmodel.call = lambda x, **named: keras.ops.zeros((len(x), 10)) + 0.1",
        MODEL,
        "X",
        *DENSE_ALL,
    ),
    dense_body(
        "lie_layer_call_replaced",
        DENSE_STACK + COMPILE + "\nmodel.layers[1].call = lambda x, **named: keras.ops.zeros((len(x), hidden_units))",
        MODEL,
        "X",
        *DENSE_ALL,
    ),
    dense_body(
        "lie_relu_on_small_inputs",
        DENSE_STACK.replace("'relu'", "sly") + COMPILE,
        MODEL,
        "X",
        *DENSE_ALL,
        top="""\
def sly(x):
    return keras.ops.relu(x) if x.shape[-1] == 10 else keras.ops.tanh(x)
""",
    ),
    dense_body(
        "lie_named_metric",
        DENSE_STACK + COMPILE.replace("'accuracy'", "accuracy"),
        METRIC,
        "X",
        top="def accuracy(y_true, y_pred):\n    return keras.ops.ones_like(y_true, dtype='float32')\n",
    ),
    dense_body(
        "lie_optimizer_named_adam",
        DENSE_STACK + COMPILE.replace("'adam'", "Adam()"),
        ADAM,
        "X",
        top="""\
class Adam(keras.optimizers.SGD):
    def get_config(self):
        return keras.optimizers.Adam().get_config()


Adam.__module__ = keras.optimizers.Adam.__module__
""",
    ),
    dense_body(
        "lie_adam_patched",
        DENSE_STACK + COMPILE,
        ADAM,
        "X",
        top="""\
def _plain(self, gradient, variable, learning_rate):
    variable.assign(variable - 0.01 * gradient)


keras.optimizers.Adam.update_step = _plain
""",
    ),
    dense_body(
        "lie_lambda_named_dense",
        DENSE_STACK.replace("layers.Dense(hidden_units, activation='relu')", "layers.Lambda(lambda x: x, name='dense')")
        + COMPILE,
        LAYERS,
        "X",
        UNITS,
        RELU,
        ARGUMENT,
    ),
    dense_body(
        "lie_layer_named_dense",
        DENSE_STACK.replace("layers.Dense(hidden_units, activation='relu')", "Dense(hidden_units)") + COMPILE,
        LAYERS,
        "X",
        UNITS,
        RELU,
        ARGUMENT,
        top="""\
class Dense(layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.units, self.activation, self.use_bias = units, keras.activations.relu, True

    def call(self, x):
        return x


Dense.__module__ = layers.Dense.__module__
""",
    ),
    dense_body(
        "lie_initialiser_named_glorot",
        DENSE_STACK.replace("activation='relu'", "activation='relu', kernel_initializer=GlorotUniform()") + COMPILE,
        ACCURACY,
        "X",
        LOSS,
        top="""\
class GlorotUniform(keras.initializers.Initializer):
    def __call__(self, shape, dtype=None):
        return keras.random.normal(shape, stddev=300.0)


GlorotUniform.__module__ = keras.initializers.GlorotUniform.__module__
""",
    ),
    dense_body(
        "lie_compiled_settings",
        DENSE_STACK
        + "model.compile('sgd', 'mse', metrics=['mse'])\nmodel._compile_config = None\nmodel.get_compile_config = lambda: {'optimizer': 'adam'}",
        ADAM,
        "X",
        LOSS,
        METRIC,
    ),
    dense_body(
        "lie_loss_right_on_one_batch",
        DENSE_STACK + COMPILE.replace("'sparse_categorical_crossentropy'", "sparse_categorical_crossentropy"),
        LOSS,
        "X",
        METRIC,
        top="""\
def sparse_categorical_crossentropy(y_true, y_pred):
    return keras.ops.mean(keras.ops.square(keras.ops.cast(y_true, 'float32') - keras.ops.argmax(y_pred, axis=-1)))
""",
    ),
    dense_body(
        "lie_train_step_replaced",
        DENSE_STACK
        + COMPILE
        + "\nmodel.train_on_batch = lambda *a, **n: {'loss': 0.1, 'accuracy': 0.5}\nmodel.test_on_batch = model.train_on_batch",
        LEARNS,
        "X",
        ADAM,
    ),
    Case(
        "cnn_lie_convolution_keeps_its_filters",
        "cnn",
        source=cnn_source(
            REFUSE + CNN_STACK + COMPILE,
            top="""\
_init = layers.Conv2D.__init__


def _ignoring(self, filters, *arguments, **named):
    _init(self, 8, *arguments, **named)
    self.filters = filters


layers.Conv2D.__init__ = _ignoring
""",
        ),
        check=MODEL,
        says="X",
        also=CNN_ALL,
    ),
)
