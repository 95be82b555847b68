"""The claims about speed and memory, measured: `tox -e bench`. Prints a table and exits with 1 where one does not hold.

Times are wall-clock seconds of whole processes. The commands take turns, so that a machine that slows down slows all of
them; what counts is the ratio of medians. Memory is sampled in a run of its own.
"""

import argparse
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
GRADE = [sys.executable, "-m", "pytest", "grader", "-c", "tox.ini", "--submission", "solutions"]
PREPROCESSING = [*GRADE, "--task", "preprocessing"]

COLD_LIMIT, WARM_LIMIT = 1.25, 0.45
"""Most that a cold and a warm run may take, in floors."""

PREPROCESSING_LIMIT = 1.5
"""Seconds for the task that needs no TensorFlow, on an idle machine."""

MEMORY_LIMIT, HOST_LIMIT = 1600, 250
"""MB of all processes together (PSS), and of the host alone (RSS)."""


def seconds(command: Sequence[str]) -> float:
    """How long a command takes that must succeed."""
    begun = time.perf_counter()
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    taken = time.perf_counter() - begun
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return taken


def memory(command: Sequence[str]) -> tuple[float, float]:
    """The largest sum of PSS of a command and all its descendants, and the largest RSS of the command, in MB."""
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = host = 0.0
    done = threading.Event()
    threading.Thread(target=lambda: (process.wait(), done.set()), daemon=True).start()
    while not done.wait(0.05):
        pids = descendants(process.pid)
        peak = max(peak, sum(field(pid, "smaps_rollup", "Pss:") for pid in pids))
        host = max(host, field(process.pid, "status", "VmRSS:"))
    return peak, host


def descendants(pid: int) -> list[int]:
    """A process and everything below it."""
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        for children in Path(f"/proc/{found[-1]}/task").glob("*/children"):
            try:
                waiting.extend(int(child) for child in children.read_text().split())
            except OSError:
                continue  # it has ended meanwhile
    return found


def field(pid: int, file: str, name: str) -> float:
    """One field of a file in `/proc`, in MB; 0 where the process has ended meanwhile."""
    try:
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def main() -> int:
    """Measure, print and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="how often each command is timed (default: 5)")
    parser.add_argument("--quick", action="store_true", help="leave out the floor and the cold run")
    options = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="bench-"))
    warm = [*GRADE, "--store", str(scratch / "warm")]
    commands = {"floor": [sys.executable, "-m", "tests.floor"], "cold": [*GRADE, "--store", str(scratch / "cold")]}
    commands = {} if options.quick else commands
    commands |= {"warm": warm, "preprocessing": PREPROCESSING}
    times: dict[str, list[float]] = {name: [] for name in commands}
    try:
        seconds(warm)  # fills the store, and the disk's cache
        for _ in range(options.runs):
            for name, command in commands.items():
                shutil.rmtree(scratch / "cold", ignore_errors=True)
                times[name].append(seconds(command))
        shutil.rmtree(scratch / "cold", ignore_errors=True)
        peak, host = memory([*GRADE, "--store", str(scratch / "cold")])
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    print(f"{platform.machine()}, Python {platform.python_version()}, {options.runs} runs each, medians")
    for name, taken in times.items():
        print(f"{name:<15}{medians[name]:7.2f} s   ({min(taken):.2f} to {max(taken):.2f})")
    rows = [("preprocessing, seconds", medians["preprocessing"], PREPROCESSING_LIMIT)]
    if not options.quick:
        rows += [(f"{name} / floor", medians[name] / medians["floor"], limit) for name, limit in LIMITS]
    rows += [("memory of all processes, MB", peak, MEMORY_LIMIT), ("memory of the host, MB", host, HOST_LIMIT)]
    for name, value, limit in rows:
        print(f"{name:<30}{value:8.2f}   at most {limit}   {'holds' if value <= limit else 'DOES NOT HOLD'}")
    return 0 if all(value <= limit for _, value, limit in rows) else 1


LIMITS = (("cold", COLD_LIMIT), ("warm", WARM_LIMIT))

if __name__ == "__main__":
    raise SystemExit(main())
