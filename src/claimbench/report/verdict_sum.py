"""How many verdicts there are of each kind, how many differences chance alone would show, and which
figures differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from claimbench.messages import Message, Value, term
from claimbench.records import Verdict
from claimbench.report.tables import figure_of
from claimbench.verdicts.cases import LEVEL
from claimbench.verdicts.pairing import VERDICTS

NAMED = 4
"""Figures that differ one way and are named in a sentence; the others are counted."""


def verdict_sum(verdicts: Sequence[Verdict]) -> Message:
    """ "Of 52 figures 3 reproduced, …". Were every score equal to its published one, Holm's
    correction lets a family show a difference with a probability of 5 %, so that this times the
    families that were tested is expected."""
    counts = Counter(v.verdict for v in verdicts)
    parts: tuple[Value, ...] = tuple(
        Message("verdict-count", {"count": counts[name], "verdict": term("verdict", name)})
        for name in VERDICTS
        if counts[name]
    )
    families = {(v.claim.partition(":")[0], v.subject) for v in verdicts if v.p_difference}
    values: dict[str, Value] = {"total": len(verdicts), "counts": parts}
    if not families:
        return Message("verdict-sum", values)
    return Message("verdict-sum-by-chance", {**values, "chance": LEVEL * len(families)})


def named_differences(verdicts: Sequence[Verdict]) -> list[Message]:
    """A sentence with the figures that are lower, and one with those that are higher, the largest
    difference first."""
    found = []
    for word, key in (("lower", "differing-lower"), ("higher", "differing-higher")):
        apart = [v for v in verdicts if v.verdict == word]
        apart.sort(key=lambda v: -abs(v.difference or 0.0))
        figures = [_figure(v) for v in apart[:NAMED]]
        if more := len(apart) - len(figures):
            figures.append(Message("differing-more", {"count": more}))
        if figures:
            found.append(Message(key, {"figures": tuple(figures)}))
    return found


def _figure(v: Verdict) -> Message:
    names: dict[str, Value] = {"model": v.subject, "figure": figure_of(v)}
    return Message("differing-figure", {**names, "measured": v.measured, "published": v.published})
