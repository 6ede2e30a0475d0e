"""The chunks of a stream → one answer, the same data as an answer in one piece."""

from __future__ import annotations

from collections.abc import Mapping

from claimbench.engines.endpoint.faults import Malformed
from claimbench.engines.endpoint.texts import split_parts


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
