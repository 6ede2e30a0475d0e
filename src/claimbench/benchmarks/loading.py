"""Pinned datasets → Problems. The row count and the digest are checked wherever rows come from."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable
from pathlib import Path

from claimbench.benchmarks.choices import choices_of
from claimbench.benchmarks.details import decisive, details_of, slots_of
from claimbench.benchmarks.rows import Located, Row, column, dataset_origin, stream_rows
from claimbench.config.benchmarks import BenchmarkConfig, DatasetConfig
from claimbench.config.folders import LM_EVAL
from claimbench.config.models import ModelConfig
from claimbench.config.prompting import fill
from claimbench.config.runs import Experiment
from claimbench.errors import DataError, counted
from claimbench.grading.extract import last_box
from claimbench.records.runs import Problem, Turn

__all__ = ["content_digest", "dataset_origin", "load_fewshot", "load_problems"]


def resolve(experiment: Experiment, data_dir: Path | None = None) -> Experiment:
    """The experiment with its `lm-eval:…` benchmarks read, groups of tasks expanded."""
    if not any(name.startswith(LM_EVAL) for name in experiment.run.benchmarks):
        return experiment
    from claimbench.benchmarks.lm_eval import problems as lm_eval

    return lm_eval.resolve(experiment, data_dir)


def check_pair(model: ModelConfig, benchmark: BenchmarkConfig) -> None:
    """Refuse a benchmark that would spoil this model's replies. Raises ConfigError."""
    if benchmark.lm_eval is not None:
        from claimbench.benchmarks.lm_eval import problems as lm_eval

        lm_eval.check_model(model, benchmark)


def load_problems(
    benchmark: BenchmarkConfig, data_dir: Path | None = None, limit: int | None = None
) -> list[Problem]:
    """All problems of a benchmark in the dataset's order (the first `limit` of them)."""
    if benchmark.lm_eval is not None:
        from claimbench.benchmarks.lm_eval import problems as lm_eval

        return lm_eval.load_problems(benchmark, data_dir, limit)
    rows = stream_rows(benchmark.dataset, benchmark.name, data_dir)
    problems = [_problem(benchmark, located, i) for i, located in enumerate(rows)]
    _check_digest(benchmark.dataset, benchmark.name, content_digest(problems))
    _check_ids(benchmark, problems)
    return problems[:limit]


def load_fewshot(benchmark: BenchmarkConfig, data_dir: Path | None = None) -> tuple[Turn, ...]:
    """The benchmark's worked examples as chat turns; () where it has none.

    They are `random.Random(seed).sample` of the few-shot dataset, so the seed fixes them.
    """
    shots = benchmark.fewshot
    if shots is None:
        return ()
    name = f"{benchmark.name} (fewshot)"
    rows = [located.row for located in stream_rows(shots.dataset, name, data_dir)]
    asked = [str(column(r, benchmark.fields.question, name, i)) for i, r in enumerate(rows, 1)]
    answers = [str(column(r, shots.answer, name, i)) for i, r in enumerate(rows, 1)]
    _check_digest(shots.dataset, name, _digest_of(zip(asked, answers, strict=True)))
    if len(rows) < shots.count:
        raise DataError(
            f"{name}: {counted(shots.count, 'example is', 'examples are')} asked for (key "
            f"fewshot.count), and {shots.dataset.file or shots.dataset.hub} has {len(rows)}"
        )
    picked = random.Random(shots.seed).sample(range(len(rows)), shots.count)
    turns: list[Turn] = []
    for i in picked:
        slots = slots_of(benchmark.fields, rows[i], name, i + 1)
        turns.append(Turn("user", fill(benchmark.prompt, asked[i], slots=slots)))
        turns.append(Turn("assistant", answers[i]))
    return tuple(turns)


# --- rows to problems -----------------------------------------------------------------------


def _problem(benchmark: BenchmarkConfig, located: Located, i: int) -> Problem:
    fields, name, row, number = benchmark.fields, benchmark.name, located.row, i + 1
    problem_id = str(column(row, fields.id, name, number)) if fields.id else f"{i:05d}"
    return Problem(
        benchmark=name,
        id=problem_id,
        question=str(column(row, fields.question, name, number)).strip(),
        gold=_gold(benchmark, row, number),
        choices=choices_of(fields, row, name, number),
        details=details_of(benchmark, located, number),
    )


def _gold(benchmark: BenchmarkConfig, row: Row, number: int) -> str:
    fields, name = benchmark.fields, benchmark.name
    if fields.choices_in is not None:
        return ""  # The right choice is the first one.
    gold = _as_text(column(row, fields.gold, name, number)) if fields.gold else ""
    if fields.gold_boxed:
        boxed = last_box(gold)
        if boxed is None:
            raise DataError(f"{name}: row {number} has no box in {fields.gold}")
        return boxed.strip()
    if fields.gold_after is not None:
        _, marker, gold = gold.rpartition(fields.gold_after)
        if not marker:
            raise DataError(f"{name}: row {number} has no {fields.gold_after!r} in {fields.gold}")
    return gold.strip()


def _as_text(gold: object) -> str:
    """A gold answer; of a list its parts with commas between them."""
    return ", ".join(map(str, gold)) if isinstance(gold, list | tuple) else str(gold)


def _check_ids(benchmark: BenchmarkConfig, problems: list[Problem]) -> None:
    seen: set[str] = set()
    for problem in problems:
        if problem.id in seen:
            raise DataError(f"{benchmark.name}: problem id {problem.id} occurs twice (fields.id)")
        seen.add(problem.id)


def content_digest(problems: list[Problem]) -> str:
    """SHA-256 over what decides question and grade, in order, with white space folded: the same
    for the hub's file and for a local copy in another format."""
    return _digest_of((p.question, p.gold, *p.choices, *decisive(p)) for p in problems)


def _digest_of(rows: Iterable[Iterable[object]]) -> str:
    total = hashlib.sha256()
    for row in rows:
        total.update(json.dumps([" ".join(str(text).split()) for text in row]).encode() + b"\n")
    return total.hexdigest()


def _check_digest(dataset: DatasetConfig, name: str, found: str) -> None:
    if dataset.digest is not None and dataset.digest != found:
        hubs = "fetch the pinned revision, or pin what was found where the text is your own"
        own = "mend the file, or pin what was found where its questions or golds are meant so"
        raise DataError(
            f"{name}: the content's digest is {found}, pinned is {dataset.digest[:16]}… (key "
            f"dataset.digest): this is not the pinned text; {hubs if dataset.hub else own}"
        )
