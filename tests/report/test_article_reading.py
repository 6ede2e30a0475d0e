"""Pages for readers of the articles: plain verdicts, the strongest figure with its source, both
languages, and nothing that breaks out of a page."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

from claimbench.claims.articles import load_articles
from claimbench.claims.catalogue import load_catalogue
from claimbench.messages import Message, Texts
from claimbench.report.article_reader import PLAIN_OF, counted, reader_claim
from claimbench.report.article_reading import reading_files
from claimbench.report.messages import english, words
from claimbench.verdicts.articles.claims import judge_claims, load_evidence
from claimbench.verdicts.articles.results import STATUSES, ClaimVerdict


@pytest.fixture(scope="module")
def verdicts() -> tuple[ClaimVerdict, ...]:
    return judge_claims(load_evidence())


@pytest.fixture(scope="module")
def files(verdicts: tuple[ClaimVerdict, ...]) -> Mapping[str, str]:
    return reading_files(load_articles(), verdicts)


def test_every_status_has_a_plain_word_and_every_claim_a_place() -> None:
    assert set(PLAIN_OF) == set(STATUSES)


def test_every_decided_claim_shows_a_figure_and_its_source(
    verdicts: tuple[ClaimVerdict, ...],
) -> None:
    names = load_catalogue()
    shown = [reader_claim(v, names) for v in verdicts]
    assert sum(counted(shown).values()) == len(verdicts) == 112
    for claim in shown:
        assert (claim.figure is None) == (claim.plain == "beyond testing"), claim.id
        assert bool(claim.sources) == (claim.figure is not None), claim.id
        for language in ("en", "ko"):
            for value in (claim.sentence, claim.settles, *claim.sources):
                assert words(language).render(value).strip(), claim.id


def test_the_strongest_figure_speaks_for_the_verdict(verdicts: tuple[ClaimVerdict, ...]) -> None:
    by_id = {v.claim.id: reader_claim(v, load_catalogue()) for v in verdicts}
    prize = by_id["fnnews-0218-21"]
    assert prize.plain == "fails" and prize.figure is not None
    assert "found the Nobel Prize in Chemistry of 2024" in english(prize.figure)
    price = by_id["hani-0130-5"]
    assert price.figure is not None and "31.69 times cheaper" in english(price.figure)
    assert any("polyglot_leaderboard.yml:155" in english(one) for one in price.sources)


def test_more_samples_are_asked_for_where_a_comparison_is_open(
    verdicts: tuple[ClaimVerdict, ...],
) -> None:
    names = load_catalogue()
    asked = dict[str, bool]()
    for claim in (reader_claim(v, names) for v in verdicts if v.claim.kind == "benchmark"):
        if isinstance(claim.sentence, Message) and claim.plain == "in part":
            asked[claim.id] = claim.settles.key == "settles-more-samples"
            if claim.sentence.values["open"]:
                assert asked[claim.id], claim.id
    assert not asked["fnnews-0218-5"]  # Two comparisons as claimed, two not, none open.


def test_pages_are_there_in_both_languages(files: Mapping[str, str]) -> None:
    for article in load_articles():
        for end in ("", ".ko"):
            page = files[f"articles/{article.id}{end}.md"]
            assert page.count("\n## ") == len(article.claims)
            assert page.count("<details>") == page.count("</details>") == len(article.claims)
    counts = re.findall(r"\| \*\*all\*\* \|  \| (.*) \|", files["articles/README.md"])[0]
    assert sum(map(int, counts.split(" | "))) == 112
    korean = files["articles/hani-0130.ko.md"]
    told = [line for line in korean.splitlines() if line.startswith(("## ", "**"))]
    assert all(re.search("[가-힣]", line) for line in told)
    html = files["articles/articles.ko.html"]
    assert '<html lang="ko">' in html and "<script" not in html
    assert not re.search(r"\b[0-9a-f]{40}\b", html.partition("<details>")[0])


def test_the_policy_of_the_page_allows_its_style_alone(files: Mapping[str, str]) -> None:
    for name in ("articles/articles.html", "articles/articles.ko.html"):
        page = files[name]
        (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
        (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert policy == (
            f"default-src 'none'; script-src 'none'; style-src 'sha256-{digest}'; "
            "base-uri 'none'; form-action 'none'"
        )


def test_hostile_words_stay_words(verdicts: tuple[ClaimVerdict, ...]) -> None:
    bad = Texts({"en": "<script>alert(1)</script> [x](javascript:1)"})
    first = replace(verdicts[0], claim=replace(verdicts[0].claim, text=bad))
    files = reading_files(load_articles(), (first, *verdicts[1:]))
    page = files[f"articles/{first.claim.article}.md"]
    assert "<script>" not in page and "\\[x\\]" in page
    assert "<script>" not in files["articles/articles.html"]
