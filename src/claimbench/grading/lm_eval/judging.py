"""lm-eval's filters and metrics on replies. This runs in a grading worker: replies are hostile."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from claimbench.grading.lm_eval.names import TaskName, build
from claimbench.records.plain import JsonDict, JsonObject

if TYPE_CHECKING:
    from lm_eval.api.task import ConfigurableTask

Item = Any
"""What a metric makes of one document: mostly a number; a pair for metrics of a whole corpus."""
INVALID = "[invalid]"
"""What lm-eval's regex filter makes of a reply without a match."""
OVER_REPEATS = ("take_first_k", "majority_vote")
"""Filters that look at several replies to one document."""


@dataclass(frozen=True, slots=True)
class JudgedTask:
    """What a worker must know of a task. `features` and `multiple_target` are what lm-eval reads
    off the whole dataset, which a worker does not have."""

    name: TaskName
    features: tuple[str, ...]
    multiple_target: int


@dataclass(frozen=True, slots=True)
class Scored:
    """One filter's view of the replies to a document: its reading, and each metric's item."""

    filter: str
    answer: str
    items: Mapping[str, Item]


_built: dict[JudgedTask, object] = {}


def prepare(tasks: Sequence[tuple[JudgedTask, str]]) -> None:
    """Make the tasks, each with one of its documents (JSON), before the first question."""
    for judged, doc in tasks:
        _task(judged, json.loads(doc))


def score(judged: JudgedTask, doc: str, replies: Sequence[str]) -> list[Scored]:
    """What lm-eval makes of `replies` (one sample, or all repeats) to `doc` (JSON), by filter."""
    task = _task(judged, json.loads(doc))
    return list(scores(task, json.loads(doc), replies))


def aggregate(
    judged: JudgedTask, doc: str, metric: str, items: Sequence[Item]
) -> tuple[float, float | None]:
    """A metric over all documents, by the aggregation that the task names for it (else the mean,
    as in lm-eval), and lm-eval's standard error of it; None where lm-eval has no formula, but draws
    bootstrap samples."""
    from lm_eval.api.metrics import acc_all, acc_all_stderr, mean, mean_stderr

    total = _task(judged, json.loads(doc)).aggregation().get(metric, mean)
    error = {mean: mean_stderr, acc_all: acc_all_stderr}.get(total)
    stderr = float(error(list(items))) if error and len(items) > 1 else None
    return float(total(list(items))), stderr


def scores(task: ConfigurableTask, doc: JsonDict, replies: Sequence[str]) -> Iterator[Scored]:
    """As `score`, of lm-eval's own task object. With one reply, filters over repeats are left out;
    with several, those that want more of them."""
    instance = task.construct_requests(doc=doc, ctx="", metadata=(task.task_name, 0, len(replies)))
    instance.resps = list(replies)
    chosen = filters_of(task)
    for ensemble in task._filters:
        functions = chosen.get(ensemble.name, [])
        if not _applies(functions, len(replies)):
            continue
        ensemble.apply([instance])
        read = instance.filtered_resps[ensemble.name]
        items = task.process_results(json.loads(json.dumps(doc)), [read])
        yield Scored(ensemble.name, _shown(read), {k: _plain(v) for k, v in items.items()})


def filters_of(task: ConfigurableTask) -> dict[str, list[Mapping[str, object]]]:
    """The task's filters by name, each a list of {function, …}."""
    listed = task.config.filter_list
    if not listed:
        return {"none": [{"function": "take_first"}]}
    return {one["name"]: list(one["filter"]) for one in listed}


def over_repeats(functions: Sequence[JsonObject]) -> bool:
    """Whether this filter looks at several replies to one document."""
    return any(f["function"] in OVER_REPEATS for f in functions)


def _applies(functions: Sequence[JsonObject], replies: int) -> bool:
    wanted = max((int(f.get("k", 1)) for f in functions), default=1)
    return wanted <= replies and (replies > 1 or not over_repeats(functions))


def number(item: Item) -> float | None:
    """The item as a finite number, None where it is none."""
    if isinstance(item, (bool, int, float)) and math.isfinite(item):
        return float(item)
    return None


def _plain(item: Item) -> Item:
    """numpy's and sympy's numbers and booleans as Python's; lists and texts as they are."""
    if hasattr(item, "item") and getattr(item, "shape", None) == ():
        item = item.item()
    if isinstance(item, (bool, int, float, str)) or item is None:
        return item
    if isinstance(item, (list, tuple)):
        return [_plain(part) for part in item]
    try:
        return float(item)
    except (TypeError, ValueError):
        return str(item)


def _shown(read: object) -> str:
    return read if isinstance(read, str) else json.dumps(read, ensure_ascii=False, default=str)


def _task(judged: JudgedTask, doc: dict[str, object]) -> ConfigurableTask:
    """lm-eval's task with that one document for its dataset: grading needs neither hub nor file."""
    if judged not in _built:
        task = build(judged.name, _one_document(doc, judged.features))
        task.features, task.multiple_target = list(judged.features), judged.multiple_target
        _built[judged] = task
    return _built[judged]


def _one_document(doc: dict[str, object], features: Sequence[str]) -> JsonDict:
    """The settings that put the document, already processed, in place of the dataset."""
    splits = _EverySplit(doc, features)
    return {
        "custom_dataset": lambda **_: splits,
        "process_docs": None,
        "fewshot_config": None,
        "fewshot_split": None,
        "num_fewshot": 0,
    }


class _EverySplit:
    def __init__(self, doc: dict[str, object], features: Sequence[str]) -> None:
        self._rows = _Rows([doc])
        self._rows.features = dict.fromkeys(features)

    def __getitem__(self, split: str) -> _Rows:
        return self._rows


class _Rows(list[dict[str, object]]):
    features: dict[str, None]
