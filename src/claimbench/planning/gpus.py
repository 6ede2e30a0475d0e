"""A run × GPU types → does it fit, how long, how dear. Needs no checkpoint, dataset or GPU."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from claimbench import engines
from claimbench.config import BenchmarkConfig, Experiment, ModelConfig
from claimbench.config.paths import packaged_data
from claimbench.config.yamlfile import Strict, load_yaml, nearest, parse
from claimbench.errors import ConfigError
from claimbench.planning.roofline import Device, Fit, Load, Shape, seconds, smallest_fit, together

GIB = 2**30
ASSUMED_PROMPT = 300
"""Prompt tokens where no tokenizer is at hand to count them."""
_BYTES = {"float32": 4.0, "bfloat16": 2.0, "float16": 2.0}
_QUANTIZED_BYTES = {"fp8": 1.0, "awq": 0.56, "gptq": 0.56}
"""Bytes per weight; four bits with scales of a group of 128 and some unquantized layers."""
_KV_BYTES = {"auto": 2.0, "fp8": 1.0, "fp8_e4m3": 1.0, "fp8_e5m2": 1.0}

Prompts = Mapping[tuple[str, str], tuple[float, int]]
"""Mean and longest prompt in tokens by (model, benchmark)."""


class GpuSource(Strict):
    """Where a GPU type's figures were read."""

    memory: str
    bandwidth: str
    tflops: str


class Gpu(Strict):
    """One GPU type (data/gpus.yaml)."""

    title: str
    memory: float = Field(gt=0, description="GiB")
    bandwidth: float = Field(gt=0, description="GB/s")
    tflops: float = Field(gt=0, description="dense bfloat16, or float16 where bf16 is false")
    bf16: bool
    usd_per_hour: float = Field(gt=0)
    source: GpuSource
    unconfirmed: tuple[str, ...] = ()

    @property
    def device(self) -> Device:
        return Device(self.memory * GIB, self.bandwidth * 1e9, self.tflops * 1e12)


class GpuTable(Strict):
    price_note: str
    gpus: dict[str, Gpu]


class MeasuredLength(Strict):
    tokens: float = Field(gt=0)
    source: str


class LengthTable(Strict):
    measured: dict[str, dict[str, MeasuredLength]]
    assumed: dict[str, float]


@dataclass(frozen=True, slots=True)
class Length:
    """Mean tokens of a completion, and where the figure is from."""

    tokens: float
    source: str


def gpu_table() -> GpuTable:
    """The GPU types that are known."""
    path = packaged_data("gpus.yaml")
    return parse(GpuTable, *_read(path))


def choose_gpus(wanted: Sequence[str]) -> dict[str, Gpu]:
    """The GPU types of a wanted name, or whose names begin with it; all where none is wanted."""
    known = gpu_table().gpus
    for word in wanted:
        if not any(name.startswith(word.lower()) for name in known):
            raise ConfigError(f"--gpu {word}: there is no such GPU type{nearest(word, known)}")
    words = [word.lower() for word in wanted] or [""]
    exact = {word for word in words if word in known}
    begun = tuple(word for word in words if word not in exact)
    return {name: g for name, g in known.items() if name in exact or name.startswith(begun)}


class Lengths:
    """Mean completion lengths: of an earlier run, else published, else assumed."""

    def __init__(self, run_dir: Path | None = None) -> None:
        path = packaged_data("lengths.yaml")
        self._table = parse(LengthTable, *_read(path))
        self._earlier = _measured(run_dir) if run_dir else {}

    def of(self, model: ModelConfig, benchmark: BenchmarkConfig, max_tokens: int) -> Length:
        """The mean length of a completion, at most `max_tokens`."""
        found = self._earlier.get((model.name, benchmark.name)) or self._known(model, benchmark)
        if found is None:
            found = Length(max_tokens / 2, "assumed: half of sampling.max_tokens")
        return Length(min(found.tokens, max_tokens), found.source)

    def _known(self, model: ModelConfig, benchmark: BenchmarkConfig) -> Length | None:
        published = self._table.measured.get(model.subject, {}).get(benchmark.name)
        if published is not None:
            return Length(published.tokens, published.source)
        assumed = self._table.assumed.get(benchmark.name)
        if assumed is None or model.prompt.reasoning_end is None:
            return None
        return Length(assumed, "assumed for reasoning models")


def gpu_plan(
    experiment: Experiment,
    prompts: Prompts,
    gpus: Mapping[str, Gpu],
    lengths: Lengths,
    gpu_hour: float | None = None,
) -> list[dict[str, Any]]:
    """One entry per model: its expected tokens, and a row per GPU type. Where `prompts` does not
    know a cell, ASSUMED_PROMPT stands for it."""
    return [
        _model_entry(experiment, m, prompts, gpus, lengths, gpu_hour) for m in experiment.models
    ]


def _model_entry(
    experiment: Experiment,
    model: ModelConfig,
    prompts: Prompts,
    gpus: Mapping[str, Gpu],
    lengths: Lengths,
    gpu_hour: float | None,
) -> dict[str, Any]:
    limit = experiment.run.sampling.max_tokens
    loads, expected = [], []
    for benchmark in experiment.benchmarks:
        mean_prompt, longest_prompt = prompts.get(
            (model.name, benchmark.name), (ASSUMED_PROMPT, ASSUMED_PROMPT)
        )
        samples = experiment.problems_of(benchmark) * experiment.samples_of(benchmark)
        length = lengths.of(model, benchmark, limit)
        loads.append(Load(samples, mean_prompt, length.tokens, longest_prompt + limit))
        expected.append(
            {
                "benchmark": benchmark.name,
                "samples": samples,
                "mean_tokens": round(length.tokens),
                "source": length.source,
                "tokens": round(samples * length.tokens),
            }
        )
    return {"model": model.name, "expected": expected} | _rows(
        experiment, model, loads, gpus, gpu_hour
    )


def _rows(
    experiment: Experiment,
    model: ModelConfig,
    loads: Sequence[Load],
    gpus: Mapping[str, Gpu],
    gpu_hour: float | None,
) -> dict[str, Any]:
    settings = engines.settings(experiment.run.engine)
    if settings.served:
        return {"gpus": [], "why_not": "a server generates: its GPUs are its own business"}
    if None in (model.hidden, model.layers, model.kv_heads, model.head_dim):
        return {"gpus": [], "why_not": f"configs/models/{model.name}.yaml gives no geometry"}
    dtype = settings.chosen_dtype or model.dtype
    return {
        "gpus": [_row(model, dtype, loads, name, gpu, gpu_hour) for name, gpu in gpus.items()],
        "why_not": None,
    }


def _row(
    model: ModelConfig,
    dtype: str,
    loads: Sequence[Load],
    name: str,
    gpu: Gpu,
    gpu_hour: float | None,
) -> dict[str, Any]:
    swap = dtype == "bfloat16" and not gpu.bf16
    dtype = "float16" if swap else dtype
    shape = shape_of(model, dtype)
    longest = max(load.longest for load in loads)
    found = smallest_fit(shape, gpu.device, longest)
    row: dict[str, Any] = {"gpu": name, "title": gpu.title, "dtype": dtype}
    if swap:
        row["departure"] = (
            f"{gpu.title} has no bfloat16: set engine.dtype to float16, a departure from the "
            f"checkpoint's own"
        )
    if gpu.unconfirmed:
        row["unconfirmed"] = (
            f"{gpu.title}: no source was found for its {', '.join(gpu.unconfirmed)}"
        )
    if found is None:
        return row | {"fits": False}
    return row | _cost(shape, gpu, found, loads, longest, gpu_hour)


def _cost(
    shape: Shape,
    gpu: Gpu,
    found: Fit,
    loads: Sequence[Load],
    longest: int,
    gpu_hour: float | None,
) -> dict[str, Any]:
    hours = sum(seconds(shape, gpu.device, found, load) for load in loads) / 3600
    price = gpu.usd_per_hour if gpu_hour is None else gpu_hour
    return {
        "fits": True,
        "tensor_parallel": found.gpus,
        "weights_gib_per_gpu": round(found.weights / GIB, 1),
        "kv_kib_per_token_per_gpu": round(found.kv_per_token / 1024, 1),
        "kv_room_gib_per_gpu": round(found.room / GIB, 1),
        "sequences_of_longest": found.sequences(longest),
        "sequences_together": min(together(found, load) for load in loads),
        "hours": round(hours, 2),
        "gpu_hours": round(hours * found.gpus, 2),
        "usd_per_gpu_hour": price,
        "price": "assumed" if gpu_hour is None else "--gpu-hour",
        "usd": round(hours * found.gpus * price, 2),
    }


def shape_of(model: ModelConfig, dtype: str) -> Shape:
    """The geometry of a model whose configuration gives it. Raises ConfigError for a quantization
    of unknown size."""
    weight_bytes = _BYTES[dtype]
    if model.quantization is not None:
        weight_bytes = _known_bytes(_QUANTIZED_BYTES, model, "quantization", model.quantization)
    kv_bytes = _BYTES[dtype]
    if model.kv_dtype is not None:
        kv_bytes = _known_bytes(_KV_BYTES, model, "kv_dtype", model.kv_dtype)
    assert model.hidden and model.layers and model.kv_heads and model.head_dim
    return Shape(
        parameters=model.parameters * 1e9,
        layers=model.layers,
        heads=model.hidden // model.head_dim,
        kv_heads=model.kv_heads,
        head_dim=model.head_dim,
        weight_bytes=weight_bytes,
        kv_bytes=kv_bytes,
    )


def _known_bytes(table: Mapping[str, float], model: ModelConfig, key: str, value: str) -> float:
    if value not in table:
        raise ConfigError(
            f"model {model.name}, key {key}: {value} is unknown{nearest(value, table)}"
        )
    return table[value]


def _measured(run_dir: Path) -> dict[tuple[str, str], Length]:
    """Mean completion lengths of an earlier run folder."""
    path = run_dir / "measurements.json"
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return {
            (row["model"], row["benchmark"]): Length(
                float(row["tokens_mean"]), f"run {run_dir.name}"
            )
            for row in rows
            if row["received"]
        }
    except (OSError, ValueError, TypeError, KeyError) as error:
        why = getattr(error, "strerror", None) or "it is damaged"
        raise ConfigError(
            f"--lengths {run_dir}: {path.name} cannot be read ({why}); name a run folder that has "
            f"a report"
        ) from None


def _read(path: Path) -> tuple[Any, Path, Any]:
    data, marks = load_yaml(path)
    return data, path, marks
