"""Trusted trainings of one run: begun in the background while other checks are at work, waited for where they count.

A training is done by a process of our own that has seen no student code, through the store, so that what was trained
once is read. Begun early or late, one or two at a time, it gives the same numbers.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from typing import Any

from grader.course import settings
from grader.course.dataset import full_digest, subset_digest
from grader.judging.jobs import Job, Trained, job_key, library_versions, trained_from_json
from grader.judging.store import Store
from grader.sandbox.host import Process, Sandbox, SandboxError
from grader.sandbox.output import Output
from grader.sandbox.wire import Channel, WireError

TRAINER = "grader.judging.trainer:main"

AT_ONCE = 2
"""Trainings at a time: the dense model's leaves a core idle, which the CNN's then uses."""

TOLD_SECONDS = 0.3
"""How often the progress of a training is told to who waits for it."""


class Trainings:
    """Trains jobs in the background and keeps what became of each."""

    def __init__(self, sandbox: Sandbox, store: Store) -> None:
        self._sandbox = sandbox
        self._store = store
        self._workers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="training")
        self._begun: dict[str, Future[Trained]] = {}
        self._told: dict[str, str] = {}
        self._closed = False
        self._running: list[Process] = []

    def begin(self, job: Job) -> str:
        """Begin a training, or the reading of its result, if that has not been done; its key.

        Raises:
            DataError: the data set is not there or damaged.
        """
        digest = subset_digest() if job.data == "subset" else full_digest()
        key = job_key(job, library_versions(), digest)
        if key not in self._begun:
            self._begun[key] = self._workers.submit(self._result, key, job)
        return key

    def wait(self, key: str, tell: Callable[[str], None]) -> Trained:
        """What became of a training; `tell` hears of its progress meanwhile, and an empty line at the end.

        Raises:
            SandboxError: it could not be trained.
        """
        future = self._begun[key]
        told = False
        while True:
            try:
                return future.result(timeout=TOLD_SECONDS)
            except NotYet:
                tell(self._told.get(key, "starting"))
                told = True
            finally:
                if told and future.done():
                    tell("")

    def close(self) -> None:
        """End what is still at work."""
        self._closed = True
        for process in list(self._running):
            process.end()
        self._workers.shutdown(wait=True, cancel_futures=True)

    def _result(self, key: str, job: Job) -> Trained:
        return trained_from_json(self._store.get_or_train(key, lambda: self._trained(key, job)))

    def _trained(self, key: str, job: Job) -> dict[str, Any]:
        if self._closed:
            raise SandboxError("the run has ended")
        process = self._sandbox.start(TRAINER, tensorflow=True)
        self._running.append(process)
        output = Output(process.output)
        channel = Channel(process.reader, process.writer)
        messages: queue.SimpleQueue[Any] = queue.SimpleQueue()
        reader = threading.Thread(target=_receive, args=(channel, messages), daemon=True)
        reader.start()
        try:
            channel.send({"job": job.to_json()})
            return self._followed(key, messages)
        except OSError:
            raise SandboxError("the training could not be done: its process ended") from None
        finally:
            process.end()
            self._running.remove(process)
            reader.join(timeout=1.0)
            channel.close_writer()
            channel.close_reader()
            output.thread.join(timeout=1.0)

    def _followed(self, key: str, messages: "queue.SimpleQueue[Any]") -> dict[str, Any]:
        """Follow a training to its end, noting its progress."""
        while True:
            try:
                message = messages.get(timeout=settings.TRAINING_SECONDS)
            except queue.Empty:
                raise SandboxError("the training took too long") from None
            if message is None or "failed" in message:
                reason = "its process ended" if message is None else str(message["failed"])
                raise SandboxError(f"the training could not be done: {reason}")
            if "trained" in message:
                return dict(message["trained"])
            told = message["progress"]
            self._told[key] = f"epoch {told['epoch']} of {told['epochs']}, {100 * told['fraction']:.0f}%"


def _receive(channel: Channel, messages: "queue.SimpleQueue[Any]") -> None:
    """Pass on what the trainer says; None when it is gone."""
    try:
        while True:
            messages.put(channel.receive())
    except (EOFError, OSError, ValueError, WireError):
        messages.put(None)
