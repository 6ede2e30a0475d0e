"""lighteval's details_<task>_<date>.parquet, with the results_<date>.json of the same date.

Checked against lighteval 0.13.0 (`logging/evaluation_tracker.py`, `models/model_output.py`): one
row per document with the structs doc, metric and model_response; `model_response.text` is a list
with an entry for each sample. It keeps no finish reason, and numbers documents by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from claimbench.errors import DataError
from claimbench.interop.readers.lines import small_json
from claimbench.interop.readers.parquet import columns_of, parquet_rows
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

_COLUMNS = ("doc", "metric", "model_response")


def read(path: Path) -> Outputs:
    """The outputs of one task."""
    names = columns_of(path)
    if lacking := [name for name in _COLUMNS if name not in names]:
        have = ", ".join(names)[:80]
        raise refuse(path.name, f"the column {lacking[0]} is missing, it has {have}")
    _, first = next(parquet_rows(path, _COLUMNS))
    doc = mapping_of(first["doc"], path.name, "doc")
    results = _results_of(path)
    stated = small_json(results) if results else {}
    general = mapping_of(stated.get("config_general"), path.name, "config_general")
    task = str(doc.get("task_name") or path.stem)
    lost = () if results else (Message("import-no-results-found"),)
    return Outputs(
        tool="lighteval",
        files=(path, results) if results else (path,),
        rows=lambda: _rows(path),
        model=text_of(general.get("model_name"), path.name, "model_name"),
        task=task,
        protocol=_protocol(general, doc, task),
        notes=(Message("import-lighteval"), *lost),
    )


def _results_of(path: Path) -> Path | None:
    """out/details/MODEL/DATE/details_TASK_DATE.parquet → out/results/MODEL/results_DATE.json."""
    name = f"results_{path.stem.rpartition('_')[2]}.json"
    places = [path.parent / name]
    for above in path.parents:
        if above.name == "details":
            model = path.parent.relative_to(above).parent
            places.append(above.parent / "results" / model / name)
    return next((place for place in places if place.is_file()), None)


def _rows(path: Path) -> Iterator[Row]:
    number = 0
    for place, row in parquet_rows(path, _COLUMNS):
        for made in _responses(row, place, number):
            yield made
            number += 1


def _responses(row: Mapping[str, object], place: str, number: int) -> Iterator[Row]:
    doc = mapping_of(row["doc"], place, "doc")
    reply = mapping_of(row["model_response"], place, "model_response")
    texts = list_of(reply.get("text"), place, "model_response.text")
    if not texts:
        raise refuse(place, "there is no response in it: a log-likelihood task has none to grade")
    tokens = reply.get("output_tokens") or []
    read_tokens = reply.get("input_tokens") or []
    reasons = reply.get("reasonings") or []
    for index, text in enumerate(texts):
        yield Row(
            number=number + index,
            place=place,
            response=text_of(text, place, "model_response.text"),
            problem=text_of(doc.get("id"), place, "doc.id"),
            texts=_texts(doc),
            prompt=_prompt(doc, reply),
            gold=_gold(doc, place),
            sample_index=index,
            label=_label(row, place) if len(texts) == 1 else None,
            prompt_tokens=len(read_tokens) or None,
            completion_tokens=len(tokens[index]) if len(tokens) == len(texts) else None,
            reasoning=reasons[index] if len(reasons) == len(texts) else None,
        )


def _texts(doc: Mapping[str, object]) -> tuple[str, ...]:
    found = (doc.get("original_query"), doc.get("query"))
    return tuple(text for text in found if isinstance(text, str) and text)


def _prompt(doc: Mapping[str, object], reply: Mapping[str, object]) -> str:
    sent = reply.get("input")
    if isinstance(sent, list):  # Chat turns.
        sent = json.dumps(sent, ensure_ascii=False)
    return str(doc.get("query") or sent or "")


def _gold(doc: Mapping[str, object], place: str) -> str | None:
    choices = list_of(doc.get("choices"), place, "doc.choices")
    index = doc.get("gold_index")
    index = index[0] if isinstance(index, list) and index else index
    if not isinstance(index, int) or not 0 <= index < len(choices):
        return None
    return text_of(choices[index], place, "doc.choices")


def _label(row: Mapping[str, object], place: str) -> bool | None:
    """The first metric that is there, where it is 0 or 1."""
    metrics = mapping_of(row["metric"], place, "metric")
    value = next((v for v in metrics.values() if v is not None), None)
    try:
        return label_of(value, place)
    except DataError:  # A share, or a text metric's score: no label.
        return None


def _protocol(general: Mapping[str, object], doc: JsonObject, task: str) -> dict[str, object]:
    config = mapping_of(general.get("model_config"), "results", "model_config")
    sent = mapping_of(config.get("generation_parameters"), "results", "generation_parameters")
    shots = task.rpartition("|")[2]
    # 0 is also its default, which says nothing where several samples of a document were drawn.
    several = (doc.get("num_samples") or 1) > 1
    known = {
        "temperature": (sent.get("temperature") or None) if several else sent.get("temperature"),
        "top_p": sent.get("top_p"),
        "top_k": sent.get("top_k"),
        "max_tokens": sent.get("max_new_tokens") or doc.get("generation_size"),
        "stop": doc.get("stop_sequences"),
        "seed": sent.get("seed"),
        "shots": int(shots) if shots.isdigit() else None,
        "system": config.get("system_prompt") or ("none" if config else None),
        "dtype": config.get("dtype"),
        "harness": "lighteval",
    }
    return {key: value for key, value in known.items() if value not in (None, [])}
