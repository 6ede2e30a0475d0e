"""Claims judged from dated figures and recorded answers: arithmetic, artifact, and what of the
efficiency claims needs no run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from claimbench.claims import (
    ArithmeticResult,
    ArtifactResult,
    Figure,
    judge_arithmetic,
    judge_artifacts,
)
from claimbench.claims.schema import ArithmeticTest
from claimbench.messages import Message, Value, term
from claimbench.records import Claim, Tier
from claimbench.verdicts.articles.results import ClaimVerdict, Finding, settle

DESK_TIER: Tier = "D"
"""Costs, prices and licences come from those who state them of their own work."""

_STATUSES = {True: "supported", False: "contradicted", None: "inconclusive"}


def judge_arithmetic_claim(claim: Claim, figures: Mapping[str, Figure]) -> ClaimVerdict:
    """Supported where the computed value lies inside what is claimed; inconclusive where inputs
    that are ranges put only part of it there."""
    test = ArithmeticTest.model_validate((claim.test or {})["arithmetic"])
    return settle(claim, [figures_finding(0, Message("what-computed"), test, figures)], 1)


def judge_artifact_claim(claim: Claim) -> ClaimVerdict:
    """Each answer of a repository is a statement of the claim: all right, some, or none."""
    found = [_artifact(i, result) for i, result in enumerate(judge_artifacts(claim))]
    return settle(claim, found, len(found))


def figures_finding(
    place: int, what: Message, test: ArithmeticTest, figures: Mapping[str, Figure]
) -> Finding:
    """What dated figures make of a sum, with the working."""
    found = judge_arithmetic(test, figures)
    status = _STATUSES[found.agrees]
    return Finding(
        test=place,
        what=what,
        tier=DESK_TIER,
        source=Message("source-figures"),
        verdict=status,
        sentence=finding_sentence(what, status, tuple(_working(found))),
        figures=(_figures(found),),
        possible=(status,),
        notes=(found.note,) if found.note else (),
    )


def finding_sentence(what: Message, status: str, details: tuple[Message, ...]) -> Message:
    """`what: status; details`."""
    values: Mapping[str, Value] = {"what": what, "status": term("status", status)}
    return Message("finding", {**values, "details": details})


def _working(found: ArithmeticResult) -> Iterable[Message]:
    yield Message(
        "arithmetic",
        {
            "working": found.working,
            "value": _range(found.low, found.high),
            "unit": found.unit,
            "claimed": _range(found.claimed_low, found.claimed_high),
        },
    )
    yield from found.bounds
    if found.unconfirmed:
        yield Message("inputs-unconfirmed", {"inputs": found.unconfirmed})


def _range(low: float, high: float) -> Message:
    """A side that is infinite has no end."""
    if math.isinf(low) and math.isinf(high):
        return Message("unknown")
    if math.isinf(high):
        return Message("range-at-least", {"low": low})
    if math.isinf(low):
        return Message("range-at-most", {"high": high})
    if low == high:
        return Message("range-one", {"value": low})
    return Message("range", {"low": low, "high": high})


def _figures(found: ArithmeticResult) -> dict[str, object]:
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
    status = _STATUSES[result.agrees]
    what = Message(
        "what-artifact",
        {"field": term("artifact", result.field), "repository": result.repository},
    )
    answers: Mapping[str, Value] = {
        "expected": _YES_NO.get(result.expected, result.expected),
        "found": _YES_NO.get(result.found.by_language["en"], result.found),
    }
    return Finding(
        test=place,
        what=what,
        tier=DESK_TIER,
        source=result.source,
        verdict=status,
        sentence=finding_sentence(what, status, (Message("artifact-answers", answers),)),
        figures=({"expected": result.expected, "found": result.found, "source": result.source},),
        possible=(status,),
        notes=(result.note,) if result.note else (),
    )


_YES_NO: Mapping[str, Value] = {"yes": True, "no": False}
