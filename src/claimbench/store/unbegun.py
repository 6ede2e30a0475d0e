"""A run folder in which nothing was stored: another run may take its place.

The first request of a run may be refused (a key that is wrong, a parameter that the server does not
take, too little memory), and what mends that is often a setting. Until a sample is stored nobody
has seen anything, so the folder is no run's yet.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from claimbench.errors import StoreLocked
from claimbench.store.files import explaining, write_whole
from claimbench.store.lock import FolderLock
from claimbench.store.runfile import RunFile, read_run, rewritten

_MADE_BEFORE_SAMPLES = ("problems", "prompts", "labels")
_RESULTS = "measurements.json"


def is_unbegun(root: Path, stored: RunFile) -> bool:
    """Whether no sample, grade or result is there, and nothing was registered for the run."""
    if stored.config.get("registered") or (root / _RESULTS).exists():
        return False
    lines = (part for name in ("samples", "grades") for part in (root / name).rglob("*.jsonl"))
    return not any(part.stat().st_size for part in lines)


def begin_anew(
    root: Path, resolved: Mapping[str, object], digest: str, files: Mapping[str, str]
) -> None:
    """Give the unbegun folder to another run: its problems, prompts and sessions go, and run.yaml
    is that of the config. Where another process was quicker the folder stays as that left it.
    Raises StoreLocked where one works in it for another run."""
    try:
        lock = FolderLock(root)
    except StoreLocked:
        if read_run(root).is_of(digest, files):  # Another shard of this run.
            return
        raise
    try:
        stored = read_run(root)
        if is_unbegun(root, stored) and not stored.is_of(digest, files):
            _empty(root)
            write_whole(root / "run.yaml", [rewritten(resolved, digest, files)])
    finally:
        lock.release()


def _empty(root: Path) -> None:
    with explaining(root, "written"):
        for name in _MADE_BEFORE_SAMPLES:
            if (root / name).is_dir():
                shutil.rmtree(root / name)
        (root / "provenance.json").unlink(missing_ok=True)
