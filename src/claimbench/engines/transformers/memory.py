"""How many tokens the free memory holds."""

from __future__ import annotations

import torch

from claimbench.config.machine import free_memory
from claimbench.engines.transformers.slots import Shape

_SHARE = 0.5
"""Of what is free; the rest is for activations, logits and the neighbours."""


def token_room(shape: Shape, dtype: torch.dtype, device: torch.device) -> int:
    """The tokens whose keys and values fit into half of the free memory."""
    return max(1, int(_SHARE * free_bytes(device)) // shape.token_bytes(dtype))


def free_bytes(device: torch.device) -> int:
    """Bytes free on the device."""
    return int(torch.cuda.mem_get_info(device)[0]) if device.type == "cuda" else free_memory()
