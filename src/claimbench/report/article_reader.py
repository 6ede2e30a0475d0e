"""What a reader of an article wants to know of each claim: a plain verdict, one sentence, the
strongest figure with its source, and what would settle it. `article_data` has the machinery."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from claimbench.claims.catalogue import Catalogue
from claimbench.messages import Message, Texts, Value, term
from claimbench.records.plain import JsonObject
from claimbench.report.article_pages import disagreements
from claimbench.verdicts.articles.results import ClaimVerdict, Finding

Plain = Literal["holds", "fails", "in part", "open", "beyond testing"]
PLAIN: tuple[Plain, ...] = get_args(Plain)

PLAIN_OF: Mapping[str, Plain] = {
    "supported": "holds",
    "confirmed by record": "holds",
    "contradicted": "fails",
    "contradicted by record": "fails",
    "mixed": "in part",
    "inconclusive": "open",
    "untested": "open",
    "not testable": "beyond testing",
}


@dataclass(frozen=True)
class ReaderClaim:
    """A claim for a reader. `details` is the machinery, to be folded away: label and words."""

    id: str
    text: Texts
    speaker: Texts
    plain: Plain
    sentence: Value
    figure: Message | None
    sources: tuple[Value, ...]
    settles: Message
    details: tuple[tuple[Message, Value], ...]


def reader_claim(v: ClaimVerdict, names: Catalogue) -> ReaderClaim:
    """What a page says of one claim; models and benchmarks by their titles."""
    plain = PLAIN_OF[v.status]
    best = _strongest(v, plain)
    return ReaderClaim(
        id=v.claim.id,
        text=v.claim.text,
        speaker=v.claim.speaker,
        plain=plain,
        sentence=_sentence(v),
        figure=_shown(*best, names) if best else None,
        sources=_sources(*best) if best else (),
        settles=_settles(v, plain),
        details=tuple(_details(v)),
    )


def counted(claims: Iterable[ReaderClaim]) -> dict[Plain, int]:
    """How many claims hold, fail, hold in part, are open, are beyond testing."""
    seen = Counter(claim.plain for claim in claims)
    return {plain: seen[plain] for plain in PLAIN}


# --- one sentence ---------------------------------------------------------------------------


def _sentence(v: ClaimVerdict) -> Value:
    if v.status == "not testable":
        return v.reason
    if v.claim.kind == "benchmark":
        tested = [figure for f in v.decisive for figure in f.figures if "difference" in figure]
        states = Counter(str(figure["state"]) for figure in tested)
        counts = {name: states[name] for name in ("holds", "fails", "open")}
        return Message("reader-benchmarks", {**counts, "count": sum(counts.values())})
    verdicts = Counter(finding.verdict for finding in v.decisive)
    counts = {"agree": verdicts["supported"], "differ": verdicts["contradicted"]}
    if v.claim.kind in ("efficiency", "arithmetic"):
        return Message("reader-sums", {**counts, "count": len(v.decisive)})
    return Message("reader-records", {**counts, "count": len(v.decisive)})


# --- the strongest figure -------------------------------------------------------------------

Figures = JsonObject
"""One figure of a finding, plain data of the shapes that its kind of claim makes."""
Shown = tuple[Finding, Figures]


def _strongest(v: ClaimVerdict, plain: Plain) -> Shown | None:
    """The figure that lies farthest from where it would be open: of those that decide; of a claim
    that fails one that fails; of an open one the nearest to a decision."""
    found: list[Shown] = [(f, figure) for f in v.decisive for figure in f.figures]
    wanted = [one for one in found if _speaks(one, plain)] or found
    return max(wanted, key=_strength, default=None)


def _speaks(one: Shown, plain: Plain) -> bool:
    finding, figure = one
    state = figure.get("state")
    failing = state == "fails" or (state is None and finding.verdict == "contradicted")
    holding = state == "holds" or (state is None and finding.verdict == "supported")
    return failing if plain in ("fails", "in part") else holding


def _strength(one: Shown) -> float:
    """|d| in half-widths of its interval; figures without an error by the tier alone."""
    finding, figure = one
    rank = -10.0 * ord(finding.tier or "E")
    if "difference" not in figure:
        return rank
    low, high = figure["interval_95"]
    return rank + min(9.0, float(abs(figure["difference"]) / ((high - low) / 2)))


def _shown(finding: Finding, figure: Figures, names: Catalogue) -> Message:
    if "benchmark" in figure:
        benchmark = figure["benchmark"].partition("/")[0]
        title = names.benchmarks[benchmark].title
        return Message("reader-scores", {"benchmark": title, **_scores(figure, names)})
    details = finding.sentence.values["details"]
    assert isinstance(details, tuple)  # what `finding_sentence` makes
    first = details[0]
    assert isinstance(first, Message)
    return first


def _scores(figure: Figures, names: Catalogue) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name in ("subject", "reference"):
        side = figure[name] or {}
        # `table:model:benchmark:metric` of a published figure; our own begins with the model.
        full = str(side.get("figure", ""))
        model = full.split(":")[1] if ":" in full else full.partition(" ")[0]
        found[name] = names.models[model].title if model in names.models else model
        found[f"{name}_value"] = side.get("value")
    return found


def _sources(finding: Finding, figure: Figures) -> tuple[Value, ...]:
    if "benchmark" in figure:
        sides = [figure[name] for name in ("subject", "reference") if figure[name]]
        return tuple(dict.fromkeys(side["source"] for side in sides))
    return tuple(figure["sources"]) if "sources" in figure else (finding.source,)


# --- what would settle it, and the machinery ------------------------------------------------


def _settles(v: ClaimVerdict, plain: Plain) -> Message:
    if plain == "beyond testing":
        return term("settles", v.claim.lacks)
    if v.claim.kind in ("benchmark", "efficiency"):
        settled = plain in ("holds", "fails") or not _still_open(v)
        return term("settles", "measured again" if settled else "more samples")
    return term("settles", "the source" if plain == "open" else "nothing more")


def _still_open(v: ClaimVerdict) -> bool:
    """Whether a test is left that figures at hand do not decide."""
    states = {figure.get("state") for f in v.decisive for figure in f.figures}
    return "open" in states or any(f.verdict in ("inconclusive", "untested") for f in v.decisive)


def _details(v: ClaimVerdict) -> Iterable[tuple[Message, Value]]:
    yield Message("reader-id"), v.claim.id
    yield Message("reader-lines"), v.claim.lines
    yield Message("reader-kind"), term("kind", v.claim.kind)
    yield Message("reader-verdict"), term("status", v.status)
    for tier, status in v.tiers.items():
        yield Message("reader-tier", {"tier": tier}), term("status", status)
    if v.status != "not testable":
        yield Message("reader-why"), v.reason
    if v.claim.note:
        yield Message("reader-note"), v.claim.note
    found: Sequence[Message] = disagreements(v)
    for one in found:
        yield Message("reader-disagreement"), one
