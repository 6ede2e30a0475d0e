"""Commands on what is stored: grade, report, compare, claims."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import typer

from claimbench.cli.ci import publish_comparison, publish_report, recorded
from claimbench.cli.options import (
    Against,
    ArticleId,
    AsJson,
    ClaimKind,
    ClaimStatus,
    CombinedOut,
    Common,
    Compared,
    ComparisonOut,
    EvidenceOut,
    FailOn,
    FailOnWord,
    GpuHour,
    JUnit,
    Language,
    Margin,
    NonInferior,
    OfBenchmark,
    OfModel,
    Partial,
    ProblemId,
    Quiet,
    ResultFolders,
    RunDir,
    RunDirs,
    SampleNumber,
    WithIds,
    WithSamples,
    Workers,
)
from claimbench.cli.terminal import complain
from claimbench.errors import ConfigError


def grade(
    run_dir: RunDir,
    workers: Workers = None,
    quiet: Quiet = False,
) -> None:
    """Grade the stored samples of a run folder again, where the grader has changed.

    Example: [bold]claimbench grade results/smoke --workers 2[/bold]
    """
    from claimbench.cli.display import Display, show_report
    from claimbench.runner import pipeline, reporting
    from claimbench.store import RunStore

    with Display(quiet) as display, RunStore.existing(run_dir, writer=True) as store:
        pipeline.grade(store, workers, display.watch, display.log)
        made = reporting.report(store, partial=True)
    show_report(made)


def report(
    run_dirs: RunDirs,
    partial: Partial = False,
    samples: WithSamples = True,
    out: CombinedOut = None,
    gpu_hour: GpuHour = None,
    language: Language = "en",
    fail_on: FailOn = [],  # noqa: B006
    junit: JUnit = None,
) -> None:
    """Measurements, verdicts, tables, figures and pages again, from the stored samples and grades.

    Several run folders get a combined report as well.

    Examples: [bold]claimbench report results/smoke[/bold] · [bold]claimbench report results/a
    results/b --no-samples --out results/both[/bold]
    """
    from claimbench.cli import fail_on as failing
    from claimbench.cli.display import show_report
    from claimbench.report.messages import words
    from claimbench.runner import reporting
    from claimbench.runner.comparing import named_once

    failing.check_verdict_names(fail_on)
    words(language)  # An unknown one is refused before anything is written.
    with recorded(junit, "report"):
        named_once(run_dirs)
        reports = reporting.report_each(run_dirs, partial, samples, gpu_hour, language)
        made = reports[0]
        if out or len(reports) > 1:
            folder = out or run_dirs[0].resolve().parent / "report"
            made = reporting.combine(reports, folder, samples)
        show_report(made)
        publish_report(made, fail_on, junit)
        failing.exit_on_verdicts(made, fail_on)


def compare(  # noqa: PLR0913, PLR0917
    run_dirs: Compared,
    against: Against = None,
    margin: Margin = None,
    non_inferior: NonInferior = None,
    common: Common = False,
    out: ComparisonOut = None,
    as_json: AsJson = False,
    fail_on: FailOnWord = [],  # noqa: B006
    language: Language = "en",
    junit: JUnit = None,
) -> None:
    """Is a run better or worse than another on the same problems? Paired, problem by problem.

    Folders of `claimbench run` and of `claimbench import` alike.

    Examples: [bold]claimbench compare results/base results/mine[/bold] · [bold]claimbench compare
    results/bf16 results/4bit --non-inferior 1 --fail-on worse --fail-on inconclusive[/bold]
    """
    from claimbench.cli import comparing
    from claimbench.cli import fail_on as failing
    from claimbench.runner.comparing import compare_runs

    failing.check_outcomes(fail_on)
    comparing.check_margins(margin, non_inferior)
    with recorded(junit, "compare"):
        found = compare_runs(
            run_dirs, against=against, margin=margin, non_inferior=non_inferior, common=common
        )
    comparing.show(found, out, as_json, language)
    publish_comparison(found, fail_on, junit, language)
    failing.exit_on_outcomes(found, fail_on)


def show_sample(
    run_dir: RunDir,
    problem: ProblemId = None,
    sample: SampleNumber = 0,
    model: OfModel = None,
    benchmark: OfBenchmark = None,
    ids: WithIds = False,
) -> None:
    """Show one sample of a run: question, gold, reasoning, reply, and how it was graded; with
    `--ids` the token ids that the engine generated, where it knew them.

    Example: [bold]claimbench show results/smoke --problem sm-004 --sample 2[/bold]
    """
    from claimbench.cli import display_sample
    from claimbench.interop.samples import find_samples
    from claimbench.store import RunStore

    with RunStore.existing(run_dir) as store:
        for shown in find_samples(store, problem, sample, model, benchmark):
            for line in display_sample.lines(shown, ids):
                typer.echo(line)


def verify(run_dir: RunDir, as_json: AsJson = False) -> None:
    """Check everything in a run folder against everything else; exit 1 where it does not fit.

    run.yaml, problems, every sample and grade, indexes, counts, provenance and results. The digest
    at the end is of the whole folder: state it where you publish the results.

    Example: [bold]claimbench verify results/smoke[/bold]
    """
    from claimbench.cli.display_verified import as_data, lines
    from claimbench.runner.verify import verify as check

    found = check(run_dir)
    typer.echo(json.dumps(as_data(found), indent=1) if as_json else "\n".join(lines(found)))
    if not found.good:
        raise typer.Exit(1)


def claims(
    article: ArticleId = None,
    kind: ClaimKind = None,
    status: ClaimStatus = None,
    results: ResultFolders = [],  # noqa: B006
    gpu_hour: GpuHour = None,
    language: Language = "en",
    as_json: AsJson = False,
    out: EvidenceOut = None,
) -> None:
    """Every claim, its present verdict, the evidence behind it and its tier.

    Examples: [bold]claimbench claims --article hani-0130[/bold] · [bold]claimbench claims
    --json[/bold] · [bold]claimbench claims --out results/evidence[/bold]
    """
    from claimbench.report import article_data, article_files
    from claimbench.report.messages import words
    from claimbench.runner.verify import trusted
    from claimbench.verdicts.articles import filters, runs
    from claimbench.verdicts.articles.claims import judge_claims, load_evidence

    words(language)  # A name that there is not is refused before seconds of judging.
    if out is not None and (article or kind or status):
        raise ConfigError(
            f"--out {out}: the files hold every claim; leave out --article, --kind and --status"
        )
    found = trusted(results or runs.default_results())
    evidence = load_evidence(found.folders, gpu_hour, found.damaged)
    chosen = filters.choose(judge_claims(evidence), article, kind, status)
    if out is not None:
        for path in article_files.write_evidence(evidence, out):
            typer.echo(path, err=as_json)
    if as_json:
        data = article_data.claims_data(chosen, evidence.runs)
        typer.echo(article_data.to_json(data), nl=False)
    elif out is None:
        from claimbench.cli.display_claims import show_claims

        show_claims(chosen, language, filters.unheard(evidence, chosen) if results else ())
    _exit_on_damaged(found.damaged)


def _exit_on_damaged(damaged: Mapping[Path, str]) -> None:
    """Exit 1 where run folders were left out, and say which and why."""
    for root, why in damaged.items():
        complain(f"{root} is left out, the rest is judged: {why}")
    if damaged:
        raise typer.Exit(1)
