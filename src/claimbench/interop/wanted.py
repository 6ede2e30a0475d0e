"""What `claimbench import` is asked for."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from pathlib import Path

from claimbench.config.addresses import holds_secret
from claimbench.errors import ConfigError
from claimbench.records.plain import JsonObject

_NUMBERS = ("temperature", "top_p", "top_k", "max_tokens", "shots", "seed")
_WORDS = (
    "system",
    "dtype",
    "harness",
    "prompt",
    "stop",
    "shots_as",
    "window",
    "split",
    "reasoning",
)
REMOVED = "removed"
"""The value of `--protocol reasoning=` for outputs whose maker took the reasoning out."""


@dataclass(frozen=True)
class Wanted:
    """What `claimbench import` is asked for. `protocol` is what the user states of it;
    `missing_as_wrong`: whether a row without a response counts as a reply without an answer."""

    source: str
    path: Path
    mapping: Path | None = None
    model: str | None = None
    benchmark: str | None = None
    grader: str | None = None
    whose: str | None = None
    protocol: JsonObject = field(default_factory=dict)
    missing_as_wrong: bool = False


def check_stated(wanted: Wanted) -> None:
    """Refuse what is no statement (a temperature that is no number, a key that was misspelt), and
    an address with a password or a key: what is stated stands in every report."""
    for key, value in wanted.protocol.items():
        _check_word(key, value)
    given = {f"--protocol {key}": value for key, value in wanted.protocol.items()}
    given |= {"--source-name": wanted.whose, "--model": wanted.model}
    for option, value in given.items():
        if isinstance(value, str) and holds_secret(value):
            raise ConfigError(
                f"{option} holds an address with user, password or query, which may be secret and "
                "would stand in the report: give it without them"
            )


def reasoning_removed(wanted: Wanted) -> bool:
    """Whether the reasoning is stated to have been taken out of the outputs."""
    return wanted.protocol.get("reasoning") == REMOVED


def _check_word(key: str, value: object) -> None:
    """One `--protocol key=value`; a key of the user's own is as good as ours."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if value is None or (key in _NUMBERS and not number):
        needed = "a number" if key in _NUMBERS else "a value"
        raise ConfigError(f"--protocol {key}={'' if value is None else value}: {needed} is needed")
    meant = difflib.get_close_matches(key, (*_NUMBERS, *_WORDS), n=1, cutoff=0.8)
    if meant and meant[0] != key:
        raise ConfigError(f"--protocol {key}={value}: did you mean {meant[0]}?")
