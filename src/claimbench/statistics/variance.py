"""Standard errors and variances of a benchmark score.

Notation: x_ij in {0, 1} says whether sample j = 1…n of problem i = 1…N is right; p_i is a problem's
share of right samples and p their mean over the problems, pass@1. m is the number of samples per
problem behind a published score P. Everything is a fraction in [0, 1], variances are fractions²,
and every function broadcasts over leading axes unless it says otherwise.

Two standard errors answer two questions and are never confused (Miller 2024, "Adding error bars to
evals"; Madaan et al. 2024, "Quantifying variance in evaluation benchmarks"):

- the *sampling* error: how far would a rerun on the same problems be? `unit_variance(...) / n`;
- the *problem* error: how far would a run on other problems like these be? `problem_variance`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

LARGEST_UNIT_VARIANCE = 0.25
"""p(1−p) is never more: it stands for a problem whose single sample says nothing of its spread."""


@dataclass(frozen=True, slots=True)
class Score:
    """pass@1 of one model on one benchmark, with what is known of its error.

    `problems` N counts the problems with at least one graded sample, `left_out` those without.
    `samples` is the harmonic mean of the graded samples per problem (n where all have n).
    `unit_variance` is W, so that W/n is the sampling variance at n samples per problem; None where
    no problem has two samples, and `sampling_variance` is then a bound (`is_bound`).
    """

    value: float
    problems: int
    left_out: int
    samples: float
    sampling_variance: float
    problem_variance: float
    unit_variance: float | None
    is_bound: bool

    @property
    def sampling_se(self) -> float:
        return float(np.sqrt(self.sampling_variance))

    @property
    def problem_se(self) -> float:
        return float(np.sqrt(self.problem_variance))


def measure(right: ArrayLike, counted: ArrayLike, effective: ArrayLike | None = None) -> Score:
    """Score of `right` (N,) right samples out of `counted` (N,) graded ones, per problem.

    pass@1 is the mean of the problems' shares, each problem weighing the same however many of its
    samples could be graded. A problem without any graded sample has no share: it is left out and
    counted in `left_out`, because counting it as wrong would turn our error into the model's.
    `effective` (N,) is how many draws the samples of each problem are worth where some are copies
    (`count_draws`): the score keeps all samples, its error rests on the draws. Raises ValueError
    when no problem has a graded sample or a count is impossible.
    """
    hits, tries = np.asarray(right, float), np.asarray(counted, float)
    _check_counts(hits, tries)
    kept = tries > 0
    hits, tries = hits[kept], tries[kept]
    shares = hits / tries
    draws = tries if effective is None else np.asarray(effective, float)[kept]
    known = bool((draws >= (2 if effective is None else MANY_DRAWS)).any())
    value, problems = float(shares.mean()), int(kept.sum())
    if not known:
        sampling = float(bound_variance(value, problems, 1))
    elif effective is None:
        unit = float(unit_variance(shares, tries))
        sampling = float(sampling_variance(shares, tries))
    else:
        unit, sampling = _of_draws(shares, draws)
    return Score(
        value=value,
        problems=problems,
        left_out=int((~kept).sum()),
        samples=_harmonic_mean(draws),
        sampling_variance=sampling,
        problem_variance=float(problem_variance(shares)),
        unit_variance=unit if known else None,
        is_bound=not known,
    )


MANY_DRAWS = 1.5
"""Fewer draws of a problem say nothing of its spread."""


def _of_draws(shares: Floats, draws: Floats) -> tuple[float, float]:
    """W and the sampling variance of problems with so many draws each."""
    spread, mean = _draws_spread(shares, draws), _harmonic_mean(draws)
    unit = (spread.sum() + 1 / mean) / len(shares) ** 2
    return float(unit), float(((spread / draws).sum() + mean**-2) / len(shares) ** 2)


def _draws_spread(shares: Floats, draws: Floats) -> Floats:
    """w_i (N,), as in `unit_variance`; where a problem has one draw, q(1−q) with q = (Σ p_i + 2)/
    (count + 4) over such problems: 0 would give false verdicts, 1/4 no verdict at all."""
    single = draws < MANY_DRAWS
    q = (shares[single].sum() + 2) / (single.sum() + 4)
    spread = shares * (1 - shares) * draws / np.where(single, 1, draws - 1)
    return np.where(single, q * (1 - q), spread)


def pass_at_1(right: ArrayLike, counted: ArrayLike) -> tuple[Floats, Floats]:
    """`value` and `sampling_variance` as `measure` gives them, of many scores on the same samples:
    `right` (…, N) right samples out of `counted` (N,) graded ones; both of shape (…)."""
    tries = np.asarray(counted, float)
    kept = tries > 0
    shares, tries = np.asarray(right, float)[..., kept] / tries[kept], tries[kept]
    value = np.asarray(shares.mean(axis=-1))
    if (tries > 1).any():
        return value, sampling_variance(shares, tries)
    return value, bound_variance(value, int(kept.sum()), 1)


def _check_counts(hits: Floats, tries: Floats) -> None:
    if hits.shape != tries.shape or hits.ndim != 1:
        raise ValueError(f"right {hits.shape} and counted {tries.shape} must both be (N,)")
    if not (tries > 0).any():
        raise ValueError("no problem has a graded sample")
    if (hits < 0).any() or (hits > tries).any():
        raise ValueError("a problem has fewer than 0 or more right samples than graded ones")


def _harmonic_mean(samples: Floats) -> float:
    return float(len(samples) / (1 / samples).sum())


def problem_variance(shares: ArrayLike) -> Floats:
    """Σ(p_i − p)² / (N(N−1)) of `shares` (…, N): the squared problem error (Miller 2024, §2).

    NaN for a single problem, which says nothing of other problems.
    """
    values = np.asarray(shares, float)
    count = values.shape[-1]
    if count < 2:
        return np.full(values.shape[:-1], np.nan)
    return np.asarray(values.var(axis=-1, ddof=1) / count)


def unit_variance(shares: ArrayLike, samples: ArrayLike) -> Floats:
    """W = (Σ w_i + 1/n) / N² with w_i = p_i(1−p_i)·n/(n−1), of `shares` (…, N).

    W/n is the sampling variance at n samples per problem. w_i is the unbiased estimate of a
    problem's Bernoulli variance; the 1/n keeps problem sets honest on which nearly every problem
    is always right or always wrong, where Σ w_i is often estimated as 0. `samples` is n, or (N,)
    where it differs; 1/n is then one over the harmonic mean, and a problem with a single sample
    counts with the largest variance there is, 1/4.
    """
    values = np.asarray(shares, float)
    counts = np.broadcast_to(np.asarray(samples, float), values.shape[-1:])
    spread = _bernoulli_variances(values, counts).sum(axis=-1)
    return np.asarray((spread + 1 / _harmonic_mean(counts)) / values.shape[-1] ** 2)


def sampling_variance(shares: ArrayLike, samples: ArrayLike) -> Floats:
    """(Σ w_i/n_i + 1/n²) / N² of `shares` (…, N): `unit_variance` / n where all n_i = n.

    `samples` is n or (N,); with unequal n_i, n is their harmonic mean. It is the squared sampling
    error: the variance of pass@1 over reruns on the same problems.
    """
    values = np.asarray(shares, float)
    counts = np.broadcast_to(np.asarray(samples, float), values.shape[-1:])
    spread = (_bernoulli_variances(values, counts) / counts).sum(axis=-1)
    return np.asarray((spread + _harmonic_mean(counts) ** -2) / values.shape[-1] ** 2)


def _bernoulli_variances(shares: Floats, counts: Floats) -> Floats:
    """w_i = p_i(1−p_i)·n_i/(n_i−1), shape (…, N); 1/4 where n_i is 1."""
    correction = counts / np.maximum(counts - 1, 1)
    return np.where(counts > 1, shares * (1 - shares) * correction, LARGEST_UNIT_VARIANCE)


def bound_variance(score: ArrayLike, problems: ArrayLike, samples: ArrayLike) -> Floats:
    """The most the sampling variance can be when only the score is known: q(1−q)/(N·n).

    Σ p_i(1−p_i) ≤ N·p(1−p), with equality where every problem is equally hard. q adds two right
    and two wrong samples to the N·n (Agresti and Coull 1998), so that a score of 0 or 100 % is
    not taken as certain; elsewhere the change is far below the rounding of a published score.
    """
    total = np.asarray(problems, float) * np.asarray(samples, float)
    shrunk = (np.asarray(score, float) * total + 2) / (total + 4)
    return np.asarray(shrunk * (1 - shrunk) / total)


def problem_variance_bound(score: ArrayLike, problems: ArrayLike) -> Floats:
    """The most the problem variance can be when only the score is known: p(1−p)/(N−1).

    Shares lie in [0, 1], so Σ(p_i − p)² ≤ N·p(1−p), with equality where each is 0 or 1.
    """
    value = np.asarray(score, float)
    return np.asarray(value * (1 - value) / (np.asarray(problems, float) - 1))


def rounding_variance(decimals: int) -> float:
    """h²/3 for a score published in percent with `decimals` digits, h being half its last digit.

    The rounding error is taken as uniform on ±h: for one digit h = 0.0005.
    """
    half = 0.5 * 10.0 ** -(decimals + 2)
    return half**2 / 3


def seed_variance(sd: float, runs: int) -> float:
    """s²/r for a mean over r runs whose standard deviation is s; it has r − 1 degrees of freedom.

    Raises ValueError below two runs, which have no standard deviation.
    """
    if runs < 2:
        raise ValueError(f"a standard deviation over {runs} run says nothing: two are needed")
    return sd**2 / runs


def combined_df(variances: ArrayLike, dfs: ArrayLike) -> float:
    """Degrees of freedom of a sum of independent variances (…): (ΣV)² / Σ(V²/ν).

    Satterthwaite 1946, Welch 1947. A variance that is known or rests on very many samples has
    ν = ∞; infinite when all have, or when every variance is 0.
    """
    parts, nus = np.asarray(variances, float), np.asarray(dfs, float)
    denominator = float((parts**2 / nus).sum())
    return float(parts.sum()) ** 2 / denominator if denominator > 0 else float("inf")


def allowed_samples(
    score_points: float, problems: int, candidates: ArrayLike, decimals: int = 1
) -> list[int]:
    """The m among `candidates` for which N·m samples can give a published score, in percent.

    A score of N problems with m samples is a multiple of 100/(N·m); an m is excluded when none of
    those multiples rounds to the published figure (half its last digit either way, ends included,
    because sources round ties differently).
    """
    half = 0.5 * 10.0**-decimals + 1e-9
    allowed = []
    for m in np.atleast_1d(np.asarray(candidates, int)):
        total = problems * int(m)
        lowest = np.ceil((score_points - half) / 100 * total - 1e-9)
        highest = np.floor((score_points + half) / 100 * total + 1e-9)
        if lowest <= highest:
            allowed.append(int(m))
    return allowed
