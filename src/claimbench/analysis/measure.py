"""The scores of a cell → its Measurement."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import numpy.typing as npt

from claimbench import statistics
from claimbench.grading.outcomes import ERRORS, NOTHING_TO_JUDGE
from claimbench.records import Draws, Measurement, Tier


@dataclass(frozen=True)
class Scores:
    """Samples and grades of one cell laid out by problem and sample index, shape (N, n).

    `value` is 1.0, 0.0, or nan where there is no grade or the grader failed; `present` and
    `graded` say which samples are stored and graded; `tokens` is −1 where a sample does not state
    them, and `unknown_ends` whether some sample does not state its end. `openings` are the keys of
    how replies open (`store.rows.opening_key`).
    """

    present: npt.NDArray[np.bool_]
    graded: npt.NDArray[np.bool_]
    value: npt.NDArray[np.float64]
    outcome: npt.NDArray[np.bytes_]
    tokens: npt.NDArray[np.int64]
    truncated: npt.NDArray[np.bool_]
    unknown_ends: bool = False
    openings: npt.NDArray[np.uint64] | None = None

    @property
    def unknown_tokens(self) -> bool:
        """Whether some stored sample does not state its tokens."""
        return bool((self.tokens[self.present] < 0).any())

    @property
    def received(self) -> int:
        """Stored samples."""
        return int(self.present.sum())

    def share(self, mask: npt.NDArray[np.bool_]) -> float:
        """The share of the received samples that `mask` holds."""
        return float(mask.sum() / self.received) if self.received else 0.0

    def share_of(self, outcomes: Collection[str]) -> float:
        """The share of the received samples that were graded as one of these."""
        names = [outcome.encode("ascii") for outcome in outcomes]
        return self.share(np.isin(self.outcome, names))


def measure(
    scores: Scores,
    model: str,
    benchmark: str,
    problem_ids: list[str],
    protocol: Mapping[str, object],
    *,
    asked: int | None = None,
    tier: Tier = "A",
) -> Measurement:
    """The Measurement of one cell. Shares are of the received samples.

    `asked` where it is not n samples of every problem: imported outputs may have more of one.
    """
    counted = np.isfinite(scores.value).sum(axis=1)
    right = np.nansum(scores.value, axis=1)
    greedy = _is_greedy(protocol)
    draws = _draws(scores)
    pass_at_1, sampling_se, problem_se = _score(right, counted, draws, greedy)
    return Measurement(
        model=model,
        benchmark=benchmark,
        asked=scores.present.size if asked is None else asked,
        received=scores.received,
        graded=int(scores.graded.sum()),
        problems=scores.present.shape[0],
        samples_per_problem=scores.present.shape[1],
        pass_at_1=pass_at_1,
        sampling_se=sampling_se,
        problem_se=problem_se,
        greedy=greedy,
        protocol=dict(protocol),
        problem_ids=tuple(problem_ids),
        right=tuple(int(r) for r in right),
        counted=tuple(int(c) for c in counted),
        tier=tier,
        draws=draws,
        **_ends(scores),
    )


class _Ends(TypedDict):
    """How the samples ended, as fields of a Measurement."""

    truncated_share: float | None
    no_answer_share: float
    grader_error_share: float
    tokens_mean: float | None
    tokens_p95: float | None


def _ends(scores: Scores) -> _Ends:
    mean, p95 = _token_figures(scores)
    return _Ends(
        truncated_share=None if scores.unknown_ends else scores.share(scores.truncated),
        no_answer_share=scores.share_of(NOTHING_TO_JUDGE),
        grader_error_share=scores.share_of(ERRORS),
        tokens_mean=mean,
        tokens_p95=p95,
    )


def _is_greedy(protocol: Mapping[str, object]) -> bool | None:
    """A protocol of ours states its temperature; one that does not is not known to be greedy."""
    return protocol["temperature"] == 0 if "temperature" in protocol else None


def _draws(scores: Scores) -> Draws | None:
    """The draws among the graded samples; None where nothing is known of the replies, or where each
    problem has one."""
    graded = np.isfinite(scores.value)
    if scores.openings is None or scores.value.shape[1] < 2:
        return None
    if _all_differ(scores.openings, graded):
        return Draws(distinct=int(graded.sum()))
    keys = scores.openings.tolist()
    replies = [
        [(key, bool(key & 1)) for key, counts in zip(row, kept, strict=True) if counts]
        for row, kept in zip(keys, graded, strict=True)
    ]
    found = statistics.count_draws(replies)
    copied = found.distinct < found.samples
    return Draws(
        distinct=found.distinct,
        effective=found.effective if copied else (),
        times=found.times,
        spoilt=found.spoilt,
    )


def _all_differ(openings: npt.NDArray[np.uint64], graded: npt.NDArray[np.bool_]) -> bool:
    """Whether no two graded replies of a problem open alike: as in most runs, and quickly seen."""
    alone = np.where(graded, openings, np.arange(openings.size).reshape(openings.shape))
    ordered = np.sort(alone, axis=1)
    return not bool((ordered[:, 1:] == ordered[:, :-1]).any())


def _score(
    right: npt.NDArray[np.float64],
    counted: npt.NDArray[np.int64],
    draws: Draws | None,
    greedy: bool | None,
) -> tuple[float, float, float]:
    """The share that is right with its sampling and its problem error; nan where none counts."""
    if not counted.any():
        return math.nan, 0.0 if greedy else math.nan, math.nan
    score = statistics.measure(right, counted, (draws and draws.effective) or None)
    # Greedy decoding draws nothing: a rerun would give the same samples. Where the samples of a
    # problem differ all the same (imported, and said to be greedy), a rerun would differ too.
    exact = greedy and not ((right > 0) & (right < counted)).any()
    return score.value, 0.0 if exact else score.sampling_se, score.problem_se


def _token_figures(scores: Scores) -> tuple[float | None, float | None]:
    """Mean and 95th percentile of the samples' tokens, None where some do not state theirs."""
    if scores.unknown_tokens:
        return None, None
    if not scores.received:
        return 0.0, 0.0
    tokens = scores.tokens[scores.present]
    return float(tokens.mean()), float(np.percentile(tokens, 95))
