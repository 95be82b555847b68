"""Trusted trainings of one run: begun in the background while other checks are at work, waited for where they count.

A training is done by a process of our own that has seen no student code, through the store, so that what was trained
once is read. Begun early or late, one or two at a time, it gives the same numbers.
"""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from typing import Any

from grader.course import settings
from grader.course.dataset import full_digest, subset_digest
from grader.judging.jobs import Job, Trained, job_key, library_versions, trained_from_json
from grader.judging.store import Store, Value
from grader.judging.trained_model import TrainedModel, model_from_json, model_key, model_to_json
from grader.sandbox.host import ENDED, TRAINER_MODULES, Process, Sandbox, SandboxError
from grader.sandbox.output import Output
from grader.sandbox.wire import Channel, WireError

TRAINER = "grader.judging.trainer:main"

AT_ONCE = 2
"""Trainings at a time: the dense model's leaves a core idle, which the CNN's then uses. One, where seconds count."""

TOLD_SECONDS = 0.3
"""How often the progress of a training is told to who waits for it."""


class Trainings:
    """Trains jobs in the background and keeps what became of each."""

    def __init__(self, sandbox: Sandbox, store: Store, at_once: int = AT_ONCE) -> None:
        self._sandbox = sandbox
        self._store = store
        self._workers = ThreadPoolExecutor(at_once, thread_name_prefix="training")
        self._begun: dict[str, Future[Value]] = {}
        self._told: dict[str, dict[str, Any]] = {}
        self._closed = False
        self._running: list[Process] = []

    def key(self, job: Job, weights: bool = False) -> str:
        """The key under which the store keeps the result of a job; with `weights`, the trained model.

        Raises:
            DataError: the data set is not there or damaged.
        """
        digest = subset_digest() if job.data == "subset" else full_digest()
        key = job_key(job, library_versions(), digest)
        return model_key(key) if weights else key

    def is_kept(self, key: str) -> bool:
        """Whether the store has it, so that nothing will be trained."""
        return self._store.get(key) is not None

    def begin(self, job: Job, weights: bool = False) -> str:
        """Begin a training, or the reading of its result, if that has not been done; its key.

        Raises:
            DataError: the data set is not there or damaged.
        """
        key = self.key(job, weights)
        if key not in self._begun:
            self._begun[key] = self._workers.submit(self._result, key, job, weights)
        return key

    def fraction(self, key: str) -> float:
        """How much of a training that was begun is done, 0 to 1."""
        if self._begun[key].done():
            return 1.0
        return float(self._told[key]["fraction"]) if key in self._told else 0.0

    def wait(self, key: str, tell: Callable[[str], None]) -> Trained:
        """What became of a training; `tell` hears of its progress meanwhile, and an empty line at the end.

        Raises:
            SandboxError: it could not be trained.
        """
        return trained_from_json(self._waited(key, tell))

    def wait_for_model(self, key: str, tell: Callable[[str], None]) -> TrainedModel:
        """The same for a training that was begun with `weights`.

        Raises:
            SandboxError: it could not be trained.
        """
        return model_from_json(self._waited(key, tell))

    def wait_for_end(self, key: str, tell: Callable[[str], None]) -> None:
        """Wait alone, whatever was asked for.

        Raises:
            SandboxError: it could not be trained.
        """
        self._waited(key, tell)

    def _waited(self, key: str, tell: Callable[[str], None]) -> Value:
        future = self._begun[key]
        told = False
        while True:
            try:
                return future.result(timeout=TOLD_SECONDS)
            except NotYet:
                tell(self._progress(key))
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

    def _progress(self, key: str) -> str:
        told = self._told.get(key)
        return f"epoch {told['epoch']} of {told['epochs']}, {100 * told['fraction']:.0f}%" if told else "starting"

    def _result(self, key: str, job: Job, weights: bool) -> Value:
        return self._store.get_or_train(
            key, lambda: self._trained(key, job, weights), job.title, given_up=lambda: self._closed
        )

    def _trained(self, key: str, job: Job, weights: bool) -> Value:
        if self._closed:
            raise SandboxError(ENDED)
        process = self._sandbox.start(TRAINER, TRAINER_MODULES)
        self._running.append(process)
        if self._closed:  # while it was started
            process.end()
        output = Output(process.output)
        channel = Channel(process.reader, process.writer)
        messages: queue.SimpleQueue[Any] = queue.SimpleQueue()
        reader = threading.Thread(target=_receive, args=(channel, messages), daemon=True)
        reader.start()
        try:
            channel.send({"job": job.to_json(), "weights": weights})
            message = self._followed(key, messages)
            trained = dict(message["trained"])
            return model_to_json(trained, message["weights"]) if weights else trained
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
        """Follow a training to its end, noting its progress; the last message."""
        until = time.monotonic() + settings.TRAINING_SECONDS
        while True:
            try:
                message = messages.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise SandboxError("the training took too long") from None
            if message is not None and "refused" in message:
                raise RefusedTraining(str(message["refused"]))
            if message is None or "failed" in message:
                reason = "its process ended" if message is None else str(message["failed"])
                raise SandboxError(f"the training could not be done: {reason}")
            if "trained" in message:
                return dict(message)
            self._told[key] = message["progress"]


class RefusedTraining(SandboxError):
    """Keras makes no model of the settings that a training was to have; the text is what it says."""


def _receive(channel: Channel, messages: "queue.SimpleQueue[Any]") -> None:
    """Pass on what the trainer says; None when it is gone."""
    try:
        while True:
            messages.put(channel.receive())
    except (EOFError, OSError, ValueError, WireError):
        messages.put(None)
