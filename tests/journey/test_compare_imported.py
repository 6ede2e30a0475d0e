"""An imported log of another tool, compared with a run of our own on the same problems."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from bridge_toys import file_of, imported
from pipeline_toys import Toy
from scripted import ScriptedEngine
from typer.testing import CliRunner

from claimbench.cli import app

pytest.importorskip("ijson")
pytest.importorskip("zstandard")


def test_an_inspect_log_is_compared_with_a_run(toy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = toy / "theirs"
    measured = imported(theirs, "inspect", file_of("inspect/*"), "--grader", "number")
    name = measured["benchmark"]
    lines = (theirs / "problems" / f"{name}.jsonl").read_text().splitlines()
    problems = [json.loads(line) for line in lines]
    golds = {problem["id"]: problem["gold"] for problem in problems}
    digest = yaml.safe_load((theirs / "run.yaml").read_text())["config"]["cells"]
    write_benchmark(toy, name, problems, next(iter(digest.values()))["problems_digest"])

    ours = Toy(toy, monkeypatch)
    right = ScriptedEngine(lambda r: f"{r.sample_index}</think>{golds[r.problem_id]}")
    made = ours.run(f"benchmarks=[{name}]", "samples=2", "margins={}", "published=[]", engine=right)
    assert made.measurements[0].pass_at_1 == 1.0

    done = CliRunner().invoke(app, ["compare", str(theirs), str(ours.out), "--json"])
    assert done.exit_code == 0, done.exception
    (found,) = json.loads(done.stdout)
    assert found["problems"] == len(golds) and not found["matched_by_id_alone"]
    assert found["score"] == pytest.approx(100.0)
    assert found["reference_score"] == pytest.approx(100 * measured["pass_at_1"])
    assert (found["reference"]["tier"], found["run"]["tier"]) == (measured["tier"], "A")
    settings = {difference["key"] for difference in found["differences"]}
    assert "harness" in settings


def write_benchmark(root: Path, name: str, problems: list[dict[str, str]], digest: str) -> None:
    """The problems of an import as a benchmark of ours."""
    rows = [{key: problem[key] for key in ("id", "question", "gold")} for problem in problems]
    (root / "data" / "theirs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    config = {
        "title": name,
        "source": "an imported log",
        "dataset": {"file": "theirs.jsonl", "rows": len(rows), "digest": digest},
        "fields": {"id": "id", "question": "question", "gold": "gold"},
        "prompt": "{question}",
        "grader": {"kind": "number"},
        "samples": 2,
    }
    (root / "configs" / "benchmarks" / f"{name}.yaml").write_text(yaml.safe_dump(config))
