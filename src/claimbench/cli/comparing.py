"""What `claimbench compare` prints and writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.text import Text

from claimbench.cli.terminal import LINE
from claimbench.errors import ConfigError
from claimbench.report.comparison_data import to_json
from claimbench.report.comparison_files import comparison_files
from claimbench.report.comparisons import changes, details, headline, strip_of_comparison
from claimbench.report.messages import words
from claimbench.report.strips import in_letters
from claimbench.report.tables import clean
from claimbench.verdicts.comparisons import Compared


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
            console.print(
                Text("  " + in_letters(strip_of_comparison(one), console.width - 2)), soft_wrap=True
            )
        for line in (*details(one), *changes(one)):
            console.print(Text("  " + clean(catalogue.render(line), LINE)), soft_wrap=True)
