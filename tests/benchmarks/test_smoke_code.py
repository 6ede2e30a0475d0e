"""smoke-code: 42 problems written for this project, each with a solution that passes its tests."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from typing import Any

import pytest

from claimbench.config.paths import packaged_data


def load(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in packaged_data(name).read_text("utf-8").splitlines()]


ROWS = load("smoke-code.jsonl")


def test_forty_two_distinct_problems() -> None:
    assert [row["id"] for row in ROWS] == [f"sc-{i:03d}" for i in range(1, 43)]
    assert len({row["problem"].lower() for row in ROWS}) == 42
    assert len({row["problem"] for row in ROWS + load("smoke-code-shots.jsonl")}) == 48
    assert all(len(row["tests"]) >= 3 for row in ROWS)
    assert sum(not row["entry_point"] for row in ROWS) == 12


def answer(row: dict[str, Any], given: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the row's own solution makes of an input; it was written by this project."""
    names: dict[str, Any] = {}
    if row["entry_point"]:
        exec(row["solution"], names)
        return names[row["entry_point"]](*given)
    monkeypatch.setattr(sys, "stdin", io.StringIO(given))
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(row["solution"], names)
    return out.getvalue()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_the_solution_passes_and_the_tests_tell_apart(
    row: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for given, expected in row["tests"]:
        found = answer(row, given, monkeypatch)
        assert found == expected
        assert type(found) is type(expected)
    outputs = {json.dumps(expected) for _, expected in row["tests"]}
    assert len(outputs) > 1, "a constant would pass"
