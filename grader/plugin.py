"""The pytest plugin: options, the `points` marker, one record for every check, the board and the reports.

It is loaded wherever pytest runs and does nothing unless `grader/suite` is to be collected. Then it runs like this:
read the submission, start the servers, verify the markers against the task table, run the checks, write the results.
"""

import gc
import platform
import signal
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.course import settings
from grader.course.settings import Profile
from grader.course.tasks import TASKS
from grader.results import Outcome, Record, Results, TaskResult
from grader.suite.declared import SUITE, declared_checks

if TYPE_CHECKING:
    from grader.lab.portrait import Picture
    from grader.reports.visibility import Feedback
    from grader.sandbox.host import Sandbox
    from grader.sandbox.submission import Submission
    from grader.suite.ahead import Ahead

SHARED = "fashion-grading-shared"
"""The name of the plugin through which `grade` passes its sandbox on."""

TRAINED_CHECK = "test_reaches_the_accuracy"
"""The check of a task that waits for a training."""

NAME_CHARACTERS = 255
"""Of a submission's name: file systems take no longer ones."""

FAULT_HINT = "This is a fault of the grader, not of your code."

TASK_NAMES = tuple(task.name for task in TASKS)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of CONTRACT.md."""
    group = parser.getgroup("grader", "the Fashion-MNIST assignment (pytest grader)")
    group.addoption("--submission", metavar="DIR", help="the folder or zip to grade (default: assignments)")
    group.addoption("--task", action="append", metavar="NAME", help=f"grade one task alone: {', '.join(TASK_NAMES)}")
    group.addoption("--profile", default="quick", metavar="NAME", help="quick (default) or full: all 60,000 images")
    group.addoption("--report", metavar="DIR", help="also write results.json and other reports into this folder")
    group.addoption("--figures", action="store_true", help="with --report: the submission's own figures in its page")
    levels = "full (default), hints or scores; TASK=LEVEL for one task"
    group.addoption("--feedback", action="append", metavar="LEVEL", help=f"how much a student sees: {levels}")
    group.addoption("--in-process", action="store_true", help="no sandbox, for a debugger; the result is no verdict")
    group.addoption("--store", metavar="DIR", help="where trained results are kept (or the variable GRADER_STORE)")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Refuse a configuration file that comes from the submission, before anything in it takes effect."""
    _refuse_configuration(early_config)
    if early_config.known_args_namespace.in_process:
        early_config.known_args_namespace.capture = "no"  # what one prints while debugging is to be seen
    yield


def _refuse_configuration(early_config: pytest.Config) -> None:
    """See that pytest is configured by this project, or by whoever calls it.

    Raises:
        UsageError: the configuration file lies in the submission, or was found in a folder around it.
    """
    submission, inipath = early_config.known_args_namespace.submission, early_config.inipath
    if submission is None or inipath is None or inipath.resolve().parent == settings.REPOSITORY:
        return
    folder, found = Path(submission).resolve(), inipath.resolve()
    around = folder.is_relative_to(found.parent) and not early_config.known_args_namespace.inifilename
    if found.is_relative_to(folder) or around:
        raise pytest.UsageError(
            f"{inipath.name} of the submission would configure pytest: "
            "put `-c tox.ini` into the command, or `grader` before `--submission`"
        )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker; where the suite is to be collected, take over."""
    config.addinivalue_line("markers", "points(number): what a check of the assignment is worth, a whole number")
    if other := _other_grader(config):
        raise pytest.UsageError(
            f"{other} is not the grader that is installed ({SUITE.parent}): run `pip install -e .` here"
        )
    if _collects_suite(config) and not config.option.help and not config.option.version:
        if getattr(config.option, "numprocesses", None):
            raise pytest.UsageError("pytest grader shares one sandbox among all checks: leave out -n of pytest-xdist")
        if all(path.is_relative_to(SUITE.parent) for path in _arguments(config)):
            hook = getattr(config.pluginmanager, "rewrite_hook", None)  # no check asserts, and it takes half a second
            sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not hook]
        grading = Grading(config)
        config.pluginmanager.register(grading, "fashion-grading")
        config.pluginmanager.register(Workflow(grading), "fashion-workflow")
        if config.pluginmanager.get_plugin(SHARED) is None:
            for name in ("SIGTERM", "SIGHUP"):  # the latter comes when a terminal is closed; Windows has none
                with suppress(ValueError, AttributeError):  # not in the main thread
                    signal.signal(getattr(signal, name), _stop)


def _stop(number: int, frame: object) -> None:
    """Do as on Ctrl-C, so that nothing stays behind; who asks once more while it is cleared away has it already."""
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _collects_suite(config: pytest.Config) -> bool:
    """Whether an argument names the suite, something in it, or a folder around it."""
    return any(SUITE.is_relative_to(path) or path.is_relative_to(SUITE) for path in _arguments(config))


def _arguments(config: pytest.Config) -> list[Path]:
    """The paths that pytest is to collect."""
    return [(config.invocation_params.dir / argument.split("::")[0]).resolve() for argument in config.args]


def _other_grader(config: pytest.Config) -> Path | None:
    """Another copy of this grader among the arguments: its checks cannot run with the plugin of this one."""
    for path in _arguments(config):
        for folder in (path, *path.parents):
            if (folder / "suite" / "session.py").is_file() and (folder / "plugin.py").is_file():
                return folder if folder != SUITE.parent else None
    return None


class Shared:
    """What `grade` shares with the pytest session that it runs: sandbox and submission go in, the results come out."""

    def __init__(self, sandbox: "Sandbox | None", submission: "Submission | None" = None) -> None:
        self.sandbox = sandbox
        self.submission = submission
        self.results: Results | None = None


class _Register:
    """Registers `Shared` under its name, before the plugin looks for it."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Register it."""
        config.pluginmanager.register(self._shared, SHARED)


def grade(
    submission: "Path | Submission",
    tasks: Sequence[str] = (),
    profile: Profile = Profile.QUICK,
    store: Path | None = None,
    sandbox: "Sandbox | None" = None,
) -> Results:
    """Grade one submission in this process, without printing anything.

    Args:
        submission: a folder or a zip, or one that has been read.
        tasks: names of the tasks to grade; all where empty.
        profile: how much is trained.
        store: where trained results are kept; None for the usual place.
        sandbox: servers that several calls share; None for servers of its own.

    Raises:
        ValueError: there is no such submission.
        RuntimeError: pytest ended without results, which is a fault of the grader.
    """
    read = None if isinstance(submission, Path) else submission
    if isinstance(submission, Path) and not submission.exists():
        raise ValueError(f"there is no folder or zip at {submission}")
    shared = Shared(sandbox, read)
    arguments = [str(SUITE), "-c", str(settings.REPOSITORY / "tox.ini")]
    arguments += [f"--submission={submission.absolute()}"] if isinstance(submission, Path) else []
    arguments += [f"--task={task}" for task in tasks] + [f"--profile={profile.value}"]
    arguments += [f"--store={store}"] if store else []
    unneeded = ["terminal", "cacheprovider", "capture", "faulthandler", "junitxml", "hypothesispytest", "timeout"]
    unneeded += ["unraisableexception", "threadexception"]  # each collects garbage, 50 ms, for warnings nobody reads
    arguments += ["--assert=plain", *(part for name in unneeded for part in ("-p", f"no:{name}"))]
    status = pytest.main(arguments, plugins=[_Register(shared)])
    if shared.results is None:
        raise RuntimeError(
            f"grading {read.name if read else submission} ended with pytest's status {status} and no results"
        )
    return shared.results


class Grading:
    """Grades one submission in one pytest session."""

    def __init__(self, config: pytest.Config) -> None:
        """Read the options and the submission.

        Raises:
            UsageError: an option is wrong.
        """
        from grader.suite.run import RUN, Run  # numpy and the judging: not where the plugin is inert

        self.config = config
        self.started = time.monotonic()
        self.selected = _selected_tasks(config.getoption("--task"))
        self.feedback = _feedback(config.getoption("--feedback"))
        self.quiet = getattr(config.option, "verbose", 0) <= 0  # without a terminal plugin there is no such option
        self.records: dict[tuple[str, str], Record] = {}
        self.selected_checks: set[tuple[str, str]] = set()
        self.shown = False
        self.problems: list[str] = []
        store = config.getoption("--store")
        shared: Any = config.pluginmanager.get_plugin(SHARED)
        submission = (shared and shared.submission) or _read_submission(config)
        self.run = Run(
            submission,
            _profile(config.getoption("--profile")),
            Path(store) if store else None,
            in_process=config.getoption("--in-process"),
            sandbox=shared.sandbox if shared else None,
        )
        self.run.progress = self._progress
        config.stash[RUN] = self.run
        config.add_cleanup(self.run.close)
        self.ahead: Ahead | None = None
        self.waiting: list[pytest.Item] = []
        option = config.option
        self.dry = option.collectonly or any(getattr(option, name, False) for name in ("setuponly", "setupplan"))
        if not self.dry:
            chosen = config.option.keyword or config.option.markexpr or any("::" in part for part in config.args)
            self.run.begin([] if chosen else [task for task in TASKS if task.name in self.selected])
        if self.quiet:  # the board says it all
            config.option.verbose = -2
            config.option.tbstyle = "no"
            config.option.reportchars = ""
            config.option.no_summary = True
            config.option.no_header = True

    # Collection

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave out the files of tasks that are not selected."""
        name = collection_path.stem.removeprefix("test_")
        if collection_path.parent == SUITE and name in TASK_NAMES and name not in self.selected:
            return True
        return None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Verify the markers of every task, and put the tasks into the order of the table."""
        for task in TASKS:
            if task.name in self.selected:
                declared_checks(task)
        items.sort(key=_place)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note what is selected, and have TensorFlow imported while the first checks run."""
        self.selected_checks = {(_task_name(item), _check_name(item)) for item in session.items}
        if not self.dry:
            names = {name for name, _ in self.selected_checks}
            self.run.warm([task for task in TASKS if task.name in names])
            if not (self.config.getoption("--in-process") or self.config.pluginmanager.get_plugin(SHARED)):
                from grader.suite.ahead import Ahead  # with it comes the suite

                self.ahead = Ahead(self.run)
                self.config.add_cleanup(self.ahead.close)
                self.waiting = [item for item in session.items if item.name != TRAINED_CHECK]

    # Checks

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Wait for a check that is run ahead: until its task is done, the task's session is another thread's.

        They are begun with the first check that needs TensorFlow: so there are never more guests at work than cores,
        whose deadlines hold alone as in company.
        """
        if self.ahead is not None:
            if self.waiting and _place(item)[1]:
                self.ahead.begin(self.waiting)
                self.waiting = []
            self.ahead.outcome(item)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """What became of a check that has been run ahead."""
        done, error = self.ahead.outcome(pyfuncitem) if self.ahead else (False, None)
        if error is not None:
            raise error
        return True if done else None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: "pytest.CallInfo[None]"
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """One record for every check, and its message instead of a traceback of ours."""
        report = yield
        if item.path.parent != SUITE or (call.when != "call" and call.excinfo is None):
            return report
        record = _record(item, call.excinfo.value if call.excinfo else None)
        if record.outcome not in (Outcome.PASSED, Outcome.ERROR):
            from grader.reports.visibility import shown_record

            said = shown_record(record, self.feedback.of(_task_name(item)))
            parts = (said.message, said.hint and f"Hint: {said.hint}")
            report.longrepr = "\n".join(part for part in parts if part) or "Not passed."
        properties = {"task": _task_name(item), "score": record.score, "max_score": record.points}
        item.user_properties[:] = properties.items()  # into the JUnit XML, with the report on the teardown
        vars(report)["grading"] = [
            _task_name(item),
            record.name,
            record.points,
            record.outcome.value,
            record.message,
            record.hint,
        ]
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the record; a later one of the same check, from its teardown, only where it is worse."""
        kept = getattr(report, "grading", None)
        if kept is not None:
            task, name, points, outcome, message, hint = kept
            self.records[task, name] = Record(name, points, Outcome(outcome), message, hint)

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """No dots, unless pytest was asked to be verbose."""
        if self.quiet and getattr(report, "grading", None) is not None:
            return report.outcome, "", ""
        return None

    def _progress(self, line: str) -> None:
        """Show one line while something trains, over the last one where there is a terminal."""
        reporter: Any = self.config.pluginmanager.get_plugin("terminalreporter")
        capture: Any = self.config.pluginmanager.get_plugin("capturemanager")
        if reporter is None or capture is None:
            return
        with capture.global_and_fixture_disabled():
            if reporter.isatty:
                reporter.rewrite(line, erase=True)
            elif line and not self.shown:
                reporter.write_line(line.split(":")[0] + " ...")
            self.shown = bool(line)

    # Results

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the reports and set the exit status: bonus tasks never change it, a fault of ours always does."""
        if self.dry or exitstatus in (
            pytest.ExitCode.USAGE_ERROR,
            pytest.ExitCode.INTERNAL_ERROR,
        ):
            return
        self.results = self._results()
        shared: Any = self.config.pluginmanager.get_plugin(SHARED)
        if shared:
            shared.results = self.results
        else:
            gc.freeze()  # the process is about to end, and pytest would look for garbage three times, 30 ms each
        written = self._write_reports()
        if not written:
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
        elif exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            session.exitstatus = self._exit_status()
        elif exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def _write_reports(self) -> bool:
        """Write the reports that were asked for; whether they could be written."""
        folder = self.config.getoption("--report")
        if not folder:
            return True
        from grader.reports.write import write_reports

        try:
            write_reports(self.results, Path(folder), self.feedback, self._pictures())
        except (OSError, ValueError) as error:
            said = getattr(error, "strerror", None) or str(error)
            self.problems.append(f"The reports could not be written into {folder}: {said}.")
            return False
        return True

    def _pictures(self) -> "list[Picture]":
        """The submission's figures, where they are asked for; without them the reports are whole all the same."""
        if not self.config.getoption("--figures") or self.config.getoption("--in-process"):
            return []
        from grader.suite.student_code import pictures_of

        self._progress("Drawing the figures")
        try:
            return pictures_of(self.run.submission, self.run.profile, self.run.sandbox, self.run.store)
        finally:
            self._progress("")

    def _exit_status(self) -> pytest.ExitCode:
        core = {task.name for task in TASKS if not task.bonus}
        outcomes = [self.records[key].outcome for key in self.selected_checks if key in self.records]
        if Outcome.ERROR in outcomes:
            return pytest.ExitCode.INTERNAL_ERROR
        passed = all(
            key in self.records and self.records[key].outcome is Outcome.PASSED
            for key in self.selected_checks
            if key[0] in core
        )
        return pytest.ExitCode.OK if passed else pytest.ExitCode.TESTS_FAILED

    def _results(self) -> Results:
        from grader.judging.verdict import clean

        tasks = []
        for task in TASKS:
            checks = declared_checks(task)
            records = tuple(self.records.get((task.name, name), Record(name, points)) for name, points in checks)
            tasks.append(TaskResult(task.name, task.points, task.bonus, records, self.run.session(task).details))
        return Results(
            submission=clean(self.run.submission.name, NAME_CHARACTERS),
            profile=self.run.profile.value,
            tasks=tuple(tasks),
            environment={**environment(), "isolation": self.run.isolation},
            seconds=time.monotonic() - self.started,
        )

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the board."""
        from grader.reports import board
        from grader.reports.visibility import shown

        if not hasattr(self, "results"):
            return
        if not self.selected_checks:
            terminalreporter.write_line("No check matches what was selected.")
            return
        faults = [record for record in self.records.values() if record.outcome is Outcome.ERROR]
        said = [f"error of the grader in {record.name}: {record.message}\n" for record in faults]
        writer, results = terminalreporter._tw, shown(self.results, self.feedback)
        said.append(board.render(results, list(self.selected), writer.hasmarkup, writer.fullwidth))
        text = "".join([*said, *(f"{problem}\n" for problem in (*self.run.problems, *self.problems))])
        writer.write(_encodable(text, writer))


class Workflow:
    """In a workflow of GitHub: shields all that may hold what students wrote, then annotates their files."""

    def __init__(self, grading: Grading) -> None:
        self.grading = grading

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> Generator[None, None, None]:
        """Around the board, and around the failures as pytest itself tells them with `-v`."""
        from grader.reports import github
        from grader.reports.visibility import shown

        if not github.is_here():
            yield
            return
        begin, end = github.shield()
        terminalreporter.write_line(begin)
        yield
        terminalreporter.write_line(f"\n{end}")
        if hasattr(self.grading, "results"):
            results = shown(self.grading.results, self.grading.feedback)
            terminalreporter._tw.write("\n".join([*github.annotations(results), ""]))
            with suppress(OSError):  # the summary is for convenience; the results stand above
                github.append_summary(results)


def _encodable(text: str, writer: Any) -> str:
    """The text with question marks for what the terminal cannot show; pytest would escape all of it."""
    encoding = getattr(getattr(writer, "_file", None), "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


def _selected_tasks(names: Sequence[str] | None) -> tuple[str, ...]:
    """The tasks to grade, in the order of the table."""
    for name in names or ():
        if name not in TASK_NAMES:
            raise pytest.UsageError(f"--task {name}: there is no such task; the tasks are {', '.join(TASK_NAMES)}")
    return tuple(name for name in TASK_NAMES if not names or name in names)


def _feedback(choices: Sequence[str] | None) -> "Feedback":
    from grader.reports.visibility import feedback_from

    try:
        return feedback_from(choices or ())
    except ValueError as error:
        raise pytest.UsageError(f"--feedback: {error}") from None


def _profile(name: str) -> Profile:
    try:
        return Profile(name)
    except ValueError:
        known = " and ".join(profile.value for profile in Profile)
        raise pytest.UsageError(f"--profile {name}: there is no such profile; there are {known}") from None


def _read_submission(config: pytest.Config) -> Any:
    """The submission; one that cannot be read has no modules, and every task says why."""
    from grader.sandbox.submission import NoSubmission, Submission, SubmissionError, read_submission

    given = config.getoption("--submission")
    path = config.invocation_params.dir / given if given else settings.REPOSITORY / "assignments"
    names = [task.file_name for task in TASKS]
    try:
        return read_submission(path, names)
    except NoSubmission as error:
        raise pytest.UsageError(str(error)) from None
    except SubmissionError as error:
        return Submission(path.name, path, {}, {name: str(error) for name in names})


def _place(item: pytest.Item) -> tuple[bool, bool, int]:
    """Tasks in the order of the table, but what needs no TensorFlow first, while others may import it.

    What waits for a training comes last: it is trained while the others run.
    """
    name = _task_name(item)
    place = TASK_NAMES.index(name) if name in TASK_NAMES else -1
    return item.name == TRAINED_CHECK, TASKS[place].needs_tensorflow, place


def _task_name(item: pytest.Item) -> str:
    return item.path.stem.removeprefix("test_")


def _check_name(item: pytest.Item) -> str:
    return item.name.removeprefix("test_")


def _record(item: pytest.Item, error: BaseException | None) -> Record:
    """The record of a check that ended with `error`."""
    from grader.judging.verdict import Verdict, clean

    mark = item.get_closest_marker("points")
    points = int(mark.args[0]) if mark else 0
    if error is None:
        return Record(_check_name(item), points, Outcome.PASSED)
    if isinstance(error, Verdict):
        return Record(_check_name(item), points, error.outcome, error.message, error.hint)
    message = clean(f"{type(error).__name__}: {error}", 800)
    return Record(_check_name(item), points, Outcome.ERROR, message, FAULT_HINT)


def environment() -> dict[str, Any]:
    """The versions that results depend on, read without importing anything."""
    found: dict[str, Any] = {"python": platform.python_version()}
    for name in ("tensorflow", "keras", "numpy", "fashion-grader"):
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
