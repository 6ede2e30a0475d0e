"""Stored rows, read back: a range of a part at once, each row checked against its index record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from claimbench.store import index
from claimbench.store.files import explaining
from claimbench.store.rows import AnyKind, DamagedLine, Index, Row, RowKind
from claimbench.store.together import Values, learn, read_together, without_part

RANGE_BYTES = 1 << 20
"""About how much of a part is in memory at once, unless a single line is longer."""
_GAP = 1 << 14
"""Bytes between two wanted lines that are sooner read than skipped."""


def read_rows(kind: RowKind[Row], parts: list[Path], records: Index) -> Iterator[Row]:
    """The rows of `records`, in stored order, a range of lines in memory at a time. Raises
    StoreError for a damaged line."""
    return (kind.made(values) for values in read_values(kind, parts, records))


def read_values(kind: RowKind[Row], parts: list[Path], records: Index) -> Iterator[Values]:
    """What `read_rows` makes rows of, by key: for who reads so many that making each takes long."""
    for number in np.unique(records["part"]):
        part, chosen = parts[int(number)], records[records["part"] == number]
        yield from _read_part(kind, part, chosen[np.argsort(chosen["offset"])])


def read_whole(kind: AnyKind, part: Path) -> tuple[Iterator[Values], bool]:
    """Every whole line of `part`, by key, in order, and whether its index is right. Raises
    StoreError for a line that does not decode, or that its index record was not made of."""
    found = index.read_index(kind, part)
    return read_values(kind, [part], found.records), not found.wrong


def _read_part(kind: RowKind[Row], part: Path, records: Index) -> Iterator[Values]:
    with explaining(part, "read"):
        file = part.open("rb", buffering=0)
    with file:
        for chosen in _ranges(records):
            start, last = int(chosen["offset"][0]), chosen[-1]
            with explaining(part, "read"):
                file.seek(start)
                data = _read_all(file, int(last["offset"]) + int(last["length"]) - start)
            yield from _values(kind, part, chosen, data)


def _ranges(records: Index) -> Iterator[Index]:
    """`records`, sorted by offset, cut where a range gets too long or a gap too wide."""
    starts = records["offset"].astype(np.int64)
    ends = starts + records["length"]
    far = np.flatnonzero(starts[1:] - ends[:-1] > _GAP) + 1
    for piece in np.split(np.arange(len(records)), far):
        turns = (starts[piece] - starts[piece[:1]]) // RANGE_BYTES
        for group in np.split(piece, np.flatnonzero(np.diff(turns)) + 1):
            yield records[group[0] : group[-1] + 1]


def _read_all(file: IO[bytes], size: int) -> bytes:
    """`size` bytes, fewer only where the file ends."""
    chunks = []
    while size and (chunk := file.read(size)):
        chunks.append(chunk)
        size -= len(chunk)
    return b"".join(chunks)


def _values(kind: RowKind[Row], part: Path, records: Index, data: bytes) -> list[Values]:
    """The rows of `records`, whose lines lie in `data`, which begins with the first of them."""
    starts = (records["offset"] - records["offset"][0]).tolist()
    places = list(zip(starts, records["length"].tolist(), strict=True))
    if data.isascii():
        text = data.decode("ascii")
        lines = [text[at : at + length] for at, length in places]
        if (rows := read_together(kind, lines, records)) is not None:
            return rows
    return [
        _checked(kind, part, record, data[at : at + length])
        for record, (at, length) in zip(records, places, strict=True)
    ]


def _checked(kind: RowKind[Row], part: Path, record: np.void, line: bytes) -> Values:
    """The row of `line`, if it is the one that `record` was made of."""
    offset, length = int(record["offset"]), int(record["length"])
    try:
        values = kind.values(line)
        body = kind.body(values, offset, length)
    except DamagedLine as error:
        raise index.damaged(kind, part, index.line_number(part, offset), error) from error
    if body != without_part(record)[: len(body)]:
        raise index.disagreeing(kind, part, index.line_number(part, offset))
    learn(kind, values)
    return values


def chosen(records: Index, ids: Iterable[str] | None) -> Index:
    """The records of `ids`, or all."""
    if ids is None:
        return records
    wanted = np.array(list({bytes.fromhex(sample_id) for sample_id in ids}), dtype="V16")
    return of_ids(records, wanted)


def of_ids(records: Index, ids: npt.NDArray[np.void]) -> Index:
    """The records of `ids`, an `id` column."""
    return records[index.positions(records["id"], ids) >= 0]
