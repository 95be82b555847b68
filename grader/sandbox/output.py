"""What a child process prints: drained all the time, kept up to a limit, cut at the marks that a guest sets."""

import os
import select
import sys
import threading
from contextlib import suppress
from typing import BinaryIO

from grader.course import settings
from grader.sandbox.wire import MARK

CHUNK_BYTES = 64 * 1024
PIPE_BYTES = 2**20
"""The most that a pipe holds at a time."""


class Output:
    """What a guest prints, drained by a thread, kept up to a limit and cut at the marks the guest sets."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._changed = threading.Condition()
        self._kept = bytearray()
        self._mark = b""
        self._tail = b""
        self._state = "marked"
        self.thread = threading.Thread(target=self._drain, daemon=True)
        self.thread.start()

    def expect(self, question: int) -> None:
        """Forget what was printed before; a mark for this question will come."""
        with self._changed:
            self._kept.clear()
            self._mark = MARK.format(question).encode()
            if self._state == "marked":
                self._state = "waiting"

    def text(self) -> str:
        """What was printed since; a guest that has closed its output is waited for once, briefly."""
        with self._changed:
            self._changed.wait_for(lambda: self._state != "waiting", timeout=2.0)
            if self._state == "waiting":
                self._state = "closed"
            if (
                self._state == "marked"
            ):  # student code may write such a mark too: all that came before the answer counts
                self._read_the_rest()
            before, mark, rest = bytes(self._kept).rpartition(self._mark)  # the last: student code may write some too
            kept = before if mark else rest
        return kept[: settings.OUTPUT_BYTES].decode("utf-8", errors="replace").replace("\r\n", "\n")

    def _drain(self) -> None:
        with suppress(OSError, ValueError), self._stream:
            if sys.platform == "win32":  # where nothing says whether a pipe has more
                while data := os.read(self._stream.fileno(), CHUNK_BYTES):
                    self._take(data)
            else:
                poll = select.poll()
                poll.register(self._stream, select.POLLIN)
                while poll.poll():
                    with self._changed:
                        if not poll.poll(0):
                            continue  # `text` was faster: a read would wait for more, and keep the lock
                        if not self._take(os.read(self._stream.fileno(), CHUNK_BYTES)):
                            break
        with self._changed:
            self._state = "closed"
            self._changed.notify_all()

    def _read_the_rest(self) -> None:
        """Take what the pipe holds now; no more, as a thread of the student's may write for ever."""
        if sys.platform != "win32":
            taken = 0
            with suppress(OSError, ValueError):  # closed meanwhile, with nothing left in it
                poll = select.poll()
                poll.register(self._stream, select.POLLIN)
                while taken < PIPE_BYTES and poll.poll(0):
                    data = os.read(self._stream.fileno(), CHUNK_BYTES)
                    taken += len(data) or PIPE_BYTES
                    self._take(data)

    def _take(self, data: bytes) -> bool:
        """Keep what there is room for; whether there was any data."""
        with self._changed:
            room = settings.OUTPUT_BYTES + len(self._mark) - len(self._kept)
            self._kept += data[: max(room, 0)]
            if self._state == "waiting" and self._mark in self._tail + data:
                self._state = "marked"
                self._changed.notify_all()
            self._tail = (self._tail + data)[-64:]
        return bool(data)
