"""What a run file may say (configs/runs/*.yaml)."""

from __future__ import annotations

import math
import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from claimbench.config.benchmarks import BenchmarkConfig, PromptConfig, Selection
from claimbench.config.engines import EngineConfig
from claimbench.config.folders import LM_EVAL, fit_name
from claimbench.config.models import ModelConfig
from claimbench.config.texts import ByLanguage
from claimbench.config.yamlfile import FromList, Misplaced, Strict, nearest, unset
from claimbench.errors import ConfigError


def _look(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool) and not 0 < value <= 1:
        raise ValueError("a look is a share of the samples, 0.5 for half of them")
    return value


Share = Annotated[float, Field(allow_inf_nan=False), BeforeValidator(_look)]
Shares = Annotated[tuple[Share, ...], Field(min_length=1), FromList]
Score = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Margin = Annotated[float, Field(gt=0, lt=100, allow_inf_nan=False)]


class SamplingConfig(Strict):
    """Sampling parameters, all sent to the engine. temperature 0 is greedy decoding.

    `min_p` keeps the tokens at least so many times as probable as the likeliest; a token that the
    reply holds already loses `presence_penalty` of its logit, and one that prompt or reply hold has
    its logit divided (where it is positive, else multiplied) by `repetition_penalty`.
    """

    temperature: float = Field(ge=0, allow_inf_nan=False)
    top_p: float = Field(default=1.0, gt=0, le=1, description="1: off")
    top_k: int = Field(default=0, ge=0, description="0: off")
    min_p: float = Field(default=0.0, ge=0, le=1, description="0: off")
    presence_penalty: float = Field(default=0.0, ge=-2, le=2, description="0: off")
    repetition_penalty: float = Field(default=1.0, gt=0, le=10, description="1: off")
    max_tokens: int = Field(gt=0)


class GradingConfig(Strict):
    """The grading pool. `workers`, where it is left out, is one for each core if programs are run
    (they give way to the engine), else 1. `min_isolation` is the weakest isolation
    (docs/sandbox.md) with which programs that a model wrote are run."""

    workers: int | None = Field(default=None, gt=0)
    min_isolation: Literal["namespaces", "landlock", "seccomp", "rlimits"] = "seccomp"


class LmEvalOptions(Strict):
    """How a run's `lm-eval:…` benchmarks are asked and scored.

    `include` is a folder of task YAMLs; `chat: false` sends contexts without chat turns, as to a
    base model; `until: drop` leaves out the tasks' stop strings; `metrics` says by benchmark which
    figure counts as right or wrong, as lm-eval writes it: "exact_match,flexible-extract".
    `confirm_run_unsafe_code`, lm-eval's own word, takes tasks whose metric runs what the model
    wrote, outside of the sandbox.
    """

    include: str | None = None
    chat: bool = True
    multiturn: bool = True
    num_fewshot: int | None = Field(default=None, ge=0)
    until: Literal["keep", "drop"] = "keep"
    metrics: dict[str, str] = Field(default_factory=dict)
    confirm_run_unsafe_code: bool = False


class RunConfig(Strict):
    """What to run (configs/runs/*.yaml): models × benchmarks × sampling × engine, and the
    published tables it is compared with."""

    read_before = ("extends",)

    name: str
    title: ByLanguage = Field(description="a text, or one by language (en, ko)")
    models: tuple[str, ...] = Field(min_length=1)
    benchmarks: tuple[str, ...] = Field(min_length=1)
    sampling: SamplingConfig
    samples: int | dict[str, int] | None = None
    looks: Shares | dict[str, Shares] | None = Field(
        default=None, description="shares of the samples at which a run may stop, declared before"
    )
    limit: int | None = Field(default=None, gt=0)
    seed: int = 0
    engine: EngineConfig = EngineConfig()
    grading: GradingConfig = GradingConfig()
    published: tuple[str, ...] = ()
    claimed: dict[str, dict[str, Score]] = Field(
        default_factory=dict,
        exclude_if=unset,
        description="your own figures in %, by model and below by benchmark: {M: {B: 41.5}}",
    )
    margins: dict[str, Margin] = Field(
        default_factory=dict,
        description="the points that count as the same score, by benchmark: {B: 3}",
    )
    select: dict[str, Selection] = Field(
        default_factory=dict, description="another release or window, by benchmark"
    )
    prompts: dict[str, PromptConfig] = Field(
        default_factory=dict, description="another prompt, by benchmark"
    )
    allow_low_power: bool = False
    lm_eval: LmEvalOptions | None = None

    @model_validator(mode="after")
    def _samples_and_margins_name_benchmarks(self) -> RunConfig:
        for key, asked in (("models", self.models), ("benchmarks", self.benchmarks)):
            if len(set(asked)) < len(asked):
                twice = next(name for name in asked if asked.count(name) > 1)
                raise ValueError(f"key {key} names {twice} twice: leave one out")
        samples = self.samples if isinstance(self.samples, dict) else {}
        for key, numbers in (("samples", samples), ("margins", self.margins)):
            if strange := sorted(set(numbers) - set(self.benchmarks)):
                raise self._not_of_this_run(key, strange[0])
        self._check_claimed()
        looks = set(self.looks) if isinstance(self.looks, dict) else set()
        named_by = (("select", self.select), ("prompts", self.prompts), ("looks", looks))
        for key, by_name in named_by:
            if strange := sorted(set(by_name) - set(self.benchmarks)):
                known = nearest(strange[0], self.benchmarks)
                sentence = f"{key} names {strange[0]}, which this run does not have{known}"
                raise Misplaced((key, strange[0]), sentence)
            if any(name.startswith(LM_EVAL) for name in self.prompts):
                raise ValueError("prompts: a task of lm-eval makes its own; leave it out")
        counts = self.samples.values() if isinstance(self.samples, dict) else [self.samples]
        if any(count is not None and count < 1 for count in counts):
            raise ValueError(
                "samples must be at least 1 (leave the key out for the benchmark's own number)"
            )
        if not re.fullmatch(r"\w[\w.-]*", self.name):
            raise ValueError(
                f"name {self.name!r} must be letters, digits, dots, dashes"
                f" (for example {fit_name(self.name)})"
            )
        return self

    def _check_claimed(self) -> None:
        for model, figures in self.claimed.items():
            if model in self.benchmarks and model not in self.models:
                form = "claimed is by model, and below by benchmark: {M: {B: 41.5}}"
                raise Misplaced(("claimed", model), form)
            if model not in self.models:
                raise Misplaced(
                    ("claimed", model),
                    f"claimed names {model}, but the models of this run are "
                    f"{', '.join(self.models)}{nearest(model, self.models)}",
                )
            if strange := sorted(set(figures) - set(self.benchmarks)):
                raise self._not_of_this_run("claimed", model, strange[0])

    def _not_of_this_run(self, *key: str) -> Misplaced:
        *above, name = key
        return Misplaced(
            key,
            f"{'.'.join(above)} names {name}, but the benchmarks of this run are "
            f"{', '.join(self.benchmarks)}: mend the name or take it out",
        )


class Experiment(Strict):
    """A run with its models and benchmarks resolved: everything that decides the samples.

    Benchmarks named `lm-eval:…` are resolved when their data are read
    (`benchmarks.loading.resolve`).
    """

    run: RunConfig
    models: tuple[ModelConfig, ...]
    benchmarks: tuple[BenchmarkConfig, ...]

    def check_samples(self) -> None:
        """Raises ConfigError where greedy decoding is asked several times for one problem."""
        for benchmark in self.benchmarks:
            count = self.samples_of(benchmark)
            if self.run.sampling.temperature == 0 and count > 1:
                raise ConfigError(
                    f"run {self.run.name}: {benchmark.name} asks {count} samples per problem at "
                    f"temperature 0, which would be the same reply {count} times; set samples: 1, "
                    "or a temperature above 0"
                )

    def problems_of(self, benchmark: BenchmarkConfig) -> int:
        """Problems asked of a benchmark, as far as its configuration says, 0 where it does not: a
        window of a release that is not pinned counts as the whole release."""
        dataset = benchmark.dataset
        rows = dataset.rows
        if rows is None:
            rows = dataset.releases[dataset.release].rows if dataset.release else 0
        return min(rows, self.run.limit or rows)

    def looks_of(self, benchmark: str, samples: int) -> tuple[int, ...]:
        """The samples per problem, below all `samples`, at which a cell is looked at. One sample
        tells no spread, so the first look has two."""
        chosen = self.run.looks
        shares = chosen.get(benchmark, ()) if isinstance(chosen, dict) else chosen or ()
        counts = {max(2, math.ceil(share * samples - 1e-9)) for share in shares}
        return tuple(sorted(count for count in counts if count < samples))

    def samples_of(self, benchmark: BenchmarkConfig) -> int:
        """Samples per problem: the run's number, else the benchmark's."""
        chosen = self.run.samples
        if isinstance(chosen, dict):
            return chosen.get(benchmark.name, benchmark.samples)
        return benchmark.samples if chosen is None else chosen
