"""Scores of a cell → its score at every token cap, and how long its replies are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from claimbench import statistics
from claimbench.analysis.measure import Scores

CAPS = 40
BINS = 24


@dataclass(frozen=True, slots=True)
class CapCurve:
    """pass@1 had the token limit been `caps[i]`, recomputed from the stored samples: a sample
    counts as right at a cap if it was right and had at most so many tokens.

    `low` and `high` are the 95 % sampling interval (equal to `score` for greedy decoding). Of a
    reasoning model a cut reply holds no answer, so the curve is what a run with that limit would
    have scored, but for caps that fall between its answer and its last token; of another model it
    is a lower bound (`exact` False), because an answer may stand before the cut.
    """

    caps: tuple[int, ...]
    score: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class Lengths:
    """How many replies have `edges[i]` < tokens ≤ `edges[i + 1]`, by what became of them."""

    edges: tuple[float, ...]
    right: tuple[int, ...]
    wrong: tuple[int, ...]
    cut: tuple[int, ...]
    ungraded: tuple[int, ...]


def cap_curve(scores: Scores, limit: int, *, greedy: bool, exact: bool) -> CapCurve | None:
    """The curve over CAPS evenly spaced caps up to `limit`; None where nothing is graded."""
    counted = np.isfinite(scores.value)
    if not counted.any():
        return None
    caps = np.unique(np.linspace(0, limit, CAPS + 1).round().astype(int))[1:]
    tries = counted.sum(axis=1)
    value, variance = statistics.pass_at_1(_right_within(scores, caps), tries)
    ends = statistics.quantile(0.975) * np.sqrt(np.zeros_like(variance) if greedy else variance)
    return CapCurve(
        caps=tuple(caps.tolist()),
        score=tuple(value.tolist()),
        low=tuple(np.maximum(value - ends, 0.0).tolist()),
        high=tuple(np.minimum(value + ends, 1.0).tolist()),
        exact=exact,
    )


def _right_within(scores: Scores, caps: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Right samples of each problem (N) that have at most each of `caps` (C, rising), (C, N)."""
    row, _ = right = np.nonzero(scores.value == 1)
    first = np.searchsorted(caps, scores.tokens[right])  # The first cap that such a reply fits.
    within = first < len(caps)
    count = scores.value.shape[0]
    place = first[within] * count + row[within]
    found = np.bincount(place, minlength=len(caps) * count).reshape(len(caps), count)
    return np.cumsum(found, axis=0)


def lengths(scores: Scores, limit: int) -> Lengths:
    """Replies by length, in BINS bins up to `limit`."""
    edges = np.linspace(0, max(limit, 1), BINS + 1)
    right = scores.value == 1
    judged = np.isfinite(scores.value)
    present, cut = scores.present, scores.truncated

    def count(mask: npt.NDArray[np.bool_]) -> tuple[int, ...]:
        # From the left edge exclusive, so that the last bin holds the replies at the limit.
        place = np.searchsorted(edges, scores.tokens[present & mask], side="left") - 1
        counts = np.bincount(np.clip(place, 0, BINS - 1), minlength=BINS)
        return tuple(int(number) for number in counts)

    return Lengths(
        edges=tuple(float(edge) for edge in edges),
        right=count(right),
        wrong=count(judged & ~right & ~cut),
        cut=count(judged & ~right & cut),
        ungraded=count(~judged),
    )
