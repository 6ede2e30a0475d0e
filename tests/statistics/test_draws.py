"""Copies among samples: counted, and the error that rests on what they are worth."""

from __future__ import annotations

import numpy as np
import pytest

from claimbench import statistics as stats

Reply = tuple[str, bool]


def long(*names: str) -> list[Reply]:
    return [(name, True) for name in names]


def short(*names: str) -> list[Reply]:
    return [(name, False) for name in names]


def test_different_replies_are_all_draws() -> None:
    found = stats.count_draws([long("a", "b", "c", "d"), long("e", "f", "g", "h")])
    assert (found.distinct, found.times, found.spoilt) == (8, 1, False)
    assert found.effective == (4, 4)


def test_effective_samples_of_an_irregular_problem() -> None:
    # copies 3 and 1: (3 + 1)²/(9 + 1) = 1.6; the other problem 4: harmonic mean 2/(1/1.6 + 1/4)
    # = 2.2857 < 0.8·4
    found = stats.count_draws([long("a", "a", "a", "b"), long("e", "f", "g", "h")])
    assert found.effective == pytest.approx((1.6, 4))
    assert (found.distinct, found.spoilt) == (6, True)


def test_every_reply_as_often_is_regular() -> None:
    found = stats.count_draws([long("a", "a", "b", "b"), long("c", "c", "d", "d")])
    assert (found.times, found.distinct, found.spoilt) == (2, 4, False)
    assert found.effective == (2, 2)


def test_all_copies_of_one_reply() -> None:
    found = stats.count_draws([long(*"a" * 64)] * 30)
    assert (found.times, found.distinct) == (64, 30)
    assert found.effective == (1,) * 30


def test_equal_short_replies_are_ordinary() -> None:
    found = stats.count_draws([short("7", "7", "7", "8")] * 5)
    assert (found.distinct, found.times, found.spoilt) == (20, 1, False)


def test_short_replies_are_copies_where_the_whole_run_says_so() -> None:
    twice = [short("7", "7", "8", "8")] * 10
    assert stats.count_draws(twice).times == 2
    # nine problems may be an accident, ten that never differ say nothing
    assert stats.count_draws(twice[:9]).times == 1
    assert stats.count_draws([short("7", "7", "7", "7")] * 12).times == 1


@pytest.mark.parametrize("seed", range(20))
def test_honest_runs_are_not_accused(seed: int) -> None:
    """Short answers of a model that often says the same, at n = 2 and at n = 8."""
    rng = np.random.default_rng(seed)
    for n in (2, 8):
        problems = [short(*rng.choice(list("abc"), size=n)) for _ in range(60)]
        assert stats.count_draws(problems).times == 1


def test_the_error_rests_on_the_draws() -> None:
    # shares 1/2 and 3/4 of 4 samples, worth 2 draws each: w = p(1−p)·2/1 = 0.5 and 0.375
    # V = (0.5/2 + 0.375/2 + 1/4)/4 = 0.171875; the score keeps all samples: 0.625
    found = stats.measure([2, 3], [4, 4], [2.0, 2.0])
    assert found.value == 0.625
    assert found.sampling_variance == pytest.approx(0.171875)
    assert found.samples == 2


def test_a_single_draw_takes_the_spread_of_such_problems() -> None:
    # problem 1: n = 1.2, p = 1: q = (1 + 2)/(1 + 4) = 0.6, w = 0.24; problem 2: n = 4, p = 1/2,
    # w = 1/3; n_h = 2/(1/1.2 + 1/4) = 1.84615: V = (0.24/1.2 + 1/12 + 0.293403)/4
    found = stats.measure([4, 2], [4, 4], [1.2, 4.0])
    assert found.sampling_variance == pytest.approx((0.2 + 1 / 12 + 1.84615**-2) / 4, rel=1e-5)


def test_one_draw_of_each_problem_is_a_bound() -> None:
    found = stats.measure([64, 0], [64, 64], [1.0, 1.0])
    assert found.is_bound
    assert found.unit_variance is None
