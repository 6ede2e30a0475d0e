"""Names, whole files and file system errors of a run folder."""

from __future__ import annotations

import contextlib
import errno
import filecmp
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

from claimbench.errors import StoreError

_SYNCS_AT_ONCE = 16
_ELSEWHERE = "work in a folder of yours (--out, or a copy of this one)"
_ADVICE = {
    errno.ENOSPC: "free space there and run the same command again",
    errno.EDQUOT: "free some of your quota and run the same command again",
    errno.EFBIG: "raise the file size limit (ulimit -f) and run the same command again",
    errno.EIO: "check the disk (or give another --out) and run the same command again",
    errno.EACCES: f"give yourself the permission, or {_ELSEWHERE}",
    errno.EPERM: f"give yourself the permission, or {_ELSEWHERE}",
    errno.EROFS: f"its file system is read-only: {_ELSEWHERE}",
    errno.EMFILE: "raise the limit of open files (ulimit -n) and run the same command again",
}


def explained(error: OSError, path: Path, action: str) -> StoreError:
    """`error` as one sentence for the user; `action` is what could not be done to `path`."""
    advice = _ADVICE.get(error.errno or 0, "mend that and run the same command again")
    reason = error.strerror or str(error)
    return StoreError(
        f"{path} cannot be {action} ({reason}): {advice}; everything stored so far is kept."
    )


@contextlib.contextmanager
def explaining(path: Path, action: str) -> Iterator[None]:
    """Turn an OSError inside the block into a StoreError about `path`."""
    try:
        yield
    except OSError as error:
        raise explained(error, path, action) from error


def safe_name(name: str) -> str:
    """`name` of a model, benchmark or shard as one file name: other characters than letters,
    digits and `_.-~` are percent-encoded, a leading dot too, so no name leaves its folder and no
    two names share one. Raises StoreError for names that cannot be file names."""
    try:
        encoded = quote(name, safe="")
    except UnicodeEncodeError as error:
        raise StoreError(f"The name {name!r} is not valid text: rename it.") from error
    if encoded.startswith("."):
        encoded = "%2E" + encoded[1:]
    if not 0 < len(encoded) <= 200:
        raise StoreError(f"The name {name!r} is empty or too long to name a folder: rename it.")
    return encoded


def inside(root: Path, relpath: str) -> Path:
    """`root/relpath`; raises StoreError where that would leave `root`."""
    parts = Path(relpath).parts
    if not parts or Path(relpath).is_absolute() or ".." in parts or "\0" in relpath:
        raise StoreError(f"The path '{relpath}' is not inside the run folder {root}: rename it.")
    return root / relpath


def sync_folder(folder: Path) -> None:
    """Make new and renamed entries of `folder` survive a power cut, where its file system can."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EOPNOTSUPP):  # Some network file systems.
            raise
    finally:
        os.close(fd)


def make_folder(folder: Path) -> None:
    """Create `folder` and its parents, each entry durable."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def temporary_name(path: Path) -> Path:
    """A name beside `path` that no other process uses."""
    return path.with_name(f".{path.name[:100]}.{os.getpid()}-{secrets.token_hex(4)}.tmp")


@contextlib.contextmanager
def _durable_temporary(path: Path, chunks: Iterable[str]) -> Iterator[Path]:
    """A synced file beside `path` with the text of `chunks`, removed at the end if still there."""
    temporary = _temporary(path, chunks)
    try:
        sync_file(temporary)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _temporary(path: Path, chunks: Iterable[str]) -> Path:
    """A file beside `path` with the text of `chunks`, not yet synced."""
    make_folder(path.parent)
    temporary = temporary_name(path)
    try:
        with temporary.open("xb") as file:
            file.writelines(chunk.encode("utf-8") for chunk in chunks)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def sync_file(path: Path) -> None:
    """Make what was written to `path` survive a power cut."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_whole(path: Path, chunks: Iterable[str]) -> None:
    """Write `path` so that a reader, or a crash, sees the old file or the whole new one."""
    with explaining(path, "written"), _durable_temporary(path, chunks) as temporary:
        temporary.replace(path)
        sync_folder(path.parent)


def write_files(root: Path, contents: Iterable[tuple[str, str]]) -> set[Path]:
    """Write files (relative path, text) under `root`, each whole as by `write_whole`; their paths.

    All are synced before the first gets its name, together, because a disk syncs many files in
    little more time than one. A file that holds its text already is left as it is.
    """
    paths, waiting = set[Path](), dict[Path, Path]()
    try:
        for relpath, text in contents:
            path = inside(root, relpath)
            paths.add(path)
            with explaining(path, "written"):
                if path in waiting:
                    waiting.pop(path).unlink()  # The later text of a path counts.
                if not _holds(path, text):
                    waiting[path] = _temporary(path, [text])
        _name_together(waiting)
    finally:
        for temporary in waiting.values():
            temporary.unlink(missing_ok=True)
    return paths


def _holds(path: Path, text: str) -> bool:
    """Whether `path` is a file of exactly `text`."""
    data = text.encode("utf-8")
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except FileNotFoundError:
        return False


def _name_together(waiting: Mapping[Path, Path]) -> None:
    """Sync the temporary files, give each its path, and sync the folders."""

    def sync(path: Path) -> None:
        with explaining(path, "written"):
            sync_file(waiting[path])

    if len(waiting) < 2:
        list(map(sync, waiting))
    else:
        with ThreadPoolExecutor(min(len(waiting), _SYNCS_AT_ONCE)) as threads:
            list(threads.map(sync, waiting))
    for path, temporary in waiting.items():
        with explaining(path, "written"):
            temporary.replace(path)
    for folder in {path.parent for path in waiting}:
        with explaining(folder, "written"):
            sync_folder(folder)


def write_folder(root: Path, owned: Iterable[str], contents: Iterable[tuple[str, str]]) -> None:
    """Write files (relative path, text) under `root`, each whole, and remove what the folders
    `owned` held before and hold no more."""
    kept = write_files(root, contents)
    for path in (p for folder in owned for p in inside(root, folder).glob("*")):
        if path not in kept and path.is_file():
            with explaining(path, "removed"):
                path.unlink()


def write_once(path: Path, chunks: Iterable[str]) -> bool:
    """Write `path` where it does not exist yet. False where it exists and holds another text."""
    with explaining(path, "written"), _durable_temporary(path, chunks) as temporary:
        if not path.exists():
            _move_once(temporary, path)
        return not temporary.exists() or filecmp.cmp(temporary, path, shallow=False)


def _move_once(temporary: Path, path: Path) -> None:
    """Name `temporary` `path`, unless another process was quicker."""
    try:
        os.link(temporary, path)  # Unlike rename, never replaces what another process wrote.
    except FileExistsError:
        return
    except OSError:  # No hard links on this file system.
        temporary.replace(path)
    sync_folder(path.parent)
