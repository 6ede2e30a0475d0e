"""How a program failed, from how its children ended and what they said of it."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from claimbench.errors import DataError
from claimbench.grading.outcomes import (
    MEMORY_LIMIT,
    RUNTIME_ERROR,
    TIME_LIMIT,
    WRONG_ANSWER,
)
from claimbench.grading.reasons import reason
from claimbench.records.runs import Reason
from claimbench.sandbox.client import Outcome
from claimbench.sandbox.messages import LOST
from claimbench.sandbox.protocol import (
    DENIED,
    EXITED,
    NO_MEMORY,
    OK,
    RAISED,
    UNUSED,
    Ending,
    Record,
)
from claimbench.sandbox.wall_clock import MOST_THREADS


@dataclass(frozen=True, slots=True)
class Failure:
    outcome: str
    why: Reason


_TICK_S: Final = 0.25


def overtime(limit_s: float, outcome: Outcome) -> Failure | None:
    """A program that has switched its timer off, and so gets as far as the kernel's own limit."""
    ending = outcome.endings[0]
    late = ending.cpu_s > limit_s + _TICK_S
    return Failure(TIME_LIMIT, _late(ending)) if late else None


def recorded(record: Record) -> Failure:
    if record.state == NO_MEMORY:
        return Failure(MEMORY_LIMIT, reason("no-memory"))
    return Failure(RUNTIME_ERROR, record.words)


def _late(ending: Ending) -> Reason:
    cpu = f"{ending.cpu_s:.1f}"
    if ending.overdue:
        return reason("overdue", wall=f"{ending.wall_s:.0f}", cpu=cpu)
    return reason("slow", cpu=cpu)


def death(ending: Ending) -> Failure:
    """What failed where a child ended without a record."""
    if ending.crowded:
        return Failure(RUNTIME_ERROR, reason("threads", most=MOST_THREADS))
    if ending.overdue or ending.status in (-signal.SIGPROF, -signal.SIGXCPU, -signal.SIGKILL):
        return Failure(TIME_LIMIT, _late(ending))
    if ending.status < 0:
        name = signal.Signals(-ending.status).name
        return Failure(RUNTIME_ERROR, reason("died", signal=name))
    return Failure(RUNTIME_ERROR, reason("exited", status=ending.status))


def _examined(records: Sequence[Record], ending: Ending) -> Failure | None:
    if not records:
        return death(ending)
    record = records[0]
    if record.state == OK:
        return None
    if record.state == UNUSED:
        raise DataError(f"{record.words}, so that any program would pass")
    if record.state in (RAISED, EXITED, NO_MEMORY):
        return recorded(record)
    denied = record.state == DENIED
    why = reason("assert", what=record.words or "assert") if denied else record.words
    return Failure(WRONG_ANSWER, why)


def cross_examined(outcome: Outcome) -> Failure | None:
    """What the tests say, or, where the solution ended under them, how it ended."""
    (solution, examiner), (said, found) = outcome.endings, outcome.records
    if said and said[0].state != OK:
        failure = recorded(said[0])
        return replace(failure, why=reason("outside-tests", how=failure.why))
    if found and LOST not in found[0].words:
        return _examined(found, examiner)
    if found or solution.overdue or solution.status != 0:
        failure = death(solution)
        call = found[0].words.partition(LOST)[0] if found else ""
        return replace(failure, why=reason("in-call", call=call, how=failure.why))
    return death(examiner)
