"""The p-values of a run that was, or may have been, judged at several looks as it grew.

Declared looks share the 5 % of one test between them, after an alpha-spending plan; each look that
was not declared is tested at a level of its own, far below (statistics/sequential.py).
"""

from __future__ import annotations

from collections.abc import Iterable

from claimbench import statistics
from claimbench.messages import Message, Value
from claimbench.records import Looks, LooksTaken, Measurement
from claimbench.verdicts.cases import LEVEL, Case, Trial
from claimbench.verdicts.noise import Evidence, measured_noise


def looks_of(case: Case) -> Looks | None:
    """None where the samples were fixed before the run, and of others' scores."""
    return case.measured.looks if isinstance(case.measured, Measurement) else None


def taken(case: Case) -> LooksTaken | None:
    """What a verdict records of its looks."""
    looks, measured = looks_of(case), case.measured
    if looks is None or not isinstance(measured, Measurement):
        return None
    level = statistics.later_level(len(looks.earlier)) if looks.earlier else None
    return LooksTaken(measured.samples_per_problem, looks.declared, looks.earlier, level)


def p_values(trial: Trial) -> tuple[float | None, float | None]:
    """The p of difference and of equivalence, as they stand after the looks there were."""
    looks, found = looks_of(trial.case), trial.comparison
    if looks is None or found is None:
        return trial.p_difference, trial.p_equivalence
    if looks.earlier:
        found_p = trial.p_difference, trial.p_equivalence
        apart, equal = (None if p is None else _later(p, looks) for p in found_p)
        return apart, equal
    if trial.case.votes is not None:  # A vote is not judged before the last look.
        return trial.p_difference, None
    times = _times(trial, looks, 0.0)
    apart = min(1.0, 2 * statistics.sequential_p(found.p_difference / 2, times))
    return apart, max(_equivalence(trial, looks, side) for side in (-1, 1))


def _later(p_value: float, looks: Looks) -> float:
    return statistics.later_p(p_value, len(looks.earlier))


def _equivalence(trial: Trial, looks: Looks, side: int) -> float:
    """p of one of the two one-sided tests: that d is not beyond `side`·δ."""
    edge = side * trial.case.delta
    se = 100 * trial.noise.at(edge / 100) ** 0.5
    test = statistics.p_below if side > 0 else statistics.p_above
    alone = float(test(trial.difference, se, edge, trial.noise.df))
    return statistics.sequential_p(alone, _times(trial, looks, edge / 100))


def _times(trial: Trial, looks: Looks, true: float) -> list[float]:
    """t_k = I_k/I_K of the looks so far, were the true difference (a fraction) `true`: I_k = 1/V_k,
    V_k = W/n_k + V_P, with W and V_P as they are estimated now."""
    assert isinstance(trial.case.measured, Measurement)
    now = trial.case.measured.samples_per_problem
    own = trial.noise.variance - trial.published_variance
    return _spent_times(looks, now, own, trial.noise.at(true) - own)


def _spent_times(looks: Looks, now: int, own: float, theirs: float) -> list[float]:
    """The times of the looks so far, `now` samples per problem having the variance `own`."""

    def variance(samples: int) -> float:
        return own * now / samples + theirs

    last = variance(looks.declared[-1])
    return [last / variance(samples) for samples in looks.declared if samples <= now]


def p_of_claim(p_value: float, sides: Iterable[Evidence], se: float) -> float:
    """A one-sided p of a difference between two scores, as it stands after the looks that there
    were at either; `se` is the error of the difference in points. A run stops, or is raised, by
    what a look shows, and an article's claim about its score is no surer than the score."""
    return max(
        (_after_looks(p_value, side, se / 100) for side in sides if isinstance(side, Measurement)),
        default=p_value,
    )


def _after_looks(p_value: float, side: Measurement, se: float) -> float:
    if side.looks is None:
        return p_value
    if side.looks.earlier:
        return _later(p_value, side.looks)
    now = side.samples_per_problem
    own = measured_noise(side, bool(side.greedy)).variance
    theirs = max(0.0, se**2 - own)
    return statistics.sequential_p(p_value, _spent_times(side.looks, now, own, theirs))


def is_spent(trial: Trial) -> bool:
    """Whether the published figure's own error leaves nothing that more samples could show."""
    own = trial.noise.variance - trial.published_variance
    theirs = max(trial.noise.at(side * trial.case.delta / 100) - own for side in (-1, 1))
    wide = statistics.quantile(1 - LEVEL, trial.noise.df) * theirs**0.5 >= trial.case.delta / 100
    return wide and theirs >= statistics.SPENT_INFORMATION * (own + theirs)


def in_sentence(case: Case, word: str) -> Message | None:
    """What the sentence of a verdict adds of its looks; None where there is nothing to say."""
    looks = looks_of(case)
    if looks is None or not isinstance(case.measured, Measurement):
        return None
    n = case.measured.samples_per_problem
    if looks.earlier:
        level = 100 * statistics.later_level(len(looks.earlier))
        values: dict[str, Value] = {"earlier": looks.earlier, "level": level}
        return Message("looks-undeclared", values)
    if n == looks.declared[-1]:
        return None
    key = "looks-stopped" if word == "inconclusive" else "looks-decided"
    return Message(key, {"n": n, "planned": looks.declared[-1]})


def notes(case: Case) -> tuple[Message, ...]:
    """That a verdict is one of several looks, and what that does to its level."""
    return notes_on(case.measured)


def notes_on(side: Evidence) -> tuple[Message, ...]:
    """The same of a score."""
    looks = side.looks if isinstance(side, Measurement) else None
    if looks is None:
        return ()
    if looks.earlier:
        return (Message("note-looks-undeclared", {"earlier": looks.earlier}),)
    return (Message("note-looks-declared", {"looks": looks.declared}),)
