"""report.html: one file that works offline, in English and Korean, light and dark.

Nothing in it is fetched: the policy in its head allows this page's own script and style, by their
digests, and nothing else. Whatever a model wrote reaches the page compressed and is put there as
text by the script.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from claimbench.messages import Message
from claimbench.records import Measurement
from claimbench.report import figures, strips, svg
from claimbench.report.agreement_tables import SHOWN, agreement_tables
from claimbench.report.answer import Answer
from claimbench.report.answers import answers, verdict_answer
from claimbench.report.claim_tables import claim_rows, spoken, testable
from claimbench.report.comparison_files import changes_table, comparison_table
from claimbench.report.comparisons import details, headline
from claimbench.report.contrast_table import contrast_figures, contrast_tables
from claimbench.report.document import CellView, Document
from claimbench.report.glossary import COLUMNS, legends
from claimbench.report.lm_eval_table import lm_eval_tables
from claimbench.report.matrix import matrix_of
from claimbench.report.messages import languages
from claimbench.report.page_rows import (
    REPLY_COLUMNS,
    SCORE_COLUMNS,
    SettingTables,
    efficiency_row,
    measurement_row,
    statuses,
    table_cells,
    tally,
    verdict_row,
)
from claimbench.report.page_script import (
    as_json,
    asset,
    maths_script,
    page_script,
    policy,
    script_words,
    style,
)
from claimbench.report.page_words import PageWords, page_words
from claimbench.report.problems import problem_block
from claimbench.report.settings import setting_name
from claimbench.report.tables import Table, clean, heading, in_terms, points
from claimbench.report.verdict_sum import named_differences, verdict_sum
from claimbench.report.vote_table import vote_tables
from claimbench.verdicts.registration import run_messages
from claimbench.verdicts.side_by_side import EvidenceGroup

if TYPE_CHECKING:
    from claimbench.report.samples import Pack


def render_html(
    document: Document,
    pack: Pack | None,
    shown_first: str = "en",
    others: Sequence[str] | None = None,
) -> str:
    """The whole page, in the language that is `shown_first` and the `others` (all there are, where
    None). Without `pack` it holds no sample and no problem."""
    rest = languages() if others is None else others
    words = page_words([shown_first, *(name for name in rest if name != shown_first)])
    scripts = [*([maths_script()] if pack else []), page_script()]
    page: str = _template(words).render(
        document=document,
        many=len(document.runs) > 1,
        scripts=list(map(Markup, scripts)),
        style=Markup(style()),
        policy=policy(scripts, style()),
        **_words(words, document),
        **_answers(document, svg.Pen(words)),
        **_tables(document),
        cells=_cells(document, svg.Pen(words)),
        problems=problem_block(document),
        forests=_forests(document, svg.Pen(words)),
        contrast_figures=contrast_figures(document, svg.Pen(words)),
        comparisons=_comparisons(document, svg.Pen(words)),
        pack=pack,
        left=_left_out(pack) if pack else None,
    )
    return page.replace(_BLOCKS, "".join(_block(b) for b in pack.blocks) if pack else "")


def _words(words: PageWords, document: Document) -> dict[str, object]:
    """What the template puts values into words with."""
    reading = legends(document)

    def gloss(column: str, word: str | None = None) -> Markup:
        """What makes an element explain itself, where its word is in the glossary."""
        name = word or COLUMNS.get(column)
        if name not in reading:
            return Markup("")
        return Markup(f' data-gloss="{name}" aria-describedby="gloss-{name}"')

    return {
        "words": _script_words(words),
        "language": words.first.language,
        "text": lambda value: clean(words.first.render(value)),
        "cell": lambda column, value: words.shown(in_terms(column, value, words.first)),
        "gloss": gloss,
        "reading": reading,
        "next_language": (words.languages[1:] or words.languages)[0].say("page-language"),
    }


def _tables(document: Document) -> dict[str, object]:
    """The rows of the page's tables."""
    every = testable(document)
    claims = [v for v in every if spoken(v)]
    runs = document.runs
    return {
        "score_columns": SCORE_COLUMNS,
        "reply_columns": REPLY_COLUMNS,
        "measurement_rows": [measurement_row(r.name, m) for r in runs for m in r.measurements],
        "claim_rows": claim_rows(claims),
        "further": len(document.claims) - len(claims),
        "claims_elsewhere": 0 if claims else len(every),
        "statuses": statuses(claims),
        "efficiency_rows": [efficiency_row(r.name, e) for r in runs for e in r.efficiency],
        "comparison_tables": [table_cells(table) for table in _comparison_tables(document)],
        "contrasts": [table_cells(table) for table in contrast_tables(document)],
        "votes": [table_cells(table) for table in vote_tables(document)],
        "lm_evals": [table_cells(table) for table in lm_eval_tables(document)],
        "agreements": [table_cells(table) for table in agreement_tables(document, SHOWN)],
        "differing": sum(len(a.disagreements) for r in runs for a in r.agreements),
        "tally": tally(document),
    }


# --- the answer --------------------------------------------------------------------------------


def _answers(document: Document, pen: svg.Pen) -> dict[str, object]:
    """The answers told one by one, the picture of many, and the rows of their table."""
    numbered = iter(range(10**9))
    matrix = matrix_of(document)
    return {
        "answers": [_shown(one, pen, next(numbered)) for one in answers(document)],
        "matrix": matrix,
        "setting_tables": SettingTables(),
        "verdict_sum": verdict_sum(document.verdicts),
        "named_differences": named_differences(document.verdicts),
        "registrations": run_messages(document.registrations),
        "verdict_rows": [
            {
                **verdict_row(run.name, v),
                "answer": _shown(verdict_answer(document, run, v), pen, next(numbered)),
            }
            for run in document.runs
            for v in run.verdicts
            if matrix is not None
        ],
    }


def _shown(one: Answer, pen: svg.Pen, number: int) -> dict[str, object]:
    """An answer as the template takes it, its picture drawn."""
    drawn = one.strip and Markup(strips.draw(pen, f"strip-{number}", one.strip))
    return {
        **{name: getattr(one, name) for name in Answer.__slots__},
        "symbol": one.symbol,
        "strip": drawn,
        "legend": strips.legend(one.strip) if one.strip else [],
        "terms": strips.WORDS,
    }


_BLOCKS = "<!-- blocks -->"


def _block(content: str) -> str:
    # Base64 holds no character that could end the element.
    return f'<script type="text/plain" class="block">{content}</script>\n'


@lru_cache(maxsize=4)
def _script_words(words: PageWords) -> Markup:
    """What the page's script says."""
    names = {one.language: one.say("page-language") for one in words.languages}
    return Markup(as_json({"languages": names, "words": words.script(script_words())}))


@lru_cache(maxsize=4)
def _template(words: PageWords) -> Template:
    """The page in these languages: its words are filters, as what they make of a constant is then
    made once, when the template is read."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(asset),
    )
    environment.filters.update(
        say=words.say,
        shown=words.shown,
        label=words.label,
        option=words.option,
        clean=clean,
        heading=heading,
        setting=setting_name,
    )
    environment.globals.update(message=lambda key, **values: Message(key, values))
    return environment.get_template("report.html.j2")


# --- figures ----------------------------------------------------------------------------------


def evidence_by_benchmark(document: Document) -> list[tuple[str, list[EvidenceGroup]]]:
    """The groups of each benchmark."""
    groups = sorted(document.evidence, key=lambda group: group.benchmark)
    return [(name, list(found)) for name, found in groupby(groups, key=lambda g: g.benchmark)]


def _forests(document: Document, pen: svg.Pen) -> list[tuple[str, Markup]]:
    """One figure per benchmark."""
    return [
        (benchmark, Markup(figures.forest(pen, f"forest-{i}", clean(benchmark), found)))
        for i, (benchmark, found) in enumerate(evidence_by_benchmark(document))
    ]


def _comparisons(document: Document, pen: svg.Pen) -> list[tuple[Message, list[Message], Markup]]:
    """Headline, details and figure of each comparison."""
    return [
        (headline(one), list(details(one)), Markup(figures.paired(pen, f"compared-{i}", one)))
        for i, one in enumerate(document.comparisons)
    ]


def _comparison_tables(document: Document) -> list[Table]:
    found = document.comparisons
    return [comparison_table(found), changes_table(found)] if found else []


def _cells(document: Document, pen: svg.Pen) -> list[dict[str, object]]:
    numbered = enumerate((run, cell) for run in document.runs for cell in run.cells)
    return [
        {
            "run": run.name,
            "model": cell.model,
            "benchmark": cell.benchmark,
            "exact": bool(cell.curve and cell.curve.exact),
            "shares": _shares(m),
            **_panels(i, cell, pen),
        }
        for i, (run, cell) in numbered
        for m in run.measurements
        if (m.model, m.benchmark) == (cell.model, cell.benchmark)
    ]


def _shares(m: Measurement) -> dict[str, str]:
    looped = m.metrics.get("looped_share")
    return {"truncated": points(m.truncated_share), "looped": points(looped)}


def _panels(i: int, cell: CellView, pen: svg.Pen) -> dict[str, object]:
    names = clean(cell.model), clean(cell.benchmark)
    drawn = cell.curve and figures.curve(pen, f"curve-{i}", *names, cell.curve)
    return {
        "curve": Markup(drawn) if drawn else None,
        "lengths": (
            Markup(figures.histogram(pen, f"lengths-{i}", *names, cell.lengths))
            if cell.lengths
            else None
        ),
    }


def _left_out(pack: Pack) -> Message:
    """What is in the file, and what is not."""
    if pack.shown == pack.stored:
        return Message("page-samples-all", {"shown": pack.shown})
    counts = {
        "shown": pack.shown,
        "stored": pack.stored,
        "left": pack.stored - pack.shown,
        "failures": pack.failures[0],
        "failures_stored": pack.failures[1],
        "right": pack.right[0],
        "right_stored": pack.right[1],
    }
    return Message("page-samples-some", counts)
