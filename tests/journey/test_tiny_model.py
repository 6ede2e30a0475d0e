"""The command line with the tiny real model: a verdict, a kill -9 in the middle of it, a repeat."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

RUN = ["run", "smoke", "--offline", "--quiet", "--set", "limit=6", "--set", "samples=2"]


def command(out: Path) -> list[str]:
    return [sys.executable, "-m", "claimbench", *RUN, "--out", str(out)]


def stored(out: Path) -> list[dict[str, Any]]:
    parts = sorted((out / "samples").glob("*/*/*.jsonl"))
    return [json.loads(line) for part in parts for line in part.read_text().splitlines()]


def count(out: Path) -> int:
    return sum(p.read_bytes().count(b"\n") for p in (out / "samples").glob("*/*/*.jsonl"))


@pytest.mark.slow
@pytest.mark.usefixtures("tiny_checkpoint")
def test_killed_in_the_middle_then_resumed(tmp_path: Path) -> None:
    out = tmp_path / "run"
    child = subprocess.Popen(command(out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 300
    while count(out) < 3 and child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    before = count(out)
    done = subprocess.run(command(out), capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    assert before >= 3
    assert count(out) == 12
    samples = stored(out)
    assert len({s["id"] for s in samples}) == 12
    assert all(s["completion_tokens"] > 0 for s in samples)
    assert "Report:" in done.stdout
    (measured,) = json.loads((out / "measurements.json").read_text())
    assert measured["received"] == 12
    # Neither the kill nor other slots have changed a text (engine.deterministic).
    settings = ["--slots", "5", "--engine", "threads=1", "--share", "1", "--offline"]
    repeat = [sys.executable, "-m", "claimbench", "repeat", str(out), *settings]
    done = subprocess.run(repeat, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    assert "12 of 12 samples generated again" in done.stdout
    assert "equal texts: 12 of 12 (100.0%" in done.stdout
    assert "engine.slots: none then, 5 now" in done.stdout
    again = tmp_path / "run-repeat"
    (cell,) = json.loads((again / "repeat.json").read_text())["cells"]
    assert cell["equal_texts"] == 12
    assert {s["id"]: s["text"] for s in stored(again)} == {s["id"]: s["text"] for s in samples}
