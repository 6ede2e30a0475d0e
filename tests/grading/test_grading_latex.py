"""The LaTeX grader, its cheap path against math-verify, and every gold answer against itself."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from grading_samples import problem, reply

from claimbench.grading import GradingPool, make_grader

GRADER = make_grader("latex", {}, None)
SHARED = Path(os.environ.get("CLAIMBENCH_SHARED", Path(__file__).parents[3] / "shared")) / "data"


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


def test_where_the_answer_stands() -> None:
    half = problem(r"\frac{1}{2}")
    for text in (r"The answer is $\frac{1}{2}$.", r"Final answer: \(0.5\)", "**Answer:** 1/2"):
        assert GRADER.grade(half, reply(text)).outcome == "correct"
    for text in ("", "one half", r"\boxed{}", r"so $\frac{1}{2}$", r"\boxed{\frac{1}{2}"):
        assert GRADER.grade(half, reply(text)).outcome == "no_answer"


def test_reasoning_does_not_count() -> None:
    grader = make_grader("latex", {}, "</think>")
    half = problem(r"\frac{1}{2}")
    assert grader.grade(half, reply(r"\boxed{0.5}")).outcome == "no_answer"
    assert grader.grade(half, reply(r"\boxed{0.5}</think>so")).outcome == "no_answer"
    assert grader.grade(half, reply(r"\boxed{1}</think>\boxed{0.5}")).outcome == "correct"


@pytest.mark.parametrize(
    ("gold", "answer"),
    [
        ("16", "16."),
        ("x+1", "y = x+1"),
        ("2516_8", "2516"),
        (r"\cot x", r"\frac{1}{\tan x}"),
        ("x > 2", "2 < x"),
        ("x^2+y^2=4", "4=x^2+y^2"),
        (r"5 \text{ cm}", "5"),
        (r"10 \text{ and } 20", "20, 10"),
        ("50", r"50\%"),
    ],
)
def test_math_verify_finds_equal(gold: str, answer: str) -> None:
    assert outcome(gold, answer) == "correct"


@pytest.mark.parametrize(
    ("gold", "answer"),
    [
        (r"3 \text{ hours } 40 \text{ minutes}", "3"),
        ("3", r"3 \text{ hours } 40 \text{ minutes}"),
        (r"5", r"5 \text{ apples and } 3 \text{ pears}"),
        (r"\sin x + 3t", r"\sin x + 3"),
        ("x^2+1=0", "x^2+2=0"),
        ("x^2+y^2=4", "x^2+y^2=9"),
        (r"[-2,7]", r"(-2,7)"),
        (r"42", r"42 \text{ or } 43"),
        ("5", r"\text{The answer is not } 5"),
        ("1", "9" * 3000),
    ],
)
def test_wrong_answers_that_look_right(gold: str, answer: str) -> None:
    assert outcome(gold, answer) == "wrong"


def test_a_missing_gold_is_our_error() -> None:
    assert outcome(" ", "5") == "grader_error"


def test_a_capital_before_a_closing_dollar_sign_names_no_currency() -> None:
    assert outcome("$3AB+A+B$", "3AB+A+B") == "correct"
    assert outcome("640", r"R\$640") == "correct"
