"""Before a run: what it will ask for, and what it needs on this machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from claimbench import drafts, engines
from claimbench.config.benchmarks import BenchmarkConfig
from claimbench.config.models import ModelConfig
from claimbench.config.runs import Experiment, RunConfig
from claimbench.errors import ConfigError, Missing, counted
from claimbench.models import checkpoints
from claimbench.planning.plan import Plan, make_plan
from claimbench.store import is_run
from claimbench.store.manifest import read_manifest

Log = Callable[[str], None]


def load(run_file: Path, sets: Sequence[str] = (), offline: bool = False) -> Experiment:
    """A run file with everything it names, or the run that a run folder is of. Raises
    ConfigError."""
    if folder_of(run_file) is None:
        return drafts.load_experiment(run_file, sets, offline)
    if sets:
        raise ConfigError(
            f"--set {sets[0]}: {run_file} is a run that has begun, and goes on as it is; leave the "
            "option out, or give the run file and another --out"
        )
    return _begun(run_file)


def folder_of(run_file: Path) -> Path | None:
    """The path itself, where it is a run folder that goes on."""
    # Unlike Path.is_dir, False where one may not even look: reading the file says why.
    return run_file if os.path.isdir(run_file) and is_run(run_file) else None  # noqa: PTH112


def _begun(root: Path) -> Experiment:
    manifest = read_manifest(root)
    models = [m for m in manifest.models.values() if isinstance(m, ModelConfig)]
    benchmarks = [b for b in manifest.benchmarks.values() if isinstance(b, BenchmarkConfig)]
    if not isinstance(manifest.run, RunConfig) or not (models and benchmarks):
        raise ConfigError(
            f"{root}: imported outputs are not run; `claimbench grade` and `report` read them"
        )
    return Experiment(run=manifest.run, models=tuple(models), benchmarks=tuple(benchmarks))


def plan(
    experiment: Experiment,
    data_dir: Path | None,
    online: bool,
    log: Log,
    weights: bool = True,
    root: Path | None = None,
    lacking: dict[str, str] | None = None,
) -> Plan:
    """What a run, into the folder `root`, would ask for. Without `weights` the plan is for reading
    only: a tokenizer is enough, and the engine need not be installed."""
    experiment = _in_what_precision(experiment, root, log)
    settings = engines.settings(experiment.run.engine)
    try:
        engine = settings.identity()
    except Missing:
        if weights:
            raise
        engine = {"name": settings.kind, "version": "not installed here"}
    return make_plan(
        experiment, settings, engine, data_dir, online, weights=weights, log=log, lacking=lacking
    )


def _in_what_precision(experiment: Experiment, root: Path | None, log: Log) -> Experiment:
    """The experiment with the dtype that this machine computes in, where the run leaves it open. A
    run that has begun in one goes on in it, on whatever machine."""
    settings = engines.settings(experiment.run.engine)
    if settings.served or settings.loads_own or settings.chosen_dtype is not None:
        return experiment
    begun = read_manifest(root) if root is not None and is_run(root) else None
    if begun is None:
        dtype = settings.fallback(experiment.models)
    else:
        stored = None
        if isinstance(begun.run, RunConfig):
            stored = engines.settings(begun.run.engine).chosen_dtype
        # Only what a machine falls back to: any other dtype was the run's own, and is missed.
        dtype = stored if stored == "float32" else None
    if dtype is None:
        return experiment
    why = "as this CPU has no bfloat16" if begun is None else "as this run was begun"
    log(f"computing in {dtype}, {why}; the run names no engine.dtype")
    engine = experiment.run.engine.model_copy(update={"dtype": dtype})
    return experiment.model_copy(
        update={"run": experiment.run.model_copy(update={"engine": engine})}
    )


def dry_plan(
    experiment: Experiment, data_dir: Path | None, online: bool, log: Log
) -> tuple[Plan | None, dict[str, str]]:
    """What a run would ask for, as far as this machine has what it needs, and by model or benchmark
    what is missing; None where nothing can be read at all."""
    lacking: dict[str, str] = {}
    try:
        found = plan(experiment, data_dir, online, log, weights=False, lacking=lacking)
    except Missing as missing:
        return None, {experiment.run.name: str(missing)}
    return (found if found.cells else None), lacking


def fetch(experiment: Experiment, data_dir: Path | None, online: bool, log: Log) -> list[str]:
    """Download what a run needs, ahead of it, and check every byte of the checkpoints. Returns one
    line per thing that is now here."""
    from claimbench.benchmarks.loading import resolve

    try:
        return _fetch(resolve(experiment, data_dir), data_dir, online, log)
    except Missing as missing:
        if not missing.why:
            raise
        raise type(missing)(f"{missing.what} cannot be fetched: {missing.why}") from missing


def _fetch(experiment: Experiment, data_dir: Path | None, online: bool, log: Log) -> list[str]:
    from claimbench.benchmarks.loading import load_fewshot, load_problems

    chosen = engines.settings(experiment.run.engine)
    lines = []
    for model in experiment.models:
        log(f"model {model.name}")
        found = checkpoints.wanted_by(chosen, model, online, whole=True)
        lines.append(f"model {model.name}: {found.identity}")
    for benchmark in experiment.benchmarks:
        log(f"benchmark {benchmark.name}")
        count = len(load_problems(benchmark, data_dir))
        load_fewshot(benchmark, data_dir)
        lines.append(f"benchmark {benchmark.name}: {counted(count, 'problem')}")
    return lines
