"""How a model's weights start and how they learn, as plain data: initializers, Adam, learning rate schedules.

What comes from a student's model is its Keras configuration. Only what Keras itself brings, with plain numbers for
settings, is accepted; defaults and seeds are left out or written out, so that equal recipes are equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from grader.judging.architecture import Initializer

Setting = float | str | bool | tuple[float, ...] | None

RANDOM_INITIALIZERS: dict[str, dict[str, float | str]] = {
    "GlorotNormal": {},
    "GlorotUniform": {},
    "HeNormal": {},
    "HeUniform": {},
    "LecunNormal": {},
    "LecunUniform": {},
    "RandomNormal": {"mean": 0.0, "stddev": 0.05},
    "RandomUniform": {"minval": -0.05, "maxval": 0.05},
    "TruncatedNormal": {"mean": 0.0, "stddev": 0.05},
    "VarianceScaling": {"scale": 1.0, "mode": "fan_in", "distribution": "truncated_normal"},
    "Orthogonal": {"gain": 1.0},
}
"""Keras's initializers that draw from a seed, with their settings' defaults."""

INITIALIZERS: dict[str, dict[str, float | str]] = {
    **RANDOM_INITIALIZERS,
    "Zeros": {},
    "Ones": {},
    "Constant": {"value": 0.0},
}
"""Every initializer that a job may name."""

SCHEDULES: dict[str, dict[str, Any]] = {
    "ExponentialDecay": {
        "initial_learning_rate": float,
        "decay_steps": float,
        "decay_rate": float,
        "staircase": bool,
    },
    "InverseTimeDecay": {
        "initial_learning_rate": float,
        "decay_steps": float,
        "decay_rate": float,
        "staircase": bool,
    },
    "PolynomialDecay": {
        "initial_learning_rate": float,
        "decay_steps": float,
        "end_learning_rate": float,
        "power": float,
        "cycle": bool,
    },
    "CosineDecay": {
        "initial_learning_rate": float,
        "decay_steps": float,
        "alpha": float,
        "warmup_target": float | None,
        "warmup_steps": float,
    },
    "CosineDecayRestarts": {
        "initial_learning_rate": float,
        "first_decay_steps": float,
        "t_mul": float,
        "m_mul": float,
        "alpha": float,
    },
    "PiecewiseConstantDecay": {"boundaries": tuple, "values": tuple},
}
"""Keras's learning rate schedules, with the types of all their settings."""


@dataclass(frozen=True)
class Schedule:
    """A learning rate that changes from step to step: a Keras schedule's class name and all its settings, sorted."""

    kind: str
    settings: tuple[tuple[str, Setting], ...]


@dataclass(frozen=True)
class Adam:
    """The optimizer's settings, with Keras's names, meanings and defaults.

    `weight_decay` is not among them: Adam with it is AdamW, which is another optimizer.
    """

    learning_rate: float | Schedule = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    amsgrad: bool = False
    clipnorm: float | None = None
    clipvalue: float | None = None
    global_clipnorm: float | None = None
    use_ema: bool = False
    ema_momentum: float = 0.99
    ema_overwrite_frequency: int | None = None
    loss_scale_factor: float | None = None
    gradient_accumulation_steps: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The form of Keras's own configuration, which `adam_from_config` reads."""
        data = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        if isinstance(self.learning_rate, Schedule):
            settings = {
                name: list(value) if isinstance(value, tuple) else value for name, value in self.learning_rate.settings
            }
            data["learning_rate"] = {"class_name": self.learning_rate.kind, "config": settings}
        return data


def adam_from_config(config: Mapping[str, Any]) -> Adam:
    """Read the settings of an Adam from `optimizer.get_config()`; what is not there is at its default.

    A learning rate that has been through Keras's float32 (0.0010000000474974513) is read as what was meant (0.001).

    Raises:
        ValueError: a setting is unknown or not plain, or a schedule is not one of Keras's. The message is a sentence.
    """
    kinds = {entry.name: entry.type for entry in fields(Adam)}
    settings = {name: value for name, value in config.items() if name != "name"}
    if settings.pop("weight_decay", None):
        raise ValueError("Adam with weight_decay is AdamW, another optimizer.")
    if unknown := sorted(settings.keys() - kinds.keys()):
        raise ValueError(f"Adam has no setting {_shown(unknown[0])}.")
    rate = settings.pop("learning_rate", Adam.learning_rate)
    read = {name: _plain(name, value, kinds[name]) for name, value in settings.items()}
    adam = Adam(learning_rate=_schedule(rate) if isinstance(rate, Mapping) else _learning_rate(rate), **read)
    if sum(clip is not None for clip in (adam.clipnorm, adam.clipvalue, adam.global_clipnorm)) > 1:
        raise ValueError("Of clipnorm, clipvalue and global_clipnorm Keras takes one alone.")
    if adam.gradient_accumulation_steps == 1:  # set afterwards, which Keras lets pass; it means none
        adam = replace(adam, gradient_accumulation_steps=None)
    return adam


def plain_initializer(kind: str, settings: Mapping[str, Any]) -> Initializer:
    """Read an initializer from its Keras class name and `get_config()`, without its seed and whatever is a default.

    Raises:
        ValueError: it is not one of Keras's, or a setting is not plain. The message is a sentence.
    """
    if kind not in INITIALIZERS:
        raise ValueError(f"{_shown(kind)} is no initializer of Keras that can be trained again.")
    defaults, read = INITIALIZERS[kind], []
    for name, value in sorted(settings.items()):
        if name == "seed" or (value is None and name in ("input_axes", "output_axes")):
            continue
        if name not in defaults:
            raise ValueError(f"{kind} has no setting {_shown(name)} that can be trained again.")
        plain = _plain(name, value, type(defaults[name]))
        if plain != defaults[name]:
            read.append((name, plain))
    return Initializer(kind, tuple(read))


def _learning_rate(value: Any) -> float:
    with np.errstate(over="ignore"):
        rate = float(str(np.float32(_plain("learning_rate", value, float))))
    if not np.isfinite(rate):
        raise ValueError("The learning rate is no finite number.")
    return rate


def _schedule(config: Mapping[str, Any]) -> Schedule:
    kind, given = config.get("class_name"), config.get("config")
    if not isinstance(kind, str) or kind not in SCHEDULES or not isinstance(given, Mapping):
        raise ValueError(f"{_shown(kind)} is no learning rate schedule of Keras.")
    kinds, settings = SCHEDULES[kind], {name: value for name, value in given.items() if name != "name"}
    if settings.keys() != kinds.keys():
        raise ValueError(f"{kind} has the settings {', '.join(kinds)}.")
    return Schedule(kind, tuple(sorted((name, _plain(name, value, kinds[name])) for name, value in settings.items())))


def _plain(name: str, value: Any, kind: Any) -> Any:
    """The value as a `kind`: bool, str, tuple (of numbers), float, or a number that may be None."""
    if kind in (bool, str) and type(value) is kind:
        return value
    if kind is tuple and isinstance(value, list | tuple):
        return tuple(_plain(name, item, float) for item in value)
    if value is None and kind in (float | None, int | None):
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300:  # no NaN, no infinity
        if kind in (float, float | None):
            return float(value)
        if kind == int | None and value == int(value):
            return int(value)
    raise ValueError(f"{name}={_shown(value)} is no plain setting.")


def _shown(value: Any) -> str:
    return repr(value)[:60]
