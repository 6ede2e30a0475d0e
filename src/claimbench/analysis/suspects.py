"""Wrong grades that may be the grader's: a second, looser reading calls the answer right, or the
answer met a limit of the grader.

Only the grades of wrong answers are read, once: what was found is kept in the run folder.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from claimbench.analysis import cached
from claimbench.analysis.cells import StoredCell
from claimbench.grading.outcomes import NOT_EVALUATED, WRONG
from claimbench.records import Measurement
from claimbench.records.plain import JsonObject
from claimbench.store import RunStore, hex_ids, positions
from claimbench.store.digests import text_key

FILE = "suspects.json"
RULES_VERSION = 2
KINDS = ("integer", "number", "latex")
"""The graders whose answers a looser reading can judge."""

_LAYOUT = re.compile(r"\\(?:text|mbox|mathrm|left|right|displaystyle|dfrac|tfrac|frac|,|;|!| )")
_TOKENS = re.compile(r"\d+(?:\.\d+)?|[A-Za-z]+")


def with_suspects(store: RunStore, cell: StoredCell, measured: Measurement) -> Measurement:
    """`measured` with its number of suspect grades, None where no looser reading knows better."""
    if getattr(cell.grader, "kind", "") not in KINDS:
        return measured
    return replace(measured, suspects=_suspects(store, cell))


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


def _suspects(store: RunStore, cell: StoredCell) -> int:
    known = cached.known(store, FILE, "suspects")
    key = f"{cell.name.model}/{cell.name.benchmark}"
    stamp = cached.stamp(store, cell, RULES_VERSION)
    if known.get(key, {}).get("stamp") != stamp:
        known[key] = cached.entry(stamp, "suspects", _count(store, cell))
        cached.keep(store, FILE, known)
    return int(known[key]["suspects"])


def _count(store: RunStore, cell: StoredCell) -> int:
    grades = store.grade_index(cell.name, cell.judge)
    wrong = grades[grades["outcome"] == WRONG.encode()]
    samples = store.sample_index(cell.name)
    at = positions(wrong["id"], samples["id"])
    wrong, problems = wrong[at >= 0], samples["problem"][at[at >= 0]]
    gold = {text_key(name): problem.gold for name, problem in cell.problems.items()}
    problem_of = dict(zip(hex_ids(wrong["id"]), problems.tolist(), strict=True))
    rows = store.grade_values(cell.name, cell.judge, wrong["id"]) if problem_of else ()
    return sum(_is_suspect(row, gold.get(problem_of[row["sample_id"]], "")) for row in rows)


def _is_suspect(row: JsonObject, gold: str) -> bool:
    if row.get("metrics", {}).get(NOT_EVALUATED):
        return True
    return row["answer"] is not None and reads_right(gold, row["answer"])
