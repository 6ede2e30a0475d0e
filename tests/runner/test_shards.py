"""A run in shards: each asks for its own part, together they are the run, the last one reports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from command import here
from pipeline_toys import Toy, answer
from scripted import ScriptedEngine

from claimbench import config
from claimbench.errors import ConfigError, EngineDied, StoreLocked
from claimbench.planning.plan import Plan
from claimbench.runner import pipeline, preparing, reporting, shards
from claimbench.runner.generate import Progress
from claimbench.runner.reporting import Report
from claimbench.runner.shards import Shard
from claimbench.runner.slurm.array import Array
from claimbench.store import RunStore
from claimbench.store.lock import _is_earlier_self, turn


class Sharded(Toy):
    """The toy project, run by shard."""

    def plan(self) -> Plan:
        path = self.root / "configs" / "runs" / "try.yaml"
        experiment = config.load_experiment(path)
        return preparing.plan(experiment, self.root / "data", False, lambda _: None)

    def shard(self, text: str, engine: ScriptedEngine | None = None) -> Report | Progress:
        self.engine = engine or ScriptedEngine(answer, shuffle=3)
        shard = shards.parse(text)
        return pipeline.run_shard(
            self.plan(), shard, self.out, reporting.report, lambda _: None, lambda _: None
        )


@pytest.fixture
def journey(toy: Path, monkeypatch: pytest.MonkeyPatch) -> Sharded:
    return Sharded(toy, monkeypatch)


def asked(plan: Plan) -> list[str]:
    return [sample for cell in plan.cells for sample in cell.ids]


@pytest.mark.parametrize("text", ["3", "3/", "/8", "0/8", "9/8", "-1/8", "1/0", "a/b", "1/8/2", ""])
def test_a_shard_that_is_none_is_one_sentence(text: str) -> None:
    with pytest.raises(ConfigError, match=r"--shard .*1/|for example --shard 3/8"):
        shards.parse(text)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_all_shards_together_are_the_run_and_a_problem_is_in_one(
    journey: Sharded, count: int
) -> None:
    whole = journey.plan()
    parts = [shards.part(whole, Shard(number, count)) for number in range(1, count + 1)]
    ids = [sample for part in parts for sample in asked(part)]
    assert len(ids) == len(set(ids)) == 40
    assert set(ids) == set(asked(whole))
    problems = [p.id for part in parts for p in part.cells[0].problems]
    assert sorted(problems) == ["q0", "q1", "q2", "q3", "q4"]
    assert {part.digest for part in parts} == {whole.digest}
    sizes = [len(part.cells[0].problems) for part in parts]
    assert max(sizes) - min(sizes) <= 1


def test_more_shards_than_problems_are_refused(journey: Sharded) -> None:
    with pytest.raises(ConfigError, match=r"has 5 problems, too few for 6 shards.*at most 5"):
        journey.shard("1/6")
    assert not journey.out.exists()


@pytest.mark.slow
def test_the_last_shard_reports_and_the_others_say_how_far_the_run_is(journey: Sharded) -> None:
    first = journey.shard("2/3")
    assert isinstance(first, Progress)
    assert (first.stored, first.graded, first.asked) == (16, 16, 40)
    assert not (journey.out / "verdicts.json").exists()
    assert isinstance(journey.shard("1/3"), Progress)
    last = journey.shard("3/3")
    assert isinstance(last, Report)
    assert journey.engine.delivered == 8
    sharded = [s["id"] for s in journey.rows("samples")]
    assert len(sharded) == len(set(sharded)) == 40
    assert len(journey.rows("grades")) == 40
    sessions = json.loads((journey.out / "provenance.json").read_text())
    assert [spell["samples"] for s in sessions for spell in s["generating"]] == [16, 16, 8]
    journey.out = journey.root / "unsharded"
    assert journey.run().measurements == last.measurements
    assert {s["id"] for s in journey.rows("samples")} == set(sharded)


@pytest.mark.slow
def test_a_shard_resumes_and_an_unsharded_run_picks_up_the_rest(journey: Sharded) -> None:
    with pytest.raises(EngineDied):
        journey.shard("1/2", ScriptedEngine(answer, dies_after=5))
    store = RunStore.existing(journey.out)
    plan = journey.plan()
    owing = shards.owing(plan, 2, shards.present_ids(plan, store))
    assert owing == [Shard(1, 2), Shard(2, 2)]
    assert isinstance(journey.shard("1/2"), Progress)
    assert journey.engine.delivered == 24 - 5
    assert shards.owing(plan, 2, shards.present_ids(plan, store)) == [Shard(2, 2)]
    assert journey.run().measurements[0].received == 40
    assert journey.engine.delivered == 16


def test_estimates_may_be_looked_at_while_shards_write(journey: Sharded) -> None:
    journey.shard("1/2")
    with RunStore.existing(journey.out, writer=True, shard="2of2"):
        with RunStore.existing(journey.out, writer=True, shard="report") as beside:
            assert reporting.report(beside, partial=True).partial
        with pytest.raises(StoreLocked, match="shard 2of2"):
            RunStore.existing(journey.out, writer=True)


@pytest.mark.slow
def test_a_shard_has_one_writer_and_counts_do_not_mix(journey: Sharded) -> None:
    journey.shard("1/2")
    with RunStore.existing(journey.out, writer=True, shard="2of2"):
        with pytest.raises(StoreLocked, match=f"process {os.getpid()} .*shard 2of2"):
            journey.shard("2/2")
        with pytest.raises(StoreLocked, match=r"shard 2/2, whose problems overlap.*use 2 shards"):
            journey.shard("1/4")
        assert isinstance(journey.shard("1/2"), Progress)


def test_a_job_waits_for_its_own_earlier_start_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "shard-1of2.lock"
    lock.write_text(json.dumps({"process": "1", "job": "4711", "restart": "1"}))
    for job, restart, expected in (
        ("4711", "2", True),
        ("4711", "1", False),
        ("4712", "2", False),
        (None, "2", False),
    ):
        for name, value in (("SLURM_JOB_ID", job), ("SLURM_RESTART_COUNT", restart)):
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        assert _is_earlier_self(lock) is expected
    lock.write_text('"torn')
    assert not _is_earlier_self(lock)


@pytest.mark.slow
def test_a_requeued_shard_gets_the_lock_of_its_dying_former_self(
    journey: Sharded, monkeypatch: pytest.MonkeyPatch
) -> None:
    journey.shard("1/2")
    script = f"""
import time
from pathlib import Path
from claimbench.store import RunStore
with RunStore.existing(Path({str(journey.out)!r}), writer=True, shard="2of2"):
    print("held", flush=True)
    time.sleep(1.5)
"""
    environment = {**os.environ, "SLURM_JOB_ID": "4711"}
    environment.pop("SLURM_RESTART_COUNT", None)
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as former:
        assert former.stdout is not None
        assert former.stdout.readline() == b"held\n"
        monkeypatch.setenv("SLURM_JOB_ID", "4711")
        monkeypatch.setenv("SLURM_RESTART_COUNT", "1")
        assert isinstance(journey.shard("2/2"), Report)


def test_sessions_that_write_at_once_keep_one_another(journey: Sharded) -> None:
    journey.shard("1/2")
    from claimbench.store.sessions import Session, read_sessions

    store = RunStore.existing(journey.out)
    threads = [
        threading.Thread(target=lambda n=n: [Session(store, {"number": n}) for _ in range(5)])
        for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = [entry.get("number") for entry in read_sessions(store)]
    assert len(numbers) == 1 + 30
    assert sorted(n for n in numbers if n is not None) == sorted([*range(6)] * 5)


def test_a_turn_that_does_not_come_is_named(tmp_path: Path) -> None:
    path = tmp_path / "report.lock"
    with turn(path), pytest.raises(StoreLocked, match="held by another process"), turn(path, 0.1):
        pass
    with turn(path):
        pass


@pytest.mark.slow
def test_no_task_is_submitted_where_nothing_is_missing(
    journey: Sharded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Complete samples, a lost grade: the array is not submitted, and the grade is made."""
    journey.run()
    for path in (journey.out / "grades").glob("toy/sums/*"):
        path.unlink()
    monkeypatch.setattr("claimbench.runner.slurm.jobs.submit", _refuse)
    array = Array(2, {"time": "10"})
    made: Any = array.run(
        journey.plan(), journey.out, [], reporting.report, lambda _: None, lambda _: None
    )
    assert made.measurements[0].graded == 40


@pytest.mark.slow
def test_a_slurm_too_busy_to_answer_costs_no_last_pass(
    journey: Sharded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job is seen to end with a shard missing; asked again, Slurm says nothing."""
    journey.shard("1/2")
    (journey.out / "slurm").mkdir()
    (journey.out / "slurm" / "job.json").write_text('{"id": "7", "shards": 2}')
    said = iter([{"RUNNING": 1}, {}, None])
    monkeypatch.setattr("claimbench.runner.slurm.jobs.Job.states", lambda _: next(said, {}))

    def submit(tasks: Any, *_: Any) -> str:
        assert [task.words[-1] for task in tasks] == ["2/2"]
        # As the task would, in a process of its own.
        thread = threading.Thread(target=journey.shard, args=["2/2"])
        thread.start()
        thread.join()
        return "8"

    monkeypatch.setattr("claimbench.runner.slurm.jobs.submit", submit)
    array = Array(2, {"time": "10"})
    made: Any = array.run(
        journey.plan(), journey.out, [], reporting.report, lambda _: None, lambda _: None
    )
    assert made.measurements[0].received == 40


def _refuse(*_: Any) -> str:
    raise AssertionError("a job was submitted")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--shard", "9/8"], "--shard 9/8"),
        (["--shard", "1/2", "--slurm", "2"], "leave one out"),
        (["--slurm", "2"], "--sbatch time=12:00:00"),
        (["--no-wait"], "belong to --slurm N"),
    ],
)
def test_the_command_line_says_what_is_wrong(words: list[str], sentence: str) -> None:
    done = here("run", "smoke", *words)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
