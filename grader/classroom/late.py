"""What a report says of a submission's time, and what a course's own policy takes off: nothing, unless it is set.

The policy is `LATE_PERCENT_PER_DAY` in `grader/course/settings.py`; a deduction is never made without saying so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from grader.course import settings

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Handed:
    """When a submission was handed in, as far as is known.

    Attributes:
        at: when it was.
        due: when it had to be.
        attempt: which attempt of the student it is, from 1.
    """

    at: datetime | None = None
    due: datetime | None = None
    attempt: int | None = None

    @property
    def late(self) -> timedelta:
        """By how much it came after the due date; zero where it did not, or nothing is known."""
        if self.at is None or self.due is None:
            return timedelta()
        return max(self.at - self.due, timedelta())


def share_kept(handed: Handed) -> float:
    """The share of the points that the policy leaves, 0 to 1: every day that has begun costs the same."""
    return max(0.0, 1 - settings.LATE_PERCENT_PER_DAY / 100 * ceil(handed.late / DAY))


def reduced(score: float, handed: Handed) -> float:
    """A score after the policy's deduction, rounded to a hundredth."""
    return round(score * share_kept(handed), 2)


def note(handed: Handed, score: float) -> list[str]:
    """Lines for the report: which attempt it is, whether it was late, and what that cost."""
    lines = [f"This is attempt {handed.attempt}."] if handed.attempt is not None and handed.attempt > 1 else []
    if handed.late:
        lines.append(f"Handed in {_span(handed.late)} after the due date.")
        kept = share_kept(handed)
        if kept < 1:
            lines.append(f"The course takes off {100 * (1 - kept):.0f} % for that, which leaves {score:g} points.")
        else:
            lines.append("Nothing was taken off: what that means, the course decides.")
    return lines


def _span(span: timedelta) -> str:
    """A span of time in words, in the two largest units."""
    minutes = ceil(span / timedelta(minutes=1))
    parts = [(minutes // 1440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute")]
    said = [f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in parts if number]
    return " and ".join(said[:2])
