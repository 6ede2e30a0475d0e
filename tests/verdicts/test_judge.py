"""Measurements of a run beside the published figures of the tables that it names."""

from __future__ import annotations

from dataclasses import replace

from verdict_toys import measured

from claimbench.claims.published import load_published
from claimbench.records import Measurement, Verdict, Vote
from claimbench.report.messages import english
from claimbench.report.tables import figure_of
from claimbench.verdicts.pairing import judge
from claimbench.verdicts.side_by_side import gather

JUDGING = {"published": ["deepseek-r1"], "margins": {}, "problems": {"aime24": 30}}


def aime(model: str = "r1-distill-qwen-7b", n: int = 64) -> Measurement:
    run = measured([3 * n // 4] * 15 + [n // 4] * 15, n)
    return replace(run, benchmark="aime24", model=model)


def by_metric(*runs: Measurement) -> dict[tuple[str, str], Verdict]:
    return {(v.subject, v.metric): v for v in judge(runs, JUDGING)}


def test_a_variant_is_judged_under_its_own_name_by_its_models_figures() -> None:
    plain, variant = "r1-distill-qwen-7b", "r1-distill-qwen-7b~double-bos"
    found = by_metric(aime(), aime(variant))
    assert found[variant, "pass@1"].verdict == "lower"
    assert found[variant, "pass@1"].published == found[plain, "pass@1"].published == 55.5
    # Families of their own: Holm's correction does not run over both.
    one = found[variant, "pass@1"]
    assert one.p_difference_adjusted == one.p_difference
    (group,) = gather([("run", aime(variant))], load_published())
    assert {estimate.origin for estimate in group.estimates} == {"ours", "third party", "vendor"}


def test_a_published_vote_needs_its_samples() -> None:
    few = by_metric(aime(n=16))["r1-distill-qwen-7b", "cons@64"]
    assert (few.verdict, few.measured) == ("inconclusive", None)
    assert english(few.sentence) == (
        "not measured here against 83.3: inconclusive, because a vote of 64 needs 64 samples per "
        "problem, not 16"
    )
    many = by_metric(aime())["r1-distill-qwen-7b", "cons@64"]
    assert (many.verdict, many.measured) == ("not comparable", None)
    assert english(many.sentence).endswith("cons@64 was not measured")
    voted = replace(aime(), cons_at_k={64: Vote(0.5, 0.03)})
    assert by_metric(voted)["r1-distill-qwen-7b", "cons@64"].verdict == "lower"


def test_a_vote_is_told_apart_from_the_score_beside_it() -> None:
    found = by_metric(aime())
    assert figure_of(found["r1-distill-qwen-7b", "cons@64"]) == "aime24 cons@64"
    assert figure_of(found["r1-distill-qwen-7b", "pass@1"]) == "aime24"
