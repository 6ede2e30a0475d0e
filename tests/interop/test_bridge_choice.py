"""Multiple choice with shuffled options, as GPQA has it: exported and imported again."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from bridge_toys import imported
from scripted import ScriptedEngine, scripted_kind
from typer.testing import CliRunner

from claimbench import config
from claimbench.cli import app
from claimbench.engines import ENGINES
from claimbench.errors import InputError
from claimbench.records import CellName, Request
from claimbench.runner import pipeline, preparing, reporting
from claimbench.store import RunStore

pytest.importorskip("pyarrow")

RIDDLES = """\
title: Riddles
source: written for this test
dataset: {file: riddles.csv, rows: 4}
fields:
  id: Record ID
  question: Question
  choices: [Correct Answer, Incorrect Answer 1, Incorrect Answer 2, Incorrect Answer 3]
prompt: "{question}\\n\\n{choices}"
grader: {kind: choice}
samples: 8
"""
COLUMNS = ("Record ID", "Question", "Correct Answer", *(f"Incorrect Answer {i}" for i in (1, 2, 3)))
ROWS = (
    ("r0", "What is 2 + 2?", "four", "three", "five", "six"),
    ("r1", "=What does a spreadsheet run?", "=1+1", "@SUM(1)", "-2", "text"),
    ("r2", "Which two options are alike?", "the others", "this one", "this one", "that one"),
    ("r3", "Which is\nthe longest\tline?", "a\nb", " spaced  out ", "None", "A"),
)


def reply(request: Request) -> str:
    """Right, wrong and without a letter; which letter is right differs from sample to sample."""
    kind = (int(request.problem_id[1]) + request.sample_index) % 4
    place = request.choice_order.index(0)
    if kind == 3:
        return "I do not know.</think>I do not know."
    return f"Let me see.</think>Answer: {'ABCD'[place if kind < 2 else (place + 1) % 4]}"


@pytest.fixture
def run(toy: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a finished run over the riddles."""
    (toy / "configs" / "benchmarks" / "riddles.yaml").write_text(RIDDLES)
    with (toy / "data" / "riddles.csv").open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *ROWS])
    path = toy / "configs" / "runs" / "try.yaml"
    text = path.read_text().replace("[sums]", "[riddles]").replace("margins: {sums: 20}\n", "")
    path.write_text(text.replace("tokens: 16", "tokens: 400"))
    kind = scripted_kind(lambda: ScriptedEngine(reply, shuffle=3))
    monkeypatch.setattr("claimbench.engines.ENGINES", {**ENGINES, "transformers": kind})
    plan = preparing.plan(config.load_experiment(path), toy / "data", False, lambda _: None)
    pipeline.run(plan, toy / "run", reporting.report, lambda _: None, lambda _: None)
    return toy / "run"


def said(*words: object) -> None:
    done = CliRunner().invoke(app, [str(word) for word in words])
    if done.exception:
        raise done.exception


def measured(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "measurements.json").read_text())[0]
    return found


def samples(folder: Path, name: str) -> dict[tuple[str, int], tuple[str, str]]:
    """(the right letter, text) of every sample."""
    with RunStore.existing(folder) as store:
        return {
            (s.problem_id, s.sample_index): ("ABCD"[s.choice_order.index(0)], s.text)
            for s in store.samples(CellName("toy", name))
        }


@pytest.mark.slow
@pytest.mark.parametrize("form", ["lm-eval", "csv", "parquet"])
def test_shuffled_choices_round_trip(toy: Path, run: Path, form: str) -> None:
    first, ours = measured(run), samples(run, "riddles")
    assert first["right"] == [4] * 4 and first["counted"] == [8] * 4
    assert len({letter for letter, _ in ours.values()}) == 4
    said("export", form, run, "--out", toy / "files")
    (file,) = (p for p in (toy / "files").rglob("*") if p.suffix in (".jsonl", f".{form}"))
    data = ("--data-dir", toy / "data")
    said("import", form, file, "--benchmark", "riddles", *data, "--out", toy / "again")
    again = measured(toy / "again")
    assert samples(toy / "again", "riddles") == ours
    for key in ("pass_at_1", "problem_ids", "right", "counted", "no_answer_share", "sampling_se"):
        assert again[key] == first[key], key
    agreement = (toy / "again" / "tables" / "agreement.csv").read_text()
    assert agreement.strip().endswith("100.00")
    if form != "lm-eval":  # The file tells the choices: no benchmark is needed.
        said("import", form, file, "--grader", "choice", "--out", toy / "alone")
        alone = measured(toy / "alone")
        assert (alone["right"], alone["counted"]) == (first["right"], first["counted"])
        assert samples(toy / "alone", "riddles") == ours


@pytest.mark.parametrize(
    ("choices", "order", "words"),
    [
        (["a", "b"], [0, 1, 2], "places among its 2 choices"),
        (["a", "b"], [0], "each of its 2 choices once"),
        (["a", "b"], [1, 1], "each of its 2 choices once"),
        (["a", "b"], [True, 0], "places among its 2 choices"),
        ([], [0], "places among its 0 choices"),
    ],
)
def test_an_order_that_fits_no_choices(
    tmp_path: Path, choices: list[str], order: list[int], words: str
) -> None:
    path = tmp_path / "x.jsonl"
    row = {"problem": "p", "response": "A", "gold": "a", "choices": choices}
    path.write_text(json.dumps({**row, "choice_order": order}) + "\n")
    with pytest.raises(InputError, match=words):
        imported(tmp_path / "run", "jsonl", path, "--model", "toy", "--grader", "choice")


@pytest.mark.slow
def test_choices_that_the_grader_does_not_ask_for(tmp_path: Path) -> None:
    """The gold stays the gold where the choices only stand beside it."""
    path = tmp_path / "x.jsonl"
    row = {"problem": "p", "question": "1 + 1?", "response": "2", "gold": "2"}
    path.write_text(json.dumps({**row, "choices": ["2", "3"], "choice_order": [1, 0]}) + "\n")
    words = ("--model", "toy", "--grader", "number")
    before = imported(tmp_path / "run", "jsonl", path, *words)
    for form in ("lm-eval", "csv", "parquet"):
        out = tmp_path / form
        done = CliRunner().invoke(app, ["export", form, str(tmp_path / "run"), "--out", str(out)])
        assert done.exit_code == 0
        (found,) = (p for p in out.rglob("*") if p.is_file() and "results_" not in p.name)
        again = imported(tmp_path / f"{form}-again", form, found, *words)
        assert (again["right"], again["counted"]) == (before["right"], [1])
