"""Right ways of writing `convolution`: each gets full marks."""

from tests.bank.cases import Case
from tests.bank.right_preprocessing import body

CONVOLVE = """\
height, width = kernel.shape
    rows, columns = image.shape[0] - height + 1, image.shape[1] - width + 1
    if rows < 1 or columns < 1:
        raise ValueError(f"a kernel of shape {kernel.shape} does not fit in an image of shape {image.shape}")
    result = np.zeros((rows, columns))
    for row in range(height):
        for column in range(width):
            result += image[row : row + rows, column : column + columns] * float(kernel[row, column])
    return result"""
POOL = """\
rows, columns = image.shape[0] // size, image.shape[1] // size
    windows = image[: rows * size, : columns * size].reshape(rows, size, columns, size)
    return windows.max(axis=(1, 3))"""
"""The bodies of the reference, which most cases replace."""

HEADER = "import numpy as np\n"
"""Where a case adds an import or a helper."""

FITS = "if kernel.shape[0] > image.shape[0] or kernel.shape[1] > image.shape[1]:\n    raise ValueError('too large')\n"


def case(name: str, *bodies: tuple[str, str], top: str = "") -> Case:
    """A right case: the reference with other bodies, and more at its top."""
    header = ((HEADER, HEADER + top + "\n"),) if top else ()
    changes = tuple(body(old, new) for old, new in bodies)
    return Case(f"convolution_{name}", "convolution", replace=(*header, *changes))


LOOPS = (
    FITS
    + """\
h, w = image.shape
kh, kw = kernel.shape
output = np.zeros((h - kh + 1, w - kw + 1), dtype=np.float32)
for i in range(h - kh + 1):
    for j in range(w - kw + 1):
        output[i, j] = np.sum(image[i:i+kh, j:j+kw].astype(np.float64) * kernel)
return output
"""
)

PURE = (
    FITS
    + """\
rows = len(image) - len(kernel) + 1
columns = len(image[0]) - len(kernel[0]) + 1
return np.array([[float(sum(float(image[i + a, j + b]) * float(kernel[a, b])
                            for a in range(len(kernel)) for b in range(len(kernel[0]))))
                  for j in range(columns)] for i in range(rows)])
"""
)

TUTORIAL = """\
import numpy as np

def convolve2d(image, kernel):
    kernel_h, kernel_w = kernel.shape
    image_h, image_w = image.shape
    if kernel_h > image_h or kernel_w > image_w:
        raise ValueError("Kernel larger than image")
    out = np.zeros((image_h - kernel_h + 1, image_w - kernel_w + 1))
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            out[y, x] = (image[y:y + kernel_h, x:x + kernel_w] * kernel.astype(float)).sum()
    return out


def max_pool2d(image, size=2):
    h, w = image.shape
    out = np.zeros((h // size, w // size))
    for y in range(0, h - size + 1, size):
        for x in range(0, w - size + 1, size):
            out[y // size, x // size] = np.max(image[y:y + size, x:x + size])
    return out


if __name__ == "__main__":
    import matplotlib.pyplot as plt
    from keras.datasets import fashion_mnist
    (images, _), _ = fashion_mnist.load_data()
    plt.imshow(convolve2d(images[0], np.array([[-1, 0, 1]] * 3)))
"""

CASES: tuple[Case, ...] = (
    case("loops_over_the_places", (CONVOLVE, LOOPS)),
    case("lists_and_sums", (CONVOLVE, PURE)),
    case(
        "sliding_windows",
        (
            CONVOLVE,
            "windows = np.lib.stride_tricks.sliding_window_view(image.astype(float), kernel.shape)\n"
            "return np.einsum('ijkl,kl->ij', windows, kernel.astype(float))",
        ),
    ),
    case(
        "windows_and_tensordot",
        (
            CONVOLVE,
            FITS
            + "windows = sliding_window_view(image.astype('float32'), kernel.shape)\n"
            + "return np.tensordot(windows, kernel.astype('float32'), axes=2)",
        ),
        top="from numpy.lib.stride_tricks import sliding_window_view",
    ),
    case(
        "as_strided",
        (
            CONVOLVE,
            FITS
            + "image = np.ascontiguousarray(image, dtype=float)\n"
            + "shape = tuple(np.subtract(image.shape, kernel.shape) + 1) + kernel.shape\n"
            + "windows = np.lib.stride_tricks.as_strided(image, shape, image.strides * 2)\n"
            + "return (windows * kernel).sum(axis=(-2, -1))",
        ),
    ),
    case(
        "columns_and_matrix_product",
        (
            CONVOLVE,
            FITS
            + "rows, columns = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1\n"
            + "patches = [image[i:i + kernel.shape[0], j:j + kernel.shape[1]].ravel() for i in range(rows) for j in range(columns)]\n"
            + "return (np.array(patches, dtype=float) @ kernel.ravel()).reshape(rows, columns)",
        ),
    ),
    case(
        "correlate_row_by_row",
        (
            CONVOLVE,
            FITS
            + "image, kernel = image.astype(float), kernel.astype(float)\n"
            + "rows = image.shape[0] - kernel.shape[0] + 1\n"
            + "if kernel.shape[1] > image.shape[1]:\n    raise ValueError\n"
            + "return np.array([sum(np.correlate(image[i + a], kernel[a], 'valid') for a in range(len(kernel))) for i in range(rows)])",
        ),
    ),
    case("float32", (CONVOLVE, LOOPS.replace("np.float64", "np.float32"))),
    case(
        "fourier",
        (
            CONVOLVE,
            FITS
            + "size = np.add(image.shape, kernel.shape) - 1\n"
            + "product = np.fft.rfft2(image.astype(float), size) * np.fft.rfft2(kernel[::-1, ::-1].astype(float), size)\n"
            + "full = np.fft.irfft2(product, size)\n"
            + "return full[kernel.shape[0] - 1:image.shape[0], kernel.shape[1] - 1:image.shape[1]]",
        ),
    ),
    case(
        "pool_with_loops",
        (
            POOL,
            "return np.array([[image[i:i + size, j:j + size].max() for j in range(0, image.shape[1] // size * size, size)] for i in range(0, image.shape[0] // size * size, size)])",
        ),
    ),
    case(
        "pool_from_minus_infinity",
        (
            POOL,
            "result = np.full((image.shape[0] // size, image.shape[1] // size), -np.inf)\n"
            "for row in range(size):\n    for column in range(size):\n"
            "        part = image[row::size, column::size][:result.shape[0], :result.shape[1]]\n"
            "        result = np.maximum(result, part)\n"
            "return result",
        ),
    ),
    case(
        "pool_of_windows",
        (
            POOL,
            "windows = np.lib.stride_tricks.sliding_window_view(image, (size, size))\n"
            "return windows[::size, ::size].max(axis=(2, 3))",
        ),
    ),
    case("pool_gives_floats", (POOL, POOL.replace("image[", "image.astype('float32')[").replace("\n    ", "\n"))),
    case(
        "helper",
        (POOL, "return _cut(image, size).max(axis=(1, 3))"),
        top="\n\ndef _cut(image, size):\n    rows, columns = (length // size for length in image.shape)\n    return image[:rows * size, :columns * size].reshape(rows, size, columns, size)\n",
    ),
    Case("convolution_tutorial", "convolution", source=TUTORIAL),
)
