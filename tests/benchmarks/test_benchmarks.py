"""Datasets: counted, digested, mapped; whatever is not the pinned data is refused."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from claimbench import config
from claimbench.benchmarks import loading as benchmarks
from claimbench.benchmarks.twins import contradictions
from claimbench.config import BenchmarkConfig
from claimbench.config.prompting import fill
from claimbench.errors import ClaimbenchError, DataError, DatasetMissing
from claimbench.records import Problem
from claimbench.runner import preparing


def load(project: Path, **changes: object) -> BenchmarkConfig:
    plain = config.plain(config.load_benchmark("sums"))
    plain["dataset"].update(changes)
    return BenchmarkConfig.model_validate(plain)


def test_rows_become_problems(project: Path) -> None:
    problems = benchmarks.load_problems(load(project), project / "data")
    assert [p.id for p in problems] == ["q0", "q1", "q2", "q3", "q4"]
    assert problems[3].question == "What is 3 + 3?"
    assert problems[3].gold == "6"
    assert len(benchmarks.load_problems(load(project), project / "data", limit=2)) == 2


def test_a_column_names_what_problems_have_in_common(project: Path) -> None:
    plain = config.plain(load(project))
    plain["fields"]["group"] = "name"
    grouped = BenchmarkConfig.model_validate(plain)
    problems = benchmarks.load_problems(grouped, project / "data")
    assert [p.details["group"] for p in problems] == ["q0", "q1", "q2", "q3", "q4"]
    without = benchmarks.load_problems(load(project), project / "data")
    assert benchmarks.content_digest(problems) == benchmarks.content_digest(without)
    plain["fields"]["group"] = "passage"
    with pytest.raises(DataError, match="row 1 has no column passage"):
        benchmarks.load_problems(BenchmarkConfig.model_validate(plain), project / "data")


def test_gzip_and_csv_hold_the_same_content(project: Path) -> None:
    data = project / "data"
    rows = [json.loads(line) for line in (data / "sums.jsonl").read_text().splitlines()]
    expected = benchmarks.load_problems(load(project), data)
    (data / "packed.jsonl.gz").write_bytes(gzip.compress((data / "sums.jsonl").read_bytes()))
    assert benchmarks.load_problems(load(project, file="packed.jsonl"), data) == expected
    lines = ["name,ask,answer", *(f"{r['name']},{r['ask']},{r['answer']}" for r in rows)]
    (data / "sums.csv").write_text("\n".join(lines))
    assert benchmarks.load_problems(load(project, file="sums.csv"), data) == expected


def test_wrong_row_count_names_file_and_key(project: Path) -> None:
    with pytest.raises(
        DataError, match=r"sums.jsonl: 5 rows, but sums pins 6 \(key dataset.rows\)"
    ):
        benchmarks.load_problems(load(project, rows=6), project / "data")


def test_of_a_users_own_file_no_revision_is_spoken_of(project: Path) -> None:
    with pytest.raises(DataError) as failure:
        benchmarks.load_problems(load(project, rows=6), project / "data")
    assert str(failure.value).endswith("mend the file, or write rows: 5 where it is as you mean it")
    with pytest.raises(DataError) as failure:
        benchmarks.load_problems(load(project, digest="0" * 64), project / "data")
    assert "revision" not in str(failure.value)
    hub = load(project, rows=6, hub="nobody/sums", revision="1" * 40)
    with pytest.raises(DataError, match="use the pinned revision of the dataset"):
        benchmarks.load_problems(hub, project / "data")


def test_offline_a_dataset_is_missing_in_our_words(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in those of the libraries, which name options of theirs."""
    pytest.importorskip("datasets")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    hub = load(project, hub="nobody/sums", revision="1" * 40)
    with pytest.raises(DatasetMissing, match=r"\(working offline, and it is not in the cache\)"):
        benchmarks.load_problems(hub, None)


@pytest.mark.parametrize(
    ("second", "pairs"),
    [
        (Problem("b", "2", "What  is 2 + 2?", "5"), [(1, 2)]),
        (Problem("b", "2", "What is 2 + 2?", "4.0"), []),
        (Problem("b", "2", "What is 2 + 3?", "5"), []),
        (Problem("b", "2", "What is 2 + 2?", "", ("4", "5")), []),
    ],
)
def test_one_question_with_two_golds_is_found(
    second: Problem, pairs: list[tuple[int, int]]
) -> None:
    first = Problem("b", "1", "What is 2 + 2?", "4")
    found = contradictions([first, second])
    assert found == [
        f"rows {a} and {b} ask the same question with different golds: mend one, or leave it out"
        for a, b in pairs
    ]


def test_a_wrong_column_and_a_wrong_grader_are_said_with_what_was_meant(toy: Path) -> None:
    path = toy / "configs" / "benchmarks" / "sums.yaml"
    text = path.read_text()

    def refusal(old: str, new: str) -> str:
        path.write_text(text.replace(old, new))
        with pytest.raises(ClaimbenchError) as failure:
            loaded = preparing.load(Path("try"))
            preparing.plan(loaded, toy / "data", False, lambda _: None, weights=False)
        return str(failure.value)

    wrong = refusal("gold: answer", "gold: Answer")
    assert wrong.endswith("no column Answer (it has name, ask, answer); did you mean answer?")
    wrong = refusal("kind: number", "kind: numbers")
    assert wrong.startswith("benchmark sums, key grader: grader 'numbers' is unknown; did you mean")


def test_one_set_of_choices_with_two_right_ones_is_found_and_many_are_counted() -> None:
    orders = [("4", "5"), ("5", "4"), ("4", "5", "6"), ("4", "5")]
    choices = [Problem("b", str(i), "Which?", "", order) for i, order in enumerate(orders)]
    assert contradictions(choices)[0].startswith("rows 1 and 2 ask the same question")
    assert len(contradictions(choices)) == 1
    many = [Problem("b", str(i), "Which?", str(i)) for i in range(7)]
    assert contradictions(many)[3:] == ["and so do 3 more pairs of rows"]


def test_a_plan_says_which_rows_contradict_each_other(
    toy: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = toy / "data" / "sums.jsonl"
    file.write_text(file.read_text().replace("What is 4 + 4?", "What is 3 + 3?"))
    preparing.plan(preparing.load(Path("try")), toy / "data", False, lambda _: None, weights=False)
    assert [record.getMessage() for record in caplog.records] == [
        "benchmark sums: rows 4 and 5 ask the same question with different golds: mend one, or "
        "leave it out"
    ]


def test_digest_is_of_the_content_and_is_held(project: Path) -> None:
    found = benchmarks.content_digest(benchmarks.load_problems(load(project), project / "data"))
    pinned = load(project, digest=found)
    path = project / "data" / "sums.jsonl"
    path.write_text(path.read_text().replace("What is", "What  is"))  # white space is folded
    benchmarks.load_problems(pinned, project / "data")
    path.write_text(path.read_text().replace("4 + 4", "4 + 5"))
    with pytest.raises(DataError, match="not the pinned text"):
        benchmarks.load_problems(pinned, project / "data")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{broken", "sums.jsonl:3: not a JSON line"),
        ("[1]", "sums.jsonl:3: a JSON object"),
        ('{"name": "q2", "ask": "?"}', "row 3 has no column answer"),
        ('{"name": "q2", "ask": "", "answer": "4"}', "row 3 has nothing in column ask"),
        ('{"name": "q1", "ask": "?", "answer": "4"}', "problem id q1 occurs twice"),
    ],
)
def test_damaged_rows(project: Path, line: str, words: str) -> None:
    path = project / "data" / "sums.jsonl"
    lines = path.read_text().splitlines()
    lines[2] = line
    path.write_text("\n".join(lines))
    with pytest.raises(DataError) as failure:
        benchmarks.load_problems(load(project), project / "data")
    assert words in str(failure.value)


def test_missing_data_says_what_would_serve(project: Path) -> None:
    with pytest.raises(DataError, match=r"--data-dir DIR with sums\.jsonl"):
        benchmarks.load_problems(load(project))
    with pytest.raises(DataError, match="no such folder"):
        benchmarks.load_problems(load(project), project / "nowhere")


def test_hub_dataset_out_of_reach_says_what_to_do() -> None:
    with pytest.raises(DataError, match=r"HuggingFaceH4/aime_2024.*--data-dir DIR.*aime24.jsonl"):
        benchmarks.load_problems(config.load_benchmark("aime24"))


def test_gold_after_needs_its_marker(project: Path) -> None:
    plain = config.plain(config.load_benchmark("sums"))
    plain["fields"]["gold_after"] = "####"
    with pytest.raises(DataError, match="row 1 has no '####'"):
        benchmarks.load_problems(BenchmarkConfig.model_validate(plain), project / "data")


def test_fewshot_is_drawn_once_by_its_seed(project: Path) -> None:
    plain = config.plain(config.load_benchmark("sums"))
    plain["fewshot"] = {"count": 2, "seed": 5, "answer": "answer", "dataset": plain["dataset"]}
    benchmark = BenchmarkConfig.model_validate(plain)
    turns = benchmarks.load_fewshot(benchmark, project / "data")
    assert [t.role for t in turns] == ["user", "assistant", "user", "assistant"]
    assert turns == benchmarks.load_fewshot(benchmark, project / "data")
    plain["fewshot"]["seed"] = 6
    assert turns != benchmarks.load_fewshot(BenchmarkConfig.model_validate(plain), project / "data")


def test_fill_leaves_braces_of_the_question_alone() -> None:
    assert fill("Q: {question}!", r"\frac{1}{2} {choices}") == r"Q: \frac{1}{2} {choices}!"


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "count"), [("aime24", 30), ("aime25", 30), ("math500", 500), ("gsm8k", 1319)]
)
def test_real_files_have_the_pinned_content(shared: Path, name: str, count: int) -> None:
    benchmark = config.load_benchmark(name)
    assert benchmark.dataset.digest
    assert len(benchmarks.load_problems(benchmark, shared / "data")) == count
    assert len(benchmarks.load_fewshot(benchmark, shared / "data")) == (
        10 if name == "gsm8k" else 0
    )
