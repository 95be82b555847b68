"""Hostile `preprocessing` modules: ends, hangs, floods, forgeries, odd values; attempts on processes, files, Python."""

from textwrap import dedent

from tests.bank.cases import SOLUTIONS
from tests.bank.hostile_case import Hostile

ENDS = (
    ("sys_exit", "import sys; sys.exit()", "crashed", "sys.exit"),
    ("sys_exit_with_a_text", "import sys; sys.exit('100 points')", "crashed", "sys.exit"),
    ("exit", "exit(0)", "crashed", "sys.exit"),
    ("os_exit", "import os; os._exit(0)", "crashed", "os._exit"),
    ("os_exit_7", "import os; os._exit(7)", "crashed", "status 7"),
    ("abort", "import os; os.abort()", "crashed", "SIGABRT"),
    ("kill_9", "import os; os.kill(os.getpid(), 9)", "crashed", "SIGKILL"),
    ("segfault", "import ctypes; ctypes.string_at(0)", "crashed", "SIGSEGV"),
    ("alarm", "import signal, time; signal.setitimer(signal.ITIMER_REAL, 0.05); time.sleep(5)", "crashed", "SIGALRM"),
    ("keyboard_interrupt", "raise KeyboardInterrupt", "failed missing", "KeyboardInterrupt"),
    ("generator_exit", "raise GeneratorExit('x')", "failed missing", "GeneratorExit"),
    ("memory_error", "raise MemoryError", "failed missing", "MemoryError"),
    ("base_exception", "class Odd(BaseException): pass\nraise Odd('odd')", "failed missing", "Odd: odd"),
    ("recursion", "def down(): down()\ndown()", "failed missing", "RecursionError"),
    (
        "bottomless_recursion",
        "import sys; sys.setrecursionlimit(10**8)\ndown = lambda: list(map(lambda _: down(), [1]))\ndown()",
        "crashed",
        "SIGSEGV",
    ),
    ("memory", "x = bytearray(10**11)", "failed missing", "MemoryError"),
    ("unfinished", "raise NotImplementedError", "not_started failed", "NotImplementedError"),
    (
        "exception_whose_text_raises",
        "class Mute(Exception):\n    def __str__(self): raise SystemExit\nraise Mute",
        "failed missing",
        "raised Mute",
    ),
    (
        "exception_with_a_long_text",
        "raise ValueError('A' * 10**7)",
        "failed missing",
        "AAAA",
    ),
    (
        "exception_with_escapes",
        r"raise ValueError('\x1b[31mred\x1b[0m \x07\x08\r\x00 \u202etxt.exe \u200b\ufeff \udcff <b> =cmd|x')",
        "failed missing",
        r"\x1b[31mred",
    ),
    (
        "exception_with_an_odd_name",
        r"raise type('\x1b[31m=HYPERLINK(1)\u202e' + 'N' * 5000, (Exception,), {})('x')",
        "failed missing",
        r"\x1b[31m=HYPERLINK",
    ),
    (
        "text_that_is_no_text",
        "class Text(str):\n    def __getitem__(self, key): return 7\nclass Bad(Exception):\n"
        "    def __str__(self): return Text('bad')\nraise Bad",
        "failed missing",
        "raised Bad",
    ),
    (
        "nested_exception_groups",
        "e = ValueError('deep')\nfor _ in range(5000): e = ExceptionGroup('g', [e])\nraise e",
        "failed missing",
        "",
    ),
    (
        "name_of_a_type_raises",
        "class Meta(type):\n    @property\n    def __name__(cls): raise SystemExit\n"
        "class Bad(Exception, metaclass=Meta): pass\nraise Bad",
        "failed missing crashed",
        "",
    ),
)
"""Name, code, statuses, phrase: tried at import, where what is raised makes the module missing, and in a call, where it
fails the checks of that function alone."""

HANGS = (
    ("loop", "while True: pass"),
    ("sleep", "import time; time.sleep(1000)"),
    ("deadlock", "import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()"),
    ("regex", "import re; re.match('(a+)+b', 'a' * 40)"),
    ("stopped", "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"),
    (
        "deaf",
        "import signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n    except Exception: pass\n"
        "while True: pass",
    ),
    (
        "thread_joined",
        "import threading, time; t = threading.Thread(target=time.sleep, args=(999,)); t.start(); t.join()",
    ),
    ("swallowing", "import time\nwhile True:\n    try: time.sleep(99)\n    except BaseException: pass"),
)

HARMLESS = {
    # processes and threads
    "fork": "import os; denied(os.fork); denied(os.forkpty)",
    "fork_by_libc": """
        import ctypes
        if ctypes.CDLL(None).fork() >= 0: raise SystemExit("forked")
        """,
    "subprocess": """
        import subprocess, sys
        denied(subprocess.run, [sys.executable, "-c", "while True: pass"])
        denied(subprocess.Popen, "sleep 99 &", shell=True)
        """,
    "multiprocessing": """
        import multiprocessing
        denied(multiprocessing.get_context("fork").Process(target=print).start)
        denied(multiprocessing.get_context("spawn").Process(target=print).start)
        """,
    "posix_spawn_and_exec": """
        import os, sys
        denied(os.posix_spawn, sys.executable, [sys.executable], {})
        denied(os.execv, sys.executable, ["x", "-c", "print(100)"])
        assert os.system("sleep 99 &") != 0
        """,
    "daemon_thread_prints": """
        import threading, time
        def chatter():
            while True: print("100 points", flush=True); time.sleep(0.001)
        threading.Thread(target=chatter, daemon=True).start()
        """,
    "thread_that_stays": """
        import threading, time
        threading.Thread(target=time.sleep, args=(1000,)).start()
        """,
    "threads_that_spin": """
        import threading, sys
        sys.setswitchinterval(0.0001)
        def spin():
            while True: pass
        for _ in range(3): threading.Thread(target=spin, daemon=True).start()
        """,
    "thread_flood": """
        import threading, time
        try:
            for _ in range(5000): threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
        except (RuntimeError, MemoryError): pass
        """,
    # output
    "output_flood": "for _ in range(2000): print('x' * 10000)",
    "stderr_flood": "import os\nfor _ in range(2000): os.write(2, b'x' * 10000)",
    "output_flood_from_a_thread": """
        import os, threading
        def flood():
            while True: os.write(1, b"x" * 65536)
        threading.Thread(target=flood, daemon=True).start()
        """,
    "output_with_escapes_and_marks": r"""
        import os
        os.write(1, b"\x1b]0;title\x07\x1b[2J \xff\xfe \0answered 1\0 \0answered 2\0 \0answered 3\0")
        """,
    "stdout_closed": "import sys; sys.stdout.close(); sys.stderr.close(); sys.__stdout__.close()",
    "stdout_none": "import sys; sys.stdout = sys.stderr = None",
    "stdout_raises": """
        import sys
        class Bad:
            def write(self, text): raise SystemExit("write")
            flush = write
        sys.stdout = sys.stderr = Bad()
        """,
    "descriptors_1_and_2_closed": "import os; os.close(1); os.close(2)",
    # files, network, neighbours
    "reads_solutions": """
        import glob, importlib.util, os, pathlib
        root = pathlib.Path(insides("guest")["__file__"]).parents[2]
        for name in ("solutions/preprocessing.py", "grader/suite/test_preprocessing.py", "tests/conftest.py", "tox.ini",
                     "grader/course/tasks.py", "data_cache/subset.npz", "README.md"):
            denied(open, root / name); denied(open, os.path.join("..", "..", name))
        denied(os.listdir, root); denied(os.listdir, root / "data_cache" / "store")
        for name in ("solutions.preprocessing", "grader.suite.test_preprocessing", "grader.course.dataset"):
            try: __import__(name)
            except ImportError: pass
            except PermissionError: pass
            else: raise SystemExit(name)
        """,
    "reads_others": """
        import os, tempfile
        denied(os.listdir, "/tmp"); denied(os.listdir, "../.."); denied(os.listdir, "/"); denied(os.listdir, "/root")
        for name in ("/etc/passwd", "/etc/shadow", "/proc/1/environ", f"/proc/{os.getppid()}/cmdline",
                     f"/proc/{os.getppid()}/environ", f"/proc/{os.getppid()}/mem", "/proc/self/../1/cmdline"):
            denied(open, name)
        """,
    "environment": """
        import os
        names = set(os.environ)
        assert not names & {"PATH", "GRADER_STORE", "GRADER_SANDBOX", "PYTEST_CURRENT_TEST", "USER"}
        assert b"PYTEST" not in open("/proc/self/environ", "rb").read()
        """,
    "writes_outside": """
        import os, pathlib
        root = pathlib.Path(insides("guest")["__file__"]).parents[2]
        for name in (root / "data_cache/store/00/evil.json", root / "data_cache/subset.npz", root / "solutions/cnn.py",
                     root / "grader/plugin.py", root / "conftest.py", "/tmp/evil", "/root/evil", "/dev/shm/evil",
                     pathlib.Path(__file__), pathlib.Path(__file__).with_name("cnn.py"), "../evil", "/etc/evil"):
            denied(open, name, "a")
        denied(os.remove, __file__)
        denied(os.mkdir, root / "data_cache/store/zz")
        denied(os.symlink, "/etc/passwd", "link")
        denied(os.rename, __file__, "mine.py"); denied(os.link, __file__, "mine.py"); denied(os.mkfifo, "pipe")
        """,
    "sockets": """
        import socket, urllib.request
        for kind in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX): denied(socket.socket, kind)
        denied(socket.create_connection, ("127.0.0.1", 80), 1)
        denied(urllib.request.urlopen, "http://example.com", timeout=1)
        denied(socket.socketpair)
        """,
    "large_file": """
        with open("large", "wb") as file:
            file.truncate(1 << 20)
            denied(lambda: [file.write(bytes(1 << 24)) for _ in range(20)])
        import os; os.remove("large")
        """,
    "deep_folders": """
        import os
        here = os.getcwd()
        for _ in range(900): os.mkdir("d"); os.chdir("d")
        open("leaf", "w").close(); os.chdir(here)
        """,
    "odd_file_names": r"""
        import os
        for name in ("a\nb", "\x1b[31m", "\udcff\udcfe", "-rf", "..."): open(name, "w").close()
        os.makedirs("locked/inner"); os.chmod("locked", 0)
        """,
    # limits, signals, hooks
    "limits_and_signals": """
        import os, resource, signal
        denied(os.setsid)
        denied(os.setpgid, 0, 0)
        denied(os.nice, -5)
        denied(os.kill, os.getppid(), 9)
        denied(os.kill, -1, 9)
        denied(os.killpg, 0, 9); denied(os.kill, 1, 0)
        for kind in (resource.RLIMIT_AS, resource.RLIMIT_FSIZE):
            try: resource.setrlimit(kind, (-1, -1))
            except (OSError, ValueError): pass
            else: raise SystemExit("limit raised")
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)
        """,
    "exit_handlers": """
        import atexit, os, weakref
        atexit.register(os._exit, 0)
        class Bomb:
            def __del__(self): raise SystemExit("deleted")
        bomb = Bomb(); bomb.itself = bomb; weakref.finalize(bomb, os._exit, 3)
        """,
    "trace_and_profile": """
        import sys, threading
        def trace(frame, event, argument): return trace
        sys.settrace(trace); sys.setprofile(lambda *_: None); threading.settrace(trace)
        """,
    "globals_disturbed": """
        import decimal, gc, locale, numpy, os, random, sys, warnings
        warnings.simplefilter("error"); numpy.seterr(all="raise"); gc.disable(); os.umask(0o777); os.environ.clear()
        random.seed = numpy.random.seed = None; sys.dont_write_bytecode = False; sys.argv[:] = []; sys.path.clear()
        decimal.getcontext().prec = 1; numpy.set_printoptions(threshold=1, formatter={"all": lambda x: "lie"})
        sys.excepthook = sys.displayhook = None
        """,
    "import_hook": """
        import sys
        class Hook:
            def find_spec(self, name, path=None, target=None): return None
        sys.meta_path.insert(0, Hook()); sys.path_hooks.clear(); sys.path_importer_cache.clear()
        """,
    "module_replaced": """
        import sys, types
        class Odd(types.ModuleType):
            def __getattr__(self, name): raise AttributeError(name)
        sys.modules[__name__].__class__ = Odd
        """,
    "detects_the_grader": """
        import sys
        if "grader.sandbox.guest" in sys.modules or "editable" in str((sys.path, sys.meta_path, sys.path_hooks)):
            raise SystemExit
        for name in ("grader", "grader.sandbox.guest", "pytest", "tests", "solutions"):
            try: __import__(name)
            except ImportError: continue
            if name != "pytest": raise SystemExit(name)
        """,
}
"""Attempts that must be refused, or change nothing, in front of a right module, which keeps full marks."""

FORGERIES = {
    "patched_comparisons": """
        import builtins, json, numpy, numpy.testing
        numpy.array_equal = numpy.allclose = numpy.testing.assert_array_equal = lambda *a, **k: True
        numpy.asarray = numpy.array = lambda *a, **k: True
        builtins.isinstance = lambda *a: True
        json.dumps = lambda *a, **k: '{"value": {"score": 100}, "arrays": []}'
        """,
    "patched_os_write": """
        import os
        os.write = lambda *a: 1
        """,
    "patched_pytest": """
        import sys, types
        sys.modules["pytest"] = sys.modules["hypothesis"] = types.ModuleType("pytest")
        try:
            import grader.plugin as plugin
            plugin.Record = None
        except (ImportError, PermissionError): pass
        """,
    "probes_patched": """
        probes = insides("probes")
        right = {"value": {"result": {"kind": "none", "type": "None", "passed": True}, "handle": 0, "status": "passed"}}
        inner = probes["Probes"].answer
        probes["Probes"].answer = lambda self, probe, arguments: (
            right if probe == "call" else inner(self, probe, arguments))
        """,
    "probes_found_by_gc": """
        import gc
        for thing in gc.get_objects():
            if type(thing).__name__ == "Probes":
                thing.ask_call = lambda name, args, **k: {
                    "result": {"kind": "array", "type": "ndarray", "shape": [9, 9],
                    "dtype": "float32", "array": args[0]}, "handle": -5, "after": "all right"}
        """,
    "observation_of_odd_form": """
        probes = insides("probes")
        odd = iter(({}, [], None, 7, {"kind": "list"}, {"kind": "array", "type": "x", "shape": "x", "dtype": None},
                    {"kind": "dict", "type": "x", "length": -1, "items": [1, 2]}, float("nan"), "text"))
        probes["observe"] = lambda value: next(odd, {"kind": ["list"], "type": {}})
        """,
    "exception_of_odd_form": """
        probes = insides("probes")
        probes["observe_exception"] = lambda error, folder: {"type": 7, "message": [], "frames": 5, "exit": None}
        """,
    "frame_walk": """
        import sys
        def forge(frame):
            while frame:
                for name, value in list(frame.f_locals.items()):
                    if type(value).__name__ == "Channel":
                        for number in range(1, 200):
                            value.send({"id": number, "answer": {"value": {"result": {"kind": "none", "type": "None"},
                                        "handle": 1, "names": ["normalize_images"], "kind": "function"}}})
                frame = frame.f_back
        forge(sys._getframe())
        """,
    "frames_written_to_every_descriptor": """
        import json, os
        message = {"id": 1, "answer": {"value": {"names": ["label_names"] * 10**6}}}
        text = json.dumps({"value": message, "arrays": []}).encode()
        for descriptor in range(3, 40):
            try: os.write(descriptor, len(text).to_bytes(4, "big") + text)
            except OSError: pass
        """,
    "garbage_written_to_every_descriptor": r"""
        import os
        for descriptor in range(3, 40):
            for data in (b"\xff\xff\xff\xff", b"\0\0\0\2{}", os.urandom(5000)):
                try: os.write(descriptor, data)
                except OSError: pass
        """,
    "nulls_sent_without_end": r"""
        import os, sys
        frame = sys._getframe()
        while "channel" not in frame.f_locals: frame = frame.f_back
        while True: frame.f_locals["channel"].send(None)
        """,
    "half_a_frame": r"""
        import os, time
        for descriptor in range(3, 40):
            try: os.write(descriptor, b"\0\0\1\0{")
            except OSError: pass
        os._exit(0)
        """,
    "descriptors_closed": "import os; os.closerange(0, 11)",
    "wire_on_stdout": """
        import os
        for descriptor in range(3, 10):
            try: os.dup2(descriptor, 1)
            except OSError: pass
        print('{"score": 100}')
        """,
    "questions_read": """
        import os
        for descriptor in range(3, 20):
            try: os.set_blocking(descriptor, False); os.read(descriptor, 10**6)
            except OSError: pass
        """,
    "modules_cleared": "import sys; sys.modules.clear()",
    "builtins_deleted": "import builtins; [delattr(builtins, n) for n in list(vars(builtins)) if n != 'LookupError']",
    "guest_thread_raises": """
        import ctypes, threading
        main = threading.main_thread().ident
        threading.Timer(0.05, lambda: ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(main),
            ctypes.py_object(SystemExit))).start()
        """,
    "alarm_raises": """
        import signal
        def late(*_): raise SystemExit(0)
        signal.signal(signal.SIGALRM, late); signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        """,
    "recursion_limit_of_nothing": "import sys; sys.setrecursionlimit(30)",
    "audit_hook": """
        import sys
        def hook(event, arguments): raise SystemExit(event)
        sys.addaudithook(hook)
        """,
}
"""Attempts at points without a right answer."""

LIES = {
    "always_equal": """
        class Same:
            def __eq__(self, other): return True
            def __ne__(self, other): return False
            def __array__(self, dtype=None, copy=None): raise SystemExit
            def __getattr__(self, name): return self
            def __call__(self, *a, **k): return self
            def __len__(self): return 1
            def __iter__(self): return iter([self])
            def __instancecheck__(self, other): return True
            def __repr__(self): return "right"
        answer = lambda *a: Same()
        """,
    "class_of_a_liar": """
        import numpy
        class Liar:
            @property
            def __class__(self): return numpy.ndarray
            dtype, shape, ndim, size, nbytes = "float32", (1, 28, 28), 3, 784, 3136
        answer = lambda *a: Liar()
        """,
    "metaclass_equal_to_list": """
        class Meta(type):
            def __eq__(cls, other): return True
            def __hash__(cls): return hash(list)
        class Names(metaclass=Meta):
            def __iter__(self):
                while True: yield "Coat"
            def __len__(self): return 10**9
        answer = lambda *a: Names()
        """,
    "array_subclass": """
        import numpy
        class Array(numpy.ndarray):
            def __eq__(self, other): return True
            def tobytes(self, *a): return b"lie"
            def __array__(self, *a, **k): raise SystemExit
            def __array_finalize__(self, other): pass
            def astype(self, *a, **k): return self
            def view(self, *a): return self
            @property
            def shape(self): return (1, 28, 28)
            @property
            def dtype(self): return numpy.dtype("float32")
            @property
            def nbytes(self): return 1
        answer = lambda *a: numpy.full((2, 2), 7.0).view(Array)
        """,
    "array_of_10_gb": "import numpy\nanswer = lambda *a: numpy.broadcast_to(numpy.float32(0), (3_000_000, 28, 28))",
    "strided_array": """
        import numpy
        answer = lambda *a: numpy.lib.stride_tricks.as_strided(numpy.zeros(1), (10**6, 10**6), (0, 0))
        """,
    "object_array": """
        import numpy
        class Pickle:
            def __reduce__(self): return (exit, ())
        answer = lambda *a: numpy.array([[[Pickle()]]], dtype=object)
        """,
    "structured_array": "import numpy\nanswer = lambda *a: numpy.zeros((1, 28, 28), [('x' * 5000, 'f4'), ('b', 'O')])",
    "list_of_a_million": "answer = lambda *a: ['Coat'] * 10**6",
    "long_texts": "answer = lambda *a: ['\\x00' * 10**6] * 1000",
    "nested_list": "value = []\nfor _ in range(10**5): value = [value]\nanswer = lambda *a: value",
    "list_of_itself": "value = []\nvalue.append(value)\nvalue.extend([value] * 99)\nanswer = lambda *a: value",
    "dict_of_itself": "value = {}\nvalue['a'] = value\nvalue['b'] = value\nanswer = lambda *a: value",
    "dict_for_a_list": "answer = lambda *a: {0: 'T-shirt/top', 'Coat': [1]}",
    "list_subclass": """
        class Names(list):
            def __iter__(self): raise SystemExit
            def __len__(self): return -1
        answer = lambda *a: Names(["Coat"])
        """,
    "generator_without_end": "import itertools\nanswer = lambda *a: itertools.repeat('Coat')",
    "number_of_a_million_digits": "answer = lambda *a: 10**10**5",
    "number_that_lies": """
        import numpy
        class Number(numpy.float64):
            def __float__(self): raise SystemExit("float")
        answer = lambda *a: Number(1)
        """,
    "representation_raises": """
        class Odd:
            def __repr__(self): raise KeyboardInterrupt
        answer = lambda *a: Odd()
        """,
    "representation_with_escapes": r"""
        class Odd:
            def __repr__(self): return "\x1b[31m\u202e" + "=1+1" * 10**6
        Odd.__name__ = Odd.__qualname__ = "\x1b[5m<b>=cmd|' /C calc'!A0</b>\u200b"
        answer = lambda *a: Odd()
        """,
    "names_with_escapes": r"answer = lambda *a: ['\x1b[31mCoat\x1b[0m\u202e\n=cmd', '<script>', '\ud800']",
    "not_a_number": "import numpy\nanswer = lambda images: numpy.full((2, 28, 28), float('nan'), 'f4')",
    "tensor_that_is_none": "import types, sys\nanswer = lambda *a: types.SimpleNamespace(shape=(None,), numpy=exit)",
    "function": "answer = lambda *a: exit",
    "coroutine": "async def answer(*a): return 1",
}
"""Modules whose three functions are one `answer`, which returns something odd."""

MEMORY = """
hoard = []
while True: hoard.append(bytearray(10**8))
"""

REPRESENTATION_HANGS = """
class Odd:
    def __repr__(self):
        while True: pass
answer = lambda *a: Odd()
"""

DISK_FILLED = """
for number in range(1000):
    with open(f"file{number}", "wb") as file: file.write(bytes(2**25))
"""

REMOVED_AND_HELD = """
held = []
for number in range(200):
    held.append(open("file", "wb"))
    held[-1].write(bytes(2**25)); held[-1].flush()
    import os; os.remove("file")
"""

OUT_OF_REACH = """
import os
for _ in range(20): os.mkdir("d" * 250); os.chdir("d" * 250)
for number in range(8):
    with open(f"file{number}", "wb") as file: file.truncate(2**25 * 2)
"""

NO_SIZE = """
import ctypes
with open("file", "wb") as file:
    assert ctypes.CDLL(None).fallocate(file.fileno(), 1, ctypes.c_long(0), ctypes.c_long(600 * 2**20)) != 0
"""

MANY_FILES = """
for number in range(5000): open(f"file{number}", "wb").close()
"""

VERY_DEEP = """
import os
for _ in range(400): os.mkdir("d"); os.chdir("d")
"""


def _answering(code: str) -> str:
    """A module whose functions are all `answer`."""
    return dedent(code) + "\nnormalize_images = add_channel_axis = label_names = answer\n"


SHADOWS = dict.fromkeys(
    (
        *("numpy.py", "keras.py", "tensorflow.py", "conftest.py", "sitecustomize.py", "usercustomize.py", "json.py"),
        *(
            "random.py",
            "typing.py",
            "re.py",
            "grader.py",
            "pytest.py",
            "_pytest.py",
            "test_preprocessing.py",
            "__init__.py",
        ),
        *("collections.py", "linecache.py", "inspect.py", "ast.py", "training.pyc", "numpy.so"),
    ),
    "import os\nos._exit(9)\n",
) | {"pytest.ini": "[pytest]\naddopts = -p conftest --pdb\n", "tox.ini": "[pytest]\nrequired_plugins = evil\n"}
"""Files that would be imported instead of libraries if they were read."""


def _statuses(statuses: str, at: str) -> str:
    """What may become of the task: what is raised on import makes it missing, in a call it fails some checks."""
    other = "missing" if at == "call" else "failed"
    return " ".join(status for status in statuses.split() if status != other)


BOTH = ("sys.exit", "os._exit", "SIGSEGV", "KeyboardInterrupt", "MemoryError", "NotImplementedError")
"""What is tried on import as well, by the phrase that it leaves."""

CASES: tuple[Hostile, ...] = (
    *(
        Hostile(f"{name}_at_{at}", code, at, status=_statuses(statuses, at), most=10 if at == "call" else 0, says=says)
        for name, code, statuses, says in ENDS
        for at in (("import", "call") if says in BOTH else ("call",))
    ),
    *(Hostile(f"{name}_at_import", code, status="timeout", slow=True) for name, code in HANGS[:3]),
    *(Hostile(f"{name}_at_call", code, "call", status="timeout", slow=True) for name, code in HANGS),
    *(Hostile(f"{name}", code) for name, code in HARMLESS.items()),
    *(
        Hostile(f"{name}_for_points", code, "wrong", status="failed crashed missing")
        for name, code in FORGERIES.items()
    ),
    *(Hostile(name, _answering(code), "module", status="failed crashed", most=2) for name, code in LIES.items()),
    Hostile("memory_bit_by_bit", MEMORY, "call", status="failed crashed timeout", most=10, slow=True),
    Hostile("input", "input('password: ')", status="missing", says="EOF"),
    Hostile(
        "calls_that_add_up",
        "import time; time.sleep(0.7)",
        "call",
        status="timeout",
        most=4,
        says="all calls of a task together",
        slow=True,
    ),
    Hostile("representation_hangs", _answering(REPRESENTATION_HANGS), "module", status="timeout", slow=True),
    Hostile("files_out_of_reach", OUT_OF_REACH, status="crashed", says="wrote too many files"),
    Hostile("room_that_no_size_shows", NO_SIZE, status="passed"),
    Hostile(
        "arrays_of_many_axes",
        "import numpy as np\ndef normalize_images(images): return np.zeros((1,) * 40, 'float32')",
        at="module",
        status="failed",
        most=1,
        says="too many values, or axes, to look at",
    ),
    Hostile(
        "array_of_no_values_and_huge_axes",
        "import numpy as np\ndef normalize_images(images): return np.empty((2**60, 0), 'float32')",
        at="module",
        status="failed",
        most=1,
        says="too many values, or axes, to look at",
    ),
    Hostile(
        "exception_that_cannot_be_looked_at",
        """
        class Odd(type):
            def __hash__(cls): raise SystemError
            def __eq__(cls, other): raise SystemError
        class Error(Exception, metaclass=Odd):
            __class__ = property(lambda self: 1 / 0)
            def __str__(self): raise SystemError
        def normalize_images(images): raise Error
        """,
        at="module",
        status="failed",
        says="raised Error",
    ),
    Hostile(
        "error_for_everything",
        "def normalize_images(images): raise ValueError\nadd_channel_axis = label_names = normalize_images",
        at="module",
        status="failed",
    ),
    Hostile(
        "nothing_at_all",
        "normalize_images = add_channel_axis = label_names = lambda value: None",
        at="module",
        status="failed",
    ),
    Hostile(
        "right_only_when_graded",
        f"""
{(SOLUTIONS / "preprocessing.py").read_text(encoding="utf-8")}
import sys

WATCHED = ("grader", "pytest", "hypothesis", "tests")
if not any(name.split(".")[0] in WATCHED for name in sys.modules):
    def normalize_images(images): return None
    add_channel_axis = label_names = normalize_images
""",
        at="module",
        status="failed",
    ),
    Hostile("disk_filled", DISK_FILLED, status="crashed", says="wrote too many files"),
    Hostile("disk_filled_with_removed_files", REMOVED_AND_HELD, status="crashed", says="wrote too many files"),
    Hostile("many_files", MANY_FILES, status="crashed", says="wrote too many files"),
    Hostile("very_deep_folders", VERY_DEEP, "call", status="crashed passed"),
    Hostile("shadowing_files", "", files=SHADOWS),
    Hostile(
        "another_module_ends_the_program",
        "from cnn import build_cnn",
        status="crashed",
        says="sys.exit",
        files={"cnn.py": "import sys\nsys.exit(0)\n"},
    ),
    Hostile(
        "prints_after_the_answer",
        """
        import threading
        _plain = add_channel_axis
        def add_channel_axis(images):
            for number in range(20): threading.Timer(0.0003 * number, print, ["done"]).start()
            return _plain(images)
        """,
        at="after",
        status="passed failed",
    ),
    Hostile(
        "exits_in_garbage_collection",
        "import gc; gc.callbacks.append(lambda *a: exit(1)); gc.set_threshold(1)",
        status="passed failed crashed",
    ),
    Hostile(
        "forges_the_classes_of_an_exception",
        """
        class Lying(type):
            __mro__ = property(lambda kind: (ValueError, Exception, BaseException, object))
        class Odd(Exception, metaclass=Lying): pass
        def label_names(labels):
            raise Odd("no label")
        """,
        at="after",
        status="failed",
        most=10,
    ),
    Hostile(
        "masked_arrays",
        """
        import numpy as np
        _normalize = normalize_images
        normalize_images = lambda images: np.ma.masked_array(_normalize(images), mask=True)
        """,
        at="after",
        status="failed",
        most=11,
        says="MaskedArray",
    ),
    Hostile(
        "nothing_is_done",
        """
        def normalize_images(images): return images
        def add_channel_axis(images): return images
        def label_names(labels): return labels
        """,
        at="module",
        status="failed",
        most=0,
        says="Nothing is computed yet",
    ),
    Hostile(
        "quotation_marks_that_never_end", "x='" + "\\'" * 24_000, at="module", status="missing", says="unterminated"
    ),
    Hostile(
        "event_loop",
        "import asyncio; asyncio.run(asyncio.sleep(0))",
        "call",
        status="failed",
        most=10,
        says="starts no processes and opens no sockets",
    ),
)
