"""How far runs of other models have sharpened the bound on the error of a bare score.

The bound p(1−p)/(N·n) is reached where all problems are equally hard, which they never are. Scores
of 66 models over seeds (Sober Reasoning, `data.json` at commit 8fceffd) bear out 0.6 of it on AIME
at scores of 20 to 80 and on MATH-500 from 80 on; nothing is known elsewhere. Above 96 the plain
bound stands all the same: so few of 500 problems are ever wrong there that a set may have 0.69 of
it, as the ceiling set of docs/calibration.md has (0.6 gave 6.5 % false verdicts on it).
"""

from __future__ import annotations

from dataclasses import dataclass

from claimbench.claims.catalogue import published_as


@dataclass(frozen=True, slots=True)
class Learned:
    """On these benchmarks, at scores in percent from `low` to `high`, the sampling variance is at
    most `share` of the bound."""

    benchmarks: tuple[str, ...]
    low: float
    high: float
    share: float


LEARNED = (Learned(("aime24", "aime25"), 20, 80, 0.6), Learned(("math500",), 80, 96, 0.6))
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
