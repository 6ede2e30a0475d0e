"""The rows in flight over one `Slots`: prompts come in, every step gives each row one token, and
finished rows make place at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

import torch

from claimbench.engines.transformers.checkpoint import Checkpoint
from claimbench.engines.transformers.sampling import Draw, draw_tokens
from claimbench.engines.transformers.slots import Prefix, Slots
from claimbench.engines.transformers.window import common_length, final_length
from claimbench.records import Completion, FinishReason, Request

_CHUNK_TOKENS = 1024
"""Prompts are prefilled together up to about this many tokens, padding included."""
_SHORTEST_REUSE = 64
"""A new prompt begins with another row's columns from this many shared tokens on."""

Shared = tuple[torch.Tensor, torch.Tensor]


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
        block = _block_width(columns, decoder.device)
        # One slot more than rows: a finished row's prompt is copied before the row goes.
        self._slots = Slots(decoder.shape, rows + 1, columns, prefix, block=block)
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
        for prompts in _chunks(sorted(samples, key=len, reverse=True), start):
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
        begin = len(self._slots.prefix)
        first = self._slots.extend([len(ids) - begin for ids in prompts])

        def store(layer: int, keys: torch.Tensor, values: torch.Tensor) -> None:
            self._slots.fill(
                layer, first, _behind(reused[0][layer], keys), _behind(reused[1][layer], values)
            )

        before = _joined(self._slots.prefix, reused, prompts[0])
        logits = prefill(self._checkpoint, prompts, before, store)
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


def prefill(
    checkpoint: Checkpoint,
    prompts: Sequence[tuple[int, ...]],
    prefix: Prefix,
    sink: Callable[[int, torch.Tensor, torch.Tensor], None],
) -> torch.Tensor:
    """The logits (prompts, vocabulary) behind prompts that begin with `prefix`."""
    own = [ids[len(prefix) :] for ids in prompts]
    width = max(map(len, own))
    device = checkpoint.decoder.device
    ids = torch.tensor([[*part, *[0] * (width - len(part))] for part in own], device=device)
    last = torch.tensor([len(part) - 1 for part in own], device=device)
    return checkpoint.decoder.prefill(ids, last, prefix, sink)


def make_prefix(checkpoint: Checkpoint, ids: tuple[int, ...]) -> Prefix:
    """Prefill what all rows of a batch begin with; may be empty."""
    decoder = checkpoint.decoder
    shape = decoder.shape
    size = (shape.layers, shape.kv_heads, len(ids), shape.head_dim)
    keys, values = (torch.empty(size, dtype=decoder.dtype, device=decoder.device) for _ in "kv")
    empty = Prefix((), keys[:, :, :0], values[:, :, :0])
    if not ids:
        return empty

    def store(layer: int, new_keys: torch.Tensor, new_values: torch.Tensor) -> None:
        keys[layer], values[layer] = new_keys[0], new_values[0]

    prefill(checkpoint, [ids], empty, store)
    return Prefix(ids, keys, values)


def _joined(prefix: Prefix, reused: Shared, ids: tuple[int, ...]) -> Prefix:
    if not reused[0].shape[2]:
        return prefix
    keys = torch.cat((prefix.keys, reused[0]), dim=2)
    values = torch.cat((prefix.values, reused[1]), dim=2)
    return Prefix(ids[: keys.shape[2]], keys, values)


def _behind(shared: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
    """Shared columns (kv_heads, tokens, size) before those of every row (rows, ...)."""
    if not shared.shape[1]:
        return own
    return torch.cat((shared.expand(len(own), -1, -1, -1), own), dim=2)


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


def _block_width(columns: int, device: torch.device) -> int:
    """Narrow blocks waste fewer columns, few blocks waste less time around the products."""
    least = 128 if device.type == "cpu" else 512
    return max(least, 1 << (columns // 16).bit_length())
