"""What a run can show before it is made: power of both tests, detectable difference, required n.

Everything is a fraction. A plan is described by the mean of p_i(1−p_i) over the problems for both
sides; where nothing is known of it, `bound` (p(1−p) of the published score) is the cautious value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from claimbench.statistics.comparison import INFINITE, Floats, quantile


@dataclass(frozen=True, slots=True)
class Design:
    """A planned comparison with a published score.

    `problems` is N; `spread` the mean of p_i(1−p_i) expected of our samples; `published_variance`
    what the published score brings, its rounding included (0 for a greedy one).
    """

    problems: int
    spread: float
    published_variance: float

    def variance(self, samples: float) -> float:
        """V at n samples per problem: (N·spread + 1/n)/(N²·n) + the published variance."""
        unit = (self.problems * self.spread + 1 / samples) / self.problems**2
        return unit / samples + self.published_variance


def power_of_difference(effect: ArrayLike, se: ArrayLike, df: float = INFINITE) -> Floats:
    """Chance that the two-sided 5 % test finds a true difference `effect`: normal approximation
    Φ(e/SE − z) + Φ(−e/SE − z), z the 97.5 % quantile."""
    from scipy.special import ndtr

    ratio = np.abs(np.asarray(effect, float)) / np.asarray(se, float)
    z = quantile(0.975, df)
    return np.asarray(ndtr(ratio - z) + ndtr(-ratio - z))


def power_of_equivalence(
    margin: ArrayLike, se: ArrayLike, effect: ArrayLike = 0.0, df: float = INFINITE
) -> Floats:
    """Chance that equivalence within ±δ is shown at a true difference `effect`.

    Φ((δ−e)/SE − z) − Φ(−(δ+e)/SE + z), 0 where negative, z the 95 % quantile (Phillips 1990).
    """
    from scipy.special import ndtr

    error, true = np.asarray(se, float), np.asarray(effect, float)
    reach = np.asarray(margin, float) - quantile(0.95, df) * error
    inside = ndtr((reach - true) / error) - ndtr((-reach - true) / error)
    return np.where(reach > 0, inside, 0.0)


def detectable_difference(se: float, power: float = 0.8, df: float = INFINITE) -> float:
    """The true difference that the two-sided 5 % test finds with the given power: about 2.8·SE."""
    from scipy.optimize import brentq

    def excess(ratio: float) -> float:
        return float(power_of_difference(ratio, 1.0, df)) - power

    return float(brentq(excess, 0.0, 200.0)) * se


def margin_reached(se: float, power: float = 0.8) -> float:
    """The smallest margin at which equal scores are shown equal with the given power."""
    from scipy.optimize import brentq

    def excess(ratio: float) -> float:
        return float(power_of_equivalence(ratio, 1.0)) - power

    return float(brentq(excess, 0.0, 20.0)) * se


def required_samples(
    design: Design, margin: float, power: float = 0.8, test: str = "equivalence"
) -> int | None:
    """Smallest n per problem with the given power, None when no n has it.

    `test` "equivalence": equal scores are shown to be within the margin. "difference": a true
    difference as large as the margin is found. None means that the published figure's own error
    dominates: it would remain if we sampled without end.
    """
    reach = {"equivalence": margin_reached, "difference": detectable_difference}[test]
    largest_se = margin / reach(1.0, power)
    return _samples_for(design, largest_se**2)


def deciding_samples(
    design: Design, difference: float, margin: float, level: float = 0.05
) -> int | None:
    """Smallest n with which an observed difference, were it to stay, would be decided either way.

    The tests decide when |d| + z(1−level)·SE ≤ δ or |d| ≥ z(1−level/2)·SE; with `level` 0.05 the
    two z are 1.645 and 1.96. In a family of K a `level` of 0.05/K is enough under Holm's correction
    whatever the others do. None: no n decides, because the published figure's own error dominates.
    """
    gap = abs(difference)
    largest_se = max((margin - gap) / quantile(1 - level), gap / quantile(1 - level / 2))
    return _samples_for(design, largest_se**2)


def _samples_for(design: Design, largest_variance: float) -> int | None:
    """Smallest n with design.variance(n) ≤ the given variance: N·s/n + 1/n² ≤ N²·room, solved
    for 1/n and rounded up."""
    room = largest_variance - design.published_variance
    if room <= 0:
        return None
    total = design.problems * design.spread
    inverse = (math.sqrt(total**2 + 4 * design.problems**2 * room) - total) / 2
    return max(1, math.ceil(1 / inverse - 1e-9))
