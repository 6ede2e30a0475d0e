"""What a run folder says about itself: its cells, problems and graders, without model or dataset.

Everything right of the samples works from here, so that grading, statistics and reports can be
done again on a laptop.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from claimbench.errors import WrongRunFolder
from claimbench.grading import Grader, make_grader
from claimbench.planning.plan import Plan
from claimbench.records import Problem, Tier, Turn
from claimbench.sandbox.restrictions import Isolation
from claimbench.store import RunStore, safe_name

PROMPT_ASSERTIONS: Mapping[str, str] = {
    "token_ids": "token ids, asserted before they are sent; the server's own count of them agrees",
    "counted_chat": "chat turns: the template is the server's; its tokens are as many as ours, and "
    "the same where the server tells them",
    "chat": "chat turns only: the template is the server's and is not checked",
}
"""What is asserted of the prompts that an endpoint is sent, by engine.endpoint.prompt."""


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
    reasoning_end: str | None = None

    @cached_property
    def problem_ids(self) -> list[str]:
        return list(self.problems)


def write_problems(store: RunStore, plan: Plan) -> None:
    """Keep the problems beside the samples: a report can then show them, a grader read them."""
    for cell in plan.cells:
        write_cell_problems(store, cell.benchmark.name, cell.problems)


def write_cell_problems(store: RunStore, benchmark: str, problems: Iterable[Problem]) -> None:
    """Keep the problems of one benchmark."""
    store.write_lines_once(_problems_path(benchmark), (_stored(store, p) for p in problems))


def stored_cells(store: RunStore, min_isolation: Isolation | None = None) -> list[StoredCell]:
    """The cells of a run folder; programs are run with `min_isolation` or better, else the
    folder's own. Raises WrongRunFolder where the problems are missing."""
    config = store.config
    min_isolation = min_isolation or _min_isolation(store)
    problems: dict[str, dict[str, Problem]] = {}
    cells = []
    try:
        for described in config["cells"].values():
            benchmark = described["benchmark"]
            if benchmark not in problems:
                problems[benchmark] = _read_problems(store, benchmark)
            cells.append(_cell(config, described, problems[benchmark], min_isolation))
    except KeyError as error:
        raise WrongRunFolder(
            f"{store.root / 'run.yaml'}: key {error} is missing; this folder was not made by "
            f"`claimbench run`"
        ) from error
    return cells


def _min_isolation(store: RunStore) -> Isolation | None:
    """The weakest isolation with which the folder's own run runs programs."""
    grading = store.config.get("run", {}).get("grading", {})
    if "sandbox_floor" in grading:
        raise WrongRunFolder(
            f"{store.root / 'run.yaml'}: an older claimbench wrote the key grading.sandbox_floor "
            f"(A to D); replace it by min_isolation: namespaces, landlock, seccomp or rlimits"
        )
    found: Isolation | None = grading.get("min_isolation")
    return found


def _cell(
    config: Mapping[str, Any],
    described: Mapping[str, Any],
    problems: Mapping[str, Problem],
    min_isolation: Isolation | None,
) -> StoredCell:
    benchmark, model = described["benchmark"], described["model"]
    grader = config["benchmarks"][benchmark]["grader"]
    own = config["models"][model]["prompt"]["reasoning_end"]
    reasoning_end = config.get("reasoning_end", {}).get(f"{model}/{benchmark}", own)
    return StoredCell(
        model=model,
        benchmark=benchmark,
        samples=described["samples"],
        problems=problems,
        grader=make_grader(grader["kind"], grader["options"], reasoning_end, min_isolation),
        protocol=protocol(config, described),
        asked=described.get("asked", len(problems) * described["samples"]),
        tier=described.get("tier", "A"),
        reasoning_end=reasoning_end,
    )


def protocol(config: Mapping[str, Any], described: Mapping[str, Any]) -> dict[str, Any]:
    """The protocol of a cell in the words that published protocols use, for comparison. Of
    imported outputs only what is stated: a missing key is unknown."""
    if "import" in config:
        return dict(config["import"]["protocol"])
    run, model = config["run"], config["models"][described["model"]]
    benchmark = config["benchmarks"][described["benchmark"]]
    shots = benchmark["fewshot"]
    endpoint = run["engine"].get("endpoint")
    dataset = benchmark["dataset"]
    rules = model["prompt"]
    if variant := benchmark.get("prompt_variant"):
        rules = model["prompt_variants"][variant]
    found = {
        "temperature": run["sampling"]["temperature"],
        "top_p": run["sampling"]["top_p"],
        "top_k": run["sampling"]["top_k"],
        "max_tokens": run["sampling"]["max_tokens"],
        "shots": shots["count"] if shots else 0,
        "shots_as": "chat turns" if shots else None,
        "prompt": benchmark["prompt"],
        "system": rules["system"] or "none",
        "forced_prefix": rules.get("forced_prefix") or None,
        "bos": _bos_words(rules),
        "harness": "claimbench",
        "stop": list(benchmark["stop"]),
        "grader": benchmark["grader"]["kind"],
        "dataset_revision": dataset["revision"],
        "release": dataset.get("release"),
        "window": window_words(dataset.get("window")),
        "dtype": run["engine"].get("dtype") or model["dtype"],
        "engine": " ".join(str(part) for part in config["engine"].values()),
        "weights": config["departures"].get(described["model"], "the pinned checkpoint"),
        **_lm_eval_protocol(benchmark, run["sampling"]),
    }
    if endpoint:
        found |= _served_protocol(endpoint)
    return {key: value for key, value in found.items() if value not in (None, [])}


def window_words(window: Sequence[str] | None) -> str | None:
    """A window of dates as published protocols write it: `2024-08 to 2025-01` for whole months."""
    if window is None:
        return None
    first, last = map(date.fromisoformat, window)
    if first.day == 1 and (last + timedelta(days=1)).day == 1:
        return f"{first:%Y-%m} to {last:%Y-%m}"
    return f"{first} to {last}"


def _bos_words(rules: Mapping[str, Any]) -> str | None:
    return f"with {rules['prepend']} before it" if rules.get("prepend") else None


_CHANGES_NO_SAMPLE = ("return_token_ids", "max_tokens", "n", "stream_options")
"""What may be left out of a request without changing its reply."""


def _served_protocol(endpoint: Mapping[str, Any]) -> dict[str, Any]:
    """What an endpoint leaves unknown: said, so that it stands among the departures."""
    not_sent = [key for key in endpoint["unsupported"] if key not in _CHANGES_NO_SAMPLE]
    found: dict[str, Any] = dict.fromkeys(not_sent, "the server's own")
    found["dtype"] = "the server's own"
    if endpoint["prompt"] != "token_ids":
        found["prompt_assertion"] = PROMPT_ASSERTIONS[endpoint["prompt"]]
        found["forced_prefix"] = "as the server's chat template has it"
    return found


def _lm_eval_protocol(benchmark: Mapping[str, Any], sampling: Mapping[str, Any]) -> dict[str, Any]:
    """What a task of lm-eval adds: how it was asked, and where the run departs from the task."""
    task = benchmark.get("lm_eval")
    if task is None:
        return {}
    options = benchmark["grader"]["options"]
    shots, as_turns = task["num_fewshot"], task["chat"] and task["multiturn"]
    where = ", which runs programs outside of the sandbox" if task.get("unsafe_code") else ""
    return {
        "harness": f"claimbench, task and metrics by lm-eval {task['version']}",
        "prompt": f"lm-eval's task {task['task']}, version {task['task_version']}",
        "chat_template": "applied" if task["chat"] else "none",
        "shots": shots,
        "shots_as": ("chat turns" if as_turns else "text") if shots else None,
        "grader": f"lm-eval {options['metric']},{options['filter']}{where}",
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


def _stored(store: RunStore, problem: Problem) -> dict[str, Any]:
    """The problem as a row. Tests that lie in a file of their own are put into the run folder,
    which can then be graded on another machine."""
    row = {key: value for key, value in asdict(problem).items() if key != "benchmark"}
    if file := row["details"].get("tests", {}).get("file"):
        name = f"problems/tests/{Path(file).name}"
        if not (store.root / name).exists():
            store.write_file(name, Path(file).read_text("ascii"))
        row["details"]["tests"]["file"] = name
    return row


def _read_problems(store: RunStore, benchmark: str) -> dict[str, Problem]:
    if not (store.root / _problems_path(benchmark)).exists():
        if not (store.root / "report.md").exists():
            raise WrongRunFolder(
                f"{store.root}: its run stopped before it stored anything; give its `claimbench "
                "run` or `import` again"
            )
        raise WrongRunFolder(
            f"{store.root} holds results alone, without problems and samples (so do the folders "
            "in claimbench's repository): read its report.md, or name the folder in which the run "
            "was made"
        )
    rows = store.read_lines(_problems_path(benchmark))
    return {row["id"]: _problem(store, benchmark, row) for row in rows}


def _problem(store: RunStore, benchmark: str, row: dict[str, Any]) -> Problem:
    details = row["details"]
    if file := details.get("tests", {}).get("file"):
        # Only its name counts: a run folder may come from elsewhere.
        details["tests"]["file"] = str(
            store.root.resolve() / "problems" / "tests" / Path(file).name
        )
    return Problem(
        benchmark=benchmark,
        id=row["id"],
        question=row["question"],
        gold=row["gold"],
        choices=tuple(row["choices"]),
        messages=_messages(row.get("messages")),
        text=row.get("text"),
        details=details,
    )


def _messages(turns: list[dict[str, Any]] | None) -> tuple[Turn, ...] | None:
    return None if turns is None else tuple(Turn(**turn) for turn in turns)
