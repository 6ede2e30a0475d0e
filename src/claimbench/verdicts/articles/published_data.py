"""Claims judged from dated figures: arithmetic, and what of the efficiency claims needs no run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from claimbench.claims.decided import ArithmeticResult, SecondValue, judge_arithmetic
from claimbench.claims.schema import ArithmeticTest, Figure
from claimbench.messages import Message, Texts, Value, term
from claimbench.records import Claim
from claimbench.verdicts.articles.results import ClaimVerdict, Finding, settle

STATUS_OF = {True: "supported", False: "contradicted", None: "inconclusive"}


def judge_arithmetic_claim(claim: Claim, figures: Mapping[str, Figure]) -> ClaimVerdict:
    """Supported where the computed value lies inside what is claimed; inconclusive where inputs
    that are ranges put only part of it there."""
    test = ArithmeticTest.model_validate((claim.test or {})["arithmetic"])
    return settle(claim, [figures_finding(0, Message("what-computed"), test, figures)], 1)


def figures_finding(
    place: int, what: Message, test: ArithmeticTest, figures: Mapping[str, Figure]
) -> Finding:
    """What dated figures make of a sum, with the working."""
    found = judge_arithmetic(test, figures)
    status = STATUS_OF[found.agrees]
    return Finding(
        test=place,
        what=what,
        tier=found.tier,
        source=", ".join(found.tables) or Message("source-figures"),
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
    if found.second is not None:
        yield _second(found.second, found.unit)
    yield from found.bounds
    if found.unconfirmed:
        yield Message("inputs-unconfirmed", {"inputs": found.unconfirmed})


def _second(second: SecondValue, unit: Texts) -> Message:
    values: Mapping[str, Value] = {
        "working": second.working,
        "value": _range(second.low, second.high),
        "unit": unit,
        "note": second.note,
    }
    return Message("arithmetic-second", values)


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
