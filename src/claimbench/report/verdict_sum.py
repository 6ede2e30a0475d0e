"""How many verdicts there are of each kind, and how many differences chance alone would show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from claimbench.messages import Message, Value, term
from claimbench.records import Verdict
from claimbench.verdicts.cases import LEVEL
from claimbench.verdicts.pairing import VERDICTS


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
