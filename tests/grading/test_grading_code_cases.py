"""The cases of tests/data/code_cases.jsonl: replies with programs, the tests of their problem,
whether they pass, and why; written before the graders were read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from claimbench.grading.code import unpack
from claimbench.grading.code.extract import extract_code
from claimbench.grading.code.judge import judge
from claimbench.records import Problem
from claimbench.report.messages import english
from claimbench.sandbox.isolation import Sandbox

FILE = Path(__file__).parents[1] / "data" / "code_cases.jsonl"
CASES: list[dict[str, Any]] = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]


def loaded(tests: dict[str, Any]) -> tuple[str, unpack.CodeTests]:
    """The function asked for, and the tests."""
    columns = {name: value for name, value in tests.items() if name != "form"}
    text = unpack.canonical(columns)
    kept = {"form": tests["form"], "sha256": unpack.digest_of(text), "data": columns}
    entry_point = str(columns.get("entry_point", ""))
    problem = Problem("ours", "p1", details={"tests": kept, "entry_point": entry_point})
    return entry_point, unpack.tests_source(problem).load()


@pytest.mark.parametrize("case", CASES, ids=[f"{c['id']}-{c['kind']}" for c in CASES])
def test_case(case: dict[str, Any], sandbox: Sandbox) -> None:
    entry_point, tests = loaded(case["tests"])
    code = extract_code(case["reply"], entry_point)
    if code is None:
        assert not case["right"], f"no program was found: {case['rule']}"
        return
    verdict = judge(code, tests, sandbox)
    words = verdict.why if isinstance(verdict.why, str) else english(verdict.why)
    assert (verdict.outcome == "correct") == case["right"], f"{case['rule']}: {words}"


def test_every_case_has_its_rule_and_the_source_of_it() -> None:
    assert len(CASES) >= 40
    assert all(case["rule"] and case["source"] for case in CASES)
