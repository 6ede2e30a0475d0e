"""Compared runs as plain data, for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from claimbench.statistics import Comparison
from claimbench.verdicts.arms import Arm
from claimbench.verdicts.comparisons import Change, Compared


def data_of(found: Sequence[Compared]) -> list[dict[str, object]]:
    """Plain data; differences, intervals, errors and margins in points, the rest as named."""
    return [_data(one) for one in found]


def _data(one: Compared) -> dict[str, object]:
    return {
        "benchmark": one.variant.benchmark,
        "verdict": one.word,
        "reference": _side(one.reference),
        "run": _side(one.variant),
        "problems": one.common,
        "score": one.score,
        "reference_score": one.reference_score,
        "problems_of_either": one.problems,
        "matched_by_id_alone": one.ids_only,
        "method": one.method,
        "groups": one.groups,
        "same_samples": one.same_samples,
        "samples_of_one_are_in_the_other": one.contained,
        "such_problems": _comparison(one.such),
        "these_problems": _comparison(one.these),
        "margin": one.margin,
        "non_inferior_margin": one.non_inferior,
        "p_not_worse": one.p_not_worse,
        "family": one.family,
        "p_holm": dict(one.adjusted),
        "detectable_difference": one.detectable,
        "power_at_margin": one.power,
        "better": one.better,
        "worse": one.worse,
        "changes": [_change_data(change) for change in one.changes],
        "differences": [
            {"key": key, "reference": theirs, "run": ours} for key, theirs, ours in one.differences
        ],
    }


def _side(arm: Arm) -> dict[str, object]:
    m, spent = arm.measurement, arm.cell.efficiency
    return {
        "run": arm.run,
        "model": m.model,
        "tier": m.tier,
        "samples_per_problem": m.samples_per_problem,
        "tokens_mean": m.tokens_mean,
        "truncated_share": m.truncated_share,
        "tokens_per_right": None if spent is None else spent.tokens_per_solved,
        "device_seconds_per_right": None if spent is None else spent.device_seconds_per_solved,
        "device": None if spent is None else spent.device or None,
    }


def _comparison(found: Comparison) -> dict[str, object]:
    return {
        "difference": found.difference,
        "se": found.se,
        "interval_95": found.interval_95,
        "interval_90": found.interval_90,
        "p_difference": found.p_difference,
        "p_equivalence": found.p_equivalence,
    }


def _change_data(change: Change) -> dict[str, object]:
    return {
        "problem": change.problem,
        "right": change.right,
        "counted": change.counted,
        "reference_right": change.reference_right,
        "reference_counted": change.reference_counted,
    }


def to_json(found: Sequence[Compared]) -> str:
    return json.dumps(data_of(found), indent=1, ensure_ascii=False, default=str) + "\n"
