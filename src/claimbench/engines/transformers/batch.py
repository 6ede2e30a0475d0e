"""The rows in flight over one `Slots`: prompts come in, every step gives each row one token, and
finished rows make place at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

import torch

from claimbench.engines.transformers.checkpoint import Checkpoint
from claimbench.engines.transformers.decoder import Decoder
from claimbench.engines.transformers.invariance import CHUNK
from claimbench.engines.transformers.prefilling import (
    Shared,
    behind,
    joined,
    prefill,
    prefill_in_chunks,
)
from claimbench.engines.transformers.sampling import Draw, draw_tokens
from claimbench.engines.transformers.slots import BLOCK, BLOCK_FLOAT32, Prefix, Slots
from claimbench.engines.transformers.window import common_length, final_length
from claimbench.records.runs import Completion, FinishReason, Request

_CHUNK_TOKENS = 1024
"""Prompts are prefilled together up to about this many tokens, padding included."""
_SHORTEST_REUSE = 64
"""A new prompt begins with another row's columns from this many shared tokens on."""


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class _Prompt:
    """A prompt that was prefilled, kept while a row of it lives: the first token of further
    samples is drawn from the same logits (1, vocabulary)."""

    ids: tuple[int, ...]
    logits: torch.Tensor


@dataclass(slots=True, eq=False)
class _Row:
    request: Request
    prompt: _Prompt
    tokens: list[int] = field(default_factory=list)
    finish: FinishReason | None = None
    text: str | None = None
    """Set where a stop string has cut the text."""
    started: float = field(default_factory=time.monotonic)

    @property
    def draw(self) -> Draw:
        said = self.prompt.ids, self.tokens
        return Draw(self.request.sampling, self.request.seed, len(self.tokens), *said)


class Batch:
    """Rows that share a prefix and fit into `rows` slots of `columns` own tokens."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        prefix: Prefix,
        rows: int,
        columns: int,
    ) -> None:
        decoder = checkpoint.decoder
        self._exact = bool(decoder.counts)
        block = BLOCK if self._exact else _block_width(columns, decoder)
        # One slot more than rows: a finished row's prompt is copied before the row goes.
        self._slots = Slots(
            decoder.shape, rows + 1, columns, prefix, block=block, exact=self._exact
        )
        self._checkpoint, self._room = checkpoint, rows
        self._rows: list[_Row] = []
        self._prompts: WeakValueDictionary[tuple[int, ...], _Prompt] = WeakValueDictionary()

    def __len__(self) -> int:
        return len(self._rows)

    def fits(self, request: Request) -> bool:
        """Whether a request can ever run in this batch (there may be no free slot yet)."""
        prefix = self._slots.prefix
        own = final_length(request) - len(prefix)
        begins = request.prompt_ids[: len(prefix)] == prefix.ids
        return begins and len(request.prompt_ids) > len(prefix) and own <= self._slots.columns

    def step(self) -> list[Completion]:
        """Give every row a token; gives those that have ended. They leave with `refill`."""
        decoder = self._checkpoint.decoder
        last = torch.tensor([row.tokens[-1] for row in self._rows], device=decoder.device)
        return self._append(self._rows, decoder.decode(last, self._slots))

    def refill(
        self, peek: Callable[[], Request | None], pop: Callable[[], Request]
    ) -> list[Completion]:
        """Take waiting requests, in order, into the places that finished rows leave and the free
        ones; gives those that ended with their first token."""
        done = self._replace(peek, pop)
        while any(row.finish for row in self._rows):
            done += self._replace(peek, pop)
        return done

    def _replace(
        self, peek: Callable[[], Request | None], pop: Callable[[], Request]
    ) -> list[Completion]:
        ended = [slot for slot, row in enumerate(self._rows) if row.finish]
        free = self._room - len(self._rows) + len(ended)
        done: list[Completion] = []
        while free and (request := peek()) and self.fits(request):
            prompt = self._prompts.get(request.prompt_ids)
            if prompt is None:
                break
            done += self._repeat(pop(), prompt)
            free -= 1
            if ended:
                self._remove(ended.pop())
        fresh: list[Request] = []
        while len(fresh) < free and (request := peek()) and self.fits(request):
            fresh.append(pop())
        reused = self._reusable({request.prompt_ids for request in fresh})
        for slot in reversed(ended):
            self._remove(slot)
        return done + self._admit(fresh, reused)

    def _repeat(self, request: Request, prompt: _Prompt) -> list[Completion]:
        source = next(slot for slot, row in enumerate(self._rows) if row.prompt is prompt)
        self._slots.copy(source, len(prompt.ids) - len(self._slots.prefix))
        row = _Row(request, prompt)
        self._rows.append(row)
        return self._append([row], prompt.logits)

    def _remove(self, slot: int) -> None:
        for source, target in self._slots.remove(slot):
            self._rows[target] = self._rows[source]
        self._rows.pop()

    def _admit(self, requests: Sequence[Request], reused: Shared) -> list[Completion]:
        """Prefill each distinct prompt once, longest first."""
        samples: dict[tuple[int, ...], list[Request]] = {}
        for request in requests:
            samples.setdefault(request.prompt_ids, []).append(request)
        start = len(self._slots.prefix) + reused[0].shape[2]
        done: list[Completion] = []
        longest_first = sorted(samples, key=len, reverse=True)
        alone = ([prompt] for prompt in longest_first)
        for prompts in alone if self._exact else _chunks(longest_first, start):
            done += self._prefill(prompts, samples, reused)
        return done

    def _reusable(self, prompts: set[tuple[int, ...]]) -> Shared:
        """The columns of a row in flight that all these prompts can begin with, maybe none."""
        begin = len(self._slots.prefix)
        best, slot = begin, 0
        if prompts:
            donors = {id(row.prompt): (i, row.prompt.ids) for i, row in enumerate(self._rows)}
            for place, ids in donors.values():
                length = min(min(common_length(ids, p), len(p) - 1) for p in prompts)
                best, slot = max((best, slot), (length, place))
        length = best - begin if best - begin >= _SHORTEST_REUSE else 0
        length -= length % (CHUNK if self._exact else 1)
        if not length:
            prefix = self._slots.prefix
            return prefix.keys[:, :, :0], prefix.values[:, :, :0]
        return self._slots.columns_of(slot, length)

    def _prefill(
        self,
        prompts: list[tuple[int, ...]],
        samples: dict[tuple[int, ...], list[Request]],
        reused: Shared,
    ) -> list[Completion]:
        logits = (self._exactly if self._exact else self._together)(prompts, reused)
        rows: list[_Row] = []
        for place, ids in enumerate(prompts):
            prompt = _Prompt(ids, logits[place : place + 1])
            self._prompts[ids] = prompt
            rows.append(_Row(samples[ids][0], prompt))
        self._rows += rows
        done = self._append(rows, logits)
        for row in rows:
            for request in samples[row.prompt.ids][1:]:
                done += self._repeat(request, row.prompt)
        return done

    def _together(self, prompts: list[tuple[int, ...]], reused: Shared) -> torch.Tensor:
        first = self._extend(prompts)

        def store(layer: int, keys: torch.Tensor, values: torch.Tensor) -> None:
            self._slots.fill(
                layer, first, behind(reused[0][layer], keys), behind(reused[1][layer], values)
            )

        before = joined(self._slots.prefix, reused, prompts[0])
        return prefill(self._checkpoint, prompts, before, store)

    def _exactly(self, prompts: list[tuple[int, ...]], reused: Shared) -> torch.Tensor:
        """One prompt, which may have more in common with one that was admitted just now."""
        newer = self._reusable(set(prompts))
        known = max(newer, reused, key=lambda shared: shared[0].shape[2])
        first = self._extend(prompts)

        def store(layer: int, keys: torch.Tensor, values: torch.Tensor) -> None:
            self._slots.fill(layer, first, keys, values)

        before = joined(self._slots.prefix, known, prompts[0])
        return prefill_in_chunks(self._checkpoint, prompts[0], before, store)

    def _extend(self, prompts: list[tuple[int, ...]]) -> int:
        begin = len(self._slots.prefix)
        return self._slots.extend([len(ids) - begin for ids in prompts])

    def _append(self, rows: list[_Row], logits: torch.Tensor) -> list[Completion]:
        tokens = draw_tokens(logits, [row.draw for row in rows])
        done = []
        for row, token in zip(rows, tokens, strict=True):
            row.tokens.append(token)
            self._judge(row)
            if row.finish:
                done.append(self._completion(row))
        return done

    def _judge(self, row: _Row) -> None:
        sampling = row.request.sampling
        if row.tokens[-1] in self._checkpoint.eos_ids:
            row.finish = "stop"
        elif sampling.stop and (text := self._cut(row.tokens, sampling.stop)) is not None:
            row.finish, row.text = "stop", text
        elif len(row.tokens) == sampling.max_tokens:
            row.finish = "length"

    def _cut(self, tokens: list[int], stops: tuple[str, ...]) -> str | None:
        """The text before the first stop string, None where there is none. Only the end is
        looked at first: a character is at most four tokens (the bytes of UTF-8)."""
        end = tokens[-4 * max(map(len, stops)) - 4 :]
        tail = self._checkpoint.decode(end)
        if not any(stop in tail for stop in stops):
            return None
        text = self._checkpoint.decode(tokens)
        places = [place for stop in stops if (place := text.find(stop)) >= 0]
        return text[: min(places)] if places else None

    def _completion(self, row: _Row) -> Completion:
        ended = row.tokens[-1] in self._checkpoint.eos_ids
        ids = row.tokens[:-1] if ended else row.tokens
        assert row.finish is not None
        return Completion(
            request_id=row.request.id,
            text=self._checkpoint.decode(ids) if row.text is None else row.text,
            token_ids=tuple(ids),
            finish_reason=row.finish,
            prompt_tokens=len(row.prompt.ids),
            completion_tokens=len(row.tokens),
            seconds=time.monotonic() - row.started,
        )


def _chunks(prompts: list[tuple[int, ...]], start: int) -> Iterator[list[tuple[int, ...]]]:
    """Prompts, sorted by length, in groups of about the same length."""
    chunk: list[tuple[int, ...]] = []
    for ids in prompts:
        if chunk and (len(chunk) + 1) * (len(chunk[0]) - start) > _CHUNK_TOKENS:
            yield chunk
            chunk = []
        chunk.append(ids)
    if chunk:
        yield chunk


def _block_width(columns: int, decoder: Decoder) -> int:
    """Narrow blocks waste fewer columns, few blocks waste less time around the products."""
    on_cpu = BLOCK_FLOAT32 if decoder.dtype == torch.float32 else BLOCK
    least = on_cpu if decoder.device.type == "cpu" else 512
    return max(least, 1 << (columns // 16).bit_length())
