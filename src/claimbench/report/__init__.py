"""Verdicts and measurements → Markdown, HTML, CSV and figures. No arithmetic here: every figure
arrives ready.

    document.py   what a report shows; view.py: a run folder → that
    messages/     its words, one catalogue per language
    answers.py    the answer first: one sentence for each verdict, how sure, what could change it
    caveats.py    what could change a verdict
    strips.py     the picture of a decision, drawn and in letters; matrix.py: that of many
    tables.py     tables as rows of ready text; CSV. A table of its own is a module: vote_table.py,
                  claim_tables.py, …
    markdown.py   report.md
    figures.py    the figures, drawn with svg.py, coloured by theme.py
    problems.py   what became of each problem
    samples.py    stored samples, compressed, for a report in which they can be read
    html.py       report.html: assets/*.j2; its script is assets/*.js (page_script.py)
    vendor/       the one script of others that a page holds
    files.py      all of it, by its place in the folder
    article_files.py      the files of results/evidence (article_pages.py, article_reading.py)
    comparison_files.py   compared runs as tables, Markdown and files (comparisons.py)
    junit.py      the tests of a CI job (checks.py); summary.py: its short page

Whatever comes from a model is escaped before it reaches a table (see `tables.clean`), and reaches
the page only compressed, to be put there as text.
"""

from claimbench.report.document import CellView, Document, RunView
from claimbench.report.files import report_files
from claimbench.report.sample_texts import Source
from claimbench.report.samples import Pack, pack
from claimbench.report.tables import Table, measurement_table, to_csv, verdict_table

__all__ = [
    "CellView",
    "Document",
    "Pack",
    "RunView",
    "Source",
    "Table",
    "measurement_table",
    "pack",
    "report_files",
    "to_csv",
    "verdict_table",
]
