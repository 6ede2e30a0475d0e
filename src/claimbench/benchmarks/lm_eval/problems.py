"""lm-eval's tasks → BenchmarkConfigs and Problems: lm-eval makes the contexts."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from claimbench.benchmarks.lm_eval.data import Rows, eval_split, rows_of
from claimbench.config import (
    LM_EVAL,
    BenchmarkConfig,
    DatasetConfig,
    Experiment,
    FieldsConfig,
    GraderConfig,
    LmEvalOptions,
    LmEvalTask,
    ModelConfig,
    load_benchmark,
)
from claimbench.errors import ClaimbenchError, ConfigError, DataError, InputError
from claimbench.grading.lm_eval import metrics
from claimbench.grading.lm_eval.names import (
    TaskName,
    build,
    folder_digest,
    installed_version,
    leaves,
    quiet,
    settings_of,
)
from claimbench.records import Problem, Turn

FEWSHOT_SEED = 1234
"""lm-eval's own default (`--seed`), as are the seeds of the module generators below."""


@dataclass(frozen=True)
class LoadedTask:
    """A task with its rows. `task` is lm-eval's object, `settings` its YAML as read."""

    name: TaskName
    task: Any
    settings: Mapping[str, Any]
    shots: int
    rows: Rows

    @property
    def docs(self) -> list[dict[str, Any]]:
        return list(self.task.task_docs)


def resolve(experiment: Experiment, data_dir: Path | None) -> Experiment:
    """The experiment with every `lm-eval:…` benchmark in full; a group becomes its tasks, and what
    the run file says of the group holds for each. Raises InputError."""
    run = experiment.run
    options = run.lm_eval or LmEvalOptions()
    benchmarks: list[BenchmarkConfig] = []
    samples = dict(run.samples) if isinstance(run.samples, dict) else run.samples
    margins = dict(run.margins)
    for name in run.benchmarks:
        if not name.startswith(LM_EVAL):
            benchmarks.append(load_benchmark(name))
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
    loaded = _load(name, settings.num_fewshot, data_dir)
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
    loaded = _load(name, options.num_fewshot, data_dir)
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
            include_digest=_include_digest(name),
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


def _load(name: TaskName, shots: int | None, data_dir: Path | None) -> LoadedTask:
    """The task with its rows; kept, because a plan needs it twice."""
    count = _shots(settings_of(name)[0], shots)
    return _load_once(name, count, data_dir, _include_digest(name))


@lru_cache(maxsize=64)
def _load_once(
    name: TaskName, count: int, data_dir: Path | None, _include: str | None
) -> LoadedTask:
    settings, _ = settings_of(name)
    rows = rows_of(name, settings, count, data_dir)
    changes = {"custom_dataset": rows.make} if rows.make else {}
    with _explained(name), _seeded():
        task = build(name, changes)
    task.set_config(key="num_fewshot", value=count)
    metrics.refuse_task(name, task)
    for place, doc in enumerate(task.task_docs):
        _check_plain(name, place, doc)
    return LoadedTask(name, task, settings, count, rows)


def _shots(settings: Mapping[str, Any], asked: int | None) -> int:
    """As lm-eval has it: the run's number, but a task that says 0 stays at 0."""
    own = settings.get("num_fewshot")
    return int(own or 0) if asked is None or own == 0 else asked


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
        digest=_digest(docs),
    )


def _is_local(loaded: LoadedTask) -> bool:
    return "dataset_path" not in loaded.settings or loaded.settings["dataset_path"] in (
        "json",
        "csv",
        "parquet",
        "arrow",
        "text",
    )


def _grader_options(loaded: LoadedTask, options: LmEvalOptions) -> dict[str, Any]:
    """What grades depend on: a change of any of it is another grader."""
    name, task = loaded.name, loaded.task
    metric, chosen = metrics.main_metric(name, task, options.metrics.get(name.benchmark))
    return {
        "task": name.task,
        "group": name.group,
        "include": name.include,
        "include_digest": _include_digest(name),
        "version": installed_version(),
        "docs": _digest(loaded.docs),
        "metric": metric,
        "filter": chosen,
        "features": list(task.features),
        "multiple_target": int(task.multiple_target),
    }


def _contexts(loaded: LoadedTask, settings: LmEvalTask, limit: int | None) -> list[Any]:
    """What lm-eval sends for each document; a chat as the JSON of its turns."""
    task = loaded.task
    task.set_fewshot_seed(seed=settings.fewshot_seed)
    with _explained(loaded.name), _seeded(), quiet():
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
    benchmark: BenchmarkConfig, task: Any, place: int, doc: dict[str, Any], context: str
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


def _check_plain(name: TaskName, place: int, doc: Any) -> None:
    """A document must survive JSON, or it could not be graded from the run folder."""
    try:
        same = json.loads(json.dumps(doc)) == doc
    except (TypeError, ValueError):
        same = False
    if not same:
        raise DataError(
            f"{name.benchmark}: document {place + 1} holds more than texts, numbers and lists (an "
            f"image, a date); claimbench cannot keep it in a run folder"
        )


def _digest(docs: list[dict[str, Any]]) -> str:
    lines = "".join(json.dumps(doc, sort_keys=True) + "\n" for doc in docs)
    return hashlib.sha256(lines.encode()).hexdigest()


def _texts(until: Any) -> tuple[str, ...]:
    """The stop strings that are any: lm-eval ignores empty ones."""
    listed = [until] if isinstance(until, str) else list(until or ())
    return tuple(str(text) for text in listed if text)


def _include_digest(name: TaskName) -> str | None:
    return None if name.include is None else folder_digest(Path(name.include).expanduser())


@contextmanager
def _explained(name: TaskName) -> Iterator[None]:
    """Whatever lm-eval or a task's own code raises becomes one sentence."""
    try:
        yield
    except ClaimbenchError:
        raise
    except Exception as error:
        if program := metrics.missing_program(error):  # A task's own code loads it.
            raise metrics.not_in_cache(name, program) from error
        why = (str(error).strip().splitlines() or [""])[0][:200]
        raise InputError(
            f"{name.benchmark}: lm-eval cannot make this task ({type(error).__name__}: {why}); "
            f"check its YAML, and that its rows have the columns it reads"
        ) from error


@contextmanager
def _seeded() -> Iterator[None]:
    """lm-eval seeds the modules' generators before it loads tasks, and some tasks draw from them;
    ours are given back as they were."""
    import numpy as np

    ours, numpys = random.getstate(), np.random.get_state()
    random.seed(0)
    np.random.seed(FEWSHOT_SEED)
    try:
        yield
    finally:
        random.setstate(ours)
        np.random.set_state(numpys)
