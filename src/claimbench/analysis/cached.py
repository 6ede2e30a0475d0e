"""What was found in a run folder's samples and grades, kept beside them: files that may be deleted,
and that are made again where what was looked at, or the rule, has changed.

The wrong grades of a cell are read once, for its votes and for its suspects; of many thousands few
differ."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple, TypeVar

from claimbench.analysis.cells import StoredCell
from claimbench.config.canonical import digest
from claimbench.errors import StoreError
from claimbench.grading.outcomes import NOT_EVALUATED, WRONG
from claimbench.records import CHOICE_LETTERS, CellName
from claimbench.records.plain import JsonDict
from claimbench.store import RunStore, Values, positions
from claimbench.store.rows import GRADES, Index

T = TypeVar("T")


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


class Wrong(NamedTuple):
    """A wrong answer, None where it could not be read. `problem` is the `text_key` of its problem;
    `votes`: its sample is among those that the cell asks for; `limited`: it met a limit of the
    grader."""

    problem: int
    answer: str | None
    votes: bool
    limited: bool


class Kept:
    """What was found in the cells of a run folder: each file is read once, and all that is new is
    written together, as a disk syncs three files in little more time than one."""

    def __init__(self, store: RunStore) -> None:
        self.store = store
        self._files: dict[str, JsonDict] = {}
        self._grown = set[str]()
        self._wrong: tuple[StoredCell, Mapping[Wrong, int]] | None = None

    def wrong(self, cell: StoredCell) -> Mapping[Wrong, int]:
        """`wrong_answers` of the cell; those of the last cell are not read again."""
        if self._wrong is None or self._wrong[0] is not cell:
            self._wrong = cell, wrong_answers(self.store, cell)
        return self._wrong[1]

    def get(self, file: str, key: str, cell: CellName, stamped: str, find: Callable[[], T]) -> T:
        """What `file` holds of the cell as `key`; where that has another stamp, what `find` gives,
        which JSON gives back as it is."""
        if file not in self._files:
            self._files[file] = _known(self.store, file, key)
        known, name = self._files[file], str(cell)
        if known.get(name, {}).get("stamp") != stamped:
            known[name] = _entry(stamped, key, find())
            self._grown.add(file)
        found: T = known[name][key]
        return found

    def write(self) -> None:
        """Keep what is new, where one may write: without it the same is found again."""
        texts = {file: json.dumps(self._files[file]) + "\n" for file in sorted(self._grown)}
        self._grown.clear()
        with suppress(StoreError):
            self.store.write_files(texts)


@contextmanager
def kept(store: RunStore) -> Iterator[Kept]:
    """`Kept`, written in the end."""
    found = Kept(store)
    yield found
    found.write()


def _entry(stamped: str, key: str, found: object) -> JsonDict:
    """What a file keeps of one cell: what was found, what was looked at, and a digest of both."""
    content = {"stamp": stamped, key: found}
    return {**content, "check": digest(content)}


def _known(store: RunStore, file: str, key: str) -> JsonDict:
    """The entries that `file` holds, by cell; nothing where it is missing or damaged: it is a
    cache. One that was edited is not taken, as a score would rest on it."""
    try:
        content = json.loads((store.root / file).read_bytes())
        return {k: one for k, one in content.items() if one == _entry(one["stamp"], key, one[key])}
    except (OSError, ValueError, RecursionError, AttributeError, TypeError, KeyError):
        return {}


# --- wrong answers --------------------------------------------------------------------------


def wrong_answers(store: RunStore, cell: StoredCell) -> Counter[Wrong]:
    """How often each was given, in the order in which they were stored; of multiple choice the
    option that the letter stood for."""
    grades, samples = store.grade_index(cell.name, cell.judge), store.sample_index(cell.name)
    chosen = grades["outcome"] == WRONG.encode()
    rows = store.grades_with(cell.name, cell.judge, WRONG)
    judged = samples[positions(grades["id"], samples["id"])[chosen]]
    votes = (judged["sample_index"] < cell.samples) & (grades["value"][chosen] == 0)
    orders = _orders(store, cell, judged)
    found = Counter(
        (problem, _answer(row, orders), votes, bool((row.get("metrics") or {}).get(NOT_EVALUATED)))
        for problem, votes, row in zip(
            judged["problem"].tolist(), votes.tolist(), rows, strict=True
        )
    )
    return Counter({Wrong(*wrong): count for wrong, count in found.items()})


def _orders(
    store: RunStore, cell: StoredCell, judged: Index
) -> Mapping[str, tuple[int, ...]] | None:
    """The order in which each sample's choices were shown: None where letters are no choices."""
    if getattr(cell.grader, "kind", "") != "choice":
        return None
    rows = store.sample_values(cell.name, judged["id"])
    return {row["id"]: row.get("choice_order", ()) for row in rows}


def _answer(row: Values, orders: Mapping[str, tuple[int, ...]] | None) -> str | None:
    """The answer that was graded; of multiple choice the option."""
    answer: str | None = row["answer"]
    if orders is None or answer is None:
        return answer
    return _option(answer, orders.get(row["sample_id"], ()))


def _option(letter: str, order: tuple[int, ...]) -> str:
    """The option that a letter stood for: each sample may show the options in another order."""
    place = CHOICE_LETTERS.find(letter) if len(letter) == 1 else -1
    return str(order[place]) if 0 <= place < len(order) and order[place] >= 0 else letter
