"""The shipped coding benchmarks: real files have the pinned content, prompts are the authors'."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from claimbench import config
from claimbench.benchmarks import loading as benchmarks
from claimbench.config import BenchmarkConfig
from claimbench.config.prompting import fill, prompt_rules
from claimbench.errors import ConfigError, DataError
from claimbench.grading.code import unpack
from claimbench.models.prompts import PromptMaker
from claimbench.records import Problem

LOCAL = [("humaneval", 164), ("mbpp", 500), ("code_contests", 20), ("lcb_sample", 3)]


@pytest.mark.shared
@pytest.mark.parametrize(("name", "count"), LOCAL)
def test_real_files_have_the_pinned_content_and_tests(
    shared: Path, name: str, count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAIMBENCH_CACHE", str(tmp_path))
    benchmark = config.load_benchmark(name)
    assert benchmark.dataset.digest
    problems = benchmarks.load_problems(benchmark, shared / "data")
    assert len(problems) == count
    for problem in problems:
        tests = unpack.tests_source(problem).load()
        assert tests.check if tests.kind == "assert" else len(tests.cases) >= 5
        assert bool(tests.entry_point) == (tests.kind != "stdin")


def test_livecodebench_pins_releases_and_deepseeks_window() -> None:
    for name in ("livecodebench", "livecodebench-own"):
        dataset = config.load_benchmark(name).dataset
        assert (dataset.release, dataset.window) == ("release_v5", ("2024-08-01", "2025-01-31"))
        assert dataset.rows == 279
        rows = {release: chosen.rows for release, chosen in dataset.releases.items()}
        assert rows["v4_v5"] == 268 == rows["release_v5"] - rows["release_v3"]
        assert list(dataset.parts) == list(dataset.releases["release_v6"].parts)
        assert all(digest and len(digest) == 64 for digest in dataset.parts.values())


def asked(question: str, starter: str = "") -> Problem:
    return Problem("livecodebench", "p", question, details={"slots": {"starter": starter}})


def maker(tokenizer: Any, name: str) -> PromptMaker:
    model = config.load_model("r1-distill-qwen-1.5b")
    return PromptMaker(model, config.load_benchmark(name), tokenizer, max_tokens=100)


@pytest.mark.parametrize("template", ["first_tokenizer", "second_tokenizer"])
def test_both_variants_of_livecodebench_for_r1(
    template: str, request: pytest.FixtureRequest
) -> None:
    tokenizer = request.getfixturevalue(template)
    plain = maker(tokenizer, "livecodebench").prompt(asked("Add {starter} and {question}.")).text
    assert plain.startswith("<｜begin▁of▁sentence｜><｜User｜>You are an expert Python programmer.")
    assert plain.endswith("(use the provided format with backticks)<｜Assistant｜><think>\n")
    assert "### Question:\nAdd {starter} and {question}.\n\n### Format: Read the inputs" in plain
    own = maker(tokenizer, "livecodebench-own").prompt(asked("Add.", "class Solution:\n    ")).text
    assert own.startswith("<｜begin▁of▁sentence｜>A conversation between User and Assistant. ")
    assert own.count("<｜User｜>You will be given a question") == 1
    assert own.endswith("```python\nclass Solution:\n    \n```\n\n<｜Assistant｜>")


def test_a_variant_that_a_model_lacks_is_refused() -> None:
    model = config.load_model("smollm2-135m-instruct")
    with pytest.raises(ConfigError, match=r"prompt variant r1-zero-preamble.*does not have"):
        prompt_rules(model, config.load_benchmark("livecodebench-own"))


def test_mbpp_shows_its_asserts() -> None:
    benchmark = config.load_benchmark("mbpp")
    text = fill(benchmark.prompt, "Write f.", slots={"tests": "assert f(1) == 2"})
    assert text.endswith("task: Write f. Your code should pass these tests:\n\nassert f(1) == 2")


def test_evalplus_files_are_read_from_the_data_folder(tmp_path: Path) -> None:
    row = {
        "task_id": "HumanEval/0",
        "prompt": "def one():\n    '''One.'''\n",
        "canonical_solution": "    return 1\n",
        "entry_point": "one",
        "base_input": [[]],
        "plus_input": [],
        "atol": 0,
    }
    (tmp_path / "HumanEvalPlus-v0.1.10.jsonl").write_text(json.dumps(row) + "\n")
    benchmark = config.load_benchmark("humaneval_plus")
    with pytest.raises(DataError, match="1 row, but humaneval_plus pins 164"):
        benchmarks.load_problems(benchmark, tmp_path)
    one = benchmark.model_copy(update={"dataset": benchmark.dataset.model_copy(update={"rows": 1})})
    (problem,) = benchmarks.load_problems(one, tmp_path)
    assert problem.details["entry_point"] == "one"
    assert unpack.tests_source(problem).load().kind == "assert"


def test_sanitized_mbpp_is_one_json_list(tmp_path: Path) -> None:
    rows = [
        {"task_id": i, "prompt": "Write f.", "test_imports": ["import math"],
         "test_list": ["assert f(1) == 1"]}
        for i in (10, 11, 510, 511)
    ]  # fmt: skip
    (tmp_path / "sanitized-mbpp.json").write_text(json.dumps(rows))
    benchmark = config.load_benchmark("mbpp_sanitized")
    two = benchmark.model_copy(update={"dataset": benchmark.dataset.model_copy(update={"rows": 2})})
    assert [p.id for p in benchmarks.load_problems(two, tmp_path)] == ["11", "510"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"form": "casses"}, "casses.* is none of"),
        ({"columns": {}}, "lacks tests"),
        ({"columns": {"tests": "tests", "other": "x"}}, "other is unknown"),
    ],
)
def test_mistakes_in_fields_tests(change: dict[str, Any], words: str) -> None:
    plain = config.plain(config.load_benchmark("smoke-code"))
    plain["fields"]["tests"].update(change)
    with pytest.raises(ConfigError, match=words):
        benchmarks.load_problems(BenchmarkConfig.model_validate(plain))
