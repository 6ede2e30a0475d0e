"""A run folder in which nothing was stored is no run's yet."""

from __future__ import annotations

from pathlib import Path

import pytest
from store_toys import CONFIG, create, sample

from claimbench.errors import StoreLocked, WrongRunFolder
from claimbench.store import RunStore

CHANGED = {**CONFIG, "seed": 9}


def changed(root: Path, **keys: str) -> RunStore:
    return RunStore.open(root, resolved=CHANGED, digest="d2", **keys)  # type: ignore[arg-type]


def test_what_the_first_request_was_refused_for_may_be_changed(tmp_path: Path) -> None:
    root = tmp_path / "run"
    with create(root) as store:
        store.write_lines_once("problems/sums.jsonl", [{"id": "old"}])
        store.write_file("provenance.json", "[]")
    with changed(root) as store:
        assert store.config["seed"] == 9
        assert not (root / "provenance.json").exists()
        store.write_lines_once("problems/sums.jsonl", [{"id": "new"}])
        store.append_sample(sample(1))
    with pytest.raises(WrongRunFolder, match="belongs to another run"):
        create(root)


def test_what_was_registered_stays(tmp_path: Path) -> None:
    registered = {**CONFIG, "registered": {"digest": "0", "date": "2026-01-01"}}
    with RunStore.open(tmp_path / "run", resolved=registered, digest="d1"):
        pass
    with pytest.raises(WrongRunFolder, match="belongs to another run"):
        changed(tmp_path / "run")


def test_results_whose_samples_are_gone_are_not_written_over(tmp_path: Path) -> None:
    with create(tmp_path / "run") as store:
        store.write_file("measurements.json", "[]")
    with pytest.raises(WrongRunFolder, match="belongs to another run"):
        changed(tmp_path / "run")


def test_a_run_at_work_keeps_its_folder_and_shards_of_one_run_begin_together(
    tmp_path: Path,
) -> None:
    root = tmp_path / "run"
    with create(root), pytest.raises(StoreLocked):
        changed(root)
    with changed(root, shard="1-of-2") as first, changed(root, shard="2-of-2") as second:
        assert first.config == second.config == {**CHANGED}
