"""One task of lm-eval with its rows: loaded once, as lm-eval itself makes it."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from claimbench.benchmarks.lm_eval.data import Rows, rows_of
from claimbench.errors import ClaimbenchError, DataError, InputError
from claimbench.grading.lm_eval import metrics
from claimbench.grading.lm_eval.names import TaskName, build, folder_digest, settings_of
from claimbench.records.plain import JsonDict, JsonObject

if TYPE_CHECKING:
    from lm_eval.api.task import ConfigurableTask

FEWSHOT_SEED = 1234
"""lm-eval's own default (`--seed`), as are the seeds of the module generators below."""


@dataclass(frozen=True)
class LoadedTask:
    """A task with its rows. `task` is lm-eval's object, `settings` its YAML as read."""

    name: TaskName
    task: ConfigurableTask
    settings: JsonObject
    shots: int
    rows: Rows

    @property
    def docs(self) -> list[JsonDict]:
        return list(self.task.task_docs)


def load_task(name: TaskName, shots: int | None, data_dir: Path | None) -> LoadedTask:
    """The task with its rows; kept, because a plan needs it twice."""
    count = _shots(settings_of(name)[0], shots)
    return _load_once(name, count, data_dir, include_digest(name))


@lru_cache(maxsize=64)
def _load_once(
    name: TaskName, count: int, data_dir: Path | None, _include: str | None
) -> LoadedTask:
    settings, _ = settings_of(name)
    rows = rows_of(name, settings, count, data_dir)
    changes = {"custom_dataset": rows.make} if rows.make else {}
    with explained(name), seeded():
        task = build(name, changes)
    task.set_config(key="num_fewshot", value=count)
    metrics.refuse_task(name, task)
    for place, doc in enumerate(task.task_docs):
        _check_plain(name, place, doc)
    return LoadedTask(name, task, settings, count, rows)


def _shots(settings: JsonObject, asked: int | None) -> int:
    """As lm-eval has it: the run's number, but a task that says 0 stays at 0."""
    own = settings.get("num_fewshot")
    return int(own or 0) if asked is None or own == 0 else asked


def _check_plain(name: TaskName, place: int, doc: object) -> None:
    """A document must survive JSON, or it could not be graded from the run folder."""
    try:
        same = json.loads(json.dumps(doc)) == doc
    except (TypeError, ValueError):
        same = False
    if not same:
        raise DataError(
            f"{name.benchmark}: document {place + 1} holds more than texts, numbers and lists (an "
            f"image, a date); claimbench cannot keep it in a run folder"
        )


def digest_of(docs: list[dict[str, object]]) -> str:
    lines = "".join(json.dumps(doc, sort_keys=True) + "\n" for doc in docs)
    return hashlib.sha256(lines.encode()).hexdigest()


def include_digest(name: TaskName) -> str | None:
    return None if name.include is None else folder_digest(Path(name.include).expanduser())


@contextmanager
def explained(name: TaskName) -> Iterator[None]:
    """Whatever lm-eval or a task's own code raises becomes one sentence."""
    try:
        yield
    except ClaimbenchError:
        raise
    except Exception as error:
        if program := metrics.missing_program(error):  # A task's own code loads it.
            raise metrics.not_in_cache(name, program) from error
        why = (str(error).strip().splitlines() or [""])[0][:200]
        raise InputError(
            f"{name.benchmark}: lm-eval cannot make this task ({type(error).__name__}: {why}); "
            f"check its YAML, and that its rows have the columns it reads"
        ) from error


@contextmanager
def seeded() -> Iterator[None]:
    """lm-eval seeds the modules' generators before it loads tasks, and some tasks draw from them;
    ours are given back as they were."""
    import numpy as np

    ours, numpys = random.getstate(), np.random.get_state()
    random.seed(0)
    np.random.seed(FEWSHOT_SEED)
    try:
        yield
    finally:
        random.setstate(ours)
        np.random.set_state(numpys)
