"""The files of compared runs."""

from __future__ import annotations

from collections.abc import Sequence

from claimbench.report.comparison_data import to_json
from claimbench.report.comparisons import changes_table, comparison_table, render
from claimbench.report.messages import ENGLISH
from claimbench.report.tables import to_csv
from claimbench.verdicts.comparisons import Compared


def comparison_files(found: Sequence[Compared], language: str = ENGLISH) -> dict[str, str]:
    """The files of a comparison by name."""
    return {
        "comparison.md": render(found, language),
        "comparison.csv": to_csv(comparison_table(found)),
        "changes.csv": to_csv(changes_table(found)),
        "comparison.json": to_json(found),
    }
