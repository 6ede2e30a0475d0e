"""Evidence as plain data for JSON: floats to six digits, so that the same evidence gives the same
bytes on every machine."""

from __future__ import annotations

import dataclasses
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from claimbench.messages import Value, as_data
from claimbench.records.plain import JsonDict
from claimbench.report.messages import english, languages, words
from claimbench.report.messages.data import plain_object
from claimbench.verdicts.articles.results import ClaimVerdict, Finding
from claimbench.verdicts.articles.sources import Run
from claimbench.verdicts.remeasured import PublishedEvidence, Remeasured
from claimbench.verdicts.spread import together


def claims_data(verdicts: Sequence[ClaimVerdict], runs: Sequence[Run]) -> dict[str, object]:
    """Every claim with its verdict and evidence; counts by kind and status; the runs read."""
    data = {
        "runs": [run.name for run in runs],
        "left_out": [line for run in runs for line in run.left_out],
        "counts": counts(verdicts),
    }
    return {**plain_object(data), "claims": [_claim(verdict) for verdict in verdicts]}


def counts(verdicts: Iterable[ClaimVerdict]) -> dict[str, dict[str, int]]:
    """Claims by kind and status."""
    table: dict[str, Counter[str]] = {}
    for v in verdicts:
        table.setdefault(v.claim.kind, Counter())[v.status] += 1
    return {kind: dict(sorted(row.items())) for kind, row in sorted(table.items())}


def _claim(v: ClaimVerdict) -> JsonDict:
    claim = v.claim
    data = {
        "id": claim.id,
        "article": claim.article,
        "lines": claim.lines,
        "kind": claim.kind,
        "text": claim.text,
        "speaker": claim.speaker,
        "status": v.status,
        "tier": v.tier,
        "reason": v.reason,
        "tiers": v.tiers,
        "evidence": [_finding(f) for f in v.evidence],
        "proxies": [_proxy(f) for f in v.proxies],
        "related": claim.related,
        "disagreements": {o: english(d.message) for o, d in claim.disagreements.items()},
        "disagreement_messages": {o: as_data(d.message) for o, d in claim.disagreements.items()},
        "note": claim.note,
        "registrations": v.registrations,
    }
    return {**plain_object(data), **_in_other_languages(v)}


def _in_other_languages(v: ClaimVerdict) -> dict[str, str]:
    """`text_ko`, `reason_ko`, `note_ko`, and so for each language but English."""
    shown: dict[str, Value] = {"text": v.claim.text, "reason": v.reason, "note": v.claim.note}
    others = languages()[1:]
    return {f"{key}_{name}": words(name).render(x) for name in others for key, x in shown.items()}


def _finding(finding: Finding) -> dict[str, object]:
    fields = {f.name: getattr(finding, f.name) for f in dataclasses.fields(finding)}
    del fields["test"], fields["possible"]
    return {**fields, "final": finding.final}


def _proxy(finding: Finding) -> dict[str, object]:
    """A proxy's figures stand in published.json: here is only what it says."""
    keys = ("what", "tier", "source", "verdict", "sentence", "final")
    return {key: getattr(finding, key) for key in keys}


def published_data(evidence: PublishedEvidence) -> dict[str, object]:
    """Every re-measured figure, the spread between laboratories, and figures that stand alone."""
    return {
        "figures": [_remeasured(row) for row in evidence.rows],
        "spread": [dataclasses.asdict(spread) for spread in evidence.spreads],
        "spread_together": {
            name: dataclasses.asdict(found) for name, found in together(evidence.spreads).items()
        },
        "not_remeasured": [
            {
                "figure": r.id,
                "value": r.value,
                "note": r.note,
                "untestable": r.untestable,
                "source": dataclasses.asdict(r.source),
            }
            for r in evidence.alone
        ],
    }


def _remeasured(row: Remeasured) -> dict[str, object]:
    verdict = plain_object(row.verdict)
    del verdict["registration"]  # Of runs of ours alone.
    return {
        "published_by": row.published.table,
        "measured_by": row.measured.table,
        **verdict,
        "published_source": dataclasses.asdict(row.published.source),
        "measured_source": dataclasses.asdict(row.measured.source),
        "also_measured": [{"value": r.value, "reason": r.note} for r in row.also],
    }


def to_json(data: object) -> str:
    """Readable JSON, its floats to six significant digits, each message in one line."""
    messages: list[str] = []
    text = json.dumps(_held(_plain(data), messages), indent=1, ensure_ascii=False) + "\n"
    return _HELD.sub(lambda found: messages[int(found[1])], text)


_HELD = re.compile('"<message (\\d+)>"')


def _held(value: object, messages: list[str]) -> object:
    """`value` with a mark in the place of each message."""
    if isinstance(value, dict) and value.keys() == {"key", "values"}:
        messages.append(json.dumps(value, ensure_ascii=False))
        return f"<message {len(messages) - 1}>"
    if isinstance(value, dict):
        return {key: _held(one, messages) for key, one in value.items()}
    return [_held(one, messages) for one in value] if isinstance(value, list) else value


def _plain(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, Mapping):
        return {key: _plain(v) for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value
