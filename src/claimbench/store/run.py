"""RunStore: the run folder as the rest of claimbench sees it."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from claimbench.errors import StoreError
from claimbench.records.plain import JsonDict, JsonObject
from claimbench.records.runs import CellName, Grade, Sample
from claimbench.store import growth, lines, runfile
from claimbench.store.current import Judge, distinct_samples
from claimbench.store.files import inside, safe_name, write_files
from claimbench.store.index import IdSet
from claimbench.store.lock import TURN_SECONDS, FolderLock, shards_held, turn
from claimbench.store.manifest import RunManifest, manifest_of
from claimbench.store.parts import Derived, LoadedParts, PartWriter, list_parts
from claimbench.store.reading import chosen, of_ids, read_rows, read_values
from claimbench.store.rows import GRADES, SAMPLES, AnyKind, Index, Row, RowKind
from claimbench.store.together import Values

Ids = npt.NDArray[np.void]
"""Sample ids of 16 bytes, as an `id` column of an index has them."""

SYNC_SECONDS = 0.5
"""Pause between two fsyncs, so that a line waits for one less than a second."""


class RunStore:
    """A run folder: append samples and grades, read them back, know what is there.

    A row counts as finished when its append returns: it then survives the death of the process,
    and within a second a power cut. Every method raises StoreError, in one sentence, where the
    folder cannot be read or written. Appends may come from several threads.
    """

    def __init__(
        self,
        root: Path,
        *,
        shard: str | None,
        writer: bool,
        patience: float = 0.0,
        purpose: str = "",
    ) -> None:
        self.root = root
        self._go_by(runfile.read_sealed(root))
        self._shard = shard
        self._lock = FolderLock(root, shard, patience, purpose) if writer else None
        self._pid = os.getpid()
        self._writers: dict[tuple[str, CellName], PartWriter[Any]] = {}
        self._ended: list[PartWriter[Any]] = []
        self._opening = threading.Lock()
        self._loaded = LoadedParts()
        self._derived = Derived()
        self._failure: StoreError | None = None
        self._closing = threading.Event()
        self._syncer = threading.Thread(target=self._sync_until_closed, daemon=True)
        if writer:
            self._syncer.start()

    @classmethod
    def open(
        cls,
        root: Path,
        *,
        resolved: Mapping[str, object],
        digest: str,
        files: Mapping[str, str] | None = None,
        shard: str | None = None,
        patience: float = 0.0,
        at: growth.ResolvedAt | None = None,
    ) -> Self:
        """Create the run folder of a config, or go on with it, as its writer. `files` are the
        SHA-256 of the problems files that it goes with, by their path; `at` makes the config for
        other numbers of samples, with which a folder that asked for fewer may grow.

        Raises WrongRunFolder where `root` belongs to a config of another digest, naming the keys
        that differ, and StoreLocked where another process writes it (as the same `shard`, if given)
        and has not ended after `patience` seconds.
        """
        (asked := growth.Asked(resolved, digest, files or {}, at)).begin(root)
        store = cls(root, shard=shard, writer=True, patience=patience)
        store._go_by(asked.settle(store, shard))
        return store

    @classmethod
    def existing(
        cls, root: Path, *, writer: bool = False, shard: str | None = None, purpose: str = ""
    ) -> Self:
        """Open a run folder as it is: to read it, or as its `writer` (to grade again); where a
        process with the same `purpose` writes it, when that has ended."""
        return cls(root, shard=shard, writer=writer, purpose=purpose)

    def _go_by(self, found: runfile.RunFile) -> None:
        self.config, self.digest, self.files = found.config, found.digest, found.files

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Make everything durable and let go of the lock."""
        self._closing.set()
        if self._syncer.is_alive():
            self._syncer.join()
        writers = [*self._writers.values(), *self._ended]
        self._writers, self._ended = {}, []
        try:
            failures = [failure for w in writers if (failure := w.closed())]
        finally:
            if self._lock:
                self._lock.release()
        if failures or self._failure:
            raise self._failure or failures[0]

    @cached_property
    def manifest(self) -> RunManifest:
        """What run.yaml says. Raises WrongRunFolder where this version cannot read it."""
        return manifest_of(self.root, self.config)

    def append_sample(self, sample: Sample) -> None:
        """Store a finished sample."""
        self._append(SAMPLES, sample.cell, sample)

    def append_grade(self, cell: CellName, grade: Grade) -> None:
        """Store a grade of a sample of `cell`."""
        self._append(GRADES, cell, grade)

    def sample_index(self, cell: CellName) -> Index:
        """What is known of the stored samples without reading their texts: one record each, with
        id (16 bytes), problem (`text_key` of its id), digest (of the reply), sample_index,
        completion_tokens, prompt_tokens (UNKNOWN_TOKENS where not known), finish (`FINISH_CODES`),
        opening (`opening_key`), and where its line is. Raises StoreError where two replies have
        one id."""
        return self._samples(cell)[1]

    def grade_index(self, cell: CellName, judge: Judge) -> Index:
        """The grades by `judge` of the samples as they are stored, in stored order: one record
        each, with id (of the sample), value (nan for none) and outcome (bytes). Of a sample's
        grades only the last is there."""
        return self._grades(cell, judge)[1]

    def present_ids(self, cell: CellName) -> IdSet:
        """The ids of the stored samples."""
        records = self._load(SAMPLES, cell)[1]
        ids = IdSet(records["id"])
        if len(ids) < len(records):
            self._samples(cell)  # Raises where two replies have one id.
        return ids

    def graded_ids(self, cell: CellName, judge: Judge) -> IdSet:
        """The ids of the samples that `judge` has graded."""
        return IdSet(self.grade_index(cell, judge)["id"])

    def samples(self, cell: CellName, ids: Iterable[str] | None = None) -> Iterator[Sample]:
        """The stored samples (those of `ids`, if given), in stored order, one in memory at a time.
        Ids that are not stored are left out."""
        parts, records = self._samples(cell)
        return read_rows(SAMPLES, parts, chosen(records, ids))

    def grades(
        self, cell: CellName, judge: Judge, ids: Iterable[str] | None = None
    ) -> Iterator[Grade]:
        """The grades by `judge`, of all samples or those of `ids`, in stored order, one in memory
        at a time."""
        parts, records = self._grades(cell, judge)
        return read_rows(GRADES, parts, chosen(records, ids))

    def sample_values(self, cell: CellName, ids: Ids) -> Iterator[Values]:
        """The samples of `ids` (an `id` column) as `samples` gives them, but as mappings: for who
        reads a million."""
        parts, records = self._samples(cell)
        return read_values(SAMPLES, parts, of_ids(records, ids))

    def grade_values(self, cell: CellName, judge: Judge, ids: Ids) -> Iterator[Values]:
        """The grades by `judge` of the samples `ids`, as mappings."""
        parts, records = self._grades(cell, judge)
        return read_values(GRADES, parts, of_ids(records, ids))

    def grades_with(self, cell: CellName, judge: Judge, outcome: str) -> Iterator[Values]:
        """Those of `grade_index` that have the outcome, as mappings, in its order."""
        parts, records = self._grades(cell, judge)
        return read_values(GRADES, parts, records[records["outcome"] == outcome.encode()])

    def _samples(self, cell: CellName) -> tuple[list[Path], Index]:
        """The parts, and one record of each sample."""
        parts, records = self._load(SAMPLES, cell)
        make = partial(distinct_samples, parts, records)
        return parts, self._derived.get((SAMPLES.folder, cell), (records,), make)

    def _grades(self, cell: CellName, judge: Judge) -> tuple[list[Path], Index]:
        """The parts, and the record of each sample's grade that counts."""
        parts, records = self._load(GRADES, cell)
        samples = self._samples(cell)[1]
        make = partial(judge.grades, records, samples)
        return parts, self._derived.get((GRADES.folder, cell), (records, samples, judge), make)

    def parts(self, kind: AnyKind, cell: CellName) -> list[Path]:
        """The part files of a cell, in the order in which they were begun."""
        return list_parts(self._folder(kind, cell))

    def all_records(self, kind: AnyKind, cell: CellName) -> Index:
        """The record of every stored line, also of those that do not count."""
        return self._load(kind, cell)[1]

    def turn(self, name: str, patience: float = TURN_SECONDS) -> AbstractContextManager[None]:
        """A moment alone, among all writers of this folder, with what `name` stands for; waits for
        it at most `patience` seconds."""
        return turn(self.root / f"{safe_name(name)}.lock", patience)

    def still(self) -> AbstractContextManager[None]:
        """For who asks the same dozens of times, as a report does: inside, what is known of a cell
        is not held against its files again, and rows that are appended may not be seen."""
        return self._loaded.still()

    def shards_held(self) -> list[str]:
        """The file names of the shards that are being written, by this process or others."""
        return shards_held(self.root)

    def write_file(self, relpath: str, text: str) -> None:
        """Write a small file of the run folder whole: a crash leaves the old one or the new."""
        self.write_files({relpath: text})

    def write_files(self, texts: Mapping[str, str]) -> None:
        """Write small files of the run folder, by relative path, each whole as `write_file` does;
        in less time than one after another."""
        write_files(self.root, texts.items())

    def write_lines_once(self, relpath: str, rows: Iterable[JsonObject]) -> None:
        """Write `rows` as JSON lines. Raises WrongRunFolder where the file is there with
        others."""
        lines.write_once_lines(inside(self.root, relpath), rows)

    def read_lines(self, relpath: str) -> Iterator[JsonDict]:
        """The rows of a file that `write_lines_once` wrote."""
        return lines.read(inside(self.root, relpath))

    def _append(self, kind: RowKind[Row], cell: CellName, row: Row) -> None:
        if self._failure:
            raise self._failure
        if self._lock is None or self._pid != os.getpid() or self._closing.is_set():
            raise StoreError(
                f"{self.root} is not open for writing in this process: open it as its writer."
            )
        self._part_writer(kind, cell).append(row)

    def _part_writer(self, kind: RowKind[Row], cell: CellName) -> PartWriter[Row]:
        """The open part of (kind, cell); a new one where the last has ended."""
        key = (kind.folder, cell)
        with self._opening:
            writer = self._writers.get(key)
            if writer is None or writer.ended:
                if writer is not None:
                    self._ended.append(self._writers.pop(key))
                writer = PartWriter(kind, self._folder(kind, cell), self._new_name())
                self._writers[key] = writer
        return writer

    def _new_name(self) -> str:
        """A name that no other writer has and that sorts by time: grades come in that order."""
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        host = hashlib.blake2b(socket.gethostname().encode(), digest_size=4).hexdigest()
        shard = "" if self._shard is None else f"-{safe_name(self._shard)}"
        return f"{now}-{host}-{self._pid}{shard}"

    def _folder(self, kind: RowKind[Row], cell: CellName) -> Path:
        return self.root / kind.folder / safe_name(cell.model) / safe_name(cell.benchmark)

    def _load(self, kind: RowKind[Row], cell: CellName) -> tuple[list[Path], Index]:
        """The parts there are, and their index records, which number them in that order."""
        return self._loaded.get(
            kind, self._folder(kind, cell), save=self._lock is not None, alone=self._shard is None
        )

    def _sync_until_closed(self) -> None:
        while not self._closing.wait(SYNC_SECONDS):
            try:
                for writer in [*self._writers.values(), *self._ended]:
                    writer.sync()
            except StoreError as error:  # For the thread that appends.
                self._failure = error
                return
