"""The figures: drawn from plain arrays, titled and labelled, and all of them from a submission by one command."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from grader.course.dataset import CLASS_NAMES, load_subset
from grader.course.settings import REPOSITORY, Profile
from grader.judging import oracle
from grader.judging.architecture import expected_cnn
from grader.judging.recipe import Adam
from grader.lab import figures, gallery, plots
from grader.lab.models import LabError, Recipe, Reference, layer_names
from grader.lab.prediction import predict
from grader.sandbox.host import Sandbox
from grader.sandbox.submission import read_submission
from grader.suite.student_code import StudentCode, code_of, pictures_of

DATA = load_subset()
IMAGES = Reference().scaled(DATA.test_images[:12])
LABELS = DATA.test_labels[:12]
PROBABILITIES = np.random.default_rng(1).dirichlet(np.ones(10), size=12)

CodeOf = Callable[[Path], StudentCode]

TINY = Recipe(expected_cnn(4, 2), Adam(0.001))


def tiny_weights() -> tuple[np.ndarray, ...]:
    """Weights of a small CNN, drawn from a seed."""
    generator = np.random.default_rng(2)
    shapes = [(3, 3, 1, 4), (4,), (3, 3, 4, 4), (4,), (100, 128), (128,), (128, 10), (10,)]
    return tuple(generator.normal(scale=0.2, size=shape).astype(np.float32) for shape in shapes)


def layers() -> dict[str, np.ndarray]:
    """Activations of three images."""
    return Reference().activations(TINY, tiny_weights(), IMAGES[:3, ..., None])


def texts(figure: Figure) -> str:
    """All that is written on a figure."""
    found = [figure.get_suptitle()]
    for axes in figure.axes:
        found += [axes.get_title(), axes.get_xlabel(), axes.get_ylabel(), *(text.get_text() for text in axes.texts)]
    return "\n".join(found)


DRAWN: dict[str, tuple[Callable[[], Figure], list[str]]] = {
    "samples": (lambda: figures.sample_images(DATA.train_images[:10], CLASS_NAMES), ["Ten images", *CLASS_NAMES]),
    "probabilities": (
        lambda: figures.class_probabilities(IMAGES[0], np.eye(10)[9], CLASS_NAMES, 9),
        ["says Ankle boot, with 100.0% (right)", "probability", "class"],
    ),
    "wrong": (
        lambda: figures.class_probabilities(IMAGES[0], np.eye(10)[7], CLASS_NAMES, 9),
        ["says Sneaker, with 100.0% (wrong: it is an Ankle boot)"],
    ),
    "convolution": (
        lambda: figures.convolution_step_by_step(IMAGES[0]),
        ["step by step", "kernel", "image, 28x28", "feature map after ReLU, 26x26", "pooling, 13x13"],
    ),
    "activations": (
        lambda: figures.activations(IMAGES[:3], ["a", "b", "c"], layers(), 1),
        ["filter 1", "image\n28x28", "conv2d_1\n26x26", "max_pooling2d_1\n13x13", "max_pooling2d_2\n5x5"],
    ),
    "confusion": (
        lambda: figures.confusion_matrix(LABELS, LABELS, CLASS_NAMES),
        ["100.0% of 12 test images", "what the model says", "what it is"],
    ),
    "mistakes": (
        lambda: figures.surest_mistakes(IMAGES, LABELS, PROBABILITIES, CLASS_NAMES),
        ["Sure and wrong", "% sure", "is "],
    ),
    "curves": (
        lambda: plots.curves("It learns", [0.7, 0.8], [0.72, 0.75], [plots.Mark("best", 2)]),
        ["It learns", "epoch", "accuracy"],
    ),
    "compared": (
        lambda: plots.compared("Width", [plots.Group("128", (0.8, 0.82), 1.0), plots.Group("512", (0.83,), 2.0)]),
        ["Width", "model", "test accuracy", "seconds for one epoch", "81.0%"],
    ),
    "claims": (
        lambda: plots.claimed_and_measured("Five", ["a", "b"], [0.9, 0.8], [0.85, 0.86], "test accuracy"),
        ["Five", "test accuracy", "90.0%", "86.0%"],
    ),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_says_what_it_shows(name: str, tmp_path: Path) -> None:
    draw, expected = DRAWN[name]
    figure = draw()
    figure.savefig(tmp_path / "figure.png")
    written = texts(figure)
    for text in expected:
        assert text in written


def test_the_worked_out_pixel_is_the_feature_map_s() -> None:
    image = np.zeros((28, 28))
    image[:, 14:] = 1.0  # one vertical edge: Sobel gives 1 + 2 + 1 along it
    assert "4.00" in texts(figures.convolution_step_by_step(image))
    assert "-4.00" in texts(figures.convolution_step_by_step(1 - image, place=(3, 12)))


def test_the_liveliest_filter_answers_every_image() -> None:
    dark, one, all_three = np.zeros((3, 5, 5)), np.zeros((3, 5, 5)), np.ones((3, 5, 5))
    one[0] = 3.0
    assert figures.liveliest_filter({"conv2d_1": np.stack([dark, one, all_three, dark], axis=-1)}) == 2


def test_few_mistakes_and_none() -> None:
    right = np.eye(10)[LABELS]
    assert "0 of 0 mistakes" in texts(figures.surest_mistakes(IMAGES, LABELS, right, CLASS_NAMES))
    wrong = right.copy()
    wrong[3] = np.roll(wrong[3], 1)
    assert "1 of 1 mistakes" in texts(figures.surest_mistakes(IMAGES, LABELS, wrong, CLASS_NAMES))


def test_predictions_of_a_guest_are_the_oracle_s(sandbox: Sandbox) -> None:
    expected = oracle.forward(TINY.architecture, tiny_weights(), IMAGES[..., None])[-1]
    assert np.allclose(predict(sandbox, TINY, tiny_weights(), IMAGES), expected, atol=1e-5)


def test_the_reference_solution_s_activations_are_the_oracle_s(student_code: CodeOf) -> None:
    found = student_code(REPOSITORY / "solutions").activations(TINY, tiny_weights(), IMAGES[:3, ..., None])
    assert list(found) == [name for name in layer_names(TINY.architecture) if "2d" in name]
    for name, right in layers().items():
        assert np.allclose(found[name], right, atol=1e-4)


@pytest.mark.parametrize(
    ("module", "source", "sentence"),
    [
        (
            "preprocessing",
            "def label_names(labels):\n    return ['Hat'] * len(labels)\n",
            "did not give their class names",
        ),
        ("preprocessing", "def label_names(labels):\n    return None\n", "did not give their class names"),
        ("preprocessing", "def label_names(labels):\n    return [1] * len(labels)\n", "did not give their class names"),
        (
            "activation_extraction",
            "def extract_activations(model, images):\n    return {'a': images}\n",
            "gave 1 arrays by name; 4 expected",
        ),
        (
            "activation_extraction",
            "def extract_activations(model, images):\n    return {name: images for name in 'abcd'}\n",
            "gave for a no float array of shape (3, 26, 26, 4)",
        ),
    ],
)
def test_what_student_code_answers_is_looked_at(
    module: str, source: str, sentence: str, tmp_path: Path, student_code: CodeOf
) -> None:
    (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")
    code = student_code(tmp_path)
    with pytest.raises(LabError) as refused:
        if module == "preprocessing":
            code.names(LABELS)
        else:
            code.activations(TINY, tiny_weights(), IMAGES[:3, ..., None])
    assert sentence in str(refused.value)


def test_all_figures_are_drawn_from_a_submission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    submission, out, guests = REPOSITORY / "solutions", tmp_path / "out", tmp_path / "guests"
    guests.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(guests))
    assert gallery.main(lambda sandbox: code_of(submission, sandbox), out, Profile.QUICK) == 0
    assert sorted(path.stem for path in out.iterdir()) == sorted(gallery.GALLERY)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in out.iterdir())
    assert not list(guests.iterdir()), "the folder of a guest is left"


def test_stubs_get_the_figures_that_need_no_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    submission = REPOSITORY / "assignments"
    assert gallery.main(lambda sandbox: code_of(submission, sandbox), tmp_path, Profile.QUICK) == 1
    assert [path.stem for path in tmp_path.iterdir()] == ["convolution"]
    said = capsys.readouterr().out
    assert said.count("preprocessing.py of assignments is not written yet") == 1
    assert said.count("cnn.py of assignments is not written yet") == 1
    assert "Not drawn: mistakes (said above)" in said


def test_a_report_gets_the_pictures_for_which_a_submission_is_right(tmp_path: Path, sandbox: Sandbox) -> None:
    files = ["preprocessing.py", "dense_model.py", "cnn.py", "activation_extraction.py"]
    right = read_submission(REPOSITORY / "solutions", files)
    pictures = pictures_of(right, Profile.QUICK, sandbox, None)
    assert [picture.task for picture in pictures] == ["dense_model", "cnn", "activation_extraction"]
    assert all(picture.png.startswith(b"\x89PNG") and len(picture.text) > 40 for picture in pictures)
    assert pictures == pictures_of(right, Profile.QUICK, sandbox, None)
    source = (REPOSITORY / "solutions" / "dense_model.py").read_text(encoding="utf-8")
    (tmp_path / "dense_model.py").write_text(source, encoding="utf-8")
    (tmp_path / "cnn.py").write_text("def build_cnn():\n    return 3\n", encoding="utf-8")
    wrong = read_submission(tmp_path, files)
    assert [picture.task for picture in pictures_of(wrong, Profile.QUICK, sandbox, None)] == ["dense_model"]
