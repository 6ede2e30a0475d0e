"""Run config → what is asked: every model on every benchmark (cells.py), with stable ids."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from claimbench import engines
from claimbench.benchmarks.loading import (
    check_pair,
    dataset_origin,
    load_fewshot,
    load_problems,
    resolve,
)
from claimbench.benchmarks.twins import contradictions
from claimbench.config.benchmarks import BenchmarkConfig
from claimbench.config.models import ModelConfig
from claimbench.config.runs import Experiment
from claimbench.engines.base import EngineSettings
from claimbench.errors import ConfigError, Missing
from claimbench.grading import make_grader
from claimbench.grading.fitness import cannot_apply
from claimbench.models import adapters, checkpoints
from claimbench.models.checkpoints import Checkpoint
from claimbench.models.prompts import MessageMaker, PromptMaker, Tokenizer
from claimbench.planning.cells import Cell, weights_identity
from claimbench.planning.resolved import resolved_config, with_samples
from claimbench.records import NEUTRAL, Problem, Sampling, Turn
from claimbench.store.growth import ResolvedAt
from claimbench.store.runfile import decisive_digest

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """Everything that a run asks for, and where it comes from.

    `resolved` is the whole resolved config in plain data; `digest` covers the part of it that
    decides samples, grades and verdicts (not titles, devices or parallelism); `resolved_at` gives
    `resolved` for other numbers of samples, by cell.
    """

    experiment: Experiment
    engine: EngineSettings
    cells: tuple[Cell, ...]
    checkpoints: Mapping[str, Checkpoint]
    origins: Mapping[str, str]
    resolved: Mapping[str, object]
    digest: str
    resolved_at: ResolvedAt

    @property
    def asked(self) -> int:
        """Samples asked for in all."""
        return sum(cell.asked for cell in self.cells)


def make_plan(
    experiment: Experiment,
    engine: Mapping[str, str],
    data_dir: Path | None,
    online: bool,
    *,
    weights: bool = True,
    log: Callable[[str], None] = lambda _: None,
    lacking: dict[str, str] | None = None,
) -> Plan:
    """Load datasets and tokenizers, render every prompt, and fix every sample's id.

    `engine` is the identity (name and version) of the engine that will be asked; with
    `weights=False` the checkpoints' tokenizers are enough; `log` gets what is being done. Where a
    dry run gives `lacking`, models and benchmarks that are not on this machine are left out, and
    why is noted there by their names.
    """
    experiment = resolve(experiment, data_dir)
    experiment.check_samples()  # Again: only now are lm-eval's tasks known.
    chosen = engines.settings(experiment.run.engine)
    _check_sampling(experiment, chosen)
    _check_adapters(experiment, chosen)
    asked = list(_read(experiment, data_dir, log, lacking))
    found: dict[str, Checkpoint] = {}
    cells: list[Cell] = []
    for model in experiment.models:
        log(f"finding the checkpoint of {model.name}")
        with _noted(model.name, lacking):
            found[model.name] = checkpoints.wanted_by(chosen, model, online, weights=weights)
            cells += _cells(experiment, chosen, model, found[model.name], engine, asked)
    log("rendering prompts")
    _refuse_twins(cells)
    resolved = resolved_config(experiment, chosen, engine, found, cells)
    origins = {b.name: dataset_origin(b.dataset, data_dir) for b in experiment.benchmarks}
    digest = decisive_digest(resolved)
    resolved_at = partial(with_samples, experiment, resolved, tuple(cells))
    return Plan(experiment, chosen, tuple(cells), found, origins, resolved, digest, resolved_at)


def _read(
    experiment: Experiment,
    data_dir: Path | None,
    log: Callable[[str], None],
    lacking: dict[str, str] | None,
) -> Iterator[_Asked]:
    """The benchmarks with their rows, those that are not `lacking`."""
    for benchmark in experiment.benchmarks:
        log(f"reading {benchmark.name}")
        with _noted(benchmark.name, lacking):
            problems = load_problems(benchmark, data_dir, experiment.run.limit)
            _check_grader(benchmark, problems)
            for doubt in contradictions(problems) if benchmark.lm_eval is None else ():
                _LOG.warning("benchmark %s: %s", benchmark.name, doubt)
            yield _Asked(benchmark, tuple(problems), load_fewshot(benchmark, data_dir))


@contextmanager
def _noted(name: str, lacking: dict[str, str] | None) -> Iterator[None]:
    """Notes what is missing under `name` where a dry run may go on without it."""
    try:
        yield
    except Missing as missing:
        if lacking is None:
            raise
        lacking[name] = str(missing)


def _check_sampling(experiment: Experiment, chosen: EngineSettings) -> None:
    """Refuse a parameter that this engine lacks: left out, it would stand in the record, untrue."""
    for key in chosen.lacking:
        if getattr(experiment.run.sampling, key) != NEUTRAL[key]:
            raise ConfigError(
                f"run {experiment.run.name}, key sampling.{key}: the {chosen.kind} engine of this "
                f"run does not take it; leave it out ({NEUTRAL[key]:g} is off), or use an engine "
                "that does"
            )


def _check_adapters(experiment: Experiment, chosen: EngineSettings) -> None:
    """Refuse an adapter where the base alone would answer."""
    for model in experiment.models:
        if model.adapter is not None and not chosen.takes_adapters:
            raise ConfigError(
                f"model {model.name}, key adapter: the {chosen.kind} engine does not apply it; "
                f"{adapters.MERGE}, or use engine.kind: vllm"
            )


def _check_grader(benchmark: BenchmarkConfig, problems: Sequence[Problem]) -> None:
    """Refuse a grader that could judge no reply, before anything is generated."""
    try:
        grader = make_grader(benchmark.grader.kind, benchmark.grader.options, None)
    except ConfigError as error:
        raise ConfigError(f"benchmark {benchmark.name}, key grader: {error}") from error
    if reason := cannot_apply(grader, problems):
        raise ConfigError(
            f"benchmark {benchmark.name}: its grader {benchmark.grader.kind} can judge none of its "
            f"problems ({reason}); name another grader or mend the data"
        )


def _refuse_twins(cells: Iterable[Cell]) -> None:
    """Two names for the same checkpoint, asked the same, would share each sample's id."""
    seen: dict[str, Cell] = {}
    for cell in cells:
        twin = seen.setdefault(cell.ids[0], cell) if cell.ids else cell
        if twin is not cell:
            raise ConfigError(
                f"models {twin.model.name} and {cell.model.name} are one checkpoint, asked the "
                f"same prompts on {cell.benchmark.name}: leave one out of the key models"
            )


@dataclass(frozen=True)
class _Asked:
    """A benchmark with its rows."""

    benchmark: BenchmarkConfig
    problems: tuple[Problem, ...]
    shots: tuple[Turn, ...]


def _cells(
    experiment: Experiment,
    chosen: EngineSettings,
    model: ModelConfig,
    checkpoint: Checkpoint,
    engine: Mapping[str, str],
    asked: Iterable[_Asked],
) -> Iterator[Cell]:
    """One model on each benchmark."""
    run = experiment.run
    tokenizer = checkpoints.load_tokenizer(checkpoint) if checkpoint.path else None
    identity = weights_identity(model, checkpoint, chosen.chosen_dtype or model.dtype, engine)
    for one in asked:
        check_pair(model, one.benchmark)
        sampling = _sampling(experiment, one.benchmark)
        yield Cell(
            model=model,
            benchmark=one.benchmark,
            problems=one.problems,
            samples=experiment.samples_of(one.benchmark),
            sampling=sampling,
            seed=run.seed,
            maker=_maker(chosen, model, one.benchmark, tokenizer, one.shots, sampling.max_tokens),
            weights=identity,
        )


def _maker(
    chosen: EngineSettings,
    model: ModelConfig,
    benchmark: BenchmarkConfig,
    tokenizer: Tokenizer | None,
    shots: tuple[Turn, ...],
    max_tokens: int,
) -> PromptMaker | MessageMaker:
    """Who makes the prompts: token ids wherever the engine takes them."""
    ids = PromptMaker(model, benchmark, tokenizer, shots, max_tokens) if tokenizer else None
    if chosen.served is None or chosen.served.prompt == "token_ids":
        assert ids is not None
        return ids
    return MessageMaker(model, benchmark, shots, counter=ids)


def _sampling(experiment: Experiment, benchmark: BenchmarkConfig) -> Sampling:
    """The run's sampling with the benchmark's stop strings."""
    chosen = experiment.run.sampling
    return Sampling(
        temperature=float(chosen.temperature),
        top_p=float(chosen.top_p),
        top_k=chosen.top_k,
        max_tokens=chosen.max_tokens,
        stop=benchmark.stop,
        min_p=float(chosen.min_p),
        presence_penalty=float(chosen.presence_penalty),
        repetition_penalty=float(chosen.repetition_penalty),
    )
