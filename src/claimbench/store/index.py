"""The rebuildable index beside each part: one fixed-width record per line.

A part's index answers what is stored (ids, tokens, finish reasons, grades) without reading texts.
It is a cache: whatever of it does not fit its part is read from the part again.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shlex
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from claimbench.errors import StoreError
from claimbench.store.files import explaining, temporary_name
from claimbench.store.rows import DamagedLine, Index, Row, RowKind

_LOG = logging.getLogger(__name__)

HEADER_BYTES = 32
SAVED_FROM_ROWS = 1000
"""Fewer rows than these are scanned again rather than saved. So the index of a part that another
shard is writing, which lacks a row or two at most, is left to that shard."""


def index_path(part: Path) -> Path:
    return part.with_suffix(".idx")


def header(kind: RowKind[Row]) -> bytes:
    """The first bytes of an index: kind and layout, so that another layout is not misread."""
    return f"claimbench {kind.folder} index 3".encode("ascii").ljust(HEADER_BYTES, b"\0")


def load_index(kind: RowKind[Row], part: Path, *, save: bool, alone: bool = True) -> Index:
    """The records of every whole line of `part`, in order.

    `save` replaces an index that lacked many of them or was wrong; `alone` says that nobody else
    may be writing the part. Raises StoreError for a line that does not decode.
    """
    found = read_index(kind, part)
    if found.wrong:
        _LOG.warning("%s did not agree with its lines: made again", index_path(part))
    lacking = found.lacking >= SAVED_FROM_ROWS and (found.fresh or alone)
    if save and (lacking or found.wrong):
        _save(kind, part, found.records)
    return found.records


@dataclass(frozen=True, slots=True)
class Loaded:
    """A part's records. `lacking` of them were read from the part; `fresh`: the index was written
    after the part; `wrong`: it says other things than the lines do."""

    records: Index
    lacking: int
    fresh: bool
    wrong: bool


def read_index(kind: RowKind[Row], part: Path) -> Loaded:
    """The records of every whole line of `part`. Raises StoreError for one that does not decode."""
    with explaining(part, "read"):
        fresh = _is_fresh(part)
        known = _known_records(kind, part)
        trusted = known if fresh else known[:0]
        covered = int(trusted["offset"][-1] + trusted["length"][-1]) if len(trusted) else 0
        scanned = _scan(kind, part, covered, len(trusted) + 1)
    records = np.concatenate([trusted, np.frombuffer(scanned, dtype=kind.dtype)])
    # Trusted records are the first of what was read, of course.
    wrong = _is_wrong(part, known, records) if trusted is not known or not len(known) else False
    return Loaded(records, len(records) - len(trusted), fresh, wrong)


def _is_fresh(part: Path) -> bool:
    """Whether the part was last written before its index was, as every append does: one edited
    since holds other lines than the index knows, maybe of the same lengths."""
    for pause in (0.0, 0.001, 0.01):  # Another process may be between its two writes.
        if pause:
            time.sleep(pause)
        written = part.stat().st_mtime_ns
        with contextlib.suppress(OSError):
            if written <= index_path(part).stat().st_mtime_ns:
                return True
    return False


def _known_records(kind: RowKind[Row], part: Path) -> Index:
    """The index's records as far as they fit the part; empty where the index cannot be trusted.

    Every record is as it was packed, lines follow one another without a gap, and the last one is
    the line its record was made of.
    """
    none = np.empty(0, dtype=kind.dtype)
    content = _content(part)  # Before the part's size: a live part only grows.
    size = part.stat().st_size
    if content[:HEADER_BYTES] != header(kind):
        return none
    count = (len(content) - HEADER_BYTES) // kind.dtype.itemsize
    records = np.frombuffer(content, dtype=kind.dtype, count=count, offset=HEADER_BYTES)
    ends = records["offset"] + records["length"]
    if count == 0 or records["offset"][0] != 0 or np.any(records["offset"][1:] != ends[:-1]):
        return none
    if not kind.sound(records).all():
        return none
    records = records[: int(np.searchsorted(ends, size, side="right"))]
    return records if len(records) and _matches_line(kind, part, records[-1]) else none


def _content(part: Path) -> bytes:
    try:
        return index_path(part).read_bytes()
    except OSError:
        return b""


def _is_wrong(part: Path, known: Index, records: Index) -> bool:
    """Whether the index of `part` says other things than its lines do."""
    if len(known):
        return known.tobytes() != records[: len(known)].tobytes()
    # Records that cannot be trusted. Those of lines that a power cut took may be all there are.
    return len(_content(part)) > HEADER_BYTES and len(records) > 0


def _matches_line(kind: RowKind[Row], part: Path, record: np.void) -> bool:
    """Whether the line of `record` is there, whole, and is what the record was made of."""
    offset, length = int(record["offset"]), int(record["length"])
    with part.open("rb") as file:
        file.seek(offset)
        line = file.read(length)
    try:
        packed = kind.pack(kind.decode(line), offset, length)
    except DamagedLine:
        return False
    return line.endswith(b"\n") and packed == record.tobytes()


def _scan(kind: RowKind[Row], part: Path, start: int, first_line: int) -> bytes:
    """The packed records of the whole lines from byte `start`, which is line `first_line`.

    A torn last line (no newline, or NULs that a power cut left) is missing: it is asked for again.
    """
    packed, offset = bytearray(), start
    with part.open("rb", buffering=1 << 20) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(start)
        for number, line in enumerate(file, first_line):
            if not line.endswith(b"\n"):
                break
            try:
                packed += kind.pack(kind.decode(line), offset, len(line))
            except DamagedLine as error:
                if b"\0" in line and offset + len(line) >= size:
                    break
                raise damaged(kind, part, number, error) from error
            offset += len(line)
    return bytes(packed)


def damaged(kind: RowKind[Row], part: Path, number: int, why: Exception) -> StoreError:
    return StoreError(
        f"{part}:{number} is damaged ({why}): remove that line (sed -i {number}d"
        f" {shlex.quote(str(part))}) and run the same command again; that sample is {kind.redone}"
        " again, the rest is kept."
    )


def disagreeing(kind: RowKind[Row], part: Path, number: int) -> StoreError:
    """Of a whole line that its index record was not made of, though nothing else shows it; the
    index is gone then, and is made again from the lines."""
    with contextlib.suppress(OSError):
        index_path(part).unlink()
    return StoreError(
        f"{part}:{number} is not the {kind.noun} that its index knows: the index is removed and"
        " will be made again from the lines; run the same command again."
    )


def line_number(part: Path, offset: int) -> int:
    """The number, from 1, of the line that begins at byte `offset`."""
    count, left = 1, offset
    with part.open("rb") as file:
        while left and (chunk := file.read(min(left, 1 << 20))):
            count += chunk.count(b"\n")
            left -= len(chunk)
    return count


def _save(kind: RowKind[Row], part: Path, records: Index) -> None:
    """Replace the index of `part`. It is a cache, so a failure to write it is no failure."""
    temporary = temporary_name(index_path(part))
    try:
        temporary.write_bytes(header(kind) + records.tobytes())
        temporary.replace(index_path(part))
    except OSError:
        temporary.unlink(missing_ok=True)


def _sortable(ids: npt.NDArray[np.void]) -> npt.NDArray[np.bytes_]:
    """Ids as 16-byte strings, which numpy can sort. Padding NULs do not matter: all are 16 long."""
    return np.ascontiguousarray(ids).view("S16")


def _halves(ids: npt.NDArray[np.void]) -> npt.NDArray[np.uint64]:
    """Ids as two numbers each, shape (n, 2): those sort many times as fast as strings."""
    return np.ascontiguousarray(ids).view("<u8").reshape(-1, 2)


def first_of_each(records: Index) -> Index:
    """`records` without later ones of the same id, in their order."""
    halves = np.sort(_halves(records["id"])[:, 0])
    if not (halves[1:] == halves[:-1]).any():  # Digests: else two are the same, or nearly.
        return records
    _, kept = np.unique(_sortable(records["id"]), return_index=True)
    return records[np.sort(kept)]


def last_of_each(records: Index) -> Index:
    """`records` without earlier ones of the same id, in their order."""
    return first_of_each(records[::-1])[::-1]


def positions(ids: npt.NDArray[np.void], among: npt.NDArray[np.void]) -> npt.NDArray[np.int64]:
    """For each of `ids`, where it is in `among` (distinct ids), -1 where it is not.

    Both are `id` columns of an index; shape (n,) and (m,) give (n,).
    """
    if len(among) == 0:
        return np.full(len(ids), -1, dtype=np.int64)
    wanted, known = _halves(ids), _halves(among)
    if np.array_equal(wanted, known):
        return np.arange(len(ids), dtype=np.int64)
    order = np.argsort(known[:, 0], kind="stable")
    first = known[order, 0]
    if (first[1:] == first[:-1]).any():
        return _positions_of_strings(_sortable(ids), _sortable(among))
    place = np.minimum(np.searchsorted(first, wanted[:, 0]), len(first) - 1)
    found = order[place]
    return np.where((known[found] == wanted).all(axis=1), found, -1)


def _positions_of_strings(
    wanted: npt.NDArray[np.bytes_], known: npt.NDArray[np.bytes_]
) -> npt.NDArray[np.int64]:
    order = np.argsort(known)
    place = np.minimum(np.searchsorted(known, wanted, sorter=order), len(known) - 1)
    found = order[place]
    return np.where(known[found] == wanted, found, -1)


def hex_ids(ids: npt.NDArray[np.void]) -> list[str]:
    """An `id` column as ids of 32 hex digits."""
    return [raw.hex() for raw in ids.tolist()]


class IdSet:
    """Sample ids as a set that takes about 100 bytes an id."""

    def __init__(self, ids: npt.NDArray[np.void]) -> None:
        self._raw: set[bytes] = set(ids.tolist())

    def __contains__(self, sample_id: object) -> bool:
        return isinstance(sample_id, str) and bytes.fromhex(sample_id) in self._raw

    def __len__(self) -> int:
        return len(self._raw)

    def __iter__(self) -> Iterator[str]:
        return (raw.hex() for raw in self._raw)

    def add(self, sample_id: str) -> None:
        self._raw.add(bytes.fromhex(sample_id))
