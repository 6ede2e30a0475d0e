"""Article claims: supported, contradicted, mixed, inconclusive, untested or not testable.

A claim that compares scores is tested benchmark by benchmark and composed under its quantifier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from claimbench import statistics
from claimbench.records import Measurement, PublishedResult
from claimbench.verdicts.cases import default_margin
from claimbench.verdicts.composition import Outcome, Relation, relation_p
from claimbench.verdicts.noise import (
    SHARES,
    Evidence,
    Noise,
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


NO_ERROR = "no error is known"
"""How the reason begins where both scores may be there and still nothing can be tested: contest
ratings, F1, a set whose size is not told."""

APART = "the two scores are of different"
"""How it begins where they do not compare: other problems, another metric."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Subject and reference on one benchmark; `margin` δ in points, from the reference where None.
    Either side is None where no score is known."""

    benchmark: str
    subject: Evidence | None
    reference: Evidence | None
    margin: float | None = None

    @property
    def delta(self) -> float:
        if self.margin is not None or self.reference is None:
            return self.margin or 0.0
        return default_margin(self.benchmark, points(self.reference))


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
    ValueError where a side, its kind or the number of problems is unknown, or neither has noise.
    """
    subject, reference = pair.subject, pair.reference
    if known := [side for side in (subject, reference) if side is not None]:
        _check_metrics(*known)
    if subject is None or reference is None:
        raise ValueError("one of the two scores is unknown")
    if scope == "ability" and (paired := _paired(subject, reference, pair.delta)) is not None:
        return paired
    noise = total(_noise(side, (subject, reference), scope) for side in (subject, reference))
    if not noise.variance:
        raise ValueError(f"{NO_ERROR}: chance plays no part in either score")
    difference = points(subject) - points(reference)
    return statistics.compare(difference, 1e4 * noise.variance, pair.delta, noise.df)


def _check_metrics(*sides: Evidence) -> None:
    metrics = {metric_of(side) for side in sides}
    if len(metrics) > 1:
        raise ValueError(f"{APART} metrics ({', '.join(sorted(metrics))})")
    metric = metrics.pop()
    if metric not in SHARES and not is_vote(metric):
        raise ValueError(f"{NO_ERROR} for {metric}")
    counts = {side.problems for side in sides if side.problems}
    if len(counts) > 1:
        raise ValueError(f"{APART} problems ({sorted(counts)})")


def _paired(subject: Evidence, reference: Evidence, margin: float) -> statistics.Comparison | None:
    """The paired comparison, None where a side is not known problem by problem, or where all
    problems differ by the same and pairing leaves no error."""
    if isinstance(subject, PublishedResult) or isinstance(reference, PublishedResult):
        return None
    first, second = _shares(subject), _shares(reference)
    common = [key for key in first if key in second]
    if len(common) < 2:
        return None
    left, right = ([100 * shares[key] for key in common] for shares in (first, second))
    try:
        return statistics.paired(left, right, margin)
    except ValueError:
        return None


def _shares(measured: Measurement) -> dict[str, float]:
    rows = zip(measured.problem_ids, measured.right, measured.counted, strict=True)
    return {name: right / counted for name, right, counted in rows if counted}


def _noise(side: Evidence, sides: tuple[Evidence, Evidence], scope: Scope) -> Noise:
    problems = problems_of(side, *sides)
    score = score_of(side)
    if scope == "ability":
        if problems is None:
            raise ValueError(f"{NO_ERROR}: the number of problems is unknown")
        if problems < 2:
            raise ValueError(f"{NO_ERROR}: one problem says nothing of others")
        if score is not None:
            return Noise(score.problem_variance)
        return Noise(float(statistics.problem_variance_bound(points(side) / 100, problems)))
    greedy = bool(is_greedy(side))
    if isinstance(side, PublishedResult) and is_vote(side.metric):
        side = replace(side, samples=1)  # one vote per problem is one sample of a vote
    if isinstance(side, Measurement):
        return measured_noise(side, greedy)
    if problems is None and side.sd is None:
        raise ValueError(f"{NO_ERROR}: the number of problems is unknown")
    return published_noise(side, greedy, problems)


def _outcome(pair: Pair, relation: Relation, scope: Scope) -> Outcome:
    try:
        comparison = compare_scores(pair, scope)
    except ValueError as error:
        return Outcome(pair.benchmark, reason=str(error))
    holds, fails = relation_p(relation, comparison, pair.delta)
    return Outcome(pair.benchmark, holds, fails, comparison)


def _names(pairs: Sequence[Pair]) -> tuple[str, str]:
    """The names of subject and reference, from the first score known of each."""
    subjects = [_name(pair.subject) for pair in pairs if pair.subject]
    references = [_name(pair.reference) for pair in pairs if pair.reference]
    return subjects[0], references[0]


def _name(side: Evidence) -> str:
    return side.subject if isinstance(side, PublishedResult) else side.model


RELATION_WORDS: dict[Relation, str] = {
    "ahead": "ahead of",
    "on par": "on par with",
    "at least": "at least as good as",
}


def claim_sentence(
    status: str,
    relation: Relation,
    pairs: Sequence[Pair],
    seen: Sequence[Outcome],
    scope: Scope = "test",
) -> str:
    """What a reader needs of a composed claim: the relation, its status and each benchmark's."""
    names = _names(pairs)
    words = {state: f"{state} on" for state in SHOWN}
    parts = [
        f"{words[state]} {', '.join(found)}"
        for state in words
        if (found := [o.benchmark for o in seen if _shown(o) == state])
    ]
    meaning = "on these tests" if scope == "test" else "at problems like these"
    told = f"{names[0]} {RELATION_WORDS[relation]} {names[1]} {meaning}"
    return f"{told}: {status}; {'; '.join(parts)}"


SHOWN = ("holds", "fails", "open", "untested", "not comparable", NO_ERROR)
"""How a benchmark of a claim can stand, as a reader is told it."""


def why_untried(reason: str) -> str:
    """What is said of a benchmark without a test, which composes as *open*, by the reason."""
    if reason.startswith(NO_ERROR):
        return NO_ERROR
    return "not comparable" if reason.startswith(APART) else "untested"


def _shown(outcome: Outcome) -> str:
    return outcome.state if outcome.p_holds is not None else why_untried(outcome.reason)
