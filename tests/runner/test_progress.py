"""How long a run will take: from this session's work alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from claimbench.cli import app
from claimbench.cli.display import Display
from claimbench.runner import generate
from claimbench.runner.generate import Progress


class Clock:
    """Seconds that go by only when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(generate.time, "monotonic", found.monotonic)
    return found


def test_rates_count_from_the_work_that_begins(clock: Clock) -> None:
    progress = Progress(100)
    progress.stored = 80  # By an earlier session.
    clock.now += 300  # Loading.
    progress.begin()
    assert progress.seconds_left is None
    clock.now += 10
    progress.stored, progress.generated, progress.tokens = 85, 5, 500
    assert (progress.seconds_left, progress.tokens_per_second) == (30, 50)
    clock.now += 600  # Another model is loaded.
    progress.begin()
    assert progress.seconds_left is None and progress.tokens_per_second == 0
    clock.now += 1
    progress.stored, progress.generated, progress.tokens = 90, 10, 600
    assert (progress.seconds_left, progress.tokens_per_second) == (2, 100)


def test_the_first_samples_to_end_do_not_say_when_all_will_have_ended(clock: Clock) -> None:
    """Many are under way together: the first of 576 took a minute and would make that ten hours."""
    progress = Progress(576)
    progress.begin()
    clock.now += 60
    progress.stored = progress.generated = 1
    assert progress.seconds_left is None
    progress.stored = progress.generated = 31
    assert progress.seconds_left is None
    progress.stored = progress.generated = 32
    assert progress.seconds_left == 60 * 544 / 32


def test_an_import_that_is_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passing over what is there takes time that the rest will not take."""
    rows = [
        {"problem": f"p{i}", "gold": "1", "response": "\\boxed{1}", "model": "m"} for i in range(40)
    ]
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = ["import", "jsonl", str(path), "--grader", "integer", "--out", str(tmp_path / "run")]
    assert CliRunner().invoke(app, words).exit_code == 0
    (part,) = (tmp_path / "run").glob("samples/*/*/part-*.jsonl")
    kept = part.read_bytes().splitlines(keepends=True)[:30]
    part.write_bytes(b"".join(kept))
    began: list[int] = []
    left: list[float | None] = []
    begin = Progress.begin
    monkeypatch.setattr(Progress, "begin", lambda p: (began.append(p.stored), begin(p)))
    monkeypatch.setattr(Display, "watch", lambda _, p: left.append(p.seconds_left))
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert began == [30]
    assert None not in left[-10:] and left[-1] == 0
