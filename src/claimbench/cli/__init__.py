"""The command line: arguments, exit codes, progress. Heavy modules load inside the commands."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimbench import __version__
from claimbench.cli.ending import (
    Interrupt,
    check_something_is_judged,
    check_verdict_names,
    complain,
    displaying,
    end,
    exit_on,
    keep_bars_out_of_logs,
    one_of,
    print_anywhere,
    resumable,
    run_words,
    show,
    stated,
    unprinted,
)
from claimbench.cli.options import (
    DataDir,
    FailOn,
    GpuHour,
    Offline,
    Quiet,
    RunDir,
    RunFile,
    Sbatch,
    Sets,
    ShardOf,
    Slurm,
    Wait,
    Workers,
)
from claimbench.errors import ClaimbenchError, ConfigError

if TYPE_CHECKING:
    from claimbench.runner.generate import Progress
    from claimbench.runner.pipeline import Report
    from claimbench.runner.slurm.jobs import Job

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


INTERRUPTED = 130
"""The exit code that typer makes of Ctrl-C, without a word."""


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"claimbench {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Is that benchmark claim true? Reproduces benchmark claims for open-weight models.

    Try [bold]claimbench doctor[/bold], then [bold]claimbench run smoke[/bold].
    """


@app.command()
def run(  # noqa: PLR0913, PLR0917
    run_file: RunFile,
    out: Annotated[
        Path | None, typer.Option("--out", help="Run folder (default results/<run>).")
    ] = None,
    sets: Sets = [],  # noqa: B006
    data_dir: DataDir = None,
    offline: Offline = False,
    fail_on: FailOn = [],  # noqa: B006
    quiet: Quiet = False,
    shard: ShardOf = None,
    slurm: Slurm = None,
    sbatch: Sbatch = [],  # noqa: B006
    wait: Wait = True,
) -> None:
    """Run the whole journey; the same command again resumes.

    Examples: [bold]claimbench run smoke[/bold] · [bold]claimbench run
    configs/runs/smollm2-gsm8k.yaml --data-dir DIR --set limit=20 --out /tmp/try[/bold] ·
    [bold]claimbench run smoke --slurm 4 --sbatch time=2:00:00 --sbatch partition=gpu[/bold]
    """
    from claimbench import config
    from claimbench.benchmarks import hub
    from claimbench.planning import estimate
    from claimbench.runner import pipeline

    experiment = config.load_experiment(run_file, sets)
    folder = out or Path("results") / experiment.run.name
    check_verdict_names(fail_on)
    check_something_is_judged(experiment, fail_on)
    part, array = one_of(shard, slurm, sbatch, wait)
    online = hub.use(offline)
    with displaying(quiet) as display, resumable(folder):
        plan = pipeline.plan(experiment, data_dir, online, display.tell, root=folder)
        estimate.check_power(plan)
        made: Report | Progress | Job
        if array:
            words = run_words(run_file, sets, data_dir, offline)
            made = array.run(plan, folder, words, display.watch, display.tell)
        elif part:
            made = pipeline.run_shard(plan, part, folder, display.watch, display.tell)
        else:
            made = pipeline.run(plan, folder, display.watch, display.tell)
    end(made, folder, fail_on)


@app.command()
def plan(  # noqa: PLR0913, PLR0917
    run_file: RunFile,
    sets: Sets = [],  # noqa: B006
    data_dir: DataDir = None,
    offline: Offline = False,
    gpus: Annotated[
        list[str],
        typer.Option("--gpu", help="A GPU type, with all choices: h100; h100x8 fills eight."),
    ] = [],  # noqa: B006
    gpu_count: Annotated[
        int | None,
        typer.Option("--gpus", min=1, metavar="N", help="Fill N GPUs (default: up to eight)."),
    ] = None,
    gpu_hour: GpuHour = None,
    lengths: Annotated[
        Path | None,
        typer.Option("--lengths", metavar="RUNDIR", help="Mean reply lengths of an earlier run."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Dry run: requests, one rendered prompt per model and benchmark, estimates, power; what fits
    on which GPUs, how long it takes and what it costs.

    Without a checkpoint's tokenizer or a dataset, what needs them is left out.

    Examples: [bold]claimbench plan smoke[/bold] · [bold]claimbench plan r1-distill-qwen-32b
    --gpu h100x8 --gpu-hour 2.2[/bold]
    """
    from claimbench import config
    from claimbench.benchmarks import hub
    from claimbench.cli import display_plan
    from claimbench.planning import estimate
    from claimbench.planning.gpu_table import choose_gpus
    from claimbench.planning.gpus import gpu_plan
    from claimbench.planning.lengths import Lengths
    from claimbench.runner import pipeline

    experiment = config.load_experiment(run_file, sets)
    asked = choose_gpus(gpus, gpu_count), Lengths(lengths), gpu_hour
    online = hub.use(offline)
    with displaying(quiet=as_json) as display:
        made, lacking = pipeline.dry_plan(experiment, data_dir, online, display.tell)
    facts = estimate.describe(made) if made else estimate.outline(experiment, lacking)
    seen = made.experiment if made else experiment
    facts["gpus"] = gpu_plan(seen, estimate.prompt_lengths(facts), *asked)
    typer.echo(json.dumps(facts, indent=1) if as_json else display_plan.render(facts, bool(gpus)))
    if made:
        estimate.check_power(made)


@app.command("import")
def import_(  # noqa: PLR0913, PLR0917
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Format of the outputs.")],
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The file that holds them.")],
    model: Annotated[str | None, typer.Option("--model", help="Whose replies they are.")] = None,
    benchmark: Annotated[
        str | None, typer.Option("--benchmark", help="Our benchmark: its golds and grader.")
    ] = None,
    grader: Annotated[
        str | None,
        typer.Option("--grader", help="Grade by the file's golds: latex, integer, number, choice."),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="Columns of a jsonl, csv or parquet file.")
    ] = None,
    source_name: Annotated[
        str | None, typer.Option("--source-name", help="Who made the outputs.")
    ] = None,
    protocol: Annotated[
        list[str],
        typer.Option("--protocol", metavar="KEY=VALUE", help="What you know of how they did."),
    ] = [],  # noqa: B006
    out: Annotated[
        Path | None, typer.Option("--out", help="Run folder (default results/<name of the file>).")
    ] = None,
    data_dir: DataDir = None,
    workers: Workers = None,
) -> None:
    """Make a run folder of outputs that another tool has written; the same command resumes.

    SOURCE is lm-eval, lighteval, inspect, evalplus, livecodebench, jsonl, csv or parquet.

    Examples: [bold]claimbench import lm-eval samples_gsm8k_DATE.jsonl --benchmark gsm8k[/bold] ·
    [bold]claimbench import csv answers.csv --model toy --grader number --mapping m.yaml[/bold]
    """
    from claimbench.benchmarks import hub
    from claimbench.interop import imports
    from claimbench.runner import pipeline

    hub.use()
    wanted = imports.Wanted(
        source, path, mapping, model, benchmark, grader, source_name, stated(protocol)
    )
    folder = out or Path("results") / path.stem
    with displaying() as display, resumable(folder):
        imported = imports.prepare(wanted, data_dir, display.tell)
        made = pipeline.import_outputs(imported, folder, workers, display.watch, display.tell)
    for line in imports.left_out(imported):
        typer.echo(line, err=True)
    show(made)


@app.command()
def export(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help="lm-eval, hub, csv or parquet.")],
    run_dir: RunDir,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder (default RUNDIR/export-FORMAT).")
    ] = None,
    samples: Annotated[
        bool,
        typer.Option("--samples/--no-samples", help="Whether texts of samples and problems go in."),
    ] = True,
) -> None:
    """Write a run's results in a format that others read.

    Examples: [bold]claimbench export lm-eval results/smoke[/bold] · [bold]claimbench export csv
    results/smoke --no-samples --out /tmp/table[/bold]
    """
    from claimbench.interop.writers import export_run
    from claimbench.store import RunStore

    with RunStore.existing(run_dir) as store:
        written = export_run(form, store, out or run_dir / f"export-{form}", samples)
    for path in written:
        typer.echo(path)


@app.command()
def grade(
    run_dir: RunDir,
    workers: Workers = None,
    quiet: Quiet = False,
) -> None:
    """Grade the stored samples of a run folder again, where the grader has changed.

    Example: [bold]claimbench grade results/smoke --workers 2[/bold]
    """
    from claimbench.runner import pipeline
    from claimbench.store import RunStore

    with displaying(quiet) as display, RunStore.existing(run_dir, writer=True) as store:
        report = pipeline.grade(store, workers, display.watch, display.tell)
    show(report)


@app.command()
def report(
    run_dirs: Annotated[list[Path], typer.Argument(metavar="RUNDIR...", help="Run folders.")],
    partial: Annotated[
        bool, typer.Option("--partial", help="Estimates of an unfinished run, without verdicts.")
    ] = False,
    samples: Annotated[
        bool,
        typer.Option(
            "--samples/--no-samples",
            help="Whether report.html holds samples and problems (without: may be committed).",
        ),
    ] = True,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Folder of the combined report (default: `report` beside the first run)."
        ),
    ] = None,
    gpu_hour: GpuHour = None,
    fail_on: FailOn = [],  # noqa: B006
) -> None:
    """Measurements, verdicts, tables, figures and pages again, from the stored samples and grades.

    Several run folders get a combined report as well.

    Examples: [bold]claimbench report results/smoke[/bold] · [bold]claimbench report results/a
    results/b --no-samples --out results/both[/bold]
    """
    from claimbench.runner import pipeline
    from claimbench.runner.reports import report_each

    check_verdict_names(fail_on)
    reports = report_each(run_dirs, partial, samples, gpu_hour)
    made = reports[0]
    if out or len(reports) > 1:
        made = pipeline.combine(reports, out or run_dirs[0].resolve().parent / "report", samples)
    show(made)
    exit_on(made, fail_on)


@app.command()
def compare(
    run_dirs: Annotated[
        list[Path],
        typer.Argument(metavar="A B...", help="Run folders; the first is the reference."),
    ],
    against: Annotated[
        str | None,
        typer.Option(
            "--against", help="The reference: one of the run folders, or a model in them."
        ),
    ] = None,
    margin: Annotated[
        float | None,
        typer.Option("--margin", help="Points within which two runs count as equivalent."),
    ] = None,
    non_inferior: Annotated[
        float | None,
        typer.Option(
            "--non-inferior", metavar="MARGIN", help="Test for not being worse by these points."
        ),
    ] = None,
    common: Annotated[
        bool,
        typer.Option("--common", help="Compare the problems that both have, the same in both."),
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for comparison.md, .csv and .json.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    fail_on: Annotated[
        list[str], typer.Option("--fail-on", metavar="WORD", help="Exit 1 on this, such as worse.")
    ] = [],  # noqa: B006
) -> None:
    """Is a run better or worse than another on the same problems? Paired, problem by problem.

    Folders of `claimbench run` and of `claimbench import` alike.

    Examples: [bold]claimbench compare results/base results/mine[/bold] · [bold]claimbench compare
    results/bf16 results/4bit --non-inferior 1 --fail-on worse --fail-on inconclusive[/bold]
    """
    from claimbench.cli import comparing
    from claimbench.runner.comparing import compare_runs

    comparing.check_words(fail_on)
    comparing.check_margins(margin, non_inferior)
    found = compare_runs(
        run_dirs, against=against, margin=margin, non_inferior=non_inferior, common=common
    )
    comparing.show(found, out, as_json)
    comparing.exit_on(found, fail_on)


@app.command()
def claims(
    article: Annotated[str | None, typer.Option("--article", help="One article's claims.")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="Claims of one kind.")] = None,
    status: Annotated[str | None, typer.Option("--status", help="Claims with one verdict.")] = None,
    results: Annotated[
        list[Path],
        typer.Option("--results", help="Run folders, or folders of them (default results)."),
    ] = [],  # noqa: B006
    gpu_hour: GpuHour = None,
    korean: Annotated[bool, typer.Option("--korean", help="Claims in Korean words.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Write all tables here.")] = None,
) -> None:
    """Every claim, its present verdict, the evidence behind it and its tier.

    Examples: [bold]claimbench claims --article hani-0130[/bold] · [bold]claimbench claims
    --json[/bold] · [bold]claimbench claims --out results/evidence[/bold]
    """
    from claimbench.report import article_data, article_files
    from claimbench.verdicts import articles

    if out is not None and (article or kind or status):
        raise ConfigError(
            f"--out {out}: the files hold every claim; leave out --article, --kind and --status"
        )
    evidence = articles.load_evidence(results or articles.default_results(), gpu_hour)
    chosen = articles.choose(articles.judge_claims(evidence), article, kind, status)
    if out is not None:
        for path in article_files.write_evidence(evidence, out):
            typer.echo(path, err=as_json)
    if as_json:
        data = article_data.claims_data(chosen, evidence.runs)
        typer.echo(article_data.to_json(data), nl=False)
    elif out is None:
        from claimbench.cli.display_claims import show_claims

        show_claims(chosen, korean)


@app.command()
def fetch(run_file: RunFile, sets: Sets = [], data_dir: DataDir = None) -> None:  # noqa: B006
    """Download models and datasets ahead of a run (GPU nodes are often offline).

    Example: [bold]claimbench fetch r1-distill-qwen-1.5b[/bold]
    """
    from claimbench import config
    from claimbench.benchmarks import hub
    from claimbench.runner import pipeline

    experiment = config.load_experiment(run_file, sets)
    online = hub.use()
    with displaying() as display:
        lines = pipeline.fetch(experiment, data_dir, online, display.tell)
    typer.echo("\n".join(lines))


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What this machine can run: engines, devices, hub, cache, disk.

    Example: [bold]claimbench doctor[/bold]
    """
    from claimbench.cli import diagnosis

    facts = diagnosis.examine()
    typer.echo(json.dumps(facts, indent=1) if as_json else diagnosis.render(facts))


def main() -> None:
    """Entry point: every explained failure is one sentence on stderr and its exit code."""
    signal.signal(signal.SIGTERM, Interrupt())
    # Threads of the CPU engine that spin while they wait starve one another (and the graders) on a
    # busy machine: beside other jobs a run needed twice the CPU time. Where they slept at once,
    # a small model in float32 needed twice the time, in the kernel: GNU's first spin a moment. Set
    # before torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    print_anywhere()
    keep_bars_out_of_logs()
    try:
        app()
    except ClaimbenchError as error:
        complain(str(error))
        sys.exit(error.exit_code)
    except OSError as error:
        if not unprinted(error):
            raise
        sys.exit(1)
    except KeyboardInterrupt:
        _stopped()
    except SystemExit as ended:
        if ended.code != INTERRUPTED:
            raise
        _stopped()


def _stopped() -> None:
    complain("stopped; whatever was stored is kept")
    sys.exit(1)
