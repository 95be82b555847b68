"""Each test confines a process of its own for real, and looks at what that process can still do."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has these protections")

PRELUDE = """
import contextlib, errno, importlib, os, sys
from pathlib import Path
from grader.sandbox import confine

root, scratch, outside = map(Path, sys.argv[1:4])
submission = outside / "submission"
limits = confine.Limits(memory_bytes=1 << 30, file_bytes=1 << 20, open_files=64)

def confined(**changes):
    setting = {"readable": [submission], "scratch": scratch, "limits": limits} | changes
    return confine.apply(**setting)

def refused(action, *arguments, **named):
    try:
        result = action(*arguments, **named)
    except OSError as error:
        assert error.errno in (errno.EPERM, errno.EACCES, errno.EXDEV), repr(error)
    else:
        raise AssertionError(f"{action} {arguments} was let through: {result!r}")
"""


@pytest.fixture
def run(tmp_path):
    """Runs a script after the prelude, in a process with a scratch folder and a submission; what it printed."""
    scratch, outside = tmp_path / "scratch", tmp_path / "outside"
    scratch.mkdir()
    (outside / "submission").mkdir(parents=True)
    (outside / "submission" / "cnn.py").write_text("answer = 42\n")
    (outside / "secret.txt").write_text("secret")

    def run_script(script, *more_paths, root=ROOT):
        path = os.pathsep.join(map(str, (root, *more_paths)))
        finished = subprocess.run(
            [sys.executable, "-W", "error", "-c", PRELUDE + textwrap.dedent(script), root, scratch, outside],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": path, "SECRET_TOKEN": "hidden", "TF_CPP_MIN_LOG_LEVEL": "3"},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    return run_script


@on_linux
def test_reads_python_and_its_submission_only(run):
    output = run("""
        confine.prepare()
        protections = confined()
        assert list(protections) == sorted(protections)
        newer_kernels = {"landlock_network", "landlock_signals"}
        assert {name for name, held in protections.items() if not held} - newer_kernels == {"audit_hook"}, protections

        sys.path.insert(0, str(submission))
        import cnn
        assert cnn.answer == 42 and os.listdir(submission)
        import decimal, sqlite3, wave, zoneinfo, mimetypes
        mimetypes.init()
        assert os.listdir(os.path.dirname(os.__file__))
        assert Path("/proc/self/status").read_text() and Path("/proc/cpuinfo").read_text() and os.urandom(4)
        assert Path("/dev/null").write_text("gone") == 4 and os.listdir("/proc/self/task")

        for folder in (root, root / "grader", root / "solutions", outside, "/", "/proc", "/etc", "/dev", "/tmp"):
            refused(os.listdir, folder)
        for file in (root / "grader/__init__.py", root / "solutions/cnn.py", root / "tox.ini", outside / "secret.txt"):
            refused(open, file)
        for file in ("/etc/passwd", "/etc/shadow", "/proc/self/root/etc/passwd", "/proc/1/environ"):
            refused(open, file)
        for name in ("environ", "cmdline", "mem", "maps"):
            refused(open, f"/proc/{os.getppid()}/{name}")
        for module in ("grader.course.tasks", "grader.plugin", "tests.test_confine", "solutions.cnn"):
            with contextlib.suppress(ImportError, PermissionError):
                importlib.import_module(module)
                raise AssertionError(f"{module} was imported")
        print("all seen")
    """)
    assert output == "all seen\n"


@on_linux
def test_writes_scratch_only(run, tmp_path):
    secret = tmp_path / "outside" / "secret.txt"
    secret.chmod(0o640)
    before = secret.stat()
    output = run("""
        import shutil, tempfile
        descriptor = os.open(submission / "cnn.py", os.O_RDONLY)
        confined()
        assert Path.cwd() == scratch == Path.home() and Path(tempfile.gettempdir()) == scratch
        assert "SECRET_TOKEN" not in os.environ and "PATH" not in os.environ
        assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "3"
        import ctypes
        assert ctypes.CDLL(None).getenv(b"SECRET_TOKEN") == 0

        Path("one/two").mkdir(parents=True)
        Path("one/a.txt").write_text("x" * 1000)
        Path("one/a.txt").rename("one/two/b.txt")
        shutil.copy("one/two/b.txt", "c.txt")
        shutil.copy2(submission / "cnn.py", "d.py")
        shutil.rmtree("one")
        with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile(dir=folder) as file:
            assert file.write(b"x") == 1
        try:
            with open("large", "wb") as file:
                file.write(bytes(2 << 20))
            raise AssertionError("no limit to files")
        except OSError as error:
            assert error.errno == errno.EFBIG

        secret = outside / "secret.txt"
        for name in (secret, outside / "new", submission / "cnn.py", root / "new", "/tmp/new", "/dev/shm/new"):
            refused(open, name, "a")
        refused(open, f"/proc/{os.getppid()}/oom_score_adj", "w")
        for action in (os.remove, os.rmdir, os.mkdir):
            refused(action, outside / "new" if action is os.mkdir else submission / "cnn.py")
        refused(os.rename, submission / "cnn.py", scratch / "mine.py")
        refused(os.link, submission / "cnn.py", scratch / "mine.py")
        refused(os.symlink, secret, scratch / "link")
        refused(os.mkfifo, scratch / "pipe")
        refused(os.truncate, secret, 0)
        refused(os.chown, secret, 1, 1)
        refused(os.setxattr, secret, b"user.x", b"x")
        os.chmod(secret, 0o777)  # ignored, as is the next
        os.utime(secret, (1, 1))
        os.fchmod(descriptor, 0o777)
        print("all tried")
    """)
    after = secret.stat()
    assert output == "all tried\n"
    assert (after.st_mode, after.st_mtime, after.st_uid) == (before.st_mode, before.st_mtime, before.st_uid)
    assert secret.read_text() == "secret"


@on_linux
def test_starts_nothing_reaches_nobody(run):
    output = run("""
        import ctypes, fcntl, multiprocessing, resource, signal, socket, subprocess, threading
        from concurrent.futures import ThreadPoolExecutor
        import seccompy
        libc = ctypes.CDLL(None, use_errno=True)
        number = {name: seccompy.syscall_nr(name) for name in ("clone", "clone3", "fcntl", "prctl", "socket")}

        def raw(name, *arguments):
            result = libc.syscall(number[name] if isinstance(name, str) else name, *map(ctypes.c_ulong, arguments))
            return errno.errorcode[ctypes.get_errno()] if result == -1 else result

        confined()
        refused(os.fork)
        refused(os.forkpty)
        refused(os.posix_spawn, sys.executable, [sys.executable], {})
        refused(os.execv, sys.executable, [sys.executable, "-c", "print('run')"])
        refused(subprocess.run, [sys.executable, "-c", "print('run')"])
        refused(subprocess.run, "true", shell=True)
        assert os.system("true") != 0
        for method in ("fork", "spawn", "forkserver"):
            refused(multiprocessing.get_context(method).Process(target=print).start)
        assert raw("clone", signal.SIGCHLD, 0, 0, 0, 0) == "EPERM" and raw("clone3", 0, 0) == "ENOSYS"

        for kind in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK):
            refused(socket.socket, kind)
        refused(socket.socketpair)
        refused(socket.create_connection, ("127.0.0.1", 9))
        if os.uname().machine == "x86_64":
            assert raw(0x40000000 + number["socket"], 2, 1, 0) == "ENOSYS"

        for action in (os.kill, os.killpg):
            refused(action, os.getppid(), 0)
        for pid in (0, -1, 1):
            refused(os.kill, pid, 0)
        os.kill(os.getpid(), 0)
        refused(os.pidfd_open, os.getppid())
        refused(os.setsid)
        refused(os.setpgid, 0, 0)
        refused(os.nice, 1)
        refused(fcntl.fcntl, 0, fcntl.F_SETOWN, os.getppid())
        assert raw("fcntl", 0, (1 << 32) | fcntl.F_SETOWN, os.getppid()) == "EPERM"
        assert raw("prctl", 1, 0, 0, 0, 0) == "EPERM"  # PR_SET_PDEATHSIG
        try:
            resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
            raise AssertionError("limits can be raised")
        except (OSError, ValueError):
            pass
        assert resource.prlimit(0, resource.RLIMIT_NOFILE) == (64, 64)
        capabilities = Path("/proc/self/status").read_text().split("CapPrm:")[1].split()[0]
        assert int(capabilities, 16) in (0, 4)  # none, or CAP_DAC_READ_SEARCH

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(int, range(1000))) == 499500
        signal.signal(signal.SIGUSR1, lambda *_: print("signalled"))
        signal.raise_signal(signal.SIGUSR1)
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)

        try:
            bytearray(3 << 30)
            raise AssertionError("no limit to memory")
        except MemoryError:
            print("all refused")
    """)
    assert output == "signalled\nsignalled\nall refused\n"


@on_linux
@pytest.mark.parametrize("installed", ["beside an environment", "in site-packages"])
def test_the_grader_is_hidden_wherever_it_is_installed(run, tmp_path, installed):
    repository = tmp_path / "repository"
    packages = repository / ".tox" / "shared" / "lib" / "python3" / "site-packages"
    home = packages if installed == "in site-packages" else repository
    for folder in (home / "grader" / "sandbox", packages / "wanted", packages / "fashion_grader-0.1.0.dist-info"):
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
    (home / "grader" / "__init__.py").touch()
    (packages / "wanted" / "part.py").write_text("value = 1\n")
    (packages / "single.py").write_text("value = 2\n")
    (packages / "__editable__.fashion_grader-0.1.0.pth").write_text(str(repository))
    (home / "grader" / "sandbox" / "confine.py").write_bytes((ROOT / "grader" / "sandbox" / "confine.py").read_bytes())
    output = run(
        f"""
        assert confine.__file__ == {str(home / "grader" / "sandbox" / "confine.py")!r}
        packages, repository = Path({str(packages)!r}), Path({str(repository)!r})
        # a submission given as the whole repository: only the files at its top
        (repository / "own.py").write_text("answer = 43")
        assert confined(readable=[repository])["landlock"]
        assert {{"wanted", "single.py"}} <= set(os.listdir(packages))
        import single, wanted.part
        assert single.value == 2 and wanted.part.value == 1
        assert (repository / "own.py").read_text() == "answer = 43"
        refused(open, confine.__file__)
        refused(open, Path(confine.__file__).parents[1] / "__init__.py")
        refused(open, packages / "__editable__.fashion_grader-0.1.0.pth")
        refused(open, packages / "fashion_grader-0.1.0.dist-info/__init__.py")
        print("hidden")
        """,
        packages,
        root=home,
    )
    assert output == "hidden\n"


@on_linux
def test_tensorflow_works_in_a_guest_forked_after_its_import(run):
    output = run("""
        import warnings
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import keras
            import tensorflow as tf
        confine.prepare()
        guest = os.fork()
        if guest:
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(guest, 0)[1]))
        confined(limits=confine.Limits(memory_bytes=4 << 30, file_bytes=64 << 20, open_files=256))
        warnings.simplefilter("ignore")
        import importlib.util
        import numpy as np
        images, labels = np.zeros((64, 8, 8, 1), "float32"), np.zeros(64, "int64")
        for eagerly in (False, True):
            convolution = keras.layers.Conv2D(2, 3, activation="relu")
            layers = [keras.Input((8, 8, 1)), convolution, keras.layers.Flatten(), keras.layers.Dense(2, "softmax")]
            model = keras.Sequential(layers)
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=eagerly)
            callbacks = [keras.callbacks.ModelCheckpoint("best.keras", monitor="loss")]
            if importlib.util.find_spec("tensorboard"):
                callbacks.append(keras.callbacks.TensorBoard("logs"))
            model.fit(images, labels, epochs=2, verbose=0, callbacks=callbacks)
            answers = model.predict(images, verbose=0)
            model.save("model.keras")
            assert np.array_equal(keras.models.load_model("model.keras").predict(images, verbose=0), answers)
        with tf.summary.create_file_writer("logs").as_default():
            tf.summary.write("loss", 1.0, step=0)
        assert list(Path("logs").rglob("events*")) and Path("best.keras").stat().st_size
        import matplotlib.pyplot
        matplotlib.pyplot.plot([1, 2])
        matplotlib.pyplot.savefig("figure.png")
        print("trained", flush=True)
        os._exit(0)
    """)
    assert output == "trained\n"


def test_elsewhere_accidents_are_prevented(run):
    output = run("""
        import subprocess
        confine.prepare()
        protections = confined(force_fallback=True)
        held = {name for name, held in protections.items() if held}
        assert held == {"audit_hook", "environment", "no_fork"} and list(protections) == sorted(protections)
        assert Path.cwd() == scratch == Path.home() and "SECRET_TOKEN" not in os.environ
        if hasattr(os, "fork"):
            child = os.fork()
            if child == 0:
                print("a fork lives", flush=True)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
        refused(subprocess.run, [sys.executable, "-c", "print('run')"])
        refused(os.system, "true")
        refused(os.kill, os.getppid(), 0)
        print("prevented")
    """)
    assert output == "prevented\n"
