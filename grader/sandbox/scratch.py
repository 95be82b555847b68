"""What a guest leaves on the disk: how much it is, out of sight too, and its removal, however deep it is nested."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from grader.course.settings import SCRATCH_BYTES, SCRATCH_FILES


def is_full(folder: Path) -> bool:
    """Whether there are more files, or more bytes in them, than a guest may write; or what cannot be counted."""
    count = size = 0
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    count += 1
                    size += entry.stat(follow_symlinks=False).st_size
                    if count > SCRATCH_FILES or size > SCRATCH_BYTES:
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except FileNotFoundError:  # the guest may be removing it meanwhile
            continue
        except OSError:  # a path longer than the system takes
            return True
    return False


def holds_too_much(pid: int) -> bool:
    """Whether a process holds more open in files that it has removed; no where the system does not tell."""
    size = 0
    with suppress(OSError), os.scandir(f"/proc/{pid}/fd") as descriptors:
        for descriptor in descriptors:
            with suppress(OSError):  # closed meanwhile
                file = descriptor.stat()
                size += file.st_size if stat.S_ISREG(file.st_mode) and not file.st_nlink else 0
    return size > SCRATCH_BYTES


def remove(folder: Path) -> None:
    """Remove a folder with all that is in it; what cannot be removed stays.

    Folders inside are moved to the top before they are emptied, so that no path is long and nothing recurses:
    `shutil.rmtree` fails at a thousand levels.
    """
    prefix, moved = f"{folder}/{uuid4().hex}", 0
    waiting = [folder]
    while waiting:
        inner = waiting.pop()
        for entry in _entries(inner):
            with suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    moved += 1
                    Path(entry.path).chmod(0o700)  # its owner may have locked it, and to move it is to write into it
                    waiting.append(Path(entry.path).rename(f"{prefix}-{moved}"))
                else:
                    Path(entry.path).unlink()
    for entry in _entries(folder):
        with suppress(OSError):
            Path(entry.path).rmdir()
    with suppress(OSError):
        folder.rmdir()


def _entries(folder: Path) -> "list[os.DirEntry[str]]":
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []
