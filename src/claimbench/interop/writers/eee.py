"""EvalEval's schema, every_eval_ever 0.3: a file for each model and benchmark, and one of samples.

The shape is that of the package's schemas (`eval.schema.json`, `instance_level_eval.schema.json`
of every_eval_ever 0.3.0), which its command `validate` checks; `scripts/test-extras eee` runs it.
Scores are proportions. What the schema has no place for stands in `additional_details`, as text.
"""

from __future__ import annotations

import json
import math
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from claimbench import __version__
from claimbench.analysis.cells import StoredCell, stored_cells
from claimbench.errors import IncompleteRun
from claimbench.interop.results import Results
from claimbench.interop.writers.eee_samples import sample_lines
from claimbench.messages import from_data, import_source
from claimbench.records import Measurement
from claimbench.report.messages import english
from claimbench.store import RunStore
from claimbench.store.files import write_whole

SCHEMA = "0.3.0"
NOT_STATED = "not stated"
_BAD = re.compile(r'[<>:"\\|?*\x00-\x1f/]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)|^(data|unknown)$")
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
                f"of {measured.asked} samples: its score is not exported; finish the run"
            )
        written += _write_one(Entry(results, measured), out, samples)
    return written


def _write_one(entry: Entry, out: Path, samples: bool) -> list[Path]:
    path = out / entry.folder / f"{entry.uuid}.json"
    whole = entry.whole()
    written = [path]
    if samples and entry.results.has_samples:
        name = f"{entry.uuid}_samples.jsonl"
        rows = out / entry.folder / name
        with RunStore.existing(entry.results.root) as store:
            write_whole(rows, entry.lines(store))
        whole["detailed_evaluation_results"] = _pointer(rows, f"{entry.folder}/{name}")
        written.append(rows)
    write_whole(path, [json.dumps(whole, indent=2, allow_nan=False) + "\n"])
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


@dataclass(frozen=True)
class Entry:
    """One model on one benchmark, as the schema has it."""

    results: Results
    measured: Measurement

    @cached_property
    def model(self) -> Mapping[str, object]:
        return _mapping(_mapping(self.results.config["models"])[self.measured.model])

    @cached_property
    def benchmark(self) -> Mapping[str, object]:
        return _mapping(_mapping(self.results.config["benchmarks"])[self.measured.benchmark])

    @cached_property
    def imported(self) -> Mapping[str, object]:
        """What an import says of itself; {} for a run of our own."""
        return _mapping(self.results.config.get("import"))

    @cached_property
    def model_id(self) -> str:
        """The id on the hub, or the name. A local folder has a name alone."""
        return str(self.model.get("hub") or self.measured.model)

    @cached_property
    def developer(self) -> str:
        prefix, slash, _ = self.model_id.partition("/")
        return prefix if slash else NOT_STATED.replace(" ", "-")

    @cached_property
    def folder(self) -> str:
        _, slash, rest = self.model_id.partition("/")
        parts = (self.measured.benchmark, self.developer, rest if slash else self.model_id)
        return "/".join(["data", *map(_portable, parts)])

    @cached_property
    def uuid(self) -> str:
        """A version 4 id that the same results always have."""
        m = self.measured
        told = [self.model_id, m.benchmark, self.stamp, m.pass_at_1, m.right, m.counted]
        digest = sha256(json.dumps(told).encode("utf-8", "surrogatepass")).digest()
        return str(uuid.UUID(bytes=digest[:16], version=4))

    @cached_property
    def started(self) -> datetime | None:
        """When the last session began."""
        found = [str(s["started"]) for s in self.results.sessions if "started" in s]
        return datetime.fromisoformat(found[-1]) if found else None

    @cached_property
    def stamp(self) -> str:
        return str(int(self.started.timestamp())) if self.started else "0"

    @cached_property
    def evaluation_id(self) -> str:
        return f"{self.measured.benchmark}/{self.model_id}/{self.stamp}"

    def whole(self) -> Json:
        """The aggregate file."""
        dated = {} if self.imported or self.started is None else {"evaluation_timestamp": self.date}
        return {
            "schema_version": SCHEMA,
            "evaluation_id": self.evaluation_id,
            **dated,
            "retrieved_timestamp": self.stamp,
            "source_metadata": self._source(),
            "eval_library": self._library(),
            "model_info": self._model(),
            "evaluation_results": list(self._results()),
        }

    @property
    def date(self) -> str:
        return self.started.isoformat() if self.started else ""

    def lines(self, store: RunStore) -> Iterator[str]:
        """The samples, a line each."""
        cell = self._cell(store)
        named: Json = {
            "schema_version": SCHEMA,
            "evaluation_id": self.evaluation_id,
            "model_id": self.model_id,
            "evaluation_name": self.measured.benchmark,
            "evaluation_result_id": self._result_id("pass_at_1"),
        }
        return sample_lines(store, cell, named)

    def _cell(self, store: RunStore) -> StoredCell:
        m = self.measured
        name = (m.model, m.benchmark)
        return next(c for c in stored_cells(store) if (c.model, c.benchmark) == name)

    def _source(self) -> Json:
        whose = self.imported.get("whose")
        name = str(self.imported.get("tool") or self.results.root.resolve().name)
        who = english(import_source(str(whose), name)) if whose else NOT_STATED
        return {
            "source_name": name,
            "source_type": "evaluation_run",
            "source_organization_name": who,
            "evaluator_relationship": "third_party" if self.imported else "other",
            "additional_details": {"evidence_tier": self.measured.tier},
        }

    def _library(self) -> Json:
        """What scored the replies: of labels taken as they are, the tool that gave them."""
        if self.measured.tier == "C":
            tool = {"name": str(self.imported.get("tool", NOT_STATED)), "version": "unknown"}
            return {**tool, "additional_details": {"converted_by": f"claimbench {__version__}"}}
        made = [_mapping(s.get("claimbench")) for s in self.results.sessions]
        last = made[-1] if made else {}
        details = _texts({"commit": last.get("commit")})
        version = str(last.get("version", "unknown"))
        return {"name": "claimbench", "version": version, "additional_details": details}

    def _model(self) -> Json:
        name, _, version = str(self.measured.protocol.get("engine", "")).partition(" ")
        departure = _mapping(self.results.config.get("departures")).get(self.measured.model)
        details = {
            "deployment_type": self._deployment(),
            "model_availability": "open_weights" if self.model.get("hub") else "unknown",
            **_texts(
                {
                    "revision": self.model.get("revision"),
                    "checkpoint": _mapping(self.results.config.get("checkpoints")).get(
                        self.measured.model
                    ),
                    "departures": english(from_data(departure)) if departure else None,
                    "dtype": self.measured.protocol.get("dtype"),
                }
            ),
        }
        engine = {"inference_engine": {"name": name, "version": version or "unknown"}}
        return {
            "name": str(self.model.get("title") or self.measured.model),
            "id": self.model_id,
            "developer": self.developer,
            **(engine if name else {}),
            "additional_details": details,
        }

    def _deployment(self) -> str:
        if self.imported:
            return "unknown"
        run = _mapping(self.results.config.get("run"))
        served = _mapping(run.get("engine")).get("kind") == "endpoint"
        return "externally_managed" if served else "self_deployed"

    def _results(self) -> Iterator[Json]:
        m = self.measured
        error = m.problem_se if math.isfinite(m.problem_se) else None
        yield self._result("pass_at_1", m.pass_at_1, {"k": 1}, "pass@1", error)
        for k, share in m.pass_at_k.items():
            if int(k) > 1:
                yield self._result(f"pass_at_{k}", share, {"k": int(k)}, f"pass@{k}", None)
        for k, vote in m.cons_at_k.items():
            yield self._result(f"cons_at_{k}", vote.value, {"k": int(k)}, f"cons@{k}", None)

    def _result_id(self, metric: str) -> str:
        return f"{self.measured.benchmark}/{metric}"

    def _result(
        self, metric: str, score: float, k: Mapping[str, int], name: str, error: float | None
    ) -> Json:
        told: Json = {"score": score, "details": self._details()}
        if error is not None:
            told["uncertainty"] = {
                "standard_error": {"value": error, "method": "analytic, between problems"},
                "num_samples": self.measured.problems,
            }
        return {
            "evaluation_result_id": self._result_id(metric),
            "evaluation_name": self.measured.benchmark,
            "source_data": self._data(),
            "metric_config": _metric(metric, name, k),
            "score_details": told,
            "generation_config": self._generation(),
        }

    def _details(self) -> dict[str, str]:
        """What else belongs to the score, and what it was held against."""
        m = self.measured
        known = {
            "samples_per_problem": m.samples_per_problem,
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
            for v in self.results.verdicts
            if (v["subject"], v["benchmark"]) == (m.model, m.benchmark)
        }
        return _texts({**known, **judged})

    def _data(self) -> Json:
        dataset = _mapping(self.benchmark.get("dataset"))
        named: Json = {"dataset_name": str(self.benchmark.get("title") or self.measured.benchmark)}
        details = _texts({"revision": dataset.get("revision"), "subset": dataset.get("subset")})
        if not dataset.get("hub"):
            return {**named, "source_type": "other", "additional_details": details}
        split = {"hf_split": str(dataset["split"])} if dataset.get("split") else {}
        return {
            **named,
            "source_type": "hf_dataset",
            "hf_repo": str(dataset["hub"]),
            **split,
            "samples_number": self.measured.problems,
            "additional_details": details,
        }

    def _generation(self) -> Json:
        protocol = self.measured.protocol
        sent: Json = {name: protocol[name] for name in _ARGUMENTS if _is_number(protocol.get(name))}
        if "prompt" in protocol:
            sent["prompt_template"] = str(protocol["prompt"])
        rest = {name: value for name, value in protocol.items() if name not in sent}
        return {"generation_args": sent, "additional_details": _texts(rest)}


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


def _portable(name: str) -> str:
    """A folder's name on every system, as the datastore has it."""
    clean = "".join(c if c.isprintable() else "_" for c in _BAD.sub("_", name)).rstrip(". ")
    return f"_{clean}" if not clean or _RESERVED.match(clean) else clean


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    """Values as text, which is what the schema takes; unknown ones are left out."""
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
        if value is not None
    }
