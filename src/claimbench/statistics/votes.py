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
    right, others = sizes[:, 0], sizes[:, 1:]
    unbeaten = int(others.max(initial=0)) + 1
    for v in range(1, int(min(k, right.max())) + 1):
        if v <= unbeaten:  # From there on nothing ties with v, and the ways are the same.
            ways = _ways_others(others, mute, k - v, v)
        shared = ways[:, :, k - v] / (1 + np.arange(ways.shape[1]))
        chances += _choose(right, v) * shared.sum(axis=1)
    return chances / _choose(sizes.sum(axis=1) + mute, k)


def _ways_others(sizes: np.ndarray, mute: np.ndarray, drawn: int, v: int) -> Floats:
    """Ways (B, ties + 1, drawn + 1) for the other groups and the mute samples to take so many
    draws, up to `drawn`, with no group above v, by the number of groups at v."""
    ways = np.zeros((len(sizes), drawn // v + 1, drawn + 1))
    ways[:, 0] = _choose_up_to(mute, drawn)
    for groups, column in enumerate(sizes.T, start=1):
        _add_group(ways[:, : groups + 1], column, v)  # So many groups at most are at v.
    return ways


def _add_group(ways: Floats, size: np.ndarray, v: int) -> None:
    """One more group of `size` (B,) in `ways` (B, ties + 1, drawn + 1)."""
    before, end = ways.copy(), ways.shape[2]
    most = min(v, end - 1, int(size.max(initial=0)))
    factors = _choose_up_to(size, most)[:, None, None]
    for j in range(1, most + 1):
        if j < v:
            ways[:, :, j:] += factors[..., j] * before[:, :, : end - j]
        else:
            ways[:, 1:, j:] += factors[..., j] * before[:, :-1, : end - j]


def _choose(n: np.ndarray, k: int) -> Floats:
    """C(n, k) as doubles, shape of n."""
    return np.array([float(comb(value, k)) for value in n.tolist()])


def _choose_up_to(n: np.ndarray, most: int) -> Floats:
    """C(n, k) as doubles for every k up to `most`, shape (B, most + 1) of n (B,)."""
    largest = int(n.max(initial=0))
    if largest > MOST_TABLED:
        return np.stack([_choose(n, k) for k in range(most + 1)], axis=1)
    found: Floats = _table(_power(largest), _power(most))[n, : most + 1]
    return found


def _power(value: int) -> int:
    """The power of two from `value` up: few tables serve all."""
    return 1 << (value - 1).bit_length() if value else 0


@lru_cache(maxsize=32)
def _table(largest: int, most: int) -> Floats:
    """C(n, k) for every n up to `largest` and k up to `most`."""
    return np.array([[float(comb(n, k)) for k in range(most + 1)] for n in range(largest + 1)])


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
    chances[open_] = _counted([ballots[i] for i in open_], k, rng)
    return chances


def _counted(ballots: Sequence[Ballot], k: int, rng: np.random.Generator | None) -> Floats:
    """The chances of ballots that have to be counted."""
    largest = max(ballot.samples for ballot in ballots)
    groups = max(len(ballot.others) for ballot in ballots)
    if _log_choose(largest, k) > LARGEST_EXACT_LOG:
        rows = ((np.array(_padded(ballot, groups)), ballot.mute) for ballot in ballots)
        return np.array([_drawn_chance(*row, k, _needed(rng)) for row in rows])
    # Of thousands of problems few votes differ: each is counted once.
    place = {ballot: i for i, ballot in enumerate(dict.fromkeys(ballots))}
    sizes = np.array([_padded(ballot, groups) for ballot in place])
    chances = exact_vote_chances(sizes, np.array([ballot.mute for ballot in place]), k)
    return chances[[place[ballot] for ballot in ballots]]


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
