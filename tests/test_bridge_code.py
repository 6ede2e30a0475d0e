"""EvalPlus and LiveCodeBench files graded by our code grader, beside their own labels."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from claimbench.cli import app

FILES = Path(__file__).parent / "data" / "imports"
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


def imported(out: Path, *words: object) -> dict[str, Any]:
    """The measurement of an import."""
    done = CliRunner().invoke(app, ["import", *map(str, words), "--out", str(out)])
    if done.exception:
        raise done.exception
    found: dict[str, Any] = json.loads((out / "measurements.json").read_text())[0]
    return found


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
dataset: {file: lcb.jsonl, rows: 2}
fields:
  id: question_id
  question: question_content
  slots: {starter: starter_code}
  tests:
    form: livecodebench
    columns: {public: public_test_cases, private: private_test_cases, metadata: metadata}
prompt: "{question}"
grader: {kind: code}
samples: 2
"""


def livecodebench(toy: Path, configs: Path) -> Path:
    """The benchmark of the fixture's two problems, with tests."""
    (configs / "ours.yaml").write_text(LIVECODEBENCH)
    (submission,) = (FILES / "livecodebench").glob("*_eval_all.json")
    tests = {"ours_1": [("3\n", "6\n"), ("10\n", "20\n")], "ours_2": [("a bc d\n", "3\n")]}
    with (toy / "data" / "lcb.jsonl").open("w") as file:
        for problem in json.loads(submission.read_text()):
            cases = [
                {"input": given, "output": expected, "testtype": "stdin"}
                for given, expected in tests[problem["question_id"]]
            ]
            more = {"public_test_cases": json.dumps(cases[:1]), "metadata": "{}"}
            private = {"private_test_cases": json.dumps(cases[1:])}
            file.write(json.dumps({**problem, **more, **private}) + "\n")
    return submission


def test_livecodebench(toy: Path, configs: Path, tmp_path: Path) -> None:
    path = livecodebench(toy, configs)
    changed = json.loads(path.read_text())
    # Their label of the second reply is turned, and one reply is only its code.
    changed[0]["graded_list"][1] = True
    changed[1]["output_list"][0] = changed[1]["code_list"][0]
    path = tmp_path / "turned_eval_all.json"
    path.write_text(json.dumps(changed))
    words = ("--model", "somebody", "--benchmark", "ours", "--data-dir", toy / "data")
    m = imported(tmp_path / "run", "livecodebench", path, *words)
    assert (m["tier"], m["right"], m["counted"]) == ("B", [1, 1], [2, 2])
    (apart,) = table(tmp_path / "run", "disagreements")
    assert (apart["problem"], apart["theirs"]) == ("ours_1", "right")
    assert apart["ours"] == "wrong_answer"
    assert apart["their answer"] == "print(input() * 2)"
    assert "Wrong Answer" in apart["their reason"] and "33" in apart["our reason"]


def test_the_code_grader_needs_tests(tmp_path: Path) -> None:
    path = FILES / "evalplus" / "samples_eval_results.json"
    with pytest.raises(Exception, match=r"brings no tests.*--benchmark") as caught:
        imported(tmp_path / "run", "evalplus", path, "--model", "somebody", "--grader", "code")
    assert "\n" not in str(caught.value) and not (tmp_path / "run").exists()


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
