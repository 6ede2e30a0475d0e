"""LiveCodeBench submissions: `*_eval_all.json`.

Checked against nvidia-livecodebench 26.3, which packages LiveCodeBench's runner (its own repository
has the same shape: `lcb_runner/benchmarks/code_generation.py` `insert_output_evaluation` at
19133f21868627205e9664addd70605883fb1279): a list of problems, each with its replies
(`output_list`), the code cut out of them (`code_list`) and whether each passed (`graded_list`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from claimbench.errors import counted
from claimbench.interop.readers.lines import json_items
from claimbench.interop.readers.rows import (
    Outputs,
    Row,
    label_of,
    list_of,
    mapping_of,
    refuse,
    text_of,
)
from claimbench.messages import Message


def read(path: Path) -> Outputs:
    """The problems of one submission."""
    if next(json_items(path, "item"), None) is None:
        raise refuse(path.name, "there is no problem in it: name LiveCodeBench's *_eval_all.json")
    return Outputs(
        tool="LiveCodeBench",
        files=(path,),
        rows=lambda: _rows(path),
        protocol={"harness": "LiveCodeBench"},
        notes=(Message("import-livecodebench"),),
    )


def _rows(path: Path) -> Iterator[Row]:
    number = 0
    for place, item in json_items(path, "item"):
        for row in _responses(mapping_of(item, place, "the problem"), place, number):
            yield row
            number += 1


def _responses(problem: Mapping[str, object], place: str, number: int) -> Iterator[Row]:
    if "output_list" not in problem and "code_list" not in problem:
        raise refuse(place, "no problem with its replies: name LiveCodeBench's *_eval_all.json")
    codes = list_of(problem.get("code_list"), place, "code_list")
    replies = list_of(problem.get("output_list"), place, "output_list") or codes
    labels = list_of(problem.get("graded_list"), place, "graded_list") or [None] * len(replies)
    if not replies or len(labels) != len(replies):
        words = f"{counted(len(replies), 'response')} and {counted(len(labels), 'label')}"
        raise refuse(place, f"output_list and graded_list do not fit together: {words}")
    title = text_of(problem.get("question_content"), place, "question_content")
    reasons = problem.get("metadata")
    for index, reply in enumerate(replies):
        yield Row(
            number=number + index,
            place=place,
            response=text_of(reply, place, "output_list"),
            problem=text_of(problem.get("question_id"), place, "question_id"),
            texts=(title,) if title else (),
            sample_index=index,
            label=label_of(labels[index], place, "graded_list"),
            their_answer=_program(codes, index, len(replies)),
            their_reason=_reason(reasons, index, len(replies)),
        )


def _program(codes: list[object], index: int, count: int) -> str | None:
    """The program that they cut out of a reply."""
    program = codes[index] if len(codes) == count else None
    return program if isinstance(program, str) else None


def _reason(reasons: object, index: int, count: int) -> str | None:
    """What their grader noted of a sample; a JSON text or a mapping."""
    if not isinstance(reasons, list) or len(reasons) != count:
        return None
    return str(reasons[index])[:500]
