"""The geometry of a model, for the roofline."""

from __future__ import annotations

from collections.abc import Mapping

from claimbench.config.models import ModelConfig
from claimbench.config.yamlfile import nearest
from claimbench.errors import ConfigError
from claimbench.planning.roofline import Shape

_BYTES = {"float32": 4.0, "bfloat16": 2.0, "float16": 2.0}
_QUANTIZED_BYTES = {"fp8": 1.0, "awq": 0.56, "gptq": 0.56}
"""Bytes per weight; four bits with scales of a group of 128 and some unquantized layers."""
_KV_BYTES = {"auto": 2.0, "fp8": 1.0, "fp8_e4m3": 1.0, "fp8_e5m2": 1.0}


def is_known(model: ModelConfig) -> bool:
    """Whether the model's configuration gives its geometry."""
    geometry = (model.hidden, model.layers, model.kv_heads, model.head_dim)
    return None not in (model.parameters, *geometry)


def heads_of(model: ModelConfig) -> int:
    """Attention heads of a model of known geometry."""
    assert model.hidden and model.head_dim
    return model.hidden // model.head_dim


def shape_of(model: ModelConfig, dtype: str) -> Shape:
    """The geometry of a model whose configuration gives it. Raises ConfigError for a quantization
    of unknown size."""
    weight_bytes = _BYTES[dtype]
    if model.quantization is not None:
        weight_bytes = _known_bytes(_QUANTIZED_BYTES, model, "quantization", model.quantization)
    kv_bytes = _BYTES[dtype]
    if model.kv_dtype is not None:
        kv_bytes = _known_bytes(_KV_BYTES, model, "kv_dtype", model.kv_dtype)
    assert model.parameters and model.layers and model.kv_heads and model.head_dim
    return Shape(
        parameters=model.parameters * 1e9,
        layers=model.layers,
        heads=heads_of(model),
        kv_heads=model.kv_heads,
        head_dim=model.head_dim,
        weight_bytes=weight_bytes,
        kv_bytes=kv_bytes,
        fp8=model.quantization == "fp8",
    )


def _known_bytes(table: Mapping[str, float], model: ModelConfig, key: str, value: str) -> float:
    if value not in table:
        raise ConfigError(
            f"model {model.name}, key {key}: {value} is unknown{nearest(value, table)}"
        )
    return table[value]
