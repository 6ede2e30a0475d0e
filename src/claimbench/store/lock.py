"""One writer per run folder, or one per shard.

The lock is `flock`, which the kernel lets go when a process dies, however it dies. An unsharded
writer holds `run.lock` alone; sharded writers share it, and each holds its `shard-<name>.lock`
alone. Each lock file says who holds it. A batch system may start a job again before the last of its
former processes has ended: the new one then waits for a while.
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
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from claimbench.errors import StoreError, StoreLocked
from claimbench.records.plain import JsonDict
from claimbench.store.files import explained, explaining, safe_name

_UNSUPPORTED = {errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK, errno.EINVAL}
_held: weakref.WeakSet[FolderLock] = weakref.WeakSet()

EARLIER_SELF_SECONDS = 120.0
"""How long a job that was started again waits for its former processes to let go: a batch system
ends them within a minute, a file server forgets a dead machine's locks within two."""

QUEUE_SECONDS = 3600.0
"""How long one of several reports of a folder waits for the others: that of a million samples
takes minutes."""

TURN_SECONDS = 60.0
"""How long to wait for one's turn at a file that several writers change for a moment each."""


class FolderLock:
    """Exclusive right to write `root`, or to write as `shard` of it, until `release`.

    Raises StoreLocked where another process has it (after `patience` seconds, if given; after
    QUEUE_SECONDS where that process has the same `purpose`), StoreError where locks do not work.
    """

    def __init__(
        self, root: Path, shard: str | None = None, patience: float = 0.0, purpose: str = ""
    ) -> None:
        self._fds: list[int] = []
        self._patience = patience
        self._purpose = purpose
        _let_go_in_children()
        try:
            if shard is None:
                self._take(root, root / "run.lock", fcntl.LOCK_EX, holder(None, purpose))
            else:
                self._take(root, root / "run.lock", fcntl.LOCK_SH, None)
                own = root / f"shard-{safe_name(shard)}.lock"
                self._take(root, own, fcntl.LOCK_EX, holder(shard, purpose))
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
            self._wait_and_lock(fd, mode, path)
        except BlockingIOError:
            raise StoreLocked(_refusal(root, path)) from None
        except OSError as error:
            raise _unlockable(error, path) from error
        if note is not None:
            with explaining(path, "written"):
                os.ftruncate(fd, 0)
                os.pwrite(fd, (json.dumps(note) + "\n").encode("ascii"), 0)

    def _wait_and_lock(self, fd: int, mode: int, path: Path) -> None:
        """Lock `fd`; while an earlier start of this very job holds it, wait."""
        started = time.monotonic()
        while True:
            try:
                return _lock_patiently(fd, mode)
            except BlockingIOError:
                patience = self._patience_with(path)
                if time.monotonic() - started >= patience:
                    raise
            time.sleep(0.5)

    def _patience_with(self, path: Path) -> float:
        """How long to wait for who holds `path`."""
        if _is_earlier_self(path):
            return EARLIER_SELF_SECONDS
        same = self._purpose and _note(path).get("purpose") == self._purpose
        return QUEUE_SECONDS if same else self._patience

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


@contextlib.contextmanager
def turn(path: Path, patience: float = TURN_SECONDS) -> Iterator[None]:
    """Hold `path` alone for a moment, to read and rewrite files that several writers share.

    Waits at most `patience` seconds for its turn. Raises StoreLocked where it does not come,
    StoreError where locks do not work. Not for nesting.
    """
    with explaining(path, "created"):
        fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _await_turn(fd, path, patience)
        yield
    finally:
        # Said, not left to the close: a grader forked meanwhile has the file open as well.
        with contextlib.suppress(OSError):
            fcntl.flock(fd, fcntl.LOCK_UN)
        os.close(fd)


def _await_turn(fd: int, path: Path, patience: float) -> None:
    until = time.monotonic() + patience
    while True:
        try:
            return fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise StoreLocked(
                    f"{path} has been held by another process for {patience:.0f} seconds: stop"
                    " that one, or run the same command again."
                ) from None
        except OSError as error:
            raise _unlockable(error, path) from error
        time.sleep(0.05)


def _is_earlier_self(path: Path) -> bool:
    """Whether `path` was last held by this Slurm job, before it was started again."""
    job, note = os.environ.get("SLURM_JOB_ID"), _note(path)
    try:
        earlier = int(note.get("restart", 0)) < int(os.environ.get("SLURM_RESTART_COUNT", "0"))
        return job is not None and note.get("job") == job and earlier
    except (ValueError, TypeError):
        return False


def _note(path: Path) -> JsonDict:
    """What the last holder of a lock file wrote into it; {} where that cannot be read."""
    try:
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError, RecursionError, TypeError):
        return {}


def holder(shard: str | None, purpose: str = "") -> dict[str, str]:
    """Who this process is, for the one that is refused."""
    facts = {
        "process": str(os.getpid()),
        "host": socket.gethostname(),
        "since": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        "shard": shard,
        "purpose": purpose or None,
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


def shards_held(root: Path) -> list[str]:
    """The file names of the shards that processes are writing."""
    held = [p for p in sorted(root.glob("shard-*.lock")) if _is_held_alone(p)]
    return [p.stem.removeprefix("shard-") for p in held]


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
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return "another process"
    names = (("shard", "shard"), ("job", "Slurm job"), ("restart", "restart"))
    details = ", ".join(f"{word} {note[name]}" for name, word in names if name in note)
    return f"{words} ({details})" if details else words
