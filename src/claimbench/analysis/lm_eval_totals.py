"""What lm-eval itself would report for a finished cell: its filters over all repeats of a document
(majority votes, the first of many), and its aggregation over documents.

Claimbench's score is the mean over all samples; these figures stand beside it. Each document's
replies are judged in the grading pool, as samples are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from claimbench.analysis.cells import StoredCell
from claimbench.grading.lm_eval.grader import LmEvalGrader
from claimbench.grading.outcomes import CORRECT, GRADER_ERROR, make_grade
from claimbench.grading.pool import GradingPool
from claimbench.grading.question import Question
from claimbench.records import Grade, Problem, Sample
from claimbench.records.plain import JsonDict
from claimbench.store import RunStore
from claimbench.store.digests import text_key
from claimbench.store.files import safe_name

if TYPE_CHECKING:
    from claimbench.grading.lm_eval.judging import JudgedTask
    from claimbench.store.rows import Index

SAMPLES_AT_ONCE = 2000
"""How many replies are held in memory."""

FORM = 3
"""Of the file; one of another form is made again. 3: names the problems, too."""


@dataclass(frozen=True, slots=True)
class TotalQuestion:
    """One metric over all documents; `items` is their JSON, so that it can be hashed."""

    task: JudgedTask
    doc: str
    metric: str
    items: str

    def decide(self) -> object:
        from claimbench.grading.lm_eval import judging

        return judging.aggregate(self.task, self.doc, self.metric, json.loads(self.items))


def write_totals(store: RunStore, cell: StoredCell, pool: GradingPool) -> None:
    """Keep lm-eval's own figures of a finished cell in lm-eval/<model>/<benchmark>.json; does
    nothing for other cells, for unfinished ones, and where the file is up to date."""
    if not isinstance(cell.grader, LmEvalGrader):
        return
    index = store.sample_index(cell.name)
    ids = _ids_by_problem(cell, index)
    if any(len(mine) != cell.samples for mine in ids.values()):
        return
    stamp = _stamp(cell, index)
    if (read_file(store, cell) or {}).items() >= stamp.items():
        return
    figures = {**_means(store, cell), **_lm_evals(store, cell, cell.grader, pool, ids)}
    text = json.dumps({**stamp, "metrics": figures}, indent=1)
    store.write_file(_path(cell), text + "\n")


def read_totals(store: RunStore, cell: StoredCell) -> Mapping[str, float]:
    """The figures that `write_totals` kept for the cell's present grader and samples, if any."""
    found = read_file(store, cell)
    if not found or not found.items() >= _stamp(cell, store.sample_index(cell.name)).items():
        return {}
    return dict(found["metrics"])


def _stamp(cell: StoredCell, index: Index) -> JsonDict:
    """What the figures are of."""
    judged = hashlib.sha256(index.tobytes())
    judged.update(json.dumps(dict(cell.problem_digests)).encode())
    return {"form": FORM, "grader": cell.grader.digest, "samples": judged.hexdigest()}


def read_file(store: RunStore, cell: StoredCell) -> JsonDict | None:
    path = store.root / _path(cell)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None  # made again by the next `run` or `grade`
    return found if isinstance(found, dict) and isinstance(found.get("metrics"), dict) else None


def _path(cell: StoredCell) -> str:
    return f"lm-eval/{safe_name(cell.model)}/{safe_name(cell.benchmark)}.json"


def _ids_by_problem(cell: StoredCell, index: Index) -> dict[str, list[str]]:
    """The ids of each problem's samples, by sample index."""
    of_key = {text_key(problem): problem for problem in cell.problems}
    found: dict[str, dict[int, str]] = {problem: {} for problem in cell.problems}
    for row in index:
        problem = of_key.get(int(row["problem"]))
        if problem is not None and row["sample_index"] < cell.samples:
            found[problem][int(row["sample_index"])] = bytes(row["id"]).hex()
    return {problem: [mine[i] for i in sorted(mine)] for problem, mine in found.items()}


def _means(store: RunStore, cell: StoredCell) -> dict[str, float]:
    """The mean over all samples of each metric of single replies; a sample without the metric
    (it gave no answer) counts 0, an error of the grader not at all."""
    totals: dict[str, float] = {}
    count = 0
    for grade in store.grades(cell.name, cell.judge):
        if grade.outcome == GRADER_ERROR and not grade.metrics:
            continue
        count += 1
        for key, value in grade.metrics.items():
            totals[key] = totals.get(key, 0.0) + value
    return {f"mean {key}": total / count for key, total in sorted(totals.items())}


def _lm_evals(
    store: RunStore,
    cell: StoredCell,
    grader: LmEvalGrader,
    pool: GradingPool,
    ids: Mapping[str, list[str]],
) -> dict[str, float]:
    """lm-eval's figures; none where a document could not be judged."""
    items: dict[str, list[object]] = {}
    for verdict in _judged(store, cell, grader, pool, ids):
        if verdict is None:
            return {}
        for scored in verdict:
            for metric, item in scored["items"].items():
                items.setdefault(f"{metric},{scored['filter']}", []).append(item)
    doc = grader.question(next(iter(cell.problems.values())), ()).doc
    questions = [
        TotalQuestion(grader.judged, doc, key.rpartition(",")[0], json.dumps(values))
        for key, values in items.items()
    ]
    totals = _ask(pool, questions)
    return dict(_named(zip(items, totals, strict=True)))


def _named(
    totals: Iterable[tuple[str, tuple[float | None, float | None] | None]],
) -> Iterator[tuple[str, float]]:
    """Values and standard errors under lm-eval's names for them."""
    for key, total in totals:
        metric, _, chosen = key.rpartition(",")
        value, stderr = total or (None, None)
        if value is not None:
            yield f"lm-eval {key}", value
        if stderr is not None:
            yield f"lm-eval {metric}_stderr,{chosen}", stderr


def _judged(
    store: RunStore,
    cell: StoredCell,
    grader: LmEvalGrader,
    pool: GradingPool,
    ids: Mapping[str, list[str]],
) -> Iterator[Any]:
    """Each document's verdict in order, None where there is none."""
    problems = list(cell.problems.values())
    step = max(1, SAMPLES_AT_ONCE // cell.samples)
    for start in range(0, len(problems), step):
        chunk = problems[start : start + step]
        wanted = [sample for problem in chunk for sample in ids[problem.id]]
        texts = {
            sample.id: grader.text_of(sample) or "" for sample in store.samples(cell.name, wanted)
        }
        yield from _ask(
            pool, [grader.question(p, map(texts.__getitem__, ids[p.id])) for p in chunk]
        )


# --- questions without samples --------------------------------------------------------------


@dataclass
class _Asker:
    """Stands where a grader does, so that the pool decides questions that are no sample's."""

    questions: Sequence[Question]
    answers: JsonDict = field(default_factory=dict)

    digest = "lm-eval-totals"

    def begin(self, problem: Problem, sample: Sample) -> Question:
        return self.questions[int(sample.id)]

    def conclude(self, sample: Sample, question: object, verdict: object) -> Grade:
        self.answers[sample.id] = verdict
        return make_grade(self.digest, sample, CORRECT, None, "")

    def grade(self, problem: Problem, sample: Sample) -> Grade:
        return self.conclude(sample, None, self.begin(problem, sample).decide())


def _ask(pool: GradingPool, questions: Iterable[Question]) -> list[Any]:
    """The verdicts, None for a question that could not be decided."""
    asker = _Asker(list(questions))
    for place in range(len(asker.questions)):
        sample = Sample(str(place), "", "", "", place, "", "stop", 0, 0, 0.0)
        pool.submit(asker, Problem("", ""), sample)
    for _ in pool.drain():
        pass
    return [asker.answers.get(str(place)) for place in range(len(asker.questions))]
