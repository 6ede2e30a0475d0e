"""Replies that do not say how they were decoded: the way to a verdict is named where it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from claimbench import config
from claimbench.benchmarks import loading
from claimbench.cli import app

RIGHT = (2, 1, 2, 0)
MODEL, BENCHMARK = "smollm2-135m-instruct", "smoke-math"


@pytest.fixture
def replies(tmp_path: Path) -> Path:
    """72 problems, four replies to each; two are right at every second problem, one at half of the
    others: 31 % where 39 were published. That is lower for draws, and nothing for greedy ones."""
    path = tmp_path / "replies.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number, problem in enumerate(loading.load_problems(config.load_benchmark(BENCHMARK))):
            for sample in range(4):
                answer = problem.gold if sample < RIGHT[number % 4] else "-98765"
                row = {"problem_id": problem.id, "question": problem.question,
                       "response": f"\\boxed{{{answer}}}", "sample_index": sample}  # fmt: skip
                file.write(json.dumps(row) + "\n")
    return path


def imported(replies: Path, out: Path, *more: str) -> Result:
    words = ["import", "jsonl", str(replies), "--model", MODEL, "--benchmark", BENCHMARK]
    done = CliRunner().invoke(app, [*words, "--out", str(out), *more], terminal_width=80)
    assert done.exit_code == 0, done.output
    return done


def test_what_is_not_known_of_the_replies_is_asked_for(replies: Path, tmp_path: Path) -> None:
    open_run = imported(replies, tmp_path / "open").stdout
    said = " ".join(open_run.split())
    assert "inconclusive: whether these replies were sampled or greedy is not stated" in said
    assert "1 verdict hangs on whether these replies were sampled" in said
    assert "import them again with what is known, such as --protocol temperature=0.6" in said
    told = imported(replies, tmp_path / "told", "--protocol", "temperature=0.6").stdout
    assert "lower: by" in told and "hangs on" not in told
