"""Problem + the model's prompt rules → exact token ids, asserted token by token.

The traps this guards against: BOS twice when a rendered template is encoded with special tokens, a
default system text nobody asked for, the forced prefix missing or doubled (two templates of the R1
distills are in the wild), and prompts cut without a word. Anything unexpected is a PromptError.
This module never reads the gold answer of the problem that is asked.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from claimbench.config.benchmarks import BenchmarkConfig
from claimbench.config.models import ModelConfig, PromptRules
from claimbench.config.prompting import fill, prompt_rules
from claimbench.errors import PromptError, counted
from claimbench.records import CHOICE_LETTERS, Problem, TemplateArgs, Turn


class Tokenizer(Protocol):
    """The part of a transformers tokenizer that prompts need."""

    def apply_chat_template(self, conversation: object, **options: object) -> object: ...

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]: ...

    def decode(self, token_ids: Sequence[int], **options: object) -> str: ...


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt as text and as the token ids that are sent; as `messages` where a server renders it
    (`ids` are then our own rendering, or empty), with the arguments that its template gets."""

    text: str
    ids: tuple[int, ...]
    messages: tuple[Turn, ...] = ()
    template_args: TemplateArgs = ()


class PromptMaker:
    """Makes the prompts of one model on one benchmark."""

    def __init__(
        self,
        model: ModelConfig,
        benchmark: BenchmarkConfig,
        tokenizer: Tokenizer,
        fewshot: tuple[Turn, ...] = (),
        max_tokens: int = 0,
    ) -> None:
        self.model = model
        self.benchmark = benchmark
        self.fewshot = fewshot
        self.max_tokens = max_tokens
        self.rules = prompt_rules(model, benchmark)
        self._tokenizer = tokenizer
        self._bos_ids = self._encode(self.rules.bos)
        self._prefix_ids = self._encode(self.rules.forced_prefix)
        self._tail_ids = self._encode(self.rules.tail)

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
        count = self.rules.bos_count if self.rules.bos else 0
        expected = count if isinstance(count, int) else 0
        whole = self.rules.bos * expected + text
        ids = self._encode(whole)
        if (found := _count(ids, self._bos_ids)) != expected:
            raise self._broken(problem, "prompt.bos_count", f"{found} × BOS, {expected} expected")
        self._check_decoded(ids, whole, problem)
        self._check_context(ids, problem)
        return Prompt(whole, tuple(ids))

    def _turns(self, problem: Problem, choice_order: tuple[int, ...]) -> list[Turn]:
        """The chat turns, after the model's own system text. Ready messages may begin with a system
        text, which takes its place, and end in words of the assistant, which its reply goes on."""
        return chat_turns(self.benchmark, self.fewshot, problem, choice_order)

    def _render(self, turns: list[Turn], problem: Problem) -> str:
        """The text that the chat template makes, ending in the forced prefix exactly once."""
        rules = self.rules
        asked, begun = _without_begun_reply(turns)
        own_system = rules.system is not None and turns[0].role != "system"
        system = [Turn("system", rules.system or "")] if own_system else []
        conversation = [{"role": t.role, "content": t.content} for t in [*system, *asked]]
        if rules.plain_text:
            return rules.bos * (rules.bos_count == 1) + plain_text(conversation) + begun
        text = self._tokenizer.apply_chat_template(
            conversation, tokenize=False, add_generation_prompt=True, **template_options(rules)
        )
        if not isinstance(text, str):
            raise PromptError(f"model {self.model.name}: its chat template made no text")
        text = rules.prepend + text.removesuffix(rules.cut_end)
        if begun and rules.forced_prefix:
            raise self._broken(problem, "prompt.forced_prefix", f"the reply begins with {begun}")
        # Some templates end in the model's forced prefix already, which a variant may not want.
        return text.removesuffix(self.model.prompt.forced_prefix) + rules.forced_prefix + begun

    def _encode(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text, add_special_tokens=False))

    def _check_text(self, text: str, turns: list[Turn], problem: Problem) -> None:
        """The text is head + first user turn … last user turn + tail, with every turn in it."""
        rules = self.rules
        asked, begun = _without_begun_reply(turns)
        if (head := self._head(turns)) is not None:
            first = next(turn for turn in turns if turn.role != "system")
            if not text.startswith(head + first.content.strip()):
                raise self._broken(problem, "prompt.head", f"it begins {text[: len(head) + 20]!r}")
        last, tail = asked[-1].content, rules.tail + begun
        # Some templates strip a turn, some do not.
        if not text.endswith((last + tail, last.strip() + tail)):
            raise self._broken(problem, "prompt.tail", f"it ends {text[-len(tail) - 20 :]!r}")
        for turn in turns:
            if turn.content.strip() not in text:
                raise self._broken(
                    problem, "chat template (a turn is missing)", repr(turn.content[:40])
                )

    def _head(self, turns: list[Turn]) -> str | None:
        """The text before the first turn that is not the system's; None where a system text stands
        in a head that the model's rules give without one."""
        rules = self.rules
        if turns[0].role != "system":
            return rules.head
        if not rules.system or rules.system not in rules.head:
            return None
        return rules.head.replace(rules.system, turns[0].content.strip(), 1)

    def _check_ids(self, ids: list[int], text: str, turns: list[Turn], problem: Problem) -> None:
        rules = self.rules
        asked, begun = _without_begun_reply(turns)
        system = 1 if rules.system is not None and turns[0].role != "system" else 0
        expected = system + len(asked) + 1 if rules.bos_count == "per_turn" else rules.bos_count
        expected = expected if rules.bos else 0
        if (found := _count(ids, self._bos_ids)) != expected:
            raise self._broken(problem, "prompt.bos_count", f"{found} × BOS, {expected} expected")
        if self._prefix_ids and (found := _count(ids, self._prefix_ids)) != 1:
            raise self._broken(
                problem, "prompt.forced_prefix", f"it stands there {counted(found, 'time')}"
            )
        if not begun and ids[-len(self._tail_ids) :] != self._tail_ids:
            raise self._broken(problem, "prompt.tail", f"it ends in ids {ids[-8:]}")
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
            f"prompt breaks the model's rule {rule} ({seen}); check configs/models/"
            f"{self.model.name}.yaml against the tokenizer's chat template"
        )


def template_options(rules: PromptRules) -> dict[str, object]:
    """What the chat template gets beside the turns."""
    options: dict[str, object] = dict(rules.template_args)
    if rules.date is not None:
        # What transformers gives a template for the day it is rendered on.
        options["strftime_now"] = date.fromisoformat(rules.date).strftime
    return options


def plain_text(conversation: Sequence[Mapping[str, str]]) -> str:
    """Turns as a base model reads them: a question's line, then its answer, an empty line between
    two of them."""
    ends = {"user": "\n", "assistant": "\n\n", "system": "\n\n"}
    return "".join(turn["content"].strip() + ends[turn["role"]] for turn in conversation)


class MessageMaker:
    """Makes the prompts of one model for a server that renders chat turns itself: only the turns
    can be asserted. A `counter` renders them as the server should, for their number of tokens."""

    def __init__(
        self,
        model: ModelConfig,
        benchmark: BenchmarkConfig,
        fewshot: tuple[Turn, ...] = (),
        counter: PromptMaker | None = None,
    ) -> None:
        self.model, self.benchmark, self.fewshot = model, benchmark, fewshot
        self._counter = counter

    def prompt(self, problem: Problem, choice_order: tuple[int, ...] = ()) -> Prompt:
        """The chat turns of `problem`. Raises PromptError for a ready text without turns."""
        if problem.text is not None and problem.messages is None:
            raise PromptError(
                f"benchmark {problem.benchmark}, problem {problem.id}: it is a ready text without "
                f"chat turns; send it with engine.endpoint.prompt: token_ids"
            )
        turns = chat_turns(self.benchmark, self.fewshot, problem, choice_order)
        rules = prompt_rules(self.model, self.benchmark)
        changed = rules.prepend or rules.cut_end or rules.plain_text
        if changed or turns[-1].role != "user":
            raise PromptError(
                f"model {self.model.name}, benchmark {problem.benchmark}: this prompt cannot be "
                f"sent as chat turns; send it with engine.endpoint.prompt: token_ids"
            )
        own = rules.system is not None and turns[0].role != "system"
        system = [Turn("system", rules.system or "")] if own else []
        text = "\n".join(f"[{turn.role}] {turn.content}" for turn in [*system, *turns])
        ids = self._counter.prompt(problem, choice_order).ids if self._counter else ()
        arguments = tuple(sorted(rules.template_args.items()))
        return Prompt(text, ids, (*system, *turns), arguments)


def chat_turns(
    benchmark: BenchmarkConfig,
    fewshot: tuple[Turn, ...],
    problem: Problem,
    choice_order: tuple[int, ...],
) -> list[Turn]:
    """The chat turns after the system text."""
    if problem.messages is not None:
        return list(problem.messages)
    choices = "\n".join(
        f"{CHOICE_LETTERS[place]}) {problem.choices[i]}" for place, i in enumerate(choice_order)
    )
    slots = problem.details.get("slots", {})
    template = benchmark.prompt
    if benchmark.starter_prompt and slots.get("starter", "").strip():
        template = benchmark.starter_prompt
    system = [Turn("system", benchmark.system)] if benchmark.system is not None else []
    asked = Turn("user", fill(template, problem.question, choices, slots))
    return [*system, *fewshot, asked]


def _without_begun_reply(turns: list[Turn]) -> tuple[list[Turn], str]:
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
    """How often `part` stands in `ids`; 0 for an empty one."""
    if not part:
        return 0
    return sum(ids[i : i + len(part)] == part for i in range(len(ids) - len(part) + 1))
