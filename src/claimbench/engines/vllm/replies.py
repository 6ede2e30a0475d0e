"""Request → vLLM's sampling parameters; vLLM's output → Completion."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from claimbench.records.runs import Completion, FinishReason, Request, RequestFailure

if TYPE_CHECKING:
    from vllm import RequestOutput, SamplingParams

COOLEST = 0.01
"""vLLM raises a lower temperature above 0 to this one (sampling_params.py, _MAX_TEMP)."""


def sampling_params(request: Request, stop_ids: Collection[int]) -> SamplingParams:
    """Every parameter that shapes a sample, so that no default of vLLM or of the hub counts.

    The tokens that end a reply are all in `stop_ids`: vLLM's own EOS handling knows only some of
    them. Text is needed only to look for stop strings.
    """
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind

    sampling = request.sampling
    return SamplingParams(
        n=1,
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        top_k=sampling.top_k,
        min_p=sampling.min_p,
        seed=request.seed,
        max_tokens=sampling.max_tokens,
        min_tokens=0,
        presence_penalty=sampling.presence_penalty,
        frequency_penalty=0.0,
        repetition_penalty=sampling.repetition_penalty,
        stop=list(sampling.stop),
        stop_token_ids=sorted(stop_ids),
        ignore_eos=True,
        detokenize=bool(sampling.stop),
        skip_special_tokens=False,
        spaces_between_special_tokens=False,
        output_kind=RequestOutputKind.FINAL_ONLY,
    )


def refusal(request: Request, context: int) -> str:
    """Why vLLM would answer something else than what is asked; empty where it would not."""
    sampling = request.sampling
    prompt, new = len(request.prompt_ids), sampling.max_tokens
    if prompt + new > context:
        return (
            f"The prompt of {prompt} tokens with max_tokens {new} exceeds the engine's context of "
            f"{context} (engine.context); raise it or lower max_tokens."
        )
    if 0 < sampling.temperature < COOLEST:
        return (
            f"vLLM raises a temperature of {sampling.temperature:g} to {COOLEST:g}; ask for 0 or "
            f"for at least {COOLEST:g}."
        )
    return ""


def answer(
    request: Request, output: RequestOutput, decode: Callable[[list[int]], str], seconds: float
) -> Completion | RequestFailure:
    """What a finished output says. A reply that vLLM ended for a reason of its own (an abort) is a
    failure, as is one to another prompt than the one asked."""
    if tuple(output.prompt_token_ids or ()) != request.prompt_ids:
        return RequestFailure(request.id, "vLLM answered another prompt than the one asked.")
    (reply,) = output.outputs
    ids = list(reply.token_ids)
    if reply.finish_reason not in ("stop", "length"):
        return RequestFailure(request.id, f"vLLM ended the reply: {reply.finish_reason}.")
    finish: FinishReason = "stop" if reply.finish_reason == "stop" else "length"
    ended = isinstance(reply.stop_reason, int)
    kept = ids[:-1] if ended else ids
    text = decode(kept)
    if isinstance(reply.stop_reason, str):
        text = _before_stop(text, request.sampling.stop)
    return Completion(
        request_id=request.id,
        text=text,
        token_ids=tuple(kept),
        finish_reason=finish,
        prompt_tokens=len(request.prompt_ids),
        completion_tokens=len(ids),
        seconds=seconds,
    )


def _before_stop(text: str, stops: tuple[str, ...]) -> str:
    places = [place for stop in stops if (place := text.find(stop)) >= 0]
    return text[: min(places)] if places else text
