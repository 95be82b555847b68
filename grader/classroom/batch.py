"""`python -m grader batch SUBMISSIONS --out DIR`: grade a class, and write everything that follows from it.

Stopped or killed at any moment, the same command goes on where it was. Status 0: all were graded; 1: some were not, or
the run had to stop; 2: there is nothing to grade; 130: it was stopped by Ctrl-C.
"""

import multiprocessing
import os
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.text import Text

from grader.classroom import class_page, similarity, spreadsheets
from grader.classroom.class_page import ClassRecord
from grader.classroom.crew import Crew, CrewError, Hands, Piece
from grader.classroom.gradebook import Gradebook, GradebookError
from grader.classroom.intake import Handed, Intake, IntakeError, find, opened
from grader.classroom.judge import Unit, begin, draw
from grader.classroom.runner import ClassRun, Planned, Progress
from grader.classroom.spreadsheets import SheetError
from grader.course.settings import Profile
from grader.judging.store import TITLE_CHARACTERS, Store
from grader.judging.verdict import clean
from grader.reports.visibility import Feedback
from grader.reports.write import PAGE, REPORTS, write_reports
from grader.results import Results, Status
from grader.sandbox.cores import usable_cores
from grader.sandbox.scratch import remove

if TYPE_CHECKING:
    from grader.lab.portrait import Picture

INTERRUPTED = 130

DRAWN = ("dense_model", "cnn", "activation_extraction")
"""The tasks whose modules the figures of a report are drawn from."""

PICTURE = b'src="data:image/png;base64,'
"""What stands in a page that has figures; a student's text is escaped, and has no such quotation mark."""

WINDOWS_PROCESSES = 61
"""More processes a pool cannot have on Windows."""

LEVELS = ".feedback"
"""The file in the output that says how much students see in the reports beside it."""

ENDING_SECONDS = 5.0
"""How long a worker may take to end, once it was told to."""

SHOWN = 4
"""Names on the board of those that are being judged."""


@dataclass(frozen=True)
class Options:
    """What the command was given.

    Attributes:
        out: the folder to write into.
        workers: processes; 0 for one a core.
        cluster: the address of a Dask scheduler, where one is used.
        profile: how much is trained.
        store: where trained results are kept.
        feedback: how much students see.
        roster: a CSV of the class.
        canvas: a gradebook export of Canvas, and the header of the assignment's column.
        moodle: a grading worksheet of Moodle.
        diff: whether to tell what would change, and publish nothing.
        similarity: whether to list submissions that are alike.
        figures: whether to draw figures into the reports.
    """

    out: Path
    workers: int = 0
    cluster: str = ""
    profile: Profile = Profile.QUICK
    store: Path | None = None
    feedback: Feedback = field(default_factory=Feedback)
    roster: Path | None = None
    canvas: tuple[Path, str] | None = None
    moodle: Path | None = None
    diff: bool = False
    similarity: bool = False
    figures: bool = False


def main(submissions: Path, options: Options) -> int:
    """Grade a class; the exit status."""
    console = Console(highlight=False, emoji=False, markup=False)
    try:
        with opened(submissions) as folder:
            intake = find(folder, options.out)
            options.out.mkdir(parents=True, exist_ok=True)
            with Gradebook(options.out / "gradebook.sqlite") as book:
                return _run(intake, book, options, console)
    except (IntakeError, SheetError) as error:
        console.print(Text(str(error)), soft_wrap=True)
        return 2
    except (GradebookError, CrewError, OSError) as error:
        said = clean(str(error), 400)
        if isinstance(error, OSError) and error.strerror:
            said = f"{error.filename or options.out}: {error.strerror}."
        console.print(
            Text(f"{said} What is in the gradebook stays; the same command goes on from there."), soft_wrap=True
        )
        return 1
    except KeyboardInterrupt:
        console.print("Stopped. What is finished is kept; the same command goes on from there.", soft_wrap=True)
        return INTERRUPTED


def _run(intake: Intake, book: Gradebook, options: Options, console: Console) -> int:
    roster = spreadsheets.people(options.roster) if options.roster else []
    if options.similarity and find_spec("copydetect") is None:
        raise IntakeError('--similarity needs copydetect: pip install -e ".[similarity]"')
    before = {name: results for name, (_, results) in book.current().items()} if options.diff else {}
    graded: dict[str, tuple[Planned, Results]] = {}
    new = 0
    same_levels = _same_levels(options)

    def finished(planned: Planned, results: Results, is_new: bool) -> None:
        nonlocal new
        new += is_new
        graded[planned.handed.name] = (planned, results)
        if not options.diff:
            _write_reports(options, planned.handed.name, results, is_new or not same_levels)

    workers = options.workers or usable_cores()
    workers = min(workers, WINDOWS_PROCESSES) if sys.platform == "win32" else workers
    began = time.monotonic()
    with hands(options.cluster, workers) as found, Crew(found) as crew:
        run = ClassRun(book, options.profile, options.store, crew, keep=not options.diff)
        with Board(console, Store(options.store)) as board:
            progress = run.run(intake.handed, finished, board.show)
        ordered = [graded[one.name] for one in intake.handed if one.name in graded]
        pairs = [(planned.handed, results) for planned, results in ordered]
        certain = [(handed, results) for handed, results in pairs if handed.name not in progress.failed]
        if options.diff:
            _say_changes(console, before, certain)
        else:
            (options.out / LEVELS).write_text(repr(options.feedback), encoding="utf-8")
            record = ClassRecord(intake.remarks, progress.failed, spreadsheets.absent(roster, intake.handed))
            _write_class(options, pairs, certain, record, console)
            if options.figures:
                _draw(options, [one for one in ordered if one[0].handed.name not in progress.failed], crew, console)
    whole, before_this = len(ordered) - len(progress.failed), len(ordered) - new
    minutes, seconds = divmod(round(time.monotonic() - began), 60)
    console.print(
        Text(
            f"{whole} of {len(intake.handed)} submissions graded in {minutes} min {seconds} s: "
            f"{whole - before_this} now, {before_this} before; {progress.judged} tasks judged."
        ),
        soft_wrap=True,
    )
    for remark in intake.remarks:
        console.print(Text(remark), soft_wrap=True)
    for name, why in progress.failed.items():
        console.print(
            Text(f"{clean(name, 120)} could not be graded: {clean(why, 300)}. Run the same command again."),
            soft_wrap=True,
        )
    return 1 if progress.failed else 0


def _draw(options: Options, graded: Sequence[tuple[Planned, Results]], crew: Crew, console: Console) -> None:
    """Put figures into the reports that have none; equal modules are drawn once."""
    groups: dict[tuple[str, ...], list[tuple[Planned, Results]]] = {}
    for planned, results in graded:
        drawn = [result for result in results.tasks if result.name in DRAWN]
        nothing = all(result.status in (Status.NOT_STARTED, Status.MISSING) for result in drawn)
        if not nothing and PICTURE not in (options.out / planned.handed.name / PAGE).read_bytes():
            keys = tuple(planned.keys[name].common or planned.handed.name for name in DRAWN)
            groups.setdefault(keys, []).append((planned, results))
    pieces: deque[Piece[list[Picture]]] = deque()
    store, count = str(options.store) if options.store else None, 0

    def piece(group: list[tuple[Planned, Results]]) -> Piece[list["Picture"]]:
        first = group[0][0].handed

        def done(pictures: "list[Picture]") -> None:
            nonlocal count
            for planned, results in group if pictures else ():
                write_reports(results, options.out / planned.handed.name, options.feedback, pictures)
                count += 1

        def failed(error: str) -> None:
            console.print(Text(f"No figures for {first.name}: {clean(error, 300)}."), soft_wrap=True)

        return Piece(first.name, draw, lambda: Unit(first.read(), (), options.profile, store), done, failed)

    pieces.extend(piece(group) for group in groups.values())
    with console.status("") as status:
        crew.work(pieces, lambda _: status.update(f"drawing figures: {len(pieces)} still to draw"))
    console.print(f"Figures drawn into {count} reports.", soft_wrap=True)


@contextmanager
def hands(cluster: str, workers: int) -> Iterator[Hands]:
    """Where workers come from: processes here, or a Dask cluster.

    Raises:
        IntakeError: there is no such cluster, or the library for it is not installed.
    """
    if not cluster:
        with _processes() as scratch:
            context = multiprocessing.get_context("spawn")  # a fork would copy our threads' locks
            yield Hands(lambda: ProcessPoolExecutor(workers, context, begin, (str(scratch),)), workers)
        return
    if find_spec("distributed") is None:
        raise IntakeError('--cluster needs Dask: pip install -e ".[cluster]"')
    from grader.classroom.cluster import cluster_hands

    with cluster_hands(cluster) as found:
        yield found


@contextmanager
def _processes() -> Iterator[Path]:
    """A folder for what workers write; where the run is stopped, they are ended and do not finish what they had."""
    scratch = Path(tempfile.mkdtemp(prefix="grader-class-"))
    try:
        yield scratch
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
            process.join(ENDING_SECONDS)
        raise
    finally:
        until = time.monotonic() + ENDING_SECONDS
        while scratch.exists() and time.monotonic() < until:  # guests that are about to end may still write
            remove(scratch)
            time.sleep(0.01)


def _same_levels(options: Options) -> bool:
    """Whether the reports that are there already show what students are to see now; a run that ends midway says no."""
    levels = options.out / LEVELS
    if options.diff:
        return True
    try:
        same = levels.read_text(encoding="utf-8") == repr(options.feedback)
    except FileNotFoundError:
        return False
    if not same:
        levels.unlink()
    return same


def _write_reports(options: Options, name: str, results: Results, anew: bool) -> None:
    """The reports of one submission, where they are not there yet or are to be written anew."""
    folder = options.out / name
    if anew or not all((folder / report).is_file() for report in REPORTS):
        write_reports(results, folder, options.feedback)


Graded = list[tuple[Handed, Results]]


def _write_class(options: Options, graded: Graded, certain: Graded, record: ClassRecord, console: Console) -> None:
    """What is written of the class as a whole; into a platform's own table only what is graded for `certain`."""
    texts = {
        "grades.csv": spreadsheets.grades(graded, record.absent),
        "class.html": class_page.render(graded, record),
    }
    lost: list[str] = []
    if options.canvas:
        texts["canvas.csv"], lost = spreadsheets.canvas(*options.canvas, certain)
        _say_lost(console, "Canvas", lost)
    if options.moodle:
        texts["moodle.csv"], lost = spreadsheets.moodle(options.moodle, certain)
        _say_lost(console, "Moodle", lost)
    if options.similarity:
        pairs = similarity.alike((handed.name, handed.read().sources) for handed, _ in graded)
        texts["similarity.csv"] = spreadsheets.written(similarity.rows(pairs))
        console.print(f"{len(pairs)} pairs are alike beyond what is common: look at them yourself.", soft_wrap=True)
    for name, text in texts.items():
        unfinished = options.out / f".{name}.{os.getpid()}.part"
        try:
            unfinished.write_text(text, encoding="utf-8", newline="\n")
            unfinished.replace(options.out / name)
        finally:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
        console.print(Text(f"Written: {options.out / name}"), soft_wrap=True)


def _say_lost(console: Console, platform: str, lost: list[str]) -> None:
    for name in lost:
        console.print(Text(f"{name} is not found in the table of {platform}, or more than once."), soft_wrap=True)


def _say_changes(console: Console, before: dict[str, Results], graded: list[tuple[Handed, Results]]) -> None:
    """Whose points would change, and why."""
    changes = 0
    for handed, results in graded:
        old = before.get(handed.name)
        if old is None:
            console.print(
                Text(f"{handed.name}: {results.score} + {results.bonus}, graded for the first time"), soft_wrap=True
            )
            changes += 1
            continue
        earlier = {(task.name, record.name): record for task in old.tasks for record in task.records}
        reasons = []
        for task in results.tasks:
            for record in task.records:
                known = earlier.get((task.name, record.name))
                if known is None or known.score != record.score:
                    was = known.score if known else 0
                    why = record.message.splitlines()[0] if record.message else "passed"
                    reasons.append(f"    {task.name}, {record.name}: {was} -> {record.score} ({clean(why, 160)})")
        if reasons:
            changes += 1
            total = f"{old.score} + {old.bonus} -> {results.score} + {results.bonus}"
            console.print(Text("\n".join([f"{handed.name}: {total}", *reasons])), soft_wrap=True)
    console.print(f"{changes} of {len(graded)} would change. Nothing was written: leave out --diff to publish.")


class Board:
    """The live board on a terminal; elsewhere a line for every tenth."""

    def __init__(self, console: Console, store: Store) -> None:
        self._console = console
        self._store = store
        self._live = Live(console=console, refresh_per_second=2, transient=True) if console.is_terminal else None
        self._began = time.monotonic()
        self._at_first = -1
        self._told = 0

    def __enter__(self) -> "Board":
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def show(self, progress: Progress) -> None:
        """Show how far it is."""
        if self._live:
            self._live.update(self._drawn(progress))
        elif progress.done * 10 // max(progress.total, 1) > self._told:
            self._told = progress.done * 10 // max(progress.total, 1)
            self._console.print(f"{progress.done} of {progress.total}{self._left(progress)}")

    def _left(self, progress: Progress) -> str:
        """The time that is left, by the pace of what was judged in this run."""
        if self._at_first < 0 and progress.judging:
            self._at_first, self._began = progress.done, time.monotonic()
        fresh = progress.done - max(self._at_first, 0)
        if self._at_first < 0 or fresh < 3:
            return ""
        left = (time.monotonic() - self._began) / fresh * (progress.total - progress.done)
        return f", about {round(left) // 60} min {round(left) % 60} s left"

    def _drawn(self, progress: Progress) -> Group:
        mean = sum(progress.scores) / len(progress.scores) if progress.scores else 0.0
        names = ", ".join(clean(name, 40) for name in progress.judging[:SHOWN])
        return Group(
            ProgressBar(total=max(progress.total, 1), completed=progress.done, width=60),
            Text(f"{progress.done} of {progress.total} done{self._left(progress)}; mean score {mean:.1f}"),
            Text(f"judging {names or 'nobody'}{', ...' if len(progress.judging) > SHOWN else ''}"),
            *(Text(f"training {clean(title, TITLE_CHARACTERS)}") for title in self._store.in_training()[:SHOWN]),
        )
