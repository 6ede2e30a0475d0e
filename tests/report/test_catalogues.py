"""The catalogues agree with one another and with the source; nothing reads what they say; and a
language is one file."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any, get_args

import pytest
from catalogues import FOLDER, entries, placeholders, rewritten, using
from report_toys import lifelike, write_run
from typer.testing import CliRunner

from claimbench.analysis.efficiency import DEVICES
from claimbench.claims.schema import EfficiencyTest, Figure, Kind
from claimbench.claims.sources import ArtifactCheck, Lacks
from claimbench.cli import app
from claimbench.cli.display_claims import show_claims
from claimbench.drafts.columns import GOLDS, QUESTIONS
from claimbench.grading import GRADERS
from claimbench.grading.extract import LATEX_FINDERS, NUMBER_FINDERS
from claimbench.grading.outcomes import VALUES
from claimbench.grading.reasons import REASONS, where
from claimbench.records import Exposure, RegistrationState
from claimbench.report import view
from claimbench.report.answer import CERTAINTIES
from claimbench.report.article_data import claims_data
from claimbench.report.article_reader import PLAIN
from claimbench.report.article_tables import ORIGINS
from claimbench.report.figures import KINDS
from claimbench.report.html import render_html
from claimbench.report.markdown import render_document
from claimbench.report.messages import languages, plain, words
from claimbench.report.messages.entries import Entries
from claimbench.report.messages.functions import number
from claimbench.report.page_script import OUTCOMES, SCRIPT_KEYS
from claimbench.report.settings import SETTINGS as NAMED
from claimbench.report.strips import KINDS as STRIP
from claimbench.report.tables import heading
from claimbench.runner import reporting
from claimbench.sandbox.isolation import ISOLATIONS
from claimbench.store import RunStore
from claimbench.store.registration import SECTIONS
from claimbench.verdicts.articles.claims import judge_claims, load_evidence
from claimbench.verdicts.articles.results import STATUSES
from claimbench.verdicts.claims import STANDINGS
from claimbench.verdicts.comparisons import WORDS as COMPARISONS
from claimbench.verdicts.composition import Quantifier, Relation
from claimbench.verdicts.pairing import VERDICTS
from claimbench.verdicts.protocol import SETTINGS
from claimbench.verdicts.side_by_side import Origin

SOURCE = Path(view.__file__).parents[1]
ASSETS = SOURCE / "report/assets"
TEMPLATE = "".join(path.read_text("utf-8") for path in sorted(ASSETS.glob("*.j2")))


def names(model: Any, field: str) -> tuple[str, ...]:
    return get_args(model.model_fields[field].annotation)


FAMILIES: dict[str, Iterable[str]] = {
    "verdict": VERDICTS,
    "status": STATUSES,
    "lacks": get_args(Lacks),
    "plain": PLAIN,
    "settles": (*get_args(Lacks), "measured again", "more samples", "the source", "nothing more"),
    "kind": get_args(Kind),
    "device": DEVICES,
    "relation": (*get_args(Relation), "lower", "higher"),
    "quantifier": get_args(Quantifier),
    "standing": STANDINGS,
    "bound": [name for name in names(Figure, "bound") if name != "exact"],
    "artifact": names(ArtifactCheck, "field"),
    "quantity": names(EfficiencyTest, "quantity"),
    "outcome": {*VALUES, *OUTCOMES, "right", "wrong", "not graded"},
    "isolation": (*ISOLATIONS, "none"),
    "public": get_args(Exposure),
    "setting": (*SETTINGS, "token_ids"),
    "origin": get_args(Origin),
    "replies": KINDS,
    "script": SCRIPT_KEYS,
    "comparison": COMPARISONS,
    "rule": GRADERS,
    "grade": REASONS,
    "protocol": NAMED,
    "strip": STRIP,
    "certainty": CERTAINTIES,
    "registration": get_args(RegistrationState),
    "registered": (*SECTIONS, "code"),
}
"""Terms, whose keys are made of a name: by family, all of its names."""


@cache
def trees() -> dict[str, ast.Module]:
    return {str(path): ast.parse(path.read_text("utf-8")) for path in SOURCE.rglob("*.py")}


@cache
def named_calls() -> tuple[tuple[str, ast.Call], ...]:
    """Every call with arguments in the source, by the last part of the function's name."""
    return tuple(
        (getattr(node.func, "id", getattr(node.func, "attr", "")), node)
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args
    )


def calls(*functions: str) -> Iterator[ast.Call]:
    return (node for name, node in named_calls() if name in functions)


def keys_made() -> set[str]:
    """Every key that the source and the page's template make."""
    made = {
        node.args[0].value
        for node in calls("Message", "say")
        if isinstance(node.args[0], ast.Constant)
    }
    made |= {
        one.value
        for node in calls("Message")
        if isinstance(node.args[0], ast.IfExp)
        for one in (node.args[0].body, node.args[0].orelse)
        if isinstance(one, ast.Constant)
    }
    made |= set(re.findall(r"message\('([\w-]+)'", TEMPLATE))
    made |= set(re.findall(r"'([\w-]+)' \| say", TEMPLATE))
    made |= set(re.findall(r"'(page-about-many)' if many else '(page-about)'", TEMPLATE)[0])
    return made


def columns() -> set[str]:
    """Every heading of a table that is made for readers."""
    found = set(re.findall(r"head\('([^']+)'", TEMPLATE))
    found |= set(re.findall(r"'([^']+)' \| heading", TEMPLATE))
    for listed in re.findall(r"column in \(([^)]+)\)", TEMPLATE):
        found |= set(re.findall("'([^']+)'", listed))
    shown = [tree for path, tree in trees().items() if "/claimbench/report/" in path]
    for node in (node for tree in shown for node in ast.walk(tree)):
        if isinstance(node, ast.Assign) and _name(node.targets[0]).lower() == "columns":
            found |= set(_strings(node.value))
    found |= {one for node in calls("heading") for one in _strings(node.args[0])}
    return {*found, *ORIGINS, "run"} - set(STATUSES)


def _constant(node: ast.AST) -> tuple[str, ...]:
    held = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return (node.value,) if held else ()


def _name(node: ast.expr) -> str:
    return str(getattr(node, "id", ""))


def _strings(node: ast.expr) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


CSV_ONLY = re.compile(r"text|reason|.*\([A-D]\)|text_|reason_")
"""Columns of tables/claims.csv alone, which no page shows."""


def test_all_languages_have_the_same_keys_and_placeholders() -> None:
    english = entries("en")
    for language in languages()[1:]:
        other = entries(language)
        assert set(other) == set(english), language
        for key, message in other.items():
            assert placeholders(message) == placeholders(english[key]), f"{language}: {key}"


@pytest.mark.slow
def test_every_key_that_the_source_makes_is_in_the_catalogues() -> None:
    made = keys_made()
    made |= {
        f"{family}-{re.sub('[ _]', '-', name.replace(chr(39), ''))}"
        for family, members in FAMILIES.items()
        for name in members
    }
    made |= {heading(name).key for name in columns() if not CSV_ONLY.fullmatch(name)}
    known = set(entries("en"))
    assert made - known == set()
    named = {one for tree in trees().values() for node in ast.walk(tree) for one in _constant(node)}
    headings = {key for key in known if key.startswith("column-")}
    assert known - made - named - headings == set()


NOUNS = (
    "bits calculations claims comparisons degrees differences facts figures grades lines "
    "models notes others passes points problems programs replies responses rows runs samples "
    "settings suspects tests times verdicts"
)
COUNTED = re.compile(rf"(?<![\w.,])(?<!of )1 (?:\w+ )?({NOUNS.replace(' ', '|')})\b")
"""One of several things; what stands behind `of` is how many there are in all."""
SEVERAL = {
    *("shown-apart-alone", "shown-equal-alone", "compare-shown-alone", "compare-holm"),
    *("page-runs-title", "proxy-tokens", "grade-too-much", "grade-threads", "grade-too-long"),
    *("certainty-equal", "certainty-apart", "strip-said-others", "answer-basis-uneven"),
    *("answer-no-claims", "compare-groups", "import-cut-early", "import-cut-early-bytes"),
    *("reason-few-votes", "reason-one-vote", "server-unended", "server-all-reasoning"),
    "server-empty",
}
"""Messages whose counts are never one: families, limits, sums."""


def test_english_counts_of_one_are_singular() -> None:
    english = Entries("en", (FOLDER / "en.ftl").read_text("utf-8"))
    found = {}
    for key, message in entries("en").items():
        ones = {name: number(1) for name in placeholders(message)}
        if english.has(key) and not key.startswith("script-") and key not in SEVERAL:
            found[key] = COUNTED.findall(english.format(key, ones)[0])
    assert {key: plurals for key, plurals in found.items() if plurals} == {}


def test_every_term_is_of_a_known_family() -> None:
    for node in calls("term"):
        family = node.args[0]
        if isinstance(family, ast.Constant):
            assert family.value in FAMILIES


def test_every_message_is_said_with_the_values_that_it_is_given() -> None:
    """A literal message in the source names exactly the values that its texts use."""
    english = entries("en")
    for node in calls("Message"):
        if len(node.args) == 2 and isinstance(node.args[0], ast.Constant):
            values = node.args[1]
            if isinstance(values, ast.Dict) and None not in values.keys:
                given = {key.value for key in values.keys if isinstance(key, ast.Constant)}
                assert given == placeholders(english[node.args[0].value]), node.args[0].value


def test_every_reason_of_a_grader_is_said_with_its_values() -> None:
    english = entries("en")
    for name, values in REASONS.items():
        assert placeholders(english[f"grade-{name}"]) == set(values), name
    rules = {*NUMBER_FINDERS, *LATEX_FINDERS}
    assert {where(rule).key for rule in rules} <= set(english)


def test_no_catalogue_has_words_outside_of_it() -> None:
    """No module but the catalogues has Korean words; graders read replies in any language, and
    drafts the names of columns."""
    hangul = re.compile("[가-힣]")
    names = {"functions.py": {"가", "힣"}, "drafts/columns.py": {*QUESTIONS, *GOLDS}}
    for path, tree in trees().items():
        if "/grading/" in path:
            continue
        strings = (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant))
        found = [
            s for s in strings if isinstance(s, str) and hangul.search(s) and "PARTICLE" not in s
        ]
        allowed = (names[end] for end in names if path.endswith(end))
        assert not set(found).difference(*allowed), path
    assert not hangul.search(TEMPLATE)


# --- nothing reads prose ----------------------------------------------------------------------


def without_sentences(data: Any) -> Any:
    """JSON data without the English words that stand beside a message."""
    if isinstance(data, list):
        return [without_sentences(one) for one in data]
    if not isinstance(data, dict):
        return data
    said = {k for k in data if f"{k}_message" in data or f"{k.removesuffix('s')}_messages" in data}
    return {k: without_sentences(v) for k, v in data.items() if k not in said}


def everything_said(root: Path) -> dict[str, Any]:
    """What a run and the articles come to: states, JSON without sentences, Korean pages."""
    evidence = load_evidence([root])
    verdicts = judge_claims(evidence)
    with RunStore.existing(root, writer=True) as store:
        made = reporting.report(store, samples=False)
    document = view.document(made.runs)
    with redirect_stdout(StringIO()) as terminal:
        show_claims(verdicts, "ko")
    return {
        "states": [(v.claim.id, v.status, v.tier) for v in verdicts],
        "verdicts": [v.verdict for v in made.verdicts],
        "claims": without_sentences(claims_data(verdicts, evidence.runs)),
        "verdicts.json": without_sentences(json.loads((root / "verdicts.json").read_text())),
        "measurements.json": (root / "measurements.json").read_bytes(),
        "efficiency.json": (root / "efficiency.json").read_bytes(),
        "page": render_html(document, None, "ko", ["ko"]),
        "markdown": render_document(document, [], "ko"),
        "terminal": terminal.getvalue(),
    }


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of R1 and of a distilled checkpoint, judged by published figures."""
    root = tmp_path_factory.mktemp("runs") / "run"
    share = {"deepseek-r1": 0.75, "r1-distill-qwen-7b": 0.5}
    cells = [(model, "aime24") for model in share]
    write_run(root, cells, lifelike(share), samples=8, published=["deepseek-r1", "open-r1"])
    with RunStore.existing(root, writer=True) as store:
        reporting.report(store, samples=False)
    return root


@pytest.mark.slow
def test_with_english_nonsense_nothing_else_changes(run: Path, tmp_path: Path) -> None:
    """States, JSON but for its sentences, and Korean pages are the same to the byte."""
    before = everything_said(run)
    told = (run / "verdicts.json").read_text()
    with using(tmp_path / "words", {"en": rewritten("en", lambda _: "xyzzy")}):
        after = everything_said(run)
        nonsense = (run / "verdicts.json").read_text()
    assert "xyzzy" in nonsense and "xyzzy" not in told
    assert before.keys() == after.keys()
    for name, value in before.items():
        assert after[name] == value, name
    assert "재현" in before["page"] and not re.search("data-(en|ko)=", before["page"])


# --- a language is one file -------------------------------------------------------------------


@pytest.mark.slow
def test_a_third_language_is_one_file(run: Path, tmp_path: Path) -> None:
    """A toy language, in which every word is its own mirror."""
    with using(tmp_path / "words", {"xx": rewritten("en", lambda word: word[::-1])}):
        assert languages() == ("en", "ko", "xx")
        known = CliRunner().invoke(
            app, ["claims", "--article", "hani-0130", "--kind", "market", "--language", "xx"]
        )
        assert "ton elbatset" in known.output, known.output
        made = CliRunner().invoke(app, ["report", str(run), "--no-samples", "--language", "xx"])
        assert made.exit_code == 0, made.output
        page = (run / "report.html").read_text("utf-8")
        assert '<html lang="xx">' in page and "data-ko=" in page and "data-en=" in page
        assert "## stcidreV" in (run / "report.md").read_text("utf-8")
        (claim, *_) = claims_data(judge_claims(load_evidence()), ())["claims"]
        assert {"reason", "reason_ko", "reason_xx", "text_xx"} <= set(claim)
        assert claim["text_xx"] == claim["text"]  # Nobody wrote it in that language.
    assert languages() == ("en", "ko")


def test_what_a_catalogue_lacks_is_said_in_english(tmp_path: Path) -> None:
    with using(tmp_path / "words", {"xx": "verdict-lower = rewol\n"}):
        assert words("xx").say("verdict-lower") == "rewol"
        assert words("xx").say("verdict-higher") == "higher"


def test_json_is_in_english_whatever_the_page_is_in() -> None:
    assert plain({"x": heading("verdict")})["x"] == "verdict"
