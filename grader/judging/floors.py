"""An accuracy floor from a sample: so high that a right model misses it less than once in a million times."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev

NORMAL_QUANTILE = 4.9
"""Standard deviations of a normal distribution below which lies less than one in a million (4.8e-7)."""

CONFIDENCE = 0.95
"""How surely the true standard deviation is below the bound that is taken for it."""


@dataclass(frozen=True)
class Spread:
    """How the accuracies of right models are distributed, and the floor that follows.

    Attributes:
        mean: of the accuracies, 0 to 1.
        deviation: their standard deviation (n - 1).
        bound: the standard deviation that one more training has around `mean` at the most, at the confidence above.
        floor: in whole hundredths.
        margin: how many `deviation` lie between floor and mean.
        failure: the estimated probability that a right model fails at `floor`.
    """

    mean: float
    deviation: float
    bound: float
    floor: float
    margin: float
    failure: float


def spread(accuracies: Sequence[float]) -> Spread:
    """The spread of n right models' accuracies, and the floor for the next one.

    Were the distribution known, the floor would lie z = 4.9 standard deviations below the mean. Known are estimates
    from n seeds: for the standard deviation stands its upper confidence bound, s * sqrt((n - 1) / chi2), with chi2 the
    (1 - confidence) quantile for n - 1 degrees of freedom, enlarged by sqrt(1 + 1/n) for the uncertainty of the mean.
    Then the floor is rounded down to a whole percent. It rests on a normal tail, which n seeds cannot prove.

    Raises:
        ValueError: there are fewer than two.
    """
    count = len(accuracies)
    if count < 2:
        raise ValueError("A spread takes at least two accuracies.")
    mean, deviation = fmean(accuracies), stdev(accuracies)
    bound = deviation * math.sqrt((count - 1) / chi_square_quantile(1 - CONFIDENCE, count - 1) * (1 + 1 / count))
    floor = max(math.floor(100 * (mean - NORMAL_QUANTILE * bound)), 0) / 100
    margin = (mean - floor) / deviation if deviation else math.inf
    failure = NormalDist().cdf((floor - mean) / bound) if bound else 0.0
    return Spread(mean, deviation, bound, floor, margin, failure)


def chi_square_quantile(probability: float, degrees: int) -> float:
    """The quantile of the chi-square distribution by the cube of Wilson and Hilferty, 1931.

    At a probability of 0.05 it is within 1 % from 5 degrees of freedom on, and too low, so on the careful side, below.
    """
    part = 2 / (9 * degrees)
    cube = max(1 - part + NormalDist().inv_cdf(probability) * math.sqrt(part), 1e-3) ** 3
    return degrees * cube
