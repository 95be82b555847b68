"""Trained results, kept by content: the first who wants one trains it, everyone after that reads it.

    <folder>/3f/3f9a...e1.json    {"key": "3f9a...e1", "checksum": "...", "value": {...}}
    <folder>/3f/3f9a...e1.lock    only while it is being trained

An entry appears complete or not at all. Reading takes no lock; one that is damaged, cut short or not ours is trained
again. The lock is the operating system's, which frees it when its holder dies. A store that cannot be used costs time,
never a result: what went wrong stands in `problems`.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

from grader.course.settings import REPOSITORY, TRAINING_SECONDS

FOLDER_VARIABLE = "GRADER_STORE"
"""The environment variable that names another folder than the repository's `data_cache/store/`."""

ENTRY_BYTES = 2 * 2**20
"""The largest entry that is read: the weights of the default CNN take 1.3 MB, a training of a hundred epochs 10 kB."""

TITLE_CHARACTERS = 80
"""Of what is being trained."""

Value = dict[str, Any]


def default_folder() -> Path:
    """The store's folder: `data_cache/store/` in the repository, or what `GRADER_STORE` names."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named).absolute() if named else REPOSITORY / "data_cache" / "store"


class Store:
    """Results as JSON values, by keys that are SHA-256 digests in hex.

    Attributes:
        folder: where the entries lie; made when there is something to keep.
        problems: one sentence for each way in which the store could not be used so far.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or default_folder()
        self.problems: list[str] = []

    def get(self, key: str) -> Value | None:
        """What is kept under `key`; None where there is no sound entry.

        Raises:
            ValueError: `key` is no digest.
        """
        path = self._path(key)
        try:
            with path.open("rb") as file:
                content = file.read(ENTRY_BYTES)
            entry = json.loads(content)
            value = entry["value"]
            sound = entry["key"] == key and entry["checksum"] == _checksum(key, value) and isinstance(value, dict)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None
        return value if sound else None

    def get_or_train(
        self, key: str, train: Callable[[], Value], title: str = "", given_up: Callable[[], bool] | None = None
    ) -> Value:
        """What is kept under `key`; where there is nothing, what `train` returns, which is then kept.

        `title` says what is trained, for who looks on meanwhile. `train` is called by one process at a time for one
        key; others wait, and read what it kept. What it raises goes through, and nothing is kept. Once `given_up` says
        so, nobody waits: `train` is called at once, and may refuse.

        Raises:
            ValueError: `key` is no digest, or what `train` returned is no JSON.
        """
        kept = self.get(key)
        if kept is not None:
            return kept
        from filelock import FileLock, Timeout  # where nothing is trained, nothing waits for it

        lock = FileLock(self._path(key).with_suffix(".lock"), timeout=TRAINING_SECONDS)
        try:
            self._path(key).parent.mkdir(parents=True, exist_ok=True)
            lock.acquire(cancel_check=given_up)
        except Timeout:
            if not (given_up and given_up()):
                self._note(
                    f"Another process took more than {TRAINING_SECONDS:.0f} seconds, so its model was trained here too."
                )
            return self._trained(key, train)
        except (OSError, NotImplementedError) as error:
            self._note_unusable(error)
            return self._trained(key, train)
        with suppress(OSError):  # on Windows, where nobody writes what is locked
            Path(lock.lock_file).write_text(title, encoding="utf-8")
        try:
            kept = self.get(key)  # it may have been kept while we waited
            return self._trained(key, train) if kept is None else kept
        finally:
            with suppress(OSError):  # on Windows, where nobody writes what is locked
                Path(lock.lock_file).write_text("", encoding="utf-8")  # nothing is trained here any more
            lock.release()
            if self._path(key).exists():  # otherwise the next to train needs the lock that others may wait for
                with suppress(OSError):  # on Windows, while others hold it open
                    Path(lock.lock_file).unlink(missing_ok=True)

    def in_training(self) -> list[str]:
        """The titles of what is being trained, by whomever; empty ones where they cannot be read."""
        titles = []
        with suppress(OSError):
            for path in sorted(self.folder.glob("??/*.lock")):
                title = ""
                with suppress(OSError, UnicodeError), path.open(encoding="utf-8") as file:
                    title = file.read(TITLE_CHARACTERS)
                    if not title:
                        continue  # left by a training that failed
                titles.append(title)
        return titles

    def _trained(self, key: str, train: Callable[[], Value]) -> Value:
        value = train()
        entry = json.dumps({"key": key, "checksum": _checksum(key, value), "value": value}, allow_nan=False)
        path = self._path(key)
        unfinished = path.with_suffix(f".{uuid4().hex}.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(entry, encoding="utf-8")
            unfinished.replace(path)
        except OSError as error:
            self._note_unusable(error)
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
        return dict(json.loads(entry)["value"])  # as a later reader will get it: lists for tuples

    def _path(self, key: str) -> Path:
        if not re.fullmatch("[0-9a-f]{64}", key):
            raise ValueError(f"{key!r} is no SHA-256 digest in hex.")
        return self.folder / key[:2] / f"{key}.json"

    def _note_unusable(self, error: Exception) -> None:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        self._note(f"Trained results are not kept in {self.folder}, so they are trained again each time: {reason}.")

    def _note(self, sentence: str) -> None:
        if sentence not in self.problems:
            self.problems.append(sentence)


def _checksum(key: str, value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(f"{key}\n{text}".encode()).hexdigest()
