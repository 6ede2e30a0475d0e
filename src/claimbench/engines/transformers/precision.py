"""In what precision this machine computes a checkpoint of which a run does not say it."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from claimbench.config import DType, ModelConfig
from claimbench.config.machine import whole_memory
from claimbench.engines.transformers.checkpoint import choose_device
from claimbench.engines.transformers.linear import can_pack

_BYTES = 4
_SHARE_OF_MEMORY = 0.5
"""How much of the memory float32 weights may take: keys and values want room beside them."""


def fallback(device: str, models: Sequence[ModelConfig]) -> DType | None:
    """float32 for bfloat16 checkpoints on a CPU that has no bfloat16 in hardware, where they fit;
    else None. Emulated, products in bfloat16 take several times as long as in float32.

    Raises ConfigError for a device that is not here.
    """
    where = choose_device(device)
    if where.type != "cpu" or not any(model.dtype == "bfloat16" for model in models):
        return None
    if can_pack(torch.bfloat16, where):
        return None
    largest = max(model.parameters or 0.0 for model in models) * 1e9 * _BYTES
    return "float32" if largest <= _SHARE_OF_MEMORY * whole_memory() else None
