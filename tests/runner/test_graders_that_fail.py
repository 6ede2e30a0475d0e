"""Graders that cannot judge: refused before a run, or stopped early in it; and a run beside an
import of its own outputs."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline_toys import Toy, answer
from scripted import ScriptedEngine
from typer.testing import CliRunner

from claimbench.cli import app
from claimbench.errors import ConfigError, GradingError
from claimbench.grading.maths import NumberGrader
from claimbench.grading.outcomes import GRADER_ERROR, make_grade
from claimbench.records import Grade, Problem, Sample


@pytest.fixture
def journey(toy: Path, monkeypatch: pytest.MonkeyPatch) -> Toy:
    return Toy(toy, monkeypatch)  # type: ignore[arg-type,return-value]


def test_a_grader_that_can_judge_no_problem_is_refused(journey: Toy) -> None:
    path = journey.root / "configs" / "benchmarks" / "sums.yaml"
    text = path.read_text()
    path.write_text(text.replace("kind: number", "kind: choice"))
    assert path.read_text() != text
    with pytest.raises(ConfigError, match="sums: its grader choice can judge none of its problems"):
        journey.run()
    assert not journey.out.exists()
    assert journey.engine.pulled == 0


def failing(grader: NumberGrader, problem: Problem, sample: Sample) -> Grade:
    return make_grade(grader.digest, sample, GRADER_ERROR, None, "out of order")


def test_fifty_errors_at_the_start_stop_a_run_and_keep_its_samples(
    journey: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("claimbench.planning.plan.cannot_apply", lambda grader, problems: "")
        broken.setattr(NumberGrader, "begin", failing)
        with pytest.raises(GradingError, match=r"first 50 grades are all errors .* out of order"):
            journey.run("samples=20", engine=ScriptedEngine(answer))
    kept = len(journey.rows("samples"))
    assert kept >= 50


def test_a_run_is_compared_with_an_import_of_its_own_outputs(journey: Toy, tmp_path: Path) -> None:
    """The way of a user: export as lm-eval writes it, import that, compare both."""
    journey.run()
    out, back = tmp_path / "lm-eval", tmp_path / "back"
    runner = CliRunner()
    exported = runner.invoke(app, ["export", "lm-eval", str(journey.out), "--out", str(out)])
    assert exported.exit_code == 0
    (samples,) = out.rglob("samples_*.jsonl")
    words = ["import", "lm-eval", str(samples), "--benchmark", "sums", "--out", str(back)]
    imported = runner.invoke(app, [*words, "--data-dir", str(journey.root / "data")])
    assert imported.exit_code == 0, imported.output
    found = runner.invoke(app, ["compare", str(journey.out), str(back), "--margin", "20"])
    assert found.exit_code == 0, found.exception
    assert "+0.0 points" in found.stdout
    assert "0 of 5 problems better, 0 worse" in found.stdout
