"""Bounded reading of hostile files: lines, JSON lines, CSV, and one huge JSON document.

Nothing here holds more than one row in memory, whatever a file claims, and nothing is unpickled.
"""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Self

from claimbench.benchmarks.parsing import refuse_wide, separator_of
from claimbench.errors import ConfigError, DataError, counted
from claimbench.interop.readers.rows import MOST_ROW_BYTES, Row, refuse
from claimbench.records.plain import JsonDict

MOST_LEVELS = 100
"""Nesting of a JSON document."""

Located = tuple[str, dict[str, object]]
"""Where a row is (`file:number`), and its values."""


def json_lines(path: Path) -> Iterator[Located]:
    """The JSON objects of a file of lines; blank lines are passed over."""
    for place, line in _lines(path):
        if line.strip():
            yield place, json_object(line, place)


def rows_where(
    path: Path,
    key: str,
    wanted: str | None,
    replies: Callable[[dict[str, object], str, int], Iterable[Row]],
) -> Iterator[Row]:
    """The replies of those JSON lines whose `key` is `wanted`; `replies` takes a line, its place
    and the number of its first reply."""
    number = 0
    for place, line in json_lines(path):
        if line.get(key) == wanted:
            for row in replies(line, place, number):
                yield row
                number += 1


def json_object(text: str | bytes, place: str) -> JsonDict:
    """One JSON object. Raises DataError with its place."""
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise refuse(place, "the JSON is nested too deeply") from error
    except ValueError as error:
        raise refuse(place, f"this is not JSON ({str(error)[:80]})") from error
    if not isinstance(value, dict):
        raise refuse(place, "a JSON object is needed")
    return value


def csv_rows(path: Path) -> Iterator[Located]:
    """The rows of a CSV file with a header, numbered by the line on which they end."""
    csv.field_size_limit(MOST_ROW_BYTES)
    lines = _RowLines(path)
    reader = csv.reader(lines, strict=True, delimiter=_separator(path))
    try:
        names = next(reader, [])
        if len(set(names)) != len(names):
            raise refuse(f"{path.name}:1", "two columns have the same name")
        lines.next_row()
        for values in reader:
            place = f"{path.name}:{reader.line_num}"
            if values and len(values) != len(names):
                raise refuse(
                    place, f"the header has {counted(len(names), 'column')}, this row has others"
                )
            if values:
                yield place, dict(zip(names, values, strict=True))
            lines.next_row()
    except csv.Error as error:
        raise refuse(lines.row_place(), f"this is not CSV ({error})") from error


def _separator(path: Path) -> str:
    _, header = next(_lines(path))
    return separator_of(header)


def json_rows(path: Path) -> Iterator[Located]:
    """The objects of a file of JSON lines, or of one JSON list of them."""
    if first_bytes(path, 64).removeprefix(codecs.BOM_UTF8).lstrip()[:1] != b"[":
        yield from json_lines(path)
        return
    for place, item in json_items(path, "item"):
        if not isinstance(item, dict):
            raise refuse(place, "a JSON object is needed")
        yield place, item


def json_items(path: Path, prefix: str) -> Iterator[tuple[str, object]]:
    """The items below `prefix` of one JSON document, streamed (ijson's prefixes: `item` for the
    elements of a list at the top)."""
    yield from _streamed(path, prefix, pairs=False)


def json_pairs(path: Path, prefix: str) -> Iterator[tuple[str, Any]]:
    """The (key, value) pairs of the mapping below `prefix` of one JSON document, streamed."""
    yield from _streamed(path, prefix, pairs=True)


def first_bytes(path: Path, count: int = 4) -> bytes:
    """The first bytes of a file. Raises DataError where it cannot be read or is empty."""
    try:
        with path.open("rb") as file:
            found = file.read(count)
    except OSError as error:
        raise refuse(path, f"cannot be read ({error.strerror or error})") from error
    if not found:
        raise refuse(path.name, "the file is empty")
    return found


def small_json(path: Path) -> dict[str, object]:
    """A JSON object that is small by nature (a header, a summary)."""
    first_bytes(path)
    if path.stat().st_size > 4 * MOST_ROW_BYTES:
        raise refuse(path.name, f"larger than {4 * MOST_ROW_BYTES >> 20} MiB, which no summary is")
    return json_object(path.read_bytes(), path.name)


def needs(package: str) -> ConfigError:
    """The failure where a package of the `import` extra is not installed."""
    return ConfigError(f"reading this needs {package}: pip install 'claimbench[import]'")


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Lines of UTF-8 text with their places, each at most MOST_ROW_BYTES long."""
    refuse_wide(first_bytes(path, 16), path)
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MOST_ROW_BYTES + 1):
            number += 1
            place = f"{path.name}:{number}"
            if len(line) > MOST_ROW_BYTES:
                raise refuse(place, f"the line is longer than {MOST_ROW_BYTES >> 20} MiB")
            if b"\0" in line:
                raise refuse(place, "a NUL byte: this is no text, or it is damaged")
            try:
                yield place, line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise refuse(place, f"not UTF-8 ({error.reason})") from error


class _RowLines:
    """The lines of a CSV file, whose reader may take at most MOST_ROW_BYTES between two rows: a
    quoted text goes on over line after line, and a row holds any number of them."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._lines = _lines(path)
        self._taken = self._read = 0
        self._begins = 1

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        _, line = next(self._lines)
        self._read += 1
        self._taken += len(line.encode())
        if self._taken > MOST_ROW_BYTES:
            why = f"the row that begins here is larger than {MOST_ROW_BYTES >> 20} MiB"
            end = "close its quotation mark, or take the row out"
            raise refuse(f"{self._name}:{self._begins}", f"{why}: {end}")
        return line

    def next_row(self) -> None:
        self._begins, self._taken = self._read + 1, 0

    def row_place(self) -> str:
        """The lines of the row that is being read: `x.csv:7`, `x.csv:7 to 9`."""
        last = f" to {self._read}" if self._read > self._begins else ""
        return f"{self._name}:{self._begins}{last}"


class _Metered:
    """A file whose reader may take at most MOST_ROW_BYTES between two items."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file, self._name = file, name
        self._taken = self.items = 0

    def read(self, size: int = -1) -> bytes:
        # One more buffer than a row: the parser reads ahead.
        if self._taken > MOST_ROW_BYTES + (1 << 16):
            raise refuse(
                f"{self._name}, item {self.items + 1}", f"larger than {MOST_ROW_BYTES >> 20} MiB"
            )
        found = self._file.read(size)
        self._taken += len(found)
        return found

    def next_item(self) -> None:
        self.items += 1
        self._taken = 0


def _shallow(events: Iterator[tuple[str, object]]) -> Iterator[tuple[str, object]]:
    """Parser events while they nest no deeper than MOST_LEVELS: ijson names the whole path of each
    level, which for a file of brackets alone would take all memory."""
    level = 0
    for event in events:
        level += event[0].startswith("start_") - event[0].startswith("end_")
        if level > MOST_LEVELS:
            raise ValueError(f"it is nested deeper than {MOST_LEVELS} levels")
        yield event


def _first_line(error: Exception) -> str:
    """What an error says, without the bytes of the file that the parser shows below it."""
    reason = error.args[0] if error.args else ""
    text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(error)
    return (text.strip().splitlines() or ["damaged"])[0][:80]


def _streamed(path: Path, prefix: str, *, pairs: bool) -> Iterator[tuple[str, object]]:
    try:
        import ijson
    except ImportError as error:
        raise needs("ijson") from error
    mark = first_bytes(path).startswith(codecs.BOM_UTF8)
    with path.open("rb") as file:
        file.seek(len(codecs.BOM_UTF8) * mark)  # ijson takes it for a word.
        metered = _Metered(file, path.name)
        find = ijson.kvitems if pairs else ijson.items
        try:
            events = _shallow(ijson.basic_parse(metered, use_float=True))
            for item in find(ijson.parse(events), prefix):
                metered.next_item()
                yield f"{path.name}, item {metered.items}", item
        except DataError:
            raise
        except (ijson.JSONError, ValueError, RecursionError, OverflowError) as error:
            why = _first_line(error)
            place = f"{path.name}, item {metered.items + 1}"
            raise refuse(place, f"this is not JSON ({why})") from error
