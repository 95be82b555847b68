"""A submission, read: a folder or a zip becomes the bytes of the modules that count, and nothing else of it is touched.

Everything here is hostile input. Only files with the names of the task table are opened, only regular files, never
through a symbolic link out of the folder, never more than a bounded number of bytes; a zip is never unpacked.
"""

import os
import stat
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.course.settings import SOURCE_BYTES, ZIP_BYTES, ZIP_ENTRIES


class SubmissionError(ValueError):
    """A submission that cannot be read at all; the text says what is wrong and what to do."""


@dataclass(frozen=True)
class Submission:
    """The modules of a submission.

    Attributes:
        name: what it is called in results and reports: the last part of its path.
        path: where it came from.
        sources: file name to content, of the modules that could be read.
        problems: file name to one sentence, of those that are there but cannot be read.
        other_files: names of further Python files beside them (at most 50), so that a message can say that they
            are not part of a submission.
        folder: the folder itself where it is one, for grading in process.
    """

    name: str
    path: Path
    sources: dict[str, bytes]
    problems: dict[str, str]
    other_files: tuple[str, ...] = ()
    folder: Path | None = None


def read_submission(path: Path, file_names: Sequence[str]) -> Submission:
    """Read the files of those names from a folder or a zip.

    Raises:
        SubmissionError: there is no such folder, it is neither folder nor zip, or the zip is damaged or too large.
    """
    name = path.absolute().name or str(path)
    if path.is_dir():
        return _read_folder(name, path, file_names)
    if not path.exists():
        raise SubmissionError(f"there is no folder or zip at {path}: check the path after --submission")
    if not path.is_file():
        raise SubmissionError(f"{path} is neither a folder nor a zip")
    return _read_zip(name, path, file_names)


def _read_folder(name: str, path: Path, file_names: Sequence[str]) -> Submission:
    sources: dict[str, bytes] = {}
    problems: dict[str, str] = {}
    try:
        folder = path.resolve(strict=True)
        present = sorted(entry.name for entry in os.scandir(folder))
    except OSError as error:
        raise SubmissionError(f"the folder {path} cannot be read: {error.strerror}") from None
    for file_name in file_names:
        if file_name not in present:
            continue
        try:
            sources[file_name] = _read_file(folder, folder / file_name)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            problems[file_name] = f"{file_name} cannot be read: {reason}"
    others = tuple(entry for entry in present if entry.endswith(".py") and entry not in file_names)[:50]
    return Submission(name, path, sources, problems, others, folder)


def _read_file(folder: Path, file: Path) -> bytes:
    """The file's bytes; a link out of the folder, a pipe or a device is refused before it is opened."""
    real = file.resolve(strict=True)
    if not real.is_relative_to(folder):
        raise ValueError("it is a link that leads out of the submission")
    if not stat.S_ISREG(real.stat().st_mode):
        raise ValueError("it is no regular file")
    descriptor = os.open(real, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise ValueError("it is no regular file")
        return _bounded(stream.read(SOURCE_BYTES + 1))


def _bounded(source: bytes) -> bytes:
    if len(source) > SOURCE_BYTES:
        raise ValueError(f"it is larger than {SOURCE_BYTES // 1024} kB")
    return source


def _read_zip(name: str, path: Path, file_names: Sequence[str]) -> Submission:
    if path.stat().st_size > ZIP_BYTES:
        raise SubmissionError(f"{path} is larger than {ZIP_BYTES // 2**20} MB: zip only the modules")
    try:
        with zipfile.ZipFile(path) as archive:
            return _read_archive(name, path, archive, file_names)
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError, EOFError, zlib.error) as error:
        if isinstance(error, SubmissionError):
            raise
        raise SubmissionError(f"{path} is no zip that can be read, or it is damaged: make it again") from None


def _read_archive(name: str, path: Path, archive: zipfile.ZipFile, file_names: Sequence[str]) -> Submission:
    entries = archive.infolist()
    if len(entries) > ZIP_ENTRIES:
        raise SubmissionError(f"{path} lists more than {ZIP_ENTRIES:,} files: zip only the modules")
    root = _root_folder(entries, file_names)
    sources: dict[str, bytes] = {}
    problems: dict[str, str] = {}
    others: set[str] = set()
    for entry in entries:  # of two entries with one name the later one counts, as it would when unpacked
        parts = _parts(entry)
        if entry.is_dir() or parts[:-1] != root:
            continue
        if parts[-1] not in file_names:
            others.update({parts[-1]} if parts[-1].endswith(".py") else ())
            continue
        sources.pop(parts[-1], None)
        problems.pop(parts[-1], None)
        try:
            sources[parts[-1]] = _read_entry(archive, entry)
        except (ValueError, RuntimeError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            reason = str(error) if type(error) is ValueError else "this part of the zip is damaged or encrypted"
            problems[parts[-1]] = f"{parts[-1]} cannot be read: {reason}"
    return Submission(name, path, sources, problems, tuple(sorted(others))[:50])


def _parts(entry: zipfile.ZipInfo) -> tuple[str, ...]:
    return PurePosixPath(entry.filename.replace("\\", "/")).parts


def _root_folder(entries: Sequence[zipfile.ZipInfo], file_names: Sequence[str]) -> tuple[str, ...]:
    """The folder inside the zip that holds most of the modules: the shallowest, then the first by name."""
    found: dict[tuple[str, ...], int] = {}
    for entry in entries:
        parts = _parts(entry)
        if parts and parts[-1] in file_names and "__MACOSX" not in parts and ".." not in parts and parts[0] != "/":
            found[parts[:-1]] = found.get(parts[:-1], 0) + 1
    return min(found, key=lambda folder: (-found[folder], len(folder), folder), default=())


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    mode = entry.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise ValueError("it is a link or another special file, not a module")
    with archive.open(entry) as stream:
        return _bounded(stream.read(SOURCE_BYTES + 1))
