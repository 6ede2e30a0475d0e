"""The wrong grades of a cell, counted by problem and answer: read once, for its votes and for its
suspects; of many thousands few differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from claimbench.analysis.cells import StoredCell
from claimbench.grading.outcomes import NOT_EVALUATED, WRONG
from claimbench.records import CHOICE_LETTERS
from claimbench.store import RunStore, hex_ids, positions
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
    grades = store.grade_index(cell.name, cell.judge)
    wrong = grades[grades["outcome"] == WRONG.encode()]
    samples = store.sample_index(cell.name)
    at = positions(wrong["id"], samples["id"])
    wrong, judged = wrong[at >= 0], samples[at[at >= 0]]
    if not len(wrong):
        return Counter()
    facts = _facts(wrong, judged, cell.samples)
    orders = _orders(store, cell, wrong)
    found = Counter[tuple[int, bool, str | None, bool]]()
    for row in store.grade_values(cell.name, cell.judge, wrong["id"]):
        sample, answer = row["sample_id"], row["answer"]
        if orders is not None and answer is not None:
            answer = _option(answer, orders.get(sample, ()))
        metrics = row.get("metrics")
        found[(*facts[sample], answer, bool(metrics and metrics.get(NOT_EVALUATED)))] += 1
    return Counter(
        {Wrong(p, answer, v, limited): n for (p, v, answer, limited), n in found.items()}
    )


def _facts(wrong: Index, judged: Index, samples: int) -> Mapping[str, tuple[int, bool]]:
    """The problem of each wrong grade's sample, by its id, and whether it votes."""
    votes = (judged["sample_index"] < samples) & (wrong["value"] == 0)
    pairs = zip(judged["problem"].tolist(), votes.tolist(), strict=True)
    return dict(zip(hex_ids(wrong["id"]), pairs, strict=True))


def _orders(
    store: RunStore, cell: StoredCell, wrong: Index
) -> Mapping[str, tuple[int, ...]] | None:
    """The order in which each sample's choices were shown: None where letters are no choices."""
    if getattr(cell.grader, "kind", "") != "choice":
        return None
    rows = store.sample_values(cell.name, wrong["id"])
    return {row["id"]: row.get("choice_order", ()) for row in rows}


def _option(letter: str, order: tuple[int, ...]) -> str:
    """The option that a letter stood for: each sample may show the options in another order."""
    place = CHOICE_LETTERS.find(letter) if len(letter) == 1 else -1
    return str(order[place]) if 0 <= place < len(order) and order[place] >= 0 else letter
