"""Checks of a grader's options, with the nearest known name in the message."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from claimbench.errors import ConfigError


def unknown_name(what: str, name: str, known: Iterable[str]) -> ConfigError:
    """The error for a name that is not among `known`, naming the nearest one."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names)}"
    return ConfigError(f"{what} {name!r} is unknown; {hint}")


_NEEDED = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


def check_type(kind: str, option: str, value: object, default: object) -> None:
    """Raises ConfigError where a value is not of the kind of the option's default: a grader would
    meet it in the middle of a run. A default of another kind says nothing."""
    needed = type(default)
    fits = type(value) is needed or (needed is float and type(value) is int)
    if needed in _NEEDED and not fits:
        message = f"grader {kind}: option {option!r} must be {_NEEDED[needed]}, not {value!r}"
        raise ConfigError(message)


def check_rules(kind: str, option: str, rules: object, known: Iterable[str]) -> tuple[str, ...]:
    """`rules` as a tuple of known names, in the order given; ConfigError where it is not that."""
    names = list(known)
    if isinstance(rules, str) or not isinstance(rules, list | tuple) or not rules:
        message = f"grader {kind}: option {option!r} must be a list of rules out of {names}"
        raise ConfigError(message)
    for rule in rules:
        if rule not in names:
            raise unknown_name(f"grader {kind}: rule of option {option!r}", str(rule), names)
    return tuple(rules)
