"""An estimate of a contest rating from solved problems. It is an estimate and nothing else: nobody
competed, no contest was held, and a site's own rating comes from places among people.

Model: a participant of rating r solves a problem of rating d with p = 1/(1 + 10^((d − r)/400)), the
definition of a problem's rating at Codeforces (M. Mirzayanov, "Open Codeforces Rating System", blog
entry 20762, and Elo). The estimate is the r at which what was solved is most likely.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import xlogy
from scipy.stats import chi2

SCALE = 400.0 / math.log(10.0)
_FAR = 6000.0
"""Rating points beyond the problems' own between which bounds are looked for."""


@dataclass(frozen=True, slots=True)
class RatingEstimate:
    """`rating` and its profile-likelihood interval, in rating points. Where nothing or everything
    was solved there is no estimate (None) but one bound: `high` for nothing, `low` for everything;
    the other one is infinite. `overdispersion` is Pearson's χ² by degrees of freedom: well above 1
    the model does not fit (samples of one problem agree more than chance), and the interval is
    widened by it."""

    rating: float | None
    low: float
    high: float
    problems: int
    overdispersion: float


def estimate_rating(
    ratings: npt.ArrayLike, solved: npt.ArrayLike, tried: npt.ArrayLike, level: float = 0.95
) -> RatingEstimate:
    """The rating at which `solved[i]` of `tried[i]` attempts at problems of rating `ratings[i]` are
    most likely; arrays of shape (N,). Problems without attempts are left out.

    The log-likelihood Σ s·log p + (t − s)·log(1 − p) is concave in r: its derivative,
    Σ (s − t·p)/SCALE, falls throughout, so both the estimate and the ends of the interval (where
    twice the drop of the log-likelihood is the χ² quantile) are single roots. Where nothing, or
    everything, was solved, the bound is one-sided at the same level. Raises ValueError for
    impossible counts.
    """
    d, s, t = (np.asarray(values, dtype=np.float64) for values in (ratings, solved, tried))
    if d.ndim != 1 or not d.shape == s.shape == t.shape:
        raise ValueError("ratings, solved and tried must be of one length")
    if not np.isfinite(d).all() or (s < 0).any() or (s > t).any():
        raise ValueError("ratings must be finite, and solved between 0 and tried")
    d, s, t = d[t > 0], s[t > 0], t[t > 0]
    if not len(d):
        raise ValueError("no problem was tried")
    lowest, highest = float(d.min()) - _FAR, float(d.max()) + _FAR
    if s.sum() in (0, t.sum()):
        return _bound(d, s, t, level, lowest, highest)
    best = float(brentq(lambda r: (s - t * _chances(d, r)).sum(), lowest, highest))
    excess = _overdispersion(d, s, t, best)
    drop = float(chi2.ppf(level, 1)) / 2 * max(1.0, excess)
    ends = [_end(d, s, t, best, drop, far) for far in (lowest, highest)]
    return RatingEstimate(best, ends[0], ends[1], len(d), excess)


Array = npt.NDArray[np.float64]


def _chances(d: Array, rating: float) -> Array:
    return 1.0 / (1.0 + np.exp(np.clip((d - rating) / SCALE, -700, 700)))


def _log_likelihood(d: Array, s: Array, t: Array, rating: float) -> float:
    p = _chances(d, rating)
    q = 1.0 / (1.0 + np.exp(np.clip((rating - d) / SCALE, -700, 700)))
    return float((xlogy(s, p) + xlogy(t - s, q)).sum())


def _end(d: Array, s: Array, t: Array, best: float, drop: float, far: float) -> float:
    """Where the log-likelihood has fallen by `drop` on the way to `far`; infinite if nowhere."""
    at_best = _log_likelihood(d, s, t, best)

    def left(rating: float) -> float:
        return _log_likelihood(d, s, t, rating) - at_best + drop

    return (
        float(brentq(left, *sorted((best, far))))
        if left(far) < 0
        else math.copysign(math.inf, far - best)
    )


def _bound(
    d: Array, s: Array, t: Array, level: float, lowest: float, highest: float
) -> RatingEstimate:
    """One-sided: the rating at which an outcome so extreme has the chance 1 − level."""
    target = math.log(1.0 - level)
    found = float(brentq(lambda r: _log_likelihood(d, s, t, r) - target, lowest, highest))
    low, high = (found, math.inf) if s.sum() else (-math.inf, found)
    return RatingEstimate(None, low, high, len(d), 0.0)


def _overdispersion(d: Array, s: Array, t: Array, rating: float) -> float:
    """Pearson's χ² over its degrees of freedom, 0 where one problem leaves none."""
    if len(d) < 2:
        return 0.0
    p = _chances(d, rating)
    return float(((s - t * p) ** 2 / (t * p * (1 - p)).clip(1e-12)).sum() / (len(d) - 1))
