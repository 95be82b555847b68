"""A student's architecture against the expected one: what differs, in the student's words.

Each function asks one thing, so that a slip costs the check that asks for it and no other; where the thing that is
asked for is not there at all, the message says so.
"""

from collections.abc import Sequence
from dataclasses import replace

from grader.judging.architecture import (
    Activation,
    Architecture,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    MaxPooling2D,
    Other,
    Reshape,
    layer_parameters,
    named,
    output_shape,
)
from grader.judging.model_report import OF_YOUR_OWN, ModelReport
from grader.judging.verdict import Failed, clean

CLASSES = 10

MOST_LAYERS = 20
"""Layers that a report shows: the deepest right model has nine."""

OPTIMIZER_HINT = "Use optimizer='adam' or keras.optimizers.Adam(...)."
LOSS_HINT = "Labels are integers 0 to 9: use loss='sparse_categorical_crossentropy'."

KIND_HINTS = {
    "Flatten": "The image has several axes, a Dense layer wants one: put Flatten() before the first Dense.",
    "MaxPooling2D": "Each block is a Conv2D followed by MaxPooling2D((2, 2)).",
    "Conv2D": "Each block is a Conv2D followed by MaxPooling2D((2, 2)).",
    "Dense": "There are two Dense layers at the end: a hidden one, and one of 10 units with softmax.",
}


OTHER_HINTS = {
    "Lambda": "Lambda layers are not accepted: use Keras's own layers, such as Flatten().",
    "Rescaling": "Images come in 0 to 1 already: leave this layer out.",
}
"""What helps against some layers that have no place here."""

UNCONNECTED_HINT = "If it stands in your code: is the next layer called on what this one gives?"

MOST_EDITS = 3
"""Differences that a message lists."""

REPLACEMENT = 1.5
"""What one layer instead of another counts: less than one too many and one missing, more than one of them."""


def expect_layers(report: ModelReport, expected: Architecture, called: str) -> None:
    """The kinds of the layers, in order: nothing missing, nothing extra, nothing that trains differently.

    Raises:
        Failed: naming the first layer that is missing, extra or of another kind.
    """
    if not report.chain:
        hint = "Each layer takes what the one before it gives; nothing is added, joined or given out on the way."
        raise Failed(f"The layers of {called} do not form one chain from one input to one output.", hint)
    if report.extras:
        hint = "Leave it out: it trains differently."
        if report.extras[0].endswith(OF_YOUR_OWN):
            hint = "Leave the methods of Keras as they are."
        raise Failed(f"In {called}, {report.extras[0]}, which was not asked for.", hint)
    got = _without_joined_activations(report.architecture.layers)
    kinds, wanted = [_kind(layer) for layer in got], [_kind(layer) for layer in expected.layers]
    flat = any(isinstance(entry.layer, Flatten | Reshape) for entry in report.layers) and "Flatten" not in kinds
    flat = flat and len(report.architecture.input_shape) == 1
    if kinds == [kind for kind in wanted if kind != "Flatten" or not flat]:
        return  # a Flatten that has nothing to do: the input, which is flat already, is another check's matter
    difference, hint = _difference(got, expected.layers)
    if report.functional and " is missing " in difference:
        hint = f"{hint} {UNCONNECTED_HINT}".strip()
    raise Failed(
        f"{called} should be {_chain(expected.layers)}; it is {_chain(got) or 'empty'}: {difference}.",
        " ".join(part for part in (hint, parameter_difference(report, expected)) if part),
    )


def _without_joined_activations(layers: Sequence[Layer]) -> list[Layer]:
    """An activation behind a Dense, a Conv2D or its pooling is that layer's; elsewhere it is a layer too many."""
    found: list[Layer] = []
    for layer in layers:
        if isinstance(layer, Activation) and found and isinstance(found[-1], Dense | Conv2D | MaxPooling2D):
            continue
        found.append(layer)
    return found


def _kind(layer: Layer) -> str:
    return layer.kind if isinstance(layer, Other) else type(layer).__name__


def layers_in_words(architecture: Architecture) -> list[str]:
    """Each layer with its settings, as in "Conv2D(64, 3x3), relu": what a report shows side by side."""
    return [clean(_in_words(layer), 120) for layer in architecture.layers[:MOST_LAYERS]]


def _in_words(layer: Layer) -> str:
    match layer:
        case Dense():
            return f"Dense({layer.units}), {layer.activation}" + ("" if layer.use_bias else ", no bias")
        case Conv2D():
            size = "x".join(map(str, layer.kernel_size))
            others = [
                *([] if layer.strides == (1, 1) else [f"strides {'x'.join(map(str, layer.strides))}"]),
                *([] if layer.padding == "valid" else [f"{layer.padding} padding"]),
                *([] if layer.use_bias else ["no bias"]),
            ]
            return ", ".join([f"Conv2D({layer.filters}, {size})", layer.activation, *others])
        case MaxPooling2D():
            steps = "" if layer.strides == layer.pool_size else f", strides {'x'.join(map(str, layer.strides))}"
            return f"MaxPooling2D({'x'.join(map(str, layer.pool_size))}){steps}"
        case Activation():
            return f"Activation({layer.activation})"
        case Reshape():
            return f"Reshape{layer.target_shape}"
    return _kind(layer)


def _chain(layers: Sequence[Layer]) -> str:
    return " → ".join(_kind(layer) for layer in layers)


def _difference(got: Sequence[Layer], wanted: Sequence[Layer]) -> tuple[str, str]:
    """What differs, and a hint."""
    if sorted(map(_kind, got)) == sorted(map(_kind, wanted)):
        first = next(asked for here, asked in zip(got, wanted, strict=True) if _kind(here) != _kind(asked))
        return "the layers are right, their order is not", KIND_HINTS.get(_kind(first), "")
    edits = _edits(got, wanted)
    said = [_edit_said(edit) for edit in edits[:MOST_EDITS]] + (["and more"] if len(edits) > MOST_EDITS else [])
    _, here, asked = edits[0]
    hint = KIND_HINTS.get(_kind(asked), "") if asked is not None else "Leave this layer out."
    if got and list(got) == list(wanted[: len(got)]) and len(wanted) - len(got) > 1:
        hint = f"It ends after {_kind(got[-1])}: is the `return` indented into a loop, or is there a break?"
    if here is not None and isinstance(here, Other):
        use = f"use keras.layers.{_kind(asked)} there" if asked is not None else "leave it out"
        hint = OTHER_HINTS.get(here.kind.split("(")[0].strip()) or f"Not this layer: {use}."
    return ", ".join(said), hint


Edit = tuple[int, Layer | None, Layer | None]
"""A place (from 1), what is there and what was asked; None where there is nothing, or nothing was asked."""


def _edit_said(edit: Edit) -> str:
    place, here, asked = edit
    if here is None:
        return f"{named(asked)} is missing at place {place}" if asked is not None else ""
    if asked is None:
        return f"{named(here)} at place {place} is one too many"
    return f"at place {place}, {named(here)} stands for {_kind(asked)}"


def _edits(got: Sequence[Layer], wanted: Sequence[Layer]) -> list[Edit]:
    """The fewest additions, omissions and replacements of kinds that explain the difference, as edit distance finds."""
    costs: dict[tuple[int, int], tuple[float, list[Edit]]] = {(len(got), len(wanted)): (0.0, [])}
    for i in range(len(got), -1, -1):
        for j in range(len(wanted), -1, -1):
            ways = []
            if i < len(got) and j < len(wanted):
                cost, rest = costs[i + 1, j + 1]
                same = _kind(got[i]) == _kind(wanted[j])
                price = 0.1 * (_settings(got[i]) != _settings(wanted[j])) if same else REPLACEMENT
                ways.append((cost + price, rest if same else [(i + 1, got[i], wanted[j]), *rest]))
            if j < len(wanted):
                cost, rest = costs[i, j + 1]
                ways.append((cost + 1, [(j + 1, None, wanted[j]), *rest]))
            if i < len(got):
                cost, rest = costs[i + 1, j]
                ways.append((cost + 1, [(i + 1, got[i], None), *rest]))
            if ways:
                costs[i, j] = min(ways, key=lambda way: way[0])
    return costs[0, 0][1]


def _settings(layer: Layer) -> str:
    """What a layer is set to, but for its initializers."""
    return named(layer)


def parameter_difference(report: ModelReport, expected: Architecture) -> str:
    """What the number of parameters says, where it differs: how many too many or too few, and of which layers."""
    wanted, got = expected.parameters() or 0, report.parameters
    if got == wanted:
        return ""
    few = "few" if got < wanted else "many"
    counted = f"The model has {got:,} parameters; {wanted:,} were expected ({abs(got - wanted):,} too {few})"
    alike = [_kind(layer) for layer in report.architecture.layers] == [_kind(layer) for layer in expected.layers]
    explained = _explained(report, expected, wanted - got) if alike else ""
    return f"{counted}: {explained}" if explained else f"{counted}."


def _explained(report: ModelReport, expected: Architecture, missing: int) -> str:
    """Which layers account for the difference in parameters."""
    unbiased = [
        (layer.units if isinstance(layer, Dense) else layer.filters)
        for layer in report.architecture.layers
        if isinstance(layer, Dense | Conv2D) and not layer.use_bias
    ]
    if unbiased and sum(unbiased) == missing:
        added = f"{missing} = {' + '.join(map(str, unbiased))}, the biases" if len(unbiased) > 1 else "the biases"
        return f"{added}: is use_bias=False there?"
    rows = []
    pairs = zip(_parameters_by_layer(report.architecture), _parameters_by_layer(expected), strict=False)
    for (layer, got), (asked, wanted) in pairs:
        if got != wanted:
            rows.append(f"{named(layer)} has {got:,} where {named(asked)} has {wanted:,}")
    return f"{'; '.join(rows[:3])}." if rows else ""


def _parameters_by_layer(architecture: Architecture) -> list[tuple[Layer, int]]:
    rows = []
    shape: tuple[int, ...] | None = architecture.input_shape
    for layer in architecture.layers:
        count = layer_parameters(layer, shape) if shape is not None else 0
        shape = output_shape(layer, shape) if shape is not None else None
        if count:
            rows.append((layer, count))
    return rows


def dense_layers(report: ModelReport) -> list[Dense]:
    """The Dense layers, an activation that stands right behind one joined to it whatever it is."""
    found: list[Dense] = []
    previous: Layer | None = None
    for layer in report.architecture.layers:
        if isinstance(layer, Dense):
            found.append(layer)
        elif isinstance(layer, Activation) and isinstance(previous, Dense):
            found[-1] = replace(found[-1], activation=_both(found[-1].activation, layer.activation))
        previous = layer
    return found


def convolutions(report: ModelReport) -> list[Conv2D]:
    """The Conv2D layers, an activation behind one (or behind its pooling) joined to it."""
    found: list[Conv2D] = []
    previous: Layer | None = None
    for layer in report.architecture.layers:
        if isinstance(layer, Conv2D):
            found.append(layer)
        elif isinstance(layer, Activation) and isinstance(previous, Conv2D | MaxPooling2D) and found:
            found[-1] = replace(found[-1], activation=_both(found[-1].activation, layer.activation))
        previous = layer
    return found


def _both(first: str, second: str) -> str:
    return second if first == "linear" else f"{first} and then {second}"


def hidden_layers(report: ModelReport) -> list[Dense]:
    """The Dense layers before the last; the only one where it has not the output's ten units."""
    dense = dense_layers(report)
    return dense if len(dense) == 1 and dense[0].units != CLASSES else dense[:-1]


def expect_hidden_units(report: ModelReport, units: int, called: str, hint: str = "") -> Dense:
    """The hidden Dense layer: that there is one, and its units.

    Raises:
        Failed: there is none, or it has another number of units.
    """
    hidden = hidden_layers(report)
    if not hidden:
        raise Failed(f"{called} has no hidden Dense layer; one of {units} units was expected.", KIND_HINTS["Dense"])
    right = [layer for layer in hidden if layer.units == units]
    if not right:
        got = f"{hidden[-1].units} unit{'' if hidden[-1].units == 1 else 's'}"
        raise Failed(
            f"The hidden Dense layer of {called} has {got}; {units} {'was' if units == 1 else 'were'} expected.", hint
        )
    return right[-1]


def expect_bias(layer: Dense | Conv2D, what: str, called: str) -> None:
    """That the layer has a bias.

    Raises:
        Failed: it has none.
    """
    if not layer.use_bias:
        count = layer.units if isinstance(layer, Dense) else layer.filters
        hint = "Leave use_bias=False out."
        raise Failed(f"The {what} of {called} has no bias: its {count} biases are missing.", hint)


def expect_activation(got: str, wanted: str, where: str, hint: str = "") -> None:
    """The activation of one layer.

    Raises:
        Failed: it computes something else.
    """
    if got == wanted:
        return
    if got == "linear":
        raise Failed(f"The {where} has no activation; {wanted} was expected.", hint or f"Say activation='{wanted}'.")
    shown = "a function that the grader does not know" if got == "unknown" else got
    hint = hint or f"Say activation='{wanted}'."
    raise Failed(f"The activation of the {where} is {shown}; {wanted} was expected.", hint)


def expect_output_layer(report: ModelReport, called: str) -> None:
    """The last layer: Dense, 10 units, softmax.

    Raises:
        Failed: naming which of the three it is not.
    """
    dense = dense_layers(report)
    if len(dense) <= len(hidden_layers(report)):
        raise Failed(f"{called} has no output layer; the last one should be Dense(10, activation='softmax').")
    last = dense[-1]
    if last.units != CLASSES:
        units = f"{last.units} unit{'' if last.units == 1 else 's'}"
        hint = "The last layer is Dense(10, activation='softmax')."
        if dense[0].units == CLASSES:
            hint = f"Are the two Dense layers exchanged? {hint}"
        raise Failed(f"The last Dense layer of {called} has {units}; 10 were expected, one a class.", hint)
    expect_bias(last, "last Dense layer", called)
    hint = "activation='softmax' makes the ten outputs probabilities that add up to 1 for each image."
    expect_activation(last.activation, "softmax", f"last Dense layer of {called}", hint)


def without_convolutions(report: ModelReport, called: str) -> Failed:
    """That there is no Conv2D, or only layers of other classes, which have kernels too."""
    with_kernels = [entry.layer for entry in report.layers if any(len(shape) == 4 for shape in entry.weights)]
    if with_kernels:
        kinds = ", ".join(dict.fromkeys(_kind(layer) for layer in with_kernels))
        return Failed(f"{called} has no plain Conv2D layer, but {kinds}.", "Use keras.layers.Conv2D itself, as it is.")
    return Failed(f"{called} has no Conv2D layer.", KIND_HINTS["Conv2D"])


def expect_filters(report: ModelReport, filters: int, called: str) -> list[Conv2D]:
    """The number of filters of every Conv2D.

    Raises:
        Failed: there is no Conv2D, or one has another number of filters.
    """
    found = convolutions(report)
    if not found:
        raise without_convolutions(report, called)
    for place, layer in enumerate(found, start=1):
        if layer.filters != filters:
            raise Failed(
                f"Conv2D layer {place} of {called} has {layer.filters} filters; {filters} were expected.",
                "Each Conv2D takes the argument filters as it is, not a fixed number or a multiple.",
            )
    return found


def expect_convolutions(report: ModelReport, filters: int, called: str) -> None:
    """Filters, kernel, strides and padding of every Conv2D.

    Raises:
        Failed: naming the first layer that differs, and how.
    """
    for place, layer in enumerate(expect_filters(report, filters, called), start=1):
        plain = Conv2D(filters)
        where = f"Conv2D layer {place} of {called}"
        if layer.kernel_size != plain.kernel_size:
            raise Failed(
                f"{where} has a kernel of {layer.kernel_size[0]}x{layer.kernel_size[1]}; 3x3 was expected.",
                "Say Conv2D(filters, (3, 3), activation='relu').",
            )
        if layer.padding != plain.padding:
            hint = "Leave padding out: each convolution then makes the image 2 pixels smaller."
            raise Failed(f"{where} has padding={layer.padding!r}; no padding was expected.", hint)
        for name in ("strides", "dilation_rate", "groups"):
            if getattr(layer, name) != getattr(plain, name):
                hint = f"Leave {name} out."
                if name == "strides":
                    hint = "Leave them out; Conv2D(filters, 3, 3) sets them too: write the kernel as (3, 3)."
                raise Failed(f"{where} has {name}={getattr(layer, name)}; {getattr(plain, name)} was expected.", hint)
        expect_bias(layer, f"Conv2D layer {place}", called)


def expect_pooling(report: ModelReport, called: str) -> None:
    """Window, strides and padding of every pooling layer.

    Raises:
        Failed: there is no max pooling, or another window.
    """
    found = [layer for layer in report.architecture.layers if isinstance(layer, MaxPooling2D)]
    others = [layer.kind for layer in report.architecture.layers if isinstance(layer, Other) and "Pool" in layer.kind]
    if not found:
        instead = f"; {others[0]} is another layer" if others else ""
        hint = "Leave data_format out: the channels come last here." if "data_format" in instead else ""
        raise Failed(f"{called} has no MaxPooling2D layer{instead}.", hint or KIND_HINTS["MaxPooling2D"])
    for place, layer in enumerate(found, start=1):
        if layer != MaxPooling2D():
            raise Failed(
                f"MaxPooling2D layer {place} of {called} is {named(layer)}; MaxPooling2D(2) was expected.",
                "Say MaxPooling2D((2, 2)): windows of 2x2 that do not overlap, without padding.",
            )


def expect_optimizer(report: ModelReport, called: str) -> None:
    """Adam, at whatever learning rate.

    Raises:
        Failed: not compiled, or another optimizer.
    """
    compiled = report.compiled
    if compiled is None:
        raise not_compiled(called)
    if compiled.optimizer == "Adam" and not compiled.builtin:
        raise Failed(f"{called} is compiled with an Adam that is not Keras's own.", OPTIMIZER_HINT)
    if compiled.optimizer != "Adam":
        default = "That is Keras's choice where none is given. " if compiled.optimizer == "RMSprop" else ""
        if compiled.optimizer == "LossScaleOptimizer":
            default = "Under a policy of mixed precision, Keras puts it around Adam: leave the policy out. "
        message = f"{called} is compiled with the optimizer {compiled.optimizer}; Adam was expected."
        raise Failed(message, default + OPTIMIZER_HINT)
    if compiled.settings.get("weight_decay"):
        raise Failed(f"{called} is compiled with Adam and a weight_decay, which is AdamW.", OPTIMIZER_HINT)


def not_compiled(called: str) -> Failed:
    """What a model that was never compiled is told, in each of the checks that need it."""
    return Failed(f"{called} returned a model that is not compiled.", "Call model.compile(...) before `return model`.")
