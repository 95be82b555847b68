"""Grade inside Gradescope's container: what `run_autograder` of our package runs there.

Gradescope lays a submission into `ROOT/submission`, tells about it in `ROOT/submission_metadata.json` and reads
`ROOT/results/results.json`; ROOT is `/autograder`
(https://gradescope-autograders.readthedocs.io/en/latest/specs/, "Autograder Specifications").
Where grading itself fails, no result is written: Gradescope then says so, and nobody gets 0 points for our fault.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader.classroom.late import Handed, note, reduced
from grader.course.settings import CNN_TRAINING, DENSE_TRAINING, TRAINING_SEED, Profile
from grader.judging.architecture import expected_cnn, expected_dense
from grader.judging.jobs import Job
from grader.judging.recipe import Adam
from grader.judging.store import Store
from grader.judging.trainings import Trainings
from grader.plugin import grade
from grader.reports import gradescope
from grader.reports.visibility import Feedback, feedback_from, shown
from grader.results import Results, Status
from grader.sandbox.host import Sandbox

METADATA_BYTES = 10 * 2**20
"""The longest metadata that is read: all earlier results of a student stand in it."""


def main(arguments: Sequence[str]) -> int:
    """Grade ROOT/submission; with `--prepare`, only train what right submissions need. The exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("root", type=Path, help="Gradescope's /autograder")
    parser.add_argument("--feedback", action="append", default=[], help="full, hints, scores, or TASK=LEVEL")
    parser.add_argument("--prepare", action="store_true", help="fill the store, when the image is built")
    options = parser.parse_args(arguments)
    try:
        feedback = feedback_from(options.feedback)
    except ValueError as error:
        parser.error(str(error))
    if options.prepare:
        prepare()
        return 0
    root: Path = options.root.resolve()
    results = grade(root / "submission")
    if any(task.status is Status.ERROR for task in results.tasks):
        print("The grader itself failed. This costs nobody points: tell the course staff.", file=sys.stderr)
        return 1
    write(root, results, feedback)
    return 0


def write(root: Path, results: Results, feedback: Feedback) -> None:
    """Write what Gradescope reads, whole or not at all."""
    handed = handed_in(root / "submission_metadata.json")
    data: dict[str, Any] = json.loads(gradescope.render(shown(results, feedback)))
    data["score"] = reduced(data["score"], handed)
    data["output"] = "\n".join([*note(handed, data["score"]), data["output"]])
    folder = root / "results"
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".results.{os.getpid()}.part"
    unfinished.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(folder / "results.json")


def handed_in(path: Path) -> Handed:
    """When a submission was handed in, as far as the metadata says; a file that cannot be read says nothing."""
    try:
        if path.stat().st_size > METADATA_BYTES:
            return Handed()
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return Handed()
    data = data if isinstance(data, dict) else {}
    assignment, earlier = data.get("assignment"), data.get("previous_submissions")
    due = assignment.get("due_date") if isinstance(assignment, dict) else None
    attempt = len(earlier) + 1 if isinstance(earlier, list) else None
    return Handed(_time(data.get("created_at")), _time(due), attempt)


def _time(text: Any) -> datetime | None:
    """A time as ISO 8601; without a zone it is UTC."""
    try:
        time = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def jobs() -> list[Job]:
    """The trainings that right submissions need, where they choose no learning rate or initializer of their own."""
    asked = (
        (expected_dense(128), DENSE_TRAINING[Profile.QUICK]),
        (expected_cnn(64, 2), CNN_TRAINING[Profile.QUICK]),
    )
    return [Job(model, Adam(), training.epochs, TRAINING_SEED, training.data) for model, training in asked]


def prepare() -> None:
    """Train them, so that the store of the image has them."""
    sandbox = Sandbox()
    trainings = Trainings(sandbox, Store())
    try:
        for key in [trainings.begin(job) for job in jobs()]:
            trainings.wait(key, lambda line: None)
    finally:
        trainings.close()
        sandbox.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
