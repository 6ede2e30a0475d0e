"""Run config → ordered Requests with stable ids.

A plan is lazy where it can be large: a cell (one model on one benchmark) keeps the ids of its
samples, and makes its requests while they are read. Samples of one problem stand together, so that
an engine computes their shared prompt once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from claimbench import checkpoints
from claimbench.benchmarks import (
    check_pair,
    content_digest,
    dataset_origin,
    load_fewshot,
    load_problems,
    resolve,
)
from claimbench.checkpoints import Checkpoint
from claimbench.config import BenchmarkConfig, Experiment, ModelConfig, RunConfig, digest, plain
from claimbench.prompts import MessageMaker, Prompt, PromptMaker, choice_order, prompt_rules
from claimbench.records import Message, Problem, Request, Sampling

_DECISIVE = ("cells", "graders", "reasoning_end", "judging")
"""The parts of a resolved config that decide samples, grades and verdicts."""

ID_LENGTH = 32  # hex digits: 128 bits, no collision to fear among millions of samples


@dataclass(frozen=True)
class Cell:
    """One model on one benchmark. `weights` is the part of every sample's identity that does not
    depend on the problem: checkpoint, precision, engine."""

    model: ModelConfig
    benchmark: BenchmarkConfig
    problems: tuple[Problem, ...]
    samples: int
    sampling: Sampling
    seed: int
    maker: PromptMaker | MessageMaker
    weights: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.model.name}/{self.benchmark.name}"

    @property
    def asked(self) -> int:
        """Samples asked for."""
        return len(self.problems) * self.samples

    @property
    def ids(self) -> list[str]:
        """The id of every sample: problem by problem, then by sample index."""
        return self._ids_and_longest[0]

    @property
    def longest(self) -> int:
        """The most tokens that a prompt and its reply can come to."""
        return self._ids_and_longest[1] + self.sampling.max_tokens

    @cached_property
    def _ids_and_longest(self) -> tuple[list[str], int]:
        ids, longest = [], 0
        for problem in self.problems:
            for request in self._requests_of(problem):
                ids.append(request.id)
                longest = max(longest, len(request.prompt_ids))
        return ids, longest

    def missing(self, present: Container[str]) -> Iterator[Request]:
        """The requests whose samples are not `present`, in the stable order."""
        n = self.samples
        for row, problem in enumerate(self.problems):
            if any(sample not in present for sample in self.ids[row * n : (row + 1) * n]):
                yield from (r for r in self._requests_of(problem) if r.id not in present)

    def prompt_of(self, problem: Problem, sample_index: int = 0) -> Prompt:
        """The prompt of one sample."""
        seed = sample_seed(self.seed, problem, sample_index)
        return self.maker.prompt(problem, choice_order(problem, seed))

    def _requests_of(self, problem: Problem) -> Iterator[Request]:
        # With choices every sample has an order, and so a prompt, of its own.
        shared = None if problem.choices else self._prompt_and_digest(problem, ())
        for index in range(self.samples):
            seed = sample_seed(self.seed, problem, index)
            order = choice_order(problem, seed)
            prompt, identity = shared or self._prompt_and_digest(problem, order)
            yield Request(
                id=sample_id(identity, seed, index),
                model=self.model.name,
                benchmark=self.benchmark.name,
                problem_id=problem.id,
                sample_index=index,
                prompt_ids=prompt.ids,
                sampling=self.sampling,
                seed=seed,
                choice_order=order,
                messages=prompt.messages,
            )

    def _prompt_and_digest(self, problem: Problem, order: tuple[int, ...]) -> tuple[Prompt, Any]:
        prompt = self.maker.prompt(problem, order)
        identity = {
            **self.weights,
            "benchmark": self.benchmark.name,
            "problem": problem.id,
            **_what_is_sent(prompt),
            "sampling": asdict(self.sampling),
        }
        text = json.dumps(identity, sort_keys=True, separators=(",", ":"))
        return prompt, hashlib.sha256(text.encode())


@dataclass(frozen=True)
class Plan:
    """Everything that a run asks for, and where it comes from.

    `resolved` is the whole resolved config in plain data; `digest` covers the part of it that
    decides samples, grades and verdicts (not titles, devices or parallelism).
    """

    experiment: Experiment
    cells: tuple[Cell, ...]
    checkpoints: Mapping[str, Checkpoint]
    origins: Mapping[str, str]
    resolved: Mapping[str, Any]
    digest: str

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
    told: Callable[[str], None] = lambda _: None,
) -> Plan:
    """Load datasets and tokenizers, render every prompt, and fix every sample's id.

    `engine` is the identity (name and version) of the engine that will be asked; with
    `weights=False` the checkpoints' tokenizers are enough; `told` hears what is being done.
    """
    experiment = resolve(experiment, data_dir)
    asked = []
    for benchmark in experiment.benchmarks:
        told(f"reading {benchmark.name}")
        problems = load_problems(benchmark, data_dir, experiment.run.limit)
        asked.append(_Asked(benchmark, tuple(problems), load_fewshot(benchmark, data_dir)))
    found: dict[str, Checkpoint] = {}
    cells: list[Cell] = []
    for model in experiment.models:
        told(f"finding the checkpoint of {model.name}")
        found[model.name] = _checkpoint(experiment.run, model, online, weights)
        cells += _cells(experiment, model, found[model.name], engine, asked)
    told("rendering prompts")
    resolved = _resolved(experiment, engine, found, cells)
    origins = {b.name: dataset_origin(b.dataset, data_dir) for b in experiment.benchmarks}
    decisive = {key: resolved[key] for key in _DECISIVE}
    return Plan(experiment, tuple(cells), found, origins, resolved, digest(decisive))


@dataclass(frozen=True)
class _Asked:
    """A benchmark with its rows."""

    benchmark: BenchmarkConfig
    problems: tuple[Problem, ...]
    shots: tuple[Message, ...]


def _cells(
    experiment: Experiment,
    model: ModelConfig,
    checkpoint: Checkpoint,
    engine: Mapping[str, str],
    asked: Iterable[_Asked],
) -> Iterator[Cell]:
    """One model on each benchmark."""
    run = experiment.run
    tokenizer = checkpoints.load_tokenizer(checkpoint) if checkpoint.path else None
    identity = weights_identity(model, checkpoint, run.engine.dtype or model.dtype, engine)
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
            maker=_maker(run, model, one.benchmark, tokenizer, one.shots, sampling.max_tokens),
            weights=identity,
        )


def _checkpoint(run: RunConfig, model: ModelConfig, online: bool, weights: bool) -> Checkpoint:
    if run.engine.endpoint is not None:
        return checkpoints.served(model, run.engine.endpoint, online)
    return checkpoints.find(model, online, weights=weights)


def _maker(
    run: RunConfig,
    model: ModelConfig,
    benchmark: BenchmarkConfig,
    tokenizer: Any,
    shots: tuple[Message, ...],
    max_tokens: int,
) -> PromptMaker | MessageMaker:
    """Who makes the prompts: token ids wherever the engine takes them."""
    ids = PromptMaker(model, benchmark, tokenizer, shots, max_tokens) if tokenizer else None
    if run.engine.endpoint is None or run.engine.endpoint.prompt == "token_ids":
        assert ids is not None
        return ids
    return MessageMaker(model, benchmark, shots, counter=ids)


def _what_is_sent(prompt: Prompt) -> dict[str, Any]:
    if prompt.messages:
        return {"messages": [[turn.role, turn.content] for turn in prompt.messages]}
    return {"prompt_ids": prompt.ids}


def sample_id(problem_digest: Any, seed: int, index: int) -> str:
    """The identity of one sample: the digest of everything that could change it."""
    whole = problem_digest.copy()
    whole.update(f"|{seed}|{index}".encode())
    return str(whole.hexdigest())[:ID_LENGTH]


def sample_seed(run_seed: int, problem: Problem, index: int) -> int:
    """A seed of its own for every sample (0 ≤ seed < 2**63), from run seed, problem and index: the
    same seed on every repeat would make equal samples."""
    key = f"{run_seed}|{problem.benchmark}|{problem.id}|{index}"
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") >> 1


def weights_identity(
    model: ModelConfig, checkpoint: Checkpoint, dtype: str, engine: Mapping[str, str]
) -> dict[str, Any]:
    """The part of a sample's identity that is the same for all problems."""
    return {
        "model": model.hub,
        "checkpoint": checkpoint.identity,
        "dtype": None if checkpoint.identity.startswith("endpoint:") else dtype,
        "quantization": model.quantization,
        "kv_dtype": model.kv_dtype,
        "stop_tokens": model.stop_tokens,
        "engine": dict(engine),
    }


def _sampling(experiment: Experiment, benchmark: BenchmarkConfig) -> Sampling:
    """The run's sampling with the benchmark's stop strings."""
    chosen = experiment.run.sampling
    return Sampling(
        temperature=float(chosen.temperature),
        top_p=float(chosen.top_p),
        top_k=chosen.top_k,
        max_tokens=chosen.max_tokens,
        stop=benchmark.stop,
    )


def _resolved(
    experiment: Experiment,
    engine: Mapping[str, str],
    found: Mapping[str, Checkpoint],
    cells: list[Cell],
) -> dict[str, Any]:
    run = experiment.run
    return {
        "run": plain(run),
        "models": {m.name: plain(m) for m in experiment.models},
        "benchmarks": {b.name: plain(b) for b in experiment.benchmarks},
        "engine": dict(engine),
        "checkpoints": {name: checkpoint.identity for name, checkpoint in found.items()},
        "departures": _departures(experiment, found),
        "graders": {b.name: plain(b.grader) for b in experiment.benchmarks},
        "reasoning_end": _reasoning_ends(experiment),
        "judging": {
            "published": list(run.published),
            "margins": dict(run.margins),
            "problems": {b.name: b.dataset.rows for b in experiment.benchmarks},
        },
        "cells": {cell.name: _described(cell) for cell in cells},
    }


def _reasoning_ends(experiment: Experiment) -> dict[str, str | None]:
    """By model; by model/benchmark where the benchmark has a prompt variant of its own."""
    ends = {m.name: m.prompt.reasoning_end for m in experiment.models}
    for benchmark in experiment.benchmarks:
        for model in experiment.models if benchmark.prompt_variant else ():
            rules = prompt_rules(model, benchmark)
            ends[f"{model.name}/{benchmark.name}"] = rules.reasoning_end
    return ends


def _departures(experiment: Experiment, found: Mapping[str, Checkpoint]) -> dict[str, str]:
    """In what each model's weights depart from the pinned checkpoint."""
    words = {}
    for model in experiment.models:
        parts = [found[model.name].departure]
        dtype = experiment.run.engine.dtype
        if dtype is not None and dtype != model.dtype:
            parts.append(f"computed in {dtype}, not in the checkpoint's {model.dtype}")
        if any(parts):
            words[model.name] = "; ".join(part for part in parts if part)
    return words


def _described(cell: Cell) -> dict[str, Any]:
    return {
        "model": cell.model.name,
        "benchmark": cell.benchmark.name,
        "problems": len(cell.problems),
        "samples": cell.samples,
        "problems_digest": content_digest(list(cell.problems)),
        "samples_digest": hashlib.sha256("".join(cell.ids).encode()).hexdigest(),
    }
