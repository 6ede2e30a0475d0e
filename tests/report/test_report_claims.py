"""The articles' claims in a report: our runs, third parties and vendors apart."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest
from report_toys import lifelike, write_run

from claimbench.report.claim_tables import report_claims_table
from claimbench.report.messages import english
from claimbench.runner import reporting
from claimbench.store import RunStore
from claimbench.verdicts.articles.claims import judge_claims, load_evidence
from claimbench.verdicts.articles.reported import judge_reported
from claimbench.verdicts.articles.runs import load_runs

SUBJECT, DISTILL = "deepseek-r1", "r1-distill-qwen-7b"
AHEAD = "hani-0130-1"
"""On some benchmarks ahead of OpenAI's models."""


def made(root: Path, model: str, share: float, samples: int = 16) -> Path:
    write_run(root, [(model, "aime24")], lifelike({model: share}), samples=samples)
    with RunStore.existing(root, writer=True) as store:
        reporting.report(store)
    return root


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """R1 itself, a distilled checkpoint, and a model that no claim is about."""
    folder = tmp_path_factory.mktemp("results")
    models = {
        "r1": (SUBJECT, 0.8),
        "distill": (DISTILL, 0.5),
        "other": ("smollm2-135m-instruct", 0),
    }
    return [made(folder / name, *model) for name, model in models.items()]


def table(run: Path) -> dict[str, dict[str, str]]:
    """The claims table of report.md: cells by claim and column."""
    text = (run / "report.md").read_text("utf-8").partition("## The claims of the articles\n\n")[2]
    lines = text.partition("\n\n")[0].splitlines()
    rows = [[cell.strip("| ") for cell in line.split(" | ")] for line in lines]
    return {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[2:]}


def test_parties_stand_apart(runs: list[Path]) -> None:
    r1, distill = map(table, runs[:2])
    assert re.fullmatch(r"\w+ \(A\)", r1[AHEAD]["our runs"])
    assert (r1[AHEAD]["third parties"], r1[AHEAD]["vendors"]) == ("supported (C)", "supported (D)")
    assert r1[AHEAD]["distilled"] == "–"
    assert distill[AHEAD]["our runs"] == "–"
    assert distill[AHEAD]["distilled"].startswith(f"{DISTILL}: ")
    testable = (runs[0] / "tables/claims.csv").read_text("utf-8").count("\n") - 1
    assert 10 <= len(r1) <= len(distill) < testable  # those to which the run speaks


def test_imported_outputs_stand_with_third_parties(runs: list[Path]) -> None:
    (run,) = load_runs(runs[:1])
    imported = replace(run, measurements=tuple(replace(m, tier="B") for m in run.measurements))
    found = report_claims_table(judge_reported([imported]))
    row = next(dict(zip(found.columns, r, strict=True)) for r in found.rows if r[0] == AHEAD)
    assert row["our runs"] == "–"
    assert re.fullmatch(r"\w+ \(B\); supported \(C\)", english(row["third parties"]))


def test_runs_that_no_claim_speaks_of_say_so(runs: list[Path]) -> None:
    told = (runs[2] / "report.md").read_text("utf-8").partition("## The claims of the articles")[2]
    assert told.strip().startswith("None of the models that were measured here is one that a claim")
    assert "| claim |" not in told
    assert (runs[2] / "tables/claims.csv").is_file()


def test_what_the_runs_speak_to_comes_first(runs: list[Path]) -> None:
    first = next(iter(table(runs[0]).values()))
    assert first["our runs"] != "–"


def test_a_report_judges_as_the_claims_command_does(runs: list[Path]) -> None:
    whole = {v.claim.id: v for v in judge_claims(load_evidence(runs))}
    found = {v.claim.id: v for v in judge_reported(load_runs(runs))}
    assert found.keys() == whole.keys()
    for name, v in found.items():
        assert (v.status, v.tier, v.tiers, v.reason) == (
            whole[name].status, whole[name].tier, whole[name].tiers, whole[name].reason,
        )  # fmt: skip
        ours = {run.name for run in runs}
        expected = [
            (f.test, f.what, f.source, f.verdict)
            for f in whole[name].proxies
            if english(f.source) in ours
        ]
        assert [(f.test, f.what, f.source, f.verdict) for f in v.proxies] == expected


def test_reasons_are_in_the_table_and_on_the_page_in_both_languages(runs: list[Path]) -> None:
    with (runs[0] / "tables/claims.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["claim"]: row for row in csv.DictReader(file)}
    assert all(row["reason"] and re.search("[가-힣]", row["reason_ko"]) for row in rows.values())
    page = (runs[0] / "report.html").read_text("utf-8")
    spoken = [row for row in rows.values() if row["our runs (A)"] not in ("", "–")]
    assert page.count('id="claim-') == len(spoken) + 1 > 2  # and the table itself
    assert f'data-ko="{rows[AHEAD]["reason_ko"]}"' in page.replace("&#39;", "'")


def test_many_runs_that_say_the_same_are_counted(tmp_path: Path) -> None:
    roots = [made(tmp_path / f"run-{n}", DISTILL, 0.5, samples=4) for n in range(6)]
    reports = []
    for root in roots:
        with RunStore.existing(root, writer=True) as store:
            reports.append(reporting.report(store, samples=False))
    both = reporting.combine(reports, tmp_path / "report", samples=False)
    page = (both.root / "report.html").read_text("utf-8")
    assert "run-3, A; 2 more)" in page
    assert "run-3, A; 외 2개)" in page


def test_estimates_of_an_unfinished_run_judge_no_claim(tmp_path: Path) -> None:
    root = write_run(tmp_path / "run", [(DISTILL, "aime24")], lifelike({DISTILL: 0.5}), problems=3)
    part = next(root.glob("samples/*/*/*.jsonl"))
    part.write_bytes(b"".join(part.read_bytes().splitlines(keepends=True)[:-1]))
    with RunStore.existing(root, writer=True) as store:
        reporting.report(store, partial=True)
    assert "The claims of the articles" not in (root / "report.md").read_text("utf-8")
    assert 'id="claims"' not in (root / "report.html").read_text("utf-8")
