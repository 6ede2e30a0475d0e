r"""Gold answers of foreign files: taken out of worked solutions, and held against ours."""

from __future__ import annotations

import re

from claimbench.grading.boxes import last_box
from claimbench.grading.exact import exact_verdict
from claimbench.grading.extract import after_hashes
from claimbench.grading.numerals import to_fraction
from claimbench.grading.reading import normalise

MOST_CHARACTERS = 2000
"""Longer golds are compared as they stand: no reading of theirs is worth its time."""
_WORD = re.compile(r"(?<![\\A-Za-z{])[A-Za-z]{3,}")
MANY_WORDS = 8
"""Words of a gold that is a whole solution; MATH-500's longest answer in words has four."""


def answer_in(gold: str) -> str:
    """The answer of a worked solution: behind its last `####` (GSM8K), else in its last box (MATH);
    a gold with neither as it is."""
    plain = gold.strip()
    hashed = after_hashes(plain) if "####" in plain else None
    return hashed or last_box(plain) or plain


def is_worked(gold: str) -> bool:
    """Whether a gold is a solution in sentences, and no answer."""
    return len(_WORD.findall(gold[:MOST_CHARACTERS])) >= MANY_WORDS


def gold_key(gold: str) -> str:
    """The same for golds that are written otherwise only: `070` and `70`, `$x + 1$` and `x+1`."""
    answer = answer_in(gold)[:MOST_CHARACTERS]
    number = to_fraction(answer)
    return str(number) if number is not None else "".join(normalise(answer).split())


def same_gold(ours: str, theirs: str | None) -> bool | None:
    """Whether two golds are one answer; None where one is missing, or no plain reading decides."""
    if not ours.strip() or theirs is None or not theirs.strip():
        return None
    if gold_key(ours) == gold_key(theirs):
        return True
    ours, theirs = answer_in(ours), answer_in(theirs)
    if max(len(ours), len(theirs)) > MOST_CHARACTERS:
        return False
    return exact_verdict(ours, theirs)
