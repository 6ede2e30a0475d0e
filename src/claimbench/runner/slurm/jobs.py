"""Submitting shards, and asking Slurm whether any of them is left."""

from __future__ import annotations

import importlib
import json
import subprocess
import warnings
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType

from claimbench.errors import ConfigError
from claimbench.report.tables import clean
from claimbench.runner.slurm.task import ShardTask

MOST_REQUEUES = 100
"""How often a task may run into its time limit and be queued again."""
FOLDER = "slurm"
RECORD = f"{FOLDER}/job.json"


@dataclass(frozen=True, slots=True)
class Job:
    """A submitted array of the shards of one run folder: `tasks` are the numbers of those that it
    works on, in the array's order, `stored` the samples that were there before it."""

    id: str
    shards: int
    tasks: Sequence[int] = ()
    stored: int = 0

    def states(self) -> Mapping[str, int] | None:
        """How many tasks are in which state; {} once Slurm knows of none, None where it does not
        answer."""
        command = ["squeue", "--noheader", "--array", "--format=%T", f"--jobs={self.id}"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
        if done.returncode != 0:
            return {} if "Invalid job id" in done.stderr else None
        return Counter(done.stdout.split())


def submit(tasks: Sequence[ShardTask], sbatch: Mapping[str, str], root: Path, name: str) -> str:
    """Submit the tasks as one array, and return its id. Raises ConfigError where Slurm refuses."""
    submitit = _submitit()
    folder = root.resolve() / FOLDER
    try:
        executor = submitit.SlurmExecutor(folder, max_num_timeout=MOST_REQUEUES)
    except RuntimeError as error:
        raise ConfigError(
            "--slurm: srun is not in the PATH of this machine; run the command on a login node of "
            "the cluster, or start the shards yourself with --shard I/N"
        ) from error
    executor.update_parameters(
        job_name=f"claimbench-{name}",
        array_parallelism=len(tasks),
        # Since Slurm 22.05 srun no longer takes this from sbatch.
        srun_args=[f"--{k}={v}" for k, v in sbatch.items() if k == "cpus-per-task"],
        additional_parameters={"requeue": True, **sbatch},
    )
    try:
        with warnings.catch_warnings(action="ignore"), executor.batch():
            submitted = [executor.submit(task) for task in tasks]
    except submitit.core.utils.FailedJobError as error:
        raise ConfigError(f"sbatch refused the job: {_sbatch_words(str(error))}") from error
    return str(submitted[0].job_id).partition("_")[0]


def _submitit() -> ModuleType:
    try:
        return importlib.import_module("submitit")
    except ImportError:
        raise ConfigError("--slurm needs pip install 'claimbench[slurm]'") from None


def _sbatch_words(error: str) -> str:
    """The words of sbatch itself, of the message that submitit makes of it."""
    words = [line for line in error.splitlines() if line.strip().startswith("sbatch:")]
    return clean("; ".join(words or error.strip().splitlines()[-1:]), 300)


def record(job: Job) -> str:
    return json.dumps(asdict(job)) + "\n"


def recorded(root: Path) -> Job | None:
    """The job that was submitted last for this run folder."""
    try:
        return Job(**json.loads((root / RECORD).read_text()))
    except (OSError, ValueError, RecursionError, TypeError):
        return None


def first_complaint(root: Path, job: Job, owing: Container[int]) -> str:
    """The last line that a task of the job wrote to its log, for the user; empty without logs. Only
    the tasks of the shards `owing` are asked: another's may report a stop that it made good."""
    places = [place for place, number in enumerate(job.tasks) if number in owing]
    names = [f"{job.id}_{place}_*log.err" for place in places] or [f"{job.id}_*log.err"]
    logs = [log for name in names for log in sorted((root / FOLDER).glob(name))]
    for log in logs:
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
        own = [line for line in lines if line.startswith("claimbench: ")]
        if found := own or lines:
            return clean(found[-1].removeprefix("claimbench: "), 300)
    return ""
