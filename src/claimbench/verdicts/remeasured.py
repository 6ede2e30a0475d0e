"""What third parties measured, against the vendors' own figures: verdicts that need no GPU."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from claimbench.records import PublishedResult, Verdict
from claimbench.verdicts.cases import Case
from claimbench.verdicts.published import judge_all
from claimbench.verdicts.spread import Spread, spreads


@dataclass(frozen=True, slots=True)
class Remeasured:
    """A vendor's figure, a third party's of the same cell, and the verdict. `also` are further
    figures that the third party gives for the cell; only its first one is judged."""

    published: PublishedResult
    measured: PublishedResult
    verdict: Verdict
    also: tuple[PublishedResult, ...]


@dataclass(frozen=True, slots=True)
class PublishedEvidence:
    """Every re-measured figure, how far laboratories lie apart, and the vendors' figures of
    re-measured models that nobody has re-measured."""

    rows: tuple[Remeasured, ...]
    spreads: tuple[Spread, ...]
    alone: tuple[PublishedResult, ...]


def judge_published_evidence(results: Sequence[PublishedResult]) -> PublishedEvidence:
    """Third parties' figures (tier C) against the vendors' own (tier D) of the same model,
    benchmark and metric.

    A vendor's own figure is one with a stated protocol: a row that it quotes from others has none.
    Families for Holm's correction are those of `published.judge_all`: a vendor's table, a model, a
    third party.
    """
    third = [r for r in results if r.tier == "C"]
    first = [r for r in third if "#" not in r.id]
    own = [r for r in results if r.tier == "D" and r.protocol and "#" not in r.id]
    cases = [Case(o, t, tier="C") for o in own for t in first if _cell(o) == _cell(t)]
    rows = [_row(case, v, third) for case, v in zip(cases, judge_all(cases), strict=True)]
    return PublishedEvidence(
        rows=tuple(rows),
        spreads=spreads(_comparable(first, rows), {_cell(o): o for o in own}),
        alone=tuple(_alone(own, first)),
    )


def _row(case: Case, verdict: Verdict, third: Sequence[PublishedResult]) -> Remeasured:
    measured = case.measured
    assert isinstance(measured, PublishedResult)  # the cases above hold nothing else
    also = tuple(r for r in third if r.id.startswith(f"{measured.id}#"))
    return Remeasured(case.result, measured, verdict, also)


def _cell(result: PublishedResult) -> tuple[str, str, str]:
    return result.subject, result.benchmark, result.metric


def _comparable(
    third: Sequence[PublishedResult], rows: Sequence[Remeasured]
) -> list[PublishedResult]:
    """Third parties' figures without those that were found to be of other problems."""
    barred = {r.measured.id for r in rows if r.verdict.verdict == "not comparable"}
    return [result for result in third if result.id not in barred]


def _alone(
    own: Sequence[PublishedResult], third: Sequence[PublishedResult]
) -> list[PublishedResult]:
    models, cells = {r.subject for r in third}, {_cell(r) for r in third}
    return [r for r in own if r.subject in models and _cell(r) not in cells]
