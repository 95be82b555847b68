"""What students handed in, found: a folder of folders or zips, or a download of Canvas, Moodle or Gradescope.

Nothing is unpacked and no code is run. What cannot be read is still somebody's submission, and has its word in their
report; what belongs to nobody is named at the end.

- Canvas: `lastnamefirstname_[LATE_]<user>_<file>_<name>.zip`, or single modules named likewise, side by side.
- Moodle: `Full name_<id>_assignsubmission_file_/<name>`.
- Gradescope: `submission_<id>/`, with who handed it in in `submission_metadata.yml` beside them.
"""

import os
import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath

from grader.course.tasks import TASKS
from grader.judging.verdict import clean
from grader.sandbox.submission import Submission, SubmissionError, read_submission

FILES = tuple(task.file_name for task in TASKS)

CANVAS = re.compile(r"(?P<who>[^_/\\]+)_(?P<late>LATE_)?(?P<user>\d+)_(?P<file>\d+)_(?P<name>.+)")
MOODLE = re.compile(r"(?P<who>.+)_(?P<user>\d+)_assignsubmission_file_?")
MOODLE_OTHER = re.compile(r".+_\d+_assignsubmission_(?!file).*")
"""What a student typed into Moodle beside the files that they handed in."""

GRADESCOPE = re.compile(r"submission_(?P<user>\d+)")
RESUBMITTED = re.compile(r"-\d+(?=\.\w+$)")
"""What Canvas puts behind a file's name when it is handed in again: `cnn-1.py`."""

ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")
"""What is taken for a submission where it lies among them as a file; only zips can be read."""

METADATA = "submission_metadata.yml"

NAME_BYTES = 200
"""Of a folder in the output, before what tells it from another: file systems take 255."""

NAME_CHARACTERS = 200
"""Of a student's name, in tables and on the page."""

LOOKED_AT = 1000
"""Files of a folder whose times are compared; seven are asked for."""

DEPTH = 4
"""How deep modules may lie in a student's folder."""

DOWNLOAD_ENTRIES, DOWNLOAD_BYTES = 100_000, 4 * 2**30
"""Limits of a download that is itself a zip."""

DATABASE_FILES = {f"gradebook.sqlite{ending}" for ending in ("", "-wal", "-shm", "-journal")}
RESERVED = {*DATABASE_FILES, "grades.csv", "class.html", "canvas.csv", "moodle.csv", "similarity.csv"}
"""Names in the output folder that are ours."""


class IntakeError(ValueError):
    """There is nothing to grade; the text is one clear sentence."""


@dataclass(frozen=True)
class Handed:
    """One submission of one student.

    Attributes:
        name: of its folder in the output, and in every list; no other has it, whatever the case of letters.
        student: whom it is of, as the download says.
        user: the number that the learning platform gives them, or for Gradescope their submission; else empty.
        paths: the folder or zip, or several single modules.
        late: whether the download marks it as late.
        order: what the latest of several submissions of one student is told by.
    """

    name: str
    student: str
    paths: tuple[Path, ...]
    user: str = ""
    late: bool = False
    order: tuple[float, str] = (0.0, "")

    @property
    def person(self) -> str:
        """What tells students apart: a platform's number for them, else their name, whatever its case."""
        named = self.student if not self.user or GRADESCOPE.fullmatch(self.paths[0].name) else self.user
        return unicodedata.normalize("NFC", named).casefold()

    def read(self) -> Submission:
        """The modules; where nothing can be read, a submission of which every module has that problem."""
        try:
            if len(self.paths) == 1 and not self.paths[0].name.endswith(".py"):
                found = read_submission(_inner(self.paths[0]), FILES)
                return Submission(self.name, Path(self.name), found.sources, found.problems, found.other_files)
            return self._read_modules()
        except SubmissionError as error:
            said = str(error).replace(str(self.paths[0]), self.paths[0].name)
            return Submission(self.name, Path(self.name), {}, dict.fromkeys(FILES, said))

    def _read_modules(self) -> Submission:
        """Modules that lie in files with names of their own, as Canvas gives them."""
        sources: dict[str, bytes] = {}
        problems: dict[str, str] = {}
        for path in self.paths:
            match = CANVAS.fullmatch(path.name)
            name = RESUBMITTED.sub("", match["name"] if match else path.name)
            if name not in FILES:
                continue
            found = read_submission(path.parent, [path.name])
            if path.name in found.sources:
                sources[name] = found.sources[path.name]
            else:
                problems[name] = found.problems.get(path.name, f"{name} cannot be read")
        return Submission(self.name, Path(self.name), sources, problems)


@dataclass
class Intake:
    """All that was found.

    Attributes:
        handed: one submission a student, ordered by name.
        remarks: sentences about what was left out or chosen, for the end of the run.
    """

    handed: list[Handed]
    remarks: list[str] = field(default_factory=list)


@contextmanager
def opened(path: Path) -> Iterator[Path]:
    """The folder of a class: `path` itself, or where it is a zip, a folder that it is unpacked into for the while.

    Raises:
        IntakeError: there is neither, or the zip is damaged or too large.
    """
    if path.is_dir():
        yield path
        return
    if not path.is_file():
        raise IntakeError(f"There is no folder or zip of submissions at {path}.")
    with tempfile.TemporaryDirectory(prefix="class-") as scratch:
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack(archive, Path(scratch))
        except (OSError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile, EOFError) as error:
            raise IntakeError(f"{path.name} cannot be unpacked: {clean(str(error), 200)}.") from None
        yield Path(scratch)


def _unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > DOWNLOAD_ENTRIES or sum(entry.file_size for entry in entries) > DOWNLOAD_BYTES:
        raise ValueError("it holds more than a class hands in")
    for entry in entries:
        parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
        mode = entry.external_attr >> 16
        out = ".." in parts or parts[:1] == ("/",) or any(":" in part for part in parts)
        if out or not parts or (mode & 0o170000) == 0o120000:
            continue  # a way out, or a link
        target = folder.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as source, target.open("wb") as file:
            left = DOWNLOAD_BYTES
            while left > 0 and (part := source.read(min(2**20, left))):
                file.write(part)
                left -= len(part)
        stamp = _stamp(entry)
        os.utime(target, (stamp, stamp))


def _stamp(entry: zipfile.ZipInfo) -> float:
    """The entry's time as seconds; of several submissions of a student the latest counts."""
    year, month, day, hour, minute, second = entry.date_time
    return float((((((year - 1980) * 12 + month) * 31 + day) * 24 + hour) * 60 + minute) * 60 + second)


def find(folder: Path, out: Path | None = None) -> Intake:
    """Find the submissions in a folder; `out` is none of them, should it lie among them.

    Raises:
        IntakeError: there is none, or the folder cannot be read.
    """
    folder = _unwrapped(folder, out)
    found: list[Handed] = []
    remarks: list[str] = []
    singles: dict[tuple[str, str], list[tuple[Path, re.Match[str]]]] = {}
    people = _gradescope_people(folder)
    for path in _children(folder, out):
        canvas = CANVAS.fullmatch(path.name)
        if path.is_dir() and MOODLE_OTHER.fullmatch(path.name):
            continue
        if path.is_dir():
            found.append(_of_folder(path, people))
        elif canvas and (path.suffix.lower() in (*ARCHIVES, ".py")):
            singles.setdefault((canvas["who"], canvas["user"]), []).append((path, canvas))
        elif path.suffix.lower() in ARCHIVES:
            found.append(Handed(path.stem, path.stem, (path,), order=_order(path)))
        elif path.name not in (METADATA,) and path.suffix.lower() not in (".csv", ".md", ".txt"):
            remarks.append(f"{clean(path.name, 120)} is no submission: it is neither a folder nor a zip.")
    for (who, user), files in singles.items():
        found += _of_canvas(who, user, files, remarks)
    if not found:
        raise IntakeError(f"There are no submissions in {folder}: folders or zips, one for each student.")
    return Intake(_named(_latest(found, remarks)), remarks)


def _unwrapped(folder: Path, out: Path | None = None) -> Path:
    """The folder itself, or where all that lies in it is one folder of several submissions, that one."""
    for _ in range(3):
        children = _children(folder, out)
        if len(children) != 1 or not children[0].is_dir() or MOODLE.fullmatch(children[0].name):
            return folder
        inside = _children(children[0])
        submissions = [path for path in inside if path.is_dir() or path.suffix.lower() == ".zip"]
        if len(submissions) < 2 or any(path.name in FILES for path in inside):
            return folder
        folder = children[0]
    return folder


def _children(folder: Path, out: Path | None = None) -> list[Path]:
    """What lies in a folder, by name; without links, hidden files, what macOS adds, and the folder `out`.

    Raises:
        IntakeError: it cannot be read.
    """
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if not entry.is_symlink()]
    except OSError as error:
        raise IntakeError(f"The folder {folder} cannot be read: {error.strerror}.") from None
    found = [folder / name for name in sorted(names) if not name.startswith(".") and name != "__MACOSX"]
    return [path for path in found if out is None or path.resolve() != out.resolve()]


def _of_folder(path: Path, people: Mapping[str, str]) -> Handed:
    """The submission in a student's folder."""
    moodle, gradescope = MOODLE.fullmatch(path.name), GRADESCOPE.fullmatch(path.name)
    if moodle:
        return Handed(f"{moodle['who']}_{moodle['user']}", moodle["who"], (path,), moodle["user"], order=_order(path))
    student = people.get(path.name, path.name) if gradescope else path.name
    if gradescope:  # whose numbers grow with time
        return Handed(path.name, student, (path,), gradescope["user"], order=(float(gradescope["user"]), path.name))
    return Handed(path.name, student, (path,), order=_order(path))


def _of_canvas(who: str, user: str, files: Sequence[tuple[Path, "re.Match[str]"]], remarks: list[str]) -> list[Handed]:
    """The submission of one student in a download of Canvas: the latest zip, or the latest of each module."""
    late = any(match["late"] for _, match in files)
    by_age = sorted(files, key=lambda file: int(file[1]["file"]))
    zips = [path for path, _ in by_age if path.suffix.lower() in ARCHIVES]
    modules = {RESUBMITTED.sub("", match["name"]): path for path, match in by_age if path.suffix.lower() == ".py"}
    if len(zips) > 1:
        remarks.append(f"{clean(who, 80)} handed in {len(zips)} zips; the latest was graded.")
    paths = (zips[-1],) if zips else tuple(modules.values())
    return [Handed(f"{who}_{user}", who, paths, user, late)]


def _gradescope_people(folder: Path) -> dict[str, str]:
    """Who handed in which folder, by Gradescope's metadata: folder name to name and e-mail.

    The file is read line by line for the few fields that count, so that no YAML of students' making is interpreted.
    """
    people: dict[str, str] = {}
    try:
        with (folder / METADATA).open(encoding="utf-8", errors="replace") as file:
            current = ""
            for line in file.read(50 * 2**20).splitlines():
                if match := re.fullmatch(r"['\"]?(submission_\d+)['\"]?:\s*", line):
                    current = match[1]
                elif current and (match := re.fullmatch(r"\s+-?\s*:(name|email):\s*['\"]?(.*?)['\"]?\s*", line)):
                    people[current] = f"{people[current]}, {match[2]}" if current in people else match[2]
    except OSError:
        return {}
    return people


def _inner(path: Path) -> Path:
    """Where in a student's folder the modules lie: in it, in a folder below, or in a zip; `path` where in none."""
    if not path.is_dir():
        return path
    best, most = path, 0
    zips: list[Path] = []
    waiting = [(path, 0)]
    while waiting:
        folder, depth = waiting.pop(0)
        try:
            children = _children(folder)
        except IntakeError:
            continue
        count = sum(child.name in FILES for child in children)
        if count > most:
            best, most = folder, count
        zips += [child for child in children if child.suffix.lower() == ".zip" and child.is_file()]
        if depth < DEPTH:
            waiting += [(child, depth + 1) for child in children if child.is_dir()]
        if len(waiting) > 1000:
            break
    if not most and zips:
        return max(zips, key=_order)
    return best


def _order(path: Path) -> tuple[float, str]:
    """The time of a file, or of the newest file in a folder, and the name."""
    times = [0.0]
    files = (Path(folder, name) for folder, _, names in os.walk(path) for name in names) if path.is_dir() else [path]
    for file in islice(files, LOOKED_AT):
        with suppress(OSError):
            times.append(file.lstat().st_mtime)
    return max(times), path.name


def _latest(found: Sequence[Handed], remarks: list[str]) -> list[Handed]:
    """Of several submissions of one student the latest."""
    students: dict[str, list[Handed]] = {}
    for handed in found:
        students.setdefault(handed.person, []).append(handed)
    latest = []
    for same in students.values():
        same.sort(key=lambda handed: handed.order)
        latest.append(same[-1])
        for other in same[:-1]:
            kept, left = clean(same[-1].paths[0].name, 80), clean(other.paths[0].name, 80)
            remarks.append(f"{clean(other.student, 80)} handed in twice: {kept} was graded, {left} is older.")
    return latest


def _named(found: Sequence[Handed]) -> list[Handed]:
    """Each with a name that any file system takes and no other has; ordered by it."""
    taken = {name.casefold() for name in RESERVED}
    named = []
    for handed in sorted(found, key=lambda handed: handed.name):
        name = "".join(char if char.isprintable() else "_" for char in unicodedata.normalize("NFC", handed.name))
        name = re.sub(r'[<>:"/\\|?*]', "_", name).strip(" .")[:120]
        name = name.encode("utf-8", "replace")[:NAME_BYTES].decode(errors="ignore").strip(" .") or "_"
        if re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", name):
            name = f"_{name}"
        unique, number = name, 2
        while unique.casefold() in taken:
            unique, number = f"{name} ({number})", number + 1
        taken.add(unique.casefold())
        student = clean(handed.student, NAME_CHARACTERS)
        named.append(Handed(unique, student, handed.paths, handed.user, handed.late, handed.order))
    return named
