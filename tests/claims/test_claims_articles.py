"""The articles' claims: what is in seeds/articles, and that it fits the texts."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from claimbench.claims.articles import (
    benchmark_tests,
    claim_tests,
    copied_words,
    load_articles,
    load_claims,
)
from claimbench.claims.catalogue import load_catalogue
from claimbench.records import Claim
from claimbench.report.messages import english, words

SHARED = Path(os.environ.get("CLAIMBENCH_SHARED", Path(__file__).parents[3] / "shared"))
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
    return {claim.id: claim for claim in load_claims()}


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
    for article in load_articles():
        named = {n for claim in article.claims for n in claim.line_numbers}
        assert set(still.get(article.id, ())) <= named, article.id


def test_every_claim_has_a_test_or_a_reason(every_claim: dict[str, Claim]) -> None:
    for claim in every_claim.values():
        assert bool(claim.test) != bool(claim.reason), claim.id
        if claim.kind in UNTESTABLE:  # A public record may settle such a claim, never a run.
            assert set(claim.test or {}) <= {"records"}, claim.id
        assert bool(claim.lacks) == bool(claim.reason), claim.id


def test_tests_of_claims_are_plain_data(every_claim: dict[str, Claim]) -> None:
    for claim in every_claim.values():
        assert json.loads(json.dumps(claim.test)) == claim.test


def test_texts_of_the_first_articles_are_given_in_both_languages(
    every_claim: dict[str, Claim],
) -> None:
    for claim in every_claim.values():
        written = (claim.text, claim.reason, claim.note)
        for text in filter(None, written) if claim.article in FIRST_READING else ():
            assert not re.search("[가-힣]", text.by_language["en"]), claim.id
            assert re.search("[가-힣]", text.by_language["ko"]), claim.id


def test_a_claim_with_two_references_has_a_test_for_each(every_claim: dict[str, Claim]) -> None:
    def references(name: str) -> set[str]:
        return {test.reference for test in benchmark_tests(every_claim[name])}

    assert references("yonhap-0127-1") == {"o1-preview", "o1-1217"}
    efforts = {"o1-1217-low", "o1-1217-medium", "o1-1217-high"}
    assert references("fnnews-0218-2") == {"gpt-4o-0513", "gpt-4o", "o1-1217"} | efforts


def test_distills_are_never_the_subject_of_a_claim(every_claim: dict[str, Claim]) -> None:
    models = load_catalogue().models
    for claim in every_claim.values():
        for test in benchmark_tests(claim):
            assert models[test.subject].proxy_of is None, claim.id


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("yonhap-0127-3", "eunsolan-0128-4", "R1"),
        ("yonhap-0201-3", "eunsolan-0128-2", "13%"),
        ("yonhap-0127-8", "eunsolan-0128-15", "world-wide"),
        ("yonhap-0127-18", "yonhap-0201-5", "Llama"),
    ],
)
def test_disagreements_are_named_from_both_sides(
    every_claim: dict[str, Claim], one: str, other: str, said: str
) -> None:
    assert said in english(every_claim[one].disagreements[other].message)
    assert said in english(every_claim[other].disagreements[one].message)


def test_here_is_the_side_from_which_a_disagreement_is_told(every_claim: dict[str, Claim]) -> None:
    similar, similar_or_ahead = every_claim["fnnews-0218-2"], every_claim["eunsolan-0128-1"]
    said = similar.disagreements[similar_or_ahead.id].message
    assert english(said) == "here: similar to o1; there: similar to o1 or ahead"
    back = similar_or_ahead.disagreements[similar.id].message
    assert english(back) == "here: similar to o1 or ahead; there: similar to o1"
    assert words("ko").render(back) == "여기서는 ‘o1과 비슷하거나 앞섬’, 거기서는 ‘o1과 비슷함’"


@pytest.mark.shared
@needs_texts
def test_articles_fit_their_texts_and_copy_none_of_them() -> None:
    articles = load_articles(texts=TEXTS)
    assert {article.id for article in articles} >= set(FIRST_READING)
    for article in articles:
        if not (TEXTS / article.file).exists():
            continue  # An article of yours may lie elsewhere.
        text = (TEXTS / article.file).read_text(encoding="utf-8")
        for claim in article.claims:
            for written in (claim.text, claim.reason, claim.note):
                ours = " ".join(written.values())
                assert not copied_words(ours, text), claim.id


def test_copied_words_ignores_punctuation_and_short_runs() -> None:
    theirs = "One, two three: four\nfive six seven."
    assert copied_words("zero ONE two three four five six", theirs) == (
        "one two three four five six"
    )
    assert copied_words("one two three four five x six seven", theirs) == ""


def test_claims_are_registered_by_the_models_that_they_are_about() -> None:
    found = claim_tests(["deepseek-r1~4bit"])
    assert "eunsolan-0128-7" in found and found == claim_tests(["deepseek-r1"])
    assert found["eunsolan-0128-7"]["test 1"]["reference"] == "o1-1217"
    assert "note" not in found["eunsolan-0128-7"]["test 1"]
    assert claim_tests(["smollm2-135m-instruct"]) == {}
