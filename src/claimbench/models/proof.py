"""Whether a checkpoint's files are still what was fetched or made.

A damaged weight gives wrong replies, not an error. So a checkpoint carries the digests of its
files. They are held against the whole files when the machine has restarted, when a file's size or
time has changed, and when asked (`claimbench fetch`); at every other load against pieces of them,
close enough together that no lost megabyte falls between two.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from claimbench.errors import CheckpointDamaged
from claimbench.records.plain import JsonDict
from claimbench.store.files import sync_file, sync_folder, write_whole

FILES = ("*.safetensors", "*.json", "*.jinja", "*.model", "merges.txt", "LICENSE*")
"""The files that make a checkpoint."""
DIGESTS = ".digests"
"""Where a checkpoint that was made here has the digests of its files."""

PIECE = 4096
STRIDE = 512 * 1024
"""Bytes from one piece to the next: a page or a block that is lost is seldom alone."""

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def checkpoint_files(folder: Path) -> list[Path]:
    """The files of `folder` that make a checkpoint."""
    return sorted({path for pattern in FILES for path in folder.glob(pattern)})


def record_fetched(folder: Path, at: Path, remedy: str) -> None:
    """`record` of what the hub's client fetched, which names large files by their SHA-256. Raises
    CheckpointDamaged for one that has another."""
    for path in checkpoint_files(folder):
        name = path.resolve().name
        if re.fullmatch(r"[0-9a-f]{64}", name) and whole_digest(path) != name:
            raise CheckpointDamaged(f"{path} is damaged: its SHA-256 is not {name}; {remedy}")
    record(checkpoint_files(folder), at)


def record(paths: Sequence[Path], at: Path) -> None:
    """Make the files durable and write their digests to `at`."""
    found = {}
    for path in paths:
        sync_file(path)
        found[path.name] = {"sha256": whole_digest(path), "pieces": _pieces(path)}
    state = {path.name: _state(path) for path in paths}
    _write(at, {"files": found, "state": state, "boot": _boot()})
    for folder in {path.parent for path in paths}:
        sync_folder(folder)


def check(folder: Path, at: Path, *, whole: bool = False, remedy: str) -> None:
    """Hold the files in `folder` against the digests in `at`. Raises CheckpointDamaged with the
    `remedy` for a file that is another one, or is missing."""
    known = _read(at, remedy)
    for name, expected in known["files"].items():
        path = folder / name
        try:
            changed = known["state"].get(name) != _state(path) or known["boot"] != _boot()
            same = (
                whole_digest(path) == expected["sha256"]
                if whole or changed
                else _pieces(path) == expected["pieces"]
            )
        except OSError as error:
            raise CheckpointDamaged(
                f"{path} cannot be read ({error.strerror}): {remedy}"
            ) from error
        if not same:
            raise CheckpointDamaged(
                f"{path} is damaged: its content is not what was fetched or made; {remedy}"
            )
    _remember(folder, at, known)


def _remember(folder: Path, at: Path, known: JsonDict) -> None:
    """Note what the files are like now that they were found good; a reader may be unable to."""
    state = {name: _state(folder / name) for name in known["files"]}
    if (state, _boot()) != (known["state"], known["boot"]):
        try:
            _write(at, {**known, "state": state, "boot": _boot()})
        except Exception:
            return


def _write(at: Path, content: Mapping[str, object]) -> None:
    write_whole(at, [json.dumps(content, indent=1) + "\n"])


def _read(at: Path, remedy: str) -> JsonDict:
    try:
        found = json.loads(at.read_bytes())
        return {key: dict(found[key]) for key in ("files", "state")} | {"boot": found["boot"]}
    except (OSError, ValueError, RecursionError, KeyError, TypeError) as error:
        raise CheckpointDamaged(f"{at} cannot be read: {remedy}") from error


def _state(path: Path) -> list[int]:
    """What changes when a file is written."""
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]


def _boot() -> str:
    """Which start of the machine this is: after a power cut files may lack what was not synced."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""


def whole_digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pieces(path: Path) -> str:
    """The digest of the file's size, and of its pieces."""
    total = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        total.update(str(size).encode())
        for offset in [*range(0, size, STRIDE), max(size - PIECE, 0)]:
            total.update(os.pread(file.fileno(), PIECE, offset))
    return total.hexdigest()
