"""Slips in `build_activation_model` and `extract_activations`, each with the check that it must fail."""

from tests.bank.cases import Case
from tests.bank.right_activation_extraction import BUILD, EXTRACT, REBUILT, SHOWN, source

MODEL, COUNT, VALUES, SHARED = (
    "build_returns_a_model",
    "build_has_one_output_a_layer",
    "build_gives_the_activations",
    "build_shares_the_weights",
)
SEQUENTIAL, REFUSES = "sequential_models", "build_refuses_a_model_without_such_layers"
NAMES, ARRAYS, FOUND = "extract_names_the_layers", "extract_gives_numpy_arrays", "extract_gives_the_activations"
NUMBER, SINGLE = "extract_takes_any_number_of_images", "extract_from_a_single_layer"

OF_SEQUENTIAL = "extract_from_sequential_models"

EXTRACTING = (NAMES, OF_SEQUENTIAL, ARRAYS, FOUND, NUMBER, SINGLE)
ALL = (MODEL, COUNT, VALUES, SHARED, SEQUENTIAL, REFUSES, *EXTRACTING)

ALONE = """\
tensor, found = tf.constant(images), {}
for layer in model.layers:
    if isinstance(layer, layers.InputLayer):
        continue
    tensor = layer(tensor)
    if isinstance(layer, SHOWN):
        found[layer.name] = tensor.numpy()
return found
"""
"""An extraction that needs no activation model, so that a slip there costs nothing here."""


def build(name: str, body: str, check: str, says: str, *also: str, top: str = SHOWN, extract: str = EXTRACT) -> Case:
    """A slip in `build_activation_model`, which `extract_activations` builds on."""
    return Case(
        f"activations_{name}",
        "activation_extraction",
        source=source(body, extract, top),
        check=check,
        says=says,
        also=also,
    )


def extract(name: str, body: str, check: str, says: str, *also: str, top: str = SHOWN) -> Case:
    """A slip in `extract_activations`."""
    return Case(
        f"activations_{name}",
        "activation_extraction",
        source=source(BUILD, body, top),
        check=check,
        says=says,
        also=(OF_SEQUENTIAL, *also),
    )


def chosen(name: str, condition: str, check: str, says: str, *also: str, extract: str = EXTRACT) -> Case:
    """An activation model of the layers that fulfil a condition."""
    body = f"found = [layer for layer in model.layers if {condition}]\nif not found:\n    raise ValueError\nreturn keras.Model(model.inputs, [layer.output for layer in found])"
    return build(name, body, check, says, *also, extract=extract)


CASES: tuple[Case, ...] = (
    # build_activation_model: which layers
    chosen(
        "only_convolutions",
        "isinstance(layer, layers.Conv2D)",
        COUNT,
        "Are the pooling layers (or the convolutions) left out?",
        NAMES,
    ),
    chosen(
        "only_pooling",
        "isinstance(layer, layers.MaxPooling2D)",
        COUNT,
        "Are the pooling layers (or the convolutions) left out?",
        SEQUENTIAL,
        NAMES,
        FOUND,
        SINGLE,
    ),
    chosen(
        "all_layers",
        "True",
        COUNT,
        "Only Conv2D and MaxPooling2D layers: Flatten and Dense do not belong there",
        REFUSES,
        ARRAYS,
        FOUND,
        SINGLE,
    ),
    chosen(
        "all_but_the_last",
        "layer is not model.layers[-1]",
        COUNT,
        "Only Conv2D and MaxPooling2D layers: Flatten and Dense do not belong there",
        REFUSES,
        ARRAYS,
        FOUND,
        SINGLE,
    ),
    chosen(
        "convolutions_by_name",
        "'conv' in layer.name",
        COUNT,
        "Are the pooling layers (or the convolutions) left out?",
        NAMES,
    ),
    chosen(
        "conv_and_pool_by_name",
        "layer.name.startswith(('conv2d', 'max_pooling2d'))",
        COUNT,
        "find them by their class",
        VALUES,
    ),
    chosen(
        "first_four_layers",
        "layer in model.layers[:4]",
        COUNT,
        "first layer is its Input",
        REFUSES,
        ARRAYS,
        FOUND,
        SINGLE,
        VALUES,
    ),
    build(
        "outputs_with_four_axes",
        "return keras.Model(model.inputs, [layer.output for layer in model.layers if len(layer.output.shape) == 4])",
        COUNT,
        "The Input is among them: only Conv2D and MaxPooling2D layers belong there",
        REFUSES,
        ARRAYS,
        FOUND,
        SINGLE,
        VALUES,
    ),
    build(
        "reversed",
        "return keras.Model(model.inputs, [layer.output for layer in shown_layers(model)][::-1])",
        COUNT,
        "The outputs are right, their order is not: it is that of the layers",
        SEQUENTIAL,
        ARRAYS,
        FOUND,
    ),
    build(
        "convolutions_first",
        "found = sorted(shown_layers(model), key=lambda layer: isinstance(layer, layers.MaxPooling2D))\nreturn keras.Model(model.inputs, [layer.output for layer in found])",
        COUNT,
        "The outputs are right, their order is not: it is that of the layers",
        ARRAYS,
        SEQUENTIAL,
        FOUND,
    ),
    build(
        "inputs_of_the_layers",
        "return keras.Model(model.inputs, [layer.input for layer in shown_layers(model)])",
        COUNT,
        "layer.input is what a layer takes",
        SEQUENTIAL,
        ARRAYS,
        FOUND,
        SINGLE,
        VALUES,
    ),
    # build_activation_model: what it computes
    build(
        "cloned",
        "copy = keras.models.clone_model(model)\ncopy.set_weights(model.get_weights())\nreturn keras.Model(copy.inputs, [layer.output for layer in shown_layers(copy)])",
        SHARED,
        "The layers must be those of the model, not copies: use layer.output, or call the layers themselves",
    ),
    build(
        "cloned_without_weights",
        "copy = keras.models.clone_model(model)\nreturn keras.Model(copy.inputs, [layer.output for layer in shown_layers(copy)])",
        VALUES,
        "The weights are others",
        SHARED,
        SEQUENTIAL,
        FOUND,
        SINGLE,
    ),
    build(
        "from_config",
        "copy = model.__class__.from_config(model.get_config())\ncopy.set_weights(model.get_weights())\nreturn keras.Model(copy.inputs, [layer.output for layer in shown_layers(copy)])",
        SHARED,
        "The layers must be those of the model, not copies: use layer.output, or call the layers themselves",
    ),
    build(
        "layers_from_config",
        "shown_layers(model)\ninputs = tensor = keras.Input(model.input_shape[1:])\noutputs = []\nfor layer in model.layers:\n    if isinstance(layer, layers.InputLayer):\n        continue\n"
        "    copy = type(layer).from_config(layer.get_config())\n    tensor = copy(tensor)\n    copy.set_weights(layer.get_weights())\n    if isinstance(copy, SHOWN):\n        outputs.append(tensor)\nreturn keras.Model(inputs, outputs)",
        SHARED,
        "The layers must be those of the model, not copies: use layer.output, or call the layers themselves",
    ),
    build(
        "new_random_layers",
        "shown_layers(model)\ninputs = tensor = keras.Input(model.input_shape[1:])\noutputs = []\nfor layer in shown_layers(model):\n"
        "    tensor = type(layer).from_config(layer.get_config())(tensor)\n    outputs.append(tensor)\nreturn keras.Model(inputs, outputs)",
        VALUES,
        "The weights are others",
        SHARED,
        SEQUENTIAL,
        FOUND,
        SINGLE,
    ),
    build(
        "before_the_activation",
        "shown_layers(model)\ninputs = tensor = keras.Input(model.input_shape[1:])\noutputs = []\nfor layer in model.layers:\n    if isinstance(layer, layers.InputLayer):\n        continue\n"
        "    before, tensor = tensor, layer(tensor)\n    if isinstance(layer, layers.Conv2D):\n        outputs.append(keras.ops.conv(before, layer.kernel) + layer.bias)\n    elif isinstance(layer, SHOWN):\n        outputs.append(tensor)\nreturn keras.Model(inputs, outputs)",
        VALUES,
        "There are negative values: this is the convolution before its ReLU",
        SHARED,
        SEQUENTIAL,
        FOUND,
        SINGLE,
    ),
    build(
        "scaled_again",
        REBUILT.replace(
            "inputs = tensor = keras.Input(shape=model.input_shape[1:])",
            "inputs = keras.Input(shape=model.input_shape[1:])\ntensor = inputs / 255.0",
        ),
        VALUES,
        "that were divided by 255 again",
        SHARED,
        SEQUENTIAL,
        FOUND,
        SINGLE,
    ),
    build(
        "relu_removed",
        "for layer in shown_layers(model):\n    if isinstance(layer, layers.Conv2D):\n        layer.activation = None\n"
        + BUILD,
        VALUES,
        "There are negative values: this is the convolution before its ReLU",
        SHARED,
        SEQUENTIAL,
        FOUND,
        SINGLE,
    ),
    build(
        "each_layer_on_the_image",
        "shown_layers(model)\ninputs = keras.Input(model.input_shape[1:])\nreturn keras.Model(inputs, [layer(inputs) for layer in shown_layers(model)])",
        MODEL,
        "Each layer takes what the one before it gives, not the image again",
        COUNT,
        VALUES,
        SHARED,
        SEQUENTIAL,
        NAMES,
        ARRAYS,
        FOUND,
        NUMBER,
        REFUSES,
    ),
    build(
        "dict_of_models",
        "return {layer.name: keras.Model(model.inputs, layer.output) for layer in shown_layers(model)}",
        MODEL,
        "returned a dict; a Keras model was expected",
        COUNT,
        VALUES,
        SHARED,
        SEQUENTIAL,
        extract=ALONE,
    ),
    build(
        "list_of_tensors",
        "return [layer.output for layer in shown_layers(model)]",
        MODEL,
        "returned a list; a Keras model was expected",
        COUNT,
        VALUES,
        SHARED,
        SEQUENTIAL,
        extract=ALONE,
    ),
    build(
        "function_returned",
        "shown_layers(model)\nreturn lambda images: [layer(images) for layer in shown_layers(model)]",
        MODEL,
        "returned a function; a Keras model was expected",
        COUNT,
        VALUES,
        SHARED,
        SEQUENTIAL,
        extract=ALONE,
    ),
    build(
        "nothing_returned",
        "keras.Model(model.inputs, [layer.output for layer in shown_layers(model)])",
        MODEL,
        "returned None",
        COUNT,
        VALUES,
        SHARED,
        SEQUENTIAL,
        extract=ALONE,
    ),
    build(
        "subclass",
        "return Activations(shown_layers(model))",
        MODEL,
        "returned an Activations, a class of your own, which is not accepted",
        COUNT,
        VALUES,
        SHARED,
        SEQUENTIAL,
        extract=ALONE,
        top=SHOWN
        + """

class Activations(keras.Model):
    def __init__(self, shown):
        super().__init__()
        self.shown = shown

    def call(self, images):
        outputs = []
        for layer in self.shown:
            images = layer(images)
            outputs.append(images)
        return outputs
""",
    ),
    build(
        "model_input",
        "return keras.Model(model.input, [layer.output for layer in shown_layers(model)])",
        SEQUENTIAL,
        "A Sequential that was never called has no model.input: use model.inputs, or a keras.Input",
    ),
    build(
        "layers_input_shape",
        "return keras.Model(model.layers[0].input_shape, [layer.output for layer in shown_layers(model)])",
        MODEL,
        "Keras 3 layers have no input_shape; a model has: model.input_shape",
        *ALL,
    ),
    build(
        "new_input_unconnected",
        "return keras.Model(keras.Input(model.input_shape[1:]), [layer.output for layer in shown_layers(model)])",
        MODEL,
        "Use model.inputs, or call each layer anew",
        COUNT,
        VALUES,
        SHARED,
        SEQUENTIAL,
        *EXTRACTING,
        REFUSES,
    ),
    build(
        "backend_function",
        "return keras.backend.function([model.input], [layer.output for layer in shown_layers(model)])",
        MODEL,
        "That is an old Keras: keras.Model(model.inputs, outputs) does it now",
        *ALL,
    ),
    # ValueError
    build(
        "index_error",
        "outputs = [layer.output for layer in model.layers if isinstance(layer, SHOWN)]\noutputs[0]\nreturn keras.Model(model.inputs, outputs)",
        REFUSES,
        "raised IndexError",
    ),
    build(
        "none_for_nothing",
        "outputs = [layer.output for layer in model.layers if isinstance(layer, SHOWN)]\nif not outputs:\n    return None\nreturn keras.Model(model.inputs, outputs)",
        REFUSES,
        "returned None; ValueError was expected",
    ),
    build(
        "type_error",
        "outputs = [layer.output for layer in model.layers if isinstance(layer, SHOWN)]\nif not outputs:\n    raise TypeError('no such layer')\nreturn keras.Model(model.inputs, outputs)",
        REFUSES,
        "raised TypeError",
    ),
    build(
        "printed_error",
        "outputs = [layer.output for layer in model.layers if isinstance(layer, SHOWN)]\nif not outputs:\n    print('ValueError')\n    outputs = model.outputs\nreturn keras.Model(model.inputs, outputs)",
        REFUSES,
        "returned a Functional; ValueError was expected",
    ),
    # extract_activations: the keys
    extract(
        "index_keys",
        EXTRACT.replace("return dict(zip(names, outputs))", "return dict(enumerate(outputs))"),
        NAMES,
        "The keys are texts: layer.name of each Conv2D and MaxPooling2D layer",
    ),
    extract(
        "class_name_keys",
        EXTRACT.replace("[layer.name for", "[layer.__class__.__name__ for"),
        NAMES,
        "Take layer.name of each Conv2D and MaxPooling2D layer of the model that was given",
    ),
    extract(
        "layer_keys",
        EXTRACT.replace("[layer.name for", "[layer for"),
        NAMES,
        "The keys are texts: layer.name of each Conv2D and MaxPooling2D layer",
    ),
    extract(
        "numbered_keys",
        EXTRACT.replace(
            "[layer.name for layer in shown_layers(model)]",
            "[f'layer_{place}' for place, _ in enumerate(shown_layers(model))]",
        ),
        NAMES,
        "Take layer.name of each Conv2D and MaxPooling2D layer of the model that was given",
    ),
    extract(
        "upper_case_keys",
        EXTRACT.replace("[layer.name for", "[layer.name.upper() for"),
        NAMES,
        "Take layer.name of each Conv2D and MaxPooling2D layer of the model that was given",
    ),
    extract(
        "output_name_keys",
        EXTRACT.replace("[layer.name for", "[layer.output.name for"),
        NAMES,
        "Take layer.name of each Conv2D and MaxPooling2D layer of the model that was given",
    ),
    extract(
        "sorted_keys",
        EXTRACT.replace("return dict(zip(names, outputs))", "return dict(sorted(zip(names, outputs)))"),
        NAMES,
        "The names are right, their order is not: it is that of the layers",
    ),
    extract(
        "reversed_keys",
        EXTRACT.replace("return dict(zip(names, outputs))", "return dict(list(zip(names, outputs))[::-1])"),
        NAMES,
        "The names are right, their order is not: it is that of the layers",
    ),
    extract(
        "names_reversed_alone",
        EXTRACT.replace("zip(names, outputs)", "zip(names[::-1], outputs)"),
        NAMES,
        "The names are right, their order is not: it is that of the layers",
        SEQUENTIAL,
        ARRAYS,
        FOUND,
    ),
    extract(
        "names_of_all_layers",
        EXTRACT.replace("shown_layers(model)]", "model.layers]"),
        NAMES,
        "Take layer.name of each Conv2D and MaxPooling2D layer of the model that was given",
        ARRAYS,
        SINGLE,
    ),
    # extract_activations: the values
    extract(
        "list_returned",
        EXTRACT.replace("return dict(zip(names, outputs))", "return outputs"),
        NAMES,
        "returned a list; a dict from layer name to activations was expected",
        SEQUENTIAL,
        *EXTRACTING,
    ),
    extract(
        "pairs_returned",
        EXTRACT.replace("return dict(zip(names, outputs))", "return list(zip(names, outputs))"),
        NAMES,
        "returned a list; a dict from layer name to activations was expected",
        SEQUENTIAL,
        *EXTRACTING,
    ),
    extract(
        "zip_returned",
        EXTRACT.replace("return dict(zip(names, outputs))", "return zip(names, outputs)"),
        NAMES,
        "returned a zip; a dict from layer name to activations was expected",
        SEQUENTIAL,
        *EXTRACTING,
    ),
    extract(
        "extraction_not_returned",
        EXTRACT.replace("return dict(zip(names, outputs))", "print(dict(zip(names, outputs)))"),
        NAMES,
        "returned None",
        SEQUENTIAL,
        *EXTRACTING,
    ),
    extract(
        "model_predictions",
        "return model.predict(images, verbose=0)",
        NAMES,
        "returned a numpy array; a dict from layer name to activations was expected",
        SEQUENTIAL,
        *EXTRACTING,
    ),
    extract(
        "tensors",
        "outputs = build_activation_model(model)(images)\noutputs = outputs if isinstance(outputs, list) else [outputs]\nreturn {layer.name: output for layer, output in zip(shown_layers(model), outputs)}",
        ARRAYS,
        "A TensorFlow tensor becomes a numpy array by np.asarray(tensor)",
        SEQUENTIAL,
        FOUND,
        SINGLE,
    ),
    extract(
        "lists",
        EXTRACT.replace("zip(names, outputs)", "zip(names, [output.tolist() for output in outputs])"),
        ARRAYS,
        "np.array(...) makes an array of a list; .tolist() does the opposite",
        SEQUENTIAL,
        FOUND,
        NUMBER,
        SINGLE,
    ),
    extract(
        "single_output_not_wrapped",
        EXTRACT.replace("if len(names) == 1:\n    outputs = [outputs]\n", ""),
        SINGLE,
        "gives shape (26, 26, 3); (2, 26, 26, 3) was expected",
    ),
    extract(
        "single_output_strict",
        EXTRACT.replace("if len(names) == 1:\n    outputs = [outputs]\n", "").replace(
            "zip(names, outputs)", "zip(names, outputs, strict=True)"
        ),
        SINGLE,
        "With one output, Keras gives the array itself, not a list of one: do not iterate over it",
    ),
    extract(
        "thirty_two_images_only",
        EXTRACT.replace("predict(images,", "predict(images[:32],"),
        NUMBER,
        "All images are to be put through the model, however many there are",
    ),
    extract(
        "squeezed",
        EXTRACT.replace("zip(names, outputs)", "zip(names, [np.squeeze(output) for output in outputs])"),
        NUMBER,
        "np.squeeze removes every axis of length 1, that of a single image too",
    ),
    extract(
        "extracting_model_kept_from_the_first_call",
        "if not KEPT:\n    KEPT.append(build_activation_model(model))\nouts = KEPT[0].predict(images, verbose=0)\nreturn dict(zip([layer.name for layer in shown_layers(model)], outs))",
        FOUND,
        "keep nothing of an earlier call",
        SINGLE,
        FOUND,
        top="KEPT = []\n" + SHOWN,
    ),
    # lies
    build(
        "lie_call_replaced",
        BUILD.replace("return", "show =")
        + "\nshow.call = lambda images, **named: [np.zeros((len(images), *output.shape[1:]), 'float32') for output in show.outputs]\nreturn show",
        VALUES,
        "raised TypeError",
        SHARED,
        SEQUENTIAL,
        extract=ALONE,
    ),
    build(
        "layers_between_left_out",
        "inputs = tensor = keras.Input(model.input_shape[1:])\nfound = []\nfor layer in shown_layers(model):\n    tensor = layer(tensor)\n    found.append(tensor)\nreturn keras.Model(inputs, found)",
        VALUES,
        "Each layer takes what the one before it gives, whatever its kind",
    ),
    build(
        "first_layer_s_input",
        "return keras.Model(model.layers[0].input, [layer.output for layer in shown_layers(model)])",
        COUNT,
        "The first layer may be an Input",
        SINGLE,
    ),
    build(
        "without_convolutions_refused",
        "if not any(isinstance(layer, layers.Conv2D) for layer in model.layers):\n    raise ValueError('no convolution')\nreturn keras.Model(model.inputs, [layer.output for layer in shown_layers(model)])",
        COUNT,
        "raised ValueError: no convolution",
    ),
    extract(
        "model_damaged",
        "activations = build_activation_model(model)(images)\nmodel.set_weights([0 * weight for weight in model.get_weights()])\nactivations = activations if isinstance(activations, list) else [activations]\nreturn {layer.name: np.asarray(activation) for layer, activation in zip(shown_layers(model), activations)}",
        FOUND,
        "changed the weights of the model that it was given",
    ),
    extract(
        "first_activation_everywhere",
        "activations = build_activation_model(model).predict(images, verbose=0)\nactivations = activations if isinstance(activations, list) else [activations]\nreturn {layer.name: activations[0] for layer in shown_layers(model)}",
        FOUND,
        "Names and arrays go together",
        SEQUENTIAL,
    ),
    build(
        "freezes_the_model",
        "for layer in model.layers:\n    layer.trainable = False\n"
        "return keras.Model(model.inputs, [layer.output for layer in shown_layers(model)])",
        VALUES,
        "froze the model that it was given",
        SEQUENTIAL,
    ),
    build(
        "shape_of_the_lesson",
        REBUILT.replace("model.input_shape[1:]", "(28, 28, 1)"),
        COUNT,
        "keras.Input(shape=model.input_shape[1:])",
    ),
    chosen(
        "average_pooling_too",
        "isinstance(layer, (*SHOWN, layers.AveragePooling2D))",
        VALUES,
        "Conv2D and MaxPooling2D layers count, by their class alone",
        NAMES,
    ),
    chosen(
        "by_part_of_the_class_name",
        "'Conv' in type(layer).__name__ or 'Pool' in type(layer).__name__",
        VALUES,
        "Conv2D and MaxPooling2D layers count, by their class alone",
        NAMES,
    ),
    chosen(
        "hidden_dense_too",
        "layer is not model.layers[-1] and not isinstance(layer, (layers.Flatten, layers.Activation, layers.InputLayer))",
        COUNT,
        "Flatten and Dense do not belong there",
        REFUSES,
        extract=ALONE,
    ),
    build(
        "first_layer_skipped",
        "found = [layer.output for layer in model.layers[1:] if isinstance(layer, SHOWN)]\n"
        "if not found:\n    raise ValueError\nreturn keras.Model(model.inputs, found)",
        SEQUENTIAL,
        "A Sequential has no Input among its layers",
        extract=ALONE,
    ),
    build(
        "extended_by_a_tensor",
        "found = []\nfor layer in model.layers:\n    if isinstance(layer, SHOWN):\n        found.extend(layer.output)\n"
        "if not found:\n    raise ValueError\nreturn keras.Model(model.inputs, found)",
        MODEL,
        "layer.output is one tensor",
        *(COUNT, VALUES, SHARED, SEQUENTIAL),
        extract=ALONE,
    ),
    extract(
        "negative_values_cut",
        EXTRACT.replace(
            "dict(zip(names, outputs))", "{name: np.maximum(array, 0) for name, array in zip(names, outputs)}"
        ),
        FOUND,
        "model with layers of other kinds",
    ),
    extract(
        "extracted_as_in_training",
        ALONE.replace(
            "layer(tensor)", "layer(tensor, training=True) if isinstance(layer, layers.Dropout) else layer(tensor)"
        ),
        FOUND,
        "model with layers of other kinds too",
    ),
    extract(
        "divided_by_the_largest",
        EXTRACT.replace("predict(images", "predict(images / images.max()"),
        FOUND,
        "do the images go in as they are",
        *(SINGLE, SEQUENTIAL),
    ),
    extract(
        "four_layers_at_most",
        EXTRACT.replace("dict(zip(names, outputs))", "dict(list(zip(names, outputs))[:4])"),
        FOUND,
        "however many there are",
    ),
    extract(
        "extracted_by_name",
        "model_of_all = build_activation_model(model)\noutputs = model_of_all.predict(images, verbose=0)\n"
        "outputs = outputs if isinstance(outputs, list) else [outputs]\n"
        "names = [layer.name for layer in model.layers if 'conv2d' in layer.name or 'max_pooling2d' in layer.name]\n"
        "return dict(zip(names, outputs))",
        FOUND,
        "by their class",
    ),
    Case(
        "activations_input_taken_for_granted",
        "activation_extraction",
        replace=(("for layer in model.layers:", "for layer in model.layers[1:]:"),),
        check=SEQUENTIAL,
        says="a Sequential has no Input among its layers",
        also=(OF_SEQUENTIAL,),
    ),
    chosen(
        "conv_in_the_class_name",
        "'Conv' in type(layer).__name__ or 'MaxPool' in type(layer).__name__",
        VALUES,
        "by their class alone",
        extract=ALONE,
    ),
    chosen(
        "batch_normalization_too",
        "isinstance(layer, (layers.Conv2D, layers.MaxPooling2D, layers.BatchNormalization))",
        VALUES,
        "by their class alone",
        extract=ALONE,
    ),
    build("at_most_six", f"{BUILD.rstrip()[:-1]}[:6])", COUNT, "It has more layers", extract=ALONE),
    build(
        "joined",
        "found = [layers.Flatten()(layer.output) for layer in model.layers if isinstance(layer, SHOWN)]\n"
        "if not found:\n    raise ValueError\n"
        "return keras.Model(model.inputs, layers.Concatenate()(found) if len(found) > 1 else found[0])",
        COUNT,
        "joined in one array",
        VALUES,
        SHARED,
        SEQUENTIAL,
        extract=ALONE,
    ),
    extract(
        "eight_channels",
        ALONE.replace("tensor.numpy()", "tensor.numpy()[..., :8]"),
        FOUND,
        "Only 8 of 40 channels",
    ),
    extract(
        "all_but_the_last_image",
        ALONE.replace("tf.constant(images)", "tf.constant(images[:-1])"),
        FOUND,
        "Only 2 of 3 images",
        ARRAYS,
        NUMBER,
        SINGLE,
    ),
    extract(
        "by_kind",
        ALONE.replace("found[layer.name] =", "found.setdefault(type(layer).__name__, {})[layer.name] ="),
        ARRAYS,
        "no dict in the dict",
        NAMES,
        FOUND,
        NUMBER,
        SINGLE,
    ),
)
