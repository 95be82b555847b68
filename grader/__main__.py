"""The commands: `python -m grader NAME`. Each loads what it needs when it is called, so that `--help` is quick."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="The grader of the Fashion-MNIST assignment. To grade, run: pytest grader",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def commands() -> None:
    """The grader of the Fashion-MNIST assignment. To grade, run: pytest grader."""


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
    out: Annotated[Path, typer.Option(help="The table's folder.")] = Path("grader/judging/calibration"),
    seeds: Annotated[int, typer.Option(min=2, help="How many seeds for the reference.")] = 30,
) -> None:
    """Measure the reference and the common mistakes, and choose the accuracy floors."""
    from grader.judging import calibration

    raise typer.Exit(calibration.main(out=out, seeds=seeds))


if __name__ == "__main__":
    app()
