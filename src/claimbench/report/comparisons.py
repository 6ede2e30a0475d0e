"""Compared runs as messages, tables and Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from claimbench.messages import Message, Value, from_data
from claimbench.report.messages import ENGLISH, Words, words
from claimbench.report.strips import in_letters, strip_of_comparison
from claimbench.report.tables import (
    Table,
    escape,
    in_terms,
    interval,
    number,
    or_unknown,
    points,
    samples_of,
    signed,
    to_markdown,
)
from claimbench.statistics import Comparison
from claimbench.verdicts.arms import Arm
from claimbench.verdicts.cases import LEVEL
from claimbench.verdicts.comparisons import Change, Compared

CHANGES_SHOWN = 10
_CHANGES = {"worse": "compare-changes-worse", "better": "compare-changes-better"}
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
        names = _full(one.variant), _full(one.reference)
    return Message("compare-names", {"run": names[0], "reference": names[1]})


def _full(arm: Arm) -> str:
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
    for word, rows in _extremes(one):
        changes = tuple(map(_change, rows[:CHANGES_IN_A_LINE]))
        key = "compare-most-worse" if word == "worse" else "compare-most-better"
        yield Message(key, {"problems": changes})


def _extremes(one: Compared) -> Iterator[tuple[str, list[Change]]]:
    worst = [c for c in one.changes if c.gain < 0][:CHANGES_SHOWN]
    best = [c for c in reversed(one.changes) if c.gain > 0][:CHANGES_SHOWN]
    yield from ((word, rows) for word, rows in (("worse", worst), ("better", best)) if rows)


def _change(c: Change) -> Message:
    values: dict[str, Value] = {"before": c.reference_right, "of": c.reference_counted}
    return Message(
        "compare-change",
        {"problem": c.problem, **values, "after": c.right, "then": c.counted},
    )


def comparison_table(found: Sequence[Compared]) -> Table:
    """One row per comparison; scores in %, differences in points."""
    columns = (
        "benchmark", "reference", "run", "problems N", "n", "reference score", "score",
        "difference", "95 % on such problems", "95 % on these problems", "margin", "p",
        "p (Holm)", "p equivalence (Holm)", "detectable", "better", "worse", "tokens",
        "reference tokens", "truncated", "reference truncated", "tokens per right",
        "reference tokens per right", "device seconds per right",
        "reference device seconds per right", "verdict",
    )  # fmt: skip
    return Table("comparison", columns, tuple(_row(one) for one in found))


def _row(one: Compared) -> tuple[Value, ...]:
    ours, theirs = one.variant.measurement, one.reference.measurement
    return (
        one.variant.benchmark,
        _full(one.reference),
        _full(one.variant),
        str(one.common),
        f"{samples_of(ours)} / {samples_of(theirs)}",
        number(one.reference_score, 2),
        number(one.score, 2),
        signed(one.such.difference),
        interval(one.such.interval_95),
        interval(one.these.interval_95),
        f"{one.margin:g}",
        f"{one.such.p_difference:.3g}",
        f"{one.adjusted['difference']:.3g}",
        f"{one.adjusted['equivalence']:.3g}",
        number(one.detectable),
        str(one.better),
        str(one.worse),
        or_unknown(number(ours.tokens_mean)),
        or_unknown(number(theirs.tokens_mean)),
        or_unknown(points(ours.truncated_share)),
        or_unknown(points(theirs.truncated_share)),
        _per_right(one.variant),
        _per_right(one.reference),
        _seconds_per_right(one.variant),
        _seconds_per_right(one.reference),
        one.word,
    )


def _per_right(arm: Arm) -> Value:
    spent = arm.cell.efficiency
    return or_unknown(number(None if spent is None else spent.tokens_per_solved, 0))


def _seconds_per_right(arm: Arm) -> Value:
    spent = arm.cell.efficiency
    return or_unknown(number(None if spent is None else spent.device_seconds_per_solved, 2))


def changes_table(found: Sequence[Compared]) -> Table:
    """Every problem that got better or worse, the largest losses first."""
    columns = ("benchmark", "reference", "run", "problem", "reference right", "right", "change")
    rows = [
        (
            one.variant.benchmark,
            _full(one.reference),
            _full(one.variant),
            change.problem,
            f"{change.reference_right} of {change.reference_counted}",
            f"{change.right} of {change.counted}",
            signed(100 * change.gain),
        )
        for one in found
        for change in one.changes
    ]
    return Table("changes", columns, tuple(rows))


def render(found: Sequence[Compared], language: str = ENGLISH) -> str:
    """The comparison as Markdown."""
    said = words(language)
    parts = [f"# {said.say('page-comparison')}\n", *sections(found, said)]
    parts += [f"## {said.say('page-comparison-figures')}\n"]
    parts += [to_markdown(comparison_table(found), said)]
    parts += [f"## {said.say('page-reading')}\n", f"{said.say('legend-comparison')}\n"]
    return "\n".join(parts)


def sections(found: Sequence[Compared], said: Words) -> Iterable[str]:
    """Each comparison: the headline, what stands behind it, the problems that changed most."""
    for one in found:
        yield f"**{escape(said.render(headline(one)))}**\n"
        if not one.same_samples:
            yield f"```text\n{in_letters(strip_of_comparison(one))}\n```\n"
        yield "\n".join(f"- {escape(said.render(line))}" for line in details(one)) + "\n"
        for word, rows in _extremes(one):
            yield f"{said.say(_CHANGES[word])}:\n"
            yield "\n".join(f"- {escape(said.render(_change(c)))}" for c in rows) + "\n"
