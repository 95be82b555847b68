"""The crew: nothing is lost when an executor breaks, and what fails for good is given up."""

import os
import signal
import subprocess
import sys
from collections import deque
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from grader.classroom.crew import ATTEMPTS, Crew, CrewError, Hands, Piece, interrupts_blocked


def double(number: int) -> int:
    if number < 0:
        raise ValueError("a negative number")
    return 2 * number


def ended(number: int) -> int:
    os._exit(1)


class Refusing(Executor):
    """An executor that has broken: its first use raises."""

    def submit(self, *_: object, **__: object) -> "Future[int]":
        raise RuntimeError("broken")


def pieces(numbers: range, found: list[int], failed: list[str], work=double) -> "deque[Piece[int]]":
    return deque(Piece(str(n), work, lambda n=n: n, found.append, failed.append) for n in numbers)


def test_what_fails_is_tried_again_and_given_up_alone():
    found: list[int] = []
    failed: list[str] = []
    told: list[str] = []
    with Crew(Hands(lambda: ThreadPoolExecutor(2), 2)) as crew:
        crew.work(pieces(range(-1, 5), found, failed), told.extend)
    assert sorted(found) == [0, 2, 4, 6, 8] and failed == ["ValueError: a negative number"]
    assert set(told) == {"-1", "0", "1", "2", "3", "4"}


def test_a_broken_executor_is_replaced():
    found: list[int] = []
    executors = iter([Refusing(), Refusing(), ThreadPoolExecutor(1)])
    with Crew(Hands(lambda: next(executors), 1)) as crew:
        crew.work(pieces(range(3), found, []), lambda _: None)
    assert sorted(found) == [0, 2, 4]


def test_executors_that_always_break_are_given_up():
    with (
        pytest.raises(CrewError, match="No workers can be started: RuntimeError: broken"),
        Crew(Hands(Refusing, 1)) as crew,
    ):
        crew.work(pieces(range(3), [], []), lambda _: None)


def test_hands_that_are_gone_end_it():
    def check() -> None:
        raise CrewError("The Dask scheduler is gone.")

    with pytest.raises(CrewError, match="gone"), Crew(Hands(lambda: ThreadPoolExecutor(1), 1, check)) as crew:
        crew.work(pieces(range(3), [], []), lambda _: None)


def test_a_piece_that_always_kills_its_worker_costs_the_others_nothing():
    found: list[int] = []
    failed: list[str] = []
    work = pieces(range(1), found, failed, ended) + pieces(range(4), found, failed)
    made = 0

    def executor() -> Executor:
        nonlocal made
        made += 1
        return ProcessPoolExecutor(1)

    with Crew(Hands(executor, 1)) as crew:
        crew.work(work, lambda _: None)
    assert sorted(found) == [0, 2, 4, 6]
    assert len(failed) == 1 and "BrokenProcessPool" in failed[0] and made <= ATTEMPTS + 1


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signal masks are POSIX's")
def test_processes_are_born_deaf_to_ctrl_c():
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    script = "import signal; print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))"
    with interrupts_blocked():
        inside = subprocess.check_output([sys.executable, "-c", script], text=True)
    outside = subprocess.check_output([sys.executable, "-c", script], text=True)
    assert (inside, outside) == ("True\n", "False\n")
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == before
