"""The claims on a terminal: a table for each article, then the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from claimbench.messages import term
from claimbench.report.article_data import counts
from claimbench.report.article_pages import disagreements, registrations
from claimbench.report.claim_tables import counted
from claimbench.report.messages import ENGLISH, Words, words
from claimbench.report.tables import clean, heading
from claimbench.verdicts.articles.results import ClaimVerdict

STATUS_STYLES = {
    "supported": "green",
    "contradicted": "red",
    "confirmed by record": "green",
    "contradicted by record": "red",
    "mixed": "magenta",
    "inconclusive": "yellow",
}
REASON_LENGTH = 5000
REASON_LINES = 8
"""Lines of a reason that are shown: one that six sources speak to fills three screens."""
NARROW = 72
"""Below this width there is no room beside the words of a claim."""
OTHER_COLUMNS = 48
"""The width of the other columns, about."""


def show_claims(
    verdicts: Sequence[ClaimVerdict], language: str = ENGLISH, unheard: Sequence[str] = ()
) -> None:
    """Print the claims by article with verdict, tier and reason; of several articles at once long
    reasons in part; and the runs that speak to none of them. Raises ConfigError for a language
    without a catalogue."""
    console, known = Console(), words(language)
    many = len({v.claim.article for v in verdicts}) > 1
    # Claim, kind and verdict take more than half of a narrow terminal, and less of a wide one.
    width = max(console.width - OTHER_COLUMNS, console.width // 3)
    room = REASON_LINES * width if many else REASON_LENGTH
    for article, group in groupby(verdicts, key=lambda v: v.claim.article):
        console.print(_table(article, list(group), known, room, console.width < NARROW))
    for kind, row in counts(verdicts).items():
        shown = known.render(counted("status", Counter(row)))
        console.print(Text(f"{known.render(term('kind', kind))}: {shown}"))
    if any(cell_len(known.render(v.reason)) > room for v in verdicts):
        console.print(Text(known.say("claims-cut")), style="dim", soft_wrap=True)
    for run in unheard:
        console.print(Text(clean(known.say("claims-unheard", run=run))), soft_wrap=True)


def _table(
    article: str, verdicts: Sequence[ClaimVerdict], known: Words, room: int, narrow: bool
) -> RichTable:
    """A row for each claim; on a `narrow` terminal kind and verdict stand above the words."""
    drawn = RichTable(title=clean(article), title_justify="left", show_lines=True)
    for name in ("claim",) if narrow else ("claim", "kind", "verdict"):
        drawn.add_column(known.render(heading(name)), no_wrap=name == "claim")
    # Folded: where letters are two cells wide, a line may come out a cell too long, and be cut.
    drawn.add_column(known.render(heading("why")), ratio=1, overflow="fold")
    for v in verdicts:
        number = Text(v.claim.id.removeprefix(f"{article}-"))
        kind = Text(known.render(term("kind", v.claim.kind)))
        verdict, why = _verdict(v, known), _why(v, known, room)
        if narrow:
            drawn.add_row(number, Text("\n").join((kind, verdict, why)))
        else:
            drawn.add_row(number, kind, verdict, why)
    return drawn


def _verdict(v: ClaimVerdict, known: Words) -> Text:
    tier = f" ({v.tier})" if v.tier else ""
    shown = known.render(term("status", v.status))
    return Text(shown + tier, style=STATUS_STYLES.get(v.status, ""))


def _why(v: ClaimVerdict, known: Words, room: int) -> Text:
    text = Text(clean(known.render(v.claim.text), REASON_LENGTH))
    reason = clean(known.render(v.reason), REASON_LENGTH)
    text.append("\n" + shortened(reason, room), style="dim")
    for found in (*disagreements(v), *registrations(v)):
        text.append("\n" + clean(known.render(found), REASON_LENGTH), "dim")
    return text


def shortened(text: str, room: int) -> str:
    """`text`, or so many of its words as take `room` cells of a terminal, and an ellipsis."""
    if cell_len(text) <= room:
        return text
    kept, taken = list[str](), 1
    for word in text.split(" "):
        taken += cell_len(word) + 1
        if taken > room:
            break
        kept.append(word)
    return " ".join(kept).rstrip(",;:") + " …"
