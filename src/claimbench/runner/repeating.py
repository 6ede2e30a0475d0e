"""A share of a finished run, generated again: here, with other slots, another engine, elsewhere."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from claimbench.analysis.cells import StoredCell, stored_cells
from claimbench.analysis.repeats import Repeat, Tokens, Twice, repeat_of
from claimbench.config.benchmarks import BenchmarkConfig
from claimbench.config.engines import EngineConfig
from claimbench.config.folders import LM_EVAL
from claimbench.config.models import ModelConfig
from claimbench.config.runs import Experiment, RunConfig
from claimbench.errors import ConfigError, IncompleteRun
from claimbench.planning.cells import Cell, SampleKey
from claimbench.planning.plan import Plan
from claimbench.records import CellName, Sample
from claimbench.runner import pipeline
from claimbench.runner.generate import Watch
from claimbench.runner.preparing import Log
from claimbench.store import RunStore
from claimbench.store.manifest import RunManifest, read_manifest
from claimbench.store.tokens import unpack_ids


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A reply with its reasoning, whether it is right, and its packed token ids."""

    reply: str
    right: bool | None
    ids: str | None


_Outcomes = Mapping[SampleKey, _Outcome]


def experiment_of(root: Path, engine: Sequence[str] = (), slots: int | None = None) -> Experiment:
    """What the run folder `root` asked, with other settings of the engine: `KEY=VALUE` each, or the
    name of another kind, whose settings then begin anew. Raises ConfigError for an import."""
    manifest = read_manifest(root)
    run = manifest.run
    if not isinstance(run, RunConfig):
        raise ConfigError(f"{root}: these are imported outputs; only a run can be generated again")
    chosen = _engine(run.engine, [*engine, *([f"slots={slots}"] if slots else [])])
    models = [manifest.models[name] for name in run.models]
    benchmarks = [manifest.benchmarks[n] for n in run.benchmarks if not n.startswith(LM_EVAL)]
    return Experiment(
        run=run.model_copy(update={"engine": chosen}),
        models=tuple(model for model in models if isinstance(model, ModelConfig)),
        benchmarks=tuple(one for one in benchmarks if isinstance(one, BenchmarkConfig)),
    )


def _engine(engine: EngineConfig, options: Sequence[str]) -> EngineConfig:
    kind, given = engine.kind, dict(engine.given)
    for option in options:
        key, equals, text = option.partition("=")
        if not equals or key == "kind":
            other = text if equals else key
            kind, given = other, given if other == kind else {}
        else:
            given[key] = _value(option, text)
    changed = EngineConfig.model_validate({"kind": kind, **given})
    return changed.given_in(Path("--engine"), {})


def _value(option: str, text: str) -> object:
    try:
        found: object = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"--engine {option}: the value is not valid YAML") from error
    return found


def part(plan: Plan, share: float) -> Plan:
    """The plan with a share of every cell's samples, at least one, drawn by a digest: a larger
    share holds the smaller one."""
    return replace(plan, cells=tuple(_share_of(cell, share) for cell in plan.cells))


def _share_of(cell: Cell, share: float) -> Cell:
    keys = [(problem.id, index) for problem in cell.problems for index in range(cell.samples)]
    drawn = frozenset(sorted(keys, key=_lot)[: math.ceil(share * len(keys))])
    asked = {problem for problem, _ in drawn}
    return replace(cell, problems=tuple(p for p in cell.problems if p.id in asked), only=drawn)


def _lot(key: SampleKey) -> bytes:
    return hashlib.sha256(f"repeat|{key[1]}|{key[0]}".encode()).digest()


def repeat(root: Path, plan: Plan, share: float, out: Path, watch: Watch, log: Log) -> list[Repeat]:
    """Generate and grade a share of the plan's samples in the run folder `out`, and lay them beside
    those of `root`. Raises IncompleteRun, before anything is generated, where `root` lacks some."""
    if out.resolve() == root.resolve():
        raise ConfigError(f"--out {out} is the run itself: name another folder")
    drawn = part(plan, share)
    before = _read(root, drawn)
    for cell in drawn.cells:
        _check_there(root, cell, before[cell.name])
    pipeline.fill(plan, drawn, out, watch, log)
    after = _read(out, drawn)
    asked = {cell.name: cell.asked for cell in plan.cells}
    return [
        repeat_of(
            cell.name,
            asked[cell.name],
            _pairs(before[cell.name], after[cell.name]),
            _tokens(plan, cell),
        )
        for cell in drawn.cells
    ]


def _check_there(root: Path, cell: Cell, found: _Outcomes) -> None:
    if lacking := cell.asked - len(found):
        raise IncompleteRun(
            f"{root}: {lacking} of the {cell.asked} samples of {cell.name} that were drawn are not "
            f"there; finish the run with the command that began it, then repeat it"
        )


def _read(root: Path, drawn: Plan) -> dict[CellName, _Outcomes]:
    with RunStore.existing(root) as store:
        cells = {cell.name: cell for cell in stored_cells(store)}
        return {c.name: _outcomes(store, cells[c.name], c.only or frozenset()) for c in drawn.cells}


def _outcomes(store: RunStore, cell: StoredCell, keys: frozenset[SampleKey]) -> _Outcomes:
    grades = {g.sample_id: g.value for g in store.grades(cell.name, cell.judge)}
    found = {}
    for sample in store.samples(cell.name):
        key = sample.problem_id, sample.sample_index
        if key in keys:
            value = grades.get(sample.id)
            right = None if value is None else value == 1
            found[key] = _Outcome(_reply(sample), right, sample.packed_ids)
    return found


def _reply(sample: Sample) -> str:
    return f"{sample.reasoning or ''}{sample.text}"


def _pairs(before: _Outcomes, after: _Outcomes) -> Iterator[Twice]:
    for key, then in before.items():
        now = after[key]
        differ = then.reply != now.reply
        ids = _both_ids(then.ids, now.ids) if differ else None
        yield Twice(*key, then.reply, now.reply, then.right, now.right, ids)


def _both_ids(then: str | None, now: str | None) -> tuple[Sequence[int], Sequence[int]] | None:
    return None if then is None or now is None else (unpack_ids(then), unpack_ids(now))


def _tokens(plan: Plan, cell: Cell) -> Tokens | None:
    folder = plan.checkpoints[cell.model.name].path
    if folder is None or not (folder / "tokenizer.json").is_file():
        return None
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))

    def tokens(text: str) -> Sequence[int]:
        ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    return tokens


def changed_settings(root: Path, out: Path) -> list[tuple[str, str, str]]:
    """Settings and version of the engine that differ between two run folders: key, then, now."""
    then, now = (_settings(read_manifest(folder)) for folder in (root, out))
    return [
        (key, then.get(key, "none"), now.get(key, "none"))
        for key in sorted(then.keys() | now.keys())
        if then.get(key) != now.get(key)
    ]


def _settings(manifest: RunManifest) -> dict[str, str]:
    assert isinstance(manifest.run, RunConfig)
    engine = manifest.run.engine
    given = {key: str(value) for key, value in engine.given.items() if value is not None}
    return {"kind": engine.kind, **given, "version": manifest.engine.get("version", "")}
