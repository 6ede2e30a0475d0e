"""Which published figures of two models a comparison may set side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from claimbench.claims.catalogue import Catalogue
from claimbench.claims.schema import BenchmarkTest
from claimbench.records import PublishedResult


@dataclass(frozen=True, slots=True)
class PublishedPair:
    """The figures of subject and reference for one entry of a test's benchmarks; None where there
    is none. `margin` is in the metric's unit."""

    named: str
    benchmark: str
    metric: str
    subject: PublishedResult | None
    reference: PublishedResult | None
    margin: float | None


def published_pairs(
    test: BenchmarkTest, results: Iterable[PublishedResult], catalogue: Catalogue
) -> tuple[PublishedPair, ...]:
    """The figures for each benchmark of a test.

    Two figures of one table are preferred, since one party compared them; among several tables the
    one that states the protocol of more of the two. Second figures of a cell (`#2`) are left out.
    """
    results = [result for result in results if "#" not in result.id]
    return tuple(_pair(test, named, results, catalogue) for named in test.benchmarks)


def _pair(
    test: BenchmarkTest, named: str, results: list[PublishedResult], catalogue: Catalogue
) -> PublishedPair:
    benchmark, metric = catalogue.split(named)
    figures = [r for r in results if (r.benchmark, r.metric) == (benchmark, metric)]
    subjects = [r for r in figures if r.subject == test.subject]
    references = [r for r in figures if r.subject == test.reference]
    shared = [(s, r) for s in subjects for r in references if s.table == r.table]
    chosen = max(
        shared,
        key=lambda pair: sum(bool(r.protocol) for r in pair),
        default=(_best(subjects), _best(references)),
    )
    return PublishedPair(named, benchmark, metric, *chosen, margin=test.margin_of(named))


def _best(figures: list[PublishedResult]) -> PublishedResult | None:
    """The vendor's figure before others', because the claims were made from it."""
    return max(figures, key=lambda r: (r.tier, bool(r.protocol)), default=None)
