"""A Dask cluster that judges: its scheduler is asked for an executor; its workers need the installed grader alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from distributed import Client, Worker, WorkerPlugin

from grader.classroom.crew import CrewError, Hands
from grader.classroom.intake import IntakeError
from grader.judging.verdict import clean

CONNECTING = "20s"
"""How long the scheduler may take to answer."""

RETRIES = 2
"""How often Dask itself gives work to another worker, when one has died."""


class WithoutProfiler(WorkerPlugin):  # type: ignore[misc]  # Dask is not typed
    """Stops the profiler of Dask's workers: in Python before 3.11.9 it may stop the whole worker for good.

    It asks for the frames of all threads a hundred times a second, which deadlocks with the garbage collector
    (https://github.com/python/cpython/issues/106883).
    """

    name = "grader-without-profiler"

    def setup(self, worker: Worker) -> None:
        """Stop it; called on every worker, on those too that come later."""
        for name in ("profile", "profile-cycle"):
            if name in worker.periodic_callbacks:
                worker.periodic_callbacks[name].stop()


@contextmanager
def cluster_hands(address: str) -> Iterator[Hands]:
    """The workers of a cluster, while its scheduler is there.

    Raises:
        IntakeError: there is no such cluster, or nobody to work in it.
    """
    try:
        client = Client(address, timeout=CONNECTING, set_as_default=False)
    except (OSError, ValueError) as error:
        raise IntakeError(f"There is no Dask scheduler at {address}: {clean(str(error), 200)}.") from None
    try:
        at_once = sum(client.nthreads().values())
        if not at_once:
            raise IntakeError(f"The scheduler at {address} has no workers.")
        client.register_plugin(WithoutProfiler())
        yield Hands(lambda: client.get_executor(pure=False, retries=RETRIES), at_once, lambda: _check(client))
    finally:
        client.close()


def _check(client: Client) -> None:
    """See that there is a scheduler, or hope for one; Dask itself gives up after some seconds, without a word."""
    if client.status not in ("running", "connecting"):
        raise CrewError("The Dask scheduler is gone.")
