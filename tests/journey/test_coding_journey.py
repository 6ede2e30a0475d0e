"""Programs through the whole journey: rows in the hub's form, right and wrong replies."""

from __future__ import annotations

import base64
import gzip
import json
import os
import pickle
import re
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted import ScriptedEngine, scripted_kind

from claimbench import config
from claimbench.benchmarks.loading import content_digest, load_problems
from claimbench.engines import ENGINES
from claimbench.errors import ConfigError, DataError
from claimbench.grading import default_workers, make_grader
from claimbench.planning.plan import Plan
from claimbench.records import Problem, Request
from claimbench.report.messages import english
from claimbench.runner import pipeline, preparing, reporting
from claimbench.runner.reporting import Report
from claimbench.sandbox import isolation
from claimbench.sandbox.client import SandboxError

DATES = ("2024-07-31", "2024-08-01", "2024-10-15", "2025-01-31", "2025-02-01")
RATINGS = (800, 1000, 1200, 1400, 1600)

BENCHMARK = """\
title: Dated
source: written for this test
dataset:
  hub: nobody/dated
  revision: "0000000000000000000000000000000000000000"
  parts: {a.jsonl: null, b.jsonl: null}
  releases:
    v1: {parts: [a.jsonl], rows: 3}
    v2: {parts: [a.jsonl, b.jsonl], rows: 5}
  release: v2
  date: contest_date
  window: [2024-08-01, 2025-01-31]
  rows: 3
fields:
  id: question_id
  question: question_content
  rating: rating
  slots: {starter: starter_code}
  tests:
    form: livecodebench
    columns: {public: public_test_cases, private: private_test_cases, metadata: metadata}
prompt: "{question} Read stdin."
starter_prompt: "{question} Start: {starter}"
grader: {kind: code}
samples: 4
"""


def row(number: int) -> dict[str, Any]:
    """A problem in the form of LiveCodeBench's JSONL parts; the third one is functional."""
    functional = number == 2
    kind = "functional" if functional else "stdin"
    ends = ("", "") if functional else ("\n", "\n")
    tests = [
        {"input": f"{x}{ends[0]}", "output": f"{x + number}{ends[1]}", "testtype": kind}
        for x in range(6)
    ]
    private = base64.b64encode(zlib.compress(pickle.dumps(json.dumps(tests[2:])))).decode()
    return {
        "question_id": f"p{number}",
        "question_content": f"Add {number} to a number.",
        "contest_date": f"{DATES[number]}T00:00:00",
        "starter_code": "class Solution:\n    def shift(self, x):\n        " if functional else "",
        "public_test_cases": json.dumps(tests[:2]),
        "private_test_cases": private,
        "metadata": json.dumps({"func_name": "shift"} if functional else {}),
        "rating": RATINGS[number],
    }


def reply(request: Request) -> str:
    """Right, wrong with hostile output, failing, and no program, by sample index."""
    n = int(request.problem_id.removeprefix("p"))
    good = f"print(int(input()) + {n})"
    bad = "print('<script>alert(1)</script>' * 100)"
    if n == 2:
        good = f"class Solution:\n    def shift(self, x):\n        return x + {n}"
        bad = "class Solution:\n    def shift(self, x):\n        return '<script>' * 200"
    programs = [good, bad, "raise ValueError('no')"]
    index = request.sample_index
    block = f"```python\n{programs[index]}\n```" if index < 3 else "I do not know."
    return f"Thinking. ```python\n{good}\n```</think>{block}"


@pytest.fixture
def dated(toy: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLAIMBENCH_CACHE", str(toy / "cache"))
    (toy / "configs" / "benchmarks" / "dated.yaml").write_text(BENCHMARK)
    for name, numbers in (("a.jsonl", (0, 1, 2)), ("b.jsonl", (3, 4))):
        lines = "".join(json.dumps(row(n)) + "\n" for n in numbers)
        (toy / "data" / name).write_text(lines)
    run = toy / "configs" / "runs" / "try.yaml"
    text = run.read_text().replace("[sums]", "[dated]").replace("margins: {sums: 20}\n", "")
    run.write_text(text.replace("samples: 8", "samples: 4").replace("tokens: 16", "tokens: 400"))
    return toy


def problems(root: Path, *sets: str) -> list[str]:
    experiment = config.load_experiment(root / "configs" / "runs" / "try.yaml", sets)
    return [p.id for p in load_problems(experiment.benchmarks[0], root / "data")]


class TestWindows:
    def test_both_ends_are_in(self, dated: Path) -> None:
        assert problems(dated) == ["p1", "p2", "p3"]

    def test_a_run_chooses_another_window_and_release(self, dated: Path) -> None:
        key = "select.dated"
        assert problems(dated, f"{key}.window=[2024-07-31, 2024-08-01]") == ["p0", "p1"]
        assert problems(dated, f"{key}.window=[2025-02-01, 2025-02-01]") == ["p4"]
        assert problems(dated, f"{key}.release=v1") == ["p1", "p2"]
        # The pinned selection, said again, keeps its pinned count.
        chosen = config.load_experiment(
            dated / "configs" / "runs" / "try.yaml", [f"{key}.window=[2024-08-01, 2025-01-31]"]
        )
        assert chosen.benchmarks[0].dataset.rows == 3

    @pytest.mark.parametrize(
        ("option", "words"),
        [
            ("window=[2025-01-01, 2024-01-01]", "ends .* before it begins"),
            ("window=[yesterday, today]", "two dates"),
            ("window=2024-01-01", "two dates"),
            ("release=v3", "release 'v3' is unknown"),
        ],
    )
    def test_mistakes(self, dated: Path, option: str, words: str) -> None:
        with pytest.raises(ConfigError, match=words):
            problems(dated, f"select.dated.{option}")

    def test_rows_are_counted_before_and_after_the_window(self, dated: Path) -> None:
        path = dated / "data" / "b.jsonl"
        whole = path.read_text()
        path.write_text(whole + json.dumps({**row(4), "question_id": "p5"}) + "\n")
        with pytest.raises(DataError, match=r"hold 6 rows, but v2 has 5 \(key dataset.releases\)"):
            problems(dated)
        path.write_text(whole.replace("2025-01-31", "2025-03-31"))
        with pytest.raises(DataError, match=r"2 rows, but dated pins 3 \(key dataset.rows\)"):
            problems(dated)
        path.write_text(whole.replace("2025-01-31T", "someday T"))
        with pytest.raises(DataError, match="no date in column contest_date"):
            problems(dated)

    def test_a_part_must_have_its_digest(self, dated: Path) -> None:
        path = dated / "configs" / "benchmarks" / "dated.yaml"
        path.write_text(path.read_text().replace("a.jsonl: null", f"a.jsonl: {'ab' * 32}"))
        with pytest.raises(DataError, match=r"a\.jsonl: its SHA-256 is .*pinned is abab"):
            problems(dated)

    def test_the_contents_digest_covers_the_tests(self, dated: Path) -> None:
        benchmark = config.load_benchmark("dated")
        before = content_digest(load_problems(benchmark, dated / "data"))
        path = dated / "data" / "b.jsonl"
        path.write_text(path.read_text().replace(r"\"0\\n\"", r"\"9\\n\""))
        assert content_digest(load_problems(benchmark, dated / "data")) != before


def run(root: Path, monkeypatch: pytest.MonkeyPatch, *sets: str, dies: int | None = None) -> Report:
    engine = ScriptedEngine(reply, shuffle=3, dies_after=dies)
    kind = scripted_kind(lambda: engine)
    monkeypatch.setattr("claimbench.engines.ENGINES", {**ENGINES, "transformers": kind})
    experiment = config.load_experiment(root / "configs" / "runs" / "try.yaml", sets)
    plan = preparing.plan(experiment, root / "data", False, lambda _: None)
    return pipeline.run(plan, root / "out", reporting.report, lambda _: None, lambda _: None)


@pytest.mark.slow
def test_programs_get_their_outcomes_and_the_report_shows_why(
    dated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claimbench.benchmarks.details.APART", 10)  # tests in files of their own
    (measured,) = run(dated, monkeypatch).measurements
    assert measured.right == (1, 1, 1)
    counts = {k: v for k, v in measured.metrics.items() if k.startswith("outcome_")}
    assert counts == {
        "outcome_correct": 3,
        "outcome_wrong_answer": 3,
        "outcome_runtime_error": 3,
        "outcome_no_code": 3,
    }
    assert measured.no_answer_share == pytest.approx(0.25)
    assert measured.protocol["window"] == "2024-08 to 2025-01"
    assert measured.protocol["release"] == "v2"
    # A quarter of the attempts at 1000, 1200 and 1400: below all of them.
    assert measured.metrics["rating_estimate"] == pytest.approx(1200 - 400 * 0.4975, abs=30)
    out = dated / "out"
    assert len(list((out / "problems" / "tests").iterdir())) == 3
    assert str(dated) not in (out / "problems" / "dated.jsonl").read_text()
    report = (out / "report.md").read_text()
    assert "3 right" in report
    assert "Isolation of toy on dated: " in report
    assert "(an estimate)" in report
    page = (out / "report.html").read_text()
    assert "<script>alert(1)" not in page
    blocks = re.findall(r"H4sI[A-Za-z0-9+/=]+", page)
    shown = "".join(gzip.decompress(base64.b64decode(b)).decode() for b in blocks)
    assert "grade-for-input" in shown
    assert "<script>alert(1)</script>" * 20 not in shown  # shortened


@pytest.mark.slow
def test_the_report_says_what_livecodebenchs_quirks_changed(
    dated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = dated / "configs" / "benchmarks" / "dated.yaml"
    quirks = "grader: {kind: code, options: {lcb_compat: true}}"
    path.write_text(path.read_text().replace("grader: {kind: code}", quirks))
    plain = reply
    by_file = lambda request: plain(request).replace("int(input())", "int(open(0).read())")  # noqa: E731
    monkeypatch.setattr(f"{__name__}.reply", by_file)
    (measured,) = run(dated, monkeypatch).measurements
    assert measured.right == (0, 1, 0)  # open(0) is empty in its runner
    report = (dated / "out" / "report.md").read_text()
    assert "1 program is right with them and 3 without; 2 verdicts differ" in report


@pytest.mark.slow
def test_a_run_folder_is_graded_where_no_dataset_is(
    dated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claimbench.benchmarks.details.APART", 10)
    before = run(dated, monkeypatch).measurements
    for path in [*(dated / "data").iterdir(), *(dated / "cache" / "tests").iterdir()]:
        path.unlink()
    moved = dated / "elsewhere"
    (dated / "out").rename(moved)
    for part in (moved / "grades").glob("*/*/*"):
        part.unlink()
    from claimbench.store import RunStore

    with RunStore.existing(moved, writer=True) as store:
        pipeline.grade(store, 1, lambda _: None, lambda _: None)
        again = reporting.report(store, partial=True).measurements
    assert [m.right for m in again] == [m.right for m in before]


@pytest.mark.slow
def test_hostile_tests_of_one_problem_are_our_error_and_named(
    dated: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trap = tmp_path / "trap"
    evil = base64.b64encode(zlib.compress(f"cos\nsystem\n(Vtouch {trap}\ntR.".encode())).decode()
    rows = [row(3), row(4)]
    rows[0]["private_test_cases"] = evil
    lines = "".join(json.dumps(r) + "\n" for r in rows)
    (dated / "data" / "b.jsonl").write_text(lines)
    (measured,) = run(dated, monkeypatch).measurements
    assert measured.counted == (4, 4, 1)  # only the reply without a program needs no tests
    grades = [
        json.loads(line)
        for part in (dated / "out" / "grades").glob("*/*/*.jsonl")
        for line in part.read_text().splitlines()
    ]
    (why,) = {json.dumps(g["reason"]) for g in grades if g["outcome"] == "sandbox_error"}
    assert "dated, problem p3 (b.jsonl:1): the pickled tests hold GLOBAL" in why
    assert not trap.exists()


@pytest.mark.slow
def test_another_window_is_not_comparable(dated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = dated / "seeds" / "published" / "vendor.yaml"
    text = table.read_text().replace("benchmark: sums", "benchmark: dated")
    table.write_text(
        text.replace("samples: 64}", "samples: 64, protocol: {window: 2024-08 to 2025-01}}")
    )
    (same,) = run(dated, monkeypatch).verdicts
    assert same.verdict != "not comparable"
    assert not any(d.setting == "window" for d in same.departures)
    (dated / "out").rename(dated / "first")
    (other,) = run(dated, monkeypatch, "select.dated.window=[2024-08-01, 2024-12-31]").verdicts
    assert other.verdict == "not comparable"
    assert "2024-08 to 2025-01 published, 2024-08 to 2024-12 measured" in english(other.sentence)


class TestFloor:
    """`grading.min_isolation` above what the machine has: bubblewrap is kept out of sight."""

    @pytest.fixture(autouse=True)
    def no_bubblewrap(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setattr(isolation, "tool_path", lambda: "/nowhere")
        isolation.find_isolation.cache_clear()
        yield
        isolation.find_isolation.cache_clear()

    def test_a_run_below_it_ends_before_a_model_is_loaded(
        self, dated: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made: list[object] = []

        def make() -> ScriptedEngine:
            made.append("an engine")
            return ScriptedEngine(reply)

        kind = scripted_kind(make)
        monkeypatch.setattr("claimbench.engines.ENGINES", {**ENGINES, "transformers": kind})
        path = dated / "configs" / "runs" / "try.yaml"
        experiment = config.load_experiment(path, ["grading.min_isolation=namespaces"])
        plan = preparing.plan(experiment, dated / "data", False, lambda _: None)
        words = (
            r"isolation namespaces is asked for, and fails here .*install bubblewrap .*; or accept "
            r"the risk with grading\.min_isolation: (landlock|seccomp|rlimits)"
        )
        with pytest.raises(SandboxError, match=words):
            pipeline.run(plan, dated / "out", reporting.report, lambda _: None, lambda _: None)
        assert made == []

    def test_it_is_a_key_of_the_run_only(self) -> None:
        with pytest.raises(ConfigError, match="a key of the run file, under `grading`"):
            make_grader("code", {"min_isolation": "namespaces"}, None)

    def test_it_is_in_no_identity(self, dated: Path) -> None:
        def planned(*sets: str) -> Plan:
            path = dated / "configs" / "runs" / "try.yaml"
            experiment = config.load_experiment(path, sets)
            return preparing.plan(experiment, dated / "data", False, lambda _: None)

        default, stronger = planned(), planned("grading.min_isolation=landlock")
        assert default.digest == stronger.digest
        assert [list(c.ids) for c in default.cells] == [list(c.ids) for c in stronger.cells]


def test_programs_get_a_worker_for_each_core() -> None:
    problem = Problem("toy", "p")
    coding, numbers = make_grader("code", {}, None), make_grader("integer", {}, None)
    assert default_workers([(numbers, problem)]) == 1
    assert default_workers([(numbers, problem), (coding, problem)]) == len(os.sched_getaffinity(0))


LCB = ["run", "lcb-sample", "--offline", "--quiet", "--set", "limit=1", "--set", "samples=4"]


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.usefixtures("tiny_checkpoint")
def test_the_tiny_model_killed_in_the_middle_and_resumed(tmp_path: Path, shared: Path) -> None:
    """A LiveCodeBench problem with encoded tests and a stdin problem, four times each. Few slots,
    so that there is a middle; single precision is the quicker one on a CPU."""
    out = tmp_path / "run"
    options = ["--set", "sampling.max_tokens=32", "--data-dir", str(shared / "data")]
    options += ["--set", "engine.slots=2", "--set", "engine.dtype=float32"]
    words = [sys.executable, "-m", "claimbench", *LCB, *options, "--out", str(out)]

    def stored() -> list[dict[str, Any]]:
        parts = (out / "samples").glob("*/*/*.jsonl")
        return [json.loads(line) for p in parts for line in p.read_bytes().split(b"\n")[:-1]]

    child = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 300
    while len(stored()) < 2 and child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    before = {s["id"]: s["text"] for s in stored()}
    assert 2 <= len(before) < 8
    done = subprocess.run(words, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    after = stored()
    assert len(after) == len({s["id"] for s in after}) == 8
    assert before.items() <= {s["id"]: s["text"] for s in after}.items()
    measured = json.loads((out / "measurements.json").read_text())
    assert [(m["benchmark"], m["received"], m["graded"]) for m in measured] == [
        ("lcb_sample", 4, 4),
        ("code_contests", 4, 4),
    ]
    assert "Outcomes of" in (out / "report.md").read_text()
