"""Claims that a public record settles: what a repository says of a checkpoint, and facts (a rank
on a day, a founding year, a share price) that are written down where anybody can look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from claimbench.claims.decided import ArtifactResult, judge_artifacts, record_place, recorded_facts
from claimbench.claims.sources import RecordCheck
from claimbench.messages import Message, Texts, Value, term
from claimbench.records import Claim, Tier
from claimbench.verdicts.articles.published_data import STATUS_OF, finding_sentence
from claimbench.verdicts.articles.results import ClaimVerdict, Finding, settle

BY_RECORD = {"supported": "confirmed by record", "contradicted": "contradicted by record"}
"""What a claim is called whose facts all agree with their records, or all disagree."""

REPOSITORY_TIER: Tier = "D"
"""Licences and releases are stated by those who publish a checkpoint."""


def judge_artifact_claim(claim: Claim) -> ClaimVerdict:
    """Each answer of a repository is a statement of the claim: all right, some, or none."""
    found = [_artifact(i, result) for i, result in enumerate(judge_artifacts(claim))]
    return _named(settle(claim, found, len(found)))


def judge_record_claim(claim: Claim) -> ClaimVerdict:
    """Each fact of the claim beside its record: all agree, some, or none."""
    found = [_fact(i, check) for i, check in enumerate(recorded_facts(claim))]
    return _named(settle(claim, found, len(found)))


def _named(verdict: ClaimVerdict) -> ClaimVerdict:
    status = BY_RECORD.get(verdict.status, verdict.status)
    if not isinstance(verdict.reason, Message):
        return replace(verdict, status=status)
    values = {**verdict.reason.values, "status": term("status", status)}
    return replace(verdict, status=status, reason=replace(verdict.reason, values=values))


@dataclass(frozen=True)
class _Answer:
    """A fact and its record: `sides` as they are written, `shown` as they are said."""

    what: Message
    sides: tuple[str | Texts, Texts]
    shown: tuple[Value, Value]
    agrees: bool
    source: Message
    tier: Tier
    note: Texts


def _artifact(place: int, result: ArtifactResult) -> Finding:
    field = term("artifact", result.field)
    answer = _Answer(
        what=Message("what-artifact", {"field": field, "repository": result.repository}),
        sides=(result.expected, result.found),
        shown=(
            _YES_NO.get(result.expected, result.expected),
            _YES_NO.get(result.found.by_language["en"], result.found),
        ),
        agrees=result.agrees,
        source=result.source,
        tier=REPOSITORY_TIER,
        note=result.note,
    )
    return _finding(place, answer)


def _fact(place: int, check: RecordCheck) -> Finding:
    sides = Texts(check.claimed), Texts(check.recorded)
    what, where = Message("what-record"), record_place(check.source)
    answer = _Answer(what, sides, sides, check.agrees, where, check.tier, Texts(check.note))
    return _finding(place, answer)


def _finding(place: int, answer: _Answer) -> Finding:
    status = STATUS_OF[answer.agrees]
    said = Message("record-answers", {"expected": answer.shown[0], "found": answer.shown[1]})
    # Whose record it is stands before the findings of third parties already.
    beside = (answer.source,) if answer.tier == "D" else ()
    return Finding(
        test=place,
        what=answer.what,
        tier=answer.tier,
        source=answer.source,
        verdict=status,
        sentence=finding_sentence(answer.what, status, (said,)),
        figures=({"expected": answer.sides[0], "found": answer.sides[1], "source": answer.source},),
        possible=(status,),
        notes=(*beside, answer.note) if answer.note else beside,
    )


_YES_NO: Mapping[str, Value] = {"yes": True, "no": False}
