"""The p-values of a run that was, or may have been, judged at several looks as it grew.

Declared looks share the 5 % of one test between them, after an alpha-spending plan; each look that
was not declared is tested at a level of its own, far below (statistics/sequential.py).
"""

from __future__ import annotations

from claimbench import statistics
from claimbench.messages import Message, Value
from claimbench.records import Looks, LooksTaken, Measurement
from claimbench.verdicts.cases import LEVEL, Case, Trial

SPENT_INFORMATION = 0.95
"""Where so much of the information that there can be is there, more samples decide nothing."""


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
        return _later(trial.p_difference, looks), _later(trial.p_equivalence, looks)
    if trial.case.votes is not None:  # A vote is not judged before the last look.
        return trial.p_difference, None
    times = _times(trial, looks, 0.0)
    apart = min(1.0, 2 * statistics.sequential_p(found.p_difference / 2, times))
    return apart, max(_equivalence(trial, looks, side) for side in (-1, 1))


def _later(p_value: float | None, looks: Looks) -> float | None:
    return None if p_value is None else statistics.later_p(p_value, len(looks.earlier))


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
    theirs = trial.noise.at(true) - own

    def variance(samples: int) -> float:
        return own * now / samples + theirs

    last = variance(looks.declared[-1])
    return [last / variance(samples) for samples in looks.declared if samples <= now]


def is_spent(trial: Trial) -> bool:
    """Whether the published figure's own error leaves nothing that more samples could show."""
    own = trial.noise.variance - trial.published_variance
    theirs = max(trial.noise.at(side * trial.case.delta / 100) - own for side in (-1, 1))
    wide = statistics.quantile(1 - LEVEL, trial.noise.df) * theirs**0.5 >= trial.case.delta / 100
    return wide and theirs >= SPENT_INFORMATION * (own + theirs)


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
    looks = looks_of(case)
    if looks is None:
        return ()
    if looks.earlier:
        return (Message("note-looks-undeclared", {"earlier": looks.earlier}),)
    return (Message("note-looks-declared", {"looks": looks.declared}),)
