"""The cases of tests/data/grading_cases.jsonl: made up, each with the rule that decides it and the
source of that rule, written before the grader was."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from grading_samples import problem, reply

from claimbench.grading import GradingPool, make_grader
from claimbench.records import Grade

FILE = Path(__file__).parents[1] / "data" / "grading_cases.jsonl"
CASES: list[dict[str, Any]] = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]


@cache
def grades(slow: bool) -> dict[str, Grade]:
    """The grades of the cases that are slow (answers that hang), or of the others."""
    graders = {kind: make_grader(kind, {}, None) for kind in {case["grader"] for case in CASES}}
    with GradingPool(2, cpu_limit_s=0.5 if slow else 5.0) as pool:
        for case in CASES:
            if is_slow(case) == slow:
                sample = reply(case["reply"], id=str(case["id"]))
                pool.submit(graders[case["grader"]], problem(case["gold"]), sample)
        return {grade.sample_id: grade for grade in pool.drain()}


def is_slow(case: dict[str, Any]) -> bool:
    return bool(case["kind"] == "not evaluated")


KINDS = sorted({(case["grader"], case["kind"]) for case in CASES})
"""One test for each: two thousand of their own would take longer to run than to grade."""


def named(grader: str, kind: str) -> Any:
    slow = any(map(is_slow, of_kind(grader, kind)))
    return pytest.param(grader, kind, marks=[pytest.mark.slow] if slow else [])


def of_kind(grader: str, kind: str) -> list[dict[str, Any]]:
    return [case for case in CASES if (case["grader"], case["kind"]) == (grader, kind)]


def fault(case: dict[str, Any]) -> str:
    """What is wrong with the grade of a case; empty where nothing is."""
    grade = grades(is_slow(case))[str(case["id"])]
    right, outcome = grade.outcome == "correct", case.get("outcome", grade.outcome)
    if (right, grade.outcome) == (case["right"], outcome):
        return ""
    return (
        f"case {case['id']}: {case['rule']} [{case['source']}]: is {grade.outcome}, "
        f"{grade.answer!r}, {grade.reason}"
    )


@pytest.mark.parametrize(("grader", "kind"), [named(*one) for one in KINDS])
def test_cases(grader: str, kind: str) -> None:
    assert not list(filter(None, map(fault, of_kind(grader, kind))))


def test_every_case_has_its_rule_and_the_source_of_it() -> None:
    assert len(CASES) >= 300
    assert all(case["rule"] and case["source"] for case in CASES)
