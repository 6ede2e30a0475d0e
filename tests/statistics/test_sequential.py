"""Looks at a growing run: boundaries, p-values, and the errors that they hold."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from claimbench import statistics as stats


@pytest.mark.parametrize(
    ("level", "expected"), [(0.025, (4.333, 2.963, 1.969)), (0.05, (3.750, 2.540, 1.662))]
)
def test_boundaries_at_a_quarter_a_half_and_all(level: float, expected: tuple[float, ...]) -> None:
    assert stats.boundaries([0.25, 0.5, 1], level) == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize("times", [[0.5, 1.0], [0.1, 0.9, 1.0], [0.3, 0.4, 0.5, 0.95]])
@pytest.mark.parametrize("level", [0.05, 0.025, 0.001])
def test_what_is_spent_is_the_chance_to_cross(times: list[float], level: float) -> None:
    """Against scipy's integral of the multivariate normal distribution of the z."""
    found = stats.boundaries(times, level)
    root = np.sqrt(np.minimum.outer(times, times) / np.maximum.outer(times, times))
    inside = multivariate_normal.cdf(
        found, mean=np.zeros(len(times)), cov=root, abseps=1e-7, releps=1e-7, rng=1
    )
    assert 1 - inside == pytest.approx(stats.spent(times, level)[-1], abs=2e-6)


def test_a_first_look_that_is_the_last_is_the_plain_test() -> None:
    for p_value in (0.3, 0.01, 1e-12):
        assert stats.sequential_p(p_value, [1.0]) == pytest.approx(p_value, rel=1e-6)


@pytest.mark.parametrize("times", [[0.5], [0.25, 0.5], [0.25, 0.5, 1.0]])
@pytest.mark.parametrize("level", [0.05, 0.025, 0.004])
def test_the_p_of_a_boundary_is_its_level(times: list[float], level: float) -> None:
    alone = float(norm.sf(stats.boundaries(times, level)[-1]))
    assert stats.sequential_p(alone, times) == pytest.approx(level, rel=1e-5)


def test_looks_never_make_a_p_smaller() -> None:
    values = [stats.sequential_p(p, [0.25, 0.5, 1.0]) for p in (0.0, 1e-9, 0.001, 0.02, 0.5, 1.0)]
    assert values == sorted(values)
    assert all(found >= p for found, p in zip(values, (0, 1e-9, 0.001, 0.02, 0.5), strict=False))
    assert values[-1] == 1.0


def test_looks_that_were_not_declared_share_half_a_percent() -> None:
    assert stats.later_p(0.04, 0) == 0.04
    assert [round(float(norm.isf(stats.later_level(k) / 2)), 2) for k in (1, 2)] == [3.02, 3.23]
    for k in (1, 2, 5):
        assert stats.later_p(stats.later_level(k), k) == pytest.approx(0.05)
    assert stats.later_p(0.9, 3) == 1.0
    assert sum(stats.later_level(k) for k in range(1, 40)) <= 0.005


@pytest.mark.parametrize("times", [[], [0.0, 1.0], [0.5, 0.5], [0.5, 0.25]])
def test_times_that_do_not_increase_are_refused(times: list[float]) -> None:
    with pytest.raises(ValueError, match="increase"):
        stats.boundaries(times, 0.05)


@pytest.mark.parametrize("effect", [0.0, 0.02, 0.05])
def test_samples_that_looks_leave_against_the_normal_distribution(effect: float) -> None:
    """Two looks: a run ends at the first where |d| is beyond z·√V or within δ − z′·√V."""
    design, margin = stats.Design(198, 0.12, 5e-6), 0.02
    first, last = design.variance(10), design.variance(20)
    error = np.sqrt(first)
    apart, equal = (stats.boundaries([last / first, 1.0], level)[0] for level in (0.025, 0.05))
    far, near = apart * error, max(0.0, margin - equal * error)
    inside = norm.cdf([-far, -near, near, far], effect, error)
    stopped = inside[0] + (1 - inside[3]) + inside[2] - inside[1]
    found = stats.mean_samples(design, margin, (10, 20), np.random.default_rng(1), effect=effect)
    assert found == pytest.approx(10 * stopped + 20 * (1 - stopped), abs=0.15)


def test_looks_end_a_run_whose_published_error_dominates() -> None:
    design = stats.Design(198, 0.12, 1e-3)
    assert stats.mean_samples(design, 0.02, (32, 64), np.random.default_rng(1)) == 32
