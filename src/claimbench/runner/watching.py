"""How a run stands while it runs: read from its folder, beside whoever writes it.

A score so far is not the score: what finishes first is short, and short replies are right more
often than long ones; and a run goes through its problems in order.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from claimbench.analysis.cells import StoredCell
from claimbench.analysis.measure import Scores
from claimbench.analysis.stored import load_scores
from claimbench.grading.outcomes import ERRORS, NOTHING_TO_JUDGE
from claimbench.records import CellName
from claimbench.store import RunStore, text_key
from claimbench.store.rows import SAMPLES
from claimbench.store.sessions import read_sessions

SLOW = 3
"""Problems that are named as slow."""
WINDOW = 60.0
"""Seconds over which tokens per second are counted."""


@dataclass(frozen=True, slots=True)
class Slow:
    """A problem whose replies are long: their mean tokens, how many of them are stored, how many
    were cut by the token limit, and the mean seconds of some of them, None where unknown."""

    problem: str
    tokens: float
    stored: int
    cut: int
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class CellStanding:
    """A model on a benchmark so far. `score` is the share of graded samples that are right, None
    before the first; `short` and `long` are those of the shorter and the longer half of them;
    `begun` counts the problems that have a sample."""

    name: CellName
    asked: int
    stored: int
    graded: int
    score: float | None
    short: float | None
    long: float | None
    problems: int
    begun: int
    truncated: int
    no_answer: int
    errors: int
    tokens: int
    slow: tuple[Slow, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A run so far; `quiet` is how many seconds ago something was stored, None before the first;
    `failures` counts the requests that failed in the newest session, at least, and `failed` says
    why the first did."""

    cells: tuple[CellStanding, ...]
    quiet: float | None
    failures: int = 0
    failed: str = ""

    @property
    def asked(self) -> int:
        return sum(cell.asked for cell in self.cells)

    @property
    def stored(self) -> int:
        return sum(cell.stored for cell in self.cells)

    @property
    def tokens(self) -> int:
        return sum(cell.tokens for cell in self.cells)

    @property
    def complete(self) -> bool:
        return all(cell.stored == cell.graded == cell.asked for cell in self.cells)


def look(store: RunStore, cells: Sequence[StoredCell]) -> Standing:
    """How the run stands now; nothing is written."""
    standing = tuple(_standing(store, cell) for cell in cells)
    return Standing(standing, _quiet(store, cells), *_failures(store))


def _failures(store: RunStore) -> tuple[int, str]:
    """How many requests failed in the newest session, and why the first did."""
    sessions = read_sessions(store)
    found = sessions[-1].get("failures") if sessions else None
    return (int(found["count"]), str(found["first"])) if found else (0, "")


class Rate:
    """Tokens per second over the last minute of looking."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def add(self, tokens: int, now: float) -> float | None:
        """The rate, with what was stored by `now`; None at the first look."""
        self._seen.append((now, tokens))
        while len(self._seen) > 2 and now - self._seen[1][0] >= WINDOW:
            self._seen.popleft()
        then, before = self._seen[0]
        return (tokens - before) / (now - then) if now > then else None


def _standing(store: RunStore, cell: StoredCell) -> CellStanding:
    scores = load_scores(store, cell)
    short, long = _halves(scores)
    return CellStanding(
        name=cell.name,
        asked=cell.asked,
        stored=scores.received,
        graded=int(scores.graded.sum()),
        score=_share(scores.value[np.isfinite(scores.value)]),
        short=short,
        long=long,
        problems=len(cell.problem_ids),
        begun=int(scores.present.any(axis=1).sum()),
        truncated=int(scores.truncated.sum()),
        no_answer=_count(scores, NOTHING_TO_JUDGE),
        errors=_count(scores, ERRORS),
        tokens=int(np.maximum(scores.tokens, 0)[scores.present].sum()),
        slow=tuple(_timed(store, cell, one) for one in _slow(scores, cell.problem_ids)),
    )


def _count(scores: Scores, outcomes: frozenset[str]) -> int:
    return int(np.isin(scores.outcome, [name.encode("ascii") for name in outcomes]).sum())


def _share(values: npt.NDArray[np.float64]) -> float | None:
    return float(values.mean()) if len(values) else None


def _halves(scores: Scores) -> tuple[float | None, float | None]:
    """The shares of right ones among the shorter and the longer half of the graded replies."""
    known = np.isfinite(scores.value) & (scores.tokens >= 0)
    values = scores.value[known][np.argsort(scores.tokens[known], kind="stable")]
    middle = len(values) // 2
    return _share(values[:middle]), _share(values[middle:])


def _slow(scores: Scores, problem_ids: Sequence[str]) -> tuple[Slow, ...]:
    """The problems with the most tokens per reply."""
    known = scores.present & (scores.tokens >= 0)
    counts = known.sum(axis=1)
    sums = np.where(known, scores.tokens, 0).sum(axis=1)
    means = np.divide(sums, counts, out=np.zeros(len(counts)), where=counts > 0)
    rows = [row for row in np.argsort(-means, kind="stable")[:SLOW].tolist() if counts[row]]
    cut = scores.truncated.sum(axis=1)
    return tuple(
        Slow(problem_ids[row], float(means[row]), int(counts[row]), int(cut[row])) for row in rows
    )


TIMED = 8
"""Replies of a slow problem whose seconds are looked at."""


def _timed(store: RunStore, cell: StoredCell, slow: Slow) -> Slow:
    """The problem with the mean seconds of its first replies."""
    index = store.sample_index(cell.name)
    own = index["id"][index["problem"] == text_key(slow.problem)][:TIMED]
    seconds = [
        s for row in store.sample_values(cell.name, own) if (s := row["seconds"]) is not None
    ]
    return replace(slow, seconds=sum(seconds) / len(seconds)) if seconds else slow


def _quiet(store: RunStore, cells: Sequence[StoredCell]) -> float | None:
    parts = [path for cell in cells for path in store.parts(SAMPLES, cell.name)]
    times = [path.stat().st_mtime for path in parts if path.exists()]
    return max(0.0, time.time() - max(times)) if times else None
