"""Seeds that are refused: by file, line and key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from claimbench.claims.articles import load_articles, load_claims
from claimbench.claims.published import load_figures, load_published
from claimbench.errors import ConfigError

NAMES = """\
metrics:
  pass@1: {unit: points, title: mean}
  rating: {unit: rating, title: rating}
benchmarks:
  aime24: {title: AIME, metrics: [pass@1], problems: 30}
  codeforces: {title: Codeforces, metrics: [rating]}
models:
  alpha: {title: Alpha, open: true}
  beta: {title: Beta, open: false}
"""
TABLE = """\
title: A table
tier: D
source: {file: README.md, commit: abc}
tables:
  main:
    title: Main
    lines: 1-2
    columns:
      - {benchmark: aime24, samples: 64}
      - {benchmark: codeforces}
    rows:
      alpha: {values: [50.0, 1500]}
      beta:
        values: [40.0, null]
figures:
  price: {value: 2, unit: dollars, source: {file: page}}
"""
ARTICLE = """\
id: paper-1
outlet: Paper
date: 2025-01-01
date_stated: true
language: en
file: paper.txt
sha256: abababababababababababababababababababababababababababababababab
lines: 3
claims:
  - id: paper-1-1
    lines: "1"
    kind: benchmark
    text: {en: Alpha is as good as Beta., ko: 알파는 베타만큼 좋다.}
    tests:
      - subject: alpha
        reference: beta
        relation: on par
        quantifier: all
        benchmarks: [aime24]
        margin: 3
  - id: paper-1-2
    lines: "2"
    kind: arithmetic
    text: {en: It costs four dollars., ko: 값은 4달러다.}
    arithmetic:
      inputs:
        price: {figure: price}
      formula: price * 2
      unit: dollars
      claimed: 4
      tolerance: 0.5
  - id: paper-1-3
    lines: "3"
    kind: opinion
    text: It is nice.
    reason: A judgement.
    related:
      - {claim: paper-1-1}
"""


@pytest.fixture
def seeds(tmp_path: Path) -> Callable[..., Path]:
    """Write a small seeds folder; the arguments replace text in its files."""

    def write(old: str = "", new: str = "") -> Path:
        files = {"published/_names.yaml": NAMES, "published/t.yaml": TABLE}
        files["articles/paper-1.yaml"] = ARTICLE
        assert old in "".join(files.values())
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
        return tmp_path

    return write


def refused(folder: Path) -> str:
    """The one sentence with which a folder is refused, from its file name on."""
    with pytest.raises(ConfigError) as caught:
        load_published(folder / "published")
        load_articles(folder / "articles")
    assert caught.value.exit_code == 2
    return str(caught.value).replace(f"{folder}/", "")


def test_the_small_seeds_are_accepted(seeds: Callable[..., Path]) -> None:
    folder = seeds()
    assert len(load_published(folder / "published")) == 3
    assert len(load_claims(folder / "articles")) == 3


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("    lines: 1-2\n", "", "published/t.yaml:5: key tables.main.lines is missing"),
        (
            "source: {file: README.md, commit: abc}\n",
            "",
            "published/t.yaml:4: key tables.main.source: is needed, as the file has none",
        ),
        (
            "[50.0, 1500]",
            "[150.0, 1500]",
            "t.yaml:12: key tables.main.rows.alpha.values.0: 150.0 is",
        ),
        ("[50.0, 1500]", "[50.0, -1]", "values.1: -1.0 is outside 0 to 5000, the range of rating"),
        ("[50.0, 1500]", "[50.0]", "row alpha has 1 value for 2 columns"),
        (
            "{benchmark: codeforces}",
            "{benchmark: codeforce}",
            "t.yaml:10: key tables.main.columns.1: benchmark codeforce is not defined; "
            "did you mean codeforces?",
        ),
        (
            "beta:\n",
            "betta:\n",
            "t.yaml:13: key tables.main.rows.betta: model betta is not defined",
        ),
        (
            "codeforces}\n    rows:\n      alpha: {values: [50.0, 1500]}",
            "aime24}\n    rows:\n      alpha: {values: [50.0, 51.0]}",
            "t.yaml:12: key tables.main.rows.alpha.values.1: 51 is a second figure for alpha "
            "aime24 pass@1 (the first is 50); say why under conflict",
        ),
        (
            "samples: 64",
            "sample: 64",
            "t.yaml:9: unknown key tables.main.columns.0.sample; did you",
        ),
        ("samples: 64", "samples: 0", "columns.0.samples: input should be greater than 0"),
        (
            "[40.0, null]",
            "[{value: 40.0, sd: 1}, null]",
            "sd and the column's runs are given together",
        ),
        (
            "values: [40.0, null]",
            "values: []\n        values: [40.0, null]",
            "values is given twice",
        ),
        ("tier: D", "tier: E", "t.yaml:2: key tier: input should be 'A', 'B', 'C' or 'D', not 'E'"),
        ("        margin: 3\n", "", "paper-1.yaml:15: key claims.0.tests.0: key margin is missing"),
        ("margin: 3", "margin: -3", "key margin must be positive"),
        ("margin: 3", "margin: .nan", "key claims.0.tests.0.margin: input should be a finite"),
        ("tolerance: 0.5", "tolerance: .inf", "arithmetic.tolerance: input should be a finite"),
        ("[50.0, 1500]", "[.nan, 1500]", "rows.alpha.values.0: input should be a finite number"),
        ("value: 2", "value: .inf", "key figures.price.value: input should be a finite number"),
        ("margin: 3", "margin: {aime25: 3}", "key margin must name the benchmarks of the test"),
        ("[aime24]", "[aime24, aime24]", "key benchmarks names one benchmark twice"),
        (
            "[aime24]",
            "[aime_24]",
            "articles/paper-1.yaml:19: key claims.0.tests.0.benchmarks.0: benchmark aime_24 is not "
            "defined; did you mean aime24?",
        ),
        ("[aime24]", "[aime24/rating]", "aime24 has no metric rating"),
        (
            "reference: beta",
            "reference: bet",
            "paper-1.yaml:16: key claims.0.tests.0.reference: model",
        ),
        ("relation: on par", "relation: equal", "input should be 'ahead', 'on par' or 'at least'"),
        ('    lines: "1"\n', "", "paper-1.yaml:10: key claims.0.lines is missing"),
        (
            'lines: "1"',
            'lines: "one"',
            'paper-1.yaml:11: key claims.0.lines: write line numbers as "7"',
        ),
        ('lines: "1"', 'lines: "1, 3-4"', "claims.0.lines: line 4, but the article has 3 lines"),
        ("2025-01-01", '"2025-01-01"', "a date is needed, like 2025-01-31, not '2025-01-01': le"),
        (
            "2025-01-01",
            "1.1.2025",
            "paper-1.yaml:3: key date: a date is needed, like 2025-01-31, not '1.1.2025'",
        ),
        ('lines: "1"', 'lines: "3-1"', "paper-1.yaml:11: key claims.0.lines: 3-1 ends before it"),
        ("kind: opinion", "kind: opinon", "paper-1.yaml:34: key claims.2.kind: input should be"),
        (
            "    reason: A judgement.\n",
            "",
            "paper-1.yaml:32: key claims.2: claim paper-1-3 needs the key reason, as no run",
        ),
        (
            "kind: arithmetic",
            "kind: market",
            "key arithmetic does not belong to a claim of kind market",
        ),
        ("text: It is nice.", "text: {ko: 좋다.}", "claims.2.text: key en is missing"),
        ("text: It is nice.", "text: {en: ' '}", "claims.2.text: key en has no words"),
        ("text: It is nice.", "text: {en: Nice., korean: 좋다.}", "korean is no language"),
        ("text: It is nice.", "note: It.", "key claims.2.text is missing"),
        ("      tolerance: 0.5\n", "", "key claims.1.arithmetic: key tolerance is missing"),
        (
            "{figure: price}",
            "{figure: prise}",
            "figure prise is not in seeds/published; did you mean",
        ),
        ("{figure: price}", "{value: 2}", "a value needs its unit and its source"),
        ("price * 2", "price * cost", "formula and inputs must name the same quantities (cost)"),
        (
            "price * 2",
            "open(price)",
            "a formula has only numbers, names, + - * / ** and parentheses",
        ),
        (
            "claim: paper-1-1}",
            "claim: paper-1-9}",
            "related.0.claim: there is no other claim paper-1-9",
        ),
        (
            "id: paper-1-2",
            "id: paper-1-1",
            "paper-1.yaml:21: key claims.1.id: paper-1-1 is given twice",
        ),
        ("id: paper-1-2", "id: other-2", "key claims.1.id: must be paper-1- and a number"),
        (
            "id: paper-1\n",
            "id: paper-2\n",
            "paper-1.yaml:1: key id: must be the file's name, paper-1",
        ),
        ("sha256: a", "sha256: x", "paper-1.yaml:7: key sha256: string should match"),
        (
            "outlet: Paper",
            "outlets: Paper",
            "paper-1.yaml:2: unknown key outlets; did you mean outlet?",
        ),
        (
            "[40.0, null]",
            "[{value: 40.0, also: [{value: 41.0}]}, null]",
            "t.yaml:14: key tables.main.rows.beta.values.0.also.0.reason is missing",
        ),
        (
            "알파는 베타만큼 좋다.}\n",
            "알파는 베타만큼 좋다.}\n    reason: none\n",
            "key claims.0: claim paper-1-1 has both tests and reason: keep one",
        ),
        ("tier: D\n", "", "published/t.yaml:1: key tier is missing"),
        (
            "        margin: 3\n",
            "        margin: 3\n        note: {ko: 우리 목록대로.}\n",
            "claims.0.tests.0.note: key en is missing",
        ),
        (
            "metrics: [rating]",
            "metrics: [ratings]",
            "benchmark codeforces has metric ratings, which",
        ),
    ],
)
def test_bad_input_is_refused_by_file_line_and_key(
    seeds: Callable[..., Path], old: str, new: str, sentence: str
) -> None:
    assert sentence in refused(seeds(old, new))


def test_two_figures_for_a_cell_are_kept_with_a_reason(seeds: Callable[..., Path]) -> None:
    folder = seeds("{benchmark: codeforces}", "{benchmark: aime24}")
    path = folder / "published/t.yaml"
    given = path.read_text(encoding="utf-8").replace(
        "[50.0, 1500]", "[50.0, {value: 51.0, conflict: another page says so}]"
    )
    path.write_text(given, encoding="utf-8")
    notes = {r.value: r.note for r in load_published(folder / "published")}
    assert notes[51.0] == "another page says so"


def test_one_figure_id_in_two_files_is_refused(seeds: Callable[..., Path]) -> None:
    folder = seeds()
    (folder / "published/u.yaml").write_text(TABLE, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"u\.yaml:16: key figures\.price: another file has"):
        load_figures(folder / "published")


def test_an_article_that_does_not_fit_its_text_is_refused_when_that_is_at_hand(
    seeds: Callable[..., Path], tmp_path: Path
) -> None:
    text = "Two letters.\nHere it is: one sentence of our own.\nThe end.\n"
    (tmp_path / "paper.txt").write_text(text, encoding="utf-8")
    paper = seeds() / "articles" / "paper-1.yaml"
    other = paper.read_text(encoding="utf-8")
    good = other.replace("ab" * 32, hashlib.sha256(text.encode()).hexdigest())
    copied = good.replace("Alpha is as good as Beta.", "It is one sentence of our own.")
    for written, sentence in (
        (other, "paper-1.yaml:7: key sha256: the text paper.txt has another digest"),
        (good.replace("lines: 3", "lines: 4"), "paper-1.yaml:8: key lines: the text has 3 lines"),
        (copied, "claims.0.text.en: copies the article's words (it is one sentence of our)"),
    ):
        paper.write_text(written, encoding="utf-8")
        with pytest.raises(ConfigError) as caught:
            load_articles(paper.parent, texts=tmp_path)
        assert sentence in str(caught.value)
    paper.write_text(good, encoding="utf-8")
    assert len(load_articles(paper.parent, texts=tmp_path)) == 1
    ends_early = text.replace("The end.", "")
    (tmp_path / "paper.txt").write_text(ends_early, encoding="utf-8")
    again = other.replace("ab" * 32, hashlib.sha256(ends_early.encode()).hexdigest())
    paper.write_text(again, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"claims\.2\.lines: the text has nothing on line 3"):
        load_articles(paper.parent, texts=tmp_path)
