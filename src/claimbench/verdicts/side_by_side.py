"""What is known of one model on one benchmark, side by side: measured here and published."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from claimbench import statistics
from claimbench.claims.catalogue import published_as
from claimbench.config.models import subject_of
from claimbench.records import Measurement, PublishedResult, Tier
from claimbench.verdicts.noise import (
    SHARES,
    Noise,
    exact_noise,
    is_greedy,
    measured_noise,
    problems_of,
    published_noise,
    score_of,
)

Origin = Literal["ours", "recorded", "third party", "vendor"]
OWN_TABLES = "claimbench"
"""The file of the figures that this project recorded of its own runs: nobody else's."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One figure with its 95 % sampling interval, in points; `low` and `high` are None where no
    error can be given. `who` is a run's name or a table's."""

    who: str
    origin: Origin
    tier: Tier
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class EvidenceGroup:
    """All figures of one model on one benchmark; ours first."""

    model: str
    benchmark: str
    estimates: tuple[Estimate, ...]


Measured = tuple[str, Measurement]
"""A run's name and what it measured."""


def gather(
    measured: Sequence[Measured], published: Iterable[PublishedResult]
) -> list[EvidenceGroup]:
    """A group per model and benchmark that was measured, in the order measured."""
    ours: dict[tuple[str, str], list[Measured]] = {}
    for run, m in measured:
        if not math.isnan(m.pass_at_1):
            ours.setdefault((m.model, m.benchmark), []).append((run, m))
    theirs: dict[tuple[str, str], list[PublishedResult]] = {}
    for result in published:
        if result.metric in SHARES:
            theirs.setdefault((result.subject, result.benchmark), []).append(result)
    return [
        EvidenceGroup(
            model,
            name,
            tuple(_estimates(found, theirs.get((subject_of(model), published_as(name)), []))),
        )
        for (model, name), found in ours.items()
    ]


def _estimates(ours: Sequence[Measured], theirs: Iterable[PublishedResult]) -> Iterable[Estimate]:
    for run, m in ours:
        noise = exact_noise(m) if m.greedy else measured_noise(m, False)
        origin: Origin = "ours" if m.tier == "A" else "third party"
        yield _estimate(run, origin, m.tier, 100 * m.pass_at_1, noise)
    mine = 100 * ours[0][1].pass_at_1
    for result in sorted(theirs, key=lambda r: (r.tier, r.table, r.id)):
        origin = _origin(result)
        noise_of = _published(result, ours[0][1])
        _, second, number = result.id.partition("#")  # Another figure of the same table.
        yield _estimate(
            f"{result.table}{second and ' '}{second}{number}",
            origin,
            result.tier,
            result.value,
            noise_of,
            gap=mine - result.value,
        )


def _origin(result: PublishedResult) -> Origin:
    if result.table.partition("/")[0] == OWN_TABLES:
        return "recorded"
    return "vendor" if result.tier == "D" else "third party"


def _published(result: PublishedResult, ours: Measurement) -> Noise | None:
    """Its sampling error, from its own seeds, our spread over problems, or the bound; sampled where
    it is unknown whether it was greedy. None where the number of problems is unknown."""
    if is_greedy(result):
        return exact_noise(result)
    if result.sd is None and problems_of(result, ours) is None:
        return None
    spread = None if ours.greedy else score_of(ours)
    return published_noise(result, False, problems_of(result, ours), spread)


def _estimate(
    who: str, origin: Origin, tier: Tier, value: float, noise: Noise | None, gap: float = 0.0
) -> Estimate:
    """An estimate with its own 95 % interval; `gap` is our score minus it, in points."""
    if noise is None:
        return Estimate(who, origin, tier, value, None, None)
    se = 100 * math.sqrt(noise.at(gap / 100))
    low, high = statistics.interval(value, se, 0.95, noise.df)
    return Estimate(who, origin, tier, value, max(0.0, low), min(100.0, high))
