"""Bytes of a data file → rows; a mistake in the file is one sentence that says what to mend."""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from io import BufferedReader
from itertools import chain
from pathlib import Path

from claimbench.errors import DataError
from claimbench.records.plain import JsonObject

Row = JsonObject
BinaryFile = BufferedReader | gzip.GzipFile

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SEPARATORS = (";", "\t", "|")


def json_lines(file: BinaryFile, path: Path, sha256: str | None) -> Iterator[Row]:
    """The objects of a JSONL file; its content must have the digest, which is known at its end."""
    total = hashlib.sha256()
    for number, line in enumerate(file, start=1):
        if sha256:
            total.update(line)
        if number == 1:
            refuse_wide(line, path)
        text = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if text.strip():
            yield _object(text, path, number)
    if sha256 and total.hexdigest() != sha256:
        raise DataError(
            f"{path}: its SHA-256 is {total.hexdigest()[:16]}…, pinned is {sha256[:16]}… (key "
            f"dataset.parts); fetch the pinned revision again"
        )


def _object(line: bytes, path: Path, number: int) -> Row:
    try:
        row = json.loads(line.decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError as error:
        raise _not_utf8(f"{path}:{number}") from error
    except (ValueError, RecursionError) as error:
        if number == 1 and line.lstrip()[:1] == b"[":
            raise DataError(f"{path}: {_A_LIST}") from error
        raise DataError(
            f"{path}:{number}: not a JSON line ({error}); mend the line, or fetch the file again"
        ) from error
    if isinstance(row, list) and number == 1:
        raise DataError(f"{path}: {_A_LIST}")
    if not isinstance(row, dict):
        raise DataError(f"{path}:{number}: a JSON object is needed on every line")
    return row


_A_LIST = "this is one JSON list, not an object on every line; name it .json"


def json_list(content: bytes, path: Path) -> list[Row]:
    """The objects of a JSON file that holds one list of them."""
    refuse_wide(content, path)
    try:
        rows = json.loads(content.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError as error:
        raise _not_utf8(str(path)) from error
    except (ValueError, RecursionError) as error:
        if content.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"{" and b"\n" in content.strip():
            raise DataError(
                f"{path}: one JSON list is needed; with an object on every line, name it .jsonl"
            ) from error
        raise DataError(f"{path}: not JSON ({error}); mend it, or fetch it again") from error
    if isinstance(rows, dict):
        have = ", ".join(list(rows)[:5])
        raise DataError(
            f"{path}: a list of JSON objects is needed, and this is one object ({have}); write the "
            "list of rows alone"
        )
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DataError(f"{path}: a list of JSON objects is needed")
    return rows


def csv_rows(file: BinaryFile, path: Path) -> Iterator[Row]:
    """The rows of a CSV file whose first line names the columns."""
    csv.field_size_limit(1 << 24)
    refuse_wide(file.peek(16), path)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    record: list[str] = []
    try:
        first = next(text, "")
        separator = separator_of(first)
        reader = csv.DictReader(_noted(chain([first], text), record), delimiter=separator)
        _check_header(reader.fieldnames or (), path)
        record.clear()
        for row in reader:
            _check_closed(record, separator, reader.line_num, path)
            record.clear()
            if None in row:
                columns = len(reader.fieldnames or ())
                raise DataError(
                    f"{path}:{reader.line_num}: more values than the {columns} columns of the "
                    "first line; put a value with a comma in quotes"
                )
            yield row
    except UnicodeDecodeError as error:
        raise _not_utf8(str(path)) from error


def _noted(lines: Iterable[str], record: list[str]) -> Iterator[str]:
    for line in lines:
        record.append(line)
        yield line


def separator_of(header: str) -> str:
    """What stands between the columns of a CSV file with this first line: a comma, or, where it has
    none, the `;` or tab that spreadsheets write in many languages, or a `|`."""
    columns = next(csv.reader([header]), [])
    if len(columns) != 1:
        return ","
    return next((s for s in _SEPARATORS if s in columns[0]), ",")


def _check_closed(record: Sequence[str], separator: str, last: int, path: Path) -> None:
    """Refuse a row of several lines whose quote is open at the end of the file: it swallowed the
    rows behind it."""
    if len(record) < 2 or _is_sound(record, separator):
        return
    if _is_sound([*record, '"'], separator):
        raise DataError(
            f"{path}:{last - len(record) + 1}: a quote is opened in this row and never closed; "
            "close it, or write a quote inside of a value twice"
        )


def _is_sound(record: Iterable[str], separator: str) -> bool:
    try:
        list(csv.reader(record, strict=True, delimiter=separator))
    except csv.Error:
        return False
    return True


def _check_header(columns: Sequence[str], path: Path) -> None:
    if twice := next((c for c in columns if list(columns).count(c) > 1), None):
        raise DataError(f"{path}:1: there are two columns {twice}; rename one")


def refuse_wide(start: bytes, path: Path) -> None:
    """Raises DataError for a file in UTF-16, which spreadsheets and PowerShell write."""
    if start.startswith(_WIDE) or start[1:8:2] == b"\0" * 4 or start[0:8:2] == b"\0" * 4:
        raise DataError(f"{path}: this looks like UTF-16; save it as UTF-8")


def _not_utf8(where: str) -> DataError:
    return DataError(f"{where}: not UTF-8; save the file as UTF-8")
