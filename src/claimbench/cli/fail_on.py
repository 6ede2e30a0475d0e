"""`--fail-on`: which words it knows, and how a command ends by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from claimbench.cli.terminal import LINE, complain
from claimbench.config.yamlfile import close_to
from claimbench.errors import ConfigError, InputError
from claimbench.report.comparisons import headline
from claimbench.report.messages import english
from claimbench.report.tables import clean, figure_of
from claimbench.verdicts.comparisons import WORDS, Compared
from claimbench.verdicts.pairing import VERDICTS, targets

if TYPE_CHECKING:
    from claimbench.config.runs import Experiment
    from claimbench.records import Verdict
    from claimbench.runner.reporting import Report

SHOWN_FIGURES = 5


def check_verdict_names(chosen: Sequence[str]) -> None:
    """Raises ConfigError for a word that no verdict is."""
    _check(chosen, VERDICTS, "verdicts are")


def check_outcomes(chosen: Sequence[str]) -> None:
    """Raises ConfigError for a word that no comparison comes to."""
    _check(chosen, WORDS, "the outcomes are")


def _check(chosen: Sequence[str], known: Sequence[str], they_are: str) -> None:
    for name in chosen:
        if name not in known:
            near = close_to(name, known)
            meant = f"; did you mean {near[0]}?" if near else ""
            raise ConfigError(f"--fail-on {name}: {they_are} {', '.join(known)}{meant}")


def check_something_is_judged(experiment: Experiment, chosen: Sequence[str]) -> None:
    """Refuse --fail-on where the run could not fail, before anything is generated."""
    run = experiment.run
    if chosen and not targets(run.published, run.models, run.benchmarks, run.claimed):
        raise ConfigError(
            f"--fail-on {chosen[0]}: the run's key published names no table with a figure of its "
            "models on its benchmarks, so nothing would be judged; name one, give a figure under "
            "claimed, or leave --fail-on out"
        )


def exit_on_verdicts(report: Report, chosen: Sequence[str]) -> None:
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


def _figures(verdicts: Sequence[Verdict]) -> str:
    """`m on aime24: lower; m on math500: reproduced`."""
    shown = [clean(f"{v.subject} on {figure_of(v)}: {v.verdict}") for v in verdicts[:SHOWN_FIGURES]]
    more = len(verdicts) - SHOWN_FIGURES
    return "; ".join(shown) + (f"; and {more} more" if more > 0 else "")


def exit_on_outcomes(found: Sequence[Compared], chosen: Sequence[str]) -> None:
    """Exit 1 where an outcome is among the chosen ones; either way, say what decided it. Raises
    InputError where every run was set beside its own samples: that is neither."""
    if not chosen:
        return
    hits = [one for one in found if one.word in chosen]
    for one in hits:
        complain(clean(f"--fail-on {one.word}: {english(headline(one))}", LINE))
    if hits:
        raise typer.Exit(1)
    asked = " ".join(f"--fail-on {name}" for name in chosen)
    judged = [one for one in found if not one.same_samples]
    if not judged:
        raise InputError(
            f"{asked}: both sides hold the very same samples, so the check neither passes nor fails"
        )
    words = "; ".join(f"{one.variant.run} on {one.variant.benchmark}: {one.word}" for one in judged)
    typer.echo(clean(f"claimbench: {asked}: passed; {words}", LINE), err=True)
