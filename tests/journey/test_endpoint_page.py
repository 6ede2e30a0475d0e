"""The files of docs/endpoint.md for a model that has no checkpoint make a run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from claimbench.cli import app

PAGE = Path(__file__).parents[2] / "docs" / "endpoint.md"


def test_a_model_that_only_the_server_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    section = PAGE.read_text("utf-8").split("## A model that only the server has")[1]
    model, run = re.findall(r"```yaml\n(.*?)```", section.split("\n## ")[0], re.S)
    (tmp_path / "configs" / "models").mkdir(parents=True)
    (tmp_path / "configs" / "models" / "vendor-large.yaml").write_text(model)
    (tmp_path / "run.yaml").write_text(run)
    rows = [{"id": "a", "question": "What is 2 + 2?", "answer": "4"}]
    (tmp_path / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["plan", "run.yaml", "--offline"])
    assert done.exit_code == 0, done.output
    assert "vendor-large on mine: 1 problem" in done.stdout
