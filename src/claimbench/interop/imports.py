"""Existing outputs → a run folder, which grading, report and claims then read as any other.

Two passes: the first reads and checks everything (survey.py), the second writes. The folder belongs
to the digest of the files' content, so the same command resumes and a changed file is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from claimbench.analysis.labels import shortened, write_labels
from claimbench.benchmarks.loading import load_problems
from claimbench.config.benchmarks import BenchmarkConfig
from claimbench.config.load import load_benchmark
from claimbench.errors import ConfigError, DataError, counted
from claimbench.interop import readers
from claimbench.interop.described import benchmark_config, model_config, resolved_import
from claimbench.interop.match import FileProblems, Matcher, OurProblems
from claimbench.interop.readers import evalplus
from claimbench.interop.readers.rows import Outputs, file_digest
from claimbench.interop.sound import check_found, doubts
from claimbench.interop.survey import Placed, Survey, place, rows_of, sample_of, survey
from claimbench.interop.wanted import Wanted, check_stated, reasoning_removed
from claimbench.messages import Message
from claimbench.records import CellName, Problem, Sample
from claimbench.records.plain import JsonDict, JsonObject
from claimbench.report.messages import english
from claimbench.report.tables import clean
from claimbench.store import RunStore, safe_name
from claimbench.store.problems import write_problems
from claimbench.store.runfile import decisive_digest

__all__ = [
    "Import",
    "Wanted",
    "left_out",
    "prepare",
    "provenance_of",
    "samples_of",
    "write_inputs",
]

Log = Callable[[str], None]
LONGEST_LINE = 1000
TOLD_EVERY = 50_000
"""Rows between two words about the first pass."""


@dataclass(frozen=True)
class Import:
    """Outputs that were read once and found sound. `content` is the digest of their files;
    `resolved` and `digest` are those of the run folder."""

    wanted: Wanted
    outputs: Outputs
    survey: Survey
    matcher: Callable[[], Matcher]
    model: str
    benchmark: str
    content: str
    resolved: JsonObject
    digest: str

    @property
    def cell(self) -> CellName:
        return CellName(self.model, self.benchmark)

    @property
    def asked(self) -> int:
        return self.survey.rows

    @property
    def grader(self) -> str:
        """The kind of grader that judges them."""
        return str(self.resolved["benchmarks"][self.benchmark]["grader"]["kind"])

    @property
    def problems(self) -> list[Problem]:
        """The problems that have a sample; with their labels, where those are all there is."""
        found = list(self.survey.problems.values())
        if self.grader != "label":
            return found
        labels = self.survey.labels_of
        return [replace(p, details={**p.details, "labels": labels(p.id)}) for p in found]


def prepare(wanted: Wanted, data_dir: Path | None, log: Log) -> Import:
    """Read the outputs once and check them. Raises InputError; nothing is written."""
    check_stated(wanted)
    outputs = _of_one_model(readers.read(wanted.source, wanted.path, wanted.mapping), wanted)
    stats = _stats(outputs)
    log(f"reading {wanted.path.name}")
    content = _content(outputs)
    model, benchmark = _model_name(wanted, outputs), _benchmark_name(wanted, outputs)
    config = load_benchmark(benchmark) if wanted.benchmark else None
    outputs = _comparable(outputs, wanted, config)
    matcher = _matcher(config, benchmark, data_dir)
    described_model = model_config(model, reasoning_removed(wanted))
    kind = config.grader.kind if config is not None else wanted.grader or "label"
    matching = matcher()
    found = survey(
        outputs,
        matching,
        lambda number: _log_rows(log, wanted, number),
        described_model["prompt"]["reasoning_end"],
        kind,
        _stated_limit(wanted, outputs),
    )
    check_found(found, wanted, matching.ids)
    if _stats(outputs) != stats:
        raise DataError(f"{wanted.path} changed while it was read: run the same command again")
    described = benchmark_config(config, benchmark, wanted, found)
    if wanted.source == "evalplus":
        described = evalplus.graded_alone(described)
    resolved = resolved_import(wanted, outputs, found, described_model, described, content)
    decisive = decisive_digest(resolved)
    return Import(wanted, outputs, found, matcher, model, benchmark, content, resolved, decisive)


def write_inputs(imported: Import, store: RunStore) -> None:
    """Keep the problems and their labels beside the samples."""
    write_problems(store, {imported.benchmark: imported.problems})
    if imported.survey.labels:
        write_labels(store, imported.cell, _labels(imported))


def samples_of(imported: Import) -> Iterator[Sample]:
    """The second pass: every sample in the files' order. Raises DataError where the files changed
    since the first."""
    stats = _stats(imported.outputs)
    for placed in place(imported.outputs, imported.matcher()):
        yield _sample(imported, placed)
    if _stats(imported.outputs) != stats:
        raise DataError(f"{imported.wanted.path} changed while it was imported: import it anew")


def _sample(imported: Import, placed: Placed) -> Sample:
    number = imported.survey.number_of(placed.problem.id, placed.sample_index)
    numbered = replace(placed, sample_index=number)
    return sample_of(numbered, imported.content, imported.model, imported.grader)


def provenance_of(imported: Import) -> dict[str, object]:
    """What provenance.json says of the outputs: whose they are, and what is not known of them."""
    return {"import": dict(imported.resolved["import"])}


def left_out(imported: Import) -> list[str]:
    """What a user must hear of rows that are not in the run, or may be judged for another reason
    than their answers, for a terminal."""
    found = imported.survey
    heard = [english(note) for note in doubts(found, imported.grader == "label")]
    if found.unmatched:
        examples = ", ".join(clean(place) for place in found.examples)
        rows = counted(found.unmatched, "row fits no problem and is", "rows fit no problem and are")
        heard.insert(0, f"{rows} left out, for example {examples}")
    return [clean(line, LONGEST_LINE) for line in heard]


def _labels(imported: Import) -> Iterator[JsonDict]:
    for placed in place(imported.outputs, imported.matcher()):
        row = placed.row
        if row.label is not None:
            yield {
                "id": _sample(imported, placed).id,
                "label": row.label,
                "answer": shortened(row.their_answer),
                "reason": shortened(row.their_reason),
            }


# --- what the outputs are ---------------------------------------------------------------------


def _log_rows(log: Log, wanted: Wanted, number: int) -> None:
    if number and number % TOLD_EVERY == 0:
        log(f"reading {wanted.path.name}: {number:,} rows")


def _stats(outputs: Outputs) -> list[tuple[int, int]]:
    """Size and time of change of each file."""
    found = [path.stat() for path in outputs.files]
    return [(stat.st_size, stat.st_mtime_ns) for stat in found]


def _content(outputs: Outputs) -> str:
    """One digest over the content of all files."""
    return hashlib.sha256(" ".join(map(file_digest, outputs.files)).encode()).hexdigest()


def _of_one_model(outputs: Outputs, wanted: Wanted) -> Outputs:
    """Where rows name several models, those of the wanted one."""
    if wanted.source not in readers.TABLES or outputs.model is None:
        return outputs
    models = {row.model for row in rows_of(outputs)}
    if len(models) == 1:
        return outputs
    known = sorted(str(model) for model in models)[:8]
    if wanted.model not in models:
        raise ConfigError(
            f"{wanted.path.name} holds outputs of several models: choose one of them with --model "
            f"({', '.join(map(ascii, known))})"
        )
    return replace(
        outputs,
        rows=lambda: (row for row in outputs.rows() if row.model == wanted.model),
        notes=(*outputs.notes, Message("import-one-model", {"model": wanted.model})),
    )


def _comparable(outputs: Outputs, wanted: Wanted, config: BenchmarkConfig | None) -> Outputs:
    """EvalPlus's labels of its base tests, where the benchmark has only those (HumanEval, MBPP)."""
    if wanted.source != "evalplus" or config is None:
        return outputs
    outputs = replace(outputs, notes=(*outputs.notes, Message("import-evalplus-alone")))
    tests = config.fields.tests
    extra = tests is not None and tests.form == "evalplus"
    return outputs if extra else evalplus.of_base_tests(outputs)


def _model_name(wanted: Wanted, outputs: Outputs) -> str:
    name = wanted.model or outputs.model
    if not name:
        raise ConfigError(f"{wanted.path.name} does not say whose outputs it holds: add --model")
    return _file_name(name, "--model")


def _benchmark_name(wanted: Wanted, outputs: Outputs) -> str:
    if wanted.benchmark and wanted.grader:
        raise ConfigError(
            "give --benchmark, whose grader and golds are ours, or --grader, not both"
        )
    name = wanted.benchmark or outputs.task or wanted.path.stem
    return _file_name(name, "--benchmark")


def _file_name(name: str, option: str) -> str:
    """A name from a foreign file, which is to name a folder."""
    clean = "".join(c if c.isprintable() else "_" for c in name).strip()
    if not clean or len(safe_name(clean)) > 150:
        raise ConfigError(f"the outputs' name {ascii(name)[:60]} names no folder: give {option}")
    return clean


def _stated_limit(wanted: Wanted, outputs: Outputs) -> float | None:
    """The max_tokens that is stated of the outputs, where that is a number."""
    limit = wanted.protocol.get("max_tokens", outputs.protocol.get("max_tokens"))
    return float(limit) if isinstance(limit, int | float) and not isinstance(limit, bool) else None


def _matcher(
    config: BenchmarkConfig | None, benchmark: str, data_dir: Path | None
) -> Callable[[], Matcher]:
    """What finds problems, made anew for each pass."""
    if config is None:
        return lambda: FileProblems(benchmark)
    problems = load_problems(config, data_dir)
    return lambda: OurProblems(problems)
