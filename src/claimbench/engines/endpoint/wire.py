"""Requests → bodies of the OpenAI API. Nothing is sent from here."""

from __future__ import annotations

from collections.abc import Collection

from claimbench.engines.endpoint.config import EndpointConfig
from claimbench.records.runs import Request

_OFF = -1
"""top_k switched off: the value that vLLM, SGLang and llama.cpp all take."""


def body_of(
    request: Request,
    settings: EndpointConfig,
    name: str,
    stop_ids: Collection[int],
    limit: str = "max_tokens",
) -> dict[str, object]:
    """The JSON body that asks for `request`, every sampling parameter in it: what is left out is
    filled from the server's defaults, or from the hub's generation_config. `limit` is the server's
    name for max_tokens."""
    sampling = request.sampling
    body: dict[str, object] = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k or _OFF,
        "min_p": sampling.min_p,
        "seed": request.seed,
        "repetition_penalty": sampling.repetition_penalty,
        "presence_penalty": sampling.presence_penalty,
        "frequency_penalty": 0.0,
        "model": name,
        limit: sampling.max_tokens,
        "n": 1,
    }
    if sampling.stop:
        body["stop"] = list(sampling.stop)
    if settings.stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    body |= _prompt(request, settings, stop_ids)
    return {key: value for key, value in body.items() if key not in settings.unsupported}


def _prompt(
    request: Request, settings: EndpointConfig, stop_ids: Collection[int]
) -> dict[str, object]:
    if settings.prompt != "token_ids":
        turns = [{"role": m.role, "content": m.content} for m in request.messages]
        asked = {"return_token_ids": True} if settings.prompt == "counted_chat" else {}
        # The name under which vLLM, SGLang and llama.cpp take arguments of the template.
        given = {"chat_template_kwargs": dict(request.template_args)}
        return {"messages": turns, **asked, **(given if request.template_args else {})}
    return {
        "prompt": list(request.prompt_ids),
        "stop_token_ids": sorted(stop_ids),
        "skip_special_tokens": False,
        "spaces_between_special_tokens": False,
        "return_token_ids": True,
    }
