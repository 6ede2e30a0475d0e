"""The sampling variance of a score that another source published, from our own samples."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from claimbench.statistics.comparison import Floats
from claimbench.statistics.variance import bound_variance


def transferred_unit_variance(unit: ArrayLike, problems: int, samples: ArrayLike) -> Floats:
    """W′ = max(Σ w_i, 1/n) / N² from our `unit` W, for another run than the one it came from.

    The whole 1/n in W guards a score against its own draws: the runs that saw the least spread are
    those whose score strays furthest. Another run's score strays by draws of its own, so there a
    floor is enough: as much spread as one sample that differs, where none of ours did. `samples`
    is our n.
    """
    floor = 1 / (np.asarray(samples, float) * problems**2)
    return np.asarray(np.maximum(np.asarray(unit, float) - floor, floor))


def published_variance(
    truth: ArrayLike, ours: ArrayLike, unit: ArrayLike, problems: int, samples: ArrayLike
) -> Floats:
    """Sampling variance of a published score, were `truth` its true value: V = ρ·W′/m, at most the
    bound at `truth`; and V/12, at most 1/(12·(N·m)²), for the steps in which such a score moves.

    `ours` is our p, `unit` our W′ (`transferred_unit_variance`), `samples` the published m. ρ =
    max(1, q(1−q)/(p(1−p))), q being `truth`: a score nearer to one half than ours has that much
    more spread. A test of a difference takes the truth under test, so 0 means q = p and ρ = 1, and
    ±δ means p moved by the margin (Farrington and Manning 1990). Where all our samples agree (p is
    0 or 1) there is nothing to scale and the bound stands. The steps count as a uniform rounding
    error, where the score moves by as much as a step at all.
    """
    theirs, mine = np.clip(np.asarray(truth, float), 0, 1), np.asarray(ours, float)
    bound = bound_variance(theirs, problems, samples)
    base = mine * (1 - mine)
    # Our p may be so near to 0 or 1 that the ratio is past all numbers: then the bound stands.
    with np.errstate(over="ignore"):
        ratio = np.maximum(1, theirs * (1 - theirs) / np.where(base > 0, base, 1))
        scaled = ratio * np.asarray(unit, float) / np.asarray(samples, float)
    variance = np.where(base > 0, np.minimum(scaled, bound), bound)
    step = (problems * np.asarray(samples, float)) ** -2
    return np.asarray(variance + np.minimum(variance, step) / 12)


def published_variance_by_truth(
    ours: float, unit: float, problems: int, samples: int
) -> Callable[[float], float]:
    """`published_variance` as a function of the truth alone, for who looks for the truth at which
    a test turns: the same numbers to the last bit, in plain floats, a tenth of the time."""
    base, total = ours * (1 - ours), float(problems * samples)
    step = float((problems * np.asarray(samples, float)) ** -2)

    def at(truth: float) -> float:
        theirs = min(max(truth, 0.0), 1.0)
        shrunk = (theirs * total + 2) / (total + 4)
        variance = shrunk * (1 - shrunk) / total
        if base > 0:
            scaled = max(1.0, theirs * (1 - theirs) / base) * unit / samples
            variance = min(scaled, variance)
        return variance + min(variance, step) / 12

    return at
