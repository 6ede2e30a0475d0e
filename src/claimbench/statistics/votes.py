"""pass@k and cons@k: the chance that k samples hold a right answer, or vote for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, lgamma

import numpy as np
from numpy.typing import ArrayLike

from claimbench.statistics.comparison import Floats

NO_ANSWER = -1
"""The answer group of a sample that gave no answer: it casts no vote."""

LARGEST_EXACT_LOG = 600.0
"""ln C(n, k) above which the exact count would leave a double's range."""


def pass_at_k(right: ArrayLike, counted: ArrayLike, k: int) -> Floats:
    """1 − C(n−c, k)/C(n, k) per problem (N,), c of n samples being right: the unbiased estimate
    of the chance that at least one of k samples is right (Chen et al. 2021, eq. 1).

    Whole numbers are divided once, so the result is correctly rounded. Raises ValueError where a
    problem has fewer than k samples.
    """
    hits = np.asarray(right, int)
    tries = np.broadcast_to(np.asarray(counted, int), hits.shape)
    if k < 1 or (tries < k).any():
        raise ValueError(f"pass@{k} needs at least {k} samples of every problem")
    return np.array(
        [1 - comb(int(n - c), k) / comb(int(n), k) for c, n in zip(hits, tries, strict=True)]
    )


def vote_chance(
    groups: ArrayLike, right_group: int, k: int, rng: np.random.Generator | None = None
) -> float:
    """cons@k of one problem: the chance that a majority vote of k samples drawn without
    replacement from these n is right, ties split evenly.

    `groups` (n,) holds each sample's answer group, NO_ANSWER for none; samples in one group gave
    equal answers. A vote without any answer is wrong. Exact; where n is so large that the count
    leaves a double's range, 20,000 votes are drawn and `rng` is needed. Raises ValueError where
    n < k.
    """
    labels = np.asarray(groups, int)
    if not 1 <= k <= len(labels):
        raise ValueError(f"cons@{k} needs at least {k} samples, {len(labels)} are here")
    sizes = Counter(labels.tolist())
    mute = sizes.pop(NO_ANSWER, 0)
    right = sizes.pop(right_group, 0)
    if not right:
        return 0.0
    others = sorted(sizes.values())
    if _log_choose(len(labels), k) > LARGEST_EXACT_LOG:
        return _drawn_chance(np.array([right, *others]), mute, k, _needed(rng))
    return float(exact_vote_chances(np.array([[right, *others]]), np.array([mute]), k)[0])


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _needed(rng: np.random.Generator | None) -> np.random.Generator:
    if rng is None:
        raise ValueError("this many samples need drawn votes: pass a random generator")
    return rng


def _drawn_chance(
    sizes: np.ndarray, mute: int, k: int, rng: np.random.Generator, draws: int = 20_000
) -> float:
    """Monte Carlo form of `vote_chance`; `sizes` (G,) with the right group first."""
    votes = rng.multivariate_hypergeometric([*sizes, mute], k, size=draws)[:, :-1]
    best = votes.max(axis=1)
    winners = (votes == best[:, None]).sum(axis=1)
    return float(np.mean(((votes[:, 0] == best) & (best > 0)) / winners))


def exact_vote_chances(sizes: np.ndarray, mute: np.ndarray, k: int) -> Floats:
    """Exact chance (B,) that the first group wins a vote of k, for B problems at once.

    `sizes` (B, G) are the answer groups' sizes, the right one first; `mute` (B,) the samples
    without answer. Multivariate hypergeometric counting: for every number v of right votes, a
    polynomial counts the ways in which every other group gets at most v, marking by a second
    variable how many get exactly v; with t such ties the right answer wins 1/(1+t) of the time.
    """
    chances = np.zeros(len(sizes))
    most = int(min(k, sizes[:, 0].max()))
    for v in range(1, most + 1):
        ways = _ways_others(sizes[:, 1:], mute, k - v, v)
        shared = ways / (1 + np.arange(ways.shape[1]))
        chances += _choose(sizes[:, 0], v) * shared.sum(axis=1)
    return chances / _choose(sizes.sum(axis=1) + mute, k)


def _ways_others(sizes: np.ndarray, mute: np.ndarray, drawn: int, v: int) -> Floats:
    """Ways (B, ties + 1) for the other groups and the mute samples to take `drawn` draws with no
    group above v, by the number of groups at v."""
    ties = drawn // v
    ways = np.zeros((len(sizes), drawn + 1, ties + 1))
    ways[:, :, 0] = np.stack([_choose(mute, j) for j in range(drawn + 1)], axis=1)
    for column in sizes.T:
        ways = _with_group(ways, column, v)
    return ways[:, drawn, :]


def _with_group(ways: Floats, size: np.ndarray, v: int) -> Floats:
    """`ways` (B, drawn + 1, ties + 1) after one more group of `size` (B,)."""
    drawn = ways.shape[1] - 1
    grown = ways.copy()
    for j in range(1, min(v, drawn, int(size.max(initial=0))) + 1):
        factor = _choose(size, j)[:, None, None]
        if j < v:
            grown[:, j:] += factor * ways[:, : drawn + 1 - j]
        else:
            grown[:, j:, 1:] += factor * ways[:, : drawn + 1 - j, :-1]
    return grown


def _choose(n: np.ndarray, k: int) -> Floats:
    """C(n, k) as doubles, shape of n."""
    return np.array([float(comb(int(value), k)) for value in n])


@dataclass(frozen=True, slots=True)
class VoteScore:
    """cons@k of a run: `value` the mean of `chances` (N,), `se` its run-to-run error by the
    bootstrap over samples, `samples` the smallest n of a problem. With n < 4k the bootstrap
    understates the error and no verdict rests on it (`enough`)."""

    value: float
    se: float
    k: int
    samples: int
    chances: tuple[float, ...]

    @property
    def enough(self) -> bool:
        return self.samples >= 4 * self.k

    @property
    def single_vote_se(self) -> float:
        """√(Σ q_i(1−q_i))/N: the error of a published score that is one vote per problem."""
        q = np.array(self.chances)
        return float(np.sqrt((q * (1 - q)).sum()) / len(q))


def cons_at_k(
    groups: Sequence[ArrayLike],
    right_groups: Sequence[int],
    k: int,
    rng: np.random.Generator,
    repetitions: int = 200,
) -> VoteScore:
    """cons@k over N problems: `groups[i]` (n_i,) as in `vote_chance`, `right_groups[i]` the right
    one (any label that no sample has, where none is right).

    The error is a bootstrap over the samples of each problem, problems staying as they are.
    """
    problems = [np.asarray(labels, int) for labels in groups]
    chances = [
        vote_chance(g, right, k, rng) for g, right in zip(problems, right_groups, strict=True)
    ]
    variances = [
        _bootstrap_variance(g, right, k, rng, repetitions)
        for g, right in zip(problems, right_groups, strict=True)
    ]
    return VoteScore(
        value=float(np.mean(chances)),
        se=float(np.sqrt(np.sum(variances)) / len(problems)),
        k=k,
        samples=min(len(g) for g in problems),
        chances=tuple(chances),
    )


def _bootstrap_variance(
    labels: np.ndarray, right_group: int, k: int, rng: np.random.Generator, repetitions: int
) -> float:
    """Variance of one problem's `vote_chance` over samples redrawn with replacement."""
    names, counts = np.unique(labels, return_counts=True)
    if right_group not in names or len(names) == 1:
        return 0.0
    drawn = rng.multinomial(len(labels), counts / len(labels), size=repetitions)
    right = drawn[:, names == right_group]
    mute = drawn[:, names == NO_ANSWER].sum(axis=1)
    others = drawn[:, (names != right_group) & (names != NO_ANSWER)]
    return float(_vote_chances(np.hstack([right, others]), mute, k, rng).var(ddof=1))


def _vote_chances(sizes: np.ndarray, mute: np.ndarray, k: int, rng: np.random.Generator) -> Floats:
    total = int(sizes[0].sum() + mute[0])
    if _log_choose(total, k) <= LARGEST_EXACT_LOG:
        return exact_vote_chances(sizes, mute, k)
    return np.array(
        [_drawn_chance(row, int(m), k, rng) for row, m in zip(sizes, mute, strict=True)]
    )
