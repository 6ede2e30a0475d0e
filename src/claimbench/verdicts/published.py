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
from claimbench.messages import Message
from claimbench.records import Measurement, PublishedResult, Verdict
from claimbench.verdicts import learned, looks, second_readings, sentences
from claimbench.verdicts.cases import Case, Trial, possible
from claimbench.verdicts.noise import (
    Noise,
    is_greedy,
    measured_noise,
    problems_of,
    published_noise,
    score_of,
    total,
)
from claimbench.verdicts.untestable import difference_of, why_barred


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
    found = [cases[i] for i in tested]
    judged = _trials(found, learned=True)
    sharpened = any(trial.noise.learned for trials in judged for trial in trials)
    plain = _trials(found, learned=False) if sharpened else judged
    place = {index: k for k, index in enumerate(tested)}
    return [
        _untried(case, *barred[i])
        if i in barred
        else _verdict(case, judged[place[i]], plain[place[i]])
        for i, case in enumerate(cases)
    ]


def _trials(cases: Sequence[Case], learned: bool) -> list[list[Trial]]:
    """The trials of each case, one by each reading of the decoding; with `learned` bounds, or the
    plain ones."""
    readings = [
        _adjusted([trial_of(case, *greedy, learned=learned) for case in cases])
        for greedy in readings_of(cases)
    ]
    return [list(trials) for trials in zip(*readings, strict=True)]


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


def trial_of(
    case: Case, assumed_published: bool, assumed_measured: bool, *, learned: bool = True
) -> Trial:
    """A case under one reading of its decoding: each side's own word, the assumption where it gives
    none."""
    greedy_published = _or(is_greedy(case.result), assumed_published)
    greedy_measured = _or(is_greedy(case.measured), assumed_measured)
    difference = case.value - case.result.value
    if greedy_published and greedy_measured:
        return Trial(case, difference, Noise(0.0), 0.0, None, greedy=True)
    ours, theirs = _noises(case, greedy_published, greedy_measured, learned)
    noise = total([ours, theirs])
    variance = 1e4 * noise.variance if noise.varying is None else _in_points(noise.varying)
    found = possible(statistics.compare(difference, variance, case.delta, noise.df))
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


def _noises(
    case: Case, greedy_published: bool, greedy_measured: bool, learned: bool
) -> tuple[Noise, Noise]:
    result, measured = case.result, case.measured
    if case.votes is not None:
        # That of both votes together: it is the difference whose error is known.
        rounding = statistics.rounding_variance(result.decimals)
        return Noise(case.votes.difference_se**2), Noise(rounding)
    problems = problems_of(result, measured)
    if isinstance(measured, PublishedResult):
        ours = published_noise(measured, greedy_measured, problems, learned=learned)
        return ours, published_noise(result, greedy_published, problems, learned=learned)
    ours = measured_noise(measured, greedy_measured, learned)
    spread = score_of(measured)
    return ours, published_noise(result, greedy_published, problems, spread, learned=learned)


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


def _agreed(trials: Sequence[Trial]) -> tuple[Trial, str]:
    """The noisiest of the readings, and the verdict that all agree on."""
    words = {trial.word for trial in trials}
    shown = max(trials, key=lambda trial: trial.noise.variance)
    return shown, shown.word if len(words) == 1 else "inconclusive"


def _verdict(case: Case, trials: Sequence[Trial], plain: Sequence[Trial]) -> Verdict:
    """The verdict that all readings agree on, shown with the numbers of the noisiest one; `plain`
    are those by bounds that are not learned."""
    shown, word = _agreed(trials)
    split = sentences.readings(trials) if len({trial.word for trial in trials}) > 1 else ()
    bound = learned.beside(shown, *_agreed(plain))
    found = shown.comparison
    labs, fragile = second_readings.laboratories(shown), second_readings.fragility(shown)
    return replace(
        _frame(case, word, learned.in_sentence(sentences.judged(shown, word, labs), bound, word)),
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
            *learned.notes(bound),
            *second_readings.notes(labs, fragile),
        ),
        looks=looks.taken(case),
        learned=bound,
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
        departures=difference_of(case).departures,
    )


def _untried(case: Case, word: str, reason: Message) -> Verdict:
    return _frame(case, word, sentences.untried(case, word, reason))
