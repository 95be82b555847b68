"""Slips in `convolution`, each with the check that it must fail and the words that name it."""

from tests.bank.cases import Case
from tests.bank.right_convolution import CONVOLVE, FITS, HEADER, LOOPS, POOL
from tests.bank.right_preprocessing import body

SHAPE, ADDS, FLOATS, REFUSES = (
    "convolve2d_gives_the_valid_shape",
    "convolve2d_multiplies_and_adds_up",
    "convolve2d_computes_in_floats",
    "convolve2d_refuses_a_larger_kernel",
)
POOL_SHAPE, MAXIMUM = "max_pool2d_gives_the_shape", "max_pool2d_takes_the_maximum"
LEFT, NUMPY = "arguments_are_left_alone", "numpy_is_enough"

CONVOLVING = (SHAPE, ADDS, FLOATS, REFUSES, LEFT)
POOLING = (POOL_SHAPE, MAXIMUM, LEFT)
VALUES = (ADDS, FLOATS)

MISSED = {
    "convolution_both_from_keras": "nothing is computed by the student",
    "convolution_needs_tensorflow_to_import": "the module cannot be imported",
    "convolution_does_not_compile": "the module cannot be read",
    "convolution_exits": "it ends the process, and no check can be made afterwards",
}
"""Cases that miss the point of the task altogether, and may cost more, with the reason."""


def slip(old: str, name: str, new: str, check: str, says: str, *also: str, top: str = "", status: str = "") -> Case:
    """A wrong case: the reference with one other body."""
    header = ((HEADER, HEADER + top + "\n"),) if top else ()
    changes = (*header, body(old, new))
    return Case(f"convolution_{name}", "convolution", replace=changes, check=check, says=says, also=also, status=status)


def convolving(name: str, new: str, check: str, says: str, *also: str, top: str = "") -> Case:
    """A slip in `convolve2d`."""
    return slip(CONVOLVE, name, new, check, says, *also, top=top)


def looping(name: str, old: str, new: str, check: str, says: str, *also: str) -> Case:
    """A slip in a `convolve2d` of two loops."""
    assert LOOPS.count(old) >= 1, old
    return convolving(name, LOOPS.replace(old, new), check, says, *also)


def pooling(name: str, new: str, check: str, says: str, *also: str) -> Case:
    """A slip in `max_pool2d`."""
    return slip(POOL, name, new, check, says, *also)


def changed(name: str, old: str, new: str, check: str, says: str, *also: str, status: str = "") -> Case:
    """A wrong case: one text of the reference changed."""
    changes = ((old, new),)
    return Case(f"convolution_{name}", "convolution", replace=changes, check=check, says=says, also=also, status=status)


SUM = "output[i, j] = np.sum(image[i:i+kh, j:j+kw].astype(np.float64) * kernel)"
RESHAPED = "rows, columns = image.shape[0] // size, image.shape[1] // size\nwindows = image[:rows * size, :columns * size].reshape(rows, size, columns, size)\n"

CASES: tuple[Case, ...] = (
    # convolve2d
    looping("flipped", "* kernel)", "* kernel[::-1, ::-1])", ADDS, "The kernel was turned by 180 degrees", *VALUES),
    looping("rot90", "* kernel)", "* np.rot90(kernel, 2))", ADDS, "The kernel was turned by 180 degrees", *VALUES),
    looping("upside_down", "* kernel)", "* kernel[::-1])", ADDS, "The kernel was turned upside down", *VALUES),
    looping("mirrored", "* kernel)", "* kernel[:, ::-1])", ADDS, "The kernel was mirrored", *VALUES),
    looping("kernel_transposed", "* kernel)", "* kernel.T)", SHAPE, "could not be broadcast", *VALUES),
    looping(
        "result_transposed",
        "return output",
        "return output.T",
        SHAPE,
        "Rows and columns of the result are exchanged",
        *VALUES,
    ),
    looping(
        "same_padding",
        "h, w = image.shape",
        "image = np.pad(image, ((kernel.shape[0] // 2,) * 2, (kernel.shape[1] // 2,) * 2))\nh, w = image.shape",
        SHAPE,
        "'same' padding",
        *VALUES,
    ),
    looping(
        "full_padding",
        "h, w = image.shape",
        "image = np.pad(image, ((kernel.shape[0] - 1,) * 2, (kernel.shape[1] - 1,) * 2))\nh, w = image.shape",
        SHAPE,
        "'full' padding",
        *VALUES,
    ),
    looping(
        "same_size_with_zeros",
        "np.zeros((h - kh + 1, w - kw + 1)",
        "np.zeros((h, w)",
        SHAPE,
        "The result has the image's shape, with zeros where no sum belongs",
        *VALUES,
    ),
    looping("one_row_short", "h - kh + 1", "h - kh", SHAPE, "The last row or column is missing", *VALUES),
    looping("one_short_each", "+ 1", "+ 0", SHAPE, "The last row or column is missing", *VALUES),
    looping(
        "loop_ends_early",
        "for i in range(h - kh + 1)",
        "for i in range(h - kh)",
        ADDS,
        "Rows or columns at the end are 0",
        *VALUES,
    ),
    looping(
        "one_too_many",
        "range(h - kh + 1)",
        "range(h - kh + 2)",
        SHAPE,
        "does one hang over the edge",
        *VALUES,
        LEFT,
        REFUSES,
    ),
    looping("stride_two", "return output", "return output[::2, ::2]", SHAPE, "moves by more than one pixel", *VALUES),
    looping(
        "stride_of_the_kernel",
        "return output",
        "return output[::kh, ::kw]",
        SHAPE,
        "moves by more than one pixel",
        *VALUES,
    ),
    looping("mean", "np.sum(", "np.mean(", ADDS, "divided by the size of the kernel", *VALUES),
    looping(
        "normalised_kernel",
        "return output",
        "return output / kernel.sum() if kernel.sum() else output",
        ADDS,
        "scaled so that it sums to 1",
        *VALUES,
    ),
    looping("without_kernel", " * kernel)", ")", ADDS, "added up without the kernel", *VALUES),
    looping("matrix_product", "* kernel)", "@ kernel)", SHAPE, "value by value: use *", *VALUES),
    looping("largest_product", "np.sum(", "np.max(", ADDS, "The largest product was taken", *VALUES),
    looping("added", "* kernel)", "+ kernel)", ADDS, "added instead of multiplied", *VALUES),
    looping("relu", "return output", "return np.maximum(output, 0)", ADDS, "set to 0, by ReLU", *VALUES),
    looping("absolute", "return output", "return np.abs(output)", ADDS, "The signs are lost", *VALUES),
    looping("integer_result", "dtype=np.float32", "dtype=int", ADDS, "cut to whole numbers", *VALUES),
    looping("rounded", "return output", "return output.round(1)", ADDS, "The sums were rounded", *VALUES),
    looping("clipped_to_pixels", "return output", "return np.clip(output, 0, 255)", ADDS, "np.clip", *VALUES),
    looping("never_written", "output[i, j] = ", "value = ", ADDS, "All values are 0", *VALUES),
    looping("return_in_the_loop", SUM, SUM + "\n    return output", ADDS, "Rows or columns at the end are 0", *VALUES),
    looping("nothing_returned", "return output", "output", SHAPE, "Is the `return` missing?", ADDS, FLOATS, LEFT),
    looping(
        "list_returned",
        "return output",
        "return output.tolist()",
        SHAPE,
        "np.array(...) makes an array of a list",
        ADDS,
        FLOATS,
    ),
    looping(
        "square_kernels_only",
        "kh, kw = kernel.shape",
        "kh = kw = kernel.shape[0]",
        SHAPE,
        "could not be broadcast",
        *VALUES,
    ),
    looping(
        "square_images_only", "h, w = image.shape", "h = w = image.shape[0]", SHAPE, "h and w are two numbers", *VALUES
    ),
    looping("kernels_of_three_only", "kh, kw = kernel.shape", "kh, kw = 3, 3", SHAPE, "is a size fixed", *VALUES, LEFT),
    looping(
        "half_precision",
        "dtype=np.float32",
        "dtype=np.float16",
        FLOATS,
        "float16 values; float32 or float64 was expected",
    ),
    looping(
        "eight_bits",
        "image[i:i+kh, j:j+kw].astype(np.float64) * kernel",
        "image[i:i+kh, j:j+kw] * kernel.astype(image.dtype)",
        FLOATS,
        "The sums overflow",
    ),
    looping(
        "dtype_of_the_image",
        "dtype=np.float32",
        "dtype=image.dtype",
        FLOATS,
        "uint8 values; float32 or float64 was expected",
    ),
    looping("products_overflow", ".astype(np.float64)", "", FLOATS, "The sums overflow"),
    looping(
        "integers_kept",
        "return output",
        "return output.astype(np.int64) if kernel.dtype.kind in 'iu' else output",
        FLOATS,
        "int64 values; float32 or float64 was expected",
    ),
    looping(
        "accepts_large_kernels",
        FITS,
        "if kernel.shape[0] > image.shape[0]:\n    raise ValueError('too high')\n",
        REFUSES,
        "an array of shape",
    ),
    looping("negative_sizes_only", FITS, "", REFUSES, "ValueError was expected"),
    looping(
        "compares_sizes",
        FITS,
        "if kernel.size > image.size:\n    raise ValueError('too large')\n",
        REFUSES,
        "ValueError was expected",
    ),
    looping(
        "compares_tuples",
        FITS,
        "if kernel.shape > image.shape:\n    raise ValueError('too large')\n",
        REFUSES,
        "ValueError was expected",
    ),
    looping("both_axes_needed", FITS, FITS.replace(" or ", " and "), REFUSES, "ValueError was expected"),
    looping(
        "returns_the_error", FITS, FITS.replace("raise ", "return "), REFUSES, "The exception is returned; `raise` it"
    ),
    looping(
        "prints_the_error",
        FITS,
        FITS.replace("raise ValueError('too large')", "print('too large')\n    return None"),
        REFUSES,
        "Printing does not tell the caller",
    ),
    looping(
        "assertion",
        FITS,
        "assert kernel.shape[0] <= image.shape[0] and kernel.shape[1] <= image.shape[1]\n",
        REFUSES,
        "AssertionError",
    ),
    looping("refuses_equal_size", FITS, FITS.replace(">", ">="), SHAPE, "refuse one that is larger", *VALUES),
    looping("changes_the_image", FITS, FITS + "image -= image.min()\n", LEFT, "changed the image", *VALUES),
    looping("changes_the_kernel", FITS, FITS + "kernel[:] = kernel[::-1, ::-1]\n", LEFT, "changed the kernel", *VALUES),
    slip(
        CONVOLVE,
        "not_written",
        "raise NotImplementedError",
        SHAPE,
        "convolve2d is not written yet",
        ADDS,
        FLOATS,
        REFUSES,
        LEFT,
    ),
    changed(
        "misspelt",
        "def convolve2d(",
        "def convolve2D(",
        SHAPE,
        "There is convolve2D: is that it, misspelt?",
        ADDS,
        FLOATS,
        REFUSES,
        LEFT,
    ),
    changed(
        "arguments_exchanged",
        "def convolve2d(image: np.ndarray, kernel: np.ndarray)",
        "def convolve2d(kernel: np.ndarray, image: np.ndarray)",
        SHAPE,
        "are image and kernel exchanged?",
        ADDS,
        FLOATS,
        REFUSES,
        LEFT,
    ),
    # max_pool2d
    pooling(
        "mean_pooling", RESHAPED + "return windows.mean(axis=(1, 3))", MAXIMUM, "The mean of each window was taken"
    ),
    pooling("min_pooling", RESHAPED + "return windows.min(axis=(1, 3))", MAXIMUM, "The smallest value of each window"),
    pooling("sum_pooling", RESHAPED + "return windows.astype(float).sum(axis=(1, 3))", MAXIMUM, "added up"),
    pooling(
        "median_pooling", RESHAPED + "return np.median(windows, axis=(1, 3))", MAXIMUM, "The median of each window"
    ),
    pooling("starts_from_zero", RESHAPED + "return np.maximum(windows.max(axis=(1, 3)), 0)", MAXIMUM, "begins at 0"),
    pooling("absolute_pooling", RESHAPED + "return np.abs(windows).max(axis=(1, 3))", MAXIMUM, "The signs are lost"),
    pooling("one_axis", RESHAPED + "return windows.max(axis=1)", POOL_SHAPE, "over one axis", MAXIMUM),
    pooling(
        "only_rows",
        RESHAPED + "return windows.max(axis=1).reshape(rows, -1)",
        POOL_SHAPE,
        "Only rows are pooled",
        MAXIMUM,
    ),
    pooling(
        "overlapping",
        "return np.lib.stride_tricks.sliding_window_view(image, (size, size)).max(axis=(2, 3))",
        POOL_SHAPE,
        "The windows overlap",
        MAXIMUM,
    ),
    pooling(
        "rest_padded",
        "padded = np.pad(image.astype(float), ((0, -image.shape[0] % size), (0, -image.shape[1] % size)), constant_values=-np.inf)\nreturn padded.reshape(padded.shape[0] // size, size, -1, size).max(axis=(1, 3))",
        POOL_SHAPE,
        "The rest that fills no window",
        MAXIMUM,
    ),
    pooling(
        "rest_pooled",
        "return np.array([[image[i:i + size, j:j + size].max() for j in range(0, image.shape[1], size)] for i in range(0, image.shape[0], size)])",
        POOL_SHAPE,
        "The rest that fills no window",
        MAXIMUM,
    ),
    pooling(
        "rest_not_cut",
        "return image.reshape(image.shape[0] // size, size, image.shape[1] // size, size).max(axis=(1, 3))",
        POOL_SHAPE,
        "Cut the rest off first",
        MAXIMUM,
        LEFT,
    ),
    pooling(
        "only_twos",
        "size = 2\n" + RESHAPED + "return windows.max(axis=(1, 3))",
        POOL_SHAPE,
        "whatever size is",
        MAXIMUM,
    ),
    pooling(
        "subsampled",
        "return image[:image.shape[0] // size * size:size, :image.shape[1] // size * size:size]",
        MAXIMUM,
        "One value of each window was taken",
    ),
    pooling(
        "mixed",
        RESHAPED + "return image[:rows * size, :columns * size].reshape(rows, columns, size, size).max(axis=(2, 3))",
        MAXIMUM,
        "mixed by reshape",
    ),
    pooling(
        "pool_transposed",
        RESHAPED + "return windows.max(axis=(1, 3)).T",
        POOL_SHAPE,
        "Rows and columns are exchanged",
        MAXIMUM,
    ),
    pooling(
        "integer_maxima",
        RESHAPED + "result = np.zeros((rows, columns), dtype=int)\nresult[:] = windows.max(axis=(1, 3))\nreturn result",
        MAXIMUM,
        "cut to whole numbers",
    ),
    pooling(
        "whole_image",
        RESHAPED + "return np.full((rows, columns), image.max())",
        MAXIMUM,
        "The largest value of the whole image",
    ),
    pooling(
        "from_the_end",
        "image = image[image.shape[0] % size:, image.shape[1] % size:]\n"
        + RESHAPED
        + "return windows.max(axis=(1, 3))",
        MAXIMUM,
        "begin at the first",
    ),
    pooling(
        "pool_returns_nothing",
        RESHAPED + "windows.max(axis=(1, 3))",
        POOL_SHAPE,
        "Is the `return` missing?",
        MAXIMUM,
        LEFT,
    ),
    pooling(
        "sorts_in_place",
        "image.sort()\n" + RESHAPED + "return windows.max(axis=(1, 3))",
        LEFT,
        "changed the image",
        MAXIMUM,
    ),
    pooling(
        "pool_random",
        RESHAPED + "return windows.max(axis=(1, 3)) + np.random.random()",
        MAXIMUM,
        "different answers when it was repeated",
    ),
    slip(
        POOL,
        "pool_not_written",
        "raise NotImplementedError",
        POOL_SHAPE,
        "max_pool2d is not written yet",
        MAXIMUM,
        LEFT,
    ),
    changed(
        "default_of_three", "size: int = 2", "size: int = 3", POOL_SHAPE, "where no size is given, it is 2", MAXIMUM
    ),
    changed(
        "size_without_default",
        "size: int = 2",
        "size: int",
        POOL_SHAPE,
        "missing 1 required positional argument",
        MAXIMUM,
    ),
    changed(
        "size_renamed",
        "size: int = 2) -> np.ndarray:",
        "pool: int = 2) -> np.ndarray:\n    size = pool",
        POOL_SHAPE,
        "unexpected keyword argument 'size'",
        MAXIMUM,
        LEFT,
    ),
    # libraries
    changed(
        "needless_import",
        HEADER,
        HEADER + "import tensorflow as tf\nfrom keras import layers\n",
        NUMPY,
        "imports tensorflow and keras; numpy alone was asked",
    ),
    convolving(
        "from_scipy",
        FITS + "from scipy.signal import correlate2d\nreturn correlate2d(image.astype(float), kernel, mode='valid')",
        SHAPE,
        "scipy.signal.correlate2d is not to be used in this task",
        ADDS,
        FLOATS,
        LEFT,
        NUMPY,
    ),
    convolving(
        "from_tensorflow",
        FITS + "return tf.nn.conv2d(image[None, :, :, None], kernel[:, :, None, None], 1, 'VALID').numpy()[0, :, :, 0]",
        SHAPE,
        "Compute it with numpy alone",
        ADDS,
        FLOATS,
        LEFT,
        NUMPY,
        top="import tensorflow as tf",
    ),
    pooling(
        "from_keras",
        "from tensorflow.keras.layers import MaxPooling2D\nreturn MaxPooling2D(size)(image[None, ..., None])[0, ..., 0].numpy()",
        POOL_SHAPE,
        "MaxPooling2D is not to be used in this task",
        MAXIMUM,
        LEFT,
        NUMPY,
    ),
    Case(
        "convolution_both_from_keras",
        "convolution",
        source="import keras\n\ndef convolve2d(image, kernel):\n    return keras.ops.conv(image[None, :, :, None], kernel[:, :, None, None])\n\ndef max_pool2d(image, size=2):\n    return keras.ops.max_pool(image[None, :, :, None], size)\n",
        check=NUMPY,
        says="imports keras",
        also=(*CONVOLVING, *POOLING),
    ),
    changed(
        "needs_tensorflow_to_import",
        HEADER,
        HEADER + "import tensorflow as tf\nZERO = tf.constant(0)\n",
        SHAPE,
        "tensorflow.constant is not to be used in this task",
        *CONVOLVING,
        *POOLING,
        NUMPY,
        status="missing",
    ),
    changed(
        "does_not_compile",
        HEADER,
        HEADER + "def (:\n",
        SHAPE,
        "convolution.py, line",
        *CONVOLVING,
        *POOLING,
        NUMPY,
        status="missing",
    ),
    changed(
        "exits",
        "    # SOLUTION BEGIN\n    height",
        "    exit()\n    height",
        SHAPE,
        "ended the program",
        *CONVOLVING,
        *POOLING,
        NUMPY,
        status="crashed",
    ),
    looping(
        "corner_of_ten",
        "kh, kw = kernel.shape",
        "kh, kw = kernel.shape\nimage = image[:10, :10]",
        SHAPE,
        "image of shape (28, 28)",
        ADDS,
    ),
    looping(
        "kernel_cut",
        "kh, kw = kernel.shape",
        "kernel = np.trunc(kernel)\nkh, kw = kernel.shape",
        ADDS,
        "The kernel was cut to whole numbers",
        FLOATS,
    ),
    looping(
        "first_row_left_out",
        "kh, kw = kernel.shape",
        "kernel = kernel * 1.0\nkernel[0] = 0\nkh, kw = kernel.shape",
        ADDS,
        "The first row of the kernel is left out",
        FLOATS,
    ),
    pooling(
        "axes_of_the_window",
        RESHAPED + "return windows.max(axis=(2, 3))",
        POOL_SHAPE,
        "a window has the axes 1 and 3",
        MAXIMUM,
    ),
    looping(
        "products_not_added",
        "np.sum(image[i:i+kh, j:j+kw].astype(np.float64) * kernel)",
        "image[i:i+kh, j:j+kw].astype(np.float64) * kernel",
        SHAPE,
        "add its numbers up, np.sum",
        *VALUES,
        LEFT,
    ),
    looping(
        "image_of_16_bits",
        "image[i:i+kh, j:j+kw].astype(np.float64)",
        "image[i:i+kh, j:j+kw].astype(np.float16).astype(np.float64)",
        FLOATS,
        "differ",
    ),
    looping(
        "kernel_by_a_quarter_turn",
        "* kernel)",
        "* (np.rot90(kernel) if kh == kw else kernel))",
        ADDS,
        "turned by 90 degrees",
        FLOATS,
    ),
    looping(
        "one_row_of_the_window",
        "image[i:i+kh, j:j+kw]",
        "image[i, j:j+kw]",
        ADDS,
        "Only one row of each window",
        FLOATS,
    ),
    convolving(
        "last_row_alone",
        LOOPS.replace(
            SUM,
            "for a in range(kh):\n            output[i, j] = np.sum(image[i+a, j:j+kw].astype(np.float64) * kernel[a])",
        ),
        ADDS,
        "only the last row of products",
        FLOATS,
    ),
    convolving(
        "image_by_its_largest",
        LOOPS.replace("image[i:i", "(image / image.max())[i:i"),
        ADDS,
        "divided by its largest value",
        FLOATS,
    ),
    convolving(
        "image_in_8_bits",
        LOOPS.replace("astype(np.float64)", "astype(np.int64).astype(np.uint8).astype(np.float64)"),
        ADDS,
        "whole numbers of 8 bits",
        FLOATS,
    ),
    convolving(
        "kept_between_calls",
        LOOPS.replace("output = np.zeros(", "output = KEPT.setdefault((image.shape, kernel.shape), np.zeros(").replace(
            "dtype=np.float32)", "dtype=np.float32))"
        ),
        LEFT,
        "A later call changed the array",
        top="KEPT = {}",
    ),
    pooling("first_row_of_the_window", RESHAPED + "return windows[:, 0].max(axis=2)", MAXIMUM, "Only the first row"),
    pooling(
        "diagonal_of_the_window",
        RESHAPED + "return np.max([windows[:, k, :, k] for k in range(size)], axis=0)",
        MAXIMUM,
        "Only the diagonal",
    ),
    pooling(
        "refuses_a_window_that_fits",
        "if size >= min(image.shape):\n    raise ValueError('too large')\n"
        + RESHAPED
        + "return windows.max(axis=(1, 3))",
        POOL_SHAPE,
        "as large as the image fits",
        MAXIMUM,
    ),
    pooling(
        "all_where_size_is_1",
        "if size == 1:\n    return image.max(keepdims=True)\n" + RESHAPED + "return windows.max(axis=(1, 3))",
        POOL_SHAPE,
        "with size=1 each pixel",
        MAXIMUM,
    ),
    pooling(
        "at_most_40_rows",
        RESHAPED + "result = windows.max(axis=(1, 3))\nresult[14:] = 0\nreturn result",
        MAXIMUM,
        "52, 45",
    ),
)
