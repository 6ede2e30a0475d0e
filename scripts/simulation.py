"""What the simulations of this folder share: problem sets, exact bounds of a rate, tables."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import beta, binom

from claimbench import statistics as stats

LEVEL = 0.05
Row = tuple[str, ...]


# --- problem sets -------------------------------------------------------------------------------


def quantile_set(count: int, mean: float, size: float) -> np.ndarray:
    """p (N,): quantiles of a beta distribution of that `size`, moved to have exactly that mean."""
    places = (np.arange(count) + 0.5) / count
    raw = np.clip(beta.ppf(places, mean * size, (1 - mean) * size), 1e-6, 1 - 1e-6)
    return at_mean(raw, mean)


def problem_set(count: int, mean: float, spread: float) -> np.ndarray:
    """p (N,): quantiles of a beta distribution with the given mean and mean p(1−p), both met."""

    def excess(log_size: float) -> float:
        p = quantile_set(count, mean, np.exp(log_size))
        return float((p * (1 - p)).mean() - spread)

    return quantile_set(count, mean, np.exp(brentq(excess, -5, 5)))


def at_mean(p: np.ndarray, mean: float) -> np.ndarray:
    """The same problems for a model of another strength: log-odds moved alike until mean is met."""
    odds = logit(p)
    return expit(odds + brentq(lambda move: expit(odds + move).mean() - mean, -60, 60))


def mixed_to(p: np.ndarray, mean: float) -> np.ndarray:
    """Another profile with the given mean: all problems, certain ones too, drawn towards 0 or 1."""
    now = p.mean()
    if mean > now:
        return p + (mean - now) / (1 - now) * (1 - p)
    return p * (mean / now)


# --- rates --------------------------------------------------------------------------------------


def exact_bounds(hits: int, runs: int) -> tuple[float, float]:
    """The exact two-sided 95 % interval of a rate (Clopper and Pearson 1934)."""
    low = beta.ppf(LEVEL / 2, hits, runs - hits + 1) if hits else 0.0
    high = beta.ppf(1 - LEVEL / 2, hits + 1, runs - hits) if hits < runs else 1.0
    return float(low), float(high)


def shown_above(rates: list[float], bar: float, runs: int) -> np.ndarray:
    """Which rates an exact one-sided binomial test, Holm over all, finds above the bar."""
    counts = np.round(np.array(rates) * runs)
    return stats.holm(binom.sf(counts - 1, runs, bar)) <= LEVEL


# --- words --------------------------------------------------------------------------------------


def percent(share: float) -> str:
    return f"{100 * share:.1f}"


def with_bounds(share: float, runs: int) -> str:
    """A rate in percent with its exact bounds."""
    low, high = exact_bounds(round(share * runs), runs)
    return f"{100 * share:.2f} ({100 * low:.2f} to {100 * high:.2f})"


def table(head: Row, rows: list[Row]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows), ""]
