"""Memory, cores and devices of this machine, known without torch, and the installed packages."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path


def whole_memory() -> int:
    """Bytes of memory in this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def free_memory() -> int:
    """Bytes that the system can give, or what the container's limit leaves."""
    limit, used = _number("/sys/fs/cgroup/memory.max"), _number("/sys/fs/cgroup/memory.current")
    free = _available()
    return free if limit is None or used is None else max(0, min(free, limit - used))


def usable_cores() -> int:
    """As many cores as this process may use; all of them where the system cannot say (macOS)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Processes that begin in this block never see Ctrl-C, which a terminal sends to every process:
    it is their parent's to answer. One that comes meanwhile comes to this process after it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with _put_off(signal.SIGINT):
            yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _put_off(number: signal.Signals) -> Iterator[None]:
    """A library's thread may take a signal that this one blocks, and Python answers it here."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = signal.signal(number, lambda got, _: came.append(got))
    try:
        yield
    finally:
        signal.signal(number, before)
        if came:
            signal.raise_signal(number)


def may_have_gpu() -> bool:
    """False where the system has no device file of one (NVIDIA's, AMD's, WSL's); torch knows the
    rest. Cheap."""
    found = ("nvidia[0-9]*", "nvidiactl", "nvhost*", "kfd", "dxg")
    return any(True for pattern in found for _ in Path("/dev").glob(pattern))


def missing_packages(names: Iterable[str]) -> list[str]:
    """Those of these packages that are not installed; none is imported."""
    return [name for name in names if importlib.util.find_spec(name) is None]


def _available() -> int:
    """MemAvailable of Linux; elsewhere the whole memory."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return whole_memory()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))


def _number(path: str) -> int | None:
    try:
        return int(Path(path).read_text())
    except (OSError, ValueError):
        return None
