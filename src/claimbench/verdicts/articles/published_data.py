"""Claims judged from dated figures and recorded answers: arithmetic, artifact, and what of the
efficiency claims needs no run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from claimbench.claims import (
    ArithmeticResult,
    ArtifactResult,
    Figure,
    judge_arithmetic,
    judge_artifacts,
)
from claimbench.claims.schema import ArithmeticTest
from claimbench.records import Claim, Tier
from claimbench.verdicts.articles.results import ClaimVerdict, Finding, settle

DESK_TIER: Tier = "D"
"""Costs, prices and licences come from those who state them of their own work."""

_WORDS = {True: "supported", False: "contradicted", None: "inconclusive"}


def judge_arithmetic_claim(claim: Claim, figures: Mapping[str, Figure]) -> ClaimVerdict:
    """Supported where the computed value lies inside what is claimed; inconclusive where inputs
    that are ranges put only part of it there."""
    test = ArithmeticTest.model_validate((claim.test or {})["arithmetic"])
    return settle(claim, [desk_finding(0, "computed from the figures", test, figures)], 1)


def judge_artifact_claim(claim: Claim) -> ClaimVerdict:
    """Each answer of a repository is a statement of the claim: all right, some, or none."""
    found = [_artifact(i, result) for i, result in enumerate(judge_artifacts(claim))]
    return settle(claim, found, len(found))


def desk_finding(
    place: int, what: str, test: ArithmeticTest, figures: Mapping[str, Figure]
) -> Finding:
    """What dated figures make of a sum, with the working."""
    found = judge_arithmetic(test, figures)
    word = _WORDS[found.agrees]
    return Finding(
        test=place,
        what=what,
        tier=DESK_TIER,
        source="dated figures",
        verdict=word,
        sentence=f"{what}: {word}; {_told(found)}",
        figures=(_figures(found),),
        possible=(word,),
        notes=(found.note,) if found.note else (),
    )


def _told(found: ArithmeticResult) -> str:
    parts = [f"{found.working} = {_range(found.low, found.high)} {found.unit}, {_claimed(found)}"]
    parts += found.bounds
    if found.unconfirmed:
        parts.append(f"not confirmed in a source: {', '.join(found.unconfirmed)}")
    return "; ".join(parts)


def _claimed(found: ArithmeticResult) -> str:
    low, high = found.claimed_low, found.claimed_high
    if math.isinf(low):
        return f"claimed is at most {number_told(high)}"
    if math.isinf(high):
        return f"claimed is at least {number_told(low)}"
    return f"claimed is {_range(low, high)}"


def _range(low: float, high: float) -> str:
    if math.isinf(low) and math.isinf(high):
        return "unknown"
    if math.isinf(high):
        return f"at least {number_told(low)}"
    if math.isinf(low):
        return f"at most {number_told(high)}"
    return number_told(low) if low == high else f"{number_told(low)} to {number_told(high)}"


def number_told(value: float) -> str:
    """Four significant digits, large numbers whole: 0.05870, 16.67, 5,576,000."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _figures(found: ArithmeticResult) -> dict[str, Any]:
    return {
        "working": found.working,
        "value": [_finite(x) for x in (found.low, found.high)],
        "claimed": [_finite(x) for x in (found.claimed_low, found.claimed_high)],
        "unit": found.unit,
        "sources": found.sources,
        "unconfirmed": found.unconfirmed,
        "bounds": found.bounds,
    }


def _finite(value: float) -> float | None:
    """None for a side without an end, which JSON has no number for."""
    return None if math.isinf(value) else value


def _artifact(place: int, result: ArtifactResult) -> Finding:
    word = _WORDS[result.agrees]
    what = f"{result.field.replace('_', ' ')} of {result.repository}"
    return Finding(
        test=place,
        what=what,
        tier=DESK_TIER,
        source=result.source,
        verdict=word,
        sentence=f"{what}: {word}; claimed {result.expected}, found {result.found}",
        figures=({"expected": result.expected, "found": result.found, "source": result.source},),
        possible=(word,),
        notes=(result.note,) if result.note else (),
    )
