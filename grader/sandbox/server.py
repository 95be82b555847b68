"""A process that has imported what its children need, and does nothing but fork them.

Run by `host.py`, never by hand. The server imports numpy, or TensorFlow as well, once; every fork of it starts with all
of that in memory, in milliseconds. It never calls into TensorFlow (a fork after that would hang) and holds no answers.

Over a Unix socket the host sends one JSON line a request, with the file descriptors that the child shall have:

    {"fork": "grader.sandbox.guest:main"}   and three descriptors: wire in, wire out, output   ->  {"pid": 123}
    {"end": 123, "grace": 0.5}              kill the child and all that descends from it       ->  {"status": -11}
                                            the status it ended with by itself within the grace period, or null

When the host is gone, the server ends all its children and itself. Where there is no fork, the host starts this
module with `--once` instead: a fresh process that imports, runs one entry point on its standard streams, and ends.
"""

import ctypes
import gc
import importlib
import json
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader.sandbox.wire import Channel

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
"""Numbers of `prctl(2)`."""

REQUEST_BYTES = 4096

UNUSED: tuple[Any, ...] = ("matplotlib", "IPython")
"""What Keras imports only where it can, for galleries of images and for notebooks: half a second, and 20 MB. Student
code can still import it."""


def serve(control: socket.socket, preload: str) -> None:
    """Import, say so, then answer requests until the host closes its end."""
    versions = _import(preload)
    _prctl(PR_SET_CHILD_SUBREAPER, 1)  # what a dead guest leaves behind becomes our child, and can be ended
    control.sendall(json.dumps({"ready": versions}).encode() + b"\n")
    children: set[int] = set()
    while True:
        text, descriptors, _, _ = socket.recv_fds(control, REQUEST_BYTES, 3)
        if not text:
            for pid in children:
                _end(pid, set(), 0.0)
            return
        request = json.loads(text)
        if "fork" in request:
            pid = os.fork()
            if pid == 0:
                control.close()
                _run_child(request["fork"], descriptors)
            children.add(pid)
            for descriptor in descriptors:
                os.close(descriptor)
            answer: dict[str, int | None] = {"pid": pid}
        else:
            pid = request["end"]
            known = pid in children  # asked for again, its number may be another's
            children.discard(pid)
            answer = {"status": _end(pid, children, request["grace"]) if known else None}
        control.sendall(json.dumps(answer).encode() + b"\n")


def run_once(entry: str, preload: str) -> None:
    """Without fork: run one entry point on standard input and output; standard error takes the output."""
    wire_in, wire_out = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    _import(preload)
    _run(entry, wire_in, wire_out)


def _import(preload: str) -> dict[str, str]:
    """Import what children need, given as `module,module:function` (the function is called); their versions.

    Next to none of it is garbage, and looking for some would take a quarter of the time.
    """
    versions = {}
    gc.disable()
    sys.modules.update(dict.fromkeys(UNUSED))  # None: an import of these fails
    for entry in preload.split(","):
        name, _, function = entry.partition(":")
        module = importlib.import_module(name)
        if function:
            getattr(module, function)()
        if hasattr(module, "__version__"):
            versions[name] = str(module.__version__)
    for name in UNUSED:
        del sys.modules[name]
    gc.freeze()  # children never touch, and so never copy, the pages of what is imported
    gc.enable()
    return versions


def _run_child(entry: str, descriptors: list[int]) -> None:
    """In the fork: nothing of the server's is left open; then run, and never return."""
    try:
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        os.setsid()
        wire_in, wire_out, output = descriptors
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        for descriptor in (nothing, output):
            os.close(descriptor)
        _run(entry, wire_in, wire_out)
    except BaseException as error:  # whatever ends a child, it must not go on as a second server
        with suppress(BaseException):
            print(f"{type(error).__name__}: {error}", file=sys.__stderr__, flush=True)
    finally:
        os._exit(0)


def _run(entry: str, wire_in: int, wire_out: int) -> None:
    module, _, function = entry.partition(":")
    with os.fdopen(wire_in, "rb") as reader, os.fdopen(wire_out, "wb") as writer:
        getattr(importlib.import_module(module), function)(Channel(reader, writer))


def _end(pid: int, others: set[int], grace: float) -> int | None:
    """Kill a child with all that descends from it.

    Its exit status, negative for a signal, where it ends by itself within `grace` seconds; otherwise None.
    """
    status = _reaped(pid, os.WNOHANG)
    until = time.monotonic() + grace
    while status is None and time.monotonic() < until:
        time.sleep(0.005)
        status = _reaped(pid, os.WNOHANG)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    with suppress(ProcessLookupError):
        if status is None:
            os.kill(pid, signal.SIGKILL)
            _reaped(pid, 0)
    for orphan in _children() - others:
        with suppress(ProcessLookupError):
            os.kill(orphan, signal.SIGKILL)
        _reaped(orphan, 0)
    return status


def _reaped(pid: int, options: int) -> int | None:
    """The exit status of a child that has ended; None where it has not yet, or has been asked for before."""
    try:
        ended, status = os.waitpid(pid, options)
    except ChildProcessError:
        return None
    return os.waitstatus_to_exitcode(status) if ended else None


def _children() -> set[int]:
    """All children of this process that Linux knows of; none elsewhere."""
    try:
        return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}
    except OSError:
        return set()


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def main(arguments: list[str]) -> Any:
    """`--serve DESCRIPTOR MODULES`, or `--once ENTRY MODULES`."""
    mode, target, preload = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the host's to handle; it ends us in order
    if mode == "--once":
        return run_once(target, preload)
    with socket.socket(fileno=int(target)) as control:
        return serve(control, preload)
