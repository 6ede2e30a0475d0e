"""One stored sample and its problem → the texts that a page shows of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from claimbench.analysis.cells import StoredCell
from claimbench.grading.code.extract import extract_code
from claimbench.grading.code.grader import CodeGrader
from claimbench.grading.reply import counted_part
from claimbench.records import Problem
from claimbench.store import RunStore, Values
from claimbench.store.prompts import Key


@dataclass(frozen=True)
class Source:
    """The samples of one cell. `looped` are those cut while they repeated themselves;
    `reasoning_end` is the tag at which this model's reasoning ends, if it has one; `rule` is the
    kind of its grader; `prompts` are those that were sent, by problem and order of its choices, as
    far as the run kept them."""

    run: str
    store: RunStore
    cell: StoredCell
    reasoning_end: str | None
    looped: frozenset[str]
    rule: str
    prompts: Mapping[Key, str] = field(default_factory=dict)

    @cached_property
    def frame(self) -> tuple[str, str]:
        """What all of the prompts begin with, and what they end in."""
        texts = list(self.prompts.values())
        if len(texts) < 2:
            return "", ""
        head = _beginning(texts)
        tail = _beginning([text[len(head) :][::-1] for text in texts])[::-1]
        return head, tail

    def middle(self, key: Key) -> str | None:
        """A prompt between what all begin with and end in; None where it was not kept."""
        text, (head, tail) = self.prompts.get(key), self.frame
        return None if text is None else text[len(head) : len(text) - len(tail)]


def _beginning(texts: Sequence[str]) -> str:
    """What all of them begin with: what the first and the last in order do."""
    first, last = min(texts), max(texts)
    pairs = enumerate(zip(first, last, strict=False))
    return first[: next((i for i, (a, b) in pairs if a != b), min(len(first), len(last)))]


def problem_texts(problem: Problem) -> dict[str, object]:
    asked = problem.question or problem.text or ""
    if problem.messages:
        asked = "\n\n".join(f"[{turn.role}]\n{turn.content}" for turn in problem.messages)
    return {"q": asked, "gold": problem.gold, "choices": list(problem.choices)}


def sample_texts(source: Source, sample: Values, grade: Values | None) -> dict[str, object]:
    """What is shown when the sample is opened. `reply` is None where the reasoning never ended."""
    text, apart, tag = sample["text"], sample.get("reasoning"), source.reasoning_end
    reply = counted_part(text, apart, tag)
    thought = text if reply is None else text[: len(text) - len(reply)]
    seconds, seed = sample["seconds"], sample.get("seed", 0)
    return {
        **_program(source, sample, reply),
        "reasoning": (apart or "") + thought.removesuffix(tag or ""),
        "reply": reply,
        "reason": grade["reason"] if grade else "",
        "prompt": sample["prompt_tokens"],
        "seconds": None if seconds is None else round(seconds, 3),
        "seed": None if seed is None else str(seed),  # JavaScript's numbers would round it.
        "order": sample.get("choice_order", ()),
    }


def _program(source: Source, sample: Values, reply: str | None) -> dict[str, str]:
    """The program that the grader took from the reply, where it runs programs."""
    if source.rule != CodeGrader.kind or reply is None:
        return {}
    problem = source.cell.problems[sample["problem_id"]]
    program = extract_code(reply, str(problem.details.get("entry_point", "")))
    return {} if program is None else {"program": program}
