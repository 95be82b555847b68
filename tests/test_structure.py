"""The tree keeps its order: imports point one way, no solution is read, and an inert plugin loads nothing heavy."""

import ast
import subprocess
import sys

import pytest

from grader.course.settings import REPOSITORY

LAYERS = ("plugin", "reports", "suite", "lab", "judging", "sandbox", "course", "results")
"""A module imports only from its own layer and from those after it."""

FILES = sorted((REPOSITORY / "grader").rglob("*.py"))


def layer(module: str) -> int:
    """The place of `grader.x.y` in the order; commands and the package itself stand on top."""
    parts = module.split(".")
    return LAYERS.index(parts[1]) if len(parts) > 1 and parts[1] in LAYERS else -1


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_imports_point_down(path):
    module = ".".join(path.relative_to(REPOSITORY).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            assert not name.startswith(("solutions", "assignments", "tests")), f"{module} imports {name}"
            if name.startswith("grader."):
                assert layer(name) >= layer(module), f"{module} imports {name}, which stands above it"


def test_the_plugin_loads_nothing_heavy_where_it_is_inert():
    program = (
        "import sys, grader.plugin; print(sorted({'numpy', 'tensorflow', 'rich', 'hypothesis'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
