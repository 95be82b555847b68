"""Convolution by hand: compute, with numpy alone, what a Conv2D and a MaxPooling2D layer compute.

You learn what a filter does to an image, pixel by pixel, and why the result is smaller than the image.
"""

import numpy as np


def convolve2d(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Slide a kernel over an image as Conv2D does: multiply the window below it by the kernel, and add up.

    The kernel is not turned, and it never hangs over the edge: this is the 'valid' cross-correlation.

    Args:
        image: array of shape `(h, w)`, any integer or float dtype and range. It is left as it was.
        kernel: array of shape `(kh, kw)`, any integer or float dtype and range. It is left as it was.

    Returns:
        A `float32` or `float64` array of shape `(h - kh + 1, w - kw + 1)`: at `[i, j]` stands the sum of
        `image[i:i + kh, j:j + kw] * kernel`. It is computed in floats, as 8 bits do not hold the sums of pixels.

    Raises:
        ValueError: the kernel is higher or wider than the image.

    Example:
        >>> convolve2d(np.array([[1, 2, 4]]), np.array([[-1, 1]]))
        array([[1., 2.]])
    """
    # SOLUTION BEGIN
    height, width = kernel.shape
    rows, columns = image.shape[0] - height + 1, image.shape[1] - width + 1
    if rows < 1 or columns < 1:
        raise ValueError(f"a kernel of shape {kernel.shape} does not fit in an image of shape {image.shape}")
    result = np.zeros((rows, columns))
    for row in range(height):
        for column in range(width):
            result += image[row : row + rows, column : column + columns] * float(kernel[row, column])
    return result
    # SOLUTION END


def max_pool2d(image: np.ndarray, size: int = 2) -> np.ndarray:
    """Cut an image into windows side by side, and keep the largest value of each, as MaxPooling2D does.

    Args:
        image: array of shape `(h, w)`, any integer or float dtype and range, negative too. It is left as it was.
        size: height and width of a window, at least 1 and at most `h` and `w`.

    Returns:
        An array of shape `(h // size, w // size)` with the largest value of each window; rows and columns that fill
        no window are dropped.

    Example:
        >>> max_pool2d(np.array([[1, 2, 5], [4, 3, 6]]))
        array([[4]])
    """
    # SOLUTION BEGIN
    rows, columns = image.shape[0] // size, image.shape[1] // size
    windows = image[: rows * size, : columns * size].reshape(rows, size, columns, size)
    return windows.max(axis=(1, 3))
    # SOLUTION END
