"""Tests on a difference of scores: is it there, and is it small?

A difference d with variance V is tested twice (Schuirmann 1987; Lakens 2017, "Equivalence tests"):
against 0 (two-sided, level 5 %) and against ±δ (two one-sided tests, level 5 % each, the same as
the 90 % interval lying inside ±δ). Units are whatever d, √V and δ share. Functions broadcast.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
INFINITE = float("inf")
ROUNDING = 1e-9
"""Differences of shares below this are those of floating point: real ones are 1/(n·m) at least."""

VarianceAt = Callable[[float], float]
"""The variance of d, were the true difference the one given."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both tests on one difference. `se` is the error of d if there were no difference;
    `needed_margin` the smallest margin at which equivalence would be shown; `p_equivalence` is None
    where no margin was given."""

    difference: float
    se: float
    df: float
    interval_95: tuple[float, float]
    interval_90: tuple[float, float]
    p_difference: float
    p_equivalence: float | None
    needed_margin: float


@dataclass(frozen=True, slots=True)
class Design:
    """A planned comparison with a published score.

    `problems` is N; `spread` the mean of p_i(1−p_i) expected of our samples; `published_variance`
    what the published score brings, its rounding included (0 for a greedy one). `score`, our p
    where it is known, gives the bound that stands for our variance at one sample per problem.
    """

    problems: int
    spread: float
    published_variance: float
    score: float | None = None

    def variance(self, samples: float) -> float:
        """V at n samples per problem: (N·spread + 1/n)/(N²·n) + the published variance."""
        unit = (self.problems * self.spread + 1 / samples) / self.problems**2
        return unit / samples + self.published_variance

    def variance_shown(self, samples: Floats) -> Floats:
        """V (…) as a verdict at n `samples` (…) estimates it."""
        unit = (self.problems * self.spread + 1 / samples) / self.problems**2
        own = unit / samples
        if self.score is not None:
            own = np.where(samples > 1, own, self.score * (1 - self.score) / self.problems)
        return np.asarray(own + self.published_variance)


def compare(
    difference: float,
    variance: float | VarianceAt,
    margin: float | None = None,
    df: float = INFINITE,
) -> Comparison:
    """Both tests and both intervals for one difference; `df` as from `combined_df`.

    Where the variance depends on the true difference, each test takes it at the difference under
    test, and an interval holds the differences that its test does not reject, so that tests and
    intervals always agree. Raises ValueError for a variance of 0: a pair without noise is decided
    by the margin alone (`deterministic_equal`), not by a test.
    """

    def se(true: float) -> float:
        return math.sqrt(variance(true) if callable(variance) else variance)

    if se(0.0) <= 0:
        raise ValueError("a difference without variance is not tested, use deterministic_equal")
    low, high = _interval(difference, variance, 0.90, df)
    return Comparison(
        difference=difference,
        se=se(0.0),
        df=df,
        interval_95=_interval(difference, variance, 0.95, df),
        interval_90=(low, high),
        p_difference=float(p_difference(difference, se(0.0), df)),
        p_equivalence=None if margin is None else _p_equivalence(difference, se, margin, df),
        needed_margin=max(-low, high),
    )


def _p_equivalence(
    difference: float, se: Callable[[float], float], margin: float, df: float
) -> float:
    above = p_above(difference, se(-margin), -margin, df)
    return max(float(above), float(p_below(difference, se(margin), margin, df)))


@lru_cache(maxsize=1024)
def quantile(probability: float, df: float = INFINITE) -> float:
    """Quantile of Student's t with `df` degrees of freedom, of the normal where df is infinite."""
    from scipy.special import ndtri, stdtrit

    return float(ndtri(probability) if math.isinf(df) else stdtrit(df, probability))


def _cdf(statistic: ArrayLike, df: float) -> Floats:
    from scipy.special import ndtr, stdtr

    values = np.asarray(statistic, float)
    return np.asarray(ndtr(values) if math.isinf(df) else stdtr(df, values))


def interval(
    difference: float, se: float, level: float, df: float = INFINITE
) -> tuple[float, float]:
    """d ± t·SE with t the (1 + level)/2 quantile."""
    half = quantile((1 + level) / 2, df) * se
    return difference - half, difference + half


def _interval(
    difference: float, variance: float | VarianceAt, level: float, df: float
) -> tuple[float, float]:
    if callable(variance):
        return score_interval(difference, variance, level, df)
    return interval(difference, math.sqrt(variance), level, df)


def score_interval(
    difference: float, variance: VarianceAt, level: float, df: float = INFINITE
) -> tuple[float, float]:
    """The differences x with |d − x| ≤ t·√V(x), t the (1 + level)/2 quantile: what a test with the
    variance under its own hypothesis does not reject (Wilson 1927; Mee 1984). V(d) is above 0."""
    from scipy.optimize import brentq

    factor = quantile((1 + level) / 2, df)

    def end(side: int) -> float:
        def beyond(way: float) -> float:
            return way - factor * math.sqrt(variance(difference + side * way))

        far = factor * math.sqrt(variance(difference))
        while beyond(far) < 0:
            far *= 2
        return difference + side * float(brentq(beyond, 0.0, far, xtol=1e-12))

    return end(-1), end(+1)


def p_difference(difference: ArrayLike, se: ArrayLike, df: float = INFINITE) -> Floats:
    """Two-sided p of "no difference": 2·F(−|d|/SE)."""
    ratio = np.abs(np.asarray(difference, float)) / np.asarray(se, float)
    return np.asarray(2 * _cdf(-ratio, df))


def p_above(
    difference: ArrayLike, se: ArrayLike, threshold: ArrayLike, df: float = INFINITE
) -> Floats:
    """One-sided p of "the difference is at most `threshold`": small where d is shown above it."""
    gap = np.asarray(difference, float) - np.asarray(threshold, float)
    return _cdf(-gap / np.asarray(se, float), df)


def p_below(
    difference: ArrayLike, se: ArrayLike, threshold: ArrayLike, df: float = INFINITE
) -> Floats:
    """One-sided p of "the difference is at least `threshold`": small where d is shown below it."""
    gap = np.asarray(difference, float) - np.asarray(threshold, float)
    return _cdf(gap / np.asarray(se, float), df)


def p_equivalence(
    difference: ArrayLike, se: ArrayLike, margin: ArrayLike, df: float = INFINITE
) -> Floats:
    """p of the two one-sided tests: the larger of "d ≤ −δ" and "d ≥ δ" (Schuirmann 1987)."""
    delta = np.asarray(margin, float)
    return np.maximum(p_above(difference, se, -delta, df), p_below(difference, se, delta, df))


def deterministic_equal(difference: float, margin: float) -> bool:
    """|d| ≤ δ, the whole test for two scores without sampling noise (both greedy).

    A billionth of a point is forgiven, so that 1.9 − 1.4 is within 0.5 in floating point too.
    """
    return abs(difference) <= margin + 1e-9


def holm(p_values: ArrayLike) -> Floats:
    """Holm's step-down adjusted p-values (K,), in the order given (Holm 1979).

    The i-th smallest of K is multiplied by K − i + 1, then made monotone and cut at 1. An adjusted
    p of at most α is a rejection with the family's error rate held at α, whatever the dependence.
    """
    values = np.asarray(p_values, float)
    order = np.argsort(values, kind="stable")
    steps = values[order] * np.arange(len(values), 0, -1)
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted


def paired(first: ArrayLike, second: ArrayLike, margin: float | None = None) -> Comparison:
    """Two models on the same N problems: d_i = first_i − second_i, SE = √(Σ(d_i−d)²/(N(N−1))).

    `first` and `second` (N,) are the problems' shares. The paired t-test with N − 1 degrees of
    freedom (Student 1908): pairing takes the problems' common difficulty out of the error, which is
    then the *problem* error of the difference (Miller 2024, §4). Raises ValueError for fewer than
    two problems or where every d_i is the same.
    """
    gaps = np.asarray(first, float) - np.asarray(second, float)
    if gaps.ndim != 1 or len(gaps) < 2:
        raise ValueError("a paired comparison needs two arrays (N,) of at least two problems")
    if np.ptp(gaps) < ROUNDING:
        raise ValueError("all differences are the same: they tell no error of their mean")
    variance = float(gaps.var(ddof=1)) / len(gaps)
    return compare(float(gaps.mean()), variance, margin, df=len(gaps) - 1)
