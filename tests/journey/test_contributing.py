"""CONTRIBUTING.md, followed to the letter in a copy of the tree."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import ROOT

pytestmark = pytest.mark.slow

_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.M | re.S)
_NAMED = re.compile(r"`([\w./~-]+/[\w.~-]+\.\w+)`")


@dataclass(frozen=True)
class Step:
    """A block of the guide: its kind, its text, and the file that its step names first."""

    kind: str
    text: str
    file: str


def sections() -> dict[str, str]:
    parts = re.split(r"^## (.+)$", (ROOT / "CONTRIBUTING.md").read_text(), flags=re.M)
    return {
        title: text for title, text in zip(parts[1::2], parts[2::2], strict=True) if "```" in text
    }


def steps(section: str) -> Iterator[Step]:
    for numbered in re.split(r"^\d+\. ", section, flags=re.M)[1:]:
        named = _NAMED.search(numbered)
        for block in _BLOCK.finditer(numbered):
            yield Step(block[2], textwrap.dedent(block[3]), named[1] if named else "")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory, tiny_checkpoint: Path) -> Path:
    """A copy of what a contributor works in."""
    root = tmp_path_factory.mktemp("tree")
    for name in ("src", "configs", "seeds"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def insert(path: Path, diff: str) -> None:
    """Add the lines with `+` after the one line above them, which must be there, once."""
    anchor, *added = diff.splitlines()
    text = path.read_text()
    assert text.count(f"{anchor[1:]}\n") == 1, f"{path.name} has no line {anchor[1:]!r}"
    lines = "".join(f"{line[1:]}\n" for line in added)
    path.write_text(text.replace(f"{anchor[1:]}\n", f"{anchor[1:]}\n{lines}"))


def run(command: str, tree: Path) -> str:
    words = shlex.split(command)
    assert words[0] in ("claimbench", "cat")
    done = subprocess.run(
        [sys.executable, "-m", *words] if words[0] == "claimbench" else words,
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


@pytest.mark.parametrize("section", sections())
def test_the_steps_hold(section: str, tree: Path) -> None:
    output = ""
    for step in steps(sections()[section]):
        path = tree / step.file
        match step.kind:
            case "sh":
                output = "".join(run(command, tree) for command in step.text.splitlines())
            case "text":
                shown = " ".join(output.split())
                for line in step.text.splitlines():
                    assert " ".join(line.split()) in shown, f"{line}\nis not in\n{output}"
            case "diff":
                insert(path, step.text)
            case _:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(step.text)


def test_every_section_of_the_list_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    for title in re.findall(r"^- \[(.+?)\]\(#", text, re.M):
        assert f"\n## {title}\n" in text, title
