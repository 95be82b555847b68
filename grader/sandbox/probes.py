"""The questions that can be put to a guest, each a method named `ask_...` that takes and gives plain data.

What student code returns and a later question needs (a model, a callback) stays in the guest under a number, its
*handle*; an argument `{"object": 3}` stands for it.
"""

import importlib
import os
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.sandbox.observe import (
    NAME_LIMIT,
    message_of,
    observe,
    observe_exception,
    signature_of,
    syntax_of,
    type_name,
)
from grader.sandbox.withheld import Withheld

if TYPE_CHECKING:
    from grader.sandbox.models import Models
    from grader.sandbox.training import Trainings


class Probes:
    """Answers questions about the modules in `folder`; it holds the state of one guest."""

    def __init__(self, folder: Path, preloaded: bool) -> None:
        self._folder = folder
        self._objects: list[Any] = []
        self._module: Any = None
        self._small_model: Any = None
        self._models: Models | None = None
        self._made_trainings: Trainings | None = None
        self._withheld = Withheld(())
        if preloaded:  # before student code, so that what is bound is Keras's own
            self._load_models()

    def answer(self, probe: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """The answer to one question: `{"value": ...}`, or `{"raised": ...}` where student code raised."""
        method: Callable[..., Any] = getattr(self, f"ask_{probe}")
        try:
            return {"value": method(**arguments)}
        except BaseException as error:  # SystemExit and KeyboardInterrupt of student code are observations too
            return {"raised": observe_exception(error, self._folder)}

    # Modules and functions

    def ask_inspect(self, file_name: str, public_names: list[str]) -> dict[str, Any]:
        """Compile a module without running it: its syntax error, and whether it is still the untouched stub."""
        import ast
        import io
        import tokenize

        path = self._folder / file_name
        source = path.read_bytes()
        try:
            coding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
            source.decode(coding)  # Python 3.11 itself lets comments pass that do not decode
            tree = ast.parse(source, filename=file_name)
            compile(source, str(path), "exec")  # it reads the line at fault from there
        except SyntaxError as error:
            return {"syntax": {**syntax_of(error), "file": file_name}, "untouched": False}
        except Exception as error:  # of hostile bytes a codec may make anything
            deep = isinstance(error, RecursionError | MemoryError)
            message = "an expression is nested too deeply" if deep else message_of(error)[:200]
            text = {"file": file_name, "line": 0, "column": 0, "text": "", "message": message}
            return {"syntax": text, "untouched": False}
        bodies: dict[str, list[ast.stmt]] = {}
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                bodies[node.name] = node.body
        untouched = all(name in bodies and _is_stub(bodies[name]) for name in public_names)
        untouched = untouched and not any(_may_bind(node, public_names) for node in tree.body)
        return {"syntax": None, "untouched": untouched}

    def ask_import(self, module: str, without: Sequence[str] = (), stand_ins: Sequence[str] = ()) -> dict[str, Any]:
        """Import the student's module; the names that it defines.

        Args:
            module: its name.
            without: libraries that it is to do without.
            stand_ins: what of the submission's other modules is ours here, as `module.name`.
        """
        self._withheld = Withheld(without)
        for name in stand_ins:
            sys.modules[name.partition(".")[0]] = self._trainings.stand_in(name, self._folder)
        here = Path.cwd()
        self._module = importlib.import_module(module)
        os.chdir(here)  # a module may have gone to its own folder, where nothing can be written
        names = [name for name in vars(self._module) if isinstance(name, str) and not name.startswith("_")]
        return {"names": [name[:80] for name in names[:NAME_LIMIT]]}

    def ask_lend(self, name: str, source: str) -> None:
        """Put a right function of the host's, which `source` defines, in the place of the module's."""
        lent: dict[str, Any] = {}
        exec(source, lent)
        setattr(self._module, name, lent[name])

    def ask_find(self, name: str) -> dict[str, Any]:
        """What the module holds under `name`: function, class, nothing or something else."""
        value = getattr(self._module, name, None)
        kind = "class" if isinstance(value, type) else "function" if callable(value) else "other"
        if not hasattr(self._module, name):
            kind = "nothing"
        signature = signature_of(value) if kind in ("function", "class") else ""
        return {"kind": kind, "type": type_name(value), "signature": signature}

    def ask_call(
        self, name: str, args: list[Any], kwargs: dict[str, Any], seed: int | None = None, after: bool = False
    ) -> dict[str, Any]:
        """Call a function of the module; its result observed, and on wish the arguments as they are afterwards."""
        positional = [self._argument(value) for value in args]
        named = {key: self._argument(value) for key, value in kwargs.items()}
        if seed is not None:
            seed_generators(seed)
        function = getattr(self._module, name)
        result = function(*positional, **named)
        answer: dict[str, Any] = {"result": observe(result), "handle": self._keep(result)}
        if after:
            answer["after"] = [observe(value) for value in positional]
        return answer

    def ask_observed(self, handle: int) -> dict[str, Any]:
        """What a call returned, as it is now."""
        return observe(self._objects[handle])

    def ask_imported(self) -> list[str]:
        """The libraries that the module was to do without, and yet has imported."""
        return self._withheld.imported()

    def _argument(self, value: Any) -> Any:
        """A writable copy of an array, the object behind a handle, a `Path`, everything else as it is."""
        if isinstance(value, dict) and "object" in value:
            return self._objects[value["object"]]
        if isinstance(value, dict) and "path" in value:
            return Path(value["path"])
        if isinstance(value, list | tuple):
            return type(value)([self._argument(item) for item in value])
        if hasattr(value, "dtype"):
            return value.copy()
        return value

    def _keep(self, value: Any) -> int:
        self._objects.append(value)
        return len(self._objects) - 1

    # Models

    @property
    def _keras(self) -> "Models":
        return self._models or self._load_models()

    def _load_models(self) -> "Models":
        from grader.sandbox.models import Models  # imports Keras, which some tasks do without
        from grader.sandbox.training import Trainings

        self._models, self._made_trainings = Models(), Trainings()
        return self._models

    def ask_describe(self, handle: int, input_shape: list[int], inputs: Any) -> dict[str, Any]:
        """A model as data; `inputs` (n, 10) are what each activation is evaluated on."""
        return self._keras.describer.describe(self._objects[handle], tuple(input_shape), inputs)

    def ask_model_class(self, handle: int) -> dict[str, Any]:
        """Whether an object is a Keras model of Keras's own classes."""
        return self._keras.describer.model_class(self._objects[handle])

    def ask_shares(self, handle: int, other: int) -> bool:
        """Whether two models are one, or have a weight in common."""
        return self._keras.shares(self._objects[handle], self._objects[other])

    def ask_weights(self, handle: int) -> list[Any]:
        """All weights of a model, in the order of its layers."""
        return self._keras.weights(self._objects[handle])

    def ask_set_weights(self, handle: int, weights: list[Any]) -> None:
        """Give a model other weights."""
        self._keras.set_weights(self._objects[handle], weights)

    def ask_state(self, handle: int) -> dict[str, Any]:
        """How many layers a model of the grader's own has, and whether all of it learns."""
        return self._keras.state(self._objects[handle])

    def ask_rate(self, handle: int) -> float:
        """The learning rate of a compiled model."""
        return self._keras.rate(self._objects[handle])

    def ask_forward(self, handle: int, images: Any, traced: bool = False) -> dict[str, Any]:
        """What a model gives for images, in inference mode: one array or a list of them; on wish in a graph."""
        return self._keras.forward(self._objects[handle], images, traced)

    def ask_train_step(
        self, handle: int, images: Any, labels: Any, drawn: list[list[Any]], traced: bool
    ) -> dict[str, Any]:
        """One training step on one batch: the logs that Keras reports, and the weights afterwards."""
        return self._keras.train_step(self._objects[handle], images, labels, drawn, traced)

    def ask_twin_step(
        self, handle: int, architecture: dict[str, Any], weights: list[Any], images: Any, labels: Any
    ) -> list[Any]:
        """The weights after the same step of a model of the grader's own, with an optimizer of the same settings."""
        return self._keras.twin_step(self._objects[handle], architecture, weights, images, labels)

    def ask_loss(self, handle: int, images: Any, labels: Any, drawn: list[Any], traced: bool) -> dict[str, Any]:
        """What the loss of a compiled model gives for its own predictions on one batch: with and without logits."""
        return self._keras.loss(self._objects[handle], images, labels, drawn, traced)

    def ask_reference(self, architecture: dict[str, Any], names: list[str], kind: str) -> int:
        """Build a model of the grader's own, for student code to work on; its handle."""
        return self._keep(self._keras.reference(architecture, names, kind))

    # Callbacks

    def ask_callback_model(self, handle: int) -> int:
        """Attach a small compiled model to a callback, as `fit` does; the model's handle."""
        if self._small_model is None:
            self._small_model = self._keras.small_model()
        callback, model = self._objects[handle], self._small_model
        self._keras.begin_anew(model)
        if hasattr(callback, "set_params"):
            callback.set_params({"epochs": 100, "steps": 10, "verbose": 0})
        if hasattr(callback, "set_model"):
            callback.set_model(model)
        else:  # no keras.callbacks.Callback, which is said elsewhere
            callback.model = model
        return self._keep(model)

    def ask_is_callback(self, handle: int) -> dict[str, Any]:
        """Whether an object is a `keras.callbacks.Callback` and does anything, and its own class's methods."""
        value = self._objects[handle]
        names = [name for name in vars(type(value)) if isinstance(name, str)]
        methods = [name[:80] for name in names if not name.startswith("_")]
        return {
            "callback": self._keras.is_callback(value),
            "acts": self._keras.acts(value),
            "methods": methods[:NAME_LIMIT],
        }

    def ask_event(
        self, handle: int, model: int, event: str, number: int | None, logs: dict[str, Any] | None
    ) -> dict[str, Any]:
        """Call one method of a callback: whether the model is to stop afterwards, and the logs as they are then."""
        method = getattr(self._objects[handle], event, None)
        if method is not None:
            method(*([] if number is None else [number]), logs)
        return {"stop": bool(self._objects[model].stop_training), "logs": observe(logs)}

    def ask_request_stop(self, model: int, stop: bool) -> None:
        """Set `stop_training` as another callback would."""
        self._objects[model].stop_training = stop

    def ask_fit(self, handle: int, rows: Any, epochs: int) -> dict[str, Any]:
        """A real `fit` of a tiny model with one callback; the accuracies of the epochs that were trained."""
        return self._keras.fit(self._objects[handle], rows, epochs)

    # Trainings

    @property
    def _trainings(self) -> "Trainings":
        if self._made_trainings is None:
            self._load_models()
        assert self._made_trainings is not None
        return self._made_trainings

    def ask_callbacks(self, handle: int, directory: str) -> list[dict[str, Any]]:
        """The callbacks of a list as plain data; paths are told as seen from `directory`."""
        timer = getattr(self._module, "EpochTimer", None)
        return self._trainings.callbacks(self._objects[handle], directory, timer)

    def ask_rates(self, handle: int, place: int, rate: float, epochs: list[dict[str, float]]) -> list[float]:
        """Drive one callback of a list through epochs with these logs, from a learning rate on; that after each."""
        model = self._small_model = self._small_model or self._keras.small_model()
        return self._trainings.rates(model, self._objects[handle][place], rate, epochs)

    def ask_fit_with(self, handle: int, rows: Any, epochs: int) -> dict[str, Any]:
        """A real `fit` of a tiny model with one callback."""
        return self._trainings.fit(self._keras.small_model(), self._objects[handle], rows, epochs)

    def ask_fit_writing(
        self, handle: int, places: list[int], rows: Any, weights: list[list[Any]], directory: str
    ) -> dict[str, Any]:
        """A real `fit` of a tiny model with those callbacks of a list that write; what they wrote."""
        callbacks = [self._objects[handle][place] for place in places]
        return self._trainings.fit_writing(self._keras.small_model(), callbacks, rows, weights, directory)

    def ask_watching_model(self, weights: list[Any], rate: float) -> int:
        """Make a model that notes what it is trained on, with this learning rate; its handle."""
        return self._keep(self._trainings.watching(weights, rate))

    def ask_counting_model(self, count: int, rate: float) -> list[int]:
        """Make a model that counts what it is given, and so many images with their labels; the handles of all three."""
        return [self._keep(value) for value in (self._trainings.counting(rate), *self._trainings.zeros(count))]

    def ask_counted_by(self, handle: int, callbacks: list[int]) -> dict[str, Any]:
        """What a counting model was given, beside these callbacks."""
        return self._trainings.counted(self._objects[handle], [self._objects[place] for place in callbacks])

    def ask_watched(self, handle: int) -> dict[str, Any]:
        """What that model was given, and its weights."""
        return self._trainings.watched(self._objects[handle])

    def ask_history(self, handle: int) -> dict[str, Any]:
        """Whether an object is a `History`, and its figures."""
        return self._trainings.history(self._objects[handle])

    def ask_epoch_counter(self) -> int:
        """Make a callback that counts epochs; its handle."""
        return self._keep(self._trainings.counter())

    def ask_counted(self, handle: int) -> int:
        """How many epochs that callback has seen."""
        return int(self._objects[handle].epochs)


def _may_bind(node: Any, names: Sequence[str]) -> bool:
    """Whether a statement of a module, other than a `def` or `class`, may give one of these names another meaning."""
    import ast

    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Import):
        return False
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, ast.Constant)
    if isinstance(node, ast.ImportFrom):
        return any((alias.asname or alias.name) in (*names, "*") for alias in node.names)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(not isinstance(target, ast.Name) or target.id in names for target in targets)
    return True


def _is_stub(body: list[Any]) -> bool:
    """Whether a function does nothing but raise NotImplementedError, or a class has only such methods."""
    import ast

    statements = [node for node in body if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))]
    functions = [node for node in statements if isinstance(node, ast.FunctionDef)]
    if functions:
        return all(_is_stub(node.body) for node in functions) and len(functions) == len(statements)
    if len(statements) != 1 or not isinstance(statements[0], ast.Raise):
        return False
    error = statements[0].exc
    called = error.func if isinstance(error, ast.Call) else error
    return isinstance(called, ast.Name) and called.id == "NotImplementedError"


def seed_generators(number: int) -> None:
    """Seed every generator a student may draw from: Python's, numpy's and, where it is loaded, Keras's."""
    random.seed(number)
    np.random.seed(number % 2**32)
    keras = sys.modules.get("keras")
    if keras is not None:
        keras.utils.set_random_seed(number % 2**32)
