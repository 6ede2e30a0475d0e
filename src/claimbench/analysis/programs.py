"""What a report says of programs that were run: their outcomes, how isolated they ran, and an
estimate of a contest rating where the problems carry one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from claimbench.analysis.cells import StoredCell
from claimbench.analysis.measure import Scores
from claimbench.messages import Message, Value, term
from claimbench.records import Measurement
from claimbench.sandbox.isolation import ISOLATIONS
from claimbench.store import RunStore

_OUTCOME = "outcome_"
_COUNTED = (
    *("rechecked", "recheck_disagrees", "lcb_differs", "lcb_default_right"),
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


def program_lines(measurements: Iterable[Measurement]) -> list[tuple[Message, Value]]:
    """(what, value) for each cell with programs, for the description of a run."""
    return [line for m in measurements for line in _lines(m)]


def _lines(m: Measurement) -> Iterator[tuple[Message, Value]]:
    cell: Mapping[str, Value] = {"model": m.model, "benchmark": m.benchmark}
    outcomes = {k: int(n) for k, n in m.metrics.items() if k.startswith(_OUTCOME)}
    if outcomes:
        ordered = sorted(outcomes.items(), key=lambda item: -item[1])
        counts = tuple(
            Message("count-of", {"what": term("outcome", k.removeprefix(_OUTCOME)), "count": n})
            for k, n in ordered
        )
        yield Message("about-outcomes", cell), counts
        yield Message("about-isolation", cell), _isolation(m.metrics)
    if "lcb_differs" in m.metrics:
        yield Message("about-quirks", cell), _quirks(m.metrics, sum(m.right))
    if "lcb_extraction_differs" in m.metrics:
        yield Message("about-extraction", cell), _extraction(m.metrics)
    if any(key.startswith("rating_estimate") for key in m.metrics):
        yield Message("about-rating", cell), _rating_found(m.metrics)


def _isolation(metrics: Mapping[str, float]) -> Message:
    level = int(metrics.get("sandbox_level", 0))
    found = term("isolation", ISOLATIONS[level - 1] if level else "none")
    parts = [found]
    if again := int(metrics.get("rechecked", 0)):
        differ = int(metrics.get("recheck_disagrees", 0))
        parts.append(Message("passes-run-again", {"count": again, "differ": differ}))
    return Message("isolation", {"parts": tuple(parts)})


def _quirks(metrics: Mapping[str, float], right: int) -> Message:
    """What lcb_compat changed."""
    plain, differs = int(metrics["lcb_default_right"]), int(metrics["lcb_differs"])
    return Message("quirks", {"right": right, "plain": plain, "differs": differs})


def _extraction(metrics: Mapping[str, float]) -> Message:
    """How its rule, which program of a reply counts, would change the results."""
    names = ("differs", "gains", "loses")
    return Message(
        "extraction", {name: int(metrics.get(f"lcb_extraction_{name}", 0)) for name in names}
    )


def _rating_found(metrics: Mapping[str, float]) -> Message:
    best = metrics.get("rating_estimate")
    low, high = metrics.get("rating_estimate_low"), metrics.get("rating_estimate_high")
    if best is not None:
        ends = {name: _end(end) for name, end in (("low", low), ("high", high))}
        return Message("rating", {"best": round(best), **ends})
    if high is not None:
        return Message("rating-nothing-solved", {"high": round(high)})
    return Message("rating-all-solved", {"low": None if low is None else round(low)})


def _end(rating: float | None) -> Value:
    return Message("unbounded") if rating is None else round(rating)
