"""Benchmark claims: each reference named is a test of its own, judged on each party's figures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations

from claimbench.analysis.protocol import PINNED
from claimbench.claims.schema import BenchmarkTest
from claimbench.messages import Message, Texts, Value, from_data, term
from claimbench.records import Claim, Measurement, PublishedResult
from claimbench.records.plain import JsonDict
from claimbench.verdicts import looks
from claimbench.verdicts.articles.results import ClaimVerdict, Finding, settle
from claimbench.verdicts.articles.scores import Scores, Tested
from claimbench.verdicts.articles.sources import VENDORS, Party
from claimbench.verdicts.cases import Pair
from claimbench.verdicts.claims import claim_message, outcomes_of
from claimbench.verdicts.composition import COMPOSITION, Outcome, Quantifier, compose
from claimbench.verdicts.noise import Evidence, points


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
        _finding(i, test, *spoken) for i, test, key in tests for spoken in scores.spoken(test, key)
    ]
    return settle(claim, found, len(tests), quantifier, proxy_findings(claim, scores, among))


def proxy_findings(
    claim: Claim, scores: Scores, among: Collection[Party] | None = None
) -> list[Finding]:
    """What distilled checkpoints make of the claim's tests, on the figures of every party; or of
    those `among` them alone, and then briefly: without the figures."""
    asked = scores.parties if among is None else among
    measured = frozenset[str]().union(*(party.subjects for party in asked))
    if not measured:
        return []
    return [
        _finding(i, test, party, one, lacks, brief=among is not None)
        for i, test, key in scores.asked_by(claim).proxies
        if test.subject in measured
        for party, one, lacks in scores.spoken(test, key, among)
    ]


def _finding(
    place: int,
    test: BenchmarkTest,
    party: Party,
    one: Tested,
    lacks: tuple[str, ...],
    brief: bool = False,
) -> Finding:
    """What the party's figures make of the test; a `brief` finding is without the figures."""
    pairs = one.pairs
    status, seen = compose(test.quantifier, one.outcomes)
    ability = () if brief else outcomes_of(pairs, test.relation, "ability")
    return Finding(
        test=place,
        what=describe(test),
        tier=party.tier,
        source=source_of(party),
        verdict=status,
        sentence=claim_message(status, test.relation, pairs, seen),
        model=test.subject,
        figures=() if brief else tuple(_figure(p, o) for p, o in zip(pairs, seen, strict=True)),
        ability=compose(test.quantifier, ability)[0] if ability else "",
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
