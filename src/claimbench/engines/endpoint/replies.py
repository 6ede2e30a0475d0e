"""A server's answer → a Completion."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from claimbench.engines.endpoint.faults import Malformed, NoAnswer, Unusable
from claimbench.engines.endpoint.texts import texts_of
from claimbench.engines.endpoint.usage import Usage, usage_of
from claimbench.errors import EngineDied
from claimbench.records.runs import Completion, FinishReason, Request

_SHOWN = 120
_FINISH: Mapping[str, FinishReason] = {
    **dict.fromkeys(
        ("stop", "stopped", "stop_sequence", "stop_token", "stop_word", "stop_str", "stop_string",
         "matched_stop", "eos", "eos_token", "eos_id", "eos_found", "end_of_text", "end_of_turn",
         "end_turn", "end", "complete", "completed", "finished", "done"),
        "stop",
    ),
    **dict.fromkeys(
        ("length", "length_limit", "max_length", "model_length", "max_tokens", "max_new_tokens",
         "max_output_tokens", "max_completion_tokens", "max_tokens_reached", "token_limit",
         "limit", "model_context_window_exceeded"),
        "length",
    ),
}  # fmt: skip
"""The words of servers for the end of a reply, in small letters: TGI's, SGLang's, Anthropic's,
Google's and Mistral's beside OpenAI's."""
_PREFIX = "finish_reason_"
"""Google's enums are written out by some gateways: FINISH_REASON_STOP."""
_PASSING = ("abort", "aborted", "error", "cancelled", "insufficient_system_resource")
_FILTERED = (
    "content_filter",
    "safety",
    "recitation",
    "blocklist",
    "prohibited_content",
    "spii",
    "refusal",
    "sensitive",
)


def completion_of(
    request: Request,
    answer: object,
    stop_ids: Collection[int],
    seconds: float,
    finish_reasons: Mapping[str, FinishReason] | None = None,
) -> tuple[Completion, Usage]:
    """The Completion in a server's answer, and its usage.

    Raises Unusable for an answer that cannot be read, NoAnswer for one that is no reply of the
    model, EngineDied where the server was not given, or did not use, the prompt that was sent.
    """
    if not isinstance(answer, Mapping):
        raise Malformed("the server's answer does not hold one choice, but a list or a value")
    choice = _only_choice(answer)
    text, reasoning = texts_of(choice)
    used = usage_of(answer)
    if not used.completion and (text or reasoning):
        raise Unusable("the server's answer does not say its usage (completion_tokens: 0)")
    # vLLM gives the prompt's ids inside the choice of a completion, but beside those of a chat.
    ids = choice.get("prompt_token_ids") or answer.get("prompt_token_ids")
    _check_prompt(request, ids, used.prompt)
    finish = _finish(choice, used, request, stop_ids, finish_reasons or {})
    _check_length(request, finish, used, reasoning)
    made = Completion(
        request_id=request.id,
        text=text,
        token_ids=_generated(choice.get("token_ids"), finish, stop_ids),
        finish_reason=finish,
        prompt_tokens=used.prompt,
        completion_tokens=used.completion,
        seconds=seconds,
        reasoning=reasoning,
    )
    return made, used


def _only_choice(answer: Mapping[str, object]) -> Mapping[str, object]:
    choices = answer.get("choices")
    if not (isinstance(choices, list) and len(choices) == 1 and isinstance(choices[0], Mapping)):
        raise Unusable(f"the server's answer does not hold one choice{_instead(answer, choices)}")
    return choices[0]


def _instead(answer: Mapping[str, object], choices: object) -> str:
    """What an answer without one choice holds."""
    if isinstance(choices, list):
        return f", but {len(choices)}" if choices else ""
    said = next((answer[key] for key in ("detail", "message", "error") if answer.get(key)), None)
    words = f"{said!r}" if said else ", ".join(map(str, answer))
    return f" ({words[:_SHOWN]})" if words else ""


def _finish(
    choice: Mapping[str, object],
    used: Usage,
    request: Request,
    stop_ids: Collection[int],
    own: Mapping[str, FinishReason],
) -> FinishReason:
    said = choice.get("finish_reason")
    if isinstance(said, Mapping):  # SGLang's own: {"type": "stop", "matched": 2}
        said = said.get("type")
    word = "null" if said is None else str(said).strip() or "null"
    plain = word.lower().replace("-", "_").replace(" ", "_").removeprefix(_PREFIX)
    known = own.get(word) or _FINISH.get(plain)
    if known:
        return known
    if plain in _FILTERED:
        raise NoAnswer(f"the server gave no reply of the model (finish_reason {word[:40]!r})")
    if plain in _PASSING:
        broken = f"the server did not finish the reply (finish_reason {word})"
        raise Unusable(broken, passing=True)
    # Whatever the word means: such a reply ended so.
    if used.completion == request.sampling.max_tokens:
        return "length"
    ids = choice.get("token_ids")
    if isinstance(ids, list) and ids and ids[-1] in stop_ids:
        return "stop"
    if word == "null":
        raise Unusable("the server did not finish the reply (finish_reason None)", word)
    raise Unusable(
        f"the server's finish_reason {word[:40]!r} is not known "
        f"(engine.endpoint.finish_reasons says what it means)",
        word[:40],
        most=1,
    )


def _check_length(
    request: Request, finish: FinishReason, used: Usage, reasoning: str | None
) -> None:
    """Raises EngineDied where the reply is shorter or longer than was asked for."""
    most = request.sampling.max_tokens
    # A server may leave the tokens of a reasoning that it keeps apart out of its count.
    if finish == "length" and used.completion < most and not (reasoning and not used.reasoning):
        raise EngineDied(
            f"The server cut a reply after {used.completion} tokens, before the limit of "
            f"{most}; start it with a larger context, or lower "
            f"sampling.max_tokens."
        )
    # One more may be the token that ended the reply, where a server counts it apart.
    if used.completion > most + 1:
        raise EngineDied(
            f"The server generated {used.completion} tokens where max_tokens is "
            f"{most}: it does not keep to it; use a server that does, or name "
            f"max_tokens in engine.endpoint.unsupported, so that max_completion_tokens is sent."
        )


def _check_prompt(request: Request, ids: object, counted: int) -> None:
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


def _generated(ids: object, finish: FinishReason, stop_ids: Collection[int]) -> tuple[int, ...]:
    """The generated ids without the token that ended the reply; () where the server gives none."""
    if not (isinstance(ids, list) and all(isinstance(i, int) for i in ids)):
        return ()
    ended = finish == "stop" and ids and ids[-1] in stop_ids
    return tuple(ids[:-1] if ended else ids)
