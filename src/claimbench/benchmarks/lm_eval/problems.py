"""lm-eval's tasks → BenchmarkConfigs and Problems: lm-eval makes the contexts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from claimbench.benchmarks.lm_eval.data import eval_split
from claimbench.benchmarks.lm_eval.tasks import (
    FEWSHOT_SEED,
    LoadedTask,
    digest_of,
    explained,
    include_digest,
    load_task,
    seeded,
)
from claimbench.config.benchmarks import (
    BenchmarkConfig,
    DatasetConfig,
    FieldsConfig,
    GraderConfig,
    LmEvalTask,
)
from claimbench.config.folders import LM_EVAL
from claimbench.config.models import ModelConfig
from claimbench.config.runs import Experiment, LmEvalOptions
from claimbench.errors import ConfigError, InputError
from claimbench.grading.lm_eval import metrics
from claimbench.grading.lm_eval.names import (
    TaskName,
    installed_version,
    leaves,
    quiet,
    settings_of,
)
from claimbench.records.plain import JsonDict
from claimbench.records.runs import Problem, Turn

if TYPE_CHECKING:
    from lm_eval.api.task import ConfigurableTask


def resolve(experiment: Experiment, data_dir: Path | None) -> Experiment:
    """The experiment with every `lm-eval:…` benchmark in full; a group becomes its tasks, and what
    the run file says of the group holds for each. Raises InputError."""
    run = experiment.run
    options = run.lm_eval or LmEvalOptions()
    own = {benchmark.name: benchmark for benchmark in experiment.benchmarks}
    benchmarks: list[BenchmarkConfig] = []
    samples = dict(run.samples) if isinstance(run.samples, dict) else run.samples
    margins = dict(run.margins)
    for name in run.benchmarks:
        if not name.startswith(LM_EVAL):
            benchmarks.append(own[name])
            continue
        made = [
            _benchmark(leaf, options, data_dir)
            for leaf in leaves(name.removeprefix(LM_EVAL), options.include)
        ]
        benchmarks += made
        if isinstance(samples, dict) and name in samples:
            samples.update(dict.fromkeys([b.name for b in made], samples.pop(name)))
        if name in margins:
            margins.update(dict.fromkeys([b.name for b in made], margins.pop(name)))
    names = tuple(b.name for b in benchmarks)
    _check_names(names, options)
    update = {"benchmarks": names, "samples": samples, "margins": margins}
    return experiment.model_copy(
        update={"run": run.model_copy(update=update), "benchmarks": tuple(benchmarks)}
    )


def load_problems(
    benchmark: BenchmarkConfig, data_dir: Path | None, limit: int | None
) -> list[Problem]:
    """The problems of a resolved task: what lm-eval would send, as chat turns or as text."""
    settings = benchmark.lm_eval
    assert settings is not None
    name = TaskName(settings.task, settings.group, settings.include)
    loaded = load_task(name, settings.num_fewshot, data_dir)
    contexts = _contexts(loaded, settings, limit)
    docs = loaded.docs[:limit]
    if len(contexts) != len(docs):
        raise InputError(f"{benchmark.name}: lm-eval asks some of its documents more than once")
    return [
        _problem(benchmark, loaded.task, place, doc, context)
        for place, (doc, context) in enumerate(zip(docs, contexts, strict=True))
    ]


def check_model(model: ModelConfig, benchmark: BenchmarkConfig) -> None:
    """Refuse what would spoil a reasoning model's replies. Raises ConfigError."""
    settings, rules = benchmark.lm_eval, model.prompt
    if settings is None or rules.reasoning_end is None:
        return
    if benchmark.stop:
        raise ConfigError(
            f"{benchmark.name} stops at {benchmark.stop[0]!r}, which may stand inside the "
            f"reasoning of {model.name} and would cut it; set lm_eval.until: drop (a departure "
            f"from the task that the protocol names)"
        )
    if not settings.chat:
        raise ConfigError(
            f"{benchmark.name}: lm_eval.chat: false asks as one asks a base model, but "
            f"{model.name} reasons before it answers and needs its chat turns; leave chat: true"
        )


# --- one task -------------------------------------------------------------------------------


def _benchmark(name: TaskName, options: LmEvalOptions, data_dir: Path | None) -> BenchmarkConfig:
    settings, _ = settings_of(name)
    metrics.refuse(name, settings, unsafe_code=options.confirm_run_unsafe_code)
    loaded = load_task(name, options.num_fewshot, data_dir)
    generation = dict(loaded.task.config.generation_kwargs or {})
    until = _texts(generation.pop("until", ()))
    keep = options.until == "keep"
    version = str(loaded.task.VERSION)
    return BenchmarkConfig(
        name=name.benchmark,
        title=f"{name.task} (lm-eval)",
        source=f"lm-eval {installed_version()}, task {name.task}, version {version}",
        dataset=_dataset(loaded),
        fields=FieldsConfig(question="question"),
        prompt="{question}",
        stop=until if keep else (),
        grader=GraderConfig(kind="lm-eval", options=_grader_options(loaded, options)),
        samples=int(loaded.task.config.repeats or 1),
        lm_eval=LmEvalTask(
            task=name.task,
            group=name.group,
            version=installed_version(),
            task_version=version,
            include=name.include,
            include_digest=include_digest(name),
            chat=options.chat,
            multiturn=options.multiturn,
            num_fewshot=loaded.shots,
            fewshot_seed=FEWSHOT_SEED,
            generation=json.loads(json.dumps(generation, default=str)),
            dropped=() if keep else until,
            columns=dict(loaded.rows.columns),
            unsafe_code=bool(settings.get("unsafe_code")),
        ),
    )


def _dataset(loaded: LoadedTask) -> DatasetConfig:
    settings, docs = loaded.settings, loaded.docs
    hub = settings.get("dataset_path") if not _is_local(loaded) else None
    revision = (settings.get("dataset_kwargs") or {}).get("revision")
    return DatasetConfig(
        hub=hub,
        subset=settings.get("dataset_name") if hub else None,
        revision=(revision or "not pinned by lm-eval") if hub else None,
        split=eval_split(settings),
        file=loaded.rows.file or f"{loaded.name.task} (made by the task)",
        rows=len(docs),
        digest=digest_of(docs),
    )


def _is_local(loaded: LoadedTask) -> bool:
    return "dataset_path" not in loaded.settings or loaded.settings["dataset_path"] in (
        "json",
        "csv",
        "parquet",
        "arrow",
        "text",
    )


def _grader_options(loaded: LoadedTask, options: LmEvalOptions) -> dict[str, object]:
    """What grades depend on: a change of any of it is another grader."""
    name, task = loaded.name, loaded.task
    metric, chosen = metrics.main_metric(name, task, options.metrics.get(name.benchmark))
    return {
        "task": name.task,
        "group": name.group,
        "include": name.include,
        "include_digest": include_digest(name),
        "version": installed_version(),
        "docs": digest_of(loaded.docs),
        "metric": metric,
        "filter": chosen,
        "features": list(task.features),
        "multiple_target": int(task.multiple_target),
    }


def _contexts(loaded: LoadedTask, settings: LmEvalTask, limit: int | None) -> list[str]:
    """What lm-eval sends for each document; a chat as the JSON of its turns."""
    task = loaded.task
    task.set_fewshot_seed(seed=settings.fewshot_seed)
    with explained(loaded.name), seeded(), quiet():
        task.build_all_requests(
            limit=limit,
            apply_chat_template=settings.chat,
            fewshot_as_multiturn=settings.multiturn,
            chat_template=_turns_as_json if settings.chat else None,
        )
    return [instance.args[0] for instance in task.instances]


def _turns_as_json(turns: list[dict[str, str]], add_generation_prompt: bool = True) -> str:
    # In lm-eval a chat template makes a text; ours is applied later, by `prompts`.
    return json.dumps(turns)


def _problem(
    benchmark: BenchmarkConfig,
    task: ConfigurableTask,
    place: int,
    doc: JsonDict,
    context: str,
) -> Problem:
    settings = benchmark.lm_eval
    assert settings is not None
    try:
        turns = json.loads(context) if settings.chat else None
        messages = None if turns is None else tuple(Turn(**turn) for turn in turns)
    except (ValueError, TypeError) as error:
        raise InputError(
            f"{benchmark.name}: this task changes the rendered context; ask it with lm_eval.chat: "
            f"false"
        ) from error
    target = task.doc_to_target(doc)
    return Problem(
        benchmark=benchmark.name,
        id=f"{place:05d}",
        question=str(task.doc_to_text(doc)),
        gold=target if isinstance(target, str) else json.dumps(target, ensure_ascii=False),
        messages=messages,
        text=None if settings.chat else context,
        details={"doc": doc},
    )


# --- checks ---------------------------------------------------------------------------------


def _check_names(names: tuple[str, ...], options: LmEvalOptions) -> None:
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ConfigError(f"benchmark {twice} is asked twice; name it once, or one group of it")
    if strange := sorted(set(options.metrics) - set(names)):
        raise ConfigError(
            f"key lm_eval.metrics names {strange[0]}, but this run has {', '.join(names)}"
        )


def _texts(until: str | Iterable[str] | None) -> tuple[str, ...]:
    """The stop strings that are any: lm-eval ignores empty ones."""
    listed = [until] if isinstance(until, str) else list(until or ())
    return tuple(str(text) for text in listed if text)
