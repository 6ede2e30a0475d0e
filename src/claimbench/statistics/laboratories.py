"""Is a difference unusual among laboratories that measure the same thing?

Laboratories differ by protocol more than by chance, so that a difference which no chance explains
may still be ordinary between two of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from claimbench.statistics.comparison import quantile

FEWEST_FIGURES = 4
FEWEST_MODELS = 3


@dataclass(frozen=True, slots=True)
class LaboratorySpread:
    """The standard deviation `sd` of third parties' figures on `df` degrees of freedom, `pooled`
    over models or of one, and the difference between two laboratories that 95 % stay below."""

    sd: float
    df: int
    pooled: bool
    half_width: float

    def unusual(self, difference: float) -> bool:
        """|d| > t·s·√2: two figures differ by √2 as much as one strays."""
        return abs(difference) > self.half_width


def laboratory_spread(
    own: Sequence[float], others: Sequence[Sequence[float]]
) -> LaboratorySpread | None:
    """From third parties' figures of the model (`own`), at least four; else pooled with those of
    the benchmark's other models (`others`), at least three models of two figures or more; else
    None: nothing is known. The unit is that of the figures."""
    if len(own) >= FEWEST_FIGURES:
        return _spread([own], pooled=False)
    groups = [group for group in (own, *others) if len(group) > 1]
    return _spread(groups, pooled=True) if len(groups) >= FEWEST_MODELS else None


def _spread(groups: Sequence[Sequence[float]], pooled: bool) -> LaboratorySpread:
    df = sum(len(group) - 1 for group in groups)
    squares = sum(float(((np.asarray(g) - np.mean(g)) ** 2).sum()) for g in groups)
    sd = math.sqrt(squares / df)
    return LaboratorySpread(sd, df, pooled, quantile(0.975, df) * sd * math.sqrt(2))
