"""A checkpoint's chat template → the prompt rules of its model, found by rendering a conversation.

What the rendered text shows is taken as it is: BOS, a system text that the template adds, where a
turn begins and ends, whether the reply is made to begin with reasoning. What it cannot show is left
to a person, as a comment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from claimbench.config.models import PromptRules
from claimbench.errors import ModelError

QUESTION, REPLY, NEXT = "What is 6 times 7?", "It is 42.", "And 6 times 8?"
SYSTEM = "Answer in one word."

REASONING = (("<think>", "</think>"), ("[THINK]", "[/THINK]"), ("<thought>", "</thought>"))
"""How models mark their reasoning: begin and end."""
CHANNELS = ("<|channel|>", "<|channel|>final<|message|>")
"""gpt-oss writes its reasoning into a channel of its own, and the answer into the last one."""
R1_TURN = "<｜Assistant｜>"
SWITCHES = ("enable_thinking", "thinking")
"""The names under which templates take whether to reason."""
_TWO_DAYS = (date(2001, 2, 3), date(2024, 11, 30))


class ChatTokenizer(Protocol):
    """The part of a transformers tokenizer that is looked at."""

    bos_token: str | None
    eos_token: str | None

    @property
    def chat_template(self) -> object: ...

    def apply_chat_template(self, conversation: object, **options: object) -> object: ...

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]: ...

    def get_added_vocab(self) -> Mapping[str, int]: ...

    def convert_ids_to_tokens(self, ids: int) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that a template shows; `decide` has, by key, what a person must decide."""

    prompt: PromptRules
    turn_end: str
    decide: Mapping[str, str] = field(default_factory=dict)


Arguments = Mapping[str, bool | int | float | str]
"""What a chat template gets beside the turns."""


def read_template(tokenizer: ChatTokenizer, arguments: Arguments | None = None) -> Rules:
    """The prompt rules of a model with this tokenizer, its template rendered with the `arguments`.
    Raises ModelError for a chat template that cannot be rendered, or that does not show the
    question."""
    if not tokenizer.chat_template:
        return _base_model(tokenizer)
    return _Reader(tokenizer, arguments or {}).rules()


def _base_model(tokenizer: ChatTokenizer) -> Rules:
    bos = tokenizer.bos_token or ""
    count = int(bool(bos) and _adds_bos(tokenizer))
    rules = PromptRules(bos=bos, bos_count=count, head=bos * count, tail="\n", plain_text=True)
    why = "there is no chat template: the question is sent as it is, for the model to go on"
    return Rules(rules, "", {"plain_text": why})


def _adds_bos(tokenizer: ChatTokenizer) -> bool:
    """Whether the tokenizer writes BOS itself where it may."""
    plain = list(tokenizer.encode("x", add_special_tokens=False))
    return list(tokenizer.encode("x", add_special_tokens=True)) != plain


class _Reader:
    """Renders small conversations and compares them."""

    def __init__(self, tokenizer: ChatTokenizer, arguments: Arguments) -> None:
        self._tokenizer = tokenizer
        self._arguments = arguments
        self._source = str(tokenizer.chat_template)
        self._date = date.today() if self._is_dated() else None
        self._decide: dict[str, str] = {}

    def rules(self) -> Rules:
        head, tail = self._around(("user", QUESTION))
        system = self._default_system(head, tail)
        bos, count = self._bos(system is not None)
        forced, end = self._reasoning(tail)
        if forced and not tail.endswith(forced):
            tail += forced
        if self._date:
            self._decide["date"] = "the template writes the day: this one is sent on every day"
        self._note_switch()
        prompt = PromptRules(
            bos=bos,
            bos_count=count,
            system=system,
            head=head,
            tail=tail,
            forced_prefix=forced,
            reasoning_end=end,
            date=self._date.isoformat() if self._date else None,
            template_args=dict(self._arguments),
        )
        return Rules(prompt, self._turn_end(), self._decide)

    # --- rendering --------------------------------------------------------------------------

    def _render(self, *turns: tuple[str, str], **options: object) -> str:
        conversation = [{"role": role, "content": content} for role, content in turns]
        options = {**self._arguments, **options}
        if self._date:
            options = {"strftime_now": self._date.strftime, **options}
        try:
            text = self._tokenizer.apply_chat_template(
                conversation, tokenize=False, add_generation_prompt=True, **options
            )
        except Exception as error:  # Whatever a template raises, it is its own.
            why = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
            raise ModelError(f"its chat template cannot be rendered ({why})") from error
        return str(text)

    def _try_render(self, *turns: tuple[str, str], **options: object) -> str | None:
        try:
            return self._render(*turns, **options)
        except ModelError:
            return None

    def _around(self, *turns: tuple[str, str], **options: object) -> tuple[str, str]:
        """The text before and after the question."""
        text = self._render(*turns, **options)
        if text.count(QUESTION) != 1:
            raise ModelError("its chat template does not show the question once")
        head, _, tail = text.partition(QUESTION)
        return head, tail

    def _is_dated(self) -> bool:
        self._date = None
        first, second = (
            self._try_render(("user", QUESTION), strftime_now=day.strftime) for day in _TWO_DAYS
        )
        return first != second

    # --- what the texts show ----------------------------------------------------------------

    def _default_system(self, head: str, tail: str) -> str | None:
        """The system text that the template adds by itself, where sending it says the same: it is
        then sent explicitly, so that a change of the template cannot change it unseen."""
        given = self._try_render(("system", SYSTEM), ("user", QUESTION))
        if given is None or SYSTEM not in given:
            self._decide["system"] = "the template takes no system text"
            return None
        before, _, after = given.partition(QUESTION)[0].partition(SYSTEM)
        if not (head.startswith(before) and head.endswith(after)):
            return None
        default = head[len(before) : len(head) - len(after)]
        if not default.strip():
            return None
        again = self._try_render(("system", default), ("user", QUESTION))
        if again == head + QUESTION + tail:
            self._decide["system"] = "what the template adds when none is given"
            return default
        return None

    def _bos(self, with_system: bool) -> tuple[str, int | Literal["per_turn"]]:
        bos = self._tokenizer.bos_token or ""
        if not bos:
            return "", 0
        once = self._render(("user", QUESTION)).count(bos)
        longer = self._render(("user", QUESTION), ("assistant", REPLY), ("user", NEXT)).count(bos)
        if once == longer:
            if not once and _adds_bos(self._tokenizer):
                self._decide["bos_count"] = "the tokenizer adds BOS to text, the template does not"
            return bos, once
        if (once, longer) == (with_system + 2, with_system + 4):
            return bos, "per_turn"
        self._decide["bos"] = f"{bos} stands {once} times before one turn, {longer} before three"
        return "", 0

    def _reasoning(self, tail: str) -> tuple[str, str | None]:
        """The text that a reply is made to begin with, and where its reasoning ends."""
        channel, final = CHANNELS
        if channel in self._source and "<|start|>" in tail:
            return "", final
        for begin, end in REASONING:
            at = tail.rfind(begin)
            if at >= 0:
                closed = end in tail[at:]
                return tail[at:], None if closed else end
            if end in self._source:
                return self._opened_by_the_model(begin, end, tail)
            if end in self._tokenizer.get_added_vocab():
                self._decide["reasoning_end"] = (
                    f"the vocabulary has {end}, the template does not: set it if the model reasons"
                )
        return "", None

    def _opened_by_the_model(self, begin: str, end: str, tail: str) -> tuple[str, str | None]:
        if end in tail:  # Without a begin: the template closes what it did not open.
            return tail[tail.rfind(end) :], None
        if tail.endswith(R1_TURN):
            self._decide["forced_prefix"] = (
                "as DeepSeek asks for R1 and its distills; empty lets the model open it"
            )
            return f"{begin}\n", end
        self._decide["reasoning_end"] = f"null if the model never writes {end}"
        return "", end

    def _note_switch(self) -> None:
        """The switch between reasoning and answering at once, if the template takes one."""
        usual = self._render(("user", QUESTION))
        for name in () if self._arguments else SWITCHES:
            for value in (True, False):
                other = self._try_render(("user", QUESTION), **{name: value})
                if other not in (None, usual):
                    words = "true reasons" if value else "false answers at once"
                    self._decide["template_args"] = (
                        f"--template-arg {name}={str(value).lower()} {words}, with other rules"
                    )
        if "reasoning_effort" in self._source and not self._arguments:
            self._decide["template_args"] = (
                "--template-arg reasoning_effort=high (or low) makes rules with another head"
            )

    def _turn_end(self) -> str:
        """The special token after a reply, "" where there is none."""
        text = self._try_render(("user", QUESTION), ("assistant", REPLY), ("user", NEXT)) or ""
        after = text.partition(REPLY)[2].lstrip()
        special = [t for t in self._tokenizer.get_added_vocab() if after.startswith(t)]
        return max(special, key=len, default="")
