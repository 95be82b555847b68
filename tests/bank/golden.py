"""What every slip of the bank costs, as an instructor would look at it: `costs.md`, compared by the bank's tests.

`python -m tests.bank.golden` grades every slip and writes the table anew, or with names of tasks their rows alone;
`--messages` also prints what the student reads, and `--salt` says which slips cost something else with other random
inputs, which is luck and a fault of a check. Look at what changed before you commit it: each row is points withheld.
"""

import argparse
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from grader.plugin import grade
from grader.results import TaskResult
from grader.sandbox.essence import essence
from grader.sandbox.host import Sandbox
from grader.suite import session
from tests.bank import (
    wrong_activation_extraction,
    wrong_convolution,
    wrong_models,
    wrong_preprocessing,
    wrong_threshold_callback,
    wrong_training,
)
from tests.bank.cases import Case

TABLE = Path(__file__).with_name("costs.md")

HEADER = """# What each slip costs

One row for each wrong submission of the bank: the reference with one mistake in one task. Written by
`python -m tests.bank.golden`, compared by the tests. "Named" says whether the message names the very mistake.

| task | slip | lost | of | named | checks that fail |
|---|---|---:|---:|---|---|
"""

VAGUE = {
    "dense_lie_layer_list_replaced": "says that the model does not compute what its layers say, not how it was done",
    "dense_lie_call_replaced": "says the same",
    "dense_lie_layer_call_replaced": "says the same",
    "dense_lie_relu_on_small_inputs": "says the same",
    "cnn_lie_filters_written_over": "shows the exception of Keras alone",
}
"""Slips whose message says what is wrong, but does not name the mistake, with what it says instead."""

WRONG = (
    *wrong_preprocessing.CASES,
    *wrong_models.CASES,
    *wrong_threshold_callback.CASES,
    *wrong_activation_extraction.CASES,
    *wrong_training.CASES,
    *wrong_convolution.CASES,
)


def row(case: Case, result: TaskResult) -> str:
    """The row of one slip."""
    failed = ", ".join(record.name for record in result.failures)
    named = "no" if case.name in VAGUE else "yes"
    return f"| {case.task} | {case.name} | {result.points - result.score:g} | {result.points:g} | {named} | {failed} |"


@cache
def rows() -> dict[str, str]:
    """The rows of the table, by the slip's name."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return {line.split(" | ")[1]: line for line in lines if line.startswith("| ") and "slip" not in line}


def result_of(case: Case, folder: Path, sandbox: Sandbox) -> TaskResult:
    """Grade one case."""
    results = grade(case.write(folder / case.name), [case.task], sandbox=sandbox)
    return next(result for result in results.tasks if result.name == case.task)


def told(case: Case, result: TaskResult) -> Sequence[str]:
    """What a student reads of the check that names the slip."""
    return [
        f"{case.task}, {case.name}: {record.name}\n    {record.message}\n    Hint: {record.hint}"
        for record in result.failures
        if record.name == case.check
    ]


def main() -> None:
    """Grade the slips and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", nargs="*", help="names of tasks (default: all)")
    parser.add_argument("--messages", action="store_true", help="also print what the student reads")
    parser.add_argument("--salt", default="", help="draw other random inputs; compare, and write nothing")
    options = parser.parse_args()
    if options.salt:
        session.essence = lambda source: options.salt.encode() + essence(source)
    sandbox, lines = Sandbox(), []
    with tempfile.TemporaryDirectory(prefix="bank-") as scratch:
        for case in WRONG:
            if options.tasks and case.task not in options.tasks:
                lines.append(rows()[case.name])
                continue
            result = result_of(case, Path(scratch), sandbox)
            lines.append(row(case, result))
            if options.messages:
                print(*told(case, result), sep="\n", flush=True)
    sandbox.close()
    if options.salt:
        print(*(line for line in lines if line not in rows().values()), sep="\n")
        return
    TABLE.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"Written: {TABLE} with {len(lines)} slips.")


if __name__ == "__main__":
    main()
