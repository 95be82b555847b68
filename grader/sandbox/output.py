"""What a child process prints: drained all the time, kept up to a limit, cut at the marks that a guest sets."""

import os
import threading
from contextlib import suppress
from typing import BinaryIO

from grader.course import settings
from grader.sandbox.wire import MARK


class Output:
    """What a guest prints, drained by a thread, kept up to a limit and cut at the marks the guest sets."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._changed = threading.Condition()
        self._kept = bytearray()
        self._mark = b""
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
            kept = bytes(self._kept).split(self._mark)[0]
        return kept[: settings.OUTPUT_BYTES].decode("utf-8", errors="replace").replace("\r\n", "\n")

    def _drain(self) -> None:
        tail = b""
        with suppress(OSError, ValueError), self._stream:
            while data := os.read(self._stream.fileno(), 65536):
                with self._changed:
                    room = settings.OUTPUT_BYTES + len(self._mark) - len(self._kept)
                    self._kept += data[: max(room, 0)]
                    if self._state == "waiting" and self._mark in tail + data:
                        self._state = "marked"
                        self._changed.notify_all()
                tail = (tail + data)[-64:]
        with self._changed:
            self._state = "closed"
            self._changed.notify_all()
