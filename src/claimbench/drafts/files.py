"""Run files and article files to begin with, and writing what was drafted."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from claimbench.benchmarks.rows import read_file
from claimbench.config.folders import LM_EVAL, Kind, names
from claimbench.config.inline import check_place, is_place, name_of
from claimbench.config.load import config_file, load_benchmark
from claimbench.config.percent import as_written
from claimbench.config.yamlfile import read_text
from claimbench.drafts.models import as_yaml, path_from
from claimbench.errors import ConfigError, counted
from claimbench.planning.estimate import fitting_margin


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet. Raises ConfigError for one that is."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        why = "this is a folder" if path.is_dir() else "there is such a file"
        if not path.exists():
            why = f"{path.parent} is no folder"
        raise ConfigError(f"{path}: {why}; name another one with --out") from None
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be written ({error.strerror or error}); name another one with --out"
        ) from error


def named_from(folder: Path, word: str) -> str:
    """How a run file in `folder` names a model or benchmark that the command line names."""
    path = Path(word).expanduser()
    if not path.exists() or word in (*names("models"), *names("benchmarks")):
        return word
    relative = path_from(folder, path)
    return relative if relative.startswith((".", "/")) else f"./{relative}"


SAMPLES = 4
"""Samples per problem of a new run."""


def margin_for(claimed: float | None, place: str, run_file: Path) -> int:
    """Points within which a claimed score can be judged on the problems of a benchmark, given by
    its name or data file. Raises ConfigError where there are too few of them."""
    rows = _problems(place, run_file)
    margin = fitting_margin(50.0 if claimed is None else claimed, rows, SAMPLES) if rows else 20
    if margin is not None:
        return margin
    if claimed is not None:
        raise ConfigError(
            f"{place}: {counted(rows or 0, 'problem')} cannot tell a score from {claimed:g}%, even "
            "within 50 points; add problems, or leave --claimed out"
        )
    return 50


def _problems(place: str, run_file: Path) -> int | None:
    """None where nothing here states their number."""
    if Path(place).expanduser().is_file() and not place.endswith(".yaml"):
        return sum(1 for _ in read_file(Path(place).expanduser()))
    if is_place(place) or place.startswith(LM_EVAL):
        return None
    return load_benchmark(place, run_file).dataset.rows


def check_names(models: Sequence[str], benchmarks: Sequence[str], run_file: Path) -> None:
    """Raises ConfigError for a model or benchmark that is nowhere."""
    named: tuple[tuple[Kind, Sequence[str]], ...] = (("models", models), ("benchmarks", benchmarks))
    for kind, words in named:
        for word in words:
            if is_place(word):
                check_place(kind, word)
            elif not word.startswith(LM_EVAL):
                config_file(kind, word, run_file)


def run_yaml(
    models: Sequence[str],
    benchmarks: Sequence[str],
    claimed: float | None = None,
    margin: int = 20,
) -> str:
    """The text of a run file; `claimed` is the score in % that it judges, within `margin`."""
    lines = [
        "# Made by `claimbench new run`.",
        f"models: {as_yaml(list(models))}",
        f"benchmarks: {as_yaml(list(benchmarks))}",
        "sampling:",
        "  temperature: 0.6  # decide: 0 is greedy decoding (then samples: 1)",
        "  top_p: 0.95",
        "  max_tokens: 2048  # decide: a reply that is longer is cut; reasoning needs far more",
        f"samples: {SAMPLES}  # decide: samples per problem",
        "seed: 1",
    ]
    score, off = ("50", "# ") if claimed is None else (as_written(claimed), "")
    model, benchmark = name_of(models[0]), name_of(benchmarks[0])
    lines += [
        f"{off}claimed: {{{model}: {{{benchmark}: {score}}}}}  # a score in %, to be judged",
        f"{off}margins: {{{benchmark}: {margin}}}  # decide: points that count as the same score;",
        f"{'# ' if off else ''}#   fewer of them need more problems and samples",
    ]
    return "\n".join(lines) + "\n"


def article_yaml(text_file: Path, name: str) -> tuple[str, list[str]]:
    """The text of an article file, and the article's lines with their numbers."""
    text = read_text(text_file)
    lines = text.splitlines()
    if not any(line.strip() for line in lines):
        raise ConfigError(f"{text_file}: there is no text in it")
    first = next(number for number, line in enumerate(lines, start=1) if line.strip())
    content = [
        "# Made by `claimbench new article`. The article's text stays out of this file: say each",
        "# claim in your own words, with its lines (docs/claims.md has every kind of claim).",
        f"id: {name}",
        f"outlet: {as_yaml(name)}  # decide",
        f"date: {date.today().isoformat()}  # decide: the day it was published",
        "date_stated: false",
        f"language: {_language(text)}",
        f"file: {as_yaml(text_file.name)}",
        f"sha256: {hashlib.sha256(text_file.read_bytes()).hexdigest()}",
        f"lines: {len(lines)}",
        "claims:",
        f"  - id: {name}-1",
        f'    lines: "{first}"  # decide',
        "    kind: opinion  # decide: benchmark, efficiency, arithmetic, artifact, market, …",
        "    text:",
        "      en: What the article claims, in your own words.",
        "    reason:",
        "      en: Why nothing can be measured; or `tests` in its place, for a benchmark claim.",
    ]
    numbered = [f"{n:>4}  {line}" for n, line in enumerate(lines, start=1) if line.strip()]
    return "\n".join(content) + "\n", numbered


def _language(text: str) -> str:
    """Korean where there are Korean letters, else English."""
    return "ko" if any(0xAC00 <= ord(letter) <= 0xD7A3 for letter in text) else "en"
