"""kill -9 at random moments: no finished sample lost, none twice, the score equal to the count."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

SUPPORT = Path(__file__).parents[1] / "support"
KILLS = 20


def start(toy: Path, out: Path, pause: float) -> subprocess.Popen[str]:
    run = toy / "configs" / "runs" / "try.yaml"
    words = [
        sys.executable,
        str(SUPPORT / "journey_child.py"),
        str(run),
        str(toy / "data"),
        str(out),
    ]
    return subprocess.Popen(
        [*words, str(pause)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def stored(out: Path) -> list[dict[str, Any]]:
    """Every whole line that is on disk."""
    lines = [
        line
        for part in (out / "samples").glob("toy/sums/*.jsonl")
        for line in part.read_bytes().split(b"\n")[:-1]
    ]
    return [json.loads(line) for line in lines]


def wait_for_more_than(count: int, out: Path, child: subprocess.Popen[str]) -> None:
    while child.poll() is None and len(stored(out)) <= count:
        time.sleep(0.01)


@pytest.mark.slow
def test_twenty_kills_lose_nothing_and_repeat_nothing(toy: Path) -> None:
    run = toy / "configs" / "runs" / "try.yaml"
    run.write_text(run.read_text().replace("samples: 8", "samples: 80"))  # 400 samples
    out, rng = toy / "out", random.Random(20)
    seen: dict[str, str] = {}
    for number in range(KILLS):
        child = start(toy, out, pause=0.01)
        assert child.stdout is not None
        assert child.stdout.readline() == "started\n", child.stderr and child.stderr.read()
        patient = number % 5 == 4  # Else a busy machine would have none stored in time.
        if patient:
            wait_for_more_than(len(seen), out, child)
        time.sleep(rng.uniform(0, 0.3))
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        now = {s["id"]: s["text"] for s in stored(out)}
        assert seen.items() <= now.items()  # what was stored stays, unchanged
        seen = now
    assert 0 < len(seen) < 400  # the kills came in the middle
    child = start(toy, out, pause=0)
    output, errors = child.communicate(timeout=120)
    assert child.returncode == 0, errors
    assert f"delivered {400 - len(seen)}" in output  # only what was missing was asked for
    samples = stored(out)
    assert len(samples) == len({s["id"] for s in samples}) == 400
    (measured,) = json.loads((out / "measurements.json").read_text())
    right = sum(
        s["text"].endswith(f"It is {2 * int(s['problem_id'].removeprefix('q'))}") for s in samples
    )
    assert measured["pass_at_1"] == pytest.approx(right / 400)
    assert measured["received"] == measured["graded"] == 400


@pytest.mark.slow
def test_sigterm_and_ctrl_c_leave_a_resumable_run(toy: Path) -> None:
    out = toy / "out"
    for number in (signal.SIGINT, signal.SIGTERM):
        child = start(toy, out, pause=0.05)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(0.4)
        child.send_signal(number)
        child.wait(timeout=30)
        assert child.returncode != 0
    done = start(toy, out, pause=0)
    done.communicate(timeout=60)
    assert done.returncode == 0
    assert len(stored(out)) == 40
