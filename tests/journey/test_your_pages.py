"""docs/your-*.md: their files are saved, their commands run in order in an empty folder, and the
lines shown under a command are in what it prints."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
_SAVED = re.compile(r"[Ss]ave (?:it|this|these) as `([\w.-]+)`")
PAGES = ("your-model", "your-benchmark", "your-cluster")


def run(command: str, folder: Path) -> str:
    words = shlex.split(command)
    assert words[0] in ("claimbench", "python", "cat"), command
    own = {"claimbench": [sys.executable, "-m", "claimbench"], "python": [sys.executable]}
    hidden = ("CLAIMBENCH_CONFIGS", "CLAIMBENCH_SEEDS")
    env = {k: v for k, v in os.environ.items() if k not in hidden} | {"COLUMNS": "200"}
    done = subprocess.run(
        [*own.get(words[0], words[:1]), *words[1:]],
        cwd=folder, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_the_page_holds(page: str, tmp_path: Path, tiny_checkpoint: Path) -> None:
    text, output = (ROOT / "docs" / f"{page}.md").read_text(), ""
    for block in _BLOCK.finditer(text):
        kind, content = block.groups()
        if kind == "sh":
            output = "".join(run(command, tmp_path) for command in content.splitlines())
        elif kind == "text":
            shown = " ".join(output.split())
            for line in content.splitlines():
                assert " ".join(line.split()) in shown, f"{line}\nis not in\n{output}"
        elif kind != "console":
            name = _SAVED.findall(text[: block.start()])[-1]
            (tmp_path / name).write_text(content)
