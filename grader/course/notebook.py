"""Makes `assignments/lab.ipynb`, the lab's notebook: the text of `lab.md`, in Jupytext's Markdown format, as cells.

The same text gives the same bytes: cells are numbered instead of named at random, and there are no outputs.
"""

import json
from pathlib import Path
from typing import Any

TEMPLATE = Path(__file__).with_name("lab.md")

FILE_NAME = "lab.ipynb"

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
"""No version of anything: it would differ from one machine to the next."""


def make_notebook(template: Path = TEMPLATE) -> str:
    """Return the notebook as JSON.

    Raises:
        ValueError: Jupytext is not installed, or the text has no cells of code.
    """
    try:
        import jupytext
    except ImportError:
        raise ValueError(f'{FILE_NAME} is made with Jupytext: run pip install -e ".[dev]" first') from None
    read: Any = jupytext.reads(template.read_text(encoding="utf-8"), fmt="md")
    cells = [_cell(number, cell) for number, cell in enumerate(read.cells, start=1)]
    if not any(cell["cell_type"] == "code" for cell in cells):
        raise ValueError(f"{template.name} has no cells of code")
    notebook = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _cell(number: int, cell: Any) -> dict[str, Any]:
    made = {"cell_type": cell.cell_type, "id": f"cell-{number:02}", "metadata": {}}
    made["source"] = cell.source.splitlines(keepends=True)
    if cell.cell_type == "code":
        made |= {"execution_count": None, "outputs": []}
    return made
