"""Wrong grades that may be the grader's: a second, looser reading calls the answer right, or the
answer met a limit of the grader.

Only the grades of wrong answers are read, once: what was found is kept in the run folder.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from claimbench.analysis import cached
from claimbench.analysis.cached import Kept, Wrong
from claimbench.analysis.cells import StoredCell
from claimbench.records import Measurement
from claimbench.store.digests import text_key

FILE = "suspects.json"
RULES_VERSION = 2
KINDS = ("integer", "number", "latex")
"""The graders whose answers a looser reading can judge."""

_LAYOUT = re.compile(r"\\(?:text|mbox|mathrm|left|right|displaystyle|dfrac|tfrac|frac|,|;|!| )")
_TOKENS = re.compile(r"\d+(?:\.\d+)?|[A-Za-z]+")


def with_suspects(kept: Kept, cell: StoredCell, measured: Measurement) -> Measurement:
    """`measured` with its number of suspect grades, None where no looser reading knows better."""
    if getattr(cell.grader, "kind", "") not in KINDS:
        return measured
    return replace(measured, suspects=_suspects(kept, cell))


def reads_right(gold: str, answer: str) -> bool:
    """Whether the answer has the numbers of the gold, in any order and layout, and no other words
    where both have some."""
    numbers, words = _parts(gold)
    other_numbers, other_words = _parts(answer)
    same = numbers == other_numbers and (not words or not other_words or words == other_words)
    return same and bool(numbers or words)


def _parts(text: str) -> tuple[Counter[str], Counter[str]]:
    tokens = _TOKENS.findall(_LAYOUT.sub(" ", text).replace(",", ""))
    numbers = Counter(_plain(token) for token in tokens if token[0].isdigit())
    return numbers, Counter(token.lower() for token in tokens if not token[0].isdigit())


def _plain(number: str) -> str:
    """007 is 7, and 2.50 is 2.5."""
    whole = number.lstrip("0") or "0"
    return whole.rstrip("0").rstrip(".") if "." in whole else whole


def _suspects(kept: Kept, cell: StoredCell) -> int:
    stamp = cached.stamp(kept.store, cell, RULES_VERSION)
    return kept.get(FILE, "suspects", cell.name, stamp, lambda: _count(kept.wrong(cell), cell))


def _count(given: Mapping[Wrong, int], cell: StoredCell) -> int:
    gold = {text_key(name): problem.gold for name, problem in cell.problems.items()}
    return sum(
        count for wrong, count in given.items() if _is_suspect(wrong, gold.get(wrong.problem, ""))
    )


def _is_suspect(wrong: Wrong, gold: str) -> bool:
    return wrong.limited or (wrong.answer is not None and reads_right(gold, wrong.answer))
