"""report.md: the verdicts, what was measured, and what a reader must know beside both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from claimbench.messages import Message, Value, term
from claimbench.records import Verdict
from claimbench.report.agreement_tables import SHOWN, agreement_tables
from claimbench.report.answer import Answer, legend_in_letters, what_could_change
from claimbench.report.answers import answers
from claimbench.report.article_tables import efficiency_table
from claimbench.report.claim_tables import report_claims_table, spoken, testable
from claimbench.report.comparison_files import comparison_table, sections
from claimbench.report.contrast_table import contrast_tables
from claimbench.report.document import Document
from claimbench.report.glossary import legends
from claimbench.report.lm_eval_table import lm_eval_tables
from claimbench.report.matrix import matrix_of, matrix_rows
from claimbench.report.messages import ENGLISH, Words, words
from claimbench.report.strips import in_letters
from claimbench.report.tables import (
    Table,
    escape,
    figure_of,
    measurement_table,
    run_column,
    to_markdown,
    verdict_table,
)
from claimbench.report.verdict_sum import named_differences, verdict_sum
from claimbench.report.vote_table import vote_tables
from claimbench.verdicts.registration import run_messages


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


def render_document(
    document: Document, figures: Sequence[str] = (), language: str = ENGLISH
) -> str:
    """The report as Markdown; `figures` are the paths of its pictures."""
    page = _Page(words(language))
    judged, measured, spent = tables_of(document)
    parts = [f"# {page.text(document.title)}\n"]
    if document.partial:
        parts.append(f"**{page.say('page-partial')}**\n")
    parts += page.answers(document)
    parts += [page.head("page-measurements"), page.table(measured)]
    if document.verdicts:
        parts += [page.head("page-verdicts"), page.table(judged)]
        parts += [f"{page.text(one)}\n" for one in run_messages(document.registrations)]
        parts += [s for run in document.runs for s in page.sentences(run.verdicts)]
    if document.comparisons:
        parts += [page.head("page-comparison"), *sections(document.comparisons, page.words)]
        parts += [page.table(comparison_table(document.comparisons))]
        parts += [f"{page.say('legend-comparison')}\n"]
    for table in vote_tables(document):
        parts += page.section("page-votes", table, "page-votes-caption")
    for table in contrast_tables(document):
        parts += page.section("page-contrast", table, "page-contrast-caption")
    for table in lm_eval_tables(document):
        parts += page.section("page-lm-eval", table, "page-lm-eval-caption")
    parts += page.agreements(document)
    parts += page.claims(document)
    if spent.rows:
        parts += page.section("page-cost", spent, "page-cost-caption", "page-cost-note")
    if figures:
        parts += [page.head("page-figures"), *(f"![]({path})\n" for path in figures)]
    reading = legends(document).values()
    parts += [page.head("page-reading"), *(f"{page.words.render(one)}\n" for one in reading)]
    return "\n".join([*parts, *page.abouts(document)])


@dataclass(frozen=True, slots=True)
class _Page:
    """The sections of a report in one language."""

    words: Words

    def text(self, value: Value) -> str:
        return escape(self.words.render(value))

    def say(self, key: str, **values: Value) -> str:
        return self.text(Message(key, values))

    def head(self, key: str, **values: Value) -> str:
        return f"## {self.say(key, **values)}\n"

    def table(self, table: Table) -> str:
        return to_markdown(table, self.words)

    def section(self, key: str, table: Table, *legends: str) -> list[str]:
        """A table under its heading, with what a reader must know of it."""
        return [self.head(key), self.table(table), *(f"{self.words.say(one)}\n" for one in legends)]

    def answers(self, document: Document) -> Iterable[str]:
        """What report.html says first, in the same order."""
        found = answers(document)
        yield self.head("page-answer")
        for one in found:
            yield from self._answer(one, named=len(document.runs) > 1)
        if legend := legend_in_letters(found, self.words):
            yield f"`{'   '.join(legend)}`\n"
        total = self.text(verdict_sum(document.verdicts))
        if matrix := matrix_of(document):
            yield f"{self.words.say('page-answers-many', count=len(document.verdicts))} {total}\n"
            yield from (f"{self.text(one)}\n" for one in named_differences(document.verdicts))
            table = Table("matrix", ("model", *matrix.benchmarks), tuple(matrix_rows(matrix)))
            yield to_markdown(table, self.words, named=True)
        elif len(document.verdicts) > 1:
            yield f"{total}\n"

    def _answer(self, one: Answer, named: bool) -> Iterable[str]:
        first, *rest = map(self.text, one.sentences)
        run = f" ({escape(one.run)})" if named and one.run else ""
        yield f"**{first}**{run}\n"
        if one.word is not None:
            yield f"{rest.pop(0)}\n"
        if one.strip is not None:
            yield f"```text\n{in_letters(one.strip)}\n```\n"
        yield from (f"{line}\n" for line in rest)
        yield from (f"{line}\n" for line in what_could_change(one, self.words, escape))

    def sentences(self, verdicts: Iterable[Verdict]) -> Iterable[str]:
        """Each verdict in full, with the departures and notes beside it."""
        for v in verdicts:
            state = self.words.render(term("verdict", v.verdict))
            what = f"{v.subject}, {figure_of(v)}: {state}."
            yield f"**{escape(what)}** {self.text(v.sentence)}\n"
            yield from self._departures(v)
            yield from (f"{self.say('page-note', note=note)}\n" for note in v.notes)

    def _departures(self, v: Verdict) -> Iterable[str]:
        """Known differences one by one, then in one line what one side does not state."""
        known = [d.message for d in v.departures if not d.one_sided]
        unknown = tuple(d.message for d in v.departures if d.one_sided)
        if known:
            yield f"{self.say('page-departures')}:\n"
            yield "\n".join(f"- {self.text(d)}" for d in known) + "\n"
        if unknown:
            yield f"{self.say('page-one-sided-list', departures=unknown)}\n"

    def agreements(self, document: Document) -> Iterable[str]:
        """The section on their labels, if there are any."""
        tables = agreement_tables(document, SHOWN)
        if not tables:
            return
        yield from self.section("page-agreement", tables[0])
        count = sum(len(a.disagreements) for run in document.runs for a in run.agreements)
        if tables[1].rows:
            shown = len(tables[1].rows)
            yield f"{self.say('page-disagreements-caption', shown=shown, all=count)}\n"
            yield self.table(tables[1])

    def claims(self, document: Document) -> Iterable[str]:
        """The section on the articles' claims, if they were judged."""
        every = testable(document)
        if not every:
            return
        yield self.head("page-claims")
        verdicts = [v for v in every if spoken(v)]
        if not verdicts:
            yield f"{self.say('page-claims-none', count=len(every))}\n"
        else:
            yield self.table(report_claims_table(verdicts))
            further = len(document.claims) - len(verdicts)
            yield f"{self.words.say('page-claims-note', count=further)}\n"

    def abouts(self, document: Document) -> Iterable[str]:
        """What each run was."""
        many = len(document.runs) > 1
        for run in document.runs:
            yield self.head("page-about-run", run=run.name) if many else self.head("page-about")
            yield "\n".join(f"- {self.text(k)}: {self.text(v)}" for k, v in run.about) + "\n"
