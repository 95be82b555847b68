"""The experiments: they train for real and once, say what they measured and no more, and refuse in one sentence."""

import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from grader.course.settings import REPOSITORY, Profile
from grader.judging.architecture import Dense, canonical, expected_cnn, expected_dense
from grader.judging.jobs import Trained
from grader.judging.store import Store
from grader.judging.trained_model import model_from_json, model_to_json
from grader.judging.trainings import TRAINER
from grader.lab import experiments, explore
from grader.lab.claims import CLAIMS, impossible
from grader.lab.experiments import (
    EXPERIMENTS,
    LONG_EPOCHS,
    Measured,
    Subject,
    comparison,
    experiment_named,
    groups_of,
    job,
    parting,
)
from grader.lab.findings import csv_text
from grader.lab.models import LabError, Reference, cnn, dense_model, with_second_hidden_layer
from grader.lab.training import Trainer, multiplications, work
from grader.sandbox.host import Sandbox
from grader.suite.student_code import StudentCode, code_of
from tests.bench import descendants
from tests.conftest import command_line

PNG = b"\x89PNG\r\n\x1a\n"


def run(name: str, sandbox: Sandbox, store: Path | None = None) -> explore.Finding:
    """An experiment with the reference's models; `store` is the usual one where None."""
    return explore.run(experiment_named(name), Reference(), Profile.QUICK, sandbox, Console(quiet=True), store)


def rows(finding: explore.Finding) -> list[dict[str, str]]:
    """What stands in the CSV."""
    return list(csv.DictReader(io.StringIO(csv_text(finding))))


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """One epoch and two seeds: what is asked here is the same, in a third of the time."""
    monkeypatch.setitem(experiments.EPOCHS, Profile.QUICK, 1)
    monkeypatch.setattr(experiments, "SEEDS", 2)


@pytest.fixture
def count_trainings(monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox) -> Iterator[Callable[[], int]]:
    """How many trainings have been started since the test began."""
    started = []
    start = sandbox.start

    def noted(entry: str, preload: str) -> Any:
        if entry == TRAINER:
            started.append(entry)
        return start(entry, preload)

    monkeypatch.setattr(sandbox, "start", noted)
    yield lambda: len(started)


def test_every_experiment_of_the_contract_is_there() -> None:
    names = ["architectures", "neurons", "layers", "epochs", "early-stopping"]
    assert [experiment.name for experiment in EXPERIMENTS] == names
    assert all(experiment.question.endswith("?") for experiment in EXPERIMENTS)
    with pytest.raises(ValueError, match="there is no experiment named 'depth'; there are architectures, neurons"):
        experiment_named("depth")


def test_three_claimed_parameter_counts_cannot_be() -> None:
    assert [claim.name for claim in CLAIMS if impossible(claim)] == [claim.name for claim in CLAIMS[2:]]
    for claim in CLAIMS[:2]:
        assert claim.wanted.expected.parameters() == claim.parameters
    for claim in CLAIMS[2:]:
        sentence = impossible(claim)
        assert f"{claim.parameters:,}" in sentence
        filters, below, next_filters, above = re.findall(
            r"(\d+) filters make ([\d,]+) and (\d+) make ([\d,]+)", sentence
        )[0]
        assert int(next_filters) == int(filters) + 1
        assert int(below.replace(",", "")) < claim.parameters < int(above.replace(",", ""))


def test_architectures_stand_beside_their_claims(sandbox: Sandbox, short: None) -> None:
    finding = run("architectures", sandbox)
    table = rows(finding)
    assert [int(row["parameters"]) for row in table] == [101_770, 243_786, 113_386, 1_386_506, 84_106]
    assert [int(row["claimed_parameters"]) for row in table] == [claim.parameters for claim in CLAIMS]
    assert [float(row["claimed_accuracy"]) for row in table] == [0.873, 0.901, 0.892, 0.885, 0.913]
    assert all(0.5 < float(row["accuracy"]) < 0.95 and float(row["seconds"]) > 0 for row in table)
    assert sum("parameters are claimed" in sentence for sentence in finding.sentences) == 3
    assert any("--profile full" in sentence for sentence in finding.sentences)


def test_wider_and_deeper_are_measured_with_several_seeds(sandbox: Sandbox, short: None) -> None:
    for name, parameters in (("neurons", [25_450, 101_770, 407_050]), ("layers", [101_770, 118_282])):
        finding = run(name, sandbox)
        table = rows(finding)
        assert [int(row["parameters"]) for row in table] == parameters
        for row in table:
            assert float(row["lowest"]) <= float(row["accuracy"]) <= float(row["highest"])
        assert "2 seeds" in finding.sentences[-1]


def test_epochs_and_early_stopping_share_one_training(sandbox: Sandbox, count_trainings: Callable[[], int]) -> None:
    epochs = rows(run("epochs", sandbox))
    assert [int(row["epoch"]) for row in epochs] == list(range(1, LONG_EPOCHS + 1))
    assert float(epochs[-1]["train_accuracy"]) > float(epochs[-1]["accuracy"])
    before = count_trainings()
    finding = run("early-stopping", sandbox)
    assert count_trainings() == before
    low, high, end = rows(finding)
    stop = int(low["epoch"])
    assert float(epochs[stop - 1]["train_accuracy"]) >= 0.85
    assert all(float(row["train_accuracy"]) < 0.85 for row in epochs[: stop - 1])
    assert low["accuracy"] == epochs[stop - 1]["accuracy"]
    assert (high["epoch"] == "") == ("98% stops nothing" in " ".join(finding.sentences))
    assert int(end["epoch"]) == LONG_EPOCHS


def test_the_parting_of_the_curves() -> None:
    assert parting([0.80, 0.85, 0.90, 0.95], [0.81, 0.84, 0.86, 0.86]) == 3
    assert parting([0.90, 0.85, 0.95], [0.80, 0.85, 0.90]) == 3
    assert parting([0.90, 0.95], [0.80, 0.85]) == 1
    assert parting([0.80, 0.85], [0.81, 0.84]) is None


def measured(name: str, units: int, *accuracies: float) -> list[Measured]:
    """Results that were not trained."""
    subject = Subject(name, job(Reference().recipe(dense_model(units)), Profile.QUICK))
    return [Measured(subject, Trained(value, 0.5, (value,), (0.5,), seconds=(1.0,))) for value in accuracies]


def test_a_difference_within_the_spread_is_called_luck() -> None:
    less, more = groups_of([*measured("128 neurons", 128, 0.80, 0.82), *measured("512 neurons", 512, 0.81, 0.84)])
    gain, doubt = comparison(less, more)
    assert "1.5 points more than 128 neurons (81.0%)" in gain
    assert "4.0 times the parameters" in gain
    assert "may be luck" in doubt
    assert "1.5 points less" in comparison(more, less)[0]
    clear = groups_of([*measured("128 neurons", 128, 0.80, 0.81), *measured("512 neurons", 512, 0.83, 0.84)])
    assert "lies beyond" in comparison(*clear)[1]


def test_an_interrupted_run_goes_on_and_a_second_one_trains_nothing(
    tmp_path: Path, sandbox: Sandbox, count_trainings: Callable[[], int]
) -> None:
    recipe = Reference().recipe(dense_model(4))
    named = [(f"seed {seed}", job(recipe, Profile.QUICK, seed, epochs=1)) for seed in range(2)]
    quiet = Console(quiet=True)
    with Trainer(sandbox, tmp_path, quiet) as trainer:
        first = trainer.train(named[:1])  # a run that was interrupted after this
    assert count_trainings() == 1
    sandbox.end_trainers()  # as after each submission of a class
    assert "grader.judging.trainer" not in " ".join(map(command_line, descendants(os.getpid())))
    with Trainer(sandbox, tmp_path, quiet) as trainer:
        both = trainer.train(named)
    assert count_trainings() == 2
    with Trainer(sandbox, tmp_path, quiet) as trainer:
        assert trainer.train(named) == both
    assert count_trainings() == 2
    assert both[0] == first[0]


def test_ctrl_c_says_that_one_can_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Trainer, "train", interrupted)
    assert explore.main("neurons", lambda sandbox: Reference(), tmp_path, Profile.QUICK, tmp_path) == 130
    assert "goes on from there" in capsys.readouterr().out


def test_the_weights_come_from_the_same_training_and_change_no_result(tmp_path: Path, sandbox: Sandbox) -> None:
    small = job(Reference().recipe(dense_model(4)), Profile.QUICK, epochs=1)
    with Trainer(sandbox, tmp_path, Console(quiet=True)) as trainer:
        (alone,) = trainer.train([("alone", small)])
        model = trainer.train_model("with weights", small)
    assert model.trained == alone
    assert [array.shape for array in model.weights] == [(784, 4), (4,), (4, 10), (10,)]
    assert len(list(tmp_path.rglob("*.json"))) == 2
    again = model_from_json(json.loads(json.dumps(model_to_json(alone.to_json(), model.weights))))
    assert all(np.array_equal(one, other) for one, other in zip(model.weights, again.weights, strict=True))
    with pytest.raises(ValueError, match="no trained model"):
        model_from_json({"trained": alone.to_json()})


def test_the_default_cnn_fits_into_the_store(tmp_path: Path) -> None:
    shapes = [(3, 3, 1, 64), (64,), (3, 3, 64, 64), (64,), (1600, 128), (128,), (128, 10), (10,)]
    weights = [np.ones(shape, dtype=np.float32) for shape in shapes]
    assert sum(array.size for array in weights) == expected_cnn(64, 2).parameters()
    store, key = Store(tmp_path), "0" * 64
    store.get_or_train(key, lambda: model_to_json({"accuracy": 0.9}, weights))
    assert store.get(key) is not None


def test_a_second_hidden_layer_and_what_models_cost() -> None:
    twice = canonical(with_second_hidden_layer(Reference().recipe(dense_model())).architecture)
    assert [layer.units for layer in twice.layers if isinstance(layer, Dense)] == [128, 128, 10]
    assert multiplications(expected_dense(128)) == 784 * 128 + 128 * 10
    by_hand = 26 * 26 * 9 * 64 + 11 * 11 * 9 * 64 * 64 + 1600 * 128 + 128 * 10
    assert multiplications(expected_cnn(64, 2)) == by_hand
    reference = Reference()
    assert work(job(reference.recipe(cnn()), Profile.FULL)) > work(job(reference.recipe(dense_model()), Profile.FULL))


def test_files_are_plain(tmp_path: Path, sandbox: Sandbox) -> None:
    out = tmp_path / "deep" / "lab"
    table, plot = explore.write(run("epochs", sandbox), "epochs", out)
    content = table.read_bytes()
    assert content.startswith(b"epoch,train_accuracy,accuracy,apart,train_loss,loss\n1,")
    assert content.endswith(b"\n")
    assert b"\r" not in content
    content.decode("ascii")
    assert plot.read_bytes().startswith(PNG)
    (tmp_path / "file").write_text("")
    with pytest.raises(LabError, match="file cannot be written"):
        explore.write(run("epochs", sandbox), "epochs", tmp_path / "file")


# A submission


def test_the_reference_solution_gives_the_reference_recipes(student_code: Callable[[Path], StudentCode]) -> None:
    code = student_code(REPOSITORY / "solutions")
    for wanted in (dense_model(), dense_model(512), cnn(), cnn(filters=32), cnn(conv_layers=3)):
        recipe, expected = code.recipe(wanted), Reference().recipe(wanted)
        assert job(recipe, Profile.QUICK) == job(expected, Profile.QUICK)  # so the class shares one training


DENSE = (REPOSITORY / "solutions" / "dense_model.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (None, "There is no dense_model.py in handed."),
        ("def build_dense_model(:\n", "dense_model.py, line 1: "),
        ("import nothing_like_it\n", "Importing dense_model.py raised ModuleNotFoundError"),
        ("STUB", "dense_model.py of handed is not written yet, and the lab needs it. Stack Input"),
        (DENSE.replace("layers.Flatten(),", ""), "has not the layers that the task asks for"),
        (DENSE.replace('"adam"', '"sgd"'), "not right yet: build_dense_model() is compiled with the optimizer SGD"),
        (DENSE.replace("Dense(hidden_units", "Dense(128"), "build_dense_model(hidden_units=512) has not the layers"),
        ("import os\ndef build_dense_model(hidden_units=128):\n    os._exit(3)\n", "ended the program"),
    ],
)
def test_a_builder_that_is_not_right_gets_one_sentence(
    source: str | None, sentence: str, tmp_path: Path, student_code: Callable[[Path], StudentCode]
) -> None:
    folder = tmp_path / "handed"
    folder.mkdir()
    if source == "STUB":
        source = (REPOSITORY / "assignments" / "dense_model.py").read_text(encoding="utf-8")
    if source is not None:
        (folder / "dense_model.py").write_text(source, encoding="utf-8")
    code = student_code(folder)
    with pytest.raises(LabError) as refused:
        code.recipe(dense_model())
        code.recipe(dense_model(512))
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_command_refuses_with_its_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def main(name: str, submission: Path | None) -> int:
        return explore.main(name, lambda sandbox: code_of(submission, sandbox), tmp_path / "out", Profile.QUICK)

    assert main("depth", None) == 2
    assert "there is no experiment named 'depth'" in capsys.readouterr().out
    assert main("neurons", tmp_path / "nowhere") == 1
    assert "there is no folder or zip at" in capsys.readouterr().out
    assert main("layers", REPOSITORY / "assignments") == 1
    out = capsys.readouterr().out
    assert "dense_model.py of assignments is not written yet" in out
    assert len(out.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()
