"""Properties that must hold for every input, tried on inputs that Hypothesis draws and shrinks.

The smallest input that fails is the one the student reads about. Draws are seeded by the student's module, nothing is
stored, and an answer that changes from call to call is the student's failure, not a flaky test of ours.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

import numpy as np
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky

from grader.course.settings import HYPOTHESIS_EXAMPLES
from grader.judging.verdict import Failed
from grader.suite.session import TaskSession

Example = TypeVar("Example")

FILLINGS = ("dim", "ramp", "noise", "white", "black", "faint")
"""Simplest first: what fails on several is shown on the first. No pixel of `dim` is 0 or 255, so that a scale taken
from the array itself shows."""

CHANGES = (
    "The same call gave different answers when it was repeated.",
    "The result may depend on nothing but the arguments: no random numbers, no np.empty, no list or counter kept "
    "between calls.",
)
"""Message and hint where an answer changes from call to call."""


def for_all(
    strategy: "st.SearchStrategy[Example]",
    task: TaskSession,
    holds: Callable[[Example], None],
    always: Iterable[Example],
) -> None:
    """Try `holds` on examples that are tried always, the plainest first, and then on some that are drawn.

    The first are there so that what a mistake costs is no matter of luck: whoever makes it fails on one of them.

    Raises:
        Verdict: what `holds` raises for the smallest example that fails.
    """

    for example in always:
        steadily(partial(holds, example))
    last: list[Example] = []

    @seed(task.seed)
    @settings(
        max_examples=HYPOTHESIS_EXAMPLES,
        database=None,
        deadline=None,
        print_blob=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
    )
    @given(strategy)
    def tried(example: Example) -> None:
        last[:] = [example]
        holds(example)

    try:
        tried()
    except Flaky:
        raise Failed(*CHANGES) from None
    except Failed as failure:
        raise confirmed(failure, lambda: holds(last[-1])) from None


def steadily(holds: Callable[[], None]) -> None:
    """Run `holds`, and where it fails a second time.

    Raises:
        Verdict: what `holds` raises, or that the answer changes from call to call.
    """
    try:
        holds()
    except Failed as failure:
        raise confirmed(failure, holds) from None


def confirmed(failure: Failed, holds: Callable[[], None]) -> Failed:
    """A failure that comes again in the same words; where it does not, that the answer changes from call to call.

    So no message shows a value that would be another one in the next run.
    """
    try:
        holds()
    except Failed as again:
        if again.message == failure.message:
            return failure
    return Failed(*CHANGES)


def image_arrays(leading: tuple[tuple[int, ...], ...]) -> "st.SearchStrategy[np.ndarray[Any, Any]]":
    """Arrays of images, `uint8`, shape `(*leading, 28, 28)`, filled in one of the ways of `FILLINGS`.

    Drawn from fixed lists rather than ranges, so that what is drawn depends on the seed alone.
    """
    return st.builds(
        _images,
        st.sampled_from(leading),
        st.sampled_from(FILLINGS),
        st.sampled_from(range(100)),
    )


def filled_arrays(leading: tuple[int, ...]) -> "list[np.ndarray[Any, Any]]":
    """One array of images for each of `FILLINGS`."""
    return [_images(leading, filling, 0) for filling in FILLINGS]


def _images(leading: tuple[int, ...], filling: str, number: int) -> "np.ndarray[Any, Any]":
    shape = (*leading, 28, 28)
    if filling == "black":
        return np.zeros(shape, dtype=np.uint8)
    if filling == "white":
        return np.full(shape, 255, dtype=np.uint8)
    if filling == "dim":
        return (np.arange(np.prod(shape)) % 199 + 20).astype(np.uint8).reshape(shape)
    if filling == "ramp":
        return (np.arange(np.prod(shape)) % 256).astype(np.uint8).reshape(shape)
    if filling == "faint":  # as dark as an image that was scaled before
        return (np.arange(np.prod(shape)) % 2).astype(np.uint8).reshape(shape)
    noise = np.random.default_rng(number).integers(0, 256, size=shape, dtype=np.uint8)
    noise[..., 0, :2] = (0, 255)
    return noise
