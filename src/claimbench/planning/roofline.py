"""How fast a model can generate on a GPU type: a roofline, no benchmark.

Symbols: P parameters, b bytes per weight, t GPUs (tensor parallel), M memory of one GPU, B its
bandwidth, F its dense FLOP/s (of FP8, where weights are FP8 and the GPU computes in it),
n sequences generated together, m the most that vLLM runs together on such a GPU.

    weights per GPU          w = P·b / t
    KV cache per token, GPU  k = 2 · layers · ⌈kv_heads / t⌉ · head_dim · b_kv
    room for the KV cache    r = 0.90·M − 1.5 GiB − w
    fits                     r ≥ k · longest              (longest = longest prompt + max_tokens)
    context held             h = prompt + mean            (a running sequence is a long one: for
                             exponential lengths E[L²]/2E[L] is the mean itself)
    sequences together       n = min(⌊r / (k·h)⌋, m, samples), at least ⌊r / (k·longest)⌋ ≥ 1
    one step                 s(n) = max((w + n·k·h) / (0.6·B),  2·P·n / (t·0.4·F))
    seconds                  tokens · s(n) / n + prompt tokens · 2·P / (t·0.4·F) + mean · s(1)

The last term is the tail, when few sequences are left. 0.90 is vLLM's default share of the memory;
1.5 GiB for activations and the shares 0.6 of the bandwidth and 0.4 of the FLOP/s are assumptions.
Communication between GPUs is left out. Replicas share the samples out evenly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

MEMORY_SHARE = 0.90
OVERHEAD_BYTES = 1.5 * 2**30
BANDWIDTH_SHARE = 0.6
COMPUTE_SHARE = 0.4
PARALLEL = (1, 2, 4, 8)


@dataclass(frozen=True, slots=True)
class Shape:
    """A model's geometry. `parameters` is a count; bytes are per number."""

    parameters: float
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    weight_bytes: float
    kv_bytes: float
    fp8: bool = False


@dataclass(frozen=True, slots=True)
class Device:
    """One GPU: bytes, bytes per second, dense FLOP/s, those of FP8 where it computes in it, and how
    many sequences vLLM runs together on it at most."""

    memory: float
    bandwidth: float
    flops: float
    fp8_flops: float | None = None
    most_sequences: int = 256


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked: `samples` completions of `mean` tokens on average; `prompt` tokens on average,
    `longest` tokens of prompt and completion at most."""

    samples: int
    prompt: float
    mean: float
    longest: int

    def share(self, replicas: int) -> Load:
        """What the busiest of so many replicas is asked."""
        return self.part(1 / replicas)

    def part(self, share: float) -> Load:
        """A share of the samples."""
        return replace(self, samples=math.ceil(self.samples * share - 1e-9))


@dataclass(frozen=True, slots=True)
class Fit:
    """A shape on `gpus` of a device: bytes per GPU."""

    gpus: int
    weights: float
    kv_per_token: float
    room: float

    def sequences(self, tokens: float) -> int:
        """How many sequences of so many tokens the KV cache holds."""
        return math.floor(self.room / (self.kv_per_token * tokens))


def fit(shape: Shape, device: Device, gpus: int) -> Fit:
    """Weights, KV cache and what is left, per GPU."""
    weights = shape.parameters * shape.weight_bytes / gpus
    kv_heads = math.ceil(shape.kv_heads / gpus)
    kv = 2 * shape.layers * kv_heads * shape.head_dim * shape.kv_bytes
    room = MEMORY_SHARE * device.memory - OVERHEAD_BYTES - weights
    return Fit(gpus, weights, kv, room)


def fits(shape: Shape, device: Device, longest: int) -> list[Fit]:
    """Each number of GPUs that divides the heads and holds the weights and the longest sequence."""
    found = [fit(shape, device, gpus) for gpus in PARALLEL if shape.heads % gpus == 0]
    return [one for one in found if one.sequences(longest) >= 1]


def together(device: Device, found: Fit, load: Load) -> int:
    """Sequences generated at the same time."""
    usual = found.sequences(load.prompt + load.mean)
    return max(1, min(usual, device.most_sequences, load.samples))


def step_seconds(shape: Shape, device: Device, found: Fit, load: Load, sequences: int) -> float:
    """Seconds for one token of each sequence: memory or arithmetic, whichever is slower."""
    held = load.prompt + load.mean
    read = found.weights + sequences * found.kv_per_token * held
    memory = read / (BANDWIDTH_SHARE * device.bandwidth)
    return max(memory, sequences * _seconds_per_token(shape, device, found))


def seconds(shape: Shape, device: Device, found: Fit, load: Load) -> float:
    """Seconds for the whole load on `found.gpus` GPUs."""
    n = together(device, found, load)
    decode = load.samples * load.mean * step_seconds(shape, device, found, load, n) / n
    prefill = load.samples * load.prompt * _seconds_per_token(shape, device, found)
    tail = load.mean * step_seconds(shape, device, found, load, 1)
    return decode + prefill + tail


def _seconds_per_token(shape: Shape, device: Device, found: Fit) -> float:
    flops = device.fp8_flops if shape.fp8 and device.fp8_flops else device.flops
    return 2 * shape.parameters / (found.gpus * COMPUTE_SHARE * flops)
