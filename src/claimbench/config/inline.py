"""Models and benchmarks that a run names by a path, or by a hub id: `./my-finetune`, `mine.jsonl`,
`Qwen/Qwen3-0.6B`. They have no configuration file; who loads the run makes one of what is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from claimbench.config.benchmarks import BenchmarkConfig
from claimbench.config.folders import LM_EVAL, Kind, fit_name
from claimbench.config.models import ModelConfig
from claimbench.config.yamlfile import meant_beside
from claimbench.errors import ConfigError
from claimbench.records.plain import JsonDict

DATA_FILES = (".jsonl", ".json", ".csv", ".parquet", ".jsonl.gz", ".json.gz", ".csv.gz")
_FILES = (*DATA_FILES, ".yaml", ".gguf")
_KEYS = ("models", "benchmarks")

Data = JsonDict


class Drafter(Protocol):
    """Makes a configuration of what lies at a place: a path, or the hub id of a model."""

    def model(self, place: str, name: str) -> ModelConfig: ...

    def benchmark(self, place: str, name: str) -> BenchmarkConfig: ...


@dataclass
class Inline:
    """Where the models and benchmarks lie that a run names by their place, by the name they get."""

    models: dict[str, str] = field(default_factory=dict)
    benchmarks: dict[str, str] = field(default_factory=dict)


def is_place(word: str) -> bool:
    """Whether a run names a place by this word, and no configuration."""
    if word.startswith(LM_EVAL):
        return False
    return "/" in word or word in (".", "..") or word.startswith("~") or word.endswith(_FILES)


def seen_from_file(data: Data, kind: Kind, folder: Path) -> Data:
    """`data` of a configuration file that lies in `folder`, its relative paths made absolute."""
    match kind:
        case "runs":
            return absolute(data, folder)
        case "models":
            return _own_path(_own_path(data, "path", folder), "adapter", folder)
        case "benchmarks":
            changed = {
                key: _dataset_path(value, folder) if isinstance(value, dict) else value
                for key, value in data.items()
                if key in ("dataset", "fewshot")
            }
            return data | changed


def _dataset_path(value: Data, folder: Path) -> Data:
    own = _own_path(value, "file", folder)
    within = own.get("dataset")
    return own | {"dataset": _own_path(within, "file", folder)} if isinstance(within, dict) else own


def _own_path(data: Data, key: str, folder: Path) -> Data:
    """`data` with the path under `key` absolute, where it says where it begins: ./, ../ or ~."""
    text = data.get(key)
    if not isinstance(text, str) or not text.startswith(("./", "../", "~")):
        return data
    return data | {key: str((folder / Path(text).expanduser()).resolve())}


def absolute(data: Data, folder: Path) -> Data:
    """`data` with the relative places of its lists seen from `folder`, where the file lies that
    they stand in."""
    found = dict(data)
    for key in _KEYS:
        if isinstance(names := data.get(key), list):
            found[key] = [_seen_from(folder, n) if isinstance(n, str) else n for n in names]
    if isinstance(asked := data.get("prompts"), dict):
        found["prompts"] = {name: _shots_path(one, folder) for name, one in asked.items()}
    return found


def _shots_path(asked: object, folder: Path) -> object:
    """What a run says of a benchmark's prompt, with the place of its examples made absolute."""
    shots = asked.get("fewshot") if isinstance(asked, dict) else None
    if not isinstance(asked, dict) or not isinstance(shots, dict):
        return asked
    return asked | {"fewshot": _own_path(shots, "file", folder)}


def _seen_from(folder: Path, word: str) -> str:
    if not is_place(word):
        return word
    path = folder / Path(word).expanduser()
    return word if is_hub_id(word) and not path.exists() else str(path.resolve())


def is_hub_id(word: str) -> bool:
    """Whether a word may be the id of a repository on the hub."""
    return re.fullmatch(r"\w[\w.-]*/\w[\w.-]*", word) is not None and not word.endswith(_FILES)


def take_out(data: Data) -> tuple[Data, Inline]:
    """`data` with names in place of the places, and where those are. Raises ConfigError for two
    places of one name."""
    found, inline = dict(data), Inline()
    for key in _KEYS:
        if isinstance(names := data.get(key), list):
            places: dict[str, str] = getattr(inline, key)
            found[key] = list(_named(key, names, places))
    return found, inline


def _named(key: str, words: list[object], places: dict[str, str]) -> Iterator[object]:
    for word in words:
        if not isinstance(word, str) or not is_place(word):
            yield word
            continue
        name = name_of(word)
        if places.setdefault(name, word) != word:
            raise ConfigError(
                f"key {key}: {places[name]} and {word} would both be called {name}: rename one"
            )
        yield name


def check_place(kind: str, place: str) -> None:
    """Raises ConfigError for a path at which nothing lies, with the nearest name beside it."""
    path = Path(place).expanduser()
    if kind == "models" and place.endswith(DATA_FILES):
        raise ConfigError(f"key models: {path}: a data file, and no model: is it a benchmark?")
    if kind == "benchmarks" and path.is_dir():
        raise ConfigError(f"key benchmarks: {path}: this is a folder; name a file of rows")
    if path.exists() or is_hub_id(place):
        return
    what = "file" if kind == "benchmarks" or path.suffix else "folder or file"
    raise ConfigError(f"key {kind}: {path}: there is no such {what}{meant_beside(path)}")


def name_of(place: str) -> str:
    """What a model or benchmark at a place is called: the last part of the path, as a name may be
    written."""
    last = Path(place).name
    suffix = next((s for s in sorted(_FILES, key=len, reverse=True) if last.endswith(s)), "")
    return fit_name(last.removesuffix(suffix))
