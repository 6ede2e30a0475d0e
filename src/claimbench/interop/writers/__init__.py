"""A run folder → files that others read. A format is one line in `FORMATS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from claimbench.config.yamlfile import nearest
from claimbench.errors import ConfigError
from claimbench.interop.results import Results, load
from claimbench.interop.writers import eee, hub, lm_eval_files, paper, tables
from claimbench.store import RunStore, is_run

Writer = Callable[[RunStore, Path, bool], list[Path]]

FORMATS: Mapping[str, Writer] = {
    "lm-eval": lm_eval_files.write,
    "hub": hub.write,
    "csv": tables.write_csv,
    "parquet": tables.write_parquet,
}
OF_RESULTS: Mapping[str, Callable[[Results, Path, bool], list[Path]]] = {
    "eee": eee.write,
    "latex": paper.write_latex,
    "markdown": paper.write_markdown,
}
"""Formats for which the results are enough: a folder without its samples has them, too."""


def export_run(form: str, root: Path, out: Path, samples: bool = True) -> list[Path]:
    """Write the run of the folder `root` in the format `form` below `out`; without `samples` no
    text of a sample or problem is in it. Returns the files. Raises ConfigError for an unknown
    format, IncompleteRun where a score is to be written and samples are missing."""
    if form not in {**FORMATS, **OF_RESULTS}:
        known = [*FORMATS, *OF_RESULTS]
        raise ConfigError(f"export {form}: there is no such format{nearest(form, known)}")
    if is_run(out):
        raise ConfigError(f"--out {out} is a run folder: name another one for the export")
    if form in OF_RESULTS:
        return OF_RESULTS[form](load(root), out, samples)
    with RunStore.existing(root) as store:
        return FORMATS[form](store, out, samples)
