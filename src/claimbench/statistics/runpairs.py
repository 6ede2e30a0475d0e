"""Two runs on the same problems: is one better, and are they equal for what matters?

Problem i has x_i of n_i right samples in the first run and y_i of m_i in the second; d_i is the
difference of its shares and d̄ their mean. Two readings answer two questions:

- *such problems*: would the difference show on other problems like these? Its error is that of
  d_i over problems, which pairing frees from the problems' common difficulty (Miller 2024, §4).
- *these problems*: would a rerun of both on these very problems show it? Its error is that of the
  samples alone.

Where a run has one sample per problem, nothing separates the two: d_i is −1, 0 or 1, both readings
take the interval of Bonett and Price (2012, "Adjusted Wald confidence interval for a difference of
binomial proportions based on paired data"), and a difference is shown only by McNemar's exact test
(McNemar 1947), because t covers far too little where few problems differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from claimbench.statistics.comparison import (
    INFINITE,
    ROUNDING,
    Comparison,
    Floats,
    compare,
    interval,
    p_above,
    p_equivalence,
    paired,
)
from claimbench.statistics.variance import Score, measure

Method = Literal["t", "bonett-price", "groups"]

FEW = 10
"""Below so many problems that differ, the wider of t and of Bonett and Price stands."""


@dataclass(frozen=True, slots=True)
class RunComparison:
    """First run minus second on N problems, a fraction. `such` and `these` are the two readings,
    `method` is that of `such`; with one sample per problem the two are the same. `better` and
    `worse` count the problems whose share is higher or lower in the first run; `groups` the groups
    that the problems come in, None where they come in none."""

    problems: int
    difference: float
    method: Method
    such: Comparison
    these: Comparison
    better: int
    worse: int
    groups: int | None = None


def compare_runs(
    first: tuple[ArrayLike, ArrayLike],
    second: tuple[ArrayLike, ArrayLike],
    margin: float | None = None,
    groups: Sequence[str] = (),
    draws: tuple[ArrayLike | None, ArrayLike | None] = (None, None),
) -> RunComparison:
    """Both readings of two runs, each (right, counted) per problem, arrays (N,).

    Samples of one problem are taken as independent, and problems of different `groups` (N,); where
    several are in one, the wider of both errors on such problems stands. `draws` (N,) is how many
    draws each problem's samples are worth in a run with copies (`count_draws`): where they are one
    or so in each, the run counts as one of one sample per problem. Raises ValueError for
    fewer than two problems, for arrays of other lengths, and where a problem has no graded sample
    on a side.
    """
    scores = [measure(*side, worth) for side, worth in zip((first, second), draws, strict=True)]
    shares = [
        np.asarray(right, float) / np.asarray(counted, float)
        for right, counted in _checked(first, second)
    ]
    gaps = shares[0] - shares[1]
    method, such, these = _readings(shares[0], shares[1], scores, margin)
    clustered = by_groups(gaps, groups, margin)
    if clustered is not None and _width(clustered) > _width(such):
        p = max(clustered.p_difference, such.p_difference)  # McNemar's, where it stands
        method, such = "groups", replace(clustered, p_difference=p)
    return RunComparison(
        problems=len(gaps),
        difference=float(gaps.mean()),
        method=method,
        such=such,
        these=these,
        better=int((gaps > ROUNDING).sum()),
        worse=int((gaps < -ROUNDING).sum()),
        groups=len(set(groups)) if len(set(groups)) < len(groups) else None,
    )


def _checked(*sides: tuple[ArrayLike, ArrayLike]) -> tuple[tuple[ArrayLike, ArrayLike], ...]:
    lengths = {np.shape(values) for side in sides for values in side}
    if len(lengths) != 1 or len(next(iter(lengths))) != 1 or next(iter(lengths))[0] < 2:
        raise ValueError("two runs are compared on at least two problems, the same for both")
    if any((np.asarray(counted) <= 0).any() for _, counted in sides):
        raise ValueError("a problem without a graded sample on a side is left out before")
    return sides


def _readings(
    first: Floats, second: Floats, scores: list[Score], margin: float | None
) -> tuple[Method, Comparison, Comparison]:
    counted = discordance(first, second, margin)
    if any(score.is_bound for score in scores):
        return "bonett-price", counted, counted
    variance = sum(score.sampling_variance for score in scores)
    these = compare(float((first - second).mean()), variance, margin)
    such = _paired_t(first, second, margin)
    # Of few problems that differ t learns too little of its error (simulated coverage 87 %).
    few = (np.abs(first - second) > ROUNDING).sum() < FEW
    if such is None or (few and _width(counted) > _width(such)):
        return "bonett-price", counted, these
    return "t", such, these


def _paired_t(first: Floats, second: Floats, margin: float | None) -> Comparison | None:
    """None where all d_i are the same: t has no error to go by."""
    return None if np.ptp(first - second) < ROUNDING else paired(first, second, margin)


def by_groups(
    gaps: Floats, groups: Sequence[str], margin: float | None = None
) -> Comparison | None:
    """The mean of d_i (N,) with the error of its G groups: SE² = G/(G−1)·Σ_g(Σ_{i∈g}(d_i − d̄))²/N²,
    Student's t on G − 1 (Liang and Zeger 1986; Miller 2024, §2.2). None where no group has two
    problems, where there is one group, and where that error is 0."""
    places = np.unique(np.asarray(groups, str), return_inverse=True)[1] if groups else np.zeros(0)
    count = int(places.max()) + 1 if len(places) else 0
    if not 2 <= count < len(gaps):
        return None
    sums = np.bincount(places, gaps - gaps.mean())
    variance = count / (count - 1) * float((sums**2).sum()) / len(gaps) ** 2
    if variance < ROUNDING**2:
        return None
    return compare(float(gaps.mean()), variance, margin, df=count - 1)


def _width(comparison: Comparison) -> float:
    low, high = comparison.interval_95
    return high - low


def discordance(first: Floats, second: Floats, margin: float | None = None) -> Comparison:
    """The comparison of shares (N,) by their discordance: n₁₀ = Σ x(1−y) and n₀₁ = Σ (1−x)y count
    the problems that only one run solves.

    Where one run has several samples the counts are expected ones over a sample drawn from each
    problem; they exceed Σ d_i², so that interval and test err towards showing nothing.
    """
    only_first = float((first * (1 - second)).sum())
    only_second = float(((1 - first) * second).sum())
    center, se = bonett_price(only_first, only_second, len(first))
    low, high = interval(float(center), float(se), 0.90)
    return Comparison(
        difference=(only_first - only_second) / len(first),
        se=float(se),
        df=INFINITE,
        interval_95=interval(float(center), float(se), 0.95),
        interval_90=(low, high),
        p_difference=float(mcnemar(only_first, only_second)),
        p_equivalence=None if margin is None else float(p_equivalence(center, se, margin)),
        needed_margin=max(-low, high),
    )


def bonett_price(
    only_first: ArrayLike, only_second: ArrayLike, problems: ArrayLike
) -> tuple[Floats, Floats]:
    """Center p₁₀ − p₀₁ and SE √((p₁₀ + p₀₁ − (p₁₀ − p₀₁)²)/(N + 2)), p = (count + 1)/(N + 2): the
    interval is center ± z·SE. Broadcasts."""
    total = np.asarray(problems, float) + 2
    up, down = (
        (np.asarray(only_first, float) + 1) / total,
        (np.asarray(only_second, float) + 1) / total,
    )
    center = up - down
    return center, np.sqrt((up + down - center**2) / total)


def mcnemar(only_first: ArrayLike, only_second: ArrayLike) -> Floats:
    """Exact two-sided p of "each run is as likely to solve alone": twice the smaller binomial
    tail at ½, at most 1. Broadcasts.

    By the incomplete beta function, I_½(n − k, k + 1) = P(X ≤ k), which also takes counts that are
    not whole numbers.
    """
    from scipy.special import betainc

    up, down = np.asarray(only_first, float), np.asarray(only_second, float)
    least, most = np.minimum(up, down), np.maximum(up, down)
    tail = betainc(np.where(most > 0, most, 1.0), least + 1, 0.5)
    return np.where(most > 0, np.minimum(1.0, 2 * tail), 1.0)


def p_not_worse(comparison: Comparison, margin: float) -> float:
    """One-sided p of "the first is worse by `margin` or more": non-inferiority where small. Agrees
    with the lower end of `interval_90`; margin and comparison share a unit."""
    center = sum(comparison.interval_95) / 2
    return float(p_above(center, comparison.se, -margin, comparison.df))
