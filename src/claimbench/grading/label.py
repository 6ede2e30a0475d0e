"""The grader for imported outputs that only bring labels: what others counted, unchanged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from claimbench.grading.digest import grader_digest
from claimbench.grading.outcomes import CORRECT, GRADER_ERROR, WRONG, make_grade
from claimbench.grading.reasons import reason
from claimbench.records.runs import Grade, Problem, Sample

RULES_VERSION = 1


@dataclass(frozen=True)
class LabelGrader:
    """Takes the label that came with the outputs, in the problem's details under `labels` by the
    sample's number. Such a grade is a third party's (tier C), not ours."""

    reasoning_end: str | None = None

    kind = "label"

    @cached_property
    def digest(self) -> str:
        return grader_digest(self.kind, {}, self.reasoning_end, RULES_VERSION)

    def grade(self, problem: Problem, sample: Sample) -> Grade:
        label = problem.details.get("labels", {}).get(str(sample.sample_index))
        if not isinstance(label, bool):
            return make_grade(self.digest, sample, GRADER_ERROR, None, reason("no-label"))
        outcome = CORRECT if label else WRONG
        return make_grade(self.digest, sample, outcome, None, reason("their-label"))
