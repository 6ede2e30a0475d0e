"""What an export for the hub holds, against the hub's own reader and the keys it documents."""

from __future__ import annotations

import datetime
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from scripted import ScriptedEngine, scripted_kind
from typer.testing import CliRunner

from claimbench import config
from claimbench.cli import app
from claimbench.engines import ENGINES
from claimbench.errors import ConfigError
from claimbench.runner import pipeline, preparing, reporting

REVISION = "0123456789abcdef0123456789abcdef01234567"
OPTIONAL = {"verifyToken", "date", "source", "evaluation_framework", "notes"}
"""Keys of an entry beside dataset and value (huggingface/hub-docs, docs/hub/eval-results.md)."""


@pytest.fixture
def hub(toy: Path) -> Path:
    """The toy project, its benchmark a dataset on the hub."""
    path = toy / "configs" / "benchmarks" / "sums.yaml"
    pinned = (
        f"dataset:\n  hub: nobody/sums\n  subset: easy\n  revision: {REVISION}\n  split: test\n"
    )
    path.write_text(path.read_text().replace("dataset:\n", pinned))
    return toy


def exported(run: Path) -> dict[str, Any]:
    """The one entry of the one file, read as the hub's client reads it."""
    hub_client = pytest.importorskip("huggingface_hub", minversion="1.4")
    done = CliRunner().invoke(app, ["export", "hub", str(run)])
    if done.exception:
        raise done.exception
    (path,) = (run / "export-hub").rglob("*.yaml")
    assert path.parent.name == ".eval_results"
    rows = yaml.safe_load(path.read_text())
    (entry,) = hub_client.parse_eval_result_entries(rows)
    assert hub_client.eval_result_entries_to_yaml([entry]) == rows  # No key that it does not know.
    found: dict[str, Any] = rows[0]
    check_schema(found)
    return found


def check_schema(entry: dict[str, Any]) -> None:
    assert set(entry) >= {"dataset", "value"} and set(entry) <= {"dataset", "value", *OPTIONAL}
    assert set(entry["dataset"]) <= {"id", "task_id", "revision"}
    assert all(type(text) is str for text in entry["dataset"].values())
    assert type(entry["value"]) is float and 0 <= entry["value"] <= 100
    assert type(entry["notes"]) is str and "\n" not in entry["notes"]
    if "date" in entry:  # Quoted: YAML would make a date of it, the hub reads a text.
        assert type(entry["date"]) is str
        assert datetime.date.fromisoformat(entry["date"])


def test_a_run_of_ours(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = ScriptedEngine(lambda r: f"</think>{2 * int(r.problem_id[1]) + r.sample_index % 2}")
    kind = scripted_kind(lambda: engine)
    monkeypatch.setattr("claimbench.engines.ENGINES", {**ENGINES, "transformers": kind})
    experiment = config.load_experiment(hub / "configs" / "runs" / "try.yaml", ["samples=8"])
    plan = preparing.plan(experiment, hub / "data", False, lambda _: None)
    pipeline.run(plan, hub / "out", reporting.report, lambda _: None, lambda _: None)
    entry = exported(hub / "out")
    assert entry["dataset"] == {"id": "nobody/sums", "task_id": "easy", "revision": REVISION}
    assert entry["value"] == 50.0
    today = datetime.datetime.now(datetime.UTC).date()
    assert today - datetime.date.fromisoformat(entry["date"]) <= datetime.timedelta(days=1)
    said = entry["notes"]
    (measured,) = json.loads((hub / "out" / "measurements.json").read_text())
    assert measured["sampling_se"] > 0.05
    assert f"8 samples per problem, sampling SE {100 * measured['sampling_se']:.2f};" in said
    assert "temperature 0.6" in said and "max_tokens 16" in said and "claimbench" in said


def rows(count: int) -> str:
    made = ({"id": f"q{i}", "response": f"The answer is {2 * i}."} for i in range(count))
    return "".join(json.dumps(row) + "\n" for row in made)


def import_rows(hub: Path, count: int) -> Path:
    (hub / "x.jsonl").write_text(rows(count))
    (hub / "m.yaml").write_text("problem: id\nresponse: response\n")
    words = ["import", "jsonl", "x.jsonl", "--mapping", "m.yaml", "--model", "a/b"]
    more = ["--benchmark", "sums", "--data-dir", "data", "--source-name", "a lab", "--out", "run"]
    places = {"x.jsonl", "m.yaml", "data", "run"}
    done = CliRunner().invoke(app, [str(hub / w) if w in places else w for w in [*words, *more]])
    assert done.exit_code == 0, done.output
    return hub / "run"


def test_outputs_of_others_have_no_date_of_ours(hub: Path) -> None:
    entry = exported(import_rows(hub, 5))
    assert entry["value"] == 100.0 and "date" not in entry
    assert "outputs of a lab, tier B" in entry["notes"]


def test_a_part_of_the_problems_is_no_result(hub: Path) -> None:
    run = import_rows(hub, 4)
    with pytest.raises(ConfigError, match="answered 4 of 5 problems"):
        exported(run)
    assert not (run / "export-hub").exists()


def test_a_folder_of_results_alone_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps({"problem": "p", "response": "1", "gold": "1"}) + "\n")
    words = ["import", "jsonl", str(path), "--model", "toy", "--grader", "integer"]
    assert CliRunner().invoke(app, [*words, "--out", str(tmp_path / "run")]).exit_code == 0
    for name in ("problems", "samples", "grades"):
        shutil.rmtree(tmp_path / "run" / name)
    for command in (["export", "csv"], ["grade"], ["report"]):
        done = CliRunner().invoke(app, [*command, str(tmp_path / "run")])
        assert "holds results alone" in str(done.exception)
