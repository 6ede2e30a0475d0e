"""Where the protocol behind one score departs from the protocol behind another."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
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
    """One departure per key."""

    departures: tuple[Departure, ...]


def compare_protocols(
    published: Mapping[str, object], measured: Mapping[str, object]
) -> ProtocolDifference:
    """Key by key: first where both sides are known and differ, then where one is not, each in
    alphabetical order. A key that is absent or None on one side is unknown there, which is
    reported and is neither agreement nor a reason to refuse."""
    found = list(_departures(published, measured, set(published) | set(measured)))
    known = [departure for departure in found if not departure.one_sided]
    unknown = [departure for departure in found if departure.one_sided]
    return ProtocolDifference((*known, *unknown))


def forbidding(published: Mapping[str, object], measured: Mapping[str, object]) -> Departure | None:
    """The first departure that forbids a comparison."""
    found = _departures(published, measured, FORBIDDING)
    return next((departure for departure in found if not departure.one_sided), None)


def _departures(
    published: Mapping[str, object], measured: Mapping[str, object], keys: Collection[str]
) -> Iterator[Departure]:
    for key in sorted(keys):
        theirs, ours = published.get(key), measured.get(key)
        if not _same(theirs, ours):
            yield Departure(key, _value(theirs), _value(ours))


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
