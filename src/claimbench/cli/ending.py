"""What commands share: how they begin, end, and say what went wrong."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from claimbench.cli import letters
from claimbench.cli.ci import publish_report
from claimbench.cli.signals import Stopped, ignore_interrupts
from claimbench.errors import ConfigError, InputError

if TYPE_CHECKING:
    from claimbench.cli.display import Display
    from claimbench.config.runs import Experiment
    from claimbench.interop.eee_figures import Figures
    from claimbench.records import Verdict
    from claimbench.runner.budget import Cap
    from claimbench.runner.generate import Progress
    from claimbench.runner.reporting import Report
    from claimbench.runner.shards import Shard
    from claimbench.runner.slurm.array import Array
    from claimbench.runner.slurm.jobs import Job


@contextlib.contextmanager
def resumable(folder: Path) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        ignore_interrupts()
        words = shlex.join(["claimbench", *sys.argv[1:]])
        kept = f"finished samples are in {folder}" if folder.exists() else "nothing was begun"
        complain(f"stopped; {kept}. Go on with: {words}")
        raise Stopped from None


@contextlib.contextmanager
def displaying(quiet: bool = False) -> Iterator[Display]:
    from claimbench.cli.display import Display

    with Display(quiet) as display:
        yield display


def stated(options: list[str]) -> dict[str, object]:
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


def complain(sentence: str) -> None:
    plain = os.environ.get("NO_COLOR")  # no-color.org: set and not empty
    colour = None if plain else typer.colors.RED
    typer.secho(f"claimbench: {sentence}", err=True, fg=colour)


def print_anywhere() -> None:
    """A terminal that lacks a letter shows a lookalike or its number: Korean, or a table's lines,
    end nothing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=letters.NAME)


def keep_bars_out_of_logs() -> None:
    """Progress bars of libraries (tqdm) are for terminals: a log gets a run of half-drawn ones.
    They read this when they are imported, so call it first."""
    if not sys.stderr.isatty():
        os.environ.setdefault("TQDM_DISABLE", "1")


def unprinted(error: OSError) -> bool:
    """Whether `error` is that of a full disk behind stdout, which is then reported, once."""
    if error.filename is not None or error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # What is left goes nowhere.
    complain(
        f"what the command prints cannot be written ({error.strerror}): free space there and run "
        "the same command again; whatever was stored is kept"
    )
    return True


def show(report: Report) -> None:
    from claimbench.cli.display import show_report

    show_report(report)


def show_figures(found: Figures) -> None:
    """Scores that were imported without their samples, and what to do with them."""
    for one in found.figures:
        typer.echo(f"{one.subject}  {one.benchmark}  {one.metric}  {one.value:.2f}  tier C")
    if found.unknown:
        names = ", ".join(found.unknown)
        typer.echo(
            f"Not in seeds/published/_names.yaml, where a run's names are looked up: {names}"
        )
    typer.echo(f"Published table: {found.path} (copy it into seeds/published to judge runs by it)")


def cap_from(cost: float | None, tokens: int | None, alone: bool) -> Cap:
    """The cap that is asked for. Raises ConfigError where other processes spend beside this one."""
    from claimbench.runner.budget import Cap

    cap = Cap(cost, tokens)
    if cap and not alone:
        raise ConfigError(
            "--max-cost and --max-tokens-total cap what one process spends: leave them out, or run "
            "without --shard and --slurm"
        )
    return cap


def one_of(
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


def run_words(
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


def end(
    made: Report | Progress | Job, folder: Path, fail_on: list[str], junit: Path | None = None
) -> None:
    """Show what a run has come to."""
    from claimbench.runner.generate import Progress
    from claimbench.runner.reporting import Report

    if isinstance(made, Report):
        show(made)
        publish_report(made, fail_on, junit)
        exit_on(made, fail_on)
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


def check_verdict_names(chosen: list[str]) -> None:
    from claimbench.verdicts.pairing import VERDICTS

    for name in chosen:
        if name not in VERDICTS:
            known = f"verdicts are {', '.join(VERDICTS)}"
            raise ConfigError(f"--fail-on {name}: {known}{meant(name, VERDICTS)}")


def meant(word: str, known: Sequence[str]) -> str:
    """`; did you mean lower?`, whatever its case; empty where nothing is near."""
    from claimbench.config.yamlfile import close_to

    return f"; did you mean {near[0]}?" if (near := close_to(word, known)) else ""


def check_something_is_judged(experiment: Experiment, chosen: list[str]) -> None:
    """Refuse --fail-on where the run could not fail, before anything is generated."""
    from claimbench.verdicts.pairing import targets

    run = experiment.run
    if chosen and not targets(run.published, run.models, run.benchmarks, run.claimed):
        raise ConfigError(
            f"--fail-on {chosen[0]}: the run's key published names no table with a figure of its "
            "models on its benchmarks, so nothing would be judged; name one, give a figure under "
            "claimed, or leave --fail-on out"
        )


def exit_on(report: Report, chosen: list[str]) -> None:
    """Exit 1 where a verdict is among the chosen ones; either way, say what decided it. Raises
    InputError where nothing was judged: that is neither."""
    if not chosen:
        return
    asked = " ".join(f"--fail-on {name}" for name in chosen)
    if hits := [v for v in report.verdicts if v.verdict in chosen]:
        complain(f"{asked}: {_figures(hits)}")
        raise typer.Exit(1)
    judged = [v for v in report.verdicts if v.verdict != "not comparable"]
    if not judged:
        found = "every figure is not comparable" if report.verdicts else "no figure was judged"
        why = " (a partial report has no verdicts)" if report.partial else ""
        raise InputError(f"{asked}: {found}{why}, so the check neither passes nor fails")
    typer.echo(f"claimbench: {asked}: passed; {_figures(judged)}", err=True)


def exit_on_damaged(damaged: Mapping[Path, str]) -> None:
    """Exit 1 where run folders were left out, and say which and why."""
    for root, why in damaged.items():
        complain(f"{root} is left out, the rest is judged: {why}")
    if damaged:
        raise typer.Exit(1)


SHOWN_FIGURES = 5


def _figures(verdicts: Sequence[Verdict]) -> str:
    """`m on aime24: lower; m on math500: reproduced`."""
    from claimbench.report.tables import clean, figure_of

    shown = [clean(f"{v.subject} on {figure_of(v)}: {v.verdict}") for v in verdicts[:SHOWN_FIGURES]]
    more = len(verdicts) - SHOWN_FIGURES
    return "; ".join(shown) + (f"; and {more} more" if more > 0 else "")
