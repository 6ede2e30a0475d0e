"""The command `repeat`: a share of a run, generated again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from claimbench.cli.options import (
    AsJson,
    DataDir,
    EngineOptions,
    Language,
    Offline,
    Quiet,
    RepeatOut,
    RunDir,
    Share,
    Slots,
)
from claimbench.cli.signals import resumable
from claimbench.cli.terminal import LINE

if TYPE_CHECKING:
    from claimbench.analysis.repeats import Repeat
    from claimbench.report.repeats import Changed


def repeat(  # noqa: PLR0913, PLR0917
    run_dir: RunDir,
    share: Share = 0.1,
    slots: Slots = None,
    engine: EngineOptions = [],  # noqa: B006
    out: RepeatOut = None,
    data_dir: DataDir = None,
    offline: Offline = False,
    quiet: Quiet = False,
    language: Language = "en",
    as_json: AsJson = False,
) -> None:
    """Would it come out the same? Generate a share of a finished run again, here or with other
    settings of the engine, and say how many texts and grades are the same.

    The samples come with the run's seeds into a folder of their own; the same command resumes.

    Examples: [bold]claimbench repeat results/smoke[/bold] · [bold]claimbench repeat results/smoke
    --share 0.5 --slots 8[/bold] · [bold]claimbench repeat results/mine --engine vllm --engine
    tensor_parallel=2[/bold]
    """
    from claimbench.benchmarks import hub
    from claimbench.cli.display import Display
    from claimbench.report.messages import words
    from claimbench.runner import preparing, repeating

    words(language)  # An unknown one is refused before anything is generated.
    folder = out or run_dir.resolve().with_name(f"{run_dir.resolve().name}-repeat")
    experiment = repeating.experiment_of(run_dir, engine, slots)
    online = hub.use(offline)
    with Display(quiet or as_json) as display, resumable(folder):
        plan = preparing.plan(experiment, data_dir, online, display.log, root=folder)
        found = repeating.repeat(run_dir, plan, share, folder, display.watch, display.log)
    _end(found, repeating.changed_settings(run_dir, folder), folder, language, as_json)


def _end(
    found: list[Repeat], changed: list[Changed], folder: Path, language: str, as_json: bool
) -> None:
    from claimbench.report.repeats import to_json
    from claimbench.store import write_folder

    text = to_json(found, changed)
    write_folder(folder, (), [("repeat.json", text)])
    if as_json:
        typer.echo(text, nl=False)
    else:
        _print(found, changed, language)
    typer.echo(folder / "repeat.json", err=as_json)


def _print(found: list[Repeat], changed: list[Changed], language: str) -> None:
    from rich.console import Console
    from rich.text import Text

    from claimbench.report.messages import words
    from claimbench.report.repeats import details, headline, settings
    from claimbench.report.tables import clean

    console, catalogue = Console(), words(language)
    for one in found:
        first = clean(catalogue.render(headline(one)), LINE)
        console.print(Text(first, style="bold"), soft_wrap=True)
        for line in details(one):
            console.print(Text("  " + clean(catalogue.render(line), LINE)), soft_wrap=True)
    for line in settings(changed):
        console.print(Text(clean(catalogue.render(line), LINE)), soft_wrap=True)
