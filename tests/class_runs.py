"""Class runs as their tests and benchmarks start them, look at what they wrote, and at the processes that they have."""

import json
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from grader.course.settings import REPOSITORY
from tests.bench import descendants

SERVER = "grader.sandbox.server"


def command(folder: Path, out: Path, *more: str) -> list[str]:
    """The command that grades a class."""
    return [sys.executable, "-m", "grader", "batch", str(folder), "--out", str(out), *more]


def run(folder: Path, out: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    """Grade a class."""
    return subprocess.run(
        command(folder, out, *more), cwd=REPOSITORY, capture_output=True, text=True, timeout=600, check=False
    )


def scores(out: Path) -> dict[str, tuple[float, float]]:
    """Score and bonus of each submission, as its results.json says."""
    found = {}
    for path in out.glob("*/results.json"):
        data = json.loads(path.read_text(encoding="utf-8"))
        assert data["submission"] == path.parent.name
        found[path.parent.name] = (data["score"], data["bonus"])
    return found


def gradings(out: Path) -> dict[str, int]:
    """How often each submission was graded, as the gradebook says."""
    with sqlite3.connect(out / "gradebook.sqlite") as database:
        return dict(database.execute("SELECT name, count(*) FROM gradings GROUP BY name"))


def processes(root: int) -> list[tuple[str, int]]:
    """What runs for a process: workers, their servers, and guests and trainers, which are forks of servers."""
    lines, parents = {}, {}
    for pid in descendants(root):
        with suppress(OSError):
            lines[pid] = Path(f"/proc/{pid}/cmdline").read_text()
            parents[pid] = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    found = []
    for pid, line in lines.items():
        if SERVER in line:
            found.append(("guest" if SERVER in lines.get(parents.get(pid, 0), "") else "server", pid))
        elif "spawn_main" in line:
            found.append(("worker", pid))
    return found


def wait_for(kind: str, root: int) -> list[int]:
    """Wait until a process of this kind runs for `root`; all that run for it then."""
    deadline = time.monotonic() + 60
    while kind not in dict(processes(root)) and time.monotonic() < deadline:
        time.sleep(0.02)
    found = processes(root)
    assert found, f"there is no {kind}"
    return [pid for _, pid in found]


def assert_all_gone(pids: list[int]) -> None:
    """Processes end, within the time that TensorFlow takes to be imported."""
    deadline = time.monotonic() + 20
    while [pid for pid in pids if Path(f"/proc/{pid}").exists()] and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []
