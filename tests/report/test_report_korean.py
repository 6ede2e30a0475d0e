"""The report's words in Korean: nothing that the page composes itself stays English."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from bridge_toys import file_of, imported
from claimbench.report.korean_run import description, setting, table_in_both, title
from report_toys import measurement

from claimbench.analysis.programs import program_lines
from claimbench.analysis.protocol import PROMPT_ASSERTIONS
from claimbench.report.tables import Table
from claimbench.store import RunStore

HANGUL = re.compile("[가-힣]")


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
               "rechecked": 2.0, "recheck_disagrees": 1.0,
               "lcb_differs": 1.0, "lcb_default_right": 4.0,
               "lcb_extraction_differs": 2.0}  # fmt: skip
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
