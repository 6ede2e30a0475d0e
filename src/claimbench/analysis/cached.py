"""What was found in the grades of a cell, kept beside them: a file of the run folder that may be
deleted, and that is made again where the grades or the rule have changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from claimbench.analysis.cells import StoredCell
from claimbench.records.plain import JsonDict
from claimbench.store import RunStore

T = TypeVar("T")


def stamp(store: RunStore, cell: StoredCell, *rule: object) -> str:
    """What was looked at, the grades with what they judged, and by which rule."""
    grades = store.grade_index(cell.name, cell.judge)
    content = " ".join(map(str, (*rule, cell.grader.digest))).encode()
    named = ("id", "value", "sample_digest", "problem_digest")
    columns = (grades[name].tobytes() for name in named)
    return hashlib.blake2b(b" ".join([content, *columns]), digest_size=16).hexdigest()


class Kept:
    """What was found of the cells of a run folder: files that are read and written once."""

    def __init__(self, store: RunStore) -> None:
        self.store = store
        self._files: dict[str, JsonDict] = {}
        self._grown = set[str]()

    def get(self, file: str, key: str, cell: StoredCell, stamp: str, find: Callable[[], T]) -> T:
        """What `file` holds of the cell as `key`; what `find` finds, which JSON gives back as it
        is, where that has another `stamp`."""
        if file not in self._files:
            self._files[file] = _known(self.store, file, key)
        known = self._files[file]
        name = f"{cell.model}/{cell.benchmark}"
        if known.get(name, {}).get("stamp") != stamp:
            known[name] = {"stamp": stamp, key: find()}
            self._grown.add(file)
        found: T = known[name][key]
        return found

    def write(self) -> None:
        """Keep what is new."""
        grown, self._grown = self._grown, set()
        self.store.write_files({file: json.dumps(self._files[file]) + "\n" for file in grown})


@contextmanager
def kept(store: RunStore) -> Iterator[Kept]:
    """`Kept`, written in the end."""
    found = Kept(store)
    yield found
    found.write()


def _known(store: RunStore, file: str, key: str) -> JsonDict:
    """What `file` holds by cell, each a stamp and a `key`; nothing where it is missing or damaged:
    it is a cache."""
    try:
        content = json.loads((store.root / file).read_bytes())
        return {k: found for k, found in content.items() if set(found) == {"stamp", key}}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
