"""Parquet in bounded memory: a few rows at a time, never a whole column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from claimbench.bridge.lines import Located, first_bytes, needs
from claimbench.bridge.rows import MOST_ROW_BYTES, MOST_ROWS, refuse

_BATCH = 64
"""Rows in memory at once."""
_MOST_GROUP_BYTES = 8 * 2**30
"""What a row group may claim to unpack to; it is unpacked a page at a time."""


def columns_of(path: Path) -> tuple[str, ...]:
    """The names of the columns. Raises DataError where it is no Parquet file, or too large."""
    file = _open(path)
    meta = file.metadata
    if meta.num_rows == 0:
        raise refuse(path.name, "there is no row in it")
    if meta.num_rows > MOST_ROWS:
        raise refuse(path.name, f"{meta.num_rows:,} rows, more than {MOST_ROWS:,}; split it")
    claimed = max(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
    if claimed > _MOST_GROUP_BYTES:
        raise refuse(path.name, f"a row group unpacks to {claimed >> 30} GiB; write smaller ones")
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
        for batch in file.iter_batches(batch_size=_BATCH, columns=list(columns), use_threads=False):
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
