"""Parquet files that lie, unpack to far more, or end in the middle."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bridge_toys import file_of, refused

from claimbench.errors import InputError

pytest.importorskip("ijson")
pytest.importorskip("pyarrow")
pytest.importorskip("zstandard")


@pytest.mark.slow
def test_parquet_without_its_columns(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    path = tmp_path / "x.parquet"
    parquet.write_table(pa.table({"doc": [1], "metric": [2]}), path)
    assert "column model_response is missing" in refused(tmp_path, "lighteval", path)
    parquet.write_table(pa.table({"doc": [1], "metric": [2], "model_response": [3]}), path)
    assert "a mapping is needed" in refused(tmp_path, "lighteval", path)
    path.write_bytes(file_of("lighteval/details_smoke_once*").read_bytes()[:-200] + b"PAR1")
    assert "no readable Parquet" in refused(tmp_path, "lighteval", path)


@pytest.mark.slow
def test_parquet_that_unpacks_to_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few thousand bytes that the footer says are many, and a text that a dictionary repeats."""
    import pyarrow as pa
    from pyarrow import parquet as writer

    from claimbench.interop.readers import parquet, parquet_worker

    rows = 32
    table = pa.table({"response": ["1" * (2 << 20)] * rows, "gold": ["1"] * rows})
    path = tmp_path / "bomb.parquet"
    writer.write_table(table, path, compression="zstd", use_dictionary=False)
    assert path.stat().st_size < 50_000
    monkeypatch.setattr(parquet, "LIMITS", parquet.LIMITS._replace(group=32 << 20))
    said = refused(tmp_path, "parquet", path, "--grader", "integer")
    assert "row group 1 unpacks to 64 MiB, more than 32" in said and "row_group_size" in said
    # A column that nobody reads may be as large as it likes.
    assert len(list(parquet.parquet_rows(path, ["gold"]))) == rows
    writer.write_table(table, path, compression="zstd", row_group_size=8, use_dictionary=False)
    assert len(list(parquet.parquet_rows(path, ["response"]))) == rows
    writer.write_table(table, path, compression="zstd")  # The text stands once.
    assert writer.ParquetFile(path).metadata.row_group(0).total_byte_size < 3 << 20
    limits = parquet.LIMITS._replace(together=8 << 20)
    with writer.ParquetFile(path) as file:
        batches = list(parquet_worker.checked_batches(file, path, ["response"], limits))
    assert sum(map(len, batches)) == rows
    assert max(batch.nbytes for batch in batches) <= 8 << 20


def with_false_sizes(path: Path) -> Path:
    """The same Parquet file, whose footer says that its first column unpacks to 1000 bytes."""
    from pyarrow import parquet as writer

    def varint(value: int, length: int = 0) -> bytes:  # Thrift's zigzag, as long as `length`.
        parts, rest = [], value << 1
        while rest or len(parts) < max(length, 1):
            parts.append(rest & 0x7F)
            rest >>= 7
        return bytes([*(part | 0x80 for part in parts[:-1]), parts[-1]])

    column = writer.ParquetFile(path).metadata.row_group(0).column(0)
    true = varint(column.total_uncompressed_size)
    content = path.read_bytes()
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    assert content.count(true, footer) >= 1
    path.write_bytes(content[:footer] + content[footer:].replace(true, varint(1000, len(true))))
    return path


def bombs(folder: Path) -> Iterator[tuple[Path, str]]:
    """Parquet files of a few thousand bytes that unpack to far more, and what is said of each."""
    import pyarrow as pa
    from pyarrow import parquet as writer

    def written(name: str, response: Any, **words: Any) -> Path:
        path = folder / f"{name}.parquet"
        table = pa.table({"response": response, "gold": ["1"]})
        writer.write_table(table, path, compression="zstd", write_statistics=False, **words)
        assert path.stat().st_size < 50_000
        return path

    big = written("big", ["1" * (400 << 20)], use_dictionary=False, data_page_size=1 << 30)
    yield with_false_sizes(big), "more than 256 MiB of memory"
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 2000, pa.int32()), ["y" * (1 << 20)])
    offsets = pa.array([0, 2000], pa.int32())
    repeated = pa.ListArray.from_arrays(offsets, texts)
    yield written("repeated", repeated, store_schema=False), "more than 256 MiB of memory"
    offsets = pa.array([0, 20_000_000], pa.int32())
    nulls = pa.ListArray.from_arrays(offsets, pa.nulls(20_000_000))
    yield written("nulls", nulls), "rows 1 to 1: they take more than 128 MiB"


@pytest.mark.slow
def test_parquet_that_lies_of_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page larger than the footer says, a text that a list repeats, nulls that take no byte."""
    from claimbench.interop.readers import parquet

    monkeypatch.setattr(parquet, "LIMITS", parquet.LIMITS._replace(memory=256 << 20))
    for path, words in bombs(tmp_path):
        if path.stem == "nulls":
            monkeypatch.undo()
        assert words in refused(tmp_path, "parquet", path, "--grader", "integer")


def test_a_parquet_process_that_is_killed_is_no_end_of_the_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow as pa
    from pyarrow import parquet as writer

    from claimbench.interop.readers import parquet

    path = tmp_path / "x.parquet"
    writer.write_table(pa.table({"response": ["1" * 10_000] * 1000}), path, row_group_size=10)
    started: list[Any] = []

    class Noted(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *words: Any, **options: Any) -> None:
            super().__init__(*words, **options)
            started.append(self)

    monkeypatch.setattr(parquet.subprocess, "Popen", Noted)
    found = parquet.parquet_rows(path, ["response"])
    assert next(found)[0] == "x.parquet, row 1"
    started[0].kill()
    with pytest.raises(InputError, match=r"x\.parquet: reading it ended of SIGKILL"):
        list(found)
    early = parquet.parquet_rows(path, ["response"])
    next(early)
    early.close()
    assert len(started) == 2 and started[1].returncode == -signal.SIGKILL
