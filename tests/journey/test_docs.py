"""The documentation: links, indexes, and the picture of the committed evidence."""

from __future__ import annotations

import re
import runpy
import shlex
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import ROOT

from claimbench.config import load_experiment
from claimbench.planning.estimate import outline

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
_RUN = re.compile(r"claimbench run ((?:[^`\n\\·…)]|\\\n)+)")
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def headings(page: Path) -> set[str]:
    """The anchors of a page, as GitHub makes them."""
    found = re.findall(r"^#+ (.+)$", page.read_text(), re.M)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in _LINK.findall(page.read_text()):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{page.name}: {link}"
        if anchor:
            assert anchor in headings(target), f"{page.name}: {link}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_runs_that_a_page_shows_are_not_refused(page: Path) -> None:
    """Keys that are there, and samples that can show something."""
    runs = {path.stem: path for path in (ROOT / "configs" / "runs").glob("*.yaml")}
    for command in _RUN.findall(page.read_text()):
        name, *options = shlex.split(command, comments=True)
        sets = [after for before, after in pairwise(options) if before == "--set"]
        if name in runs and "NAME" not in command:
            facts = outline(load_experiment(runs[name], sets), {})
            assert "refused" not in facts, f"{page.name}: claimbench run {command}"


def test_a_clone_s_first_page_says_how_the_command_comes_onto_the_path() -> None:
    start = (ROOT / "README.md").read_text().partition("## Commands")[0]
    words = ". .venv/bin/activate"
    assert start.index("./scripts/quickstart") < start.index(words) < start.index("pip install")
    assert words in (ROOT / "CONTRIBUTING.md").read_text()
    assert ". $VENV/bin/activate" in (ROOT / "scripts" / "setup").read_text()


def test_the_index_lists_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "README.md" or f"]({page.name})" in index, page.name


def test_every_measuring_script_is_listed() -> None:
    listed = set(
        re.findall(r"`scripts/(bench_\w+)`", (ROOT / "docs" / "performance.md").read_text())
    )
    assert listed == {path.name for path in (ROOT / "scripts").glob("bench_*")}


@pytest.mark.parametrize(
    ("script", "picture"), [("evidence-figure", "evidence.svg"), ("distill-table", "distills.svg")]
)
def test_the_pictures_are_those_of_the_committed_evidence(script: str, picture: str) -> None:
    """Where this fails, the evidence has changed: run both scripts again."""
    draw = runpy.run_path(str(ROOT / "scripts" / script))["draw"]
    assert (ROOT / "docs" / picture).read_text() == draw()
