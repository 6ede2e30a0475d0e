"""Appending: failed writes, syncs, full disks, readers beside a writer."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import store_toys
from store_toys import SUMS, create, fill, grade, judge, part_of, sample, sample_id, stored

from claimbench.errors import StoreError
from claimbench.store import RunStore, hex_ids
from claimbench.store import files as files_module
from claimbench.store import index as index_module
from claimbench.store import run as run_module
from claimbench.store.rows import SAMPLES


def test_appends_continue_in_a_new_part_after_a_failed_one(tmp_path: Path) -> None:
    """A file size limit makes a real short write, then EFBIG."""
    root = tmp_path / "run"
    script = f"""
import resource, sys
sys.path.insert(0, {str(Path(store_toys.__file__).parent)!r})
from pathlib import Path
from claimbench.errors import StoreError
from store_toys import SUMS, create, sample
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
        writer = store._part_writer(SAMPLES, SUMS)
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


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_really_full_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let root mount")
    try:
        store, count = create(disk / "run"), 0
        with pytest.raises(StoreError, match="No space left"):
            for number in range(1000):
                store.append_sample(sample(number, text="x" * 1500))
                count += 1
        for _ in range(2):
            with pytest.raises(StoreError, match="No space left"):
                store.append_sample(sample(count))
        with pytest.raises(StoreError, match="No space left"):
            store.write_file("report.md", "x" * 100_000)
        store.close()
        assert [row.id for row in stored(disk / "run")] == [sample_id(n) for n in range(count)]
        assert count > 50
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_several_threads_may_append(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_write = os.write

    def slow_write(fd: int, data: Any) -> int:
        written = real_write(fd, data)
        time.sleep(0.0002)  # Lets another thread in between a line and its index record.
        return written

    def append(first: int) -> None:
        for number in range(first, first + 50):
            store.append_sample(sample(number))
            store.append_grade(SUMS, grade(number))

    monkeypatch.setattr(os, "write", slow_write)
    with create(tmp_path / "run") as store:
        threads = [threading.Thread(target=append, args=(1000 * n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        records = store.sample_index(SUMS)
        assert len(index_module._known_records(SAMPLES, part_of(store.root))) == 200
        assert len(store.graded_ids(SUMS, judge("g1"))) == 200
    expected = {sample_id(1000 * n + i) for n in range(4) for i in range(50)}
    assert set(hex_ids(records["id"])) == expected
    assert {row.id for row in stored(tmp_path / "run")} == expected


@pytest.mark.slow
def test_a_reader_beside_two_shards_sees_only_whole_rows(tmp_path: Path) -> None:
    root = tmp_path / "run"
    script = f"""
import sys
sys.path.insert(0, {str(Path(store_toys.__file__).parent)!r})
from pathlib import Path
from store_toys import SUMS, create, sample
first = int(sys.argv[1])
with create(Path({str(root)!r}), shard=sys.argv[1]) as store:
    for number in range(first, first + 400):
        store.append_sample(sample(number, text="x" * (number % 7 * 10_000)))
"""
    create(root).close()
    children = [subprocess.Popen([sys.executable, "-c", script, n]) for n in ("0", "1000")]
    counts = [0]
    while any(child.poll() is None for child in children):
        counts.append(len(stored(root)))
        assert counts[-1] >= counts[-2]
    assert [child.returncode for child in children] == [0, 0]
    assert {row.id for row in stored(root)} == {
        sample_id(n + first) for n in range(400) for first in (0, 1000)
    }


def test_a_failed_index_write_loses_no_sample(tmp_path: Path) -> None:
    root = tmp_path / "run"
    with create(root) as store:
        store.append_sample(sample(0))
        writer = store._part_writer(SAMPLES, SUMS)
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


def wait_until(met: Callable[[], bool]) -> None:
    """Wait for `met`, longer than it should take: the machine may be busy."""
    deadline = time.monotonic() + 120
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_lines_are_synced_within_a_second_without_further_appends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_module.SYNC_SECONDS < 1
    synced: list[str] = []
    real_fsync = os.fsync

    def watched(fd: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{fd}").readlink()))
        real_fsync(fd)

    with create(tmp_path / "run") as store:
        store.append_sample(sample(0))
        monkeypatch.setattr(os, "fsync", watched)
        wait_until(lambda: str(part_of(store.root)) in synced)
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
    wait_until(lambda: store._failure is not None)
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
    assert len(list(store.samples(SUMS))) == 2
    with pytest.raises(StoreError, match="not open for writing"):
        store.append_sample(sample(2))
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_reader_sees_a_live_run(tmp_path: Path) -> None:
    with create(tmp_path / "run") as store:
        reader = RunStore.existing(tmp_path / "run")
        for number in range(5):
            store.append_sample(sample(number))
            assert len(reader.present_ids(SUMS)) == number + 1


def test_a_full_run_folder_can_be_read_in_bounded_memory(tmp_path: Path) -> None:
    with create(tmp_path / "run") as store:
        for number in range(40):
            store.append_sample(sample(number, text="x" * 1_000_000))
    script = f"""
import resource, sys
from pathlib import Path
from claimbench.records import CellName
from claimbench.store import RunStore
store = RunStore.existing(Path({str(tmp_path / "run")!r}))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert sum(len(s.text) for s in store.samples(CellName("toy", "sums"))) == 40_000_000
for index in store.root.rglob("*.idx"): index.unlink()
assert len(store.present_ids(CellName("toy", "sums"))) == 40
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
            store.present_ids(SUMS)
        with pytest.raises(StoreError, match="cannot be created"):
            store.append_sample(sample(1))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can take another user's place")
def test_without_permission_the_sentence_says_so(tmp_path: Path) -> None:
    fill(tmp_path / "run", 1)
    (tmp_path / "hidden").mkdir(0o700)
    shared = Path(tempfile.gettempdir())
    for folder in (tmp_path, *tmp_path.parents):
        if shared in folder.parents:
            folder.chmod(0o755)
    script = f"""
import os
from pathlib import Path
from claimbench.errors import StoreError
from claimbench.records import CellName
from claimbench.store import RunStore
os.setuid(65534)
root = Path({str(tmp_path / "run")!r})
assert len(RunStore.existing(root).present_ids(CellName("toy", "sums"))) == 1
for action in (
    lambda: RunStore.existing(root, writer=True),
    lambda: RunStore.existing(root).write_file("report.md", ""),
    lambda: RunStore.open(root / "inner", resolved={{}}, digest=""),
    lambda: RunStore.existing(root.with_name("hidden") / "run"),
):
    try:
        action()
    except StoreError as error:
        print(error)
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    lines = run.stdout.splitlines()
    assert len(lines) == 4
    assert all("Permission denied): give yourself the permission" in line for line in lines)


def test_files_together_are_each_old_or_new_and_named_when_all_are_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {f"{folder}/{n}.txt": f"{folder} {n} 한" for folder in "ab" for n in range(5)}
    files_module.write_files(tmp_path, texts.items())
    assert {p: (tmp_path / p).read_text("utf-8") for p in texts} == texts
    before = {p: (tmp_path / p).stat().st_ino for p in texts}
    synced: list[str] = []
    real_fsync = os.fsync

    def watched(fd: int) -> None:
        path = Path(f"/proc/self/fd/{fd}").readlink()
        synced.append("folder" if path.is_dir() else path.name)
        assert path.is_dir() or (tmp_path / "a/3.txt").read_text("utf-8") == "a 3 한"
        real_fsync(fd)

    monkeypatch.setattr(os, "fsync", watched)
    files_module.write_files(tmp_path, {**texts, "a/3.txt": "new", "b/1.txt": "new"}.items())
    assert (tmp_path / "a/3.txt").read_text() == (tmp_path / "b/1.txt").read_text() == "new"
    assert {p for p in texts if (tmp_path / p).stat().st_ino != before[p]} == {"a/3.txt", "b/1.txt"}
    assert synced[2:] == ["folder", "folder"]
    assert all(name.endswith(".tmp") for name in synced[:2])


def test_files_together_stay_old_where_one_cannot_be_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files_module.write_files(tmp_path, {"1": "old", "2": "old"}.items())

    def broken(fd: int) -> None:
        if Path(f"/proc/self/fd/{fd}").readlink().name.startswith(".2."):
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(StoreError, match=r"2 cannot be written \(Input/output error\)"):
        files_module.write_files(tmp_path, {"1": "new", "2": "new"}.items())
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"1": "old", "2": "old"}
