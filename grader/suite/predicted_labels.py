"""A call of `predict_labels`, what is right, and what the mistakes are that are known."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from grader.course.settings import MANY_IMAGES, PREDICTION_TOLERANCE
from grader.judging import oracle
from grader.judging.diagnosis import TENSOR_HINT, Array, Mistake, with_article
from grader.judging.verdict import Failed, clean
from grader.suite.drawn_images import drawn_images
from grader.suite.session import Called, TaskSession
from grader.suite.watched_training import CLASSIFIER, RATE, are_close

PREDICT = "predict_labels"


@dataclass(frozen=True)
class Predicted:
    """A call of `predict_labels`, and what is right.

    Attributes:
        called: the call.
        probabilities: `(n, 10)`, by the oracle.
        faint: the same of images that were divided by 255 once more.
        parts: the two results as they were observed.
        harm: what was changed of that which was given; empty where nothing.
        misled: whether the model was called as if it learned.
    """

    called: Called
    probabilities: Array
    faint: Array
    parts: list[dict[str, Any]]
    harm: str
    misled: bool


def predicted(task: TaskSession, count: int) -> Predicted:
    """Call `predict_labels` for some images, with a small model whose weights the host knows."""
    generator = task.generator()
    weights = [
        generator.normal(0, 0.12, (784, 10)).astype(np.float32),
        generator.normal(0, 0.5, (10,)).astype(np.float32),
    ]
    asked = "Building a model for the check"
    model = task.once("model for predictions", partial(task.value, "watching_model", asked, weights=weights, rate=RATE))
    task.value("set_weights", asked, handle=model, weights=weights)
    images = drawn_images(generator, (count, 28, 28))
    shown = f"{PREDICT}(model, images of shape {images.shape})"
    try:
        called = task.call(PREDICT, {"object": model}, images, shown=shown, after=True)
    except Failed as failure:
        if any(name in failure.message for name in ("'predict_classes'", "'predict_proba'")):
            failure.hint = "Keras has dropped it: model.predict(images) gives the probabilities of all classes."
        if "Invalid input shape" in failure.message or "incompatible with the layer" in failure.message:
            failure.hint = "The images go in as they are, all at once: no axis more or less."
        raise
    probabilities, faint = (oracle.forward(CLASSIFIER, weights, given)[-1] for given in (images, images / 255))
    left = task.value("weights", asked, handle=model)
    harm = "the images" if called.has_changed(1, images) else ""
    harm = harm if len(left) == 2 and all(map(np.array_equal, left, weights)) else "the weights of the model"
    again = task.value("forward", asked, handle=model, images=images[:1])["outputs"]
    if not harm and not are_close(again, [probabilities[:1]], PREDICTION_TOLERANCE):
        harm = "the model"
    misled = task.value("watched", asked, handle=model)["misled"]
    return Predicted(called, probabilities, faint, _parts(called), harm, misled)


def _parts(called: Called) -> list[dict[str, Any]]:
    """The two parts of a result.

    Raises:
        Failed: it does not have two.
    """
    result = called.result
    if result["kind"] == "none":
        message = f"{called.shown} returned None; labels and confidences were expected."
        raise Failed(message, "Is the `return` missing?")
    parts = result.get("items", [])
    if result["kind"] not in ("tuple", "list") or len(parts) != 2:
        returned = with_article(result["type"])
        returned += f" of {result['length']}" if result["kind"] in ("tuple", "list") else ""
        message = f"{called.shown} returned {returned}; two arrays, labels and confidences, were expected."
        raise Failed(message, "Two values behind `return`, with a comma between them: return labels, confidences.")
    return [dict(part) for part in parts]


SCALED_HINT = "Were the images divided by 255 once more, or cut to whole numbers? They come in 0 to 1."


def label_mistakes(probabilities: Array, faint: Array) -> list[Mistake]:
    """What the labels are when a known mistake is made; `faint` is of images divided by 255 once more."""
    ordered = np.argsort(probabilities, axis=1)
    return [
        Mistake("Those are the confidences: labels come first.", lambda: probabilities.max(axis=1)),
        Mistake(SCALED_HINT, lambda: faint.argmax(axis=1)),
        Mistake("The least probable class was taken: use argmax.", lambda: ordered[:, 0]),
        Mistake("The second class was taken: use argmax.", lambda: ordered[:, -2]),
        Mistake("Labels are counted from 1; the first class is 0.", lambda: ordered[:, -1] + 1),
        Mistake(
            "The probabilities were rounded, or compared with a limit, before: argmax of what the model gives.",
            lambda: np.round(probabilities).argmax(axis=1),
        ),
        Mistake("Only the first label is right: argmax needs axis=1.", lambda: np.full(len(ordered), ordered[0, -1])),
    ]


def confidence_mistakes(probabilities: Array, faint: Array) -> list[Mistake]:
    """What the confidences are when a known mistake is made; `faint` is of images divided by 255 once more."""
    shares = np.exp(probabilities) / np.exp(probabilities).sum(axis=1, keepdims=True)
    ordered = np.sort(probabilities, axis=1)
    top = ordered[:, -1]
    return [
        Mistake("Those are the labels: confidences come second.", lambda: probabilities.argmax(axis=1)),
        Mistake(SCALED_HINT, lambda: faint.max(axis=1)),
        Mistake("Those are percent: a probability is 0 to 1.", lambda: 100 * top),
        Mistake("The softmax was taken once more: the model gives probabilities.", lambda: shares.max(axis=1)),
        Mistake("The least probability was taken.", lambda: ordered[:, 0]),
        Mistake("The mean over the classes was taken: use max.", lambda: probabilities.mean(axis=1)),
        Mistake("The sum over the classes was taken: use max.", lambda: probabilities.sum(axis=1)),
        Mistake("The lead over the second class was taken: use max.", lambda: top - ordered[:, -2]),
        Mistake("The probabilities were rounded.", lambda: np.round(top)),
        Mistake("The probabilities were rounded.", lambda: np.round(top, 1)),
        Mistake("The probabilities were rounded.", lambda: np.round(top, 2)),
        Mistake("The logarithm was taken.", lambda: np.log(top)),
        Mistake("The confidences are sorted: they come in the order of the images.", lambda: np.sort(top)),
        Mistake("The confidences are sorted: they come in the order of the images.", lambda: np.sort(top)[::-1]),
        Mistake("The first image's stands everywhere: max needs axis=1.", lambda: np.full(len(top), top[0])),
        Mistake("Those are the first image's: each image has its own.", lambda: _of_the_first(probabilities)),
        Mistake("The largest of all stands everywhere: max needs axis=1.", lambda: np.full(len(top), top.max())),
        Mistake("Confidence is the probability itself, not what is missing to 1.", lambda: 1 - top),
    ]


def _of_the_first(probabilities: Array) -> Array:
    """What the first image has in each image's most probable class."""
    return np.asarray(probabilities[0, probabilities.argmax(axis=1)])


def expect_flat(what: str, part: dict[str, Any], kinds: str, probabilities: Array) -> None:
    """See that one part of the result is a numpy array of shape `(n,)` with numbers of the right kind.

    Raises:
        Failed: it is something else.
    """
    expected = {"iu": "integers", "f": "floats"}.get(kinds, "numbers")
    array = part.get("array")
    if array is None:
        named = "a TensorFlow tensor" if part["kind"] == "tensor" else with_article(part["type"])
        hint = TENSOR_HINT if part["kind"] == "tensor" else "np.array(...) makes an array of a list or a number."
        if part["kind"] in ("list", "tuple") and part.get("items") and part["items"][0]["kind"] == "text":
            hint = "The classes are told by their numbers." if kinds == "iu" else "Confidences are numbers, not texts."
        if part["kind"] in ("int", "float"):
            hint = "That is one number for all images: argmax and max need axis=1, and no image is picked out."
        if part["kind"] == "array":
            named = f"an array of {clean(str(part.get('dtype')), 40)}"
            hint = "The classes are told by their numbers, in an array of integers: astype(int)."
        raise Failed(f"{what} are {named}; a numpy array of {expected} was expected.", hint)
    if array.shape != (len(probabilities),):
        hint = "It holds one number for each image: argmax(axis=1) and max(axis=1), without keepdims."
        if array.ndim == 1 and 1 < len(array) < len(probabilities):
            missing = f"{len(probabilities) - len(array)} of {len(probabilities)} images"
            hint = f"{missing} are missing: every one is predicted."
        if array.shape == () or (array.shape == (1,) and len(probabilities) > 1):
            hint = "That is one number for all images: argmax and max need axis=1."
        if array.shape == (MANY_IMAGES,):
            hint = "Those are the answers for the images of an earlier call: predict in every call."
        if array.shape == (10,):
            hint = "That is one number for each class: axis=1 goes over the classes, axis=0 over the images."
        if array.shape == () and len(probabilities) == 1:
            hint = "One image, too, gives an array of one number: leave np.squeeze out."
        if array.shape == (1,):
            hint = "Every image is predicted, however many there are: is only the first one taken?"
        if array.shape == (len(probabilities), len(probabilities)) and len(probabilities) != 10:
            hint = "There is a row for each image: probabilities[np.arange(n), labels] takes one of each."
        if array.shape == probabilities.shape:
            hint = "Those are all probabilities: take the class of the largest, and the largest itself."
            if set(np.unique(array)) <= {0, 1}:
                hint = "That is one-hot; the label is the number of the class: argmax(axis=1)."
        raise Failed(f"{what} have shape {array.shape}; {(len(probabilities),)} was expected.", hint)
    if array.dtype.kind not in kinds:
        hint = "argmax gives integers, max gives floats: are the two exchanged, or was one converted?"
        raise Failed(f"{what} are {clean(str(array.dtype), 40)} values; {expected} were expected.", hint)


def numbers_of(part: dict[str, Any], what: str, probabilities: Array) -> dict[str, Any]:
    """One part of the result as floats of one axis, whatever it is: that is another check's matter."""
    array = part.get("array")
    if array is None and part["kind"] in ("list", "tuple"):
        values = [item.get("value", np.asarray(item.get("array")).item()) for item in part["items"] if _is_number(item)]
        array = np.array(values, dtype=np.float64)
    if array is None or array.dtype.kind not in "iuf" or array.size != len(probabilities):
        expect_flat(what, part, "iuf", probabilities)
        raise Failed(f"{what} are no numbers, one for each image.")
    return {"kind": "array", "type": "ndarray", "array": array.astype(np.float64).ravel()}


def _is_number(item: dict[str, Any]) -> bool:
    array = item.get("array")
    return item["kind"] in ("int", "float") or (array is not None and array.size == 1 and array.dtype.kind in "iuf")
