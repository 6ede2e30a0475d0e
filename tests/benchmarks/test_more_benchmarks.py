"""AMC 2023, Minerva, OlympiadBench, HMMT and DeepSeek's LeetCode set: the pinned content, golds
against themselves, LeetCode's tests through the sandbox; and when benchmarks became public."""

from __future__ import annotations

import ast
import datetime as dt
from pathlib import Path

import pytest
from grading_samples import reply

from claimbench import config
from claimbench.benchmarks.loading import load_problems
from claimbench.config import BenchmarkConfig
from claimbench.errors import ConfigError
from claimbench.grading import GradingPool, make_grader
from claimbench.planning.exposure import exposure
from claimbench.records import Problem

MATHS = {
    "amc23": 40,
    "minerva_math": 272,
    "olympiadbench": 675,
    "hmmt_feb_2024": 30,
    "hmmt_feb_2025": 30,
}
LEETCODE = "leetcode_deepseek"


@pytest.fixture
def files(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLAIMBENCH_CACHE", str(tmp_path))
    return shared / "data" / "benchmarks"


def outcomes(benchmark: BenchmarkConfig, replies: list[tuple[Problem, str]]) -> list[str]:
    """The outcome of each reply by the benchmark's own grader."""
    grader = make_grader(benchmark.grader.kind, benchmark.grader.options, None, "seccomp")
    found: dict[str, str] = {}
    with GradingPool(2) as pool:
        for place, (problem, text) in enumerate(replies):
            pool.submit(grader, problem, reply(text, id=str(place)))
        found = {grade.sample_id: grade.outcome for grade in pool.drain()}
    return [found[str(place)] for place in range(len(replies))]


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.parametrize("name", MATHS)
def test_every_gold_is_right_against_itself(name: str, files: Path) -> None:
    benchmark = config.load_benchmark(name)
    assert benchmark.dataset.digest
    problems = load_problems(benchmark, files)
    assert len(problems) == MATHS[name]
    replies = [(p, f"So it is $\\boxed{{{p.gold.rstrip('. ').strip('$ ')}}}$.") for p in problems]
    wrong = [
        problem.id
        for (problem, _), outcome in zip(replies, outcomes(benchmark, replies), strict=True)
        if outcome != "correct"
    ]
    assert wrong == []


def knowing(problem: Problem, spoiled: bool) -> str:
    """A program that gives what the asserts expect, one after another; `spoiled`: the last one in
    a list more. It says nothing of the task: it is for the tests and the sandbox."""
    tree = ast.parse(problem.details["tests"]["data"]["asserts"].replace("\r\n", "\n"))
    asserts = [node for node in tree.body if isinstance(node, ast.Assert)]
    answers, names = [], set()
    for node in asserts:
        assert isinstance(node.test, ast.Compare)
        call = node.test.left
        nodes = isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        inner = call.args[0] if nodes and isinstance(call, ast.Call) else call
        assert isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute)
        names.add(inner.func.attr)
        expected = ast.unparse(node.test.comparators[0])
        answers.append(f"linked({expected})" if nodes else expected)
    if spoiled:
        answers[-1] = "linked([-1])" if answers[-1].startswith("linked") else f"[{answers[-1]}]"
    (name,) = names
    return (
        "```python\ndef linked(values):\n    node = None\n    for value in reversed(values):\n"
        "        node = ListNode(value, node)\n    return node\n"
        f"ANSWERS = iter([{', '.join(answers)}])\n"
        f"class Solution:\n    def {name}(self, **given):\n        return next(ANSWERS)\n```"
    )


@pytest.mark.shared
@pytest.mark.slow
def test_every_leetcode_test_passes_and_fails_in_the_sandbox(files: Path) -> None:
    benchmark = config.load_benchmark(LEETCODE)
    problems = load_problems(benchmark, files)
    assert len(problems) == 180
    small = [p for p in problems if "data" in p.details["tests"]]
    assert len(small) > 170  # The others' tests lie in files of their own.
    right = outcomes(benchmark, [(p, knowing(p, spoiled=False)) for p in small])
    assert {p.id: o for p, o in zip(small, right, strict=True) if o != "correct"} == {}
    wrong = outcomes(benchmark, [(p, knowing(p, spoiled=True)) for p in small])
    assert {p.id: o for p, o in zip(small, wrong, strict=True) if o == "correct"} == {}


@pytest.mark.slow
@pytest.mark.shared
def test_what_leetcode_has_in_scope_is_there(files: Path) -> None:
    benchmark = config.load_benchmark(LEETCODE)
    (double,) = [p for p in load_problems(benchmark, files) if "double-a-number" in p.id]
    program = (
        "```python\nclass Solution:\n"
        "    def doubleIt(self, head: Optional[ListNode]) -> Optional[ListNode]:\n"
        "        value = pow(0, 1, 7)\n"
        "        while head:\n            value, head = 10 * value + head.val, head.next\n"
        "        node = None\n"
        "        for digit in reversed(str(2 * value)):\n"
        "            node = ListNode(int(digit), node)\n        return node\n```"
    )
    assert outcomes(benchmark, [(double, program)]) == ["correct"]


# --- what was public when ---------------------------------------------------------------------


def test_every_benchmark_of_others_says_when_it_became_public() -> None:
    for name in config.names("benchmarks"):
        benchmark = config.load_benchmark(name)
        own = name.startswith("smoke-") or name == "lcb_sample"
        assert own or benchmark.public or benchmark.dataset.window, name


def test_every_model_says_when_it_came_out_and_by_what_source() -> None:
    for name in config.names("models"):
        released = config.load_model(name).released
        assert released is not None, name
        assert released.source, name


@pytest.mark.parametrize(
    ("benchmark", "expected"),
    [
        ("aime24", "all"),
        ("aime25", "none"),
        ("hmmt_feb_2024", "all"),
        ("hmmt_feb_2025", "none"),
        ("livecodebench", "in part"),
        ("smoke-math", "unknown"),
    ],
)
def test_what_was_public_before_r1(benchmark: str, expected: str) -> None:
    for model in ("deepseek-r1", "r1-distill-qwen-7b~double-bos"):
        found = exposure(config.load_model(model), config.load_benchmark(benchmark))
        assert found == expected


def test_the_day_of_the_release_itself_is_not_before_it() -> None:
    model, benchmark = config.load_model("deepseek-r1"), config.load_benchmark("aime24")
    assert model.released and benchmark.public
    assert model.released.date == dt.date(2025, 1, 20)
    same = benchmark.public.model_copy(update={"last": model.released.date})
    assert exposure(model, benchmark.model_copy(update={"public": same})) == "in part"


def test_dates_in_the_wrong_order_are_refused(project: Path) -> None:
    path = project / "configs" / "benchmarks" / "sums.yaml"
    path.write_text(path.read_text() + "public: {first: 2025-02-02, last: 2025-02-01, source: x}\n")
    with pytest.raises(ConfigError, match=r"last \(2025-02-01\) is before first"):
        config.load_benchmark("sums")
