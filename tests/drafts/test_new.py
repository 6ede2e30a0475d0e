"""`claimbench new`, and runs that name paths."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import yaml
from conftest import TOY_NAMES
from template_toys import save_toy
from typer.testing import CliRunner, Result

pytest.importorskip("transformers")

from scripted import ScriptedEngine, scripted_kind

from claimbench import config, drafts
from claimbench.benchmarks import loading
from claimbench.cli import app
from claimbench.drafts.benchmarks import draft_benchmark
from claimbench.drafts.columns import Columns
from claimbench.engines import ENGINES
from claimbench.errors import ConfigError, DataError
from claimbench.messages import from_data
from claimbench.report.messages import english
from claimbench.runner import pipeline, preparing, reporting
from claimbench.store import RunStore

SUMS = [{"question": f"What is {i} + {i}?", "answer": str(2 * i)} for i in range(1, 41)]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A newcomer's folder: a finetune and some problems."""
    for variable in ("CLAIMBENCH_CONFIGS", "CLAIMBENCH_SEEDS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    save_toy("qwen2.5", tmp_path / "my finetune")
    put_rows(tmp_path / "mine.jsonl", SUMS)
    return tmp_path


def put_rows(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def new(*words: str) -> Result:
    return CliRunner().invoke(app, ["new", *words])


def test_a_model_a_benchmark_and_a_run_from_nothing(desk: Path) -> None:
    made = new("model", "my finetune")
    assert made.exit_code == 0, made.output
    assert "    | What is 6 times 7?<|im_end|>" in made.output
    assert "decide  system: what the template adds when none is given" in made.output
    asked = new("benchmark", "mine.jsonl")
    assert "Golds graded against themselves by number: 40 of 40 right" in asked.output
    run = new("run", "--model", "my-finetune", "--benchmark", "mine", "--claimed", "50")
    assert "claimbench run my-finetune-on-mine.yaml" in run.output
    experiment = drafts.load_experiment(Path("my-finetune-on-mine.yaml"))
    assert experiment.run.claimed == {"my-finetune": {"mine": 50.0}}
    assert experiment.models[0].path == str(desk / "my finetune")
    assert not experiment.models[0].drafted  # A person has the file now.
    assert len(loading.load_problems(experiment.benchmarks[0])) == 40


def test_what_is_there_is_not_written_over(desk: Path) -> None:
    (desk / "mine.yaml").write_text("mine")
    made = new("benchmark", "mine.jsonl", "--out", "mine.yaml")
    assert isinstance(made.exception, ConfigError)
    assert str(made.exception) == "mine.yaml: there is such a file; name another one with --out"
    assert (desk / "mine.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("nowhere", "nowhere: there is no such folder or file"),
        ("mine.jsonl", "mine.jsonl: name the folder of the checkpoint, or a .gguf file"),
        ("empty", "empty: config.json is missing; name the folder of a checkpoint"),
        ("adapter", "this is an adapter (LoRA) without its base model; merge the two first"),
        ("ggufs", "ggufs: name the file, such as ggufs/a.gguf"),
        ("nobody/such-model", "the hub's cache on this machine has no model of this name; run `hf"),
    ],
)
def test_what_is_no_checkpoint_is_refused_in_one_sentence(
    desk: Path, place: str, words: str
) -> None:
    for folder in ("empty", "adapter", "ggufs"):
        (desk / folder).mkdir()
    (desk / "adapter" / "adapter_config.json").write_text("{}")
    (desk / "ggufs" / "a.gguf").touch()
    made = new("model", place)
    assert isinstance(made.exception, ConfigError)
    assert words in str(made.exception) and "\n" not in str(made.exception)
    assert not (desk / "configs").exists()


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_columns_and_graders_are_guessed_from_the_rows(desk: Path) -> None:
    put_rows(
        desk / "gsm.jsonl", [{"uid": i, "Problem": "p", "Answer": f"x\n#### {i}"} for i in (1, 2)]
    )
    gsm = draft_benchmark("gsm.jsonl").config
    fields = gsm.fields
    assert (fields.id, fields.question, fields.gold) == ("uid", "Problem", "Answer")
    assert (fields.gold_after, gsm.grader.kind) == ("####", "number")
    write_csv(
        desk / "quiz.csv", [{"query": f"{i}? A) x B) y", "label": "AB"[i % 2]} for i in range(4)]
    )
    quiz = draft_benchmark("quiz.csv").config
    assert (quiz.fields.gold, quiz.grader.kind) == ("label", "choice")
    wrong = {f"Incorrect Answer {i}": f"w{i}" for i in (1, 2)}
    write_csv(desk / "gpqa.csv", [{"Question": "q", "Correct Answer": "r", **wrong}])
    gpqa = draft_benchmark("gpqa.csv").config
    assert gpqa.fields.choices == ("Correct Answer", "Incorrect Answer 1", "Incorrect Answer 2")
    assert gpqa.prompt.count("{choices}") == 1
    named = draft_benchmark("quiz.csv", "quiz", Columns(gold="query", grader="latex"))
    assert (named.config.fields.gold, named.config.grader.kind) == ("query", "latex")


def test_formulas_are_graded_as_formulas_and_failing_golds_are_shown(desk: Path) -> None:
    rows: list[dict[str, object]] = [
        {"problem": "half?", "solution": "\\frac{1}{2}"},
        {"problem": "none?", "solution": "}{"},
    ]
    put_rows(desk / "maths.jsonl", rows)
    made = new("benchmark", "maths.jsonl")
    assert made.exit_code == 0, made.output
    assert "Golds graded against themselves by latex: 1 of 2 right" in made.output
    assert "decide  grader: it calls 1 of 2 golds wrong" in made.output


def test_parquet_is_read(desk: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    import pyarrow

    parquet.write_table(pyarrow.Table.from_pylist(SUMS), desk / "sums.parquet")
    assert new("benchmark", "sums.parquet").exit_code == 0
    jsonl, rows = (draft_benchmark(name).config for name in ("mine.jsonl", "sums.parquet"))
    assert rows.dataset.digest == jsonl.dataset.digest
    assert len(loading.load_problems(config.load_benchmark("sums"))) == 40


@pytest.mark.parametrize(
    ("file", "words", "kind"),
    [
        ("nowhere.jsonl", "nowhere.jsonl: there is no such file", ConfigError),
        ("words.txt", "words.txt: rows are read from .jsonl, .json, .csv, .parquet", ConfigError),
        ("empty.jsonl", "empty.jsonl: there are no rows in it", DataError),
        ("odd.jsonl", "no column is plainly the gold (b); name it with --gold", ConfigError),
    ],
)
def test_what_is_no_benchmark_is_refused(
    desk: Path, file: str, words: str, kind: type[Exception]
) -> None:
    (desk / "words.txt").write_text("hello")
    (desk / "empty.jsonl").touch()
    put_rows(desk / "odd.jsonl", [{"question": "q", "b": "1"}])
    made = new("benchmark", file)
    assert isinstance(made.exception, kind)
    assert words in str(made.exception)


def test_a_named_column_that_is_not_there_has_the_nearest(desk: Path) -> None:
    made = new("benchmark", "mine.jsonl", "--gold", "Answers")
    assert "there is no column Answers; did you mean answer?" in str(made.exception)
    made = new("benchmark", "mine.jsonl", "--grader", "nubmer")
    assert "number" in str(made.exception)


def test_an_article_begins_with_its_lines(desk: Path) -> None:
    (desk / "story.txt").write_text("A model is said to win.\n\n모델이 이겼다.\n")
    made = new("article", "story.txt", "--name", "story-0101")
    assert "    | 1 A model is said to win.\n    | 3 모델이 이겼다." in made.output
    data = yaml.safe_load((desk / "seeds" / "articles" / "story-0101.yaml").read_text())
    assert (data["lines"], data["language"], data["claims"][0]["lines"]) == (3, "ko", "1")
    from claimbench.claims.articles import load_claims

    assert "story-0101-1" in {claim.id for claim in load_claims()}


RUN = """\
models: [./my finetune]
benchmarks: [./mine.jsonl]
sampling: {temperature: 0.5, max_tokens: 16}
claimed: {my-finetune: {mine: 95}}
samples: 4
margins: {mine: 30}
"""


def test_a_run_of_paths_ends_in_a_verdict_that_names_the_defaults(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk / "seeds" / "published").mkdir(parents=True)
    (desk / "seeds" / "published" / "_names.yaml").write_text(TOY_NAMES)
    monkeypatch.setenv("CLAIMBENCH_SEEDS", str(desk / "seeds"))
    engine = ScriptedEngine(
        lambda r: f"\\boxed{{{2 * (int(r.problem_id) + 1) + r.sample_index % 2}}}"
    )
    kind = scripted_kind(lambda: engine)
    monkeypatch.setattr("claimbench.engines.ENGINES", {**ENGINES, "transformers": kind})
    run = desk / "lab" / "first.yaml"
    run.parent.mkdir()
    run.write_text(RUN.replace("./", "../"))
    monkeypatch.chdir(desk / "lab")
    out = desk / "out"
    experiment = drafts.load_experiment(run)
    plan = preparing.plan(experiment, None, False, lambda _: None, root=out)
    report = pipeline.run(plan, out, reporting.report, lambda _: None, lambda _: None)
    assert [(v.subject, v.verdict) for v in report.verdicts] == [("my-finetune", "lower")]
    assert report.measurements[0].pass_at_1 == 0.5
    departures = english(from_data(RunStore.existing(out).config["departures"]["my-finetune"]))
    assert "local checkpoint my finetune" in departures
    assert "prompt rules taken from the checkpoint's chat template" in departures
    assert "columns, prompt and grader of mine guessed from the data" in departures
    # The folder itself goes on: nothing is owed.
    again = preparing.load(out)
    assert preparing.plan(again, None, False, lambda _: None, root=out).digest == plan.digest
    with pytest.raises(ConfigError, match="is a run that has begun, and goes on as it is"):
        preparing.load(out, ["seed=3"])


def test_a_model_file_needs_only_its_path(desk: Path) -> None:
    (desk / "configs" / "models").mkdir(parents=True)
    (desk / "configs" / "models" / "mine.yaml").write_text('path: "../../my finetune"\n')
    (desk / "first.yaml").write_text(
        RUN.replace("[./my finetune]", "[mine]").replace("my-fine", "")
    )
    run = (desk / "first.yaml").read_text().replace("tune: {mine: 95}", "mine: {mine: 95}")
    (desk / "first.yaml").write_text(run)
    model = drafts.load_experiment(Path("first.yaml")).models[0]
    assert (model.name, model.context, model.stop_tokens[0]) == ("mine", 2048, "<|im_end|>")


def test_short_names_of_columns_are_known(desk: Path) -> None:
    put_rows(
        desk / "short.jsonl", [{"q": f"What is {n} plus 1?", "a": str(n + 1)} for n in range(9)]
    )
    fields = draft_benchmark("short.jsonl").config.fields
    assert (fields.question, fields.gold) == ("q", "a")
