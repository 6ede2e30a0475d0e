"""Runs whose samples are copies: from stored replies to the verdict and the report."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from report_toys import Reply, write_run

from claimbench.records import Measurement, Verdict
from claimbench.report.messages import english
from claimbench.runner import reporting
from claimbench.store import RunStore

MODEL, BENCHMARK = "r1-distill-qwen-7b", "aime24"


def replies(draw: Callable[[int, int], int]) -> Callable[[str, str, int, int], Reply]:
    """Long replies of which each draw is another one; `draw(i, turn)` numbers them."""

    def reply(model: str, benchmark: str, i: int, turn: int) -> Reply:
        rng = random.Random(f"{i} {draw(i, turn)}")
        right = rng.random() < 0.3 + 0.4 * (i % 2)
        steps = " ".join(str(rng.randint(1, 999)) for _ in range(300))
        answer = str(2 * i if right else 2 * i + 1)
        text = f"{steps}</think>\\boxed{{{answer}}}"
        return text, "correct" if right else "wrong", answer, 900

    return reply


def judged(root: Path, draw: Callable[[int, int], int]) -> tuple[Measurement, Verdict]:
    run = write_run(
        root / "run", [(MODEL, BENCHMARK)], replies(draw), samples=16, published=["deepseek-r1"]
    )
    with RunStore.existing(run, writer=True) as store:
        made = reporting.report(store)
    (verdict,) = [v for v in made.verdicts if v.metric == "pass@1"]
    return made.measurements[0], verdict


def test_draws_of_their_own_are_said_to_be(tmp_path: Path) -> None:
    measured, verdict = judged(tmp_path, lambda i, turn: turn)
    assert measured.draws is not None
    assert measured.draws.distinct == 480
    assert not measured.draws.effective
    assert "480/480" in (tmp_path / "run" / "report.md").read_text()
    assert not [note for note in verdict.notes if "copies" in english(note)]


def test_every_draw_four_times_is_judged_by_a_quarter_of_the_samples(tmp_path: Path) -> None:
    honest = judged(tmp_path / "a", lambda i, turn: turn)[1]
    measured, verdict = judged(tmp_path / "b", lambda i, turn: turn // 4)
    assert measured.draws is not None
    assert (measured.draws.times, measured.draws.distinct) == (4, 120)
    assert verdict.se is not None and honest.se is not None
    assert verdict.se > 1.3 * honest.se
    assert any("every reply is there 4 times" in english(note) for note in verdict.notes)


def test_all_equal_replies_say_no_more_than_one_sample(tmp_path: Path) -> None:
    measured, verdict = judged(tmp_path, lambda i, turn: 0)
    assert measured.draws is not None and measured.draws.distinct == 30
    # √(p(1−p)/30) is 6 to 9 points: nothing within reach of the published 55.5 is shown
    assert verdict.se is not None and verdict.se > 6


def test_irregular_copies_leave_no_verdict(tmp_path: Path) -> None:
    measured, verdict = judged(tmp_path, lambda i, turn: turn if i % 3 else turn // (2 + i % 5))
    assert measured.draws is not None and measured.draws.spoilt
    assert verdict.verdict == "inconclusive"
    assert "samples are draws of their own, irregularly" in english(verdict.sentence)


@pytest.mark.parametrize("few", [1, 2])
def test_a_few_copies_only_widen_the_error(tmp_path: Path, few: int) -> None:
    measured, verdict = judged(tmp_path, lambda i, turn: turn if turn or i >= few else 1)
    assert measured.draws is not None
    assert measured.draws.distinct == 480 - few
    assert not measured.draws.spoilt
    assert any("the others are copies" in english(note) for note in verdict.notes)
