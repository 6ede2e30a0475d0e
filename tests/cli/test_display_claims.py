"""The claims on a terminal, in English and Korean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from test_cli import claimbench

from claimbench.cli.display_claims import show_claims
from claimbench.report.korean_claims import reason_in_korean, what_in_korean
from claimbench.report.words import CLAIM_WORDS
from claimbench.verdicts.articles import ClaimVerdict, judge_claims, load_evidence


@pytest.fixture(scope="module")
def verdicts() -> tuple[ClaimVerdict, ...]:
    return judge_claims(load_evidence())


def test_the_command_prints_and_refuses(tmp_path: Path) -> None:
    done = claimbench("claims", "--article", "hani-0130", "--kind", "arithmetic", cwd=tmp_path)
    assert done.returncode == 0
    assert "7.981 to 8.1 billion won" in " ".join(done.stdout.split()).replace("│ ", "")
    wrong = claimbench("claims", "--article", "hani-013", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "did you mean hani-0130?" in wrong.stderr
    part = claimbench("claims", "--kind", "market", "--out", "x", cwd=tmp_path)
    assert part.returncode == 2
    assert "hold every claim" in part.stderr
    assert list(tmp_path.iterdir()) == []


def test_hostile_words_do_not_reach_the_terminal(
    verdicts: Sequence[ClaimVerdict], capsys: pytest.CaptureFixture[str]
) -> None:
    nasty = "red \x1b[31m [bold]x[/bold] \u202e over"
    claim = replace(verdicts[0].claim, text=nasty, text_ko=nasty)
    show_claims([replace(verdicts[0], claim=claim, reason=nasty)])
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[bold]x[/bold]" in shown


@pytest.mark.parametrize("korean", [True, False])
def test_the_terminal_shows_every_word(
    verdicts: Sequence[ClaimVerdict], capsys: pytest.CaptureFixture[str], korean: bool
) -> None:
    show_claims(verdicts, korean)
    shown = re.sub(r"[\s│┃]", "", capsys.readouterr().out)
    for v in verdicts:
        words = (v.claim.text_ko, reason_in_korean(v)) if korean else (v.claim.text, v.reason)
        apart = [
            f"{other}와(과) 어긋남" if korean else f"disagrees with {other}"
            for other in v.claim.disagreements
        ]
        for text in (*words, *apart):
            rows = re.sub(r"\s", "", text)
            assert rows in shown, v.claim.id


def test_every_reason_has_korean_words(verdicts: tuple[ClaimVerdict, ...]) -> None:
    for v in verdicts:
        told = reason_in_korean(v)
        assert re.search("[가-힣]{2}", told), v.claim.id
        assert told == v.claim.reason_ko or v.status != "not testable", v.claim.id
        assert v.tier is None or f"등급 {v.tier}" in told, v.claim.id
        for f in v.decisive:
            assert CLAIM_WORDS[f.verdict].ko in told, v.claim.id
            assert what_in_korean(v, f) in told, v.claim.id
            for figure in f.figures:
                assert str(figure.get("benchmark", "")) in told, v.claim.id
