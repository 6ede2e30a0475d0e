"""YAML files read strictly: every mistake becomes one sentence with file, line and key."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from claimbench.config.needed import NEEDED, given_instead
from claimbench.config.yamltext import YAML_ERRORS, compose, line_of, problem
from claimbench.errors import ConfigError

Key = tuple[str | int, ...]
Marks = dict[Key, str]
"""Where each key was given: `configs/runs/smoke.yaml:7`."""
Model = TypeVar("Model", bound=BaseModel)
_FEW = 8
"""Keys that one sentence can name."""


def _tuple_of_list(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


FromList = BeforeValidator(_tuple_of_list)
"""A tuple below another key's mapping: YAML knows only lists."""


class Misplaced(ValueError):
    """What is wrong with the value at `key`, raised where the model around it is checked."""

    def __init__(self, key: Key, message: str) -> None:
        super().__init__(message)
        self.key = key


class Strict(BaseModel):
    """Base of every configuration: frozen, no unknown keys, no silent conversion of types."""

    read_before: ClassVar[tuple[str, ...]] = ()
    """Keys of such a file that are read before it is parsed (`extends`)."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        populate_by_name=True,
        allow_inf_nan=False,
        defer_build=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _lists_become_tuples(cls, data: object) -> object:
        # YAML knows only lists; the frozen configs hold tuples.
        if not isinstance(data, Mapping):
            return data
        return {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}


def unset(value: object) -> bool:
    """For `exclude_if` of a key that came later: where nobody sets it, a resolved configuration
    reads as it did before."""
    return not value


def load_yaml(path: Path) -> tuple[object, Marks]:
    """Read one YAML file. Returns (data, file and line of each key path)."""
    text = read_text(path)
    try:
        node, data = compose(text)
    except YAML_ERRORS as error:
        raise ConfigError(f"{path}{line_of(error)}: not valid YAML ({problem(error)})") from error
    lines = _lines(node, ()) if node is not None else ()
    return data, {key: f"{path}:{line}" for key, line in lines}


def read_text(path: Path) -> str:
    """The text of a configuration file, or a ConfigError that says what to do."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file; check the path") from None
    except IsADirectoryError:
        raise ConfigError(f"{path}: this is a folder; name a YAML file in it") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 ({error.reason}); save it as UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror or error})") from error


def _lines(node: yaml.Node, path: Key) -> Iterable[tuple[Key, int]]:
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*path, key.value), key.start_mark.line + 1
            yield from list(_lines(value, (*path, key.value)))[1:]
    elif isinstance(node, yaml.SequenceNode):
        for i, item in enumerate(node.value):
            yield from _lines(item, (*path, i))


def parse(
    kind: type[Model], data: object, path: Path, marks: Marks | None = None, inside: Key = ()
) -> Model:
    """Validate `data` as `kind`; a ConfigError names file, line, key and the nearest known key.
    `inside` is the key of the file that holds `data`."""
    if data is None:
        raise ConfigError(f"{path}: there is nothing in it; `claimbench new` writes such files")
    if not isinstance(data, Mapping):
        raise ConfigError(f"{path}: must hold keys and values, as the files beside it do")
    try:
        return kind.model_validate(dict(data))
    except ValidationError as error:
        raise ConfigError(_sentence(kind, data, error, path, marks or {}, inside)) from error


def _sentence(
    kind: type[BaseModel],
    data: object,
    error: ValidationError,
    path: Path,
    marks: Marks,
    inside: Key,
) -> str:
    first = _telling(error.errors())
    loc = (*inside, *_given(data, first["loc"]))
    cause = first.get("ctx", {}).get("error")
    where = place_of((*loc, *cause.key) if isinstance(cause, Misplaced) else loc, marks, path)
    key = ".".join(str(part) for part in loc)
    if first["type"] == "extra_forbidden":
        known = known_keys(kind, first["loc"][:-1])
        return f"{where}: unknown key {key}{nearest(str(loc[-1]), known)}"
    if first["type"] == "missing":
        return f"{where}: key {key} is missing{_missing_too(data, error, first, inside)}"
    message = NEEDED.get(first["type"], first["msg"].removeprefix("Value error, "))
    named = f"key {key}: " if key else ""
    below = _what_goes_below(kind, first)
    return f"{where}: {named}{message[:1].lower() + message[1:]}{given_instead(first)}{below}"


def _missing_too(data: object, error: ValidationError, first: ErrorDetails, inside: Key) -> str:
    """`, and so are sampling.top_p, seed`: all of them at once. What is missing from one of several
    types that a value may have is not counted."""
    missing = [e["loc"] for e in error.errors() if e["type"] == "missing" and e != first]
    named = [".".join(map(str, (*inside, *loc))) for loc in missing if _given(data, loc) == loc]
    if not named:
        return ""
    return f", and so {'is' if len(named) == 1 else 'are'} {', '.join(named)}"


def _what_goes_below(kind: type[BaseModel], error: ErrorDetails) -> str:
    """`; known are kind, options` for a key that holds keys, or what they stand for."""
    if error["type"] == "model_type":
        known = known_keys(kind, error["loc"])
        return f"; known are {', '.join(known)}" if 0 < len(known) <= _FEW else ""
    if error["type"] == "dict_type":
        about = [f.description for f in _fields_at(kind, error["loc"]) if f.description]
        return f"; it holds {about[0]}" if about else ""
    return ""


def _telling(errors: Sequence[ErrorDetails]) -> ErrorDetails:
    """The error that explains most: an unknown key more than the missing one that it was a
    misspelling of; of a value that may be of several types, the one that got farthest; a wrong
    value more than the missing keys beside it, which it may stand for (the path of a model)."""
    if all(found["type"] == "missing" for found in errors):
        return errors[0]
    unknown = [found for found in errors if found["type"] == "extra_forbidden"]
    around = errors[0]["loc"][:-1]
    beside = [found for found in errors if found["loc"][: len(around)] == around]
    if unknown:
        return unknown[-1]
    return max(beside, key=lambda found: (len(found["loc"]), found["type"] != "missing"))


def _given(data: Any, loc: Key) -> Key:
    """`loc` without the names of types, which are no keys of the file; its last part stays, as the
    key may be missing."""
    kept: list[str | int] = []
    for place, part in enumerate(loc):
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            if place < len(loc) - 1 or not isinstance(data, Mapping):
                continue
        kept.append(part)
    return tuple(kept)


def place_of(loc: Key, marks: Marks, path: Path) -> str:
    """Where a key was given, or what is nearest around it; the file where no place is known."""
    while loc not in marks and loc:
        loc = loc[:-1]
    return marks.get(loc, str(path))


def known_keys(kind: type[BaseModel], loc: Key) -> list[str]:
    """The keys that the model at `loc` inside `kind` knows (of all models there, if several)."""
    fields = _fields_at(kind, loc)
    kinds = [sub for field in fields for sub in _models_in(field)] if fields else [kind]
    before = {name for k in kinds if issubclass(k, Strict) for name in k.read_before}
    return sorted(before | {name for k in kinds for name in k.model_fields})


def _fields_at(kind: type[BaseModel], loc: Key) -> list[FieldInfo]:
    """The fields that the last name of `loc` means (of several models, if there are several)."""
    fields: list[FieldInfo] = []
    kinds: list[type[BaseModel]] = [kind]
    for part in loc:
        # Any other part is an index, a key of a mapping or a member of a union: the same models.
        if any(part in k.model_fields for k in kinds):
            fields = [k.model_fields[str(part)] for k in kinds if part in k.model_fields]
            kinds = [sub for field in fields for sub in _models_in(field)]
    return fields


def _models_in(field: FieldInfo) -> list[type[BaseModel]]:
    found: list[type[BaseModel]] = []
    todo = [field.annotation]
    while todo:
        kind = todo.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found.append(kind)
        todo.extend(getattr(kind, "__args__", ()))
    return found


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?`, or the names that begin so, or the list of what is known."""
    known = sorted(known)
    close = close_to(word, known)
    longer = [name for name in known if word and name.lower().startswith(word.lower())]
    if longer and not set(close) & set(longer):
        close = longer  # the beginning of a name says more than letters in common
    meant = " or ".join(filter(None, [", ".join(close[:-1]), *close[-1:]]))
    return f"; did you mean {meant}?" if close else f"; known are {', '.join(known)}"


def close_to(word: str, known: Iterable[str]) -> list[str]:
    """The known name that is nearest to a word, whatever its case; [] where none is near."""
    small = {name.lower(): name for name in sorted(known, reverse=True)}
    return [small[name] for name in difflib.get_close_matches(word.lower(), small, n=1)]


def meant_beside(path: Path) -> str:
    """`; did you mean X?`, the nearest name beside a path at which nothing lies; empty where none
    is near, or where one may not look."""
    try:
        beside = os.listdir(path.parent)  # noqa: PTH208 (the names alone)
    except OSError:
        return ""
    return f"; did you mean {near[0]}?" if (near := close_to(path.name, beside)) else ""
