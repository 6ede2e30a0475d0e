"""Scores on like benchmarks from before and after a checkpoint's release, against each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from claimbench import statistics
from claimbench.records import Measurement


@dataclass(frozen=True, slots=True)
class Contrast:
    """One model on problems that were public before it (`before`) and on such that came after it.
    `difference`, after minus before, and its interval at 95 % are fractions; None where an error is
    not known."""

    before: Measurement
    after: Measurement
    difference: float
    interval_95: tuple[float, float] | None


def contrasts(measurements: Sequence[Measurement]) -> Iterator[Contrast]:
    """Every pair of one model whose benchmarks have the same `contrast`, where samples are
    complete."""
    for before, after in product(measurements, measurements):
        alike = before.contrast is not None and before.contrast == after.contrast
        sides = before.public == "all" and after.public == "none"
        if before.model == after.model and alike and sides and before.complete and after.complete:
            yield _contrast(before, after)


def _contrast(before: Measurement, after: Measurement) -> Contrast:
    """The two sets of problems are independent draws of such problems: the variances of both means
    add up, with Welch's degrees of freedom."""
    difference = after.pass_at_1 - before.pass_at_1
    variances = [m.problem_se**2 for m in (before, after)]
    dfs = [m.problems - 1 for m in (before, after)]
    if min(dfs) < 1 or sum(variances) == 0:
        return Contrast(before, after, difference, None)
    df = statistics.combined_df(variances, dfs)
    within = statistics.interval(difference, sum(variances) ** 0.5, 0.95, df)
    return Contrast(before, after, difference, within)
