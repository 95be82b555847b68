"""The host's side of the sandbox: it starts servers and guests, puts questions, keeps deadlines, and ends what is late.

Nothing here blocks without a deadline: reading, writing and draining a guest's output have a thread each, and killing
the guest ends all three. Numpy and the standard library only; the host never imports TensorFlow.
"""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast
from weakref import WeakSet

from grader.course import dataset, settings
from grader.sandbox.answers import is_answer, is_exception
from grader.sandbox.output import Output
from grader.sandbox.scratch import holds_too_much, is_full, remove
from grader.sandbox.wire import Channel, WireError

GUEST = "grader.sandbox.guest:main"
GUEST_MODULES = "numpy.random,grader.sandbox.guest,grader.sandbox.confine:prepare"
TENSORFLOW_MODULES = (
    f"tensorflow,keras,tensorboard.summary,{GUEST_MODULES},"
    "grader.sandbox.models,grader.sandbox.training,grader.sandbox.fed"
)
TRAINER_MODULES = "tensorflow,keras,grader.judging.trainer"
"""What the three servers import; `:prepare` is called. `tensorboard.summary` is what TensorFlow imports to log."""

SERVER_SECONDS = 10.0
"""Deadline for a server that has started: to fork takes it 10 ms, to end a guest that holds 3 GB half a second."""

GRACE_SECONDS = 1.0
"""What a guest has to end after it closed its wire, so that its exit status can be told: it takes a millisecond."""

ENDED = "the run has ended"
"""What is said to threads that ask for a guest when all is over."""

PORTABLE_VARIABLE = "GRADER_SANDBOX"
"""Set to `portable`, it forces what macOS, Windows and old kernels get: a fresh process a guest, no confinement."""


class GuestTimeout(Exception):
    """The guest missed a deadline and was ended; the text says which, as in "it did not finish within 10 seconds"."""


class GuestCrashed(Exception):
    """The guest ended itself, or answered what cannot be read, and was ended; the text says which."""


class SandboxError(Exception):
    """The sandbox itself does not work: not the student's fault."""


@dataclass(frozen=True)
class Answer:
    """What came back for one question.

    Attributes:
        value: the observation, where student code returned.
        raised: the exception as `observe_exception` describes it, where it raised.
        output: what was printed meanwhile, at most `OUTPUT_BYTES`.
    """

    value: Any = None
    raised: dict[str, Any] | None = None
    output: str = ""


class Process(Protocol):
    """A child with three pipes to the host."""

    pid: int
    reader: BinaryIO
    writer: BinaryIO
    output: BinaryIO

    def end(self, grace: float = 0.0) -> int | None:
        """Kill it with all that descends from it.

        The exit status, negative for a signal, where it ended by itself, for which it has `grace` seconds.
        """

    def orphaned(self) -> bool:
        """Whether what started it has ended, and it with that: no fault of its own."""


class Server(Protocol):
    """What children are started by."""

    def start(self, entry: str) -> Process:
        """A new child that runs `module:function` on its wire."""

    def close(self) -> None:
        """End the server and all children."""


def can_fork() -> bool:
    """Whether guests are forked from a server. macOS forbids a fork after its frameworks were loaded."""
    return sys.platform == "linux" and hasattr(os, "fork") and os.environ.get(PORTABLE_VARIABLE) != "portable"


def environment(preload: str) -> dict[str, str]:
    """The environment of the server of these modules: nothing of the caller's but what finds Python's libraries.

    All that could change a number is fixed. oneDNN trains a CNN in two thirds of the time. In a guest, which computes
    next to nothing, it costs more than it wins: for each kind of operation it searches all of TensorFlow's.
    """
    kept = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
    fixed = {
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_ENABLE_ONEDNN_OPTS": "1" if preload == TRAINER_MODULES else "0",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        # guests are as many as cores; threads that wait for one another took a fifth of the time of three at work
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
        "KERAS_BACKEND": "tensorflow",
        "KERAS_HOME": os.devnull,  # no keras.json, of whomever, has a say, and none is written
        dataset.CACHE_VARIABLE: str(dataset.data_cache()),
    }
    found = {name: os.environ[name] for name in kept if name in os.environ}
    return {**found, **fixed, "LANG": "C.UTF-8", "HOME": tempfile.gettempdir(), "TEMP": tempfile.gettempdir()}


def command(mode: str, target: str, preload: str) -> list[str]:
    """The command line of a server; `-P` keeps the working directory off its path."""
    root = str(settings.REPOSITORY)
    program = f"import sys; sys.path.append({root!r}); from grader.sandbox.server import main; main(sys.argv[1:])"
    return [sys.executable, "-P", "-W", "ignore", "-c", program, mode, target, preload]


class ForkServer:
    """A server that forks; it imports in the background until the first child is asked for."""

    def __init__(self, preload: str) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                command("--serve", str(theirs.fileno()), preload),
                pass_fds=[theirs.fileno()],
                env=environment(preload),
                cwd=tempfile.gettempdir(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._replies = self._control.makefile("rb")
        self._lock = threading.Lock()
        self._ready = False

    def start(self, entry: str) -> "ForkedProcess":
        """A child forked from the server, a few milliseconds old.

        Raises:
            SandboxError: the server is gone or did not start in time.
        """
        ours_in, their_out = os.pipe()
        their_in, ours_out = os.pipe()
        output_in, output_out = os.pipe()
        theirs = [their_in, their_out, output_out]
        try:
            with self._lock:
                self._wait_until_ready()
                socket.send_fds(self._control, [json.dumps({"fork": entry}).encode()], theirs)
                pid = self._reply(SERVER_SECONDS)["pid"]
        except (OSError, SandboxError):
            for descriptor in (ours_in, ours_out, output_in):
                os.close(descriptor)
            raise SandboxError("the process that starts guests has ended") from None
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        return ForkedProcess(self, pid, os.fdopen(ours_in, "rb"), os.fdopen(ours_out, "wb"), os.fdopen(output_in, "rb"))

    def end(self, pid: int, grace: float) -> int | None:
        """Kill a child with all that descends from it; its status as for `Process`, None where the server is gone."""
        try:
            with self._lock:
                self._control.sendall(json.dumps({"end": pid, "grace": grace}).encode())
                status: int | None = self._reply(SERVER_SECONDS)["status"]
                return status
        except (OSError, SandboxError):
            return None

    def ended(self) -> bool:
        """Whether the server is gone."""
        return self._process.poll() is not None

    def close(self) -> None:
        """End the server, and with it all its children."""
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        try:
            self._process.wait(timeout=2 if self._ready else 0)
        except subprocess.TimeoutExpired:
            self._process.kill()  # it was still importing; it has no children yet
            self._process.wait()
        self._replies.close()
        self._control.close()

    def _wait_until_ready(self) -> None:
        if not self._ready:
            self._reply(settings.START_SECONDS)
            self._ready = True

    def _reply(self, seconds: float) -> dict[str, Any]:
        self._control.settimeout(seconds)
        line = self._replies.readline()
        if not line:
            raise SandboxError("the process that starts guests has ended")
        reply: dict[str, Any] = json.loads(line)
        return reply


@dataclass
class ForkedProcess:
    """A child of a `ForkServer`."""

    server: ForkServer
    pid: int
    reader: BinaryIO
    writer: BinaryIO
    output: BinaryIO

    def end(self, grace: float = 0.0) -> int | None:
        """Kill it with all that descends from it."""
        return self.server.end(self.pid, grace)

    def orphaned(self) -> bool:
        """Whether the server has ended."""
        return self.server.ended()


class FreshServer:
    """Starts every child as a new process that does its imports itself: for where there is no fork."""

    def __init__(self, preload: str) -> None:
        self._preload = preload
        self._children: list[FreshProcess] = []

    def start(self, entry: str) -> "FreshProcess":
        """A new process."""
        child = subprocess.Popen(
            command("--once", entry, self._preload),
            env=environment(self._preload),
            cwd=tempfile.gettempdir(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._children.append(FreshProcess(child))
        return self._children[-1]

    def close(self) -> None:
        """End all children."""
        for child in self._children:
            child.end()


class FreshProcess:
    """A child of a `FreshServer`."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.pid = process.pid
        self.ended = False
        self._process = process
        self.reader = cast(BinaryIO, process.stdout)
        self.writer = cast(BinaryIO, process.stdin)
        self.output = cast(BinaryIO, process.stderr)

    def end(self, grace: float = 0.0) -> int | None:
        """Kill it, and where there are process groups its group; once, as its number may be another's afterwards."""
        if self.ended:
            return None
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(grace)
        status = self._process.poll()
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        self.ended = True
        return status

    def orphaned(self) -> bool:
        """Never: nothing stands between it and us."""
        return False


class Guest:
    """One guest, ready for questions; the first missed deadline or the first death is its last."""

    def __init__(self, process: Process, setting: Mapping[str, Any], base: Path) -> None:
        self._process = process
        self._base = base
        self._channel = Channel(process.reader, process.writer)
        self._output = Output(process.output)
        self._questions: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._answers: queue.Queue[Any] = queue.Queue(maxsize=4)  # a flood of answers is not stored
        self._number = 0
        self._look_again = 0.0
        self._fate: GuestTimeout | GuestCrashed | SandboxError | None = None
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._send_all, self._receive_all)]
        for thread in self._threads:
            thread.start()
        self._questions.put(dict(setting))
        seconds = settings.START_SECONDS  # a fresh process imports TensorFlow first
        self.isolation: dict[str, Any] = self._expect(seconds, lambda message: message["isolation"])
        self._left = settings.TASK_SECONDS

    def ask(self, probe: str, seconds: float | None = None, **arguments: Any) -> Answer:
        """Put one question and wait for its answer, `CALL_SECONDS` if nothing else is said.

        Raises:
            GuestTimeout: no answer within `seconds`, or all answers together took too long; the guest has been ended.
            GuestCrashed: the guest is gone, or its answer cannot be read.
        """
        if self._fate is not None:
            raise self._fate
        self._number += 1
        number = self._number
        self._output.expect(number)
        self._questions.put({"id": number, "probe": probe, "arguments": arguments})
        began = time.monotonic()
        limit = settings.CALL_SECONDS if seconds is None else seconds
        answer = self._expect(min(limit, self._left), lambda message: _answer(message, number, probe))
        self._left = max(0.0, self._left - (time.monotonic() - began))
        output = self._output.text()
        if answer.raised is not None and answer.raised.get("exit"):
            self._die(GuestCrashed("sys.exit() or exit() was called"))
        return Answer(answer.value, answer.raised, output)

    def close(self, grace: float = 0.0) -> int | None:
        """End the guest and remove its folder; the exit status it had, where it ended by itself."""
        self._questions.put(None)
        status = self._process.end(grace)
        self._fate = self._fate or GuestCrashed("it was ended")
        with suppress(queue.Empty):  # room for the last message of the receiving thread
            while True:
                self._answers.get_nowait()
        for thread in (*self._threads, self._output.thread):
            thread.join(timeout=1.0)  # they end with their pipes, unless a descendant that got away holds one
        with suppress(queue.Full):  # another thread may be waiting for an answer
            self._answers.put_nowait(EOFError())
        remove(self._base)
        return status

    def _expect(self, seconds: float, read: Callable[[Any], Any]) -> Any:
        message = self._message(seconds)
        if isinstance(message, WireError):
            self._die(GuestCrashed("its answer could not be read: did it write to the grader's pipe?"))
        if isinstance(message, Exception):
            self._die(None)
        try:
            return read(message)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError):
            self._die(GuestCrashed("its answer could not be read: did it write to the grader's pipe?"))

    def _message(self, seconds: float) -> Any:
        """The next message, or what the receiving thread ended with; what the guest writes is watched meanwhile."""
        end = time.monotonic() + seconds
        answered = full = False
        message = None
        while not answered:
            left = end - time.monotonic()
            try:
                message = self._answers.get(timeout=max(0.0, min(left, settings.WATCH_SECONDS)))
                answered = True
            except queue.Empty:
                if left <= 0:
                    self._die(self._late(seconds))
            due = time.monotonic() >= self._look_again
            if answered or due:  # with every answer, so that it is no matter of luck
                full = is_full(self._base) or (due and holds_too_much(self._process.pid))
            if due:
                self._look_again = time.monotonic() + settings.WATCH_SECONDS
            if full:
                self._die(GuestCrashed("it wrote too many files, or too large ones, and was stopped"))
        return message

    def _late(self, seconds: float) -> GuestTimeout:
        if self._number and seconds == self._left:  # not the question's own deadline
            return GuestTimeout(f"did not finish: all calls of a task together have {settings.TASK_SECONDS:g} seconds")
        return GuestTimeout(f"did not finish within {seconds:g} seconds")

    def _die(self, fate: GuestTimeout | GuestCrashed | None) -> Any:
        status = self.close(GRACE_SECONDS if fate is None else 0.0)
        self._fate = fate or GuestCrashed(_ending(status))
        if self._process.orphaned():
            self._fate = SandboxError("the process that starts guests has ended")
        raise self._fate

    def _send_all(self) -> None:
        with suppress(OSError, ValueError, WireError):
            while (question := self._questions.get()) is not None:
                self._channel.send(question)
        self._channel.close_writer()

    def _receive_all(self) -> None:
        while True:
            try:
                message = self._channel.receive()
            except (EOFError, OSError, ValueError, WireError) as error:
                message = error
            self._answers.put(message)
            if isinstance(message, Exception):
                self._channel.close_reader()
                return


def _answer(message: Any, number: int, probe: str) -> Answer:
    """The answer in a message.

    Raises:
        ValueError, TypeError, KeyError: it answers another question, or has not the form that it should have.
    """
    if message["id"] != number:
        raise ValueError("an answer to another question")
    answer = message["answer"]
    if "raised" in answer and is_exception(answer["raised"]):
        return Answer(raised=answer["raised"])
    if "value" in answer and is_answer(probe, answer["value"]):
        return Answer(value=answer["value"])
    raise ValueError("no answer to this question")


def _ending(status: int | None) -> str:
    """How a process ended, in words."""
    if status is None:
        return "it closed the grader's pipe"
    if status == 0:
        return "its process ended itself (os._exit, or all its memory gone)"
    if status < 0:
        with suppress(ValueError):
            return f"its process was ended by the signal {signal.Signals(-status).name}"
    return f"its process ended itself with exit status {status}"


class Sandbox:
    """The servers of one run: for guests with numpy alone, guests with TensorFlow, and trainings; each when needed."""

    def __init__(self, scratch: Path | None = None) -> None:
        """Prepare; the folders of guests are made in `scratch`, or where temporary files belong."""
        self._servers: dict[str, Server] = {}
        self._guests: WeakSet[Guest] = WeakSet()
        self._lock = threading.Lock()  # several trainings may be begun at once
        self._closed = False
        self._scratch = scratch
        self.portable = not can_fork()

    def warm(self, preload: str) -> Server:
        """Start the server of these modules in the background, so that it imports while something else is done.

        Raises:
            SandboxError: the sandbox has been closed.
        """
        with self._lock:
            if self._closed:
                raise SandboxError(ENDED)
            if preload not in self._servers:
                self._servers[preload] = FreshServer(preload) if self.portable else ForkServer(preload)
            return self._servers[preload]

    def start(self, entry: str, preload: str) -> Process:
        """A new child of the server of these modules; one that has died is replaced once.

        Raises:
            SandboxError: a server cannot be started.
        """
        server = self.warm(preload)
        try:
            return server.start(entry)
        except SandboxError:
            with self._lock:  # another thread may have replaced it already
                dead = self._servers.get(preload) is server
                if dead:
                    del self._servers[preload]
            if dead:
                server.close()
            return self.warm(preload).start(entry)

    def guest(self, sources: Mapping[str, bytes], seed: int, tensorflow: bool, without: Sequence[str] = ()) -> Guest:
        """A guest for the modules in `sources` (file name to content), confined and ready for questions.

        It can read no library of those in `without`.

        Raises:
            SandboxError: it could not be started.
        """
        base = Path(tempfile.mkdtemp(prefix="grader-", dir=self._scratch)).resolve()
        folder, scratch = base / "submission", base / "scratch"
        for path in (folder, scratch):
            path.mkdir()
        for name, content in sources.items():
            (folder / name).write_bytes(content)
        setting = {
            "folder": str(folder),
            "scratch": str(scratch),
            "root": str(settings.REPOSITORY),
            "seed": seed,
            "portable": self.portable,
            "without": list(without),
            "limits": {
                "memory_bytes": settings.MEMORY_BYTES,
                "file_bytes": settings.FILE_BYTES,
                "open_files": settings.OPEN_FILES,
            },
        }
        try:
            process = self.start(GUEST, TENSORFLOW_MODULES if tensorflow else GUEST_MODULES)
        except BaseException:
            remove(base)
            raise
        try:
            made = Guest(process, setting, base)
        except (GuestTimeout, GuestCrashed) as error:
            raise SandboxError(f"a guest could not be started: {error}") from None
        with self._lock:
            closed = self._closed
            self._guests.add(made)
        if closed:  # while it was started
            made.close()
            raise SandboxError(ENDED)
        return made

    def end_trainers(self) -> None:
        """End the server of trainings and what it started: few submissions train, and it holds 200 MB."""
        with self._lock:
            server = self._servers.pop(TRAINER_MODULES, None)
        if server is not None:
            server.close()

    def close(self) -> None:
        """End everything that was started, with the folders of guests, and start nothing more."""
        with self._lock:
            self._closed = True
            servers, guests = list(self._servers.values()), list(self._guests)
            self._servers.clear()
        for guest in guests:  # closed before or not: a second time does nothing
            guest.close()
        for server in servers:
            server.close()
