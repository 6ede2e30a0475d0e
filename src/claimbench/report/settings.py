"""The names of a protocol's settings."""

from __future__ import annotations

from claimbench.messages import Value, term

SETTINGS = ("samples per problem", "engine", "prompt", "system", "weights")
"""Those that have words; the others are parameters, which have one name everywhere."""


def setting_name(setting: str) -> Value:
    """What a reader is shown of a setting's name."""
    return term("protocol", setting) if setting in SETTINGS else setting
