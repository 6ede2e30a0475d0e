"""A part read whole: every line, and what its index says of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from claimbench.store.index import read_index
from claimbench.store.reading import read_values
from claimbench.store.rows import AnyKind
from claimbench.store.together import Values


def read_whole(kind: AnyKind, part: Path) -> tuple[Iterator[Values], bool]:
    """Every whole line of `part`, by key, in order, and whether its index is right. Raises
    StoreError for a line that does not decode, or that its index record was not made of."""
    found = read_index(kind, part)
    return read_values(kind, [part], found.records), not found.wrong
