"""Benchmark claims: each reference named is a test of its own, judged on each party's figures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

from claimbench import verdicts
from claimbench.analysis.protocol import PINNED
from claimbench.claims import BenchmarkTest, Catalogue, benchmark_tests
from claimbench.claims.pairs import PublishedPair
from claimbench.messages import Message, Texts, Value, from_data, term
from claimbench.records import Claim, Measurement, PublishedResult
from claimbench.records.plain import JsonDict
from claimbench.verdicts import COMPOSITION, Outcome, Pair, Quantifier, looks
from claimbench.verdicts.articles.results import ClaimVerdict, Finding, settle
from claimbench.verdicts.articles.sources import VENDORS, Party
from claimbench.verdicts.noise import Evidence, points


@dataclass(frozen=True)
class Scores:
    """What there is to judge by."""

    results: Sequence[PublishedResult]
    catalogue: Catalogue
    parties: Sequence[Party]
    memo: dict[tuple[str, str], _Tested] = field(default_factory=dict, repr=False, compare=False)
    """What published parties make of a comparison, which hundreds of reports ask."""
    own_memo: dict[tuple[str, str], _Tested] = field(
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


Placed = tuple[int, BenchmarkTest, str]
"""A test with its place in the claim, and what stands for its comparisons in a memo."""


@dataclass(frozen=True)
class Asked:
    """The tests of a claim: its `own`, and those that ask the same of distilled checkpoints."""

    own: tuple[Placed, ...]
    proxies: tuple[Placed, ...]


@dataclass(frozen=True)
class _Tested:
    """A test's comparisons on one party's figures, before they are composed: `outcomes`
    have no states yet. `spoken` are the benchmarks on which the pair could be tested."""

    pairs: Sequence[Pair]
    outcomes: Sequence[Outcome]
    spoken: frozenset[str]


def judge_benchmark_claim(
    claim: Claim, scores: Scores, among: Collection[Party] | None = None
) -> ClaimVerdict:
    """The claim's verdict: for each test and party a finding, composed over the tests under the
    claim's own quantifier (*some*: one reference is enough; *all*, *listed*: every one counts).
    `among` are the parties of `proxy_findings`."""
    tests = scores.asked_by(claim).own
    quantifiers = {test.quantifier for _, test, _ in tests}
    quantifier: Quantifier = quantifiers.pop() if len(quantifiers) == 1 else "listed"
    found = [
        _finding(i, test, *spoken)
        for i, test, key in tests
        for spoken in _spoken(test, key, scores)
    ]
    return settle(claim, found, len(tests), quantifier, proxy_findings(claim, scores, among))


def proxy_findings(
    claim: Claim, scores: Scores, among: Collection[Party] | None = None
) -> list[Finding]:
    """What distilled checkpoints make of the claim's tests, on the figures of every party; or of
    those `among` them alone, and then briefly: without the figures."""
    asked = scores.parties if among is None else among
    names = {(party.tier, party.name) for party in asked}
    measured = frozenset[str]().union(*(party.subjects for party in asked))
    if not measured:
        return []
    return [
        _finding(i, test, party, one, lacks, brief=among is not None)
        for i, test, key in scores.asked_by(claim).proxies
        if test.subject in measured
        for party, one, lacks in _spoken(test, key, scores)
        if (party.tier, party.name) in names
    ]


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


def _spoken(
    test: BenchmarkTest, key: str, scores: Scores
) -> Iterable[tuple[Party, _Tested, tuple[str, ...]]]:
    """A test on the figures of each party that can speak to it, and the benchmarks that another
    party can speak to and this one cannot."""
    asked = [party for party in scores.parties if test.subject in party.subjects]
    tested = [(party, _tested(test, key, party, scores)) for party in asked]
    anywhere = frozenset[str]().union(*(one.spoken for _, one in tested))
    for party, one in tested:
        if one.spoken:
            yield party, one, tuple(b for b in test.benchmarks if b in anywhere - one.spoken)


def _tested(test: BenchmarkTest, key: str, party: Party, scores: Scores) -> _Tested:
    # Two of our runs may have one name.
    memo, name = (scores.own_memo, str(id(party))) if party.measured else (scores.memo, party.name)
    place = name, key
    if place not in memo:
        pairs = party.pairs(test, _published(test, key, party, scores))
        outcomes = verdicts.outcomes_of(pairs, test.relation)
        spoken = frozenset(o.benchmark for o in outcomes if o.p_holds is not None)
        memo[place] = _Tested(pairs, outcomes, spoken)
    return memo[place]


def _published(
    test: BenchmarkTest, key: str, party: Party, scores: Scores
) -> Sequence[PublishedPair]:
    if party.results:
        return party.published(test, scores.figures, scores.catalogue)
    if key not in scores.beside:
        scores.beside[key] = party.published(test, scores.figures, scores.catalogue)
    return scores.beside[key]


def _finding(
    place: int,
    test: BenchmarkTest,
    party: Party,
    one: _Tested,
    lacks: tuple[str, ...],
    brief: bool = False,
) -> Finding:
    """What the party's figures make of the test; a `brief` finding is without the figures."""
    pairs = one.pairs
    status, seen = verdicts.compose(test.quantifier, one.outcomes)
    ability = () if brief else verdicts.outcomes_of(pairs, test.relation, "ability")
    return Finding(
        test=place,
        what=describe(test),
        tier=party.tier,
        source=source_of(party),
        verdict=status,
        sentence=verdicts.claim_message(status, test.relation, pairs, seen),
        model=test.subject,
        figures=() if brief else tuple(_figure(p, o) for p, o in zip(pairs, seen, strict=True)),
        ability=verdicts.compose(test.quantifier, ability)[0] if ability else "",
        lacks=lacks,
        possible=_possible(test.quantifier, seen, lacks),
        notes=tuple(_notes(test, party, pairs)),
    )


def source_of(party: Party) -> Value:
    """A table's or a run's name; the vendors' tables are read together."""
    return Message("source-vendors") if party.name == VENDORS else party.name


def _notes(test: BenchmarkTest, party: Party, pairs: Sequence[Pair]) -> Iterable[Message | Texts]:
    if test.note:
        yield Texts(test.note)
    ours = [p.subject for p in pairs if isinstance(p.subject, Measurement)]
    weights = [from_data(m.protocol.get("weights", PINNED)) for m in ours]
    others = [w for i, w in enumerate(weights) if w != PINNED and w not in weights[:i]]
    yield from (Message("note-weights", {"weights": other}) for other in others)
    variants = {(m.model, m.benchmark) for m in ours} - set(party.measured)
    yield from (
        Message("note-measured-as", {"model": model, "benchmark": benchmark})
        for model, benchmark in sorted(variants)
    )
    yield from (
        Message("note-on-benchmark", {"benchmark": m.benchmark, "note": note})
        for m in ours
        for note in looks.notes_on(m)
    )
    references = {p.reference.tier for p in pairs if isinstance(p.reference, PublishedResult)}
    if party.tier != "D" and "D" in references:
        yield Message("note-vendors", {"reference": test.reference})
    if party.tier == "D" and (apart := sorted(_other_tables(pairs))):
        yield Message("note-other-table", {"reference": test.reference, "tables": tuple(apart)})


def _other_tables(pairs: Sequence[Pair]) -> set[str]:
    """Sources of reference figures that did not measure the subject too."""
    published = [
        (p.subject.table, p.reference.table)
        for p in pairs
        if isinstance(p.subject, PublishedResult) and isinstance(p.reference, PublishedResult)
    ]
    return {theirs for ours, theirs in published if ours != theirs}


def describe(test: BenchmarkTest) -> Message:
    """`deepseek-r1 ahead of o1-preview on some of 4 benchmarks`."""
    count = len(test.benchmarks)
    where = Message("on-benchmark", {"benchmark": test.benchmarks[0]})
    if count > 1:
        quantifier = term("quantifier", test.quantifier)
        where = Message("on-benchmarks", {"quantifier": quantifier, "count": count})
    relation = term("relation", test.relation)
    sides: Mapping[str, Value] = {"subject": test.subject, "reference": test.reference}
    return Message("what-benchmarks", {**sides, "relation": relation, "where": where})


def _possible(
    quantifier: Quantifier, seen: Sequence[Outcome], lacks: Sequence[str]
) -> tuple[str, ...]:
    """The verdicts that scores on the lacking benchmarks could lead to."""
    states = frozenset(o.state for o in seen if o.benchmark not in lacks)
    extras: list[tuple[str, ...]] = [()]
    if lacks:
        some = range(1, min(3, len(lacks)) + 1)
        extras = [e for size in some for e in combinations(("holds", "fails", "open"), size)]
    return tuple(sorted({str(COMPOSITION[quantifier][states | frozenset(e)]) for e in extras}))


def _figure(pair: Pair, outcome: Outcome) -> Mapping[str, object]:
    """One benchmark of a finding as plain data; scores, differences and margins in points."""
    found = outcome.comparison
    data: JsonDict = {
        "benchmark": pair.benchmark,
        "state": outcome.state,
        "subject": _side(pair.subject),
        "reference": _side(pair.reference),
    }
    if found is None:
        return {**data, "untried": outcome.untried, "reason": outcome.reason}
    return {
        **data,
        "difference": found.difference,
        "interval_95": found.interval_95,
        "margin": pair.margin,
    }


def _side(side: Evidence | None) -> Mapping[str, object] | None:
    if side is None:
        return None
    if isinstance(side, PublishedResult):
        return {
            "value": side.value, "tier": side.tier, "figure": side.id,
            "samples": side.samples, "source": _place(side),
        }  # fmt: skip
    return {
        "value": points(side), "tier": side.tier, "figure": f"{side.model} on {side.benchmark}",
        "samples": side.samples_per_problem,
        "source": Message("source-our-run" if side.tier == "A" else "source-imported"),
    }  # fmt: skip


def _place(result: PublishedResult) -> str:
    source = result.source
    file = f"{source.file}:{source.line}" if source.line else source.file
    return f"{file}, {source.commit}" if source.commit else file
