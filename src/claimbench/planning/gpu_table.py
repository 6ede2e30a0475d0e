"""The GPU types that `plan` knows (data/gpus.yaml), and choosing among them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import Field

from claimbench.config.paths import packaged_data
from claimbench.config.yamlfile import Strict, load_yaml, nearest, parse
from claimbench.errors import ConfigError
from claimbench.planning.roofline import Device

GIB = 2**30
LAPTOP = "laptop"
"""How the names begin that mean laptops, not GPUs."""
_LARGE = 70.0
"""GiB from which vLLM runs 1,024 sequences together, but for an A100, else 256 (its
EngineArgs.get_batch_defaults, usage context LLM_CLASS, in vLLM 0.33)."""


class GpuSource(Strict):
    """Where a GPU type's figures were read."""

    memory: str
    bandwidth: str
    tflops: str
    fp8_tflops: str | None = None


class Gpu(Strict):
    """One GPU type (data/gpus.yaml)."""

    title: str
    memory: float = Field(gt=0, description="GiB")
    bandwidth: float = Field(gt=0, description="GB/s")
    tflops: float = Field(gt=0, description="dense bfloat16, or float16 where bf16 is false")
    fp8_tflops: float | None = Field(default=None, gt=0, description="dense FP8; null: has none")
    bf16: bool
    usd_per_hour: float = Field(gt=0)
    source: GpuSource
    unconfirmed: tuple[str, ...] = ()

    @property
    def device(self) -> Device:
        large = self.memory >= _LARGE and not self.title.startswith("A100")
        fp8 = self.fp8_tflops and self.fp8_tflops * 1e12
        return Device(
            self.memory * GIB,
            self.bandwidth * 1e9,
            self.tflops * 1e12,
            fp8,
            most_sequences=1024 if large else 256,
        )


class GpuTable(Strict):
    price_note: str
    gpus: dict[str, Gpu]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A GPU type, and how many of them a run is to fill; None: any number up to a node of eight."""

    gpu: Gpu
    count: int | None = None


def gpu_table() -> GpuTable:
    """The GPU types that are known."""
    path = packaged_data("gpus.yaml")
    data, marks = load_yaml(path)
    return parse(GpuTable, data, path, marks)


def choose_gpus(words: Sequence[str], count: int | None = None) -> dict[str, Wanted]:
    """The GPU types of a wanted name, or whose names begin with it; all where none is wanted. A
    word such as `h100x8` asks for eight; `count` is for all that say no number. Raises ConfigError
    for an unknown type, and for a count that is for none."""
    known = gpu_table().gpus
    if count is not None and words and all(_split(word.lower())[1] for word in words):
        raise ConfigError(f"--gpus {count}: {words[0]} says its number; leave one of the two out")
    if not words:
        return {name: Wanted(gpu, count) for name, gpu in known.items()}
    found: dict[str, Wanted] = {}
    for word in words:
        if word.lower().startswith(LAPTOP):  # laptops.py knows them
            continue
        found |= _named(word.lower(), known, count)
    return {name: found[name] for name in known if name in found}


def _named(word: str, known: dict[str, Gpu], count: int | None) -> dict[str, Wanted]:
    name, number = _split(word)
    count = count if number is None else number
    named = [name] if name in known else [n for n in known if n.startswith(name)]
    if not named:
        raise ConfigError(f"--gpu {word}: there is no such GPU type{nearest(name, known)}")
    return {n: Wanted(known[n], count) for n in named}


def _split(word: str) -> tuple[str, int | None]:
    """`h100x8` → h100, 8; `mi300x` and `h100` name no number."""
    found = re.fullmatch(r"(.+)x([1-9]\d*)", word)
    return (found[1], int(found[2])) if found else (word, None)
