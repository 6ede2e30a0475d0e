"""Commands that ask models, or show what asking them would take: plan, fetch, run."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from claimbench.cli.ci import publish_report, recorded
from claimbench.cli.options import (
    AsJson,
    DataDir,
    FailOn,
    GpuCount,
    GpuHour,
    Gpus,
    JUnit,
    LengthsOf,
    MaxCost,
    MaxTokens,
    Offline,
    Quiet,
    Register,
    Registered,
    RunFile,
    RunOut,
    Sbatch,
    Sets,
    ShardOf,
    Slurm,
    Wait,
)
from claimbench.cli.signals import resumable
from claimbench.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from claimbench.cli.display import Display
    from claimbench.planning.gpu_table import Wanted
    from claimbench.planning.laptops import Laptop
    from claimbench.planning.lengths import Lengths
    from claimbench.planning.plan import Plan
    from claimbench.runner.budget import Cap
    from claimbench.runner.generate import Progress
    from claimbench.runner.reporting import Report
    from claimbench.runner.shards import Shard
    from claimbench.runner.slurm.array import Array
    from claimbench.runner.slurm.jobs import Job


def run(  # noqa: PLR0913, PLR0917
    run_file: RunFile,
    out: RunOut = None,
    sets: Sets = [],  # noqa: B006
    data_dir: DataDir = None,
    offline: Offline = False,
    fail_on: FailOn = [],  # noqa: B006
    quiet: Quiet = False,
    shard: ShardOf = None,
    slurm: Slurm = None,
    sbatch: Sbatch = [],  # noqa: B006
    wait: Wait = True,
    max_cost: MaxCost = None,
    max_tokens: MaxTokens = None,
    registered: Registered = None,
    junit: JUnit = None,
) -> None:
    """Run everything from prompts to the report; the same command again resumes.

    The key [bold]samples[/bold] may be raised in the same folder. With [bold]looks[/bold] in the
    run file, such as 0.5 and 0.75, a run stops where part of its samples decides every verdict.

    Examples: [bold]claimbench run smoke[/bold] · [bold]claimbench run
    configs/runs/smollm2-gsm8k.yaml --data-dir DIR --set limit=20 --out /tmp/try[/bold] ·
    [bold]claimbench run smoke --slurm 4 --sbatch time=2:00:00 --sbatch partition=gpu[/bold] ·
    [bold]claimbench run smoke --registered smoke-registered.yaml[/bold]
    """
    part, array = _one_of(shard, slurm, sbatch, wait)
    cap = _cap_from(max_cost, max_tokens, alone=not (part or array))
    how = part or array or cap
    with recorded(junit, f"run {run_file}"):
        made, folder = _begin(
            run_file, sets, data_dir, offline, out, fail_on, quiet, how, registered
        )
        _end(made, folder, fail_on, junit)


def _one_of(
    shard: str | None, slurm: int | None, sbatch: list[str], wait: bool
) -> tuple[Shard | None, Array | None]:
    """The shard that is asked for, or the array of shards."""
    if shard is None and slurm is None and not sbatch and wait:
        return None, None
    from claimbench.runner import shards
    from claimbench.runner.slurm.array import parse_array

    if shard is not None and slurm is not None:
        raise ConfigError("--shard and --slurm: --slurm makes the shards itself; leave one out")
    return shards.parse(shard) if shard is not None else None, parse_array(slurm, sbatch, wait)


def _cap_from(cost: float | None, tokens: int | None, alone: bool) -> Cap:
    """The cap that is asked for. Raises ConfigError where other processes spend beside this one."""
    from claimbench.runner.budget import Cap

    cap = Cap(cost, tokens)
    if cap and not alone:
        raise ConfigError(
            "--max-cost and --max-tokens-total cap what one process spends: leave them out, or run "
            "without --shard and --slurm"
        )
    return cap


def _run_words(
    run_file: Path,
    sets: list[str],
    data_dir: Path | None,
    offline: bool,
    registered: Path | None = None,
) -> list[str]:
    """The arguments that make another process, in another folder, plan the same run."""
    words = [str(run_file.resolve() if run_file.is_file() else run_file)]
    words += [word for option in sets for word in ("--set", option)]
    words += ["--data-dir", str(data_dir.resolve())] if data_dir else []
    words += ["--registered", str(registered.resolve())] if registered else []
    return words + (["--offline"] if offline else [])


def _begin(  # noqa: PLR0913, PLR0917
    run_file: Path,
    sets: list[str],
    data_dir: Path | None,
    offline: bool,
    out: Path | None,
    fail_on: list[str],
    quiet: bool,
    how: Shard | Array | Cap,
    registered: Path | None,
) -> tuple[Report | Progress | Job, Path]:
    """What a run has come to, and its folder."""
    from claimbench.benchmarks import hub
    from claimbench.cli.display import Display
    from claimbench.cli.fail_on import check_something_is_judged, check_verdict_names
    from claimbench.planning import estimate
    from claimbench.runner import preparing, registration

    before = registration.given(registered)
    experiment = preparing.load(run_file, sets, offline)
    folder = out or preparing.folder_of(run_file) or Path("results") / experiment.run.name
    check_verdict_names(fail_on)
    check_something_is_judged(experiment, fail_on)
    online = hub.use(offline)
    with Display(quiet) as display, resumable(folder):
        plan = preparing.plan(experiment, data_dir, online, display.log, root=folder)
        estimate.check_power(plan)
        plan = registration.under(plan, before, display.log)
        words = _run_words(run_file, sets, data_dir, offline, registered)
        return _carry_out(plan, folder, how, words, display), folder


def _carry_out(
    plan: Plan, folder: Path, how: Shard | Array | Cap, words: list[str], display: Display
) -> Report | Progress | Job:
    """The whole run as far as its cap goes, one shard of it, or the array of shards that `words`
    start."""
    from claimbench.runner import pipeline
    from claimbench.runner.budget import Cap
    from claimbench.runner.reporting import report
    from claimbench.runner.shards import Shard

    if isinstance(how, Cap):
        return pipeline.run(plan, folder, report, display.watch, display.log, cap=how)
    if isinstance(how, Shard):
        return pipeline.run_shard(plan, how, folder, report, display.watch, display.log)
    return how.run(plan, folder, words, report, display.watch, display.log)


def _end(
    made: Report | Progress | Job, folder: Path, fail_on: list[str], junit: Path | None = None
) -> None:
    """Show what a run has come to."""
    from claimbench.cli.display import show_report
    from claimbench.cli.fail_on import exit_on_verdicts
    from claimbench.runner.generate import Progress
    from claimbench.runner.reporting import Report

    if isinstance(made, Report):
        show_report(made)
        publish_report(made, fail_on, junit)
        exit_on_verdicts(made, fail_on)
    elif isinstance(made, Progress):
        typer.echo(_shard_words(made, folder))
    else:
        from claimbench.runner.slurm.array import left_alone

        typer.echo(left_alone(made))


def _shard_words(made: Progress, folder: Path) -> str:
    """What a shard leaves to the others."""
    estimates = f"claimbench report {shlex.quote(str(folder))} --partial"
    counts = f"The run has {made.stored} of {made.asked} samples, {made.graded} graded; "
    if made.next_look is None:
        words = f"{counts}the last shard reports. Estimates until then: {estimates}"
        return f"This shard is done. {words}"
    return (
        f"This shard has all it needs for the look at {made.next_look} samples per problem. "
        f"{counts}the last shard to come so far makes the look. If the run then goes on, the same "
        f"command again does. Estimates until then: {estimates}"
    )


def plan(  # noqa: PLR0913, PLR0917
    run_file: RunFile,
    sets: Sets = [],  # noqa: B006
    data_dir: DataDir = None,
    offline: Offline = False,
    gpus: Gpus = [],  # noqa: B006
    gpu_count: GpuCount = None,
    gpu_hour: GpuHour = None,
    lengths: LengthsOf = None,
    register: Register = None,
    as_json: AsJson = False,
) -> None:
    """Dry run: requests, one rendered prompt per model and benchmark, estimates, power; what fits
    on which GPUs, how long it takes and what it costs.

    Without a checkpoint's tokenizer or a dataset, what needs them is left out.

    Examples: [bold]claimbench plan smoke[/bold] · [bold]claimbench plan r1-distill-qwen-32b
    --gpu h100x8 --gpu-hour 2.2[/bold] · [bold]claimbench plan r1-distill-qwen-7b --gpu
    laptop[/bold] · [bold]claimbench plan smoke --register smoke-registered.yaml[/bold]
    """
    from claimbench.benchmarks import hub
    from claimbench.cli import display_plan
    from claimbench.cli.display import Display
    from claimbench.planning import estimate
    from claimbench.planning.gpus import gpu_plan
    from claimbench.runner import preparing, registration

    registration.check_new(register, run_file)
    experiment = preparing.load(run_file, sets, offline)
    asked = _asked_of_gpus(experiment.run.engine.kind, gpus, gpu_count, lengths, gpu_hour)
    online = hub.use(offline)
    with Display(quiet=as_json) as display:
        made, lacking = preparing.dry_plan(experiment, data_dir, online, display.log)
    facts = estimate.describe(made, lacking) if made else estimate.outline(experiment, lacking)
    seen = made.experiment if made else experiment
    early = estimate.shares_with_looks(seen, facts)
    facts["gpus"] = gpu_plan(seen, estimate.prompt_lengths(facts), *asked, early)
    typer.echo(json.dumps(facts, indent=1) if as_json else display_plan.render(facts, bool(gpus)))
    _end_of_plan(made, lacking, register, as_json)


def _end_of_plan(
    made: Plan | None, lacking: dict[str, str], register: Path | None, aside: bool
) -> None:
    """Refuse a run without power; write down what it fixes where that is to be registered, and say
    so, `aside` where stdout holds data."""
    from claimbench.planning import estimate
    from claimbench.runner import registration

    if made and not lacking:
        estimate.check_power(made)
    if register is not None:
        typer.echo(registration.register(made, lacking, register), err=aside)


def _asked_of_gpus(
    engine: str, gpus: list[str], count: int | None, lengths: Path | None, hour: float | None
) -> tuple[Mapping[str, Wanted], Lengths, float | None, Mapping[str, Laptop]]:
    """What is to be estimated: for which GPUs, with what lengths and price, for which laptops."""
    from claimbench.planning.gpu_table import LAPTOP, choose_gpus
    from claimbench.planning.laptops import choose_laptops
    from claimbench.planning.lengths import Lengths

    named = gpus or ([LAPTOP] if engine == "llamacpp" else [])
    return choose_gpus(named, count), Lengths(lengths), hour, choose_laptops(named)


def fetch(run_file: RunFile, sets: Sets = [], data_dir: DataDir = None) -> None:  # noqa: B006
    """Download models and datasets ahead of a run (GPU nodes are often offline).

    Example: [bold]claimbench fetch r1-distill-qwen-1.5b[/bold]
    """
    from claimbench.benchmarks import hub
    from claimbench.cli.display import Display
    from claimbench.runner import preparing

    experiment = preparing.load(run_file, sets)
    online = hub.use()
    with Display() as display:
        lines = preparing.fetch(experiment, data_dir, online, display.log)
    typer.echo("\n".join(lines))
