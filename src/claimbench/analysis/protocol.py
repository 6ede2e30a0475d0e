"""The protocol of a cell in the words that published protocols use, for comparison."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from claimbench.config.benchmarks import BenchmarkConfig, LmEvalTask
from claimbench.config.canonical import plain
from claimbench.config.engines import EngineConfig
from claimbench.config.models import PromptRules
from claimbench.config.prompting import prompt_rules
from claimbench.config.runs import SamplingConfig
from claimbench.config.yamlfile import parse
from claimbench.engines.endpoint.config import EndpointConfig
from claimbench.messages import Message, as_data
from claimbench.records import NEUTRAL, CellName
from claimbench.records.plain import JsonDict
from claimbench.store.manifest import ImportedBenchmark, ImportedModel, ImportedRun, RunManifest

PINNED = "pinned"
"""What a protocol says of weights without a departure."""
SERVERS = "server's own"
"""What it says of a setting that an endpoint does not take."""


def protocol(manifest: RunManifest, cell: CellName) -> JsonDict:
    """The protocol of a cell. Of imported outputs only what is stated: a missing key is unknown."""
    run, model = manifest.run, manifest.models[cell.model]
    benchmark = manifest.benchmarks[cell.benchmark]
    if manifest.imported is not None:
        return dict(manifest.imported.protocol)
    assert not isinstance(run, ImportedRun)  # Only imports leave these open.
    assert not isinstance(model, ImportedModel)
    assert not isinstance(benchmark, ImportedBenchmark)
    shots = benchmark.fewshot
    rules = prompt_rules(model, benchmark)
    chosen = run.engine.given
    found = {
        "temperature": run.sampling.temperature,
        "top_p": run.sampling.top_p,
        "top_k": run.sampling.top_k,
        "max_tokens": run.sampling.max_tokens,
        **_switched_on(run.sampling),
        "shots": shots.count if shots else 0,
        "shots_as": "chat turns" if shots else None,
        "prompt": benchmark.prompt,
        "system": (rules.system if benchmark.system is None else benchmark.system) or "none",
        "forced_prefix": rules.forced_prefix or None,
        "bos": rules.prepend or None,
        "template_args": [f"{key}={value}" for key, value in sorted(_arguments(rules).items())],
        "harness": "claimbench",
        "stop": list(benchmark.stop),
        "grader": benchmark.grader.kind,
        "dataset_revision": benchmark.dataset.revision,
        "release": benchmark.dataset.release,
        "window": window_words(benchmark.dataset.window),
        "dtype": _precision(manifest, cell.model) or chosen.get("dtype") or model.dtype,
        "engine": " ".join(manifest.engine.values()),
        "weights": manifest.departures.get(cell.model, PINNED),
        **_lm_eval_protocol(benchmark, run.sampling),
    }
    if run.engine.kind == "endpoint":
        found |= _served_protocol(run.engine)
    return {key: value for key, value in found.items() if value not in (None, [])}


def _arguments(rules: PromptRules) -> dict[str, str]:
    """Arguments of the chat template as YAML writes them."""
    return {
        key: str(value).lower() if isinstance(value, bool) else str(value)
        for key, value in rules.template_args.items()
    }


def _precision(manifest: RunManifest, model: str) -> str | None:
    """The quantization of weights from a GGUF file, which stands in their identity; None for
    others."""
    kind, _, rest = manifest.checkpoints.get(model, "").partition(":")
    return f"{rest.partition(':')[0]} (GGUF)" if kind == "gguf" else None


def _switched_on(sampling: SamplingConfig) -> dict[str, float]:
    """Filters and penalties that do something: nobody states those that are off."""
    return {key: value for key, off in NEUTRAL.items() if (value := getattr(sampling, key)) != off}


def window_words(window: Sequence[str] | None) -> str | None:
    """A window of dates as published protocols write it: `2024-08 to 2025-01` for whole months."""
    if window is None:
        return None
    first, last = map(date.fromisoformat, window)
    if first.day == 1 and (last + timedelta(days=1)).day == 1:
        return f"{first:%Y-%m} to {last:%Y-%m}"
    return f"{first} to {last}"


_CHANGES_NO_SAMPLE = ("return_token_ids", "max_tokens", "n", "stream_options")
"""What may be left out of a request without changing its reply."""


def _served_protocol(engine: EngineConfig) -> dict[str, object]:
    """What an endpoint leaves unknown: named, so that it stands among the departures."""
    given, inside = engine.given.get("endpoint"), ("engine", "endpoint")
    endpoint = parse(EndpointConfig, given, engine.path, engine.marks, inside)
    not_sent = [key for key in endpoint.unsupported if key not in _CHANGES_NO_SAMPLE]
    found: JsonDict = dict.fromkeys(not_sent, SERVERS)
    found["dtype"] = SERVERS
    if endpoint.prompt != "token_ids":
        found["prompt_assertion"] = endpoint.prompt
        found["forced_prefix"] = "server's template"
    return found


def _lm_eval_protocol(benchmark: BenchmarkConfig, sampling: SamplingConfig) -> dict[str, object]:
    """What a task of lm-eval adds: how it was asked, and where the run departs from the task."""
    task = benchmark.lm_eval
    if task is None:
        return {}
    options = benchmark.grader.options
    shots, as_turns = task.num_fewshot, task.chat and task.multiturn
    where = " (outside of the sandbox)" if task.unsafe_code else ""
    return {
        "harness": f"claimbench, lm-eval {task.version}",
        "prompt": f"lm-eval {task.task}, version {task.task_version}",
        "chat_template": "applied" if task.chat else "none",
        "shots": shots,
        "shots_as": ("chat turns" if as_turns else "text") if shots else None,
        "grader": f"lm-eval {options['metric']},{options['filter']}{where}",
        "departures_from_task": _departures(task, sampling),
    }


def _departures(task: LmEvalTask, sampling: SamplingConfig) -> list[object]:
    """Where the run's sampling is not what the task asks for, as data of messages."""
    own, chosen = task.generation, plain(sampling)
    greedy = own.get("do_sample") is False
    asked = {
        "temperature": 0.0 if greedy else own.get("temperature"),
        "top_p": None if greedy else own.get("top_p"),
        "top_k": None if greedy else own.get("top_k"),
        "max_tokens": own.get("max_gen_toks", 256),  # 256: lm-eval's own default
    }
    found: list[Message] = [
        Message("task-setting", {"setting": key, "run": chosen[key], "task": value})
        for key, value in asked.items()
        if value is not None and value != chosen[key]
    ]
    found += [Message("task-stop-dropped", {"stop": repr(text)}) for text in task.dropped]
    found += [
        Message("task-column", {"column": ours, "source": theirs})
        for ours, theirs in task.columns.items()
    ]
    return [as_data(one) for one in found]
