"""A run folder as Python reads it: `claimbench.load(RUNDIR)`.

Measurements and verdicts are those that the run's report wrote; samples and grades are read from
the store, where the folder has them. Everything is a row, a plain dict with the keys of the files
(docs/run-folder.md).
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from claimbench.analysis.cells import stored_cells
from claimbench.config.yamlfile import nearest
from claimbench.errors import ConfigError, DataError
from claimbench.interop.stored import Graded, graded_samples
from claimbench.records import Measurement
from claimbench.report.grade_reasons import in_words
from claimbench.store import RunStore, is_run, read_run
from claimbench.store.sessions import sessions_of
from claimbench.verdicts.articles.runs import read_records

if TYPE_CHECKING:
    import pandas

Row = dict[str, object]
PAGE = "measurements.json"


@dataclass(frozen=True)
class Results:
    """What a run folder holds. `samples` and `grades` read it anew each time, a batch in memory at
    a time; a folder that holds results alone has none."""

    root: Path

    @cached_property
    def records(self) -> tuple[Measurement, ...]:
        """The measurements as records."""
        return read_records(self.root / PAGE, Measurement)

    @property
    def measurements(self) -> list[Row]:
        """A row for each model and benchmark: scores and shares as fractions of 1."""
        return [asdict(one) for one in self.records]

    @cached_property
    def verdicts(self) -> list[Row]:
        """A row for each published figure that the run was judged by; values in points."""
        return _rows(self.root / "verdicts.json")

    def samples(self) -> Iterator[Row]:
        """A row for each sample, problem by problem, with its text."""
        for _, sample, _ in self._graded():
            yield asdict(sample)

    def grades(self) -> Iterator[Row]:
        """A row for each graded sample: its model, benchmark, problem and number, and the grade."""
        for problem, sample, grade in self._graded():
            if grade is not None:
                yield {
                    "model": sample.model,
                    "benchmark": sample.benchmark,
                    "problem_id": problem.id,
                    "sample_index": sample.sample_index,
                    **asdict(grade),
                    "reason": in_words(grade.reason),
                }

    def frame(self, name: str) -> pandas.DataFrame:
        """`measurements`, `verdicts`, `samples` or `grades` as a pandas DataFrame. Raises
        ConfigError where pandas is not installed."""
        known: Mapping[str, Callable[[], object]] = {
            "measurements": lambda: self.measurements,
            "verdicts": lambda: self.verdicts,
            "samples": lambda: list(self.samples()),
            "grades": lambda: list(self.grades()),
        }
        if name not in known:
            raise ConfigError(f"there is no frame {name!r}{nearest(name, known)}")
        try:
            import pandas
        except ImportError as error:
            raise ConfigError("a DataFrame needs pandas: pip install pandas") from error
        return pandas.DataFrame(known[name]())

    @cached_property
    def config(self) -> Mapping[str, object]:
        """The resolved configuration of run.yaml."""
        return read_run(self.root).config

    @cached_property
    def sessions(self) -> list[Row]:
        """The sessions that worked on the run, as provenance.json has them."""
        return sessions_of(self.root)

    @property
    def has_samples(self) -> bool:
        return (self.root / "samples").is_dir()

    def _graded(self) -> Iterator[Graded]:
        if not self.has_samples:
            raise DataError(
                f"{self.root} holds results alone: its samples are where the run was made"
            )
        with RunStore.existing(self.root) as store:
            for cell in stored_cells(store):
                yield from graded_samples(store, cell)


def load(folder: Path | str) -> Results:
    """The results of the run folder `folder`. Raises InputError where it is none, or was not
    reported yet."""
    root = Path(folder)
    if not is_run(root):
        raise ConfigError(f"{root} is no run folder: there is no run.yaml in it")
    if not (root / PAGE).is_file():
        again = f"claimbench report {shlex.quote(str(root))} --partial"
        raise DataError(f"{root} has no {PAGE}: make it with `{again}`")
    return Results(root)


def _rows(path: Path) -> list[Row]:
    try:
        return [dict(row) for row in json.loads(path.read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, RecursionError, TypeError) as error:
        raise DataError(f"{path} cannot be read: make it again with `claimbench report`") from error
