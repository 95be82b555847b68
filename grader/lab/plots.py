"""The experiments' plots, from plain numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from grader.lab.style import BLUE, GREEN, GREY, ORANGE, RED, SMALL_SIZE, label, new_figure

LINES = ((RED, "--"), (GREEN, "-."), (GREY, ":"))
"""Colour and dash of a line that marks something, one after the other."""


@dataclass(frozen=True)
class Group:
    """What several trainings of one model reached.

    Attributes:
        name: below the mark.
        accuracies: test accuracies, one for each seed.
        seconds: for one epoch, the mean.
    """

    name: str
    accuracies: tuple[float, ...]
    seconds: float


def compared(title: str, groups: Sequence[Group]) -> Figure:
    """Accuracy of every seed with the mean, and what an epoch takes, side by side."""
    figure = new_figure(9, 4.2, title)
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    for place, group in enumerate(groups):
        mean = sum(group.accuracies) / len(group.accuracies)
        left.plot([place] * len(group.accuracies), group.accuracies, "o", color=ORANGE, markersize=6)
        left.plot([place - 0.2, place + 0.2], [mean, mean], "-", color=BLUE, linewidth=3)
        left.annotate(f"{mean:.1%}", (place + 0.24, mean), color=BLUE, fontsize=SMALL_SIZE, va="center")
    left.plot([], [], "o", color=ORANGE, label="one seed")
    left.plot([], [], "-", color=BLUE, linewidth=3, label="mean")
    left.legend(fontsize=SMALL_SIZE, loc="lower right")
    left.set_xlim(-0.5, len(groups) - 0.3)
    left.margins(y=0.25)
    left.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=1))
    left.set_xticks(range(len(groups)), [group.name for group in groups])
    label(left, "model", "test accuracy")
    bars = right.bar([group.name for group in groups], [group.seconds for group in groups], color=BLUE, width=0.55)
    right.bar_label(bars, fmt="%.1f", fontsize=SMALL_SIZE, padding=2)
    right.margins(y=0.15)
    label(right, "model", "seconds for one epoch")
    return figure


def claimed_and_measured(
    title: str, names: Sequence[str], claimed: Sequence[float], measured: Sequence[float], axis: str
) -> Figure:
    """Claimed accuracies beside measured ones, one row for each model, the first on top."""
    figure = new_figure(9, 0.75 * len(names) + 1.9, title)
    axes = figure.subplots()
    for place, (claim, found) in enumerate(zip(claimed, measured, strict=True)):
        axes.plot([claim, found], [place, place], "-", color="#cccccc", linewidth=2, zorder=1)
        above = claim >= found
        for value, colour, right in ((claim, ORANGE, above), (found, BLUE, not above)):
            axes.annotate(
                f"{value:.1%}",
                (value, place),
                xytext=(9 if right else -9, 0),
                textcoords="offset points",
                ha="left" if right else "right",
                va="center",
                color="black" if colour == ORANGE else colour,
                fontsize=SMALL_SIZE,
            )
    axes.plot(claimed, range(len(names)), "D", color=ORANGE, markersize=8, label="claimed", zorder=2)
    axes.plot(measured, range(len(names)), "o", color=BLUE, markersize=9, label="measured", zorder=3)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.margins(x=0.15, y=0.12)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.grid(axis="x", color="#eeeeee")
    axes.set_axisbelow(True)
    figure.legend(fontsize=SMALL_SIZE, loc="outside lower center", ncols=2, frameon=False)
    label(axes, axis)
    return figure


def banded(title: str, training: Sequence[float], band: Sequence[tuple[float, float]], test: float) -> Figure:
    """Training accuracy epoch by epoch between the lowest and the highest of right models, and the test accuracy."""
    figure = new_figure(7, 4, title)
    axes = figure.subplots()
    epochs = range(1, len(training) + 1)
    if len(band) == len(training):
        low, high = zip(*band, strict=True)
        axes.fill_between(epochs, low, high, color=BLUE, alpha=0.25, linewidth=0, label="right models, many seeds")
    axes.plot(epochs, training, "o-", color=ORANGE, markersize=6, linewidth=2, label="yours, training images")
    axes.plot([len(training)], [test], "D", color="black", markersize=7, label="yours, test images")
    axes.margins(y=0.15)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(color="#eeeeee")
    axes.set_axisbelow(True)
    figure.legend(fontsize=SMALL_SIZE, loc="outside lower center", ncols=3, frameon=False)
    label(axes, "epoch", "accuracy")
    return figure


@dataclass(frozen=True)
class Mark:
    """A vertical line at an epoch, or where `accuracy` is given a horizontal one, with what it means."""

    text: str
    epoch: int | None = None
    accuracy: float | None = None


def curves(
    title: str, training: Sequence[float], test: Sequence[float], marks: Sequence[Mark] = (), test_name: str = "test"
) -> Figure:
    """Training and test accuracy epoch by epoch, from epoch 1."""
    figure = new_figure(9, 4.8, title)
    axes = figure.subplots()
    epochs = range(1, len(training) + 1)
    axes.plot(epochs, training, "o-", color=ORANGE, markersize=5, linewidth=2, label="training images")
    if test:
        axes.plot(epochs, test, "s-", color=BLUE, markersize=5, linewidth=2, label=f"{test_name} images")
    for mark, (colour, dash) in zip(marks, LINES, strict=False):
        if mark.epoch is not None:
            axes.axvline(mark.epoch, color=colour, linestyle=dash, linewidth=1.8, label=mark.text)
        if mark.accuracy is not None:
            name = None if mark.epoch is not None else mark.text
            axes.axhline(mark.accuracy, color=colour, linestyle=dash, linewidth=1, label=name)
    axes.yaxis.set_major_locator(MaxNLocator(steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.grid(color="#eeeeee")
    axes.set_axisbelow(True)
    figure.legend(fontsize=SMALL_SIZE, loc="outside lower center", ncols=2, frameon=False)
    label(axes, "epoch", "accuracy")
    return figure
