"""What stands beside a verdict: is the difference unusual among laboratories, and how many wrong
grades would change it?"""

from __future__ import annotations

import math

from claimbench import statistics
from claimbench.messages import Message, Value
from claimbench.records import Fragility, Laboratories, Measurement
from claimbench.verdicts.cases import LEVEL, Trial


def laboratories(trial: Trial) -> Laboratories | None:
    """None where too few third parties measured: it is unknown then."""
    spread = trial.case.laboratories
    if spread is None or trial.case.k is not None:
        return None
    return Laboratories(
        sd=spread.sd,
        df=spread.df,
        pooled=spread.pooled,
        half_width=spread.half_width,
        unusual=spread.unusual(trial.difference),
    )


def fragility(trial: Trial) -> Fragility | None:
    """None of a vote, of two greedy scores, and of others' scores: nothing was graded here."""
    measured = trial.case.measured
    if trial.comparison is None or trial.case.votes or not isinstance(measured, Measurement):
        return None
    right, counted = sum(measured.right), sum(measured.counted)
    if not counted:
        return None
    found = _tipping(trial, trial.comparison, counted)
    up, suspects = found.upwards, measured.suspects
    return Fragility(
        tipping_point=found.grades,
        upwards=up,
        miss_rate=None if up is None else statistics.miss_rate(up, right),
        suspects=suspects,
        fragile=None if suspects is None else up is not None and up <= suspects,
    )


def _tipping(trial: Trial, found: statistics.Comparison, counted: int) -> statistics.Tipping:
    equal, apart = (
        statistics.quantile(1 - LEVEL / _factor(raw, adjusted) / sides, found.df) * found.se / 100
        for raw, adjusted, sides in (
            (trial.p_equivalence, trial.p_equivalence_adjusted, 1),
            (trial.p_difference, trial.p_difference_adjusted, 2),
        )
    )
    return statistics.tipping_point(
        trial.difference / 100, trial.case.delta / 100, equal, apart, counted
    )


def _factor(raw: float | None, adjusted: float | None) -> float:
    """By how much Holm's correction raised the p-value."""
    return max(1.0, adjusted / raw) if raw and adjusted else 1.0


def notes(labs: Laboratories | None, found: Fragility | None) -> tuple[Message, ...]:
    """The second readings as messages."""
    said = []
    if labs is not None:
        values: dict[str, Value] = {"half": labs.half_width, "sd": labs.sd, "df": labs.df}
        key = "note-laboratories-unusual" if labs.unusual else "note-laboratories-usual"
        said.append(Message(key, values))
    if found is not None:
        said.append(_fragility_note(found))
    return tuple(said)


def _fragility_note(found: Fragility) -> Message:
    values: dict[str, Value] = {"grades": found.tipping_point}
    if found.upwards is None or found.miss_rate is None:
        return Message("note-tipping", values)
    rate = 100 * found.miss_rate
    values |= {"upwards": found.upwards, "rate": math.ceil(rate * 100) / 100}
    if found.suspects is None:
        return Message("note-tipping-up", values)
    key = "note-fragile" if found.fragile else "note-not-fragile"
    return Message(key, {**values, "suspects": found.suspects})
