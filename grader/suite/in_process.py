"""Answers the same questions as a guest, in this very process: for stepping through one's own code in a debugger.

There is no protection here, no deadline and no memory limit; results say so and are no verdict. As in a guest, student
code runs in a working directory of its own, so that what it writes does not stay where the student stands.
"""

import io
import sys
import tempfile
from contextlib import chdir
from pathlib import Path
from typing import Any

from grader.course import settings
from grader.sandbox.host import Answer, GuestCrashed
from grader.sandbox.probes import Probes, seed_generators


class InProcess:
    """Stands in for a `Guest`."""

    def __init__(self, folder: Path, seed: int, tensorflow: bool) -> None:
        self.isolation: dict[str, Any] = {}
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
        if tensorflow:
            import keras  # noqa: F401 - so that the generators of Keras are seeded too
        seed_generators(seed)
        self._scratch = tempfile.TemporaryDirectory(prefix="grader-", ignore_cleanup_errors=True)
        self._probes = Probes(folder, preloaded=tensorflow)

    def ask(self, probe: str, seconds: float | None = None, **arguments: Any) -> Answer:
        """Answer one question, without a deadline; what is printed appears on the terminal too."""
        if probe == "import":
            arguments["without"] = []  # other tasks need these libraries, in this same process
        if probe == "lend":
            return Answer()  # there is one module, which other checks ask too
        with chdir(self._scratch.name), Tee() as printed:
            answer = self._probes.answer(probe, arguments)
        if "raised" in answer:
            if answer["raised"]["exit"]:
                raise GuestCrashed("sys.exit() or exit() was called")
            return Answer(raised=answer["raised"], output=printed.text())
        return Answer(value=answer["value"], output=printed.text())

    def close(self) -> int | None:
        """Remove what was written; there is nothing to end."""
        self._scratch.cleanup()
        return None


class Tee(io.TextIOBase):
    """Standard output and error, written through and kept, up to `OUTPUT_BYTES` characters."""

    def __enter__(self) -> "Tee":
        self._kept: list[str] = []
        self._streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = self, self
        return self

    def __exit__(self, *_: object) -> None:
        sys.stdout, sys.stderr = self._streams

    def write(self, text: str) -> int:
        """Pass the text on and keep it."""
        self._kept.append(text)
        return self._streams[0].write(text)

    def flush(self) -> None:
        """Flush the stream behind."""
        self._streams[0].flush()

    def text(self) -> str:
        """What was written."""
        return "".join(self._kept)[: settings.OUTPUT_BYTES]
