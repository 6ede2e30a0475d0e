"""What the run folder of an import says of it: its resolved configuration, as a run's says."""

from __future__ import annotations

import json
from pathlib import Path

from claimbench.benchmarks.loading import content_digest
from claimbench.claims.published import load_published
from claimbench.config.benchmarks import BenchmarkConfig
from claimbench.config.canonical import plain
from claimbench.config.folders import names
from claimbench.config.load import load_model
from claimbench.errors import ConfigError
from claimbench.grading import make_grader
from claimbench.grading.options import unknown_name
from claimbench.interop.readers.rows import Outputs, file_digest
from claimbench.interop.sound import doubts, own_graders
from claimbench.interop.survey import Survey
from claimbench.interop.wanted import Wanted
from claimbench.messages import Message, as_data, import_source, import_title
from claimbench.records import PublishedResult, Tier
from claimbench.records.plain import JsonDict, JsonObject
from claimbench.report.messages import english
from claimbench.verdicts.pairing import targets


def model_config(name: str, reasoning_removed: bool = False) -> JsonDict:
    """The model's configuration, or what little is known of one that has none. Where the
    reasoning was removed from the outputs no end of it is looked for."""
    if name in names("models"):
        found = plain(load_model(name))
        if reasoning_removed:
            found["prompt"] = {**found["prompt"], "reasoning_end": None}
        return found
    prompt = {"reasoning_end": None, "system": None, "forced_prefix": ""}
    return {"name": name, "title": name, "prompt": prompt}


def benchmark_config(
    config: BenchmarkConfig | None, name: str, wanted: Wanted, found: Survey
) -> JsonDict:
    """Our benchmark, or what the file has of its own. Raises ConfigError for a grader that is
    none of ours."""
    if config is not None:
        return plain(config)
    kind = wanted.grader or "label"
    if wanted.grader and kind not in own_graders():
        raise unknown_name("--grader", kind, own_graders())
    make_grader(kind, {}, None)
    return {
        "name": name,
        "title": name,
        "source": f"problems and golds as {wanted.path.name} has them",
        "dataset": {"rows": len(found.problems), "revision": None},
        "grader": {"kind": kind, "options": {}},
    }


def resolved_import(
    wanted: Wanted,
    outputs: Outputs,
    found: Survey,
    model: JsonDict,
    benchmark: JsonDict,
    content: str,
) -> JsonDict:
    """What run.yaml says: `model` and `benchmark` as they are configured, `content` the digest of
    the files."""
    about = _import(wanted, outputs, found, benchmark, content)
    model_name, name = str(model["name"]), str(benchmark["name"])
    who = import_source(wanted.whose, outputs.tool)
    tables = sorted({r.table for r in _targets(model_name, name)})
    return {
        "run": {
            "name": wanted.path.stem,
            "title": english(import_title(who, model["title"], benchmark["title"])),
        },
        "import": about,
        "models": {model_name: model},
        "benchmarks": {name: benchmark},
        "engine": {"name": outputs.tool},
        "checkpoints": {},
        "departures": {},
        "graders": {name: benchmark["grader"]},
        "reasoning_end": {model_name: model["prompt"]["reasoning_end"]},
        "judging": {
            "published": tables,
            "margins": {},
            "problems": {name: benchmark["dataset"]["rows"]},
        },
        "cells": {f"{model_name}/{name}": _cell(model_name, name, found, about["tier"])},
    }


def _import(
    wanted: Wanted, outputs: Outputs, found: Survey, benchmark: JsonObject, content: str
) -> JsonDict:
    """Whose outputs these are, what is stated of their protocol, and what was left out."""
    label_only = benchmark["grader"]["kind"] == "label"
    tier: Tier = "C" if label_only else "B"
    return {
        "source": wanted.source,
        "tool": outputs.tool,
        "whose": wanted.whose,
        "tier": tier,
        "files": [_described(path) for path in outputs.files],
        "content": content,
        "protocol": _protocol(wanted, outputs, benchmark),
        "stated_by_importer": dict(wanted.protocol),
        "notes": [
            as_data(note)
            for note in (*outputs.notes, *_notes(found, label_only), *doubts(found, label_only))
        ],
        "unmatched": {"rows": found.unmatched, "examples": found.examples},
    }


def _cell(model: str, benchmark: str, found: Survey, tier: Tier) -> JsonDict:
    return {
        "model": model,
        "benchmark": benchmark,
        "problems": len(found.problems),
        "samples": found.samples,
        "asked": found.rows,
        "tier": tier,
        "problems_digest": content_digest(list(found.problems.values())),
    }


def _targets(model: str, benchmark: str) -> list[PublishedResult]:
    """Every published figure of this model on this benchmark."""
    tables = sorted({result.table for result in load_published()})
    return targets(tables, [model], [benchmark])


def _described(path: Path) -> dict[str, object]:
    return {"name": path.name, "bytes": path.stat().st_size, "sha256": file_digest(path)}


def _protocol(wanted: Wanted, outputs: Outputs, benchmark: JsonObject) -> dict[str, object]:
    """What the files state, and what the user adds; a contradiction is refused."""
    for key, value in wanted.protocol.items():
        stated = outputs.protocol.get(key)
        if stated is not None and stated != value:
            words = f"{wanted.path.name} states {key} {json.dumps(stated)[:60]}"
            raise ConfigError(f"--protocol {key}={value}: {words}; one of them is wrong")
    found = {**outputs.protocol, **wanted.protocol}
    return {**found, "grader": benchmark["grader"]["kind"]}


def _notes(found: Survey, label_only: bool) -> list[Message]:
    """What a reader of the report is to know of the rows."""
    lacking = found.rows - found.labels
    counted = (
        ("import-by-spacing", found.ways.by_spacing),
        ("import-by-likeness", found.ways.by_likeness),
        ("import-worked-golds", found.ways.worked),
        ("import-bare", found.bare),
        ("import-no-labels", lacking),
    )
    notes = [Message("import-labels-only")] if label_only else []
    if found.unmatched:
        notes.append(Message("import-unmatched", {"rows": found.unmatched}))
    notes += [Message(key, {"count": n, "rows": found.rows}) for key, n in counted if n]
    return notes
