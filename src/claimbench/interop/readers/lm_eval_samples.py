"""lm-eval's samples_<task>_<date>.jsonl, with the results_<date>.json beside it.

Checked against lm-eval 0.4.13 (`loggers/evaluation_tracker.py`, `evaluator.py`): one line per
document and filter; `resps` holds a list of repeats for each request; a generation request's
`arg_1` is its generation arguments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from claimbench.errors import DataError
from claimbench.interop.readers.lines import json_lines, rows_where, small_json
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
from claimbench.records.plain import JsonObject
from claimbench.store import safe_name

_QUESTION = ("question", "problem", "Question", "Problem", "query", "input", "prompt", "text")
_IDS = ("id", "ID", "unique_id", "task_id", "problem_id", "question_id")
_METRICS = ("exact_match", "acc", "pass@1", "pass_at_1", "math_verify", "score")
_DATE = re.compile(r"_(\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}\.\d+)\.jsonl$")


def read(path: Path) -> Outputs:
    """The outputs of one task. Of several filters the first one's labels are taken."""
    if not path.name.endswith(".jsonl"):
        raise refuse(path.name, "name lm-eval's samples_<task>_<date>.jsonl")
    first = next(json_lines(path), None)
    if first is None:
        raise refuse(path.name, "there is no row in it")
    place, row = first
    wanted = text_of(row.get("filter"), place, "filter")
    task = _DATE.sub("", path.name).removeprefix("samples_").removesuffix(".jsonl")
    results = _results_beside(path)
    stated = small_json(results) if results else {}
    # In a file's name some characters are escaped; the results have the task's own name.
    configs = mapping_of(stated.get("configs"), "results", "configs")
    task = next((name for name in configs if safe_name(name) == task), task)
    return Outputs(
        tool=_tool(stated),
        files=(path, results) if results else (path,),
        rows=lambda: rows_where(path, "filter", wanted, _responses),
        model=text_of(stated.get("model_name"), path.name, "model_name"),
        task=task,
        protocol=_protocol(stated, task, _arguments(row, place)),
        notes=_notes(results, wanted),
    )


def _tool(stated: Mapping[str, object]) -> str:
    """lm-eval with its version, or our own export in its format."""
    if stated.get("claimbench_version"):
        return f"claimbench {stated['claimbench_version']} (lm-eval's format)"
    return f"lm-eval {stated.get('lm_eval_version') or ''}".strip()


def _results_beside(path: Path) -> Path | None:
    date = _DATE.search(path.name)
    beside = path.with_name(f"results_{date[1]}.json") if date else None
    return beside if beside and beside.is_file() else None


def _notes(results: Path | None, wanted: str | None) -> tuple[Message, ...]:
    notes = [Message("import-filter", {"filter": wanted})]
    if results is None:
        notes.append(Message("import-no-results-beside"))
    return tuple(notes)


def _responses(row: Mapping[str, object], place: str, number: int) -> Iterator[Row]:
    doc = mapping_of(row.get("doc"), place, "doc")
    requests = list_of(row.get("resps"), place, "resps")
    if len(requests) != 1 or not isinstance(requests[0], list) or not requests[0]:
        raise refuse(place, "resps must hold the responses of one request")
    repeats = requests[0]
    prompt = _prompt(row, place)
    for index, response in enumerate(repeats):
        if not isinstance(response, str):
            raise refuse(place, "a response is no text: a log-likelihood task has none to grade")
        yield Row(
            number=number + index,
            place=place,
            response=response,
            problem=_problem(row, doc, place),
            texts=_texts(doc),
            prompt=prompt,
            gold=_gold(row, place),
            choices=_choices(doc),
            sample_index=doc["sample_index"] if _is_index(doc.get("sample_index")) else index,
            # One label per document: of several repeats nothing says whose it is.
            label=_label(row, place) if len(repeats) == 1 else None,
            their_answer=_filtered(row, index),
        )


def _problem(row: Mapping[str, object], doc: Mapping[str, object], place: str) -> str | None:
    for key in _IDS:
        if isinstance(doc.get(key), str | int) and doc[key] != "":
            return str(doc[key])
    return text_of(row.get("doc_id"), place, "doc_id")


def _texts(doc: JsonObject) -> tuple[str, ...]:
    keys = [*(k for k in _QUESTION if k in doc), *(k for k in doc if k not in _QUESTION)]
    return tuple(doc[key] for key in keys if isinstance(doc[key], str) and doc[key])


def _choices(doc: Mapping[str, object]) -> tuple[str, ...]:
    """The options, where they are a plain list of texts."""
    found = doc.get("choices")
    plain = isinstance(found, list) and all(isinstance(c, str) for c in found)
    return tuple(found) if plain and isinstance(found, list) else ()


def _is_index(value: object) -> bool:
    """Whether it is a sample's number, as our own export writes it for shuffled choices."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _prompt(row: Mapping[str, object], place: str) -> str:
    first = mapping_of(row.get("arguments"), place, "arguments").get("gen_args_0")
    prompt = first.get("arg_0") if isinstance(first, dict) else None
    return prompt if isinstance(prompt, str) else ""


def _gold(row: Mapping[str, object], place: str) -> str | None:
    """The target; of a worked answer in GSM8K's form, what stands behind its `####`."""
    target = text_of(row.get("target"), place, "target")
    return None if target is None else target.rpartition("####")[2].strip()


def _filtered(row: Mapping[str, object], index: int) -> str | None:
    found = row.get("filtered_resps")
    if isinstance(found, list) and len(found) == 1 and isinstance(found[0], list):
        found = found[0]
    one = found[index] if isinstance(found, list) and index < len(found) else None
    return one if isinstance(one, str) else None


def _label(row: Mapping[str, object], place: str) -> bool | None:
    """The first metric of a known name, else the first one, where it is 0 or 1."""
    names = [m for m in list_of(row.get("metrics"), place, "metrics") if isinstance(m, str)]
    chosen = next((m for m in _METRICS if m in names), names[0] if names else None)
    try:
        return label_of(row.get(chosen), place) if chosen else None
    except DataError:  # A share: no label of one response.
        return None


def _arguments(row: Mapping[str, object], place: str) -> Mapping[str, object]:
    """The generation arguments of a row. Raises DataError for a log-likelihood task."""
    first = mapping_of(row.get("arguments"), place, "arguments").get("gen_args_0")
    sent = first.get("arg_1") if isinstance(first, dict) else None
    if isinstance(sent, str):
        raise refuse(place, "a log-likelihood task has no response to grade")
    return sent if isinstance(sent, dict) else {}


def _protocol(
    stated: Mapping[str, object], task: str, sent: Mapping[str, object]
) -> dict[str, object]:
    """What is stated; generation arguments are those that were sent with the first row."""
    shots = mapping_of(stated.get("n-shot"), "results", "n-shot").get(task)
    config = mapping_of(stated.get("config"), "results", "config")
    known = {
        "temperature": 0.0 if sent.get("do_sample") is False else sent.get("temperature"),
        "top_p": sent.get("top_p"),
        "top_k": sent.get("top_k"),
        "max_tokens": sent.get("max_gen_toks", sent.get("max_tokens")),
        "stop": sent.get("until"),
        "shots": shots,
        "shots_as": "chat turns" if stated.get("fewshot_as_multiturn") else None,
        "system": stated.get("system_instruction") or ("none" if stated else None),
        "dtype": str(config["model_dtype"]).removeprefix("torch.")
        if config.get("model_dtype")
        else None,
        "seed": config.get("random_seed"),
        "harness": "lm-eval",
    }
    return {key: value for key, value in known.items() if value not in (None, [], ())}
