"""The sampling error that each side of a comparison brings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from claimbench import statistics
from claimbench.claims.catalogue import published_as
from claimbench.messages import Message, Value
from claimbench.records import Measurement, PublishedResult

Evidence = Measurement | PublishedResult
"""What a figure is compared with: our own measurement, or what a third party published."""

SHARES = ("pass@1", "accuracy")
"""Metrics that are means of right (1) and wrong (0) samples, in percent."""

FAULTS = ("made-up share",)
"""Metrics that are means of faulty (1) and faultless (0) samples, in percent: less is better."""


@dataclass(frozen=True, slots=True)
class Noise:
    """Variance of one side, a fraction²; `df` its degrees of freedom; `notes` what to say of it.

    `varying` gives the variance for a true difference (a fraction, measured minus published), where
    it depends on it; `variance` is then the one at no difference. `learned` says whether
    it is a bound that runs of other models have sharpened.
    """

    variance: float
    df: float = float("inf")
    notes: tuple[Message, ...] = ()
    varying: statistics.VarianceAt | None = None
    learned: bool = False

    def at(self, true: float) -> float:
        """The variance, were the true difference `true`."""
        return self.variance if self.varying is None else self.varying(true)


def total(noises: Iterable[Noise]) -> Noise:
    """The noise of a difference between independent sides."""
    parts = tuple(noises)
    variances = [part.at for part in parts]
    return Noise(
        sum(part.variance for part in parts),
        _combined_df(parts),
        tuple(note for part in parts for note in part.notes),
        (lambda true: sum([at(true) for at in variances]))
        if any(part.varying for part in parts)
        else None,
        learned=any(part.learned for part in parts),
    )


def _combined_df(parts: Sequence[Noise]) -> float:
    if all(math.isinf(part.df) for part in parts):  # Most are.
        return math.inf
    return statistics.combined_df([p.variance for p in parts], [p.df for p in parts])


def metric_of(evidence: Evidence) -> str:
    """The metric's name, a mean of right samples being pass@1 whatever its source calls it; maj@k
    is another name of cons@k."""
    name = evidence.metric if isinstance(evidence, PublishedResult) else SHARES[0]
    return SHARES[0] if name in SHARES else name.replace("maj@", "cons@")


def is_vote(metric: str) -> bool:
    """Whether the metric is a majority vote."""
    return metric.startswith(("cons@", "maj@"))


def points(evidence: Evidence) -> float:
    """The score in points, 0 to 100."""
    return evidence.value if isinstance(evidence, PublishedResult) else 100 * evidence.pass_at_1


def score_of(evidence: Evidence) -> statistics.Score | None:
    """What is known problem by problem, None for a bare score."""
    if not evidence.counted:
        return None
    draws = evidence.draws if isinstance(evidence, Measurement) else None
    return _measured(evidence.right, evidence.counted, draws.effective if draws else ())


@lru_cache(maxsize=1024)
def _measured(
    right: tuple[int, ...], counted: tuple[int, ...], effective: tuple[float, ...]
) -> statistics.Score:
    """Worked out once for the dozens of figures and claims that one score is set beside."""
    return statistics.measure(right, counted, effective or None)


def is_greedy(evidence: Evidence) -> bool | None:
    """Whether the score was decoded greedily; None where its source does not say."""
    if isinstance(evidence, Measurement) or evidence.greedy is not None:
        return evidence.greedy
    temperature = evidence.protocol.get("temperature")
    return None if temperature is None else temperature == 0


def problems_of(*sides: Evidence) -> int | None:
    """N of the first side that states it: both were scored on the same problems."""
    return next((side.problems for side in sides if side.problems), None)


def exact_noise(evidence: Evidence) -> Noise:
    """Of a score decoded greedily, taken for itself or beside another such score: its rounding."""
    if isinstance(evidence, Measurement):
        return Noise(0.0)
    return Noise(statistics.rounding_variance(evidence.decimals))


def counted_noise(result: PublishedResult, greedy: bool) -> Noise:
    """Sampling variance of a published score that is known problem by problem: as of our own."""
    score = score_of(result)
    assert score is not None  # its callers asked
    if not greedy and not score.is_bound:
        return Noise(score.sampling_variance)
    samples = 1 if greedy else score.samples
    bound = float(statistics.bound_variance(score.value, score.problems, samples))
    return Noise(bound, notes=(Message("note-bound", {"table": result.table}),))


def measured_noise(measured: Measurement, greedy: bool, learned: bool = False) -> Noise:
    """Sampling variance of our own score. One decoded greedily counts as one sample of each problem
    beside one that was sampled: greedy accuracy and pass@1 at a temperature are two quantities.
    `learned`: by the bound that runs of other models have sharpened, where it is one."""
    score = score_of(measured)
    if greedy:
        count = score.problems if score else measured.problems
        return Noise(float(statistics.bound_variance(measured.pass_at_1, count, 1)))
    if score is not None and not score.is_bound:
        return Noise(score.sampling_variance)
    n = score.samples if score else measured.samples_per_problem
    count = score.problems if score else measured.problems
    bound = float(statistics.bound_variance(measured.pass_at_1, count, n))
    share = learned_share(measured.benchmark, points(measured)) if learned else 1.0
    return Noise(share * bound, notes=(Message("note-own-bound"),), learned=share < 1)


def published_noise(
    result: PublishedResult,
    greedy: bool,
    problems: int | None,
    ours: statistics.Score | None = None,
    *,
    learned: bool = False,
) -> Noise:
    """Sampling variance of a published score, with its rounding.

    From the source's own standard deviation over seeds; else from our per-problem spread `ours`
    (None where there is none); else the bound that its score sets. A greedy score counts as one
    sample of each problem, and `learned` bounds are those of it, as in `measured_noise`.
    """
    rounding = statistics.rounding_variance(result.decimals)
    if greedy:
        result = replace(result, samples=1, sd=None)
    if result.sd is not None and result.runs is not None:
        variance = statistics.seed_variance(result.sd / 100, result.runs)
        return total([Noise(variance, result.runs - 1), Noise(rounding)])
    if problems is None:
        raise ValueError(f"{result.id}: the number of problems is needed for an error")
    m, notes = _samples_behind(result)
    if ours is None or ours.unit_variance is None:
        variance = float(statistics.bound_variance(result.value / 100, problems, m))
        notes = (*notes, Message("note-bound", {"table": result.table}))
        share = learned_share(result.benchmark, result.value) if learned and not greedy else 1.0
        return Noise(share * variance + rounding, notes=notes, learned=share < 1)
    unit = statistics.transferred_unit_variance(ours.unit_variance, ours.problems, ours.samples)
    theirs = statistics.published_variance_by_truth(ours.value, float(unit), problems, m)
    varying = partial(_transferred, theirs, ours.value, rounding)
    return Noise(varying(0.0), notes=notes, varying=varying)


def _transferred(theirs: statistics.VarianceAt, ours: float, rounding: float, true: float) -> float:
    """The variance of a published score `true` below `ours`, by our per-problem spread."""
    return theirs(ours - true) + rounding


def _samples_behind(result: PublishedResult) -> tuple[int, tuple[Message, ...]]:
    if result.samples is not None:
        return result.samples, ()
    values: Mapping[str, Value] = {"table": result.table, "samples": result.samples_min}
    return result.samples_min, (Message("note-samples-unknown", values),)


# --- the bound, sharpened ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Learned:
    """On these benchmarks, at scores in percent from `low` to `high`, the sampling variance is at
    most `share` of the bound."""

    benchmarks: tuple[str, ...]
    low: float
    high: float
    share: float


LEARNED = (Learned(("aime24", "aime25"), 20, 80, 0.6), Learned(("math500",), 80, 96, 0.6))
"""How far runs of other models have sharpened the bound on the error of a bare score.

The bound p(1−p)/(N·n) is reached where all problems are equally hard, which they never are. Scores
of 66 models over seeds (Sober Reasoning, `data.json` at commit 8fceffd) bear out 0.6 of it on AIME
at scores of 20 to 80 and on MATH-500 from 80 on; nothing is known elsewhere. Above 96 the plain
bound stands all the same: so few of 500 problems are ever wrong there that a set may have 0.69 of
it, as the ceiling set of docs/calibration.md has (0.6 gave 6.5 % false verdicts on it).
"""
MODELS = 66
"""Whose seeds that rests on."""


def learned_share(benchmark: str, score: float) -> float:
    """The share of the bound that stands for a score in percent; 1 where nothing was learned."""
    known = (
        one.share
        for one in LEARNED
        if published_as(benchmark) in one.benchmarks and one.low <= score <= one.high
    )
    return next(known, 1.0)
