"""report.html: one file that works offline, in English and Korean, light and dark.

Nothing in it is fetched: the policy in its head allows this page's own script and style, by their
digests, and nothing else. Whatever a model wrote reaches the page compressed and is put there as
text by the script.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from claimbench.analysis.efficiency import Efficiency
from claimbench.records import Departure, Measurement, PublishedResult, Verdict
from claimbench.report import figures
from claimbench.report.agreement_tables import SHOWN
from claimbench.report.claim_tables import claim_rows, testable
from claimbench.report.document import CellView, Document
from claimbench.report.korean_run import description, setting, table_in_both, title
from claimbench.report.lm_eval_table import lm_eval_tables
from claimbench.report.markdown import agreement_tables
from claimbench.report.messages import english
from claimbench.report.tables import (
    clean,
    figure_of,
    margin_told,
    needed,
    number,
    or_unknown,
    points,
    sampling_error,
    signed,
)
from claimbench.report.theme import page_style
from claimbench.report.vote_table import vote_tables
from claimbench.report.words import (
    CLAIM_WORDS,
    READING,
    SCRIPT_WORDS,
    VERDICT_WORDS,
    Said,
    in_both,
    say,
)
from claimbench.verdicts.articles import STATUSES, ClaimVerdict
from claimbench.verdicts.side_by_side import EvidenceGroup

if TYPE_CHECKING:
    from claimbench.report.samples import Pack

SYMBOLS = {"reproduced": "=", "lower": "↓", "higher": "↑", "inconclusive": "?"}


@cache
def asset(name: str) -> str:
    """The text of a file beside this module."""
    return (files("claimbench.report") / "assets" / name).read_text("utf-8")


def render_html(document: Document, pack: Pack | None) -> str:
    """The whole page. Without `pack` it holds no sample and no problem."""
    script = asset("report.js")
    style = page_style(asset("page.css"), asset("figure.css"))
    page: str = _template().render(
        document=document,
        many=len(document.runs) > 1,
        script=Markup(script),
        style=Markup(style),
        policy=_policy(script, style),
        words=Markup(_as_json({k: list(v) for k, v in SCRIPT_WORDS.items()})),
        verdict_words=VERDICT_WORDS,
        reading=READING,
        verdict_rows=[
            _verdict(run.name, v, document.sources.get(v.claim))
            for run in document.runs
            for v in run.verdicts
        ],
        measurement_rows=[_measurement(r.name, m) for r in document.runs for m in r.measurements],
        claim_rows=claim_rows(claims := testable(document)),
        untestable=len(document.claims) - len(claims),
        statuses=_statuses(claims),
        efficiency_rows=[_efficiency(r.name, e) for r in document.runs for e in r.efficiency],
        votes=[table_in_both(table) for table in vote_tables(document)],
        lm_evals=[table_in_both(table) for table in lm_eval_tables(document)],
        agreements=[table_in_both(table) for table in agreement_tables(document, SHOWN)],
        abouts=[description(run.about) for run in document.runs],
        differing=sum(len(a.disagreements) for r in document.runs for a in r.agreements),
        forests=_forests(document),
        cells=_cells(document),
        tally=_tally(document),
        pack=pack,
        left=_left_out(pack) if pack else None,
    )
    return page.replace(_BLOCKS, "".join(_block(b) for b in pack.blocks) if pack else "")


_BLOCKS = "<!-- blocks -->"


def _block(content: str) -> str:
    # Base64 holds no character that could end the element.
    return f'<script type="text/plain" class="block">{content}</script>\n'


@cache
def _template() -> Any:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(say=_markup_of_key, both=_markup, korean=_korean, clean=clean)
    environment.globals.update(told=setting, title=title)
    return environment.from_string(asset("report.html.j2"))


def _markup(said: Said, tag: str = "span") -> Markup:
    """English on the page, Korean waiting in an attribute where it is another text."""
    english, korean = escape(clean(said.en, 4000)), escape(clean(said.ko, 4000))
    if english == korean:
        return Markup(f"<{tag}>{english}</{tag}>")
    return Markup(f'<{tag} data-ko="{korean}">{english}</{tag}>')


@cache
def _markup_of_key(key: str, tag: str = "span", **values: object) -> Markup:
    return _markup(say(key, **values), tag)


def _korean(key: str) -> str:
    return say(key).ko


def _as_json(content: Any) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")


def _policy(script: str, style: str) -> str:
    def digest(text: str) -> str:
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    return (
        f"default-src 'none'; script-src 'sha256-{digest(script)}'; "
        f"style-src 'sha256-{digest(style)}'; base-uri 'none'; form-action 'none'"
    )


# --- rows: (text shown, value to sort by) -----------------------------------------------------

Cell = tuple[str, float | str]


def _score(text: str, value: float | None) -> Cell:
    return text, "" if value is None else round(value, 6)


def _verdict(run: str, v: Verdict, source: PublishedResult | None) -> dict[str, Any]:
    rows = [(d.one_sided, _setting_row(d)) for d in v.departures]
    return {
        "run": run,
        "model": v.subject,
        "benchmark": figure_of(v),
        "claim": v.claim,
        "by": v.claim.partition(":")[0]
        + (" #" + v.claim.partition("#")[2] if "#" in v.claim else ""),
        "cells": [
            _score(number(v.published), v.published),
            _score(number(v.measured), v.measured),
            _score(signed(v.difference), v.difference),
            _score(_interval(v.interval_95), v.interval_95[0] if v.interval_95 else None),
            _score(margin_told(v.margin), v.margin),
            _score(needed(v.needed_margin), v.needed_margin),
        ],
        "tier": v.tier or "–",
        "verdict": v.verdict,
        "word": VERDICT_WORDS.get(v.verdict, Said(v.verdict, v.verdict)),
        "symbol": SYMBOLS.get(v.verdict, "×"),
        "sentence": in_both(v.sentence),
        "departures": [row for one_sided, row in rows if not one_sided],
        "one_sided": [row for one_sided, row in rows if one_sided],
        "notes": [in_both(note) for note in v.notes],
        "source": _source(source),
    }


def _interval(bounds: tuple[float, float] | None) -> str:
    """The same in every language: `[−7.9, −1.5]`."""
    return "–" if bounds is None else f"[{signed(bounds[0])}, {signed(bounds[1])}]"


def _setting_row(d: Departure) -> tuple[str, Said, Said]:
    return d.setting, setting(english(d.published)), setting(english(d.measured))


def _source(result: PublishedResult | None) -> Said | None:
    """File, line (a number, or words such as `Table 3`) and commit."""
    if result is None:
        return None
    s = result.source
    parts = [Said(s.file, s.file)]
    if s.line:
        numbered = s.line[0].isdigit()
        parts.append(say("source_line", line=s.line) if numbered else Said(s.line, s.line))
    if s.commit:
        parts.append(say("source_commit", commit=s.commit))
    return Said(*(", ".join(words) for words in zip(*parts, strict=True)))


def _measurement(run: str, m: Measurement) -> dict[str, Any]:
    looped = m.metrics.get("looped_share")
    return {
        "run": run,
        "model": m.model,
        "benchmark": m.benchmark,
        "cells": [
            _score(str(m.problems), m.problems),
            _score(str(m.samples_per_problem), m.samples_per_problem),
            _score(points(m.pass_at_1, 2), m.pass_at_1),
            _score(sampling_error(m), m.sampling_se),
            _score(points(m.problem_se, 2), m.problem_se),
            _score(or_unknown(points(m.truncated_share)), m.truncated_share),
            _score(points(m.no_answer_share), m.no_answer_share),
            _score(or_unknown(points(looped)), looped),
            _score(points(m.grader_error_share), m.grader_error_share),
            _score(or_unknown(number(m.tokens_mean)), m.tokens_mean),
            _score(or_unknown(number(m.tokens_p95, 0)), m.tokens_p95),
            _score(f"{m.received}/{m.asked}", m.received),
        ],
    }


def _efficiency(run: str, e: Efficiency) -> dict[str, Any]:
    within = e.tokens_interval_95
    return {
        "run": run,
        "model": e.model,
        "benchmark": e.benchmark,
        "cells": [
            _score(f"{e.right:g}", e.right),
            _score(str(e.samples), e.samples),
            _score(number(e.tokens_per_second), e.tokens_per_second),
            _score(number(e.tokens_per_solved, 0), e.tokens_per_solved),
            _score(
                "–" if within is None else f"[{within[0]:.0f}, {within[1]:.0f}]",
                within and within[0],
            ),
            _score(number(e.device_seconds_per_solved, 2), e.device_seconds_per_solved),
        ],
        "device": e.device or "–",
    }


def _tally(document: Document) -> list[tuple[str, Said, str, int]]:
    """Verdicts, their words and symbols, and how many there are; those that occur."""
    counts = dict.fromkeys(VERDICT_WORDS, 0)
    for v in document.verdicts:
        counts[v.verdict] = counts.get(v.verdict, 0) + 1
    return [
        (word, VERDICT_WORDS.get(word, Said(word, word)), SYMBOLS.get(word, "×"), count)
        for word, count in counts.items()
        if count
    ]


def _statuses(verdicts: Sequence[ClaimVerdict]) -> list[tuple[str, Said]]:
    """The verdicts on claims that occur, and their words."""
    found = {v.status for v in verdicts}
    return [(word, CLAIM_WORDS[word]) for word in STATUSES if word in found]


# --- figures ----------------------------------------------------------------------------------


def evidence_by_benchmark(document: Document) -> list[tuple[str, list[EvidenceGroup]]]:
    """The groups of each benchmark."""
    groups = sorted(document.evidence, key=lambda group: group.benchmark)
    return [(name, list(found)) for name, found in groupby(groups, key=lambda g: g.benchmark)]


def _forests(document: Document) -> list[tuple[str, Markup]]:
    """One figure per benchmark."""
    return [
        (benchmark, Markup(figures.forest(f"forest-{i}", clean(benchmark), found)))
        for i, (benchmark, found) in enumerate(evidence_by_benchmark(document))
    ]


def _cells(document: Document) -> list[dict[str, Any]]:
    numbered = enumerate((run, cell) for run in document.runs for cell in run.cells)
    return [
        {
            "run": run.name,
            "model": cell.model,
            "benchmark": cell.benchmark,
            "exact": bool(cell.curve and cell.curve.exact),
            "shares": _shares(m),
            **_panels(i, cell),
        }
        for i, (run, cell) in numbered
        for m in run.measurements
        if (m.model, m.benchmark) == (cell.model, cell.benchmark)
    ]


def _shares(m: Measurement) -> dict[str, str]:
    looped = m.metrics.get("looped_share")
    return {"truncated": points(m.truncated_share), "looped": points(looped)}


def _panels(i: int, cell: CellView) -> dict[str, Any]:
    names = clean(cell.model), clean(cell.benchmark)
    drawn = cell.curve and figures.curve(f"curve-{i}", *names, cell.curve)
    return {
        "curve": Markup(drawn) if drawn else None,
        "lengths": (
            Markup(figures.histogram(f"lengths-{i}", *names, cell.lengths))
            if cell.lengths
            else None
        ),
    }


def _left_out(pack: Pack) -> Said:
    """What is in the file, and what is not."""
    if pack.shown == pack.stored:
        return say("samples_all", shown=pack.shown)
    return say(
        "samples_some",
        shown=pack.shown,
        stored=pack.stored,
        left=pack.stored - pack.shown,
        failures=pack.failures[0],
        failures_stored=pack.failures[1],
        right=pack.right[0],
        right_stored=pack.right[1],
    )
