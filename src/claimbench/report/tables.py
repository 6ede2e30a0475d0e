"""Tables of measurements and verdicts: a header and rows of ready text."""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from claimbench.messages import Message, Value, term
from claimbench.records import Measurement, Verdict
from claimbench.report.messages import Words, english
from claimbench.report.messages.functions import upwards
from claimbench.verdicts.articles.results import STATUSES


@dataclass(frozen=True, slots=True)
class Table:
    """A named table. `columns` are names for programs, which `heading` puts into words; `rows` hold
    one value per column. A state, such as a verdict, stands as its name (see `in_terms`)."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


_FAMILIES: Mapping[str, tuple[str, ...]] = {
    "verdict": ("verdict", "status", "comparison"),
    "status": ("status",),
    "kind": ("kind",),
    "theirs": ("outcome",),
    "ours": ("outcome",),
    "public before": ("public",),
    "registered": ("registration",),
    "device": ("device",),
}
"""By column, the families of terms that its names belong to."""


def heading(column: str) -> Message:
    """The words at the head of a column; some count the claims of a status."""
    if column in STATUSES:
        return term("status", column)
    return Message("column-" + re.sub("[^a-z0-9]+", "-", column.lower()).strip("-"))


def in_terms(column: str, cell: Value, words: Words) -> Value:
    """A cell whose state or outcome, if it is one, is a term; everything else as it is."""
    if isinstance(cell, str):
        found = (term(family, cell) for family in _FAMILIES.get(column, ()))
        return next((one for one in found if words.knows(one)), cell)
    return cell


def points(share: float | None, digits: int = 1) -> str:
    """A share as percentage points: 0.5083 → 50.8."""
    return "–" if share is None or math.isnan(share) else f"{100 * share:.{digits}f}"


def number(value: float | None, digits: int = 1) -> str:
    """A figure that is in its own unit already."""
    return "–" if value is None else f"{value:.{digits}f}"


def figure_of(v: Verdict) -> str:
    """`aime24`, or `aime24 cons@64` where another metric than pass@1 was judged."""
    return v.benchmark if v.metric == "pass@1" else f"{v.benchmark} {v.metric}"


def margin_told(margin: float | None) -> str:
    """With all of its digits, as in the verdict's sentence: 1.525, 3.0."""
    if margin is None:
        return "–"
    return f"{margin:.1f}" if abs(margin - round(margin, 1)) < 1e-9 else f"{margin:.3f}".rstrip("0")


def needed(margin: float | None) -> str:
    """The smallest margin that would do, rounded up as in the verdict's sentence."""
    return "–" if margin is None else upwards(margin)


def fewest_samples(m: Measurement) -> int:
    """The fewest graded samples of a problem where imported outputs have more of one than of
    another; else n. Samples that a grader could not judge are a run's own, and counted apart."""
    uneven = m.asked < m.problems * m.samples_per_problem and m.counted
    return min(m.counted) if uneven else m.samples_per_problem


def samples_of(m: Measurement) -> str:
    """n, or its range."""
    fewest, most = fewest_samples(m), m.samples_per_problem
    return str(most) if fewest == most else f"{fewest}–{most}"


def or_unknown(text: str) -> Value:
    """A figure that only imported outputs may lack: unknown, which is not zero."""
    return None if text == "–" else text


def interval(bounds: tuple[float, float] | None) -> str:
    """The same in every language: `[−7.9, −1.5]`."""
    return "–" if bounds is None else f"[{signed(bounds[0])}, {signed(bounds[1])}]"


def signed(value: float | None) -> str:
    """`−4.7`, `+1.2`."""
    return "–" if value is None else f"{value:+.1f}".replace("-", "−")


def sampling_error(m: Measurement) -> Value:
    """`1.25`; `≤ 16.67` where it is a bound."""
    if m.greedy and not m.sampling_se:
        return Message("error-greedy")
    return ("≤ " if m.sampling_se_is_bound else "") + points(m.sampling_se, 2)


def distinct_draws(m: Measurement) -> str:
    """`1872/1920` samples are draws of their own; `–` where each problem has one."""
    return "–" if m.draws is None else f"{m.draws.distinct}/{sum(m.counted)}"


def measurement_table(measurements: Iterable[Measurement]) -> Table:
    """What was measured; shares and scores in points."""
    columns = (
        "model", "benchmark", "problems N", "samples n", "distinct", "pass@1", "sampling SE",
        "problem SE", "truncated", "no answer", "repetition", "grader errors",
        "tokens mean", "tokens p95", "received", "public before",
    )  # fmt: skip
    return Table("measurements", columns, tuple(_measurement_row(m) for m in measurements))


def _measurement_row(m: Measurement) -> tuple[Value, ...]:
    return (
        m.model,
        m.benchmark,
        str(m.problems),
        samples_of(m),
        distinct_draws(m),
        points(m.pass_at_1, 2),
        sampling_error(m),
        points(m.problem_se, 2),
        or_unknown(points(m.truncated_share)),
        points(m.no_answer_share),
        or_unknown(points(m.metrics.get("looped_share"))),
        points(m.grader_error_share),
        or_unknown(number(m.tokens_mean)),
        or_unknown(number(m.tokens_p95, 0)),
        received(m),
        m.public,
    )


def received(m: Measurement) -> Value:
    """`64/64`; marked where samples are missing."""
    counts = f"{m.received}/{m.asked}"
    return counts if m.complete else Message("received-partial", {"received": counts})


def verdict_table(verdicts: Iterable[Verdict]) -> Table:
    """Published figures against measured ones, in points."""
    columns = (
        "claim", "model", "benchmark", "metric", "published", "measured", "difference",
        "95 % interval", "margin", "needed margin", "tier", "registered", "verdict",
    )  # fmt: skip
    return Table("verdicts", columns, tuple(_verdict_row(v) for v in verdicts))


def _verdict_row(v: Verdict) -> tuple[str, ...]:
    return (
        v.claim,
        v.subject,
        v.benchmark,
        v.metric,
        number(v.published),
        number(v.measured),
        signed(v.difference),
        interval(v.interval_95),
        margin_told(v.margin),
        needed(v.needed_margin),
        v.tier or "–",
        v.registration.state,
        v.verdict,
    )


def run_column(table: Table, names: Sequence[str]) -> Table:
    """`table` with the name of each row's run in front."""
    rows = tuple((name, *row) for name, row in zip(names, table.rows, strict=True))
    return Table(table.name, ("run", *table.columns), rows)


def clean(text: str, limit: int = 200) -> str:
    """Hostile text made safe for a terminal or a table cell: no control, format or surrogate
    characters (escape sequences, right-to-left overrides), one line, at most `limit` characters."""
    if len(text) <= limit and text.isprintable():  # Most are, and this is much quicker.
        return " ".join(text.split())
    kept = "".join(
        " " if c in "\t\r\n" else c if unicodedata.category(c)[0] != "C" else "�"
        for c in text[: 4 * limit]
    )
    kept = " ".join(kept.split())
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def to_csv(table: Table) -> str:
    """The table as CSV, in English. Text that a spreadsheet would run as a formula gets a leading
    quote."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([_inert(english(cell)) for cell in row] for row in table.rows)
    return out.getvalue()


def _inert(cell: str) -> str:
    formula = cell[:1] in {"=", "@", "\t", "\r"} or (
        cell[:1] in {"+", "-"} and not _is_number(cell)
    )
    return "'" + cell if formula else cell


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"[+-][\d.,]+", cell) is not None


def to_markdown(table: Table, words: Words, named: bool = False) -> str:
    """The table in Markdown, its cells escaped; where all columns but the first are `named`, their
    headings are names that stand as they are."""
    keyed = table.columns[:1] if named else table.columns
    heads = [escape(words.render(heading(column))) for column in keyed]
    heads += [escape(column) for column in table.columns[len(keyed) :]]
    lines = [_line(heads), _line(["---"] * len(heads))]
    for row in table.rows:
        cells = [in_terms(*cell, words) for cell in zip(table.columns, row, strict=True)]
        lines.append(_line([escape(words.render(cell)) for cell in cells]))
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


LONGEST_CELL = 5000
"""Characters of a cell: a claim that six sources speak to fills half of it."""


def escape(text: str) -> str:
    """Text that Markdown and the HTML it is turned into show as it is."""
    text = clean(text, LONGEST_CELL)
    return _MARKED.sub(lambda found: _SHOWN.get(found[0], f"\\{found[0]}"), text)


_MARKED = re.compile(r"[&<>\\|`\[\]!*]")
_SHOWN = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
