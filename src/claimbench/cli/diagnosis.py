"""What this machine can run, and what is missing."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Sequence
from pathlib import Path

from claimbench import config, engines
from claimbench.benchmarks import hub
from claimbench.config import folders, processor
from claimbench.config.machine import missing_packages, usable_cores, whole_memory
from claimbench.config.paths import cache_dir, configs_dir
from claimbench.engines.base import EngineSettings
from claimbench.engines.transformers.settings import TransformersSettings
from claimbench.errors import counted
from claimbench.records.plain import JsonDict
from claimbench.store import provenance
from claimbench.version import __version__

_DATASETS = ("datasets", "huggingface_hub")
"""What reads datasets from the hub."""


_HUB_SECONDS = 1.5
"""A hub that does not answer so soon shows as not reachable; a run waits twice as long."""


def examine() -> dict[str, object]:
    """Facts about this machine as plain data."""
    hub.ask()
    return {
        "claimbench": __version__,
        "python": platform.python_version(),
        "cores": usable_cores(),
        "memory_gib": round(whole_memory() / 2**30, 1),
        "processor": _processor(),
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
            "folders": [str(folder) for folder in folders.folders()],
            **{kind: config.names(kind) for kind in ("models", "benchmarks", "runs")},
        },
        # Last: the hub has had the time that all this took.
        "hub": {"address": hub.shown_endpoint(), "reachable": hub.use(seconds=_HUB_SECONDS)},
    }


def render(facts: JsonDict) -> str:
    """The facts as lines of text."""
    reachable = "reachable" if facts["hub"]["reachable"] else "not reachable: working offline"
    lines = [
        f"claimbench {facts['claimbench']}, Python {facts['python']}",
        f"machine     {counted(facts['cores'], 'core')}, {facts['memory_gib']} GiB memory",
        f"processor   {_processor_words(facts['processor'])}",
        f"GPUs        {_gpu_words(facts['gpus'])}",
        f"CUDA        {_cuda_words(facts)}",
        f"hub         {facts['hub']['address']} ({reachable})",
        f"sandbox     {facts['sandbox']}",
        f"cache       {facts['cache']['folder']} ({facts['cache']['free_gib']} GiB free)",
    ]
    for name, missing in facts["engines"].items():
        remark = f" ({facts['remarks'][name]})" if facts["remarks"][name] else ""
        lines.append(f"{name:<11} {_readiness(missing, engines.ENGINES[name])}{remark}")
    lines.append(f"datasets from the hub {_readiness(facts['datasets'], TransformersSettings)}")
    for kind in ("models", "benchmarks", "runs"):
        lines.append(f"{kind:<11} {', '.join(facts['configs'][kind])}")
    return "\n".join(lines)


def _processor() -> dict[str, object]:
    """Its name, and the measured processor that it resembles, by its flags, or None."""
    like = processor.resembled(processor.flags())
    return {"name": processor.processor_name(), "resembles": like and like.facts()}


def _processor_words(facts: JsonDict) -> str:
    name, like = facts["name"] or "unknown", facts["resembles"]
    if like is None:
        return f"{name}; resembles none on which the smoke run was timed"
    return (
        f"{name}; resembles {like['name']}, on two cores of which the smoke run took "
        f"{like['first_s']} s, and {like['again_s']} s when run again"
    )


def _sandbox_words() -> str:
    """The isolation with which programs would run here, by its self-test, and why no better one."""
    from claimbench.sandbox.client import SandboxError
    from claimbench.sandbox.isolation import find_isolation

    try:
        return str(find_isolation())
    except SandboxError as error:
        return f"none: {error}"


def _readiness(missing: Sequence[str], kind: type[EngineSettings]) -> str:
    """What is missing, and how to get it: an extra for packages; programs say their own."""
    programs = [name for name in missing if name in kind.programs]
    packages = [name for name in missing if name not in programs]
    found = [f"missing {name}: {kind.programs[name]}" for name in programs]
    if packages:
        found.append(f"missing {', '.join(packages)}: pip install 'claimbench[{kind.extra}]'")
    return "; ".join(found) or "ready"


def _cuda_words(facts: JsonDict) -> str:
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
