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


def named(case: dict[str, Any]) -> Any:
    marks = [pytest.mark.slow] if is_slow(case) else []
    return pytest.param(case, marks=marks, id=f"{case['id']}-{case['kind'].replace(' ', '-')}")


@pytest.mark.parametrize("case", [named(case) for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    grade = grades(is_slow(case))[str(case["id"])]
    why = f"{case['rule']} [{case['source']}]: {grade.answer!r}, {grade.reason}"
    assert (grade.outcome == "correct") == case["right"], why
    assert grade.outcome == case.get("outcome", grade.outcome), why


def test_every_case_has_its_rule_and_the_source_of_it() -> None:
    assert len(CASES) >= 300
    assert all(case["rule"] and case["source"] for case in CASES)
