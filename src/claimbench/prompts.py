"""Problem + the model's prompt rules → exact token ids, asserted token by token.

The traps this guards against: BOS twice when a rendered template is encoded with special tokens, a
default system text nobody asked for, the forced prefix missing or doubled (two templates of the R1
distills are in the wild), and prompts cut without a word. Anything unexpected is a PromptError.
This module never reads the gold answer of the problem that is asked.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from claimbench.benchmarks import fill
from claimbench.config import BenchmarkConfig, ModelConfig
from claimbench.errors import PromptError
from claimbench.records import Message, Problem

LETTERS = "ABCDEFGHIJ"


class Tokenizer(Protocol):
    """The part of a transformers tokenizer that prompts need."""

    def apply_chat_template(self, conversation: Any, **options: Any) -> Any: ...

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]: ...

    def decode(self, token_ids: Sequence[int], **options: Any) -> str: ...


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt as text and as the token ids that are sent."""

    text: str
    ids: tuple[int, ...]


class PromptMaker:
    """Makes the prompts of one model on one benchmark."""

    def __init__(
        self,
        model: ModelConfig,
        benchmark: BenchmarkConfig,
        tokenizer: Tokenizer,
        fewshot: tuple[Message, ...] = (),
        max_tokens: int = 0,
    ) -> None:
        self.model = model
        self.benchmark = benchmark
        self.fewshot = fewshot
        self.max_tokens = max_tokens
        self._tokenizer = tokenizer
        self._bos_ids = self._encode(model.prompt.bos)
        self._prefix_ids = self._encode(model.prompt.forced_prefix)
        self._tail_ids = self._encode(model.prompt.tail)

    def prompt(self, problem: Problem, choice_order: tuple[int, ...] = ()) -> Prompt:
        """The prompt of `problem`; the choices stand in `choice_order`.

        Raises PromptError when it breaks a rule of the model or does not fit its context together
        with the new tokens (a prompt is never cut).
        """
        if problem.text is not None and problem.messages is None:
            return self._without_turns(problem, problem.text)
        turns = self._turns(problem, choice_order)
        text = self._render(turns, problem)
        ids = self._encode(text)
        self._check_text(text, turns, problem)
        self._check_ids(ids, text, turns, problem)
        self._check_context(ids, problem)
        return Prompt(text, tuple(ids))

    def _without_turns(self, problem: Problem, text: str) -> Prompt:
        """The prompt of a problem that comes as text, as for a base model: no chat template and no
        forced prefix; the BOS id once where the model's rules count one per prompt, else none."""
        count = self.model.prompt.bos_count
        expected = count if isinstance(count, int) else 0
        whole = self.model.prompt.bos * expected + text
        ids = self._encode(whole)
        if (found := _count(ids, self._bos_ids)) != expected:
            raise self._broken(problem, "prompt.bos_count", f"{found} × BOS, {expected} expected")
        self._check_decoded(ids, whole, problem)
        self._check_context(ids, problem)
        return Prompt(whole, tuple(ids))

    def _turns(self, problem: Problem, choice_order: tuple[int, ...]) -> list[Message]:
        """The chat turns, after the model's own system text. Ready messages may begin with a system
        text, which takes its place, and end in words of the assistant, which its reply goes on."""
        if problem.messages is not None:
            return list(problem.messages)
        choices = "\n".join(
            f"{LETTERS[place]}) {problem.choices[i]}" for place, i in enumerate(choice_order)
        )
        question = fill(self.benchmark.prompt, problem.question, choices)
        return [*self.fewshot, Message("user", question)]

    def _render(self, turns: list[Message], problem: Problem) -> str:
        """The text that the chat template makes, ending in the forced prefix exactly once."""
        rules = self.model.prompt
        asked, begun = _without_begun_reply(turns)
        own_system = rules.system is not None and turns[0].role != "system"
        system = [Message("system", rules.system or "")] if own_system else []
        conversation = [{"role": t.role, "content": t.content} for t in [*system, *asked]]
        text = self._tokenizer.apply_chat_template(
            conversation, tokenize=False, add_generation_prompt=True
        )
        if not isinstance(text, str):
            raise PromptError(f"model {self.model.name}: its chat template made no text")
        if begun and rules.forced_prefix:
            raise self._broken(problem, "prompt.forced_prefix", f"the reply begins with {begun}")
        text = text if text.endswith(rules.forced_prefix) else text + rules.forced_prefix
        return text + begun

    def _encode(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text, add_special_tokens=False))

    def _check_text(self, text: str, turns: list[Message], problem: Problem) -> None:
        """The text is head + first user turn … last user turn + tail, with every turn in it."""
        rules = self.model.prompt
        asked, begun = _without_begun_reply(turns)
        if (head := self._head(turns)) is not None:
            first = next(turn for turn in turns if turn.role != "system")
            if not text.startswith(head + first.content.strip()):
                raise self._broken(problem, "prompt.head", text[: len(head) + 20])
        if not text.endswith(asked[-1].content.strip() + rules.tail + begun):
            raise self._broken(problem, "prompt.tail", text[-len(rules.tail + begun) - 20 :])
        for turn in turns:
            if turn.content.strip() not in text:
                raise self._broken(problem, "chat template (a turn is missing)", turn.content[:40])

    def _head(self, turns: list[Message]) -> str | None:
        """The text before the first turn that is not the system's; None where a system text stands
        in a head that the model's rules give without one."""
        rules = self.model.prompt
        if turns[0].role != "system":
            return rules.head
        if not rules.system or rules.system not in rules.head:
            return None
        return rules.head.replace(rules.system, turns[0].content.strip(), 1)

    def _check_ids(self, ids: list[int], text: str, turns: list[Message], problem: Problem) -> None:
        rules = self.model.prompt
        asked, begun = _without_begun_reply(turns)
        system = 1 if rules.system is not None and turns[0].role != "system" else 0
        expected = system + len(asked) + 1 if rules.bos_count == "per_turn" else rules.bos_count
        if (found := _count(ids, self._bos_ids)) != expected:
            raise self._broken(problem, "prompt.bos_count", f"{found} × BOS, {expected} expected")
        if self._prefix_ids and (found := _count(ids, self._prefix_ids)) != 1:
            raise self._broken(problem, "prompt.forced_prefix", f"stands {found} times")
        if not begun and ids[-len(self._tail_ids) :] != self._tail_ids:
            raise self._broken(problem, "prompt.tail", f"ends in ids {ids[-8:]}")
        self._check_decoded(ids, text, problem)

    def _check_decoded(self, ids: list[int], text: str, problem: Problem) -> None:
        decoded = self._tokenizer.decode(
            ids, skip_special_tokens=False, clean_up_tokenization_spaces=False
        )
        # Some tokenizers compose Unicode before they encode; nothing else may differ.
        if unicodedata.normalize("NFC", decoded) != unicodedata.normalize("NFC", text):
            raise self._broken(problem, "tokenizer", "the ids do not decode to the prompt")

    def _check_context(self, ids: list[int], problem: Problem) -> None:
        need, context = len(ids) + self.max_tokens, self.model.context
        if need > context:
            raise PromptError(
                f"benchmark {problem.benchmark}, problem {problem.id}: its prompt of {len(ids)} "
                f"tokens and sampling.max_tokens {self.max_tokens} need {need} tokens, but model "
                f"{self.model.name} has a context of {context}; lower sampling.max_tokens"
            )

    def _broken(self, problem: Problem, rule: str, seen: str) -> PromptError:
        return PromptError(
            f"model {self.model.name}, benchmark {problem.benchmark}, problem {problem.id}: the "
            f"prompt breaks the model's rule {rule} ({seen!r}); check configs/models/"
            f"{self.model.name}.yaml against the tokenizer's chat template"
        )


def _without_begun_reply(turns: list[Message]) -> tuple[list[Message], str]:
    """The turns that are asked, and the words that the reply is made to begin with."""
    if turns[-1].role == "assistant":
        return turns[:-1], turns[-1].content
    return turns, ""


def choice_order(problem: Problem, seed: int) -> tuple[int, ...]:
    """The order of a problem's choices for the sample with this seed; () without choices."""
    order = list(range(len(problem.choices)))
    random.Random(seed).shuffle(order)
    return tuple(order)


def _count(ids: list[int], part: list[int]) -> int:
    """How often `part` stands in `ids`."""
    return sum(ids[i : i + len(part)] == part for i in range(len(ids) - len(part) + 1))
