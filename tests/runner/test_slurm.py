"""An array of shards on a real Slurm: started by the test, killed in the middle, one report."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import slurm_cluster
from conftest import RUN, TOY_NAMES
from endpoint_toys import Json, Server, openai_server
from waiting import await_that

from claimbench import config
from claimbench.config import paths
from claimbench.errors import ConfigError
from claimbench.runner import preparing
from claimbench.runner.slurm.array import parse_array
from claimbench.runner.slurm.jobs import Job, first_complaint, submit
from claimbench.runner.slurm.task import ShardTask

ROOT = Path(__file__).resolve().parents[2]
needs_slurm = pytest.mark.skipif(bool(slurm_cluster.missing()), reason=slurm_cluster.missing())


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "--sbatch time=12:00:00"),
        (["time"], "write --sbatch KEY=VALUE"),
        (["time=10", "array=1-3"], "claimbench sets array itself"),
        (["time=10", "--open_mode=append"], "claimbench sets open-mode itself"),
    ],
)
def test_wrong_options_are_one_sentence(options: list[str], sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        parse_array(3, options, wait=True)


def test_options_may_be_written_as_for_sbatch() -> None:
    array = parse_array(3, ["--time=10", "gpus_per_node=a100:2", "comment=a=b"], wait=False)
    assert array is not None
    assert array.sbatch == {"time": "10", "gpus-per-node": "a100:2", "comment": "a=b"}
    with pytest.raises(ConfigError, match="belong to --slurm N"):
        parse_array(None, ["time=10"], wait=True)


@pytest.fixture(scope="module")
def slurm() -> Iterator[dict[str, str]]:
    with (
        tempfile.TemporaryDirectory() as home,
        slurm_cluster.slurm(Path(home) / "slurm") as environment,
    ):
        yield environment


class Cluster:
    """A run of five problems, and what its shards are doing."""

    def __init__(self, root: Path, environment: dict[str, str]) -> None:
        self.root, self.environment, self.out = root, environment, root / "out"

    def claimbench(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._command(words),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )

    def _command(self, words: Sequence[str]) -> list[str]:
        run = [str(self.root / "configs" / "runs" / "try.yaml"), "--offline"]
        where = ["--data-dir", str(self.root / "data"), "--out", str(self.out)]
        return [sys.executable, "-m", "claimbench", "run", *run, *where, *words]

    def begin(self, *sbatch: str) -> str:
        """Submit three shards without waiting; the job's id."""
        begun = self.claimbench("--slurm", "3", *sbatch, "--no-wait")
        assert begun.returncode == 0, begun.stderr
        (job,) = re.findall(r"scancel ([0-9]+)", begun.stdout)
        return str(job)

    def wait_for(self, job: str, sbatch: Sequence[str], seen: Callable[[], object]) -> str:
        """Wait for `job` with the same command; `seen` once that has seen it. What it said."""
        path = self.root / "waiting.out"
        command = self._command(["--slurm", "3", *sbatch])
        with path.open("w") as said:
            waiting = subprocess.Popen(command, env=self.environment, stdout=said, stderr=said)
        try:
            await_that(lambda: f"Slurm job {job}: " in path.read_text(), f"a look at job {job}")
            seen()
            assert waiting.wait(400) == 0, path.read_text()
        finally:
            waiting.kill()
        return path.read_text()

    def slurm(self, *words: str) -> str:
        return subprocess.run(
            words, env=self.environment, capture_output=True, text=True, check=True
        ).stdout

    def samples(self, shard: str = "") -> list[dict[str, Any]]:
        """Every whole line of the shard's parts (of all)."""
        parts = self.out.glob(f"samples/*/sums/part-*{shard}.jsonl")
        return [json.loads(line) for p in parts for line in p.read_bytes().split(b"\n")[:-1]]

    def sessions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads((self.out / "provenance.json").read_text())
        return found

    def ids(self) -> set[str]:
        experiment = config.load_experiment(self.root / "configs" / "runs" / "try.yaml")
        plan = preparing.plan(experiment, self.root / "data", False, lambda _: None)
        return set(plan.cells[0].ids)

    def process_of(self, shard: str) -> int:
        """The shard's own process, by its words."""
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            words = entry.read_bytes().split(b"\0") if entry.exists() else []
            if b"claimbench" in words and shard.encode() in words and b"--shard" in words:
                return int(entry.parent.name)
        raise AssertionError(f"shard {shard} is not running")


@pytest.fixture
def environment(slurm: dict[str, str], project: Path) -> dict[str, str]:
    """Of Slurm's commands and of what they start: the project's files, this source."""
    source = f"{ROOT / 'src'}:{os.environ.get('PYTHONPATH', '')}"
    own = {"CLAIMBENCH_CONFIGS": str(project / "configs"), "PYTHONPATH": source}
    own["CLAIMBENCH_SEEDS"] = str(project / "seeds")
    return {**slurm, **own, "CLAIMBENCH_CACHE": str(paths.cache_dir())}


@pytest.fixture
def real_cluster(project: Path, tiny_checkpoint: Path, environment: dict[str, str]) -> Cluster:
    """The tiny real model, slow enough to be met in the middle."""
    model = "smollm2-135m-instruct.yaml"
    shutil.copy(ROOT / "configs" / "models" / model, project / "configs" / "models" / model)
    run = project / "configs" / "runs" / "try.yaml"
    more = "samples: 3\nengine: {threads: 1, slots: 1}\n"
    run.write_text(RUN.replace("max_tokens: 16", "max_tokens: 24") + more)
    (project / "seeds" / "published").mkdir(parents=True)
    (project / "seeds" / "published" / "_names.yaml").write_text(TOY_NAMES)
    return Cluster(project, environment)


@pytest.fixture
def server(first_tokenizer: Any) -> Server:
    return Server(first_tokenizer.decode)


@pytest.fixture
def cluster(toy: Path, server: Server, environment: dict[str, str]) -> Iterator[Cluster]:
    """A scripted server: its shards load no model."""
    with openai_server(server) as url:
        asking = {"base_url": url, "model": "nobody/toy", "prompt": "token_ids", "concurrency": 1}
        engine = json.dumps({"kind": "endpoint", "endpoint": asking})
        text = RUN.replace("smollm2-135m-instruct", "toy")
        run = toy / "configs" / "runs" / "try.yaml"
        run.write_text(f"{text}samples: 3\nengine: {engine}\n")
        yield Cluster(toy, environment)


def held(server: Server) -> threading.Event:
    """Each problem's first reply comes at once, the others when this is set."""
    released, begun = threading.Event(), set[str]()

    def hold(answer: Json, body: Json) -> Json:
        if body["max_tokens"] > 1:  # the engine's first look at a server asks for one
            if (problem := str(body["prompt"])) in begun:
                released.wait(300)
            begun.add(problem)
        return answer

    server.change = hold
    return released


@pytest.fixture
def own_signals() -> Iterator[None]:
    former = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGUSR2)}
    yield
    for number, answer in former.items():
        signal.signal(number, answer)


def test_a_signal_to_requeue_during_the_start_is_answered_after_it(
    own_signals: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = ShardTask([sys.executable, "-c", "import time; time.sleep(0.5)"])
    met: list[bool] = []
    signal.signal(signal.SIGUSR2, lambda *_: met.append(task._child is not None))
    start = subprocess.Popen

    def popen(words: list[str]) -> Any:
        os.kill(os.getpid(), signal.SIGUSR2)
        child = start(words)
        child.send_signal(signal.SIGUSR2)  # Slurm signals the child, too: it lives on
        return child

    monkeypatch.setattr("claimbench.runner.slurm.task.subprocess.Popen", popen)
    task()
    assert met == [True]


def test_a_stop_during_the_start_reaches_the_shard(
    own_signals: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = subprocess.Popen

    def popen(words: list[str]) -> Any:
        child = start(words)
        os.kill(os.getpid(), signal.SIGTERM)
        return child

    monkeypatch.setattr("claimbench.runner.slurm.task.subprocess.Popen", popen)
    monkeypatch.setattr("claimbench.runner.slurm.task.REQUEUE_SECONDS", 0)
    began = time.monotonic()
    with pytest.raises(SystemExit):
        ShardTask(["sleep", "60"])()
    assert time.monotonic() - began < 30


def test_a_second_sigterm_does_not_break_off_the_end() -> None:
    script = """
import signal, time
from claimbench.cli.signals import Interrupt
signal.signal(signal.SIGTERM, Interrupt())
try:
    print("begun", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print("ending", flush=True)
    time.sleep(1)
    print("ended", flush=True)
"""
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in ("begun\n", "ending\n"):
            assert child.stdout.readline() == line
            child.terminate()
        assert child.stdout.read() == "ended\n"
    assert child.returncode == 0


def test_the_complaint_is_of_a_shard_that_owes(tmp_path: Path) -> None:
    (tmp_path / "slurm").mkdir()
    for name, line in {
        "7_0_0_log.err": "claimbench: stopped; and then made good",
        "7_1_0_log.err": "claimbench: no space left",
        "70_1_0_log.err": "claimbench: of another job",
        "8_0_log.err": "claimbench: of a job of one task",
    }.items():
        (tmp_path / "slurm" / name).write_text(f"{line}\n")
    assert first_complaint(tmp_path, Job("7", 3, [1, 3]), {3}) == "no space left"
    assert first_complaint(tmp_path, Job("8", 3, [2]), {2}) == "of a job of one task"
    assert first_complaint(tmp_path, Job("9", 3, [2]), {2}) == ""


@pytest.mark.slow
@needs_slurm
def test_what_sbatch_refuses_is_one_sentence(
    slurm: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SLURM_CONF", "PATH"):
        monkeypatch.setenv(name, slurm[name])
    tasks = [ShardTask(["true"])] * 2
    with pytest.raises(ConfigError, match=r"sbatch refused the job: sbatch: .*tmie"):
        submit(tasks, {"time": "10", "tmie": "10"}, tmp_path, "try")
    assert Job("4711", 2).states() == {}
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="srun is not in the PATH"):
        submit(tasks, {"time": "10"}, tmp_path, "try")
    assert Job("4711", 2).states() is None


@pytest.mark.slow
@needs_slurm
def test_requeued_preempted_and_killed_shards_make_one_report(
    cluster: Cluster, server: Server
) -> None:
    released = held(server)
    sbatch = ["--sbatch", "time=10", "--sbatch", "cpus-per-task=1"]
    job = cluster.begin(*sbatch)
    # As before the time limit: submitit ends the shard and queues it again.
    await_that(lambda: len(cluster.samples("-1of3")) > 0, "a sample of shard 1")
    cluster.slurm("scancel", "--signal=USR2", f"{job}_0")
    # As on preemption: Slurm ends the task and queues it again, here until somebody waits for it.
    await_that(lambda: len(cluster.samples("-2of3")) > 0, "a sample of shard 2")
    cluster.slurm("scontrol", "requeuehold", f"{job}_1")
    # As for want of memory: nobody queues it again, so that a last pass must find what it owes.
    await_that(lambda: len(cluster.samples("-3of3")) > 0, "a sample of shard 3")
    os.kill(cluster.process_of("3/3"), signal.SIGKILL)
    kept = {s["id"]: s["text"] for s in cluster.samples()}
    assert 0 < len(kept) < 15
    released.set()

    # The same command waits for the job that is there.
    said = cluster.wait_for(job, sbatch, lambda: cluster.slurm("scontrol", "release", f"{job}_1"))
    assert "a last pass for what is missing" in said
    assert "Report: " in said
    samples = cluster.samples()
    assert len(samples) == len({s["id"] for s in samples}) == 15
    assert {s["id"] for s in samples} == cluster.ids()
    assert kept.items() <= {s["id"]: s["text"] for s in samples}.items()
    (measured,) = json.loads((cluster.out / "measurements.json").read_text())
    assert measured["received"] == measured["graded"] == 15
    restarts = [s["slurm"].get("SLURM_RESTART_COUNT", "0") for s in cluster.sessions()]
    # Three shards, two of them again by Slurm, the third by the last pass, and the report.
    assert sorted(restarts) == ["0"] * 5 + ["1"] * 2


@pytest.mark.slow
@needs_slurm
def test_a_job_that_stored_all_it_could_before_the_wait_gets_its_last_pass(
    cluster: Cluster,
) -> None:
    sbatch = ["--sbatch", "time=10", "--sbatch", "cpus-per-task=1"]
    partition = ["scontrol", "update", "partitionname=test"]
    cluster.slurm(*partition, "state=down")
    job = cluster.begin(*sbatch)
    cluster.slurm("scontrol", "hold", f"{job}_2")
    cluster.slurm(*partition, "state=up")
    await_that(lambda: len(cluster.samples()) == 12, "the samples of shards 1 and 2")
    alone = f"{job}_2"
    await_that(lambda: cluster.slurm("squeue", "-h", "-r", "-o%i").split() == [alone], "its turn")
    # From now on the job stores nothing: its last task ends without having begun.
    said = cluster.wait_for(job, sbatch, lambda: cluster.slurm("scancel", alone))
    assert "a last pass for what is missing" in said
    assert "Report: " in said
    assert {s["id"] for s in cluster.samples()} == cluster.ids()


@pytest.mark.slow
@needs_slurm
def test_the_plain_array_is_queued_again(real_cluster: Cluster) -> None:
    cluster = real_cluster
    script = ROOT / "scripts" / "slurm" / "array.sbatch"
    run = [str(cluster.root / "configs" / "runs" / "try.yaml"), "--offline"]
    where = ["--data-dir", str(cluster.root / "data"), "--out", str(cluster.out)]
    cluster.environment |= {"SHARDS": "2", "CLAIMBENCH": f"{sys.executable} -m claimbench"}
    logs = f"--output={cluster.root}/log-%a"
    array = ["--parsable", "--array=1-2", "--cpus-per-task=1", logs]
    job = cluster.slurm("sbatch", *array, str(script), *run, *where).strip()
    await_that(lambda: len(cluster.samples("-1of2")) > 0, "a sample of shard 1")
    cluster.slurm("scancel", "--batch", "--signal=USR1", f"{job}_1")
    await_that((cluster.out / "verdicts.json").exists, "the report")
    samples = cluster.samples()
    assert len(samples) == len({s["id"] for s in samples}) == 15
    restarts = [s["slurm"].get("SLURM_RESTART_COUNT", "0") for s in cluster.sessions()]
    assert sorted(restarts) == ["0", "0", "1"]


@pytest.mark.slow
@needs_slurm
def test_an_array_for_each_look(cluster: Cluster) -> None:
    growing = ["--set", "samples=4", "--set", "looks=[0.5]"]
    done = cluster.claimbench("--slurm", "2", "--sbatch", "time=10", "--sbatch",
                              "cpus-per-task=1", *growing)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Report: " in done.stdout
    samples = cluster.samples()
    assert len(samples) == len({s["id"] for s in samples}) == 20
    looks = json.loads((cluster.out / "looks.json").read_text())
    # No figure is published on these sums: the first look decides nothing, and the run goes on.
    assert [(look["samples"], look["stops"]) for look in looks] == [(2, False), (4, False)]
    early = [s["sample_index"] for s in samples if s["sample_index"] < 2]
    assert len(early) == 10
