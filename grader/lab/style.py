"""How all plots of the lab look: one size of type, colours that colour-blind people can tell apart, no pyplot state."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

DOTS_PER_INCH = 100
"""A figure of 10 x 5 inches is 1000 x 500 pixels: it fits a slide and a page without scaling."""

BLUE, ORANGE, GREEN, RED, GREY = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#666666"
"""Okabe and Ito's palette, which all kinds of colour vision tell apart; lines differ in marker or dash as well."""

TITLE_SIZE, LABEL_SIZE, SMALL_SIZE = 13, 11, 9.5
"""Points: at 100 dots per inch, 9.5 points are 13 pixels, the smallest that reads well on a screen."""


MARGIN = 0.07
"""Inches around everything, so that nothing touches the edge or its neighbour."""


def new_figure(width: float, height: float, title: str) -> Figure:
    """An empty figure, in inches, with its title; what is drawn on it arranges itself."""
    layout = ConstrainedLayoutEngine(w_pad=MARGIN, h_pad=MARGIN)
    figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH, layout=layout)
    figure.suptitle(title, fontsize=TITLE_SIZE, fontweight="bold")
    return figure


def label(axes: Axes, x: str = "", y: str = "", title: str = "") -> None:
    """Name the axes, and let the frame step back behind what is drawn."""
    axes.set_xlabel(x, fontsize=LABEL_SIZE)
    axes.set_ylabel(y, fontsize=LABEL_SIZE)
    axes.tick_params(labelsize=SMALL_SIZE)
    if title:
        axes.set_title(title, fontsize=LABEL_SIZE)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def show_image(axes: Axes, image: Any, title: str = "", **options: Any) -> Any:
    """Draw an image `(height, width)` without ticks, every pixel as it is."""
    drawn = axes.imshow(image, **{"cmap": "gray", "interpolation": "nearest", **options})
    axes.set_xticks([])
    axes.set_yticks([])
    if title:
        axes.set_title(title, fontsize=SMALL_SIZE)
    return drawn
