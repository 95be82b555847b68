"""Bring the full data set to `data_cache/full/`: `python -m grader data`.

Every source is asked in turn for what is still missing. A file counts by its uncompressed content alone and is kept
uncompressed: then it is the same bytes whatever source it came from, checking it again is one hash, and loading it
needs no inflating. It appears under its name in one step, complete or not at all.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import filelock
import typer

from grader.course import dataset, drawing
from grader.course.dataset import IdxFile
from grader.course.sources import DebianPackage, Folder, Mirror, Refused, Source, Unavailable, read_verified

FOLDER_VARIABLE = "GRADER_FASHION_MNIST"
"""The environment variable that names a folder with the four files, as `.gz` or without."""

MIRRORS = (
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",  # what keras.datasets.fashion_mnist names
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",  # what the data set's own README names
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",  # its repository
)

SCRATCH = ".partial"
"""The one place for what is not complete yet; whatever a killed run left there, the next run removes."""


def main(subset: bool = False) -> int:
    """Fetch and verify the full data set, saying where it came from; with `subset`, draw the bundled subset from it.

    Returns:
        The exit status: 0; 1 where no source had it or the disk would not take it; 130 when interrupted.
    """
    folder = dataset.full_folder()
    try:
        missing = fetch(folder, all_sources())
        if missing:
            typer.echo(
                f"Still missing: {', '.join(file.name for file in missing)}. Download the four .gz files under "
                "data/fashion in https://github.com/zalandoresearch/fashion-mnist into a folder, name that folder in "
                f"the environment variable {FOLDER_VARIABLE} and run `python -m grader data` again."
            )
            return 1
        typer.echo(f"The full data set, 60,000 training and 10,000 test images, is in {folder}, verified.")
        if subset:
            changed = drawing.write_subset(dataset.load_full(), folder.parent)
            path = folder.parent / dataset.SUBSET_FILE
            typer.echo(f"{path}: drawn and {'written' if changed else 'found to be the same, byte for byte'}.")
    except KeyboardInterrupt:
        typer.echo("Interrupted: nothing is left half-written, and the next run goes on from here.")
        return 130
    except OSError as error:
        typer.echo(
            f"The data set could not be written ({error}): make room or name another folder for all data in the "
            f"environment variable {dataset.CACHE_VARIABLE}."
        )
        return 1
    except dataset.DataError as error:
        typer.echo(str(error))
        return 1
    return 0


def all_sources() -> list[Source]:
    """Every source, in the order in which they are tried."""
    sources: list[Source] = []
    if named := os.environ.get(FOLDER_VARIABLE):
        sources.append(Folder(f"{FOLDER_VARIABLE} ({named})", Path(named)))
    keras = _keras_home() / "datasets" / "fashion-mnist"
    return [
        *sources,
        Folder(str(dataset.full_folder()), dataset.full_folder()),
        Folder(str(dataset.data_cache()), dataset.data_cache()),
        Folder(f"Keras's cache ({keras})", keras),
        *(Mirror(url) for url in MIRRORS),
        DebianPackage(),
    ]


def fetch(folder: Path, sources: Sequence[Source], files: Sequence[IdxFile] = dataset.FULL_FILES) -> list[IdxFile]:
    """Gather the files in a folder, saying in one line each what became of the sources that were needed.

    Returns:
        The files that no source had.

    Raises:
        OSError: the folder cannot be written.
    """
    missing = list(files)
    with _workplace(folder) as scratch:
        for source in sources:
            if missing:
                missing = _collect(source, missing, folder, scratch)
    return missing


def _keras_home() -> Path:
    """Where Keras keeps its files, by its own rule."""
    if named := os.environ.get("KERAS_HOME"):
        return Path(named)
    try:
        return Path.home() / ".keras"
    except RuntimeError:  # a container may run under a user that has no home
        return Path(tempfile.gettempdir()) / ".keras"


def _collect(source: Source, missing: Sequence[IdxFile], folder: Path, scratch: Path) -> list[IdxFile]:
    """Take from a source what it has, say so in one line, and return what is still missing."""
    found: list[IdxFile] = []
    absent: list[str] = []
    remarks: list[str] = []
    try:
        for file in missing:
            candidates = source.candidates(file, scratch)
            if not candidates:
                absent.append(file.name)
            elif _keep_first_right(candidates, file, folder, scratch, remarks):
                found.append(file)
    except Unavailable as reason:
        remarks.append(str(reason))
    if len(absent) == len(missing):
        remarks.append("none of the files is there")
    elif absent:
        remarks.append(f"no {', '.join(absent)}")
    if found:
        remarks.insert(0, f"{len(found)} of {len(missing)} files found and verified")
    typer.echo(f"{source.name}: {'; '.join(remarks)}")
    return [file for file in missing if file not in found]


def _keep_first_right(
    candidates: Sequence[Path], file: IdxFile, folder: Path, scratch: Path, remarks: list[str]
) -> bool:
    """Move the first candidate that is the file to its place; remark on those that are not."""
    for path in candidates:
        try:
            content = read_verified(path, file)
        except Refused as reason:
            remarks.append(str(reason))
            continue
        if path != folder / file.name:
            complete = scratch / file.name
            complete.write_bytes(content)
            complete.replace(folder / file.name)
        return True
    return False


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """A scratch folder inside `folder`, so that moving out of it is one step; one process at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        typer.echo("Another process is fetching the data set: waiting for it.")
        lock.acquire()
    scratch = folder / SCRATCH
    try:
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        lock.release()
