"""What a model was compiled with, and what its settings are, as plain data: names for the diagnosis, numbers for the
trainer.

Keras's own classes are known by identity: a class of the student's may bear the same name, and claim the same module.
"""

from typing import Any

import keras
import numpy as np

from grader.sandbox.genuine import derived_from
from grader.sandbox.observe import text_of, type_name


def _classes(module: Any, base: type) -> frozenset[type]:
    return frozenset(value for value in vars(module).values() if isinstance(value, type) and issubclass(value, base))


OPTIMIZERS = tuple(
    sorted(  # those that derive from another one come first
        _classes(keras.optimizers, keras.optimizers.Optimizer) - {keras.optimizers.Optimizer},
        key=lambda kind: (-len(kind.__mro__), kind.__name__),
    )
)
SCHEDULE = keras.optimizers.schedules.LearningRateSchedule
SCHEDULES = _classes(keras.optimizers.schedules, SCHEDULE) - {SCHEDULE}
INITIALIZER_CLASSES = _classes(keras.initializers, keras.initializers.Initializer)

STEPS = tuple(round(10 * 1.19**number) for number in range(40))
"""Steps at which a schedule of the student's own is looked at: up to 9,000, what the full profile trains."""

SETTING_LENGTH = 100
"""Numbers of one setting: a piecewise constant learning rate has two for each step."""


def compile_settings(model: Any) -> dict[str, Any]:
    """Optimizer, loss and metrics: names for the diagnosis, plain settings for the trainer."""
    optimizer = model.optimizer
    settings: dict[str, Any] = {"optimizer": type_name(optimizer), "optimizer_known": False, "optimizer_settings": {}}
    kind = derived_from(optimizer, OPTIMIZERS)
    if kind is not None:
        settings.update(optimizer=kind.__name__, optimizer_known=True)
        config = optimizer_config(optimizer)
        config = {key: item.item() if isinstance(item, np.generic) else item for key, item in config.items()}
        settings["optimizer_settings"] = {
            str(key): value for key, value in config.items() if value is None or isinstance(value, bool | int | float)
        }
        rate = config.get("learning_rate")
        if isinstance(rate, dict):
            given = {str(key): plain(value) for key, value in rate.get("config", {}).items()}
            schedule = {"class_name": str(rate.get("class_name"))[:80], "config": given}
            if not _is_of(optimizer._learning_rate, SCHEDULES):
                schedule = _tabulated(optimizer._learning_rate)
            settings["optimizer_settings"]["learning_rate"] = schedule
    settings["steps"] = int(getattr(optimizer, "iterations", 0))
    settings["loss"] = _named(loss_of(model))
    weights = getattr(getattr(model, "_compile_loss", None), "_user_loss_weights", None)
    settings["loss_weights"] = "" if weights is None else text_of(weights)[:80]
    settings["loss_settings"] = {"from_logits": bool(getattr(model.loss, "_fn_kwargs", {}).get("from_logits", False))}
    return settings


def optimizer_config(optimizer: Any) -> dict[str, Any]:
    """The settings of an optimizer of Keras's, also where its schedule is of the student's own and tells none."""
    rate = getattr(optimizer, "_learning_rate", None)
    own = isinstance(rate, SCHEDULE) and not _is_of(rate, SCHEDULES)
    if own:
        vars(rate)["get_config"] = dict  # without one, Keras would raise
    try:
        config: dict[str, Any] = optimizer.get_config()
        return config
    finally:
        if own:
            vars(rate).pop("get_config", None)


def initializer(value: Any) -> dict[str, Any]:
    """An initializer's class and plain settings; a function of the student's own has a name only."""
    builtin = _is_of(value, INITIALIZER_CLASSES)
    config = value.get_config() if builtin else {}
    config = {key: item.item() if isinstance(item, np.generic) else item for key, item in config.items()}
    settings = {str(key): item for key, item in config.items() if isinstance(item, bool | int | float | str)}
    return {"class": type_name(value) if builtin else "", "settings": {key: settings[key] for key in sorted(settings)}}


def plain(value: Any) -> Any:
    """A setting without classes of its own: numbers, texts and lists of them; anything else as text."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [plain(item) for item in value[:SETTING_LENGTH]]
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)[:80]


def loss_of(model: Any) -> Any:
    """The loss that the model was compiled with: its attribute `loss` may have been set afterwards."""
    return getattr(getattr(model, "_compile_loss", None), "_user_loss", model.loss)


def _is_of(value: Any, kinds: frozenset[type]) -> bool:
    """Whether a value is of one of these very classes; `in` would ask a metaclass of the student's."""
    return any(type(value) is known for known in kinds)


def _tabulated(rate: Any) -> dict[str, Any]:
    """A schedule of the student's own, or a function, as a table of its values at some steps."""
    values = [float(_rate_at(rate, step) if isinstance(rate, SCHEDULE) else rate()) for step in (0, *STEPS)]
    return {"class_name": "PiecewiseConstantDecay", "config": {"boundaries": list(STEPS), "values": values}}


def _rate_at(schedule: Any, step: int) -> Any:
    """What a schedule gives for a step, which Keras counts in a tensor."""
    return schedule(keras.ops.convert_to_tensor(step, dtype="int64"))


def _named(value: Any) -> str:
    if isinstance(value, str):
        return value[:80]
    return str(getattr(value, "__name__", None) or type_name(value))[:80] if value is not None else text_of(value)
