"""claims.md and published.md: the dossier for a reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from claimbench.records import PublishedResult
from claimbench.report.article_data import counts
from claimbench.report.article_tables import (
    ORIGINS,
    by_origin,
    chance,
    counts_table,
    remeasured_table,
    spread_table,
)
from claimbench.report.tables import Table, escape, to_markdown
from claimbench.report.words import say
from claimbench.verdicts.articles.results import STATUSES, ClaimVerdict, Finding
from claimbench.verdicts.articles.runs import Run
from claimbench.verdicts.remeasured import PublishedEvidence
from claimbench.verdicts.spread import Heterogeneity, together

_TIERS = """\
Evidence tiers: **A** our own runs, **B** a third party's raw outputs graded by us, **C** a third \
party's score, **D** the figures of those who made or quote them. They are kept apart; a claim's \
status is that of the best tier that judges its own subject. Statuses: *supported*, \
*contradicted*, *mixed* (some of what is claimed holds, some fails), *inconclusive* (the errors \
are too large, or a part is untested), *untested* (a run could test it, none has), *not testable* \
(no run of a model speaks to it).
"""

_CHANCE = """\
Verdicts: *reproduced* – equal within the margin; *lower*/*higher* – a difference is shown and \
equality is not; *inconclusive* – neither; *not comparable* – the two are of different things. \
Tests are corrected by Holm within a vendor's table, a model and a third party; the sentence says \
where a test alone would say otherwise. What is compared is one laboratory's figure under its \
protocol with the vendor's under its own.
"""


def claims_page(verdicts: Sequence[ClaimVerdict], runs: Sequence[Run]) -> str:
    """Counts, then every claim by article, then what distilled checkpoints say beside R1."""
    names = ", ".join(run.name for run in runs) or "none"
    parts = [
        "# The claims of the five articles\n",
        _TIERS,
        f"Own runs read: {escape(names)}.\n",
        *(f"Left out: {escape(line)}.\n" for run in runs for line in run.left_out),
        to_markdown(counts_table(counts(verdicts), STATUSES)),
    ]
    for article, group in groupby(verdicts, key=lambda v: v.claim.article):
        parts += [f"## {escape(article)}\n", to_markdown(_article_table(group))]
    parts += [_PROXIES, to_markdown(proxy_table(verdicts))]
    return "\n".join(parts)


def _article_table(verdicts: Iterable[ClaimVerdict]) -> Table:
    rows = [
        (
            v.claim.id, v.claim.lines, v.claim.kind, v.claim.text, v.status, v.tier or "–",
            *by_origin(v), "; ".join([v.reason.rstrip("."), *_beside(v)]),
        )
        for v in verdicts
    ]  # fmt: skip
    columns = ("claim", "lines", "kind", "in our words", "status", "tier", *ORIGINS, "why")
    return Table("claims", columns, tuple(rows))


def _beside(v: ClaimVerdict) -> Iterable[str]:
    if v.claim.note:
        yield v.claim.note.rstrip(".")
    for other, why in v.claim.disagreements.items():
        yield say("disagrees", other=other, why=why).en


_PROXIES = """\
## Distilled checkpoints, beside R1

What the same tests say of the distilled checkpoints. They are other models: nothing here counts \
for or against a claim about R1. *In part*: this party has figures on some of the benchmarks only, \
and the others could change the verdict.
"""


def proxy_table(verdicts: Iterable[ClaimVerdict]) -> Table:
    """One row for each test of a claim and each distilled checkpoint."""
    rows = []
    for v in verdicts:
        tests = groupby(sorted(v.proxies, key=_test_and_model), key=_test_and_model)
        for (_, what), found in tests:
            told = [f"{f.source} ({f.tier}): {f.verdict}{_part(f)}" for f in found]
            rows.append((v.claim.id, what, "; ".join(sorted(told))))
    return Table("proxies", ("claim", "test", "verdicts"), tuple(rows))


def _part(finding: Finding) -> str:
    return "" if finding.final else " in part"


def _test_and_model(finding: Finding) -> tuple[int, str]:
    return finding.test, finding.what


def published_page(evidence: PublishedEvidence) -> str:
    """Re-measured figures with their sentences, the spread, and what nobody has re-measured."""
    rows = remeasured_table(evidence.rows).rows
    places = (0, 1, 2, 3, 14, 15)
    columns = tuple(remeasured_table(()).columns[i] for i in places)
    short = Table("published", columns, tuple(tuple(row[i] for i in places) for row in rows))
    return "\n".join(
        [
            "# Third parties' figures against the vendor's\n",
            _CHANCE,
            to_markdown(short),
            "## Between laboratories\n",
            *_spread_words(evidence),
            to_markdown(spread_table(evidence.spreads)),
            "## Not re-measured\n",
            "Figures of the same models for which no third party's figure is at hand:\n",
            "\n".join(f"- {escape(r.id)}: {r.value:g}{_untestable(r)}" for r in evidence.alone)
            + "\n",
        ]
    )


def _untestable(result: PublishedResult) -> str:
    """Why nobody can measure the figure again, where the tables say so."""
    parts = result.note.split("; ")
    return "".join(f" ({escape(part)})" for part in parts if part.startswith("not testable"))


def _spread_words(evidence: PublishedEvidence) -> Iterable[str]:
    yield (
        "The standard deviation of the third parties' figures of one model on one benchmark, "
        "beside what sampling alone would give: at most, from the scores alone; and likely, from "
        "the standard deviations over seeds that one of the laboratories publishes for that "
        "benchmark. Where the second p is small, laboratories differ by protocol more than by "
        "chance, and a verdict on one of them holds for its protocol only. Cochran's test over "
        "all models:\n"
    )
    found = together(evidence.spreads)
    lines = [f"- {name}: {_told(one)}" for name, one in found.items()]
    yield "\n".join(lines) + "\n"


def _told(found: Heterogeneity) -> str:
    against = (
        "against the largest errors possible"
        if found.error_df is None
        else f"against likely errors, which were estimated on {found.error_df} degrees of freedom"
    )
    return f"Q = {found.q:.1f} on {found.df} degrees of freedom {against}, p = {chance(found.p)}"
