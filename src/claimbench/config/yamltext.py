"""YAML text → data: strict about keys that are given twice, and with words for common mistakes."""

from __future__ import annotations

import re
from collections.abc import Hashable

import yaml

YAML_ERRORS = (yaml.YAMLError, ValueError, RecursionError)
"""What reading YAML raises: a date of month 13 is a ValueError."""

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


def _mapping_without_twins(loader: _Loader, node: yaml.MappingNode) -> dict[Hashable, object]:
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


# YAML 1.1 takes 1e-5 for a text, as it asks for a point; everybody else reads a number.
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?[0-9]+[eE][-+]?[0-9]+$"), list("-+0123456789")
)
_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_twins)


def compose(text: str) -> tuple[yaml.Node | None, object]:
    """The node of a document and what it says, both None for an empty one. Raises YAML_ERRORS."""
    loader = _Loader(text)
    node = loader.get_single_node()
    return node, loader.construct_document(node) if node is not None else None


def line_of(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f":{mark.line + 1}" if mark else ""


def problem(error: Exception) -> str:
    problem = str(getattr(error, "problem", None) or str(error).splitlines()[0])
    return next((ours for theirs, ours in _YAML_MISTAKES.items() if theirs in problem), problem)
