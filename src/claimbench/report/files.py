"""The files of a report, by their place in its folder."""

from __future__ import annotations

from collections.abc import Iterator

from claimbench.report import figures, svg
from claimbench.report.agreement_tables import agreement_tables
from claimbench.report.article_tables import claims_table
from claimbench.report.claim_tables import testable
from claimbench.report.comparison_files import changes_table, comparison_table
from claimbench.report.contrast_table import contrast_tables
from claimbench.report.document import Document
from claimbench.report.html import evidence_by_benchmark, render_html
from claimbench.report.lm_eval_table import lm_eval_tables
from claimbench.report.markdown import render_document, tables_of
from claimbench.report.messages import ENGLISH
from claimbench.report.page_script import asset
from claimbench.report.page_words import page_words
from claimbench.report.samples import Pack
from claimbench.report.tables import clean, to_csv
from claimbench.report.theme import figure_style
from claimbench.report.vote_table import vote_tables
from claimbench.store import safe_name

File = tuple[str, str]
"""A relative path and its text."""


def report_files(document: Document, pack: Pack | None, language: str = ENGLISH) -> Iterator[File]:
    """Tables, figures, report.md and report.html, one at a time; pictures and pages in `language`,
    report.html in the others too."""
    drawn = list(_figures(document, svg.Pen(page_words([language]))))
    tables = [
        *tables_of(document),
        *vote_tables(document),
        *contrast_tables(document),
        *lm_eval_tables(document),
        *agreement_tables(document),
    ]
    if document.comparisons:
        tables += [comparison_table(document.comparisons), changes_table(document.comparisons)]
    if verdicts := testable(document):
        tables.append(claims_table(verdicts))
    yield from ((f"tables/{table.name}.csv", to_csv(table)) for table in tables)
    style = figure_style(asset("figure.css"))
    yield from ((path, svg.standalone(figure, style)) for path, figure in drawn)
    yield "report.md", render_document(document, [path for path, _ in drawn], language)
    yield "report.html", render_html(document, pack, language)


def _figures(document: Document, pen: svg.Pen) -> Iterator[File]:
    many = len(document.runs) > 1
    for benchmark, groups in evidence_by_benchmark(document):
        yield _path("evidence", benchmark), figures.forest(pen, "forest", clean(benchmark), groups)
    for one in document.comparisons:
        variant = one.variant.run, one.variant.model, one.variant.benchmark
        yield _path("compared", *variant), figures.paired(pen, "compared", one)
    for run in document.runs:
        for cell in run.cells:
            names = clean(cell.model), clean(cell.benchmark)
            place = (run.name, *names) if many else names
            if cell.curve:
                drawn = figures.curve(pen, "curve", *names, cell.curve)
                yield _path("score-by-cap", *place), drawn
            if cell.lengths:
                drawn = figures.histogram(pen, "lengths", *names, cell.lengths)
                yield _path("lengths", *place), drawn


def _path(*names: str) -> str:
    return f"figures/{'-'.join(map(safe_name, names))}.svg"
