"""Tests at several looks at a run that grows: group sequential boundaries and p-values.

Rounds (one sample of every problem) are independent given the problem set, so d at look k has
independent increments in information I_k = 1/V_k, and only t_k = I_k/I_K matters (Lan and DeMets
1983). A one-sided test of level α may have spent α*(t) = 2 − 2Φ(z_{α/2}/√t) by the time t (after
O'Brien and Fleming 1979): next to nothing early, so that the last look is nearly the fixed test.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from claimbench.statistics.comparison import Design, Floats, quantile

NODES = 120
"""Gauss-Legendre nodes of each density: boundaries are then exact to 1e-6 (tested)."""
FAR, FARTHEST = 9.0, 37.0
"""Standard deviations beyond which a normal density adds nothing, and beyond which it is 0."""
LEAST = 1e-290
"""No smaller p-value is told from 0."""
SPENT_INFORMATION = 0.95
"""Where so much of the information that there can be is there, more samples decide nothing."""
LATER_LEVEL = 0.005
"""All looks that were not declared may err so often together: 0.25 %, 0.125 %, …"""


def spent(times: Sequence[float], level: float) -> Floats:
    """α*(t) (K,): the error that a one-sided test of `level` may have made by each time."""
    from scipy.special import ndtr, ndtri

    return np.asarray(2 * ndtr(ndtri(level / 2) / np.sqrt(np.asarray(times, float))))


def boundaries(times: Sequence[float], level: float) -> list[float]:
    """z_k (K,) at `times` 0 < t_1 < … ≤ 1: the first z above its boundary ends the test.

    By numerical integration (Armitage, McPherson and Rowe 1969): the density of those that have not
    crossed yet is carried from look to look. Raises ValueError for times that do not increase.
    """
    if not times or min(np.diff(times, prepend=0.0)) <= 0:
        raise ValueError(f"looks need times that increase from 0, not {list(times)}")
    found: list[float] = []
    walk = _Walk()
    for time, error in zip(times, np.diff(spent(times, level), prepend=0.0), strict=True):
        height = walk.height_of(time, float(error))
        found.append(height / float(np.sqrt(time)))
        walk.go_on(time, height)
    return found


def sequential_p(p_value: float, times: Sequence[float]) -> float:
    """The one-sided p at the last of the looks at `times`: the smallest level whose boundary there
    its `p_value` crosses, as if taken alone. With one look at time 1 it is `p_value` itself."""
    from scipy.optimize import brentq
    from scipy.special import ndtri

    p_value = max(p_value, LEAST)
    z = -float(ndtri(p_value))

    def short_of(log_level: float) -> float:
        return min(boundaries(times, float(np.exp(log_level)))[-1], FARTHEST) - z

    least, most = float(np.log(p_value)), float(np.log(0.999))
    if least >= most or short_of(most) > 0:
        return 1.0
    if short_of(least) <= 0:
        return p_value
    return float(np.exp(brentq(short_of, least, most, xtol=1e-9)))


def later_p(p_value: float, earlier: int) -> float:
    """The p of a look that was not declared, after `earlier` others, set beside 5 %: it is tested
    at LATER_LEVEL·2^−earlier, and by the union bound all such looks err in LATER_LEVEL of runs."""
    return min(1.0, p_value * 0.05 / (LATER_LEVEL * 2.0**-earlier)) if earlier else p_value


def later_level(earlier: int) -> float:
    """The level of a look that was not declared, after `earlier` others."""
    return LATER_LEVEL * 2.0**-earlier


PATHS = 20_000
"""Runs drawn to learn a mean: its error is then below 1 % of the samples."""


def mean_samples(
    design: Design,
    margin: float,
    looks: Sequence[int],
    rng: np.random.Generator,
    *,
    effect: float = 0.0,
    level: float = 0.05,
) -> float:
    """The mean samples per problem of runs that end at the first of the declared `looks` (K,), the
    last being all samples, at which a verdict is shown at `level`, or none can be any more: the
    published error dominates. `effect` is the true difference; a fraction, as the margin is."""
    counts = np.asarray(looks, float)
    variance = design.variance_shown(counts)
    times = variance[-1] / variance
    steps = rng.standard_normal((PATHS, len(counts))) * np.sqrt(np.diff(times, prepend=0.0))
    far = np.abs(effect + steps.cumsum(axis=1) / times * np.sqrt(variance[-1]))
    apart, equal = (boundaries(list(times), part) for part in (level / 2, level))
    ends = (far > apart * np.sqrt(variance)) | (margin - far > equal * np.sqrt(variance))
    wide = quantile(1 - level) * np.sqrt(design.published_variance) >= margin
    ends |= wide & (design.published_variance >= SPENT_INFORMATION * variance)
    ends[:, -1] = True
    return float(counts[ends.argmax(axis=1)].mean())


class _Walk:
    """A Brownian motion at the looks so far, of those that crossed no boundary: places and the
    probability at each."""

    def __init__(self) -> None:
        self._time = 0.0
        self._places, self._masses = np.zeros(1), np.ones(1)

    def height_of(self, time: float, error: float) -> float:
        """The height above which `error` of all walks are at `time`, having crossed none before."""
        from scipy.optimize import brentq

        far = FARTHEST * float(np.sqrt(time))
        if error < LEAST or self._above(time, far) > error:
            return float("inf")
        if self._above(time, -far) <= error:
            return -far
        return float(brentq(lambda height: self._above(time, height) - error, -far, far))

    def go_on(self, time: float, height: float) -> None:
        """To the walks that are below `height` at `time`."""
        from scipy.special import roots_legendre

        low = -FAR * float(np.sqrt(time))
        half = (min(height, -low) - low) / 2
        nodes, weights = roots_legendre(NODES)
        places, step = low + half * (nodes + 1), float(np.sqrt(time - self._time))
        way = (places[:, None] - self._places[None, :]) / step
        density = np.exp(-(way**2) / 2) / (step * np.sqrt(2 * np.pi))
        self._masses = half * weights * (density @ self._masses)
        self._places, self._time = places, time

    def _above(self, time: float, height: float) -> float:
        from scipy.special import ndtr

        step = float(np.sqrt(time - self._time))
        return float(self._masses @ ndtr((self._places - height) / step))
