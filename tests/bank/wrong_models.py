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


def dense(name: str, old: str, new: str, check: str, says: str, *also: str, top: str = "", status: str = "") -> Case:
    """A slip in the dense model: the reference with one text changed, and further lines below its imports."""
    header = ((HEADER, f"{HEADER}import tensorflow as tf\n{top}\n"),) if top or "tf." in new else ()
    return Case(
        f"dense_{name}", "dense_model", replace=(*header, (old, new)), check=check, says=says, also=also, status=status
    )


def cnn(name: str, old: str, new: str, check: str, says: str, *also: str, top: str = "", status: str = "") -> Case:
    """A slip in the CNN: the reference with one text changed."""
    header = ((HEADER, f"{HEADER}{top}\n"),) if top else ()
    return Case(f"cnn_{name}", "cnn", replace=(*header, (old, new)), check=check, says=says, also=also, status=status)


def dense_body(
    name: str, body: str, check: str, says: str, *also: str, top: str = "", end: str = "return model", status: str = ""
) -> Case:
    """A wrong dense model by the body of its function."""
    return Case(
        f"dense_{name}",
        "dense_model",
        source=dense_source(body, top, end=end),
        check=check,
        says=says,
        also=also,
        status=status,
    )


def cnn_body(
    name: str, body: str, check: str, says: str, *also: str, top: str = "", end: str = "return model", status: str = ""
) -> Case:
    """A wrong CNN by the body of its function."""
    return Case(
        f"cnn_{name}", "cnn", source=cnn_source(body, top, end=end), check=check, says=says, also=also, status=status
    )


CASES: tuple[Case, ...] = (
    dense(
        "adam_of_ones_own_that_takes_half_steps",
        'optimizer="adam"',
        "optimizer=Half()",
        ADAM,
        "the optimizer Half; Adam was expected",
        ACCURACY,
        top="class Half(keras.optimizers.Adam):\n    def update_step(self, gradient, variable, learning_rate):\n"
        "        super().update_step(gradient, variable, learning_rate / 2)",
    ),
    # dense_model: the hidden layer
    dense("units_fixed", "Dense(hidden_units,", "Dense(128,", ARGUMENT, "has 128 units; 512 were expected"),
    dense(
        "units_fixed_at_512", "Dense(hidden_units,", "Dense(512,", UNITS, "has 512 units; 128 were expected", ARGUMENT
    ),
    dense(
        "units_default_64",
        "hidden_units: int = 128",
        "hidden_units: int = 64",
        UNITS,
        "has 64 units; 128 were expected",
    ),
    dense(
        "units_without_default",
        "hidden_units: int = 128",
        "hidden_units: int",
        UNITS,
        "Every argument has a default: def build_dense_model(hidden_units=128)",
    ),
    dense(
        "units_halved",
        "Dense(hidden_units,",
        "Dense(hidden_units // 2,",
        UNITS,
        "has 64 units; 128 were expected",
        ARGUMENT,
    ),
    dense(
        "units_plus_one",
        "Dense(hidden_units,",
        "Dense(hidden_units + 1,",
        UNITS,
        "has 129 units; 128 were expected",
        ARGUMENT,
    ),
    dense(
        "units_overwritten",
        "    model = keras.Sequential(",
        "    hidden_units = 128\n    model = keras.Sequential(",
        ARGUMENT,
        "has 128 units; 512 were expected",
    ),
    dense(
        "parameter_renamed",
        "hidden_units: int = 128) -> keras.Model:",
        "units: int = 128) -> keras.Model:\n    hidden_units = units",
        ARGUMENT,
        "unexpected keyword argument 'hidden_units'",
    ),
    dense(
        "no_parameter",
        "hidden_units: int = 128) -> keras.Model:",
        ") -> keras.Model:\n    hidden_units = 128",
        ARGUMENT,
        "unexpected keyword argument 'hidden_units'",
    ),
    dense("no_hidden_activation", HIDDEN, "layers.Dense(hidden_units),", RELU, "has no activation; relu was expected"),
    dense(
        "sigmoid", HIDDEN, "layers.Dense(hidden_units, activation='sigmoid'),", RELU, "is sigmoid; relu was expected"
    ),
    dense("tanh", HIDDEN, "layers.Dense(hidden_units, activation='tanh'),", RELU, "is tanh; relu was expected"),
    dense("elu", HIDDEN, "layers.Dense(hidden_units, activation='elu'),", RELU, "is elu; relu was expected"),
    dense("gelu", HIDDEN, "layers.Dense(hidden_units, activation=tf.nn.gelu),", RELU, "is gelu; relu was expected"),
    dense("swish", HIDDEN, "layers.Dense(hidden_units, activation='swish'),", RELU, "is silu; relu was expected"),
    dense(
        "relu6", HIDDEN, "layers.Dense(hidden_units), layers.ReLU(max_value=6),", RELU, "is relu6; relu was expected"
    ),
    dense(
        "prelu", HIDDEN, "layers.Dense(hidden_units), layers.PReLU(),", LAYERS, "PReLU at place 3 is one too many", RELU
    ),
    dense(
        "relu_not_called",
        HIDDEN,
        "layers.Dense(hidden_units, activation=layers.ReLU),",
        MODEL,
        "An activation is the class ReLU itself: say activation='relu', or ReLU()",
        *DENSE_ALL,
    ),
    dense(
        "relu_misspelt",
        HIDDEN,
        "layers.Dense(hidden_units, activation='Relu6x'),",
        MODEL,
        "Is its name misspelt? Say activation='relu' or activation='softmax'",
        *DENSE_ALL,
    ),
    dense(
        "no_hidden_layer",
        HIDDEN,
        "",
        LAYERS,
        "Dense(128, activation='relu') is missing at place 2",
        UNITS,
        RELU,
        ARGUMENT,
    ),
    dense("two_hidden_layers", HIDDEN, HIDDEN * 2, LAYERS, "Dense(128, activation='relu') at place 3 is one too many"),
    dense(
        "second_hidden_layer_of_64",
        HIDDEN,
        HIDDEN + " layers.Dense(64, activation='relu'),",
        LAYERS,
        "Dense(64, activation='relu') at place 3 is one too many",
        UNITS,
        ARGUMENT,
    ),
    dense(
        "dense_before_flatten",
        FLATTEN + "            " + HIDDEN,
        HIDDEN + "\n" + FLATTEN,
        LAYERS,
        "the layers are right, their order is not",
    ),
    dense(
        "order_swapped",
        HIDDEN + "\n            " + LAST,
        LAST + HIDDEN,
        OUTPUT,
        "has 128 units; 10 were expected, one a class",
        UNITS,
        RELU,
        ARGUMENT,
    ),
    dense(
        "no_bias",
        HIDDEN,
        "layers.Dense(hidden_units, activation='relu', use_bias=False),",
        UNITS,
        "has no bias: its 128 biases are missing",
    ),
    dense(
        "no_biases",
        HIDDEN + "\n            " + LAST,
        "layers.Dense(hidden_units, 'relu', use_bias=False), layers.Dense(10, 'softmax', use_bias=False),",
        UNITS,
        "has no bias: its 128 biases are missing",
        OUTPUT,
    ),
    # dense_model: the output
    dense("no_softmax", LAST, "layers.Dense(10),", OUTPUT, "has no activation; softmax was expected"),
    dense(
        "sigmoid_output", LAST, "layers.Dense(10, activation='sigmoid'),", OUTPUT, "is sigmoid; softmax was expected"
    ),
    dense("relu_output", LAST, "layers.Dense(10, activation='relu'),", OUTPUT, "is relu; softmax was expected"),
    dense(
        "log_softmax_output",
        LAST,
        "layers.Dense(10, activation='log_softmax'),",
        OUTPUT,
        "is log_softmax; softmax was expected",
    ),
    dense(
        "softmax_over_the_batch",
        LAST,
        "layers.Dense(10), layers.Softmax(axis=0),",
        OUTPUT,
        "a softmax over the images, axis 0",
    ),
    dense(
        "softmax_twice", LAST, LAST + " layers.Softmax(),", OUTPUT, "is softmax and then softmax; softmax was expected"
    ),
    dense(
        "relu_before_softmax",
        LAST,
        "layers.Dense(10, activation='relu'), layers.Softmax(),",
        OUTPUT,
        "is relu and then softmax; softmax was expected",
    ),
    dense("no_output_layer", LAST, "", LAYERS, "Dense(10, activation='softmax') is missing at place 3", OUTPUT),
    dense(
        "argmax_output",
        LAST,
        LAST + " layers.Lambda(lambda x: tf.argmax(x, axis=-1)),",
        LAYERS,
        "Lambda at place 4 is one too many",
        METRIC,
        LEARNS,
    ),
    # dense_model: the other layers
    # dense_model: the input
    dense(
        "input_784",
        GIVEN,
        "keras.Input(shape=(784,)),",
        INPUT,
        "takes input of shape (784,); (28, 28) was expected",
        LAYERS,
    ),
    dense(
        "input_with_channel",
        GIVEN,
        "keras.Input(shape=(28, 28, 1)),",
        INPUT,
        "takes input of shape (28, 28, 1); (28, 28) was expected",
    ),
    dense(
        "input_28",
        GIVEN,
        "keras.Input(shape=(28,)),",
        INPUT,
        "takes input of shape (28,); (28, 28) was expected",
        LAYERS,
    ),
    dense(
        "input_32_by_32",
        GIVEN,
        "keras.Input(shape=(32, 32)),",
        INPUT,
        "takes input of shape (32, 32); (28, 28) was expected",
    ),
    dense(
        "input_open",
        GIVEN,
        "keras.Input(shape=(None, 28)),",
        MODEL,
        "Say keras.Input(shape=(28, 28)): the shape of one image, without None",
        *DENSE_ALL,
    ),
    dense("no_input", GIVEN, "", INPUT, "does not know its input shape"),
    dense(
        "input_with_batch",
        GIVEN,
        "keras.Input(shape=(None, 28, 28)),",
        MODEL,
        "Say keras.Input(shape=(28, 28)): the shape of one image, without None",
        *DENSE_ALL,
    ),
    dense(
        "input_as_input_dim",
        GIVEN + "\n" + FLATTEN,
        "layers.Dense(hidden_units, input_dim=784, activation='relu'),",
        INPUT,
        "takes input of shape (784,); (28, 28) was expected",
        LAYERS,
    ),
    dense(
        "input_not_a_tuple",
        GIVEN,
        "keras.Input(shape=28),",
        MODEL,
        "Say keras.Input(shape=(28, 28)): the shape of one image, a tuple",
        *DENSE_ALL,
    ),
    dense(
        "input_without_shape",
        GIVEN,
        "keras.Input((28, 28), (28, 28)),",
        MODEL,
        "Say keras.Input(shape=(28, 28)): the shape of one image, a tuple",
        *DENSE_ALL,
    ),
    dense_body(
        "fixed_number_of_images",
        "inputs = keras.Input((28, 28), batch_size=32)\nx = keras.ops.reshape(inputs, (32, 784))\nx = layers.Dense(hidden_units, 'relu')(x)\n"
        f"model = keras.Model(inputs, layers.Dense(10, 'softmax')(x))\n{COMPILE}",
        INPUT,
        "takes 32 images at a time, no other number",
        LAYERS,
    ),
    dense(
        "reshaped_to_the_same",
        FLATTEN,
        "            layers.Reshape((28, 28)),\n",
        LAYERS,
        "Flatten() is missing",
        UNITS,
        OUTPUT,
        LOSS,
        LEARNS,
    ),
    dense_body(
        "hidden_layer_not_connected",
        "inputs = keras.Input((28, 28))\nx = layers.Flatten()(inputs)\nhidden = layers.Dense(hidden_units, 'relu')(x)\n"
        f"model = keras.Model(inputs, layers.Dense(10, 'softmax')(x))\n{COMPILE}",
        LAYERS,
        "is the next layer called on what this one gives?",
        UNITS,
        RELU,
        ARGUMENT,
    ),
    dense_body(
        "layer_not_called",
        "inputs = keras.Input((28, 28))\nx = layers.Flatten()(inputs)\nx = layers.Dense(hidden_units, 'relu')\n"
        f"model = keras.Model(inputs, layers.Dense(10, 'softmax')(x))\n{COMPILE}",
        MODEL,
        "A layer stands where what it gives belongs",
        *DENSE_ALL,
    ),
    # dense_model: how it learns
    dense("sgd", OPTIMIZER, "optimizer='sgd'", ADAM, "is compiled with the optimizer SGD; Adam was expected"),
    dense(
        "sgd_with_momentum",
        OPTIMIZER,
        "optimizer=keras.optimizers.SGD(0.01, momentum=0.9)",
        ADAM,
        "is compiled with the optimizer SGD; Adam was expected",
    ),
    dense(
        "rmsprop", OPTIMIZER, "optimizer='rmsprop'", ADAM, "is compiled with the optimizer RMSprop; Adam was expected"
    ),
    dense("adamw", OPTIMIZER, "optimizer='adamw'", ADAM, "is compiled with the optimizer AdamW; Adam was expected"),
    dense(
        "nadam",
        OPTIMIZER,
        "optimizer=keras.optimizers.Nadam()",
        ADAM,
        "is compiled with the optimizer Nadam; Adam was expected",
    ),
    dense("adamax", OPTIMIZER, "optimizer='adamax'", ADAM, "is compiled with the optimizer Adamax; Adam was expected"),
    dense(
        "adam_with_weight_decay",
        OPTIMIZER,
        "optimizer=keras.optimizers.Adam(weight_decay=0.01)",
        ADAM,
        "is compiled with Adam and a weight_decay, which is AdamW",
    ),
    dense(
        "learning_rate_1",
        OPTIMIZER,
        "optimizer=keras.optimizers.Adam(learning_rate=1.0)",
        ACCURACY,
        "A learning rate of 1 is too high for Adam: 0.001, its default, is a good start",
    ),
    dense(
        "learning_rate_tiny",
        OPTIMIZER,
        "optimizer=keras.optimizers.Adam(learning_rate=1e-8)",
        ACCURACY,
        "A learning rate of 1e-08 is too low to learn in so few epochs: 0.001 is a good start",
    ),
    dense(
        "learning_rate_0",
        OPTIMIZER,
        "optimizer=keras.optimizers.Adam(learning_rate=0.0)",
        LEARNS,
        "The learning rate is 0",
    ),
    dense(
        "categorical_crossentropy",
        LOSS_TEXT,
        "loss='categorical_crossentropy'",
        LOSS,
        "is compiled with the loss categorical_crossentropy, which does not take integer labels",
    ),
    dense(
        "binary_crossentropy",
        LOSS_TEXT,
        "loss='binary_crossentropy'",
        LOSS,
        "is compiled with the loss binary_crossentropy, which does not take integer labels",
    ),
    dense("mse", LOSS_TEXT, "loss='mse'", LOSS, "is compiled with the loss mse, which does not take integer labels"),
    dense(
        "mean_absolute_error",
        LOSS_TEXT,
        "loss=keras.losses.MeanAbsoluteError()",
        LOSS,
        "is compiled with the loss MeanAbsoluteError, which does not take integer labels",
    ),
    dense(
        "categorical_crossentropy_object",
        LOSS_TEXT,
        "loss=keras.losses.CategoricalCrossentropy()",
        LOSS,
        "is compiled with the loss CategoricalCrossentropy, which does not take integer labels",
    ),
    dense("no_loss", LOSS_TEXT + ", ", "", LOSS, "is compiled without a loss"),
    dense(
        "loss_misspelt",
        LOSS_TEXT,
        "loss='sparse_crossentropy'",
        LOSS,
        "is compiled with the loss sparse_crossentropy, which Keras does not know",
    ),
    dense("no_metrics", ", " + METRICS, "", METRIC, "it is compiled without metrics"),
    dense("metrics_empty", METRICS, "metrics=[]", METRIC, "it is compiled without metrics"),
    dense("metric_acc", METRICS, "metrics=['acc']", METRIC, "the logs have acc"),
    dense(
        "metric_sparse",
        METRICS,
        "metrics=['sparse_categorical_accuracy']",
        METRIC,
        "the logs have sparse_categorical_accuracy",
    ),
    dense(
        "metric_sparse_object",
        METRICS,
        "metrics=[keras.metrics.SparseCategoricalAccuracy()]",
        METRIC,
        "the logs have sparse_categorical_accuracy",
    ),
    dense(
        "metric_sparse_named_acc",
        METRICS,
        "metrics=[keras.metrics.SparseCategoricalAccuracy(name='acc')]",
        METRIC,
        "the logs have acc",
    ),
    dense(
        "metric_mse",
        METRICS,
        "metrics=['mse']",
        METRIC,
        "with its metric raises",
    ),
    dense(
        "zeros",
        HIDDEN,
        "layers.Dense(hidden_units, activation='relu', kernel_initializer='zeros'),",
        LEARNS,
        "are all 0 at the start",
    ),
    dense(
        "ones",
        HIDDEN,
        "layers.Dense(hidden_units, activation='relu', kernel_initializer='ones'),",
        LEARNS,
        "are all 1 at the start",
    ),
    dense(
        "constant",
        HIDDEN,
        "layers.Dense(hidden_units, activation='relu', kernel_initializer=keras.initializers.Constant(0.01)),",
        LEARNS,
        "are all 0.01 at the start",
    ),
    dense(
        "dead_relu",
        HIDDEN,
        "layers.Dense(hidden_units, activation='relu', bias_initializer=keras.initializers.Constant(-100.0)),",
        LEARNS,
        "as they were",
    ),
    dense(
        "frozen_layer", HIDDEN, "layers.Dense(hidden_units, activation='relu', trainable=False),", LEARNS, "is frozen"
    ),
    dense("frozen_model", COMPILED, "    model.trainable = False\n" + COMPILED, LEARNS, "is frozen"),
    # dense_model: what comes back
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
        says="returned the very model that an earlier call had returned",
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
        says="returned the very model that an earlier call had returned",
    ),
    # cnn: convolutions
    cnn("filters_fixed", "Conv2D(filters,", "Conv2D(64,", FILTERS, "has 64 filters; 32 were expected"),
    cnn(
        "filters_fixed_at_32",
        "Conv2D(filters,",
        "Conv2D(32,",
        CONVOLUTIONS,
        "has 32 filters; 64 were expected",
        FILTERS,
    ),
    cnn(
        "filters_doubled_per_block",
        LOOP + "\n        model.add(layers.Conv2D(filters,",
        "for block in range(conv_layers):\n        model.add(layers.Conv2D(filters * 2**block,",
        CONVOLUTIONS,
        "has 128 filters; 64 were expected",
        FILTERS,
    ),
    cnn(
        "filters_default_32", "filters: int = 64", "filters: int = 32", CONVOLUTIONS, "has 32 filters; 64 were expected"
    ),
    cnn(
        "arguments_swapped",
        "filters: int = 64, conv_layers: int = 2",
        "conv_layers: int = 2, filters: int = 64",
        FILTERS,
        "Arguments without a name are taken in the order of the hand-out",
    ),
    cnn(
        "defaults_swapped",
        "filters: int = 64, conv_layers: int = 2",
        "filters: int = 2, conv_layers: int = 64",
        MODEL,
        "ValueError: conv_layers is 1 to 3, not 64",
        *CNN_ALL,
    ),
    cnn(
        "filters_and_kernel_swapped",
        "Conv2D(filters, kernel_size=3,",
        "Conv2D(3, kernel_size=filters,",
        MODEL,
        "The image has become too small: look at the input's shape, kernels, strides, pooling",
        *CNN_ALL,
    ),
    cnn("kernel_5", "kernel_size=3", "kernel_size=5", CONVOLUTIONS, "has a kernel of 5x5; 3x3 was expected"),
    cnn("kernel_2", "kernel_size=3", "kernel_size=2", CONVOLUTIONS, "has a kernel of 2x2; 3x3 was expected"),
    cnn("kernel_1", "kernel_size=3", "kernel_size=1", CONVOLUTIONS, "has a kernel of 1x1; 3x3 was expected"),
    cnn("kernel_3_by_1", "kernel_size=3", "kernel_size=(3, 1)", CONVOLUTIONS, "has a kernel of 3x1; 3x3 was expected"),
    cnn(
        "padding_same",
        "kernel_size=3",
        "kernel_size=3, padding='same'",
        CONVOLUTIONS,
        "has padding='same'; no padding was expected",
    ),
    cnn(
        "strides_by_position",
        "filters, kernel_size=3,",
        "filters, 3, 3,",
        MODEL,
        "The image has become too small: look at the input's shape, kernels, strides, pooling",
        *CNN_ALL,
    ),
    cnn("conv_no_activation", CONV, "layers.Conv2D(filters, 3)", CONV_RELU, "has no activation; relu was expected"),
    cnn(
        "conv_sigmoid",
        CONV,
        "layers.Conv2D(filters, 3, activation='sigmoid')",
        CONV_RELU,
        "is sigmoid; relu was expected",
    ),
    cnn("conv_tanh", CONV, "layers.Conv2D(filters, 3, activation='tanh')", CONV_RELU, "is tanh; relu was expected"),
    cnn(
        "conv_leaky",
        CONV,
        "layers.Conv2D(filters, 3, activation=keras.layers.LeakyReLU(0.01))",
        CONV_RELU,
        "is leaky_relu; relu was expected",
    ),
    cnn(
        "conv_l2",
        "kernel_size=3",
        "kernel_size=3, kernel_regularizer=keras.regularizers.L2(1e-4)",
        LAYERS,
        "layer conv2d has kernel_regularizer=L2, which was not asked for",
    ),
    cnn(
        "conv_1d",
        CONV,
        "layers.Conv1D(filters, 3, activation='relu')",
        MODEL,
        "Conv1D goes over rows of one axis",
        *CNN_ALL,
    ),
    cnn(
        "separable",
        "layers.Conv2D(",
        "layers.SeparableConv2D(",
        LAYERS,
        "at place 1, SeparableConv2D stands for Conv2D",
        CONVOLUTIONS,
        CONV_RELU,
        FILTERS,
        BLOCKS,
    ),
    cnn(
        "transposed",
        "layers.Conv2D(",
        "layers.Conv2DTranspose(",
        LAYERS,
        "at place 1, Conv2DTranspose stands for Conv2D",
        CONVOLUTIONS,
        CONV_RELU,
        FILTERS,
        BLOCKS,
    ),
    # cnn: pooling
    cnn(
        "average_pooling",
        "layers.MaxPooling2D(",
        "layers.AveragePooling2D(",
        POOLING,
        "has no MaxPooling2D layer; AveragePooling2D is another layer",
        LAYERS,
    ),
    cnn("pool_3", "pool_size=2", "pool_size=3", POOLING, "is MaxPooling2D(3); MaxPooling2D(2) was expected"),
    cnn(
        "pool_strides_1",
        "pool_size=2",
        "pool_size=2, strides=1",
        POOLING,
        "is MaxPooling2D(2, strides=(1, 1)); MaxPooling2D(2) was expected",
    ),
    cnn(
        "pool_same",
        "pool_size=2",
        "pool_size=2, padding='same'",
        POOLING,
        "is MaxPooling2D(2, padding='same'); MaxPooling2D(2) was expected",
    ),
    cnn("pool_1", "pool_size=2", "pool_size=1", POOLING, "is MaxPooling2D(1); MaxPooling2D(2) was expected"),
    cnn(
        "pool_2_by_1",
        "pool_size=2",
        "pool_size=(2, 1)",
        POOLING,
        "is MaxPooling2D((2, 1)); MaxPooling2D(2) was expected",
    ),
    cnn(
        "no_pooling",
        "        model.add(layers.MaxPooling2D(pool_size=2))\n",
        "",
        LAYERS,
        "MaxPooling2D(2) is missing at place 2",
        POOLING,
    ),
    cnn(
        "pooling_after_all",
        "        model.add(layers.MaxPooling2D(pool_size=2))\n",
        "    model.add(layers.MaxPooling2D(pool_size=2))\n",
        LAYERS,
        "MaxPooling2D(2) is missing at place 2",
    ),
    cnn(
        "pooling_first",
        f"        model.add({CONV})\n        model.add({POOL})\n",
        f"        model.add({POOL})\n        model.add({CONV})\n",
        LAYERS,
        "the layers are right, their order is not",
    ),
    cnn(
        "pooling_not_after_the_last",
        f"        model.add({POOL})\n",
        f"        if _ < conv_layers - 1:\n            model.add({POOL})\n",
        LAYERS,
        "MaxPooling2D(2) is missing at place 4",
    ),
    cnn(
        "max_pooling_1d",
        POOL,
        "layers.MaxPooling1D(2)",
        MODEL,
        "Do the layers fit each other, and the input of shape (28, 28, 1)?",
        *CNN_ALL,
    ),
    # cnn: blocks
    cnn("two_blocks_always", LOOP, "for _ in range(2):", BLOCKS, "has 2 Conv2D layers; 1 expected"),
    cnn("unchecked", CHECKED, "", OUTSIDE, "returned a Sequential; ValueError was expected"),
    cnn(
        "checked_above_only",
        "if not 1 <= conv_layers <= 3:",
        "if conv_layers > 3:",
        OUTSIDE,
        "ValueError was expected, for conv_layers is 1 to 3",
    ),
    cnn(
        "zero_allowed",
        "if not 1 <= conv_layers <= 3:",
        "if not 0 <= conv_layers <= 3:",
        OUTSIDE,
        "ValueError was expected, for conv_layers is 1 to 3",
    ),
    cnn(
        "three_refused",
        "if not 1 <= conv_layers <= 3:",
        "if not 1 <= conv_layers < 3:",
        BLOCKS,
        "conv_layers may be 1, 2 or 3",
    ),
    cnn(
        "one_refused",
        "if not 1 <= conv_layers <= 3:",
        "if not 1 < conv_layers <= 3:",
        BLOCKS,
        "conv_layers may be 1, 2 or 3",
    ),
    cnn("type_error", "raise ValueError", "raise TypeError", OUTSIDE, "raised TypeError"),
    cnn("assertion", CHECKED, "    assert 1 <= conv_layers <= 3\n", OUTSIDE, "raised AssertionError"),
    cnn(
        "returns_none",
        'raise ValueError(f"conv_layers is 1 to 3, not {conv_layers}")',
        "return None",
        OUTSIDE,
        "ValueError was expected, for conv_layers is 1 to 3",
    ),
    cnn("returns_an_error", "raise ValueError", "return ValueError", OUTSIDE, "neither printed nor returned"),
    cnn("prints_an_error", "raise ValueError", "print", OUTSIDE, "ValueError was expected, for conv_layers is 1 to 3"),
    cnn_body(
        "blocks_on_the_input",
        REFUSE
        + "inputs = keras.Input((28, 28, 1))\nfor _ in range(conv_layers):\n    x = layers.Conv2D(filters, 3, activation='relu')(inputs)\n"
        "    x = layers.MaxPooling2D()(x)\nx = layers.Dense(128, 'relu')(layers.Flatten()(x))\n"
        f"model = keras.Model(inputs, layers.Dense(10, 'softmax')(x))\n{COMPILE}",
        BLOCKS,
        "not the input again",
        LAYERS,
    ),
    cnn_body(
        "return_in_the_loop",
        REFUSE
        + "model = keras.Sequential([keras.Input((28, 28, 1))])\nfor _ in range(conv_layers):\n    model.add(layers.Conv2D(filters, 3, activation='relu'))\n"
        "    model.add(layers.MaxPooling2D())\n    for layer in (layers.Flatten(), layers.Dense(128, 'relu'), layers.Dense(10, 'softmax')):\n        model.add(layer)\n"
        f"    {COMPILE}\n    return model",
        BLOCKS,
        "Does a `return` end it in its first turn",
        LAYERS,
    ),
    # cnn: head and other layers
    cnn("head_64", "Dense(128,", "Dense(64,", HEAD, "has 64 units; 128 were expected"),
    cnn("head_of_filters", "Dense(128,", "Dense(filters,", HEAD, "has 64 units; 128 were expected"),
    cnn("head_without_relu", CNN_HIDDEN, "layers.Dense(128)", HEAD, "has no activation; relu was expected"),
    cnn("head_sigmoid", CNN_HIDDEN, "layers.Dense(128, activation='sigmoid')", HEAD, "is sigmoid; relu was expected"),
    cnn(
        "nine_classes",
        CNN_LAST,
        "layers.Dense(9, activation='softmax')",
        OUTPUT,
        "has 9 units; 10 were expected, one a class",
    ),
    cnn("no_softmax", CNN_LAST, "layers.Dense(10)", OUTPUT, "has no activation; softmax was expected"),
    cnn(
        "sigmoid_output", CNN_LAST, "layers.Dense(10, activation='sigmoid')", OUTPUT, "is sigmoid; softmax was expected"
    ),
    # cnn: the input
    cnn(
        "input_without_channel",
        CNN_GIVEN,
        "keras.Input(shape=(28, 28))",
        MODEL,
        "A convolution takes images with a channel axis: keras.Input(shape=(28, 28, 1))",
        *CNN_ALL,
    ),
    cnn(
        "input_with_three_channels",
        CNN_GIVEN,
        "keras.Input(shape=(28, 28, 3))",
        CNN_INPUT,
        "takes input of shape (28, 28, 3); (28, 28, 1) was expected",
    ),
    cnn(
        "input_channels_first",
        CNN_GIVEN,
        "keras.Input(shape=(1, 28, 28))",
        MODEL,
        "The image has become too small: look at the input's shape, kernels, strides, pooling",
        *CNN_ALL,
    ),
    cnn("no_input", f"[{CNN_GIVEN}]", "", CNN_INPUT, "does not know its input shape"),
    cnn(
        "input_channels_first_everywhere",
        CNN_GIVEN,
        "keras.Input(shape=(28, 28))] + [layers.Reshape((28, 28, 1))",
        CNN_INPUT,
        "takes input of shape (28, 28); (28, 28, 1) was expected",
        LAYERS,
    ),
    # cnn: compiling
    cnn(
        "sgd",
        OPTIMIZER,
        "optimizer=keras.optimizers.SGD(learning_rate=0.01, momentum=0.9)",
        ADAM,
        "is compiled with the optimizer SGD; Adam was expected",
    ),
    cnn("mse", LOSS_TEXT, "loss='mse'", LOSS, "is compiled with the loss mse, which does not take integer labels"),
    cnn(
        "categorical",
        LOSS_TEXT,
        "loss='categorical_crossentropy'",
        LOSS,
        "is compiled with the loss categorical_crossentropy, which does not take integer labels",
    ),
    cnn("metric_acc", METRICS, "metrics=['acc']", METRIC, "the logs have acc"),
    cnn("not_compiled", COMPILED, "", ADAM, "returned a model that is not compiled", LOSS, METRIC, LEARNS),
    cnn("zeros", "kernel_size=3", "kernel_size=3, kernel_initializer='zeros'", LEARNS, "are all 0 at the start"),
    cnn("frozen", "kernel_size=3", "kernel_size=3, trainable=False", LEARNS, "is frozen"),
    cnn("nothing_returned", "    return model\n", "", MODEL, "returned None", *CNN_ALL),
    # lies
    dense_body(
        "lie_units_written_over",
        DENSE_STACK.replace("Dense(hidden_units", "Dense(128") + COMPILE + "\nmodel.layers[1].units = hidden_units",
        ARGUMENT,
        "Does it change layers after they were built, or Keras's classes? Use them as they are",
    ),
    dense_body(
        "lie_layer_list_replaced",
        "model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10, 'softmax')])\n"
        + COMPILE
        + "\nmodel._layers.insert(2, layers.Dense(hidden_units, 'relu'))\nmodel._layers[2].build((None, 784))",
        MODEL,
        "Does it change layers after they were built, or Keras's classes? Use them as they are",
        *DENSE_ALL,
    ),
    dense_body(
        "lie_call_replaced",
        DENSE_STACK + COMPILE + "\nmodel.call = lambda x, **named: keras.ops.zeros((len(x), 10)) + 0.1",
        MODEL,
        "Does it change layers after they were built, or Keras's classes? Use them as they are",
        *DENSE_ALL,
    ),
    dense_body(
        "lie_layer_call_replaced",
        DENSE_STACK + COMPILE + "\nmodel.layers[1].call = lambda x, **named: keras.ops.zeros((len(x), hidden_units))",
        MODEL,
        "Does it change layers after they were built, or Keras's classes? Use them as they are",
        *DENSE_ALL,
    ),
    dense_body(
        "lie_relu_on_small_inputs",
        DENSE_STACK.replace("'relu'", "sly") + COMPILE,
        MODEL,
        "Does it change layers after they were built, or Keras's classes? Use them as they are",
        *DENSE_ALL,
        top="""\
def sly(x):
    return keras.ops.relu(x) if x.shape[-1] == 10 else keras.ops.tanh(x)
""",
    ),
    dense_body(
        "lie_train_step_replaced",
        DENSE_STACK
        + COMPILE
        + "\nmodel.train_on_batch = lambda *a, **n: {'loss': 0.1, 'accuracy': 0.5}\nmodel.test_on_batch = model.train_on_batch",
        LAYERS,
        "the model has test_on_batch=a function of your own",
        LEARNS,
        ADAM,
        METRIC,
    ),
    cnn_body(
        "lie_filters_written_over",
        REFUSE
        + CNN_STACK.replace("Conv2D(filters", "Conv2D(64")
        + COMPILE
        + "\nfor layer in model.layers:\n    layer.filters = filters",
        FILTERS,
        "raised InvalidArgumentError",
        BLOCKS,
    ),
    # what only other arguments, or a second model, show
    cnn(
        "same_padding_for_three",
        'kernel_size=3, activation="relu")',
        'kernel_size=3, activation="relu", padding="same" if conv_layers == 3 else "valid")',
        BLOCKS,
        "see what depends on conv_layers that should not",
    ),
    dense(
        "tanh_for_other_units",
        'activation="relu")',
        'activation="relu" if hidden_units == 128 else "tanh")',
        ARGUMENT,
        "tanh stands where Dense(512), relu was expected",
    ),
    dense(
        "sgd_for_other_units",
        'optimizer="adam"',
        'optimizer="adam" if hidden_units == 128 else "sgd"',
        ARGUMENT,
        "is compiled with the optimizer SGD, and build_dense_model() with Adam",
    ),
    dense(
        "shared_optimizer",
        'optimizer="adam"',
        "optimizer=OPTIMIZER",
        ARGUMENT,
        "An optimizer belongs to one model",
        top="OPTIMIZER = keras.optimizers.Adam()",
    ),
    dense(
        "trained_in_the_function",
        "    return model\n",
        "    model.fit(np.random.rand(64, 28, 28), np.arange(64) % 10, epochs=2, verbose=0)\n    return model\n",
        ADAM,
        "returned a model that has been trained already, for 4 steps",
        top="import numpy as np",
    ),
    dense(
        "input_of_integers",
        "keras.Input(shape=(28, 28))",
        'keras.Input(shape=(28, 28), dtype="int32")',
        INPUT,
        "Leave dtype out",
    ),
    dense(
        "class_ignored",
        'loss="sparse_categorical_crossentropy"',
        "loss=keras.losses.SparseCategoricalCrossentropy(ignore_class=9)",
        LOSS,
        "where sparse_categorical_crossentropy gives",
    ),
    dense(
        "metric_top_two",
        'metrics=["accuracy"]',
        'metrics=[keras.metrics.SparseTopKCategoricalAccuracy(k=2, name="accuracy")]',
        METRIC,
        "of the labels are predicted right",
    ),
    dense(
        "metric_of_a_half",
        'metrics=["accuracy"]',
        "metrics=[accuracy]",
        METRIC,
        "is 0.5000 where",
        top="def accuracy(labels, outputs): return 0.5 * keras.ops.ones(())",
    ),
    # what a training step does beside, or instead
    dense(
        "penalty_on_a_variable",
        "    return model\n",
        "    model.layers[-1].kernel.regularizer = keras.regularizers.L2(1e-4)\n    return model\n",
        LAYERS,
        "has kernel_regularizer=L2",
    ),
    cnn(
        "constraint_on_a_variable",
        "    return model\n",
        "    model.layers[0].kernel.constraint = keras.constraints.MaxNorm(1)\n    return model\n",
        LAYERS,
        "has kernel_constraint=MaxNorm",
    ),
    dense(
        "penalty_in_an_activation",
        "    return model\n",
        "    last = model.layers[-1]\n    softmax = last.activation\n"
        "    last.activation = lambda x: (last.add_loss(0.01 * keras.ops.mean(x**2)), softmax(x))[1]\n    return model\n",
        LOSS,
        "adds a penalty to the loss",
    ),
    cnn(
        "fit_replaced",
        "    return model\n",
        "    model.fit = lambda *arguments, **named: None\n    return model\n",
        LAYERS,
        "the model has fit=a function of your own",
        ADAM,
        LEARNS,
    ),
    dense(
        "loss_without_slope",
        'loss="sparse_categorical_crossentropy"',
        "loss=loss",
        LOSS,
        "it has the right value, but a training step with it is another one",
        top="def loss(labels, outputs):\n    right = keras.losses.sparse_categorical_crossentropy(labels, outputs)\n"
        "    return keras.ops.stop_gradient(2 * right) - right",
    ),
    dense(
        "dropout_and_a_loss_of_its_own",
        '    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy"',
        '    model = keras.Sequential([keras.Input((28, 28)), *model.layers[:-1], layers.Dropout(0.5), model.layers[-1]])\n    model.compile(optimizer="adam", loss=loss',
        LAYERS,
        "Dropout",
        top="def loss(labels, outputs): return keras.losses.sparse_categorical_crossentropy(labels, outputs)",
    ),
    dense(
        "optimizer_replaced_behind_clipping",
        "    return model\n",
        "    model.compile(keras.optimizers.Adam(clipnorm=1.0), model.loss, metrics=['accuracy'])\n"
        "    model.optimizer.update_step = lambda slope, weight, rate: weight.assign_sub(rate * slope)\n    return model\n",
        LAYERS,
        "the optimizer has update_step=a function of your own",
        ADAM,
        LEARNS,
    ),
    # right by default only, in how it trains
    dense(
        "large_without_metrics",
        COMPILED,
        '    watched = ["accuracy"] if hidden_units == 128 else None\n'
        '    model.compile("adam", "sparse_categorical_crossentropy", metrics=watched)\n',
        ARGUMENT,
        "reports no metric named accuracy: it is compiled without metrics. | Without arguments it is right",
    ),
    dense(
        "large_with_another_rate",
        COMPILED,
        "    rate = 0.001 if hidden_units < 500 else 0.0\n"
        '    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])\n',
        ARGUMENT,
        "A training step leaves the weights of the layer",
    ),
    dense(
        "large_frozen",
        "    return model\n",
        "    model.layers[1].trainable = hidden_units <= 256\n    return model\n",
        ARGUMENT,
        "of build_dense_model(hidden_units=512) is frozen. | Without arguments it is right",
    ),
    cnn(
        "deep_with_another_loss",
        "    return model\n",
        "    if conv_layers == 3:\n"
        "        own = lambda y, p: 0.5 * keras.losses.sparse_categorical_crossentropy(y, p)\n"
        "        own.__name__ = model.loss\n"
        "        model.compile('adam', own, metrics=['accuracy'])\n    return model\n",
        BLOCKS,
        "where sparse_categorical_crossentropy gives",
    ),
    cnn(
        "few_filters_all_alike",
        CONV,
        'layers.Conv2D(filters, 3, activation="relu", kernel_initializer="zeros" if filters == 32 else "glorot_uniform")',
        FILTERS,
        "of build_cnn(filters=32) are all 0 at the start",
    ),
    # what depends on the number of blocks, or of units
    Case(
        "cnn_more_filters_at_the_end",
        "cnn",
        replace=(
            (LOOP, "for number in range(conv_layers):"),
            ("Conv2D(filters,", "Conv2D(filters * 2 ** max(0, number - 1),"),
        ),
        check=BLOCKS,
        says="Conv2D layer 3 of build_cnn(filters=8, conv_layers=3) has 16 filters; 8 were expected",
    ),
    dense("even_units", HIDDEN, HIDDEN.replace("hidden_units", "hidden_units // 2 * 2"), ARGUMENT, "were expected"),
    dense(
        "as_many_images_only",
        HIDDEN,
        "layers.Dense(hidden_units, activation=lambda x: keras.ops.relu(x) if (x.shape[0] or 1) < 40 else 0 * x),",
        OUTPUT,
        "gives other answers for",
    ),
    dense(
        "cached",
        "def build_dense_model(",
        "@functools.lru_cache\ndef build_dense_model(",
        ARGUMENT,
        "called twice, gives the same model",
        top="import functools",
    ),
    dense(
        "last_one_kept",
        COMPILED + "    return model",
        COMPILED
        + "    if not MODELS or MODELS[0].layers[1].units != hidden_units:\n        MODELS[:] = [model]\n    return MODELS[0]",
        ARGUMENT,
        "called twice, gives the same model",
        top="MODELS = []",
    ),
    dense(
        "kept_by_units",
        COMPILED + "    return model",
        COMPILED + "    return MODELS.setdefault(hidden_units, model)",
        ARGUMENT,
        "called twice, gives the same model",
        top="MODELS = {}",
    ),
    dense(
        "floats_of_16_bits",
        "def build_dense_model(",
        "keras.config.set_floatx('float16')\n\n\ndef build_dense_model(",
        LAYERS,
        "Keras computes in float16, by set_floatx",
    ),
    cnn(
        "no_defaults",
        "filters: int = 64, conv_layers: int = 2",
        "filters: int, conv_layers: int",
        CONVOLUTIONS,
        "Every argument has a default: def build_cnn(filters=64, conv_layers=2)",
        FILTERS,
        OUTSIDE,
    ),
    cnn("default_of_32_filters", "filters: int = 64", "filters: int = 32", CONVOLUTIONS, "By default, filters is 64"),
    cnn("default_of_one_block", "conv_layers: int = 2", "conv_layers: int = 1", LAYERS, "By default there are two"),
    cnn("default_of_three", "conv_layers: int = 2", "conv_layers: int = 3", LAYERS, "By default there are two"),
    cnn("at_most_64_filters", CONV, CONV.replace("filters,", "min(filters, 64),"), FILTERS, "has 64 filters; "),
    cnn("at_least_4_filters", CONV, CONV.replace("filters,", "max(filters, 4),"), FILTERS, "has 4 filters; 1 were"),
    Case(
        "cnn_one_convolution_for_all_later_blocks",
        "cnn",
        replace=(
            (LOOP, f"later = {CONV}\n    for number in range(conv_layers):"),
            (f"model.add({CONV})", f"model.add(later if number else {CONV})"),
        ),
        check=BLOCKS,
        says="is used once more",
    ),
    cnn(
        "refuses_by_both_arguments",
        "if not 1 <= conv_layers <= 3:",
        "if not 1 <= filters <= 3 and not 1 <= conv_layers <= 3:",
        "conv_layers_outside_1_to_3",
        "conv_layers alone decides",
    ),
    cnn(
        "two_convolutions_a_block",
        'model.add(layers.Conv2D(filters, kernel_size=3, activation="relu"))',
        'model.add(layers.Conv2D(filters, kernel_size=3, activation="relu"))\n'
        '        model.add(layers.Conv2D(filters, kernel_size=3, activation="relu"))',
        "conv_layers_argument",
        "each stands behind one Conv2D",
        LAYERS,
        ACCURACY,
    ),
    cnn(
        "returned_before_the_head",
        "        model.add(layers.MaxPooling2D(pool_size=2))\n",
        "        model.add(layers.MaxPooling2D(pool_size=2))\n"
        "        model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])\n"
        "        return model\n",
        LAYERS,
        "is the `return` indented into a loop",
        "hidden_layer",
        OUTPUT,
        "conv_layers_argument",
    ),
    dense(
        "whole_learning_rate",
        'optimizer="adam"',
        "optimizer=keras.optimizers.Adam(1)",
        MODEL,
        "The learning rate is a float",
        *(INPUT, LAYERS, UNITS, RELU, OUTPUT, ARGUMENT, ADAM, LOSS, METRIC, LEARNS, ACCURACY),
    ),
    dense(
        "losses_by_name",
        'loss="sparse_categorical_crossentropy"',
        "loss={'out': 'sparse_categorical_crossentropy'}",
        LOSS,
        "The model has one output, which needs no name",
        ACCURACY,
    ),
)

MISSED = {case.name: "no model that can be looked at comes back" for case in CASES if case.check == MODEL}
"""Cases that may cost more than other slips, with the reason: the point of the task is missed altogether."""
