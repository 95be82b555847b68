"""A trained model as data: what its training came to, and the weights that it ended with.

Grading needs accuracies alone, so the store keeps those by themselves. Who wants to look into a model, as the lab does,
asks for the weights as well; they are kept beside the result, under a key of their own.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.judging.jobs import Trained, trained_from_json

DTYPE = np.dtype("<f4")
"""How weights are kept: float32, little-endian, whatever the machine."""


@dataclass(frozen=True, eq=False)
class TrainedModel:
    """A trained model.

    Attributes:
        trained: what the training came to.
        weights: float32 arrays in the order of the job's canonical layers: the kernel, then the bias if there is one.
    """

    trained: Trained
    weights: tuple[NDArray[np.float32], ...]


def model_key(job_key: str) -> str:
    """The key under which the store keeps result and weights of the job that has the key `job_key`."""
    return hashlib.sha256(f"{job_key} weights".encode()).hexdigest()


def model_to_json(trained: Mapping[str, Any], weights: Sequence[NDArray[Any]]) -> dict[str, Any]:
    """Plain data, as the store keeps it: the result as JSON, the weights' bytes as base64."""
    kept = [
        {"shape": list(array.shape), "bytes": base64.b64encode(array.astype(DTYPE).tobytes()).decode("ascii")}
        for array in weights
    ]
    return {"trained": dict(trained), "weights": kept}


def model_from_json(data: Mapping[str, Any]) -> TrainedModel:
    """The inverse of `model_to_json`.

    Raises:
        ValueError: it is no trained model.
    """
    try:
        weights = tuple(
            np.frombuffer(base64.b64decode(entry["bytes"], validate=True), DTYPE)
            .astype(np.float32)
            .reshape(entry["shape"])
            for entry in data["weights"]
        )
        return TrainedModel(trained_from_json(data["trained"]), weights)
    except (KeyError, TypeError) as error:
        raise ValueError(f"This is no trained model: {error}.") from None
