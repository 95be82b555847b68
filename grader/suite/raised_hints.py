"""What helps against exceptions that beginners meet: tables of what Python, numpy and Keras say, and what to do then.

In a table the first phrase counts that stands in the message, so special phrases come before general ones. A check asks
the table of its task; where none of its phrases is there, `TaskSession` asks what means the same everywhere.
"""

import re
from collections.abc import Mapping
from typing import Any

from grader.sandbox.withheld import REFUSAL

BUILDING = {
    "Expected `loss_weights` argument": "compile takes optimizer, loss and metrics: name them, metrics=['accuracy'].",
    "required positional arguments: 'y_true'": "A loss is passed on by its name, or without brackets: with them, it is "
    "called.",
    "required positional argument: 'features'": "A function is passed on by its name, activation='relu', or without "
    "brackets: with them, it is called.",
    "A KerasTensor cannot be used": "Layers take it: keras.layers.Flatten(), Reshape, Activation; no functions of "
    "TensorFlow.",
    "of type '<class 'float'>'": "A number of units or filters is whole: // gives one, / does not.",
    "Received strides=": "The third argument of Conv2D is strides: write activation='relu', by its name.",
    "Received: data_format=(": "Flatten takes no shape: keras.Input(shape={shape}) comes first.",
    "expected axis -1": "Is one layer used in two places, or in two models? Each place needs a layer of its own, made "
    "anew inside the function; a list times a number repeats the same ones. Otherwise: do the layers fit each other?",
    "`learning_rate` should be float": "The learning rate is a float, such as 0.001.",
    "Could not interpret activation": "Is its name misspelt? Say activation='relu' or activation='softmax'.",
    "optimizer identifier: sparse_": "Optimizer and loss are exchanged: optimizer='adam', loss='sparse_...'.",
    "Could not interpret optimizer": "Say optimizer='adam', or keras.optimizers.Adam() with its parentheses.",
    "not recognized: {'lr'": "The argument lr is called learning_rate now.",
    "Expected `metrics` argument": "metrics takes a list: metrics=['accuracy'].",
    "must be fully-defined": "Say keras.Input(shape={shape}): the shape of one image, without None. A Lambda layer "
    "hides it, and is not accepted.",
    "to a shape": "Say keras.Input(shape={shape}): the shape of one image, a tuple.",
    "has no attribute 'placeholder'": "That is TensorFlow 1: build the model with keras.Sequential([...]).",
    "has no attribute 'Session'": "That is TensorFlow 1: build the model with keras.Sequential([...]).",
    "missing 1 required positional argument: 'x'": "A function is passed on by its name, activation='relu', or without "
    "brackets: with them, it is called.",
    "missing 1 required positional argument: 'kernel_size'": "Conv2D takes the filters and the size of its kernel: is "
    "kernel_size misspelt, or left out?",
    "missing 1 required positional argument: 'units'": "Dense takes the number of its units: is units misspelt?",
    "missing 1 required positional argument: 'filters'": "Conv2D takes filters and kernel_size: is one misspelt?",
    "got an unexpected keyword argument": "Is the argument's name misspelt, or that of an old Keras? Leave it out.",
    "object has no attribute 'add'": "model.add(...) changes the model and returns None: write it alone, without = or "
    "another .add behind it.",
    "expected min_ndim=4, found ndim=2": "A convolution takes no flat input: Flatten comes once, behind the loop. Are "
    "model and list made anew in every call?",
    "Sequential.__init__() takes": "keras.Sequential takes one list: put square brackets around the layers.",
    "Layer.__init__() takes": "keras.Model takes two things, inputs and outputs.",
    "a single positional argument, the input tensor": "keras.Input comes first, before all layers.",
    "invalid value for `units`": "units is a whole number: the argument itself, no text, and // where it is divided.",
    "values must be KerasTensors": "What is given as outputs is no tensor: is the last layer called, x = layer(x), and "
    "does a helper return what it made?",
    "`data_format` argument must be": "A layer is made, and then called: layers.Flatten()(x), two pairs of brackets.",
    "Iterating over a symbolic": "A layer is made, and then called: layers.MaxPooling2D()(x), two pairs of brackets.",
    "trainable=<KerasTensor": "keras.Sequential takes layers; of tensors, keras.Model(inputs, outputs) is made.",
    "is not connected to": "keras.Model(inputs, outputs): the inputs come first, and the outputs are made of them.",
    "total size of the tensor must be unchanged": "The number of values is another one: Flatten() counts by itself.",
    "`padding` argument must be": "Leave padding out.",
    "has no attribute 'lower'": "Leave padding out.",
    "must be a tuple of 3 integers": "Images have two axes: keras.layers.Conv2D.",
    "argument `filters`. Expected": "Conv2D takes the argument filters: is that another variable's name too?",
    "Unrecognized keyword arguments": "Is the argument's name misspelt, or that of an old Keras? Leave it out.",
    "No module named": "Only numpy, tensorflow, keras and the standard library can be imported.",
    "/datasets": "Nothing can be downloaded here: the function builds and compiles a model, it does not train it.",
    "URL fetch failure": "Nothing can be downloaded here: the function builds and compiles a model, no more.",
    "expected min_ndim=4, found ndim=3": "A convolution takes images with a channel axis: keras.Input(shape={shape}).",
    "has already been configured": "Make a new model in every call, inside the function: the one of the call before is "
    "full.",
    "(of type <class 'list'>)": "A list of layers stands where one layer belongs: add each, or unpack the list with *.",
    "Only instances of `keras.Layer` can be": "A class is none: put parentheses behind it, as in layers.Flatten().",
    "Only input tensors may be passed": "A layer stands where what it gives belongs: x = layers.Dense(...)(x), and the "
    "next layer is called on x.",
    "keras.optimizers.legacy": "Say keras.optimizers.Adam(), or optimizer='adam'.",
    "is not a valid": "TensorFlow takes letters, digits and _ . - in the name of a layer or model, no blanks.",
    "incompatible with the layer": "Do the layers fit each other, and the input of shape {shape}?",
    "must have the same length as input": "Conv2D is for images; Conv1D goes over rows of one axis, Conv3D over three. "
    "Otherwise: do the layers fit each other, and the input of shape {shape}?",
    "zero or negative": "The image has become too small: look at the input's shape, kernels, strides, pooling and "
    "data_format. Conv2D(filters, 3): first the filters, then the kernel's size; a third number is strides. Or are "
    "layers of an earlier call still there?",
    "Incompatible type conversion requested": "Leave dtype out of keras.Input: it takes floats.",
    "NameError": "Is it imported, and spelt as it was there?",
}
"""Of Keras, where a model is built; `{shape}` is that of one image."""

INPUT_HINT = "A Functional model lists its Input among its layers, a Sequential does not: skip keras.layers.InputLayer."

EXTRACTING = {
    "has no attribute 'pop'": "Take no layer away from the model that is given: choose among what its layers give.",
    "'numpy.ndarray' object has no": "The model is the first argument, the images are the second.",
    "Kernel shape must have the same length": "The shape is that of one image, without the first axis: "
    "keras.Input(shape=model.input_shape[1:]).",
    "Unrecognized keyword arguments passed to Model": "Write keras.Model(inputs=..., outputs=...), with an s each.",
    "'KerasTensor' object is not callable": "layer.output is a tensor, no function: leave the brackets out.",
    "has no attribute 'layer'": "The list of a model's layers is model.layers.",
    "No such layer": "Names differ from model to model. Go over model.layers: a layer itself needs no looking up.",
    "has no attribute 'activation'": "layer.activation is a function: layer.output is what a layer gives.",
    "never been called": "A Sequential that was never called has no model.input: use model.inputs, or a keras.Input.",
    "is not connected to": "keras.Model(inputs, outputs): the inputs come first, and the outputs are made of them. Use "
    "model.inputs, or call each layer anew; and make the list of outputs inside the function, empty for every model.",
    "must be KerasTensors": "The outputs are tensors, neither layers nor weights: layer.output, or layer(tensor).",
    "expected min_ndim=4, found ndim=3": "An image has a channel axis too: keras.Input(shape=model.input_shape[1:]).",
    "found ndim=5": "The shape is that of one image, without the first axis: keras.Input(shape=model.input_shape[1:]).",
    "argument cannot be empty": "The first layer may be an Input, which has no input: use model.inputs.",
    "expected shape=(None, 28, 28, 1)": "The images go in as they are, (n, 28, 28, 1): no axis more or less.",
    "incompatible with the layer": "Each layer takes what the one before it gives, not the image again, and none is "
    "left out: a Sequential has no Input among its layers.",
    "has no attribute 'input_shape'": "Keras 3 layers have no input_shape; a model has: model.input_shape.",
    "Iterating over a symbolic KerasTensor": "layer.output is one tensor: outputs.append(layer.output) puts "
    "it into the list, extend would take it apart.",
    "Computed output size would be negative": "The images go in all at once, as one array of shape (n, 28, 28, 1): a "
    "single image has lost its first axis.",
    "InputLayer.call()": INPUT_HINT,
    "inhomogeneous shape": "The arrays have different shapes: keep them apart, in a list or a dict.",
    "unhashable type: 'numpy.ndarray'": "The names are the keys, the arrays the values: dict(zip(names, arrays)).",
    "'NoneType' object has no attribute 'append'": "append changes the list and returns None: write "
    "outputs.append(...) without an = in front.",
    "has no attribute 'append'": "Begin with an empty list before the loop, outputs = [], and append to it.",
    "has no attribute 'outputs'": "A layer has one output: layer.output.",
    "has no attribute 'get_output_at'": "That is an old Keras: layer.output is what a layer gives.",
    "has no attribute 'function'": "That is an old Keras: keras.Model(model.inputs, outputs) does it now.",
}
"""Of Keras, where another model's layers are taken."""

CONVOLVING = {
    "setting an array element with a sequence": "Window times kernel is an array: add its numbers up, np.sum(...).",
    REFUSAL: "Compute it with numpy alone: two loops, or np.lib.stride_tricks.sliding_window_view.",
    "could not be broadcast": "Each window is as large as the kernel, image[i:i + kh, j:j + kw]: does one hang over "
    "the edge, is a size fixed, or are rows, which come first, and columns exchanged?",
    "out of bounds": "A place beyond the edge was asked for: count to h - kh + 1 and w - kw + 1, in this order, and "
    "within a window to kh and kw, the kernel's own: is a size fixed?",
    "matmul": "Window and kernel are multiplied value by value: use *, not @.",
    "not aligned": "Window and kernel are multiplied value by value: use *, not np.dot.",
    "cannot reshape": "Cut the rest off first: image[:rows * size, :columns * size], rows before columns.",
    "truth value of an array": "max() and sum() of Python go over rows: np.max(window), np.sum(window).",
    "shape-mismatch for sum": "A window has the kernel's shape, (kh, kw), which are two numbers.",
    "as a data type": "np.zeros takes the shape as one tuple, in brackets of its own: np.zeros((rows, columns)).",
    "not enough values to unpack": "Image and kernel have two axes, (h, w): there is no channel axis here.",
    "Cannot cast ufunc": "A sum of floats does not fit into an array of integers: begin with np.zeros(shape).",
}
"""Of numpy, where windows are cut out of an image."""

POOLING = {
    "out of bounds": "A place beyond the edge was asked for: count to h // size and w // size, and within a window to "
    "size: is 2 written where size belongs?",
    "zero-size array": "A window is empty: [i * size:(i + 1) * size, j * size:(j + 1) * size] lies within the image. "
    "Is 2 written where size belongs, 1 taken off the end, or are rows, which come first, and columns exchanged?",
}
"""Of numpy, where an image is cut into windows, before what `CONVOLVING` knows."""

CALLING_BACK = {
    "'int' object has no attribute": "The epoch comes first, then the logs: def on_epoch_end(self, epoch, logs=None).",
    "'int' object is not subscriptable": "The epoch comes first: def on_epoch_end(self, epoch, logs=None).",
    "'int' is not iterable": "The epoch comes first: def on_epoch_end(self, epoch, logs=None).",
    "'dict' object has no attribute": "logs is a dict: logs.get('accuracy').",
    "'dict' object is not callable": "logs is a dict: square brackets, or logs.get('accuracy').",
    "'float' and 'tuple'": "The threshold is a tuple: is there a comma behind it where it is kept?",
    "'float' and 'str'": "The threshold is a text there: keep the number that was given.",
    "has no attribute 'history'": "The figures of the epoch that ends are in logs: logs.get('accuracy').",
    "'bool' object is not callable": "stop_training is no method: set it, self.model.stop_training = True.",
}
"""Of Python, where Keras calls a callback."""

ALIASES = {
    "np": "import numpy as np",
    "numpy": "import numpy",
    "keras": "import keras",
    "tf": "import tensorflow as tf",
    "tensorflow": "import tensorflow",
    "layers": "from keras import layers",
    "time": "import time",
    "os": "import os",
    "Path": "from pathlib import Path",
}
"""Names that are everywhere, and the line that brings them."""

ABSENT = re.compile(r"^module '[\w.]+' has no attribute '(?!function')(\w+)'")

UNSET = re.compile(r"cannot access local variable '(\w+)'")

UNDEFINED = re.compile(r"name '(\w+)' is not defined")

PYTHON = {
    r"'numpy\.ndarray' object has no attribute": "Arrays have no such method: is it a function, np.name(array, ...)?",
    r"got multiple values for argument": "A method's first parameter is self: is it there?",
    r"\.\w+\(\) takes .* positional arguments? but": "A method takes self, then all it is given: is one missing?",
    r"unexpected keyword argument 'nb_epoch'": "It is called epochs now.",
    r"got an unexpected keyword argument '\w+'": "There is no argument of that name: is it misspelt?",
    r"'(builtin_function_or_method|method|function)'": "A function was not called: put brackets behind its name.",
    r"'NoneType' object[\s\S]*in __init__[\s\S]*self\.(params|model)\b": "Keras sets model and params when a training "
    "begins: in __init__ there are none yet.",
    r"'NoneType' object": "Something is None: does a function lack its `return`? append, sort and compile give None.",
    r"'(list|tuple|dict)' object is not callable": "Round brackets call a function; square ones take from a list.",
    r"object is not callable": "What stands before the brackets is no function.",
    r"cannot access local variable": "The variable has no value on this way through the function: give it one before.",
    r"'list' object has no attribute '[A-Z]": "A list of yours has the name of a module: give it another one.",
    r"'int' object has no attribute": "A number has no such thing: does a parameter have the name of a module?",
    r"property '\w+' of .* has no setter": "A property cannot be set: keep the value under another name.",
    r"has no attribute 'history'": "model.fit(...) returns the History: keep what it returns.",
    r"object( '\w+')? has no attribute '\w+'": "Is the name behind the dot misspelt, or set nowhere?",
    r"only integers, slices": "In square brackets stand numbers, slices, ... and np.newaxis, none of them in quotes.",
    r"IndexError": "An index lies beyond the end: the last one is the length minus 1.",
    r"KeyError": "There is no such key: is it spelt as where it was stored?",
    r"could not be broadcast": "The shapes of the two arrays do not fit each other.",
    r"(not enough|too many) values to unpack": "On the left of = stand as many names as there are values on the right.",
    r"'(str|tuple|list)' object cannot be interpreted": "A number is needed there, no text and no list of them.",
    r"'int' object is not iterable": "A loop goes over several things: range(n) counts to n.",
    r"data type '\w*' not understood": "Is the dtype misspelt? 'float32' is one.",
    r"\bvalidation_data=validation_data\[": "Images and labels belong together: validation_data is passed on whole.",
    r"can only concatenate tuple": "A tuple grows by no list: list(values) makes one of it, which can be changed.",
    r"can only concatenate str": "A number is no text: write an f-string, f'... {number} ...'.",
    r"Unknown format code 'd'": "d is for whole numbers: f'{number:.1%}' shows percent.",
    r"not enough arguments for format string": "In a text that is filled by %, the sign itself is %%.",
    r"(indices must be integers|interpreted as an integer|only integer)": "A whole number is needed: // gives one.",
    r"not supported between instances of '(str|float|int)'": "A number and a text are compared: is one in quotes?",
    r"unsupported operand|contain a loop|for the input types": "A text, a list or None stands where a number belongs.",
    r"zip\(\) argument 2 is": "There are more of the one than of the other: are they made of the same layers?",
}
"""What exceptions of Python's own say, as patterns, and what helps a beginner where nothing better is known."""

ENDLESS_HINT = "A function that calls itself needs a case in which it does not."


def known_hint(message: str, table: Mapping[str, str]) -> str:
    """What helps by one of the tables above; empty where none of its phrases stands in the message."""
    return next((hint for phrase, hint in table.items() if phrase in message), "")


def general_hint(error: Mapping[str, Any]) -> str:
    """What helps against an exception that means the same everywhere; empty where it is none of these."""
    undefined = UNDEFINED.search(str(error.get("message", "")))
    if error.get("type") == "NameError" and undefined:
        if undefined[1] in ALIASES:
            return f"`{ALIASES[undefined[1]]}` is missing at the top of the file."
        return f"Is {undefined[1]} misspelt, or defined further below, or in another function?"
    unset = UNSET.search(str(error.get("message", "")))
    if unset and unset[1] in (*ALIASES, "models", "callbacks", "losses", "optimizers"):
        return f"{unset[1]} is a module, and somewhere in the function a variable too: give that one another name."
    if absent := ABSENT.search(str(error.get("message", ""))):
        if absent[1] in ("Session", "placeholder", "get_variable", "layers", "global_variables_initializer"):
            return "That is TensorFlow 1: build the model with keras.Sequential([...])."
        if absent[1].endswith("Optimizer"):
            return "That is TensorFlow 1: keras.optimizers.Adam(), or optimizer='adam'."
        if absent[1] == "clock":
            return "Python has dropped it: time.perf_counter() tells seconds."
        if absent[1] in ("float", "int", "bool", "object", "str"):
            return f"numpy has no {absent[1]} of its own any more: write {absent[1]}, or a dtype such as 'float32'."
        if absent[1] == "sliding_window_view":
            return "It stands in np.lib.stride_tricks."
        return f"Is {absent[1]} spelt as the library spells it? Large and small letters count."
    if error.get("type") == "PermissionError":
        return (
            "Where code is graded it starts no processes and opens no sockets, as multiprocessing and asyncio do, and "
            "reads and writes no files elsewhere: a plain loop does."
        )
    if error.get("type") == "EOFError":
        return "input() cannot be answered here: a function gets all that it needs as arguments."
    return ENDLESS_HINT if error.get("type") == "RecursionError" else ""


def python_hint(message: str) -> str:
    """What helps where student code raised one of Python's own exceptions; empty where it is none of these."""
    if " raised " not in message:
        return ""
    return next((hint for pattern, hint in PYTHON.items() if re.search(pattern, message)), "")
