"""Slips in `preprocessing`, each with the check that it must fail and the words that name it."""

from tests.bank.cases import Case
from tests.bank.right_preprocessing import ADD_AXIS, HEADER, LABELS, NORMALIZE, body

DIVIDES = "normalize_images_divides_by_255"
FLOATS = "normalize_images_gives_floats"
SHAPE = "normalize_images_keeps_any_shape"
INPUT = "normalize_images_leaves_its_input"
LAST_AXIS = "add_channel_axis_adds_the_last_axis"
VALUES = "add_channel_axis_keeps_the_values"
DTYPE = "add_channel_axis_keeps_the_dtype"
NAMES = "label_names_gives_the_names"
LIST = "label_names_gives_a_list"
SEQUENCES = "label_names_takes_arrays_and_sequences"
REFUSES = "label_names_refuses_other_labels"

NORMALIZE_ALL = (DIVIDES, FLOATS, SHAPE, INPUT)
AXIS_ALL = (LAST_AXIS, VALUES, DTYPE)
LABELS_ALL = (NAMES, LIST, SEQUENCES, REFUSES)


def slip(old: str, name: str, new: str, check: str, says: str, *also: str, top: str = "") -> Case:
    """A wrong case: the reference with one other body."""
    header = ((HEADER, HEADER + top + "\n"),) if top else ()
    return Case(name, "preprocessing", replace=(*header, body(old, new)), check=check, says=says, also=also)


def scaling(name: str, new: str, check: str, says: str, *also: str, top: str = "") -> Case:
    """A slip in `normalize_images`."""
    return slip(NORMALIZE, name, new, check, says, *also, top=top)


def axis(name: str, new: str, check: str, says: str, *also: str) -> Case:
    """A slip in `add_channel_axis`."""
    return slip(ADD_AXIS, name, new, check, says, *also)


def naming(name: str, new: str, check: str, says: str, *also: str, top: str = "") -> Case:
    """A slip in `label_names`."""
    return slip(LABELS, name, new, check, says, *also, top=top)


def changed(name: str, old: str, new: str, check: str, says: str, *also: str) -> Case:
    """A wrong case: one text of the reference changed."""
    return Case(name, "preprocessing", replace=((old, new),), check=check, says=says, also=also)


CHECKED = "for label in labels:\n    if not 0 <= label <= 9:\n        raise ValueError(label)\n"
NESTED = """\
import numpy as np

NAMES = "T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot".split(",")

def normalize_images(images):
    return images / 255.0

    def add_channel_axis(images):
        return images[..., np.newaxis]

def label_names(labels):
    if not set(map(int, labels)) <= set(range(10)):
        raise ValueError("labels are 0 to 9")
    return [NAMES[label] for label in labels]
"""
"""add_channel_axis, indented by accident: it then stands inside normalize_images."""

CASES: tuple[Case, ...] = (
    # normalize_images: values
    scaling("not_scaled", "return images.astype('float32')", DIVIDES, "The pixels came back as they were"),
    scaling("unchanged", "return images", DIVIDES, "The pixels came back as they were", FLOATS, SHAPE, INPUT),
    scaling(
        "by_256", "return images / 256", DIVIDES, "This is pixel / 256: the largest pixel is 255, and 255 / 255 is 1"
    ),
    scaling("by_254", "return images / 254.0", DIVIDES, "This is pixel / 254; divide by 255"),
    scaling("by_250", "return images / 250.0", DIVIDES, "This is pixel / 250; divide by 255"),
    scaling("by_225", "return images / 225.0", DIVIDES, "This is pixel / 225; divide by 255"),
    scaling("by_25_5", "return images / 25.5", DIVIDES, "This is pixel / 25.5; divide by 255"),
    scaling("by_100", "return images / 100", DIVIDES, "This is pixel / 100; divide by 255"),
    scaling(
        "scaled_twice", "images = images / 255.0\nreturn images / 255.0", DIVIDES, "This is the scaling done twice"
    ),
    scaling("times_255", "return images.astype('float32') * 255", DIVIDES, "This is pixel * 255; divide by 255"),
    scaling("times_255_in_8_bits", "return images * 255", DIVIDES, "This is pixel * 255 in 8 bits", FLOATS),
    scaling("floor_division", "return images // 255", DIVIDES, "Only whole numbers are left", FLOATS),
    scaling(
        "floor_division_of_floats", "return images.astype('float32') // 255", DIVIDES, "Only whole numbers are left"
    ),
    scaling(
        "minus_one_to_one", "return images / 127.5 - 1", DIVIDES, "This is -1 to 1: pixel / 127.5 - 1 was computed"
    ),
    scaling(
        "minus_one_to_one_from_scaled",
        "return (images / 255.0 - 0.5) / 0.5",
        DIVIDES,
        "This is -1 to 1: pixel / 127.5 - 1 was computed",
    ),
    scaling(
        "centred", "return images / 255.0 - 0.5", DIVIDES, "This is pixel / 255 - 0.5: divide by 255, and add nothing"
    ),
    scaling(
        "mean_subtracted", "images = images / 255.0\nreturn images - images.mean()", DIVIDES, "The mean was subtracted"
    ),
    scaling(
        "standardised",
        "return (images - images.mean()) / images.std()",
        DIVIDES,
        "The images were standardised (mean 0, spread 1)",
    ),
    scaling(
        "standardised_per_pixel",
        "return (images - images.mean(axis=0)) / (images.std(axis=0) + 1e-7)",
        DIVIDES,
        "Each pixel was standardised over the images",
    ),
    scaling(
        "min_max",
        "return (images - images.min()) / (images.max() - images.min())",
        DIVIDES,
        "The smallest and largest pixel of the array set the scale",
        SHAPE,
    ),
    scaling(
        "by_the_largest",
        "return images / images.max()",
        DIVIDES,
        "The division is by the largest pixel of the array",
        SHAPE,
    ),
    scaling(
        "by_the_largest_of_each_image",
        "return images / images.max(axis=(-2, -1), keepdims=True)",
        DIVIDES,
        "The division is by the largest pixel of the array",
    ),
    scaling(
        "by_the_norm", "return images / np.linalg.norm(images)", DIVIDES, "The division is by the norm of the array"
    ),
    scaling("inverted", "return 1 - images / 255", DIVIDES, "The images are inverted"),
    scaling("inverted_in_bytes", "return (255 - images) / 255", DIVIDES, "The images are inverted"),
    scaling("rounded", "return np.round(images / 255.0)", DIVIDES, "This is pixel / 255 rounded to whole numbers"),
    scaling(
        "rounded_to_two_decimals",
        "return np.round(images / 255.0, 2)",
        DIVIDES,
        "This is pixel / 255 rounded to two decimals",
    ),
    scaling(
        "binary", "return (images > 127).astype('float32')", DIVIDES, "This is pixel / 255 rounded to whole numbers"
    ),
    scaling(
        "cast_after_dividing", "return (images / 255.0).astype('uint8')", DIVIDES, "Only whole numbers are left", FLOATS
    ),
    scaling(
        "cast_to_int_and_back",
        "return (images / 255).astype(int).astype(float)",
        DIVIDES,
        "Only whole numbers are left",
    ),
    scaling("transposed", "return images.swapaxes(-1, -2) / 255.0", DIVIDES, "Rows and columns are exchanged"),
    scaling("reversed_images", "return images[::-1] / 255.0", DIVIDES, "The order of the images is reversed"),
    scaling("flipped", "return images[..., ::-1] / 255.0", DIVIDES, "The images are mirrored"),
    scaling(
        "random_result",
        "return images / 255.0 + np.random.normal(0, 0.01, images.shape)",
        DIVIDES,
        "The result may depend on nothing but the arguments",
    ),
    scaling("log_scaled", "return np.log1p(images) / np.log(256)", DIVIDES, "no logarithm, root or power"),
    scaling("square_root", "return np.sqrt(images / 255.0)", DIVIDES, "no logarithm, root or power"),
    scaling(
        "return_in_the_loop",
        "result = np.zeros(images.shape)\nfor i in range(len(images)):\n    result[i] = images[i] / 255\n    return result",
        DIVIDES,
        "Only the first image is there",
        "normalize_images_keeps_any_shape",
    ),
    scaling("by_the_sum", "return images / images.sum()", DIVIDES, "The division is by the sum of all pixels"),
    scaling("zeros", "return np.zeros(images.shape)", DIVIDES, "Only whole numbers are left"),
    scaling(
        "every_second_call_by_256",
        "global SEEN\nSEEN = SEEN + 1\nreturn images / (255 if SEEN % 2 else 256)",
        DIVIDES,
        "The result may depend on nothing but the arguments",
        top="\nSEEN = 0\n",
    ),
    scaling(
        "stateful_maximum",
        "HIGHEST.append(images.max(initial=0))\nreturn images / max(*HIGHEST, 1)",
        DIVIDES,
        "The division is by the largest pixel of the array",
        top="\nHIGHEST = [0]\n",
    ),
    # normalize_images: dtype, shape, input
    scaling("float16", "return (images / 255).astype('float16')", FLOATS, "float16 is too coarse for 256 shades"),
    scaling(
        "list_returned",
        "return (images / 255).tolist()",
        DIVIDES,
        "np.array(...) makes an array of a list",
        FLOATS,
        SHAPE,
    ),
    scaling(
        "objects",
        "return (images / 255).astype(object)",
        DIVIDES,
        "Is there something in it that is no number",
        FLOATS,
        SHAPE,
    ),
    scaling("complex", "return images / (255 + 0j)", FLOATS, "These are complex numbers", DIVIDES),
    scaling(
        "tuple_returned", "return images / 255.0, images.shape", DIVIDES, "Two values after `return`", FLOATS, SHAPE
    ),
    scaling(
        "tensor_returned",
        "return tf.cast(images, tf.float32) / 255.0",
        DIVIDES,
        "A TensorFlow tensor becomes a numpy array by np.asarray(tensor)",
        FLOATS,
        SHAPE,
        top="import tensorflow as tf",
    ),
    scaling("first_image_only", "return images[0] / 255.0", DIVIDES, "The first axis is missing", SHAPE),
    scaling(
        "flattened",
        "return images.reshape(len(images), 784) / 255.0",
        DIVIDES,
        "Axes were joined: the images were flattened",
        SHAPE,
    ),
    scaling(
        "flattened_altogether",
        "return images.ravel() / 255.0",
        DIVIDES,
        "Axes were joined: the images were flattened",
        SHAPE,
    ),
    scaling("squeezed", "return np.squeeze(images) / 255.0", SHAPE, "The first axis is missing", DIVIDES),
    scaling(
        "channel_axis_too", "return images[..., None] / 255.0", DIVIDES, "There is one axis too many at the end", SHAPE
    ),
    scaling(
        "three_axes_only", "return images.reshape(-1, 28, 28) / 255.0", SHAPE, "There is one axis too many in front"
    ),
    scaling(
        "unpacks_three_axes",
        "n, h, w = images.shape\nreturn images.reshape(n, h, w) / 255.0",
        SHAPE,
        "Any shape that ends in (28, 28) is allowed",
    ),
    scaling(
        "loop_that_stacks",
        "return np.stack([image / 255.0 for image in images])",
        SHAPE,
        "Zero images are a valid input",
    ),
    scaling(
        "loop_over_images",
        "return np.array([image / 255.0 for image in images])",
        SHAPE,
        "Zero images are a valid input",
    ),
    scaling(
        "fails_without_images",
        "assert images.max() > 1\nreturn images / 255.0",
        SHAPE,
        "Zero images are a valid input",
        DIVIDES,
    ),
    scaling(
        "in_place",
        "images[:] = images / 255.0\nreturn images",
        DIVIDES,
        "The result was written into the uint8 array that was given",
        FLOATS,
        INPUT,
    ),
    scaling(
        "in_place_operator",
        "images /= 255.0\nreturn images",
        DIVIDES,
        "A uint8 array cannot hold fractions",
        FLOATS,
        SHAPE,
        INPUT,
    ),
    scaling(
        "input_overwritten",
        "scaled = images / 255.0\nimages[...] = 0\nreturn scaled",
        INPUT,
        "images / 255.0 makes a new array",
    ),
    scaling(
        "clipped_in_place",
        "np.clip(images, 1, 254, out=images)\nreturn images / 255",
        INPUT,
        "images / 255.0 makes a new array",
        DIVIDES,
    ),
    # normalize_images: the function itself
    scaling("returns_nothing", "images = images / 255.0", DIVIDES, "Is the `return` missing", FLOATS, SHAPE, INPUT),
    scaling("prints_instead", "print(images / 255.0)", DIVIDES, "Is the `return` missing", FLOATS, SHAPE, INPUT),
    scaling("bare_return", "return", DIVIDES, "Is the `return` missing", FLOATS, SHAPE, INPUT),
    scaling("ellipsis", "...", DIVIDES, "Is the `return` missing", FLOATS, SHAPE, INPUT),
    scaling(
        "name_error",
        "return image / 255.0",
        DIVIDES,
        "raised NameError: name 'image' is not defined",
        FLOATS,
        SHAPE,
        INPUT,
    ),
    scaling(
        "module_method_mixed_up", "return images.divide(255)", DIVIDES, "raised AttributeError", FLOATS, SHAPE, INPUT
    ),
    scaling("raises_always", "raise RuntimeError('todo')", DIVIDES, "raised RuntimeError", FLOATS, SHAPE, INPUT),
    scaling(
        "not_implemented",
        'raise NotImplementedError("preprocessing: normalize_images")',
        DIVIDES,
        "is not written yet",
        FLOATS,
        SHAPE,
        INPUT,
    ),
    scaling(
        "never_ends_by_recursion",
        "return normalize_images(images) / 255",
        DIVIDES,
        "raised RecursionError",
        FLOATS,
        SHAPE,
        INPUT,
    ),
    changed(
        "two_parameters",
        "def normalize_images(images: np.ndarray)",
        "def normalize_images(train, test)",
        DIVIDES,
        "Your function is normalize_images(train",
        FLOATS,
        SHAPE,
        INPUT,
    ),
    changed(
        "no_parameters",
        "def normalize_images(images: np.ndarray)",
        "def normalize_images()",
        DIVIDES,
        "Your function is normalize_images() -> numpy.ndarray",
        FLOATS,
        SHAPE,
        INPUT,
    ),
    changed(
        "misspelt",
        "def normalize_images(",
        "def normalise_images(",
        DIVIDES,
        "There is normalise_images",
        FLOATS,
        SHAPE,
        INPUT,
    ),
    changed(
        "camel_case",
        "def normalize_images(",
        "def normalizeImages(",
        DIVIDES,
        "There is normalizeImages",
        FLOATS,
        SHAPE,
        INPUT,
    ),
    Case(
        "overwritten_below",
        "preprocessing",
        replace=(
            (
                "    return names\n    # SOLUTION END\n",
                "    return names\n\n\nnormalize_images = normalize_images(np.zeros((1, 28, 28)))\n",
            ),
        ),
        check=DIVIDES,
        says="Is it overwritten below?",
        also=(
            FLOATS,
            SHAPE,
            INPUT,
        ),
    ),
    # add_channel_axis
    Case(
        "nested_in_another",
        "preprocessing",
        check=LAST_AXIS,
        says="Did you rename or delete it",
        source=NESTED,
        also=(
            VALUES,
            DTYPE,
        ),
    ),
    axis("axis_forgotten", "return images", LAST_AXIS, "The array came back as it was", VALUES, DTYPE),
    axis("axis_in_front", "return images[np.newaxis]", LAST_AXIS, "The new axis is in front"),
    axis("expand_dims_first", "return np.expand_dims(images, 0)", LAST_AXIS, "The new axis is in front"),
    axis(
        "channels_first", "return np.expand_dims(images, 1)", LAST_AXIS, "The channel axis is second (channels first)"
    ),
    axis("axis_third", "return np.expand_dims(images, 2)", LAST_AXIS, "The new axis is third"),
    axis(
        "three_channels",
        "return np.repeat(images[..., None], 3, axis=-1)",
        LAST_AXIS,
        "There are three channels",
        VALUES,
    ),
    axis(
        "three_channels_stacked",
        "return np.stack([images] * 3, axis=-1)",
        LAST_AXIS,
        "There are three channels",
        VALUES,
    ),
    axis("two_axes", "return images[..., None, None]", LAST_AXIS, "There are two new axes"),
    axis("flattened_per_image", "return images.reshape(len(images), -1)", LAST_AXIS, "The images are flattened"),
    axis("flattened_with_channel", "return images.reshape(len(images), 784, 1)", LAST_AXIS, "The images are flattened"),
    axis("one_image_only", "return images[0]", LAST_AXIS, "Only the first image came back", VALUES),
    axis("one_image_with_axis", "return images[0][..., None]", LAST_AXIS, "Only the first image came back", VALUES),
    axis(
        "reshape_to_one",
        "return images.reshape(1, 28, 28, 1)",
        LAST_AXIS,
        "The number of images may be any",
        VALUES,
        DTYPE,
    ),
    axis(
        "reshape_to_60000",
        "return images.reshape(60000, 28, 28, 1)",
        LAST_AXIS,
        "The number of images may be any",
        VALUES,
        DTYPE,
    ),
    axis("reshape_not_returned", "images.reshape(-1, 28, 28, 1)", LAST_AXIS, "Is the `return` missing", VALUES, DTYPE),
    axis(
        "reshape_scrambles",
        "return images.reshape(28, 28, -1, 1).transpose(2, 0, 1, 3)",
        VALUES,
        "The axes were moved by reshape",
    ),
    axis("transposes", "return images.T[..., None].transpose(2, 0, 1, 3)", VALUES, "Rows and columns are exchanged"),
    axis(
        "resize_repeats",
        "return np.resize(images, (len(images), 28, 28, 3))",
        LAST_AXIS,
        "The images were repeated",
        VALUES,
    ),
    axis("images_reversed", "return images[::-1][..., None]", VALUES, "The order of the images is reversed"),
    axis("as_float", "return images[..., None].astype('float32')", DTYPE, "The dtype should stay as it is"),
    axis("as_float64", "return np.array(images, dtype=float)[..., None]", DTYPE, "The dtype should stay as it is"),
    axis("scales_too", "return (images / 255.0)[..., None]", VALUES, "The pixels are divided by 255 here", DTYPE),
    axis("to_bytes", "return images[..., None].astype('uint8')", DTYPE, "The dtype should stay as it is"),
    axis(
        "zeros_of_that_shape",
        "return np.zeros((*images.shape, 1), images.dtype)",
        VALUES,
        "All values are 0: the images were not copied into the result",
    ),
    axis(
        "axis_as_list",
        "return images[..., None].tolist()",
        LAST_AXIS,
        "np.array(...) makes an array of a list",
        VALUES,
        DTYPE,
    ),
    axis("axis_as_shape", "return (*images.shape, 1)", LAST_AXIS, "Two values after `return`", VALUES, DTYPE),
    axis("axis_error", "return np.expand_dims(images, 4)", LAST_AXIS, "The new axis is the last one", VALUES, DTYPE),
    axis(
        "axis_not_implemented",
        'raise NotImplementedError("add_channel_axis")',
        LAST_AXIS,
        "is not written yet",
        VALUES,
        DTYPE,
    ),
    # label_names
    naming(
        "off_by_one",
        CHECKED + "return [CLASS_NAMES[(label + 1) % 10] for label in labels]",
        NAMES,
        "Every name is one too late",
    ),
    naming(
        "off_by_one_early",
        CHECKED + "return [CLASS_NAMES[label - 1] for label in labels]",
        NAMES,
        "Every name is one too early",
    ),
    naming(
        "one_to_ten",
        "for label in labels:\n    if not 1 <= label <= 10:\n        raise ValueError(label)\nreturn [CLASS_NAMES[label - 1] for label in labels]",
        NAMES,
        "Labels begin at 0 and end at 9: is one of them refused?",
        REFUSES,
    ),
    changed("typo", '"Ankle boot"', '"Ankel boot"', NAMES, "The name is misspelt"),
    changed("lower_case", '"T-shirt/top"', '"t-shirt/top"', NAMES, "Spelling counts: capitals"),
    changed("capital_boot", '"Ankle boot"', '"Ankle Boot"', NAMES, "Spelling counts: capitals"),
    changed("keras_documentation_spelling", '"T-shirt/top"', '"T-shirt"', NAMES, "The name is misspelt"),
    changed("space_in_name", '"Bag"', '"Bag "', NAMES, "Spelling counts: capitals"),
    changed("comma_forgotten", '"Bag",', '"Bag"', NAMES, "Labels begin at 0 and end at 9: is one of them refused?"),
    changed("name_missing", '    "Coat",\n', "", NAMES, "Labels begin at 0 and end at 9: is one of them refused?"),
    changed(
        "two_names_swapped",
        '    "Coat",\n    "Sandal",\n',
        '    "Sandal",\n    "Coat",\n',
        NAMES,
        "The names are those of the labels",
    ),
    naming(
        "cifar_names",
        'names = "airplane automobile bird cat deer dog frog horse ship truck".split()\n'
        + CHECKED
        + "return [names[label] for label in labels]",
        NAMES,
        "That is no name of this data set",
    ),
    naming(
        "all_lower_case",
        CHECKED + "return [CLASS_NAMES[label].lower() for label in labels]",
        NAMES,
        "Spelling counts: capitals",
    ),
    naming(
        "first_name_only",
        CHECKED + "return [CLASS_NAMES[labels[0]]]",
        NAMES,
        "Is the `return` inside the loop",
        LIST,
        SEQUENCES,
    ),
    naming(
        "returns_in_the_loop",
        "for label in labels:\n    if not 0 <= label <= 9:\n        raise ValueError(label)\n    return [CLASS_NAMES[label]]",
        NAMES,
        "Is the `return` inside the loop",
        LIST,
        SEQUENCES,
        REFUSES,
    ),
    naming(
        "last_name_only",
        CHECKED + "return CLASS_NAMES[label]",
        NAMES,
        "Even for one label a list of names is returned",
        LIST,
        SEQUENCES,
    ),
    naming("all_names", CHECKED + "return list(CLASS_NAMES)", NAMES, "These are all names", LIST, SEQUENCES),
    naming(
        "sorted_names",
        CHECKED + "return sorted(CLASS_NAMES[label] for label in labels)",
        NAMES,
        "The names are those of the labels",
    ),
    naming(
        "set_of_labels",
        CHECKED + "return [CLASS_NAMES[label] for label in set(map(int, labels))]",
        NAMES,
        "Those are the names in their order",
        SEQUENCES,
    ),
    naming(
        "names_reversed",
        CHECKED + "return [CLASS_NAMES[label] for label in labels][::-1]",
        NAMES,
        "The names come in reverse order",
    ),
    naming("labels_returned", CHECKED + "return list(labels)", NAMES, "That is the label itself", LIST),
    naming(
        "strings_of_labels", CHECKED + "return [str(label) for label in labels]", NAMES, "That is the label as a text"
    ),
    naming(
        "tuple_of_names",
        CHECKED + "return tuple(CLASS_NAMES[label] for label in labels)",
        LIST,
        "A tuple becomes a list by list(...)",
    ),
    naming(
        "generator",
        CHECKED + "return (CLASS_NAMES[label] for label in labels)",
        LIST,
        "What is in round brackets is made one by one",
        NAMES,
        SEQUENCES,
    ),
    naming(
        "map_object",
        CHECKED + "return map(CLASS_NAMES.__getitem__, labels)",
        LIST,
        "What map gives becomes a list by list(...)",
        NAMES,
        SEQUENCES,
    ),
    naming(
        "array_of_names",
        CHECKED + "return np.array(CLASS_NAMES)[list(labels)]",
        LIST,
        "A numpy array becomes a list by .tolist()",
    ),
    naming(
        "dict_of_names",
        CHECKED + "return {label: CLASS_NAMES[label] for label in labels}",
        LIST,
        "One name for each label was asked",
        NAMES,
        SEQUENCES,
    ),
    naming(
        "set_of_names",
        CHECKED + "return {CLASS_NAMES[label] for label in labels}",
        LIST,
        "A set has no order and holds each name once",
        NAMES,
        SEQUENCES,
    ),
    naming(
        "joined",
        CHECKED + "return ', '.join(CLASS_NAMES[label] for label in labels)",
        LIST,
        "Even for one label a list of names is returned",
        NAMES,
        SEQUENCES,
    ),
    naming(
        "list_of_lists",
        CHECKED + "return [[CLASS_NAMES[label]] for label in labels]",
        NAMES,
        "Each item is one name",
        LIST,
    ),
    naming(
        "pairs",
        CHECKED + "return [(label, CLASS_NAMES[label]) for label in labels]",
        NAMES,
        "Each item is one name",
        LIST,
    ),
    naming(
        "bytes_names",
        CHECKED + "return [CLASS_NAMES[label].encode() for label in labels]",
        NAMES,
        "A name is a text: no b in front",
        LIST,
    ),
    naming(
        "names_printed",
        CHECKED + "for label in labels:\n    print(CLASS_NAMES[label])",
        NAMES,
        "Is the `return` missing",
        LIST,
        SEQUENCES,
    ),
    naming(
        "append_returned",
        CHECKED + "names = []\nfor label in labels:\n    names = names.append(CLASS_NAMES[label])\nreturn names",
        NAMES,
        "append changes the list and returns None",
        LIST,
        SEQUENCES,
    ),
    naming(
        "list_grows_from_call_to_call",
        CHECKED + "FOUND.extend(CLASS_NAMES[label] for label in labels)\nreturn FOUND",
        NAMES,
        "The result may depend on nothing but the arguments",
        LIST,
        SEQUENCES,
        top="\nFOUND = []\n",
    ),
    naming("index_error", "return [CLASS_NAMES[label] for label in labels]", REFUSES, "ValueError was expected"),
    naming(
        "key_error",
        "table = dict(enumerate(CLASS_NAMES))\nreturn [table[int(label)] for label in labels]",
        REFUSES,
        "ValueError was expected",
    ),
    naming(
        "assertion",
        "assert all(0 <= label <= 9 for label in labels)\nreturn [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "ValueError was expected",
    ),
    naming(
        "negative_accepted",
        "for label in labels:\n    if label > 9:\n        raise ValueError(label)\nreturn [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "Python takes a negative index from the end of the list",
    ),
    naming(
        "only_index_error_turned",
        "try:\n    return [CLASS_NAMES[label] for label in labels]\nexcept IndexError:\n    raise ValueError('0 to 9') from None",
        REFUSES,
        "Python takes a negative index from the end of the list",
    ),
    naming(
        "ten_accepted",
        "for label in labels:\n    if not 0 <= label <= 10:\n        raise ValueError(label)\nreturn [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "ValueError was expected",
    ),
    naming(
        "ten_is_unknown",
        "return [CLASS_NAMES[label] if 0 <= label <= 9 else 'Unknown' for label in labels]",
        REFUSES,
        "Test each label, and `raise ValueError(...)` where it is not 0 to 9",
    ),
    naming(
        "others_left_out",
        "return [CLASS_NAMES[label] for label in labels if 0 <= label <= 9]",
        REFUSES,
        "Test each label, and `raise ValueError(...)` where it is not 0 to 9",
    ),
    naming(
        "modulo_ten",
        "return [CLASS_NAMES[label % 10] for label in labels]",
        REFUSES,
        "Test each label, and `raise ValueError(...)` where it is not 0 to 9",
    ),
    naming(
        "absolute",
        "return [CLASS_NAMES[abs(label)] for label in labels if abs(label) < 10]",
        REFUSES,
        "Test each label, and `raise ValueError(...)` where it is not 0 to 9",
    ),
    naming(
        "first_label_checked",
        "if not 0 <= labels[0] <= 9:\n    raise ValueError(labels[0])\nreturn [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "ValueError was expected",
    ),
    naming(
        "none_for_bad_labels",
        "if any(label < 0 or label > 9 for label in labels):\n    return None\nreturn [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "Test each label, and `raise ValueError(...)` where it is not 0 to 9",
    ),
    naming(
        "error_printed",
        "for label in labels:\n    if not 0 <= label <= 9:\n        print('ValueError')\n        return []\nreturn [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "Printing does not tell the caller",
    ),
    naming(
        "error_returned",
        "for label in labels:\n    if not 0 <= label <= 9:\n        return ValueError('0 to 9')\nreturn [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "The exception is returned",
    ),
    naming(
        "type_error",
        "for label in labels:\n    if label not in range(10):\n        raise TypeError('0 to 9')\nreturn [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "ValueError was expected",
    ),
    naming(
        "plain_exception",
        "for label in labels:\n    if label not in range(10):\n        raise Exception('0 to 9')\nreturn [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "ValueError was expected",
    ),
    naming(
        "wraps_in_8_bits",
        "labels = np.asarray(labels).astype(np.uint8)\nif (labels > 9).any():\n    raise ValueError('0 to 9')\nreturn [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "A conversion (to uint8 or int32?) made another number of it",
    ),
    naming(
        "wraps_in_32_bits",
        "labels = np.asarray(labels).astype(np.int32)\nif ((labels < 0) | (labels > 9)).any():\n    raise ValueError('0 to 9')\nreturn [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "A conversion (to uint8 or int32?) made another number of it",
    ),
    naming(
        "arrays_only",
        CHECKED.replace("in labels", "in labels.tolist()") + "return [CLASS_NAMES[label] for label in labels]",
        NAMES,
        "Labels may come as a plain list",
        LIST,
        SEQUENCES,
        REFUSES,
    ),
    naming(
        "lists_only",
        "if not labels:\n    return []\n" + CHECKED + "return [CLASS_NAMES[label] for label in labels]",
        SEQUENCES,
        "`if labels:` does not work with an array",
    ),
    naming(
        "isinstance_int",
        "for label in labels:\n    if not isinstance(label, int) or not 0 <= label <= 9:\n        raise ValueError(f'bad label {label!r}')\nreturn [CLASS_NAMES[label] for label in labels]",
        SEQUENCES,
        "The integers of numpy are no int",
    ),
    naming(
        "one_label_only",
        "if not 0 <= labels <= 9:\n    raise ValueError(labels)\nreturn CLASS_NAMES[labels]",
        NAMES,
        "Labels may come as a plain list",
        LIST,
        SEQUENCES,
        REFUSES,
    ),
    naming(
        "changes_the_list",
        CHECKED + "names = []\nwhile len(labels):\n    names.append(CLASS_NAMES[labels.pop(0)])\nreturn names",
        SEQUENCES,
        "Labels may come as an array of uint8 too",
    ),
    naming(
        "labels_misspelt",
        CHECKED + "return [CLASS_NAME[label] for label in labels]",
        NAMES,
        "raised NameError: name 'CLASS_NAME' is not defined",
        LIST,
        SEQUENCES,
    ),
    axis(
        "through_integers",
        'return images.astype("uint8")[..., np.newaxis].astype(images.dtype)',
        VALUES,
        "The fractions are cut off",
    ),
    scaling(
        "stacks_alone",
        'return images.astype("float32") / (255 if images.ndim == 3 else 1)',
        SHAPE,
        "gave other values than the same images of shape",
        DIVIDES,
    ),
    naming(
        "names_of_lists_alone",
        CHECKED + "return [CLASS_NAMES[label] if isinstance(labels, list) else '?' for label in labels]",
        SEQUENCES,
        "The same labels have the same names",
    ),
    changed(
        "labels_renamed",
        "def label_names(",
        "def labels_names(",
        NAMES,
        "There is labels_names",
        LIST,
        SEQUENCES,
        REFUSES,
    ),
    axis("first_forty", "return images[:40, ..., np.newaxis]", LAST_AXIS, "(330, 28, 28, 1) was expected"),
    naming(
        "refuses_all", "raise ValueError('labels are 0 to 9')", NAMES, "raised ValueError", LIST, SEQUENCES, REFUSES
    ),
    scaling(
        "kept_and_written_again",
        "result = KEPT.setdefault(images.shape, np.empty(images.shape))\nresult[...] = images / 255.0\nreturn result",
        INPUT,
        "A later call changed the array",
        top="KEPT = {}",
    ),
    scaling(
        "first_image_left_out",
        "result = np.zeros(images.shape)\nfor place in range(1, len(images)):\n"
        "    result[place] = images[place] / 255.0\nreturn result if images.ndim > 2 and len(images) > 1 else images / 255.0",
        DIVIDES,
        "The first image is 0",
    ),
    scaling("nearly_255", "return images / (255 + 1e-3)", DIVIDES, "divide by 255 itself"),
    scaling(
        "only_bright_images",
        "return images / 255.0 if images.size and images.max() > 1 else images.astype('float64')",
        DIVIDES,
        "dark images too",
    ),
    scaling(
        "first_hundred_alone",
        "result = images.astype('float64')\nresult[:100] /= 255.0\nreturn result if images.ndim > 2 else images / 255.0",
        DIVIDES,
        "has",
    ),
    axis("squeezed_axis", "return np.squeeze(images)[..., np.newaxis]", LAST_AXIS, "np.squeeze takes out every axis"),
    axis("clipped_to_255", "return np.clip(images, 0, 255)[..., np.newaxis]", VALUES, "cut to 0 to 255"),
    axis("read_by_columns", "return images.ravel(order='F').reshape(*images.shape, 1)", VALUES, "order='F'"),
    naming(
        "yields_the_names",
        CHECKED + "for label in labels:\n    yield CLASS_NAMES[int(label)]",
        LIST,
        "what yield gives",
        *LABELS_ALL,
    ),
    naming(
        "all_labels_compared_at_once",
        "if labels < 0 or labels > 9:\n    raise ValueError(labels)\nreturn [CLASS_NAMES[label] for label in labels]",
        LABELS_ALL[0],
        "not all of them at once",
        *LABELS_ALL,
    ),
    naming(
        "keys_are_texts",
        CHECKED + "return [{str(n): name for n, name in enumerate(CLASS_NAMES)}[label] for label in labels]",
        LABELS_ALL[0],
        "and no texts",
        *LABELS_ALL,
    ),
    naming(
        "sign_dropped",
        "labels = np.abs(np.asarray(labels, dtype=int))\n"
        + CHECKED
        + "return [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "The sign is lost",
    ),
)
