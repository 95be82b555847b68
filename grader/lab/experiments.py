"""The experiments: which models are trained, and what is read from their results.

Each is a question of the unit. It lists its trainings, as jobs for the trusted trainer, and turns their results into a
table, a plot and a few sentences that say no more than was measured.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from grader.course.settings import Profile
from grader.judging.jobs import Job, Trained
from grader.lab import plots
from grader.lab.claims import CLAIMS, impossible
from grader.lab.findings import Cell, Column, Finding, Kind
from grader.lab.models import Code, Recipe, dense_model, with_second_hidden_layer

SEED = 1
"""The first seed. Not the one of grading: there two models train at a time, so that its seconds say nothing."""

SEEDS = 3
"""Seeds where models are compared that differ little: one alone would call luck a difference."""

EPOCHS = {Profile.QUICK: 3, Profile.FULL: 5}
"""As the claims have it at full; on the subset, three epochs are enough to tell the models apart."""

LONG_EPOCHS = 20
"""Epochs of the long training: four times what is claimed, and overfitting shows from the tenth on."""

READ_AT = (5, 10, 20)
"""Epochs of the long training that the table shows."""

APART = 0.02
"""Training and test accuracy have parted when they differ by two points: more than two standard errors of the share of
2,000 test images (0.8 points at 85 %), so that no chance of the draw explains it."""

THRESHOLDS = (0.85, 0.98)
"""Training accuracies at which the callback of the unit stops: the exercise's, and its default."""

DATA = {Profile.QUICK: "subset", Profile.FULL: "full"}
IMAGES = {Profile.QUICK: "10,000", Profile.FULL: "60,000"}


@dataclass(frozen=True)
class Subject:
    """One training of an experiment: `name` is what the model is called in the table."""

    name: str
    job: Job


@dataclass(frozen=True)
class Measured:
    """A subject and what its training came to."""

    subject: Subject
    trained: Trained

    @property
    def parameters(self) -> int:
        """How many numbers the model learns."""
        return self.subject.job.architecture.parameters() or 0

    @property
    def seconds(self) -> float:
        """For one epoch: the quickest, since whatever else the machine did can only add to it."""
        return min(self.trained.seconds, default=0.0)


@dataclass(frozen=True)
class Experiment:
    """One experiment.

    Attributes:
        name: on the command line.
        question: what it asks.
        subjects: what is to be trained for somebody's code at a profile.
        finding: what the results say, in the order of the subjects.
    """

    name: str
    question: str
    subjects: Callable[[Code, Profile], list[Subject]]
    finding: Callable[[Sequence[Measured], Profile], Finding]


def job(recipe: Recipe, profile: Profile, seed: int = SEED, epochs: int | None = None) -> Job:
    """A training of a recipe at a profile."""
    return Job(recipe.architecture, recipe.optimizer, epochs or EPOCHS[profile], seed, DATA[profile])


def long_job(code: Code, profile: Profile) -> Job:
    """The long training of the dense model, with the test accuracy after every epoch."""
    return replace(job(code.recipe(dense_model()), profile, epochs=LONG_EPOCHS), validate=True)


def _conditions(profile: Profile, epochs: int) -> str:
    return f"{epochs} epochs on {IMAGES[profile]} images"


# Five architectures


def _architectures(code: Code, profile: Profile) -> list[Subject]:
    return [Subject(claim.name, job(code.recipe(claim.wanted), profile)) for claim in CLAIMS]


def _architectures_found(results: Sequence[Measured], profile: Profile) -> Finding:
    epochs = EPOCHS[profile]
    rows: list[tuple[Cell, ...]] = []
    for claim, found in zip(CLAIMS, results, strict=True):
        trained = found.trained
        accuracies, losses = (claim.accuracy, trained.accuracy), (claim.loss, trained.loss)
        rows.append(
            (claim.name, *accuracies, *losses, claim.parameters, found.parameters, claim.seconds, found.seconds)
        )
    sentences = [sentence for claim in CLAIMS if (sentence := impossible(claim))]
    if profile is Profile.QUICK:
        sentences.append(
            f"Measured after {_conditions(profile, epochs)}, claimed after 5 on 60,000: "
            "--profile full trains as the claims say."
        )
    best = max(results, key=lambda found: found.trained.accuracy)
    sentences.append(
        f"Best in this run: {best.subject.name} with {best.trained.accuracy:.1%}. Each model was trained once: another "
        "seed moves an accuracy by up to a point or two on the subset, by half a point on all images."
    )
    return Finding(
        title=f"Five architectures, {_conditions(profile, epochs)}",
        columns=(
            Column("model", "model"),
            Column("claimed_accuracy", "accuracy\nclaim", Kind.SHARE),
            Column("accuracy", "\nhere", Kind.SHARE),
            Column("claimed_loss", "loss\nclaim", Kind.LOSS),
            Column("loss", "\nhere", Kind.LOSS),
            Column("claimed_parameters", "params\nclaim", Kind.COUNT),
            Column("parameters", "\nhere", Kind.COUNT),
            Column("claimed_seconds", "s/epoch\nclaim", Kind.COUNT),
            Column("seconds", "\nhere", Kind.SECONDS),
        ),
        rows=tuple(rows),
        sentences=tuple(sentences),
        figure=plots.claimed_and_measured(
            f"Five architectures after {_conditions(profile, epochs)}",
            [claim.name for claim in CLAIMS],
            [claim.accuracy for claim in CLAIMS],
            [found.trained.accuracy for found in results],
            "test accuracy (claimed: 5 epochs on 60,000 images)",
        ),
    )


# Wider, and deeper


def _seeded(named: Sequence[tuple[str, Recipe]], profile: Profile) -> list[Subject]:
    """Each recipe with every seed."""
    seeds = range(SEED, SEED + SEEDS)
    return [Subject(name, job(recipe, profile, seed)) for name, recipe in named for seed in seeds]


def _neurons(code: Code, profile: Profile) -> list[Subject]:
    widths = (32, 128, 512)
    return _seeded([(f"{width} neurons", code.recipe(dense_model(width))) for width in widths], profile)


def _layers(code: Code, profile: Profile) -> list[Subject]:
    one = code.recipe(dense_model())
    return _seeded([("one hidden layer", one), ("two hidden layers", with_second_hidden_layer(one))], profile)


@dataclass(frozen=True)
class Group:
    """All seeds of one model."""

    members: tuple[Measured, ...]

    @property
    def name(self) -> str:
        """The model."""
        return self.members[0].subject.name

    @property
    def accuracies(self) -> tuple[float, ...]:
        """Test accuracies, seed by seed."""
        return tuple(member.trained.accuracy for member in self.members)

    @property
    def mean(self) -> float:
        """Their mean."""
        return sum(self.accuracies) / len(self.accuracies)

    @property
    def seconds(self) -> float:
        """For one epoch: the quickest of all."""
        return min(member.seconds for member in self.members)

    def row(self) -> tuple[Cell, ...]:
        """Its row in the table."""
        train = sum(member.trained.train_accuracy[-1] for member in self.members) / len(self.members)
        lowest, highest = min(self.accuracies), max(self.accuracies)
        return (self.name, self.members[0].parameters, train, self.mean, lowest, highest, self.seconds)


def groups_of(results: Sequence[Measured]) -> list[Group]:
    """The results model by model, in their order."""
    names = dict.fromkeys(found.subject.name for found in results)
    return [Group(tuple(found for found in results if found.subject.name == name)) for name in names]


def _compared(title: str, results: Sequence[Measured], profile: Profile) -> Finding:
    """The last model against the one before it."""
    groups = groups_of(results)
    title = f"{title}, {_conditions(profile, EPOCHS[profile])}"
    return Finding(
        title=title,
        columns=(
            Column("model", "model"),
            Column("parameters", "parameters", Kind.COUNT),
            Column("train_accuracy", "training\naccuracy", Kind.SHARE),
            Column("accuracy", "test\naccuracy", Kind.SHARE),
            Column("lowest", f"lowest\nof {SEEDS}", Kind.SHARE),
            Column("highest", f"highest\nof {SEEDS}", Kind.SHARE),
            Column("seconds", "seconds\nper epoch", Kind.SECONDS),
        ),
        rows=tuple(group.row() for group in groups),
        sentences=comparison(groups[-2], groups[-1]),
        figure=plots.compared(title, [plots.Group(group.name, group.accuracies, group.seconds) for group in groups]),
    )


def comparison(less: Group, more: Group) -> tuple[str, ...]:
    """What the greater model gains and costs; and where the seeds overlap, that this may be luck."""
    points = 100 * (more.mean - less.mean)
    parameters = more.members[0].parameters / less.members[0].parameters
    word = "more" if points >= 0 else "less"
    gain = (
        f"{more.name.capitalize()} reach {more.mean:.1%} on the test images, {abs(points):.1f} points {word} than "
        f"{less.name} ({less.mean:.1%}), with {parameters:.1f} times the parameters and "
        f"{more.seconds / less.seconds:.1f} times the seconds for an epoch."
    )
    if min(more.accuracies) <= max(less.accuracies) and min(less.accuracies) <= max(more.accuracies):
        return gain, f"The {SEEDS} seeds of both overlap: a difference this small may be luck."
    return (gain, f"Every one of the {SEEDS} seeds of one lies beyond every one of the other.")


# Longer, and stopped in time


def parting(training: Sequence[float], test: Sequence[float]) -> int | None:
    """The epoch, from 1, from which on the training accuracy stays more than `APART` above the test accuracy."""
    together = [place for place, pair in enumerate(zip(training, test, strict=True), 1) if pair[0] - pair[1] <= APART]
    first = together[-1] + 1 if together else 1
    return first if first <= len(training) else None


def _long(code: Code, profile: Profile) -> list[Subject]:
    return [Subject("Dense 128", long_job(code, profile))]


def _epochs_found(results: Sequence[Measured], profile: Profile) -> Finding:
    trained = results[0].trained
    training, test = trained.train_accuracy, trained.validation_accuracy
    apart, best = parting(training, test), test.index(max(test)) + 1
    losses = [loss if loss is not None else float("inf") for loss in trained.validation_loss]
    turn = losses.index(min(losses)) + 1
    length = len(training)
    marks = [plots.Mark(f"apart by more than {100 * APART:.0f} points: from epoch {apart} on", apart)] if apart else []
    marks.append(plots.Mark(f"best on the test images: epoch {best}", best))
    if apart is None:
        parted = f"In {length} epochs training and test accuracy stay within {100 * APART:.0f} points of each other."
    else:
        parted = (
            f"From epoch {apart} on the training accuracy stays more than {100 * APART:.0f} points above the test "
            "accuracy: more and more of what is learnt holds for these images alone."
        )
    return Finding(
        title=f"Dense 128, {_conditions(profile, length)}",
        columns=(
            Column("epoch", "epoch", Kind.COUNT),
            Column("train_accuracy", "training\naccuracy", Kind.SHARE),
            Column("accuracy", "test\naccuracy", Kind.SHARE),
            Column("apart", "apart\nby", Kind.SHARE),
            Column("train_loss", "training\nloss", Kind.LOSS),
            Column("loss", "test\nloss", Kind.LOSS),
        ),
        rows=tuple(
            (epoch, seen, unseen, seen - unseen, seen_loss, unseen_loss)
            for epoch, (seen, unseen, seen_loss, unseen_loss) in enumerate(
                zip(training, test, trained.train_loss, trained.validation_loss, strict=True), start=1
            )
        ),
        shown=tuple(epoch - 1 for epoch in READ_AT if epoch <= length),
        sentences=(
            parted,
            f"From epoch {min(READ_AT)} to epoch {length} the training accuracy changes by "
            f"{100 * (training[-1] - training[min(READ_AT) - 1]):+.1f} points, the test accuracy by "
            f"{100 * (test[-1] - test[min(READ_AT) - 1]):+.1f}.",
            f"The test accuracy is best after epoch {best} ({max(test):.1%}); the test loss is least after epoch "
            f"{turn}, and after that the model grows surer of its mistakes.",
        ),
        figure=plots.curves(f"Dense 128, {_conditions(profile, length)}", training, test, marks),
    )


def _stopping_found(results: Sequence[Measured], profile: Profile) -> Finding:
    found = results[0]
    training, test = found.trained.train_accuracy, found.trained.validation_accuracy
    length = len(training)
    rows: list[tuple[Cell, ...]] = []
    sentences, marks = [], []
    for threshold in THRESHOLDS:
        stop = next((epoch for epoch, value in enumerate(training, start=1) if value >= threshold), None)
        name = f"stop at {threshold:.0%}"
        if stop is None:
            rows.append((name, None, None, None, None))
            sentences.append(f"A threshold of {threshold:.0%} stops nothing in {length} epochs.")
            marks.append(plots.Mark(f"{threshold:.0%}: not reached", accuracy=threshold))
            continue
        rows.append((name, stop, training[stop - 1], test[stop - 1], sum(found.trained.seconds[:stop])))
        points = 100 * (test[stop - 1] - test[-1])
        sentences.append(
            f"A threshold of {threshold:.0%} on the training accuracy stops after epoch {stop} of {length}: the test "
            f"accuracy is {test[stop - 1]:.1%} then, {abs(points):.1f} points {'above' if points >= 0 else 'below'} "
            f"that at the end, for {sum(found.trained.seconds[:stop]) / sum(found.trained.seconds):.0%} of the time."
        )
        marks.append(plots.Mark(f"{threshold:.0%} reached: stop after epoch {stop}", stop, threshold))
    rows.append(("to the end", length, training[-1], test[-1], sum(found.trained.seconds)))
    return Finding(
        title=f"Stopping Dense 128 early, {IMAGES[profile]} images",
        columns=(
            Column("rule", "rule"),
            Column("epoch", "stops after\nepoch", Kind.COUNT),
            Column("train_accuracy", "training\naccuracy", Kind.SHARE),
            Column("accuracy", "test\naccuracy", Kind.SHARE),
            Column("seconds", "seconds", Kind.SECONDS),
        ),
        rows=tuple(rows),
        sentences=(
            *sentences,
            "Read from one training to the end: a callback that stops it leaves the epochs before as they are.",
        ),
        figure=plots.curves(
            f"Where a threshold on the training accuracy stops, {IMAGES[profile]} images", training, test, marks
        ),
    )


EXPERIMENTS: tuple[Experiment, ...] = (
    Experiment(
        "architectures", "What do five architectures reach, and at what price?", _architectures, _architectures_found
    ),
    Experiment(
        "neurons",
        "Is a wider hidden layer more accurate, and what does it cost?",
        _neurons,
        lambda results, profile: _compared("Width of the hidden layer", results, profile),
    ),
    Experiment(
        "layers",
        "What does a second hidden layer bring?",
        _layers,
        lambda results, profile: _compared("One hidden layer or two", results, profile),
    ),
    Experiment("epochs", "When does more training stop helping?", _long, _epochs_found),
    Experiment("early-stopping", "Where does a threshold stop, and is that a good place?", _long, _stopping_found),
)
"""All experiments, in the order of the unit."""


def experiment_named(name: str) -> Experiment:
    """The experiment of that name.

    Raises:
        ValueError: there is none; the message lists those there are.
    """
    for experiment in EXPERIMENTS:
        if experiment.name == name:
            return experiment
    names = ", ".join(experiment.name for experiment in EXPERIMENTS)
    raise ValueError(f"there is no experiment named {name!r}; there are {names}")
