"""What a run folder's cells spent, from the stored indexes and the timed sessions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from claimbench.analysis.cells import StoredCell
from claimbench.analysis.efficiency import Efficiency, efficiency, paces
from claimbench.analysis.measure import load_scores
from claimbench.store import RunStore
from claimbench.store.checks import UNKNOWN_TOKENS
from claimbench.store.sessions import read_sessions


def spending(store: RunStore, cells: Sequence[StoredCell]) -> tuple[Efficiency, ...]:
    """The Efficiency of every cell whose tokens are known, in order. Texts are never read here."""
    pace = paces(read_sessions(store))
    found = []
    for cell in cells:
        name = cell.name
        scores = load_scores(store, cell)
        if scores.unknown_tokens:
            continue
        counts = store.sample_index(name)["prompt_tokens"]
        prompts = None if (counts == UNKNOWN_TOKENS).any() else int(counts.sum())
        found.append(efficiency(*name, scores.tokens, scores.value, prompts, pace.get(cell.model)))
    return tuple(found)


def spending_files(found: Sequence[Efficiency]) -> dict[str, str]:
    """efficiency.json, which `claimbench claims` reads, by its path."""
    rows = json.dumps([asdict(one) for one in found], indent=1, ensure_ascii=False)
    return {"efficiency.json": rows + "\n"}
