"""What is found of a run's cells is read once and written once."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from pathlib import Path

import pytest
from report_toys import lifelike, write_run

from claimbench.analysis import cached
from claimbench.analysis.cached import kept
from claimbench.analysis.cells import stored_cells
from claimbench.analysis.suspects import with_suspects
from claimbench.analysis.votes import with_votes
from claimbench.errors import IncompleteRun, StoreError
from claimbench.interop.stored import whole_measurement
from claimbench.runner import reporting
from claimbench.store import RunStore

CELLS = [("m", "b"), ("m", "c"), ("n", "b")]
CACHES = {"votes.json", "suspects.json", "repetitions.json"}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run", CELLS, lifelike({"m": 0.5, "n": 0.2}), problems=4, samples=4)


def test_a_report_keeps_all_that_it_found_in_one_write(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[set[str]] = []
    before = RunStore.write_files

    def write_files(store: RunStore, texts: Mapping[str, str]) -> None:
        written.append(set(texts))
        before(store, texts)

    monkeypatch.setattr(RunStore, "write_files", write_files)
    for _ in range(2):
        with RunStore.existing(run, writer=True) as store:
            reporting.report(store)
    found = [names for names in written if names & CACHES]
    assert len(found) == 1 and {"votes.json", "suspects.json"} <= found[0]


def test_wrong_grades_are_read_once_for_votes_and_suspects(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    before = cached.wrong_answers
    monkeypatch.setattr(
        "claimbench.analysis.cached.wrong_answers",
        lambda store, cell: (read.append(str(cell.name)), before(store, cell))[1],
    )
    with RunStore.existing(run, writer=True) as store, kept(store) as known:
        for cell in stored_cells(store):
            measured = whole_measurement(store, cell)
            with_suspects(known, cell, with_votes(known, cell, measured))
    assert read == ["m/b", "m/c", "n/b"]


def test_where_one_may_not_write_the_same_is_found(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_store: RunStore, _texts: Mapping[str, str]) -> None:
        raise StoreError("a read-only file system")

    def suspects() -> list[int | None]:
        with RunStore.existing(run, writer=True) as store, kept(store) as known:
            cells = stored_cells(store)
            measured = [whole_measurement(store, cell) for cell in cells]
            pairs = zip(cells, measured, strict=True)
            return [with_suspects(known, cell, m).suspects for cell, m in pairs]

    with monkeypatch.context() as patch:
        patch.setattr(RunStore, "write_files", refuse)
        found = suspects()
    assert not (run / "suspects.json").exists()
    assert suspects() == found and (run / "suspects.json").exists()


def test_cycles_are_looked_for_again_after_a_report(run: Path, tmp_path: Path) -> None:
    with RunStore.existing(run, writer=True) as store:
        reporting.report(store)
        assert gc.isenabled()
    lacking = write_run(tmp_path / "lacking", [("m", "b")], lifelike({"m": 0.5}), problems=2)
    for part in lacking.glob("samples/*/*/part-*"):
        part.unlink()
    with RunStore.existing(lacking, writer=True) as store:
        with pytest.raises(IncompleteRun):
            reporting.report(store)
        assert gc.isenabled()
