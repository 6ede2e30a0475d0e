"""The wrong grades of a cell, counted by problem and answer: read once, for its votes and for its
suspects; of many thousands few differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from claimbench.analysis.cells import StoredCell
from claimbench.grading.outcomes import NOT_EVALUATED, WRONG
from claimbench.records import CHOICE_LETTERS
from claimbench.store import RunStore, Values, positions
from claimbench.store.rows import Index


class Wrong(NamedTuple):
    """A wrong answer, None where it could not be read. `problem` is the `text_key` of its problem;
    `votes`: its sample is among those that the cell asks for; `limited`: it met a limit of the
    grader."""

    problem: int
    answer: str | None
    votes: bool
    limited: bool


def wrong_answers(store: RunStore, cell: StoredCell) -> Counter[Wrong]:
    """How often each was given, in the order in which they were stored; of multiple choice the
    option that the letter stood for."""
    grades, samples = store.grade_index(cell.name, cell.judge), store.sample_index(cell.name)
    chosen = grades["outcome"] == WRONG.encode()
    rows = store.grades_with(cell.name, cell.judge, WRONG)
    judged = samples[positions(grades["id"], samples["id"])[chosen]]
    votes = (judged["sample_index"] < cell.samples) & (grades["value"][chosen] == 0)
    orders = _orders(store, cell, judged)
    found = Counter(
        (problem, _answer(row, orders), votes, bool((row.get("metrics") or {}).get(NOT_EVALUATED)))
        for problem, votes, row in zip(
            judged["problem"].tolist(), votes.tolist(), rows, strict=True
        )
    )
    return Counter({Wrong(*wrong): count for wrong, count in found.items()})


def _orders(
    store: RunStore, cell: StoredCell, judged: Index
) -> Mapping[str, tuple[int, ...]] | None:
    """The order in which each sample's choices were shown: None where letters are no choices."""
    if getattr(cell.grader, "kind", "") != "choice":
        return None
    rows = store.sample_values(cell.name, judged["id"])
    return {row["id"]: row.get("choice_order", ()) for row in rows}


def _answer(row: Values, orders: Mapping[str, tuple[int, ...]] | None) -> str | None:
    """The answer that was graded; of multiple choice the option."""
    answer: str | None = row["answer"]
    if orders is None or answer is None:
        return answer
    return _option(answer, orders.get(row["sample_id"], ()))


def _option(letter: str, order: tuple[int, ...]) -> str:
    """The option that a letter stood for: each sample may show the options in another order."""
    place = CHOICE_LETTERS.find(letter) if len(letter) == 1 else -1
    return str(order[place]) if 0 <= place < len(order) and order[place] >= 0 else letter
