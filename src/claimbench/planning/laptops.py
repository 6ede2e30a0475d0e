"""The laptops that `plan` knows (data/laptops.yaml), and what a quantized model does on one.

The formulas are those of roofline.py, with llama.cpp's terms: 0.75 of the memory is free for it (a
Mac gives its GPU about as much; elsewhere the rest is the system's), and as many sequences run
together as the llamacpp engine asks for. tests/planning/test_laptops.py holds them against tokens
per second that others measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic import Field

from claimbench.config.models import ModelConfig
from claimbench.config.paths import packaged_data
from claimbench.config.yamlfile import Strict, load_yaml, nearest, parse
from claimbench.errors import ConfigError
from claimbench.planning.gpu_table import GIB, LAPTOP
from claimbench.planning.roofline import (
    COMPUTE_SHARE,
    MEMORY_SHARE,
    Device,
    Load,
    fit,
    seconds,
    together,
)
from claimbench.planning.shapes import shape_of

_FREE_SHARE = 0.75
_SLOTS = 8
_BITS: Mapping[str, float] = {"Q4_K_M": 4.84, "Q8_0": 8.5}
"""Bits per weight: llama.cpp's own table for Llama-2-7B (tools/quantize/README.md), and 32 weights
of eight bits with a scale of sixteen."""

Row = dict[str, str | float | int | bool]


class LaptopSource(Strict):
    bandwidth: str
    prompt_tflops: str


class Laptop(Strict):
    """One kind of laptop (data/laptops.yaml)."""

    title: str
    memory: float = Field(gt=0, description="GiB")
    bandwidth: float = Field(gt=0, description="GB/s")
    prompt_tflops: float = Field(gt=0, description="reached by llama.cpp on prompts")
    source: LaptopSource

    @property
    def device(self) -> Device:
        """In the terms of roofline.py, which takes shares of the memory and of the FLOP/s."""
        return Device(
            self.memory * GIB * _FREE_SHARE / MEMORY_SHARE,
            self.bandwidth * 1e9,
            self.prompt_tflops * 1e12 / COMPUTE_SHARE,
            most_sequences=_SLOTS,
        )


class _Table(Strict):
    laptops: dict[str, Laptop]


def laptop_table() -> dict[str, Laptop]:
    """The laptops that are known, by name."""
    path = packaged_data("laptops.yaml")
    data, marks = load_yaml(path)
    return parse(_Table, data, path, marks).laptops


def choose_laptops(words: Sequence[str]) -> dict[str, Laptop]:
    """Those whose names begin with one of the words that mean laptops. Raises ConfigError."""
    known, found = laptop_table(), dict[str, Laptop]()
    for word in words:
        if not word.lower().startswith(LAPTOP):
            continue
        named = {name: one for name, one in known.items() if name.startswith(word.lower())}
        if not named:
            raise ConfigError(f"--gpu {word}: there is no such laptop{nearest(word, known)}")
        found |= named
    return found


def laptop_rows(
    model: ModelConfig, loads: Sequence[Load], laptops: Mapping[str, Laptop]
) -> list[Row]:
    """A row for each laptop and quantization: does the model fit, how many sequences together, how
    many hours."""
    return [
        {"gpu": name, "dtype": word, "laptop": True, **_cost(model, loads, laptop, word)}
        for name, laptop in laptops.items()
        for word in _BITS
    ]


def _cost(model: ModelConfig, loads: Sequence[Load], laptop: Laptop, quantization: str) -> Row:
    # Keys and values are kept in float16, llama.cpp's default.
    shape = replace(shape_of(model, "float16"), weight_bytes=_BITS[quantization] / 8)
    found = fit(shape, laptop.device, 1)
    longest = max(load.longest for load in loads)
    # Each slot of llama.cpp has room for the longest request from the start.
    slots = min(_SLOTS, found.sequences(longest))
    row: Row = {
        "title": laptop.title,
        "fits": slots >= 1,
        "weights_gib_per_gpu": round(found.weights / GIB, 1),
        "kv_kib_per_token_per_gpu": round(found.kv_per_token / 1024, 1),
    }
    if slots < 1:
        return row
    device = replace(laptop.device, most_sequences=slots)
    hours = sum(seconds(shape, device, found, load) for load in loads) / 3600
    return row | {
        "kv_room_gib_per_gpu": round(found.room / GIB, 1),
        "sequences_of_longest": found.sequences(longest),
        "sequences_together": min(together(device, found, load) for load in loads),
        "hours": round(hours, 2),
    }
