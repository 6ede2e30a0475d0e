"""Where configurations are found: beside the run file, in ./configs, in $CLAIMBENCH_CONFIGS, then
the shipped ones. They are added together; of two with one name the first counts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from claimbench.config.paths import configs_dir
from claimbench.errors import ConfigError

Kind = Literal["models", "benchmarks", "runs"]

HERE = Path("configs")

LM_EVAL = "lm-eval:"
"""What the names of benchmarks begin with that are tasks of lm-eval."""


def folders(run_file: Path | None = None) -> list[Path]:
    """The folders with models/, benchmarks/ and runs/, in the order in which they are searched."""
    own = os.environ.get("CLAIMBENCH_CONFIGS")
    if own and not os.path.isdir(own):  # noqa: PTH112 (False where one may not even look)
        raise ConfigError(f"the environment variable CLAIMBENCH_CONFIGS: {own} is no folder")
    places = [*_beside(run_file), HERE, *([Path(own)] if own else []), configs_dir()]
    return list({_resolved(place): place for place in reversed(places)}.values())[::-1]


def _beside(run_file: Path | None) -> Iterator[Path]:
    """A run file lies in `runs/` of such a folder, in one, or beside one."""
    if run_file is None:
        return
    folder = run_file.parent
    if folder.name == "runs":
        yield folder.parent
    yield folder
    yield folder / "configs"


def _resolved(place: Path) -> Path:
    try:
        return place.resolve()
    except OSError:  # One may not even look there: what is read of it says why.
        return place


def files(kind: Kind, run_file: Path | None = None) -> dict[str, Path]:
    """Every configuration of a kind, by name."""
    found: dict[str, Path] = {}
    for folder in folders(run_file):
        for path in _yaml_files(folder / kind):
            found.setdefault(path.stem, path)
    return found


def _yaml_files(folder: Path) -> list[Path]:
    """Those of a folder, in alphabetical order."""
    try:
        found = sorted(os.listdir(folder))  # noqa: PTH208 (a report asks a dozen times)
        return [folder / name for name in found if name.endswith(".yaml")]
    except OSError:
        return []


def names(kind: Kind, run_file: Path | None = None) -> list[str]:
    """Names of all configurations of a kind."""
    return sorted(files(kind, run_file))


def find(kind: Kind, name: str, run_file: Path | None = None) -> Path | None:
    """The file of a configuration: one of the folders', or NAME.yaml right beside the run file."""
    found = files(kind, run_file).get(name)
    if found is None and run_file is not None and kind != "runs":
        beside = run_file.parent / f"{name}.yaml"
        return beside if beside != run_file and beside.is_file() else None
    return found


def places(kind: Kind, run_file: Path | None = None) -> str:
    """Where a configuration was looked for, for a message: only the folders that are there."""
    return ", ".join(str(f / kind) for f in folders(run_file) if _yaml_files(f / kind))


def fit_name(text: str) -> str:
    """A name made of any text: letters, digits, dots and dashes."""
    return re.sub(r"[^\w.~-]+", "-", text).strip("-.") or "unnamed"
