"""The LaTeX grader, its cheap path against math-verify, and every gold answer against itself."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from grading_samples import problem, reply

from claimbench.grading import GradingPool, make_grader

GRADER = make_grader("latex", {}, None)
SHARED = Path(os.environ.get("CLAIMBENCH_SHARED", Path(__file__).parents[2] / "shared")) / "data"


def outcome(gold: str, answer: str) -> str:
    return GRADER.grade(problem(gold), reply(f"\\boxed{{{answer}}}")).outcome


def golds(name: str) -> list[str]:
    lines = (SHARED / f"{name}.jsonl").read_text("utf-8").splitlines()
    answers = [str(json.loads(line)["answer"]) for line in lines]
    return [answer.rpartition("####")[2].strip() for answer in answers]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "kind", "count"),
    [
        ("aime24", "integer", 30),
        ("aime25", "integer", 30),
        ("gsm8k", "number", 1319),
        ("math500", "latex", 500),
    ],
)
def test_every_gold_answer_is_right_against_itself(name: str, kind: str, count: int) -> None:
    if not SHARED.exists():
        pytest.skip(f"no benchmark files at {SHARED}")
    grader, answers = make_grader(kind, {}, None), golds(name)
    with GradingPool(1) as pool:
        for place, gold in enumerate(answers):
            pool.submit(grader, problem(gold), reply(f"\\boxed{{{gold}}}", id=str(place)))
        grades = list(pool.drain())
    assert len(grades) == count
    assert [answers[int(g.sample_id)] for g in grades if g.outcome != "correct"] == []


def test_equal_and_unequal() -> None:
    assert outcome(r"\frac{1}{2}", "0.5") == "correct"
    assert outcome(r"\frac{1}{2}", "0.6") == "wrong"
    assert outcome("x+1", "1+x") == "correct"
    assert outcome("x+1", "1-x") == "wrong"
