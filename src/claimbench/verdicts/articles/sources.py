"""Who measured what: the vendors' tables, each third party's, and each of our runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from claimbench.analysis.efficiency import Efficiency
from claimbench.claims.catalogue import Catalogue, published_as
from claimbench.claims.pairs import PublishedPair, published_pairs
from claimbench.claims.schema import BenchmarkTest
from claimbench.config.models import subject_of
from claimbench.messages import Message
from claimbench.records import NOT_REGISTERED, Measurement, PublishedResult, Registration, Tier
from claimbench.verdicts.cases import Pair
from claimbench.verdicts.noise import SHARES
from claimbench.verdicts.protocol import forbidding

VENDORS = "vendors"
"""The vendors' tables together, by name."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a finished run measured. `left_out` says what of it counts as no evidence, and why;
    `registration` how it stands to what was registered before it."""

    name: str
    measurements: tuple[Measurement, ...]
    efficiency: tuple[Efficiency, ...] = ()
    left_out: tuple[Message, ...] = ()
    registration: Registration = NOT_REGISTERED


@dataclass(frozen=True)
class Party:
    """One source of scores on some `subjects`: published figures (their ids), or our measurements
    by (model, benchmark)."""

    name: str
    tier: Tier
    subjects: frozenset[str]
    results: frozenset[str] = frozenset()
    measured: Mapping[tuple[str, str], Measurement] = field(default_factory=dict)

    def published(
        self,
        test: BenchmarkTest,
        figures: Mapping[str, Sequence[PublishedResult]],
        catalogue: Catalogue,
    ) -> tuple[PublishedPair, ...]:
        """The figures for each benchmark of a test: of the subject this party's, of the reference
        everybody's. `figures` are by subject. The same for all that published nothing."""
        own = [r for r in figures.get(test.subject, ()) if r.id in self.results]
        return published_pairs(test, [*own, *figures.get(test.reference, ())], catalogue)

    def pairs(self, test: BenchmarkTest, published: Iterable[PublishedPair]) -> tuple[Pair, ...]:
        """Each benchmark of a test with this party's score of the subject. The reference is this
        party's too where it has one, else the vendors', as `published` has it."""
        if not self.measured:
            return tuple(Pair(p.named, p.subject, p.reference, p.margin) for p in published)
        return tuple(
            Pair(
                p.named,
                self._own(test.subject, p.benchmark, p.metric),
                self._own(test.reference, p.benchmark, p.metric) or p.reference,
                p.margin,
            )
            for p in published
        )

    def _own(self, model: str, benchmark: str, metric: str) -> Measurement | None:
        return self.measured.get((model, benchmark)) if metric in SHARES else None


def parties(results: Iterable[PublishedResult], runs: Iterable[Run]) -> tuple[Party, ...]:
    """Our runs, then third parties one by one, then the vendors together: a vendor's claim quotes
    other vendors' figures, so their tables are read side by side."""
    return (*our_parties(runs), *_theirs(results))


def our_parties(runs: Iterable[Run]) -> tuple[Party, ...]:
    """Each run, once for each tier of evidence that it holds."""
    return tuple(party for run in runs for party in _ours(run))


def _ours(run: Run) -> Iterable[Party]:
    """A run is one party; what it imported from others is evidence of its own tier."""
    for tier in sorted({m.tier for m in run.measurements}):
        own = [m for m in run.measurements if m.tier == tier]
        # A variant of a model, or a task that asks a benchmark's problems, speaks where the run
        # has nothing nearer.
        measured = {_published_name(m): m for m in sorted(own, key=_is_itself)}
        yield Party(run.name, tier, frozenset(model for model, _ in measured), measured=measured)


def _published_name(m: Measurement) -> tuple[str, str]:
    return subject_of(m.model), published_as(m.benchmark)


def _is_itself(m: Measurement) -> bool:
    return _published_name(m) == (m.model, m.benchmark)


def _theirs(results: Iterable[PublishedResult]) -> Iterable[Party]:
    results = tuple(results)
    own = {_cell(r): r for r in results if r.tier == "D" and r.protocol and "#" not in r.id}
    found: dict[tuple[Tier, str], list[PublishedResult]] = {}
    for result in results:
        if _of_other_problems(result, own.get(_cell(result))):
            continue
        name = VENDORS if result.tier == "D" else result.table.partition("/")[0]
        found.setdefault((result.tier, name), []).append(result)
    for (tier, name), rows in sorted(found.items(), key=lambda item: item[0]):
        yield Party(name, tier, frozenset(r.subject for r in rows), frozenset(r.id for r in rows))


def _cell(result: PublishedResult) -> tuple[str, str, str]:
    return result.subject, result.benchmark, result.metric


def _of_other_problems(result: PublishedResult, vendors: PublishedResult | None) -> bool:
    """Whether a third party measured on other problems than the vendor (another window): the
    vendor's figures of other models, which claims set beside it, are then of other problems too.
    A source of scores problem by problem brings those of other models itself."""
    if result.tier == "D" or vendors is None or result.counted:
        return False
    return forbidding(vendors.protocol, result.protocol) is not None
