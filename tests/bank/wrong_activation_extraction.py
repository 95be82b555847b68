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

EXTRACTING = (NAMES, ARRAYS, FOUND, NUMBER, SINGLE)
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
        also=also,
    )


def chosen(name: str, condition: str, check: str, says: str, *also: str, extract: str = EXTRACT) -> Case:
    """An activation model of the layers that fulfil a condition."""
    body = f"found = [layer for layer in model.layers if {condition}]\nif not found:\n    raise ValueError\nreturn keras.Model(model.inputs, [layer.output for layer in found])"
    return build(name, body, check, says, *also, extract=extract)


CASES: tuple[Case, ...] = (
    # build_activation_model: which layers
    chosen(
        "only_convolutions", "isinstance(layer, layers.Conv2D)", COUNT, "X", FOUND, SEQUENTIAL, NAMES, ARRAYS, VALUES
    ),
    chosen(
        "only_pooling",
        "isinstance(layer, layers.MaxPooling2D)",
        COUNT,
        "X",
        FOUND,
        SEQUENTIAL,
        NAMES,
        ARRAYS,
        VALUES,
        SINGLE,
        SHARED,
    ),
    chosen("all_layers", "True", COUNT, "X", *ALL),
    chosen("all_but_the_last", "layer is not model.layers[-1]", COUNT, "X", *ALL),
    chosen("convolutions_by_name", "'conv' in layer.name", COUNT, "X", *ALL),
    chosen("conv_and_pool_by_name", "layer.name.startswith(('conv2d', 'max_pooling2d'))", COUNT, "X", *ALL),
    chosen("first_four_layers", "layer in model.layers[:4]", COUNT, "X", *ALL),
    build(
        "outputs_with_four_axes",
        "return keras.Model(model.inputs, [layer.output for layer in model.layers if len(layer.output.shape) == 4])",
        COUNT,
        "X",
        *ALL,
    ),
    build(
        "reversed",
        "return keras.Model(model.inputs, [layer.output for layer in shown_layers(model)][::-1])",
        COUNT,
        "X",
        VALUES,
        SHARED,
        SEQUENTIAL,
        FOUND,
        ARRAYS,
    ),
    build(
        "convolutions_first",
        "found = sorted(shown_layers(model), key=lambda layer: isinstance(layer, layers.MaxPooling2D))\nreturn keras.Model(model.inputs, [layer.output for layer in found])",
        COUNT,
        "X",
        VALUES,
        SHARED,
        SEQUENTIAL,
        FOUND,
        ARRAYS,
    ),
    build(
        "sorted_by_name",
        "found = sorted(shown_layers(model), key=lambda layer: layer.name)\nreturn keras.Model(model.inputs, [layer.output for layer in found])",
        COUNT,
        "X",
        VALUES,
        SHARED,
        SEQUENTIAL,
        FOUND,
        ARRAYS,
    ),
    build(
        "last_only",
        "return keras.Model(model.inputs, shown_layers(model)[-1].output)",
        COUNT,
        "X",
        VALUES,
        SHARED,
        SEQUENTIAL,
        FOUND,
        NAMES,
        ARRAYS,
        NUMBER,
        extract=ALONE,
    ),
    build(
        "first_only",
        "return keras.Model(model.inputs, shown_layers(model)[0].output)",
        COUNT,
        "X",
        VALUES,
        SHARED,
        SEQUENTIAL,
        extract=ALONE,
    ),
    build(
        "return_in_the_loop",
        "for layer in shown_layers(model):\n    return keras.Model(model.inputs, layer.output)",
        COUNT,
        "X",
        VALUES,
        SHARED,
        SEQUENTIAL,
        extract=ALONE,
    ),
    build("model_itself", "shown_layers(model)\nreturn model", COUNT, "X", VALUES, SHARED, SEQUENTIAL, extract=ALONE),
    build(
        "inputs_of_the_layers",
        "return keras.Model(model.inputs, [layer.input for layer in shown_layers(model)])",
        COUNT,
        "X",
        VALUES,
        SHARED,
        SEQUENTIAL,
        FOUND,
        ARRAYS,
    ),
    # build_activation_model: what it computes
    build(
        "cloned",
        "copy = keras.models.clone_model(model)\ncopy.set_weights(model.get_weights())\nreturn keras.Model(copy.inputs, [layer.output for layer in shown_layers(copy)])",
        SHARED,
        "X",
    ),
    build(
        "cloned_without_weights",
        "copy = keras.models.clone_model(model)\nreturn keras.Model(copy.inputs, [layer.output for layer in shown_layers(copy)])",
        VALUES,
        "X",
        SHARED,
        SEQUENTIAL,
        FOUND,
        SINGLE,
    ),
    build(
        "from_config",
        "copy = model.__class__.from_config(model.get_config())\ncopy.set_weights(model.get_weights())\nreturn keras.Model(copy.inputs, [layer.output for layer in shown_layers(copy)])",
        SHARED,
        "X",
    ),
    build(
        "layers_from_config",
        "shown_layers(model)\ninputs = tensor = keras.Input(model.input_shape[1:])\noutputs = []\nfor layer in model.layers:\n    if isinstance(layer, layers.InputLayer):\n        continue\n"
        "    copy = type(layer).from_config(layer.get_config())\n    tensor = copy(tensor)\n    copy.set_weights(layer.get_weights())\n    if isinstance(copy, SHOWN):\n        outputs.append(tensor)\nreturn keras.Model(inputs, outputs)",
        SHARED,
        "X",
    ),
    build(
        "new_random_layers",
        "shown_layers(model)\ninputs = tensor = keras.Input(model.input_shape[1:])\noutputs = []\nfor layer in shown_layers(model):\n"
        "    tensor = type(layer).from_config(layer.get_config())(tensor)\n    outputs.append(tensor)\nreturn keras.Model(inputs, outputs)",
        VALUES,
        "X",
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
        "X",
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
        "X",
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
        "X",
        *ALL,
    ),
    build(
        "each_layer_on_the_image",
        "shown_layers(model)\ninputs = keras.Input(model.input_shape[1:])\nreturn keras.Model(inputs, [layer(inputs) for layer in shown_layers(model)])",
        MODEL,
        "X",
        *ALL,
    ),
    build(
        "dict_of_models",
        "return {layer.name: keras.Model(model.inputs, layer.output) for layer in shown_layers(model)}",
        MODEL,
        "X",
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
        "X",
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
        "X",
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
        "X",
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
        "X",
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
        "X",
    ),
    build(
        "layers_input_shape",
        "return keras.Model(model.layers[0].input_shape, [layer.output for layer in shown_layers(model)])",
        MODEL,
        "X",
        *ALL,
    ),
    build(
        "new_input_unconnected",
        "return keras.Model(keras.Input(model.input_shape[1:]), [layer.output for layer in shown_layers(model)])",
        MODEL,
        "X",
        *ALL,
    ),
    build(
        "backend_function",
        "return keras.backend.function([model.input], [layer.output for layer in shown_layers(model)])",
        MODEL,
        "X",
        *ALL,
    ),
    build(
        "kept_from_the_first_call",
        "if not KEPT:\n    KEPT.append(keras.Model(model.inputs, [layer.output for layer in shown_layers(model)]))\nreturn KEPT[0]",
        COUNT,
        "X",
        VALUES,
        SHARED,
        SEQUENTIAL,
        REFUSES,
        *EXTRACTING,
        top="KEPT = []\n" + SHOWN,
    ),
    build(
        "built_for_a_cnn_of_its_own",
        "model = build_cnn()\n" + BUILD,
        COUNT,
        "X",
        *ALL,
        top="from cnn import build_cnn\n" + SHOWN,
    ),
    # ValueError
    build(
        "input_of_the_first_layer",
        "return keras.Model(model.layers[0].input, [layer.output for layer in shown_layers(model)])",
        MODEL,
        "X",
        *ALL,
    ),
    build(
        "index_error",
        "outputs = [layer.output for layer in model.layers if isinstance(layer, SHOWN)]\noutputs[0]\nreturn keras.Model(model.inputs, outputs)",
        REFUSES,
        "X",
    ),
    build(
        "none_for_nothing",
        "outputs = [layer.output for layer in model.layers if isinstance(layer, SHOWN)]\nif not outputs:\n    return None\nreturn keras.Model(model.inputs, outputs)",
        REFUSES,
        "X",
    ),
    build(
        "type_error",
        "outputs = [layer.output for layer in model.layers if isinstance(layer, SHOWN)]\nif not outputs:\n    raise TypeError('no such layer')\nreturn keras.Model(model.inputs, outputs)",
        REFUSES,
        "X",
    ),
    build(
        "printed_error",
        "outputs = [layer.output for layer in model.layers if isinstance(layer, SHOWN)]\nif not outputs:\n    print('ValueError')\n    outputs = model.outputs\nreturn keras.Model(model.inputs, outputs)",
        REFUSES,
        "X",
    ),
    # extract_activations: the keys
    extract(
        "index_keys", EXTRACT.replace("return dict(zip(names, outputs))", "return dict(enumerate(outputs))"), NAMES, "X"
    ),
    extract(
        "class_name_keys",
        EXTRACT.replace("[layer.name for", "[layer.__class__.__name__ for"),
        NAMES,
        "X",
        ARRAYS,
        FOUND,
        SEQUENTIAL,
    ),
    extract("layer_keys", EXTRACT.replace("[layer.name for", "[layer for"), NAMES, "X"),
    extract(
        "numbered_keys",
        EXTRACT.replace(
            "[layer.name for layer in shown_layers(model)]",
            "[f'layer_{place}' for place, _ in enumerate(shown_layers(model))]",
        ),
        NAMES,
        "X",
    ),
    extract("upper_case_keys", EXTRACT.replace("[layer.name for", "[layer.name.upper() for"), NAMES, "X"),
    extract("output_name_keys", EXTRACT.replace("[layer.name for", "[layer.output.name for"), NAMES, "X"),
    extract(
        "sorted_keys",
        EXTRACT.replace("return dict(zip(names, outputs))", "return dict(sorted(zip(names, outputs)))"),
        NAMES,
        "X",
        ARRAYS,
        FOUND,
        SEQUENTIAL,
    ),
    extract(
        "reversed_keys",
        EXTRACT.replace("return dict(zip(names, outputs))", "return dict(list(zip(names, outputs))[::-1])"),
        NAMES,
        "X",
        ARRAYS,
        FOUND,
        SEQUENTIAL,
    ),
    extract(
        "names_reversed_alone", EXTRACT.replace("zip(names, outputs)", "zip(names[::-1], outputs)"), NAMES, "X", FOUND
    ),
    extract(
        "names_of_all_layers",
        EXTRACT.replace("shown_layers(model)]", "model.layers]"),
        NAMES,
        "X",
        SEQUENTIAL,
        SINGLE,
        FOUND,
    ),
    # extract_activations: the values
    extract(
        "list_returned",
        EXTRACT.replace("return dict(zip(names, outputs))", "return outputs"),
        NAMES,
        "X",
        *EXTRACTING,
        SEQUENTIAL,
    ),
    extract(
        "pairs_returned",
        EXTRACT.replace("return dict(zip(names, outputs))", "return list(zip(names, outputs))"),
        NAMES,
        "X",
        *EXTRACTING,
        SEQUENTIAL,
    ),
    extract(
        "zip_returned",
        EXTRACT.replace("return dict(zip(names, outputs))", "return zip(names, outputs)"),
        NAMES,
        "X",
        *EXTRACTING,
        SEQUENTIAL,
    ),
    extract(
        "nothing_returned",
        EXTRACT.replace("return dict(zip(names, outputs))", "print(dict(zip(names, outputs)))"),
        NAMES,
        "X",
        *EXTRACTING,
        SEQUENTIAL,
    ),
    extract("model_predictions", "return model.predict(images, verbose=0)", NAMES, "X", *EXTRACTING, SEQUENTIAL),
    extract(
        "tensors",
        "outputs = build_activation_model(model)(images)\noutputs = outputs if isinstance(outputs, list) else [outputs]\nreturn {layer.name: output for layer, output in zip(shown_layers(model), outputs)}",
        ARRAYS,
        "X",
        SEQUENTIAL,
        SINGLE,
        FOUND,
    ),
    extract(
        "lists",
        EXTRACT.replace("zip(names, outputs)", "zip(names, [output.tolist() for output in outputs])"),
        ARRAYS,
        "X",
        *EXTRACTING,
        SEQUENTIAL,
    ),
    extract(
        "symbolic",
        "return {layer.name: layer.output for layer in shown_layers(model)}",
        ARRAYS,
        "X",
        FOUND,
        SEQUENTIAL,
        SINGLE,
        NUMBER,
    ),
    extract(
        "weights",
        "return {layer.name: layer.get_weights() for layer in shown_layers(model)}",
        ARRAYS,
        "X",
        FOUND,
        SEQUENTIAL,
        SINGLE,
        NUMBER,
    ),
    extract(
        "layers_as_values",
        "return {layer.name: layer for layer in shown_layers(model)}",
        ARRAYS,
        "X",
        FOUND,
        SEQUENTIAL,
        SINGLE,
        NUMBER,
    ),
    extract(
        "first_image_only",
        EXTRACT.replace("zip(names, outputs)", "zip(names, [output[0] for output in outputs])"),
        ARRAYS,
        "X",
        FOUND,
        SEQUENTIAL,
        SINGLE,
        NUMBER,
    ),
    extract(
        "one_image_predicted",
        EXTRACT.replace("predict(images,", "predict(images[:1],"),
        ARRAYS,
        "X",
        FOUND,
        SEQUENTIAL,
        SINGLE,
        NUMBER,
    ),
    extract(
        "first_channel_only",
        EXTRACT.replace("zip(names, outputs)", "zip(names, [output[..., 0] for output in outputs])"),
        ARRAYS,
        "X",
        FOUND,
        SEQUENTIAL,
        SINGLE,
    ),
    extract(
        "mean_over_channels",
        EXTRACT.replace("zip(names, outputs)", "zip(names, [output.mean(axis=-1) for output in outputs])"),
        ARRAYS,
        "X",
        FOUND,
        SEQUENTIAL,
        SINGLE,
    ),
    extract(
        "channels_first",
        EXTRACT.replace("zip(names, outputs)", "zip(names, [output.transpose(0, 3, 1, 2) for output in outputs])"),
        ARRAYS,
        "X",
        FOUND,
        SEQUENTIAL,
        SINGLE,
    ),
    extract(
        "transposed",
        EXTRACT.replace("zip(names, outputs)", "zip(names, [output.swapaxes(1, 2) for output in outputs])"),
        FOUND,
        "X",
        SEQUENTIAL,
        SINGLE,
    ),
    extract(
        "flattened",
        EXTRACT.replace("zip(names, outputs)", "zip(names, [output.reshape(len(output), -1) for output in outputs])"),
        ARRAYS,
        "X",
        FOUND,
        SEQUENTIAL,
        SINGLE,
    ),
    extract(
        "normalised_again",
        EXTRACT.replace("predict(images,", "predict(images / 255.0,"),
        FOUND,
        "X",
        SEQUENTIAL,
        SINGLE,
    ),
    extract(
        "as_bytes",
        EXTRACT.replace("predict(images,", "predict((images * 255).astype('uint8'),"),
        FOUND,
        "X",
        SEQUENTIAL,
        SINGLE,
    ),
    extract(
        "activations_scaled",
        EXTRACT.replace("zip(names, outputs)", "zip(names, [output / (output.max() + 1e-9) for output in outputs])"),
        FOUND,
        "X",
        SEQUENTIAL,
        SINGLE,
    ),
    extract(
        "activations_as_bytes",
        EXTRACT.replace("zip(names, outputs)", "zip(names, [(255 * output).astype('uint8') for output in outputs])"),
        ARRAYS,
        "X",
        FOUND,
        SEQUENTIAL,
        SINGLE,
    ),
    extract(
        "rounded",
        EXTRACT.replace("zip(names, outputs)", "zip(names, [output.round(1) for output in outputs])"),
        FOUND,
        "X",
        SEQUENTIAL,
        SINGLE,
    ),
    extract(
        "half_precision",
        EXTRACT.replace("zip(names, outputs)", "zip(names, [output.round(2).astype('float16') for output in outputs])"),
        FOUND,
        "X",
        SEQUENTIAL,
        SINGLE,
    ),
    extract(
        "positive_parts",
        EXTRACT.replace("zip(names, outputs)", "zip(names, [output - output.mean() for output in outputs])"),
        FOUND,
        "X",
        SEQUENTIAL,
        SINGLE,
    ),
    extract(
        "random",
        EXTRACT.replace("zip(names, outputs)", "zip(names, [np.random.random(output.shape) for output in outputs])"),
        FOUND,
        "X",
        SEQUENTIAL,
        SINGLE,
    ),
    extract(
        "batch_axis_added",
        EXTRACT.replace("predict(images,", "predict(images[None],"),
        NAMES,
        "X",
        *EXTRACTING,
        SEQUENTIAL,
    ),
    extract(
        "single_output_not_wrapped", EXTRACT.replace("if len(names) == 1:\n    outputs = [outputs]\n", ""), SINGLE, "X"
    ),
    extract(
        "single_output_strict",
        EXTRACT.replace("if len(names) == 1:\n    outputs = [outputs]\n", "").replace(
            "zip(names, outputs)", "zip(names, outputs, strict=True)"
        ),
        SINGLE,
        "X",
    ),
    extract("thirty_two_images_only", EXTRACT.replace("predict(images,", "predict(images[:32],"), NUMBER, "X"),
    extract(
        "squeezed",
        EXTRACT.replace("zip(names, outputs)", "zip(names, [np.squeeze(output) for output in outputs])"),
        NUMBER,
        "X",
    ),
    extract(
        "kept_from_the_first_call",
        "if not KEPT:\n    KEPT.append(build_activation_model(model))\nouts = KEPT[0].predict(images, verbose=0)\nreturn dict(zip([layer.name for layer in shown_layers(model)], outs))",
        SINGLE,
        "X",
        SEQUENTIAL,
        top="KEPT = []\n" + SHOWN,
    ),
    extract(
        "model_arguments_swapped", "model, images = images, model\n" + EXTRACT, NAMES, "X", *EXTRACTING, SEQUENTIAL
    ),
    extract("not_written", "raise NotImplementedError", NAMES, "X", *EXTRACTING, SEQUENTIAL),
    # lies
    build(
        "lie_functional_subclass",
        "shown_layers(model)\nreturn Show(model.inputs, model.outputs)",
        MODEL,
        "X",
        COUNT,
        VALUES,
        SHARED,
        SEQUENTIAL,
        extract=ALONE,
        top=SHOWN
        + """

class Show(keras.Model):
    pass
""",
    ),
    build(
        "lie_call_replaced",
        BUILD.replace("return", "show =")
        + "\nshow.call = lambda images, **named: [np.zeros((len(images), *output.shape[1:]), 'float32') for output in show.outputs]\nreturn show",
        VALUES,
        "X",
        SHARED,
        SEQUENTIAL,
        extract=ALONE,
    ),
)
