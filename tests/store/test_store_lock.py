"""One writer per run folder, or one per shard."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import store_toys
from store_toys import SUMS, create, sample, sample_id, stored

from claimbench.errors import StoreError, StoreLocked
from claimbench.store import RunStore


def child_that_holds(root: Path, shard: str | None = None, **environment: str) -> Any:
    script = f"""
import sys, time
sys.path.insert(0, {str(Path(store_toys.__file__).parent)!r})
from pathlib import Path
from store_toys import SUMS, create
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
                assert "wait until that ends" in message
            assert len(RunStore.existing(root).present_ids(SUMS)) == 0
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
sys.path.insert(0, {str(Path(store_toys.__file__).parent)!r})
from pathlib import Path
from claimbench.errors import StoreError
from store_toys import SUMS, create, sample
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


@pytest.mark.slow
def test_of_many_that_start_at_once_one_writes(tmp_path: Path) -> None:
    """Together they create the folder; each shard has its own lock."""
    script = f"""
import sys
sys.path.insert(0, {str(Path(store_toys.__file__).parent)!r})
from pathlib import Path
from claimbench.errors import StoreLocked
from store_toys import SUMS, create
shard = sys.argv[1] or None
print("ready", flush=True)
sys.stdin.readline()
try:
    store = create(Path({str(tmp_path)!r}) / ("shards" if shard else "alone"), shard=shard)
except StoreLocked:
    print("locked", flush=True)
else:
    print("wrote", flush=True)
sys.stdin.readline()
"""
    children = [
        subprocess.Popen(
            [sys.executable, "-c", script, shard],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for shard in ("", "", "", "0", "1", "2")
    ]

    def answers() -> list[str]:
        return [child.stdout.readline().strip() for child in children if child.stdout]

    assert answers() == ["ready"] * 6
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    told = answers()
    for child in children:
        child.communicate()
    assert sorted(told[:3]) == ["locked", "locked", "wrote"]
    assert told[3:] == ["wrote"] * 3
