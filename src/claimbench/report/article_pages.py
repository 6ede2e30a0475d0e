"""claims.md and published.md: the evidence for a reader, in English."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from claimbench.messages import Message, Texts, Value, term
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
from claimbench.report.messages import english, words
from claimbench.report.paired_table import paired_table
from claimbench.report.tables import Table, escape, to_markdown
from claimbench.report.verdict_sum import verdict_sum
from claimbench.verdicts.articles.results import STATUSES, ClaimVerdict, Finding
from claimbench.verdicts.articles.sources import Run
from claimbench.verdicts.paired_scores import PairedScores
from claimbench.verdicts.registration import run_messages
from claimbench.verdicts.remeasured import PublishedEvidence
from claimbench.verdicts.spread import Heterogeneity, together


def claims_page(verdicts: Sequence[ClaimVerdict], runs: Sequence[Run]) -> str:
    """Counts, then every claim by article, then what distilled checkpoints say beside R1."""
    say = words().say
    names = ", ".join(run.name for run in runs) or say("evidence-no-runs")
    parts = [
        f"# {say('page-claims')}\n",
        f"{say('legend-tiers')} {say('legend-statuses')}\n",
        f"{escape(say('evidence-runs', runs=names))}\n",
        *(
            f"{escape(say('evidence-left-out', what=line))}\n"
            for run in runs
            for line in run.left_out
        ),
        to_markdown(counts_table(counts(verdicts), STATUSES), words()),
    ]
    for article, group in groupby(verdicts, key=lambda v: v.claim.article):
        parts += [f"## {escape(article)}\n", to_markdown(_article_table(group), words())]
    parts += [f"## {say('evidence-proxies')}\n", f"{say('evidence-proxies-note')}\n"]
    return "\n".join([*parts, to_markdown(proxy_table(verdicts), words())])


def _article_table(verdicts: Iterable[ClaimVerdict]) -> Table:
    rows = [
        (
            v.claim.id, v.claim.lines, v.claim.kind, v.claim.text, v.status, v.tier or "–",
            *by_origin(v), Message("evidence-why", {"parts": (v.reason, *_beside(v))}),
        )
        for v in verdicts
    ]  # fmt: skip
    columns = ("claim", "lines", "kind", "in our words", "status", "tier", *ORIGINS, "why")
    return Table("claims", columns, tuple(rows))


def _beside(v: ClaimVerdict) -> Iterable[Message | Texts]:
    if v.claim.note:
        yield v.claim.note
    yield from disagreements(v)
    yield from registrations(v)


def registrations(v: ClaimVerdict) -> tuple[Message, ...]:
    """How our own runs that decide a claim stand to what was registered before them."""
    return tuple(run_messages(list(v.registrations.items()), named=True))


def disagreements(v: ClaimVerdict) -> tuple[Message, ...]:
    """Where other articles say something else of the same thing."""
    return tuple(
        Message("disagreement", {"other": other, "sides": found.message})
        for other, found in v.claim.disagreements.items()
    )


def proxy_table(verdicts: Iterable[ClaimVerdict]) -> Table:
    """One row for each test of a claim and each distilled checkpoint."""
    rows: list[tuple[Value, ...]] = []
    for v in verdicts:
        tests = groupby(sorted(v.proxies, key=_test_and_model), key=_test_and_model)
        for _, group in tests:
            found = sorted(group, key=lambda f: (english(f.source), f.tier))
            said = tuple(map(_source, found))
            rows.append((v.claim.id, found[0].what, Message("proxy-verdicts", {"verdicts": said})))
    return Table("proxies", ("claim", "test", "verdicts"), tuple(rows))


def _source(finding: Finding) -> Message:
    said = Message(
        "proxy-source",
        {
            "source": finding.source,
            "tier": finding.tier,
            "status": term("status", finding.verdict),
        },
    )
    return said if finding.final else Message("proxy-in-part", {"verdict": said})


def _test_and_model(finding: Finding) -> tuple[int, str]:
    return finding.test, finding.model


def published_page(evidence: PublishedEvidence, paired: Sequence[PairedScores]) -> str:
    """Re-measured figures with their sentences, models paired by problem, the spread, and what
    nobody has re-measured."""
    rows = remeasured_table(evidence.rows).rows
    places = (0, 1, 2, 3, 14, 15)
    columns = tuple(remeasured_table(()).columns[i] for i in places)
    short = Table("published", columns, tuple(tuple(row[i] for i in places) for row in rows))
    say = words().say
    return "\n".join(
        [
            f"# {say('evidence-published')}\n",
            f"{say('legend-verdicts')} {say('legend-family')}\n",
            to_markdown(short, words()),
            f"{english(verdict_sum([row.verdict for row in evidence.rows]))}\n",
            f"## {say('evidence-paired')}\n",
            f"{say('evidence-paired-note')}\n",
            to_markdown(paired_table(paired), words()),
            f"## {say('evidence-laboratories')}\n",
            f"{say('evidence-laboratories-note')}\n",
            "\n".join(f"- {name}: {_test(one)}" for name, one in together(evidence.spreads).items())
            + "\n",
            to_markdown(spread_table(evidence.spreads), words()),
            f"## {say('evidence-alone')}\n",
            f"{say('evidence-alone-note')}\n",
            "\n".join(f"- {escape(r.id)}: {r.value:g}{_untestable(r)}" for r in evidence.alone)
            + "\n",
        ]
    )


def _untestable(result: PublishedResult) -> str:
    """Why nobody can measure the figure again, where the tables say so."""
    if not result.untestable:
        return ""
    return f" ({escape(words().say('evidence-untestable', reason=result.untestable))})"


def _test(found: Heterogeneity) -> str:
    values: dict[str, Value] = {"q": found.q, "df": found.df, "p": chance(found.p)}
    if found.error_df is None:
        return words().say("heterogeneity-bound", **values)
    return words().say("heterogeneity-likely", **values, errors=found.error_df)
