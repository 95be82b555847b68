"""The sandbox by itself: servers, guests, wire, deadlines and limits, with the confinement on and with the fallback."""

import io
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from grader.course import settings
from grader.course.settings import REPOSITORY
from grader.judging.verdict import LINES_LIMIT, clean
from grader.plugin import grade
from grader.results import Results, Status
from grader.sandbox.answers import FORMS, is_answer, is_exception, is_observation
from grader.sandbox.host import TENSORFLOW_MODULES, GuestCrashed, GuestTimeout, Sandbox, SandboxError, environment
from grader.sandbox.observe import observe, observe_exception
from grader.sandbox.output import Output
from grader.sandbox.probes import Probes
from grader.sandbox.scratch import is_full, remove
from grader.sandbox.wire import JSON_LIMIT, MESSAGE_LIMIT, Channel, WireError, encode
from tests.bank.cases import SOLUTIONS
from tests.bank.hostile import CASES

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has these protections")

MODULE = """
import os, signal, sys, time
def echo(value=None): return value
def wait(seconds): time.sleep(seconds)
def leave(status): os._exit(status)
def stop(): sys.exit(1)
def say(text, descriptor): os.write(descriptor, text.encode() if isinstance(text, str) else text)
def say_much(count): [os.write(1, b"x" * 65536) for _ in range(count)]
def hoard(): return len(bytearray(10**10))
def pid(): return os.getpid()
def touch(name):
    try: open(name, "w").close()
    except OSError as error: return error.errno
def read(name):
    try: return open(name).read(50)
    except OSError as error: return error.errno
def connect():
    import socket
    try: socket.create_connection(("127.0.0.1", 9), 1)
    except OSError as error: return error.errno
def fail(text): raise KeyError(text)
def write(count, size):
    for number in range(count): open(f"{number}.bin", "wb").write(bytes(size))
"""


@pytest.fixture
def guest(sandbox):
    """Makes guests that have imported `MODULE`, or another source."""
    made = []

    def start(source: str = MODULE, used: Sandbox = sandbox, tensorflow: bool = False):
        new = used.guest({"module.py": source.encode()}, seed=1, tensorflow=tensorflow)
        made.append(new)
        answer = new.ask("import", module="module")
        assert answer.raised is None, answer.raised
        return new

    yield start
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def portable():
    """A sandbox as it is where there is no fork."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_SANDBOX", "portable")
        shared = Sandbox()
    assert shared.portable
    yield shared
    shared.close()


def call(guest, name, *args, seconds=None):
    return guest.ask("call", seconds, name=name, args=list(args), kwargs={})


# Guests


@pytest.fixture(params=["confined", "portable"])
def used(request, sandbox):
    return request.getfixturevalue("portable") if request.param == "portable" else sandbox


def test_answers_and_output(guest, used):
    made = guest(used=used)
    assert call(made, "echo", [1, "two", None]).value["result"]["length"] == 3
    assert call(made, "say", "one line\n", 1).output == "one line\n"
    assert call(made, "say", "to stderr", 2).output == "to stderr"
    assert call(made, "echo").output == ""
    raised = call(made, "fail", "text").raised
    assert (
        raised["type"] == "KeyError" and raised["bases"][0] == "KeyError" and raised["frames"][0]["function"] == "fail"
    )
    array = np.arange(12, dtype=np.float32).reshape(3, 4)[:, ::2]
    assert np.array_equal(call(made, "echo", array).value["result"]["array"], array)


def test_a_missed_deadline_is_the_last(guest, used):
    made = guest(used=used)
    began = time.monotonic()
    with pytest.raises(GuestTimeout, match=r"did not finish within 0\.3 seconds"):
        call(made, "wait", 60, seconds=0.3)
    assert time.monotonic() - began < 3
    with pytest.raises(GuestTimeout):
        call(made, "echo")


def test_a_deadline_of_the_import(used, monkeypatch):
    monkeypatch.setattr(settings, "IMPORT_SECONDS", 0.3)
    made = used.guest({"module.py": b"while True: pass"}, seed=1, tensorflow=False)
    with pytest.raises(GuestTimeout):
        made.ask("import", settings.IMPORT_SECONDS, module="module")


def test_one_who_waits_learns_that_the_guest_was_ended(guest, used):
    made = guest(used=used)
    learnt = []

    def wait():
        try:
            call(made, "wait", 60)
        except GuestCrashed as error:
            learnt.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.2)
    made.close()
    waiting.join(5)
    assert len(learnt) == 1, "it waits on"


def test_all_calls_together_have_a_deadline(guest, monkeypatch):
    monkeypatch.setattr(settings, "TASK_SECONDS", 1.0)
    made = guest()
    with pytest.raises(GuestTimeout, match="all calls of a task together have 1 seconds"):
        for _ in range(9):
            call(made, "wait", 0.3)


@pytest.mark.parametrize(
    ("name", "args", "says"),
    [
        ("leave", (0,), "its process ended itself"),
        ("leave", (7,), "exit status 7"),
        ("stop", (), "sys.exit"),
    ],
)
def test_a_guest_that_ends(guest, used, name, args, says):
    made = guest(used=used)
    with pytest.raises(GuestCrashed, match=says):
        call(made, name, *args)
    with pytest.raises(GuestCrashed, match=says):
        call(made, "echo")


def test_a_guest_that_is_killed(guest, used):
    made = guest(used=used)
    pid = call(made, "pid").value["result"]["value"]
    threading.Timer(0.3, os.kill, (pid, signal.SIGKILL)).start()
    with pytest.raises(GuestCrashed, match="SIGKILL"):
        call(made, "wait", 30)


def test_a_flood_of_output_is_bounded(guest, used):
    made = guest(used=used)
    answer = call(made, "say_much", 500)
    assert len(answer.output) == settings.OUTPUT_BYTES
    assert call(made, "say", "next", 1).output == "next"


def test_marks_of_a_student_do_not_cut_the_output(guest):
    made = guest()
    assert call(made, "say", "a\0answered 2\0b\0answered 2\0c", 1).output.count("\0answered") == 2


def test_a_closed_output_is_no_reason_to_fall_silent(guest):
    made = guest("import os, sys\ndef close(): os.close(1); os.close(2); sys.stdout.close()\ndef echo(): return 1\n")
    call(made, "close")
    assert [call(made, "echo").value["result"]["value"] for _ in range(3)] == [1, 1, 1]


@on_linux
def test_limits_of_memory_and_files(guest):
    made = guest()
    assert call(made, "hoard").raised["type"] == "MemoryError"
    assert call(made, "echo", 5).value["result"]["value"] == 5
    assert call(made, "touch", "own").value["result"]["kind"] == "none"
    for name in ("/tmp/evil", str(REPOSITORY / "evil"), "../submission/module.py", "/dev/shm/evil"):
        assert call(made, "touch", name).value["result"]["value"] == 13
    for name in (
        REPOSITORY / "solutions" / "cnn.py",
        "/etc/passwd",
        "/proc/1/environ",
        REPOSITORY / "grader" / "plugin.py",
    ):
        assert call(made, "read", str(name)).value["result"]["value"] in (1, 13)
    assert call(made, "connect").value["result"]["value"] == 1


def test_what_is_written_is_bounded_in_all(guest):
    for count, size in ((settings.SCRATCH_FILES + 1, 0), (6, settings.FILE_BYTES)):
        made = guest()
        with pytest.raises(GuestCrashed, match="wrote too many files"):
            for _ in range(9):
                call(made, "write", count, size)
                time.sleep(settings.WATCH_SECONDS / 4)


def test_a_message_has_no_more_lines_than_a_screen():
    assert len(clean("line\n" * 500, 10_000).splitlines()) == LINES_LIMIT


def test_folders_of_guests_are_removed(sandbox, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    source = b"import os\nfor _ in range(700): os.mkdir('deep'); os.chdir('deep')\nopen('leaf', 'w').close()\n"
    made = sandbox.guest({"module.py": source}, seed=1, tensorflow=False)
    made.ask("import", module="module")
    assert len(list(tmp_path.iterdir())) == 1
    made.close()
    assert not list(tmp_path.iterdir())


def test_a_folder_however_deep_is_removed(tmp_path):
    folder, here = tmp_path / "folder", Path.cwd()
    folder.mkdir()
    (tmp_path / "kept").touch()
    (folder / "link").symlink_to(tmp_path / "kept")
    os.chdir(folder)
    try:
        for number in range(3000):
            Path("d").mkdir()
            Path(f"file{number}").touch()
            os.chdir("d")
    finally:
        os.chdir(here)
    assert is_full(folder)
    remove(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    remove(folder)  # not there


def test_what_keras_needs_for_pictures_is_imported_only_by_who_draws(guest, used):
    source = """
        import sys
        import keras
        LOADED = [name for name in ("matplotlib", "IPython") if name in sys.modules]
        def loaded(): return LOADED
        def draw():
            import matplotlib.pyplot as plt
            plt.plot([1, 2])
            plt.savefig("curve.png")
    """
    drawing = guest(textwrap.dedent(source), used=used, tensorflow=True)
    assert call(drawing, "loaded").value["result"]["items"] == []
    assert call(drawing, "draw").raised is None


def test_a_server_that_is_killed_is_replaced(guest):
    own = Sandbox()
    try:
        made = guest(used=own)
        (server,) = own._servers.values()
        server._process.kill()
        server._process.wait()
        with pytest.raises(SandboxError, match="has ended"):  # no fault of a student's
            call(made, "wait", 5, seconds=3)
        assert call(guest(used=own), "echo", 1).value["result"]["value"] == 1
    finally:
        own.close()


def test_a_server_that_cannot_start_is_a_fault_of_the_sandbox(monkeypatch):
    monkeypatch.setattr("grader.sandbox.host.GUEST_MODULES", "no_such_module_anywhere")
    own = Sandbox()
    with pytest.raises(SandboxError, match="has ended"):
        own.guest({}, seed=1, tensorflow=False)
    own.close()


def test_closing_leaves_no_process():
    own = Sandbox()
    made = [own.guest({"module.py": MODULE.encode()}, seed=1, tensorflow=False) for _ in range(3)]
    for one in made:
        one.ask("import", module="module")
    pids = [one.ask("call", name="pid", args=[], kwargs={}).value["result"]["value"] for one in made]
    threads = threading.active_count()
    own.close()
    for one in made:
        one.close()
    deadline = time.monotonic() + 5
    while any(_lives(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(_lives(pid) for pid in pids) and threading.active_count() < threads


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


# The wire


def frame(text, *arrays):
    data = text if isinstance(text, bytes) else json.dumps(text).encode()
    return len(data).to_bytes(4, "big") + data + b"".join(arrays)


def received(data: bytes):
    return Channel(io.BytesIO(data), io.BytesIO()).receive()


def header(value, *arrays):
    return frame({"value": value, "arrays": list(arrays)})


def test_messages_cross_as_they_are():
    for dtype in ("?", "u1", "<i8", ">f4", "f2", "c16"):
        for shape in ((), (0,), (2, 0, 3), (3, 4)):
            array = np.ones(shape, dtype=dtype)
            got = received(b"".join(encode({"a": [array, (1, None)], "b": "\ud800\0"})))
            assert got["b"] == "\ud800\0" and got["a"][1] == (1, None)
            assert got["a"][0].dtype == array.dtype and got["a"][0].shape == array.shape


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xff\xff\xff",
        (JSON_LIMIT + 1).to_bytes(4, "big"),
        frame(b"{}"),
        frame(b"[]"),
        frame(b"null"),
        frame(b"\xff\xfe"),
        frame(b'{"value": 1}'),
        frame(b'{"value": 1, "arrays": 7}'),
        frame(b'{"value": 1, "arrays": [[1, 2, 3]]}'),
        frame(b"[" * 100_000),
        frame(b'{"value":' + b"[" * 900 + b"]" * 900 + b', "arrays": []}' + b"x"),
        frame(b'{"arrays": [], "value": ' + b"9" * 100_000 + b"}"),
        header(1, ["O", [1]]),
        header(1, ["V8", [1]]),
        header(1, ["U9", [1]]),
        header(1, ["M8[s]", [1]]),
        header(1, [None, [1]]),
        header(1, ["f8,f8", [1]]),
        header(1, ["(2,2)f8", [1]]),
        header(1, [[["a", "f8"]], [1]]),
        header(1, [{"names": ["a"], "formats": ["f8"]}, [1]]),
        header(1, ["<f3", [1]]),
        header(1, ["<f99", [1]]),
        header(1, ["<f8", 5]),
        header(1, ["<f8", [-1]]),
        header(1, ["<f8", [True]]),
        header(1, ["<f8", [1.5]]),
        header(1, ["<f8", [1] * 33]),
        header(1, ["<f8", [MESSAGE_LIMIT]]),
        header(1, ["<f8", [0, 10**30]]),
        header(1, ["<f8", [0, 2**40, 2**40]]),
        header(1, ["<f8", [0, 2**25, 2**25, 2**25]]),
        header({"$array": 0}),
        header({"$array": "x"}),
        header({"$array": None}),
        header({"$tuple": 7}),
    ],
)
def test_what_is_no_message_is_an_error(data):
    with pytest.raises((WireError, EOFError)):
        received(data + bytes(64))


def test_random_bytes_and_cut_frames_are_errors_and_nothing_else():
    generator = random.Random(7)
    whole = b"".join(encode({"id": 1, "answer": {"value": [np.ones((3, 4)), "text"]}}))
    for number in range(2000):
        data = bytearray(whole[: generator.randrange(len(whole))] if number % 2 else whole)
        for _ in range(generator.randrange(1, 9)):
            if data:
                data[generator.randrange(len(data))] = generator.randrange(256)
        try:
            received(bytes(data))
        except (WireError, EOFError):
            continue
    for number in range(500):
        body = generator.randbytes(50)
        with pytest.raises((WireError, EOFError)):
            received(struct.pack(">I", 50 if number % 2 else generator.randrange(2**32)) + body)


def test_what_does_not_cross_is_refused():
    for value in (
        object(),
        {1: 2},
        {"$a": 1},
        np.array([object()]),
        {1, 2},
        b"bytes",
        np.zeros(3, "M8[s]"),
        [lambda: 1],
    ):
        with pytest.raises(WireError):
            encode(value)
    with pytest.raises(WireError, match="too large"):
        encode(np.zeros(MESSAGE_LIMIT + 1, dtype=np.uint8))


FORGED = (
    {"id": 3, "answer": {"value": {}}},
    {"id": 2, "answer": {"value": {"result": {"kind": "none", "type": "x"}, "handle": float("inf")}}},
    {"id": 2, "answer": {"value": {"result": {"kind": "list", "type": "x", "length": 1, "items": [1]}, "handle": 1}}},
    {"id": 2, "answer": {"value": {"result": {"kind": "dict", "type": "x", "length": 1, "items": [[]]}, "handle": 1}}},
    {"id": 2, "answer": {"value": {"result": {"kind": ["x"], "type": "x"}, "handle": 1}}},
    {"id": 2, "answer": {"value": None}},
    {"id": 2, "answer": {"raised": {"type": "ValueError"}}},
    {"id": 2, "answer": {"raised": "ValueError"}},
    {"id": 2, "answer": []},
    {"id": 2, "answer": None},
    {"id": 2},
    {"id": None, "answer": {"unanswerable": "x"}},
    [],
    None,
    7,
    "answer",
)


@pytest.mark.parametrize("message", FORGED)
def test_a_forged_answer_is_a_crash(guest, message):
    data = b"".join(encode(message))
    source = f"""
import os
def forge(x=0):
    for number in range(3, 20):
        try: os.write(number, {data!r})
        except OSError: pass
"""
    made = guest(source)
    with pytest.raises(GuestCrashed, match="could not be read"):
        call(made, "forge")


# The form of answers


def test_every_probe_has_a_form_and_honest_answers_have_it(tmp_path):
    asked = {name.removeprefix("ask_") for name in dir(Probes) if name.startswith("ask_")}
    assert asked == set(FORMS)
    recursive: list = []
    recursive.append(recursive)
    for value in (
        *(None, True, 1, 10**30, 1.5, float("nan"), "text", "\ud800" * 5000, b"bytes", object(), int, {1, 2}, 1j),
        *([1, [2, (3, {"a": None, 4: [5]})]], {"x": np.ones(3)}, np.array(["a", None], dtype=object), recursive),
        *(
            list(range(5000)),
            ["x" * 5000] * 5000,
            {n: n for n in range(5000)},
            np.float32(1),
            np.int8(1),
            np.bool_(True),
        ),
        *(
            np.zeros((2000, 2000, 9)),
            [np.zeros(10**6)] * 9,
            np.zeros(3, "f4,O"),
            np.zeros(2, "M8[s]"),
        ),
    ):
        observed = observe(value)
        assert is_observation(observed), value
        encode(observed)
    for error in (KeyError("x"), SyntaxError("x", (None, -3, None, None)), ImportError("x", name="n"), SystemExit(3)):
        assert is_exception(observe_exception(error, tmp_path))
    assert is_answer("set_weights", None) and not is_answer("set_weights", 1)


def test_a_class_named_like_an_exception_is_not_that_exception(tmp_path):
    class ValueError_(Exception):
        pass

    ValueError_.__name__ = "ValueError"
    assert "ValueError" not in observe_exception(ValueError_(), tmp_path)["bases"]
    assert "ValueError" in observe_exception(UnicodeError("subclass"), tmp_path)["bases"]


def test_output_is_drained_whatever_comes():
    ours, theirs = os.pipe()
    output = Output(os.fdopen(ours, "rb"))
    output.expect(1)
    os.write(theirs, b"\xff\r\n" + b"x" * 60_000)
    os.write(theirs, b"y" * 60_000 + b"\0answered 1\0")
    assert output.text().startswith("\ufffd\nxxx") and len(output.text()) <= settings.OUTPUT_BYTES
    output.expect(2)
    os.close(theirs)
    assert output.text() == ""
    output.thread.join(timeout=5)
    assert not output.thread.is_alive()


@pytest.mark.skipif(sys.platform == "win32", reason="there, nothing says whether a pipe has more")
def test_who_reads_the_rest_stops_nobody():
    ours, theirs = os.pipe()
    output = Output(os.fdopen(ours, "rb"))
    with output._changed:
        os.write(theirs, b"printed by a thread")
        time.sleep(0.1)  # the thread that drains has seen it, and waits for its turn
        output._read_the_rest()
    time.sleep(0.1)
    assert output._changed.acquire(timeout=5), "it reads on, and keeps the others waiting"
    output._changed.release()
    output.expect(1)
    os.write(theirs, b"heard\0answered 1\0")
    assert output.text() == "heard"
    os.close(theirs)
    output.thread.join(timeout=5)


# Whole runs


def plain(results: Results) -> dict:
    """What must not differ from run to run."""
    data = json.loads(results.to_json())
    return {name: value for name, value in data.items() if name not in ("seconds", "environment")}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A submission with something of everything: right, wrong, hanging, ended, unfinished."""
    folder = tmp_path_factory.mktemp("mixed") / "submission"
    shutil.copytree(SOLUTIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    module = folder / "preprocessing.py"
    module.write_text(module.read_text().replace("/ 255", "/ 256").replace("[..., np.newaxis]", "[np.newaxis]"))
    module = folder / "threshold_callback.py"
    module.write_text(module.read_text().replace(">= self.threshold", "> self.threshold"))
    (folder / "cnn.py").write_text("def build_cnn(filters=64, conv_layers=2):\n    exit()\n")
    return folder


def test_the_host_never_imports_tensorflow():
    program = f"""
import sys
from pathlib import Path
from grader.judging.verdict import LINES_LIMIT, clean
from grader.plugin import grade
results = grade(Path({str(SOLUTIONS)!r}))
assert results.score == 100, results
assert not [name for name in sys.modules if name.partition(".")[0] in ("tensorflow", "keras", "jax", "solutions")]
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def test_the_portable_sandbox_grades_alike(sandbox, portable, mixed):
    reference = grade(SOLUTIONS, sandbox=portable)
    assert reference.score == 100
    isolation = reference.environment["isolation"]
    assert isolation["mode"] == "process" and isolation["verdict"] is True
    assert not any(isolation[name] for name in ("landlock", "seccomp", "memory_limit", "file_limits"))
    tasks = ("preprocessing", "threshold_callback")
    assert plain(grade(mixed, tasks, sandbox=portable)) == plain(grade(mixed, tasks, sandbox=sandbox))


@pytest.mark.parametrize(
    "name", ["loop_at_call", "sleep_at_import", "sys_exit_at_call", "os_exit_at_import", "output_flood"]
)
def test_the_portable_sandbox_survives(portable, monkeypatch, tmp_path, name):
    case = next(case for case in CASES if case.name == name)
    if case.slow:
        for setting in ("IMPORT_SECONDS", "CALL_SECONDS"):
            monkeypatch.setattr(settings, setting, 1.0)
    results = grade(case.write(tmp_path / "submission"), (case.task,), sandbox=portable)
    assert results.tasks[0].status.value in case.status.split() and results.score <= case.points


def run_anew(submission: Path, report: Path, *arguments: str, prefix: tuple[str, ...] = (), **variables: str) -> dict:
    command = [
        *prefix,
        sys.executable,
        "-m",
        "pytest",
        "grader",
        "--submission",
        submission,
        "--report",
        report,
        *arguments,
    ]
    done = subprocess.run(
        [str(part) for part in command],
        cwd=REPOSITORY,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    data = json.loads((report / "results.json").read_text())
    return {name: value for name, value in data.items() if name != "seconds"}


def test_results_are_the_same_again(mixed, tmp_path):
    selected = ("--task", "preprocessing", "--task", "threshold_callback", "--task", "cnn")
    first = run_anew(mixed, tmp_path / "1", *selected, PYTHONHASHSEED="1")
    assert [task["status"] for task in first["tasks"]] == [
        *("failed", "not_run", "failed", "crashed", "not_run"),
        *("not_run", "not_run"),
    ]
    turned = ("--task", "cnn", "--task", "threshold_callback", "--task", "preprocessing")
    one_core = ("taskset", "-c", "0") if shutil.which("taskset") else ()
    again = run_anew(mixed, tmp_path / "2", *turned, prefix=one_core, PYTHONHASHSEED="2")
    assert again == first


def test_a_cold_store_gives_what_a_warm_one_gives(sandbox, tmp_path):
    results = [grade(SOLUTIONS, ("dense_model",), store=tmp_path / "store", sandbox=sandbox) for _ in range(2)]
    assert plain(results[0]) == plain(results[1]) and results[0].tasks[1].status is Status.PASSED
    assert plain(grade(SOLUTIONS, ("dense_model",), sandbox=sandbox)) == plain(results[0])
    assert len(list((tmp_path / "store").rglob("*.json"))) == 1


def test_one_task_alone_or_among_others(sandbox, mixed):
    together = {task.name: task for task in grade(mixed, sandbox=sandbox).tasks}
    for name in ("preprocessing", "cnn"):
        assert (
            next(task for task in grade(mixed, (name,), sandbox=sandbox).tasks if task.name == name) == together[name]
        )


def test_servers_read_the_data_that_is_named_and_no_settings_of_keras(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRADER_DATA_CACHE", "elsewhere")
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras" / "keras.json").write_text('{"floatx": "float16"}', encoding="utf-8")
    said = "import json, keras, os; print(json.dumps([keras.config.floatx(), os.environ['GRADER_DATA_CACHE']]))"
    variables = {**environment(TENSORFLOW_MODULES), "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", said], env=variables, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == ["float32", str(tmp_path / "elsewhere")]
