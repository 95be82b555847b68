"""Right ways of writing `preprocessing`: each gets full marks."""

from textwrap import indent

from tests.bank.cases import Case

NORMALIZE = 'return images.astype("float32") / 255'
ADD_AXIS = "return images[..., np.newaxis]"
LABELS = """\
names = []
    for label in labels:
        if not 0 <= label < len(CLASS_NAMES):  # a negative index would count from the end
            raise ValueError(f"labels are 0 to 9, but one is {label}")
        names.append(CLASS_NAMES[label])
    return names"""
"""The bodies of the reference, which most cases replace."""

HEADER = "from collections.abc import Sequence\n"
"""Where a case adds an import or a helper."""


def body(old: str, new: str) -> tuple[str, str]:
    """A pair that puts a new body, written without indentation, in the place of an old one."""
    return old, indent(new.strip("\n"), "    ").removeprefix("    ")


def case(name: str, *bodies: tuple[str, str], top: str = "") -> Case:
    """A right case: the reference with other bodies, and more at its top."""
    header = ((HEADER, HEADER + top + "\n"),) if top else ()
    return Case(name, "preprocessing", replace=(*header, *(body(old, new) for old, new in bodies)))


TUTORIAL = '''\
import numpy as np

class_names = ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat',
               'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot']

def normalize_images(images):
    images = images / 255.0
    return images

def add_channel_axis(images):
    return np.expand_dims(images, -1)

def label_names(labels):
    """Returns names."""
    if any(l < 0 or l > 9 for l in labels):
        raise ValueError('label must be 0..9')
    return [class_names[l] for l in labels]

if __name__ == '__main__':
    import matplotlib.pyplot as plt
    (x, y), _ = __import__('keras').datasets.fashion_mnist.load_data()
    plt.imshow(x[0]); plt.show()
'''

TYPED = '''\
"""Preprocessing, with types."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, Iterable

import numpy as np
import numpy.typing as npt


class Garment(IntEnum):
    """The classes."""

    TSHIRT_TOP = 0
    TROUSER = 1
    PULLOVER = 2
    DRESS = 3
    COAT = 4
    SANDAL = 5
    SHIRT = 6
    SNEAKER = 7
    BAG = 8
    ANKLE_BOOT = 9


SPECIAL: Final[dict[Garment, str]] = {Garment.TSHIRT_TOP: "T-shirt/top", Garment.ANKLE_BOOT: "Ankle boot"}


def normalize_images(images: npt.NDArray[np.uint8], *, highest: int = 255) -> npt.NDArray[np.float64]:
    """Scale."""
    return np.true_divide(images, highest, dtype=np.float64)


def add_channel_axis(images: npt.NDArray[np.generic], axis: int = -1) -> npt.NDArray[np.generic]:
    """Add the axis."""
    return np.expand_dims(images, axis=axis)


def label_names(labels: Iterable[int]) -> list[str]:
    """Names."""
    garments = [Garment(label) for label in labels]  # an unknown value is a ValueError
    return [SPECIAL.get(garment, garment.name.capitalize()) for garment in garments]
'''

CLASSES = """\
import numpy

class _Preprocessor:
    names = 'T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot'.split(',')

    def scale(self, images):
        return numpy.array([value / 255 for value in images.ravel().tolist()], dtype='float64').reshape(images.shape)

    def expand(self, images):
        out = numpy.empty((*images.shape, 1), dtype=images.dtype)
        out[..., 0] = images
        return out

    def name(self, labels):
        labels = list(labels)
        bad = [label for label in labels if label not in range(10)]
        if bad:
            raise ValueError(bad)
        return list(map(self.names.__getitem__, labels))

_p = _Preprocessor()
normalize_images, add_channel_axis, label_names = _p.scale, _p.expand, _p.name
"""

BY_DICT = """\
table = dict(enumerate(CLASS_NAMES))
try:
    return [table[int(label)] for label in labels]
except KeyError as missing:
    raise ValueError(f"no such label: {missing}") from missing"""

BY_MATCH = """\
def name(label):
    match label:
        case 0: return "T-shirt/top"
        case 1: return "Trouser"
        case 2: return "Pullover"
        case 3: return "Dress"
        case 4: return "Coat"
        case 5: return "Sandal"
        case 6: return "Shirt"
        case 7: return "Sneaker"
        case 8: return "Bag"
        case 9: return "Ankle boot"
        case _: raise ValueError("unknown label " + str(label))
return [name(label) for label in labels]"""

BY_ARRAY = """\
labels = np.asarray(labels, dtype=np.int64)
if ((labels < 0) | (labels > 9)).any():
    raise ValueError("labels are 0 to 9")
return np.array(CLASS_NAMES)[labels].tolist()"""

BY_MIN_AND_MAX = """\
array = np.array(labels)
if array.min() < 0 or array.max() >= len(CLASS_NAMES):
    raise ValueError(f"labels out of range: {array}")
return list(np.array(CLASS_NAMES)[array])"""

BY_RECURSION = """\
if len(labels) == 0:
    return []
first, rest = labels[0], labels[1:]
if first < 0 or first >= 10:
    raise ValueError("bad label")
return [CLASS_NAMES[first]] + label_names(rest)"""

BY_LOOP = """\
result = [None] * len(labels)
i = 0
while i < len(labels):
    label = labels[i]
    if label > 9:
        raise ValueError("too large")
    elif label < 0:
        raise ValueError("too small")
    result[i] = str(CLASS_NAMES[label])
    i += 1
return result"""

BY_GENERATOR = """\
def names():
    for label in labels:
        if label not in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9):
            raise ValueError(label)
        yield CLASS_NAMES[label]
return [*names()]"""

OWN_ERROR = """\
for label in labels:
    if not 0 <= label <= 9:
        raise UnknownLabel(f"{label} is no label")
return [CLASS_NAMES[label] for label in labels]"""

BY_TAKE = """\
indices = np.array(labels, dtype=int)
if not np.isin(indices, range(10)).all():
    raise ValueError("a label is not in 0-9")
return np.take(np.array(CLASS_NAMES, dtype=object), indices).tolist()"""

BY_TAKE_MODE = """\
try:
    if min(labels) < 0:
        raise IndexError("negative")
    return [CLASS_NAMES[label] for label in labels]
except IndexError:
    raise ValueError("labels are 0 to 9") from None"""

IN_PLACE_ON_A_COPY = """\
images = images.astype(np.float32)
images /= 255.0
return images"""

PIXEL_LOOP = """\
out = np.zeros(images.shape)
for index in np.ndindex(*images.shape):
    out[index] = images[index] / 255
return out"""

PRINTING = """\
print("shape before:", images.shape, "max:", images.max(initial=0))
scaled = images / 255.0
print("shape after:", scaled.shape, "\\x1b[31mdone\\x1b[0m", end="")
return scaled"""

LUT = """\
table = np.linspace(0.0, 1.0, 256)
return table[images]"""

ASSERTING = """\
assert images.dtype == np.uint8
assert images.shape[-2:] == (28, 28)
scaled = images.astype(float) / 255.0
assert scaled.size == 0 or 0.0 <= scaled.min() <= scaled.max() <= 1.0
return scaled"""

LATIN_1 = b"# -*- coding: latin-1 -*-\n# Gr\xf6\xdfe der Bilder\n" + TUTORIAL.encode()

CASES: tuple[Case, ...] = (
    Case("tutorial_style", "preprocessing", TUTORIAL),
    Case("typed_with_an_enum", "preprocessing", TYPED),
    Case("methods_of_one_object", "preprocessing", CLASSES),
    Case("byte_order_mark", "preprocessing", b"\xef\xbb\xbf" + TUTORIAL.encode()),
    Case("windows_line_ends", "preprocessing", TUTORIAL.replace("\n", "\r\n").encode()),
    Case("latin_1_with_a_coding_cookie", "preprocessing", LATIN_1),
    case("np_divide", (NORMALIZE, "return np.divide(images, 255.0)"), (ADD_AXIS, "return np.expand_dims(images, 3)")),
    case(
        "float32_by_float",
        (NORMALIZE, "return images.astype(np.float32) / 255.0"),
        (ADD_AXIS, "return images[:, :, :, None]"),
    ),
    case(
        "times_the_reciprocal",
        (NORMALIZE, "return images * (1 / 255)"),
        (ADD_AXIS, "return images.reshape(images.shape + (1,))"),
        (LABELS, BY_DICT),
    ),
    case("float32_reciprocal", (NORMALIZE, "return images.astype('float32') * np.float32(1.0 / 255.0)")),
    case("true_divide", (NORMALIZE, "return np.true_divide(images, 255).astype(np.float32)"), (LABELS, BY_MATCH)),
    case("float64", (NORMALIZE, "return images.astype(np.float64) / 255"), (LABELS, BY_ARRAY)),
    case(
        "in_place_on_a_copy",
        (NORMALIZE, IN_PLACE_ON_A_COPY),
        (ADD_AXIS, "return images.reshape(-1, 28, 28, 1)"),
        (LABELS, BY_MIN_AND_MAX),
    ),
    case(
        "loops",
        (NORMALIZE, PIXEL_LOOP),
        (ADD_AXIS, "return np.array([image[:, :, None] for image in images])"),
        (LABELS, BY_LOOP),
    ),
    case(
        "stack_and_recursion",
        (NORMALIZE, "copy = images.copy()\nreturn np.array(copy, dtype=float) / 255"),
        (ADD_AXIS, "return np.stack([images], axis=-1)"),
        (LABELS, BY_RECURSION),
    ),
    case(
        "generator_and_moveaxis",
        (NORMALIZE, "return np.multiply(images, 1.0 / 255.0, dtype='float32')"),
        (ADD_AXIS, "return np.moveaxis(images[None], 0, -1)"),
        (LABELS, BY_GENERATOR),
    ),
    case("own_kind_of_value_error", (LABELS, OWN_ERROR), top="\nclass UnknownLabel(ValueError):\n    pass\n"),
    case(
        "prints_while_called",
        (NORMALIZE, PRINTING),
        (ADD_AXIS, "print(images)\nreturn np.atleast_3d(images)[..., None]"),
    ),
    case("look_up_table", (NORMALIZE, LUT), (ADD_AXIS, "return np.reshape(images, (len(images), 28, 28, 1))")),
    case("asserts", (NORMALIZE, ASSERTING), (ADD_AXIS, "n, h, w = images.shape\nreturn images.reshape((n, h, w, 1))")),
    case("np_take", (LABELS, BY_TAKE), (NORMALIZE, "return np.interp(images, (0, 255), (0, 1))")),
    case("index_error_turned_into_value_error", (LABELS, BY_TAKE_MODE)),
    case(
        "numpy_strings",
        (
            LABELS,
            "if set(map(int, labels)) - set(range(10)):\n    raise ValueError\nreturn list(np.array(CLASS_NAMES)[list(labels)])",
        ),
    ),
    case(
        "lambdas_and_star",
        (NORMALIZE, "scale = lambda pixels: pixels / np.iinfo(np.uint8).max\nreturn scale(images)"),
        (ADD_AXIS, "return np.concatenate([images[..., np.newaxis]], axis=3)"),
        (
            LABELS,
            "check = lambda l: l if l in range(10) else (_ for _ in ()).throw(ValueError(l))\nreturn [CLASS_NAMES[check(l)] for l in labels]",
        ),
    ),
    case(
        "tensorflow_and_back",
        (NORMALIZE, "return (tf.cast(images, tf.float32) / 255.0).numpy()"),
        (ADD_AXIS, "return tf.expand_dims(images, -1).numpy()"),
        (
            LABELS,
            "tf.debugging\nif not all(0 <= int(l) <= 9 for l in labels):\n    raise ValueError(labels)\nreturn [CLASS_NAMES[int(l)] for l in labels]",
        ),
        top="import tensorflow as tf",
    ),
    case("keras_imported", (NORMALIZE, "return keras.ops.convert_to_numpy(images) / 255.0"), top="import keras"),
    case(
        "longdouble_on_the_way",
        (NORMALIZE, "return (images.astype(np.longdouble) / 255).astype('float64')"),
        (ADD_AXIS, "view = images.view()\nview.shape = (*images.shape, 1)\nreturn view"),
    ),
    case(
        "other_memory_order",
        (NORMALIZE, "return np.asfortranarray(images / 255)"),
        (ADD_AXIS, "return images.T[None].T"),
    ),
    case(
        "subclass_of_ndarray",
        (NORMALIZE, "return np.ma.masked_array(images / 255.0)"),
        (ADD_AXIS, "return np.ascontiguousarray(images[..., None])"),
    ),
    case(
        "further_parameters",
        (NORMALIZE, "return _scaled(images)"),
        top="\ndef _scaled(x, low=0.0, high=255.0):\n    return (x - low) / (high - low)\n",
    ),
)
