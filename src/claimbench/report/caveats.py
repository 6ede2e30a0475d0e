"""What could change a verdict, the gravest first, as a few words that open to more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from claimbench.messages import Departure, Message, Value, term
from claimbench.records import Measurement, PublishedResult, Verdict
from claimbench.report.tables import fewest_samples, points
from claimbench.verdicts.registration import state_message

MANY_TRUNCATED = 0.05
"""A share of truncated replies from which a score is read with care."""
_OF_FRAGILITY = {"note-tipping", "note-tipping-up", "note-not-fragile", "note-fragile"}
_OF_LABORATORIES = {"note-laboratories-usual", "note-laboratories-unusual"}


@dataclass(frozen=True, slots=True)
class Chip:
    """A caveat: a few words that open to `lines` and settings. `grave` ones stand out; what stands
    `beside` them says more and could change nothing."""

    label: Message
    lines: tuple[Value, ...] = ()
    settings: tuple[Departure, ...] = ()
    grave: bool = False
    beside: bool = False


def chips_of(
    v: Verdict, measured: Measurement | None, source: PublishedResult | None
) -> Iterator[Chip]:
    """What could change the verdict, the gravest first; then where the figure stands."""
    if v.registration.state == "not as registered":
        yield _registration(v)
    yield from _fragility(v)
    yield from _laboratories(v)
    known = tuple(d for d in v.departures if not d.one_sided)
    unknown = tuple(d for d in v.departures if d.one_sided)
    if known:
        yield Chip(Message("chip-departures", {"count": len(known)}), settings=known)
    yield from truncated(measured)
    if unknown:
        yield Chip(Message("chip-one-sided", {"count": len(unknown)}), settings=unknown)
    rest = tuple(n for n in v.notes if n.key not in _OF_FRAGILITY | _OF_LABORATORIES)
    if rest:
        yield Chip(Message("chip-notes", {"count": len(rest)}), rest)
    if v.registration.state != "not as registered":
        yield _registration(v)
    lines = (v.claim, *source_lines(source), _tier(v))
    yield Chip(Message("chip-source"), lines, beside=True)


def _registration(v: Verdict) -> Chip:
    """Whether what is judged, and how, was fixed before the run."""
    found = v.registration
    grave = found.state == "not as registered"
    none = found.state == "not registered"
    line = Message("chip-not-registered-why") if none else state_message(found)
    return Chip(term("registration", found.state), (line,), grave=grave)


def _tier(v: Verdict) -> Message:
    return Message("chip-tier", {"tier": v.tier or "–"})


def _fragility(v: Verdict) -> Iterator[Chip]:
    found = v.fragility
    if found is None:
        return
    lines = tuple(n for n in v.notes if n.key in _OF_FRAGILITY)
    if found.fragile:
        yield Chip(Message("chip-fragile"), lines, grave=True)
    else:
        yield Chip(Message("chip-tipping", {"grades": found.tipping_point}), lines)


def _laboratories(v: Verdict) -> Iterator[Chip]:
    if v.laboratories is None:
        return
    lines = tuple(n for n in v.notes if n.key in _OF_LABORATORIES)
    grave = v.laboratories.unusual
    label = Message("chip-labs-unusual" if grave else "chip-labs-usual")
    yield Chip(label, lines, grave=grave)


def truncated(m: Measurement | None) -> Iterator[Chip]:
    """That replies were cut, if any were."""
    if m is None or not m.truncated_share:
        return
    label = Message("chip-truncated", {"share": points(m.truncated_share)})
    yield Chip(label, (Message("chip-truncated-why"),), grave=m.truncated_share >= MANY_TRUNCATED)


def source_lines(result: PublishedResult | None) -> tuple[Value, ...]:
    """File, line (a number, or words such as `Table 3`) and commit."""
    if result is None:
        return ()
    s, parts = result.source, list[Value]()
    parts.append(s.file)
    if s.line:
        numbered = s.line[0].isdigit()
        parts.append(Message("page-source-line", {"line": s.line}) if numbered else s.line)
    if s.commit:
        parts.append(Message("page-source-commit", {"commit": s.commit}))
    return (tuple(parts),)


def table_of(v: Verdict) -> str:
    """The published table that a verdict's figure is from; `claimed` for the run file's own."""
    return v.claim.partition(":")[0]


def basis_of(v: Verdict, measured: Measurement | None) -> Message:
    """On how much the score rests, and whose the published one is."""
    by: dict[str, Value] = {"by": table_of(v)}
    if measured is None or v.measured is None:
        return Message("answer-by", by)
    counts: dict[str, Value] = {"problems": measured.problems}
    if (fewest := fewest_samples(measured)) < measured.samples_per_problem:
        most = measured.samples_per_problem
        return Message("answer-basis-uneven", {**by, **counts, "fewest": fewest, "most": most})
    return Message("answer-basis", {**by, **counts, "samples": measured.samples_per_problem})
