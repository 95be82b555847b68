"""Right ways to write `build_activation_model` and `extract_activations`: each gets full marks."""

from textwrap import indent

from tests.bank.cases import Case

IMPORTS = "import keras\nimport numpy as np\nimport tensorflow as tf\nfrom keras import layers\n"

SHOWN = """
SHOWN = (layers.Conv2D, layers.MaxPooling2D)


def shown_layers(model):
    found = [layer for layer in model.layers if isinstance(layer, SHOWN)]
    if not found:
        raise ValueError("no Conv2D and no MaxPooling2D layer")
    return found
"""

BUILD = "return keras.Model(model.inputs, [layer.output for layer in shown_layers(model)])"

EXTRACT = """\
outputs = build_activation_model(model).predict(images, verbose=0)
names = [layer.name for layer in shown_layers(model)]
if len(names) == 1:
    outputs = [outputs]
return dict(zip(names, outputs))
"""


def source(build: str = BUILD, extract: str = EXTRACT, top: str = SHOWN, imports: str = IMPORTS) -> str:
    """An `activation_extraction.py` whose two functions have these bodies."""
    functions = {"build_activation_model(model)": build, "extract_activations(model, images)": extract}
    bodies = [f"def {name}:\n{indent(body.rstrip(), '    ')}\n" for name, body in functions.items()]
    return "\n\n".join([f"{imports}\n{top}", *bodies])


def right(name: str, build: str = BUILD, extract: str = EXTRACT, top: str = SHOWN, imports: str = IMPORTS) -> Case:
    """A right case by the bodies of its functions."""
    return Case(f"activations_{name}", "activation_extraction", source=source(build, extract, top, imports))


REBUILT = """\
inputs = tensor = keras.Input(shape=model.input_shape[1:])
outputs = []
for layer in model.layers:
    if isinstance(layer, keras.layers.InputLayer):
        continue
    tensor = layer(tensor)
    if isinstance(layer, (layers.Conv2D, layers.MaxPool2D)):
        outputs.append(tensor)
if len(outputs) == 0:
    raise ValueError("no such layer")
return keras.Model(inputs=inputs, outputs=outputs)
"""

CASES: tuple[Case, ...] = (
    right("model_inputs"),
    right(
        "model_inputs_0",
        "return keras.models.Model(inputs=model.inputs[0], outputs=[layer.output for layer in shown_layers(model)])",
    ),
    right(
        "tf_keras",
        "return tf.keras.models.Model(inputs=model.inputs, outputs=[layer.output for layer in shown_layers(model)])",
    ),
    right("rebuilt", REBUILT),
    right(
        "by_class_name",
        "outputs = []\nfor layer in model.layers:\n    if layer.__class__.__name__ in ('Conv2D', 'MaxPooling2D'):\n"
        "        outputs.append(layer.output)\nif not outputs:\n    raise ValueError('nothing to show')\n"
        "return keras.Model(inputs=model.inputs, outputs=outputs, name='activations')",
    ),
    right(
        "by_get_layer",
        "return keras.Model(model.inputs, [model.get_layer(layer.name).output for layer in shown_layers(model)])",
    ),
    right(
        "by_index",
        "places = [place for place in range(len(model.layers)) if type(model.layers[place]) in SHOWN]\nif not places:\n    raise ValueError(model.name)\n"
        "return keras.Model(model.inputs, [model.get_layer(index=place).output for place in places])",
    ),
    right(
        "refusal_left_to_keras",
        "return keras.Model(model.inputs, [layer.output for layer in model.layers if isinstance(layer, SHOWN)])",
    ),
    right(
        "two_loops",
        "convolutions = {layer.name for layer in model.layers if isinstance(layer, layers.Conv2D)}\npools = {layer.name for layer in model.layers if isinstance(layer, layers.MaxPooling2D)}\n"
        "both = convolutions | pools\nif not both:\n    raise ValueError('none')\nreturn keras.Model(model.inputs, [layer.output for layer in model.layers if layer.name in both])",
    ),
    right(
        "subclass_of_value_error",
        "try:\n    found = shown_layers(model)\nexcept ValueError as error:\n    raise NothingToShow('none') from error\nreturn keras.Model(model.inputs, [layer.output for layer in found])",
        top=SHOWN + "\n\nclass NothingToShow(ValueError):\n    pass\n",
    ),
    right(
        "summary_printed",
        "result = keras.Model(model.inputs, [layer.output for layer in shown_layers(model)])\nresult.summary()\nreturn result",
    ),
    right(
        "compiled_too",
        "result = keras.Model(model.inputs, [layer.output for layer in shown_layers(model)])\nresult.compile()\nreturn result",
    ),
    right(
        "frozen_view_no_new_names",
        "chosen = shown_layers(model)\nshow = keras.Model(inputs=model.inputs, outputs=[each.output for each in chosen])\nassert len(show.outputs) == len(chosen)\nreturn show",
    ),
    right(
        "called_directly",
        extract="outputs = build_activation_model(model)(images)\noutputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]\nreturn {layer.name: np.asarray(output) for layer, output in zip(shown_layers(model), outputs)}",
    ),
    right(
        "numpy_method",
        extract="show = build_activation_model(model)\nresult = show(images, training=False)\nif not isinstance(result, list):\n    result = [result]\nreturn {layer.name: tensor.numpy() for layer, tensor in zip(shown_layers(model), result)}",
    ),
    right(
        "convert_to_numpy",
        extract="result = build_activation_model(model)(keras.ops.convert_to_tensor(images))\nresult = result if isinstance(result, list) else [result]\nreturn {layer.name: keras.ops.convert_to_numpy(one) for layer, one in zip(shown_layers(model), result)}",
    ),
    right(
        "layer_by_layer",
        extract="tensor, found = tf.constant(images), {}\nfor layer in model.layers:\n    if isinstance(layer, layers.InputLayer):\n        continue\n    tensor = layer(tensor)\n    if isinstance(layer, SHOWN):\n        found[layer.name] = tensor.numpy()\n"
        "if not found:\n    raise ValueError('no such layer')\nreturn found",
    ),
    right(
        "one_model_a_layer",
        extract="return {layer.name: keras.Model(model.inputs, layer.output).predict(images, verbose=0) for layer in shown_layers(model)}",
    ),
    right(
        "predict_on_batch",
        extract="result = build_activation_model(model).predict_on_batch(images)\nif isinstance(result, np.ndarray):\n    result = [result]\nreturn dict(zip([layer.name for layer in shown_layers(model)], result))",
    ),
    right(
        "predict_in_batches",
        extract="show, names = build_activation_model(model), [layer.name for layer in shown_layers(model)]\nfound = {name: [] for name in names}\nfor start in range(0, len(images), 16):\n    part = show(images[start : start + 16])\n    part = part if isinstance(part, list) else [part]\n"
        "    for name, one in zip(names, part):\n        found[name].append(np.asarray(one))\nreturn {name: np.concatenate(parts) for name, parts in found.items()}",
    ),
    right(
        "float64",
        extract="outputs = build_activation_model(model).predict(images, verbose=0)\nnames = [layer.name for layer in shown_layers(model)]\noutputs = [outputs] if len(names) == 1 else outputs\nreturn {name: output.astype('float64') for name, output in zip(names, outputs)}",
    ),
    right(
        "ordered_dict",
        extract="from collections import OrderedDict\n"
        + EXTRACT.replace("dict(zip(names, outputs))", "OrderedDict(zip(names, outputs))"),
    ),
    right(
        "names_of_the_outputs",
        extract="show = build_activation_model(model)\nvalues = show.predict(images, verbose=1)\nvalues = values if isinstance(values, list) else [values]\nnames = [layer.name for layer in show.layers if isinstance(layer, SHOWN)]\nreturn {name: value for name, value in zip(names, values)}",
    ),
    right(
        "tf_function",
        extract="show = tf.function(build_activation_model(model))\nresult = tf.nest.flatten(show(tf.constant(images)))\nreturn {layer.name: one.numpy() for layer, one in zip(shown_layers(model), result)}",
    ),
    right(
        "dict_model_inside",
        extract="show = keras.Model(model.inputs, {layer.name: layer.output for layer in shown_layers(model)})\nfound = show.predict(images, verbose=0)\nreturn {layer.name: found[layer.name] for layer in shown_layers(model)}",
    ),
    right(
        "tf_imports",
        top="",
        imports="import numpy as np\nfrom tensorflow.keras.layers import Conv2D, MaxPooling2D\nfrom tensorflow.keras.models import Model\n",
        build="outputs = [layer.output for layer in model.layers if isinstance(layer, (Conv2D, MaxPooling2D))]\nif not outputs:\n    raise ValueError('nothing')\nreturn Model(inputs=model.inputs, outputs=outputs)",
        extract="names = [layer.name for layer in model.layers if isinstance(layer, (Conv2D, MaxPooling2D))]\nresult = build_activation_model(model).predict(images)\nif len(names) == 1:\n    return {names[0]: result}\nreturn {name: np.array(one) for name, one in zip(names, result)}",
    ),
)
