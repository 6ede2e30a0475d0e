"""What `claimbench compare` prints and how it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.text import Text

from claimbench.cli.ending import complain, meant
from claimbench.errors import ConfigError, InputError
from claimbench.report.comparison_data import to_json
from claimbench.report.comparison_files import comparison_files
from claimbench.report.comparisons import changes, details, headline, strip_of_comparison
from claimbench.report.messages import english, words
from claimbench.report.strips import in_letters
from claimbench.report.tables import clean
from claimbench.verdicts.comparisons import WORDS, Compared

LINE = 1000
"""Characters of a line that are shown."""


def check_words(chosen: Sequence[str]) -> None:
    for name in chosen:
        if name not in WORDS:
            known = f"the outcomes are {', '.join(WORDS)}"
            raise ConfigError(f"--fail-on {name}: {known}{meant(name, WORDS)}")


def check_margins(margin: float | None, non_inferior: float | None) -> None:
    for name, value in (("--margin", margin), ("--non-inferior", non_inferior)):
        if value is not None and not 0 < value < 100:
            raise ConfigError(f"{name} {value:g}: a margin is above 0 and below 100 points")


def show(found: Sequence[Compared], out: Path | None, as_json: bool, language: str) -> None:
    """The outcome first, then what stands behind it; files where asked for."""
    if as_json:
        typer.echo(to_json(found), nl=False)
    else:
        _print(found, language)
    if out is not None:
        for path in _written(out, comparison_files(found, language)):
            typer.echo(path, err=as_json)


def _written(out: Path, files: Mapping[str, str]) -> Iterator[Path]:
    """Each file in the folder `out`, written. Raises ConfigError where that cannot be."""
    for name, text in files.items():
        path = out / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"--out {out}: cannot be written ({error.strerror})") from error
        yield path


def _print(found: Sequence[Compared], language: str) -> None:
    console, catalogue = Console(), words(language)
    for one in found:
        first = clean(catalogue.render(headline(one)), LINE)
        console.print(Text(first, style="bold"), soft_wrap=True)
        if not one.same_samples:
            console.print(Text("  " + in_letters(strip_of_comparison(one))), soft_wrap=True)
        for line in (*details(one), *changes(one)):
            console.print(Text("  " + clean(catalogue.render(line), LINE)), soft_wrap=True)


def exit_on(found: Sequence[Compared], chosen: Sequence[str]) -> None:
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
