"""Grading: a problem and a stored sample in, a Grade out.

A grader is one class in one file and one line in `GRADERS`. Its fields are its options.

    question.py   what a grader is, and what it may ask of a worker
    maths.py      `integer` and `number`; latex.py: `latex`; choice.py: `choice`; label.py: `label`
    code/         `code`; lm_eval/: `lm-eval`
    outcomes.py   the outcomes of a grade; reasons.py: why; digest.py: what could change it
    options.py    checks of options; fitness.py: can a grader read a benchmark's golds
    pool.py       worker processes beside the engine (worker.py, workerprocess.py)
    reply.py      which part of a reply counts; extract.py, boxes.py, phrases.py, letters.py: where
                  its answer stands
    notation.py   one notation for answers; comparison.py, exact.py, equivalence.py: are two equal

The other modules read numbers, intervals, texts and LaTeX for these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from claimbench.errors import ConfigError
from claimbench.grading.choice import ChoiceGrader
from claimbench.grading.code.grader import CodeGrader
from claimbench.grading.label import LabelGrader
from claimbench.grading.latex import LatexGrader
from claimbench.grading.lm_eval.grader import CPU_LIMIT_S, MEMORY_LIMIT, LmEvalGrader, preparation
from claimbench.grading.maths import IntegerGrader, NumberGrader
from claimbench.grading.options import check_type, unknown_name
from claimbench.grading.pool import BATCH, GradingPool
from claimbench.grading.question import Grader
from claimbench.records.plain import JsonObject
from claimbench.records.runs import Problem
from claimbench.sandbox.protocol import Isolation

__all__ = [
    "GRADERS",
    "Grader",
    "GradingPool",
    "default_workers",
    "idle_workers",
    "make_grader",
    "make_pool",
    "runs_programs",
]


GRADERS: Mapping[str, type[Grader]] = {
    "integer": IntegerGrader,
    "number": NumberGrader,
    "latex": LatexGrader,
    "choice": ChoiceGrader,
    "code": CodeGrader,
    "label": LabelGrader,
    "lm-eval": LmEvalGrader,
}


_GIVEN_BY_THE_RUN = ("reasoning_end", "min_isolation")


def make_grader(
    kind: str,
    options: JsonObject,
    reasoning_end: str | None,
    min_isolation: Isolation | None = None,
) -> Grader:
    """The grader of that kind with those options.

    `reasoning_end` is the tag that ends a model's reasoning block, None for a model without one;
    `min_isolation` the weakest isolation with which a grader that runs programs runs them.
    Raises ConfigError naming the nearest known kind, option or rule.
    """
    if "min_isolation" in options:
        raise ConfigError(f"grader {kind}: min_isolation is a key of the run file, under `grading`")
    if kind not in GRADERS:
        raise unknown_name("grader", kind, GRADERS)
    if reasoning_end == "":
        raise ConfigError("the model's reasoning_end is empty; leave it out or give the end tag")
    grader: Any = GRADERS[kind]
    defaults = {field.name: field.default for field in fields(grader)}
    known = [name for name in defaults if name not in _GIVEN_BY_THE_RUN]
    for name in options:
        if name not in known:
            raise unknown_name(f"grader {kind}: option", name, known)
    given = (
        {"min_isolation": min_isolation} if min_isolation and "min_isolation" in defaults else {}
    )
    made: Grader = grader(reasoning_end=reasoning_end, **given, **options)
    for name, value in options.items():
        check_type(kind, name, value, defaults[name])
    return made


def runs_programs(grader: Grader) -> bool:
    """Whether grading with it runs what a model wrote."""
    return isinstance(grader, CodeGrader)


def default_workers(judged: Iterable[tuple[Grader, Problem]]) -> int:
    """As many processes as this one may use cores where programs are run, else 1."""
    if not any(runs_programs(grader) for grader, _ in judged):
        return 1
    return _cores()


def idle_workers(asked: int) -> int:
    """Processes for `asked` samples where no engine wants the cores: one for each core, but none
    that would not have a batch."""
    return min(_cores(), max(1, asked // BATCH))


def _cores() -> int:
    from claimbench.config.machine import usable_cores  # Late: a worker needs no configuration.

    return usable_cores()


def make_pool(workers: int, judged: Iterable[tuple[Grader, Problem]]) -> GradingPool:
    """A pool for these graders, each with one of its problems: it imports what they need.

    Raises GradingError where a grader cannot work on this machine.
    """
    judged = list(judged)
    for coding in {g.min_isolation: g for g, _ in judged if isinstance(g, CodeGrader)}.values():
        coding.check()
    bridged = [(g, problem) for g, problem in judged if isinstance(g, LmEvalGrader)]
    if not bridged:
        return GradingPool(workers)
    for grader, _ in bridged:
        grader.check()
    return GradingPool(
        workers,
        cpu_limit_s=CPU_LIMIT_S,
        memory_limit=MEMORY_LIMIT,
        prepare=preparation(bridged),
    )
