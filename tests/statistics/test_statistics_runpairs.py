"""Two runs on the same problems: worked by hand, and equal to scipy and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from claimbench import statistics as stats
from claimbench.statistics.comparison import Floats
from claimbench.statistics.runpairs import by_groups

TIGHT = 1e-12


def counts(
    rng: np.random.Generator, problems: int, samples: int
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    hard = rng.beta(0.8, 0.6, size=problems)
    first, second = (rng.binomial(samples, hard).astype(float) for _ in range(2))
    total = np.full(problems, float(samples))
    return (first, total), (second, total)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("samples", [2, 4, 64])
def test_several_samples_are_scipys_paired_t(seed: int, samples: int) -> None:
    from scipy.stats import ttest_rel

    first, second = counts(np.random.default_rng(seed), 60, samples)
    found = stats.compare_runs(first, second, margin=0.02)
    expected = ttest_rel(first[0] / samples, second[0] / samples)
    low, high = expected.confidence_interval(0.95)
    assert found.method == "t"
    assert found.such.p_difference == pytest.approx(expected.pvalue, abs=TIGHT)
    assert found.such.interval_95 == pytest.approx((low, high), abs=TIGHT)


@pytest.mark.parametrize("seed", range(5))
def test_one_sample_is_statsmodels_exact_mcnemar(seed: int) -> None:
    tables = pytest.importorskip("statsmodels.stats.contingency_tables")
    (x, ones), (y, _) = counts(np.random.default_rng(seed), 80, 1)
    both = [[((x == a) & (y == b)).sum() for b in (1, 0)] for a in (1, 0)]
    found = stats.compare_runs((x, ones), (y, ones))
    assert found.method == "bonett-price"
    assert found.such == found.these
    assert found.such.p_difference == pytest.approx(tables.mcnemar(both).pvalue, abs=TIGHT)


def test_bonett_and_price_by_hand() -> None:
    # N = 10, n10 = 3, n01 = 1: p10 = 4/12, p01 = 2/12, center 2/12 = 0.16667,
    # SE = √((6/12 − 4/144)/12) = √(0.472222/12) = 0.198372; d = (3 − 1)/10 = 0.2
    x = np.array([1, 1, 1, 0, 1, 1, 1, 0, 0, 0.0])
    y = np.array([0, 0, 0, 1, 1, 1, 1, 0, 0, 0.0])
    found = stats.compare_runs((x, np.ones(10)), (y, np.ones(10)), margin=0.5)
    assert found.difference == pytest.approx(0.2)
    assert (found.better, found.worse) == (3, 1)
    half = 1.959963985 * 0.198372
    assert found.such.interval_95 == pytest.approx((0.166667 - half, 0.166667 + half), abs=1e-5)
    # exact McNemar: 2·P(X ≤ 1 | 4, ½) = 2·(1 + 4)/16 = 0.625
    assert found.such.p_difference == pytest.approx(0.625)
    # non-inferior by 0.5: Φ(−(0.166667 + 0.5)/0.198372) = Φ(−3.3607) = 0.000389
    assert stats.p_not_worse(found.such, 0.5) == pytest.approx(0.000389, abs=1e-6)


def test_these_problems_take_the_errors_of_both_runs() -> None:
    # n = 4, shares 2/4 and 4/4 against 1/4 and 3/4 (twelve problems of each kind):
    # w = p(1−p)·4/3: first Σw = 12·(1/3) = 4, second Σw = 24·(1/4) = 6
    # V = (Σw + 1/4)/24²/4: (4.25 + 6.25)/2304 = 0.0045573, SE 0.067508
    first, second = np.tile([2.0, 4.0], 12), np.tile([1.0, 3.0], 12)
    second[0] = 2.0  # One gap is 0, so that the paired t has an error.
    found = stats.compare_runs((first, np.full(24, 4.0)), (second, np.full(24, 4.0)))
    # the changed problem: w from 1/4 to 1/3, so 6.25 becomes 6.33333
    assert found.these.se == pytest.approx(np.sqrt((4.25 + 6.25 + 1 / 12) / 2304), abs=1e-9)
    assert found.difference == pytest.approx(23 * 0.25 / 24)


def test_few_problems_that_differ_widen_the_interval() -> None:
    # one of 30 problems differs, by 1/64: t would give ±0.00107 on 29 degrees of freedom
    full = np.full(30, 64.0)
    second = full.copy()
    second[0] = 63.0
    found = stats.compare_runs((full, full), (second, full))
    low, high = found.such.interval_95
    assert found.method == "bonett-price"
    # n10 = 1/64: p10 = (1 + 1/64)/32, p01 = 1/32: SE √((2 + 1/64)/32 − …)/√32 = 0.0443
    assert (high - low) / 2 == pytest.approx(1.96 * 0.0444, abs=0.001)
    assert found.such.p_difference == 1.0


def test_equal_runs_are_compared_too() -> None:
    same = (np.array([3.0, 0, 4, 2]), np.full(4, 4.0))
    found = stats.compare_runs(same, same, margin=0.02)
    assert found.difference == 0
    assert found.method == "bonett-price"
    assert found.such.p_difference == 1.0


def test_a_side_with_several_samples_beside_one_with_one() -> None:
    # x in {0, 1}, y = 2/4: n10 = 1·½ = 0.5, n01 = 0.5 for x = 0; no exact whole numbers
    x, y = np.tile([1.0, 0.0], 10), np.full(20, 2.0)
    found = stats.compare_runs((x, np.ones(20)), (y, np.full(20, 4.0)))
    # n10 = n01 = 5: p = min(1, 2·P(X ≤ 5 | 10, ½)) = 1
    assert (found.method, found.such.p_difference) == ("bonett-price", 1.0)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (([1.0], [1.0]), ([0.0], [1.0]), "at least two problems"),
        (([1.0, 1], [1.0, 1]), ([0.0], [1.0]), "the same for both"),
        (([1.0, 0], [1.0, 0]), ([0.0, 1], [1.0, 1]), "without a graded sample"),
    ],
)
def test_what_is_no_pair_is_refused(
    first: tuple[list[float], list[float]], second: tuple[list[float], list[float]], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        stats.compare_runs(first, second)


@pytest.mark.parametrize("df", [2, 4, 9, 29, 497])
def test_power_with_an_estimated_error_is_scipys_noncentral_t(df: int) -> None:
    needed = stats.detectable_difference(0.01, df=df)
    for effect in (0.0, 0.005, 0.02, needed):
        at = (scipy.stats.t.ppf(0.975, df), df, effect / 0.01)
        tails = scipy.stats.nct.sf(*at) + scipy.stats.nct.cdf(-at[0], at[1], at[2])
        assert stats.power_of_difference(effect, 0.01, df) == pytest.approx(tails, abs=1e-5)
    assert stats.power_of_difference(needed, 0.01, df) == pytest.approx(0.8, abs=1e-9)
    assert stats.power_of_difference(1.0, 0.01, df) <= 1 + 1e-12


def test_power_far_away_and_with_no_effect() -> None:
    """Never below the level of the test, which a normal approximation with t's quantile was."""
    assert stats.power_of_difference(0.0, 1.0, 3) == pytest.approx(0.05, abs=1e-6)
    assert stats.power_of_difference(1e6, 1.0, 3) == pytest.approx(1.0)


def grouped(rng: np.random.Generator, groups: int, size: int) -> tuple[Floats, list[str]]:
    """d_i of problems whose groups lean one way or the other together."""
    shared = np.repeat(rng.normal(0, 0.3, groups), size)
    names = [f"passage {i}" for i in range(groups) for _ in range(size)]
    return np.clip(shared + rng.normal(0, 0.2, groups * size), -1, 1), names


def test_the_error_of_groups_is_statsmodels() -> None:
    from statsmodels.regression.linear_model import OLS

    gaps, names = grouped(np.random.default_rng(1), 12, 5)
    found = by_groups(gaps, names)
    assert found is not None
    places = np.unique(names, return_inverse=True)[1]
    fit = OLS(gaps, np.ones(60)).fit(cov_type="cluster", cov_kwds={"groups": places})
    assert found.se == pytest.approx(float(fit.bse[0]), rel=1e-12)
    assert found.df == 11


def test_groups_widen_the_interval_to_its_coverage() -> None:
    rng, full = np.random.default_rng(2), np.full(120, 4.0)
    covered = np.zeros(2)
    for _ in range(300):
        gaps, names = grouped(rng, 24, 5)
        sides = (2 + 2 * gaps, full), (np.full(120, 2.0), full)
        for i, groups in enumerate(([], names)):
            low, high = stats.compare_runs(*sides, groups=groups).such.interval_95
            covered[i] += low <= 0 <= high
    alone, in_groups = covered / 300
    assert alone < 0.8
    assert in_groups > 0.91


def test_groups_of_one_problem_and_one_group_change_nothing() -> None:
    first, second = counts(np.random.default_rng(3), 40, 4)
    plain = stats.compare_runs(first, second)
    each = stats.compare_runs(first, second, groups=[str(i) for i in range(40)])
    assert plain == each and plain.groups is None
    assert stats.compare_runs(first, second, groups=["all"] * 40).such == plain.such


def test_groups_never_show_what_mcnemar_does_not() -> None:
    x = np.repeat([1.0, 1, 1, 0, 1, 0], 4)
    y = np.repeat([0.0, 1, 0, 0, 1, 1], 4)
    names = [f"g{i}" for i in range(6) for _ in range(4)]
    one = np.ones(24)
    alone = stats.compare_runs((x, one), (y, one))
    found = stats.compare_runs((x, one), (y, one), groups=names)
    assert (alone.method, found.method, found.groups) == ("bonett-price", "groups", 6)
    assert found.such.p_difference >= alone.such.p_difference
