"""pass@k and cons@k: the chance that k samples hold a right answer, or vote for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import comb, lgamma

import numpy as np
from numpy.typing import ArrayLike

from claimbench.statistics.comparison import Floats

LARGEST_EXACT_LOG = 600.0
"""ln C(n, k) above which the exact count would leave a double's range."""

MANY = 100
"""Problems among which it is worth looking for equal ones."""
MOST_TABLED = 1024
"""Samples of a problem up to which C(n, k) is counted once for each n."""


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


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _needed(rng: np.random.Generator | None) -> np.random.Generator:
    if rng is None:
        raise ValueError("this many samples need drawn votes: pass a random generator")
    return rng


def _drawn_chance(
    sizes: np.ndarray, mute: int, k: int, rng: np.random.Generator, draws: int = 20_000
) -> float:
    """Monte Carlo form of `vote_chances`; `sizes` (G,) with the right group first."""
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
    most = int(n.max(initial=0))
    if most > MOST_TABLED:
        return np.array([float(comb(value, k)) for value in n.tolist()])
    found: Floats = _choices(most, k)[n]
    return found


@lru_cache(maxsize=1 << 10)
def _choices(most: int, k: int) -> Floats:
    """C(n, k) for every n up to `most`: of thousands of problems few sizes differ."""
    return np.array([float(comb(n, k)) for n in range(most + 1)])


@dataclass(frozen=True, slots=True)
class Ballot:
    """The n samples of one problem by answer: `right` gave the right one, `others` counts each
    other answer, `mute` gave none."""

    right: int
    others: tuple[int, ...] = ()
    mute: int = 0

    @property
    def samples(self) -> int:
        return self.right + sum(self.others) + self.mute


@dataclass(frozen=True, slots=True)
class VoteScore:
    """cons@k: `value` is the mean chance of the right answer to win a vote of k samples,
    `difference_variance` the variance of the difference between two such votes, `samples` the
    smallest n of a problem."""

    value: float
    difference_variance: float
    k: int
    samples: int


def cons_at_k(
    ballots: Sequence[Ballot], k: int, rng: np.random.Generator | None = None
) -> VoteScore:
    """cons@k over N problems. Raises ValueError where a problem has fewer than k samples."""
    fewest = min(ballot.samples for ballot in ballots)
    if not 1 <= k <= fewest:
        raise ValueError(f"cons@{k} needs at least {k} samples of every problem, not {fewest}")
    chances = vote_chances(ballots, k, rng)
    return VoteScore(float(chances.mean()), vote_difference_variance(ballots, k), k, fewest)


def vote_chances(
    ballots: Sequence[Ballot], k: int, rng: np.random.Generator | None = None
) -> Floats:
    """The chance (N,) that a majority vote of k samples drawn without replacement is right, ties
    split evenly; a vote without any answer is wrong. Exact; where n is so large that the count
    leaves a double's range, 20,000 votes are drawn and `rng` is needed."""
    chances = np.array([_settled(ballot, k) for ballot in ballots])
    open_ = np.flatnonzero(np.isnan(chances)).tolist()
    if not open_:
        return chances
    groups = max(len(ballots[i].others) for i in open_)
    sizes = np.array([_padded(ballots[i], groups) for i in open_])
    mute = np.array([ballots[i].mute for i in open_])
    chances[open_] = _vote_chances(sizes, mute, k, rng)
    return chances


def _settled(ballot: Ballot, k: int) -> float:
    """The chance where nothing has to be counted, else nan."""
    if not ballot.right:
        return 0.0
    if ballot.right == ballot.samples:
        return 1.0
    if k < ballot.samples:
        return math.nan
    strongest = max(ballot.others, default=0)
    ties = ballot.others.count(ballot.right)
    return 0.0 if strongest > ballot.right else 1 / (1 + ties)


def _padded(ballot: Ballot, groups: int) -> list[int]:
    return [ballot.right, *ballot.others, *[0] * (groups - len(ballot.others))]


def vote_difference_variance(ballots: Sequence[Ballot], k: int) -> float:
    """Σ Φ(−|z_i|/√2)/N², the variance of the difference between two votes of k on N problems.

    z_i = (c₁ − c₂)/√(c₁ + c₂ − (c₁ − c₂)²/k + 1), c₁ the votes of the right answer and c₂ those of
    the strongest other: how many standard errors of its lead the vote is decided by. A lead that
    was drawn itself strays too, hence the √2. Of n > k samples the counts are scaled to k, as if
    ours were one vote as well: that errs towards deciding nothing. Where nobody answers, nobody
    wins.
    """
    scale = np.array([k / ballot.samples for ballot in ballots])
    right = scale * np.array([ballot.right for ballot in ballots])
    other = scale * np.array([max(ballot.others, default=0) for ballot in ballots])
    lead, cast = np.abs(right - other), right + other
    z = lead / np.sqrt(cast - lead**2 / k + 1)
    chances = np.where(cast > 0, _half_normal_tail(z), 0.0)
    return float(chances.sum()) / len(ballots) ** 2


def _half_normal_tail(z: Floats) -> Floats:
    """Φ(−z/√2)."""
    from scipy.special import ndtr

    return np.asarray(ndtr(-z / math.sqrt(2)))


def _vote_chances(
    sizes: np.ndarray, mute: np.ndarray, k: int, rng: np.random.Generator | None
) -> Floats:
    total = int((sizes.sum(axis=1) + mute).max())
    if _log_choose(total, k) <= LARGEST_EXACT_LOG:
        if len(sizes) < MANY:
            return exact_vote_chances(sizes, mute, k)
        # Of thousands of problems few votes differ: each is counted once.
        rows, place = np.unique(np.column_stack([sizes, mute]), axis=0, return_inverse=True)
        return exact_vote_chances(rows[:, :-1], rows[:, -1], k)[place.reshape(-1)]
    return np.array(
        [_drawn_chance(row, int(m), k, _needed(rng)) for row, m in zip(sizes, mute, strict=True)]
    )
