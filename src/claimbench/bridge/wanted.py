"""What `claimbench import` is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from claimbench.errors import ConfigError
from claimbench.hub import holds_secret


@dataclass(frozen=True)
class Wanted:
    """What `claimbench import` is asked for. `protocol` is what the user states of it."""

    source: str
    path: Path
    mapping: Path | None = None
    model: str | None = None
    benchmark: str | None = None
    grader: str | None = None
    whose: str | None = None
    protocol: Mapping[str, Any] = field(default_factory=dict)


def check_stated(wanted: Wanted) -> None:
    """Refuse an address with a password or a key: what is stated stands in every report."""
    said = {f"--protocol {key}": value for key, value in wanted.protocol.items()}
    said |= {"--source-name": wanted.whose, "--model": wanted.model}
    for option, value in said.items():
        if isinstance(value, str) and holds_secret(value):
            raise ConfigError(
                f"{option} holds an address with user, password or query, which may be secret and "
                "would stand in the report: give it without them"
            )
