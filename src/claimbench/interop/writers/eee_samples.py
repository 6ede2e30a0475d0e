"""Samples as every_eval_ever 0.3 has them, a line each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256

from claimbench.analysis.cells import StoredCell
from claimbench.grading.choice import right_letter
from claimbench.grading.outcomes import writable
from claimbench.interop.stored import Graded, graded_samples
from claimbench.records import Grade, Problem, Sample
from claimbench.report.grade_reasons import in_words
from claimbench.store import RunStore

Json = dict[str, object]


def sample_lines(store: RunStore, cell: StoredCell, named: Mapping[str, object]) -> Iterator[str]:
    """The lines of a cell; `named` is what all of them have."""
    kind = str(cell.protocol.get("grader") or "grader")
    for graded in graded_samples(store, cell):
        yield json.dumps({**named, **_line(graded, kind)}, allow_nan=False) + "\n"


def _line(graded: Graded, kind: str) -> Json:
    problem, sample, grade = graded
    asked = _input(problem, sample)
    told = f"{asked['raw']}{''.join(_reference(problem, sample))}"
    return {
        "sample_id": writable(problem.id),
        "sample_hash": sha256(told.encode()).hexdigest(),
        "interaction_type": "single_turn",
        "input": asked,
        "output": _output(sample),
        "answer_attribution": _attribution(grade, kind),
        "evaluation": {
            "score": (grade.value if grade else None) or 0.0,
            "is_correct": bool(grade and grade.value),
        },
        **_usage(sample),
        **_error(grade),
        "metadata": _metadata(sample, grade),
    }


def _input(problem: Problem, sample: Sample) -> Json:
    asked = (
        problem.question
        or problem.text
        or "\n\n".join(f"[{turn.role}]\n{turn.content}" for turn in problem.messages or ())
    )
    shown = [problem.choices[i] if i >= 0 else "" for i in sample.choice_order]
    choices = {"choices": [writable(c) for c in shown]} if problem.choices and shown else {}
    return {"raw": writable(asked), "reference": _reference(problem, sample), **choices}


def _reference(problem: Problem, sample: Sample) -> list[str]:
    """The gold; of shuffled choices, the letter under which the right one was shown."""
    gold = right_letter(problem, sample) if problem.choices else problem.gold
    return [writable(gold)] if gold else []


def _output(sample: Sample) -> Json:
    apart = sample.reasoning
    trace = {} if apart is None else {"reasoning_trace": [writable(apart)]}
    return {"raw": [writable(sample.text)], **trace}


def _attribution(grade: Grade | None, kind: str) -> list[Json]:
    if grade is None or grade.answer is None:
        return []
    return [
        {
            "turn_idx": 0,
            "source": "output.raw",
            "extracted_value": grade.answer,
            "extraction_method": f"claimbench {kind}",
            "is_terminal": True,
        }
    ]


def _usage(sample: Sample) -> Json:
    """Tokens where all are known, and the time."""
    read, made, seconds = sample.prompt_tokens, sample.completion_tokens, sample.seconds
    found: Json = {}
    if read is not None and made is not None:
        found["token_usage"] = {
            "input_tokens": read,
            "output_tokens": made,
            "total_tokens": read + made,
        }
    if seconds is not None:
        found["performance"] = {"generation_time_ms": 1000 * seconds}
    return found


def _error(grade: Grade | None) -> Json:
    """A reply that could not be graded has no score: 0 stands there, as the schema wants one."""
    if grade is not None and grade.value is not None:
        return {}
    return {"error": f"not graded: {in_words(grade.reason) if grade else 'no grade'}"}


def _metadata(sample: Sample, grade: Grade | None) -> Json:
    known = {
        "sample_index": str(sample.sample_index),
        "finish_reason": sample.finish_reason,
        "seed": None if sample.seed is None else str(sample.seed),
        "outcome": grade.outcome if grade else None,
        "reason": in_words(grade.reason) if grade else None,
        "stated_answer": None if sample.stated_answer is None else writable(sample.stated_answer),
    }
    return {name: value for name, value in known.items() if value is not None}
