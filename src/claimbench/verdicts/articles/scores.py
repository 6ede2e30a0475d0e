"""What benchmark claims are judged by: each party's figures, and what they make of a comparison."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from claimbench.claims.articles import benchmark_tests
from claimbench.claims.catalogue import Catalogue
from claimbench.claims.pairs import PublishedPair
from claimbench.claims.schema import BenchmarkTest
from claimbench.records import Claim, PublishedResult
from claimbench.verdicts.articles.sources import Party
from claimbench.verdicts.cases import Pair
from claimbench.verdicts.claims import outcomes_of
from claimbench.verdicts.composition import Outcome


@dataclass(frozen=True)
class Scores:
    """What there is to judge by."""

    results: Sequence[PublishedResult]
    catalogue: Catalogue
    parties: Sequence[Party]
    memo: dict[str, _Published] = field(default_factory=dict, repr=False, compare=False)
    """What published parties make of a comparison, which hundreds of reports ask."""
    own_memo: dict[tuple[int, str], Tested] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What our runs make of it: several claims make the same comparison."""
    beside: dict[str, Sequence[PublishedPair]] = field(
        default_factory=dict, repr=False, compare=False
    )
    """What is published on a comparison that our runs make."""
    asked: dict[str, Asked] = field(default_factory=dict, repr=False, compare=False)
    """By a claim's id its tests, and those asked of distilled checkpoints."""

    @cached_property
    def own(self) -> Sequence[Party]:
        """Our runs."""
        return [party for party in self.parties if party.measured]

    @cached_property
    def figures(self) -> Mapping[str, Sequence[PublishedResult]]:
        """The published results by subject."""
        found: dict[str, list[PublishedResult]] = {}
        for result in self.results:
            found.setdefault(result.subject, []).append(result)
        return found

    def asked_by(self, claim: Claim) -> Asked:
        """The claim's tests, as comparisons: read once."""
        if claim.id not in self.asked:
            own = tuple((i, test, _key(test)) for i, test in enumerate(benchmark_tests(claim)))
            self.asked[claim.id] = Asked(own, tuple(_proxy_tests(own, self.catalogue)))
        return self.asked[claim.id]

    def spoken(
        self, test: BenchmarkTest, key: str, of: Collection[Party] | None = None
    ) -> Iterable[Spoken]:
        """A test on the figures of each party (or of those `of` our runs) that can speak to it, and
        the benchmarks that another party can speak to and this one cannot."""
        published = _by_published(test, key, self)
        own = [(p, _by_own(test, key, p, self)) for p in self.own if test.subject in p.subjects]
        anywhere = published.spoken.union(*(one.spoken for _, one in own))
        names = None if of is None else {(party.tier, party.name) for party in of}
        for party, one in own if of is not None else chain(own, published.tested):
            if one.spoken and (names is None or (party.tier, party.name) in names):
                yield party, one, tuple(b for b in test.benchmarks if b in anywhere - one.spoken)


Placed = tuple[int, BenchmarkTest, str]
"""A test with its place in the claim, and what stands for its comparisons in a memo."""


@dataclass(frozen=True)
class Asked:
    """The tests of a claim: its `own`, and those that ask the same of distilled checkpoints."""

    own: tuple[Placed, ...]
    proxies: tuple[Placed, ...]


@dataclass(frozen=True)
class Tested:
    """A test's comparisons on one party's figures, before they are composed: `outcomes`
    have no states yet. `spoken` are the benchmarks on which the pair could be tested."""

    pairs: Sequence[Pair]
    outcomes: Sequence[Outcome]
    spoken: frozenset[str]


@dataclass(frozen=True)
class _Published:
    """A test on the figures of each published party that has some of its subject, and the
    benchmarks that one of them can speak to."""

    tested: Sequence[tuple[Party, Tested]]
    spoken: frozenset[str]


Spoken = tuple[Party, Tested, tuple[str, ...]]
"""A party, a test on its figures, and the benchmarks that it lacks."""


def _by_published(test: BenchmarkTest, key: str, scores: Scores) -> _Published:
    if key not in scores.memo:
        tested = [
            (party, _tested(test, party, party.published(test, scores.figures, scores.catalogue)))
            for party in scores.parties
            if not party.measured and test.subject in party.subjects
        ]
        spoken = frozenset[str]().union(*(one.spoken for _, one in tested))
        scores.memo[key] = _Published(tested, spoken)
    return scores.memo[key]


def _by_own(test: BenchmarkTest, key: str, party: Party, scores: Scores) -> Tested:
    place = id(party), key  # Two of our runs may have one name.
    if place not in scores.own_memo:
        if key not in scores.beside:
            scores.beside[key] = party.published(test, scores.figures, scores.catalogue)
        scores.own_memo[place] = _tested(test, party, scores.beside[key])
    return scores.own_memo[place]


def _tested(test: BenchmarkTest, party: Party, published: Sequence[PublishedPair]) -> Tested:
    pairs = party.pairs(test, published)
    outcomes = outcomes_of(pairs, test.relation)
    spoken = frozenset(o.benchmark for o in outcomes if o.p_holds is not None)
    return Tested(pairs, outcomes, spoken)


def _proxy_tests(own: Iterable[Placed], catalogue: Catalogue) -> Iterable[Placed]:
    """The same tests asked of each distilled checkpoint."""
    for i, asked_of, _ in own:
        for proxy in _proxies(asked_of.subject, catalogue):
            test = asked_of.model_copy(update={"subject": proxy})
            yield i, test, _key(test)


def _proxies(subject: str, catalogue: Catalogue) -> list[str]:
    return [name for name, known in catalogue.models.items() if known.proxy_of == subject]


def _key(test: BenchmarkTest) -> str:
    return test.model_dump_json(exclude={"quantifier", "note"})
