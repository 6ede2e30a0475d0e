"""The report's page and files, without a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from report_toys import HOSTILE, lifelike, measurement, scores, write_run
from typer.testing import CliRunner

from claimbench.analysis.lengths import cap_curve, lengths
from claimbench.cli import app
from claimbench.errors import ConfigError, WrongRunFolder
from claimbench.messages import Departure, Message
from claimbench.records import Verdict
from claimbench.report import html
from claimbench.report.page_script import page_script
from claimbench.runner import reporting
from claimbench.store import RunStore
from claimbench.verdicts.side_by_side import gather


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs, reported with samples, and their combined report."""
    root = tmp_path_factory.mktemp("results")
    share = {"r1-distill-qwen-7b": 0.55, "r1-distill-qwen-1.5b": 0.3}
    cells = [(model, "aime24") for model in share]
    tables = {"published": ["deepseek-r1", "open-r1"], "margins": {"aime24": 3}}
    write_run(root / "one", cells, lifelike(share), samples=8, **tables)
    write_run(root / "two", cells[:1], lifelike(share, 1), **tables)
    reported = CliRunner().invoke(app, ["report", str(root / "one"), str(root / "two")])
    assert reported.exit_code == 0, reported.output
    return root


VENDOR = Path(html.__file__).parent / "vendor"


def elements(page: str, name: str) -> list[str]:
    return re.findall(rf"<{name}\b[^>]*>(.*?)</{name}>", page, re.S)


def test_the_policy_allows_this_script_and_style_alone(results: Path) -> None:
    page = (results / "one" / "report.html").read_text("utf-8")
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert "default-src &#39;none&#39;" in policy
    assert "unsafe" not in policy
    maths, script = elements(page, "script")[-2:]
    for kind, texts in (("script", (maths, script)), ("style", elements(page, "style")[:1])):
        digests = [base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in texts]
        listed = " ".join(f"&#39;sha256-{digest}&#39;" for digest in digests)
        assert f"{kind}-src {listed};" in policy
    assert hashlib.sha256(maths.encode()).hexdigest() in (VENDOR / "README.md").read_text("utf-8")
    page = page.replace(maths, "")
    assert not re.search(r'\b(src|action|srcset)="(?!#)', page)
    for address in re.findall(r'\bhref="(?!#)([^"]*)"', page):  # A file beside the page, no other.
        assert (results / "one" / address).is_file()
    assert "http:" not in page.replace('"http-equiv', "")
    assert "https:" not in page
    assert not re.search(r'\s(style|on\w+)="', page)


def test_no_reply_is_in_the_page_as_markup(results: Path) -> None:
    page = (results / "one" / "report.html").read_text("utf-8")
    for text in HOSTILE:
        assert text not in page
    assert page.count("<script") == page.count("</script>")
    assert page.count("<script>") == 2  # ours, and that for formulas; the others are data


def test_the_pages_script_makes_no_markup_of_any_text() -> None:
    """Problems' names, prompts, titles and whatever comes later reach the page as text alone."""
    script = page_script()
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
                "DOMParser", "createContextualFragment", "new Function"):  # fmt: skip
        assert way not in script, way


def test_hostile_names_stay_text() -> None:
    name = "<script>alert(1)</script>\u202e\x1b[31m\"'|`"
    view_of = measured_view(name)
    page = html.render_html(view_of, None)
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert "&lt;script&gt;alert(1)" in page


def measured_view(name: str) -> Any:
    from claimbench.report import CellView, Document, RunView

    s = scores()
    cell = CellView(name, name, lengths(s, 100), cap_curve(s, 100, greedy=False, exact=False))
    measured = measurement(model=name, benchmark=name)
    verdict = Verdict(
        name,
        name,
        name,
        "pass@1",
        "lower",
        "A",
        Message("note-bound", {"table": name}),
        1.0,
        2.0,
        departures=(Departure(name, name, name),),
        notes=(Message("note-bound", {"table": name}),),
    )
    run = RunView(name, name, (measured,), (verdict,), (cell,), (), ((name, name),), False)
    return Document(name, (run,), tuple(gather([(name, measured)], [])))


def test_without_samples_there_is_no_text_of_any(results: Path, tmp_path: Path) -> None:
    root = results / "one"
    told = CliRunner().invoke(app, ["report", str(root), "--no-samples", "--out", str(tmp_path)])
    try:
        assert told.exit_code == 0, told.output
        files = [*root.glob("*.*"), *root.glob("[tf]*/*"), *tmp_path.rglob("*.*")]
        assert {p.name for p in files} >= {
            "report.html",
            "report.md",
            "verdicts.csv",
            "repetitions.json",
        }
        for path in files:
            text = path.read_text("utf-8")
            assert "What is" not in text, path
            for own in (page_script(), "within \\boxed{}", "\\\\boxed{}"):
                text = text.replace(own, "")
            assert "boxed" not in text
            assert 'class="block"' not in text
    finally:
        CliRunner().invoke(app, ["report", str(root)])


def test_the_folder_of_a_report(results: Path) -> None:
    for folder, many in ((results / "one", False), (results / "report", True)):
        names = {p.relative_to(folder).as_posix() for p in folder.glob("[rtf]*/*.*")}
        prefix = "one-" if many else ""
        assert names >= {
            "tables/verdicts.csv",
            "tables/measurements.csv",
            "tables/efficiency.csv",
            "figures/evidence-aime24.svg",
            f"figures/score-by-cap-{prefix}r1-distill-qwen-7b-aime24.svg",
            f"figures/lengths-{prefix}r1-distill-qwen-7b-aime24.svg",
        }
        for path in folder.glob("figures/*.svg"):
            tree = ET.parse(path)
            assert tree.getroot().tag == "{http://www.w3.org/2000/svg}svg"
        report = (folder / "report.md").read_text("utf-8")
        for picture in re.findall(r"!\[\]\((.*)\)", report):
            assert (folder / picture).is_file()
    head, *rows = (results / "report" / "tables" / "verdicts.csv").read_text().splitlines()
    assert head.startswith("run,claim,model")
    assert {row.split(",")[0] for row in rows} == {"one", "two"}


def test_the_share_of_loops_is_measured(results: Path) -> None:
    rows = json.loads((results / "one" / "measurements.json").read_text())
    shares = [row["metrics"]["looped_share"] for row in rows]
    assert all(
        0 <= share <= row["truncated_share"] for share, row in zip(shares, rows, strict=True)
    )
    assert max(shares) > 0


def test_what_a_report_no_longer_has_is_removed(results: Path) -> None:
    stale = results / "one" / "figures" / "lengths-gone.svg"
    stale.write_text("<svg/>")
    with RunStore.existing(results / "one", writer=True) as store:
        reporting.report(store)
    assert not stale.exists()


def test_a_combined_report_is_no_run_folder(results: Path) -> None:
    with RunStore.existing(results / "two", writer=True) as store:
        made = reporting.report(store)
    with pytest.raises(ConfigError, match="run folder"):
        reporting.combine([made], results / "one")


def test_results_without_samples_say_so(tmp_path: Path) -> None:
    root = write_run(tmp_path / "run", [("a", "aime24")], lifelike({"a": 0.5}), problems=2)
    with RunStore.existing(root, writer=True) as store:
        reporting.report(store)
    for name in ("problems", "samples", "grades"):
        shutil.rmtree(root / name)
    with (
        RunStore.existing(root, writer=True) as store,
        pytest.raises(WrongRunFolder, match="holds results alone, without problems and samples"),
    ):
        reporting.report(store)


def test_a_lost_file_of_problems_is_named(tmp_path: Path) -> None:
    """The samples are there, so these are no results alone."""
    cells = [("a", "aime24"), ("a", "aime25")]
    root = write_run(tmp_path / "run", cells, lifelike({"a": 0.5}), problems=2)
    with RunStore.existing(root, writer=True) as store:
        reporting.report(store)
    (root / "problems" / "aime25.jsonl").unlink()
    with (
        RunStore.existing(root, writer=True) as store,
        pytest.raises(WrongRunFolder, match=r"problems/aime25\.jsonl is not there, and nothing"),
    ):
        reporting.report(store)


def test_a_run_that_stored_nothing_says_so(tmp_path: Path) -> None:
    """Stopped behind its run.yaml."""
    root = write_run(tmp_path / "run", [("a", "aime24")], lifelike({"a": 0.5}), problems=1)
    for name in ("problems", "samples", "grades"):
        shutil.rmtree(root / name)
    with (
        RunStore.existing(root, writer=True) as store,
        pytest.raises(WrongRunFolder, match="its run stopped before it stored anything; give its"),
    ):
        reporting.report(store)
    (root / "measurements.json").write_text("[]")  # Results that somebody sent without the report.
    with (
        RunStore.existing(root, writer=True) as store,
        pytest.raises(WrongRunFolder, match="holds results alone, without problems and samples"),
    ):
        reporting.report(store)


def test_an_unfinished_run_is_marked(tmp_path: Path) -> None:
    root = write_run(tmp_path / "r", [("m", "b")], lifelike({"m": 0.5}), problems=4, samples=2)
    (path,) = (root / "samples/m/b").glob("*.jsonl")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:5]))
    refused = CliRunner().invoke(app, ["report", str(root)])
    assert refused.exit_code == 1
    assert not (root / "report.html").exists()
    told = CliRunner().invoke(app, ["report", str(root), "--partial"])
    assert told.exit_code == 0, told.output
    page = (root / "report.html").read_text("utf-8")
    assert "Partial: samples or grades are missing" in page
    assert "so far, with 5 of 8 samples" in page and "likely too high" in page
    assert "높게 나왔을 가능성이 큽니다" in page
