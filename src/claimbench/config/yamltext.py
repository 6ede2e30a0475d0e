"""YAML text → data: strict about keys that are given twice, and with words for common mistakes."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Hashable

import yaml

YAML_ERRORS = (yaml.YAMLError, ValueError, RecursionError)
"""What reading YAML raises: `!!int x` is a ValueError."""

_YAML_MISTAKES = {
    r"'\t'": "a tab: indent with spaces",
    "mapping values are not allowed": "a second colon in the line: put a text with one in quotes; "
    "or the line is indented more than those beside it",
    "expected <block end>": "the line is indented more or less than those beside it",
    "expected ',' or": "a [ or { before it is not closed",
    "cannot start any token": "put a text that begins so in quotes",
    "special characters are not allowed": "a control character: delete it",
}
"""What the YAML parser says of common mistakes, and what they are."""


class _Loader(yaml.SafeLoader):
    """YAML with line numbers, refusing a key that is given twice."""


_QUICK: type[yaml.SafeLoader] = type("_Quick", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})
"""The same by libyaml, where PyYAML has it: several times as quick, with other words for a mistake.
"""
_MOST_BRACKETS = 10_000
"""Characters that may open a level: libyaml has no bound of its own, and the stack ends at some
50,000 levels."""


def _mapping_without_twins(
    loader: yaml.SafeLoader, node: yaml.MappingNode
) -> dict[Hashable, object]:
    seen: dict[Hashable, int] = {}
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if not isinstance(key, Hashable):
            raise yaml.MarkedYAMLError(
                problem="a key must be a word", problem_mark=key_node.start_mark
            )
        if key in seen:
            raise yaml.MarkedYAMLError(
                problem=f"key {key} is given twice (lines {seen[key]} and {line})",
                problem_mark=key_node.start_mark,
            )
        seen[key] = line
    loader.flatten_mapping(node)
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


def _day(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> object:
    """A date, or where it stands that there is no such day."""
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError as error:
        raise yaml.MarkedYAMLError(
            problem=f"{node.value} is no date: {error}", problem_mark=node.start_mark
        ) from error


# YAML 1.1 takes 1e-5 for a text, as it asks for a point; everybody else reads a number.
_EXPONENT = re.compile(r"[-+]?[0-9]+[eE][-+]?[0-9]+$")
for _kind in (_Loader, _QUICK):
    _kind.add_implicit_resolver("tag:yaml.org,2002:float", _EXPONENT, list("-+0123456789"))
    _kind.add_constructor("tag:yaml.org,2002:timestamp", _day)
    _kind.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_twins)


def compose(text: str) -> tuple[yaml.Node | None, object]:
    """The node of a document and what it says, both None for an empty one. Raises YAML_ERRORS."""
    if sum(map(text.count, "[{-?")) <= _MOST_BRACKETS:
        # Of a mistake the other loader says more, and it has the last word on what is one.
        with contextlib.suppress(*YAML_ERRORS):
            return _composed(_QUICK, text)
    return _composed(_Loader, text)


def _composed(kind: type[yaml.SafeLoader], text: str) -> tuple[yaml.Node | None, object]:
    loader = kind(text)
    node = loader.get_single_node()
    return node, loader.construct_document(node) if node is not None else None


def line_of(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f":{mark.line + 1}" if mark else ""


def problem(error: Exception) -> str:
    problem = str(getattr(error, "problem", None) or str(error).splitlines()[0])
    return next((ours for theirs, ours in _YAML_MISTAKES.items() if theirs in problem), problem)
