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
    scaling("not_scaled", "return images.astype('float32')", DIVIDES, "X"),
    scaling("unchanged", "return images", DIVIDES, "X", FLOATS),
    scaling("by_256", "return images / 256", DIVIDES, "X"),
    scaling("by_254", "return images / 254.0", DIVIDES, "X"),
    scaling("by_250", "return images / 250.0", DIVIDES, "X"),
    scaling("by_225", "return images / 225.0", DIVIDES, "X"),
    scaling("by_25_5", "return images / 25.5", DIVIDES, "X"),
    scaling("by_100", "return images / 100", DIVIDES, "X"),
    scaling("scaled_twice", "images = images / 255.0\nreturn images / 255.0", DIVIDES, "X"),
    scaling("times_255", "return images.astype('float32') * 255", DIVIDES, "X"),
    scaling("times_255_in_8_bits", "return images * 255", DIVIDES, "X", FLOATS),
    scaling("floor_division", "return images // 255", DIVIDES, "X", FLOATS),
    scaling("floor_division_of_floats", "return images.astype('float32') // 255", DIVIDES, "X"),
    scaling("minus_one_to_one", "return images / 127.5 - 1", DIVIDES, "X"),
    scaling("minus_one_to_one_from_scaled", "return (images / 255.0 - 0.5) / 0.5", DIVIDES, "X"),
    scaling("centred", "return images / 255.0 - 0.5", DIVIDES, "X"),
    scaling("mean_subtracted", "images = images / 255.0\nreturn images - images.mean()", DIVIDES, "X", SHAPE),
    scaling("standardised", "return (images - images.mean()) / images.std()", DIVIDES, "X", SHAPE),
    scaling(
        "standardised_per_pixel",
        "return (images - images.mean(axis=0)) / (images.std(axis=0) + 1e-7)",
        DIVIDES,
        "X",
        SHAPE,
        FLOATS,
    ),
    scaling("min_max", "return (images - images.min()) / (images.max() - images.min())", DIVIDES, "X", SHAPE),
    scaling("by_the_largest", "return images / images.max()", DIVIDES, "X", SHAPE),
    scaling("by_the_largest_of_each_image", "return images / images.max(axis=(-2, -1), keepdims=True)", DIVIDES, "X"),
    scaling("by_the_norm", "return images / np.linalg.norm(images)", DIVIDES, "X"),
    scaling("inverted", "return 1 - images / 255", DIVIDES, "X"),
    scaling("inverted_in_bytes", "return (255 - images) / 255", DIVIDES, "X"),
    scaling("rounded", "return np.round(images / 255.0)", DIVIDES, "X"),
    scaling("rounded_to_two_decimals", "return np.round(images / 255.0, 2)", DIVIDES, "X"),
    scaling("binary", "return (images > 127).astype('float32')", DIVIDES, "X"),
    scaling("cast_after_dividing", "return (images / 255.0).astype('uint8')", DIVIDES, "X", FLOATS),
    scaling("cast_to_int_and_back", "return (images / 255).astype(int).astype(float)", DIVIDES, "X"),
    scaling("transposed", "return images.swapaxes(-1, -2) / 255.0", DIVIDES, "X"),
    scaling("reversed_images", "return images[::-1] / 255.0", DIVIDES, "X"),
    scaling("flipped", "return images[..., ::-1] / 255.0", DIVIDES, "X"),
    scaling("random_result", "return images / 255.0 + np.random.normal(0, 0.01, images.shape)", DIVIDES, "X"),
    scaling("log_scaled", "return np.log1p(images) / np.log(256)", DIVIDES, "X"),
    scaling("softmax_like", "return images / images.sum()", DIVIDES, "X", SHAPE),
    scaling("zeros", "return np.zeros(images.shape)", DIVIDES, "X"),
    scaling(
        "remembers_the_last_largest",
        "global SEEN\nSEEN = SEEN + 1\nreturn images / (255 if SEEN % 2 else 256)",
        DIVIDES,
        "X",
        top="\nSEEN = 0\n",
    ),
    scaling(
        "stateful_maximum",
        "HIGHEST.append(images.max(initial=0))\nreturn images / max(*HIGHEST, 1)",
        DIVIDES,
        "X",
        top="\nHIGHEST = [0]\n",
    ),
    # normalize_images: dtype, shape, input
    scaling("float16", "return (images / 255).astype('float16')", FLOATS, "X"),
    scaling("list_returned", "return (images / 255).tolist()", DIVIDES, "X", FLOATS, SHAPE),
    scaling("objects", "return (images / 255).astype(object)", DIVIDES, "X", FLOATS, SHAPE),
    scaling("complex", "return images / (255 + 0j)", FLOATS, "X", DIVIDES),
    scaling("tuple_returned", "return images / 255.0, images.shape", DIVIDES, "X", FLOATS, SHAPE),
    scaling(
        "tensor_returned",
        "return tf.cast(images, tf.float32) / 255.0",
        DIVIDES,
        "X",
        FLOATS,
        SHAPE,
        top="import tensorflow as tf",
    ),
    scaling("first_image_only", "return images[0] / 255.0", DIVIDES, "X", SHAPE),
    scaling("flattened", "return images.reshape(len(images), 784) / 255.0", DIVIDES, "X", SHAPE),
    scaling("flattened_altogether", "return images.ravel() / 255.0", DIVIDES, "X", SHAPE),
    scaling("squeezed", "return np.squeeze(images) / 255.0", SHAPE, "X", DIVIDES),
    scaling("channel_axis_too", "return images[..., None] / 255.0", DIVIDES, "X", SHAPE),
    scaling("three_axes_only", "return images.reshape(-1, 28, 28) / 255.0", SHAPE, "X"),
    scaling("unpacks_three_axes", "n, h, w = images.shape\nreturn images.reshape(n, h, w) / 255.0", SHAPE, "X"),
    scaling("loop_that_stacks", "return np.stack([image / 255.0 for image in images])", SHAPE, "X"),
    scaling("loop_over_images", "return np.array([image / 255.0 for image in images])", SHAPE, "X"),
    scaling("fails_without_images", "assert images.max() > 1\nreturn images / 255.0", SHAPE, "X", DIVIDES),
    scaling("in_place", "images[:] = images / 255.0\nreturn images", DIVIDES, "X", FLOATS, INPUT),
    scaling("in_place_operator", "images /= 255.0\nreturn images", DIVIDES, "X", FLOATS, INPUT, SHAPE),
    scaling("input_overwritten", "scaled = images / 255.0\nimages[...] = 0\nreturn scaled", INPUT, "X"),
    scaling("clipped_in_place", "np.clip(images, 1, 254, out=images)\nreturn images / 255", INPUT, "X", DIVIDES),
    # normalize_images: the function itself
    scaling("returns_nothing", "images = images / 255.0", DIVIDES, "X", FLOATS, SHAPE),
    scaling("prints_instead", "print(images / 255.0)", DIVIDES, "X", FLOATS, SHAPE),
    scaling("bare_return", "return", DIVIDES, "X", FLOATS, SHAPE),
    scaling("ellipsis", "...", DIVIDES, "X", FLOATS, SHAPE),
    scaling("name_error", "return image / 255.0", DIVIDES, "X", FLOATS, SHAPE, INPUT),
    scaling("module_method_mixed_up", "return images.divide(255)", DIVIDES, "X", FLOATS, SHAPE, INPUT),
    scaling("raises_always", "raise RuntimeError('todo')", DIVIDES, "X", FLOATS, SHAPE, INPUT),
    scaling(
        "not_implemented",
        'raise NotImplementedError("preprocessing: normalize_images")',
        DIVIDES,
        "X",
        FLOATS,
        SHAPE,
        INPUT,
    ),
    scaling("never_ends_by_recursion", "return normalize_images(images) / 255", DIVIDES, "X", FLOATS, SHAPE, INPUT),
    changed(
        "two_parameters",
        "def normalize_images(images: np.ndarray)",
        "def normalize_images(train, test)",
        DIVIDES,
        "X",
        FLOATS,
        SHAPE,
        INPUT,
    ),
    changed(
        "no_parameters",
        "def normalize_images(images: np.ndarray)",
        "def normalize_images()",
        DIVIDES,
        "X",
        FLOATS,
        SHAPE,
        INPUT,
    ),
    changed("misspelt", "def normalize_images(", "def normalise_images(", DIVIDES, "X", FLOATS, SHAPE, INPUT),
    changed("camel_case", "def normalize_images(", "def normalizeImages(", DIVIDES, "X", FLOATS, SHAPE, INPUT),
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
        says="X",
        also=(FLOATS, SHAPE, INPUT),
    ),
    # add_channel_axis
    Case("nested_in_another", "preprocessing", NESTED, check=LAST_AXIS, says="X", also=(VALUES, DTYPE)),
    axis("axis_forgotten", "return images", LAST_AXIS, "X"),
    axis("axis_in_front", "return images[np.newaxis]", LAST_AXIS, "X"),
    axis("expand_dims_first", "return np.expand_dims(images, 0)", LAST_AXIS, "X"),
    axis("channels_first", "return np.expand_dims(images, 1)", LAST_AXIS, "X"),
    axis("axis_third", "return np.expand_dims(images, 2)", LAST_AXIS, "X"),
    axis("three_channels", "return np.repeat(images[..., None], 3, axis=-1)", LAST_AXIS, "X", VALUES),
    axis("three_channels_stacked", "return np.stack([images] * 3, axis=-1)", LAST_AXIS, "X", VALUES),
    axis("two_axes", "return images[..., None, None]", LAST_AXIS, "X"),
    axis("flattened_per_image", "return images.reshape(len(images), -1)", LAST_AXIS, "X"),
    axis("flattened_with_channel", "return images.reshape(len(images), 784, 1)", LAST_AXIS, "X"),
    axis("one_image_only", "return images[0]", LAST_AXIS, "X", VALUES),
    axis("one_image_with_axis", "return images[0][..., None]", LAST_AXIS, "X", VALUES),
    axis("reshape_to_one", "return images.reshape(1, 28, 28, 1)", LAST_AXIS, "X", VALUES, DTYPE),
    axis("reshape_to_60000", "return images.reshape(60000, 28, 28, 1)", LAST_AXIS, "X", VALUES, DTYPE),
    axis("reshape_not_returned", "images.reshape(-1, 28, 28, 1)", LAST_AXIS, "X", VALUES, DTYPE),
    axis("reshape_scrambles", "return images.reshape(28, 28, -1, 1).transpose(2, 0, 1, 3)", VALUES, "X"),
    axis("transposes", "return images.T[..., None].transpose(2, 0, 1, 3)", VALUES, "X"),
    axis("resize_repeats", "return np.resize(images, (len(images), 28, 28, 3))", LAST_AXIS, "X", VALUES),
    axis("images_reversed", "return images[::-1][..., None]", VALUES, "X"),
    axis("as_float", "return images[..., None].astype('float32')", DTYPE, "X"),
    axis("as_float64", "return np.array(images, dtype=float)[..., None]", DTYPE, "X"),
    axis("scales_too", "return (images / 255.0)[..., None]", VALUES, "X", DTYPE),
    axis("to_bytes", "return images[..., None].astype('uint8')", DTYPE, "X"),
    axis("zeros_of_that_shape", "return np.zeros((*images.shape, 1), images.dtype)", VALUES, "X"),
    axis("axis_as_list", "return images[..., None].tolist()", LAST_AXIS, "X", VALUES, DTYPE),
    axis("axis_as_shape", "return (*images.shape, 1)", LAST_AXIS, "X", VALUES, DTYPE),
    axis("axis_error", "return np.expand_dims(images, 4)", LAST_AXIS, "X", VALUES, DTYPE),
    axis("axis_not_implemented", 'raise NotImplementedError("add_channel_axis")', LAST_AXIS, "X", VALUES, DTYPE),
    # label_names
    naming("off_by_one", CHECKED + "return [CLASS_NAMES[(label + 1) % 10] for label in labels]", NAMES, "X"),
    naming("off_by_one_early", CHECKED + "return [CLASS_NAMES[label - 1] for label in labels]", NAMES, "X"),
    naming(
        "one_to_ten",
        "for label in labels:\n    if not 1 <= label <= 10:\n        raise ValueError(label)\nreturn [CLASS_NAMES[label - 1] for label in labels]",
        NAMES,
        "X",
        LIST,
        SEQUENCES,
        REFUSES,
    ),
    changed("typo", '"Ankle boot"', '"Ankel boot"', NAMES, "X"),
    changed("lower_case", '"T-shirt/top"', '"t-shirt/top"', NAMES, "X"),
    changed("capital_boot", '"Ankle boot"', '"Ankle Boot"', NAMES, "X"),
    changed("keras_documentation_spelling", '"T-shirt/top"', '"T-shirt"', NAMES, "X"),
    changed("space_in_name", '"Bag"', '"Bag "', NAMES, "X"),
    changed("comma_forgotten", '"Bag",', '"Bag"', NAMES, "X", REFUSES),
    changed("name_missing", '    "Coat",\n', "", NAMES, "X", SEQUENCES, REFUSES),
    changed("two_names_swapped", '    "Coat",\n    "Sandal",\n', '    "Sandal",\n    "Coat",\n', NAMES, "X"),
    naming(
        "cifar_names",
        'names = "airplane automobile bird cat deer dog frog horse ship truck".split()\n'
        + CHECKED
        + "return [names[label] for label in labels]",
        NAMES,
        "X",
    ),
    naming("all_lower_case", CHECKED + "return [CLASS_NAMES[label].lower() for label in labels]", NAMES, "X"),
    naming("first_name_only", CHECKED + "return [CLASS_NAMES[labels[0]]]", NAMES, "X", LIST, SEQUENCES),
    naming(
        "returns_in_the_loop",
        "for label in labels:\n    if not 0 <= label <= 9:\n        raise ValueError(label)\n    return [CLASS_NAMES[label]]",
        NAMES,
        "X",
        LIST,
        SEQUENCES,
        REFUSES,
    ),
    naming("last_name_only", CHECKED + "return CLASS_NAMES[label]", NAMES, "X", LIST, SEQUENCES),
    naming("all_names", CHECKED + "return list(CLASS_NAMES)", NAMES, "X", LIST, SEQUENCES),
    naming("sorted_names", CHECKED + "return sorted(CLASS_NAMES[label] for label in labels)", NAMES, "X"),
    naming(
        "set_of_labels",
        CHECKED + "return [CLASS_NAMES[label] for label in set(map(int, labels))]",
        NAMES,
        "X",
        SEQUENCES,
    ),
    naming("names_reversed", CHECKED + "return [CLASS_NAMES[label] for label in labels][::-1]", NAMES, "X"),
    naming("labels_returned", CHECKED + "return list(labels)", NAMES, "X", LIST),
    naming("strings_of_labels", CHECKED + "return [str(label) for label in labels]", NAMES, "X"),
    naming("tuple_of_names", CHECKED + "return tuple(CLASS_NAMES[label] for label in labels)", LIST, "X"),
    naming("generator", CHECKED + "return (CLASS_NAMES[label] for label in labels)", LIST, "X", NAMES, SEQUENCES),
    naming("map_object", CHECKED + "return map(CLASS_NAMES.__getitem__, labels)", LIST, "X", NAMES, SEQUENCES),
    naming("array_of_names", CHECKED + "return np.array(CLASS_NAMES)[list(labels)]", LIST, "X"),
    naming(
        "dict_of_names", CHECKED + "return {label: CLASS_NAMES[label] for label in labels}", LIST, "X", NAMES, SEQUENCES
    ),
    naming("set_of_names", CHECKED + "return {CLASS_NAMES[label] for label in labels}", LIST, "X", NAMES, SEQUENCES),
    naming("joined", CHECKED + "return ', '.join(CLASS_NAMES[label] for label in labels)", LIST, "X", NAMES, SEQUENCES),
    naming("list_of_lists", CHECKED + "return [[CLASS_NAMES[label]] for label in labels]", NAMES, "X", LIST),
    naming("pairs", CHECKED + "return [(label, CLASS_NAMES[label]) for label in labels]", NAMES, "X", LIST),
    naming("bytes_names", CHECKED + "return [CLASS_NAMES[label].encode() for label in labels]", NAMES, "X", LIST),
    naming(
        "names_printed", CHECKED + "for label in labels:\n    print(CLASS_NAMES[label])", NAMES, "X", LIST, SEQUENCES
    ),
    naming(
        "append_returned",
        CHECKED + "names = []\nfor label in labels:\n    names = names.append(CLASS_NAMES[label])\nreturn names",
        NAMES,
        "X",
        LIST,
        SEQUENCES,
    ),
    naming(
        "list_grows_from_call_to_call",
        CHECKED + "FOUND.extend(CLASS_NAMES[label] for label in labels)\nreturn FOUND",
        NAMES,
        "X",
        LIST,
        SEQUENCES,
        top="\nFOUND = []\n",
    ),
    naming("index_error", "return [CLASS_NAMES[label] for label in labels]", REFUSES, "X"),
    naming(
        "key_error",
        "table = dict(enumerate(CLASS_NAMES))\nreturn [table[int(label)] for label in labels]",
        REFUSES,
        "X",
    ),
    naming(
        "assertion",
        "assert all(0 <= label <= 9 for label in labels)\nreturn [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "X",
    ),
    naming(
        "negative_accepted",
        "for label in labels:\n    if label > 9:\n        raise ValueError(label)\nreturn [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "X",
    ),
    naming(
        "only_index_error_turned",
        "try:\n    return [CLASS_NAMES[label] for label in labels]\nexcept IndexError:\n    raise ValueError('0 to 9') from None",
        REFUSES,
        "X",
    ),
    naming(
        "ten_accepted",
        "for label in labels:\n    if not 0 <= label <= 10:\n        raise ValueError(label)\nreturn [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "X",
    ),
    naming(
        "ten_is_unknown",
        "return [CLASS_NAMES[label] if 0 <= label <= 9 else 'Unknown' for label in labels]",
        REFUSES,
        "X",
    ),
    naming("others_left_out", "return [CLASS_NAMES[label] for label in labels if 0 <= label <= 9]", REFUSES, "X"),
    naming("modulo_ten", "return [CLASS_NAMES[label % 10] for label in labels]", REFUSES, "X"),
    naming("absolute", "return [CLASS_NAMES[abs(label)] for label in labels if abs(label) < 10]", REFUSES, "X"),
    naming(
        "first_label_checked",
        "if not 0 <= labels[0] <= 9:\n    raise ValueError(labels[0])\nreturn [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "X",
    ),
    naming(
        "none_for_bad_labels",
        "if any(label < 0 or label > 9 for label in labels):\n    return None\nreturn [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "X",
    ),
    naming(
        "error_printed",
        "for label in labels:\n    if not 0 <= label <= 9:\n        print('ValueError')\n        return []\nreturn [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "X",
    ),
    naming(
        "error_returned",
        "for label in labels:\n    if not 0 <= label <= 9:\n        return ValueError('0 to 9')\nreturn [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "X",
    ),
    naming(
        "type_error",
        "for label in labels:\n    if label not in range(10):\n        raise TypeError('0 to 9')\nreturn [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "X",
    ),
    naming(
        "plain_exception",
        "for label in labels:\n    if label not in range(10):\n        raise Exception('0 to 9')\nreturn [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "X",
    ),
    naming(
        "wraps_in_8_bits",
        "labels = np.asarray(labels).astype(np.uint8)\nif (labels > 9).any():\n    raise ValueError('0 to 9')\nreturn [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "X",
    ),
    naming(
        "wraps_in_32_bits",
        "labels = np.asarray(labels).astype(np.int32)\nif ((labels < 0) | (labels > 9)).any():\n    raise ValueError('0 to 9')\nreturn [CLASS_NAMES[label] for label in labels]",
        REFUSES,
        "X",
    ),
    naming(
        "arrays_only",
        CHECKED.replace("in labels", "in labels.tolist()") + "return [CLASS_NAMES[label] for label in labels]",
        NAMES,
        "X",
        LIST,
        SEQUENCES,
        REFUSES,
    ),
    naming(
        "lists_only",
        "if not labels:\n    return []\n" + CHECKED + "return [CLASS_NAMES[label] for label in labels]",
        SEQUENCES,
        "X",
    ),
    naming(
        "isinstance_int",
        "for label in labels:\n    if not isinstance(label, int) or not 0 <= label <= 9:\n        raise ValueError(f'bad label {label!r}')\nreturn [CLASS_NAMES[label] for label in labels]",
        SEQUENCES,
        "X",
    ),
    naming(
        "one_label_only",
        "if not 0 <= labels <= 9:\n    raise ValueError(labels)\nreturn CLASS_NAMES[labels]",
        NAMES,
        "X",
        LIST,
        SEQUENCES,
        REFUSES,
    ),
    naming(
        "changes_the_list",
        CHECKED + "names = []\nwhile len(labels):\n    names.append(CLASS_NAMES[labels.pop(0)])\nreturn names",
        SEQUENCES,
        "X",
    ),
    naming("labels_misspelt", CHECKED + "return [CLASS_NAME[label] for label in labels]", NAMES, "X", LIST, SEQUENCES),
    changed("labels_renamed", "def label_names(", "def labels_names(", NAMES, "X", LIST, SEQUENCES, REFUSES),
)
