"""Finding configurations by name, `extends`, and `--set`."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from claimbench.config import folders, inline, narrow
from claimbench.config.benchmarks import BenchmarkConfig
from claimbench.config.canonical import plain
from claimbench.config.folders import LM_EVAL, Kind, names
from claimbench.config.inline import Drafter, Inline
from claimbench.config.models import ModelConfig
from claimbench.config.percent import with_scores
from claimbench.config.prompting import asked_as_the_run_says, check_placeholders
from claimbench.config.runs import Experiment, RunConfig
from claimbench.config.yamlfile import Key, Marks, close_to, load_yaml, nearest, parse, place_of
from claimbench.config.yamltext import YAML_ERRORS, compose
from claimbench.errors import ConfigError
from claimbench.records.plain import JsonDict

_NEEDS_DRAFT = ("prompt", "stop_tokens", "context")
"""What a model file may leave out that names its checkpoint's folder: it is read there."""


def load_model(
    name: str, run_file: Path | None = None, drafter: Drafter | None = None
) -> ModelConfig:
    """The model configuration `name` (configs/models/<name>.yaml)."""
    return model_file(config_file("models", name, run_file), name, drafter)


def load_benchmark(name: str, run_file: Path | None = None) -> BenchmarkConfig:
    """The benchmark configuration `name` (configs/benchmarks/<name>.yaml)."""
    return benchmark_file(config_file("benchmarks", name, run_file), name)


def model_file(path: Path, name: str, drafter: Drafter | None = None) -> ModelConfig:
    """The model that a file describes; what it may leave out is read from its checkpoint."""
    data, marks = _load_extended(path, "models")
    if isinstance(data, dict):
        data = _with_names(data, name)
        place = data.get("path")
        if isinstance(place, str) and drafter and any(key not in data for key in _NEEDS_DRAFT):
            where = place_of(("path",), marks, path)
            data = _merged(plain(_drafted(drafter, place, name, where)), data)
    return parse(ModelConfig, data, path, marks)


def _drafted(drafter: Drafter, place: str, name: str, where: str) -> ModelConfig:
    try:
        return drafter.model(place, name)
    except ConfigError as error:
        raise ConfigError(f"{where}: key path: {error}") from error


def benchmark_file(path: Path, name: str) -> BenchmarkConfig:
    """The benchmark that a file describes."""
    data, marks = _load_extended(path, "benchmarks")
    data = _with_names(data, name) if isinstance(data, dict) else data
    benchmark = parse(BenchmarkConfig, data, path, marks)
    check_placeholders(benchmark, marks, path)
    return benchmark


def _with_names(data: JsonDict, name: str) -> JsonDict:
    """What is called after its file, where it has no name or title of its own."""
    named: JsonDict = {"name": name, **data}
    return {"title": named["name"], **named}


def config_file(kind: Kind, name: str, run_file: Path | None) -> Path:
    """The file of a configuration. Raises ConfigError with the nearest name where there is none."""
    if path := folders.find(kind, name, run_file):
        return path
    thing = kind.removesuffix("s")
    made_of = {"models": "PATH", "benchmarks": "FILE"}.get(kind, "")
    raise ConfigError(
        f"key {kind}: there is no {thing} {name} in {folders.places(kind, run_file)}"
        f"{nearest(name, names(kind, run_file))} (`claimbench new {thing} {made_of}` adds one)"
    )


def _load_extended(path: Path, kind: Kind, below: tuple[Path, ...] = ()) -> tuple[object, Marks]:
    """A YAML file over the file that its key `extends` names: mappings are merged, other values
    replaced. Relative paths in it are seen from its own folder."""
    data, marks = load_yaml(path)
    if not isinstance(data, dict):
        return data, marks
    data = inline.seen_from_file(data, kind, path.parent)
    if "extends" not in data:
        return data, marks
    extends = data.pop("extends")
    if not isinstance(extends, str):
        raise ConfigError(f"{path}: key extends: a name is needed, not {extends!r}")
    base = _base(path, kind, extends.removesuffix(".yaml"), below)
    under, places = _load_extended(base, kind, (*below, path))
    if not isinstance(under, dict):
        return data, places | marks
    if kind == "runs":
        under = narrow.without(under, narrow.gone(under, data), {})
    return _merged(under, data), places | marks


def _base(path: Path, kind: Kind, name: str, below: tuple[Path, ...]) -> Path:
    """The file that `extends: NAME` means: beside `path` or in a folder there (`families/r1`), else
    one of the folders of configurations. A file that extends its own name changes the next one."""
    beside = path.parent / f"{name}.yaml"
    places = [beside, *(folder / kind / f"{name}.yaml" for folder in folders.folders(path))]
    there = [place for place in places if place.is_file()]
    seen = {one.resolve() for one in (*below, path)}
    if new := [place for place in there if place.resolve() not in seen]:
        return new[0]
    lost = f"there is no {name}.yaml beside it, nor in {folders.places(kind, path)}"
    why = "it extends itself" if there else f"{lost}{nearest(name, names(kind, path))}"
    raise ConfigError(f"{path}: key extends: {why}")


def _merged(under: JsonDict, over: JsonDict) -> dict[str, object]:
    both = {
        key: _merged(under[key], over[key])
        for key in under.keys() & over.keys()
        if isinstance(under[key], dict) and isinstance(over[key], dict)
    }
    return under | over | both


def _read_run(path: Path, sets: Iterable[str]) -> tuple[RunConfig, Inline, Marks]:
    """The run, where its models and benchmarks lie that have no configuration, and where each of
    its keys was given."""
    data, marks = _load_extended(path, "runs")
    if isinstance(data, dict) and {"config", "digest"} <= set(data):
        begun = f"`claimbench run {shlex.quote(str(path.parent))}` goes on with it"
        raise ConfigError(f"{path}: a run folder's record of its run; {begun}")
    places = Inline()
    if isinstance(data, dict):
        data = _with_names(_with_sets(data, marks, sets), folders.fit_name(path.stem))
        data, places = inline.take_out(inline.absolute(data, Path()))
        _check_names(data, places, path, marks)
        data = with_scores(data, marks, path)
    run = parse(RunConfig, data, path, marks)
    return run.model_copy(update={"engine": run.engine.given_in(path, marks)}), places, marks


def _check_names(data: JsonDict, places: Inline, file: Path, marks: Marks) -> None:
    """Raises ConfigError for a model or benchmark that is nowhere, before what else the run says of
    it, under its right name, is held against the wrong one."""
    kinds: tuple[tuple[Kind, dict[str, str]], ...] = (
        ("models", places.models),
        ("benchmarks", places.benchmarks),
    )
    for kind, inlined in kinds:
        named = data.get(kind)
        for i, name in enumerate(named if isinstance(named, list) else ()):
            try:
                if isinstance(name, str) and name in inlined:
                    inline.check_place(kind, inlined[name])
                elif isinstance(name, str) and not name.startswith(LM_EVAL):
                    config_file(kind, name, file)
            except ConfigError as error:
                raise ConfigError(f"{place_of((kind, i), marks, file)}: {error}") from None


def _with_sets(data: JsonDict, marks: Marks, sets: Iterable[str]) -> dict[str, object]:
    changed = dict(data)
    for option in sets:
        _apply_set(changed, marks, option)
    return narrow.without(changed, narrow.gone(data, changed), marks)


_BEGUN_WITH = "name the run file that the run was begun with, and the folder with --out"


def run_file(path: Path) -> Path:
    """The run file at `path`, or the one of this bare name. Raises ConfigError."""
    known = folders.files("runs")
    try:
        if str(path) in known and not path.is_file():
            return known[str(path)]
        if (path / "run.yaml").is_file():
            raise ConfigError(f"{path}: this is a run folder; {_BEGUN_WITH}")
        if path.name.endswith(inline.DATA_FILES) and path.is_file():
            raise ConfigError(
                f"{path}: a data file, not a run file; "
                f"`claimbench new run --benchmark {shlex.quote(str(path))}` writes one"
            )
        if (path / "config.json").is_file():
            raise ConfigError(
                f"{path}: the folder of a checkpoint; "
                f"`claimbench new run --model {shlex.quote(str(path))} --benchmark FILE` writes a "
                "run of it"
            )
        if path.exists():
            return path
    except OSError:  # One may not even look there: reading it says why.
        return path
    near = _near_run(path, known)
    raise ConfigError(f"{path}: there is no such file, and no run of this name{near}")


def _near_run(path: Path, known: Iterable[str]) -> str:
    """What was meant by a path at which no run file lies: a file beside it, or a known run."""
    beside = {one.stem: one for one in path.parent.glob("*.yaml")} if path.parent.is_dir() else {}
    stem = path.stem if path.suffix.startswith(".y") else path.name
    near = close_to(stem, beside)
    return f"; did you mean {beside[near[0]]}?" if near else nearest(stem, known)


def _apply_set(data: dict[str, object], marks: Marks, option: str) -> None:
    """Change `data` as a `--set` option says, and where its key was given."""
    key, equals, text = option.partition("=")
    if not equals or not key:
        raise ConfigError(f"--set {option}: write --set key=value, for example --set seed=1")
    *parents, last = key.strip().split(".")
    for parent in parents:
        below = data.get(parent, {})
        if below is not None and not isinstance(below, dict):
            raise ConfigError(f"--set {option}: key {parent} is {below!r}, it has no keys below it")
        data[parent] = data = dict(below or {})
    try:
        data[last] = compose(text)[1]
    except YAML_ERRORS as error:
        raise ConfigError(f"--set {option}: the value is not valid YAML") from error
    _mark_set(marks, (*parents, last), f"--set {option}")


def _mark_set(marks: Marks, given: Key, option: str) -> None:
    """What a file said at the key and below it is gone; what holds of the file as a whole, such as
    that a model is missing, now holds of the file with the option."""
    for key in [key for key in marks if key[: len(given)] == given]:
        del marks[key]
    marks[given] = option
    marks[()] = f"{marks[()]}, {option}"


def load_experiment(
    path: Path, sets: Iterable[str] = (), drafter: Drafter | None = None
) -> Experiment:
    """A run file, with `--set` options applied, and everything it names; a bare name means
    configs/runs/<name>.yaml. A `drafter` makes the configurations of the models and
    benchmarks that have none; without one a path among them is refused."""
    file = run_file(path)
    run, places, marks = _read_run(file, sets)
    named = [n for n in run.benchmarks if not n.startswith(LM_EVAL)]
    experiment = Experiment(
        run=run,
        models=tuple(_model(name, file, places.models.get(name), drafter) for name in run.models),
        benchmarks=tuple(
            asked_as_the_run_says(
                _selected(_benchmark(n, file, places.benchmarks.get(n), drafter), run),
                run.prompts.get(n),
                place_of(("prompts", n, "prompt"), marks, file),
            )
            for n in named
        ),
    )
    experiment.check_samples()
    return experiment


def _model(name: str, file: Path, place: str | None, drafter: Drafter | None) -> ModelConfig:
    if place is None:
        return load_model(name, file, drafter)
    if place.endswith(".yaml"):
        return model_file(Path(place), name, drafter)
    if drafter is None:
        raise ConfigError(f"key models: {place} is a place; name a configuration here")
    return drafter.model(place, name)


def _benchmark(
    name: str, file: Path, place: str | None, drafter: Drafter | None
) -> BenchmarkConfig:
    if place is None:
        return load_benchmark(name, file)
    if place.endswith(".yaml"):
        return benchmark_file(Path(place), name)
    if drafter is None:
        raise ConfigError(f"key benchmarks: {place} is a place; name a configuration here")
    return drafter.benchmark(place, name)


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
