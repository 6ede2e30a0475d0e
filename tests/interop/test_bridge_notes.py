"""What an import says of rows that its score does not tell by itself; odd names and values."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest
from bridge_toys import imported

from claimbench.errors import DataError
from claimbench.interop.readers import inspect_log
from claimbench.messages import from_data
from claimbench.report.messages import english
from claimbench.store import RunStore

pytest.importorskip("ijson")
pytest.importorskip("pyarrow")

MAPPING = "{problem: id, question: q, response: r, gold: g}"


def run_of(folder: Path, rows: list[dict[str, str]], *words: str) -> RunStore:
    """An import of these rows from a JSONL file."""
    path, mapping, out = folder / "rows.jsonl", folder / "m.yaml", folder / "out"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    mapping.write_text(MAPPING)
    imported(out, "jsonl", path, "--mapping", mapping, *words)
    return RunStore.existing(out)


def notes(store: RunStore) -> str:
    return "; ".join(english(from_data(note)) for note in store.config["import"]["notes"])


def test_lone_surrogates_are_kept_in_every_field(tmp_path: Path) -> None:
    row = {"id": "a\ud800", "q": "what\ud801 is", "r": "the answer is 3\ud802", "g": "3"}
    store = run_of(tmp_path, [row], "--model", "toy", "--grader", "number")
    (measured,) = json.loads((store.root / "measurements.json").read_text())
    assert measured["problem_ids"] == ["a\ud800"]
    assert measured["right"] == [1]


def test_matches_by_nothing_but_an_id_are_counted(toy: Path, tmp_path: Path) -> None:
    row = {"id": "q1", "q": "How many cats are there in all?", "r": "The answer is 2", "g": ""}
    store = run_of(
        tmp_path, [row], "--model", "toy", "--benchmark", "sums", "--data-dir", str(toy / "data")
    )
    assert "1 of 1 responses was matched by its id alone" in notes(store)


@pytest.mark.parametrize(("response", "said"), [("It is 3", True), ("Adding.</think>3", False)])
def test_replies_whose_reasoning_was_cut_off_are_noticed(
    tmp_path: Path, response: str, said: bool
) -> None:
    row = {"id": "a", "q": "1 + 2?", "r": response, "g": "3"}
    store = run_of(tmp_path, [row], "--model", "r1-distill-qwen-1.5b", "--grader", "number")
    assert ("no response holds </think>" in notes(store)) is said


@pytest.mark.parametrize(
    ("value", "label"), [("C", True), ("I", False), ("N", False), ("P", None), (0.5, None)]
)
def test_inspect_s_marks(value: Any, label: bool | None) -> None:
    """N, no answer, is worth 0 there; P, in part, half: no label of one response."""
    assert inspect_log._score({"scores": {"match": {"value": value}}}, "x")[0] is label


def test_a_zip64_directory_is_held_against_its_own_size(tmp_path: Path) -> None:
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, 2**40, 0)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, 0, 1)
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, 46, 0, 0)
    path = tmp_path / "x.eval"
    path.write_bytes(record + locator + end)
    with pytest.raises(DataError, match="its list of entries is larger than 64 MiB"):
        inspect_log._check_directory(path)
