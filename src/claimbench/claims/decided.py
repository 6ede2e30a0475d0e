"""Claims that need no run: what follows from cited figures, and what a repository says."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from claimbench.claims import formula
from claimbench.claims.schema import ArithmeticInput, ArithmeticTest, Figure
from claimbench.claims.sources import ArtifactCheck, RecordCheck, SourceSpec
from claimbench.messages import Message, Texts, term
from claimbench.records import Claim
from claimbench.records.plain import Tier


@dataclass(frozen=True, slots=True)
class ArithmeticResult:
    """What an arithmetic claim comes to.

    `low` and `high` are the computed value (equal unless an input is a range), `claimed_low` and
    `claimed_high` what the claim allows, all in `unit`. `agrees` is None where the computed range
    lies only partly inside. `working` shows the formula with its numbers; `unconfirmed` names
    inputs that were not read in their source, `bounds` those that are only a floor or ceiling.
    `tier` is the weakest of the figures', `tables` the third parties' files that hold them.
    `second` is what another reading of the claim comes to.
    """

    low: float
    high: float
    claimed_low: float
    claimed_high: float
    unit: Texts
    agrees: bool | None
    working: str
    sources: tuple[str, ...]
    unconfirmed: tuple[str, ...]
    bounds: tuple[Message, ...]
    note: Texts
    tier: Tier
    tables: tuple[str, ...]
    second: SecondValue | None = None


@dataclass(frozen=True, slots=True)
class SecondValue:
    """The value of a second reading, in the unit of the first, with its working."""

    low: float
    high: float
    working: str
    note: Texts


@dataclass(frozen=True, slots=True)
class ArtifactResult:
    """A repository's answer beside what the claim says of it."""

    repository: str
    field: str
    expected: str
    found: Texts
    agrees: bool
    source: Message
    note: Texts


def judge_arithmetic(
    test: ArithmeticTest | Claim, figures: Mapping[str, Figure]
) -> ArithmeticResult:
    """Compute an arithmetic claim (or what published figures say of an efficiency claim).

    Where inputs are ranges, the value is computed at every combination of their ends: exact for
    formulas that are monotone in each input, as all of + - * / on positive numbers are. An input
    that is a floor has no upper end and one that is a ceiling no lower end above 0, so the value is
    one-sided and agrees, or disagrees, only where every value that it allows does.
    Raises ValueError where the claim has no arithmetic or the formula has no value.
    """
    test = _arithmetic_of(test) if isinstance(test, Claim) else test
    given = {name: _given(one, figures) for name, one in test.inputs.items()}
    low, high = _computed(test.formula, {name: _ends(one) for name, one in given.items()})
    allowed = _allowed(test)
    return ArithmeticResult(
        low,
        high,
        *allowed,
        unit=Texts(test.unit),
        agrees=_inside((low, high), allowed),
        working=_working(test.formula, given),
        sources=tuple(_source(name, figure) for name, figure in given.items()),
        unconfirmed=tuple(name for name, figure in given.items() if not figure.confirmed),
        bounds=tuple(
            Message("input-bound", {"input": name, "bound": term("bound", figure.bound)})
            for name, figure in given.items()
            if figure.bound != "exact"
        ),
        note=Texts(test.note),
        tier=max(figure.tier for figure in given.values()),
        tables=tuple(sorted({f.table for f in given.values() if f.tier != "D"})),
        second=_second(test, given),
    )


def _second(test: ArithmeticTest, given: Mapping[str, Figure]) -> SecondValue | None:
    if test.second is None:
        return None
    text = test.second.formula
    used = {name: given[name] for name in given if name in formula.names_in(text)}
    low, high = _computed(text, {name: _ends(one) for name, one in used.items()})
    return SecondValue(low, high, _working(text, used), Texts(test.second.note))


def _ends(figure: Figure) -> tuple[float, float]:
    """Lowest and highest value that a figure allows: prices, costs and counts are not negative."""
    low, high = figure.ends
    if figure.bound == "at_least":
        return low, math.inf
    if figure.bound == "at_most":
        return (0.0 if high >= 0 else -math.inf), high
    return low, high


def _computed(text: str, ends: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    """Lowest and highest value at the corners of the inputs' ranges."""
    corners = [
        dict(zip(ends, corner, strict=True))
        for corner in itertools.product(*(sorted(set(pair)) for pair in ends.values()))
    ]
    if all(math.isfinite(end) and end for pair in ends.values() for end in pair):
        values = [formula.evaluate(text, corner) for corner in corners]
        return min(values), max(values)
    return _at_limits(text, corners)


def _at_limits(text: str, corners: Sequence[Mapping[str, float]]) -> tuple[float, float]:
    """As `_computed`, where an end is 0 or infinite. A double of numpy divides by 0 to infinity, as
    the limit does; where a corner has no limit (∞ − ∞, 0·∞) nothing is known of the value."""
    import numpy as np

    with np.errstate(all="ignore"):
        values = [
            float(formula.evaluate(text, {name: np.float64(x) for name, x in corner.items()}))
            for corner in corners
        ]
    if any(math.isnan(value) for value in values):
        return -math.inf, math.inf
    return min(values), max(values)


def recorded_facts(claim: Claim) -> tuple[RecordCheck, ...]:
    """The facts of a claim beside their records."""
    found = (claim.test or {}).get("records", [])
    return tuple(RecordCheck.model_validate(one) for one in found)


def judge_artifacts(claim: Claim) -> tuple[ArtifactResult, ...]:
    """Each check of an artifact claim, by the answer that was recorded."""
    checks = (claim.test or {}).get("checks", [])
    return tuple(_artifact(ArtifactCheck.model_validate(check)) for check in checks)


def _artifact(check: ArtifactCheck) -> ArtifactResult:
    source = check.source
    return ArtifactResult(
        repository=check.repository,
        field=check.field,
        expected=check.expected,
        found=Texts(check.recorded),
        agrees=check.recorded["en"].casefold() == check.expected.casefold(),
        source=record_place(source),
        note=Texts(check.note),
    )


def record_place(source: SourceSpec) -> Message:
    """Where a record can be looked up: file, line and commit, or address and date."""
    date = source.date.isoformat() if source.date else None
    if source.commit and source.line:
        values = {"file": source.file, "line": source.line, "commit": source.commit}
        return Message("source-at-commit", values)
    return Message("source-on-page", {"file": source.file, "url": source.url, "date": date})


def _arithmetic_of(claim: Claim) -> ArithmeticTest:
    found = (claim.test or {}).get("arithmetic")
    if found is None:
        raise ValueError(f"claim {claim.id} has no arithmetic")
    return ArithmeticTest.model_validate(found)


def _given(one: ArithmeticInput, figures: Mapping[str, Figure]) -> Figure:
    if one.figure is not None:
        return figures[one.figure]
    return Figure.model_validate(
        {"value": one.value, "unit": one.unit, "source": {"file": one.source}}
    )


def _allowed(test: ArithmeticTest) -> tuple[float, float]:
    if test.claimed is not None:
        tolerance = test.tolerance or 0.0
        return test.claimed - tolerance, test.claimed + tolerance
    return (
        -math.inf if test.low is None else test.low,
        math.inf if test.high is None else test.high,
    )


def _inside(value: tuple[float, float], allowed: tuple[float, float]) -> bool | None:
    if allowed[0] <= value[0] and value[1] <= allowed[1]:
        return True
    return False if value[1] < allowed[0] or value[0] > allowed[1] else None


def _working(text: str, given: Mapping[str, Figure]) -> str:
    def shown(match: re.Match[str]) -> str:
        low, high = given[match[0]].ends
        return f"{low:,.10g}" if low == high else f"[{low:,.10g}–{high:,.10g}]"

    return re.sub(rf"\b(?:{'|'.join(map(re.escape, given))})\b", shown, text)


def _source(name: str, figure: Figure) -> str:
    source = figure.source
    file = f"{source.file}:{source.line}" if source.line else source.file
    return f"{name}: {file}" + (f", {source.commit}" if source.commit else "")
