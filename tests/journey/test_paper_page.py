"""docs/paper.md: its commands and its Python are run, in order, in an empty folder."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import ROOT

PAGE = (ROOT / "docs" / "paper.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.M | re.S)


def run(words: Sequence[str], folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def command(line: str, folder: Path) -> str:
    words = shlex.split(line)
    assert words[0] == "claimbench"
    return run(["-m", *words], folder)


@pytest.mark.slow
def test_the_page_holds(tmp_path: Path) -> None:
    output, kinds = "", set()
    for kind, text in BLOCKS:
        kinds.add(kind)
        if kind == "json":
            (tmp_path / "answers.jsonl").write_text(text)
        elif kind == "sh":
            output = "".join(command(line, tmp_path) for line in text.splitlines())
        elif kind == "python":
            output = run(["-c", text], tmp_path)
        else:
            shown = " ".join(output.split())
            for line in text.splitlines():
                assert " ".join(line.split()) in shown, f"{line}\nis not in\n{output}"
    assert kinds == {"json", "sh", "python", "text"}
    assert (tmp_path / "eee").is_dir()


@pytest.mark.slow
def test_the_readmes_python_holds(tmp_path: Path) -> None:
    """Its five lines, on the run of the page above."""
    readme = (ROOT / "README.md").read_text()
    (code,) = re.findall(r"^```python\n(.*?)^```$", readme, re.M | re.S)
    (rows,) = (text for kind, text in BLOCKS if kind == "json")
    (tmp_path / "answers.jsonl").write_text(rows)
    words = "import jsonl answers.jsonl --model toy --grader number --out results/smoke"
    run(["-m", "claimbench", *words.split()], tmp_path)
    assert len([line for line in code.splitlines() if line]) == 5
    assert "0.75 []" in run(["-c", code], tmp_path)
