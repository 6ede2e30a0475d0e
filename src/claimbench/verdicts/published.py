"""Published figures: reproduced, lower, higher, inconclusive or not comparable.

*reproduced*: shown to lie within the margin δ of the published figure. *lower*, *higher*: a
difference is shown, and equivalence is not. *inconclusive*: neither. *not comparable*: the two
scores are of different things. docs/statistics.md has the rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from claimbench import statistics
from claimbench.errors import IncompleteRun
from claimbench.messages import Departure, Message
from claimbench.records import Measurement, PublishedResult, Verdict
from claimbench.verdicts import looks, second_readings, sentences
from claimbench.verdicts.cases import Case, Trial
from claimbench.verdicts.noise import (
    SHARES,
    Evidence,
    Noise,
    is_greedy,
    is_vote,
    measured_noise,
    metric_of,
    problems_of,
    published_noise,
    score_of,
    total,
)
from claimbench.verdicts.protocol import ProtocolDifference, compare_protocols


def judge_all(cases: Sequence[Case]) -> list[Verdict]:
    """Verdicts in the order given, each family (one published table and subject, measured by one
    party) judged with Holm's correction of its own."""
    families: dict[tuple[str, str, str], list[int]] = {}
    for index, case in enumerate(cases):
        key = (case.result.table, case.result.subject, case.measurer)
        families.setdefault(key, []).append(index)
    verdicts: dict[int, Verdict] = {}
    for indices in families.values():
        verdicts.update(zip(indices, judge_family([cases[i] for i in indices]), strict=True))
    return [verdicts[index] for index in range(len(cases))]


def judge_family(cases: Sequence[Case]) -> list[Verdict]:
    """Verdicts on the figures of one family, in order.

    Holm's correction runs over the family, separately for difference and equivalence; pairs without
    sampling noise and pairs that cannot be tested have no p and stay out of it. Where a source
    does not say whether it decoded greedily, the family is judged under both readings and a verdict
    stands only if they agree. Raises IncompleteRun for a measurement with samples missing.
    """
    for case in cases:
        _check(case)
    barred = {i: words for i, case in enumerate(cases) if (words := why_barred(case))}
    tested = [i for i in range(len(cases)) if i not in barred]
    readings = [
        _adjusted([trial_of(cases[i], *greedy) for i in tested]) for greedy in readings_of(cases)
    ]
    trials = {index: [reading[k] for reading in readings] for k, index in enumerate(tested)}
    return [
        _untried(case, *barred[i]) if i in barred else _verdict(case, trials[i])
        for i, case in enumerate(cases)
    ]


def readings_of(cases: Sequence[Case]) -> list[tuple[bool, bool]]:
    """What to assume of (published, measured) where a source does not say if it was greedy."""
    sides = [side for case in cases for side in (case.result, case.measured)]
    if all(is_greedy(side) is not None for side in sides):
        return [(False, False)]
    return [(theirs, ours) for theirs in (False, True) for ours in (False, True)]


def _check(case: Case) -> None:
    result, measured = case.result, case.measured
    subject = measured.subject if isinstance(measured, PublishedResult) else measured.model
    if measured.benchmark != result.benchmark:
        raise ValueError(f"{result.id} is on {result.benchmark}, not on {measured.benchmark}")
    if subject != result.subject:
        raise ValueError(f"{result.id} is about {result.subject}, not about {subject}")
    if isinstance(measured, Measurement) and not measured.complete:
        raise IncompleteRun(
            f"{subject} on {measured.benchmark}: {measured.asked} samples asked, "
            f"{measured.received} received, {measured.graded} graded: no verdict; give the same "
            "command again to finish the run."
        )


def why_barred(case: Case) -> tuple[str, Message] | None:
    """The verdict and reason where no test can be made, None where one can."""
    different = _different_things(case)
    if different:
        return "not comparable", different
    if copies := _spoilt(case):
        return "inconclusive", copies
    if is_vote(case.result.metric):
        return _barred_vote(case)
    spread_known = None not in (case.result.sd, getattr(case.measured, "sd", None))
    if problems_of(case.result, case.measured) is None and not spread_known:
        return "inconclusive", Message("reason-problems-unknown")
    return None


def _different_things(case: Case) -> Message | None:
    """Why the two scores are of different things, None where they are not."""
    result, measured = case.result, case.measured
    if forbidding := _difference(case).forbidding:
        return forbidding[0].message
    if result.problems and measured.problems and result.problems != measured.problems:
        return Departure("problems", result.problems, measured.problems).message
    metric = metric_of(result)
    if isinstance(measured, PublishedResult) and metric_of(measured) != metric:
        return Departure("metric", result.metric, measured.metric).message
    if metric not in SHARES and not is_vote(metric):
        return Message("reason-no-share", {"metric": result.metric})
    return None


CHANCE_TEMPERATURE = 0.3
"""Up to here a model may well draw the same long reply again."""


def _spoilt(case: Case) -> Message | None:
    """Why copies among the samples leave no error to go by; None where they do not."""
    measured = case.measured
    if isinstance(measured, PublishedResult) or not (measured.draws and measured.draws.spoilt):
        return None
    temperature = measured.protocol.get("temperature")
    if isinstance(temperature, (int, float)) and temperature <= CHANCE_TEMPERATURE:
        return None
    values = {"distinct": measured.draws.distinct, "samples": sum(measured.counted)}
    return Message("reason-copies", values)


def _barred_vote(case: Case) -> tuple[str, Message] | None:
    if isinstance(case.measured, PublishedResult):
        return "inconclusive", Message("reason-one-vote", {"k": case.k})
    n = case.measured.samples_per_problem
    if case.k is not None and n < case.k:
        return "inconclusive", Message("reason-few-votes", {"k": case.k, "n": n})
    if case.votes is None:
        return "not comparable", Message("reason-not-measured", {"metric": case.result.metric})
    return None


def _difference(case: Case) -> ProtocolDifference:
    return compare_protocols(_protocol(case.result), _protocol(case.measured))


def _protocol(side: Evidence) -> dict[str, object]:
    """The stated protocol, with the samples per problem among its keys."""
    n = side.samples if isinstance(side, PublishedResult) else side.samples_per_problem
    return {**side.protocol, "samples per problem": n}


def trial_of(case: Case, assumed_published: bool, assumed_measured: bool) -> Trial:
    """A case under one reading of its decoding: each side's own word, the assumption where it gives
    none."""
    greedy_published = _or(is_greedy(case.result), assumed_published)
    greedy_measured = _or(is_greedy(case.measured), assumed_measured)
    difference = case.value - case.result.value
    if greedy_published and greedy_measured:
        return Trial(case, difference, Noise(0.0), 0.0, None, greedy=True)
    ours, theirs = _noises(case, greedy_published, greedy_measured)
    noise = total([ours, theirs])
    variance = 1e4 * noise.variance if noise.varying is None else _in_points(noise.varying)
    found = statistics.compare(difference, variance, case.delta, noise.df)
    return Trial(
        case,
        difference,
        noise,
        theirs.variance,
        comparison=found,
        greedy=greedy_published or greedy_measured,
        p_difference=found.p_difference,
        # Two votes differ by more than a margin by chance alone: *reproduced* is out of reach.
        p_equivalence=found.p_equivalence if case.votes is None else None,
    )


def _in_points(variance: statistics.VarianceAt) -> statistics.VarianceAt:
    return lambda true: 1e4 * variance(true / 100)


def _or(known: bool | None, assumed: bool) -> bool:
    return assumed if known is None else known


def _noises(case: Case, greedy_published: bool, greedy_measured: bool) -> tuple[Noise, Noise]:
    result, measured = case.result, case.measured
    if case.votes is not None:
        # That of both votes together: it is the difference whose error is known.
        rounding = statistics.rounding_variance(result.decimals)
        return Noise(case.votes.difference_se**2), Noise(rounding)
    problems = problems_of(result, measured)
    if isinstance(measured, PublishedResult):
        ours = published_noise(measured, greedy_measured, problems)
        return ours, published_noise(result, greedy_published, problems)
    ours = measured_noise(measured, greedy_measured)
    return ours, published_noise(result, greedy_published, problems, score_of(measured))


def _adjusted(trials: list[Trial]) -> list[Trial]:
    """The trials of one family with p adjusted for looks and then by Holm; those without a p stay
    as they are."""
    found = [looks.p_values(trial) for trial in trials]
    differences, equivalences = _holm([p for p, _ in found]), _holm([p for _, p in found])
    family = sum(p is not None for p in differences)
    return [
        replace(trial, p_difference_adjusted=apart, p_equivalence_adjusted=equal, family=family)
        for trial, apart, equal in zip(trials, differences, equivalences, strict=True)
    ]


def _holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm over the p that are there; None stays None."""
    adjusted = iter(statistics.holm([p for p in p_values if p is not None]))
    return [None if p is None else float(next(adjusted)) for p in p_values]


def _verdict(case: Case, trials: Sequence[Trial]) -> Verdict:
    """The verdict that all readings agree on, shown with the numbers of the noisiest one."""
    shown = max(trials, key=lambda trial: trial.noise.variance)
    words = {trial.word for trial in trials}
    word = shown.word if len(words) == 1 else "inconclusive"
    split = sentences.readings(trials) if len(words) > 1 else ()
    found = shown.comparison
    labs, fragile = second_readings.laboratories(shown), second_readings.fragility(shown)
    return replace(
        _frame(case, word, sentences.judged(shown, word, labs)),
        se=found.se if found else 0.0,
        interval_95=found.interval_95 if found else None,
        interval_90=found.interval_90 if found else None,
        margin=case.delta,
        needed_margin=found.needed_margin if found else abs(shown.difference),
        p_difference=shown.p_difference,
        p_equivalence=shown.p_equivalence,
        p_difference_adjusted=shown.p_difference_adjusted,
        p_equivalence_adjusted=shown.p_equivalence_adjusted,
        notes=(
            *split,
            *sentences.copies(case.measured),
            *sentences.two_quantities(shown),
            *shown.noise.notes,
            *sentences.left_out(case.measured),
            *looks.notes(case),
            *second_readings.notes(labs, fragile),
        ),
        looks=looks.taken(case),
        laboratories=labs,
        fragility=fragile,
        deciding_samples=sentences.samples_to_decide(shown) if word == "inconclusive" else None,
    )


def _frame(case: Case, word: str, sentence: Message) -> Verdict:
    """A verdict with everything that needs no test. A vote without votes has no measured value."""
    return Verdict(
        claim=case.result.id,
        subject=case.result.subject,
        benchmark=case.result.benchmark,
        metric=case.result.metric,
        verdict=word,
        tier=case.tier if isinstance(case.measured, Measurement) else case.measured.tier,
        sentence=sentence,
        measured=None if case.unmeasured else case.value,
        published=case.result.value,
        difference=None if case.unmeasured else case.value - case.result.value,
        departures=_difference(case).departures,
    )


def _untried(case: Case, word: str, reason: Message) -> Verdict:
    return _frame(case, word, sentences.untried(case, word, reason))
