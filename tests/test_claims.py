"""Articles, claims and published tables: what is in seeds/, and what is refused."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from claimbench import claims
from claimbench.claims import formula
from claimbench.claims.schema import ArithmeticTest, Figure
from claimbench.errors import ConfigError
from claimbench.records import Claim, PublishedResult

SHARED = Path(os.environ.get("CLAIMBENCH_SHARED", Path(__file__).parents[2] / "shared"))
TEXTS = SHARED / "seeds"
needs_texts = pytest.mark.skipif(not TEXTS.is_dir(), reason="the articles' texts are not at hand")

# The ids of the first reading of the articles (docs/claims.md); later readings only add to them.
FIRST_READING = {
    "yonhap-0127": 10,
    "fnnews-0218": 8,
    "yonhap-0201": 8,
    "eunsolan-0128": 9,
    "hani-0130": 8,
}
UNTESTABLE = {"leaderboard", "hardware", "market", "opinion"}


@pytest.fixture(scope="module")
def every_claim() -> dict[str, Claim]:
    return {claim.id: claim for claim in claims.load_claims()}


@pytest.fixture(scope="module")
def results() -> tuple[PublishedResult, ...]:
    return claims.load_published()


@pytest.fixture(scope="module")
def figures() -> dict[str, Figure]:
    return claims.load_figures()


# --- what seeds/ holds ----------------------------------------------------------------------


def test_every_claim_of_the_first_reading_is_there(every_claim: dict[str, Claim]) -> None:
    wanted = {f"{article}-{n + 1}" for article, last in FIRST_READING.items() for n in range(last)}
    assert wanted <= set(every_claim)


def test_every_line_named_as_still_to_be_read_has_a_claim() -> None:
    still = {
        "yonhap-0127": (8, 18, 23),
        "fnnews-0218": (17, 29, 31, 33, 35),
        "yonhap-0201": (20, 24, 48, 54, 68, 70, 74),
        "eunsolan-0128": (18, 41, 50, 59, 69, 86),
        "hani-0130": (6, 13),
    }
    for article in claims.load_articles():
        named = {n for claim in article.claims for n in claim.line_numbers}
        assert set(still[article.id]) <= named, article.id


def test_every_claim_has_a_test_or_a_reason(every_claim: dict[str, Claim]) -> None:
    for claim in every_claim.values():
        assert bool(claim.test) != bool(claim.reason), claim.id
        if claim.kind in UNTESTABLE:
            assert claim.reason, claim.id


def test_tests_of_claims_are_plain_data(every_claim: dict[str, Claim]) -> None:
    for claim in every_claim.values():
        assert json.loads(json.dumps(claim.test)) == claim.test


def test_texts_are_given_in_both_languages(every_claim: dict[str, Claim]) -> None:
    for claim in every_claim.values():
        assert re.search("[a-z]", claim.text) and not re.search("[가-힣]", claim.text), claim.id
        assert re.search("[가-힣]", claim.text_ko), claim.id


def test_a_claim_with_two_references_has_a_test_for_each(every_claim: dict[str, Claim]) -> None:
    def references(name: str) -> set[str]:
        return {test.reference for test in claims.benchmark_tests(every_claim[name])}

    assert references("yonhap-0127-1") == {"o1-preview", "o1-1217"}
    assert references("fnnews-0218-2") == {"gpt-4o-0513", "o1-1217"}


def test_distills_are_never_the_subject_of_a_claim(every_claim: dict[str, Claim]) -> None:
    models = claims.load_catalogue().models
    for claim in every_claim.values():
        for test in claims.benchmark_tests(claim):
            assert models[test.subject].proxy_of is None, claim.id


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ("yonhap-0127-3", "eunsolan-0128-4", "R1"),
        ("yonhap-0201-3", "eunsolan-0128-2", "13 %"),
        ("yonhap-0127-8", "eunsolan-0128-15", "world-wide"),
        ("yonhap-0127-18", "yonhap-0201-5", "Llama"),
    ],
)
def test_disagreements_are_named_from_both_sides(
    every_claim: dict[str, Claim], one: str, other: str, words: str
) -> None:
    assert words in every_claim[one].disagreements[other]
    assert words in every_claim[other].disagreements[one]


@pytest.mark.shared
@needs_texts
def test_articles_fit_their_texts_and_copy_none_of_them() -> None:
    articles = claims.load_articles(texts=TEXTS)
    assert len(articles) == 5
    for article in articles:
        text = (TEXTS / article.file).read_text(encoding="utf-8")
        for claim in article.claims:
            words = " ".join((claim.text_ko, claim.reason, claim.reason_ko, claim.note))
            assert not claims.copied_words(words, text), claim.id


@pytest.mark.shared
@needs_texts
def test_a_changed_text_or_line_is_refused(tmp_path: Path) -> None:
    article = next(a for a in claims.load_articles() if a.id == "hani-0130")
    text = (TEXTS / article.file).read_bytes()
    (tmp_path / "changed.txt").write_bytes(text + b"!")
    with pytest.raises(ConfigError, match=r"key sha256: the text changed\.txt has another digest"):
        claims.check_article_text(article, tmp_path / "changed.txt")
    shorter = article.model_copy(update={"lines": article.lines - 1})
    with pytest.raises(ConfigError, match="key lines: the text has 18 lines, not 17"):
        claims.check_article_text(shorter, TEXTS / article.file)
    elsewhere = article.claims[0].model_copy(update={"lines": "99"})
    wrong = article.model_copy(update={"claims": (elsewhere,)})
    with pytest.raises(ConfigError, match=r"claims\.0\.lines: the text has nothing on line 99"):
        claims.check_article_text(wrong, TEXTS / article.file)
    quoted = text.decode().split("\n")[6]
    copied = article.claims[0].model_copy(update={"text_ko": quoted})
    with pytest.raises(ConfigError, match=r"claims\.0\.text_ko: copies the article's words"):
        claims.check_article_text(
            article.model_copy(update={"claims": (copied,)}), TEXTS / article.file
        )


def test_copied_words_ignores_punctuation_and_short_runs() -> None:
    theirs = "One, two three: four\nfive six seven."
    assert claims.copied_words("zero ONE two three four five six", theirs) == (
        "one two three four five six"
    )
    assert claims.copied_words("one two three four five x six seven", theirs) == ""


# --- published figures ----------------------------------------------------------------------


def published(
    results: tuple[PublishedResult, ...], subject: str, benchmark: str, metric: str = "pass@1"
) -> dict[str, float]:
    """Values of a cell by the table that they stand in."""
    return {
        result.id.replace(f":{subject}:{benchmark}:{metric}", ""): result.value
        for result in results
        if (result.subject, result.benchmark, result.metric) == (subject, benchmark, metric)
    }


def test_a_cell_that_its_source_gives_twice_keeps_both_figures(
    results: tuple[PublishedResult, ...],
) -> None:
    found = published(results, "gpt-4o-0513", "livecodebench")
    assert found["deepseek-r1/distills"] == 32.9
    assert found["deepseek-r1/comparison"] == 34.2
    qwq = published(results, "qwq-32b-preview", "aime24")
    assert qwq == {"deepseek-r1/distills": 44.0, "deepseek-r1/distills#2": 50.0}
    seven = published(results, "r1-distill-qwen-7b", "aime24")
    assert (seven["open-r1/reproduction"], seven["open-r1/reproduction#2"]) == (50.8, 51.3)


def test_second_figures_say_why(results: tuple[PublishedResult, ...]) -> None:
    for result in results:
        if "#" in result.id:
            assert result.note


def test_open_r1s_wrong_reported_column_is_kept_out(results: tuple[PublishedResult, ...]) -> None:
    found = published(results, "r1-distill-llama-8b", "aime24")
    assert 41.7 not in found.values()
    assert found["deepseek-r1/distills"] == 50.4
    assert found["open-r1/reproduction"] == 43.9


def test_samples_behind_deepseeks_figures_are_those_of_the_second_paper() -> None:
    table = {
        (r.subject, r.benchmark, r.metric): r
        for r in claims.select_published(["deepseek-r1/distills"])
    }
    seven = {b: table["r1-distill-qwen-7b", b, m] for _, b, m in table}
    assert seven["aime24"].samples == seven["gpqa_diamond"].samples == 64
    assert (seven["math500"].samples, seven["livecodebench"].samples) == (16, 8)
    assert seven["math500"].samples_min == 4
    assert "README says 64" in seven["math500"].note
    quoted = table["o1-mini", "math500", "pass@1"]
    assert (quoted.samples, quoted.greedy, dict(quoted.protocol)) == (None, None, {})


def test_a_figure_tells_the_fewest_samples_behind_it(
    results: tuple[PublishedResult, ...],
) -> None:
    """o1's 79.2 on 30 problems: 24/30 = 80.0, 47/60 = 78.3, 71/90 = 78.9, but 95/120 = 79.17. Its
    75.7 on 198: 599/792 = 75.63 and 600/792 = 75.76, but 749/990 = 75.66."""
    found = {r.id: (r.samples, r.samples_min) for r in results}
    o1 = "deepseek-r1/comparison:o1-1217"
    assert found[f"{o1}:aime24:pass@1"] == (None, 4)
    assert found[f"{o1}:gpqa_diamond:pass@1"] == (None, 5)
    assert found[f"{o1}:math500:pass@1"] == (None, 1)  # 482/500 = 96.4
    assert found[f"{o1}:swe_verified:accuracy"] == (None, 1)  # 48.9, on part of the 500
    qwq = "deepseek-r1/distills:qwq-32b-preview:aime24:pass@1"
    assert (found[qwq], found[f"{qwq}#2"]) == ((None, 5), (None, 1))  # 66/150 = 44.0, 15/30 = 50


def test_the_tables_of_r1_are_whole(results: tuple[PublishedResult, ...]) -> None:
    r1 = [r for r in results if r.table == "deepseek-r1/comparison" and r.subject == "deepseek-r1"]
    assert len(r1) == 21
    assert {r.source.line for r in r1} == {str(line) for line in range(111, 132)}
    distills = [r for r in results if r.table == "deepseek-r1/distills" and "#" not in r.id]
    assert len(distills) == 60
    assert {r.source.line for r in distills} == {str(line) for line in range(143, 153)}


def test_seed_tables_carry_their_spread() -> None:
    found = {r.id: r for r in claims.select_published(["sober-reasoning"])}
    aime = found["sober-reasoning/leaderboard:r1-distill-qwen-7b:aime24:pass@1"]
    assert (aime.value, aime.sd, aime.runs, aime.samples) == (52.3, 6.3, 10, 10)
    assert found["sober-reasoning/leaderboard:r1-distill-qwen-7b:math500:pass@1"].runs == 3


def test_every_figure_names_its_source_and_vendors_stay_apart_from_third_parties(
    results: tuple[PublishedResult, ...],
) -> None:
    third = {"open-r1", "sober-reasoning", "nemo-skills", "evalchemy", "phi-4-mini-flash"}
    vendors = {"deepseek-r1", "deepseek-v3", "openai-o1", "smollm2"}
    for result in results:
        assert result.source.file and result.source.line, result.id
        file = result.table.partition("/")[0]
        assert file not in third or result.tier == "C", result.id
        assert file not in vendors or result.tier == "D", result.id


def test_pairs_come_from_one_table_where_one_has_both(
    results: tuple[PublishedResult, ...], every_claim: dict[str, Claim]
) -> None:
    catalogue = claims.load_catalogue()

    def values(name: str, test: int) -> dict[str, tuple[float, float, bool]]:
        pairs = claims.published_pairs(
            claims.benchmark_tests(every_claim[name])[test], results, catalogue
        )
        return {
            p.named: (p.subject.value, p.reference.value, p.same_table)
            for p in pairs
            if p.subject and p.reference
        }

    assert values("yonhap-0127-1", 0)["aime24"] == (79.8, 44.6, False)
    assert values("yonhap-0127-1", 1)["aime24"] == (79.8, 79.2, True)
    # DeepSeek-V3's own table states the protocol of both; the R1 table only quotes them.
    assert values("hani-0130-10", 1)["livecodebench"] == (40.5, 33.4, True)
    assert values("hani-0130-10", 1)["aime24"] == (39.2, 9.3, True)


def test_every_test_has_figures_for_every_benchmark(
    results: tuple[PublishedResult, ...], every_claim: dict[str, Claim]
) -> None:
    catalogue = claims.load_catalogue()
    for claim in every_claim.values():
        for test in claims.benchmark_tests(claim):
            for pair in claims.published_pairs(test, results, catalogue):
                assert pair.subject and pair.reference, (claim.id, pair.named)


def test_a_published_table_nobody_defines_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"no published table deepseek-r2; did you mean deepseek"):
        claims.select_published(["deepseek-r2"])


# --- arithmetic -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "low", "high", "agrees"),
    [
        # 2,788,000 hours × 2 dollars = 5,576,000 dollars, below 6,000,000.
        ("yonhap-0127-2", 5_576_000, 5_576_000, True),
        # 30.84 / 2.788 = 11.0617; about a tenth is 10 ± 2.
        ("yonhap-0127-3", 11.0617, 11.0617, True),
        # 30,840 / (2,788 + 147) = 30,840 / 2,935 = 10.5077.
        ("eunsolan-0128-4", 10.5077, 10.5077, True),
        # 100 / 6 = 16.6667, within 0.5 of 17.
        ("fnnews-0218-6", 16.6667, 16.6667, True),
        # 4 to the power of 1, times 2.
        ("hani-0130-2", 8, 8, True),
        # 5.576 million × 1,431.3 = 7,980.9 million won; × 1,452.7 = 8,100.3 million won.
        ("hani-0130-3", 7.98093, 8.10026, True),
        # "a few" tens of millions, 20 to 90, against 10 ± 5.
        ("hani-0130-4", 20, 90, False),
        # (5.576 + 0.294) / 100 = 0.0587.
        ("yonhap-0127-15", 0.0587, 0.0587, True),
    ],
)
def test_arithmetic_claims(
    every_claim: dict[str, Claim],
    figures: dict[str, Figure],
    name: str,
    low: float,
    high: float,
    agrees: bool,
) -> None:
    result = claims.judge_arithmetic(every_claim[name], figures)
    assert (result.low, result.high) == pytest.approx((low, high), rel=1e-4)
    assert result.agrees is agrees
    assert result.sources


def test_arithmetic_shows_its_working_and_its_weak_inputs(
    every_claim: dict[str, Claim], figures: dict[str, Figure]
) -> None:
    result = claims.judge_arithmetic(every_claim["fnnews-0218-6"], figures)
    assert result.working == "100,000,000 / 6,000,000"
    assert result.bounds == ("gpt4 is at least this",)


def test_a_range_partly_inside_the_claim_decides_nothing() -> None:
    test = ArithmeticTest.model_validate(
        {
            "inputs": {"a": {"value": [1, 3], "unit": "m", "source": "here"}},
            "formula": "a",
            "unit": "m",
            "high": 2,
        }
    )
    assert claims.judge_arithmetic(test, {}).agrees is None


def test_what_rests_on_an_unconfirmed_figure_says_so() -> None:
    figure = Figure.model_validate(
        {"value": 2, "unit": "m", "source": {"file": "memory"}, "confirmed": False}
    )
    test = ArithmeticTest.model_validate(
        {"inputs": {"a": {"figure": "f"}}, "formula": "a", "unit": "m", "high": 3}
    )
    result = claims.judge_arithmetic(test, {"f": figure})
    assert (result.agrees, result.unconfirmed) == (True, ("a",))


def test_desk_checks_of_efficiency_claims(
    every_claim: dict[str, Claim], figures: dict[str, Figure]
) -> None:
    price = claims.efficiency_tests(every_claim["fnnews-0218-8"])[0]
    assert price.desk is not None
    # 60 / 2.19 = 27.397 times cheaper per output token.
    assert claims.judge_arithmetic(price.desk, figures).low == pytest.approx(27.397, abs=1e-3)
    active = claims.efficiency_tests(every_claim["yonhap-0201-7"])[1]
    assert active.desk is not None
    # 405 / 37 = 10.946 times the parameters at work.
    assert claims.judge_arithmetic(active.desk, figures).low == pytest.approx(10.946, abs=1e-3)


@pytest.mark.parametrize(
    ("text", "value"),
    [("2 + 3 * 4", 14), ("(2 + 3) * 4", 20), ("2 ** 3 ** 2", 512), ("-a / 4", -0.5), ("1e3", 1000)],
)
def test_formulas(text: str, value: float) -> None:
    assert formula.evaluate(text, {"a": 2}) == value


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "a.b",
        "a[0]",
        "f(a)",
        "a if a else a",
        "a and a",
        "a < 1",
        "'a' * 9",
        "True + 1",
        "1j",
        "a // 2",
        "a % 2",
        "lambda: 1",
        "a :=",
        "",
        "1 +" * 200 + "1",
    ],
)
def test_anything_else_is_no_formula(text: str) -> None:
    with pytest.raises(ValueError, match="formula"):
        formula.names_in(text)
    with pytest.raises(ValueError, match="formula"):
        formula.evaluate(text, {"a": 1, "f": 1})


@pytest.mark.parametrize(
    "text", ["1 / (a - a)", "(0 - 8) ** 0.5", "10 ** 64 ** 64", "9 ** 999", "b"]
)
def test_a_formula_without_a_value_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"value|exponent"):
        formula.evaluate(text, {"a": 1})


def test_ranges_with_no_upper_end_allow_any_height() -> None:
    test = ArithmeticTest.model_validate(
        {
            "inputs": {"a": {"value": 5, "unit": "m", "source": "here"}},
            "formula": "a",
            "unit": "m",
            "low": 1,
        }
    )
    result = claims.judge_arithmetic(test, {})
    assert (result.agrees, result.claimed_high) == (True, math.inf)


# --- artifacts ------------------------------------------------------------------------------


def test_licences_differ_between_r1_its_llama_distills_and_v3(
    every_claim: dict[str, Claim],
) -> None:
    results = claims.judge_artifacts(every_claim["yonhap-0127-6"])
    agrees = {result.repository.removeprefix("deepseek-ai/"): result.agrees for result in results}
    assert agrees == {
        "DeepSeek-R1": True,
        "DeepSeek-R1-Distill-Qwen-7B": True,
        "DeepSeek-R1-Distill-Llama-8B": False,
        "DeepSeek-V3": False,
    }


def test_a_live_answer_stands_before_the_recorded_one(every_claim: dict[str, Claim]) -> None:
    found = {("deepseek-ai/DeepSeek-R1", "weights_public"): "no"}
    first = claims.judge_artifacts(every_claim["yonhap-0201-4"], found)[0]
    assert (first.agrees, first.found, first.source) == (False, "no", "read from the repository")


# --- refusals -------------------------------------------------------------------------------

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
    text: Alpha is as good as Beta.
    text_ko: 알파는 베타만큼 좋다.
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
    text: It costs four dollars.
    text_ko: 값은 4달러다.
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
    text_ko: 좋다.
    reason: A judgement.
    reason_ko: 평가다.
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
        claims.load_published(folder / "published")
        claims.load_articles(folder / "articles")
    assert caught.value.exit_code == 2
    return str(caught.value).replace(f"{folder}/", "")


def test_the_small_seeds_are_accepted(seeds: Callable[..., Path]) -> None:
    folder = seeds()
    assert len(claims.load_published(folder / "published")) == 3
    assert len(claims.load_claims(folder / "articles")) == 3


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("    lines: 1-2\n", "", "published/t.yaml:5: key tables.main.lines is missing"),
        (
            "source: {file: README.md, commit: abc}\n",
            "",
            "published/t.yaml: key (file): table main has no source",
        ),
        (
            "[50.0, 1500]",
            "[150.0, 1500]",
            "t.yaml:12: key tables.main.rows.alpha.values.0: 150.0 is",
        ),
        ("[50.0, 1500]", "[50.0, -1]", "values.1: -1.0 is outside 0 to 5000, the range of rating"),
        ("[50.0, 1500]", "[50.0]", "row alpha has 1 values for 2 columns"),
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
            "is a second figure for alpha aime24 pass@1",
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
        ("        margin: 3\n", "", "paper-1.yaml:16: key claims.0.tests.0: key margin is missing"),
        ("margin: 3", "margin: -3", "key margin must be positive"),
        ("margin: 3", "margin: {aime25: 3}", "key margin must name the benchmarks of the test"),
        ("[aime24]", "[aime24, aime24]", "key benchmarks names one benchmark twice"),
        (
            "[aime24]",
            "[aime_24]",
            "articles/paper-1.yaml:20: key claims.0.tests.0.benchmarks.0: benchmark aime_24 is not "
            "defined; did you mean aime24?",
        ),
        ("[aime24]", "[aime24/rating]", "aime24 has no metric rating"),
        (
            "reference: beta",
            "reference: bet",
            "paper-1.yaml:17: key claims.0.tests.0.reference: model",
        ),
        ("relation: on par", "relation: equal", "input should be 'ahead', 'on par' or 'at least'"),
        ('    lines: "1"\n', "", "paper-1.yaml:10: key claims.0.lines is missing"),
        (
            'lines: "1"',
            'lines: "one"',
            'paper-1.yaml:11: key claims.0.lines: write line numbers as "7"',
        ),
        ("kind: opinion", "kind: opinon", "paper-1.yaml:36: key claims.2.kind: input should be"),
        ("    reason: A judgement.\n", "", "claim paper-1-3 needs reason (and not both)"),
        (
            "    reason_ko: 평가다.\n",
            "",
            "key claims.2: claim paper-1-3 has reason, so key reason_ko is needed too",
        ),
        (
            "kind: arithmetic",
            "kind: market",
            "key arithmetic does not belong to a claim of kind market",
        ),
        ("    text_ko: 좋다.\n", "", "key claims.2.text_ko is missing"),
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
            "paper-1.yaml:22: key claims.1.id: paper-1-1 is given twice",
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
    notes = {r.value: r.note for r in claims.load_published(folder / "published")}
    assert notes[51.0] == "another page says so"


def test_one_figure_id_in_two_files_is_refused(seeds: Callable[..., Path]) -> None:
    folder = seeds()
    (folder / "published/u.yaml").write_text(TABLE, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"u\.yaml:16: key figures\.price: another file has"):
        claims.load_figures(folder / "published")


def test_an_article_with_another_digest_is_refused_when_its_text_is_at_hand(
    seeds: Callable[..., Path], tmp_path: Path
) -> None:
    folder = seeds()
    (tmp_path / "paper.txt").write_text("a\nb\nc\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"paper-1\.yaml:7: key sha256: the text paper\.txt has"):
        claims.load_articles(folder / "articles", texts=tmp_path)
