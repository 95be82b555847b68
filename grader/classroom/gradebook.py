"""The gradebook: every verdict and every finished submission, in SQLite, so that nothing is lost and nothing repeated.

What one worker gives back is one transaction: its verdicts, and every submission that is finished with them. A run that
is killed at any moment leaves the gradebook as it was after the last one. Earlier gradings are kept.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from grader.results import Results, TaskResult, results_from_json

SCHEMA = 1

TABLES = """
CREATE TABLE IF NOT EXISTS verdicts (
    key TEXT PRIMARY KEY,          -- of what the verdict depends on
    task TEXT NOT NULL,
    result TEXT NOT NULL,          -- a task of results.json
    environment TEXT NOT NULL,
    seconds REAL NOT NULL,         -- its share of the grading that gave it
    judged_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS gradings (
    id INTEGER PRIMARY KEY,        -- the latest of a name counts
    name TEXT NOT NULL,            -- of the submission, as in the folder of reports
    student TEXT NOT NULL,
    digest TEXT NOT NULL,          -- of what the whole grading depends on
    results TEXT NOT NULL,         -- results.json
    score REAL NOT NULL,
    bonus REAL NOT NULL,
    graded_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS gradings_by_name ON gradings (name, id);
"""

Row = tuple[str, str, str, Results]
"""Name, student, digest and results of a finished submission."""


class GradebookError(Exception):
    """The gradebook cannot be used; the text is one clear sentence."""


class Gradebook:
    """Verdicts and gradings."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it.

        Raises:
            GradebookError: it is no gradebook, of another version, or cannot be written.
        """
        self.path = path
        self._results: WeakValueDictionary[str, TaskResult] = WeakValueDictionary()
        """One object for a verdict, however many submissions have it: a class's results fit into a few megabytes."""
        try:
            self._database = sqlite3.connect(path, timeout=30, isolation_level=None)
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = FULL")
            (version,) = self._database.execute("PRAGMA user_version").fetchone()
            if version not in (0, SCHEMA):
                raise GradebookError(
                    f"{path} is a gradebook of version {version}; this grader writes version {SCHEMA}."
                )
            self._database.executescript(TABLES)
            self._database.execute(f"PRAGMA user_version = {SCHEMA}")
        except sqlite3.Error as error:
            raise GradebookError(f"{path} cannot be used as a gradebook: {error}.") from None

    def __enter__(self) -> "Gradebook":
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def kept(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys under which there is a verdict."""
        asked = "SELECT 1 FROM verdicts WHERE key = ?"
        return {key for key in keys if self._database.execute(asked, (key,)).fetchone()}

    def verdicts(self, keys: Iterable[str]) -> dict[str, tuple[TaskResult, dict[str, Any], float]]:
        """The verdicts that are known: by key, the result, the environment and the seconds."""
        found: dict[str, tuple[TaskResult, dict[str, Any], float]] = {}
        for key in keys:
            row = self._database.execute(
                "SELECT result, environment, seconds FROM verdicts WHERE key = ?", (key,)
            ).fetchone()
            if row is not None:
                result = self._results.get(key) or task_from_json(row[0])
                self._results[key] = result
                found[key] = (result, json.loads(row[1]), float(row[2]))
        return found

    def current(self) -> dict[str, tuple[str, Results]]:
        """Of each submission the latest grading: by name, its digest and results."""
        rows = self._database.execute(
            "SELECT name, digest, results FROM gradings WHERE id IN (SELECT max(id) FROM gradings GROUP BY name)"
        )
        return {name: (digest, results_from_json(text)) for name, digest, text in rows}

    def keep(
        self, verdicts: Mapping[str, tuple[TaskResult, dict[str, Any], float]], finished: Iterable[Row] = ()
    ) -> None:
        """Keep verdicts and finished submissions, all of them or none.

        Raises:
            GradebookError: it cannot be written, as when the disk is full.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany(
                "INSERT OR IGNORE INTO verdicts VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (key, result.name, task_to_json(result), json.dumps(environment), seconds, now)
                    for key, (result, environment, seconds) in verdicts.items()
                ],
            )
            self._database.executemany(
                "INSERT INTO gradings (name, student, digest, results, score, bonus, graded_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (name, student, digest, results.to_json(), float(results.score), float(results.bonus), now)
                    for name, student, digest, results in finished
                ],
            )
            self._database.execute("COMMIT")
        except sqlite3.Error as error:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise GradebookError(f"{self.path} cannot be written: {error}.") from None


def task_to_json(result: TaskResult) -> str:
    """One task's result as text."""
    return Results("", "quick", (result,)).to_json()


def task_from_json(text: str) -> TaskResult:
    """What `task_to_json` wrote."""
    return results_from_json(text).tasks[0]
