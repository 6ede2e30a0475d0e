"""Submit, wait, a last pass for what is missing, report."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from claimbench.analysis.cells import stored_cells
from claimbench.errors import ConfigError, IncompleteRun, StageError
from claimbench.planning.plan import Plan
from claimbench.records import CellName
from claimbench.runner import looks, pipeline, shards
from claimbench.runner.generate import Progress, Watch
from claimbench.runner.pipeline import Made, Reporter
from claimbench.runner.shards import Shard
from claimbench.runner.slurm import jobs
from claimbench.runner.slurm.jobs import Job
from claimbench.runner.slurm.task import ShardTask
from claimbench.store import RunStore

LOOK_SECONDS = 5.0
"""Pause between two looks at the store; longer where a look itself takes long."""
LET_GO_SECONDS = 300.0
"""How long the last shards may take to end once all samples are graded."""
_OURS = ("array", "output", "error", "open-mode", "signal", "requeue", "no-requeue", "ntasks")

Log = Callable[[str], None]


@dataclass(frozen=True)
class Array:
    """How to run on Slurm: as `count` shards, each with the options `sbatch`."""

    count: int
    sbatch: Mapping[str, str]
    wait: bool = True

    def run(
        self,
        plan: Plan,
        root: Path,
        words: Sequence[str],
        report: Reporter[Made],
        watch: Watch,
        log: Log,
    ) -> Made | Job:
        """The whole run; called again it waits for the job that is still there, or submits
        what is missing. `words` are what `claimbench run` is given, but for the shard."""
        job = self._begin(plan, root, words, log=log)
        if not self.wait:
            return job or _finish(plan, root, report, watch, log)
        try:
            tried: Mapping[CellName, int] | None = None
            while job:
                if not self._filled(job, plan, root, watch, log):
                    stage = looks.due_samples(RunStore.existing(root))
                    if stage == tried:
                        raise _incomplete(job, plan, root)
                    log("a last pass for what is missing")
                    tried = stage
                job = self._begin(plan, root, words, ended=job.id, log=log)
            return _finish(plan, root, report, watch, log)
        except KeyboardInterrupt:
            raise _left_alone(root) from None

    def _begin(
        self,
        plan: Plan,
        root: Path,
        words: Sequence[str],
        ended: str | None = None,
        *,
        log: Log,
    ) -> Job | None:
        """The job that works on this folder, submitted if there is none; None where no sample is
        missing, or due for the next look. `ended` is the id of one that was seen to end: a busy
        Slurm may not report it again."""
        shards.part(plan, Shard(1, self.count))
        with pipeline.opened(plan, root, shard="submit") as store:
            former = jobs.recorded(root)
            if former and former.id != ended and former.states() != {}:
                return former
            looks.take(store, log)
            due = looks.due(plan, store)
            owing = shards.owing(due, self.count, shards.present_ids(due, store))
            return self._submit(plan, store, words, owing) if owing else None

    def _submit(
        self, plan: Plan, store: RunStore, words: Sequence[str], owing: Sequence[Shard]
    ) -> Job:
        stored, root, name = shards.standing(store).stored, store.root, plan.experiment.run.name
        python = [sys.executable, "-P", "-m", "claimbench"]
        run = [*python, "run", *words, "--out", str(root.resolve())]
        tasks = [ShardTask([*run, "--shard", str(shard)]) for shard in owing]
        number = jobs.submit(tasks, self.sbatch, root, name)
        job = Job(number, self.count, [shard.number for shard in owing], stored)
        store.write_file(jobs.RECORD, jobs.record(job))
        return job

    def _filled(self, job: Job, plan: Plan, root: Path, watch: Watch, log: Log) -> bool:
        """Wait until every sample is stored and graded, or nobody is left to do it; whether every
        sample is stored. Raises IncompleteRun where the job ended without storing any."""
        store = RunStore.existing(root)
        cells = stored_cells(store)
        start = shards.standing(store, cells)
        seen = Progress(start.asked)
        while True:
            began = time.monotonic()
            states = job.states()  # Before the look at the store, so that nothing is missed.
            now = shards.standing(store, looks.due_cells(store, cells))
            _take_over(seen, start, now)
            log(_in_words(job, states))
            watch(seen)
            # A shard that made a look goes on with its own samples: the job is not over then.
            if states == {} or (shards.complete(now) and looks.waiting(store) is None):
                break
            time.sleep(max(LOOK_SECONDS, 10 * (time.monotonic() - began)))
        if now.stored <= job.stored and now.stored < now.asked:
            raise _incomplete(job, plan, root)
        return now.stored == now.asked


def parse_array(count: int | None, options: Sequence[str], wait: bool) -> Array | None:
    """The command line's --slurm, --sbatch and --no-wait. Raises ConfigError."""
    if count is None:
        if options or not wait:
            raise ConfigError("--sbatch and --no-wait belong to --slurm N")
        return None
    sbatch = dict(_parse_option(option) for option in options)
    if "time" not in sbatch:
        raise ConfigError(
            "--slurm: say how long a task may take, for example --sbatch time=12:00:00; one that "
            "takes longer is queued again and goes on"
        )
    return Array(count, sbatch, wait)


def _parse_option(option: str) -> tuple[str, str]:
    key, _, value = option.partition("=")
    key = key.lstrip("-").replace("_", "-")
    if not key or not value:
        raise ConfigError(
            f"--sbatch {option}: write --sbatch KEY=VALUE with an option of sbatch, for example "
            f"--sbatch partition=gpu"
        )
    if key in _OURS:
        raise ConfigError(f"--sbatch {option}: claimbench sets {key} itself; leave it out")
    return key, value


def _take_over(seen: Progress, start: Progress, now: Progress) -> None:
    """Show `now` as this session's progress since `start`."""
    seen.stored, seen.graded, seen.right = now.stored, now.graded, now.right
    seen.generated = now.stored - start.stored
    seen.tokens = now.tokens - start.tokens


def _finish(plan: Plan, root: Path, report: Reporter[Made], watch: Watch, log: Log) -> Made:
    """Grade what a shard may have left ungraded, and report; no sample is missing, so no engine is
    loaded."""
    return pipeline.run(plan, root, report, watch, log, patience=LET_GO_SECONDS)


def _in_words(job: Job, states: Mapping[str, int] | None) -> str:
    if states is None:
        return f"Slurm job {job.id} (Slurm does not answer)"
    counts = ", ".join(f"{n} {state.lower()}" for state, n in sorted(states.items()))
    return f"Slurm job {job.id}: {counts or 'ended'}"


def _incomplete(job: Job, plan: Plan, root: Path) -> IncompleteRun:
    store = RunStore.existing(root)
    due = looks.due(plan, store)
    now = shards.standing(store, looks.due_cells(store, stored_cells(store)))
    owing = shards.owing(due, job.shards, shards.present_ids(due, store))
    complaint = jobs.first_complaint(root, job, {shard.number for shard in owing})
    lacking = now.asked - now.stored
    are = "is" if lacking == 1 else "are"
    return IncompleteRun(
        f"Slurm job {job.id} ended, and {lacking} of {now.asked} samples {are} still "
        f"missing from {len(owing)} of {job.shards} shards"
        f"{f' (its log says: {complaint})' if complaint else ''}; see {root / jobs.FOLDER}, "
        f"mend that, and run the same command again"
    )


def _left_alone(root: Path) -> StageError:
    job = jobs.recorded(root)
    if job is None:
        return StageError("stopped; nothing was submitted")
    return StageError(f"stopped waiting; {left_alone(job)}")


def left_alone(job: Job) -> str:
    """What a user can do with a job that nobody waits for."""
    return (
        f"Slurm job {job.id} goes on: `squeue -j {job.id}` shows it, `scancel {job.id}` ends it, "
        f"and the same command (without --no-wait) waits for it and reports"
    )
