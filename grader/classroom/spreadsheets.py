"""Marks for spreadsheets and learning platforms: CSV in which no cell is a formula, whatever students are called.

`grades.csv` holds everything. For Canvas and Moodle the teacher's own export is filled, which is safest: only the
column of marks, and for Moodle the comments, change.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from grader.classroom.intake import Handed
from grader.course.tasks import TASKS
from grader.reports.wording import summary, told, word
from grader.results import Results

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula; the last four are the wide forms of East Asia."""

CELL = 30_000
"""Characters of a cell; Excel takes 32,767."""


class SheetError(ValueError):
    """A table that was given cannot be used; the text is one clear sentence."""


def neutral(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, and without control characters."""
    plain = "".join(char if char.isprintable() or char == "\n" else " " for char in text)[:CELL]
    starts = plain.lstrip(" \n")[:1]
    return f"'{plain}" if plain and (starts in FORMULA or text[:1] in FORMULA) else plain


def written(rows: Sequence[Sequence[str | float]]) -> str:
    """Rows as CSV; numbers stay numbers."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for row in rows:
        writer.writerow([cell if isinstance(cell, int | float) else neutral(cell) for cell in row])
    return buffer.getvalue()


def grades(graded: Sequence[tuple[Handed, Results]], absent: Sequence[str] = ()) -> str:
    """Everything: a row for each submission, and one for each student of the roster who handed in none."""
    names = [task.name for task in TASKS]
    header = ["submission", "student", "score", "bonus", "total", *names, *(f"{name} status" for name in names), "late"]
    rows: list[list[str | float]] = [list(header)]
    for handed, results in graded:
        by_name = {result.name: result for result in results.tasks}
        rows.append(
            [
                handed.name,
                handed.student,
                results.score,
                results.bonus,
                results.score + results.bonus,
                *(by_name[name].score for name in names),
                *(word(by_name[name].status) for name in names),
                "late" if handed.late else "",
            ]
        )
    blank: list[str | float] = [""] * (2 * len(names) + 1)
    rows += [["", student, 0, 0, 0, *blank[:-1], "nothing handed in"] for student in absent]
    return written(rows)


def read_table(path: Path) -> list[list[str]]:
    """The rows of a CSV file.

    Raises:
        SheetError: it cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [row for row in csv.reader(file) if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SheetError(f"{path.name} cannot be read as a CSV file: {error}.") from None


def keys_of(text: str) -> set[str]:
    """Forms of a name, number or address by which a person is found in a table."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(char for char in plain if char.isalnum())
    return {plain.strip(), letters, plain.partition("@")[0].strip()} - {""}


def people(path: Path) -> list[tuple[str, set[str]]]:
    """A roster: for each row below the header, how the person is shown, and the keys of all cells."""
    rows = read_table(path)[1:]
    return [(", ".join(filter(None, row))[:200], set().union(*(keys_of(cell) for cell in row))) for row in rows]


def identities(handed: Handed) -> set[str]:
    """What a submission may be known by in a table."""
    found = set(keys_of(handed.student)) | keys_of(handed.name)
    for part in handed.student.split(","):
        found |= keys_of(part)
    return found | ({handed.user} if handed.user else set())


def absent(roster: Sequence[tuple[str, set[str]]], handed: Sequence[Handed]) -> list[str]:
    """Who of the roster handed in nothing."""
    there = set().union(*(identities(one) for one in handed)) if handed else set()
    return [shown for shown, keys in roster if not keys & there]


def canvas(export: Path, column: str, graded: Sequence[tuple[Handed, Results]]) -> tuple[str, list[str]]:
    """Canvas's gradebook export with one column filled; and who could not be found in it.

    Args:
        export: the teacher's export.
        column: the header of the assignment, or a part of it that no other header has.
        graded: the submissions.

    Raises:
        SheetError: it is no such export, or the column is not there or not unique.
    """
    rows = read_table(export)
    if not rows or "Student" not in rows[0] or "ID" not in rows[0]:
        raise SheetError(f"{export.name} is no gradebook export of Canvas: it has no columns Student and ID.")
    places = [place for place, name in enumerate(rows[0]) if column.casefold() in name.casefold()]
    if len(places) != 1:
        raise SheetError(f"{export.name} has {len(places)} columns with {column!r} in their name; name one.")
    known = ("Student", "ID", "SIS User ID", "SIS Login ID")
    columns = [rows[0].index(name) for name in known if name in rows[0]]
    return _filled(rows, columns, {places[0]: _total}, graded)


def moodle(worksheet: Path, graded: Sequence[tuple[Handed, Results]]) -> tuple[str, list[str]]:
    """Moodle's grading worksheet with marks and comments filled; and who could not be found in it.

    Raises:
        SheetError: it is no such worksheet.
    """
    rows = read_table(worksheet)
    if not rows or not {"Identifier", "Grade", "Feedback comments"} <= set(rows[0]):
        raise SheetError(
            f"{worksheet.name} is no grading worksheet of Moodle: "
            "it has no columns Identifier, Grade and Feedback comments."
        )
    known = ("Identifier", "Full name", "ID number", "Email address")
    columns = [rows[0].index(name) for name in known if name in rows[0]]
    fills = {rows[0].index("Grade"): _total, rows[0].index("Feedback comments"): _comment}
    return _filled(rows, columns, fills, graded)


def _total(results: Results) -> str:
    return str(results.score + results.bonus)


def _comment(results: Results) -> str:
    """The results in a few lines."""
    lines = [summary(results)]
    for result in results.tasks:
        lines += [
            f"{result.name}: {record.name.replace('_', ' ')}: {record.hint or record.message.splitlines()[0]}"
            for record in told(result)[:2]
            if record.hint or record.message
        ]
    return "\n".join(lines)[:5_000]


def _filled(
    rows: list[list[str]],
    columns: Sequence[int],
    fills: Mapping[int, Callable[[Results], str]],
    graded: Sequence[tuple[Handed, Results]],
) -> tuple[str, list[str]]:
    """A table with some cells filled in the rows of those who are graded; other cells stay as they are."""
    lost = []
    for handed, results in graded:
        mine = identities(handed)
        found = [row for row in rows[1:] if any(_keys(row, column) & mine for column in columns)]
        if len(found) != 1:
            lost.append(handed.name)
            continue
        for place, fill in fills.items():
            found[0].extend([""] * (place + 1 - len(found[0])))
            found[0][place] = neutral(fill(results))
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue(), lost


def _keys(row: Sequence[str], column: int) -> set[str]:
    """Keys of one cell; Moodle writes `Participant 123`."""
    cell = row[column] if column < len(row) else ""
    number = re.fullmatch(r"\D*(\d+)", cell.strip())
    return keys_of(cell) | ({number[1]} if number else set())
