"""Why a published figure and what was measured cannot be tested against one another."""

from __future__ import annotations

import math

from claimbench.messages import Departure, Message
from claimbench.records import Measurement, PublishedResult
from claimbench.verdicts.cases import Case
from claimbench.verdicts.noise import SHARES, Evidence, is_vote, metric_of, problems_of
from claimbench.verdicts.protocol import ProtocolDifference, compare_protocols, forbidding


def why_barred(case: Case) -> tuple[str, Message] | None:
    """The verdict and reason where no test can be made, None where one can."""
    different = _different_things(case)
    if different:
        return "not comparable", different
    if isinstance(case.measured, Measurement) and math.isnan(case.measured.pass_at_1):
        return "inconclusive", Message("reason-no-grades")
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
    if forbids := forbidding(_protocol(result), _protocol(measured)):
        return forbids.message
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


def difference_of(case: Case) -> ProtocolDifference:
    return compare_protocols(_protocol(case.result), _protocol(case.measured))


def _protocol(side: Evidence) -> dict[str, object]:
    """The stated protocol, with the samples per problem among its keys."""
    n = side.samples if isinstance(side, PublishedResult) else side.samples_per_problem
    return {**side.protocol, "samples per problem": n}
