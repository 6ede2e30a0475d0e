"""The grader of lm-eval's tasks: its filters and metrics, in a grading worker."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from claimbench.errors import GradingError
from claimbench.grading.digest import grader_digest
from claimbench.grading.outcomes import CORRECT, GRADER_ERROR, NO_ANSWER, WRONG, make_grade
from claimbench.grading.reasons import NEVER_ENDED, reason
from claimbench.grading.reply import counted_text
from claimbench.records.plain import JsonObject
from claimbench.records.runs import Grade, Problem, Sample

if TYPE_CHECKING:
    from claimbench.grading.lm_eval.judging import JudgedTask

RULES_VERSION = 1
CPU_LIMIT_S = 30.0
"""minerva_math lets sympy and math-verify take four times five seconds before it says wrong."""
MEMORY_LIMIT = 4 * 2**30
"""lm-eval itself maps 1.5 GiB (pyarrow, datasets)."""


@dataclass(frozen=True, slots=True)
class ReplyQuestion:
    """What lm-eval makes of the replies to one document: of one sample, or of all repeats."""

    task: JudgedTask
    doc: str
    replies: tuple[str, ...]

    def decide(self) -> object:
        from claimbench.grading.lm_eval import judging

        return [asdict(scored) for scored in judging.score(self.task, self.doc, self.replies)]


@dataclass(frozen=True)
class LmEvalGrader:
    """Right is what lm-eval's `metric` under its `filter` scores 1; all its metrics are kept.

    The other options say which task that is, and what a worker cannot read off one document; the
    bridge writes them. Of a reasoning model only what follows its reasoning is judged, as lm-eval
    does with `think_end_token`; a reply that never ends its reasoning gave no answer.
    """

    reasoning_end: str | None = None
    task: str = ""
    group: str | None = None
    include: str | None = None
    include_digest: str | None = None
    version: str = ""
    docs: str = ""
    metric: str = ""
    filter: str = "none"
    features: tuple[str, ...] = field(default=())
    multiple_target: int = 0

    kind = "lm-eval"

    @cached_property
    def digest(self) -> str:
        # Not by where the include folder lies: its content counts.
        settings = {k: v for k, v in asdict(self).items() if k not in ("include", "reasoning_end")}
        settings["features"] = list(self.features)
        return grader_digest(self.kind, settings, self.reasoning_end, RULES_VERSION)

    @cached_property
    def judged(self) -> JudgedTask:
        """The task as a worker gets it."""
        from claimbench.grading.lm_eval.judging import JudgedTask
        from claimbench.grading.lm_eval.names import TaskName

        name = TaskName(self.task, self.group, self.include)
        return JudgedTask(name, tuple(self.features), self.multiple_target)

    def check(self) -> None:
        """Raise GradingError where this machine's lm-eval or task folder is not the run's."""
        from claimbench.grading.lm_eval.metrics import check_allowed
        from claimbench.grading.lm_eval.names import (
            folder_digest,
            installed_version,
            settings_of,
        )

        if (here := installed_version()) != self.version:
            raise GradingError(
                f"lm-eval:{self.task} is graded with lm-eval {self.version}, but {here} is "
                f"installed; run pip install 'lm-eval[hf]=={self.version}'"
            )
        folder = Path(self.include).expanduser() if self.include is not None else None
        if folder and (not folder.is_dir() or folder_digest(folder) != self.include_digest):
            raise GradingError(
                f"lm-eval:{self.task} is graded with the task folder {self.include} (lm_eval."
                f"include) as it was when the run began, and it is gone or changed; restore it"
            )
        check_allowed(self.judged.name, settings_of(self.judged.name)[0])

    def text_of(self, sample: Sample) -> str | None:
        """The part of the reply that is judged; None where the reasoning never ended."""
        text = counted_text(sample, self.reasoning_end, as_marked=False)
        return text if text is None or self.reasoning_end is None else text.lstrip()

    def question(self, problem: Problem, replies: Iterable[str]) -> ReplyQuestion:
        return ReplyQuestion(self.judged, _doc(problem), tuple(replies))

    def begin(self, problem: Problem, sample: Sample) -> Grade | ReplyQuestion:
        text = self.text_of(sample)
        if text is None:
            return make_grade(self.digest, sample, NO_ANSWER, None, NEVER_ENDED)
        return self.question(problem, [text])

    def conclude(self, sample: Sample, question: object, verdict: object) -> Grade:
        from claimbench.grading.lm_eval.judging import INVALID

        scored: Any = verdict
        metrics = _metrics(scored)
        answer = next((s["answer"] for s in scored if s["filter"] == self.filter), None)
        key = f"{self.metric},{self.filter}"
        value = metrics.get(key)
        if value not in (0.0, 1.0):
            why = reason("metric-neither", metric=key, value=str(value))
            return make_grade(self.digest, sample, GRADER_ERROR, answer, why, metrics)
        if value == 0.0 and answer == INVALID:
            why = reason("filter-nothing", filter=self.filter)
            return make_grade(self.digest, sample, NO_ANSWER, None, why, metrics)
        outcome = CORRECT if value == 1.0 else WRONG
        why = reason("metric", metric=key, value=f"{value:g}")
        return make_grade(self.digest, sample, outcome, answer, why, metrics)

    def grade(self, problem: Problem, sample: Sample) -> Grade:
        begun = self.begin(problem, sample)
        return begun if isinstance(begun, Grade) else self.conclude(sample, begun, begun.decide())


def preparation(graders: Iterable[tuple[LmEvalGrader, Problem]]) -> partial[None]:
    """What a worker does at its start, outside of its limits: import lm-eval, make the tasks."""
    return partial(_prepare, tuple((g.judged, _doc(problem)) for g, problem in graders))


def _prepare(tasks: tuple[tuple[JudgedTask, str], ...]) -> None:
    from claimbench.grading.equivalence import warm_up
    from claimbench.grading.lm_eval import judging

    warm_up()
    judging.prepare(tasks)


def _doc(problem: Problem) -> str:
    return json.dumps(problem.details["doc"])


def _metrics(scored: Iterable[JsonObject]) -> dict[str, float]:
    """All numbers among the metrics, by lm-eval's own names: "exact_match,strict-match"."""
    from claimbench.grading.lm_eval.judging import number

    found = {
        f"{metric},{s['filter']}": number(item)
        for s in scored
        for metric, item in s["items"].items()
    }
    return {key: value for key, value in found.items() if value is not None}
