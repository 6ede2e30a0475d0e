"""Which tasks and metrics of lm-eval claimbench takes, and which of them counts as right."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from claimbench.errors import ConfigError
from claimbench.grading.lm_eval.judging import filters_of, number, over_repeats, scores
from claimbench.grading.lm_eval.names import TaskName
from claimbench.records.plain import JsonObject

if TYPE_CHECKING:
    from lm_eval.api.task import ConfigurableTask

_ELSEWHERE = " 7 and so on"


def refuse(name: TaskName, settings: JsonObject, *, unsafe_code: bool = False) -> None:
    """Refuse, before any data is read, what claimbench cannot take; with `unsafe_code` not those
    tasks whose metric runs what the model wrote. Raises ConfigError."""
    kind = settings.get("output_type", "generate_until")
    if kind != "generate_until":
        raise ConfigError(
            f"{name.benchmark}: a task of kind {kind} compares log-likelihoods of given answers; "
            f"claimbench takes generate_until tasks, whose model writes its answer"
        )
    if settings.get("unsafe_code") and not unsafe_code:
        raise ConfigError(
            f"{name.benchmark}: lm-eval runs this task's model-written code itself, outside of "
            f"claimbench's sandbox; use claimbench's own code benchmarks, or, on a machine that "
            f"may be harmed, set lm_eval.confirm_run_unsafe_code: true"
        )
    check_allowed(name, settings)
    if settings.get("doc_to_image") or settings.get("doc_to_audio"):
        raise ConfigError(f"{name.benchmark}: its questions hold images or sound, not only text")
    for metric in settings.get("metric_list") or ():
        _refuse_hub_metric(name, settings, metric)


def check_allowed(name: TaskName, settings: Mapping[str, object]) -> None:
    """Raise ConfigError where a metric that runs programs would refuse to: `code_eval` wants this
    variable as its user's word that it may."""
    if settings.get("unsafe_code") and os.environ.get("HF_ALLOW_CODE_EVAL") != "1":
        raise ConfigError(
            f"{name.benchmark}: its metric runs model-written code only where the environment "
            f"variable HF_ALLOW_CODE_EVAL is 1: set it if this machine may be harmed"
        )


def _refuse_hub_metric(
    name: TaskName, settings: Mapping[str, object], metric: Mapping[str, object]
) -> None:
    from lm_eval.api.registry import METRIC_REGISTRY

    named = metric.get("metric")
    own_code = settings.get("process_results") is not None or "/" in str(named)
    if not metric.get("hf_evaluate") and (own_code or named in METRIC_REGISTRY):
        return
    try:
        import evaluate

        evaluate.load(str(named))
    except Exception as error:
        raise not_in_cache(name, str(named)) from error


def not_in_cache(name: TaskName, program: str) -> ConfigError:
    """The refusal of a task whose metric is not to be had here."""
    return ConfigError(
        f"{name.benchmark}: its metric {program} is a program on the hub that is not in this "
        f"machine's cache; load it once where the hub can be reached: python -c "
        f'"import evaluate; evaluate.load({program!r})"'
    )


def missing_program(error: Exception) -> str | None:
    """The metric that `evaluate` says it cannot find, if that is what the error is about."""
    found = re.search(r"Couldn't find a module script at \S*?([\w.-]+)\.py\b", str(error))
    return found[1] if found else None


def refuse_task(name: TaskName, task: ConfigurableTask) -> None:
    """The same, of what only the task object knows."""
    if task.OUTPUT_TYPE != "generate_until" or getattr(task, "MULTIMODAL", False):
        raise ConfigError(f"{name.benchmark}: this is no task with text in and text out")


def main_metric(name: TaskName, task: ConfigurableTask, chosen: str | None) -> tuple[str, str]:
    """(metric, filter) whose 1 is right and 0 wrong: the chosen one, else the task's first metric
    under its first filter of single replies.

    Raises ConfigError where it is not of that kind: a share of right answers is what pass@1, its
    errors and its verdicts are about. This is seen by trial on the first document: its target, a
    part of it, and nothing, as replies.
    """
    seen = _tried(name, task)
    binary = [key for key, values in seen.items() if all(v in (0.0, 1.0) for v in values)]
    key = chosen or next(iter(seen), "(none)")
    if key not in seen:
        raise ConfigError(
            f"key lm_eval.metrics: {name.benchmark} has no {key}; it has {', '.join(seen)}"
        )
    metric, _, used = key.rpartition(",")
    if key not in binary or not _is_mean(task, metric):
        others = [k for k in binary if k != key and _is_mean(task, k.rpartition(",")[0])]
        way = f'; set lm_eval.metrics: {{"{name.benchmark}": "{others[0]}"}}' if others else ""
        raise ConfigError(
            f"{name.benchmark}: its metric {key} does not say right or wrong of each reply, and "
            f"claimbench counts right ones{way}"
        )
    return metric, used


def _tried(name: TaskName, task: ConfigurableTask) -> dict[str, list[float | None]]:
    """The values of each `metric,filter` on the trial replies."""
    doc = task.task_docs[0]
    target = task.doc_to_target(doc)
    right = str(target[0] if isinstance(target, list) and target else target)
    seen: dict[str, list[float | None]] = {}
    for reply in (right, right[: (len(right) + 1) // 2] + _ELSEWHERE, ""):
        for scored in scores(task, doc, [reply]):
            for metric, item in scored.items.items():
                seen.setdefault(f"{metric},{scored.filter}", []).append(number(item))
    if not seen:
        single = [f for f, functions in filters_of(task).items() if not over_repeats(functions)]
        raise ConfigError(
            f"{name.benchmark}: no filter of this task reads a single reply (it has "
            f"{', '.join(filters_of(task))}; of single replies: {len(single)})"
        )
    return _in_order(task, seen)


def _in_order(
    task: ConfigurableTask, seen: dict[str, list[float | None]]
) -> dict[str, list[float | None]]:
    """By the task's order of metrics first, then of filters."""
    order = list(task.aggregation())

    def place(key: str) -> int:
        metric = key.rpartition(",")[0]
        return order.index(metric) if metric in order else len(order)

    return dict(sorted(seen.items(), key=lambda pair: place(pair[0])))


def _is_mean(task: ConfigurableTask, metric: str) -> bool:
    from lm_eval.api.metrics import mean, nanmean

    return task.aggregation().get(metric, mean) in (mean, nanmean)
