"""Repetition: replies cut by the token limit while they repeated themselves.

Texts are read one at a time, and only those of cut replies; what was found is kept in the run
folder, so that the next report reads none of them again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from claimbench.analysis import cached
from claimbench.records import CellName
from claimbench.records.plain import JsonDict
from claimbench.store import RunStore, hex_ids
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


def repeating_ids(store: RunStore, names: Iterable[CellName]) -> Looped:
    """The samples of each cell that were cut while they repeated themselves."""
    known = cached.known(store, FILE, "looped")
    before = dict(known)
    found = {name: _looped(store, name, known) for name in names}
    if known != before:
        cached.keep(store, FILE, known)
    return found


def _looped(store: RunStore, name: CellName, known: JsonDict) -> frozenset[str]:
    """Those of one cell, by what is `known`, which is brought up to date."""
    index = store.sample_index(name)
    records = index[index["finish"] == FINISH_CODES["length"]]
    cut = sorted(hex_ids(records["id"]))
    if not cut:
        return frozenset()
    key, digest = str(name), _digest([*cut, *map(str, sorted(records["digest"].tolist()))])
    if known.get(key, {}).get("stamp") != digest:
        rows = store.samples(name, cut)
        looped = sorted(s.id for s in rows if ends_in_repetition(s.text or s.reasoning or ""))
        known[key] = cached.entry(digest, "looped", looped)
    return frozenset(known[key]["looped"])


def _digest(looked_at: list[str]) -> str:
    """What was looked at, and by which rule."""
    rule = f"{TAIL} {REPEATS} {SHORTEST}"
    return hashlib.blake2b(" ".join([rule, *looked_at]).encode(), digest_size=16).hexdigest()
