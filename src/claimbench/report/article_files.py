"""The files of results/evidence: the same evidence gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from claimbench.claims.articles import load_articles
from claimbench.errors import StoreError
from claimbench.report.article_data import claims_data, published_data, to_json
from claimbench.report.article_pages import claims_page, published_page
from claimbench.report.article_reading import reading_files
from claimbench.report.article_tables import claims_table, remeasured_table, spread_table
from claimbench.report.paired_table import paired_table
from claimbench.report.tables import to_csv
from claimbench.verdicts.articles.claims import Evidence, judge_claims
from claimbench.verdicts.paired_scores import paired_scores
from claimbench.verdicts.remeasured import judge_published_evidence


def evidence_files(evidence: Evidence) -> Mapping[str, str]:
    """File name → content. No sample, no article's sentence, no path."""
    verdicts, published = judge_claims(evidence), judge_published_evidence(evidence.results)
    paired = paired_scores(evidence.results)
    return {
        "claims.json": to_json(claims_data(verdicts, evidence.runs)),
        "claims.csv": to_csv(claims_table(verdicts)),
        "claims.md": claims_page(verdicts, evidence.runs),
        "published.json": to_json(published_data(published)),
        "published.csv": to_csv(remeasured_table(published.rows)),
        "published.md": published_page(published, paired),
        "spread.csv": to_csv(spread_table(published.spreads)),
        "paired.csv": to_csv(paired_table(paired)),
        **reading_files(load_articles(), verdicts),
    }


def write_evidence(evidence: Evidence, folder: Path) -> list[Path]:
    """Write the files into `folder`. Raises StoreError where it cannot be written."""
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in evidence_files(evidence).items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
            written.append(folder / name)
    except OSError as error:
        raise StoreError(
            f"--out {folder}: cannot be written ({error.strerror}); name another"
        ) from error
    return written
