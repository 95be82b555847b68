"""What a trained model predicts, computed by TensorFlow in a guest that holds none of the student's code."""

import numpy as np

from grader.judging.architecture import canonical
from grader.lab.models import Array, LabError, Recipe
from grader.sandbox.host import Guest, GuestCrashed, GuestTimeout, Sandbox

AT_ONCE = 250
"""Images in one question: a CNN's activations for them take 50 MB."""

PER_GUEST = 2_500
"""Images for one guest, which has 22 seconds for all its questions: they take about two."""


def predict(sandbox: Sandbox, recipe: Recipe, weights: tuple[Array, ...], images: Array) -> Array:
    """Probabilities `(n, 10)` for images `(n, 28, 28)` in 0 to 1.

    Raises:
        LabError: it could not be computed.
    """
    found = []
    for start in range(0, len(images), PER_GUEST):
        guest = sandbox.guest({}, 0, tensorflow=True)
        try:
            found += _predict(guest, recipe, weights, images[start : start + PER_GUEST])
        except (GuestTimeout, GuestCrashed) as error:
            raise LabError(f"The predictions could not be computed: {error}.") from None
        finally:
            guest.close()
    return np.concatenate(found)


def _predict(guest: Guest, recipe: Recipe, weights: tuple[Array, ...], images: Array) -> list[Array]:
    architecture = canonical(recipe.architecture)
    names = [f"layer_{place}" for place in range(len(architecture.layers))]
    handle = guest.ask("reference", architecture=architecture.to_json(), names=names, kind="functional").value
    guest.ask("set_weights", handle=handle, weights=list(weights))
    given = images.reshape(-1, *architecture.input_shape).astype(np.float32)
    parts = [given[start : start + AT_ONCE] for start in range(0, len(given), AT_ONCE)]
    return [guest.ask("forward", handle=handle, images=part).value["outputs"][0] for part in parts]
