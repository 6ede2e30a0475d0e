"""The hub's evaluation results: a YAML file for `.eval_results/` of a model's repository.

The shape is the specification at https://huggingface.co/docs/hub/eval-results (docs/hub of
huggingface/hub-docs at 064c754): dataset id, task id and value are required; a `source` needs an
address, which a run has none of until its files are somewhere, so it is left to whoever publishes
it, as is `evaluation_framework`, which must be the one that the dataset names.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from claimbench.analysis.cells import StoredCell, stored_cells
from claimbench.config.benchmarks import DatasetConfig
from claimbench.errors import ConfigError
from claimbench.interop.stored import whole_measurement
from claimbench.messages import import_source
from claimbench.records import Measurement
from claimbench.records.plain import JsonDict
from claimbench.report.messages import english
from claimbench.report.tables import samples_of
from claimbench.store import RunStore, safe_name
from claimbench.store.files import write_whole
from claimbench.store.manifest import ImportedDataset
from claimbench.store.sessions import read_sessions
from claimbench.version import __version__

_SHOWN = ("temperature", "top_p", "max_tokens", "shots", "weights")


def write(store: RunStore, out: Path, samples: bool) -> list[Path]:
    """One file for each model and benchmark of the hub, in `<model>/.eval_results/`. There are no
    texts in it, with `samples` or without."""
    written = []
    for cell in stored_cells(store):
        dataset = store.manifest.benchmarks[cell.benchmark].dataset
        if isinstance(dataset, ImportedDataset) or not dataset.hub:
            continue
        entry = _entry(store, cell, dataset, whole_measurement(store, cell))
        path = out / safe_name(cell.model) / ".eval_results" / f"{safe_name(cell.benchmark)}.yaml"
        write_whole(path, [yaml.safe_dump([entry], sort_keys=False, allow_unicode=True)])
        written.append(path)
    if not written:
        raise ConfigError(
            f"{store.root}: no benchmark of this run is a dataset on the hub, and its results "
            "are kept by dataset; export it as lm-eval, csv or parquet"
        )
    return written


def _entry(store: RunStore, cell: StoredCell, dataset: DatasetConfig, m: Measurement) -> JsonDict:
    if m.problems != dataset.rows:
        raise ConfigError(
            f"{store.root}: {cell.model} answered {m.problems} of {dataset.rows} problems of "
            f"{cell.benchmark}; a leaderboard's figure is of all of them"
        )
    named = {"id": dataset.hub, "task_id": dataset.subset or "default"}
    if dataset.revision:
        named["revision"] = dataset.revision
    entry = {"dataset": named, "value": round(100 * m.pass_at_1, 2)}
    started = [session["started"] for session in read_sessions(store) if "started" in session]
    if started and store.manifest.imported is None:  # When others ran it is not known.
        entry["date"] = str(started[-1])[:10]
    return {**entry, "notes": _notes(store, cell, m)}


def _notes(store: RunStore, cell: StoredCell, m: Measurement) -> str:
    """What a reader needs beside the figure, in one line."""
    greedy = m.greedy is True
    bound = "at most " if m.sampling_se_is_bound else ""
    error = "greedy" if greedy else f"sampling SE {bound}{100 * m.sampling_se:.2f}"
    shown = [f"{key} {cell.protocol[key]}" for key in _SHOWN if key in cell.protocol]
    whose = ""
    if store.manifest.imported is not None:
        entry = store.manifest.imported
        who = english(import_source(entry.whose, entry.tool))
        whose = f"; outputs of {who}, tier {m.tier}"
    return (
        f"pass@1 in percent, {samples_of(m)} samples per problem, {error}; "
        f"{', '.join(shown)}; claimbench {__version__}{whose}"
    )
