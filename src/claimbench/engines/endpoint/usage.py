"""How many tokens a server says that an answer took, wherever and however it says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from claimbench.engines.endpoint.faults import Malformed, Unusable

_MOST_TOKENS = 2**31
"""No server counts so many; a larger count is garbage, and could not be stored."""
_PROMPT = ("prompt_tokens", "input_tokens", "promptTokens", "inputTokens")
_COMPLETION = ("completion_tokens", "output_tokens", "completionTokens", "outputTokens")
_TOTAL = ("total_tokens", "totalTokens")
"""OpenAI's names for completions and for responses, and those of servers written in camel case."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of an answer; `reasoning` are those of its reasoning, 0 where the server does not
    say."""

    prompt: int
    completion: int
    reasoning: int


def usage_of(answer: Mapping[str, object]) -> Usage:
    """The usage in an answer. Raises Unusable where it does not say it."""
    usage = _said(answer)
    total = _count(usage, _TOTAL) or 0
    prompt, completion = _count(usage, _PROMPT), _count(usage, _COMPLETION)
    if completion is None and prompt is not None and total > prompt:
        completion = total - prompt
    if prompt is None or completion is None:
        lacking = (_PROMPT if prompt is None else _COMPLETION)[0]
        raise Unusable(f"the server's answer does not say its usage ({lacking})")
    details = usage.get("completion_tokens_details") or usage.get("output_tokens_details")
    said = details.get("reasoning_tokens") if isinstance(details, Mapping) else None
    reasoning = _whole(said if said is not None else usage.get("reasoning_tokens")) or 0
    # Some servers count the reasoning apart; the total then holds it (xAI's).
    if reasoning and total == prompt + completion + reasoning:
        completion += reasoning
    return Usage(prompt, completion, reasoning)


def tokens_of(answer: object) -> tuple[int, int]:
    """Tokens of the prompt and of the reply that an answer says it took; zeros where it does not
    say."""
    if not isinstance(answer, Mapping):
        return 0, 0
    try:
        used = usage_of(answer)
    except Malformed:
        return 0, 0
    return used.prompt, used.completion


def _said(answer: Mapping[str, object]) -> Mapping[str, object]:
    """The answer's own usage, that in its choice, or that under Groq's key in a stream."""
    choices = answer.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    for holder in (answer, first, answer.get("x_groq")):
        usage = holder.get("usage") if isinstance(holder, Mapping) else None
        if isinstance(usage, Mapping) and usage:
            return usage
    return {}


def _count(usage: Mapping[str, object], names: tuple[str, ...]) -> int | None:
    found = (_whole(usage.get(name)) for name in names)
    return next((count for count in found if count is not None), None)


def _whole(value: object) -> int | None:
    """A count of tokens; None for anything else. Some servers write 12.0, or "12"."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 11:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _MOST_TOKENS:
        return None
    return value
