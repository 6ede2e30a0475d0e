"""Prompts → their keys, values and the logits behind them."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from claimbench.engines.transformers.checkpoint import Checkpoint
from claimbench.engines.transformers.decoder import Sink
from claimbench.engines.transformers.invariance import CHUNK
from claimbench.engines.transformers.slots import Prefix, empty_prefix

Shared = tuple[torch.Tensor, torch.Tensor]
"""Keys and values of some columns, (layers, kv_heads, tokens, head_dim) each."""


def prefill(
    checkpoint: Checkpoint,
    prompts: Sequence[tuple[int, ...]],
    prefix: Prefix,
    sink: Sink,
) -> torch.Tensor:
    """The logits (prompts, vocabulary) behind prompts that begin with `prefix`."""
    own = [ids[len(prefix) :] for ids in prompts]
    width = max(map(len, own))
    device = checkpoint.decoder.device
    ids = torch.tensor([[*part, *[0] * (width - len(part))] for part in own], device=device)
    last = torch.tensor([len(part) - 1 for part in own], device=device)
    return checkpoint.decoder.prefill(ids, last, prefix, sink)


def prefill_in_chunks(
    checkpoint: Checkpoint, ids: tuple[int, ...], before: Prefix, sink: Sink
) -> torch.Tensor:
    """The logits (1, vocabulary) behind one prompt whose first chunks are known. Whether they are
    changes no number: see `invariance.CHUNK`."""
    while len(before) < len(ids):
        end = min(len(before) + CHUNK, len(ids))
        kept = _Kept()
        logits = prefill(checkpoint, [ids[:end]], before, kept)
        before = joined(before, kept.columns, ids)
    for layer in range(len(before.keys)):
        sink(layer, before.keys[layer][None], before.values[layer][None])
    return logits


class _Kept:
    """A sink that keeps the columns of one row."""

    def __init__(self) -> None:
        self._keys: list[torch.Tensor] = []
        self._values: list[torch.Tensor] = []

    def __call__(self, layer: int, keys: torch.Tensor, values: torch.Tensor) -> None:
        self._keys.append(keys[0])
        self._values.append(values[0])

    @property
    def columns(self) -> Shared:
        return torch.stack(self._keys), torch.stack(self._values)


def make_prefix(checkpoint: Checkpoint, ids: tuple[int, ...]) -> Prefix:
    """Prefill what all rows of a batch begin with; may be empty."""
    decoder = checkpoint.decoder
    shape = decoder.shape
    empty = empty_prefix(shape, decoder.dtype, decoder.device)
    if not ids:
        return empty
    size = (shape.layers, shape.kv_heads, len(ids), shape.head_dim)
    keys, values = (torch.empty(size, dtype=decoder.dtype, device=decoder.device) for _ in "kv")

    def store(layer: int, new_keys: torch.Tensor, new_values: torch.Tensor) -> None:
        keys[layer], values[layer] = new_keys[0], new_values[0]

    prefill(checkpoint, [ids], empty, store)
    return Prefix(ids, keys, values)


def joined(prefix: Prefix, reused: Shared, ids: tuple[int, ...]) -> Prefix:
    """A prefix and the columns behind it; `ids` begin with the tokens of both."""
    if not reused[0].shape[2]:
        return prefix
    keys = torch.cat((prefix.keys, reused[0]), dim=2)
    values = torch.cat((prefix.values, reused[1]), dim=2)
    return Prefix(ids[: keys.shape[2]], keys, values)


def behind(shared: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
    """Shared columns (kv_heads, tokens, size) before those of every row (rows, ...)."""
    if not shared.shape[1]:
        return own
    return torch.cat((shared.expand(len(own), -1, -1, -1), own), dim=2)
