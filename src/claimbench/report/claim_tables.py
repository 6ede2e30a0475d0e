"""The articles' claims in a report: our runs, third parties and vendors apart, and what the runs
say of distilled checkpoints beside R1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from claimbench.report.article_tables import ORIGINS, by_origin
from claimbench.report.document import Document
from claimbench.report.korean_claims import reason_in_korean, what_in_korean
from claimbench.report.tables import Table
from claimbench.report.words import CLAIM_WORDS, Said
from claimbench.verdicts.articles.results import ClaimVerdict, Finding

SYMBOLS = {"supported": "✓", "contradicted": "✗", "mixed": "±", "inconclusive": "?"}
NAMED_RUNS = 4
"""Runs that are named one by one; where more say the same they are counted."""


def testable(document: Document) -> list[ClaimVerdict]:
    """The claims that have a test; those to which the report's own runs speak come first."""
    found = [v for v in document.claims if v.claim.test is not None]
    return sorted(found, key=lambda v: not spoken(v))


def spoken(v: ClaimVerdict) -> bool:
    """Whether a run of the report says something of the claim, or of a distilled checkpoint."""
    return bool(v.proxies) or any(tier in v.tiers for tier in ("A", "B"))


def report_claims_table(verdicts: Iterable[ClaimVerdict]) -> Table:
    """A row for each claim, without the reasons, which stand in tables/claims.csv."""
    columns = ("claim", "kind", "in our words", "verdict", "tier", *ORIGINS, "distilled")
    rows = [
        (
            v.claim.id, v.claim.kind, v.claim.text, v.status, v.tier or "–", *by_origin(v),
            _distilled(v),
        )
        for v in verdicts
    ]  # fmt: skip
    return Table("claims", columns, tuple(rows))


def _distilled(v: ClaimVerdict) -> str:
    """`r1-distill-qwen-7b: 2 contradicted, 1 inconclusive`, over its tests and the runs. What they
    spent is no verdict."""
    counts: dict[str, Counter[str]] = {}
    for finding in v.proxies if v.claim.kind == "benchmark" else ():
        counts.setdefault(finding.model, Counter())[finding.verdict] += 1
    told = (f"{name}: {_counted(found)}" for name, found in counts.items())
    return "; ".join(told) or "–"


def _counted(found: Counter[str]) -> str:
    return ", ".join(f"{count} {verdict}" for verdict, count in sorted(found.items()))


def claim_rows(verdicts: Sequence[ClaimVerdict]) -> list[dict[str, Any]]:
    """What the page shows of each claim, in both languages."""
    return [_row(v) for v in verdicts]


def _row(v: ClaimVerdict) -> dict[str, Any]:
    claim = v.claim
    return {
        "id": claim.id,
        "lines": claim.lines,
        "kind": CLAIM_WORDS[claim.kind],
        "text": Said(claim.text, claim.text_ko),
        "origins": [_origin(told) for told in by_origin(v)],
        "tier": v.tier or "–",
        "verdict": v.status,
        "word": CLAIM_WORDS[v.status],
        "symbol": SYMBOLS.get(v.status, "·"),
        "reason": Said(v.reason, reason_in_korean(v)),
        "note": Said(claim.note, claim.note_ko),
        "proxies": _proxies(v),
    }


def _origin(told: str) -> Said:
    korean = told
    for word, said in CLAIM_WORDS.items():
        korean = korean.replace(f"{word} (", f"{said.ko} (")
    return Said(told, korean)


def _proxies(v: ClaimVerdict) -> list[tuple[Said, Said]]:
    """Each test of each distilled checkpoint, and what the runs make of it."""
    ordered = sorted(v.proxies, key=lambda f: (f.test, f.what))
    return [
        (Said(what, what_in_korean(v, found[0])), _spent(found) or _verdicts(found))
        for (_, what), group in groupby(ordered, key=lambda f: (f.test, f.what))
        if (found := list(group))
    ]


def _spent(found: Sequence[Finding]) -> Said | None:
    """What distilled checkpoints spent on a solved problem, where that is what was found."""
    spent = [(f, f.figures[0]) for f in found if f.figures and "tokens_per_solved" in f.figures[0]]
    listed = [
        f"{figure['benchmark']} {figure['tokens_per_solved']:.0f} ({f.source}, {f.tier})"
        for f, figure in spent
    ]
    more = len(listed) - NAMED_RUNS
    told = "; ".join(listed[:NAMED_RUNS])
    if more <= 0:
        return Said(told, told) if told else None
    return Said(f"{told}; {more} more", f"{told}; 외 {more}개")


def _verdicts(found: Sequence[Finding]) -> Said:
    """`inconclusive (run-1, run-2, 7 more)`, in both languages."""
    english, korean = [], []
    for verdict, group in groupby(sorted(found, key=lambda f: f.verdict), key=lambda f: f.verdict):
        names = [f"{f.source}, {f.tier}" for f in group]
        listed, more = "; ".join(names[:NAMED_RUNS]), len(names) - NAMED_RUNS
        english.append(f"{verdict} ({listed}{f'; {more} more' if more > 0 else ''})")
        word = CLAIM_WORDS[verdict].ko
        korean.append(f"{word} ({listed}{f'; 외 {more}개' if more > 0 else ''})")
    return Said("; ".join(english), "; ".join(korean))
