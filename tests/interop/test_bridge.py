"""Import: files of the real tools, mapped tables, resume."""

from __future__ import annotations

import csv
import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from bridge_toys import file_of, imported, write_rows
from typer.testing import CliRunner

from claimbench.cli import app
from claimbench.errors import StoreError
from claimbench.records import CellName
from claimbench.store import RunStore
from claimbench.store.checks import FINISH_CODES

pytest.importorskip("ijson")
pytest.importorskip("pyarrow")
pytest.importorskip("zstandard")


def test_lm_eval(tmp_path: Path) -> None:
    out = tmp_path / "run"
    path = file_of("lm-eval/samples_smoke_once*")
    m = imported(out, "lm-eval", path, "--benchmark", "smoke-math", "--source-name", "a lab")
    assert (m["model"], m["tier"]) == ("ours/scripted", "B")
    assert (m["received"], m["right"]) == (4, [1, 0, 0, 1])
    assert m["truncated_share"] is None and m["tokens_mean"] is None
    assert m["protocol"]["temperature"] == 0.6 and m["protocol"]["max_tokens"] == 64
    assert m["greedy"] is False
    report = (out / "report.md").read_text()
    assert "unknown" in report and "a lab (not our run; evidence tier B)" in report
    # lm-eval's exact match counts 5.0 as wrong where the gold is 5.
    rows = list(csv.DictReader(io.StringIO((out / "tables/disagreements.csv").read_text())))
    assert [(r["problem"], r["theirs"], r["ours"]) for r in rows] == [
        ("sm-004", "wrong", "correct")
    ]
    assert rows[0]["our reason"]


def test_repeats_are_samples(tmp_path: Path) -> None:
    path = file_of("lm-eval/samples_smoke_twice*")
    m = imported(tmp_path / "run", "lm-eval", path, "--grader", "number")
    assert (m["samples_per_problem"], m["received"]) == (2, 8)
    assert not (tmp_path / "run" / "tables" / "agreement.csv").exists()


@pytest.mark.slow
def test_lighteval(tmp_path: Path) -> None:
    path = file_of("lighteval/details_smoke_often*")
    m = imported(tmp_path / "run", "lighteval", path, "--benchmark", "smoke-math")
    assert (m["problems"], m["samples_per_problem"], m["received"]) == (4, 4, 16)
    assert m["right"] == [2, 2, 2, 2]
    assert m["tokens_mean"] > 0 and m["truncated_share"] is None
    assert m["greedy"] is None


def test_inspect(tmp_path: Path) -> None:
    m = imported(tmp_path / "run", "inspect", file_of("inspect/*"), "--grader", "number")
    assert (m["model"], m["received"]) == ("mockllm/model", 8)
    assert m["truncated_share"] == 1 / 8
    assert m["protocol"]["harness"] == "inspect-ai"


def test_coding_labels_are_kept_as_theirs(tmp_path: Path) -> None:
    path = file_of("evalplus/*_eval_results.json")
    m = imported(tmp_path / "a", "evalplus", path, "--model", "toy")
    assert (m["tier"], m["problem_ids"], m["right"]) == (
        "C",
        ["Ours/0", "Ours/1", "Ours/2"],
        [1, 0, 1],
    )
    path = file_of("livecodebench/*_eval_all.json")
    m = imported(tmp_path / "b", "livecodebench", path, "--model", "toy")
    assert (m["tier"], m["right"], m["counted"]) == ("C", [2, 1, 2], [4, 4, 4])


def sums(count: int = 5, samples: int = 2) -> list[dict[str, Any]]:
    return [
        {"id": f"q{i}", "ask": f"What is {i}  + {i}?", "out": f"#### {2 * i + j}", "ok": 1 - j}
        for i in range(count)
        for j in range(samples)
    ]


MAPPING = "problem: id\nquestion: ask\nresponse: out\nlabel: ok\n"


def test_a_mapped_file_against_a_published_figure(toy: Path) -> None:
    path = write_rows(toy / "x.jsonl", sums())
    (toy / "m.yaml").write_text(MAPPING)
    words = ("jsonl", path, "--mapping", toy / "m.yaml", "--model", "toy", "--benchmark", "sums")
    protocol = ("--protocol", "temperature=0.6", "--data-dir", toy / "data")
    m = imported(toy / "run", *words, *protocol)
    assert (m["pass_at_1"], m["received"], m["asked"]) == (0.0, 10, 10)  # It never ends to think.
    verdict = json.loads((toy / "run" / "verdicts.json").read_text())[0]
    assert (verdict["tier"], verdict["verdict"]) == ("B", "lower")
    with RunStore.existing(toy / "run") as store:
        assert (
            store.sample_index(CellName("toy", "sums"))["finish"] == FINISH_CODES["unknown"]
        ).all()


def test_samples_that_differ_have_an_error_whatever_temperature_is_stated(tmp_path: Path) -> None:
    rows = [
        {"problem": f"p{i}", "gold": str(i), "response": f"It is {i + (i + j) % 2}.", "model": "m"}
        for i in range(9)
        for j in range(2)
    ]
    path = write_rows(tmp_path / "x.jsonl", rows)
    words = ("jsonl", path, "--grader", "number", "--protocol", "temperature=0")
    m = imported(tmp_path / "run", *words)
    # W/n = (9·(1/4)·2/1 + 1/2)/81/2
    assert (m["greedy"], m["pass_at_1"]) == (True, 0.5)
    assert m["sampling_se"] == pytest.approx((5 / 162) ** 0.5)
    report = (tmp_path / "run" / "report.md").read_text()
    assert "17.57" in report and "0 (greedy)" not in report


def test_an_import_is_not_resumed_over_an_edited_reply(tmp_path: Path) -> None:
    rows = [{"problem": f"p{i}", "gold": f"{i}", "response": f"It is {i}."} for i in range(9)]
    path = write_rows(tmp_path / "x.jsonl", rows)
    words = ("jsonl", path, "--grader", "number", "--model", "m")
    assert imported(tmp_path / "run", *words)["pass_at_1"] == 1.0
    assert imported(tmp_path / "run", *words)["pass_at_1"] == 1.0
    (part,) = (tmp_path / "run" / "samples").glob("*/*/*.jsonl")
    part.write_text(part.read_text().replace("It is 7", "It is 8"))
    again = ["import", *map(str, words), "--out", str(tmp_path / "run")]
    done = CliRunner().invoke(app, again)
    assert done.exit_code != 0
    assert "were edited, and are not those of the files" in str(done.exception)


def test_unmatched_rows_are_counted_and_shown(toy: Path) -> None:
    path = write_rows(toy / "x.jsonl", [*sums(), {"id": "zz", "ask": "?", "out": "1", "ok": 0}])
    (toy / "m.yaml").write_text(MAPPING)
    words = ["import", "jsonl", path, "--mapping", toy / "m.yaml", "--model", "other"]
    more = ["--benchmark", "sums", "--data-dir", toy / "data", "--out", toy / "run"]
    done = CliRunner().invoke(app, [*map(str, words), *map(str, more)])
    assert "1 row fits no problem" in done.output and "x.jsonl:11 (zz)" in done.output


def test_resume_and_a_changed_file(tmp_path: Path) -> None:
    rows = [
        {"problem": f"p{i}", "gold": str(i), "response": f"\\boxed{{{i}}}", "model": "m"}
        for i in range(9)
    ]
    path = write_rows(tmp_path / "x.jsonl", rows)
    words = ("jsonl", path, "--grader", "integer")
    assert imported(tmp_path / "run", *words) == imported(tmp_path / "run", *words)
    with RunStore.existing(tmp_path / "run") as store:
        assert sum(1 for _ in store.samples(CellName("m", "x"))) == 9
    write_rows(path, [*rows, {**rows[0], "problem": "new"}])
    with pytest.raises(StoreError, match=r"another run.*import\.content"):
        imported(tmp_path / "run", *words)


@pytest.mark.slow
def test_killed_and_resumed(tmp_path: Path) -> None:
    rows = [
        {"problem": f"p{i}", "gold": str(i), "response": f"\\boxed{{{i}}}", "model": "m"}
        for i in range(3000)
    ]
    path = write_rows(tmp_path / "x.jsonl", rows)
    out = tmp_path / "run"
    words = [sys.executable, "-m", "claimbench", "import", "jsonl", str(path)]
    process = subprocess.Popen(
        [*words, "--grader", "integer", "--out", str(out)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and not _stored(out):
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    m = imported(out, "jsonl", path, "--grader", "integer")
    assert (m["received"], m["graded"], m["pass_at_1"]) == (3000, 3000, 1.0)
    assert _stored(out) == 3000


def _stored(out: Path) -> int:
    """Whole lines, which are all different samples if there are as many as samples."""
    return sum(path.read_bytes().count(b"\n") for path in out.glob("samples/*/*/part-*.jsonl"))
