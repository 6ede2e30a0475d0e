"""Parquet in bounded memory: a few rows at a time, never a whole column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from claimbench.bridge.lines import Located, first_bytes, needs
from claimbench.bridge.rows import MOST_ROW_BYTES, MOST_ROWS, refuse

_BATCH = 64
"""Rows in memory at once, at most."""
_BATCH_BYTES = 128 * 2**20
"""What rows in memory at once may unpack to."""
_MOST_GROUP_BYTES = 2**30
"""What the columns of a row group that are read may unpack to. A page of it is unpacked as a whole,
and nothing but custom keeps pages small."""


def columns_of(path: Path) -> tuple[str, ...]:
    """The names of the columns. Raises DataError where it is no Parquet file, or too large."""
    file = _open(path)
    meta = file.metadata
    if meta.num_rows == 0:
        raise refuse(path.name, "there is no row in it")
    if meta.num_rows > MOST_ROWS:
        raise refuse(path.name, f"{meta.num_rows:,} rows, more than {MOST_ROWS:,}; split it")
    names = tuple(file.schema_arrow.names)
    file.close()
    if len(set(names)) != len(names):
        raise refuse(path.name, "two columns have the same name")
    return names


def parquet_rows(path: Path, columns: Sequence[str]) -> Iterator[Located]:
    """The rows of a Parquet file as mappings of its `columns`."""
    import pyarrow as pa

    file, number = _open(path), 0
    try:
        for batch in _batches(file, path, columns):
            if batch.nbytes > 4 * MOST_ROW_BYTES:
                place = f"{path.name}, rows {number + 1} to {number + len(batch)}"
                raise refuse(place, f"they take more than {4 * MOST_ROW_BYTES >> 20} MiB")
            for row in batch.to_pylist():
                number += 1
                yield f"{path.name}, row {number}", row
    except (pa.ArrowException, OSError, ValueError) as error:
        why = " ".join(str(error).split())[:120]
        raise refuse(f"{path.name}, after row {number}", f"cannot be read ({why})") from error
    finally:
        file.close()


def _batches(file: Any, path: Path, columns: Sequence[str]) -> Iterator[Any]:
    """The rows, so few at a time that they take no more than _BATCH_BYTES: none is larger than what
    its row group unpacks to, though one that stands once in a dictionary may be many rows'."""
    for group in range(file.metadata.num_row_groups):
        claimed = _claimed(file.metadata.row_group(group), columns)
        if claimed > _MOST_GROUP_BYTES:
            raise refuse(
                path.name,
                f"row group {group + 1} unpacks to {claimed >> 20} MiB, more than "
                f"{_MOST_GROUP_BYTES >> 20}; write it again with fewer rows in a group (pyarrow: "
                "write_table(table, path, row_group_size=100))",
            )
        size = max(1, min(_BATCH, _BATCH_BYTES // max(claimed, 1)))
        yield from file.iter_batches(
            batch_size=size, row_groups=[group], columns=list(columns), use_threads=False
        )


def _claimed(group: Any, columns: Sequence[str]) -> int:
    """Bytes to which the columns of a row group unpack, as the file's footer says before any of
    them is read."""
    chunks = map(group.column, range(group.num_columns))
    return sum(
        max(0, int(chunk.total_uncompressed_size))
        for chunk in chunks
        if chunk.path_in_schema.partition(".")[0] in columns
    )


def _open(path: Path) -> Any:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise needs("pyarrow") from error
    if first_bytes(path) != b"PAR1":
        raise refuse(path.name, "this is no Parquet file (it does not begin with PAR1)")
    try:
        return parquet.ParquetFile(path, thrift_string_size_limit=1 << 27, memory_map=False)
    except (pa.ArrowException, OSError, ValueError) as error:
        why = " ".join(str(error).split())[:120]
        raise refuse(path.name, f"this is no readable Parquet file ({why})") from error
