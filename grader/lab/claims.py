"""What the course material claims of five models, and which of its parameter counts cannot be."""

from dataclasses import dataclass

from grader.judging.architecture import expected_cnn, expected_dense
from grader.lab.models import Wanted, cnn, dense_model

MOST_FILTERS = 512
"""Filters up to which the family is searched: beyond, every member has more parameters than any claim."""


@dataclass(frozen=True)
class Claim:
    """One row of the material's table: 5 epochs, Adam, sparse categorical crossentropy.

    Attributes:
        name: what the material calls the model.
        wanted: the model of the family that fits the name.
        accuracy: on the test images, 0 to 1.
        loss: likewise.
        parameters: how many there are said to be.
        seconds: for one epoch.
    """

    name: str
    wanted: Wanted
    accuracy: float
    loss: float
    parameters: int
    seconds: int


CLAIMS = (
    Claim("Dense 128", dense_model(), 0.873, 0.348, 101_770, 10),
    Claim("CNN, 2 x 64 filters", cnn(), 0.901, 0.264, 243_786, 21),
    Claim("CNN, 2 x 32 filters", cnn(filters=32), 0.892, 0.296, 62_826, 15),
    Claim("one conv layer", cnn(conv_layers=1), 0.885, 0.323, 110_218, 13),
    Claim("three conv layers", cnn(conv_layers=3), 0.913, 0.244, 294_922, 24),
)


def impossible(claim: Claim) -> str:
    """Why no model of the family has as many parameters as claimed, in one sentence; empty where one has.

    The family: 28x28x1 input, blocks of a 3x3 convolution without padding and 2x2 pooling, Dense 128, Dense 10, any
    number of filters, one to three blocks; or the dense model.
    """
    if claim.parameters == expected_dense(128).parameters() or any(
        expected_cnn(filters, blocks).parameters() == claim.parameters
        for blocks in (1, 2, 3)
        for filters in range(1, MOST_FILTERS + 1)
    ):
        return ""
    blocks = dict(claim.wanted.arguments).get("conv_layers", 2)
    counts = {filters: expected_cnn(filters, blocks).parameters() or 0 for filters in range(1, MOST_FILTERS + 1)}
    below = max(filters for filters, count in counts.items() if count < claim.parameters)
    return (
        f"{claim.name}: {claim.parameters:,} parameters are claimed, but no number of filters gives them: with "
        f"{blocks} block{'s' if blocks > 1 else ''}, {below} filters make {counts[below]:,} and {below + 1} make "
        f"{counts[below + 1]:,}."
    )
