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
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import slurm_cluster
from conftest import TOY_NAMES

from claimbench import config, paths, pipeline
from claimbench.errors import ConfigError
from claimbench.slurm import parse_array
from claimbench.slurm.jobs import Job, submit
from claimbench.slurm.task import ShardTask

ROOT = Path(__file__).resolve().parent.parent
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
    """The tiny real model on five problems, and what its shards are doing."""

    def __init__(self, root: Path, environment: dict[str, str]) -> None:
        self.root, self.environment, self.out = root, environment, root / "out"

    def claimbench(self, *words: str) -> subprocess.CompletedProcess[str]:
        run = [str(self.root / "configs" / "runs" / "try.yaml"), "--offline"]
        where = ["--data-dir", str(self.root / "data"), "--out", str(self.out)]
        return subprocess.run(
            [sys.executable, "-m", "claimbench", "run", *run, *where, *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )

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
        plan = pipeline.plan(experiment, self.root / "data", False, lambda _: None)
        return set(plan.cells[0].ids)

    def process_of(self, shard: str) -> int:
        """The shard's own process, by its words."""
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            words = entry.read_bytes().split(b"\0") if entry.exists() else []
            if b"claimbench" in words and shard.encode() in words and b"--shard" in words:
                return int(entry.parent.name)
        raise AssertionError(f"shard {shard} is not running")


@pytest.fixture
def cluster(
    project: Path, tiny_checkpoint: Path, slurm: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Cluster:
    model = "smollm2-135m-instruct.yaml"
    shutil.copy(ROOT / "configs" / "models" / model, project / "configs" / "models" / model)
    run = project / "configs" / "runs" / "try.yaml"
    run.write_text(
        run.read_text().replace("max_tokens: 16", "max_tokens: 48")
        + "samples: 3\nengine: {threads: 1, slots: 1}\n"
    )
    source = f"{ROOT / 'src'}:{os.environ.get('PYTHONPATH', '')}"
    (project / "seeds" / "published").mkdir(parents=True)
    (project / "seeds" / "published" / "_names.yaml").write_text(TOY_NAMES)
    own = {"CLAIMBENCH_CONFIGS": str(project / "configs"), "PYTHONPATH": source}
    own["CLAIMBENCH_SEEDS"] = str(project / "seeds")
    return Cluster(project, {**slurm, **own, "CLAIMBENCH_CACHE": str(paths.cache_dir())})


def await_that(happened: Callable[[], bool], what: str) -> None:
    for _ in range(1200):
        if happened():
            return
        time.sleep(0.1)
    raise AssertionError(f"this did not happen: {what}")


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
def test_requeued_preempted_and_killed_shards_make_one_report(cluster: Cluster) -> None:
    sbatch = ["--sbatch", "time=10", "--sbatch", "cpus-per-task=1"]
    begun = cluster.claimbench("--slurm", "3", *sbatch, "--no-wait")
    assert begun.returncode == 0, begun.stderr
    (job,) = re.findall(r"scancel ([0-9]+)", begun.stdout)

    # As before the time limit: submitit ends the shard and queues it again.
    await_that(lambda: len(cluster.samples("-1of3")) > 0, "a sample of shard 1")
    cluster.slurm("scancel", "--signal=USR2", f"{job}_0")
    # As on preemption: Slurm ends the task and queues it again.
    await_that(lambda: len(cluster.samples("-2of3")) > 0, "a sample of shard 2")
    cluster.slurm("scontrol", "requeue", f"{job}_1")
    # As for want of memory: nobody queues it again, so that a last pass must find what it owes.
    await_that(lambda: len(cluster.samples("-3of3")) > 0, "a sample of shard 3")
    os.kill(cluster.process_of("3/3"), signal.SIGKILL)
    kept = {s["id"]: s["text"] for s in cluster.samples()}
    assert 0 < len(kept) < 15

    # The same command waits for the job that is there.
    ended = cluster.claimbench("--slurm", "3", *sbatch)
    assert ended.returncode == 0, ended.stderr
    assert f"Slurm job {job}: " in ended.stderr
    assert "a last pass for what is owed" in ended.stderr
    assert "Report: " in ended.stdout
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
def test_the_plain_array_is_queued_again(cluster: Cluster) -> None:
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
