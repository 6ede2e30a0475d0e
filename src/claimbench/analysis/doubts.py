"""When a score may be of something else than of answers: most replies have none, or no grade."""

from __future__ import annotations

from collections.abc import Iterable

from claimbench.messages import Message
from claimbench.records import Measurement

MOST = 0.5
"""Share of replies from which on a score is first of all of what they lack."""


def doubts(measurements: Iterable[Measurement]) -> list[Message]:
    """What to look at before believing a score, for the terminal and the report."""
    return [note for m in measurements for note in _of_one(m)]


def _of_one(m: Measurement) -> list[Message]:
    shares = (
        ("doubt-no-answer", m.no_answer_share),
        ("doubt-grader-errors", m.grader_error_share),
    )
    return [
        Message(key, {"model": m.model, "benchmark": m.benchmark, "percent": round(100 * share)})
        for key, share in shares
        if m.received and share >= MOST
    ]
