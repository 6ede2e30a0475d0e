"""What a run can show before it is made: power of both tests, detectable difference, required n.

Everything is a fraction. A plan is described by the mean of p_i(1−p_i) over the problems for both
sides; where nothing is known of it, `bound` (p(1−p) of the published score) is the cautious value.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from claimbench.statistics.comparison import INFINITE, Design, Floats, quantile

NODES = 200
"""Of the mean over an estimated error: powers are then right to 1e-5 (tested)."""


def power_of_difference(effect: ArrayLike, se: ArrayLike, df: float = INFINITE) -> Floats:
    """Chance that the two-sided 5 % test finds a true difference `effect`: Φ(e/SE − z) +
    Φ(−e/SE − z), z the 97.5 % quantile.

    With `df` degrees of freedom SE is itself an estimate and strays by a factor s, df·s² being χ²:
    the mean over s, which is both tails of the noncentral t.
    """
    from scipy.special import ndtr

    ratio = np.abs(np.asarray(effect, float)) / np.asarray(se, float)
    strays, weights = (np.ones(1), np.ones(1)) if math.isinf(df) else _strays(df)
    z = quantile(0.975, df) * strays
    return np.asarray((ndtr(ratio[..., None] - z) + ndtr(-ratio[..., None] - z)) @ weights)


@lru_cache(maxsize=64)
def _strays(df: float) -> tuple[Floats, Floats]:
    """√(χ²/df) at Gauss-Legendre nodes of its own probability, (K,), and their weights, which sum
    to 1."""
    from scipy.special import gammaincinv, roots_legendre

    nodes, weights = roots_legendre(NODES)
    return np.sqrt(2 * gammaincinv(df / 2, (nodes + 1) / 2) / df), weights / 2


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
    return _detectable_ratio(power, df) * se


@lru_cache(maxsize=256)
def _detectable_ratio(power: float, df: float) -> float:
    """The same in standard errors."""
    from scipy.optimize import brentq

    def excess(ratio: float) -> float:
        return float(power_of_difference(ratio, 1.0, df)) - power

    return float(brentq(excess, 0.0, 200.0))


def margin_reached(se: float, power: float = 0.8, level: float = 0.05) -> float:
    """The smallest margin at which equal scores are shown equal with the given power: 2·Φ(δ/SE − z)
    − 1 = power, z the 1 − `level` quantile."""
    return (quantile(1 - level) + quantile((1 + power) / 2)) * se


def required_samples(
    design: Design, margin: float, power: float = 0.8, level: float = 0.05
) -> int | None:
    """Smallest n per problem with which equal scores are shown to be within the margin with the
    given power, None when no n has it: then the published figure's own error dominates, which would
    remain if we sampled without end. In a family of K a `level` of 0.05/K is Holm's first step.
    """
    largest_se = margin / margin_reached(1.0, power, level)
    return _samples_for(design, largest_se**2)


MOST_SAMPLES = 4096
"""No run takes more samples of each problem: a larger n is as good as none."""


@lru_cache(maxsize=256)
def deciding_samples(
    design: Design, difference: float, margin: float, level: float = 0.05, power: float = 0.8
) -> int | None:
    """Smallest n with which a new run decides either way with the given probability, from what is
    known now; None where no n up to MOST_SAMPLES does.

    The published score stays and the new mean is drawn around ours: d′ ~ N(d, s²), s = √(W/n). With
    `level` 0.05/K, Holm's first step in a family of K, the answer holds whatever the others do.
    """
    for first, last in pairwise((1, 65, MOST_SAMPLES + 1)):  # Mostly few are enough.
        n = np.arange(first, last, dtype=float)
        enough = np.flatnonzero(decision_probability(design, n, difference, margin, level) >= power)
        if len(enough):
            return int(n[enough[0]])
    return None


def decision_probability(
    design: Design, samples: ArrayLike, difference: float, margin: float, level: float = 0.05
) -> Floats:
    """The chance that a new run of n `samples` (…) ends in any verdict but *inconclusive*.

    Equivalence is shown where |d′| ≤ e = δ − z(1 − level)·√V, a difference where |d′| exceeds e
    and z(1 − level/2)·√V. At n = 1 the verdict's V rests on the bound p(1−p)/N.
    """
    from scipy.special import ndtr

    n = np.asarray(samples, float)
    own = design.spread / design.problems / n
    shown = design.variance_shown(n)
    s, se, d = np.sqrt(own), np.sqrt(shown), abs(difference)
    reach = margin - quantile(1 - level) * se
    apart = np.maximum(np.maximum(reach, 0), quantile(1 - level / 2) * se)
    with np.errstate(divide="ignore"):
        equal = np.where(reach > 0, ndtr((reach - d) / s) - ndtr((-reach - d) / s), 0.0)
        return np.asarray(equal + ndtr((d - apart) / s) + ndtr((-d - apart) / s))


def _samples_for(design: Design, largest_variance: float) -> int | None:
    """Smallest n with design.variance(n) ≤ the given variance: N·s/n + 1/n² ≤ N²·room, solved
    for 1/n and rounded up."""
    room = largest_variance - design.published_variance
    if room <= 0:
        return None
    total = design.problems * design.spread
    inverse = (math.sqrt(total**2 + 4 * design.problems**2 * room) - total) / 2
    return max(1, math.ceil(1 / inverse - 1e-9))
