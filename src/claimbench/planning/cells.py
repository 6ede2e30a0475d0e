"""One model on one benchmark: its requests, and what a sample's id is made of.

A cell keeps the ids of its samples and makes its requests while they are read, since a plan can be
large. Samples of one problem stand together, so that an engine computes their shared prompt once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property

from claimbench.config.benchmarks import BenchmarkConfig
from claimbench.config.models import ModelConfig
from claimbench.models.checkpoints import Checkpoint
from claimbench.models.prompts import MessageMaker, Prompt, PromptMaker, choice_order
from claimbench.records import NEUTRAL, CellName, Problem, Request, Sampling

SampleKey = tuple[str, int]
"""A sample in its cell, whatever engine makes it: problem id and sample index."""

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
    weights: Mapping[str, object]
    only: frozenset[SampleKey] | None = None
    """The samples that are asked for; None: all of every problem."""

    @property
    def name(self) -> CellName:
        return CellName(self.model.name, self.benchmark.name)

    @property
    def asked(self) -> int:
        """Samples asked for."""
        return len(self.problems) * self.samples if self.only is None else len(self.only)

    @property
    def ids(self) -> list[str]:
        """The id of every sample: problem by problem, then by sample index."""
        return self._ids_and_longest[0]

    @property
    def longest(self) -> int:
        """The most tokens that a prompt and its reply can come to."""
        return self._ids_and_longest[1] + self.sampling.max_tokens

    def first(self, samples: int) -> Cell:
        """The cell with so many samples of each problem, which keep their ids."""
        if samples == self.samples:
            return self
        cut = replace(self, samples=samples)
        if samples < self.samples:  # The prompts of a cell are many: not rendered again.
            n, ids = self.samples, self.ids
            rows = range(0, len(ids), n)
            kept = [sample for row in rows for sample in ids[row : row + samples]]
            cut.__dict__["_ids_and_longest"] = kept, self._ids_and_longest[1]
        return cut

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
        end = 0
        for problem in self.problems:
            start, end = end, end + len(self._indexes_of(problem))
            if any(sample not in present for sample in self.ids[start:end]):
                yield from (r for r in self._requests_of(problem) if r.id not in present)

    def prompt_of(self, problem: Problem, sample_index: int = 0) -> Prompt:
        """The prompt of one sample."""
        seed = sample_seed(self.seed, problem, sample_index)
        return self.maker.prompt(problem, choice_order(problem, seed))

    def _indexes_of(self, problem: Problem) -> Sequence[int]:
        every = range(self.samples)
        if self.only is None:
            return every
        return [index for index in every if (problem.id, index) in self.only]

    def sent(self) -> Iterator[tuple[tuple[str, tuple[int, ...]], str]]:
        """The text of every prompt that is sent, once, by problem and order of its choices."""
        for problem in self.problems:
            seeds = (sample_seed(self.seed, problem, i) for i in range(self.samples))
            orders = (
                {choice_order(problem, seed): None for seed in seeds} if problem.choices else [()]
            )
            for order in orders:
                yield (problem.id, order), self.maker.prompt(problem, order).text

    def _requests_of(self, problem: Problem) -> Iterator[Request]:
        # With choices every sample has an order, and so a prompt, of its own.
        shared = None if problem.choices else self._prompt_and_digest(problem, ())
        for index in self._indexes_of(problem):
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
                template_args=prompt.template_args,
            )

    def _prompt_and_digest(
        self, problem: Problem, order: tuple[int, ...]
    ) -> tuple[Prompt, hashlib._Hash]:
        prompt = self.maker.prompt(problem, order)
        identity = {
            **self.weights,
            "benchmark": self.benchmark.name,
            "problem": problem.id,
            **_what_is_sent(prompt),
            "sampling": sampling_identity(self.sampling),
        }
        text = json.dumps(identity, sort_keys=True, separators=(",", ":"))
        return prompt, hashlib.sha256(text.encode())


def sampling_identity(sampling: Sampling) -> dict[str, object]:
    """Every parameter; those of `NEUTRAL` where they do something, so that samples made before
    there were such parameters keep their ids."""
    always = {k: v for k, v in asdict(sampling).items() if k not in NEUTRAL}
    return {**always, **sampling.switched_on}


def _what_is_sent(prompt: Prompt) -> dict[str, object]:
    if prompt.messages:
        turns = {"messages": [[turn.role, turn.content] for turn in prompt.messages]}
        given = {"template_args": dict(prompt.template_args)} if prompt.template_args else {}
        return {**turns, **given}
    return {"prompt_ids": prompt.ids}


def sample_id(problem_digest: hashlib._Hash, seed: int, index: int) -> str:
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
) -> dict[str, object]:
    """The part of a sample's identity that is the same for all problems."""
    return {
        "model": model.hub,
        "checkpoint": checkpoint.identity,
        "dtype": None if checkpoint.identity.startswith(("endpoint:", "gguf:")) else dtype,
        "quantization": model.quantization,
        "kv_dtype": model.kv_dtype,
        "stop_tokens": model.stop_tokens,
        "engine": dict(engine),
    }
