"""The process that runs student code: confined first, then it imports one module and answers questions about it.

It knows no right answer. Everything it needs is bound before student code is imported, so that an innocent
`numpy.random.seed = None` cannot break it; code that means to can, and gains nothing: its answers must still be right.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader.sandbox import confine
from grader.sandbox.probes import Probes, seed_generators
from grader.sandbox.wire import MARK, Channel, WireError

INSTALLED_AS = "fashion_grader"
"""What the name of a module holds by which an editable installation is found."""


def main(channel: Channel) -> None:
    """Confine this process as the first message says, then answer until the host closes the wire."""
    setting = channel.receive()
    folder, scratch = Path(setting["folder"]), Path(setting["scratch"])
    _open_output()
    sys.path[:] = [str(folder), *(entry for entry in sys.path if entry not in ("", setting["root"]))]
    sys.dont_write_bytecode = True
    sys.argv[:] = [""]  # what ours was started with is none of its business
    protections = confine.apply(
        readable=[folder],
        scratch=scratch,
        limits=confine.Limits(**setting["limits"]),
        force_fallback=setting["portable"],
        without=tuple(setting["without"]),
    )
    preloaded = "keras" in sys.modules
    if preloaded:
        from grader.sandbox import fed  # imports Keras, which some tasks do without

        fed.install()
        _keep_threads()
    probes = Probes(folder, preloaded)  # TensorFlow starts threads: only after confinement
    _forget_grader()
    seed_generators(setting["seed"])
    setting.clear()  # student code can read the frames that it is called from
    channel.send({"isolation": protections})
    answer_all(channel, probes)


def _forget_grader() -> None:
    """Take the grader's modules out of Python's list: what student code finds there is what it finds anywhere.

    What a guest needs of them it holds already, and their files are out of reach.
    """
    for name in [name for name in sys.modules if name.partition(".")[0] == "grader" or INSTALLED_AS in name]:
        del sys.modules[name]
    sys.path[:] = [entry for entry in sys.path if INSTALLED_AS not in entry]
    finders: list[list[Any]] = [sys.meta_path, sys.path_hooks]
    for found in finders:
        found[:] = [finder for finder in found if INSTALLED_AS not in str(getattr(finder, "__module__", ""))]


def _keep_threads() -> None:
    """Let student code ask for other numbers of threads, which is no mistake: TensorFlow raises, for it has begun."""
    threading = sys.modules["tensorflow"].config.threading
    for name in ("set_intra_op_parallelism_threads", "set_inter_op_parallelism_threads"):
        setattr(threading, name, lambda num_threads: None)


def answer_all(channel: Channel, probes: Probes) -> None:
    """Answer question after question; an answer that does not cross is said to be one."""
    write, flush = os.write, sys.stdout.flush
    while True:
        try:
            question = channel.receive()
        except EOFError:
            return
        answer = probes.answer(question["probe"], question["arguments"])
        for stream in {id(sys.stdout): sys.stdout, id(sys.stderr): sys.stderr}.values():
            try:
                stream.flush()
            except BaseException:  # the student's own stream, closed or worse, is no reason to fall silent
                continue
        with suppress(Exception):
            flush()
        with suppress(OSError):  # the output was closed; the host notices that no mark comes
            write(1, MARK.format(question["id"]).encode())
        try:
            channel.send({"id": question["id"], "answer": answer})
        except WireError as error:
            channel.send({"id": question["id"], "answer": {"unanswerable": str(error)}})


def _open_output() -> None:
    """Text streams on the captured output: any character can be printed, a line is out when it ends."""
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        stream: Any = open(  # noqa: SIM115 - open as long as the process lives
            descriptor, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
