"""How a check ends when it does not pass: an exception with a message for the student and, where there is one, a hint.

Texts that student code had a hand in are cleaned here, once, on their way into a message.
"""

import re
from collections.abc import Sequence
from typing import Any

from grader.results import Outcome

MESSAGE_LIMIT = 1_500
"""Characters of a message: about one screen."""

LINES_LIMIT = 40
"""Lines of a message."""

ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")

NOISE = re.compile(r"\x1b\[[0-9;]{0,8}m|\{\{function_node \S{1,200}\}\} ?| ?\[Op:\w{1,40}\](?: name: ?)?")
"""What Keras and TensorFlow put into their messages for a terminal's colours and for themselves."""


class Verdict(Exception):
    """A check that did not pass.

    Attributes:
        message: what was asked and what came back.
        hint: what to look at; empty where the mistake is not recognised.
        reason: what other checks may fail for as well, so that it is said in full once; empty where there is none.
        outcome: what becomes of the check.
    """

    outcome = Outcome.FAILED

    def __init__(self, message: str, hint: str = "", reason: str = "") -> None:
        super().__init__(message)
        self.message = clean(message, MESSAGE_LIMIT)
        self.hint = clean(hint, MESSAGE_LIMIT)
        self.reason = reason


class Failed(Verdict):
    """The student's code does not do what was asked."""


class NotStarted(Verdict):
    """What was asked for is still the stub."""

    outcome = Outcome.NOT_STARTED


class Missing(Verdict):
    """The module is not there, or does not import."""

    outcome = Outcome.MISSING


class TimedOut(Verdict):
    """The student's code did not answer in time."""

    outcome = Outcome.TIMEOUT


class Crashed(Verdict):
    """The student's process ended itself."""

    outcome = Outcome.CRASHED


def clean(text: str, limit: int) -> str:
    """Text that is safe to show: no control characters but line breaks, no memory addresses, bounded, in lines too.

    An address would differ from run to run; an escape sequence would reach the terminal; a surrogate no file.
    """
    shown = ADDRESS.sub("0x...", NOISE.sub("", text).replace("\r\n", "\n").replace("\t", "    "))
    shown = "".join(_visible(character) for character in shown[: limit + 1])
    if shown.count("\n") >= LINES_LIMIT:
        shown = "\n".join([*shown.split("\n")[: LINES_LIMIT - 1], "..."])
    return shown if len(shown) <= limit else shown[: limit - 4] + " ..."


def _visible(character: str) -> str:
    if character == "\n" or character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")


def quoted(text: Any, limit: int = 80) -> str:
    """One line of a student's text, in quotes that show what is odd in it."""
    return clean(repr(str(text)), limit)


def raised(called: str, error: dict[str, Any]) -> str:
    """What an exception of student code says: what was called, the exception, and the student's own lines."""
    text = clean(str(error.get("message", "")), 600).strip()
    kind = clean(str(error.get("type", "")), 80)
    lines = [f"{called} raised {kind}{': ' + text if text else ''}", *traceback_lines(error.get("frames", []))]
    return "\n".join(lines)


def traceback_lines(frames: Sequence[dict[str, Any]]) -> list[str]:
    """The student's lines of a traceback, the innermost last; a line that calls itself is shown once."""
    lines: list[str] = []
    last: dict[str, Any] = {}
    for frame in frames[-8:]:
        if frame == last:
            continue
        last = frame
        place = f"  {frame.get('file')}, line {frame.get('line')}, in {frame.get('function')}"
        lines.append(clean(place, 160))
        if frame.get("source"):
            lines.append("    " + clean(str(frame["source"]), 160))
    return lines
