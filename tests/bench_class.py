"""The claims about a class run, measured: `tox -e bench-class`. Prints a table; exits with 1 where one does not hold.

Classes of several sizes are made from the bank, graded from an empty store by all cores, and compared with what each
submission must get. Beside them, as course graders do it: the same checks by plain in-process pytest, one process a
submission, which imports TensorFlow and trains every time.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.bench import REPOSITORY, field
from tests.classroom import Made, make

THROUGHPUT, MARGINAL, THOUSAND = 25.0, 0.6, 600.0
"""Times the baseline's submissions an hour; seconds for one more submission; seconds for a thousand."""


def graded(folder: Path, out: Path, store: Path) -> tuple[float, float]:
    """Seconds that a class run takes, and the largest memory of its host in MB (RSS)."""
    command = [sys.executable, "-m", "grader", "batch", str(folder), "--out", str(out), "--store", str(store)]
    begun, host = time.perf_counter(), 0.0
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL)
    done = threading.Event()
    threading.Thread(target=lambda: (process.wait(), done.set()), daemon=True).start()
    while not done.wait(0.2):
        host = max(host, field(process.pid, "status", "VmRSS:"))
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return time.perf_counter() - begun, host


def wrong(out: Path, made: list[Made]) -> list[str]:
    """Submissions that got something else than they must."""
    found = []
    for one in made:
        data = json.loads((out / one.name / "results.json").read_text(encoding="utf-8"))
        if (data["score"], data["bonus"]) != (one.score, one.bonus):
            found.append(f"{one.name} ({one.kind}): {data['score']} + {data['bonus']}, not {one.score} + {one.bonus}")
    return found


def baseline(folder: Path, made: list[Made], count: int, scratch: Path) -> float:
    """Seconds for one submission by plain pytest in one process that trains for itself, `os.cpu_count()` at a time.

    Right submissions only: what ends or patches the process would end such a grader.
    """
    right = [one.name for one in made if one.kind == "right"][:count]
    begun, running = time.perf_counter(), []
    for number, name in enumerate(right):
        store = scratch / f"baseline-{number}"
        command = [sys.executable, "-m", "pytest", "grader", "-c", "tox.ini", "-q", "--in-process"]
        command += [f"--submission={folder / name}", f"--store={store}"]
        running.append(subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        if len(running) == (os.cpu_count() or 1):
            for process in running:
                process.wait()
            running.clear()
    for process in running:
        process.wait()
    return (time.perf_counter() - begun) / len(right)


def main() -> int:
    """Measure, print and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 300, 1000])
    parser.add_argument(
        "--baseline", type=int, default=6, metavar="N", help="submissions for the baseline (default: 6)"
    )
    options = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="bench-class-"))
    mistaken: list[str] = []
    figures: list[tuple[int, float, float]] = []
    try:
        for size in options.sizes:
            folder, out = scratch / f"class-{size}", scratch / f"out-{size}"
            made = make(folder, size)
            seconds, host = graded(folder, out, scratch / f"store-{size}")
            mistaken += wrong(out, made)
            figures.append((size, seconds, host))
            print(f"{size:5} submissions {seconds:8.1f} s {seconds / size:6.2f} s each, host {host:.0f} MB", flush=True)
        alone = baseline(folder, made, options.baseline, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print(f"plain pytest, one process a submission: {alone:.1f} s each")
    for line in mistaken:
        print(f"unexpected: {line}")
    size, seconds, _ = figures[-1]
    rows = [("throughput / plain pytest", alone / (seconds / size), THROUGHPUT, alone / (seconds / size) >= THROUGHPUT)]
    if len(figures) > 1:
        smaller, less, _ = figures[0]
        marginal = (seconds - less) / (size - smaller)
        rows.append(("seconds for one more", marginal, MARGINAL, marginal <= MARGINAL))
    if size == 1000:
        rows.append(("seconds for 1,000", seconds, THOUSAND, seconds <= THOUSAND))
    for name, value, limit, holds in rows:
        print(f"{name:<30}{value:8.2f}   asked {limit}   {'holds' if holds else 'DOES NOT HOLD'}")
    return 0 if not mistaken and all(row[-1] for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
