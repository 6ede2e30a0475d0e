"""What a CI system reads of a command: a JUnit file; on GitHub annotations and a job summary."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from claimbench.errors import ClaimbenchError, ConfigError

if TYPE_CHECKING:
    from claimbench.report.checks import Check, Result
    from claimbench.runner.reporting import Report
    from claimbench.verdicts.comparisons import Compared

SHOWN_EACH = 10
"""Annotations of one level that GitHub shows of a step; the rest is in the summary."""
_LEVELS: dict[Result, str] = {
    "error": "error",
    "failed": "error",
    "skipped": "warning",
    "passed": "notice",
}


@contextlib.contextmanager
def recorded(junit: Path | None, command: str) -> Iterator[None]:
    """A command whose failure is an error in the JUnit file, in place of what an earlier one left
    there. Raises ConfigError at once where the file cannot be written."""
    if junit is None:
        yield
        return
    if junit.is_dir():
        raise ConfigError(f"--junit {junit}: this is a folder; name a file in it")
    try:
        yield
    except ClaimbenchError as error:
        from claimbench.report.checks import failed_stage

        _write(junit, command, [failed_stage(command, str(error))])
        raise


def publish_report(made: Report, fail_on: Sequence[str], junit: Path | None) -> None:
    """The verdicts of a report, for whoever reads them here."""
    from claimbench.report.checks import verdict_checks
    from claimbench.report.messages import words
    from claimbench.report.summary import run_summary

    if junit is None and not on_github():
        return
    checks = verdict_checks(made.verdicts, fail_on)
    _publish(checks, junit, made.root.resolve().name)
    for run in made.runs if on_github() else ():
        _summarize(run_summary(run.title, run.verdicts, run.measurements, words(made.language)))


def publish_comparison(
    found: Sequence[Compared], fail_on: Sequence[str], junit: Path | None, language: str
) -> None:
    """The outcomes of a comparison, for whoever reads them here."""
    from claimbench.report.checks import comparison_checks
    from claimbench.report.messages import words
    from claimbench.report.summary import comparison_summary

    if junit is None and not on_github():
        return
    _publish(comparison_checks(found, fail_on), junit, "compare")
    if on_github():
        _summarize(comparison_summary(found, words(language)))


def on_github() -> bool:
    """Whether this is a job of GitHub Actions."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def annotate(level: str, title: str, text: str) -> None:
    """A line at the job and its commit. On stderr, which GitHub reads, too: stdout may be JSON."""
    title = _escaped(title).replace(":", "%3A").replace(",", "%2C")
    typer.echo(f"::{level} title={title}::{_escaped(text)}", err=True)


def _publish(checks: Sequence[Check], junit: Path | None, suite: str) -> None:
    if junit is not None:
        _write(junit, suite, checks)
    if on_github():
        _annotate_all(checks)


def _write(junit: Path, suite: str, checks: Sequence[Check]) -> None:
    from claimbench.report.junit import junit_xml

    try:
        junit.parent.mkdir(parents=True, exist_ok=True)
        junit.write_text(junit_xml(suite, checks), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"--junit {junit}: cannot be written ({error.strerror})") from error


def _annotate_all(checks: Sequence[Check]) -> None:
    for result, level in _LEVELS.items():
        for check in [c for c in checks if c.result == result][:SHOWN_EACH]:
            annotate(level, f"{check.group}, {check.name}: {check.word}", check.sentence)


def _summarize(page: str) -> None:
    """Add a page to the job's summary, where there is one."""
    if not (path := os.environ.get("GITHUB_STEP_SUMMARY")):
        return
    try:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(f"{page}\n")
    except OSError as error:
        annotate("warning", "claimbench", f"no job summary: {path}: {error.strerror}")


def _escaped(text: str) -> str:
    """As a workflow command takes text: on one line, which a name cannot end."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
