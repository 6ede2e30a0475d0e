"""What was found in a run folder's samples and grades, kept beside them: files that may be deleted,
and that are made again where what was looked at, or the rule, has changed."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from claimbench.analysis.cells import StoredCell
from claimbench.config.canonical import digest
from claimbench.errors import StoreError
from claimbench.records.plain import JsonDict
from claimbench.store import RunStore
from claimbench.store.rows import GRADES


def stamp(store: RunStore, cell: StoredCell, *rule: object) -> str:
    """What was looked at, the grades with what they judged and the answers that they hold, and by
    which rule."""
    grades = store.grade_index(cell.name, cell.judge)
    content = " ".join(map(str, (*rule, cell.grader.digest))).encode()
    named = ("id", "value", "sample_digest", "problem_digest")
    columns = (grades[name].tobytes() for name in named)
    # The answers are in the lines alone, and a line may be edited without a change of its length.
    parts = [_digest_of(part, *_state(part)) for part in store.parts(GRADES, cell.name)]
    return blake2b(b" ".join([content, *columns, *parts]), digest_size=16).hexdigest()


def _state(part: Path) -> tuple[int, int]:
    found = part.stat()
    return found.st_size, found.st_mtime_ns


@lru_cache(maxsize=1 << 10)
def _digest_of(part: Path, _size: int, _changed: int) -> bytes:
    """The digest of a file of grades, 0.2 to 0.4 s for a million of them: made once for
    all that a report counts."""
    with part.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def entry(stamped: str, key: str, found: object) -> JsonDict:
    """What a file keeps of one cell: what was found, what was looked at, and a digest of both."""
    content = {"stamp": stamped, key: found}
    return {**content, "check": digest(content)}


def known(store: RunStore, file: str, key: str) -> JsonDict:
    """The entries that `file` holds, by cell; nothing where it is missing or damaged: it is a
    cache. One that was edited is not taken, as a score would rest on it."""
    try:
        content = json.loads((store.root / file).read_bytes())
        return {k: one for k, one in content.items() if one == entry(one["stamp"], key, one[key])}
    except (OSError, ValueError, AttributeError, TypeError, KeyError):
        return {}


def keep(store: RunStore, file: str, entries: JsonDict) -> None:
    """Write the entries, where one may: without them the same is found again."""
    with suppress(StoreError):
        store.write_file(file, json.dumps(entries) + "\n")
