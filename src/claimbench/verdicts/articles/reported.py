"""The claims of the articles in a report: judged by its own runs beside all that is published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from claimbench.claims.published import stamp
from claimbench.config.paths import seeds_dir
from claimbench.verdicts.articles.benchmark_claims import proxy_findings
from claimbench.verdicts.articles.claims import (
    Evidence,
    judge,
    judge_claims,
    published_evidence,
    with_runs,
)
from claimbench.verdicts.articles.results import ClaimVerdict
from claimbench.verdicts.articles.sources import Party, Run


def judge_reported(runs: Sequence[Run], gpu_hour: float | None = None) -> tuple[ClaimVerdict, ...]:
    """Every claim as `judge_claims` judges it with `runs` at hand; of distilled checkpoints only
    what the runs themselves say."""
    folder = seeds_dir()
    known, alone = _known(stamp(folder / "articles"), stamp(folder / "published"))
    evidence = with_runs(known, runs, gpu_hour)
    own = [party for party in evidence.scores.parties if party.measured]
    return tuple(_reported(v, evidence, own) for v in alone)


@lru_cache(maxsize=1)
def _known(*_stamps: tuple[object, ...]) -> tuple[Evidence, tuple[ClaimVerdict, ...]]:
    """What is published, and the verdicts on it alone: read and judged once for many reports."""
    evidence = published_evidence()
    return evidence, judge_claims(evidence, among=())


def _reported(alone: ClaimVerdict, evidence: Evidence, own: Sequence[Party]) -> ClaimVerdict:
    claim = alone.claim
    if claim.test is not None and claim.kind == "efficiency":
        return judge(claim, evidence)
    if claim.test is None or claim.kind != "benchmark":
        return alone
    subjects = {test.subject for _, test, _ in evidence.scores.asked_by(claim).own}
    spoken = any(subjects & party.subjects for party in own)
    if spoken:
        return judge(claim, evidence, own)
    return replace(alone, proxies=tuple(proxy_findings(claim, evidence.scores, own)))
