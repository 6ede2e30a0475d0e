"""How many tokens the free memory holds."""

from __future__ import annotations

import os
from pathlib import Path

import torch

from claimbench.engines.transformers.slots import Shape

_SHARE = 0.5
"""Of what is free; the rest is for activations, logits and the neighbours."""


def token_room(shape: Shape, dtype: torch.dtype, device: torch.device) -> int:
    """The tokens whose keys and values fit into half of the free memory."""
    return max(1, int(_SHARE * free_bytes(device)) // shape.token_bytes(dtype))


def free_bytes(device: torch.device) -> int:
    """Bytes free on the device; for a CPU what the system can give, or the container's limit."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    limit, used = _number("/sys/fs/cgroup/memory.max"), _number("/sys/fs/cgroup/memory.current")
    free = _available()
    return free if limit is None or used is None else max(0, min(free, limit - used))


def _available() -> int:
    """MemAvailable of Linux; elsewhere the whole memory."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return whole_memory()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))


def whole_memory() -> int:
    """Bytes of memory in this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _number(path: str) -> int | None:
    try:
        return int(Path(path).read_text())
    except (OSError, ValueError):
        return None
