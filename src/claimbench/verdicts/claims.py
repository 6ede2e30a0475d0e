"""Article claims: supported, contradicted, mixed, inconclusive, untested or not testable.

A claim that compares scores is tested benchmark by benchmark and composed under its quantifier.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal, get_args

from claimbench import statistics
from claimbench.messages import Message, Value, term
from claimbench.records import Measurement, PublishedResult
from claimbench.verdicts import looks
from claimbench.verdicts.cases import Pair, possible
from claimbench.verdicts.composition import Outcome, Relation, relation_p
from claimbench.verdicts.noise import (
    FAULTS,
    SHARES,
    Evidence,
    Noise,
    counted_noise,
    exact_noise,
    is_greedy,
    is_vote,
    measured_noise,
    metric_of,
    points,
    problems_of,
    published_noise,
    score_of,
    total,
)

Scope = Literal["test", "ability"]
"""test: scored higher on these problems (sampling error); ability: is better at such problems
(problem error)."""


Untried = Literal["untested", "not comparable", "no error is known"]
"""Why a benchmark of a claim has no test: no score is known; the two scores are of different
problems or metrics; or nothing can be tested (contest ratings, F1, a set of unknown size)."""


class NoTest(ValueError):
    """Two scores that cannot be tested: how they stand, and the reason as a message."""

    def __init__(self, untried: Untried, reason: Message) -> None:
        super().__init__(f"{untried}: {reason.key}")
        self.untried = untried
        self.reason = reason


def _no_error(reason: Message) -> NoTest:
    return NoTest("no error is known", reason)


def outcomes_of(
    pairs: Sequence[Pair], relation: Relation, scope: Scope = "test"
) -> tuple[Outcome, ...]:
    """The relation on each benchmark, before `compose` gives it a state."""
    return tuple(_outcome(pair, relation, scope) for pair in pairs)


def compare_scores(pair: Pair, scope: Scope = "test") -> statistics.Comparison:
    """Subject minus reference in points, with both tests.

    On the test: the sampling errors of both sides. For ability: paired over the problems where both
    sides are known problem by problem, else the problem errors of both, unpaired, which is wider.
    A score whose decoding is unknown counts as sampled: that errs towards deciding nothing. Raises
    NoTest where a side, its kind or the number of problems is unknown, or neither has noise.
    """
    subject, reference = pair.subject, pair.reference
    if known := [side for side in (subject, reference) if side is not None]:
        _check_metrics(*known)
    if subject is None or reference is None:
        raise NoTest("untested", Message("reason-score-unknown"))
    if scope == "ability" and (paired := _paired(subject, reference, pair.delta)) is not None:
        return possible(paired)
    noise = total(_noise(side, (subject, reference), scope) for side in (subject, reference))
    if not noise.variance:
        raise _no_error(Message("reason-no-chance"))
    difference = points(subject) - points(reference)
    found = statistics.compare(difference, 1e4 * noise.variance, pair.delta, noise.df)
    return possible(found)


def _check_metrics(*sides: Evidence) -> None:
    metrics = {metric_of(side) for side in sides}
    if len(metrics) > 1:
        reason = Message("reason-metrics-differ", {"metrics": tuple(sorted(metrics))})
        raise NoTest("not comparable", reason)
    metric = metrics.pop()
    if metric not in (*SHARES, *FAULTS) and not is_vote(metric):
        raise _no_error(Message("reason-no-error-for", {"metric": metric}))
    counts = {side.problems for side in sides if side.problems}
    if len(counts) > 1:
        reason = Message("reason-problems-differ", {"counts": tuple(sorted(counts))})
        raise NoTest("not comparable", reason)


def _paired(subject: Evidence, reference: Evidence, margin: float) -> statistics.Comparison | None:
    """The paired comparison, None where a side is not known problem by problem, or where all
    problems differ by the same and pairing leaves no error."""
    first, second = _shares(subject), _shares(reference)
    common = [key for key in first if key in second]
    if len(common) < 2:
        return None
    left, right = ([100 * shares[key] for key in common] for shares in (first, second))
    try:
        return statistics.paired(left, right, margin)
    except ValueError:
        return None


def _shares(side: Evidence) -> dict[str, float]:
    """The share of right samples of each problem; empty where only the score is known."""
    rows = zip(side.problem_ids, side.right, side.counted, strict=True)
    return {name: right / counted for name, right, counted in rows if counted}


def _noise(side: Evidence, sides: tuple[Evidence, Evidence], scope: Scope) -> Noise:
    problems = problems_of(side, *sides)
    score = score_of(side)
    if scope == "ability":
        if problems is None:
            raise _no_error(Message("reason-problems-unknown"))
        if problems < 2:
            raise _no_error(Message("reason-one-problem"))
        if score is not None:
            return Noise(score.problem_variance)
        return Noise(float(statistics.problem_variance_bound(points(side) / 100, problems)))
    if all(is_greedy(one) for one in sides):
        return exact_noise(side)
    greedy = bool(is_greedy(side))
    if isinstance(side, PublishedResult) and is_vote(side.metric):
        side = replace(side, samples=1)  # one vote per problem is one sample of a vote
    if isinstance(side, Measurement):
        return measured_noise(side, greedy)
    if score is not None:
        return counted_noise(side, greedy)
    if problems is None and side.sd is None:
        raise _no_error(Message("reason-problems-unknown"))
    return published_noise(side, greedy, problems)


def _outcome(pair: Pair, relation: Relation, scope: Scope) -> Outcome:
    try:
        comparison = compare_scores(pair, scope)
    except NoTest as refused:
        return Outcome(pair.benchmark, reason=refused.reason, untried=refused.untried)
    sides = [side for side in (pair.subject, pair.reference) if side is not None]
    corrected = partial(looks.p_of_claim, sides=sides, se=comparison.se)
    holds, fails = relation_p(relation, _favour(pair, comparison), pair.delta, corrected)
    return Outcome(pair.benchmark, holds, fails, comparison)


def _favour(pair: Pair, found: statistics.Comparison) -> statistics.Comparison:
    """The comparison with a difference above 0 where the subject does better: where faults are
    counted, that is where it has fewer."""
    if pair.subject is None or metric_of(pair.subject) not in FAULTS:
        return found
    return replace(
        found,
        difference=-found.difference,
        interval_95=(-found.interval_95[1], -found.interval_95[0]),
        interval_90=(-found.interval_90[1], -found.interval_90[0]),
    )


def _names(pairs: Sequence[Pair]) -> tuple[str, str]:
    """The names of subject and reference, from the first score known of each."""
    subjects = [_name(pair.subject) for pair in pairs if pair.subject]
    references = [_name(pair.reference) for pair in pairs if pair.reference]
    return subjects[0], references[0]


def _name(side: Evidence) -> str:
    return side.subject if isinstance(side, PublishedResult) else side.model


def claim_message(
    status: str, relation: Relation, pairs: Sequence[Pair], seen: Sequence[Outcome]
) -> Message:
    """What a reader needs of a composed claim: the relation, its status and each benchmark's."""
    subject, reference = _names(pairs)
    by_standing = {name: [o.benchmark for o in seen if o.standing == name] for name in STANDINGS}
    where = [
        Message("standing-on", {"standing": term("standing", name), "benchmarks": tuple(found)})
        for name, found in by_standing.items()
        if found
    ]
    values: Mapping[str, Value] = {
        "subject": subject,
        "relation": term("relation", relation),
        "reference": reference,
        "status": term("status", status),
        "where": (*where, *_directions(relation, pairs, seen)),
    }
    return Message("finding-benchmarks", values)


def _directions(
    relation: Relation, pairs: Sequence[Pair], seen: Sequence[Outcome]
) -> Iterable[Message]:
    """On which side the figures lie: a claim of parity fails in either direction."""
    gaps = [
        _favour(pair, outcome.comparison).difference
        for pair, outcome in zip(pairs, seen, strict=True)
        if outcome.comparison is not None
    ]
    if relation != "ahead" and gaps:
        ahead, behind = sum(gap > 0 for gap in gaps), sum(gap < 0 for gap in gaps)
        yield Message("directions", {"ahead": ahead, "behind": behind, "count": len(gaps)})


STANDINGS = ("holds", "fails", "open", *get_args(Untried))
"""How a benchmark of a claim can stand."""
