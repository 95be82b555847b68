"""Submissions that share text which is neither handed out nor common, as a list for a human to look at.

It is never a penalty. Short tasks have few right answers, so that equal code proves nothing. What counts is what a copy
brings along: comments, names, layout and mistakes. Each module's plain text is cut into winnowed fingerprints
(Schleimer, Wilkerson and Aiken, "Winnowing", SIGMOD 2003), by copydetect's implementation; those of the stubs and of
the reference are left out, and so are those that many of the class share, which is what the task itself, a lecture or
a tutorial brings about. What two submissions still have in common is counted.
"""

import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import ceil

from grader.course.settings import REPOSITORY
from grader.course.tasks import TASKS

GRAM, WINDOW = 20, 8
"""Characters of a piece, and pieces of which one is kept: shared text of 27 characters is always found."""

COMMON_SHARE, COMMON_LEAST = 0.02, 3
"""What more than 2 % of a class share, and more than three students, is common."""

SHARED_LEAST = 60
"""Rare fingerprints that two must share to be listed, some 270 characters. Of 120 submissions put together from the
bank, no module twice, two share 120, which are two slips in one tutorial's text; the next pair shares 53. A copy of a
module of 30 lines shares 197, with renamed variables 146, with other comments 131, with other blanks 124
(`tests/test_class_similarity.py`)."""


@dataclass(frozen=True)
class Pair:
    """Two submissions that are alike beyond what is common.

    Attributes:
        first: name of the one.
        second: name of the other.
        shared: rare fingerprints that both have.
        modules: files in which they are.
    """

    first: str
    second: str
    shared: int
    modules: tuple[str, ...]


def fingerprints(source: bytes) -> frozenset[int]:
    """The fingerprints of a module's text, blanks at the ends of lines left out."""
    from copydetect import CodeFingerprint

    text = "\n".join(line.rstrip() for line in source.decode("utf-8", "replace").splitlines())
    if len(text) <= GRAM:
        return frozenset()
    found = CodeFingerprint("module.py", GRAM, WINDOW, filter=False, fp=io.StringIO(text))
    return frozenset(int(value) for value in found.hashes)


def handed_out() -> frozenset[int]:
    """The fingerprints of the stubs, and of the reference where it is here."""
    found: set[int] = set()
    for folder in ("assignments", "solutions"):
        for task in TASKS:
            path = REPOSITORY / folder / task.file_name
            if path.is_file():
                found |= fingerprints(path.read_bytes())
    return frozenset(found)


def alike(classmates: Iterable[tuple[str, Mapping[str, bytes]]]) -> list[Pair]:
    """Pairs that share much of what is rare, the most alike first.

    Args:
        classmates: name and modules of each submission, read one after the other.
    """
    known = handed_out()
    owners: dict[tuple[str, int], list[str]] = defaultdict(list)
    count = 0
    for name, sources in classmates:
        count += 1
        for file_name, source in sources.items():
            for value in fingerprints(source) - known:
                owners[file_name, value].append(name)
    most = max(COMMON_LEAST, ceil(COMMON_SHARE * count))
    shared: Counter[tuple[str, str]] = Counter()
    where: dict[tuple[str, str], set[str]] = defaultdict(set)
    for (file_name, _), names in owners.items():
        if 2 <= len(names) <= most:
            for pair in combinations(sorted(names), 2):
                shared[pair] += 1
                where[pair].add(file_name)
    return [
        Pair(*pair, number, tuple(sorted(where[pair])))
        for pair, number in shared.most_common()
        if number >= SHARED_LEAST
    ]


def rows(pairs: Sequence[Pair]) -> list[list[str | float]]:
    """The pairs as rows of a table, below their header."""
    table: list[list[str | float]] = [["first", "second", "shared rare pieces", "modules"]]
    for pair in pairs:
        table.append([pair.first, pair.second, pair.shared, " ".join(pair.modules)])
    return table
