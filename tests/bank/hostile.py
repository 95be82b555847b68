"""Hostile submissions: each tries to end, stall, flood, fool or outlive the grader, and none may gain by it.

A case is some hostile code and the place where it runs. `at="import"` puts it in front of the reference's module, whose
functions are right: what is refused there must cost nothing, what ends the process costs the task. `at="after"` puts it
behind them. `at="call"` runs it in every call of the task's first function, before the right answer. `at="wrong"` puts
it in front of functions that are all wrong: it must forge its points, and gets none. `at="module"` is a whole module.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent, indent

from tests.bank.cases import SOLUTIONS, Case

FUNCTIONS = {
    "preprocessing": ("normalize_images", "add_channel_axis", "label_names"),
    "dense_model": ("build_dense_model",),
    "cnn": ("build_cnn",),
    "activation_extraction": ("build_activation_model", "extract_activations"),
    "training": ("build_callbacks", "EpochTimer", "train", "predict_labels"),
    "convolution": ("convolve2d", "max_pool2d"),
}

ATTACK = """
def _attacking(function):
    def attacked(*arguments, **named):
        _attack()
        return function(*arguments, **named)
    return attacked


{name} = _attacking({name})
"""

WRONG = """
def {name}(*arguments, **named):
    raise LookupError("no answer")
"""

DENIED = """
def denied(action, *arguments, **named):
    try:
        action(*arguments, **named)
    except OSError:
        return
    raise SystemExit(f"let through: {action} {arguments}")
"""
"""For attempts that must fail: one that succeeds ends the program, which the test sees."""

INSIDES = """
def insides(module):
    import sys
    frame = sys._getframe()
    while frame.f_globals.get("__name__") != f"grader.sandbox.{module}":
        frame = frame.f_back
    return frame.f_globals
"""
"""For code against the grader's own modules: what one holds, from the frames that student code runs in."""


@dataclass(frozen=True)
class Hostile:
    """One hostile submission.

    Attributes:
        name: unique, a few words with underscores.
        code: the hostile code.
        at: where it runs: `import`, `call`, `after`, `wrong` or `module`.
        task: the task whose module it is in.
        status: the statuses that the task may have, separated by blanks.
        most: the most points that the task may get.
        says: a phrase that some message of the task must hold.
        files: further files of the submission.
        slow: whether a deadline will be missed, for which the deadlines are shortened.
    """

    name: str
    code: str
    at: str = "import"
    task: str = "preprocessing"
    status: str = "passed"
    most: int = 0
    says: str = ""
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    slow: bool = False

    @property
    def points(self) -> int:
        """What the task may get: all of it where it may pass."""
        return 100 if "passed" in self.status.split() else self.most

    def write(self, folder: Path) -> Path:
        """Write the submission into `folder` and return it."""
        return Case(self.name, self.task, source=self._source(), files=self.files).write(folder)

    def _source(self) -> str:
        code = dedent(self.code).strip("\n") + "\n"
        reference = (SOLUTIONS / f"{self.task}.py").read_text(encoding="utf-8")
        names = FUNCTIONS.get(self.task, ())
        match self.at:
            case "import":
                return f"{DENIED}{INSIDES}\n{code}\n{reference}"
            case "call":
                return f"{DENIED}\n{reference}\ndef _attack():\n{indent(code, '    ')}\n{ATTACK.format(name=names[0])}"
            case "after":
                return f"{reference}\n{code}"
            case "wrong":
                return f"{INSIDES}\n{code}\n" + "\n".join(WRONG.format(name=name) for name in names)
        return code


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


def _dense(
    code: str, hidden: str = "'relu'", loss: str = "'sparse_categorical_crossentropy'", metric: str = "'accuracy'"
) -> str:
    """A right `dense_model.py` but for what it is made of."""
    return f"""\
import keras
import tensorflow as tf
from keras import layers

calls = tf.Variable(0, trainable=False)

{dedent(code)}

def build_dense_model(hidden_units=128):
    model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(hidden_units, activation={hidden})])
    model.add(layers.Dense(10, activation='softmax'))
    model.compile(optimizer='adam', loss={loss}, metrics=[{metric}])
    return model
"""


def _activated(code: str) -> str:
    """A dense model whose hidden layer has this body of a function of `x` as its activation."""
    return _dense(f"def act(x):\n{indent(dedent(code).strip(), '    ')}", hidden="act")


def _measured(code: str) -> str:
    """A dense model whose accuracy is a class of its own with this body."""
    head = "class Accuracy(keras.metrics.SparseCategoricalAccuracy):\n"
    return _dense(head + indent(dedent(code).strip(), "    "), metric="Accuracy(name='accuracy')")


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

KERAS = (
    Hostile(
        "keras_patched",
        """
        import keras, numpy
        keras.Model.__call__ = keras.Model.call = lambda self, x, **k: numpy.full((len(x), 10), 0.1, "float32")
        keras.Sequential = keras.layers.Dense = keras.Input = lambda *a, **k: None
        """,
        at="wrong",
        task="dense_model",
        status="failed crashed",
    ),
    Hostile(
        "model_class_lies",
        """
        import keras
        class Model:
            __class__ = keras.Sequential
            built, compiled, input_shape, output_shape = True, True, (None, 28, 28), (None, 10)
            def count_params(self): return 101770
        def build_dense_model(hidden_units=128): return Model()
        """,
        at="module",
        task="dense_model",
        status="failed crashed",
    ),
    Hostile(
        "model_subclass_lies",
        """
        import keras
        class Fake(keras.Sequential):
            def count_params(self): return 101770
            def get_config(self): return {}
            def predict(self, *a, **k): return None
        def build_dense_model(hidden_units=128):
            model = Fake([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")])
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        says="Fake",
    ),
    Hostile(
        "layer_names_with_escapes",
        r"""
        import keras
        def build_dense_model(hidden_units=128):
            class Evil(keras.layers.Layer):
                def call(self, x): return x
            Evil.__name__ = "\x1b[31m<img src=x onerror=alert(1)>\u202e=1+1" + "N" * 9999
            layers = [keras.Input((28, 28)), keras.layers.Flatten(name="\x1b[31m\u202e=cmd"),
                      Evil(name="\u200b\x07" * 999),
                      keras.layers.Dense(10, "softmax")]
            model = keras.Sequential(layers, name="\x1b[2J")
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=11,
    ),
    Hostile(
        "metric_and_loss_lie",
        """
        import keras
        def accuracy(y, p): return keras.ops.ones_like(p[:, 0])
        def sparse_categorical_crossentropy(y, p): return keras.ops.mean(p, axis=-1) * 0.0
        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(),
                                      keras.layers.Dense(hidden_units, "relu"), keras.layers.Dense(10, "softmax")])
            model.compile("adam", sparse_categorical_crossentropy, metrics=[accuracy])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=16,
        says="loss",
    ),
    Hostile(
        "optimizer_lies",
        """
        import keras
        class Adam(keras.optimizers.SGD):
            pass
        Adam.__module__ = "keras.optimizers"
        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(),
                                      keras.layers.Dense(hidden_units, "relu"), keras.layers.Dense(10, "softmax")])
            model.compile(Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=17,
        says="Adam",
    ),
    Hostile(
        "enormous_model",
        """
        import keras
        def build_dense_model(hidden_units=128):
            return keras.Sequential([
                keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10**8), keras.layers.Dense(10**6)])
        """,
        at="module",
        task="dense_model",
        status="failed crashed timeout",
        slow=True,
    ),
    Hostile(
        "thousand_layers",
        """
        import keras
        def build_dense_model(hidden_units=128):
            layers = [keras.Input((28, 28)), keras.layers.Flatten()]
            model = keras.Sequential(layers + [keras.layers.Dense(2) for _ in range(1000)])
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed timeout",
        most=7,
    ),
    Hostile(
        "weights_not_finite",
        """
        import keras
        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(),
                                      keras.layers.Dense(hidden_units, "relu"), keras.layers.Dense(10, "softmax")])
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
            model.set_weights([w * float("nan") for w in model.get_weights()])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=13,
    ),
    Hostile(
        "keras_disturbed",
        """
        import keras, tensorflow as tf
        keras.backend.clear_session = keras.utils.set_random_seed = lambda *a: None
        tf.get_logger().setLevel("DEBUG"); tf.random.set_seed(1); tf.print("\\x1b[31m")
        for name in ("/tmp/evil.txt", "/root/evil.txt"):
            try: tf.io.write_file(name, "evil")
            except Exception: pass
            else: raise SystemExit("written")
        try: tf.io.read_file("/etc/passwd")
        except Exception: pass
        else: raise SystemExit("read")
        """,
        task="dense_model",
    ),
    Hostile(
        "training_patched",
        """
        import keras, numpy
        def train_on_batch(self, *a, **k): return {"accuracy": 1.0, "loss": 0.0}
        keras.Model.train_on_batch = keras.Model.test_on_batch = train_on_batch
        keras.Sequential.fit = lambda *a, **k: exit()
        """,
        task="dense_model",
        status="failed",
        most=13,
    ),
    Hostile(
        "cnn_ends_the_program", "import sys; sys.exit(0)", at="call", task="cnn", status="crashed", says="sys.exit"
    ),
    Hostile("cnn_hangs", "while True: pass", at="call", task="cnn", status="timeout", slow=True),
    Hostile(
        "cnn_hangs_in_tensorflow",
        """
        import tensorflow as tf
        tf.while_loop(lambda i: True, lambda i: [i + 1], [tf.constant(0)])
        """,
        at="call",
        task="cnn",
        status="timeout",
        slow=True,
    ),
    Hostile(
        "layers_that_act_on_call",
        """
        import keras, os
        class Conv2D(keras.layers.Conv2D):
            def call(self, x): os._exit(0)
        def build_cnn(filters=64, conv_layers=2):
            return keras.Sequential([keras.Input((28, 28, 1)), Conv2D(filters, 3)])
        """,
        at="module",
        task="cnn",
        status="crashed",
    ),
    Hostile(
        "callback_ends_the_program",
        """
        import keras
        class AccuracyThresholdCallback(keras.callbacks.Callback):
            def __init__(self, threshold=0.98): super().__init__()
            def on_epoch_end(self, epoch, logs=None): exit()
        """,
        at="module",
        task="threshold_callback",
        status="crashed",
        most=1,
    ),
    Hostile(
        "callback_hides_lines",
        r"""
        import keras, sys
        class AccuracyThresholdCallback(keras.callbacks.Callback):
            def __init__(self, threshold=0.98):
                super().__init__()
                self.threshold = threshold
            def on_epoch_end(self, epoch, logs=None):
                accuracy = (logs or {}).get("accuracy")
                if accuracy is not None and accuracy >= self.threshold:
                    self.model.stop_training = True
                    frame = sys._getframe()
                    while frame and "question" not in frame.f_locals: frame = frame.f_back
                    number = frame.f_locals["question"]["id"]
                    print(f"\n{100 * self.threshold:g}%\n\0answered {number}\0a second line\nand a third")
        """,
        at="module",
        task="threshold_callback",
        status="failed",
        most=19,
        says="lines",
    ),
    Hostile(
        "callback_floods",
        r"""
        import keras
        class AccuracyThresholdCallback(keras.callbacks.Callback):
            def __init__(self, threshold=0.98): super().__init__()
            def on_epoch_end(self, epoch, logs=None):
                print("\x1b[31m\u202e=cmd|98%\x1b]0;x\x07" + "98% " * 10**6)
                self.model.stop_training = True
        """,
        at="module",
        task="threshold_callback",
        status="failed",
        most=8,
    ),
    Hostile(
        "callback_class_replaced",
        """
        import keras
        keras.callbacks.Callback = object
        class AccuracyThresholdCallback(keras.callbacks.Callback):
            def __init__(self, threshold=0.98): self.__class__ = AccuracyThresholdCallback
            def __getattr__(self, name): return lambda *a, **k: True
            def __setattr__(self, name, value):
                if name == "model": raise SystemExit
        """,
        at="module",
        task="threshold_callback",
        status="failed crashed",
        most=9,
    ),
    Hostile(
        "stop_of_an_odd_kind",
        """
        import keras
        class Stop:
            def __bool__(self): raise KeyboardInterrupt
        class AccuracyThresholdCallback(keras.callbacks.Callback):
            def __init__(self, threshold=0.98): super().__init__()
            def on_epoch_end(self, epoch, logs=None):
                self.model.stop_training = Stop()
                logs and logs.update({"accuracy": {1: [float("nan")]}, 7: None})
        """,
        at="module",
        task="threshold_callback",
        status="failed",
        most=3,
    ),
    Hostile(
        "activations_as_a_lie",
        """
        import numpy
        class Everything(dict):
            def items(self): return [("edges_0", 1)]
            def __len__(self): return 4
        def build_activation_model(model): return model
        def extract_activations(model, images):
            model.layers.clear()
            return Everything({"\\x1b[31m": numpy.zeros((10**5, 28, 28)), 7: None, (1, 2): [1]})
        """,
        at="module",
        task="activation_extraction",
        status="failed",
        most=1,
    ),
    Hostile(
        "activations_of_a_changed_model",
        """
        import keras
        def build_activation_model(model):
            for weight in model.weights: weight.assign(weight * 0)
            return keras.Model(model.inputs, [
                layer.output for layer in model.layers if "conv" in type(layer).__name__.lower()
                               or "pool" in type(layer).__name__.lower()])
        def extract_activations(model, images):
            images[...] = 0
            raise KeyboardInterrupt
        """,
        at="module",
        task="activation_extraction",
        status="failed",
        most=9,
    ),
)

BONUS = (
    Hostile(
        "callbacks_that_lie",
        """
        import keras
        def lying(kind, **settings):
            return type(kind.__name__, (), {"__class__": kind, "__eq__": lambda *_: True, **settings})()
        def build_callbacks(directory, threshold=0.98):
            names = ("ModelCheckpoint", "ReduceLROnPlateau", "TensorBoard")
            return [lying(getattr(keras.callbacks, name), threshold=threshold, factor=0.5, patience=3) for name in names]
        """,
        at="module",
        task="training",
        status="failed",
    ),
    Hostile(
        "monitor_that_raises",
        """
        import keras
        from threshold_callback import AccuracyThresholdCallback
        class Odd(keras.callbacks.ModelCheckpoint):
            monitor = property(lambda self: exit(0), lambda self, value: None)
        def build_callbacks(directory, threshold=0.98):
            return [AccuracyThresholdCallback(threshold), Odd(f"{directory}/best.keras", save_best_only=True)]
        """,
        at="module",
        task="training",
        status="crashed",
    ),
    Hostile(
        "history_that_lies",
        """
        import keras
        class History:
            __class__ = keras.callbacks.History
            history = {"loss": [0.1] * 5, "val_loss": [0.1] * 5, "epoch_seconds": [1.0, 1.0]}
        def train(model, images, labels, epochs=5, validation_data=None, callbacks=()):
            return History()
        """,
        at="module",
        task="training",
        status="failed",
    ),
    Hostile(
        "training_that_is_only_claimed",
        """
        import keras
        def train(model, images, labels, epochs=5, validation_data=None, callbacks=()):
            for _ in range(epochs):
                model.seen.trained.add((images, labels))
            model.set_weights([weight + 1 for weight in model.get_weights()])
            history = keras.callbacks.History()
            history.history = {"loss": [1.0] * epochs}
            return history
        """,
        at="module",
        task="training",
        status="failed",
    ),
    Hostile(
        "timer_that_sleeps",
        """
        import keras, time
        class EpochTimer(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None): time.sleep(60)
        """,
        at="module",
        task="training",
        status="timeout",
        slow=True,
    ),
    Hostile("checkpoint_outside", "denied(open, '/etc/best.keras', 'w')", "call", task="training"),
    Hostile(
        "weights_changed_a_little_after_the_training",
        """
        _train = train
        def train(model, *arguments, **named):
            history = _train(model, *arguments, **named)
            model.set_weights([1.01 * weight for weight in model.get_weights()])
            return history
        """,
        at="after",
        task="training",
        status="failed",
        most=9,
        says="not those to which the steps of its training lead",
    ),
    *(
        Hostile(
            f"{kind.lower()}_that_writes_{name}",
            f"""
            class Own(keras.callbacks.{kind}):
                def __getattribute__(self, name):
                    if name.startswith("on_") and name != "on_epoch_end" or name == "set_model":
                        return lambda *_, **__: None
                    return super().__getattribute__(name)
                def on_epoch_end(self, epoch, logs=None):
                    {does}
            _build = build_callbacks
            def build_callbacks(*arguments, **named):
                callbacks = _build(*arguments, **named)
                return [Own({given}) if type(callback) is keras.callbacks.{kind} else callback for callback in callbacks]
            """,
            at="after",
            task="training",
            status="failed",
            most=9,
            says=says,
        )
        for kind, name, given, does, says in (
            (
                "ModelCheckpoint",
                "anything",
                "callback.filepath, save_best_only=True",
                'Path(self.filepath).write_text("the best model")',
                "best.keras is no model that Keras can load",
            ),
            (
                "ModelCheckpoint",
                "another_model",
                "callback.filepath, save_best_only=True",
                "keras.Sequential([keras.Input((4,)), keras.layers.Dense(4)]).save(self.filepath)",
                "best.keras holds the model of no epoch",
            ),
            (
                "TensorBoard",
                "anything",
                "callback.log_dir",
                'Path(self.log_dir).mkdir(exist_ok=True); (Path(self.log_dir) / "events.v2").write_text("epoch_loss")',
                "wrote logs that do not tell of the loss",
            ),
        )
    ),
    Hostile(
        "timer_that_looks_its_time_up",
        """
        import sys
        class EpochTimer(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                frame, found = sys._getframe(), []
                while frame:
                    found += [value for value in frame.f_locals.values() if type(value) is float and value < 1]
                    found += [number for value in frame.f_locals.values() if type(value) is list
                              for number in value if type(number) is float]
                    frame = frame.f_back
                logs["epoch_seconds"] = found[0] if found else 0.0
        """,
        at="after",
        task="training",
        status="failed",
        most=9,
    ),
    Hostile(
        "keras_callbacks_patched",
        """
        import keras
        keras.callbacks.ModelCheckpoint = keras.callbacks.TensorBoard = keras.callbacks.Callback
        keras.Model.fit = lambda *_, **__: keras.callbacks.History()
        """,
        at="wrong",
        task="training",
        status="failed",
    ),
    Hostile(
        "convolution_for_points",
        "import numpy\nnumpy.ndarray.__eq__ = True",
        "wrong",
        task="convolution",
        status="failed missing",
        most=1,
    ),
    Hostile(
        "numbers_that_claim_to_be_equal",
        """
        import numpy as np
        class Equal(np.ndarray):
            def __array_ufunc__(self, *arguments, **named): return np.True_
        def convolve2d(image, kernel): return np.zeros(np.subtract(image.shape, kernel.shape) + 1).view(Equal)
        def max_pool2d(image, size=2): return np.zeros(np.array(image.shape) // size).view(Equal)
        """,
        at="module",
        task="convolution",
        status="failed",
        most=5,
    ),
    Hostile(
        "tensorflow_by_a_way_around",
        """
        import sys
        sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "Withheld"]
        import tensorflow
        """,
        task="convolution",
        status="missing",
        says="Permission denied",
    ),
)


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
        "tensorflow_by_another_door",
        """
        import sys
        sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "Withheld"]
        def convolve2d(image, kernel):
            import tensorflow as tf
            return tf.nn.conv2d(image[None, :, :, None] * 1.0, kernel[:, :, None, None] * 1.0, 1, "VALID").numpy()[0, :, :, 0]
        def max_pool2d(image, size=2):
            import tensorflow as tf
            return tf.nn.max_pool2d(image[None, :, :, None] * 1.0, size, size, "VALID").numpy()[0, :, :, 0]
        """,
        at="module",
        task="convolution",
        status="failed",
        most=1,
    ),
    Hostile(
        "settings_that_keras_refuses",
        """
        import keras
        from keras import layers
        def build_dense_model(hidden_units=128):
            layers_ = [keras.Input((28, 28)), layers.Flatten(), layers.Dense(hidden_units, "relu"), layers.Dense(10, "softmax")]
            model = keras.Sequential(layers_)
            adam = keras.optimizers.Adam(use_ema=True)
            adam.ema_momentum = 7.0
            model.compile(adam, "sparse_categorical_crossentropy", metrics=["accuracy"])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=18,
        says="Keras refuses to train build_dense_model() anew",
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
        "callback_that_only_looks",
        """
        import keras
        class AccuracyThresholdCallback(keras.callbacks.Callback):
            def __init__(self, threshold=0.98): super().__init__(); self.threshold = threshold
            def on_epoch_end(self, epoch, logs=None): self.seen = dict(logs or {})
        """,
        at="module",
        task="threshold_callback",
        status="failed",
        most=1,
    ),
    Hostile(
        "layer_whose_class_claims_to_be_dense",
        """
        import keras
        from keras import layers
        class Claims(type(layers.Dense)):
            def __eq__(cls, other): return other is layers.Dense or other is Dense
            def __hash__(cls): return hash(layers.Dense)
        Plain = layers.Dense
        class Dense(layers.Dense, metaclass=Claims):
            def call(self, x, training=None): return super().call(keras.ops.dropout(x, 0.5) if training else x)
        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), Dense(hidden_units, "relu"), Plain(10, "softmax")])
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=12,
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
    *KERAS,
    *BONUS,
    *(
        Hostile(
            f"makes_the_grader_compute_{name}",
            f"""
            import keras
            from keras import layers
            def build_cnn(filters=64, conv_layers=2):
                model = keras.Sequential([keras.Input({given}), {hidden},
                                          layers.Flatten(), layers.Dense(10, "softmax")])
                model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
                return model
            """,
            at="module",
            task="cnn",
            status="failed timeout",
            most=14,
            slow=name in ("a_wide_kernel", "many_groups"),
        )
        for name, given, hidden in (
            ("a_wide_window", "(28, 28, 1)", 'layers.Conv2D(2, 3), layers.MaxPooling2D(300, 1, "same")'),
            ("a_wide_margin", "(28, 28, 1)", 'layers.Conv2D(1, 3), layers.MaxPooling2D(3000, padding="same")'),
            ("a_wide_kernel", "(28, 28, 1)", 'layers.Conv2D(2, 3, dilation_rate=1000, padding="same")'),
            ("many_images", "batch_shape=(1000, 28, 28, 1)", "layers.Conv2D(32, 3), layers.MaxPooling2D(7, 1)"),
            ("many_groups", "(28, 28, 1)", "layers.Conv2D(500, 1), layers.Conv2D(500, 15, groups=500)"),
            ("many_products", "(28, 28, 1)", "layers.Conv2D(300, 1), layers.Conv2D(60, 14)"),
        )
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
    *(
        Hostile(
            f"class_of_keras_with_{name}",
            f"""
            from keras.layers import Dense
            from keras.optimizers import Adam
            steps = []
            {code}
            """,
            at="after",
            task="dense_model",
            status="failed",
            most=17,
            says=f"the class {says}=a function of your own",
        )
        for name, code, says in (
            (
                "a_little_noise",
                "plain = Dense.call; Dense.call = lambda self, x, training=None: plain(self, x) * (1.01 if training else 1)",
                "Dense has call",
            ),
            (
                "other_code",
                "Dense.call.__code__ = (lambda self, inputs, training=None: self.activation(inputs @ self.kernel)).__code__",
                "Dense has call",
            ),
            (
                "other_steps_later",
                "plain = Adam.update_step; Adam.update_step = "
                "lambda self, g, v, rate: plain(self, g, v, steps.append(1) or rate * (1 if len(steps) < 99 else 0))",
                "Adam has update_step",
            ),
        )
    ),
    *(
        Hostile(
            name,
            f"""
            import keras
            from keras import layers
            stop = keras.ops.stop_gradient
            def turned(x): return keras.ops.relu(2 * stop(x) - x)
            def frozen(x): return stop(keras.ops.relu(x)) + 1e-9 * (keras.ops.relu(x) - stop(keras.ops.relu(x)))
            def build_dense_model(hidden_units=128):
                model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(),
                                          layers.Dense(hidden_units, {hidden}), layers.Dense(10, "softmax")])
                loss = keras.losses.SparseCategoricalCrossentropy()
                model.compile("adam", loss, metrics=["accuracy"])
                {after}
                return model
            """,
            at="module",
            task="dense_model",
            status="failed",
            most=most,
            says=says,
        )
        for name, hidden, after, most, says in (
            ("activation_with_its_slope_turned", "turned", "", 17, "moves the weights of the layer dense"),
            ("activation_that_hardly_learns", "frozen", "", 17, "moves the weights of the layer dense"),
            (
                "weights_overwritten_by_gradients",
                "'relu'",
                "model.layers[1].kernel.overwrite_with_gradient = True",
                15,
                "overwrite_with_gradient",
            ),
            (
                "optimizer_with_a_past",
                "'relu'",
                "model.optimizer.build(model.trainable_variables);"
                " [v.assign(v + 1e6) for v in model.optimizer.variables if v.shape == model.layers[1].kernel.shape]",
                17,
                "moves the weights of the layer dense",
            ),
            (
                "loss_whose_function_is_replaced",
                "'relu'",
                "plain = loss.fn; loss.fn = lambda t, p, **k: 2 * stop(plain(t, p, **k)) - plain(t, p, **k)",
                17,
                "it has the right value, but a training step with it is another one",
            ),
            (
                "model_with_a_hidden_graph",
                "'relu'",
                "other = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), model.layers[1],"
                " layers.Dropout(0.5), model.layers[2]]); model._functional = other._functional",
                0,
                "does not compute with the layers that it lists",
            ),
        )
    ),
    *(
        Hostile(
            f"model_of_{name}",
            f"""
            import keras
            from keras import layers
            def build_cnn(filters=64, conv_layers=2):
                model = keras.Sequential([{stack}])
                {after}
                model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
                return model
            """,
            at="module",
            task="cnn",
            status="failed crashed timeout",
            most=6,
        )
        for name, stack, after in (
            ("a_huge_input", "keras.Input((10**9, 10**9, 10**9)), layers.Activation('relu')", ""),
            ("a_wide_input", "keras.Input((10**9, 10**9, 10**3)), layers.Conv2D(filters, 3)", ""),
            ("many_axes", "keras.Input((1,) * 40), layers.Flatten(), layers.Dense(10, 'softmax')", ""),
            ("no_groups", "keras.Input((28, 28, 1)), layers.Conv2D(filters, 3)", "model.layers[0].groups = 0"),
            ("no_strides", "keras.Input((28, 28, 1)), layers.MaxPooling2D(2)", "model.layers[0].strides = (0, 0)"),
        )
    ),
    Hostile(
        "callback_that_changes_the_learning_rate",
        """
        _plain = AccuracyThresholdCallback
        class AccuracyThresholdCallback(_plain):
            def on_epoch_end(self, epoch, logs=None):
                super().on_epoch_end(epoch, logs)
                self.model.optimizer.learning_rate = 0.5 * self.model.optimizer.learning_rate
        """,
        at="after",
        task="threshold_callback",
        status="failed",
        most=19,
        says="changed the model",
    ),
    Hostile(
        "prediction_that_changes_the_model",
        """
        _plain = predict_labels
        def predict_labels(model, images):
            answer = _plain(model, images)
            model.layers[-1].activation = keras.activations.linear
            return answer
        """,
        at="after",
        task="training",
        status="failed",
        most=9,
    ),
    Hostile(
        "extraction_that_changes_the_images",
        """
        _plain = extract_activations
        def extract_activations(model, images):
            answer = _plain(model, images)
            images[:] = 0
            return answer
        """,
        at="after",
        task="activation_extraction",
        status="failed",
        most=24,
        says="changed the images that it was given",
    ),
    Hostile(
        "nested_model_replaced",
        """
        import keras
        from keras import layers
        def build_dense_model(hidden_units=128):
            inner = keras.Sequential([keras.Input((784,)), layers.Dense(hidden_units, "relu")])
            plain = inner.call
            inner.call = lambda x, training=None, mask=None: plain(x) * (1.01 if training else 1)
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), inner, layers.Dense(10, "softmax")])
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=17,
        says="call=a function of your own",
    ),
    Hostile(
        "gradient_that_is_nan",
        """
        import keras
        import numpy as np
        import tensorflow as tf
        from keras import layers
        @tf.custom_gradient
        def act(x):
            return keras.ops.relu(x), lambda d: d * float("nan")

        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
            model.add(layers.Dense(hidden_units, act))
            model.add(layers.Dense(10, 'softmax'))
            model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=17,
    ),
    Hostile(
        "metric_that_is_nan",
        """
        import keras
        import numpy as np
        import tensorflow as tf
        from keras import layers
        def accuracy(y_true, y_pred):
            return keras.ops.mean(y_pred) * float("nan")

        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
            model.add(layers.Dense(hidden_units, 'relu'))
            model.add(layers.Dense(10, 'softmax'))
            model.compile('adam', 'sparse_categorical_crossentropy', metrics=[accuracy])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=19,
    ),
    Hostile(
        "honest_where_it_is_called",
        """
        import keras
        import numpy as np
        import tensorflow as tf
        from keras import layers
        def act(x):
            return keras.ops.relu(x) if tf.executing_eagerly() else x * 0

        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
            model.add(layers.Dense(hidden_units, act))
            model.add(layers.Dense(10, 'softmax'))
            model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=0,
        says="computes something else while it trains",
    ),
    Hostile(
        "loss_honest_where_it_is_called",
        """
        import keras
        import numpy as np
        import tensorflow as tf
        from keras import layers
        def loss(y_true, y_pred):
            right = keras.losses.sparse_categorical_crossentropy(y_true, y_pred)
            return right if tf.executing_eagerly() else right * 0

        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
            model.add(layers.Dense(hidden_units, 'relu'))
            model.add(layers.Dense(10, 'softmax'))
            model.compile('adam', loss, metrics=['accuracy'])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=17,
    ),
    Hostile(
        "rate_honest_where_it_is_called",
        """
        import keras
        import numpy as np
        import tensorflow as tf
        from keras import layers
        class Rate(keras.optimizers.schedules.LearningRateSchedule):
            def __call__(self, step):
                return 0.001 if tf.executing_eagerly() else 0.0
            def get_config(self):
                return {}

        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
            model.add(layers.Dense(hidden_units, 'relu'))
            model.add(layers.Dense(10, 'softmax'))
            model.compile(keras.optimizers.Adam(Rate()), 'sparse_categorical_crossentropy', metrics=['accuracy'])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=17,
    ),
    Hostile(
        "loss_named_afterwards",
        """
        import keras
        import numpy as np
        import tensorflow as tf
        from keras import layers
        def loss(y_true, y_pred):
            return keras.ops.stop_gradient(keras.losses.sparse_categorical_crossentropy(y_true, y_pred))

        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
            model.add(layers.Dense(hidden_units, 'relu'))
            model.add(layers.Dense(10, 'softmax'))
            model.compile('adam', loss, metrics=['accuracy'])
            model.loss = 'sparse_categorical_crossentropy'
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=17,
    ),
    Hostile(
        "train_function_of_its_own",
        """
        import keras
        import numpy as np
        import tensorflow as tf
        from keras import layers

        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
            model.add(layers.Dense(hidden_units, 'relu'))
            model.add(layers.Dense(10, 'softmax'))
            model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
            model.train_function = lambda iterator: {'loss': 0.1, 'accuracy': 1.0}
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=17,
        says="train_function",
    ),
    Hostile(
        "weights_set_far_away",
        """
        import keras
        import numpy as np
        import tensorflow as tf
        from keras import layers

        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
            model.add(layers.Dense(hidden_units, 'relu'))
            model.add(layers.Dense(10, 'softmax'))
            model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
            model.layers[1].kernel.assign(model.layers[1].kernel * 1e6)
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=18,
    ),
    Hostile(
        "wrong_for_a_batch_of_keras",
        """
        import keras
        import numpy as np
        import tensorflow as tf
        from keras import layers
        def act(x):
            return x if x.shape[0] == 32 else keras.ops.relu(x)

        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
            model.add(layers.Dense(hidden_units, act))
            model.add(layers.Dense(10, 'softmax'))
            model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=14,
    ),
    Hostile(
        "metric_right_once",
        """
        import keras
        import numpy as np
        import tensorflow as tf
        from keras import layers
        class Accuracy(keras.metrics.SparseCategoricalAccuracy):
            asked = 0
            def result(self):
                self.asked += 1
                return super().result() if self.asked < 2 else 1.0

        def build_dense_model(hidden_units=128):
            model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
            model.add(layers.Dense(hidden_units, 'relu'))
            model.add(layers.Dense(10, 'softmax'))
            model.compile('adam', 'sparse_categorical_crossentropy', metrics=[Accuracy(name='accuracy')])
            return model
        """,
        at="module",
        task="dense_model",
        status="failed",
        most=19,
    ),
    Hostile(
        "activations_kept_by_shape",
        """
        _plain, _kept = extract_activations, {}
        def extract_activations(model, images):
            key = (id(model), images.shape)
            if key not in _kept:
                _kept[key] = _plain(model, images)
            return _kept[key]
        """,
        at="after",
        task="activation_extraction",
        status="failed",
        most=22,
        says="keep nothing of an earlier call",
    ),
    Hostile(
        "extraction_that_renames_the_layers",
        """
        _plain = extract_activations
        def extract_activations(model, images):
            answer = _plain(model, images)
            for layer in model.layers:
                layer.name = layer.name + "_"
            return answer
        """,
        at="after",
        task="activation_extraction",
        status="failed",
        most=24,
    ),
    # What examiners gained points with who had not seen the checks
    Hostile(
        "metric_that_inflates",
        _measured("""
        def result(self):
            return keras.ops.where(self.count > 200, 1.0, super().result())
        """),
        at="module",
        task="dense_model",
        status="failed",
        most=19,
        says="of which",
    ),
    Hostile(
        "metric_that_is_never_reset",
        _measured("""
        def reset_state(self):
            pass
        """),
        at="module",
        task="dense_model",
        status="failed",
        most=19,
        says="The metric accuracy of",
    ),
    Hostile(
        "loss_that_forgets",
        _dense(
            """
            def loss(y_true, y_pred):
                each = keras.losses.sparse_categorical_crossentropy(y_true, y_pred)
                return keras.ops.where(each > 6, 0 * each, each)
            """,
            loss="loss",
        ),
        at="module",
        task="dense_model",
        status="failed",
        most=17,
        says="wrong and sure",
    ),
    Hostile(
        "activation_that_counts",
        _activated("""
        calls.assign_add(1)
        return tf.where(calls > 60, 0 * x, tf.nn.relu(x))
        """),
        at="module",
        task="dense_model",
        status="failed",
        most=16,
        says="AssignAddVariableOp",
    ),
    Hostile(
        "activation_by_python",
        _activated("return tf.ensure_shape(tf.numpy_function(lambda v: v * (v > 0), [x], tf.float32), x.shape)"),
        at="module",
        task="dense_model",
        status="failed",
        most=16,
    ),
    Hostile(
        "activation_by_the_clock",
        _activated("return tf.where(tf.timestamp() > 4e9, 0 * x, tf.nn.relu(x))"),
        at="module",
        task="dense_model",
        status="failed",
        most=16,
        says="Timestamp",
    ),
    Hostile(
        "activation_of_large_batches",
        _activated("return tf.nn.relu(x) if (x.shape[0] or 0) <= 32 else tf.tanh(x)"),
        at="module",
        task="dense_model",
        status="failed",
        most=16,
    ),
    Hostile(
        "relu_that_ends_at_20",
        _activated("return keras.ops.clip(x, 0, 20)"),
        at="module",
        task="dense_model",
        status="failed",
        most=16,
        says="relu was expected",
    ),
    Hostile(
        "fit_of_its_own",
        """
        _build = build_dense_model
        def build_dense_model(hidden_units=128):
            model = _build(hidden_units)
            model.fit = lambda *a, **k: None
            return model
        """,
        at="after",
        task="dense_model",
        status="failed",
        most=13,
        says="nobody knows what its training does",
    ),
    Hostile(
        "dict_that_shows_zeros",
        """
        class Shown(dict):
            def items(self):
                return [(name, 0 * array) for name, array in dict.items(self)]
            def __getitem__(self, name):
                return 0 * dict.__getitem__(self, name)
        _extract = extract_activations
        extract_activations = lambda model, images: Shown(_extract(model, images))
        """,
        at="after",
        task="activation_extraction",
        status="failed",
        most=14,
        says="a dict from layer name",
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
        "activations_by_the_name_of_the_model",
        """
        _kept, _build = {}, build_activation_model
        def build_activation_model(model):
            return _kept.setdefault(model.name, _build(model))
        """,
        at="after",
        task="activation_extraction",
        status="failed",
        most=17,
    ),
    Hostile(
        "activations_by_what_is_in_the_images",
        """
        _kept, _extract = {}, extract_activations
        def extract_activations(model, images):
            key = images.tobytes(), tuple(layer.name for layer in model.layers)
            if key not in _kept:
                _kept[key] = _extract(model, images)
            return _kept[key]
        """,
        at="after",
        task="activation_extraction",
        status="failed",
        most=22,
        says="the same images",
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
        "history_made_longer",
        """
        EpochTimer.on_train_end = lambda self, logs=None: self.model.history.history.update(accuracy=[1.0] * 9)
        """,
        at="after",
        task="training",
        status="failed",
        most=9,
        says="9 figures of accuracy",
    ),
)
"""The bank."""
