"""Grading: a problem and a stored sample in, a Grade out.

A grader is one class in one file and one line in `GRADERS`. Its fields are its options.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from claimbench.errors import ConfigError
from claimbench.grading.choice import ChoiceGrader
from claimbench.grading.label import LabelGrader
from claimbench.grading.latex import LatexGrader
from claimbench.grading.maths import IntegerGrader, NumberGrader
from claimbench.grading.options import unknown_name
from claimbench.grading.pool import GradingPool
from claimbench.grading.question import Grader

__all__ = ["GRADERS", "Grader", "GradingPool", "make_grader"]


GRADERS: Mapping[str, type[Grader]] = {
    "integer": IntegerGrader,
    "number": NumberGrader,
    "latex": LatexGrader,
    "choice": ChoiceGrader,
    "label": LabelGrader,
}


def make_grader(kind: str, options: Mapping[str, Any], reasoning_end: str | None) -> Grader:
    """The grader of that kind with those options.

    `reasoning_end` is the tag that ends a model's reasoning block, None for a model without one.
    Raises ConfigError naming the nearest known kind, option or rule.
    """
    if kind not in GRADERS:
        raise unknown_name("grader", kind, GRADERS)
    if reasoning_end == "":
        raise ConfigError("the model's reasoning_end is empty; leave it out or give the end tag")
    grader: Any = GRADERS[kind]
    known = [field.name for field in fields(grader) if field.name != "reasoning_end"]
    for name in options:
        if name not in known:
            raise unknown_name(f"grader {kind}: option", name, known)
    made: Grader = grader(reasoning_end=reasoning_end, **options)
    return made
