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
    Layer,
    MaxPooling2D,
    Other,
    layer_parameters,
    named,
    output_shape,
)
from grader.judging.model_report import ModelReport
from grader.judging.verdict import Failed

OPTIMIZER_HINT = "Use optimizer='adam' or keras.optimizers.Adam(...)."
LOSS_HINT = "Labels are integers 0 to 9: use loss='sparse_categorical_crossentropy'."

KIND_HINTS = {
    "Flatten": "The image has two axes, a Dense layer wants one: put Flatten() before the first Dense.",
    "MaxPooling2D": "Each block is a Conv2D followed by MaxPooling2D((2, 2)).",
    "Conv2D": "Each block is a Conv2D followed by MaxPooling2D((2, 2)).",
    "Dense": "There are two Dense layers at the end: a hidden one, and one of 10 units with softmax.",
}


def expect_layers(report: ModelReport, expected: Architecture, called: str) -> None:
    """The kinds of the layers, in order: nothing missing, nothing extra, nothing that trains differently.

    Raises:
        Failed: naming the first layer that is missing, extra or of another kind.
    """
    if not report.chain:
        raise Failed(f"The layers of {called} do not form one chain from one input to one output.", "Stack them.")
    extras = [f"layer {entry.name} has {extra}" for entry in report.layers for extra in entry.extras]
    if extras:
        raise Failed(f"In {called}, {extras[0]}, which was not asked for.", "Leave it out: it trains differently.")
    got = _without_joined_activations(report.architecture.layers)
    kinds, wanted = [_kind(layer) for layer in got], [_kind(layer) for layer in expected.layers]
    if kinds == wanted:
        return
    difference, hint = _first_difference(got, expected.layers)
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


def _chain(layers: Sequence[Layer]) -> str:
    return " → ".join(_kind(layer) for layer in layers)


def _first_difference(got: Sequence[Layer], wanted: Sequence[Layer]) -> tuple[str, str]:
    """What differs first, and a hint."""
    position = next(
        (place for place, pair in enumerate(zip(got, wanted, strict=False)) if _kind(pair[0]) != _kind(pair[1])),
        min(len(got), len(wanted)),
    )
    here = got[position] if position < len(got) else None
    asked = wanted[position] if position < len(wanted) else None
    if here is not None and isinstance(here, Other):
        return f"{here.kind} was not asked for", "Leave this layer out."
    kinds, wanted_kinds = [_kind(layer) for layer in got], [_kind(layer) for layer in wanted]
    if here is not None and (asked is None or kinds[position + 1 :] == wanted_kinds[position:]):
        return f"{named(here)} at place {position + 1} is one too many", "Leave this layer out."
    if asked is not None and (here is None or kinds[position:] == wanted_kinds[position + 1 :]):
        return f"{_kind(asked)} is missing at place {position + 1}", KIND_HINTS.get(_kind(asked), "")
    if here is not None and asked is not None:
        return f"at place {position + 1}, {_kind(asked)} was asked and {named(here)} is there", ""
    return "the number of layers differs", ""


def parameter_difference(report: ModelReport, expected: Architecture) -> str:
    """What the number of parameters says, where it differs: how many too many or too few."""
    wanted, got = expected.parameters() or 0, report.parameters
    if got == wanted:
        return ""
    return f"The model has {_counted(got, wanted)}."


def _counted(got: int, wanted: int) -> str:
    few = "few" if got < wanted else "many"
    return f"{got:,} parameters; {wanted:,} were expected ({abs(got - wanted):,} too {few})"


def expect_parameters(report: ModelReport, expected: Architecture, called: str) -> None:
    """The number of parameters, explained by the biases where that is the difference.

    Raises:
        Failed: it is another number.
    """
    wanted, got = expected.parameters() or 0, report.parameters
    if got == wanted:
        return
    raise Failed(f"{called} has {_counted(got, wanted)}.", _explained(report, expected, wanted - got))


def _explained(report: ModelReport, expected: Architecture, missing: int) -> str:
    """Which layers account for the difference in parameters."""
    unbiased = [
        (layer.units if isinstance(layer, Dense) else layer.filters)
        for layer in report.architecture.layers
        if isinstance(layer, Dense | Conv2D) and not layer.use_bias
    ]
    if unbiased and sum(unbiased) == missing:
        return f"{missing} = {' + '.join(str(count) for count in unbiased)}, the biases: is use_bias=False?"
    rows = []
    pairs = zip(_parameters_by_layer(report.architecture), _parameters_by_layer(expected), strict=False)
    for (layer, got), (asked, wanted) in pairs:
        if got != wanted:
            rows.append(f"{named(layer)} has {got:,} where {named(asked)} has {wanted:,}")
    return "; ".join(rows[:3])


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


def expect_hidden_units(report: ModelReport, units: int, called: str) -> None:
    """The hidden Dense layer: that there is one, and its units.

    Raises:
        Failed: there is none, or it has another number of units.
    """
    dense = dense_layers(report)
    if len(dense) < 2:
        raise Failed(f"{called} has no hidden Dense layer; one of {units} units was expected.", KIND_HINTS["Dense"])
    if dense[-2].units != units:
        raise Failed(
            f"The hidden Dense layer of {called} has {dense[-2].units} units; {units} were expected.",
            "Give the Dense layer the argument, not a fixed number." if units != 128 else "",
        )
    _expect_bias(dense[-2], "hidden Dense layer", called)


def _expect_bias(layer: Dense | Conv2D, what: str, called: str) -> None:
    if not layer.use_bias:
        count = layer.units if isinstance(layer, Dense) else layer.filters
        hint = f"{count} parameters too few: is use_bias=False?"
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
    raise Failed(f"The activation of the {where} is {shown}; {wanted} was expected.", hint)


def expect_output_layer(report: ModelReport, called: str) -> None:
    """The last layer: Dense, 10 units, softmax.

    Raises:
        Failed: naming which of the three it is not.
    """
    dense = dense_layers(report)
    if not dense:
        raise Failed(f"{called} has no Dense layer; the last one should be Dense(10, activation='softmax').")
    last = dense[-1]
    if last.units != 10:
        raise Failed(f"The last Dense layer of {called} has {last.units} units; 10 were expected, one a class.")
    _expect_bias(last, "last Dense layer", called)
    hint = "softmax makes the ten outputs probabilities that add up to 1."
    expect_activation(last.activation, "softmax", f"last Dense layer of {called}", hint)


def expect_convolutions(report: ModelReport, filters: int, called: str) -> None:
    """Filters, kernel, strides and padding of every Conv2D.

    Raises:
        Failed: naming the first layer that differs, and how.
    """
    found = convolutions(report)
    if not found:
        raise Failed(f"{called} has no Conv2D layer.", KIND_HINTS["Conv2D"])
    for place, layer in enumerate(found, start=1):
        plain = Conv2D(filters, activation=layer.activation)
        where = f"Conv2D layer {place} of {called}"
        if layer.filters != filters:
            raise Failed(f"{where} has {layer.filters} filters; {filters} were expected.")
        if layer.kernel_size != (3, 3):
            raise Failed(f"{where} has a kernel of {layer.kernel_size[0]}x{layer.kernel_size[1]}; 3x3 was expected.")
        if layer.padding != "valid":
            hint = "Leave padding out: each convolution then makes the image 2 pixels smaller."
            raise Failed(f"{where} has padding={layer.padding!r}; no padding was expected.", hint)
        for name in ("strides", "dilation_rate", "groups"):
            if getattr(layer, name) != getattr(plain, name):
                raise Failed(f"{where} has {name}={getattr(layer, name)}; {getattr(plain, name)} was expected.")
        _expect_bias(layer, f"Conv2D layer {place}", called)


def expect_pooling(report: ModelReport, called: str) -> None:
    """Window, strides and padding of every pooling layer.

    Raises:
        Failed: there is no max pooling, or another window.
    """
    found = [layer for layer in report.architecture.layers if isinstance(layer, MaxPooling2D)]
    others = [layer.kind for layer in report.architecture.layers if isinstance(layer, Other) and "Pool" in layer.kind]
    if not found:
        instead = f"; it has {others[0]} instead" if others else ""
        raise Failed(f"{called} has no MaxPooling2D layer{instead}.", KIND_HINTS["MaxPooling2D"])
    for place, layer in enumerate(found, start=1):
        if layer != MaxPooling2D():
            raise Failed(f"MaxPooling2D layer {place} of {called} is {named(layer)}; MaxPooling2D(2) was expected.")


def expect_optimizer(report: ModelReport, called: str) -> None:
    """Adam, at whatever learning rate.

    Raises:
        Failed: not compiled, or another optimizer.
    """
    compiled = report.compiled
    if compiled is None:
        raise not_compiled(called)
    if compiled.optimizer != "Adam" or not compiled.builtin:
        raise Failed(
            f"{called} is compiled with the optimizer {compiled.optimizer}; Adam was expected.", OPTIMIZER_HINT
        )
    if compiled.settings.get("weight_decay"):
        raise Failed(f"{called} is compiled with Adam and a weight_decay, which is AdamW.", OPTIMIZER_HINT)


def not_compiled(called: str) -> Failed:
    """What a model that was never compiled is told, in each of the checks that need it."""
    return Failed(f"{called} returned a model that is not compiled.", "Call model.compile(...) before `return model`.")
