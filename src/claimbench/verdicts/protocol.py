"""Where the protocol behind one score departs from the protocol behind another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from claimbench.messages import Departure, Value, from_data, term

FORBIDDING = ("window", "problem_set", "split")
"""Keys whose difference forbids a comparison: the two scores are of different problems."""

SETTINGS = (
    "none", "applied", "text", "chat turns", "pinned", "server's own", "server's template",
    "counted_chat", "chat",
)  # fmt: skip
"""Values of our own protocol that are words, not names."""


@dataclass(frozen=True, slots=True)
class ProtocolDifference:
    """`departures`, one per key; `forbidding` those that forbid a comparison."""

    departures: tuple[Departure, ...]
    forbidding: tuple[Departure, ...]


def compare_protocols(
    published: Mapping[str, object], measured: Mapping[str, object]
) -> ProtocolDifference:
    """Key by key: first where both sides are known and differ, then where one is not, each in
    alphabetical order. A key that is absent or None on one side is unknown there, which is
    reported and is neither agreement nor a reason to refuse."""
    found = [
        Departure(key, _value(published.get(key)), _value(measured.get(key)))
        for key in sorted(set(published) | set(measured))
        if not _same(published.get(key), measured.get(key))
    ]
    known = [departure for departure in found if not departure.one_sided]
    unknown = [departure for departure in found if departure.one_sided]
    forbidding = [departure for departure in known if departure.setting in FORBIDDING]
    return ProtocolDifference((*known, *unknown), tuple(forbidding))


def _same(theirs: object, ours: object) -> bool:
    """Equal as numbers, as words without regard to case, or as sequences of such."""
    if isinstance(theirs, str) and isinstance(ours, str):
        return theirs.strip().lower() == ours.strip().lower()
    if isinstance(theirs, (list, tuple)) and isinstance(ours, (list, tuple)):
        return len(theirs) == len(ours) and all(map(_same, theirs, ours))
    return bool(theirs == ours)


def _value(value: object) -> Value:
    """A setting as a message holds it; what our own protocol calls by a name is a term."""
    return term("setting", value) if value in SETTINGS else from_data(value)
