"""JUnit files, annotations and job summaries: what a CI system reads of a command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from command import here
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase
from report_toys import write_run
from test_compare import make
from test_fail_on import BENCHMARK, MODEL, folder, replies
from typer.testing import CliRunner

from claimbench.cli import app, ci
from claimbench.report import summary
from claimbench.report.checks import Check
from claimbench.report.junit import junit_xml
from claimbench.report.messages import words


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)


def cases(path: Path) -> list[TestCase]:
    return [case for suite in JUnitXml.fromfile(str(path)) for case in suite]


def test_a_verdict_is_a_test_that_fails_as_the_exit_code_does(tmp_path: Path) -> None:
    run, junit = folder(tmp_path), tmp_path / "new" / "junit.xml"
    words_ = ["report", str(run), "--junit", str(junit), "--fail-on"]
    assert CliRunner().invoke(app, [*words_, "lower"]).exit_code == 1
    (case,) = [c for c in cases(junit) if "cons" not in c.name]
    assert (case.classname, case.name.split()[0]) == (MODEL, BENCHMARK)
    (failure,) = case.result
    assert isinstance(failure, Failure)
    assert failure.message.startswith("lower: 25.0 measured here against 55.5")
    assert CliRunner().invoke(app, [*words_, "higher"]).exit_code == 0
    (case,) = [c for c in cases(junit) if "cons" not in c.name]
    assert case.is_passed
    assert "lower: 25.0 measured here" in (case.system_out or "")


def test_what_is_not_comparable_is_skipped(tmp_path: Path) -> None:
    fewer = write_run(
        tmp_path / "few", [(MODEL, BENCHMARK)], replies(4), samples=64, problems=29,
        published=("deepseek-r1",),
    )  # fmt: skip
    junit = tmp_path / "junit.xml"
    assert CliRunner().invoke(app, ["report", str(fewer), "--junit", str(junit)]).exit_code == 0
    found = cases(junit)
    assert found
    assert all(isinstance(case.result[0], Skipped) for case in found)
    assert JUnitXml.fromfile(str(junit)).skipped == len(found)


def test_a_failure_before_the_verdicts_is_an_error_in_the_file(tmp_path: Path) -> None:
    junit = tmp_path / "junit.xml"
    junit.write_text("of an earlier run")
    done = CliRunner().invoke(app, ["report", str(tmp_path / "none"), "--junit", str(junit)])
    assert done.exit_code != 0
    (case,) = cases(junit)
    assert isinstance(case.result[0], Error)
    assert str(tmp_path / "none") in case.result[0].message
    done = CliRunner().invoke(app, ["report", str(folder(tmp_path)), "--junit", str(tmp_path)])
    assert "name a file in it" in str(done.exception)


def test_a_comparison_is_a_test(tmp_path: Path) -> None:
    base, mine = make(tmp_path / "base", 0.0, 1), make(tmp_path / "mine", -0.15, 3)
    junit = tmp_path / "junit.xml"
    asked = ["compare", str(base), str(mine), "--junit", str(junit)]
    assert CliRunner().invoke(app, [*asked, "--fail-on", "worse"]).exit_code == 1
    (case,) = cases(junit)
    assert (case.classname, case.name) == ("mine", "m on b against base")
    assert isinstance(case.result[0], Failure)


def test_hostile_names_stay_text() -> None:
    text = junit_xml("a<b>&\"'", [Check("]]>", "<test>", "lower", 'said "&amp;" -->', "failed")])
    (case,) = [c for suite in JUnitXml.fromstring(text) for c in suite]
    assert (case.classname, case.name) == ("]]>", "<test>")
    assert case.result[0].message == 'lower: said "&amp;" -->'


def on_github(monkeypatch: pytest.MonkeyPatch, page: Path) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))


def test_github_gets_annotations_and_a_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "summary.md"
    on_github(monkeypatch, page)
    run = folder(tmp_path)
    done = CliRunner().invoke(app, ["report", str(run), "--fail-on", "lower"])
    line = next(line for line in done.stderr.splitlines() if line.startswith("::error "))
    assert re.match(rf"::error title={MODEL}%2C {BENCHMARK} \(.+\)%3A lower::25\.0 measured", line)
    assert "::" not in done.stdout
    assert "| model | benchmark | metric | published | measured | verdict |" in page.read_text()
    assert f"| {MODEL} | {BENCHMARK} | pass@1 | 55.5 | 25.0 | lower |" in page.read_text()
    CliRunner().invoke(app, ["report", str(run), "--language", "ko"])
    assert page.read_text().count("## ") > 2  # A second step's page stands below the first.
    assert "판정" in page.read_text()


def test_github_gets_a_comparison(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base, mine = make(tmp_path / "base", 0.0, 1), make(tmp_path / "mine", -0.15, 3)
    on_github(monkeypatch, tmp_path / "summary.md")
    done = CliRunner().invoke(app, ["compare", str(base), str(mine)])
    assert "::notice title=mine, m on b against base: worse::" in done.stderr.replace(
        "%2C", ","
    ).replace("%3A", ":")
    assert "mine against base on b: worse" in (tmp_path / "summary.md").read_text()


def test_a_refused_command_is_an_annotation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_github(monkeypatch, tmp_path / "summary.md")
    done = here("report", tmp_path / "no%0Dthing")
    assert done.returncode == 2
    assert f"::error title=claimbench::{tmp_path}/no%250Dthing" in done.stderr


def test_only_the_first_ten_of_a_level_are_annotated(capsys: pytest.CaptureFixture[str]) -> None:
    many = [Check("m", f"b{i}", "lower", "a sentence", "failed") for i in range(30)]
    ci._annotate_all(many)
    assert capsys.readouterr().err.count("::error") == ci.SHOWN_EACH


def test_a_summary_ends_before_what_github_takes() -> None:
    text = summary._bounded("가나다 라\n" * 200_000, words("en"))
    assert len(text.encode()) < 1024 * 1024
    assert text.endswith("a job's summary holds no more.\n")
