"""Article claims: benchmark outcomes composed under the claim's quantifier.

A claim says that a subject stands in a relation to a reference on some or all benchmarks, or on a
list of them. On each benchmark the relation *holds*, *fails* or stays *open*; COMPOSITION says what
the pattern of outcomes makes of the claim.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from claimbench.messages import Message
from claimbench.statistics.comparison import (
    Comparison,
    holm,
    p_above,
    p_below,
    p_equivalence,
)

Relation = Literal["ahead", "on par", "at least"]
Quantifier = Literal["some", "all", "listed"]
State = Literal["holds", "fails", "open"]
Status = Literal["supported", "contradicted", "mixed", "inconclusive"]

LEVEL = 0.05

COMPOSITION: dict[Quantifier, dict[frozenset[str], Status]] = {
    "some": {
        frozenset({"holds"}): "supported",
        frozenset({"holds", "open"}): "supported",
        frozenset({"holds", "fails"}): "supported",
        frozenset({"holds", "fails", "open"}): "supported",
        frozenset({"fails"}): "contradicted",
        frozenset({"fails", "open"}): "inconclusive",
        frozenset({"open"}): "inconclusive",
    },
    "all": {
        frozenset({"holds"}): "supported",
        frozenset({"holds", "open"}): "inconclusive",
        frozenset({"holds", "fails"}): "contradicted",
        frozenset({"holds", "fails", "open"}): "contradicted",
        frozenset({"fails"}): "contradicted",
        frozenset({"fails", "open"}): "contradicted",
        frozenset({"open"}): "inconclusive",
    },
    "listed": {
        frozenset({"holds"}): "supported",
        frozenset({"holds", "open"}): "inconclusive",
        frozenset({"holds", "fails"}): "mixed",
        frozenset({"holds", "fails", "open"}): "mixed",
        frozenset({"fails"}): "contradicted",
        frozenset({"fails", "open"}): "contradicted",
        frozenset({"open"}): "inconclusive",
    },
}
"""What the outcomes seen on the benchmarks make of a claim, by its quantifier.

"all" is a universal statement, so one counterexample contradicts it; "listed" stands for as many
statements as the list is long, so some may hold while others fail.
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The relation on one benchmark. `p_holds` and `p_fails` are None where it was not tested,
    with how it stands then (`untried`) and the `reason`; `comparison` is in points, subject minus
    reference."""

    benchmark: str
    p_holds: float | None = None
    p_fails: float | None = None
    comparison: Comparison | None = None
    reason: Message | None = None
    state: State = "open"
    untried: str = ""

    @property
    def standing(self) -> str:
        """Its state, or why it has none: an untested benchmark composes as *open*."""
        return self.untried or self.state


def _as_it_is(p_value: float) -> float:
    return p_value


def relation_p(
    relation: Relation,
    comparison: Comparison,
    margin: float,
    corrected: Callable[[float], float] = _as_it_is,
) -> tuple[float, float]:
    """p of "the relation holds" and of "it fails", each small where shown; margin δ > 0 and the
    comparison share a unit.

    ahead: holds where d > 0 is shown (two-sided), fails where d < δ is (not ahead by what matters).
    on par: holds where −δ < d < δ is shown (two one-sided tests), fails where d ≠ 0 is.
    at least: holds where d > −δ is shown (non-inferiority), fails where d < 0 is (two-sided).
    Where both are shown, as for a difference that is real and smaller than δ, it holds.
    `corrected` is what a one-sided p becomes, where it is not tested once; it never falls.
    """
    d, se, df = comparison.difference, comparison.se, comparison.df
    apart = min(1.0, 2 * corrected(comparison.p_difference / 2))
    if relation == "ahead":
        below = float(p_below(d, se, margin, df))
        return (apart if d > 0 else 1.0), corrected(below)
    if relation == "on par":
        return corrected(float(p_equivalence(d, se, margin, df))), apart
    return corrected(float(p_above(d, se, -margin, df))), (apart if d < 0 else 1.0)


def compose(
    quantifier: Quantifier, outcomes: Sequence[Outcome]
) -> tuple[Status, tuple[Outcome, ...]]:
    """The claim's status and the outcomes with the states that it rests on.

    Unanimity is tested without correction, because every test has to succeed (intersection-union,
    Berger 1982); anything less singles benchmarks out and is tested under Holm's correction over
    them. Raises ValueError without any outcome.
    """
    if not outcomes:
        raise ValueError("a claim without benchmarks is untested, not composed")
    states = _states(outcomes, adjust=False)
    if set(states) not in ({"holds"}, {"fails"}):
        states = _states(outcomes, adjust=True)
    seen = tuple(
        outcome if outcome.state == state else replace(outcome, state=state)
        for outcome, state in zip(outcomes, states, strict=True)
    )
    return COMPOSITION[quantifier][frozenset(states)], seen


def _states(outcomes: Sequence[Outcome], adjust: bool) -> list[State]:
    holds = _p_values([o.p_holds for o in outcomes], adjust)
    fails = _p_values([o.p_fails for o in outcomes], adjust)
    return [_state(hold, fail) for hold, fail in zip(holds, fails, strict=True)]


def _p_values(raw: Sequence[float | None], adjust: bool) -> list[float]:
    """Adjusted over those that were tested; 1 for those that were not."""
    tested = [p for p in raw if p is not None]
    values = iter(holm(tested) if adjust and len(tested) > 1 else tested)
    return [1.0 if p is None else float(next(values)) for p in raw]


def _state(p_holds: float, p_fails: float) -> State:
    if p_holds <= LEVEL:
        return "holds"
    return "fails" if p_fails <= LEVEL else "open"
