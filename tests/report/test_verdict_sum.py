"""The line that sums a table of verdicts."""

from __future__ import annotations

from dataclasses import replace

from claimbench.messages import Message
from claimbench.records import Verdict
from claimbench.report.messages import english, words
from claimbench.report.verdict_sum import named_differences, verdict_sum


def verdict(table: str, word: str, p: float | None = 0.3) -> Verdict:
    figure = f"{table}:{word}"
    return Verdict(figure, "m", "b", "pass@1", word, "A", Message("yes"), p_difference=p)


def test_counts_and_what_chance_would_show() -> None:
    """Two families were tested: 2 · 0.05 = 0.1 differences are expected of equal scores."""
    found = verdict_sum([verdict("a", "lower"), verdict("a", "reproduced"), verdict("b", "lower")])
    assert english(found) == (
        "Of 3 figures 1 reproduced, 2 lower. Were every score equal to the published one, about "
        "0.10 would be lower or higher by chance alone."
    )
    assert "수치 3개 중 재현됨 1개, 더 낮음 2개" in words("ko").render(found)


def test_without_a_test_chance_plays_no_part() -> None:
    found = verdict_sum([verdict("a", "not comparable", None)])
    assert english(found) == "Of 1 figure 1 not comparable."


def test_figures_that_differ_are_named_the_furthest_first() -> None:
    def figure(benchmark: str, word: str, difference: float) -> Verdict:
        one = replace(verdict("a", word), subject="m7b", benchmark=benchmark, published=55.5)
        return replace(one, measured=55.5 + difference, difference=difference)

    gaps = {"b1": -10.5, "b2": -3.0, "b3": -20.0, "b4": -4.0, "b5": -5.0, "b6": -3.5}
    verdicts = [figure(name, "lower", gap) for name, gap in gaps.items()]
    verdicts += [figure("c1", "higher", 2.0), figure("d1", "inconclusive", 9.0)]
    lower, higher = named_differences(verdicts)
    assert english(higher) == "Higher: m7b on c1, 57.5% where 55.5% was published."
    said = english(lower)
    assert said.startswith("Lower: m7b on b3, 35.5% where 55.5% was published; m7b on b1, 45.0%")
    assert [part.split(",")[0][-2:] for part in said.split("; ")[1:4]] == ["b1", "b5", "b4"]
    assert said.endswith("; 2 more.") and "b2" not in said
    assert words("ko").render(higher) == "더 높음: m7b의 c1 57.5%(공표 55.5%)."
    assert named_differences([figure("d1", "inconclusive", 9.0)]) == []
