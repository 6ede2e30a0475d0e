"""Third parties' figures against the vendor's, the spread between laboratories, and the committed
tables."""

from __future__ import annotations

import csv
import io
import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

from claimbench.claims.articles import load_articles
from claimbench.claims.published import load_published
from claimbench.report.article_files import evidence_files, write_evidence
from claimbench.report.messages import english
from claimbench.verdicts.articles.claims import load_evidence
from claimbench.verdicts.remeasured import PublishedEvidence, Remeasured, judge_published_evidence
from claimbench.verdicts.spread import Heterogeneity, heterogeneity, pooled, seed_shares, together

COMMITTED = ROOT / "results" / "evidence"


@pytest.fixture(scope="module")
def found() -> PublishedEvidence:
    return judge_published_evidence(load_published())


@pytest.fixture(scope="module")
def files() -> Mapping[str, str]:
    return evidence_files(load_evidence())


def row(found: PublishedEvidence, model: str, benchmark: str, table: str) -> Remeasured:
    (one,) = (
        r for r in found.rows
        if (r.published.subject, r.published.benchmark, r.published.metric) ==
        (model, benchmark, "pass@1") and r.measured.table.startswith(table)
    )  # fmt: skip
    return one


def test_the_worked_example(found: PublishedEvidence) -> None:
    """METHODS §3.3: V = (.508·.492 + .555·.445)/(30·64) + 2·.0005²/3, SE 1.61 points; −4.7 ± 1.96
    SE is −7.9 to −1.5. By §5.6 six tenths of it, SE 1.247: −7.1 to −2.3, and 4.7 + 1.645 SE =
    6.75, so a margin above 6.8. Holm over open-r1's four figures of this model: p = 2Φ(−4.7/1.247)
    = 0.00016, times 4."""
    v = row(found, "r1-distill-qwen-7b", "aime24", "open-r1").verdict
    assert v.verdict == "lower"
    assert english(v.sentence) == (
        "50.8 measured by open-r1/reproduction against 55.5: lower by 2.3 to 7.1 points at 95%; "
        "would count as reproduced only with a margin above 6.8"
    )
    assert v.tier == "C"
    assert v.p_difference_adjusted == pytest.approx(4 * v.p_difference, rel=1e-9)
    assert v.p_difference == pytest.approx(0.00016, abs=0.00001)
    assert v.learned is not None and v.learned.verdict == "lower"
    assert v.learned.se == pytest.approx(1.61, abs=0.005)
    assert v.learned.interval_95 == pytest.approx((-7.9, -1.5), abs=0.06)


def test_every_distill_and_benchmark_that_was_remeasured_is_there(found: PublishedEvidence) -> None:
    """open-r1 has 6 models × 4 benchmarks; Sober Reasoning 4 × 2 that DeepSeek reports too;
    NeMo-Skills 5 × 1 by pass@1 and 4 votes; phi-4 3 × 3; evalchemy 1 × 2; verl R1 × 4 and
    1.5B × 3; Aider and LiveCodeBench three models that DeepSeek ran itself."""
    count = Counter(r.measured.table.partition("/")[0] for r in found.rows)
    assert count == {
        "open-r1": 24, "sober-reasoning": 8, "nemo-skills": 9, "phi-4-mini-flash": 9,
        "evalchemy": 2, "verl": 7, "aider": 3, "livecodebench": 3,
    }  # fmt: skip
    # DeepSeek's 50.4 for Llama-8B, never the 41.7 of open-r1's column "DeepSeek Reported"
    assert row(found, "r1-distill-llama-8b", "aime24", "open-r1").verdict.published == 50.4
    assert {r.published.table for r in found.rows} == {
        "deepseek-r1/distills", "deepseek-r1/comparison", "deepseek-v3/chat",
    }  # fmt: skip


def test_another_window_is_not_compared_and_no_part_of_a_spread(found: PublishedEvidence) -> None:
    one = row(found, "r1-distill-qwen-7b", "livecodebench", "evalchemy")
    assert one.verdict.verdict == "not comparable"
    assert not [s for s in found.spreads if s.benchmark == "livecodebench"]


def test_a_second_figure_is_told_and_not_judged(found: PublishedEvidence) -> None:
    one = row(found, "r1-distill-qwen-7b", "aime24", "open-r1")
    assert [r.value for r in one.also] == [51.3]
    assert not any("#" in r.measured.id for r in found.rows)


def test_votes_are_inconclusive_with_the_reason(found: PublishedEvidence) -> None:
    votes = [r.verdict for r in found.rows if r.published.metric == "cons@64"]
    assert len(votes) == 4
    assert {v.verdict for v in votes} == {"inconclusive"}
    assert all("one vote of 64" in english(v.sentence) for v in votes)


def test_what_nobody_remeasured_is_named(found: PublishedEvidence) -> None:
    names = {r.id for r in found.alone}
    assert "deepseek-r1/distills:r1-distill-qwen-7b:codeforces:rating" in names
    assert "deepseek-r1/distills:r1-distill-qwen-7b:aime24:pass@1" not in names


# --- the spread between laboratories --------------------------------------------------------


def test_spread_by_hand(found: PublishedEvidence) -> None:
    """Qwen-7B on AIME 2024: 54.4, 50.8, 53.7, 52.3; mean 52.8; deviations 1.6, −2, .9, −.5, their
    squares 2.56 + 4 + .81 + .25 = 7.62, over 3 is 2.54, its root 1.59. At most: variances
    p(1−p)/(30n)·10⁴ of 1.29, 1.30, 1.29 (n = 64) and 8.32 (n = 10), mean 3.05, root 1.75."""
    (one,) = (
        s for s in found.spreads if (s.subject, s.benchmark) == ("r1-distill-qwen-7b", "aime24")
    )
    assert one.sd == pytest.approx(1.594, abs=0.001)
    assert one.at_most.expected_sd == pytest.approx(1.75, abs=0.01)
    assert one.vendor == 55.5
    assert len(one.values) == 4


def test_seeds_show_a_third_of_the_bound_on_aime24() -> None:
    """Σs² = 4.8² + 6.3² + 5.8² + 1.9² = 23.04 + 39.69 + 33.64 + 3.61 = 99.98 points²; the bounds
    p(1−p)/30·10⁴ are 68.2, 83.2, 70.9, 73.7, together 296; 99.98/296 = 0.338; the bound of the
    project adds nothing else, so the share is that of equal weights (10 seeds each)."""
    share = seed_shares(load_published())["aime24"]
    bounds = [p * (1 - p) / 30 * 1e4 for p in (0.287, 0.523, 0.693, 0.67)]
    assert share.df == 36
    assert share.share == pytest.approx(99.98 / sum(bounds), rel=0.03)


def test_heterogeneity_by_hand() -> None:
    """Values 1, 3, 5 with variances 1, 1, 1: mean 3, Q = 4 + 0 + 4 = 8 on 2 degrees; χ²'s tail
    with 2 degrees is e^(−Q/2) = e^−4 = 0.0183. Estimated on 2 degrees, F(2, 2)'s tail at Q/2 = 4 is
    1/(1 + 4) = 0.2."""
    known = heterogeneity([1, 3, 5], [1, 1, 1])
    assert (known.q, known.df) == (pytest.approx(8), 2)
    assert known.p == pytest.approx(math.exp(-4))
    assert heterogeneity([1, 3, 5], [1, 1, 1], error_df=2).p == pytest.approx(0.2)
    # Unequal: weights 1 and 1/4, mean (0 + 10/4)/1.25 = 2; Q = 4 + 64/4 = 20.
    assert heterogeneity([0, 10], [1, 4]).q == pytest.approx(20)


def test_heterogeneity_of_equal_laboratories_is_rare(rng_seed: int = 5) -> None:
    """2,000 sets of 4 laboratories that differ by chance alone: p ≤ 5 % in 5 % of them, also where
    the errors were estimated on 8 degrees of freedom."""
    rng = np.random.default_rng(rng_seed)
    variances = np.array([1.0, 2.0, 1.5, 4.0])
    drawn = rng.normal(50, np.sqrt(variances), (2000, 4))
    factor = rng.chisquare(8, 2000) / 8
    known = np.mean([heterogeneity(x, variances).p <= 0.05 for x in drawn])
    guessed = np.mean(
        [heterogeneity(x, f * variances, 8).p <= 0.05 for x, f in zip(drawn, factor, strict=True)]
    )
    assert known == pytest.approx(0.05, abs=0.02)
    assert guessed == pytest.approx(0.05, abs=0.02)


def test_pooling_refuses_errors_of_different_origin() -> None:
    one, other = Heterogeneity(1, 1, 0.3, 1.0, 8), Heterogeneity(2, 1, 0.2, 1.0, 36)
    assert pooled([one, one]).q == 2
    with pytest.raises(ValueError, match="share one estimate"):
        pooled([one, other])


def test_laboratories_differ_by_more_than_chance_on_aime24(found: PublishedEvidence) -> None:
    together_on = together(found.spreads)
    assert together_on["aime24"].p < 0.001
    assert together_on["all"].p > 0.05  # against errors that are surely too large


# --- files ----------------------------------------------------------------------------------


def test_committed_files_are_what_the_command_writes_now(tmp_path: Path) -> None:
    """Where the committed claims.json names runs, they are committed beside it."""
    told = json.loads((COMMITTED / "claims.json").read_text())
    evidence = load_evidence([COMMITTED.parent / name for name in told["runs"]])
    # An article that was added since is no mistake: it is in the files once they are made again.
    articles = {claim["article"] for claim in told["claims"]}
    known = tuple(claim for claim in evidence.claims if claim.article in articles)
    again = tmp_path / "again"
    written = write_evidence(replace(evidence, claims=known), again)
    there = {p.relative_to(COMMITTED) for p in COMMITTED.rglob("*") if p.is_file()}
    assert {p.relative_to(again) for p in written} == there
    for path in written:
        committed = (COMMITTED / path.relative_to(again)).read_text(encoding="utf-8")
        assert path.read_text(encoding="utf-8") == committed, (
            f"{path.relative_to(again)} differs: "
            "run `claimbench claims --out results/evidence` and look at it"
        )


def test_files_are_readable_and_private(found: PublishedEvidence, files: Mapping[str, str]) -> None:
    rows = list(csv.DictReader(io.StringIO(files["published.csv"])))
    assert len(rows) == len(found.rows)
    assert all(r["sentence"] and r["verdict"] for r in rows)
    claims = list(csv.DictReader(io.StringIO(files["claims.csv"])))
    assert all(r["reason"] and r["text_ko"] for r in claims)
    for name, text in files.items():
        assert str(ROOT) not in text, name
        assert text.endswith("\n"), name
    assert files["claims.md"].count("\n## ") == len(load_articles()) + 1  # and the proxies
    # A table row is one line: no cell was cut, none broke out of it.
    table = [line for line in files["claims.md"].splitlines() if line.startswith("| yonhap")]
    assert all(line.endswith("|") and "…" not in line for line in table)


@pytest.mark.shared
def test_no_sentence_of_an_article_is_in_the_files(shared: Path, files: Mapping[str, str]) -> None:
    from claimbench.claims.articles import copied_words

    for path in sorted((shared / "seeds").glob("*.txt")):
        article = path.read_text(encoding="utf-8")
        for text in (row["text_ko"] for row in json.loads(files["claims.json"])["claims"]):
            assert not copied_words(text, article)
