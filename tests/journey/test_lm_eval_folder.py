"""The run folder of lm-eval's tasks: graded again, never mixed, hostile replies, kills."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("lm_eval")

from lm_eval_toys import JUDGE, Lab, write_data

from claimbench.benchmarks.lm_eval import tasks as lm_eval_tasks
from claimbench.errors import GradingError
from claimbench.records import Request
from claimbench.runner import pipeline, reporting
from claimbench.store import RunStore


@pytest.mark.slow
def test_a_run_is_graded_again_from_its_folder_alone(lab: Lab) -> None:
    plan = lab.plan(["lm-eval:gsm8k", "lm-eval:ours_words"], include=str(lab.tasks))
    before = lab.run(plan).measurements
    shutil.rmtree(lab.data)
    shutil.rmtree(lab.root / "out" / "grades")
    shutil.rmtree(lab.root / "out" / "lm-eval")
    with RunStore.existing(lab.root / "out", writer=True) as store:
        pipeline.grade(store, 1, lambda _: None, lambda _: None)
        again = reporting.report(store, partial=True)
    assert again.measurements == before
    (lab.tasks / "judge.py").write_text("def process_results(doc, results): return {'same': 1}")
    with (
        RunStore.existing(lab.root / "out", writer=True) as store,
        pytest.raises(GradingError, match=r"lm_eval\.include.*gone or changed"),
    ):
        pipeline.grade(store, 1, lambda _: None, lambda _: None)


def test_changed_documents_or_settings_never_mix(lab: Lab) -> None:
    """A run folder takes only runs of its own digest (test_pipeline.py)."""
    tasks = {"benchmarks": ["lm-eval:aime25", "lm-eval:ours_words"], "include": str(lab.tasks)}
    first = lab.plan(**tasks)
    assert lab.plan(**tasks).digest == first.digest
    others = [lab.plan(**tasks, chat=False), lab.plan(**tasks, until="drop")]
    (lab.tasks / "judge.py").write_text(JUDGE + "\n# another rule\n")
    others.append(lab.plan(**tasks))
    rows = (lab.data / "aime25.jsonl").read_text()
    (lab.data / "aime25.jsonl").write_text(rows.replace('"answer": "', '"note": "9", "answer": "'))
    lm_eval_tasks._load_once.cache_clear()  # a process reads its data once
    others.append(lab.plan(**tasks))
    assert len({first.digest, *(plan.digest for plan in others)}) == 5


@pytest.mark.slow
def test_hostile_replies_end_no_run(lab: Lab) -> None:
    lab.monkeypatch.setattr("claimbench.grading.CPU_LIMIT_S", 1.0)
    plan = lab.plan(["lm-eval:ours_words"], include=str(lab.tasks))
    hostile = {"00001": "hang", "00002": "die"}

    def reply(request: Request) -> str:
        gold = lab.golds[request.benchmark, request.problem_id]
        return hostile.get(request.problem_id, gold)

    (measured,) = lab.run(plan, reply=reply).measurements
    assert measured.grader_error_share == pytest.approx(2 / 6)
    assert measured.right == (1, 0, 0, 1, 1, 1)
    assert measured.counted == (1, 0, 0, 1, 1, 1)
    assert not [key for key in measured.metrics if key.startswith("lm-eval ")]


@pytest.mark.slow
def test_kills_in_the_middle_of_repeats_lose_nothing(lab: Lab) -> None:
    shutil.rmtree(lab.data)
    write_data(lab.data, problems=12)
    plan = lab.plan(["lm-eval:ours_votes"], include=str(lab.tasks))
    out, rng = lab.root / "killed", random.Random(8)
    run = lab.root / "configs" / "runs" / "try.yaml"
    seen: dict[str, str] = {}
    for _ in range(3):
        child = start(run, lab.data, out, pause=0.02)
        assert child.stdout is not None
        assert child.stdout.readline() == "started\n", child.stderr and child.stderr.read()
        wanted = len(seen) + rng.randint(5, 15)
        while lines(out) < wanted and child.poll() is None:
            time.sleep(0.01)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        now = stored(out)
        assert seen.items() <= now.items()
        seen = now
    assert 0 < len(seen) < 96
    child = start(run, lab.data, out, pause=0)
    output, errors = child.communicate(timeout=200)
    assert child.returncode == 0, errors
    assert f"delivered {96 - len(seen)}" in output
    assert len(stored(out)) == 96  # of 12 problems, 8 each, none twice
    (killed,) = json.loads((out / "measurements.json").read_text())
    (whole,) = lab.run(plan).measurements
    assert killed["pass_at_1"] == whole.pass_at_1
    assert killed["metrics"] == dict(whole.metrics)


def start(run: Path, data: Path, out: Path, pause: float) -> subprocess.Popen[str]:
    child = str(Path(__file__).parents[1] / "support" / "lm_eval_child.py")
    words = [sys.executable, child, str(run), str(data), str(out), str(pause)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def lines(out: Path) -> int:
    """How many lines of samples are on disk."""
    return sum(p.read_bytes().count(b"\n") for p in (out / "samples").glob("plain/*/*.jsonl"))


def stored(out: Path) -> dict[str, str]:
    """Every whole line of a sample on disk; fails where one is there twice."""
    rows = [
        json.loads(line)
        for part in (out / "samples").glob("plain/*/*.jsonl")
        for line in part.read_bytes().split(b"\n")[:-1]
    ]
    found = {row["id"]: row["text"] for row in rows}
    assert len(found) == len(rows)
    return found
