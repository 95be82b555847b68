"""Writes `assignments/` from `solutions/`, so that no stub is kept by hand and no answer gets out.

A solution marks its answers with two comments, each alone on its line:

    # SOLUTION BEGIN
    # SOLUTION END

Around everything in a function after its docstring, they make the stub raise `NotImplementedError` there. Around whole
statements of the module (an import, a constant, a helper), they make these vanish. Whatever is not clearly one of the
two stops the generator before it writes anything.
"""

import ast
import copy
import difflib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.course.handout import make_handout
from grader.course.notebook import FILE_NAME, make_notebook
from grader.course.tasks import TASKS, Task

ROOT = Path(__file__).resolve().parents[2]

BEGIN = "# SOLUTION BEGIN"
END = "# SOLUTION END"
LIKENESS = 0.75  # catches SOLUTON (0.93) and SOLUTIONBEGIN (0.76), but not the word convolution (0.74)
LEAK_LENGTH = 12  # a shorter line, such as `else:` or `return x`, gives nothing away

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Scope = ast.Module | Definition
CONTRACT_STATEMENTS = (Definition, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.Expr, ast.Raise)


class StubError(ValueError):
    """A solution that no stub can be made of; the message names the file, the line and the mistake."""


@dataclass(frozen=True)
class Region:
    """An answer: the line numbers, from 1, of its two markers."""

    begin: int
    end: int

    def holds(self, statement: ast.stmt) -> bool:
        """Whether all of the statement lies between the markers."""
        first, last = _span(statement)
        return self.begin < first and last < self.end

    def cuts(self, statement: ast.stmt) -> bool:
        """Whether some of it does, but not all."""
        first, last = _span(statement)
        return first < self.end and self.begin < last and not self.holds(statement)


def generate(solutions: Path) -> dict[str, str]:
    """Return what belongs into `assignments/`: the text of each file by its name.

    Raises:
        StubError: a module of the task table is missing, or no stub can be made of one.
        ValueError: the hand-out's template has a placeholder that nothing fills, or the notebook cannot be made.
    """
    modules = {task.file_name for task in TASKS}
    for path in sorted(solutions.glob("*.py")):
        if path.name not in modules:
            raise StubError(f"{solutions.name}/{path.name}, line 1: the task table has no task for this module")
    files, lessons = {}, {}
    for task in TASKS:
        where = f"{solutions.name}/{task.file_name}"
        path = solutions / task.file_name
        if not path.is_file():
            raise StubError(f"{where}: the module is missing")
        source = path.read_text(encoding="utf-8")
        files[task.file_name] = make_stub(task, source, where)
        about = ast.get_docstring(ast.parse(source)) or ""
        lessons[task.name] = " ".join(about.partition("\n\n")[2].split()).removeprefix("You learn ")
    files["README.md"] = make_handout(lessons)
    files[FILE_NAME] = make_notebook()
    return files


def make_stub(task: Task, source: str, where: str) -> str:
    """Return the stub of a solution's source.

    Raises:
        StubError: a marker, a name or a docstring is not as it must be; `where` is what the message calls the file.
    """
    tree = _parse(source, where)
    lines = source.split("\n")
    regions = find_regions(lines, where)
    kept = list(lines)
    for region in reversed(regions):  # from the end, so that the line numbers before it stay right
        kept[region.begin - 1 : region.end] = _replacement(region, tree, task, where)
    stub = re.sub(r"\n{4,}", "\n\n\n", "\n".join(kept)).rstrip() + "\n"  # what vanished leaves one gap, not two
    _verify_contract(task, tree, _parse(stub, f"the stub of {where}"), where)
    for region in regions:
        for number in range(region.begin + 1, region.end):
            line = lines[number - 1].strip()
            if len(line) >= LEAK_LENGTH and line in stub:
                raise StubError(f"{where}, line {number}: this line of an answer stands in the stub as well")
    return stub


def find_regions(lines: list[str], where: str) -> list[Region]:
    """Return the marked regions, in order.

    Raises:
        StubError: a marker is misspelt, nested, stray or missing.
    """
    regions = []
    begin = None
    for number, line in enumerate(lines, start=1):
        marker = line.lstrip(" ")
        if marker == BEGIN:
            if begin is not None:
                raise StubError(f"{where}, line {number}: `{BEGIN}` inside the region that begins in line {begin}")
            begin = number
        elif marker == END:
            if begin is None:
                raise StubError(f"{where}, line {number}: `{END}` without a `{BEGIN}` before it")
            regions.append(Region(begin, number))
            begin = None
        elif _looks_like_marker(line):
            raise StubError(f"{where}, line {number}: {marker!r} is neither `{BEGIN}` nor `{END}` alone on its line")
    if begin is not None:
        raise StubError(f"{where}, line {begin}: `{BEGIN}` without a `{END}` after it")
    return regions


def main(*, check: bool, solutions: Path = ROOT / "solutions", assignments: Path = ROOT / "assignments") -> int:
    """Write `assignments` from `solutions`, or with `check` only say where they differ; return the exit status."""
    if not solutions.is_dir():
        print(f"There is no folder {solutions}: stubs can be made only where the solutions are.", file=sys.stderr)
        return 1
    try:
        files = generate(solutions)
    except ValueError as error:  # a StubError, or one that the hand-out's template gives
        print(error, file=sys.stderr)
        return 1
    if check:
        return _check(files, assignments)
    assignments.mkdir(exist_ok=True)
    for name, text in files.items():
        (assignments / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"wrote {assignments.name}/{name}")
    return 0


def _check(files: dict[str, str], assignments: Path) -> int:
    """Name each file that is not as it would be generated; return the exit status."""
    found = {path.name for path in assignments.glob("[!._]*")}  # neither .gitkeep nor __pycache__
    problems = [f"{name} is missing" for name in files.keys() - found]
    problems += [f"{name} is generated from no solution" for name in found - files.keys()]
    for name in files.keys() & found:
        committed = (assignments / name).read_bytes().replace(b"\r\n", b"\n")  # git on Windows may write CRLF
        if committed != files[name].encode():
            problems.append(f"{name} differs from what the solutions give")
    for problem in sorted(problems) or [f" agrees with the solutions ({len(files)} files)"]:
        print(f"{assignments.name}/{problem}")
    return 1 if problems else 0


def _parse(source: str, where: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise StubError(f"{where}, line {error.lineno}: {error.msg}") from error


def _looks_like_marker(line: str) -> bool:
    """Whether somebody may have meant this line for a marker: better to refuse a comment than to publish an answer."""
    comment = line.partition("#")[2]
    words = re.findall("[A-Za-z]+", comment)
    alike = difflib.get_close_matches("solution", [word.lower() for word in words], cutoff=LIKENESS)
    return bool(alike) or "solution" in comment.lower() or "BEGIN" in words or "END" in words


def _replacement(region: Region, tree: ast.Module, task: Task, where: str) -> list[str]:
    """Return the lines that stand in the stub for a region: one that raises, or none."""
    scope: Scope = tree
    path: list[str] = []
    while True:
        inside = [statement for statement in scope.body if region.holds(statement)]
        cut = [statement for statement in scope.body if region.cuts(statement)]
        if inside or len(cut) != 1 or not isinstance(cut[0], Definition):
            break
        scope = cut[0]
        path.append(scope.name)
    at = f"{where}, line {region.begin}: the region"
    if cut:
        raise StubError(f"{at} cuts through the statement that begins in line {_span(cut[0])[0]}")
    if not inside:
        raise StubError(f"{at} holds no statement")
    if isinstance(scope, ast.Module):
        return []
    if inside != scope.body[1:] or isinstance(scope, ast.ClassDef):
        raise StubError(f"{at} is not all that stands in a function after its docstring")
    indent = " " * inside[0].col_offset
    return [f'{indent}raise NotImplementedError("{task.name}: {".".join(path)} is not written yet")']


def _verify_contract(task: Task, solution: ast.Module, stub: ast.Module, where: str) -> None:
    """Raise where the stub is not the solution without its bodies: same names, signatures and docstrings."""
    answers, contracts = dict(_definitions(solution)), dict(_definitions(stub))
    if not ast.get_docstring(solution) or ast.get_docstring(solution) != ast.get_docstring(stub):
        raise StubError(f"{where}, line 1: the module has no docstring that says what one learns")
    for name in task.public_names:
        if name not in contracts:
            raise StubError(f"{where}, line 1: {name}, which the task table names, is missing or within a region")
    for name, contract in contracts.items():
        at = f"{where}, line {_span(answers[name])[0]}: {name}"
        if not ast.get_docstring(contract):
            raise StubError(f"{at} has no docstring, which is the student's contract")
        if _head(contract) != _head(answers[name]):
            raise StubError(f"{at} has another signature or docstring in the stub")
        if isinstance(contract, ast.ClassDef):
            empty = any(other.startswith(f"{name}.") for other in contracts)
        else:
            raising = f"raise NotImplementedError('{task.name}: {name} is not written yet')"
            empty = [ast.unparse(statement) for statement in contract.body[1:]] == [raising]
        if not empty:
            raise StubError(f"{at} has no solution region")
    for node in ast.walk(stub):
        if isinstance(node, ast.stmt) and not isinstance(node, CONTRACT_STATEMENTS):
            raise StubError(f"the stub of {where}, line {node.lineno}: this statement belongs into a solution region")


def _definitions(scope: Scope, prefix: str = "") -> Iterator[tuple[str, Definition]]:
    """Yield the functions, classes and methods of a module by their dotted names, but none within a function."""
    for statement in scope.body:
        if isinstance(statement, Definition):
            yield prefix + statement.name, statement
            if isinstance(statement, ast.ClassDef):
                yield from _definitions(statement, f"{prefix}{statement.name}.")


def _head(node: Definition) -> str:
    """Return a definition's signature (defaults, annotations, decorators, bases) and docstring, to be compared."""
    head = copy.copy(node)
    head.body = node.body[:1]
    return ast.dump(head)


def _span(statement: ast.stmt) -> tuple[int, int]:
    """Return a statement's first line, decorators included, and its last."""
    decorators = statement.decorator_list if isinstance(statement, Definition) else []
    first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
    return first, statement.end_lineno or first
