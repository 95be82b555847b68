"""What an experiment found: a table, sentences and a plot, and their way to the terminal and into files."""

import csv
import io
from dataclasses import dataclass
from enum import Enum

from matplotlib.figure import Figure
from rich.box import SIMPLE_HEAD
from rich.table import Table

Cell = str | int | float | None


class Kind(Enum):
    """How a column's values are shown."""

    TEXT = "text"
    SHARE = "share"
    LOSS = "loss"
    COUNT = "count"
    SECONDS = "seconds"


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: in the CSV.
        heading: on the terminal.
        kind: how its values are shown there; the CSV has them as plain numbers, accuracies from 0 to 1.
    """

    name: str
    heading: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class Finding:
    """The result of an experiment.

    Attributes:
        title: one line.
        columns: of the table.
        rows: one value for each column; None where there is none.
        sentences: what it says, one thought each.
        figure: the plot.
        shown: the places of the rows that the terminal shows; all where None.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sentences: tuple[str, ...]
    figure: Figure
    shown: tuple[int, ...] | None = None


def csv_text(finding: Finding) -> str:
    """All rows as CSV with lines that end in LF."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([column.name for column in finding.columns])
    for row in finding.rows:
        writer.writerow(["" if value is None else _plain(value) for value in row])
    return buffer.getvalue()


def _plain(value: Cell) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def terminal_table(finding: Finding) -> Table:
    """The table for the terminal."""
    table = Table(title=finding.title, title_justify="left", box=SIMPLE_HEAD, padding=0, pad_edge=False)
    for column in finding.columns:
        table.add_column(column.heading, justify="left" if column.kind is Kind.TEXT else "right", no_wrap=True)
    for place, row in enumerate(finding.rows):
        if finding.shown is None or place in finding.shown:
            table.add_row(*(shown(value, column.kind) for value, column in zip(row, finding.columns, strict=True)))
    return table


def shown(value: Cell, kind: Kind) -> str:
    """A value as people read it."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    match kind:
        case Kind.SHARE:
            return f"{100 * value:.1f} %"
        case Kind.LOSS:
            return f"{value:.3f}"
        case Kind.SECONDS:
            return f"{value:.1f}"
        case _:
            return f"{value:,}"
