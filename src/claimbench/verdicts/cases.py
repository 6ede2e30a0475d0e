"""What is judged: a published figure beside what was measured of it, with a trial of it; and two
scores of a claim."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from claimbench import statistics
from claimbench.records import PublishedResult, Tier, Vote
from claimbench.verdicts.noise import Evidence, Noise, is_vote, metric_of, points

LEVEL = 0.05
SMALLEST_MARGIN = 0.5


@dataclass(frozen=True, slots=True)
class Case:
    """A published figure and what was measured of it.

    `margin` δ in points, `default_margin` where None. `tier` is the evidence tier of a Measurement
    (A our run, B others' outputs graded by us); a third party's PublishedResult carries its own.
    `laboratories` is how far third parties lie apart, where that is known.
    """

    result: PublishedResult
    measured: Evidence
    margin: float | None = None
    tier: Tier = "A"
    laboratories: statistics.LaboratorySpread | None = None

    @property
    def k(self) -> int | None:
        """The samples of a vote, where the figure is one."""
        metric = metric_of(self.result)
        return int(metric.removeprefix("cons@")) if is_vote(metric) else None

    @property
    def votes(self) -> Vote | None:
        """The measured vote, where the figure is one and the run has it."""
        if self.k is None or isinstance(self.measured, PublishedResult):
            return None
        return self.measured.cons_at_k.get(self.k)

    @property
    def delta(self) -> float:
        if self.margin is not None:
            return self.margin
        return default_margin(self.result.benchmark, self.result.value)

    @property
    def value(self) -> float:
        """The measured score in points."""
        return points(self.measured) if self.votes is None else 100 * self.votes.value

    @property
    def unmeasured(self) -> bool:
        """Whether the figure is a vote and the run has none, or no reply could be graded."""
        if isinstance(self.measured, PublishedResult):
            return False
        no_vote = is_vote(self.result.metric) and self.votes is None
        return no_vote or math.isnan(self.measured.pass_at_1)

    @property
    def measurer(self) -> str:
        """Who measured: a third party's table, or nobody but us."""
        return self.measured.table if isinstance(self.measured, PublishedResult) else ""


@dataclass(frozen=True, slots=True)
class Trial:
    """One case judged under one reading of what was greedy. `noise` is that of both sides and
    `published_variance` that of the published one, as fractions²; `comparison` is in points, None
    where both sides are greedy; `family` counts the tested figures that were judged together."""

    case: Case
    difference: float
    noise: Noise
    published_variance: float
    comparison: statistics.Comparison | None
    greedy: bool = False
    family: int = 1
    p_difference: float | None = None
    p_equivalence: float | None = None
    p_difference_adjusted: float | None = None
    p_equivalence_adjusted: float | None = None

    @property
    def word(self) -> str:
        side = "lower" if self.difference < 0 else "higher"
        if self.p_difference_adjusted is None:
            equal = statistics.deterministic_equal(self.difference, self.case.delta)
            return "reproduced" if equal else side
        # A vote has no test of equivalence.
        if self.p_equivalence_adjusted is not None and self.p_equivalence_adjusted <= LEVEL:
            return "reproduced"
        return side if self.p_difference_adjusted <= LEVEL else "inconclusive"


@dataclass(frozen=True, slots=True)
class Pair:
    """Subject and reference on one benchmark; `margin` δ in points, from the reference where None.
    Either side is None where no score is known."""

    benchmark: str
    subject: Evidence | None
    reference: Evidence | None
    margin: float | None = None

    @property
    def delta(self) -> float:
        if self.margin is not None or self.reference is None:
            return self.margin or 0.0
        return default_margin(self.benchmark, points(self.reference))


def default_margin(benchmark: str, published: float) -> float:
    """δ in points for a published score in points: 3 on AIME, 2 elsewhere, at most a quarter of
    min(P, 100 − P), so that solving nothing reproduces no small score, and at least 0.5."""
    base = 3.0 if benchmark.lower().startswith("aime") else 2.0
    return max(SMALLEST_MARGIN, min(base, min(published, 100 - published) / 4))


def possible(found: statistics.Comparison) -> statistics.Comparison:
    """A comparison in points with its intervals cut at ±100: no two scores are farther apart."""
    return replace(
        found,
        interval_95=_cut(*found.interval_95),
        interval_90=_cut(*found.interval_90),
        needed_margin=min(found.needed_margin, 100.0),
    )


def _cut(low: float, high: float) -> tuple[float, float]:
    return max(low, -100.0), min(high, 100.0)
