"""Many stored lines read together, a few times as quick as one by one.

Lines of one kind look alike: which keys they have, and of which types their values are, is learnt
from the first; then the values are looked at a key at a time. Whatever is unusual is left to
`RowKind.values`, which reads one line and says what is wrong with it.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence

import numpy as np

from claimbench.records.plain import JsonDict
from claimbench.store.checks import WHOLES
from claimbench.store.rows import AnyKind, Columns, Index

Values = JsonDict
"""A row by its keys, checked, as its record takes them; one with a default may be missing."""

_MOST_KEYS = 256
_KEYS: dict[str, set[tuple[str, ...]]] = {}
"""Keys of lines that were right, by kind."""
_TYPES: dict[tuple[str, str], set[type]] = {}
"""Types of values that were right, by kind and key."""


def read_together(kind: AnyKind, lines: Sequence[str], records: Index) -> list[Values] | None:
    """The rows of `lines`, one for each of `records`, which they are the very rows of; None where
    anything is unusual."""
    try:
        rows = json.loads(f"[{','.join(lines)}]")
        known = set(map(tuple, rows)) <= _KEYS.get(kind.folder, set())
    except (ValueError, RecursionError, TypeError):
        return None
    if len(rows) != len(records) or not known or not all(line[-1:] == "\n" for line in lines):
        return None
    columns = {name: [row[name] for row in rows if name in row] for name in kind.checks}
    for name, check in kind.checks.items():
        right = set(map(type, columns[name])) <= _TYPES.get((kind.folder, name), set())
        if not right or not check.holds_for(columns[name]):
            return None
    for name in (name for name, check in kind.checks.items() if check is WHOLES):
        for row in rows:
            if name in row:
                row[name] = tuple(row[name])
    return rows if _agree(kind, rows, columns, records) else None


def learn(kind: AnyKind, values: Values) -> None:
    """Lines with these keys and types are usual from now on."""
    keys = _KEYS.setdefault(kind.folder, set())
    if len(keys) < _MOST_KEYS:
        keys.add(tuple(values))
        for name, value in values.items():
            as_read = list if isinstance(value, tuple) else type(value)
            _TYPES.setdefault((kind.folder, name), set()).add(as_read)


def without_part(record: object) -> bytes:
    """A record, or several, as `RowKind.pack` writes them: their part is not the row's own."""
    plain = np.array(record)
    plain["part"] = 0
    return plain.tobytes()


def _agree(kind: AnyKind, rows: Sequence[Values], columns: Columns, records: Index) -> bool:
    """Whether the records were made of these rows."""
    if kind.indexed_together is None:
        return _bodies(kind, rows, records) == _bodies_of(records)
    found = kind.indexed_together(columns)
    return all(column.tobytes() == records[name].tobytes() for name, column in found.items())


def _bodies_of(records: Index) -> bytes:
    """The records without their checks."""
    size = records.dtype.itemsize
    table = np.frombuffer(without_part(records), dtype="u1").reshape(len(records), size)
    return table[:, :-8].tobytes()


def _bodies(kind: AnyKind, rows: Sequence[Values], records: Index) -> bytes:
    """The same, made of the rows."""
    places = zip(rows, records["offset"].tolist(), records["length"].tolist(), strict=True)
    try:
        return b"".join([kind.body(*place) for place in places])
    except struct.error:
        return b""
