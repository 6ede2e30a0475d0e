"""Scores of a cell → what became of the samples of each problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from claimbench.analysis.measure import Scores
from claimbench.grading.outcomes import NOTHING_TO_JUDGE


@dataclass(frozen=True, slots=True)
class ProblemCounts:
    """Of each problem of `ids` how many samples are right; not right and cut by the token limit;
    without an answer; wrong; without a grade. `tokens` is the mean of its replies, None where a
    reply does not state them."""

    ids: tuple[str, ...]
    right: tuple[int, ...]
    cut: tuple[int, ...]
    no_answer: tuple[int, ...]
    wrong: tuple[int, ...]
    ungraded: tuple[int, ...]
    tokens: tuple[float | None, ...]


def problem_counts(scores: Scores, ids: Sequence[str]) -> ProblemCounts:
    """Each stored sample counts once, as the first of: right, cut, no answer, wrong, ungraded."""
    right = scores.value == 1
    cut = scores.present & scores.truncated & ~right
    nothing = np.isin(scores.outcome, [name.encode("ascii") for name in NOTHING_TO_JUDGE])
    no_answer = scores.present & nothing & ~right & ~cut
    wrong = (scores.value == 0) & ~cut & ~no_answer
    rest = scores.present & ~right & ~cut & ~no_answer & ~wrong
    return ProblemCounts(
        ids=tuple(ids),
        right=_sums(right),
        cut=_sums(cut),
        no_answer=_sums(no_answer),
        wrong=_sums(wrong),
        ungraded=_sums(rest),
        tokens=_tokens(scores),
    )


def _sums(mask: npt.NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(mask.sum(axis=1).tolist())


def _tokens(scores: Scores) -> tuple[float | None, ...]:
    known = scores.present & (scores.tokens >= 0)
    counts = known.sum(axis=1)
    sums = np.where(known, scores.tokens, 0).sum(axis=1)
    whole = counts == scores.present.sum(axis=1)
    return tuple(
        round(total / count, 1) if count and every else None
        for total, count, every in zip(sums.tolist(), counts.tolist(), whole.tolist(), strict=True)
    )
