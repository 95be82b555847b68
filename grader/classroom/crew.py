"""A crew of workers: gives out work to processes or a cluster, and does not lose any of it when workers die.

An executor that has broken is replaced, and what it had is given out again; what fails again and again is given up.
"""

import signal
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

ATTEMPTS = 5
"""How often a piece is given out: its worker may die, or one that works beside it and takes the pool with it."""

SUSPECT = 2
"""So many attempts without an answer, and a piece is worked at alone, so that it costs no other one its attempts."""

AHEAD = 2
"""Pieces given out for each worker: the next one is there when a worker becomes free."""

TOLD_SECONDS = 0.5
"""How often the progress is told at least."""

Answered = TypeVar("Answered")


@dataclass
class Piece(Generic[Answered]):
    """A piece of work.

    Attributes:
        name: of the submission that it is about.
        work: what a worker calls; it crosses to another process, with what it is given and what it returns.
        given: makes what `work` is given, when it is given out.
        done: takes what came back; it may add further pieces.
        failed: takes why it is given up, one sentence.
        attempts: how often it was given out without an answer.
    """

    name: str
    work: Callable[[Any], Answered]
    given: Callable[[], Any]
    done: Callable[[Answered], None]
    failed: Callable[[str], None]
    attempts: int = 0


class CrewError(Exception):
    """There is nobody left who could work; the text is one clear sentence."""


def _nothing() -> None:
    """Check nothing."""


@dataclass(frozen=True)
class Hands:
    """Where workers come from.

    Attributes:
        executor: makes an executor, anew where one has broken.
        workers: how many pieces it works on at a time.
        check: raises CrewError where no executor will ever answer again.
    """

    executor: Callable[[], Executor]
    workers: int
    check: Callable[[], None] = _nothing


class Crew:
    """Workers, of an executor that is made when there is work."""

    def __init__(self, hands: Hands) -> None:
        """Prepare."""
        self._hands = hands
        self._at_once = AHEAD * hands.workers
        self._executor: Executor | None = None

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *_: object) -> None:
        self._shut()

    def work(self, pieces: "deque[Piece[Any]]", tell: Callable[[Sequence[str]], None]) -> None:
        """Do all pieces; `tell` hears whose are being worked at.

        Raises:
            CrewError: there is nobody left who could work.
            Exception: what a piece's `done` raises.
        """
        running: dict[Future[Any], Piece[Any]] = {}
        refused = 0
        while pieces or running:
            while pieces and len(running) < (1 if _is_suspect(pieces[0], running.values()) else self._at_once):
                self._hands.check()
                try:
                    future = self._given_out(pieces[0])
                except Exception as error:  # it broke since the last answer
                    self._shut()
                    refused += 1
                    if refused == ATTEMPTS:
                        raise CrewError(f"No workers can be started: {type(error).__name__}: {error}") from error
                else:
                    running[future] = pieces.popleft()
                    refused = 0
            self._hands.check()
            tell([piece.name for piece in running.values()])
            done, _ = wait(running, timeout=TOLD_SECONDS, return_when=FIRST_COMPLETED)
            broken = False
            for future in done:
                piece = running.pop(future)
                try:
                    answer = future.result()
                except Exception as error:  # a worker died, or a fault of the grader
                    broken = True
                    again(piece, f"{type(error).__name__}: {error}", pieces)
                else:
                    piece.done(answer)
            if broken:
                pieces.extendleft(running.values())
                running.clear()
                self._shut()

    def _given_out(self, piece: Piece[Any]) -> "Future[Any]":
        if self._executor is None:
            self._executor = self._hands.executor()
        given = piece.given()
        with interrupts_blocked():
            return self._executor.submit(piece.work, given)

    def _shut(self) -> None:
        """End the executor without waiting; Dask's knows no `cancel_futures`, and a broken one may raise anything."""
        executor, self._executor = self._executor, None
        if executor is None:
            return
        with suppress(Exception):
            try:
                executor.shutdown(wait=False, cancel_futures=True)
            except TypeError:
                executor.shutdown(wait=False)


def _is_suspect(piece: Piece[Any], beside: Collection[Piece[Any]]) -> bool:
    """Whether a piece has to be alone: it, or one that is being worked at, was there each time that workers died."""
    return any(one.attempts >= SUSPECT for one in (piece, *beside))


def again(piece: Piece[Any], error: str, pieces: "deque[Piece[Any]]") -> None:
    """Put a piece that failed behind all others, or give it up."""
    piece.attempts += 1
    if piece.attempts < ATTEMPTS:
        pieces.append(piece)
    else:
        piece.failed(error)


@contextmanager
def interrupts_blocked() -> Iterator[None]:
    """Processes begun here are born deaf to Ctrl-C, which is for who began them, and stay so.

    Where there are no signal masks, a worker may print a traceback when it is stopped before it is ready.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
