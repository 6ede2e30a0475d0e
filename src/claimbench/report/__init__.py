"""Verdicts and measurements → Markdown, HTML, CSV and figures. No arithmetic here: every figure
arrives ready.

    document.py   what a report shows
    words.py      its words in English and Korean
    tables.py     tables as rows of ready text; CSV
    markdown.py   report.md
    figures.py    the figures, drawn with svg.py, coloured by theme.py
    samples.py    stored samples, compressed, for a report in which they can be read
    html.py       report.html
    files.py      all of it, by its place in the folder

Whatever comes from a model is escaped before it reaches a table (see `tables.clean`), and reaches
the page only compressed, to be put there as text.
"""

from claimbench.report.document import CellView, Document, RunView
from claimbench.report.files import report_files
from claimbench.report.samples import Pack, Source, pack
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
