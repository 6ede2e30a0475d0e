"""What evidence comes to: one finding for each test and party, and a claim's verdict from them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

from claimbench.messages import Message, Texts, Value, term
from claimbench.records import Claim, Registration, Tier
from claimbench.records.plain import JsonObject
from claimbench.verdicts.composition import COMPOSITION, Quantifier

STATUSES = (
    "supported", "contradicted", "confirmed by record", "contradicted by record", "mixed",
    "inconclusive", "untested", "not testable",
)  # fmt: skip
DECIDED = ("supported", "contradicted", "mixed")
TIERS: tuple[Tier, ...] = get_args(Tier)

_STATES = {
    "supported": frozenset({"holds"}),
    "contradicted": frozenset({"fails"}),
    "mixed": frozenset({"holds", "fails"}),
    "inconclusive": frozenset({"open"}),
    "untested": frozenset({"open"}),
}
"""What a verdict on one of a claim's tests says of the whole claim."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one source's figures make of one test of a claim.

    `test` is the test's place in the claim, `what` the test itself, `source` who measured the
    subject, `model` which model that is, `sentence` all a reader needs. `lacks` names what another
    source can speak to and this one cannot, `possible` the verdicts that it could lead to.
    `ability` is the verdict under the problem error ("is better at problems like these"), "" where
    there is no such reading. `figures` are plain data, their reasons messages.
    """

    test: int
    what: Message
    tier: Tier | None
    source: Value
    verdict: str
    sentence: Message
    model: str = ""
    figures: tuple[JsonObject, ...] = ()
    ability: str = ""
    lacks: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    notes: tuple[Message | Texts, ...] = ()

    @property
    def final(self) -> bool:
        """Whether what is lacking could not change the verdict."""
        return len(self.possible) == 1


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """A claim's present standing. `tiers` is the verdict of each evidence tier alone; `status` that
    of `tier`, the best one that judges the claim's own subject. `proxies` are findings on distilled
    checkpoints: shown beside the subject, never counted as it. `reason` is never empty: what the
    article's file says of a claim without a test, else the `decisive` part of the evidence.
    `registrations` say by run how those of our own that decide it stand to what was registered
    before them."""

    claim: Claim
    status: str
    tier: Tier | None
    reason: Message | Texts
    tiers: Mapping[str, str] = field(default_factory=dict)
    evidence: tuple[Finding, ...] = ()
    decisive: tuple[Finding, ...] = ()
    proxies: tuple[Finding, ...] = ()
    registrations: Mapping[str, Registration] = field(default_factory=dict)


def settle(
    claim: Claim,
    findings: Sequence[Finding],
    tests: int,
    quantifier: Quantifier = "listed",
    proxies: Sequence[Finding] = (),
) -> ClaimVerdict:
    """The verdict on a claim of `tests` tests from its findings.

    A tier judges the claim where what it lacks could not change its verdict; the best such tier
    gives the status, A before D. Where none does alone, each test is judged by the best tier that
    judges it, and the weakest of these is named.
    """
    tiers = [tier for tier in TIERS if any(f.tier == tier for f in findings)]
    if not tiers:
        found = tuple(findings)
        reason = Message("claim-no-evidence")
        if found:
            reason = Message("claim-untested", {"findings": tuple(map(_noted, found))})
        return ClaimVerdict(claim, "untested", None, reason, {}, found, found, tuple(proxies))
    by_tier = {tier: _tier(findings, tier, tests, quantifier) for tier in tiers}
    alone = next((tier for tier in tiers if by_tier[tier][1]), None)
    chosen = [alone or _best(findings, tiers, test) for test in range(tests)]
    status = by_tier[alone][0] if alone else _combined(findings, chosen, quantifier)
    tier = max(chosen)
    decisive = tuple(f for f in findings if f.tier in (chosen[f.test], None))
    return ClaimVerdict(
        claim=claim,
        status=status,
        tier=tier,
        reason=_reason(status, tier, decisive),
        tiers={tier: status for tier, (status, _) in by_tier.items()},
        evidence=tuple(findings),
        decisive=decisive,
        proxies=tuple(proxies),
    )


def _best(findings: Sequence[Finding], tiers: Sequence[Tier], test: int) -> Tier:
    """The best tier whose verdict on one test stands; else the best that speaks to it at all."""
    speaking = [t for t in tiers if any((f.tier, f.test) == (t, test) for f in findings)]
    standing = [t for t in speaking if len(_possible(findings, t, test)) == 1]
    return (standing or speaking or list(tiers))[0]


def _combined(findings: Sequence[Finding], chosen: Sequence[Tier], quantifier: Quantifier) -> str:
    possible = [_possible(findings, tier, test) for test, tier in enumerate(chosen)]
    return compose_tests((p[0] if len(p) == 1 else "inconclusive" for p in possible), quantifier)


def compose_tests(statuses: Iterable[str], quantifier: Quantifier) -> str:
    """What the verdicts on a claim's tests (one for each reference or measure) make of the claim,
    by the same table that composes benchmarks."""
    states = frozenset().union(*(_STATES[status] for status in statuses))
    return COMPOSITION[quantifier][states]


def _tier(
    findings: Sequence[Finding], tier: Tier, tests: int, quantifier: Quantifier
) -> tuple[str, bool]:
    """The tier's verdict, and whether it judges the claim: whether whatever other tiers speak to
    and this one does not could leave it as it is."""
    possible = [_possible(findings, tier, test) for test in range(tests)]
    found = {compose_tests(statuses, quantifier) for statuses in itertools.product(*possible)}
    return (found.pop(), True) if len(found) == 1 else ("inconclusive", False)


def _possible(findings: Sequence[Finding], tier: Tier, test: int) -> tuple[str, ...]:
    """What a tier's verdict on a test could be if it spoke to all that others speak to."""
    own = [f for f in findings if (f.tier, f.test) == (tier, test)]
    if not own:
        elsewhere = any(f.test == test and f.tier is not None for f in findings)
        return ("untested", *DECIDED) if elsewhere else ("untested",)
    judging = [f for f in own if f.final] or own
    # Parties of one tier that disagree leave the test open. Those that speak to a part each allow
    # what is left over by all of them.
    agreed = set(judging[0].possible).intersection(*(f.possible for f in judging))
    return tuple(sorted(agreed)) or ("inconclusive",)


def _reason(status: str, tier: Tier, decisive: Sequence[Finding]) -> Message:
    findings = tuple(map(_attributed, decisive))
    return Message(
        "claim-reason", {"status": term("status", status), "tier": tier, "findings": findings}
    )


def _attributed(finding: Finding) -> Message:
    """Whose finding it is, where that is not the vendors', and what to know beside it."""
    noted = _noted(finding)
    if finding.tier in ("A", "B", "C"):
        return Message("finding-by", {"source": finding.source, "finding": noted})
    return noted


def _noted(finding: Finding) -> Message:
    if not finding.notes:
        return finding.sentence
    return Message("finding-noted", {"finding": finding.sentence, "notes": finding.notes})
