"""The line that sums a table of verdicts."""

from __future__ import annotations

from claimbench.messages import Message
from claimbench.records import Verdict
from claimbench.report.messages import english, words
from claimbench.report.verdict_sum import verdict_sum


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
