"""Where a task's rows come from: local files of --data-dir in place of its hub dataset."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from claimbench.benchmarks.rows import read_file
from claimbench.errors import DataError
from claimbench.grading.lm_eval.names import TaskName
from claimbench.records.plain import JsonObject

_PLAIN_SUBSETS = (None, "", "main", "default", "all")
_LOCAL_FORMATS = ("json", "csv", "parquet", "arrow", "text")
_ENDINGS = (".jsonl", ".jsonl.gz")


@dataclass(frozen=True)
class Rows:
    """What to put in place of a task's dataset (nothing where `make` is None), and what is reported
    of it. `columns` are the local file's columns that were renamed: {task's name: file's name}."""

    make: Callable[..., object] | None
    file: str | None
    columns: Mapping[str, str] = field(default_factory=dict)


def rows_of(
    name: TaskName, settings: Mapping[str, object], shots: int, data_dir: Path | None
) -> Rows:
    """The rows of a task: from `data_dir` where a file of it serves, else from where its YAML says
    (the hub or its cache), with an error that names the file that would serve."""
    if settings.get("custom_dataset") is not None:
        return Rows(None, None)
    if settings.get("dataset_path") in _LOCAL_FORMATS:
        return Rows(_declared(name, settings), _declared_files(settings))
    if data_dir is not None and not data_dir.is_dir():
        raise DataError(f"--data-dir {data_dir}: there is no such folder")
    wanted = _wanted_splits(settings, shots)
    found = _find(settings, wanted, data_dir) if data_dir else {}
    if wanted[0] not in found:
        return Rows(_declared(name, settings), f"{_stems(settings)[-1]}.jsonl")
    if lacking := [split for split in wanted if split not in found]:
        raise DataError(
            f"{name.benchmark}: its {shots} few-shot examples come from split {lacking[0]}; give "
            f"--data-dir the file {_stems(settings)[-1]}_{lacking[0]}.jsonl too, or set "
            f"lm_eval.num_fewshot: 0"
        )
    return _local(settings, found, wanted[0])


def _local(settings: Mapping[str, object], found: Mapping[str, Path], asked: str) -> Rows:
    rows = {split: [dict(row) for row in read_file(path)] for split, path in found.items()}
    have = set(rows[asked][0]) if rows[asked] else set()
    renamed = _renamed(_template_names(settings), have)
    if renamed:
        back = {theirs: ours for ours, theirs in renamed.items()}
        rows = {
            s: [{back.get(k, k): v for k, v in r.items()} for r in rs] for s, rs in rows.items()
        }
    # Only names and rows are kept in the closure: lm-eval makes deep copies of settings.
    return Rows(lambda **_: _splits(rows, asked), found[asked].name, renamed)


def _splits(rows: Mapping[str, list[dict[str, object]]], asked: str) -> object:
    import datasets

    tables = {split: datasets.Dataset.from_list(found) for split, found in rows.items()}
    return _Splits(tables, tables[asked].select([]))


class _Splits(dict[str, object]):
    """A dataset's splits; one that no few-shot example is drawn from may be missing, and is
    empty (lm-eval looks at it all the same)."""

    def __init__(self, tables: Mapping[str, object], empty: object) -> None:
        super().__init__(tables)
        self._empty = empty

    def __missing__(self, split: str) -> object:
        return self._empty


def _declared(name: TaskName, settings: JsonObject) -> Callable[..., object]:
    """A loader of the dataset that the task names, whose failure is one sentence."""
    path, subset = settings.get("dataset_path"), settings.get("dataset_name")
    kwargs = dict(settings.get("dataset_kwargs") or {})
    kwargs.pop("trust_remote_code", None)
    local = f"{_stems(settings)[-1]}.jsonl"

    def load(**_: object) -> object:
        import datasets

        try:
            return datasets.load_dataset(path=path, name=subset, **kwargs)
        except Exception as error:
            why = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
            raise DataError(
                f"{name.benchmark}: its dataset {path} cannot be loaded ({why}); load it where the "
                f"hub can be reached, or give --data-dir DIR with the file {local} (its rows as "
                f"JSON lines)"
            ) from error

    return load


def _declared_files(settings: JsonObject) -> str:
    files = (settings.get("dataset_kwargs") or {}).get("data_files", "")
    named = list(files.values()) if isinstance(files, Mapping) else [files]
    return ", ".join(Path(str(file)).name for file in named) or str(settings["dataset_path"])


def eval_split(settings: Mapping[str, object]) -> str:
    """The split whose rows are asked."""
    return str(settings.get("test_split") or settings.get("validation_split") or "test")


def _wanted_splits(settings: JsonObject, shots: int) -> list[str]:
    """The split that is asked, then the one that few-shot examples are drawn from, if another."""
    asked = eval_split(settings)
    config = settings.get("fewshot_config") or {}
    drawn = config.get("split") or settings.get("fewshot_split")
    if not drawn and config.get("samples") is None:
        drawn = settings.get("training_split") or settings.get("validation_split")
    return [asked] if not shots or drawn in (None, asked) else [asked, str(drawn)]


# --- finding files --------------------------------------------------------------------------


def _stems(settings: Mapping[str, object]) -> list[str]:
    """The names under which a task's file is looked for, the dataset's own last."""
    dataset = str(settings.get("dataset_path") or settings["task"]).rsplit("/", 1)[-1]
    subset = settings.get("dataset_name")
    own = dataset if subset in _PLAIN_SUBSETS else f"{dataset}_{subset}"
    plain = re.sub(r"[^A-Za-z0-9]+", "_", own).lower()
    return [str(settings["task"]), own, plain if subset not in _PLAIN_SUBSETS else _key(own)]


def _find(settings: Mapping[str, object], wanted: list[str], data_dir: Path) -> dict[str, Path]:
    """The local file of each wanted split that has one. Case and punctuation do not matter:
    math500.jsonl serves MATH-500."""
    here = {
        _key(path.name.removesuffix(ending)): path
        for ending in _ENDINGS
        for path in sorted(data_dir.glob(f"*{ending}"))
    }
    found = {}
    for place, split in enumerate(wanted):
        names = [stem + split for stem in _stems(settings)]
        if place == 0:  # the plain name is the split that is asked
            names = [*names, *_stems(settings)]
        if path := next((here[_key(n)] for n in names if _key(n) in here), None):
            found[split] = path
    return found


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


# --- columns --------------------------------------------------------------------------------


def _template_names(settings: Mapping[str, object]) -> set[str]:
    """The columns that the task's templates name (functions may read others)."""
    from jinja2 import Environment, TemplateError, meta

    names: set[str] = set()
    for key in ("doc_to_text", "doc_to_target", "doc_to_choice"):
        text = settings.get(key)
        if not isinstance(text, str):
            continue
        if "{" not in text:
            names.add(text)
            continue
        try:
            names |= meta.find_undeclared_variables(Environment().parse(text))
        except TemplateError:
            continue
    return names


def _renamed(wanted: set[str], have: set[str]) -> dict[str, str]:
    """{wanted name: the file's name} for columns that differ in nothing but case: the hub's AIME
    2024 has `Problem`, other copies have `problem`."""
    found = {}
    for name in wanted - have:
        alike = [column for column in have if column.lower() == name.lower()]
        if len(alike) == 1:
            found[name] = alike[0]
    return dict(sorted(found.items()))
