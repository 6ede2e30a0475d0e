"""What this machine can run, and what is missing."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from claimbench import __version__, config, engines
from claimbench.benchmarks import hub
from claimbench.config.machine import missing_packages, whole_memory
from claimbench.config.paths import cache_dir, configs_dir
from claimbench.store import provenance

_DATASETS = ("datasets", "huggingface_hub")
"""What reads datasets from the hub."""


def examine() -> dict[str, Any]:
    """Facts about this machine as plain data."""
    online = hub.use()
    return {
        "claimbench": __version__,
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(whole_memory() / 2**30, 1),
        "hub": {"address": hub.shown_endpoint(), "reachable": online},
        "engines": {name: kind.missing() for name, kind in engines.ENGINES.items()},
        "remarks": {name: kind.remark() for name, kind in engines.ENGINES.items()},
        "datasets": missing_packages(_DATASETS),
        "gpus": provenance.gpus(),
        "cuda": provenance.cuda(),
        "sandbox": _sandbox_words(),
        "packages": provenance.versions(),
        "cache": {"folder": str(cache_dir()), "free_gib": round(_free(cache_dir()) / 2**30, 1)},
        "configs": {
            "folder": str(configs_dir()),
            **{kind: config.names(kind) for kind in ("models", "benchmarks", "runs")},
        },
    }


def render(facts: dict[str, Any]) -> str:
    """The facts as lines of text."""
    reachable = "reachable" if facts["hub"]["reachable"] else "not reachable: working offline"
    lines = [
        f"claimbench {facts['claimbench']}, Python {facts['python']}",
        f"machine     {facts['cores']} cores, {facts['memory_gib']} GiB memory",
        f"GPUs        {_gpu_words(facts['gpus'])}",
        f"CUDA        {_cuda_words(facts)}",
        f"hub         {facts['hub']['address']} ({reachable})",
        f"sandbox     {facts['sandbox']}",
        f"cache       {facts['cache']['folder']} ({facts['cache']['free_gib']} GiB free)",
    ]
    for name, missing in facts["engines"].items():
        remark = f" ({facts['remarks'][name]})" if facts["remarks"][name] else ""
        lines.append(f"{name:<11} {_readiness(missing, engines.ENGINES[name].extra)}{remark}")
    lines.append(f"datasets from the hub {_readiness(facts['datasets'], 'cpu')}")
    for kind in ("models", "benchmarks", "runs"):
        lines.append(f"{kind:<11} {', '.join(facts['configs'][kind])}")
    return "\n".join(lines)


def _sandbox_words() -> str:
    """The isolation with which programs would run here, by its self-test, and why no better one."""
    from claimbench.sandbox.client import SandboxError
    from claimbench.sandbox.isolation import find_isolation

    try:
        return str(find_isolation())
    except SandboxError as error:
        return f"none: {error}"


def _readiness(missing: Sequence[str], extra: str) -> str:
    if not missing:
        return "ready"
    return f"missing {', '.join(missing)}: pip install 'claimbench[{extra}]'"


def _cuda_words(facts: dict[str, Any]) -> str:
    driver, runtime = facts["cuda"]["driver"], facts["cuda"]["runtime"]
    if not facts["gpus"]:
        return "no NVIDIA driver answers" + (f"; runtime {runtime} installed" if runtime else "")
    if runtime is None:
        return f"driver takes {driver}, but torch here is built without CUDA: install a CUDA build"
    return f"driver takes {driver}, runtime {runtime}"


def _gpu_words(gpus: list[dict[str, str]]) -> str:
    found = [f"{g['name']} ({g['memory.total']}, driver {g['driver_version']})" for g in gpus]
    return ", ".join(found) or "none: models run on the CPU"


def _free(folder: Path) -> int:
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
