"""Verdicts and measurements → Markdown and CSV. No arithmetic here: every figure arrives ready.

Whatever comes from a model is escaped before it reaches a table (see `tables.clean`).
"""

from claimbench.report.markdown import render_markdown
from claimbench.report.tables import (
    Table,
    measurement_table,
    to_csv,
    verdict_table,
)

__all__ = ["Table", "measurement_table", "render_markdown", "to_csv", "verdict_table"]
