"""How a checkpoint's weights are quantized, by its config.json: AWQ, GPTQ, FP8, compressed-tensors
and whatever else names itself there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from claimbench.config.models import ModelConfig
from claimbench.messages import Message

_NAMES = {"awq": "AWQ", "gptq": "GPTQ", "fp8": "FP8", "fbgemm_fp8": "FP8 (FBGEMM)"}


def departures(model: ModelConfig, folder: Path | None) -> Iterator[Message]:
    """In what the weights depart from whole ones: quantized on disk (unless so published by their
    makers) or while they are loaded, and a KV cache of another precision."""
    found = _config(folder)
    method = _text(found.get("quant_method"))
    if method and method != model.native_quantization:
        yield _named(method, found)
    elif model.quantization and not method and model.quantization != model.native_quantization:
        yield Message(
            "weights-quantized-here",
            {"method": _NAMES.get(model.quantization) or model.quantization},
        )
    if model.kv_dtype not in (None, "auto"):
        yield Message("weights-kv-dtype", {"dtype": model.kv_dtype})


def _config(folder: Path | None) -> Mapping[str, object]:
    """The quantization_config of the checkpoint; {} where there is none, or nothing to read."""
    try:
        content = json.loads((folder / "config.json").read_text("utf-8")) if folder else {}
    except (OSError, ValueError):
        return {}
    found = content.get("quantization_config") if isinstance(content, dict) else None
    return found if isinstance(found, dict) else {}


def _named(method: str, found: Mapping[str, object]) -> Message:
    form = _text(found.get("format"))
    name = f"{method} ({form})" if form else _NAMES.get(method, method)
    bits = _bits(found)
    if bits is None:
        return Message("weights-quantized", {"method": name})
    return Message("weights-quantized-bits", {"method": name, "bits": bits})


def _bits(found: Mapping[str, object]) -> int | None:
    """Bits of a weight: at the top in AWQ and GPTQ, in the first group in compressed-tensors."""
    said = found.get("bits", found.get("w_bit"))
    groups = found.get("config_groups")
    if said is None and isinstance(groups, dict) and groups:
        first = next(iter(groups.values()))
        weights = first.get("weights") if isinstance(first, dict) else None
        said = weights.get("num_bits") if isinstance(weights, dict) else None
    return said if isinstance(said, int) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
