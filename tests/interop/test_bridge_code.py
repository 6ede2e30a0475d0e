"""EvalPlus and LiveCodeBench files graded by our code grader, beside their own labels."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from bridge_toys import imported

FILES = Path(__file__).parents[1] / "data" / "imports"
pytest.importorskip("ijson")

OURS = """\
title: Ours
source: written for this project
dataset: {{file: tasks.jsonl, rows: 3}}
fields:
  id: task_id
  question: prompt
  tests: {{form: {form}, columns: {columns}}}
prompt: "{{question}}"
grader: {{kind: code}}
samples: 2
"""
COLUMNS = {
    "check": "{check: test, entry_point: entry_point, prelude: prompt}",
    "evalplus": "{prompt: prompt, solution: canonical_solution, entry_point: entry_point,"
    " base: base_input, plus: plus_input, atol: atol}",
}


def table(out: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((out / "tables" / f"{name}.csv").read_text())))


@pytest.fixture
def configs(toy: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLAIMBENCH_CACHE", str(toy / "cache"))
    return toy / "configs" / "benchmarks"


def import_evalplus(form: str, configs: Path, out: Path) -> dict[str, Any]:
    (configs / "ours.yaml").write_text(OURS.format(form=form, columns=COLUMNS[form]))
    path, data = FILES / "evalplus" / "samples_eval_results.json", FILES / "evalplus"
    words = ("evalplus", path, "--model", "somebody", "--benchmark", "ours", "--data-dir", data)
    return imported(out, *words)


@pytest.mark.slow
def test_evalplus_with_its_extra_tests(configs: Path, tmp_path: Path) -> None:
    """Bare programs, one with fences and prose in its strings; a raw reply, which EvalPlus ran as
    it was, is the one disagreement."""
    m = import_evalplus("evalplus", configs, tmp_path / "run")
    assert (m["tier"], m["right"], m["counted"]) == ("B", [1, 0, 2], [2, 2, 2])
    (agreed,) = table(tmp_path / "run", "agreement")
    assert (agreed["both right"], agreed["both wrong"]) == ("2", "3")
    (apart,) = table(tmp_path / "run", "disagreements")
    assert (apart["problem"], apart["sample"]) == ("Ours/2", "1")
    assert (apart["theirs"], apart["ours"]) == ("wrong", "correct")
    assert apart["their reason"] == "base tests: fail, extra tests: fail"
    assert "passes its tests" in apart["our reason"]
    assert "def first(text)" in apart["our answer"]


@pytest.mark.slow
def test_evalplus_against_a_benchmark_of_base_tests(configs: Path, tmp_path: Path) -> None:
    """What fails extra tests alone is right here, by their labels too."""
    m = import_evalplus("check", configs, tmp_path / "run")
    assert m["right"] == [2, 1, 2]
    (apart,) = table(tmp_path / "run", "disagreements")
    assert (apart["problem"], apart["sample"]) == ("Ours/2", "1")
    assert "labels are those of the base tests" in (tmp_path / "run" / "report.md").read_text()


LIVECODEBENCH = """\
title: Ours
source: written for this project
dataset: {file: tests.jsonl, rows: 3}
fields:
  id: question_id
  question: question_content
  slots: {starter: starter_code}
  tests:
    form: livecodebench
    columns: {public: public_test_cases, private: private_test_cases, metadata: metadata}
prompt: "{question}"
grader: {kind: code}
samples: 4
"""


def import_livecodebench(path: Path, configs: Path, out: Path) -> dict[str, Any]:
    """Import against the fixture's three problems, with their tests."""
    (configs / "ours.yaml").write_text(LIVECODEBENCH)
    data = FILES / "livecodebench"
    words = ("--model", "somebody", "--benchmark", "ours", "--data-dir", data)
    return imported(out, "livecodebench", path, *words)


def submission() -> Path:
    (found,) = (FILES / "livecodebench").glob("*_eval_all.json")
    return found


@pytest.mark.slow
def test_livecodebench(configs: Path, tmp_path: Path) -> None:
    """Their runner took the first of two blocks, which is wrong, and we take the last, which is
    right; on every other reply, a timeout and a refusal among them, both agree."""
    m = import_livecodebench(submission(), configs, tmp_path / "run")
    assert (m["tier"], m["right"], m["counted"]) == ("B", [3, 1, 2], [4, 4, 4])
    (agreed,) = table(tmp_path / "run", "agreement")
    assert (agreed["both right"], agreed["both wrong"]) == ("5", "6")
    assert (agreed["they right, we wrong"], agreed["they wrong, we right"]) == ("0", "1")
    (apart,) = table(tmp_path / "run", "disagreements")
    assert (apart["problem"], apart["sample"], apart["their answer"]) == ("ours_1", "2", "print(6)")
    assert "n = int(input())" in apart["our answer"] and "6 != 20" in apart["their reason"]


def test_livecodebench_by_its_labels_alone(tmp_path: Path) -> None:
    """The score is the one that its own summary states."""
    m = imported(tmp_path / "run", "livecodebench", submission(), "--model", "somebody")
    summary = submission().with_name(submission().name.replace("_eval_all", "_eval"))
    assert m["pass_at_1"] == pytest.approx(json.loads(summary.read_text())[0]["pass@1"], abs=1e-12)
    with pytest.raises(Exception, match=r"item 1: no problem with its replies.*_eval_all\.json"):
        imported(tmp_path / "b", "livecodebench", summary, "--model", "somebody")


@pytest.mark.slow
def test_a_livecodebench_label_that_was_turned(configs: Path, tmp_path: Path) -> None:
    changed = json.loads(submission().read_text())
    # Their label of the second reply is turned, and one reply is only its code.
    changed[0]["graded_list"][1] = True
    changed[1]["output_list"][0] = changed[1]["code_list"][0]
    path = tmp_path / "turned_eval_all.json"
    path.write_text(json.dumps(changed))
    m = import_livecodebench(path, configs, tmp_path / "run")
    assert m["right"] == [3, 1, 2]
    apart = table(tmp_path / "run", "disagreements")
    (turned,) = [row for row in apart if row["theirs"] == "right"]
    assert (turned["problem"], turned["ours"]) == ("ours_1", "wrong_answer")
    assert turned["their answer"] == "print(input() * 2)" and "33" in turned["our reason"]


def test_the_code_grader_needs_tests(tmp_path: Path) -> None:
    path = FILES / "evalplus" / "samples_eval_results.json"
    with pytest.raises(Exception, match=r"brings no tests.*--benchmark") as caught:
        imported(tmp_path / "run", "evalplus", path, "--model", "somebody", "--grader", "code")
    assert "\n" not in str(caught.value) and not (tmp_path / "run").exists()


@pytest.mark.slow
@pytest.mark.shared
def test_humaneval_in_the_shape_of_evalplus(shared: Path, tmp_path: Path) -> None:
    """Reference solutions, with and without their docstrings' prose, and a body that does nothing,
    of the first problems of the real file."""
    with gzip.open(shared / "data" / "humaneval.jsonl.gz", "rt") as file:
        tasks = [json.loads(line) for line in file][:70:10]
    results = {
        task["task_id"]: [
            {"solution": task["prompt"] + body, "base_status": status, "plus_status": None}
            for body, status in ((task["canonical_solution"], "pass"), ("    pass\n", "fail"))
        ]
        for task in tasks
    }
    path = tmp_path / "eval_results.json"
    path.write_text(json.dumps({"eval": results}))
    words = ("--model", "somebody", "--benchmark", "humaneval", "--data-dir", shared / "data")
    m = imported(tmp_path / "run", "evalplus", path, *words)
    assert m["right"] == [1] * len(tasks) and m["counted"] == [2] * len(tasks)
    assert table(tmp_path / "run", "disagreements") == []


@pytest.mark.slow
@pytest.mark.shared
def test_a_solution_is_run_alone_as_evalplus_runs_it(shared: Path, tmp_path: Path) -> None:
    """Without the prompt's imports it fails there, so it fails here; the note says why."""
    with gzip.open(shared / "data" / "humaneval.jsonl.gz", "rt") as file:
        tasks = [json.loads(line) for line in file]
    needs = [task for task in tasks if "from typing import" in task["prompt"]][:5]
    results = {
        task["task_id"]: [
            {"solution": text, "base_status": status, "plus_status": None}
            for text, status in (
                (task["prompt"] + task["canonical_solution"], "pass"),
                (task["prompt"].partition("\n")[2] + task["canonical_solution"], "fail"),
            )
        ]
        for task in needs
    }
    path = tmp_path / "eval_results.json"
    path.write_text(json.dumps({"eval": results}))
    words = ("--model", "somebody", "--benchmark", "humaneval", "--data-dir", shared / "data")
    m = imported(tmp_path / "run", "evalplus", path, *words)
    assert m["right"] == [1] * len(needs) and m["counted"] == [2] * len(needs)
    assert table(tmp_path / "run", "disagreements") == []
    assert "EvalPlus runs a solution alone" in (tmp_path / "run" / "report.md").read_text()


@pytest.mark.slow
@pytest.mark.shared
def test_mbpp_by_its_numbers(shared: Path, tmp_path: Path) -> None:
    """EvalPlus writes Mbpp/11 where MBPP has 11; MBPP/56's function is named check."""
    with (shared / "data" / "mbpp.jsonl").open() as file:
        rows = {row["task_id"]: row for row in map(json.loads, file)}
    results = {
        f"Mbpp/{number}": [
            {"solution": text, "base_status": status, "plus_status": None}
            for text, status in ((rows[number]["code"], "pass"), ("x = 1", "fail"))
        ]
        for number in (11, 56, 126, 252, 431)
    }
    path = tmp_path / "eval_results.json"
    path.write_text(json.dumps({"eval": results}))
    words = ("--model", "somebody", "--benchmark", "mbpp", "--data-dir", shared / "data")
    m = imported(tmp_path / "run", "evalplus", path, *words)
    assert m["right"] == [1] * 5 and m["counted"] == [2] * 5
    assert table(tmp_path / "run", "disagreements") == []
    # Another benchmark's problems have other names.
    path.write_text(json.dumps({"eval": {f"HumanEval/{n}": results["Mbpp/11"] for n in (11, 56)}}))
    with pytest.raises(Exception, match="none of 4 rows has a problem of mbpp"):
        imported(tmp_path / "other", "evalplus", path, *words)
