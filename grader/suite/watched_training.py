"""A call of `train` on a model that notes what it is trained on, and what must be true of it afterwards."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.judging import oracle
from grader.judging.architecture import Architecture, Dense, Flatten
from grader.judging.diagnosis import Array, with_article
from grader.judging.verdict import Failed
from grader.suite.session import TaskSession

TRAIN = "train"

RATE = 0.0137
"""The learning rate of the model that is trained: none that anybody would set."""

IMAGES = 6
"""Images that `train` gets: a step costs 40 ms whatever it computes, and who takes batches of one makes thirty of them
in five epochs, on a loaded machine too."""

SOME = 41
"""Images that it gets once, for two epochs, and images of the validation: more than one batch as Keras makes them, and
odd, which shows a rest, a cut and a half."""

MANY, EPOCHS = 60_001, 7
"""Images and epochs of a training that is not made: who takes a part of the images, or a few epochs at most, shows."""

CALLBACKS = 7
"""Callbacks of that training: more than `build_callbacks` makes."""

STEERING = (
    *("EarlyStopping", "ReduceLROnPlateau", "LearningRateScheduler", "ModelCheckpoint", "BackupAndRestore"),
    *("SwapEMAWeights", "AccuracyThresholdCallback"),
)
"""Callbacks that end a training, change it, or write files."""

TOLD_TOLERANCE = 1e-5
"""How far a figure of the History may be from what a metric said: it is that very number."""

REPLAYED_TOLERANCE = 1e-4
"""How far a weight may be from where the steps of a training lead, which rounding moves by less than a tenth of it."""

CLASSIFIER = Architecture((28, 28), (Flatten(), Dense(10, "softmax")))
"""The model that is trained, and the one that predicts."""


def figures_in(observed: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The figures of an observed History: by name, one for each epoch."""
    pairs = observed["items"] if observed.get("kind") == "dict" else []
    return {str(key.get("value")): item["items"] for key, item in pairs if item["kind"] in ("list", "tuple")}


@dataclass(frozen=True)
class Trained:
    """A call of `train` on a model that watches.

    Attributes:
        shown: the call.
        images: what it was given, and `labels` with them.
        labels: integers.
        before: the model's weights before.
        seen: what the model was given, and its weights afterwards.
        figures: the History's, where a History came back.
        changed: which of images and labels are others afterwards.
    """

    shown: str
    images: Array
    labels: Array
    before: list[Array]
    seen: dict[str, Any]
    figures: dict[str, list[float]]
    changed: list[str]


def trained(task: TaskSession, shown: str, keywords: dict[str, Any], count: int = IMAGES) -> Trained:
    """Call `train` with a model that watches, `count` images, and with more arguments by keyword."""
    generator = task.generator()
    labels = generator.permutation(count) % 10
    images = _learnable(generator, labels)
    weights = [
        generator.normal(0, 0.05, (784, 10)).astype(np.float32),
        generator.normal(0, 0.05, (10,)).astype(np.float32),
    ]
    model = task.value("watching_model", "Building a model for the check", weights=weights, rate=RATE)
    try:
        called = task.call(TRAIN, {"object": model}, images, labels, shown=shown, keywords=keywords, after=True)
    except Failed as failure:
        failure.hint = _train_hint(failure.message) or failure.hint
        raise
    history = task.value("history", shown, handle=called.handle)
    if not history["history"]:
        returned = "None" if called.result["kind"] == "none" else with_article(called.result["type"])
        raise Failed(f"{shown} returned {returned}; the History was expected.", _history_hint(called.result))
    figures = {
        name: [float(item["value"]) for item in items if item.get("kind") in ("float", "int")]
        for name, items in figures_in(history["figures"]).items()
    }
    seen = task.value("watched", shown, handle=model)
    for rows in (seen["trained"], seen["tested"]):  # Keras takes an axis of length 1 more
        if rows["images"].shape[1:] == (28, 28, 1):
            rows["images"] = rows["images"][..., 0]
    changed = [
        name for place, name in ((1, "images"), (2, "labels")) if called.has_changed(place, (images, labels)[place - 1])
    ]
    return Trained(shown, images, labels, weights, seen, figures, changed)


def _learnable(generator: np.random.Generator, labels: Array) -> Array:
    """Images in which each class lights up rows of its own, so that every step of a training helps."""
    images = generator.random((len(labels), 28, 28), dtype=np.float32) / 16
    for image, label in zip(images, labels, strict=True):
        image[2 * label + 4 : 2 * label + 6] += np.float32(0.8)
    return images


def loss_of(weights: list[Array], images: Array, labels: Array) -> float:
    """The crossentropy of the model's own predictions, by the oracle; infinite where the weights do not fit."""
    try:
        return oracle.cross_entropy(oracle.forward(CLASSIFIER, weights, images)[-1], labels)
    except ValueError:
        return float("inf")


def _history_hint(result: dict[str, Any]) -> str:
    """What helps where no History came back."""
    if result["kind"] == "none":
        return "model.fit(...) returns the History: return it in turn, with validation data and without."
    if result["kind"] == "dict":
        return "That is history.history: return the History itself."
    return "The History is what model.fit(...) returns."


def _train_hint(message: str) -> str:
    """What helps where `train` raised."""
    if "has no attribute" in message and "shape" in message:
        return "Images and labels are numpy arrays."
    if "rank" in message or "Argument `output` must have" in message:
        return "The labels are integers, and stay so: the model was compiled with a sparse crossentropy."
    if "Data is expected to be in format" in message:
        return "Where there is no validation data, it is None: def train(..., validation_data=None, callbacks=())."
    if "'fit_generator'" in message:
        return "Keras has dropped it: model.fit(images, labels, ...)."
    if "'tuple' object has no attribute" in message:
        return "callbacks may be a tuple, and belong to the caller: make a list of them, list(callbacks)."
    if "cannot unpack non-iterable NoneType" in message:
        return "validation_data may be None: pass it on as it is, whatever it is."
    if "has no attribute 'set_model'" in message:
        return (
            "Parameters stand in the order of the hand-out: model, images, labels, epochs, validation_data, callbacks."
        )
    if "Cannot get result() since the metric" in message:
        return "No image has reached model.fit: is everything cut away, or left out, where there are few?"
    if "No module named" in message:
        return "Only numpy, tensorflow, keras and the standard library can be imported."
    if "cardinality is ambiguous" in message:
        return "Of images, labels and what else is passed on there are as many: none is left out, or added."
    if "Exception encountered when calling" in message:
        return "Images come first, labels second, and both go in as they are: are they exchanged?"
    return ""


def plainly_trained(task: TaskSession) -> Trained:
    """A call of `train` with as little as it takes, on more images than one batch holds; made once."""
    shown = f"{TRAIN}(model, images, labels, epochs=2)"
    return task.once(shown, lambda: trained(task, shown, {"epochs": 2}, SOME))


def takes_all(made: Trained) -> bool:
    """Whether all of the few images of a plain training are used in every epoch."""
    count = made.seen["trained"]["count"]
    return bool(count % SOME == 0 and count >= SOME * len(made.figures.get("loss", [])))


def are_close(found: list[Array], expected: list[Array], tolerance: float) -> bool:
    """Whether weights have the shapes of others, and are as near."""
    same = [weight.shape for weight in found] == [weight.shape for weight in expected]
    return same and all(
        np.allclose(one, other, rtol=0, atol=tolerance) for one, other in zip(found, expected, strict=True)
    )


def expect_replayed(made: Trained) -> None:
    """See that the model has the weights to which the steps of its training lead, by the oracle's own steps.

    Raises:
        Failed: it has others.
    """
    rows = made.seen["trained"]
    if rows["count"] > len(rows["images"]) or sum(rows["batches"]) != rows["count"]:
        return  # it was trained more often than was asked for, which is said elsewhere
    if rows["images"].shape[1:] != made.images.shape[1:] or not set(np.unique(rows["labels"])) <= set(range(10)):
        return  # likewise
    weights: list[Array] = [weight.astype(np.float64) for weight in made.before]
    place = 0
    for size in rows["batches"]:
        batch = slice(place, place + size)
        labels = rows["labels"][batch].astype(np.int64)
        slopes = oracle.first_step_gradients(CLASSIFIER, weights, rows["images"][batch], labels)
        weights = [weight - RATE * slope for weight, slope in zip(weights, slopes, strict=True)]
        place += size
    if not are_close(made.seen["weights"], weights, REPLAYED_TOLERANCE):
        message = f"After {made.shown} the weights of the model are not those to which the steps of its training lead."
        raise Failed(message, "Only call model.fit(...), and leave the weights to it.")


def is_replayed(task: TaskSession) -> bool:
    """Whether a plain training leads to the weights that it should, by `expect_replayed`."""
    try:
        expect_replayed(plainly_trained(task))
    except Failed:
        return False
    return True


def expect_told(made: Trained, prefix: str) -> None:
    """See that the History tells what the model's own metrics said; `prefix` is `val_` for those of the validation.

    Raises:
        Failed: it tells something else.
    """
    noted = made.seen["figures"]
    for name, told in made.figures.items():
        seen = [figures[name] for figures in noted if name in figures]
        if not seen or not name.startswith(prefix):
            continue  # a callback's
        for epoch, figure in enumerate(told):
            if not any(figure == known or abs(figure - known) < TOLD_TOLERANCE for known in seen):
                message = (
                    f"The History of {made.shown} says that {name} was {figure:.4f} in epoch {epoch}: it never was."
                )
                raise Failed(message, "Return what model.fit(...) returned, as it is.")


def expect_rows(made: Trained, rows: dict[str, Any], images: Array, labels: Array, did: str) -> None:
    """See that the model was given these images with these labels, in any order.

    Raises:
        Failed: it was given fewer, or others.
    """
    count, found, known = rows["count"], rows["images"], rows["labels"]
    if count and found.shape[1:] != images.shape[1:]:
        message = f"{made.shown} {did} the model on images of shape {found.shape[1:]}; {images.shape[1:]} was given"
        raise Failed(f"{message}.", "Pass images and labels on as they are.")
    if count % len(images):
        plural = "s" if count != 1 else ""
        message = f"{made.shown} {did} the model on {count} image{plural} in all, over its epochs"
        if did == "evaluated" and count % len(made.images) == 0:
            hint = "As many as it was trained on: pass validation_data on, not the images of the training."
            raise Failed(f"{message}; a multiple of {len(images)} was expected.", hint)
        if did == "evaluated":
            hint = "Pass validation_data on as it is, all of it: is there a validation_steps, or a part of it?"
            raise Failed(f"{message}; a multiple of {len(images)} was expected.", hint)
        hint = f"All {len(images)} images that were given are used in every epoch: is there a validation_split, a "
        hint += "steps_per_epoch or a drop_remainder, or are they cut?"
        raise Failed(f"{message}; a multiple of {len(images)} was expected.", hint)
    found, known = found[: len(images)].astype(np.float64), known[: len(images)]
    ours, theirs = np.argsort(images[:, 0, 0]), np.argsort(found[:, 0, 0])
    if not np.allclose(found[theirs], images[ours], atol=1e-6):
        scaled = np.allclose(found[theirs], images[ours] / 255, atol=1e-6)
        hint = "They were divided by 255 once more." if scaled else "Pass images and labels on as they are."
        raise Failed(f"{made.shown} {did} the model on other images than it was given.", hint)
    if not np.array_equal(known[theirs], labels[ours]):
        hint = "Labels and images belong together: pass both on as they are."
        raise Failed(f"{made.shown} {did} the model with other labels than it was given.", hint)


def expect_epochs(made: Trained, epochs: int) -> None:
    """See that the model was trained that often.

    Raises:
        Failed: it was trained more often, or less.
    """
    if made.seen["trained"]["count"] % IMAGES:
        return  # not all images are used, which is another check's matter
    found, told = made.seen["trained"]["count"] // IMAGES, len(made.figures.get("loss", []))
    if not found:
        hint = "Call model.fit(...) on that model, not a copy."
        raise Failed(f"{made.shown} did not train the model that it was given.", hint)
    times = f"{found} times" if found != 1 else "once"
    if found != epochs:
        hint = "Pass it on: model.fit(..., epochs=epochs), called once and without initial_epoch."
        if found == 2 * epochs:
            hint = "Is model.fit called twice?"
        if epochs == 5:
            hint = "Where there is none, it is 5: def train(model, images, labels, epochs=5, ...)."
        if found < epochs:
            hint = f"{hint} Or does a callback that you add stop it, such as EarlyStopping?"
        raise Failed(f"{made.shown} went {times} over the images; {epochs} were expected.", hint)
    if told != epochs:
        message = f"{made.shown} went {times} over the images, and the History that it returned tells of {told}."
        raise Failed(message, "Call model.fit once, with epochs=epochs, and return what it returned.")


def expect_everything_given(task: TaskSession) -> None:
    """See that `fit` gets all of a large set, the callbacks and none that change the training, by place as by name.

    Raises:
        Failed: it gets less, or more.
    """
    asked = "Building a model for the check"
    model, images, labels = task.value("counting_model", asked, count=MANY, rate=RATE)
    callbacks = [task.value("epoch_counter", "Making a callback for the check") for _ in range(CALLBACKS)]
    shown = f"{TRAIN}(model, {MANY} images, labels, {EPOCHS}, (images, labels), [{CALLBACKS} callbacks])"
    objects = [{"object": handle} for handle in (model, images, labels)]
    listed = [{"object": handle} for handle in callbacks]
    try:
        task.call(TRAIN, *objects, EPOCHS, (objects[1], objects[2]), listed, shown=shown)
    except Failed as failure:
        failure.hint = _train_hint(failure.message) or failure.hint
        raise
    given = task.value("counted_by", shown, handle=model, callbacks=callbacks)
    for name, counts in (("images", given["images"]), ("images of the validation", given["validation"])):
        fewer = [count for count in counts if 0 < count < MANY]
        if fewer and (name != "images" or takes_all(plainly_trained(task))):
            hint = "Pass all of them on as they are: no part, no steps_per_epoch, no validation_steps."
            raise Failed(f"{shown} gave model.fit {fewer[0]} {name}; {MANY} were given.", hint)
    if given["missing"]:
        message = f"{shown} gave model.fit {len(callbacks) - given['missing']} of {len(callbacks)} callbacks."
        raise Failed(message, "Pass all of them on: model.fit(..., callbacks=list(callbacks)).")
    added = [name for name in given["added"] if name in STEERING]
    if added:
        message = f"{shown} gave model.fit {with_article(added[0])} that nobody asked for."
        raise Failed(message, "It changes the training. Pass the callbacks on that were given: list(callbacks).")
    if given["images"] and sum(given["epochs"]) != EPOCHS:
        message = f"{shown} asked model.fit for {sum(given['epochs'])} epochs; {EPOCHS} were expected."
        raise Failed(message, "Pass epochs on as it is: model.fit(..., epochs=epochs).")
    model, images, labels = task.value("counting_model", asked, count=SOME, rate=RATE)
    shown = f"{TRAIN}(model, {SOME} images, labels)"
    task.call(TRAIN, *({"object": handle} for handle in (model, images, labels)), shown=shown)
    given = task.value("counted_by", shown, handle=model, callbacks=[])
    added = [name for name in given["added"] if name in STEERING]
    if added:
        message = f"{shown} gave model.fit {with_article(added[0])} that nobody asked for."
        raise Failed(message, "Where none are given there are none: callbacks=() means just that.")
