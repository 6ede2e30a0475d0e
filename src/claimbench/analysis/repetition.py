"""Repetition: replies cut by the token limit while they repeated themselves.

Texts are read one at a time, and only those of cut replies; what was found is kept in the run
folder, so that the next report reads none of them again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from claimbench.analysis.cached import Kept
from claimbench.records import CellName
from claimbench.store import hex_ids
from claimbench.store.checks import FINISH_CODES

TAIL = 8192
"""Characters at the end of a reply that are looked at."""
REPEATS = 4
"""How often the same piece must follow itself."""
SHORTEST = 80
"""Characters that the repetitions cover at least: four dots in a row are none."""

FILE = "repetitions.json"

_PROBE = 16


def ends_in_repetition(text: str) -> bool:
    """Whether `text` ends in REPEATS or more copies of one piece, SHORTEST characters or more.

    Copies are compared character by character, so that one that counts upwards is not found:
    shares of such replies are lower bounds.
    """
    tail = text[-TAIL:]
    probe = tail[-_PROBE:]
    at = tail.rfind(probe, 0, len(tail) - 1)
    while at >= 0:
        period = len(tail) - _PROBE - at
        covered = max(REPEATS * period, SHORTEST)
        if covered > len(tail):
            return False
        if tail[-covered:-period] == tail[period - covered :]:
            return True
        at = tail.rfind(probe, 0, at + _PROBE - 1)
    return False


Looped = Mapping[CellName, frozenset[str]]
"""Ids of the samples cut while they repeated themselves, by cell."""


def repeating_ids(kept: Kept, names: Iterable[CellName]) -> Looped:
    """The samples of each cell that were cut while they repeated themselves."""
    return {name: _looped(kept, name) for name in names}


def _looped(kept: Kept, name: CellName) -> frozenset[str]:
    index = kept.store.sample_index(name)
    records = index[index["finish"] == FINISH_CODES["length"]]
    cut = sorted(hex_ids(records["id"]))
    if not cut:
        return frozenset()
    digest = _digest([*cut, *map(str, sorted(records["digest"].tolist()))])

    def find() -> list[str]:
        rows = kept.store.samples(name, cut)
        return sorted(s.id for s in rows if ends_in_repetition(s.text or s.reasoning or ""))

    return frozenset(kept.get(FILE, "looped", name, digest, find))


def _digest(looked_at: list[str]) -> str:
    """What was looked at, and by which rule."""
    rule = f"{TAIL} {REPEATS} {SHORTEST}"
    return hashlib.blake2b(" ".join([rule, *looked_at]).encode(), digest_size=16).hexdigest()
