"""Pinned datasets → Problems. The row count and the digest are checked wherever rows come from."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from claimbench.config import LM_EVAL, BenchmarkConfig, DatasetConfig, Experiment, ModelConfig
from claimbench.errors import DataError
from claimbench.paths import packaged_data
from claimbench.records import Message, Problem

Row = Mapping[str, Any]


def resolve(experiment: Experiment, data_dir: Path | None = None) -> Experiment:
    """The experiment with its `lm-eval:…` benchmarks read, groups of tasks expanded."""
    if not any(name.startswith(LM_EVAL) for name in experiment.run.benchmarks):
        return experiment
    from claimbench.bridge import lm_eval

    return lm_eval.resolve(experiment, data_dir)


def check_pair(model: ModelConfig, benchmark: BenchmarkConfig) -> None:
    """Refuse a benchmark that would spoil this model's replies. Raises ConfigError."""
    if benchmark.lm_eval is not None:
        from claimbench.bridge import lm_eval

        lm_eval.check_model(model, benchmark)


def load_problems(
    benchmark: BenchmarkConfig, data_dir: Path | None = None, limit: int | None = None
) -> list[Problem]:
    """All problems of a benchmark in the dataset's order (the first `limit` of them)."""
    if benchmark.lm_eval is not None:
        from claimbench.bridge import lm_eval

        return lm_eval.load_problems(benchmark, data_dir, limit)
    rows = load_rows(benchmark.dataset, benchmark.name, data_dir)
    problems = [_problem(benchmark, row, i) for i, row in enumerate(rows)]
    _check_digest(benchmark.dataset, benchmark.name, content_digest(problems))
    _check_ids(benchmark, problems)
    return problems[:limit]


def load_fewshot(benchmark: BenchmarkConfig, data_dir: Path | None = None) -> tuple[Message, ...]:
    """The benchmark's worked examples as chat turns; () where it has none.

    They are `random.Random(seed).sample` of the few-shot dataset, so the seed fixes them.
    """
    shots = benchmark.fewshot
    if shots is None:
        return ()
    rows = load_rows(shots.dataset, f"{benchmark.name} (fewshot)", data_dir)
    name = f"{benchmark.name} (fewshot)"
    asked = [str(_column(row, benchmark.fields.question, name, i)) for i, row in enumerate(rows)]
    answers = [str(_column(row, shots.answer, name, i)) for i, row in enumerate(rows)]
    _check_digest(shots.dataset, name, _digest_of(zip(asked, answers, strict=True)))
    picked = random.Random(shots.seed).sample(range(len(rows)), shots.count)
    turns: list[Message] = []
    for i in picked:
        turns.append(Message("user", fill(benchmark.prompt, asked[i])))
        turns.append(Message("assistant", answers[i]))
    return tuple(turns)


def fill(template: str, question: str, choices: str = "") -> str:
    """The benchmark's prompt with the question in it. Braces inside the question stay as they are
    (str.format would trip over LaTeX)."""
    before, _, after = template.partition("{question}")
    return before.replace("{choices}", choices) + question + after.replace("{choices}", choices)


def load_rows(dataset: DatasetConfig, name: str, data_dir: Path | None) -> list[Row]:
    """The dataset's rows: from `data_dir` if its file is there, from the package, or the hub."""
    path = _local_file(dataset, data_dir)
    rows = list(read_file(path)) if path else _from_hub(dataset, name, data_dir)
    if len(rows) != dataset.rows:
        raise DataError(
            f"{path or dataset.hub}: {len(rows)} rows, but {name} pins {dataset.rows} (key "
            f"dataset.rows); use the pinned revision of the dataset"
        )
    return rows


def dataset_origin(dataset: DatasetConfig, data_dir: Path | None) -> str:
    """Where rows come from, for provenance: hub:ID@REVISION, file:NAME or package:NAME."""
    if path := _local_file(dataset, data_dir):
        return f"{'package' if dataset.packaged else 'file'}:{path.name}"
    return f"hub:{dataset.hub}@{dataset.revision}" if dataset.hub else f"file:{dataset.file}"


def _local_file(dataset: DatasetConfig, data_dir: Path | None) -> Path | None:
    if dataset.packaged and dataset.file:
        return packaged_data(dataset.file)
    if data_dir is None or dataset.file is None:
        return None
    if not data_dir.is_dir():
        raise DataError(f"--data-dir {data_dir}: there is no such folder")
    return next(
        (p for p in (data_dir / dataset.file, data_dir / f"{dataset.file}.gz") if p.exists()), None
    )


# --- reading --------------------------------------------------------------------------------


def read_file(path: Path) -> Iterator[Row]:
    """The rows of a JSON-lines or CSV file, gzipped or not. Raises DataError."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8", newline="") as file:
            yield from _csv_rows(file) if ".csv" in path.suffixes else _json_rows(file, path)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read ({error})") from error


def _csv_rows(file: Any) -> Iterator[Row]:
    csv.field_size_limit(1 << 24)
    return csv.DictReader(file)


def _json_rows(file: Any, path: Path) -> Iterator[Row]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise DataError(
                f"{path}:{number}: not a JSON line ({error}); fetch it again"
            ) from error
        if not isinstance(row, dict):
            raise DataError(f"{path}:{number}: a JSON object is needed on every line")
        yield row


def _from_hub(dataset: DatasetConfig, name: str, data_dir: Path | None) -> list[Row]:
    if dataset.hub is None:
        where = f"{data_dir}/{dataset.file}" if data_dir else f"--data-dir DIR with {dataset.file}"
        raise DataError(f"{name}: its rows are only in a local file; give {where}")
    try:
        return _load_from_hub(dataset)
    except ImportError as error:
        raise DataError(
            f"{name}: reading {dataset.hub} needs pip install 'claimbench[cpu]'"
        ) from error
    except Exception as error:
        raise DataError(_cannot_load(dataset, name, error)) from error


def _load_from_hub(dataset: DatasetConfig) -> list[Row]:
    import datasets

    datasets.disable_progress_bars()
    table = datasets.load_dataset(
        dataset.hub,
        dataset.subset,
        data_files=dataset.hub_file,
        split=dataset.split,
        revision=dataset.revision,
    )
    return list(table)


def _cannot_load(dataset: DatasetConfig, name: str, error: Exception) -> str:
    why = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
    gated = "; it is gated: accept its terms on the hub and set HF_TOKEN" if "gated" in why else ""
    local = f", or give --data-dir DIR with the file {dataset.file}" if dataset.file else ""
    return (
        f"{name}: cannot load {dataset.hub} at revision {dataset.revision} ({why}){gated}; run "
        f"`claimbench fetch` where the hub can be reached{local}"
    )


# --- rows to problems -----------------------------------------------------------------------


def _problem(benchmark: BenchmarkConfig, row: Row, i: int) -> Problem:
    fields, name = benchmark.fields, benchmark.name
    gold = str(_column(row, fields.gold, name, i)) if fields.gold else ""
    if fields.gold_after is not None:
        _, marker, gold = gold.rpartition(fields.gold_after)
        if not marker:
            raise DataError(f"{name}: row {i + 1} has no {fields.gold_after!r} in {fields.gold}")
    return Problem(
        benchmark=name,
        id=str(_column(row, fields.id, name, i)) if fields.id else f"{i:05d}",
        question=str(_column(row, fields.question, name, i)).strip(),
        gold=gold.strip(),
        choices=tuple(str(_column(row, c, name, i)).strip() for c in fields.choices),
    )


def _column(row: Row, column: str, name: str, i: int) -> Any:
    try:
        value = row[column]
    except KeyError:
        have = ", ".join(map(str, row))
        raise DataError(f"{name}: row {i + 1} has no column {column} (it has {have})") from None
    if value is None or value == "":
        raise DataError(f"{name}: row {i + 1} has nothing in column {column}")
    return value


def _check_ids(benchmark: BenchmarkConfig, problems: list[Problem]) -> None:
    seen: set[str] = set()
    for problem in problems:
        if problem.id in seen:
            raise DataError(f"{benchmark.name}: problem id {problem.id} occurs twice (fields.id)")
        seen.add(problem.id)


def content_digest(problems: list[Problem]) -> str:
    """SHA-256 over what decides question and grade, in order, with white space folded: the same
    for the hub's file and for a local copy in another format."""
    return _digest_of((p.question, p.gold, *p.choices) for p in problems)


def _digest_of(rows: Any) -> str:
    total = hashlib.sha256()
    for row in rows:
        total.update(json.dumps([" ".join(str(text).split()) for text in row]).encode() + b"\n")
    return total.hexdigest()


def _check_digest(dataset: DatasetConfig, name: str, found: str) -> None:
    if dataset.digest is not None and dataset.digest != found:
        raise DataError(
            f"{name}: the content's digest is {found[:16]}…, pinned is {dataset.digest[:16]}… (key "
            f"dataset.digest): this is not the pinned text; fetch the pinned revision"
        )
