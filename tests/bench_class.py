"""The claims about a class run, measured: `tox -e bench-class`. Prints a table; exits with 1 where one does not hold.

Classes of several sizes are made from the bank, graded from an empty store by all cores, and compared with what each
submission must get. Beside them, as course graders do it: the same checks by plain in-process pytest, one process a
submission, which imports TensorFlow and trains every time; and two Dask workers. Then a run is killed again and again,
and one is given garbage.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.bank.cases import SOLUTIONS
from tests.bench import REPOSITORY
from tests.bench import field as memory
from tests.class_runs import command, gradings, processes, scores
from tests.classroom import Made, make
from tests.dask_cluster import cluster

THROUGHPUT, MARGINAL, THOUSAND, MEMORY, CLUSTER = 25.0, 0.6, 600.0, 1.3, 0.85
"""Times the baseline's submissions an hour; seconds for one more submission, and for a thousand; the host's memory with
the largest class, by that with the smallest; the speed of two Dask workers, by that of the processes."""

KILLED, KILLS, GARBAGE = 60, 20, 500
"""Submissions of the run that is killed, and how often; submissions of garbage."""


@dataclass
class Findings:
    """What was measured against what is asked.

    Attributes:
        rows: name, value, limit, and whether it holds.
        mistaken: submissions that got something else than they must, and other sentences that must not be there.
    """

    rows: list[tuple[str, float, float, bool]] = field(default_factory=list)
    mistaken: list[str] = field(default_factory=list)

    def at_most(self, name: str, value: float, limit: float) -> None:
        """A value that may not be larger."""
        self.rows.append((name, value, limit, value <= limit))

    def at_least(self, name: str, value: float, limit: float) -> None:
        """A value that may not be smaller."""
        self.rows.append((name, value, limit, value >= limit))


def graded(folder: Path, out: Path, store: Path, *more: str) -> tuple[float, float]:
    """Seconds that a class run takes, and the largest memory of its host in MB (RSS)."""
    begun, host = time.perf_counter(), 0.0
    process = subprocess.Popen(
        command(folder, out, "--store", str(store), *more), cwd=REPOSITORY, stdout=subprocess.DEVNULL
    )
    done = threading.Event()
    threading.Thread(target=lambda: (process.wait(), done.set()), daemon=True).start()
    while not done.wait(0.2):
        host = max(host, memory(process.pid, "status", "VmRSS:"))
    if process.returncode:
        raise SystemExit(f"a class run ended with {process.returncode}")
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
        line = [sys.executable, "-m", "pytest", "grader", "-c", "tox.ini", "-q", "--in-process"]
        line += [f"--submission={folder / name}", f"--store={store}"]
        running.append(subprocess.Popen(line, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        if len(running) == (os.cpu_count() or 1):
            for process in running:
                process.wait()
            running.clear()
    for process in running:
        process.wait()
    return (time.perf_counter() - begun) / len(right)


def sizes(scratch: Path, asked: list[int], count: int, findings: Findings) -> None:
    """Classes of several sizes, and plain pytest beside them."""
    figures: list[tuple[int, float, float]] = []
    for size in asked:
        folder, out = scratch / f"class-{size}", scratch / f"out-{size}"
        made = make(folder, size)
        seconds, host = graded(folder, out, scratch / f"store-{size}")
        findings.mistaken += wrong(out, made)
        figures.append((size, seconds, host))
        print(f"{size:5} submissions {seconds:8.1f} s {seconds / size:6.2f} s each, host {host:.0f} MB", flush=True)
    alone = baseline(folder, made, count, scratch)
    print(f"plain pytest, one process a submission: {alone:.1f} s each, {os.cpu_count()} at a time", flush=True)
    size, seconds, host = figures[-1]
    findings.at_least("throughput / plain pytest", alone / (seconds / size), THROUGHPUT)
    if len(figures) > 1:
        smaller, less, first = figures[0]
        findings.at_most("seconds for one more", (seconds - less) / (size - smaller), MARGINAL)
        findings.at_most("host's memory, largest / smallest", host / first, MEMORY)
    if size == 1000:
        findings.at_most("seconds for 1,000", seconds, THOUSAND)


def dask(scratch: Path, size: int, findings: Findings) -> None:
    """Two Dask workers beside two processes; all models have been trained before."""
    folder, store = scratch / "class-dask", scratch / "store-dask"
    made = make(folder, size)
    graded(folder, scratch / "out-first", store, "--workers", "2")
    processes, _ = graded(folder, scratch / "out-processes", store, "--workers", "2")
    (scratch / "dask").mkdir()
    with cluster(scratch / "dask") as found:
        workers, _ = graded(folder, scratch / "out-dask", store, "--cluster", found.address)
    findings.mistaken += wrong(scratch / "out-dask", made)
    print(f"{size:5} submissions by 2 processes {processes:.1f} s, by 2 Dask workers {workers:.1f} s", flush=True)
    findings.at_least("speed of Dask / of processes", processes / workers, CLUSTER)


def kills(scratch: Path, findings: Findings, seed: int = 1) -> None:
    """A run whose processes are killed at random moments; in the end each submission was graded once, as it must be."""
    chance = random.Random(seed)
    folder, out, store = (scratch / f"{kind}-kills" for kind in ("class", "out", "store"))
    made = make(folder, KILLED, seed=2)
    killed: dict[str, int] = {}
    runs = 0
    while sum(killed.values()) < KILLS and runs < 4 * KILLS:
        process = subprocess.Popen(
            command(folder, out, "--store", str(store)), cwd=REPOSITORY, stdout=subprocess.DEVNULL
        )
        runs += 1
        while sum(killed.values()) < KILLS:
            time.sleep(chance.uniform(2, 14))
            victims = [("run", process.pid), *processes(process.pid)]
            victims = [victim for victim in victims if victim[0] != "guest"]  # its end is what a student's code did
            kind = chance.choice(sorted({kind for kind, _ in victims}))
            if process.poll() is not None:
                break
            with suppress(ProcessLookupError):
                os.kill(chance.choice([pid for name, pid in victims if name == kind]), signal.SIGKILL)
                killed[kind] = killed.get(kind, 0) + 1
        process.wait()
    last, _ = graded(folder, out, store)
    findings.mistaken += wrong(out, made)
    findings.mistaken += [f"{name} was graded {count} times" for name, count in gradings(out).items() if count != 1]
    said = ", ".join(f"{kind} {count}" for kind, count in sorted(killed.items()))
    print(f"{KILLED:5} submissions, {sum(killed.values())} kills ({said}) in {runs} runs; the last took {last:.1f} s")
    findings.at_least("kills", sum(killed.values()), KILLS)


def garbage(scratch: Path, findings: Findings, seed: int = 1) -> None:
    """Random bytes, cut zips, mutated sources: all have a result."""
    chance, folder = random.Random(seed), scratch / "class-garbage"
    folder.mkdir()
    whole = Path(shutil.make_archive(str(scratch / "whole"), "zip", SOLUTIONS)).read_bytes()
    names = sorted(path.name for path in SOLUTIONS.glob("*.py"))
    for number in range(GARBAGE):
        if number % 3 == 0:
            (folder / f"{number}.zip").write_bytes(chance.randbytes(chance.randrange(2000)))
        elif number % 3 == 1:
            cut = bytearray(whole[: chance.randrange(1, len(whole))] if chance.random() < 0.5 else whole)
            for _ in range(chance.randint(1, 40)):
                cut[chance.randrange(len(cut))] = chance.randrange(256)
            (folder / f"{number}.zip").write_bytes(cut)
        else:
            name = chance.choice(names)
            source = bytearray((SOLUTIONS / name).read_bytes())
            for _ in range(chance.randint(1, 40)):
                source[chance.randrange(len(source))] = chance.randrange(256)
            (folder / str(number)).mkdir()
            (folder / str(number) / name).write_bytes(source)
    seconds, _ = graded(folder, scratch / "out-garbage", scratch / "store-garbage")
    there = len(scores(scratch / "out-garbage"))
    print(f"{GARBAGE:5} submissions of garbage in {seconds:.1f} s")
    findings.at_least("results for garbage", there, GARBAGE)


def main() -> int:
    """Measure, print and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 300, 1000])
    parser.add_argument(
        "--baseline", type=int, default=6, metavar="N", help="submissions for plain pytest (default: 6)"
    )
    parser.add_argument("--dask", type=int, default=100, metavar="N", help="submissions for Dask, 0 for none")
    parser.add_argument("--no-harm", action="store_true", help="leave out kills and garbage")
    options = parser.parse_args()
    scratch, findings = Path(tempfile.mkdtemp(prefix="bench-class-")), Findings()
    try:
        if options.sizes:
            sizes(scratch, options.sizes, options.baseline, findings)
        if options.dask:
            dask(scratch, options.dask, findings)
        if not options.no_harm:
            kills(scratch, findings)
            garbage(scratch, findings)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    for line in findings.mistaken:
        print(f"unexpected: {line}")
    for name, value, limit, holds in findings.rows:
        print(f"{name:<36}{value:8.2f}   asked {limit:g}   {'holds' if holds else 'DOES NOT HOLD'}")
    return 0 if not findings.mistaken and all(holds for *_, holds in findings.rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
