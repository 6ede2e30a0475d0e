"""Every claim of every article → its present verdict, with the evidence of each tier apart."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from claimbench.claims.articles import load_claims
from claimbench.claims.catalogue import load_catalogue
from claimbench.claims.published import load_figures, load_published
from claimbench.claims.schema import Figure
from claimbench.messages import Message, Value, term
from claimbench.records import Claim, PublishedResult
from claimbench.verdicts.articles.benchmark_claims import judge_benchmark_claim
from claimbench.verdicts.articles.efficiency_claims import Spendings, judge_efficiency_claim
from claimbench.verdicts.articles.published_data import judge_arithmetic_claim
from claimbench.verdicts.articles.records import judge_artifact_claim, judge_record_claim
from claimbench.verdicts.articles.results import ClaimVerdict
from claimbench.verdicts.articles.runs import damaged_run, load_runs
from claimbench.verdicts.articles.scores import Scores
from claimbench.verdicts.articles.sources import Party, Run, our_parties, parties
from claimbench.verdicts.registration import concerning


@dataclass(frozen=True)
class Evidence:
    """All evidence at hand."""

    claims: tuple[Claim, ...]
    results: tuple[PublishedResult, ...]
    figures: dict[str, Figure]
    scores: Scores
    spendings: Spendings
    runs: tuple[Run, ...]


def load_evidence(
    folders: Sequence[Path] = (), gpu_hour: float | None = None, damaged: Iterable[Path] = ()
) -> Evidence:
    """The seeds, and the runs in `folders`; those that are `damaged` count for nothing and are
    named. Raises ConfigError and DataError."""
    runs = (*load_runs(folders), *map(damaged_run, damaged))
    return with_runs(published_evidence(), runs, gpu_hour)


def published_evidence() -> Evidence:
    """The seeds: what is known without any run of ours."""
    results, catalogue, figures = load_published(), load_catalogue(), load_figures()
    return Evidence(
        claims=load_claims(),
        results=results,
        figures=figures,
        scores=Scores(results, catalogue, parties(results, ())),
        spendings=Spendings(figures, (), catalogue),
        runs=(),
    )


def with_runs(evidence: Evidence, runs: Sequence[Run], gpu_hour: float | None = None) -> Evidence:
    """`evidence` with these runs in place of its own."""
    published = (party for party in evidence.scores.parties if not party.measured)
    scores = replace(evidence.scores, parties=(*our_parties(runs), *published))
    spent = replace(evidence.spendings, runs=runs, gpu_hour=gpu_hour)
    return replace(evidence, scores=scores, spendings=spent, runs=tuple(runs))


def judge_claims(
    evidence: Evidence, among: Collection[Party] | None = None
) -> tuple[ClaimVerdict, ...]:
    """The verdict on every claim, in the articles' order; of distilled checkpoints what all
    parties say, or those `among` them alone."""
    return tuple(
        _registered(judge(claim, evidence, among), evidence.runs) for claim in evidence.claims
    )


def _registered(verdict: ClaimVerdict, runs: Sequence[Run]) -> ClaimVerdict:
    """The verdict with what was registered before our own runs that decide it."""
    deciding = {finding.source for finding in verdict.decisive if finding.tier == "A"}
    found = {
        run.name: concerning(run.registration, verdict.claim.id)
        for run in runs
        if run.name in deciding
    }
    return replace(verdict, registrations=found)


def judge(claim: Claim, evidence: Evidence, among: Collection[Party] | None = None) -> ClaimVerdict:
    """The verdict on one claim; *not testable* with the reason where the claim has no test."""
    if claim.test is None:
        values: Mapping[str, Value] = {"lacks": term("lacks", claim.lacks), "reason": claim.reason}
        return ClaimVerdict(claim, "not testable", None, Message("claim-not-testable", values))
    if claim.kind == "benchmark":
        return judge_benchmark_claim(claim, evidence.scores, among)
    if claim.kind == "efficiency":
        return judge_efficiency_claim(claim, evidence.spendings)
    if claim.kind == "arithmetic":
        return judge_arithmetic_claim(claim, evidence.figures)
    return judge_artifact_claim(claim) if claim.kind == "artifact" else judge_record_claim(claim)
