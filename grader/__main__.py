"""The commands: `python -m grader NAME`. Each loads what it needs when it is called, so that `--help` is quick."""

import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from grader.course.settings import REPOSITORY, Profile

OutOption = Annotated[Path, typer.Option(help="The folder to write into.")]
ProfileOption = Annotated[Profile, typer.Option(help="quick: the bundled subset; full: all 60,000 images.")]
SubmissionOption = Annotated[Path | None, typer.Option(help="A folder or zip whose models are trained.")]

app = typer.Typer(
    help="The grader of the Fashion-MNIST assignment. To grade, run: pytest grader",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def commands() -> None:
    """The grader of the Fashion-MNIST assignment. To grade, run: pytest grader."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a name that a terminal or a file of Windows cannot show


@app.command()
def stubs(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit with 1 where they differ.")] = False,
) -> None:
    """Write assignments/ from solutions/."""
    from grader.course import stubs as generator

    raise typer.Exit(generator.main(check=check))


@app.command()
def data(
    subset: Annotated[bool, typer.Option("--subset", help="Then draw the bundled subset anew from it.")] = False,
) -> None:
    """Fetch the full data set into data_cache/ and verify it."""
    from grader.course import fetching

    raise typer.Exit(fetching.main(subset=subset))


@app.command()
def calibrate(
    out: Annotated[Path, typer.Option(help="The table's folder.")] = REPOSITORY / "grader" / "judging" / "calibration",
    seeds: Annotated[int, typer.Option(min=2, help="How many seeds for the reference.")] = 30,
) -> None:
    """Measure the reference and the common mistakes, and choose the accuracy floors."""
    from grader.judging import calibration

    raise typer.Exit(calibration.main(out=out, seeds=seeds))


@app.command()
def explore(
    name: Annotated[str, typer.Argument(help="architectures, neurons, layers, epochs or early-stopping.")],
    out: OutOption = Path("lab"),
    profile: ProfileOption = Profile.QUICK,
    submission: SubmissionOption = None,
) -> None:
    """Run an experiment of the lab: train, compare, write a table and a plot."""
    from grader.lab import explore as lab
    from grader.suite.student_code import code_of

    raise typer.Exit(lab.main(name, lambda sandbox: code_of(submission, sandbox), out, profile))


@app.command()
def batch(
    submissions: Annotated[Path, typer.Argument(help="A folder of folders or zips, or a download of an LMS.")],
    out: Annotated[Path, typer.Option(help="The folder for reports, gradebook and marks.")],
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0: one for each core.")] = 0,
    cluster: Annotated[str, typer.Option(help="A Dask scheduler, such as tcp://scheduler:8786.")] = "",
    profile: ProfileOption = Profile.QUICK,
    store: Annotated[Path | None, typer.Option(help="Where trained results are kept.")] = None,
    feedback: Annotated[list[str] | None, typer.Option(help="full, hints or scores; TASK=LEVEL for one task.")] = None,
    roster: Annotated[Path | None, typer.Option(help="A CSV of the class: who handed in nothing?")] = None,
    canvas: Annotated[Path | None, typer.Option(help="Canvas's gradebook export, to be filled.")] = None,
    column: Annotated[str, typer.Option(help="With --canvas: the assignment's column.")] = "",
    moodle: Annotated[Path | None, typer.Option(help="Moodle's grading worksheet, to be filled.")] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Say whose points would change, and publish nothing.")] = False,
    similar: Annotated[bool, typer.Option("--similarity", help="List submissions that are alike, to look at.")] = False,
    figures: Annotated[bool, typer.Option("--figures", help="Draw each one's figures into its feedback.html.")] = False,
) -> None:
    """Grade a whole class."""
    from grader.classroom import batch as command
    from grader.reports.visibility import feedback_from

    try:
        chosen = feedback_from(feedback or ())
    except ValueError as error:
        print(f"--feedback: {error}.")
        raise typer.Exit(2) from None
    if canvas and not column:
        print("--canvas needs --column: the header of the assignment's column, or a part of it.")
        raise typer.Exit(2)
    export = (canvas, column) if canvas else None
    options = command.Options(
        out, workers, cluster, profile, store, chosen, roster, export, moodle, diff, similar, figures
    )
    raise typer.Exit(command.main(submissions, options))


@app.command()
def package(
    name: Annotated[str, typer.Argument(help="gradescope, student or github.")],
    out: OutOption = Path("packages"),
    feedback: Annotated[list[str] | None, typer.Option(help="full, hints or scores; TASK=LEVEL for one task.")] = None,
) -> None:
    """Make a hand-out: the zip for Gradescope, for students, or for GitHub."""
    from grader.course import packages
    from grader.reports.visibility import feedback_from

    try:
        feedback_from(feedback or ())
    except ValueError as error:
        print(f"--feedback: {error}.")
        raise typer.Exit(2) from None
    raise typer.Exit(packages.main(name, out, feedback or ()))


@app.command()
def figures(
    out: OutOption = Path("lab"),
    profile: ProfileOption = Profile.QUICK,
    submission: SubmissionOption = None,
) -> None:
    """Draw the figures of the unit, from a submission's own code or from the reference."""
    from grader.lab import gallery
    from grader.suite.student_code import code_of

    raise typer.Exit(gallery.main(lambda sandbox: code_of(submission, sandbox), out, profile))


if __name__ == "__main__":
    app()
