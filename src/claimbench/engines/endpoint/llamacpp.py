"""llama.cpp's server, whose own parameters and own address give what OpenAI's do not.

Facts: tools/server of llama.cpp 0.5.0 (server-schema.cpp, server-task.cpp, common/sampling.cpp).

- It samples top_p before temperature: another distribution than that of other engines. The key
  `samplers` sets the order, and leaves out samplers of its own that a user may have switched on.
- It passes over `repetition_penalty`: its own word is `repeat_penalty`, the same rule where
  `samplers` names it, over the last 64 tokens unless `repeat_last_n` asks for more.
- It takes a top_k of 0 as off, the low 32 bits of a seed, and the seed 2**32 − 1 as "draw one".
- It ends a reply at the tokens that the GGUF file calls ends of generation, whatever is asked.
- Its text leaves control tokens out, so text is made from the generated ids, which only its own
  address `/completion` gives, with the sampling parameters that it has used.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from math import isclose
from urllib.parse import urlsplit, urlunsplit

from claimbench.engines.endpoint.faults import Malformed
from claimbench.errors import EngineDied
from claimbench.records.runs import Request

OWNER = "llamacpp"
"""Its `owned_by` in GET /models."""
SAMPLERS = ("temperature", "min_p", "top_k", "top_p")
_PENALTIES_FIRST = ("penalties", *SAMPLERS)
_LONGEST_PROMPT = 2**17
"""Tokens of a prompt whose number is not known: the server keeps four bytes for each."""
_RANDOM_SEED = 2**32 - 1
_NEUTRAL: Mapping[str, object] = {
    "samplers": SAMPLERS,
    "repeat_penalty": 1.0,
    "mirostat": 0,
    "dynatemp_range": 0.0,
    "ignore_eos": False,
    "reasoning_budget_tokens": -1,
}
"""What is switched off, or left to the model: a server may have been started otherwise."""
_SENT = ("temperature", "top_p", "min_p", "presence_penalty", "frequency_penalty", "stop", "model")
_OWN = ("seed", "top_k", "repeat_last_n")
_HELD = ("temperature", "top_p", "min_p", "mirostat", "repeat_penalty", *_OWN)
_FINISH = {"eos": "stop", "word": "stop", "limit": "length"}

PENALTIES = frozenset({"presence_penalty"})
"""It counts it over prompt and reply together, as no other engine does."""

Decode = Callable[[Sequence[int]], str]
"""The model's own tokenizer: ids → text with special tokens kept."""


def root_of(base_url: str) -> str:
    """The address beside which `/v1` lies."""
    parts = urlsplit(base_url)
    path = parts.path.rstrip("/").removesuffix("/v1")
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def own_seed(seed: int) -> int:
    """What the server takes of a seed, never the one that stands for chance."""
    return min(seed & _RANDOM_SEED, _RANDOM_SEED - 1)


def with_own(body: Mapping[str, object], request: Request) -> dict[str, object]:
    """A body of the OpenAI API with what this server needs to sample as other engines do."""
    found = {**body, **_NEUTRAL}
    penalty = found.pop("repetition_penalty", 1.0)
    if penalty != 1.0:
        found["samplers"], found["repeat_penalty"] = _PENALTIES_FIRST, penalty
        prompt = len(request.prompt_ids) or _LONGEST_PROMPT
        found["repeat_last_n"] = prompt + request.sampling.max_tokens
    if isinstance(seed := body.get("seed"), int):
        found["seed"] = own_seed(seed)
    if isinstance(top_k := body.get("top_k"), int):
        found["top_k"] = max(top_k, 0)
    return found


def refuse_penalties(request: Request) -> None:
    """Raises EngineDied where penalties are asked for that would be others here."""
    if asked := sorted(PENALTIES & set(request.sampling.switched_on)):
        raise EngineDied(
            f"llama.cpp does not count {' and '.join(asked)} as other engines do (it counts the "
            f"prompt, too); take it out of the sampling, or use another engine."
        )


def native_body(body: Mapping[str, object], request: Request) -> dict[str, object]:
    """The same request for `/completion`. The cache keeps a prompt's keys and values, so that the
    samples of one problem share them."""
    own = with_own(body, request)
    kept = (*_SENT, *_NEUTRAL, *_OWN)
    return {
        "prompt": list(request.prompt_ids),
        "n_predict": request.sampling.max_tokens,
        "return_tokens": True,
        "cache_prompt": True,
        **{key: own[key] for key in kept if key in own},
    }


def as_openai(
    answer: object,
    sent: Mapping[str, object],
    request: Request,
    stop_ids: Collection[int],
    decode: Decode | None,
) -> dict[str, object]:
    """What `/completion` answered as an answer of the OpenAI API. Raises Malformed for one that
    cannot be read, EngineDied where the server sampled otherwise than it was asked."""
    if not isinstance(answer, Mapping):
        raise Malformed("the server's answer is not an object")
    _check_settings(answer.get("generation_settings"), sent)
    ids = answer.get("tokens")
    if not (isinstance(ids, list) and all(isinstance(one, int) for one in ids)):
        raise Malformed("the server's answer holds no token ids (tokens); llama.cpp is too old")
    finish, counted = _FINISH.get(str(answer.get("stop_type"))), answer.get("tokens_predicted")
    kept = ids[:-1] if answer.get("stop_type") == "eos" else ids
    early = next((place for place, one in enumerate(kept) if one in stop_ids), None)
    if early is not None:  # a stop token of the model that its GGUF file does not know as one
        kept, finish, counted = kept[:early], "stop", early + 1
    return {
        "model": answer.get("model"),
        "choices": [
            {
                "text": _text(answer, kept, request, early, decode),
                "finish_reason": finish,
                "token_ids": kept,
            }
        ],
        "usage": {"prompt_tokens": answer.get("tokens_evaluated"), "completion_tokens": counted},
    }


def _text(
    answer: Mapping[str, object],
    ids: Sequence[int],
    request: Request,
    early: int | None,
    decode: Decode | None,
) -> object:
    """The reply with its special tokens: a `</think>` may be one."""
    if decode is None:
        return answer.get("content")
    text = decode(ids)
    ended = answer.get("stop_type") == "word" or early is not None
    places = [text.find(stop) for stop in request.sampling.stop if ended and stop in text]
    return text[: min(places)] if places else text


def _check_settings(used: object, sent: Mapping[str, object]) -> None:
    """Raises EngineDied where the server names other sampling parameters than were sent."""
    if not isinstance(used, Mapping):
        return
    for key in _HELD:
        if key in sent and key in used and not _same(sent[key], used[key]):
            raise EngineDied(
                f"The server samples with {key} {str(used[key])[:40]} where {sent[key]} was asked; "
                f"use a llama.cpp that takes it."
            )
    order, asked = used.get("samplers"), sent.get("samplers", SAMPLERS)
    assert isinstance(asked, tuple)
    if isinstance(order, list) and tuple(order) != asked:
        raise EngineDied(
            f"The server samples in the order {str(order)[:120]}, not {', '.join(asked)}; use a "
            f"llama.cpp that takes `samplers`."
        )


def _same(sent: object, used: object) -> bool:
    """The server keeps numbers in float32."""
    if isinstance(sent, int | float) and isinstance(used, int | float):
        return isclose(sent, used, rel_tol=1e-5, abs_tol=1e-6)
    return sent == used


def check_vocabulary(
    request: Request, decode: Decode, tokenized: object, detokenized: object
) -> str:
    """How it is known that the server's token ids mean what ours do: the first prompt's text, taken
    apart by the server (`/tokenize`), gives its ids; or else the ids, put together by it
    (`/detokenize`), give its text. Raises EngineDied where neither does."""
    ids, text = list(request.prompt_ids), decode(request.prompt_ids)
    theirs = tokenized.get("tokens") if isinstance(tokenized, Mapping) else None
    if theirs == ids:
        return "tokenize"
    joined = detokenized.get("content") if isinstance(detokenized, Mapping) else None
    if joined == text:
        return "detokenize"
    count = len(theirs) if isinstance(theirs, list) else 0
    raise EngineDied(
        f"The server's vocabulary is not that of model {request.model}: of the first prompt it "
        f"makes {count} tokens, the model's tokenizer {len(ids)}, and not the same ones; does it "
        f"serve another model?"
    )
