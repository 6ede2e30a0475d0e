"""The report's words in Korean: nothing that the page composes itself stays English."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bridge_toys import file_of, imported
from report_toys import lifelike, measurement, write_run

from claimbench.analysis.programs import program_lines
from claimbench.records import Verdict
from claimbench.report.korean import note, sentence
from claimbench.report.korean_run import description, setting, table_in_both, title
from claimbench.report.tables import Table
from claimbench.runner import pipeline
from claimbench.store import RunStore
from claimbench.store.manifest import PROMPT_ASSERTIONS

HANGUL = re.compile("[가-힣]")


def verdict(word: str, text: str = "", **changes: Any) -> Verdict:
    values: dict[str, Any] = {
        "measured": 50.8, "published": 55.5, "difference": -4.7, "se": 1.61, "margin": 3.0,
        "interval_95": (-7.9, -1.5), "interval_90": (-7.3, -2.1), "needed_margin": 7.4,
    }  # fmt: skip
    return Verdict("c", "m", "b", "pass@1", word, "A", text, **{**values, **changes})


def test_verdicts_in_korean() -> None:
    assert sentence(verdict("lower")).ko == (
        "측정 50.8, 공표 55.5: 95 % 수준에서 1.5~7.9포인트 낮음. 재현으로 인정되려면 허용 오차가 "
        "7.4포인트를 넘어야 함"
    )
    undecided = sentence(
        verdict("inconclusive", "x; about 48 samples per problem in a new run would decide, if")
    )
    assert "−7.9 ~ −1.5포인트" in undecided.ko
    assert "문제당 표본 약 48개" in undecided.ko
    alone = verdict("inconclusive", "x, shown to be there alone but not among 4 figures judged")
    assert "함께 판정한 4개 가운데서는" in sentence(alone).ko
    bound = verdict("inconclusive", "x; no number of samples can decide by the bound on the")
    assert "상한으로만" in sentence(bound).ko
    split = verdict("inconclusive", "x, because how it was decoded is unknown and decides")
    assert "디코딩 방식을 알 수 없고" in sentence(split).ko
    vote = verdict(
        "inconclusive",
        "not measured here against 83.3: inconclusive, because a verdict on cons@64 needs 256 "
        "samples per problem, not 64",
        interval_95=None, measured=None, se=None,
    )  # fmt: skip
    assert sentence(vote).ko.endswith("(cons@64의 판정에는 문제당 표본 256개가 필요하나 64개뿐임)")
    other = verdict(
        "not comparable",
        "1 measured here against 2: not comparable, because problems: 198 published, 30 measured",
        interval_95=None,
    )
    assert sentence(other).ko.endswith("비교 불가 (problems: 공표 198, 측정 30)")
    greedy = verdict("reproduced", interval_95=None, se=0.0)
    assert "그리디" in sentence(greedy).ko


def test_every_note_of_a_verdict_has_korean_words(tmp_path: Path) -> None:
    root = tmp_path / "run"
    cells = [("r1-distill-qwen-7b", "aime24"), ("r1-distill-qwen-1.5b", "aime24")]
    share = {"r1-distill-qwen-7b": 0.55, "r1-distill-qwen-1.5b": 0.3}
    write_run(root, cells, lifelike(share, 1), published=["deepseek-r1", "open-r1"])
    with RunStore.existing(root, writer=True) as store:
        pipeline.report(store)
    rows = json.loads((root / "verdicts.json").read_text())
    notes = [text for row in rows for text in row["notes"]]
    assert notes
    for text in notes:
        assert note(text).ko != text, text


def test_the_two_readings_of_a_decoding_have_korean_words() -> None:
    text = (
        "it is unknown whether a score was decoded greedily: inconclusive if it was sampled, lower "
        "if it was greedy"
    )
    assert note(text).ko.endswith("표집했다면 판단 불가, 그리디였다면 더 낮음")


def test_an_import_is_described_in_korean(tmp_path: Path) -> None:
    """Its labels, its notes and whose it is; names, numbers and file names stay."""
    pytest.importorskip("ijson")
    pytest.importorskip("pyarrow")
    pytest.importorskip("zstandard")
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
            told = store.config["import"]
        about = [("Note", text) for text in told["notes"]]
        about += [("Outputs of", f"{told['whose']} (not our run; evidence tier {told['tier']})")]
        for what, value in description(about):
            assert HANGUL.search(what.ko) and HANGUL.search(value.ko), value
        assert "사용자의 출력: " in (out / "report.html").read_text("utf-8")


def test_a_run_of_programs_is_described_in_korean() -> None:
    metrics = {"outcome_correct": 5.0, "outcome_no_code": 1.0, "sandbox_level": 1.0,
               "rechecked": 2.0, "recheck_disagrees": 1.0, "lcb_differs": 1.0,
               "lcb_default_right": 4.0, "lcb_extraction_differs": 2.0}  # fmt: skip
    lines = program_lines([replace(measurement(), metrics=metrics)])
    assert len(lines) == 4
    told = description(lines)
    assert [what.ko for what, _ in told] == [
        "결과: m, b",
        "격리: m, b",
        "LiveCodeBench의 별난 점: m, b",
        "LiveCodeBench의 코드 추출: m, b",
    ]
    assert told[0][1].ko == "맞음 5, 코드 없음 1"
    for _, value in told:
        assert not re.search("[a-z]{3}", value.ko), value.ko
    for text in PROMPT_ASSERTIONS.values():
        assert HANGUL.search(description([("Prompts", text)])[0][1].ko)


def test_what_is_not_known_stays_as_it_is() -> None:
    for text in ("vllm 0.10", "{0} and {braces}", "correct 5, other 1", "a; b"):
        assert description([("Mine", text)])[0][1] == (text, text)
        assert setting(text) == title(text) == (text, text)
    assert setting("the server's own").ko == "서버의 것"


def test_tables_of_labels_have_korean_columns_and_outcomes() -> None:
    table = Table(
        "x",
        ("model", "theirs", "ours", "their reason"),
        (("right", "right", "no_answer", "right"),),
    )
    heads, (row,) = table_in_both(table)
    assert [head.ko for head in heads] == ["모델", "그쪽", "우리", "그쪽의 이유"]
    assert [cell.ko for cell in row] == ["right", "맞음", "답 없음", "right"]
