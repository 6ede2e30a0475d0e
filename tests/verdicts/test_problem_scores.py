"""Third parties' scores problem by problem: read strictly, compared paired, as an independent
calculation says (METHODS §5.11)."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from claimbench.claims.catalogue import load_catalogue
from claimbench.claims.problem_scores import with_problems
from claimbench.claims.published import load_figures, load_published
from claimbench.claims.sources import can_be_looked_up
from claimbench.config.paths import seeds_dir
from claimbench.errors import ConfigError
from claimbench.records import PublishedResult, Source
from claimbench.verdicts.cases import Pair
from claimbench.verdicts.claims import compare_scores
from claimbench.verdicts.paired_scores import paired_scores


def figure(table: str, subject: str) -> PublishedResult:
    (found,) = [r for r in load_published() if r.table == table and r.subject == subject]
    return found


LCB, MATHARENA = "livecodebench/generation", "matharena/aime25-i"
SIDES = ("model", "reference")


@pytest.mark.parametrize(
    ("table", "first", "second", "difference", "interval"),
    [
        (LCB, "deepseek-v3", "claude-3.5-sonnet-1022", -5.8, (-10.4, -1.1)),
        (LCB, "o1-1217-high", "o1-1217-medium", 6.8, (3.0, 10.7)),
        (MATHARENA, "deepseek-r1", "o1-1217-medium", -13.3, (-30.6, 3.9)),
    ],
)
def test_paired_results_equal_an_independent_calculation(
    table: str, first: str, second: str, difference: float, interval: tuple[float, float]
) -> None:
    found = compare_scores(Pair("b", figure(table, first), figure(table, second)), "ability")
    assert round(found.difference, 1) == difference
    assert tuple(round(end, 1) for end in found.interval_95) == interval


def shares(result: PublishedResult) -> Any:
    return 100 * np.array(result.right) / np.array(result.counted)


def test_the_committed_table_of_pairs_equals_a_calculation_of_its_own() -> None:
    """Every row of results/evidence/paired.csv, from the problems' scores, with scipy's t-test."""
    path = Path(__file__).resolve().parents[2] / "results" / "evidence" / "paired.csv"
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert len(rows) == len({(r["measured by"], r["model"], r["reference"]) for r in rows}) >= 20
    for row in rows:
        gaps = np.subtract(*(shares(figure(row["measured by"], row[m])) for m in SIDES))
        ends = stats.ttest_1samp(gaps, 0).confidence_interval(0.95)
        low, high = row["95 % interval"].strip("[]").replace("−", "-").split(", ")
        assert float(row["difference"].replace("−", "-")) == pytest.approx(gaps.mean(), abs=0.051)
        assert (float(low), float(high)) == pytest.approx((ends.low, ends.high), abs=0.051)
        assert float(row["problem SE"]) == pytest.approx(stats.sem(gaps), abs=0.051)
        assert int(row["problems N"]) == len(gaps)


def test_the_pairs_of_the_articles_are_in_the_table() -> None:
    found = {
        (one.subject.table, one.subject.subject, one.reference.subject): one
        for one in paired_scores(load_published())
    }
    v3 = found[LCB, "deepseek-v3", "claude-3.5-sonnet-1022"]
    assert [round(end, 1) for end in v3.such.interval_95] == [-10.4, -1.1]
    high = found[LCB, "o1-1217-high", "o1-1217-medium"]
    assert [round(end, 1) for end in high.such.interval_95] == [3.0, 10.7]
    r1 = found[MATHARENA, "deepseek-r1", "o1-1217-medium"]
    assert r1.here is not None
    assert (round(r1.such.se, 1), round(r1.here.se, 1), r1.problems) == (8.0, 5.4, 15)


def test_both_errors_of_matharenas_figures_by_hand() -> None:
    """15 problems, 4 runs: W = (Σ p(1−p)·4/3 + 1/4)/15² of each side, SE = √((W₁ + W₂)/4)."""
    r1, o1 = figure(MATHARENA, "deepseek-r1"), figure(MATHARENA, "o1-1217-medium")
    shares = [np.array(side.right) / 4 for side in (r1, o1)]
    units = [(np.sum(p * (1 - p) * 4 / 3) + 1 / 4) / 15**2 for p in shares]
    by_hand = 100 * np.sqrt(sum(units) / 4)
    pair = Pair("aime25_i", r1, o1)
    assert compare_scores(pair, "test").se == pytest.approx(by_hand)
    assert round(by_hand, 1) == 5.4
    without = 100 * np.sqrt(sum(unit - 1 / 4 / 15**2 for unit in units) / 4)
    assert round(without, 1) == 4.9
    gaps = shares[0] - shares[1]
    paired = 100 * gaps.std(ddof=1) / np.sqrt(15)
    assert compare_scores(pair, "ability").se == pytest.approx(paired)
    assert round(paired, 1) == 8.0


def test_a_table_without_problems_is_compared_by_its_bounds() -> None:
    """Aider: 56.9 and 61.7 of 225 cases, one run each."""
    r1, o1 = figure("aider/polyglot", "deepseek-r1"), figure("aider/polyglot", "o1-1217-high")
    assert not r1.counted
    se = 100 * np.sqrt((0.569 * 0.431 + 0.617 * 0.383) / 225)
    assert compare_scores(Pair("aider_polyglot", r1, o1)).se == pytest.approx(se, rel=1e-3)


def test_every_figure_names_where_it_can_be_looked_up() -> None:
    """No claim is decided by a figure without its place in the source: a line at a commit, or an
    address on a day; the day of an arXiv version, a section of a page, stand for lines there."""
    for name, one in load_figures().items():
        assert can_be_looked_up(one.source), name
    for result in load_published():
        place = result.source
        assert place.line and (
            place.commit or place.url or result.table.startswith("claimbench")
        ), result.id


def test_settings_of_a_model_are_references_of_their_own() -> None:
    known = load_catalogue().models
    settings = [name for name, model in known.items() if model.setting_of == "o1-1217"]
    assert settings == ["o1-1217-low", "o1-1217-medium", "o1-1217-high"]
    scores = [figure(LCB, name).value for name in settings]
    assert scores == [59.5, 64.2, 71.0]
    # DeepSeek quotes 63.4 for o1: 177 of 279, nearest to medium effort.
    assert min(settings, key=lambda name: abs(figure(LCB, name).value - 63.4)) == "o1-1217-medium"


HEAD = "model,problem,samples,right\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("model,problem,right\n", ":1: the columns must be model, problem, samples, right"),
        (HEAD + "toy,a,4,5\n", ":2: 5 of 4 samples cannot be right"),
        (HEAD + "toy,a,0,0\n", ":2: 0 of 0 samples cannot be right"),
        (HEAD + "toy,a,4\n", ":2: must hold a model, a problem and two counts"),
        (HEAD + "toy,a,4,x\n", ":2: must hold a model, a problem and two counts"),
        (HEAD + "toy,a,4,1\ntoy,a,4,1\n", ":3: toy has problem a twice"),
        (HEAD + "other,a,4,1\n", "there is no row of model toy"),
        (HEAD + "toy,a,4,1\ntoy,b,4,2\n", "the problems of toy come to 37.5000"),
    ],
)
def test_bad_scores_are_refused_by_file_and_line(content: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(content)
    result = PublishedResult(
        id="i", table="t/t", subject="toy", benchmark="b", metric="pass@1", value=25.0, tier="C",
        source=Source("f"),
    )  # fmt: skip
    with pytest.raises(ConfigError) as refused:
        with_problems(result, path)
    assert words in str(refused.value) and str(path) in str(refused.value)


def test_committed_scores_hold_no_text() -> None:
    for path in sorted(seeds_dir().glob("published/*.csv")):
        lines = path.read_text().splitlines()
        assert lines[0] == HEAD.strip()
        assert all(len(cell) < 40 for line in lines for cell in line.split(","))
