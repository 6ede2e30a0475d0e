"""every_eval_ever's `<uuid>_samples.jsonl`, with the `<uuid>.json` beside it.

Checked against every_eval_ever 0.3.0 (`instance_level_eval.schema.json`, `eval.schema.json`). Of
several metrics of one sample the first result's rows are taken. A file of scores alone has no
replies: its figures are tier C (eee_figures.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from claimbench.interop.readers.lines import json_lines, rows_where, small_json
from claimbench.interop.readers.rows import (
    MOST_SAMPLES,
    Outputs,
    Row,
    count_of,
    finish_of,
    label_of,
    list_of,
    mapping_of,
    refuse,
    text_of,
)
from claimbench.messages import Message

SAMPLES = "_samples.jsonl"
Json = Mapping[str, object]


def samples_of(path: Path) -> Path | None:
    """The file of samples that `path` is, or that lies beside it."""
    if path.name.endswith(SAMPLES):
        return path
    beside = path.with_name(f"{path.stem}{SAMPLES}")
    return beside if beside.is_file() else None


def read(path: Path) -> Outputs:
    """The samples of one file, named itself or by its aggregate."""
    samples = samples_of(path)
    if samples is None:
        raise refuse(path.name, f"no {path.stem}{SAMPLES} lies beside it: it holds scores alone")
    whole = samples.with_name(f"{samples.name.removesuffix(SAMPLES)}.json")
    stated = small_json(whole) if whole.is_file() else {}
    first = next(json_lines(samples), None)
    if first is None:
        raise refuse(samples.name, "there is no row in it")
    place, row = first
    wanted = text_of(row.get("evaluation_result_id"), place, "evaluation_result_id")
    return Outputs(
        tool=_tool(stated),
        files=(samples, whole) if stated else (samples,),
        rows=lambda: rows_where(samples, "evaluation_result_id", wanted, _samples),
        model=text_of(row.get("model_id"), place, "model_id"),
        task=text_of(row.get("evaluation_name"), place, "evaluation_name"),
        protocol=_protocol(stated, wanted),
        notes=(Message("import-eee-result", {"result": wanted}),) if wanted else (),
    )


def _tool(stated: Json) -> str:
    library = mapping_of(stated.get("eval_library"), "eval_library", "eval_library")
    name, version = library.get("name") or "unknown library", library.get("version")
    return f"every_eval_ever ({name}{f' {version}' if version else ''})"


def _samples(row: Json, place: str, number: int) -> Iterator[Row]:
    """A row's replies: one, or several of which nothing says which is right."""
    asked = mapping_of(row.get("input"), place, "input")
    output = mapping_of(row.get("output"), place, "output")
    if row.get("interaction_type") != "single_turn":
        raise refuse(place, "a conversation has no one response to grade")
    replies = list_of(output.get("raw"), place, "output.raw")
    if not replies:
        raise refuse(place, "output.raw holds no response")
    traces = list_of(output.get("reasoning_trace"), place, "output.reasoning_trace")
    usage = mapping_of(row.get("token_usage"), place, "token_usage")
    question = text_of(asked.get("raw"), place, "input.raw")
    own = _own(row, place) if len(replies) == 1 else _NOBODYS
    for index, reply in enumerate(replies):
        yield replace(
            own,
            number=number + index,
            place=place,
            response=text_of(reply, place, "output.raw"),
            problem=text_of(row.get("sample_id"), place, "sample_id"),
            texts=(question,) if question else (),
            gold=_gold(asked, place),
            choices=tuple(map(str, list_of(asked.get("choices"), place, "input.choices"))),
            prompt_tokens=count_of(usage.get("input_tokens"), place, "input_tokens"),
            reasoning=text_of(traces[index], place, "output.reasoning_trace")
            if len(traces) == len(replies)
            else None,
        )


_NOBODYS = Row(0, "", None)


def _own(row: Json, place: str) -> Row:
    """What a row says of its one reply."""
    usage = mapping_of(row.get("token_usage"), place, "token_usage")
    told = mapping_of(row.get("metadata"), place, "metadata")
    return Row(
        number=0,
        place=place,
        response=None,
        sample_index=count_of(told.get("sample_index"), place, "sample_index", MOST_SAMPLES),
        label=_label(row, place),
        their_answer=_answer(row, place),
        finish_reason=finish_of(told.get("finish_reason")),
        completion_tokens=count_of(usage.get("output_tokens"), place, "output_tokens"),
        seed=count_of(told.get("seed"), place, "seed", 2**63 - 1),
        answer=text_of(told.get("stated_answer"), place, "stated_answer"),
    )


def _gold(asked: Json, place: str) -> str | None:
    """The reference, where it is one."""
    golds = list_of(asked.get("reference"), place, "input.reference")
    return text_of(golds[0], place, "input.reference") if len(golds) == 1 else None


def _label(row: Json, place: str) -> bool | None:
    """Whether it was right; None where an error stands in place of a score."""
    found = mapping_of(row.get("evaluation"), place, "evaluation")
    return None if row.get("error") else label_of(found.get("is_correct"), place, "is_correct")


def _answer(row: Json, place: str) -> str | None:
    found = list_of(row.get("answer_attribution"), place, "answer_attribution")
    last = mapping_of(found[-1], place, "answer_attribution") if found else {}
    return text_of(last.get("extracted_value"), place, "extracted_value")


def _protocol(stated: Json, wanted: str | None) -> dict[str, object]:
    """What the result that the samples belong to states of its generation."""
    results = list_of(stated.get("evaluation_results"), "evaluation_results", "evaluation_results")
    named = [mapping_of(one, "evaluation_results", "evaluation_results") for one in results]
    own = [one for one in named if one.get("evaluation_result_id") == wanted] or named
    return generation_of(own[0]) if own else {}


def generation_of(result: Json) -> dict[str, object]:
    """The sampling of a result, in the words of published protocols."""
    config = mapping_of(result.get("generation_config"), "result", "generation_config")
    sent = mapping_of(config.get("generation_args"), "result", "generation_args")
    names = ("temperature", "top_p", "top_k", "max_tokens")
    return {name: sent[name] for name in names if isinstance(sent.get(name), int | float)}
