"""Which field of which problem was edited: short digests beside a file of problems.

They only say what to put back; that a file was edited is shown by its SHA-256 in run.yaml. The file
`<benchmark>.fields` has the fields' names, then a line of digests for each problem, in order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from claimbench.errors import counted

SUFFIX = ".fields"
DIGITS = 6
SHOWN = 3
LONGEST = 60

Row = Mapping[str, object]


def field_lines(rows: Iterable[Row]) -> Iterator[str]:
    """The lines of the file for these problems."""
    for number, row in enumerate(rows):
        if number == 0:
            yield " ".join(row) + "\n"
        yield "".join(map(_short, row.values())) + "\n"


def edits(path: Path) -> str:
    """What of the problems in the file `path` is not what was stored, such as `problem "q1": gold
    is now "8"`; "" where nothing beside it tells."""
    try:
        names, *stored = path.with_suffix(SUFFIX).read_text("ascii").splitlines()
        now = path.read_text("utf-8").rstrip("\n").split("\n")
    except (OSError, ValueError):
        return ""
    found = list(_edits(names.split(), stored, now))
    more = [f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return "; ".join([*found[:SHOWN], *more])


def _edits(names: list[str], stored: list[str], now: list[str]) -> Iterator[str]:
    if len(now) != len(stored):
        yield f"it has {counted(len(now), 'problem')} instead of {len(stored)}"
        return
    for number, (then, line) in enumerate(zip(stored, now, strict=True), start=1):
        yield from _line_edits(names, then, line, number)


def _line_edits(names: list[str], then: str, line: str, number: int) -> Iterator[str]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        yield f"line {number} is no JSON object"
        return
    who = f"problem {_shown(row.get('id', number))}"
    for place, name in enumerate(names):
        if name not in row:
            yield f"{who}: {name} is gone"
        elif _short(row[name]) != then[place * DIGITS : (place + 1) * DIGITS]:
            yield f"{who}: {name} is now {_shown(row[name])}"
    yield from (f"{who}: {name} is new" for name in row if name not in names)


def _short(value: object) -> str:
    text = json.dumps(value, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=DIGITS // 2).hexdigest()


def _shown(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
