"""What was found in the grades of a cell, kept beside them: a file of the run folder that may be
deleted, and that is made again where the grades or the rule have changed."""

from __future__ import annotations

import hashlib
import json

from claimbench.analysis.cells import StoredCell
from claimbench.records.plain import JsonDict
from claimbench.store import RunStore


def stamp(store: RunStore, cell: StoredCell, *rule: object) -> str:
    """What was looked at, the grades with what they judged, and by which rule."""
    grades = store.grade_index(cell.name, cell.judge)
    content = " ".join(map(str, (*rule, cell.grader.digest))).encode()
    named = ("id", "value", "sample_digest", "problem_digest")
    columns = (grades[name].tobytes() for name in named)
    return hashlib.blake2b(b" ".join([content, *columns]), digest_size=16).hexdigest()


def known(store: RunStore, file: str, key: str) -> JsonDict:
    """What `file` holds by cell, each a stamp and a `key`; nothing where it is missing or damaged:
    it is a cache."""
    try:
        content = json.loads((store.root / file).read_bytes())
        return {k: found for k, found in content.items() if set(found) == {"stamp", key}}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
