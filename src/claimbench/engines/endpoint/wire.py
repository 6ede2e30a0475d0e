"""Requests → bodies of the OpenAI API, and its answers → Completions. Nothing is sent from here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from claimbench.engines.endpoint.faults import Fault, NoAnswer
from claimbench.engines.endpoint.settings import EndpointConfig
from claimbench.errors import EngineDied
from claimbench.records import Completion, FinishReason, Request

_OFF = -1
"""top_k switched off: the value that vLLM, SGLang and llama.cpp all take."""
_MOST_TOKENS = 2**31
"""No server counts so many; a larger count is garbage, and could not be stored."""


def body_of(
    request: Request, settings: EndpointConfig, name: str, stop_ids: Collection[int]
) -> dict[str, Any]:
    """The JSON body that asks for `request`, every sampling parameter in it: what is left out is
    filled from the server's defaults, or from the hub's generation_config."""
    sampling = request.sampling
    chosen: dict[str, Any] = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k or _OFF,
        "min_p": 0.0,
        "seed": request.seed,
        "repetition_penalty": 1.0,
        "presence_penalty": 0.0,
        "frequency_penalty": 0.0,
    }
    body = {k: v for k, v in chosen.items() if k not in settings.unsupported}
    body |= {"model": name, "max_tokens": sampling.max_tokens, "n": 1}
    if sampling.stop:
        body["stop"] = list(sampling.stop)
    if settings.stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return body | _prompt(request, settings, stop_ids)


def _prompt(
    request: Request, settings: EndpointConfig, stop_ids: Collection[int]
) -> dict[str, Any]:
    if settings.prompt != "token_ids":
        turns = [{"role": m.role, "content": m.content} for m in request.messages]
        asked = {"return_token_ids": True} if settings.prompt == "counted_chat" else {}
        return {"messages": turns, **asked}
    return {
        "prompt": list(request.prompt_ids),
        "stop_token_ids": sorted(stop_ids),
        "skip_special_tokens": False,
        "spaces_between_special_tokens": False,
        "return_token_ids": True,
    }


def completion_of(
    request: Request, answer: Any, stop_ids: Collection[int], seconds: float
) -> Completion:
    """The Completion in a server's answer.

    Raises Fault for an answer that cannot be read, NoAnswer for one that is no reply of the model,
    EngineDied where the server was not given, or did not use, the prompt that was sent.
    """
    choice = _only_choice(answer)
    text, reasoning = _texts(choice)
    used = _usage(answer)
    # vLLM gives the prompt's ids inside the choice of a completion, but beside those of a chat.
    ids = choice.get("prompt_token_ids") or answer.get("prompt_token_ids")
    _check_prompt(request, ids, used["prompt_tokens"])
    finish = _finish(choice.get("finish_reason"))
    if finish == "length" and used["completion_tokens"] < request.sampling.max_tokens:
        raise EngineDied(
            f"The server cut a reply after {used['completion_tokens']} tokens, before the limit of "
            f"{request.sampling.max_tokens}; start it with a larger context, or lower "
            f"sampling.max_tokens."
        )
    # One more may be the token that ended the reply, where a server counts it apart.
    if used["completion_tokens"] > request.sampling.max_tokens + 1:
        raise EngineDied(
            f"The server generated {used['completion_tokens']} tokens where max_tokens is "
            f"{request.sampling.max_tokens}: it does not keep to it; use a server that does."
        )
    return Completion(
        request_id=request.id,
        text=text,
        token_ids=_generated(choice.get("token_ids"), finish, stop_ids),
        finish_reason=finish,
        prompt_tokens=used["prompt_tokens"],
        completion_tokens=used["completion_tokens"],
        seconds=seconds,
        reasoning=reasoning,
    )


def _only_choice(answer: Any) -> Mapping[str, Any]:
    choices = answer.get("choices") if isinstance(answer, Mapping) else None
    if not (isinstance(choices, list) and len(choices) == 1 and isinstance(choices[0], Mapping)):
        raise Fault("the server's answer does not hold one choice")
    return choices[0]


def _texts(choice: Mapping[str, Any]) -> tuple[str, str | None]:
    """The reply, and the reasoning where the server keeps it apart: vLLM and others have named
    that field reasoning_content, then reasoning."""
    message = choice.get("message")
    if not isinstance(message, Mapping):
        return _text(choice.get("text")), None
    found = (message.get(key) for key in ("reasoning_content", "reasoning"))
    reasoning = next((text for text in found if isinstance(text, str) and text), None)
    content = message.get("content")
    return ("" if content is None else _text(content)), reasoning


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Fault("the server's answer holds no text")
    return value


def _usage(answer: Mapping[str, Any]) -> dict[str, int]:
    usage = answer.get("usage")
    counts = {
        key: usage.get(key) if isinstance(usage, Mapping) else None
        for key in ("prompt_tokens", "completion_tokens")
    }
    for key, count in counts.items():
        if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count < _MOST_TOKENS:
            raise Fault(f"the server's answer does not say its usage ({key})")
    return counts  # type: ignore[return-value]


def _finish(reason: Any) -> FinishReason:
    if reason in ("stop", "length"):
        return reason  # type: ignore[no-any-return]
    if reason is None or reason in ("abort", "error"):
        raise Fault(f"the server did not finish the reply (finish_reason {reason})")
    raise NoAnswer(f"the server gave no reply of the model (finish_reason {str(reason)[:40]!r})")


def _check_prompt(request: Request, ids: Any, counted: int) -> None:
    """The prompt that the server used is the one that was sent, as far as it says: by its ids where
    it gives them, else by their number."""
    same = counted == len(request.prompt_ids)
    if isinstance(ids, list):
        same = same and ids == list(request.prompt_ids)
    if request.messages:
        if request.prompt_ids and not same:
            raise EngineDied(
                f"The server counts {counted} prompt tokens where model {request.model} has "
                f"{len(request.prompt_ids)}: its chat template is another one; send token ids "
                f"(engine.endpoint.prompt: token_ids), or leave the template to the server (chat)."
            )
        return
    if not same:
        raise EngineDied(
            f"The server did not use the prompt of {len(request.prompt_ids)} token ids that was "
            f"sent (it counts {counted}); does it take token ids on /completions?"
        )


def _generated(ids: Any, finish: FinishReason, stop_ids: Collection[int]) -> tuple[int, ...]:
    """The generated ids without the token that ended the reply; () where the server gives none."""
    if not (isinstance(ids, list) and all(isinstance(i, int) for i in ids)):
        return ()
    ended = finish == "stop" and ids and ids[-1] in stop_ids
    return tuple(ids[:-1] if ended else ids)
