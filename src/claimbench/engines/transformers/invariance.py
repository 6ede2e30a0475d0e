"""Batch invariance: a row's numbers do not depend on what is computed beside it.

Floating-point sums depend on their order, and a matrix product may add in another order with
another number of rows or threads (He and others, "Defeating Nondeterminism in LLM Inference",
2025). So products get one of few numbers of rows, with padding behind the real ones, and a number
is used only where it was seen at loading, on the model's own weights, to give every row the same
bits as the reference: 64 rows by one thread.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from claimbench.engines.transformers.decoder import Decoder
from claimbench.engines.transformers.slots import BLOCK, Prefix, Slots, empty_prefix
from claimbench.errors import ModelError

CHUNK = 128
"""Prompts are prefilled one by one in chunks that begin at multiples of this, so that the keys and
values of a chunk depend on the tokens up to its end alone, wherever those before it come from."""

_REFERENCE = 64
_COUNTS = (8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)


def make_invariant(decoder: Decoder, slots: int, context: int) -> None:
    """Let the decoder compute with the numbers of rows that agree with the reference, for up to
    `slots` rows of up to `context` tokens. Where several threads do not agree, one thread computes
    from now on.

    Raises ModelError where one thread does not either.
    """
    counts = _agreeing(decoder, slots)
    if not _suffices(counts) and torch.get_num_threads() > 1:
        torch.set_num_threads(1)
        counts = _agreeing(decoder, slots)
    if not _suffices(counts):
        raise ModelError(
            "the products of this machine depend on what is computed together, so "
            "engine.deterministic cannot be kept here: set it to false"
        )
    decoder.counts = counts
    with one_thread():
        decoder.prepare_rotation(context + CHUNK)


def _suffices(counts: tuple[int, ...]) -> bool:
    return CHUNK in counts


def _agreeing(decoder: Decoder, slots: int) -> tuple[int, ...]:
    probe = _Probe(decoder)
    enough = next((c for c in _COUNTS if c >= slots), _COUNTS[-1])
    wanted = [count for count in _COUNTS if count <= max(CHUNK, enough)]
    return tuple(c for c in wanted if probe.agrees(c)) if probe.prefills_alike() else ()


class _Probe:
    """A decoder's first layer and head on random rows of known numbers."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = copy.copy(decoder)
        self._decoder.keep_layers(1)
        self._prefix = empty_prefix(self._decoder.shape, decoder.dtype, decoder.device)
        generator = torch.Generator().manual_seed(0)
        shape = self._decoder.shape
        size = (2, _REFERENCE, shape.kv_heads, 2 * BLOCK, shape.head_dim)
        columns = torch.randn(size, generator=generator)
        self._keys, self._values = columns.to(decoder.device, decoder.dtype)
        self._tokens = torch.randint(decoder.vocabulary, (2 * CHUNK,), generator=generator)
        self._lengths = torch.randint(1, 2 * BLOCK, (_REFERENCE,), generator=generator).tolist()
        with one_thread():
            self._decoder.prepare_rotation(2 * BLOCK)
            self._expected = self._logits(list(range(_REFERENCE)))
            self._behind = self._prefilled()

    def agrees(self, count: int) -> bool:
        """Whether rows among `count`, one of them padding, get the bits of the reference at other
        places than there."""
        items = [(7 * place + 3) % _REFERENCE for place in range(count - 1)]
        return torch.equal(self._logits(items), self._expected[items])

    def prefills_alike(self) -> bool:
        """Whether the threads that compute now prefill a chunk as one thread does."""
        return torch.equal(self._prefilled(), self._behind)

    def _logits(self, items: list[int]) -> torch.Tensor:
        decoder = self._decoder
        slots = Slots(decoder.shape, len(items), 2 * BLOCK, self._prefix, block=BLOCK, exact=True)
        slots.extend([self._lengths[item] for item in items])
        slots.fill(0, 0, self._keys[items], self._values[items])
        decoder.counts = (next(c for c in _COUNTS if c >= len(items)),)
        return decoder.decode(self._tokens[items].to(decoder.device), slots)

    def _prefilled(self) -> torch.Tensor:
        """The logits behind a chunk that follows another one, at some of its places."""
        decoder, device = self._decoder, self._decoder.device
        decoder.counts = _COUNTS
        before = Prefix(
            tuple(self._tokens[:CHUNK].tolist()),
            self._keys[:1, :, :CHUNK],
            self._values[:1, :, :CHUNK],
        )
        ids = self._tokens[None, CHUNK:].to(device)
        places = [torch.tensor([place], device=device) for place in (0, 50, CHUNK - 1)]
        return torch.cat([decoder.prefill(ids, last, before, _forget) for last in places])


def _forget(_layer: int, _keys: torch.Tensor, _values: torch.Tensor) -> None:
    """A sink for keys and values that nobody reads."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Everything inside is computed by one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
