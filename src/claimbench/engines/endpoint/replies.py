"""A server's answer → a Completion."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from claimbench.engines.endpoint.faults import Fault, Malformed, NoAnswer
from claimbench.engines.endpoint.texts import texts_of
from claimbench.errors import EngineDied
from claimbench.records.runs import Completion, FinishReason, Request

_MOST_TOKENS = 2**31
"""No server counts so many; a larger count is garbage, and could not be stored."""
_FINISH: Mapping[str, FinishReason] = {
    **dict.fromkeys(
        ("stop", "eos", "eos_token", "stop_sequence", "stop_token", "end_turn", "end", "complete",
         "completed", "finished"),
        "stop",
    ),
    **dict.fromkeys(
        ("length", "max_tokens", "max_output_tokens", "max_length", "max_completion_tokens",
         "model_length", "model_context_window_exceeded"),
        "length",
    ),
}  # fmt: skip
"""The words of servers for the end of a reply, in small letters: TGI, Anthropic's, Google's and
Mistral's beside OpenAI's."""
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


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of an answer; `reasoning` are those of its reasoning, 0 where the server does not
    say."""

    prompt: int
    completion: int
    reasoning: int


def completion_of(
    request: Request,
    answer: object,
    stop_ids: Collection[int],
    seconds: float,
    finish_reasons: Mapping[str, FinishReason] | None = None,
) -> tuple[Completion, Usage]:
    """The Completion in a server's answer, and its usage.

    Raises Fault for an answer that cannot be read, NoAnswer for one that is no reply of the model,
    EngineDied where the server was not given, or did not use, the prompt that was sent.
    """
    if not isinstance(answer, Mapping):
        raise Malformed("the server's answer does not hold one choice")
    choice = _only_choice(answer)
    text, reasoning = texts_of(choice)
    used = _usage(answer)
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
        raise Malformed("the server's answer does not hold one choice")
    return choices[0]


def _usage(answer: Mapping[str, object]) -> Usage:
    usage = answer.get("usage")
    usage = usage if isinstance(usage, Mapping) else {}
    prompt, completion = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
    details = usage.get("completion_tokens_details")
    said = details.get("reasoning_tokens") if isinstance(details, Mapping) else None
    reasoning = _whole(said if said is not None else usage.get("reasoning_tokens")) or 0
    # Some servers count the reasoning apart; the total then holds it (xAI's).
    total = _whole(usage.get("total_tokens")) or 0
    if reasoning and total == prompt + completion + reasoning:
        completion += reasoning
    return Usage(prompt, completion, reasoning)


def tokens_of(answer: object) -> tuple[int, int]:
    """Tokens of the prompt and of the reply that an answer says it took; zeros where it does not
    say."""
    if not isinstance(answer, Mapping):
        return 0, 0
    try:
        used = _usage(answer)
    except Malformed:
        return 0, 0
    return used.prompt, used.completion


def _count(usage: Mapping[str, object], key: str) -> int:
    count = _whole(usage.get(key))
    if count is None:
        raise Malformed(f"the server's answer does not say its usage ({key})")
    return count


def _whole(value: object) -> int | None:
    """A count of tokens; None for anything else. Some servers write 12.0."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _MOST_TOKENS:
        return None
    return value


def _finish(
    choice: Mapping[str, object],
    used: Usage,
    request: Request,
    stop_ids: Collection[int],
    own: Mapping[str, FinishReason],
) -> FinishReason:
    said = choice.get("finish_reason")
    word = "null" if said is None else str(said)
    known = own.get(word) or _FINISH.get(word.lower())
    if known:
        return known
    if word.lower() in _FILTERED:
        raise NoAnswer(f"the server gave no reply of the model (finish_reason {word[:40]!r})")
    if word.lower() in _PASSING:
        raise Fault(f"the server did not finish the reply (finish_reason {word})")
    # Whatever the word means: such a reply ended so.
    if used.completion == request.sampling.max_tokens:
        return "length"
    ids = choice.get("token_ids")
    if isinstance(ids, list) and ids and ids[-1] in stop_ids:
        return "stop"
    if said is None:
        raise Fault("the server did not finish the reply (finish_reason None)", word=word)
    raise NoAnswer(f"the server's finish_reason {word[:40]!r} is not known", word[:40])


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
