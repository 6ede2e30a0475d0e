"""Torn tails, damaged lines, indexes that do not fit their part."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from store_toys import SUMS, create, fill, sample, sample_id, stored

from claimbench.errors import StoreError
from claimbench.records import Grade, Sample
from claimbench.store import RunStore
from claimbench.store import index as index_module
from claimbench.store import together as together_module
from claimbench.store.rows import GRADES, SAMPLES, DamagedLine
from claimbench.store.together import learn, read_together


@pytest.mark.slow
def test_a_torn_last_line_is_owed_again_wherever_it_is_cut(tmp_path: Path) -> None:
    part = fill(tmp_path / "run", 4)
    whole, records = part.read_bytes(), index_module.index_path(part).read_bytes()
    last = whole.rindex(b"\n", 0, -1) + 1
    for cut in range(last, len(whole)):
        part.write_bytes(whole[:cut])
        assert [row.id for row in stored(tmp_path / "run")] == [sample_id(n) for n in range(3)], cut
    part.write_bytes(whole)
    for cut in range(len(records)):
        index_module.index_path(part).write_bytes(records[:cut])
        assert len(RunStore.existing(tmp_path / "run").sample_index(SUMS)) == 4, cut


def test_a_torn_line_is_never_followed_by_another(tmp_path: Path) -> None:
    part = fill(tmp_path / "run", 4)
    part.write_bytes(part.read_bytes()[:-10])
    before = part.read_bytes()
    with create(tmp_path / "run") as store:
        assert sample_id(3) not in store.present_ids(SUMS)
        store.append_sample(sample(3))
        store.append_sample(sample(4))
    assert part.read_bytes() == before
    assert [row.id for row in stored(tmp_path / "run")] == [sample_id(n) for n in range(5)]


@pytest.mark.parametrize(
    "tail", [b"\0" * 5000, b'{"id":"ab\0\0\0', b"\0\0\0", b'\0\0\0on": null}\n']
)
def test_nuls_left_by_a_power_cut_are_a_torn_tail(tmp_path: Path, tail: bytes) -> None:
    part = fill(tmp_path / "run", 3)
    with part.open("ab") as file:
        file.write(tail)
    assert len(stored(tmp_path / "run")) == 3
    index_module.index_path(part).unlink()
    assert len(stored(tmp_path / "run")) == 3


def damage(line: bytes, how: str) -> bytes:
    row = json.loads(line)
    changed = {
        "cut": line[: len(line) // 2] + b"\n",
        "empty": b"\n",
        "list": b"[1, 2]\n",
        "deep": b"[" * 100_000 + b"\n",
        "binary": b"\xff\xfe" + line,
        "nul": b"\0" * 20 + line[20:],
        "missing": json.dumps({k: v for k, v in row.items() if k != "text"}).encode() + b"\n",
        "unknown": json.dumps({**row, "texts": ""}).encode() + b"\n",
        "type": json.dumps({**row, "prompt_tokens": "12"}).encode() + b"\n",
        "huge": json.dumps({**row, "prompt_tokens": 2**32}).encode() + b"\n",
        "id": json.dumps({**row, "id": "zz"}).encode() + b"\n",
        "same length": line.replace(b"text", b"tcxt"),
    }
    return changed[how]


HOWS = ["cut", "empty", "list", "deep", "binary", "nul", "missing", "unknown", "type", "huge", "id"]


@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize("how", [*HOWS, "same length"])
def test_a_damaged_middle_line_is_named_and_removing_it_helps(
    tmp_path: Path, how: str, indexed: bool
) -> None:
    part = fill(tmp_path / "run", 6)
    lines = part.read_bytes().splitlines(keepends=True)
    part.write_bytes(b"".join([*lines[:2], damage(lines[2], how), *lines[3:]]))
    if not indexed:
        index_module.index_path(part).unlink()
    with pytest.raises(StoreError) as caught:
        stored(tmp_path / "run")
    message = str(caught.value)
    assert f"{part}:3 is damaged" in message
    assert "remove that line" in message
    subprocess.run(["sed", "-i", "3d", str(part)], check=True)
    with create(tmp_path / "run") as store:
        assert sample_id(2) not in store.present_ids(SUMS)
        store.append_sample(sample(2))
    expected = [sample(n) for n in (0, 1, 3, 4, 5, 2)]
    assert stored(tmp_path / "run") == expected


def together(*lines: bytes, of: bytes | None = None) -> list[Sample] | None:
    """What the quick reader makes of lines beside the index records of `of`, else their own."""
    packed = [SAMPLES.pack(SAMPLES.decode(of or line), 0, len(line)) for line in lines]
    records = np.frombuffer(b"".join(packed), dtype=SAMPLES.dtype)
    rows = read_together(SAMPLES, [line.decode("ascii") for line in lines], records)
    return None if rows is None else [Sample(**row) for row in rows]


def usual(**changes: Any) -> bytes:
    """A good line whose like the quick reader has seen."""
    good = SAMPLES.encode(sample(2, **changes))
    learn(SAMPLES, SAMPLES.values(good))
    return good


@pytest.mark.parametrize("how", [*HOWS, "same length"])
def test_the_quick_reader_takes_no_line_that_the_careful_one_refuses(how: str) -> None:
    good = usual()
    assert together(good, good) == [sample(2), sample(2)]
    bad = damage(good, how)
    with pytest.raises(DamagedLine):
        SAMPLES.decode(bad)
    lines = [line.decode("latin-1") for line in (good, bad, good)]
    packed = [SAMPLES.pack(sample(2), 0, len(line)) for line in lines]
    records = np.frombuffer(b"".join(packed), dtype=SAMPLES.dtype)
    assert read_together(SAMPLES, lines, records) is None


def test_the_quick_reader_takes_each_line_for_its_own_record() -> None:
    good = usual()
    for line in (good[:-1] + b",\n", good[:-1], good + good):
        assert together(line, of=good) is None
    other = SAMPLES.encode(sample(3))
    assert together(other) == [sample(3)]
    assert together(other, of=good) is None
    halves = [good[:40].decode(), good[40:].decode()]  # Joined by a comma they are something else.
    record = np.frombuffer(SAMPLES.pack(sample(2), 0, 40) * 2, dtype=SAMPLES.dtype)
    assert read_together(SAMPLES, halves, record) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [("sample_index", True), ("choice_order", [1, True]), ("choice_order", [1.0]), ("seed", 1.5),
     ("finish_reason", "stopped"), ("completion_tokens", -1), ("sample_index", 2**32),
     ("reasoning", 3), ("id", "AB" * 16), ("id", " " + "ab" * 16)],
)  # fmt: skip
def test_the_quick_reader_looks_at_every_value(key: str, value: object) -> None:
    good = usual(choice_order=(1, 0))
    assert together(good) == [sample(2, choice_order=(1, 0))]
    line = json.dumps({**json.loads(good), key: value}, separators=(",", ":")) + "\n"
    assert together(line.encode(), of=good) is None


def test_the_quick_reader_learns_from_the_careful_one(tmp_path: Path) -> None:
    fill(tmp_path / "run", 3)
    together_module._KEYS.clear()
    assert stored(tmp_path / "run") == stored(tmp_path / "run") == [sample(n) for n in range(3)]
    assert len(together_module._KEYS["samples"]) == 1


GRADED = Grade("ab" * 16, "toy-1", "wrong", 0.0, "42", "compared", {}, "c" * 16, "d" * 16)
"""A grade with everything that its index record holds."""


@pytest.mark.parametrize(
    "changes",
    [{}, {"sample_id": "ba" * 16}, {"grader": "toy-2"}, {"outcome": "timeout"}, {"value": None},
     {"value": -0.0}, {"sample_digest": "e" * 16}, {"problem_digest": "0" * 16}],
)  # fmt: skip
def test_the_quick_reader_holds_grades_against_their_records(changes: dict[str, Any]) -> None:
    rows = [GRADED, replace(GRADED, **changes), GRADED]
    lines = [GRADES.encode(row) for row in rows]
    for line in lines:
        learn(GRADES, GRADES.values(line))
    text = [line.decode() for line in lines]
    packed = b"".join(GRADES.pack(row, 0, len(line)) for row, line in zip(rows, lines, strict=True))
    own = np.frombuffer(packed, dtype=GRADES.dtype)
    found = read_together(GRADES, text, own)
    assert found is not None
    assert [GRADES.made(values) for values in found] == rows
    others = np.repeat(own[:1], 3)
    assert (read_together(GRADES, text, others) is None) == bool(changes)


def test_a_damaged_line_behind_the_index_is_named(tmp_path: Path) -> None:
    part = fill(tmp_path / "run", 6)
    with part.open("ab") as file:
        file.write(b"{}\n")
    with pytest.raises(StoreError, match=r":7 is damaged \(the key 'benchmark' is missing\)"):
        stored(tmp_path / "run")


def test_an_index_notices_every_line_removed_by_hand(tmp_path: Path) -> None:
    part = fill(tmp_path / "run", 12)
    lines = part.read_bytes().splitlines(keepends=True)
    for gone in range(12):
        part.write_bytes(b"".join(lines[:gone] + lines[gone + 1 :]))
        ids = [sample_id(n) for n in range(12) if n != gone]
        assert [row.id for row in stored(tmp_path / "run")] == ids
        assert sample_id(gone) not in RunStore.existing(tmp_path / "run").present_ids(SUMS)


def test_two_lines_of_one_length_swapped_by_hand_are_read_as_they_are(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    part = fill(tmp_path / "run", 4)
    lines = part.read_bytes().splitlines(keepends=True)
    assert len(lines[1]) == len(lines[2])
    part.write_bytes(b"".join([lines[0], lines[2], lines[1], lines[3]]))
    assert [row.id for row in stored(tmp_path / "run")] == [sample_id(n) for n in (0, 2, 1, 3)]
    assert "did not agree with its lines: made again" in caplog.text


def test_a_line_changed_behind_the_back_of_its_index_is_never_taken(tmp_path: Path) -> None:
    """With the times of both files as they were: only reading the line can tell."""
    part = fill(tmp_path / "run", 4)
    times = part.stat().st_atime_ns, part.stat().st_mtime_ns
    part.write_bytes(part.read_bytes().replace(b"answer is 2.", b"answer is 7."))
    os.utime(part, ns=times)
    with pytest.raises(StoreError, match=r":3 is not the sample that its index knows"):
        stored(tmp_path / "run")
    assert [row.text[-2:] for row in stored(tmp_path / "run")] == ["0.", "1.", "7.", "3."]


@pytest.mark.slow
def test_every_flipped_bit_of_an_index_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What is trusted of it is right, for every bit; and it is read again, for each 101st."""
    part = fill(tmp_path / "run", 200)
    path = index_module.index_path(part)
    good = path.read_bytes()
    with RunStore.existing(tmp_path / "run") as store:
        expected = store.sample_index(SUMS).tobytes()
    for bit in range(8 * len(good)):
        flipped = bytearray(good)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        assert len(index_module._known_records(SAMPLES, part)) == 0, bit
        if bit % 101 == 0:
            caplog.clear()
            records = index_module.load_index(SAMPLES, part, save=False)
            assert records.tobytes() == expected, bit
            assert len(caplog.records) == 1


@pytest.mark.parametrize("what", ["garbage", "nul", "foreign", "swapped"])
def test_an_index_that_does_not_fit_is_not_trusted(tmp_path: Path, what: str) -> None:
    part = fill(tmp_path / "run", 6)
    path = index_module.index_path(part)
    content = bytearray(path.read_bytes())
    head, size = index_module.HEADER_BYTES, SAMPLES.dtype.itemsize
    if what == "garbage":
        content[head:] = os.urandom(len(content) - head)
    elif what == "nul":
        content[head + size : head + 3 * size] = bytes(2 * size)
    elif what == "foreign":
        content[:head] = index_module.header(GRADES)
    else:
        second, third = content[head + size : head + 2 * size], content[head + 2 * size :][:size]
        content[head + size : head + 3 * size] = third + second
    path.write_bytes(bytes(content))
    assert stored(tmp_path / "run") == [sample(n) for n in range(6)]


def test_a_writer_saves_a_lost_index_and_a_reader_does_not(tmp_path: Path) -> None:
    count = index_module.SAVED_FROM_ROWS
    path = index_module.index_path(fill(tmp_path / "run", count))
    written = path.read_bytes()
    path.unlink()
    assert len(RunStore.existing(tmp_path / "run").present_ids(SUMS)) == count
    assert not path.exists()
    with create(tmp_path / "run") as store:
        assert len(store.present_ids(SUMS)) == count
    assert path.read_bytes() == written
