"""The readers of other tools' outputs, by name.

`rows.py` is what a reader yields, `lines.py` and `parquet.py` read in bounded memory, `mapped.py`
says which column of a table holds what. The other modules read one format each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from claimbench.config.yamlfile import nearest
from claimbench.errors import ConfigError
from claimbench.interop.readers import (
    eee,
    evalplus,
    inspect_log,
    lighteval,
    livecodebench,
    lm_eval_samples,
    tables,
)
from claimbench.interop.readers.rows import Outputs, is_folder

Reader = Callable[[Path], Outputs]

SOURCES: Mapping[str, Reader] = {
    "lm-eval": lm_eval_samples.read,
    "lighteval": lighteval.read,
    "inspect": inspect_log.read,
    "evalplus": evalplus.read,
    "livecodebench": livecodebench.read,
    "eee": eee.read,
}

TABLES: Mapping[str, Callable[[Path, Path | None], Outputs]] = {
    "jsonl": tables.read_jsonl,
    "csv": tables.read_csv,
    "parquet": tables.read_parquet,
}


def read(source: str, path: Path, mapping: Path | None = None) -> Outputs:
    """The outputs at `path` in the format `source`. Raises InputError in one sentence."""
    if source not in {**SOURCES, **TABLES}:
        known = [*SOURCES, *TABLES]
        raise ConfigError(f"import {source}: there is no such format{nearest(source, known)}")
    if is_folder(path):
        raise ConfigError(f"{path} is a folder: name one file of outputs")
    if source in TABLES:
        return TABLES[source](path, mapping)
    if mapping is not None:
        raise ConfigError(f"--mapping is for {', '.join(TABLES)}; {source} has its own columns")
    return SOURCES[source](path)
