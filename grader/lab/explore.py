"""`python -m grader explore NAME`: train what an experiment needs, say what was found, write a table and a plot."""

from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.text import Text

from grader.course.settings import Profile
from grader.lab.experiments import Experiment, Measured, experiment_named
from grader.lab.findings import Finding, csv_text, terminal_table
from grader.lab.models import Code, LabError
from grader.lab.training import Trainer
from grader.sandbox.host import Sandbox, SandboxError

INTERRUPTED = 130
"""The exit status of a command that Ctrl-C ended."""

GOES_ON = "Interrupted: every training that has ended is kept, and the same command goes on from there."

CodeOf = Callable[[Sandbox], Code]
"""Gives the code that is looked at, for which a sandbox may be needed."""


def main(name: str, code_of: CodeOf, out: Path, profile: Profile, store: Path | None = None) -> int:
    """Run one experiment.

    Args:
        name: of the experiment.
        code_of: whose models are trained.
        out: the folder for `NAME.csv` and `NAME.png`.
        profile: how much is trained.
        store: where trained results are kept, if not in the usual place.

    Returns:
        The exit status: 0; 1 where the lab cannot go on; 2 for a name that is none; 130 when interrupted.
    """
    console = Console(highlight=False, emoji=False, markup=False)
    try:
        experiment = experiment_named(name)
    except ValueError as error:
        console.print(Text(f"{error}."), soft_wrap=True)
        return 2
    sandbox = Sandbox()
    try:
        finding = run(experiment, code_of(sandbox), profile, sandbox, console, store)
        say(console, experiment, finding)
        for path in write(finding, experiment.name, out):
            console.print(Text(f"Written: {path}"), soft_wrap=True)
    except (LabError, SandboxError) as error:
        console.print(Text(f"{str(error).rstrip('.')}."), soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print(GOES_ON, soft_wrap=True)
        return INTERRUPTED
    finally:
        sandbox.close()
    return 0


def run(
    experiment: Experiment, code: Code, profile: Profile, sandbox: Sandbox, console: Console, store: Path | None = None
) -> Finding:
    """Train what is not in the store yet, and read the results.

    Raises:
        LabError: the code is not right, the data is not there, or a training could not be done.
    """
    subjects = experiment.subjects(code, profile)
    with Trainer(sandbox, store, console) as trainer:
        results = trainer.train([(subject.name, subject.job) for subject in subjects])
        for problem in trainer.problems:
            console.print(Text(problem), soft_wrap=True)
    measured = [Measured(subject, trained) for subject, trained in zip(subjects, results, strict=True)]
    return experiment.finding(measured, profile)


def say(console: Console, experiment: Experiment, finding: Finding) -> None:
    """Question, table and sentences."""
    console.print(Text(experiment.question, style="bold"))
    console.print()
    console.print(terminal_table(finding))
    for sentence in finding.sentences:
        console.print(Text(f"- {sentence}"), soft_wrap=not console.is_terminal)


def write(finding: Finding, name: str, out: Path) -> list[Path]:
    """Write the table and the plot; their paths.

    Raises:
        LabError: the folder cannot be written.
    """
    table, plot = out / f"{name}.csv", out / f"{name}.png"
    try:
        out.mkdir(parents=True, exist_ok=True)
        table.write_text(csv_text(finding), encoding="utf-8", newline="\n")
        finding.figure.savefig(plot)
    except OSError as error:
        raise LabError(f"{error.filename or out} cannot be written: {error.strerror}.") from None
    return [table, plot]
