"""A run as lm-eval writes it: results_<date>.json and samples_<task>_<date>.jsonl.

The shape is that of lm-eval 0.4.13 (`loggers/evaluation_tracker.py`, `evaluator.py`). What it has
no place for is left out; docs/export.md lists what.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path

from claimbench.analysis.cached import kept
from claimbench.analysis.cells import StoredCell, stored_cells
from claimbench.analysis.votes import with_votes
from claimbench.grading.choice import right_letter
from claimbench.interop.stored import Graded, graded_samples, whole_measurement
from claimbench.records import NEUTRAL, Grade, Measurement, Problem, Sample
from claimbench.records.plain import JsonDict
from claimbench.store import RunStore, safe_name
from claimbench.store.files import write_whole
from claimbench.store.sessions import read_sessions
from claimbench.version import __version__

FILTER = "claimbench"
METRIC = "exact_match"
_BY_LETTER = ("choice", "label")
"""Graders for which the gold of a problem with choices is one of them."""
_EPOCH = "1970-01-01T00:00:00+00:00"


def write(store: RunStore, out: Path, samples: bool) -> list[Path]:
    """A folder for each model, as lm-eval has it: its results, and its samples by task."""
    started = datetime.fromisoformat(_started(store))
    date = started.strftime("%Y-%m-%dT%H-%M-%S.%f")
    written = []
    cells = sorted(stored_cells(store), key=lambda cell: cell.model)
    for model, found in groupby(cells, key=lambda cell: cell.model):
        own, folder = list(found), out / safe_name(model)
        results = folder / f"results_{date}.json"
        text = json.dumps(_results(store, own, started.timestamp()), indent=2)
        write_whole(results, [text])
        written.append(results)
        for cell in own if samples else ():
            path = folder / f"samples_{safe_name(cell.benchmark)}_{date}.jsonl"
            write_whole(path, _lines(store, cell))
            written.append(path)
    return written


def _started(store: RunStore) -> str:
    """When the last session that worked on the run began."""
    sessions = read_sessions(store)
    return str(sessions[-1].get("started", _EPOCH)) if sessions else _EPOCH


# --- results ----------------------------------------------------------------------------------


def _results(store: RunStore, cells: Sequence[StoredCell], date: float) -> dict[str, object]:
    with kept(store) as known:
        measured = {
            cell.benchmark: with_votes(known, cell, whole_measurement(store, cell))
            for cell in cells
        }
    first = cells[0]
    system = first.protocol.get("system")
    return {
        "results": {task: _scores(task, m) for task, m in measured.items()},
        "group_subtasks": {},
        "configs": {cell.benchmark: _config(cell) for cell in cells},
        "versions": {cell.benchmark: 0 for cell in cells},
        "n-shot": {cell.benchmark: cell.protocol.get("shots") for cell in cells},
        "higher_is_better": {cell.benchmark: {METRIC: True} for cell in cells},
        "n-samples": {
            task: {"original": m.problems, "effective": m.problems} for task, m in measured.items()
        },
        "config": {
            "model": "claimbench",
            "model_args": f"pretrained={first.model}",
            "model_dtype": first.protocol.get("dtype"),
            "limit": None,
            "gen_kwargs": None,
        },
        "git_hash": None,
        "date": date,
        "claimbench_version": __version__,
        "evidence_tier": first.tier,
        "task_hashes": {},
        "model_source": "claimbench",
        "model_name": first.model,
        "model_name_sanitized": safe_name(first.model),
        "system_instruction": None if system == "none" else system,
        "fewshot_as_multiturn": first.protocol.get("shots_as") == "chat turns",
    }


def _scores(task: str, m: Measurement) -> JsonDict:
    """The score; its error is over problems, which is what lm-eval's stderr is. Then pass@k and
    votes, as far as the samples allow."""
    votes = {f"cons@{k},{FILTER}": vote.value for k, vote in m.cons_at_k.items() if k > 1}
    return {
        "name": task,
        "alias": task,
        "sample_len": m.problems,
        f"{METRIC},{FILTER}": m.pass_at_1,
        f"{METRIC}_stderr,{FILTER}": m.problem_se,
        **{f"pass@{k},{FILTER}": value for k, value in m.pass_at_k.items() if k > 1},
        **votes,
    }


def _config(cell: StoredCell) -> dict[str, object]:
    return {
        "task": cell.benchmark,
        "output_type": "generate_until",
        "num_fewshot": cell.protocol.get("shots"),
        "metric_list": [{"metric": METRIC, "aggregation": "mean", "higher_is_better": True}],
        "generation_kwargs": _sent(cell),
        "repeats": cell.samples,
        "metadata": {"grader": cell.protocol.get("grader"), "made_by": "claimbench"},
    }


def _sent(cell: StoredCell) -> JsonDict:
    """Our sampling in lm-eval's words; what is unknown is left out."""
    protocol = cell.protocol
    words = ("temperature", "top_p", "top_k", *NEUTRAL)
    sent = {word: protocol[word] for word in words if word in protocol}
    if "max_tokens" in protocol:
        sent["max_gen_toks"] = protocol["max_tokens"]
    if "temperature" in protocol:
        sent["do_sample"] = protocol["temperature"] != 0
    return {"until": list(protocol.get("stop", [])), **sent}


# --- samples ----------------------------------------------------------------------------------


def _lines(store: RunStore, cell: StoredCell) -> Iterator[str]:
    """A line for each problem, with all its samples; where choices were shuffled, each sample was
    another question, and has a line of its own."""
    end = _reasoning_end(store, cell)
    by_problem = groupby(graded_samples(store, cell), key=lambda graded: graded[0].id)
    number = 0
    for _, found in by_problem:
        graded = list(found)
        rows = [[one] for one in graded] if graded[0][0].choices else [graded]
        for row in rows:
            yield json.dumps(_line(cell, row, number, end)) + "\n"
            number += 1


def _line(cell: StoredCell, graded: Sequence[Graded], number: int, end: str | None) -> object:
    problem, first, _ = graded[0]
    doc, target = _doc(problem, first, by_letter=cell.protocol.get("grader") in _BY_LETTER)
    values = [g.value for _, _, g in graded if g is not None and g.value is not None]
    return {
        "doc_id": number,
        "doc": doc,
        "target": target,
        "arguments": {"gen_args_0": {"arg_0": doc["question"], "arg_1": _sent(cell)}},
        "resps": [[_response(sample, end) for _, sample, _ in graded]],
        "filtered_resps": [_answer(grade) for _, _, grade in graded],
        "filter": FILTER,
        "metrics": [METRIC],
        "doc_hash": _hash(json.dumps(doc, indent=2, ensure_ascii=False)),
        "prompt_hash": _hash(doc["question"]),
        "target_hash": _hash(target),
        METRIC: sum(values) / len(values) if values else None,
    }


def _doc(problem: Problem, sample: Sample, *, by_letter: bool) -> tuple[JsonDict, str]:
    """The document and its target: `by_letter` the letter of the right choice as it was shown."""
    doc: dict[str, object] = {"id": problem.id, "question": problem.question or problem.text or ""}
    if not problem.choices or not by_letter:
        return {**doc, "answer": problem.gold}, problem.gold
    target = right_letter(problem, sample) or problem.gold
    shown = [problem.choices[i] if i >= 0 else "" for i in sample.choice_order]
    return {**doc, "choices": shown, "answer": target, "sample_index": sample.sample_index}, target


def _response(sample: Sample, end: str | None) -> str:
    """The reply as one text: a reasoning that a server split off goes back in front of it."""
    if sample.reasoning is None or end is None:
        return sample.text
    return f"{sample.reasoning}{end}{sample.text}"


def _answer(grade: Grade | None) -> str:
    """The extracted answer; lm-eval's own word where there is none."""
    return "[invalid]" if grade is None or grade.answer is None else grade.answer


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _reasoning_end(store: RunStore, cell: StoredCell) -> str | None:
    return store.manifest.models[cell.model].prompt.reasoning_end
