"""A run judged beside what laboratories and a looser reading say, through the report's files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from report_toys import Reply, write_run

from claimbench.analysis.suspects import FILE, reads_right
from claimbench.runner import reporting
from claimbench.store import RunStore

MODEL, BENCHMARK = "r1-distill-qwen-7b", "aime24"


@pytest.mark.parametrize(
    ("gold", "answer", "right"),
    [
        ("12", "12 apples", True),
        ("12", "x = 012", True),
        ("\\frac{1}{2}", "1/2", True),
        ("(1, 2)", "2, 1", True),
        ("12", "13", False),
        ("12", "12, 13", False),
        ("x + 1", "y + 1", False),
        ("", "7", False),
    ],
)
def test_a_looser_reading(gold: str, answer: str, right: bool) -> None:
    assert reads_right(gold, answer) is right


def missing(share: float):  # type: ignore[no-untyped-def]
    """Half of the samples are right; the grader misses `share` of 16 samples of them."""

    def reply(model: str, benchmark: str, i: int, turn: int) -> Reply:
        if turn < 8:
            missed = turn < 16 * share
            answer = f"{2 * i} units" if missed else str(2 * i)
            outcome = "wrong" if missed else "correct"
        else:
            answer, outcome = str(2 * i + 1), "wrong"
        return f"{i} {turn}</think>\\boxed{{{answer}}}", outcome, answer, 50

    return reply


def judged(root: Path, share: float) -> dict[str, object]:
    run = write_run(
        root / "run", [(MODEL, BENCHMARK)], missing(share), samples=16, published=["deepseek-r1"]
    )
    with RunStore.existing(run, writer=True) as store:
        reporting.report(store)
    (verdict,) = [
        v for v in json.loads((run / "verdicts.json").read_text()) if v["metric"] == "pass@1"
    ]
    assert (run / FILE).is_file()
    found: dict[str, object] = verdict
    return found


def test_a_grader_that_misses_answers_makes_a_verdict_fragile(tmp_path: Path) -> None:
    """50 % of 480 samples less a quarter of 16 is 25 %: far below 55.5; 120 suspects."""
    lower = judged(tmp_path, 0.25)
    assert lower["verdict"] == "lower"
    fragility = lower["fragility"]
    assert isinstance(fragility, dict)
    assert fragility["suspects"] == 120
    assert fragility["fragile"] is (fragility["upwards"] <= 120)
    assert 0 < fragility["miss_rate"] < 1


def test_a_sound_grader_leaves_none(tmp_path: Path) -> None:
    fragility = judged(tmp_path, 0.0)["fragility"]
    assert isinstance(fragility, dict)
    assert (fragility["suspects"], fragility["fragile"]) == (0, False)


def test_a_difference_is_set_among_laboratories(tmp_path: Path) -> None:
    lower = judged(tmp_path, 0.25)
    found = lower["laboratories"]
    assert isinstance(found, dict)
    # seven published re-measurements: a standard deviation of about 1.7 points
    assert 1 < found["sd"] < 3
    assert found["unusual"] is True
    assert "as laboratories go, unusual" in str(lower["sentence"])
