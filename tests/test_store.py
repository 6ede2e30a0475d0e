"""The run folder: rows come back as they went in, and nothing that was finished is lost."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimbench.errors import StoreError, StoreLocked
from claimbench.records import Grade, Sample
from claimbench.store import RunStore, hex_ids, positions, safe_name, text_key
from claimbench.store import index as index_module
from claimbench.store import run as run_module
from claimbench.store.rows import GRADES, SAMPLES

CONFIG = {"models": ["toy"], "sampling": {"temperature": 0.6, "top_p": 0.95}}


def sample_id(number: int) -> str:
    return hashlib.blake2b(str(number).encode(), digest_size=16).hexdigest()


def sample(number: int, **changes: Any) -> Sample:
    values: dict[str, Any] = {
        "id": sample_id(number),
        "model": "toy",
        "benchmark": "sums",
        "problem_id": f"p{number // 4}",
        "sample_index": number % 4,
        "text": f"The answer is {number}.",
        "finish_reason": "length" if number % 5 == 0 else "stop",
        "prompt_tokens": 12,
        "completion_tokens": 100 + number,
        "seconds": 0.25,
    }
    return Sample(**{**values, **changes})


def grade(number: int, **changes: Any) -> Grade:
    values: dict[str, Any] = {
        "sample_id": sample_id(number),
        "grader": "g1",
        "outcome": "correct",
        "value": 1.0,
        "answer": str(number),
        "reason": "equal",
    }
    return Grade(**{**values, **changes})


def create(root: Path, **changes: Any) -> RunStore:
    return RunStore.open(root, resolved=CONFIG, digest="d1", **changes)


def fill(root: Path, count: int) -> Path:
    """A closed run folder with `count` samples in one part, whose path is returned."""
    with create(root) as store:
        for number in range(count):
            store.append_sample(sample(number))
    return part_of(root)


def part_of(root: Path) -> Path:
    (part,) = (root / "samples/toy/sums").glob("part-*.jsonl")
    return part


def stored(root: Path) -> list[Sample]:
    return list(RunStore.existing(root).samples("toy", "sums"))


# Rows


def test_samples_and_grades_come_back_as_they_went_in(tmp_path: Path) -> None:
    rich = sample(1, choice_order=(2, 0, 1), reasoning="hm", seed=2**63, text="x\n\r\n\0")
    graded = grade(1, value=None, answer=None, outcome="grader_error", metrics={"seconds": 0.5})
    with create(tmp_path / "run") as store:
        store.append_sample(rich)
        store.append_grade("toy", "sums", graded)
        assert list(store.samples("toy", "sums")) == [rich]
        assert list(store.grades("toy", "sums", "g1")) == [graded]
    assert stored(tmp_path / "run") == [rich]


def spelled(text: str) -> str:
    """`text` with pairs of surrogates joined to the character they spell, as JSON does."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


any_text = st.text(st.characters() | st.sampled_from('\0\n\r\x85\u2028\u2029\ud800\udfff\\"🙂가'))


@given(text=any_text, reasoning=st.none() | any_text, seconds=st.floats(allow_nan=False))
@settings(deadline=None, max_examples=300)
def test_any_text_survives_one_line(text: str, reasoning: str | None, seconds: float) -> None:
    row = sample(1, text=text, reasoning=reasoning, seconds=seconds, problem_id=text)
    line = SAMPLES.encode(row)
    assert line.count(b"\n") == 1
    assert line.isascii()
    assert b"\0" not in line
    expected = sample(
        1,
        text=spelled(text),
        reasoning=None if reasoning is None else spelled(reasoning),
        seconds=seconds,
        problem_id=spelled(text),
    )
    assert SAMPLES.decode(line) == expected


@given(st.lists(any_text, max_size=8))
@settings(deadline=None, max_examples=30)
def test_any_texts_survive_the_disk(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    root = tmp_path_factory.mktemp("texts") / "run"
    with create(root) as store:
        for number, text in enumerate(texts):
            store.append_sample(sample(number, text=text))
    assert [row.text for row in stored(root)] == [spelled(text) for text in texts]


@pytest.mark.parametrize("kind", [SAMPLES, GRADES])
def test_index_records_are_packed_as_numpy_reads_them(kind: Any) -> None:
    row = sample(7) if kind is SAMPLES else grade(7, value=0.25)
    packed = kind.pack(row, 2**40, 77)
    (record,) = np.frombuffer(packed, dtype=kind.dtype)
    assert record["id"].tobytes().hex() == sample_id(7)
    assert (record["offset"], record["length"], record["part"]) == (2**40, 77, 0)
    if kind is SAMPLES:
        assert record["problem"] == text_key("p1")
        assert (record["sample_index"], record["completion_tokens"]) == (3, 107)
        assert (record["prompt_tokens"], record["finish"]) == (12, 0)
    else:
        assert (record["grader"], record["value"]) == (text_key("g1"), 0.25)
        assert record["outcome"] == b"correct"


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "xyz"},
        {"id": sample_id(1).upper()},
        {"completion_tokens": -1},
        {"prompt_tokens": True},
        {"finish_reason": "abort"},
        {"text": None},
        {"choice_order": ("a",)},
    ],
)
def test_a_row_that_could_not_be_read_back_is_refused(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    with create(tmp_path / "run") as store:
        with pytest.raises(StoreError, match=f"cannot be stored: the key '{next(iter(changes))}'"):
            store.append_sample(sample(1, **changes))
        store.append_sample(sample(2))
    assert [row.id for row in stored(tmp_path / "run")] == [sample_id(2)]


# What is there


def test_index_tells_what_is_stored_without_the_texts(tmp_path: Path) -> None:
    fill(tmp_path / "run", 10)
    store = RunStore.existing(tmp_path / "run")
    index = store.sample_index("toy", "sums")
    assert hex_ids(index["id"]) == [sample_id(n) for n in range(10)]
    assert index["completion_tokens"].tolist() == list(range(100, 110))
    assert index["finish"].tolist() == [1, 0, 0, 0, 0, 1, 0, 0, 0, 0]
    assert len(set(index["problem"].tolist())) == 3
    present = store.present_ids("toy", "sums")
    assert len(present) == 10
    assert all(sample_id(n) in present for n in range(10))
    assert sample_id(10) not in present
    assert sorted(present) == sorted(sample_id(n) for n in range(10))
    present.add(sample_id(10))
    assert sample_id(10) in present


def test_nothing_stored_is_an_empty_answer(tmp_path: Path) -> None:
    with create(tmp_path / "run") as store:
        assert len(store.sample_index("toy", "sums")) == 0
        assert len(store.grade_index("toy", "sums", "g1")) == 0
        assert len(store.present_ids("toy", "sums")) == 0
        assert list(store.samples("toy", "sums")) == []
        assert list(store.samples("toy", "sums", [sample_id(1)])) == []


def test_ids_that_end_in_nul_bytes_are_whole_ids(tmp_path: Path) -> None:
    ids = ["ab" * 15 + "00", "ab" * 8 + "00" * 8, "00" * 16]
    with create(tmp_path / "run") as store:
        for row_id in ids:
            store.append_sample(sample(0, id=row_id))
        assert hex_ids(store.sample_index("toy", "sums")["id"]) == ids
        assert all(row_id in store.present_ids("toy", "sums") for row_id in ids)
        assert [row.id for row in store.samples("toy", "sums", ids[1:])] == ids[1:]


def test_chosen_samples_are_read_by_id(tmp_path: Path) -> None:
    fill(tmp_path / "run", 50)
    chosen = [sample_id(n) for n in (40, 3, 3, 999)]
    rows = RunStore.existing(tmp_path / "run").samples("toy", "sums", chosen)
    assert [row.id for row in rows] == [sample_id(3), sample_id(40)]


def test_of_two_samples_with_one_id_the_first_counts(tmp_path: Path) -> None:
    for text in ("first", "second"):
        with create(tmp_path / "run") as store:
            store.append_sample(sample(1, text=text))
            store.append_sample(sample(1, text="again"))
    assert [row.text for row in stored(tmp_path / "run")] == ["first"]
    assert len(RunStore.existing(tmp_path / "run").sample_index("toy", "sums")) == 1


def test_of_two_grades_of_a_sample_the_last_of_the_grader_counts(tmp_path: Path) -> None:
    given_grades = [
        grade(1, outcome="grader_error", value=None),
        grade(2, outcome="wrong", value=0.0),
        grade(1, grader="g2", outcome="wrong", value=0.0),
    ]
    with create(tmp_path / "run") as store:
        for row in given_grades:
            store.append_grade("toy", "sums", row)
    with create(tmp_path / "run") as store:
        store.append_grade("toy", "sums", grade(1))
        index = store.grade_index("toy", "sums", "g1")
        assert hex_ids(index["id"]) == [sample_id(2), sample_id(1)]
        assert index["value"].tolist() == [0.0, 1.0]
        assert index["outcome"].tolist() == [b"wrong", b"correct"]
        assert np.isnan(RunStore.existing(store.root)._load(GRADES, "toy", "sums")[1]["value"][0])
        assert list(store.grades("toy", "sums", "g2")) == [given_grades[2]]
        assert len(store.grade_index("toy", "sums", "g3")) == 0
        assert sorted(store.graded_ids("toy", "sums", "g1")) == sorted([sample_id(1), sample_id(2)])


def test_positions_join_two_indexes(tmp_path: Path) -> None:
    with create(tmp_path / "run") as store:
        for number in range(6):
            store.append_sample(sample(number))
        for number in (4, 1):
            store.append_grade("toy", "sums", grade(number, value=float(number)))
        samples = store.sample_index("toy", "sums")
        grades = store.grade_index("toy", "sums", "g1")
    assert positions(samples["id"], grades["id"]).tolist() == [-1, 1, -1, -1, 0, -1]
    assert positions(grades["id"], samples["id"]).tolist() == [4, 1]
    assert positions(samples["id"], grades["id"][:0]).tolist() == [-1] * 6
    assert positions(samples["id"][:0], grades["id"]).tolist() == []


@pytest.mark.parametrize("name", ["a/b", "..", "../../etc", ".hidden", "a b%2F", "가격/나", "-x"])
def test_names_stay_inside_the_folder(tmp_path: Path, name: str) -> None:
    root = tmp_path / "run"
    with create(root) as store:
        store.append_sample(sample(1, model=name, benchmark=name))
        assert [row.model for row in store.samples(name, name)] == [name]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    (part,) = root.rglob("part-*.jsonl")
    assert part.relative_to(root).parts[:3] == ("samples", safe_name(name), safe_name(name))


def test_names_that_cannot_name_a_folder_are_refused(tmp_path: Path) -> None:
    with create(tmp_path / "run") as store:
        for name in ("", "x" * 300, "\ud800"):
            with pytest.raises(StoreError, match="rename it"):
                store.append_sample(sample(1, model=name))


def test_different_names_have_different_folders() -> None:
    names = ["a/b", "a%2Fb", "a%252Fb", ".a", "%2Ea", "..", "%2E."]
    assert len({safe_name(name) for name in names}) == len(names)


# Damage


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
        assert len(RunStore.existing(tmp_path / "run").sample_index("toy", "sums")) == 4, cut


def test_a_torn_line_is_never_followed_by_another(tmp_path: Path) -> None:
    part = fill(tmp_path / "run", 4)
    part.write_bytes(part.read_bytes()[:-10])
    before = part.read_bytes()
    with create(tmp_path / "run") as store:
        assert sample_id(3) not in store.present_ids("toy", "sums")
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
        assert sample_id(2) not in store.present_ids("toy", "sums")
        store.append_sample(sample(2))
    expected = [sample(n) for n in (0, 1, 3, 4, 5, 2)]
    assert stored(tmp_path / "run") == expected


def test_an_index_notices_every_line_removed_by_hand(tmp_path: Path) -> None:
    part = fill(tmp_path / "run", 12)
    lines = part.read_bytes().splitlines(keepends=True)
    for gone in range(12):
        part.write_bytes(b"".join(lines[:gone] + lines[gone + 1 :]))
        ids = [sample_id(n) for n in range(12) if n != gone]
        assert [row.id for row in stored(tmp_path / "run")] == ids
        assert sample_id(gone) not in RunStore.existing(tmp_path / "run").present_ids("toy", "sums")


def test_two_lines_of_one_length_swapped_by_hand_are_named(tmp_path: Path) -> None:
    part = fill(tmp_path / "run", 4)
    lines = part.read_bytes().splitlines(keepends=True)
    assert len(lines[1]) == len(lines[2])
    part.write_bytes(b"".join([lines[0], lines[2], lines[1], lines[3]]))
    with pytest.raises(StoreError, match=r":2 is damaged \(it is not the sample"):
        stored(tmp_path / "run")


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
    assert len(RunStore.existing(tmp_path / "run").present_ids("toy", "sums")) == count
    assert not path.exists()
    with create(tmp_path / "run") as store:
        assert len(store.present_ids("toy", "sums")) == count
    assert path.read_bytes() == written


# Writing


def test_appends_continue_in_a_new_part_after_a_failed_one(tmp_path: Path) -> None:
    """A file size limit makes a real short write, then EFBIG."""
    root = tmp_path / "run"
    script = f"""
import resource, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_store import Path, create, sample, StoreError
store = create(Path({str(root)!r}))
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, resource.RLIM_INFINITY))
number = 0
try:
    while True:
        store.append_sample(sample(number))
        number += 1
except StoreError as error:
    print(number)
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
store.append_sample(sample(number))
store.close()
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    count, message = run.stdout.splitlines()
    assert "File too large" in message
    assert "run the same command again" in message
    assert [row.id for row in stored(root)] == [sample_id(n) for n in range(int(count) + 1)]
    parts = sorted((root / "samples/toy/sums").glob("part-*.jsonl"))
    assert len(parts) == 2
    assert str(parts[0]) in message
    assert all(part.read_bytes().endswith(b"\n") for part in parts)


def test_a_full_disk_is_one_sentence_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """/dev/full refuses every write with ENOSPC, as a full disk does."""
    root = tmp_path / "run"
    with create(root) as store:
        store.append_sample(sample(0))
        writer = store._part_writer(SAMPLES, "toy", "sums")
        full = os.open("/dev/full", os.O_WRONLY)
        part_fd = os.dup(writer._fd)
        os.dup2(full, writer._fd)
        with pytest.raises(StoreError, match=r"No space left.*free space there and run the same"):
            store.append_sample(sample(1))
        os.dup2(part_fd, writer._fd)
        for fd in (full, part_fd):
            os.close(fd)
        store.append_sample(sample(1))
    assert [row.id for row in stored(root)] == [sample_id(0), sample_id(1)]


def test_a_failed_index_write_loses_no_sample(tmp_path: Path) -> None:
    root = tmp_path / "run"
    with create(root) as store:
        store.append_sample(sample(0))
        writer = store._part_writer(SAMPLES, "toy", "sums")
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, writer._index_fd)
        os.close(full)
        with pytest.raises(StoreError, match="No space left"):
            store.append_sample(sample(1))
        store.append_sample(sample(2))
    assert [row.id for row in stored(root)] == [sample_id(n) for n in range(3)]


def test_ctrl_c_between_two_writes_leaves_a_whole_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, real_write = tmp_path / "run", os.write

    def interrupted(fd: int, data: Any) -> int:
        real_write(fd, data[: len(data) // 2])
        raise KeyboardInterrupt

    with create(root) as store:
        store.append_sample(sample(0))
        monkeypatch.setattr(os, "write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            store.append_sample(sample(1))
        monkeypatch.undo()
        store.append_sample(sample(2))
    assert [row.id for row in stored(root)] == [sample_id(0), sample_id(2)]


def test_lines_are_synced_within_a_second_without_further_appends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real_fsync = os.fsync

    def watched(fd: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{fd}").readlink()))
        real_fsync(fd)

    with create(tmp_path / "run") as store:
        store.append_sample(sample(0))
        monkeypatch.setattr(os, "fsync", watched)
        time.sleep(1.0)
        assert str(part_of(store.root)) in synced
        synced.clear()
        time.sleep(2 * run_module.SYNC_SECONDS)
        assert synced == []
        store.append_sample(sample(1))
    assert str(part_of(tmp_path / "run")) in synced


def test_a_failed_sync_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(fd: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    store = create(tmp_path / "run")
    store.append_sample(sample(0))
    monkeypatch.setattr(os, "fsync", broken)
    time.sleep(2 * run_module.SYNC_SECONDS)
    with pytest.raises(StoreError, match=r"Input/output error.*check the disk"):
        store.append_sample(sample(1))
    with pytest.raises(StoreError, match="Input/output error"):
        store.close()


def test_a_part_removed_while_written_is_noticed(tmp_path: Path) -> None:
    store = create(tmp_path / "run")
    store.append_sample(sample(0))
    part_of(store.root).unlink()
    with pytest.raises(StoreError, match="was removed or replaced while it was being written"):
        store.close()


def test_a_reader_writes_nothing(tmp_path: Path) -> None:
    fill(tmp_path / "run", 2)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    store = RunStore.existing(tmp_path / "run")
    assert len(list(store.samples("toy", "sums"))) == 2
    with pytest.raises(StoreError, match="not open for writing"):
        store.append_sample(sample(2))
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_reader_sees_a_live_run(tmp_path: Path) -> None:
    with create(tmp_path / "run") as store:
        reader = RunStore.existing(tmp_path / "run")
        for number in range(5):
            store.append_sample(sample(number))
            assert len(reader.present_ids("toy", "sums")) == number + 1


def test_a_full_run_folder_can_be_read_in_bounded_memory(tmp_path: Path) -> None:
    with create(tmp_path / "run") as store:
        for number in range(40):
            store.append_sample(sample(number, text="x" * 1_000_000))
    script = f"""
import resource, sys
from pathlib import Path
from claimbench.store import RunStore
store = RunStore.existing(Path({str(tmp_path / "run")!r}))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert sum(len(s.text) for s in store.samples("toy", "sums")) == 40_000_000
for index in store.root.rglob("*.idx"): index.unlink()
assert len(store.present_ids("toy", "sums")) == 40
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(run.stdout) < 20_000, "kilobytes"


def test_a_folder_that_may_not_be_written_is_one_sentence(tmp_path: Path) -> None:
    root = tmp_path / "run"
    fill(root, 1)
    folder = root / "samples/toy/sums"
    folder.rename(folder.with_name("kept"))
    folder.write_text("a file where a folder should be")
    with create(root) as store:
        with pytest.raises(StoreError, match=r"cannot be read.*Not a directory"):
            store.present_ids("toy", "sums")
        with pytest.raises(StoreError, match="cannot be created"):
            store.append_sample(sample(1))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can take another user's place")
def test_without_permission_the_sentence_says_so(tmp_path: Path) -> None:
    fill(tmp_path / "run", 1)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.owner() == "root" and folder.is_relative_to(tmp_path.parent.parent):
            folder.chmod(0o755)
    script = f"""
import os
from pathlib import Path
from claimbench.errors import StoreError
from claimbench.store import RunStore
os.setuid(65534)
root = Path({str(tmp_path / "run")!r})
assert len(RunStore.existing(root).present_ids("toy", "sums")) == 1
for action in (
    lambda: RunStore.existing(root, writer=True),
    lambda: RunStore.existing(root).write_file("report.md", ""),
    lambda: RunStore.open(root / "inner", resolved={{}}, digest=""),
):
    try:
        action()
    except StoreError as error:
        print(error)
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    lines = run.stdout.splitlines()
    assert len(lines) == 3
    assert all("Permission denied): give yourself the permission" in line for line in lines)


# run.yaml


def test_another_config_is_refused_with_the_keys_that_differ(tmp_path: Path) -> None:
    root = tmp_path / "run"
    part = fill(root, 3)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    changed = {"models": ["toy", "big"], "sampling": {"temperature": 0.7}, "seed": 1}
    with pytest.raises(StoreError) as caught:
        RunStore.open(root, resolved=changed, digest="d2")
    message = str(caught.value)
    assert str(root / "run.yaml") in message
    for change in (
        "sampling.temperature: 0.6 -> 0.7",
        "sampling.top_p: 0.95 -> (absent)",
        'models.1: (absent) -> "big"',
        "seed: (absent) -> 1",
    ):
        assert change in message
    assert "another --out" in message
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    assert part.exists()


def test_the_resolved_config_is_kept(tmp_path: Path) -> None:
    config = {"a": (1, 2), "lr": 1e-05, "name": "가", "no": None, "deep": {"x": [True, {"y": "1"}]}}
    for _ in range(2):
        with RunStore.open(tmp_path / "deep/run", resolved=config, digest="0123") as store:
            assert store.config == json.loads(json.dumps(config))
            assert store.digest == "0123"


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(StoreError, match=r"is not a run folder .it holds 'notes.txt'"):
        create(tmp_path)
    with pytest.raises(StoreError, match="is not a run folder"):
        RunStore.existing(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("text", ["", "a: [", "config: 3\ndigest: x", "\0", "config: {}"])
def test_a_damaged_run_yaml_is_named(tmp_path: Path, text: str) -> None:
    fill(tmp_path / "run", 1)
    (tmp_path / "run/run.yaml").write_text(text)
    with pytest.raises(StoreError, match=r"run\.yaml is damaged"):
        create(tmp_path / "run")


# Other files


def test_files_are_replaced_whole(tmp_path: Path) -> None:
    with create(tmp_path / "run") as store:
        for text in ("one", "two\r\n가"):
            store.write_file("tables/measurements.csv", text)
            assert (store.root / "tables/measurements.csv").read_bytes() == text.encode()
        assert [p.name for p in (store.root / "tables").iterdir()] == ["measurements.csv"]
        for path in ("../x", "/tmp/x", "", "a/../../x"):
            with pytest.raises(StoreError, match="not inside the run folder"):
                store.write_file(path, "")


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    def rows() -> Iterator[dict[str, Any]]:
        yield {"a": 1}
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with create(tmp_path / "run") as store:
        with pytest.raises(StoreError, match="No space left"):
            store.write_lines_once("problems/sums.jsonl", rows())
        assert list((store.root / "problems").iterdir()) == []


def test_lines_written_once_may_be_written_again_but_not_changed(tmp_path: Path) -> None:
    rows = [{"id": "p1", "question": "1+1?\u2028"}, {"id": "p2", "question": "가"}]
    with create(tmp_path / "run") as store:
        for _ in range(2):
            store.write_lines_once("problems/sums.jsonl", rows)
            assert list(store.read_lines("problems/sums.jsonl")) == rows
        with pytest.raises(StoreError, match=r"problems/sums\.jsonl differs"):
            store.write_lines_once("problems/sums.jsonl", rows[:1])
        assert list(store.read_lines("problems/sums.jsonl")) == rows
        (store.root / "problems/sums.jsonl").write_text("{}\n{\n")
        with pytest.raises(StoreError, match=r"sums\.jsonl:2 is damaged"):
            list(store.read_lines("problems/sums.jsonl"))


# Locks


def child_that_holds(root: Path, shard: str | None = None, **environment: str) -> Any:
    script = f"""
import sys, time
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_store import Path, create
store = create(Path({str(root)!r}), shard={shard!r})
print("held", flush=True)
time.sleep(60)
"""
    child = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, env={**os.environ, **environment}
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"held\n"
    return child


def test_a_second_writer_is_refused_until_the_first_is_dead(tmp_path: Path) -> None:
    root = tmp_path / "run"
    child = child_that_holds(root, SLURM_JOB_ID="4711", SLURM_RESTART_COUNT="2")
    with child:
        try:
            for shard in (None, "0"):
                with pytest.raises(StoreLocked) as caught:
                    create(root, shard=shard)
                message = str(caught.value)
                assert f"{root} is being written by process {child.pid} on " in message
                assert "(Slurm job 4711, restart 2)" in message
                assert "--shard" in message
            assert len(RunStore.existing(root).present_ids("toy", "sums")) == 0
        finally:
            child.kill()
    create(root).close()


def test_shards_write_together_each_once(tmp_path: Path) -> None:
    root = tmp_path / "run"
    with child_that_holds(root, shard="0") as child:
        try:
            with create(root, shard="1") as store:
                store.append_sample(sample(1))
                with pytest.raises(StoreLocked, match=rf"process {child.pid} on .*shard 0"):
                    create(root, shard="0")
            with pytest.raises(StoreLocked, match=rf"process {child.pid} on .*shard 0"):
                create(root)
        finally:
            child.kill()
    with create(root) as store:
        store.append_sample(sample(2))
    with create(root, shard="0") as store:
        store.append_sample(sample(3))
    assert {row.id for row in stored(root)} == {sample_id(n) for n in (1, 2, 3)}


def test_two_stores_of_one_process_lock_each_other_out(tmp_path: Path) -> None:
    with create(tmp_path / "run"), pytest.raises(StoreLocked, match=f"process {os.getpid()} "):
        RunStore.existing(tmp_path / "run", writer=True)
    RunStore.existing(tmp_path / "run", writer=True).close()


def test_an_orphaned_child_does_not_keep_the_lock(tmp_path: Path) -> None:
    """A forked grader outlives its parent, which was killed."""
    script = f"""
import os, sys, time
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_store import Path, StoreError, create, sample
store = create(Path({str(tmp_path / "run")!r}))
store.append_sample(sample(0))
if pid := os.fork():
    time.sleep(60)
try:
    store.append_sample(sample(1))
except StoreError as error:
    print(os.getpid(), error, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        orphan, message = parent.stdout.readline().decode().split(" ", 1)
        try:
            assert "not open for writing in this process" in message
            parent.kill()
            os.waitid(os.P_PID, parent.pid, os.WEXITED | os.WNOWAIT)
            create(tmp_path / "run").close()
        finally:
            os.kill(int(orphan), signal.SIGKILL)


def test_a_file_system_without_locks_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_flock(fd: int, mode: int) -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr("fcntl.flock", no_flock)
    with pytest.raises(StoreError, match="its file system has no flock"):
        create(tmp_path / "run")


def test_this_process_ignores_the_file_size_signal() -> None:
    """Python's default; without it a limit would kill the run instead of raising EFBIG."""
    assert signal.getsignal(signal.SIGXFSZ) == signal.SIG_IGN
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
