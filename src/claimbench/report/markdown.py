"""report.md: the verdicts, what was measured, and what a reader must know beside both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from claimbench.records import Verdict
from claimbench.report.agreement_tables import SHOWN, agreement_table, disagreement_table
from claimbench.report.article_tables import efficiency_table
from claimbench.report.claim_tables import report_claims_table, spoken, testable
from claimbench.report.document import Document
from claimbench.report.lm_eval_table import lm_eval_tables
from claimbench.report.messages import english
from claimbench.report.tables import (
    Table,
    escape,
    figure_of,
    measurement_table,
    run_column,
    to_markdown,
    verdict_table,
)
from claimbench.report.vote_table import vote_tables

_LEGEND = """\
Scores are percentage points. *Sampling SE*: what a rerun on the same problems would vary by; a \
published figure on the same problems is compared with it. *Problem SE*: what other problems like \
these would vary by. *Truncated*: replies cut by the token limit. *No answer*: replies in which \
no answer was found. *In a loop*: replies that were cut while their last characters repeated \
exactly (a lower bound). Replies that the grader could not judge are *grader errors*; they are \
left out of the score and never counted as wrong.

Verdicts on published figures: **reproduced** – equal within the margin that was fixed before the \
run; **lower**/**higher** – a difference is shown and equality is not; **inconclusive** – neither; \
**not comparable** – the protocols differ too much. *Needed margin*: the smallest margin at which \
the figure would count as reproduced. Evidence tiers: A our run, B a third party's raw outputs \
graded by us, C a third party's score, D the vendor's own figure.
"""

_VOTES = """\
## Votes and pass@k

*pass@k*: the chance that at least one of k samples is right. *cons@k*: the share of problems that \
a majority vote over k samples gets right, expected over which k are drawn; a sample without an \
answer casts no vote. *SE between two votes*: what the cons@k of two such runs differs by through \
chance alone.
"""

_LM_EVAL = """\
## lm-eval's own figures

What lm-eval's filters and metrics make of the same replies, as it would report them: in its units \
(a share is from 0 to 1), with its standard error where that is a formula. With repeats its \
filters take one of them, or their vote; our score is the mean over all.
"""

_CLAIMS = """\
*Our runs* are those of this report (A), *third parties* others' outputs that it graded (B) and \
scores as others report them (C), *vendors* the figures of those who made a model or quote it (D); \
the verdict is that of the best tier that judges the claim's own subject. *Distilled*: what the \
runs say of checkpoints distilled from R1, over tests and runs; they are other models, and nothing \
of theirs counts for or against a claim about R1. Reasons: tables/claims.csv. {count} further \
claims cannot be tested by any run; `claimbench claims` gives the reason of each.
"""

_NO_CLAIM = """\
None of the models that were measured here is one that a claim speaks of, or is distilled from \
one. tables/claims.csv has the {count} testable claims as others' figures judge them.
"""

_SPENT = """\
A solved problem is a right sample; the tokens of wrong samples count as spent on it. *Tokens per \
second* is the model's over its whole run, from the first request to the last completion and \
without loading; *device-seconds* count every GPU (every core, where no GPU worked) for that time, \
shared out by tokens. Both tell of the machine, the engine and its load as much as of the model. \
Dollars are what the GPUs cost at the price given with `--gpu-hour`.
"""


def tables_of(document: Document) -> tuple[Table, Table, Table]:
    """Verdicts, measurements and what they took; each row with its run where there are several."""
    tables = (
        (verdict_table(document.verdicts), [r.name for r in document.runs for _ in r.verdicts]),
        (
            measurement_table(document.measurements),
            [r.name for r in document.runs for _ in r.measurements],
        ),
        (
            efficiency_table(document.efficiency, document.gpu_hour),
            [r.name for r in document.runs for _ in r.efficiency],
        ),
    )
    many = len(document.runs) > 1
    judged, measured, spent = (run_column(*pair) if many else pair[0] for pair in tables)
    return judged, measured, spent


def render_document(document: Document, figures: Sequence[str] = ()) -> str:
    """The report as Markdown; `figures` are the paths of its pictures."""
    judged, measured, spent = tables_of(document)
    many = len(document.runs) > 1
    parts = [f"# {escape(document.title)}\n"]
    if document.partial:
        parts.append(
            "**Partial: samples are still missing, so there are estimates, no verdicts.**\n"
        )
    if document.verdicts:
        parts += ["## Verdicts\n", to_markdown(judged)]
        parts += [s for run in document.runs for s in _sentences(run.verdicts)]
    parts += ["## Measurements\n", to_markdown(measured)]
    parts += [s for t in vote_tables(document) for s in (_VOTES, to_markdown(t))]
    parts += [s for t in lm_eval_tables(document) for s in (_LM_EVAL, to_markdown(t))]
    parts += _agreements(document)
    parts += _claims(document)
    if spent.rows:
        parts += ["## What it took\n", to_markdown(spent), _SPENT]
    if figures:
        parts += ["## Figures\n", *(f"![]({path})\n" for path in figures)]
    parts += ["## How to read this\n", _LEGEND]
    for run in document.runs:
        parts.append(f"## The run {escape(run.name)}\n" if many else "## The run\n")
        parts.append("\n".join(f"- {escape(k)}: {escape(v)}" for k, v in run.about) + "\n")
    return "\n".join(parts)


def agreement_tables(document: Document, most: int | None = None) -> list[Table]:
    """Their labels beside our grades, then every disagreement (the first `most` of each cell);
    each row with its run where there are several. Nothing where no run was imported."""
    found = [(run.name, a) for run in document.runs for a in run.agreements]
    if not found:
        return []
    apart = [(n, disagreement_table(a, most, texts=document.texts)) for n, a in found]
    columns = apart[0][1].columns
    differing = Table("disagreements", columns, tuple(r for _, t in apart for r in t.rows))
    tables = [agreement_table(a for _, a in found), differing]
    if len(document.runs) > 1:
        names = [[n for n, _ in found], [n for n, t in apart for _ in t.rows]]
        tables = [run_column(t, n) for t, n in zip(tables, names, strict=True)]
    return tables


def _agreements(document: Document) -> Iterable[str]:
    """The section on their labels, if there are any."""
    tables = agreement_tables(document, SHOWN)
    if not tables:
        return
    yield "## Their labels and our grades\n"
    yield to_markdown(tables[0])
    count = sum(len(a.disagreements) for run in document.runs for a in run.agreements)
    if tables[1].rows:
        shown = len(tables[1].rows)
        yield f"Where they differ: {shown} of {count}; tables/disagreements.csv has all.\n"
        yield to_markdown(tables[1])


def _claims(document: Document) -> Iterable[str]:
    """The section on the articles' claims, if they were judged."""
    verdicts = testable(document)
    if not verdicts:
        return
    yield "## The claims of the articles\n"
    if not any(map(spoken, verdicts)):
        yield _NO_CLAIM.format(count=len(verdicts))
    else:
        yield to_markdown(report_claims_table(verdicts))
        yield _CLAIMS.format(count=len(document.claims) - len(verdicts))


def _sentences(verdicts: Iterable[Verdict]) -> Iterable[str]:
    for v in verdicts:
        what = f"{v.subject}, {figure_of(v)}: {v.verdict}."
        yield f"**{escape(what)}** {escape(english(v.sentence))}\n"
        yield from _departures(v)
        yield from (f"Note: {escape(english(note))}\n" for note in v.notes)


def _departures(v: Verdict) -> Iterable[str]:
    """Known differences one by one, then in one line what one side does not state."""
    known = [english(d.message) for d in v.departures if not d.one_sided]
    unknown = [english(d.message) for d in v.departures if d.one_sided]
    if known:
        yield "Where the protocols differ:\n"
        yield "\n".join(f"- {escape(d)}" for d in known) + "\n"
    if unknown:
        yield f"Stated by one side only: {escape('; '.join(unknown))}\n"
