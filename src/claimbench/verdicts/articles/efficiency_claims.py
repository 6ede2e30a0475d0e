"""Efficiency claims: each quantity is a test, judged from dated figures and from measured runs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from claimbench import statistics
from claimbench.analysis.efficiency import Efficiency
from claimbench.claims.articles import efficiency_tests
from claimbench.claims.catalogue import Catalogue
from claimbench.claims.schema import EfficiencyTest, Figure
from claimbench.messages import Message, Texts, Value, term
from claimbench.records import Claim
from claimbench.verdicts.articles.published_data import figures_finding, finding_sentence
from claimbench.verdicts.articles.results import ClaimVerdict, Finding, settle
from claimbench.verdicts.articles.sources import Run
from claimbench.verdicts.composition import Outcome, compose

RUN_QUANTITIES = ("tokens_per_second", "tokens_per_solved", "gpu_seconds_per_solved",
                  "cost_per_solved")  # fmt: skip


@dataclass(frozen=True)
class Spendings:
    """What there is to judge by: dated figures, and what runs spent. The price of a rented GPU is
    in US dollars per hour."""

    figures: Mapping[str, Figure]
    runs: Sequence[Run]
    catalogue: Catalogue
    gpu_hour: float | None = None
    asked: dict[str, Sequence[_Asked]] = field(default_factory=dict, repr=False, compare=False)
    """By a claim's id its tests, read once for hundreds of reports."""


@dataclass(frozen=True)
class _Asked:
    """A test, its place in the claim, and what dated figures make of it."""

    place: int
    test: EfficiencyTest
    published: tuple[Finding, ...]


def judge_efficiency_claim(claim: Claim, spent: Spendings) -> ClaimVerdict:
    """The claim's verdict: supported where every quantity it rests on speaks for it."""
    tests = _asked_by(claim, spent)
    found = [f for asked in tests for f in _findings(asked, spent)]
    beside = [f for asked in tests for f in _proxy_findings(asked.place, asked.test, spent)]
    return settle(claim, found, len(tests), proxies=beside)


def _asked_by(claim: Claim, spent: Spendings) -> Sequence[_Asked]:
    if claim.id not in spent.asked:
        spent.asked[claim.id] = [
            _Asked(place, test, tuple(_published(place, test, spent)))
            for place, test in enumerate(efficiency_tests(claim))
        ]
    return spent.asked[claim.id]


def _published(place: int, test: EfficiencyTest, spent: Spendings) -> Iterable[Finding]:
    for figures in test.from_figures:
        yield figures_finding(place, describe(test), figures, spent.figures)


def _findings(asked: _Asked, spent: Spendings) -> Iterable[Finding]:
    yield from asked.published
    measured = list(_measured(asked.place, asked.test, spent))
    yield from measured
    if not asked.published and not measured:
        yield _lacking(asked.place, asked.test)


def describe(test: EfficiencyTest) -> Message:
    """`lower cost per solved of deepseek-r1 than of o1-1217`."""
    values: Mapping[str, Value] = {
        "relation": term("relation", test.relation),
        "quantity": term("quantity", test.quantity),
    }
    return Message(
        "what-efficiency", {**values, "subject": test.subject, "reference": test.reference}
    )


def _lacking(place: int, test: EfficiencyTest) -> Finding:
    needed = Message("runs-needed", {"models": (test.subject, test.reference)})
    notes = (Texts(test.note),) if test.note else ()
    what = describe(test)
    sentence = finding_sentence(what, "untested", (needed,))
    return Finding(place, what, None, "", "untested", sentence, notes=notes)


def _measured(place: int, test: EfficiencyTest, spent: Spendings) -> Iterable[Finding]:
    """A finding for each run that measured both models on common benchmarks."""
    for run in spent.runs if test.quantity in RUN_QUANTITIES else ():
        values = {(e.model, e.benchmark): _quantity(e, test, spent) for e in run.efficiency}
        common = [b for m, b in values if m == test.subject and (test.reference, b) in values]
        if not common:
            continue
        sides = [(b, values[test.subject, b], values[test.reference, b]) for b in common]
        outcomes = [_outcome(b, mine, theirs, test.relation) for b, mine, theirs in sides]
        if all(o.p_holds is None for o in outcomes):
            continue
        status, seen = compose("listed", outcomes)
        lines = tuple(_line(o, s) for o, s in zip(seen, sides, strict=True))
        yield Finding(
            test=place,
            what=describe(test),
            tier="A",
            source=run.name,
            verdict=status,
            sentence=finding_sentence(describe(test), status, lines),
            figures=tuple({"benchmark": b, "subject": m, "reference": t} for b, m, t in sides),
            possible=(status,),
        )


Quantity = tuple[float, float] | None
"""A quantity and its relative standard error; None where it is not known."""


def _quantity(spending: Efficiency, test: EfficiencyTest, spent: Spendings) -> Quantity:
    """The quantity of a test. Cost and device-seconds are tokens times a price, so they share the
    relative error of the tokens; a throughput comes without an error."""
    per_solved, error = spending.tokens_per_solved, spending.tokens_per_solved_se
    if per_solved is None or error is None:
        return None
    prices = [spent.figures[name] for name in test.figures]
    cost = spending.api_cost_per_solved(prices) or spending.gpu_cost_per_solved(spent.gpu_hour)
    value = {
        "tokens_per_second": None,
        "tokens_per_solved": per_solved,
        "gpu_seconds_per_solved": spending.device_seconds_per_solved if spending.gpu else None,
        "cost_per_solved": cost,
    }[test.quantity]
    return None if value is None else (value, error / per_solved)


def _outcome(benchmark: str, mine: Quantity, theirs: Quantity, relation: str) -> Outcome:
    """Two quantities compared by the logarithm of their ratio, two-sided at 5 %."""
    if mine is None or theirs is None:
        return Outcome(benchmark, reason=Message("reason-quantity-unknown"))
    if not mine[1] and not theirs[1]:
        return Outcome(benchmark, reason=Message("reason-no-errors"))
    gap = math.log(mine[0] / theirs[0])
    found = statistics.compare(gap, mine[1] ** 2 + theirs[1] ** 2)
    below = found.p_difference if gap < 0 else 1.0
    above = found.p_difference if gap > 0 else 1.0
    holds, fails = (below, above) if relation == "lower" else (above, below)
    return Outcome(benchmark, holds, fails, found)


def _line(outcome: Outcome, side: tuple[str, Quantity, Quantity]) -> Message:
    _, mine, theirs = side
    if outcome.comparison is None or mine is None or theirs is None:
        return Message("benchmark-open", {"benchmark": outcome.benchmark, "reason": outcome.reason})
    low, high = (math.exp(end) for end in outcome.comparison.interval_95)
    return Message(
        "benchmark-ratio",
        {
            "benchmark": outcome.benchmark,
            "standing": term("standing", outcome.state),
            "subject": mine[0],
            "reference": theirs[0],
            "low": low,
            "high": high,
        },
    )


def _proxy_findings(place: int, test: EfficiencyTest, spent: Spendings) -> Iterable[Finding]:
    """What runs of distilled checkpoints spent: shown, and no verdict on their teacher."""
    known = spent.catalogue.models
    for run in spent.runs if test.quantity in RUN_QUANTITIES else ():
        for one in run.efficiency:
            model = known.get(one.model)
            if model is not None and model.proxy_of == test.subject and one.tokens_per_solved:
                yield _proxy(place, test, run.name, one)


def _proxy(place: int, test: EfficiencyTest, run: str, one: Efficiency) -> Finding:
    quantity = term("quantity", test.quantity)
    values: Mapping[str, Value] = {
        "model": one.model,
        "benchmark": one.benchmark,
        "tokens": one.tokens_per_solved,
        "subject": test.subject,
    }
    return Finding(
        test=place,
        what=Message("what-quantity", {"quantity": quantity, "model": one.model}),
        tier="A",
        source=run,
        verdict="untested",
        sentence=Message("proxy-tokens", values),
        model=one.model,
        figures=(_spending(one),),
    )


def _spending(one: Efficiency) -> dict[str, object]:
    return {
        "model": one.model,
        "benchmark": one.benchmark,
        "tokens_per_solved": one.tokens_per_solved,
        "tokens_per_second": one.tokens_per_second,
        "device_seconds_per_solved": one.device_seconds_per_solved,
    }
