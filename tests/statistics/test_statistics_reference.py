"""The same tests in scipy and statsmodels: equal to 1e-9."""

from __future__ import annotations

import numpy as np
import pytest

from claimbench import statistics as stats

TIGHT = 1e-9
RNG_SEEDS = range(5)


@pytest.mark.parametrize("seed", RNG_SEEDS)
def test_holm_is_statsmodels_holm(seed: int) -> None:
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    p_values = np.random.default_rng(seed).beta(0.3, 2, size=12)
    assert stats.holm(p_values) == pytest.approx(
        multitest.multipletests(p_values, method="holm")[1], abs=TIGHT
    )


@pytest.mark.parametrize("seed", RNG_SEEDS)
def test_equivalence_is_statsmodels_paired_tost(seed: int) -> None:
    weightstats = pytest.importorskip("statsmodels.stats.weightstats")
    rng = np.random.default_rng(seed)
    first, second = rng.random(30), rng.random(30)
    expected = weightstats.ttost_paired(first, second, -0.1, 0.1)[0]
    assert stats.paired(first, second, margin=0.1).p_equivalence == pytest.approx(
        expected, abs=TIGHT
    )


@pytest.mark.parametrize("seed", RNG_SEEDS)
def test_normal_equivalence_is_statsmodels_ztost(seed: int) -> None:
    weightstats = pytest.importorskip("statsmodels.stats.weightstats")
    rng = np.random.default_rng(seed)
    first, second = rng.random(40), rng.random(60)
    expected = weightstats.ztost(first, -0.2, 0.2, second, usevar="unequal")[0]
    se = np.sqrt(first.var(ddof=1) / 40 + second.var(ddof=1) / 60)
    p_value = stats.p_equivalence(first.mean() - second.mean(), se, 0.2)
    assert p_value == pytest.approx(expected, abs=TIGHT)


@pytest.mark.parametrize("seed", RNG_SEEDS)
def test_paired_is_scipy_ttest_rel(seed: int) -> None:
    from scipy.stats import ttest_rel

    rng = np.random.default_rng(seed)
    first, second = rng.random(30), rng.random(30) + 0.2
    expected = ttest_rel(first, second)
    found = stats.paired(first, second)
    assert found.p_difference == pytest.approx(expected.pvalue, abs=TIGHT)
    bounds = expected.confidence_interval(0.95)
    assert found.interval_95 == pytest.approx((bounds.low, bounds.high), abs=TIGHT)


@pytest.mark.parametrize("seed", RNG_SEEDS)
def test_welch_is_scipy_ttest_ind(seed: int) -> None:
    from scipy.stats import ttest_ind

    rng = np.random.default_rng(seed)
    first, second = rng.normal(0, 1, 10), rng.normal(0.5, 3, 4)
    variances = [first.var(ddof=1) / 10, second.var(ddof=1) / 4]
    expected = ttest_ind(first, second, equal_var=False)
    df = stats.combined_df(variances, [9, 3])
    found = stats.compare(float(first.mean() - second.mean()), sum(variances), df=df)
    assert df == pytest.approx(expected.df, abs=TIGHT)
    assert found.p_difference == pytest.approx(expected.pvalue, abs=TIGHT)


def test_seed_interval_is_scipy_t_interval() -> None:
    from scipy.stats import t

    runs = np.random.default_rng(1).normal(0.5, 0.06, 10)
    variance = stats.seed_variance(float(runs.std(ddof=1)), 10)
    found = stats.compare(float(runs.mean()), variance, df=9)
    expected = t.interval(0.95, 9, loc=runs.mean(), scale=runs.std(ddof=1) / np.sqrt(10))
    assert found.interval_95 == pytest.approx(expected, abs=TIGHT)


@pytest.mark.parametrize("seed", RNG_SEEDS)
def test_problem_error_is_scipy_sem(seed: int) -> None:
    from scipy.stats import sem

    shares = np.random.default_rng(seed).random(30)
    assert np.sqrt(stats.problem_variance(shares)) == pytest.approx(sem(shares), abs=TIGHT)


def test_power_is_statsmodels_normal_power() -> None:
    power = pytest.importorskip("statsmodels.stats.power")
    for effect in (0.5, 1.0, 2.0, 2.8, 4.0):
        expected = power.NormalIndPower(ddof=0).power(effect, 1, 0.05, ratio=0)
        assert stats.power_of_difference(effect, 1.0) == pytest.approx(expected, abs=TIGHT)


def test_pass_at_k_is_the_hypergeometric_survival() -> None:
    from scipy.stats import hypergeom

    for n, c, k in [(64, 3, 8), (200, 17, 100), (16, 0, 4), (16, 16, 16)]:
        assert stats.pass_at_k([c], n, k)[0] == pytest.approx(hypergeom.sf(0, n, c, k), abs=TIGHT)


def test_bound_is_statsmodels_agresti_coull_centre() -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    # at z = 2 the Agresti-Coull interval adds exactly two right and two wrong samples; its centre
    # is our q and its half width 2·√(q(1−q)/(total + 4))
    from scipy.special import ndtr

    low, high = proportion.proportion_confint(
        500, 1920, alpha=2 * (1 - ndtr(2.0)), method="agresti_coull"
    )
    centre = (low + high) / 2
    expected = centre * (1 - centre) / 1920
    assert stats.bound_variance(500 / 1920, 30, 64) == pytest.approx(expected, abs=TIGHT)


@pytest.mark.parametrize("right", [1, 13, 29])
def test_score_interval_is_statsmodels_wilson(right: int) -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    low, high = proportion.proportion_confint(right, 30, method="wilson")
    found = stats.score_interval(right / 30, lambda p: max(p * (1 - p), 0.0) / 30, 0.95)
    assert found == pytest.approx((low, high), abs=TIGHT)
