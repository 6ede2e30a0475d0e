"""How a program failed, from how its children ended and what they said of it."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from claimbench.errors import DataError
from claimbench.grading.outcomes import (
    MEMORY_LIMIT,
    RUNTIME_ERROR,
    TIME_LIMIT,
    WRONG_ANSWER,
)
from claimbench.sandbox.client import Outcome
from claimbench.sandbox.messages import LOST
from claimbench.sandbox.protocol import EXITED, NO_MEMORY, OK, RAISED, UNUSED, Ending, Record
from claimbench.sandbox.wall_clock import MOST_THREADS


@dataclass(frozen=True, slots=True)
class Failure:
    outcome: str
    words: str


_TICK_S: Final = 0.25


def overtime(limit_s: float, outcome: Outcome) -> Failure | None:
    """A program that has switched its timer off, and so gets as far as the kernel's own limit."""
    ending = outcome.endings[0]
    late = ending.cpu_s > limit_s + _TICK_S
    return Failure(TIME_LIMIT, _time_words(ending)) if late else None


def recorded(record: Record, place: str) -> tuple[str, str]:
    if record.state == NO_MEMORY:
        return MEMORY_LIMIT, f"{place}it ran out of memory"
    return RUNTIME_ERROR, f"{place}{record.words}"


def _time_words(ending: Ending) -> str:
    if ending.overdue:
        used = f"{ending.cpu_s:.1f} s of CPU time"
        return f"it did not end within {ending.wall_s:.0f} s by the clock ({used})"
    return f"it took more than its {ending.cpu_s:.1f} s of CPU time"


def death(ending: Ending) -> tuple[str, str]:
    """Outcome and words for a child that ended without a record."""
    if ending.crowded:
        return RUNTIME_ERROR, f"it had more than {MOST_THREADS} threads"
    if ending.overdue or ending.status in (-signal.SIGPROF, -signal.SIGXCPU, -signal.SIGKILL):
        return TIME_LIMIT, _time_words(ending)
    if ending.status < 0:
        return RUNTIME_ERROR, f"it died of {signal.Signals(-ending.status).name}"
    return RUNTIME_ERROR, f"it exited with status {ending.status}"


def _examined(records: Sequence[Record], ending: Ending) -> Failure | None:
    if not records:
        return Failure(*death(ending))
    record = records[0]
    if record.state == OK:
        return None
    if record.state == UNUSED:
        raise DataError(f"{record.words}, so that any program would pass")
    if record.state in (RAISED, EXITED, NO_MEMORY):
        return Failure(*recorded(record, ""))
    return Failure(WRONG_ANSWER, record.words)


def cross_examined(outcome: Outcome) -> Failure | None:
    """What the tests say, or, where the solution ended under them, how it ended."""
    (solution, examiner), (said, found) = outcome.endings, outcome.records
    if said and said[0].state != OK:
        return Failure(*recorded(said[0], "outside any test: "))
    if found and LOST not in found[0].words:
        return _examined(found, examiner)
    if found or solution.overdue or solution.status != 0:
        outcome_word, words = death(solution)
        call = found[0].words.partition(LOST)[0] if found else ""
        return Failure(outcome_word, call + words)
    return Failure(*death(examiner))
