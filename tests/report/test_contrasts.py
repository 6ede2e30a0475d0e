"""Scores on like contests from before and after a checkpoint: by hand, and in the report."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from pipeline_toys import Toy
from scipy import stats

from claimbench.records import Exposure, Measurement
from claimbench.report.contrast_table import contrast_tables
from claimbench.report.document import Document, RunView
from claimbench.report.messages import languages, words
from claimbench.report.tables import to_markdown
from claimbench.verdicts.contrasts import contrasts


def measured(
    shares: list[float], benchmark: str, public: Exposure, model: str = "m", received: int = 4
) -> Measurement:
    values = np.array(shares)
    n = len(shares)
    return Measurement(
        model=model, benchmark=benchmark, asked=4, received=received, graded=4, problems=n,
        samples_per_problem=4, pass_at_1=float(values.mean()), sampling_se=0.01,
        problem_se=float(values.std(ddof=1) / np.sqrt(n)), truncated_share=0.0,
        no_answer_share=0.0, grader_error_share=0.0, tokens_mean=1.0, tokens_p95=1.0,
        greedy=False, protocol={}, public=public, contrast="contests",
    )  # fmt: skip


RNG = np.random.default_rng(3)
BEFORE = list(RNG.random(30))
AFTER = list(RNG.random(24) * 0.8)


def test_the_interval_is_welchs() -> None:
    sides = [measured(BEFORE, "old", "all"), measured(AFTER, "new", "none")]
    (found,) = contrasts(sides)
    expected = stats.ttest_ind(AFTER, BEFORE, equal_var=False).confidence_interval(0.95)
    assert found.difference == pytest.approx(np.mean(AFTER) - np.mean(BEFORE))
    assert found.interval_95 == pytest.approx((expected.low, expected.high))


def test_only_whole_cells_of_one_model_with_both_sides_are_held_against_each_other() -> None:
    old, new = measured(BEFORE, "old", "all"), measured(AFTER, "new", "none")
    assert list(contrasts([old, measured(AFTER, "new", "in part")])) == []
    assert list(contrasts([old, measured(AFTER, "new", "unknown")])) == []
    assert list(contrasts([old, measured(AFTER, "new", "none", model="other")])) == []
    assert list(contrasts([old, measured(AFTER, "new", "none", received=3)])) == []
    assert len(list(contrasts([old, new, measured(AFTER, "newer", "none")]))) == 2


def test_the_table_has_words_in_every_language() -> None:
    sides = (measured(BEFORE, "old", "all"), measured(AFTER, "new", "none"))
    run = RunView("run", "title", sides, (), (), (), (), partial=False)
    (table,) = contrast_tables(Document("title", (run,), ()))
    assert table.rows[0][:2] == ("m", "old")
    for language in languages():
        assert "| old |" in to_markdown(table, words(language))


DATED = """\
public: {first: 2024-01-31, last: 2024-02-07, source: a test}
contrast: contests
"""


def test_a_run_says_what_was_public_and_draws_the_contrast(
    toy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = toy / "configs" / "benchmarks"
    text = (folder / "sums.yaml").read_text()
    (folder / "sums.yaml").write_text(text + DATED)
    (folder / "later.yaml").write_text(text + DATED.replace("2024", "2025"))
    model = toy / "configs" / "models" / "toy.yaml"
    model.write_text(model.read_text() + "released: {date: 2024-12-01, source: a test}\n")
    run = toy / "configs" / "runs" / "try.yaml"
    run.write_text(run.read_text().replace("[sums]", "[sums, later]"))
    journey = Toy(toy, monkeypatch)
    journey.run()
    stored = json.loads((journey.out / "measurements.json").read_text())
    assert {m["benchmark"]: m["public"] for m in stored} == {"sums": "all", "later": "none"}
    page = (journey.out / "report.md").read_text()
    assert "## Problems from before and after the checkpoint" in page
    assert "| toy | sums |" in page
    rows = (journey.out / "tables" / "contrasts.csv").read_text().splitlines()
    assert rows[0] == "model,before,score before,after,score after,difference,95 % interval"
    assert rows[1].startswith("toy,sums,")
    html = (journey.out / "report.html").read_text()
    assert 'id="contrasts"' in html and 'aria-labelledby="contrast-0-title' in html
    assert "toy: later less sums" in html and "점수에서 sums 점수를 뺀" in html
