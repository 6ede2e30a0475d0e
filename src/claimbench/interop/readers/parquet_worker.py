"""The process that unpacks a Parquet file, started by parquet.py:
`python -m claimbench.interop.readers.parquet_worker PATH COLUMNS LIMITS`.

It writes the columns as an Arrow stream to its output; without columns only the schema of all. What
it refuses it says in a sentence, and ends with REFUSED.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from claimbench.errors import DataError
from claimbench.interop.readers.rows import MOST_ROWS, refuse

if TYPE_CHECKING:
    from pyarrow import Array, RecordBatch
    from pyarrow.parquet import ParquetFile, RowGroupMetaData

REFUSED = 3
"""Exit status where the file is refused, with the reason as the last line of stderr."""
_BATCH = 64
"""Rows in memory at once, at most."""
_LEAST = 8
"""Bytes that a value counts for, if it takes fewer."""


class Limits(NamedTuple):
    """Bytes. `memory` is what unpacking may take in all; `group` what the read columns of a row
    group unpack to by the footer, which is asked before anything is read; `together` what rows in
    memory at once unpack to by the footer, and `batch` what they do take."""

    memory: int
    group: int
    together: int
    batch: int


def main() -> None:
    path, columns, limits = Path(sys.argv[1]), *map(json.loads, sys.argv[2:4])
    import pyarrow as pa

    _limit_memory(Limits(**limits).memory)
    try:
        write_stream(path, columns, Limits(**limits))
    except BrokenPipeError:  # Nobody reads on.
        os._exit(0)
    except DataError as error:
        _refused(str(error))
    except (MemoryError, pa.ArrowMemoryError):
        most = Limits(**limits).memory >> 20
        _refused(
            f"{path.name}: unpacking it takes more than {most} MiB of memory; write it again with "
            "fewer rows in a group, or it is made to do harm"
        )


def write_stream(path: Path, columns: Sequence[str], limits: Limits) -> None:
    """Write the stream to stdout. Raises DataError."""
    import pyarrow as pa

    file = _open(path)
    schema = file.schema_arrow
    chosen = pa.schema([schema.field(name) for name in columns]) if columns else schema
    with pa.ipc.new_stream(sys.stdout.buffer, chosen) as out:
        for batch in checked_batches(file, path, columns, limits) if columns else ():
            out.write_batch(batch)


def checked_batches(
    file: object, path: Path, columns: Sequence[str], limits: Limits
) -> Iterator[RecordBatch]:
    """The rows, a few at a time, none larger in memory than `limits.batch`."""
    import pyarrow as pa

    number = 0
    try:
        for batch in _batches(file, path, columns, limits):
            if max(batch.nbytes, _LEAST * sum(map(_values, batch.columns))) > limits.batch:
                place = f"{path.name}, rows {number + 1} to {number + len(batch)}"
                raise refuse(place, f"they take more than {limits.batch >> 20} MiB")
            yield batch
            number += len(batch)
    except pa.ArrowMemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        why = " ".join(str(error).split())[:120]
        raise refuse(f"{path.name}, after row {number}", f"cannot be read ({why})") from error


def _values(array: Array) -> int:
    """Values in an array and in the lists and structs in it: nulls take no byte, but each becomes
    an object where the rows are read."""
    import pyarrow as pa

    if pa.types.is_map(array.type):
        return len(array) + _values(array.keys) + _values(array.items)
    if pa.types.is_struct(array.type):
        return len(array) + sum(map(_values, array.flatten()))
    if pa.types.is_nested(array.type):
        return len(array) + _values(array.flatten())
    return len(array)


def _batches(
    file: ParquetFile, path: Path, columns: Sequence[str], limits: Limits
) -> Iterator[RecordBatch]:
    """The rows, so few at a time that they take no more than `limits.together`: none is larger than
    what its row group unpacks to, though one that stands once in a dictionary may be many rows'."""
    for group in range(file.metadata.num_row_groups):
        claimed = _claimed(file.metadata.row_group(group), columns)
        if claimed > limits.group:
            raise refuse(
                path.name,
                f"row group {group + 1} unpacks to {claimed >> 20} MiB, more than "
                f"{limits.group >> 20}; write it again with fewer rows in a group (pyarrow: "
                "write_table(table, path, row_group_size=100))",
            )
        size = max(1, min(_BATCH, limits.together // max(claimed, 1)))
        yield from file.iter_batches(
            batch_size=size, row_groups=[group], columns=list(columns), use_threads=False
        )


def _claimed(group: RowGroupMetaData, columns: Sequence[str]) -> int:
    """Bytes to which the columns of a row group unpack, as the file's footer says before any of
    them is read."""
    chunks = map(group.column, range(group.num_columns))
    return sum(
        max(0, int(chunk.total_uncompressed_size))
        for chunk in chunks
        if chunk.path_in_schema.partition(".")[0] in columns
    )


def _open(path: Path) -> ParquetFile:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(path, thrift_string_size_limit=1 << 27, memory_map=False)
    except pa.ArrowMemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        why = " ".join(str(error).split())[:120]
        raise refuse(path.name, f"this is no readable Parquet file ({why})") from error
    if (rows := file.metadata.num_rows) == 0:
        raise refuse(path.name, "there is no row in it")
    if rows > MOST_ROWS:
        raise refuse(path.name, f"{rows:,} rows, more than {MOST_ROWS:,}; split it")
    return file


def _limit_memory(most: int) -> None:
    """Let this process map `most` bytes more than it has now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    total = pages * resource.getpagesize() + most
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard != resource.RLIM_INFINITY:
        total = min(total, hard)
    resource.setrlimit(resource.RLIMIT_AS, (total, hard))


def _refused(why: str) -> None:
    """End at once: what is left of the stream must not be flushed."""
    sys.stderr.write(f"\n{why}\n")
    sys.stderr.flush()
    os._exit(REFUSED)


if __name__ == "__main__":
    main()
