"""Append-only part files: one JSON line per row, and one index record per line beside it."""

from __future__ import annotations

import contextlib
import operator
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic

import numpy as np

from claimbench.errors import StoreError
from claimbench.records.runs import CellName
from claimbench.store import index
from claimbench.store.files import explained, explaining, make_folder, sync_folder
from claimbench.store.rows import AnyKind, Index, Row, RowKind

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND


def list_parts(folder: Path) -> list[Path]:
    """The parts of `folder` in the order in which they were begun; none where it is missing."""
    try:
        with explaining(folder, "read"):
            names = sorted(entry.name for entry in os.scandir(folder))
    except StoreError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return []
        raise
    return [folder / n for n in names if n.startswith("part-") and n.endswith(".jsonl")]


class PartWriter(Generic[Row]):
    """One part file and its index, written by this process alone.

    After any failure the part is `ended`: a torn line is cut off, or stays the last one.
    """

    def __init__(self, kind: RowKind[Row], folder: Path, writer: str) -> None:
        self._kind: RowKind[Row] = kind
        self.path = folder / f"part-{writer}.jsonl"
        self.ended = False
        self._lock = threading.Lock()
        self._size = 0
        self._dirty = False
        with explaining(self.path, "created"), contextlib.ExitStack() as undo:
            make_folder(folder)
            self._fd = os.open(self.path, _NEW_FILE, 0o666)
            undo.callback(os.close, self._fd)
            self._index_fd = os.open(index.index_path(self.path), _NEW_FILE, 0o666)
            undo.callback(os.close, self._index_fd)
            _write_all(self._index_fd, index.header(kind))
            sync_folder(folder)
            undo.pop_all()

    def append(self, row: Row) -> None:
        """Write `row` as one line, then its index record. Raises StoreError; the line is then
        either whole or gone."""
        line = self._kind.encode(row)
        with self._lock:
            try:
                self._write(line, self._kind.pack(row, self._size, len(line)))
            except BaseException as error:  # Ctrl-C, too, can strike between two writes.
                self._end(len(line))
                if isinstance(error, OSError):
                    raise explained(error, self.path, "written") from error
                raise

    def _write(self, line: bytes, record: bytes) -> None:
        self._dirty = True
        _write_all(self._fd, line)
        _write_all(self._index_fd, record)
        self._size += len(line)

    def _end(self, length: int) -> None:
        """Let nothing follow the line of `length` bytes that failed, and cut it off if torn."""
        self.ended = True
        with contextlib.suppress(OSError):
            if os.fstat(self._fd).st_size < self._size + length:
                os.ftruncate(self._fd, self._size)

    def sync(self) -> None:
        """Make every line appended so far survive a power cut. Raises StoreError."""
        if not self._dirty:
            return
        self._dirty = False  # Before the call: a line appended meanwhile makes it true again.
        with explaining(self.path, "written"):
            os.fsync(self._fd)
            if os.fstat(self._fd).st_nlink == 0:
                raise StoreError(
                    f"{self.path} was removed or replaced while it was being written: run the same"
                    " command again; samples stored there since are asked again."
                )

    def closed(self) -> StoreError | None:
        """`close`; why it failed, if it did."""
        try:
            self.close()
        except StoreError as error:
            return error
        return None

    def close(self) -> None:
        """Sync and close both files. Raises StoreError where the lines may not be durable."""
        try:
            self.sync()
            with contextlib.suppress(OSError):  # The index is a cache.
                os.fsync(self._index_fd)
        finally:
            os.close(self._fd)
            os.close(self._index_fd)


def _write_all(fd: int, data: bytes) -> None:
    """Write all of `data`: one call, unless the file system takes only a part of it."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def load_parts(kind: RowKind[Row], parts: list[Path], *, save: bool, alone: bool = True) -> Index:
    """The index records of all whole lines of `parts`; `part` numbers them in that order."""
    loaded: list[Index] = [index.load_index(kind, part, save=save, alone=alone) for part in parts]
    for number, records in enumerate(loaded):
        records["part"] = number
    return np.concatenate([np.empty(0, dtype=kind.dtype), *loaded])


class LoadedParts:
    """Index records that were loaded already, for as long as their parts stay as they are: a report
    asks for those of a cell several times. At most KEPT_BYTES of them, the latest asked for."""

    KEPT_BYTES = 256_000_000

    def __init__(self) -> None:
        self._kept: dict[Path, _Loaded] = {}
        self._still = False

    @contextlib.contextmanager
    def still(self) -> Iterator[None]:
        """Inside, records that are kept are not held against their parts again."""
        before, self._still = self._still, True
        try:
            yield
        finally:
            self._still = before

    def get(self, kind: AnyKind, folder: Path, *, save: bool, alone: bool) -> _Records:
        """The parts of `folder` and what `load_parts` gives, or gave before; not to be written
        to."""
        found = self._kept.pop(folder, None)
        if found is None or not self._still:
            parts = list_parts(folder)
            state = _state(parts)
            if found is None or found.state != state:
                records = load_parts(kind, parts, save=save, alone=alone)
                records.flags.writeable = False
                found = _Loaded(state, parts, records)  # One that grew since is loaded again.
        self._kept[folder] = found
        self._forget()
        return found.parts, found.records

    def _forget(self) -> None:
        while sum(one.records.nbytes for one in self._kept.values()) > self.KEPT_BYTES:
            del self._kept[next(iter(self._kept))]


class Derived:
    """Records that were chosen among loaded ones, for as long as what they were made of stays the
    same objects. The latest of a few cells, and as many as take KEPT_BYTES together."""

    KEPT = 4
    KEPT_BYTES = 16_000_000

    def __init__(self) -> None:
        self._kept: dict[tuple[str, CellName], tuple[tuple[object, ...], Index]] = {}

    def get(
        self, key: tuple[str, CellName], sources: tuple[object, ...], make: Callable[[], Index]
    ) -> Index:
        """What `make` gives, or gave for the same `sources`; not to be written to."""
        found = self._kept.pop(key, None)
        if found is None or not all(map(operator.is_, found[0], sources)):
            found = sources, make()
            found[1].flags.writeable = False
        self._kept[key] = found
        self._forget()
        return found[1]

    def _forget(self) -> None:
        sizes = [records.nbytes for _, records in self._kept.values()]
        while len(sizes) > self.KEPT and sum(sizes) > self.KEPT_BYTES:
            del self._kept[next(iter(self._kept))]
            del sizes[0]


_State = tuple[tuple[Path, int, int], ...]
_Records = tuple[list[Path], Index]
"""Parts, and their index records, which number them in that order."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    state: _State
    parts: list[Path]
    records: Index


def _state(parts: list[Path]) -> _State:
    """What changes when a part does: its size and time."""
    found = []
    for part in parts:
        with explaining(part, "read"):
            known = part.stat()
        found.append((part, known.st_size, known.st_mtime_ns))
    return tuple(found)
