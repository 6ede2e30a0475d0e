"""Laboratories and tipping points, worked by hand."""

from __future__ import annotations

import pytest

from claimbench import statistics as stats


def test_four_laboratories_of_one_model() -> None:
    # 50, 52, 54, 56: mean 53, Σ = 9 + 1 + 1 + 9 = 20, s = √(20/3) = 2.58199
    # t(0.975, 3) = 3.18245: 3.18245·2.58199·√2 = 11.6205
    found = stats.laboratory_spread([50, 52, 54, 56], [])
    assert found is not None
    assert (found.df, found.pooled) == (3, False)
    assert found.sd == pytest.approx(2.58199, abs=1e-5)
    assert found.half_width == pytest.approx(11.6205, abs=1e-3)
    assert not found.unusual(-11.6)
    assert found.unusual(-11.7)


def test_fewer_are_pooled_over_three_models() -> None:
    # (50, 52), (70, 74), (30, 31): Σ = 2 + 8 + 0.5 = 10.5 on 3, s = √3.5 = 1.87083
    found = stats.laboratory_spread([50, 52], [[70, 74], [30, 31], [99]])
    assert found is not None
    assert (found.df, found.pooled) == (3, True)
    assert found.sd == pytest.approx(1.87083, abs=1e-5)


def test_too_few_laboratories_say_nothing() -> None:
    assert stats.laboratory_spread([50, 52, 54], [[70, 74]]) is None
    assert stats.laboratory_spread([], []) is None


@pytest.mark.parametrize(
    ("difference", "grades", "upwards"),
    [
        # margin 3, SE 1, so ±1.355 is reproduced and ±1.96 apart; 1920 samples
        # lower by 4: up to −1.96 are 2.04 points: 0.0204·1920 = 39.168
        (-0.04, 40, 40),
        # reproduced at −1: down to −1.355 are 0.355 points: 6.816; up to 1.355: 45.2
        (-0.01, 7, 46),
        # inconclusive at 1.6: down to 1.355, 4.704; up to 1.96, 6.912
        (0.016, 5, 7),
        # higher by 4: no right answer that was missed changes it
        (0.04, 40, None),
    ],
)
def test_tipping_point(difference: float, grades: int, upwards: int | None) -> None:
    found = stats.tipping_point(difference, 0.03, 0.01645, 0.0196, 1920)
    assert (found.grades, found.upwards) == (grades, upwards)


def test_a_margin_out_of_reach_leaves_two_boundaries() -> None:
    # z·SE above the margin: from 0 to the nearest of ±1.96: 0.0196·100 = 1.96
    found = stats.tipping_point(0.0, 0.01, 0.01645, 0.0196, 100)
    assert (found.grades, found.upwards) == (2, 2)


def test_miss_rate() -> None:
    # 40 more beside 960 right ones: 40/1000
    assert stats.miss_rate(40, 960) == pytest.approx(0.04)
