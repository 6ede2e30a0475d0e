"""The documentation: links, indexes, and the picture of the committed evidence."""

from __future__ import annotations

import ast
import importlib.util
import re
import runpy
import shlex
import textwrap
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import ROOT

from claimbench.config import load_experiment
from claimbench.engines import ENGINES
from claimbench.engines.local import LocalSettings
from claimbench.grading import GRADERS
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


PACKAGE = ROOT / "src" / "claimbench"
_MADE_BY_THE_STEPS = ("grading/prefix.py", "report/solved_table.py", "engines/parrot")
_CODE_FILE = re.compile(r"(?<![\w/.-])((?:[\w-]+/)+\w+\.py)\b")
_DOTTED = re.compile(r"\bclaimbench((?:\.[a-zA-Z_]\w*)+)")
_PYTHON = re.compile(r"^( *)```python\n(.*?)^\1```$", re.M | re.S)
_LISTED = re.compile(r"\b([a-z_]+\.py|[a-z_]+/)(?= {2}|: |,|\))", re.M)


def is_there(dotted: list[str]) -> bool:
    """Whether `claimbench.<dotted>` can be imported, or is an attribute of a module that can."""
    found: object = importlib.import_module("claimbench")
    name = "claimbench"
    for part in dotted:
        name = f"{name}.{part}"
        if not hasattr(found, part):
            if importlib.util.find_spec(name) is None:
                return False
            importlib.import_module(name)
        found = getattr(found, part)
    return True


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_modules_that_a_page_names_are_there(page: Path) -> None:
    text = page.read_text()
    for path in _CODE_FILE.findall(text):
        known = any((folder / path).exists() for folder in (ROOT, PACKAGE))
        assert known or path.endswith(_MADE_BY_THE_STEPS), path
    for name in _DOTTED.findall(text):
        made = name[1:].replace(".", "/")
        if not any(made in step for step in _MADE_BY_THE_STEPS):
            assert is_there(name[1:].split(".")), f"claimbench{name}"
    for _, code in _PYTHON.findall(text):
        for node in ast.walk(ast.parse(textwrap.dedent(code))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("claimbench"):
                for each in node.names:
                    dotted = [*(node.module or "").split(".")[1:], each.name]
                    assert is_there(dotted), f"from {node.module} import {each.name}"


@pytest.mark.parametrize(
    "init",
    sorted(PACKAGE.rglob("__init__.py")),
    ids=lambda init: str(init.parent.relative_to(PACKAGE.parent)),
)
def test_a_package_says_what_it_holds_and_names_what_is_there(init: Path) -> None:
    said = ast.get_docstring(ast.parse(init.read_text()))
    assert said
    for name in _LISTED.findall(said):
        assert (init.parent / name).exists(), name


def test_the_layout_lists_the_packages_in_the_order_that_is_held() -> None:
    """CONTRIBUTING.md's table against import-linter's layers."""
    guide = (ROOT / "CONTRIBUTING.md").read_text().partition("## How the source is laid out")[2]
    listed = re.findall(r"^\| `(\w+)` \|", guide.partition("\n## ")[0], re.M)
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = rules["contracts"][0]["layers"]
    assert listed == [layer for layer in layers if (PACKAGE / layer).is_dir()]


def test_every_engine_is_on_its_page_with_its_keys() -> None:
    engines = (ROOT / "docs" / "engines.md").read_text()
    for kind, settings in ENGINES.items():
        shared = LocalSettings.model_fields if issubclass(settings, LocalSettings) else ("kind",)
        row = re.search(rf"^\| `{kind}`.*\|(.*)\|$", engines, re.M)
        assert row, f"docs/engines.md has no row for {kind}"
        assert set(re.findall(r"`(\w+)`", row[1])) == {*settings.model_fields} - {*shared}, kind
    readme = (ROOT / "README.md").read_text()
    assert all(f"`engine.kind: {kind}`" in readme for kind in ENGINES if kind != "transformers")


def test_every_grader_is_named_on_its_page() -> None:
    grading = (ROOT / "docs" / "grading.md").read_text()
    assert [kind for kind in GRADERS if f"`{kind}`" not in grading] == []
