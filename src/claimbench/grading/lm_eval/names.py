"""Names of lm-eval's tasks, groups and tags → the tasks behind them.

lm-eval's own index parses all of its 14,000 YAML files, which takes half a minute; here their
texts are searched for the name, and only the folders that hold it are indexed.
"""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import io
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from claimbench.config.folders import LM_EVAL
from claimbench.errors import ConfigError, InputError
from claimbench.records.plain import JsonDict, JsonObject

if TYPE_CHECKING:
    from lm_eval.api.task import ConfigurableTask
    from lm_eval.tasks import TaskManager
    from lm_eval.tasks._index import Entry

_NAME = re.compile(r"^(task|group):[ \t]*[\"']?([^\s\"'#]+)", re.MULTILINE)
_TAGS = re.compile(r"^tag:[ \t]*(?:[\"']?([^\s\"'#]+)|((?:\n[ \t]*-[ \t]*\S+)+))", re.MULTILINE)
_PUBLIC_FILES = (".yaml", ".py", ".json", ".jsonl", ".txt")


@dataclass(frozen=True, slots=True)
class TaskName:
    """A task by its name. `group` is the group it was asked through (whose settings it takes on),
    `include` the user's folder of task YAMLs."""

    task: str
    group: str | None = None
    include: str | None = None

    @property
    def benchmark(self) -> str:
        return LM_EVAL + self.task


def installed_version() -> str:
    """The version of lm-eval. Raises InputError where it is not installed."""
    try:
        return metadata.version("lm-eval")
    except metadata.PackageNotFoundError:
        raise InputError(
            "benchmarks named lm-eval:… need pip install 'claimbench[lm-eval]'"
        ) from None


def leaves(name: str, include: str | None) -> list[TaskName]:
    """The task of that name, or all tasks of the group or tag. Raises ConfigError."""
    index = _manager(name, include).task_index
    found = [task for task, _ in _members(index, name, {})]
    if len(found) == 1 and found[0] == name:
        return [TaskName(name, None, include)]
    if not found:
        raise ConfigError(f"benchmark {LM_EVAL}{name}: this group of lm-eval holds no task")
    if twice := next((task for task in found if found.count(task) > 1), None):
        raise ConfigError(f"benchmark {LM_EVAL}{name}: this group holds task {twice} twice")
    return [TaskName(task, name, include) for task in found]


def settings_of(name: TaskName) -> tuple[JsonDict, JsonDict]:
    """The task's settings as its YAML has them (functions by their names), and what its group
    lays over them."""
    index = _manager(name.group or name.task, name.include).task_index
    overlays = dict(_members(index, name.group or name.task, {}))
    if name.task not in overlays:
        raise ConfigError(f"{name.benchmark}: group {name.group} does not hold this task")
    entry = index[name.task]
    if entry.kind.name == "PY_TASK":
        raise ConfigError(
            f"benchmark {name.benchmark}: this task of lm-eval is a Python class; claimbench takes "
            f"tasks that are defined in YAML"
        )
    return {**(entry.cfg or {}), **overlays[name.task]}, overlays[name.task]


def build(name: TaskName, changes: Mapping[str, object]) -> ConfigurableTask:
    """lm-eval's task object, with its group's settings and then `changes` laid over its YAML."""
    manager = _manager(name.group or name.task, name.include)
    _, overlay = settings_of(name)
    item = {"task": name.task, **overlay, **changes}
    with quiet():
        loaded = manager.load([{"group": "claimbench", "task": [item]}])
    return loaded["tasks"][name.task]


def folder_digest(folder: Path) -> str:
    """SHA-256 over the names and contents of a folder's YAML, Python and data files."""
    total = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.suffix in _PUBLIC_FILES and p.is_file()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return total.hexdigest()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """lm-eval logs, warns and draws bars; what matters of it becomes an error of ours."""
    previous = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        logging.disable(previous)


# --- finding --------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _manager(name: str, include: str | None) -> TaskManager:
    """A TaskManager that knows `name` and everything it refers to."""
    installed_version()
    folders: set[Path] = set()
    missing = {name}
    while missing:
        more = {folder for wanted in missing for folder in _folders(wanted, include)}
        if not more - folders:
            _refuse_unknown(name, min(missing), include)
        folders |= more
        manager = _make_manager(sorted(folders), include)
        missing = set(_unknown(manager.task_index, name))
    return manager


def _folders(name: str, include: str | None) -> list[Path]:
    """The folders of lm-eval's own tasks to be indexed for `name`: all of them for a tag."""
    found = _scan(_builtin_tasks()).get(name, ())
    if include is not None:
        own = _scan(_include_folder(include)).get(name, ())
        if any(kind != "tag" for kind, _ in own):
            return [_include_folder(include)]
        found = found or own
    if any(kind == "tag" for kind, _ in found):
        return [_builtin_tasks()]
    return [path.parent for _, path in found[:1]]


def _make_manager(folders: list[Path], include: str | None) -> TaskManager:
    with quiet():
        from lm_eval.tasks import TaskManager

        paths = [folder for folder in folders if include is None or folder != Path(include)]
        if include is not None:
            paths.append(_include_folder(include))  # last: what it defines takes precedence
        return TaskManager(include_defaults=False, include_path=paths)


def _builtin_tasks() -> Path:
    spec = find_spec("lm_eval")
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "tasks"


def _include_folder(include: str) -> Path:
    folder = Path(include).expanduser()
    if not folder.is_dir():
        raise ConfigError(f"key lm_eval.include: there is no folder {include}; check the path")
    return folder


@lru_cache(maxsize=8)
def _scan(root: Path) -> dict[str, list[tuple[str, Path]]]:
    """Every name under `root`: its kind (task, group or tag) and its file, in lm-eval's order."""
    names: dict[str, list[tuple[str, Path]]] = {}
    for path in sorted(root.glob("**/*.yaml"), key=lambda p: p.as_posix()):
        text = path.read_text(encoding="utf-8", errors="replace")
        for kind, name in _NAME.findall(text):
            names.setdefault(name, []).append((kind, path))
        for one, several in _TAGS.findall(text):
            for name in [one] if one else re.findall(r"-[ \t]*[\"']?([^\s\"'#]+)", several):
                names.setdefault(name, []).append(("tag", path))
    return names


def _refuse_unknown(name: str, missing: str, include: str | None) -> None:
    known = set(_scan(_builtin_tasks()))
    if include is not None:
        known |= set(_scan(_include_folder(include)))
    near = difflib.get_close_matches(missing, known, n=1)
    hint = f"did you mean {near[0]}?" if near else "`lm-eval ls tasks` lists its tasks"
    inside = "" if missing == name else f" holds {missing}, but"
    raise ConfigError(
        f"benchmark {LM_EVAL}{name}:{inside} lm-eval {installed_version()} has no such task; {hint}"
    )


# --- groups ---------------------------------------------------------------------------------


def _members(
    index: Mapping[str, Entry], name: str, overlay: JsonObject
) -> Iterator[tuple[str, dict[str, object]]]:
    """(task, settings laid over it) for each task behind `name`, as lm-eval's factory does it."""
    entry = index[name]
    if entry.kind.name == "TAG":
        for task in sorted(entry.tags):
            yield from _members(index, task, overlay)
    elif entry.kind.name == "GROUP":
        yield from _group_members(index, name, entry.cfg or {}, overlay)
    else:
        yield name, dict(overlay)


def _group_members(
    index: Mapping[str, Entry],
    group: str,
    settings: JsonObject,
    overlay: Mapping[str, object],
) -> Iterator[tuple[str, dict[str, object]]]:
    from lm_eval.tasks._factory import GROUP_FIELD_NAMES

    shared = {k: v for k, v in settings.items() if k not in GROUP_FIELD_NAMES}
    over = {**shared, **overlay}
    for item in settings.get("task") or ():
        if isinstance(item, str):
            yield from _members(index, item, over)
        elif "group" in item:
            inner = {k: v for k, v in item.items() if k != "group"}
            if item["group"] in index:
                yield from _members(index, item["group"], {**over, **inner})
            else:
                yield from _group_members(index, group, item, over)
        elif item["task"] in index:
            inner = {k: v for k, v in item.items() if k != "task"}
            yield from _members(index, item["task"], {**over, **inner})
        else:
            raise ConfigError(
                f"benchmark {LM_EVAL}{group}: its task {item['task']} is defined inside the group; "
                f"give it a YAML file of its own"
            )


def _unknown(index: Mapping[str, Entry], name: str) -> Iterator[str]:
    """The names that `name` refers to and that are not in the index."""
    if name not in index:
        yield name
        return
    entry = index[name]
    if entry.kind.name == "TAG":
        yield from (task for task in entry.tags if task not in index)
    elif entry.kind.name == "GROUP":
        yield from _unknown_members(index, entry.cfg or {})


def _unknown_members(index: Mapping[str, Entry], settings: JsonObject) -> Iterator[str]:
    for item in settings.get("task") or ():
        if isinstance(item, str):
            yield from _unknown(index, item)
        elif "group" in item and isinstance(item.get("task"), list):
            yield from _unknown_members(index, item)
        elif "group" in item:
            yield from _unknown(index, item["group"])
        elif _is_reference(item):
            yield from _unknown(index, item["task"])


def _is_reference(item: Mapping[str, object]) -> bool:
    """Whether a group's entry changes a task that is defined elsewhere (else it defines one)."""
    return "dataset_path" not in item and "custom_dataset" not in item
