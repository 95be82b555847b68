"""Where the full data set may come from: a folder, a public mirror, Debian's package.

A source is asked for one file at a time and answers with paths; what lies there counts only once `read_verified` has
compared its uncompressed content with the published SHA-256.
"""

import gzip
import os
import shutil
import subprocess
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pooch
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)

from grader.course import dataset
from grader.course.dataset import IdxFile

CONNECT_SECONDS, READ_SECONDS = 5, 15
"""A mirror answers within a second, and who is offline should not wait long to be told so. There are no retries: the
next source is the retry."""

CHUNK_BYTES = 64 * 1024
"""How much of a download is written at a time; pooch's own 1 kB costs a second on the largest file."""

DEBIAN_PACKAGE = "dataset-fashion-mnist"
DEBIAN_FOLDER = "usr/share/datasets/fashion-mnist"
APT_GET = ("apt-get", "-q", "-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10")
APT_SECONDS = 600.0
"""Deadline for one call of apt-get: the package has 31 MB, ten minutes serve a line of half a megabit per second."""


class Refused(Exception):
    """A file that a source has is not the one that was asked for. The message says why."""


class Unavailable(Exception):
    """Nothing more can be had from a source. The message says why."""


class Source(Protocol):
    """Where the files may come from."""

    @property
    def name(self) -> str:
        """What it is called in front of the user."""

    def candidates(self, file: IdxFile, scratch: Path) -> Sequence[Path]:
        """The paths of what may be that file, as IDX or `.gz`; none where the source does not have it.

        Args:
            file: what is asked for.
            scratch: a folder for what has to be brought first; the same one each time, empty at first.

        Raises:
            Unavailable: the source is of no use.
            OSError: `scratch` cannot be written.
        """


@dataclass(frozen=True)
class Folder:
    """A folder on this machine."""

    name: str
    path: Path

    def candidates(self, file: IdxFile, scratch: Path) -> Sequence[Path]:
        """The file without and with `.gz`, where there is one."""
        try:
            if not self.path.is_dir():
                raise Unavailable("there is no such folder")
            paths = (self.path / file.name, self.path / f"{file.name}.gz")
            return [path for path in paths if path.exists()]
        except OSError as error:
            raise Unavailable(f"the folder cannot be read ({error.strerror})") from error


@dataclass(frozen=True)
class Mirror:
    """A public copy of the four `.gz` files; its name is the URL in front of theirs."""

    name: str

    def candidates(self, file: IdxFile, scratch: Path) -> Sequence[Path]:
        """Download the file, with a progress bar."""
        path = scratch / f"{file.name}.gz"
        with _progress() as progress:
            bar = _DownloadBar(progress, progress.add_task(file.name, total=None), limit=2 * file.size + 2**20)
            timeout = (CONNECT_SECONDS, READ_SECONDS)
            download = pooch.HTTPDownloader(progressbar=bar, chunk_size=CHUNK_BYTES, timeout=timeout)
            try:
                download(f"{self.name}{file.name}.gz", path, None)
            except (OSError, ValueError) as error:
                raise Unavailable(_why(error)) from error
        return [path]


@dataclass(frozen=True)
class DebianPackage:
    """Debian's package of the data set: installed, or else downloaded and unpacked, for which no root is needed."""

    name: str = f"Debian's package {DEBIAN_PACKAGE}"
    installed: Path = Path("/") / DEBIAN_FOLDER

    def candidates(self, file: IdxFile, scratch: Path) -> Sequence[Path]:
        """The file out of the package."""
        unpacked = scratch / "debian" / DEBIAN_FOLDER
        if not self.installed.is_dir() and not unpacked.is_dir():
            self._unpack(scratch / "debian")
        return Folder(self.name, self.installed if self.installed.is_dir() else unpacked).candidates(file, scratch)

    def _unpack(self, folder: Path) -> None:
        if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
            raise Unavailable("this machine has no apt-get and dpkg-deb")
        folder.mkdir()
        with _progress() as progress:
            progress.add_task(self.name, total=None)
            complaint = run([*APT_GET, "download", DEBIAN_PACKAGE], folder)
            if complaint and os.geteuid() == 0:  # package lists may be absent (a bare container) or old
                run([*APT_GET, "update"], folder)
                complaint = run([*APT_GET, "download", DEBIAN_PACKAGE], folder)
            elif complaint:
                complaint += " (would `sudo apt-get update` help?)"
            for package in folder.glob("*.deb"):
                complaint = complaint or run(["dpkg-deb", "-x", package.name, "."], folder)
        if complaint:
            raise Unavailable(complaint)


def read_verified(path: Path, file: IdxFile) -> bytes:
    """Read a file, inflating it where it is gzip, never further than it may be long.

    Raises:
        Refused: it is not that file; the message says in what.
    """
    try:
        if not path.is_file():  # a pipe or a device could keep us waiting
            raise Refused(f"{path.name} is refused, being no regular file")
        with path.open("rb") as raw:
            compressed = raw.read(2) == b"\x1f\x8b"  # not by its name: servers and browsers inflate unasked
        with gzip.open(path) if compressed else path.open("rb") as stream:
            content = stream.read(file.size + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Refused(f"{path.name} is refused, being truncated or damaged") from error
    except OSError as error:
        raise Refused(f"{path.name} cannot be read ({error.strerror})") from error
    if len(content) < file.size:
        raise Refused(f"{path.name} is refused, being too short ({len(content)} of {file.size} bytes)")
    if not dataset.matches(file, content):
        raise Refused(f"{path.name} is refused, being another file (its SHA-256 is not the published one)")
    return content


def run(command: Sequence[str], folder: Path) -> str:
    """Run a command in a folder, its output out of sight; return what it complains of, or nothing if it succeeded."""
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        process = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=APT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{command[0]} did not end within {APT_SECONDS:.0f} s"
    if process.returncode == 0:
        return ""
    errors = [line for line in process.stderr.decode(errors="replace").splitlines() if line.startswith("E:")]
    return errors[0] if errors else f"{command[0]} ended with status {process.returncode}"


def _progress() -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal)


class _DownloadBar:
    """What pooch reports its progress to, shown by rich; it also ends a download that is longer than it may be."""

    def __init__(self, progress: Progress, task: TaskID, limit: int) -> None:
        self.total = 0  # set by pooch from the server's answer
        self._progress, self._task, self._limit = progress, task, limit
        self._received = 0

    def update(self, count: int) -> None:
        self._received += count
        if self._received > self._limit:
            raise Unavailable("it sends more than the file can hold")
        self._progress.update(self._task, completed=self._received, total=self.total or None)

    def reset(self) -> None:
        self._received = 0

    def close(self) -> None:
        """Nothing to close: the bar goes with its `Progress`."""


def _why(error: Exception) -> str:
    """Say in a few words why a download failed.

    Raises:
        OSError: it was not the mirror's fault (the disk is full); requests' own errors carry a `response`.
    """
    if isinstance(error, OSError) and not hasattr(error, "response"):
        raise error
    answer = getattr(error, "response", None)
    if answer is not None:
        return f"it answers {answer.status_code} {answer.reason}"
    kind = type(error).__name__
    if "Timeout" in kind or "timed out" in str(error):
        return "it does not answer in time"
    return "it cannot be reached" if kind == "ConnectionError" else f"the download broke off ({kind})"
