"""Cells of our CSV and Parquet exports that could not stand there as they are.

A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@` as a formula, and responses do begin
so. An exported row says in its column `escaped` how its texts are written, and an import undoes it,
so that the round trip is exact:

    (empty)      as they are
    apostrophe   each text that begins with one of those, or with an apostrophe, has an apostrophe
                 in front
    json         each text is a JSON string in ASCII: one of them holds a NUL or a lone surrogate,
                 which neither file takes, or is an empty one of MAYBE_EMPTY
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from claimbench.records.plain import JsonDict, JsonObject

COLUMN = "escaped"
MAYBE_EMPTY = ("reasoning", "stated_answer")
"""Texts of which an empty one is not none."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")


def escape_row(row: Mapping[str, object], *, formulas: bool) -> dict[str, object]:
    """`row` with its texts escaped where they need it; `formulas` for a file that spreadsheets
    open."""
    texts = {key: value for key, value in row.items() if isinstance(value, str)}
    if any(texts.get(name) == "" for name in MAYBE_EMPTY) or any(
        _unwritable(text) for text in texts.values()
    ):
        return {**row, **{key: json.dumps(text) for key, text in texts.items()}, COLUMN: "json"}
    if formulas and any(text.startswith(_FORMULA) for text in texts.values()):
        quoted = {k: "'" + t if t.startswith(_FORMULA) else t for k, t in texts.items()}
        return {**row, **quoted, COLUMN: "apostrophe"}
    return {**row, COLUMN: ""}


def restore_row(row: JsonObject) -> JsonDict:
    """The row that `escape_row` was given. Raises ValueError where its escapes are damaged."""
    how = row.get(COLUMN) or ""
    if how not in _UNDO:
        raise ValueError(f"the column {COLUMN} is {str(how)[:40]!r}, which is unknown")
    undo = _UNDO[how]
    return {
        key: undo(value) if isinstance(value, str) and _is_escaped(key, value, how) else value
        for key, value in row.items()
    }


def _is_escaped(key: str, text: str, how: str) -> bool:
    """Whether a cell is an escaped text: in CSV numbers and missing values are texts too."""
    return key != COLUMN and bool(text) and (how != "json" or text.startswith('"'))


def _unquote(text: str) -> str:
    return text.removeprefix("'")


def _loads(text: str) -> str:
    found = json.loads(text)
    if not isinstance(found, str):
        raise ValueError("a text escaped as JSON is no JSON string")
    return found


def _unwritable(text: str) -> bool:
    if "\0" in text:
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


_UNDO: Mapping[str, Callable[[str], str]] = {"": str, "apostrophe": _unquote, "json": _loads}
