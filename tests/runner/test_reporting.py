"""Many runs reported at once: what one after another gives, and one clear sentence for an error."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_toys import lifelike, write_run

from claimbench.errors import StoreError
from claimbench.runner import reporting
from claimbench.runner.reporting import report_each

RUNS = 2 * reporting.RUNS_EACH
MODEL = "r1-distill-qwen-7b"


def runs(folder: Path) -> list[Path]:
    def run(number: int) -> Path:
        replies = lifelike({MODEL: 0.1 * number})
        root = folder / f"run-{number}"
        return write_run(root, [(MODEL, "aime24")], replies, problems=8, published=["deepseek-r1"])

    return [run(number) for number in range(RUNS)]


def written(roots: list[Path]) -> dict[Path, bytes]:
    kinds = ("*.json", "*.md", "*.html", "*.csv", "*.svg")
    found = (p for root in roots for kind in kinds for p in root.rglob(kind))
    return {path: path.read_bytes() for path in found}


@pytest.mark.slow
def test_many_runs_at_once_are_as_one_after_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roots = runs(tmp_path / "r")
    together = report_each(roots)
    files = written(roots)
    assert len(files) > 8 * RUNS
    for path in files:
        path.unlink()
    monkeypatch.setattr(reporting, "RUNS_EACH", RUNS + 1)
    alone = report_each(roots)
    assert written(roots) == files
    assert [(one.root, one.verdicts) for one in alone] == [
        (one.root, one.verdicts) for one in together
    ]


@pytest.mark.slow
def test_a_damaged_run_among_many_is_one_sentence(tmp_path: Path) -> None:
    roots = runs(tmp_path)
    (part,) = roots[3].glob("samples/*/*/part-*.jsonl")
    lines = part.read_bytes().splitlines(keepends=True)
    part.write_bytes(b"".join([*lines[:4], lines[4].replace(b"seed", b"sead"), *lines[5:]]))
    with pytest.raises(StoreError, match=r":5 is damaged \(.*remove that line") as caught:
        report_each(roots)
    assert str(part) in str(caught.value)
    assert "\n" not in str(caught.value)
