"""Bounds that the seeds of other models have sharpened, beside the plain ones."""

from __future__ import annotations

import pytest
from verdict_toys import measured

from claimbench.records import PublishedResult, Source, Verdict
from claimbench.report.messages import english
from claimbench.verdicts.bounds import learned_share
from claimbench.verdicts.cases import Case
from claimbench.verdicts.published import judge_family


@pytest.mark.parametrize(
    ("benchmark", "score", "share"),
    [
        ("aime24", 20, 0.6),
        ("aime25", 80, 0.6),
        ("aime24", 19.9, 1),
        ("aime24", 80.1, 1),
        ("math500", 80, 0.6),
        ("math500", 79.9, 1),
        ("math500", 96, 0.6),
        ("math500", 96.1, 1),
        ("lm-eval:aime24", 50, 0.6),
        ("gpqa_diamond", 50, 1),
    ],
)
def test_where_something_was_learned(benchmark: str, score: float, share: float) -> None:
    assert learned_share(benchmark, score) == share


def figure(
    value: float, table: str = "v", benchmark: str = "aime24", **more: object
) -> PublishedResult:
    facts: dict[str, object] = {
        "id": f"{table}/{benchmark}", "table": table, "subject": "r1-distill-qwen-7b",
        "benchmark": benchmark, "metric": "pass@1", "value": value, "tier": "C",
        "source": Source(table), "samples": 64, "greedy": False, "problems": 30,
    }  # fmt: skip
    return PublishedResult(**{**facts, **more})  # type: ignore[arg-type]


def judge(theirs: PublishedResult, ours: PublishedResult) -> Verdict:
    return judge_family([Case(theirs, ours, tier="C")])[0]


def test_the_worked_example() -> None:
    """V = 0.6·(0.508·0.492 + 0.555·0.445)/1920 + 2·8.3e-8 = 1.554e-4: SE 1.25 points."""
    found = judge(figure(55.5), figure(50.8, "open-r1"))
    assert found.se == pytest.approx(1.25, abs=0.005)
    assert found.interval_95 == pytest.approx((-7.1, -2.3), abs=0.06)
    assert found.learned is not None
    assert found.learned.se == pytest.approx(1.61, abs=0.005)
    assert found.learned.interval_95 == pytest.approx((-7.9, -1.5), abs=0.06)
    assert (found.verdict, found.learned.verdict) == ("lower", "lower")
    assert "plain bound" not in english(found.sentence)
    assert any("60% of the bound" in english(note) for note in found.notes)


def test_a_verdict_that_the_plain_bound_does_not_give_says_so() -> None:
    found = judge(figure(55.5), figure(52.6, "open-r1"))  # 2.9/1.61 = 1.80, 2.9/1.25 = 2.33
    assert (found.verdict, found.learned and found.learned.verdict) == ("lower", "inconclusive")
    assert english(found.sentence).endswith("by the plain bound on the error inconclusive")


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (figure(55.5, benchmark="gpqa_diamond"), figure(50.8, "o", "gpqa_diamond")),
        (figure(9.3), figure(10.8, "o")),
        (figure(55.5, greedy=True), figure(50.8, "o", greedy=True)),
        (figure(55.5, sd=2.0, runs=10), figure(50.8, "o", sd=2.0, runs=10)),
    ],
)
def test_nothing_is_learned_elsewhere(theirs: PublishedResult, ours: PublishedResult) -> None:
    assert judge(theirs, ours).learned is None


def test_a_run_that_knows_its_spread_needs_no_bound() -> None:
    ours = measured([10, 20, 32] * 10, 64, benchmark="aime24")
    assert judge_family([Case(figure(55.5), ours)])[0].learned is None


def test_one_sample_of_each_problem_has_a_bound_too() -> None:
    ours = measured([1, 0] * 15, 1, benchmark="aime24")
    found = judge_family([Case(figure(55.5), ours)])[0]
    assert found.learned is not None and found.se is not None
    assert found.learned.se == pytest.approx(found.se / 0.6**0.5, rel=0.001)
