"""report.md: the verdicts, what was measured, and what a reader must know beside both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from claimbench.records import Measurement, Verdict
from claimbench.report.tables import escape, measurement_table, to_markdown, verdict_table

_LEGEND = """\
Scores are percentage points. *Sampling SE*: what a rerun on the same problems would vary by; a \
published figure on the same problems is compared with it. *Problem SE*: what other problems like \
these would vary by. *Truncated*: replies cut by the token limit. *No answer*: replies in which \
no answer was found. Replies that the grader could not judge are *grader errors*; they are left \
out of the score and never counted as wrong.

Verdicts on published figures: **reproduced** – equal within the margin that was fixed before the \
run; **lower**/**higher** – a difference is shown and equality is not; **inconclusive** – neither; \
**not comparable** – the protocols differ too much. *Needed margin*: the smallest margin at which \
the figure would count as reproduced. Evidence tiers: A our run, B a third party's raw outputs \
graded by us, C a third party's score, D the vendor's own figure.
"""


def render_markdown(
    title: str,
    measurements: Sequence[Measurement],
    verdicts: Sequence[Verdict],
    about: Sequence[tuple[str, str]],
    partial: bool = False,
) -> str:
    """The report as Markdown. `about` are pairs (what, value) that describe the run."""
    parts = [f"# {escape(title)}\n"]
    if partial:
        parts.append(
            "**Partial: samples are still missing, so there are estimates, no verdicts.**\n"
        )
    if verdicts:
        parts += ["## Verdicts\n", to_markdown(verdict_table(verdicts)), *_sentences(verdicts)]
    parts += ["## Measurements\n", to_markdown(measurement_table(measurements))]
    parts += ["## How to read this\n", _LEGEND]
    parts += ["## The run\n", "\n".join(f"- {escape(k)}: {escape(v)}" for k, v in about) + "\n"]
    return "\n".join(parts)


def _sentences(verdicts: Iterable[Verdict]) -> Iterable[str]:
    for v in verdicts:
        what = f"{v.subject}, {v.benchmark}: {v.verdict}."
        yield f"**{escape(what)}** {escape(v.sentence)}\n"
        if v.departures:
            yield "Where the protocols differ:\n"
            yield "\n".join(f"- {escape(d)}" for d in v.departures) + "\n"
        yield from (f"Note: {escape(note)}\n" for note in v.notes)
