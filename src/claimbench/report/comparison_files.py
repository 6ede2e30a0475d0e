"""Compared runs as tables, Markdown and files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from claimbench.messages import Value
from claimbench.report.comparison_data import to_json
from claimbench.report.comparisons import (
    change_message,
    details,
    extremes,
    full_name,
    headline,
    strip_of_comparison,
)
from claimbench.report.messages import ENGLISH, Words, words
from claimbench.report.strips import in_letters
from claimbench.report.tables import (
    Table,
    escape,
    interval,
    number,
    or_unknown,
    points,
    samples_of,
    signed,
    to_csv,
    to_markdown,
)
from claimbench.verdicts.arms import Arm
from claimbench.verdicts.comparisons import Compared

_CHANGES = {"worse": "compare-changes-worse", "better": "compare-changes-better"}


def comparison_files(found: Sequence[Compared], language: str = ENGLISH) -> dict[str, str]:
    """The files of a comparison by name."""
    return {
        "comparison.md": render(found, language),
        "comparison.csv": to_csv(comparison_table(found)),
        "changes.csv": to_csv(changes_table(found)),
        "comparison.json": to_json(found),
    }


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
        full_name(one.reference),
        full_name(one.variant),
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
            full_name(one.reference),
            full_name(one.variant),
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
        for word, rows in extremes(one):
            yield f"{said.say(_CHANGES[word])}:\n"
            yield "\n".join(f"- {escape(said.render(change_message(c)))}" for c in rows) + "\n"
