"""A short form of scripts/bench_calibration: few cells, seeded, and a broken method is caught."""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import growing_runs
import numpy as np
import pytest
import rule_cells
from simulation import exact_bounds, shown_above

from claimbench.records import Draws

SCRIPT = Path(__file__).parents[2] / "scripts" / "bench_calibration"
REPETITIONS = 2000


@pytest.fixture(scope="module")
def calibration() -> ModuleType:
    loader = SourceFileLoader("bench_calibration", str(SCRIPT))
    spec = spec_from_loader("bench_calibration", loader)
    assert spec is not None
    module = module_from_spec(spec)
    sys.modules["bench_calibration"] = module
    loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("count", "kind", "samples", "m"),
    [
        (30, "0.07", (4, 64), 64),
        (30, "0.01", (1, 16), 16),
        (198, "0.01", (64,), 1),
        (198, "ceiling 97 %", (1, 16), 16),
        (279, "0.12", (8,), 8),
    ],
)
def test_error_rates(
    calibration: ModuleType, count: int, kind: str, samples: tuple[int, ...], m: int
) -> None:
    rng = np.random.default_rng(42)
    p = calibration.problem_set(count, *calibration.SETS[kind])
    ours = [calibration.draw_ours(p, n, REPETITIONS, rng) for n in samples]
    table = list(calibration.cells_of(p, kind, m, ours, rng))
    missed = calibration.misses(table, REPETITIONS)
    assert (missed.rates, missed.narrow, missed.wide) == ([], [], [])


@pytest.mark.parametrize("shrink", [0.5, 2.0])
def test_wrong_variances_are_caught(calibration: ModuleType, shrink: float) -> None:
    rng = np.random.default_rng(42)
    p = calibration.problem_set(279, *calibration.SETS["0.12"])
    run = calibration.draw_ours(p, 16, REPETITIONS, rng)
    wrong = replace(run, unit=run.unit * shrink)
    missed = calibration.misses(
        list(calibration.cells_of(p, "0.12", 16, [wrong], rng)), REPETITIONS
    )
    assert bool(missed.rates and missed.narrow) == (shrink < 1)
    assert bool(missed.wide) == (shrink > 1)


def test_problem_sets_have_the_mean_and_spread_they_are_named_for(calibration: ModuleType) -> None:
    for count in (30, 500):
        for mean, spread in calibration.SETS.values():
            p = calibration.problem_set(count, mean, spread)
            assert p.mean() == pytest.approx(mean, abs=1e-9)
            assert (p * (1 - p)).mean() == pytest.approx(spread, abs=1e-9)


def test_published_totals_are_drawn_from_their_distribution(calibration: ModuleType) -> None:
    # two problems of 0.5 and 1.0, m = 1: scores 0.5 and 1.0, half each
    scores = calibration.draw_scores(np.array([0.5, 1.0]), 1, 4000, np.random.default_rng(1))
    assert set(scores) == {0.5, 1.0}
    assert (scores == 1).mean() == pytest.approx(0.5, abs=0.03)


# --- what goes beyond the grid ------------------------------------------------------------------


def test_copies_are_judged_by_their_draws_and_what_ignores_them_is_caught() -> None:
    rng, runs = np.random.default_rng(1), 150
    p = rule_cells.problems(30)

    def different(draws: Draws | None) -> bool:
        ours = rule_cells.measured(4 * rng.binomial(4, p), 16, draws=draws)
        theirs = rule_cells.published(rng.binomial(64, p), 64, 30)
        return rule_cells.apart(rule_cells.verdict(theirs, ours))

    known, ignored = (
        rule_cells.Rate("copies", "", 30, "16", rule_cells.counted(once, runs), runs)
        for once in (lambda: different(Draws(120, (4.0,) * 30, times=4)), lambda: different(None))
    )
    assert rule_cells.missing([known, ignored]) == [ignored]


def test_a_rate_beyond_its_bar_is_named_and_a_limit_never() -> None:
    rates = [
        rule_cells.Rate("high", "", 30, "", 90, 1000),
        rule_cells.Rate("as it should be", "", 30, "", 55, 1000),
        rule_cells.Rate("low", "", 30, "", 600, 1000, "at least", 0.75),
        rule_cells.Rate("a limit", "", 30, "", 900, 1000, "no rule"),
    ]
    assert [rate.what for rate in rule_cells.missing(rates)] == ["high", "low"]
    # Clopper and Pearson: 0 of 10 is at most 1 − 0.025^(1/10).
    assert exact_bounds(0, 10) == pytest.approx((0, 1 - 0.025**0.1))
    assert rates[0].row[-4:] == ("9.00", "7.30 to 10.95", "1,000", "at most 5.5")


def test_looks_err_as_often_as_they_may_and_naive_ones_more_often() -> None:
    p = rule_cells.problems(198)
    design = growing_runs.Design(p, p, 64, 0.005, (4, 16, 64))
    rng = np.random.default_rng(1)
    found = growing_runs.simulate(design, 2000, rng).rates(growing_runs.APART)
    declared, later, fixed, naive = found
    assert not shown_above([declared, later, fixed], 0.057, 2000).any()
    assert shown_above([naive], 0.057, 2000).all()
