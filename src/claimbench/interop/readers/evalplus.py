"""EvalPlus' eval_results.json, with the samples.jsonl beside it.

Checked against EvalPlus 0.3.1 (`evaluate.py`): `eval` maps each task to its results in the order of
the samples, each with the `solution` that was run and its status on the base and the extra tests.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from claimbench.interop.readers.lines import json_lines, json_pairs
from claimbench.interop.readers.rows import (
    Outputs,
    Row,
    label_of,
    list_of,
    mapping_of,
    refuse,
    text_of,
)
from claimbench.messages import Message
from claimbench.records.plain import JsonDict


def read(path: Path) -> Outputs:
    """The results of one file. Where it has no solutions (older versions), they are those of the
    samples.jsonl beside it."""
    place, first = next(_results(path), (path.name, None))
    if first is None:
        raise refuse(place, "there is no result in it (key eval): name *_eval_results.json")
    samples = None if "solution" in first else _samples_beside(path)
    if "solution" not in first and samples is None:
        raise refuse(path.name, "it holds no solutions, and no samples.jsonl lies beside it")
    return Outputs(
        tool="EvalPlus",
        files=(path, samples) if samples else (path,),
        rows=lambda: _rows(path, samples, base_only=False),
        protocol={"harness": "EvalPlus"},
        notes=(Message("import-evalplus"),),
    )


def graded_alone(benchmark: JsonDict) -> JsonDict:
    """A benchmark whose programs are run without their prompts."""
    grader = benchmark["grader"]
    if grader["kind"] != "code":
        return benchmark
    options = {**grader["options"], "prompt_first": False}
    return {**benchmark, "grader": {**grader, "options": options}}


def of_base_tests(outputs: Outputs) -> Outputs:
    """The same results with labels of the base tests alone, for a benchmark that has no others."""
    path, *samples = outputs.files
    return replace(
        outputs,
        rows=lambda: _rows(path, samples[0] if samples else None, base_only=True),
        notes=(*outputs.notes, Message("import-base-tests")),
    )


def _samples_beside(path: Path) -> Path | None:
    stem = path.name.removesuffix("_eval_results.json").removesuffix("eval_results.json")
    names = [path.with_name(f"{stem}.jsonl"), path.with_name("samples.jsonl")]
    return next((name for name in names if name.is_file()), None)


def _results(path: Path) -> Iterator[tuple[str, Mapping[str, object]]]:
    for place, (task, results) in json_pairs(path, "eval"):
        for result in list_of(results, place, task):
            yield place, {**mapping_of(result, place, task), "task_id": task}


def _rows(path: Path, samples: Path | None, *, base_only: bool) -> Iterator[Row]:
    solutions = _solutions(samples) if samples else {}
    counts: defaultdict[str, int] = defaultdict(int)
    for number, (place, result) in enumerate(_results(path)):
        task = str(result["task_id"])
        index, counts[task] = counts[task], counts[task] + 1
        yield Row(
            number=number,
            place=f"{place} ({ascii(task)[1:-1][:60]}, result {index + 1})",
            response=_solution(result, solutions.get(task, []), index, place),
            problem=task,
            sample_index=index,
            label=_label(result, place, base_only=base_only),
            their_reason=f"base tests: {_word(result, 'base')}, extra tests: "
            f"{_word(result, 'plus')}",
        )


def _solution(
    result: Mapping[str, object], others: list[str], index: int, place: str
) -> str | None:
    if "solution" in result:
        return text_of(result["solution"], place, "solution")
    if index >= len(others):
        raise refuse(place, "there are more results than samples in the samples.jsonl beside it")
    return others[index]


def _solutions(path: Path) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for place, row in json_lines(path):
        text = text_of(row.get("solution", row.get("completion")), place, "solution")
        found[str(row.get("task_id"))].append(text or "")
    return found


def _label(result: Mapping[str, object], place: str, *, base_only: bool) -> bool | None:
    """Right where all tests pass: the extra ones too, where they were run and are wanted."""
    base = label_of(result.get("base_status"), place, "base_status")
    if base_only:
        return base
    plus = label_of(result.get("plus_status"), place, "plus_status")
    return base if plus is None else bool(base and plus)


def _word(result: Mapping[str, object], tests: str) -> str:
    """What they say of the base or the extra tests, with the first input that failed."""
    status = result.get(f"{tests}_status")
    failed = result.get(f"{tests}_fail_tests")
    first = f" on {ascii(failed[0])[:80]}" if isinstance(failed, list) and failed else ""
    return (status if isinstance(status, str) else "not run") + first
