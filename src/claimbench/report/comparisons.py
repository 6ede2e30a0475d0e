"""Compared runs as tables, lines, Markdown and plain data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from claimbench.report.tables import (
    Table,
    escape,
    interval,
    number,
    or_unknown,
    points,
    signed,
    to_csv,
    to_markdown,
)
from claimbench.verdicts.comparisons import Arm, Change, Compared

CHANGES_SHOWN = 10
CHANGES_IN_A_LINE = 3

_LEGEND = """\
Differences are in points, run minus reference, paired by problem. *On such problems*: what the \
difference would be on other problems like these, by Student's t over the problems (with one \
sample per problem, or few problems that differ, by the interval of Bonett and Price, where only \
McNemar's exact test shows a difference). *On these problems*: what a rerun of both on these very \
problems would show. **better**, **worse**: a difference is shown on such problems; \
**equivalent**: it is shown to lie within the margin; **not worse**: it is shown not to be worse \
by the margin asked for; **inconclusive**: none of these. With several comparisons the words rest \
on p-values after Holm's correction. *Detectable*: the difference that would have been found with \
a power of 80 %.
"""


def headline(one: Compared) -> str:
    """The line that a reader needs first."""
    found = f"{signed(one.such.difference)} points, 95 % interval {interval(one.such.interval_95)}"
    what = f"{_names(one)} on {one.variant.benchmark}"
    if one.word == "equivalent":
        return f"{what}: equivalent within {one.margin:g} points ({found})"
    if one.word == "not worse":
        return f"{what}: not worse by {one.non_inferior:g} points or more ({found})"
    if one.word == "inconclusive":
        return f"{what}: {_undecided(one)} ({found})"
    return f"{what}: {one.word} by {abs(one.such.difference):.1f} points ({found})"


def _undecided(one: Compared) -> str:
    """What is known all the same, or how large a difference it would have taken."""
    if one.shown_alone:
        return f"inconclusive; shown alone, but not among {one.family} comparisons"
    if one.shown_here and one.method == "t":
        side = "lower" if one.these.difference < 0 else "higher"
        return f"{side} on these problems, inconclusive for other problems like them"
    return f"inconclusive; only a difference of {one.detectable:.1f} points or more shows reliably"


def _names(one: Compared) -> str:
    """The runs where they differ in name, else the models."""
    if one.variant.run == one.reference.run:
        return f"{one.variant.model} against {one.reference.model}"
    names = (f"{one.variant.run} against {one.reference.run}",)
    if one.variant.model != one.reference.model:
        names = (f"{_full(one.variant)} against {_full(one.reference)}",)
    return names[0]


def _full(arm: Arm) -> str:
    return f"{arm.run} ({arm.model})"


def detail_lines(one: Compared) -> Iterator[str]:
    """What stands below the headline."""
    yield (
        f"{one.better} of {one.common} problems better, {one.worse} worse"
        + (f" ({one.common} of {one.problems} problems are compared)" if _partly(one) else "")
    )
    yield f"on these very problems: {_reading(one)}"
    yield (
        f"power to find {one.margin:g} points: {100 * one.power:.0f} %; found with 80 %: "
        f"{one.detectable:.1f} points"
    )
    if one.family > 1:
        raw, adjusted = one.such.p_difference, one.adjusted["difference"]
        yield f"p {raw:.2g}, {adjusted:.2g} among {one.family} comparisons (Holm)"
    if one.ids_only:
        yield "the texts of the problems are not in both folders: problems are matched by id alone"
    for key, theirs, ours in one.differences:
        yield f"{key}: {_told(theirs)} in the reference, {_told(ours)} here"


def _partly(one: Compared) -> bool:
    return one.common < one.problems


def _reading(one: Compared) -> str:
    return f"{signed(one.these.difference)} points, 95 % interval {interval(one.these.interval_95)}"


def _told(value: Any) -> str:
    return "unknown" if value is None else str(value)


def comparison_table(found: Sequence[Compared]) -> Table:
    """One row per comparison; scores in %, differences in points."""
    columns = (
        "benchmark", "reference", "run", "problems N", "n", "reference score", "score",
        "difference", "95 % on such problems", "95 % on these problems", "margin", "p",
        "p (Holm)", "p equivalence (Holm)", "detectable", "better", "worse", "tokens",
        "reference tokens", "truncated", "reference truncated", "tokens per right",
        "reference tokens per right", "verdict",
    )  # fmt: skip
    return Table("comparison", columns, tuple(_row(one) for one in found))


def _row(one: Compared) -> tuple[str, ...]:
    ours, theirs = one.variant.measurement, one.reference.measurement
    return (
        one.variant.benchmark,
        _full(one.reference),
        _full(one.variant),
        str(one.common),
        f"{ours.samples_per_problem} / {theirs.samples_per_problem}",
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
        one.word,
    )


def _per_right(arm: Arm) -> str:
    spent = arm.cell.efficiency
    return or_unknown(number(None if spent is None else spent.tokens_per_solved, 0))


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


def data_of(found: Sequence[Compared]) -> list[dict[str, Any]]:
    """Plain data; differences, intervals, errors and margins in points, the rest as named."""
    return [_data(one) for one in found]


def _data(one: Compared) -> dict[str, Any]:
    return {
        "benchmark": one.variant.benchmark,
        "verdict": one.word,
        "reference": _side(one.reference),
        "run": _side(one.variant),
        "problems": one.common,
        "score": one.score,
        "reference_score": one.reference_score,
        "problems_of_either": one.problems,
        "matched_by_id_alone": one.ids_only,
        "method": one.method,
        "such_problems": _comparison(one.such),
        "these_problems": _comparison(one.these),
        "margin": one.margin,
        "non_inferior_margin": one.non_inferior,
        "p_not_worse": one.p_not_worse,
        "family": one.family,
        "p_holm": dict(one.adjusted),
        "detectable_difference": one.detectable,
        "power_at_margin": one.power,
        "better": one.better,
        "worse": one.worse,
        "changes": [_change(change) for change in one.changes],
        "differences": [
            {"key": key, "reference": theirs, "run": ours} for key, theirs, ours in one.differences
        ],
    }


def _side(arm: Arm) -> dict[str, Any]:
    m, spent = arm.measurement, arm.cell.efficiency
    return {
        "run": arm.run,
        "model": m.model,
        "tier": m.tier,
        "samples_per_problem": m.samples_per_problem,
        "tokens_mean": m.tokens_mean,
        "truncated_share": m.truncated_share,
        "tokens_per_right": None if spent is None else spent.tokens_per_solved,
        "device_seconds_per_right": None if spent is None else spent.device_seconds_per_solved,
    }


def _comparison(found: Any) -> dict[str, Any]:
    return {
        "difference": found.difference,
        "se": found.se,
        "interval_95": found.interval_95,
        "interval_90": found.interval_90,
        "p_difference": found.p_difference,
        "p_equivalence": found.p_equivalence,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "problem": change.problem,
        "right": change.right,
        "counted": change.counted,
        "reference_right": change.reference_right,
        "reference_counted": change.reference_counted,
    }


def to_json(found: Sequence[Compared]) -> str:
    return json.dumps(data_of(found), indent=1, ensure_ascii=False, default=str) + "\n"


def render(found: Sequence[Compared]) -> str:
    """The comparison as Markdown."""
    parts = ["# Comparison\n"]
    for one in found:
        parts.append(f"**{escape(headline(one))}**\n")
        parts.append("\n".join(f"- {escape(line)}" for line in detail_lines(one)) + "\n")
        parts += _changes(one)
    parts += [
        "## Figures\n",
        to_markdown(comparison_table(found)),
        "## How to read this\n",
        _LEGEND,
    ]
    return "\n".join(parts)


def changes_told(one: Compared) -> Iterator[str]:
    """The largest changes either way, each group in one line."""
    for word, rows in _extremes(one):
        told = "; ".join(_change_told(change) for change in rows[:CHANGES_IN_A_LINE])
        yield f"{word} most: {told}"


def _extremes(one: Compared) -> Iterator[tuple[str, list[Change]]]:
    worst = [c for c in one.changes if c.gain < 0][:CHANGES_SHOWN]
    best = [c for c in reversed(one.changes) if c.gain > 0][:CHANGES_SHOWN]
    yield from ((word, rows) for word, rows in (("worse", worst), ("better", best)) if rows)


def _changes(one: Compared) -> Iterable[str]:
    """The largest changes either way; comparison files have all."""
    for word, rows in _extremes(one):
        yield f"Problems that got {word} most (right samples, reference then run):\n"
        yield "\n".join(f"- {escape(_change_told(c))}" for c in rows) + "\n"


def _change_told(c: Change) -> str:
    return f"{c.problem}: {c.reference_right} of {c.reference_counted} → {c.right} of {c.counted}"


def comparison_files(found: Sequence[Compared]) -> dict[str, str]:
    """The files of a comparison by name."""
    return {
        "comparison.md": render(found),
        "comparison.csv": to_csv(comparison_table(found)),
        "changes.csv": to_csv(changes_table(found)),
        "comparison.json": to_json(found),
    }
