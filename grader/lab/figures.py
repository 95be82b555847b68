"""The figures of the unit, drawn from plain arrays: images, labels, probabilities, activations.

Each function returns a matplotlib figure and keeps no state, so that a notebook, a command or a report can use it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter

from grader.judging import oracle
from grader.lab.models import Array
from grader.lab.style import BLUE, GREY, LABEL_SIZE, ORANGE, RED, SMALL_SIZE, label, new_figure, show_image

HEAT = "magma"
"""Colours of activations: dark is none, bright is much, in grey print too."""

SIGNED = "PuOr"
"""Colours of kernels and feature maps, which have both signs: white is zero."""

VERTICAL_EDGES = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=np.float64)
"""Sobel's kernel: it answers where dark turns to bright from left to right."""


def sample_images(images: Array, names: Sequence[str], title: str = "Ten images of Fashion-MNIST") -> Figure:
    """Images `(n, 28, 28)` of any range, each under its name, five in a row."""
    rows = -(-len(images) // 5)
    figure = new_figure(9, 2.05 * rows + 0.5, title)
    for axes in figure.subplots(rows, 5, squeeze=False).flat:
        axes.axis("off")
    for axes, image, name in zip(figure.axes, images, names, strict=False):
        show_image(axes, image)
        axes.set_title(name, fontsize=LABEL_SIZE)
    return figure


def class_probabilities(image: Array, probabilities: Array, names: Sequence[str], actual: int) -> Figure:
    """One image `(28, 28)` beside what a model thinks of it: `(n,)` probabilities, one for each of `names`."""
    best = int(np.argmax(probabilities))
    verdict = "right" if best == actual else f"wrong: it is {_with_article(names[actual])}"
    figure = new_figure(9, 4, f"The model says {names[best]}, with {probabilities[best]:.1%} ({verdict})")
    left, right = figure.subplots(1, 2, width_ratios=(2, 3))
    show_image(left, image)
    left.set_title(f"what it was shown: {names[actual]}", fontsize=LABEL_SIZE)
    colours = [BLUE if place == best else ORANGE for place in range(len(names))]
    bars = right.barh(range(len(names)), probabilities, color=colours, height=0.65)
    right.bar_label(bars, [f"{value:.1%}" for value in probabilities], fontsize=SMALL_SIZE, padding=3)
    right.set_yticks(range(len(names)), [f"{name}  {place}" for place, name in enumerate(names)])
    right.invert_yaxis()
    right.set_xlim(0, 1.12)
    right.set_xticks([0, 0.25, 0.5, 0.75, 1])
    right.xaxis.set_major_formatter(PercentFormatter(1.0))
    label(right, "probability", "class")
    right.get_yticklabels()[actual].set_fontweight("bold")
    return figure


def _with_article(name: str) -> str:
    return f"{'an' if name[:1] in 'AEIOU' else 'a'} {name}"


def convolution_step_by_step(
    image: Array, kernel: Array = VERTICAL_EDGES, place: tuple[int, int] | None = None, title: str = ""
) -> Figure:
    """A kernel laid over an image, its answer at one place worked out, the feature map, and what pooling leaves.

    Args:
        image: `(28, 28)`, 0 to 1.
        kernel: `(3, 3)`.
        place: row and column of the pixel in the feature map whose value is worked out; the brightest where None.
        title: above all; a default where empty.
    """
    height, width = kernel.shape
    features = np.maximum(oracle.convolve2d(image, kernel), 0)
    row, column = place or divmod(int(np.argmax(features)), features.shape[1])
    window = image[row : row + height, column : column + width]
    pooled = oracle.max_pool2d(features, 2)
    figure = new_figure(12, 7, title or "A convolution and a pooling, step by step")
    halves = figure.subfigures(2, 1, height_ratios=(1, 1.25), squeeze=False)
    top, bottom = halves[0, 0], halves[1, 0]
    _worked_out(top, window, kernel)
    image_axes, feature_axes, pooled_axes = bottom.subplots(1, 3)
    show_image(image_axes, image)
    _outline(image_axes, row, column, height, width, RED)
    image_axes.set_title(f"image, {_size(image)}", fontsize=LABEL_SIZE)
    image_axes.set_xlabel("the frame is the patch above", fontsize=SMALL_SIZE)
    show_image(feature_axes, features, cmap=HEAT)
    _outline(feature_axes, row, column, 1, 1, RED)
    corner = row // 2 * 2, column // 2 * 2
    _outline(feature_axes, *corner, 2, 2, BLUE)
    feature_axes.set_title(f"feature map after ReLU, {_size(features)}", fontsize=LABEL_SIZE)
    feature_axes.set_xlabel(
        f"every patch gives one pixel: {image.shape[0]} - {height} + 1 = {features.shape[0]}", fontsize=SMALL_SIZE
    )
    show_image(pooled_axes, pooled, cmap=HEAT)
    _outline(pooled_axes, row // 2, column // 2, 1, 1, BLUE)
    pooled_axes.set_title(f"after 2x2 max pooling, {_size(pooled)}", fontsize=LABEL_SIZE)
    largest = pooled[row // 2, column // 2]
    pooled_axes.set_xlabel(f"of the four in the blue frame, the largest stays: {largest:.2f}", fontsize=SMALL_SIZE)
    return figure


def _worked_out(figure: SubFigure, window: Array, kernel: Array) -> None:
    """Patch times kernel, number by number, and the sum."""
    products = window * kernel + 0.0  # which makes 0 of -0
    total = float(products.sum())
    largest = float(np.abs(kernel).max()) or 1.0
    panels: tuple[tuple[str, Array, dict[str, Any]], ...] = (
        ("patch of the image", window, {"cmap": "gray", "vmin": 0, "vmax": 1}),
        ("kernel", kernel, {"cmap": SIGNED, "vmin": -largest, "vmax": largest}),
        ("products", products, {"cmap": SIGNED, "vmin": -largest, "vmax": largest}),
    )
    axes_row = figure.subplots(1, 7, width_ratios=(1, 0.18, 1, 0.18, 1, 0.18, 1))
    for axes, (title, values, colours) in zip(axes_row[::2], panels, strict=False):
        show_image(axes, values, **colours)
        axes.set_title(title, fontsize=LABEL_SIZE)
        for (line, cell), value in np.ndenumerate(values):
            dark = (title == "patch of the image" and value < 0.5) or (title != "patch of the image" and abs(value) > 1)
            colour = "white" if dark else "black"
            axes.text(cell, line, f"{value:.2f}".rstrip("0").rstrip("."), ha="center", va="center", color=colour)
    for axes, sign in zip(axes_row[1::2], ("×", "=", "→"), strict=True):
        axes.axis("off")
        axes.text(0.5, 0.5, sign, ha="center", va="center", fontsize=22, transform=axes.transAxes)
    axes_row[-1].axis("off")
    axes_row[-1].set_title("their sum, then ReLU", fontsize=LABEL_SIZE)
    said = f"sum\n{total:.2f}\n\nReLU(sum)\n{max(total, 0):.2f}"
    axes_row[-1].text(0.5, 0.5, said, ha="center", va="center", fontsize=14, transform=axes_row[-1].transAxes)


def _size(image: Array) -> str:
    return f"{image.shape[0]}x{image.shape[1]}"


def _outline(axes: Axes, row: int, column: int, height: int, width: int, colour: str) -> None:
    axes.add_patch(Rectangle((column - 0.5, row - 0.5), width, height, fill=False, edgecolor=colour, linewidth=2.5))


def activations(images: Array, names: Sequence[str], layers: Mapping[str, Array], filter_number: int) -> Figure:
    """What one filter makes of several images, from layer to layer.

    Args:
        images: `(n, 28, 28)`, 0 to 1, one row each.
        names: of the images.
        layers: each layer's name and activations `(n, height, width, channels)`, in order.
        filter_number: the channel that is shown; in a layer that has fewer, its last.
    """
    title = f"What filter {filter_number} sees, layer by layer: bright is a strong answer"
    figure = new_figure(2.0 * (1 + len(layers)) + 0.6, 2.05 * len(images) + 0.9, title)
    grid = figure.subplots(len(images), 1 + len(layers), squeeze=False)
    for row, (image, name) in enumerate(zip(images, names, strict=True)):
        show_image(grid[row, 0], image)
        grid[row, 0].set_ylabel(name, fontsize=LABEL_SIZE)
    grid[0, 0].set_title("image\n28x28", fontsize=SMALL_SIZE)
    for column, (layer, values) in enumerate(layers.items(), start=1):
        shown = values[..., min(filter_number, values.shape[-1] - 1)]
        brightest = float(shown.max()) or 1.0  # one scale for all images of a layer, so that they can be compared
        for row in range(len(images)):
            show_image(grid[row, column], shown[row], cmap=HEAT, vmin=0, vmax=brightest)
        grid[0, column].set_title(f"{layer}\n{_size(shown[0])}", fontsize=SMALL_SIZE)
        if not shown.any():
            grid[-1, column].set_xlabel("no answer to any", fontsize=SMALL_SIZE)
    return figure


def liveliest_filter(layers: Mapping[str, Array]) -> int:
    """The filter that answers all images most evenly in the last layer: one that stays dark shows nothing."""
    last = list(layers.values())[-1]  # (n, height, width, channels)
    answers = last.max(axis=(1, 2)).min(axis=0)  # what the filter gives the image that it answers least
    scale = last.max() or 1.0
    lit = (last > 0.1 * scale).mean(axis=(0, 1, 2))
    return int(np.argmax(answers * lit))


def confusion_matrix(labels: Array, predicted: Array, names: Sequence[str]) -> Figure:
    """How often each class, a row, is taken for each class, a column, in percent of the row."""
    counts = np.zeros((len(names), len(names)), dtype=np.int64)
    np.add.at(counts, (labels, predicted), 1)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    right = float(np.trace(counts) / max(counts.sum(), 1))
    figure = new_figure(9, 7.6, f"What is taken for what: {right:.1%} of {counts.sum():,} test images are right")
    axes = figure.subplots()
    drawn = axes.imshow(100 * np.maximum(shares, 0.001), cmap="Blues", norm=LogNorm(0.3, 100))
    for (row, column), share in np.ndenumerate(shares):
        if counts[row, column]:
            colour = "white" if share > 0.2 else "black"
            weight = "bold" if row == column else "normal"
            text = f"{100 * share:.0f}" if share >= 0.01 else "<1"
            axes.text(
                column, row, text, ha="center", va="center", color=colour, fontsize=SMALL_SIZE + 1, fontweight=weight
            )
    axes.set_xticks(range(len(names)), names, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    label(axes, "what the model says", "what it is")
    bar = figure.colorbar(drawn, ax=axes, shrink=0.8, ticks=[1, 3, 10, 30, 100], format="%g")
    bar.set_label("percent of the row (logarithmic scale)", fontsize=LABEL_SIZE)
    bar.ax.minorticks_off()
    return figure


def surest_mistakes(
    images: Array, labels: Array, probabilities: Array, names: Sequence[str], count: int = 10
) -> Figure:
    """The images that a model gets wrong with the highest probability.

    Args:
        images: `(n, 28, 28)`.
        labels: `(n,)`, what they are.
        probabilities: `(n, classes)`.
        names: of the classes.
        count: how many are shown at most, five in a row.
    """
    predicted = np.argmax(probabilities, axis=1)
    sureness = probabilities[np.arange(len(labels)), predicted]
    wrong = np.flatnonzero(predicted != labels)
    chosen = wrong[np.argsort(-sureness[wrong], kind="stable")][:count]
    rows = max(1, -(-len(chosen) // 5))
    figure = new_figure(10, 2.6 * rows + 0.6, f"Sure and wrong: {len(chosen)} of {len(wrong)} mistakes")
    for axes in figure.subplots(rows, 5, squeeze=False).flat:
        axes.axis("off")
    for axes, place in zip(figure.axes, chosen, strict=False):
        show_image(axes, images[place])
        axes.axis("on")
        axes.set_title(f"says {names[predicted[place]]}\n{sureness[place]:.1%} sure", fontsize=SMALL_SIZE, color=RED)
        axes.set_xlabel(f"is {names[labels[place]]}", fontsize=SMALL_SIZE)
        for side in axes.spines.values():
            side.set_color(GREY)
    return figure
