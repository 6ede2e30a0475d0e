"""Exact intervals of a share: k of n."""

from __future__ import annotations

Interval = tuple[float, float]


def exact_interval(count: int, of: int, level: float = 0.95) -> Interval:
    """The interval of Clopper and Pearson (Biometrika 26, 1934, "The use of confidence or fiducial
    limits"), which holds the true share at least as often as `level` says; (0, 1) for `of` 0."""
    from scipy.stats import binomtest

    if not of:
        return 0.0, 1.0
    found = binomtest(count, of).proportion_ci(level, method="exact")
    return float(found.low), float(found.high)


def upper_bound(of: int, level: float = 0.95) -> float:
    """The share that is not exceeded where none of `of` was seen: (1 − p)ⁿ = 1 − level."""
    return 1 - (1 - level) ** (1 / of) if of else 1.0


def exact_net(up: int, down: int, of: int, level: float = 0.95) -> Interval:
    """An interval of the share that goes up less the share that goes down: each has its exact
    interval at half the error (Bonferroni), so that it holds at least as often as `level` says."""
    halved = 1 - (1 - level) / 2
    rise, fall = exact_interval(up, of, halved), exact_interval(down, of, halved)
    return rise[0] - fall[1], rise[1] - fall[0]
