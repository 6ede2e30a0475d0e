"""The claims on a terminal, in English and Korean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pytest
from command import claimbench, here
from rich.cells import cell_len

from claimbench.cli.display_claims import shortened, show_claims
from claimbench.messages import Texts, term
from claimbench.report.article_pages import disagreements
from claimbench.report.messages import words
from claimbench.verdicts.articles.claims import judge_claims, load_evidence
from claimbench.verdicts.articles.filters import choose, unheard
from claimbench.verdicts.articles.results import ClaimVerdict


@pytest.fixture(scope="module")
def verdicts() -> tuple[ClaimVerdict, ...]:
    return judge_claims(load_evidence())


def test_a_run_that_speaks_to_no_claim_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    folders = [Path("results/smollm2-gsm8k"), Path("results/aime25-r1-distill-qwen-7b")]
    evidence = load_evidence(folders)
    found = choose(judge_claims(evidence), "hani-0130")
    assert "smollm2-gsm8k" in unheard(evidence, found)
    show_claims(found, "en", unheard(evidence, found))
    assert "smollm2-gsm8k speaks to none of these claims" in capsys.readouterr().out


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_narrow_terminal_keeps_every_verdict(
    verdicts: Sequence[ClaimVerdict],
    language: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    found = choose(verdicts, "hani-0130")
    show_claims(found, language)
    shown = capsys.readouterr().out
    lines = [line.strip("│ ") for line in shown.splitlines()]
    for v in found:
        assert any(
            line.startswith(words(language).render(term("status", v.status))) for line in lines
        )
    assert not [line for line in shown.splitlines() if cell_len(line) > 40]


@pytest.mark.slow
def test_the_command_prints_and_refuses(tmp_path: Path) -> None:
    done = claimbench("claims", "--article", "hani-0130", "--kind", "arithmetic", cwd=tmp_path)
    assert done.returncode == 0
    assert "7.981 to 8.1 billion won" in " ".join(done.stdout.split()).replace("│ ", "")
    wrong = here("claims", "--article", "hani-013", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "did you mean hani-0130?" in wrong.stderr
    part = claimbench("claims", "--kind", "market", "--out", "x", cwd=tmp_path)
    assert part.returncode == 2
    assert "hold every claim" in part.stderr
    assert list(tmp_path.iterdir()) == []


def test_hostile_words_do_not_reach_the_terminal(
    verdicts: Sequence[ClaimVerdict], capsys: pytest.CaptureFixture[str]
) -> None:
    nasty = Texts({"en": "red \x1b[31m [bold]x[/bold] \u202e over"})
    claim = replace(verdicts[0].claim, text=nasty)
    show_claims([replace(verdicts[0], claim=claim, reason=nasty)])
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[bold]x[/bold]" in shown


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("columns", [80, 200])
def test_long_reasons_of_many_articles_are_cut_to_a_few_lines(
    verdicts: Sequence[ClaimVerdict],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    columns: int,
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    show_claims(verdicts, language)
    shown = capsys.readouterr().out
    rows = re.split(r"├[─┼]+┤|└[─┴]+┘", shown)
    assert max(row.count("\n") for row in rows) <= 40
    assert "…" in shown and "claims --article ID" in shown


def test_a_text_is_cut_between_words_by_the_cells_that_it_takes() -> None:
    assert shortened("one two three", 13) == "one two three"
    assert shortened("one two, three", 13) == "one two …"
    assert shortened("하나 둘 셋 넷", 9) == "하나 둘 …"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_terminal_shows_every_word(
    verdicts: Sequence[ClaimVerdict], capsys: pytest.CaptureFixture[str], language: str
) -> None:
    known, shown = words(language), ""
    for _, group in groupby(verdicts, key=lambda v: v.claim.article):
        show_claims(list(group), language)
        shown += re.sub(r"[\s│┃]", "", capsys.readouterr().out)
    for v in verdicts:
        for said in (v.claim.text, v.reason, *disagreements(v)):
            assert re.sub(r"\s", "", known.render(said)) in shown, v.claim.id


def test_an_unknown_language_is_refused_with_those_there_are(tmp_path: Path) -> None:
    wrong = here("claims", "--article", "hani-0130", "--language", "kr", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "--language kr: there is no such catalogue; known are en, ko" in wrong.stderr


def test_every_reason_has_korean_words(verdicts: tuple[ClaimVerdict, ...]) -> None:
    known = words("ko")
    for v in verdicts:
        if isinstance(v.reason, Texts) and "ko" not in v.reason.by_language:
            continue  # An article may stand in English alone.
        said = known.render(v.reason)
        assert re.search("[가-힣]{2}", said), v.claim.id
        assert v.tier is None or f"등급 {v.tier}" in said, v.claim.id
        for f in v.decisive:
            assert known.render(term("status", f.verdict)) in said, v.claim.id
            for figure in f.figures:
                assert str(figure.get("benchmark", "")) in said, v.claim.id
