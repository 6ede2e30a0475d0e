"""Questions that are one problem's though they are written otherwise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from claimbench.interop.golds import gold_key
from claimbench.records import Problem

PIECE = 6
"""Characters of the overlapping pieces that two questions are compared by."""
LEAST_ALIKE = 0.5
"""Share of their pieces that two questions have in common (Dice's coefficient). Thirty questions of
AIME 2025 in two transcriptions share 0.56 or more, and other two of them 0.29 at most."""
APART = 0.15
"""By how much the likeliest must be ahead of the next."""
MOST_CHARACTERS = 20_000

_DRAWING = re.compile(r"\[asy\](?:(?!\[asy\])[\s\S]){0,20000}?\[/asy\]", re.IGNORECASE)
_NO_SIGN = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """`text` with runs of white space as one space."""
    return " ".join(text.split())


def squeeze(text: str) -> str:
    """`text` without any white space: `$b>9$` and `$b > 9$` are one."""
    return "".join(text.split())


def pieces(text: str) -> frozenset[str]:
    """The overlapping pieces of a question's letters and digits; drawings are left out, as many
    copies of a question lack them. None of a text that is too long for a question."""
    if len(text) > MOST_CHARACTERS:
        return frozenset()
    plain = _NO_SIGN.sub("", _DRAWING.sub("", text).lower())
    return frozenset(plain[i : i + PIECE] for i in range(max(len(plain) - PIECE + 1, 0)))


def alike(a: frozenset[str], b: frozenset[str]) -> float:
    """Dice's coefficient of two sets of pieces, from 0 to 1."""
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


class Likeness:
    """Finds a problem by a question that is written otherwise and by its gold."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self._problems = problems

    def find(self, question: str, gold: str) -> Problem | None:
        """The one problem with that gold whose question is much like this one, and more so than
        that of any other; None where there is none."""
        own, key = pieces(question), gold_key(gold)
        of_gold = [i for i, found in enumerate(self._golds) if found == key]
        if not own or not any(self._to(i, own) >= LEAST_ALIKE for i in of_gold):
            return None
        best, *others = sorted(
            ((self._to(i, own), i) for i in range(len(self._golds))), reverse=True
        )
        ahead = not others or best[0] >= others[0][0] + APART
        return self._problems[best[1]] if ahead and best[1] in of_gold else None

    def _to(self, place: int, own: frozenset[str]) -> float:
        return alike(own, self._pieces[place])

    @cached_property
    def _golds(self) -> list[str]:
        return [gold_key(problem.gold) if problem.gold else "" for problem in self._problems]

    @cached_property
    def _pieces(self) -> list[frozenset[str]]:
        return [pieces(problem.question) for problem in self._problems]
