"""A real Dask cluster on this machine: a scheduler and worker processes, as Dask's own commands start them."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from distributed import Client

from grader.course.settings import REPOSITORY

NANNY, ALONE = "--nanny", "--no-nanny"
"""A worker that is started again when it dies, which is Dask's default, and one that is not."""


@dataclass(frozen=True)
class Cluster:
    """The scheduler's address, and process ids: the scheduler's, and the workers' or their nannies'."""

    address: str
    scheduler: int
    workers: list[int]


@contextmanager
def cluster(folder: Path, workers: Sequence[str] = (ALONE, ALONE)) -> Iterator[Cluster]:
    """A cluster, for the while; its files go into `folder`."""
    file = folder / "scheduler.json"
    started = [_started("dask_scheduler", file, "--host", "127.0.0.1", "--port", "0")]
    try:
        deadline = time.monotonic() + 60
        while not file.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        for kind in workers:
            started.append(_started("dask_worker", file, kind, "--nthreads", "1", "--local-directory", str(folder)))
        with Client(scheduler_file=str(file), set_as_default=False) as client:
            client.wait_for_workers(len(workers), timeout=60)
            address = client.scheduler.address
        yield Cluster(address, started[0].pid, [process.pid for process in started[1:]])
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(timeout=30)


def _started(command: str, file: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            f"distributed.cli.{command}",
            "--scheduler-file",
            str(file),
            "--no-dashboard",
            *arguments,
        ],
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
