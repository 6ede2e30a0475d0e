"""Claimed scores as people write them: 30, 30%, and 0.3, which is refused."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

from claimbench.config.yamlfile import Marks, place_of
from claimbench.errors import ConfigError
from claimbench.records.plain import JsonDict

_WITH_SIGN = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*%\s*")


def score(value: object) -> object:
    """A score in %: `30%` as the number, any other value as it is. Raises ConfigError for a bare
    number between 0 and 1, which is nearly surely a share; `0.3%` says that it is none."""
    if isinstance(value, str) and (found := _WITH_SIGN.fullmatch(value)):
        return float(found[1])
    if isinstance(value, float) and 0 < value < 1:
        raise ConfigError(
            f"a score in % is needed, and {value:g} looks like a share: write {100 * value:g}, or "
            f"{value:g}% where so little is meant"
        )
    return value


def with_scores(run: JsonDict, marks: Marks, file: Path) -> JsonDict:
    """The run with its claimed scores in %. Raises ConfigError with the place of one that looks
    like a share."""
    if not isinstance(claimed := run.get("claimed"), dict):
        return run
    read: JsonDict = {}
    for model, figures in claimed.items():
        if not isinstance(figures, dict):
            return run
        read[model] = {}
        for benchmark, value in figures.items():
            try:
                read[model][benchmark] = score(value)
            except ConfigError as error:
                key = ("claimed", model, benchmark)
                where = place_of(key, marks, file)
                raise ConfigError(f"{where}: key {'.'.join(map(str, key))}: {error}") from None
    return {**run, "claimed": read}


def asked_score(text: str) -> float:
    """The score that an option states. Raises ConfigError."""
    value: object = text
    with contextlib.suppress(ValueError):
        value = float(text)
    found = score(value)
    if not isinstance(found, float) or not 0 <= found <= 100:
        raise ConfigError("a score in % is needed, from 0 to 100, such as 41.5")
    return found


def as_written(value: float) -> str:
    """A score in % as `score` reads it back."""
    return f"{value:g}%" if 0 < value < 1 else f"{value:g}"
