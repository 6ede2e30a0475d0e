"""Many stored lines read together, a few times as quick as one by one.

Lines of one kind look alike: which keys they have, of which types, is looked at once for each
shape; then the values, a key at a time. Whatever is unusual is left to `RowKind.values`, which
reads one line and says what is wrong with it.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence

import numpy as np

from claimbench.records.plain import JsonDict, JsonObject
from claimbench.store.checks import WHOLES
from claimbench.store.rows import AnyKind, Index

Values = JsonDict
"""A row by its keys, checked, as its record takes them; one with a default may be missing."""

_MOST_SHAPES = 256
_SHAPES: dict[str, set[tuple[object, ...]]] = {}
"""Keys and types of lines that were right, by kind."""


def read_together(kind: AnyKind, lines: Sequence[str], records: Index) -> list[Values] | None:
    """The rows of `lines`, one for each of `records`, which they are the very rows of; None where
    anything is unusual."""
    try:
        rows = json.loads(f"[{','.join(lines)}]")
        known = {_shape(row) for row in rows} <= _shapes(kind)
    except (ValueError, RecursionError, AttributeError, TypeError):
        return None
    if len(rows) != len(records) or not known or not all(line[-1:] == "\n" for line in lines):
        return None
    for name, check in kind.checks.items():
        if not check.holds_for([row[name] for row in rows if name in row]):
            return None
    for name in (name for name, check in kind.checks.items() if check is WHOLES):
        for row in rows:
            if name in row:
                row[name] = tuple(row[name])
    return rows if _bodies(kind, rows, records) == _bodies_of(records) else None


def learn(kind: AnyKind, values: Values) -> None:
    """Lines with these keys and types are usual from now on."""
    shapes = _shapes(kind)
    if len(shapes) < _MOST_SHAPES:
        as_read = {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}
        shapes.add(_shape(as_read))


def without_part(record: object) -> bytes:
    """A record, or several, as `RowKind.pack` writes them: their part is not the row's own."""
    plain = np.array(record)
    plain["part"] = 0
    return plain.tobytes()


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


def _shape(values: JsonObject) -> tuple[object, ...]:
    return (*values, *map(type, values.values()))


def _shapes(kind: AnyKind) -> set[tuple[object, ...]]:
    return _SHAPES.setdefault(kind.folder, set())
