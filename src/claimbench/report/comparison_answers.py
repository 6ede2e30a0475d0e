"""The answer to two runs: which is better, if either is."""

from __future__ import annotations

from claimbench.messages import Message, Value, term
from claimbench.report.answer import Answer, level, why_open
from claimbench.report.caveats import Chip
from claimbench.report.comparisons import details, found_message, names_of, outcome_message
from claimbench.report.strips import odds, strip_of_comparison
from claimbench.verdicts.comparisons import Compared


def comparison_answer(one: Compared) -> Answer:
    """Which of two runs is better, if either is."""
    scores: dict[str, Value] = {
        "names": names_of(one),
        "benchmark": one.variant.benchmark,
        "score": one.score,
        "reference": one.reference_score,
    }
    return Answer(
        run="",
        state=one.word,
        scores=Message("answer-compared", scores),
        word=term("comparison", one.word),
        finding=_comparison_finding(one),
        certainty=_comparison_certainty(one),
        why=_comparison_why(one),
        strip=None if one.same_samples else strip_of_comparison(one),
        chips=_chips(one),
    )


def _chips(one: Compared) -> tuple[Chip, ...]:
    found = () if one.same_samples else (found_message(one.such),)
    said = (*found, *details(one))
    return (Chip(Message("chip-details"), said, beside=True),) if said else ()


def _comparison_finding(one: Compared) -> Message:
    """What the outcome says beside its word."""
    if one.word in ("better", "worse"):
        return Message("answer-apart", {"gap": abs(one.such.difference)})
    if one.word == "equivalent":
        return Message("answer-reproduced", {"margin": one.margin})
    if one.word == "inconclusive" and not (one.shown_alone or one.shown_here or one.same_samples):
        return Message("shown-neither", {"margin": one.margin})
    return outcome_message(one)


def _comparison_certainty(one: Compared) -> Message:
    if one.same_samples:
        return Message("certainty-same-samples")
    if one.word == "equivalent":
        p = one.adjusted["equivalence"]
        values: dict[str, Value] = {"level": level(p), "odds": odds(p), "margin": one.margin}
        return Message("certainty-equal", values)
    if one.word in ("better", "worse"):
        p = one.adjusted["difference"]
        return Message("certainty-apart", {"level": level(p), "odds": odds(p)})
    if one.detectable is None:
        return Message("certainty-compared-none")
    return Message("certainty-compared", {"detectable": one.detectable})


def _comparison_why(one: Compared) -> Message | None:
    if one.same_samples:
        return None
    low, high = one.such.interval_95
    inside = max(map(abs, one.such.interval_90)) < one.margin
    if one.word == "equivalent":
        return Message("why-inside")
    if one.word in ("better", "worse"):
        return Message("why-apart")
    return Message(why_open(inside, low > 0 or high < 0))
