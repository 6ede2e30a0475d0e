"""How far their labels and our grades agree, for imported outputs that brought labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from claimbench.records import Reason

Ours = str
"""`right`, `wrong` or `not graded`."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One sample on which their label and our grade differ, with both reasons."""

    problem: str
    sample_index: int
    theirs_right: bool
    their_answer: str | None
    their_reason: str | None
    outcome: str
    our_answer: str | None
    our_reason: Reason


@dataclass(frozen=True, slots=True)
class Agreement:
    """One cell. `counts` is of samples by (theirs: right or wrong, ours); `unlabelled` counts those
    without a label; `gold` has the gold answer of each problem in `disagreements`."""

    model: str
    benchmark: str
    counts: Mapping[tuple[str, Ours], int]
    unlabelled: int
    disagreements: tuple[Disagreement, ...]
    gold: Mapping[str, str]

    @property
    def judged(self) -> int:
        """Samples that both judged."""
        return sum(n for (_, ours), n in self.counts.items() if ours != "not graded")

    @property
    def share(self) -> float | None:
        """The share of agreement among them."""
        return 1 - len(self.disagreements) / self.judged if self.judged else None
