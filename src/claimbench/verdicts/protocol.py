"""Where the protocol behind one score departs from the protocol behind another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FORBIDDING = ("window", "problem_set", "split")
"""Keys whose difference forbids a comparison: the two scores are of different problems."""


@dataclass(frozen=True, slots=True)
class ProtocolDifference:
    """`departures` in words, one per key; `forbidding` those that forbid a comparison."""

    departures: tuple[str, ...]
    forbidding: tuple[str, ...]


def compare_protocols(
    published: Mapping[str, Any], measured: Mapping[str, Any]
) -> ProtocolDifference:
    """Key by key: first where both sides are known and differ, then where one is not, each in
    alphabetical order. A key that is absent or None on one side is unknown there, which is said
    and is neither agreement nor a reason to refuse."""
    known: list[str] = []
    unknown: list[str] = []
    forbidding: list[str] = []
    for key in sorted(set(published) | set(measured)):
        theirs, ours = published.get(key), measured.get(key)
        if _same(theirs, ours):
            continue
        words = f"{key}: {_told(theirs)} published, {_told(ours)} measured"
        (unknown if theirs is None or ours is None else known).append(words)
        if key in FORBIDDING and theirs is not None and ours is not None:
            forbidding.append(words)
    return ProtocolDifference((*known, *unknown), tuple(forbidding))


def one_sided(departure: str) -> bool:
    """Whether one of the two sides does not state what this departure is about."""
    return ": unknown published, " in departure or departure.endswith(", unknown measured")


def _same(theirs: Any, ours: Any) -> bool:
    """Equal as numbers, as words without regard to case, or as sequences of such."""
    if isinstance(theirs, str) and isinstance(ours, str):
        return theirs.strip().lower() == ours.strip().lower()
    if isinstance(theirs, (list, tuple)) and isinstance(ours, (list, tuple)):
        return len(theirs) == len(ours) and all(map(_same, theirs, ours))
    return bool(theirs == ours)


def _told(value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_told, value)) + "]"
    return str(value)
