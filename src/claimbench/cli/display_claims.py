"""The claims on a terminal: a table for each article, then the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from claimbench.messages import term
from claimbench.report.article_data import counts
from claimbench.report.article_pages import disagreements, registrations
from claimbench.report.claim_tables import counted
from claimbench.report.messages import ENGLISH, Words, words
from claimbench.report.tables import clean, heading
from claimbench.verdicts.articles import ClaimVerdict

STATUS_STYLES = {
    "supported": "green",
    "contradicted": "red",
    "confirmed by record": "green",
    "contradicted by record": "red",
    "mixed": "magenta",
    "inconclusive": "yellow",
}
REASON_LENGTH = 5000


def show_claims(verdicts: Sequence[ClaimVerdict], language: str = ENGLISH) -> None:
    """Print the claims by article with verdict, tier and reason. Raises ConfigError for a language
    without a catalogue."""
    console, known = Console(), words(language)
    for article, group in groupby(verdicts, key=lambda v: v.claim.article):
        console.print(_table(article, list(group), known))
    for kind, row in counts(verdicts).items():
        shown = known.render(counted("status", Counter(row)))
        console.print(Text(f"{known.render(term('kind', kind))}: {shown}"))


def _table(article: str, verdicts: Sequence[ClaimVerdict], known: Words) -> RichTable:
    drawn = RichTable(title=clean(article), title_justify="left", show_lines=True)
    for name in ("claim", "kind", "verdict"):
        drawn.add_column(known.render(heading(name)), no_wrap=name == "claim")
    # Folded: where letters are two cells wide, a line may come out a cell too long, and be cut.
    drawn.add_column(known.render(heading("why")), ratio=1, overflow="fold")
    for v in verdicts:
        drawn.add_row(
            Text(v.claim.id.removeprefix(f"{article}-")),
            Text(known.render(term("kind", v.claim.kind))),
            _verdict(v, known),
            _why(v, known),
        )
    return drawn


def _verdict(v: ClaimVerdict, known: Words) -> Text:
    tier = f" ({v.tier})" if v.tier else ""
    shown = known.render(term("status", v.status))
    return Text(shown + tier, style=STATUS_STYLES.get(v.status, ""))


def _why(v: ClaimVerdict, known: Words) -> Text:
    text = Text(clean(known.render(v.claim.text), REASON_LENGTH))
    text.append("\n" + clean(known.render(v.reason), REASON_LENGTH), style="dim")
    for found in (*disagreements(v), *registrations(v)):
        text.append("\n" + clean(known.render(found), REASON_LENGTH), "dim")
    return text
