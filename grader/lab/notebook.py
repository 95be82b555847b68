"""What the notebook `assignments/lab.ipynb` needs besides the figures: is a task written yet, and show a figure.

The notebook runs student code in the student's own Python, where nothing is graded; here is only looked, not judged.
"""

import io
from pathlib import Path

from matplotlib.figure import Figure

from grader.course.tasks import task_named
from grader.sandbox.probes import Probes


def ready(*tasks: str) -> bool:
    """Whether all functions of these tasks are written; otherwise say what to do first.

    Args:
        tasks: names of tasks, whose modules lie in the working directory.
    """
    for name in tasks:
        sentence = missing(name, Path.cwd())
        if sentence:
            print(f"{sentence} Then restart the kernel and run all cells.")
            return False
    return True


def missing(name: str, folder: Path) -> str:
    """What is still to be done for a task, in a sentence or two; empty where its functions are written."""
    task = task_named(name)
    if not (folder / task.file_name).is_file():
        return f"There is no {task.file_name} beside this notebook: open the notebook in the folder of your modules."
    probes = Probes(folder, preloaded=False)
    for public_name in task.public_names:
        inspected = {"file_name": task.file_name, "public_names": [public_name]}
        answer = probes.answer("inspect", inspected)["value"]
        if answer["syntax"] is not None:
            error = answer["syntax"]
            return f"Python cannot read {task.file_name}: {error['message']} (line {error['line']})."
        if answer["untouched"]:
            return f"First write {public_name} in {task.file_name}. {task.hint}"
    return ""


def show(figure: Figure) -> None:
    """Display a figure below the cell."""
    from IPython.display import Image, display

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    display(Image(data=buffer.getvalue(), alt=figure.get_suptitle()))
