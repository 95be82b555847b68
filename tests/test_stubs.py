"""The stub generator: it publishes the contract and never an answer."""

import ast
import importlib.util
import inspect
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from grader.course.handout import make_handout
from grader.course.stubs import ROOT, StubError, find_regions, generate, main, make_stub
from grader.course.tasks import TASKS, task_named

SOLUTIONS = ROOT / "solutions"
ASSIGNMENTS = ROOT / "assignments"


@pytest.fixture
def solutions(tmp_path):
    """A copy of the real solutions, to spoil."""
    return Path(shutil.copytree(SOLUTIONS, tmp_path / "solutions", ignore=shutil.ignore_patterns("__pycache__")))


@pytest.fixture(scope="module")
def generated():
    return generate(SOLUTIONS)


def spoil(solutions: Path, name: str, old: str, new: str, count: int = 1) -> int:
    """Replace text in a copied solution; return the line where it first stood."""
    path = solutions / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8", newline="\n")
    return text[: text.index(old)].count("\n") + 1


def definitions(source: str) -> dict[str, ast.FunctionDef | ast.ClassDef]:
    """The functions and classes of a module, and the methods by their dotted names."""
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{part.name}": part for part in node.body if isinstance(part, ast.FunctionDef)}
    return found


def assert_refused(solutions: Path, file_name: str, line: int | None, phrase: str, capsys) -> None:
    """The generator stops with one sentence that names file, line and mistake, and writes nothing."""
    assignments = solutions.parent / "assignments"
    status = main(check=False, solutions=solutions, assignments=assignments)
    said = capsys.readouterr()
    where = f"solutions/{file_name}:" if line is None else f"solutions/{file_name}, line {line}:"
    assert status == 1
    assert said.out == ""
    assert said.err.startswith(where)
    assert said.err.count("\n") == 1
    assert phrase in said.err
    assert not assignments.exists()


# Strictness: each mistake with a marker, made in a copy of a real solution.


@pytest.mark.parametrize(
    "marker",
    [
        "# SOLUTION",
        "#SOLUTION BEGIN",
        "# Solution begin",
        "# solution begin",
        "# SOLUTION BEGINN",
        "# SOLUTION  BEGIN",
        "# SOLUTION BEGIN ",
        "# SOLUTION BEGIN:",
        "# SOLUTION: BEGIN",
        "# SOLUTION_BEGIN",
        "# SOLUTIONBEGIN",
        "# BEGIN SOLUTION",
        "## SOLUTION BEGIN",
        "# SOLUTON BEGIN",
        "# SOLUTION START",
        "# SOLUTION MIDDLE",
        "# BEGIN",
        "#\tSOLUTION BEGIN",
    ],
)
def test_a_misspelt_or_unknown_marker_is_refused(solutions, capsys, marker):
    line = spoil(solutions, "cnn.py", "# SOLUTION BEGIN", marker)
    assert_refused(solutions, "cnn.py", line, "is neither `# SOLUTION BEGIN` nor `# SOLUTION END`", capsys)


@pytest.mark.parametrize("marker", ["# SOLUTION ENDE", "# Solution End", "#SOLUTION END", "# END", "# SOLUTION"])
def test_a_misspelt_end_is_refused(solutions, capsys, marker):
    line = spoil(solutions, "dense_model.py", "# SOLUTION END", marker)
    assert_refused(solutions, "dense_model.py", line, "is neither `# SOLUTION BEGIN` nor `# SOLUTION END`", capsys)


def test_a_marker_behind_code_is_refused(solutions, capsys):
    line = spoil(
        solutions, "cnn.py", "    model.add(layers.Flatten())", "    model.add(layers.Flatten())  # SOLUTION END"
    )
    assert_refused(solutions, "cnn.py", line, "alone on its line", capsys)


def test_comments_on_convolutions_are_no_markers():
    assert find_regions(["# a convolution sees its neighbours", "# from beginning to end"], "x") == []


def test_a_nested_marker_is_refused(solutions, capsys):
    line = spoil(solutions, "cnn.py", "    for _ in range", "    # SOLUTION BEGIN\n    for _ in range")
    assert_refused(solutions, "cnn.py", line, "inside the region that begins in line", capsys)


def test_a_stray_end_is_refused(solutions, capsys):
    line = spoil(solutions, "cnn.py", "import keras", "# SOLUTION END\nimport keras")
    assert_refused(solutions, "cnn.py", line, "without a `# SOLUTION BEGIN` before it", capsys)


def test_a_missing_begin_is_refused(solutions, capsys):
    spoil(solutions, "cnn.py", "    # SOLUTION BEGIN\n", "")
    line = (solutions / "cnn.py").read_text(encoding="utf-8").split("\n").index("    # SOLUTION END") + 1
    assert_refused(solutions, "cnn.py", line, "without a `# SOLUTION BEGIN` before it", capsys)


def test_a_missing_end_is_refused(solutions, capsys):
    line = spoil(solutions, "cnn.py", "    # SOLUTION BEGIN", "    # SOLUTION BEGIN")
    spoil(solutions, "cnn.py", "    # SOLUTION END\n", "")
    assert_refused(solutions, "cnn.py", line, "without a `# SOLUTION END` after it", capsys)


def test_both_markers_missing_is_refused(solutions, capsys):
    line = spoil(solutions, "preprocessing.py", "def add_channel_axis", "def add_channel_axis")
    spoil(solutions, "preprocessing.py", "    # SOLUTION BEGIN\n    return images[...", "    return images[...")
    spoil(solutions, "preprocessing.py", "np.newaxis]\n    # SOLUTION END\n", "np.newaxis]\n")
    assert_refused(solutions, "preprocessing.py", line, "add_channel_axis has no solution region", capsys)


def test_a_method_without_a_region_is_refused(solutions, capsys):
    method = '    def on_epoch_begin(self, epoch, logs=None):\n        """Begin."""\n        print(epoch)\n\n'
    line = spoil(solutions, "threshold_callback.py", "    def on_epoch_end", method + "    def on_epoch_end")
    phrase = "AccuracyThresholdCallback.on_epoch_begin has no solution region"
    assert_refused(solutions, "threshold_callback.py", line, phrase, capsys)


def test_a_class_without_methods_is_refused():
    source = '"""Task."""\n\n\nclass AccuracyThresholdCallback:\n    """Doc."""\n\n    threshold = 0.98\n'
    with pytest.raises(StubError, match=r"^x, line 4: AccuracyThresholdCallback has no solution region"):
        make_stub(task_named("threshold_callback"), source, "x")


def test_a_helper_outside_a_region_is_refused(solutions, capsys):
    helper = 'def _halve(x):\n    """Halve."""\n    return x / 2\n\n\n'
    line = spoil(solutions, "cnn.py", "def build_cnn", helper + "def build_cnn")
    assert_refused(solutions, "cnn.py", line, "_halve has no solution region", capsys)


def test_code_outside_functions_is_refused(solutions, capsys):
    spoil(solutions, "cnn.py", "def build_cnn", "if True:\n    UNITS = 128\n\n\ndef build_cnn")
    assert main(check=False, solutions=solutions, assignments=solutions / "out") == 1
    assert "this statement belongs into a solution region" in capsys.readouterr().err
    assert not (solutions / "out").exists()


def test_a_region_that_leaves_part_of_the_body_is_refused(solutions, capsys):
    line = spoil(solutions, "cnn.py", "    # SOLUTION BEGIN\n", "")
    spoil(solutions, "cnn.py", "    model = keras", "    # SOLUTION BEGIN\n    model = keras")
    assert_refused(solutions, "cnn.py", line + 2, "is not all that stands in a function after its docstring", capsys)


def test_a_region_that_holds_the_docstring_is_refused(solutions, capsys):
    spoil(solutions, "cnn.py", "    # SOLUTION BEGIN\n", "")
    line = spoil(solutions, "cnn.py", '    """Build', '    # SOLUTION BEGIN\n    """Build')
    assert_refused(solutions, "cnn.py", line, "is not all that stands in a function after its docstring", capsys)


def test_a_region_within_a_loop_is_refused(solutions, capsys):
    spoil(solutions, "cnn.py", "    # SOLUTION BEGIN\n", "")
    spoil(solutions, "cnn.py", "    # SOLUTION END\n", "")
    old = "        model.add(layers.MaxPooling2D(pool_size=2))\n"
    line = spoil(solutions, "cnn.py", old, f"        # SOLUTION BEGIN\n{old}        # SOLUTION END\n")
    assert_refused(solutions, "cnn.py", line, "cuts through the statement", capsys)


def test_a_region_that_spills_into_the_next_function_is_refused(solutions, capsys):
    line = spoil(solutions, "preprocessing.py", "    # SOLUTION BEGIN", "    # SOLUTION BEGIN")
    spoil(solutions, "preprocessing.py", "    # SOLUTION END\n", "")
    spoil(solutions, "preprocessing.py", "    # SOLUTION BEGIN\n    return images[", "    return images[")
    assert_refused(solutions, "preprocessing.py", line, "cuts through the statement", capsys)


def test_markers_within_a_docstring_are_refused(solutions, capsys):
    line = spoil(solutions, "cnn.py", "    Example:\n", "    # SOLUTION BEGIN\n    Example:\n    # SOLUTION END\n")
    assert_refused(solutions, "cnn.py", line, "cuts through the statement", capsys)


def test_an_empty_region_is_refused(solutions, capsys):
    line = spoil(solutions, "cnn.py", "import keras\n", "# SOLUTION BEGIN\n# SOLUTION END\nimport keras\n")
    assert_refused(solutions, "cnn.py", line, "holds no statement", capsys)


def test_an_answer_that_stands_in_a_comment_too_is_refused(solutions, capsys):
    spoil(
        solutions,
        "preprocessing.py",
        "    # SOLUTION BEGIN",
        "    # return images[..., np.newaxis]\n    # SOLUTION BEGIN",
    )
    text = (solutions / "preprocessing.py").read_text(encoding="utf-8").split("\n")
    line = text.index("    return images[..., np.newaxis]") + 1
    assert_refused(solutions, "preprocessing.py", line, "stands in the stub as well", capsys)


def test_a_missing_module_is_refused(solutions, capsys):
    (solutions / "cnn.py").unlink()
    assert_refused(solutions, "cnn.py", None, "the module is missing", capsys)


def test_a_module_of_no_task_is_refused(solutions, capsys):
    (solutions / "helper.py").write_text("X = 1\n", encoding="utf-8")
    assert_refused(solutions, "helper.py", 1, "the task table has no task for this module", capsys)


def test_a_missing_public_name_is_refused(solutions, capsys):
    spoil(solutions, "cnn.py", "def build_cnn", "def build_convnet")
    assert_refused(solutions, "cnn.py", 1, "build_cnn, which the task table names, is missing", capsys)


def test_a_public_name_within_a_region_is_refused(solutions, capsys):
    spoil(solutions, "cnn.py", "    # SOLUTION BEGIN\n", "")
    spoil(solutions, "cnn.py", "def build_cnn", "# SOLUTION BEGIN\ndef build_cnn")
    assert_refused(
        solutions, "cnn.py", 1, "build_cnn, which the task table names, is missing or within a region", capsys
    )


def test_a_missing_docstring_is_refused(solutions, capsys):
    path = solutions / "threshold_callback.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r' {8}"""Remember.*?""".*?\n', "", text, flags=re.DOTALL), encoding="utf-8")
    line = path.read_text(encoding="utf-8").split("\n").index("        # SOLUTION BEGIN") + 1
    phrase = "is not all that stands in a function after its docstring"
    assert_refused(solutions, "threshold_callback.py", line, phrase, capsys)


def test_a_syntax_error_is_refused(solutions, capsys):
    line = spoil(solutions, "cnn.py", "def build_cnn(", "def build_cnn((")
    assert main(check=False, solutions=solutions, assignments=solutions / "out") == 1
    assert capsys.readouterr().err.startswith(f"solutions/cnn.py, line {line}: ")


# What is generated.


def test_twice_the_same(generated):
    assert generate(SOLUTIONS) == generated
    assert list(generated) == [*(task.file_name for task in TASKS), "README.md", "lab.ipynb"]


def test_line_endings_of_the_solutions_do_not_matter(solutions, generated):
    for path in solutions.glob("*.py"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert generate(solutions) == generated


def test_written_files_are_utf8_with_lf(tmp_path, generated, capsys):
    out = tmp_path / "assignments"
    assert main(check=False, solutions=SOLUTIONS, assignments=out) == 0
    assert capsys.readouterr().out.splitlines() == [f"wrote assignments/{name}" for name in generated]
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {
        name: text.encode() for name, text in generated.items()
    }
    assert all("\r" not in text and text.endswith("\n") for text in generated.values())


def test_committed_assignments_are_what_the_solutions_give(generated):
    committed = {path.name: path.read_text(encoding="utf-8") for path in ASSIGNMENTS.glob("[!._]*")}
    assert committed == generated


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_same_names_signatures_and_docstrings(task, generated):
    solution = (SOLUTIONS / task.file_name).read_text(encoding="utf-8")
    stub = generated[task.file_name]
    answers, contracts = definitions(solution), definitions(stub)
    assert set(task.public_names) <= contracts.keys()
    assert ast.get_docstring(ast.parse(stub)) == ast.get_docstring(ast.parse(solution))
    assert contracts.keys() == {name for name in answers if not name.startswith("_")}
    for name, contract in contracts.items():
        answer = answers[name]
        assert ast.get_docstring(contract) == ast.get_docstring(answer) is not None
        if isinstance(contract, ast.ClassDef):
            assert [ast.dump(base) for base in contract.bases] == [ast.dump(base) for base in answer.bases]
            continue
        assert ast.dump(contract.args) == ast.dump(answer.args)
        assert ast.unparse(contract.returns) == ast.unparse(answer.returns)
        sentence = f"{task.name}: {name} is not written yet"
        assert [ast.unparse(statement) for statement in contract.body[1:]] == [
            f"raise NotImplementedError('{sentence}')"
        ]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_no_line_of_an_answer_leaks(task, generated):
    lines = (SOLUTIONS / task.file_name).read_text(encoding="utf-8").split("\n")
    public = {line.strip() for line in generated[task.file_name].split("\n")}
    regions = find_regions(lines, task.file_name)
    answers = [lines[number].strip() for region in regions for number in range(region.begin, region.end - 1)]
    assert answers
    assert [line for line in answers if line in public and line] == []
    assert "SOLUTION" not in generated[task.file_name]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_every_docstring_is_a_contract(task, generated):
    for name in task.public_names:
        node = definitions(generated[task.file_name])[name]
        text = ast.get_docstring(node)
        assert text.partition("\n\n")[0].endswith(".")
        assert "\nArgs:\n" in text
        assert "\nExample:\n" in text
        assert isinstance(node, ast.ClassDef) or "\nReturns:\n" in text


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"stub_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def call_everything(path: Path, public_names: tuple[str, ...]) -> dict[str, str]:
    """What calling each public function and method of a stub raises: its dotted name to the message."""
    module = load(path)
    callables = {}
    for name in public_names:
        value = getattr(module, name)
        if inspect.isclass(value):
            callables |= {f"{name}.{part}": body for part, body in vars(value).items() if inspect.isfunction(body)}
        else:
            callables[name] = value
    raised = {}
    for name, function in callables.items():
        required = [p for p in inspect.signature(function).parameters.values() if p.default is p.empty]
        with pytest.raises(NotImplementedError) as caught:
            function(*[None] * len(required))
        raised[name] = str(caught.value)
    return raised


@pytest.mark.parametrize("task", [task for task in TASKS if not task.needs_tensorflow], ids=lambda task: task.name)
def test_stubs_raise(task):
    raised = call_everything(ASSIGNMENTS / task.file_name, task.public_names)
    assert raised == {name: f"{task.name}: {name} is not written yet" for name in task.public_names}


def test_stubs_that_need_tensorflow_raise():
    """In a process of its own: importing TensorFlow here would stay with all later tests."""
    code = (
        "from tests.test_stubs import ASSIGNMENTS, TASKS, call_everything\n"
        "for task in TASKS:\n"
        "    for name, said in call_everything(ASSIGNMENTS / task.file_name, task.public_names).items():\n"
        "        assert said == f'{task.name}: {name} is not written yet', said\n"
        "        print(name)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    called = {name.partition(".")[0] for name in done.stdout.split()}
    assert called == {name for task in TASKS for name in task.public_names}


def test_what_an_answer_alone_needs_vanishes(generated):
    stub = generated["activation_extraction.py"]
    assert "_SHOWN" not in stub
    assert "import keras\nimport numpy as np\nfrom keras import layers\n\n\ndef build_activation_model" in stub


def test_the_hand_out_names_every_task_and_no_answer(generated):
    text = generated["README.md"]
    for task in TASKS:
        assert task.title in text
        assert f"| `{task.file_name}` | {'+' if task.bonus else ''}{task.points} |" in text
    assert "{{" not in text
    assert "Sequential(" not in text


def test_an_unknown_placeholder_is_refused(tmp_path):
    template = tmp_path / "handout.md"
    template.write_text("# {{points}}\n\n{{table}}\nx {{ponts}} y\n", encoding="utf-8")
    lessons = {task.name: "much" for task in TASKS}
    with pytest.raises(ValueError, match=r"^handout\.md, line 4: nothing fills the placeholder \{\{ponts\}\}$"):
        make_handout(lessons, template)


# The command.


def run_check() -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "grader", "stubs", "--check"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_the_command_says_that_they_agree():
    done = run_check()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"assignments/ agrees with the solutions ({len(TASKS) + 2} files)\n"


def test_check_names_what_differs_and_writes_nothing(solutions, capsys):
    assignments = solutions.parent / "assignments"
    main(check=False, solutions=solutions, assignments=assignments)
    (assignments / "__pycache__").mkdir()
    assert main(check=True, solutions=solutions, assignments=assignments) == 0
    (assignments / "cnn.py").write_text("X = 1\n", encoding="utf-8")
    (assignments / "README.md").unlink()
    (assignments / "old.py").write_text("X = 1\n", encoding="utf-8")
    before = {path.name for path in assignments.iterdir()}
    capsys.readouterr()
    assert main(check=True, solutions=solutions, assignments=assignments) == 1
    assert capsys.readouterr().out.splitlines() == [
        "assignments/README.md is missing",
        "assignments/cnn.py differs from what the solutions give",
        "assignments/old.py is generated from no solution",
    ]
    assert {path.name for path in assignments.iterdir()} == before
    assert (assignments / "cnn.py").read_text(encoding="utf-8") == "X = 1\n"


def test_check_accepts_the_line_endings_of_git_on_windows(solutions):
    assignments = solutions.parent / "assignments"
    main(check=False, solutions=solutions, assignments=assignments)
    for path in assignments.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert main(check=True, solutions=solutions, assignments=assignments) == 0


def test_check_with_no_assignments_names_all(solutions, capsys):
    assert main(check=True, solutions=solutions, assignments=solutions.parent / "nowhere") == 1
    assert capsys.readouterr().out.count(" is missing") == len(TASKS) + 2


@pytest.mark.parametrize("check", [True, False])
def test_without_solutions_it_says_so(tmp_path, capsys, check):
    assert main(check=check, solutions=tmp_path / "solutions", assignments=tmp_path / "assignments") == 1
    assert "There is no folder" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
