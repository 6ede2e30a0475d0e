"""A run × GPU types → the ways to spread it over GPUs: does it fit, how long, what does it cost.
Needs no checkpoint, dataset or GPU."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from claimbench import engines
from claimbench.config.models import ModelConfig
from claimbench.config.runs import Experiment
from claimbench.engines.base import EngineSettings
from claimbench.engines.local import LocalSettings
from claimbench.errors import ConfigError
from claimbench.planning.gpu_table import GIB, Gpu, Wanted
from claimbench.planning.laptops import Laptop, laptop_rows
from claimbench.planning.lengths import Lengths
from claimbench.planning.roofline import PARALLEL, Fit, Load, Shape, fit, fits, seconds, together
from claimbench.planning.shapes import heads_of, is_known, shape_of
from claimbench.records.plain import JsonDict

ASSUMED_PROMPT = 300
"""Prompt tokens where no tokenizer is at hand to count them."""
NODE = 8
"""GPUs of a node, where no number is asked for."""

Early = Mapping[tuple[str, str], tuple[float, float]]
"""By (model, benchmark), the share of the samples that declared looks leave on average: where the
scores are equal, and where they differ by two margins."""
Prompts = Mapping[tuple[str, str], tuple[float, int]]
"""Mean and longest prompt in tokens by (model, benchmark)."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How a run is spread over GPUs: `replicas` of the engine, each on `tensor_parallel` GPUs."""

    tensor_parallel: int
    replicas: int

    @property
    def gpus(self) -> int:
        return self.tensor_parallel * self.replicas


@dataclass(frozen=True, slots=True)
class _Task:
    """One model of a run: what it is asked, in what precision, and the run's own spread."""

    model: ModelConfig
    dtype: str
    loads: tuple[Load, ...]
    own: Spread
    early: tuple[tuple[float, float], ...]

    @property
    def longest(self) -> int:
        return max(load.longest for load in self.loads)


def gpu_plan(
    experiment: Experiment,
    prompts: Prompts,
    gpus: Mapping[str, Wanted],
    lengths: Lengths,
    gpu_hour: float | None = None,
    laptops: Mapping[str, Laptop] = MappingProxyType({}),
    early: Early = MappingProxyType({}),
) -> list[JsonDict]:
    """One entry per model: its expected tokens, and for each GPU type a row per choice of tensor
    parallel × replicas. The cheapest and the fastest of a GPU type and the run's own choice are
    marked. Where `prompts` does not know a cell, ASSUMED_PROMPT stands for it; where `early` knows
    one, rows have the mean GPU-hours of a run that its looks stop. Raises ConfigError
    where the run's own parallelism does not divide a model's heads."""
    entries = []
    for model in experiment.models:
        loads, expected = _asked(experiment, model, prompts, lengths)
        entry = _model_entry(experiment, model, loads, gpus, gpu_hour, early) if gpus else {}
        found: JsonDict = {"model": model.name, "expected": expected, "gpus": [], "why_not": None}
        found |= entry
        if is_known(model):
            found["gpus"] += laptop_rows(model, loads, laptops)
        entries.append(found)
    return entries


def _model_entry(
    experiment: Experiment,
    model: ModelConfig,
    loads: Sequence[Load],
    gpus: Mapping[str, Wanted],
    gpu_hour: float | None,
    early: Early,
) -> JsonDict:
    """The rows of the GPU types, or why there are none."""
    settings = engines.settings(experiment.run.engine)
    if settings.served:
        return {"why_not": "a server generates: its GPUs are its own business"}
    if not is_known(model):
        return {"why_not": f"configs/models/{model.name}.yaml gives no geometry"}
    own = _own_spread(settings)
    _check_divides(model, own)
    shares = [early.get((model.name, b.name), (1.0, 1.0)) for b in experiment.benchmarks]
    dtype = settings.chosen_dtype or model.dtype
    task = _Task(model, dtype, tuple(loads), own, tuple(shares))
    return {"gpus": [row for name, gpu in gpus.items() for row in _rows(task, name, gpu, gpu_hour)]}


def _asked(
    experiment: Experiment, model: ModelConfig, prompts: Prompts, lengths: Lengths
) -> tuple[list[Load], list[JsonDict]]:
    """What the model is asked, as loads and as plain data."""
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
    return loads, expected


def _own_spread(settings: EngineSettings) -> Spread:
    """What the run file asks for. GPUs of a pipeline count as if they were tensor parallel."""
    if isinstance(settings, LocalSettings):
        return Spread(settings.gpus, settings.replicas)
    return Spread(1, 1)


def _check_divides(model: ModelConfig, own: Spread) -> None:
    """vLLM refuses such a number only when the weights are loaded, on a node that is paid for."""
    heads = heads_of(model)
    if heads % own.tensor_parallel:
        good = [str(n) for n in PARALLEL if heads % n == 0]
        raise ConfigError(
            f"engine.tensor_parallel: {own.tensor_parallel} does not divide the {heads} attention "
            f"heads of {model.name}; take {', '.join(good[:-1])} or {good[-1]}"
        )


def _rows(task: _Task, name: str, wanted: Wanted, gpu_hour: float | None) -> list[JsonDict]:
    """A row per choice on one GPU type; a single one that does not fit where none does."""
    gpu = wanted.gpu
    swap = task.dtype == "bfloat16" and not gpu.bf16
    dtype = "float16" if swap else task.dtype
    shape = shape_of(task.model, dtype)
    head = {"gpu": name, "title": gpu.title, "dtype": dtype} | _notes(gpu, swap)
    fitting = {found.gpus: found for found in fits(shape, gpu.device, task.longest)}
    spreads = _spreads(fitting, wanted.count)
    rows = [
        head | _cost(task, shape, gpu, fitting[s.tensor_parallel], s, gpu_hour) for s in spreads
    ]
    if task.own.gpus > 1 and task.own not in spreads:
        rows.append(head | _own_row(task, shape, wanted, gpu_hour))
    if not rows:
        return [head | {"fits": False}]
    return _marked(rows, task.own)


def _spreads(fitting: Iterable[int], count: int | None) -> list[Spread]:
    """As many of `count` GPUs in use as each parallelism that fits allows (of three, two by 2 × 1);
    else one replica of each, and as many as a node holds."""
    if count is not None:
        return [Spread(n, count // n) for n in fitting if n <= count]
    one = [Spread(n, 1) for n in fitting]
    return one + [Spread(n, NODE // n) for n in fitting if n < NODE]


def _own_row(
    task: _Task, shape: Shape, wanted: Wanted, gpu_hour: float | None
) -> dict[str, object]:
    """The run's own choice, which may need more memory, or more GPUs, than there are."""
    own, gpu = task.own, wanted.gpu
    found = fit(shape, gpu.device, own.tensor_parallel)
    too_many = wanted.count is not None and own.gpus > wanted.count
    if too_many or found.sequences(task.longest) < 1:
        return {"fits": False, "tensor_parallel": own.tensor_parallel, "replicas": own.replicas}
    return _cost(task, shape, gpu, found, own, gpu_hour)


def _notes(gpu: Gpu, swap: bool) -> dict[str, str]:
    notes = {}
    if swap:
        notes["departure"] = (
            f"{gpu.title} has no bfloat16: set engine.dtype to float16, a departure from the "
            f"checkpoint's own"
        )
    if gpu.unconfirmed:
        notes["unconfirmed"] = (
            f"{gpu.title}: no source was found for its {', '.join(gpu.unconfirmed)}"
        )
    return notes


def _cost(
    task: _Task, shape: Shape, gpu: Gpu, found: Fit, spread: Spread, gpu_hour: float | None
) -> dict[str, object]:
    loads = [load.share(spread.replicas) for load in task.loads]

    def hours_of(parts: Iterable[Load]) -> float:
        return sum(seconds(shape, gpu.device, found, load) for load in parts) / 3600

    hours = hours_of(loads)
    stopped = [
        hours_of(load.part(share) for load, share in zip(loads, shares, strict=True)) * spread.gpus
        for shares in zip(*task.early, strict=True)
    ]
    price = gpu.usd_per_hour if gpu_hour is None else gpu_hour
    return {
        "fits": True,
        "tensor_parallel": spread.tensor_parallel,
        "replicas": spread.replicas,
        "weights_gib_per_gpu": round(found.weights / GIB, 1),
        "kv_kib_per_token_per_gpu": round(found.kv_per_token / 1024, 1),
        "kv_room_gib_per_gpu": round(found.room / GIB, 1),
        "sequences_of_longest": found.sequences(task.longest),
        "sequences_together": min(together(gpu.device, found, load) for load in loads),
        "hours": round(hours, 2),
        "gpu_hours": round(hours * spread.gpus, 2),
        "gpu_hours_with_looks": [round(one, 2) for one in stopped],
        "usd_per_gpu_hour": price,
        "price": "assumed" if gpu_hour is None else "--gpu-hour",
        "usd": round(hours * spread.gpus * price, 2),
    }


def _marked(rows: Sequence[JsonDict], own: Spread) -> list[dict[str, object]]:
    """The rows with the cheapest, the fastest and the run's own choice marked."""
    costed = [row for row in rows if row["fits"]]
    cheapest = min(costed, key=lambda row: (row["usd"], row["hours"]), default=None)
    fastest = min(costed, key=lambda row: (row["hours"], row["usd"]), default=None)
    return [
        row
        | {
            "cheapest": row is cheapest,
            "fastest": row is fastest,
            "own": Spread(row["tensor_parallel"], row["replicas"]) == own,
        }
        for row in rows
    ]
