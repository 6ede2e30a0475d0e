"""What compared runs come to, in words: the headline, what stands behind it, and the answer with
its picture."""

from __future__ import annotations

from collections.abc import Iterator

from claimbench.messages import Message, Value, from_data, term
from claimbench.report.answer import Answer, level, why_open
from claimbench.report.caveats import Chip
from claimbench.report.messages import words
from claimbench.report.strips import Strip, odds
from claimbench.report.tables import in_terms
from claimbench.statistics import Comparison
from claimbench.verdicts.arms import Arm
from claimbench.verdicts.cases import LEVEL
from claimbench.verdicts.comparisons import Change, Compared

CHANGES_SHOWN = 10
CHANGES_IN_A_LINE = 3


def headline(one: Compared) -> Message:
    """What a reader needs first."""
    return Message(
        "compare-headline",
        {
            "names": names_of(one),
            "benchmark": one.variant.benchmark,
            "outcome": outcome_message(one),
            "score": one.score,
            "reference": one.reference_score,
            "found": _found(one),
        },
    )


def _found(one: Compared) -> Message:
    if one.same_samples:
        return Message("compare-same-why")
    return _interval(one.such) if one.word in _SIDES else found_message(one.such)


_SIDES = ("better", "worse")
"""Outcomes that say the difference themselves."""


def _interval(comparison: Comparison) -> Message:
    low, high = comparison.interval_95
    return Message("compare-interval", {"low": low, "high": high})


def outcome_message(one: Compared) -> Message:
    """What was found, in a few words."""
    if one.same_samples:
        return Message("compare-same-samples")
    if one.word == "equivalent":
        return Message("compare-equivalent", {"margin": one.margin})
    if one.word == "not worse":
        return Message("compare-not-worse", {"margin": one.non_inferior})
    if one.word == "inconclusive":
        return _undecided(one)
    key = "compare-better" if one.word == "better" else "compare-worse"
    return Message(key, {"gap": abs(one.such.difference)})


def _undecided(one: Compared) -> Message:
    """What is known all the same, or how large a difference it would have taken."""
    if one.shown_alone:
        return Message("compare-shown-alone", {"family": one.family})
    if one.shown_here and one.method != "bonett-price":
        lower = one.these.difference < 0
        return Message("compare-lower-here" if lower else "compare-higher-here")
    if one.detectable is None:
        return Message("compare-undecided-ever")
    return Message("compare-undecided", {"detectable": one.detectable})


def found_message(comparison: Comparison) -> Message:
    """A difference with its interval."""
    low, high = comparison.interval_95
    values = {"difference": comparison.difference, "low": low, "high": high}
    return Message("compare-found", values)


def names_of(one: Compared) -> Message:
    """The runs, with their models where these differ; within one run the models."""
    if one.variant.run == one.reference.run:
        names = one.variant.model, one.reference.model
    elif one.variant.model == one.reference.model:
        names = one.variant.run, one.reference.run
    else:
        names = full_name(one.variant), full_name(one.reference)
    return Message("compare-names", {"run": names[0], "reference": names[1]})


def full_name(arm: Arm) -> str:
    """A run, with its model where that has another name."""
    return arm.run if arm.run == arm.model else f"{arm.run} ({arm.model})"


def details(one: Compared) -> Iterator[Message]:
    """What stands below the headline. Of a run beside itself no figure means anything."""
    if not one.same_samples:
        yield from _figures(one)
    yield from _warnings(one)
    for key, theirs, ours in one.differences:
        sides = {"reference": from_data(theirs), "run": from_data(ours)}
        yield Message("compare-setting", {"setting": key, **sides})


def _figures(one: Compared) -> Iterator[Message]:
    counts: dict[str, Value] = {"better": one.better, "worse": one.worse, "common": one.common}
    yield Message("compare-counts", counts)
    if one.groups is not None:
        yield Message("compare-groups", {"common": one.common, "groups": one.groups})
    if one.common < one.problems:
        yield Message("compare-partly", {"common": one.common, "problems": one.problems})
    if one.method == "bonett-price" and _excludes_0(one.such) and one.such.p_difference > LEVEL:
        yield Message("compare-mcnemar", {"p": one.such.p_difference})
    yield Message("compare-these", {"found": found_message(one.these)})
    power: dict[str, Value] = {"margin": one.margin, "power": 100 * one.power}
    if one.detectable is None:
        yield Message("compare-power-none", power)
    else:
        yield Message("compare-power", {**power, "detectable": one.detectable})
    if one.needed_problems is not None:
        yield Message("compare-needed", {"needed": one.needed_problems, "common": one.common})
    if one.family > 1:
        p: dict[str, Value] = {"p": one.such.p_difference, "adjusted": one.adjusted["difference"]}
        yield Message("compare-holm", {**p, "family": one.family})
    yield from _costs(one)


def _excludes_0(comparison: Comparison) -> bool:
    low, high = comparison.interval_95
    return low > 0 or high < 0


def _costs(one: Compared) -> Iterator[Message]:
    """What a right sample takes on both sides: tokens, and device time where it is known."""
    theirs, ours = one.reference.cell.efficiency, one.variant.cell.efficiency
    if theirs is None or ours is None or None in (theirs.tokens_per_solved, ours.tokens_per_solved):
        return
    tokens = {"run": ours.tokens_per_solved, "reference": theirs.tokens_per_solved}
    yield Message("compare-tokens", tokens)
    seconds = ours.device_seconds_per_solved, theirs.device_seconds_per_solved
    if None not in seconds:
        devices = {"device": _device(ours.device), "reference_device": _device(theirs.device)}
        yield Message("compare-devices", {"run": seconds[0], "reference": seconds[1], **devices})


def _device(name: str) -> Value:
    return in_terms("device", name, words())


def _warnings(one: Compared) -> Iterator[Message]:
    if one.ids_only:
        yield Message("compare-ids-only")
    if one.contained and not one.same_samples:
        arms = sorted((one.variant, one.reference), key=lambda arm: len(arm.cell.samples))
        yield Message("compare-contained", {"inner": arms[0].run, "outer": arms[1].run})
    for arm in (one.reference, one.variant):
        draws = arm.measurement.draws
        if draws and draws.effective:
            samples = sum(arm.measurement.counted)
            values: dict[str, Value] = {"distinct": draws.distinct, "samples": samples}
            yield Message("compare-copies", {"run": arm.run, **values})


def changes(one: Compared) -> Iterator[Message]:
    """The largest changes either way, each group in one message."""
    for word, rows in extremes(one):
        changes = tuple(map(change_message, rows[:CHANGES_IN_A_LINE]))
        key = "compare-most-worse" if word == "worse" else "compare-most-better"
        yield Message(key, {"problems": changes})


def extremes(one: Compared) -> Iterator[tuple[str, list[Change]]]:
    """The changes that are shown, the largest first: `worse` and `better`, if there are any."""
    worst = [c for c in one.changes if c.gain < 0][:CHANGES_SHOWN]
    best = [c for c in reversed(one.changes) if c.gain > 0][:CHANGES_SHOWN]
    yield from ((word, rows) for word, rows in (("worse", worst), ("better", best)) if rows)


def change_message(c: Change) -> Message:
    """How often a problem was right, before and after."""
    values: dict[str, Value] = {"before": c.reference_right, "of": c.reference_counted}
    return Message(
        "compare-change",
        {"problem": c.problem, **values, "after": c.right, "then": c.counted},
    )


# --- the answer -------------------------------------------------------------------------------


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


def strip_of_comparison(one: Compared) -> Strip:
    """The strip of two runs on other problems like theirs."""
    such = one.such
    return Strip(such.difference, one.margin, such.interval_90, such.interval_95)
