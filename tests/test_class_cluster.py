"""The class run on a real Dask scheduler with two worker processes, one of which is killed."""

import os
import signal
import subprocess

from tests.class_runs import assert_all_gone, command, gradings, run, scores, wait_for
from tests.classroom import make
from tests.dask_cluster import ALONE, NANNY, cluster


def test_a_dead_worker_s_submissions_are_graded_by_the_other(tmp_path):
    """The one that stays has a nanny, whose workers are daemonic processes."""
    made = make(tmp_path / "class", 10, seed=4)
    out = tmp_path / "out"
    with cluster(tmp_path, (NANNY, ALONE)) as dask:
        alone = dask.workers[1]
        process = subprocess.Popen(
            command(tmp_path / "class", out, "--cluster", dask.address), stdout=subprocess.PIPE, text=True
        )
        left = wait_for("guest", alone)
        os.kill(alone, signal.SIGKILL)
        assert_all_gone(left)
        said, _ = process.communicate(timeout=400)
    assert process.returncode == 0, said
    assert scores(out) == {one.name: (one.score, one.bonus) for one in made}
    assert set(gradings(out).values()) == {1}


def test_a_scheduler_that_dies_ends_the_run_with_a_word(tmp_path):
    make(tmp_path / "class", 10, seed=4)
    with cluster(tmp_path, (ALONE,)) as dask:
        process = subprocess.Popen(
            command(tmp_path / "class", tmp_path / "out", "--cluster", dask.address), stdout=subprocess.PIPE, text=True
        )
        wait_for("guest", dask.workers[0])
        os.kill(dask.scheduler, signal.SIGKILL)
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "The Dask scheduler is gone. What is in the gradebook stays" in said


def test_a_scheduler_that_is_not_there_is_said(tmp_path):
    make(tmp_path / "class", 2)
    done = run(tmp_path / "class", tmp_path / "out", "--cluster", "tcp://127.0.0.1:1")
    assert done.returncode == 2
    assert "There is no Dask scheduler at tcp://127.0.0.1:1" in done.stdout and "Traceback" not in done.stderr
