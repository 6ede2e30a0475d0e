"""Where servers put the text of a reply, and its reasoning; the chunks of a stream in one piece."""

from __future__ import annotations

from collections.abc import Mapping

from claimbench.engines.endpoint.faults import Malformed

_REASONING = ("reasoning_content", "reasoning")
"""vLLM and others have named the field so, the first name the older one."""


def texts_of(choice: Mapping[str, object]) -> tuple[str, str | None]:
    """The reply, and the reasoning where the server keeps it apart. Raises Malformed."""
    message = choice.get("message")
    if not isinstance(message, Mapping):
        return _text(choice.get("text")), None
    message = split_parts(message)
    found = (message.get(key) for key in _REASONING)
    reasoning = next((text for text in found if isinstance(text, str) and text), None)
    content = message.get("content")
    return ("" if content is None else _text(content)), reasoning


def split_parts(message: Mapping[str, object]) -> Mapping[str, object]:
    """A message whose content is a list of parts as one with plain texts: parts of thinking
    (Mistral, Anthropic) are its reasoning, parts of text its content."""
    parts = message.get("content")
    if not isinstance(parts, list):
        return message
    texts: dict[str, list[str]] = {"content": [], "reasoning_content": []}
    for part in parts:
        where, text = _part(part)
        texts[where].append(text)
    thought = "".join(texts["reasoning_content"])
    joined = {"content": "".join(texts["content"])}
    return {**message, **joined, **({"reasoning_content": thought} if thought else {})}


def _part(part: object) -> tuple[str, str]:
    """The field that a part belongs to, and its text."""
    if isinstance(part, str):
        return "content", part
    if not isinstance(part, Mapping):
        raise Malformed("the content of the server's answer holds something that is no text")
    kind = str(part.get("type", "text"))
    thinks = kind in ("thinking", "reasoning", "reasoning_text")
    value = part.get("thinking" if "thinking" in part else "text", part.get(kind))
    if isinstance(value, list):
        return ("reasoning_content" if thinks else "content"), "".join(_part(p)[1] for p in value)
    if kind not in ("text", "output_text") and not thinks:
        raise Malformed(f"the content of the server's answer holds a part of type {kind[:40]!r}")
    return ("reasoning_content" if thinks else "content"), _text(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Malformed("the server's answer holds no text")
    return value


# --- streams ----------------------------------------------------------------------------------


class Whole:
    """A streamed answer put together: the same data as an answer in one piece."""

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        self._ids: list[object] = []
        self._choice: dict[str, object] = {"finish_reason": None}
        self._top: dict[str, object] = {}
        self._chat = False

    def add(self, chunk: object) -> None:
        if not isinstance(chunk, Mapping):
            raise Malformed("the server's stream holds something that is no chunk")
        self._top |= {
            key: chunk[key]
            for key in ("model", "usage", "system_fingerprint")
            if chunk.get(key) is not None
        }
        if chunk.get("prompt_token_ids") is not None:
            self._choice["prompt_token_ids"] = chunk["prompt_token_ids"]
        choices = chunk.get("choices") or []
        if not isinstance(choices, list):
            raise Malformed("the server's stream holds something that is no choice")
        for choice in choices:
            self._add_choice(choice)

    def _add_choice(self, choice: object) -> None:
        if not isinstance(choice, Mapping) or choice.get("index") not in (None, 0):
            raise Malformed("the server's stream does not hold one choice")
        self._chat |= "delta" in choice
        part = choice.get("delta") or {} if "delta" in choice else choice
        if not isinstance(part, Mapping):
            raise Malformed("the server's stream holds something that is no text")
        part = split_parts(part)
        for key in ("content", "reasoning_content", "reasoning", "text"):
            if isinstance(text := part.get(key), str):
                self._texts.setdefault(key, []).append(text)
        if isinstance(choice.get("token_ids"), list):
            self._ids += choice["token_ids"]
        for key in ("finish_reason", "prompt_token_ids"):
            if choice.get(key) is not None:
                self._choice[key] = choice[key]

    def answer(self) -> dict[str, object]:
        texts = {key: "".join(parts) for key, parts in self._texts.items()}
        own = {"message": texts} if self._chat else {"text": texts.get("text", "")}
        choice = {**self._choice, **own, "token_ids": self._ids or None}
        return {**self._top, "choices": [choice]}
