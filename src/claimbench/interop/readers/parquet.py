"""Parquet in bounded memory: a few rows at a time, read by a process of its own.

A page may unpack to far more than the footer says, by more ways than one (sizes that lie, texts
that a dictionary repeats, lists of a billion nulls in a few bytes), and pyarrow has no limit that
holds for all of them. So what unpacks it (parquet_worker.py) is a process whose memory the kernel
limits, which hands over the rows as an Arrow stream, a bounded batch at a time.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from claimbench.errors import DataError
from claimbench.grading.workerprocess import environment
from claimbench.interop.readers.lines import Located, first_bytes, needs
from claimbench.interop.readers.parquet_worker import REFUSED, Limits
from claimbench.interop.readers.rows import MOST_ROW_BYTES, refuse

if TYPE_CHECKING:
    from pyarrow import RecordBatchStreamReader

LIMITS = Limits(
    memory=3 * 2**29,
    group=2**30,
    together=128 * 2**20,
    batch=4 * MOST_ROW_BYTES,
)


def columns_of(path: Path) -> tuple[str, ...]:
    """The names of the columns. Raises DataError where it is no Parquet file, or too large."""
    with _stream(path, ()) as found:
        names = tuple(found.schema.names)
    if len(set(names)) != len(names):
        raise refuse(path.name, "two columns have the same name")
    return names


def parquet_rows(path: Path, columns: Sequence[str]) -> Iterator[Located]:
    """The rows of a Parquet file as mappings of its `columns`."""
    number = 0
    with _stream(path, columns) as batches:
        for batch in batches:
            for row in batch.to_pylist():
                number += 1
                yield f"{path.name}, row {number}", row


@contextmanager
def _stream(path: Path, columns: Sequence[str]) -> Iterator[RecordBatchStreamReader]:
    """The worker's Arrow stream of those columns; of none, only the schema of all."""
    try:
        import pyarrow as pa
    except ImportError as error:
        raise needs("pyarrow") from error
    if first_bytes(path) != b"PAR1":
        raise refuse(path.name, "this is no Parquet file (it does not begin with PAR1)")
    with tempfile.TemporaryFile() as complaints, _worker(path, columns, complaints) as process:
        try:
            with pa.ipc.open_stream(process.stdout) as stream:
                yield stream
            if process.wait():  # A stream that stops looks like one that ends.
                raise OSError("the process that reads it stopped")
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _failure(path, process, complaints, error) from error


@contextmanager
def _worker(
    path: Path, columns: Sequence[str], complaints: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    asked = [str(path), json.dumps(list(columns)), json.dumps(LIMITS._asdict())]
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "claimbench.interop.readers.parquet_worker", *asked],
        # The plain allocator maps what it needs and no more, which is what is limited.
        env={**environment(), "ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=complaints,
        process_group=0,  # Ctrl-C is for the parent.
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def _failure(
    path: Path, process: subprocess.Popen[bytes], complaints: IO[bytes], error: Exception
) -> DataError:
    """Why there are no more rows: the worker's own sentence, its death, or what they hold."""
    if process.stdout:
        process.stdout.close()  # A worker that still writes ends of it.
    status = process.wait()
    complaints.seek(0)
    complaint = complaints.read().decode("utf-8", "replace").strip()
    if status == REFUSED and complaint:
        return DataError(complaint.splitlines()[-1])
    if status < 0:
        name = signal.Signals(-status).name
        most = f"more than {LIMITS.memory >> 20} MiB of memory"
        return refuse(path.name, f"reading it ended of {name}: it is damaged, or takes {most}")
    return refuse(path.name, f"cannot be read ({' '.join(str(error).split())[:120]})")
