"""The articles' claims in a report: our runs, third parties and vendors apart, and what the runs
say of distilled checkpoints beside their teacher."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from claimbench.messages import Message, Value, term
from claimbench.records.plain import JsonDict
from claimbench.report.article_tables import ORIGINS, by_origin
from claimbench.report.document import Document
from claimbench.report.tables import Table
from claimbench.verdicts.articles.results import ClaimVerdict, Finding

SYMBOLS = {
    "supported": "✓", "confirmed by record": "✓", "contradicted": "✗",
    "contradicted by record": "✗", "mixed": "±", "inconclusive": "?",
}  # fmt: skip
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


def _distilled(v: ClaimVerdict) -> Value:
    """`r1-distill-qwen-7b: 2 contradicted, 1 inconclusive`, over its tests and the runs. What they
    spent is no verdict."""
    counts: dict[str, Counter[str]] = {}
    for finding in v.proxies if v.claim.kind == "benchmark" else ():
        counts.setdefault(finding.model, Counter())[finding.verdict] += 1
    found = tuple(
        Message("proxy-model-counts", {"model": name, "counts": counted("status", seen)})
        for name, seen in counts.items()
    )
    return Message("proxy-counts", {"models": found}) if found else "–"


def counted(family: str, counts: Counter[str]) -> tuple[Message, ...]:
    """`2 contradicted`, `1 inconclusive`: how often each name of a family of terms occurs."""
    return tuple(
        Message("count-of", {"count": count, "what": term(family, name)})
        for name, count in sorted(counts.items())
    )


def claim_rows(verdicts: Sequence[ClaimVerdict]) -> list[dict[str, object]]:
    """What the page shows of each claim."""
    return [_row(v) for v in verdicts]


def _row(v: ClaimVerdict) -> JsonDict:
    claim = v.claim
    return {
        "id": claim.id,
        "lines": claim.lines,
        "kind": term("kind", claim.kind),
        "text": claim.text,
        "origins": by_origin(v),
        "tier": v.tier or "–",
        "verdict": v.status,
        "word": term("status", v.status),
        "symbol": SYMBOLS.get(v.status, "·"),
        "reason": v.reason,
        "note": claim.note,
        "proxies": _proxies(v),
    }


def _proxies(v: ClaimVerdict) -> list[tuple[Message, Message]]:
    """Each test of each distilled checkpoint, and what the runs make of it."""
    ordered = sorted(v.proxies, key=lambda f: (f.test, f.model))
    return [
        (found[0].what, _spent(found) or _verdicts(found))
        for _, group in groupby(ordered, key=lambda f: (f.test, f.model))
        if (found := list(group))
    ]


def _spent(found: Sequence[Finding]) -> Message | None:
    """What distilled checkpoints spent on a solved problem, where that is what was found."""
    spent = [(f, f.figures[0]) for f in found if f.figures and "tokens_per_solved" in f.figures[0]]
    runs = tuple(
        Message(
            "proxy-spent-run",
            {
                "benchmark": figure["benchmark"],
                "tokens": figure["tokens_per_solved"],
                "run": f.source,
                "tier": f.tier,
            },
        )
        for f, figure in spent
    )
    if not runs:
        return None
    more = len(runs) - NAMED_RUNS
    if more <= 0:
        return Message("proxy-spent", {"runs": runs})
    return Message("proxy-spent-more", {"runs": runs[:NAMED_RUNS], "more": more})


def _verdicts(found: Sequence[Finding]) -> Message:
    """`inconclusive (run-1, A; run-2, A; 7 more)`."""
    ordered = sorted(found, key=lambda f: f.verdict)
    groups = groupby(ordered, key=lambda f: f.verdict)
    said = tuple(_verdict(status, list(group)) for status, group in groups)
    return Message("proxy-verdicts", {"verdicts": said})


def _verdict(status: str, found: Sequence[Finding]) -> Message:
    runs = tuple((f.source, f.tier) for f in found[:NAMED_RUNS])
    more = len(found) - NAMED_RUNS
    if more <= 0:
        return Message("proxy-verdict", {"status": term("status", status), "runs": runs})
    values: dict[str, Value] = {"status": term("status", status), "runs": runs, "more": more}
    return Message("proxy-verdict-more", values)
