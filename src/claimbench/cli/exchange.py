"""Commands for the files of other tools: import and export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimbench.cli.options import (
    BenchmarkName,
    DataDir,
    GraderName,
    ImportOut,
    Mapping,
    MissingAsWrong,
    ModelName,
    OutputsFile,
    RunDir,
    SourceFormat,
    SourceName,
    StatedProtocol,
    Workers,
)
from claimbench.cli.signals import resumable
from claimbench.cli.terminal import LINE
from claimbench.errors import ConfigError

if TYPE_CHECKING:
    from claimbench.interop.eee_figures import Figures
    from claimbench.interop.imports import Wanted


def import_(  # noqa: PLR0913, PLR0917
    source: SourceFormat,
    path: OutputsFile,
    model: ModelName = None,
    benchmark: BenchmarkName = None,
    grader: GraderName = None,
    mapping: Mapping = None,
    source_name: SourceName = None,
    protocol: StatedProtocol = [],  # noqa: B006
    missing_as_wrong: MissingAsWrong = False,
    out: ImportOut = None,
    data_dir: DataDir = None,
    workers: Workers = None,
) -> None:
    """Make a run folder of outputs that another tool has written; the same command resumes.

    SOURCE is lm-eval, lighteval, inspect, evalplus, livecodebench, eee, jsonl, csv or parquet. Of
    a file of eee that holds scores alone, the figures become a published table (tier C).

    Examples: [bold]claimbench import lm-eval samples_gsm8k_DATE.jsonl --benchmark gsm8k[/bold] ·
    [bold]claimbench import csv answers.csv --model toy --grader number --mapping m.yaml[/bold]
    """
    from claimbench.benchmarks import hub
    from claimbench.interop import eee_figures, imports

    hub.use()
    folder = out or Path("results") / path.stem
    if eee_figures.are_figures(source, path):
        _show_figures(eee_figures.import_figures(path, folder, model, benchmark))
        return
    stated = _stated(protocol)
    wanted = imports.Wanted(
        source, path, mapping, model, benchmark, grader, source_name, stated, missing_as_wrong
    )
    _import_outputs(wanted, folder, data_dir, workers)


def _import_outputs(
    wanted: Wanted, folder: Path, data_dir: Path | None, workers: int | None
) -> None:
    """Outputs with their samples: graded, reported and shown."""
    from claimbench.cli.display import Display, show_report
    from claimbench.interop import imports
    from claimbench.runner.pipeline import import_outputs
    from claimbench.runner.reporting import report

    with Display() as display, resumable(folder):
        imported = imports.prepare(wanted, data_dir, display.log)
        made = import_outputs(imported, folder, workers, report, display.watch, display.log)
    for line in imports.left_out(imported):
        typer.echo(line, err=True)
    show_report(made)


def _stated(options: list[str]) -> dict[str, object]:
    """`--protocol key=value` options, their values as YAML."""
    import yaml

    found: dict[str, object] = {}
    for option in options:
        key, equals, text = option.partition("=")
        if not equals or not key.strip():
            raise ConfigError(f"--protocol {option}: write key=value, for example temperature=0.6")
        try:
            found[key.strip()] = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise ConfigError(f"--protocol {option}: the value is not valid YAML") from error
    return found


def _show_figures(found: Figures) -> None:
    """Scores that were imported without their samples, and what to do with them."""
    from claimbench.report.tables import clean

    for one in found.figures:
        of = map(clean, (one.subject, one.benchmark, one.metric))
        typer.echo(f"{'  '.join(of)}  {one.value:.2f}  tier C")
    if found.unknown:
        names = clean(", ".join(found.unknown), LINE)
        typer.echo(
            f"Not in seeds/published/_names.yaml, where a run's names are looked up: {names}"
        )
    typer.echo(f"Published table: {found.path} (copy it into seeds/published to judge runs by it)")


def export(
    form: Annotated[
        str,
        typer.Argument(
            metavar="FORMAT", help="lm-eval, hub, csv, parquet, eee, latex or markdown."
        ),
    ],
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
    from claimbench.runner.verify import refuse_wrong

    refuse_wrong(run_dir)
    for path in export_run(form, run_dir, out or run_dir / f"export-{form}", samples):
        typer.echo(path)
