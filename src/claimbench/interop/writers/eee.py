"""EvalEval's schema, every_eval_ever 0.3: a file for each model and benchmark, and one of samples.

The shape is that of the package's schemas (`eval.schema.json`, `instance_level_eval.schema.json`
of every_eval_ever 0.3.0), which its command `validate` checks; `scripts/test-extras eee` runs it.
Scores are proportions. What the schema has no place for stands in `additional_details`, as text.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from claimbench.analysis.cells import StoredCell, stored_cells
from claimbench.analysis.comparable import to_complete
from claimbench.errors import IncompleteRun
from claimbench.interop.results import Results
from claimbench.interop.writers.eee_entry import NOT_STATED, Entry, mapping, texts
from claimbench.interop.writers.eee_samples import sample_lines
from claimbench.messages import from_data, import_source
from claimbench.report.messages import english
from claimbench.report.tables import fewest_samples
from claimbench.store import RunStore
from claimbench.store.files import write_whole
from claimbench.version import __version__

SCHEMA = "0.3.0"
_ARGUMENTS = ("temperature", "top_p", "top_k", "max_tokens")

Json = dict[str, object]


def write(results: Results, out: Path, samples: bool) -> list[Path]:
    """A file for each model and benchmark below `out`/data, as EvalEval's datastore has them, and
    its samples beside it where the folder has them and `samples` are wanted. The same run gives the
    same files. Raises IncompleteRun where samples are missing."""
    written = []
    for measured in results.records:
        if not measured.complete:
            raise IncompleteRun(
                f"{results.root}: {measured.model} on {measured.benchmark} has {measured.received} "
                f"of {measured.asked} samples, {measured.graded} graded: its score is not "
                f"exported; {to_complete(measured, results.root)}"
            )
        written += _write_one(Entry(results, measured), out, samples)
    return written


def _write_one(entry: Entry, out: Path, samples: bool) -> list[Path]:
    path = out / entry.folder / f"{entry.uuid}.json"
    aggregate = whole(entry)
    written = [path]
    if samples and entry.results.has_samples:
        name = f"{entry.uuid}_samples.jsonl"
        rows = out / entry.folder / name
        with RunStore.existing(entry.results.root) as store:
            write_whole(rows, lines(entry, store))
        aggregate["detailed_evaluation_results"] = _pointer(rows, f"{entry.folder}/{name}")
        written.append(rows)
    write_whole(path, [json.dumps(aggregate, indent=2, allow_nan=False) + "\n"])
    return written


def _pointer(rows: Path, name: str) -> Json:
    digest, count = sha256(), 0
    with rows.open("rb") as file:
        for line in file:
            digest.update(line)
            count += 1
    return {
        "format": "jsonl",
        "file_path": name,
        "hash_algorithm": "sha256",
        "checksum": digest.hexdigest(),
        "total_rows": count,
    }


def whole(entry: Entry) -> Json:
    """The aggregate file."""
    dated = {} if entry.imported or entry.started is None else {"evaluation_timestamp": entry.date}
    return {
        "schema_version": SCHEMA,
        "evaluation_id": entry.evaluation_id,
        **dated,
        "retrieved_timestamp": entry.stamp,
        "source_metadata": _source(entry),
        "eval_library": _library(entry),
        "model_info": _model(entry),
        "evaluation_results": list(_results(entry)),
    }


def lines(entry: Entry, store: RunStore) -> Iterator[str]:
    """The samples, a line each."""
    cell = _cell(entry, store)
    named: Json = {
        "schema_version": SCHEMA,
        "evaluation_id": entry.evaluation_id,
        "model_id": entry.model_id,
        "evaluation_name": entry.measured.benchmark,
        "evaluation_result_id": entry.result_id("pass_at_1"),
    }
    return sample_lines(store, cell, named)


def _cell(entry: Entry, store: RunStore) -> StoredCell:
    m = entry.measured
    name = (m.model, m.benchmark)
    return next(c for c in stored_cells(store) if (c.model, c.benchmark) == name)


def _source(entry: Entry) -> Json:
    whose = entry.imported.get("whose")
    name = str(entry.imported.get("tool") or entry.results.root.resolve().name)
    who = english(import_source(str(whose), name)) if whose else NOT_STATED
    return {
        "source_name": name,
        "source_type": "evaluation_run",
        "source_organization_name": who,
        "evaluator_relationship": "third_party" if entry.imported else "other",
        "additional_details": {"evidence_tier": entry.measured.tier},
    }


def _library(entry: Entry) -> Json:
    """What scored the replies: of labels taken as they are, the tool that gave them."""
    if entry.measured.tier == "C":
        tool = {"name": str(entry.imported.get("tool", NOT_STATED)), "version": "unknown"}
        return {**tool, "additional_details": {"converted_by": f"claimbench {__version__}"}}
    made = [mapping(s.get("claimbench")) for s in entry.results.sessions]
    last = made[-1] if made else {}
    details = texts({"commit": last.get("commit")})
    version = str(last.get("version", "unknown"))
    return {"name": "claimbench", "version": version, "additional_details": details}


def _model(entry: Entry) -> Json:
    name, _, version = str(entry.measured.protocol.get("engine", "")).partition(" ")
    departure = mapping(entry.results.config.get("departures")).get(entry.measured.model)
    details = {
        "deployment_type": _deployment(entry),
        "model_availability": "open_weights" if entry.model.get("hub") else "unknown",
        **texts(
            {
                "revision": entry.model.get("revision"),
                "checkpoint": mapping(entry.results.config.get("checkpoints")).get(
                    entry.measured.model
                ),
                "departures": english(from_data(departure)) if departure else None,
                "dtype": entry.measured.protocol.get("dtype"),
            }
        ),
    }
    engine = {"inference_engine": {"name": name, "version": version or "unknown"}}
    return {
        "name": str(entry.model.get("title") or entry.measured.model),
        "id": entry.model_id,
        "developer": entry.developer,
        **(engine if name else {}),
        "additional_details": details,
    }


def _deployment(entry: Entry) -> str:
    if entry.imported:
        return "unknown"
    run = mapping(entry.results.config.get("run"))
    served = mapping(run.get("engine")).get("kind") == "endpoint"
    return "externally_managed" if served else "self_deployed"


def _results(entry: Entry) -> Iterator[Json]:
    m = entry.measured
    error = m.problem_se if math.isfinite(m.problem_se) else None
    yield _result(entry, "pass_at_1", m.pass_at_1, {"k": 1}, "pass@1", error)
    for k, share in m.pass_at_k.items():
        if int(k) > 1:
            yield _result(entry, f"pass_at_{k}", share, {"k": int(k)}, f"pass@{k}", None)
    for k, vote in m.cons_at_k.items():
        if int(k) > 1:
            yield _result(entry, f"cons_at_{k}", vote.value, {"k": int(k)}, f"cons@{k}", None)


def _result(
    entry: Entry, metric: str, score: float, k: Mapping[str, int], name: str, error: float | None
) -> Json:
    told: Json = {"score": score, "details": _details(entry)}
    if error is not None:
        told["uncertainty"] = {
            "standard_error": {"value": error, "method": "analytic, between problems"},
            "num_samples": entry.measured.problems,
        }
    return {
        "evaluation_result_id": entry.result_id(metric),
        "evaluation_name": entry.measured.benchmark,
        "source_data": _data(entry),
        "metric_config": _metric(metric, name, k),
        "score_details": told,
        "generation_config": _generation(entry),
    }


def _details(entry: Entry) -> dict[str, str]:
    """What else belongs to the score, and what it was held against."""
    m = entry.measured
    known = {
        # Whoever judges by the figure takes it for as sure as so many samples make it.
        "samples_per_problem": fewest_samples(m),
        "problems": m.problems,
        "sampling_se": m.sampling_se,
        "sampling_se_is_bound": m.sampling_se_is_bound,
        "truncated_share": m.truncated_share,
        "no_answer_share": m.no_answer_share,
        "grader_error_share": m.grader_error_share,
        "tokens_mean": m.tokens_mean,
    }
    judged = {
        f"verdict on {v['claim']}": f"{v['verdict']} (published {v['published']})"
        for v in entry.results.verdicts
        if (v["subject"], v["benchmark"]) == (m.model, m.benchmark)
    }
    return texts({**known, **judged})


def _data(entry: Entry) -> Json:
    dataset = mapping(entry.benchmark.get("dataset"))
    named: Json = {"dataset_name": str(entry.benchmark.get("title") or entry.measured.benchmark)}
    details = texts({"revision": dataset.get("revision"), "subset": dataset.get("subset")})
    if not dataset.get("hub"):
        return {**named, "source_type": "other", "additional_details": details}
    split = {"hf_split": str(dataset["split"])} if dataset.get("split") else {}
    return {
        **named,
        "source_type": "hf_dataset",
        "hf_repo": str(dataset["hub"]),
        **split,
        "samples_number": entry.measured.problems,
        "additional_details": details,
    }


def _generation(entry: Entry) -> Json:
    protocol = entry.measured.protocol
    sent: Json = {name: protocol[name] for name in _ARGUMENTS if _is_number(protocol.get(name))}
    if "prompt" in protocol:
        sent["prompt_template"] = str(protocol["prompt"])
    rest = {name: value for name, value in protocol.items() if name not in sent}
    return {"generation_args": sent, "additional_details": texts(rest)}


def _metric(metric: str, name: str, parameters: Mapping[str, int]) -> Json:
    voted = metric.startswith("cons")
    return {
        "evaluation_description": "share of problems whose majority vote is right"
        if voted
        else "share of right answers, expected over the samples of each problem",
        "metric_id": "claimbench.cons_at_k" if voted else "pass_at_k",
        "metric_name": name,
        "metric_kind": "accuracy" if voted else "pass_rate",
        "metric_unit": "proportion",
        "metric_parameters": dict(parameters),
        "lower_is_better": False,
        "score_type": "continuous",
        "min_score": 0.0,
        "max_score": 1.0,
    }


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
