"""Run config → ordered Requests with stable ids.

A plan is lazy where it can be large: a cell (one model on one benchmark) holds one prompt per
problem, and its requests are made while they are read. Samples of one problem stand together, so
that an engine computes their shared prompt once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from claimbench.config import BenchmarkConfig, Experiment, ModelConfig
from claimbench.prompts import Prompt, PromptMaker, choice_order
from claimbench.records import Problem, Request, Sampling

ID_LENGTH = 32  # hex digits: 128 bits, no collision to fear among millions of samples


@dataclass(frozen=True, slots=True)
class Cell:
    """One model on one benchmark. `weights` is the part of every sample's identity that does not
    depend on the problem: checkpoint, precision, engine."""

    model: ModelConfig
    benchmark: BenchmarkConfig
    problems: tuple[Problem, ...]
    samples: int
    sampling: Sampling
    seed: int
    maker: PromptMaker
    weights: Mapping[str, Any]

    @property
    def asked(self) -> int:
        """Samples asked for."""
        return len(self.problems) * self.samples

    def requests(self) -> Iterator[Request]:
        """The cell's requests in their stable order: by problem, then by sample index."""
        for problem in self.problems:
            yield from self._requests_of(problem)

    def ids(self) -> Iterator[tuple[str, str, int]]:
        """(sample id, problem id, sample index) of every request, in the same order."""
        for request in self.requests():
            yield request.id, request.problem_id, request.sample_index

    def prompt_of(self, problem: Problem, sample_index: int = 0) -> Prompt:
        """The prompt of one sample."""
        seed = sample_seed(self.seed, problem, sample_index)
        return self.maker.prompt(problem, choice_order(problem, seed))

    def _requests_of(self, problem: Problem) -> Iterator[Request]:
        shared = None if problem.choices else self._prompt_and_digest(problem, ())
        for index in range(self.samples):
            seed = sample_seed(self.seed, problem, index)
            order = choice_order(problem, seed)
            prompt, digest = shared or self._prompt_and_digest(problem, order)
            yield Request(
                id=sample_id(digest, seed, index),
                model=self.model.name,
                benchmark=self.benchmark.name,
                problem_id=problem.id,
                sample_index=index,
                prompt_ids=prompt.ids,
                sampling=self.sampling,
                seed=seed,
                choice_order=order,
            )

    def _prompt_and_digest(self, problem: Problem, order: tuple[int, ...]) -> tuple[Prompt, Any]:
        prompt = self.maker.prompt(problem, order)
        identity = {
            **self.weights,
            "benchmark": self.benchmark.name,
            "problem": problem.id,
            "prompt_ids": prompt.ids,
            "sampling": _plain(self.sampling),
        }
        text = json.dumps(identity, sort_keys=True, separators=(",", ":"))
        return prompt, hashlib.sha256(text.encode())


def sample_id(problem_digest: Any, seed: int, index: int) -> str:
    """The identity of one sample: the digest of everything that could change it."""
    digest = problem_digest.copy()
    digest.update(f"|{seed}|{index}".encode())
    return str(digest.hexdigest())[:ID_LENGTH]


def sample_seed(run_seed: int, problem: Problem, index: int) -> int:
    """A seed of its own for every sample (0 ≤ seed < 2**63), from run seed, problem and index: the
    same seed on every repeat would make equal samples."""
    key = f"{run_seed}|{problem.benchmark}|{problem.id}|{index}"
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") >> 1


def sampling_of(experiment: Experiment, benchmark: BenchmarkConfig) -> Sampling:
    """The run's sampling with the benchmark's stop strings."""
    chosen = experiment.run.sampling
    return Sampling(
        temperature=float(chosen.temperature),
        top_p=float(chosen.top_p),
        top_k=chosen.top_k,
        max_tokens=chosen.max_tokens,
        stop=benchmark.stop,
    )


def weights_identity(
    model: ModelConfig, checkpoint_identity: str, dtype: str, engine: Mapping[str, str]
) -> dict[str, Any]:
    """The part of a sample's identity that is the same for all problems."""
    return {
        "model": model.hub,
        "checkpoint": checkpoint_identity,
        "dtype": dtype,
        "quantization": model.quantization,
        "kv_dtype": model.kv_dtype,
        "stop_tokens": model.stop_tokens,
        "engine": dict(engine),
    }


def _plain(sampling: Sampling) -> dict[str, Any]:
    return {name: getattr(sampling, name) for name in sampling.__slots__}
