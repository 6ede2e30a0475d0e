"""What leaves a run folder for papers, Python and EvalEval's datastore, and comes back."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from bridge_toys import claimbench, file_of, imported, write_rows
from conftest import ROOT
from typer.testing import CliRunner

import claimbench as package
from claimbench.claims.published import load_published
from claimbench.cli import app
from claimbench.cli.terminal import inert
from claimbench.errors import ConfigError, DataError
from claimbench.interop.writers.eee_entry import portable
from claimbench.interop.writers.paper import in_latex

COMMITTED = ("smollm2-gsm8k", "smoke-reference", "smoke-code-reference")
ROWS = [
    {"problem_id": "a", "question": "2+2?", "gold": "4", "sample_index": 0, "response": "It is 4"},
    {"problem_id": "a", "question": "2+2?", "gold": "4", "sample_index": 1, "response": "It is 5"},
    {"problem_id": "b", "question": "3+2?", "gold": "5", "sample_index": 0, "response": "It is 5"},
    {"problem_id": "b", "question": "3+2?", "gold": "5", "sample_index": 1, "response": "It is 6"},
]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    path = write_rows(tmp_path / "x.jsonl", ROWS)
    imported(tmp_path / "run", "jsonl", path, "--model", "toy", "--grader", "number")
    return tmp_path / "run"


def exported(form: str, folder: Path, out: Path, *words: object) -> list[Path]:
    claimbench("export", form, folder, "--out", out, *words)
    return sorted(path for path in out.rglob("*") if path.is_file())


def measured(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "measurements.json").read_text())[0]
    return found


# --- every_eval_ever -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMMITTED)
def test_committed_results_go_out_and_come_back_as_figures(name: str, tmp_path: Path) -> None:
    """The score of the published table is that of the run, though no sample is there."""
    (path,) = exported("eee", ROOT / "results" / name, tmp_path / "out")
    claimbench("import", "eee", path, "--out", tmp_path / "figures")
    (table,) = (tmp_path / "figures").glob("*.yaml")
    content = yaml.safe_load(table.read_text())
    assert content["tier"] == "C"
    (scores,) = content["tables"].values()
    m = measured(ROOT / "results" / name)
    at = [column["metric"] for column in scores["columns"]].index("pass@1")
    (values,) = (row["values"] for row in scores["rows"].values())
    assert values[at] == pytest.approx(100 * m["pass_at_1"], abs=1e-9)
    assert list(scores["rows"]) == [m["model"]]


def test_figures_judge_as_published_tables_do(tmp_path: Path) -> None:
    (path,) = exported("eee", ROOT / "results" / "smollm2-gsm8k", tmp_path / "out")
    done = CliRunner().invoke(app, ["import", "eee", str(path), "--out", str(tmp_path / "seeds")])
    assert "smollm2-135m-instruct  gsm8k  pass@1  2.12  tier C" in done.output
    assert "_names.yaml" not in done.output
    shutil.copy(ROOT / "seeds" / "published" / "_names.yaml", tmp_path / "seeds")
    (figure,) = load_published(tmp_path / "seeds")
    assert (figure.subject, figure.benchmark, figure.tier) == (
        "smollm2-135m-instruct", "gsm8k", "C",
    )  # fmt: skip
    assert (figure.samples, figure.problems, figure.greedy) == (1, 1319, True)


def test_unknown_names_are_listed(run: Path, tmp_path: Path) -> None:
    (path,) = exported("eee", run, tmp_path / "out", "--no-samples")
    done = CliRunner().invoke(app, ["import", "eee", str(path), "--out", str(tmp_path / "f")])
    assert "looked up: toy, x" in done.output
    ours = ["--model", "deepseek-r1", "--benchmark", "gsm8k"]
    done = CliRunner().invoke(
        app, ["import", "eee", str(path), "--out", str(tmp_path / "f"), *ours]
    )
    assert "deepseek-r1  gsm8k  pass@1  50.00" in done.output and "looked up" not in done.output


def test_samples_come_back_with_equal_scores(run: Path, tmp_path: Path) -> None:
    whole, samples = exported("eee", run, tmp_path / "out")
    assert samples.name == f"{whole.stem}_samples.jsonl"
    stated = json.loads(whole.read_text())
    pointer = stated["detailed_evaluation_results"]
    assert pointer["total_rows"] == 4
    assert pointer["file_path"] == samples.relative_to(tmp_path / "out").as_posix()
    result = next(
        r for r in stated["evaluation_results"] if r["metric_config"]["metric_name"] == "pass@1"
    )
    assert result["score_details"]["score"] == measured(run)["pass_at_1"] == 0.5
    for path, words in ((whole, ()), (samples, ("--grader", "number"))):
        again = imported(tmp_path / path.suffix / "again", "eee", path, *words)
        for key in ("right", "counted", "problem_ids", "model", "pass_at_1"):
            assert again[key] == measured(run)[key], key
        assert again["tier"] == ("B" if words else "C")


def test_the_same_run_gives_the_same_files(run: Path, tmp_path: Path) -> None:
    first, second = (exported("eee", run, tmp_path / name) for name in "ab")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
    assert [p.name for p in first] == [p.name for p in second]


def test_real_outputs_go_out_and_come_back(tmp_path: Path) -> None:
    first = imported(
        tmp_path / "run", "lm-eval", file_of("lm-eval/samples_smoke_twice*"), "--grader", "number"
    )
    whole, _ = exported("eee", tmp_path / "run", tmp_path / "out")
    again = imported(tmp_path / "again", "eee", whole, "--grader", "number")
    assert (again["right"], again["counted"]) == (first["right"], first["counted"])
    assert again["protocol"]["temperature"] == first["protocol"]["temperature"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"interaction_type": "agentic"}, "a conversation has no one response"),
        ({"output": {"raw": []}}, "output.raw holds no response"),
        ({"output": {"raw": "text"}}, "output.raw is a text, a list is needed"),
        ({"evaluation": {"is_correct": "perhaps"}}, "is_correct is 'perhaps'"),
        ({"input": 3}, "input is a number, a mapping is needed"),
    ],
)
def test_wrong_samples_are_one_sentence(
    run: Path, tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    _, samples = exported("eee", run, tmp_path / "out")
    row = json.loads(samples.read_text().splitlines()[0])
    samples.write_text(json.dumps({**row, **change}) + "\n")
    with pytest.raises(DataError, match=re.escape(words)):
        claimbench("import", "eee", samples, "--out", tmp_path / "no")
    assert not (tmp_path / "no").exists()


def test_wrong_scores_are_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    for content, words in (
        ("{}", "does not say whose scores"),
        ('{"model_info": {"id": "a/b"}}', "there is no score in it"),
        (
            '{"model_info": {"id": "a/b"}, "evaluation_results": [{"evaluation_name": "x"}]}',
            "no number",
        ),
        ("[1]", "a JSON object is needed"),
    ):
        path.write_text(content)
        with pytest.raises((ConfigError, DataError), match=words):
            claimbench("import", "eee", path, "--out", tmp_path / "no")


@pytest.mark.parametrize(
    ("name", "folder"),
    [("Qwen2.5-7B", "Qwen2.5-7B"), ("a/b:c", "a_b_c"), ("nul", "_nul"), ("data", "_data"),
     ("x. ", "x"), ("\x1b[31m", "_[31m"), ("", "_"), ("..", "_")],
)  # fmt: skip
def test_names_become_portable_folders(name: str, folder: str) -> None:
    assert portable(name) == folder


# --- tables --------------------------------------------------------------------------------------


def test_tables_for_a_paper(run: Path, tmp_path: Path) -> None:
    (tex,) = exported("latex", run, tmp_path / "tex")
    text = tex.read_text()
    assert re.findall(r"^\\(toprule|midrule|bottomrule)$", text, re.M) == [
        "toprule", "midrule", "bottomrule",
    ]  # fmt: skip
    (row,) = re.findall(r"^toy & .*$", text, re.M)
    assert row.startswith(r"toy & x & 2 & 2 & 50.0 & ") and row.endswith(r"\\")
    assert row.count("&") == text[text.index("toprule") :].split("\n")[1].count("&") == 7
    (page,) = exported("markdown", run, tmp_path / "md")
    assert "| toy | x | 2 | 2 | 50.0 |" in page.read_text()


def test_verdicts_of_committed_results(tmp_path: Path) -> None:
    _, verdicts = exported("latex", ROOT / "results" / "smollm2-gsm8k", tmp_path)
    assert (
        r"smollm2-135m-instruct & gsm8k & 1.4 & 2.1 & +0.7 & -- & higher \\" in verdicts.read_text()
    )


def test_hostile_names_are_text(tmp_path: Path) -> None:
    row = {"problem": "p", "gold": "1", "response": "1", "model": "a&b_\\input{x}%$|`<i>\x1b[2J"}
    path = write_rows(tmp_path / "x.jsonl", [row])
    imported(tmp_path / "run", "jsonl", path, "--grader", "number")
    (tex,) = exported("latex", tmp_path / "run", tmp_path / "tex")
    assert r"a\&b\_\textbackslash{}input\{x\}\%\$|" in tex.read_text()
    (page,) = exported("markdown", tmp_path / "run", tmp_path / "md")
    assert r"\|\`\<i\>" in page.read_text()
    assert "\x1b" not in tex.read_text() + page.read_text()
    assert in_latex("≤ 5 – ~^") == r"$\leq$ 5 -- \textasciitilde{}\textasciicircum{}"


# --- Python --------------------------------------------------------------------------------------


def test_a_run_in_python(run: Path) -> None:
    found = package.load(run)
    assert [m["pass_at_1"] for m in found.measurements] == [0.5]
    assert found.verdicts == []
    rows = list(found.samples())
    assert [(r["problem_id"], r["sample_index"]) for r in rows] == [
        ("a", 0), ("a", 1), ("b", 0), ("b", 1),
    ]  # fmt: skip
    assert [g["value"] for g in found.grades()] == [1.0, 0.0, 1.0, 0.0]
    frame = pytest.importorskip("pandas") and found.frame("grades")
    assert frame.groupby("problem_id")["value"].mean().to_dict() == {"a": 0.5, "b": 0.5}
    with pytest.raises(ConfigError, match="did you mean grades"):
        found.frame("grade")


def test_ids_that_no_text_holds(tmp_path: Path) -> None:
    row = {"problem": "a\ud800", "gold": "1", "response": "1", "model": "m"}
    path = write_rows(tmp_path / "x.jsonl", [row])
    imported(tmp_path / "run", "jsonl", path, "--grader", "number")
    (m,) = package.load(tmp_path / "run").measurements
    assert (m["problem_ids"], m["right"]) == (("a?",), (1,))


def test_results_alone_in_python(tmp_path: Path) -> None:
    found = package.load(ROOT / "results" / "smollm2-gsm8k")
    assert found.verdicts[0]["verdict"] == "higher"
    with pytest.raises(DataError, match="holds results alone"):
        next(found.samples())
    with pytest.raises(ConfigError, match="no run folder"):
        package.load(tmp_path)


def test_importing_the_package_is_quick() -> None:
    """`import claimbench` loads nothing heavy; `load` does."""
    code = "import claimbench, sys; print({'numpy', 'pydantic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# --- one sample ----------------------------------------------------------------------------------


def shown(*words: object) -> str:
    done = CliRunner().invoke(app, ["show", *map(str, words)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_the_rules_of_a_sample_fit_a_narrow_terminal(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for columns, width in (("40", 40), ("200", 72)):
        monkeypatch.setenv("COLUMNS", columns)
        rules = [line for line in shown(run, "--problem", "a").splitlines() if line[:2] == "──"]
        assert len(rules) > 2 and {len(line) for line in rules} == {width}


def test_one_sample_in_the_terminal(run: Path) -> None:
    said = shown(run, "--problem", "a", "--sample", 1)
    assert "toy on x, problem a, sample 1 of 2" in said
    assert "wrong: " in said and "answer: 5" in said
    assert "2+2?" in said and "It is 5" in said and "It is 4" not in said
    with pytest.raises(ConfigError, match="has no sample 7"):
        shown(run, "--problem", "a", "--sample", 7)
    with pytest.raises(ConfigError, match="there is no problem 'aa'; did you mean a"):
        shown(run, "--problem", "aa")
    with pytest.raises(ConfigError, match=r"say which of its problems with --problem ID; there ar"):
        shown(run)
    with pytest.raises(ConfigError, match="no such model or benchmark; it holds toy on x"):
        shown(run, "--problem", "a", "--model", "other")


def test_reasoning_stands_apart(tmp_path: Path) -> None:
    rows = [
        {"problem": "p", "gold": "1", "response": "Let me see.</think>The answer is 1"},
        {"problem": "q", "gold": "1", "response": "Let me see, I never end"},
    ]
    path = write_rows(tmp_path / "x.jsonl", rows)
    imported(
        tmp_path / "run", "jsonl", path, "--grader", "number", "--model", "r1-distill-qwen-1.5b"
    )
    said = shown(tmp_path / "run", "--problem", "p")
    assert said.index("── reasoning") < said.index("Let me see.") < said.index("── reply")
    assert said.index("── reply") < said.index("The answer is 1")
    said = shown(tmp_path / "run", "--problem", "q")
    assert "── reasoning" in said and "── reply" not in said


HOSTILE = "\x1b]0;title\x07\x1b[2J\u202eevil\u2066\r\x08\ud800\n    kept = 1\n\tkept"


def test_hostile_text_is_inert(tmp_path: Path) -> None:
    row = {"problem": "p", "question": HOSTILE, "gold": "1", "response": HOSTILE}
    path = write_rows(tmp_path / "x.jsonl", [row])
    imported(tmp_path / "run", "jsonl", path, "--grader", "number", "--model", "toy")
    said = shown(tmp_path / "run", "--problem", "p")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", said)
    assert said.count("\n    kept = 1\n    kept") == 2
    assert inert("a\u200bb\n c") == ["a�b", " c"]
