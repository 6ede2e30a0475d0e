"""Tables of claims, re-measured figures, the spread between laboratories, and what runs spent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from claimbench.analysis.efficiency import Efficiency
from claimbench.messages import Message, Value, term
from claimbench.records import Tier
from claimbench.report.messages import languages, words
from claimbench.report.tables import Table, interval, margin_told, needed, number
from claimbench.verdicts.articles.results import TIERS, ClaimVerdict
from claimbench.verdicts.remeasured import Remeasured
from claimbench.verdicts.spread import Spread


def claims_table(verdicts: Iterable[ClaimVerdict]) -> Table:
    """Every claim with its verdict, the verdict of each tier alone, and the text and the reason in
    every language (a column of its own for each but English)."""
    others = languages()[1:]
    columns = (
        "claim", "article", "lines", "kind", "status", "tier", "our runs (A)",
        "third parties, graded by us (B)", "third parties (C)", "vendors (D)",
        "text", *(f"text_{name}" for name in others),
        "reason", *(f"reason_{name}" for name in others),
    )  # fmt: skip
    return Table("claims", columns, tuple(_claim_row(v, others) for v in verdicts))


def _claim_row(v: ClaimVerdict, others: Sequence[str]) -> tuple[Value, ...]:
    claim = v.claim
    return (
        claim.id, claim.article, claim.lines, claim.kind, v.status, v.tier or "–",
        *(v.tiers.get(tier, "–") for tier in TIERS),
        claim.text, *(words(name).render(claim.text) for name in others),
        v.reason, *(words(name).render(v.reason) for name in others),
    )  # fmt: skip


ORIGINS: Mapping[str, tuple[Tier, ...]] = {
    "our runs": ("A",), "third parties": ("B", "C"), "vendors": ("D",),
}  # fmt: skip
"""Whose evidence the tiers are."""


def by_origin(v: ClaimVerdict) -> tuple[Value, ...]:
    """What our runs, third parties and vendors each say of a claim, apart; of third parties both
    the outputs that we graded (B) and the scores that they state (C)."""
    return tuple(_origin(v, tiers) for tiers in ORIGINS.values())


def _origin(v: ClaimVerdict, tiers: tuple[Tier, ...]) -> Value:
    found = tuple(
        Message("origin", {"status": term("status", v.tiers[tier]), "tier": tier})
        for tier in tiers
        if tier in v.tiers
    )
    return Message("origins", {"origins": found}) if found else "–"


def counts_table(counts: dict[str, dict[str, int]], statuses: Sequence[str]) -> Table:
    """How many claims of each kind have each status."""
    rows = [
        (kind, *(str(row.get(status, 0)) for status in statuses), str(sum(row.values())))
        for kind, row in counts.items()
    ]
    totals = [sum(row.get(status, 0) for row in counts.values()) for status in statuses]
    rows.append(("all", *map(str, totals), str(sum(totals))))
    return Table("counts", ("kind", *statuses, "all"), tuple(rows))


def remeasured_table(rows: Iterable[Remeasured]) -> Table:
    """Third parties' figures against the vendor's, in points."""
    columns = (
        "model", "benchmark", "metric", "measured by", "published", "measured", "difference",
        "95 % interval", "margin", "needed margin", "p difference", "Holm", "p equal", "Holm equal",
        "verdict", "sentence",
    )  # fmt: skip
    return Table("published", columns, tuple(_remeasured_row(row) for row in rows))


def _remeasured_row(row: Remeasured) -> tuple[Value, ...]:
    v = row.verdict
    chances = (
        v.p_difference, v.p_difference_adjusted, v.p_equivalence, v.p_equivalence_adjusted,
    )  # fmt: skip
    return (
        v.subject, v.benchmark, v.metric, row.measured.table, number(v.published),
        number(v.measured), "–" if v.difference is None else f"{v.difference:+.1f}",
        interval(v.interval_95), margin_told(v.margin), needed(v.needed_margin),
        *(chance(p) for p in chances), v.verdict, v.sentence,
    )  # fmt: skip


def chance(p: float | None) -> str:
    """A p-value: 0.014, 4e-08."""
    if p is None:
        return "–"
    return f"{p:.3f}" if p >= 0.0005 else f"{p:.0e}"


def spread_table(spreads: Iterable[Spread]) -> Table:
    """How far laboratories lie apart, beside what chance alone would give."""
    columns = (
        "model", "benchmark", "measured by", "vendor", "mean", "sd between laboratories",
        "sd by chance, at most", "p", "sd by chance, likely", "p likely",
    )  # fmt: skip
    return Table("spread", columns, tuple(_spread_row(s) for s in spreads))


def _spread_row(s: Spread) -> tuple[str, ...]:
    return (
        s.subject,
        s.benchmark,
        ", ".join(f"{name} {value:g}" for name, value in s.values),
        number(s.vendor),
        number(s.mean),
        number(s.sd, 2),
        number(s.at_most.expected_sd, 2),
        chance(s.at_most.p),
        number(s.likely.expected_sd if s.likely else None, 2),
        chance(s.likely.p if s.likely else None),
    )


def efficiency_table(rows: Iterable[Efficiency], gpu_hour: float | None = None) -> Table:
    """What a run spent; money in US dollars at `gpu_hour` for an hour of one GPU."""
    columns = (
        "model", "benchmark", "right", "samples", "tokens per second", "tokens per solved",
        "95 % interval", "device", "device-seconds per solved", "dollars per solved",
    )  # fmt: skip
    return Table("efficiency", columns, tuple(_efficiency_row(e, gpu_hour) for e in rows))


def _efficiency_row(e: Efficiency, gpu_hour: float | None) -> tuple[str, ...]:
    cost, within = e.gpu_cost_per_solved(gpu_hour), e.tokens_interval_95
    return (
        e.model,
        e.benchmark,
        f"{e.right:g}",
        str(e.samples),
        number(e.tokens_per_second),
        number(e.tokens_per_solved, 0),
        "–" if within is None else f"[{within[0]:.0f}, {within[1]:.0f}]",
        e.device or "–",
        number(e.device_seconds_per_solved, 2),
        "–" if cost is None else f"{cost:.4g}",
    )
