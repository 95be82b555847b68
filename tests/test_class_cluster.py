"""The class run on a real Dask scheduler with two worker processes, one of which is killed."""

import os
import signal
import subprocess
import sys
import time

import pytest

from grader.course.settings import REPOSITORY
from tests.classroom import make
from tests.test_class_run import gradings, run, scores


@pytest.fixture
def cluster(tmp_path):
    """A scheduler's address, and its two workers."""
    file = tmp_path / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": REPOSITORY}
    start = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    scheduler = subprocess.Popen(
        [*start, "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)], **quiet
    )
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(file), "--no-nanny"]
    worker += ["--nthreads", "1", "--no-dashboard", "--local-directory", str(tmp_path)]
    deadline = time.monotonic() + 60
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    workers = [subprocess.Popen(worker, **quiet) for _ in range(2)]
    from distributed import Client

    with Client(scheduler_file=str(file), set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
        address = client.scheduler.address
    yield address, workers
    for process in (*workers, scheduler):
        process.terminate()
        process.wait(timeout=30)


def test_a_dead_worker_s_submissions_are_graded_by_the_other(cluster, tmp_path):
    address, workers = cluster
    made = make(tmp_path / "class", 10, seed=4)
    out = tmp_path / "out"
    command = [sys.executable, "-m", "grader", "batch", str(tmp_path / "class"), "--out", str(out)]
    process = subprocess.Popen([*command, "--cluster", address], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    time.sleep(15)
    os.kill(workers[0].pid, signal.SIGKILL)
    said, _ = process.communicate(timeout=400)
    assert process.returncode == 0, said
    assert scores(out) == {one.name: (one.score, one.bonus) for one in made}
    assert set(gradings(out).values()) == {1}


def test_a_scheduler_that_is_not_there_is_said(tmp_path):
    make(tmp_path / "class", 2)
    done = run(tmp_path / "class", tmp_path / "out", "--cluster", "tcp://127.0.0.1:1")
    assert done.returncode == 2
    assert "There is no Dask scheduler at tcp://127.0.0.1:1" in done.stdout and "Traceback" not in done.stderr
