"""The requests that wait for a slot: pulled lazily, refused where they can never be served, and
grouped by what their prompts share."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from claimbench.records.runs import Request, RequestFailure

_SHORTEST_PREFIX = 16
"""A shared prefix is worth its own tensor from this many tokens on: a chat template's system text,
which is 16 of about 90 tokens of a question, makes 5 to 9 % more tokens a second on a CPU."""
_ROUNDING = 16
"""A prefix ends at a multiple of this: the few prompts seen may share a word by accident."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request must keep to. `budget` counts the tokens of all rows together."""

    context: int
    budget: int
    vocabulary: int


class Window:
    """At most `size` requests that were pulled and not yet admitted."""

    def __init__(self, requests: Iterable[Request], size: int, limits: Limits) -> None:
        self._source = iter(requests)
        self._size, self._limits = size, limits
        self._waiting: deque[Request] = deque()
        self._drained = False

    def __bool__(self) -> bool:
        return bool(self._waiting) or not self._drained

    def fill(self, open_rows: int) -> Iterator[RequestFailure]:
        """Pull until `size` requests are open, in rows or waiting; gives those refused."""
        while not self._drained and open_rows + len(self._waiting) < self._size:
            request = next(self._source, None)
            if request is None:
                self._drained = True
            elif reason := refusal(request, self._limits):
                yield RequestFailure(request.id, reason)
            else:
                self._waiting.append(request)

    def peek(self) -> Request | None:
        return self._waiting[0] if self._waiting else None

    def pop(self) -> Request:
        return self._waiting.popleft()

    def longest(self) -> int:
        """The tokens that the longest waiting request may come to."""
        return max(final_length(request) for request in self._waiting)

    def shared_prefix(self, before: tuple[int, ...] = ()) -> tuple[int, ...]:
        """What the waiting prompts begin with alike, () where it is not worth sharing.

        One prompt alone does not tell where its few-shot part ends. `before` is the prefix that
        the first waiting prompt has just broken: the part that is still common is kept rather
        than grown again.
        """
        prompts = {request.prompt_ids for request in self._waiting}
        if len(prompts) < 2:
            return ()
        low, high = min(prompts), max(prompts)
        length = common_length(low, high)
        kept = common_length(before, low[:length])
        length = kept if 2 * kept >= length else length
        length = min(length, min(map(len, prompts)) - 1)
        length -= length % _ROUNDING
        return low[:length] if length >= _SHORTEST_PREFIX else ()


def final_length(request: Request) -> int:
    return len(request.prompt_ids) + request.sampling.max_tokens


def common_length(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    """The number of leading tokens that are the same."""
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return place
    return min(len(one), len(other))


def refusal(request: Request, limits: Limits) -> str:
    """Why a request can never be served, in a sentence; empty where it can."""
    prompt, new = len(request.prompt_ids), request.sampling.max_tokens
    if not prompt or new < 1:
        return f"The request has {prompt} prompt tokens and asks for {new}; both must be positive."
    if prompt + new > limits.context:
        return (
            f"The prompt of {prompt} tokens with max_tokens {new} exceeds the model's context of "
            f"{limits.context}; lower max_tokens or shorten the prompt."
        )
    if prompt + new > limits.budget:
        return (
            f"The prompt of {prompt} tokens with max_tokens {new} exceeds the engine's "
            f"token_budget of {limits.budget}; raise token_budget or lower max_tokens."
        )
    if not all(0 <= token < limits.vocabulary for token in request.prompt_ids):
        return f"The prompt holds token ids outside the model's vocabulary of {limits.vocabulary}."
    if request.sampling.temperature < 0 or not 0 < request.sampling.top_p <= 1:
        return "The temperature must be at least 0, and top_p above 0 and at most 1."
    return ""
