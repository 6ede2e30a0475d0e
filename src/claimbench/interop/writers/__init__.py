"""A run folder → files that other tools read. A format is one line in `FORMATS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from claimbench.config.yamlfile import nearest
from claimbench.errors import ConfigError
from claimbench.interop.writers import hub, lm_eval_files, tables
from claimbench.store import RunStore, is_run

Writer = Callable[[RunStore, Path, bool], list[Path]]

FORMATS: Mapping[str, Writer] = {
    "lm-eval": lm_eval_files.write,
    "hub": hub.write,
    "csv": tables.write_csv,
    "parquet": tables.write_parquet,
}


def export_run(form: str, store: RunStore, out: Path, samples: bool = True) -> list[Path]:
    """Write the run in the format `form` below `out`; without `samples` no text of a sample or
    problem is in it. Returns the files. Raises ConfigError for an unknown format, IncompleteRun
    where a score is to be written and samples are missing."""
    if form not in FORMATS:
        raise ConfigError(f"export {form}: there is no such format{nearest(form, FORMATS)}")
    if is_run(out):
        raise ConfigError(f"--out {out} is a run folder: name another one for the export")
    return FORMATS[form](store, out, samples)
