"""What a report says of programs that were run: their outcomes, how isolated they ran, and an
estimate of a contest rating where the problems carry one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from claimbench.analysis.cells import StoredCell
from claimbench.analysis.measure import Scores
from claimbench.records import Measurement
from claimbench.sandbox.isolation import ISOLATIONS
from claimbench.store import RunStore

_OUTCOME = "outcome_"
_COUNTED = (
    *("rechecked", "recheck_disagrees", "weak_path", "lcb_differs", "lcb_default_right"),
    *("lcb_extraction_differs", "lcb_extraction_gains", "lcb_extraction_loses"),
)

_QUIRKS = ("lcb_differs", "lcb_default_right")


def program_metrics(store: RunStore, cell: StoredCell, scores: Scores) -> dict[str, float]:
    """Counts of outcomes, the weakest isolation (1 is `namespaces`, 4 `rlimits`), counts of
    what the grader marked, and the rating estimate; {} for a cell without programs."""
    if getattr(cell.grader, "kind", "") != "code":
        return {}
    names, counts = np.unique(scores.outcome[scores.graded], return_counts=True)
    found = {f"{_OUTCOME}{name.decode()}": float(n) for name, n in zip(names, counts, strict=True)}
    marked = dict.fromkeys(_COUNTED, 0.0)
    level = 0.0
    for grade in store.grades(cell.name, cell.judge):
        level = max(level, grade.metrics.get("sandbox_level", 0.0))
        for name in _COUNTED:
            marked[name] += grade.metrics.get(name, 0.0)
    compat = getattr(cell.grader, "lcb_compat", False)
    found |= {n: count for n, count in marked.items() if count or (compat and n in _QUIRKS)}
    if level:
        found["sandbox_level"] = level
    return found | _rating(cell, scores)


def _rating(cell: StoredCell, scores: Scores) -> dict[str, float]:
    """The rating at which what was solved is most likely, where every problem is rated."""
    rated = [cell.problems[problem].details.get("rating") for problem in cell.problem_ids]
    if not rated or None in rated:
        return {}
    ratings = np.array(rated, dtype=np.float64)
    from claimbench.statistics.ratings import estimate_rating

    tried = np.isfinite(scores.value).sum(axis=1)
    if not tried.any():
        return {}
    estimate = estimate_rating(ratings, np.nansum(scores.value, axis=1), tried)
    found = {
        "rating_estimate": math.nan if estimate.rating is None else estimate.rating,
        "rating_estimate_low": estimate.low,
        "rating_estimate_high": estimate.high,
        "rating_estimate_overdispersion": estimate.overdispersion,
    }
    # Strict JSON has no infinity: a bound that is not there is left out.
    return {name: value for name, value in found.items() if math.isfinite(value)}


def program_lines(measurements: Iterable[Measurement]) -> list[tuple[str, str]]:
    """(what, words) for each cell with programs, for the description of a run."""
    lines = []
    for m in measurements:
        where = f"{m.model} on {m.benchmark}"
        outcomes = {k: int(n) for k, n in m.metrics.items() if k.startswith(_OUTCOME)}
        if outcomes:
            ordered = sorted(outcomes.items(), key=lambda item: -item[1])
            told = ", ".join(f"{k.removeprefix(_OUTCOME)} {n}" for k, n in ordered)
            lines.append((f"Outcomes of {where}", told))
            lines.append((f"Isolation of {where}", _isolation(m.metrics)))
        if "lcb_differs" in m.metrics:
            lines.append((f"LiveCodeBench's quirks, {where}", _quirks(m.metrics, sum(m.right))))
        if "lcb_extraction_differs" in m.metrics:
            lines.append((f"LiveCodeBench's extraction, {where}", _extraction(m.metrics)))
        if any(key.startswith("rating_estimate") for key in m.metrics):
            lines.append((f"Rating of {where} (an estimate)", _rating_words(m.metrics)))
    return lines


def _isolation(metrics: Mapping[str, float]) -> str:
    level = int(metrics.get("sandbox_level", 0))
    words: str = ISOLATIONS[level - 1] if level else "no program was run"
    if again := int(metrics.get("rechecked", 0)):
        words += f"; {again} passes run again test by test, "
        words += f"{int(metrics.get('recheck_disagrees', 0))} of them disagreed"
    if weak := int(metrics.get("weak_path", 0)):
        words += f"; {weak} graded with the asserts beside the solution (weaker)"
    return words


def _quirks(metrics: Mapping[str, float], right: int) -> str:
    """What lcb_compat changed."""
    plain, differs = int(metrics["lcb_default_right"]), int(metrics["lcb_differs"])
    return (
        f"they decide here: {right} programs are right with them and {plain} without; "
        f"{differs} verdicts differ"
    )


def _extraction(metrics: Mapping[str, float]) -> str:
    """How its rule, which program of a reply counts, would change the results."""
    differs, gains, loses = (
        int(metrics.get(f"lcb_extraction_{name}", 0)) for name in ("differs", "gains", "loses")
    )
    return f"takes another program from {differs} replies; {gains} more are right, {loses} fewer"


def _rating_words(metrics: Mapping[str, float]) -> str:
    best = metrics.get("rating_estimate")
    low, high = metrics.get("rating_estimate_low"), metrics.get("rating_estimate_high")
    if best is None:
        bound = f"at most {high:.0f}" if high is not None else f"at least {low:.0f}"
        return f"{bound} (one-sided, 95 %): {'nothing' if high is not None else 'all'} was solved"
    ends = [f"{end:.0f}" if end is not None else "unbounded" for end in (low, high)]
    return (
        f"{best:.0f} (95 % {ends[0]} to {ends[1]}), at which what was solved is most likely; not a "
        f"rating that any site gave"
    )
