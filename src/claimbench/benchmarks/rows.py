"""Rows of a pinned dataset, one at a time: from local files, the package, or the hub.

A row of LiveCodeBench can be megabytes and a part of it a gigabyte, so rows are never all in
memory here. The row count is checked wherever rows come from, parts by their SHA-256, too.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from claimbench.benchmarks.hub import is_offline
from claimbench.benchmarks.parsing import BinaryFile, csv_rows, json_lines, json_list
from claimbench.config.benchmarks import DatasetConfig
from claimbench.config.paths import packaged_data
from claimbench.config.yamlfile import close_to, meant_beside
from claimbench.errors import DataError, DatasetMissing, counted
from claimbench.records.plain import JsonObject

Row = JsonObject


class Located(NamedTuple):
    """A row with the file and line it stands in, where that says more than its number."""

    row: Row
    where: str = ""


def stream_rows(dataset: DatasetConfig, name: str, data_dir: Path | None) -> Iterator[Located]:
    """The rows that the dataset's `keep` and `window` leave, in order.

    Raises DataError at the end where there are not as many as are pinned.
    """
    kept = 0
    for number, located in enumerate(_all_rows(dataset, name, data_dir), start=1):
        if _is_kept(dataset, located, number, name):
            kept += 1
            yield located
    if dataset.rows is not None and kept != dataset.rows:
        source = _local_file(dataset, data_dir) or dataset.hub
        own = f"mend the file, or write rows: {kept} where it is as you mean it"
        what_to_do = "use the pinned revision of the dataset" if dataset.hub else own
        raise DataError(
            f"{source}: {counted(kept, 'row')}, but {name} pins {dataset.rows} (key dataset.rows); "
            f"{what_to_do}"
        )


def dataset_origin(dataset: DatasetConfig, data_dir: Path | None) -> str:
    """Where rows come from, for provenance: hub:ID@REVISION, file:NAME or package:NAME."""
    if dataset.release:
        parts = dataset.releases[dataset.release].parts
        if all(_in_folder(part, data_dir) for part in parts):
            return f"file:{'+'.join(parts)}"
    elif path := _local_file(dataset, data_dir):
        return f"{'package' if dataset.packaged else 'file'}:{path.name}"
    return f"hub:{dataset.hub}@{dataset.revision}" if dataset.hub else f"file:{dataset.file}"


def column(row: Row, name: str, benchmark: str, number: int) -> Any:
    """The value of a column that must not be empty; `number` counts rows from 1."""
    value = optional(row, name, benchmark, number)
    if is_empty(value):
        raise DataError(
            f"{benchmark}: row {number} has nothing in column {name}; fill it, or leave the row out"
        )
    return value


def is_empty(value: object) -> bool:
    """Whether there is nothing in a column."""
    return value is None or (isinstance(value, str) and not value.strip())


def optional(row: Row, name: str, benchmark: str, number: int) -> Any:
    """The value of a column that must be there, but may be empty."""
    if name not in row:
        columns = [str(column) for column in row]
        near = f"; did you mean {close[0]}?" if (close := close_to(name, columns)) else ""
        raise DataError(
            f"{benchmark}: row {number} has no column {name} (it has {', '.join(columns)}){near}"
        )
    return row[name]


def _is_kept(dataset: DatasetConfig, located: Located, number: int, name: str) -> bool:
    for key, (first, last) in dataset.keep.items():
        value = column(located.row, key, name, number)
        if not isinstance(value, int):
            raise DataError(f"{name}: row {number} has no number in column {key}")
        if not first <= value <= last:
            return False
    if dataset.window is None or dataset.date is None:
        return True
    day = str(column(located.row, dataset.date, name, number))[:10]
    if len(day) != 10 or day[4] + day[7] != "--":
        raise DataError(f"{name}: row {number} has no date in column {dataset.date} ({day!r})")
    return dataset.window[0] <= day <= dataset.window[1]


# --- where rows come from -------------------------------------------------------------------


def _all_rows(dataset: DatasetConfig, name: str, data_dir: Path | None) -> Iterator[Located]:
    if dataset.release:
        yield from _rows_of_release(dataset, dataset.release, name, data_dir)
    elif path := _local_file(dataset, data_dir):
        yield from map(Located, read_file(path))
    else:
        yield from map(Located, _from_hub(dataset, name, data_dir))


def _rows_of_release(
    dataset: DatasetConfig, release: str, name: str, data_dir: Path | None
) -> Iterator[Located]:
    """The rows of a release's parts. A dataset's loading script is never run."""
    chosen, total = dataset.releases[release], 0
    for part in chosen.parts:
        path = _in_folder(part, data_dir) or _part_from_hub(dataset, part, name, data_dir)
        for line, row in enumerate(read_file(path, dataset.parts[part]), start=1):
            total += 1
            yield Located(row, f"{part}:{line}")
    if total != chosen.rows:
        raise DataError(
            f"{name}: {', '.join(chosen.parts)} hold {total} rows, but {release} has {chosen.rows} "
            f"(key dataset.releases); use the pinned revision of the dataset"
        )


def _local_file(dataset: DatasetConfig, data_dir: Path | None) -> Path | None:
    if dataset.packaged and dataset.file:
        return packaged_data(dataset.file)
    return _in_folder(dataset.file, data_dir)


def _in_folder(file: str | None, data_dir: Path | None) -> Path | None:
    """`file`, plain or compressed, in the folder that --data-dir gives, or where it says it is."""
    if file is not None and Path(file).is_absolute():
        return Path(file)
    if data_dir is None or file is None:
        return None
    check_data_dir(data_dir)
    return next((p for p in (data_dir / file, data_dir / f"{file}.gz") if p.exists()), None)


def check_data_dir(data_dir: Path | None) -> None:
    """Raises DataError where --data-dir names no folder."""
    if data_dir is not None and not data_dir.is_dir():
        why = "this is a file; name its folder" if data_dir.exists() else "there is no such folder"
        raise DataError(f"--data-dir {data_dir}: {why}")


# --- reading files --------------------------------------------------------------------------


def read_file(path: Path, sha256: str | None = None) -> Iterator[Row]:
    """The rows of a .jsonl, .json (one list) or .csv file, compressed or not, or of a .parquet
    file; with `sha256` the (uncompressed) content must have that digest, which is known only at its
    end."""
    if path.suffix == ".parquet":
        yield from _parquet_rows(path)
        return
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rb") as file:
            yield from _rows_in(file, path, sha256)
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file{meant_beside(path)}") from None
    except IsADirectoryError:
        raise DataError(f"{path}: this is a folder; name a file in it") from None
    except (OSError, EOFError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read ({error})") from error


def _parquet_rows(path: Path) -> Iterator[Row]:
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise DataError(
            f"{path}: reading Parquet needs pip install 'claimbench[import]'"
        ) from error
    try:
        for batch in pyarrow.parquet.ParquetFile(path).iter_batches(batch_size=1000):
            yield from batch.to_pylist()
    except (OSError, pyarrow.ArrowException) as error:
        raise DataError(f"{path}: cannot be read ({error})") from error


def _rows_in(file: BinaryFile, path: Path, sha256: str | None) -> Iterator[Row]:
    if ".csv" in path.suffixes:
        yield from csv_rows(file, path)
    elif ".json" in path.suffixes:
        yield from json_list(file.read(), path)
    else:
        yield from json_lines(file, path, sha256)


# --- the hub --------------------------------------------------------------------------------


def _from_hub(dataset: DatasetConfig, name: str, data_dir: Path | None) -> list[Row]:
    if dataset.hub is None:
        where = f"--data-dir DIR with {dataset.file}"
        if data_dir and dataset.file:
            wanted = data_dir / dataset.file
            where = f"{wanted}{meant_beside(wanted)}"
        raise DatasetMissing(f"{name}: its rows are only in a local file; give {where}")
    try:
        return _load_from_hub(dataset)
    except ImportError as error:
        raise DatasetMissing(
            f"{name}: reading {dataset.hub} needs pip install 'claimbench[cpu]'"
        ) from error
    except Exception as error:
        raise _cannot_load(dataset, dataset.file, name, data_dir, error) from error


def _load_from_hub(dataset: DatasetConfig) -> list[Row]:
    import datasets

    datasets.disable_progress_bars()
    table = datasets.load_dataset(
        dataset.hub,
        dataset.subset,
        data_files=dataset.hub_file,
        split=dataset.split,
        revision=dataset.revision,
    )
    return list(table)


def _part_from_hub(dataset: DatasetConfig, part: str, name: str, data_dir: Path | None) -> Path:
    """One file of a hub dataset, from the hub's cache where it is there."""
    try:
        from huggingface_hub import hf_hub_download

        found = hf_hub_download(dataset.hub, part, repo_type="dataset", revision=dataset.revision)
    except ImportError as error:
        raise DatasetMissing(
            f"{name}: reading {dataset.hub} needs pip install 'claimbench[cpu]'"
        ) from error
    except Exception as error:
        raise _cannot_load(dataset, part, name, data_dir, error) from error
    return Path(found)


def _cannot_load(
    dataset: DatasetConfig, file: str | None, name: str, data_dir: Path | None, error: Exception
) -> DatasetMissing:
    why = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
    if is_offline():  # Then the libraries speak of options of theirs.
        why = "working offline, and it is not in the cache"
    gated = "; it is gated: accept its terms on the hub and set HF_TOKEN" if "gated" in why else ""
    where = f"put {file} into --data-dir {data_dir}, where it is not"
    local = f", or {where if data_dir else f'give --data-dir DIR with the file {file}'}"
    local = local if file else ""
    return DatasetMissing(
        f"{name}: cannot load {dataset.hub} at revision {dataset.revision} ({why}){gated}; run "
        f"`claimbench fetch RUN` where the hub can be reached{local}",
        f"benchmark {name} ({dataset.hub} at revision {dataset.revision})",
        f"{why}{gated}; run this where the hub can be reached{local}",
    )
