"""The notebook: made from one text, run in full with the reference, and patient with stubs."""

import json
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from grader.course import notebook
from grader.course.settings import REPOSITORY
from grader.lab.notebook import missing, ready

COMMITTED = REPOSITORY / "assignments" / notebook.FILE_NAME


def executed(folder: Path) -> list[nbformat.NotebookNode]:
    """The code cells after the notebook has been run in this folder."""
    made = nbformat.reads(notebook.make_notebook(), as_version=4)
    client = NotebookClient(made, timeout=300, resources={"metadata": {"path": str(folder)}})
    client.execute()
    return [cell for cell in made.cells if cell.cell_type == "code"]


def printed(cell: nbformat.NotebookNode) -> str:
    """What a cell printed on standard output."""
    return "".join(output.text for output in cell.outputs if output.get("name") == "stdout")


def images(cell: nbformat.NotebookNode) -> int:
    """How many figures it shows."""
    return sum("image/png" in output.get("data", {}) for output in cell.outputs)


def test_the_committed_notebook_is_valid_and_what_the_text_gives() -> None:
    text = notebook.make_notebook()
    assert text == notebook.make_notebook() == COMMITTED.read_text(encoding="utf-8")
    made = nbformat.reads(text, as_version=4)
    nbformat.validate(made)
    assert len({cell.id for cell in made.cells}) == len(made.cells)
    assert all(not cell.get("outputs") for cell in made.cells)
    assert json.loads(text)["metadata"] == notebook.METADATA


def test_a_text_without_code_and_a_missing_jupytext_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "empty.md"
    path.write_text("Only words.\n")
    with pytest.raises(ValueError, match="no cells of code"):
        notebook.make_notebook(path)
    monkeypatch.setitem(sys.modules, "jupytext", None)
    with pytest.raises(ValueError, match="made with Jupytext: run pip install"):
        notebook.make_notebook()


def test_it_runs_in_full_with_the_reference() -> None:
    cells = executed(REPOSITORY / "solutions")
    assert [images(cell) for cell in cells] == [0, 1, 1, 1, 0, 1, 0, 1, 2]
    said = "".join(printed(cell) for cell in cells)
    assert "(10000, 28, 28) uint8" in said
    assert "after:  0.0 to 1.0" in said
    assert "Stopped after" in said
    assert "243,786 parameters" in said
    assert "First write" not in said


def test_with_stubs_it_says_what_to_do_first(tmp_path: Path) -> None:
    folder = tmp_path / "assignments"
    shutil.copytree(REPOSITORY / "assignments", folder)
    cells = executed(folder)
    assert [images(cell) for cell in cells] == [0, 0, 0, 0, 0, 1, 0, 0, 0]  # the convolution needs no code
    for cell in (*cells[1:5], *cells[6:]):
        assert printed(cell).startswith("First write normalize_images in preprocessing.py. Start with normalize_images")
        assert printed(cell).endswith("Then restart the kernel and run all cells.\n")


def test_what_is_missing_is_said_function_by_function(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "There is no cnn.py beside this notebook" in missing("cnn", tmp_path)
    (tmp_path / "cnn.py").write_text("def build_cnn(:\n")
    assert missing("cnn", tmp_path) == "Python cannot read cnn.py: invalid syntax (line 1)."
    half = "def normalize_images(images):\n    return images / 255\n"
    stubs = "def add_channel_axis(images):\n    raise NotImplementedError\n"
    (tmp_path / "preprocessing.py").write_text(half + stubs)
    assert missing("preprocessing", tmp_path).startswith("First write add_channel_axis in preprocessing.py.")
    (tmp_path / "cnn.py").write_text("def build_cnn():\n    return 1\n")
    monkeypatch.chdir(tmp_path)
    assert ready("cnn")
    assert not ready("cnn", "preprocessing")
    assert "First write add_channel_axis" in capsys.readouterr().out
