"""One writer per run folder, or one per shard.

The lock is `flock`, which the kernel lets go when a process dies, however it dies. An unsharded
writer holds `run.lock` alone; sharded writers share it, and each holds its `shard-<name>.lock`
alone. Each lock file says who holds it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import functools
import json
import os
import socket
import time
import weakref
from datetime import UTC, datetime
from pathlib import Path

from claimbench.errors import StoreError, StoreLocked
from claimbench.store.files import explained, explaining, safe_name

_UNSUPPORTED = {errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK, errno.EINVAL}
_held: weakref.WeakSet[FolderLock] = weakref.WeakSet()


class FolderLock:
    """Exclusive right to write `root`, or to write as `shard` of it, until `release`.

    Raises StoreLocked where another process has it, StoreError where locks do not work.
    """

    def __init__(self, root: Path, shard: str | None = None) -> None:
        self._fds: list[int] = []
        _let_go_in_children()
        try:
            if shard is None:
                self._take(root, root / "run.lock", fcntl.LOCK_EX, holder(None))
            else:
                self._take(root, root / "run.lock", fcntl.LOCK_SH, None)
                own = root / f"shard-{safe_name(shard)}.lock"
                self._take(root, own, fcntl.LOCK_EX, holder(shard))
        except BaseException:
            self.release()
            raise
        _held.add(self)

    def _take(self, root: Path, path: Path, mode: int, note: dict[str, str] | None) -> None:
        """Lock `path` in `mode` and write `note` into it."""
        with explaining(path, "created"):
            fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        self._fds.append(fd)
        try:
            _lock_patiently(fd, mode)
        except BlockingIOError:
            raise StoreLocked(_refusal(root, path)) from None
        except OSError as error:
            raise _unlockable(error, path) from error
        if note is not None:
            with explaining(path, "written"):
                os.ftruncate(fd, 0)
                os.pwrite(fd, (json.dumps(note) + "\n").encode("ascii"), 0)

    def release(self) -> None:
        while self._fds:
            os.close(self._fds.pop())


def _lock_patiently(fd: int, mode: int) -> None:
    """Lock `fd`, or raise BlockingIOError. A few tries, since a process that is being refused
    holds the lock files for an instant to find out who has them."""
    for pause in (0.02, 0.05, 0.1):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(fd, mode | fcntl.LOCK_NB)
            return
        time.sleep(pause)
    fcntl.flock(fd, mode | fcntl.LOCK_NB)


def holder(shard: str | None) -> dict[str, str]:
    """Who this process is, for the one that is refused."""
    facts = {
        "process": str(os.getpid()),
        "host": socket.gethostname(),
        "since": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        "shard": shard,
        "job": os.environ.get("SLURM_JOB_ID"),
        "restart": os.environ.get("SLURM_RESTART_COUNT"),
    }
    return {name: value for name, value in facts.items() if value is not None}


@functools.cache
def _let_go_in_children() -> None:
    """Have forked processes (graders) close the locks they inherit: a lock lives as long as any
    process has its file open, so an orphan would keep the folder locked after its parent died."""
    os.register_at_fork(after_in_child=_let_go)


def _let_go() -> None:
    for lock in list(_held):
        lock.release()


def _unlockable(error: OSError, path: Path) -> StoreError:
    if error.errno in _UNSUPPORTED:
        return StoreError(
            f"{path} cannot be locked ({error.strerror}): its file system has no flock, and two"
            " writers could not be told apart; give an --out on another file system, or have it"
            " mounted with flock."
        )
    return explained(error, path, "locked")


def _refusal(root: Path, path: Path) -> str:
    """Who holds the lock that is refused, in one sentence."""
    if path.name == "run.lock":
        held = [p for p in [path, *sorted(root.glob("shard-*.lock"))] if _is_held_alone(p)]
        path = held[0] if held else path
    return f"{root} is being written by {_holder_in_words(path)}: wait until that ends, or stop it."


def _is_held_alone(path: Path) -> bool:
    """Whether a process holds `path` exclusively."""
    fd = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(fd)
    return False


def _holder_in_words(path: Path) -> str:
    try:
        note = json.loads(path.read_text())
        words = f"process {note['process']} on {note['host']} since {note['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
    names = (("shard", "shard"), ("job", "Slurm job"), ("restart", "restart"))
    details = ", ".join(f"{word} {note[name]}" for name, word in names if name in note)
    return f"{words} ({details})" if details else words
