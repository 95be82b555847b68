"""One task of one submission while its checks run: the guest, what has been asked of it, and whose fault a failure is.

A check asks through its `TaskSession` and gets an observation or a `Verdict`. What several checks need (a module, a
function, a model) is obtained once; where that fails, the first check says so in full and the others refer to it.
"""

import difflib
import hashlib
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np

from grader.course import settings
from grader.course.tasks import Task, module_names
from grader.judging.diagnosis import Array, with_article
from grader.judging.verdict import (
    Crashed,
    Failed,
    Missing,
    NotStarted,
    TimedOut,
    Verdict,
    clean,
    raised,
)
from grader.sandbox.essence import essence
from grader.sandbox.host import Answer, GuestCrashed, GuestTimeout
from grader.sandbox.submission import Submission
from grader.sandbox.withheld import REFUSAL
from grader.suite import lent
from grader.suite.raised_hints import UNDEFINED, general_hint, python_hint

Obtained = TypeVar("Obtained")

LENT = Path(lent.__file__)
"""What is lent to a module: `TaskSession.lent`."""

IMPORT_HINTS = (
    (
        "relative import",
        "Write the import without a dot, as in `from preprocessing import ...`: the modules lie side by side.",
    ),
    (REFUSAL, "The task is to be solved without that library: remove its import, and what uses it."),
    (
        "cannot import name",
        "There is nothing of that name: is it spelt as the hand-out, or the library of today, spells it?",
    ),
    ("EOF when reading a line", "input() cannot be answered here: put what you try out under `if __name__ == ...`."),
    ("URL fetch failure", "Nothing can be downloaded here: put what you try out under `if __name__ == '__main__':`."),
    ("/datasets", "Nothing can be downloaded here: put what you try out under `if __name__ == '__main__':`."),
    ("SSL", "Nothing can be downloaded here: put what you try out under `if __name__ == '__main__':`."),
)
"""What an import that failed says, and what helps."""

MAIN_HINT = "Code outside of functions runs on import: put what you try out under `if __name__ == '__main__':`."


class Asked(Protocol):
    """What answers questions: a guest, or in-process the probes themselves."""

    isolation: dict[str, Any]

    def ask(self, probe: str, seconds: float | None = ..., **arguments: Any) -> Answer:
        """Put one question."""

    def close(self) -> int | None:
        """End it."""


@dataclass(frozen=True)
class Called:
    """What a call of the student's function gave.

    Attributes:
        shown: the call as the message shows it.
        result: the observed result.
        handle: the number under which the guest keeps it.
        after: the arguments as they were afterwards, where asked for.
        output: what was printed.
    """

    shown: str
    result: dict[str, Any]
    handle: int
    after: tuple[dict[str, Any], ...]
    output: str

    def has_changed(self, place: int, given: Array) -> bool:
        """Whether the array at a place of the arguments is another one afterwards."""
        after = self.after[place].get("array") if place < len(self.after) else None
        return after is None or after.dtype != given.dtype or not np.array_equal(after, given)


class TaskSession:
    """Asks the student's code of one task, in one guest."""

    def __init__(
        self,
        task: Task,
        submission: Submission,
        start: Callable[[Mapping[str, bytes], int, bool, Sequence[str]], Asked],
    ) -> None:
        """Prepare; `start(sources, seed, tensorflow, without)` gives a guest when the first check asks for one."""
        self.task = task
        self.check = ""
        self._sources = submission.needed(task.file_name, task.stand_ins)
        said = b"".join(essence(source) for _, source in sorted(self._sources.items()))
        self.seed = int.from_bytes(hashlib.sha256(said).digest()[:6], "big")
        self.isolation: dict[str, Any] = {}
        self.details: dict[str, list[str]] = {}
        self._submission = submission
        self._start = start
        self._guest: Asked | None = None
        self._names: list[str] = []
        self._known: dict[str, Any] = {}
        self._refused: dict[str, tuple[str, Verdict]] = {}
        self._reasons: dict[str, str] = {}
        self._lent: TaskSession | None = None

    def generator(self) -> np.random.Generator:
        """Random numbers of the current check: the same for the same module, whatever ran before."""
        return np.random.default_rng([self.seed, zlib.crc32(self.check.encode())])

    def once(self, key: str, obtain: Callable[[], Obtained]) -> Obtained:
        """The value that `obtain` gives, obtained once; where it fails, later checks refer to the first.

        Raises:
            Verdict: what `obtain` raised.
        """
        if key in self._refused:
            check, verdict = self._refused[key]
            if not check:  # found before the first check ran, which says it
                self._refused[key] = (self.check, verdict)
            if check in ("", self.check):
                raise verdict
            raise type(verdict)(_short(verdict.message), SAID)
        if key not in self._known:
            try:
                self._known[key] = obtain()
            except Verdict as verdict:
                self._refused[key] = (self.check, verdict)
                raise
        value: Obtained = self._known[key]
        return value

    def expect_kept(self, called: Called) -> None:
        """See that an array which a call returned is what it was, whatever has been called since.

        Raises:
            Failed: it is another one.
        """
        before = called.result.get("array")
        now = self.value("observed", called.shown, handle=called.handle).get("array")
        if before is not None and (now is None or now.tobytes() != before.tobytes()):
            message = f"A later call changed the array that {called.shown} had returned."
            raise Failed(message, "Make a new array in every call: one that is kept between calls is written over.")

    def lent(self, name: str) -> "TaskSession":
        """A session of a guest of its own, where a right function of the grader's stands for one of the module's.

        What the module builds on that function is asked there, where the function itself is wrong.
        """
        if self._lent is None:
            self._lent = TaskSession(self.task, self._submission, self._start)
            self._lent.check = self.check
            self._lent.value("lend", f"Importing {self.task.file_name}", name=name, source=LENT.read_text("utf-8"))
        self._lent.check = self.check
        return self._lent

    def mentions(self, text: str) -> bool:
        """Whether the module's code, comments and docstrings aside, holds these names and signs, side by side."""
        tokens = re.findall(r"\w+|[^\w\s]", text)
        pattern = r"\n".join(rf"\d+ '{re.escape(token)}'" for token in tokens).encode()
        return re.search(pattern, essence(self._sources.get(self.task.file_name, b""))) is not None

    @property
    def names(self) -> list[str]:
        """What the module defines at its top; nothing before it is imported."""
        return list(self._names)

    def knows(self, key: str) -> bool:
        """Whether the value under this key has been obtained."""
        return key in self._known

    def is_worth_a_guest(self) -> bool:
        """Whether the module is there, is Python, and is more than the untouched stub."""
        try:
            self._look()
        except Verdict:
            return False
        return True

    def ask(self, probe: str, asked: str, seconds: float | None = None, **arguments: Any) -> Answer:
        """Put one question to the guest; `asked` is the call as a message shows it.

        Raises:
            TimedOut: no answer in time, now or at an earlier check.
            Crashed: the student's process has ended, now or at an earlier check.
            Missing: the module is not there or does not import.
            NotStarted: the module is the untouched stub.
        """
        guest = self.once("module", self._open)
        return self._ask(guest, probe, asked, seconds, **arguments)

    def _ask(self, guest: Asked, probe: str, asked: str, seconds: float | None, **arguments: Any) -> Answer:
        def put() -> Answer:
            try:
                return guest.ask(probe, seconds, **arguments)
            except GuestTimeout as late:
                hint = (
                    "Is there a loop that never ends, a training that takes long, or an array or a model far too large?"
                )
                raise TimedOut(f"{asked} {late}.", hint) from None
            except GuestCrashed as crash:
                raise Crashed(
                    f"{asked} ended the program: {crash}.", "A function returns; it never ends Python."
                ) from None

        if "fate" in self._refused:
            return self.once("fate", put)
        try:
            return put()
        except (TimedOut, Crashed) as verdict:
            self._refused["fate"] = (self.check, verdict)
            raise

    def call(
        self,
        name: str,
        *args: Any,
        shown: str,
        keywords: dict[str, Any] | None = None,
        seed: int | None = None,
        after: bool = False,
        raises: type[Exception] | None = None,
    ) -> Called:
        """Call a function of the student's module.

        Args:
            name: the function.
            args: what it is given; a dict `{"object": n}` stands for what the guest keeps under `n`.
            shown: the call as the message shows it.
            keywords: keyword arguments.
            seed: seeds every generator in the guest first.
            after: whether to look at the arguments again afterwards.
            raises: an exception that is expected; where it comes, the result is a `none` of that type.

        Raises:
            Failed: there is no such function, or it raised something else.
            NotStarted: the function is still the stub.
        """
        self.require(name)
        answer = self.ask("call", shown, name=name, args=list(args), kwargs=keywords or {}, seed=seed, after=after)
        if answer.raised is not None:
            if raises is not None and raises.__name__ in answer.raised.get("bases", ()):
                return Called(shown, {"kind": "raised", "type": raises.__name__}, -1, (), answer.output)
            raise self.exception(shown, answer.raised, name)
        try:
            value = answer.value
            return Called(
                shown, dict(value["result"]), int(value["handle"]), tuple(value.get("after", ())), answer.output
            )
        except (KeyError, TypeError, ValueError):
            raise Failed(f"{shown} gave an answer that cannot be read.") from None

    def value(self, probe: str, asked: str, seconds: float | None = None, **arguments: Any) -> Any:
        """What a probe answers, where student code raising is a failure.

        Raises:
            Failed: it raised.
        """
        answer = self.ask(probe, asked, seconds, **arguments)
        if answer.raised is not None:
            raise self.exception(asked, answer.raised)
        return answer.value

    def exception(self, shown: str, error: dict[str, Any], name: str = "") -> Verdict:
        """The verdict on an exception of student code."""
        if error.get("unfinished") and error.get("frames"):
            inner = str(error["frames"][-1].get("function"))
            where = f"{name}.{inner}" if inner.startswith("__") and name else name or inner
            text = f"{clean(where, 80)} is not written yet: it still raises NotImplementedError."
            hint = "Write it in place of the line that raises." if name else ""
            return Failed(text, hint, text) if inner.startswith("__") else NotStarted(text, hint)
        hint = general_hint(error)
        undefined = UNDEFINED.search(str(error.get("message", "")))
        frames = error.get("frames") or [{}]
        if undefined and undefined[1] == "model" and str(frames[-1].get("function")).startswith("on_"):
            hint = "In a callback, the model is self.model."
        elif undefined and self.mentions(f"self.{undefined[1]}"):
            hint = f"Write self.{undefined[1]}: what an object keeps is reached by its self."
        if error.get("type") == "TypeError" and not error.get("frames") and name:
            signature = clean(str(self._kinds(name).get("signature", "")), 200)
            hint = f"Your function is {name}{signature}: compare its parameters with the hand-out." if signature else ""
            if name[0].isupper() and NO_SELF.search(str(error.get("message", ""))):
                hint = "A method's first parameter is self: def __init__(self, ...)."
        line = frames[-1].get("line")
        reason = f"{error.get('type')} {str(error.get('message')).splitlines()[:1]} {line}"
        return Failed(raised(shown, error), hint, reason)

    def said_once(self, failure: Failed) -> Failed:
        """The failure of the current check; in short, where another check has failed for the same reason.

        That is the same exception, or the same message and hint but for numbers: of other images, say.
        """
        failure.hint = failure.hint or python_hint(failure.message)
        reason = failure.reason or re.sub(r"\d+", "", f"{failure.message}\n{failure.hint}")
        if self._reasons.setdefault(reason, self.check) != self.check:
            return Failed(_short(failure.message), SAID)
        return failure

    def signature(self, name: str) -> str:
        """The parameters of a function of the module as Python writes them; empty where that cannot be told."""
        self.require(name)
        return str(self._kinds(name).get("signature", ""))

    def require(self, name: str) -> None:
        """See that the module defines `name` as something that can be called.

        Raises:
            Failed: it does not; the nearest name is said.
        """
        self.once("module", self._open)
        self.once(f"name {name}", lambda: self._find(name))

    def kind(self, name: str) -> str:
        """What the module holds under a name: "class", "function", "other" or "nothing"."""
        return str(self._kinds(name).get("kind"))

    def _find(self, name: str) -> None:
        kind = self.kind(name)
        file_name = self.task.file_name
        if kind == "nothing":
            near = difflib.get_close_matches(name, [other for other in self._names if other != name], n=1, cutoff=0.6)
            plain = name.replace("_", "").lower()
            near = near or [other for other in self._names if other.replace("_", "").lower() == plain]
            hint = f"There is {near[0]}: is that it, misspelt?" if near else NO_NAME_HINT
            raise Failed(f"{file_name} does not define {name}.", hint)
        if kind == "other":
            found = clean(str(self._kinds(name).get("type", "")), 80)
            expected = "a class" if name[0].isupper() else "a function"
            message = f"{name} in {file_name} is {with_article(found)}; {expected} was expected."
            raise Failed(message, "Is it overwritten below?")

    def _kinds(self, name: str) -> dict[str, Any]:
        value = self.ask("find", name, name=name).value
        return value if isinstance(value, dict) else {"kind": "nothing"}

    def _open(self) -> Asked:
        """Look at the module, then import it."""
        self._look()
        guest = self._guest = self._start(self._sources, self.seed, self.task.needs_tensorflow, self.task.without)
        self.isolation = guest.isolation
        asked = f"Importing {self.task.file_name}"
        answer = self._ask(
            guest,
            "import",
            asked,
            settings.IMPORT_SECONDS,
            module=self.task.module,
            without=list(self.task.without),
            stand_ins=list(self.task.stand_ins),
        )
        if answer.raised is not None:
            raise self._import_failed(answer.raised)
        try:
            self._names = [clean(str(name), 80) for name in answer.value["names"]]
        except (KeyError, TypeError):
            raise Missing(f"{asked} gave an answer that cannot be read.") from None
        return guest

    def _look(self) -> None:
        """See that the module is there and compiles, without running it."""
        file_name = self.task.file_name
        if file_name in self._submission.problems:
            raise Missing(f"{self._submission.problems[file_name]}.")
        if file_name not in self._submission.sources:
            near = difflib.get_close_matches(file_name, self._submission.other_files, n=1, cutoff=0.6)
            hint = f"There is {near[0]}: rename it." if near else f"The submission should hold {file_name}."
            raise Missing(f"There is no {file_name} in {self._submission.name}.", hint)
        self.once("inspection", self._inspect)

    def _inspect(self) -> None:
        """Compile the module in a guest of its own, which never runs it: syntax errors, and the untouched stub."""
        file_name = self.task.file_name
        asked = f"Reading {file_name}"
        inspector = self._start(self._sources, self.seed, False, ())
        try:
            names = list(self.task.public_names)
            answer = inspector.ask("inspect", settings.READ_SECONDS, file_name=file_name, public_names=names)
        except (GuestTimeout, GuestCrashed):
            raise Missing(f"{asked} makes Python itself give up.", "Is an expression nested thousands deep?") from None
        finally:
            inspector.close()
        if answer.value is None:
            raise Missing(raised(asked, answer.raised or {}))
        if answer.value["syntax"] is not None:
            raise syntax_error(answer.value["syntax"])
        if answer.value["untouched"]:
            raise NotStarted("Not started: the stub is as it was handed out.")

    def _import_failed(self, error: dict[str, Any]) -> Verdict:
        file_name = self.task.file_name
        if isinstance(error.get("syntax"), dict) and not error.get("frames"):
            return syntax_error(error["syntax"])
        if error.get("unfinished"):
            return NotStarted(f"{file_name} raises NotImplementedError as soon as it is imported.")
        text = str(error.get("message", ""))
        hint = next((hint for part, hint in IMPORT_HINTS if part in text), "") or general_hint(error)
        name = str(error.get("import_name", "")).partition(".")[0]
        if f"{name}.py" in self._submission.other_files:
            hint = f"{clean(name, 80)}.py is not part of a submission: only the modules of the tasks are read."
        elif name in ("keras", "tensorflow") and "No module named" in text:
            hint = "The Keras of today has no such part: from keras import layers, keras.Sequential, keras.utils."
        elif name in ("solutions", "assignments"):
            hint = "The modules lie side by side: from threshold_callback import AccuracyThresholdCallback, say."
        elif name in MODULES:
            hint = hint or "There is nothing of that name: is it spelt as the library spells it?"
        elif near := difflib.get_close_matches(name, MODULES, n=1, cutoff=0.7):
            hint = f"There is {near[0]}: is that it, misspelt?"
        elif error.get("type") == "ModuleNotFoundError" and name:
            hint = "Only numpy, tensorflow, keras, the standard library and the modules of the tasks can be imported."
        return Missing(raised(f"Importing {file_name}", error), hint or MAIN_HINT)

    def close(self) -> None:
        """End the guest, and the one with a lent function."""
        if self._lent is not None:
            self._lent.close()
            self._lent = None
        if self._guest is not None:
            self._guest.close()
            self._guest = None
            self._known.clear()  # what was obtained lived in that guest


MODULES = ("numpy", "tensorflow", "keras", *module_names())
"""What a module may import, beside the standard library."""

NO_SELF = re.compile(r"__init__\(\) (got multiple values|takes (from )?0 )")
"""What Python says of a constructor whose first parameter is another than self."""

NO_NAME_HINT = "Did you rename or delete it, or indent it, so that it stands inside another function?"

SAID = "Said in full above."
"""The hint of a check that fails for a reason which another check has given."""


def _short(message: str) -> str:
    """The beginning of a message that has been given in full."""
    first_line = message.split("\n", 1)[0]
    return first_line if len(first_line) <= 120 else first_line[:116] + " ..."


NOT_UTF8 = ("'utf-8' codec can't decode", "Non-UTF-8", "invalid or missing encoding declaration")
"""What Python says of a source that is neither UTF-8 nor names its coding."""


def syntax_error(error: dict[str, Any]) -> Missing:
    """A syntax error with file, line and caret."""
    file_name, line = clean(str(error.get("file")), 80), int(error.get("line") or 0)
    text = str(error.get("text", ""))[:200]
    message = clean(str(error.get("message", "")), 200)
    if any(phrase in message for phrase in NOT_UTF8):
        return Missing(f"{file_name} is not UTF-8 text and names no other coding.", "Save the file as UTF-8.")
    if not line:
        return Missing(f"{file_name} is no Python: {message}.")
    before = clean(text[: max(int(error.get("column") or 1) - 1, 0)].lstrip(), 200)  # as wide as it is shown
    lines = [f"{file_name}, line {line}: {message}"]
    if text.strip():
        lines += [f"    {clean(text.strip(), 200)}", f"    {' ' * len(before)}^"]
    hint = next((hint for begin, hint in PASTED.items() if text.strip().startswith(begin)), "")
    return Missing("\n".join(lines), hint or "Python cannot read the file; the mistake is there or just before it.")


PASTED = {
    "%": "A line that begins with % is a notebook's, not Python's: remove it.",
    "!": "A line that begins with ! is a notebook's, not Python's: remove it.",
    "```": "``` stands around code in a text: remove such lines.",
    "<<<<<<<": "git could not join two versions here: keep one of them, and remove its marks.",
    "=======": "git could not join two versions here: keep one of them, and remove its marks.",
    ">>>>>>>": "git could not join two versions here: keep one of them, and remove its marks.",
    ">>>": ">>> is what Python prints before an input: remove it, and the results below.",
}
"""How lines begin that were pasted with code, and what they are."""
