"""The claims on a terminal: a table for each article, then the counts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from claimbench.report.article_data import counts
from claimbench.report.korean_claims import reason_in_korean
from claimbench.report.tables import clean
from claimbench.report.words import CLAIM_WORDS, WORDS, Said, say
from claimbench.verdicts.articles import ClaimVerdict

STATUS_STYLES = {
    "supported": "green",
    "contradicted": "red",
    "mixed": "magenta",
    "inconclusive": "yellow",
}
REASON_LENGTH = 1500


def show_claims(verdicts: Sequence[ClaimVerdict], korean: bool = False) -> None:
    """Print the claims by article with verdict, tier and reason."""
    console = Console()
    for article, group in groupby(verdicts, key=lambda v: v.claim.article):
        console.print(_table(article, list(group), korean))
    for kind, row in counts(verdicts).items():
        told = ", ".join(f"{count} {_word(status, korean)}" for status, count in row.items())
        console.print(Text(f"{_word(kind, korean)}: {told}"))


def _table(article: str, verdicts: Sequence[ClaimVerdict], korean: bool) -> RichTable:
    drawn = RichTable(title=clean(article), title_justify="left", show_lines=True)
    for name in ("claim", "kind", "verdict"):
        drawn.add_column(_said(WORDS[name], korean), no_wrap=name == "claim")
    # Folded: where letters are two cells wide, a line may come out a cell too long, and be cut.
    drawn.add_column(_said(WORDS["why"], korean), ratio=1, overflow="fold")
    for v in verdicts:
        drawn.add_row(
            Text(v.claim.id.removeprefix(f"{article}-")),
            Text(_word(v.claim.kind, korean)),
            _verdict(v, korean),
            _words(v, korean),
        )
    return drawn


def _verdict(v: ClaimVerdict, korean: bool) -> Text:
    tier = f" ({v.tier})" if v.tier else ""
    return Text(_word(v.status, korean) + tier, style=STATUS_STYLES.get(v.status, ""))


def _words(v: ClaimVerdict, korean: bool) -> Text:
    text = Text(clean(v.claim.text_ko if korean else v.claim.text, REASON_LENGTH))
    text.append(
        "\n" + clean(reason_in_korean(v) if korean else v.reason, REASON_LENGTH), style="dim"
    )
    for other, why in v.claim.disagreements.items():
        text.append("\n" + _said(say("disagrees", other=other, why=clean(why)), korean), "dim")
    return text


def _word(word: str, korean: bool) -> str:
    return _said(CLAIM_WORDS[word], korean)


def _said(said: Said, korean: bool) -> str:
    return said.ko if korean else said.en
