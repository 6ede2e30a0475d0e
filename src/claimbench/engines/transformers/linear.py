"""Matrix products with the weights packed once for the CPU, where oneDNN can."""

from __future__ import annotations

import torch
from torch.nn import functional

_ROWS_HINT = 64
"""The number of rows that packing is tuned for; other numbers work with the same packing."""

_TOLERANCES = {torch.bfloat16: (0.05, 0.1), torch.float32: (1e-5, 1e-4)}
"""How near packed products must be to the plain ones (relative, absolute), by the dtypes that can
be packed."""


class Linear:
    """y = x Wᵀ + b for x of the shape (rows, in), W (out, in)."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None, packed: bool) -> None:
        self._bias = bias
        self._weight: torch.Tensor = weight.contiguous()
        if packed:
            self._weight = torch.ops.mkldnn._reorder_linear_weight(self._weight, _ROWS_HINT)
        self._packed = packed

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return (
            self._fused(x, "none")
            if self._packed
            else functional.linear(x, self._weight, self._bias)
        )

    def silu(self, x: torch.Tensor) -> torch.Tensor:
        """silu(y)"""
        return self._fused(x, "swish") if self._packed else functional.silu(self(x))

    def times(self, x: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        """y * other"""
        return self._fused_with(x, other, "mul") if self._packed else self(x).mul_(other)

    def plus(self, x: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        """y + other"""
        return self._fused_with(x, other, "add") if self._packed else self(x).add_(other)

    def _fused(self, x: torch.Tensor, then: str) -> torch.Tensor:
        out: torch.Tensor = torch.ops.mkldnn._linear_pointwise(
            x, self._weight, self._bias, then, [], ""
        )
        return out

    def _fused_with(self, x: torch.Tensor, other: torch.Tensor, then: str) -> torch.Tensor:
        out: torch.Tensor = torch.ops.mkldnn._linear_pointwise.binary(
            x, other, self._weight, self._bias, then
        )
        return out


def can_pack(dtype: torch.dtype, device: torch.device) -> bool:
    """Whether packed products work here: they are tried on a small case against the plain ones.

    The packed operators are what torch's own compiler calls; they have no public name, so a
    version without them, or with others, is answered by False.
    """
    if device.type != "cpu" or dtype not in _TOLERANCES:
        return False
    try:
        if dtype == torch.bfloat16 and not torch.ops.mkldnn._is_mkldnn_bf16_supported():
            return False
        return _agrees(dtype)
    except (AttributeError, RuntimeError, TypeError):
        return False


def _agrees(dtype: torch.dtype) -> bool:
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(48, 32, generator=generator).to(dtype)
    x = torch.randn(5, 32, generator=generator).to(dtype)
    other = torch.randn(5, 48, generator=generator).to(dtype)
    packed, plain = Linear(weight, None, True), Linear(weight, None, False)
    pairs = [
        (packed(x), plain(x)),
        (packed.silu(x), plain.silu(x)),
        (packed.times(x, other), plain.times(x, other)),
        (packed.plus(x, other), plain.plus(x, other)),
    ]
    relative, absolute = _TOLERANCES[dtype]
    return all(torch.allclose(a.float(), b.float(), relative, absolute) for a, b in pairs)
