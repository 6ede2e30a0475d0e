"""What a run folder says about itself: its cells, problems and graders, without model or dataset.

Everything right of the samples works from here, so that grading, statistics and reports can be
done again on a laptop.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from claimbench.errors import StoreError
from claimbench.grading import Grader, make_grader
from claimbench.plan import Plan
from claimbench.records import Message, Problem, Tier
from claimbench.store import RunStore, safe_name


@dataclass(frozen=True)
class StoredCell:
    """One model on one benchmark, as a run folder describes it.

    `asked` is how many samples it should hold: those of an import are as many as were there.
    """

    model: str
    benchmark: str
    samples: int
    problems: Mapping[str, Problem]
    grader: Grader
    protocol: Mapping[str, Any]
    asked: int
    tier: Tier = "A"

    @cached_property
    def problem_ids(self) -> list[str]:
        return list(self.problems)


def write_problems(store: RunStore, plan: Plan) -> None:
    """Keep the problems beside the samples: a report can then show them, a grader read them."""
    for cell in plan.cells:
        write_cell_problems(store, cell.benchmark.name, cell.problems)


def write_cell_problems(store: RunStore, benchmark: str, problems: Iterable[Problem]) -> None:
    """Keep the problems of one benchmark."""
    path = _problems_path(benchmark)
    store.write_lines_once(path, (_without_benchmark(p) for p in problems))


def stored_cells(store: RunStore) -> list[StoredCell]:
    """The cells of a run folder. Raises StoreError where a file it needs is missing."""
    config = store.config
    problems: dict[str, dict[str, Problem]] = {}
    cells = []
    try:
        for described in config["cells"].values():
            benchmark, model = described["benchmark"], described["model"]
            if benchmark not in problems:
                problems[benchmark] = _read_problems(store, benchmark)
            cells.append(_cell(config, described, model, benchmark, problems[benchmark]))
    except KeyError as error:
        raise StoreError(
            f"{store.root / 'run.yaml'}: key {error} is missing; this folder was not made by "
            f"`claimbench run`"
        ) from error
    return cells


def _cell(
    config: Mapping[str, Any],
    described: Mapping[str, Any],
    model: str,
    benchmark: str,
    problems: Mapping[str, Problem],
) -> StoredCell:
    grader = config["benchmarks"][benchmark]["grader"]
    reasoning_end = config["models"][model]["prompt"]["reasoning_end"]
    return StoredCell(
        model=model,
        benchmark=benchmark,
        samples=described["samples"],
        problems=problems,
        grader=make_grader(grader["kind"], grader["options"], reasoning_end),
        protocol=protocol(config, described),
        asked=described.get("asked", len(problems) * described["samples"]),
        tier=described.get("tier", "A"),
    )


def protocol(config: Mapping[str, Any], described: Mapping[str, Any]) -> dict[str, Any]:
    """The protocol of a cell in the words that published protocols use, for comparison. Of
    imported outputs only what is stated: a missing key is unknown."""
    if "import" in config:
        return dict(config["import"]["protocol"])
    run, model = config["run"], config["models"][described["model"]]
    benchmark = config["benchmarks"][described["benchmark"]]
    shots = benchmark["fewshot"]
    found = {
        "temperature": run["sampling"]["temperature"],
        "top_p": run["sampling"]["top_p"],
        "top_k": run["sampling"]["top_k"],
        "max_tokens": run["sampling"]["max_tokens"],
        "shots": shots["count"] if shots else 0,
        "shots_as": "chat turns" if shots else None,
        "prompt": benchmark["prompt"],
        "system": model["prompt"]["system"] or "none",
        "forced_prefix": model["prompt"].get("forced_prefix") or None,
        "harness": "claimbench",
        "stop": list(benchmark["stop"]),
        "grader": benchmark["grader"]["kind"],
        "dataset_revision": benchmark["dataset"]["revision"],
        "dtype": run["engine"]["dtype"] or model["dtype"],
        "engine": " ".join(str(part) for part in config["engine"].values()),
        "weights": config["departures"].get(described["model"], "the pinned checkpoint"),
        **_lm_eval_protocol(benchmark, run["sampling"]),
    }
    return {key: value for key, value in found.items() if value not in (None, [])}


def _lm_eval_protocol(benchmark: Mapping[str, Any], sampling: Mapping[str, Any]) -> dict[str, Any]:
    """What a task of lm-eval adds: how it was asked, and where the run departs from the task."""
    task = benchmark.get("lm_eval")
    if task is None:
        return {}
    options = benchmark["grader"]["options"]
    shots, as_turns = task["num_fewshot"], task["chat"] and task["multiturn"]
    return {
        "harness": f"claimbench, task and metrics by lm-eval {task['version']}",
        "prompt": f"lm-eval's task {task['task']}, version {task['task_version']}",
        "chat_template": "applied" if task["chat"] else "none",
        "shots": shots,
        "shots_as": ("chat turns" if as_turns else "text") if shots else None,
        "grader": f"lm-eval {options['metric']},{options['filter']}",
        "departures_from_task": _departures(task, sampling),
    }


def _departures(task: Mapping[str, Any], sampling: Mapping[str, Any]) -> list[str]:
    """Where the run's sampling is not what the task asks for, in words."""
    own = task["generation"]
    greedy = own.get("do_sample") is False
    asked = {
        "temperature": 0.0 if greedy else own.get("temperature"),
        "top_p": None if greedy else own.get("top_p"),
        "top_k": None if greedy else own.get("top_k"),
        "max_tokens": own.get("max_gen_toks", 256),  # 256: lm-eval's own default
    }
    said = [
        f"{key} {sampling[key]} (task: {value})"
        for key, value in asked.items()
        if value is not None and value != sampling[key]
    ]
    said += [f"no stop at {text!r}" for text in task["dropped"]]
    return said + [f"column {ours} read from {theirs}" for ours, theirs in task["columns"].items()]


def _problems_path(benchmark: str) -> str:
    return f"problems/{safe_name(benchmark)}.jsonl"


def _without_benchmark(problem: Problem) -> dict[str, Any]:
    row = asdict(problem)
    del row["benchmark"]
    return row


def _read_problems(store: RunStore, benchmark: str) -> dict[str, Problem]:
    rows = store.read_lines(_problems_path(benchmark))
    return {row["id"]: _problem(benchmark, row) for row in rows}


def _problem(benchmark: str, row: dict[str, Any]) -> Problem:
    return Problem(
        benchmark=benchmark,
        id=row["id"],
        question=row["question"],
        gold=row["gold"],
        choices=tuple(row["choices"]),
        messages=_messages(row.get("messages")),
        text=row.get("text"),
        details=row["details"],
    )


def _messages(turns: list[dict[str, Any]] | None) -> tuple[Message, ...] | None:
    return None if turns is None else tuple(Message(**turn) for turn in turns)
