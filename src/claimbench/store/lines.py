"""Files of JSON lines that are written once, whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from claimbench.errors import StoreError, WrongRunFolder
from claimbench.records.plain import JsonDict
from claimbench.store.files import explaining, write_once
from claimbench.store.rows import DamagedLine, json_line, json_object


def write_once_lines(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    """Write `rows`. Raises WrongRunFolder where the file is there with others."""
    if not write_once(path, map(json_line, rows)):
        raise WrongRunFolder(
            f"{path} differs from what this run would store there: give another --out, or"
            " restore the former data; nothing was touched."
        )


def read(path: Path) -> Iterator[JsonDict]:
    """The rows of the file. Raises StoreError for a line that is no JSON object."""
    with explaining(path, "read"), path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                yield json_object(line)
            except DamagedLine as error:
                raise StoreError(
                    f"{path}:{number} is damaged ({error}): remove the file, and the same"
                    " command writes it again."
                ) from error
