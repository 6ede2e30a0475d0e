"""In what precision this machine computes a checkpoint of which a run does not say it.

torch is asked only where the system does not say enough: to load it takes seconds of every plan.
"""

from __future__ import annotations

from collections.abc import Sequence

from claimbench.config import processor
from claimbench.config.machine import may_have_gpu, whole_memory
from claimbench.config.models import DType, ModelConfig

_BYTES = 4
_SHARE_OF_MEMORY = 0.5
"""How much of the memory float32 weights may take: keys and values want room beside them."""


def fallback(device: str, models: Sequence[ModelConfig]) -> DType | None:
    """float32 for bfloat16 checkpoints on a CPU that has no bfloat16 in hardware, where they fit;
    else None. Emulated, products in bfloat16 take several times as long as in float32.

    Raises ConfigError for a device that is not here.
    """
    on_cpu = _is_cpu(device)
    if not on_cpu or not any(model.dtype == "bfloat16" for model in models) or _has_bfloat16():
        return None
    largest = max(model.parameters or 0.0 for model in models) * 1e9 * _BYTES
    return "float32" if largest <= _SHARE_OF_MEMORY * whole_memory() else None


def _is_cpu(device: str) -> bool:
    if device == "cpu" or (device == "auto" and not may_have_gpu()):
        return True
    from claimbench.engines.transformers.checkpoint import choose_device

    return choose_device(device).type == "cpu"


def _has_bfloat16() -> bool:
    if flags := processor.flags():
        return processor.has_bfloat16(flags)
    import torch

    from claimbench.engines.transformers.linear import can_pack

    return can_pack(torch.bfloat16, torch.device("cpu"))
