"""Where servers put the text of a reply, and its reasoning; the chunks of a stream in one piece."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from claimbench.engines.endpoint.faults import Malformed, Unusable

_REASONING = ("reasoning_content", "reasoning", "reasoning_text", "thinking", "thought")
"""vLLM and others have named the field so, the first name the older one; Ollama and others say
thinking."""
_THINKS = ("thinking", "reasoning", "reasoning_text", "redacted_thinking")
_TEXTS = ("text", "output_text")
_GROWTH = 5
"""Pieces of a stream, each the one before and more, which no text consists of by chance."""
_LISTED = "reasoning_details"
"""OpenRouter's list of parts of the reasoning."""


def texts_of(choice: Mapping[str, object]) -> tuple[str, str | None]:
    """The reply, and the reasoning where the server keeps it apart. Raises Unusable."""
    message = choice.get("message") or choice.get("delta")  # some send no stream, but its words
    if not isinstance(message, Mapping):
        return _text(choice.get("text")), None
    message = split_parts(message)
    content = message.get("content")
    if content is None:  # OpenAI's models refuse in a field of its own
        content = message.get("refusal") or ""
    return _text(content), _reasoning(message) or _reasoning(choice)


def _reasoning(holder: Mapping[str, object]) -> str | None:
    """The reasoning in the fields of a message; None without one."""
    parts = holder.get(_LISTED)
    listed = [_text_in(part) for part in parts] if isinstance(parts, list) else []
    found = [*(_text_in(holder.get(key)) for key in _REASONING), "".join(listed)]
    return next((text for text in found if text), None)


def _text_in(value: object) -> str:
    """A text, or that in an object such as {"text": …, "effort": …}."""
    text = value.get("text") if isinstance(value, Mapping) else value
    return text if isinstance(text, str) else ""


def split_parts(message: Mapping[str, object]) -> Mapping[str, object]:
    """A message whose content is a list of parts as one with plain texts: parts of thinking
    (Mistral, Anthropic) are its reasoning, parts of text its content."""
    parts = message.get("content")
    if isinstance(parts, Mapping):
        parts = [parts]
    if not isinstance(parts, list):
        return message
    texts: dict[str, list[str]] = {"content": [], "reasoning_content": []}
    other = ""
    for part in parts:
        where, text = _part(part)
        if where in texts:
            texts[where].append(text)
        other = other or (where if where not in texts else "")
    thought = "".join(texts["reasoning_content"])
    joined = {"content": "".join(texts["content"])}
    if other and not thought and not joined["content"]:
        raise Unusable(f"the content of the server's answer holds a part of type {other!r}")
    return {**message, **joined, **({"reasoning_content": thought} if thought else {})}


def _part(part: object) -> tuple[str, str]:
    """The field that a part belongs to and its text; its type where it has none, such as a
    picture."""
    if isinstance(part, str):
        return "content", part
    if not isinstance(part, Mapping):
        raise Unusable("the content of the server's answer holds something that is no text")
    kind = str(part.get("type", "text"))
    thinks = kind in _THINKS
    value = part.get("thinking" if "thinking" in part else "text", part.get(kind))
    if isinstance(value, list):
        return ("reasoning_content" if thinks else "content"), "".join(_part(p)[1] for p in value)
    plain = "" if value is None else value
    textless = value is None and "text" not in part
    if not thinks and (textless or (kind not in _TEXTS and not isinstance(value, str))):
        return kind[:40], ""
    if thinks:  # without a text it was made, and is kept back
        return "reasoning_content", _text(plain)
    return "content", _text(plain)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Unusable("the server's answer holds no text")
    return value


# --- streams ----------------------------------------------------------------------------------


class Whole:
    """A streamed answer put together: the same data as an answer in one piece."""

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        self._ids: list[object] = []
        self._choice: dict[str, object] = {"finish_reason": None}
        self._top: dict[str, object] = {}
        self._chat = self._begun = False

    def add(self, chunk: object) -> None:
        if not isinstance(chunk, Mapping):
            raise Unusable("the server's stream holds something that is no chunk")
        self._begun = True
        self._top |= {
            key: chunk[key]
            for key in ("model", "usage", "system_fingerprint", "x_groq")
            if chunk.get(key) is not None
        }
        if chunk.get("prompt_token_ids") is not None:
            self._choice["prompt_token_ids"] = chunk["prompt_token_ids"]
        choices = chunk.get("choices") or []
        if not isinstance(choices, list):
            raise Unusable("the server's stream holds something that is no choice")
        for choice in choices:
            self._add_choice(choice)

    def _add_choice(self, choice: object) -> None:
        if not isinstance(choice, Mapping) or choice.get("index") not in (None, 0):
            raise Unusable("the server's stream does not hold one choice")
        self._chat |= "delta" in choice
        part = choice.get("delta") or {} if "delta" in choice else choice
        if not isinstance(part, Mapping):
            raise Unusable("the server's stream holds something that is no text")
        part = split_parts(part)
        for key in ("content", "text", "refusal", *_REASONING):
            if isinstance(text := part.get(key), str):
                self._texts.setdefault(key, []).append(text)
        if isinstance(choice.get("token_ids"), list):
            self._ids += choice["token_ids"]
        for key in ("finish_reason", "prompt_token_ids"):
            if choice.get(key) is not None:
                self._choice[key] = choice[key]

    def answer(self) -> dict[str, object]:
        if not self._begun:
            raise Malformed(
                "the server's answer holds no events of a stream (lines `data: …`, each with an "
                "empty one after it)"
            )
        texts = {key: _joined(parts) for key, parts in self._texts.items()}
        own = {"message": texts} if self._chat else {"text": texts.get("text", "")}
        choice = {**self._choice, **own, "token_ids": self._ids or None}
        return {**self._top, "choices": [choice]}


def _joined(parts: list[str]) -> str:
    """The pieces of a text in one; the last piece where each repeats all that came before it."""
    grown = all(after.startswith(before) for before, after in itertools.pairwise(parts))
    return parts[-1] if grown and len(set(parts)) >= _GROWTH else "".join(parts)
