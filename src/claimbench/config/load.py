"""Finding configurations by name, `extends`, and `--set`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import ValidationError

from claimbench.config.benchmarks import LM_EVAL, BenchmarkConfig
from claimbench.config.models import ModelConfig
from claimbench.config.paths import configs_dir
from claimbench.config.runs import Experiment, RunConfig
from claimbench.config.yamlfile import Key, Marks, Model, load_yaml, nearest, parse
from claimbench.errors import ConfigError


def load_model(name: str) -> ModelConfig:
    """The model configuration `name` (configs/models/<name>.yaml)."""
    return _load_named(ModelConfig, "models", name)


def load_benchmark(name: str) -> BenchmarkConfig:
    """The benchmark configuration `name` (configs/benchmarks/<name>.yaml)."""
    return _load_named(BenchmarkConfig, "benchmarks", name)


def names(folder: Literal["models", "benchmarks", "runs"]) -> list[str]:
    """Names of all configurations of a folder."""
    return sorted(path.stem for path in (configs_dir() / folder).glob("*.yaml"))


def _load_named(kind: type[Model], folder: Literal["models", "benchmarks"], name: str) -> Model:
    path = configs_dir() / folder / f"{name}.yaml"
    if name not in names(folder):
        raise ConfigError(
            f"key {folder}: there is no {folder.removesuffix('s')} {name} in {path.parent}"
            f"{nearest(name, names(folder))}"
        )
    data, marks = _load_extended(path)
    if isinstance(data, dict):
        data.setdefault("name", name)
    return parse(kind, data, path, marks)


def _load_extended(path: Path, below: tuple[Path, ...] = ()) -> tuple[object, Marks]:
    """A YAML file over the file that its key `extends` names, beside it or in a folder there
    (`families/r1`): mappings are merged, other values replaced."""
    data, marks = load_yaml(path)
    if not isinstance(data, dict) or "extends" not in data:
        return data, marks
    name = data.pop("extends")
    base = path.parent / f"{name}.yaml"
    if path in below or not base.is_file():
        why = "it extends itself" if path in below else f"there is no {name}.yaml beside it"
        raise ConfigError(f"{path}: key extends: {why}")
    under, places = _load_extended(base, (*below, path))
    return (_merged(under, data) if isinstance(under, dict) else data), places | marks


def _merged(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    both = {
        key: _merged(under[key], over[key])
        for key in under.keys() & over.keys()
        if isinstance(under[key], dict) and isinstance(over[key], dict)
    }
    return under | over | both


def load_run(path: Path, sets: Iterable[str] = ()) -> RunConfig:
    """A run file with its --set options applied. A bare name means configs/runs/<name>.yaml."""
    path = _run_file(path)
    data, marks = _load_extended(path)
    if isinstance(data, dict) and set(data) == {"config", "digest"}:
        raise ConfigError(f"{path}: a run folder's record of its run; {_BEGUN_WITH}")
    if isinstance(data, dict):
        data.setdefault("name", path.stem)
        for option in sets:
            _apply_set(data, marks, option)
    run = parse(RunConfig, data, path, marks)
    return run.model_copy(update={"engine": run.engine.given_in(path, marks)})


_BEGUN_WITH = "name the run file that the run was begun with, and the folder with --out"


def _run_file(path: Path) -> Path:
    """The run file at `path`, or the one of this bare name."""
    known = names("runs")
    try:
        if str(path) in known and not path.is_file():
            return configs_dir() / "runs" / f"{path}.yaml"
        if (path / "run.yaml").is_file():
            raise ConfigError(f"{path}: this is a run folder; {_BEGUN_WITH}")
        if path.exists():
            return path
    except OSError:  # One may not even look there: reading it says why.
        return path
    near = nearest(path.stem, known)
    raise ConfigError(f"{path}: there is no such file, and no run of this name{near}")


def _apply_set(data: dict[str, object], marks: Marks, option: str) -> None:
    """Change `data` as a `--set` option says, and where its key was given."""
    key, equals, text = option.partition("=")
    if not equals or not key:
        raise ConfigError(f"--set {option}: write --set key=value, for example --set seed=1")
    *parents, last = key.split(".")
    for parent in parents:
        below = data.get(parent, {})
        if below is not None and not isinstance(below, dict):
            raise ConfigError(f"--set {option}: key {parent} is {below!r}, it has no keys below it")
        data[parent] = data = dict(below or {})
    try:
        data[last] = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"--set {option}: the value is not valid YAML") from error
    _mark_set(marks, (*parents, last), f"--set {option}")


def _mark_set(marks: Marks, given: Key, option: str) -> None:
    """What a file said at the key and below it is gone; what holds of the file as a whole, such as
    that a model is missing, now holds of the file with the option."""
    for key in [key for key in marks if key[: len(given)] == given]:
        del marks[key]
    marks[given] = option
    marks[()] = f"{marks[()]}, {option}"


def load_experiment(path: Path, sets: Iterable[str] = ()) -> Experiment:
    """A run file with everything it names."""
    run = load_run(path, sets)
    experiment = Experiment(
        run=run,
        models=tuple(load_model(name) for name in run.models),
        benchmarks=tuple(
            _selected(load_benchmark(n), run) for n in run.benchmarks if not n.startswith(LM_EVAL)
        ),
    )
    experiment.check_samples()
    return experiment


def _selected(benchmark: BenchmarkConfig, run: RunConfig) -> BenchmarkConfig:
    """The benchmark with the release and window that the run chooses for it."""
    choice = run.select.get(benchmark.name)
    if choice is None:
        return benchmark
    try:
        return benchmark.model_copy(update={"dataset": benchmark.dataset.selected(choice)})
    except ValidationError as error:
        reason = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        message = f"run {run.name}, key select.{benchmark.name}: {reason}"
        raise ConfigError(message) from error
