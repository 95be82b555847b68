"""Activation functions in numpy, and the name of a function that is known by its values alone."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

LEAKS = (0.001, 0.95)
"""Slopes below zero that make a leaky ReLU: at 0 it is ReLU, at 1 it is linear."""


def _log_softmax(values: Floats) -> Floats:
    shifted: Floats = values - values.max(axis=-1, keepdims=True)  # so that no power overflows
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def _softmax(values: Floats) -> Floats:
    return np.exp(_log_softmax(values))


def _sigmoid(values: Floats) -> Floats:
    return np.asarray((1 + np.tanh(values / 2)) / 2)


def _softplus(values: Floats) -> Floats:
    return np.logaddexp(values, 0)


def _elu(values: Floats) -> Floats:
    return np.where(values > 0, values, np.expm1(np.minimum(values, 0)))


def _hard_sigmoid(values: Floats) -> Floats:
    return np.clip(values / 6 + 0.5, 0, 1)


def _erf(values: Floats) -> Floats:
    """The error function, within 1.5e-7: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26.

    `math.erf` takes one number at a time, and numpy has none.
    """
    t = 1 / (1 + 0.3275911 * np.abs(values))
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.asarray(np.sign(values) * (1 - series * np.exp(-(values**2))))


def _gelu(values: Floats) -> Floats:
    return np.asarray(values * 0.5 * (1 + _erf(values / np.sqrt(2))))


ACTIVATIONS: dict[str, Callable[[Floats], Floats]] = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "softmax": _softmax,
    "sigmoid": _sigmoid,
    "tanh": np.tanh,
    "elu": _elu,
    "selu": lambda x: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(np.minimum(x, 0))),
    "gelu": _gelu,
    "silu": lambda x: x * _sigmoid(x),
    "softplus": _softplus,
    "softsign": lambda x: x / (1 + np.abs(x)),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
    "relu6": lambda x: np.clip(x, 0, 6),
    "exponential": np.exp,
    "log_softmax": _log_softmax,
    "log_sigmoid": lambda x: -_softplus(-x),
    "hard_sigmoid": _hard_sigmoid,
    "hard_silu": lambda x: x * _hard_sigmoid(x),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "mish": lambda x: x * np.tanh(_softplus(x)),
    "tanh_shrink": lambda x: x - np.tanh(x),
    "soft_shrink": lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0),
    "hard_shrink": lambda x: np.where(np.abs(x) > 0.5, x, 0),
    "squareplus": lambda x: (x + np.sqrt(x**2 + 4)) / 2,
    "sparse_plus": lambda x: np.where(x < 1, (np.maximum(x, -1) + 1) ** 2 / 4, x),
    "sparse_sigmoid": lambda x: np.clip((x + 1) / 2, 0, 1),
}
"""Keras's activations at their default settings, by its names: float64 of any shape to the same shape."""


MISTAKEN: dict[str, Callable[[Floats], Floats]] = {
    "a softmax over the images, axis 0": lambda x: _softmax(x.T).T,
    "a ReLU that is cut off at 1": lambda x: np.clip(x, 0, 1),
    "the absolute value": np.abs,
}
"""What is no activation of Keras's, in words."""


def recognise_activation(inputs: ArrayLike, outputs: ArrayLike) -> str:
    """The name of the function that maps `inputs` to `outputs`, both `(n, 10)`, what it is in words, or `unknown`.

    A leaky ReLU is recognised at any slope, GELU in both its writings. The inputs should reach beyond -7 and 7, so that
    what is cut off there (ReLU6) shows.
    """
    values, given = np.asarray(inputs, dtype=np.float64), np.asarray(outputs)
    if given.shape != values.shape or not values.size or given.dtype.kind not in "biuf":
        return "unknown"
    given = given.astype(np.float64)
    for name, function in (ACTIVATIONS | MISTAKEN).items():
        if _agrees(given, function(values)):
            return name
    approximate = 0.5 * values * (1 + np.tanh(np.sqrt(2 / np.pi) * (values + 0.044715 * values**3)))
    if _agrees(given, approximate):
        return "gelu"
    lowest = np.unravel_index(np.argmin(values), values.shape)
    slope = given[lowest] / values[lowest] if values[lowest] < 0 else 0.0
    if LEAKS[0] < slope < LEAKS[1] and _agrees(given, np.where(values > 0, values, slope * values)):
        return "leaky_relu"
    return "unknown"


def _agrees(given: Floats, expected: Floats) -> bool:
    return bool(np.allclose(given, expected, rtol=1e-4, atol=1e-5))
