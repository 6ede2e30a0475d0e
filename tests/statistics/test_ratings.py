"""The estimate of a contest rating: by hand, at the edges, and by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from claimbench.statistics.ratings import estimate_rating


def test_by_hand() -> None:
    # One problem of 1500, half of its attempts solved: p = 1/2 at r = 1500.
    assert estimate_rating([1500], [4], [8]).rating == pytest.approx(1500)
    # Ten of eleven: p/(1 − p) = 10, so r = 1500 + 400.
    assert estimate_rating([1500], [10], [11]).rating == pytest.approx(1900)
    # Symmetric problems, the easier solved and the harder not: in the middle.
    assert estimate_rating([1200, 1800], [1, 0], [1, 1]).rating == pytest.approx(1500)


def test_the_interval_is_where_the_likelihood_has_fallen() -> None:
    # s of t at one rating: 2·(ℓ(best) − ℓ(end)) = 3.8415 with ℓ = s·log p + (t − s)·log(1 − p).
    found = estimate_rating([1000], [30], [40])

    def fall(rating: float) -> float:
        p = 1 / (1 + 10 ** ((1000 - rating) / 400))
        return 2 * (30 * math.log(0.75 / p) + 10 * math.log(0.25 / (1 - p)))

    assert fall(found.low) == pytest.approx(3.8415, abs=1e-3)
    assert fall(found.high) == pytest.approx(3.8415, abs=1e-3)
    assert found.rating == pytest.approx(1000 + 400 * math.log10(3))
    assert found.low < found.rating < found.high


def test_nothing_and_everything_solved_give_one_sided_bounds() -> None:
    nothing = estimate_rating([1000], [0], [1])
    # (1 − p) = 0.05: p/(1 − p) = 19.
    assert nothing.rating is None
    assert nothing.low == -math.inf
    assert nothing.high == pytest.approx(1000 + 400 * math.log10(19))
    everything = estimate_rating([1000, 1000], [1, 1], [1, 1])
    assert everything.rating is None
    assert everything.high == math.inf
    # p² = 0.05: p = 0.2236.
    p = math.sqrt(0.05)
    assert everything.low == pytest.approx(1000 + 400 * math.log10(p / (1 - p)))


def test_problems_without_attempts_do_not_count() -> None:
    assert estimate_rating([1500, 3000], [4, 0], [8, 0]) == estimate_rating([1500], [4], [8])


@pytest.mark.parametrize(
    ("ratings", "solved", "tried"),
    [([], [], []), ([1], [2], [1]), ([1], [-1], [1]), ([1, 2], [1], [1]), ([math.nan], [0], [1]),
     ([1500], [0], [0])],
)  # fmt: skip
def test_impossible_counts(ratings: list[float], solved: list[int], tried: list[int]) -> None:
    with pytest.raises(ValueError, match=r"length|finite|tried"):
        estimate_rating(ratings, solved, tried)


@pytest.mark.parametrize("truth", [900.0, 1500.0, 2400.0])
def test_simulated_participants_get_their_rating_back(truth: float) -> None:
    rng = np.random.default_rng(int(truth))
    ratings = rng.uniform(800, 2600, 80)
    chances = 1 / (1 + 10 ** ((ratings - truth) / 400))
    found = [estimate_rating(ratings, rng.binomial(1, chances), np.ones(80)) for _ in range(400)]
    estimates = [f.rating for f in found if f.rating is not None]
    assert len(estimates) > 390
    assert np.mean(estimates) == pytest.approx(truth, abs=15)
    covered = np.mean([f.low <= truth <= f.high for f in found])
    assert 0.92 <= covered <= 0.99


def test_samples_that_agree_too_much_widen_the_interval() -> None:
    # Every problem solved in all samples or in none, against its rating: no fit.
    ratings, solved = [1000, 1200, 1400, 1600], [0, 16, 0, 16]
    found = estimate_rating(ratings, solved, [16] * 4)
    assert found.overdispersion > 5
    once = estimate_rating(ratings, [0, 1, 0, 1], [1] * 4)
    assert found.high - found.low > 0.8 * (once.high - once.low)
