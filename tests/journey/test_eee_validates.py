"""Exports pass every_eval_ever's own command. `scripts/test-extras eee` makes its environment."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from bridge_toys import claimbench, file_of, imported, write_rows
from conftest import ROOT

COMMAND = Path(os.environ.get("CLAIMBENCH_EXTRAS", "")) / "eee" / "bin" / "every_eval_ever"
pytestmark = [
    pytest.mark.skipif(not COMMAND.is_file(), reason="scripts/test-extras eee makes it"),
    pytest.mark.slow,
]


def validated(out: Path) -> list[dict[str, Any]]:
    """The reports on every file, none with an error or a warning."""
    done = subprocess.run(
        [COMMAND, "validate", "--format", "json", f"{out}/data/*/*/*/*.json*"],
        capture_output=True,
        text=True,
        check=False,
    )
    reports: list[dict[str, Any]] = json.loads(done.stdout)
    assert not [r for r in reports if r["errors"] or r["warnings"] or not r["valid"]], done.stdout
    assert done.returncode == 0, done.stderr
    return reports


@pytest.mark.parametrize("name", ["smollm2-gsm8k", "smoke-reference", "smoke-code-reference"])
def test_committed_results(name: str, tmp_path: Path) -> None:
    claimbench("export", "eee", ROOT / "results" / name, "--out", tmp_path)
    assert [r["file_type"] for r in validated(tmp_path)] == ["aggregate"]


def test_an_import_with_its_samples(tmp_path: Path) -> None:
    path = file_of("lm-eval/samples_smoke_twice*")
    imported(tmp_path / "run", "lm-eval", path, "--grader", "number")
    claimbench("export", "eee", tmp_path / "run", "--out", tmp_path / "out")
    assert {r["file_type"]: r["line_count"] for r in validated(tmp_path / "out")} == {
        "aggregate": 0,
        "instance": 8,
    }


def test_hostile_replies_and_names(tmp_path: Path) -> None:
    """Lone surrogates, control characters, a reply that cannot be graded, and one whose answer is
    stated."""
    rows = [
        {
            "problem": "a\ud800",
            "gold": "1",
            "response": "\ud801\x00 it is 1",
            "model": "a/nul:b\x1b",
        },
        {"problem": "b", "gold": "one", "response": "1", "model": "a/nul:b\x1b"},
        {"problem": "c", "gold": "1", "response": "", "model": "a/nul:b\x1b", "stated_answer": "1"},
    ]
    imported(
        tmp_path / "run", "jsonl", write_rows(tmp_path / "x.jsonl", rows), "--grader", "number"
    )
    claimbench("export", "eee", tmp_path / "run", "--out", tmp_path / "out")
    assert len(validated(tmp_path / "out")) == 2
