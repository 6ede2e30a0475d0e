"""Toy samples, grades and run folders for the store's tests."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from claimbench.records import CellName, Grade, Sample
from claimbench.store import Judge, RunStore
from claimbench.store.rows import sample_digest

SUMS = CellName("toy", "sums")
CONFIG = {"models": ["toy"], "sampling": {"temperature": 0.6, "top_p": 0.95}}


def sample_id(number: int) -> str:
    return hashlib.blake2b(str(number).encode(), digest_size=16).hexdigest()


def sample(number: int, **changes: Any) -> Sample:
    values: dict[str, Any] = {
        "id": sample_id(number),
        "model": "toy",
        "benchmark": "sums",
        "problem_id": f"p{number // 4}",
        "sample_index": number % 4,
        "text": f"The answer is {number}.",
        "finish_reason": "length" if number % 5 == 0 else "stop",
        "prompt_tokens": 12,
        "completion_tokens": 100 + number,
        "seconds": 0.25,
    }
    return Sample(**{**values, **changes})


def judge(grader: str = "g1") -> Judge:
    """The grader of that digest, on the problems that `grade` names."""
    return Judge(grader, {f"p{n}": "0" * 16 for n in range(4000)})


def grade(number: int, of: Sample | None = None, **changes: Any) -> Grade:
    """A grade of `of`, else of the sample of that number."""
    values: dict[str, Any] = {
        "sample_id": sample_id(number),
        "grader": "g1",
        "outcome": "correct",
        "value": 1.0,
        "answer": str(number),
        "reason": "equal",
        "sample_digest": sample_digest(of or sample(number)),
        "problem_digest": "0" * 16,
    }
    return Grade(**{**values, **changes})


def create(root: Path, **changes: Any) -> RunStore:
    return RunStore.open(root, resolved=CONFIG, digest="d1", **changes)


def fill(root: Path, count: int) -> Path:
    """A closed run folder with `count` samples in one part, whose path is returned."""
    with create(root) as store:
        for number in range(count):
            store.append_sample(sample(number))
    return part_of(root)


def part_of(root: Path) -> Path:
    (part,) = (root / "samples/toy/sums").glob("part-*.jsonl")
    return part


def stored(root: Path) -> list[Sample]:
    return list(RunStore.existing(root).samples(SUMS))
