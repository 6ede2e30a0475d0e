"""What a run fixes before it begins, as facts that can be registered and held against it later.

The same function gives the facts of a plan and those of a run folder: what differs between the two
was changed after the registration.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from claimbench.claims.articles import claim_tests
from claimbench.config.canonical import digest, plain
from claimbench.config.models import ModelConfig
from claimbench.config.runs import RunConfig
from claimbench.engines import settings
from claimbench.errors import ConfigError
from claimbench.grading import make_grader
from claimbench.models.prompts import choice_order
from claimbench.planning.cells import sample_seed
from claimbench.planning.plan import Plan
from claimbench.records import CellName, Problem, PublishedResult
from claimbench.store import RunStore
from claimbench.store.manifest import RunManifest, manifest_of
from claimbench.store.problems import read_problems
from claimbench.store.prompts import read_prompts
from claimbench.store.registration import Facts
from claimbench.store.runfile import as_plain
from claimbench.verdicts.pairing import judged_by, margin_of

PromptOf = Callable[[CellName], str | None]
"""The digest of a cell's prompts; None where they are not known."""
UNKNOWN_VERSION = "not installed here"
"""The version of an engine that plans, and will not run, on this machine."""


def facts_of_plan(plan: Plan) -> Facts:
    """What a plan asks for and will be judged by."""
    cells = {cell.name: cell for cell in plan.cells}

    def prompts(name: CellName) -> str:
        cell = cells[name]
        return _prompts_digest(cell.problems, lambda problem: cell.prompt_of(problem).text)

    manifest = manifest_of(Path(plan.experiment.run.name), as_plain(plan.resolved))
    return _facts(manifest, prompts)


def facts_of_run(store: RunStore) -> Facts:
    """The same of a run folder, by what is published and how it is graded now."""
    run = _run(store.manifest)

    def prompts(name: CellName) -> str | None:
        if not (sent := read_prompts(store, name)):
            return None

        def text(problem: Problem) -> str:
            seed = sample_seed(run.seed, problem, 0)
            return sent.get((problem.id, choice_order(problem, seed)), "")

        problems = read_problems(store, name.benchmark).problems
        return _prompts_digest(list(problems.values()), text)

    return _facts(store.manifest, prompts)


def _prompts_digest(problems: Sequence[Problem], text: Callable[[Problem], str]) -> str:
    """Of the prompt of each problem's first sample: those of later ones may show the choices in
    another order, and a run that grows has more of them."""
    return digest([[problem.id, text(problem)] for problem in problems])[:16]


def _run(manifest: RunManifest) -> RunConfig:
    if not isinstance(manifest.run, RunConfig):
        raise ConfigError("imported outputs were not run here: nothing was registered before them")
    return manifest.run


def _facts(manifest: RunManifest, prompts: PromptOf) -> Facts:
    cells = manifest.cells.values()
    return {
        **_references(manifest),
        "claims": claim_tests(manifest.models),
        "protocol": _protocol(manifest),
        "prompts": {str(cell.name): prompts(cell.name) for cell in cells},
        "graders": {str(cell.name): _grader(manifest, cell.name) for cell in cells},
        "benchmarks": {
            cell.benchmark: {"problems": cell.problems, "digest": cell.problems_digest[:16]}
            for cell in cells
        },
        "models": {name: _model(manifest, name) for name in manifest.models},
        "samples": {str(cell.name): cell.samples for cell in cells},
        "looks": {str(cell.name): _looks(manifest, cell.name) for cell in cells},
    }


def _references(manifest: RunManifest) -> dict[str, dict[str, Any]]:
    """The published figures that the run is judged by, and the margin of each."""
    judging = plain(manifest.judging)
    figures, margins = dict[str, Any](), dict[str, Any]()
    for cell in manifest.cells.values():
        for result in judged_by(judging, cell.model, cell.benchmark):
            figures[result.id] = _figure(result)
            margins[result.id] = margin_of(judging, cell.benchmark, result)
    return {"figures": figures, "margins": margins}


def _figure(result: PublishedResult) -> dict[str, Any]:
    """What of a figure decides a verdict."""
    found = {
        "value": result.value,
        "samples": result.samples or result.samples_min,
        "sd": result.sd,
        "greedy": result.greedy,
    }
    return {key: value for key, value in found.items() if value is not None}


def _protocol(manifest: RunManifest) -> dict[str, Any]:
    run, version = _run(manifest), manifest.engine.get("version")
    return {
        **plain(run.sampling),
        "seed": run.seed,
        "engine": manifest.engine.get("name"),
        "engine version": None if version == UNKNOWN_VERSION else version,
    }


def _grader(manifest: RunManifest, cell: CellName) -> str:
    """Its digest: settings, the version of our rules and of the packages that take part."""
    chosen = manifest.benchmarks[cell.benchmark].grader
    floor = _run(manifest).grading.min_isolation
    end = manifest.reasoning_end_of(cell)
    return str(make_grader(chosen.kind, chosen.options, end, floor).digest)


def _model(manifest: RunManifest, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {"checkpoint": manifest.checkpoints.get(name)}
    model = manifest.models[name]
    if isinstance(model, ModelConfig):
        found["dtype"] = settings(_run(manifest).engine).chosen_dtype or model.dtype
        found |= {
            key: value
            for key, value in (("quantization", model.quantization), ("kv_dtype", model.kv_dtype))
            if value is not None
        }
    return found


def _looks(manifest: RunManifest, cell: CellName) -> list[int]:
    """The samples per problem at which the cell is judged, and may have been before."""
    looks, last = manifest.looks_of(cell), manifest.cells[str(cell)].samples
    if looks is None:
        return [last]
    return list(looks.declared or (*looks.earlier, last))
