"""The words that a reader may not know, each explained once; only those that a report uses."""

from __future__ import annotations

from collections.abc import Mapping

from claimbench.messages import Message
from claimbench.report.document import Document

EXPLAINED: Mapping[str, Message] = {
    "pass-1": Message("legend-pass-1"),
    "sampling-se": Message("legend-sampling-se"),
    "problem-se": Message("legend-problem-se"),
    "interval": Message("legend-interval"),
    "margin": Message("legend-margin"),
    "equivalence": Message("legend-equivalence"),
    "holm": Message("legend-holm"),
    "shares": Message("legend-shares"),
    "grader-errors": Message("legend-grader-errors"),
    "distinct": Message("legend-distinct"),
    "verdicts": Message("legend-verdicts"),
    "tiers": Message("legend-tiers"),
}
"""Each word's explanation, in the order in which a page has them."""

COLUMNS: Mapping[str, str] = {
    "pass@1": "pass-1",
    "our pass@1": "pass-1",
    "sampling SE": "sampling-se",
    "problem SE": "problem-se",
    "95 % interval": "interval",
    "95 % on such problems": "interval",
    "95 % on these problems": "interval",
    "margin": "margin",
    "needed margin": "margin",
    "p (Holm)": "holm",
    "p equivalence (Holm)": "holm",
    "truncated": "shares",
    "no answer": "shares",
    "repetition": "shares",
    "grader errors": "grader-errors",
    "distinct": "distinct",
    "verdict": "verdicts",
    "tier": "tiers",
}
"""By column of a table, the word that its heading is."""


def legends(document: Document) -> dict[str, Message]:
    """The explanations of what the report shows."""
    measured, judged = document.measurements, document.verdicts
    tested = any(v.interval_95 for v in judged) or bool(document.comparisons)
    used = {
        "pass-1": bool(measured),
        "sampling-se": any(m.sampling_se or not m.greedy for m in measured),
        "problem-se": bool(measured),
        "interval": tested,
        "margin": bool(judged) or bool(document.comparisons),
        "equivalence": tested,
        "holm": tested and (len(judged) > 1 or len(document.comparisons) > 1),
        "shares": bool(measured),
        "grader-errors": any(m.grader_error_share for m in measured),
        "distinct": any(m.draws for m in measured),
        "verdicts": bool(judged),
        "tiers": bool(judged) or bool(document.claims) or bool(document.evidence),
    }
    return {name: message for name, message in EXPLAINED.items() if used[name]}
