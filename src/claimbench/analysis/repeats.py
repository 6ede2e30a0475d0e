"""Samples that were generated twice: equal texts, first differing tokens, grades that flip."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from claimbench.records import CellName
from claimbench.statistics import exact_interval, exact_net, mcnemar, upper_bound
from claimbench.statistics.proportions import Interval

Tokens = Callable[[str], Sequence[int]]
"""The tokens of a text."""


@dataclass(frozen=True, slots=True)
class Twice:
    """One sample, then and again: its reply with reasoning, and whether it was right (None: the
    grader failed). `ids` are the tokens of both replies, where both are known."""

    problem: str
    sample_index: int
    before: str
    after: str
    right_before: bool | None
    right_after: bool | None
    ids: tuple[Sequence[int], Sequence[int]] | None = None

    @property
    def equal(self) -> bool:
        return self.before == self.after


@dataclass(frozen=True)
class Repeat:
    """A cell of a run of which some samples were generated again.

    `samples` is how many the run has of it. `first` holds, for each text that differs, the number
    of leading tokens that are the same (by their ids, or of the texts tokenized again; None where
    there are neither ids nor a tokenizer).
    """

    cell: CellName
    samples: int
    twice: tuple[Twice, ...]
    first: tuple[int, ...] | None

    @property
    def repeated(self) -> int:
        return len(self.twice)

    @property
    def equal(self) -> int:
        """Texts that came out the same."""
        return sum(one.equal for one in self.twice)

    @property
    def equal_interval(self) -> Interval:
        """95 % interval of the share of equal texts."""
        return exact_interval(self.equal, self.repeated)

    @property
    def graded(self) -> list[Twice]:
        """Samples with both grades."""
        return [t for t in self.twice if None not in (t.right_before, t.right_after)]

    @property
    def up(self) -> int:
        """Grades that went from wrong to right."""
        return sum(bool(t.right_after) and not t.right_before for t in self.graded)

    @property
    def down(self) -> int:
        """Grades that went from right to wrong."""
        return sum(bool(t.right_before) and not t.right_after for t in self.graded)

    @property
    def flips(self) -> int:
        return self.up + self.down

    @property
    def flips_interval(self) -> Interval:
        """95 % interval of the share of grades that flip; where none did, from 0 to the bound."""
        if not self.flips:
            return 0.0, upper_bound(len(self.graded))
        return exact_interval(self.flips, len(self.graded))

    @property
    def scores(self) -> tuple[float, float] | None:
        """The share of right samples, then and again; None where nothing was graded."""
        graded = self.graded
        if not graded:
            return None
        before = sum(bool(t.right_before) for t in graded) / len(graded)
        return before, before + (self.up - self.down) / len(graded)

    @property
    def move_interval(self) -> Interval:
        """95 % interval of how far the score moves when all is generated again."""
        if not self.flips:
            return -self.flips_interval[1], self.flips_interval[1]
        return exact_net(self.up, self.down, len(self.graded))

    @property
    def p_direction(self) -> float:
        """Exact p of "as many go up as down" (McNemar)."""
        return float(mcnemar(self.up, self.down))


def repeat_of(
    cell: CellName, samples: int, twice: Iterable[Twice], tokens: Tokens | None
) -> Repeat:
    """What the pairs come to."""
    found = tuple(twice)
    apart = [one for one in found if not one.equal]
    both = [_both(one, tokens) for one in apart]
    first = tuple(_common(*pair) for pair in both if pair is not None)
    return Repeat(cell, samples, found, first if len(first) == len(apart) else None)


def _both(one: Twice, tokens: Tokens | None) -> tuple[Sequence[int], Sequence[int]] | None:
    if one.ids is not None or tokens is None:
        return one.ids
    return tokens(one.before), tokens(one.after)


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))
