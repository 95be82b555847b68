"""A submission, read: a folder or a zip becomes the bytes of the modules that count, and nothing else of it is touched.

Everything here is hostile input. Only files with the names of the task table are opened, only regular files, never
through a symbolic link out of the folder, never more than a bounded number of bytes; a zip is never unpacked.
"""

import os
import re
import stat
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.course.settings import SOURCE_BYTES, ZIP_BYTES, ZIP_ENTRIES

IMPORTED = rb"\bfrom\s+NAME\b|\bimport\s[\w.,()\t ]{0,100}?\bNAME\b|['\"]NAME['\"]"
"""How a module names another one that it imports; the source is not parsed here, for it may be hostile."""


TAKEN = rb"\bfrom\s+NAME\s+import\s+(\([^)]{0,500}\)|[\w, \t]{0,500})|\bNAME\.(\w{1,100})"
"""What a module takes from another one."""

WHOLE = rb"\bfrom\s+NAME\s+import\s*\*|\bNAME\s+as\b|['\"]NAME['\"]"
"""How it may take anything."""


class SubmissionError(ValueError):
    """A submission that cannot be read at all; the text says what is wrong and what to do."""


class NoSubmission(SubmissionError):
    """There is nothing at the path that was given."""


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

    def needed(self, file_name: str, stand_ins: Sequence[str] = ()) -> dict[str, bytes]:
        """What a guest gets to see for one module: its source, and those of the modules that it can import.

        A module is taken for one that can be imported where its name stands behind `import` or `from`, or between
        quotation marks, so that `importlib.import_module("cnn")` is found too. What is not given cannot change the
        verdict, so that equal modules of different submissions get the same one.

        Args:
            file_name: of the module.
            stand_ins: what is the grader's own, as `module.name`; a module of which nothing else is asked for is not
                given.
        """
        ours = dict(name.split(".") for name in stand_ins)
        found: dict[str, bytes] = {}
        waiting = [file_name]
        while waiting:
            name = waiting.pop()
            if name not in self.sources or name in found:
                continue
            source = found[name] = self.sources[name]
            text = re.sub(rb"\\\r?\n", b" ", source)
            for other in self.sources:
                module = other.removesuffix(".py")
                named = module.encode() in text and re.search(
                    IMPORTED.replace(b"NAME", re.escape(module.encode())), text
                )
                if named and (module not in ours or _asks_for_more(text, module, ours[module])):
                    waiting.append(other)
        return found


def _asks_for_more(text: bytes, module: str, name: str) -> bool:
    """Whether a source seems to take anything but `name` from a module."""
    if re.search(WHOLE.replace(b"NAME", module.encode()), text):
        return True
    taken = [part for found in re.findall(TAKEN.replace(b"NAME", module.encode()), text) for part in found]
    words = {word.split()[0] for line in taken for word in line.strip(b"()").split(b",") if word.split()}
    return bool(words - {name.encode(), b"py"})


def read_submission(path: Path, file_names: Sequence[str]) -> Submission:
    """Read the files of those names from a folder or a zip.

    Raises:
        NoSubmission: there is nothing at `path`.
        SubmissionError: it is neither folder nor zip, or the zip is damaged or too large.
    """
    name = path.absolute().name or str(path)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        raise NoSubmission(f"there is no folder or zip at {path}: check the path after --submission") from None
    if stat.S_ISDIR(mode):
        return _read_folder(name, path, file_names)
    if not stat.S_ISREG(mode):
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
        except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: links in a circle, in Python 3.11
            reason = str(error) if type(error) is ValueError else getattr(error, "strerror", "it is a link to itself")
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
    try:
        if path.stat().st_size > ZIP_BYTES:
            raise SubmissionError(f"{path} is larger than {ZIP_BYTES // 2**20} MB: zip only the modules")
        with zipfile.ZipFile(path) as archive:
            return _read_archive(name, path, archive, file_names)
    except SubmissionError:
        raise
    except Exception:  # of hostile bytes the library may raise anything
        raise SubmissionError(f"{path} is no zip that can be read, or it is damaged: make it again") from None


def _read_archive(name: str, path: Path, archive: zipfile.ZipFile, file_names: Sequence[str]) -> Submission:
    entries = archive.infolist()
    if len(entries) > ZIP_ENTRIES:
        raise SubmissionError(f"{path} lists more than {ZIP_ENTRIES:,} files: zip only the modules")
    root = _root_folder(entries, file_names)
    # of two entries with one name the later one counts, as it would when unpacked; only that one is read
    inside = {parts[-1]: entry for entry in entries if (parts := _parts(entry)) and parts[:-1] == root}
    sources: dict[str, bytes] = {}
    problems: dict[str, str] = {}
    for file_name in [name for name in file_names if name in inside]:
        try:
            sources[file_name] = _read_entry(archive, inside[file_name])
        except Exception as error:  # of hostile bytes the library may raise anything
            reason = str(error) if type(error) is ValueError else "this part of the zip is damaged or encrypted"
            problems[file_name] = f"{file_name} cannot be read: {reason}"
    others = sorted(name for name in inside if name.endswith(".py") and name not in file_names)
    return Submission(name, path, sources, problems, tuple(others[:50]))


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
    if entry.is_dir() or (mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG)):
        raise ValueError("it is a folder, a link or another special file, not a module")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError("it is packed in a way that few programs know: make a plain zip")  # bzip2 unpacks unbounded
    with archive.open(entry) as stream:
        return _bounded(stream.read(SOURCE_BYTES + 1))
