"""The forward pass of the Llama family over a checkpoint's weights, made for many short rows.

transformers' own forward spends most of a small model's time around the matrix products: padded
and concatenated caches, many small operations, float32 copies. Here the projections are fused and
packed, and the cache is `Slots`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from claimbench.engines.transformers.linear import Linear, can_pack
from claimbench.engines.transformers.slots import Prefix, Shape, Slots
from claimbench.errors import ModelError

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedModel

FAMILY = ("llama", "qwen2", "qwen3", "mistral")
_ROPE_TYPES = ("default", "linear", "llama3", "yarn")

_ROTATED = 2048
"""Positions whose rotation is computed together, however many are needed."""

Sink = Callable[[int, torch.Tensor, torch.Tensor], None]
"""Takes a layer's number, keys and values (rows, kv_heads, tokens, head_dim)."""


@dataclass(frozen=True, slots=True)
class _Layer:
    norm_in: torch.Tensor
    qkv: Linear
    norm_q: torch.Tensor | None
    norm_k: torch.Tensor | None
    out: Linear
    norm_mlp: torch.Tensor
    gate: Linear
    up: Linear
    down: Linear


class Decoder:
    """A causal language model of the Llama family, from a transformers model."""

    def __init__(self, model: PreTrainedModel) -> None:
        config = model.config
        _check_family(config)
        weight = model.lm_head.weight
        self.dtype, self.device = weight.dtype, weight.device
        self.packed = can_pack(self.dtype, self.device)
        self.vocabulary, self.hidden = weight.shape
        self.heads = config.num_attention_heads
        size = getattr(config, "head_dim", None) or config.hidden_size // self.heads
        self.shape = Shape(config.num_hidden_layers, config.num_key_value_heads, size)
        self._eps, self._scale = config.rms_norm_eps, size**-0.5
        self._embedding = model.model.embed_tokens.weight
        self._norm = model.model.norm.weight
        self._layers = [self._layer(layer) for layer in model.model.layers]
        self._head = Linear(weight, getattr(model.lm_head, "bias", None), self.packed)
        self._rotary = model.model.rotary_emb
        self._turns = (self._norm[:0, None], self._norm[:0, None])
        self.counts: tuple[int, ...] = ()
        """The numbers of rows that products may have, rising; () for any (see `invariance`)."""

    def keep_layers(self, count: int) -> None:
        """Compute with the first layers alone, as a probe of the products does."""
        self._layers = self._layers[:count]
        self.shape = replace(self.shape, layers=count)

    def padded(self, rows: int) -> int:
        """The number of rows that products of so many have, padding included."""
        return next((count for count in self.counts if count >= rows), rows)

    def prepare_rotation(self, length: int) -> None:
        """Compute the rotation of so many positions now."""
        self._rotation(length)

    def _layer(self, layer: Any) -> _Layer:
        """Takes over a layer's weights and empties the layer, so that both never coexist."""
        attention, mlp = layer.self_attn, layer.mlp
        qkv = _joined([attention.q_proj, attention.k_proj, attention.v_proj], self.packed)
        made = _Layer(
            norm_in=layer.input_layernorm.weight,
            qkv=qkv,
            norm_q=_weight(getattr(attention, "q_norm", None)),
            norm_k=_weight(getattr(attention, "k_norm", None)),
            out=_joined([attention.o_proj], self.packed),
            norm_mlp=layer.post_attention_layernorm.weight,
            gate=_joined([mlp.gate_proj], self.packed),
            up=_joined([mlp.up_proj], self.packed),
            down=_joined([mlp.down_proj], self.packed),
        )
        layer.self_attn = layer.mlp = None
        return made

    @torch.inference_mode()
    def decode(self, tokens: torch.Tensor, slots: Slots) -> torch.Tensor:
        """One step: each row's last token (rows,) in, next-token logits (rows, vocabulary) out."""
        rows, positions = len(tokens), slots.begin(self.heads // self.shape.kv_heads)
        more = self.padded(rows) - rows
        positions, tokens = (functional.pad(part, (0, more)) for part in (positions, tokens))
        cos, sin = (table[positions][:, None] for table in self._tables(slots))
        x = functional.embedding(tokens, self._embedding)
        for number, layer in enumerate(self._layers):
            query, keys, values = (part[:rows] for part in self._project(layer, x, cos, sin))
            attended = slots.attend(number, query.mul_(self._scale), keys, values)
            x = self._finish(layer, x, _lengthened(attended, more))
        slots.end()
        return self._logits(x)[:rows]

    @torch.inference_mode()
    def prefill(
        self, ids: torch.Tensor, last: torch.Tensor, prefix: Prefix, sink: Sink
    ) -> torch.Tensor:
        """Prompts behind a shared prefix: ids (rows, tokens), padded at the end. With `counts` only
        one row keeps to them.

        Gives the logits at each row's `last` place, (rows, vocabulary); keys and values of every
        layer go to the sink.
        """
        rows, count = ids.shape
        start = len(prefix)
        more = self.padded(count) - count if rows == 1 else 0
        end = start + count + more
        cos, sin = (table[start:end, None] for table in self._rotation(end))
        seen = _seen(start, count, self.device) if start else None
        x = functional.embedding(functional.pad(ids.flatten(), (0, more)), self._embedding)
        for number, layer in enumerate(self._layers):
            parts = self._project(layer, x, cos, sin, rows)
            query, keys, values = (
                part[: rows * count].reshape(rows, count, -1, part.shape[2]).transpose(1, 2)
                for part in parts
            )
            sink(number, keys, values)
            if start:
                keys = torch.cat((prefix.keys[number].expand(rows, -1, -1, -1), keys), dim=2)
                values = torch.cat((prefix.values[number].expand(rows, -1, -1, -1), values), dim=2)
            attended = functional.scaled_dot_product_attention(
                query, keys, values, attn_mask=seen, is_causal=seen is None, enable_gqa=True
            )
            attended = attended.transpose(1, 2).reshape(rows * count, -1)
            x = self._finish(layer, x, _lengthened(attended, more))
        ends = x[torch.arange(rows, device=x.device) * count + last]
        return self._logits(_lengthened(ends, self.padded(rows) - rows))[:rows]

    def _project(
        self, layer: _Layer, x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor, rows: int = 1
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Query, keys and values (tokens, heads, head_dim), the first two turned."""
        kv, size = self.shape.kv_heads, self.shape.head_dim
        joined = layer.qkv(self._normed(x, layer.norm_in)).view(len(x), -1, size)
        if layer.norm_q is None or layer.norm_k is None:
            turned = joined[:, : self.heads + kv]
        else:
            query = self._normed(joined[:, : self.heads], layer.norm_q)
            keys = self._normed(joined[:, self.heads : self.heads + kv], layer.norm_k)
            turned = torch.cat((query, keys), dim=1)
        turned = turned.reshape(rows, -1, *turned.shape[1:])
        turned = torch.addcmul(turned * cos, turned.roll(size // 2, -1), sin).flatten(0, 1)
        return turned[:, : self.heads], turned[:, self.heads :], joined[:, self.heads + kv :]

    def _finish(self, layer: _Layer, x: torch.Tensor, attended: torch.Tensor) -> torch.Tensor:
        x = layer.out.plus(attended, x)
        y = self._normed(x, layer.norm_mlp)
        return layer.down.plus(layer.up.times(y, layer.gate.silu(y)), x)

    def _logits(self, x: torch.Tensor) -> torch.Tensor:
        return self._head(self._normed(x, self._norm))

    def _normed(self, x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return functional.rms_norm(x, (weight.shape[0],), weight, self._eps)

    def _tables(self, slots: Slots) -> tuple[torch.Tensor, torch.Tensor]:
        return self._rotation(len(slots.prefix) + slots.columns)

    def _rotation(self, length: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Cosines and signed sines (positions, head_dim): x·cos + roll(x, half)·sin turns x."""
        missing = range(len(self._turns[0]), length, _ROTATED)
        if missing:
            known = [self._turns] if missing.start else []
            cosines, sines = zip(*known, *map(self._turned, missing), strict=True)
            self._turns = torch.cat(cosines), torch.cat(sines)
        return self._turns

    def _turned(self, start: int) -> tuple[torch.Tensor, torch.Tensor]:
        places = torch.arange(start, start + _ROTATED, device=self.device)[None]
        cos, sin = (table[0] for table in self._rotary(self._norm, places))
        half = sin.shape[1] // 2
        return cos, torch.cat((-sin[:, :half], sin[:, half:]), dim=1)


def _lengthened(rows: torch.Tensor, more: int) -> torch.Tensor:
    return functional.pad(rows, (0, 0, 0, more)) if more else rows


def _seen(start: int, count: int, device: torch.device) -> torch.Tensor:
    """(count, start + count) bool: a token sees the prefix and what is before it."""
    return torch.ones(count, start + count, dtype=torch.bool, device=device).tril(start)


def _joined(modules: list[torch.nn.Linear], packed: bool) -> Linear:
    weights: list[torch.Tensor] = [module.weight for module in modules]
    biases = [module.bias for module in modules]
    bias = None if biases[0] is None else torch.cat(tuple(biases))
    weight = weights[0] if len(weights) == 1 else torch.cat(weights)
    return Linear(weight.detach(), None if bias is None else bias.detach(), packed)


def _weight(module: Any) -> torch.Tensor | None:
    return None if module is None else module.weight


def _check_family(config: PretrainedConfig) -> None:
    """Refuse what this forward pass would compute wrongly."""
    why = _obstacle(config)
    if why:
        raise ModelError(
            f"The transformers engine cannot run this checkpoint, because {why}; "
            f"use the vllm engine, or a model of the types {', '.join(FAMILY)}."
        )


def _obstacle(config: PretrainedConfig) -> str:
    if config.model_type not in FAMILY:
        return f"its type is {config.model_type}"
    if config.hidden_act != "silu":
        return f"its activation is {config.hidden_act}"
    rope = getattr(config, "rope_parameters", None) or {}
    if rope.get("rope_type", "default") not in _ROPE_TYPES:
        return f"its positions are {rope['rope_type']}"
    kinds = set(getattr(config, "layer_types", None) or ["full_attention"])
    if kinds != {"full_attention"} or _slides(config):
        return "it attends through a sliding window"
    return ""


def _slides(config: PretrainedConfig) -> bool:
    window = getattr(config, "sliding_window", None)
    return window is not None and getattr(config, "use_sliding_window", True)
