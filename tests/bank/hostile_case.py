"""What a hostile case is, and how it becomes a submission: the reference with hostile code in one module.

A case is some hostile code and the place where it runs. `at="import"` puts it in front of the reference's module, whose
functions are right: what is refused there must cost nothing, what ends the process costs the task. `at="after"` puts it
behind them. `at="call"` runs it in every call of the task's first function, before the right answer. `at="wrong"` puts
it in front of functions that are all wrong: it must forge its points, and gets none. `at="module"` is a whole module.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent, indent

from tests.bank.cases import SOLUTIONS, Case

FUNCTIONS = {
    "preprocessing": ("normalize_images", "add_channel_axis", "label_names"),
    "dense_model": ("build_dense_model",),
    "cnn": ("build_cnn",),
    "activation_extraction": ("build_activation_model", "extract_activations"),
    "training": ("build_callbacks", "EpochTimer", "train", "predict_labels"),
    "convolution": ("convolve2d", "max_pool2d"),
}

ATTACK = """
def _attacking(function):
    def attacked(*arguments, **named):
        _attack()
        return function(*arguments, **named)
    return attacked


{name} = _attacking({name})
"""

WRONG = """
def {name}(*arguments, **named):
    raise LookupError("no answer")
"""

DENIED = """
def denied(action, *arguments, **named):
    try:
        action(*arguments, **named)
    except OSError:
        return
    raise SystemExit(f"let through: {action} {arguments}")
"""
"""For attempts that must fail: one that succeeds ends the program, which the test sees."""

INSIDES = """
def insides(module):
    import sys
    frame = sys._getframe()
    while frame.f_globals.get("__name__") != f"grader.sandbox.{module}":
        frame = frame.f_back
    return frame.f_globals
"""
"""For code against the grader's own modules: what one holds, from the frames that student code runs in."""


@dataclass(frozen=True)
class Hostile:
    """One hostile submission.

    Attributes:
        name: unique, a few words with underscores.
        code: the hostile code.
        at: where it runs: `import`, `call`, `after`, `wrong` or `module`.
        task: the task whose module it is in.
        status: the statuses that the task may have, separated by blanks.
        most: the most points that the task may get.
        says: a phrase that some message of the task must hold.
        files: further files of the submission.
        slow: whether a deadline will be missed, for which the deadlines are shortened.
    """

    name: str
    code: str
    at: str = "import"
    task: str = "preprocessing"
    status: str = "passed"
    most: int = 0
    says: str = ""
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    slow: bool = False

    @property
    def points(self) -> int:
        """What the task may get: all of it where it may pass."""
        return 100 if "passed" in self.status.split() else self.most

    def write(self, folder: Path) -> Path:
        """Write the submission into `folder` and return it."""
        return Case(self.name, self.task, source=self._source(), files=self.files).write(folder)

    def _source(self) -> str:
        code = dedent(self.code).strip("\n") + "\n"
        reference = (SOLUTIONS / f"{self.task}.py").read_text(encoding="utf-8")
        names = FUNCTIONS.get(self.task, ())
        match self.at:
            case "import":
                return f"{DENIED}{INSIDES}\n{code}\n{reference}"
            case "call":
                return f"{DENIED}\n{reference}\ndef _attack():\n{indent(code, '    ')}\n{ATTACK.format(name=names[0])}"
            case "after":
                return f"{reference}\n{code}"
            case "wrong":
                return f"{INSIDES}\n{code}\n" + "\n".join(WRONG.format(name=name) for name in names)
        return code
