"""Shuts a guest in for good, before any student code is imported: what it may read, write, call and use up.

On Linux, Landlock rules over files, TCP and signals, and a seccomp filter over system calls. Elsewhere, and on kernels
without them, a portable rest: a fork ends at once and Python itself refuses to start programs, which keeps out
accidents, not intent. Nothing raises for want of a protection; `apply` says which ones are in force.
"""

import ctypes
import errno
import functools
import os
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if sys.platform == "linux":
    import py_landlock
    import seccompy
    from py_landlock import AccessFs
if sys.platform != "win32":
    import resource

PACKAGE_FOLDERS = ("site-packages", "dist-packages")
SYSTEM_LIBRARIES = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib", "/nix/store")
SYSTEM_FILES = (
    *("/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types", "/etc/ssl/openssl.cnf", "/etc/pki/tls/openssl.cnf"),
    *("/usr/share/zoneinfo", "/usr/share/locale", "/dev/urandom", "/dev/random", "/dev/zero"),
    *("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys/vm/overcommit_memory"),
    *("/sys/devices/system/cpu", "/sys/devices/system/node"),
)
"""What Python, numpy and TensorFlow open outside Python's own folders (seen with strace), and harmless neighbours."""

KEPT_PREFIXES = ("TF_", "OMP_", "OPENBLAS_", "MKL_", "KERAS_", "LC_")
KEPT_VARIABLES = ("CUDA_VISIBLE_DEVICES", "LANG", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE", "SYSTEMROOT")

REFUSED_CALLS = {
    "talk to anyone": "socket socketpair connect bind listen accept accept4",
    "start a program or a process (clone: see below)": "execve execveat fork vfork",
    "look into another process": """ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp
        pidfd_open pidfd_getfd perf_event_open move_pages migrate_pages""",
    "signal another process or thread (kill, tgkill: see `_own_filter`)": "tkill pidfd_send_signal",
    "leave the process group that is killed with it": "setsid setpgid",
    "raise a limit, or slow others down": "setrlimit setpriority ioprio_set",
    "make calls that this filter does not see": "io_uring_setup io_uring_enter io_uring_register",
    "change what paths mean": """mount umount2 pivot_root chroot unshare setns open_tree open_tree_attr move_mount
        fsopen fsconfig fsmount fspick mount_setattr""",
    "reach files without a path": "name_to_handle_at open_by_handle_at",
    "change its user's files where Landlock does not cover it": """chown fchown lchown fchownat setxattr lsetxattr
        fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat file_setattr truncate mknod mknodat""",
    "watch what others do with files": "inotify_init inotify_init1 inotify_add_watch fanotify_init fanotify_mark",
    "share memory and messages by name": """shmget shmat shmctl semget semop semtimedop semctl msgget msgsnd msgrcv
        msgctl mq_open mq_unlink""",
    "hold memory that no limit counts": "memfd_create memfd_secret",
    "reach parts of the kernel that no student needs": """bpf userfaultfd keyctl add_key request_key lookup_dcookie
        syslog personality modify_ldt iopl ioperm uselib vhangup nfsservctl quotactl quotactl_fd acct swapon swapoff
        reboot init_module finit_module delete_module kexec_load kexec_file_load sethostname setdomainname settimeofday
        clock_settime clock_adjtime adjtimex""",
}
"""System calls answered with EPERM, by what a guest would do with them. A processor need not have them all."""

IGNORED_CALLS = "chmod fchmod fchmodat fchmodat2 utime utimes futimesat utimensat"
"""Answered with success and not done: Landlock does not cover them, and `shutil.copy` fails when they are refused."""

ALLOWED_WITH = {"prlimit64": (2, 0), "fallocate": (1, 0)} | dict.fromkeys(
    ("sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler"), (0, 0)
)
"""Refused unless this argument has this value: to read a limit, to let a file grow and not to hold room that its size
does not show, to schedule the calling thread."""

CLONE_THREAD = 0x10000
LOW = 0xFFFFFFFF  # the kernel reads 32 bits of these arguments: whoever compared all 64 could be slipped past
REFUSED_WITH = (
    ("clone", 0, CLONE_THREAD, 0),  # anything but a thread
    # F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY: signals to others by way of a file, and leases on theirs
    *(("fcntl", 1, LOW, command) for command in (8, 10, 15, 1024, 1026)),
    # TIOCSTI, TIOCLINUX: typing on the terminal of whoever runs the grader; FIOSETOWN, SIOCSPGRP: as above
    *(("ioctl", 1, LOW, request) for request in (0x5412, 0x541C, 0x8901, 0x8902)),
    # PR_SET_PDEATHSIG: it ends when its server does; PR_SET_DUMPABLE: it stays shut to debuggers
    *(("prctl", 0, LOW, option) for option in (1, 4)),
)
"""Refused where an argument, masked, has a value: (call, argument, mask, value)."""

X32_GUARD = bytes.fromhex("200000000000000035000001000000400600000026000500")
"""BPF: load the call's number; where it is 0x40000000 or more, return ENOSYS. There the x32 ABI repeats all calls
under the processor name that seccompy checks; and as seccompy compares single numbers only, this goes in front."""

PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 4, 38
SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC = 1, 1
CAPABILITY_VERSION, CAP_DAC_READ_SEARCH = 0x20080522, 1 << 2

REFUSED_EVENTS = (
    *("os.exec", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile", "os.system", "pty.spawn"),
    *("subprocess.Popen", "_winapi.CreateProcess"),
    *("socket.bind", "socket.connect", "socket.getaddrinfo", "socket.sendto"),
)
"""Audit events refused where there is no seccomp."""


@dataclass(frozen=True)
class Limits:
    """What a guest may use up."""

    memory_bytes: int
    """Address space beyond what the process has mapped already: TensorFlow maps several GB."""
    file_bytes: int
    """Size of one file."""
    open_files: int
    """Files open at a time."""


def prepare() -> None:
    """Gather and compile, in the server, all that `apply` needs and that does not depend on the guest.

    It also lets the two libraries look for the C library, for which they start a program.
    """
    if sys.platform == "linux":
        with suppress(OSError, py_landlock.LandlockError):
            _common_rules(())
        with suppress(OSError):
            _common_filter()


def apply(
    *,
    readable: Sequence[Path],
    scratch: Path,
    limits: Limits,
    force_fallback: bool = False,
    without: tuple[str, ...] = (),
) -> dict[str, bool]:
    """Confine this process for good, and say which protections are in force.

    To be called once, right after the fork: Landlock holds for the calling thread and those that it starts, so it is
    reported as absent where there are others. Modules of the grader cannot be imported any more afterwards.

    Args:
        readable: folders and files that the guest may read beside Python and the system's libraries.
        scratch: the one folder where it may write; becomes its home, `TMPDIR` and working directory.
        limits: what it may use up.
        force_fallback: behave as on a platform that has no Landlock, no seccomp and no limits.
        without: libraries, by the name of their package, that it may not read.
    """
    readable, scratch = [path.resolve() for path in readable], scratch.resolve()
    files_limited = memory_limited = unprivileged = filtered = False
    abi = 0
    _scrub_environment(scratch)
    if sys.platform != "win32" and not force_fallback:
        files_limited, memory_limited = _limit(limits)
    if sys.platform == "linux" and not force_fallback:
        unprivileged = _drop_privileges()
        abi = _restrict_files(readable, scratch, without)
        filtered = _filter_calls()
    if not filtered:
        sys.addaudithook(_refuse_event)
    if sys.platform != "win32":
        os.register_at_fork(after_in_child=functools.partial(os._exit, 1))
    return {
        "audit_hook": not filtered,
        "environment": True,
        "file_limits": files_limited,
        "landlock": abi > 0,
        "landlock_network": abi >= 4,
        "landlock_signals": abi >= 6,
        "memory_limit": memory_limited,
        "no_fork": True,
        "no_privileges": unprivileged,
        "seccomp": filtered,
    }


def _scrub_environment(scratch: Path) -> None:
    """Leave of the environment what TensorFlow was started with; make `scratch` home, and the current folder."""
    for name in list(os.environ):
        if not (name.startswith(KEPT_PREFIXES) or name.upper() in KEPT_VARIABLES):
            del os.environ[name]
    homes = dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "MPLCONFIGDIR"), str(scratch))
    os.environ.update(homes, MPLBACKEND="Agg")
    tempfile.tempdir = None  # to be worked out again, from TMPDIR
    os.chdir(scratch)


def _refuse_event(event: str, arguments: tuple[object, ...]) -> None:
    to_others = event in ("os.kill", "os.killpg") and arguments[0] != os.getpid()
    if to_others or event in REFUSED_EVENTS:
        raise PermissionError(errno.EPERM, f"{event} is not allowed here")


if sys.platform != "win32":

    def _limit(limits: Limits) -> tuple[bool, bool]:
        """Limit files, and memory; whether each could be done."""
        files = (
            _lower(resource.RLIMIT_CORE, 0),
            _lower(resource.RLIMIT_FSIZE, limits.file_bytes),
            _lower(resource.RLIMIT_NOFILE, limits.open_files),
        )
        try:  # nowhere but on Linux is one told what is mapped, and macOS maps hundreds of GB
            mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        except OSError:
            return all(files), False
        return all(files), _lower(resource.RLIMIT_AS, mapped + limits.memory_bytes)

    def _lower(kind: int, value: int) -> bool:
        """Set a limit for good, but never above the present one; whether it could be done."""
        try:
            _, most = resource.getrlimit(kind)
            value = value if most == resource.RLIM_INFINITY else min(value, most)
            resource.setrlimit(kind, (value, value))
        except (OSError, ValueError):
            return False
        return True


if sys.platform == "linux":
    READ = AccessFs.READ_FILE | AccessFs.READ_DIR
    WRITE = AccessFs.WRITE_FILE | AccessFs.TRUNCATE
    EDIT = AccessFs.MAKE_REG | AccessFs.MAKE_DIR | AccessFs.REMOVE_FILE | AccessFs.REMOVE_DIR | AccessFs.REFER
    """Not devices, sockets and pipes; nor links, as whoever reads the folder afterwards could follow them."""

    class _Program(ctypes.Structure):
        """`struct sock_fprog`."""

        _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))

    def _drop_privileges() -> bool:
        """Give up root's powers for good, and be shut to debuggers of the same user; whether it could be done.

        Reading past file modes stays where it was had: in containers, folders often belong to others than root.
        """
        libc = ctypes.CDLL(None)
        header, sets = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0), (ctypes.c_uint32 * 6)()
        if libc.capget(header, sets) != 0:
            return False
        keep = sets[1] & CAP_DAC_READ_SEARCH  # 0 in force, 1 permitted, 2 inheritable; 3 to 5 the same for higher bits
        failures = (
            libc.capset(header, (ctypes.c_uint32 * 6)(keep, keep, 0, 0, 0, 0)),
            libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
            libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0),
        )
        return not any(failures)

    def _restrict_files(readable: Sequence[Path], scratch: Path, without: tuple[str, ...]) -> int:
        """Apply Landlock to files, TCP and signals; the version in force, 0 for none."""
        alone = len(list(Path("/proc/self/task").iterdir())) == 1
        try:
            rules = _common_rules(without)
            for path in readable:
                if _grader_folder().is_relative_to(path):  # a submission around the grader: its files, not its folders
                    _allow(rules, path, AccessFs.READ_DIR)
                    for file in filter(Path.is_file, path.iterdir()):
                        _allow(rules, file, READ)
                else:
                    _allow(rules, path, READ)
            _allow(rules, Path(f"/proc/{os.getpid()}"), READ)
            _allow(rules, Path(os.devnull), READ | WRITE)
            _allow(rules, scratch, READ | WRITE | EDIT)
            rules.apply()
        except (OSError, py_landlock.LandlockError):
            return 0
        return rules.abi_version if alone else 0

    @functools.cache
    def _common_rules(without: tuple[str, ...]) -> py_landlock.Landlock:
        """The rules of every guest, to be completed and applied by the copy that its process has of them."""
        rules = py_landlock.Landlock(strict=False)
        for path, listed in sorted(set(_python_paths(without))):
            _allow(rules, path, AccessFs.READ_DIR if listed else READ)
        for name in SYSTEM_FILES:
            _allow(rules, Path(name), READ)
        return rules

    def _allow(rules: py_landlock.Landlock, path: Path, access: AccessFs) -> None:
        """Add a rule; a file takes no rights of folders, and what is not there, or out of reach, needs no rule."""
        if os.access(path, os.F_OK):
            rules.add_path_rule(path, access=access if path.is_dir() else access & (AccessFs.READ_FILE | WRITE))

    def _python_paths(without: tuple[str, ...]) -> Iterator[tuple[Path, bool]]:
        """All of Python and the system's libraries but what tells of the grader, and the packages in `without`.

        With each, whether it is only to be listed.
        """
        names = {*SYSTEM_LIBRARIES, sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
        names |= {entry for entry in sys.path if Path(entry).name in PACKAGE_FOLDERS}
        for prefix in {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}:
            names |= {f"{prefix}/lib", f"{prefix}/lib64", f"{prefix}/pyvenv.cfg"}
        roots = {Path(name).resolve() for name in names if os.access(name, os.F_OK)}
        hidden = {_grader_folder()}
        if _grader_folder().parent.name not in PACKAGE_FOLDERS:
            hidden.add(_grader_folder().parent)  # the repository
        for folder in {folder for root in roots for folder in (root, *root.glob("python*/*-packages"))}:
            if folder.name in PACKAGE_FOLDERS and os.access(folder, os.R_OK | os.X_OK):
                hidden |= {entry for entry in folder.iterdir() if _tells_of_grader(entry.name)}
                hidden |= {folder / name for name in without if (folder / name).is_dir()}
        above = {folder for secret in hidden for folder in (secret, *secret.parents)}
        for root in roots:
            yield from _around(root, hidden, above)

    def _around(path: Path, hidden: set[Path], above: set[Path]) -> Iterator[tuple[Path, bool]]:
        """`path` whole where nothing hidden lies in it, otherwise its parts, without links: they lead anywhere.

        It may itself lie in something hidden: an environment in the repository. What is hidden, and the folders that it
        lies in, are `above`.
        """
        if path not in above:
            yield path, False
        elif path not in hidden and path.is_dir() and os.access(path, os.R_OK | os.X_OK):
            if str(path) in sys.path:
                yield path, True  # to import is to list; folders below can then be listed too, their files not read
            for entry in path.iterdir():
                if not entry.is_symlink():
                    yield from _around(entry, hidden, above)

    def _grader_folder() -> Path:
        return Path(__file__).resolve().parents[1]

    def _tells_of_grader(name: str) -> bool:
        """Whether an entry of site-packages is the grader, or an installer's note of where it lies."""
        return name == "grader" or "fashion_grader" in name.replace("-", "_").lower()

    def _filter_calls() -> bool:
        """Load the seccomp filters, into all threads; whether it could be done."""
        libc = ctypes.CDLL(None)
        try:
            number, programs = seccompy.syscall_nr("seccomp"), (_own_filter(), _common_filter())
        except seccompy.UnsupportedError:  # a processor that it does not know
            return False
        for code in programs:
            program = ctypes.byref(_Program(len(code) // 8, code))  # an instruction has 8 bytes
            if libc.syscall(number, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, program) != 0:
                return False
        return True

    def _own_filter() -> bytes:
        """Signals reach this process alone."""
        calls = seccompy.Filter()
        for name in ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"):
            calls.allow(name, args={0: os.getpid()})
            calls.errno(name, errno.EPERM)
        return calls.program

    @functools.cache
    def _common_filter() -> bytes:
        """The rules over system calls of every guest, compiled."""
        calls = seccompy.Filter()

        def refuse(names: str, error: int = errno.EPERM, **conditions: Any) -> None:
            for name in names.split():
                with suppress(ValueError):  # aarch64 has no fork
                    calls.errno(name, error, **conditions)

        for name, (argument, value) in ALLOWED_WITH.items():
            calls.allow(name, args={argument: value})
            refuse(name)
        for name, argument, mask, value in REFUSED_WITH:
            refuse(name, args=[(argument, seccompy.CmpOp.MASKED_EQ, value, mask)])
        refuse("clone3", errno.ENOSYS)  # its flags lie in memory, out of a filter's sight; libc then takes clone
        refuse(" ".join(REFUSED_CALLS.values()))
        refuse(IGNORED_CALLS, 0)
        return X32_GUARD + calls.program
